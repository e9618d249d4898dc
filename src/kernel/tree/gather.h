/*
 * gather.h: a histogram of any number of rows, gathered part by part.
 *
 * It is narrow up to NARROW_ROWS rows, then wide.  Several threads gather one
 * each, which are then merged: all sums are integers, so what comes out does not
 * depend on who gathered what.
 */
#ifndef ORCHARD_KERNEL_TREE_GATHER_H
#define ORCHARD_KERNEL_TREE_GATHER_H

#include "kernel/tree/histogram.h"

typedef struct Gathering
{
	Histogram *histogram; /* zero and narrow at the start, with room for a wide one */
	Histogram *narrow;	  /* zero, of the same size: where rows go once histogram is wide */
	int32_t held;		  /* rows in the narrow one of the two */
} Gathering;

/* Adds rows: the numbers in order, or rows first .. first + n - 1 when it is NULL. */
extern void gather_rows(const Records *records, Gathering *gathering, const int32_t *order,
						int32_t first, int32_t n);

/* Adds what another gathering holds and leaves that one empty. */
extern void gather_merge(const Records *records, Gathering *into, Gathering *from);

/* The histogram is complete, the narrow one zero again. */
extern void gather_end(const Records *records, Gathering *gathering);

#endif /* ORCHARD_KERNEL_TREE_GATHER_H */

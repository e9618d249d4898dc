/*
 * forest_file_measure.h: predictions of training rows that are in a file.
 *
 * When all trees are there, each page of rows goes down every one of them, and
 * what they say goes into the store beside it, where the sums over all rows read
 * it again.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_FILE_MEASURE_H
#define ORCHARD_KERNEL_TREE_FOREST_FILE_MEASURE_H

#include "kernel/tree/forest_state.h"
#include "kernel/tree/row_file.h"

/* What options->train and options->oob want; draws_all: trees that drew every row, for want of one. */
extern Status forest_file_measure(Forest *forest, RowFile *rows, const uint8_t *draws_all);

#endif /* ORCHARD_KERNEL_TREE_FOREST_FILE_MEASURE_H */

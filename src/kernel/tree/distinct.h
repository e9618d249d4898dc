/*
 * distinct.h: the different values of an array.
 */
#ifndef ORCHARD_KERNEL_TREE_DISTINCT_H
#define ORCHARD_KERNEL_TREE_DISTINCT_H

#include <stddef.h>

/*
 * distinct_values
 *		Sorts n numbers, none NaN, and moves one of each value to the front; returns how many.
 *
 * 0 and -0 are one value, of which either may stay.  In place, O(n log n), no allocation.
 */
extern size_t distinct_values(double *values, size_t n);

#endif /* ORCHARD_KERNEL_TREE_DISTINCT_H */

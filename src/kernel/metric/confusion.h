/*
 * confusion.h: what can be read off a table of actual against predicted classes.
 *
 * The table is k x k weights of at least 0, row-major: cells[actual * k + predicted].
 * Sums are double-double, quotients rounded once.  Every function gives NaN where its
 * metric is undefined, which is a quotient of 0 by 0.  Cost O(k^2) or less, no allocation.
 * Source: the definitions of scikit-learn 1.9.1; the coefficient of k classes is Gorodkin's,
 * "Comparing two K-category assignments by a K-category correlation coefficient", 2004.
 */
#ifndef ORCHARD_KERNEL_METRIC_CONFUSION_H
#define ORCHARD_KERNEL_METRIC_CONFUSION_H

#include <stdint.h>

/* The share of the diagonal. */
extern double confusion_accuracy(const double *cells, int32_t k);

/* Of what is predicted as class i, or is of it, the share that is both; and their harmonic mean. */
extern double confusion_precision(const double *cells, int32_t k, int32_t i);
extern double confusion_recall(const double *cells, int32_t k, int32_t i);
extern double confusion_f1(const double *cells, int32_t k, int32_t i);

/* The mean f1 of the classes that occur, actual or predicted: each once, or by its actual weight. */
extern double confusion_f1_macro(const double *cells, int32_t k);
extern double confusion_f1_weighted(const double *cells, int32_t k);

/* The correlation of actual and predicted classes, -1 to 1; undefined when either is constant. */
extern double confusion_mcc(const double *cells, int32_t k);

#endif /* ORCHARD_KERNEL_METRIC_CONFUSION_H */

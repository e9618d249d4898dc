/*
 * class_scores.h: predictions of several classes against labels.
 *
 * Keeps the table of actual and predicted classes, the log loss and, for every class, the
 * scores of its rows and of the others, from which comes the area under each one-vs-rest curve.
 * Those scores grow with the rows; where memory refuses them they are given up, and the other
 * metrics go on.
 *
 * Notation: k classes.
 */
#ifndef ORCHARD_KERNEL_METRIC_CLASS_SCORES_H
#define ORCHARD_KERNEL_METRIC_CLASS_SCORES_H

#include "kernel/metric/prediction_error.h"
#include "kernel/metric/roc.h"

typedef struct ClassScores
{
	int32_t n_classes;	 /* k */
	DoubleDouble *cells; /* k x k: weight by actual, then predicted class; owned */
	LogLoss loss;		 /* of the probability of the actual class */
	Roc *curves;		 /* k, owned: each class against the rest; NULL when given up */
} ClassScores;

/* An empty state of k >= 1 classes.  KERNEL_OUT_OF_MEMORY leaves nothing. */
extern Status class_scores_create(ClassScores *scores, int32_t k, const Allocator *allocator);
extern void class_scores_release(ClassScores *scores, const Allocator *allocator);

/*
 * class_scores_add
 *		Takes one row.
 *
 * actual, predicted: classes.  probabilities: k numbers in [0, 1].  weight: finite and above 0.
 * Cost O(k), amortised O(k log n).
 *
 * Returns KERNEL_OK, also when the curves had to be given up; KERNEL_OVERFLOW (a sum is infinite)
 * or KERNEL_STOPPED: after these the state can only be released.
 */
extern Status class_scores_add(ClassScores *scores, const Allocator *allocator,
							   const StopCheck *stop, int32_t actual, int32_t predicted,
							   const double *probabilities, double weight);

/* The table as doubles, k x k. */
extern void class_scores_cells(const ClassScores *scores, double *cells);

/*
 * class_scores_auc
 *		The mean over the classes that occur of the area under their curve against the rest.
 *
 * Returns KERNEL_OK, KERNEL_INVALID where fewer than two classes occur or the curves were given
 * up (*auc unchanged), or a status of roc_compact and roc_auc.
 */
extern Status class_scores_auc(ClassScores *scores, const Allocator *allocator,
							   const StopCheck *stop, double *auc);

#endif /* ORCHARD_KERNEL_METRIC_CLASS_SCORES_H */

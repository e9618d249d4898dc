/*
 * evaluation.h: how well a model predicts rows whose target is known.
 *
 * Rows come as values of the columns of one descriptor.  A row with a NULL target or weight, or of
 * weight 0, is left out and counted.  Everything lives in the memory context that was current at
 * evaluation_create; the scores behind roc_auc count against orchard.max_memory.
 */
#ifndef ORCHARD_PG_EVALUATION_H
#define ORCHARD_PG_EVALUATION_H

#include "postgres.h"

#include "access/tupdesc.h"

#include "kernel/base/double_double.h"
#include "kernel/model/model.h"

typedef struct Evaluation Evaluation;

#define EVALUATION_METRICS 12 /* at most */

typedef struct EvaluationMetric
{
	const char *name;
	double value;
	bool is_defined;
} EvaluationMetric;

/*
 * evaluation_create
 *		An evaluation without rows.
 *
 * stored: the model, inline.  columns: must have the model's features and target by name.
 * weight: a column of weights, or NULL.  steps: of a threshold table; 0 when there is none to be.
 *
 * Raises 42703 for a column that is missing and 42804 for one of the wrong type.
 */
extern Evaluation *evaluation_create(const struct varlena *stored, TupleDesc columns,
									 const char *weight, int steps);

/* Is this column one that an evaluation reads? */
extern bool evaluation_reads_column(const Model *model, const char *weight, const char *name);

/* Adds a row.  Raises 22023 for a class that the model does not know, and for a NaN prediction. */
extern void evaluation_add(Evaluation *evaluation, const Datum *values, const bool *nulls);

/* The metrics that fit the model, into `metrics`; returns how many. */
extern int evaluation_metrics(Evaluation *evaluation, EvaluationMetric *metrics);

/* The decoded model. */
extern const Model *evaluation_model(const Evaluation *evaluation);

/*
 * evaluation_confusion
 *		Total weight of the rows by [is positive][is predicted positive] at the threshold of index
 *		`step` out of `steps`: predicted positive is a probability above step / steps.
 */
extern void evaluation_confusion(const Evaluation *evaluation, int step, double confusion[2][2]);

/* Has the model more than two classes?  They have no thresholds, but a table of k x k classes. */
extern bool evaluation_is_of_many(const Evaluation *evaluation);

/* Of these: total weight of the rows into cells[actual * k + predicted]. */
extern void evaluation_classes(const Evaluation *evaluation, double *cells);

/* The model with the metrics of the rows, their names behind "validation."; a WARNING when there were none. */
extern struct varlena *evaluation_record(Evaluation *evaluation);

#endif /* ORCHARD_PG_EVALUATION_H */

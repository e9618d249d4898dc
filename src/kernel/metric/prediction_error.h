/*
 * prediction_error.h: weighted sums behind rmse, mae, r2 and log loss, in double-double.
 *
 * States are plain structs of 8-byte fields, mergeable by addition; every sum
 * is exact to about 30 digits, so neither the order of the rows nor the way
 * they were split shows in a result.
 */
#ifndef ORCHARD_KERNEL_METRIC_PREDICTION_ERROR_H
#define ORCHARD_KERNEL_METRIC_PREDICTION_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/base/double_double.h"
#include "kernel/base/status.h"

/* Over rows of label y, prediction f, weight w > 0; e = y - f. */
typedef struct PredictionError
{
	int64_t n;				   /* rows */
	DoubleDouble weight;	   /* sum w */
	DoubleDouble square;	   /* sum w e^2 */
	DoubleDouble absolute;	   /* sum w |e| */
	DoubleDouble label;		   /* sum w y */
	DoubleDouble label_square; /* sum w y^2 */
} PredictionError;

/* A mean of losses; which one, the functions that add to it say. */
typedef struct LogLoss
{
	int64_t n;			 /* rows */
	DoubleDouble weight; /* sum w */
	DoubleDouble loss;	 /* sum w times the loss: -log of the probability given to the true class */
} LogLoss;

/* Adds a row of finite numbers, weight > 0.  KERNEL_OVERFLOW, with the state unusable, when a sum is not finite. */
extern Status prediction_error_add(PredictionError *state, double label, double prediction,
								   double weight);
extern Status prediction_error_merge(PredictionError *into, const PredictionError *from);

/* Could the state have come from add and merge? */
extern bool prediction_error_is_valid(const PredictionError *state);

/*
 * KERNEL_INVALID where undefined: no rows; for r2 also a constant label.  KERNEL_UNDERFLOW where the
 * mean weight is below 2^-1000 (1e-301).  Both leave *result unchanged.  An error or a label whose
 * weighted square vanishes, at a weight of 1 one below 1e-162, counts as 0 in rmse and r2.
 */
extern Status prediction_error_rmse(const PredictionError *state, double *result);
extern Status prediction_error_mse(const PredictionError *state, double *result);
extern Status prediction_error_mae(const PredictionError *state, double *result);

/* 1 - sum w e^2 / sum w (y - mean)^2. */
extern Status prediction_error_r2(const PredictionError *state, double *result);

/*
 * Adds a row; probability in [0, 1] is that of the positive class and is
 * clipped to [2^-52, 1 - 2^-52], as scikit-learn does for float64.  KERNEL_OVERFLOW,
 * with the state unusable, when a sum is not finite; the same for merge.
 */
extern Status log_loss_add(LogLoss *state, bool is_positive, double probability, double weight);
extern Status log_loss_merge(LogLoss *into, const LogLoss *from);
extern bool log_loss_is_valid(const LogLoss *state);

/* Adds |y - f| / |y|; label: not 0.  Statuses as for log_loss_add. */
extern Status percentage_loss_add(LogLoss *state, double label, double prediction, double weight);

/* Adds q (y - f) where the label is not below the prediction, else (1 - q) (f - y); quantile: q in [0, 1]. */
extern Status pinball_loss_add(LogLoss *state, double label, double prediction, double quantile,
							   double weight);

/* Adds the unit deviance of the variance's power (stat/deviance.h), whose conditions on label and prediction it has. */
extern Status deviance_loss_add(LogLoss *state, double label, double prediction, double power,
								double weight);

/* Statuses as for prediction_error_mae. */
extern Status log_loss_mean(const LogLoss *state, double *result);

#endif /* ORCHARD_KERNEL_METRIC_PREDICTION_ERROR_H */

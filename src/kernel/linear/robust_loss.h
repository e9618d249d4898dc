/*
 * robust_loss.h: losses of a row's residual that grow no faster than it: Huber's with its scale, and the
 * check function of a quantile, smoothed.
 */
#ifndef ORCHARD_KERNEL_LINEAR_ROBUST_LOSS_H
#define ORCHARD_KERNEL_LINEAR_ROBUST_LOSS_H

#include <stdint.h>

#include "kernel/base/double_double.h"

typedef enum RobustKind
{
	ROBUST_SQUARES, /* r^2 / 2: for the start, and for the information of the design */
	ROBUST_HUBER, /* (s + s H(r / s)) / 2; H(z) = z^2, or 2 epsilon |z| - epsilon^2 beyond epsilon */
	ROBUST_HUBER_BOUND, /* the same, its curvature that of the parabola that touches and bounds it */
	ROBUST_DENSITY,		/* no loss: curvature is the normal density of r / width over width */
	ROBUST_CHECK /* (quantile - 1/2) r + |r| / 2, with a parabola in place of |r| where it is below width */
} RobustKind;

/* Sums over rows, weighted. */
typedef struct RobustSums
{
	DoubleDouble loss;
	DoubleDouble weight;
	DoubleDouble squares;	/* of r^2 */
	double scale_slope;		/* of the derivative of the loss by the scale */
	double scale_curvature; /* of the second one */
	double influence;		/* of psi^2, psi the derivative by r */
	double inside;			/* of the rows in the parabola */
	double inside_rows;		/* their number */
} RobustSums;

typedef struct RobustLoss
{
	RobustKind kind;
	double centre; /* taken from the target: r = (y - centre) - eta */
	double scale;  /* Huber's s */
	double epsilon;
	double quantile;
	double width;  /* of ROBUST_CHECK and ROBUST_DENSITY */
	double *mixed; /* n_basis: sums of the derivative by the scale and the coefficients; or NULL */
	RobustSums sums;
} RobustLoss;

/*
 * robust_rows
 *		Derivatives by eta of n rows; adds to loss->sums.
 *
 * residual[i]: the first, curvature[i]: the second or a bound of it.  mixed[i]: that by eta and the
 * scale, written for ROBUST_HUBER.  weight: NULL for 1.
 */
extern void robust_rows(RobustLoss *loss, const double *eta, const double *target,
						const double *weight, int32_t n, double *residual, double *curvature,
						double *mixed);

#endif /* ORCHARD_KERNEL_LINEAR_ROBUST_LOSS_H */

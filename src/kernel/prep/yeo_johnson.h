/*
 * yeo_johnson.h: the power transform of Yeo and Johnson.
 *
 * Source: Yeo, Johnson, "A new family of power transformations to improve normality or
 * symmetry", Biometrika 87(4), 2000, equations 2.1 and 3.1.
 */
#ifndef ORCHARD_KERNEL_PREP_YEO_JOHNSON_H
#define ORCHARD_KERNEL_PREP_YEO_JOHNSON_H

#include "kernel/stat/score_runs.h"

/* x finite: increasing in x, 0 at 0. */
extern double yeo_johnson(double x, double lambda);

/* The x with yeo_johnson(x, lambda) = y; NaN where there is none. */
extern double yeo_johnson_inverse(double y, double lambda);

/*
 * The lambda of the largest normal likelihood of the values, to about 1e-8 by Brent's method
 * from the bracket [-2, 2], which moves where the maximum is outside.  Also mean and
 * standard deviation of the transformed values.  runs: compact, at least two distinct values.
 * Each of some 40 steps is O(n).  KERNEL_STOPPED.
 */
extern Status yeo_johnson_fit(const ScoreRuns *runs, const StopCheck *stop, double *lambda,
							  double *mean, double *deviation);

#endif /* ORCHARD_KERNEL_PREP_YEO_JOHNSON_H */

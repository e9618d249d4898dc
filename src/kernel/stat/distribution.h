/*
 * distribution.h: tail probabilities of the normal and Student's t distributions, and normal quantiles.
 */
#ifndef ORCHARD_KERNEL_STAT_DISTRIBUTION_H
#define ORCHARD_KERNEL_STAT_DISTRIBUTION_H

/* P(|Z| > |z|), Z standard normal; relative error below 1e-14 down to the smallest normal double. */
extern double distribution_normal_two_sided(double z);

/* P(|T| > |t|), T Student's t with `degrees` > 0 degrees of freedom; relative error below 1e-11 (1e-12 below 1,000 degrees). */
extern double distribution_t_two_sided(double t, double degrees);

/* The z with P(Z <= z) = p, 0 < p < 1; absolute error below 1e-14 times 1 + z^2. */
extern double distribution_normal_quantile(double p);

#endif /* ORCHARD_KERNEL_STAT_DISTRIBUTION_H */

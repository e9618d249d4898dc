/*
 * distribution.h: tail probabilities of the normal, Student's t and F distributions, and quantiles.
 */
#ifndef ORCHARD_KERNEL_STAT_DISTRIBUTION_H
#define ORCHARD_KERNEL_STAT_DISTRIBUTION_H

/* P(|Z| > |z|), Z standard normal; relative error below 1e-14 down to the smallest normal double. */
extern double distribution_normal_two_sided(double z);

/* P(|T| > |t|), T Student's t with `degrees` > 0 degrees of freedom; relative error below 1e-11 (1e-12 below 1,000 degrees). */
extern double distribution_t_two_sided(double t, double degrees);

/* The t >= 0 with P(|T| > t) = tail, 0 < tail < 1; infinite degrees: the normal's.  To the digits of the tail. */
extern double distribution_t_critical(double tail, double degrees);

/* P(F > f) of Fisher's F, f >= 0 and both degrees > 0; relative error below 1e-10 up to 1e6 degrees. */
extern double distribution_f_upper(double f, double degrees1, double degrees2);

/* The z with P(Z <= z) = p, 0 < p < 1; absolute error below 1e-14 times 1 + z^2. */
extern double distribution_normal_quantile(double p);

#endif /* ORCHARD_KERNEL_STAT_DISTRIBUTION_H */

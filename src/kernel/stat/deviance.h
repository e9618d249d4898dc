/*
 * deviance.h: the unit deviance of targets whose variance is a power of their mean.
 *
 * d(y, mu) = 2 * integral from y to mu of (t - y) / t^power: power 1 is Poisson's, 2 gamma's, between them
 * Tweedie's compound Poisson-gamma (Jorgensen, "The Theory of Dispersion Models", 1997).
 */
#ifndef ORCHARD_KERNEL_STAT_DEVIANCE_H
#define ORCHARD_KERNEL_STAT_DEVIANCE_H

/* d / 2, for 1 <= power <= 2, mu > 0 and y >= 0, or y > 0 for power 2. */
extern double deviance_half(double power, double y, double mu);

/*
 * deviance_saturated
 *		Log of the density of Tweedie's compound Poisson-gamma at y, were y its mean.
 *
 * 1 < power < 2, y >= 0, dispersion > 0.  The density at mu is that times exp(-d / (2 dispersion)).  At
 * 0 it is a probability.  Relative error 1e-13, at a cost that does not grow with y.
 */
extern double deviance_saturated(double power, double y, double dispersion);

/*
 * The deviance about a constant mean takes one sum: with `part` = sum w deviance_part(power, y) over
 * rows of total weight w and weighted mean m > 0, it is deviance_about_mean(power, w, m, part).
 */
extern double deviance_part(double power, double y);
extern double deviance_about_mean(double power, double weight, double mean, double part);

#endif /* ORCHARD_KERNEL_STAT_DEVIANCE_H */

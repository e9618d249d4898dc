#!/usr/bin/env python3
"""Golden values of test/unit/test_stat_deviance.c, to paste there: densities of Tweedie's compound Poisson-gamma.

mpmath 1.3.0: the series of Dunn and Smyth (2005) summed term by term at 60 digits, times exp of the
canonical part at mu = y.  Run: python3 deviance.py
"""
from mpmath import mp, mpf, exp, log, loggamma

mp.dps = 60


def log_density(power, y, dispersion):
    p, y, phi = mpf(power), mpf(y), mpf(dispersion)
    alpha = (2 - p) / (1 - p)
    log_z = -alpha * log(y) + alpha * log(p - 1) - (1 - alpha) * log(phi) - log(2 - p)
    peak = y ** (2 - p) / (phi * (2 - p))
    total, j = mpf(0), max(1, int(peak - 60 * (peak * (p - 1)) ** 0.5))
    shift = j * log_z - loggamma(j + 1) - loggamma(-j * alpha)
    while True:
        term = exp(j * log_z - loggamma(j + 1) - loggamma(-j * alpha) - shift)
        total += term
        if j > peak and term < total * mpf(10) ** -30:
            break
        j += 1
    at_mean = y ** (2 - p) * (1 / (1 - p) - 1 / (2 - p)) / phi
    return log(total) + shift - log(y) + at_mean


for power in ("1.01", "1.25", "1.5", "1.75", "1.98"):
    for y, dispersion in (("0.01", "1.5"), ("1", "1"), ("3", "0.5"), ("40", "0.5"), ("700", "0.25"), ("1e6", "3")):
        # In double first, as the test has it.
        value = log_density(float(power), float(y), float(dispersion))
        print(f"\t\t{{{power}, {y}, {dispersion}, {mp.nstr(value, 17)}}},")

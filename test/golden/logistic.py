#!/usr/bin/env python3
"""Golden values for hard cases of logistic regression, written to logistic.h.

Independent of Orchard: statsmodels (Logit, GLM with frequency weights), numpy.  Run:
    pip install statsmodels==0.15.0 numpy==2.4.6
    python3 logistic.py > logistic.h
The rows are made from integers, so that the C tests make the same ones.
"""
import numpy
import statsmodels
import statsmodels.api as sm

N = 600
i = numpy.arange(1, N + 1)
x1 = (i * 37 % 101) / 4.0
x2 = (i * 53 % 97).astype(float)
label = ((i * 37 % 101) + (i * 41 % 61) + (i * 29 % 53) - 105 > 0).astype(float)
weight = 1.0 + i % 4
level = i * 7 % 5


def emit(name, values):
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in numpy.atleast_1d(values))))


def logit(y, x):
    return sm.Logit(y, x).fit(disp=0, tol=1e-15, maxiter=200, method="newton")


def shortest(columns, fit):
    """Raw coefficients with equal eta whose standardised ones have the least norm."""
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    z = (columns - mean) / deviation
    eta = fit.predict(which="linear")
    beta = numpy.linalg.pinv(z) @ (eta - eta.mean())
    slope = beta / deviation
    return [eta.mean() - slope @ mean] + list(slope)


print("/* logistic.h: golden values; written by logistic.py with statsmodels %s, numpy %s. */"
      % (statsmodels.__version__, numpy.__version__))

plain = logit(label, sm.add_constant(numpy.column_stack([x1, x2])))
emit("golden_plain_estimate", plain.params)
emit("golden_plain_std_error", plain.bse)
emit("golden_plain_log_likelihood", plain.llf)

# x3 = 2 x1 - x2 + 3 depends on the others; x4 does not.
x3 = 2 * x1 - x2 + 3
x4 = (i * 17 % 31).astype(float)
reduced = logit(label, sm.add_constant(numpy.column_stack([x1, x2, x4])))
emit("golden_collinear_estimate", shortest(numpy.column_stack([x1, x2, x3, x4]), reduced))
emit("golden_collinear_std_error_x4", reduced.bse[3])
emit("golden_collinear_log_likelihood", reduced.llf)

# A copy of x1: the intercept stays determined.
only = logit(label, sm.add_constant(numpy.column_stack([x1])))
emit("golden_twice_estimate", shortest(numpy.column_stack([x1, x1]), only))
emit("golden_twice_std_error_intercept", only.bse[0])

# Frequency weights times class weights 1 and 3.
both = sm.GLM(label, sm.add_constant(numpy.column_stack([x1, x2])), family=sm.families.Binomial(),
              freq_weights=weight * numpy.where(label > 0, 3.0, 1.0)).fit(tol=1e-15, maxiter=200)
emit("golden_weighted_estimate", both.params)
emit("golden_weighted_std_error", both.bse)
emit("golden_weighted_log_likelihood", both.llf)
eta = both.predict(which="linear")
emit("golden_weighted_log_loss", numpy.average(numpy.log1p(numpy.exp(-numpy.where(label > 0, eta, -eta))), weights=weight))
emit("golden_weighted_accuracy", numpy.average((eta > 0) == (label > 0), weights=weight))

# Without an intercept.
bare = logit(label, numpy.column_stack([x1, x2]))
emit("golden_bare_estimate", bare.params)
emit("golden_bare_std_error", bare.bse)

# A missing x2 with its indicator: the mean and an extra column.
gone = i % 7 == 0
filled = numpy.where(gone, x2[~gone].mean(), x2)
indicated = logit(label, sm.add_constant(numpy.column_stack([x1, filled, gone.astype(float)])))
emit("golden_indicated_estimate", indicated.params)
emit("golden_indicated_std_error", indicated.bse)

# All rows of level 4 are positive: its coefficient diverges, the others are those without them.
pinned = numpy.where(level == 4, 1.0, label)
keep = level != 4
others = logit(pinned[keep], sm.add_constant(numpy.column_stack([x1[keep]] + [(level[keep] == k).astype(float) for k in (1, 2, 3)])))
emit("golden_pinned_estimate", others.params)
emit("golden_pinned_std_error", others.bse)

#!/usr/bin/env python3
"""Golden values of test/sql/fit_robust.sql, to paste there.

statsmodels 0.15.0: OLS and WLS with cov_type HC0 to HC3 and use_t=True, Logit with HC0, on the rows of the test's table
"ground".  For logistic regression statsmodels has no HC1 to HC3 of its own; they, and weights, are
the formulas of R's sandwich::vcovHC (Zeileis 2006) in numpy.  NULLs stand at the means, as in
interval_sql.py.  Run: python3 robust_sql.py
"""
import numpy
import statsmodels.api as sm

i = numpy.arange(1, 601)
k = (i % 3).astype(float)
x = i * 37 % 101 / 4.0
y = i * 53 % 31 * x / 10 + i * 37 % 101
yes = (i * 7919 % 11 > 4 + k - (i % 5 == 0)).astype(float)
w = 1.0 + i % 5
gap = numpy.where(i % 7 == 0, numpy.nan, x)
side = numpy.where(i % 11 == 0, "", numpy.array(["a", "b", "c"])[i * i % 3 + i % 2 * (i % 4 == 1)])
one = numpy.ones(600)
TYPES = ("HC0", "HC1", "HC2", "HC3")


def put(model, kind, terms, table):
    for term, values in zip(terms, table):
        print(f"\t('{model}', '{kind}', '{term}', " + ", ".join(repr(float(v)) for v in values) + "),")


def least_squares(model, make, terms):
    for kind in TYPES:
        fit = make().fit(cov_type=kind, use_t=True)
        put(model, kind, terms, numpy.column_stack([fit.params, fit.bse, fit.tvalues, fit.pvalues, *fit.conf_int(0.1).T]))
        print(f"\t('{model}', '{kind}', 'F', {float(fit.fvalue)!r}, {float(fit.f_pvalue)!r}, NULL, NULL, NULL, NULL),")


def logistic(model, design, weights, terms):
    fit = sm.GLM(yes, design, sm.families.Binomial(), freq_weights=weights).fit(tol=1e-15, maxiter=100)
    p = fit.predict(design)
    information = weights * p * (1 - p)
    bread = numpy.linalg.inv((design.T * information) @ design)
    leverage = information * numpy.einsum("ij,jk,ik->i", design, bread, design)
    square = (weights * (yes - p)) ** 2
    n, q = design.shape
    factors = {"HC0": square, "HC1": square * n / (n - q), "HC2": square / (1 - leverage), "HC3": square / (1 - leverage) ** 2}
    for kind in TYPES:
        covariance = bread @ ((design.T * factors[kind]) @ design) @ bread
        error = numpy.sqrt(numpy.diag(covariance))
        if kind == "HC0" and (weights == 1).all():
            error = sm.Logit(yes, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100, cov_type="HC0").bse
        z = fit.params / error
        reach = 1.6448536269514722 * error
        from scipy.stats import norm
        put(model, kind, terms, numpy.column_stack([fit.params, error, z, 2 * norm.sf(abs(z)), fit.params - reach, fit.params + reach]))


full = numpy.column_stack([one, x, k])
names = ["(intercept)", "x", "k"]
least_squares("plain", lambda: sm.OLS(y, full), names)
least_squares("origin", lambda: sm.OLS(y, full[:, 1:]), names[1:])
least_squares("weighted", lambda: sm.WLS(y, full, w), names)
mean = numpy.nanmean(gap)
known = side != ""
indicators = [numpy.where(known, side == level, numpy.mean(side[known] == level)).astype(float) for level in "bc"]
mixed = numpy.column_stack([one, numpy.where(numpy.isnan(gap), mean, gap), numpy.isnan(gap)] + indicators + [~known]).astype(float)
least_squares("mixed", lambda: sm.OLS(y, mixed), ["(intercept)", "gap", "gap is missing", "side = b", "side = c", "side is missing"])
logistic("logistic", full, one, names)
logistic("logistic weighted", full, w, names)
columns = [i * (11 * j + 7) * 7919 % (101 + 2 * j) / 8.0 for j in range(1, 71)]
fit = sm.OLS(y, numpy.column_stack([one] + columns)).fit(cov_type="HC3", use_t=True)
put("wide", "HC3", ["(intercept)", "v[1]", "v[70]"], numpy.column_stack([fit.params, fit.bse, fit.tvalues, fit.pvalues, *fit.conf_int(0.1).T])[[0, 1, 70]])

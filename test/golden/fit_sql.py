#!/usr/bin/env python3
"""Golden values of test/sql/fit_input.sql: rows of VALUES to paste there.

statsmodels 0.15.0 (WLS, Logit) and numpy 2.4.6 (pseudo-inverse) on the rows of the test's table
"ground", which are integers and quarters.  Run: python3 fit_sql.py
"""
import numpy
import statsmodels.api as sm

i = numpy.arange(1, 601)
k, j = i % 3, i % 4
x = i * 37 % 101 / 4.0
y = (i * 53 % 31 + i * 37 % 101).astype(float)
yes = (i * 7919 % 11 > 4).astype(float)


def show(model, terms, estimates, errors):
    for n, term in enumerate(terms):
        error = "NULL" if errors[n] is None else repr(float(errors[n]))
        print(f"\t('{model}', '{term}', {float(estimates[n])!r}, {error}),")


# Weighted, categories one-hot with the first level as reference, weight 0 left out.
used = k > 0
design = numpy.column_stack([numpy.ones(600), x] + [(j == level).astype(float) for level in (1, 2, 3)])
fit = sm.WLS(y[used], design[used], weights=k[used]).fit()
show("weighted", ["(intercept)", "x", "c = j1", "c = j2", "c = j3"], fit.params, fit.bse)

# NULLs: a number takes the mean of the others, a category the share of each indicator.
with_null = numpy.where(i % 7 == 0, numpy.nan, x)
filled = numpy.where(numpy.isnan(with_null), numpy.nanmean(with_null), with_null)
known = i % 5 > 0
shares = [numpy.where(known, j == level, (j[known] == level).mean()) for level in (1, 2, 3)]
design = numpy.column_stack([numpy.ones(600), filled] + shares)
fit = sm.OLS(y, design).fit()
show("missing", ["(intercept)", "x", "c = j1", "c = j2", "c = j3"], fit.params, fit.bse)

# Collinear: minimum norm on the standardised columns.  Only the intercept is determined, by any two.
columns = numpy.column_stack([x, j, 2 * x - j])
centred = (columns - columns.mean(0)) / columns.std(0)
slopes = numpy.linalg.pinv(centred) @ (y - y.mean()) / columns.std(0)
fit = sm.OLS(y, numpy.column_stack([numpy.ones(600), x, j])).fit()
show("collinear", ["(intercept)", "x", "j", "z"], [y.mean() - columns.mean(0) @ slopes, *slopes],
     [fit.bse[0], None, None, None])

# Logistic.
design = numpy.column_stack([numpy.ones(600), x, k])
fit = sm.Logit(yes, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
show("logistic", ["(intercept)", "x", "k"], fit.params, fit.bse)

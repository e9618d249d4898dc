#!/usr/bin/env python3
"""Golden values of test/sql/fit_multinomial.sql: rows of VALUES to paste there.

statsmodels 0.15.0 (MNLogit) without a penalty, scikit-learn 1.9.1 with one, numpy 2.4.6, on the rows
of the test's table "ground", which are integers and quarters.  Run: python3 multinomial_sql.py
"""
import numpy
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

i = numpy.arange(1, 601)
k, j = i % 3, i % 4
x = i * 37 % 101 / 4.0
y = ((i * 37 % 101) + 6 * j + (i * 41 % 61) + (i * 29 % 53)) // 56 % 4
CLASSES = ["c0", "c1", "c2", "c3"]
indicators = numpy.column_stack([j == level for level in (1, 2, 3)]).astype(float)
TERMS = ["(intercept)", "x", "k", "c = j1", "c = j2", "c = j3"]


def row(model, name, term, estimate, error):
    print(f"\t('{model}', '{name}', '{term}', {float(estimate)!r}, {'NULL' if error is None else repr(float(error))}),")


def show(model, terms, fit):
    """the first class is the reference"""
    estimates, errors = numpy.asarray(fit.params), numpy.asarray(fit.bse)
    for c, name in enumerate(CLASSES[1:]):
        for t, term in enumerate(terms):
            row(model, name, term, estimates[t, c], errors[t, c])


def mnlogit(target, design):
    return sm.MNLogit(target, design).fit(disp=0, method="newton", tol=1e-15, maxiter=300)


plain = numpy.column_stack([x, k, indicators])
show("plain", TERMS, mnlogit(y, sm.add_constant(plain)))

# Weights of rows and classes are repetitions.
times = (1 + i % 3) * numpy.where(y == 2, 3, 1)
show("weighted", TERMS, mnlogit(numpy.repeat(y, times), sm.add_constant(numpy.repeat(plain, times, axis=0))))

# NULLs with their indicators: a number takes the mean of the others, a category the share of each.
gone, lost = i % 7 == 0, i % 11 == 0
filled = numpy.where(gone, x[~gone].mean(), x)
shares = numpy.where(lost[:, None], indicators[~lost].mean(axis=0), indicators)
design = numpy.column_stack([filled, gone, k, shares, lost]).astype(float)
show("missing", ["(intercept)", "x", "x is missing", "k", "c = j1", "c = j2", "c = j3", "c is missing"],
     mnlogit(y, sm.add_constant(design)))
show("origin", TERMS[1:], mnlogit(y, plain))


def penalised(model, l2, weights, standardize=True):
    """scikit-learn on standardised columns, whose classes add up to 0, back in the columns' units"""
    mean = numpy.average(plain, axis=0, weights=weights)
    deviation = numpy.sqrt(numpy.average((plain - mean) ** 2, axis=0, weights=weights))
    if not standardize:
        deviation = numpy.ones_like(deviation)
    fit = LogisticRegression(C=1.0 / (l2 * weights.sum()), solver="newton-cholesky", tol=1e-13, max_iter=1000)
    fit.fit((plain - mean) / deviation, y, sample_weight=weights)
    slope = fit.coef_ / deviation
    intercept = fit.intercept_ - slope @ mean
    for c, name in enumerate(CLASSES):
        for t, term in enumerate(TERMS):
            row(model, name, term, intercept[c] - intercept.mean() if t == 0 else slope[c, t - 1], None)
    return fit.predict_proba((plain - mean) / deviation)


p = penalised("ridge", 0.01, numpy.ones(600))
balanced = 600 / (4 * numpy.bincount(y)[y])
penalised("balanced", 0.05, balanced)
penalised("raw", 0.01, numpy.ones(600), standardize=False)
print("-- predict_proba of ridge, rows 1, 2, 3 and 600")
for n in (1, 2, 3, 600):
    print(f"\t({n}, '{{{','.join(repr(float(v)) for v in p[n - 1])}}}'),")

#!/usr/bin/env python3
"""Golden values of test/sql/fit_multinomial.sql: rows of VALUES to paste there.

statsmodels 0.15.0 (MNLogit) without a penalty, scikit-learn 1.9.1 with one, numpy 2.4.6, on the rows
of the test's table "ground", which are integers and quarters.  HC2 and HC3, which statsmodels lacks, by their definitions:
HC3 is the sum of the squares of what one Newton step without each row changes, A - A_i being factored anew for each; HC2
has the principal square root of (I - WQ)^-1 by scipy.  Intervals of probabilities are by the delta method with the Jacobian of p
and MNLogit's covariance, on the scale of log p / (1 - p).  Run: python3 multinomial_sql.py
"""
import numpy
import scipy.linalg
import scipy.stats
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


def scores(fit, design, target, weight):
    """probabilities, scores by the etas of the free classes, and their information, row by row"""
    p = fit.predict(design)
    own = numpy.eye(4)[target]
    score = weight[:, None] * (own - p)[:, 1:]
    q = p[:, 1:]
    information = weight[:, None, None] * (q[:, :, None] * numpy.eye(3) - q[:, :, None] * q[:, None, :])
    return p, score, information


def leveraged(model, terms, fit, design, target, weight):
    """HC2 and HC3 of coefficients class by class"""
    _, score, information = scores(fit, design, target, weight)
    blocks = [numpy.kron(numpy.eye(3), row[None, :]) for row in design]
    total = sum(b.T @ w @ b for b, w in zip(blocks, information))
    inverse = numpy.linalg.inv(total)
    meat = {"HC2": 0, "HC3": 0}
    for b, w, s in zip(blocks, information, score):
        step = numpy.linalg.solve(total - b.T @ w @ b, b.T @ s)
        meat["HC3"] = meat["HC3"] + numpy.outer(step, step)
        root = scipy.linalg.sqrtm(numpy.linalg.inv(numpy.eye(3) - w @ b @ inverse @ b.T))
        step = inverse @ b.T @ (root.real @ s)
        meat["HC2"] = meat["HC2"] + numpy.outer(step, step)
    estimates = numpy.asarray(fit.params)
    for kind, covariance in meat.items():
        error = numpy.sqrt(numpy.diag(covariance)).reshape(3, -1)
        for c, name in enumerate(CLASSES[1:]):
            for t, term in enumerate(terms):
                row(f"{model} {kind}", name, term, estimates[t, c], error[c, t])


POINTS = []


def interval(model, fit, rows):
    """rows: (row of the design, the arguments as JSON)"""
    covariance = numpy.asarray(fit.cov_params())
    for values, text in rows:
        values = numpy.asarray(values, dtype=float)
        p = fit.predict(values[None, :])[0]
        for c, name in enumerate(CLASSES):
            slope = numpy.concatenate([p[c] * ((m == c) - p[m]) * values for m in (1, 2, 3)])
            error = numpy.sqrt(slope @ covariance @ slope)
            odds, reach = numpy.log(p[c] / (1 - p[c])), scipy.stats.norm.ppf(0.95) * error / (p[c] * (1 - p[c]))
            ends = 1 / (1 + numpy.exp(-(odds + numpy.array([-reach, reach]))))
            POINTS.append(f"\t('{model}', '{text}', '{name}', " + ", ".join(repr(float(v)) for v in (p[c], error, *ends)) + "),")


plain = numpy.column_stack([x, k, indicators])
fit = mnlogit(y, sm.add_constant(plain))
show("plain", TERMS, fit)
leveraged("plain", TERMS, fit, sm.add_constant(plain), y, numpy.ones(600))
interval("plain", fit, [([1, a, b, *(level == l for l in ("j1", "j2", "j3"))], f'{{"x": {a}, "k": {b}, "c": "{level}"}}')
                        for a, b, level in ((1.0, 1, "j1"), (12.5, 0, "j0"), (24.0, 2, "j3"), (-3.0, 5, "j2"))])

# Weights of rows and classes are repetitions.
times = (1 + i % 3) * numpy.where(y == 2, 3, 1)
fit = mnlogit(numpy.repeat(y, times), sm.add_constant(numpy.repeat(plain, times, axis=0)))
show("weighted", TERMS, fit)
leveraged("weighted", TERMS, fit, sm.add_constant(plain), y, times.astype(float))
interval("weighted", fit, [([1, 7.25, 1, 0, 1, 0], '{"x": 7.25, "k": 1, "c": "j2"}')])

# NULLs with their indicators: a number takes the mean of the others, a category the share of each.
gone, lost = i % 7 == 0, i % 11 == 0
filled = numpy.where(gone, x[~gone].mean(), x)
shares = numpy.where(lost[:, None], indicators[~lost].mean(axis=0), indicators)
design = numpy.column_stack([filled, gone, k, shares, lost]).astype(float)
fit = mnlogit(y, sm.add_constant(design))
show("missing", ["(intercept)", "x", "x is missing", "k", "c = j1", "c = j2", "c = j3", "c is missing"], fit)
interval("missing", fit, [([1, x[~gone].mean(), 1, 2, 0, 1, 0, 0], '{"x": null, "k": 2, "c": "j2"}'),
                          ([1, 9.5, 0, 1, *indicators[~lost].mean(axis=0), 1], '{"x": 9.5, "k": 1, "c": null}')])
fit = mnlogit(y, plain)
show("origin", TERMS[1:], fit)
leveraged("origin", TERMS[1:], fit, plain, y, numpy.ones(600))
interval("origin", fit, [([12.5, 1, 1, 0, 0], '{"x": 12.5, "k": 1, "c": "j1"}')])


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
print("-- intervals of probabilities, confidence 0.9")
print("\n".join(POINTS))

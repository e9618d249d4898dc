#!/usr/bin/env python3
"""Golden values of test/sql/fit_huber.sql, to paste there: Huber regression.

scikit-learn 1.9.1's HuberRegressor (L-BFGS) is good to some digits only, so its objective, written down again
here, is minimised from its answer to full precision by Newton's method in long double.  Standard errors are the
covariance H1 of statsmodels' RLM at that optimum, by statsmodels itself.  Sets: engel and stackloss of statsmodels 0.15.0, and the rows of the test's table "ground".
Run: python3 huber_sql.py
"""
import warnings

import numpy
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import HuberRegressor
from statsmodels.robust.robust_linear_model import RLM

warnings.simplefilter("ignore")
i = numpy.arange(1, 601)
k, x, z = i % 3, i * 37 % 101 / 4.0, i * 53 % 31 / 8.0
j = i % 4
w = (i % 3 + 1).astype(float)
noise = (i * 7919 % 101 - 50) / 8.0
y = 3 + 2 * x - z + 5 * k + noise + numpy.where(i % 19 == 0, 150.0, 0.0)
columns = {"x": x, "k": k, "z": z, "c = j1": j == 1, "c = j2": j == 2, "c = j3": j == 3}
terms = list(columns)
design = numpy.column_stack([columns[t] for t in terms]).astype(float)


def huber(rows, target, weight, epsilon, alpha, n_free):
    """scikit-learn's objective to full precision; n_free: leading columns without a penalty."""
    ridge = numpy.full(rows.shape[1], 2.0 * alpha)
    ridge[:n_free] = 0
    start = HuberRegressor(epsilon=epsilon, alpha=alpha, max_iter=100000, tol=1e-10, fit_intercept=False) if n_free == 0 \
        else HuberRegressor(epsilon=epsilon, alpha=alpha, max_iter=100000, tol=1e-10)
    start.fit(rows[:, n_free:], target, sample_weight=weight)
    b = numpy.concatenate([[start.intercept_] if n_free else [], start.coef_]).astype(numpy.longdouble)
    s = numpy.longdouble(start.scale_)
    rows, target, weight = (numpy.asarray(v, dtype=numpy.longdouble) for v in (rows, target, weight))
    for _ in range(20):     # Newton's method in long double
        r = (target - rows @ b) / s
        inside = numpy.abs(r) <= epsilon
        psi = numpy.clip(r, -epsilon, epsilon)
        slope = numpy.concatenate([-2 * rows.T @ (weight * psi) + ridge * b, [numpy.sum(weight * (1 - psi ** 2))]])
        part = numpy.column_stack([rows, r])[inside] * numpy.sqrt(2 * weight[inside] / s)[:, None]
        matrix = part.T @ part
        matrix[:-1, :-1] += numpy.diag(ridge)
        step = numpy.linalg.solve(matrix.astype(float), slope.astype(float))
        b, s = b - step[:-1], s - step[-1]
    assert numpy.abs(step).max() < 1e-13 * numpy.abs(b).max()
    # scikit-learn's answer, to the digits that L-BFGS has.
    assert numpy.allclose(b[n_free:].astype(float), start.coef_, rtol=1e-2, atol=5e-3)
    return b.astype(float), float(s)


def errors(rows, target, b, s, epsilon, kind="H1"):
    """statsmodels' own covariance H1, H2 or H3 at given estimates and scale."""
    model = RLM(target, rows, M=sm.robust.norms.HuberT(t=epsilon))
    model._initialize()
    result = sm.robust.robust_linear_model.RLMResults(model, b, model.normalized_cov_params, s, kind)
    model.weights = None
    result.fit_options = {"cov": kind}
    return numpy.sqrt(numpy.diag(result.bcov_scaled))


def fit(model, rows, target, weight=None, epsilon=1.35, alpha=0.0, intercept=True, names=terms, with_errors=True, kinds=()):
    if intercept:
        rows, names = numpy.column_stack([numpy.ones(len(rows)), rows]), ["(intercept)"] + names
    weight = numpy.ones(len(rows)) if weight is None else weight
    b, s = huber(rows, target, weight, epsilon, alpha, int(intercept))
    error = errors(rows, target, b, s, epsilon) if with_errors else [None] * len(b)
    for name, estimate, e in zip(names, b, error):
        p = "NULL" if e is None else repr(float(2 * stats.t.sf(abs(estimate / e), len(rows) - len(b))))
        print(f"\t('{model}', '{name}', {float(estimate)!r}, {'NULL' if e is None else repr(float(e))}, {p}),")
    print(f"\t('{model}', '(scale)', {s!r}, NULL, NULL),")
    for kind in kinds:
        for name, estimate, e in zip(names, b, errors(rows, target, b, s, epsilon, kind)):
            p = float(2 * stats.t.sf(abs(estimate / e), len(rows) - len(b)))
            print(f"\t('{model} {kind}', '{name}', {float(estimate)!r}, {float(e)!r}, {p!r}),")


fit("huber", design, y, kinds=("H2", "H3"))
fit("huber wide", design, y, epsilon=2.5, kinds=("H2", "H3"))
fit("huber weighted", design, y, weight=w, with_errors=False)
fit("huber origin", design, y, intercept=False)
fit("huber l2", design, y, alpha=0.05 * 600, with_errors=False)
engel = sm.datasets.engel.load()
fit("huber engel", numpy.asarray(engel.exog, dtype=float).reshape(-1, 1), numpy.asarray(engel.endog), names=["foodexp"])
loss = sm.datasets.stackloss.load()
fit("huber stackloss", numpy.asarray(loss.exog, dtype=float), numpy.asarray(loss.endog),
    names=["airflow", "watertemp", "acidconc"], kinds=("H2", "H3"))
print()
for row in zip(numpy.asarray(engel.exog).ravel(), numpy.asarray(engel.endog)):
    print("\t(" + ", ".join(repr(float(v)) for v in row) + "),")
print()
for row in zip(numpy.asarray(loss.endog), *numpy.asarray(loss.exog).T):
    print("\t(" + ", ".join(f"{float(v):g}" for v in row) + "),")

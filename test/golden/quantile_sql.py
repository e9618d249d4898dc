#!/usr/bin/env python3
"""Golden values of test/sql/fit_quantile.sql, to paste there: quantile regression.

The optimum of the linear program by HiGHS (scipy 1.18, its simplex, so that the solution is a vertex), and
standard errors by the formula of statsmodels 0.15.0 at that solution (QuantReg, vcov="iid"), on the rows of the test's
table "ground", which are integers and quarters, and on Engel's food expenditures, as statsmodels ships them.
Run: python3 quantile_sql.py
"""
import warnings

import numpy
import statsmodels.api as sm
from scipy import optimize, stats

warnings.simplefilter("ignore")
i = numpy.arange(1, 601)
k, x, z, j, w = i % 3, i * 37 % 101 / 4.0, i * 53 % 31 / 8.0, i % 4, i % 3 + 1
y = i * 53 % 31 + i * 37 % 101 - 3 * j + i * 29 % 17 + numpy.where(i * 7919 % 11 == 0, 500.0, 0.0)
columns = {"x": x, "k": k, "z": z, "c = j1": j == 1, "c = j2": j == 2, "c = j3": j == 3}
ground = numpy.column_stack(list(columns.values())).astype(float)
engel = sm.datasets.engel.load_pandas().data
sets = {"ground": (ground, y, list(columns)), "engel": (engel[["income"]].to_numpy(), engel["foodexp"].to_numpy(), ["income"])}


def rows_of(name, intercept):
    rows, target, terms = sets[name]
    if intercept:
        return numpy.column_stack([numpy.ones(len(rows)), rows]), target, ["(intercept)"] + terms
    return rows, target, terms


def show(model, terms, estimates, errors=None, p_values=None):
    for n, term in enumerate(terms):
        error = "NULL" if errors is None else repr(float(errors[n]))
        p = "NULL" if p_values is None else repr(float(p_values[n]))
        print(f"\t('{model}', '{term}', {float(estimates[n])!r}, {error}, {p}),")


losses = []


def quantile(model, name, q, intercept=True, weight=None, l1=0.0, unique=True):
    rows, target, terms = rows_of(name, intercept)
    n, p = rows.shape
    share = (numpy.ones(n) if weight is None else weight) / (n if weight is None else weight.sum())
    deviation = rows.std(axis=0) if weight is None else numpy.ones(p)
    bound = numpy.where(deviation > 0, l1 * deviation, 0.0)
    solution = optimize.linprog(
        numpy.r_[bound, bound, q * share, (1 - q) * share],
        A_eq=numpy.hstack([rows, -rows, numpy.eye(n), -numpy.eye(n)]), b_eq=target, method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10})
    estimate = solution.x[:p] - solution.x[p:2 * p]
    losses.append((model, solution.fun))
    if not unique:
        return
    if weight is not None or l1 > 0:
        show(model, terms, estimate)
        return
    # statsmodels' formula (QuantReg.fit, vcov="iid") at the exact solution.
    e = target - rows @ estimate
    h = sm.regression.quantile_regression.hall_sheather(n, q)
    spread = numpy.percentile(e, 75) - numpy.percentile(e, 25)
    h = min(numpy.std(target), spread / 1.34) * (stats.norm.ppf(q + h) - stats.norm.ppf(q - h))
    density = (0.75 * (1 - (e / h) ** 2) * (abs(e / h) <= 1)).sum() / (n * h)
    errors = numpy.sqrt(numpy.diag(q * (1 - q) / density ** 2 * numpy.linalg.inv(rows.T @ rows)))
    show(model, terms, estimate, errors, 2 * stats.t.sf(abs(estimate / errors), n - p))


for q in (0.05, 0.25, 0.5, 0.75, 0.95):
    quantile(f"engel {q}", "engel", q)
quantile("median", "ground", 0.5, unique=False)
quantile("upper", "ground", 0.9, unique=False)
quantile("weighted", "ground", 0.25, weight=w, unique=False)
quantile("lasso", "ground", 0.4, l1=0.3, unique=False)
quantile("origin", "ground", 0.6, intercept=False, unique=False)
print()
for model, value in losses:
    print(f"\t('{model}', {float(value)!r}),")
print()
print(", ".join(f"({float(a)!r}, {float(b)!r})" for a, b in engel[["income", "foodexp"]].to_numpy()))

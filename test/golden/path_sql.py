#!/usr/bin/env python3
"""Golden values of test/sql/fit_path.sql: rows of VALUES to paste there.

scikit-learn 1.9.1 (enet_path, and ElasticNet where rows have weights) on the rows of the test's table
"ground", which are integers and quarters.  Run: python3 path_sql.py
"""
import warnings

import numpy
from sklearn.linear_model import ElasticNet, enet_path

warnings.simplefilter("ignore")  # the duality gap that it asks for is below what doubles allow

i = numpy.arange(1, 601)
k, j = i % 3, i % 4
x = i * 37 % 101 / 4.0
z = x / 2 + i * 53 % 31 / 8.0
y = (i * 53 % 31 + i * 37 % 101 - 3 * j).astype(float)
columns = numpy.column_stack([x, k, z, (j == 1), (j == 2), (j == 3)]).astype(float)


def show(name, n, eps, l1_ratio, standardize=True, positive=False, alphas=None):
    mean = columns.mean(axis=0)
    scale = columns.std(axis=0) if standardize else numpy.ones(6)
    grid, coefficients, _ = enet_path((columns - mean) / scale, y - y.mean(), l1_ratio=l1_ratio, eps=eps,
                                      alphas=n if alphas is None else alphas, positive=positive,
                                      precompute=False, tol=1e-15, max_iter=1_000_000)
    for step, alpha in enumerate(grid):
        b = coefficients[:, step] / scale
        put(name, step, alpha, y.mean() - mean @ b, b)


def show_weighted(name, alphas, weight):
    mean = numpy.average(columns, axis=0, weights=weight)
    scale = numpy.sqrt(numpy.average((columns - mean) ** 2, axis=0, weights=weight))
    for step, alpha in enumerate(alphas):
        fit = ElasticNet(alpha=alpha, l1_ratio=1.0, tol=1e-15, max_iter=1_000_000)
        fit.fit(columns / scale, y, sample_weight=weight)
        put(name, step, alpha, fit.intercept_, fit.coef_ / scale, weight)


def put(name, step, alpha, intercept, b, weight=None):
    mean = numpy.average(y, weights=weight)
    rss = numpy.average((y - intercept - columns @ b) ** 2, weights=weight)
    r2 = 1 - rss / numpy.average((y - mean) ** 2, weights=weight)
    values = ", ".join(repr(float(v)) for v in [intercept, *b])
    print(f"\t('{name}', {step + 1}, {float(alpha)!r}, {float(r2)!r}, {int((b != 0).sum())},\n"
          f"\t\t'{{{values}}}'),")


show("lasso", 8, 1e-3, 1.0)
show("net", 5, 1e-2, 0.5)
show("raw", 5, 1e-3, 0.9, standardize=False)
show("nonnegative", 5, 1e-2, 1.0, positive=True)
show("ridge", 2, 0.5, 0.0, alphas=[4.0, 0.5])
show_weighted("weighted", [3.0, 0.25], (k + 1).astype(float))

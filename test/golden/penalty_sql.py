#!/usr/bin/env python3
"""Golden values of test/sql/fit_penalty.sql: rows of VALUES to paste there.

scikit-learn 1.9.1 (ElasticNet, LinearRegression(positive=True)) on the rows of the test's table
"ground", which are integers and quarters.  Run: python3 penalty_sql.py
"""
import numpy
from sklearn.linear_model import ElasticNet, LinearRegression

i = numpy.arange(1, 601)
k, j = i % 3, i % 4
x = i * 37 % 101 / 4.0
z = x / 2 + i * 53 % 31 / 8.0
y = (i * 53 % 31 + i * 37 % 101 - 3 * j).astype(float)
columns = numpy.column_stack([x, k, z, (j == 1), (j == 2), (j == 3)]).astype(float)
terms = ["(intercept)", "x", "k", "z", "c = j1", "c = j2", "c = j3"]


def show(model, l1, l2, standardize=True, intercept=True, positive=False, weight=None):
    if weight is None:
        weight = numpy.ones(600)
    mean = numpy.average(columns, axis=0, weights=weight)
    scale = numpy.sqrt(numpy.average((columns - mean) ** 2, axis=0, weights=weight))
    if not standardize:
        scale = numpy.ones(6)
    if l1 + l2 > 0:
        # scikit-learn's alpha and l1_ratio for penalties l1 and l2
        fit = ElasticNet(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), fit_intercept=intercept,
                         positive=positive, tol=1e-15, max_iter=10_000_000)
    else:
        fit = LinearRegression(fit_intercept=intercept, positive=positive)
    fit.fit(columns / scale, y, sample_weight=weight)
    for term, value in zip(terms, [fit.intercept_, *(fit.coef_ / scale)]):
        if intercept or term != "(intercept)":
            print(f"\t('{model}', '{term}', {float(value)!r}),")


show("lasso", 2.0, 0.0)
show("net", 0.7, 0.2)
show("raw", 0.4, 0.1, standardize=False)
show("origin", 1.5, 0.0, intercept=False)
show("nonnegative", 0.0, 0.0, positive=True)
show("nonnegative net", 0.5, 0.1, positive=True)
show("weighted", 1.0, 0.0, weight=(k + 1).astype(float))

#!/usr/bin/env python3
"""Golden values of test/sql/fit_cv.sql: rows of VALUES to paste there.

scikit-learn 1.9.1 on the rows of the test's table "ground", folds by its column "fold": ElasticNetCV on
the columns as they are, and on standardised ones a pipeline for each penalty and fold, so that means
and scales are of the rows trained on.  Run: python3 cv_sql.py
"""
import warnings

import numpy
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, ElasticNetCV, LinearRegression, enet_path
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")  # the duality gap that it asks for is below what doubles allow

i = numpy.arange(1, 301)
k, j, fold = i % 3, i % 4, i * 7 % 11 % 4
x = i * 37 % 101 / 4.0
z = x / 2 + i * 53 % 31 / 8.0
noise = (i * 7919 % 127).astype(float)
y = i * 53 % 31 + i * 37 % 101 - 3 * j + noise
w = (k + 1).astype(float)
columns = numpy.column_stack([x, k, z, i * 29 % 23, (j == 1), (j == 2), (j == 3)]).astype(float)
holes = columns.copy()
holes[i % 7 == 0, 0] = numpy.nan
tight = dict(tol=1e-13, max_iter=1_000_000)


def put(name, alphas, errors, chosen, intercept, b):
    errors = numpy.asarray(errors)  # by penalty and fold
    table = numpy.column_stack([alphas, errors.mean(axis=1), errors.std(axis=1, ddof=1) / errors.shape[1] ** 0.5])
    rows = ", ".join("{" + ", ".join(repr(float(v)) for v in row) + "}" for row in table)
    values = ", ".join(repr(float(v)) for v in [intercept, *b])
    print(f"\t('{name}', {chosen + 1},\n\t\t'{{{rows}}}',\n\t\t'{{{values}}}'),")


def raw(name, l1_ratio, n, eps, **options):
    model = ElasticNetCV(l1_ratio=l1_ratio, alphas=n, eps=eps, cv=PredefinedSplit(fold), positive=options.get("positive", False),
                         fit_intercept=options.get("intercept", True), **tight)
    model.fit(columns, y, sample_weight=options.get("weight"))
    put(name, model.alphas_, model.mse_path_, int(numpy.argmin(model.mse_path_.mean(axis=1))), model.intercept_, model.coef_)


def standardised(name, data, l1_ratio, n, eps, rule="min"):
    filled = SimpleImputer().fit_transform(data)
    alphas, _, _ = enet_path(StandardScaler().fit_transform(filled), y - y.mean(), l1_ratio=l1_ratio, eps=eps, alphas=n)
    errors = []
    for alpha in alphas:
        pipeline = make_pipeline(SimpleImputer(), StandardScaler(), ElasticNet(alpha=alpha, l1_ratio=l1_ratio, **tight))
        errors.append(-cross_val_score(pipeline, data, y, cv=PredefinedSplit(fold), scoring="neg_mean_squared_error"))
    mean = numpy.mean(errors, axis=1)
    chosen = int(numpy.argmin(mean))
    if rule == "1se":
        limit = mean[chosen] + numpy.std(errors[chosen], ddof=1) / len(errors[chosen]) ** 0.5
        chosen = int(numpy.argmax(mean <= limit))
    scaler = StandardScaler().fit(filled)
    model = ElasticNet(alpha=alphas[chosen], l1_ratio=l1_ratio, **tight).fit(scaler.transform(filled), y)
    b = model.coef_ / scaler.scale_
    put(name, alphas, errors, chosen, model.intercept_ - scaler.mean_ @ b, b)


raw("raw", 1.0, 6, 1e-3)
raw("raw net", 0.5, 5, 1e-2)
raw("origin", 1.0, 4, 1e-2, intercept=False)
raw("nonnegative", 1.0, 4, 1e-3, positive=True)
raw("weighted", 0.9, 4, 1e-3, weight=w)
standardised("lasso", columns, 1.0, 8, 1e-3)
standardised("one error", columns, 1.0, 8, 1e-3, rule="1se")
standardised("net", columns, 0.5, 5, 1e-2)
standardised("holes", holes, 1.0, 6, 1e-3)

#!/usr/bin/env python3
"""Prints the golden rows of test/sql/transform_chain.sql: steps one behind another as scikit-learn has them.

The data are made by the same integer arithmetic in the test.  A line holds the name, the tolerance and
what the pipeline, fitted to all rows, makes of the first 26, row by row.  There is no winsorising and no
encoding by given folds in scikit-learn: these are numpy's quantiles, and TargetEncoder.fit on the rows of
the other folds.
"""
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, PolynomialFeatures,
                                   PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler, TargetEncoder)

i = np.arange(1, 121)
a = (i * 37 % 41) * 0.75 + 1
gaps = np.where(i % 13 == 0, np.nan, a)
b = (i * 29 % 17) * 0.5 - 2.0
plan = np.array(list("abcde"))[(i * i + i // 7) % 5].astype(object)
plan_gaps = np.where(i % 11 == 0, np.nan, plan)
fold = i * 11 % 4
y = ((i * 53 % 23) + 9 * (plan == "c") > 13).astype(int)
rows = pd.DataFrame(dict(a=a, gaps=gaps, b=b, plan=plan, plan_gaps=plan_gaps))
SHOWN = 26


def show(name, tolerance, values, shown=SHOWN):
    values = np.asarray(values.todense() if hasattr(values, "todense") else values, dtype=float)
    text = ",".join(repr(float(v)) for v in values[:shown].ravel())
    print(f"\t('{name}', {tolerance}, '{{{text}}}'),")


def fit(name, columns, *steps, tolerance=1e-12):
    pipeline = make_pipeline(*steps)
    pipeline.fit(rows[columns], y)
    show(name, tolerance, pipeline.transform(rows[columns]))


print(f"-- scikit-learn {sklearn.__version__}, numpy {np.__version__}, pandas {pd.__version__}")
fit("impute, standard", ["gaps"], SimpleImputer(strategy="median"), StandardScaler())
fit("indicator, standard", ["gaps"], SimpleImputer(strategy="mean", add_indicator=True), StandardScaler())
fit("impute, power, minmax", ["gaps"], SimpleImputer(strategy="mean"), PowerTransformer(), MinMaxScaler(), tolerance=1e-6)
fit("impute, robust, quantile", ["gaps"], SimpleImputer(strategy="most_frequent"), RobustScaler(),
    QuantileTransformer(n_quantiles=30, subsample=None))
fit("standard, bins, minmax", ["a"], StandardScaler(), KBinsDiscretizer(6, encode="ordinal", quantile_method="linear"), MinMaxScaler())
clipped = np.clip(gaps, *np.nanquantile(gaps, [0.05, 0.9]))
show("winsor, log1p, standard", 1e-12, StandardScaler().fit_transform(np.log1p(clipped)[:, None]))
fit("impute, onehot", ["plan_gaps"], SimpleImputer(strategy="most_frequent"), OneHotEncoder())
fit("constant, ordinal", ["plan_gaps"], SimpleImputer(strategy="constant", fill_value="bb"), OrdinalEncoder())
fit("impute, target", ["plan_gaps"], SimpleImputer(strategy="most_frequent"), TargetEncoder(smooth="auto"))
fit("onehot, standard", ["plan"], OneHotEncoder(sparse_output=False), StandardScaler())
fit("impute, standard, polynomial", ["gaps", "b"], SimpleImputer(strategy="mean"), StandardScaler(),
    PolynomialFeatures(2, include_bias=False))
fit("polynomial, standard", ["a", "b"], PolynomialFeatures(2, include_bias=False), StandardScaler())
filled = SimpleImputer(strategy="constant", fill_value="bb").fit_transform(rows[["plan_gaps"]])
encoded = TargetEncoder(smooth="auto").fit(filled, y).transform(filled)
out_of_fold = encoded.copy()
for f in range(4):
    inside = fold == f
    out_of_fold[inside] = TargetEncoder(smooth="auto").fit(filled[~inside], y[~inside]).transform(filled[inside])
scaler = StandardScaler().fit(out_of_fold)
show("constant, target, standard in fold", 1e-10, scaler.transform(out_of_fold))
show("constant, target, standard", 1e-10, scaler.transform(encoded))
model = make_pipeline(
    ColumnTransformer([("x", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["gaps"]),
                       ("plan", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(drop="first")), ["plan_gaps"])],
                      remainder="passthrough"), LinearRegression())
show("model", 1e-9, model.fit(rows[["gaps", "plan_gaps", "b"]], a * b + y).predict(rows[["gaps", "plan_gaps", "b"]]))

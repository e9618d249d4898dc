#!/usr/bin/env python3
"""Prints the golden rows of test/sql/fit_preprocess.sql: pipelines as scikit-learn has them.

The data are made by the same integer arithmetic in the test.  A line holds the name, the tolerance
and the predictions for all rows.  Out of fold the encodings are computed here, fold by fold, by
TargetEncoder.fit on the rows of the other folds.
"""
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (KBinsDiscretizer, OneHotEncoder, PolynomialFeatures, PowerTransformer,
                                   StandardScaler, TargetEncoder)
from sklearn.tree import DecisionTreeRegressor

i = np.arange(1, 121)
a = (i * 37 % 41) * 0.75 - 7
a_gaps = np.where(i % 13 == 0, np.nan, a)
b = (i * 29 % 17) * 0.5 - 2.0
plan = np.array(list("abcde"))[(i * i + i // 7) % 5]
fold = i * 11 % 4
y = 3.0 * b - 0.2 * a * b + 1.5 * (plan == "c") - 0.75 * (plan == "e") + (i * 53 % 23) * 0.1
c = (y + (i * 31 % 19) * 0.3 > 8).astype(int)
rows = pd.DataFrame(dict(a=a, gaps=a_gaps, b=b, plan=plan))


def show(name, tolerance, values):
    text = ",".join(repr(float(v)) for v in np.asarray(values).ravel())
    print(f"\t('{name}', {tolerance}, '{{{text}}}'),")


def pipeline(steps, model):
    return Pipeline([("prepare", ColumnTransformer(steps, remainder="passthrough")), ("model", model)])


print(f"-- scikit-learn {sklearn.__version__}, numpy {np.__version__}, pandas {pd.__version__}")
linear = pipeline([("impute", SimpleImputer(strategy="median", add_indicator=True), ["gaps"]),
                   ("products", PolynomialFeatures(2, interaction_only=True, include_bias=False), ["a", "b"]),
                   ("onehot", OneHotEncoder(drop="first", handle_unknown="ignore"), ["plan"])], LinearRegression())
show("linear", 1e-9, linear.fit(rows, y).predict(rows))

scaled = pipeline([("scale", StandardScaler(), ["a", "b"]), ("onehot", OneHotEncoder(), ["plan"])], Ridge(alpha=120 * 0.05))
show("ridge", 1e-9, scaled.fit(rows[["a", "b", "plan"]], y).predict(rows[["a", "b", "plan"]]))

logistic = pipeline([("power", PowerTransformer(), ["a"]), ("target", TargetEncoder(smooth="auto"), ["plan"])],
                    LogisticRegression(C=1 / (120 * 0.02), tol=1e-12, max_iter=10000))
# Fitted on encodings of all rows, as fit().transform() gives them.
full = ColumnTransformer([("power", PowerTransformer(), ["a"]), ("target", TargetEncoder(smooth="auto"), ["plan"])],
                         remainder="passthrough").fit(rows[["a", "plan", "b"]], c)
encoded = full.transform(rows[["a", "plan", "b"]])
show("logistic", 1e-5, LogisticRegression(C=1 / (120 * 0.02), tol=1e-12, max_iter=10000).fit(encoded, c).predict_proba(encoded)[:, 1])

# Trained on encodings without the row's fold, scored with those of all rows.
out_of_fold = encoded.copy()
for f in range(4):
    inside = fold == f
    encoder = TargetEncoder(smooth="auto").fit(rows.loc[~inside, ["plan"]], c[~inside])
    out_of_fold[inside, 1] = encoder.transform(rows.loc[inside, ["plan"]])[:, 0]
model = LogisticRegression(C=1 / (120 * 0.02), tol=1e-12, max_iter=10000).fit(out_of_fold, c)
show("out_of_fold", 1e-5, model.predict_proba(encoded)[:, 1])

tree = pipeline([("bins", KBinsDiscretizer(6, encode="ordinal", strategy="uniform"), ["a"]),
                 ("onehot", OneHotEncoder(), ["plan"])], DecisionTreeRegressor(max_depth=3, random_state=0))
show("tree", 1e-9, tree.fit(rows[["a", "plan", "b"]], y).predict(rows[["a", "plan", "b"]]))

#!/usr/bin/env python3
"""Prints the golden rows of test/sql/fit_cv_recipe.sql: searches over pipelines as scikit-learn does them.

The data are made by the same integer arithmetic in the test.  A line holds the name, the mean squared
errors of the rows held out and their standard errors, by penalty, and the predictions of the pipeline
that is fitted to all rows with the best penalty.  Weights go to the model alone, as a Pipeline without
routing has it; errors of folds are weighted.  Out of fold the encodings are computed here.
"""
import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, PowerTransformer, StandardScaler, TargetEncoder

ALPHAS = [2.0, 0.5, 0.1, 0.02, 0.001]

i = np.arange(1, 121)
a = (i * 37 % 41) * 0.75 - 7
gaps = np.where(i % 13 == 0, np.nan, a + (i * 17 % 7))
b = (i * 29 % 17) * 0.5 - 2.0
plan = np.array(list("abcde"))[(i * i + i // 7) % 5]
plan = np.where(np.isin(i, [4, 9]), "z", plan)
part = i * 11 % 4  # of the encodings
fold = i * 7 % 5  # of the search; "z" is in one of them only
w = (1 + i % 3).astype(float)
y = 3.0 * b - 0.2 * a * b + 1.5 * (plan == "c") - 4.0 * (plan == "e") + (i * 53 % 23) * 0.4
rows = pd.DataFrame(dict(a=a, gaps=gaps, b=b, plan=plan, part=part))


class PlainTarget(TargetEncoder):
    """Encodings of all rows trained on, for these rows too."""

    def fit_transform(self, X, y, **ignored):
        return self.fit(X, y).transform(X)


class PartTarget(TargetEncoder):
    """Rows trained on by the encodings of the other parts; rows measured by those of all."""

    def fit_transform(self, X, y, **ignored):
        self.fit(X[["plan"]], y)
        encoded = np.empty((len(X), 1))
        for p in X.part.unique():
            inside = (X.part == p).to_numpy()
            encoded[inside] = clone(self).fit(X.loc[~inside], y[~inside]).encodings(X.loc[inside])
        return encoded

    def fit(self, X, y):
        super().fit(X[["plan"]], y)
        return self

    def encodings(self, X):
        return super().transform(X[["plan"]])

    def transform(self, X):
        return self.encodings(X)


def show(name, errors, standard_errors, predictions):
    lists = ("{" + ",".join(repr(float(v)) for v in values) + "}" for values in (errors, standard_errors, predictions))
    print(f"\t('{name}', " + ", ".join(f"'{text}'" for text in lists) + "),")


def lasso(steps, l1_ratio=1.0):
    return Pipeline([("prepare", ColumnTransformer(steps)),
                     ("model", ElasticNet(l1_ratio=l1_ratio, tol=1e-15, max_iter=1000000))])


def search(name, pipeline):
    found = GridSearchCV(pipeline, dict(model__alpha=ALPHAS), cv=PredefinedSplit(fold),
                         scoring="neg_mean_squared_error").fit(rows, y)
    scores = np.array([found.cv_results_[f"split{k}_test_score"] for k in range(5)])
    show(name, -scores.mean(0), scores.std(0, ddof=1) / np.sqrt(5), found.predict(rows))


def weighted(name, pipeline):
    errors = np.empty((5, len(ALPHAS)))
    for k, inside in ((k, fold == k) for k in range(5)):
        for j, alpha in enumerate(ALPHAS):
            pipeline.set_params(model__alpha=alpha).fit(rows[~inside], y[~inside], model__sample_weight=w[~inside])
            errors[k, j] = mean_squared_error(y[inside], pipeline.predict(rows[inside]), sample_weight=w[inside])
    pipeline.set_params(model__alpha=ALPHAS[errors.mean(0).argmin()]).fit(rows, y, model__sample_weight=w)
    show(name, errors.mean(0), errors.std(0, ddof=1) / np.sqrt(5), pipeline.predict(rows))


print(f"-- scikit-learn {sklearn.__version__}, numpy {np.__version__}, pandas {pd.__version__}")
scaled = [("impute", Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), ["gaps"]),
          ("scale", StandardScaler(), ["a", "b"]), ("onehot", OneHotEncoder(handle_unknown="ignore"), ["plan"])]
search("scaled", lasso(scaled))
weighted("weighted", lasso(scaled))
search("encoded", lasso([("power", PowerTransformer(), ["a"]), ("keep", "passthrough", ["b"]),
                         ("target", PlainTarget(smooth="auto"), ["plan"])], 0.5))
search("parts", lasso([("scale", StandardScaler(), ["a", "b"]), ("target", PartTarget(smooth=2.0), ["plan", "part"])]))

#!/usr/bin/env python3
"""Prints the golden rows of test/sql/transform.sql: transforms as scikit-learn has them.

The data are made by the same integer arithmetic in the test.  A line holds the name, the
tolerance and the outputs of all rows one after another; NaN stands for missing.
"""
import warnings

import numpy as np
import scipy
import sklearn
from sklearn import preprocessing as pre
from sklearn.impute import SimpleImputer

warnings.simplefilter("ignore")
i = np.arange(1, 61)
x = (i * 37 % 41) * 0.75 - 7
x[i % 13 == 0] = np.nan
z = (i * 29 % 17) * 0.5 - 2.0
seen = x[~np.isnan(x)].reshape(-1, 1)
X = x.reshape(-1, 1)
c = np.array(list("abcdefg"))[(i * i + i // 7) % 7].reshape(-1, 1)
y = (i * 7 % 3 == 0).astype(int)
v = (i * 11 % 13) * 0.25
k = np.array(["low", "mid", "top"])[i * 5 % 3]


def show(name, tolerance, values):
    flat = np.asarray(values, dtype=float).ravel()
    text = ",".join("NaN" if np.isnan(a) else repr(float(a)) for a in flat)
    print(f"\t('{name}', {tolerance}, '{{{text}}}'),")


print(f"-- scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}")
show("standard", 1e-13, pre.StandardScaler().fit_transform(X))
show("minmax", 1e-13, pre.MinMaxScaler((-1, 3)).fit_transform(X))
show("maxabs", 1e-13, pre.MaxAbsScaler().fit_transform(X))
show("robust", 1e-13, pre.RobustScaler().fit_transform(X))
show("robust_wide", 1e-13, pre.RobustScaler(quantile_range=(5, 90)).fit_transform(X))
show("quantile", 1e-12, pre.QuantileTransformer(n_quantiles=11).fit_transform(X))
show("quantile_normal", 1e-9,
     pre.QuantileTransformer(n_quantiles=11, output_distribution="normal").fit_transform(X))
# The likelihood is flat at its top: lambda is good to about 1e-7 in either search.
show("power", 1e-5, pre.PowerTransformer().fit_transform(X))
show("log1p", 1e-14, np.log1p(z[z > -1]))
show("bins_uniform", 0, pre.KBinsDiscretizer(4, encode="ordinal", strategy="uniform").fit_transform(seen))
show("bins_quantile", 0, pre.KBinsDiscretizer(4, encode="ordinal", strategy="quantile",
                                              quantile_method="linear").fit_transform(seen))
show("bins_onehot", 0, pre.KBinsDiscretizer(4, encode="onehot-dense", strategy="uniform").fit_transform(seen))
P = np.column_stack([z, v, z - v])
show("polynomial", 1e-12, pre.PolynomialFeatures(3, include_bias=False).fit_transform(P))
show("interaction", 1e-12, pre.PolynomialFeatures(3, interaction_only=True, include_bias=False).fit_transform(P))
show("impute_mean", 1e-13, SimpleImputer(strategy="mean").fit_transform(X))
show("impute_median", 1e-13, SimpleImputer(strategy="median").fit_transform(X))
show("impute_mode", 1e-13, SimpleImputer(strategy="most_frequent").fit_transform(X))
show("impute_indicator", 1e-13, SimpleImputer(strategy="mean", add_indicator=True).fit_transform(X))
show("onehot", 0, pre.OneHotEncoder(sparse_output=False).fit_transform(c))
show("onehot_drop", 0, pre.OneHotEncoder(sparse_output=False, drop="first").fit_transform(c))
show("onehot_rare", 0, pre.OneHotEncoder(sparse_output=False, min_frequency=9).fit_transform(c))
show("onehot_few", 0, pre.OneHotEncoder(sparse_output=False, max_categories=4).fit_transform(c))
show("ordinal", 0, pre.OrdinalEncoder().fit_transform(c))
show("target", 1e-13, pre.TargetEncoder(target_type="continuous").fit(c, v).transform(c))
show("target_binary", 1e-13, pre.TargetEncoder().fit(c, y).transform(c))
show("target_smooth", 1e-13, pre.TargetEncoder(target_type="continuous", smooth=5.0).fit(c, v).transform(c))
show("target_classes", 1e-13, pre.TargetEncoder().fit(c, k).transform(c))
# Out of fold: fold f is encoded by a fit to the other folds.
fold = i % 5
out = np.empty(len(i))
for f in range(5):
    rest = fold != f
    encoder = pre.TargetEncoder(target_type="continuous").fit(c[rest], v[rest])
    out[~rest] = encoder.transform(c[~rest]).ravel()
show("target_folds", 1e-13, out)
# category_encoders.WOEEncoder's formula with regularization 0.5, written out.
woe = np.empty(len(i))
for level in np.unique(c):
    here = c[:, 0] == level
    good = (y[here].sum() + 0.5) / (y.sum() + 1.0)
    bad = ((1 - y[here]).sum() + 0.5) / ((1 - y).sum() + 1.0)
    woe[here] = np.log(good / bad)
show("woe", 1e-13, woe)

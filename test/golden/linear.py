#!/usr/bin/env python3
"""Golden values for the linear room, written to linear.h.

Independent of Orchard: statsmodels (OLS, WLS, Logit), scikit-learn (Ridge,
LogisticRegression), mpmath (distributions).  Run:
    pip install statsmodels==0.15.0 numpy==2.4.6 scikit-learn==1.9.1 mpmath
    python3 linear.py > linear.h
The rows are made from integers, so that the C tests make the same ones.
"""
import mpmath
import numpy
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

mpmath.mp.dps = 40
N = 200


def rows(missing):
    """x1, x2 (None = missing), category 0..2 or None, weight, y, label."""
    out = []
    for i in range(1, N + 1):
        x1 = (i * 37 % 101) / 4.0
        x2 = float(i * 53 % 97)
        if missing and i % 7 == 0:
            x2 = None
        c = i * 7 % 3
        if missing and i % 11 == 0:
            c = None
        w = 1.0 + i % 4
        y = 3 + 2 * x1 - 0.5 * (i * 53 % 97) + (i * 29 % 17) / 8.0 + (4.0 if i * 7 % 3 == 1 else 0.0)
        label = (i * 37 % 101) + (i * 41 % 61) - 80 > 0
        out.append((x1, x2, c, w, y, label))
    return out


def design(data, weighted=False):
    """Mean imputation and one-hot with the first level as the reference."""
    w = numpy.array([r[3] if weighted else 1.0 for r in data])
    x2 = numpy.array([numpy.nan if r[1] is None else r[1] for r in data])
    has = ~numpy.isnan(x2)
    x2 = numpy.where(has, x2, numpy.sum(w[has] * x2[has]) / numpy.sum(w[has]))
    known = numpy.array([r[2] is not None for r in data])
    levels = []
    for level in (1, 2):
        hit = numpy.array([float(r[2] == level) for r in data])
        levels.append(numpy.where(known, hit, numpy.sum(w[known] * hit[known]) / numpy.sum(w[known])))
    return numpy.column_stack([[r[0] for r in data], x2] + levels), w


def emit(name, values):
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in values)))


print("/* linear.h: golden values; written by linear.py with statsmodels %s, numpy %s, scikit-learn %s, mpmath %s. */"
      % (statsmodels.__version__, numpy.__version__, sklearn.__version__, mpmath.__version__))
for missing in (False, True):
    for weighted in (False, True):
        data = rows(missing)
        x, w = design(data, weighted)
        y = numpy.array([r[4] for r in data])
        fit = sm.WLS(y, sm.add_constant(x), weights=w).fit()
        name = "golden_ols%s%s" % ("_missing" if missing else "", "_weighted" if weighted else "")
        emit(name + "_estimate", fit.params)
        emit(name + "_std_error", fit.bse)
        emit(name + "_p_value", fit.pvalues)
        emit(name + "_facts", [fit.scale, fit.ssr, fit.centered_tss, fit.llf])

data = rows(True)
x, w = design(data)
y = numpy.array([r[4] for r in data])
scaler = StandardScaler().fit(x)
ridge = Ridge(alpha=0.3 * N, solver="cholesky").fit(scaler.transform(x), y)
estimate = ridge.coef_ / scaler.scale_
emit("golden_ridge_estimate", [ridge.intercept_ - numpy.sum(estimate * scaler.mean_)] + list(estimate))

for missing in (False, True):
    data = rows(missing)
    x, w = design(data)
    label = numpy.array([float(r[5]) for r in data])
    fit = sm.Logit(label, sm.add_constant(x)).fit(disp=0, tol=1e-14, maxiter=100, method="newton")
    name = "golden_logit%s" % ("_missing" if missing else "")
    emit(name + "_estimate", fit.params)
    emit(name + "_std_error", fit.bse)
    emit(name + "_p_value", fit.pvalues)
    emit(name + "_log_likelihood", [fit.llf])

data = rows(True)
x, w = design(data, True)
label = numpy.array([float(r[5]) for r in data])
mean = numpy.average(x, axis=0, weights=w)
deviation = numpy.sqrt(numpy.average((x - mean) ** 2, axis=0, weights=w))
model = LogisticRegression(C=1.0 / (w.sum() * 0.01), tol=1e-12, max_iter=10000, solver="newton-cholesky")
model.fit((x - mean) / deviation, label, sample_weight=w)
estimate = model.coef_[0] / deviation
emit("golden_penalised_estimate", [model.intercept_[0] - numpy.sum(estimate * mean)] + list(estimate))

points = [(0.5, 1.0), (2.0, 3.0), (2.5, 10.0), (-4.0, 30.5), (1e-3, 7.0), (40.0, 5.0), (3.0, 1e6), (12.0, 200.0), (0.1, 0.5), (1.96, 1e3)]
emit("golden_t_point", [p[0] for p in points])
emit("golden_t_degrees", [p[1] for p in points])
tails = []
for t, v in points:
    t, v = mpmath.mpf(t), mpmath.mpf(v)
    tails.append(mpmath.betainc(v / 2, mpmath.mpf(1) / 2, 0, v / (v + t * t), regularized=True))
emit("golden_t_tail", [float(t) for t in tails])
points = [0.0, 0.1, 1.0, 1.96, 5.0, 10.0, -3.0, 30.0]
emit("golden_normal_point", points)
emit("golden_normal_tail", [float(mpmath.erfc(abs(mpmath.mpf(p)) / mpmath.sqrt(2))) for p in points])

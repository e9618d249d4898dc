#!/usr/bin/env python3
"""Golden values of test/sql/fit_inference.sql and of test_stat_distribution.c, to paste there.

statsmodels 0.15.0 (OLS, Logit) on the rows of the test's table "ground", which are integers and
quarters; mpmath for the tails of F and the critical values of t.  Run: python3 inference_sql.py
"""
import mpmath
import numpy
import statsmodels.api as sm

i = numpy.arange(1, 601)
k, j = i % 3, i % 4
x = i * 37 % 101 / 4.0
y = (i * 53 % 31 + i * 37 % 101).astype(float)
yes = (i * 7919 % 11 > 4).astype(float)


def intervals(model, fit, terms):
    for level in (0.95, 0.5):
        for term, (low, high) in zip(terms, fit.conf_int(1 - level)):
            print(f"\t('{model}', {level}, '{term}', {float(low)!r}, {float(high)!r}),")


def facts(model, values):
    for name, value in values.items():
        print(f"\t('{model}', '{name}', {float(value)!r}),")


design = numpy.column_stack([numpy.ones(600), x, k])
for model, design, terms in (("least squares", design, ["(intercept)", "x", "k"]), ("origin", design[:, 1:], ["x", "k"])):
    fit = sm.OLS(y, design).fit()
    intervals(model, fit, terms)
    facts(model, {"degrees_of_freedom": fit.df_resid, "r_squared": fit.rsquared, "adjusted_r_squared": fit.rsquared_adj,
                  "f_statistic": fit.fvalue, "f_p_value": fit.f_pvalue, "aic": fit.aic, "bic": fit.bic,
                  "log_likelihood": fit.llf, "residual_variance": fit.scale})
design = numpy.column_stack([numpy.ones(600), x, k])
fit = sm.Logit(yes, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
intervals("logistic", fit, ["(intercept)", "x", "k"])
facts("logistic", {"degrees_of_freedom": fit.df_resid, "deviance": -2 * fit.llf, "aic": fit.aic, "bic": fit.bic})

mpmath.mp.dps = 40
for f, a, b in ((0.5, 1, 1), (3.0, 2, 10), (0.01, 5, 7), (25.0, 4, 30), (1.1, 40, 1000), (700.0, 6, 9), (2.0, 3, 1e6)):
    z = mpmath.mpf(f) * a / b
    p = mpmath.betainc(mpmath.mpf(b) / 2, mpmath.mpf(a) / 2, 0, 1 / (1 + z), regularized=True)
    print(f"\t{{{f}, {a}, {b}, {float(p)!r}}},")
for tail, v in ((0.05, 1), (0.05, 10), (0.5, 3), (1e-6, 30), (0.01, 1e6), (0.05, None)):
    def rest(t):
        if v is None:
            return mpmath.erfc(t / mpmath.sqrt(2)) - mpmath.mpf(tail)
        return mpmath.betainc(mpmath.mpf(v) / 2, mpmath.mpf(1) / 2, 0, v / (v + t * t), regularized=True) - mpmath.mpf(tail)
    start = 12.0 if (tail, v) == (0.05, 1) else (6.0 if tail < 1e-3 else 2.0)
    t = mpmath.findroot(rest, (start, start * 1.1), tol=1e-30)
    print(f"\t{{{tail}, {'INFINITY' if v is None else v}, {float(abs(t))!r}}},")

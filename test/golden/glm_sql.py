#!/usr/bin/env python3
"""Golden values of test/sql/fit_glm.sql, to paste there: generalised linear models.

statsmodels 0.15.0 (GLM, with Student's t where the dispersion is estimated, as R's summary.glm has it) and, for
penalties, scikit-learn 1.9.1, on the rows of the test's table "ground", which are integers and quarters, and on
statsmodels' scotland set.  Run: python3 glm_sql.py
"""
import warnings

import numpy
import statsmodels.api as sm
from sklearn import metrics
from sklearn.linear_model import GammaRegressor, PoissonRegressor, TweedieRegressor

warnings.simplefilter("ignore")
i = numpy.arange(1, 601)
k, x, z = i % 3, i * 37 % 101 / 4.0, i * 53 % 31 / 8.0
j = i % 4
w = i % 3 + 1
exposure = numpy.log(1 + i % 5)
count = (i * 7919 % 11 + i * 37 % 101 // 20 * (i * 31 % 7)) // 3
amount = (1 + i * 37 % 101) * (1 + i * 53 % 31) / 16.0 + i * 7919 % 11
rate = 4000 / (40 + x + z) + i * 7919 % 11
level = 20 + x + z + i * 7919 % 11
claim = numpy.where(i * 7919 % 11 < 5, 0.0, amount)
columns = {"x": x, "k": k, "z": z, "c = j1": j == 1, "c = j2": j == 2, "c = j3": j == 3}
terms = list(columns)
design = numpy.column_stack([columns[t] for t in terms]).astype(float)
links = sm.families.links


def facts(model, values):
    for name, value in values.items():
        print(f"\t('{model}', '{name}', {float(value)!r}),")


def fit(model, family, y, rows=None, intercept=True, weight=None, offset=None, use_t=False, names=terms):
    rows = design if rows is None else rows
    if intercept:
        rows, names = numpy.column_stack([numpy.ones(len(rows)), rows]), ["(intercept)"] + names
    result = sm.GLM(y, rows, family=family, var_weights=weight, offset=offset).fit(tol=1e-14, maxiter=300, use_t=use_t)
    for name, estimate, error, p in zip(names, result.params, result.bse, result.pvalues):
        print(f"\t('{model}', '{name}', {float(estimate)!r}, {float(error)!r}, {float(p)!r}),")
    kept[model] = {"deviance": result.deviance, "null_deviance": result.null_deviance, "dispersion": result.scale,
                   "log_likelihood": result.llf, "aic": result.aic, "bic": result.bic_llf,
                   "degrees_of_freedom": result.df_resid}
    for level in (0.95,):
        kept[model]["low"], kept[model]["high"] = result.conf_int(1 - level)[1]


kept = {}
fit("poisson", sm.families.Poisson(), count)
fit("poisson offset", sm.families.Poisson(), count, offset=exposure)
fit("poisson weighted", sm.families.Poisson(), count, weight=w)
fit("poisson sqrt", sm.families.Poisson(links.Sqrt()), count)
fit("poisson identity", sm.families.Poisson(links.Identity()), count + 5.0)
fit("poisson origin", sm.families.Poisson(), count, intercept=False)
fit("gamma", sm.families.Gamma(links.Log()), amount, use_t=True)
fit("gamma weighted", sm.families.Gamma(links.Log()), amount, weight=w, use_t=True)
fit("gamma inverse", sm.families.Gamma(), rate, use_t=True)
fit("gamma identity", sm.families.Gamma(links.Identity()), amount + 20.0, use_t=True)
fit("tweedie", sm.families.Tweedie(eql=False, link=links.Log(), var_power=1.5), claim, use_t=True)
for power in (1.02, 1.9):
    fit(f"tweedie {power}", sm.families.Tweedie(eql=False, link=links.Log(), var_power=power), claim, use_t=True)
fit("tweedie weighted", sm.families.Tweedie(eql=False, link=links.Log(), var_power=1.5), claim, weight=w, use_t=True)
fit("tweedie identity", sm.families.Tweedie(eql=False, link=links.Identity(), var_power=1.2), level, use_t=True)
data = sm.datasets.scotland.load()
rows = numpy.asarray(data.exog, dtype=float)
fit("scotland", sm.families.Gamma(), numpy.asarray(data.endog), rows=rows, use_t=True, names=[n.lower() for n in data.exog_name])
print()
for model, values in kept.items():
    facts(model, {n: v for n, v in values.items() if numpy.isfinite(v)})
print()
deviation = design.std(axis=0)
for model, solver, y in (("poisson l2", PoissonRegressor(alpha=0.05, tol=1e-12, max_iter=10000, solver="newton-cholesky"), count),
                         ("gamma l2", GammaRegressor(alpha=0.2, tol=1e-12, max_iter=10000, solver="newton-cholesky"), amount),
                         ("tweedie l2", TweedieRegressor(power=1.5, alpha=0.1, link="log", tol=1e-12, max_iter=10000, solver="newton-cholesky"), claim)):
    solver.fit((design - design.mean(axis=0)) / deviation, y)
    slopes = solver.coef_ / deviation
    for name, value in zip(["(intercept)"] + terms, [solver.intercept_ - slopes @ design.mean(axis=0), *slopes]):
        print(f"\t('{model}', '{name}', {float(value)!r}, NULL, NULL),")
print()
for power, y in ((1, count), (1.2, claim), (1.5, claim), (1.9, claim), (2, amount)):
    for weight in (None, w):
        value = metrics.mean_tweedie_deviance(y, 1 + x, power=power, sample_weight=weight)
        print(f"\t({power}, {weight is not None}, {float(value)!r}),")
print()
for row in zip(numpy.asarray(data.endog), *rows.T):
    print("\t(" + ", ".join(f"{float(v):g}" for v in row) + "),")
print([n.lower() for n in data.exog_name], data.endog_name)

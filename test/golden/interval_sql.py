#!/usr/bin/env python3
"""Golden values of test/sql/fit_interval.sql, to paste there: get_prediction().summary_frame() of
statsmodels 0.15.0 (OLS, WLS, GLM) on the rows of the test's table "ground".

NULLs stand at the mean over the rows that have a value, indicators of a NULL category at their
means, as docs/training.md says.  Run: python3 interval_sql.py
"""
import numpy
import statsmodels.api as sm

i = numpy.arange(1, 601)
k = (i % 3).astype(float)
x = i * 37 % 101 / 4.0
y = (i * 53 % 31 + i * 37 % 101).astype(float)
yes = (i * 7919 % 11 > 4).astype(float)
w = 1.0 + i % 5
gap = numpy.where(i % 7 == 0, numpy.nan, x)
side = numpy.where(i % 11 == 0, "", numpy.array(["a", "b", "c"])[i * i % 3 + i % 2 * (i % 4 == 1)])
one = numpy.ones(600)


def put(model, fit, rows):
    """rows: (row of the design, the arguments in SQL)"""
    for level in (0.95, 0.5):
        frame = fit.get_prediction([row for row, _ in rows]).summary_frame(alpha=1 - level)
        for (_, text), values in zip(rows, frame.values.tolist()):
            values += [None] * (6 - len(values))
            print(f"\t('{model}', {level}, '{text}', " + ", ".join("NULL" if v is None else repr(float(v)) for v in values) + "),")


def numbers(points, *first):
    return [([*first, a, b], f"{{\"x\": {a}, \"k\": {b}}}") for a, b in points]


points = [(3.0, 2.0), (12.5, 1.0), (-400.0, 55.0)]
put("plain", sm.OLS(y, numpy.column_stack([one, x, k])).fit(), numbers(points, 1.0))
put("origin", sm.OLS(y, numpy.column_stack([x, k])).fit(), numbers(points))
put("weighted", sm.WLS(y, numpy.column_stack([one, x, k]), w).fit(), numbers(points, 1.0))
put("logistic", sm.GLM(yes, numpy.column_stack([one, x, k]), sm.families.Binomial()).fit(tol=1e-15, maxiter=100), numbers(points[:2], 1.0))

visits = (i * 53 % 7 + k).astype(float)
fit = sm.GLM(visits, numpy.column_stack([one, x, k]), sm.families.Poisson(), offset=numpy.log(w)).fit(tol=1e-15, maxiter=100)
for level in (0.95, 0.5):
    values = fit.get_prediction([[1.0, 3.0, 2.0]], offset=[0.75]).summary_frame(alpha=1 - level).values.tolist()[0]
    print(f"\t('counts', {level}, '{{\"x\": 3.0, \"k\": 2.0, \"lw\": 0.75}}', " + ", ".join(repr(float(v)) for v in values) + ", NULL, NULL),")

mean = numpy.nanmean(gap)
known = side != ""
shares = [numpy.mean(side[known] == level) for level in "bc"]


def terms(gap_value, side_value, indicate):
    row = [1.0, mean if gap_value is None else gap_value]
    if indicate:
        row.append(float(gap_value is None))
    row += [float(side_value == level) for level in "bc"] if side_value in ("a", "b", "c") else shares
    if indicate:
        row.append(float(side_value is None))
    return row


for model, indicate in (("mixed", False), ("indicated", True)):
    design = [terms(None if numpy.isnan(g) else g, None if s == "" else str(s), indicate) for g, s in zip(gap, side)]
    cases = [(3.0, "b"), (None, "a"), (12.5, None), (None, None), (7.0, "never")]
    put(model, sm.OLS(y, numpy.array(design)).fit(),
        [(terms(g, s, indicate), f"{{\"gap\": {'null' if g is None else g}, \"side\": {'null' if s is None else chr(34) + s + chr(34)}}}") for g, s in cases])

columns = [i * (11 * j + 7) * 7919 % (101 + 2 * j) / 8.0 for j in range(1, 71)]
v = numpy.column_stack([one] + columns)
put("wide", sm.OLS(y, v).fit(), [(v[r - 1], f"{{\"i\": {r}}}") for r in (1, 300)])

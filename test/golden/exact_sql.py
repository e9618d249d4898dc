#!/usr/bin/env python3
"""Writes test/sql/window_exact.sql: every aggregate of frames with a float8 result against mpmath 1.4.1.

Adversarial series: outliers of 1e15 that come and go, values about 1e9 with a spread of 1 and of 1e-6,
magnitudes from 1e-6 to 1e6, NaN and infinities that have left the frame, denormals, values whose squares
or fourth powers no double holds, plain normals.  Times are irregular, from microseconds to an hour apart.  A golden value comes from
60 digits, rounded once; its tolerance is the larger of 1e-12 of it and 4u of the size of what is summed,
u = 2^-53.  Run: python3 test/golden/exact_sql.py > test/sql/window_exact.sql
"""
import math
import random

from mpmath import atan2, cos, mp, mpf, pi, sin, sqrt

mp.dps = 60
draw = random.Random(20241128)
ROWS, WIDTH, PLACES = 40, 12, (13, 26, 39)
TINY = mpf(5e-324)
HOUR = mpf(3600 * 10**6)


def normals(mean=0.0, spread=1.0):
    return [mean + spread * draw.gauss(0, 1) for _ in range(ROWS)]


def with_values(values, places):
    for place, value in places.items():
        values[place] = value
    return values


def wide():
    return [draw.gauss(0, 1) * 10 ** draw.uniform(-6, 6) for _ in range(ROWS)]


SERIES = {
    "outliers": (with_values(normals(), {5: 1e15, 14: -1e15, 15: 1e15, 30: 1e15}), normals()),
    "large": (normals(1e9), normals(1e9, 2.0)),
    "tight": (normals(1e9, 1e-6), normals(1e6, 1e-6)),
    "plain": (normals(), normals()),
    "wide": (wide(), wide()),
    "special": (with_values(normals(), {0: math.nan, 1: math.inf, 14: -math.inf, 27: math.nan}), normals()),
    "denormal": ([draw.randint(-1000, 1000) * 5e-324 for _ in range(ROWS)], [v * 1e-312 for v in normals()]),
    "tiny": (with_values(normals(0.0, 1e-200), {5: 1.0, 20: 0.0, 21: 1e-90, 30: 5e-324}), with_values(normals(3e-170, 1e-170), {18: 1.0})),
    "huge": (normals(1e100, 1e100), with_values(normals(0.0, 1e90), {9: 1e120})),
}


def mean(x):
    return sum(x) / len(x)


def moment(x, k):
    center = mean(x)
    return sum((v - center) ** k for v in x)


def comoment(x, y):
    terms = [(u - mean(x)) * (v - mean(y)) for u, v in zip(x, y)]
    return sum(terms), sum(map(abs, terms))


def size(x):
    return sum(map(abs, x))


def weighted(x, w):
    return sum(a * b for a, b in zip(x, w)) / sum(w), sum(abs(a) * b for a, b in zip(x, w)) / sum(w)


def row_weights(n):
    return [(1 - mpf(0.1)) ** (n - 1 - i) for i in range(n)]


def ewm_stddev(x):
    w = row_weights(len(x))
    center = weighted(x, w)[0]
    total = sum(w)
    return sqrt(sum(b * (a - center) ** 2 for a, b in zip(x, w)) * total / (total**2 - sum(v * v for v in w)))


def time_weights(t):
    return [mpf(2) ** (-(t[-1] - u) / HOUR) for u in t]


def ratio(sums, divisor):
    return sums[0] / divisor, sums[1] / divisor


def skewness(x):
    scale = moment(x, 2) ** mpf(1.5) / sqrt(len(x))
    return moment(x, 3) / scale, sum(abs(v - mean(x)) ** 3 for v in x) / scale


def kurtosis(x):
    result = len(x) * moment(x, 4) / moment(x, 2) ** 2
    return result - 3, result + 3


def root_mean_square(x):
    return sqrt(sum(v * v for v in x) / len(x))


def sample_deviation(x):
    return sqrt(moment(x, 2) / (len(x) - 1))


def intercept(x, y):
    slope = ratio(comoment(x, y), moment(x, 2))
    return mean(y) - mean(x) * slope[0], mean(list(map(abs, y))) + mean(list(map(abs, x))) * slope[1]


def correlation(x, y):
    return ratio(comoment(x, y), sqrt(moment(x, 2) * moment(y, 2)))


def determination(x, y):
    total, terms = comoment(x, y)
    scale = moment(x, 2) * moment(y, 2)
    return total**2 / scale, 2 * abs(total) * terms / scale


def increases(x):
    total, terms = mpf(0), mpf(0)
    for before, now in zip(x, x[1:]):
        total += now if now < before else now - before
        terms += abs(now) + (0 if now < before else abs(before))
    return total, terms


def seconds(t):
    return [v / 10**6 for v in t]


def held(x, t, linear):
    pairs = [((a + b) / 2 if linear else a, (abs(a) + abs(b)) / 2 if linear else abs(a), v - u)
             for a, b, u, v in zip(x, x[1:], t, t[1:])]
    return sum(p[0] * p[2] for p in pairs) / (t[-1] - t[0]), sum(p[1] * p[2] for p in pairs) / (t[-1] - t[0])


def drift(x):
    level, terms = mpf(0), mpf(0)
    for v in x:
        level = max(mpf(0), level + v - mpf(0.25) - mpf(0.5))
        terms += abs(v) + mpf(0.75)
    return level, terms


def direction(x):
    """Its condition is the inverse length of the mean vector; beyond 1e12 the phase of a double is noise."""
    s, c = (mean([f(2 * pi * v / 24) for v in x]) for f in (sin, cos))
    angle = atan2(s, c) * 24 / (2 * pi)
    return angle + (24 if angle < 0 else 0), 4 * (24 + size(x)) / sqrt(s * s + c * c)


def quantile(x, p):
    ordered = sorted(x)
    place = mpf(p) * (len(x) - 1)
    low = int(place)
    high = min(low + 1, len(x) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low]), abs(ordered[low]) + abs(ordered[high])


def iqr(x):
    low, high = quantile(x, 0.25), quantile(x, 0.75)
    return high[0] - low[0], high[1] + low[1]


def mad(x):
    return quantile([abs(v - quantile(x, 0.5)[0]) for v in x], 0.5)[0], 2 * max(map(abs, x))


def since(x, t):
    return next((t[-1] - t[i]) / 10**6 for i in reversed(range(len(x))) if x[i] > 0)


def exact(value):
    return value, mpf(0)


def spread(x):
    return {"var_pop": exact(moment(x, 2) / len(x)), "var_samp": exact(moment(x, 2) / (len(x) - 1)),
            "stddev_pop": exact(sqrt(moment(x, 2) / len(x))), "stddev_samp": exact(sample_deviation(x)),
            "variance": exact(moment(x, 2) / (len(x) - 1)), "stddev": exact(sample_deviation(x))}


def linear(x, y, t):
    return {
        "sum(x) %w": (sum(x), size(x)), "avg(x) %w": (mean(x), size(x) / len(x)), "sum(orchard.stats(x) %w)": (sum(x), size(x)),
        "avg(orchard.stats(x) %w)": (mean(x), size(x) / len(x)), "regr_avgx(y, x) %w": (mean(x), size(x) / len(x)), "range_of(x) %w": exact(max(x) - min(x)),
        "ewm_avg(x, 0.1) %w": weighted(x, row_weights(len(x))),
        "decayed_sum(x, ts, '1 hour') %w": ratio(weighted(x, time_weights(t)), 1 / sum(time_weights(t))),
        "decayed_avg(x, ts, '1 hour') %w": weighted(x, time_weights(t)), "decayed_count(x, ts, '1 hour') %w": exact(sum(time_weights(t))),
        "slope(x, ts) %w": ratio(comoment(seconds(t), x), moment(seconds(t), 2)),
        "rate(ts, x) %w": ratio((x[-1] - x[0], abs(x[-1]) + abs(x[0])), (t[-1] - t[0]) / 10**6), "counter_delta(ts, x) %w": increases(x),
        "counter_rate(ts, x) %w": ratio(increases(x), (t[-1] - t[0]) / 10**6), "time_weighted_avg(ts, x) %w": held(x, t, False),
        "time_weighted_avg(ts, x, 'linear') %w": held(x, t, True), "median(x) %w": quantile(x, 0.5), "quantile(x, 0.9) %w": quantile(x, 0.9),
        "iqr(x) %w": iqr(x), "mad(x) %w": mad(x), "cusum(x, 0.25, 0.5) %w": drift(x), "since(ts, x > 0) %w": exact(since(x, t)),
        "time_above(ts, x, 0) %w": exact(sum((v - u for a, u, v in zip(x, t, t[1:]) if a > 0), mpf(0)) / 10**6),
        "uptime(ts, '30 s') %w": exact(sum(min(v - u, mpf(30 * 10**6)) for u, v in zip(t, t[1:])) / 10**6),
    }


def squares(x, y, t):
    deviation = sample_deviation(x)
    average = mean(x), size(x) / len(x)
    return {
        **{f"{name}(x) %w": result for name, result in spread(x).items()},
        **{f"{name}(orchard.stats(x) %w)": result for name, result in spread(x).items()},
        **{f"{name}_y(orchard.stats(y, x) %w)": result for name, result in spread(y).items()},
        "skewness(x) %w": skewness(x), "kurtosis(x) %w": kurtosis(x), "rms(x) %w": exact(root_mean_square(x)),
        "cv(x) %w": (deviation / abs(average[0]), deviation * average[1] / average[0] ** 2),
        "crest_factor(x) %w": exact(max(map(abs, x)) / root_mean_square(x)),
        "zscore(x) %w": ((x[-1] - average[0]) / deviation, (abs(x[-1]) + average[1]) / deviation),
        "covar_pop(y, x) %w": ratio(comoment(x, y), len(x)), "covar_samp(y, x) %w": ratio(comoment(x, y), len(x) - 1), "corr(y, x) %w": correlation(x, y),
        "regr_slope(y, x) %w": ratio(comoment(x, y), moment(x, 2)), "regr_intercept(y, x) %w": intercept(x, y), "regr_r2(y, x) %w": determination(x, y),
        "regr_sxx(y, x) %w": exact(moment(x, 2)), "regr_syy(y, x) %w": exact(moment(y, 2)), "regr_sxy(y, x) %w": comoment(x, y),
        "regr_avgy(y, x) %w": (mean(y), size(y) / len(y)), "corr(orchard.stats(y, x) %w)": correlation(x, y),
        "slope(orchard.stats(y, x) %w)": ratio(comoment(x, y), moment(x, 2)), "intercept(orchard.stats(y, x) %w)": intercept(x, y),
        "autocorr(x, 1) %w": correlation(x[:-1], x[1:]), "autocorr(x, 3) %w": correlation(x[:-3], x[3:]), "ewm_stddev(x, 0.1) %w": exact(ewm_stddev(x)),
        **({"circular_mean(x, 24) %w": direction(x)} if 1e-12 < size(x) < 1e12 else {}),
    }


def main():
    print("-- Written by test/golden/exact_sql.py: every aggregate of frames with a float8 result against mpmath.")
    print("SET client_min_messages = warning;\nCREATE EXTENSION IF NOT EXISTS orchard;\nRESET client_min_messages;")
    print("\\set ECHO none")
    print("CREATE TABLE exact_series (s text, i int, x float8, y float8, ts timestamp);")
    goldens = {}
    for name, (x, y) in SERIES.items():
        t, now = [], 0
        for _ in range(ROWS):
            now += draw.choice([1, 7, 1000, 10**6, 60 * 10**6, 3600 * 10**6])
            t.append(now)
        print("INSERT INTO exact_series SELECT '%s', i, x, y, timestamp '2024-01-01' + us * interval '1 us' FROM unnest('{%s}'::float8[],\n\t'{%s}'::float8[], '{%s}'::bigint[]) WITH ORDINALITY AS v(x, y, us, i);" % (
            name, ",".join(map(repr, x)), ",".join(map(repr, y)), ",".join(map(str, t))))
        for place in PLACES:
            frame = slice(place - WIDTH + 1, place + 1)
            if not all(map(math.isfinite, x[frame])):
                continue
            a, b, c = ([mpf(v) for v in column[frame]] for column in (x, y, t))
            results = {**linear(a, b, c), **squares(a, b, c)}
            for call, (value, terms) in results.items():
                tolerance = max(mpf(1e-12) * abs(value), 4 * mpf(2) ** -53 * terms) + (4 * WIDTH * TINY if name == "denormal" else 0)
                goldens.setdefault(call, []).append("('%s', %d, %r, %r)" % (name, place + 1, float(value), float(tolerance)))
    print("CREATE TABLE exact_golden (call text, s text, i int, value float8, tolerance float8);")
    for call, rows in goldens.items():
        print("INSERT INTO exact_golden SELECT '%s', v.* FROM (VALUES %s) AS v;" % (call.replace("'", "''"), ", ".join(rows)))
    print("\\set ECHO all")
    print("""
-- over frames that move, and over groups of the same rows
CREATE FUNCTION exact_differences(over_frames boolean) RETURNS TABLE (call text, s text, i int, ours float8, value float8, tolerance float8) LANGUAGE plpgsql AS $$
DECLARE
	one text;
BEGIN
	FOR one IN SELECT DISTINCT g.call FROM exact_golden AS g ORDER BY 1 LOOP
		RETURN QUERY EXECUTE format(CASE WHEN over_frames THEN
			'SELECT $1, s, i, r, value, tolerance FROM (SELECT s, i, orchard.%%s AS r FROM exact_series WINDOW w AS (PARTITION BY s ORDER BY i ROWS %(before)d PRECEDING)) AS q JOIN exact_golden USING (s, i) WHERE call = $1 AND NOT coalesce(abs(r - value) <= tolerance, false)'
			ELSE 'SELECT $1, g.s, g.i, q.r, value, tolerance FROM exact_golden AS g, LATERAL (SELECT orchard.%%s AS r FROM (SELECT * FROM exact_series AS e WHERE e.s = g.s AND e.i BETWEEN g.i - %(before)d AND g.i ORDER BY e.i) AS rows) AS q WHERE call = $1 AND NOT coalesce(abs(r - value) <= tolerance, false)' END,
			replace(one, '%%w', CASE WHEN over_frames THEN 'OVER w' ELSE '' END)) USING one;
	END LOOP;
END $$;
SELECT count(DISTINCT call) AS calls, count(*) AS results FROM exact_golden;
SELECT * FROM exact_differences(true);
SELECT * FROM exact_differences(false);
DROP FUNCTION exact_differences;
DROP TABLE exact_series, exact_golden;""" % {"before": WIDTH - 1})


main()

"""Writes windows.h beside it: adversarial series of pairs and the exact results of their frames.

Versions used: Python 3.11.7, mpmath 1.4.1, numpy 2.4.6.  Frames are the last `width` pairs; results
come from mpmath with 900 digits (the doubles are exact there), rounded once.  A frame with NaN or
infinity has the results that IEEE addition and PostgreSQL's rules give it.  UNDEFINED stands for
NULL.
"""
import math
import os
import numpy
from mpmath import mp, mpf, sqrt

mp.dps = 900
random = numpy.random.default_rng(20240607)
ROWS = 48
WIDTHS = (5, 20)
RESULTS = ["sum", "mean", "var_samp", "skewness", "kurtosis", "covar_samp", "corr", "slope", "intercept"]


def special_sum(values):
    """of a list with a value that is not finite"""
    total = 0.0
    for v in values:
        total += v if not math.isfinite(v) else 0.0
    return total


def of_frame(x, y):
    finite_x = all(math.isfinite(v) for v in x)
    finite_y = all(math.isfinite(v) for v in y)
    n = len(x)
    out = {name: None for name in RESULTS}
    a = [mpf(v) for v in x] if finite_x else None
    b = [mpf(v) for v in y] if finite_y else None
    if finite_x:
        mean = sum(a) / n
        m2, m3, m4 = (sum((v - mean) ** k for v in a) for k in (2, 3, 4))
        out["sum"], out["mean"] = sum(a), mean
        if n > 1:
            out["var_samp"] = m2 / (n - 1)
        if m2 > 0:
            out["skewness"], out["kurtosis"] = sqrt(n) * m3 / m2 ** mpf(1.5), n * m4 / m2 ** 2 - 3
    else:
        out["sum"] = special_sum(x)
        out["mean"] = special_sum(x)
        out["skewness"] = out["kurtosis"] = math.nan
        if n > 1:
            out["var_samp"] = math.nan
    sxx = m2 if finite_x else None
    syy = sum((v - sum(b) / n) ** 2 for v in b) if finite_y else None
    if finite_x and finite_y:
        mean_y = sum(b) / n
        sxy = sum((v - mean) * (w - mean_y) for v, w in zip(a, b))
        if n > 1:
            out["covar_samp"] = sxy / (n - 1)
        if sxx > 0:
            out["slope"], out["intercept"] = sxy / sxx, mean_y - mean * sxy / sxx
            if syy > 0:
                out["corr"] = sxy / sqrt(sxx * syy)
    else:
        if n > 1:
            out["covar_samp"] = math.nan
        if not finite_x or sxx > 0:
            out["slope"] = out["intercept"] = math.nan
            if not finite_y or syy > 0:
                out["corr"] = math.nan
    return out


def normal(mean=0.0, spread=1.0):
    return mean + spread * random.normal(0.0, 1.0, ROWS)


def with_values(series, places):
    series = numpy.array(series)
    for place, value in places.items():
        series[place] = value
    return series


base = normal()
specials = {4: math.nan, 13: math.inf, 15: -math.inf, 30: math.inf, 41: math.nan}
sets = {
    "normals": (base, 0.5 * base + normal()),
    "outliers_1e15": (with_values(normal(5.0, 2.0), {3: 1e15, 17: -1e15, 18: 1e15, 33: 3e15}),
                      with_values(normal(-1.0, 0.5), {9: 1e15, 18: -1e15, 33: -1e15})),
    "about_1e9": (normal(1e9), normal(-1e9)),
    "specials": (with_values(normal(), specials), with_values(normal(), {13: math.nan, 22: -math.inf})),
    "denormals": (random.integers(-2**40, 2**40, ROWS) * 5e-324, random.integers(-2**30, 2**30, ROWS) * 5e-324),
    "cancelling": (numpy.resize([1e16, 1.0, -1e16, 3.0, 1e-3], ROWS), numpy.resize([2.0, -7e15, 1.0, 7e15], ROWS)),
    "many_sizes": (10.0 ** random.uniform(-60, 60, ROWS) * random.choice([-1, 1], ROWS),
                   10.0 ** random.uniform(-60, 60, ROWS) * random.choice([-1, 1], ROWS)),
    "constant": (numpy.full(ROWS, 0.1), numpy.full(ROWS, -1e9 / 7)),
    "straight": (1e9 + numpy.arange(ROWS), 3.0 - 2.0 * numpy.arange(ROWS)),
    "tiny": (with_values(normal(0.0, 1e-200), {6: 0.0, 7: 0.0, 20: 1.0, 40: 1e-60, 41: -1e-60}),
             with_values(normal(3e-180, 1e-180), {12: 1e-20, 29: 0.0, 30: 5e-324})),
    "border": (2.0 ** -400 * random.choice([1.0, 1.0 - 2.0 ** -53, 0.75, 1.5, -1.0], ROWS),
               2.0 ** -150 * random.choice([1.0, 1.0 - 2.0 ** -53, 0.5, 2.0 ** -300, -(2.0 ** -250)], ROWS)),
    "huge": (normal(1e100, 1e100), with_values(normal(0.0, 1e90), {17: 1e130, 35: 3e45})),
}


def literal(v):
    if v is None:
        return "UNDEFINED"
    v = float(v)
    if math.isnan(v):
        return "NAN"
    if math.isinf(v):
        return "INFINITY" if v > 0 else "-INFINITY"
    return v.hex()


def lines(words, per_line):
    return "".join("\t" + ", ".join(words[i:i + per_line]) + ",\n" for i in range(0, len(words), per_line))


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "windows.h"), "w") as out:
    out.write("/* windows.h: written by windows.py; do not edit. */\n")
    out.write("#ifndef ORCHARD_TEST_GOLDEN_WINDOWS_H\n#define ORCHARD_TEST_GOLDEN_WINDOWS_H\n\n#include <math.h>\n\n")
    out.write("#define UNDEFINED 0x1.decafp+1000 /* SQL NULL */\n")
    out.write(f"#define SERIES_ROWS {ROWS}\n\n")
    out.write("enum\n{\n" + "".join(f"\tRESULT_{name.upper()},\n" for name in RESULTS) + "\tN_RESULTS\n};\n\n")
    out.write("typedef struct GoldenSeries\n{\n\tconst char *name;\n\tint\t\t\twidth; /* pairs of a frame, the last of them in the row */\n"
              "\tconst double *x;\n\tconst double *y;\n\tconst double (*expected)[N_RESULTS]; /* a row */\n} GoldenSeries;\n\n")
    rows = []
    for name, (x, y) in sets.items():
        x, y = [float(v) for v in x], [float(v) for v in y]
        for side, values in (("x", x), ("y", y)):
            out.write(f"static const double {name}_{side}[] = {{\n{lines([literal(v) for v in values], 4)}}};\n\n")
        for width in WIDTHS:
            out.write(f"static const double {name}_{width}[][N_RESULTS] = {{\n")
            for i in range(ROWS):
                expected = of_frame(x[max(0, i - width + 1):i + 1], y[max(0, i - width + 1):i + 1])
                out.write("\t{" + ", ".join(literal(expected[r]) for r in RESULTS) + "},\n")
            out.write("};\n\n")
            rows.append(f"\t{{\"{name}\", {width}, {name}_x, {name}_y, {name}_{width}}},\n")
    out.write("static const GoldenSeries golden_series[] = {\n" + "".join(rows) + "};\n\n")
    out.write("#endif\t\t\t\t\t\t\t/* ORCHARD_TEST_GOLDEN_WINDOWS_H */\n")

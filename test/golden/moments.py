"""Writes moments.h beside it: data sets and their moments to 60 digits, rounded once.

Versions used: Python 3.11.7, mpmath 1.4.1, numpy 2.4.6, scipy 1.17.1.
Skewness and kurtosis follow scipy.stats.skew(bias=True) and kurtosis(fisher=True, bias=True); the
mpmath values are checked against scipy where doubles suffice for it.
"""
import math
import os
import numpy
import scipy.stats
from mpmath import mp, mpf, sqrt

mp.dps = 60
random = numpy.random.default_rng(20240607)


def moments(values):
    x = [mpf(float(v)) for v in values]
    n = len(x)
    total = sum(x)
    mean = total / n
    m2, m3, m4 = (sum((v - mean) ** k for v in x) for k in (2, 3, 4))
    return {
        "sum": total, "mean": mean, "var_pop": m2 / n, "var_samp": m2 / (n - 1),
        "stddev_samp": sqrt(m2 / (n - 1)), "skewness": sqrt(n) * m3 / m2 ** mpf(1.5),
        "kurtosis": n * m4 / m2 ** 2 - 3, "rms": sqrt(sum(v * v for v in x) / n),
        "cv": sqrt(m2 / (n - 1)) / abs(mean),
    }


sets = {
    "small": [1.0, 2.0, 4.0, 0.1, -3.5, 7.25],
    "lognormal": random.lognormal(0.0, 1.5, 200),
    "mean_1e9": 1e9 + random.normal(0.0, 1.0, 300),
    "mean_1e9_narrow": 1e9 + random.normal(0.0, 1e-3, 300),
    "cancelling": [1e16, 1.0, -1e16, 3.0, 1e-3],
    "outlier_first": numpy.concatenate([[1e12], random.normal(5.0, 2.0, 99)]),
    # no double holds their squares or fourth powers
    "tiny": random.lognormal(-460.0, 1.0, 60),
    "descending": 2.0 ** -numpy.arange(0.0, 1070.0, 30.0),
    "ascending": 2.0 ** numpy.arange(-500.0, 500.0, 30.0),
    "fourth_powers": random.normal(1e100, 1e100, 60),
    "enormous": random.normal(1e300, 1e300, 60),
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "moments.h"), "w") as out:
    out.write("/* moments.h: written by moments.py; do not edit. */\n")
    out.write("#ifndef ORCHARD_TEST_GOLDEN_MOMENTS_H\n#define ORCHARD_TEST_GOLDEN_MOMENTS_H\n\n#include <math.h>\n\n")
    out.write("typedef struct GoldenMoments\n{\n\tconst char *name;\n\tint\t\t\tn;\n"
              "\tconst double *values;\n")
    names = list(moments([1.0, 2.0]))
    for name in names:
        out.write(f"\tdouble\t\t{name};\n")
    out.write("} GoldenMoments;\n\n")
    rows = []
    for name, values in sets.items():
        expected = moments(values)
        if name in ("small", "lognormal"):
            assert abs(scipy.stats.skew(values) - float(expected["skewness"])) < 1e-12
            assert abs(scipy.stats.kurtosis(values) - float(expected["kurtosis"])) < 1e-11
            assert abs(numpy.var(values, ddof=1) / float(expected["var_samp"]) - 1) < 1e-14
        words = [float(v).hex() for v in values]
        numbers = ["INFINITY" if float(v) == math.inf else float(v).hex() for v in expected.values()]
        out.write(f"static const double golden_{name}[] = {{\n")
        for i in range(0, len(words), 4):
            out.write("\t" + ", ".join(words[i:i + 4]) + ",\n")
        out.write("};\n\n")
        rows.append(f"\t{{\"{name}\", {len(words)}, golden_{name},\n\t\t" +
                    ", ".join(numbers) + "},\n")
    out.write("static const GoldenMoments golden_moments[] = {\n" + "".join(rows) + "};\n\n")
    out.write("#endif\t\t\t\t\t\t\t/* ORCHARD_TEST_GOLDEN_MOMENTS_H */\n")

"""Writes wide.h beside it: least squares with 80 columns, by mpmath in 50 digits.

Versions used: Python 3.11, mpmath 1.4.1.  The rows follow integer formulas that the C test repeats:
x[i][j] = 1000 j + ((i + 1)^2 (j + 3) + 7 i + j) mod 1009 / 8, missing where (i + 3 j) mod 11 = 0 and j is
even; y[i] = sum over j of (j mod 5 - 2) (x[i][j] or 0 when missing) + (i 31 mod 17) / 4; weight 1 + i mod 3.
Missing values take the weighted mean of their column.

The second problem, hard, has no missing values, and x[i][79] = x[i][0] + ((41 i i + 13 i) mod 997) / 2^19, which makes the
condition number of the columns about 1e5.
"""
import os
from mpmath import mp, mpf, matrix, lu_solve, inverse, sqrt

mp.dps = 50
N, P = 300, 80
x = [[None if j % 2 == 0 and (i + 3 * j) % 11 == 0 else
      mpf(1000 * j) + mpf(((i + 1) ** 2 * (j + 3) + 7 * i + j) % 1009) / 8 for j in range(P)] for i in range(N)]
y = [sum((j % 5 - 2) * (x[i][j] or 0) for j in range(P)) + mpf(i * 31 % 17) / 4 for i in range(N)]
w = [mpf(1 + i % 3) for i in range(N)]
for j in range(P):
    present = [i for i in range(N) if x[i][j] is not None]
    mean = sum(w[i] * x[i][j] for i in present) / sum(w[i] for i in present)
    for i in range(N):
        if x[i][j] is None:
            x[i][j] = mean


def solve(x, y):
    """estimates, standard errors and the residual square"""
    rows = matrix([[1] + r for r in x])
    weighted = matrix([[w[i]] + [w[i] * v for v in x[i]] for i in range(N)])
    gram = weighted.T * rows
    b = lu_solve(gram, weighted.T * matrix(y))
    rest = matrix(y) - rows * b
    rss = sum(w[i] * rest[i] ** 2 for i in range(N))
    variance = inverse(gram)
    return b, [sqrt(variance[j, j] * rss / (N - P - 1)) for j in range(P + 1)], rss


hard = [[mpf(1000 * j) + mpf(((i + 1) ** 2 * (j + 3) + 7 * i + j) % 1009) / 8 for j in range(P)] for i in range(N)]
for i in range(N):
    hard[i][79] = hard[i][0] + mpf((41 * i * i + 13 * i) % 997) / 2 ** 19
hard_y = [sum((j % 5 - 2) * hard[i][j] for j in range(P)) + mpf(i * 31 % 17) / 4 for i in range(N)]
b, error, rss = solve(x, y)
hard_b, hard_error, hard_rss = solve(hard, hard_y)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "wide.h"), "w") as out:
    out.write("/* wide.h: written by wide.py; do not edit. */\n")
    for name, values in (("wide_estimate", b), ("wide_std_error", error), ("wide_rss", [rss]),
                         ("hard_estimate", hard_b), ("hard_std_error", hard_error), ("hard_rss", [hard_rss])):
        out.write(f"static const double {name}[] = {{\n")
        words = [repr(float(v)) for v in values]
        for i in range(0, len(words), 4):
            out.write("\t" + ", ".join(words[i:i + 4]) + ",\n")
        out.write("};\n")

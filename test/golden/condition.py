"""Writes condition.h beside it: least squares of given condition numbers, by mpmath in 90 digits.

Versions used: Python 3.11, mpmath 1.4.1.  The C test makes the same doubles by the same operations:
draw(k) is the k-th number of a linear congruential generator, in [-1, 1) with 24 bits; the first half of
the p columns is of draws, column p/2 + j is column j + d_j * draw, d_j = 2^-round((j + 1) bits / (p / 2)), so that
the condition number is about 2^bits; y[i] = sum over j of (j mod 7 - 3) x[i][j] + draw, summed in order.
Weights are 1 + i mod 3.
"""
import os
from mpmath import mp, mpf, matrix, cholesky, sqrt

mp.dps = 90
DESIGNS = [(80, 300, 10), (80, 300, 20), (80, 300, 30), (80, 300, 40), (80, 300, 43),
           (200, 400, 17), (200, 400, 27), (200, 400, 40)]


def draws():
    state = 12345
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        yield float((state >> 40) - 2 ** 23) / 2 ** 23


def make(p, n, bits):
    draw = draws()
    half = p // 2
    rows, targets = [], []
    for i in range(n):
        x = [next(draw) for j in range(half)]
        x += [x[j] + 2.0 ** -((2 * (j + 1) * bits + half) // (2 * half)) * next(draw) for j in range(half)]
        y = 0.0
        for j in range(p):
            y += (j % 7 - 3) * x[j]
        rows.append(x)
        targets.append(y + next(draw))
    return rows, targets


def solve(rows, targets):
    """Estimates and their standard errors, by Cholesky of the normal equations of centred columns."""
    n, p = len(rows), len(rows[0])
    w = [mpf(1 + i % 3) for i in range(n)]
    total = sum(w)
    mean = [sum(w[i] * mpf(rows[i][j]) for i in range(n)) / total for j in range(p)]
    level = sum(w[i] * mpf(targets[i]) for i in range(n)) / total
    x = [[mpf(rows[i][j]) - mean[j] for j in range(p)] for i in range(n)]
    y = [mpf(targets[i]) - level for i in range(n)]
    columns = [[x[i][j] for i in range(n)] for j in range(p)]
    weighted = [[w[i] * x[i][j] for i in range(n)] for j in range(p)]
    gram = matrix(p, p)
    for j in range(p):
        for k in range(j + 1):
            gram[j, k] = gram[k, j] = mp.fdot(weighted[j], columns[k])
    factor = cholesky(gram)
    l = [[factor[i, j] for j in range(i + 1)] for i in range(p)]
    # the inverse of the factor, by columns; its squares are the variances
    inverse = [[mpf(0)] * p for _ in range(p)]
    for c in range(p):
        for i in range(c, p):
            s = mpf(1) if i == c else -mp.fdot(l[i][c:i], inverse[c][c:i])
            inverse[c][i] = s / l[i][i]
    moment = [mp.fdot(weighted[j], y) for j in range(p)]
    z = [sum(inverse[c][i] * moment[c] for c in range(i + 1)) for i in range(p)]
    b = [mp.fdot(inverse[c][c:], z[c:]) for c in range(p)]
    rss = mpf(0)
    for i in range(n):
        rest = y[i] - mp.fdot(x[i], b)
        rss += w[i] * rest * rest
    sigma2 = rss / (n - p - 1)
    errors = [sqrt(sigma2 * mp.fdot(inverse[c][c:], inverse[c][c:])) for c in range(p)]
    constant = level - mp.fdot(b, mean)
    return [constant] + b, errors, rss


out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "condition.h"), "w")
out.write("/* condition.h: written by condition.py; do not edit. */\n")
out.write("/* Of each design the estimates, the intercept first, then the standard errors of the others, then the residual square. */\n")
out.write("static const double condition_golden[] = {\n")
for p, n, bits in DESIGNS:
    estimates, errors, rss = solve(*make(p, n, bits))
    words = [repr(float(v)) for v in estimates + errors + [rss]]
    for i in range(0, len(words), 5):
        out.write("\t" + ", ".join(words[i:i + 5]) + ",\n")
out.write("};\n")

#!/usr/bin/env python3
"""Golden values of test/sql/fit_nonnegative.sql, to paste there: linear models without negative coefficients.

numpy 2.4.6, scipy 1.17.1.  L-BFGS-B finds which coefficients are above 0; Newton's method on these, with the
gradient in extended precision, finds their digits; then the conditions of Karush, Kuhn and Tucker are asserted: no
gradient of a free coefficient above 1e-15 of the largest at 0, none that pulls one at 0 upwards.  Quantile
regression: HiGHS by scipy's linprog finds the vertex, whose equations and dual are then solved in fractions.
On the rows of the test's table "ground", which are integers and quarters, but for a root.  Run: python3 nonnegative_sql.py
"""
from fractions import Fraction

import numpy
import scipy
from scipy.optimize import linprog, minimize

L = numpy.longdouble
i = numpy.arange(1, 601)
k, j, w = i % 3, i % 4, (i % 3 + 1).astype(L)
x, z = (i * 37 % 101) / L(4), (i * 53 % 31) / L(8)
noise, step = i * 7919 % 101, i * 7919 % 11
exposure = numpy.log(1 + i % 5).astype(L)
yes = noise + i * 37 % 101 - 3 * (i * 53 % 31) + 20 * (j == 2) - 15 * (j == 3) > 60
kind = (noise + i * 37 % 101 + 20 * (j == 1)) // 75
count = (step + i * 37 % 101 // 20 * (i * 31 % 7)) // 3
amount = (1 + i * 37 % 101) * (33 - i * 53 % 31) / L(16) + step
rate = 4000 / (40 + x + z) + step
level = 20 + x - z + step - 3 * (j == 2)
claim = numpy.where(step < 5, L(0), amount)
total = 3 + 2 * x - z + 5 * k + (noise - 50) / L(8) + numpy.where(i % 19 == 0, 150, 0) - 4 * (j == 1) + 2 * (j == 3)
# Of no lattice, so that the optimum of a quantile is one vertex.
score = (total.astype(float) + numpy.sqrt(i.astype(float)) / 16).astype(L)
columns = {"x": x, "k": k, "z": z, "c = j1": j == 1, "c = j2": j == 2, "c = j3": j == 3}
design = numpy.column_stack([columns[t] for t in columns]).astype(L)
flat = numpy.ones(600, dtype=L)


def show(model, names, values):
    for name, value in zip(names, values):
        print(f"\t('{model}', '{name}', {float(value)!r}),")


def scales(weight, standardize=True):
    mean = (weight @ design) / weight.sum()
    return numpy.sqrt(weight @ (design - mean) ** 2 / weight.sum()) if standardize else numpy.ones(6, dtype=L)


def minimum(loss, n, bounded, start=None):
    """loss(b) gives value, gradient (extended) and Hessian (double)."""
    start = numpy.zeros(n) if start is None else start
    unit = start.max() if 0 < start.max() < 1 else 1.0
    bounds = [(0, None) if at else (None, None) for at in bounded]

    def plain(b):
        value, gradient, _ = loss(unit * b.astype(L))
        return float(value), unit * gradient.astype(float)

    b = start / unit
    for _ in range(5):
        b = minimize(plain, b, jac=True, method="L-BFGS-B", bounds=bounds,
                     options={"maxiter": 20000, "maxfun": 100000, "ftol": 1e-16, "gtol": 1e-12}).x
    b = unit * b.astype(L)
    size = numpy.abs(loss(numpy.array(start, dtype=L))[1]).max()
    for _ in range(40):
        value, gradient, hessian = loss(b)
        free = ~bounded | (b > 1e-6 * unit) | (gradient < -1e-10 * size)
        b[~free] = 0
        at = numpy.flatnonzero(free)
        move = numpy.zeros(n, dtype=L)
        move[at] = numpy.linalg.solve(hessian[numpy.ix_(at, at)], gradient[at].astype(float))
        while not numpy.isfinite(loss(b - move)[0]):
            move /= 2
        b = b - move
        b[bounded] = numpy.maximum(b[bounded], 0)
    value, gradient, _ = loss(b)
    assert numpy.abs(gradient[~bounded | (b > 0)]).max() < 1e-15 * size, gradient
    assert (b[bounded] >= 0).all() and (gradient[bounded & (b == 0)] > 1e-6 * size).all(), (b, gradient)
    return b


def linear(row_loss, weight, l2=0.0, standardize=True, intercept=True, offset=0, start=None):
    """row_loss(eta) gives loss, its first and second derivative of each row."""
    scale = scales(weight, standardize)
    rows = design / scale
    rows = numpy.column_stack([flat, rows]) if intercept else rows
    penalty = numpy.full(rows.shape[1], L(l2))
    penalty[0] = 0 if intercept else l2

    def loss(b):
        value, first, second = row_loss(rows @ b + offset)
        gradient = (weight * first) @ rows / weight.sum() + penalty * b
        hessian = (rows * (weight * second)[:, None]).T @ rows / weight.sum()
        return ((weight * value).sum() / weight.sum() + (penalty * b * b).sum() / 2, gradient,
                hessian.astype(float) + numpy.diag(penalty.astype(float)))

    bounded = numpy.array([not intercept or t > 0 for t in range(rows.shape[1])])
    b = minimum(loss, rows.shape[1], bounded, start)
    b[1 if intercept else 0:] /= scale
    return b


def named(model, b, intercept=True):
    show(model, (["(intercept)"] if intercept else []) + list(columns), b)


def logistic(model, weight=flat, factor=(1, 1), **options):
    weight = weight * numpy.where(yes, L(factor[1]), L(factor[0]))
    sign = numpy.where(yes, L(1), L(-1))

    def row_loss(eta):
        p = 1 / (1 + numpy.exp(sign * eta))
        return numpy.logaddexp(L(0), -sign * eta), -sign * p, p * (1 - p)

    named(model, linear(row_loss, weight, **options), options.get("intercept", True))


def deviance(power, y, mu):
    if power == 1:
        return mu - y * numpy.log(mu), 1 - y / mu, y / mu ** 2
    if power == 2:
        return y / mu + numpy.log(mu), 1 / mu - y / mu ** 2, 2 * y / mu ** 3 - 1 / mu ** 2
    p = L(power)
    return (mu ** (2 - p) / (2 - p) - y * mu ** (1 - p) / (1 - p), mu ** (1 - p) - y * mu ** -p,
            (1 - p) * mu ** -p + p * y * mu ** (-p - 1))


links = {"log": (numpy.exp, numpy.exp, numpy.exp),
         "identity": (lambda e: e, lambda e: e * 0 + 1, lambda e: e * 0),
         "sqrt": (lambda e: e * e, lambda e: 2 * e, lambda e: e * 0 + 2),
         "inverse": (lambda e: 1 / e, lambda e: -1 / e ** 2, lambda e: 2 / e ** 3)}


def glm(model, power, y, link="log", weight=flat, start=None, **options):
    mean, first, second = links[link]
    y = y.astype(L)

    def row_loss(eta):
        with numpy.errstate(all="ignore"):
            mu = mean(eta)
            value, by, twice = deviance(power, y, mu)
            if link != "log" and not (eta > 0).all():
                return numpy.full(600, numpy.inf), by, twice
            return value, by * first(eta), twice * first(eta) ** 2 + by * second(eta)

    named(model, linear(row_loss, weight, start=start, **options), options.get("intercept", True))


def softmax(model, weight=flat, l2=0.0, intercept=True):
    scale = scales(weight)
    rows = numpy.column_stack([flat, design / scale]) if intercept else design / scale
    q = rows.shape[1]
    one_hot = (kind[:, None] == numpy.arange(3)).astype(L)
    bounded = numpy.array([not intercept or t > 0 for t in range(q)] * 2)
    penalty = numpy.where(bounded, L(l2), L(0))

    def loss(b):
        eta = numpy.column_stack([numpy.zeros(600, dtype=L), rows @ b[:q], rows @ b[q:]])
        top = eta.max(axis=1)
        lse = top + numpy.log(numpy.exp(eta - top[:, None]).sum(axis=1))
        p = numpy.exp(eta - lse[:, None])
        value = (weight * (lse - (one_hot * eta).sum(axis=1))).sum() / weight.sum()
        r = weight[:, None] * (p - one_hot)
        gradient = numpy.concatenate([r[:, c] @ rows for c in (1, 2)]) / weight.sum() + penalty * b
        hessian = numpy.block([[((rows * (weight * p[:, a] * ((a == c) - p[:, c]))[:, None]).T @ rows).astype(float)
                                for c in (1, 2)] for a in (1, 2)]) / float(weight.sum())
        return value + (penalty * b * b).sum() / 2, gradient, hessian + numpy.diag(penalty.astype(float))

    b = minimum(loss, 2 * q, bounded)
    for c in (0, 1):
        b[c * q + intercept:(c + 1) * q] /= scale
        show(model, [f"{t} of {c + 1}" for t in (["(intercept)"] if intercept else []) + list(columns)],
             b[c * q:(c + 1) * q])


def huber(model, weight=flat, l2=0.0, intercept=True, epsilon=L("1.35")):
    scale = scales(weight)
    rows = numpy.column_stack([flat, design / scale]) if intercept else design / scale
    q = rows.shape[1]
    bounded = numpy.array([not intercept or t > 0 for t in range(q)] + [False])
    penalty = numpy.where(bounded, L(l2), L(0))

    def loss(b):
        s = b[q]
        if not s > 0:
            return numpy.inf, b, None
        u = (total - rows @ b[:q]) / s
        inside = numpy.abs(u) <= epsilon
        h = numpy.where(inside, u * u, 2 * epsilon * numpy.abs(u) - epsilon ** 2)
        psi = numpy.where(inside, u, epsilon * numpy.sign(u))
        full = numpy.column_stack([-rows, -numpy.where(inside, u, 0)]) * inside[:, None]
        gradient = numpy.concatenate([-(weight * psi) @ rows, [(weight * (1 + h - 2 * u * psi)).sum() / 2]])
        hessian = (full * (weight / s)[:, None]).T @ full / weight.sum()
        return ((weight * (s + s * h)).sum() / 2 / weight.sum() + (penalty * b * b).sum() / 2,
                gradient / weight.sum() + penalty * b, hessian.astype(float) + numpy.diag(penalty.astype(float)))

    start = numpy.zeros(q + 1)
    start[q] = 20
    b = minimum(loss, q + 1, bounded, start)
    b[intercept:q] /= scale
    named(model, b[:q], intercept)
    show(model, ["scale"], [b[q]])


def solve_fractions(a, b):
    """a x = b in fractions, by Gauss and Jordan."""
    n = len(b)
    rows = [list(map(Fraction, row)) + [Fraction(value)] for row, value in zip(a, b)]
    for c in range(n):
        at = next(r for r in range(c, n) if rows[r][c] != 0)
        rows[c], rows[at] = rows[at], rows[c]
        rows[c] = [value / rows[c][c] for value in rows[c]]
        for r in range(n):
            if r != c and rows[r][c] != 0:
                rows[r] = [value - rows[r][c] * own for value, own in zip(rows[r], rows[c])]
    return [row[n] for row in rows]


def quantile(model, tau, weight=flat, l1=0, intercept=True):
    rows = numpy.column_stack([flat, design]) if intercept else design
    q = rows.shape[1]
    scale = scales(weight).astype(float)
    cost = float(weight.sum()) * l1 * (numpy.concatenate([[0], scale]) if intercept else scale)
    tau = Fraction(tau)
    wf = weight.astype(float)
    result = linprog(numpy.concatenate([cost, wf * float(tau), wf * float(1 - tau)]),
                     A_eq=numpy.hstack([rows.astype(float), numpy.eye(600), -numpy.eye(600)]),
                     b_eq=score.astype(float),
                     bounds=[(None if intercept and t == 0 else 0, None) for t in range(q)] + [(0, None)] * 1200,
                     method="highs", options={"primal_feasibility_tolerance": 1e-10,
                                              "dual_feasibility_tolerance": 1e-10})
    b = result.x[:q]
    free = [t for t in range(q) if (intercept and t == 0) or b[t] > 1e-9]
    near = numpy.argsort(numpy.abs(score.astype(float) - rows.astype(float) @ b))
    basis = []
    for r in near:
        if numpy.linalg.matrix_rank(rows[basis + [r]][:, free].astype(float)) > len(basis):
            basis.append(int(r))
        if len(basis) == len(free):
            break
    exact = [Fraction(0)] * q
    for t, value in zip(free, solve_fractions([[Fraction(float(rows[r][t])) for t in free] for r in basis],
                                              [Fraction(float(score[r])) for r in basis])):
        exact[t] = value
    value = Fraction(0)
    for r in range(600):
        rest = Fraction(float(score[r])) - sum(Fraction(float(rows[r][t])) * exact[t] for t in range(q))
        value += Fraction(float(weight[r])) * (tau * rest if rest > 0 else (tau - 1) * rest)
    value += sum(Fraction(float(cost[t])) * exact[t] for t in range(q))
    assert abs(float(value) - result.fun) <= 1e-10 * result.fun, (float(value), result.fun)
    named(model, exact, intercept)
    show(model, ["loss"], [value / Fraction(float(weight.sum()))])


logistic("binary")
logistic("binary weighted", weight=w)
logistic("binary classes", factor=(1, 3))
logistic("binary l2", l2=0.05)
logistic("binary raw", l2=0.02, standardize=False, weight=w)
logistic("binary origin", intercept=False)
softmax("multi")
softmax("multi l2", weight=w, l2=0.03)
softmax("multi origin", intercept=False)
glm("poisson", 1, count)
glm("poisson offset", 1, count, weight=w, offset=exposure)
glm("poisson sqrt", 1, count, link="sqrt", start=numpy.eye(7)[0])
glm("poisson identity", 1, count + 5, link="identity", start=9 * numpy.eye(7)[0])
glm("poisson origin", 1, count + 5, link="identity", intercept=False, start=numpy.ones(6))
glm("poisson l2", 1, count, l2=0.1)
glm("gamma", 2, amount)
glm("gamma weighted", 2, amount, weight=w, l2=0.01)
glm("gamma inverse", 2, rate, link="inverse", start=0.01 * numpy.eye(7)[0])
glm("gamma identity", 2, level, link="identity", start=30 * numpy.eye(7)[0])
glm("tweedie", 1.5, claim)
glm("tweedie identity", 1.3, claim + 5, link="identity", weight=w, start=40 * numpy.eye(7)[0])
huber("huber")
huber("huber weighted", weight=w)
huber("huber l2", l2=0.01)
huber("huber origin", intercept=False)
quantile("median", "1/2")
quantile("upper", "8765/10000", weight=w)
quantile("median l1", "1/2", l1=0.2)
quantile("lower origin", "4567/10000", intercept=False)
print(f"-- numpy {numpy.__version__}, scipy {scipy.__version__}")

#!/usr/bin/env python3
"""Elastic-net paths of 100 penalties: Orchard in SQL beside enet_path in memory (see path.sh).

"path" is the statement that scans the table and walks the path, "from sums" the walk alone from a
stored state, "cv" training with 10 folds and the same penalties.  The peer has the array in memory:
"gram" is the time to its Gram matrix, "enet_path" that of the call with the matrix given.
"""
import os
import subprocess
import warnings

import numpy
import sklearn
from sklearn.linear_model import enet_path

from measure import Session, medians

ROUNDS = int(os.environ.get("ROUNDS", "5"))
TARGET = 1e-8
L1_RATIO = 0.5
SHAPES = {
    "200k x 50": (200_000, 50, 0.0),
    "200k x 50, correlated 0.9": (200_000, 50, 0.9),
    "20k x 50": (20_000, 50, 0.0),
    "50k x 200": (50_000, 200, 0.0),
}


def make(n, p, correlation):
    random = numpy.random.default_rng(7)
    x = random.standard_normal((n, p))
    if correlation > 0:
        x = numpy.sqrt(1 - correlation) * x + numpy.sqrt(correlation) * random.standard_normal((n, 1))
    slope = random.standard_normal(p) * (random.random(p) < 0.5)
    return x, x @ slope + 3 * random.standard_normal(n)


def load(session, x, y):
    columns = ["c%d" % (j + 1) for j in range(x.shape[1])]
    session.run("DROP TABLE IF EXISTS t; CREATE TABLE t (%s, y float8);" % ", ".join(c + " float8" for c in columns))
    rows = "\n".join(",".join(map(repr, row)) for row in numpy.column_stack([x, y]).tolist())
    subprocess.run(["psql", "-X", "-q", "-c", "COPY t FROM STDIN (FORMAT csv)", "postgres"],
                   input=rows + "\n", text=True, check=True)
    session.run("VACUUM ANALYZE t;")


def gram_of(x, y):
    """What precompute and Xy take: of standardised columns, without copying the array."""
    n = len(x)
    mean, target = x.mean(axis=0), y.mean()
    gram = x.T @ x - n * numpy.outer(mean, mean)
    scale = numpy.sqrt(numpy.diag(gram) / n)
    return gram / numpy.outer(scale, scale), (x.T @ y - n * mean * target) / scale, scale


def violation(gram, moment, n, alphas, coefficients):
    """Largest violation of the optimality conditions of all steps, over the largest moment."""
    worst = 0.0
    for alpha, b in zip(alphas, coefficients.T):
        slope = (moment - gram @ b) / n - alpha * (1 - L1_RATIO) * b
        away = numpy.where(b != 0, numpy.abs(slope - numpy.sign(b) * alpha * L1_RATIO),
                           numpy.maximum(numpy.abs(slope) - alpha * L1_RATIO, 0))
        worst = max(worst, away.max())
    return worst / (numpy.abs(moment).max() / n)


def bench(session, name):
    n, p, correlation = SHAPES[name]
    x, y = make(n, p, correlation)
    load(session, x, y)
    gram, moment, scale = gram_of(x, y)
    # The peer wants the array beside its Gram matrix; its columns are made as the matrix says.
    standard = numpy.asfortranarray((x - x.mean(axis=0)) / scale)
    centred = y - y.mean()
    options = '{"algorithm": "linear_regression"}'
    state = "SELECT orchard.fit_state(t, 'y', '%s') AS s FROM t" % options
    path = "FROM orchard.regularization_path((%s), '{\"l1_ratio\": " + str(L1_RATIO) + "}')"
    session.run("DROP TABLE IF EXISTS s; CREATE TABLE s AS %s;" % state)
    rows = session.run("SELECT alpha, estimate %s WHERE term <> '(intercept)';" % (path % "SELECT s FROM s"))
    pairs = numpy.array([[float(v) for v in row.split("|")] for row in rows]).reshape(-1, p, 2)
    ours = pairs[:, :, 1].T * scale[:, None]

    def peer(tolerance):
        return enet_path(standard, centred, l1_ratio=L1_RATIO, alphas=100, precompute=gram, Xy=moment, copy_X=False,
                         check_input=False, tol=tolerance, max_iter=1_000_000)

    tolerance = 1e-4
    while True:
        alphas, coefficients, _ = peer(tolerance)
        theirs = violation(gram, moment, n, alphas, coefficients)
        if theirs <= TARGET or tolerance < 1e-16:
            break
        tolerance /= 10
    folds = """SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": 10,
               "l1_ratio": %s}')) #> '{cross_validation,alpha}' FROM t;""" % L1_RATIO
    times = medians(ROUNDS, {
        "path": lambda: session.run("SELECT max(r_squared) %s;" % (path % state)),
        "walk": lambda: session.run("SELECT max(r_squared) %s;" % (path % "SELECT s FROM s")),
        "cv": lambda: session.run(folds),
        "gram": lambda: gram_of(x, y),
        "loose": lambda: peer(1e-4),
        "peer": lambda: peer(tolerance)})
    print("%-26s %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %7.2f %7.2f %7.2f   %.0e %.0e (tol %.0e)" % (
        name, times["path"], times["walk"], times["cv"], times["gram"], times["peer"], times["loose"],
        times["walk"] / times["peer"], times["path"] / (times["gram"] + times["peer"]), times["cv"] / times["path"],
        violation(gram, moment, n, pairs[:, 0, 0], ours), theirs, tolerance), flush=True)


def main():
    warnings.filterwarnings("ignore")
    session = Session()
    session.run("SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS orchard;")
    print("scikit-learn %s, numpy %s, one thread each, medians of %d, milliseconds"
          % (sklearn.__version__, numpy.__version__, ROUNDS))
    print("targets: walk / enet_path 1.0, cv / path 1.3 at 200k x 50; half as much again on the other shapes")
    print("%-26s %8s %8s %8s %8s %8s %8s %7s %7s %7s   %s" % (
        "shape", "path", "walk", "cv", "gram", "peer", "loose", "walk/p", "path/gp", "cv/path", "conditions, ours and the peer's"))
    for name in os.environ.get("SHAPES", ";".join(SHAPES)).split(";"):
        bench(session, name)


main()

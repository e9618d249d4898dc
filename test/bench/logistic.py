#!/usr/bin/env python3
"""Logistic regression: Orchard in SQL beside scikit-learn's lbfgs in memory (see logistic.sh).

Orchard's time holds everything: the scan, the fit, the model's bytes; for train() the registration
too, for fit() the rows that PostgreSQL forms for an aggregate.
scikit-learn's holds fit() alone: the export from PostgreSQL, and for the shape with NULLs the
imputation, are not counted.  Runs alternate, so that noise meets both.
"""
import os
import subprocess
import warnings

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression

from measure import Session, medians

ROUNDS = int(os.environ.get("ROUNDS", "5"))
TARGET = 1e-8
SHAPES = {
    "200k x 20": (200_000, 20, 0.0),
    "200k x 100": (200_000, 100, 0.0),
    "200k x 20, 30 % NULL": (200_000, 20, 0.3),
    "20k x 20": (20_000, 20, 0.0),
}


def make(n, p, missing):
    random = numpy.random.default_rng(7)
    x = random.standard_normal((n, p))
    slope = random.standard_normal(p) / numpy.sqrt(p)
    y = random.random(n) < 1.0 / (1.0 + numpy.exp(-(x @ slope + 0.3)))
    if missing > 0:
        x[random.random((n, p)) < missing] = numpy.nan
    return x, y


def load(session, x, y):
    columns = ["c%d" % (j + 1) for j in range(x.shape[1])]
    session.run("DROP TABLE IF EXISTS t; CREATE TABLE t (%s, yb boolean);"
                % ", ".join(c + " float8" for c in columns))
    rows = "\n".join(",".join("" if v != v else repr(float(v)) for v in row) + (",t" if label else ",f")
                     for row, label in zip(x, y))
    subprocess.run(["psql", "-X", "-q", "-c", "COPY t FROM STDIN (FORMAT csv)", "postgres"],
                   input=rows + "\n", text=True, check=True)
    session.run("VACUUM ANALYZE t;")
    return ", ".join(columns)


def gradient_norm(x, y, intercept, slope):
    """Infinity norm of the gradient of the mean loss, intercept included, standardised columns."""
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    residual = 1.0 / (1.0 + numpy.exp(-(intercept + x @ slope))) - y
    return max(abs(residual.mean()), numpy.abs(scaled.T @ residual / len(y)).max())


def fit_peer(x, y):
    """lbfgs, its tolerance lowered until the gradient is small enough: only that run is timed."""
    for tolerance in (1e-8, 3e-9, 1e-9, 1e-10):
        model = LogisticRegression(C=numpy.inf, solver="lbfgs", tol=tolerance, max_iter=10_000)
        model.fit(x, y)
        if gradient_norm(x, y, model.intercept_[0], model.coef_[0]) <= TARGET:
            break
    return model


def bench(session, name):
    n, p, missing = SHAPES[name]
    x, y = make(n, p, missing)
    columns = load(session, x, y)
    x = numpy.where(numpy.isnan(x), numpy.nanmean(x, axis=0), x)
    fit = """SELECT orchard.fit(t, 'yb', '{"algorithm": "logistic_regression"}') %%s
             FROM (SELECT %s, yb FROM t) AS t""" % columns
    session.run("DROP TABLE IF EXISTS m; CREATE TABLE m AS %s;" % (fit % "AS model"))
    rows = session.run("SELECT estimate FROM m, orchard.coefficients(model) WITH ORDINALITY ORDER BY ordinality;")
    ours = numpy.array([float(r) for r in rows])
    peer = fit_peer(x, y)
    norms = (gradient_norm(x, y, ours[0], ours[1:]),
             gradient_norm(x, y, peer.intercept_[0], peer.coef_[0]))
    train = "SELECT version FROM orchard.train('bench', 't', 'yb', 'logistic_regression');"
    times = medians(ROUNDS, {"train": lambda: session.run(train),
                             "fit": lambda: session.run(fit % "IS NOT NULL" + ";"),
                             "peer": lambda: peer.fit(x, y)})
    train_ms, fit_ms, peer_ms = times["train"], times["fit"], times["peer"]
    print("%-22s %8.1f %8.1f %9.1f %7.2f %7.2f   %.1e %.1e   %d" % (
        name, train_ms, fit_ms, peer_ms, train_ms / peer_ms, fit_ms / peer_ms, *norms, peer.n_iter_[0]), flush=True)


def main():
    warnings.filterwarnings("ignore")
    session = Session()
    session.run("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS orchard;")
    print("scikit-learn %s, numpy %s, one thread each, medians of %d"
          % (sklearn.__version__, numpy.__version__, ROUNDS))
    print("target: ratio 1.5 at 200k x 20, 2.25 on the other shapes")
    print("%-22s %8s %8s %9s %7s %7s   %s   %s" % (
        "shape", "train ms", "fit ms", "lbfgs ms", "train", "fit", "gradient norms ", "lbfgs steps"))
    for name in os.environ.get("SHAPES", ";".join(SHAPES)).split(";"):
        bench(session, name)


main()

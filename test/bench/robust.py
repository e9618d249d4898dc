#!/usr/bin/env python3
"""Huber and quantile regression: Orchard in SQL beside scikit-learn in memory (see robust.sh).

Orchard's time holds the scan, the rows that PostgreSQL forms for an aggregate, the fit and the model; scikit-learn's
fit() alone.  The losses of both are computed anew from their coefficients: "excess" is ours over theirs, less 1.
"""
import os
import subprocess
import warnings

import numpy
import sklearn
from sklearn.linear_model import HuberRegressor, QuantileRegressor

from measure import Session, medians

ROUNDS = int(os.environ.get("ROUNDS", "5"))
LP_ROWS = int(os.environ.get("LP_ROWS", "5000"))
SHAPES = ((5_000, 20), (200_000, 20))


def load(session, x, y):
    columns = ", ".join("c%d" % (j + 1) for j in range(x.shape[1]))
    session.run("DROP TABLE IF EXISTS t; CREATE TABLE t (%s float8, y float8);" % columns.replace(",", " float8,"))
    rows = "\n".join(",".join(repr(float(v)) for v in (*row, target)) for row, target in zip(x, y))
    subprocess.run(["psql", "-X", "-q", "-c", "COPY t FROM STDIN (FORMAT csv)", "postgres"],
                   input=rows + "\n", text=True, check=True)
    session.run("VACUUM ANALYZE t;")


def fit(options):
    return "SELECT orchard.fit(t, 'y', '%s') AS m FROM t" % options


def estimates(session, options):
    rows = session.run("SELECT estimate FROM (%s) AS f, orchard.coefficients(m) WITH ORDINALITY ORDER BY ordinality;" % fit(options))
    return numpy.array([float(r) for r in rows])


def check_loss(x, y, b, tau):
    r = y - b[0] - x @ b[1:]
    return numpy.mean(numpy.where(r > 0, tau, tau - 1) * r)


def huber_loss(x, y, b):
    """At the scale that is best for these coefficients."""
    r = numpy.abs(y - b[0] - x @ b[1:])
    scale = r.std()
    for _ in range(200):
        inside = r <= 1.35 * scale
        scale = numpy.sqrt((r[inside] ** 2).sum() / (len(r) - 1.35 ** 2 * (~inside).sum()))
    z = r / scale
    return numpy.mean(scale + scale * numpy.where(z <= 1.35, z ** 2, 2.7 * z - 1.35 ** 2))


def report(session, name, options, peer, x, y, loss):
    ours = loss(x, y, estimates(session, options))
    runs = {"fit": lambda: session.run("SELECT m IS NOT NULL FROM (%s) AS f;" % fit(options))}
    if peer is None:
        print("%-24s %9.1f" % (name, medians(ROUNDS, runs)["fit"]), flush=True)
        return
    peer.fit(x, y)
    runs["peer"] = lambda: peer.fit(x, y)
    times = medians(ROUNDS, runs)
    print("%-24s %9.1f %9.1f %8.4f   %.1e" % (name, times["fit"], times["peer"], times["fit"] / times["peer"],
          ours / loss(x, y, numpy.append(peer.intercept_, peer.coef_)) - 1), flush=True)


def main():
    warnings.filterwarnings("ignore")
    session = Session()
    session.run("SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS orchard;")
    print("scikit-learn %s, numpy %s, one thread each, medians of %d" % (sklearn.__version__, numpy.__version__, ROUNDS))
    print("%-24s %9s %9s %8s   %s" % ("shape", "fit ms", "peer ms", "ratio", "excess"))
    for n, p in SHAPES:
        random = numpy.random.default_rng(7)
        x = random.standard_normal((n, p))
        y = x @ random.standard_normal(p) + random.standard_t(2, n) * (1 + numpy.abs(x[:, 0]))
        load(session, x, y)
        report(session, "huber %d x %d" % (n, p), '{"algorithm": "huber"}', HuberRegressor(alpha=0, max_iter=10_000),
               x, y, huber_loss)
        for tau in (0.5, 0.95):
            report(session, "quantile %g %d x %d" % (tau, n, p),
                   '{"algorithm": "quantile_regression", "quantile": %g}' % tau,
                   QuantileRegressor(quantile=tau, alpha=0, solver="highs") if n <= LP_ROWS else None,
                   x, y, lambda x, y, b, tau=tau: check_loss(x, y, b, tau))


main()

#!/usr/bin/env python3
"""Random and isolation forests: train() in SQL beside scikit-learn in memory (see forest_train.sh)."""
import os
import subprocess

import numpy
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.metrics import roc_auc_score

from measure import Session, timed

ROWS = int(os.environ.get("ROWS", "200000"))
TREES = int(os.environ.get("TREES", "100"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
THREADS = int(os.environ.get("THREADS", "1"))
COLUMNS = 20
HELD_OUT = 20_000


def make():
    """Normal and skewed columns, of which half matter."""
    random = numpy.random.default_rng(2)
    x = random.standard_normal((ROWS + HELD_OUT, COLUMNS))
    x[:, ::4] = numpy.exp(x[:, ::4])
    z = x[:, 0] * x[:, 1] - numpy.abs(x[:, 2]) + x[:, 3] + numpy.sin(2 * x[:, 5]) + 0.3 * x[:, 6:10].sum(axis=1)
    z = (z - z.mean()) / z.std()
    y = random.random(len(z)) < 1.0 / (1.0 + numpy.exp(-2.0 * z))
    return x.astype(numpy.float32), y


def load(session, x, y):
    columns = ["c%d" % (j + 1) for j in range(COLUMNS)]
    session.run("DROP TABLE IF EXISTS t; CREATE TABLE t (i int, %s, y boolean);"
                % ", ".join(c + " float8" for c in columns))
    copy = subprocess.Popen(["psql", "-X", "-q", "-c", "COPY t FROM STDIN (FORMAT csv)", "postgres"],
                            stdin=subprocess.PIPE, text=True)
    for i, (row, label) in enumerate(zip(x, y)):
        copy.stdin.write("%d,%s,%s\n" % (i, ",".join("%.9g" % v for v in row), "t" if label else "f"))
    copy.stdin.close()
    copy.wait()
    session.run("VACUUM ANALYZE t; CREATE VIEW train AS SELECT %s, y FROM t WHERE i < %d;"
                "CREATE VIEW numbers AS SELECT %s FROM t WHERE i < %d;"
                % (", ".join(columns), ROWS, ", ".join(columns), ROWS))
    return ", ".join(columns)


def median(values):
    return float(numpy.median(values))


def random_forests(session, x, y, columns):
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: session.run(
            "SELECT * FROM orchard.train('m', 'train', 'y', 'random_forest', '{\"n_estimators\": %d}');" % TREES))[0])
        milliseconds, forest = timed(lambda: RandomForestClassifier(
            TREES, max_features="sqrt", n_jobs=THREADS, random_state=1).fit(x[:ROWS], y[:ROWS]))
        theirs.append(milliseconds)
    scores = numpy.array([float(p) for p in session.run(
        "SELECT orchard.predict('m', %s) FROM t WHERE i >= %d ORDER BY i;" % (columns, ROWS))])
    print("random forest, %d x %d, %d trees, %d threads: train() %.2f s, scikit-learn %.2f s, ratio %.2f (at most 0.4)"
          % (ROWS, COLUMNS, TREES, THREADS, median(ours) / 1e3, median(theirs) / 1e3, median(ours) / median(theirs)))
    print("  held out: AUC %.5f, scikit-learn %.5f"
          % (roc_auc_score(y[ROWS:], scores), roc_auc_score(y[ROWS:], forest.predict_proba(x[ROWS:])[:, 1])))


def isolation_forests(session, x, columns):
    ours, scans, theirs = [], [], []
    sums = "SELECT sum(num_nonnulls(%s)) FROM t WHERE i < %d;" % (columns, ROWS)
    for _ in range(max(ROUNDS, 5)):
        scans.append(timed(lambda: session.run(sums))[0])
        ours.append(timed(lambda: session.run(
            "SELECT * FROM orchard.train('i', 'numbers', NULL, 'isolation_forest');"))[0])
        theirs.append(timed(lambda: IsolationForest(n_estimators=100, n_jobs=THREADS, random_state=1).fit(x[:ROWS]))[0])
    print("isolation forest, %d x %d: train() %.0f ms, the scan %.0f ms, difference %.0f ms (at most 20), scikit-learn %.0f ms"
          % (ROWS, COLUMNS, median(ours), median(scans), median(ours) - median(scans), median(theirs)))


def main():
    session = Session()
    session.run("CREATE EXTENSION IF NOT EXISTS orchard; SET orchard.max_memory = '4GB'; SET orchard.max_threads = %d;"
                % THREADS)
    x, y = make()
    columns = load(session, x, y)
    isolation_forests(session, x, columns)
    random_forests(session, x, y, columns)


if __name__ == "__main__":
    main()

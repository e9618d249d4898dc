#!/usr/bin/env python3
"""Gradient boosting: train() in SQL beside LightGBM in memory (see trees_train.sh)."""
import os
import subprocess

import lightgbm
import numpy
from sklearn.metrics import log_loss, roc_auc_score

from measure import Session, timed

ROWS = int(os.environ.get("ROWS", "1000000"))
LEAVES = [int(leaves) for leaves in os.environ.get("LEAVES", "31,255").split(",")]
TREES = int(os.environ.get("TREES", "100"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
THREADS = int(os.environ.get("THREADS", "1"))
COLUMNS = 28
HELD_OUT = 50_000


def make():
    """Skewed and normal columns, of which fifteen and some products of them matter."""
    random = numpy.random.default_rng(1)
    x = random.standard_normal((ROWS + HELD_OUT, COLUMNS))
    x[:, ::3] = numpy.exp(x[:, ::3] * 0.5)
    z = (0.6 * x[:, 0] * x[:, 1] - 0.8 * numpy.abs(x[:, 2]) + 0.5 * x[:, 3]
         + 0.7 * numpy.sin(2 * x[:, 4]) * x[:, 5] + 0.3 * x[:, 6]
         - 0.4 * (x[:, 7] > 0.5) * x[:, 8] + 0.2 * x[:, 9:15].sum(axis=1))
    z = (z - z.mean()) / z.std()
    y = random.random(len(z)) < 1.0 / (1.0 + numpy.exp(-1.2 * z))
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
                % (", ".join(columns), ROWS))
    return ", ".join(columns)


def ours(session, leaves):
    milliseconds, _ = timed(lambda: session.run("SELECT * FROM orchard.train('m', 'train', 'y', options => "
                "'{\"n_estimators\": %d, \"max_leaf_nodes\": %d}');" % (TREES, leaves)))
    return milliseconds / 1000.0


def train_peer(x, y, leaves, quantized):
    data = lightgbm.Dataset(x, y, params={"verbose": -1, "num_threads": THREADS})
    return lightgbm.train({"objective": "binary", "num_leaves": leaves, "num_threads": THREADS,
                           "verbose": -1, "use_quantized_grad": quantized}, data, TREES)


def main():
    session = Session()
    session.run("CREATE EXTENSION IF NOT EXISTS orchard; SET orchard.max_memory = '4GB'; SET orchard.max_threads = %d;"
                % THREADS)
    x, y = make()
    columns = load(session, x, y)
    for leaves in LEAVES:
        times = {"train": [], "lightgbm": [], "quantized": []}
        for _ in range(ROUNDS):
            times["train"].append(ours(session, leaves))
            for name, quantized in (("lightgbm", False), ("quantized", True)):
                milliseconds, model = timed(
                    lambda: train_peer(x[:ROWS], y[:ROWS], leaves, quantized))
                times[name].append(milliseconds / 1000.0)
                if not quantized:
                    theirs = model.predict(x[ROWS:])
        scores = numpy.array([float(p) for p in session.run(
            "SELECT orchard.predict('m', %s) FROM t WHERE i >= %d ORDER BY i;" % (columns, ROWS))])
        middle = {name: float(numpy.median(values)) for name, values in times.items()}
        print("%d x %d, %d trees, %d leaves: train() %.2f s, LightGBM %.2f s, quantized %.2f s, ratio %.2f (at most 0.45)"
              % (ROWS, COLUMNS, TREES, leaves, middle["train"], middle["lightgbm"], middle["quantized"],
                 middle["train"] / min(middle["lightgbm"], middle["quantized"])))
        print("  held out: log loss %.5f, LightGBM %.5f; AUC %.5f, LightGBM %.5f"
              % (log_loss(y[ROWS:], scores), log_loss(y[ROWS:], theirs),
                 roc_auc_score(y[ROWS:], scores), roc_auc_score(y[ROWS:], theirs)))


if __name__ == "__main__":
    main()

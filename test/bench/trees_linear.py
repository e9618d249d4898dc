#!/usr/bin/env python3
"""Gradient boosting by rows and by trees (see trees_linear.sh)."""
import os

from measure import Session, medians
from plot import line_plot

ROWS = [int(rows) for rows in os.environ.get("ROWS", "100000,300000,1000000,3000000,10000000").split(",")]
TREES = [int(trees) for trees in os.environ.get("TREES", "25,50,100,200,400").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
COLUMNS = 10
FEW_ROWS = 300_000
FEW_TREES = 50


def load(session, rows):
    """Columns of normal and skewed numbers, and a class that depends on some of them."""
    columns = ", ".join("CASE WHEN %d %% 3 = 0 THEN exp(random()) ELSE random() + random() + random() END AS c%d" % (j, j)
                        for j in range(1, COLUMNS + 1))
    session.run("DROP TABLE IF EXISTS linear CASCADE; SELECT setseed(0.5);"
                "CREATE UNLOGGED TABLE linear AS SELECT i, %s FROM generate_series(1, %d) AS i;"
                "CREATE INDEX ON linear (i); VACUUM ANALYZE linear;"
                % (columns, rows))
    names = ", ".join("c%d" % j for j in range(1, COLUMNS + 1))
    for n in sorted(set(ROWS + [FEW_ROWS])):
        session.run("CREATE VIEW linear_%d AS SELECT %s, c1 * c2 + sin(3 * c3) + c4 + hashint4(i) / 1e9 > 5 AS y"
                    " FROM linear WHERE i <= %d;" % (n, names, n))


def train(session, rows, trees, leaves):
    session.run("SELECT * FROM orchard.train('linear', 'linear_%d', 'y', options => "
                "'{\"n_estimators\": %d, \"max_leaf_nodes\": %d}');" % (rows, trees, leaves))


def measure(session, sizes, leaves, settings):
    """Median milliseconds by size; settings: (rows, trees) of a size."""
    points = []
    for size in sizes:
        rows, trees = settings(size)
        middle = medians(ROUNDS, {"train": lambda: train(session, rows, trees, leaves)})["train"]
        print("%9d rows, %3d trees, %3d leaves: %8.0f ms, %5.1f ns a row and tree"
              % (rows, trees, leaves, middle, 1e6 * middle / rows / trees), flush=True)
        points.append((size, middle))
    return points


def main():
    session = Session()
    session.run("CREATE EXTENSION IF NOT EXISTS orchard; SET orchard.max_memory = '8GB'; SET orchard.max_threads = 1;")
    if "LOADED" not in os.environ:
        load(session, max(ROWS + [FEW_ROWS]))
    by_rows = {"%d leaves" % leaves: measure(session, ROWS, leaves, lambda rows: (rows, FEW_TREES)) for leaves in (31, 255)}
    by_trees = {"%d leaves" % leaves: measure(session, TREES, leaves, lambda trees: (FEW_ROWS, trees)) for leaves in (31, 255)}
    if os.environ.get("PLOT"):
        line_plot("docs/trees-rows.svg", by_rows, "Boosting of %d columns by rows, %d trees" % (COLUMNS, FEW_TREES),
                  "rows", "milliseconds")
        line_plot("docs/trees-trees.svg", by_trees, "Boosting of %d columns by trees, %s rows" % (COLUMNS, "{:,}".format(FEW_ROWS)),
                  "trees", "milliseconds")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Linear regression by shape: 200 columns, 10,000 groups, 1,000 states, 10k to 10M rows (see linear.sh)."""
import os

import numpy
from scipy.linalg.blas import dsyrk

from measure import Session, medians, timed
from plot import line_plot

ROUNDS = int(os.environ.get("ROUNDS", "5"))
ROWS_WIDE = int(os.environ.get("ROWS_WIDE", "1000000"))
MOST_ROWS = int(os.environ.get("MOST_ROWS", "10000000"))


def names(n):
    return ["c%d" % (j + 1) for j in range(n)]


def make(session, table, n, columns):
    session.run("DROP TABLE IF EXISTS %s; CREATE UNLOGGED TABLE %s AS SELECT %s, random() AS y FROM generate_series(1, %d);"
                " VACUUM ANALYZE %s; SELECT count(*) FROM %s;" % (
                    table, table, ", ".join("random() AS " + c for c in names(columns)), n, table, table))


def train(table, more=""):
    return "SELECT rows FROM orchard.train('bench', '%s', 'y', 'linear_regression'%s);" % (table, more)


def floor(table, columns):
    """What PostgreSQL needs to look at every column; a call takes 100 arguments at most."""
    parts = [columns[i:i + 90] for i in range(0, len(columns), 90)]
    return "SELECT sum(%s) FROM %s;" % (" + ".join("num_nonnulls(%s)" % ", ".join(p) for p in parts), table)


def wide(session):
    make(session, "wide", ROWS_WIDE, 200)
    part = numpy.asfortranarray(numpy.random.default_rng(7).random((200, 10_000)))

    def multiply():
        gram = numpy.zeros((200, 200), order="F")
        for _ in range(ROWS_WIDE // 10_000):
            gram = dsyrk(1.0, part, beta=1.0, c=gram, overwrite_c=1)
        return gram

    times = medians(ROUNDS, {"train": lambda: session.run(train("wide")),
                             "floor": lambda: session.run(floor("wide", names(200))),
                             "dsyrk": multiply})
    print("%d x 200: train %.0f ms, floor(200) %.0f ms, DSYRK %.0f ms; (train - floor) / DSYRK %.2f, target 1.4" % (
        ROWS_WIDE, times["train"], times["floor"], times["dsyrk"],
        (times["train"] - times["floor"]) / times["dsyrk"]), flush=True)
    session.run("DROP TABLE wide;")


def groups(session):
    session.run("""DROP TABLE IF EXISTS g; CREATE UNLOGGED TABLE g AS SELECT i % 10000 AS g, COLUMNS FROM generate_series(1, 1000000) AS i;
        DROP TABLE IF EXISTS together; CREATE UNLOGGED TABLE together AS SELECT * FROM g ORDER BY g; VACUUM ANALYZE g; VACUUM ANALYZE together;"""
                .replace("COLUMNS", ", ".join("random() AS " + c for c in names(6))))
    # Each result is counted: the planner leaves out an aggregate whose result nobody reads.
    averages = "SELECT %s FROM (SELECT g, %s FROM %%s GROUP BY g) AS s;" % (
        ", ".join("count(a%s)" % c for c in names(6)), ", ".join("avg(%s) AS a%s" % (c, c) for c in names(6)))
    fits = """SELECT count(m) FROM (SELECT g, orchard.fit(t, 'c6', '{"algorithm": "linear_regression", "group": "g"}') AS m
        FROM %s AS t GROUP BY g) AS s;"""
    columns = """SELECT count(m) FROM (SELECT g, orchard.fit_columns('{c1,c2,c3,c4,c5,c6}', 'c6', '{"algorithm": "linear_regression"}',
        c1, c2, c3, c4, c5, c6) AS m FROM %s GROUP BY g) AS s;"""
    rows = "SELECT count(n) FROM (SELECT g, count(t) AS n FROM %s AS t GROUP BY g) AS s;"
    times = medians(ROUNDS, {kind + " " + table: lambda query=query, table=table: session.run(query % table)
                             for kind, query in (("avg", averages), ("row", rows), ("fit", fits), ("columns", columns))
                             for table in ("g", "together")})
    for table, order in (("g", "groups mixed"), ("together", "groups together")):
        print("10,000 groups x 100 rows x 5 features, %s: avg of 6 columns %.0f ms, the rows alone %.0f ms, fit %.0f ms, fit_columns %.0f ms; / avg %.2f and %.2f, target 3" % (
            order, times["avg " + table], times["row " + table], times["fit " + table],
            times["columns " + table], times["fit " + table] / times["avg " + table],
            times["columns " + table] / times["avg " + table]), flush=True)


def merge(session):
    make(session, "parts", 100_000, 20)
    session.run("""DROP TABLE IF EXISTS states; CREATE TABLE states AS SELECT i, (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}')
        FROM (SELECT * FROM parts OFFSET 100 * (i % 1000) LIMIT 100) AS t) AS s FROM generate_series(0, 999) AS i; VACUUM ANALYZE states;""")
    merged = "SELECT orchard.model_digest(orchard.finish(orchard.merge(s))) FROM states;"
    print("1,000 states of 20 features merged and finished: %.1f ms, target 50" % medians(
        max(ROUNDS, 5), {"merge": lambda: session.run(merged)})["merge"], flush=True)


def rows(session):
    lines = {"train": [], "fit": [], "sums of 10 columns": []}
    sums = "SELECT %s FROM rows_n;" % ", ".join("sum(%s)" % c for c in names(10))
    fit = """SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') IS NOT NULL FROM rows_n AS t;"""
    n = 10_000
    while n <= MOST_ROWS:
        make(session, "rows_n", n, 10)
        count = ROUNDS if n < 5_000_000 else min(ROUNDS, 3)
        times = medians(count, {"train": lambda: session.run(train("rows_n")), "fit": lambda: session.run(fit),
                                "sums of 10 columns": lambda: session.run(sums)})
        for kind, time in times.items():
            lines[kind].append((n, time))
        print("%9d x 10: train %.1f ms (%.0f ns a row), fit %.1f ms, sums %.1f ms" % (
            n, times["train"], 1e6 * times["train"] / n, times["fit"], times["sums of 10 columns"]), flush=True)
        n *= 10
    session.run("DROP TABLE rows_n;")
    if len(lines["train"]) > 1:
        line_plot("docs/linear-rows.svg", lines, "Linear regression of 10 columns by rows", "rows", "milliseconds")


def main():
    session = Session()
    session.run("SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS orchard; SELECT setseed(0.5);")
    print("one process, one thread, medians of %d" % ROUNDS)
    parts = {"wide": wide, "groups": groups, "merge": merge, "rows": rows}
    for name in os.environ.get("PARTS", ",".join(parts)).split(","):
        parts[name](session)


main()

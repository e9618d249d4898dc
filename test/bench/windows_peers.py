#!/usr/bin/env python3
"""Windows: Orchard in SQL beside DuckDB, polars and pandas in memory (see windows_peers.sh).

Orchard's time holds the scan of a table, the peers' only the computation on columns that they have
in memory already.  Each query ends in one number, so that nothing is sent; the round trips end in a
table.  Runs alternate, so that noise meets all.
"""
import os
import subprocess

import duckdb
import numpy
import pandas
import polars

from measure import Session, medians, timed
from plot import line_plot

ROUNDS = int(os.environ.get("ROUNDS", "5"))
N = int(os.environ.get("N", "1000000"))
KEYS = N // 100
WIDTHS = [10, 100, 1000, 10_000, 100_000]
# PostgreSQL's and DuckDB's name, polars', pandas'.
STATISTICS = [("avg", "mean", "mean"), ("stddev", "std", "std"), ("max", "max", "max")]
WINDOW = "500000 seconds"  # 50 rows of a key


class Bench:
    """The same rows everywhere: a series in order, and the same behind KEYS keys."""

    def __init__(self):
        self.session = Session()
        self.session.run("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS orchard;")
        self.session.run(
            "CREATE TABLE readings AS SELECT g AS i, (g * 7919::bigint %% %d)::int AS k, "
            "timestamp '2024-01-01' + g * interval '1 second' AS ts, 100 * sin(g * 12.9898::float8) + g %% 7 AS x "
            "FROM generate_series(1, %d) AS g; VACUUM ANALYZE readings;" % (KEYS, N))
        i = numpy.arange(1, N + 1, dtype="int64")
        self.frame = pandas.DataFrame({
            "i": i, "k": (i * 7919 % KEYS).astype("int32"),
            "ts": pandas.Timestamp("2024-01-01") + pandas.to_timedelta(i, unit="s"),
            "x": 100 * numpy.sin(i * 12.9898) + i % 7})
        self.polars = polars.DataFrame({"i": i, "k": self.frame["k"].to_numpy(),
                                        "ts": self.frame["ts"].to_numpy().astype("datetime64[us]"),
                                        "x": self.frame["x"].to_numpy()})
        self.duckdb = duckdb.connect(":memory:", config={"threads": 1})
        self.duckdb.register("frame", self.frame)
        self.duckdb.execute("CREATE TABLE readings AS SELECT * FROM frame")

    def duck(self, query):
        return self.duckdb.execute(query).fetchone()[0]

    def sql(self, query):
        return float(self.session.run(query + ";")[0])


def over_rows(prefix, name, width):
    return ("SELECT sum(r) FROM (SELECT %s%s(x) OVER (ORDER BY i ROWS BETWEEN %d PRECEDING AND CURRENT ROW) AS r "
            "FROM readings) AS q" % (prefix, name, width - 1))


def check(values):
    """All peers computed the same."""
    first = next(iter(values.values()))
    for name, value in values.items():
        if abs(value - first) > 1e-6 * abs(first):
            raise SystemExit("results differ: %s" % values)


def rows_of_one_series(bench):
    """Milliseconds by (statistic, who, width)."""
    cost = {}
    print("\nROWS frames over one series of %d rows: ms, and Orchard's time to that of each (above 1: they win)" % N)
    print("%-7s %7s %9s %9s %9s %9s %9s | %7s %7s %7s %7s" % (
        "", "width", "Orchard", "DuckDB", "polars", "pandas", "built-in", "DuckDB", "polars", "pandas", "built-in"))
    for name, in_polars, in_pandas in STATISTICS:
        for width in WIDTHS:
            column, series = bench.polars["x"], bench.frame["x"]
            calls = {
                "Orchard": lambda: bench.sql(over_rows("orchard.", name, width)),
                "DuckDB": lambda: bench.duck(over_rows("", name, width)),
                "polars": lambda: getattr(column, "rolling_" + in_polars)(width, min_samples=1).sum(),
                "pandas": lambda: getattr(series.rolling(width, min_periods=1), in_pandas)().sum()}
            check({who: call() for who, call in calls.items()})
            times = medians(ROUNDS, calls)
            if width <= 100:  # one run: beyond it takes minutes
                times["built-in"] = timed(lambda: bench.sql(over_rows("pg_catalog.", name, width)))[0]
            for who, ms in times.items():
                cost[name, who, width] = ms
            shown = [times.get(who) for who in ("Orchard", "DuckDB", "polars", "pandas", "built-in")]
            print("%-7s %7d %s | %s" % (
                name, width, " ".join("%9s" % ("" if t is None else "%.0f" % t) for t in shown),
                " ".join("%7s" % ("" if t is None else "%.2f" % (shown[0] / t)) for t in shown[1:])), flush=True)
    return cost


def windows_by_key(bench):
    """Mean, deviation and maximum of the strict past by time, for each key."""
    features = "avg(x) OVER w AS a, stddev(x) OVER w AS s, max(x) OVER w AS m"
    clause = "WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '%s' PRECEDING AND INTERVAL '1 microsecond' PRECEDING)" % WINDOW
    total = "SELECT sum(a) + sum(s) + sum(m) FROM (SELECT %s FROM readings %s) AS q"
    rolled = ("SELECT sum(orchard.avg(r, 1)) + sum(orchard.stddev(r, 1)) + sum(orchard.max(r, 1)) FROM (SELECT orchard.rolling(x, ts, '{%s}') "
              "OVER (PARTITION BY k ORDER BY ts) AS r FROM readings) AS q" % WINDOW)

    def in_polars():
        every = [getattr(polars.col("x"), "rolling_%s_by" % f)("ts", "%ss" % WINDOW.split()[0], closed="left", min_samples=1).over("k", order_by="ts")
                 for f in ("mean", "std", "max")]
        return sum(column.sum() for column in bench.polars.select(a=every[0], s=every[1], m=every[2]))

    def in_pandas():
        window = bench.frame.set_index("ts").groupby("k")["x"].rolling(pandas.Timedelta(WINDOW), closed="left")
        return window.mean().sum() + window.std().sum() + window.max().sum()

    calls = {"rolling": lambda: bench.sql(rolled),
             "aggregates": lambda: bench.sql(total % (features.replace("avg", "orchard.avg").replace("stddev", "orchard.stddev").replace("max", "orchard.max"), clause)),
             "built-in": lambda: bench.sql(total % (features, clause)),
             "DuckDB": lambda: bench.duck(total % (features, clause)),
             "polars": in_polars, "pandas": in_pandas}
    check({who: call() for who, call in calls.items()})
    times = medians(ROUNDS, calls)
    print("\nThree features of a time window by %d keys over %d rows: ms, and rolling's time to it" % (KEYS, N))
    for who, ms in times.items():
        print("%-10s %9.0f %7.2f" % (who, ms, times["rolling"] / ms))


def copy(direction, what, path):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "\\copy %s %s '%s' (FORMAT csv, HEADER)" % (what, direction, path), "postgres"], check=True)


def round_trips(bench):
    """From a table to a table with three features."""
    directory = os.environ.get("TMPDIR", "/tmp")
    out, back = directory + "/orchard-out.csv", directory + "/orchard-back.csv"

    def make_table():
        bench.session.run("DROP TABLE IF EXISTS features; CREATE TABLE features (i int, a float8, s float8, m float8);")

    def in_sql():
        bench.session.run(
            "DROP TABLE IF EXISTS features; CREATE TABLE features AS SELECT i, orchard.avg(r, 1) AS a, orchard.stddev(r, 1) AS s, orchard.max(r, 1) AS m "
            "FROM (SELECT i, orchard.rolling(x, ts, '{%s}') OVER (PARTITION BY k ORDER BY ts) AS r FROM readings) AS q;" % WINDOW)

    def floor():
        """What PostgreSQL takes for the sort, a window that only counts, and the table."""
        bench.session.run(
            "DROP TABLE IF EXISTS counted; CREATE TABLE counted AS SELECT i, n::float8 AS a, n::float8 AS s, n::float8 AS m "
            "FROM (SELECT i, count(*) OVER (PARTITION BY k ORDER BY ts) AS n FROM readings) AS q;")

    def through_pandas():
        make_table()
        copy("TO", "readings", out)
        frame = pandas.read_csv(out, parse_dates=["ts"]).sort_values(["k", "ts"], ignore_index=True)
        window = frame.set_index("ts").groupby("k")["x"].rolling(pandas.Timedelta(WINDOW), closed="left")
        pandas.DataFrame({"i": frame["i"], "a": window.mean().to_numpy(), "s": window.std().to_numpy(),
                          "m": window.max().to_numpy()}).to_csv(back, index=False)
        copy("FROM", "features", back)

    def through_polars():
        make_table()
        copy("TO", "readings", out)
        frame = polars.read_csv(out, try_parse_dates=True)
        frame.select("i", *(getattr(polars.col("x"), "rolling_%s_by" % f)("ts", "%ss" % WINDOW.split()[0], closed="left", min_samples=1)
                            .over("k", order_by="ts").alias(n) for f, n in (("mean", "a"), ("std", "s"), ("max", "m")))).write_csv(back)
        copy("FROM", "features", back)

    calls = {"Orchard": in_sql, "pandas": through_pandas, "polars": through_polars}
    sums = {}
    for who, call in calls.items():
        call()
        sums[who] = bench.sql("SELECT sum(a) + sum(s) + sum(m) FROM features")
    check(sums)
    calls["count(*)"] = floor
    times = medians(ROUNDS, calls)
    print("\nFrom a table to a table with three features: ms, and how many times Orchard's (target: 3 for pandas)")
    for who, ms in times.items():
        print("%-10s %9.0f %7.2f" % (who, ms, ms / times["Orchard"]), flush=True)
    for path in (out, back):
        os.unlink(path)


def draw(cost):
    path = os.environ.get("SVG", "build/windows-cost.svg")
    lines = {}
    for (name, who, width), ms in sorted(cost.items(), key=lambda item: item[0][2]):
        if name == "stddev" or who == "Orchard":
            lines.setdefault("%s %s" % (who, name), []).append((width, 1e6 * ms / N))
    line_plot(path, lines, "Cost of a row against the width of its frame", "rows in the frame", "nanoseconds a row")
    print("\n%s" % path)


def main():
    print("DuckDB %s, polars %s, pandas %s, one thread each, medians of %d"
          % (duckdb.__version__, polars.__version__, pandas.__version__, ROUNDS))
    bench = Bench()
    parts = os.environ.get("PARTS", "round-trip keys series").split()
    if "round-trip" in parts:
        round_trips(bench)
    if "keys" in parts:
        windows_by_key(bench)
    if "series" in parts:
        draw(rows_of_one_series(bench))


main()

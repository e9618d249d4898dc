#!/usr/bin/env python3
"""Recipes in SQL beside a scan, and beside scikit-learn in memory (see prep.sh)."""
import os

from measure import Session, medians

try:
    import pandas
    import sklearn
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder
except ImportError:
    sklearn = None

ROWS = int(os.environ.get("ROWS", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SCALED = ["x%d" % k for k in range(1, 21)]
ONE_HOT = ["c%d" % k for k in range(1, 5)]
TARGET = ["t%d" % k for k in range(1, 5)]
CYCLIC = ["h1", "h2"]


def load(session):
    columns = ["i AS id", "(i % 7)::int AS fold", "i::bigint * 7919 % 5 = 0 AS y"]
    columns += ["sqrt((i::bigint * %d %% 10007)::float8) AS x%d" % (31 + 2 * k, k) for k in range(1, 21)]
    columns += ["'v' || (i::bigint * %d %% %d) AS c%d" % (13 + 2 * k, 5 + k, k) for k in range(1, 5)]
    columns += ["'t' || (i::bigint * %d %% %d) AS t%d" % (17 + 2 * k, 250 * k, k) for k in range(1, 5)]
    columns += ["(i % 24)::float8 AS h1", "(i % 168)::float8 AS h2"]
    session.run("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS orchard;"
                "DROP TABLE IF EXISTS recipe, wide;"
                "CREATE TABLE wide AS SELECT %s FROM generate_series(1, %d) AS i;" % (", ".join(columns), ROWS))
    session.run("VACUUM (FREEZE, ANALYZE) wide; SET max_parallel_workers_per_gather = 0;")


def quoted(columns):
    return ", ".join('"%s"' % c for c in columns)


SPEC = ('[{"columns": [%s], "transform": "standard"}, {"columns": [%s], "transform": "onehot"}, '
        '{"columns": [%s], "transform": "target", "target": "y", "fold": "fold"}, '
        '{"column": "h1", "transform": "cyclic", "period": 24}, {"column": "h2", "transform": "cyclic", "period": 168}]'
        % (quoted(SCALED), quoted(ONE_HOT), quoted(TARGET)))
FIT = "SELECT pg_column_size(t) FROM (SELECT orchard.fit_recipe(w, '%s') AS t FROM wide AS w) AS f;" % SPEC


def frame(session):
    lines = session.run("SELECT %s, y::int FROM wide;" % ", ".join(SCALED + ONE_HOT + TARGET + CYCLIC))
    data = pandas.DataFrame([line.split("|") for line in lines], columns=SCALED + ONE_HOT + TARGET + CYCLIC + ["y"])
    for column in SCALED + CYCLIC + ["y"]:
        data[column] = data[column].astype(float)
    return data


def main():
    session = Session()
    load(session)
    session.run("CREATE TABLE recipe AS SELECT orchard.fit_recipe(w, '%s') AS t FROM wide AS w;" % SPEC)
    everything = ", ".join(SCALED + ONE_HOT + TARGET + CYCLIC)
    scaler = "(SELECT orchard.fit_standard(x1) AS t FROM (SELECT x1 FROM wide LIMIT 1000) AS s)"
    calls = {
        "floor": lambda: session.run("SELECT sum(num_nonnulls(%s)) FROM wide;" % everything),
        "rows": lambda: session.run("SELECT count(w) FROM wide AS w;"),
        "fit": lambda: session.run(FIT),
        "apply": lambda: session.run("SELECT count(orchard.apply((SELECT t FROM recipe), w, fold)) FROM wide AS w;"),
        "scaler": lambda: session.run("SELECT sum(orchard.apply((SELECT t FROM %s AS f), x1)) FROM wide;" % scaler),
        "arithmetic": lambda: session.run(
            "SELECT sum((x1 - (SELECT avg(x1) FROM (SELECT x1 FROM wide LIMIT 1000) AS s))"
            " / (SELECT stddev_pop(x1) FROM (SELECT x1 FROM wide LIMIT 1000) AS s)) FROM wide;"),
    }
    if sklearn is not None:
        data = frame(session)
        y = data.pop("y").astype(int)
        transformer = ColumnTransformer([("scaled", StandardScaler(), SCALED), ("onehot", OneHotEncoder(), ONE_HOT),
                                         ("target", TargetEncoder(), TARGET),
                                         ("cyclic", FunctionTransformer(), CYCLIC)])
        calls["sklearn"] = lambda: transformer.fit(data, y)
    for call in calls.values():
        call()
    ms = medians(ROUNDS, calls)
    session.run("SET max_parallel_workers_per_gather = 1; SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0;")
    ms.update(medians(ROUNDS, {"two processes": lambda: session.run(FIT)}))
    print("%d rows, medians of %d, ms: %s" % (ROWS, ROUNDS, ", ".join("%s %.0f" % pair for pair in ms.items())))
    print("fit / scan of 30 columns %.2f (target 3)" % (ms["fit"] / ms["floor"]))
    print("  of it forming the rows %.2f" % (ms["rows"] / ms["floor"]))
    print("fit by two processes / by one %.2f (target 0.65)" % (ms["two processes"] / ms["fit"]))
    if sklearn is not None:
        print("fit / scikit-learn %s %.2f (target 0.5)" % (sklearn.__version__, ms["fit"] / ms["sklearn"]))
    print("apply of the recipe less forming the row %.2f us (target 2.5)" % ((ms["apply"] - ms["rows"]) * 1000 / ROWS))
    print("apply of the recipe %.2f us" % (ms["apply"] * 1000 / ROWS))
    print("scaler / arithmetic %.2f (target 1.3)" % (ms["scaler"] / ms["arithmetic"]))


if __name__ == "__main__":
    main()

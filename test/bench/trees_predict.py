#!/usr/bin/env python3
"""trees_predict.py: LightGBM's own models scored by Orchard inside queries, beside LightGBM in memory.

Run by trees_predict.sh.  Models that LightGBM trained are written in Orchard's format by
test/golden/model_bytes.py, so both score the very same trees; the probabilities must agree to 1e-12.
ROWS (default 1000000) of 28 numbers; ROUNDS (default 5) runs behind each median.
"""
import os
import statistics
import subprocess
import sys
import time

import lightgbm
import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import model_bytes as mb


def rows_of(n, seed=1):
    rng = numpy.random.default_rng(seed)
    x = rng.standard_normal((n, 28)).astype(numpy.float32)
    logit = (x[:, 0] * x[:, 1] + numpy.sin(2 * x[:, 2]) + 0.5 * x[:, 3] ** 2 - 0.5 +
             0.3 * x[:, 4:12].sum(1) + 0.7 * (x[:, 12] > 0.5) * x[:, 13])
    y = (rng.random(n) < 1 / (1 + numpy.exp(-logit))).astype(int)
    return x, y


def train(n, trees, leaves):
    x, y = rows_of(n)
    options = dict(objective="binary", num_leaves=leaves, num_threads=1, verbose=-1, learning_rate=0.1,
                   min_data_in_leaf=20, deterministic=True)
    return lightgbm.train(options, lightgbm.Dataset(x, y), trees)


def convert(node):
    """a node of dump_model as model_bytes has it; LightGBM saw no NaN, so that NaN is 0 to it"""
    if "leaf_value" in node:
        return (node["leaf_value"], float(node["leaf_count"]))
    return (node["split_feature"], float(node["threshold"]) + 0.0, 0.0 <= node["threshold"],
            float(node["internal_count"]), max(node["split_gain"], 0.0), convert(node["left_child"]),
            convert(node["right_child"]))


def to_bytes(booster):
    dump = booster.dump_model()
    # gains are floats
    model = dict(algorithm=mb.BOOSTING, objective=mb.LOG_LOSS, target="y", seed=42, options="{}",
                 classes=["false", "true"], positive=1,
                 features=[dict(name=f"c{i}", family=mb.NUMBER, fill=[0.0]) for i in range(1, 29)],
                 tree_link=1, base=[0.0],
                 trees=[(0, convert(t["tree_structure"])) for t in dump["tree_info"]],
                 rows=1000, facts=mb.TREE_FACTS)
    return mb.encode(model)[0]


def median_time(run, times=5):
    took = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


COLUMNS = [f"c{i}" for i in range(1, 29)]
SESSION = "SET jit = off; SET max_parallel_workers_per_gather = 0;\n"


def psql(text):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], input=text, text=True, check=True,
                          capture_output=True).stdout


def query_times(queries, rounds):
    """seconds of each query, one session a round, the queries in turn"""
    took = [[] for _ in queries]
    for _ in range(rounds):
        out = psql(SESSION + "\\timing on\n" + "\n".join(q + ";" for q in queries))
        times = [float(line.split()[1]) / 1000 for line in out.splitlines() if line.startswith("Time:")]
        for i, seconds in enumerate(times):
            took[i].append(seconds)
    return [statistics.median(t) for t in took]


def load(n):
    x, _ = rows_of(n, 2)
    declared = ", ".join(c + " float8" for c in COLUMNS)
    lines = "\n".join(f"{i}\t" + "\t".join(map(repr, row)) for i, row in enumerate(x.astype(float).tolist()))
    psql(f"CREATE EXTENSION IF NOT EXISTS orchard; CREATE TABLE trees_rows (id int, {declared});\n"
         "CREATE TABLE trees_models (trees int, leaves int, model orchard.model);\n"
         f"COPY trees_rows FROM stdin;\n{lines}\n\\.\nVACUUM ANALYZE trees_rows;")
    return x


def model_of(trees, leaves):
    return f"(SELECT model FROM trees_models WHERE trees = {trees} AND leaves = {leaves})"


def check(booster, x, model):
    given = psql(f"SELECT orchard.predict({model}, {', '.join(COLUMNS)}) "
                 "FROM trees_rows WHERE id < 1000 ORDER BY id;")
    worst = numpy.abs(numpy.array(given.split(), float) - booster.predict(x[:1000])).max()
    if worst > 1e-12:
        raise SystemExit(f"predictions differ by {worst}")


def main():
    n, rounds = int(os.environ.get("ROWS", 1000000)), int(os.environ.get("ROUNDS", 5))
    x = load(n)
    print("trees x leaves | sums(28) | predict | ratio | LightGBM predict | ratio | explain a row | LightGBM pred_contrib | ratio")
    for trees, leaves in ((100, 31), (500, 31), (100, 255)):
        booster = train(200000, trees, leaves)
        psql(f"INSERT INTO trees_models VALUES ({trees}, {leaves}, '\\x{to_bytes(booster).hex()}');")
        model = model_of(trees, leaves)
        check(booster, x, model)
        sums, predict, explain = query_times([
            f"SELECT sum({' + '.join(COLUMNS)}) FROM trees_rows",
            f"SELECT sum(orchard.predict({model}, {', '.join(COLUMNS)})) FROM trees_rows",
            f"SELECT sum(contribution) FROM (SELECT * FROM trees_rows LIMIT 1000) AS t, orchard.explain({model}, t)"],
            rounds)
        theirs = median_time(lambda: booster.predict(x, num_threads=1), min(rounds, 3))
        contrib = median_time(lambda: booster.predict(x[:1000], pred_contrib=True, num_threads=1), rounds)
        print(f"{trees} x {leaves} | {sums:.3f} s | {predict:.3f} s | {predict / sums:.2f} | {theirs:.3f} s | {predict / theirs:.2f} | "
              f"{explain * 1000:.0f} us | {contrib * 1000:.0f} us | {explain / contrib:.2f}")


if __name__ == "__main__":
    main()

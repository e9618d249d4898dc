#!/usr/bin/env python3
"""trees_model.py ROWS TREES LEAVES TABLE: a LightGBM model and its rows, for test/bench/trees_predict.sh.

Trains LightGBM on ROWS x 28 numbers, writes the model in Orchard's format (test/golden/model_bytes.py)
to stdout as SQL and the table to COPY, and on stderr LightGBM's own times.
"""
import os
import statistics
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


def main():
    n, trees, leaves, table = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    booster = train(200000, trees, leaves)
    x, _ = rows_of(n, 2)
    expected = booster.predict(x[:1000], num_threads=1)
    predict = median_time(lambda: booster.predict(x, num_threads=1), 3)
    contrib = median_time(lambda: booster.predict(x[:2000], pred_contrib=True, num_threads=1), 3)
    print(f"-- lightgbm predict {predict / n * 1e9:.0f} ns a row, pred_contrib {contrib / 2000 * 1e9:.0f} ns a row", file=sys.stderr)
    print(f"INSERT INTO trees_models VALUES ({trees}, {leaves}, {predict / n}, {contrib / 2000}, '\\x{to_bytes(booster).hex()}');")
    if table != "-":
        print(f"COPY {table} FROM stdin;")
        for i, row in enumerate(x.astype(float)):
            p = repr(float(expected[i])) if i < 1000 else "\\N"
            print("\t".join([str(i), *map(repr, row.tolist()), p]))
        print("\\.")


if __name__ == "__main__":
    main()

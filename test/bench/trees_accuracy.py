#!/usr/bin/env python3
"""Held-out loss of gradient boosting, four libraries at equal settings (see trees_accuracy.sh).

A set is a pandas frame and a target; text columns are categories and NaN is missing.  Each seed
splits its rows anew, three quarters to train on, the same for all.  Orchard is worse than the best peer
where its mean loss is higher by more than 0.002 of the peer's and by more than one standard error of
the paired difference.
"""
import io
import os
import subprocess

import lightgbm
import numpy
import pandas
import sklearn.datasets
import statsmodels.datasets
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from measure import Session

SEEDS = int(os.environ.get("SEEDS", "10"))
TREES, LEAVES, RATE, ROWS_A_LEAF = 100, 31, 0.1, 20


# The sets: features, target, and whether the target is classes (True), a number (False) or counts ("poisson").

def bundled(loader):
    data = loader()
    x = pandas.DataFrame(data.data, columns=["x%d" % j for j in range(data.data.shape[1])]).astype(float)
    return x, pandas.Series(data.target)


def flights():
    """Whether a flight arrives half an hour late, by plan and weather of its hour."""
    data = os.environ["DATA"]
    rows = pandas.read_csv(os.path.join(data, "flights.csv"))
    weather = pandas.read_csv(os.path.join(data, "weather.csv"))
    planes = pandas.read_csv(os.path.join(data, "planes.csv"))
    rows = rows[rows.arr_delay.notna()].sample(100000, random_state=1)
    rows = rows.merge(weather.drop(columns=["year", "month", "day", "hour"]), how="left", on=["origin", "time_hour"])
    rows = rows.merge(planes[["tailnum", "year", "manufacturer", "seats"]].rename(columns={"year": "built"}),
                      how="left", on="tailnum")
    x = rows[["month", "day", "sched_dep_time", "sched_arr_time", "distance", "temp", "humid", "wind_speed", "wind_gust",
              "precip", "pressure", "visib", "built", "seats", "carrier", "origin", "dest", "manufacturer"]].copy()
    return x, (rows.arr_delay > 30).astype(int)


def weather():
    rows = pandas.read_csv(os.path.join(os.environ["DATA"], "weather.csv"))
    rows = rows[rows.temp.notna()]
    return rows[["origin", "month", "hour", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]].copy(), rows.temp


def health_insurance():
    """Visits to a doctor in the RAND experiment."""
    rows = statsmodels.datasets.randhie.load_pandas().data
    return rows.drop(columns="mdvis"), rows.mdvis


def affairs():
    rows = statsmodels.datasets.fair.load_pandas().data
    return rows.drop(columns="affairs"), (rows.affairs > 0).astype(int)


def categories(n=60000):
    """40 scattered levels of 500 matter, of a second column each level has an effect of its own."""
    random = numpy.random.default_rng(2)
    level, city, shop = random.integers(0, 500, n), random.zipf(1.5, n) % 200, random.integers(0, 6, n)
    number = random.standard_normal((n, 4))
    effect = random.standard_normal(200)
    z = 1.5 * numpy.isin(level, random.permutation(500)[:40]) + 0.7 * effect[city] + 0.5 * number[:, 0] * (shop == 2) - 0.5
    y = random.random(n) < 1 / (1 + numpy.exp(-z))
    x = pandas.DataFrame(number, columns=["n%d" % j for j in range(4)])
    names = random.permutation(500)
    x["level"], x["city"], x["shop"] = [["v%d" % names[v] for v in level], ["c%d" % v for v in city], ["s%d" % v for v in shop]]
    return x, pandas.Series(y.astype(int))


def nulls(n=40000):
    """Columns missing by chance, by their own value, and with a meaning."""
    random = numpy.random.default_rng(3)
    x = random.standard_normal((n, 10))
    y = x[:, 0] + 2 * x[:, 1] * (x[:, 2] > 0) + numpy.abs(x[:, 3]) + 0.5 * random.standard_normal(n)
    x[:, 0][random.random(n) < 0.3] = numpy.nan
    x[:, 1][x[:, 1] > 1] = numpy.nan
    hidden = random.random(n) < 0.2
    x[:, 4][hidden] = numpy.nan
    return pandas.DataFrame(x, columns=["x%d" % j for j in range(10)]), pandas.Series(y + 1.5 * hidden)


def skew(n=60000):
    """Long tails in the columns, whole-number columns with few values, one row in fifty positive."""
    random = numpy.random.default_rng(4)
    x = numpy.exp(2 * random.standard_normal((n, 12)))
    x[:, 8:] = random.poisson(0.3, (n, 4))
    z = numpy.log(x[:, 0]) * 0.6 - 0.4 * numpy.log1p(x[:, 1]) + 0.7 * (x[:, 2] > 20) + x[:, 8] * (x[:, 3] > 1)
    y = random.random(n) < 1 / (1 + numpy.exp(-z + 4.6))
    return pandas.DataFrame(x, columns=["x%d" % j for j in range(12)]), pandas.Series(y.astype(int))


def heavy_target(n=40000):
    random = numpy.random.default_rng(5)
    x = random.standard_normal((n, 8))
    y = numpy.exp(x[:, 0] + 0.5 * x[:, 1] * x[:, 2]) * random.gamma(2.0, 0.5, n)
    return pandas.DataFrame(x, columns=["x%d" % j for j in range(8)]), pandas.Series(y)


def classes(n=20000):
    x, y = sklearn.datasets.make_classification(n, 20, n_informative=10, n_classes=5, n_clusters_per_class=3, flip_y=0.05,
                                                random_state=6)
    return pandas.DataFrame(x, columns=["x%d" % j for j in range(20)]), pandas.Series(y)


def counts(n=40000):
    random = numpy.random.default_rng(7)
    x = random.standard_normal((n, 8))
    kind = random.integers(0, 30, n)
    rate = numpy.exp(0.4 * x[:, 0] + 0.3 * x[:, 1] * x[:, 2] + random.standard_normal(30)[kind] * 0.5 - 1)
    x = pandas.DataFrame(x, columns=["x%d" % j for j in range(8)])
    x["kind"] = ["k%d" % v for v in kind]
    return x, pandas.Series(random.poisson(rate).astype(float))


SETS = {
    "iris": (lambda: bundled(sklearn.datasets.load_iris), True),
    "wine": (lambda: bundled(sklearn.datasets.load_wine), True),
    "breast_cancer": (lambda: bundled(sklearn.datasets.load_breast_cancer), True),
    "digits": (lambda: bundled(sklearn.datasets.load_digits), True),
    "diabetes": (lambda: bundled(sklearn.datasets.load_diabetes), False),
    "affairs": (affairs, True),
    "health_insurance": (health_insurance, False),
    "health_insurance (poisson)": (health_insurance, "poisson"),
    "weather": (weather, False),
    "flights": (flights, True),
    "made: categories": (categories, True),
    "made: NULLs": (nulls, False),
    "made: skew and a rare class": (skew, True),
    "made: heavy target": (heavy_target, False),
    "made: five classes": (classes, True),
    "made: poisson counts": (counts, "poisson"),
}


def text_columns(x):
    return [c for c in x.columns if x[c].dtype.kind not in "iuf"]


def loss_of(kind, y, given):
    if kind is True:
        p = given if given.ndim == 2 else numpy.column_stack([1 - given, given])
        p = numpy.clip(p / p.sum(axis=1, keepdims=True), 1e-15, 1)
        return -numpy.log(p[numpy.arange(len(y)), y]).mean()
    if kind == "poisson":
        return 2 * (numpy.where(y > 0, y * numpy.log(numpy.where(y > 0, y, 1) / given), 0) - (y - given)).mean()
    return numpy.sqrt(((y - given) ** 2).mean())


# Each library: the scores of the rows held out.

def lightgbm_scores(kind, x, y, held):
    options = {"num_leaves": LEAVES, "learning_rate": RATE, "min_data_in_leaf": ROWS_A_LEAF, "max_bin": 255, "verbose": -1,
               "num_threads": 1, "objective": {True: "binary", False: "l2", "poisson": "poisson"}[kind]}
    if kind is True and y.max() > 1:
        options.update(objective="multiclass", num_class=int(y.max()) + 1)
    return lightgbm.train(options, lightgbm.Dataset(x[~held], y[~held]), TREES).predict(x[held])


def xgboost_scores(kind, x, y, held):
    # it bounds the sum of second derivatives of a leaf and not its rows: 20 rows of mean second derivative
    share = numpy.bincount(y[~held].astype(int)) / (~held).sum() if kind is True else None
    weight = {True: (1 - (share ** 2).sum()) / 2 if kind is True else 0, False: 1.0, "poisson": y[~held].mean()}[kind]
    options = {"max_leaves": LEAVES, "max_depth": 0, "grow_policy": "lossguide", "eta": RATE, "tree_method": "hist", "nthread": 1,
               "max_bin": 255, "lambda": 0, "min_child_weight": ROWS_A_LEAF * weight,
               "objective": {True: "binary:logistic", False: "reg:squarederror", "poisson": "count:poisson"}[kind]}
    if kind is True and y.max() > 1:
        options.update(objective="multi:softprob", num_class=int(y.max()) + 1)
    if kind == "poisson":
        options["max_delta_step"] = 0
    model = xgboost.train(options, xgboost.DMatrix(x[~held], y[~held], enable_categorical=True), TREES)
    return model.predict(xgboost.DMatrix(x[held], enable_categorical=True)).astype(float)


def sklearn_scores(kind, x, y, held):
    x = x.copy()
    for c in x.columns:
        if x[c].dtype.name == "category" and len(x[c].cat.categories) > 255:    # its limit
            x[c] = x[c].cat.codes.astype(float)
    options = dict(max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, min_samples_leaf=ROWS_A_LEAF, early_stopping=False,
                   categorical_features="from_dtype")
    if kind is True:
        model = HistGradientBoostingClassifier(**options).fit(x[~held], y[~held])
        return model.predict_proba(x[held])
    return HistGradientBoostingRegressor(loss="poisson" if kind else "squared_error", **options).fit(x[~held], y[~held]).predict(x[held])


PEERS = {"LightGBM": lightgbm_scores, "XGBoost": xgboost_scores, "scikit-learn": sklearn_scores}


def load(session, kind, x, y, held):
    texts = text_columns(x)
    session.run("DROP TABLE IF EXISTS t CASCADE; CREATE TABLE t (i int, %s, y %s, %s);"
                % (", ".join('"%s" %s' % (c, "text" if c in texts else "float8") for c in x.columns),
                   "text" if kind is True else "float8", ", ".join("h%d boolean" % s for s in range(len(held)))))
    out = pandas.concat([x.reset_index(drop=True), pandas.Series(y, name="y")] +
                        [pandas.Series(h, name="h%d" % s) for s, h in enumerate(held)], axis=1)
    file = io.StringIO()
    out.to_csv(file, header=False, na_rep="")
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "COPY t FROM STDIN (FORMAT csv)", "postgres"], check=True,
                   input=file.getvalue(), text=True)
    session.run("ANALYZE t;")


def orchard_scores(session, kind, x, y, held, seed):
    options = {"n_estimators": TREES, "max_leaf_nodes": LEAVES, "learning_rate": RATE, "min_samples_leaf": ROWS_A_LEAF}
    text = ", ".join('"%s": %s' % item for item in options.items()) + (', "objective": "poisson"' if kind == "poisson" else "")
    columns = ", ".join('"%s"' % c for c in x.columns)
    session.run("DROP VIEW IF EXISTS train; CREATE VIEW train AS SELECT %s, y FROM t WHERE NOT h%d; "
                "SELECT 1 FROM orchard.train('m', 'train', 'y', options => '{%s}');" % (columns, seed, text))
    if kind is True and y.max() > 1:
        score = "array_to_string(ARRAY[%s], ' ')" % ", ".join(
            "orchard.probability('m', '%d', %s)" % (c, columns) for c in range(int(y.max()) + 1))
    else:
        score = "orchard.predict('m', %s)" % columns
    rows = session.run("SELECT %s FROM t WHERE h%d ORDER BY i;" % (score, seed))
    given = numpy.array([line.split(" ") for line in rows], float)
    return given if given.shape[1] > 1 else given[:, 0]


def compare(session, name, make, kind):
    x, y = make()
    y = y.to_numpy()
    framed = x.reset_index(drop=True).copy()
    for c in text_columns(x):
        framed[c] = framed[c].astype("category")
    held = [numpy.random.default_rng(100 + s).random(len(y)) < 0.25 for s in range(SEEDS)]
    load(session, kind, x, y, held)
    losses = {peer: [] for peer in ["Orchard", *PEERS]}
    for seed, out in enumerate(held):
        losses["Orchard"].append(loss_of(kind, y[out], orchard_scores(session, kind, x, y, out, seed)))
        for peer, scores in PEERS.items():
            losses[peer].append(loss_of(kind, y[out], scores(kind, framed, y, out)))
    mean = {peer: float(numpy.mean(values)) for peer, values in losses.items()}
    best = min(PEERS, key=mean.get)
    difference = numpy.array(losses["Orchard"]) - numpy.array(losses[best])
    error = difference.std(ddof=1) / numpy.sqrt(SEEDS)
    worse = difference.mean() > max(0.002 * mean[best], error)
    verdict = "reported only" if len(y) < 5000 else "WORSE" if worse else "passes"
    print("| %s | %d x %d | %s | %+.2f %% (%s) | %.2f %% | %s |"
          % (name, len(y), x.shape[1], " | ".join("%.5f" % mean[peer] for peer in losses), 100 * difference.mean() / mean[best], best,
             100 * error / mean[best], verdict), flush=True)
    return worse and len(y) >= 5000


def main():
    session = Session()
    session.run("SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS orchard;")
    print("| set | rows x columns | Orchard | LightGBM | XGBoost | scikit-learn | against the best | standard error | |")
    print("|---|---|---|---|---|---|---|---|---|")
    chosen = os.environ["SETS"].split(",") if "SETS" in os.environ else list(SETS)
    worse = [name for name in chosen if compare(session, name, *SETS[name])]
    if worse:
        raise SystemExit("worse than the best peer: " + ", ".join(worse))


if __name__ == "__main__":
    main()

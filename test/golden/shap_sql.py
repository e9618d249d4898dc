#!/usr/bin/env python3
"""Writes test/sql/trees_shap.sql: models of 50 trees, rows, and what the package shap says of them.

Orchard trains the models; their trees come from orchard.trees(model) and go to shap's TreeExplainer as
its dictionaries of arrays, path-dependent.  shap has no splits of sets of levels; a row does not see
which set a node asks for, only on which side it falls, so each row gets trees whose categories are
numbers 0 and whose thresholds say the side.  Made with shap 0.51.0, numpy 2.4.6 and Python 3.11:
    psql has to reach a server with the extension;  python3 shap_sql.py > ../sql/trees_shap.sql
"""
import csv
import io
import subprocess

import numpy
import shap

FEATURES = ["a", "b", "c", "at", "plan", "member"]
CATEGORIES = {"plan", "member"}
SETUP = """
CREATE TEMP TABLE rows AS
SELECT i AS id, i * 37 % 101 / 7.0::float8 AS a, CASE WHEN i % 4 > 0 THEN i * 53 % 89 / 3.0::float8 END AS b,
    i % 13 AS c, timestamptz '2024-01-01 UTC' + i * 7919 % 1000 * interval '1 hour' AS at,
    CASE WHEN i % 9 > 0 THEN 'plan ' || i * 31 % 40 END AS plan, CASE WHEN i % 7 > 1 THEN i % 5 < 2 END AS member
FROM generate_series(1, 2000) AS i;
CREATE TEMP TABLE targets AS
SELECT r.*, a + coalesce(b, 4) * (c % 3) - CASE WHEN plan IN ('plan 3', 'plan 17', 'plan 28', 'plan 39') THEN 20 ELSE 0 END
    + CASE WHEN member THEN 5 ELSE 0 END + id * 41 % 23 AS y
FROM rows AS r;
CREATE TEMP TABLE asked AS SELECT * FROM rows WHERE id IN (3, 9, 12, 36, 1001);
INSERT INTO asked VALUES (2001, NULL, NULL, NULL, NULL, NULL, NULL), (2002, 1e300, -1e300, 4, '2024-01-05 UTC', 'never', true),
    (2003, 'NaN', 7, NULL, '2024-02-01 UTC', 'plan 39', false);
"""
MODELS = {
    "boosted": ("t", "y", 1.0, '{"n_estimators": 50, "max_leaf_nodes": 8, "objective": "squared_error", "exclude": ["id"]}'),
    "yes": ("(SELECT a, b, c, at, plan, member, y > 30 AS yes FROM targets) AS t", "yes", 1.0,
            '{"n_estimators": 50, "max_leaf_nodes": 6, "min_samples_leaf": 5, "learning_rate": 0.3}'),
    "forest": ("t", "y", 1 / 50, '{"algorithm": "random_forest", "n_estimators": 50, "max_depth": 4, "max_features": 0.5, "exclude": ["id"]}'),
    "isolation": ("t", None, 1 / 50, '{"algorithm": "isolation_forest", "n_estimators": 50, "max_samples": 12, "exclude": ["id", "y"]}'),
}


def query(text):
    """rows of the last query as dictionaries; NULL is None"""
    out = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1"], input=SETUP + text, text=True, check=True,
                         capture_output=True).stdout
    return [{k: None if v == "~" else v for k, v in row.items()} for row in csv.DictReader(io.StringIO(out))]


def copy(text):
    return query(f"COPY ({text}) TO stdout (FORMAT csv, HEADER, NULL '~');")


def goes_left(node, value):
    if value is None:
        return node["missing_left"] == "t"
    return value in node["levels"].strip("{}").replace('"', "").split(",")


def tree_for(nodes, row, scale):
    """a dictionary as shap has it, right for this row"""
    n = len(nodes)
    tree = dict(children_left=numpy.full(n, -1), children_right=numpy.full(n, -1),
                children_default=numpy.full(n, -1), features=numpy.full(n, -1), thresholds=numpy.zeros(n),
                values=numpy.zeros((n, 1)), node_sample_weight=numpy.zeros(n))
    for i, node in enumerate(nodes):
        tree["node_sample_weight"][i] = float(node["cover"])
        if node["feature"] is None:
            tree["values"][i, 0] = float(node["value"]) * scale
            continue
        left, right = int(node["left_node"]) - 1, int(node["right_node"]) - 1
        tree["children_left"][i], tree["children_right"][i] = left, right
        tree["children_default"][i] = left if node["missing_left"] == "t" else right
        tree["features"][i] = FEATURES.index(node["feature"])
        if node["feature"] in CATEGORIES:
            tree["thresholds"][i] = 0.5 if goes_left(node, row[node["feature"]]) else -0.5
        else:
            tree["thresholds"][i] = float(node["threshold"])
    return tree


def explain(trees, row, scale):
    dictionaries = [tree_for(nodes, row, scale) for nodes in trees]
    model = dict(trees=dictionaries, internal_dtype=numpy.float64, input_dtype=numpy.float64)
    x = [0.0 if f in CATEGORIES else float(row[f]) if row[f] is not None else numpy.nan for f in FEATURES]
    return shap.TreeExplainer(model, feature_perturbation="tree_path_dependent").shap_values(numpy.array([x]))[0]


def main():
    asked = copy("SELECT id, a, b, c, extract(epoch FROM at) AS at, CASE WHEN plan <> 'never' THEN plan END AS plan, member::text "
                 "FROM asked ORDER BY id")
    print("-- trees_shap.sql: explain beside the package shap on the same trees, written by test/golden/shap_sql.py.")
    print("\\set ECHO none\nSET client_min_messages = warning;\nCREATE EXTENSION IF NOT EXISTS orchard;\nRESET client_min_messages;\nCREATE SCHEMA trees_shap;\nSET search_path = trees_shap;\nSET timezone = 'UTC';")
    print("CREATE TABLE models (name text, model orchard.model);")
    print("CREATE TABLE golden (name text, id int, contributions float8[]);")
    print("CREATE TABLE asked (id int, a float8, b float8, c int, at timestamptz, plan text, member boolean);")
    for row in copy("SELECT *, at AT TIME ZONE 'UTC' || '+00' AS utc FROM asked ORDER BY id"):
        values = [row["id"]] + [row[f] if f != "at" else row["utc"] for f in FEATURES]
        print(f"INSERT INTO asked VALUES ({', '.join('NULL' if v is None else repr(v) for v in values)});")
    for name, (source, target, scale, options) in MODELS.items():
        source = "targets AS t" if source == "t" else source
        target = "NULL" if target is None else f"'{target}'"
        model = copy(f"SELECT orchard.fit(t, {target}, '{options}') AS model FROM {source}")[0]["model"]
        print(f"INSERT INTO models VALUES ('{name}', '{model}');")
        trees = {}
        for node in copy(f"SELECT * FROM orchard.trees('{model}')"):
            trees.setdefault(node["tree"], []).append(node)
        assert len(trees) == 50
        for row in asked:
            values = ", ".join(map(repr, map(float, explain(list(trees.values()), row, scale))))
            print(f"INSERT INTO golden VALUES ('{name}', {row['id']}, '{{{values}}}');")
    print("""\\set ECHO all
-- Four models of 50 trees, eight rows: NULLs, NaN, a level that training never saw, values beyond all thresholds.
SELECT g.name, count(DISTINCT id) AS rows, count(*) AS n,
	max(abs(e.contribution - contributions[f.place])) <= 1e-10 AS golden
FROM golden AS g JOIN models USING (name) JOIN asked AS r USING (id), LATERAL orchard.explain(model, r) AS e
	JOIN unnest('{a,b,c,at,plan,member}'::text[]) WITH ORDINALITY AS f(feature, place) USING (feature)
GROUP BY g.name ORDER BY g.name;
SET client_min_messages = warning;
DROP SCHEMA trees_shap CASCADE;""")


if __name__ == "__main__":
    main()

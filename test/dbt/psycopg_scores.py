"""psycopg_scores.py: models, scores and explanations through psycopg 3, with parameters of no type.

Connects as libpq's environment says.  Stops at the first claim that does not hold; prints how many did.
"""
import json
import math

import psycopg

n_checked = 0


def check(claim, is_true):
    global n_checked
    assert is_true, claim
    n_checked += 1


def is_close(a, b):
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def one(cursor, query, parameters=(), **how):
    return cursor.execute(query, parameters, **how).fetchone()[0]


def score_by_name(cursor):
    rows = cursor.execute(
        "SELECT to_jsonb(s) - 'risk', s.risk, s.id FROM flights_dev_late.late_scores AS s ORDER BY s.id LIMIT 20"
    ).fetchall()
    for prepared in (False, True):
        for row, risk, _ in rows:
            text = json.dumps(row)
            check("a name and JSON of no type", is_close(one(cursor, "SELECT orchard.predict_values(%s, %s)", ["late@dev", text], prepare=prepared), risk))
    row, risk, key = rows[0]
    check("psycopg's own Jsonb", is_close(one(cursor, "SELECT orchard.predict_values(%s, %s)", ["late@dev", psycopg.types.json.Jsonb(row)]), risk))
    check("a name of no type and a row", is_close(one(cursor, "SELECT orchard.predict(%s, s) FROM flights_dev_late.late_scores AS s WHERE s.id = %s", ["late@dev", key]), risk))
    shares = one(cursor, "SELECT orchard.predict_proba(%s, s) FROM flights_dev_late.late_scores AS s WHERE s.id = %s", ["late@dev", key])
    check("probabilities are a list of floats", len(shares) == 2 and is_close(shares[1], risk) and is_close(sum(shares), 1))


def read_model(cursor):
    text = one(cursor, "SELECT model FROM flights_dev_late.late_model")
    digest = one(cursor, "SELECT orchard.model_digest(model) FROM flights_dev_late.late_model")
    check("a model is a string", isinstance(text, str))
    check("which goes back as it came", one(cursor, "SELECT orchard.model_digest(%s)", [text]) == digest)
    check("with a cast where functions differ by type", one(cursor, "SELECT orchard.model_digest(%s::orchard.model)", [text]) == digest)
    cursor.execute("CREATE TEMPORARY TABLE kept (model orchard.model)")
    cursor.execute("INSERT INTO kept VALUES (%s)", [text])
    check("and into a table", one(cursor, "SELECT orchard.model_digest(model) FROM kept") == digest)
    summary = one(cursor, "SELECT orchard.summary(model) FROM kept")
    check("a summary is a dict", summary["algorithm"] == "gradient_boosting" and summary["target"] == "late" and isinstance(summary["rows"], int))
    check("classes are a list", one(cursor, "SELECT orchard.classes(model) FROM kept") == ["false", "true"])
    features = cursor.execute("SELECT f.* FROM kept, orchard.features(model) AS f").fetchall()
    levels = {row[0]: row[3] for row in features}
    check("levels are a list of strings", sorted(levels["origin"]) == ["EWR", "JFK", "LGA"] and levels["distance"] is None)
    check("importance is floats", abs(sum(share for (share,) in cursor.execute("SELECT share FROM kept, orchard.importance(model)")) - 1) < 1e-9)


def read_explanation(cursor):
    parts = cursor.execute(
        "SELECT e.* FROM (SELECT * FROM flights_dev_late.late_scores ORDER BY id LIMIT 1) AS s, orchard.explain(%s, s) AS e", ["late@dev"]
    ).fetchall()
    risk = one(cursor, "SELECT risk FROM flights_dev_late.late_scores ORDER BY id LIMIT 1")
    check("an explanation is names and floats", parts[0][0] == "(base)" and all(isinstance(part[2], float) for part in parts))
    check("which add up to the log odds", abs(sum(part[2] for part in parts) - math.log(risk / (1 - risk))) < 1e-9)


def score_arrays(cursor):
    cursor.execute(
        "CREATE TEMPORARY TABLE numbers AS SELECT e.late, e.distance::float8, e.temp, e.humid FROM flights_dev_features.examples AS e"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE by_numbers AS SELECT orchard.fit(n, 'late', '{\"algorithm\": \"logistic_regression\", \"l2\": 0.01}') AS model FROM numbers AS n"
    )
    rows = cursor.execute(
        "SELECT distance, temp, humid, orchard.predict((SELECT model FROM by_numbers), n) FROM numbers AS n WHERE temp IS NOT NULL ORDER BY 1, 2, 3 LIMIT 20"
    ).fetchall()
    model = one(cursor, "SELECT model FROM by_numbers")
    for distance, temp, humid, expected in rows:
        got = one(cursor, "SELECT orchard.predict_array(model, %s) FROM by_numbers", [[distance, temp, humid]])
        check("a list of floats", is_close(got, expected))
        got = one(cursor, "SELECT orchard.predict_array(%s::orchard.model, %s)", [model, [distance, temp, humid]])
        check("and a model as parameter", is_close(got, expected))
        got = one(cursor, "SELECT orchard.predict_values(%s::orchard.model, %s)", [model, json.dumps([distance, temp, humid])])
        check("a JSON array by position", is_close(got, expected))
    estimates = cursor.execute("SELECT c.term, c.estimate, c.std_error FROM by_numbers, orchard.coefficients(model) AS c").fetchall()
    check("coefficients", len(estimates) == 4 and all(isinstance(row[1], float) for row in estimates))


with psycopg.connect() as connection, connection.cursor() as cursor:
    score_by_name(cursor)
    read_model(cursor)
    read_explanation(cursor)
    score_arrays(cursor)
print(f"{n_checked} claims hold")

-- fit.sql: training by aggregate and scoring by value.
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS orchard;
\set VERBOSITY terse
SET extra_float_digits = 0;

-- The rows are integers and halves, so that the generator makes the same.
CREATE TABLE fit_rows AS
SELECT i AS id,
	   ((i * 37) % 101) / 4.0::float8 AS x1,
	   ((i * 53) % 31)::int AS x2,
	   (ARRAY['red', 'green', 'blue'])[1 + (i * 7) % 3] AS colour,
	   (i * 11) % 5 < 2 AS flag,
	   timestamptz '2024-01-01 00:00:00+00' + ((i * 13) % 89) * interval '1 hour' AS at
FROM generate_series(1, 200) AS i;
ALTER TABLE fit_rows ADD y float8, ADD yb boolean;
UPDATE fit_rows SET
	y = 3 + 2 * x1 - 0.5 * x2 + CASE colour WHEN 'red' THEN 4 WHEN 'green' THEN -2 ELSE 0 END
		+ CASE WHEN flag THEN 1.5 ELSE 0 END + ((id * 29) % 17) / 8.0;

-- A model is a value; coefficients come in the units of the columns.
CREATE TABLE fit_models (name text PRIMARY KEY, m orchard.model);
INSERT INTO fit_models
SELECT 'linear', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT x1, x2, colour, flag, y FROM fit_rows) AS t;
SELECT term, feature, level FROM fit_models, orchard.coefficients(m) WHERE name = 'linear';

-- Scoring by row and by position give the same bits; order of columns does not matter, extra ones are ignored.
SELECT count(*) AS rows, count(*) FILTER (WHERE by_row = by_position AND by_row = reordered) AS same
FROM (SELECT orchard.predict(m, t) AS by_row,
			 orchard.predict(m, t.x1, t.x2, t.colour, t.flag) AS by_position,
			 (SELECT orchard.predict(m, s) FROM (SELECT t.flag, t.id, t.colour, t.x2, t.x1) AS s) AS reordered
	  FROM fit_rows AS t, fit_models WHERE name = 'linear') AS p;

-- The mean of the predictions is the mean of the target, by the normal equations.
SELECT abs(avg(orchard.predict(m, t)) - avg(t.y)) <= 1e-10 AS unbiased
FROM fit_rows AS t, fit_models WHERE name = 'linear';

-- Text and binary forms round-trip exactly.
SELECT m::text::orchard.model OPERATOR(orchard.=) m AS text_round_trip,
	   m::text::orchard.model::text = m::text AS text_identical FROM fit_models;
SELECT length(orchard.model_digest(m)) FROM fit_models;

-- What the summary tells.
SELECT s -> 'algorithm' AS algorithm, s -> 'rows' AS rows, s -> 'target' AS target,
	   (s -> 'metrics' ->> 'train.r2')::float8 > 0.99 AS fits_well, s -> 'warnings' AS warnings
FROM (SELECT orchard.summary(m) AS s FROM fit_models WHERE name = 'linear') AS x;
SELECT feature, family, length, levels FROM fit_models, orchard.features(m) WHERE name = 'linear';
SELECT orchard.classes(m) FROM fit_models WHERE name = 'linear';

-- Per group.
SELECT count(*) AS models, count(DISTINCT orchard.model_digest(m)) AS different
FROM (SELECT colour, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["colour"]}') AS m
	  FROM (SELECT x1, x2, flag, colour, y FROM fit_rows) AS t GROUP BY colour) AS g;

-- Row order and partial states do not matter beyond rounding.
SELECT max(abs(a.estimate - b.estimate)) <= 1e-12 AS same
FROM fit_models, orchard.coefficients(m) AS a,
	 (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m
	  FROM (SELECT flag, colour, x2, x1, y FROM fit_rows ORDER BY md5(id::text)) AS t) AS shuffled,
	 orchard.coefficients(shuffled.m) AS b
WHERE name = 'linear' AND a.term = b.term;

-- A missing number takes the mean, a missing or unknown category its indicators' means.
SELECT abs(orchard.predict(m, NULL::float8, 10, 'red', true)
		   - orchard.predict(m, (SELECT avg(x1) FROM fit_rows), 10, 'red', true)) <= 1e-10 AS number_mean,
	   abs(orchard.predict(m, 1.0::float8, 10, NULL::text, true)
		   - orchard.predict(m, 1.0::float8, 10, 'mauve', true)) <= 1e-12 AS unknown_is_missing
FROM fit_models WHERE name = 'linear';

-- Errors name what is wrong and list what there is.
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regresion"}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "lambda": 1}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": -1}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": "much"}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "tol": 1e-6}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '[]') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": null}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'nope', '{"algorithm": "linear_regression"}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'colour', '{"algorithm": "linear_regression"}') FROM fit_rows AS t;
SELECT orchard.fit(t, NULL, '{"algorithm": "linear_regression"}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["nope"]}') FROM fit_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT '{}'::jsonb AS j, 1.0 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT 1 AS x, 2 AS x, 1.0 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT 'NaN'::float8 AS x, 1.0 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT 1 AS x, 'infinity'::float8 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT 1 AS x, NULL::float8 AS y) AS t;
SELECT orchard.predict(m, 1.0::float8, 2) FROM fit_models WHERE name = 'linear';
SELECT orchard.predict(m, t) FROM fit_models, (SELECT 1 AS x1) AS t WHERE name = 'linear';
SELECT orchard.predict(m, 'a'::text, 2, 'red', true) FROM fit_models WHERE name = 'linear';
SELECT orchard.predict(m, VARIADIC NULL::float8[]) FROM fit_models WHERE name = 'linear';
SELECT orchard.predict(m, ARRAY[1.0, 2.0]::float8[]) FROM fit_models WHERE name = 'linear';
SELECT orchard.predict_class(m, t) FROM fit_rows AS t, fit_models WHERE name = 'linear' LIMIT 1;
SELECT orchard.predict(NULL::orchard.model, 1.0) IS NULL AS no_model;
SELECT 'x'::orchard.model;
SELECT '\x00'::orchard.model;
SELECT '1'::orchard.fit_state;

-- No rows, no model; one row, a constant.
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') IS NULL AS no_rows FROM (SELECT 1.0 AS x, 2.0 AS y WHERE false) AS t;
SELECT orchard.predict(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}'), 7.0) = 2 AS constant FROM (SELECT 1.0 AS x, 2.0 AS y) AS t;

-- What the solution leaves of the equations, few and many, plain, penalised and read twice.
CREATE TEMP TABLE waves AS
SELECT i, sin(i) AS a, cos(i * 0.7) AS b, sin(i * i) AS c, sin(i) + cos(i * 0.3) * 1e-6 AS e, cos(i * 1.7) + i % 3 AS y,
	ARRAY(SELECT sin(i * k * 0.043) FROM generate_series(1, 70) AS k) AS v
FROM generate_series(1, 300) AS i;
CREATE FUNCTION pg_temp.residual(options jsonb) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT orchard.summary(orchard.fit(t, 'y', options || '{"algorithm": "linear_regression"}')) -> 'fit' ->> 'gradient_norm' FROM waves AS t)::float8;
END $$;
SELECT o AS options, pg_temp.residual(o::jsonb) > 0 AND pg_temp.residual(o::jsonb) <= 1e-8 AS small
FROM unnest(ARRAY['{"features": ["a", "b", "c"]}', '{"features": ["a", "b", "c", "e"]}', '{"features": ["a", "b", "c"], "l2": 0.1}',
	'{"features": ["v", "a"]}', '{"features": ["v"], "l2": 0.1}', '{"features": ["a", "b", "e", "v"], "cov_type": "HC1"}']) AS o;
DROP TABLE waves;

-- Logistic regression: boolean target, then text and number targets with the same answer.
UPDATE fit_rows SET yb = (x1 + (id * 41) % 23 - 20) > 0;
INSERT INTO fit_models
SELECT 'logistic', orchard.fit(t, 'yb', '{"algorithm": "logistic_regression"}')
FROM (SELECT x1, x2, colour, yb FROM fit_rows) AS t;
SELECT orchard.classes(m), orchard.summary(m) -> 'positive_class' AS positive,
	   (orchard.summary(m) -> 'fit' ->> 'gradient_norm')::float8 <= 1e-8 AS converged
FROM fit_models WHERE name = 'logistic';
SELECT abs(avg(orchard.predict(m, t)) - avg(yb::int)) <= 1e-8 AS calibrated,
	   bool_and(orchard.predict_class(m, t) = (orchard.predict(m, t) > 0.5)::text) AS class_follows,
	   bool_and(abs((orchard.predict_proba(m, t))[1] + (orchard.predict_proba(m, t))[2] - 1) <= 1e-15) AS sums_to_one,
	   bool_and(orchard.probability(m, 'true', t) = orchard.predict(m, t)) AS named_class
FROM fit_rows AS t, fit_models WHERE name = 'logistic';
SELECT max(abs(orchard.predict(m, t) - orchard.predict(n.m2, t))) <= 1e-9 AS number_target_agrees
FROM fit_rows AS t, fit_models,
	 (SELECT orchard.fit(s, 'y01', '{"algorithm": "logistic_regression"}') AS m2
	  FROM (SELECT x1, x2, colour, yb::int AS y01 FROM fit_rows) AS s) AS n
WHERE name = 'logistic';
SELECT orchard.classes(m), orchard.predict(m, 5.0::float8) = 1 AS certain
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m
	  FROM (SELECT i::float8 AS x, true AS y FROM generate_series(1, 30) AS i) AS t) AS f;
DROP TABLE fit_rows, fit_models;

-- Rows sorted by category and class train the same model as shuffled ones.
CREATE TABLE fit_sorted AS
SELECT i, 'c' || least((i % 1009) / 60, 15) AS c, (i * 37 % 1013) / 100.0::float8 AS x,
	   (i * 7919 % 10007) / 10007.0 < 0.02 + 0.5 / (1 + (i % 1009) / 60) AS y
FROM generate_series(1, 150000) AS i;
SELECT (orchard.summary(a.m) -> 'fit' -> 'converged')::text AS converged,
	   (SELECT max(abs(p.estimate - q.estimate)) FROM orchard.coefficients(a.m) AS p JOIN orchard.coefficients(b.m) AS q USING (term)) <= 1e-9 AS same
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "exclude": ["i"]}') AS m
	  FROM (SELECT * FROM fit_sorted ORDER BY c, y) AS t) AS a,
	 (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "exclude": ["i"]}') AS m
	  FROM (SELECT * FROM fit_sorted ORDER BY i) AS t) AS b;
DROP TABLE fit_sorted;

-- An array's elements are missing one by one, as columns are: other names and another order, the same model.
CREATE TABLE fit_elements AS
SELECT a, b, ARRAY[a, b] AS v, y, z
FROM (SELECT CASE WHEN i % 5 > 0 THEN (i * 37 % 101)::float8 END AS a, CASE WHEN i % 7 > 0 THEN (i * 53 % 103)::float8 END AS b,
			 (i * 37 % 101) + 2.0 * (i * 53 % 103) + 10 * (i % 7) AS y, (i * 7919 % 10007) / 10007.0 < 0.2 + 0.5 * (i % 7 = 0)::int AS z
	  FROM generate_series(1, 1000) AS i) AS r;
CREATE TABLE fit_linear_regression AS
SELECT orchard.fit(e, 'y', '{"algorithm": "linear_regression", "missing_indicator": true, "features": ["a", "b"]}') AS columns,
	   orchard.fit(e, 'y', '{"algorithm": "linear_regression", "missing_indicator": true, "features": ["v"]}') AS elements
FROM fit_elements AS e;
SELECT c.term, e.term AS of_elements, abs(c.estimate - e.estimate) <= 1e-9 AS estimate, abs(c.std_error - e.std_error) <= 1e-9 AS std_error
FROM fit_linear_regression, orchard.coefficients(columns) AS c JOIN
	 (VALUES ('(intercept)', '(intercept)'), ('a', 'v[1]'), ('b', 'v[2]'), ('a is missing', 'v[1] is missing'), ('b is missing', 'v[2] is missing')) AS n (c, e)
	 ON n.c = c.term, orchard.coefficients(elements) AS e
WHERE e.term = n.e ORDER BY 1;
SELECT count(*), max(abs(orchard.predict(columns, e) - orchard.predict(elements, e))) <= 1e-9 AS rows,
	   max(abs(orchard.predict(columns, a, b) - orchard.predict(elements, v))) <= 1e-9 AS arguments,
	   max(abs(orchard.predict(columns, VARIADIC v) - orchard.predict(columns, e))) <= 1e-9 AS variadic,
	   max(abs(orchard.predict(columns, v) - orchard.predict(columns, e))) <= 1e-9 AS vector,
	   max(abs(orchard.predict(columns, v::float4[]) - orchard.predict(columns, e))) <= 1e-5 AS vector_float4
FROM fit_linear_regression, fit_elements AS e;
CREATE TABLE fit_logistic_regression AS
SELECT orchard.fit(e, 'z', '{"algorithm": "logistic_regression", "missing_indicator": true, "features": ["a", "b"]}') AS columns,
	   orchard.fit(e, 'z', '{"algorithm": "logistic_regression", "missing_indicator": true, "features": ["v"]}') AS elements
FROM fit_elements AS e;
SELECT c.term, e.term AS of_elements, abs(c.estimate - e.estimate) <= 1e-9 AS estimate, abs(c.std_error - e.std_error) <= 1e-9 AS std_error
FROM fit_logistic_regression, orchard.coefficients(columns) AS c JOIN
	 (VALUES ('(intercept)', '(intercept)'), ('a', 'v[1]'), ('b', 'v[2]'), ('a is missing', 'v[1] is missing'), ('b is missing', 'v[2] is missing')) AS n (c, e)
	 ON n.c = c.term, orchard.coefficients(elements) AS e
WHERE e.term = n.e ORDER BY 1;
SELECT count(*), max(abs(orchard.predict(columns, e) - orchard.predict(elements, e))) <= 1e-9 AS rows,
	   max(abs(orchard.predict(columns, a, b) - orchard.predict(elements, v))) <= 1e-9 AS arguments,
	   max(abs(orchard.predict(columns, VARIADIC v) - orchard.predict(columns, e))) <= 1e-9 AS variadic,
	   max(abs(orchard.predict(columns, v) - orchard.predict(columns, e))) <= 1e-9 AS vector,
	   max(abs(orchard.predict(columns, v::float4[]) - orchard.predict(columns, e))) <= 1e-5 AS vector_float4
FROM fit_logistic_regression, fit_elements AS e;
DROP TABLE fit_elements, fit_linear_regression, fit_logistic_regression;

-- A group of one class: 0 beside a positive 1 that no row shows, 1 beside 0, and another number alone.
CREATE TABLE fit_one_class AS SELECT k, i AS x, k AS y FROM unnest(ARRAY[-1, 0, 1, 5]) AS k, generate_series(1, 5) AS i;
SELECT k, orchard.classes(m), orchard.predict(m, 3) AS prediction, orchard.predict_class(m, 3)
FROM (SELECT k, orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x"]}') AS m FROM fit_one_class AS t GROUP BY k) AS f ORDER BY k;
SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x"], "class_weight": {"0": 0, "1": 0}}') FROM fit_one_class AS t WHERE k IN (0, 1);
DROP TABLE fit_one_class;
-- Bytes of "char" that are no text.
SELECT orchard.features(m), orchard.predict(m, (-1)::"char") AS high, orchard.predict(m, 'a'::"char") AS low
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m
	  FROM (SELECT CASE WHEN i % 2 = 0 THEN 'a' ELSE (-1)::"char" END AS c, (i % 2)::float8 AS y FROM generate_series(1, 10) AS i) AS t) AS f;
-- More row types in turn than are kept bound; the model is that of one type.
SELECT orchard.model_digest(orchard.fit(r, 'f1', '{"algorithm": "linear_regression", "features": ["f2"]}')) =
	   orchard.model_digest(orchard.fit(ROW(i % 50, i % 7), 'f1', '{"algorithm": "linear_regression", "features": ["f2"]}')) AS same
FROM (SELECT i, CASE i % 9 WHEN 0 THEN ROW(i % 50, i % 7) WHEN 1 THEN ROW(i % 50, i % 7, i % 7) WHEN 2 THEN ROW(i % 50, i % 7, i % 7, i % 7) WHEN 3 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7) WHEN 4 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7, i % 7) WHEN 5 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7) WHEN 6 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7) WHEN 7 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7) WHEN 8 THEN ROW(i % 50, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7, i % 7) END AS r
	  FROM generate_series(1, 1000) AS i) AS q;

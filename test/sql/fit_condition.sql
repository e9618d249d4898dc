-- Linear regression on more than 64 numbers where the condition number costs digits.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_condition;
SET search_path = fit_condition;

-- ** The target is 100 + x1 + ... + x69, and x69 is x1 but for 1e-5 of its spread

CREATE FUNCTION draw(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT hashint4(i * 1000 + j) % 6000 / 3.0::float8';
CREATE TABLE wide AS
SELECT i, a || (a[1] + 1e-5 * draw(i, 69)) AS v, i % 2 = 0 AS half, i % 3 + 1 AS w
FROM generate_series(1, 800) AS i, LATERAL (SELECT array_agg(draw(i, j) ORDER BY j) AS a FROM generate_series(1, 68) AS j) AS s;
ALTER TABLE wide ADD y float8;
-- The sum in numeric is exact and rounded once.
UPDATE wide SET y = 100 + (SELECT sum(x::numeric(60, 30)) FROM unnest(v) AS x);
CREATE FUNCTION error_of(m orchard.model) RETURNS float8 LANGUAGE sql AS
	$$SELECT max(abs(estimate / CASE WHEN term = '(intercept)' THEN 100 ELSE 1 END - 1)) FROM orchard.coefficients(m)$$;
CREATE FUNCTION warned(m orchard.model) RETURNS boolean LANGUAGE sql AS
	$$SELECT orchard.summary(m) ->> 'warnings' LIKE '%"the condition number is %e+0%, so with more than 64 numbers the coefficients have about _ correct digits; orchard.train finds the others by further passes"%'$$;
-- fit says so and tells the number; 70 terms are more than the sums in double-double take.
SET client_min_messages = error;
CREATE TABLE models AS SELECT 'fit' AS how, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["v"]}') AS m FROM wide AS t
UNION ALL SELECT 'states', (SELECT orchard.finish(orchard.merge(s)) FROM (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "features": ["v"]}') AS s FROM wide AS t GROUP BY half) AS u);
SET client_min_messages = warning;
SELECT how, warned(m) AS warned, (orchard.summary(m) #>> '{fit,condition_number}')::float8 BETWEEN 3e4 AND 3e5 AS condition, error_of(m) BETWEEN 1e-10 AND 1e-4 AS rough FROM models ORDER BY how;
-- train reads the rows again, whatever holds rows out and in parallel, and so does fit where it keeps the rows.
SELECT rows, warnings FROM orchard.train('wide', 'wide', 'y', 'linear_regression', '{"features": ["v"]}');
SELECT rows, warnings FROM orchard.train('wide', 'wide', 'y', 'linear_regression', '{"features": ["v"], "validation_fraction": 0.25, "weight": "w"}');
INSERT INTO models SELECT 'robust', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["v"], "cov_type": "HC1"}') FROM wide AS t
UNION ALL SELECT 'train', orchard.load_model('wide@1') UNION ALL SELECT 'validated', orchard.load_model('wide@2');
SET client_min_messages = error;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT rows, warnings FROM orchard.train('wide', 'wide', 'y', 'linear_regression', '{"features": ["v"]}');
SET client_min_messages = warning;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
INSERT INTO models SELECT 'parallel', orchard.load_model('wide@3');
SELECT how, warned(m) AS warned, error_of(m) < 1e-9 AS exact FROM models WHERE how NOT IN ('fit', 'states') ORDER BY how;
SELECT abs(a.std_error / b.std_error - 1) < 1e-4 AS same_errors FROM models AS f, models AS t, orchard.coefficients(f.m) AS a JOIN LATERAL orchard.coefficients(t.m) AS b USING (term)
WHERE f.how = 'train' AND t.how = 'parallel' AND term = 'v[68]';
-- A well-conditioned design of as many numbers, and one of fewer, say nothing; neither does a penalty, which mends the condition.
SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["z"]}')) -> 'warnings' AS well FROM (SELECT v[1:66] AS z, y FROM wide) AS t;
SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) -> 'warnings' AS few FROM (SELECT v[1] AS a, v[69] AS b, v[2:60] AS z, y + i % 7 AS y FROM wide) AS t;
SET client_min_messages = error;
SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["v"], "l2": 0.01}')) -> 'warnings' AS penalised FROM wide AS t;
SET client_min_messages = warning;
-- ** Two columns equal but for 1e-9 or 1e-12 of their spread, among 70 numbers and among 3

CREATE TABLE hard AS
SELECT i, draw(i, 1) AS a, e, draw(i, 1) + e * draw(i, 2) AS b, draw(i, 3) AS c, pad FROM (VALUES (1e-9::float8), (1e-12)) AS v(e), generate_series(1, 800) AS i, LATERAL (SELECT array_agg(draw(i, j) ORDER BY j) AS pad FROM generate_series(4, 70) AS j) AS s;
ALTER TABLE hard ADD y float8;
-- What is left of the target's rounding is 1e-16 of its size over the distance of the columns.
UPDATE hard SET y = 3 * a::numeric(60, 30) - 2 * b::numeric(60, 30) + c::numeric(60, 30) + 7;
CREATE FUNCTION distance(m orchard.model) RETURNS float8 LANGUAGE sql AS
	$$SELECT max(abs(estimate - CASE term WHEN 'a' THEN 3 WHEN 'b' THEN -2 ELSE 0 END)) FROM orchard.coefficients(m) WHERE term ~ 'a|b|pad'$$;
SET client_min_messages = error;
CREATE TABLE hard_models AS
SELECT e, true AS many, 'fit' AS how, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["a", "b", "c", "pad"]}') AS m FROM hard AS t GROUP BY e
UNION ALL SELECT e, true, 'robust', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["a", "b", "c", "pad"], "cov_type": "HC0"}') FROM hard AS t GROUP BY e
UNION ALL SELECT e, false, 'fit', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["a", "b", "c"]}') FROM hard AS t GROUP BY e;
SET client_min_messages = warning;
SELECT warnings FROM orchard.train('hard', 'SELECT a, b, c, pad, y FROM hard WHERE e = 1e-9', 'y', 'linear_regression');
INSERT INTO hard_models SELECT 1e-9, true, 'train', orchard.load_model('hard');
SELECT warnings FROM orchard.train('hard', 'SELECT a, b, c, pad, y FROM hard WHERE e = 1e-12', 'y', 'linear_regression');
INSERT INTO hard_models SELECT 1e-12, true, 'train', orchard.load_model('hard');
SELECT warnings FROM orchard.train('hard', 'SELECT a, b, c, y FROM hard WHERE e = 1e-12', 'y', 'linear_regression');
INSERT INTO hard_models SELECT 1e-12, false, 'train', orchard.load_model('hard');
-- A recipe that is learnt has its rows at hand, but rounds what it makes of a column.
SET client_min_messages = error;
SELECT regexp_replace(warnings::text, '\d\.\de\+', '#e+') AS warnings FROM orchard.train('hard', 'SELECT a, b, c, pad, y FROM hard WHERE e = 1e-9', 'y', 'linear_regression', '{"preprocess": [{"columns": ["c"], "transform": "standard"}]}');
SET client_min_messages = warning;
INSERT INTO hard_models SELECT 1e-9, true, 'recipe', orchard.load_model('hard');
-- Sums alone say what they cannot tell; the rows give it. Where many sums take the columns for collinear, three share 3a - 2b.
SELECT e, many, how, regexp_replace(w, 'number is \d\.\de\+', 'number is #e+') AS warning FROM hard_models LEFT JOIN LATERAL jsonb_array_elements_text(orchard.summary(m) -> 'warnings') AS w ON true WHERE w IS NULL OR w !~ 'alone' ORDER BY e DESC, many, how, w;
SELECT e, many, how, distance(m) < CASE WHEN how = 'fit' AND many THEN 3 WHEN e = 1e-9 THEN 1e-6 ELSE 1e-3 END AS near FROM hard_models ORDER BY e DESC, many, how;
-- A true dependence stays one: a column in other units, and the sum of several.
SELECT regexp_replace(warnings::text, 'is taken; .*', 'is taken') AS warnings FROM orchard.train('hard', 'SELECT a, a * 2.2046 + 32 AS f, c, pad, pad[3] * 0.1 + pad[4] * 0.7 + c AS s, y FROM hard WHERE e = 1e-9', 'y', 'linear_regression');
SELECT orchard.drop_model('hard');
SELECT orchard.drop_model('wide');
DROP SCHEMA fit_condition CASCADE;

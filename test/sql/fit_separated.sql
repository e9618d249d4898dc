-- Logistic regression where the features separate the classes, so that the likelihood has no maximum.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_separated;
SET search_path = fit_separated;

-- Completely by x; quasi-completely by a category of which one level has one class only.
CREATE TABLE classes AS SELECT i, i / 4.0 AS x, i > 30 AS yes, CASE WHEN i % 5 = 0 THEN 'rare' ELSE 'usual' END AS kind, i % 5 = 0 OR i % 2 = 0 AS always FROM generate_series(1, 60) AS i;
CREATE TABLE separated AS SELECT 'complete' AS what, orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"]}') AS m FROM classes AS t;
INSERT INTO separated SELECT 'quasi', orchard.fit(t, 'always', '{"algorithm": "logistic_regression", "features": ["x", "kind"]}') FROM classes AS t;
-- Estimates are finite, errors are not given, and scores are still right; the warning is kept.
SELECT what, finite, errors, orchard.summary(m) ->> 'warnings' LIKE '%no finite limit%' AS kept
FROM separated, LATERAL (SELECT bool_and(abs(estimate) < 1e6) AS finite, count(std_error) AS errors FROM orchard.coefficients(m)) AS c ORDER BY what;
SELECT bool_and((orchard.predict_class(m, t) = 'true') = yes) AS all_right FROM separated, classes AS t WHERE what = 'complete';
-- By option an error; a penalty helps; so does one row on the other side.
\set VERBOSITY default
SELECT orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"], "on_failure": "error"}') FROM classes AS t;
SELECT count(std_error) AS errors, bool_and(abs(estimate) < 100) AS small FROM orchard.coefficients((SELECT orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"], "l2": 0.1}') FROM classes AS t));
SELECT count(std_error) AS errors FROM orchard.coefficients((SELECT orchard.fit(t, 'yes', '{"algorithm": "logistic_regression"}') FROM (SELECT x, yes <> (i IN (25, 36)) AS yes FROM classes) AS t));

-- ** Some rows alone: the features that make them certain are named, the others have their errors

CREATE TABLE partly AS SELECT i, (i * 37) % 101 / 10.0 AS x, CASE WHEN i % 5 = 0 THEN 'only' ELSE 'l' || i % 3 END AS c, (i % 5 = 0) OR (i * 7919) % 11 > 4 AS y,
	CASE WHEN i % 5 = 0 THEN 'a' ELSE chr(97 + (i * 7919) % 11 / 4) END AS three FROM generate_series(1, 400) AS i;
SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x", "c"]}')) -> 'warnings' AS two FROM partly AS t;
SELECT orchard.summary(orchard.fit(t, 'three', '{"algorithm": "logistic_regression", "features": ["x", "c"]}')) -> 'warnings' AS three FROM partly AS t;
SELECT term, std_error IS NULL AS none FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x", "c"]}') FROM partly AS t));

DROP SCHEMA fit_separated CASCADE;

-- smith.sql: a database for sqlsmith (`make smith`), whose random queries a role without rights runs.
--
-- sqlsmith chooses columns, functions, aggregates and operators by their types.  It knows no VARIADIC
-- "any" and few calls make a model, so there are tables of models and states, and wrappers of fixed types.
CREATE DATABASE smith;
CREATE ROLE smith LOGIN;
ALTER ROLE smith SET statement_timeout = '2s';
ALTER ROLE smith SET search_path = public, orchard, pg_catalog;
ALTER ROLE smith SET client_min_messages = error;
ALTER ROLE smith SET orchard.max_memory = '32MB';
\connect smith
SET client_min_messages = error;
CREATE EXTENSION orchard;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE sample AS
SELECT i AS id, i % 7 AS k, nullif(i % 13, 0) / 4.0::float8 AS x, (i * 7919 % 101)::real AS z, i % 3 = 0 AS flag,
	'level ' || i % 5 AS level, (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood AS mood,
	timestamptz '2026-01-01' + i * interval '1 hour' AS at, ARRAY[i % 3, nullif(i % 4, 1)]::float8[] AS pair,
	CASE i % 50 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' ELSE (i % 11)::float8 END AS odd
FROM generate_series(1, 300) AS i;
CREATE TABLE trained AS
SELECT k, orchard.fit(t, 'x', '{"algorithm": "linear_regression", "exclude": ["k", "odd"]}') AS linear,
	orchard.fit(t, 'flag', '{"algorithm": "logistic_regression", "l2": 0.1, "exclude": ["k", "odd", "pair"]}') AS logistic
FROM (SELECT * FROM sample WHERE x IS NOT NULL) AS t GROUP BY k;
INSERT INTO trained VALUES (NULL, NULL, NULL);
CREATE TABLE tiles AS
SELECT k, orchard.stats(odd) AS statistics, orchard.sum_state(x) AS sums, orchard.variance_state(odd) AS variances,
	orchard.prediction_errors(x, z) AS errors, orchard.log_losses(flag, z / 101) AS losses, orchard.roc_scores(flag, x) AS scores,
	orchard.fit_state(t, 'k', '{"algorithm": "linear_regression", "features": ["z", "flag", "mood"]}') AS fits
FROM sample AS t GROUP BY k;
SELECT orchard.register('shared', linear), orchard.register('hidden', logistic) FROM trained WHERE k = 1;
SELECT orchard.deploy('shared', 1), orchard.grant_model('shared', 'smith');
CREATE TABLE names AS SELECT unnest(ARRAY['shared', 'shared@1', 'shared@champion', 'hidden', 'postgres.hidden', 'own', 'own@2', '']) AS name;

CREATE FUNCTION score(orchard.model, sample) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict($1, $2)';
CREATE FUNCTION score(orchard.model, float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict($1, $2)';
CREATE FUNCTION score(orchard.model, float8, boolean) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict($1, $2, $3)';
CREATE FUNCTION score(text, sample) RETURNS float8 LANGUAGE sql STABLE AS 'SELECT orchard.predict($1, $2)';
CREATE FUNCTION train_as(text, text) RETURNS int LANGUAGE sql AS
$$ SELECT version FROM orchard.train($1, 'SELECT * FROM public.sample', $2, 'linear_regression', '{"skip_null_target": true, "features": ["k", "z"]}') $$;
CREATE FUNCTION class_of(orchard.model, sample) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict_class($1, $2)';
CREATE FUNCTION classes_of(orchard.model, sample) RETURNS float8[] LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict_proba($1, $2)';
CREATE FUNCTION class_share(orchard.model, text, sample) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT orchard.probability($1, $2, $3)';
CREATE FUNCTION train_on(text, jsonb) RETURNS orchard.model LANGUAGE sql STABLE AS 'SELECT orchard.fit(t, $1, $2) FROM sample AS t';
CREATE VIEW training AS
SELECT k, orchard.fit(t, 'odd', '{"algorithm": "linear_regression"}') FILTER (WHERE abs(odd) < 100) AS model FROM sample AS t GROUP BY k;
CREATE VIEW moving AS
SELECT id, orchard.avg(odd) OVER w AS mean, orchard.stddev(odd) OVER w AS deviation, orchard.max(at) OVER w AS latest
FROM sample WINDOW w AS (ORDER BY id ROWS 5 PRECEDING EXCLUDE CURRENT ROW);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO smith;
ANALYZE;

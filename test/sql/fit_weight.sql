-- A weight of k is k rows: every family of linear models, with an offset, class weights and penalties.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_weight;
SET search_path = fit_weight;

CREATE TABLE ground AS
SELECT i, i * 37 % 101 / 4.0::float8 AS x, (i % 4)::text AS c, (i * 53 % 31 / 8.0)::float8 AS z, (i % 3 + 1)::float8 AS w, ln(1 + i % 5) AS exposure,
	((i * 7919 % 11 + i * 37 % 101 / 20 * (i * 31 % 7)) / 3)::float8 AS count, ((1 + i * 37 % 101) * (1 + i * 53 % 31) / 16.0 + i * 7919 % 11)::float8 AS amount,
	CASE WHEN i * 7919 % 11 < 5 THEN 0 ELSE 20 + i * 37 % 101 / 4.0 + i * 7919 % 11 END::float8 AS claim, i * 7919 % 101 + i * 37 % 101 > 100 AS yes, CASE WHEN i * 7919 % 101 < 40 THEN 'a' WHEN i * 37 % 101 + i * 7919 % 13 > 55 THEN 'b' ELSE 'd' END AS class
FROM generate_series(1, 500) AS i;
CREATE TABLE repeated AS SELECT ground.* FROM ground, generate_series(1, w::int);
-- The errors of a family with a dispersion count rows, not weights, among the degrees of freedom; those marked NULL have none, or a scale of their own.
CREATE TABLE cases (name text, target text, options text, has_dispersion boolean);
INSERT INTO cases VALUES
	('linear', 'amount', '{"algorithm": "linear_regression"}', true), ('ridge', 'amount', '{"algorithm": "linear_regression", "l2": 0.1}', NULL),
	('lasso', 'amount', '{"algorithm": "linear_regression", "l1": 1}', NULL), ('nonnegative', 'claim', '{"algorithm": "linear_regression", "nonnegative": true}', NULL),
	('no intercept', 'amount', '{"algorithm": "linear_regression", "fit_intercept": false}', true),
	('logistic', 'yes', '{"algorithm": "logistic_regression", "tol": 1e-12}', false), ('logistic penalty', 'yes', '{"algorithm": "logistic_regression", "tol": 1e-12, "l2": 0.01}', NULL),
	('class weights', 'yes', '{"algorithm": "logistic_regression", "tol": 1e-12, "class_weight": {"true": 3, "false": 1}}', false),
	('balanced', 'yes', '{"algorithm": "logistic_regression", "tol": 1e-12, "class_weight": "balanced"}', false),
	('multinomial', 'class', '{"algorithm": "logistic_regression", "tol": 1e-12}', false),
	('multinomial balanced', 'class', '{"algorithm": "logistic_regression", "tol": 1e-12, "class_weight": "balanced"}', false),
	('poisson', 'count', '{"algorithm": "glm", "tol": 1e-12, "objective": "poisson"}', false), ('poisson offset', 'count', '{"algorithm": "glm", "tol": 1e-12, "objective": "poisson", "offset": "exposure"}', false),
	('gamma', 'amount', '{"algorithm": "glm", "tol": 1e-12, "objective": "gamma"}', true), ('gamma offset', 'amount', '{"algorithm": "glm", "tol": 1e-12, "objective": "gamma", "offset": "exposure"}', true),
	('tweedie', 'claim', '{"algorithm": "glm", "tol": 1e-12, "objective": "tweedie"}', true), ('tweedie penalty', 'claim', '{"algorithm": "glm", "tol": 1e-12, "objective": "tweedie", "l2": 0.1}', NULL),
	('huber', 'claim', '{"algorithm": "huber"}', NULL), ('quantile', 'claim', '{"algorithm": "quantile_regression", "quantile": 0.3}', NULL);
CREATE FUNCTION options_of(options text, has_weight boolean) RETURNS jsonb LANGUAGE sql AS
	$$SELECT options::jsonb || '{"features": ["x", "z", "c"]}' || CASE WHEN has_weight THEN '{"weight": "w"}' ELSE '{}' END::jsonb$$;
CREATE TABLE models (name text, how text, m orchard.model);
SET client_min_messages = error;
DO $$
DECLARE s record;
BEGIN
	FOR s IN SELECT * FROM cases LOOP
		EXECUTE format('INSERT INTO models SELECT %1$L, ''weighted'', orchard.fit(t, %2$L, %3$L) FROM ground AS t UNION ALL SELECT %1$L, ''repeated'', orchard.fit(t, %2$L, %4$L) FROM repeated AS t',
			s.name, s.target, options_of(s.options, true), options_of(s.options, false));
	END LOOP;
END $$;
SET client_min_messages = warning;
-- Estimates agree to the solvers' tolerance, those of the linear program where it has one optimum.
SELECT name, count(*) AS terms, bool_and(abs(a.estimate - b.estimate) <= 1e-8 * greatest(1, abs(b.estimate))) AS estimates,
	bool_and(abs(a.std_error / (b.std_error * CASE WHEN has_dispersion THEN sqrt((1001.0 - rank) / (500.0 - rank)) WHEN NOT has_dispersion THEN 1 END) - 1) < 1e-6) AS errors
FROM cases JOIN models AS v USING (name) JOIN models AS r USING (name), LATERAL (SELECT (orchard.summary(v.m) #>> '{fit,rank}')::float8 AS rank) AS f,
	LATERAL orchard.coefficients(v.m) WITH ORDINALITY AS a JOIN LATERAL orchard.coefficients(r.m) WITH ORDINALITY AS b USING (ordinality)
WHERE v.how = 'weighted' AND r.how = 'repeated' GROUP BY name, rank ORDER BY name;
SELECT sum(w) AS weight, (SELECT count(*) FROM repeated) AS rows FROM ground;
DROP SCHEMA fit_weight CASCADE;

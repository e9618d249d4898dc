-- Lasso, elastic net and nonnegative coefficients of linear regression.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_penalty;
SET search_path = fit_penalty;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 37) % 101) / 8.0::float8 + ((i * 53) % 31) / 8.0 AS z, 'j' || i % 4 AS c,
	((i * 53) % 31 + (i * 37) % 101 - 3 * (i % 4))::float8 AS y, i % 3 + 1 AS w
FROM generate_series(1, 600) AS i;

-- ** Against scikit-learn (test/golden/penalty_sql.py), whose own stopping rule leaves 1e-9

CREATE TABLE golden (model text, term text, estimate float8);
INSERT INTO golden VALUES
	('lasso', '(intercept)', 0.04348624581813709),
	('lasso', 'x', 0.0),
	('lasso', 'k', 0.0),
	('lasso', 'z', 7.485043019417677),
	('lasso', 'c = j1', 0.0),
	('lasso', 'c = j2', -0.0),
	('lasso', 'c = j3', -1.4108078728664797),
	('net', '(intercept)', 8.741755779356694),
	('net', 'x', 1.482494507453436),
	('net', 'k', 0.0),
	('net', 'z', 4.2672722278912785),
	('net', 'c = j1', 0.0),
	('net', 'c = j2', -1.520398116128425),
	('net', 'c = j3', -4.177858308818177),
	('raw', '(intercept)', -2.3442527421511627),
	('raw', 'x', 0.34729702946954055),
	('raw', 'k', 0.0),
	('raw', 'z', 7.2970320256445635),
	('raw', 'c = j1', 0.0),
	('raw', 'c = j2', -0.49084251100527443),
	('raw', 'c = j3', -2.640837942636897),
	('origin', 'x', 0.0),
	('origin', 'k', -0.0),
	('origin', 'z', 7.546008062600294),
	('origin', 'c = j1', 0.0),
	('origin', 'c = j2', -0.0),
	('origin', 'c = j3', -2.7268590553960643),
	('nonnegative', '(intercept)', -5.079340300088283),
	('nonnegative', 'x', 0.0),
	('nonnegative', 'k', 0.0),
	('nonnegative', 'z', 8.009746633008623),
	('nonnegative', 'c = j1', 2.000083929339792),
	('nonnegative', 'c = j2', 0.0),
	('nonnegative', 'c = j3', 0.0),
	('nonnegative net', '(intercept)', 3.3914468501068242),
	('nonnegative net', 'x', 1.3215355184815192),
	('nonnegative net', 'k', 0.0),
	('nonnegative net', 'z', 4.972944338843243),
	('nonnegative net', 'c = j1', 0.7921458030210128),
	('nonnegative net', 'c = j2', 0.0),
	('nonnegative net', 'c = j3', 0.0),
	('weighted', '(intercept)', -1.150581678922201),
	('weighted', 'x', 0.0),
	('weighted', 'k', -0.0),
	('weighted', 'z', 7.745574070704524),
	('weighted', 'c = j1', 0.0),
	('weighted', 'c = j2', -1.062348080428592),
	('weighted', 'c = j3', -4.052489075668388);
CREATE TABLE settings (model text, options jsonb);
INSERT INTO settings VALUES
	('lasso', '{"l1": 2}'),
	('net', '{"l1": 0.7, "l2": 0.2}'),
	('raw', '{"l1": 0.4, "l2": 0.1, "standardize": false}'),
	('origin', '{"l1": 1.5, "fit_intercept": false}'),
	('nonnegative', '{"nonnegative": true}'),
	('nonnegative net', '{"l1": 0.5, "l2": 0.1, "nonnegative": true}'),
	('weighted', '{"l1": 1, "weight": "w"}');
CREATE TABLE ours (model text, m orchard.model);
SELECT format($$INSERT INTO ours SELECT %L, orchard.fit(t, 'y', %L) FROM ground AS t$$, model,
	'{"algorithm": "linear_regression", "features": ["x", "k", "z", "c"]}' || options) FROM settings ORDER BY model \gexec
SELECT model, count(*) AS terms, count(*) FILTER (WHERE g.estimate = 0) AS zeros,
	bool_and(coalesce(abs(c.estimate - g.estimate) <= 1e-7, false)) AS estimates,
	bool_and((c.estimate = 0) = (g.estimate = 0)) AS same_zeros, bool_and(c.std_error IS NULL) AS no_errors
FROM (SELECT model, k.* FROM ours, orchard.coefficients(m) AS k) AS c FULL JOIN golden AS g USING (model, term) GROUP BY model ORDER BY model;
SELECT model, f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= 1e-10 AS residual, f -> 'rank' AS nonzero, s -> 'warnings' AS warnings
FROM ours, orchard.summary(m) AS s, jsonb_extract_path(s, 'fit') AS f ORDER BY model;
-- The metrics are those of the predictions.
SELECT model, abs((orchard.summary(m) #>> '{metrics,train.rmse}')::float8 - sqrt(sum(t.w * (orchard.predict(m, t) - t.y) ^ 2) / sum(t.w))) <= 1e-10 AS rmse
FROM ours, ground AS t WHERE model IN ('weighted') GROUP BY model, m
UNION ALL SELECT model, abs((orchard.summary(m) #>> '{metrics,train.rmse}')::float8 - sqrt(avg((orchard.predict(m, t) - t.y) ^ 2))) <= 1e-10
FROM ours, ground AS t WHERE model <> 'weighted' GROUP BY model, m ORDER BY 1;

-- ** A penalty above all moments leaves the mean; a small one is near least squares

SELECT bool_and(estimate = 0) FILTER (WHERE term <> '(intercept)') AS zero,
	bool_and(abs(estimate - (SELECT avg(y) FROM ground)) <= 1e-12) FILTER (WHERE term = '(intercept)') AS mean
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 1000}') FROM ground AS t));
SELECT max(abs(a.estimate - b.estimate)) <= 1e-6 AS close
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["w"], "l1": 1e-9}') FROM ground AS t)) AS a
	JOIN orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["w"]}') FROM ground AS t)) AS b USING (term);
-- The elastic net without l1 is ridge, which is solved directly.
SELECT max(abs(a.estimate - b.estimate)) <= 1e-8 AS close
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 1e-12, "l2": 0.3}') FROM ground AS t)) AS a
	JOIN orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.3}') FROM ground AS t)) AS b USING (term);

-- ** In parts: the sums of three tables give the model of all rows

SELECT max(abs(a.estimate - b.estimate)) <= 1e-10 AS equal
FROM orchard.coefficients((SELECT orchard.finish(orchard.merge(s)) FROM (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k", "z", "c"], "l1": 2}') AS s
	FROM ground AS t GROUP BY w) AS parts)) AS a JOIN orchard.coefficients((SELECT m FROM ours WHERE model = 'lasso')) AS b USING (term);
-- More columns than rows, equal columns, constant and absent ones: whatever the data, an answer that holds.
SELECT f -> 'converged' AS converged
FROM orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 0.01}')
	FROM (SELECT ARRAY(SELECT ((i * 7 + j * j * 13) % 29)::float8 FROM generate_series(1, 80) AS j) AS v, i % 5 AS y FROM generate_series(1, 10) AS i) AS t)) AS s,
	jsonb_extract_path(s, 'fit') AS f;
SELECT term, estimate IS NULL OR estimate = 0 AS zero FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 0.01}')
	FROM (SELECT i % 7 AS a, 5 AS fixed, NULL::float8 AS absent, i % 7 + i % 2 AS y FROM generate_series(1, 50) AS i) AS t));
SELECT term, estimate FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "nonnegative": true}')
	FROM (SELECT i % 7 AS a, 10 - i % 7 AS y FROM generate_series(1, 49) AS i) AS t));
-- Powers that are nearly collinear, under next to no penalty: the sweeps end without having met the conditions, and say so.
SELECT s #> '{fit,converged}' AS converged, s #>> '{warnings,0}' LIKE 'coordinate descent did not converge in 100000 sweeps; %' AS warned
FROM orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 1e-12}')
	FROM (SELECT ARRAY(SELECT (1 + i / 100.0::float8) ^ j FROM generate_series(1, 9) AS j) AS v, i * 7 % 11 AS y FROM generate_series(1, 100) AS i) AS t)) AS s;
SET client_min_messages = info;
DO $$ BEGIN
	PERFORM orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 1e-12, "on_failure": "error"}')
	FROM (SELECT ARRAY(SELECT (1 + i / 100.0::float8) ^ j FROM generate_series(1, 9) AS j) AS v, i * 7 % 11 AS y FROM generate_series(1, 100) AS i) AS t;
EXCEPTION WHEN OTHERS THEN RAISE INFO '% %', SQLSTATE, split_part(SQLERRM, ';', 1);
END $$;
SET client_min_messages = error;
SELECT orchard.predict(m, 3.0) FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": 1}') AS m FROM (SELECT 1.0 AS x, 2.0 AS y) AS t) AS f;

-- ** What is refused

SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": -1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "much"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "nonnegative": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l1": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "decision_tree", "nonnegative": true}') FROM ground AS t;

DROP SCHEMA fit_penalty CASCADE;

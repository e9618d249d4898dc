-- Confidence intervals and tests of the whole fit of linear models.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_inference;
SET search_path = fit_inference;
SET client_min_messages = error;

-- ** Against statsmodels (test/golden/inference_sql.py)

CREATE TABLE ground AS
SELECT i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31 + (i * 37) % 101)::float8 AS y, (i * 7919) % 11 > 4 AS yes
FROM generate_series(1, 600) AS i;
CREATE TABLE intervals (model text, confidence float8, term text, low float8, high float8);
INSERT INTO intervals VALUES
	('least squares', 0.95, '(intercept)', 13.089732649492937, 16.449711057183258),
	('least squares', 0.95, 'x', 3.9152178069056935, 4.112612192395582),
	('least squares', 0.95, 'k', -0.7975234249028644, 0.9629930561411029),
	('least squares', 0.5, '(intercept)', 14.192401241197693, 15.347042465478502),
	('least squares', 0.5, 'x', 3.979998160422365, 4.047831838878911),
	('least squares', 0.5, 'k', -0.21976190584589902, 0.3852315370841374),
	('origin', 0.95, 'x', 4.571297288201628, 4.734659073386113),
	('origin', 0.95, 'k', 3.232035921029257, 5.064761585254737),
	('origin', 0.5, 'x', 4.62490884860809, 4.681047512979651),
	('origin', 0.5, 'k', 3.8334941050539824, 4.463303401230012),
	('logistic', 0.95, '(intercept)', -0.2611884550519727, 0.48986750216075364),
	('logistic', 0.95, 'x', -0.01520261370953703, 0.028995307164503853),
	('logistic', 0.95, 'k', -0.19692598472473588, 0.1971617035843205),
	('logistic', 0.5, '(intercept)', -0.014892326867230979, 0.24357137397601192),
	('logistic', 0.5, 'x', -0.0007086513348952194, 0.01450134478986204),
	('logistic', 0.5, 'k', -0.0676915770036287, 0.06792729586321335);
CREATE TABLE facts (model text, name text, value float8);
INSERT INTO facts VALUES
	('least squares', 'degrees_of_freedom', 597.0),
	('least squares', 'r_squared', 0.9144268376404053),
	('least squares', 'adjusted_r_squared', 0.9141401603795691),
	('least squares', 'f_statistic', 3189.7431800947866),
	('least squares', 'f_p_value', 0.0),
	('least squares', 'aic', 4337.600749213237),
	('least squares', 'bic', 4350.791538178885),
	('least squares', 'log_likelihood', -2165.8003746066183),
	('least squares', 'residual_variance', 80.35626475227089),
	('origin', 'degrees_of_freedom', 598.0),
	('origin', 'r_squared', 0.9768256829423076),
	('origin', 'adjusted_r_squared', 0.9767481768651917),
	('origin', 'f_statistic', 12603.214087070652),
	('origin', 'f_p_value', 0.0),
	('origin', 'aic', 4578.624893026205),
	('origin', 'bic', 4587.418752336638),
	('origin', 'log_likelihood', -2287.3124465131027),
	('origin', 'residual_variance', 120.28171982940233),
	('logistic', 'degrees_of_freedom', 597.0),
	('logistic', 'deviance', 825.392261684543),
	('logistic', 'aic', 831.392261684543),
	('logistic', 'bic', 844.5830506501914);
CREATE TABLE ours AS
SELECT 'least squares' AS model, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"]}') AS m FROM ground AS t
UNION ALL SELECT 'origin', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "fit_intercept": false}') FROM ground AS t
UNION ALL SELECT 'logistic', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x", "k"]}') FROM ground AS t;
-- The logistic fit ends at a gradient of 1e-8, which leaves the digits of its intervals.
SELECT model, confidence, count(*) AS terms,
	bool_and(coalesce(abs(c.conf_low - g.low) <= 1e-8 AND abs(c.conf_high - g.high) <= 1e-8, false)) AS intervals
FROM (SELECT model, confidence, k.* FROM ours, unnest(ARRAY[0.95, 0.5]) AS confidence, orchard.coefficients(m, confidence) AS k) AS c
	FULL JOIN intervals AS g USING (model, confidence, term) GROUP BY model, confidence ORDER BY model, confidence;
SELECT f.model, f.name, coalesce(abs((orchard.summary(m) #>> ARRAY['fit', f.name])::float8 - f.value) <= 1e-9 * greatest(abs(f.value), 1e-280), false) AS equal
FROM facts AS f JOIN ours USING (model) ORDER BY f.model, f.name;
-- Both forms give the same table.
SELECT count(*) AS terms, bool_and(a.estimate = b.estimate AND a.std_error = b.std_error AND a.p_value = b.p_value) AS same
FROM ours, orchard.coefficients(m) AS a JOIN orchard.coefficients(m, 0.9) AS b USING (term) WHERE model = 'origin';
DROP TABLE ours;

-- ** Where nothing is known

SELECT term, conf_low IS NULL AND conf_high IS NULL AS unknown
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"], "l2": 0.1}') FROM ground AS t), 0.95);
SELECT key, value FROM jsonb_each(orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"], "l2": 0.1}') FROM ground AS t)) -> 'fit')
WHERE key IN ('aic', 'bic', 'degrees_of_freedom', 'adjusted_r_squared', 'f_statistic', 'f_p_value') ORDER BY key;
SELECT key, value FROM jsonb_each(orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT i AS x, i * 2 AS y FROM generate_series(1, 2) AS i) AS t)) -> 'fit')
WHERE key IN ('aic', 'degrees_of_freedom', 'adjusted_r_squared', 'f_statistic', 'f_p_value') ORDER BY key;
SELECT count(*) FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"features": ["x"], "n_estimators": 2}') FROM ground AS t), 0.95);
SELECT count(*) FROM orchard.coefficients(NULL::orchard.model, 0.95);
SELECT orchard.coefficients(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}'), 0) FROM ground AS t;
SELECT orchard.coefficients(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}'), 1) FROM ground AS t;
SELECT orchard.coefficients(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}'), 95) FROM ground AS t;
SELECT orchard.coefficients(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}'), 'NaN') FROM ground AS t;

-- ** Without an intercept a constant column does what one would

CREATE TABLE flat AS SELECT i, (i * 37) % 101 / 4.0::float8 AS x, 2.5 AS half, 7.25e6 AS large, (i * 53) % 31 + (i * 37) % 101 / 8 AS y, (i * 7919) % 11 > 4 AS yes,
	'k' || (i * 7919) % 13 / 5 AS class FROM generate_series(1, 300) AS i;
CREATE TABLE flat_models (algorithm text, cov_type text, value float8, m orchard.model);
SELECT format('INSERT INTO flat_models SELECT %L, %L, %L, orchard.fit(t, %L, %L) FROM (SELECT x, %I%s FROM flat) AS t', algorithm, cov, value, target,
	options::jsonb || jsonb_build_object('cov_type', cov, 'fit_intercept', value = 1), target, own)
FROM (VALUES ('linear_regression', 'y', '{"algorithm": "linear_regression"}'), ('logistic_regression', 'yes', '{"algorithm": "logistic_regression"}'),
	('multinomial', 'class', '{"algorithm": "logistic_regression"}'), ('glm', 'y', '{"algorithm": "glm"}'), ('huber', 'y', '{"algorithm": "huber"}'),
	('quantile_regression', 'y', '{"algorithm": "quantile_regression"}')) AS m(algorithm, target, options), unnest('{nonrobust, HC1}'::text[]) AS cov,
	(VALUES (1, ''), (2.5, ', half'), (7.25e6, ', large')) AS k(value, own)
WHERE algorithm <> 'quantile_regression' OR cov = 'nonrobust' \gexec
SELECT a.algorithm, a.cov_type, count(*) AS terms, bool_and(abs(a.estimate * scale - b.estimate) <= 1e-8 * (1 + abs(b.estimate))) AS estimates,
	bool_and(abs(a.std_error * scale / b.std_error - 1) <= 1e-6) AS errors, bool_and(orchard.summary(a.m) -> 'warnings' = '[]') AS silent
FROM (SELECT f.*, c.*, CASE WHEN term IN ('half', 'large') THEN value ELSE 1 END AS scale FROM flat_models AS f, orchard.coefficients(m) AS c WHERE value <> 1) AS a
JOIN (SELECT f.*, c.* FROM flat_models AS f, orchard.coefficients(m) AS c WHERE value = 1) AS b ON b.algorithm = a.algorithm AND b.cov_type = a.cov_type
	AND b.term = CASE WHEN a.term IN ('half', 'large') THEN '(intercept)' ELSE a.term END AND a.class IS NOT DISTINCT FROM b.class
GROUP BY a.algorithm, a.cov_type ORDER BY 1, 2;
-- A column of 0 still has no coefficient.
SELECT estimate, std_error IS NULL AS none FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "fit_intercept": false}') FROM (SELECT x, 0 AS zero, y FROM flat) AS t)) WHERE term = 'zero';

DROP SCHEMA fit_inference CASCADE;

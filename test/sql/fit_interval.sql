-- predict_interval: predictions with confidence and prediction intervals.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_interval;
SET search_path = fit_interval;
SET client_min_messages = error;

-- ** Against statsmodels (test/golden/interval_sql.py)

CREATE TABLE ground AS
SELECT i, (i * 37) % 101 / 4.0::float8 AS x, (i % 3)::float8 AS k, ((i * 53) % 31 + (i * 37) % 101)::float8 AS y, (i * 7919) % 11 > 4 AS yes, 1 + i % 5 AS w,
	((i * 53) % 7 + i % 3)::float8 AS visits, ln((1 + i % 5)::float8) AS lw,
	CASE WHEN i % 7 <> 0 THEN (i * 37) % 101 / 4.0::float8 END AS gap,
	CASE WHEN i % 11 <> 0 THEN (ARRAY['a', 'b', 'c'])[1 + i * i % 3 + i % 2 * (i % 4 = 1)::int] END AS side,
	ARRAY(SELECT i::bigint * (11 * j + 7) * 7919 % (101 + 2 * j) / 8.0::float8 FROM generate_series(1, 70) AS j) AS v
FROM generate_series(1, 600) AS i;
CREATE TABLE golden (model text, confidence float8, r jsonb, prediction float8, std_error float8, mean_low float8, mean_high float8, observation_low float8, observation_high float8);
INSERT INTO golden VALUES
	('plain', 0.95, '{"x": 3.0, "k": 2.0}', 26.97693648352825, 0.7502505392297645, 25.503485261004055, 28.450387706052442, 9.31025097289426, 44.64362199416224),
	('plain', 0.95, '{"x": 12.5, "k": 1.0}', 65.02639416459019, 0.36596185111931095, 64.30766500848381, 65.74512332069656, 47.40659592436268, 82.6461924048177),
	('plain', 0.95, '{"x": -400.0, "k": 55.0}', -1586.2458631478655, 31.840354541799577, -1648.7785863810716, -1523.7131399146595, -1651.209562191156, -1521.282164104575),
	('plain', 0.5, '{"x": 3.0, "k": 2.0}', 26.97693648352825, 0.7502505392297645, 26.470591704764363, 27.483281262292135, 20.90586074676341, 33.04801222029309),
	('plain', 0.5, '{"x": 12.5, "k": 1.0}', 65.02639416459019, 0.36596185111931095, 64.77940617477645, 65.27338215440392, 58.97143102401984, 71.08135730516054),
	('plain', 0.5, '{"x": -400.0, "k": 55.0}', -1586.2458631478655, 31.840354541799577, -1607.734947704583, -1564.756778591148, -1608.5703414318546, -1563.9213848638765),
	('origin', 0.95, '{"x": 3.0, "k": 2.0}', 22.255732048665607, 0.8547673074559337, 20.57702128476673, 23.934442812564484, 0.6513019839479668, 43.86016211338325),
	('origin', 0.95, '{"x": 12.5, "k": 1.0}', 62.31062601306538, 0.40427613238370713, 61.51665239112158, 63.10459963500918, 40.75688567165855, 83.86436635447221),
	('origin', 0.95, '{"x": -400.0, "k": 55.0}', -1633.0293408947384, 38.814107930968376, -1709.2578772536917, -1556.8008045357851, -1712.2424905860664, -1553.8161912034104),
	('origin', 0.5, '{"x": 3.0, "k": 2.0}', 22.255732048665607, 0.8547673074559337, 21.678849394959176, 22.832614702372037, 14.83145073971459, 29.680013357616623),
	('origin', 0.5, '{"x": 12.5, "k": 1.0}', 62.31062601306538, 0.40427613238370713, 62.0377799577175, 62.583472068413265, 54.9037640372884, 69.71748798884236),
	('origin', 0.5, '{"x": -400.0, "k": 55.0}', -1633.0293408947384, 38.814107930968376, -1659.224991323986, -1606.833690465491, -1660.2506424942144, -1605.8080392952625),
	('weighted', 0.95, '{"x": 3.0, "k": 2.0}', 27.124131992627493, 0.7552786138443162, 25.64080590524101, 28.607458080013977, -3.4347164805383237, 57.68298046579331),
	('weighted', 0.95, '{"x": 12.5, "k": 1.0}', 65.0094091607357, 0.3663187773589162, 64.28997902092242, 65.72883930054898, 34.47810484122686, 95.54071348024453),
	('weighted', 0.95, '{"x": -400.0, "k": 55.0}', -1578.1572756260364, 32.12994189103114, -1641.2587326507446, -1515.0558186013282, -1648.2531873639223, -1508.0613638881505),
	('weighted', 0.5, '{"x": 3.0, "k": 2.0}', 27.124131992627493, 0.7552786138443162, 26.61439376168305, 27.633870223571936, 16.62272337258734, 37.62554061266765),
	('weighted', 0.5, '{"x": 12.5, "k": 1.0}', 65.0094091607357, 0.3663187773589162, 64.76218028107468, 65.25663804039672, 54.517465963219536, 75.50135235825186),
	('weighted', 0.5, '{"x": -400.0, "k": 55.0}', -1578.1572756260364, 32.12994189103114, -1599.841802951019, -1556.4727483010538, -1602.2454153476688, -1554.069135904404),
	('logistic', 0.95, '{"x": 3.0, "k": 2.0}', 0.5337646053735179, 0.04181754802266521, 0.45163144443220565, 0.6141071570796944, NULL, NULL),
	('logistic', 0.95, '{"x": 12.5, "k": 1.0}', 0.549997777848857, 0.02031650657936542, 0.5099423150950871, 0.5894153347861909, NULL, NULL),
	('logistic', 0.5, '{"x": 3.0, "k": 2.0}', 0.5337646053735179, 0.04181754802266521, 0.5054811317297906, 0.5618326611414567, NULL, NULL),
	('logistic', 0.5, '{"x": 12.5, "k": 1.0}', 0.549997777848857, 0.02031650657936542, 0.5362599824830363, 0.5636597442092828, NULL, NULL),
	('counts', 0.95, '{"x": 3.0, "k": 2.0, "lw": 0.75}', 3.5684956468323037, 0.1415888324704316, 3.3015027145986195, 3.857080330466806, NULL, NULL),
	('counts', 0.5, '{"x": 3.0, "k": 2.0, "lw": 0.75}', 3.5684956468323037, 0.1415888324704316, 3.4742619970129462, 3.665285229614089, NULL, NULL),
	('mixed', 0.95, '{"gap": 3.0, "side": "b"}', 26.38835036514979, 1.1090323018285724, 24.210263865848624, 28.566436864450957, -0.8832245808106194, 53.6599253111102),
	('mixed', 0.95, '{"gap": null, "side": "a"}', 64.85419026848999, 1.1691971114907858, 62.55794295507888, 67.1504375819011, 37.57292396798543, 92.13545656899454),
	('mixed', 0.95, '{"gap": 12.5, "side": null}', 65.14034093470748, 0.5650859187965876, 64.0305391655014, 66.25014270391357, 37.93323893538329, 92.34744293403168),
	('mixed', 0.95, '{"gap": null, "side": null}', 65.10500000000005, 0.5650854443490954, 63.99519916258619, 66.2148008374139, 37.89789803868447, 92.31210196131562),
	('mixed', 0.95, '{"gap": 7.0, "side": "never"}', 42.89518592163489, 0.7287608917176539, 41.46393431890722, 44.32643752436256, 15.67307688532016, 70.11729495794962),
	('mixed', 0.5, '{"gap": 3.0, "side": "b"}', 26.38835036514979, 1.1090323018285724, 25.63986267940027, 27.13683805089931, 17.016620626869972, 35.76008010342961),
	('mixed', 0.5, '{"gap": null, "side": "a"}', 64.85419026848999, 1.1691971114907858, 64.06509725585019, 65.64328328112978, 55.479130148456804, 74.22925038852317),
	('mixed', 0.5, '{"gap": 12.5, "side": null}', 65.14034093470748, 0.5650859187965876, 64.75896353847446, 65.5217183309405, 55.79076697703448, 74.48991489238048),
	('mixed', 0.5, '{"gap": null, "side": null}', 65.10500000000005, 0.5650854443490954, 64.7236229239724, 65.4863770760277, 55.755426055388504, 74.4545739446116),
	('mixed', 0.5, '{"gap": 7.0, "side": "never"}', 42.89518592163489, 0.7287608917176539, 42.4033440227045, 43.38702782056528, 33.540454876586985, 52.2499169666828),
	('indicated', 0.95, '{"gap": 3.0, "side": "b"}', 26.213968485968138, 1.1582680174609719, 23.9391698064682, 28.488767165468076, -1.0674722220897372, 53.49540919402601),
	('indicated', 0.95, '{"gap": null, "side": "a"}', 66.72046930490114, 1.8297606842907377, 63.12688204730796, 70.31405656249433, 39.297556121707814, 94.14338248809447),
	('indicated', 0.95, '{"gap": 12.5, "side": null}', 63.85242894476357, 1.8990243378781322, 60.12281024596445, 67.58204764356267, 36.41135838048976, 91.29349950903737),
	('indicated', 0.95, '{"gap": null, "side": null}', 65.86696032628552, 2.356487453438559, 61.23889975090075, 70.4950209016703, 38.28941071134595, 93.44450994122509),
	('indicated', 0.95, '{"gap": 7.0, "side": "never"}', 42.7195918341613, 0.7926564233756329, 41.16284179184841, 44.27634187647419, 15.488621069804335, 69.95056259851826),
	('indicated', 0.5, '{"gap": 3.0, "side": "b"}', 26.213968485968138, 1.1582680174609719, 25.43224992939868, 26.995687042537597, 16.838893388717594, 35.58904358321868),
	('indicated', 0.5, '{"gap": null, "side": "a"}', 66.72046930490114, 1.8297606842907377, 65.48555833487646, 67.95538027492583, 57.29677818722917, 76.14416042257311),
	('indicated', 0.5, '{"gap": 12.5, "side": null}', 63.85242894476357, 1.8990243378781322, 62.57077172733428, 65.13408616219286, 54.422498170871805, 73.28235971865533),
	('indicated', 0.5, '{"gap": null, "side": null}', 65.86696032628552, 2.356487453438559, 64.27655988104651, 67.45736077152453, 56.39012948714849, 75.34379116542256),
	('indicated', 0.5, '{"gap": 7.0, "side": "never"}', 42.7195918341613, 0.7926564233756329, 42.18462563825873, 43.25455803006387, 33.361860377864815, 52.077323290457784),
	('wide', 0.95, '{"i": 1}', 60.26787864015991, 11.172921304320766, 38.31913805009977, 82.21661923022005, -5.1580259577742, 125.69378323809401),
	('wide', 0.95, '{"i": 300}', 75.45333686262248, 10.393449745885183, 55.03583582643053, 95.87083789881443, 10.525098571944056, 140.3815751533009),
	('wide', 0.5, '{"i": 1}', 60.26787864015991, 11.172921304320766, 52.72667288902886, 67.80908439129095, 37.78867506114764, 82.74708221917217),
	('wide', 0.5, '{"i": 300}', 75.45333686262248, 10.393449745885183, 68.4382384060129, 82.46843531923206, 53.14512277628845, 97.76155094895651);
CREATE TABLE ours AS
SELECT 'plain' AS model, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"]}') AS m FROM ground AS t
UNION ALL SELECT 'origin', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "fit_intercept": false}') FROM ground AS t
UNION ALL SELECT 'weighted', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "weight": "w"}') FROM ground AS t
UNION ALL SELECT 'logistic', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x", "k"], "tol": 1e-13}') FROM ground AS t
UNION ALL SELECT 'counts', orchard.fit(t, 'visits', '{"algorithm": "glm", "objective": "poisson", "features": ["x", "k"], "offset": "lw", "tol": 1e-13}') FROM ground AS t
UNION ALL SELECT 'mixed', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["gap", "side"]}') FROM ground AS t
UNION ALL SELECT 'indicated', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["gap", "side"], "missing_indicator": true}') FROM ground AS t
UNION ALL SELECT 'wide', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["v"], "covariance": true}') FROM ground AS t;
CREATE TYPE place AS (x float8, k float8, lw float8, gap float8, side text, v float8[]);
CREATE VIEW places AS
SELECT g.*, m, CASE WHEN model = 'wide' THEN jsonb_populate_record(NULL::place, to_jsonb(t)) ELSE jsonb_populate_record(NULL::place, r) END AS p
FROM golden AS g JOIN ours USING (model) LEFT JOIN ground AS t ON t.i = (r ->> 'i')::int;
CREATE FUNCTION near(float8, float8) RETURNS boolean LANGUAGE sql AS 'SELECT $1 IS NOT DISTINCT FROM $2 OR abs($1 - $2) <= 1e-9 * abs($2)';
SELECT model, confidence, count(*), bool_and(near(i.prediction, g.prediction) AND near(i.std_error, g.std_error)) AS estimates,
	bool_and(near(i.mean_low, g.mean_low) AND near(i.mean_high, g.mean_high)) AS means,
	bool_and(near(i.observation_low, g.observation_low) AND near(i.observation_high, g.observation_high)) AS observations
FROM places AS g, orchard.predict_interval(m, confidence, p) AS i GROUP BY model, confidence ORDER BY model, confidence;
-- The prediction is that of predict, and the error of the intercept that of coefficients.
SELECT model, bool_and(near((orchard.predict_interval(m, 0.9, p)).prediction, orchard.predict(m, p))) AS same FROM places GROUP BY model ORDER BY model;
SELECT model, near(i.std_error, c.std_error) AS same
FROM ours, orchard.coefficients(m) AS c, orchard.predict_interval(m, 0.9, 0.0::float8, 0.0::float8) AS i
WHERE term = '(intercept)' AND model IN ('plain', 'weighted') ORDER BY model;
-- Far from zero the digits stay: the error is the same with the columns moved by 1e9.
SELECT near(a.std_error, b.std_error) AS same
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT x + 1e9 AS x, k + 1e6 AS k, y FROM ground) AS t) AS far,
	ours, orchard.predict_interval(ours.m, 0.95, 3.0::float8, 2.0::float8) AS a, orchard.predict_interval(far.m, 0.95, 3.0::float8 + 1e9, 2.0::float8 + 1e6) AS b
WHERE model = 'plain';

-- ** Every way to call it

SELECT count(DISTINCT i) AS intervals
FROM ours, LATERAL (VALUES (orchard.predict_interval(m, 0.95, jsonb_populate_record(NULL::place, '{"x": 3, "k": 2}'))), (orchard.predict_interval(m, 0.95, 3.0, 2)),
	(orchard.predict_interval(m, 0.95, ARRAY[3.0, 2.0])), (orchard.predict_interval(m, 0.95, VARIADIC ARRAY[3.0, 2.0]::float8[]))) AS way (i)
WHERE model = 'plain';
DO $$ BEGIN PERFORM orchard.register('sums', m) FROM ours WHERE model = 'plain'; END $$;
SELECT orchard.predict_interval('sums', 0.95, 3.0, 2) = orchard.predict_interval(m, 0.95, 3.0, 2) AS registered FROM ours WHERE model = 'plain';
-- The covariance matrix: of a slope and the intercept it is minus the mean times the slope's variance; constant columns have none.
SELECT abs(v.covariance + a.x * s.std_error ^ 2) <= 1e-12 * abs(v.covariance) AS equal, (SELECT count(*) FROM orchard.covariance(m)) AS pairs
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m FROM ground AS t) AS f, (SELECT avg(x) AS x FROM ground) AS a,
	orchard.covariance(m) AS v, orchard.coefficients(m) AS s WHERE v.term = '(intercept)' AND v.other_term = 'x' AND s.term = 'x';
SELECT term, other_term, covariance IS NULL AS none FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT x, 7 AS seven, y FROM ground) AS t) AS f,
	orchard.covariance(m) WHERE term <= other_term;
SELECT orchard.covariance(orchard.fit(t, 'y', '{"algorithm": "random_forest", "n_estimators": 2, "features": ["x"]}')) FROM ground AS t;
SELECT orchard.covariance(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 1, "features": ["x"]}')) FROM ground AS t;
-- Robust errors are what the interval of a count is by.
SELECT abs(i.std_error - exp(c.estimate) * c.std_error) <= 1e-12 * i.std_error AS error, abs(i.mean_high - exp(c.conf_high)) <= 1e-12 * i.mean_high AS high
FROM (SELECT orchard.fit(t, 'visits', '{"algorithm": "glm", "features": ["x"], "offset": "lw", "cov_type": "HC3"}') AS m FROM ground AS t) AS f,
	LATERAL (SELECT * FROM orchard.coefficients(m, 0.9) WHERE term = '(intercept)') AS c, orchard.predict_interval(m, 0.9, 0.0, 0.0) AS i;
-- The covariance is part of the value: it survives text, and an array of missing elements finds its indicators.
SELECT model, orchard.predict_interval(m::text::orchard.model, 0.95, p) = orchard.predict_interval(m, 0.95, p) AS same
FROM places WHERE model = 'indicated' AND confidence = 0.5 AND r ->> 'gap' IS NULL AND r ->> 'side' = 'a';
SELECT near(one.std_error, two.std_error) AS same_of_array
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "missing_indicator": true}') AS m FROM (SELECT ARRAY[x, gap] AS a, y FROM ground) AS t) AS a,
	(SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "missing_indicator": true}') AS m FROM (SELECT k, gap, y FROM (SELECT x AS k, gap, y FROM ground) AS u) AS t) AS b,
	orchard.predict_interval(a.m, 0.9, ARRAY[3.0, NULL]::float8[]) AS one, orchard.predict_interval(b.m, 0.9, 3.0::float8, NULL::float8) AS two;
SELECT orchard.predict_interval(m, NULL, 3.0, 2) IS NULL AS no_level, orchard.predict_interval(NULL::orchard.model, 0.9, 3.0, 2) IS NULL AS no_model,
	orchard.predict_interval(m, 0.9, NULL::place) IS NULL AS no_row, (orchard.predict_interval(m, 0.9, 'NaN'::float8, 2.0)).mean_low AS of_nan
FROM ours WHERE model = 'plain';
-- A constant column takes part in nothing.
SELECT near(i.std_error, g.std_error) AS same
FROM golden AS g, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT x, k, 5 AS five, y FROM ground) AS t) AS f,
	orchard.predict_interval(m, 0.95, 3.0, 2, 17) AS i WHERE model = 'plain' AND confidence = 0.95 AND r ->> 'x' = '3.0';
-- A perfect fit has intervals of no width.
SELECT i.mean_low = i.mean_high AS is_point FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT i AS x, 2 * i AS y FROM generate_series(1, 8) AS i) AS t) AS f,
	orchard.predict_interval(m, 0.95, 3) AS i;

-- ** Where there is none

\set VERBOSITY default
SELECT orchard.predict_interval(m, 95, 3.0, 2) FROM ours WHERE model = 'plain';
SELECT orchard.predict_interval(m, 'NaN', 3.0, 2) FROM ours WHERE model = 'plain';
SELECT orchard.predict_interval(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"], "l2": 0.1}'), 0.9, 3.0) FROM ground AS t;
SELECT orchard.predict_interval(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"], "nonnegative": true}'), 0.9, 3.0) FROM ground AS t;
SELECT orchard.predict_interval(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}'), 0.9, 3.0, 6) FROM (SELECT x, 2 * x AS z, y FROM ground) AS t;
SELECT orchard.predict_interval(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}'), 0.9, 3) FROM (SELECT i AS x, i * i AS y FROM generate_series(1, 2) AS i) AS t;
SELECT orchard.predict_interval(m, 0.9, v) FROM ground, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["v"]}') AS m FROM ground AS t) AS f WHERE i = 1;
SELECT orchard.predict_interval(m, 0.9, x) FROM ground, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"], "covariance": false}') AS m FROM ground AS t) AS f WHERE i = 1;
SELECT orchard.predict_interval(orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"]}'), 0.9, 3.0) FROM ground AS t WHERE yes;
SELECT orchard.predict_interval(orchard.fit(t, 'yes', '{"algorithm": "logistic_regression"}'), 0.9, 3.0) FROM (SELECT x, x > 12 AS yes FROM ground) AS t;
SELECT orchard.predict_interval(orchard.fit(t, 'y', '{"features": ["x"], "n_estimators": 2}'), 0.9, 3.0) FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"features": ["x"], "covariance": true}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "covariance": "yes"}') FROM ground AS t;

SET client_min_messages = warning;
SELECT orchard.drop_model('sums');
DROP SCHEMA fit_interval CASCADE;

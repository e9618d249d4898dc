-- Linear regression with the penalty chosen by cross-validation.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_cv;
SET search_path = fit_cv;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT i, i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 37) % 101) / 8.0::float8 + ((i * 53) % 31) / 8.0 AS z, i * 29 % 23 AS u,
	'j' || i % 4 AS c, ((i * 53) % 31 + (i * 37) % 101 - 3 * (i % 4) + i * 7919 % 127)::float8 AS y, i % 3 + 1 AS w, i * 7 % 11 % 4 AS fold,
	CASE WHEN i % 7 > 0 THEN ((i * 37) % 101) / 4.0::float8 END AS x_holes
FROM generate_series(1, 300) AS i;

-- ** Against scikit-learn (test/golden/cv_sql.py), whose own stopping rule leaves 1e-9

CREATE TABLE golden (model text, chosen int, penalties float8[], estimates float8[]);
INSERT INTO golden VALUES
	('raw', 6,
		'{{212.5898888888889, 2307.1408800505387, 41.576038774883486}, {53.400165737612895, 1520.347810836893, 14.822037438757874}, {13.413515175667264, 1384.692255153258, 7.378470869275535}, {3.3693226768606452, 1363.5843755040423, 11.244745210138191}, {0.8463355915383791, 1365.5051173235897, 15.880755641124432}, {0.2125898888888889, 1363.1576903472408, 21.374219660040993}}',
		'{54.72575431891045, -0.8537848540328744, 1.952802461771102, 9.658501489942404, 0.07749269808495943, 0.0, -0.8337753487771186, -6.198535049448337}'),
	('raw net', 5,
		'{{425.1797777777778, 2317.5902837192893, 36.19482680511797}, {134.45365128220223, 1854.22156666925, 28.30821918802266}, {42.51797777777777, 1526.2257414929686, 15.742691786670811}, {13.445365128220223, 1435.755176460479, 10.913942817143344}, {4.251797777777778, 1404.0911028484338, 12.78261529780096}}',
		'{67.6980300496438, 1.8995205789226073, 0.0, 3.962363636054934, 0.0, 0.0, 0.0, -0.0}'),
	('origin', 4,
		'{{1767.0133333333333, 17581.131122540188, 180.52933468055002}, {380.6914823082206, 3218.4216143225153, 51.59780877315313}, {82.01749356844894, 2247.433128561427, 153.3046084739915}, {17.670133333333332, 1771.7300349528953, 101.8904709467211}}',
		'{0.0, 0.0, 0.0, 11.70074106475169, 1.8034754807832136, 0.0, 0.0, 0.0}'),
	('nonnegative', 3,
		'{{212.5898888888889, 2307.1408800505387, 41.576038774883486}, {21.258988888888883, 1442.7327148912, 11.10431339169886}, {2.125898888888888, 1357.7762667833583, 9.381628180089288}, {0.2125898888888889, 1360.4546296582657, 14.262476016401115}}',
		'{58.6521274492285, 0.0, 0.0, 7.984942904808354, 0.00552948471128922, 0.0, 0.0, 0.0}'),
	('weighted', 3,
		'{{240.03476851851852, 2332.2749972987845, 44.27540767369483}, {24.00347685185186, 1448.8846781941043, 10.25193090734831}, {2.400347685185186, 1367.6089241575614, 14.159549157747557}, {0.24003476851851852, 1373.3961731310387, 30.407763620853515}}',
		'{59.27331034921552, 0.1203298514131601, 0.0, 7.753731432587114, 0.05219275336194412, -0.0, 0.0, -0.0}'),
	('lasso', 4,
		'{{31.170289743813754, 2310.8027153803923, 40.818184484623835}, {11.619017630943732, 1483.884957890904, 15.52755996027005}, {4.331097715733444, 1368.1384296020701, 5.862627687544268}, {1.6144572647238369, 1354.9562426982252, 9.886814805371845}, {0.6018040761701409, 1361.2857529845817, 17.671268227294902}, {0.2243281095191751, 1364.7167989193094, 22.006311250419607}, {0.08362040523337996, 1364.4543764287203, 23.095770134817744}, {0.031170289743813754, 1364.8948671539206, 23.528548879812895}}',
		'{61.577862966435916, 0.0, 0.2760028197865819, 7.702884440330098, 0.0, 0.0, -0.0, -3.35810646986387}'),
	('one error', 4,
		'{{31.170289743813754, 2310.8027153803923, 40.818184484623835}, {11.619017630943732, 1483.884957890904, 15.52755996027005}, {4.331097715733444, 1368.1384296020701, 5.862627687544268}, {1.6144572647238369, 1354.9562426982252, 9.886814805371845}, {0.6018040761701409, 1361.2857529845817, 17.671268227294902}, {0.2243281095191751, 1364.7167989193094, 22.006311250419607}, {0.08362040523337996, 1364.4543764287203, 23.095770134817744}, {0.031170289743813754, 1364.8948671539206, 23.528548879812895}}',
		'{61.577862966435916, 0.0, 0.2760028197865819, 7.702884440330098, 0.0, 0.0, -0.0, -3.35810646986387}'),
	('net', 5,
		'{{62.34057948762751, 2319.9520070199, 35.048436143633914}, {19.713822183567558, 2123.180879666801, 32.05837058786741}, {6.234057948762751, 1785.076905500171, 24.833315716208315}, {1.971382218356756, 1503.1682039156474, 13.296053024992599}, {0.6234057948762751, 1406.8162029162825, 12.518115676473975}}',
		'{71.8858064499308, 1.4292907053482458, 1.4082124510476772, 4.152174240458997, 0.00862208109630535, 0.1903733452155769, -0.4799291411200937, -5.064325928485467}'),
	('holes', 3,
		'{{31.170289743813754, 2310.8027153803923, 40.818184484623835}, {7.829622787370799, 1412.0120847973076, 8.669787455869587}, {1.966712324343493, 1359.8277211576342, 7.353406905587602}, {0.494015800220109, 1369.453321046376, 19.257425517198087}, {0.1240911585524239, 1375.01206249523, 23.382394335434334}, {0.031170289743813754, 1377.5906352599977, 25.22483590360196}}',
		'{62.438366564072105, 0.13224800850341284, 0.0, 7.402956336045917, 0.0, 0.0, -0.0, -2.5588259296499847}');
CREATE TABLE settings (model text, options jsonb);
INSERT INTO settings VALUES
	('raw', '{"standardize": false, "alphas": 6}'),
	('raw net', '{"standardize": false, "alphas": 5, "eps": 0.01, "l1_ratio": 0.5}'),
	('origin', '{"standardize": false, "fit_intercept": false, "alphas": 4, "eps": 0.01}'),
	('nonnegative', '{"standardize": false, "nonnegative": true, "alphas": 4}'),
	('weighted', '{"standardize": false, "weight": "w", "alphas": 4, "l1_ratio": 0.9}'),
	('lasso', '{"alphas": 8}'),
	('one error', '{"alphas": 8, "cv_rule": "1se"}'),
	('net', '{"alphas": 5, "eps": 0.01, "l1_ratio": 0.5}'),
	('holes', '{"alphas": 6, "features": ["x_holes", "k", "z", "u", "c"]}');
CREATE TABLE ours (model text, m orchard.model);
SELECT format($$INSERT INTO ours SELECT %L, orchard.fit(t, 'y', %L) FROM ground AS t$$, model,
	'{"algorithm": "linear_regression", "l1": "cv", "cv": "fold", "features": ["x", "k", "z", "u", "c"]}' || options) FROM settings ORDER BY model \gexec
SELECT model, count(*) = max(array_length(g.penalties, 1)) AS penalties, bool_and(abs(c.alpha - g.penalties[c.step][1]) <= 1e-12 * c.alpha) AS alpha,
	bool_and(abs(c.mean_squared_error - g.penalties[c.step][2]) <= 1e-7 * c.mean_squared_error) AS error,
	bool_and(abs(c.standard_error - g.penalties[c.step][3]) <= 1e-7 * c.standard_error) AS standard_error,
	bool_and(c.chosen = (c.step = g.chosen)) AS chosen
FROM (SELECT model, k.* FROM ours, orchard.cross_validation(m) AS k) AS c JOIN golden AS g USING (model) GROUP BY model ORDER BY model;
SELECT model, max(abs(o.estimate - u.golden) / greatest(abs(u.golden), 1)) <= 1e-7 AS estimates, count(*) AS terms
FROM golden, unnest(estimates) WITH ORDINALITY AS u(golden, place),
	LATERAL (SELECT k.estimate FROM ours AS f, orchard.coefficients(f.m) AS k WHERE f.model = golden.model
		AND replace(k.term, '_holes', '') = (ARRAY['(intercept)', 'x', 'k', 'z', 'u', 'c = j1', 'c = j2', 'c = j3'])[u.place]) AS o
GROUP BY model ORDER BY model;
-- The summary says the same, and the options how it was asked.
SELECT s -> 'cross_validation' -> 'folds' AS folds, jsonb_array_length(s #> '{cross_validation,penalties}') AS penalties,
	(SELECT (s #>> '{cross_validation,l1}')::float8 = c.l1 AND (s #>> '{cross_validation,l2}')::float8 = c.l2 AND (s #>> '{cross_validation,mean_squared_error}')::float8 = c.mean_squared_error
		FROM orchard.cross_validation(m) AS c WHERE chosen) AS same, s -> 'options' AS options, s -> 'warnings' AS warnings
FROM ours, orchard.summary(m) AS s WHERE model = 'net';
-- The held-out error is what a model of the other folds makes on the rows of the fold: by hand, from the rows.
WITH fitted AS (SELECT f, orchard.fit(t, 'y', (SELECT jsonb_build_object('algorithm', 'linear_regression', 'features', '["x_holes", "k", "z", "u", "c"]'::jsonb, 'l1', l1)
		FROM ours, orchard.cross_validation(m) AS c WHERE model = 'holes' AND step = 4)) AS m
	FROM ground AS t, generate_series(0, 3) AS f WHERE t.fold <> f GROUP BY f),
	errors AS (SELECT f, avg((orchard.predict(m, t) - y) ^ 2) AS error FROM fitted, ground AS t WHERE t.fold = f GROUP BY f)
SELECT abs(avg(error) - (SELECT mean_squared_error FROM ours, orchard.cross_validation(m) AS c WHERE model = 'holes' AND step = 4)) <= 1e-9 * avg(error) AS by_hand FROM errors;

-- ** Folds that are drawn: by the content of the rows, in any order, split and type

CREATE TABLE drawn AS
SELECT 'rows' AS way, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') AS m FROM ground AS t
UNION ALL SELECT 'shuffled', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') FROM (SELECT * FROM ground ORDER BY i * 7919 % 307) AS t
UNION ALL SELECT 'columns', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') FROM (SELECT y, c, u::float4 AS u, x, k::bigint AS k FROM ground) AS t
UNION ALL SELECT 'merged', orchard.finish(orchard.merge(s)) FROM (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') AS s FROM ground AS t GROUP BY i / 40) AS parts
UNION ALL SELECT 'stored', orchard.finish(orchard.merge(s::text::orchard.fit_state)) FROM (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') AS s FROM ground AS t GROUP BY i % 2) AS parts;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE ground SET (parallel_workers = 2);
CREATE FUNCTION has_partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line LIKE '%Partial Aggregate%' THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END $$;
SELECT has_partial($$SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv"}') FROM ground AS t$$) AS partial;
CREATE TABLE in_workers AS SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"], "alphas": 10}') AS m FROM ground AS t;
INSERT INTO drawn SELECT 'parallel', m FROM in_workers;
SET max_parallel_workers_per_gather = 0;
SELECT way, max(abs(c.mean_squared_error - r.mean_squared_error)) <= 1e-9 AS errors, bool_and(c.chosen = r.chosen) AS chosen, orchard.summary(d.m) #> '{cross_validation,folds}' AS folds
FROM drawn AS d, orchard.cross_validation(d.m) AS c JOIN (SELECT k.* FROM drawn, orchard.cross_validation(m) AS k WHERE way = 'rows') AS r USING (step)
GROUP BY way, d.m ORDER BY way;
-- Another seed draws others; equal rows stay together, so that copies of the rows are no news.
SELECT count(DISTINCT orchard.summary(m) #>> '{cross_validation,mean_squared_error}') AS seeds
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k"], "seed": 1}') FROM ground AS t UNION ALL
	SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k"], "seed": 2}') FROM ground AS t) AS s(m);
SELECT abs(a.error - b.error) <= 1e-9 AS copies FROM
	(SELECT (orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k"]}')) #>> '{cross_validation,mean_squared_error}')::float8 AS error FROM ground AS t) AS a,
	(SELECT (orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k"]}')) #>> '{cross_validation,mean_squared_error}')::float8 AS error FROM (SELECT * FROM ground UNION ALL SELECT * FROM ground) AS t) AS b;
-- The rows of a group stay in one fold: the error is of groups never seen, as with their folds in a column.
SELECT orchard.summary(m) #> '{cross_validation,folds}' AS folds
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k"], "group": "c", "cv": 50}') AS m FROM ground AS t) AS f;

-- ** Per group, train, and the path of such sums

SELECT w, orchard.summary(m) #> '{cross_validation,folds}' AS folds, (orchard.summary(m) #>> '{cross_validation,l1}')::float8 > 0 AS l1
FROM (SELECT w, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "u"], "cv": 3}') AS m FROM ground AS t GROUP BY w) AS g ORDER BY w;
SELECT rows, features FROM orchard.train('fit_cv', 'ground', 'y', 'linear_regression', '{"l1": "cv", "cv": "fold", "features": ["x", "k", "z", "u", "c"], "alphas": 8}');
SELECT max(abs(orchard.predict(m, t) - orchard.predict('fit_cv', t))) <= 1e-9 AS trained FROM ours, ground AS t WHERE model = 'lasso';
SELECT orchard.drop_model('fit_cv');
SELECT max(abs(a.estimate - b.estimate)) <= 1e-9 AS path
FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "features": ["x", "k", "u", "c"]}') FROM ground AS t), '{"alphas": 5}') AS a
	JOIN orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k", "u", "c"]}') FROM ground AS t), '{"alphas": 5}') AS b USING (step, term);

-- ** What the data may lack

SET client_min_messages = warning;
SELECT term, estimate FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv"}') FROM (VALUES (1, 2), (1, 2)) AS t(x, y)));
SELECT term, estimate, std_error FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "f"}') FROM (VALUES (1, 2, 0), (2, 2, 7), (3, 2, 99)) AS t(x, y, f)));
SET client_min_messages = error;
-- A level that one fold alone has, and a column that is constant but in one fold.
SELECT orchard.summary(m) #> '{cross_validation,folds}' AS folds, orchard.summary(m) #> '{fit,converged}' AS converged
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "fold"}') AS m
	FROM (SELECT y, fold, CASE WHEN fold = 2 THEN 'rare' ELSE c END AS c, CASE WHEN fold = 1 THEN x ELSE 5 END AS x FROM ground) AS t) AS f;

-- ** Refused

\set VERBOSITY default
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "best"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cv": 4}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "l2": 0.1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "gradient_boosting", "l1": "cv"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "c"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "y"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "x"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "f"}') FROM (VALUES (1, 2, 1), (2, 3, NULL)) AS t(x, y, f);
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "l1_ratio": 0}') FROM ground AS t;
SELECT orchard.cross_validation(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) FROM ground AS t;
\set VERBOSITY sqlstate
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": 101}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv": "nowhere"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "cv_rule": "max"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "group": "g"}') FROM (VALUES (1, 2, 1), (2, 3, NULL)) AS t(x, y, g);
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "group": "g"}') FROM (VALUES (1, 2, ARRAY[1.5])) AS t(x, y, g);
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l1": "cv", "on_failure": "error"}') FROM (VALUES (1, 2), (1, 2)) AS t(x, y);
DROP SCHEMA fit_cv CASCADE;

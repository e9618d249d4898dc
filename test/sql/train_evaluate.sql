-- Hold-out in orchard.train, and orchard.evaluate with what belongs to it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE TABLE ground AS
SELECT i AS id, i * 37 % 101 / 4.0::float8 AS x, 'c' || i % 4 AS c, (i * 53 % 31 + i * 37 % 101)::float8 AS y,
	i * 7919 % 11 + i * 37 % 101 / 25.0 > 6 AS yes, i % 3 AS w, i % 5 = 0 AS test
FROM generate_series(1, 2000) AS i;
\set hold_out '{"features": ["x", "c"], "validation": "test"}'
\set weighted '{"features": ["x", "c"], "validation": "test", "weight": "w"}'

-- Golden values: test/golden/evaluate.py.
CREATE TABLE golden (test text, metric text, value float8);
INSERT INTO golden VALUES
	('linear', 'rows', 400.0),
	('linear', 'rmse', 8.922908662860511),
	('linear', 'mae', 7.728881036160397),
	('linear', 'r2', 0.9140018178135292),
	('linear', 'mape', 0.18937906493728363),
	('logistic', 'rows', 400.0),
	('logistic', 'roc_auc', 0.6266211074007921),
	('logistic', 'pr_auc', 0.6997876091612023),
	('logistic', 'ks', 0.21034920141854985),
	('logistic', 'log_loss', 0.652463499522187),
	('logistic', 'brier', 0.23030948976640297),
	('logistic', 'accuracy', 0.6175),
	('logistic', 'precision', 0.6363636363636364),
	('logistic', 'recall', 0.8270042194092827),
	('logistic', 'f1', 0.7192660550458716),
	('logistic', 'mcc', 0.1633345623630476),
	('above 0.6', 'true_positives', 135.0),
	('above 0.6', 'false_positives', 62.0),
	('above 0.6', 'true_negatives', 101.0),
	('above 0.6', 'false_negatives', 102.0),
	('weighted linear', 'rows', 267.0),
	('weighted linear', 'rmse', 8.90512011974442),
	('weighted linear', 'mae', 7.7099059066236535),
	('weighted linear', 'r2', 0.9111180252780082),
	('weighted linear', 'mape', 0.18613923491615125),
	('weighted logistic', 'rows', 267.0),
	('weighted logistic', 'roc_auc', 0.6155893341522085),
	('weighted logistic', 'pr_auc', 0.684190923298227),
	('weighted logistic', 'ks', 0.19540406366753676),
	('weighted logistic', 'log_loss', 0.6594259307913221),
	('weighted logistic', 'brier', 0.2336257168318177),
	('weighted logistic', 'accuracy', 0.600997506234414),
	('weighted logistic', 'precision', 0.6233333333333333),
	('weighted logistic', 'recall', 0.7991452991452992),
	('weighted logistic', 'f1', 0.700374531835206),
	('weighted logistic', 'mcc', 0.13911563708333657);
CREATE TABLE found (test text, metric text, value float8);
INSERT INTO found SELECT 'linear', m.key, m.value::float8 FROM orchard.train('linear', 'ground', 'y', 'linear_regression', :'hold_out'), jsonb_each_text(metrics) AS m;
INSERT INTO found SELECT 'weighted linear', m.key, m.value::float8 FROM orchard.train('weighted_linear', 'ground', 'y', 'linear_regression', :'weighted'), jsonb_each_text(metrics) AS m;
INSERT INTO found SELECT 'logistic', m.key, m.value::float8 FROM orchard.train('logistic', 'ground', 'yes', 'logistic_regression', :'hold_out'), jsonb_each_text(metrics) AS m;
INSERT INTO found SELECT 'weighted logistic', m.key, m.value::float8 FROM orchard.train('weighted_logistic', 'SELECT * FROM ground', 'yes', 'logistic_regression', :'weighted'), jsonb_each_text(metrics) AS m;
SELECT g.test, g.metric, abs(f.value - g.value) <= 1e-9 * greatest(1, abs(g.value)) AS same
FROM golden AS g LEFT JOIN found AS f ON f.test = g.test AND f.metric = 'validation.' || g.metric
WHERE g.test <> 'above 0.6' ORDER BY 1, 2;
SELECT test, metric FROM found EXCEPT SELECT test, 'validation.' || metric FROM golden ORDER BY 1, 2;

-- The same of the rows by evaluate, by name and by value; the summary keeps what the report said.
TRUNCATE found;
INSERT INTO found SELECT 'linear', * FROM orchard.evaluate('linear', 'SELECT * FROM ground WHERE test');
INSERT INTO found SELECT 'weighted linear', * FROM orchard.evaluate('weighted_linear@1', 'SELECT * FROM ground WHERE test', weight => 'w');
INSERT INTO found SELECT 'logistic', * FROM orchard.evaluate(orchard.load_model('logistic'), 'SELECT yes, c, x FROM ground WHERE test');
INSERT INTO found SELECT 'weighted logistic', * FROM orchard.evaluate(orchard.load_model('weighted_logistic'), 'SELECT * FROM ground WHERE test', 'w');
SELECT g.test, g.metric, abs(f.value - g.value) <= 1e-9 * greatest(1, abs(g.value)) AS same
FROM golden AS g LEFT JOIN found AS f USING (test, metric) WHERE g.test <> 'above 0.6' ORDER BY 1, 2;
SELECT count(*) AS different
FROM jsonb_each_text(orchard.summary(orchard.load_model('logistic')) -> 'metrics') AS m JOIN found AS f ON f.test = 'logistic' AND m.key = 'validation.' || f.metric
WHERE m.value::float8 <> f.value;

-- What is held out changes nothing in the model but its options.
SELECT count(*), count(*) FILTER (WHERE t.estimate = f.estimate AND t.std_error = f.std_error) AS same
FROM orchard.coefficients(orchard.load_model('linear')) AS t
JOIN orchard.coefficients((SELECT orchard.fit(g, 'y', '{"algorithm": "linear_regression", "features": ["x", "c"]}') FILTER (WHERE NOT test) FROM ground AS g)) AS f USING (term);

-- A fraction: by the row's values and the seed, whatever the order of rows and columns.
CREATE FUNCTION split(source text, options text) RETURNS text LANGUAGE sql AS
$$ SELECT metrics - 'train.r2' - 'train.rmse' || jsonb_build_object('rows', rows) FROM orchard.train('split', source, 'y', 'linear_regression', options::jsonb || '{"features": ["x", "id"]}') $$;
SELECT split('ground', '{"validation_fraction": 0.25}') = split('SELECT y, id, x FROM ground ORDER BY y DESC', '{"validation_fraction": 0.25}') AS same_rows,
	split('ground', '{"validation_fraction": 0.25}') = split('ground', '{"validation_fraction": 0.25, "seed": 7}') AS same_seed,
	abs((split('ground', '{"validation_fraction": 0.25}')::jsonb ->> 'validation.rows')::float8 - 500) < 80 AS a_quarter,
	(split('ground', '{"validation_fraction": 0.25}')::jsonb ->> 'validation.rows')::int + (split('ground', '{"validation_fraction": 0.25}')::jsonb ->> 'rows')::int AS all_rows;

-- Confusion and thresholds, as predict_class and scikit-learn have them.
SELECT * FROM orchard.confusion_matrix('logistic', 'SELECT * FROM ground WHERE test');
SELECT yes, orchard.predict_class('logistic', g) AS predicted, count(*) FROM ground AS g WHERE test GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM orchard.confusion_matrix(orchard.load_model('logistic'), 'SELECT * FROM ground WHERE test', 'w');
SELECT g.metric, g.value = (to_jsonb(t) ->> g.metric)::float8 AS same
FROM orchard.threshold_table('logistic', 'SELECT * FROM ground WHERE test', 5) AS t, golden AS g WHERE t.threshold = 0.6 AND g.test = 'above 0.6' ORDER BY 1;
SELECT count(*), min(threshold), max(threshold), count(*) FILTER (WHERE abs(precision - true_positives / nullif(true_positives + false_positives, 0)) > 1e-15) AS wrong_precision,
	count(*) FILTER (WHERE recall <> true_positives / (true_positives + false_negatives)) AS wrong_recall,
	count(*) FILTER (WHERE false_positive_rate <> false_positives / (false_positives + true_negatives)) AS wrong_rate,
	count(*) FILTER (WHERE true_positives <> (SELECT count(*) FROM ground AS g WHERE test AND yes AND orchard.predict('logistic', g) > threshold)) AS wrong_count
FROM orchard.threshold_table(orchard.load_model('logistic'), 'SELECT * FROM ground WHERE test');

-- A numeric target has its classes; a source may score with other models.
SELECT rows, metrics ->> 'validation.rows' AS held_out FROM orchard.train('zero_one', 'SELECT x, c, yes::int AS yes, test FROM ground', 'yes', 'logistic_regression', '{"validation": "test"}');
SELECT value FROM orchard.evaluate('zero_one', 'SELECT x, c, yes::int::numeric AS yes FROM ground') WHERE metric = 'rows';
SELECT metric, value FROM orchard.evaluate('linear', 'SELECT x, c, orchard.predict(''linear'', g) AS y, orchard.predict(''logistic'', g) AS p FROM ground AS g') WHERE metric IN ('rmse', 'rows');

-- A target of 0, or next to it, leaves errors without a share of it.
SELECT metric, value IS NULL AS undefined FROM orchard.evaluate('linear', 'SELECT x, c, y * (id % 7) AS y FROM ground') WHERE metric IN ('mae', 'mape');
SELECT metric, value IS NULL AS undefined FROM orchard.evaluate('linear', 'SELECT x, c, CASE WHEN id % 7 = 0 THEN 1e-310 ELSE y END AS y FROM ground') WHERE metric IN ('mae', 'mape');
-- Nothing to measure, and rows without a target.
SELECT * FROM orchard.evaluate('logistic', 'SELECT * FROM ground WHERE false');
SELECT * FROM orchard.evaluate('linear', 'SELECT x, c, NULL::float8 AS y FROM ground');
SELECT metrics ->> 'validation.rows_skipped' AS skipped FROM orchard.train('skip', 'SELECT x, CASE WHEN id > 20 THEN y END AS y, test FROM ground', 'y', 'linear_regression', '{"validation": "test", "skip_null_target": true}');
SELECT warnings FROM orchard.train('none', 'SELECT x, y, false AS test FROM ground', 'y', 'linear_regression', '{"validation": "test"}');

-- What is refused.
SELECT orchard.fit(g, 'y', '{"algorithm": "linear_regression", "validation_fraction": 0.2}') FROM ground AS g;
\set VERBOSITY terse
SELECT orchard.fit(g, 'y', '{"algorithm": "linear_regression", "validation": "test"}') FROM ground AS g;
SELECT orchard.fit_columns('{x,y}', 'y', '{"algorithm": "linear_regression", "validation_fraction": 0.2}', x, y) FROM ground;
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation_fraction": 0}');
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation_fraction": 1.5}');
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation_fraction": 0.5, "validation": "test"}');
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation": "x"}');
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation": "y"}');
SELECT FROM orchard.train('r', 'ground', 'y', 'linear_regression', '{"validation": "test", "features": ["test"]}');
SELECT FROM orchard.train('r', 'SELECT x, y, true AS test FROM ground', 'y', 'linear_regression', '{"validation": "test"}');
SELECT FROM orchard.train('r', 'SELECT x, y, NULL::boolean AS test FROM ground', 'y', 'linear_regression', '{"validation": "test"}');
SELECT FROM orchard.train('r', 'SELECT x, nullif(y, 40) AS y, test FROM ground', 'y', 'linear_regression', '{"validation": "test"}');
SELECT FROM orchard.train('r', 'SELECT x, c, CASE WHEN test THEN ''new'' ELSE yes::text END AS yes, test FROM ground', 'yes', 'logistic_regression', '{"validation": "test"}');
SELECT * FROM orchard.evaluate('logistic', 'SELECT x, yes FROM ground');
SELECT * FROM orchard.evaluate('logistic', 'SELECT x, c FROM ground');
SELECT * FROM orchard.evaluate('logistic', 'SELECT c AS x, c, yes FROM ground');
SELECT * FROM orchard.evaluate('logistic', 'SELECT x, c, ''maybe'' AS yes FROM ground');
SELECT * FROM orchard.evaluate('logistic', 'SELECT ''NaN''::float8 AS x, c, yes FROM ground');
SELECT * FROM orchard.evaluate('linear', 'SELECT x, c, c AS y FROM ground');
SELECT * FROM orchard.evaluate('linear', 'ground', 'c');
SELECT * FROM orchard.evaluate('linear', 'SELECT x, c, ''Infinity''::float8 AS y FROM ground');
SELECT * FROM orchard.evaluate('linear', 'SELECT x, c, ARRAY[1.5]::float8[] AS y FROM ground');
SELECT * FROM orchard.evaluate('linear', 'SELECT x, c, to_jsonb(x) AS y FROM ground');
SELECT * FROM orchard.evaluate('linear', 'SELECT *, -1 AS v FROM ground', 'v');
SELECT * FROM orchard.evaluate('linear', 'DELETE FROM ground RETURNING *');
SELECT * FROM orchard.evaluate('no_model', 'ground');
SELECT * FROM orchard.evaluate('linear', NULL);
SELECT * FROM orchard.evaluate(NULL::orchard.model, 'ground');
SELECT * FROM orchard.confusion_matrix('linear', 'ground');
SELECT * FROM orchard.threshold_table('linear', 'ground');
SELECT * FROM orchard.threshold_table('logistic', 'ground', 1);
SELECT count(*) FROM ground;

SELECT count(orchard.drop_model(owner || '.' || name)) FROM orchard.models;
DROP TABLE ground, golden, found;
DROP FUNCTION split(text, text);

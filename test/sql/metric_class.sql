-- metric_class.sql: pr_auc, ks, brier, accuracy, f1, mcc, confusion, mape and pinball.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
\set VERBOSITY terse

-- The rows of test/golden/metric.py; golden values from scikit-learn 1.9.1 and SciPy.
CREATE TABLE class_rows AS
SELECT i,
	   (i * 37 % 101) / 4.0::float8 AS label,
	   (i * 37 % 101) / 4.0::float8 + (i * 53 % 89) / 16.0::float8 - 2.5 AS prediction,
	   1.0::float8 + i % 4 AS weight,
	   (i * 37 % 101) + (i * 53 % 89) > 90 AS positive,
	   (i * 37 % 101) / 100.0::float8 AS probability
FROM generate_series(0, 499) AS i;
SELECT abs(orchard.pr_auc(positive, probability) - 0.89657872026778063) <= 1e-13 AS pr_auc,
	   abs(orchard.ks(positive, probability) - 0.56064933597973243) <= 1e-13 AS ks,
	   abs(orchard.brier(positive, probability) - 0.15232779999999999) <= 1e-13 AS brier,
	   abs(orchard.mape(label + 1, prediction) - 0.20020909867386394) <= 1e-13 AS mape,
	   abs(orchard.pinball(label, prediction, 0.9) - 0.60152499999999998) <= 1e-13 AS pinball,
	   orchard.accuracy(positive, probability) = 0.776 AS accuracy,
	   abs(orchard.f1(positive, probability) - 0.7846153846153846) <= 1e-15 AS f1,
	   abs(orchard.mcc(positive, probability) - 0.5554996981267427) <= 1e-14 AS mcc
FROM class_rows;
SELECT abs(orchard.pr_auc(positive, probability, weight) - 0.89166254799768729) <= 1e-13 AS pr_auc,
	   abs(orchard.ks(positive, probability, weight) - 0.55186598845386581) <= 1e-13 AS ks,
	   abs(orchard.brier(positive, probability, weight) - 0.15490320000000002) <= 1e-13 AS brier,
	   abs(orchard.mape(label + 1, prediction, weight) - 0.19773585531460791) <= 1e-13 AS mape,
	   abs(orchard.pinball(label, prediction, 0.9, weight) - 0.60118499999999997) <= 1e-13 AS pinball,
	   abs(orchard.accuracy(positive, probability, weight) - 0.7696) <= 1e-15 AS accuracy,
	   abs(orchard.f1(positive, probability, weight) - 0.7781201848998459) <= 1e-15 AS f1,
	   abs(orchard.mcc(positive, probability, weight) - 0.5425734728164091) <= 1e-14 AS mcc
FROM class_rows;
-- A boolean prediction is the probability's; the table is what counting by hand gives.
SELECT orchard.accuracy(positive, probability > 0.5) = orchard.accuracy(positive, probability) AS accuracy,
	   orchard.f1(positive, probability > 0.5, weight) = orchard.f1(positive, probability, weight) AS f1,
	   orchard.mcc(positive, probability > 0.5) = orchard.mcc(positive, probability) AS mcc,
	   orchard.true_positives(orchard.confusion(positive, probability)) = count(*) FILTER (WHERE positive AND probability > 0.5) AS true_positives,
	   orchard.false_positives(orchard.confusion(positive, probability)) = count(*) FILTER (WHERE NOT positive AND probability > 0.5) AS false_positives,
	   orchard.true_negatives(orchard.confusion(positive, probability, weight)) = sum(weight) FILTER (WHERE NOT positive AND probability <= 0.5) AS true_negatives,
	   orchard.false_negatives(orchard.confusion(positive, probability > 0.5, weight)) = sum(weight) FILTER (WHERE positive AND probability <= 0.5) AS false_negatives
FROM class_rows;
-- Of constant predictions the quantile of the labels costs least.
SELECT constant AS cheapest FROM class_rows, generate_series(0, 25) AS constant
GROUP BY constant ORDER BY orchard.pinball(label, constant, 0.75) LIMIT 1;

-- Stored states merge to the whole, in text and binary forms too.
CREATE TABLE class_states AS
SELECT i % 7 AS part, orchard.confusion(positive, probability, weight) AS confusion, orchard.roc_scores(positive, probability, weight) AS roc,
	   orchard.mapes(label + 1, prediction, weight) AS mape, orchard.pinballs(label, prediction, 0.9, weight) AS pinball
FROM class_rows GROUP BY 1;
CREATE TABLE class_copies (LIKE class_states);
SELECT current_setting('data_directory') || '/orchard_class_states' AS file \gset
COPY class_states TO :'file' WITH (FORMAT binary);
COPY class_copies FROM :'file' WITH (FORMAT binary);
SELECT format('rm %L', :'file') AS remove \gset
COPY class_copies FROM PROGRAM :'remove';
SELECT orchard.accuracy(orchard.merge(s.confusion::text::orchard.confusion_state)) = min(w.accuracy) AS accuracy,
	   orchard.f1(orchard.merge(s.confusion)) = min(w.f1) AS f1, orchard.mcc(orchard.merge(s.confusion)) = min(w.mcc) AS mcc,
	   abs(orchard.pr_auc(orchard.merge(s.roc)) - min(w.pr_auc)) <= 1e-15 AS pr_auc, orchard.ks(orchard.merge(s.roc)) = min(w.ks) AS ks,
	   abs(orchard.mean_loss(orchard.merge(s.mape)) - min(w.mape)) <= 1e-15 AS mape,
	   abs(orchard.mean_loss(orchard.merge(s.pinball)) - min(w.pinball)) <= 1e-15 AS pinball
FROM class_copies AS s,
	 (SELECT orchard.accuracy(positive, probability, weight), orchard.f1(positive, probability, weight), orchard.mcc(positive, probability, weight),
			 orchard.pr_auc(positive, probability, weight), orchard.ks(positive, probability, weight), orchard.mape(label + 1, prediction, weight),
			 orchard.pinball(label, prediction, 0.9, weight) FROM class_rows) AS w;

-- Undefined is NULL; NULL rows and rows of weight 0 do not count.
SELECT orchard.accuracy(y, y) AS accuracy, orchard.f1(y, y) AS f1, orchard.mcc(y, y) AS mcc, orchard.confusion(y, y) AS confusion,
	   orchard.pr_auc(y, 0.5) AS pr_auc, orchard.ks(y, 0.5) AS ks, orchard.brier(y, 0.5) AS brier, orchard.mape(x, x) AS mape, orchard.pinball(x, x, 0.5) AS pinball
FROM (SELECT true AS y, 1.0::float8 AS x WHERE false) AS none;
SELECT orchard.f1(false, false) AS f1, orchard.mcc(y, true) AS constant_prediction, orchard.pr_auc(false, p) AS no_positive, orchard.pr_auc(true, p) AS no_negative,
	   orchard.ks(true, p) AS one_class, orchard.accuracy(NULL, y) AS null_label, orchard.accuracy(y, p, CASE WHEN y THEN 1 ELSE 0 END) AS weight_0
FROM (VALUES (true, 0.6::float8), (false, 0.7)) AS v (y, p);
-- Ties: one score for all has no order, and precision is the share of positives.
SELECT orchard.pr_auc(y, 0.5) AS pr_auc, orchard.ks(y, 0.5) AS ks FROM (VALUES (true), (false), (false), (false)) AS v (y);

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT orchard.pr_auc(positive, probability), orchard.f1(positive, probability), orchard.mape(label + 1, prediction) FROM class_rows;
SELECT orchard.accuracy(positive, probability) = 0.776 AS in_parallel FROM class_rows;

-- Bad input.
SELECT orchard.accuracy(true, 1.5);
SELECT orchard.brier(true, 'NaN'::float8);
SELECT orchard.f1(true, true, -1);
SELECT orchard.mape(0, 1);
SELECT orchard.mape(0, 1, 0) IS NULL AS left_out;
SELECT orchard.mape('NaN', 1);
SELECT orchard.pinball(1, 2, 1.5);
SELECT orchard.pinball(1, 'Infinity', 0.5);
\set VERBOSITY sqlstate
SELECT orchard.accuracy(true, true, 1.7e308) FROM generate_series(1, 2);
SELECT orchard.mape(1e-300, 1e300);
SELECT '(1,0,0,0,0,0,0,0,0)'::orchard.confusion_state;
SELECT '(0,1,0,0,0,0,0,0,0)'::orchard.confusion_state;
SELECT '(1,-1,0,0,0,0,0,0,0)'::orchard.confusion_state;
SELECT '(1,1,1,0,0,0,0,0,0)'::orchard.confusion_state;
SELECT '(1,2)'::orchard.confusion_state;
SELECT '(1,1,0,-1,0)'::orchard.mean_loss_state;
DROP TABLE class_rows, class_states, class_copies;

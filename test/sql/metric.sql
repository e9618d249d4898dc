-- metric.sql: roc_auc, log_loss, rmse, mae and r2.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
\set VERBOSITY terse

-- The rows of test/golden/metric.py; golden values from scikit-learn 1.9.1.
CREATE TABLE metric_rows AS
SELECT i,
	   (i * 37 % 101) / 4.0::float8 AS label,
	   (i * 37 % 101) / 4.0::float8 + (i * 53 % 89) / 16.0::float8 - 2.5 AS prediction,
	   1.0::float8 + i % 4 AS weight,
	   (i * 37 % 101) + (i * 53 % 89) > 90 AS positive,
	   (i * 37 % 101) / 100.0::float8 AS probability
FROM generate_series(0, 499) AS i;
SELECT abs(orchard.rmse(label, prediction) - 1.6277236789455389) <= 1e-13 AS rmse,
	   abs(orchard.mae(label, prediction) - 1.40425) <= 1e-13 AS mae,
	   abs(orchard.r2(label, prediction) - 0.95021392003986138) <= 1e-13 AS r2,
	   abs(orchard.log_loss(positive, probability) - 0.4672339146018486) <= 1e-13 AS log_loss,
	   abs(orchard.roc_auc(positive, probability) - 0.86488034725920182) <= 1e-13 AS roc_auc
FROM metric_rows;
SELECT abs(orchard.rmse(label, prediction, weight) - 1.6266462814637976) <= 1e-13 AS rmse,
	   abs(orchard.mae(label, prediction, weight) - 1.40425) <= 1e-13 AS mae,
	   abs(orchard.r2(label, prediction, weight) - 0.95036093092509522) <= 1e-13 AS r2,
	   abs(orchard.log_loss(positive, probability, weight) - 0.47379653178026399) <= 1e-13 AS log_loss,
	   abs(orchard.roc_auc(positive, probability, weight) - 0.85960504685294292) <= 1e-13 AS roc_auc
FROM metric_rows;
-- Stored states merge to the whole, in any grouping.
CREATE TABLE metric_states AS
SELECT i % 7 AS part, orchard.roc_scores(positive, probability, weight) AS roc,
	   orchard.log_losses(positive, probability, weight) AS loss,
	   orchard.prediction_errors(label, prediction, weight) AS errors
FROM metric_rows GROUP BY 1;
SELECT abs(orchard.roc_auc(orchard.merge(s.roc)) - min(w.roc)) <= 1e-14 AS roc,
	   abs(orchard.log_loss(orchard.merge(s.loss)) - min(w.loss)) <= 1e-14 AS loss,
	   abs(orchard.rmse(orchard.merge(s.errors)) - min(w.rmse)) <= 1e-14 AS rmse
FROM metric_states AS s,
	 (SELECT orchard.roc_auc(positive, probability, weight) AS roc,
			 orchard.log_loss(positive, probability, weight) AS loss,
			 orchard.rmse(label, prediction, weight) AS rmse FROM metric_rows) AS w;
SELECT bool_and(roc::text::orchard.roc_state::text = roc::text) AS roc_round_trip,
	   bool_and(loss::text::orchard.log_loss_state::text = loss::text) AS loss_round_trip,
	   bool_and(errors::text::orchard.prediction_error::text = errors::text) AS errors_round_trip
FROM metric_states;

-- Undefined is NULL; NULL rows and rows of weight 0 do not count.
SELECT orchard.roc_auc(true, x) AS one_class, orchard.r2(1, x) AS constant_label,
	   orchard.rmse(x, x) FILTER (WHERE false) AS no_rows, orchard.log_loss(NULL, x) AS no_labels
FROM generate_series(1, 5) AS x;
SELECT orchard.roc_auc(y, p, w) = 0.5 AS null_and_zero_left_out
FROM (VALUES (true, 1.0::float8, 1::float8), (false, 1.0, 1), (true, 5.0, 0), (true, NULL, 1), (NULL, 2.0, 1)) AS v(y, p, w);

-- Filters, groups, and parallel plans.
SELECT count(*) AS groups, bool_and(a BETWEEN 0 AND 1) AS in_range
FROM (SELECT orchard.roc_auc(i % 3 = 0, (i * 31) % 17) AS a FROM generate_series(1, 60000) AS i GROUP BY i % 20000) AS g;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT orchard.roc_auc(positive, probability), orchard.r2(label, prediction) FROM metric_rows;
SELECT orchard.roc_auc(positive, probability) > 0.5 AS answers FROM metric_rows;

-- Bad input.
SELECT orchard.log_loss(true, 1.5);
SELECT orchard.roc_auc(true, 'NaN'::float8);
SELECT orchard.rmse(1, 'Infinity'::float8);
SELECT orchard.rmse(1, 2, -1);
SELECT 'x'::orchard.roc_state;
SELECT '\x0101000000'::orchard.roc_state;
SELECT '(1,2)'::orchard.log_loss_state;
SELECT '(-1,0,0,0,0)'::orchard.log_loss_state;
DROP TABLE metric_rows, metric_states;

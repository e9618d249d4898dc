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
-- Binary copies too, byte for byte.
CREATE TABLE metric_copies (LIKE metric_states);
SELECT current_setting('data_directory') || '/orchard_metric_states' AS file \gset
COPY metric_states TO :'file' WITH (FORMAT binary);
COPY metric_copies FROM :'file' WITH (FORMAT binary);
SELECT format('rm %L', :'file') AS remove \gset
COPY metric_copies FROM PROGRAM :'remove';
SELECT count(*) = 7 AS equal
FROM metric_copies AS c JOIN metric_states AS s USING (part)
WHERE orchard.roc_state_send(c.roc) = orchard.roc_state_send(s.roc)
	AND orchard.log_loss_state_send(c.loss) = orchard.log_loss_state_send(s.loss)
	AND orchard.prediction_error_send(c.errors) = orchard.prediction_error_send(s.errors);
-- The merged state has the bytes of the whole, however it was split.
SELECT orchard.merge(roc)::text = (SELECT orchard.roc_scores(positive, probability, weight)::text FROM metric_rows) AS same_bytes
FROM metric_states;

-- Undefined is NULL; NULL rows and rows of weight 0 do not count.
SELECT orchard.roc_auc(true, x) AS one_class, orchard.r2(1, x) AS constant_label,
	   orchard.rmse(x, x) FILTER (WHERE false) AS no_rows, orchard.log_loss(NULL, x) AS no_labels
FROM generate_series(1, 5) AS x;
SELECT orchard.roc_auc(y, p, w) = 0.5 AS null_and_zero_left_out
FROM (VALUES (true, 1.0::float8, 1::float8), (false, 1.0, 1), (true, 5.0, 0), (true, NULL, 1), (NULL, 2.0, 1)) AS v(y, p, w);
-- So is a state over no rows; and stored states of nothing merge to nothing.
SELECT orchard.prediction_errors(y, y, w) AS errors, orchard.log_losses(y = 1, y, w) AS losses, orchard.roc_scores(y = 1, y, w) AS scores
FROM (VALUES (1, NULL::float8, 1::float8), (1, NULL, 0), (2, 1, 0), (3, NULL, NULL)) AS v(g, y, w) GROUP BY g ORDER BY g;
SELECT orchard.prediction_errors(1, 2) FILTER (WHERE false) AS errors, orchard.log_losses(true, 1) FILTER (WHERE false) AS losses,
	   orchard.roc_scores(true, 1) FILTER (WHERE false) AS scores;
SELECT orchard.merge(e) AS errors, orchard.merge(l) AS losses, orchard.merge(r) AS scores
FROM (VALUES ('(0,0,0,0,0,0,0,0,0,0,0)'::orchard.prediction_error, '(0,0,0,0,0)'::orchard.log_loss_state, '\x010000000000000000000000'::orchard.roc_state),
	(NULL, NULL, NULL)) AS v(e, l, r);
SELECT orchard.merge(e) IS NULL AS errors, orchard.merge(l) IS NULL AS losses, orchard.merge(r) IS NULL AS scores
FROM (SELECT orchard.prediction_errors(i, i) AS e, orchard.log_losses(true, 1) AS l, orchard.roc_scores(true, i) AS r
	FROM generate_series(1, 3) AS i GROUP BY i UNION ALL SELECT NULL, NULL, NULL) AS q;
-- Infinite scores have their place in the order; -0 is 0; the unit of the weights does not matter.
SELECT orchard.roc_auc(y, p) AS auc, orchard.roc_auc(y, p, 1e-310) AS tiny, orchard.roc_auc(y, p, 1e300) AS huge
FROM (VALUES (false, '-Infinity'::float8), (false, '-0'), (true, '0'), (true, 'Infinity')) AS v(y, p);
-- Over a growing frame the state goes on after each result.
SELECT bool_and(a IS NOT DISTINCT FROM (SELECT orchard.roc_auc(positive, probability) FROM metric_rows AS r WHERE r.i <= w.i)) AS same
FROM (SELECT i, orchard.roc_auc(positive, probability) OVER (ORDER BY i) AS a FROM metric_rows) AS w WHERE i < 100;

-- Filters, groups, and parallel plans.
SELECT count(*) AS groups, bool_and(a BETWEEN 0 AND 1) AS in_range
FROM (SELECT orchard.roc_auc(i % 3 = 0, (i * 31) % 17) AS a FROM generate_series(1, 60000) AS i GROUP BY i % 20000) AS g;
-- 100,000 groups in one HashAggregate
SET enable_sort = off;
SET work_mem = '256MB';
SELECT count(*) AS groups, bool_and(a = 1) AS separated
FROM (SELECT orchard.roc_auc(i > 100000, i) AS a FROM generate_series(1, 200000) AS i GROUP BY i % 100000) AS g;
RESET enable_sort;
RESET work_mem;
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
-- Overflow and forged states, by SQLSTATE.
\set VERBOSITY sqlstate
SELECT orchard.roc_auc(y, 1, 1e308) FROM (VALUES (true), (true), (false)) AS v(y);
SELECT orchard.log_loss(y, 0.5, 1.7e308) FROM (VALUES (true), (true)) AS v(y);
SELECT '\xzz'::orchard.roc_state;
SELECT '\x01000000000000000000000'::orchard.roc_state;
SELECT '\x000000000000000000000000'::orchard.roc_state;
SELECT '\x020000000000000000000000'::orchard.roc_state;
SELECT '\x01000000ffffffff00000000'::orchard.roc_state;
SELECT '\x010000000100000000000000000000000000f87f'::orchard.roc_state;
SELECT '(0,1,0,0,0)'::orchard.log_loss_state;
SELECT '(1,1,5,0,0)'::orchard.log_loss_state;
COPY (SELECT '\x010000000100000000000000000000000000f87f'::bytea) TO :'file' WITH (FORMAT binary);
COPY metric_copies (roc) FROM :'file' WITH (FORMAT binary);
COPY metric_copies FROM PROGRAM :'remove';
-- The memory that states hold is bounded, and depends on the distinct scores only.
SET orchard.max_memory = '16MB';
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN NULL;
EXCEPTION WHEN out_of_memory THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN message || ': ' || hint;
END $$;
SELECT pg_temp.refusal('SELECT orchard.roc_auc(i % 2 = 0, i) FROM generate_series(1, 3000000) AS i');
SELECT orchard.roc_auc(i % 2 = 0, i % 1000) = 0.499 AS few_scores FROM generate_series(1, 300000) AS i;
DROP TABLE metric_rows, metric_states, metric_copies;

-- Only the ratios of weights matter, at either end of the range.
SELECT w, abs(orchard.r2(label, 0, w) + 9) <= 1e-12 AS r2, abs(orchard.rmse(label, 0, w) - sqrt(2.5)) <= 1e-15 AS rmse,
	   abs(orchard.mae(label, 0, w) - 1.5) <= 1e-15 AS mae, abs(orchard.log_loss(label > 1, 0.5, w) - ln(2::float8)) <= 1e-15 AS log_loss,
	   orchard.roc_auc(label > 1, label, w) AS roc_auc
FROM (VALUES (1.0::float8), (2.0)) AS v (label), unnest(ARRAY[1e-300, 1e-170, 1, 1e160, 1e300]::float8[]) AS w GROUP BY w ORDER BY w;
-- Beside a weight of 1e300 one of 1e-300 does not show; weights that lose digits are refused.
SELECT abs(orchard.r2(label, 0, w) + 9) <= 1e-12 AS r2, abs(orchard.rmse(label, 0, w) - sqrt(2.5)) <= 1e-15 AS rmse,
	   abs(orchard.mae(label, 0, w) - 1.5) <= 1e-15 AS mae, abs(orchard.log_loss(label > 1, 0.5, w) - ln(2::float8)) <= 1e-15 AS log_loss,
	   orchard.roc_auc(label > 1, label, w) AS roc_auc
FROM (VALUES (1.0::float8, 1e300::float8), (2.0, 1e300), (50, 1e-300)) AS v (label, w);
SELECT orchard.r2(label, 0, 1e-310) FROM (VALUES (1.0::float8), (2.0)) AS v (label);
SELECT orchard.rmse(1, 0, 1e-310);
SELECT orchard.mae(1, 0, 1e-310);
SELECT orchard.log_loss(true, 0.5, 1e-310);
-- A weight and a square may each be out of the other's range.
SELECT abs(orchard.rmse(1e200, 0, 1e-200) / 1e200 - 1) <= 1e-15 AS large, abs(orchard.rmse(1e-200, 0, 1e200) / 1e-200 - 1) <= 1e-15 AS small;
-- Merging takes the memory of the result, however many states there are.
SET orchard.max_memory = '16MB';
SELECT abs(orchard.roc_auc(orchard.merge(s)) - 0.45) <= 1e-15 AS auc
FROM (SELECT orchard.roc_scores(i % 2 = 0, (i % 20)::float8) AS s FROM generate_series(1, 300000) AS i GROUP BY i) AS q;
RESET orchard.max_memory;

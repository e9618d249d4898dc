-- every_window.sql: every aggregate with a moving form, as ratios of medians measured in one run.
-- Variables: rounds, rows.
\ir measure.sql
SET enable_sort = off;

-- One partition in order: a tenth NULL, irregular times.
CREATE TEMP TABLE rows AS
SELECT g AS i, x, y, x::real AS r, x::numeric(12, 3) AS amount, g * 1000000007::bigint % 100003 * 99999999999 AS big, (g * 7919::bigint % 1009)::int AS item, 'value ' || g % 1000 AS v, ts, ts::date AS d, ts::time AS t
FROM generate_series(1, :rows) AS g,
	LATERAL (SELECT CASE WHEN g % 10 > 0 THEN 100 * sin(g * 12.9898::float8) + g % 7 END AS x, 30 * sin(g * 12.9898::float8) + 10 * cos(g * 3.7::float8) AS y,
		timestamptz '2024-01-01 00:00Z' + (g * 60 + g % 50 * 19 % 50) * interval '1 second' AS ts) AS columns;
VACUUM ANALYZE rows;

-- Bounds: growth where a row is O(1) is 1.5, where O(log w) 4, none where O(buckets).
CREATE TEMP TABLE calls AS
SELECT place, label, bound FROM (VALUES
	('count(*)|count(x)|sum(x)|avg(x)|var_pop(x)|variance(x)|var_samp(x)|stddev_pop(x)|stddev_samp(x)|stddev(x)|sum(r)|avg(r)|stddev(r)', 1.5),
	('stats(x)|skewness(x)|kurtosis(x)|rms(x)|cv(x)|range_of(x)|range_of(i)|crest_factor(x)|zscore(x)', 1.5),
	('min(x)|max(x)|max(r)|max(i)|max(item)|max(ts)|max(d)|max(t)|max(amount)|min(i)|max(-i)', 1.5),
	('corr(y, x)|covar_pop(y, x)|covar_samp(y, x)|regr_avgx(y, x)|regr_avgy(y, x)|regr_count(y, x)|regr_intercept(y, x)|regr_r2(y, x)|regr_slope(y, x)|regr_sxx(y, x)|regr_sxy(y, x)|regr_syy(y, x)|stats(y, x)', 1.5),
	('median(x)|median(big)|median(amount)|quantile(x, 0.9)|mad(x)|iqr(x)|rank_of_last(x)|rank_of_last(big)|rank_of_last(i)|entropy(item)|mode_value(item)', 4),
	('count_distinct(item)|count_distinct(v)|mode_value(v)', 1.5),
	('first_value_of(x)|first_value_of(v)|last_value_of(x)|last_value_of(v)|locf(x)|locf(x, ts, ''1 hour'')|last_k(x, 5)|lags(x, 5)|lags(amount, 5)', 1.5),
	('argmax(v, x)|argmax(i, x)|argmin(i, x)|argmax(v, i)|argmin(i, ts)|argmax(i, amount)', 1.5),
	('since(ts, x > 99)|streak(x > -50)|session_id(ts, ''70 s'')|uptime(ts, ''1 min'')|time_above(ts, x, 50)|time_above(ts, amount, 50)|crossings(x)|crossings(x, 50)|crossings(amount, 50)', 1.5),
	('counter_delta(ts, x)|counter_rate(ts, x)|counter_resets(ts, x)|counter_delta(ts, big)|counter_rate(ts, big)|counter_delta(ts, amount)|counter_rate(ts, amount)|rate(ts, x)|time_weighted_avg(ts, x)|time_weighted_avg(ts, x, ''linear'')', 1.5),
	('cusum(x, 0, 10)|ewm_avg(x, 0.01)|ewm_stddev(x, 0.01)|decayed_count(x, ts, ''1 day'')|decayed_sum(x, ts, ''1 day'')|decayed_avg(x, ts, ''1 day'')', 1.5),
	('slope(x, ts)|autocorr(x, 10)|circular_mean(x, 24)', 1.5),
	('qsketch(x)', NULL)) AS v(labels, bound),
	LATERAL unnest(string_to_array(labels, '|')) WITH ORDINALITY AS u(label, place);

-- Every name with a moving form is here.
SELECT 'not measured: ' || string_agg(DISTINCT proname, ', ')
FROM pg_aggregate JOIN pg_proc ON pg_proc.oid = aggfnoid
WHERE pronamespace = 'orchard'::regnamespace AND aggmtransfn <> 0 AND NOT EXISTS (SELECT FROM calls WHERE label LIKE proname || '(%')
HAVING count(*) > 0;

-- One frame at a time beside its count(*), so that both meet the same noise.
SELECT measure(:rounds, array_agg(ARRAY[label || w,
	format('SELECT count(r) FROM (SELECT %s%s OVER (ROWS %s PRECEDING) AS r FROM rows OFFSET 0) AS q', CASE WHEN label NOT LIKE 'count(%' THEN 'orchard.' END, label, w - 1)] ORDER BY place, label, w))
FROM calls, unnest(ARRAY[100, 10000]) AS w \g /dev/null
\echo 'Moving, 100 and 10,000 rows a frame: a row at 10,000 to one at 100, its bound, and ratios to count(*) over the same frame'
SELECT label, round(median(label || 100)::numeric, 1) AS ms_100, round(median(label || 10000)::numeric, 1) AS ms_10000,
	round((median(label || 10000) / median(label || 100))::numeric, 2) AS growth, bound,
	round((median(label || 100) / median('count(*)100'))::numeric, 2) AS to_count_100,
	round((median(label || 10000) / median('count(*)10000'))::numeric, 2) AS to_count_10000
FROM calls ORDER BY label;

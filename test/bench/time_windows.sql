-- time_windows.sql: the aggregates over order and time, as ratios of medians measured in one run.
-- Variable: rounds.
\ir measure.sql
SET enable_sort = off;

-- One partition of 300,000 rows, in order: a tenth NULL, irregular times.
CREATE TEMP TABLE rows AS
SELECT g AS i, CASE WHEN g % 10 > 0 THEN 100 * sin(g * 12.9898::float8) + g % 7 END AS x, 'value ' || g % 1000 AS v,
	timestamptz '2024-01-01 00:00Z' + (g * 60 + g % 50 * 19 % 50) * interval '1 second' AS ts
FROM generate_series(1, 300000) AS g;
VACUUM ANALYZE rows;

CREATE TEMP TABLE calls AS
SELECT * FROM unnest(ARRAY['count(*)', 'first_value_of(x)', 'first_value_of(v)', 'last_value_of(x)', 'last_value_of(v)', $$locf(x, ts, '1 hour')$$,
	'last_k(x, 5)', 'lags(x, 5)', 'argmax(v, x)', 'argmin(i, ts)', 'since(ts, x > 99)', 'streak(x > -50)', $$session_id(ts, '70 s')$$, $$uptime(ts, '1 min')$$,
	'time_above(ts, x, 50)', 'crossings(x)', 'ewm_avg(x, 0.01)', 'ewm_stddev(x, 0.01)', $$decayed_sum(x, ts, '1 day')$$, $$decayed_avg(x, ts, '1 day')$$, 'slope(x, ts)',
	'autocorr(x, 10)', 'rate(ts, x)', 'counter_delta(ts, x)', 'time_weighted_avg(ts, x)', $$time_weighted_avg(ts, x, 'linear')$$, 'cusum(x, 0, 10)']) WITH ORDINALITY AS u(label, place);

SELECT measure(:rounds, array_agg(ARRAY[label || w,
	format('SELECT count(r) FROM (SELECT %s%s OVER (ROWS %s PRECEDING) AS r FROM rows OFFSET 0) AS q', CASE WHEN label <> 'count(*)' THEN 'orchard.' END, label, w - 1)] ORDER BY w, place))
FROM calls, unnest(ARRAY[100, 10000]) AS w \g /dev/null
\echo 'Moving over 300,000 rows, 100 and 10,000 a frame: a row at 10,000 to one at 100 (target 1.5), and to count(*) over the same frame (target for sums: 2)'
SELECT label, round(median(label || 100)::numeric, 1) AS ms_100, round(median(label || 10000)::numeric, 1) AS ms_10000,
	round((median(label || 10000) / median(label || 100))::numeric, 2) AS growth,
	round((median(label || 100) / median('count(*)100'))::numeric, 2) AS to_count_100,
	round((median(label || 10000) / median('count(*)10000'))::numeric, 2) AS to_count_10000
FROM calls ORDER BY place;

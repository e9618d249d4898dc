-- order.sql: order statistics and the like over moving frames, as ratios of medians measured in one run.
-- Variable: rounds.
\ir measure.sql
SET enable_sort = off;

-- One partition of 1M rows, in order: a smooth wave with noise, and few values.
CREATE TEMP TABLE rows AS
SELECT g AS i, 100 * sin(g * 12.9898::float8) + g % 7 AS x, (g * 7919::bigint % 1009)::int AS item FROM generate_series(1, 1000000) AS g;
VACUUM ANALYZE rows;

CREATE FUNCTION pg_temp.over(aggregate text, width int) RETURNS text LANGUAGE sql AS
	'SELECT format(''SELECT max(r) FROM (SELECT %s OVER (ROWS %s PRECEDING) AS r FROM rows OFFSET 0) AS q'', aggregate, width - 1)';

SELECT measure(:rounds, array_agg(ARRAY[label || ' ' || w, pg_temp.over(label, w)] ORDER BY w, label))
FROM unnest(ARRAY[100, 1000, 10000, 100000]) AS w, unnest(ARRAY['count(*)', 'orchard.median(x)']) AS label \g /dev/null
\echo 'median over 1M rows: ratio to count(*) over the same frame (targets: 2 at 100, 3 at 1,000, 10 at 100,000)'
SELECT w AS width, round(median('count(*) ' || w)::numeric) AS count_ms, round(median('orchard.median(x) ' || w)::numeric) AS median_ms,
	round((median('orchard.median(x) ' || w) / median('count(*) ' || w))::numeric, 2) AS ratio
FROM unnest(ARRAY[100, 1000, 10000, 100000]) AS w;

SELECT measure(:rounds, array_agg(ARRAY[label || ' ' || w, pg_temp.over(label, w)] ORDER BY label, w))
FROM unnest(ARRAY[100, 10000]) AS w, unnest(ARRAY['orchard.quantile(x, 0.9)', 'orchard.mad(x)', 'orchard.iqr(x)', 'orchard.rank_of_last(x)']) AS label \g /dev/null
\echo 'Over 1M rows: a row of a frame of 10,000 to one of a frame of 100 (targets: 1.5 where O(1), 4 where O(log w))'
SELECT label, round(median(label || ' 100')::numeric) AS ms_100, round(median(label || ' 10000')::numeric) AS ms_10000,
	round((median(label || ' 10000') / median(label || ' 100'))::numeric, 2) AS ratio,
	round((median(label || ' 100') / median('count(*) 100'))::numeric, 2) AS to_count_100
FROM unnest(ARRAY['orchard.median(x)', 'orchard.quantile(x, 0.9)', 'orchard.mad(x)', 'orchard.iqr(x)', 'orchard.rank_of_last(x)']) AS label;

SELECT measure(:rounds, array_agg(ARRAY[label || ' ' || w, pg_temp.over(label, w)] ORDER BY label, w))
FROM unnest(ARRAY[100, 10000]) AS w, unnest(ARRAY['orchard.count_distinct(item)', 'orchard.mode_value(item)', 'orchard.entropy(item)']) AS label \g /dev/null
\echo 'The same of 1,009 distinct values (targets: 1.5 where O(1), 4 where O(log d))'
SELECT label, round(median(label || ' 100')::numeric) AS ms_100, round(median(label || ' 10000')::numeric) AS ms_10000,
	round((median(label || ' 10000') / median(label || ' 100'))::numeric, 2) AS ratio,
	round((median(label || ' 100') / median('count(*) 100'))::numeric, 2) AS to_count_100
FROM unnest(ARRAY['orchard.count_distinct(item)', 'orchard.mode_value(item)', 'orchard.entropy(item)']) AS label;

SELECT measure(:rounds, array_agg(ARRAY[label || ' ' || w, replace(pg_temp.over('orchard.qsketch(x)', w), 'max(r)', CASE label WHEN 'sketch' THEN 'sum(pg_column_size(r))' ELSE 'max(orchard.quantile(r, 0.9))' END)] ORDER BY label, w))
FROM unnest(ARRAY[100, 10000]) AS w, unnest(ARRAY['sketch', 'quantile of sketch']) AS label \g /dev/null
\echo 'Sketches (O(buckets) a row: each row has a value of its own)'
SELECT label, round(median(label || ' 100')::numeric) AS ms_100, round(median(label || ' 10000')::numeric) AS ms_10000,
	round((median(label || ' 10000') / median(label || ' 100'))::numeric, 2) AS ratio
FROM unnest(ARRAY['sketch', 'quantile of sketch']) AS label;

SELECT measure(:rounds, ARRAY[ARRAY['orchard.median', 'SELECT orchard.median(x) FROM rows'],
	ARRAY['percentile_cont', 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM rows'],
	ARRAY['orchard.median, 100,000 groups', 'SELECT count(r) FROM (SELECT orchard.median(x) AS r FROM rows GROUP BY i / 10 OFFSET 0) AS q'],
	ARRAY['percentile_cont, 100,000 groups', 'SELECT count(r) FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS r FROM rows GROUP BY i / 10 OFFSET 0) AS q'],
	ARRAY['orchard.qsketch', 'SELECT orchard.median(orchard.qsketch(x)) FROM rows'],
	ARRAY['orchard.count_distinct', 'SELECT orchard.count_distinct(i) FROM rows'], ARRAY['count(DISTINCT)', 'SELECT count(DISTINCT i) FROM rows'],
	ARRAY['orchard.mode_value', 'SELECT orchard.mode_value(item) FROM rows'], ARRAY['mode()', 'SELECT mode() WITHIN GROUP (ORDER BY item) FROM rows']]) \g /dev/null
\echo 'Plain, 1M rows, one group where not said otherwise'
SELECT label, round(median(label)::numeric) AS ms
FROM unnest(ARRAY['orchard.median', 'percentile_cont', 'orchard.median, 100,000 groups', 'percentile_cont, 100,000 groups', 'orchard.qsketch',
	'orchard.count_distinct', 'count(DISTINCT)', 'orchard.mode_value', 'mode()']) AS label;

-- windows.sql: the drop-ins over frames and groups, as ratios of medians measured in one run.
-- Variables: rounds, slow_rounds.
\ir measure.sql
SET enable_sort = off;

-- One partition of 1M rows, in order; a key with 1M values, out of order.
CREATE TEMP TABLE rows AS
SELECT g AS i, (g * 7919::bigint) % 1000000 AS k, 100 * sin(g * 12.9898::float8) + g % 7 AS x, 30 * sin(g * 12.9898::float8) + 10 * cos(g * 3.7::float8) AS y FROM generate_series(1, 1000000) AS g;
VACUUM ANALYZE rows;

CREATE FUNCTION pg_temp.over(aggregate text, width int) RETURNS text LANGUAGE sql AS
	'SELECT format(''SELECT max(r) FROM (SELECT %s OVER (ROWS %s PRECEDING) AS r FROM rows OFFSET 0) AS q'', aggregate, width)';

-- Moving, beside count(*) over the same frame.
SELECT measure(:rounds, array_agg(ARRAY[label || ' ' || w, pg_temp.over(label, w)]))
FROM (SELECT w, label FROM unnest(ARRAY[99, 999]) AS w,
	unnest(ARRAY['count(*)', 'orchard.sum(x)', 'orchard.avg(x)', 'orchard.max(x)', 'orchard.min(x)', 'orchard.stddev(x)', 'orchard.corr(y, x)', 'orchard.regr_slope(y, x)']) AS label) AS q \g /dev/null
\echo 'Moving over 1M rows: ratio to count(*) over the same frame (targets: 1.5; stddev, corr and slope 2)'
SELECT w AS preceding, label, round(median(label || ' ' || w)::numeric, 1) AS ms,
	round((median(label || ' ' || w) / median('count(*) ' || w))::numeric, 2) AS ratio
FROM unnest(ARRAY[99, 999]) AS w,
	unnest(ARRAY['count(*)', 'orchard.sum(x)', 'orchard.avg(x)', 'orchard.max(x)', 'orchard.min(x)', 'orchard.stddev(x)', 'orchard.corr(y, x)', 'orchard.regr_slope(y, x)']) AS label;

-- Accessors of one state.
CREATE FUNCTION pg_temp.accessors(calls text) RETURNS text LANGUAGE sql AS
	'SELECT format(''SELECT %s FROM (SELECT orchard.stats(y, x) OVER (ROWS 99 PRECEDING) AS s FROM rows) AS q'', calls)';
SELECT measure_rows(2 * :rounds, ARRAY[ARRAY['one accessor', pg_temp.accessors('orchard.corr(s)')],
	ARRAY['five accessors', pg_temp.accessors('orchard.corr(s), orchard.slope(s), orchard.intercept(s), orchard.avg_x(s), orchard.stddev_y(s)')]]) \g /dev/null
\echo 'Five accessors of one stats2d over 1M rows, 99 preceding, to one (target: 1.15)'
SELECT round(median('one accessor')::numeric, 1) AS one_ms, round(median('five accessors')::numeric, 1) AS five_ms,
	round((median('five accessors') / median('one accessor'))::numeric, 2) AS ratio;

-- Many partitions: 10,000 of 200 rows, in the order of time, so that the sort is part of the query.
CREATE TEMP TABLE keyed AS
SELECT (g * 7919::bigint) % 10000 AS k, timestamp '2024-01-01' + g * interval '1 second' AS ts, 100 * sin(g * 12.9898::float8) + g % 7 AS x, 30 * sin(g * 12.9898::float8) + 10 * cos(g * 3.7::float8) AS y FROM generate_series(1, 2000000) AS g;
VACUUM ANALYZE keyed;
SET enable_sort = on;
SELECT measure(:rounds, array_agg(ARRAY['keyed ' || label,
	format('SELECT max(r) FROM (SELECT %s OVER (PARTITION BY k ORDER BY ts ROWS 99 PRECEDING) AS r FROM keyed OFFSET 0) AS q', label)]))
FROM unnest(ARRAY['count(*)', 'count(x)', 'orchard.sum(x)', 'orchard.avg(x)', 'orchard.max(x)', 'orchard.min(x)', 'orchard.stddev(x)', 'orchard.corr(y, x)', 'orchard.regr_slope(y, x)']) AS label \g /dev/null
SET enable_sort = off;
\echo 'Moving over 2M rows in 10,000 partitions, 99 preceding: ratio to count(*) (target: 1.2)'
SELECT label, round(median('keyed ' || label)::numeric, 1) AS ms, round((median('keyed ' || label) / median('keyed count(*)'))::numeric, 2) AS ratio
FROM unnest(ARRAY['count(*)', 'count(x)', 'orchard.sum(x)', 'orchard.avg(x)', 'orchard.max(x)', 'orchard.min(x)', 'orchard.stddev(x)', 'orchard.corr(y, x)', 'orchard.regr_slope(y, x)']) AS label;

-- Moving, beside the built-ins.
SELECT measure(:rounds, array_agg(ARRAY[label || ' 99', pg_temp.over(label, 99)]))
FROM unnest(ARRAY['avg(x)', 'max(x)', 'min(x)', 'stddev(x)', 'corr(y, x)', 'regr_slope(y, x)']) AS label \g /dev/null
SELECT measure(:slow_rounds, array_agg(ARRAY[label || ' 999', pg_temp.over(label, 999)]))
FROM unnest(ARRAY['avg(x)', 'max(x)', 'min(x)', 'stddev(x)', 'corr(y, x)', 'regr_slope(y, x)']) AS label \g /dev/null
\echo 'Moving over 1M rows: times faster than the built-in (targets: 15 at 99 preceding, 120 at 999)'
SELECT w AS preceding, label, round(median(label || ' ' || w)::numeric) AS built_in_ms,
	round(median('orchard.' || label || ' ' || w)::numeric, 1) AS orchard_ms,
	round((median(label || ' ' || w) / median('orchard.' || label || ' ' || w))::numeric, 1) AS times_faster
FROM unnest(ARRAY[99, 999]) AS w, unnest(ARRAY['avg(x)', 'max(x)', 'min(x)', 'stddev(x)', 'corr(y, x)', 'regr_slope(y, x)']) AS label;

-- Plain, beside the built-ins: 1 group and 1M groups.
SELECT measure(:rounds, array_agg(ARRAY[schema || label || ' ' || groups,
		CASE groups WHEN 'one' THEN format('SELECT %s%s(x) FROM rows', schema, label)
			ELSE format('SELECT count(r) FROM (SELECT %s%s(x) AS r FROM rows GROUP BY k OFFSET 0) AS q', schema, label) END]
	ORDER BY groups, label, schema))
FROM unnest(ARRAY['orchard.', 'pg_catalog.']) AS schema, unnest(ARRAY['sum', 'avg', 'stddev', 'min', 'max']) AS label,
	unnest(ARRAY['one', 'many']) AS groups \g /dev/null
CREATE FUNCTION pg_temp.memory(aggregate text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, FORMAT json) SELECT k, %s(x) FROM rows GROUP BY k', aggregate) INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Peak Memory Usage')::float8 / 1024;
END $$;
\echo 'Plain over 1M rows: ratios to the built-in (targets: time 1.1, memory 1.5)'
SELECT label, round((median('orchard.' || label || ' one') / median('pg_catalog.' || label || ' one'))::numeric, 3) AS one_group,
	round((median('orchard.' || label || ' many') / median('pg_catalog.' || label || ' many'))::numeric, 3) AS million_groups,
	round(pg_temp.memory('orchard.' || label)::numeric) AS orchard_mb, round(pg_temp.memory('pg_catalog.' || label)::numeric) AS built_in_mb,
	round((pg_temp.memory('orchard.' || label) / pg_temp.memory('pg_catalog.' || label))::numeric, 2) AS memory
FROM unnest(ARRAY['sum', 'avg', 'stddev', 'min', 'max']) AS label;

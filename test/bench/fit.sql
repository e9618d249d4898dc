-- fit.sql: orchard.fit of linear_regression, as ratios of medians measured in one run.
-- Variable: rounds.
\ir shapes.sql

CREATE FUNCTION arrays(name text, n int) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT count(ARRAY[%s]) FROM %I', string_agg('c' || c, ', '), name) FROM generate_series(1, n) AS c $$;
CREATE FUNCTION fits(name text) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT pg_column_size(m) FROM (SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "exclude": ["g"]}'') AS m FROM %I AS t) AS q', name) $$;

SELECT measure(:rounds, array_agg(ARRAY[name || ' ' || kind, CASE kind WHEN 'fit' THEN fits(name)
		WHEN 'rows' THEN format('SELECT count(t) FROM %I AS t', name) ELSE arrays(name, n) END] ORDER BY name, kind))
FROM shapes, unnest(ARRAY['arrays', 'fit', 'rows']) AS kind \g /dev/null
\echo 'Linear regression by row: ratio to count(ARRAY[c1, ..., cn]); rows = count(t), which only forms the rows'
SELECT name, n AS columns, round(median(name || ' arrays')::numeric, 1) AS arrays_ms, round(median(name || ' fit')::numeric, 1) AS fit_ms,
	round((median(name || ' fit') / median(name || ' arrays'))::numeric, 2) AS ratio, round((1.3 * slack)::numeric, 2) AS target,
	round((median(name || ' rows') / median(name || ' arrays'))::numeric, 2) AS rows_ratio
FROM shapes;

SET parallel_setup_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT measure(:rounds, ARRAY[ARRAY['off', 'SELECT set_config(''max_parallel_workers_per_gather'', ''0'', false)'], ARRAY['one process', fits('1M x 20')],
	ARRAY['on', 'SELECT set_config(''max_parallel_workers_per_gather'', ''1'', false)'], ARRAY['one worker', fits('1M x 20')],
	ARRAY['on', 'SELECT set_config(''max_parallel_workers_per_gather'', ''2'', false)'], ARRAY['two workers', fits('1M x 20')]]) \g /dev/null
\echo 'One worker, which with the leader is two processes, and two beside one process alone, 1M x 20 (target 0.65)'
SELECT round(median('one process')::numeric, 1) AS one_process_ms, round((median('one worker') / median('one process'))::numeric, 2) AS one_worker,
	round((median('two workers') / median('one process'))::numeric, 2) AS two_workers;

SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT measure(:rounds, array_agg(ARRAY['groups ' || n, format('SELECT count(m) FROM (SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "features": ["c1", "c2"]}'') AS m FROM (SELECT g %% %s AS k, c1, c2, y FROM "1M x 20") AS t GROUP BY k OFFSET 0) AS q', n)]))
FROM unnest(ARRAY[1000, 10000, 100000]) AS n \g /dev/null
\echo '1M rows of two features in one HashAggregate: time must grow with the groups, not with their square'
SELECT n AS groups, round(median('groups ' || n)::numeric, 1) AS ms FROM unnest(ARRAY[1000, 10000, 100000]) AS n;

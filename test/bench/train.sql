-- train.sql: orchard.train of linear_regression, as ratios of medians measured in one run.
-- Variable: rounds.
\ir shapes.sql

CREATE FUNCTION sums(name text, n int) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT %s FROM %I', string_agg(format('sum(c%s)', c), ', '), name) FROM generate_series(1, n) AS c $$;
CREATE FUNCTION trains(name text) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT rows FROM orchard.train(''bench'', %L, ''y'', ''linear_regression'', ''{"exclude": ["g"]}'')', quote_ident(name)) $$;
CREATE FUNCTION trains_on_query(name text) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT rows FROM orchard.train(''bench'', %L, ''y'', ''linear_regression'', ''{"exclude": ["g"]}'')', 'SELECT * FROM ' || quote_ident(name)) $$;
CREATE FUNCTION fits(name text) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT pg_column_size(m) FROM (SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "exclude": ["g"]}'') AS m FROM %I AS t) AS q', name) $$;
-- The aggregate that a parallel plan of train runs, here in one process.
CREATE FUNCTION columns_as_arguments(name text, n int) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT pg_column_size(m) FROM (SELECT orchard.fit_columns(''{%1$s,y}'', ''y'', ''{"algorithm": "linear_regression"}'', %1$s, y) AS m FROM %2$I) AS q', string_agg('c' || c, ','), name) FROM generate_series(1, n) AS c $$;

SELECT measure(:rounds, array_agg(ARRAY[name || ' ' || kind, CASE kind WHEN 'train' THEN trains(name)
		WHEN 'fit' THEN fits(name) WHEN 'arguments' THEN columns_as_arguments(name, least(n, 90)) ELSE sums(name, n) END] ORDER BY name, kind))
FROM shapes, unnest(ARRAY['sums', 'train', 'fit', 'arguments']) AS kind \g /dev/null
\echo 'Linear regression by train: ratio to SELECT sum(c1), ..., sum(cn); fit = by row, arguments = fit_columns (of 90 columns at most)'
SELECT name, n AS columns, round(median(name || ' sums')::numeric, 1) AS sums_ms, round(median(name || ' train')::numeric, 1) AS train_ms,
	round((median(name || ' train') / median(name || ' sums'))::numeric, 2) AS ratio, round((1.0 * slack)::numeric, 2) AS target,
	round((median(name || ' fit') / median(name || ' sums'))::numeric, 2) AS fit_ratio,
	round((median(name || ' arguments') / median(name || ' sums'))::numeric, 2) AS arguments_ratio
FROM shapes;

-- By the planner's own settings: of a table the processes share its stored rows, of a query they run fit_columns.
SELECT measure(:rounds, ARRAY[ARRAY['off', 'SELECT set_config(''max_parallel_workers_per_gather'', ''0'', false)'],
	ARRAY['query 0', trains_on_query('1M x 20')], ARRAY['1M x 20 0', trains('1M x 20')], ARRAY['200k x 100 0', trains('200k x 100')], ARRAY['100k x 20 0', trains('100k x 20')],
	ARRAY['on', 'SELECT set_config(''max_parallel_workers_per_gather'', ''1'', false)'],
	ARRAY['query 1', trains_on_query('1M x 20')], ARRAY['1M x 20 1', trains('1M x 20')], ARRAY['200k x 100 1', trains('200k x 100')], ARRAY['100k x 20 1', trains('100k x 20')],
	ARRAY['on', 'SELECT set_config(''max_parallel_workers_per_gather'', ''2'', false)'],
	ARRAY['query 2', trains_on_query('1M x 20')], ARRAY['1M x 20 2', trains('1M x 20')], ARRAY['200k x 100 2', trains('200k x 100')], ARRAY['100k x 20 2', trains('100k x 20')]]) \g /dev/null
\echo 'At most one worker and at most two beside one process alone, of a table and of a query over 1M x 20 (target 0.65)'
SELECT source, round(median(source || ' 0')::numeric, 1) AS one_process_ms, round(median(source || ' 1')::numeric, 1) AS one_worker_ms,
	round((median(source || ' 1') / median(source || ' 0'))::numeric, 2) AS one_worker, round((median(source || ' 2') / median(source || ' 0'))::numeric, 2) AS two_workers
FROM unnest(ARRAY['1M x 20', 'query', '200k x 100', '100k x 20']) AS source;

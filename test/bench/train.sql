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

SET parallel_setup_cost = 0;
SET min_parallel_table_scan_size = 0;
-- Of the table itself one process reads the stored rows, and one worker is left out: of a query it is not.
SELECT measure(:rounds, ARRAY[ARRAY['off', 'SELECT set_config(''max_parallel_workers_per_gather'', ''0'', false)'], ARRAY['one process', trains_on_query('1M x 20')],
	ARRAY['stored', trains('1M x 20')],
	ARRAY['on', 'SELECT set_config(''max_parallel_workers_per_gather'', ''1'', false)'], ARRAY['two processes', trains_on_query('1M x 20')]]) \g /dev/null
\echo 'Two processes against one, a query over 1M x 20 (target 0.65), and one on the table itself against one on the query'
SELECT round((median('two processes') / median('one process'))::numeric, 2) AS ratio, round((median('stored') / median('one process'))::numeric, 2) AS stored;

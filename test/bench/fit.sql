-- fit.sql: orchard.fit of linear_regression, as ratios of medians measured in one run.
--
-- Each round runs every query of a group once, so that noise meets all of them.
-- Variable: rounds.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '1GB';

CREATE TABLE runs (label text, ms float8);
CREATE FUNCTION measure(n_rounds int, queries text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz;
	result float8;
BEGIN
	FOR r IN 1 .. n_rounds LOOP
		FOR q IN 1 .. array_length(queries, 1) LOOP
			started := clock_timestamp();
			EXECUTE queries[q][2] INTO result;
			INSERT INTO runs VALUES (queries[q][1], 1000 * extract(epoch FROM clock_timestamp() - started));
		END LOOP;
	END LOOP;
END $$;
CREATE FUNCTION median(wanted text) RETURNS float8 LANGUAGE sql AS
	'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM runs WHERE label = wanted';

-- A table of n columns and a target; a share of the values is NULL.
CREATE FUNCTION make_rows(name text, n_rows int, n int, missing float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE (SELECT format('CREATE UNLOGGED TABLE %I AS SELECT g, %s, random() AS y FROM generate_series(1, %s) AS g',
			name, string_agg(format('CASE WHEN random() >= %s THEN %s * random() END AS c%s', missing, c, c), ', '), n_rows)
		FROM generate_series(1, n) AS c);
END $$;
CREATE FUNCTION arrays(name text, n int) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT count(ARRAY[%s]) FROM %I', string_agg('c' || c, ', '), name) FROM generate_series(1, n) AS c $$;
CREATE FUNCTION fits(name text) RETURNS text LANGUAGE sql AS
	$$ SELECT format('SELECT pg_column_size(m) FROM (SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "exclude": ["g"]}'') AS m FROM %I AS t) AS q', name) $$;

SELECT setseed(0.5);
SELECT make_rows('twenty', 1000000, 20, 0);
SELECT make_rows('hundred', 200000, 100, 0);
SELECT make_rows('nulls', 1000000, 20, 0.3);
SELECT make_rows('fewer', 100000, 20, 0);
VACUUM ANALYZE;

CREATE TABLE shapes (name text, n int, target float8);
INSERT INTO shapes VALUES ('twenty', 20, 1.3), ('hundred', 100, 1.95), ('nulls', 20, 1.95), ('fewer', 20, 1.95);
SELECT measure(:rounds, array_agg(ARRAY[name || ' ' || kind, CASE kind WHEN 'fit' THEN fits(name)
		WHEN 'rows' THEN format('SELECT count(t) FROM %I AS t', name) ELSE arrays(name, n) END] ORDER BY name, kind))
FROM shapes, unnest(ARRAY['arrays', 'fit', 'rows']) AS kind;
\echo 'Linear regression by row: ratio to count(ARRAY[c1, ..., cn]); rows = count(t), which only forms the rows'
SELECT name, n AS columns, round(median(name || ' arrays')::numeric, 1) AS arrays_ms, round(median(name || ' fit')::numeric, 1) AS fit_ms,
	round((median(name || ' fit') / median(name || ' arrays'))::numeric, 2) AS ratio, target,
	round((median(name || ' rows') / median(name || ' arrays'))::numeric, 2) AS rows_ratio
FROM shapes;

SET max_parallel_workers_per_gather = 1;
SET parallel_setup_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT measure(:rounds, ARRAY[ARRAY['two processes', fits('twenty')]]);
RESET max_parallel_workers_per_gather;
\echo 'Two processes against one, 1M x 20 (target 0.65)'
SELECT round((median('two processes') / median('twenty fit'))::numeric, 2) AS ratio;

SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT measure(:rounds, array_agg(ARRAY['groups ' || n, format('SELECT count(m) FROM (SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "features": ["c1", "c2"]}'') AS m FROM (SELECT g %% %s AS k, c1, c2, y FROM twenty) AS t GROUP BY k OFFSET 0) AS q', n)]))
FROM unnest(ARRAY[1000, 10000, 100000]) AS n;
\echo '1M rows of two features in one HashAggregate: time must grow with the groups, not with their square'
SELECT n AS groups, round(median('groups ' || n)::numeric, 1) AS ms FROM unnest(ARRAY[1000, 10000, 100000]) AS n;

-- measure.sql: what the bench scripts share; \ir includes it.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '1GB';

-- Each round runs every query (label, text) of a group once, so that noise meets all of them.
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

-- The four shapes of a target: the named one, and three where it may be half as much again.
CREATE TABLE shapes (name text, n int, slack float8);
INSERT INTO shapes VALUES ('1M x 20', 20, 1), ('200k x 100', 100, 1.5), ('1M x 20, 30 % NULL', 20, 1.5), ('100k x 20', 20, 1.5);
SELECT setseed(0.5) \g /dev/null
SELECT make_rows('1M x 20', 1000000, 20, 0) \g /dev/null
SELECT make_rows('200k x 100', 200000, 100, 0) \g /dev/null
SELECT make_rows('1M x 20, 30 % NULL', 1000000, 20, 0.3) \g /dev/null
SELECT make_rows('100k x 20', 100000, 20, 0) \g /dev/null
VACUUM ANALYZE;

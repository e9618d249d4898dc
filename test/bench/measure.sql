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
-- The same for queries of many rows, which are computed and dropped.
CREATE FUNCTION measure_rows(n_rounds int, queries text[]) RETURNS void LANGUAGE plpgsql SET cursor_tuple_fraction = 1 AS $$
DECLARE
	started timestamptz;
	rows refcursor;
BEGIN
	FOR r IN 1 .. n_rounds LOOP
		FOR q IN 1 .. array_length(queries, 1) LOOP
			started := clock_timestamp();
			OPEN rows FOR EXECUTE queries[q][2];
			MOVE FORWARD ALL FROM rows;
			CLOSE rows;
			INSERT INTO runs VALUES (queries[q][1], 1000 * extract(epoch FROM clock_timestamp() - started));
		END LOOP;
	END LOOP;
END $$;
CREATE FUNCTION median(wanted text) RETURNS float8 LANGUAGE sql AS
	'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM runs WHERE label = wanted';

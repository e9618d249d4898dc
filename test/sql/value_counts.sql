SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

CREATE TABLE count_rows AS SELECT g AS i, g % 7 AS k, CASE WHEN g % 11 <> 0 THEN (g * 7919::bigint % 1009)::int % (1 + g % 90) END AS v FROM generate_series(1, 20000) AS g;
ANALYZE count_rows;
CREATE FUNCTION pg_temp.entropy_of(v anyarray) RETURNS float8 LANGUAGE sql AS
	'SELECT sum(-c / n * ln(c / n)) FROM (SELECT count(*)::float8 AS c, sum(count(*)) OVER ()::float8 AS n FROM unnest(v) AS u WHERE u IS NOT NULL GROUP BY u) AS q';

-- groups of several types against the built-ins
SELECT count(*) AS groups, bool_and(d = built_in_d) AS count_distinct, bool_and(m = built_in_m) AS mode_value, bool_and(abs(e - built_in_e) <= 1e-14 * (1 + e)) AS entropy,
	bool_and(t = built_in_m::text AND td = built_in_d) AS text, bool_and(n = built_in_m AND nd = built_in_d) AS numeric, bool_and(a = ARRAY[built_in_m, 0] AND ad = built_in_d) AS arrays
FROM (SELECT k, orchard.count_distinct(v) AS d, count(DISTINCT v) AS built_in_d, orchard.mode_value(v) AS m, mode() WITHIN GROUP (ORDER BY v) AS built_in_m,
		orchard.entropy(v) AS e, pg_temp.entropy_of(array_agg(v)) AS built_in_e,
		orchard.mode_value(lpad(v::text, 3)) AS t_padded, btrim(orchard.mode_value(lpad(v::text, 3))) AS t, orchard.count_distinct(v::text) AS td,
		orchard.mode_value((v::text || repeat('.0', i % 2))::numeric) AS n, orchard.count_distinct((v::text || repeat('.0', i % 2))::numeric) AS nd,
		orchard.mode_value(CASE WHEN v IS NOT NULL THEN ARRAY[v, 0] END) AS a, orchard.count_distinct(CASE WHEN v IS NOT NULL THEN ARRAY[v, 0] END) AS ad
	FROM count_rows GROUP BY k) AS q;
CREATE TYPE count_pair AS (a int, b text);
SELECT orchard.mode_value(ROW(v % 3, 'x')::count_pair) AS composite, orchard.count_distinct(ROW(v % 3, 'x')::count_pair) AS composites, orchard.mode_value(v % 3 = 1) AS bool,
	orchard.mode_value(date '2024-01-01' + v % 3) AS date, orchard.mode_value(md5((v % 3)::text)::uuid) IS NOT NULL AS uuid, orchard.mode_value(int4range(0, v % 3)) AS range
FROM count_rows WHERE v IS NOT NULL;

-- ties: the smallest; NULL is no value; NaN is one, and both zeros are the same
SELECT orchard.mode_value(x) AS mode, orchard.count_distinct(x) AS distinct, round(orchard.entropy(x)::numeric, 6) AS entropy
FROM (VALUES ('NaN'::float8), ('NaN'), (-1), (0), ('-0'), (NULL), (NULL), (NULL)) AS v(x);
SELECT orchard.mode_value(x) IS NULL AS mode, orchard.count_distinct(x) AS distinct, orchard.entropy(x) IS NULL AS entropy FROM (VALUES (NULL::int), (NULL)) AS v(x);
SELECT orchard.mode_value(v) IS NULL AS mode, orchard.count_distinct(v) AS distinct, orchard.entropy(v) IS NULL AS entropy FROM count_rows WHERE false;
SELECT orchard.entropy(v) AS of_one_value FROM (VALUES (5), (5), (5)) AS t(v);

-- what is equal is up to the collation
CREATE COLLATION pg_temp.anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
SELECT orchard.count_distinct(w COLLATE "C") AS c, orchard.count_distinct(w COLLATE pg_temp.anycase) AS anycase, lower(orchard.mode_value(w COLLATE pg_temp.anycase)) AS mode
FROM (VALUES ('Apple'), ('apple'), ('APPLE'), ('pear'), ('pear')) AS t(w);

-- frames against the built-ins over explicit subqueries
SELECT count(*) AS rows, bool_and(d = built_in_d) AS count_distinct, bool_and(m IS NOT DISTINCT FROM 'v' || built_in_m) AS mode_value,
	bool_and(e IS NOT DISTINCT FROM built_in_e OR abs(e - built_in_e) <= 1e-14 * (1 + e)) AS entropy
FROM (SELECT i, k, orchard.count_distinct(v) OVER w AS d, orchard.mode_value('v' || to_char(v, 'FM000')) OVER w AS m, orchard.entropy(v) OVER w AS e FROM count_rows
	WINDOW w AS (PARTITION BY k ORDER BY i RANGE BETWEEN 2000 PRECEDING AND 1 PRECEDING)) AS s,
	LATERAL (SELECT count(DISTINCT v) AS built_in_d, to_char(mode() WITHIN GROUP (ORDER BY v), 'FM000') AS built_in_m, pg_temp.entropy_of(array_agg(v)) AS built_in_e
		FROM count_rows AS o WHERE o.k = s.k AND o.i BETWEEN s.i - 2000 AND s.i - 1) AS r
WHERE s.i % 97 < 2;

-- long frames, moving and running, with every value a tie
SET statement_timeout = '60s';
SELECT count(*) AS rows, bool_and(d = least(i, 20001)) AS distinct, bool_and(m = greatest(1, i - 20000)) AS mode, bool_and(abs(e - ln(least(i, 20001))) <= 1e-14 * (1 + e)) AS entropy, bool_and(r = 1 AND rd = i) AS running
FROM (SELECT i, orchard.count_distinct(i) OVER w AS d, orchard.mode_value(i) OVER w AS m, orchard.entropy(i) OVER w AS e,
		orchard.mode_value(i) OVER (ORDER BY i) AS r, orchard.count_distinct(i) OVER (ORDER BY i) AS rd
	FROM generate_series(1, 60000) AS i WINDOW w AS (ORDER BY i ROWS 20000 PRECEDING) OFFSET 0) AS s;
RESET statement_timeout;

-- parallel plans, with the same results; values that are stored compressed and out of line
CREATE FUNCTION pg_temp.nodes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Aggregate' THEN
			RETURN NEXT substring(line FROM '[A-Z].*');
		END IF;
	END LOOP;
END $$;
CREATE TABLE count_wide AS SELECT i, repeat(md5((i % 40)::text), 200) AS long, md5((i % 5)::text) AS short FROM generate_series(1, 4000) AS i;
ALTER TABLE count_wide ALTER COLUMN long SET STORAGE external;
CREATE TABLE count_serial AS SELECT orchard.count_distinct(long) AS d, orchard.mode_value(long) AS m, orchard.entropy(short) AS e, orchard.mode_value(i % 9) AS n FROM count_wide;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.nodes('SELECT orchard.count_distinct(long), orchard.mode_value(long), orchard.entropy(short) FROM count_wide');
SELECT orchard.count_distinct(long) = s.d AS distinct, orchard.mode_value(long) = s.m AS mode, orchard.entropy(short) = s.e AS entropy, orchard.mode_value(i % 9) = s.n AS number
FROM count_wide, count_serial AS s GROUP BY s.d, s.m, s.e, s.n;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- errors
\set VERBOSITY terse
SELECT orchard.count_distinct(point(i, i)) FROM count_rows;
SELECT orchard.mode_value(i::text::xid) FROM count_rows;
SELECT orchard.count_distinct(i::text::xid) FROM count_rows;
\set VERBOSITY sqlstate
SELECT orchard.count_distinct(point(i, i)) FROM count_rows;
SELECT orchard.mode_value(i::text::xid) OVER (ORDER BY i ROWS 2 PRECEDING) FROM count_rows;
\set VERBOSITY default

-- memory is bounded in groups and frames
SET orchard.max_memory = '16MB';
CREATE FUNCTION pg_temp.refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN NULL;
EXCEPTION WHEN out_of_memory THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN message || ': ' || hint;
END $$;
\t
\pset format unaligned
SELECT pg_temp.refusal('SELECT orchard.count_distinct(md5(g::text)) FROM generate_series(1, 300000) AS g');
SELECT pg_temp.refusal('SELECT count(m) FROM (SELECT orchard.mode_value(md5(g::text)) OVER (ORDER BY g ROWS 299999 PRECEDING) AS m FROM generate_series(1, 300000) AS g OFFSET 0) AS q');
SELECT orchard.count_distinct(md5((g % 1000)::text)) FROM generate_series(1, 300000) AS g;
RESET orchard.max_memory;
DROP TABLE count_rows, count_wide, count_serial;
DROP TYPE count_pair;

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

CREATE TABLE order_rows AS SELECT g AS i, g % 7 AS k, CASE WHEN g % 11 <> 0 THEN sin(g) * 1000 END AS x, g % 13 AS whole,
	(g * 37 % 101)::numeric / 4 AS exact FROM generate_series(1, 20000) AS g;
ANALYZE order_rows;

-- groups against percentile_cont, whole numbers and numerics too
SELECT count(*) AS groups,
	bool_and(orchard_median = built_in_median) AS median, bool_and(orchard_quantile = built_in_quantile) AS quantile,
	bool_and(orchard_iqr = built_in_iqr) AS iqr, bool_and(whole_median = built_in_whole) AS whole, bool_and(exact_quantile = built_in_exact) AS exact
FROM (SELECT k, orchard.median(x) AS orchard_median, percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS built_in_median,
		orchard.quantile(x, 0.37) AS orchard_quantile, percentile_cont(0.37) WITHIN GROUP (ORDER BY x) AS built_in_quantile,
		orchard.iqr(x) AS orchard_iqr, percentile_cont(0.75) WITHIN GROUP (ORDER BY x) - percentile_cont(0.25) WITHIN GROUP (ORDER BY x) AS built_in_iqr,
		orchard.median(whole) AS whole_median, percentile_cont(0.5) WITHIN GROUP (ORDER BY whole) AS built_in_whole,
		orchard.quantile(exact, 0.9) AS exact_quantile, percentile_cont(0.9) WITHIN GROUP (ORDER BY exact::float8) AS built_in_exact
	FROM order_rows GROUP BY k) AS q;
SELECT bool_and(ours = built_in) AS each_p
FROM (SELECT orchard.quantile(x, p) AS ours, percentile_cont(p) WITHIN GROUP (ORDER BY x) AS built_in
	FROM order_rows, unnest(ARRAY[0, 0.001, 0.5, 0.999, 1]::float8[]) AS p GROUP BY p) AS q;

-- mad of a group, by hand
SELECT orchard.mad(x) = (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - m)) FROM order_rows, (SELECT orchard.median(x) AS m FROM order_rows) AS q) AS mad
FROM order_rows;

-- frames, against the built-in over explicit subqueries
SELECT count(*) AS rows, bool_and(m IS NOT DISTINCT FROM r.median) AS median, bool_and(q IS NOT DISTINCT FROM r.quantile) AS quantile,
	bool_and(d IS NOT DISTINCT FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - r.median)) FROM order_rows AS o WHERE o.i BETWEEN s.i - 300 AND s.i - 1)) AS mad
FROM (SELECT i, orchard.median(x) OVER w AS m, orchard.quantile(x, 0.95) OVER w AS q, orchard.mad(x) OVER w AS d FROM order_rows
	WINDOW w AS (ORDER BY i ROWS BETWEEN 300 PRECEDING AND 1 PRECEDING)) AS s,
	LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS median, percentile_cont(0.95) WITHIN GROUP (ORDER BY x) AS quantile
		FROM order_rows AS o WHERE o.i BETWEEN s.i - 300 AND s.i - 1) AS r
WHERE s.i % 97 < 2;

-- the rank of the newest value: pandas.Series([2, 2, 5, 1, None, 3]).rolling(4, min_periods=1).rank(pct=True)
SELECT i, x, round(orchard.rank_of_last(x) OVER (ORDER BY i ROWS 3 PRECEDING)::numeric, 6) AS rank
FROM (VALUES (1, 2::float8), (2, 2), (3, 5), (4, 1), (5, NULL), (6, 3)) AS v(i, x);
SELECT orchard.rank_of_last(x ORDER BY x) AS top, orchard.rank_of_last(x ORDER BY x DESC) AS bottom, orchard.rank_of_last(NULL) IS NULL AS none
FROM (VALUES (1::float8), (2), (4), (8)) AS v(x);

-- NaN propagates while it is there; infinities have a place
SELECT i, orchard.median(x) OVER w AS median, orchard.quantile(x, 0.25) OVER w AS quarter, orchard.mad(x) OVER w AS mad, orchard.iqr(x) OVER w AS iqr, orchard.rank_of_last(x) OVER w AS rank
FROM (VALUES (1, 1::float8), (2, 'NaN'), (3, 2), (4, 4), (5, 'Infinity'), (6, NULL), (7, '-Infinity'), (8, '-Infinity'), (9, NULL), (10, NULL), (11, NULL)) AS v(i, x)
WINDOW w AS (ORDER BY i ROWS 2 PRECEDING);
SELECT orchard.median(x) AS median, orchard.mad(x) AS mad, orchard.iqr(x) AS iqr, orchard.quantile(x, 0.5) AS quantile FROM (VALUES ('NaN'::float8), (1)) AS v(x);
SELECT orchard.median(x) IS NULL AS median, orchard.mad(x) IS NULL AS mad, orchard.quantile(x, 0.5) IS NULL AS quantile, orchard.order_state(x) IS NULL AS state
FROM (VALUES (NULL::float8)) AS v(x);

-- a running frame costs O(log n) a row, not O(n): the quadratic way takes minutes
SET statement_timeout = '60s';
SELECT count(*) AS rows, bool_and(m = (i + 1) / 2.0) AS median, bool_and(q = 1 + 0.25 * (i - 1)) AS quantile, bool_and(d IS NOT NULL) AS mad, bool_and(r = 1) AS rank
FROM (SELECT i, orchard.median(i) OVER w AS m, orchard.quantile(i, 0.25) OVER w AS q, orchard.mad(i) OVER w AS d, orchard.rank_of_last(i) OVER w AS r
	FROM generate_series(1, 100000) AS i WINDOW w AS (ORDER BY i) OFFSET 0) AS s;
-- so does a long frame that moves
SELECT count(*) AS rows, bool_and(m = i - 15000 AND d = 7500 AND q = 15000) FILTER (WHERE i > 30000) AS results
FROM (SELECT i, orchard.median(i) OVER w AS m, orchard.mad(i) OVER w AS d, orchard.iqr(i) OVER w AS q
	FROM generate_series(1, 100000) AS i WINDOW w AS (ORDER BY i ROWS 30000 PRECEDING) OFFSET 0) AS s;
RESET statement_timeout;

-- parallel plans, with the same results
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
CREATE TABLE order_serial AS SELECT orchard.median(x) AS median, orchard.quantile(x, 0.9) AS quantile, orchard.mad(whole) AS mad, orchard.order_state(x)::text AS state FROM order_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.nodes('SELECT orchard.median(x), orchard.quantile(x, 0.9) FROM order_rows');
SELECT orchard.median(x) = s.median AS median, orchard.quantile(x, 0.9) = s.quantile AS quantile, orchard.mad(whole) = s.mad AS mad, orchard.order_state(x)::text = s.state AS state
FROM order_rows, order_serial AS s GROUP BY s.median, s.quantile, s.mad, s.state;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- states in a table, merged
CREATE TABLE order_tiles AS SELECT k, orchard.order_state(x) AS s FROM order_rows GROUP BY k;
SELECT orchard.n(orchard.merge(s)) AS n, orchard.median(orchard.merge(s)) = (SELECT median FROM order_serial) AS median,
	orchard.quantile(orchard.merge(s), 0.9) = (SELECT quantile FROM order_serial) AS quantile,
	orchard.merge(s)::text = (SELECT state FROM order_serial) AS same_state FROM order_tiles;
SELECT bool_and(s::text::orchard.order_state::text = s::text) AS exact_text, bool_and(orchard.iqr(s::text::orchard.order_state) = orchard.iqr(s)) AS exact_iqr FROM order_tiles;

-- errors
\set VERBOSITY terse
SELECT orchard.quantile(x, 1.5) FROM order_rows;
SELECT orchard.quantile(x, 'NaN') FROM order_rows;
SELECT orchard.quantile(x, NULL) FROM order_rows;
SELECT orchard.quantile(x, i / 20000.0) FROM order_rows;
SELECT orchard.quantile(x, i / 20000.0) OVER (ORDER BY i ROWS 3 PRECEDING) FROM order_rows;
SELECT orchard.quantile(s, -1) FROM order_tiles;
SELECT orchard.median('a');
SELECT orchard.iqr(x) FROM (VALUES (1.7e308::float8), (1.7e308), (-1.7e308), (-1.7e308)) AS v(x);
SELECT 'x'::orchard.order_state;
SELECT '\x01'::orchard.order_state;
SELECT '\x020000000000000000000000000000000000000000000000000000000000'::orchard.order_state;
SELECT orchard.order_state_accum(NULL, 1);
\set VERBOSITY sqlstate
SELECT orchard.quantile(x, 1.5) FROM order_rows;
SELECT orchard.quantile(x, NULL) FROM order_rows;
SELECT orchard.iqr(x) FROM (VALUES (1.7e308::float8), (1.7e308), (-1.7e308), (-1.7e308)) AS v(x);
SELECT '\x01'::orchard.order_state;
\set VERBOSITY default

-- memory is bounded in groups and frames, and given back
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
SELECT pg_temp.refusal('SELECT orchard.median(sqrt(g)) FROM generate_series(1, 1500000) AS g');
SELECT pg_temp.refusal('SELECT count(m) FROM (SELECT orchard.median(sqrt(g)) OVER (ORDER BY g ROWS 1499999 PRECEDING) AS m FROM generate_series(1, 1500000) AS g OFFSET 0) AS q');
SELECT orchard.median(sqrt(g)) = sqrt(25000) AS fits FROM generate_series(1, 49999) AS g;
-- few distinct values need little, however many rows
SELECT orchard.median(g % 10) AS median FROM generate_series(0, 599999) AS g;
RESET orchard.max_memory;

-- a cancel is served
SET statement_timeout = '100ms';
\set VERBOSITY sqlstate
SELECT count(m) FROM (SELECT orchard.mad(sin(g)) OVER (ORDER BY g ROWS 100000 PRECEDING) AS m FROM generate_series(1, 3000000) AS g OFFSET 0) AS q;
\set VERBOSITY default
RESET statement_timeout;
DROP TABLE order_rows, order_serial, order_tiles;

-- integers beyond 2^53 are compared as integers, to the ends of bigint; ties share their mean rank
SELECT n, orchard.rank_of_last(k) OVER w AS rank, orchard.range_of(k) OVER w AS range
FROM (VALUES (1, 9007199254740993), (2, 9007199254740992), (3, NULL), (4, 9223372036854775807), (5, 9223372036854775806), (6, 9223372036854775807)) AS v(n, k) WINDOW w AS (ORDER BY n ROWS 2 PRECEDING);
SELECT orchard.rank_of_last(k ORDER BY k) AS top, orchard.rank_of_last(k ORDER BY k DESC) AS bottom, orchard.range_of(k) AS range FROM (VALUES (9223372036854775807), (-1), (0)) AS v(k) WHERE k <> -1;
SELECT orchard.rank_of_last(NULL::bigint) IS NULL AND orchard.range_of(NULL::bigint) IS NULL AS null, orchard.range_of(5::bigint) AS one, pg_typeof(orchard.range_of(5)) AS of_integer;
SELECT count(*) AS wrong FROM (SELECT orchard.rank_of_last(k) OVER w AS rank, orchard.range_of(k) OVER w AS range, array_agg(k) OVER w AS frame, k
	FROM (SELECT g, CASE WHEN g % 11 > 0 THEN (g * 7919 % 97 - 48) * 80000000000000001 + g % 3 END AS k FROM generate_series(1, 1000) AS g) AS s WINDOW w AS (ORDER BY g ROWS BETWEEN 30 PRECEDING AND CURRENT ROW)) AS q
WHERE range IS DISTINCT FROM (SELECT max(u) - min(u) FROM unnest(frame) AS u)
	OR rank IS DISTINCT FROM CASE WHEN k IS NOT NULL THEN (SELECT (count(*) FILTER (WHERE u < k) + (count(*) FILTER (WHERE u = k) + 1) / 2.0)::float8 / count(u) FROM unnest(frame) AS u) END;
\set VERBOSITY terse
SELECT orchard.range_of(k) FROM (VALUES (9223372036854775807), (-1)) AS v(k);
SELECT orchard.range_of(k) OVER (ORDER BY k) FROM (VALUES (-9223372036854775808), (1::bigint)) AS v(k);
-- in a parallel plan, with processes that see no values
BEGIN;
CREATE TABLE big AS SELECT CASE WHEN g % 3 = 0 THEN 9007199254740992 + g END AS k FROM generate_series(1, 20000) AS g;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT orchard.range_of(k) FROM big;
SELECT orchard.range_of(k) AS range, orchard.range_of(k) FILTER (WHERE k = 9007199254740995) AS one, orchard.range_of(k) FILTER (WHERE k < 0) AS none FROM big;
ROLLBACK;

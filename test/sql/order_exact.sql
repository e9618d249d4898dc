SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

-- bigint and numeric keep every digit; what float8 holds exactly stays float8
SELECT pg_typeof(orchard.median(g::bigint)) AS of_bigint, pg_typeof(orchard.quantile(g::bigint, 0.5)) AS quantile, pg_typeof(orchard.mad(g::numeric)) AS of_numeric,
	pg_typeof(orchard.range_of(g::numeric)) AS range, pg_typeof(orchard.rank_of_last(g::numeric)) AS rank, pg_typeof(orchard.median(g)) AS of_integer, pg_typeof(orchard.median(g::smallint)) AS of_smallint,
	pg_typeof(orchard.quantile(g::real, 0.5)) AS of_real, pg_typeof(orchard.iqr('1')) AS of_unknown FROM generate_series(1, 3) AS g;
SELECT orchard.median(k) AS median, orchard.quantile(k, 0.9) AS quantile, orchard.mad(k) AS mad, orchard.iqr(k) AS iqr, orchard.rank_of_last(k ORDER BY k DESC) AS rank
FROM (VALUES (9007199254740992), (9007199254740993), (9007199254740995), (9007199254740996)) AS v(k);
-- the ends of bigint, whose differences and sums are beyond it
SELECT orchard.median(k) AS median, orchard.quantile(k, 0.25) AS quarter, orchard.mad(k) AS mad, orchard.iqr(k) AS iqr, orchard.quantile(k, 0.99999999999999999) = orchard.quantile(k, 1) AS rounds
FROM (VALUES (9223372036854775807), ((-9223372036854775808)::bigint)) AS v(k);
-- p is the decimal that is written, not the double nearest to it, to 17 places
SELECT orchard.quantile(g::bigint, 0.9) AS nine_tenths, orchard.quantile(g::bigint, 1 / 3.0::float8) AS third, orchard.quantile(g::bigint, 1e-17) AS least, orchard.quantile(g::bigint, 4e-18) AS none,
	orchard.quantile(g::bigint, 6e-18) AS up, orchard.quantile(g::bigint, 1e-300) AS tiny, orchard.quantile(g::bigint, 0.05) AS places, orchard.quantile(g::bigint, 1) AS last FROM generate_series(0, 4) AS g;
SELECT orchard.quantile(x, 0.1) AS tenth, orchard.median(x) AS median, orchard.mad(x) AS mad, orchard.iqr(x) AS iqr, orchard.range_of(x) AS range
FROM (VALUES (0.10), (0.1000000000000000000000000000001), (1e30), (-3)) AS v(x);
-- NULL is skipped, none gives NULL, NaN propagates, infinities have a place
SELECT orchard.median(k) IS NULL AND orchard.quantile(k, 0.5) IS NULL AND orchard.mad(k) IS NULL AND orchard.iqr(k) IS NULL AND orchard.rank_of_last(k) IS NULL AS bigint,
	orchard.median(x) IS NULL AND orchard.quantile(x, 0.5) IS NULL AND orchard.mad(x) IS NULL AND orchard.iqr(x) IS NULL AND orchard.rank_of_last(x) IS NULL AND orchard.range_of(x) IS NULL AS numeric
FROM (VALUES (NULL::bigint, NULL::numeric)) AS v(k, x);
SELECT i, x, orchard.median(x) OVER w AS median, orchard.quantile(x, 0.25) OVER w AS quarter, orchard.mad(x) OVER w AS mad, orchard.iqr(x) OVER w AS iqr, orchard.rank_of_last(x) OVER w AS rank, orchard.range_of(x) OVER w AS range
FROM (VALUES (1, 1::numeric), (2, 'NaN'), (3, 2), (4, 4), (5, 'Infinity'), (6, NULL), (7, '-Infinity'), (8, '-Infinity'), (9, NULL), (10, NULL), (11, NULL)) AS v(i, x)
WINDOW w AS (ORDER BY i ROWS 2 PRECEDING);
SELECT orchard.median(x) AS median, orchard.mad(x) AS mad, orchard.iqr(x) AS iqr, orchard.quantile(x, 0.4) AS quantile FROM (VALUES ('NaN'::numeric), (1)) AS v(x);
SELECT orchard.median(x) AS median, orchard.mad(x) AS mad, orchard.iqr(x) AS iqr, orchard.range_of(x) AS range FROM (VALUES ('-Infinity'::numeric), ('-Infinity'), ('-Infinity'), (5)) AS v(x);

-- groups and parallel plans, against sorted arrays of numerics
CREATE TABLE exact_rows AS SELECT g AS i, g % 7 AS k, 9007199254740992 + g * 7919::bigint % 100003 AS big, (g * 7919::bigint % 100003)::numeric / 1000 + 12345678901234567 AS long, (g % 13)::bigint AS few
FROM generate_series(1, 20000) AS g;
ANALYZE exact_rows;
CREATE FUNCTION pg_temp.place(v numeric[], p numeric) RETURNS numeric LANGUAGE sql AS $$
	SELECT s[floor(t)::int + 1] + (t - floor(t)) * (s[ceil(t)::int + 1] - s[floor(t)::int + 1])
	FROM (SELECT s, p * (cardinality(s) - 1) AS t FROM (SELECT array(SELECT u FROM unnest(v) AS u ORDER BY u) AS s) AS q) AS q $$;
CREATE TABLE exact_wanted AS
SELECT k, pg_temp.place(array_agg(big::numeric), 0.5) AS big_median, pg_temp.place(array_agg(big::numeric), 0.37) AS big_quantile, pg_temp.place(array_agg(long), 0.5) AS long_median,
	pg_temp.place(array_agg(long), 0.75) - pg_temp.place(array_agg(long), 0.25) AS long_iqr, max(long) - min(long) AS long_range, pg_temp.place(array_agg(few::numeric), 0.37) AS few_quantile
FROM exact_rows GROUP BY k;
ALTER TABLE exact_wanted ADD big_mad numeric, ADD long_mad numeric;
UPDATE exact_wanted AS w SET big_mad = (SELECT pg_temp.place(array_agg(abs(big - big_median)), 0.5) FROM exact_rows AS r WHERE r.k = w.k),
	long_mad = (SELECT pg_temp.place(array_agg(abs(long - long_median)), 0.5) FROM exact_rows AS r WHERE r.k = w.k);
CREATE VIEW exact_groups AS
SELECT k, orchard.median(big) AS big_median, orchard.quantile(big, 0.37) AS big_quantile, orchard.median(long) AS long_median, orchard.iqr(long) AS long_iqr, orchard.range_of(long) AS long_range,
	orchard.quantile(few, 0.37) AS few_quantile, orchard.mad(big) AS big_mad, orchard.mad(long) AS long_mad FROM exact_rows GROUP BY k;
SELECT count(*) AS groups, count(*) FILTER (WHERE g = w::exact_groups) AS same FROM exact_groups AS g JOIN (SELECT k, big_median, big_quantile, long_median, long_iqr, long_range, few_quantile, big_mad, long_mad FROM exact_wanted) AS w USING (k);
CREATE FUNCTION pg_temp.nodes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Aggregate|Workers' THEN
			RETURN NEXT substring(line FROM '[A-Z].*');
		END IF;
	END LOOP;
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.nodes('SELECT * FROM exact_groups');
SELECT count(*) AS groups, count(*) FILTER (WHERE g = w::exact_groups) AS same FROM exact_groups AS g JOIN (SELECT k, big_median, big_quantile, long_median, long_iqr, long_range, few_quantile, big_mad, long_mad FROM exact_wanted) AS w USING (k);
SELECT orchard.median(CASE WHEN i = 500 THEN 'NaN' ELSE long END) AS nan, orchard.median(CASE WHEN i = 500 THEN big END) AS one, orchard.median(CASE WHEN i = 500 THEN long END) AS one_numeric FROM exact_rows;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- frames that grow and frames that move cost O(log n) a row: the quadratic way takes minutes
SET statement_timeout = '60s';
SELECT count(*) AS rows, bool_and(m = (i + 1) / 2.0 AND q = 1 + 0.25 * (i - 1) AND d IS NOT NULL) AS of_bigint, bool_and(nm = m AND nq = q AND nd = d AND nr = 1) AS of_numeric
FROM (SELECT i, orchard.median(i::bigint) OVER w AS m, orchard.quantile(i::bigint, 0.25) OVER w AS q, orchard.mad(i::bigint) OVER w AS d,
		orchard.median(i::numeric) OVER w AS nm, orchard.quantile(i::numeric, 0.25) OVER w AS nq, orchard.mad(i::numeric) OVER w AS nd, orchard.rank_of_last(i::numeric) OVER w AS nr
	FROM generate_series(1, 20000) AS i WINDOW w AS (ORDER BY i) OFFSET 0) AS s;
SELECT count(*) AS rows, bool_and(m = big - 6000 AND d = 3000 AND q = 6000) FILTER (WHERE i > 12000) AS of_bigint, bool_and(nm = m AND nd = d AND nq = q) AS of_numeric
FROM (SELECT i, big, orchard.median(big) OVER w AS m, orchard.mad(big) OVER w AS d, orchard.iqr(big) OVER w AS q, orchard.median(big::numeric) OVER w AS nm, orchard.mad(big::numeric) OVER w AS nd, orchard.iqr(big::numeric) OVER w AS nq
	FROM (SELECT i, 9007199254740992 + i AS big FROM generate_series(1, 20000) AS i) AS v WINDOW w AS (ORDER BY i ROWS 12000 PRECEDING) OFFSET 0) AS s;
RESET statement_timeout;
-- a scale that left the frame leaves no trace
SELECT i, x, orchard.median(x) OVER (ORDER BY i ROWS 1 PRECEDING) AS median FROM (VALUES (1, 1.000), (2, 1.0), (3, 1.0), (4, 1.000), (5, 1.000)) AS v(i, x);

-- what counts values counts these as they are
SELECT orchard.count_distinct(k) AS bigints, orchard.mode_value(k) AS mode, round(orchard.entropy(k)::numeric, 12) = round((ln(4::numeric) - 0.5 * ln(2::numeric)), 12) AS entropy, orchard.count_distinct(x) AS numerics, orchard.mode_value(x) = 1 AS of_numeric,
	orchard.count_distinct(s) AS texts, orchard.mode_value(s) AS of_text
FROM (VALUES (9007199254740993, 1.0, 'a'), (9007199254740992, 1.00, 'b'), (9007199254740993, 1.0000000000000000000000001, 'a '), (9007199254740994, 1.0000000000000000000000002, 'b')) AS v(k, x, s);

-- errors
\set VERBOSITY terse
SELECT orchard.quantile(big, 1.5) FROM exact_rows;
SELECT orchard.quantile(long, 'NaN') FROM exact_rows;
SELECT orchard.quantile(big, NULL) FROM exact_rows;
SELECT orchard.quantile(big, i / 20000.0) FROM exact_rows;
SELECT orchard.quantile(long, i / 20000.0) OVER (ORDER BY i ROWS 3 PRECEDING) FROM exact_rows;
SELECT orchard.numeric_range_accum(ARRAY[1], 1);
SELECT orchard.numeric_range_final(ARRAY[NULL, 1]);
\set VERBOSITY default
-- memory is bounded in groups and frames
SET orchard.max_memory = '16MB';
\set VERBOSITY sqlstate
SELECT orchard.median(g * 1000000007::bigint) FROM generate_series(1, 1100000) AS g;
SELECT orchard.median(g + 1e-1000) FROM generate_series(1, 40000) AS g;
SELECT count(m) FROM (SELECT orchard.median(g + 1e-1000) OVER (ORDER BY g ROWS 39999 PRECEDING) AS m FROM generate_series(1, 40000) AS g OFFSET 0) AS q;
\set VERBOSITY default
-- few distinct integers need little, however many rows; a short frame gives back what left
SELECT orchard.median((g % 10)::bigint) AS median FROM generate_series(0, 299999) AS g;
SELECT count(m) FROM (SELECT orchard.median(g + 1e-1000) OVER (ORDER BY g ROWS 99 PRECEDING) AS m FROM generate_series(1, 40000) AS g OFFSET 0) AS q;
RESET orchard.max_memory;
-- a cancel is served
SET statement_timeout = '100ms';
\set VERBOSITY sqlstate
SELECT count(m) FROM (SELECT orchard.mad(g::numeric % 997) OVER (ORDER BY g ROWS 100000 PRECEDING) AS m FROM generate_series(1, 3000000) AS g OFFSET 0) AS q;
SELECT orchard.mad(g::numeric * 7919 % 1000003) FROM generate_series(1, 3000000) AS g;
\set VERBOSITY default
RESET statement_timeout;
DROP VIEW exact_groups;
DROP TABLE exact_rows, exact_wanted;

-- frames of one scale are kept as integers, other places, infinities, long numbers and NaN come and go: as text, each result is that of the group of the frame's rows
CREATE TEMP TABLE scaled AS SELECT i, CASE WHEN h % 19 = 0 THEN NULL WHEN i % 97 = 0 THEN 'NaN' WHEN i % 101 < 2 THEN 'Infinity' WHEN i % 89 = 0 THEN 1.5 WHEN i % 83 = 0 THEN -123456789012345678901234567890.25
	WHEN i > 700 THEN (h % 9 - 4) * 1000000000000000000 WHEN i > 600 THEN round((h % 7 - 3) / 1000000000000000000.0, 18) WHEN i > 500 THEN round(h % 5 - 2, 3) ELSE round((h % 61 - 30) / 100.0, 2) END AS x
FROM (SELECT i, (i * 7919::bigint * i) % 100003 AS h FROM generate_series(1, 800) AS i) AS hashed;
CREATE FUNCTION pg_temp.compare(width int) RETURNS TABLE (preceding int, rows bigint, different bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
	SELECT %1$s, count(*), count(*) FILTER (WHERE frame <> wanted)
	FROM (SELECT i, concat_ws(' ', orchard.median(x) OVER w, orchard.quantile(x, 0.3) OVER w, orchard.iqr(x) OVER w, orchard.mad(x) OVER w, orchard.rank_of_last(x) OVER w) AS frame
		FROM scaled WINDOW w AS (ORDER BY i ROWS BETWEEN %1$s PRECEDING AND CURRENT ROW)) AS frames,
		LATERAL (SELECT concat_ws(' ', orchard.median(x), orchard.quantile(x, 0.3), orchard.iqr(x), orchard.mad(x), orchard.rank_of_last(x ORDER BY s.i)) AS wanted
			FROM scaled AS s WHERE s.i BETWEEN frames.i - %1$s AND frames.i) AS groups$query$, width);
END $$;
SELECT c.* FROM unnest(ARRAY[0, 1, 2, 3, 8, 29, 300]) AS width, pg_temp.compare(width) AS c;

-- row_describe.sql: descriptions of columns, and the split by key, against the built-ins.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA describe_test;
SET search_path = describe_test, pg_catalog;
CREATE TYPE hue AS ENUM ('red', 'blue');
CREATE TABLE ground AS
SELECT i AS id, i % 7 AS a, (i % 7)::float8 AS copied, 6 - i % 7 AS turned, sin(i) * 100 AS x, exp(i / 2000.0) AS skewed, 5 AS five, NULL::int AS nothing,
	CASE WHEN i % 4 <> 0 THEN 'one' END AS single, 'v' || i * i % 1000 AS label, CASE WHEN i % 10 < 7 THEN repeat('é', 80) ELSE 'w' || i END AS long,
	('{red,blue}'::hue[])[1 + i % 2] AS hue, i % 3 = 0 AS truth, '2024-01-01'::date + i % 400 AS day, '2024-01-01'::timestamptz + i * interval '1 hour' AS at,
	i % 5 / 4.0 AS cents, ARRAY[i % 2] AS list, jsonb_build_object('k', i % 3) AS document, md5(i::text)::uuid AS code
FROM generate_series(1, 10000) AS i;
CREATE TABLE described AS SELECT d.* FROM (SELECT orchard.describe(g) AS all_columns FROM ground AS g) AS q, unnest(all_columns) AS d;
SELECT column_name, data_type, n, n_missing, minimum IS NOT NULL AS has_order, mean IS NOT NULL AS has_mean, remark FROM described;

-- Counts, means and extremes are those of the built-ins; quartiles are exact or within 1 %; distinct values are exact or within 5 standard errors.
CREATE FUNCTION agrees(name text, of_number boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	d described;
	r record;
	slack float8;
BEGIN
	SELECT * INTO d FROM described WHERE column_name = name;
	EXECUTE format('SELECT count(%1$I) AS n, count(DISTINCT %1$I) AS n_distinct FROM ground', name) INTO r;
	slack := CASE WHEN r.n_distinct > 32 THEN 0.08 ELSE 0 END;
	IF d.n <> r.n OR abs(d.n_distinct - r.n_distinct) > slack * r.n_distinct THEN
		RETURN format('%s: %s and %s, not %s', name, d.n, d.n_distinct, r);
	END IF;
	slack := CASE WHEN r.n_distinct > 32 THEN 0.011 ELSE 0 END;
	IF NOT of_number THEN
		RETURN 'agrees';
	END IF;
	EXECUTE format('SELECT avg(%1$I)::float8 AS mean, stddev(%1$I)::float8 AS stddev, min(%1$I)::numeric AS low, max(%1$I)::numeric AS high,
		percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY %1$I) AS q FROM ground', name) INTO r;
	IF abs(d.mean - r.mean) <= 1e-12 * (abs(r.mean) + r.stddev) AND abs(d.stddev - r.stddev) <= 1e-12 * r.stddev
		AND d.minimum::float8 = r.low::float8 AND d.maximum::float8 = r.high::float8
		AND abs(d.q25::float8 - r.q[1]) <= slack * abs(r.q[1])
		AND abs(d.median::float8 - r.q[2]) <= slack * abs(r.q[2])
		AND abs(d.q75::float8 - r.q[3]) <= slack * abs(r.q[3]) THEN
		RETURN 'agrees';
	END IF;
	RETURN format('%s: %s, not %s', name, d, r);
END $$;
SELECT agrees(column_name, mean IS NOT NULL AND column_name <> 'x'), string_agg(column_name, ' ' ORDER BY column_name) FROM described
WHERE column_name <> 'nothing' GROUP BY 1;
-- The median of x is about 0: its absolute error counts.
SELECT abs(median::float8 - (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM ground)) <= 0.05 AS near FROM described WHERE column_name = 'x';
SELECT column_name, minimum, maximum FROM described WHERE column_name IN ('day', 'at') ORDER BY 1;
SELECT column_name, top_values, top_counts FROM described WHERE column_name IN ('a', 'single', 'hue', 'truth', 'cents', 'document', 'list') ORDER BY 1;
-- A value is listed when it is certain to be frequent; its count is short by at most n / 33.
SELECT top_values = ARRAY[repeat('é', 50) || '...'] AS clipped, 7000 - top_counts[1] BETWEEN 0 AND 10000 / 33 AS counted FROM described WHERE column_name = 'long';

-- In parallel the same, but for the frequent values of columns with many.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS OFF) SELECT orchard.describe(g) FROM ground AS g;
SELECT p.column_name FROM (SELECT orchard.describe(g) AS all_columns FROM ground AS g) AS q, unnest(all_columns) AS p, described AS d
WHERE p.column_name = d.column_name AND (ROW(p.n, p.n_missing, p.n_distinct, p.minimum, p.q25, p.median, p.q75, p.maximum, p.remark)
	IS DISTINCT FROM ROW(d.n, d.n_missing, d.n_distinct, d.minimum, d.q25, d.median, d.q75, d.maximum, d.remark)
	OR d.n_distinct <= 32 AND ROW(p.top_values, p.top_counts) IS DISTINCT FROM ROW(d.top_values, d.top_counts));
RESET max_parallel_workers_per_gather;

-- Per group, over no rows, over a NULL row, odd values, an anonymous row.
SELECT a % 2 AS odd, d[2].n_distinct, d[2].top_values[1:2] FROM (SELECT a, orchard.describe(g) AS d FROM (SELECT a % 2 AS a, a AS b FROM ground) AS g GROUP BY a) AS q ORDER BY 1;
SELECT orchard.describe(g) IS NULL AS none FROM ground AS g WHERE false;
SELECT (orchard.describe(g))[1].n FROM ground AS h LEFT JOIN ground AS g ON g.id = -h.id;
SELECT d.column_name, d.n, d.n_distinct, d.mean = 'NaN' AS mean_is_nan, CASE WHEN d.column_name <> 'column5' THEN ARRAY[d.minimum, d.median, d.maximum] END AS order_statistics, d.top_values FROM (
	SELECT orchard.describe(t) AS all_columns FROM (VALUES ('NaN'::float8, '-Infinity'::float8, 'infinity'::timestamptz, -0.0::float8, 9007199254740993),
		(1, 2, '-infinity', 0.0, 9007199254740992), (1, 'Infinity', NULL, 0.0, 9007199254740993)) AS t) AS q, unnest(all_columns) AS d;
\set VERBOSITY terse
SELECT orchard.describe(r) FROM (SELECT ROW(1, 'a'::text) AS r UNION ALL SELECT ROW(1)) AS t;
SET orchard.max_memory = '16MB';
SET enable_sort = off;
SET work_mem = '1GB';
SELECT count(d) FROM (SELECT orchard.describe(g) AS d FROM (SELECT i, i % 5 AS b, i % 7 AS c, i % 11 AS d FROM generate_series(1, 2000) AS i) AS g GROUP BY i OFFSET 0) AS q;
RESET orchard.max_memory;

-- Rows that are read where the scan has them are described as those that are formed: of stored rows of three ages, of subqueries, and in groups.
CREATE TABLE grown AS SELECT * FROM ground WHERE id <= 3000;
ALTER TABLE grown ADD late text DEFAULT 'before', ADD big text, DROP five;
ALTER TABLE grown ALTER big SET STORAGE EXTERNAL;
UPDATE grown SET late = 'after', big = repeat(label, 1500) WHERE id % 10 = 0;
-- Frequent values depend on which process saw which row.
SET max_parallel_workers_per_gather = 0;
SELECT orchard.describe(g)::text = (SELECT orchard.describe(coalesce(g, g))::text FROM grown AS g) AS same FROM grown AS g;
SELECT orchard.describe(g)::text = (SELECT orchard.describe(coalesce(g, g))::text FROM (SELECT late, x + 1 AS x, day FROM grown OFFSET 100) AS g) AS same FROM (SELECT late, x + 1 AS x, day FROM grown OFFSET 100) AS g;
SET enable_hashagg = off;
RESET enable_sort;
SELECT count(*), bool_and(f.d = s.d) AS same FROM (SELECT a, orchard.describe(g)::text AS d FROM (SELECT * FROM grown ORDER BY a, id) AS g GROUP BY a) AS s JOIN (SELECT a, orchard.describe(coalesce(g, g))::text AS d FROM (SELECT * FROM grown ORDER BY a, id) AS g GROUP BY a) AS f USING (a);
RESET enable_hashagg;
RESET max_parallel_workers_per_gather;

-- The split: the share of keys, one side a key, the same for equal numbers of different types, another one for another seed.
SELECT abs(avg(orchard.train_test_split(id)::int) - 0.2) <= 4 * sqrt(0.2 * 0.8 / 10000) AS a_fifth,
	abs(avg(orchard.train_test_split(id, 0.5)::int) - 0.5) <= 4 * sqrt(0.25 / 10000) AS half,
	abs(avg((orchard.train_test_split(id, 0.5, 1) = orchard.train_test_split(id, 0.5, 2))::int) - 0.5) <= 4 * sqrt(0.25 / 10000) AS independent,
	bool_and(orchard.train_test_split(id, 0.3) <= orchard.train_test_split(id, 0.4)) AS nested,
	bool_and(orchard.train_test_split(id) = orchard.train_test_split(id::bigint) AND orchard.train_test_split(id) = orchard.train_test_split(id::numeric) AND orchard.train_test_split(id) = orchard.train_test_split(id::float8)) AS alike,
	bool_and(orchard.train_test_split(label) = orchard.train_test_split(label::varchar(20))) AS texts,
	bool_and(NOT orchard.train_test_split(id, 0)) AS none, bool_and(orchard.train_test_split(id, 1)) AS every,
	count(DISTINCT orchard.train_test_split(code, 0.5)) = 2 AND count(DISTINCT orchard.train_test_split(at, 0.5)) = 2 AND count(DISTINCT orchard.train_test_split(day, 0.5)) = 2 AS any_type
FROM ground;
SELECT max(sides) FROM (SELECT count(DISTINCT orchard.train_test_split(label)) AS sides FROM ground GROUP BY label) AS q;
SELECT orchard.train_test_split(NULL::int) IS NULL AS no_key;
SELECT orchard.train_test_split(1, 1.5);
SELECT orchard.train_test_split(1, 'NaN');
SELECT orchard.train_test_split(1, NULL);
SELECT orchard.train_test_split(1, 0.2, NULL);

DROP SCHEMA describe_test CASCADE;

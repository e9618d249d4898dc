-- recipe_rows.sql: rows of every shape into recipes: what is read from the row is what one transform reads.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET search_path = public, orchard, pg_catalog;
\set VERBOSITY terse

CREATE TYPE shade AS ENUM ('light', 'dark', 'black');
CREATE TABLE recipe_rows (id int, fold smallint, y boolean, flag boolean, tone shade, x float8, c text, long text, huge text, h float8,
	short varchar(20), padded char(9), v float8, k text, w real, last text);
INSERT INTO recipe_rows
SELECT i, CASE WHEN i % 11 <> 0 THEN i % 6 END, CASE WHEN i % 17 <> 0 THEN i * 7919 % 3 = 0 END, i % 5 = 0,
	(ARRAY['light', 'dark', 'black']::shade[])[i * i % 3 + 1], i * 37 % 101, CASE WHEN i % 13 <> 0 THEN 'c' || i * 31 % 23 END,
	repeat('long', i % 4) || i % 9, CASE WHEN i % 7 = 0 THEN repeat('huge ' || i % 3, 3000) ELSE 'h' END, CASE WHEN i % 19 <> 0 THEN i % 24 END,
	substr('abcdefg', 1, i % 8), 'p' || i % 4, CASE WHEN i % 23 <> 0 THEN i * 0.25 END, (ARRAY['no', 'yes', 'maybe', NULL])[i * i * 3 % 4 + 1], i % 3,
	CASE WHEN i % 2 = 0 THEN 'end' || i % 6 END
FROM generate_series(1, 700) AS i;
ALTER TABLE recipe_rows ALTER huge SET STORAGE EXTERNAL;
INSERT INTO recipe_rows SELECT 700 + id, fold, y, flag, tone, x, c, long, huge || '!', h, short, padded, v, k, w, last FROM recipe_rows WHERE id <= 100;

-- What each transform learns from the column alone, beside what the recipe has in its place.
-- As "r" rows are read from the scan where that can be, as "coalesce(r, r)" they are always formed.
CREATE FUNCTION parts(relation text, given text DEFAULT 'r') RETURNS TABLE (step text, same boolean) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
		SELECT s.step, f.recipe::text::jsonb -> 'steps' -> (s.place - 1)::int = s.part::text::jsonb || jsonb_build_object('column', s.col) || s.more
		FROM (SELECT fit_recipe(%s, '[{"column": "x", "transform": "standard"}, {"column": "c", "transform": "onehot"},
				{"column": "c", "transform": "target", "target": "y", "fold": "fold"}, {"column": "long", "transform": "target", "target": "v", "fold": "fold"},
				{"column": "huge", "transform": "frequency"}, {"column": "h", "transform": "minmax"}, {"column": "short", "transform": "ordinal"},
				{"column": "padded", "transform": "onehot"}, {"column": "flag", "transform": "target", "target": "k"},
				{"column": "tone", "transform": "woe", "target": "y"}, {"column": "last", "transform": "woe", "target": "y"},
				{"column": "last", "transform": "hash"}, {"column": "w", "transform": "maxabs"}, {"column": "v", "transform": "robust"},
				{"column": "short", "transform": "target", "target": "h"}]') AS recipe,
			fit_standard(x) AS p1, fit_onehot(c) AS p2, fit_target(c, y, fold) AS p3, fit_target(long, v, fold) AS p4, fit_frequency(huge) AS p5,
			fit_minmax(h) AS p6, fit_ordinal(short) AS p7, fit_onehot(padded::text) AS p8, fit_target(flag::text, k) AS p9, fit_woe(tone::text, y) AS p10,
			fit_woe(last, y) AS p11, fit_hash(last) AS p12, fit_maxabs(w) AS p13, fit_robust(v) AS p14, fit_target(short, h) AS p15 FROM %s AS r) AS f,
			LATERAL (VALUES (1, 'x', 'x standard', p1, '{}'::jsonb), (2, 'c', 'c onehot', p2, '{}'), (3, 'c', 'c target', p3, '{"target": "y", "fold": "fold"}'),
				(4, 'long', 'long target', p4, '{"target": "v", "fold": "fold"}'), (5, 'huge', 'huge frequency', p5, '{}'), (6, 'h', 'h minmax', p6, '{}'),
				(7, 'short', 'short ordinal', p7, '{}'), (8, 'padded', 'padded onehot', p8, '{}'), (9, 'flag', 'flag classes', p9, '{"target": "k"}'),
				(10, 'tone', 'tone woe', p10, '{"target": "y"}'), (11, 'last', 'last woe', p11, '{"target": "y"}'), (12, 'last', 'last hash', p12, '{}'),
				(13, 'w', 'w maxabs', p13, '{}'), (14, 'v', 'v robust', p14, '{}'), (15, 'short', 'short target', p15, '{"target": "h"}'))
			AS s (place, col, step, part, more) ORDER BY s.place$query$, given, relation);
END $$;
SELECT * FROM parts('recipe_rows');
SELECT count(*), bool_and(same) FROM parts('recipe_rows', 'coalesce(r, r)');
-- Columns in another order, rows of a subquery, rows that were stored before a column was added, one after the other.
SELECT count(*), bool_and(same) FROM parts('(SELECT last, huge, c, v, id, w, short, x, k, tone, fold, y, padded, flag, long, h FROM recipe_rows)');
SELECT count(*), bool_and(same) FROM parts('(SELECT * FROM recipe_rows WHERE id < 66 UNION ALL SELECT * FROM recipe_rows WHERE id > 600)');
ALTER TABLE recipe_rows ADD COLUMN later text DEFAULT 'late';
SELECT count(*), bool_and(same) FROM parts('recipe_rows');
SELECT count(*), bool_and(same) FROM parts('recipe_rows', 'coalesce(r, r)');
SELECT fit_recipe(r, '[{"column": "later", "transform": "onehot"}, {"column": "id", "transform": "maxabs"}]')::text::jsonb #> '{steps,0,levels}' AS levels FROM recipe_rows AS r;
ALTER TABLE recipe_rows DROP COLUMN flag, ADD COLUMN flag boolean;
UPDATE recipe_rows SET flag = id % 5 = 0 WHERE id % 2 = 0;
SELECT count(*), bool_and(same) FROM parts('recipe_rows');
SELECT count(*), bool_and(same) FROM parts('recipe_rows', 'coalesce(r, r)');
SELECT count(*), bool_and(same) FROM parts('(SELECT * FROM recipe_rows ORDER BY k OFFSET 7)');
-- A row that is not formed does not fetch what is stored out of line; it is when somebody else reads it, and when the recipe differs by row.
CREATE FUNCTION pages(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	RETURN (plan #>> '{0,Plan,Shared Hit Blocks}')::bigint + (plan #>> '{0,Plan,Shared Read Blocks}')::bigint;
END $$;
\set spec '\'[{"column": "x", "transform": "standard"}, {"column": "c", "transform": "onehot"}]\''
SELECT q, pages(format(q, :spec)) * 2 < pages(format('SELECT fit_recipe(coalesce(r, r), %L) FROM recipe_rows AS r', :spec)) AS unformed
FROM unnest(ARRAY['SELECT fit_recipe(r, %L) FROM recipe_rows AS r', 'SELECT fit_recipe(r, %L), sum(x), max(c) FROM recipe_rows AS r WHERE id > 5',
	'SELECT fit_recipe(r, %L), count(r::text) FROM recipe_rows AS r', 'SELECT fit_recipe(r, CASE WHEN id < 999 THEN %L END::jsonb) FROM recipe_rows AS r']) AS q;
DROP FUNCTION pages;
-- In groups, each with rows that wait; and merged from parts by as many processes as there are.
SET enable_hashagg = off;
SELECT bool_and(a.t::text = b.t::text) AS same
FROM (SELECT id % 5 AS g, fit_recipe(r, '[{"column": "c", "transform": "onehot"}, {"column": "long", "transform": "target", "target": "y"}]') AS t
	  FROM recipe_rows AS r GROUP BY 1) AS a,
	LATERAL (SELECT fit_recipe(r, '[{"column": "c", "transform": "onehot"}, {"column": "long", "transform": "target", "target": "y"}]') AS t
			 FROM recipe_rows AS r WHERE id % 5 = a.g) AS b;
RESET enable_hashagg;
CREATE TABLE fitted AS SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y", "fold": "fold"}, {"column": "huge", "transform": "ordinal"},
	{"column": "last", "transform": "onehot"}]') AS t FROM recipe_rows AS r;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT f.t::text = (SELECT t::text FROM fitted) AS same FROM (SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y", "fold": "fold"},
	{"column": "huge", "transform": "ordinal"}, {"column": "last", "transform": "onehot"}]') AS t FROM recipe_rows AS r) AS f;
RESET max_parallel_workers_per_gather;

-- No target at all, and targets that are zeros and ones up to some row.
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y"}]')::text::jsonb #> '{steps,0,levels}' AS levels
FROM (SELECT 'a' AS c, NULL::boolean AS y FROM generate_series(1, 100)) AS r;
SELECT abs(apply(t, 'a') - (SELECT avg(y) FROM generate_series(1, 200) AS i, LATERAL (SELECT CASE WHEN i <= 150 THEN i % 2 ELSE i END AS y) AS v)) < 1e-12 AS mean
FROM (SELECT fit_target(c, y, NULL, '{"smooth": 0}') AS t FROM (SELECT 'a' AS c, CASE WHEN i <= 150 THEN i % 2 ELSE i END::float8 AS y FROM generate_series(1, 200) AS i) AS r) AS f;
SELECT abs((apply(t, r))[1] - (SELECT avg(y) FROM generate_series(1, 200) AS i, LATERAL (SELECT CASE WHEN i <= 150 THEN i % 2 ELSE i END AS y) AS v)) < 1e-12 AS mean
FROM (SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y", "smooth": 0}]') AS t
	  FROM (SELECT 'a' AS c, CASE WHEN i <= 150 THEN i % 2 ELSE i END::float8 AS y FROM generate_series(1, 200) AS i) AS r) AS f, (SELECT 'a' AS c) AS r;

-- Small and huge numbers keep their spread: of twice 1 .. 1000 it is the root of 333333 units.
SELECT unit, abs((t::text::jsonb ->> 'scale')::float8 / (sqrt(333333) * unit) - 1) < 1e-13 AS alone,
	   abs((r::text::jsonb #>> '{steps,0,scale}')::float8 / (sqrt(333333) * unit) - 1) < 1e-13 AS in_recipe
FROM unnest('{1e-300, 1e-200, 1e-160, 1e-30, 1, 1e149}'::float8[]) AS unit,
	LATERAL (SELECT fit_standard(x) AS t, fit_recipe(q, '[{"column": "x", "transform": "standard"}, {"column": "z", "transform": "standard"}]') AS r
			 FROM (SELECT 2 * unit * k AS x, k AS z FROM generate_series(1, 1000) AS k) AS q) AS f;
SELECT (t::text::jsonb ->> 'scale')::float8 = 289 * 5e-324::float8 AS nearest_denormal FROM (SELECT fit_standard(5e-324::float8 * k) AS t FROM generate_series(1, 1000) AS k) AS f;
SELECT fit_recipe(r, '[{"column": "x", "transform": "standard"}]') FROM (SELECT 1e300::float8 * k AS x FROM generate_series(1, 100) AS k) AS r;

-- What cannot be says so, wherever it stands in the row.
SELECT fit_recipe(r, '[{"column": "x", "transform": "standard"}]') FROM (SELECT 1.0::float8 AS x UNION ALL SELECT 'infinity') AS r;
SELECT fit_recipe(r, '[{"column": "x", "transform": "cyclic", "period": 7}]') FROM (SELECT 'a' AS c, 1.0::float8 AS x UNION ALL SELECT 'b', '-infinity') AS r;
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y", "fold": "f"}]') FROM (SELECT 'a' AS c, 1.0::float8 AS y, 1000 AS f) AS r;
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y"}]') FROM (SELECT 'a' AS c, 'NaN'::float8 AS y) AS r;
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y"}, {"column": "c", "transform": "woe", "target": "y"}]') FROM (SELECT 'a' AS c, 2::float8 AS y) AS r;
-- Two types of row in one group, and a target that is a number in one of them only.
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y"}]')::text::jsonb #> '{steps,0,levels}' AS levels
FROM (SELECT CASE WHEN i < 3 THEN (SELECT q FROM (SELECT 'a' AS c, 1.0::float8 AS y) AS q) ELSE (SELECT q FROM (SELECT true AS y, 'a long text' AS c) AS q) END AS r
	  FROM generate_series(1, 4) AS i) AS f (r);
SELECT fit_recipe(r, '[{"column": "c", "transform": "target", "target": "y"}]')
FROM (SELECT CASE WHEN i < 3 THEN (SELECT q FROM (SELECT 'a' AS c, 1.0::float8 AS y) AS q) ELSE (SELECT q FROM (SELECT 'a' AS c, 'no' AS y) AS q) END AS r
	  FROM generate_series(1, 4) AS i) AS f (r);
DROP TABLE recipe_rows, fitted;
DROP FUNCTION parts;
DROP TYPE shade;

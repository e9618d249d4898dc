-- Rows that fit reads where they are: the same models and errors as from rows that are formed.
-- In the queries, @ is the row: t is read in place where that can be, coalesce(t, t) is always formed.
CREATE SCHEMA fit_scan;
SET search_path = fit_scan;
SET client_min_messages = error;

-- What a query returns, or its error.
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	error_hint text;
	error_detail text;
BEGIN
	EXECUTE 'SELECT string_agg(q::text, '' '' ORDER BY q::text) FROM (' || query || ') AS q' INTO result;
	RETURN result;
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS error_hint = PG_EXCEPTION_HINT, error_detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, error_detail, left(error_hint, 60));
END $$;

-- Pages that a query touches.
CREATE FUNCTION pages(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	RETURN (plan #>> '{0,Plan,Shared Hit Blocks}')::bigint + (plan #>> '{0,Plan,Shared Read Blocks}')::bigint;
END $$;

-- Is the outcome the same?  And, of the table "wide", is a row left unformed?  Forming it fetches its long text.
CREATE FUNCTION check_scan(query text, OUT same boolean, OUT unformed boolean, OUT what text) LANGUAGE plpgsql AS $$
DECLARE
	scanned text := replace(query, '@', 't');
	formed text := replace(query, '@', 'coalesce(t, t)');
BEGIN
	what := outcome(scanned);
	same := what IS NOT DISTINCT FROM outcome(formed);
	IF what ~ '[0-9a-f]{32}' THEN
		what := 'models';
	END IF;
	IF query ~ 'wide' THEN
		unformed := pages(scanned) * 2 < pages(formed);
	END IF;
END $$;

CREATE FUNCTION fit_digest(model orchard.model) RETURNS text IMMUTABLE LANGUAGE sql RETURN orchard.model_digest(model);

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE wide (id int PRIMARY KEY, gone int, long text, k int, x float8, n numeric, s text, m mood, a float8[], y float8, b boolean);
ALTER TABLE wide ALTER long SET STORAGE EXTERNAL;
INSERT INTO wide
	SELECT i, i, repeat(md5(i::text), 200), i % 7, CASE WHEN i % 11 > 0 THEN sin(i) END, i % 13 * 0.1, 'level ' || i % 5,
		CASE WHEN i % 17 > 0 THEN (enum_range(NULL::mood))[i % 3 + 1] END, ARRAY[cos(i), i % 4], sin(i) * 3 + i % 7 + cos(i * 7.0), i % 3 = 0
	FROM generate_series(1, 600) AS i;
CREATE INDEX ON wide (k);
ALTER TABLE wide DROP gone;
-- Rows from before have no place for these.
ALTER TABLE wide ADD late float8 DEFAULT 1.5;
UPDATE wide SET late = cos(id) WHERE id % 2 = 0;
VACUUM ANALYZE wide;
CREATE TABLE narrow AS SELECT i AS id, i % 3 AS k, sin(i) AS x1, cos(i) AS x2, i % 5 AS x3, sin(i * 3.0) AS y FROM generate_series(1, 500) AS i;
CREATE TABLE part (LIKE narrow) PARTITION BY LIST (k);
CREATE TABLE part_one PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part_rest (y float8, id int, x3 int, x2 float8, x1 float8, k int);
ALTER TABLE part ATTACH PARTITION part_rest DEFAULT;
INSERT INTO part SELECT * FROM narrow;
CREATE VIEW seen AS SELECT id, k, x1, x1 * x2 AS product, y FROM narrow;
ANALYZE narrow, part;

\set linear '\'{"algorithm": "linear_regression", "exclude": ["long"]}\''
\set logistic '\'{"algorithm": "logistic_regression", "exclude": ["long"], "l2": 0.1}\''
SET max_parallel_workers_per_gather = 0;

-- Every kind of scan, and every kind of column
SELECT * FROM check_scan(format('SELECT fit_digest(orchard.fit(@, %L, %L)) FROM wide AS t', 'y', :linear));
SELECT * FROM check_scan(format('SELECT fit_digest(orchard.fit(@, %L, %L)) FROM wide AS t', 'b', :logistic));
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x", "late"]}')) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x", "n"], "weight": "id"}')) FROM wide AS t WHERE k <> 3$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "gradient_boosting", "exclude": ["long", "a"], "n_estimators": 5}')) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x", "s"], "preprocess": [{"transform": "standard", "column": "x"}]}')) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long", "id"], "l1": "cv", "group": "k"}')) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.finish(orchard.fit_state(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}'))) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM wide AS t TABLESAMPLE bernoulli(50) REPEATABLE (3)$$);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM wide AS t WHERE id > 100$$);
SET enable_hashagg = off;
SET enable_sort = off;
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')), count(*), max(id) FROM wide AS t GROUP BY k$$);
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')) FROM wide AS t GROUP BY k HAVING sum(y) > 0 AND orchard.model_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')) <> ''$$);
RESET enable_hashagg;
RESET enable_sort;
RESET enable_bitmapscan;
SET enable_indexscan = off;
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM wide AS t WHERE id > 100$$);
RESET enable_indexscan;
RESET enable_seqscan;
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')) FROM wide AS t WHERE ctid = ANY (ARRAY(SELECT ctid FROM wide WHERE k = 2))$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')) FROM wide AS t WHERE ctid > '(0,0)' AND ctid < '(3,1)'$$);

-- Subqueries, common table expressions, views, VALUES
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM (SELECT * FROM wide ORDER BY y OFFSET 5) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT x1, x3, y, x1 * k AS product FROM narrow ORDER BY x2 LIMIT 200) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT x1 * 2 AS twice, y, x3::text AS word FROM narrow OFFSET 0) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT x1, y FROM narrow UNION ALL SELECT x2, x1 FROM narrow) AS t$$);
SELECT * FROM check_scan($$WITH t AS MATERIALIZED (SELECT x1, x2, y FROM narrow) SELECT fit_digest(orchard.fit(@, 'y')) FROM t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'product')) FROM seen AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (VALUES (1.0::float8, 2, 'a'), (2, 5, 'b'), (3, 7, NULL), (4, 1, 'a'), (5, NULL, 'b')) AS t(y, x, s)$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM part AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM part_rest AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM narrow AS t JOIN part AS p USING (id)$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM part AS p LEFT JOIN narrow AS t ON t.id = p.id AND t.id < 300$$);
-- Scanned anew for each k, and for each with another filter
SELECT * FROM check_scan($$SELECT k, (SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["k"]}')) FROM narrow AS t WHERE t.k = o.k AND t.id > o.k * 50) FROM generate_series(0, 4) AS o(k)$$);

-- Rows that are written out, as a subquery leaves them that was merged into the query: read from the aggregate's input
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM (SELECT long, y, x, m, s, n FROM wide) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')), count(*), avg(x)::numeric(10, 6) FROM (SELECT long, y + 1 AS y, x, CASE WHEN k > 2 THEN x END AS part, s || 'x' AS s FROM wide) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long", "same"]}')) FROM (SELECT long, y, x, x AS same FROM wide) AS t$$);
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')) FROM (SELECT k, y, x, long FROM wide) AS t GROUP BY k$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}') FILTER (WHERE k < 5)) FROM (SELECT k, y, x, long FROM wide) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')), fit_digest(orchard.fit(@, 'x', '{"algorithm": "linear_regression", "exclude": ["long"], "skip_null_target": true}')), max(id) FROM (SELECT id, y, x, long FROM wide) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')), count(t), count(t IS NULL), max(t::text) FROM (SELECT k, y, x1 FROM narrow) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT n.y, n.x1, p.x2 * 2 AS x2 FROM narrow AS n LEFT JOIN part AS p ON p.id = n.id AND p.k = 1) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT y, x1, (SELECT max(x2) FROM part AS p WHERE p.k = n.k) AS x2 FROM narrow AS n) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT y, x1 FROM narrow WHERE id < 100 UNION ALL SELECT y, x2 FROM part WHERE id < 100) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}' ORDER BY x1)) FROM (SELECT y, x1 FROM narrow) AS t$$);
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT k, y, x1 FROM narrow) AS t GROUP BY CUBE (k)$$);
SET enable_sort = off;
SET work_mem = '64kB';
SELECT * FROM check_scan($$SELECT id, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT id, id + k AS k, x1, y FROM narrow) AS t GROUP BY id$$);
SELECT * FROM check_scan($$SELECT id, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT id, x1, y FROM narrow UNION ALL SELECT id, x2, y FROM narrow) AS t GROUP BY id$$);
SELECT * FROM check_scan($$SELECT id, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT id, x1, y FROM narrow) AS t GROUP BY id$$);
SELECT * FROM check_scan($$SELECT id % 250, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')), md5(orchard.fit_recipe(@, '[{"transform": "standard", "column": "x"}]')::text), md5(orchard.describe(@)::text) FROM (SELECT id, x1 * 2 AS x, y > 0 AS positive, y FROM narrow) AS t GROUP BY 1$$);
SELECT * FROM check_scan($$SELECT id % 250, fit_digest(orchard.fit(@, 'positive', '{"algorithm": "logistic_regression", "l2": 1}')) FROM (SELECT id, x1 * 2 AS x, y > 0 AS positive FROM narrow) AS t GROUP BY 1$$);
-- The first row that a call takes was on disk, and others follow from there that it does not take
SELECT * FROM check_scan($$SELECT id, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}') FILTER (WHERE id BETWEEN 300 AND 310)), sum(y)::numeric(12, 6) FROM (SELECT n.id, n.x1 * 2 AS x, n.y, v.twice FROM narrow AS n CROSS JOIN (VALUES (1), (2)) AS v(twice)) AS t GROUP BY id$$);
RESET work_mem;
RESET enable_sort;
-- Columns that parameters change, of nodes that run anew: in one group, in hashed ones, and in sorted ones
SELECT * FROM check_scan($$SELECT o, (SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT y, x1 * o AS x1, x2 FROM narrow) AS t) FROM generate_series(0, 2) AS o$$);
SELECT * FROM check_scan($$SELECT o, m FROM generate_series(0, 2) AS o, LATERAL (SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) AS m FROM (SELECT k, y, x1 * o AS x1, x2 FROM narrow) AS t GROUP BY k) AS s$$);
SELECT * FROM check_scan($$SELECT o, m FROM generate_series(0, 2) AS o, LATERAL (SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) AS m FROM (SELECT k, y, x1 * o AS x1, x2 FROM narrow ORDER BY k OFFSET 3) AS t GROUP BY k) AS s$$);
-- Slots that hold stored rows and slots that hold values, by turns; texts that are kept apart, or compressed
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')), md5(orchard.describe(@)::text) FROM (SELECT * FROM part_one UNION ALL SELECT id, k, x2, x1, x3, y FROM narrow UNION ALL SELECT * FROM part) AS t$$);
SELECT same FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "exclude": ["long"]}')), md5(orchard.fit_recipe(@, '[{"transform": "onehot", "column": "same"}]')::text), md5(orchard.describe(@)::text) FROM (SELECT k, y, substr(long, 1, 1) AS first, repeat(s, 1000) AS same, long FROM wide) AS t GROUP BY k$$);
-- A value that is drawn is drawn once a row
CREATE TYPE drawn AS (y float8, x1 float8);
SELECT setseed(0.3);
SELECT fit_digest(orchard.fit(ROW(random(), x1)::drawn, 'y', '{"algorithm": "linear_regression"}')) AS drawn FROM narrow \gset
SELECT setseed(0.3);
SELECT :'drawn' = fit_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) AS same FROM (SELECT random() AS y, x1 FROM narrow OFFSET 0) AS t;

-- Recipes
\set recipe '[{"transform": "standard", "column": "x"}, {"transform": "onehot", "column": "s"}, {"transform": "onehot", "column": "m"}, {"transform": "impute", "column": "n"}, {"transform": "target", "column": "s", "target": "y"}, {"transform": "quantile", "column": "late"}]'
SELECT * FROM check_scan(format('SELECT md5(orchard.fit_recipe(@, %L)::text) FROM wide AS t', :'recipe'));
SELECT * FROM check_scan(format('SELECT md5(orchard.fit_recipe(@, %L)::text) FROM (SELECT s, x, long, n, m, y, late FROM wide) AS t', :'recipe'));
SELECT * FROM check_scan(format('SELECT md5(orchard.fit_recipe(@, %L)::text) FROM (SELECT s, x, long, n, m, y + 1 AS y, late FROM wide) AS t', :'recipe'));
SELECT * FROM check_scan(format('SELECT k, md5(orchard.fit_recipe(@, %L)::text) FROM (SELECT s, x, k, long, n, m, y, late FROM wide) AS t GROUP BY k', :'recipe'));
SELECT * FROM check_scan(format('SELECT md5(orchard.fit_recipe(@, %L)::text), md5(orchard.fit_recipe(@, %L)::text) FROM wide AS t', :'recipe', '[{"transform": "standard", "column": "y"}]'));
SELECT * FROM check_scan($$SELECT orchard.fit_recipe(@, '[{"transform": "standard", "column": "x"}]') FROM (SELECT CASE WHEN id < 300 THEN x1 ELSE 'inf' END AS x FROM narrow) AS t$$);

-- Descriptions have columns in their order
SELECT same FROM check_scan($$SELECT orchard.describe(@) FROM (SELECT y, x1, k + 1 AS k, id FROM narrow) AS t$$);
SELECT same FROM check_scan($$SELECT k, orchard.describe(@) FROM (SELECT y, x1, k, id FROM narrow) AS t GROUP BY k$$);

-- Others read the row too, or rows are put aside: then they are formed
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')), count(t), count(DISTINCT t), bool_and(t IS NOT NULL), max(length(t::text)) FROM wide AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')), fit_digest(orchard.fit(@, 'x1')), orchard.describe(@)::text FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM narrow AS t HAVING count(t) = 500$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y') FILTER (WHERE t::text LIKE '%1%')), count(*) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y') FILTER (WHERE id % 2 = 0)), count(*) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, CASE WHEN t::text = '' THEN 'x1' ELSE 'y' END)) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y' ORDER BY x1)) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(DISTINCT @, 'y')) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y')), grouping(k) FROM narrow AS t GROUP BY ROLLUP (k)$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM narrow AS t GROUP BY GROUPING SETS ((), ())$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM narrow AS t WHERE id < 20 GROUP BY t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y') OVER (ORDER BY id)) FROM narrow AS t WHERE id < 20$$);
SET work_mem = '64kB';
SET enable_sort = off;
SELECT * FROM check_scan($$SELECT id, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM narrow AS t GROUP BY id$$);
RESET work_mem;
RESET enable_sort;
SET enable_hashagg = off;
SET enable_sort = off;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}' ORDER BY x)), count(*) FROM wide AS t GROUP BY k$$);
SELECT * FROM check_scan($$SELECT k, fit_digest(orchard.fit(DISTINCT @, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')), count(*) FROM wide AS t GROUP BY k$$);
SELECT * FROM check_scan($$SELECT k, m, fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')), count(*) FROM wide AS t GROUP BY GROUPING SETS ((k), (m))$$);
RESET enable_hashagg;
RESET enable_sort;
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')), (SELECT count(u) FROM narrow AS u) FROM narrow AS t$$);

-- The same errors, of the first row and of a later one
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'z')) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression", "tree": 1}')) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', NULL)) FROM narrow AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT x1, CASE WHEN id <> 300 THEN y END AS y FROM narrow) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT CASE WHEN id = 300 THEN 'NaN' ELSE x1 END AS x1, y FROM narrow OFFSET 0) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT x1, y, x1 FROM narrow OFFSET 0) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM (SELECT ARRAY(SELECT 1.0::float8 FROM generate_series(1, 2 + (id = 400)::int)) AS a, y FROM narrow OFFSET 0) AS t$$);
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'y')) FROM narrow AS t WHERE id < 0$$);

-- Prepared statements, with parameters of the whole statement
PREPARE by_name(text, jsonb) AS SELECT fit_digest(orchard.fit(t, $1, $2)) = fit_digest(orchard.fit(coalesce(t, t), $1, $2)) AS same FROM narrow AS t;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_name('y', '{"algorithm": "linear_regression"}');
EXECUTE by_name('b', '{"algorithm": "linear_regression"}');
ALTER TABLE narrow ADD b boolean DEFAULT true;
UPDATE narrow SET b = id % 3 = 0;
EXECUTE by_name('b', '{"algorithm": "logistic_regression"}');
ALTER TABLE narrow DROP x3;
EXECUTE by_name('b', '{"algorithm": "logistic_regression"}');
RESET plan_cache_mode;

-- A cursor, and workers
BEGIN;
DECLARE models CURSOR FOR SELECT k, fit_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}')) <> '' AS has_model FROM wide AS t GROUP BY k ORDER BY k;
FETCH 2 FROM models;
FETCH 2 FROM models;
COMMIT;
-- One that a user opened who may do more than the one who fetches, or under a domain of before
CREATE FUNCTION doubled(x float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN x * 2; END';
REVOKE EXECUTE ON FUNCTION doubled FROM PUBLIC;
CREATE DOMAIN level AS float8 CHECK (VALUE < 100);
CREATE ROLE fit_scan_fetcher;
GRANT USAGE ON SCHEMA fit_scan, orchard TO fit_scan_fetcher;
BEGIN;
DECLARE models CURSOR FOR SELECT fit_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) <> '' AS has_model FROM (SELECT y, doubled(x1) AS x FROM narrow) AS t;
DECLARE filtered CURSOR FOR SELECT fit_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FILTER (WHERE doubled(y) < 1)) <> '' AS has_model FROM (SELECT y, x1 FROM narrow) AS t;
DECLARE limited CURSOR FOR SELECT fit_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) <> '' AS has_model FROM (SELECT y, x1::level AS x FROM narrow) AS t;
ALTER DOMAIN level ADD CHECK (VALUE < 0.5);
SET ROLE fit_scan_fetcher;
FETCH models;
FETCH filtered;
FETCH limited;
ROLLBACK;
DROP OWNED BY fit_scan_fetcher;
DROP ROLE fit_scan_fetcher;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SELECT * FROM check_scan($$SELECT fit_digest(orchard.fit(@, 'b', '{"algorithm": "random_forest", "exclude": ["long", "a"], "n_estimators": 3}')) FROM wide AS t$$);
EXPLAIN (VERBOSE, COSTS OFF) SELECT orchard.fit(t, 'y') FROM wide AS t;

DROP SCHEMA fit_scan CASCADE;

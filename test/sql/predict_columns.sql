-- Scores of a row that is never formed: the planner replaces it by the columns that the model reads.
--
-- as_is hides a row from the planner, so that it is formed; both ways must agree bit for bit.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET max_parallel_workers_per_gather = 0;
CREATE SCHEMA spread;
SET search_path = spread, public;

CREATE FUNCTION as_is(anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
-- The plan of a query, models left out.
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		RETURN NEXT regexp_replace(line, '\\x[0-9a-f]+', '\\x..', 'g');
	END LOOP;
END $$;
CREATE FUNCTION run(statement text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE statement; END';
CREATE FUNCTION is_spread(query text) RETURNS boolean LANGUAGE sql
AS $$ SELECT bool_or(line ~ '_columns\(') FROM plan(query) AS line $$;
-- A call, in which $ is the row r of the source: is it spread, and does it give what the formed row gives?
CREATE FUNCTION tried(call text, source text, OUT spread boolean, OUT same boolean, OUT n bigint, OUT scored bigint)
LANGUAGE plpgsql AS $$
BEGIN
	spread := is_spread(format('SELECT %s FROM %s', replace(call, '$', 'r'), source));
	EXECUTE format('SELECT count(*), count(a), bool_and(record_image_eq(ROW(a), ROW(b))) FROM (SELECT %s AS a, %s AS b FROM %s OFFSET 0) AS s',
		replace(call, '$', 'r'), replace(call, '$', 'as_is(r)'), source) INTO n, scored, same;
END $$;

CREATE TYPE grade AS ENUM ('low', 'middle', 'high');
CREATE DOMAIN share AS numeric CHECK (VALUE >= 0);
CREATE TABLE visit (id int PRIMARY KEY, gone text, x float8, n int, part share, colour text, level grade, yes boolean,
	at timestamptz, age interval, pair float8[], story text);
INSERT INTO visit SELECT i, 'gone', sin(i), i * 7 % 11, i % 13 / 8.0, (ARRAY['red', 'green', NULL])[1 + i % 3],
	(ARRAY['low', 'middle', 'high']::grade[])[1 + i * 5 % 3], i % 4 < 2, timestamptz '2024-01-01 UTC' + i * interval '1 hour',
	i % 17 * interval '1 minute', ARRAY[cos(i), i % 5], repeat('story ' || i, 500) FROM generate_series(1, 300) AS i;
UPDATE visit SET x = NULL WHERE id % 10 = 3;
UPDATE visit SET level = NULL, yes = NULL, part = NULL, age = NULL WHERE id % 10 = 4;
ALTER TABLE visit DROP COLUMN gone;

CREATE TABLE trip AS SELECT i AS id FROM generate_series(-5, 20) AS i;
CREATE TABLE model (name text PRIMARY KEY, m orchard.model);
INSERT INTO model SELECT 'linear', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT x, n, part, colour, level, yes, at, age, pair, 2 * coalesce(x, 0) + n + id % 3 AS y FROM visit) AS t;
INSERT INTO model SELECT 'two', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 1}')
FROM (SELECT colour, x, n, CASE WHEN id * 31 % 7 < 3 THEN 'yes' ELSE 'no' END AS y FROM visit) AS t;
INSERT INTO model SELECT 'three', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 1}')
FROM (SELECT n, level, x, (ARRAY['a', 'b', 'c'])[1 + id * 31 % 7 / 3] AS y FROM visit) AS t;
INSERT INTO model SELECT 'trees', orchard.fit(t, 'y', '{"n_estimators": 5}')
FROM (SELECT x, n, colour, yes, x * n + id % 3 AS y FROM visit WHERE x IS NOT NULL) AS t;
INSERT INTO model SELECT 'recipe', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "preprocess": [{"column": "x", "transform": "standard"}, {"column": "colour", "transform": "onehot"}]}')
FROM (SELECT n, colour, x, coalesce(x, 0) + n + id % 3 AS y FROM visit) AS t;
INSERT INTO model SELECT 'plain', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT n::float8 AS n, x, 2 * coalesce(x, 0) + n + id % 3 AS y FROM visit) AS t;
SELECT m AS linear FROM model WHERE name = 'linear' \gset
SELECT m AS two FROM model WHERE name = 'two' \gset
SELECT m AS three FROM model WHERE name = 'three' \gset
SELECT m AS trees FROM model WHERE name = 'trees' \gset
SELECT m AS recipe FROM model WHERE name = 'recipe' \gset
SELECT m AS plain FROM model WHERE name = 'plain' \gset
SELECT count(orchard.register('spread_' || name, m)) FROM model;

-- A constant model gets the columns that it reads, in its order; another one all of them.
CREATE TABLE small AS SELECT id, x, n, colour FROM visit;
ALTER TABLE small SET (parallel_workers = 2);
SELECT plan(format('SELECT orchard.predict(%L::orchard.model, r) FROM small AS r', :'two'));
SELECT plan('SELECT orchard.predict(m, r) FROM small AS r, model WHERE name = ''two''');
SELECT plan('SELECT orchard.probability((SELECT m FROM model WHERE name = ''two''), ''no'', r) FROM small AS r');
SELECT plan('SELECT id FROM small AS r WHERE orchard.predict(''spread_two'', r) > 1 ORDER BY orchard.predict_class(''spread_two'', r)');

-- Every function and every kind of model, as a constant, out of a table, and by name.
SELECT call, tried(replace(call, 'M', format('%L::orchard.model', :'two')), 'visit AS r') AS constant,
	tried(replace(call, 'M', 'm'), 'visit AS r, model WHERE name = ''two''') AS joined,
	tried(replace(call, 'M', '''spread_two'''), 'visit AS r') AS by_name
FROM unnest(ARRAY['orchard.predict(M, $)', 'orchard.predict_class(M, $)', 'orchard.predict_proba(M, $)',
	'orchard.probability(M, ''no'', $)', 'orchard.probability(M, NULL, $)']) AS call;
SELECT name, tried(format('orchard.%s(%L::orchard.model, $)', f, m), 'visit AS r') AS constant,
	tried(format('orchard.%s(m, $)', f), format('visit AS r, model WHERE name = %L', name)) AS joined,
	tried(format('orchard.%s(%L, $)', f, 'spread_' || name), 'visit AS r') AS by_name
FROM model, LATERAL (SELECT CASE name WHEN 'three' THEN 'predict_proba' ELSE 'predict' END) AS s(f) ORDER BY name;
SELECT tried('orchard.predict(m, $)', 'visit AS r, model WHERE name <> ''three''') AS many_models,
	tried('orchard.predict_class(''spread_'' || name, $)', 'visit AS r, model WHERE name IN (''two'', ''three'')') AS many_names,
	tried('orchard.predict(NULL::orchard.model, $)', 'visit AS r') AS null_model,
	tried('orchard.predict(CASE WHEN id % 2 = 0 THEN ''spread_plain'' END, $)', 'visit AS r') AS null_name;

-- By position and by row are the same bits, whatever the order of the columns.
SELECT bool_and(orchard.predict(:'plain'::orchard.model, r) = orchard.predict(:'plain'::orchard.model, r.n::float8, r.x)) AS by_position,
	bool_and(orchard.predict(:'plain'::orchard.model, s) = orchard.predict(:'plain'::orchard.model, r.n::float8, r.x)) AS subquery
FROM visit AS r, LATERAL (SELECT r.x, r.n) AS s;

-- Rows that are written out, in views and subqueries, merged into the query or not.
CREATE VIEW merged AS SELECT id, colour, n + 0 AS n, x FROM visit;
CREATE VIEW kept AS SELECT DISTINCT id, x, n, colour FROM visit;
CREATE VIEW guarded WITH (security_barrier) AS SELECT id, x, n, colour FROM visit WHERE id > 5;
SELECT source, tried('orchard.predict(m, $)', source || ', model WHERE name = ''two''') AS joined,
	tried(format('orchard.predict_class(%L::orchard.model, $)', :'two'), source) AS constant
FROM unnest(ARRAY['merged AS r', 'kept AS r', 'guarded AS r', '(SELECT n, x, colour, id FROM visit) AS r',
	'(SELECT n, x, colour, row_number() OVER (ORDER BY id) FROM visit) AS r', '(SELECT n, avg(x) AS x, colour FROM visit GROUP BY n, colour) AS r',
	'(SELECT colour, n, x FROM merged OFFSET 0) AS r (colour, n, x)', '(SELECT id, x, n, colour FROM visit LIMIT 7) AS r (a, n, x)',
	'(SELECT x, n, colour FROM visit UNION ALL SELECT n, id, ''red'' FROM visit) AS r', '(VALUES (1, 2.5::float8, ''red'')) AS r (n, x, colour)',
	'visit AS r (a, b, c, d)', 'visit AS r TABLESAMPLE bernoulli (100)']) AS source;
SELECT tried('orchard.predict(''spread_two'', $)', '(WITH c AS MATERIALIZED (SELECT * FROM visit) SELECT * FROM c) AS r') AS materialized,
	tried('orchard.predict(''spread_two'', $)', 'generate_series(1, 2) AS g, LATERAL (SELECT * FROM visit WHERE id = g) AS r') AS lateral,
	tried('orchard.predict(''spread_two'', $)', '(SELECT ROW(v.*)::visit FROM visit AS v) AS s (r)') AS rebuilt,
	tried('orchard.predict(''spread_two'', $)', '(SELECT v FROM visit AS v) AS s (r)') AS nested;
-- What is not of these rows stays as it is.
SELECT source, tried('orchard.predict(''spread_two'', $)', source)
FROM unnest(ARRAY['(SELECT v FROM visit AS v OFFSET 0) AS s (r)', 'json_populate_recordset(NULL::visit, ''[{"x": 1, "n": 2, "colour": "red"}]'') AS r',
	'unnest(ARRAY[NULL, (SELECT v FROM visit AS v WHERE id = 1)]) AS r']) AS source;
-- Common table expressions, and lists of values.
WITH c AS MATERIALIZED (SELECT id AS i, x, n, colour FROM visit) SELECT count(*),
	bool_and(orchard.predict(:'two'::orchard.model, a) = orchard.predict('spread_two', as_is(b)) AND orchard.predict('spread_two', a) = orchard.predict(:'two'::orchard.model, as_is(b))) AS read_twice
FROM c AS a JOIN c AS b USING (i);
SELECT tried('orchard.predict(''spread_two'', $)', '(VALUES (1, 2.5::float8, ''red'', NULL), (NULL, 1, NULL, 5)) AS r (n, x, colour)') AS list,
	tried(format('orchard.predict(%L::orchard.model, $)', :'two'), 'trip AS t LEFT JOIN (VALUES (1, 2.5::float8, ''red''), (3, 1, NULL)) AS r (n, x, colour) ON n = t.id') AS outer_join,
	is_spread('WITH c AS MATERIALIZED (SELECT * FROM small) SELECT orchard.predict(''spread_two'', r) FROM c AS r') AS cte;
WITH RECURSIVE r AS (SELECT 1 AS n, 0.5::float8 AS x, 'red' AS colour UNION ALL SELECT n + 1, x, colour FROM r WHERE n < 4)
SELECT bool_and(orchard.predict(:'two'::orchard.model, r) = orchard.predict(:'two'::orchard.model, colour, x, n)) AS recursive FROM r;
-- The definition of a view is what its author wrote.
CREATE VIEW scored AS SELECT id, orchard.predict('spread_two', v) AS p FROM visit AS v;
SELECT pg_get_viewdef('scored');
SELECT is_spread('SELECT p FROM scored WHERE id = 3'), count(p) = 300 AS all FROM scored;

-- A row that an outer join may lack is NULL, and so is its score; the columns would say "missing".
SELECT source, tried('orchard.predict(''spread_two'', $)', source)
FROM unnest(ARRAY['trip AS t LEFT JOIN visit AS r USING (id)', 'visit AS r RIGHT JOIN trip AS t USING (id)', 'visit AS r LEFT JOIN trip AS t USING (id)',
	'trip AS t RIGHT JOIN visit AS r USING (id)', 'trip AS t FULL JOIN visit AS r USING (id)', 'trip AS t JOIN visit AS r USING (id)',
	'trip AS t LEFT JOIN (visit AS r JOIN trip AS u USING (id)) USING (id)', 'trip AS t LEFT JOIN merged AS r USING (id)',
	'trip AS t LEFT JOIN kept AS r USING (id)', 'trip AS t LEFT JOIN (trip AS u JOIN visit AS r USING (id)) USING (id), trip AS w',
	'(visit AS v LEFT JOIN trip AS t USING (id)) AS r', 'trip AS t LEFT JOIN LATERAL (SELECT v.* FROM visit AS v WHERE v.id = t.id) AS r ON true']) AS source;
SELECT tried('p', 'trip AS t LEFT JOIN (SELECT id, orchard.predict(''spread_two'', v) AS p FROM visit AS v) AS s USING (id)') AS scored_below,
	tried('p', 'trip AS t LEFT JOIN scored AS s USING (id)') AS view_below;
SELECT count(*) FROM trip AS t LEFT JOIN visit AS r USING (id) WHERE orchard.predict('spread_two', r) IS NULL;
SELECT count(*) FROM trip AS t LEFT JOIN visit AS r ON t.id = r.id AND orchard.predict('spread_two', r) IS NULL WHERE r.id IS NULL;
SELECT count(*) FROM trip AS t WHERE NOT EXISTS (SELECT 1 FROM visit AS r WHERE r.id = t.id AND orchard.predict('spread_two', r) > 0);
SELECT count(*) FROM trip AS t WHERE EXISTS (SELECT 1 FROM visit AS r WHERE r.id = t.id AND orchard.predict('spread_two', r) > 0);

-- A grouping set makes NULL of the row or of a column; plain groups do not.
SELECT r IS NULL AS is_null, count(*), count(p) FROM (
	SELECT r, orchard.predict('spread_two', r) AS p FROM visit AS r WHERE id < 4 GROUP BY GROUPING SETS ((r), ())) AS s GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT p) FROM (
	SELECT orchard.predict('spread_plain', r) AS p FROM visit AS r WHERE id = 1 GROUP BY GROUPING SETS ((id, n), (id))) AS s;
SELECT is_spread('SELECT orchard.predict(''spread_two'', r) FROM visit AS r GROUP BY GROUPING SETS ((r), ())') AS grouping_sets,
	is_spread('SELECT orchard.predict(''spread_two'', r) FROM visit AS r GROUP BY id') AS groups;
SELECT count(*) = 300 AS groups, bool_and(p = q) AS same FROM (
	SELECT orchard.predict('spread_two', r) AS p, orchard.predict('spread_two', as_is(r)) AS q FROM visit AS r GROUP BY id
	HAVING orchard.predict('spread_two', r) > 0) AS s;
SELECT count(*) = 300 AS groups, bool_and(p = q) AS same FROM (
	SELECT orchard.predict('spread_two', r) AS p, orchard.predict('spread_two', as_is(r)) AS q FROM merged AS r GROUP BY r
	HAVING orchard.predict('spread_two', r) > 0) AS s;
SELECT sum(p) = sum(q) AS same FROM (SELECT avg(orchard.predict('spread_two', r)) OVER w AS p, avg(orchard.predict('spread_two', as_is(r))) OVER w AS q
	FROM visit AS r WINDOW w AS (PARTITION BY orchard.predict_class('spread_three', r) ORDER BY orchard.predict('spread_linear', r))) AS s;

-- Errors are the same, name the same things, and come when a row is scored, not before.
CREATE TABLE poor AS SELECT id, x, colour, level FROM visit;
CREATE TABLE other AS SELECT id, x, colour, n::text AS n FROM visit;
CREATE FUNCTION failure(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE query;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' / ', SQLSTATE, SQLERRM, hint);
END $$;
SELECT source, failure(format('SELECT orchard.predict(%L::orchard.model, r) FROM %s', :'two', source)) AS error,
	failure(format('SELECT orchard.predict(%L::orchard.model, as_is(r)) FROM %s', :'two', source)) =
	failure(format('SELECT orchard.predict(%L::orchard.model, r) FROM %s', :'two', source)) AS constant,
	failure(format('SELECT orchard.predict(''spread_two'', as_is(r)) FROM %s', source)) =
	failure(format('SELECT orchard.predict(''spread_two'', r) FROM %s', source)) AS by_name,
	failure(format('EXPLAIN SELECT orchard.predict(%L::orchard.model, r) FROM %s', :'two', source)) AS explained,
	failure(format('SELECT orchard.predict(%L::orchard.model, r) FROM %s WHERE id < 0', :'two', source)) AS no_rows
FROM unnest(ARRAY['poor AS r', 'other AS r', '(SELECT id, x, colour, n, id AS n FROM visit) AS r', '(SELECT id, x, colour, n, id AS n FROM visit OFFSET 0) AS r',
	'(SELECT id, x, n AS colour, n FROM visit) AS r']) AS source;
SELECT failure('SELECT orchard.predict(''spread_none'', r) FROM visit AS r') AS no_model,
	failure('SELECT orchard.predict(''spread_three'', r) FROM visit AS r') AS three_classes,
	failure('SELECT orchard.probability(''spread_two'', ''maybe'', r) FROM visit AS r') AS no_class,
	failure('SELECT orchard.predict_class(''spread_plain'', r) FROM visit AS r') AS no_classes;
SELECT (SELECT count(orchard.predict('spread_none', r)) FROM visit AS r WHERE false) AS no_rows;

-- Two columns of a name that the model does not read are as good as one.
SELECT tried('orchard.predict(''spread_two'', $)', '(SELECT id, x, colour, n, id AS a, x AS a FROM visit) AS r') AS by_name,
	tried(format('orchard.predict(%L::orchard.model, $)', :'two'), '(SELECT id, x, colour, n, id AS a, x AS a FROM visit) AS r') AS constant;

-- Columns written out: those with side effects, and sets, are not left out.
CREATE SEQUENCE counted;
INSERT INTO model SELECT 'f', orchard.fit(t, 'f2', '{"algorithm": "linear_regression"}') FROM (SELECT ROW(n::float8, x, id) FROM visit WHERE x IS NOT NULL) AS s (t);
SELECT m AS f FROM model WHERE name = 'f' \gset
SELECT is_spread(format('SELECT orchard.predict(%L::orchard.model, ROW(n::float8, x, id)) FROM visit', :'f')) AS written_out,
	is_spread(format('SELECT orchard.predict(%L::orchard.model, ROW(n::float8, x, 1, nextval(''counted''))) FROM visit', :'f')) AS volatile;
SELECT count(orchard.predict(:'f'::orchard.model, ROW(n::float8, x, 1, nextval('counted')))) = 300 AS all FROM visit;
SELECT currval('counted');
SELECT count(*) FROM (SELECT orchard.predict(:'f'::orchard.model, ROW(n::float8, x, 1, generate_series(1, 3))) FROM visit WHERE id < 5) AS s;
SELECT bool_and(orchard.predict(:'f'::orchard.model, ROW(n::float8, x, 1)) = orchard.predict(:'f'::orchard.model, as_is(ROW(n::float8, x, 1)))) AS same FROM visit;
SELECT count(DISTINCT orchard.predict(:'f'::orchard.model, ROW(1.5::float8, 2.5::float8, 1))) AS constant_row FROM visit;

-- Partitions and heirs whose columns come in another order.
CREATE TABLE parent (id int, x float8, n int, colour text) PARTITION BY RANGE (id);
CREATE TABLE first_part (colour text, gone int, id int, n int, x float8);
ALTER TABLE first_part DROP COLUMN gone;
ALTER TABLE parent ATTACH PARTITION first_part FOR VALUES FROM (0) TO (100);
CREATE TABLE second_part PARTITION OF parent FOR VALUES FROM (100) TO (1000);
INSERT INTO parent SELECT id, x, n, colour FROM visit;
CREATE TABLE heir (extra text, p float8) INHERITS (poor);
CREATE TABLE grandchild (level grade, n int, colour text, id int, x float8, extra text, p float8);
ALTER TABLE grandchild INHERIT heir;
INSERT INTO grandchild (id, x, n, colour) SELECT id, x, n, colour FROM visit WHERE id < 50;
INSERT INTO heir (id, x, colour) SELECT id, x, colour FROM visit WHERE id < 40;
INSERT INTO model SELECT 'poor', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT colour, x, x * 2 AS y FROM visit WHERE x IS NOT NULL) AS t;
SELECT tried('orchard.predict(''spread_two'', $)', 'parent AS r') AS partitioned,
	tried(format('orchard.predict(%L::orchard.model, $)', :'two'), 'parent AS r') AS constant,
	tried('orchard.predict(m, $)', 'poor AS r, model WHERE name = ''poor''') AS heirs,
	tried('orchard.predict(''spread_two'', $)', 'first_part AS r') AS part;
SELECT tried('orchard.predict(''spread_two'', $)', '(SELECT * FROM parent UNION ALL SELECT id, x, n, colour FROM visit) AS r') AS appended;
UPDATE heir AS r SET p = orchard.predict(m, r) FROM model WHERE name = 'poor';
SELECT count(p), bool_and(p = orchard.predict(m, colour, x)) AS updated FROM heir, model WHERE name = 'poor';

-- Statements that write.
CREATE TABLE target (id int PRIMARY KEY, n int, x float8, colour text, p float8);
INSERT INTO target AS r (id, n, x, colour) SELECT id, n, x, colour FROM visit WHERE id < 20
RETURNING orchard.predict('spread_two', r) = orchard.predict('spread_two', as_is(r)) AND orchard.predict('spread_two', r) = orchard.predict('spread_two', colour, x, n) AS same \g /dev/null
UPDATE target AS r SET p = orchard.predict('spread_two', r);
INSERT INTO target AS r (id, n, x, colour) SELECT id, n + 1, x, colour FROM visit WHERE id < 25
ON CONFLICT (id) DO UPDATE SET n = excluded.n, p = orchard.predict('spread_two', excluded) WHERE orchard.predict('spread_two', r) <> orchard.predict('spread_two', excluded);
SELECT count(p), bool_and(p = orchard.predict('spread_two', colour, x, n)) AS same FROM target AS r;
MERGE INTO target AS r USING (SELECT * FROM visit WHERE id BETWEEN 15 AND 30) AS s ON r.id = s.id
WHEN MATCHED AND orchard.predict('spread_two', r) > 0 THEN UPDATE SET p = orchard.predict('spread_two', s) + orchard.predict('spread_two', r)
WHEN NOT MATCHED THEN INSERT (id, x, n, colour, p) VALUES (id, x, n, colour, orchard.predict('spread_two', s));
SELECT count(p), count(*) FILTER (WHERE p = orchard.predict('spread_two', colour, x, n)) AS inserted_or_old FROM target AS r;
WITH gone AS (DELETE FROM target AS r WHERE orchard.predict('spread_two', r) >= 0 AND id > 25 RETURNING id, orchard.predict('spread_two', r) > 0 AS scored)
SELECT * FROM gone ORDER BY id;
BEGIN;
SELECT count(p) FROM (SELECT orchard.predict('spread_two', r) AS p FROM visit AS r WHERE id < 9 FOR UPDATE) AS s;
ROLLBACK;
CREATE FUNCTION score_target() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.p := orchard.predict('spread_two', NEW); RETURN NEW; END $$;
CREATE TRIGGER score BEFORE UPDATE ON target FOR EACH ROW WHEN (orchard.predict('spread_two', OLD) > 0 AND orchard.predict('spread_two', NEW) > 0) EXECUTE FUNCTION score_target();
UPDATE target SET n = n + 1;
SELECT bool_and(p = orchard.predict('spread_two', colour, x, n)) AS same FROM target AS r;

-- An index over the score of a row holds the call as it is; queries of that table do too, and find it.
CREATE TABLE indexed AS SELECT id, x, n, colour FROM visit;
SELECT run(format('CREATE INDEX by_score ON indexed (orchard.predict(%L::orchard.model, indexed))', :'two')) \g /dev/null
ANALYZE indexed;
SET enable_seqscan = off;
SELECT bool_or(line ~ 'by_score') AS used FROM plan(format('SELECT id FROM indexed AS r WHERE orchard.predict(%L::orchard.model, r) > 0.55', :'two')) AS line;
SELECT is_spread(format('SELECT id FROM indexed AS r WHERE orchard.predict(%L::orchard.model, r) > 0.55', :'two')) AS spread;
SELECT count(*) = (SELECT count(*) FROM visit WHERE orchard.predict(:'two'::orchard.model, colour, x, n) > 0.4) AS same
FROM indexed AS r WHERE orchard.predict(:'two'::orchard.model, r) > 0.4;
DROP INDEX by_score;
SELECT run(format('CREATE INDEX by_id ON indexed (id) WHERE orchard.predict(%L::orchard.model, indexed) > 0.4', :'two')) \g /dev/null
SELECT bool_or(line ~ 'by_id') AS used FROM plan(format('SELECT id FROM indexed AS r WHERE id < 5 AND orchard.predict(%L::orchard.model, r) > 0.4', :'two')) AS line;
DROP INDEX by_id;
SELECT run(format('CREATE INDEX by_columns ON indexed (orchard.predict(%L::orchard.model, colour, x, n))', :'two')) \g /dev/null
SELECT is_spread(format('SELECT id FROM indexed AS r WHERE orchard.predict(%L::orchard.model, r) > 0.55', :'two')) AS spread;
RESET enable_seqscan;
SELECT run(format('ALTER TABLE indexed ADD CHECK (orchard.predict(%L::orchard.model, indexed) BETWEEN 0 AND 1)', :'two')) \g /dev/null
SELECT run(format('ALTER TABLE indexed ADD q float8 GENERATED ALWAYS AS (orchard.predict(%L::orchard.model, ROW(n::float8, x, id))) STORED', :'f')) \g /dev/null
INSERT INTO indexed (id, x, n, colour) VALUES (1000, 0.5, 3, 'red');
SELECT q = orchard.predict(:'f'::orchard.model, ROW(n::float8, x, id)) AS same FROM indexed WHERE id = 1000;
SELECT run(format('CREATE INDEX by_row ON indexed (orchard.predict(%L::orchard.model, ROW(n::float8, x, id)))', :'f')) \g /dev/null
SET enable_seqscan = off;
SELECT bool_or(line ~ 'by_row') AS used FROM plan(format('SELECT id FROM indexed WHERE orchard.predict(%L::orchard.model, ROW(n::float8, x, id)) > 100', :'f')) AS line;
RESET enable_seqscan;

-- Prepared statements: custom plans know the model, generic ones do not; a new column is seen.
PREPARE by_model(orchard.model) AS SELECT count(orchard.predict($1, r)), bool_and(orchard.predict($1, r) = orchard.predict($1, as_is(r))) AS same FROM visit AS r;
SET plan_cache_mode = force_custom_plan;
EXECUTE by_model(:'two');
EXECUTE by_model(:'linear');
SET plan_cache_mode = force_generic_plan;
EXECUTE by_model(:'two');
EXECUTE by_model(:'linear');
CREATE TABLE changing AS SELECT id, x, colour FROM visit;
PREPARE by_name AS SELECT count(orchard.predict('spread_two', r)) FROM changing AS r;
EXECUTE by_name;
ALTER TABLE changing ADD n int;
EXECUTE by_name;
ALTER TABLE changing RENAME x TO z;
EXECUTE by_name;
ALTER TABLE changing RENAME z TO x;
EXECUTE by_name;
ALTER TABLE changing ALTER n TYPE text;
EXECUTE by_name;
ALTER TABLE changing DROP n, ADD n float8;
EXECUTE by_name;
RESET plan_cache_mode;
DEALLOCATE ALL;

-- In a subquery the row of the query around it is formed.
SELECT tried('(SELECT orchard.predict(m, $) FROM model WHERE name = ''two'')', 'visit AS r') AS correlated,
	tried('(SELECT orchard.predict(m, $) FROM model WHERE name = ''two'' OFFSET 0)', 'visit AS r LEFT JOIN trip USING (id)') AS kept;
-- A function in SQL that is inlined has the row of its caller.
CREATE FUNCTION risk(visit) RETURNS float8 LANGUAGE sql STABLE AS $$ SELECT orchard.predict('spread_two', $1) $$;
SELECT tried('risk($)', 'visit AS r') AS inlined, tried('risk($)', 'trip AS t LEFT JOIN visit AS r USING (id)') AS outer_join;
CREATE FUNCTION each_risk() RETURNS SETOF float8 LANGUAGE plpgsql AS $$
DECLARE row visit;
BEGIN
	FOR row IN SELECT * FROM visit ORDER BY id LOOP
		RETURN NEXT orchard.predict('spread_two', row);
	END LOOP;
END $$;
SELECT count(*), bool_and(p = q) AS same FROM (SELECT orchard.predict('spread_two', v) AS p, row_number() OVER (ORDER BY id) AS i FROM visit AS v) AS s
JOIN (SELECT q, i FROM each_risk() WITH ORDINALITY AS e (q, i)) AS t USING (i);

-- A wide table: a constant model takes what it reads of it, others its row.
SELECT run('CREATE TABLE wide AS SELECT id, x, n, colour, ' || string_agg('0 AS w' || i, ', ') || ' FROM visit') FROM generate_series(1, 120) AS i \g /dev/null
SELECT tried('orchard.predict(''spread_two'', $)', 'wide AS r') AS by_name,
	tried(format('orchard.predict(%L::orchard.model, $)', :'two'), 'wide AS r') AS constant;
SELECT run('CREATE TABLE edge AS SELECT id, x, n, colour, ' || string_agg('0 AS w' || i, ', ') || ' FROM visit') FROM generate_series(1, 94) AS i \g /dev/null
SELECT tried('orchard.predict(''spread_two'', $)', 'edge AS r') AS columns_98;
ALTER TABLE edge ADD more int;
SELECT tried('orchard.predict(''spread_two'', $)', 'edge AS r') AS columns_99;

-- Parallel workers bind the columns themselves.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT plan('SELECT sum(orchard.predict(''spread_two'', r)) FROM small AS r');
SELECT abs(sum(orchard.predict('spread_two', r)) - sum(orchard.predict('spread_two', colour, x, n))) < 1e-9 AS same FROM visit AS r;
SET max_parallel_workers_per_gather = 0;

-- Rights: of every column of the row, as ever; row security; and of the function that was called.
CREATE ROLE regress_spread;
GRANT USAGE ON SCHEMA spread TO regress_spread;
GRANT SELECT (id, x, n, colour) ON visit TO regress_spread;
GRANT SELECT ON merged, guarded, poor TO regress_spread;
SELECT run(format('CREATE FUNCTION two_here() RETURNS orchard.model LANGUAGE sql IMMUTABLE AS %L', format('SELECT %L::orchard.model', :'two'))) \g /dev/null
ALTER TABLE parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON parent USING (id % 2 = 0);
GRANT SELECT ON parent TO regress_spread;
SET ROLE regress_spread;
SELECT count(orchard.predict(two_here(), r)) FROM visit AS r;
SELECT count(orchard.predict(two_here(), r)) FROM merged AS r;
SELECT count(orchard.predict(two_here(), r)), bool_and(id % 2 = 0) AS only_these FROM parent AS r;
CREATE FUNCTION pg_temp.tell(int, int) RETURNS boolean COST 0.0001 LANGUAGE plpgsql AS $$ BEGIN IF $1 % 2 = 1 THEN RAISE WARNING 'leaked %', $1; END IF; RETURN true; END $$;
SELECT count(orchard.predict(two_here(), r)) FROM parent AS r WHERE pg_temp.tell(id, n) AND orchard.predict(two_here(), r) > 0;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION orchard.predict_columns(orchard.model, text[], "any") FROM PUBLIC;
SET ROLE regress_spread;
SELECT count(orchard.predict(two_here(), r)), is_spread('SELECT orchard.predict(two_here(), r) FROM merged AS r') AS spread FROM merged AS r;
RESET ROLE;
GRANT EXECUTE ON FUNCTION orchard.predict_columns(orchard.model, text[], "any") TO PUBLIC;
REVOKE EXECUTE ON FUNCTION orchard.predict(orchard.model, "any") FROM PUBLIC;
PREPARE later AS SELECT count(orchard.predict(two_here(), r)) FROM merged AS r;
CREATE FUNCTION risk_here(merged) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT orchard.predict(spread.two_here(), $1)';
PREPARE inlined AS SELECT count(risk_here(r)) FROM merged AS r;
SET ROLE regress_spread;
SELECT count(orchard.predict(two_here(), r)) FROM merged AS r;
EXECUTE later;
EXECUTE inlined;
RESET ROLE;
GRANT EXECUTE ON FUNCTION orchard.predict(orchard.model, "any") TO PUBLIC;
SET ROLE regress_spread;
EXECUTE later;
EXECUTE inlined;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION orchard.predict(orchard.model, "any") FROM PUBLIC;
SET ROLE regress_spread;
EXECUTE later;
EXECUTE inlined;
RESET ROLE;
GRANT EXECUTE ON FUNCTION orchard.predict(orchard.model, "any") TO PUBLIC;
DEALLOCATE ALL;
-- A function that was altered is called.
SELECT name, is_spread('SELECT orchard.predict(''spread_two'', r) FROM small AS r') AS spread
FROM unnest(ARRAY['SECURITY DEFINER', 'SECURITY INVOKER', 'COST 50', 'COST 100', 'PARALLEL RESTRICTED', 'PARALLEL SAFE',
	'SET work_mem = 64', 'RESET ALL', 'VOLATILE', 'STABLE', 'LEAKPROOF', 'NOT LEAKPROOF']) AS name, run('ALTER FUNCTION orchard.predict(text, "any") ' || name);
SET ROLE regress_spread;
SELECT count(orchard.predict('spread_two', r)) FROM merged AS r;
RESET ROLE;
ALTER FUNCTION orchard.predict(text, "any") SECURITY DEFINER;
SET ROLE regress_spread;
SELECT count(orchard.predict('postgres.spread_two', r)) FROM merged AS r;
RESET ROLE;
ALTER FUNCTION orchard.predict(text, "any") SECURITY INVOKER;
DROP OWNED BY regress_spread;
DROP ROLE regress_spread;

-- By hand, with constant names and others, and what is refused.
SELECT bool_and(orchard.predict_columns(:'two'::orchard.model, '{n,x,id,colour}', n, x, id, colour) = orchard.predict(:'two'::orchard.model, colour, x, n)) AS value,
	bool_and(orchard.predict_class_columns('spread_two', '{n,x,id,colour}', n, x, id, colour) = orchard.predict_class(:'two'::orchard.model, colour, x, n)) AS name,
	bool_and(orchard.predict_proba_columns('spread_two', '{n,x,id,colour}', n, x, id, colour) = orchard.predict_proba(:'two'::orchard.model, colour, x, n)) AS proba,
	bool_and(orchard.probability_columns('spread_two', 'no', '{n,x,id,colour}', n, x, id, colour) = orchard.probability(:'two'::orchard.model, 'no', colour, x, n)) AS class
FROM visit;
SELECT bool_and(orchard.predict_columns(:'plain'::orchard.model, ARRAY[a, b], 2.0::float8, 3.0::float8)
	= CASE WHEN a = 'x' THEN orchard.predict(:'plain'::orchard.model, 3, 2) ELSE orchard.predict(:'plain'::orchard.model, 2, 3) END) AS names_by_row
FROM (VALUES ('x', 'n'), ('n', 'x'), ('n', 'x'), ('x', 'n')) AS names (a, b), generate_series(1, 3);
SELECT orchard.predict_columns(NULL::orchard.model, '{a}', 1) IS NULL AS null_model, orchard.predict_columns(NULL::orchard.model, NULL, 1) IS NULL AS all_null;
SELECT failure(format('SELECT orchard.predict_columns(%L::orchard.model, %s)', :'plain', arguments))
FROM unnest(ARRAY['NULL, 1', '''{x}'', 1, 2', '''{x,n,y}'', 1, 2', '''{x,NULL}'', 1, 2', '''{x,z}'', 1, 2', '''{x,x}'', 1, 2', '''{x,n}'', ''red''::text, 2',
	'''{x,n}'', VARIADIC ARRAY[1, 2]', '''{{x,n}}'', 1, 2', '''{}'', 1, 2', format('ARRAY[''x'', %L], 1, 2', repeat('n', 64))]) AS arguments;

DROP TABLE visit CASCADE;
SELECT count(orchard.drop_model('spread_' || name)) FROM model WHERE name NOT IN ('f', 'poor');
SET client_min_messages = error;
DROP SCHEMA spread CASCADE;

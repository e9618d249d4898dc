-- orchard.train: a query in, a registered model out.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
\set linear '{"algorithm": "linear_regression", "exclude": ["id", "note", "yes", "w"]}'
\set logistic '{"algorithm": "logistic_regression", "exclude": ["id", "note", "y", "w"]}'
CREATE TYPE grade AS ENUM ('low', 'mid', 'high');
CREATE TABLE ground AS
SELECT i AS id, nullif(i * 37 % 101, 5) / 4.0::float8 AS x, (i * 53 % 31)::int2 AS k, 'c' || i % 4 AS c,
	(ARRAY['low', 'mid', 'high'])[1 + i % 3]::grade AS g, ARRAY[i % 7, i % 11]::float8[] AS v, i % 13 / 2.0::numeric AS n,
	timestamp '2020-01-01' + i % 17 * interval '1 hour' AS at, repeat('x', i % 5) AS note, i % 3 AS w,
	(i * 53 % 31 + i * 37 % 101)::float8 AS y, i * 7919 % 11 > 4 AS yes
FROM generate_series(1, 600) AS i;
ALTER TABLE ground DROP note;
ALTER TABLE ground ADD note text DEFAULT 'a note';
CREATE FUNCTION digest(wanted text) RETURNS text LANGUAGE sql AS
$$ SELECT digest FROM orchard.versions WHERE name = wanted ORDER BY version DESC LIMIT 1 $$;

-- The model is that of the aggregate to the last bit, from a table and from a query, by slots.
SELECT name, version, algorithm, objective, rows, features, metrics ? 'train.rmse' AS rmse, warnings, elapsed BETWEEN '0' AND '1 min' AS elapsed
FROM orchard.train('linear', 'ground', 'y', NULL, :'linear');
SELECT digest('linear') = orchard.model_digest(orchard.fit(t, 'y', :'linear')) AS same FROM ground AS t;
SELECT name, version, algorithm, objective, rows, features, metrics ? 'train.log_loss' AS log_loss
FROM orchard.train('logistic', 'ground', 'yes', NULL, :'logistic');
SELECT digest('logistic') = orchard.model_digest(orchard.fit(t, 'yes', :'logistic')) AS same FROM ground AS t;
SELECT version FROM orchard.train('linear', 'SELECT x, c, v[1] + 1 AS v1, y, w FROM ground WHERE k > 3 ORDER BY id DESC; -- of which some', 'y', 'linear_regression', '{"weight": "w", "group": "c"}');
SELECT digest('linear') = orchard.model_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "weight": "w", "group": "c"}' )) AS same
FROM (SELECT x, c, v[1] + 1 AS v1, y, w FROM ground WHERE k > 3 ORDER BY id DESC) AS t;

-- Rows are read where a table or a sort keeps them: with NULLs, with columns that are left out, from before a column
-- came, behind one of varying width and after one went.
CREATE TABLE stored AS
SELECT i / 3 AS id, nullif(i % 7, 3)::float8 AS a, (i % 5)::int2 AS k, i % 2 = 0 AS b, i * 31 % 17 / 4.0::float8 AS c,
	((i * 37 + i % 7) % 29)::float8 AS y
FROM generate_series(1, 300) AS i;
CREATE FUNCTION same_from(source text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	target text;
	same boolean[];
	one boolean;
BEGIN
	FOREACH target IN ARRAY '{y,b}'::text[] LOOP
		options := options || jsonb_build_object('algorithm', CASE target WHEN 'y' THEN 'linear_regression' ELSE 'logistic_regression' END);
		PERFORM version FROM orchard.train('stored', source, target, NULL, options);
		EXECUTE format($q$SELECT digest('stored') = orchard.model_digest(orchard.fit(t, %L, %L)) FROM (%s) AS t$q$,
			target, options, CASE WHEN source LIKE '% %' THEN source ELSE 'TABLE ' || source END) INTO one;
		same := same || one;
	END LOOP;
	RETURN same::text;
END $$;
SELECT same_from('stored', '{"exclude": ["id"]}'), same_from('stored', '{"features": ["c"]}'), same_from('stored');
SELECT same_from('SELECT * FROM stored'), same_from('SELECT * FROM stored ORDER BY c, y, a, k, id'), same_from('SELECT c, a, y, b FROM stored');
ALTER TABLE stored ADD d float8 DEFAULT 2.5;
INSERT INTO stored SELECT i, i, i % 3, i % 4 < 2, 1.5, i % 6, i % 11 FROM generate_series(1, 40) AS i;
SELECT same_from('stored', '{"exclude": ["id"]}'), same_from('stored', '{"exclude": ["d"]}'), same_from('SELECT * FROM stored WHERE k > 1 OFFSET 3');
ALTER TABLE stored DROP k;
SELECT same_from('stored', '{"exclude": ["id"]}'), same_from('SELECT * FROM stored ORDER BY c, y, a, d, id');
SELECT same_from('SELECT a, c, b, y FROM stored UNION SELECT a, c, b, y FROM stored ORDER BY a, c, b, y');
-- A slot for stored rows that holds values: of several functions at once.
SELECT same_from('SELECT * FROM ROWS FROM (unnest(array[3, 1, 4, 1, 5, 9, 2, 6, 5]), unnest(array[2.5, 0, 1, 4, 2, 1, 7, 3, 9]::float8[]), unnest(array[true, false, true, true, false, true, false, false, true])) WITH ORDINALITY AS f(i, a, b, y)');
CREATE TABLE behind AS SELECT id, repeat('x', id % 9) AS note, a, b, c, y FROM stored;
SELECT same_from('behind', '{"exclude": ["note"]}'), same_from('behind', '{"exclude": ["note", "id"], "weight": "id"}');
UPDATE stored SET c = 'Infinity' WHERE a = 5 AND d = 5;
SELECT rows FROM orchard.train('stored', 'stored', 'y', 'linear_regression');
DROP FUNCTION same_from(text, jsonb);
DROP TABLE stored, behind;

-- By columns as arguments, which is what a parallel plan runs.
SELECT orchard.model_digest(orchard.fit_columns('{x,k,c,g,v,n,at,y,id,note,yes,w}', 'y', :'linear', x, k, c, g, v, n, at, y))
	= (SELECT orchard.model_digest(orchard.fit(t, 'y', :'linear')) FROM ground AS t) AS same FROM ground;
SELECT orchard.model_digest(orchard.fit_columns('{c1,y}', 'y', '{"algorithm": "linear_regression"}', x, y))
	= (SELECT orchard.model_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT x AS c1, y FROM ground) AS t) AS same FROM ground;

-- What can be a source: names as SQL has them, views, and every form of a query that reads.
CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."Big ""T""" AS SELECT x AS "X,", y AS "y""" FROM ground;
CREATE VIEW seen AS SELECT x, y FROM ground WHERE id > 100;
CREATE TABLE parent (x float8, y float8);
CREATE TABLE child (z int) INHERITS (parent);
INSERT INTO parent VALUES (1, 2);
INSERT INTO child VALUES (2, 3), (3, 5);
SELECT rows, features FROM orchard.train('s', '"a.b"."Big ""T"""', 'y"', 'linear_regression');
SELECT rows, features FROM orchard.train('s', ' SEEN ', 'y', 'linear_regression');
SELECT rows, features FROM orchard.train('s', 'public.seen', 'y', 'linear_regression');
SELECT rows, features FROM orchard.train('s', 'parent', 'y', 'linear_regression');
SELECT rows, features FROM orchard.train('s', 'VALUES (1, 2), (2, 4), (3, 7)', 'column2', 'linear_regression');
SELECT rows, features FROM orchard.train('s', 'TABLE seen', 'y', 'linear_regression');
SELECT rows, features FROM orchard.train('s', 'WITH s AS (SELECT * FROM seen) SELECT s.* FROM s -- all', 'y', 'linear_regression');
SELECT rows, features FROM orchard.train('s', '/* first */ (SELECT x, y FROM seen) UNION ALL (SELECT k, y FROM ground LIMIT 5);', 'y', 'linear_regression');
PREPARE again (text) AS SELECT rows FROM orchard.train('s', $1, 'y', 'linear_regression');
EXECUTE again ('seen');
EXECUTE again ('parent');

-- Rows that the transaction wrote are seen.
BEGIN;
INSERT INTO parent VALUES (4, 9);
SELECT rows FROM orchard.train('s', 'parent', 'y', 'linear_regression');
SHOW synchronize_seqscans;
ROLLBACK;
SELECT max(version) FROM orchard.versions WHERE name = 's';

-- Where nothing can be registered, nothing is trained.
BEGIN READ ONLY;
SELECT rows FROM orchard.train('s', 'missing', 'y', 'linear_regression');
ROLLBACK;

-- What cannot: nothing of it runs.
\set VERBOSITY terse
SELECT * FROM orchard.train('r', 'SELECT 1 AS y; DROP TABLE child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT * FROM parent) AS t; DROP TABLE child; --', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'parent; DROP TABLE child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'DROP TABLE child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'DELETE FROM child RETURNING *', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'WITH gone AS (DELETE FROM child RETURNING *) SELECT * FROM gone', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT * INTO other FROM child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'CREATE TABLE other AS SELECT * FROM child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'EXPLAIN ANALYZE DELETE FROM child', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SHOW ALL', 'setting', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT * FROM child FOR UPDATE', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'COPY child TO STDOUT', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', '', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', '-- nothing', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT x, y, $1 AS z FROM parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT x AS a, y AS a, y FROM parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT FROM parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'missing', 'y', 'linear_regression');
SELECT count(*) FROM child;

-- Arguments.
\set VERBOSITY default
SELECT orchard.train('r', 'parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', '{"algorithm": "logistic_regression"}');
SELECT rows FROM orchard.train('s', 'parent', 'y', 'linear_regression', '{"algorithm": "linear_regression"}');
SELECT * FROM orchard.train('r', 'parent', 'z', 'linear_regression');
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', '{"l3": 1}');
\set VERBOSITY terse
SELECT * FROM orchard.train('r', 'parent', 'y', options => '{"algorithm": 1}');
SELECT * FROM orchard.train('r', 'parent', 'y', 'guess');
SELECT * FROM orchard.train('r', 'parent', algorithm => 'linear_regression');
SELECT * FROM orchard.train(NULL, 'parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', NULL, 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', NULL);
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', '[]');
SELECT * FROM orchard.train('two words', 'parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('nobody.r', 'parent', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', '{"exclude": ["q"]}');
SELECT * FROM orchard.train('r', 'parent', 'y', 'linear_regression', '{"weight": "q"}');
SELECT orchard.fit_columns(ARRAY['x', y::text], 'y', '{"algorithm": "linear_regression"}', x, y) FROM parent;
SELECT orchard.fit_columns('{x}', 'y', '{"algorithm": "linear_regression"}', x, y) FROM parent;
SELECT orchard.fit_columns('{x,x}', 'x', '{"algorithm": "linear_regression"}', x, y) FROM parent;

-- No row to train on is an error, whatever on_failure says.
\set VERBOSITY default
SELECT * FROM orchard.train('r', 'SELECT * FROM parent WHERE x > 100', 'y', 'linear_regression');
SELECT * FROM orchard.train('r', 'SELECT x, NULL::boolean AS y FROM parent', 'y', 'logistic_regression', '{"skip_null_target": true}');
SELECT orchard.fit_columns('{x,y}', 'y', '{"algorithm": "linear_regression"}', x, y) IS NULL FROM parent WHERE x > 100;
SELECT orchard.fit_columns('{x,y}', 'y', '{"algorithm": "linear_regression", "skip_null_target": true}', x, NULL::float8) FROM parent;
SELECT name FROM orchard.models WHERE name = 'r';

-- Errors in the rows and in the query, in a block that goes on.
DO $$
DECLARE
	report orchard.training_report;
	failed text;
BEGIN
	FOREACH failed IN ARRAY ARRAY['SELECT x, NULL::float8 AS y FROM parent', 'SELECT x, ''NaN''::float8 AS y FROM parent',
		'SELECT 1 / (x - 3) AS x, y FROM parent', 'SELECT x, y, xmin FROM parent', 'SELECT x, y, ''x''::regclass FROM parent'] LOOP
		BEGIN
			SELECT * INTO report FROM orchard.train('r', failed, 'y', 'linear_regression');
			RAISE WARNING 'trained on %', failed;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING '% %', SQLSTATE, SQLERRM;
		END;
	END LOOP;
	SELECT * INTO report FROM orchard.train('s', 'parent', 'y', 'linear_regression');
	RAISE WARNING '% rows', report.rows;
END $$;
SHOW synchronize_seqscans;

-- Warnings are in the report.
SELECT warnings FROM orchard.train('s', 'SELECT x, 1 AS one, y FROM parent', 'y', 'linear_regression');

-- Rights: columns that are not read need none, others do; row security is the caller's.
CREATE ROLE regress_ann;
CREATE ROLE regress_bob;
CREATE TABLE owned (owner text, secret text, x float8, y float8);
INSERT INTO owned SELECT 'regress_' || (ARRAY['ann', 'bob'])[1 + i % 2], 's', i, i * (1 + i % 2) FROM generate_series(1, 30) AS i;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON owned USING (owner = current_user);
GRANT SELECT (x, y, owner) ON owned TO regress_ann, regress_bob;
SET ROLE regress_ann;
SELECT rows FROM orchard.train('mine', 'owned', 'y', 'linear_regression', '{"features": ["x"]}');
SELECT round(estimate::numeric, 6) AS slope FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, y FROM owned) AS t)) WHERE term = 'x';
SELECT round(orchard.predict('mine', 10.0)::numeric, 6) AS at_10;
\set VERBOSITY terse
SELECT * FROM orchard.train('mine', 'owned', 'y', 'linear_regression');
SELECT * FROM orchard.train('mine', 'ground', 'y', 'linear_regression');
SELECT * FROM orchard.train('regress_bob.mine', 'owned', 'y', 'linear_regression', '{"features": ["x"]}');
SET ROLE regress_bob;
SELECT rows FROM orchard.train('mine', 'SELECT x, y FROM owned', 'y', 'linear_regression');
SELECT round(orchard.predict('mine', 10.0)::numeric, 6) AS at_10;
RESET ROLE;

SELECT count(orchard.drop_model(owner || '.' || name)) FROM orchard.models;
DROP OWNED BY regress_ann, regress_bob;
DROP TABLE ground, parent, child, owned CASCADE;
DROP SCHEMA "a.b" CASCADE;
DROP TYPE grade;
DROP FUNCTION digest(text);
DROP ROLE regress_ann, regress_bob;

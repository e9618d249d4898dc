-- orchard.train of a table whose rows parallel workers share.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;

-- Is the model of `source` by workers alone that of one process, each coefficient and error within 1e-9 of itself?
CREATE FUNCTION in_one(source text, options jsonb) RETURNS orchard.model LANGUAGE plpgsql SET max_parallel_workers_per_gather = 0 AS
$$ BEGIN
	PERFORM version FROM orchard.train('one', source, 'y', 'linear_regression', options);
	RETURN orchard.load_model('one');
END $$;
CREATE FUNCTION in_workers(source text, options jsonb) RETURNS orchard.model LANGUAGE plpgsql SET parallel_leader_participation = off AS
$$ BEGIN
	PERFORM version FROM orchard.train('shared', source, 'y', 'linear_regression', options);
	RETURN orchard.load_model('shared');
END $$;
CREATE FUNCTION same_in_workers(source text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS
$$
	WITH m AS MATERIALIZED (SELECT in_one(source, options) AS a, in_workers(source, options) AS b)
	SELECT format('%s of %s rows, %s terms', bool_and(abs(p.estimate - q.estimate) <= 1e-9 * abs(p.estimate) + 1e-10
			AND coalesce(abs(p.std_error - q.std_error) <= 1e-9 * p.std_error + 1e-12, q.std_error IS NULL)),
		max(orchard.summary(b) ->> 'rows'), count(q.term))
	FROM m, orchard.coefficients(a) AS p FULL JOIN orchard.coefficients(b) AS q USING (term)
$$;
-- Who meets a row that cannot be trained on: a worker where workers read, and the leader takes no part.
CREATE FUNCTION who_reads(source text, bomb text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql SET parallel_leader_participation = off AS
$$
DECLARE
	place text;
	state text;
BEGIN
	EXECUTE bomb;
	PERFORM version FROM orchard.train('shared', source, 'y', 'linear_regression', options);
	RETURN 'nobody';
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS place = PG_EXCEPTION_CONTEXT, state = MESSAGE_TEXT;
	RETURN CASE WHEN place ~ 'parallel worker' THEN 'a worker: ' ELSE 'one process: ' END || state;
END $$;

CREATE TYPE grade AS ENUM ('low', 'mid', 'high');
CREATE TABLE ground AS
SELECT i AS id, nullif(i * 37 % 101, 5) / 4.0::float8 AS x, (i * 53 % 31)::int2 AS k, i % 5 > 1 AS b, i % 3 AS w,
	((i * 53 % 31) + (i * 37 % 101) / 7.0 + i % 11)::float8 AS y
FROM generate_series(1, 3000) AS i;
SELECT who_reads('ground', $$INSERT INTO ground VALUES (0, 'Infinity', 1, true, 1, 1)$$);
SELECT same_in_workers('ground', '{"exclude": ["id"]}'), same_in_workers('ground', '{"weight": "w", "features": ["x", "k"]}'),
	same_in_workers('ground', '{"exclude": ["id"], "l2": 0.1}'), same_in_workers('ground', '{"features": ["x", "k"], "l1": "cv", "group": "id", "alphas": 5}');
-- With the leader, and where no worker can be had.
SELECT rows, round((metrics ->> 'train.r2')::numeric, 9) AS r2 FROM orchard.train('s', 'ground', 'y', 'linear_regression', '{"features": ["x", "k"]}');
SET max_parallel_workers = 0;
SELECT rows, round((metrics ->> 'train.r2')::numeric, 9) AS r2 FROM orchard.train('s', 'ground', 'y', 'linear_regression', '{"features": ["x", "k"]}');
SELECT orchard.model_digest(orchard.load_model('s')) = orchard.model_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"]}')) AS is_that_of_fit FROM ground AS t;
RESET max_parallel_workers;
SELECT round(regr_r2(y, k)::numeric, 9) AS r2 FROM ground;
SELECT round((metrics ->> 'train.r2')::numeric, 9) AS r2 FROM orchard.train('s', 'ground', 'y', 'linear_regression', '{"features": ["k"]}');

-- Columns that came later, with a default and without, that went, that are computed, of varying width, out of line, enums, arrays.
ALTER TABLE ground ADD late float8 DEFAULT 2.5, ADD later int;
INSERT INTO ground SELECT i, i % 13, i % 7, i % 4 < 2, 1, i % 17, i % 3, i % 5 FROM generate_series(1, 400) AS i;
SELECT same_in_workers('ground', '{"exclude": ["id"]}');
ALTER TABLE ground DROP b;
SELECT who_reads('ground', $$INSERT INTO ground (x, k, w, y, late, later) VALUES (1, 1, 1, 'NaN', 2, 3)$$), same_in_workers('ground', '{"exclude": ["id"]}');
ALTER TABLE ground ADD twice float8 GENERATED ALWAYS AS (late * late + k) STORED, ADD g grade, ADD v float8[], ADD c text;
UPDATE ground SET g = (ARRAY['low', 'mid', 'high'])[1 + id % 3]::grade, v = ARRAY[id % 7, nullif(id % 19, 4)], c = CASE WHEN id % 4 > 0 THEN 'c' || id % 4 END;
ALTER TABLE ground ALTER c SET STORAGE external;
UPDATE ground SET c = repeat('long ', 1000) WHERE id % 9 = 2;
VACUUM ANALYZE ground;
SELECT same_in_workers('ground', '{"exclude": ["id"]}'), same_in_workers('ground', '{"features": ["c", "g"]}'), same_in_workers('ground', '{"features": ["v"], "skip_null_target": true}');
SELECT who_reads('ground', $$INSERT INTO ground (x, k, w, y, v) VALUES (1, 1, 1, 1, '{1, Infinity}')$$, '{"features": ["v"]}') LIKE 'one process: %' AS one_process;
-- A recipe that is fitted, digits beyond a double, and more columns than a function has arguments.
SELECT orchard.fit_recipe(t, '[{"column": "x", "transform": "standard"}, {"column": "c", "transform": "onehot"}]') AS recipe FROM ground AS t \gset
SELECT same_in_workers('ground', jsonb_build_object('features', '["k"]'::jsonb, 'preprocess', :'recipe'::jsonb));
CREATE TABLE digits AS SELECT 1e8 + i / 3.0 AS x, i % 7 AS k, 3 * (1e8 + i / 3.0) + i % 7 AS y FROM generate_series(1, 2000) AS i;
SELECT abs(estimate - 3) <= 1e-12 AS is_exact FROM orchard.coefficients(in_workers('digits', '{}')) WHERE term = 'x';
DO $$ BEGIN
	EXECUTE (SELECT format('CREATE TABLE wide AS SELECT %s, (i * 31 %% 97)::float8 AS y FROM generate_series(1, 1500) AS i',
		string_agg(format('((i + %s) * %s %% %s)::float8 AS c%s', c, 7919 + 2 * c, 101 + 2 * c, c), ', ')) FROM generate_series(1, 120) AS c);
END $$;
SELECT who_reads('wide', $$INSERT INTO wide (c77, y) VALUES ('-Infinity', 1)$$), same_in_workers('wide');

-- Rows that this transaction wrote, in a table that it made, and those that a subtransaction took back.
BEGIN;
CREATE TABLE made AS SELECT i AS x, 2 * i AS y FROM generate_series(1, 500) AS i;
SAVEPOINT a;
INSERT INTO made SELECT i, 3 * i FROM generate_series(1, 100) AS i;
SELECT rows FROM orchard.train('s', 'made', 'y', 'linear_regression');
ROLLBACK TO a;
DELETE FROM made WHERE x > 400;
SELECT rows FROM orchard.train('s', 'made', 'y', 'linear_regression');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT rows FROM orchard.train('s', 'digits', 'y', 'linear_regression');
COMMIT;

-- What is not a whole table: each source is read, whoever reads it.
CREATE TABLE parent (x float8, y float8);
CREATE TABLE child (z int) INHERITS (parent);
INSERT INTO parent SELECT i % 10, i % 23 FROM generate_series(1, 200) AS i;
INSERT INTO child SELECT i % 11, i % 29, 1 FROM generate_series(1, 300) AS i;
CREATE TABLE parts (x float8, y float8, z int) PARTITION BY RANGE (x);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (5);
CREATE TABLE part_2 (z int, y float8, x float8);
ALTER TABLE parts ATTACH PARTITION part_2 FOR VALUES FROM (5) TO (50);
INSERT INTO parts SELECT i % 11, i % 29, i % 3 FROM generate_series(1, 300) AS i;
CREATE VIEW seen AS SELECT x, y FROM ground WHERE k > 3;
CREATE MATERIALIZED VIEW kept AS SELECT x, y FROM ground WHERE k > 3;
CREATE MATERIALIZED VIEW never AS SELECT x, y FROM ground WITH NO DATA;
CREATE TEMP TABLE passing AS SELECT x, y FROM ground LIMIT 50;
CREATE TABLE indexed AS SELECT (i % 7)::float8 AS x, (i % 31)::float8 AS y FROM generate_series(1, 2000) AS i;
CREATE INDEX ON indexed (x, y);
VACUUM ANALYZE indexed;
CREATE TABLE nothing (x float8, y float8);
SELECT same_in_workers('parent'), same_in_workers('parts'), same_in_workers('seen');
SELECT same_in_workers('kept'), same_in_workers('passing'), same_in_workers('indexed'), same_in_workers('SELECT * FROM ground WHERE k < 9', '{"features": ["x", "late"]}');
SELECT who_reads('parts', $$INSERT INTO parts VALUES (7, 'Infinity')$$), who_reads('kept', 'UPDATE ground SET x = ''Infinity'' WHERE k = 5; REFRESH MATERIALIZED VIEW kept');
\set VERBOSITY terse
SELECT * FROM orchard.train('s', 'never', 'y', 'linear_regression');
SELECT * FROM orchard.train('s', 'nothing', 'y', 'linear_regression');
INSERT INTO nothing SELECT i, NULL FROM generate_series(1, 100) AS i;
SELECT * FROM orchard.train('s', 'nothing', 'y', 'linear_regression');
SELECT * FROM orchard.train('s', 'nothing', 'y', 'linear_regression', '{"skip_null_target": true}');

-- Rights are those of the columns that are read; row security is the caller's.
CREATE ROLE regress_ann;
GRANT SELECT (x, k, y) ON ground TO regress_ann;
CREATE TABLE owned AS SELECT CASE WHEN i % 3 = 0 THEN 'regress_ann' ELSE 'other' END AS owner, (i % 13)::float8 AS x, (i % 37)::float8 AS y FROM generate_series(1, 900) AS i;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON owned USING (owner = current_user);
GRANT SELECT ON owned TO regress_ann;
SELECT rows FROM orchard.train('s', 'owned', 'y', 'linear_regression', '{"features": ["x"]}');
SET ROLE regress_ann;
SELECT rows, features FROM orchard.train('mine', 'ground', 'y', 'linear_regression', '{"features": ["x", "k"]}');
SELECT rows FROM orchard.train('mine', 'ground', 'y', 'linear_regression', '{"features": ["x", "late"]}');
SELECT rows FROM orchard.train('mine', 'ground', 'y', 'linear_regression');
SELECT rows FROM orchard.train('mine', 'owned', 'y', 'linear_regression', '{"features": ["x"]}');
RESET ROLE;

-- An error of a worker ends the others, and the session goes on.
SELECT who_reads('ground', $$INSERT INTO ground (k, y) SELECT 1, 'Infinity' FROM generate_series(1, 500)$$, '{"features": ["k"]}');
SET statement_timeout = '1ms';
SELECT * FROM orchard.train('s', 'wide', 'y', 'linear_regression');
RESET statement_timeout;
SELECT rows FROM orchard.train('s', 'wide', 'y', 'linear_regression');
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND datname = current_database();
SHOW synchronize_seqscans;

SELECT count(orchard.drop_model(owner || '.' || name)) FROM orchard.models;
DROP OWNED BY regress_ann;
-- An array is as long as in the first row, and the first row of a worker may have none: one process reads it.
CREATE TABLE vectors AS SELECT i AS id, CASE WHEN i <= 50 THEN ARRAY[sin(i), cos(i * i)] END AS v, sin(i * 3) AS y FROM generate_series(1, 100000) AS i;
ANALYZE vectors;
SELECT source, same_in_workers(source, '{"features": ["v"]}')
FROM (VALUES ('vectors'), ('SELECT * FROM vectors'), ('SELECT v, y FROM vectors WHERE id > 0')) AS s(source);
-- Who computes a column of a query, with an array beside it and without.
CREATE FUNCTION who_divides(features jsonb) RETURNS text LANGUAGE plpgsql SET parallel_leader_participation = off AS
$$
DECLARE
	place text;
BEGIN
	PERFORM version FROM orchard.train('divided', 'SELECT v, y, 1 / (id - 99999) AS x FROM vectors', 'y', 'linear_regression', jsonb_build_object('features', features));
	RETURN 'nobody';
EXCEPTION WHEN division_by_zero THEN
	GET STACKED DIAGNOSTICS place = PG_EXCEPTION_CONTEXT;
	RETURN CASE WHEN place ~ 'parallel worker' THEN 'a worker' ELSE 'one process' END;
END $$;
SELECT features, who_divides(features) FROM (VALUES ('["x"]'::jsonb), ('["v", "x"]')) AS f(features);
DROP FUNCTION who_divides(jsonb);

DROP ROLE regress_ann;
DROP TABLE vectors, ground, digits, wide, parent, child, parts, indexed, nothing, owned, passing CASCADE;
DROP TYPE grade;
DROP FUNCTION in_one(text, jsonb), in_workers(text, jsonb), same_in_workers(text, jsonb), who_reads(text, text, jsonb);

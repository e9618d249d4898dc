-- SET search_path = public, orchard, pg_catalog: what is a built-in's meaning, and what is Orchard's work.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE TYPE drop_in_mood AS ENUM ('low', 'fair', 'high');
CREATE DOMAIN drop_in_share AS float8;
CREATE DOMAIN drop_in_count AS bigint;
RESET client_min_messages;

-- what a call gives: its type and value, or its SQLSTATE
CREATE FUNCTION drop_in_outcome(call text, source text, path text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	PERFORM set_config('search_path', path, true);
	EXECUTE format('SELECT string_agg(pg_typeof(r)::text || '' '' || coalesce(r::text, ''NULL''), '', '' ORDER BY i) FROM (SELECT row_number() OVER () AS i, %s AS r FROM %s) AS q', call, source) INTO outcome;
	RETURN outcome;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
-- values whose sums and squares are exact
CREATE TABLE drop_in_types (type text, first text, second text, third text, fourth text);
INSERT INTO drop_in_types SELECT type, '1', '7', '3', '5'
	FROM unnest('{smallint,integer,bigint,numeric,"numeric(12,2)",real,float8,money,oid,text,varchar,varchar(5),character(3),name,drop_in_share,drop_in_count,unknown}'::text[]) AS type;
INSERT INTO drop_in_types VALUES ('bigint', '9007199254740993', '9223372036854775807', '-9223372036854775808', '0'), ('integer', '2147483647', '2147483647', '-2147483648', '1'),
	('smallint', '32767', '32767', '-32768', '0'), ('numeric', '1e40', '0.000000000000000000000000000001', '-1e40', '1.00'), ('numeric', 'NaN', 'Infinity', '1', '-Infinity'), ('float8', 'NaN', 'Infinity', '1', '-Infinity'), ('real', '3e38', '-0', 'NaN', '-3e38'),
	('float8', '-0', '0', '-0', '0'), ('interval', '1 mon', '30 days', '720 hours', '-1 day'), ('date', '2024-02-29', 'infinity', '1970-01-01', '0044-03-15 BC'), ('timestamp', '2024-02-29 12:00', '-infinity', '2024-03-01', '1999-12-31 23:59:59.999999'),
	('timestamptz', '2024-03-31 02:30+01', 'infinity', '2024-03-31 01:30Z', '2000-01-01'), ('time', '12:00', '24:00', '00:00', '23:59'), ('timetz', '12:00+02', '10:00Z', '00:00-05', '23:59+14'), ('boolean', 't', 'f', 't', 'f'),
	('inet', '10.0.0.1', '10.0.0.0/8', '::1', '192.168.0.1'), ('uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'),
	('bytea', '\x01', '\x02', '\x00', '\xff'), ('bit(3)', '101', '010', '111', '000'), ('integer[]', '{1,2}', '{1}', '{3}', '{}'), ('float8[]', '{1,2}', '{1}', '{3}', '{}'), ('text[]', '{a}', '{b}', '{}', '{c,d}'), ('drop_in_mood', 'low', 'high', 'fair', 'low'),
	('int4range', '[1,3)', '[2,4)', 'empty', '[0,1)'), ('pg_lsn', '0/1', '0/2', '1/0', '0/0'), ('tid', '(0,1)', '(1,0)', '(0,2)', '(0,0)'), ('point', '(1,2)', '(3,4)', '(0,0)', '(1,1)'), ('jsonb', '1', '"a"', '{}', '[]'), ('xid', '1', '2', '3', '4');

-- every function of pg_catalog whose name is in Orchard too, with every type, as a group, filtered, distinct, and over a frame
SELECT p.proname, count(DISTINCT c.oid) AS built_ins FROM pg_proc AS p JOIN pg_proc AS c ON c.proname = p.proname AND c.pronamespace = 'pg_catalog'::regnamespace
WHERE p.pronamespace = 'orchard'::regnamespace GROUP BY 1 ORDER BY 1;
CREATE TABLE drop_in_calls AS
SELECT a.name, t.type, call, CASE WHEN t.type = 'unknown' THEN '(VALUES (1)) AS v(one)' ELSE format('(VALUES (1, %L::%s), (2, %L), (3, NULL), (4, %L), (5, %L)) AS v(n, x)', first, type, second, third, fourth) END AS source
FROM drop_in_types AS t, (SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'orchard'::regnamespace AND proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace)) AS a,
	LATERAL unnest(CASE WHEN t.type = 'unknown' THEN ARRAY[format('%s(''1'')', name), format('%s(''1'', ''2'')', name), format('%s(NULL)', name), format('%s(NULL, NULL)', name), format('%s()', name), format('%s(*)', name)]
		ELSE ARRAY[format('%s(x)', name), format('%s(x, x)', name), format('%s(x, 1)', name), format('%s(''1'', x)', name), format('%s(DISTINCT x)', name), format('%s(x) FILTER (WHERE n > 1)', name),
			format('%s(x) OVER (ORDER BY n ROWS 1 PRECEDING)', name), format('%s(x, x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)', name), format('%s(ALL x ORDER BY n DESC)', name)] END) AS call;
CREATE TABLE drop_in_outcomes AS
SELECT *, drop_in_outcome(call, source, 'public, pg_catalog') AS built_in, drop_in_outcome(call, source, 'public, orchard, pg_catalog') AS ours FROM drop_in_calls;
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE built_in ~ '^.....$') > 1000 AS errors, count(*) FILTER (WHERE built_in !~ '^.....$') > 1000 AS values FROM drop_in_outcomes;
-- What was no call stays an error or is one of Orchard's own; version() says more behind the same text.
SELECT name, type, call, source, built_in, ours FROM drop_in_outcomes WHERE built_in IS DISTINCT FROM ours AND built_in <> '42883' AND name <> 'version' ORDER BY 1, 2, 3;
SELECT call, bool_and(CASE WHEN built_in LIKE 'text %' THEN starts_with(ours, built_in || '; Orchard ') ELSE ours = built_in END) AS same FROM drop_in_outcomes WHERE name = 'version' AND type = 'unknown' GROUP BY 1 ORDER BY 1;
-- Two literals without a type are points beside slope(x, ts), too.
SELECT path, drop_in_outcome('slope(''(0,0)'', ''(1,2)'')', '(VALUES (1)) AS v', path) AS untyped, drop_in_outcome('slope(point ''(0,0)'', ''(1,2)'')', '(VALUES (1)) AS v', path) AS one_typed,
	drop_in_outcome('slope(s, s)', '(SELECT ''(0,0)''::text AS s) AS v', path) AS text, drop_in_outcome('slope(''(0,0)'', ''(1,x)'')', '(VALUES (1)) AS v', path) AS wrong
FROM unnest('{"public, pg_catalog","public, orchard, pg_catalog"}'::text[]) AS path;
-- every signature of these functions, with each of its arguments of its type or without one
CREATE TABLE drop_in_signatures AS
WITH RECURSIVE built_in AS (SELECT oid, proname, ARRAY(SELECT unnest(proargtypes)) AS types, pronargs FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'orchard'::regnamespace)),
	list AS (SELECT oid, proname, types, pronargs, 0 AS n, '' AS arguments FROM built_in UNION ALL
		SELECT oid, proname, types, pronargs, n + 1, arguments || CASE WHEN n > 0 THEN ', ' ELSE '' END || argument
		FROM list, LATERAL unnest(ARRAY['NULL', 'NULL::' || CASE types[n + 1]::regtype::text WHEN 'anyarray' THEN 'int[]' WHEN 'anyenum' THEN 'drop_in_mood' WHEN '"any"' THEN 'bytea' ELSE types[n + 1]::regtype::text END]) AS argument WHERE n < pronargs)
SELECT DISTINCT format('%s(%s)', proname, arguments) AS call FROM list WHERE n = pronargs;
SELECT count(*) > 150 AS many, count(*) FILTER (WHERE drop_in_outcome(call, '(VALUES (1)) AS v', 'public, pg_catalog') !~ '^.....$') > 100 AS values FROM drop_in_signatures;
SELECT call, drop_in_outcome(call, '(VALUES (1)) AS v', 'public, pg_catalog') AS built_in, drop_in_outcome(call, '(VALUES (1)) AS v', 'public, orchard, pg_catalog') AS ours FROM drop_in_signatures
WHERE drop_in_outcome(call, '(VALUES (1)) AS v', 'public, pg_catalog') IS DISTINCT FROM drop_in_outcome(call, '(VALUES (1)) AS v', 'public, orchard, pg_catalog') AND call <> 'version()' ORDER BY 1;
DROP TABLE drop_in_signatures;

-- no type, relation or operator of Orchard hides one of PostgreSQL's
SELECT (SELECT count(*) FROM pg_type AS o JOIN pg_type AS b USING (typname) WHERE o.typnamespace = 'orchard'::regnamespace AND b.typnamespace = 'pg_catalog'::regnamespace) AS types,
	(SELECT count(*) FROM pg_class AS o JOIN pg_class AS b USING (relname) WHERE o.relnamespace = 'orchard'::regnamespace AND b.relnamespace = 'pg_catalog'::regnamespace) AS relations,
	(SELECT count(*) FROM pg_operator AS o JOIN pg_operator AS b USING (oprname, oprleft, oprright) WHERE o.oprnamespace = 'orchard'::regnamespace AND b.oprnamespace = 'pg_catalog'::regnamespace) AS operators,
	(SELECT count(*) FROM pg_operator WHERE oprnamespace = 'orchard'::regnamespace AND 'orchard'::regnamespace <> ALL (ARRAY(SELECT typnamespace FROM pg_type WHERE oid IN (oprleft, oprright)))) AS operators_on_others,
	(SELECT count(*) FROM pg_cast WHERE castcontext = 'i' AND 'orchard'::regnamespace = ANY (ARRAY(SELECT typnamespace FROM pg_type WHERE oid IN (castsource, casttarget)))) AS implicit_casts;

-- an existing query, unchanged: float8 goes to Orchard, what PostgreSQL moves itself stays
SET search_path = public, orchard, pg_catalog;
CREATE TABLE drop_in_readings AS SELECT g % 3 AS k, g AS t, sin(g) * 1000 AS x, g AS i, g::numeric / 7 AS n FROM generate_series(1, 900) AS g;
SELECT schemaname FROM pg_tables WHERE tablename = 'drop_in_readings';
CREATE VIEW drop_in_features AS
SELECT k, t, avg(x) OVER w AS mean, stddev_samp(x) OVER w AS deviation, max(x) OVER w AS top, corr(x, t) OVER w AS trend, sum(i) OVER w AS whole, avg(n) OVER w AS share, count(*) OVER w AS n, min(t) OVER w AS least
FROM drop_in_readings WINDOW w AS (PARTITION BY k ORDER BY t ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING);
RESET search_path;
-- PostgreSQL before 16 names the table with each column
SELECT unnest(regexp_matches(replace(pg_get_viewdef('drop_in_features', true), 'drop_in_readings.', ''), '[\w.]+\([^)]*\)', 'g')) AS call;
CREATE VIEW drop_in_built_in AS
SELECT k, t, avg(x) OVER w AS mean, stddev_samp(x) OVER w AS deviation, max(x) OVER w AS top, corr(x, t) OVER w AS trend, sum(i) OVER w AS whole, avg(n) OVER w AS share, count(*) OVER w AS n, min(t) OVER w AS least
FROM drop_in_readings WINDOW w AS (PARTITION BY k ORDER BY t ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING);
SELECT count(*) AS rows, bool_and((o.mean IS NULL AND b.mean IS NULL) OR abs(o.mean - b.mean) <= 1e-12 * 1000) AS mean, bool_and((o.deviation IS NULL AND b.deviation IS NULL) OR abs(o.deviation - b.deviation) <= 1e-9) AS deviation,
	bool_and((o.trend IS NULL AND b.trend IS NULL) OR abs(o.trend - b.trend) <= 1e-9) AS trend, bool_and(ROW(o.top, o.whole, o.share, o.n, o.least) IS NOT DISTINCT FROM ROW(b.top, b.whole, b.share, b.n, b.least)) AS rest
FROM drop_in_features AS o JOIN drop_in_built_in AS b USING (k, t);
DROP VIEW drop_in_features, drop_in_built_in;
DROP TABLE drop_in_types, drop_in_calls, drop_in_outcomes, drop_in_readings;
DROP FUNCTION drop_in_outcome;
DROP TYPE drop_in_mood;
DROP DOMAIN drop_in_share, drop_in_count;

-- data_digest: 128 bits that change when rows do.
CREATE EXTENSION IF NOT EXISTS orchard;
SET client_min_messages = warning;

CREATE TYPE mood AS ENUM ('calm', 'angry');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE things AS
SELECT i AS id, i::bigint * 7 AS b, (i % 300)::smallint AS s, i * 0.25::float8 AS f, (i * 0.5)::float4 AS r,
	CASE WHEN i % 3 = 0 THEN NULL ELSE 'text ' || i END AS t, i % 2 = 0 AS flag, i::numeric / 7 AS n,
	date '2020-01-01' + i AS d, timestamptz '2020-01-01 00:00+00' + i * interval '1 hour' AS ts,
	(ARRAY['calm', 'angry'])[1 + i % 2]::mood AS m, (1 + i % 9)::positive AS p, ARRAY[i, i + 1] AS a,
	interval '1 minute' * i AS v, jsonb_build_object('k', i) AS j, md5(i::text)::uuid AS u,
	ARRAY[(ARRAY['calm', 'angry'])[1 + i % 2]::mood] AS ms, '{}'::float8[] AS e
FROM generate_series(1, 2000) AS i;
CREATE FUNCTION digest_of(query text) RETURNS uuid LANGUAGE plpgsql AS
$$ DECLARE result uuid; BEGIN EXECUTE format('SELECT orchard.data_digest(q) FROM (%s) AS q', query) INTO result; RETURN result; END $$;
SELECT digest_of('SELECT * FROM things') AS whole \gset

-- The order of rows and columns is irrelevant.
SELECT digest_of('SELECT * FROM things ORDER BY md5(id::text)') = :'whole' AS other_order,
	digest_of('SELECT e, ms, u, j, v, a, p, m, ts, d, n, flag, t, r, f, s, b, id FROM things') = :'whole' AS other_columns;

-- It is a sum modulo 2^128: of the digests of the rows by themselves, as numeric tells.
CREATE FUNCTION number_of(digest uuid) RETURNS numeric LANGUAGE sql AS
$$ SELECT sum(get_byte(decode(replace(digest::text, '-', ''), 'hex'), i) * 256::numeric ^ (15 - i)) FROM generate_series(0, 15) AS i $$;
SELECT mod(sum(number_of(one)), 2::numeric ^ 128) = number_of(:'whole') AS is_sum, count(DISTINCT one) AS distinct_rows
FROM (SELECT orchard.data_digest(x) AS one FROM things AS x GROUP BY id) AS s;

-- A row more, less, doubled, moved or changed in any column shows; so do values that swap rows or columns.
SELECT count(*) AS different, count(DISTINCT digest) AS distinct_digests, bool_or(digest = :'whole') AS any_equal
FROM (SELECT digest_of(query) AS digest
	FROM (VALUES ('SELECT * FROM things WHERE id <> 1000'),
		('SELECT * FROM things UNION ALL SELECT * FROM things WHERE id = 7'),
		('SELECT * FROM things UNION ALL SELECT * FROM things'),
		('SELECT * FROM things UNION ALL SELECT * FROM things UNION ALL SELECT * FROM things'),
		('SELECT CASE WHEN id = 3 THEN 4 WHEN id = 4 THEN 3 ELSE id END AS id, b, s, f, r, t, flag, n, d, ts, m, p, a, v, j, u, ms, e FROM things'),
		('SELECT p::int AS id, b, s, f, r, t, flag, n, d, ts, m, id::positive AS p, a, v, j, u, ms, e FROM things'),
		('SELECT id AS other, b, s, f, r, t, flag, n, d, ts, m, p, a, v, j, u, ms, e FROM things'),
		('SELECT id::bigint AS id, b, s, f, r, t, flag, n, d, ts, m, p, a, v, j, u, ms, e FROM things'),
		('SELECT id, b, s, f, r, t, flag, n, d, ts, m, p, a, v, j, u, ms FROM things')) AS q(query)
	UNION ALL
	SELECT digest_of(format('SELECT id %s FROM things', string_agg(', ' || CASE WHEN name = c THEN format('CASE WHEN id = 5 THEN NULL ELSE %1$I END AS %1$I', name) ELSE quote_ident(name) END, '')))
	FROM unnest('{b,s,f,r,t,flag,n,d,ts,m,p,a,v,j,u,ms,e}'::text[]) AS c, unnest('{b,s,f,r,t,flag,n,d,ts,m,p,a,v,j,u,ms,e}'::text[]) AS name
	WHERE c <> 't' GROUP BY c) AS d;

-- Where a text ends is seen, and NULL is no empty text; the last bits of a number count.
SELECT count(DISTINCT digest) AS of_eight
FROM (VALUES (digest_of($$SELECT 'ab' AS x, 'c' AS y$$)), (digest_of($$SELECT 'a' AS x, 'bc' AS y$$)),
	(digest_of($$SELECT '' AS x, NULL::text AS y$$)), (digest_of($$SELECT NULL::text AS x, '' AS y$$)),
	(digest_of('SELECT 1::float8 AS x')), (digest_of('SELECT 1.0000000000000002::float8 AS x')),
	(digest_of('SELECT 0::float8 AS x')), (digest_of('SELECT NULL::float8 AS x'))) AS v(digest);

-- Rows that are read in place have the digest of those that are not.
CREATE TABLE numbers AS SELECT f, CASE WHEN id % 5 > 0 THEN s END AS s, r, b, flag, CASE WHEN id % 7 > 0 THEN d END AS d FROM things;
ALTER TABLE numbers ADD COLUMN late integer DEFAULT 5;
SELECT (SELECT orchard.data_digest(x) FROM numbers AS x) = digest_of('SELECT f, s, r, b, flag, d, 5 AS late FROM numbers') AS same_in_place,
	(SELECT count(DISTINCT digest) FROM (SELECT digest_of(format('SELECT CASE WHEN b = 7 THEN NULL ELSE %1$I END AS %1$I FROM numbers', name)) AS digest
		FROM unnest('{f,s,r,b,flag,d}'::text[]) AS name UNION ALL SELECT digest_of(format('SELECT %I FROM numbers', name)) FROM unnest('{f,s,r,b,flag,d}'::text[]) AS name) AS q) AS of_twelve;

-- What a dump does not tell apart is not: the NaN of a subtraction is that of a literal.
SELECT digest_of($$SELECT 'Infinity'::float8 - x AS x FROM (VALUES ('Infinity'::float8)) AS v(x)$$)
	= digest_of($$SELECT 'NaN'::float8 AS x$$) AS same_nan;

-- Of values out of line, compressed or short the bytes count.
CREATE TABLE long_plain AS SELECT 1 AS id, string_agg(md5(i::text), '') AS t FROM generate_series(1, 5000) AS i;
SELECT (SELECT orchard.data_digest(l) FROM long_plain AS l)
	= digest_of($$SELECT 1 AS id, string_agg(md5(i::text), '') AS t FROM generate_series(1, 5000) AS i$$) AS same_long;

-- Dropped and added columns: only what is there counts.
CREATE TABLE altered (gone text, id integer, t text);
INSERT INTO altered SELECT 'x', id, t FROM things;
ALTER TABLE altered DROP COLUMN gone;
SELECT (SELECT orchard.data_digest(a) FROM altered AS a) = digest_of('SELECT id, t FROM things') AS same_altered;
ALTER TABLE altered ADD COLUMN late integer DEFAULT 5;
SELECT (SELECT orchard.data_digest(a) FROM altered AS a) = digest_of('SELECT id, t, 5 AS late FROM things') AS same_added;

-- No rows have none; a row that is NULL as a whole counts; groups and windows work.
SELECT orchard.data_digest(x) IS NULL AS of_none FROM things AS x WHERE false;
SELECT count(*) AS groups, bool_and(digest IS NOT NULL) AS all_there FROM (SELECT orchard.data_digest(x) AS digest FROM things AS x GROUP BY id % 700) AS g;
SELECT digest_of('SELECT y FROM (VALUES (1)) AS v(x) LEFT JOIN things AS y ON false') IS NOT NULL AS of_null_row;
SELECT count(DISTINCT d) AS prefixes FROM (SELECT orchard.data_digest(x) OVER (ORDER BY id) AS d FROM things AS x) AS w;

-- Types without a binary form, and ranges, are read as text.
SELECT count(DISTINCT digest) AS of_three FROM (VALUES (digest_of($$SELECT NULL::aclitem[] AS x$$)), (digest_of($$SELECT '{postgres=r/postgres}'::aclitem[] AS x$$)), (digest_of($$SELECT '[1,2)'::int4range AS x$$))) AS v(digest);

-- In parallel the same.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION has_partial(query text) RETURNS boolean LANGUAGE plpgsql AS
$$ DECLARE line text; found boolean := false; BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP found := found OR line LIKE '%Partial Aggregate%'; END LOOP; RETURN found; END $$;
SELECT has_partial('SELECT orchard.data_digest(x) FROM things AS x') AS is_parallel;
SELECT orchard.data_digest(x) = :'whole' AS same_parallel FROM things AS x;

-- What is no row is refused, and a state that is none.
\set VERBOSITY sqlstate
SELECT orchard.data_digest(1);
SELECT orchard.data_digest_combine('\x00', '\x01');
\set VERBOSITY default
DROP TABLE things, long_plain, altered, numbers;
DROP FUNCTION digest_of, number_of, has_partial;
DROP TYPE mood;
DROP DOMAIN positive;
RESET ALL;

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

-- with orchard in front of pg_catalog existing SQL is accelerated unchanged
SET search_path = public, orchard, pg_catalog;
CREATE TABLE public.frames AS SELECT g AS i, g / 3 AS k, g % 5 AS p, (g * 37 % 101)::float8 AS x,
	timestamptz '2024-01-01 00:00Z' + g * interval '1 hour' AS ts FROM generate_series(1, 400) AS g;
CREATE VIEW public.accelerated AS
SELECT sum(x), avg(x), min(x), max(x), stddev(x), var_pop(x), sum(i) AS whole, sum(x::real) AS real, count(x)
FROM public.frames;
SELECT pg_typeof(sum(x::real)) AS sum_real, pg_typeof(avg(i)) AS avg_integer, pg_typeof(max(ts)) AS max_time FROM frames;
-- untyped literals go where they went
SELECT stddev(NULL) IS NULL AS stddev, var_pop('1') AS var_pop, min('b') AS min, max('3') AS max, count('x'), count(NULL) AS count_null;
-- an accessor beside an aggregate of its name
SELECT avg(s) = avg AS accessor, sum(s) = sum AS accessor_sum, max(s) = max AS accessor_max
FROM (SELECT stats(x) AS s, avg(x), sum(x), max(x) FROM frames) AS q;
SET search_path = public, pg_catalog;
SELECT pg_get_viewdef('public.accelerated') ~ 'orchard.sum\((frames\.)?x\)' AS float8_is_ours,
	pg_get_viewdef('public.accelerated') !~ 'orchard.sum\((frames\.)?i\)' AS integer_is_not,
	pg_get_viewdef('public.accelerated') ~ 'orchard.sum\(\((frames\.)?x\)::real\)' AS real_is_ours;
-- results have the types of the built-ins
SELECT pg_typeof(orchard.sum(r)) AS sum, pg_typeof(orchard.avg(r)) AS avg, pg_typeof(orchard.stddev(r)) AS stddev, orchard.sum(r), orchard.avg(r), orchard.var_pop(r)
FROM (VALUES (1.5::real), (NULL), (2.5), (8)) AS v(r);

-- frames of every shape, against the built-ins
SELECT count(*) AS rows, bool_and(a IS NOT DISTINCT FROM b) AS preceding, bool_and(c IS NOT DISTINCT FROM d) AS centred,
	bool_and(e IS NOT DISTINCT FROM f) AS past_only, bool_and(g IS NOT DISTINCT FROM h) AS peers_excluded
FROM (SELECT orchard.sum(x) OVER w1 AS a, sum(x) OVER w1 AS b, orchard.max(x) OVER w2 AS c, max(x) OVER w2 AS d,
		orchard.sum(x) FILTER (WHERE i % 2 = 0) OVER w3 AS e, sum(x) FILTER (WHERE i % 2 = 0) OVER w3 AS f,
		orchard.min(x) OVER w4 AS g, min(x) OVER w4 AS h
	FROM frames
	WINDOW w1 AS (PARTITION BY p ORDER BY i ROWS 20 PRECEDING),
		w2 AS (PARTITION BY p ORDER BY k RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING),
		w3 AS (PARTITION BY p ORDER BY ts RANGE BETWEEN '72 hours' PRECEDING AND '1 hour' PRECEDING),
		w4 AS (ORDER BY k GROUPS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE GROUP)) AS q;

-- the moving form is used: the plain one would read each frame anew (2e9 steps)
SET statement_timeout = '60s';
SELECT count(*) AS rows, bool_and(a IS NOT NULL) AS avg, bool_and(m IS NOT NULL) AS max
FROM (SELECT orchard.avg(x) OVER w AS a, orchard.max(x) OVER w AS m FROM (SELECT g, sin(g) AS x FROM generate_series(1, 100000) AS g) AS t
	WINDOW w AS (ORDER BY g ROWS 20000 PRECEDING) OFFSET 0) AS q;
RESET statement_timeout;

-- NaN and infinity leave the frame without a trace
SELECT i, orchard.sum(x) OVER w, orchard.avg(x) OVER w, orchard.var_pop(x) OVER w AS var_pop, orchard.min(x) OVER w, orchard.max(x) OVER w,
	orchard.n(orchard.stats(x) OVER w) AS n, orchard.sum(orchard.stats(x) OVER w) AS stats_sum
FROM (VALUES (1, 1::float8), (2, 'NaN'), (3, 2), (4, 2), (5, 'Infinity'), (6, NULL), (7, '-Infinity'), (8, 3), (9, NULL), (10, NULL)) AS v(i, x)
WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);

-- so do huge values; overflow within a frame is an error, as in the built-ins
SELECT i, orchard.sum(x) OVER w, orchard.max(x) OVER w
FROM (VALUES (1, 1e308::float8), (2, -1e308), (3, 1), (4, 2), (5, 1e308), (6, 4)) AS v(i, x) WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);
\set VERBOSITY sqlstate
SELECT orchard.sum(x) OVER (ORDER BY i ROWS 1 PRECEDING) FROM (VALUES (1, 1e308::float8), (2, 1e308)) AS v(i, x);
SELECT orchard.avg(x) OVER (ORDER BY i ROWS 1 PRECEDING) FROM (VALUES (1, 1e200::float8), (2, -1e200)) AS v(i, x);
SELECT orchard.var_pop(x) OVER (ORDER BY i ROWS 1 PRECEDING) FROM (VALUES (1, 1e200::float8), (2, -1e200)) AS v(i, x);

\set VERBOSITY default
-- of reals the sum overflows where single precision ends, their mean does not
SELECT orchard.avg(r)::real FROM (VALUES (3e38::real), (3e38)) AS v(r);
SELECT i, orchard.sum(r) OVER (ORDER BY i ROWS 1 PRECEDING) FROM (VALUES (1, 3e38::real), (2, -3e38), (3, 1), (4, 2), (5, 'NaN'), (6, 4), (7, 5)) AS v(i, r);
\set VERBOSITY sqlstate
SELECT orchard.sum(r) FROM (VALUES (3e38::real), (3e38), (-3e38)) AS v(r);
SELECT orchard.sum(r) OVER (ORDER BY i ROWS 2 PRECEDING) FROM (VALUES (1, 3e38::real), (2, 3e38), (3, -3e38)) AS v(i, r);

-- of equal values the latest is the extreme, as in the built-ins; what left is given back
SELECT i, orchard.min(n) OVER w AS numeric, orchard.max(interval '1 day' * n) OVER w AS interval, orchard.max(timetz '00:00+00' + n::int * interval '1 hour') OVER w AS timetz
FROM (VALUES (1, 1.00), (2, 1.0), (3, 1.000), (4, 7), (5, NULL), (6, 3.5), (7, NULL), (8, NULL)) AS v(i, n) WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);
SET orchard.max_memory = '16MB';
SELECT max(m) FROM (SELECT orchard.max(repeat('7', 2000)::numeric - g) OVER (ORDER BY g ROWS 99 PRECEDING) % 1000 AS m FROM generate_series(1, 30000) AS g OFFSET 0) AS q;
RESET orchard.max_memory;

-- a frame beyond orchard.max_memory is an error, and what it held is given back
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
SELECT pg_temp.refusal('SELECT count(a) FROM (SELECT orchard.stddev(g::float8) OVER (ORDER BY g ROWS 499999 PRECEDING) AS a FROM generate_series(1, 600000) AS g OFFSET 0) AS q');
\set VERBOSITY default
SELECT count(a) FROM (SELECT orchard.stddev(g::float8) OVER (ORDER BY g ROWS 9999 PRECEDING) AS a FROM generate_series(1, 100000) AS g OFFSET 0) AS q;
RESET orchard.max_memory;

-- min and max keep index plans (only the scans: releases name an InitPlan differently)
CREATE FUNCTION pg_temp.scans(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Scan' THEN
			RETURN NEXT substring(line FROM '[A-Z].*');
		END IF;
	END LOOP;
END $$;
CREATE INDEX ON frames (x);
CREATE INDEX ON frames (ts);
ANALYZE frames;
SET enable_seqscan = off;
SELECT * FROM pg_temp.scans('SELECT orchard.min(x), orchard.max(ts) FROM frames');
RESET enable_seqscan;

-- every aggregate has both forms where it should, and all are parallel safe
SELECT p.oid::regprocedure::text COLLATE "C" AS aggregate, a.aggcombinefn <> 0 AS combines, a.aggmtransfn <> 0 AS moves, p.proparallel AS parallel,
	a.aggsortop <> 0 AS sorts
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'orchard'::regnamespace
	AND p.proname IN ('sum', 'avg', 'var_pop', 'var_samp', 'variance', 'stddev_pop', 'stddev_samp', 'stddev', 'min', 'max', 'stats')
ORDER BY 1;
DROP VIEW public.accelerated;
DROP TABLE public.frames;

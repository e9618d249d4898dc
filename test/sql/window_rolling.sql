SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
SET extra_float_digits = 1;
SET TimeZone = 'UTC';

-- readings of four machines: ties, gaps longer than most windows, NULLs; values in eighths, so that sums are exact
CREATE TEMP TABLE readings AS
SELECT g % 4 AS k, g AS i, CASE WHEN g % 11 = 0 THEN NULL ELSE (g * 7919 % 2003 - 900) / 8.0::float8 END AS x,
	timestamptz '2024-03-30 00:00Z' + (g / 9 * 7 + g / 400 * 5000) * interval '1 minute' AS ts
FROM generate_series(1, 1200) AS g;
CREATE FUNCTION pg_temp.near(a float8, b float8) RETURNS boolean LANGUAGE sql AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-13 * abs(b), false)';

-- where RANGE frames can say the same, the results are theirs: each kind of ends, without and with a delay
CREATE FUNCTION pg_temp.agrees(closed text, delay interval, width interval, first interval, last interval)
RETURNS TABLE (rows bigint, filled boolean, n boolean, sum boolean, avg boolean, dev boolean, var boolean, min boolean, max boolean) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT count(*), avg(bn) > 3, bool_and(orchard.n(r, 2) = bn), bool_and(orchard.sum(r, 2) IS NOT DISTINCT FROM bsum),
			bool_and(pg_temp.near(orchard.avg(r, 2), bavg)), bool_and(pg_temp.near(orchard.stddev(r, 2), bdev)),
			bool_and(pg_temp.near(orchard.var_pop(r, 2), bvar)), bool_and(orchard.min(r, 2) IS NOT DISTINCT FROM bmin), bool_and(orchard.max(r, 2) IS NOT DISTINCT FROM bmax)
		FROM (SELECT orchard.rolling(x, ts, ARRAY['36500 days', %L, '1 minute']::interval[], closed => %L, delay => %L) OVER w AS r,
				count(x) OVER f AS bn, sum(x) OVER f AS bsum, avg(x) OVER f AS bavg, stddev(x) OVER f AS bdev, var_pop(x) OVER f AS bvar, min(x) OVER f AS bmin, max(x) OVER f AS bmax
			FROM readings WINDOW w AS (PARTITION BY k ORDER BY ts), f AS (PARTITION BY k ORDER BY ts RANGE BETWEEN %L PRECEDING AND %L PRECEDING)) AS q
		$q$, width, closed, delay, first, last);
END $$;
SELECT v.closed, v.delay, a.* FROM (VALUES
	('both', interval '0', interval '1 hour', interval '1 hour', interval '0'),
	('right', '0', '56 minutes', '55 minutes 59.999999 seconds', '0'),
	('left', '0', '56 minutes', '56 minutes', '1 microsecond'),
	('neither', '0', '56 minutes', '55 minutes 59.999999 seconds', '1 microsecond'),
	('both', '14 minutes', '70 minutes', '84 minutes', '14 minutes'),
	('right', '14 minutes', '70 minutes', '83 minutes 59.999999 seconds', '14 minutes'),
	('left', '14 minutes', '70 minutes', '84 minutes', '14 minutes 0.000001 seconds'),
	('neither', '14 minutes', '70 minutes', '83 minutes 59.999999 seconds', '14 minutes 0.000001 seconds'),
	('left', '1 hour', '3 hours', '4 hours', '1 hour 0.000001 seconds')) AS v(closed, delay, width, first, last),
	pg_temp.agrees(v.closed, v.delay, v.width, v.first, v.last) AS a;

-- peers have one result each way, in whatever order the ties come
SELECT count(*) AS groups, bool_and(same) AS same_for_peers
FROM (SELECT count(DISTINCT r::text) = 1 AS same FROM
		(SELECT k, ts, orchard.rolling(x, ts, '{1 hour,10 hours}', closed => c) OVER (PARTITION BY c, k ORDER BY ts)::text AS r, c FROM readings, unnest(ARRAY['left', 'right']) AS c) AS q
	GROUP BY c, k, ts) AS g;

-- the value in force at the start of a window counts, by brute force; it may be alone
SELECT count(*) AS rows, bool_and(orchard.n(r, 1) = n) AS n, bool_and(orchard.sum(r, 1) IS NOT DISTINCT FROM s) AS sum,
	bool_and(orchard.min(r, 1) IS NOT DISTINCT FROM low) AS min, count(*) FILTER (WHERE n = 1) > 20 AS alone
FROM (SELECT k, i, ts, orchard.rolling(x, ts, '{30 minutes}', prevailing => true, delay => '7 minutes') OVER (PARTITION BY k ORDER BY ts, i) AS r FROM readings) AS q,
	LATERAL (SELECT count(x) AS n, sum(x) AS s, min(x) AS low FROM
		(SELECT x FROM readings AS b WHERE b.k = q.k AND b.ts >= q.ts - interval '37 minutes' AND b.ts < q.ts - interval '7 minutes' AND x IS NOT NULL
		UNION ALL
		SELECT x FROM (SELECT x, ts FROM readings AS b WHERE b.k = q.k AND b.ts <= q.ts - interval '37 minutes' AND x IS NOT NULL ORDER BY ts DESC, i DESC LIMIT 1) AS last
		WHERE ts < q.ts - interval '37 minutes') AS together) AS brute;
SELECT t, orchard.to_array(orchard.rolling(x, timestamp '2024-01-01' + t * interval '1 second', '{2 s}', prevailing => true) OVER w) AS in_force,
	orchard.to_array(orchard.rolling(x, timestamp '2024-01-01' + t * interval '1 second', '{2 s}') OVER w) AS without
FROM (VALUES (0, 5::float8), (1, 7), (9, NULL), (10, 1), (12, 4)) AS v(t, x) WINDOW w AS (ORDER BY t);

-- min_n: fewer observations are counted, and give no other result
SELECT i, orchard.n(r, 1) AS n, orchard.count(r, 1) AS count, orchard.sum(r, 1) AS sum, orchard.min(r, 1) AS min, orchard.to_array(r) AS all
FROM (SELECT i, orchard.rolling(x, date '2024-01-01' + i, '{3 days}', min_n => 3) OVER (ORDER BY i) AS r FROM (VALUES (1, 2::float8), (2, 4), (3, 6), (4, NULL), (5, 1), (6, 1)) AS v(i, x)) AS q;

-- all accessors of one summary; NaN is above all and leaves; a variance of values near 1e9 keeps its digits
SELECT i, orchard.n_windows(r) AS windows, orchard.sum(r, 2) AS sum, orchard.avg(r, 2) AS avg, orchard.var_pop(r, 2) AS var_pop, orchard.var_samp(r, 2) AS var_samp, orchard.variance(r, 2) AS variance,
	round(orchard.stddev_pop(r, 2)::numeric, 9) AS stddev_pop, round(orchard.stddev_samp(r, 2)::numeric, 9) AS stddev_samp, round(orchard.stddev(r, 2)::numeric, 9) AS stddev, orchard.min(r, 2) AS min, orchard.max(r, 2) AS max
FROM (SELECT i, orchard.rolling(x, date '2024-01-01' + i, '{1 day, 2 days}', closed => 'right') OVER (ORDER BY i) AS r
	FROM (VALUES (1, 1::float8), (2, 'NaN'), (3, 2), (4, 4), (5, 'Infinity'), (6, '-Infinity'), (7, 1000000001), (8, 1000000003), (10, 1)) AS v(i, x)) AS q;

-- integers, numerics, timestamps and dates; defaults and names; one partition after another
SELECT count(*) AS rows, bool_and(orchard.sum(a, 1) IS NOT DISTINCT FROM orchard.sum(b, 1)) AS timestamp, bool_and(orchard.sum(a, 1) IS NOT DISTINCT FROM orchard.sum(c, 1)) AS date,
	bool_and(orchard.sum(a, 1) IS NOT DISTINCT FROM s) AS frame
FROM (SELECT orchard.rolling(i, day::timestamptz, '{5 days}') OVER w AS a, orchard.rolling(i::numeric, day::timestamp, windows => '{5 days}') OVER w AS b,
		orchard.rolling(i::real, day, ARRAY[interval '120 hours'], min_n => 1, closed => 'left') OVER w AS c, sum(i) OVER (PARTITION BY i % 3 ORDER BY day RANGE BETWEEN '5 days' PRECEDING AND '1 day' PRECEDING) AS s
	FROM (SELECT i, date '2024-02-01' + i / 2 AS day FROM generate_series(1, 200) AS i) AS d WINDOW w AS (PARTITION BY i % 3 ORDER BY day)) AS q;

-- a day is 24 hours in every zone, so a change of clocks moves nothing
SET TimeZone = 'Europe/Berlin';
CREATE TEMP TABLE zone AS SELECT i, orchard.rolling(x, ts, '{1 day,30 hours}') OVER (PARTITION BY k ORDER BY ts) AS r FROM readings;
SET TimeZone = 'UTC';
SELECT count(*) AS rows, bool_and(z.r::text = q.r::text) AS same FROM zone AS z JOIN
	(SELECT i, orchard.rolling(x, ts, '{24 hours,1 day 6 hours}') OVER (PARTITION BY k ORDER BY ts) AS r FROM readings) AS q USING (i);

-- the frame clause does not matter, nor do other functions in the same window
SELECT bool_and(a::text = b::text AND a::text = c::text) AS same
FROM (SELECT orchard.rolling(x, ts, '{1 hour}') OVER (PARTITION BY k ORDER BY ts) AS a,
		orchard.rolling(x, ts, '{1 hour}') OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING) AS b, sum(x) OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING), row_number() OVER (PARTITION BY k ORDER BY ts),
		orchard.rolling(x, ts, '{1 hour}') OVER (PARTITION BY k ORDER BY ts GROUPS BETWEEN UNBOUNDED PRECEDING AND 5 FOLLOWING) AS c FROM readings) AS q;
SELECT count(*) FILTER (WHERE orchard.n(r, 1) = rn - 1) AS first_rows FROM
	(SELECT * FROM (SELECT row_number() OVER w AS rn, orchard.rolling(1, date '2024-01-01' + i, '{9 days}') OVER w AS r FROM generate_series(1, 3000) AS i WINDOW w AS (PARTITION BY i % 3 ORDER BY i)) AS q WHERE rn < 5) AS q;
-- options from a subquery or a parameter are read once, those of a partition once for it
SELECT count(*) AS rows, bool_and(orchard.n(r, 1) = orchard.n(s, k + 1)) AS same
FROM (SELECT k, orchard.rolling(x, ts, ARRAY[(k + 1) * (SELECT interval '1 hour')]) OVER (PARTITION BY k ORDER BY ts) AS r,
		orchard.rolling(x, ts, '{1 hour,2 hours,3 hours,4 hours}') OVER (PARTITION BY k ORDER BY ts) AS s FROM readings) AS q;
PREPARE widths(interval[]) AS SELECT max(orchard.n(r, 1)) FROM (SELECT orchard.rolling(x, ts, $1) OVER (PARTITION BY k ORDER BY ts) AS r FROM readings) AS q;
SET plan_cache_mode = force_generic_plan;
EXECUTE widths('{1 hour}');
EXECUTE widths('{100 hours}');
RESET plan_cache_mode;
DEALLOCATE widths;
-- rescans begin afresh
SELECT w, n FROM unnest(ARRAY[1, 2, 1]) AS w, LATERAL (SELECT sum(orchard.n(r, 1)) AS n FROM (SELECT orchard.rolling(i, date '2024-01-01' + i, ARRAY[w * interval '1 day']) OVER (ORDER BY i) AS r FROM generate_series(1, 4) AS i) AS q) AS l;

-- text and binary are exact, and forged ones are refused
CREATE TEMP TABLE kept AS SELECT i, orchard.rolling(x * 1e-3 / 7, ts, '{1 hour,3 hours}', min_n => 2) OVER (PARTITION BY k ORDER BY ts) AS r FROM readings;
SELECT count(*) AS rows, bool_and(r::text::orchard.rollset::text = r::text) AS text, bool_and(orchard.to_array(r::text::orchard.rollset) = orchard.to_array(r)) AS results FROM kept;
SELECT '(2;3,6,0,2,1,3;0,0,0,0,Infinity,-Infinity)'::orchard.rollset;
\set VERBOSITY sqlstate
SELECT ''::orchard.rollset;
SELECT '(2)'::orchard.rollset;
SELECT '(0;3,6,0,2,1,3)'::orchard.rollset;
SELECT '(1;3,6,0,2,1)'::orchard.rollset;
SELECT '(1;3,6,0,2,1,3'::orchard.rollset;
SELECT '(1;3,6,0,2,1,3) '::orchard.rollset;
SELECT '(1;3,6,0,2,1,3,4)'::orchard.rollset;
SELECT '(1;3,6,0,-2,1,3)'::orchard.rollset;
SELECT '(1;3,6,0,2,3,1)'::orchard.rollset;
SELECT '(1;x,6,0,2,1,3)'::orchard.rollset;
SELECT ('(1' || repeat(';3,6,0,2,1,3', 65) || ')')::orchard.rollset;
SELECT orchard.avg('(1;3,6,0,2,1,3)', 0);
SELECT orchard.avg('(1;3,6,0,2,1,3)', 2);
SELECT orchard.stddev('(1;2,1e200,0,Infinity,-1e200,2e200)', 1);
-- finite values that overflow
SELECT orchard.rolling(x, date '2024-01-01' + i, '{2 days}') OVER (ORDER BY i) FROM (VALUES (1, 1e308::float8), (2, 1e308), (3, 1)) AS v(i, x);
\set VERBOSITY default
SELECT orchard.avg(r, 1) AS avg, orchard.max(r, 1) AS max FROM (SELECT orchard.rolling(x, date '2024-01-01' + i, '{2 days}') OVER (ORDER BY i) AS r FROM (VALUES (1, 1e200::float8), (2, -1e200), (3, 4), (4, 2), (5, 3)) AS v(i, x)) AS q;

-- what cannot be meant is an error that says so
CREATE FUNCTION pg_temp.refusal(arguments text, rows text DEFAULT '(VALUES (1::float8, timestamptz ''2024-01-01Z''), (2, ''2024-01-02Z'')) AS v(x, ts)', clause text DEFAULT 'ORDER BY ts') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
	result text;
BEGIN
	EXECUTE format('SELECT max(orchard.n(r, 1)) FROM (SELECT orchard.rolling(%s) OVER (%s) AS r FROM %s) AS q', arguments, clause, rows) INTO result;
	RETURN result;
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || message || CASE WHEN hint <> '' THEN ' (' || hint || ')' ELSE '' END;
END $$;
SELECT pg_temp.refusal('x, ts, ''{1 month}''');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', delay => ''1 year''');
SELECT pg_temp.refusal('x, ts, ''{0}''');
SELECT pg_temp.refusal('x, ts, ''{1 day,-1 hour}''');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', delay => ''-1 s''');
SELECT pg_temp.refusal('x, ts, ''{}''');
SELECT pg_temp.refusal('x, ts, ''{1 day,NULL}''');
SELECT pg_temp.refusal('x, ts, ''{{1 day},{2 days}}''');
SELECT pg_temp.refusal('x, ts, array_fill(interval ''1 day'', ARRAY[65])');
SELECT pg_temp.refusal('x, ts, ''{200000000 days}''');
SELECT pg_temp.refusal('x, ts, NULL');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', closed => NULL');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', closed => ''Left''');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', min_n => 0');
SELECT pg_temp.refusal('x, ts, ARRAY[x * interval ''1 day'']');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', min_n => x::int');
SELECT pg_temp.refusal('x, ts, ''{1 day}''', '(VALUES (1, timestamptz ''2024-01-01Z''), (2, NULL)) AS v(x, ts)');
SELECT pg_temp.refusal('x, ts, ''{1 day}''', '(VALUES (1, timestamptz ''infinity'')) AS v(x, ts)');
SELECT pg_temp.refusal('x, ts, ''{1 day}''', '(VALUES (1, date ''-infinity'')) AS v(x, ts)');
SELECT pg_temp.refusal('x, ts, ''{1 day}''', '(VALUES (1, date ''5000000-01-01'')) AS v(x, ts)');
SELECT pg_temp.refusal('x, ts, ''{1 day}''', clause => 'ORDER BY ts DESC');
SELECT pg_temp.refusal('x, ts, ''{1 day}'', closed => ''both''', clause => 'ORDER BY ts DESC');
SELECT pg_temp.refusal('x, ts, ''{1 day}'') FILTER (WHERE x > 1');
-- peers read ahead are checked as well
SELECT pg_temp.refusal('x, ts, ''{1 day}'', closed => ''both''', '(VALUES (1, timestamptz ''2024-01-01Z''), (2, NULL)) AS v(x, ts)');

-- windows beyond orchard.max_memory are an error that names it, and what they held is given back
SET orchard.max_memory = '16MB';
SELECT pg_temp.refusal('g, timestamp ''2024-01-01'' + g * interval ''1 second'', ''{30 days}''', 'generate_series(1, 1000000) AS g', 'ORDER BY g');
SELECT max(orchard.n(r, 1)) FROM (SELECT orchard.rolling(g, timestamp '2024-01-01' + g * interval '1 second', '{1 hour}') OVER (ORDER BY g) AS r FROM generate_series(1, 100000) AS g) AS q;
RESET orchard.max_memory;

-- the accessors stand beside the drop-ins, and untyped literals go where they went
SET search_path = public, orchard, pg_catalog;
SELECT count('x'), count(NULL) AS count_null, count(*) AS rows, sum(NULL::float8) AS sum, avg(1.5) AS avg, min('b') AS min, max(2) AS max, stddev(NULL) AS stddev, count(r, 1) AS count_window, max(r, 1) AS max_window
FROM (SELECT '(1;3,6,0,2,1,3)'::rollset AS r) AS q GROUP BY r::text, count(r, 1), max(r, 1);
RESET search_path;

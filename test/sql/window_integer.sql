SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

-- bigint and numeric are read and compared as they are, whatever else takes part; smaller types are exact as float8
SELECT pg_typeof(orchard.lags(b, 1)) AS lags_bigint, pg_typeof(orchard.lags(n, 1)) AS lags_numeric, pg_typeof(orchard.lags(i, 1)) AS lags_integer, pg_typeof(orchard.lags(f, 1)) AS lags_float8,
	pg_typeof(orchard.counter_delta(t, b)) AS delta_bigint, pg_typeof(orchard.counter_delta(t, n)) AS delta_numeric, pg_typeof(orchard.counter_delta(t, i)) AS delta_integer,
	pg_typeof(orchard.counter_rate(t, b)) AS rate_bigint, pg_typeof(orchard.counter_rate(t, n)) AS rate_numeric, pg_typeof(orchard.rate(t, n)) AS gauge_numeric
FROM (VALUES (1, 1::bigint, 1::numeric, 1::float8, timestamptz '2024-01-01Z')) AS v(i, b, n, f, t);
-- 2^53 and the next integer are one double: it would never be above the level, and never gain
SELECT orchard.crossings(x, 9007199254740992) AS crossings, orchard.crossings(x, 9007199254740992.5) AS decimal_level, orchard.crossings(x::numeric, 9007199254740992) AS of_numeric,
	orchard.time_above(t, x, 9007199254740992) AS above, orchard.time_above(t, x, 9007199254740992.5) AS decimal_above, orchard.time_above(t::timestamptz, x::numeric, 9007199254740992) AS of_numeric,
	orchard.counter_delta(t, x) AS delta, orchard.counter_delta(t, x::numeric) AS of_numeric, orchard.counter_resets(t, x) AS resets, orchard.lags(x, 2) AS lags
FROM (VALUES (timestamp '2024-01-01 00:00:00', 9007199254740992), ('2024-01-01 00:00:02', 9007199254740993), ('2024-01-01 00:00:05', 9007199254740993), ('2024-01-01 00:00:09', 9007199254740992)) AS v(t, x);
-- what no double holds does not stop a comparison or a difference
SELECT orchard.crossings(x) AS crossings, orchard.lags(x, 2) = ARRAY[1e-400, -1e-400] AS lags, orchard.counter_resets(t, x) AS resets, round(log(orchard.counter_delta(t, x))) AS magnitude
FROM (VALUES (timestamp '2024-01-01', -1e-400), ('2024-01-02', 1e-400), ('2024-01-03', 1e400)) AS v(t, x);
SELECT orchard.counter_rate(t, x) FROM (VALUES (timestamp '2024-01-01', 0), ('2024-01-02', 1e400)) AS v(t, x);
SELECT orchard.counter_rate(t, x) AS too_small FROM (VALUES (timestamp '2024-01-01', 0), ('2024-01-02', 1e-400)) AS v(t, x);

-- frames of readings beyond 2^53 with resets, NULLs, ties and times that stand still, against built-ins
CREATE TEMP TABLE readings AS
SELECT g AS i, g % 3 AS k, timestamp '2024-01-01' + (g / 4 * 1000003 + g % 2) * interval '1 microsecond' AS t,
	CASE WHEN h % 11 = 0 THEN NULL ELSE 4611686018427387904 + h % 5 * (h % 3) - (CASE WHEN h % 7 = 0 THEN 4611686018427387900 ELSE 0 END) END AS b,
	CASE WHEN h % 13 = 0 THEN NULL WHEN h % 101 = 0 THEN 'NaN'::numeric WHEN h % 103 = 0 THEN 'Infinity' ELSE 123456789012345678.25 + (h % 5) / 8.0 - (CASE WHEN h % 7 = 0 THEN 123456789012345678 ELSE 0 END) END AS n
FROM generate_series(1, 600) AS g, LATERAL (SELECT ((g * 7919::bigint * g) % 100003)::int AS h) AS hash;
-- the steps of a frame's rows that are not NULL, and what follows from them
CREATE FUNCTION pg_temp.walk(times timestamp[], x numeric[], level numeric, OUT delta numeric, OUT resets bigint, OUT first numeric, OUT last numeric, OUT seconds numeric, OUT crossed bigint, OUT above numeric)
LANGUAGE sql AS $$
	WITH rows AS (SELECT t, v, o FROM unnest(times, x) WITH ORDINALITY AS u(t, v, o) WHERE v IS NOT NULL),
		finite AS (SELECT t, v, lag(v) OVER (ORDER BY o) AS before FROM rows WHERE v NOT IN ('NaN', 'Infinity')),
		sides AS (SELECT v > level AS is_above, lag(v > level) OVER (ORDER BY o) AS was FROM rows WHERE v <> 'NaN'),
		holds AS (SELECT extract(epoch FROM lead(t) OVER (ORDER BY o) - t) AS d, v FROM rows)
	SELECT CASE WHEN (SELECT bool_or(v IN ('NaN', 'Infinity')) FROM rows) THEN 'NaN' ELSE (SELECT sum(CASE WHEN before IS NULL THEN 0 WHEN v < before THEN v ELSE v - before END) FROM finite) END,
		(SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE v < before) END FROM finite),
		(SELECT v FROM rows ORDER BY o LIMIT 1), (SELECT v FROM rows ORDER BY o DESC LIMIT 1), (SELECT extract(epoch FROM max(t) - min(t)) FROM finite),
		(SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE is_above <> was) END FROM sides),
		CASE WHEN 'NaN' = ANY (x) THEN 'NaN' ELSE (SELECT CASE WHEN count(*) > 0 THEN coalesce(sum(d) FILTER (WHERE v > level), 0) END FROM holds) END
$$;
CREATE FUNCTION pg_temp.check_frames(x text, frame text) RETURNS TABLE (frames bigint, delta bigint, resets bigint, crossed bigint, above bigint, rate bigint, gauge bigint, lags bigint) LANGUAGE plpgsql AS $$
DECLARE level text := CASE x WHEN 'b' THEN '4611686018427387906' ELSE '123456789012345678.5' END;
BEGIN
	RETURN QUERY EXECUTE format($query$
	SELECT count(*), count(*) FILTER (WHERE delta IS DISTINCT FROM (w).delta), count(*) FILTER (WHERE resets IS DISTINCT FROM (w).resets),
		count(*) FILTER (WHERE crossed IS DISTINCT FROM (w).crossed), count(*) FILTER (WHERE above IS DISTINCT FROM (w).above::float8),
		count(*) FILTER (WHERE rate IS DISTINCT FROM (CASE WHEN (w).delta = 'NaN' THEN 'NaN' ELSE round((w).delta, 120) / nullif((w).seconds, 0) END)::float8),
		count(*) FILTER (WHERE gauge IS DISTINCT FROM (CASE WHEN (w).delta = 'NaN' THEN 'NaN' ELSE round((w).last - (w).first, 120) / nullif((w).seconds, 0) END)::float8),
		count(*) FILTER (WHERE lags IS DISTINCT FROM CASE WHEN cardinality(xs) > 0 THEN ARRAY[xs[cardinality(xs) - 1], xs[cardinality(xs) - 2], xs[cardinality(xs) - 3]] END)
	FROM (SELECT pg_temp.walk(times, xs, %2$s) AS w, * FROM
		(SELECT array_agg(t) OVER f AS times, array_agg(%1$I) OVER f AS xs, orchard.counter_delta(t, %1$I) OVER f AS delta, orchard.counter_resets(t, %1$I) OVER f AS resets,
			orchard.crossings(%1$I, %2$s) OVER f AS crossed, orchard.time_above(t, %1$I, %2$s) OVER f AS above, orchard.counter_rate(t, %1$I) OVER f AS rate,
			orchard.rate(t, %1$I) OVER f AS gauge, orchard.lags(%1$I, 3) OVER f AS lags
		FROM readings WINDOW f AS (PARTITION BY k ORDER BY i ROWS BETWEEN %3$s)) AS results) AS compared$query$, x, level, frame);
END $$;
SELECT x, frame, c.* FROM (VALUES ('b'), ('n')) AS v(x), (VALUES ('12 PRECEDING AND CURRENT ROW'), ('15 PRECEDING AND 4 PRECEDING'), ('3 PRECEDING AND 3 FOLLOWING'), ('UNBOUNDED PRECEDING AND CURRENT ROW'),
	('9 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW')) AS u(frame), pg_temp.check_frames(x, frame) AS c;
-- groups
SELECT x, c.* FROM (VALUES ('b'), ('n')) AS v(x), pg_temp.check_frames(x, 'UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING') AS c;
SELECT count(*) AS groups, count(*) FILTER (WHERE b_delta <> b_frame OR n_delta IS DISTINCT FROM n_frame OR b_rate <> b_frame_rate OR n_rate IS DISTINCT FROM n_frame_rate) AS different
FROM (SELECT k, orchard.counter_delta(t, b ORDER BY i) AS b_delta, orchard.counter_delta(t, n ORDER BY i) AS n_delta, orchard.counter_rate(t, b ORDER BY i) AS b_rate, orchard.counter_rate(t, n ORDER BY i) AS n_rate FROM readings GROUP BY k) AS g
JOIN (SELECT DISTINCT ON (k) k, orchard.counter_delta(t, b) OVER f AS b_frame, orchard.counter_delta(t, n) OVER f AS n_frame, orchard.counter_rate(t, b) OVER f AS b_frame_rate, orchard.counter_rate(t, n) OVER f AS n_frame_rate
	FROM readings WINDOW f AS (PARTITION BY k ORDER BY i ROWS 1000 PRECEDING) ORDER BY k, i DESC) AS m USING (k);

-- a rate is rounded once: the quotients of Python's integers
SELECT orchard.counter_rate(t, x ORDER BY t) = expected AS of_bigint, orchard.counter_rate(t, x::numeric ORDER BY t) = expected AS of_numeric, orchard.rate(t, x ORDER BY t) = expected AS gauge
FROM (VALUES (17697726104527807, 914785, 1.934632302074018e+16::float8), (5496935587679942477, 339585980647, 16187168790675.176), (9873169798301357, 444400613271, 22216823072.38536), (3130166304896246071, 390662925981, 8012447807879.478)) AS v(amount, elapsed, expected),
	LATERAL (VALUES (timestamp '2024-01-01', 5::bigint), (timestamp '2024-01-01' + elapsed * interval '1 microsecond', amount + 5)) AS r(t, x)
GROUP BY expected ORDER BY expected;
-- the same of numerics with more places than 64 bits hold
SELECT orchard.counter_rate(t, x ORDER BY t) = (round(3 - 1 / 3.0::numeric(60, 50), 120) * 1000000 / 7000001)::float8 AS long, orchard.rate(t, -x ORDER BY t) = -(round(3 - 1 / 3.0::numeric(60, 50), 120) * 1000000 / 7000001)::float8 AS negative
FROM (VALUES (timestamp '2024-01-01', 1 / 3.0::numeric(60, 50)), ('2024-01-01 00:00:07.000001', 3)) AS v(t, x);
-- no reading, one reading, and the ends of bigint
SELECT orchard.counter_delta(t, b) AS delta, orchard.counter_rate(t, b) AS rate, orchard.counter_resets(t, b) AS resets, orchard.rate(t, b) AS gauge, orchard.counter_delta(t, n) AS delta, orchard.counter_rate(t, n) AS rate, orchard.counter_resets(t, n) AS resets, orchard.rate(t, n) AS gauge,
	orchard.crossings(b, 1) AS crossings, orchard.crossings(n) AS crossings, orchard.time_above(t, b, 1) AS above, orchard.time_above(t, n, 1) AS above, orchard.lags(b, 1) AS lags, orchard.lags(n, 1) AS lags
FROM (VALUES (1, NULL::timestamptz, NULL::bigint, NULL::numeric), (2, '2024-01-01', 7, 7)) AS v(i, t, b, n) GROUP BY i ORDER BY i;
SELECT orchard.counter_delta(t, b ORDER BY t) AS delta, orchard.counter_delta(t, b::numeric ORDER BY t) AS of_numeric, orchard.counter_rate(t, b ORDER BY t) = 2^64 AS rate FROM (VALUES (timestamp '2024-01-01', (-9223372036854775808)::bigint), ('2024-01-01 00:00:01', 9223372036854775807)) AS v(t, b);
SELECT orchard.counter_delta(t, n) FROM (VALUES (timestamp '2024-01-02', 1::numeric), ('2024-01-01', 2)) AS v(t, n);

-- Pairs: corr, covar_*, regr_* as drop-ins, and the summary stats2d.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

-- with orchard in front of pg_catalog existing SQL is accelerated unchanged
CREATE TABLE public.pairs AS SELECT g AS i, g % 7 AS p, (g * 37 % 101)::float8 AS x, 3 - 2 * (g * 37 % 101)::float8 + g % 3 AS y,
	timestamptz '2024-01-01 00:00Z' + g * interval '10 minutes' AS ts FROM generate_series(1, 1000) AS g;
SET search_path = public, orchard, pg_catalog;
CREATE VIEW public.accelerated AS
SELECT corr(y, x), covar_pop(y, x), covar_samp(y, x), regr_avgx(y, x), regr_avgy(y, x), regr_count(y, x), regr_intercept(y, x), regr_r2(y, x),
	regr_slope(y, x), regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x) FROM pairs;
SET search_path = public, pg_catalog;
SELECT count(*) AS ours FROM regexp_matches(pg_get_viewdef('public.accelerated'), 'orchard\.(corr|covar_|regr_)', 'g');
SELECT abs(v.corr - b.corr) < 1e-14 AS corr, v.regr_count = b.regr_count AS count, abs(v.regr_slope - b.regr_slope) < 1e-13 AS slope,
	abs(v.regr_intercept - b.regr_intercept) < 1e-11 AS intercept, abs(v.regr_r2 - b.regr_r2) < 1e-14 AS r2
FROM accelerated AS v, (SELECT corr(y, x), regr_count(y, x), regr_slope(y, x), regr_intercept(y, x), regr_r2(y, x) FROM pairs) AS b;

-- the rules of the built-ins on small sets: NULL, NaN, infinities, one pair, no spread, nothing
CREATE TEMP TABLE sets (name text, y float8, x float8);
INSERT INTO sets VALUES ('one pair', 1, 2), ('two pairs', 1, 2), ('two pairs', 3, 1), ('level x', 1, 5), ('level x', 2, 5), ('level y', 4, 1), ('level y', 4, 2),
	('NULL x', 1, NULL), ('NULL x', 2, NULL), ('some NULL', 1, NULL), ('some NULL', 1, 3), ('some NULL', NULL, 4), ('some NULL', 2, 5),
	('NaN x', 1, 'NaN'), ('NaN x', 2, 5), ('NaN x, level y', 1, 'NaN'), ('NaN x, level y', 1, 5), ('NaN y', 'NaN', 1), ('NaN y', 2, 5), ('NaN y, level x', 'NaN', 1), ('NaN y, level x', 3, 1),
	('infinite x', 1, 'Infinity'), ('infinite x', 2, 3), ('infinite x', 3, 4), ('last x infinite', 2, 3), ('last x infinite', 1, '-Infinity'),
	('both infinities', 1, 'Infinity'), ('both infinities', 2, '-Infinity'), ('infinite y', '-Infinity', 1), ('infinite y', 2, 5), ('one infinite pair', 'Infinity', 'Infinity'),
	('minus zero', '-0', '-0'), ('minus zero', '-0', '-0');
SELECT name,
	(orchard.corr(y, x), orchard.covar_pop(y, x), orchard.covar_samp(y, x), orchard.regr_avgx(y, x), orchard.regr_avgy(y, x), orchard.regr_count(y, x),
		orchard.regr_intercept(y, x), orchard.regr_r2(y, x), orchard.regr_slope(y, x), orchard.regr_sxx(y, x), orchard.regr_sxy(y, x), orchard.regr_syy(y, x))::text
	IS NOT DISTINCT FROM
	(corr(y, x), covar_pop(y, x), covar_samp(y, x), regr_avgx(y, x), regr_avgy(y, x), regr_count(y, x),
		regr_intercept(y, x), regr_r2(y, x), regr_slope(y, x), regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x))::text AS as_built_in
FROM sets GROUP BY name ORDER BY name COLLATE "C";
SELECT orchard.corr(y, x), orchard.covar_pop(y, x), orchard.regr_count(y, x), orchard.regr_avgx(y, x), orchard.stats(y, x) FROM sets WHERE false;
-- no spread is seen as such where sums of 0.1 round, and a straight line has the correlation 1
SELECT orchard.corr(g, 0.1::float8) AS level, orchard.regr_slope(g, 0.1::float8) AS slope, orchard.corr(3 * g + 0.1, g) AS line FROM generate_series(1, 1000) AS g;
-- squares whose product would overflow or vanish
SELECT round(orchard.corr(x * 1e130, x * 1e130)::numeric, 12) AS large, round(orchard.corr(x * 1e-120, x * 1e-120)::numeric, 12) AS small FROM pairs;
\set VERBOSITY sqlstate
SELECT orchard.corr(x, y) FROM (VALUES (1e200::float8, 1::float8), (-1e200, 2)) AS v(x, y);
SELECT orchard.regr_avgx(y, x) FROM (VALUES (1e308::float8, 1::float8), (1e308, 2)) AS v(x, y);
SELECT orchard.covar_pop(x, y) OVER (ORDER BY i ROWS 1 PRECEDING) FROM (VALUES (1, 1e200::float8, 1::float8), (2, -1e200, 2)) AS v(i, x, y);
\set VERBOSITY default

-- NaN and infinity leave the frame without a trace, on either side
SELECT i, orchard.corr(y, x) OVER w AS corr, orchard.regr_syy(y, x) OVER w AS syy, orchard.regr_avgx(y, x) OVER w AS avgx, orchard.regr_count(y, x) OVER w AS n,
	orchard.n(orchard.stats(y, x) OVER w) AS stats_n
FROM (VALUES (1, 1::float8, 2::float8), (2, 'NaN', 1), (3, 2, 3), (4, 4, 'Infinity'), (5, 3, NULL), (6, 5, 1), (7, 1, 3), (8, NULL, NULL), (9, NULL, 1)) AS v(i, y, x)
WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);

-- the moving form is used: the plain one would read each frame anew (4e9 steps)
SET statement_timeout = '60s';
SELECT count(c) AS corr, count(s) AS slope, count(n) AS count
FROM (SELECT orchard.corr(sin(g), g) OVER w AS c, orchard.regr_slope(sin(g), g) OVER w AS s, orchard.regr_count(sin(g), g) OVER w AS n FROM generate_series(1, 100000) AS g
	WINDOW w AS (ORDER BY g ROWS 20000 PRECEDING) OFFSET 0) AS q;
RESET statement_timeout;

-- a summary of the line y = 3 - 2x, and of pairs that have none
SELECT orchard.n(s), orchard.avg_x(s), orchard.avg_y(s), orchard.slope(s), orchard.intercept(s), orchard.x_intercept(s), orchard.corr(s), orchard.r2(s)
FROM (SELECT orchard.stats(3 - 2 * x, x) AS s FROM (VALUES (0.5::float8), (2), (3), (10)) AS v(x)) AS q;
SELECT orchard.sum_x(s), orchard.sum_y(s), orchard.var_pop_x(s), orchard.var_samp_y(s), orchard.variance_y(s), round(orchard.stddev_x(s)::numeric, 9) AS stddev_x,
	round(orchard.stddev_samp_x(s)::numeric, 9) AS stddev_samp_x, round(orchard.stddev_pop_y(s)::numeric, 9) AS stddev_pop_y, orchard.sxx(s), orchard.syy(s), orchard.sxy(s),
	orchard.covar_pop(s), round(orchard.covar_samp(s)::numeric, 9) AS covar_samp
FROM (SELECT orchard.stats(y, x) AS s FROM (VALUES (1::float8, 1::float8), (5, 2), (3, 3), (7, 6)) AS v(y, x)) AS q;
SELECT orchard.corr(s) AS corr, orchard.slope(s) AS slope, orchard.x_intercept(s) AS x_intercept, orchard.covar_samp(s) AS covar_samp, orchard.stddev_x(s) AS stddev_x
FROM (SELECT orchard.stats(4::float8, 5::float8) AS s) AS q;

-- text and binary forms are exact; what no set of pairs has is refused
SELECT orchard.stats(y, x) FROM (VALUES (1::float8, 1::float8), (5, 2), (3, 3)) AS v(y, x);
SELECT bool_and(s::text::orchard.stats2d::text = s::text) AS text, bool_and(orchard.corr(s::text::orchard.stats2d) IS NOT DISTINCT FROM orchard.corr(s)) AS corr
FROM (SELECT orchard.stats(x / 7, y / 3) AS s FROM pairs GROUP BY p) AS q;
\set VERBOSITY sqlstate
SELECT '(2,1,0,1,0,-1,0,1,0,0,0)'::orchard.stats2d;
SELECT '(1,1,0,1,0,0,0,0,0,1,0)'::orchard.stats2d;
SELECT '(2,1,0,1,0,1,0,1,0,NaN,0)'::orchard.stats2d;
SELECT '(2,1,0)'::orchard.stats2d;
SELECT '()'::orchard.stats2d;
\set VERBOSITY default

-- tiles of an hour, kept in a table and merged to days, equal the direct result
CREATE TABLE public.tiles AS SELECT date_trunc('hour', ts) AS hour, orchard.stats(y, x) AS s FROM pairs GROUP BY 1;
SELECT count(*) AS days, bool_and(orchard.n(merged) = orchard.n(direct)) AS n, bool_and(abs(orchard.corr(merged) - orchard.corr(direct)) <= 1e-14) AS corr,
	bool_and(abs(orchard.slope(merged) - orchard.slope(direct)) <= 1e-13) AS slope, bool_and(abs(orchard.intercept(merged) - orchard.intercept(direct)) <= 1e-11) AS intercept,
	bool_and(orchard.sum_x(merged) = orchard.sum_x(direct)) AS sum
FROM (SELECT date_trunc('day', hour) AS day, orchard.merge(s) AS merged FROM tiles GROUP BY 1) AS a
	JOIN (SELECT date_trunc('day', ts) AS day, orchard.stats(y, x) AS direct FROM pairs GROUP BY 1) AS b USING (day);
SELECT orchard.merge(s) FROM tiles WHERE false;

-- parallel plans, and their results
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF) SELECT orchard.corr(y, x), orchard.regr_count(y, x), orchard.stats(y, x) FROM pairs;
CREATE TEMP TABLE parallel_result AS SELECT orchard.corr(y, x), orchard.regr_count(y, x) AS n, orchard.slope(orchard.stats(y, x)) AS slope FROM pairs;
SET max_parallel_workers_per_gather = 0;
SELECT abs(r.corr - orchard.corr(y, x)) <= 1e-14 AS corr, r.n = orchard.regr_count(y, x) AS n, abs(r.slope - orchard.regr_slope(y, x)) <= 1e-13 AS slope
FROM pairs, parallel_result AS r GROUP BY r.corr, r.n, r.slope;
RESET ALL;

-- every aggregate has both forms and is parallel safe
SELECT p.oid::regprocedure::text COLLATE "C" AS aggregate, a.aggcombinefn <> 0 AS combines, a.aggmtransfn <> 0 AS moves, p.proparallel AS parallel
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'orchard'::regnamespace AND (p.proname ~ '^(corr|covar_|regr_)' OR p.oid = 'orchard.stats(float8, float8)'::regprocedure)
ORDER BY 1;
DROP VIEW public.accelerated;
DROP TABLE public.pairs, public.tiles;

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
SET extra_float_digits = 1;

-- stats: one state, many results (expected values: numpy 2.4.6, scipy 1.17.1)
CREATE TEMP TABLE six AS SELECT unnest(ARRAY[1, 2, 4, 0.1, -3.5, 7.25])::float8 AS x;
CREATE FUNCTION pg_temp.near(actual float8, expected float8) RETURNS boolean LANGUAGE sql AS
	'SELECT abs(actual - expected) <= 1e-14 * abs(expected)';
SELECT orchard.n(s) AS n, orchard.min(s) = -3.5 AS min, orchard.max(s) = 7.25 AS max,
	pg_temp.near(orchard.sum(s), 10.85) AS sum,
	pg_temp.near(orchard.avg(s), 1.8083333333333333) AS avg,
	pg_temp.near(orchard.var_pop(s), 11.033680555555556) AS var_pop,
	pg_temp.near(orchard.var_samp(s), 13.240416666666667) AS var_samp,
	pg_temp.near(orchard.variance(s), 13.240416666666667) AS variance,
	pg_temp.near(orchard.stddev_pop(s), 3.32169844440394) AS stddev_pop,
	pg_temp.near(orchard.stddev_samp(s), 3.638738334459716) AS stddev_samp,
	pg_temp.near(orchard.stddev(s), 3.638738334459716) AS stddev,
	pg_temp.near(orchard.skewness(s), 0.07538570421874138) AS skewness,
	pg_temp.near(orchard.kurtosis(s), -0.6687121874520967) AS kurtosis,
	pg_temp.near(orchard.range_of(s), 10.75) AS range_of,
	pg_temp.near(orchard.rms(s), 3.7820298782532116) AS rms,
	pg_temp.near(orchard.cv(s), 2.0122055305768014) AS cv
FROM (SELECT orchard.stats(x) AS s FROM six) AS q;

-- no rows: NULL; one row: no spread
SELECT orchard.stats(x) IS NULL AS stats, orchard.sum(x) IS NULL AS sum, orchard.avg(x) IS NULL AS avg,
	orchard.var_pop(x) IS NULL AS var_pop, orchard.min(x) IS NULL AS min,
	orchard.sum_state(x) IS NULL AS sum_state, orchard.variance_state(x) IS NULL AS variance_state
FROM six WHERE x > 100;
SELECT orchard.stddev(s) IS NULL AS stddev, orchard.var_pop(s) AS var_pop, orchard.skewness(s) IS NULL AS skewness,
	orchard.cv(s) IS NULL AS cv
FROM (SELECT orchard.stats(2.5) AS s) AS q;

-- a mean of 1e9 costs no digits: the variance of 1e9 + (0.25, 0.5, ..., 250) is that of 0.25 .. 250
SELECT pg_temp.near(orchard.var_pop(1e9 + g / 4.0::float8), (1000.0 ^ 2 - 1) / 12 / 16) AS var_pop,
	pg_temp.near(orchard.var_pop(orchard.stats(1e9 + g / 4.0::float8)), (1000.0 ^ 2 - 1) / 12 / 16) AS stats
FROM generate_series(1, 1000) AS g;
-- nor does cancellation cost the sum anything
SELECT orchard.sum(x) = 1 AS sum, orchard.avg(x) = 0.25 AS avg, pg_catalog.sum(x) = 1 AS built_in
FROM unnest(ARRAY[1e16, 1, -1e16, 0]::float8[]) AS x;

-- NaN, infinities and overflow are the built-ins'
SELECT label, orchard.sum(x), orchard.avg(x), orchard.var_pop(x), orchard.stddev(x), orchard.min(x), orchard.max(x),
	(orchard.sum(x), orchard.avg(x), orchard.var_pop(x), orchard.stddev(x), orchard.min(x), orchard.max(x))
	IS NOT DISTINCT FROM (sum(x), avg(x), var_pop(x), stddev(x), min(x), max(x)) AS same
FROM (VALUES ('nan', 1::float8), ('nan', 'NaN'), ('infinite', 'Infinity'), ('infinite', 1), ('both', '-Infinity'),
	('both', 'Infinity'), ('one', 'NaN'), ('zero', '-0'), ('null', NULL)) AS v(label, x)
GROUP BY label ORDER BY label;
SELECT label, orchard.n(s), orchard.sum(s), orchard.avg(s), orchard.var_pop(s), orchard.min(s), orchard.max(s)
FROM (SELECT label, orchard.stats(x) AS s
	FROM (VALUES ('nan', 1::float8), ('nan', 'NaN'), ('infinite', 'Infinity'), ('infinite', 1), ('both', '-Infinity'),
		('both', 'Infinity')) AS v(label, x)
	GROUP BY label) AS q ORDER BY label;
\set VERBOSITY sqlstate
SELECT orchard.sum(x) FROM (VALUES (1e308::float8), (1e308)) AS v(x);
SELECT orchard.avg(x) FROM (VALUES (1e200::float8), (-1e200)) AS v(x);
SELECT orchard.stddev(x) FROM (VALUES (1e200::float8), (-1e200)) AS v(x);
SELECT orchard.stats(x) FROM (VALUES (1e308::float8), (1e308)) AS v(x);
SELECT orchard.var_pop(orchard.stats(x)) FROM (VALUES (1e200::float8), (-1e200)) AS v(x);
\set VERBOSITY default
-- stats keeps what did not overflow
SELECT orchard.avg(orchard.stats(x)) FROM (VALUES (1e200::float8), (-1e200)) AS v(x);

-- text and binary round trips are exact
CREATE TEMP TABLE states AS
SELECT orchard.stats(x) AS s, orchard.sum_state(x) AS t, orchard.variance_state(x) AS v
FROM (SELECT g % 7 AS k, 1e9 + sin(g) AS x FROM generate_series(1, 1000) AS g
	UNION ALL SELECT 7, 'NaN' UNION ALL SELECT 8, '-Infinity' UNION ALL SELECT 9, 1e100 * g FROM generate_series(1, 5) AS g) AS q
GROUP BY k;
SELECT bool_and(s::text::orchard.stats1d::text = s::text) AS stats1d, bool_and(t::text::orchard.sum_state::text = t::text) AS sum_state,
	bool_and(v::text::orchard.variance_state::text = v::text) AS variance_state,
	bool_and(orchard.var_samp(s::text::orchard.stats1d) IS NOT DISTINCT FROM orchard.var_samp(s)) AS same_result
FROM states;
CREATE TEMP TABLE copied (LIKE states);
SELECT current_setting('data_directory') || '/orchard_states' AS file \gset
COPY states TO :'file' WITH (FORMAT binary);
COPY copied FROM :'file' WITH (FORMAT binary);
SELECT format('rm %L', :'file') AS remove \gset
COPY copied FROM PROGRAM :'remove';
SELECT count(*) AS equal FROM copied JOIN states ON orchard.stats1d_send(copied.s) = orchard.stats1d_send(states.s)
	AND orchard.sum_state_send(copied.t) = orchard.sum_state_send(states.t)
	AND orchard.variance_state_send(copied.v) = orchard.variance_state_send(states.v);

-- forged text is refused
\set VERBOSITY sqlstate
SELECT ''::orchard.stats1d;
SELECT '(1,2)'::orchard.sum_state;
SELECT '(1,2,0'::orchard.sum_state;
SELECT '(1,2,0)x'::orchard.sum_state;
SELECT '(1,2,0,0)'::orchard.sum_state;
SELECT '(-1,2,0)'::orchard.sum_state;
SELECT '(0,2,0)'::orchard.sum_state;
SELECT '(3,2,1)'::orchard.sum_state;
SELECT '(3,2e999,0)'::orchard.sum_state;
SELECT '(99999999999999999999,2,0)'::orchard.sum_state;
SELECT '(9223372036854775807,2,0)'::orchard.sum_state;
SELECT '( 3,2,0)'::orchard.sum_state;
SELECT '(3,2,NaN)'::orchard.sum_state;
SELECT '(3,2,0,-1,0)'::orchard.variance_state;
SELECT '(3,Infinity,0,1,0)'::orchard.variance_state;
SELECT '(2,3,0,0.5,0,0,0.125,5,2,0,0,0)'::orchard.stats1d;
SELECT '(2,3,0,0.5,0,0,-1,1,2,0,0,0)'::orchard.stats1d;
SELECT '(2,3,0,0.5,0,0,0.125,1,2,-1,0,0)'::orchard.stats1d;
\set VERBOSITY default
SELECT orchard.var_pop('(2,3,0,0.5,0,0,0.125,1,2,0,0,0)'::orchard.stats1d) AS honest;

-- merge: any split, in any order, is the whole
CREATE TEMP TABLE numbers AS SELECT g AS i, sin(g) * 1000 AS x FROM generate_series(1, 5000) AS g;
SELECT orchard.n(m) AS n, pg_temp.near(orchard.sum(m), orchard.sum(w)) AS sum,
	abs(orchard.skewness(m) - orchard.skewness(w)) < 1e-12 AS skewness,
	abs(orchard.kurtosis(m) - orchard.kurtosis(w)) < 1e-12 AS kurtosis,
	pg_temp.near(orchard.stddev(m), orchard.stddev(w)) AS stddev, orchard.min(m) = orchard.min(w) AS min
FROM (SELECT orchard.merge(s) AS m FROM (SELECT i % 13, orchard.stats(x) AS s FROM numbers GROUP BY 1) AS q) AS q1,
	(SELECT orchard.stats(x) AS w FROM numbers) AS q2;
SELECT orchard.merge(s) IS NULL AS nothing FROM (SELECT orchard.stats(x) AS s FROM numbers WHERE false) AS q;
SELECT pg_temp.near(orchard.avg(orchard.merge(t)), orchard.avg(orchard.merge(v))) AS avg,
	orchard.n(orchard.merge(t)) = orchard.n(orchard.merge(v)) AS n
FROM (SELECT orchard.sum_state(x) AS t, orchard.variance_state(x) AS v FROM numbers GROUP BY i % 3) AS q;

-- a support function called by hand leaves its argument alone
WITH a AS MATERIALIZED (SELECT orchard.sum_state(x) AS s FROM numbers WHERE i <= 10)
SELECT orchard.n(orchard.sum_state_accum(s, 1)) AS one_more, orchard.n(s) AS before FROM a;

-- parallel plans
CREATE TABLE public.stat_parallel AS SELECT g % 100 AS k, sin(g) AS x FROM generate_series(1, 20000) AS g;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT orchard.sum(x), orchard.avg(x), orchard.stddev(x), orchard.max(x), orchard.stats(x) FROM public.stat_parallel;
CREATE TEMP TABLE parallel AS
SELECT orchard.sum(x) AS sum, orchard.avg(x) AS avg, orchard.stddev(x) AS stddev, orchard.max(x) AS max, orchard.stats(x) AS s
FROM public.stat_parallel;
SET max_parallel_workers_per_gather = 0;
SELECT abs(p.sum - q.sum) < 1e-12 AS sum, abs(p.avg - q.avg) < 1e-15 AS avg, pg_temp.near(p.stddev, q.stddev) AS stddev,
	p.max = q.max AS max, orchard.n(p.s) = q.n AS n, pg_temp.near(orchard.stddev(p.s), q.stddev) AS stats
FROM parallel AS p, (SELECT sum(x), avg(x), stddev(x), max(x), count(x) AS n FROM public.stat_parallel) AS q;
DROP TABLE public.stat_parallel;

-- 100,000 groups in one HashAggregate
SET enable_sort = off;
SET work_mem = '256MB';
SELECT count(*) AS groups, bool_and(avg = built_in) AS avg, bool_and(n = 2) AS n
FROM (SELECT g % 100000, orchard.avg(g::float8), avg(g::float8) AS built_in, orchard.n(orchard.stats(g::float8)) AS n
	FROM generate_series(1, 200000) AS g GROUP BY 1) AS q;

-- aggregates of the moments equal the accessors; skewness and kurtosis are those of scipy.stats (bias=True)
SELECT abs(orchard.skewness(x) - 0.6568077344996993) < 1e-14 AS skewness, abs(orchard.kurtosis(x) + 1.0989792060491494) < 1e-14 AS kurtosis,
	orchard.range_of(x) AS range, abs(orchard.rms(x) - sqrt(21.25)) < 1e-14 AS rms, abs(orchard.crest_factor(x) - 8 / sqrt(21.25)) < 1e-15 AS crest, abs(orchard.cv(x) - stddev(x) / avg(x)) < 1e-15 AS cv
FROM (VALUES (1::float8), (2), (4), (8)) AS v(x);
SELECT orchard.skewness(x), orchard.crest_factor(x), orchard.cv(x), orchard.range_of(x), orchard.rms(x) FROM (VALUES (0::float8), (0)) AS v(x);
SELECT orchard.crest_factor(x), orchard.rms(x) FROM (VALUES (0::float8), ('NaN')) AS v(x);

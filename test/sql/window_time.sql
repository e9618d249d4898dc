SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
SET TimeZone = 'UTC';

-- ten visits: gaps, ties, NULLs
CREATE TEMP TABLE visits (i int, ts timestamptz, page text, price float8, bought boolean);
INSERT INTO visits
SELECT i, timestamptz '2024-03-31 00:00Z' + s * interval '1 second', page, price, bought FROM (VALUES
	(1, 0, 'home', 5::float8, false), (2, 10, NULL, NULL, true), (3, 10, 'shoes', 7, true), (4, 70, 'hats', 7, NULL), (5, 3700, 'home', NULL, true),
	(6, 3701, 'hats', 'NaN', false), (7, 3760, NULL, 2, true), (8, 9000, 'belts', 9, NULL), (9, 9000, 'shoes', 2, true), (10, 9300, NULL, NULL, true)) AS v(i, s, page, price, bought);

-- grouped: the order stands in the call; moving and growing frames with the same functions
SELECT orchard.first_value_of(page ORDER BY i) AS first, orchard.last_value_of(page ORDER BY i) AS last, orchard.last_k(page, 3 ORDER BY i) AS last_k, orchard.lags(price, 4 ORDER BY i) AS lags,
	orchard.argmax(page, price ORDER BY i) AS top, orchard.argmin(page, price ORDER BY i) AS low, orchard.locf(price, ts, '5 minutes' ORDER BY i) AS fresh, orchard.locf(price, ts, '299 s' ORDER BY i) AS stale,
	orchard.since(ts, bought ORDER BY i) AS since, orchard.streak(bought ORDER BY i) AS streak, orchard.session_id(ts, '30 minutes' ORDER BY i) AS sessions,
	orchard.uptime(ts, '1 minute' ORDER BY i) AS uptime, orchard.time_above(ts, coalesce(nullif(price, 'NaN'), 0), 6 ORDER BY i) AS above, orchard.crossings(price, 6 ORDER BY i) AS crossings
FROM visits \gx
SELECT i, orchard.first_value_of(page) OVER w AS first, orchard.last_value_of(page) OVER w AS last, orchard.last_k(page, 2) OVER w AS last_k, orchard.lags(i, 2) OVER w AS lags,
	orchard.argmax(i, price) OVER w AS top, orchard.argmin(page, price) OVER w AS low, orchard.since(ts, bought) OVER w AS since, orchard.streak(bought) OVER w AS streak, orchard.session_id(ts, '30 minutes') OVER w AS session
FROM visits WINDOW w AS (ORDER BY i ROWS 3 PRECEDING);
SELECT i, orchard.session_id(ts, '30 minutes') OVER w AS session, orchard.streak(bought) OVER w AS streak, orchard.locf(page) OVER w AS page, orchard.locf(page, ts, '59 s') OVER w AS fresh,
	orchard.since(ts, page = 'home') OVER w AS since, orchard.last_k(page, 2) OVER w AS last_k
FROM visits WINDOW w AS (ORDER BY i ROWS UNBOUNDED PRECEDING);

-- a day is 24 hours, also where the clock changes; timestamp without time zone
SET TimeZone = 'Europe/Berlin';
SELECT orchard.since(t, b ORDER BY t) AS zoned, orchard.since(t AT TIME ZONE 'Europe/Berlin', b ORDER BY t) AS wall_clock
FROM (VALUES (timestamptz '2024-03-31 00:00', true), (timestamptz '2024-04-01 00:00', false)) AS v(t, b);
RESET TimeZone;
SELECT orchard.session_id(t, '1 day' ORDER BY t) AS within, orchard.session_id(t, '23:59:59.999999' ORDER BY t) AS beyond FROM (VALUES (timestamp '2024-03-31'), ('2024-04-01')) AS v(t);

-- nothing but NULL, and nothing at all
SELECT orchard.first_value_of(x), orchard.last_value_of(x), orchard.last_k(x, 2), orchard.lags(x, 2), orchard.argmax(x, x), orchard.locf(x, t, '1 s'), orchard.since(t, b), orchard.streak(b),
	orchard.session_id(t, '1 s'), orchard.uptime(t, '1 s'), orchard.time_above(t, x, 1), orchard.crossings(x)
FROM (VALUES (NULL::float8, NULL::timestamptz, NULL::boolean)) AS v(x, t, b);
SELECT count(*), orchard.first_value_of(price) IS NULL AND orchard.last_k(page, 2) IS NULL AND orchard.lags(price, 2) IS NULL AND orchard.argmin(page, price) IS NULL AND orchard.since(ts, bought) IS NULL
	AND orchard.streak(bought) IS NULL AND orchard.session_id(ts, '1 s') IS NULL AND orchard.uptime(ts, '1 s') IS NULL AS null_over_no_rows FROM visits WHERE false;

-- values of every kind of storage: by value, short and long, toasted, arrays, cstring-like names; the state owns its copies
SELECT orchard.last_value_of(v ORDER BY i) = repeat('x', 100000) AS long, orchard.argmax(v, i) = repeat('x', 100000) AS best, length(orchard.first_value_of(v ORDER BY i DESC)) AS first, cardinality(orchard.last_k(v, 2 ORDER BY i)) AS k,
	orchard.last_value_of(v::name ORDER BY i) AS name, orchard.last_value_of(i::numeric / 3 ORDER BY i) AS number, orchard.last_value_of(i::"char" ORDER BY i) IS NOT NULL AS char, orchard.argmin(a, -i) AS array
FROM (SELECT i, repeat('x', i * 10000) AS v, ARRAY[i, i] AS a FROM generate_series(1, 10) AS i) AS s;
SELECT sum(length(f)) AS first, sum(length(a)) AS argmax, sum(length(k[1])) AS last_k FROM
	(SELECT orchard.first_value_of(v) OVER w, orchard.argmax(v, -i % 7) OVER w, orchard.last_k(v, 3) OVER w FROM (SELECT i, repeat('y', i) AS v FROM generate_series(1, 2000) AS i) AS s WINDOW w AS (ORDER BY i ROWS 9 PRECEDING)) AS q(f, a, k);

SELECT sum(length(f[1])) AS first, sum(length(repeat('y', (SELECT i FROM unnest(w) AS i ORDER BY -i % 7 DESC, i DESC LIMIT 1)))) AS argmax, sum(w[greatest(cardinality(w) - 2, 1)]) AS last_k FROM
	(SELECT array_agg(repeat('y', i)) OVER w AS f, array_agg(i) OVER w AS w FROM generate_series(1, 2000) AS i WINDOW w AS (ORDER BY i ROWS 9 PRECEDING)) AS q;

-- keys beyond 2^53, times and NaN as keys; the latest of equals; a NULL that is chosen is the result
SELECT orchard.argmax(n, k) AS largest, orchard.argmin(n, k) AS smallest FROM (VALUES (1, 9007199254740993), (2, 9007199254740992)) AS v(n, k);
SELECT orchard.argmax(n, k ORDER BY n) AS largest, orchard.argmin(n, k ORDER BY n) AS smallest, orchard.argmax(k, k ORDER BY n) AS key FROM (VALUES (1, 0.10000000000000000001), (2, 0.1), (3, 0.1000000000000000000), (4, 0.10000000000000000002), (NULL, NULL)) AS v(n, k);
SELECT orchard.argmax(n, k ORDER BY n) AS nan, orchard.argmin(n, k ORDER BY n) AS lowest FROM (VALUES (1, 1e400), (2, 'NaN'), (3, '-Infinity'::numeric), (4, 'Infinity')) AS v(n, k);
-- long numeric keys that come and go, by value and by reference, against a scan of each frame
SELECT count(*), bool_and(top = (SELECT j FROM unnest(js) AS j ORDER BY repeat('9', 40 + j * 7919 % 61)::numeric + j % 3 DESC, j DESC LIMIT 1)) AS argmax,
	bool_and(low = (SELECT 'v' || j FROM unnest(js) AS j ORDER BY repeat('9', 40 + j * 7919 % 61)::numeric + j % 3, j DESC LIMIT 1)) AS argmin
FROM (SELECT array_agg(i) OVER w, orchard.argmax(i, k) OVER w, orchard.argmin('v' || i, k) OVER w FROM (SELECT i, repeat('9', 40 + i * 7919 % 61)::numeric + i % 3 AS k FROM generate_series(1, 2000) AS i) AS s WINDOW w AS (ORDER BY i ROWS 19 PRECEDING)) AS q(js, top, low);
SELECT orchard.argmax(n, k ORDER BY n) AS nan, orchard.argmin(n, k ORDER BY n) AS tie FROM (VALUES (1, 1::float8), (2, 'NaN'), (3, 1), (NULL, 7), (4, NULL)) AS v(n, k);
SELECT orchard.argmax(n, k) IS NULL AS chosen_null FROM (VALUES (1, 1), (NULL, 2)) AS v(n, k);

-- bigint beyond 2^53 stays what it is, in groups and in frames
SELECT orchard.count_distinct(k) AS distinct, orchard.mode_value(k) AS mode, orchard.first_value_of(k ORDER BY n) AS first, orchard.last_value_of(k ORDER BY n) AS last, orchard.locf(k ORDER BY n) AS locf, orchard.last_k(k, 2 ORDER BY n) AS last_k,
	orchard.argmax(k, k) AS argmax, orchard.argmin(k, k) AS argmin, orchard.max(k) AS max, orchard.min(k) AS min
FROM (VALUES (1, 9007199254740993), (2, 9007199254740992), (3, 9007199254740993), (4, 9223372036854775807), (5, 9223372036854775806)) AS v(n, k);
SELECT n, orchard.count_distinct(k) OVER w AS distinct, orchard.mode_value(k) OVER w AS mode, orchard.first_value_of(k) OVER w AS first, orchard.argmax(n, k) OVER w AS top, orchard.argmin(n, k) OVER w AS low
FROM (VALUES (1, 9007199254740993), (2, 9007199254740992), (3, 9007199254740993), (4, 9223372036854775807), (5, 9223372036854775806)) AS v(n, k) WINDOW w AS (ORDER BY n ROWS 2 PRECEDING);

-- many groups, hashed; distinct from each other
SELECT count(*), sum(length(l)), sum(n) FROM (SELECT g % 5000 AS k, orchard.last_value_of('v' || g % 5000 ORDER BY g) AS l, orchard.streak(g > 10000 ORDER BY g) AS n FROM generate_series(1, 20000) AS g GROUP BY 1) AS q;

-- times out of order are refused, never guessed; so are months, negative lengths, changing options
\set VERBOSITY sqlstate
SELECT orchard.session_id(ts, '1 s' ORDER BY ts DESC) FROM visits;
SELECT orchard.since(ts, bought) OVER (ORDER BY ts DESC) FROM visits;
SELECT orchard.locf(page, ts, '1 s' ORDER BY i DESC) FROM visits;
SELECT orchard.uptime(ts, '1 s') OVER (ORDER BY i DESC ROWS 2 PRECEDING) FROM visits;
SELECT orchard.session_id(ts, '1 month' ORDER BY i) FROM visits;
SELECT orchard.session_id(ts, '-1 s' ORDER BY i) FROM visits;
SELECT orchard.session_id(ts, NULL ORDER BY i) FROM visits;
SELECT orchard.session_id(ts, i * interval '1 s' ORDER BY i) FROM visits;
SELECT orchard.locf(page, ts, i * interval '1 s' ORDER BY i) FROM visits;
SELECT orchard.since('infinity'::timestamptz, true);
SELECT orchard.since('294000-01-01'::timestamptz, true);
SELECT orchard.last_k(page, 0) FROM visits;
SELECT orchard.last_k(page, 10001) FROM visits;
SELECT orchard.last_k(page, NULL) FROM visits;
SELECT orchard.lags(price, i) FROM visits;
\set VERBOSITY terse
SELECT orchard.session_id(ts, '1 s' ORDER BY ts DESC) FROM visits;
SELECT orchard.session_id(ts, '1 year 2 days' ORDER BY i) FROM visits;
SELECT orchard.last_k(page, i % 2 + 1) FROM visits;

-- what values take counts against orchard.max_memory
SET orchard.max_memory = '16MB';
SELECT orchard.last_k(repeat('z', 10000), 10000) FROM generate_series(1, 10000);
SELECT max(length(v)) FROM (SELECT (orchard.last_k(repeat('z', 10000), 10) OVER (ORDER BY g ROWS 9000 PRECEDING))[1] AS v FROM generate_series(1, 10000) AS g) AS q;
SELECT max(length(f)) FROM (SELECT orchard.first_value_of(repeat('z', 10000)) OVER (ORDER BY g ROWS 9000 PRECEDING) FROM generate_series(1, 10000) AS g) AS q(f);
RESET orchard.max_memory;

-- decay by rows: (1 + 0.5 * 4 + 0.25 * 2) / (1 + 0.5 + 0.25); a NULL ages what was before, so that
-- the next value weighs four times as much as the one before the gap; the deviation of two values
-- By hand: the mean of 1, 2, 6 is 3 and the deviation sqrt(7); 23 and 2 o'clock are half past midnight.
SELECT abs(orchard.zscore(x ORDER BY x) - 3 / sqrt(7::float8)) < 1e-15 AS score, orchard.zscore(x) FILTER (WHERE x = 1) AS one, orchard.zscore(3) AS no_spread FROM unnest('{1,2,6}'::float8[]) AS x;
SELECT abs(orchard.circular_mean(h, 24) - 0.5) < 1e-14 AS hour, orchard.circular_mean(h, 24) FILTER (WHERE h IS NULL) AS none FROM unnest('{23,2,NULL}'::float8[]) AS h;
SELECT orchard.circular_mean(d, 360) AS cancels FROM unnest('{0,120,240}'::int[]) AS d;
SELECT i, orchard.zscore(x) OVER w = 'NaN' AS nan, orchard.circular_mean(x, 7) OVER w = 'NaN' AS mean_nan FROM (VALUES (1, 'Infinity'::float8), (2, 4), (3, 5), (4, 'NaN'), (5, 4), (6, NULL)) AS v(i, x) WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);
SELECT orchard.ewm_avg(x, 0.5 ORDER BY i) AS avg, abs(orchard.ewm_avg(x, 0.5 ORDER BY i) - 2) < 1e-15 AS right FROM (VALUES (1, 2), (2, 4), (3, 1)) AS v(i, x);
SELECT i, orchard.ewm_avg(x, 0.5) OVER w AS avg, orchard.ewm_stddev(x, 0.5) OVER w = sqrt(32::float8) AS deviation FROM (VALUES (1, 2::float8), (2, NULL), (3, 10)) AS v(i, x) WINDOW w AS (ORDER BY i);
SELECT i, orchard.ewm_avg(x, 0.5) OVER w AS avg, orchard.ewm_stddev(x, 1) OVER w AS none FROM (VALUES (1, 'Infinity'::float8), (2, 4), (3, 4), (4, 'NaN'), (5, 4), (6, 4)) AS v(i, x) WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);

-- decay by time, in any order: weights 1/4, 1/2 and 1 on the day of the newest row; a row without a value ages the others
CREATE TEMP TABLE sales (i int, x float8, t timestamptz);
INSERT INTO sales VALUES (1, 8, '2024-01-03'), (2, 4, '2024-01-02'), (3, 16, '2024-01-01'), (4, NULL, NULL), (5, 100, NULL);
SELECT orchard.decayed_count(x, t, '1 day') AS count, orchard.decayed_sum(x, t, '1 day') AS sum, orchard.decayed_avg(x, t, '1 day') * 1.75 AS avg FROM sales;
SELECT orchard.decayed_sum(x, t::timestamp, '24 hours') AS sum FROM (SELECT x, t FROM sales UNION ALL SELECT NULL, '2024-01-04') AS s;
SELECT orchard.decayed_count(x, t, '1 day') AS count, orchard.decayed_sum(x, t, '1 day') AS sum, orchard.decayed_avg(x, t, '1 day') AS avg, orchard.decayed_state(x, t, '1 day') AS state FROM sales WHERE i > 3;
SELECT orchard.decayed_sum(orchard.merge(s)) AS sum, orchard.decayed_count(orchard.merge(s)) AS count FROM (SELECT orchard.decayed_state(x, t, '1 day') AS s FROM sales GROUP BY i) AS q;
SELECT orchard.decayed_state(x, t, '1 day')::text::orchard.decayed_state::text = orchard.decayed_state(x, t, '1 day')::text AS again FROM sales WHERE i = 1;

-- slope: two degrees an hour, exact at today's times, whatever was far away; merged in parallel plans
SELECT abs(orchard.slope(20 + 2 * h, timestamptz '2026-07-01' + h * interval '1 hour') * 3600 - 2) < 1e-14 AS an_hour, orchard.slope(h, timestamp '2026-07-01') IS NULL AS no_time FROM generate_series(0, 99) AS h;
SELECT abs(orchard.slope(1e9 + 0.001 * h, timestamptz '2026-07-01' + h * interval '1 second') / 0.001 - 1) < 1e-6 AS steep_enough FROM generate_series(0, 99) AS h;

-- autocorr: a wave of period 8 with itself; NULL keeps its place
SELECT round(orchard.autocorr(sin(pi() * i / 4), 8 ORDER BY i)::numeric, 12) AS whole, round(orchard.autocorr(sin(pi() * i / 4), 4 ORDER BY i)::numeric, 12) AS half FROM generate_series(1, 80) AS i;
SELECT abs(orchard.autocorr(CASE WHEN i % 5 > 0 THEN i * i % 7 END, 3 ORDER BY i) - (SELECT corr(a * a % 7, (a + 3) * (a + 3) % 7) FROM generate_series(1, 37) AS a WHERE a % 5 > 0 AND (a + 3) % 5 > 0)) < 1e-14 AS right,
	orchard.autocorr(i, 40 ORDER BY i) IS NULL AS too_short FROM generate_series(1, 40) AS i;

-- counters: 5, 9 | 2, 4 gains 4 + 2 + 2 in 30 seconds; a gauge lost 1
CREATE TEMP TABLE meter (t timestamp, x float8);
INSERT INTO meter VALUES ('2024-01-01 00:00:00', 5), ('2024-01-01 00:00:10', 9), ('2024-01-01 00:00:20', 2), ('2024-01-01 00:00:25', NULL), ('2024-01-01 00:00:30', 4);
SELECT orchard.counter_delta(t, x ORDER BY t) AS delta, orchard.counter_rate(t, x ORDER BY t) * 30 AS rate, orchard.counter_resets(t, x ORDER BY t) AS resets, orchard.rate(t, x ORDER BY t) * 30 AS gauge FROM meter;
SELECT t::time, orchard.counter_delta(t, x) OVER w AS delta, orchard.counter_rate(t, x) OVER w AS rate, orchard.counter_resets(t, x) OVER w AS resets, orchard.rate(t, x) OVER w AS gauge FROM meter WINDOW w AS (ORDER BY t ROWS 1 PRECEDING);

-- over time: (5 * 10 + 9 * 10 + 2 * 10) / 30, and by trapezoids (7 * 10 + 5.5 * 10 + 3 * 10) / 30
SELECT orchard.time_weighted_avg(t, x ORDER BY t) * 30 AS locf, orchard.time_weighted_avg(t, x, 'locf' ORDER BY t) * 30 AS same, orchard.time_weighted_avg(t, x, 'linear' ORDER BY t) * 30 AS linear FROM meter;
SELECT t::time, orchard.time_weighted_avg(t, x) OVER w AS locf, orchard.time_weighted_avg(t, x, 'linear') OVER w AS linear FROM meter WINDOW w AS (ORDER BY t ROWS 1 PRECEDING);

-- drift above 10 by more than 1: 0, 2, 3, 0, 4; the other side by the other sign
SELECT i, orchard.cusum(x, 10, 1) OVER w AS up, orchard.cusum(-x, -10, 1) OVER w AS down FROM (VALUES (1, 9), (2, 13), (3, 12), (4, 7), (5, 15)) AS v(i, x) WINDOW w AS (ORDER BY i);

-- nothing but NULL
SELECT orchard.ewm_avg(x, 0.1), orchard.ewm_stddev(x, 0.1), orchard.decayed_count(x, t, '1 s'), orchard.decayed_sum(x, t, '1 s'), orchard.slope(x, t), orchard.autocorr(x, 1), orchard.rate(t, x), orchard.counter_delta(t, x),
	orchard.counter_resets(t, x), orchard.time_weighted_avg(t, x), orchard.cusum(x, 1, 1) FROM (VALUES (NULL::float8, NULL::timestamptz)) AS v(x, t);

-- what can be merged is summed by parallel workers
CREATE TABLE many AS SELECT i, i % 1000 / 8.0::float8 AS x, timestamptz '2024-01-01' + i * interval '1 minute' AS t FROM generate_series(1, 20000) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		IF line LIKE '%Aggregate%' THEN RETURN NEXT trim(line); END IF;
	END LOOP;
END $$;
SELECT * FROM pg_temp.plan('SELECT orchard.decayed_sum(x, t, ''1 day''), orchard.slope(x, t) FROM many');
SELECT abs(p.d / s.d - 1) < 1e-14 AS decayed, abs(p.s - s.s) < 1e-20 AS slope
FROM (SELECT orchard.decayed_sum(x, t, '1 day') AS d, orchard.slope(x, t) AS s FROM many) AS p,
	(SELECT orchard.decayed_sum(x, t, '1 day' ORDER BY i DESC) AS d, orchard.slope(x, t ORDER BY i) AS s FROM many) AS s;
DROP TABLE many;

\set VERBOSITY sqlstate
SELECT orchard.circular_mean(x, 0) FROM meter;
SELECT orchard.circular_mean(x, 'Infinity') FROM meter;
SELECT orchard.circular_mean(x, NULL) FROM meter;
SELECT orchard.circular_mean(x, x / 10 + 1) FROM meter;
SELECT orchard.zscore(x) FROM (VALUES (1.7e308), (-1.7e308)) AS v(x);
SELECT orchard.ewm_avg(x, 0) FROM meter;
SELECT orchard.ewm_avg(x, 1.5) FROM meter;
SELECT orchard.ewm_avg(x, 'NaN') FROM meter;
SELECT orchard.ewm_avg(x, NULL) FROM meter;
SELECT orchard.ewm_avg(x, x / 10) FROM meter;
SELECT orchard.ewm_avg(1.7e308, 0.1) FROM meter;
SELECT orchard.decayed_sum(x, t, '0') FROM meter;
SELECT orchard.decayed_sum(x, t, '1 month') FROM meter;
SELECT orchard.decayed_sum(x, t, x * interval '1 s') FROM meter WHERE x IS NOT NULL;
SELECT orchard.decayed_sum(1.7e308, t, '1 day') FROM meter;
SELECT orchard.decayed_sum(x, '-infinity'::timestamp, '1 day') FROM meter;
SELECT orchard.merge(s) FROM (SELECT orchard.decayed_state(x, t, x * interval '1 s') AS s FROM meter WHERE x IS NOT NULL GROUP BY x) AS q;
SELECT '(0,0,0,1,0,0,0,0,0,0,0,0)'::orchard.decayed_state;
SELECT '(10,1,25,1,3,NaN,0,1,0,0,0,0)'::orchard.decayed_state;
SELECT orchard.slope(x, 'infinity'::timestamptz) FROM meter;
SELECT orchard.autocorr(x, 0) FROM meter;
SELECT orchard.autocorr(x, x::int) FROM meter WHERE x IS NOT NULL;
SELECT orchard.counter_delta(t, x ORDER BY t DESC) FROM meter;
SELECT orchard.time_weighted_avg(t, x) OVER (ORDER BY t DESC) FROM meter;
SELECT orchard.time_weighted_avg(t, x, 'cubic' ORDER BY t) FROM meter;
SELECT orchard.time_weighted_avg(t, x, NULL ORDER BY t) FROM meter;
SELECT orchard.time_weighted_avg(t, x, CASE WHEN x > 5 THEN 'locf' ELSE 'linear' END ORDER BY t) FROM meter;
SELECT orchard.cusum(x, 1, -1) FROM meter;
SELECT orchard.cusum(1.7e308, -1.7e308, 1) FROM meter;
\set VERBOSITY terse
SELECT orchard.ewm_avg(x, 1.5) FROM meter;
SELECT orchard.time_weighted_avg(t, x, 'cubic' ORDER BY t) FROM meter;

-- The results of the moments merge: several processes sum, with the same results.
BEGIN;
CREATE TABLE hours AS SELECT g AS i, (g * 7919 % 1000) / 100.0::float8 AS x FROM generate_series(1, 20000) AS g;
CREATE TEMP TABLE alone AS SELECT orchard.skewness(x) AS skew, orchard.kurtosis(x) AS kurt, orchard.rms(x) AS rms, orchard.cv(x) AS cv, orchard.crest_factor(x) AS crest, orchard.range_of(x) AS range FROM hours;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT orchard.skewness(x), orchard.kurtosis(x), orchard.rms(x), orchard.cv(x), orchard.crest_factor(x), orchard.range_of(x) FROM hours;
SELECT abs(p.skew - a.skew) < 1e-12 AS skew, abs(p.kurt - a.kurt) < 1e-12 AS kurt, abs(p.rms - a.rms) < 1e-12 AS rms, abs(p.cv - a.cv) < 1e-12 AS cv, abs(p.crest - a.crest) < 1e-12 AS crest, p.range = a.range AS range
FROM (SELECT orchard.skewness(x) AS skew, orchard.kurtosis(x) AS kurt, orchard.rms(x) AS rms, orchard.cv(x) AS cv, orchard.crest_factor(x) AS crest, orchard.range_of(x) AS range FROM hours) AS p, alone AS a;
-- circular_mean merges too: NULL, NaN and processes without a row are no matter, different periods are
EXPLAIN (COSTS OFF) SELECT orchard.circular_mean(x, 24) FROM hours;
SELECT abs(p.mean - s.mean) < 1e-11 AS all, abs(p.two - 0.5) < 1e-14 AS two, p.nan, p.none, p.nulls
FROM (SELECT orchard.circular_mean(x, 24) AS mean, orchard.circular_mean(CASE i WHEN 3 THEN 23 WHEN 19998 THEN 2 END, 24) AS two, orchard.circular_mean(CASE WHEN i = 7 THEN 'NaN' ELSE x END, 24) AS nan,
	orchard.circular_mean(x, 24) FILTER (WHERE i < 0) AS none, orchard.circular_mean(nullif(x, x), 24) AS nulls FROM hours) AS p,
	(SELECT orchard.circular_mean(x, 24 ORDER BY i) AS mean FROM hours) AS s;
\set VERBOSITY terse
SELECT orchard.circular_mean(x, CASE WHEN i < 10000 THEN 24 ELSE 12 END) FROM hours;
\set VERBOSITY default
ROLLBACK;

-- tiny and huge readings: neither digits nor an overflow are lost on the way from microseconds to seconds
SELECT abs(orchard.slope(x, ts) - 2e-317) <= 5e-324 AS slope, abs(orchard.rate(ts, x) - 2e-317) <= 5e-324 AS rate, abs(orchard.counter_rate(ts, x) - 2e-317) <= 5e-324 AS counter_rate
FROM (VALUES (0::float8, timestamp '2024-01-01'), (3e-317, '2024-01-01 00:00:01.5')) AS v(x, ts);
\set VERBOSITY sqlstate
SELECT orchard.slope(x, ts) FROM (VALUES (0::float8, timestamp '2024-01-01'), (1e305, '2024-01-01 00:00:00.000001')) AS v(x, ts);
SELECT orchard.rate(ts, x) FROM (VALUES (0::float8, timestamp '2024-01-01'), (1e305, '2024-01-01 00:00:00.000001')) AS v(x, ts);
\set VERBOSITY default
-- rows of one time weigh 1 each
SELECT orchard.decayed_count(1, ts, '1 day') AS count, orchard.decayed_sum(0.5, ts, '1 day') AS sum FROM (SELECT timestamp '2024-05-01 17:13:11' AS ts FROM generate_series(1, 7)) AS q;

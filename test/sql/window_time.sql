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
SELECT orchard.argmax(n, k ORDER BY n) AS nan, orchard.argmin(n, k ORDER BY n) AS tie FROM (VALUES (1, 1::float8), (2, 'NaN'), (3, 1), (NULL, 7), (4, NULL)) AS v(n, k);
SELECT orchard.argmax(n, k) IS NULL AS chosen_null FROM (VALUES (1, 1), (NULL, 2)) AS v(n, k);

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

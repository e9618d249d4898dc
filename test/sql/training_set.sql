-- Training sets: each row of the spine with what was known before it, the same by every strategy.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
CREATE SCHEMA past;
SET search_path = past, pg_catalog;
SET timezone = 'UTC';
CREATE TABLE spine (id int, "Card" int, shop text, at timestamptz, note text);
CREATE TABLE tx (card_no bigint, shop text, ts timestamptz, loaded timestamptz, seq int, amount numeric(8, 2), ok boolean, kind text, tags int[]);

-- Few keys and few times, so that ties, boundaries, repeated spine rows and NULLs all occur.
INSERT INTO spine
SELECT g, nullif(g % 5, 4), chr(97 + g * 7 % 3), '2024-03-01'::timestamptz + g * 17 % 240 * interval '1 hour', 'n' || g
FROM generate_series(1, 300) AS g;
INSERT INTO spine SELECT * FROM spine WHERE id % 50 = 0;
INSERT INTO spine VALUES (901, 1, 'a', NULL, 'no time'), (902, 1, 'a', 'infinity', 'end'), (903, 1, 'a', '-infinity', 'begin'), (904, 77, 'a', '2024-03-05', 'no rows');
INSERT INTO tx
SELECT nullif(g % 5, 4), nullif(chr(97 + g * 11 % 4), 'd'), '2024-03-01'::timestamptz + ts * interval '1 hour',
	'2024-03-01'::timestamptz + (ts + g * 13 % 30) * interval '1 hour', g, nullif(g * 31 % 97, 5), g % 3 = 0, 'k' || g % 6, ARRAY[g]
FROM generate_series(1, 2000) AS g, LATERAL (SELECT nullif(g * 29 % 250, 7) AS ts) AS t;
ANALYZE spine, tx;

-- Runs a text and gives its rows as jsonb, numbers rounded so that the last digit of a sum does not count.
CREATE FUNCTION rounded(value jsonb) RETURNS jsonb LANGUAGE sql AS
	'SELECT CASE jsonb_typeof(value) WHEN ''number'' THEN to_jsonb(round(value::numeric, 9)::float8) ELSE value END';
CREATE FUNCTION result(query text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT (SELECT jsonb_object_agg(key, past.rounded(value)) FROM jsonb_each(to_jsonb(q))) FROM (%s) AS q', query);
END $$;
CREATE FUNCTION differences(a text, b text) RETURNS bigint LANGUAGE sql AS $$
	WITH x AS MATERIALIZED (SELECT result(a) AS r), y AS MATERIALIZED (SELECT result(b) AS r)
	SELECT (SELECT count(*) FROM (SELECT r FROM x EXCEPT ALL SELECT r FROM y) AS d) + (SELECT count(*) FROM (SELECT r FROM y EXCEPT ALL SELECT r FROM x) AS d)
$$;

-- The same by hand, with the built-ins: `before` is < or <=, `start` is >= or >.
CREATE FUNCTION by_hand(before text, start text, delay interval, max_age interval) RETURNS text LANGUAGE sql AS $$
	SELECT format($q$
		SELECT s.*, l.amount AS tx_amount, l.kind AS tx_kind, s.at - l.ts AS tx_age, l.ts IS NOT NULL AS tx_matched, w.*
		FROM spine AS s
		LEFT JOIN LATERAL (SELECT * FROM tx WHERE card_no = "Card" AND tx.shop = s.shop AND ts %1$s at - interval %3$L
			AND ts >= at - interval %4$L ORDER BY ts DESC, seq DESC LIMIT 1) AS l ON true
		CROSS JOIN LATERAL (SELECT
			count(*) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L) AS tx_count_36h, count(*) AS tx_count_7d,
			count(kind) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L) AS tx_kind_count_36h, count(kind) AS tx_kind_count_7d,
			avg(ok::int) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L)::float8 AS tx_ok_avg_36h, avg(ok::int)::float8 AS tx_ok_avg_7d,
			sum(amount) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L)::float8 AS tx_amount_sum_36h, sum(amount)::float8 AS tx_amount_sum_7d,
			max(amount) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L)::float8 AS tx_amount_max_36h, max(amount)::float8 AS tx_amount_max_7d,
			stddev_samp(amount::float8) FILTER (WHERE ts %2$s at - interval '36 hours' - interval %3$L) AS tx_amount_stddev_36h, stddev_samp(amount::float8) AS tx_amount_stddev_7d
			FROM tx WHERE card_no = "Card" AND tx.shop = s.shop AND ts %1$s at - interval %3$L AND ts %2$s at - interval '168 hours' - interval %3$L) AS w
	$q$, before, start, delay, max_age)
$$;
CREATE FUNCTION written(strategy text, closed text, delay text, max_age text) RETURNS text LANGUAGE sql AS $$
	SELECT orchard.training_set_sql('spine', '{Card,shop}', 'at', jsonb_build_array(jsonb_build_object('relation', 'tx', 'keys', '["card_no", "shop"]'::jsonb,
		'ts', 'ts', 'tie_break', 'seq', 'columns', '["amount", "kind"]'::jsonb, 'windows', '["36 hours", "7 days"]'::jsonb,
		'aggregates', '{"*": ["count"], "kind": ["count"], "ok": ["avg"], "amount": ["sum", "max", "stddev"]}'::jsonb, 'delay', delay, 'max_age', max_age)), strategy, closed)
$$;

-- without an index: merge by itself, and a warning for who insists on looking up
SELECT substring(written('auto', 'left', '0', '90 days') FROM '^(.*?)\nWITH');
SELECT substring(written('lateral', 'left', '0', '90 days') FROM '^(.*?)\nSELECT');
CREATE INDEX ON tx (shop, card_no, ts, seq);
ANALYZE tx;
SELECT strategy, closed, delay, max_age, differences(written(strategy, closed, delay, max_age),
	by_hand(CASE WHEN closed IN ('right', 'both') THEN '<=' ELSE '<' END, CASE WHEN closed IN ('left', 'both') THEN '>=' ELSE '>' END, delay::interval, max_age::interval)) AS different
FROM unnest('{lateral,merge,auto}'::text[]) AS strategy, unnest('{left,right,both,neither}'::text[]) AS closed,
	(VALUES ('0', '2000 hours'), ('5 hours', '40 hours')) AS v(delay, max_age)
ORDER BY 1, 2, 3;

-- an infinite time is in no window, even where both ends belong to it
BEGIN;
INSERT INTO tx SELECT 1, 'a', ts, '2024-03-01', 5000, 1, true, 'k', '{1}' FROM unnest('{infinity,-infinity}'::timestamptz[]) AS ts;
SELECT closed, differences(written('lateral', closed, '0', '90 days'), written('merge', closed, '0', '90 days')) AS different FROM unnest('{left,right,both,neither}'::text[]) AS closed;
ROLLBACK;

-- every row of the spine once, repeated ones too, and what they carry
SELECT count(*), count(*) - count(DISTINCT q) AS repeated FROM spine AS q;
DO $$
DECLARE
	strategy text;
	n int;
BEGIN
	FOREACH strategy IN ARRAY '{lateral,merge}'::text[] LOOP
		EXECUTE format('SELECT count(*) FROM (%s) AS q', written(strategy, 'left', '0', '1 day')) INTO n;
		ASSERT n = (SELECT count(*) FROM spine), strategy;
	END LOOP;
END $$;

-- a correction that comes in late is not seen before it came: known_at, and the latest of what was known
SELECT differences(orchard.training_set_sql('spine', '{Card,shop}', 'at',
	'[{"relation": "tx", "keys": ["card_no", "shop"], "ts": "ts", "known_at": "loaded", "tie_break": "seq", "columns": ["amount", "tags"], "windows": ["3 days"], "aggregates": {"amount": ["avg"]}}]'),
	$$SELECT s.*, l.amount AS tx_amount, l.tags AS tx_tags, CASE WHEN isfinite(s.at) THEN s.at - l.ts END AS tx_age, l.ts IS NOT NULL AS tx_matched, w.a AS tx_amount_avg_3d FROM spine AS s
	LEFT JOIN LATERAL (SELECT * FROM tx WHERE card_no = "Card" AND tx.shop = s.shop AND ts < at AND loaded <= at ORDER BY ts DESC, loaded DESC, seq DESC LIMIT 1) AS l ON true
	CROSS JOIN LATERAL (SELECT avg(amount::float8) AS a FROM tx WHERE card_no = "Card" AND tx.shop = s.shop AND ts < at AND ts >= at - interval '72 hours' AND loaded <= at) AS w$$) AS different;

-- several sources, queries and views among them, dates, and names that need quotes or would end a comment
CREATE VIEW rates AS SELECT day, day - date '2024-03-01' AS rate, 0 AS "all" FROM generate_series(date '2024-03-01', '2024-03-09', '1 day') AS d(day_at), LATERAL (SELECT day_at::date AS day) AS t;
CREATE TABLE days (id int, "all" int, "Day" date);
INSERT INTO days SELECT g, 0, date '2024-02-28' + g FROM generate_series(1, 12) AS g;
SELECT strategy, differences(orchard.training_set_sql('SELECT * FROM days WHERE id > 1 -- the rest', '{all}', 'Day',
	'[{"relation": "rates", "ts": "day", "columns": ["rate"], "delay": "1 day"},
	{"relation": "SELECT * FROM rates WHERE rate % 2 = 0", "name": "even\n; DROP TABLE days; --", "prefix": "E\"ven ", "ts": "day", "columns": ["rate"], "windows": ["2 days"], "aggregates": {"rate": ["sum"]}}]', strategy),
	$$SELECT d.*, r.rate AS rates_rate, "Day"::timestamp - r.day AS rates_age, r.day IS NOT NULL AS rates_matched,
	e.rate AS "E""ven rate", "Day"::timestamp - e.day AS "E""ven age", e.day IS NOT NULL AS "E""ven matched",
	(SELECT sum(rate)::float8 FROM rates WHERE rate % 2 = 0 AND day < "Day" AND day >= "Day" - 2) AS "E""ven rate_sum_2d" FROM days AS d
	LEFT JOIN rates AS r ON r.day = least("Day" - 2, '2024-03-09') LEFT JOIN LATERAL (SELECT * FROM rates WHERE rate % 2 = 0 AND day < "Day" ORDER BY day DESC LIMIT 1) AS e ON true
	WHERE d.id > 1$$) AS different
FROM unnest('{merge,auto}'::text[]) AS strategy;
SELECT count(*) AS still_there FROM days;

-- a NULL in the latest row is a NULL, not the value before it
SELECT strategy, differences(orchard.training_set_sql('SELECT 1 AS k, timestamp ''2024-01-05'' AS t', '{k}', 't',
	'[{"relation": "SELECT * FROM (VALUES (1, timestamp ''2024-01-01'', 7), (1, ''2024-01-02'', NULL)) AS v(k, ts, x)", "name": "v", "ts": "ts", "columns": ["x"]}]', strategy),
	$$SELECT 1 AS k, timestamp '2024-01-05' AS t, NULL::int AS v_x, interval '3 days' AS v_age, true AS v_matched$$) AS different
FROM unnest('{merge,auto}'::text[]) AS strategy;

-- the choice: few rows of the window, an index, a large source: LATERAL; a long window: merge
CREATE TABLE big AS SELECT g % 100 AS k, timestamptz '2024-01-01' + g * interval '1 minute' AS ts, g::float8 AS v FROM generate_series(1, 50000) AS g;
CREATE UNIQUE INDEX ON big (k, ts) INCLUDE (v);
CREATE TABLE few AS SELECT g % 100 AS k, timestamptz '2024-01-20' + g * interval '1 minute' AS ts FROM generate_series(1, 1000) AS g;
CREATE TABLE many AS SELECT g % 100 AS k, timestamptz '2024-01-20' + g * interval '1 second' AS ts FROM generate_series(1, 100000) AS g;
ANALYZE big, few, many;
SELECT spine, width, regexp_replace(substring(orchard.training_set_sql(spine, '{k}', 'ts', jsonb_build_array(jsonb_build_object('relation', 'big', 'ts', 'ts',
	'columns', '["v"]'::jsonb, 'windows', jsonb_build_array(width), 'aggregates', '{"v": ["avg"]}'::jsonb))) FROM '^.*?\n(.*?)\n(?:WITH|SELECT)'), '\d\d+', 'N', 'g') AS reason
FROM unnest('{few,many}'::text[]) AS spine, unnest('{1 hour,30 days}'::text[]) AS width;

-- a view
SELECT orchard.create_training_view('past."Training set"', 'few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"]}]');
SELECT count(*), count(big_v), min(big_age), bool_and(big_matched) FROM "Training set";
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'Training set' ORDER BY ordinal_position;
SELECT orchard.create_training_view('v', 'few', '{k}', 'ts', '[{"relation": "many", "ts": "ts", "columns": ["k"], "prefix": "m_", "strategy": "lateral"}]');

-- What the planner expects of training sets whose spine is another one: the rows of the spine.
CREATE TABLE stops AS SELECT i AS k, i % 7 AS l, timestamptz '2024-01-01' + i * interval '1 hour' AS ts, i::float8 AS v FROM generate_series(1, 5000) AS i;
ANALYZE stops;
CREATE TABLE stops_0 AS TABLE stops;
ANALYZE stops_0;
CREATE FUNCTION expected_rows() RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
	plan json;
	expected float8[];
BEGIN
	FOR i IN 1 .. 3 LOOP
		EXECUTE format('CREATE VIEW stops_%s AS %s', i, orchard.training_set_sql('stops_' || i - 1, '{l}', 'ts',
			format('[{"relation": "stops", "prefix": "a%1$s_", "ts": "ts", "columns": ["v"]},
				{"relation": "stops", "prefix": "b%1$s_", "ts": "ts", "windows": ["1 day"], "aggregates": {"v": ["avg"]}}]', i)::jsonb, 'merge'));
		EXECUTE format('EXPLAIN (FORMAT json) SELECT * FROM stops_%s', i) INTO plan;
		expected := expected || (plan #>> '{0,Plan,Plan Rows}')::float8;
	END LOOP;
	RETURN expected;
END $$;
SELECT expected_rows();

-- mistakes
CREATE FUNCTION attempt(spine text, keys text[], ts text, sources jsonb, strategy text DEFAULT 'auto', closed text DEFAULT 'left') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	RETURN orchard.training_set_sql(spine, keys, ts, sources, strategy, closed);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(hint, ''));
END $$;
SELECT attempt(NULL, '{k}', 'ts', '[]');
SELECT attempt('few', '{}', 'ts', '[{}]');
SELECT attempt('few', '{NULL}', 'ts', '[{}]');
SELECT attempt('few', '{nope}', 'ts', '[{}]');
SELECT attempt('few', '{k}', 'k', '[{}]');
SELECT attempt('few', '{k}', 'ts', '[]');
SELECT attempt('few', '{k}', 'ts', '{"relation": "big"}');
SELECT attempt('few', '{k}', 'ts', '[3]');
SELECT attempt('few; DROP TABLE few', '{k}', 'ts', '[{}]');
SELECT attempt('few', '{k}', 'ts', '[{"ts": "ts"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "SELECT * FROM big", "ts": "ts"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "v"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "colums": ["v"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": "v"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["w"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "keys": ["k", "v"], "columns": ["v"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "windows": ["1 day"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "windows": ["1 month"], "aggregates": {"v": ["avg"]}}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "windows": ["0"], "aggregates": {"v": ["avg"]}}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "windows": ["1 day"], "aggregates": {"v": ["median"]}}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "windows": ["1 day"], "aggregates": {"*": ["avg"]}}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "tx", "keys": ["card_no"], "ts": "ts", "windows": ["1 day"], "aggregates": {"kind": ["avg"]}}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"], "delay": "-1 day"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"]}, {"relation": "big", "ts": "ts", "columns": ["v"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"], "known_at": "ts", "strategy": "merge"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "rates", "ts": "day", "keys": ["all"], "columns": ["rate"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "tx", "keys": ["kind"], "ts": "ts", "columns": ["amount"]}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"], "prefix": "a_name_of_more_than_sixty_three_characters_is_cut_by_postgresql_"}]');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"]}]', 'fast');
SELECT attempt('few', '{k}', 'ts', '[{"relation": "big", "ts": "ts", "columns": ["v"]}]', 'auto', 'open');
SET client_min_messages = warning;
DROP SCHEMA past CASCADE;

-- fit_state.sql: training states as values: stored, shown, merged and finished; foreign bytes refused.
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS orchard;
\set VERBOSITY terse

-- y = 5 + 2 a - 3 b + 7 (c is red) + 1 (d is true), exactly; every tenth row has weight 0.
CREATE TABLE law_rows AS
SELECT i AS id, i % 8 AS part, (i * 37 % 101)::float8 AS a, i * 53 % 89 AS b, (ARRAY['blue', 'red'])[1 + i * 7 % 11 % 2] AS c,
	i * 3 % 7 > 3 AS d, CASE WHEN i % 10 = 0 THEN 0 ELSE 1 + i % 3 END AS w, 0::float8 AS y
FROM generate_series(1, 2000) AS i;
UPDATE law_rows SET y = 5 + 2 * a - 3 * b + CASE c WHEN 'red' THEN 7 ELSE 0 END + CASE WHEN d THEN 1 ELSE 0 END;
CREATE TABLE law (term text, value float8);
INSERT INTO law VALUES ('(intercept)', 5), ('a', 2), ('b', -3), ('c = red', 7), ('d = true', 1);
CREATE FUNCTION far_from_law(model orchard.model) RETURNS float8 LANGUAGE sql
AS $$ SELECT max(abs(f.estimate - l.value)) FROM orchard.coefficients(model) AS f FULL JOIN law AS l USING (term) $$;
CREATE TABLE part_states AS
SELECT part, orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "weight": "w", "exclude": ["id", "part"]}') AS s
FROM law_rows AS r GROUP BY part;

-- The model of all states together, and of one of them.
SELECT far_from_law(orchard.finish(orchard.merge(s))) <= 1e-10 AS law, count(*) FROM part_states;
SELECT bool_and(far_from_law(orchard.finish(s)) <= 1e-10) AS law FROM part_states;
SELECT orchard.summary(orchard.finish(orchard.merge(s))) ->> 'rows' AS rows,
	orchard.summary(orchard.finish(orchard.merge(s))) ->> 'rows_skipped' AS rows_skipped FROM part_states;
-- Merging in two steps; a merged state stays as it is when it is merged again and again.
WITH halves AS MATERIALIZED (SELECT part % 2 AS half, orchard.merge(s) AS s FROM part_states GROUP BY 1)
SELECT far_from_law(orchard.finish(orchard.merge(s))) <= 1e-10 AS law,
	orchard.summary(orchard.finish(orchard.merge(s))) ->> 'rows' AS rows FROM halves;
SELECT array_agg(DISTINCT orchard.summary(orchard.finish(m)) ->> 'rows' ORDER BY orchard.summary(orchard.finish(m)) ->> 'rows') AS rows
FROM (SELECT orchard.merge(s) OVER (ORDER BY part) AS m FROM part_states) AS running;
SELECT far_from_law(orchard.finish((SELECT orchard.merge(s) FROM part_states))) <= 1e-10 AS law;
-- What fit says of the same rows: standard errors and p-values of a law with noise.
CREATE TABLE noisy AS SELECT part, a, b, c, y + (id * 29 % 17) / 8.0 AS y FROM law_rows;
CREATE TABLE noisy_states AS
SELECT part, orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "exclude": ["part"]}') AS s FROM noisy AS r GROUP BY part;
SELECT count(*) AS terms, max(abs(m.estimate - f.estimate)) <= 1e-9 AS estimates, max(abs(m.std_error / f.std_error - 1)) <= 1e-9 AS errors
FROM orchard.coefficients((SELECT orchard.finish(orchard.merge(s)) FROM noisy_states)) AS m
JOIN orchard.coefficients((SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression", "exclude": ["part"]}') FROM noisy AS r)) AS f USING (term);

-- Nothing, and NULL.
SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') IS NULL AS empty FROM noisy AS r WHERE false;
SELECT orchard.merge(NULL::orchard.fit_state) IS NULL AS nulls, orchard.finish(NULL) IS NULL AS finished;
SELECT far_from_law(orchard.finish(orchard.merge(s))) <= 1e-10 AS law
FROM (SELECT NULL::orchard.fit_state AS s UNION ALL SELECT s FROM part_states UNION ALL SELECT NULL) AS v;
SET client_min_messages = notice;
SELECT orchard.finish(orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "skip_null_target": true}')) IS NULL AS no_rows
FROM (SELECT 1 AS x, NULL::float8 AS y) AS r;
SELECT orchard.finish(orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}')) IS NULL AS none
FROM (SELECT i % 7 AS x, i % 2 AS y FROM generate_series(1, 100) AS i) AS r;
SET client_min_messages = warning;

-- Text and binary forms give the same bytes.
SELECT bool_and(s::text::orchard.fit_state::text = s::text) AS text,
	bool_and('\x' || encode(orchard.fit_state_send(s), 'hex') = s::text) AS binary FROM part_states;
SELECT far_from_law(orchard.finish(orchard.merge(s::text::orchard.fit_state))) <= 1e-10 AS law FROM part_states;
DO $$ DECLARE kept orchard.fit_state; BEGIN
	SELECT orchard.merge(s) INTO kept FROM part_states;
	FOR i IN 1 .. 3 LOOP
		SELECT orchard.merge(v.s) INTO kept FROM (VALUES (kept), ((SELECT s FROM part_states WHERE part = 1))) AS v(s);
	END LOOP;
	RAISE WARNING 'rows: %', orchard.summary(orchard.finish(kept)) ->> 'rows';
END $$;

-- Columns that changed the width of their numbers between two states: the same law in any order.  Where a column may have fractions it is no identifier.
CREATE TABLE width_states AS
SELECT part, orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "exclude": ["part"]}') AS s
FROM (SELECT part, id, a::int AS a, b, c, d, y FROM law_rows WHERE part < 5) AS r GROUP BY part
UNION ALL SELECT part, orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "exclude": ["part"]}')
FROM (SELECT part, id::float4 AS id, a, b::numeric AS b, c, d, y::int AS y FROM law_rows WHERE part >= 5) AS r GROUP BY part;
SELECT rows, far_from_law(m) <= 1e-9 AS law, warnings FROM (SELECT m, orchard.summary(m) ->> 'rows' AS rows, orchard.summary(m) -> 'warnings' AS warnings
	FROM (SELECT orchard.finish(orchard.merge(s ORDER BY part)) FROM width_states
		UNION ALL SELECT orchard.finish(orchard.merge(s ORDER BY part DESC)) FROM width_states
		UNION ALL SELECT orchard.finish(orchard.merge(s ORDER BY part % 2, part)) FROM width_states
		UNION ALL SELECT orchard.finish(orchard.merge(s ORDER BY part)) FROM width_states WHERE part < 5) AS v(m)) AS w;
-- Not a text, an array or an option.
SELECT orchard.merge(s) FROM (SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') AS s FROM noisy AS r
	UNION ALL SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT part, a::text AS a, b, c, y FROM noisy) AS r) AS v;
SELECT orchard.merge(s) FROM (SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') AS s FROM noisy AS r
	UNION ALL SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT part, ARRAY[a] AS a, b, c, y FROM noisy) AS r) AS v;
-- States that have nothing to do with each other.
\set VERBOSITY default
SELECT orchard.merge(s) FROM (SELECT s FROM part_states UNION ALL SELECT s FROM noisy_states) AS v;
SELECT orchard.merge(s) FROM (SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression"}') AS s FROM noisy AS r
	UNION ALL SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "l2": 1}') FROM noisy AS r) AS v;
-- The state of logistic regression is its rows.
SELECT orchard.fit_state(r, 'c', '{"algorithm": "logistic_regression"}') FROM noisy AS r;
SELECT orchard.fit_state(r, 'y', '{"algorithm": "linear_regresion"}') FROM noisy AS r;
SELECT orchard.fit_state(r, NULL, '{"algorithm": "linear_regression"}') FROM noisy AS r;
\set VERBOSITY terse
CREATE AGGREGATE rows_of(record, text, jsonb) (SFUNC = orchard.fit_accum, STYPE = orchard.fit_state);
SELECT rows_of(r, 'c', '{"algorithm": "logistic_regression"}') FROM noisy AS r;
SELECT orchard.finish(rows_of(r, 'y', '{"algorithm": "linear_regression"}')) IS NOT NULL AS finished FROM noisy AS r;
-- A transition that starts from a stored state of other columns.
DO $$ BEGIN EXECUTE format('CREATE AGGREGATE continued(record, text, jsonb) (SFUNC = orchard.fit_accum, STYPE = orchard.fit_state, INITCOND = %L)',
	(SELECT s FROM noisy_states WHERE part = 0)); END $$;
SELECT continued(r, 'y', '{"algorithm": "linear_regression"}') FROM law_rows AS r;
SELECT orchard.summary(orchard.finish(continued(r, 'y', '{"algorithm": "linear_regression", "exclude": ["part"]}'))) ->> 'rows' AS rows FROM noisy AS r;

-- Foreign bytes.  Those without a checksum that fits are refused at the door.
CREATE FUNCTION code_of(state text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE WHEN orchard.finish(state::orchard.fit_state) IS NULL THEN 'no model' ELSE 'accepted' END;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT code_of(''), code_of('x'), code_of('\x'), code_of('\x4'), code_of('\xzz'), code_of('\x4f465354'), code_of('\x' || repeat('00', 500));
CREATE TABLE whole AS SELECT orchard.fit_state_send(orchard.merge(s)) AS bytes FROM part_states;
SELECT DISTINCT code_of('\x' || encode(substr(bytes, 1, n), 'hex')) AS truncated FROM whole, generate_series(0, length(bytes) - 1, 7) AS n;
SELECT DISTINCT code_of('\x' || encode(set_byte(bytes, n, get_byte(bytes, n) # 4), 'hex')) AS changed FROM whole, generate_series(0, length(bytes) - 1, 5) AS n;
-- Those that are signed: nothing crashes, and what is accepted gives a model or an error.
CREATE TABLE signer_table AS
WITH RECURSIVE step(i, c, k) AS (SELECT i::bigint, i::bigint, 0 FROM generate_series(0, 255) AS i
	UNION ALL SELECT i, CASE WHEN c & 1 = 1 THEN c >> 1 # 2197175160 ELSE c >> 1 END, k + 1 FROM step WHERE k < 8)
SELECT array_agg(c ORDER BY i) AS entries FROM step WHERE k = 8;
CREATE FUNCTION sign_state(bytes bytea) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
	lookup bigint[] := (SELECT entries FROM signer_table);
	crc bigint := 4294967295;
BEGIN
	bytes := overlay(bytes PLACING '\x00000000' FROM 9);
	FOR i IN 0 .. length(bytes) - 1 LOOP
		crc := lookup[((crc # get_byte(bytes, i)) & 255) + 1] # (crc >> 8);
	END LOOP;
	crc := crc # 4294967295;
	FOR i IN 0 .. 3 LOOP
		bytes := set_byte(bytes, 8 + i, (crc >> 8 * i & 255)::int);
	END LOOP;
	RETURN bytes;
END $$;
SELECT sign_state(bytes) = bytes AS signs_as_orchard, code_of('\x' || encode(sign_state(set_byte(bytes, 4, 9)), 'hex')) AS newer,
	code_of('\x' || encode(sign_state(set_byte(bytes, 6, 1)), 'hex')) AS rows, code_of('\x' || encode(sign_state(bytes || '\x00'), 'hex')) AS longer FROM whole;
CREATE TABLE forged_states AS
SELECT n, sign_state(set_byte(bytes, n, get_byte(bytes, n) # (1 << n * 5 % 8))) AS bytes FROM whole, generate_series(12, length(bytes) - 1) AS n
UNION ALL SELECT n, sign_state(overlay(bytes PLACING '\xffffffff' FROM n)) FROM whole, generate_series(13, length(bytes) - 4, 4) AS n
UNION ALL SELECT n, sign_state(overlay(bytes PLACING '\x000000000000f87f' FROM n)) FROM whole, generate_series(13, length(bytes) - 8, 8) AS n;
SET client_min_messages = error;
SELECT count(*) > 1500 AS many, count(*) FILTER (WHERE code = 'accepted') > 100 AS some_accepted, count(*) FILTER (WHERE code = 'XX001') > 100 AS some_corrupt,
	string_agg(DISTINCT code, ' ' ORDER BY code) FILTER (WHERE code NOT IN ('accepted', 'no model', 'XX001', '22003', '22P02', '22023', '53200')) AS others
FROM (SELECT code_of('\x' || encode(bytes, 'hex')) AS code FROM forged_states) AS v;

SET client_min_messages = warning;

-- As many groups as one likes, and workers.
SELECT count(*), bool_and(far_from_law(orchard.finish(s)) IS NOT NULL) AS finished FROM (SELECT orchard.merge(s) AS s FROM part_states, generate_series(1, 50) AS g GROUP BY g) AS v;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE law_rows SET (parallel_workers = 2);
ALTER TABLE part_states SET (parallel_workers = 2);
SELECT far_from_law(orchard.finish(orchard.merge(s))) <= 1e-10 AS law FROM part_states;
SELECT far_from_law(orchard.finish(orchard.fit_state(r, 'y', '{"algorithm": "linear_regression", "weight": "w", "exclude": ["id", "part"]}'))) <= 1e-10 AS law
FROM law_rows AS r;
EXPLAIN (COSTS off) SELECT orchard.merge(s) FROM part_states;

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
CREATE SCHEMA checked;
SET search_path = checked, pg_catalog;
CREATE TABLE payments (card int, merchant int, ts timestamptz, day date, local timestamp, amount float8, cents bigint, is_fraud boolean, label int);
CREATE TABLE merchants (merchant int, opened timestamptz, limit_cents bigint);

-- each fault, in a view, a common table expression, a subquery and a named window
CREATE TABLE faults (fault text, call text, clause text);
INSERT INTO faults VALUES
	('exclude', 'sum(cents)', 'PARTITION BY card ORDER BY ts ROWS 100 PRECEDING EXCLUDE CURRENT ROW'),
	('exclude, all the past', 'orchard.avg(amount)', 'PARTITION BY card ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES'),
	('volatile argument', 'orchard.avg(amount + random())', 'PARTITION BY card ORDER BY ts ROWS 100 PRECEDING'),
	('volatile filter', 'sum(cents) FILTER (WHERE clock_timestamp() > ts)', 'PARTITION BY card ORDER BY ts ROWS 100 PRECEDING'),
	('subquery argument', 'sum(cents - (SELECT max(limit_cents) FROM merchants AS m WHERE m.merchant = p.merchant))', 'PARTITION BY card ORDER BY ts ROWS 100 PRECEDING'),
	('subquery filter', 'orchard.max(amount) FILTER (WHERE EXISTS (SELECT FROM merchants AS m WHERE m.opened > p.ts))', 'PARTITION BY card ORDER BY ts ROWS 100 PRECEDING'),
	('day range', 'sum(cents)', 'PARTITION BY card ORDER BY ts RANGE ''7 days'' PRECEDING'),
	('month range', 'count(*)', 'PARTITION BY card ORDER BY ts RANGE BETWEEN ''90000 hours'' PRECEDING AND ''1 month'' PRECEDING'),
	('built-in float aggregate', 'stddev(amount)', 'PARTITION BY card ORDER BY ts RANGE ''24 hours'' PRECEDING'),
	('built-in max', 'max(cents)', 'PARTITION BY card ORDER BY ts ROWS BETWEEN 500 PRECEDING AND 1 PRECEDING'),
	('built-in, whole future', 'avg(amount)', 'PARTITION BY card ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING'),
	('label, default frame', 'avg(label)', 'PARTITION BY merchant ORDER BY ts'),
	('label, whole partition', 'sum(label)', 'PARTITION BY merchant'),
	('label, future', 'max(label)', 'PARTITION BY merchant ORDER BY ts ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING'),
	('label, offset 0', 'sum(label)', 'PARTITION BY merchant ORDER BY ts RANGE BETWEEN ''30 hours'' PRECEDING AND ''0'' PRECEDING'),
	('label, filter', 'count(*) FILTER (WHERE label = 1)', 'PARTITION BY merchant ORDER BY ts'),
	('label, lead', 'lead(label)', 'PARTITION BY merchant ORDER BY ts'),
	('label, lag 0', 'lag(label, 0)', 'PARTITION BY merchant ORDER BY ts'),
	('label, last_value', 'last_value(label)', 'PARTITION BY merchant ORDER BY ts'),
	('label, rolling', 'orchard.rolling(label, ts, ''{7 days}'', closed => ''both'')', 'PARTITION BY merchant ORDER BY ts'),
	('label, partition', 'row_number()', 'PARTITION BY label ORDER BY ts');
CREATE FUNCTION found(query text) RETURNS TABLE (severity text, function text, problem text) LANGUAGE sql AS
	'SELECT severity, function, problem FROM orchard.check_windows(query, ''label'')';
CREATE FUNCTION place(how text, call text, clause text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	CASE how
	WHEN 'plain' THEN RETURN format('SELECT %s OVER (%s) FROM payments AS p', call, clause);
	WHEN 'named window' THEN RETURN format('SELECT ts, %s OVER w AS r, row_number() OVER other FROM payments AS p WINDOW w AS (%s), other AS (ORDER BY day)', call, clause);
	WHEN 'subquery' THEN RETURN format('SELECT q.r FROM merchants JOIN LATERAL (SELECT merchant, %s OVER (%s) AS r FROM payments AS p OFFSET 0) AS q USING (merchant) WHERE q.r IS NOT NULL', call, clause);
	WHEN 'cte' THEN RETURN format('WITH a AS MATERIALIZED (SELECT card, %s OVER (%s) AS r FROM payments AS p), b AS (SELECT * FROM a) SELECT r FROM b UNION ALL SELECT r FROM b WHERE card > 1', call, clause);
	WHEN 'scalar subquery' THEN RETURN format('SELECT merchant FROM merchants WHERE merchant IN (SELECT merchant FROM (SELECT merchant, %s OVER (%s) AS r FROM payments AS p) AS q WHERE r IS NOT NULL)', call, clause);
	WHEN 'view' THEN
		EXECUTE format('CREATE OR REPLACE VIEW checked.placed AS SELECT card, %s OVER (%s) AS r FROM checked.payments AS p', call, clause);
		RETURN 'placed';
	END CASE;
END $$;
CREATE FUNCTION found_in(how text, call text, clause text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	DROP VIEW IF EXISTS placed;
	SELECT string_agg(severity || ' ' || problem, ', ' ORDER BY problem) FROM found(place(how, call, clause)) INTO result;
	RETURN coalesce(result, 'nothing');
END $$;
SET client_min_messages = warning;
SELECT fault, found_in('plain', call, clause) AS plain, (SELECT string_agg(how, ', ') FROM unnest(ARRAY['named window', 'subquery', 'cte', 'scalar subquery', 'view']) AS how
	WHERE found_in(how, call, clause) = found_in('plain', call, clause)) AS also_in
FROM faults;
RESET client_min_messages;
-- all that it says
\x
SELECT * FROM orchard.check_windows('SELECT avg(amount) OVER w, max(day) OVER w FROM payments WINDOW w AS (PARTITION BY card, merchant % 7 ORDER BY ts RANGE ''1 day'' PRECEDING)') ORDER BY 1, 2;
SELECT * FROM orchard.check_windows('SELECT first_value(label) OVER (ORDER BY day GROUPS BETWEEN 2 PRECEDING AND 3 FOLLOWING EXCLUDE GROUP) FROM payments', 'label');
\x

-- silent on what is well written: no label is looked for without its name, and 20 clean queries with it
SELECT count(*) FROM orchard.check_windows('SELECT avg(label) OVER (PARTITION BY merchant ORDER BY ts) FROM payments');
CREATE TABLE clean (id int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO clean (query) VALUES
	('SELECT orchard.avg(amount) OVER (PARTITION BY card ORDER BY ts ROWS 999 PRECEDING) FROM payments'),
	('SELECT orchard.stddev(amount) OVER (PARTITION BY card ORDER BY ts RANGE ''720 hours'' PRECEDING) FROM payments'),
	('SELECT sum(cents) OVER (PARTITION BY card ORDER BY ts RANGE BETWEEN ''168 hours'' PRECEDING AND ''1 microsecond'' PRECEDING) FROM payments'),
	('SELECT avg(cents) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 1000 PRECEDING AND 1 PRECEDING) FROM payments'),
	('SELECT avg(amount) OVER (PARTITION BY card ORDER BY ts ROWS 2 PRECEDING) FROM payments'),
	('SELECT avg(amount) OVER (PARTITION BY card) FROM payments'),
	('SELECT sum(amount) OVER (PARTITION BY card ORDER BY ts) FROM payments'),
	('SELECT max(amount) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM payments'),
	('SELECT rank() OVER (PARTITION BY card ORDER BY amount DESC), row_number() OVER (ORDER BY ts), ntile(4) OVER (ORDER BY amount) FROM payments'),
	('SELECT lag(label) OVER (PARTITION BY merchant ORDER BY ts), amount - lag(amount, 7) OVER (PARTITION BY card ORDER BY ts) FROM payments'),
	('SELECT avg(label) OVER (PARTITION BY merchant ORDER BY ts RANGE BETWEEN ''888 hours'' PRECEDING AND ''168 hours'' PRECEDING) FROM payments'),
	('SELECT orchard.rolling(label, ts, ''{1 day,7 days,30 days}'', delay => ''7 days'', closed => ''right'') OVER (PARTITION BY merchant ORDER BY ts) FROM payments'),
	('SELECT orchard.avg(orchard.rolling(label, ts, ''{30 days}'') OVER (PARTITION BY merchant ORDER BY ts), 1) FROM payments'),
	('SELECT sum(cents) OVER (PARTITION BY card ORDER BY day RANGE ''7 days'' PRECEDING), count(*) OVER (PARTITION BY card ORDER BY local RANGE ''1 month'' PRECEDING) FROM payments'),
	('SELECT sum(cents) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING EXCLUDE CURRENT ROW) FROM payments'),
	('SELECT sum(r * cents) OVER (PARTITION BY card ORDER BY ts ROWS 100 PRECEDING) FROM (SELECT *, (random() * 3)::int AS r FROM payments OFFSET 0) AS q'),
	('SELECT sum(cents - (SELECT max(limit_cents) FROM merchants)) OVER (PARTITION BY card ORDER BY ts ROWS 100 PRECEDING) FROM payments'),
	('SELECT orchard.max(cents) FILTER (WHERE amount > 10) OVER (PARTITION BY card ORDER BY ts GROUPS 50 PRECEDING), label FROM payments'),
	('SELECT array_agg(merchant) OVER (PARTITION BY card ORDER BY ts ROWS 50 PRECEDING), string_agg(merchant::text, '','') OVER (PARTITION BY card ORDER BY ts) FROM payments'),
	('WITH q AS (SELECT card, label, amount, orchard.sum(amount) OVER (PARTITION BY card ORDER BY ts RANGE BETWEEN ''24 hours'' PRECEDING AND ''1 second'' PRECEDING) AS spent FROM payments) SELECT avg(label), avg(spent) FROM q GROUP BY card'),
	('SELECT card, label, max(amount) FROM payments GROUP BY card, label'),
	('SELECT * FROM (SELECT card, avg(amount) OVER (PARTITION BY card ORDER BY ts RANGE ''1 day'' PRECEDING) AS unused FROM payments) AS q (c, u), LATERAL (SELECT c) AS l WHERE false');
SELECT count(*) AS clean, count(f.problem) AS found, string_agg(id || ': ' || problem, ', ') AS which FROM clean LEFT JOIN LATERAL found(query) AS f ON true;

-- the query is planned, not run; with the rights of the caller; one SELECT or the name of a relation
CREATE FUNCTION bark() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run'; END $$;
SELECT count(*) FROM orchard.check_windows('SELECT bark(), count(*) OVER (ORDER BY bark()) FROM payments');
SELECT count(*) FROM orchard.check_windows('checked.payments');
\set VERBOSITY terse
SELECT * FROM orchard.check_windows('SELECT 1; SELECT 2');
SELECT * FROM orchard.check_windows('DELETE FROM payments');
SELECT * FROM orchard.check_windows('SELECT FROM nowhere');
SELECT * FROM orchard.check_windows('');
SELECT * FROM orchard.check_windows(NULL);
SELECT * FROM orchard.check_windows('SELECT 1', 'label');
SELECT * FROM orchard.check_windows('SELECT avg(label) OVER () AS y FROM payments', 'y');
CREATE ROLE checked_reader;
GRANT USAGE ON SCHEMA checked TO checked_reader;
GRANT SELECT (card, ts) ON payments TO checked_reader;
SET ROLE checked_reader;
SELECT count(*) FROM orchard.check_windows('SELECT count(*) OVER (PARTITION BY card ORDER BY ts) FROM payments');
SELECT count(*) FROM orchard.check_windows('SELECT sum(cents) OVER (PARTITION BY card ORDER BY ts) FROM payments');
RESET ROLE;
\set VERBOSITY default

-- a plan goes deep: recursion, partitions, parallel workers, index-only scans, joins
CREATE TABLE parts (k int, ts timestamptz, x float8, label int) PARTITION BY RANGE (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE INDEX ON parts (k, ts, label);
SET enable_seqscan = off;
SELECT problem FROM found('SELECT sum(label) OVER (PARTITION BY k ORDER BY ts) FROM parts');
SELECT problem FROM found('SELECT sum(y) OVER (ORDER BY ts) FROM (SELECT ts, label * 2 AS y FROM parts WHERE k = 3 UNION ALL SELECT ts, n FROM (SELECT ts, amount::int AS n FROM payments) AS p) AS q');
SELECT problem FROM found('WITH RECURSIVE r AS (SELECT ts, label AS y, 1 AS n FROM parts UNION ALL SELECT ts, y, n + 1 FROM r WHERE n < 3) SELECT sum(y) OVER (ORDER BY ts, n) FROM r');
SELECT problem FROM found('SELECT sum(p.label) OVER (PARTITION BY m.merchant ORDER BY p.ts) FROM merchants AS m JOIN payments AS p USING (merchant)');
SELECT problem FROM found('SELECT sum(c) OVER (PARTITION BY merchant ORDER BY h) FROM (SELECT merchant, date_trunc(''hour'', ts) AS h, count(*) FILTER (WHERE label = 1) AS c FROM payments GROUP BY 1, 2) AS q');
RESET enable_seqscan;
SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA checked CASCADE;
DROP ROLE checked_reader;

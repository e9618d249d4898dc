-- Leaks found by computing again without the future: seven that are, and their corrected twins.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
CREATE SCHEMA leaky;
SET search_path = leaky, public, pg_catalog;
SET timezone = 'UTC';
CREATE TABLE tx (id int PRIMARY KEY, gone text, card int, merchant int, at timestamptz, amount float8, is_fraud int, label_at timestamptz);
INSERT INTO tx
SELECT g, 'x', g % 7, g % 5, t, 50 + 40 * sin(g * 12.9898::float8), (g * 31 % 11 < 3)::int, t + interval '72 hours'
FROM generate_series(1, 400) AS g, LATERAL (SELECT timestamptz '2024-01-01' + g * interval '3 hours' AS t) AS x;
ALTER TABLE tx DROP COLUMN gone;
CREATE TABLE payments (card int, at timestamptz, amount float8);
INSERT INTO payments SELECT card, at + (id % 3) * interval '1 hour', id FROM tx;
CREATE TABLE readings (card int, at timestamptz, loaded_at timestamptz, value float8);
INSERT INTO readings SELECT card, at, at + (id % 4) * interval '30 hours', id FROM tx;
CREATE TABLE customers (card int, segment text, updated_at timestamptz);
INSERT INTO customers SELECT g, 'gold', timestamptz '2024-01-01' + g * interval '5 days' FROM generate_series(0, 6) AS g;
CREATE TABLE customer_history (card int, segment text, valid_from timestamptz);
INSERT INTO customer_history SELECT card, 'new', '2023-12-01' FROM customers UNION ALL SELECT * FROM customers;

CREATE TABLE cases (n int, leak text, sources jsonb, leaky text, corrected text);
INSERT INTO cases VALUES
(1, 'inclusive boundary', '[{"relation": "payments", "ts": "at"}]',
	'SELECT id, t.at, (SELECT sum(p.amount) FROM payments AS p WHERE p.card = t.card AND p.at <= t.at) AS paid FROM tx AS t',
	'SELECT id, t.at, (SELECT sum(p.amount) FROM payments AS p WHERE p.card = t.card AND p.at < t.at) AS paid FROM tx AS t'),
(2, 'late correction', '[{"relation": "readings", "ts": "at", "known_at": "loaded_at"}]',
	'SELECT id, t.at, r.value FROM tx AS t LEFT JOIN LATERAL (SELECT value FROM readings AS r WHERE r.card = t.card AND r.at < t.at ORDER BY r.at DESC LIMIT 1) AS r ON true',
	'SELECT id, t.at, r.value FROM tx AS t LEFT JOIN LATERAL (SELECT value FROM readings AS r WHERE r.card = t.card AND r.at < t.at AND r.loaded_at <= t.at ORDER BY r.at DESC LIMIT 1) AS r ON true'),
(3, 'target encoding over all rows', '[{"relation": "tx", "ts": "at", "known_at": "label_at", "columns": ["is_fraud"]}]',
	'SELECT id, at, avg(is_fraud) OVER (PARTITION BY merchant) AS merchant_rate FROM tx',
	'SELECT id, at, (SELECT avg(is_fraud) FROM tx AS p WHERE p.merchant = t.merchant AND p.label_at <= t.at) AS merchant_rate FROM tx AS t'),
(4, 'global scaling', '[{"relation": "tx", "ts": "at", "closed": "right", "columns": ["amount"]}]',
	'SELECT id, at, (amount - avg(amount) OVER ()) / stddev(amount) OVER () AS scaled FROM tx',
	'SELECT id, at, (amount - avg(amount) OVER w) / nullif(stddev(amount) OVER w, 0) AS scaled FROM tx WINDOW w AS (ORDER BY at)'),
(5, 'frame with the current row', '[{"relation": "tx", "ts": "at", "columns": ["is_fraud"]}]',
	'SELECT id, at, avg(is_fraud) OVER (PARTITION BY card ORDER BY at ROWS 5 PRECEDING) AS rate FROM tx',
	'SELECT id, at, avg(is_fraud) OVER (PARTITION BY card ORDER BY at ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING) AS rate FROM tx'),
(6, 'dimension updated later', '[{"relation": "customers", "ts": "updated_at"}]',
	'SELECT id, at, segment FROM tx LEFT JOIN customers USING (card)',
	'SELECT id, at, h.segment FROM tx AS t LEFT JOIN LATERAL (SELECT segment FROM customer_history AS h WHERE h.card = t.card AND valid_from < t.at ORDER BY valid_from DESC LIMIT 1) AS h ON true'),
(7, 'label inside a rolling feature', '[{"relation": "tx", "ts": "at", "known_at": "label_at", "columns": ["is_fraud"]}]',
	'SELECT id, at, (orchard.sum(r, 1)) AS frauds FROM (SELECT id, at, orchard.rolling(is_fraud, at, ''{7 days}'') OVER (PARTITION BY card ORDER BY at) AS r FROM tx) AS q',
	'SELECT id, at, (orchard.sum(r, 1)) AS frauds FROM (SELECT id, at, orchard.rolling(is_fraud, at, ''{7 days}'', delay => ''3 days'', closed => ''both'') OVER (PARTITION BY card ORDER BY at) AS r FROM tx) AS q');

-- found, in which column, and never in the twin
SELECT n, leak, count(DISTINCT found."column") AS columns, min(found."column") AS "column", count(*) > 10 AS often
FROM cases, orchard.assert_no_leak(leaky, sources, '{id,at}', 60) AS found
GROUP BY n, leak ORDER BY n;
SELECT n, leak, (SELECT count(*) FROM orchard.assert_no_leak(corrected, CASE n WHEN 6 THEN '[{"relation": "customer_history", "ts": "valid_from"}]' ELSE sources END, '{id,at}', 60)) AS found
FROM cases ORDER BY n;

-- the tables are as they were
SELECT count(*), sum(is_fraud) > 0 AS labels FROM tx;

-- schemas, aliases, common table expressions, sublinks and views hide nothing
CREATE VIEW paid AS SELECT card, at, amount FROM leaky.payments;
SET search_path = public, pg_catalog;
SELECT q, (SELECT count(*) > 0 FROM orchard.assert_no_leak(query, '[{"relation": "leaky.payments", "ts": "at"}]', '{id,at}', 40)) AS is_found
FROM (VALUES (1, 'SELECT id, t.at, (SELECT sum(p.amount) FROM leaky.payments AS p WHERE p.card = t.card AND p.at <= t.at) AS paid FROM leaky.tx AS t; -- all'),
	(2, 'WITH tx AS MATERIALIZED (SELECT * FROM leaky.payments) SELECT id, t.at, s FROM leaky.tx AS t JOIN (SELECT card, sum(amount) AS s FROM tx GROUP BY card) AS q USING (card)'),
	(3, 'SELECT id, t.at, s FROM leaky.tx AS t LEFT JOIN (SELECT card, max(amount) AS s FROM leaky.paid GROUP BY card) AS q USING (card)'),
	(4, 'SELECT id, t.at, t.at > ALL (SELECT p.at FROM leaky.paid AS p WHERE p.card = t.card) AS is_last FROM leaky.tx AS t'),
	(5, 'SELECT id, t.at, (SELECT count(p) FROM leaky.payments AS p WHERE p.card = t.card AND p.at < t.at) AS n FROM leaky.tx AS t')) AS v(q, query)
ORDER BY q;

-- what training_set_sql writes passes either way
SET search_path = leaky, public, pg_catalog;
SELECT strategy, count(found) AS found FROM unnest('{lateral,merge}'::text[]) AS strategy
LEFT JOIN LATERAL orchard.assert_no_leak(orchard.training_set_sql('SELECT id, card, at FROM tx', '{card}', 'at',
	'[{"relation": "SELECT * FROM payments", "name": "p", "ts": "at", "columns": ["amount"], "aggregates": {"amount": ["avg", "stddev"]}, "windows": ["7 days"]}]', strategy),
	'[{"relation": "payments", "ts": "at"}]', '{id,at}', 20) AS found ON true
GROUP BY strategy ORDER BY strategy;

-- rows of a spine that is hidden itself are missed, and told
SELECT DISTINCT "column", with_future, without FROM orchard.assert_no_leak('SELECT id, at FROM tx', '[{"relation": "tx", "ts": "at"}]', '{id,at}', 5);
-- a column that may differ, such as the label
SELECT count(*) FROM orchard.assert_no_leak('SELECT id, at, is_fraud FROM tx', '[{"relation": "tx", "ts": "at", "columns": ["is_fraud"]}]', '{id,at}', 5);
SELECT count(*) FROM orchard.assert_no_leak('SELECT id, at, is_fraud FROM tx', '[{"relation": "tx", "ts": "at", "columns": ["is_fraud"]}]', '{id,at}', 5, ignore => '{is_fraud}');
SELECT (SELECT array_agg(key) FROM orchard.assert_no_leak('SELECT id, at, is_fraud FROM tx', '[{"relation": "tx", "ts": "at", "columns": ["is_fraud"]}]', '{id,at}', 3, 1)) =
	(SELECT array_agg(key) FROM orchard.assert_no_leak('SELECT id, at, is_fraud FROM tx', '[{"relation": "tx", "ts": "at", "columns": ["is_fraud"]}]', '{id,at}', 3, 1)) AS seeded;

-- inheritance, partitions, delay
CREATE TABLE parts (card int, at timestamptz, v int) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-01-20');
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT card, at, id FROM tx;
SELECT (SELECT count(*) FROM orchard.rows_as_known('parts', '[{"relation": "parts", "ts": "at"}]', '2024-01-25')) = (SELECT count(*) FROM parts WHERE at < '2024-01-25') AS rows,
	(SELECT count(*) FROM orchard.rows_as_known('parts', '[{"relation": "parts", "ts": "at", "closed": "right", "delay": "2 days"}]', '2024-01-25')) = (SELECT count(*) FROM parts WHERE at <= '2024-01-23') AS delayed,
	(SELECT count(*) FROM orchard.rows_as_known('SELECT v, parts FROM parts', '[{"relation": "parts", "ts": "at", "columns": ["v"]}]', '2024-01-25') AS r WHERE r -> 'v' <> r #> '{parts,v}') AS whole_rows_differ,
	(SELECT count(r -> 'v') - count(nullif(r -> 'v', 'null')) FROM orchard.rows_as_known('parts', '[{"relation": "parts", "ts": "at", "columns": ["v"]}]', '2024-01-25') AS r) = (SELECT count(*) FROM parts WHERE at >= '2024-01-25') AS hidden;

-- rights: of the caller on tables, of the owner within a view; row security stays
CREATE ROLE orchard_leak;
GRANT USAGE ON SCHEMA leaky TO orchard_leak;
GRANT SELECT (card, amount) ON payments TO orchard_leak;
GRANT SELECT ON paid, readings TO orchard_leak;
ALTER TABLE readings ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON readings USING (card = 3 AND EXISTS (SELECT FROM paid WHERE paid.card = readings.card));
SET ROLE orchard_leak;
SELECT count(*) FROM orchard.rows_as_known('SELECT amount FROM payments', '[{"relation": "payments", "ts": "at"}]', '2024-01-25');
SELECT count(*) FROM orchard.rows_as_known('SELECT at FROM payments', '[{"relation": "payments", "ts": "at"}]', NULL);
SELECT count(*) = (SELECT count(*) FROM paid WHERE at < '2024-01-25') AS by_view FROM orchard.rows_as_known('SELECT amount FROM paid', '[{"relation": "payments", "ts": "at"}]', '2024-01-25');
SELECT count(*) = (SELECT count(*) FROM readings WHERE at < '2024-01-25') AS secured, min((r ->> 'card')::int), max((r ->> 'card')::int)
FROM orchard.rows_as_known('readings', '[{"relation": "readings", "ts": "at"}]', '2024-01-25') AS r;
RESET ROLE;

-- mistakes
\set VERBOSITY terse
SELECT orchard.assert_no_leak(NULL, '[]', '{id}');
SELECT orchard.assert_no_leak('tx', '[]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at", "column": "x"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "card"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at", "columns": ["fraud"]}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "nowhere", "ts": "at"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "paid", "ts": "at"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "payments", "ts": "at"}]', '{id,at}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at"}]', '{}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at"}]', '{id,at}', 0);
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at"}]', '{id,when}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at"}]', '{id,card}');
SELECT orchard.assert_no_leak('tx', '[{"relation": "tx", "ts": "at"}]', '{id}', moment => 'amount');
SELECT orchard.assert_no_leak('DELETE FROM tx', '[{"relation": "tx", "ts": "at"}]', '{id,at}');
SELECT orchard.assert_no_leak('SELECT 1; DROP TABLE tx', '[{"relation": "tx", "ts": "at"}]', '{id,at}');
SELECT orchard.assert_no_leak('SELECT card, at FROM payments UNION ALL SELECT card, at FROM payments', '[{"relation": "payments", "ts": "at", "closed": "right"}]', '{card,at}', 1);
SELECT orchard.rows_as_known('SELECT * FROM tx TABLESAMPLE SYSTEM (50)', '[{"relation": "tx", "ts": "at"}]', '2024-01-25');
SELECT orchard.rows_as_known('SELECT ctid FROM tx', '[{"relation": "tx", "ts": "at"}]', '2024-01-25');
\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA leaky CASCADE;
DROP ROLE orchard_leak;

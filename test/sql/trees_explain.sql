-- Why a row scores as it does; expected values are Shapley's formula over all subsets, in rational
-- arithmetic (test/golden/explain_sql.py).
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;
CREATE SCHEMA trees_explain;
SET search_path TO trees_explain;
CREATE TYPE active AS ENUM ('true', 'false');
CREATE TABLE kept (name text PRIMARY KEY, model orchard.model);
INSERT INTO kept VALUES ('boosted', '\x4f52434d01000000a2020000389bd3466904c03fb7c05aacdc19150951487c86402e3de7dfe1eb17fba6b7cd4aa15b4fc30100000302000007000000636875726e65640700000000000000130000007b226e5f657374696d61746f7273223a20337d02000000020000006e6f0300000079657301000000000000000000f87f0400000001000000780000000000000000000000e03f04000000706c616e030300000005000000626173696304000000667265650300000070726f000000000000e03f000000000000d03f000000000000c03f000000000000c03f02000000030000006f6464030000006f6c6401000000760002000000000000000000e0bf00000000000000400600000061637469766503020000000500000066616c73650400000074727565333333333333e33f9a9999999999d93f000000000000000000000000000000000000000001000000000000f03f000000000000f03f01000000000000000000f4bf019a9999999999b93f01010000000000008001000000000000f07f03000000000402130100060004000a000080be0000003e0000403f0000c0bf14281e0a000301050900020001000000000000b03ffca9f1d24d62503f00000000000000800000000000c04240000000000080284000000000004039400000000000003940000000000000d03f000102000000003f64640000000000000000000000000000000000000000000000000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000300000001000400000014ae47e17a14e63f000000000000e03f000000000000d83f000000000000d03f01666666666666e63f000000000000e43f000000000000e03f000000000000f87f00004841000050400000803f0000003f00000000');
INSERT INTO kept VALUES ('classes', '\x4f52434d0100000057010000bf182b9223a427e34c1ed1b8658e7acd8463d148f599c74da95cb6e9fdcb6315b143855ec400000003020000040000006b696e642a00000000000000020000007b7d0300000001000000610100000062010000006300000000000000000000f87f01000000030000006167650000000000000000000000e03f000000000000000003000000000000f03f000000000000f03f03000000000000000000e03f0000000000000000000000000000e0bf020000000000003e400000000000004440030000000002020100000000803f000000c00405010102000000803e0902020201030000007ac400007a440603090000000000000000000000000000000000000000000000000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f0000000001000000010000000000000000804000008040');
INSERT INTO kept VALUES ('isolation', '\x4f52434d01000000200100002e155ba8bdf183188f9e3db534bbf739b7b3c45b656e4031a680dbdab7974d6c6e17b2fc91000000060a0000000000002a00000000000000020000007b7d0000000000000000000000000000f87f01000000030000006167650000000000000000000000e03f000000000000000004000000000000e03f0000000000000a4001000000000000000000000001000000000000000002000000000200010000000000000000f03f66666666666610400107000102000000404008080000000000000000000000000000000000000000000000000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f00000000020000000100000000000000000000');
CREATE FUNCTION model(text) RETURNS orchard.model LANGUAGE sql STABLE AS 'SELECT model FROM kept WHERE name = $1';
CREATE TABLE expected (n int, v float8[], active text, x float8, plan text, p float8);
INSERT INTO expected VALUES
	(1, '{0.0,1.0}', 'true', '0.1', 'basic', 0.34864513533394575),
	(2, '{-0.0,1.0}', 'true', '0.1', 'free', 0.2689414213699951),
	(3, '{-5e-324,1e+308}', 'true', '0.10000000000000002', 'old', 0.5002499999791666),
	(4, NULL, 'false', NULL, 'odd', 0.28140560742914383),
	(5, '{NaN,NaN}', 'maybe', 'NaN', 'never', 0.3629692055196168),
	(6, '{-Infinity,Infinity}', 'true', 'Infinity', 'pro', 0.5002499999791666),
	(7, '{Infinity,NULL}', NULL, '-Infinity', 'pro', 0.3629692055196168),
	(8, '{-1e-300,NULL}', 'true', '1.0', NULL, 0.09543575775481122),
	(9, '{5e-324,-Infinity}', 'true', '0.0', 'old', 0.2689414213699951);
CREATE TABLE golden (name text, output int, n int, contributions float8[]);
INSERT INTO golden VALUES
	('boosted', 0, 1, '{-0.6539166666666667, -0.1625, 0.1, -0.0008283828382838284, 0.1125, -0.020254950495049506}'),
	('boosted', 0, 2, '{-0.6539166666666667, -0.2375, -0.2, -0.0008283828382838284, 0.1125, -0.020254950495049506}'),
	('boosted', 0, 3, '{-0.6539166666666667, 0.35625, -0.075, 8.283828382838284e-06, 0.39375, -0.02009161716171617}'),
	('boosted', 0, 4, '{-0.6539166666666667, 0.2125, -0.2, -0.0003333333333333333, -0.3375, 0.04175}'),
	('boosted', 0, 5, '{-0.6539166666666667, 0.2875, 0.1, -0.0003333333333333333, -0.3375, 0.04175}'),
	('boosted', 0, 6, '{-0.6539166666666667, 0.24375, 0.0375, 8.283828382838284e-06, 0.39375, -0.02009161716171617}'),
	('boosted', 0, 7, '{-0.6539166666666667, 0.2875, 0.1, -0.0003333333333333333, -0.3375, 0.04175}'),
	('boosted', 0, 8, '{-0.6539166666666667, -0.43125, 0.0375, 8.283828382838284e-06, -1.18125, -0.02009161716171617}'),
	('boosted', 0, 9, '{-0.6539166666666667, -0.2375, -0.2, -0.0008283828382838284, 0.1125, -0.020254950495049506}'),
	('classes', 0, 1, '{-0.16666666666666666, 1.6666666666666667}'),
	('classes', 0, 2, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 3, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 4, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 5, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 6, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 7, '{-0.16666666666666666, -1.3333333333333333}'),
	('classes', 0, 8, '{-0.16666666666666666, 1.6666666666666667}'),
	('classes', 2, 1, '{-333.8333333333333, -666.6666666666666}'),
	('classes', 2, 2, '{-333.8333333333333, -666.6666666666666}'),
	('classes', 2, 3, '{-333.8333333333333, -666.6666666666666}'),
	('classes', 2, 4, '{-333.8333333333333, 1333.3333333333333}'),
	('classes', 2, 5, '{-333.8333333333333, -666.6666666666666}'),
	('classes', 2, 6, '{-333.8333333333333, -666.6666666666666}'),
	('classes', 2, 7, '{-333.8333333333333, 1333.3333333333333}'),
	('classes', 2, 8, '{-333.8333333333333, -666.6666666666666}'),
	('isolation', 0, 1, '{3.3562499999999997, -1.3562499999999997}'),
	('isolation', 0, 2, '{3.3562499999999997, -1.3562499999999997}'),
	('isolation', 0, 3, '{3.3562499999999997, -1.3562499999999997}'),
	('isolation', 0, 4, '{3.3562499999999997, 0.19374999999999998}'),
	('isolation', 0, 5, '{3.3562499999999997, 0.19374999999999998}');

-- By row and by position: base, then a row a feature and element, exact and summing to the raw score.
SELECT n, array_agg(r.feature ORDER BY r.i) AS features,
	bool_and(abs(r.contribution - contributions[r.i]) < 1e-14) AS by_row,
	bool_and(abs(p.contribution - contributions[p.i]) < 1e-14) AS by_position,
	abs(1 / (1 + exp(-sum(r.contribution))) - orchard.predict(model('boosted'), e)) < 1e-15 AS sum
FROM expected e JOIN golden g USING (n),
	orchard.explain(model('boosted'), e) WITH ORDINALITY AS r(feature, value, contribution, i),
	orchard.explain(model('boosted'), x, plan, v, active) WITH ORDINALITY AS p(feature, value, contribution, i)
WHERE name = 'boosted' AND r.i = p.i
GROUP BY n, e ORDER BY n;

-- Values are shown as they were given.
SELECT feature, value FROM orchard.explain(model('boosted'), 1.50, 'never', '{7,NULL}'::float4[], 'true'::active);
SELECT feature, value FROM (SELECT 'old'::text AS plan, true AS active, NULL::int AS x, NULL::float8[] AS v) AS t,
	orchard.explain(model('boosted'), t);

-- One class of several, and an anomaly score: the raw score is the mean path length.
SELECT g.n, output, count(*), bool_and(abs(c.contribution - contributions[c.i]) < 1e-12) AS golden
FROM golden g JOIN (VALUES (1, 30.0::float8), (2, 31), (3, 40), (4, 41), (5, NULL), (6, 'NaN'), (7, 'Infinity'), (8, '-Infinity')) AS t(n, x) USING (n),
	orchard.explain_class(model('classes'), (orchard.classes(model('classes')))[output + 1], x) WITH ORDINALITY AS c(feature, value, contribution, i)
WHERE name = 'classes' GROUP BY g.n, output ORDER BY output, g.n;
SELECT g.n, bool_and(abs(c.contribution - contributions[c.i]) < 1e-15) AS golden,
	abs(2 ^ (-sum(contribution) / 3.25) - orchard.predict(model('isolation'), x)) < 1e-15 AS sum
FROM golden g JOIN (VALUES (1, -1::float8), (2, 0), (3, 0), (4, 5e-324), (5, NULL)) AS t(n, x) USING (n),
	orchard.explain(model('isolation'), x) WITH ORDINALITY AS c(feature, value, contribution, i)
WHERE name = 'isolation' GROUP BY g.n, x ORDER BY g.n;

-- Linear models: coefficient x (value - mean), and what a missing indicator adds.
CREATE TABLE fruit AS SELECT i, CASE WHEN i % 5 > 0 THEN i * 37 % 101 / 4.0 END AS size, 'c' || i % 3 AS colour,
	i * 53 % 31 + i % 3 * 5 AS price FROM generate_series(1, 300) AS i;
INSERT INTO kept SELECT 'linear', orchard.fit(f, 'price', '{"algorithm": "linear_regression", "exclude": ["i"], "missing_indicator": true}') FROM fruit AS f;
SELECT bool_and(abs(total - prediction) < 1e-9) AS sums, bool_and(abs(base - (SELECT avg(price) FROM fruit)) < 5) AS base_is_near_the_mean
FROM fruit AS f, LATERAL (SELECT orchard.predict(model('linear'), f), (SELECT sum(contribution) FROM orchard.explain(model('linear'), f)),
	(SELECT contribution FROM orchard.explain(model('linear'), f) WHERE feature = '(base)')) AS s(prediction, total, base);
SELECT bool_and(abs(contribution - estimate * (size - mean)) < 1e-9) AS coefficient
FROM fruit AS f, (SELECT avg(size) AS mean FROM fruit) AS m, orchard.explain(model('linear'), f) AS e,
	(SELECT estimate FROM orchard.coefficients(model('linear')) WHERE term = 'size') AS c
WHERE e.feature = 'size' AND size IS NOT NULL;

-- What is refused, and NULLs.
SELECT orchard.explain(model('classes'), 1.0);
SELECT orchard.explain_class(model('classes'), 'd', 1.0);
SELECT orchard.explain_class(model('isolation'), 'a', 1.0);
SELECT count(*) FROM orchard.explain(NULL::orchard.model, 1.0);
SELECT count(*) FROM orchard.explain_class(model('classes'), NULL, 1.0);
SELECT orchard.explain_class(model('boosted'), 'no', e) FROM expected AS e LIMIT 1;

-- The trees as rows: what they say is what the model does.
SELECT tree, node, depth, feature, element, condition, levels, missing_left, left_node, right_node, value, cover, gain
FROM orchard.trees(model('boosted'));
SELECT tree, class, node, condition, value FROM orchard.trees(model('classes'));
SELECT feature, gain, abs(share - gain / 17.25) < 1e-15 AS share, splits FROM orchard.importance(model('boosted'));
SELECT * FROM orchard.importance(model('isolation'));
SELECT * FROM orchard.learning_curve(model('boosted'));
SELECT count(*) FROM orchard.learning_curve(model('isolation'));
SELECT * FROM orchard.trees(model('linear'));
SELECT * FROM orchard.importance(model('linear'));

-- First looks of a session, at models whose trees nothing has taken out of their bytes.
\c -
SET search_path TO trees_explain;
SELECT count(*) FROM orchard.trees(model('boosted'));
SELECT count(*) FROM orchard.importance(model('isolation'));
SELECT count(*) FROM orchard.trees(model('classes'));
SELECT count(*) FROM orchard.explain_class(model('classes'), 'a', 3.5);

-- Which columns a relation lacks.
CREATE TABLE wrong (x numeric, plan json, v int);
SELECT * FROM orchard.check_columns(model('boosted'), 'wrong');
SELECT * FROM orchard.check_columns(model('boosted'), 'expected');

SET client_min_messages = warning;
DROP SCHEMA trees_explain CASCADE;

-- The regularisation path of linear regression.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_path;
SET search_path = fit_path;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 37) % 101) / 8.0::float8 + ((i * 53) % 31) / 8.0 AS z, 'j' || i % 4 AS c,
	((i * 53) % 31 + (i * 37) % 101 - 3 * (i % 4))::float8 AS y, i % 3 + 1 AS w
FROM generate_series(1, 600) AS i;

-- ** Against scikit-learn (test/golden/path_sql.py), whose own stopping rule leaves 1e-9

CREATE TABLE golden (path text, step int, alpha float8, r_squared float8, n_nonzero int, estimates float8[]);
INSERT INTO golden VALUES
	('lasso', 1, 30.60338161539201, 0.0, 0,
		'{60.605, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}'),
	('lasso', 2, 11.407697312993692, 0.8508315044203943, 1,
		'{19.719875742259383, 0.0, 0.0, 5.023899762874201, 0.0, -0.0, -0.0}'),
	('lasso', 3, 4.252326086716891, 0.9690541586066799, 1,
		'{4.4795624985144045, 0.0, 0.0, 6.896605483632358, 0.0, -0.0, -0.0}'),
	('lasso', 4, 1.5850944017577289, 0.9899852501881099, 2,
		'{-0.5965099824387963, 0.0, 0.0, 7.592929199986875, 0.0, -0.0, -2.3627878528175814}'),
	('lasso', 5, 0.5908587938098476, 0.9973510084744347, 3,
		'{-1.2959897092990644, 0.0, 0.0, 7.849804793757798, -0.0, -2.4620290664116924, -5.464782645192798}'),
	('lasso', 6, 0.2202481529398448, 0.9994915858537088, 4,
		'{-0.6869440730301619, 0.0, 0.0, 7.94429237132848, -1.4785790686575957, -4.479600375183233, -7.480621681708872}'),
	('lasso', 7, 0.08209956318095303, 0.9999293560834452, 4,
		'{-0.2560648412834752, 0.0, 0.0, 7.979234459319041, -2.4328760890372685, -5.433256790616411, -8.433637492195553}'),
	('lasso', 8, 0.03060338161539201, 0.9999901840596243, 4,
		'{-0.09545056943616714, 0.0, 0.0, 7.9922594500958715, -2.788599247085508, -5.788741157167077, -8.788883067248644}'),
	('net', 1, 61.20676323078402, 0.0, 0,
		'{60.605, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}'),
	('net', 2, 19.355278001592367, 0.2075573777468307, 2,
		'{53.87620467911778, 0.22951757875216666, 0.0, 0.47373699313165785, 0.0, -0.0, -0.0}'),
	('net', 3, 6.120676323078402, 0.5587019325750249, 2,
		'{39.89989924753291, 0.705669268562128, 0.0, 1.4586179911135733, 0.0, -0.0, -0.0}'),
	('net', 4, 1.9355278001592366, 0.8524143402887963, 4,
		'{22.80475149205771, 1.2685428532823286, 0.0, 2.76590755397496, 0.0, -0.28747305135070644, -2.0752504219402654}'),
	('net', 5, 0.6120676323078402, 0.9604405160232301, 4,
		'{11.182193983975452, 1.5339010895255814, 0.0, 3.9274872530809746, -0.0, -2.241610160780079, -4.731904642665405}'),
	('raw', 1, 236.7099837962963, 0.0, 0,
		'{60.605, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}'),
	('raw', 2, 42.09364903356006, 0.851700437150179, 1,
		'{22.29439707178915, 3.060054149422772, 0.0, 0.0, 0.0, -0.0, -0.0}'),
	('raw', 3, 7.485426936978466, 0.9622249274166397, 2,
		'{5.343755871817983, 1.995079103728521, 0.0, 3.7212115852804937, 0.0, -0.0, -0.0}'),
	('raw', 4, 1.3311180597379528, 0.9862686249373638, 2,
		'{-2.124202100281231, 0.5520895695393594, 0.0, 6.858738435077992, 0.0, -0.0, -0.0}'),
	('raw', 5, 0.23670998379629632, 0.9972349792441009, 4,
		'{-2.264146355065627, 0.10634394453202248, 0.0, 7.783862114813735, -0.0, -2.244893208457626, -4.9882203660100695}'),
	('nonnegative', 1, 30.60338161539201, 0.0, 0,
		'{60.605, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}'),
	('nonnegative', 2, 9.677639000796182, 0.8893188006323522, 1,
		'{16.03500324940982, 0.0, 0.0, 5.476691099066453, 0.0, 0.0, 0.0}'),
	('nonnegative', 3, 3.0603381615392005, 0.9782506806955876, 1,
		'{1.9407327455929604, 0.0, 0.0, 7.208572890488538, 0.0, 0.0, 0.0}'),
	('nonnegative', 4, 0.9677639000796182, 0.9871438687019113, 1,
		'{-2.5162669294660702, 0.0, 0.0, 7.756242000395185, 0.0, 0.0, 0.0}'),
	('nonnegative', 5, 0.3060338161539201, 0.988725540038465, 2,
		'{-4.250017080840983, 0.0, 0.0, 7.9295731388200945, 1.292638721922795, 0.0, 0.0}'),
	('ridge', 1, 4.0, 0.5343734722142348, 6,
		'{41.57115657756976, 0.6670793290307346, 0.004741945226682558, 1.3585266901227186, 0.2746319472737773, -0.5044183901276799, -1.283468727529137}'),
	('ridge', 2, 0.5, 0.9388873438789974, 6,
		'{15.06197751853145, 1.5030094743896416, 0.02252077180149357, 3.5104678283117297, -0.2543327389196056, -2.486902201363997, -4.719471663808387}'),
	('weighted', 1, 3.0, 0.9785128901071052, 1,
		'{1.821841273478313, 0.0, -0.0, 7.223241741854915, 0.0, -0.0, -0.0}'),
	('weighted', 2, 0.25, 0.99934276062926, 4,
		'{-0.7831429463245314, 0.0, -0.0, 7.9373976952955285, -1.2754353847020752, -4.278200319826511, -7.275774480519207}');
CREATE TABLE settings (path text, state jsonb, options jsonb, l1_ratio float8);
INSERT INTO settings VALUES
	('lasso', '{}', '{"alphas": 8}', 1),
	('net', '{}', '{"alphas": 5, "eps": 1e-2, "l1_ratio": 0.5}', 0.5),
	('raw', '{"standardize": false}', '{"alphas": 5, "l1_ratio": 0.9}', 0.9),
	('nonnegative', '{"nonnegative": true}', '{"alphas": 5, "eps": 1e-2}', 1),
	('ridge', '{}', '{"alphas": [0.5, 4], "l1_ratio": 0}', 0),
	('weighted', '{"weight": "w"}', '{"alphas": [3, 0.25]}', 1);
CREATE TABLE states (path text, sums orchard.fit_state);
SELECT format($$INSERT INTO states SELECT %L, orchard.fit_state(t, 'y', %L) FROM ground AS t$$, path,
	'{"algorithm": "linear_regression", "features": ["x", "k", "z", "c"]}' || state) FROM settings ORDER BY path \gexec
CREATE TABLE ours AS
SELECT path, l1_ratio, p.* FROM states JOIN settings USING (path), orchard.regularization_path(sums, options) AS p;
SELECT path, count(*) AS steps, bool_and(abs(o.alpha - g.alpha) <= 1e-12 * g.alpha) AS alpha,
	bool_and(o.l1 = o.alpha * o.l1_ratio AND o.l2 = o.alpha * (1 - o.l1_ratio)) AS penalties,
	bool_and(abs(o.r_squared - g.r_squared) <= 1e-9) AS r_squared, bool_and(o.n_nonzero = g.n_nonzero) AS n_nonzero,
	bool_and((SELECT bool_and(abs(ours - golden) <= 1e-7) FROM unnest(o.estimates, g.estimates) AS u(ours, golden))) AS estimates,
	bool_and(o.residual <= 1e-10) AS conditions
FROM (SELECT path, l1_ratio, step, alpha, l1, l2, r_squared, n_nonzero, residual, array_agg(estimate ORDER BY array_position(ARRAY['(intercept)', 'x', 'k', 'z', 'c = j1', 'c = j2', 'c = j3'], term)) AS estimates
	FROM ours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) AS o FULL JOIN golden AS g USING (path, step) GROUP BY path ORDER BY path;

-- ** Each step is the fit with its penalties

SELECT count(*) AS terms, bool_and(abs(p.estimate - c.estimate) <= 1e-9) AS same
FROM ours AS p, (SELECT orchard.fit(t, 'y', (SELECT jsonb_build_object('algorithm', 'linear_regression', 'features', '["x", "k", "z", "c"]'::jsonb, 'l1', l1, 'l2', l2)
	FROM ours WHERE path = 'net' AND step = 5 LIMIT 1)) AS m FROM ground AS t) AS f, orchard.coefficients(m) AS c
WHERE p.path = 'net' AND p.step = 5 AND p.term = c.term;
-- The penalties of the state's own options are not those of the path.
SELECT count(*) AS different FROM (
	SELECT * FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "l1": 5, "l2": 2}') FROM ground AS t), '{"alphas": 3}')
	EXCEPT SELECT * FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}') FROM ground AS t), '{"alphas": 3}')) AS d;
-- Without options: the lasso, 100 penalties, the least a thousandth of the largest.
SELECT count(DISTINCT step) AS steps, bool_and(l2 = 0) AS lasso, abs(min(alpha) / max(alpha) - 1e-3) < 1e-12 AS eps,
	max(n_nonzero) FILTER (WHERE step = 1) AS first, bool_and(residual <= 1e-10) AS conditions
FROM states, orchard.regularization_path(sums) WHERE path = 'lasso';
-- Merged from parts, and a path a group.
SELECT max(abs(a.estimate - b.estimate)) <= 1e-10 AS equal
FROM orchard.regularization_path((SELECT orchard.merge(s) FROM (SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k", "z", "c"]}') AS s
	FROM ground AS t GROUP BY w) AS parts), '{"alphas": 8}') AS a JOIN ours AS b USING (step, term) WHERE b.path = 'lasso';
SELECT w, count(*) AS rows FROM (SELECT w, orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}') AS s FROM ground AS t GROUP BY w) AS g,
	orchard.regularization_path(s, '{"alphas": 2}') GROUP BY w ORDER BY w;

-- ** What the data may lack

-- No column moves with the target: one step without a penalty.
SELECT * FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}') FROM (VALUES (1, 2), (2, 2), (3, 2)) AS t(x, y)));
SELECT step, alpha, term, estimate, r_squared FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}') FROM (VALUES (1, 2), (1, 3)) AS t(x, y)));
-- Equal columns and more columns than rows.
SELECT count(DISTINCT step) AS steps, bool_and(residual <= 1e-10) AS conditions
FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}')
	FROM (SELECT i::float8 AS y, i % 2 AS a, i % 2 AS b, i % 3 AS c, i % 3 + i % 2 AS d, i * i AS e, i AS f FROM generate_series(1, 4) AS i) AS t), '{"alphas": 20}');
SET client_min_messages = warning;
SELECT * FROM orchard.regularization_path((SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "skip_null_target": true}') FROM (VALUES (1, NULL::int)) AS t(x, y)));
SELECT * FROM orchard.regularization_path(NULL);

-- ** Refused

\set VERBOSITY default
SELECT * FROM states, orchard.regularization_path(sums, '{"alpha": 3}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": []}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": [1, "2"]}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": [1], "eps": 0.1}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"l1_ratio": 0}') WHERE path = 'lasso';
\set VERBOSITY sqlstate
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": 0}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": [-1]}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"l1_ratio": 1.5}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"eps": 1}') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '[]') WHERE path = 'lasso';
SELECT * FROM states, orchard.regularization_path(sums, '{"alphas": 10001}') WHERE path = 'lasso';
DROP SCHEMA fit_path CASCADE;

-- Linear models without negative coefficients: every family but linear regression, of which fit_penalty tells.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_nonnegative;
SET search_path = fit_nonnegative;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT *, total + sqrt(i::float8) / 16 AS score FROM (
	SELECT i, k, x, z, c, w, exposure, noise + x * 4 - 24 * z + CASE j WHEN 2 THEN 20 WHEN 3 THEN -15 ELSE 0 END > 60 AS yes,
	div(noise + (i * 37) % 101 + CASE WHEN j = 1 THEN 20 ELSE 0 END, 75)::text AS kind,
	(step + (i * 37) % 101 / 20 * (i * 31 % 7)) / 3 AS count, (step + (i * 37) % 101 / 20 * (i * 31 % 7)) / 3 + 5 AS visits,
	amount, 4000 / (40 + x + z) + step AS rate, 20 + x - z + step - CASE WHEN j = 2 THEN 3 ELSE 0 END AS level,
	CASE WHEN step < 5 THEN 0 ELSE amount END AS claim, CASE WHEN step < 5 THEN 0 ELSE amount END + 5 AS cost,
	3 + 2 * x - z + 5 * k + (noise - 50) / 8.0::float8 + CASE WHEN i % 19 = 0 THEN 150 ELSE 0 END + CASE j WHEN 1 THEN -4 WHEN 3 THEN 2 ELSE 0 END AS total
FROM (SELECT i, i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31) / 8.0::float8 AS z, i % 4 AS j, 'j' || i % 4 AS c, i % 3 + 1 AS w,
		ln((1 + i % 5)::float8) AS exposure, i * 7919 % 101 AS noise, i * 7919 % 11 AS step,
		(1 + (i * 37) % 101) * (33 - (i * 53) % 31) / 16.0::float8 + i * 7919 % 11 AS amount
	FROM generate_series(1, 600) AS i) AS p) AS q;

-- ** Against minima whose optimality conditions were asserted in extended precision (test/golden/nonnegative_sql.py)

CREATE TABLE golden (model text, term text, estimate float8);
INSERT INTO golden VALUES
	('binary', '(intercept)', -2.648086218273375),
	('binary', 'x', 0.16758642547374422),
	('binary', 'k', 0.0),
	('binary', 'z', 0.0),
	('binary', 'c = j1', 0.518673514163385),
	('binary', 'c = j2', 1.250288923789599),
	('binary', 'c = j3', 0.0),
	('binary weighted', '(intercept)', -2.798407915103858),
	('binary weighted', 'x', 0.17406028662549594),
	('binary weighted', 'k', 0.0),
	('binary weighted', 'z', 0.0),
	('binary weighted', 'c = j1', 0.554807262492871),
	('binary weighted', 'c = j2', 1.3564200753849762),
	('binary weighted', 'c = j3', 0.0),
	('binary classes', '(intercept)', -1.5464364386270073),
	('binary classes', 'x', 0.16818493586911146),
	('binary classes', 'k', 0.0),
	('binary classes', 'z', 0.0),
	('binary classes', 'c = j1', 0.45724068025875303),
	('binary classes', 'c = j2', 1.2678247300056111),
	('binary classes', 'c = j3', 0.0),
	('binary l2', '(intercept)', -1.9399865620023582),
	('binary l2', 'x', 0.12437954600884557),
	('binary l2', 'k', 0.0),
	('binary l2', 'z', 0.0),
	('binary l2', 'c = j1', 0.3004751494881154),
	('binary l2', 'c = j2', 0.8468373956099429),
	('binary l2', 'c = j3', 0.0),
	('binary raw', '(intercept)', -2.4692536988821776),
	('binary raw', 'x', 0.16633915396762258),
	('binary raw', 'k', 0.0),
	('binary raw', 'z', 0.0),
	('binary raw', 'c = j1', 0.22625325001732005),
	('binary raw', 'c = j2', 0.7672833017935475),
	('binary raw', 'c = j3', 0.0),
	('binary origin', 'x', 0.0270469180805669),
	('binary origin', 'k', 0.0),
	('binary origin', 'z', 0.0),
	('binary origin', 'c = j1', 0.0),
	('binary origin', 'c = j2', 0.18526570248867938),
	('binary origin', 'c = j3', 0.0),
	('multi', '(intercept) of 1', -1.2648061295110127),
	('multi', 'x of 1', 0.21872214980088583),
	('multi', 'k of 1', 0.005539318395270099),
	('multi', 'z of 1', 0.0),
	('multi', 'c = j1 of 1', 0.9884024116212144),
	('multi', 'c = j2 of 1', 0.0),
	('multi', 'c = j3 of 1', 0.0),
	('multi', '(intercept) of 2', -7.70949593646755),
	('multi', 'x of 2', 0.49247577411891175),
	('multi', 'k of 2', 0.104664466539844),
	('multi', 'z of 2', 0.0),
	('multi', 'c = j1 of 2', 1.9059032384890362),
	('multi', 'c = j2 of 2', 0.04030614415071449),
	('multi', 'c = j3 of 2', 0.03033675297269471),
	('multi l2', '(intercept) of 1', -0.24944561800402543),
	('multi l2', 'x of 1', 0.10320824146417319),
	('multi l2', 'k of 1', 0.0),
	('multi l2', 'z of 1', 0.0015762217348594028),
	('multi l2', 'c = j1 of 1', 0.49086697601349594),
	('multi l2', 'c = j2 of 1', 0.0),
	('multi l2', 'c = j3 of 1', 0.0),
	('multi l2', '(intercept) of 2', -3.842907019719199),
	('multi l2', 'x of 2', 0.23605452588397519),
	('multi l2', 'k of 2', 0.0749530457310834),
	('multi l2', 'z of 2', 0.009042427283805042),
	('multi l2', 'c = j1 of 2', 0.9343780647692573),
	('multi l2', 'c = j2 of 2', 0.0),
	('multi l2', 'c = j3 of 2', 0.0),
	('multi origin', 'x of 1', 0.07893359258757429),
	('multi origin', 'k of 1', 0.07854611241917604),
	('multi origin', 'z of 1', 0.11097258343654616),
	('multi origin', 'c = j1 of 1', 0.35768096243039676),
	('multi origin', 'c = j2 of 1', 0.18872256002634766),
	('multi origin', 'c = j3 of 1', 0.21914396035171294),
	('multi origin', 'x of 2', 0.05694667183860156),
	('multi origin', 'k of 2', 0.0),
	('multi origin', 'z of 2', 0.0),
	('multi origin', 'c = j1 of 2', 0.0),
	('multi origin', 'c = j2 of 2', 0.0),
	('multi origin', 'c = j3 of 2', 0.0),
	('poisson', '(intercept)', 0.36191809108563433),
	('poisson', 'x', 0.06029881358755589),
	('poisson', 'k', 0.0),
	('poisson', 'z', 0.002146365255874533),
	('poisson', 'c = j1', 0.00705463126517998),
	('poisson', 'c = j2', 0.010421550618548905),
	('poisson', 'c = j3', 0.0),
	('poisson offset', '(intercept)', -0.7088919006673365),
	('poisson offset', 'x', 0.0585777915038202),
	('poisson offset', 'k', 0.0),
	('poisson offset', 'z', 0.0002704963915184214),
	('poisson offset', 'c = j1', 0.0),
	('poisson offset', 'c = j2', 0.009301271886872749),
	('poisson offset', 'c = j3', 0.0),
	('poisson sqrt', '(intercept)', 1.0859131353052096),
	('poisson sqrt', 'x', 0.0556936617026094),
	('poisson sqrt', 'k', 0.0),
	('poisson sqrt', 'z', 0.005490694679971023),
	('poisson sqrt', 'c = j1', 0.000613726099555596),
	('poisson sqrt', 'c = j2', 0.005503617807684795),
	('poisson sqrt', 'c = j3', 0.0),
	('poisson identity', '(intercept)', 5.895827224197033),
	('poisson identity', 'x', 0.19602860699906652),
	('poisson identity', 'k', 0.0),
	('poisson identity', 'z', 0.015795501583499235),
	('poisson identity', 'c = j1', 0.005443830175424773),
	('poisson identity', 'c = j2', 0.02245114697083122),
	('poisson identity', 'c = j3', 0.0),
	('poisson origin', 'x', 0.3251536118509048),
	('poisson origin', 'k', 0.9076225480484995),
	('poisson origin', 'z', 0.9588672387316562),
	('poisson origin', 'c = j1', 2.150644928016883),
	('poisson origin', 'c = j2', 2.110722909933968),
	('poisson origin', 'c = j3', 2.167368490711078),
	('poisson l2', '(intercept)', 0.3919413940546285),
	('poisson l2', 'x', 0.05837618455675756),
	('poisson l2', 'k', 0.0),
	('poisson l2', 'z', 0.0022261530997147246),
	('poisson l2', 'c = j1', 0.006525719539548578),
	('poisson l2', 'c = j2', 0.00987456950015038),
	('poisson l2', 'c = j3', 0.0),
	('gamma', '(intercept)', 2.8189029584518046),
	('gamma', 'x', 0.09027219946657047),
	('gamma', 'k', 0.0),
	('gamma', 'z', 0.0),
	('gamma', 'c = j1', 0.0),
	('gamma', 'c = j2', 0.011551750852022879),
	('gamma', 'c = j3', 0.010413678100918745),
	('gamma weighted', '(intercept)', 2.797763495655416),
	('gamma weighted', 'x', 0.09054153460005533),
	('gamma weighted', 'k', 0.0),
	('gamma weighted', 'z', 0.0),
	('gamma weighted', 'c = j1', 0.016035025192654838),
	('gamma weighted', 'c = j2', 0.04056706775658827),
	('gamma weighted', 'c = j3', 0.03006227555271167),
	('gamma inverse', '(intercept)', 0.009592148654145859),
	('gamma inverse', 'x', 0.00021580222569137593),
	('gamma inverse', 'k', 0.0),
	('gamma inverse', 'z', 0.00021943955944564995),
	('gamma inverse', 'c = j1', 5.297738247849146e-07),
	('gamma inverse', 'c = j2', 7.719431149620034e-06),
	('gamma inverse', 'c = j3', 3.144857086684246e-06),
	('gamma identity', '(intercept)', 21.332724498122683),
	('gamma identity', 'x', 1.0228303044581537),
	('gamma identity', 'k', 0.0),
	('gamma identity', 'z', 0.0),
	('gamma identity', 'c = j1', 1.487533040427191),
	('gamma identity', 'c = j2', 0.0),
	('gamma identity', 'c = j3', 1.626130925187619),
	('tweedie', '(intercept)', 2.3938957477017),
	('tweedie', 'x', 0.08077763931308406),
	('tweedie', 'k', 0.018799179759621344),
	('tweedie', 'z', 0.0),
	('tweedie', 'c = j1', 0.0),
	('tweedie', 'c = j2', 0.0),
	('tweedie', 'c = j3', 0.0),
	('tweedie identity', '(intercept)', 7.85276944589002),
	('tweedie identity', 'x', 2.617075852748518),
	('tweedie identity', 'k', 0.094275749045181),
	('tweedie identity', 'z', 0.0),
	('tweedie identity', 'c = j1', 0.8587763442858929),
	('tweedie identity', 'c = j2', 0.76725746430922),
	('tweedie identity', 'c = j3', 1.0602882755344982),
	('huber', '(intercept)', -0.5676194771173265),
	('huber', 'x', 2.012599303875617),
	('huber', 'k', 4.925509990568921),
	('huber', 'z', 0.0),
	('huber', 'c = j1', 0.0),
	('huber', 'c = j2', 1.933915945568163),
	('huber', 'c = j3', 3.8741858493360697),
	('huber', 'scale', 3.4052112350434642),
	('huber weighted', '(intercept)', -0.6733829590270031),
	('huber weighted', 'x', 2.0136782958789037),
	('huber weighted', 'k', 4.936884739388687),
	('huber weighted', 'z', 0.0),
	('huber weighted', 'c = j1', 0.0),
	('huber weighted', 'c = j2', 2.075243109706465),
	('huber weighted', 'c = j3', 4.0253215304450745),
	('huber weighted', 'scale', 3.3921343013417413),
	('huber l2', '(intercept)', 1.0959954824109877),
	('huber l2', 'x', 1.9114916261149466),
	('huber l2', 'k', 4.680061436113994),
	('huber l2', 'z', 0.0),
	('huber l2', 'c = j1', 0.0),
	('huber l2', 'c = j2', 1.675614886059686),
	('huber l2', 'c = j3', 3.566183197427383),
	('huber l2', 'scale', 3.4161552962453694),
	('huber origin', 'x', 1.992054808612509),
	('huber origin', 'k', 4.798103877736723),
	('huber origin', 'z', 0.0),
	('huber origin', 'c = j1', 0.0),
	('huber origin', 'c = j2', 1.745729782516001),
	('huber origin', 'c = j3', 3.6853243130111855),
	('huber origin', 'scale', 3.4083500746628266),
	('median', '(intercept)', 0.4004048527985038),
	('median', 'x', 2.027119722697228),
	('median', 'k', 4.85884950486989),
	('median', 'z', 0.0),
	('median', 'c = j1', 0.0),
	('median', 'c = j2', 1.8642973557862308),
	('median', 'c = j3', 3.767177367385122),
	('median', 'loss', 5.520113124325482),
	('upper', '(intercept)', 5.75669939166827),
	('upper', 'x', 2.04330584375371),
	('upper', 'k', 5.138010194195952),
	('upper', 'z', 0.0),
	('upper', 'c = j1', 0.0),
	('upper', 'c = j2', 1.2277803198091908),
	('upper', 'c = j3', 3.278889510412648),
	('upper', 'loss', 7.330310313011173),
	('median l1', '(intercept)', 11.725890051531385),
	('median l1', 'x', 1.5631887006520306),
	('median l1', 'k', 0.8480346106864498),
	('median l1', 'z', 0.0),
	('median l1', 'c = j1', 0.0),
	('median l1', 'c = j2', 0.0),
	('median l1', 'c = j3', 0.0),
	('median l1', 'loss', 8.760077318285195),
	('lower origin', 'x', 2.0013177386767835),
	('lower origin', 'k', 4.976483287080448),
	('lower origin', 'z', 0.0),
	('lower origin', 'c = j1', 0.0),
	('lower origin', 'c = j2', 1.8393080625695952),
	('lower origin', 'c = j3', 3.920750208128424),
	('lower origin', 'loss', 5.188230014159187);
CREATE TABLE settings (model text, target text, options jsonb);
INSERT INTO settings VALUES
	('binary', 'yes', '{"algorithm": "logistic_regression"}'),
	('binary weighted', 'yes', '{"algorithm": "logistic_regression", "weight": "w"}'),
	('binary classes', 'yes', '{"algorithm": "logistic_regression", "class_weight": {"true": 3}}'),
	('binary l2', 'yes', '{"algorithm": "logistic_regression", "l2": 0.05}'),
	('binary raw', 'yes', '{"algorithm": "logistic_regression", "l2": 0.02, "standardize": false, "weight": "w"}'),
	('binary origin', 'yes', '{"algorithm": "logistic_regression", "fit_intercept": false}'),
	('multi', 'kind', '{"algorithm": "logistic_regression"}'),
	('multi l2', 'kind', '{"algorithm": "logistic_regression", "l2": 0.03, "weight": "w"}'),
	('multi origin', 'kind', '{"algorithm": "logistic_regression", "fit_intercept": false}'),
	('poisson', 'count', '{"algorithm": "glm"}'),
	('poisson offset', 'count', '{"algorithm": "glm", "offset": "exposure", "weight": "w"}'),
	('poisson sqrt', 'count', '{"algorithm": "glm", "link": "sqrt"}'),
	('poisson identity', 'visits', '{"algorithm": "glm", "link": "identity"}'),
	('poisson origin', 'visits', '{"algorithm": "glm", "link": "identity", "fit_intercept": false}'),
	('poisson l2', 'count', '{"algorithm": "glm", "l2": 0.1}'),
	('gamma', 'amount', '{"algorithm": "glm", "objective": "gamma"}'),
	('gamma weighted', 'amount', '{"algorithm": "glm", "objective": "gamma", "weight": "w", "l2": 0.01}'),
	('gamma inverse', 'rate', '{"algorithm": "glm", "objective": "gamma", "link": "inverse"}'),
	('gamma identity', 'level', '{"algorithm": "glm", "objective": "gamma", "link": "identity"}'),
	('tweedie', 'claim', '{"algorithm": "glm", "objective": "tweedie"}'),
	('tweedie identity', 'cost', '{"algorithm": "glm", "objective": "tweedie", "tweedie_power": 1.3, "link": "identity", "weight": "w"}'),
	('huber', 'total', '{"algorithm": "huber"}'),
	('huber weighted', 'total', '{"algorithm": "huber", "weight": "w"}'),
	('huber l2', 'total', '{"algorithm": "huber", "l2": 0.01}'),
	('huber origin', 'total', '{"algorithm": "huber", "fit_intercept": false}'),
	('median', 'score', '{"algorithm": "quantile_regression"}'),
	('upper', 'score', '{"algorithm": "quantile_regression", "quantile": 0.8765, "weight": "w"}'),
	('median l1', 'score', '{"algorithm": "quantile_regression", "l1": 0.2}'),
	('lower origin', 'score', '{"algorithm": "quantile_regression", "quantile": 0.4567, "fit_intercept": false}');
CREATE TABLE ours (model text, m orchard.model);
SELECT format($$INSERT INTO ours SELECT %L, orchard.fit(t, %L, %L) FROM ground AS t$$, model, target,
	'{"features": ["x", "k", "z", "c"], "nonnegative": true}' || options) FROM settings ORDER BY model \gexec
CREATE VIEW estimates AS SELECT model, k.term || coalesce(' of ' || k.class, '') AS term, estimate, std_error, p_value
FROM ours, orchard.coefficients(m) AS k WHERE feature IS DISTINCT FROM 'exposure';
-- Newton's last step squares what is left of the gradient, and a vertex is one: that leaves the rounding of sums.
SELECT model, count(*) AS terms, count(*) FILTER (WHERE g.estimate = 0) AS zeros,
	bool_and(coalesce(abs(e.estimate - g.estimate) <= 1e-9 * (1 + abs(g.estimate)), false)) AS estimates,
	bool_and((e.estimate = 0) = (g.estimate = 0)) AS same_zeros, bool_and(e.std_error IS NULL AND e.p_value IS NULL) AS no_errors
FROM estimates AS e FULL JOIN (SELECT * FROM golden WHERE term NOT IN ('scale', 'loss')) AS g USING (model, term) GROUP BY model ORDER BY model;
SELECT model, f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= CASE WHEN model LIKE ANY ('{median%,upper,lower%}') THEN 1e-9 ELSE 1e-8 END AS residual,
	(f ->> 'rank')::int = (SELECT count(*) FROM golden AS g WHERE g.model = ours.model AND g.estimate <> 0 AND term NOT IN ('scale', 'loss')) AS nonzero,
	s -> 'warnings' AS warnings
FROM ours, orchard.summary(m) AS s, jsonb_extract_path(s, 'fit') AS f ORDER BY model;
SELECT model, abs((orchard.summary(m) #>> '{fit,scale}')::float8 - estimate) <= 1e-8 * estimate AS scale
FROM ours JOIN golden USING (model) WHERE term = 'scale' ORDER BY model;
-- The loss of a linear program at its vertex, as of fractions.
SELECT model, abs(sum(w * CASE WHEN r > 0 THEN tau ELSE tau - 1 END * r) / sum(w) + max(penalty) - max(loss)) <= 1e-9 * max(loss) AS loss
FROM (SELECT model, g.estimate AS loss, score - orchard.predict(m, t) AS r, CASE WHEN model = 'upper' THEN t.w ELSE 1 END AS w, coalesce((orchard.summary(m) #>> '{options,quantile}')::float8, 0.5) AS tau,
		CASE WHEN model LIKE '%l1' THEN 0.2 * (SELECT sum(estimate * CASE e.term WHEN 'x' THEN sx WHEN 'k' THEN sk END) FROM estimates AS e,
			(SELECT stddev_pop(x) AS sx, stddev_pop(k) AS sk FROM ground) AS s WHERE e.model = ours.model AND estimate <> 0 AND e.term <> '(intercept)') ELSE 0 END AS penalty
	FROM ours JOIN golden AS g USING (model), ground AS t WHERE term = 'loss') AS q GROUP BY model ORDER BY model;

-- ** The conditions of Karush, Kuhn and Tucker, from the predictions

-- The gradient of a coefficient that is not 0 is 0, and no other pulls upwards; of links that are canonical, a row's is prediction less target.
SELECT model, bool_and(CASE WHEN e.estimate <> 0 OR g.term = '(intercept)' THEN abs(gradient) <= 1e-8 * size ELSE gradient >= -1e-8 * size END) AS holds,
	count(*) FILTER (WHERE gradient > 1e-3 * size) AS held
FROM (SELECT model, term, sum((p - y) * value) AS gradient, sum(abs(value)) AS size
	FROM (SELECT model, t.*, orchard.predict(m, t) AS p, CASE WHEN model LIKE 'binary%' THEN yes::int ELSE count END AS y
		FROM ours, ground AS t WHERE model IN ('binary', 'binary origin', 'poisson')) AS t,
		LATERAL (VALUES ('(intercept)', 1), ('x', x), ('k', k), ('z', z), ('c = j1', (c = 'j1')::int), ('c = j2', (c = 'j2')::int), ('c = j3', (c = 'j3')::int)) AS v (term, value)
	GROUP BY model, term) AS g JOIN estimates AS e USING (model, term) GROUP BY model ORDER BY model;
SELECT class, bool_and(CASE WHEN e.estimate <> 0 OR g.term = '(intercept)' THEN abs(gradient) <= 1e-8 * size ELSE gradient >= -1e-8 * size END) AS holds
FROM (SELECT class, term, sum((p - (kind = class)::int) * value) AS gradient, sum(abs(value)) AS size
	FROM (SELECT t.*, class, orchard.probability(m, class, t) AS p FROM ours, ground AS t, (VALUES ('1'), ('2')) AS d (class) WHERE model = 'multi') AS t,
		LATERAL (VALUES ('(intercept)', 1), ('x', x), ('k', k), ('z', z), ('c = j1', (c = 'j1')::int), ('c = j2', (c = 'j2')::int), ('c = j3', (c = 'j3')::int)) AS v (term, value)
	GROUP BY class, term) AS g JOIN estimates AS e ON e.model = 'multi' AND e.term = g.term || ' of ' || class GROUP BY class ORDER BY class;

-- ** The same by train, per group, and in another order of the rows

CREATE TABLE trained AS SELECT s.model, t.* FROM settings AS s,
	LATERAL orchard.train('nonnegative_' || replace(s.model, ' ', '_'), 'fit_nonnegative.ground', s.target, options => s.options || '{"features": ["x", "k", "z", "c"], "nonnegative": true}') AS t
WHERE s.model IN ('binary classes', 'multi l2', 'tweedie identity', 'huber weighted', 'upper');
SELECT model, bool_and(abs(k.estimate - e.estimate) <= 1e-12 * (1 + abs(e.estimate))) AS same, count(*) AS terms
FROM trained, orchard.coefficients(orchard.load_model('nonnegative_' || replace(model, ' ', '_'))) AS k, LATERAL (SELECT estimate FROM estimates AS e
	WHERE e.model = trained.model AND e.term = k.term || coalesce(' of ' || k.class, '')) AS e GROUP BY model ORDER BY model;
CREATE TABLE grouped (model text, k int, m orchard.model, one orchard.model);
SELECT format($$INSERT INTO grouped SELECT %1$L, k, orchard.fit(t, %2$L, %3$L ORDER BY i DESC), (SELECT orchard.fit(u, %2$L, %3$L) FROM ground AS u WHERE u.k = t.k) FROM ground AS t GROUP BY k$$,
	model, target, '{"features": ["x", "z", "c"], "nonnegative": true}' || options) FROM settings WHERE model IN ('binary', 'multi', 'poisson', 'gamma identity', 'huber', 'median') ORDER BY model \gexec
SELECT model, count(DISTINCT k) AS groups, bool_and(abs(a.estimate - b.estimate) <= 1e-9 * (1 + abs(b.estimate))) AS same, bool_and((a.estimate = 0) = (b.estimate = 0)) AS same_zeros,
	min(a.estimate) FILTER (WHERE a.term <> '(intercept)') = 0 AS bounded
FROM grouped, orchard.coefficients(m) AS a JOIN orchard.coefficients(one) AS b USING (term) WHERE a.class IS NOT DISTINCT FROM b.class GROUP BY model ORDER BY model;
SELECT model, bool_and((orchard.summary(m) #>> '{fit,converged}')::boolean) AS converged FROM grouped GROUP BY model ORDER BY model;

-- ** What else a model is asked for

-- The option stands in the model; where it is not given, nothing does.
SELECT orchard.summary(m) #> '{options,nonnegative}' AS given, orchard.summary(orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x"], "nonnegative": false}')) #> '{options,nonnegative}' AS false_given
FROM ours, ground AS t WHERE model = 'poisson' GROUP BY m;
-- A model by the options that another one shows is that model.
CREATE TABLE again (model text, m orchard.model);
SELECT format($$INSERT INTO again SELECT %L, orchard.fit(t, %L, %L) FROM ground AS t$$, model, target, orchard.summary(m) -> 'options')
FROM ours JOIN settings USING (model) ORDER BY model \gexec
SELECT count(*) AS models, bool_and(a.m::text = o.m::text) AS same FROM again AS a JOIN ours AS o USING (model);
-- Contributions add up to what is predicted.
SELECT max(abs(exp(total) - p)) <= 1e-9 AS adds_up
FROM (SELECT orchard.predict(m, t) AS p, (SELECT sum(contribution) FROM orchard.explain(m, t)) AS total FROM ours, ground AS t WHERE model = 'poisson' AND i <= 20) AS q;
-- Without standard errors there is no covariance, and no interval.
SELECT count(*) AS pairs FROM ours, orchard.covariance(m) WHERE model = 'poisson';
SELECT orchard.predict_interval(m, 0.9, t) FROM ours, ground AS t WHERE model = 'poisson' AND i = 1;

-- ** Where every coefficient is at its bound

CREATE TABLE edges (model text, m orchard.model);
SELECT format($$INSERT INTO edges SELECT %L, orchard.fit(t, %L, %L) FROM (SELECT -x AS x, -x * x AS k, yes, kind, count, amount, score FROM ground) AS t$$, target || ' ' || (options ->> 'algorithm'), target,
	'{"features": ["x", "k"], "nonnegative": true}' || options) FROM (VALUES ('yes', '{"algorithm": "logistic_regression"}'::jsonb), ('kind', '{"algorithm": "logistic_regression"}'), ('count', '{"algorithm": "glm"}'),
		('amount', '{"algorithm": "glm", "objective": "gamma"}'), ('score', '{"algorithm": "huber"}'), ('score', '{"algorithm": "quantile_regression"}')) AS s (target, options) \gexec
SELECT model, bool_and(estimate = 0) FILTER (WHERE k.term <> '(intercept)') AS zero, (orchard.summary(m) #>> '{fit,converged}')::boolean AS converged
FROM edges, orchard.coefficients(m) AS k WHERE model <> 'kind logistic_regression' GROUP BY model, m ORDER BY model;
-- What is left is the share, the mean or a median.
SELECT model, bool_and(p BETWEEN low - 1e-9 AND high + 1e-9) AS constant
FROM (SELECT model, orchard.predict(m, t) AS p FROM edges, (SELECT -x AS x, -x * x AS k FROM ground WHERE i < 10) AS t WHERE model NOT LIKE 'kind%' AND model <> 'score huber') AS q
	JOIN (SELECT 'yes logistic_regression' AS model, avg(yes::int) AS low, avg(yes::int) AS high FROM ground
		UNION ALL SELECT 'count glm', avg(count), avg(count) FROM ground UNION ALL SELECT 'amount glm', avg(amount), avg(amount) FROM ground
		UNION ALL SELECT 'score quantile_regression', percentile_disc(0.5) WITHIN GROUP (ORDER BY score), percentile_disc(0.501) WITHIN GROUP (ORDER BY score) FROM ground) AS g USING (model)
GROUP BY model ORDER BY model;
SELECT DISTINCT orchard.predict(m, 0.0, 0.0) FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "fit_intercept": false, "nonnegative": true}') AS m
	FROM (SELECT -x AS x, k, -1 - k * x AS y FROM ground) AS t) AS f;

-- ** One row, constant and collinear columns, more columns than rows

TRUNCATE edges;
SELECT format($$INSERT INTO edges SELECT %L, orchard.fit(t, %L, %L) FROM (%s) AS t$$, what || ', ' || name, target, '{"features": ["a", "b", "same", "turned", "fixed"], "nonnegative": true}' || options, source)
FROM (VALUES ('one row', $$SELECT 2.5 AS a, 1.0 AS b, 5.0 AS same, -2.5 AS turned, 7 AS fixed, true AS yes, '1' AS kind, 3 AS count, 4.5 AS score$$),
		('collinear', $$SELECT x AS a, z AS b, 2 * x AS same, 3 - x AS turned, 7 AS fixed, yes, kind, count, score FROM ground$$)) AS r (what, source),
	(VALUES ('binary', 'yes', '{"algorithm": "logistic_regression"}'::jsonb), ('multi', 'kind', '{"algorithm": "logistic_regression"}'), ('poisson', 'count', '{"algorithm": "glm"}'),
		('huber', 'score', '{"algorithm": "huber"}'), ('median', 'score', '{"algorithm": "quantile_regression"}')) AS s (name, target, options) ORDER BY 1 \gexec
SELECT model, bool_and(estimate >= 0) FILTER (WHERE k.term <> '(intercept)') AS bounded, (orchard.summary(m) #>> '{fit,converged}')::boolean AS converged,
	orchard.summary(m) -> 'warnings' AS warnings
FROM edges LEFT JOIN LATERAL orchard.coefficients(m) AS k ON true GROUP BY model, m ORDER BY model;
-- Of collinear columns one minimum of many is found: it predicts what the model of the columns that differ does.
SELECT e.model, max(abs(orchard.predict(e.m, t) - orchard.predict(o.m, t))) <= 1e-8 * max(abs(orchard.predict(o.m, t))) AS same
FROM edges AS e JOIN (SELECT 'collinear, binary' AS model, orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["a", "b", "turned"], "nonnegative": true}') AS m FROM (SELECT x AS a, z AS b, 3 - x AS turned, yes FROM ground) AS t
	UNION ALL SELECT 'collinear, poisson', orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["a", "b", "turned"], "nonnegative": true}') FROM (SELECT x AS a, z AS b, 3 - x AS turned, count FROM ground) AS t
	UNION ALL SELECT 'collinear, huber', orchard.fit(t, 'score', '{"algorithm": "huber", "features": ["a", "b", "turned"], "nonnegative": true}') FROM (SELECT x AS a, z AS b, 3 - x AS turned, score FROM ground) AS t) AS o USING (model),
	(SELECT x AS a, z AS b, 2 * x AS same, 3 - x AS turned, 7 AS fixed FROM ground) AS t GROUP BY e.model ORDER BY e.model;
-- Another order of the rows takes the same columns: the first of them, where copies would do.
SELECT e.model, bool_and(abs(a.estimate - b.estimate) <= 1e-8 * (1 + abs(b.estimate))) AS same, bool_and(b.estimate = 0) FILTER (WHERE b.term IN ('same', 'fixed')) AS first_taken
FROM edges AS e JOIN (SELECT 'collinear, binary' AS model, orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "exclude": ["i"], "nonnegative": true}' ORDER BY i DESC) AS m FROM (SELECT i, x AS a, z AS b, 2 * x AS same, 3 - x AS turned, 7 AS fixed, yes FROM ground) AS t
	UNION ALL SELECT 'collinear, poisson', orchard.fit(t, 'count', '{"algorithm": "glm", "exclude": ["i"], "nonnegative": true}' ORDER BY i DESC) FROM (SELECT i, x AS a, z AS b, 2 * x AS same, 3 - x AS turned, 7 AS fixed, count FROM ground) AS t
	UNION ALL SELECT 'collinear, huber', orchard.fit(t, 'score', '{"algorithm": "huber", "exclude": ["i"], "nonnegative": true}' ORDER BY i DESC) FROM (SELECT i, x AS a, z AS b, 2 * x AS same, 3 - x AS turned, 7 AS fixed, score FROM ground) AS t) AS o USING (model),
	LATERAL orchard.coefficients(o.m) AS a JOIN LATERAL orchard.coefficients(e.m) AS b USING (term) GROUP BY e.model ORDER BY e.model;
SELECT s.model, (orchard.summary(m) #>> '{fit,converged}')::boolean AS converged, (SELECT min(estimate) FROM orchard.coefficients(m) WHERE term <> '(intercept)') >= 0 AS bounded
FROM (SELECT 'poisson' AS model, orchard.fit(t, 'y', '{"algorithm": "glm", "nonnegative": true}') AS m FROM (SELECT ARRAY(SELECT ((i * 7 + j * j * 13) % 29)::float8 FROM generate_series(1, 40) AS j) AS v, i % 5 + 1 AS y FROM generate_series(1, 10) AS i) AS t
	UNION ALL SELECT 'huber', orchard.fit(t, 'y', '{"algorithm": "huber", "nonnegative": true}') FROM (SELECT ARRAY(SELECT ((i * 7 + j * j * 13) % 29)::float8 FROM generate_series(1, 40) AS j) AS v, i % 5 + 1 AS y FROM generate_series(1, 10) AS i) AS t
	UNION ALL SELECT 'median', orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "nonnegative": true}') FROM (SELECT ARRAY(SELECT ((i * 7 + j * j * 13) % 29)::float8 FROM generate_series(1, 40) AS j) AS v, i % 5 + 1 AS y FROM generate_series(1, 10) AS i) AS t) AS s ORDER BY s.model;

-- ** Separated classes: only where the bounds let the estimates go

SELECT what, orchard.summary(m) #> '{fit,converged}' AS converged, orchard.summary(m) -> 'warnings' AS warnings
FROM (SELECT 'upwards' AS what, orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"], "nonnegative": true}') AS m FROM (SELECT x, x > 12 AS yes FROM ground) AS t
	UNION ALL SELECT 'downwards', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"], "nonnegative": true}') FROM (SELECT x, x < 12 AS yes FROM ground) AS t
	UNION ALL SELECT 'level upwards', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x", "c"], "nonnegative": true}') FROM (SELECT x, c, yes OR c = 'j2' AS yes FROM ground) AS t
	UNION ALL SELECT 'level downwards', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x", "c"], "nonnegative": true}') FROM (SELECT x, c, yes AND c <> 'j2' AS yes FROM ground) AS t
	UNION ALL SELECT 'upwards l2', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "features": ["x"], "nonnegative": true, "l2": 0.01}') FROM (SELECT x, x > 12 AS yes FROM ground) AS t
	UNION ALL SELECT 'classes upwards', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x"], "nonnegative": true}') FROM (SELECT x, floor(x / 10)::text AS y FROM ground) AS t
	UNION ALL SELECT 'classes downwards', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x"], "nonnegative": true}') FROM (SELECT -x AS x, floor(x / 10)::text AS y FROM ground) AS t
	UNION ALL SELECT 'counts upwards', orchard.fit(t, 'y', '{"algorithm": "glm", "features": ["x", "c"], "nonnegative": true}') FROM (SELECT x, c, CASE WHEN c <> 'j0' THEN count END AS y FROM ground UNION ALL SELECT x, 'j0', 0 FROM ground) AS t WHERE y IS NOT NULL
	UNION ALL SELECT 'counts downwards', orchard.fit(t, 'y', '{"algorithm": "glm", "features": ["x", "c"], "nonnegative": true}') FROM (SELECT x, c, CASE WHEN c <> 'j2' THEN count ELSE 0 END AS y FROM ground) AS t) AS s ORDER BY what;

-- ** What is refused

SELECT orchard.fit(t, 'total', '{"algorithm": "random_forest", "nonnegative": true}') FROM ground AS t;
SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "nonnegative": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "nonnegative": true, "cov_type": "HC3"}') FROM ground AS t;
SELECT orchard.fit(t, 'score', '{"algorithm": "quantile_regression", "nonnegative": true, "l2": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "nonnegative": true}') FROM (SELECT i, 'NaN'::float8 AS x, i AS y FROM ground) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "link": "identity", "fit_intercept": false, "nonnegative": true}') FROM (SELECT -x AS x, count AS y FROM ground WHERE x > 0) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "nonnegative": true}') FROM (SELECT i % 40 AS y, ARRAY(SELECT (i * j % 7)::float8 FROM generate_series(1, 51) AS j) AS v FROM generate_series(1, 80) AS i) AS t;

SELECT count(orchard.drop_model(owner || '.' || name)) FROM orchard.models WHERE name LIKE 'nonnegative%';
DROP SCHEMA fit_nonnegative CASCADE;

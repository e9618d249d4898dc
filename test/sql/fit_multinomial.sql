-- Logistic regression of more than two classes.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_multinomial;
SET search_path = fit_multinomial;
SET extra_float_digits = 0;

CREATE TABLE ground AS
SELECT i, ((i * 37) % 101) / 4.0::float8 AS x, i % 3 AS k, 'j' || i % 4 AS c,
	'c' || ((i * 37) % 101 + 6 * (i % 4) + (i * 41) % 61 + (i * 29) % 53) / 56 % 4 AS y, i % 3 + 1 AS w
FROM generate_series(1, 600) AS i;
CREATE TABLE holed AS
SELECT i, CASE WHEN i % 7 > 0 THEN x END AS x, k, CASE WHEN i % 11 > 0 THEN c END AS c, y FROM ground;
CREATE TABLE models (name text PRIMARY KEY, model orchard.model);
CREATE FUNCTION model(text) RETURNS orchard.model LANGUAGE sql STABLE AS 'SELECT model FROM models WHERE name = $1';

SET client_min_messages = error;
DO $$
DECLARE
	o record;
BEGIN
	FOR o IN VALUES ('plain', '{"exclude": ["w"]}'::jsonb), ('weighted', '{"weight": "w", "class_weight": {"c2": 3}}'),
		('origin', '{"exclude": ["w"], "fit_intercept": false}'), ('ridge', '{"exclude": ["w"], "l2": 0.01}'),
		('balanced', '{"exclude": ["w"], "l2": 0.05, "class_weight": "balanced"}'),
		('raw', '{"exclude": ["w"], "l2": 0.01, "standardize": false}') LOOP
		INSERT INTO models SELECT o.column1, orchard.fit(t, 'y', o.column2 || '{"algorithm": "logistic_regression", "tol": 1e-10}')
		FROM (SELECT x, k, c, y, w FROM ground ORDER BY i) AS t;
	END LOOP;
END $$;
INSERT INTO models
SELECT 'missing', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "tol": 1e-10, "missing_indicator": true}')
FROM (SELECT x, k, c, y FROM holed ORDER BY i) AS t;
SET client_min_messages = warning;

-- ** Against statsmodels and scikit-learn (test/golden/multinomial_sql.py)

CREATE TABLE golden (name text, class text, term text, estimate float8, std_error float8);
INSERT INTO golden VALUES
	('plain', 'c1', '(intercept)', -0.7917395316135489, 0.4953557556728953),
	('plain', 'c1', 'x', 0.3327805716636492, 0.06749679186077516),
	('plain', 'c1', 'k', 0.3189681557816158, 0.24656699004838684),
	('plain', 'c1', 'c = j1', 0.544681612273166, 0.47868252230187963),
	('plain', 'c1', 'c = j2', 1.0972155330830902, 0.5324251028559844),
	('plain', 'c1', 'c = j3', 2.508234675815284, 0.807167537730048),
	('plain', 'c2', '(intercept)', -4.77113282656964, 0.6431947321559217),
	('plain', 'c2', 'x', 0.6080465920013155, 0.07151492805125188),
	('plain', 'c2', 'k', 0.4345194994152636, 0.27671507336074797),
	('plain', 'c2', 'c = j1', 1.0223687691728613, 0.5629628626713233),
	('plain', 'c2', 'c = j2', 2.0251154525977064, 0.6104207989989984),
	('plain', 'c2', 'c = j3', 3.8085688090471415, 0.8631461087258976),
	('plain', 'c3', '(intercept)', -13.403836536918375, 1.4560892147800824),
	('plain', 'c3', 'x', 0.9342260085363848, 0.09114891814999852),
	('plain', 'c3', 'k', 0.4099448673498631, 0.34417985155438985),
	('plain', 'c3', 'c = j1', 1.445866603193866, 0.7612654743416335),
	('plain', 'c3', 'c = j2', 2.5135946547760324, 0.7944890982858088),
	('plain', 'c3', 'c = j3', 4.773261838428976, 0.9924517394395526),
	('weighted', 'c1', '(intercept)', -0.8324691660018931, 0.39609419359411624),
	('weighted', 'c1', 'x', 0.33875488127687464, 0.04985488930704995),
	('weighted', 'c1', 'k', 0.31589900829077733, 0.18787568337330554),
	('weighted', 'c1', 'c = j1', 0.6595415043852362, 0.35208253115345306),
	('weighted', 'c1', 'c = j2', 1.1459019528840306, 0.37471658788041495),
	('weighted', 'c1', 'c = j3', 2.320223595934896, 0.5683817898417898),
	('weighted', 'c2', '(intercept)', -3.5502402584575683, 0.443948348666528),
	('weighted', 'c2', 'x', 0.607299904433099, 0.05128450782518117),
	('weighted', 'c2', 'k', 0.4252689114476975, 0.19780465012111095),
	('weighted', 'c2', 'c = j1', 0.9976165148559681, 0.3767345655415034),
	('weighted', 'c2', 'c = j2', 2.014039747737242, 0.39890348051381036),
	('weighted', 'c2', 'c = j3', 3.5370734037743, 0.5840591815102205),
	('weighted', 'c3', '(intercept)', -12.901509759840835, 0.9519871640246423),
	('weighted', 'c3', 'x', 0.9131166192303836, 0.06233225491877545),
	('weighted', 'c3', 'k', 0.36106838990428247, 0.2446607191266311),
	('weighted', 'c3', 'c = j1', 1.5137702207359134, 0.5203246958789061),
	('weighted', 'c3', 'c = j2', 2.715514825780345, 0.526918994339453),
	('weighted', 'c3', 'c = j3', 4.53598259087799, 0.6727422492474434),
	('missing', 'c1', '(intercept)', -0.7787563364861104, 0.5262475424854692),
	('missing', 'c1', 'x', 0.3387480059757785, 0.07232775832763778),
	('missing', 'c1', 'x is missing', -1.692997972068318, 0.8987639936959536),
	('missing', 'c1', 'k', 0.3541232229024344, 0.24769638130389193),
	('missing', 'c1', 'c = j1', 0.37785187860010355, 0.5084454064030282),
	('missing', 'c1', 'c = j2', 0.7455927198249412, 0.5554842329368208),
	('missing', 'c1', 'c = j3', 3.0185639376611992, 1.0894471910744548),
	('missing', 'c1', 'c is missing', -0.8280020802037757, 0.6151890331636094),
	('missing', 'c2', '(intercept)', -4.7531274477334255, 0.6691473069282289),
	('missing', 'c2', 'x', 0.6097573242119342, 0.07643725445970495),
	('missing', 'c2', 'x is missing', -1.854293609485233, 0.9051933540408897),
	('missing', 'c2', 'k', 0.46732655474511536, 0.27195350250603173),
	('missing', 'c2', 'c = j1', 0.9444968760172279, 0.5799519372568746),
	('missing', 'c2', 'c = j2', 1.8004334097718282, 0.6222974491384075),
	('missing', 'c2', 'c = j3', 4.293379930473713, 1.1284070160776005),
	('missing', 'c2', 'c is missing', -0.8261664987380412, 0.6867173115199884),
	('missing', 'c3', '(intercept)', -13.11021797407129, 1.5271573790020496),
	('missing', 'c3', 'x', 0.9259799689800906, 0.09705096402975308),
	('missing', 'c3', 'x is missing', 0.3423157359354033, 1.1098191036673135),
	('missing', 'c3', 'k', 0.4667826478995038, 0.33416969636433436),
	('missing', 'c3', 'c = j1', 1.4005189887956528, 0.7650583163904321),
	('missing', 'c3', 'c = j2', 2.184497001897647, 0.799260821802094),
	('missing', 'c3', 'c = j3', 5.098730204602787, 1.2271306142027048),
	('missing', 'c3', 'c is missing', -0.8619224406476632, 0.9478888484303772),
	('origin', 'c1', 'x', 0.20171750779396883, 0.04932784943727347),
	('origin', 'c1', 'k', 0.07644004138261569, 0.2199239260500569),
	('origin', 'c1', 'c = j1', 0.3092844942347775, 0.4395602934497272),
	('origin', 'c1', 'c = j2', 0.7718641631708021, 0.49030774720270787),
	('origin', 'c1', 'c = j3', 2.059081978157606, 0.7692666014814586),
	('origin', 'c2', 'x', 0.3370969587453925, 0.04987479222631866),
	('origin', 'c2', 'k', -0.38866482938571506, 0.22889906521217313),
	('origin', 'c2', 'c = j1', -0.9363443000870916, 0.4671807603780756),
	('origin', 'c2', 'c = j2', -0.19182589648690831, 0.5093238860913812),
	('origin', 'c2', 'c = j3', 1.2675331975466324, 0.7793210767613243),
	('origin', 'c3', 'x', 0.3145432231053506, 0.05091541726395957),
	('origin', 'c3', 'k', -0.9318391441190014, 0.2640657428753134),
	('origin', 'c3', 'c = j1', -1.9682147750043089, 0.55488516708872),
	('origin', 'c3', 'c = j2', -1.2561029868441518, 0.5853091940897737),
	('origin', 'c3', 'c = j3', 0.5146053130603646, 0.8153837526725974),
	('ridge', 'c0', '(intercept)', 2.2861025342340575, NULL),
	('ridge', 'c0', 'x', -0.23950060391560418, NULL),
	('ridge', 'c0', 'k', -0.18641979245525214, NULL),
	('ridge', 'c0', 'c = j1', -0.26141865347958304, NULL),
	('ridge', 'c0', 'c = j2', -0.7035817081379917, NULL),
	('ridge', 'c0', 'c = j3', -1.4907466107640621, NULL),
	('ridge', 'c1', '(intercept)', 2.8607310796414316, NULL),
	('ridge', 'c1', 'x', -0.12060220884890535, NULL),
	('ridge', 'c1', 'k', 0.01825414426752769, NULL),
	('ridge', 'c1', 'c = j1', -0.10415899324711783, NULL),
	('ridge', 'c1', 'c = j2', -0.19165184928901985, NULL),
	('ridge', 'c1', 'c = j3', -0.21662574500821818, NULL),
	('ridge', 'c2', '(intercept)', -0.21893460541993037, NULL),
	('ridge', 'c2', 'x', 0.10255551122350548, NULL),
	('ridge', 'c2', 'k', 0.10076174867471925, NULL),
	('ridge', 'c2', 'c = j1', 0.14923972428307009, NULL),
	('ridge', 'c2', 'c = j2', 0.4119613083162207, NULL),
	('ridge', 'c2', 'c = j3', 0.6400984150829778, NULL),
	('ridge', 'c3', '(intercept)', -4.927899008455559, NULL),
	('ridge', 'c3', 'x', 0.25754730154100425, NULL),
	('ridge', 'c3', 'k', 0.067403899513007, NULL),
	('ridge', 'c3', 'c = j1', 0.21633792244363015, NULL),
	('ridge', 'c3', 'c = j2', 0.48327224911079186, NULL),
	('ridge', 'c3', 'c = j3', 1.0672739406893015, NULL),
	('balanced', 'c0', '(intercept)', 2.0859950029665053, NULL),
	('balanced', 'c0', 'x', -0.15352917727696783, NULL),
	('balanced', 'c0', 'k', -0.13358467376825234, NULL),
	('balanced', 'c0', 'c = j1', -0.11774081363014813, NULL),
	('balanced', 'c0', 'c = j2', -0.42946363187623954, NULL),
	('balanced', 'c0', 'c = j3', -1.054418630360165, NULL),
	('balanced', 'c1', '(intercept)', 1.0127463155100305, NULL),
	('balanced', 'c1', 'x', -0.06352840007604738, NULL),
	('balanced', 'c1', 'k', 0.033566810773061645, NULL),
	('balanced', 'c1', 'c = j1', 0.013866043333915914, NULL),
	('balanced', 'c1', 'c = j2', -0.025032332521336534, NULL),
	('balanced', 'c1', 'c = j3', 0.09013747841274292, NULL),
	('balanced', 'c2', '(intercept)', -0.5850402847055539, NULL),
	('balanced', 'c2', 'x', 0.0572695899508862, NULL),
	('balanced', 'c2', 'k', 0.06482247266930519, NULL),
	('balanced', 'c2', 'c = j1', 0.019344634342116394, NULL),
	('balanced', 'c2', 'c = j2', 0.17753449397292195, NULL),
	('balanced', 'c2', 'c = j3', 0.31588133596183404, NULL),
	('balanced', 'c3', '(intercept)', -2.5137010337709813, NULL),
	('balanced', 'c3', 'x', 0.15978798740212888, NULL),
	('balanced', 'c3', 'k', 0.035195390325885235, NULL),
	('balanced', 'c3', 'c = j1', 0.0845301359541151, NULL),
	('balanced', 'c3', 'c = j2', 0.2769614704246552, NULL),
	('balanced', 'c3', 'c = j3', 0.6483998159855896, NULL),
	('raw', 'c0', '(intercept)', 3.557292921660408, NULL),
	('raw', 'c0', 'x', -0.42612177274490004, NULL),
	('raw', 'c0', 'k', -0.19841918252650043, NULL),
	('raw', 'c0', 'c = j1', 0.035368761619149175, NULL),
	('raw', 'c0', 'c = j2', -0.2930798120028, NULL),
	('raw', 'c0', 'c = j3', -0.7431298307183389, NULL),
	('raw', 'c1', '(intercept)', 3.655531604646728, NULL),
	('raw', 'c1', 'x', -0.1352066535961669, NULL),
	('raw', 'c1', 'k', 0.017918865972850233, NULL),
	('raw', 'c1', 'c = j1', -0.044840546239142895, NULL),
	('raw', 'c1', 'c = j2', -0.1311373475117615, NULL),
	('raw', 'c1', 'c = j3', -0.21555735600793569, NULL),
	('raw', 'c2', '(intercept)', 0.2722273287843968, NULL),
	('raw', 'c2', 'x', 0.12574863080984958, NULL),
	('raw', 'c2', 'k', 0.11012093394551015, NULL),
	('raw', 'c2', 'c = j1', 0.0349215005567622, NULL),
	('raw', 'c2', 'c = j2', 0.27086428092097076, NULL),
	('raw', 'c2', 'c = j3', 0.40773584137411156, NULL),
	('raw', 'c3', '(intercept)', -7.485051855091532, NULL),
	('raw', 'c3', 'x', 0.4355797955312218, NULL),
	('raw', 'c3', 'k', 0.07037938260814068, NULL),
	('raw', 'c3', 'c = j1', -0.025449715936769157, NULL),
	('raw', 'c3', 'c = j2', 0.15335287859359065, NULL),
	('raw', 'c3', 'c = j3', 0.5509513453521634, NULL);

-- Without a penalty against the first class, with one for all, adding up to 0.
SELECT name, count(*) AS terms, count(c.term) = count(g.term) AND count(c.term) = count(*) AS all_there,
	max(abs(c.estimate - g.estimate) / greatest(1, abs(g.estimate))) < 1e-8 AS estimates,
	max(abs(c.std_error / g.std_error - 1)) < 1e-7 AS errors, count(c.std_error) AS n_errors
FROM (SELECT name, class, term, estimate, std_error FROM models, orchard.coefficients(model)) AS c
FULL JOIN golden AS g USING (name, class, term) GROUP BY name ORDER BY name;
SELECT name, max(abs(sum)) < 1e-13 AS add_up_to_0
FROM (SELECT name, term, sum(estimate) FROM models, orchard.coefficients(model) WHERE name IN ('ridge', 'balanced', 'raw') GROUP BY name, term) AS s
GROUP BY name ORDER BY name;
CREATE TABLE probabilities (i int, p float8[]);
INSERT INTO probabilities VALUES
	(1, '{0.07874969993752318,0.603440089650387,0.30585046671771293,0.011959743694376784}'),
	(2, '{0.0030430186105260687,0.12253253336074967,0.7542750398855905,0.12014940814313374}'),
	(3, '{0.08927705772033884,0.7633677859382357,0.14441523356391156,0.0029399227775137792}'),
	(600, '{0.00824594655756823,0.16272193092160897,0.6863041831823252,0.1427279393384977}');
SELECT i, (SELECT max(abs(a - b)) FROM unnest(s.p, orchard.predict_proba(model('ridge'), t)) AS u(a, b)) < 1e-9 AS ridge
FROM probabilities AS s JOIN ground AS t USING (i) ORDER BY i;

-- z, p and intervals follow from estimate and error; the criteria from the likelihood.
SELECT count(*) AS terms, max(abs(statistic - estimate / std_error)) < 1e-12 AS z, max(abs(conf_high - estimate - 1.959963984540054 * std_error)) < 1e-8 AS high,
	max(abs(conf_low - estimate + 1.959963984540054 * std_error)) < 1e-8 AS low, count(DISTINCT class) AS classes, min(class) AS first
FROM orchard.coefficients(model('plain'), 0.95);
SELECT f -> 'rank' AS rank, f -> 'terms' AS terms, f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= 1e-10 AS gradient,
	abs((f ->> 'aic')::float8 - (f ->> 'deviance')::float8 - 36) < 1e-9 AS aic,
	abs((f ->> 'deviance')::float8 - 1200 * (s #>> '{metrics,train.log_loss}')::float8) < 1e-9 AS deviance
FROM (SELECT orchard.summary(model('plain')) AS s) AS s, LATERAL (SELECT s -> 'fit' AS f) AS f;
SELECT s -> 'classes' AS classes, s #> '{fit,aic}' AS aic, s -> 'warnings' AS warnings FROM (SELECT orchard.summary(model('ridge')) AS s) AS s;

-- ** Scoring: by hand from the coefficients, missing values by their indicators

CREATE FUNCTION eta(m text, of_class text, h holed) RETURNS float8 LANGUAGE sql STABLE AS $$
	SELECT coalesce(sum(c.estimate * CASE
		WHEN c.term = '(intercept)' THEN 1
		WHEN c.term = 'x' THEN coalesce(h.x, f.x)
		WHEN c.term = 'k' THEN h.k
		WHEN c.term = 'x is missing' THEN (h.x IS NULL)::int
		WHEN c.term = 'c is missing' THEN (h.c IS NULL)::int
		WHEN h.c IS NULL THEN (SELECT avg((t.c = c.level)::int) FROM holed AS t WHERE t.c IS NOT NULL)
		ELSE (h.c = c.level)::int END), 0)
	FROM orchard.coefficients(model(m)) AS c, (SELECT avg(x) AS x FROM holed) AS f
	WHERE c.class = of_class
$$;
CREATE TABLE scored AS
SELECT h.i, h.x, h.k, h.c, p.class, exp(eta('missing', p.class, h)) / (SELECT sum(exp(eta('missing', d, h))) FROM unnest('{c0,c1,c2,c3}'::text[]) AS d) AS p
FROM holed AS h, unnest('{c0,c1,c2,c3}'::text[]) AS p(class) WHERE h.i % 23 = 0 OR h.i IN (7, 11, 77);
SELECT count(*), count(DISTINCT i) AS rows, max(abs(orchard.probability(model('missing'), class, x, k, c) - p)) < 1e-12 AS by_position,
	max(abs(orchard.probability(model('missing'), class, s) - p)) < 1e-12 AS by_name
FROM scored AS s;
SELECT bool_and(proba = ARRAY(SELECT orchard.probability(model('missing'), d, h) FROM unnest('{c0,c1,c2,c3}'::text[]) AS d)) AS proba,
	bool_and(orchard.predict_class(model('missing'), h) = (SELECT d FROM unnest(proba, '{c0,c1,c2,c3}'::text[]) AS u(p, d) ORDER BY p DESC LIMIT 1)) AS class,
	max(abs(1 - (SELECT sum(p) FROM unnest(proba) AS p))) < 1e-15 AS one
FROM (SELECT h, orchard.predict_proba(model('missing'), h) AS proba FROM holed AS h) AS h;
-- Elements of an array that are NULL, by name, in a bare array and in VARIADIC form: as columns of their own.
CREATE TABLE arrayed AS SELECT i, ARRAY[x, CASE WHEN i % 5 > 0 THEN k END, w]::float8[] AS v, x, CASE WHEN i % 5 > 0 THEN k END::float8 AS k, w::float8 AS w, y
FROM (SELECT h.i, h.x, h.k, g.w, h.y FROM holed AS h JOIN ground AS g USING (i)) AS h;
INSERT INTO models
SELECT 'array', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "missing_indicator": true}') FROM (SELECT v, y FROM arrayed WHERE x IS NOT NULL ORDER BY i) AS t;
INSERT INTO models
SELECT 'columns', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "missing_indicator": true}') FROM (SELECT x, k, w, y FROM arrayed WHERE x IS NOT NULL ORDER BY i) AS t;
SELECT count(*), count(DISTINCT by_name) > 100 AS differ, bool_and(by_name = by_columns) AS by_name, bool_and(by_name = bare) AS bare, bool_and(by_name = one_by_one) AS one_by_one
FROM (SELECT orchard.predict_proba(model('array'), t) AS by_name, orchard.predict_proba(model('columns'), t) AS by_columns,
		orchard.predict_proba(model('array'), t.v) AS bare, orchard.predict_proba(model('columns'), VARIADIC t.v) AS one_by_one
	FROM arrayed AS t) AS p;
-- No value, no class: NaN and infinity.
SELECT x, orchard.predict_class(model('plain'), x, 1, 'j1') AS class, orchard.predict_proba(model('plain'), x, 1, 'j1') AS proba
FROM unnest('{NaN,Infinity,-Infinity}'::float8[]) AS x;
SELECT orchard.predict_class(model('plain'), 1e300, 1, 'j1') AS large, orchard.predict_class(model('plain'), -1e300, 1, 'never seen') AS small;
SELECT orchard.predict(model('plain'), 1.0, 1, 'j1');
SELECT * FROM orchard.explain(model('plain'), 1.0, 1, 'j1');
SELECT orchard.probability(model('plain'), 'c9', 1.0, 1, 'j1');
SELECT orchard.predict_interval(model('plain'), 0.95, 1.0, 1, 'j1');

-- What each feature adds to a class, of which the softmax is what predict_proba gives; the classes add up to 0.
SELECT max(abs(e.p / t.p - 1)) < 1e-11 AS softmax, bool_and(abs(sum) < 1e-11) AS add_up_to_0
FROM (SELECT h.i, orchard.predict_proba(model('missing'), h) AS proba,
		ARRAY(SELECT (SELECT sum(contribution) FROM orchard.explain_class(model('missing'), d, h)) FROM unnest('{c0,c1,c2,c3}'::text[]) AS d) AS scores
	FROM holed AS h WHERE h.i <= 22) AS h,
	LATERAL (SELECT sum(s) FROM unnest(scores) AS s) AS total,
	LATERAL (SELECT n, exp(s) / sum(exp(s)) OVER () AS p FROM unnest(scores) WITH ORDINALITY AS u(s, n)) AS e,
	LATERAL (SELECT proba[e.n] AS p) AS t;
SELECT e.feature, e.value, abs(contribution - estimate * (e.value::float8 - CASE e.feature WHEN 'x' THEN m.x ELSE m.k END)) < 1e-12 AS coefficient_times
FROM orchard.explain_class(model('ridge'), 'c2', 2.0, 2, 'j0') AS e
JOIN orchard.coefficients(model('ridge')) AS w ON w.feature = e.feature AND w.class = 'c2' AND w.level IS NULL,
	(SELECT avg(x) AS x, avg(k) AS k FROM ground) AS m;

-- The golden models' bytes (test/golden/model_bytes.py).
CREATE FUNCTION golden_probabilities(content text, OUT scored int, OUT wrong int) LANGUAGE plpgsql AS $$
DECLARE
	m orchard.model;
	field text[];
	got float8[];
BEGIN
	scored := 0; wrong := 0;
	FOR field IN SELECT string_to_array(line, E'\t') FROM string_to_table(content, E'\n') AS line LOOP
		IF field[1] = 'bytes' THEN
			m := '\x' || field[2];
		ELSIF field[1] = 'score' THEN
			got := orchard.predict_proba(m, nullif(field[3], 'null')::float8, substr(nullif(field[4], 'null'), 2));
			scored := scored + 1;
			wrong := wrong + (SELECT count(*) FROM unnest(got, string_to_array(field[2], ',')::float8[]) AS u(p, e)
				WHERE NOT (p = e OR abs(p - e) <= 1e-14 * e));
		END IF;
	END LOOP;
END $$;
\set content `cat "$PG_ABS_SRCDIR"/golden/models/v1_softmax.txt "$PG_ABS_SRCDIR"/golden/models/v1_symmetric.txt`
SELECT * FROM golden_probabilities(:'content');

-- ** Judged, trained and registered as other models are

SELECT metric, CASE metric WHEN 'rows' THEN value = 600 ELSE abs(value - (SELECT avg((orchard.predict_class(model('plain'), t) = y)::int) FROM ground AS t)) < 1e-12 END AS right
FROM orchard.evaluate(model('plain'), 'SELECT * FROM ground') WHERE metric IN ('rows', 'accuracy');
SELECT abs(e.value - (orchard.summary(model('weighted')) #>> '{metrics,train.log_loss}')::float8) < 1e-12 AS log_loss
FROM orchard.evaluate(model('weighted'), 'SELECT * FROM ground', 'w') AS e WHERE metric = 'log_loss';
SELECT sum(rows) AS rows, bool_and(c.rows = t.n) AS counts
FROM orchard.confusion_matrix(model('plain'), 'ground') AS c
LEFT JOIN LATERAL (SELECT count(*) AS n FROM ground AS g WHERE g.y = c.actual AND orchard.predict_class(model('plain'), g) = c.predicted) AS t ON true;
SELECT name, version, algorithm, rows, features, metrics ? 'validation.roc_auc_ovr' AS validated, warnings
FROM orchard.train('kinds', 'SELECT x, k, c, y FROM ground', 'y', 'logistic_regression', '{"validation_fraction": 0.25}');
SELECT orchard.predict_class('kinds', 20.0, 1, 'j3') AS class, array_length(orchard.predict_proba('kinds', 20.0, 1, 'j3'), 1) AS classes;
SELECT max(abs(a.estimate - b.estimate)) < 1e-10 AS same
FROM orchard.coefficients(model('plain')) AS a
JOIN orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') FROM (SELECT c, y, k, x FROM ground ORDER BY md5(i::text)) AS t)) AS b USING (class, term);
SELECT orchard.drop_model('kinds');

-- Integers in their order, enums in theirs; a model a group.
SELECT orchard.classes(orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 0.1}')) FROM (SELECT x, (i % 3 - 1) * 10 AS y FROM ground) AS t;
CREATE TYPE size AS ENUM ('small', 'medium', 'large', 'huge');
SELECT orchard.classes(m), ARRAY(SELECT DISTINCT class FROM orchard.coefficients(m) ORDER BY class) AS with_coefficients
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m FROM (SELECT x, (enum_range(NULL::size))[2 + i % 3] AS y FROM ground) AS t) AS f;
SELECT count(DISTINCT orchard.model_digest(m)) AS models
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "exclude": ["c"], "l2": 0.1}') AS m FROM (SELECT x, k, c, y FROM ground) AS t GROUP BY t.c) AS g;

-- ** Conditions of the data are said, and kept in the model

CREATE FUNCTION fitted(rows text, options jsonb DEFAULT '{}', OUT warnings jsonb, OUT converged jsonb, OUT rank jsonb, OUT accuracy jsonb) LANGUAGE plpgsql AS $$
DECLARE
	s jsonb;
BEGIN
	EXECUTE 'SELECT orchard.summary(orchard.fit(t, ''y'', $1 || ''{"algorithm": "logistic_regression"}'')) FROM (' || rows || ') AS t' INTO s USING options;
	warnings := s -> 'warnings'; converged := s #> '{fit,converged}'; rank := s #> '{fit,rank}'; accuracy := s #> '{metrics,train.accuracy}';
END $$;
SET client_min_messages = error;
-- Separated wholly; in one class; no separation with a penalty.
SELECT * FROM fitted('SELECT i AS x, i / 200 AS y FROM ground');
SELECT warnings, converged, rank FROM fitted('SELECT x, k, c, CASE WHEN k = 2 THEN ''c9'' ELSE y END AS y FROM ground');
SELECT warnings, converged FROM fitted('SELECT x, k, c, CASE WHEN k = 2 THEN ''c9'' ELSE y END AS y FROM ground', '{"l2": 0.01}');
-- The separated model predicts what it learnt.
SELECT count(*) FILTER (WHERE orchard.predict_class(m, t) <> y) AS wrong
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m FROM (SELECT i AS x, 2 * i + 1 AS twice, 5 AS constant, (i / 200)::text AS y FROM ground) AS t) AS f,
	(SELECT i AS x, 2 * i + 1 AS twice, 5 AS constant, (i / 200)::text AS y FROM ground) AS t;
-- The covariance of all classes' terms, kept up to 64 of them unless told otherwise: its diagonal is that of the table, and it is symmetric.
SELECT count(*) AS pairs, bool_and(abs(v.covariance - c.std_error ^ 2) <= 1e-12 * v.covariance) FILTER (WHERE v.term = v.other_term AND v.class = v.other_class) AS diagonal,
	max(abs(v.covariance - w.covariance)) <= 1e-15 AS symmetric
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m FROM (SELECT x, k, c, y FROM ground) AS t) AS f,
	orchard.covariance(m) AS v JOIN orchard.coefficients(m) AS c ON c.term = v.term AND c.class = v.class
	JOIN orchard.covariance(m) AS w ON (w.term, w.class, w.other_term, w.other_class) = (v.other_term, v.other_class, v.term, v.class);
SELECT count(*) FROM orchard.covariance((SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "covariance": false}') FROM (SELECT x, y FROM ground) AS t));
-- Too few steps; dependent and constant columns; steps without a Hessian have no errors.
SELECT warnings ->> 0 LIKE 'logistic regression did not converge in 2 iterations; the gradient norm is %' AS said, converged
FROM fitted('SELECT x, k, c, y FROM ground', '{"max_iter": 2}');
SELECT warnings, converged, rank FROM fitted('SELECT x, k, 2 * x - k AS z, 5 AS five, y FROM ground');
SELECT warnings ->> 0 LIKE 'logistic regression did not converge in 200 iterations; %' AS said, warnings ->> 1 AS errors, converged, rank FROM fitted('SELECT x, i % 13 = 5 AS odd, i % 97 AS many, (i % 300)::text AS level, (i * 7 % 11)::text AS y FROM ground', '{"max_iter": 20}');
SELECT warnings, converged, rank FROM fitted('SELECT x, (i % 300)::text AS level, (i * 7 % 11)::text AS y FROM ground', '{"l2": 0.01}');
-- No feature: the shares of the classes.  A class that weighs nothing.
SELECT max(abs(orchard.probability(m, y, s) - share)) < 1e-12 AS shares
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": []}') AS m FROM ground AS t) AS f,
	(SELECT y, count(*) / 600.0 AS share FROM ground GROUP BY y) AS s;
SELECT warnings FROM fitted('SELECT x, k, c, y FROM ground', '{"class_weight": {"c3": 0}, "l2": 0.1}');
SELECT max(abs(a.p[n] - b.p[n])) < 1e-6 AS as_without_it, max(a.p[4]) < 1e-6 AS hardly
FROM ground AS t, generate_series(1, 3) AS n,
	(SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "class_weight": {"c3": 0}}') AS m FROM (SELECT x, k, c, y FROM ground) AS t) AS f,
	(SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m FROM (SELECT x, k, c, y FROM ground WHERE y <> 'c3') AS t) AS g,
	LATERAL (SELECT orchard.predict_proba(f.m, t) AS p) AS a, LATERAL (SELECT orchard.predict_proba(g.m, t) AS p) AS b;
RESET client_min_messages;

-- ** Refused

\set VERBOSITY default
-- A class that only rows held out have is one that the model cannot be measured on; nothing is kept.
SELECT rows FROM orchard.train('rare', 'SELECT x, k, CASE WHEN i > 590 THEN ''rare'' ELSE y::text END AS y, i > 500 AS late FROM fit_multinomial.ground', 'y', 'logistic_regression', '{"validation": "late"}');
SELECT count(*) AS kept FROM orchard.models WHERE name = 'rare';
SELECT fitted('SELECT i AS x, i / 200 AS y FROM ground', '{"on_failure": "error"}');
SELECT fitted('SELECT x, y FROM ground', '{"positive_class": "c1"}');
SELECT fitted('SELECT x, y FROM ground', '{"class_weight": {"c7": 2}}');
SELECT fitted('SELECT x, y FROM ground', '{"l1": 0.1}');
SELECT fitted('SELECT x, y FROM ground', '{"cov_type": "HC3"}');
SELECT fitted('SELECT i AS x, i AS y FROM generate_series(1, 1001) AS i');
SELECT orchard.predict_class((SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "unknown": "error"}') FROM (SELECT x, c, y FROM ground) AS t), 1.0, 'new');

SET client_min_messages = warning;
DROP SCHEMA fit_multinomial CASCADE;

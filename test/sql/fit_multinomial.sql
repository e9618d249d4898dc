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
DO $$
DECLARE
	o record;
BEGIN
	FOR o IN SELECT name || ' ' || kind AS name, options || jsonb_build_object('cov_type', kind, 'tol', 1e-12, 'algorithm', 'logistic_regression') AS options
		FROM (VALUES ('plain', '{"exclude": ["w"]}'::jsonb), ('weighted', '{"weight": "w", "class_weight": {"c2": 3}}'), ('origin', '{"exclude": ["w"], "fit_intercept": false}')) AS m(name, options),
			unnest('{HC2,HC3}'::text[]) AS kind LOOP
		INSERT INTO models SELECT o.name, orchard.fit(t, 'y', o.options) FROM (SELECT x, k, c, y, w FROM ground ORDER BY i) AS t;
	END LOOP;
END $$;
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
	('raw', 'c3', 'c = j3', 0.5509513453521634, NULL),
	('plain HC2', 'c1', '(intercept)', -0.7917395316135489, 0.47400453794184133),
	('plain HC2', 'c1', 'x', 0.3327805716636492, 0.059171984148257945),
	('plain HC2', 'c1', 'k', 0.3189681557816158, 0.26150754790196107),
	('plain HC2', 'c1', 'c = j1', 0.544681612273166, 0.48752692937382186),
	('plain HC2', 'c1', 'c = j2', 1.0972155330830902, 0.5503855454159798),
	('plain HC2', 'c1', 'c = j3', 2.508234675815284, 0.7975894744627069),
	('plain HC2', 'c2', '(intercept)', -4.77113282656964, 0.6155331284346166),
	('plain HC2', 'c2', 'x', 0.6080465920013155, 0.0634526095695856),
	('plain HC2', 'c2', 'k', 0.4345194994152636, 0.2897258940861786),
	('plain HC2', 'c2', 'c = j1', 1.0223687691728613, 0.5680673717159935),
	('plain HC2', 'c2', 'c = j2', 2.0251154525977064, 0.6324501892734172),
	('plain HC2', 'c2', 'c = j3', 3.8085688090471415, 0.8458663253708827),
	('plain HC2', 'c3', '(intercept)', -13.403836536918375, 1.2166277077995717),
	('plain HC2', 'c3', 'x', 0.9342260085363848, 0.07956091353483326),
	('plain HC2', 'c3', 'k', 0.4099448673498631, 0.35729268934923997),
	('plain HC2', 'c3', 'c = j1', 1.445866603193866, 0.7502155451038272),
	('plain HC2', 'c3', 'c = j2', 2.5135946547760324, 0.8084577743758368),
	('plain HC2', 'c3', 'c = j3', 4.773261838428976, 0.9661091462638094),
	('plain HC3', 'c1', '(intercept)', -0.7917395316135489, 0.4839047560324447),
	('plain HC3', 'c1', 'x', 0.3327805716636492, 0.06003073384198524),
	('plain HC3', 'c1', 'k', 0.3189681557816158, 0.26630751837619976),
	('plain HC3', 'c1', 'c = j1', 0.544681612273166, 0.4954338586161104),
	('plain HC3', 'c1', 'c = j2', 1.0972155330830902, 0.5594148808345574),
	('plain HC3', 'c1', 'c = j3', 2.508234675815284, 0.8157236099585669),
	('plain HC3', 'c2', '(intercept)', -4.77113282656964, 0.6244080205082355),
	('plain HC3', 'c2', 'x', 0.6080465920013155, 0.06428791922801183),
	('plain HC3', 'c2', 'k', 0.4345194994152636, 0.29441303880701786),
	('plain HC3', 'c2', 'c = j1', 1.0223687691728613, 0.5756910386556121),
	('plain HC3', 'c2', 'c = j2', 2.0251154525977064, 0.6412474826553478),
	('plain HC3', 'c2', 'c = j3', 3.8085688090471415, 0.8633774175237268),
	('plain HC3', 'c3', '(intercept)', -13.403836536918375, 1.2331618679020073),
	('plain HC3', 'c3', 'x', 0.9342260085363848, 0.08062140169711152),
	('plain HC3', 'c3', 'k', 0.4099448673498631, 0.36310766478216516),
	('plain HC3', 'c3', 'c = j1', 1.445866603193866, 0.7616847644500078),
	('plain HC3', 'c3', 'c = j2', 2.5135946547760324, 0.8204805921461522),
	('plain HC3', 'c3', 'c = j3', 4.773261838428976, 0.985293684678677),
	('weighted HC2', 'c1', '(intercept)', -0.8324691660018931, 0.49465046496179366),
	('weighted HC2', 'c1', 'x', 0.33875488127687464, 0.06185914173403723),
	('weighted HC2', 'c1', 'k', 0.31589900829077733, 0.2843192736689833),
	('weighted HC2', 'c1', 'c = j1', 0.6595415043852362, 0.528017616503318),
	('weighted HC2', 'c1', 'c = j2', 1.1459019528840306, 0.625654701664266),
	('weighted HC2', 'c1', 'c = j3', 2.320223595934896, 0.901876049758718),
	('weighted HC2', 'c2', '(intercept)', -3.5502402584575683, 0.6796960600844515),
	('weighted HC2', 'c2', 'x', 0.607299904433099, 0.06809834216915414),
	('weighted HC2', 'c2', 'k', 0.4252689114476975, 0.3207253225103942),
	('weighted HC2', 'c2', 'c = j1', 0.9976165148559681, 0.637757910923528),
	('weighted HC2', 'c2', 'c = j2', 2.014039747737242, 0.7582751426265699),
	('weighted HC2', 'c2', 'c = j3', 3.5370734037743, 0.9740544193716699),
	('weighted HC2', 'c3', '(intercept)', -12.901509759840835, 1.3675453368889134),
	('weighted HC2', 'c3', 'x', 0.9131166192303836, 0.08669098111312613),
	('weighted HC2', 'c3', 'k', 0.36106838990428247, 0.3886118170773479),
	('weighted HC2', 'c3', 'c = j1', 1.5137702207359134, 0.8412744859291026),
	('weighted HC2', 'c3', 'c = j2', 2.715514825780345, 0.9353835904727463),
	('weighted HC2', 'c3', 'c = j3', 4.53598259087799, 1.105801576732754),
	('weighted HC3', 'c1', '(intercept)', -0.8324691660018931, 0.504695472300789),
	('weighted HC3', 'c1', 'x', 0.33875488127687464, 0.06293920219841734),
	('weighted HC3', 'c1', 'k', 0.31589900829077733, 0.2906139308165126),
	('weighted HC3', 'c1', 'c = j1', 0.6595415043852362, 0.5392116315017005),
	('weighted HC3', 'c1', 'c = j2', 1.1459019528840306, 0.639026455610998),
	('weighted HC3', 'c1', 'c = j3', 2.320223595934896, 0.9263132865093339),
	('weighted HC3', 'c2', '(intercept)', -3.5502402584575683, 0.6927275662711389),
	('weighted HC3', 'c2', 'x', 0.607299904433099, 0.06934361063321283),
	('weighted HC3', 'c2', 'k', 0.4252689114476975, 0.32801878795254313),
	('weighted HC3', 'c2', 'c = j1', 0.9976165148559681, 0.6515383929980024),
	('weighted HC3', 'c2', 'c = j2', 2.014039747737242, 0.7756620099796379),
	('weighted HC3', 'c2', 'c = j3', 3.5370734037743, 1.000026899363079),
	('weighted HC3', 'c3', '(intercept)', -12.901509759840835, 1.3945658087454003),
	('weighted HC3', 'c3', 'x', 0.9131166192303836, 0.08821740575373158),
	('weighted HC3', 'c3', 'k', 0.36106838990428247, 0.3966551436309026),
	('weighted HC3', 'c3', 'c = j1', 1.5137702207359134, 0.8570878571939015),
	('weighted HC3', 'c3', 'c = j2', 2.715514825780345, 0.9539214442915213),
	('weighted HC3', 'c3', 'c = j3', 4.53598259087799, 1.1328455157843542),
	('origin HC2', 'c1', 'x', 0.20171750779396883, 0.04709126007103593),
	('origin HC2', 'c1', 'k', 0.07644004138261569, 0.24690275799933994),
	('origin HC2', 'c1', 'c = j1', 0.3092844942347775, 0.50070966838554),
	('origin HC2', 'c1', 'c = j2', 0.7718641631708021, 0.5319144329255969),
	('origin HC2', 'c1', 'c = j3', 2.059081978157606, 0.8042578092723384),
	('origin HC2', 'c2', 'x', 0.3370969587453925, 0.04728290057516363),
	('origin HC2', 'c2', 'k', -0.38866482938571506, 0.24459862202295085),
	('origin HC2', 'c2', 'c = j1', -0.9363443000870916, 0.4977251303310253),
	('origin HC2', 'c2', 'c = j2', -0.19182589648690831, 0.536097793082782),
	('origin HC2', 'c2', 'c = j3', 1.2675331975466324, 0.7949643732326562),
	('origin HC2', 'c3', 'x', 0.3145432231053506, 0.04828144654616504),
	('origin HC2', 'c3', 'k', -0.9318391441190014, 0.2666969067062797),
	('origin HC2', 'c3', 'c = j1', -1.9682147750043089, 0.5553795310486999),
	('origin HC2', 'c3', 'c = j2', -1.2561029868441518, 0.584769960809256),
	('origin HC2', 'c3', 'c = j3', 0.5146053130603646, 0.8142445208133212),
	('origin HC3', 'c1', 'x', 0.20171750779396883, 0.047454883530121415),
	('origin HC3', 'c1', 'k', 0.07644004138261569, 0.2501881212461411),
	('origin HC3', 'c1', 'c = j1', 0.3092844942347775, 0.5066864216306495),
	('origin HC3', 'c1', 'c = j2', 0.7718641631708021, 0.5383288121675882),
	('origin HC3', 'c1', 'c = j3', 2.059081978157606, 0.8175332477227172),
	('origin HC3', 'c2', 'x', 0.3370969587453925, 0.047632237553368276),
	('origin HC3', 'c2', 'k', -0.38866482938571506, 0.24776525982335557),
	('origin HC3', 'c2', 'c = j1', -0.9363443000870916, 0.5033493898067908),
	('origin HC3', 'c2', 'c = j2', -0.19182589648690831, 0.5423228765356364),
	('origin HC3', 'c2', 'c = j3', 1.2675331975466324, 0.8080265405269255),
	('origin HC3', 'c3', 'x', 0.3145432231053506, 0.04863727008690287),
	('origin HC3', 'c3', 'k', -0.9318391441190014, 0.2698066173754798),
	('origin HC3', 'c3', 'c = j1', -1.9682147750043089, 0.5611013679474594),
	('origin HC3', 'c3', 'c = j2', -1.2561029868441518, 0.5909386731713443),
	('origin HC3', 'c3', 'c = j3', 0.5146053130603646, 0.827246099950743);

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

-- ** Intervals of the probabilities of classes

CREATE TABLE place (x float8, k int, c text);
CREATE TABLE spans (name text, r jsonb, class text, probability float8, std_error float8, conf_low float8, conf_high float8);
INSERT INTO spans VALUES
	('plain', '{"x": 1.0, "k": 1, "c": "j1"}', 'c0', 0.3897641939741583, 0.09422588919177821, 0.24975324852586822, 0.5506560316374416),
	('plain', '{"x": 1.0, "k": 1, "c": "j1"}', 'c1', 0.5841937745505649, 0.09079702711063094, 0.43172642343807294, 0.7220870200477483),
	('plain', '{"x": 1.0, "k": 1, "c": "j1"}', 'c2', 0.026032453194209736, 0.009526017690833766, 0.014202672614449966, 0.047243358638647356),
	('plain', '{"x": 1.0, "k": 1, "c": "j1"}', 'c3', 9.578281067169351e-06, 1.1959515845926027e-05, 1.2283967453840768e-06, 7.468129634632106e-05),
	('plain', '{"x": 12.5, "k": 0, "c": "j0"}', 'c0', 0.02121562637226402, 0.01380164221353857, 0.007211702353872918, 0.06074887527968681),
	('plain', '{"x": 12.5, "k": 0, "c": "j0"}', 'c1', 0.6156974051098268, 0.062455365283309285, 0.5092886334118888, 0.712076786378698),
	('plain', '{"x": 12.5, "k": 0, "c": "j0"}', 'c2', 0.35931073694876875, 0.06263409532213078, 0.26388261888593445, 0.4673393783458962),
	('plain', '{"x": 12.5, "k": 0, "c": "j0"}', 'c3', 0.0037762315691404575, 0.0026552510351035043, 0.001185735584631946, 0.01195846735026578),
	('plain', '{"x": 24.0, "k": 2, "c": "j3"}', 'c0', 2.3652497197513335e-07, 4.122571857617076e-07, 1.3451815533387929e-08, 4.158833079345616e-06),
	('plain', '{"x": 24.0, "k": 2, "c": "j3"}', 'c1', 0.007328042373997396, 0.0034735465758423357, 0.003354406603484973, 0.01593359915449833),
	('plain', '{"x": 24.0, "k": 2, "c": "j3"}', 'c2', 0.4687813352013804, 0.10144172089965175, 0.31107967948930243, 0.6329752212139095),
	('plain', '{"x": 24.0, "k": 2, "c": "j3"}', 'c3', 0.5238903858996503, 0.10292398046038155, 0.3582208135295516, 0.6844640358098351),
	('plain', '{"x": -3.0, "k": 5, "c": "j2"}', 'c0', 0.2812611839378541, 0.23040965148012715, 0.056626771857700875, 0.7184025484876814),
	('plain', '{"x": -3.0, "k": 5, "c": "j2"}', 'c1', 0.6931585654756838, 0.22347009491331682, 0.2863257476468005, 0.9271120989880556),
	('plain', '{"x": -3.0, "k": 5, "c": "j2"}', 'c2', 0.025577781511859, 0.01829164247683851, 0.007788447974035981, 0.08069461439960228),
	('plain', '{"x": -3.0, "k": 5, "c": "j2"}', 'c3', 2.4690746030911578e-06, 4.39159557545145e-06, 1.324216144014664e-07, 4.6035370226076056e-05),
	('weighted', '{"x": 7.25, "k": 1, "c": "j2"}', 'c0', 0.020075845234279546, 0.0072257345711833525, 0.011073060494453144, 0.0361307849494859),
	('weighted', '{"x": 7.25, "k": 1, "c": "j2"}', 'c1', 0.43914165923222587, 0.032813205074522435, 0.38608841695102436, 0.49362331691945854),
	('weighted', '{"x": 7.25, "k": 1, "c": "j2"}', 'c2', 0.539968103725323, 0.03340773625251036, 0.48475406969192436, 0.5942182251055211),
	('weighted', '{"x": 7.25, "k": 1, "c": "j2"}', 'c3', 0.0008143918081716412, 0.0004476897260640302, 0.0003296317549457442, 0.002010611457326711),
	('missing', '{"x": null, "k": 2, "c": "j2"}', 'c0', 0.013343259306963225, 0.010643191879467741, 0.003564841975962757, 0.048634860107870374),
	('missing', '{"x": null, "k": 2, "c": "j2"}', 'c1', 0.3317847231142753, 0.07324344862588617, 0.22382238088324347, 0.460900113349974),
	('missing', '{"x": null, "k": 2, "c": "j2"}', 'c2', 0.5641472926466317, 0.07570089309148358, 0.43821940242313423, 0.6823112289670317),
	('missing', '{"x": null, "k": 2, "c": "j2"}', 'c3', 0.09072472493212971, 0.04473645705529334, 0.03928541588578967, 0.1957909236304717),
	('missing', '{"x": 9.5, "k": 1, "c": null}', 'c0', 0.03072761348328092, 0.020100070424314123, 0.010338855343174571, 0.087758624709748),
	('missing', '{"x": 9.5, "k": 1, "c": null}', 'c1', 0.6158686422032758, 0.08029476530343614, 0.4784573726005173, 0.7369783449135949),
	('missing', '{"x": 9.5, "k": 1, "c": null}', 'c2', 0.350987623935368, 0.08105505327061183, 0.2314788949470988, 0.4926449499083578),
	('missing', '{"x": 9.5, "k": 1, "c": null}', 'c3', 0.002416120378075509, 0.0023420948097363603, 0.0004895701315180848, 0.011834243684824665),
	('origin', '{"x": 12.5, "k": 1, "c": "j1"}', 'c0', 0.024949309962858063, 0.01240732515405459, 0.010937485291078032, 0.055896979041786164),
	('origin', '{"x": 12.5, "k": 1, "c": "j1"}', 'c1', 0.45670585852436457, 0.0460800743819967, 0.38246903808037447, 0.5329170353777329),
	('origin', '{"x": 12.5, "k": 1, "c": "j1"}', 'c2', 0.4483387207598688, 0.045578530818060174, 0.3750760421263687, 0.5239144302554234),
	('origin', '{"x": 12.5, "k": 1, "c": "j1"}', 'c3', 0.07000611075290865, 0.02140365036127507, 0.04199314140747163, 0.11447316536847091);
SELECT name, count(*) AS classes, max(abs(i.probability - g.probability)) < 1e-9 AS probability, max(abs(i.std_error / g.std_error - 1)) < 1e-7 AS error,
	max(abs(i.conf_low / g.conf_low - 1)) < 1e-7 AS low, max(abs(i.conf_high / g.conf_high - 1)) < 1e-7 AS high
FROM spans AS g JOIN models USING (name), jsonb_populate_record(NULL::place, r) AS p, orchard.predict_class_intervals(model, 0.9, p) AS i
WHERE i.class = g.class GROUP BY name ORDER BY name;
-- In the order of the classes, with the probabilities that predict_proba gives; by every way that values take.
SELECT array_agg(i.class ORDER BY n) = orchard.classes(model('missing')) AS ordered, array_agg(probability ORDER BY n) = orchard.predict_proba(model('missing'), h) AS same
FROM holed AS h, orchard.predict_class_intervals(model('missing'), 0.95, h) WITH ORDINALITY AS i(class, probability, std_error, conf_low, conf_high, n)
WHERE h.i = 77 GROUP BY h;
SELECT count(DISTINCT (i.std_error, i.conf_low)) AS ways FROM (SELECT * FROM orchard.predict_class_intervals(model('plain'), 0.95, 2.5, 1, 'j1')
	UNION ALL SELECT * FROM orchard.predict_class_intervals(model('plain'), 0.95, jsonb_populate_record(NULL::place, '{"x": 2.5, "k": 1, "c": "j1"}'))) AS i WHERE class = 'c2';
-- Of two classes what predict_interval has, and its mirror image; of a class that is all but certain too.
WITH m AS (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS two FROM (SELECT x, k, y = 'c1' AS y FROM ground) AS t)
SELECT bool_and(abs(b.mean_low - t.conf_low) < 1e-15 AND abs(b.mean_high - t.conf_high) < 1e-15 AND abs(b.std_error - t.std_error) < 1e-15) AS positive,
	bool_and(abs(f.conf_low + t.conf_high - 1) < 1e-15 AND abs(f.probability + t.probability - 1) < 1e-15 AND abs(f.std_error / t.std_error - 1) < 1e-12) AS other
FROM m, ground AS g, orchard.predict_interval(two, 0.9, g.x, g.k) AS b, orchard.predict_class_intervals(two, 0.9, g.x, g.k) AS t,
	orchard.predict_class_intervals(two, 0.9, g.x, g.k) AS f WHERE t.class = 'true' AND f.class = 'false' AND g.i <= 50;
SELECT class, probability = 1 AS certain, std_error > 0 AND std_error < 1e-20 AS error, conf_low <= probability AND probability <= conf_high AS around
FROM orchard.predict_class_intervals(model('plain'), 0.95, 200.0, 1, 'j1') WHERE class = 'c3';
-- They stand on the covariance that the model keeps, a robust one where that is asked for.
SELECT bool_and(a.probability - b.probability < 1e-6 AND abs(a.std_error / b.std_error - 1) BETWEEN 1e-4 AND 1) AS differs
FROM orchard.predict_class_intervals(model('plain'), 0.95, 2.5, 1, 'j1') AS a JOIN orchard.predict_class_intervals(model('plain HC3'), 0.95, 2.5, 1, 'j1') AS b USING (class);
SELECT count(*) AS of_no_row FROM orchard.predict_class_intervals(model('plain'), 0.95, NULL::place);
SELECT count(*) AS of_no_level FROM orchard.predict_class_intervals(model('plain'), NULL, 1.0, 1, 'j1');
SELECT count(*) AS of_no_model FROM orchard.predict_class_intervals(NULL::orchard.model, 0.9, 1.0, 1, 'j1');
SELECT bool_and(probability = 'NaN' AND std_error = 'NaN' AND conf_low = 'NaN') AS of_nan FROM orchard.predict_class_intervals(model('plain'), 0.9, 'NaN', 1, 'j1');
SELECT * FROM orchard.predict_class_intervals(model('plain'), 95, 1.0, 1, 'j1');
SELECT * FROM orchard.predict_class_intervals(model('ridge'), 0.95, 1.0, 1, 'j1');
SELECT * FROM orchard.predict_class_intervals((SELECT orchard.fit(t, 'x', '{"algorithm": "linear_regression", "features": ["k"]}') FROM ground AS t), 0.95, 1);
SELECT * FROM orchard.predict_class_intervals((SELECT orchard.fit(t, 'y', '{"n_estimators": 2}') FROM (SELECT x, y FROM ground) AS t), 0.95, 1);

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
-- A row that determines a coefficient alone has an eigenvalue 1 in its leverage: HC2 and HC3 are not defined.
SELECT kind, bool_and(std_error IS NULL) AS unknown, max(orchard.summary(m) -> 'warnings' ->> 0) AS warning
FROM (SELECT 'HC3' AS kind, orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "cov_type": "HC3"}') AS m FROM (SELECT x, i = 7 AS alone, y FROM ground) AS t) AS f, orchard.coefficients(m) GROUP BY kind;
SELECT fitted('SELECT i AS x, i AS y FROM generate_series(1, 1001) AS i');
SELECT orchard.predict_class((SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "unknown": "error"}') FROM (SELECT x, c, y FROM ground) AS t), 1.0, 'new');

SET client_min_messages = warning;
DROP SCHEMA fit_multinomial CASCADE;

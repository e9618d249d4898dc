-- Generalised linear models: Poisson, gamma and Tweedie regression.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_glm;
SET search_path = fit_glm;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT x, k, z, c, w, ln(1 + i % 5)::float8 AS exposure, count, count + 5 AS count_above, amount, amount + 20 AS amount_above,
	4000 / (40 + x + z) + noise AS rate, 20 + x + z + noise AS level, claim
FROM (SELECT *, CASE WHEN noise < 5 THEN 0 ELSE amount END AS claim
	FROM (SELECT i, (i * 7919) % 11 AS noise, i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31) / 8.0::float8 AS z, 'j' || i % 4 AS c, i % 3 + 1 AS w,
		((i * 7919) % 11 + (i * 37) % 101 / 20 * ((i * 31) % 7)) / 3 AS count,
		(1 + (i * 37) % 101) * (1 + (i * 53) % 31) / 16.0::float8 + (i * 7919) % 11 AS amount FROM generate_series(1, 600) AS i) AS a) AS b;
-- Per cent of yes votes of the districts of Scotland, 1997, as statsmodels ships them.
CREATE TABLE scotland (yes float8, coutax float8, unempf float8, mor float8, act float8, gdp float8, age float8, coutax_femaleunemp float8);
INSERT INTO scotland VALUES
	(60.3, 712, 21, 105, 82.4, 13566, 12.3, 14952),
	(52.3, 643, 26.5, 97, 80.2, 13566, 15.3, 17039.5),
	(53.4, 679, 28.3, 113, 86.3, 9611, 13.9, 19215.7),
	(57, 801, 27.1, 109, 80.4, 9483, 13.6, 21707.1),
	(68.7, 753, 22, 115, 64.7, 9265, 14.6, 16566),
	(48.8, 714, 24.3, 107, 79, 9555, 13.8, 17350.2),
	(65.5, 920, 21.2, 118, 72.2, 9611, 13.3, 19504),
	(70.5, 779, 20.5, 114, 75.2, 9483, 14.5, 15969.5),
	(59.1, 771, 23.2, 102, 81.1, 9483, 14.2, 17887.2),
	(62.7, 724, 20.5, 112, 80.3, 12656, 13.7, 14842),
	(51.6, 682, 23.8, 96, 83, 9483, 14.6, 16231.6),
	(62, 837, 22.1, 111, 74.5, 12656, 11.6, 18497.7),
	(68.4, 599, 19.9, 117, 83.8, 8298, 15.1, 11920.1),
	(69.2, 680, 21.5, 121, 77.6, 9265, 13.7, 14620),
	(64.7, 747, 22.5, 109, 77.9, 8314, 14.4, 16807.5),
	(75, 982, 19.4, 137, 65.3, 9483, 13.3, 19050.8),
	(62.1, 719, 25.9, 109, 80.9, 8298, 14.9, 18622.1),
	(67.2, 831, 18.5, 138, 80.2, 9483, 14.6, 15373.5),
	(67.7, 858, 19.4, 119, 84.8, 12656, 14.3, 16645.2),
	(52.7, 652, 27.2, 108, 86.4, 13566, 14.6, 17734.4),
	(65.7, 718, 23.7, 115, 73.5, 9483, 15, 17016.6),
	(72.2, 787, 20.8, 126, 74.7, 9483, 14.9, 16369.6),
	(47.4, 515, 26.8, 106, 87.8, 8298, 15.3, 13802),
	(51.3, 732, 23, 103, 86.6, 9611, 13.8, 16836),
	(63.6, 783, 20.5, 125, 78.5, 9483, 14.1, 16051.5),
	(50.7, 612, 23.7, 100, 80.6, 9033, 13.3, 14504.4),
	(51.6, 486, 23.2, 117, 84.8, 8298, 15.9, 11275.2),
	(56.2, 765, 23.6, 105, 79.2, 9483, 13.7, 18054),
	(67.6, 793, 21.7, 125, 78.4, 9483, 14.5, 17208.1),
	(58.9, 776, 23, 110, 77.2, 9265, 13.6, 17848),
	(74.7, 978, 19.3, 130, 71.5, 9483, 15.3, 18875.4),
	(67.3, 792, 21.2, 126, 82.2, 12656, 15.1, 16790.4);

-- ** Against statsmodels and scikit-learn (test/golden/glm_sql.py)

CREATE TABLE golden (model text, term text, estimate float8, std_error float8, p_value float8);
INSERT INTO golden VALUES
	('poisson', '(intercept)', 0.38556949542322905, 0.08134893066159879, 2.140352841520702e-06),
	('poisson', 'x', 0.06029045552425609, 0.0032230435951706, 4.418366103749898e-78),
	('poisson', 'k', -0.005894360457433926, 0.027191390910083088, 0.828385223693745),
	('poisson', 'z', 0.0019793827636515656, 0.019845782632287208, 0.9205521674648922),
	('poisson', 'c = j1', -0.010279991760076879, 0.06244449058234538, 0.8692383016889439),
	('poisson', 'c = j2', -0.006916890836846826, 0.06238463152678305, 0.9117155363498597),
	('poisson', 'c = j3', -0.035072742079993446, 0.06282771137291213, 0.5766826782422223),
	('poisson offset', '(intercept)', -0.7053176929207713, 0.08093296720928864, 2.911748933183321e-18),
	('poisson offset', 'x', 0.06077894283050393, 0.003228987214235223, 4.9015009215640953e-79),
	('poisson offset', 'k', -0.018184029941034387, 0.02744325896296187, 0.5075838160057307),
	('poisson offset', 'z', 0.0065829714751980874, 0.019832867970460237, 0.7399479188431358),
	('poisson offset', 'c = j1', -0.03771120801898334, 0.062472766911777576, 0.5460814481244425),
	('poisson offset', 'c = j2', -0.0040364373332581, 0.06238501002775041, 0.9484112395763161),
	('poisson offset', 'c = j3', -0.05318524763345417, 0.06284272962801435, 0.3973725790140228),
	('poisson weighted', '(intercept)', 0.3992882730892746, 0.06143928061338561, 8.090475975699307e-11),
	('poisson weighted', 'x', 0.05972762623281236, 0.0022750687425566046, 6.586771602036106e-152),
	('poisson weighted', 'k', -0.0018281942953774825, 0.021071536937375766, 0.930861236213274),
	('poisson weighted', 'z', -0.0019587237121122206, 0.014004366545351529, 0.8887664869399523),
	('poisson weighted', 'c = j1', -0.02511395826774443, 0.04432807428153298, 0.5710216738336026),
	('poisson weighted', 'c = j2', -0.006027573847444144, 0.04412402014534255, 0.8913428077970013),
	('poisson weighted', 'c = j3', -0.03299664762821597, 0.04436553456938428, 0.4570307171675453),
	('poisson sqrt', '(intercept)', 1.0980546670841376, 0.06861320033989268, 1.2069565378377563e-57),
	('poisson sqrt', 'x', 0.055674569126620554, 0.002803372102269608, 9.056804901959027e-88),
	('poisson sqrt', 'k', -0.0032400940385443598, 0.0250007582564285, 0.8968830371635419),
	('poisson sqrt', 'z', 0.005409647885036903, 0.018264076220906363, 0.767084519091224),
	('poisson sqrt', 'c = j1', -0.007906282368969286, 0.05773665479401492, 0.8910806189349214),
	('poisson sqrt', 'c = j2', -0.002977890571935228, 0.057738129938712614, 0.9588666979196349),
	('poisson sqrt', 'c = j3', -0.01700691110172392, 0.05774077159491294, 0.768346040502455),
	('poisson identity', '(intercept)', 5.942875631521536, 0.38162510787298365, 1.1185948675416796e-54),
	('poisson identity', 'x', 0.1959576966547716, 0.01604151032374965, 2.5640019051010105e-34),
	('poisson identity', 'k', -0.01071146091562128, 0.14261340659608748, 0.9401284860756997),
	('poisson identity', 'z', 0.015540042800292472, 0.1042477390305138, 0.8814996669130063),
	('poisson identity', 'c = j1', -0.02964506035161385, 0.3298810139355533, 0.9283937645388997),
	('poisson identity', 'c = j2', -0.012527212365828535, 0.3300248050087684, 0.9697208529787352),
	('poisson identity', 'c = j3', -0.06981011692256267, 0.32941108938087765, 0.8321663236576571),
	('poisson origin', 'x', 0.0696124873722836, 0.002611562153992679, 1.5454620553610647e-156),
	('poisson origin', 'k', 0.03641371212108439, 0.026000908486990527, 0.1613700910308592),
	('poisson origin', 'z', 0.04424413223946354, 0.017903975554917826, 0.013466410481889356),
	('poisson origin', 'c = j1', 0.10455244313256085, 0.058913534823046156, 0.07595138123748998),
	('poisson origin', 'c = j2', 0.10860210731542491, 0.058778297891257214, 0.06465204282224266),
	('poisson origin', 'c = j3', 0.07992379914739245, 0.05931794259898008, 0.17785793473796452),
	('gamma', '(intercept)', 1.6608906617586965, 0.04055801277448046, 5.37914380176626e-175),
	('gamma', 'x', 0.08478241137062165, 0.0016571038950556952, 1.1619641223415525e-219),
	('gamma', 'k', -0.008200453688892169, 0.014778221504213701, 0.5791714389521389),
	('gamma', 'z', 0.5284458069201379, 0.010796095110155076, 1.9272662599950506e-210),
	('gamma', 'c = j1', 0.004779027157309823, 0.034128767804027654, 0.888684394931709),
	('gamma', 'c = j2', -0.003916783051225224, 0.03412963977818418, 0.9086726782017172),
	('gamma', 'c = j3', 0.004192930947309215, 0.03413120129004179, 0.9022695237557712),
	('gamma weighted', '(intercept)', 1.6615624107789806, 0.04438537047361479, 2.568604165526625e-158),
	('gamma weighted', 'x', 0.08463528851719165, 0.0016749449389862985, 4.7138635694000855e-217),
	('gamma weighted', 'k', -0.007756799325024004, 0.016395746677346786, 0.6363171669652565),
	('gamma weighted', 'z', 0.5287614083741871, 0.010924825101116862, 4.021989207374568e-208),
	('gamma weighted', 'c = j1', 0.009273913795849964, 0.03456882976528809, 0.7885818124733117),
	('gamma weighted', 'c = j2', -0.00291594086329355, 0.034578330404636023, 0.932823664863852),
	('gamma weighted', 'c = j3', -0.001395799701636058, 0.0345750863367278, 0.9678116550741136),
	('gamma inverse', '(intercept)', 0.009592878927155312, 6.631200295477966e-05, 0.0),
	('gamma inverse', 'x', 0.00021580200118855733, 2.864900121372758e-06, 8.289892714333648e-306),
	('gamma inverse', 'k', -7.480917660497112e-07, 2.523109418956308e-05, 0.9763564859587238),
	('gamma inverse', 'z', 0.00021945009412791357, 1.8450399045096803e-05, 2.0870538473914985e-29),
	('gamma inverse', 'c = j1', 5.315768994915149e-07, 5.831866052192295e-05, 0.9927304169097539),
	('gamma inverse', 'c = j2', 7.722477145372815e-06, 5.832597047566387e-05, 0.894711218245393),
	('gamma inverse', 'c = j3', 3.143701539788657e-06, 5.829402549038267e-05, 0.9570103994773268),
	('gamma identity', '(intercept)', 9.784104309901029, 1.4729505750347625, 6.985457574009439e-11),
	('gamma identity', 'x', 2.6615387468351726, 0.08747009911989193, 3.2566341624606944e-123),
	('gamma identity', 'k', -0.9847689898947072, 0.677111186240632, 0.14637331851086552),
	('gamma identity', 'z', 16.48646208275119, 0.5693542762822233, 1.4182509238386558e-115),
	('gamma identity', 'c = j1', 0.3718025062097965, 1.5705435322249237, 0.8129441914001903),
	('gamma identity', 'c = j2', -1.7749627929601939, 1.5686822933840625, 0.258302396279583),
	('gamma identity', 'c = j3', 1.2655755552950154, 1.554672343371691, 0.41594508069822006),
	('tweedie', '(intercept)', 1.360854410115316, 0.14340881569133737, 5.579076895663195e-20),
	('tweedie', 'x', 0.07609390021320522, 0.005443299109360968, 1.3726223368511332e-38),
	('tweedie', 'k', -0.012565273955500373, 0.04751601865826397, 0.791530537328674),
	('tweedie', 'z', 0.47159622816224683, 0.03537878793221261, 1.2102641903398573e-35),
	('tweedie', 'c = j1', 0.048530472636918454, 0.10911887845818077, 0.6566636952663066),
	('tweedie', 'c = j2', 0.028195794633470793, 0.10951139769961785, 0.7969060280858564),
	('tweedie', 'c = j3', -0.010267986277586072, 0.11010202484163865, 0.9257294354084201),
	('tweedie identity', '(intercept)', 24.671558483356083, 0.4174873241404744, 1.0795293171933189e-250),
	('tweedie identity', 'x', 1.0238899507196475, 0.017922231923670227, 2.7926517979893106e-243),
	('tweedie identity', 'k', -0.0012479953629472053, 0.15866929606750593, 0.9937270393863289),
	('tweedie identity', 'z', 1.0338031773282703, 0.11601064212787297, 6.177798095101369e-18),
	('tweedie identity', 'c = j1', -0.02192252035077047, 0.3667739041338246, 0.9523579921698678),
	('tweedie identity', 'c = j2', -0.036363442621686684, 0.3666821181338767, 0.9210377236768402),
	('tweedie identity', 'c = j3', 0.02739424711825933, 0.36673094310006915, 0.9404798016225046),
	('scotland', '(intercept)', -0.017765270275383126, 0.011479217035533005, 0.1348043542141278),
	('scotland', 'coutax', 4.9617682994238554e-05, 1.621576510422595e-05, 0.005380919142016092),
	('scotland', 'unempf', 0.002034422589586248, 0.0005320801860000308, 0.0008220108346155382),
	('scotland', 'mor', -7.181428736786828e-05, 2.7116639036696886e-05, 0.014073122618290334),
	('scotland', 'act', 0.00011185201293317695, 4.0576909454828225e-05, 0.010980671481784913),
	('scotland', 'gdp', -1.4675150420147067e-07, 1.2365685050479889e-07, 0.24693566328750882),
	('scotland', 'age', -0.0005186831119355344, 0.0002402533747068477, 0.04107317540269856),
	('scotland', 'coutax_femaleunemp', -2.4271749790794235e-06, 7.46025332932985e-07, 0.0033733468041804208),
	('poisson l2', '(intercept)', 0.4001604178625112, NULL, NULL),
	('poisson l2', 'x', 0.059312357785851706, NULL, NULL),
	('poisson l2', 'k', -0.00579364404998322, NULL, NULL),
	('poisson l2', 'z', 0.0020284055342266005, NULL, NULL),
	('poisson l2', 'c = j1', -0.009779055784091531, NULL, NULL),
	('poisson l2', 'c = j2', -0.0064248051838599034, NULL, NULL),
	('poisson l2', 'c = j3', -0.03424253629993652, NULL, NULL),
	('gamma l2', '(intercept)', 2.0412038480525743, NULL, NULL),
	('gamma l2', 'x', 0.06948266042965565, NULL, NULL),
	('gamma l2', 'k', -0.006704310240860011, NULL, NULL),
	('gamma l2', 'z', 0.4345737456803876, NULL, NULL),
	('gamma l2', 'c = j1', 0.0010724139892378773, NULL, NULL),
	('gamma l2', 'c = j2', -0.007472688757298397, NULL, NULL),
	('gamma l2', 'c = j3', -0.0012868844736204463, NULL, NULL),
	('tweedie l2', '(intercept)', 1.404056433794546, NULL, NULL),
	('tweedie l2', 'x', 0.07456670433592381, NULL, NULL),
	('tweedie l2', 'k', -0.012549211186058548, NULL, NULL),
	('tweedie l2', 'z', 0.4623284684214731, NULL, NULL),
	('tweedie l2', 'c = j1', 0.04737578708546587, NULL, NULL),
	('tweedie l2', 'c = j2', 0.027068440409436668, NULL, NULL),
	('tweedie l2', 'c = j3', -0.01157778794677655, NULL, NULL),
	('tweedie 1.02', '(intercept)', 1.4552631190378074, 0.1567827493014692, 3.093111322913891e-19),
	('tweedie 1.02', 'x', 0.07197838379021905, 0.00567978707739015, 9.706510619128038e-33),
	('tweedie 1.02', 'k', -0.018535714338366586, 0.04721250467583474, 0.6947546879623098),
	('tweedie 1.02', 'z', 0.45149955936424335, 0.03678501861985079, 5.114680239266752e-31),
	('tweedie 1.02', 'c = j1', 0.09052306142693345, 0.1076737638890715, 0.4008458847468809),
	('tweedie 1.02', 'c = j2', 0.06627828545045526, 0.1084742166553263, 0.5414304168612939),
	('tweedie 1.02', 'c = j3', -0.008586065442640844, 0.11060923802746757, 0.9381523714329744),
	('tweedie 1.9', '(intercept)', 1.2879854593062134, 0.1341344708052506, 2.170992271438941e-20),
	('tweedie 1.9', 'x', 0.07941339624726237, 0.0053859529932772975, 3.802641913295274e-42),
	('tweedie 1.9', 'k', -0.009184365223815287, 0.04798618776387554, 0.8482808541398141),
	('tweedie 1.9', 'z', 0.485490917727208, 0.03508360485364308, 6.084254667787126e-38),
	('tweedie 1.9', 'c = j1', 0.030432370325542024, 0.11073851442300699, 0.7835557165789402),
	('tweedie 1.9', 'c = j2', 0.016533942094674528, 0.11080241278174474, 0.8814307285587784),
	('tweedie 1.9', 'c = j3', 0.00034534559957100086, 0.11086933619183693, 0.9975157302837593),
	('tweedie weighted', '(intercept)', 1.3585278903601123, 0.15379542100008223, 1.1460823086940089e-17),
	('tweedie weighted', 'x', 0.07603816228183212, 0.005443819865728352, 1.5511973385049423e-38),
	('tweedie weighted', 'k', -0.01091376760096025, 0.052171766407761416, 0.8343724204290095),
	('tweedie weighted', 'z', 0.466036622196473, 0.03543883380001393, 7.653163277546507e-35),
	('tweedie weighted', 'c = j1', 0.045268696961600075, 0.10982494672151848, 0.6803494462643703),
	('tweedie weighted', 'c = j2', 0.07598703691137722, 0.10970957263981138, 0.48881923667262617),
	('tweedie weighted', 'c = j3', -0.0032086439656149324, 0.11053471422408666, 0.9768517206616881);
CREATE TABLE golden_facts (model text, fact text, value float8);
INSERT INTO golden_facts VALUES
	('poisson', 'deviance', 791.868299787341),
	('poisson', 'null_deviance', 1162.5960160168227),
	('poisson', 'dispersion', 1.0),
	('poisson', 'log_likelihood', -1214.2793107247894),
	('poisson', 'aic', 2442.558621449579),
	('poisson', 'bic', 2473.337129036092),
	('poisson', 'degrees_of_freedom', 593.0),
	('poisson', 'low', 0.05397340615711922),
	('poisson', 'high', 0.06660750489139296),
	('poisson offset', 'deviance', 1355.3752635380902),
	('poisson offset', 'null_deviance', 1731.114797819845),
	('poisson offset', 'dispersion', 1.0),
	('poisson offset', 'log_likelihood', -1496.0327926001642),
	('poisson offset', 'aic', 3006.0655852003283),
	('poisson offset', 'bic', 3036.8440927868414),
	('poisson offset', 'degrees_of_freedom', 593.0),
	('poisson offset', 'low', 0.05445024418406257),
	('poisson offset', 'high', 0.06710764147694528),
	('poisson weighted', 'deviance', 1597.5341679728144),
	('poisson weighted', 'null_deviance', 2327.0181061594785),
	('poisson weighted', 'dispersion', 1.0),
	('poisson weighted', 'log_likelihood', -2431.805547014221),
	('poisson weighted', 'aic', 4877.611094028442),
	('poisson weighted', 'bic', 4908.389601614955),
	('poisson weighted', 'degrees_of_freedom', 593.0),
	('poisson weighted', 'low', 0.05526857343504858),
	('poisson weighted', 'high', 0.06418667903057614),
	('poisson sqrt', 'deviance', 781.9229393502037),
	('poisson sqrt', 'null_deviance', 1162.5960160168227),
	('poisson sqrt', 'dispersion', 1.0),
	('poisson sqrt', 'log_likelihood', -1209.306630506221),
	('poisson sqrt', 'aic', 2432.613261012442),
	('poisson sqrt', 'bic', 2463.391768598955),
	('poisson sqrt', 'degrees_of_freedom', 593.0),
	('poisson sqrt', 'low', 0.05018006077090779),
	('poisson sqrt', 'high', 0.06116907748233332),
	('poisson identity', 'deviance', 271.6444669490562),
	('poisson identity', 'null_deviance', 419.411698094363),
	('poisson identity', 'dispersion', 1.0),
	('poisson identity', 'log_likelihood', -1319.2741931381047),
	('poisson identity', 'aic', 2652.5483862762094),
	('poisson identity', 'bic', 2683.3268938627225),
	('poisson identity', 'degrees_of_freedom', 593.0),
	('poisson identity', 'low', 0.16451691416259484),
	('poisson identity', 'high', 0.22739847914694838),
	('poisson origin', 'deviance', 813.5376576722676),
	('poisson origin', 'null_deviance', 1162.5960160168227),
	('poisson origin', 'dispersion', 1.0),
	('poisson origin', 'log_likelihood', -1225.1139896672528),
	('poisson origin', 'aic', 2462.2279793345056),
	('poisson origin', 'bic', 2488.6095572658023),
	('poisson origin', 'degrees_of_freedom', 594.0),
	('poisson origin', 'low', -0.014547132078738867),
	('poisson origin', 'high', 0.08737455632090765),
	('gamma', 'deviance', 70.34655740786913),
	('gamma', 'null_deviance', 459.1385250916598),
	('gamma', 'dispersion', 0.0873530333707554),
	('gamma', 'log_likelihood', -2416.6688712051723),
	('gamma', 'aic', 4847.337742410345),
	('gamma', 'bic', 4878.116249996858),
	('gamma', 'degrees_of_freedom', 593.0),
	('gamma', 'low', 0.08152790492313466),
	('gamma', 'high', 0.08803691781810863),
	('gamma weighted', 'deviance', 145.71955429129832),
	('gamma weighted', 'null_deviance', 917.1722874452646),
	('gamma weighted', 'dispersion', 0.179200598654479),
	('gamma weighted', 'log_likelihood', -2458.088275111868),
	('gamma weighted', 'aic', 4930.176550223736),
	('gamma weighted', 'bic', 4960.955057810249),
	('gamma weighted', 'degrees_of_freedom', 593.0),
	('gamma weighted', 'low', 0.08134574275039869),
	('gamma weighted', 'high', 0.08792483428398462),
	('gamma inverse', 'deviance', 0.9831406129540047),
	('gamma inverse', 'null_deviance', 10.689881471389654),
	('gamma inverse', 'dispersion', 0.001654698074869346),
	('gamma inverse', 'log_likelihood', -1550.8449154266127),
	('gamma inverse', 'aic', 3115.6898308532254),
	('gamma inverse', 'bic', 3146.4683384397385),
	('gamma inverse', 'degrees_of_freedom', 593.0),
	('gamma inverse', 'low', 0.0002101754161903364),
	('gamma inverse', 'high', 0.00022142858618677826),
	('gamma identity', 'deviance', 42.610918875677676),
	('gamma identity', 'null_deviance', 196.75992132184314),
	('gamma identity', 'dispersion', 0.06859391335504292),
	('gamma identity', 'log_likelihood', -2564.5248914527538),
	('gamma identity', 'aic', 5143.0497829055075),
	('gamma identity', 'bic', 5173.828290492021),
	('gamma identity', 'degrees_of_freedom', 593.0),
	('gamma identity', 'low', 2.489749879282939),
	('gamma identity', 'high', 2.833327614387406),
	('tweedie', 'deviance', 6699.428639593756),
	('tweedie', 'null_deviance', 8485.421068857624),
	('tweedie', 'dispersion', 4.80704879059848),
	('tweedie', 'degrees_of_freedom', 593.0),
	('tweedie', 'low', 0.06540341055840902),
	('tweedie', 'high', 0.08678438986800142),
	('tweedie identity', 'deviance', 76.71321991142665),
	('tweedie identity', 'null_deviance', 499.7070444856928),
	('tweedie identity', 'dispersion', 0.1289384214668149),
	('tweedie identity', 'degrees_of_freedom', 593.0),
	('tweedie identity', 'low', 0.9886911804295195),
	('tweedie identity', 'high', 1.0590887210097755),
	('scotland', 'deviance', 0.08738851641699914),
	('scotland', 'null_deviance', 0.5360720799622848),
	('scotland', 'dispersion', 0.003584283173493389),
	('scotland', 'log_likelihood', -83.017202161064),
	('scotland', 'aic', 182.034404322128),
	('scotland', 'bic', 193.7602915445258),
	('scotland', 'degrees_of_freedom', 24.0),
	('scotland', 'low', 1.61499887199287e-05),
	('scotland', 'high', 8.30853772685484e-05),
	('tweedie', 'log_likelihood', -2222.2766301509146),
	('tweedie', 'aic', 4458.553260301829),
	('tweedie', 'bic', 4489.331767888342),
	('tweedie 1.02', 'deviance', 22500.60760841705),
	('tweedie 1.02', 'null_deviance', 31589.2958279132),
	('tweedie 1.02', 'dispersion', 26.692025649010017),
	('tweedie 1.02', 'log_likelihood', -2729.7492421723728),
	('tweedie 1.02', 'aic', 5473.4984843447455),
	('tweedie 1.02', 'bic', 5504.276991931259),
	('tweedie 1.02', 'degrees_of_freedom', 593.0),
	('tweedie 1.02', 'low', 0.060823438274205895),
	('tweedie 1.02', 'high', 0.0831333293062322),
	('tweedie 1.9', 'deviance', 7680.471695733921),
	('tweedie 1.9', 'null_deviance', 8159.013194022364),
	('tweedie 1.9', 'dispersion', 1.2717746769983302),
	('tweedie 1.9', 'log_likelihood', -4571.657130095288),
	('tweedie 1.9', 'aic', 9157.314260190577),
	('tweedie 1.9', 'bic', 9188.092767777089),
	('tweedie 1.9', 'degrees_of_freedom', 593.0),
	('tweedie 1.9', 'low', 0.06883553278632734),
	('tweedie 1.9', 'high', 0.08999125970819741),
	('tweedie weighted', 'deviance', 13411.700083321935),
	('tweedie weighted', 'null_deviance', 16892.953307613345),
	('tweedie weighted', 'dispersion', 9.66941668663914),
	('tweedie weighted', 'log_likelihood', -2245.601072978988),
	('tweedie weighted', 'aic', 4505.202145957976),
	('tweedie weighted', 'bic', 4535.9806535444895),
	('tweedie weighted', 'degrees_of_freedom', 593.0),
	('tweedie weighted', 'low', 0.06534664987586125),
	('tweedie weighted', 'high', 0.08672967468780299),
	('tweedie identity', 'log_likelihood', -1549.3042148731206),
	('tweedie identity', 'aic', 3112.608429746241),
	('tweedie identity', 'bic', 3143.3869373327543);
CREATE TABLE settings (model text, target text, options jsonb);
INSERT INTO settings VALUES
	('poisson', 'count', '{}'),
	('poisson offset', 'count', '{"offset": "exposure"}'),
	('poisson weighted', 'count', '{"objective": "poisson", "weight": "w"}'),
	('poisson sqrt', 'count', '{"family": "poisson", "link": "sqrt"}'),
	('poisson identity', 'count_above', '{"link": "identity"}'),
	('poisson origin', 'count', '{"fit_intercept": false}'),
	('gamma', 'amount', '{"objective": "gamma"}'),
	('gamma weighted', 'amount', '{"objective": "gamma", "weight": "w"}'),
	('gamma inverse', 'rate', '{"objective": "gamma", "link": "inverse"}'),
	('gamma identity', 'amount_above', '{"objective": "gamma", "link": "identity"}'),
	('tweedie', 'claim', '{"objective": "tweedie"}'),
	('tweedie 1.02', 'claim', '{"objective": "tweedie", "tweedie_power": 1.02}'),
	('tweedie 1.9', 'claim', '{"objective": "tweedie", "tweedie_power": 1.9}'),
	('tweedie weighted', 'claim', '{"objective": "tweedie", "weight": "w"}'),
	('tweedie identity', 'level', '{"objective": "tweedie", "tweedie_power": 1.2, "link": "identity"}'),
	('poisson l2', 'count', '{"l2": 0.05}'),
	('gamma l2', 'amount', '{"objective": "gamma", "l2": 0.2}'),
	('tweedie l2', 'claim', '{"objective": "tweedie", "l2": 0.1}');
CREATE TABLE ours (model text, m orchard.model);
SELECT format($$INSERT INTO ours SELECT %L, orchard.fit(t, %L, %L) FROM ground AS t$$, model, target,
	'{"algorithm": "glm", "features": ["x", "k", "z", "c"]}' || options) FROM settings ORDER BY model \gexec
INSERT INTO ours SELECT 'scotland', orchard.fit(t, 'yes', '{"algorithm": "glm", "objective": "gamma", "link": "inverse"}') FROM scotland AS t;
-- Estimates within a ten millionth of their standard errors; penalised ones to the tolerance of scikit-learn's solver.
SELECT model, count(*) AS terms,
	bool_and(coalesce(abs(c.estimate - g.estimate) <= coalesce(1e-7 * g.std_error, 1e-8), false)) AS estimates,
	bool_and(CASE WHEN g.std_error IS NULL THEN c.std_error IS NULL ELSE coalesce(abs(c.std_error / g.std_error - 1) <= 1e-7, false) END) AS std_errors,
	bool_and(CASE WHEN g.p_value IS NULL THEN c.p_value IS NULL ELSE coalesce(abs(c.p_value - g.p_value) <= 1e-5 * g.p_value, false) END) AS p_values
FROM (SELECT model, k.* FROM ours, orchard.coefficients(m) AS k WHERE term <> 'exposure') AS c FULL JOIN golden AS g USING (model, term)
GROUP BY model ORDER BY model;
SELECT g.model, count(*) AS facts, bool_and(coalesce(abs((f ->> fact)::float8 - value) <= 1e-9 * abs(value), false)) AS equal
FROM golden_facts AS g JOIN ours USING (model), jsonb_extract_path(orchard.summary(m), 'fit') AS f
WHERE fact NOT IN ('low', 'high') GROUP BY g.model ORDER BY g.model;
SELECT g.model, bool_and(coalesce(abs(CASE fact WHEN 'low' THEN c.conf_low ELSE c.conf_high END - value) <= 1e-7 * abs(value), false)) AS intervals
FROM golden_facts AS g JOIN ours USING (model), LATERAL (SELECT * FROM orchard.coefficients(m, 0.95) WHERE term <> 'exposure' OFFSET 1 LIMIT 1) AS c
WHERE fact IN ('low', 'high') GROUP BY g.model ORDER BY g.model;
SELECT model, f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= 1e-8 AS residual, s -> 'warnings' AS warnings, s -> 'objective' AS objective
FROM ours, orchard.summary(m) AS s, jsonb_extract_path(s, 'fit') AS f ORDER BY model;

-- ** Predictions are the means, by name and by place, and the offset counts in them

SELECT model, max(abs(orchard.predict(m, t) - exp(e.eta)) / exp(e.eta)) <= 1e-12 AS equal
FROM ours, ground AS t, LATERAL (SELECT sum(estimate * CASE term WHEN '(intercept)' THEN 1 WHEN 'x' THEN t.x WHEN 'k' THEN t.k WHEN 'z' THEN t.z
	WHEN 'exposure' THEN t.exposure ELSE (term = 'c = ' || t.c)::int END) AS eta FROM orchard.coefficients(m)) AS e
WHERE model IN ('poisson', 'poisson offset', 'tweedie') GROUP BY model ORDER BY model;
SELECT model, max(abs(orchard.predict(m, t) - e.mean) / e.mean) <= 1e-12 AS equal
FROM ours, scotland AS t, LATERAL (SELECT 1 / sum(estimate * CASE term WHEN '(intercept)' THEN 1 ELSE (to_jsonb(t) ->> term)::float8 END) AS mean
	FROM orchard.coefficients(m)) AS e WHERE model = 'scotland' GROUP BY model;
SELECT abs(orchard.predict(m, t) / orchard.predict(m, u) - 2) <= 1e-14 AS doubled
FROM ours, (SELECT 1 AS x, 1 AS k, 1 AS z, 'j1' AS c, ln(6::float8) AS exposure) AS t, (SELECT 1 AS x, 1 AS k, 1 AS z, 'j1' AS c, ln(3::float8) AS exposure) AS u
WHERE model = 'poisson offset';
SELECT feature, family FROM ours, orchard.features(m) WHERE model = 'poisson offset';
SELECT orchard.predict(m, t) FROM ours, (SELECT 1 AS x, 1 AS k, 1 AS z, 'j1' AS c) AS t WHERE model = 'poisson offset';
SELECT abs(sum(e.contribution) - ln(orchard.predict(m, t))) <= 1e-12 AS sums_up FROM ours, (SELECT * FROM ground LIMIT 1) AS t, orchard.explain(m, t) AS e
WHERE model = 'poisson offset' GROUP BY m::text, orchard.predict(m, t);
-- Deviance a row, and the share explained, are those of scikit-learn's metrics by hand.
SELECT abs((s #>> '{metrics,train.mean_deviance}')::float8 - d.mean) <= 1e-12 * d.mean AS mean_deviance,
	abs((s #>> '{metrics,train.d2}')::float8 - (1 - d.mean / d.about_mean)) <= 1e-12 AS d2
FROM ours, orchard.summary(m) AS s, LATERAL (SELECT avg(2 * (CASE WHEN count > 0 THEN count * ln(count / p) ELSE 0 END - (count - p))) AS mean,
	avg(2 * (CASE WHEN count > 0 THEN count * ln(count / a) ELSE 0 END - (count - a))) AS about_mean
	FROM (SELECT count, orchard.predict(m, t) AS p, avg(count::float8) OVER () AS a FROM ground AS t) AS q) AS d WHERE model = 'poisson';
SELECT metric, value IS NOT NULL AS has_value FROM ours, orchard.evaluate(m, 'SELECT * FROM fit_glm.ground') WHERE model = 'gamma';
-- Evaluation on the rows of training gives the metrics of training; so does boosting have its objective's.
SELECT model, metric, abs(value - (orchard.summary(m) -> 'metrics' ->> ('train.' || metric))::float8) <= 1e-11 * value AS equal
FROM ours, orchard.evaluate(m, 'SELECT * FROM fit_glm.ground') WHERE model IN ('poisson', 'gamma', 'tweedie', 'gamma inverse', 'poisson sqrt') AND metric IN ('mean_deviance', 'd2')
UNION ALL SELECT model, metric, abs(value - (orchard.summary(m) -> 'metrics' ->> ('train.' || metric))::float8) <= 1e-11 * value
FROM ours, orchard.evaluate(m, 'SELECT * FROM fit_glm.ground', 'w') WHERE model = 'gamma weighted' AND metric IN ('mean_deviance', 'd2') ORDER BY 1, 2;
SELECT o.objective, e.metric, abs(e.value - (SELECT CASE o.objective WHEN 'quantile' THEN orchard.pinball(count, orchard.predict(m, t), 0.75)
	ELSE orchard.mean_tweedie_deviance(count, orchard.predict(m, t), 1) END FROM ground AS t)) <= 1e-12 AS equal
FROM (SELECT 'poisson' AS objective, orchard.fit(t, 'count', '{"objective": "poisson", "features": ["x", "z"], "n_estimators": 5}') AS m FROM ground AS t
	UNION ALL SELECT 'quantile', orchard.fit(t, 'count', '{"objective": "quantile", "quantile": 0.75, "features": ["x", "z"], "n_estimators": 5}') FROM ground AS t) AS o,
	orchard.evaluate(m, 'SELECT * FROM fit_glm.ground') AS e WHERE metric IN ('mean_deviance', 'pinball') ORDER BY 1;
-- A mean that is not above 0 has no deviance.
SELECT metric, value IS NULL AS undefined FROM ours, orchard.evaluate(m, 'SELECT -1000 AS x, 0 AS k, 0 AS z, NULL::text AS c, 5 AS amount_above') WHERE model = 'gamma identity' ORDER BY 1;

-- ** The aggregate, against scikit-learn (test/golden/glm_sql.py)

CREATE TABLE deviances (power float8, weighted boolean, value float8);
INSERT INTO deviances VALUES
	(1, False, 12.31215843430699),
	(1, True, 12.33383368272786),
	(1.2, False, 36.478321485263265),
	(1.2, True, 36.19564659377133),
	(1.5, False, 16.878479643607918),
	(1.5, True, 16.794891523221523),
	(1.9, False, 14.654257172594503),
	(1.9, True, 14.640589192353485),
	(2, False, 3.996123394247086),
	(2, True, 4.003212443385437);
SELECT power, weighted, abs(CASE WHEN weighted THEN orchard.mean_tweedie_deviance(y, 1 + x, power, w) ELSE orchard.mean_tweedie_deviance(y, 1 + x, power) END - value) <= 1e-13 * value AS equal
FROM deviances, LATERAL (SELECT x, w, CASE power WHEN 1 THEN count WHEN 2 THEN amount ELSE claim END AS y FROM ground) AS g
GROUP BY power, weighted, value ORDER BY power, weighted;
SELECT abs(orchard.mean_loss(orchard.merge(s)) - min(whole)) <= 1e-14 AS merged
FROM (SELECT orchard.mean_tweedie_deviances(amount, 1 + x, 2) AS s FROM ground GROUP BY k) AS parts, (SELECT orchard.mean_tweedie_deviance(amount, 1 + x, 2) AS whole FROM ground) AS w;
SELECT orchard.mean_tweedie_deviance(y, p, 1) FROM (VALUES (NULL::float8, 1::float8), (1, NULL)) AS v(y, p);
SELECT orchard.mean_tweedie_deviance(1, 1, 0.5);
SELECT orchard.mean_tweedie_deviance(1, 0, 1);
SELECT orchard.mean_tweedie_deviance(-1, 1, 1);
SELECT orchard.mean_tweedie_deviance(0, 1, 2);
SELECT orchard.mean_tweedie_deviance(1, 'NaN', 2);

-- ** In any order, in parallel parts, by group, by train

SELECT count(DISTINCT digest) AS different FROM (
	SELECT string_agg(round(c.estimate::numeric, 12)::text, ' ' ORDER BY term) AS digest FROM (
		SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x", "k", "z", "c"]}') AS m FROM ground AS t
		UNION ALL SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x", "k", "z", "c"]}' ORDER BY z, x) FROM ground AS t) AS f,
		orchard.coefficients(m) AS c GROUP BY m::text) AS q;
SELECT k, (SELECT count(*) FROM orchard.coefficients(m)) AS terms FROM (SELECT k, orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x", "z"]}') AS m
	FROM ground AS t GROUP BY k) AS f ORDER BY k;
SELECT algorithm, objective, "rows", features, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(metrics) AS k) AS metrics
FROM orchard.train('fit_glm_trained', 'fit_glm.ground', 'count', 'glm', '{"features": ["x"], "offset": "exposure", "validation_fraction": 0.2}');
SELECT version FROM orchard.train('fit_glm_trained', 'fit_glm.ground', 'count', 'glm', '{"features": ["x"], "offset": "exposure"}');
SELECT max(abs(orchard.predict('fit_glm_trained@2', t) - orchard.predict(m, t))) <= 1e-12 AS equal
FROM ground AS t, (SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x"], "offset": "exposure"}') AS m FROM ground AS t) AS f;
SELECT orchard.drop_model('fit_glm_trained');
SELECT orchard.fit_state(t, 'count', '{"algorithm": "glm", "features": ["x"]}') FROM ground AS t;

-- ** What the data may lack

SET client_min_messages = warning;
-- A level without any count.
SELECT term, estimate < -10 AS runs_away, std_error IS NULL AS no_error FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}')
	FROM (SELECT 'l' || i % 3 AS c, CASE WHEN i % 3 = 1 THEN 0 ELSE i % 4 END AS y FROM generate_series(1, 120) AS i) AS t));
SELECT bool_and(isfinite) AS finite FROM (SELECT abs(estimate) < 20 AS isfinite FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "l2": 0.01}')
	FROM (SELECT 'l' || i % 3 AS c, CASE WHEN i % 3 = 1 THEN 0 ELSE i % 4 END AS y FROM generate_series(1, 120) AS i) AS t))) AS q;
SELECT orchard.predict(m, 3.0) FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') AS m FROM (SELECT i::float8 AS x, 0 AS y FROM generate_series(1, 9) AS i) AS t) AS f;
SELECT term, abs(estimate - CASE term WHEN 'x' THEN 0 ELSE ln(7::float8) END) <= 1e-12 AS mean FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}')
	FROM (SELECT 5 AS x, 7 AS y FROM generate_series(1, 9)) AS t));
SELECT term, abs(estimate - ln(3::float8)) <= 1e-12 AS mean, std_error IS NULL AS no_error FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "objective": "gamma", "features": []}')
	FROM (SELECT 3 AS y) AS t));
-- Equal columns share the coefficient.
SELECT abs(a.estimate - b.estimate) <= 1e-12 AS shared FROM (SELECT orchard.fit(t, 'count', '{"algorithm": "glm"}') AS m FROM (SELECT x AS a, x AS b, count FROM ground) AS t) AS f,
	orchard.coefficients(m) AS a, orchard.coefficients(m) AS b WHERE a.term = 'a' AND b.term = 'b';
SELECT term, estimate IS NOT NULL AS is_there FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "missing_indicator": true}')
	FROM (SELECT CASE WHEN i % 3 > 0 THEN i % 7 END AS x, CASE WHEN i % 5 > 0 THEN 'c' || i % 2 END AS c, i % 11 AS y FROM generate_series(1, 200) AS i) AS t));
SELECT s #> '{fit,converged}' AS converged FROM orchard.summary((SELECT orchard.fit(t, 'count', '{"algorithm": "glm", "features": ["x", "z"], "max_iter": 1}') FROM ground AS t)) AS s;
-- Counts up to 10^9 beside zeros.
SELECT f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= 1e-8 AS residual
FROM orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT x, floor(exp(x::float8) * (1 + x % 2)) AS y FROM generate_series(-3, 20) AS x) AS t)) AS s,
	jsonb_extract_path(s, 'fit') AS f;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "link": "identity", "fit_intercept": false}') FROM (SELECT x, 10 - abs(x) AS y FROM generate_series(-9, 9) AS x) AS t;

-- ** What is refused

SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT 1 AS x, -1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "objective": "gamma"}') FROM (SELECT 1 AS x, 0 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT 1 AS x, 'NaN'::float8 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT 'NaN'::float8 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT 1 AS x, 'a' AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm"}') FROM (SELECT 1e200::float8 AS x, 1 AS y UNION ALL SELECT -1e200, 2) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "offset": "e"}') FROM (SELECT 1 AS x, 1 AS y, NULL::float8 AS e) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "offset": "e"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "offset": "x"}') FROM (SELECT 'a' AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "offset": "y"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "offset": "x", "features": ["x"]}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "link": "logit"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "link": "inverse"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "objective": "squared_error"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "tweedie_power": 1.5}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "objective": "tweedie", "tweedie_power": 2}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "l1": 1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "glm", "class_weight": "balanced"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "link": "log"}') FROM (SELECT 1 AS x, 1 AS y) AS t;

DROP SCHEMA fit_glm CASCADE;

-- Steps one behind another on one column, and gaps of categories, against scikit-learn's pipelines.
\pset format unaligned
\pset tuples_only on
CREATE TABLE chain_rows AS
SELECT i, (i * 37 % 41) * 0.75::float8 + 1 AS a, CASE WHEN i % 13 <> 0 THEN (i * 37 % 41) * 0.75::float8 + 1 END AS gaps,
       (i * 29 % 17) * 0.5::float8 - 2 AS b, substr('abcde', (i * i + i / 7) % 5 + 1, 1) AS plan, i * 11 % 4 AS fold
FROM generate_series(1, 120) AS i;
ALTER TABLE chain_rows ADD plan_gaps text, ADD y boolean, ADD z float8;
UPDATE chain_rows SET plan_gaps = CASE WHEN i % 11 <> 0 THEN plan END, y = (i * 53 % 23) + CASE plan WHEN 'c' THEN 9 ELSE 0 END > 13;
UPDATE chain_rows SET z = a * b + y::int;
-- What test/golden/chain_sql.py prints, of the first 26 rows.
CREATE TABLE golden (name text PRIMARY KEY, tolerance float8, numbers float8[]);
-- scikit-learn 1.9.1, numpy 2.4.6, pandas 3.1.1
INSERT INTO golden VALUES
	('impute, standard', 1e-12, '{1.485659630984316,1.1315798778202286,0.7775001246561414,0.42342037149205414,0.06934061832796691,-0.28473913483612034,-0.6388188880002076,-0.9928986411642948,-1.346978394328382,-1.7010581474924693,1.5741795692753378,1.2200998161112504,-0.019179319963054893,0.5119403097830759,0.15786055661898873,-0.1962191965450985,-0.5502989497091858,-0.9043787028732729,-1.2584584560373602,-1.6125382092014475,1.6626995075663595,1.3086197544022722,0.954540001238185,0.6004602480740978,0.24638049491001054,-0.019179319963054893}'),
	('indicator, standard', 1e-12, '{1.4841266834711395,-0.2847473987257494,1.1300416499079016,-0.2847473987257494,0.7759566163446636,-0.2847473987257494,0.42187158278142567,-0.2847473987257494,0.06778654921818769,-0.2847473987257494,-0.2862984843450503,-0.2847473987257494,-0.6403835179082883,-0.2847473987257494,-0.9944685514715262,-0.2847473987257494,-1.348553585034764,-0.2847473987257494,-1.702638618598002,-0.2847473987257494,1.572647941861949,-0.2847473987257494,1.218562908298711,-0.2847473987257494,4.193209140662167e-16,3.511884584284243,0.5103928411722352,-0.2847473987257494,0.15630780760899718,-0.2847473987257494,-0.1977772259542408,-0.2847473987257494,-0.5518622595174787,-0.2847473987257494,-0.9059472930807168,-0.2847473987257494,-1.2600323266439546,-0.2847473987257494,-1.6141173602071925,-0.2847473987257494,1.6611692002527585,-0.2847473987257494,1.3070841666895205,-0.2847473987257494,0.9529991331262826,-0.2847473987257494,0.5989140995630446,-0.2847473987257494,0.24482906599980667,-0.2847473987257494,4.193209140662167e-16,3.511884584284243}'),
	('impute, power, minmax', 1e-06, '{0.9366515710407732,0.8506361653649448,0.7626247175360525,0.672308114102355,0.5792763518847103,0.48296209448973115,0.38253369643429486,0.2766657738444868,0.16294397566068453,0.03567550154067756,0.9578729336626508,0.8723167595469856,0.5611128505701136,0.6951236573892765,0.602816428167291,0.5073878619438177,0.40808709251405223,0.3037461650291463,0.19232203460971087,0.0693931209148721,0.9789880555758966,0.8938770031168078,0.8068973625933834,0.7177773170858813,0.626162491767577,0.5611128505701136}'),
	('impute, robust, quantile', 1e-12, '{0.9310344827586207,0.8275862068965517,0.7397527651268707,0.6551724137931034,0.5517241379310345,0.4619252873563218,0.37513061650992696,0.27586206896551724,0.1896551724137931,0.06896551724137931,0.9482758620689654,0.8620689655172413,0.06896551724137931,0.6724137931034483,0.5862068965517241,0.48275862068965514,0.39527458492975737,0.29371921182266014,0.20689655172413793,0.127838519764508,0.9655172413793103,0.8793103448275862,0.7836206896551724,0.6896551724137931,0.6047254150702427,0.06896551724137931}'),
	('standard, bins, minmax', 1e-12, '{1.0,0.8,0.8,0.6000000000000001,0.6000000000000001,0.4,0.2,0.2,0.0,0.0,1.0,1.0,0.8,0.6000000000000001,0.6000000000000001,0.4,0.4,0.2,0.0,0.0,1.0,1.0,0.8,0.8,0.6000000000000001,0.4}'),
	('winsor, log1p, standard', 1e-12, '{1.0881269716749866,0.963225208101496,0.7792596574819725,0.5704188121284899,0.32890787815387934,0.042575189208025485,-0.30909538059145375,-0.7650186588037337,-1.4143451180465034,-2.1821113515498607,1.0881269716749866,1.005989782301171,nan,0.6253318075409658,0.39291233151350835,0.11927951505819315,-0.2134017547372735,-0.6378330352641548,-1.2247340604344825,-2.1821113515498607,1.0881269716749866,1.0476035993865456,0.8739762040832798,0.6783616961749136,0.45437287823471095,nan}'),
	('impute, onehot', 1e-12, '{0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,1.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0,1.0}'),
	('constant, ordinal', 1e-12, '{1.0,5.0,5.0,1.0,0.0,1.0,0.0,0.0,3.0,1.0,2.0,0.0,0.0,4.0,3.0,4.0,1.0,1.0,4.0,3.0,5.0,2.0,3.0,5.0,4.0,5.0}'),
	('impute, target', 1e-12, '{0.339431204160103,0.4515738434635155,0.4515738434635155,0.339431204160103,0.49957218641264045,0.339431204160103,0.49957218641264045,0.49957218641264045,0.7403511123023319,0.339431204160103,0.49957218641264045,0.49957218641264045,0.49957218641264045,0.3853582725318817,0.7403511123023319,0.3853582725318817,0.339431204160103,0.339431204160103,0.3853582725318817,0.7403511123023319,0.4515738434635155,0.49957218641264045,0.7403511123023319,0.4515738434635155,0.3853582725318817,0.4515738434635155}'),
	('onehot, standard', 1e-12, '{-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,2.236067977499787,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,2.236067977499787,-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,1.6583123951776997,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,1.6583123951776997,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,1.6583123951776997,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,1.6583123951776997,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,1.6583123951776997,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,2.1105794120443444,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,2.1105794120443444,-0.4472135954999574,-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,2.1105794120443435,-0.5000000000000006,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,2.1105794120443444,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,2.236067977499787,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,2.000000000000002,-0.4738035414793426,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,2.236067977499787,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,2.1105794120443444,-0.4472135954999574,-0.603022689155527,-0.4738035414793424,-0.5000000000000006,-0.4738035414793426,2.236067977499787}'),
	('impute, standard, polynomial', 1e-12, '{1.4841266834711397,0.8108381857904274,2.2026320125910446,1.203386587508903,0.6574585635359117,1.1300416499079018,-0.2112267542815399,1.2769941305265728,-0.2386950299130023,0.044616741724314034,0.7759566163446637,-1.2332916943535073,0.6021086704490597,-0.9569808501165247,1.521008403361345,0.4218715827814257,1.2196641618192143,0.17797563235850533,0.5145416504084529,1.4875806676261667,0.0677865492181877,0.19759922174724703,0.004595016254909785,0.013394569370445348,0.03904545243511771,-0.28629848434505034,-0.8244657183247203,0.08196682213827304,0.2360432855508206,0.679743720692697,-0.6403835179082884,1.6284901378480012,0.41009105000859514,-1.0428582433540565,2.651980129068202,-0.9944685514715264,0.606425197776034,0.9889676998658758,-0.6030707880081664,0.36775152049770193,-1.3485535850347645,-0.41563974229593337,1.818596771710116,0.5605124645561066,0.1727563953758299,-1.7026386185980025,-1.4377046823679007,2.8989782655413143,2.4478915143387625,2.0669947537025863,1.5726479418619494,1.0152511738048209,2.4732215490426257,1.5966326689570798,1.0307349459120667,1.2185629082987113,-0.0068137662671464245,1.4848955614814134,-0.0083030028389616,4.642741074330252e-05,4.1932091406621673e-16,-1.0288787063391138,1.7583002897332752e-31,-4.314303596053838e-16,1.0585913923580483,0.5103928411722353,1.4240771498336078,0.2605008523198666,0.726838782552034,2.0279957286782118,0.1563078076089972,0.4020122097616405,0.024432130719531285,0.06283764713989033,0.16161381679743722,-0.19777722595424083,-0.6200527303103268,0.03911583110615483,0.12263230894612946,0.38446538836529087,-0.5518622595174789,-1.6421176703822942,0.30455195347973724,0.9062227679707515,2.696550443381773,-0.9059472930807169,0.8108381857904274,0.8207404978402782,-0.7345766595433171,0.6574585635359117,-1.260032326643955,-0.2112267542815399,1.5876814641877786,0.2661525386468197,0.044616741724314034,-1.614117360207193,-1.2332916943535073,2.605374852522237,1.9906775340553395,1.521008403361345,1.661169200252759,1.2196641618192143,2.759483111868391,2.0260685402661758,1.4875806676261667,1.3070841666895208,0.19759922174724703,1.708469018810439,0.25827881409599823,0.03904545243511771,0.9529991331262828,-0.8244657183247203,0.9082073477394466,-0.7857151148557965,0.679743720692697,0.5989140995630448,1.6284901378480012,0.3586980986554127,0.9753257045565343,2.651980129068202,0.24482906599980672,0.606425197776034,0.059941271558337714,0.14847051477025447,0.36775152049770193,4.1932091406621673e-16,-0.41563974229593337,1.7583002897332752e-31,-1.7428643666177755e-16,0.1727563953758299}'),
	('polynomial, standard', 1e-12, '{1.4199275798377202,0.8108381857904274,1.6579824787257713,1.6038494173383664,0.5348436148143603,1.0777763557804383,-0.2112267542815399,1.097892322041592,0.03853508417032619,-0.7011395286642036,0.7356251317231562,-1.2332916943535073,0.5994634670107164,-1.2193525387192117,-0.8135016326168002,0.3934739076658742,1.2196641618192143,0.1626959136331452,1.2708038145366556,1.3438507632730565,0.05132268360859222,0.19759922174724703,-0.21241033809112184,0.10514420473066831,-0.3415807960158941,-0.2908285404486898,-0.8244657183247203,-0.5258552881620847,-0.7530886947968168,-0.9033913157788777,-0.6329797645059718,1.6284901378480012,-0.7776389365797435,0.5688461594007423,2.3326372780559077,-0.9751309885632538,0.606425197776034,-0.967761283344098,-0.19715872704319212,0.19775730295657015,-1.3172822126205357,-0.41563974229593337,-1.0962223284551482,-0.6557369032086244,-0.8135016326168002,-1.6594334366778178,-1.4377046823679007,-1.1630220719128945,-0.8068883690955547,-0.7011395286642036,1.5054653858520406,1.0152511738048209,1.807639596280145,1.9676376911679272,0.9168747682531891,1.1633141617947587,-0.0068137662671464245,1.2321341141826394,0.33315234818722406,-0.5438325831305681,0.8211629377374767,-1.0288787063391138,0.718289933738438,-0.9939062845149769,-0.8809188949883583,0.47901171368019474,1.4240771498336078,0.2661070549475407,1.557735410796591,1.8157715998739627,0.13686048962291272,0.4020122097616405,-0.12441452219005235,0.3229047911779407,-0.0943841673201813,-0.20529073443436927,-0.6200527303103268,-0.45327479767434126,-0.6044991181622075,-0.8809188949883583,-0.5474419584916512,-1.6421176703822942,-0.720473771505326,-1.2244763172238535,-0.5438325831305681,-0.8895931825489333,0.8108381857904274,-0.9260114436830066,-0.05625481816554531,0.5348436148143603,-1.2317444066062153,-0.2112267542815399,-1.069887814207383,-0.5840040041436406,-0.7011395286642036,-1.5738956306634972,-1.2332916943535073,-1.1521028830784552,-0.8043264798432338,-0.8135016326168002,1.5910031918663612,1.2196641618192143,1.9611505451878501,2.346797300511413,1.3438507632730565,1.2488519678090793,0.19759922174724703,1.3702297376770185,0.6431409477180471,-0.3415807960158941,0.9067007437517972,-0.8244657183247203,0.8409702318194912,-0.7530886947968168,-0.9033913157788777,0.5645495196945152,1.6284901378480012,0.3733720276152678,1.8600383425704514,2.3326372780559077,0.2223982956372332,0.606425197776034,-0.03256487493565134,0.5560367131391382,0.19775730295657015,-0.11975292842004878,-0.41563974229593337,-0.3768404758332663,-0.440538206013673,-0.8135016326168002}'),
	('constant, target, standard in fold', 1e-10, '{-0.5958501615606611,-0.5958501615606611,-0.7711609114859078,-1.2196404250612367,-0.2462414001123586,-0.7757146807483074,0.6268183508095627,0.2854747240797535,1.1136620132506914,-0.7757146807483074,-0.36121373566987125,0.2854747240797535,-0.2462414001123586,-0.33227494781975625,2.372954222243467,-1.0655932553076124,-0.5958501615606611,-0.7757146807483074,-0.3871697518187019,2.372954222243467,0.34279304266579136,0.5680597050520747,2.372954222243467,0.1132706030899814,-1.0798118552163396,-0.5958501615606611}'),
	('constant, target, standard', 1e-10, '{-1.08515309379581,-0.24428267524351877,-0.24428267524351877,-1.08515309379581,0.11451345180509293,-1.08515309379581,0.11451345180509293,0.11451345180509293,1.92103342954245,-1.08515309379581,0.10745497294759822,0.11451345180509293,0.11451345180509293,-0.7407817338515278,1.92103342954245,-0.7407817338515278,-1.08515309379581,-1.08515309379581,-0.7407817338515278,1.92103342954245,-0.24428267524351877,0.10745497294759822,1.92103342954245,-0.24428267524351877,-0.7407817338515278,-0.24428267524351877}'),
	('model', 1e-09, '{94.05558068987162,54.57632553573594,10.624436252558532,89.697915377638,43.56240018440383,1.794136811283182,83.15662415534763,39.204734872170214,-3.962258893458147,-46.51541778412784,100.9849564750607,57.03306719188328,-3.0500140218121974,99.8095434022926,53.460297397198715,11.905764835937772,-33.044750776648385,50.50136247747282,7.548099523704156,-38.801146481389715,116.75421820940502,66.14606888712913,22.97907512150077,112.3965528971714,64.97065581436104,26.10589352386841}');
CREATE TABLE specs (name text PRIMARY KEY, spec jsonb);
INSERT INTO specs VALUES
	('impute, standard', '[{"column": "gaps", "steps": [{"transform": "impute", "strategy": "median"}, {"transform": "standard"}]}]'),
	('indicator, standard', '[{"column": "gaps", "steps": [{"transform": "impute", "indicator": true}, {"transform": "standard"}]}]'),
	('impute, power, minmax', '[{"column": "gaps", "steps": [{"transform": "impute"}, {"transform": "power"}, {"transform": "minmax"}]}]'),
	('impute, robust, quantile', '[{"column": "gaps", "steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "robust"}, {"transform": "quantile", "quantiles": 30}]}]'),
	('standard, bins, minmax', '[{"column": "a", "steps": [{"transform": "standard"}, {"transform": "bins", "bins": 6}, {"transform": "minmax"}]}]'),
	('winsor, log1p, standard', '[{"column": "gaps", "steps": [{"transform": "winsor", "low": 0.05, "high": 0.9}, {"transform": "log1p"}, {"transform": "standard"}]}]'),
	('impute, onehot', '[{"column": "plan_gaps", "steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "onehot"}]}]'),
	('constant, ordinal', '[{"column": "plan_gaps", "steps": [{"transform": "impute", "strategy": "constant", "constant": "bb"}, {"transform": "ordinal"}]}]'),
	('impute, target', '[{"column": "plan_gaps", "steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "target", "target": "y"}]}]'),
	('onehot, standard', '[{"column": "plan", "steps": [{"transform": "onehot"}, {"transform": "standard"}]}]'),
	('impute, standard, polynomial', '[{"columns": ["gaps", "b"], "steps": [{"transform": "impute"}, {"transform": "standard"}, {"transform": "polynomial"}]}]'),
	('polynomial, standard', '[{"columns": ["a", "b"], "steps": [{"transform": "polynomial"}, {"transform": "standard"}]}]'),
	('constant, target, standard', '[{"column": "plan_gaps", "steps": [{"transform": "impute", "strategy": "constant", "constant": "bb"}, {"transform": "target", "target": "y", "fold": "fold"}, {"transform": "standard"}]}]');
CREATE FUNCTION recipe_of(spec jsonb, backwards boolean) RETURNS orchard.transform LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT orchard.fit_recipe(t, spec) FROM (SELECT * FROM chain_rows ORDER BY CASE WHEN backwards THEN -i ELSE i END) AS t); END $$;
CREATE TABLE recipes AS SELECT name, recipe_of(spec, false) AS recipe FROM specs;
SELECT g.name, count(*) = 26 * cardinality(orchard.names(recipe)) AND count(*) = cardinality(g.numbers), max(abs(v - g.numbers[(t.i - 1) * cardinality(orchard.names(recipe)) + k])) <= g.tolerance
FROM golden AS g JOIN recipes USING (name), chain_rows AS t, unnest(orchard.apply(recipe, t)) WITH ORDINALITY AS u (v, k)
WHERE t.i <= 26 GROUP BY g.name, g.tolerance, g.numbers, orchard.names(recipe) ORDER BY g.name;
-- Rows that the encoding was learnt from get that of the other folds, and the scaler has learnt from these.
SELECT max(abs(v - g.numbers[t.i])) <= g.tolerance
FROM golden AS g, recipes AS r, chain_rows AS t, unnest(orchard.apply(recipe, t, fold)) AS v
WHERE g.name = 'constant, target, standard in fold' AND r.name = 'constant, target, standard' AND t.i <= 26 GROUP BY g.tolerance;
SELECT name, orchard.names(recipe) FROM recipes WHERE name IN ('indicator, standard', 'onehot, standard', 'polynomial, standard') ORDER BY name;

-- A chain is a value: its text says it all.
SELECT bool_and(recipe::text::orchard.transform::text = recipe::text), bool_and(orchard.apply(recipe::text::orchard.transform, t) = orchard.apply(recipe, t)) FROM recipes, chain_rows AS t;
-- In another order of the rows and in parallel plans it is the same.
CREATE FUNCTION far(a float8[], b float8[]) RETURNS float8 LANGUAGE sql AS $$ SELECT coalesce(max(abs(x - y)), 0) FROM unnest(a, b) AS u (x, y) $$;
SELECT count(*), max(far(orchard.apply(r.recipe, t), orchard.apply(b.recipe, t))) < 1e-12
FROM recipes AS r JOIN (SELECT name, recipe_of(spec, true) AS recipe FROM specs) AS b USING (name), chain_rows AS t;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Partial Aggregate|Gather' THEN RETURN NEXT trim(line); END IF;
	END LOOP;
END $$;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT jsonb_agg(s) AS every FROM specs, jsonb_array_elements(spec) AS s \gset
SELECT orchard.fit_recipe(t, :'every') AS alone FROM (SELECT * FROM chain_rows OFFSET 0) AS t \gset
SELECT plan_of(format('SELECT orchard.fit_recipe(t, %L) FROM chain_rows AS t', :'every'));
SELECT orchard.fit_recipe(t, :'every') AS together FROM chain_rows AS t \gset
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*), bool_and(orchard.names(:'alone'::orchard.transform) = orchard.names(:'together'::orchard.transform)), max(far(orchard.apply(:'alone'::orchard.transform, t), orchard.apply(:'together'::orchard.transform, t))) < 1e-12 FROM chain_rows AS t;
-- By group, and over a FILTER.
SELECT count(*), bool_and((recipe::text::jsonb #>> '{steps,0,after,0,rows}')::int = n) FROM (
	SELECT orchard.fit_recipe(t, '[{"column": "gaps", "steps": [{"transform": "impute"}, {"transform": "standard"}]}]') FILTER (WHERE i > 20) AS recipe,
		count(*) FILTER (WHERE i > 20) AS n FROM chain_rows AS t GROUP BY plan) AS g;

-- In a model: fitted with it or before, the same.
CREATE TABLE models AS
SELECT orchard.fit(t, 'z', '{"algorithm": "linear_regression", "features": ["b"], "preprocess": [
	{"column": "gaps", "steps": [{"transform": "impute", "strategy": "median"}, {"transform": "standard"}]},
	{"column": "plan_gaps", "steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "onehot", "drop": "first"}]}]}') AS model FROM chain_rows AS t;
SELECT max(abs(orchard.predict(model, t) - g.numbers[t.i])) <= g.tolerance FROM golden AS g, models, chain_rows AS t WHERE g.name = 'model' AND i <= 26 GROUP BY g.tolerance;
SELECT string_agg(term, ', ') FROM models, orchard.coefficients(model);
SELECT feature, contribution IS NOT NULL FROM models, (SELECT gaps, plan_gaps, b FROM chain_rows WHERE i = 1) AS r, orchard.explain(model, r);
SELECT orchard.model_digest(orchard.fit(t, 'z', jsonb_build_object('algorithm', 'linear_regression', 'features', '["b"]'::jsonb, 'preprocess', orchard.recipe(m.model)::text::jsonb))) = orchard.model_digest(m.model)
FROM chain_rows AS t, models AS m GROUP BY m.model;
-- Encodings behind filled gaps are out of fold while the model is trained.
SET client_min_messages = error;
SELECT orchard.recipe(orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 0.1, "features": ["b"], "preprocess": [{"column": "plan_gaps", "steps": [
	{"transform": "impute", "strategy": "constant", "constant": "bb"}, {"transform": "target", "fold": "fold"}, {"transform": "standard"}]}]}')) AS inside FROM chain_rows AS t \gset
RESET client_min_messages;
SELECT count(*), max(far(orchard.apply(recipe, t, fold), orchard.apply(:'inside'::orchard.transform, t, fold))) < 1e-12 FROM recipes, chain_rows AS t WHERE name = 'constant, target, standard';
SELECT rows, features FROM orchard.train('chained', 'chain_rows', 'z', 'gradient_boosting', '{"n_estimators": 3, "features": ["b"], "preprocess": [
	{"columns": ["gaps", "a"], "steps": [{"transform": "impute"}, {"transform": "standard"}, {"transform": "polynomial"}]}]}');
SELECT orchard.drop_model('chained') IS NOT NULL;

-- Gaps of categories alone.
SELECT orchard.fit_impute(plan_gaps, '{"strategy": "mode"}') AS filler FROM chain_rows \gset
SELECT :'filler'::orchard.transform::text = :'filler', orchard.apply_category(:'filler', NULL), orchard.apply_category(:'filler', 'e');
SELECT mode() WITHIN GROUP (ORDER BY plan_gaps) = orchard.apply_category(:'filler', NULL) FROM chain_rows;
SELECT orchard.apply_category(orchard.fit_impute(x, '{"strategy": "mode"}'), NULL) IS NULL, orchard.warnings(orchard.fit_impute(x, '{"strategy": "mode"}')) FROM (VALUES (NULL::text), (NULL)) AS v (x);
SELECT orchard.apply_category(orchard.fit_impute(plan, '{"strategy": "constant", "constant": ""}'), NULL) = '' FROM chain_rows;
-- A column without any value teaches nothing, and what follows has nothing to fill in.
SELECT orchard.apply(orchard.fit_recipe(t, '[{"column": "x", "steps": [{"transform": "impute"}, {"transform": "standard"}]}, {"column": "c", "steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "ordinal"}]}]'),
	(SELECT r FROM (SELECT NULL::float8 AS x, NULL::text AS c) AS r)) FROM (VALUES (NULL::float8, NULL::text)) AS t (x, c);
-- More distinct values than a sample keeps: behind another step all of them count.
SELECT abs((recipe::text::jsonb #>> '{steps,0,after,0,center}')::float8 - 0.5) < 1e-9, (recipe::text::jsonb #>> '{steps,0,relative_error}')::float8
FROM (SELECT orchard.fit_recipe(t, '[{"column": "x", "steps": [{"transform": "minmax"}, {"transform": "standard"}]}]') AS recipe FROM (SELECT i::float8 AS x FROM generate_series(1, 1200000) AS i) AS t) AS f;

-- Mistakes.
CREATE FUNCTION refused(spec jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	PERFORM orchard.fit_recipe(t, spec) FROM chain_rows AS t;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN detail <> '' THEN ' / ' || detail ELSE '' END;
END $$;
SELECT refused(('[{"column": "gaps", ' || o || '}]')::jsonb) FROM unnest(ARRAY[
	'"steps": []', '"steps": "standard"', '"steps": [1]', '"steps": [{"transform": "nothing"}]', '"steps": [{"transform": "standard", "column": "a"}]',
	'"steps": [{"transform": "standard"}], "transform": "standard"', '"steps": [{"transform": "standard", "bins": 3}]', '"steps": [{"transform": "standard"}, {"transform": "onehot"}]',
	'"steps": [{"transform": "standard"}, {"transform": "cyclic", "cycle": "day"}]', '"steps": [{"transform": "impute", "strategy": "constant", "constant": "none"}, {"transform": "standard"}]',
	'"steps": [{"transform": "standard", "after": []}]', '"after": [{"transform": "standard"}], "transform": "standard"']) AS o;
SELECT refused(('[{"column": "plan_gaps", ' || o || '}]')::jsonb) FROM unnest(ARRAY[
	'"transform": "impute", "strategy": "mode"', '"steps": [{"transform": "impute"}, {"transform": "onehot"}]', '"steps": [{"transform": "impute", "strategy": "mode", "indicator": true}, {"transform": "onehot"}]',
	'"steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "standard"}]', '"steps": [{"transform": "impute", "strategy": "constant"}, {"transform": "onehot"}]',
	'"steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "target"}]', '"steps": [{"transform": "impute", "strategy": "mode"}, {"transform": "impute", "strategy": "mode"}, {"transform": "onehot"}]',
	'"steps": [{"transform": "onehot"}, {"transform": "ordinal"}]']) AS o;
SELECT refused('[{"columns": ["a", "b"], "steps": [{"transform": "standard"}, {"transform": "polynomial"}, {"transform": "standard"}]}]');
SELECT refused('[{"columns": ["a", "b"], "steps": [{"transform": "polynomial"}, {"transform": "polynomial"}]}]');
SELECT refused('[{"columns": ["a", "b"], "steps": [{"transform": "impute", "indicator": true}, {"transform": "polynomial"}]}]');
SELECT refused(jsonb_build_array(jsonb_build_object('column', 'a', 'steps', (SELECT jsonb_agg('{"transform": "standard"}'::jsonb) FROM generate_series(1, 16)))));
SELECT refused('[{"column": "a", "steps": [{"transform": "hash"}, {"transform": "standard"}]}]');
\set VERBOSITY terse
SELECT '{"transform": "log1p", "after": [{"transform": "ordinal"}], "input": "number", "rows": 1, "missing": 0}'::orchard.transform;
SELECT '{"transform": "log1p", "after": [], "input": "number", "rows": 1, "missing": 0}'::orchard.transform;
SELECT '{"transform": "log1p", "after": 1, "input": "number", "rows": 1, "missing": 0}'::orchard.transform;
SELECT replace(repeat('{"transform": "log1p", "input": "number", "rows": 1, "missing": 0, "after": [', 40) || '{"transform": "log1p", "input": "number", "rows": 1, "missing": 0}' || repeat(']}', 40), '@', '')::orchard.transform;
SELECT orchard.apply(:'filler'::orchard.transform, 'a'::text);
SELECT orchard.apply_category(orchard.fit_standard(a), 'a') FROM chain_rows;
DROP TABLE chain_rows, golden, specs, recipes, models;
DROP FUNCTION recipe_of, far, plan_of, refused;

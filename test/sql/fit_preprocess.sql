-- Models with preprocessing: a recipe inside the model, against scikit-learn's pipelines.
\pset format unaligned
\pset tuples_only on
CREATE TABLE prep_rows AS
SELECT i, (i * 37 % 41) * 0.75 - 7::float8 AS a, CASE WHEN i % 13 <> 0 THEN (i * 37 % 41) * 0.75::float8 - 7 END AS gaps,
       (i * 29 % 17) * 0.5::float8 - 2 AS b, substr('abcde', (i * i + i / 7) % 5 + 1, 1) AS plan, i * 11 % 4 AS fold
FROM generate_series(1, 120) AS i;
ALTER TABLE prep_rows ALTER a TYPE float8, ADD y float8, ADD c boolean, ADD at timestamptz;
UPDATE prep_rows SET y = 3 * b - 0.2 * a * b + CASE plan WHEN 'c' THEN 1.5 WHEN 'e' THEN -0.75 ELSE 0 END + (i * 53 % 23) * 0.1,
       at = '2024-01-01 00:00+00'::timestamptz + i * interval '7 hours';
UPDATE prep_rows SET c = y + (i * 31 % 19) * 0.3 > 8;
-- The predictions of test/golden/preprocess_sql.py.
CREATE TABLE golden (name text PRIMARY KEY, tolerance float8, predictions float8[]);
-- scikit-learn 1.9.1, numpy 2.4.6, pandas 3.1.1
INSERT INTO golden VALUES
	('linear', 1e-09, '{-3.6358089788663466,-0.3188364330035951,0.5313091013581988,4.189775142012946,4.1788307529897075,1.0165183745008142,15.72322043597819,11.69981813410427,6.056428366880823,-5.537588958494711,-3.437180237276299,-0.2817045730943355,1.9626676667315945,3.7522970731434175,5.77159371255307,1.9497256345725804,-3.601592749519377,12.575392714872496,6.272447248157453,-1.7599485246690558,-6.927350708128907,0.39726816717483127,2.6180990304779193,2.421217111574048,4.388479710064857,2.707864139190539,-0.7377425349879174,13.43245079000308,7.70538514699674,-1.67110730328606,-7.880158252455027,-1.8996360546075777,1.0065374731661558,0.8383623308661794,4.222284725139298,3.1160003400623473,-1.5626915328991182,13.395906972433826,9.68988788596945,0.9550968446234231,27.435671165107028,-2.979621258827334,0.611894933417048,2.5834236603119103,3.8794723468485963,4.989911150358427,0.14972239571616774,14.499127421519647,10.19950965230738,4.223141872892814,-7.594390623911897,-3.534357339966044,0.04063500030279732,1.3526080277060615,4.915742122791661,3.175022748211846,2.5039772046913624,16.244188750965378,10.543711759444044,4.515309939110628,-5.87950318783394,-4.113744299763363,-0.5491414384490976,1.3387114126628692,2.9747282989907973,3.897497272591752,1.8823550516149785,-3.2071358394355074,12.02767813323578,6.024397022891096,-3.0775517810100754,-7.6800639555571575,-2.0325197699008286,1.148197404254534,2.1480461763189624,3.783132449124602,2.4776519161012507,-1.20533160152732,14.153485387387423,7.356866713306422,0.4716410979920316,25.27433904232227,-2.376133834697487,0.9391668902085542,2.577717604912294,3.650251120019805,2.89633138722238,-0.822474174886811,13.303415679487493,10.068418557955516,1.0628485697552852,28.009339776003376,-2.077907019134233,-0.1634655165372625,1.4230511572476288,2.623767898215169,4.694093012577277,0.2630314550673216,13.670264989150215,9.091171190161948,2.7297913576374118,-7.281015282163585,-4.755557165622562,0.578164431523422,1.4853037271456193,2.684348647156446,2.8030554254895126,0.45493519232161683,13.860496905447794,10.651286748894869,4.290708602876287,-5.010436348971284,-6.216288294548233,0.5526390836411621,1.3709389036784674,3.4921708682759616,4.163527949332202,1.7866031962309874,-2.8937604976871936,12.853243187987696}'),
	('ridge', 1e-09, '{1.085198759994861,-2.820927403652015,-5.418409578332507,6.196313824982788,4.1859988866679085,1.0013494756218067,11.894596126336328,9.297113951655835,7.333482643384347,3.5149823659292423,2.765829147777401,-0.4655038933120923,-3.0629860679925853,6.539282189894304,5.279462038084837,1.344317840533322,-1.1365204140507599,9.16955900029815,6.455432905521249,5.1956127537117816,0.6957793410443274,0.6279592581048354,-1.969522916575655,5.806894406032255,4.40141230022174,0.6119300566712726,0.5441099737317807,9.512527365209666,7.618856346991196,3.1255629469787083,3.0512028513842493,-0.2500904797582626,-2.8475726544387534,-4.741243672657224,5.564835741691685,2.380186330645583,-1.525939833001293,8.780139581347616,7.491301395633511,5.480986457318631,15.199898635301928,0.9133329617116841,-1.6841492129688076,-3.6477805212402954,5.437280790334,4.060816718428123,0.8294836773386285,11.135563091687537,7.834269760545026,6.574449608735558,2.6393054111840444,0.7857780103539991,-1.8117041643264917,-4.525830259103394,7.11791117811654,1.9907669116950497,1.9229468287555576,12.229026243104467,7.101881976682977,5.696399870872462,1.9069176273219948,2.4664083981365383,-1.4687357994149766,-3.3624068176334463,5.0478613713834655,4.346190422034971,1.0448970908924595,-1.5525850837880313,9.4573054870229,6.859823312342408,3.675173901296305,0.39635859140346463,-2.2011235832770266,-3.4899617689911313,7.403284881723388,4.218635470677286,2.208320532362406,-0.38916164231808503,10.550768638439827,6.7322683609847225,5.355804289078844,15.028032837018753,0.15429992706289575,-3.146993404079616,-4.406813555889085,4.561603835588802,2.0807655810047208,-0.5167165936757705,9.67271890057673,8.412898748767262,3.2857544823457716,16.12149598843568,1.2477630784798248,-3.8793811879416653,-5.2848632937521804,3.829216051726752,3.7613959687872605,-0.1737482287642549,10.836142342046674,6.342848942034189,5.641177992685694,2.3398846615431816,0.36971334061672634,-1.5239576776017438,-4.121439852282235,5.597472325701062,1.6913461620541872,-0.9061360126263036,10.70858739068899,8.69827245237411,5.5136230413280085,3.5033081030131283,1.533136782086673,-0.43049452618481565,-4.24899480363992,7.2781027134836025,4.046769672394109,1.4492874977136179,-1.852005833428894,9.79173560379104}'),
	('logistic', 1e-05, '{0.08556793163875817,0.01885966106860386,0.004049910121973764,0.500523859866442,0.17722797102851903,0.04532463615785685,0.9230137214647464,0.7392105151793091,0.4281993877432464,0.17151496716399006,0.11113987708955242,0.025372580960657583,0.0054660857122112464,0.5690466479049321,0.2226935266838874,0.05845463740518207,0.013737403496280083,0.784940149762696,0.48185582012047773,0.20443119824533643,0.14007125602465467,0.033729690532241924,0.007301744712232992,0.632816854566654,0.2732023834013783,0.07447307606488646,0.017938379817644207,0.8241377932253626,0.5390714384516332,0.23750808784696245,0.18109523500031588,0.04411667140757449,0.009613881611660099,0.0020559085073162593,0.3324538847783305,0.09783005636190405,0.022854064602034627,0.8568360990650946,0.597264321072807,0.2827894907037991,0.9920670956926732,0.05801916081537042,0.012766718012475052,0.0027464703496895104,0.3985764471188386,0.12542289194512957,0.030302920498880528,0.8880048202730249,0.6518691567416505,0.3312145483826393,0.11980738164793711,0.07623683675050717,0.01700396965308528,0.0036176183735219937,0.4681092898273205,0.15612553957315495,0.0397352506902824,0.912463611552326,0.7025250566085512,0.380811756813851,0.1423226922489405,0.099357471395361,0.022393041253405944,0.0048087511104612304,0.532659616480184,0.1992764739212642,0.051299686953118685,0.011844179596551,0.7562538202692808,0.4361282397309617,0.1739278876731731,0.12569605821385085,0.029161621845875015,0.006415828044410394,0.6061003762233045,0.24863989177551465,0.06662108812286012,0.015491034539477025,0.8021157279265956,0.4951460886506133,0.20792582485145142,0.9879973494555455,0.03913911920843504,0.008470421525321539,0.001818026531296013,0.3034912983285881,0.08647069091383165,0.0203420813825556,0.839689223974215,0.5551661665276231,0.2423199793818204,0.9903344068443589,0.05185080384363178,0.011068757627466804,0.002395390483715013,0.36238179061852205,0.1113495797470442,0.026435336780086305,0.8725737636014412,0.6096533947194731,0.28936059261863234,0.10032544694114696,0.06750409041014216,0.014938757580927102,0.003185380459296432,0.43516058722539874,0.13926127882598816,0.03399627696450902,0.9000478856203218,0.6723325952892695,0.3394687329447205,0.12171805510587597,0.08819017709802224,0.019937919887174426,0.004252247626801957,0.5060353268144034,0.1788587975304129,0.04507583518857686,0.0102874959017012,0.7283119576822596}'),
	('out_of_fold', 1e-05, '{0.08497151029311982,0.01920552472813557,0.004127679192881188,0.498662176520665,0.17703373124871813,0.0450534216203705,0.922894043088561,0.7390018215848306,0.42616975595553036,0.17075580620230044,0.11014899299995508,0.02533156119666499,0.0054601790384938564,0.5688665829303832,0.22108891950467927,0.0584780221565057,0.01365873159480659,0.7837988550215744,0.48203232686244063,0.2031666317250273,0.14221846447839512,0.03341758434943841,0.007236461839438061,0.6369684398935644,0.273147021463504,0.07579803865948695,0.01779360404058577,0.8241317461088186,0.5388908574219109,0.2411439278261624,0.1807289912107883,0.04409127450947313,0.009613592457692548,0.002054359781001368,0.33207677238669336,0.0972441786339704,0.023294243329634035,0.8591022779387615,0.5957248493223906,0.2827428726659462,0.992014631737723,0.0579087765710579,0.012748456414429616,0.002722703806975576,0.39681413254009673,0.12443008847285798,0.030283508872290452,0.8878462414587606,0.6519385816845351,0.32939957399124936,0.11997323768505641,0.0756979143644056,0.016885597558721318,0.0036187038146461544,0.46567451428202644,0.15860499658781074,0.039407531833271225,0.9116972047248386,0.706468336827864,0.3809995648534818,0.1448062273557924,0.09845727204219148,0.02238445122543904,0.004803400307797495,0.5371375415135177,0.19903912913278554,0.05131871569281999,0.01185560616115302,0.7560231439612611,0.43597152735976485,0.1731335418803855,0.12765220546796618,0.02968285040175744,0.006372782398165335,0.6055782173130377,0.24730731854147917,0.06655701291477893,0.015484213829268073,0.8006487588816171,0.49356962873113075,0.20661482052546884,0.9879852531882976,0.03906652405422608,0.008469903229528793,0.0018024407054465627,0.3033996721743642,0.08594374100482367,0.020220736928973356,0.8396615834382023,0.5530062804260847,0.24597150889810815,0.9902479061840597,0.051366696398507265,0.011274036232296015,0.0023963239544928135,0.36660001095121386,0.11045085339615617,0.026450879395952413,0.8723924714695169,0.6141728139933077,0.2892757021919179,0.10046299211155278,0.06744910854655835,0.014915205281234653,0.0031821140171325144,0.4333152628337216,0.14151382955493688,0.0346340355472468,0.899390154042241,0.6720766559629455,0.3381059938852176,0.12172728607109866,0.0880059944012593,0.019751954353214387,0.0042240326592028485,0.5035516470771373,0.17863554872950577,0.04503532971861834,0.010297080134684528,0.7265022050326463}'),
	('tree', 1e-09, '{-4.853125000000001,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,14.584999999999999,6.492613636363637,6.492613636363637,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,2.9549999999999987,6.492613636363637,-0.2797619047619043,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,2.9549999999999987,6.492613636363637,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,-7.800000000000004,-0.9312500000000004,-0.2797619047619043,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,26.96666666666667,-0.9312500000000004,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,14.584999999999999,6.492613636363637,-0.2797619047619043,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,14.584999999999999,6.492613636363637,6.492613636363637,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,2.9549999999999987,6.492613636363637,-0.2797619047619043,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,2.9549999999999987,6.492613636363637,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,26.96666666666667,-0.9312500000000004,-0.2797619047619043,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,26.96666666666667,-0.9312500000000004,-0.9312500000000004,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,14.584999999999999,6.492613636363637,-0.2797619047619043,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,6.492613636363637,6.492613636363637,-0.2797619047619043,14.584999999999999,6.492613636363637,6.492613636363637,-0.2797619047619043,-4.853125000000001,-0.9312500000000004,-0.2797619047619043,2.9549999999999987,6.492613636363637,-0.2797619047619043,-0.2797619047619043,6.492613636363637}');
CREATE TABLE models (name text PRIMARY KEY, model orchard.model);
SET client_min_messages = error;
INSERT INTO models
SELECT 'linear', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["i", "c", "fold", "at"], "preprocess": [
	{"column": "gaps", "transform": "impute", "strategy": "median", "indicator": true},
	{"columns": ["a", "b"], "transform": "polynomial", "interaction_only": true},
	{"column": "plan", "transform": "onehot", "drop": "first"}]}') FROM prep_rows AS t
UNION ALL
SELECT 'ridge', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.05, "standardize": false, "exclude": ["i", "c", "fold", "gaps", "at"], "preprocess": [
	{"columns": ["a", "b"], "transform": "standard"}, {"column": "plan", "transform": "onehot"}]}') FROM prep_rows AS t
UNION ALL
SELECT 'logistic', orchard.fit(t, 'c', '{"algorithm": "logistic_regression", "l2": 0.02, "standardize": false, "tol": 1e-12, "features": ["b"], "preprocess": [
	{"column": "a", "transform": "power"}, {"column": "plan", "transform": "target"}]}') FROM prep_rows AS t
UNION ALL
SELECT 'out_of_fold', orchard.fit(t, 'c', '{"algorithm": "logistic_regression", "l2": 0.02, "standardize": false, "tol": 1e-12, "features": ["b"], "preprocess": [
	{"column": "a", "transform": "power"}, {"column": "plan", "transform": "target", "fold": "fold"}]}') FROM prep_rows AS t
UNION ALL
SELECT 'tree', orchard.fit(t, 'y', '{"algorithm": "decision_tree", "max_depth": 3, "min_samples_leaf": 1, "features": ["b"], "preprocess": [
	{"column": "a", "transform": "bins", "bins": 6, "strategy": "uniform"}, {"column": "plan", "transform": "onehot"}]}') FROM prep_rows AS t;
RESET client_min_messages;
SELECT g.name, count(*), max(abs(p - g.predictions[t.i])) <= g.tolerance
FROM golden AS g JOIN models USING (name), prep_rows AS t, orchard.predict(model, t) AS p GROUP BY g.name, g.tolerance ORDER BY g.name;

-- The same recipe, fitted before and given as it is: the same model.
CREATE TABLE recipes AS
SELECT orchard.fit_recipe(t, '[{"column": "a", "transform": "power"}, {"column": "plan", "transform": "target", "target": "c", "fold": "fold"}]') AS recipe
FROM prep_rows AS t;
SELECT orchard.model_digest(orchard.fit(t, 'c', jsonb_build_object('algorithm', 'logistic_regression', 'l2', 0.02, 'standardize', false, 'tol', 1e-12,
	'features', '["b"]'::jsonb, 'preprocess', (SELECT recipe::text::jsonb FROM recipes))))
	= (SELECT orchard.model_digest(model) FROM models WHERE name = 'out_of_fold')
FROM prep_rows AS t;
-- What is in the model is the recipe.
SELECT orchard.recipe(model)::text = recipe::text FROM models, recipes WHERE name = 'out_of_fold';
SELECT orchard.recipe(orchard.fit(t, 'c', '{"features": ["b"], "n_estimators": 1}')) IS NULL FROM prep_rows AS t;
-- Trained on encodings of the other folds, scored with those of all rows, as by hand.
WITH by_hand AS MATERIALIZED (
	SELECT orchard.fit(e, 'c', '{"algorithm": "logistic_regression", "l2": 0.02, "standardize": false, "tol": 1e-12}') AS model
	FROM (SELECT orchard.apply((SELECT recipe FROM recipes), t, fold) AS x, b, c FROM prep_rows AS t) AS e)
SELECT max(abs(orchard.predict(m.model, t) - orchard.predict(h.model, e))) < 1e-12
FROM by_hand AS h, models AS m, prep_rows AS t, LATERAL (SELECT orchard.apply((SELECT recipe FROM recipes), t) AS x, b) AS e
WHERE m.name = 'out_of_fold';

-- Every way to hand over a row: by name, one by one, as literals, as JSON, by registry name.
CREATE TABLE mixed AS
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.01, "missing_indicator": true, "features": ["plan"], "preprocess": [
	{"column": "at", "transform": "cyclic", "cycle": "week", "time_zone": "Asia/Tokyo"},
	{"columns": ["a", "gaps"], "transform": "polynomial"},
	{"columns": ["gaps", "b"], "transform": "standard"}, {"column": "a", "transform": "pass"}]}') AS model FROM prep_rows AS t;
SELECT * FROM orchard.features((SELECT model FROM mixed));
SELECT term, feature FROM orchard.coefficients((SELECT model FROM mixed));
SELECT orchard.register('mixed', model) FROM mixed;
SELECT count(*), max(abs(p - one_by_one)) = 0, max(abs(p - json)) < 1e-12, max(abs(p - named)) = 0, max(abs(p - turned)) = 0, max(abs(p - prepared)) = 0
FROM prep_rows AS t, mixed, orchard.predict(model, t) AS p, orchard.predict(model, at, a, gaps, b, plan) AS one_by_one,
	orchard.predict_values(model, jsonb_build_object('plan', plan, 'gaps', gaps, 'a', a, 'b', b, 'at', at)) AS json,
	orchard.predict('mixed', t) AS named,
	LATERAL (SELECT orchard.predict(model, r) AS turned FROM (SELECT plan::varchar, b::numeric, gaps, a, at, 1 AS other) AS r) AS r,
	LATERAL (SELECT orchard.predict('mixed@1', at, a, gaps, b, plan) AS prepared) AS q;
SELECT abs(orchard.predict(model, '2024-01-01 07:00+00', '2.5', NULL, '0.5', 'b') -
	orchard.predict(model, '2024-01-01 07:00+00'::timestamptz, 2.5, NULL::float8, 0.5, 'b'::text)) < 1e-12 FROM mixed;
-- NULL is missing: the mean, and the indicator of the output that it makes NULL.
SELECT e.feature, e.value FROM mixed, prep_rows AS t, orchard.explain(model, t) AS e WHERE t.i = 13;
-- Contributions are those of columns, and sum to the score; columns that a polynomial mixes have one together.
SELECT max(abs(total - orchard.predict(model, t))) < 1e-9
FROM mixed, prep_rows AS t, LATERAL (SELECT sum(contribution) AS total FROM orchard.explain(model, t)) AS e;
SELECT e.feature, e.value, abs(e.contribution - o.value) < 1e-9 FROM models AS m, (SELECT * FROM prep_rows WHERE i = 5) AS t, orchard.explain(m.model, t) AS e
LEFT JOIN LATERAL (SELECT sum(c.estimate * (x - f.mean)) AS value FROM orchard.coefficients(m.model) AS c,
	unnest(orchard.names(orchard.recipe(m.model)), orchard.apply(orchard.recipe(m.model), t)) WITH ORDINALITY AS u(n, x, place),
	LATERAL (SELECT avg((orchard.apply(orchard.recipe(m.model), r))[u.place]) AS mean FROM prep_rows AS r) AS f
	WHERE c.term = u.n AND split_part(u.n, '=', 1) = e.feature) AS o ON true
WHERE m.name = 'ridge';
SELECT max(abs(ln(p / (1 - p)) - s)) < 1e-9 FROM (
	SELECT orchard.fit(t, 'c', '{"n_estimators": 5, "features": ["b"], "preprocess": [{"column": "plan", "transform": "target", "fold": "fold"}, {"column": "gaps", "transform": "pass"}]}') AS model
	FROM prep_rows AS t) AS m, prep_rows AS t, orchard.predict(m.model, t) AS p, LATERAL (SELECT sum(contribution) AS s FROM orchard.explain(m.model, t)) AS e;
-- predict_interval with a missing indicator; evaluate; check_columns.
WITH m AS MATERIALIZED (
	SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "missing_indicator": true, "features": [], "preprocess": [{"columns": ["gaps", "b"], "transform": "minmax"}]}') AS model
	FROM prep_rows AS t),
by_hand AS MATERIALIZED (
	SELECT orchard.fit(e, 'y', '{"algorithm": "linear_regression", "missing_indicator": true}') AS model
	FROM (SELECT y, (gaps + 7) / 30 AS gaps, (b + 2) / 8 AS b FROM prep_rows) AS e)
SELECT max(abs(v.prediction - w.prediction) + abs(v.mean_low - w.mean_low) + abs(v.observation_high - w.observation_high)) < 1e-9
FROM m, by_hand AS h, prep_rows AS t, orchard.predict_interval(m.model, 0.9, t) AS v,
	LATERAL (SELECT (gaps + 7) / 30 AS gaps, (b + 2) / 8 AS b) AS e, orchard.predict_interval(h.model, 0.9, e) AS w;
SELECT metric, abs(value - sqrt((SELECT avg((t.y - orchard.predict('mixed', t)) ^ 2) FROM prep_rows AS t))) < 1e-9
FROM orchard.evaluate((SELECT model FROM mixed), 'prep_rows') WHERE metric = 'rmse';
CREATE TABLE other (at date, a text, b float8, gaps numeric);
SELECT * FROM orchard.check_columns((SELECT model FROM mixed), 'other');
SELECT orchard.predict(model, o) FROM mixed, (SELECT a, b, plan, at FROM prep_rows LIMIT 1) AS o;
SELECT orchard.predict(model, o) FROM mixed, (SELECT a, b, plan, gaps::text, at FROM prep_rows LIMIT 1) AS o;
SELECT orchard.predict(model, ARRAY[1.0, 2.0]::float8[]) FROM mixed;
SELECT orchard.predict(model, 1, 2) FROM mixed;

-- Parallel plans, groups and another order of the rows give the same recipe and model.
CREATE FUNCTION digest_of(options jsonb) RETURNS text LANGUAGE sql AS
$$ SELECT orchard.model_digest(orchard.fit(t, 'c', options)) FROM prep_rows AS t $$;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Partial Aggregate|Gather' THEN RETURN NEXT trim(line); END IF;
	END LOOP;
END $$;
\set boosted '{"n_estimators": 5, "features": ["b", "gaps"], "preprocess": [{"column": "plan", "transform": "target", "fold": "fold"}, {"column": "a", "transform": "quantile", "quantiles": 7}]}'
SELECT orchard.fit(t, 'c', :'boosted') AS model FROM prep_rows AS t \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SELECT plan_of(format('SELECT orchard.fit(t, ''c'', %L) FROM prep_rows AS t', :'boosted'));
SELECT orchard.model_digest(orchard.fit(t, 'c', :'boosted')) = orchard.model_digest(:'model'::orchard.model) FROM prep_rows AS t;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather; RESET parallel_leader_participation;
SELECT orchard.model_digest(orchard.fit(t, 'c', :'boosted' ORDER BY t.i DESC)) = orchard.model_digest(:'model'::orchard.model) FROM prep_rows AS t;
SELECT count(*), count(DISTINCT orchard.model_digest(m)) FROM (SELECT orchard.fit(t, 'c', :'boosted') AS m FROM prep_rows AS t GROUP BY i % 3) AS g;

-- train(): from rows and, with a fitted recipe, from columns; held-out rows are no part of the recipe.
SELECT rows, features FROM orchard.train('trained', 'prep_rows', 'c', 'gradient_boosting', :'boosted');
SELECT orchard.model_digest(model) = orchard.model_digest(:'model'::orchard.model) FROM orchard.registry_version WHERE version = 1 AND name = 'trained';
SELECT rows, features FROM orchard.train('held', 'SELECT *, i > 90 AS test FROM prep_rows', 'y', 'linear_regression',
	'{"features": ["b"], "validation": "test", "l2": 0.1, "preprocess": [{"column": "a", "transform": "standard"}, {"column": "plan", "transform": "onehot"}]}');
SELECT (orchard.recipe(model)::text::jsonb -> 'steps' -> 0 ->> 'rows')::int,
	orchard.recipe(model)::text = (SELECT orchard.fit_recipe(t, '[{"column": "a", "transform": "standard"}, {"column": "plan", "transform": "onehot"}]')::text FROM prep_rows AS t WHERE i <= 90)
FROM orchard.registry_version WHERE version = 1 AND name = 'held';
SELECT (metrics ->> 'validation.rows')::int FROM orchard.train('held', 'SELECT *, i > 90 AS test FROM prep_rows', 'c', 'gradient_boosting',
	'{"features": ["b"], "n_estimators": 50, "early_stopping_rounds": 3, "validation": "test", "preprocess": [{"column": "plan", "transform": "target", "fold": "fold"}]}');

-- States take a recipe that is fitted.
SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "features": [], "preprocess": [{"column": "a", "transform": "standard"}]}') FROM prep_rows AS t;
SELECT orchard.model_digest(orchard.finish(s.merged)) = orchard.model_digest(w.model) FROM (
	SELECT orchard.merge(s) AS merged FROM (SELECT orchard.fit_state(t, 'y', jsonb_build_object('algorithm', 'linear_regression', 'features', '["b"]'::jsonb, 'preprocess',
		(SELECT orchard.fit_recipe(r, '[{"column": "a", "transform": "minmax"}]')::text::jsonb FROM prep_rows AS r))) AS s FROM prep_rows AS t GROUP BY i % 4) AS g) AS s,
	(SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["b"], "preprocess": [{"column": "a", "transform": "minmax"}]}') AS model FROM prep_rows AS t) AS w;

-- A model with a recipe is a value like any other.
SELECT orchard.model_digest(model::text::orchard.model) = orchard.model_digest(model) FROM mixed;
-- Outputs of one name are numbered; warnings of the recipe are the model's.
SELECT string_agg(term, ', ') FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["plan"], "preprocess": [
	{"column": "a", "transform": "standard"}, {"column": "a", "transform": "signed_log"}, {"column": "b", "transform": "target"}]}') AS m
	FROM (SELECT a, b::text, y, plan FROM prep_rows) AS t) AS x, orchard.coefficients(m);
-- So they are past the name of a column, and thousands of them in no time.
SELECT string_agg(term, ', ') FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["a_3"], "preprocess": [
	{"column": "a", "transform": "standard"}, {"column": "a", "transform": "signed_log"}, {"column": "b", "transform": "standard"}, {"column": "a", "transform": "minmax"}]}') AS m
	FROM (SELECT a, b, i % 11 AS a_3, y FROM prep_rows) AS t) AS x, orchard.coefficients(m);
SELECT count(*), count(DISTINCT feature), count(*) FILTER (WHERE feature IN ('a', 'a_2999')) FROM (SELECT orchard.fit(t, 'y', jsonb_build_object('algorithm', 'decision_tree', 'max_depth', 1, 'preprocess',
	(SELECT jsonb_agg(jsonb_build_object('column', 'a', 'transform', 'standard')) FROM generate_series(1, 2999)), 'features', '[]'::jsonb)) AS m
	FROM (SELECT a, y FROM prep_rows) AS t) AS x, orchard.importance(m);
SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 1, "features": [], "preprocess": [{"column": "plan", "transform": "onehot", "min_count": 25}]}')) -> 'warnings' FROM prep_rows AS t;
-- A category that the recipe refuses, and numbers that it cannot turn into features.
SELECT orchard.predict(m, r) FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 1, "features": [], "preprocess": [{"column": "plan", "transform": "onehot", "unknown": "error"}]}') AS m FROM prep_rows AS t) AS x,
	(SELECT 'never' AS plan) AS r;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": [], "preprocess": [{"column": "a", "transform": "log1p"}]}') FROM prep_rows AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": [], "preprocess": [{"column": "a", "transform": "standard"}]}') FROM (SELECT y, 'Infinity'::float8 AS a FROM prep_rows) AS t;

-- Mistakes.
\set VERBOSITY terse
CREATE FUNCTION refused(options jsonb, target text DEFAULT 'y') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM orchard.fit(t, target, options) FROM prep_rows AS t;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT refused(('{"algorithm": "linear_regression", ' || o || '}')::jsonb) FROM unnest(ARRAY[
	'"preprocess": "standard"', '"preprocess": []', '"preprocess": [1]', '"preprocess": [{"column": "a", "transform": "nothing"}]',
	'"preprocess": [{"column": "a", "transform": "standard", "bins": 3}]', '"preprocess": {"transform": "log1p"}', '"preprocess": null',
	'"preprocess": [{"column": "nowhere", "transform": "standard"}]', '"preprocess": [{"column": "plan", "transform": "standard"}]',
	'"preprocess": [{"column": "a", "transform": "onehot"}]', '"preprocess": [{"column": "y", "transform": "standard"}]',
	'"weight": "i", "preprocess": [{"column": "i", "transform": "standard"}]', '"exclude": ["a"], "preprocess": [{"column": "a", "transform": "standard"}]',
	'"preprocess": [{"column": "plan", "transform": "target", "target": "c"}]', '"preprocess": [{"column": "plan", "transform": "target", "fold": "b"}]',
	'"preprocess": [{"column": "plan", "transform": "target", "fold": "nowhere"}]', '"preprocess": [{"column": "plan", "transform": "woe"}]',
	'"features": ["i"], "preprocess": [{"column": "plan", "transform": "target", "fold": "i"}, {"column": "i", "transform": "pass"}]']) AS o;
SELECT refused(jsonb_build_object('algorithm', 'linear_regression', 'preprocess', (SELECT jsonb_agg(jsonb_build_object('column', 'a', 'transform', 'standard')) FROM generate_series(1, 16385))));
SELECT refused('{"algorithm": "isolation_forest", "preprocess": [{"column": "plan", "transform": "target"}]}', NULL);
SELECT refused(jsonb_build_object('algorithm', 'linear_regression', 'preprocess', orchard.fit_standard(a)::text::jsonb)) FROM prep_rows;

SELECT orchard.drop_model(name) IS NOT NULL FROM unnest(ARRAY['mixed', 'trained', 'held']) AS name;
DROP TABLE prep_rows, golden, models, recipes, mixed, other;
DROP FUNCTION digest_of, plan_of, refused;

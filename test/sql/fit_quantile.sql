-- Quantile regression.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_quantile;
SET search_path = fit_quantile;
SET client_min_messages = error;

CREATE TABLE ground AS
SELECT i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31) / 8.0::float8 AS z, 'j' || i % 4 AS c, i % 3 + 1 AS w,
	((i * 53) % 31 + (i * 37) % 101 - 3 * (i % 4) + (i * 29) % 17 + CASE WHEN (i * 7919) % 11 = 0 THEN 500 ELSE 0 END)::float8 AS y
FROM generate_series(1, 600) AS i;
-- Engel's food expenditures of Belgian households, 1857, as statsmodels ships them.
CREATE TABLE engel (income float8, foodexp float8);
INSERT INTO engel VALUES
	(420.157650843928, 255.839424594576), (541.411706721205, 310.958667059145), (901.157456651663, 485.680014171085), (639.08022868883, 402.997355544163), (750.875605828476, 495.560774933776), (945.7989310482, 633.797815132393), (829.397886847186, 630.756567705217), (979.164835837914, 700.440904266032), (1309.87894037831, 830.95862150535), (1492.39874437426, 815.360217290461), (502.838980218067, 338.001387329587), (616.71684724229, 412.361338428638), (790.922511291545, 520.000617981121), (555.878641643074, 452.401472907332), (713.44118368415, 512.720057836885), (838.756132722629, 658.839530303595), (535.076645900387, 392.599496749012), (596.440805359932, 443.558633799595), (924.561896582212, 640.11637771341), (487.758301817955, 333.839386975747), (692.639734238467, 466.958318528848), (997.876977824175, 543.396904263231), (506.999491179525, 317.719843756484), (654.158711401758, 424.320896352573), (933.919270183382, 518.961656053407), (433.681329252018, 338.001387329587), (587.596213341684, 419.641174631375), (896.474635643808, 476.320048933563), (454.478223782524, 386.36016331012), (584.998919370362, 423.278349805554), (800.799016617394, 503.35717119023), (502.436869899465, 354.638868545299), (713.519666530832, 497.31816882899), (906.000628725279, 588.519463958722), (880.596923786325, 654.597144597117), (796.828919368547, 550.727427597965), (854.87905261442, 528.376976714303), (1167.37159427026, 640.481348055373), (523.800035579844, 401.320355546637), (670.779185433114, 435.999021900918), (377.058368850099, 276.560609645838), (851.543001748297, 588.348818059025), (1121.09369365137, 664.19780220393), (625.517933400268, 444.860166410776), (805.537696174017, 462.899514863823), (558.581201465033, 377.779238546012), (884.400487319312, 553.15043561635), (1257.49886576834, 810.896154761447), (2051.17894099901, 1067.95405614074), (1466.33299214604, 1049.87879168732), (730.098896774438, 522.701209676143), (800.799016617394, 572.080662617684), (1245.69638760971, 907.396944580766), (1201.00021368196, 811.57759369573), (634.400209148622, 427.797520201042), (956.231463138833, 649.998464123521), (1148.60104702955, 860.600154559902), (1768.82364982203, 1143.42108582835), (2822.53303466609, 2032.67919020832), (922.354832141967, 590.618327009967), (2293.19197144236, 1570.39113831708), (627.472597042135, 483.480024661708), (889.980898378682, 600.480399087121), (1162.19995392922, 696.202105745481), (1197.07935707754, 774.796179057776), (530.797185462728, 390.598430399482), (1142.15259256708, 612.56190089616), (1088.00388697846, 708.762151593178), (484.661156316503, 296.919185772441), (1536.02010067662, 1071.46269646941), (678.897392141278, 496.597580037315), (671.880165854403, 503.39744137471), (690.468256477202, 357.641110879089), (860.694825783725, 430.337592716917), (873.309484596291, 624.699041398883), (894.459835214087, 582.54125094185), (1148.64699199033, 580.221542246938), (926.876192988813, 543.88074278423), (839.041358293354, 588.637179622688), (829.49742056551, 627.99989545798), (1264.00432957802, 712.101174262357), (1937.97714636527, 968.394940061335), (698.831741432851, 482.581587621304), (920.419919363967, 593.169385581544), (1897.57113999412, 1033.56575426925), (891.682386298282, 693.679473449282), (889.6783563083, 693.679473449282), (1221.48181114807, 761.279065822776), (544.599139402161, 361.398056338879), (1031.44911476975, 628.452218199356), (1462.94967217323, 771.44856441849), (830.435282442915, 757.118666447887), (975.04146665886, 821.59699408795), (1337.99833996025, 1022.3201704203), (867.64270523161, 679.440727360101), (725.745933703277, 538.749115686801), (989.005606041026, 679.998097246959), (1525.00047421177, 977.003270959677), (672.196023753147, 561.201488176248), (923.397682201603, 728.399746623589), (472.321548280698, 372.318622584609), (590.760092419618, 361.52095256921), (940.921768902254, 517.919590751206), (643.357141462033, 459.817650989876), (2551.66151377579, 863.919851470995), (1795.32258882792, 831.440717300088), (1165.77339020587, 534.761043791083), (815.62117431089, 392.050242021584), (1264.20658645087, 934.975195444102), (1095.40561684263, 813.308096301318), (447.447852411217, 263.709996170628), (1178.97417954918, 769.083849021127), (975.802295687602, 630.586286420944), (1017.85220007186, 645.987400679307), (423.879832013577, 319.558386349475), (558.776739102636, 348.451830104442), (943.248718270872, 614.506803163417), (1348.30024452767, 662.009562038758), (2340.61735387973, 1504.37077491258), (587.179168098792, 406.218015716283), (1540.97405699008, 692.1688993212), (1115.84807481956, 588.137050604953), (1044.68428590432, 511.260885979623), (1389.79286912095, 700.559989341702), (2497.78595383858, 1301.14509754583), (1585.38094296753, 879.066017413729), (1862.04383602348, 912.885078250154), (2008.8546243469, 1509.7811718462), (697.309947594492, 484.060548936204), (571.251746766114, 399.670317095029), (598.346489479165, 444.100105563446), (461.097722534667, 248.810111222236), (977.110747230569, 527.801359578015), (883.984916757004, 500.631349055309), (718.359399343153, 436.810734740578), (543.897059451262, 374.799044124691), (1587.34803468162, 726.392135101241), (4957.81302447901, 1827.1999644396), (969.68376220836, 523.49108470832), (419.998021268147, 334.99982183865), (561.998960360707, 473.200883889103), (689.598814337616, 581.202945705675), (1398.5202607169, 929.75396743285), (820.816847571835, 591.197416678028), (875.171616264683, 637.548275219478), (1392.44991016741, 674.950935444337), (1256.31737222348, 776.758895179758), (1362.85902988814, 959.516968477919), (1999.25521962472, 1250.96433391432), (1209.47299210597, 737.820079380279), (1125.0356465964, 810.677242354166), (1827.40096749065, 983.000864895715), (1014.15395295671, 708.896829195949), (880.394409783857, 633.120014158391), (2432.39099224122, 1424.80465628899), (1177.85468592228, 830.95862150535), (1222.5938655042, 925.579474233555), (1519.58112468928, 1162.00239672989), (687.663761691575, 383.457962724518), (953.11922427465, 621.117329201764), (953.11922427465, 621.117329201764), (953.11922427465, 621.117329201764), (939.04180595405, 548.600231233027), (1283.40245730726, 745.235294456105), (1511.57888086542, 837.80049554801), (1342.58212809281, 795.34024163682), (511.797991841133, 418.597567936084), (689.798826994207, 508.797449887606), (1532.30742618103, 883.278011623353), (1056.08082482784, 742.527569034242), (387.319525632704, 242.32020192074), (387.319525632704, 242.32020192074), (410.998678844171, 266.00098186588), (832.755431984518, 614.75880260907), (614.998605300573, 385.318397885378), (887.465812960725, 515.619969025557), (1024.81767735549, 708.478703425954), (1006.43533940422, 734.235630810297), (725.999989237198, 433.000983776039), (494.417350707113, 327.418772037758), (748.641327251627, 429.039933638385), (987.64171960278, 619.640827692018), (788.09607104789, 400.798978053224), (831.79831368624, 620.800640126449), (1139.49447493599, 819.996440995918), (507.516894491359, 360.878017655466), (576.197221195524, 395.760804612775), (696.59905406528, 442.000052121661), (650.817978373872, 404.03843113149), (949.580207412905, 670.799309110531), (497.119281341608, 297.5701513364), (570.167398903935, 353.488163131684), (724.730600295316, 383.93758487932), (408.339934376479, 284.800803268761), (638.671348198183, 431.099964756245), (1225.78900333424, 801.351758612919), (715.370077715236, 448.451258996436), (800.470756318541, 577.911070749254), (975.597398720442, 570.521012300081), (1613.75654835121, 865.320535878418), (608.501878790717, 444.557764325978), (958.663378279956, 680.419826789901), (835.942641428986, 576.277894453487), (873.737511101673, 631.798175131743), (951.44320976533, 608.641850318947), (473.002181248345, 300.999920310599), (601.003044352051, 377.998414059123), (713.99788489267, 397.001476569931), (829.29836507219, 588.519463958722), (959.795268750367, 681.761575036767), (1212.96129506839, 807.360270100159), (958.874307424532, 696.801097085781), (1129.44314702273, 811.196241851397), (1943.04187331083, 1305.72014134299), (539.638785503439, 442.000052121661), (463.599021125583, 353.601297444411), (562.640004501253, 468.000797511221), (736.758383070776, 526.75734679978), (1415.44606403432, 890.239030266526), (2208.78970565549, 1318.80328223672), (636.000913716338, 331.000537750629), (759.401026863119, 416.401525383919), (1078.83819961899, 596.840554600565), (499.751012804117, 408.499218009175), (1020.02253584507, 775.020902533032), (1595.1610788589, 1138.16204602323), (776.595792938105, 485.519766208776), (1230.92352504251, 772.761142353133), (1807.95201459536, 993.96301727137), (415.440747985411, 305.438973730216), (440.51742415637, 306.519078570937), (541.200597324592, 299.199327967538), (581.35989168777, 468.000797511221), (743.077242789534, 522.601905880464), (1057.67671146451, 750.320163419201);

-- ** Against the linear program (test/golden/quantile_sql.py)

CREATE TABLE golden (model text, term text, estimate float8, std_error float8, p_value float8);
INSERT INTO golden VALUES
	('engel 0.05', '(intercept)', 124.88004081257343, 16.86460531956629, 2.3855625567064703e-12),
	('engel 0.05', 'income', 0.34336105763204217, 0.015183441180650376, 1.0713459723054844e-60),
	('engel 0.25', '(intercept)', 95.48353963455288, 15.515680913292133, 3.2681369205624433e-09),
	('engel 0.25', 'income', 0.47410320819331014, 0.013968985580195555, 3.7933331191721076e-92),
	('engel 0.5', '(intercept)', 81.48224741693613, 14.634474215108042, 7.078667094591351e-08),
	('engel 0.5', 'income', 0.5601805512094196, 0.013175622805535771, 8.971787350872294e-112),
	('engel 0.75', '(intercept)', 62.396585528964565, 13.54723968764478, 6.760522283629177e-06),
	('engel 0.75', 'income', 0.6440141393686898, 0.012196770280706263, 1.2404473787687025e-131),
	('engel 0.95', '(intercept)', 64.10396318105526, 13.767863914185057, 5.414604779697564e-06),
	('engel 0.95', 'income', 0.7090685169621463, 0.01239540137246471, 3.705539796198387e-139);
-- The least mean loss, with the penalty.
CREATE TABLE optimum (model text, value float8);
INSERT INTO optimum VALUES
	('engel 0.05', 9.252414107734827),
	('engel 0.25', 30.1375144637229),
	('engel 0.5', 37.36155882473549),
	('engel 0.75', 27.784043761250764),
	('engel 0.95', 8.086145636196672),
	('median', 24.405954570791533),
	('upper', 39.904241623488794),
	('weighted', 12.78685656721537),
	('lasso', 29.03045410274242),
	('origin', 29.00335870948423);
CREATE TABLE settings (model text, options jsonb);
INSERT INTO settings VALUES
	('median', '{"algorithm": "quantile_regression"}'),
	('upper', '{"algorithm": "quantile_regression", "quantile": 0.9}'),
	('weighted', '{"algorithm": "quantile_regression", "quantile": 0.25, "weight": "w"}'),
	('lasso', '{"algorithm": "quantile_regression", "quantile": 0.4, "l1": 0.3}'),
	('origin', '{"algorithm": "quantile_regression", "quantile": 0.6, "fit_intercept": false}');
CREATE TABLE ours (model text, m orchard.model);
SELECT format($$INSERT INTO ours SELECT %L, orchard.fit(t, 'y', %L) FROM ground AS t$$, model,
	'{"features": ["x", "k", "z", "c"]}' || options) FROM settings ORDER BY model \gexec
SELECT format($$INSERT INTO ours SELECT 'engel %s', orchard.fit(t, 'foodexp', '{"algorithm": "quantile_regression", "quantile": %s}') FROM engel AS t$$, q, q)
FROM unnest('{0.05,0.25,0.5,0.75,0.95}'::numeric[]) AS q \gexec
SELECT model, count(*) AS terms, bool_and(coalesce(abs(c.estimate - g.estimate) <= 1e-9 * greatest(1, abs(g.estimate)), false)) AS estimates,
	bool_and(CASE WHEN g.std_error IS NULL THEN c.std_error IS NULL ELSE coalesce(abs(c.std_error / g.std_error - 1) <= 1e-8, false) END) AS std_errors,
	bool_and(CASE WHEN g.p_value IS NULL THEN c.p_value IS NULL ELSE coalesce(abs(c.p_value - g.p_value) <= 1e-6 * g.p_value, false) END) AS p_values
FROM golden AS g LEFT JOIN (SELECT model, k.* FROM ours, orchard.coefficients(m) AS k) AS c USING (model, term) GROUP BY model ORDER BY model;
SELECT model, bool_and(abs((s #>> '{metrics,train.pinball}')::float8 +
	CASE model WHEN 'lasso' THEN 0.3 * (SELECT sum(abs(estimate) * d.deviation) FROM orchard.coefficients(m) JOIN (
		SELECT 'x' AS term, stddev_pop(x) AS deviation FROM ground UNION ALL SELECT 'k', stddev_pop(k) FROM ground UNION ALL SELECT 'z', stddev_pop(z) FROM ground
		UNION ALL SELECT 'c = ' || v, (SELECT stddev_pop((c = v)::int) FROM ground) FROM unnest('{j1,j2,j3}'::text[]) AS v) AS d USING (term)) ELSE 0 END - value) <= 1e-9 * value) AS optimal
FROM optimum JOIN ours USING (model), orchard.summary(m) AS s GROUP BY model ORDER BY model;
SELECT model, f -> 'converged' AS converged, (f ->> 'gradient_norm')::float8 <= 1e-9 AS proved, s -> 'warnings' AS warnings
FROM ours, orchard.summary(m) AS s, jsonb_extract_path(s, 'fit') AS f ORDER BY model;
-- The loss that the model tells is that of its predictions; so many rows lie below.
SELECT model, abs((orchard.summary(m) #>> '{metrics,train.pinball}')::float8 - CASE model WHEN 'weighted' THEN orchard.pinball(t.y, orchard.predict(m, t), 0.25, t.w)
	ELSE orchard.pinball(t.y, orchard.predict(m, t), q.quantile) END) <= 1e-12 AS loss,
	abs(avg((t.y < orchard.predict(m, t))::int) - q.quantile) <= 0.05 AS share
FROM ours JOIN (VALUES ('median', 0.5), ('upper', 0.9), ('weighted', 0.25), ('origin', 0.6)) AS q(model, quantile) USING (model), ground AS t GROUP BY model, m::text, quantile, orchard.summary(m) ORDER BY model;
SELECT metric, value IS NOT NULL AS has_value FROM ours, orchard.evaluate(m, 'SELECT * FROM fit_quantile.ground') WHERE model = 'upper';
SELECT abs(value - (orchard.summary(m) #>> '{metrics,train.pinball}')::float8) <= 1e-12 AS equal FROM ours, orchard.evaluate(m, 'SELECT * FROM fit_quantile.ground') WHERE model = 'upper' AND metric = 'pinball';
SELECT term, conf_low < estimate AND estimate < conf_high AS inside FROM ours, orchard.coefficients(m, 0.9) WHERE model = 'engel 0.5';
SELECT abs(sum(e.contribution) - orchard.predict(m, t)) <= 1e-10 AS sums_up FROM ours, (SELECT * FROM ground LIMIT 1) AS t, orchard.explain(m, t) AS e
WHERE model = 'upper' GROUP BY m::text, orchard.predict(m, t);

-- The interval of a prediction at income 0 is that of the intercept.
SELECT i.observation_low IS NULL AS mean_alone, abs(i.mean_low - c.conf_low) <= 1e-9 * abs(c.conf_low) AS low, abs(i.mean_high - c.conf_high) <= 1e-9 * c.conf_high AS high
FROM ours, LATERAL (SELECT * FROM orchard.coefficients(m, 0.9) WHERE term = '(intercept)') AS c, orchard.predict_interval(m, 0.9, 0) AS i WHERE model = 'engel 0.5';

-- ** In any order, by group, by train, out of order

SELECT model, count(DISTINCT digest) AS different FROM (
	SELECT model, string_agg(round(c.estimate::numeric, 8)::text, ' ' ORDER BY term) AS digest FROM (
		SELECT model, m FROM ours WHERE model = 'engel 0.5'
		UNION ALL SELECT 'engel 0.5', orchard.fit(t, 'foodexp', '{"algorithm": "quantile_regression", "quantile": 0.5}' ORDER BY foodexp) FROM engel AS t) AS f,
		orchard.coefficients(m) AS c GROUP BY model, m::text) AS q GROUP BY model ORDER BY model;
SELECT k, bool_and((orchard.summary(m) #>> '{fit,converged}')::boolean) AS converged FROM (SELECT k, orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "features": ["x", "z"]}') AS m
	FROM ground AS t GROUP BY k) AS f GROUP BY k ORDER BY k;
SELECT algorithm, objective, "rows", (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(metrics) AS k) AS metrics
FROM orchard.train('fit_quantile_trained', 'fit_quantile.ground', 'y', 'quantile_regression', '{"features": ["x", "c"], "quantile": 0.8, "validation_fraction": 0.2}');
SELECT orchard.drop_model('fit_quantile_trained');
SELECT orchard.fit_state(t, 'y', '{"algorithm": "quantile_regression", "features": ["x"]}') FROM ground AS t;

-- ** What the data may lack

SET client_min_messages = warning;
-- The median of a column, of ties, of one row, of two.
SELECT estimate AS median FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') FROM (SELECT unnest('{1,2,3,10,100}'::int[]) AS y) AS t));
SELECT estimate AS tied FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "quantile": 0.3}') FROM (SELECT unnest('{1,1,1,1,5,9}'::int[]) AS y) AS t));
SELECT estimate AS one_row, std_error FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') FROM (SELECT 7 AS y) AS t));
SELECT term, abs(estimate - CASE term WHEN 'x' THEN 2 ELSE 1 END) <= 1e-12 AS exact FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "quantile": 0.9}')
	FROM (SELECT x, 1 + 2 * x AS y FROM generate_series(1, 9) AS x UNION ALL SELECT 1, 3) AS t));
-- Equal and constant columns, missing values, more columns than rows.
SELECT a.estimate = b.estimate OR abs(a.estimate - b.estimate) <= 1e-8 AS shared FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') AS m FROM (SELECT x AS a, x AS b, y FROM ground) AS t) AS f,
	orchard.coefficients(m) AS a, orchard.coefficients(m) AS b WHERE a.term = 'a' AND b.term = 'b';
SELECT term, estimate IS NOT NULL AS is_there FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "missing_indicator": true}')
	FROM (SELECT CASE WHEN i % 3 > 0 THEN i % 7 END AS x, CASE WHEN i % 5 > 0 THEN 'c' || i % 2 END AS c, 5 AS fixed, i % 11 AS y FROM generate_series(1, 200) AS i) AS t));
SELECT (orchard.summary(m) #>> '{metrics,train.pinball}')::float8 <= 1e-12 AS interpolates FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') AS m
	FROM (SELECT ARRAY(SELECT ((i * 7 + j * j * 13) % 29)::float8 FROM generate_series(1, 20) AS j) AS v, i % 5 AS y FROM generate_series(1, 10) AS i) AS t) AS f;
SELECT s #> '{fit,converged}' AS converged, s #>> '{warnings,0}' LIKE 'quantile regression did not converge in 2 iterations; %' AS warned
FROM orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "features": ["x", "z"], "max_iter": 2, "on_failure": "warn"}') FROM ground AS t)) AS s;

-- ** What is refused

SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "quantile": 1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "alpha": 0.5}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "l2": 1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression", "objective": "huber"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "epsilon": 2}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') FROM (SELECT 1e200::float8 AS x, 1 AS y UNION ALL SELECT -1e200, 2) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "quantile_regression"}') FROM (SELECT 'Infinity'::float8 AS x, 1 AS y) AS t;

DROP SCHEMA fit_quantile CASCADE;

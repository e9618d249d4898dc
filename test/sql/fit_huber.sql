-- Huber regression.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_huber;
SET search_path = fit_huber;
SET client_min_messages = error;

-- A twentieth of the targets is far off.
CREATE TABLE ground AS
SELECT i, x, k, z, c, w, 3 + 2 * x - z + 5 * k + ((i * 7919) % 101 - 50) / 8.0::float8 + CASE WHEN i % 19 = 0 THEN 150 ELSE 0 END AS y
FROM (SELECT i, i % 3 AS k, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31) / 8.0::float8 AS z, 'j' || i % 4 AS c, i % 3 + 1 AS w
	FROM generate_series(1, 600) AS i) AS q;

-- Engel's food expenditure (1857) and Brownlee's plant (1965), as statsmodels ships them.
CREATE TABLE engel (foodexp float8, income float8);
INSERT INTO engel VALUES
	(255.839424594576, 420.157650843928),
	(310.958667059145, 541.411706721205),
	(485.680014171085, 901.157456651663),
	(402.997355544163, 639.08022868883),
	(495.560774933776, 750.875605828476),
	(633.797815132393, 945.7989310482),
	(630.756567705217, 829.397886847186),
	(700.440904266032, 979.164835837914),
	(830.95862150535, 1309.87894037831),
	(815.360217290461, 1492.39874437426),
	(338.001387329587, 502.838980218067),
	(412.361338428638, 616.71684724229),
	(520.000617981121, 790.922511291545),
	(452.401472907332, 555.878641643074),
	(512.720057836885, 713.44118368415),
	(658.839530303595, 838.756132722629),
	(392.599496749012, 535.076645900387),
	(443.558633799595, 596.440805359932),
	(640.11637771341, 924.561896582212),
	(333.839386975747, 487.758301817955),
	(466.958318528848, 692.639734238467),
	(543.396904263231, 997.876977824175),
	(317.719843756484, 506.999491179525),
	(424.320896352573, 654.158711401758),
	(518.961656053407, 933.919270183382),
	(338.001387329587, 433.681329252018),
	(419.641174631375, 587.596213341684),
	(476.320048933563, 896.474635643808),
	(386.36016331012, 454.478223782524),
	(423.278349805554, 584.998919370362),
	(503.35717119023, 800.799016617394),
	(354.638868545299, 502.436869899465),
	(497.31816882899, 713.519666530832),
	(588.519463958722, 906.000628725279),
	(654.597144597117, 880.596923786325),
	(550.727427597965, 796.828919368547),
	(528.376976714303, 854.87905261442),
	(640.481348055373, 1167.37159427026),
	(401.320355546637, 523.800035579844),
	(435.999021900918, 670.779185433114),
	(276.560609645838, 377.058368850099),
	(588.348818059025, 851.543001748297),
	(664.19780220393, 1121.09369365137),
	(444.860166410776, 625.517933400268),
	(462.899514863823, 805.537696174017),
	(377.779238546012, 558.581201465033),
	(553.15043561635, 884.400487319312),
	(810.896154761447, 1257.49886576834),
	(1067.95405614074, 2051.17894099901),
	(1049.87879168732, 1466.33299214604),
	(522.701209676143, 730.098896774438),
	(572.080662617684, 800.799016617394),
	(907.396944580766, 1245.69638760971),
	(811.57759369573, 1201.00021368196),
	(427.797520201042, 634.400209148622),
	(649.998464123521, 956.231463138833),
	(860.600154559902, 1148.60104702955),
	(1143.42108582835, 1768.82364982203),
	(2032.67919020832, 2822.53303466609),
	(590.618327009967, 922.354832141967),
	(1570.39113831708, 2293.19197144236),
	(483.480024661708, 627.472597042135),
	(600.480399087121, 889.980898378682),
	(696.202105745481, 1162.19995392922),
	(774.796179057776, 1197.07935707754),
	(390.598430399482, 530.797185462728),
	(612.56190089616, 1142.15259256708),
	(708.762151593178, 1088.00388697846),
	(296.919185772441, 484.661156316503),
	(1071.46269646941, 1536.02010067662),
	(496.597580037315, 678.897392141278),
	(503.39744137471, 671.880165854403),
	(357.641110879089, 690.468256477202),
	(430.337592716917, 860.694825783725),
	(624.699041398883, 873.309484596291),
	(582.54125094185, 894.459835214087),
	(580.221542246938, 1148.64699199033),
	(543.88074278423, 926.876192988813),
	(588.637179622688, 839.041358293354),
	(627.99989545798, 829.49742056551),
	(712.101174262357, 1264.00432957802),
	(968.394940061335, 1937.97714636527),
	(482.581587621304, 698.831741432851),
	(593.169385581544, 920.419919363967),
	(1033.56575426925, 1897.57113999412),
	(693.679473449282, 891.682386298282),
	(693.679473449282, 889.6783563083),
	(761.279065822776, 1221.48181114807),
	(361.398056338879, 544.599139402161),
	(628.452218199356, 1031.44911476975),
	(771.44856441849, 1462.94967217323),
	(757.118666447887, 830.435282442915),
	(821.59699408795, 975.04146665886),
	(1022.3201704203, 1337.99833996025),
	(679.440727360101, 867.64270523161),
	(538.749115686801, 725.745933703277),
	(679.998097246959, 989.005606041026),
	(977.003270959677, 1525.00047421177),
	(561.201488176248, 672.196023753147),
	(728.399746623589, 923.397682201603),
	(372.318622584609, 472.321548280698),
	(361.52095256921, 590.760092419618),
	(517.919590751206, 940.921768902254),
	(459.817650989876, 643.357141462033),
	(863.919851470995, 2551.66151377579),
	(831.440717300088, 1795.32258882792),
	(534.761043791083, 1165.77339020587),
	(392.050242021584, 815.62117431089),
	(934.975195444102, 1264.20658645087),
	(813.308096301318, 1095.40561684263),
	(263.709996170628, 447.447852411217),
	(769.083849021127, 1178.97417954918),
	(630.586286420944, 975.802295687602),
	(645.987400679307, 1017.85220007186),
	(319.558386349475, 423.879832013577),
	(348.451830104442, 558.776739102636),
	(614.506803163417, 943.248718270872),
	(662.009562038758, 1348.30024452767),
	(1504.37077491258, 2340.61735387973),
	(406.218015716283, 587.179168098792),
	(692.1688993212, 1540.97405699008),
	(588.137050604953, 1115.84807481956),
	(511.260885979623, 1044.68428590432),
	(700.559989341702, 1389.79286912095),
	(1301.14509754583, 2497.78595383858),
	(879.066017413729, 1585.38094296753),
	(912.885078250154, 1862.04383602348),
	(1509.7811718462, 2008.8546243469),
	(484.060548936204, 697.309947594492),
	(399.670317095029, 571.251746766114),
	(444.100105563446, 598.346489479165),
	(248.810111222236, 461.097722534667),
	(527.801359578015, 977.110747230569),
	(500.631349055309, 883.984916757004),
	(436.810734740578, 718.359399343153),
	(374.799044124691, 543.897059451262),
	(726.392135101241, 1587.34803468162),
	(1827.1999644396, 4957.81302447901),
	(523.49108470832, 969.68376220836),
	(334.99982183865, 419.998021268147),
	(473.200883889103, 561.998960360707),
	(581.202945705675, 689.598814337616),
	(929.75396743285, 1398.5202607169),
	(591.197416678028, 820.816847571835),
	(637.548275219478, 875.171616264683),
	(674.950935444337, 1392.44991016741),
	(776.758895179758, 1256.31737222348),
	(959.516968477919, 1362.85902988814),
	(1250.96433391432, 1999.25521962472),
	(737.820079380279, 1209.47299210597),
	(810.677242354166, 1125.0356465964),
	(983.000864895715, 1827.40096749065),
	(708.896829195949, 1014.15395295671),
	(633.120014158391, 880.394409783857),
	(1424.80465628899, 2432.39099224122),
	(830.95862150535, 1177.85468592228),
	(925.579474233555, 1222.5938655042),
	(1162.00239672989, 1519.58112468928),
	(383.457962724518, 687.663761691575),
	(621.117329201764, 953.11922427465),
	(621.117329201764, 953.11922427465),
	(621.117329201764, 953.11922427465),
	(548.600231233027, 939.04180595405),
	(745.235294456105, 1283.40245730726),
	(837.80049554801, 1511.57888086542),
	(795.34024163682, 1342.58212809281),
	(418.597567936084, 511.797991841133),
	(508.797449887606, 689.798826994207),
	(883.278011623353, 1532.30742618103),
	(742.527569034242, 1056.08082482784),
	(242.32020192074, 387.319525632704),
	(242.32020192074, 387.319525632704),
	(266.00098186588, 410.998678844171),
	(614.75880260907, 832.755431984518),
	(385.318397885378, 614.998605300573),
	(515.619969025557, 887.465812960725),
	(708.478703425954, 1024.81767735549),
	(734.235630810297, 1006.43533940422),
	(433.000983776039, 725.999989237198),
	(327.418772037758, 494.417350707113),
	(429.039933638385, 748.641327251627),
	(619.640827692018, 987.64171960278),
	(400.798978053224, 788.09607104789),
	(620.800640126449, 831.79831368624),
	(819.996440995918, 1139.49447493599),
	(360.878017655466, 507.516894491359),
	(395.760804612775, 576.197221195524),
	(442.000052121661, 696.59905406528),
	(404.03843113149, 650.817978373872),
	(670.799309110531, 949.580207412905),
	(297.5701513364, 497.119281341608),
	(353.488163131684, 570.167398903935),
	(383.93758487932, 724.730600295316),
	(284.800803268761, 408.339934376479),
	(431.099964756245, 638.671348198183),
	(801.351758612919, 1225.78900333424),
	(448.451258996436, 715.370077715236),
	(577.911070749254, 800.470756318541),
	(570.521012300081, 975.597398720442),
	(865.320535878418, 1613.75654835121),
	(444.557764325978, 608.501878790717),
	(680.419826789901, 958.663378279956),
	(576.277894453487, 835.942641428986),
	(631.798175131743, 873.737511101673),
	(608.641850318947, 951.44320976533),
	(300.999920310599, 473.002181248345),
	(377.998414059123, 601.003044352051),
	(397.001476569931, 713.99788489267),
	(588.519463958722, 829.29836507219),
	(681.761575036767, 959.795268750367),
	(807.360270100159, 1212.96129506839),
	(696.801097085781, 958.874307424532),
	(811.196241851397, 1129.44314702273),
	(1305.72014134299, 1943.04187331083),
	(442.000052121661, 539.638785503439),
	(353.601297444411, 463.599021125583),
	(468.000797511221, 562.640004501253),
	(526.75734679978, 736.758383070776),
	(890.239030266526, 1415.44606403432),
	(1318.80328223672, 2208.78970565549),
	(331.000537750629, 636.000913716338),
	(416.401525383919, 759.401026863119),
	(596.840554600565, 1078.83819961899),
	(408.499218009175, 499.751012804117),
	(775.020902533032, 1020.02253584507),
	(1138.16204602323, 1595.1610788589),
	(485.519766208776, 776.595792938105),
	(772.761142353133, 1230.92352504251),
	(993.96301727137, 1807.95201459536),
	(305.438973730216, 415.440747985411),
	(306.519078570937, 440.51742415637),
	(299.199327967538, 541.200597324592),
	(468.000797511221, 581.35989168777),
	(522.601905880464, 743.077242789534),
	(750.320163419201, 1057.67671146451);
CREATE TABLE stackloss (stackloss float8, airflow float8, watertemp float8, acidconc float8);
INSERT INTO stackloss VALUES
	(42, 80, 27, 89),
	(37, 80, 27, 88),
	(37, 75, 25, 90),
	(28, 62, 24, 87),
	(18, 62, 22, 87),
	(18, 62, 23, 87),
	(19, 62, 24, 93),
	(20, 62, 24, 93),
	(15, 58, 23, 87),
	(14, 58, 18, 80),
	(14, 58, 18, 89),
	(13, 58, 17, 88),
	(11, 58, 18, 82),
	(12, 58, 19, 93),
	(8, 50, 18, 89),
	(7, 50, 18, 86),
	(8, 50, 19, 72),
	(8, 50, 19, 79),
	(9, 50, 20, 80),
	(15, 56, 20, 82),
	(15, 70, 20, 91);

-- ** Against scikit-learn and statsmodels (test/golden/huber_sql.py)

CREATE TABLE golden (model text, term text, estimate float8, std_error float8, p_value float8);
INSERT INTO golden VALUES
	('huber', '(intercept)', 3.4221171639642525, 0.6819729506182473, 6.912596704272573e-07),
	('huber', 'x', 2.0065532074306422, 0.027863792022453218, 2.3074577438886782e-295),
	('huber', 'k', 4.962936553176569, 0.24849213841315382, 2.9604815822994242e-68),
	('huber', 'z', -1.0153401906536437, 0.18153366828811568, 3.407845449415694e-08),
	('huber', 'c = j1', -0.1461447810817439, 0.5738667870562578, 0.7990688001946317),
	('huber', 'c = j2', -0.17816109253104984, 0.5738814490859707, 0.7563283919921407),
	('huber', 'c = j3', -0.1576409445296115, 0.5739077055215331, 0.7836577970502219),
	('huber', '(scale)', 3.3412753814552025, NULL, NULL),
	('huber wide', '(intercept)', 3.469597352800122, 0.6357001257995902, 7.088511831553327e-08),
	('huber wide', 'x', 2.02161825669774, 0.025973194505543466, 0.0),
	('huber wide', 'k', 4.966013085722903, 0.231631596980856, 6.29014902420152e-76),
	('huber wide', 'z', -1.0238657429862779, 0.16921635332163637, 2.5574497025050544e-09),
	('huber wide', 'c = j1', -0.11391288073968606, 0.5349291176331132, 0.831439547886848),
	('huber wide', 'c = j2', -0.15188178659496274, 0.5349427848234681, 0.7765696024768748),
	('huber wide', 'c = j3', -0.09957620617589662, 0.5349672597229124, 0.8524024394811602),
	('huber wide', '(scale)', 4.364669912233669, NULL, NULL),
	('huber weighted', '(intercept)', 3.157555754796366, NULL, NULL),
	('huber weighted', 'x', 2.005136622368328, NULL, NULL),
	('huber weighted', 'k', 4.964600648185718, NULL, NULL),
	('huber weighted', 'z', -0.9023868358370875, NULL, NULL),
	('huber weighted', 'c = j1', -0.13940676436380756, NULL, NULL),
	('huber weighted', 'c = j2', -0.055122907389216436, NULL, NULL),
	('huber weighted', 'c = j3', -0.02929519707346468, NULL, NULL),
	('huber weighted', '(scale)', 3.359700645384854, NULL, NULL),
	('huber origin', 'x', 2.0820413224519347, 0.024059359350164896, 0.0),
	('huber origin', 'k', 5.396919240280509, 0.23276028055134093, 3.4781936820689734e-85),
	('huber origin', 'z', -0.577801961290849, 0.15835546947768656, 0.00028668809332751613),
	('huber origin', 'c = j1', 1.0298664956522556, 0.5216907499597473, 0.04883394902968388),
	('huber origin', 'c = j2', 1.0999186145155282, 0.5210456027918465, 0.035190965798280176),
	('huber origin', 'c = j3', 1.088045733682013, 0.5204087903206309, 0.0369747087952799),
	('huber origin', '(scale)', 3.3623156279647652, NULL, NULL),
	('huber l2', '(intercept)', 4.417265972869166, NULL, NULL),
	('huber l2', 'x', 1.9983258077332524, NULL, NULL),
	('huber l2', 'k', 3.6184332913951627, NULL, NULL),
	('huber l2', 'z', -0.8297814391508852, NULL, NULL),
	('huber l2', 'c = j1', -0.03549626987775396, NULL, NULL),
	('huber l2', 'c = j2', -0.018710104495213525, NULL, NULL),
	('huber l2', 'c = j3', -0.028906277650337146, NULL, NULL),
	('huber l2', '(scale)', 3.326206003359724, NULL, NULL),
	('huber engel', '(intercept)', -0.6607764203998913, 20.44307761313783, 0.9742423403823695),
	('huber engel', 'foodexp', 1.5184765892364398, 0.029957718142167793, 7.937928781425229e-128),
	('huber engel', '(scale)', 80.67632198177817, NULL, NULL),
	('huber stackloss', '(intercept)', -38.89574261291208, 8.470458604364445, 0.0002594838383601514),
	('huber stackloss', 'airflow', 0.8324303300712105, 0.09602479648021467, 1.2027645287763965e-07),
	('huber stackloss', 'watertemp', 0.7303598795126485, 0.26204901897105437, 0.012643554328699127),
	('huber stackloss', 'acidconc', -0.1094646756105723, 0.11128804421081312, 0.3390973074557181),
	('huber stackloss', '(scale)', 1.264785208030782, NULL, NULL),
	('huber H2', '(intercept)', 3.4221171639642525, 0.6679635738357119, 4.0688053257352196e-07),
	('huber H2', 'x', 2.0065532074306422, 0.02780102089748186, 6.945224068399621e-296),
	('huber H2', 'k', 4.962936553176569, 0.24859319352375361, 3.2626227066575996e-68),
	('huber H2', 'z', -1.0153401906536437, 0.18139308914359495, 3.327928151741677e-08),
	('huber H2', 'c = j1', -0.1461447810817439, 0.5698823807408075, 0.7976944334400132),
	('huber H2', 'c = j2', -0.17816109253104984, 0.5729492043286711, 0.7559445385981977),
	('huber H2', 'c = j3', -0.1576409445296115, 0.5671594222560031, 0.7811489975769403),
	('huber H3', '(intercept)', 3.4221171639642525, 0.6529695866588361, 2.2252098503851124e-07),
	('huber H3', 'x', 2.0065532074306422, 0.027670281194933467, 5.637040066808302e-297),
	('huber H3', 'k', 4.962936553176569, 0.24826608046436074, 2.3813083421823584e-68),
	('huber H3', 'z', -1.0153401906536437, 0.1811681457303049, 3.203582072730938e-08),
	('huber H3', 'c = j1', -0.1461447810817439, 0.5647795850460667, 0.7959069146854408),
	('huber H3', 'c = j2', -0.17816109253104984, 0.5709812975004186, 0.7551303339594224),
	('huber H3', 'c = j3', -0.1576409445296115, 0.5594584936464686, 0.7782149928780949),
	('huber wide H2', '(intercept)', 3.469597352800122, 0.6332327734669349, 6.323572663700608e-08),
	('huber wide H2', 'x', 2.02161825669774, 0.02606083328809851, 0.0),
	('huber wide H2', 'k', 4.966013085722903, 0.23136008327186305, 4.638682031162309e-76),
	('huber wide H2', 'z', -1.0238657429862779, 0.16930707472083842, 2.606378229072758e-09),
	('huber wide H2', 'c = j1', -0.11391288073968606, 0.5345661672212335, 0.831326825705774),
	('huber wide H2', 'c = j2', -0.15188178659496274, 0.5343679003840935, 0.7763356413116616),
	('huber wide H2', 'c = j3', -0.09957620617589662, 0.5343997308360758, 0.8522474995838896),
	('huber wide H3', '(intercept)', 3.469597352800122, 0.630819646446507, 5.6483939467536824e-08),
	('huber wide H3', 'x', 2.02161825669774, 0.026144307929359362, 0.0),
	('huber wide H3', 'k', 4.966013085722903, 0.23102088543194502, 3.16732790869861e-76),
	('huber wide H3', 'z', -1.0238657429862779, 0.16953714793876062, 2.7343490172130134e-09),
	('huber wide H3', 'c = j1', -0.11391288073968606, 0.5343410038975009, 0.8312568210998739),
	('huber wide H3', 'c = j2', -0.15188178659496274, 0.5336479214381143, 0.7760419487537688),
	('huber wide H3', 'c = j3', -0.09957620617589662, 0.5339181199501983, 0.8521157621170592),
	('huber stackloss H2', '(intercept)', -38.89574261291208, 7.018960152777421, 3.5878423203599434e-05),
	('huber stackloss H2', 'airflow', 0.8324303300712105, 0.10523687868676802, 4.25587578040239e-07),
	('huber stackloss H2', 'watertemp', 0.7303598795126485, 0.257561030676667, 0.011414203116150854),
	('huber stackloss H2', 'acidconc', -0.1094646756105723, 0.09500778664009539, 0.26519876761962924),
	('huber stackloss H3', '(intercept)', -38.89574261291208, 5.6349786487690325, 2.5586221231141426e-06),
	('huber stackloss H3', 'airflow', 0.8324303300712105, 0.11545999005775226, 1.4596848247969652e-06),
	('huber stackloss H3', 'watertemp', 0.7303598795126485, 0.24350070949090433, 0.0080647348640168),
	('huber stackloss H3', 'acidconc', -0.1094646756105723, 0.07981444249642339, 0.18805460953302866);

CREATE TABLE ours AS
SELECT 'huber' AS model, orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x", "k", "z", "c"]}') AS fitted FROM ground AS t
UNION ALL SELECT 'huber wide', orchard.fit(t, 'y', '{"algorithm": "huber", "epsilon": 2.5, "features": ["x", "k", "z", "c"]}') FROM ground AS t
UNION ALL SELECT 'huber weighted', orchard.fit(t, 'y', '{"algorithm": "huber", "weight": "w", "features": ["x", "k", "z", "c"]}') FROM ground AS t
UNION ALL SELECT 'huber origin', orchard.fit(t, 'y', '{"algorithm": "huber", "fit_intercept": false, "features": ["x", "k", "z", "c"]}') FROM ground AS t
UNION ALL SELECT 'huber l2', orchard.fit(t, 'y', '{"algorithm": "huber", "l2": 0.05, "standardize": false, "features": ["x", "k", "z", "c"]}') FROM ground AS t
UNION ALL SELECT 'huber engel', orchard.fit(t, 'income', '{"algorithm": "huber"}') FROM engel AS t
UNION ALL SELECT 'huber stackloss', orchard.fit(t, 'stackloss', '{"algorithm": "huber"}') FROM stackloss AS t;
SELECT format('INSERT INTO ours SELECT %L, orchard.fit(t, %L, %L) FROM %I AS t', model || ' ' || kind, target, options || jsonb_build_object('cov_type', kind), source)
FROM (VALUES ('huber', 'y', 'ground', '{"algorithm": "huber", "features": ["x", "k", "z", "c"]}'::jsonb), ('huber wide', 'y', 'ground', '{"algorithm": "huber", "features": ["x", "k", "z", "c"], "epsilon": 2.5}'),
	('huber stackloss', 'stackloss', 'stackloss', '{"algorithm": "huber"}')) AS m(model, target, source, options), unnest('{H2, H3}'::text[]) AS kind \gexec

-- Estimates and errors to 1e-9 of their size, p-values to 1e-8.
SELECT ours.model, count(*) AS terms, bool_and(abs(c.estimate - g.estimate) <= 1e-9 * (1 + abs(g.estimate))) AS estimates,
	bool_and(CASE WHEN g.std_error IS NULL THEN true ELSE abs(c.std_error / g.std_error - 1) <= 1e-9 END) AS errors,
	bool_and(CASE WHEN g.std_error IS NULL THEN true ELSE abs(c.statistic * c.std_error - c.estimate) <= 1e-12 * abs(c.estimate) END) AS statistics,
	bool_and(CASE WHEN g.p_value IS NULL THEN true ELSE abs(c.p_value - g.p_value) <= 1e-8 * g.p_value + 1e-300 END) AS p_values
FROM ours, orchard.coefficients(fitted) AS c JOIN golden AS g USING (term)
WHERE g.model = ours.model GROUP BY ours.model ORDER BY ours.model;
SELECT model, abs((f ->> 'scale')::float8 / estimate - 1) <= 1e-9 AS scale, f -> 'converged' AS converged,
	(f ->> 'gradient_norm')::float8 <= 1e-12 AS residual, (f ->> 'iterations')::int < 12 AS few_steps, f -> 'rank' AS rank
FROM ours JOIN golden USING (model), jsonb_extract_path(orchard.summary(fitted), 'fit') AS f WHERE term = '(scale)' ORDER BY model;
-- A weight of 2 is that row twice.
SELECT max(abs(a.estimate - b.estimate)) <= 1e-11 AS same
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "weight": "w", "features": ["x", "c"]}') FROM ground AS t)) AS a
JOIN orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x", "c"]}') FROM (SELECT * FROM ground, generate_series(1, w)) AS t)) AS b USING (term);

-- ** Summary, scores, explanation

SELECT s ->> 'algorithm' AS algorithm, s ->> 'objective' AS objective, s #> '{options,epsilon}' AS epsilon,
	(SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(s -> 'fit') AS key) AS facts,
	(SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(s -> 'metrics') AS key) AS metrics
FROM orchard.summary((SELECT fitted FROM ours WHERE model = 'huber')) AS s;
SELECT max(abs(orchard.predict(fitted, t.x, t.k, t.z, t.c) - (a.e + b.e * x + k.e * t.k + z.e * t.z + coalesce(c.e, 0)))) <= 1e-12 AS equal
FROM ours, ground AS t
LEFT JOIN (SELECT term, estimate AS e FROM golden WHERE model = 'huber') AS c ON c.term = 'c = ' || t.c,
	(SELECT estimate AS e FROM golden WHERE model = 'huber' AND term = '(intercept)') AS a, (SELECT estimate AS e FROM golden WHERE model = 'huber' AND term = 'x') AS b,
	(SELECT estimate AS e FROM golden WHERE model = 'huber' AND term = 'k') AS k, (SELECT estimate AS e FROM golden WHERE model = 'huber' AND term = 'z') AS z
WHERE ours.model = 'huber';
SELECT abs(orchard.predict(fitted, 700.0) - sum(contribution)) <= 1e-12 * 700 AS explained
FROM ours, orchard.explain(fitted, 700.0) WHERE model = 'huber engel' GROUP BY fitted;
SELECT e.metric, abs(e.value - CASE e.metric WHEN 'rmse' THEN sqrt(q.squares) WHEN 'mae' THEN q.sizes WHEN 'mape' THEN q.shares ELSE 1 - q.squares / q.variance END) <= 1e-10 AS evaluated
FROM (SELECT avg((income - p) ^ 2) AS squares, avg(abs(income - p)) AS sizes, avg(abs(income - p) / income) AS shares, var_pop(income) AS variance
	FROM (SELECT income, orchard.predict(fitted, foodexp) AS p FROM engel, ours WHERE model = 'huber engel') AS r) AS q,
	ours, orchard.evaluate(fitted, 'SELECT * FROM fit_huber.engel') AS e WHERE model = 'huber engel' AND metric NOT LIKE 'rows%' ORDER BY 1;
-- The interval of a prediction where every number is 0 is that of the intercept; of an observation there is none.
SELECT model, abs(i.prediction - c.estimate) <= 1e-12 * abs(c.estimate) AS prediction, abs(i.std_error - c.std_error) <= 1e-10 * c.std_error AS error,
	abs(i.mean_low - c.conf_low) <= 1e-10 * abs(c.conf_low) AND abs(i.mean_high - c.conf_high) <= 1e-10 * abs(c.conf_high) AS mean,
	i.observation_low IS NULL AND i.observation_high IS NULL AS no_observation
FROM ours, LATERAL (SELECT * FROM orchard.coefficients(fitted, 0.9) WHERE term = '(intercept)') AS c, orchard.predict_interval(fitted, 0.9, 0.0, 0.0, 0.0) AS i
WHERE model LIKE 'huber stackloss%' ORDER BY model;
-- What a type of covariance stands on: "H1" is the default; with a scale of 0 there are none.
SELECT bool_and(a = b) AS same FROM orchard.coefficients((SELECT orchard.fit(t, 'income', '{"algorithm": "huber", "cov_type": "H1"}') FROM engel AS t)) AS a
JOIN orchard.coefficients((SELECT fitted FROM ours WHERE model = 'huber engel')) AS b USING (term);
SELECT orchard.fit(t, 'income', '{"algorithm": "huber", "cov_type": "HC4"}') FROM engel AS t;
SELECT orchard.fit(t, 'income', '{"algorithm": "huber", "cov_type": "kernel"}') FROM engel AS t;
SELECT orchard.fit(t, 'income', '{"algorithm": "linear_regression", "cov_type": "H1"}') FROM engel AS t;
SELECT orchard.fit(t, 'income', '{"algorithm": "huber", "cov_type": "H2", "l2": 1}') FROM engel AS t;
SELECT kind, count(std_error) AS errors FROM (SELECT 'H2' AS kind, orchard.fit(t, 'y', '{"algorithm": "huber", "cov_type": "H2"}') AS m FROM (SELECT i AS x, 2 * i + (i = 7)::int AS y FROM generate_series(1, 40) AS i) AS t
	UNION ALL SELECT 'HC0', orchard.fit(t, 'y', '{"algorithm": "huber", "cov_type": "HC0"}') FROM (SELECT i AS x, 2 * i + (i = 7)::int AS y FROM generate_series(1, 40) AS i) AS t) AS f,
	orchard.coefficients(m) GROUP BY kind ORDER BY kind;

-- ** Groups, order, train

SELECT bool_and(abs(g.estimate - w.estimate) <= 1e-11 * (1 + abs(w.estimate))) AS as_by_itself, count(*)
FROM (SELECT k, orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x", "z"]}') AS m FROM ground AS t GROUP BY k) AS f, orchard.coefficients(m) AS g,
LATERAL (SELECT estimate FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x", "z"]}') FROM ground AS t WHERE t.k = f.k)) AS c WHERE c.term = g.term) AS w;
SELECT max(abs(a.estimate - b.estimate)) <= 1e-12 AS order_does_not_show
FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "exclude": ["i", "w"]}' ORDER BY i) FROM ground AS t)) AS a
JOIN orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "exclude": ["i", "w"]}' ORDER BY y, x) FROM ground AS t)) AS b USING (term);
SELECT version FROM orchard.train('fit_huber_trained', 'fit_huber.ground', 'y', 'huber', '{"exclude": ["i", "w"]}');
SELECT max(abs(orchard.predict('fit_huber_trained', t) - orchard.predict(fitted, t))) <= 1e-12 AS equal FROM ground AS t, ours WHERE model = 'huber';
SELECT orchard.drop_model('fit_huber_trained');
SELECT orchard.fit_state(t, 'y', '{"algorithm": "huber", "features": ["x"]}') FROM ground AS t;

-- ** What the data may lack

SET client_min_messages = warning;
-- More than half of the rows on a line.
SELECT c.term, abs(estimate - CASE term WHEN 'x' THEN 3 ELSE 2 END) <= 1e-5 AS on_the_line, std_error IS NULL AS no_error, s #> '{fit,scale}' AS scale, s #> '{fit,converged}' AS converged
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') AS m FROM (SELECT i / 2 AS x, 2 + 3 * (i / 2) + CASE WHEN i % 7 = 0 THEN 40 ELSE 0 END AS y FROM generate_series(1, 100) AS i) AS t) AS f,
	orchard.coefficients(m) AS c, orchard.summary(m) AS s;
SELECT term, estimate FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT i AS x, 7 AS y FROM generate_series(1, 9) AS i) AS t));
SELECT term, estimate, std_error FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "features": []}') FROM (SELECT 3 AS y) AS t));
-- Fewer rows than terms, a constant column, equal columns.
SELECT abs(orchard.predict(m, 1, 5) - 2) + abs(orchard.predict(m, 2, 7) - 4) <= 1e-9 AS exact
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') AS m FROM (VALUES (1, 5, 2), (2, 7, 4)) AS t(a, b, y)) AS f;
SELECT abs(a.estimate - b.estimate) <= 1e-12 AS shared, c.estimate AS constant
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') AS m FROM (SELECT x AS a, x AS b, 5 AS c, y FROM ground) AS t) AS f,
	orchard.coefficients(m) AS a, orchard.coefficients(m) AS b, orchard.coefficients(m) AS c WHERE a.term = 'a' AND b.term = 'b' AND c.term = 'c';
SELECT term, estimate IS NOT NULL AS is_there FROM orchard.coefficients((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "missing_indicator": true}')
	FROM (SELECT CASE WHEN i % 3 > 0 THEN i % 7 END AS x, CASE WHEN i % 5 > 0 THEN 'c' || i % 2 END AS c, i % 11 AS y FROM generate_series(1, 200) AS i) AS t));
SELECT s #> '{fit,converged}' AS converged, s -> 'warnings' ->> 0 ~ 'did not converge in 1 iterations' AS warned FROM orchard.summary((SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x", "z"], "max_iter": 1}') FROM ground AS t)) AS s;

-- ** What is refused

SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "features": ["x"], "max_iter": 1, "on_failure": "error"}') FROM ground AS t WHERE i < 20;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "epsilon": 1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "epsilon": 0.5}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "epsilon": "a"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "alpha": 0.1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "l1": 0.1}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "covariance": true}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "objective": "quantile"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber", "class_weight": "balanced"}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "epsilon": 1.5}') FROM (SELECT 1 AS x, 1 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT 1 AS x, 'a' AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT 1 AS x, 'NaN'::float8 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT 1 AS x, NULL::float8 AS y) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT i * 1e200 AS x, i AS y FROM generate_series(-2, 2) AS i) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "huber"}') FROM (SELECT i AS x, i * i * 1e200 AS y FROM generate_series(-2, 2) AS i) AS t;

DROP SCHEMA fit_huber CASCADE;

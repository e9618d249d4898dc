-- cov_type: standard errors that do not ask for errors of one variance.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_robust;
SET search_path = fit_robust;
SET client_min_messages = error;

-- ** Against statsmodels and R's sandwich (test/golden/robust_sql.py); F has its p-value in std_error

CREATE TABLE ground AS
SELECT i, x, k, (i * 53) % 31 * x / 10 + (i * 37) % 101 AS y, (i * 7919) % 11 > 4 + k - (i % 5 = 0)::int AS yes, 1 + i % 5 AS w,
	CASE WHEN i % 7 <> 0 THEN x END AS gap,
	CASE WHEN i % 11 <> 0 THEN (ARRAY['a', 'b', 'c'])[1 + i * i % 3 + i % 2 * (i % 4 = 1)::int] END AS side,
	ARRAY(SELECT i::bigint * (11 * j + 7) * 7919 % (101 + 2 * j) / 8.0::float8 FROM generate_series(1, 70) AS j) AS v
FROM (SELECT i, (i * 37) % 101 / 4.0::float8 AS x, (i % 3)::float8 AS k FROM generate_series(1, 600) AS i) AS s;
CREATE TABLE golden (model text, kind text, term text, estimate float8, std_error float8, statistic float8, p_value float8, conf_low float8, conf_high float8);
INSERT INTO golden VALUES
	('plain', 'HC0', '(intercept)', 0.09612455979000889, 0.9482155217358518, 0.10137416819969194, 0.9192874785134395, -1.4659751666740044, 1.6582242862540222),
	('plain', 'HC0', 'x', 5.520347355430126, 0.07957820221858279, 69.37009383885072, 6.713726335819812e-288, 5.389249429833444, 5.651445281026809),
	('plain', 'HC0', 'k', -0.24378163837709912, 0.6441047109921741, -0.37848137766541046, 0.7052075748263942, -1.3048861761019588, 0.8173228993477605),
	('plain', 'HC0', 'F', 2414.1855786902406, 7.964265893951781e-287, NULL, NULL, NULL, NULL),
	('plain', 'HC1', '(intercept)', 0.09612455979000889, 0.9505949872631576, 0.10112041519044775, 0.9194888229840622, -1.469895121962788, 1.6621442415428058),
	('plain', 'HC1', 'x', 5.520347355430126, 0.07977789689195984, 69.19645127905693, 2.5410665101838598e-287, 5.388920450832881, 5.651774260027372),
	('plain', 'HC1', 'k', -0.24378163837709912, 0.6457210365222346, -0.37753398850078324, 0.705910987539754, -1.3075489269328693, 0.819985650178671),
	('plain', 'HC1', 'F', 2402.1146507967887, 3.0150342811891474e-286, NULL, NULL, NULL, NULL),
	('plain', 'HC2', '(intercept)', 0.09612455979000889, 0.9512183014405701, 0.10105415302085052, 0.9195414006376585, -1.4709219759677241, 1.663171095547742),
	('plain', 'HC2', 'x', 5.520347355430126, 0.0798399026130749, 69.14271153589925, 3.838339960053616e-287, 5.388818301988264, 5.651876408871988),
	('plain', 'HC2', 'k', -0.24378163837709912, 0.6461020802751054, -0.37731133487961954, 0.7060763388651569, -1.3081766622192952, 0.8206133854650969),
	('plain', 'HC2', 'F', 2398.4200813033585, 4.536941037576453e-286, NULL, NULL, NULL, NULL),
	('plain', 'HC3', '(intercept)', 0.09612455979000889, 0.9542322391365701, 0.10073497399017506, 0.9197946674973412, -1.4758871670477882, 1.668136286627806),
	('plain', 'HC3', 'x', 5.520347355430126, 0.08010258611021874, 68.91596917775283, 2.1934349363620835e-286, 5.388385554569952, 5.6523091562903005),
	('plain', 'HC3', 'k', -0.24378163837709912, 0.6481064491893718, -0.37614444152193277, 0.7069431470544996, -1.3114786795992432, 0.8239154028450449),
	('plain', 'HC3', 'F', 2382.7503781296, 2.5833244818340345e-285, NULL, NULL, NULL, NULL),
	('origin', 'HC0', 'x', 5.524506517503411, 0.061663979849341174, 89.59049563458295, 0.0, 5.422920924878994, 5.6260921101278285),
	('origin', 'HC0', 'k', -0.21732141386313178, 0.4920808307154933, -0.4416376340999567, 0.6589110960699032, -1.0279781851172962, 0.5933353573910327),
	('origin', 'HC0', 'F', 6534.718583454651, 0.0, NULL, NULL, NULL, NULL),
	('origin', 'HC1', 'x', 5.524506517503411, 0.06176701079813082, 89.44105350279624, 0.0, 5.422751191105452, 5.6262618439013705),
	('origin', 'HC1', 'k', -0.21732141386313178, 0.4929030214821886, -0.44090095696640974, 0.6594440495033661, -1.02933266688265, 0.5946898391563863),
	('origin', 'HC1', 'F', 6512.936188176458, 0.0, NULL, NULL, NULL, NULL),
	('origin', 'HC2', 'x', 5.524506517503411, 0.061836781924218154, 89.34013617128025, 0.0, 5.422636249753808, 5.626376785253015),
	('origin', 'HC2', 'k', -0.21732141386313178, 0.49343528212788573, -0.44042536424626333, 0.6597882119769914, -1.0302095161106093, 0.5955666883843457),
	('origin', 'HC2', 'F', 6504.350302675017, 0.0, NULL, NULL, NULL, NULL),
	('origin', 'HC3', 'x', 5.524506517503411, 0.062010186404847054, 89.09030657375328, 0.0, 5.422350582221945, 5.626662452784878),
	('origin', 'HC3', 'k', -0.21732141386313178, 0.4947942863382349, -0.4392156899616535, 0.6606639174635579, -1.0324483474092814, 0.5978055196830179),
	('origin', 'HC3', 'F', 6474.114524735315, 0.0, NULL, NULL, NULL, NULL),
	('weighted', 'HC0', '(intercept)', 0.14065258165822372, 1.045336149350128, 0.13455248988152338, 0.8930110563203614, -1.58144463730891, 1.8627498006253576),
	('weighted', 'HC0', 'x', 5.505025195007468, 0.08808599134313426, 62.496034966138225, 4.0702846209078165e-264, 5.3599114525847265, 5.650138937430209),
	('weighted', 'HC0', 'k', -0.15663432589049675, 0.6937107392324343, -0.22579198653289834, 0.821440485919586, -1.29946033027435, 0.9861916784933564),
	('weighted', 'HC0', 'F', 1963.8539354109482, 2.719945145782491e-263, NULL, NULL, NULL, NULL),
	('weighted', 'HC1', '(intercept)', 0.14065258165822372, 1.047959330762801, 0.13421568712580084, 0.8932772549657252, -1.5857660925828128, 1.8670712558992604),
	('weighted', 'HC1', 'x', 5.505025195007468, 0.08830703558364178, 62.3395990888322, 1.4901715699983032e-263, 5.359547302093917, 5.6505030879210185),
	('weighted', 'HC1', 'k', -0.15663432589049675, 0.6954515468358615, -0.2252267991970764, 0.8218799158913824, -1.3023281541169316, 0.9890595023359381),
	('weighted', 'HC1', 'F', 1954.0346657338932, 9.964289980120678e-263, NULL, NULL, NULL, NULL),
	('weighted', 'HC2', '(intercept)', 0.14065258165822372, 1.0499931080409657, 0.1339557189290962, 0.8934827341585642, -1.5891165575953385, 1.8704217209117862),
	('weighted', 'HC2', 'x', 5.505025195007468, 0.088473832281332, 62.22207236940305, 3.956838743824407e-263, 5.3592725195472655, 5.65077787046767),
	('weighted', 'HC2', 'k', -0.15663432589049675, 0.6965749571220695, -0.22486356175886432, 0.8221623605392768, -1.3041788714491893, 0.9909102196681958),
	('weighted', 'HC2', 'F', 1946.8466639798066, 2.586953262612019e-262, NULL, NULL, NULL, NULL),
	('weighted', 'HC3', '(intercept)', 0.14065258165822372, 1.0546784729334888, 0.13336062626462056, 0.8939531231167275, -1.5968352745423, 1.8781404378587476),
	('weighted', 'HC3', 'x', 5.505025195007468, 0.08886389557085204, 61.94895192973234, 3.847824313005781e-262, 5.358629925386028, 5.651420464628908),
	('weighted', 'HC3', 'k', -0.15663432589049675, 0.6994543720632156, -0.22393787521616976, 0.8228822564060451, -1.308922448398559, 0.9956537966175656),
	('weighted', 'HC3', 'F', 1929.9666791460209, 2.460650493118773e-261, NULL, NULL, NULL, NULL),
	('mixed', 'HC0', '(intercept)', -0.6186325957269236, 1.6367334923602357, -0.37796782348165336, 0.7055895229909622, -3.315024872630015, 2.077759681176168),
	('mixed', 'HC0', 'gap', 5.545985780668133, 0.08614075060119991, 64.38283555647214, 4.735786146737429e-270, 5.404075533378717, 5.687896027957549),
	('mixed', 'HC0', 'gap is missing', 1.626908479151858, 4.484241219330821, 0.36280574562727025, 0.7168790581615407, -5.760533305361285, 9.014350263665001),
	('mixed', 'HC0', 'side = b', -0.3811208016609289, 1.977815449457775, -0.192697858521337, 0.8472614645809445, -3.6394193138806608, 2.877177710558803),
	('mixed', 'HC0', 'side = c', 2.3721550916491196, 2.6658633831821694, 0.8898262028782368, 0.3739194472531086, -2.019649359865742, 6.763959543163981),
	('mixed', 'HC0', 'side is missing', -1.1316331457040816, 2.601647321133591, -0.43496792840122767, 0.6637436912513197, -5.4176465844675485, 3.1543802930593854),
	('mixed', 'HC0', 'F', 846.0085825378986, 2.2100411564736194e-267, NULL, NULL, NULL, NULL),
	('mixed', 'HC1', '(intercept)', -0.6186325957269236, 1.6449790533233115, -0.37607323599477765, 0.7069967278960888, -3.3286087987874193, 2.091343607333572),
	('mixed', 'HC1', 'gap', 5.545985780668133, 0.08657471178901861, 64.06011254399118, 6.438937800014533e-269, 5.403360615769484, 5.688610945566782),
	('mixed', 'HC1', 'gap is missing', 1.626908479151858, 4.506831998171553, 0.3609871590092339, 0.7182373932282171, -5.797749872309846, 9.051566830613563),
	('mixed', 'HC1', 'side = b', -0.3811208016609289, 1.9877793183089587, -0.19173194838607915, 0.8480177015119963, -3.655834019844589, 2.8935924165227314),
	('mixed', 'HC1', 'side = c', 2.3721550916491196, 2.679293510412939, 0.8853658930721321, 0.376317580769481, -2.0417744593470584, 6.786084642645298),
	('mixed', 'HC1', 'side is missing', -1.1316331457040816, 2.6147539397070862, -0.43278762430351325, 0.6653261558238432, -5.4392387283705395, 3.1759724369623763),
	('mixed', 'HC1', 'F', 837.5484967125196, 3.0172573929553693e-266, NULL, NULL, NULL, NULL),
	('mixed', 'HC2', '(intercept)', -0.6186325957269236, 1.6479983187650855, -0.3753842395849597, 0.7075087292872512, -3.333582805891887, 2.0963176144380395),
	('mixed', 'HC2', 'gap', 5.545985780668133, 0.0866026409367914, 64.03945330854259, 7.612302965282956e-269, 5.403314604651176, 5.688656956685089),
	('mixed', 'HC2', 'gap is missing', 1.626908479151858, 4.5220166141375415, 0.3597749893411546, 0.7191432809713194, -5.822765356754651, 9.076582315058367),
	('mixed', 'HC2', 'side = b', -0.3811208016609289, 1.9910545119851548, -0.19141655809359903, 0.848264659440329, -3.661229648989516, 2.898988045667658),
	('mixed', 'HC2', 'side = c', 2.3721550916491196, 2.6889037228497044, 0.8822015721466985, 0.37802466846686045, -2.057606543626415, 6.801916726924654),
	('mixed', 'HC2', 'side is missing', -1.1316331457040816, 2.6349394003071955, -0.42947217137978566, 0.6677353763234731, -5.4724927189083505, 3.2092264275001874),
	('mixed', 'HC2', 'F', 837.3193057136386, 3.2397063415819106e-266, NULL, NULL, NULL, NULL),
	('mixed', 'HC3', '(intercept)', -0.6186325957269236, 1.6593672092489549, -0.37281235417862846, 0.709421097682305, -3.3523121767031703, 2.115046985249323),
	('mixed', 'HC3', 'gap', 5.545985780668133, 0.0870682705843908, 63.69697874373988, 1.2282203844593215e-267, 5.402547515695311, 5.689424045640955),
	('mixed', 'HC3', 'gap is missing', 1.626908479151858, 4.56016640060396, 0.35676515640665785, 0.7213943206612918, -5.8856141895510135, 9.13943114785473),
	('mixed', 'HC3', 'side = b', -0.3811208016609289, 2.0044018081847574, -0.1901419167078494, 0.8492628851587862, -3.6832182907312134, 2.9209766874093557),
	('mixed', 'HC3', 'side = c', 2.3721550916491196, 2.7121697259515924, 0.8746337181449162, 0.3821267284224973, -2.095935490502103, 6.840245673800342),
	('mixed', 'HC3', 'side is missing', -1.1316331457040816, 2.66869803219448, -0.42403941249716276, 0.6716905886269633, -5.528107462985241, 3.2648411715770775),
	('mixed', 'HC3', 'F', 828.7104104251621, 4.745843295059177e-265, NULL, NULL, NULL, NULL),
	('logistic', 'HC0', '(intercept)', 0.15003963606601478, 0.19273300533415427, 0.7784843898733427, 0.4362835057159751, -0.16697794679112632, 0.4670572189231559),
	('logistic', 'HC0', 'x', 0.009001111193624402, 0.011356457550785652, 0.7925984976716349, 0.42801178430010456, -0.00967859919810581, 0.027680821585354613),
	('logistic', 'HC0', 'k', -0.3651478174509554, 0.10180419906212405, -3.5867657799471613, 0.00033480479748470107, -0.5326008235171799, -0.19769481138473102),
	('logistic', 'HC1', '(intercept)', 0.15003963606601478, 0.19321665228113483, 0.776535740033957, 0.43743272677963974, -0.16777347522603125, 0.4678527473580608),
	('logistic', 'HC1', 'x', 0.009001111193624402, 0.011384955607013362, 0.7906145183455556, 0.4291689720902352, -0.009725474329253027, 0.027727696716501833),
	('logistic', 'HC1', 'k', -0.3651478174509554, 0.102059667968349, -3.5777876287447454, 0.00034651481245443546, -0.5330210324741573, -0.19727460242775358),
	('logistic', 'HC2', '(intercept)', 0.15003963606601478, 0.19331118719458804, 0.776155990987651, 0.43765688739407016, -0.16792897132129836, 0.4680082434533279),
	('logistic', 'HC2', 'x', 0.009001111193624402, 0.011392411086665997, 0.7900971203680983, 0.42947105147408615, -0.009737737502000325, 0.027739959889249127),
	('logistic', 'HC2', 'k', -0.3651478174509554, 0.10210019770875625, -3.5763673885583462, 0.00034840192738097857, -0.5330876979646655, -0.1972079369372453),
	('logistic', 'HC3', '(intercept)', 0.15003963606601478, 0.19389140732184185, 0.773833343820971, 0.43902935150539146, -0.168883348502042, 0.46896262063407157),
	('logistic', 'HC3', 'x', 0.009001111193624402, 0.01142849521364114, 0.7876024818106068, 0.4309292625544885, -0.009797090609130766, 0.02779931299637957),
	('logistic', 'HC3', 'k', -0.3651478174509554, 0.10239716748712845, -3.5659952947121836, 0.000362477874156374, -0.5335761697817161, -0.19671946512019484),
	('logistic weighted', 'HC0', '(intercept)', 0.10973407091676397, 0.2118171229755656, 0.5180604352246937, 0.604416103798318, -0.2386740920600211, 0.458142233893549),
	('logistic weighted', 'HC0', 'x', 0.00803065643121386, 0.012589165896377923, 0.6379021848877526, 0.5235373554019314, -0.012676678753737146, 0.028737991616164867),
	('logistic weighted', 'HC0', 'k', -0.3604336075927932, 0.11260957124610967, -3.2007368787956834, 0.001370766447327704, -0.5456598692864069, -0.1752073458991795),
	('logistic weighted', 'HC1', '(intercept)', 0.10973407091676397, 0.21234865987900145, 0.5167636611377328, 0.6053211499784534, -0.23954839246349613, 0.45901653429702405),
	('logistic weighted', 'HC1', 'x', 0.00803065643121386, 0.01262075732847464, 0.6363054309819659, 0.5245773658015545, -0.012728642035402023, 0.028789954897829744),
	('logistic weighted', 'HC1', 'k', -0.3604336075927932, 0.11289215530709845, -3.1927250092117765, 0.001409370928384014, -0.546124678704043, -0.17474253648154342),
	('logistic weighted', 'HC2', '(intercept)', 0.10973407091676397, 0.21268723105304005, 0.5159410387424642, 0.6058955901963075, -0.24010529248709472, 0.45957343432062264),
	('logistic weighted', 'HC2', 'x', 0.00803065643121386, 0.012643777378989989, 0.635146933586343, 0.5253325893683856, -0.0127665066489848, 0.02882781951141252),
	('logistic weighted', 'HC2', 'k', -0.3604336075927932, 0.11306016466598001, -3.1879805646634463, 0.0014327016600463947, -0.5464010295073611, -0.17446618567822528),
	('logistic weighted', 'HC3', '(intercept)', 0.10973407091676397, 0.21356203361357756, 0.513827617484288, 0.6073725173156883, -0.24154421465166132, 0.46101235648518923),
	('logistic weighted', 'HC3', 'x', 0.00803065643121386, 0.012698695950197457, 0.632400087592379, 0.5271254767275096, -0.012856839660022396, 0.028918152522450117),
	('logistic weighted', 'HC3', 'k', -0.3604336075927932, 0.11351305994448993, -3.175261135318281, 0.0014970171496933688, -0.5471459759488473, -0.17372123923673904),
	('wide', 'HC3', '(intercept)', 98.86761148424507, 33.13402299531518, 2.9838698276458606, 0.0029777472018480333, 44.271383616728656, 153.4638393517615),
	('wide', 'HC3', 'v[1]', -0.81154646690817, 0.5801392538996857, -1.3988821846702653, 0.16243433333505666, -1.767464645189042, 0.14437171137270188),
	('wide', 'HC3', 'v[70]', -0.13607056844904575, 0.21882363502559446, -0.6218275664469718, 0.5343231498646589, -0.4966348453056406, 0.22449370840754912);
CREATE TABLE asked AS
SELECT model, kind, target, options || jsonb_build_object('cov_type', kind) AS options
FROM (VALUES ('plain', 'y', '{"algorithm": "linear_regression", "features": ["x", "k"]}'::jsonb),
	('origin', 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "fit_intercept": false}'),
	('weighted', 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "weight": "w"}'),
	('mixed', 'y', '{"algorithm": "linear_regression", "features": ["gap", "side"], "missing_indicator": true}'),
	('logistic', 'yes', '{"algorithm": "logistic_regression", "features": ["x", "k"], "tol": 1e-13}'),
	('logistic weighted', 'yes', '{"algorithm": "logistic_regression", "features": ["x", "k"], "weight": "w", "tol": 1e-13}'),
	('wide', 'y', '{"algorithm": "linear_regression", "features": ["v"]}')) AS a (model, target, options),
	unnest(ARRAY['HC0', 'HC1', 'HC2', 'HC3']) AS kind;
-- Target and options are constants of an aggregate's call.
CREATE TABLE ours (model text, kind text, m orchard.model);
DO $$
DECLARE a asked;
BEGIN
	FOR a IN SELECT * FROM asked LOOP
		EXECUTE format('INSERT INTO ours SELECT %L, %L, orchard.fit(t, %L, %L) FROM ground AS t', a.model, a.kind, a.target, a.options);
	END LOOP;
END $$;
CREATE FUNCTION near(float8, float8, float8 DEFAULT 1e-9) RETURNS boolean LANGUAGE sql AS 'SELECT coalesce(abs($1 - $2) <= $3 * greatest(abs($2), 1e-280), false)';
SELECT g.model, g.kind, count(*) AS terms, bool_and(near(c.estimate, g.estimate) AND near(c.std_error, g.std_error)) AS errors,
	bool_and(near(c.statistic, g.statistic) AND near(c.p_value, g.p_value, 1e-7)) AS tests, bool_and(near(c.conf_low, g.conf_low) AND near(c.conf_high, g.conf_high)) AS intervals
FROM golden AS g JOIN ours USING (model, kind) LEFT JOIN LATERAL orchard.coefficients(m, 0.9) AS c USING (term)
WHERE term <> 'F' GROUP BY g.model, g.kind ORDER BY g.model, g.kind;
SELECT model, kind, near((f ->> 'f_statistic')::float8, estimate) AS f, near((f ->> 'f_p_value')::float8, std_error, 1e-7) AS p
FROM golden JOIN ours USING (model, kind), LATERAL (SELECT orchard.summary(m) -> 'fit' AS f) AS s WHERE term = 'F' ORDER BY model, kind;
-- The estimates and the facts of the fit are those of classical errors, and these the default.
SELECT count(*) FILTER (WHERE a.estimate = b.estimate) AS same, count(*) FILTER (WHERE a.std_error = b.std_error) AS same_errors,
	bool_or(orchard.model_digest(o.m) = orchard.model_digest(c.m)) AS same_model
FROM ours AS o, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"], "cov_type": "nonrobust"}') AS m FROM ground AS t) AS c,
	orchard.coefficients(o.m) AS a JOIN orchard.coefficients(c.m) AS b USING (term) WHERE o.model = 'plain' AND kind = 'HC3';
SELECT orchard.summary(o.m) #- '{fit,f_statistic}' #- '{fit,f_p_value}' #- '{options}' = orchard.summary(c.m) #- '{fit,f_statistic}' #- '{fit,f_p_value}' #- '{options}' AS same_facts,
	orchard.summary(o.m) #>> '{options,cov_type}' AS option
FROM ours AS o, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x", "k"]}') AS m FROM ground AS t) AS c WHERE o.model = 'plain' AND kind = 'HC3';
-- Intervals of predictions are by the same covariance: that of the intercept at x = k = 0.
SELECT o.model, o.kind, near(i.std_error, c.std_error) AS mean FROM ours AS o, orchard.coefficients(m) AS c, orchard.predict_interval(m, 0.9, 0.0::float8, 0.0::float8) AS i
WHERE term = '(intercept)' AND model IN ('plain', 'weighted') ORDER BY o.model, o.kind;

-- ** By train, in groups, far from zero, at the edges

CREATE FUNCTION errors_of(m orchard.model) RETURNS float8[] LANGUAGE sql AS 'SELECT array_agg(std_error ORDER BY term) FROM orchard.coefficients(m)';
SELECT rows FROM orchard.train('robust', 'SELECT x, k, y FROM ground', 'y', 'linear_regression', '{"cov_type": "HC3"}');
SELECT orchard.model_digest(m) = orchard.model_digest(orchard.load_model('robust')) AS same_model, errors_of(m) = errors_of(orchard.load_model('robust')) AS same_errors
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3"}') AS m FROM (SELECT x, k, y FROM ground) AS t) AS f;
SET client_min_messages = warning;
SELECT orchard.drop_model('robust');
SET client_min_messages = error;
SELECT bool_and(near(a.std_error, b.std_error, 1e-7)) AS far_from_zero
FROM ours, (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3"}') AS m FROM (SELECT x + 1e9 AS x, k, y + 1e9 AS y FROM ground) AS t) AS far,
	orchard.coefficients(ours.m) AS a JOIN orchard.coefficients(far.m) AS b USING (term) WHERE ours.model = 'plain' AND kind = 'HC3' AND term <> '(intercept)';
-- Groups whose rows spread over blocks of rows: HC0 of each by brute force.
CREATE TABLE groups AS SELECT g, x, y FROM (SELECT i % 2 AS g, (i * 37) % 1009 / 8.0::float8 AS x, (i * 53) % 997 * ((i * 37) % 1009)::float8 AS y FROM generate_series(1, 4000) AS i) AS s;
SELECT f.g, near(c.std_error, sqrt(sum(((x - mx) * (y - my - c.estimate * (x - mx))) ^ 2)) / sum((x - mx) ^ 2)) AS slope
FROM (SELECT g, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "group": "g", "cov_type": "HC0"}') AS m, avg(x) AS mx, avg(y) AS my FROM groups AS t GROUP BY g) AS f
	JOIN groups USING (g), LATERAL orchard.coefficients(m) AS c WHERE term = 'x' GROUP BY f.g, c.std_error ORDER BY f.g;
-- A row that determines a coefficient alone has the leverage 1: HC2 and HC3 are not defined, HC0 counts its residual 0.
SELECT kind, bool_and(std_error IS NULL) AS unknown, max(w ->> 0) AS warning
FROM (SELECT 'HC0' AS kind, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC0"}') AS m FROM (SELECT x, i = 7 AS alone, y FROM ground) AS t
	UNION ALL SELECT 'HC3', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3"}') FROM (SELECT x, i = 7 AS alone, y FROM ground) AS t) AS f,
	orchard.coefficients(m), LATERAL (SELECT orchard.summary(m) -> 'warnings' AS w) AS s GROUP BY kind ORDER BY kind;
-- Collinear columns, a constant one, a perfect fit, separated classes, one class, as many terms as rows.
SELECT what, array_agg(std_error IS NULL ORDER BY term) AS unknown, bool_or(std_error = 0) AS zero, max(warnings) AS warnings
FROM (SELECT 'collinear' AS what, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC1"}') AS m FROM (SELECT x, 2 * x AS z, y FROM ground) AS t
	UNION ALL SELECT 'constant', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC1"}') FROM (SELECT x, 3 AS c, y FROM ground) AS t
	UNION ALL SELECT 'perfect', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC1"}') FROM (SELECT i::float8 AS x, 2.0 * i AS y FROM generate_series(1, 8) AS i) AS t
	UNION ALL SELECT 'saturated', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC1"}') FROM (SELECT i AS x, 2 * i AS y FROM generate_series(1, 2) AS i) AS t
	UNION ALL SELECT 'separated', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "cov_type": "HC0"}') FROM (SELECT x, x > 12 AS y FROM ground) AS t) AS f,
	orchard.coefficients(m), LATERAL (SELECT jsonb_array_length(orchard.summary(m) -> 'warnings') AS warnings) AS s GROUP BY what ORDER BY what;
SELECT orchard.summary(orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "cov_type": "HC0", "features": ["x"]}')) -> 'warnings' AS one_class FROM ground AS t WHERE yes;

-- ** Where it does nothing or cannot be

\set VERBOSITY default
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC4"}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": 3}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3", "l2": 1}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3", "nonnegative": true}') FROM ground AS t;
SELECT orchard.fit(t, 'y', '{"cov_type": "HC3"}') FROM ground AS t;
SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression", "cov_type": "HC3"}') FROM ground AS t;

DROP SCHEMA fit_robust CASCADE;

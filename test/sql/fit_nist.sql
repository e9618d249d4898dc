-- NIST's Statistical Reference Datasets for linear regression, through SQL.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA fit_nist;
SET search_path = fit_nist;
SET client_min_messages = error;

-- ** The data and the certified values (test/golden/nist_sql.py; nist.py computes the latter again from the data, in 60 digits)

CREATE TABLE columns (name text, degree int, has_intercept boolean, x numeric[], y numeric[]);
INSERT INTO columns VALUES
	('longley', 0, true, ARRAY[
		83.0, 234289, 2356, 1590, 107608, 1947, 88.5, 259426, 2325, 1456, 108632, 1948, 88.2, 258054, 3682, 1616, 109773, 1949, 89.5, 284599, 3351, 1650,
		110929, 1950, 96.2, 328975, 2099, 3099, 112075, 1951, 98.1, 346999, 1932, 3594, 113270, 1952, 99.0, 365385, 1870, 3547, 115094, 1953, 100.0, 363112,
		3578, 3350, 116219, 1954, 101.2, 397469, 2904, 3048, 117388, 1955, 104.6, 419180, 2822, 2857, 118734, 1956, 108.4, 442769, 2936, 2798, 120445, 1957,
		110.8, 444546, 4681, 2637, 121950, 1958, 112.6, 482704, 3813, 2552, 123366, 1959, 114.2, 502601, 3931, 2514, 125368, 1960, 115.7, 518173, 4806,
		2572, 127852, 1961, 116.9, 554894, 4007, 2827, 130081, 1962],
	ARRAY[
		60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551]),
	('norris', 0, true, ARRAY[
		.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, .4, .6, 775.5, 666.9, 338.0, 447.5, 11.6, 556.0, 228.1, 995.8, 887.6,
		120.2, .3, .3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, .5],
	ARRAY[
		.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, .3, .1, 778.1, 668.8, 339.3, 448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6,
		.3, .6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, .2]),
	('pontius', 2, true, ARRAY[
		150000, 300000, 450000, 600000, 750000, 900000, 1050000, 1200000, 1350000, 1500000, 1650000, 1800000, 1950000, 2100000, 2250000, 2400000, 2550000,
		2700000, 2850000, 3000000, 150000, 300000, 450000, 600000, 750000, 900000, 1050000, 1200000, 1350000, 1500000, 1650000, 1800000, 1950000, 2100000,
		2250000, 2400000, 2550000, 2700000, 2850000, 3000000],
	ARRAY[
		.11019, .21956, .32949, .43899, .54803, .65694, .76562, .87487, .98292, 1.09146, 1.20001, 1.30822, 1.41599, 1.52399, 1.63194, 1.73947, 1.84646,
		1.95392, 2.06128, 2.16844, .11052, .22018, .32939, .43886, .54798, .65739, .76596, .87474, .98300, 1.09150, 1.20004, 1.30818, 1.41613, 1.52408,
		1.63159, 1.73965, 1.84696, 1.95445, 2.06177, 2.16829]),
	('noint1', 0, false, ARRAY[
		60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70],
	ARRAY[
		130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140]),
	('noint2', 0, false, ARRAY[
		4, 5, 6],
	ARRAY[
		3, 4, 4]),
	('filip', 10, true, ARRAY[
		-6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026, -7.115148017, -6.815308569,
		-6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118, -5.171791386, -4.851705903, -4.517126416, -4.143573228,
		-3.709075441, -3.499489089, -6.300769497, -5.953504836, -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195, -8.56735134,
		-8.363211311, -8.107682739, -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828, -8.781464495,
		-8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009, -6.478861916, -6.159517513,
		-6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224, -4.974284616, -4.64454848, -4.290560426, -3.885055584,
		-3.408378962, -3.13200249, -8.726767166, -8.66695597, -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422, -6.995678626,
		-6.691862621, -6.392544977, -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704, -4.098269308,
		-3.66174277, -3.2644011],
	ARRAY[
		.8116, .9072, .9052, .9039, .8053, .8377, .8667, .8809, .7975, .8162, .8515, .8766, .8885, .8859, .8959, .8913, .8959, .8971, .9021, .909, .9139,
		.9199, .8692, .8872, .89, .891, .8977, .9035, .9078, .7675, .7705, .7713, .7736, .7775, .7841, .7971, .8329, .8641, .8804, .7668, .7633, .7678,
		.7697, .77, .7749, .7796, .7897, .8131, .8498, .8741, .8061, .846, .8751, .8856, .8919, .8934, .894, .8957, .9047, .9129, .9209, .9219, .7739,
		.7681, .7665, .7703, .7702, .7761, .7809, .7961, .8253, .8602, .8809, .8301, .8664, .8834, .8898, .8964, .8963, .9074, .9119, .9228]),
	('wampler1', 5, true, ARRAY[
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
	ARRAY[
		1.0, 6.0, 63.0, 364.0, 1365.0, 3906.0, 9331.0, 19608.0, 37449.0, 66430.0, 111111.0, 177156.0, 271453.0, 402234.0, 579195.0, 813616.0, 1118481.0,
		1508598.0, 2000719.0, 2613660.0, 3368421.0]),
	('wampler2', 5, true, ARRAY[
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
	ARRAY[
		1.0, 1.11111, 1.24992, 1.42753, 1.65984, 1.96875, 2.38336, 2.94117, 3.68928, 4.68559, 6.0, 7.71561, 9.92992, 12.75603, 16.32384, 20.78125, 26.29536,
		33.05367, 41.26528, 51.16209, 63.0]),
	('wampler3', 5, true, ARRAY[
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
	ARRAY[
		760.0, -2042.0, 2111.0, -1684.0, 3888.0, 1858.0, 11379.0, 17560.0, 39287.0, 64382.0, 113159.0, 175108.0, 273291.0, 400186.0, 581243.0, 811568.0,
		1121004.0, 1506550.0, 2002767.0, 2611612.0, 3369180.0]),
	('wampler4', 5, true, ARRAY[
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
	ARRAY[
		75901.0, -204794.0, 204863.0, -204436.0, 253665.0, -200894.0, 214131.0, -185192.0, 221249.0, -138370.0, 315911.0, -27644.0, 455253.0, 197434.0,
		783995.0, 608816.0, 1370781.0, 1303798.0, 2205519.0, 2408860.0, 3444321.0]),
	('wampler5', 5, true, ARRAY[
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
	ARRAY[
		7590001.0, -20479994.0, 20480063.0, -20479636.0, 25231365.0, -20476094.0, 20489331.0, -20460392.0, 18417449.0, -20413570.0, 20591111.0, -20302844.0,
		18651453.0, -20077766.0, 21059195.0, -19666384.0, 26348481.0, -18971402.0, 22480719.0, -17866340.0, 10958421.0]);
CREATE TABLE certified (name text, term text, estimate float8, std_error float8);
INSERT INTO certified VALUES
	('longley', '(intercept)', -3482258.63459582, 890420.383607373), ('longley', 'x[1]', 15.0618722713733, 84.9149257747669), ('longley', 'x[2]',
	-0.035819179292591, 0.0334910077722432), ('longley', 'x[3]', -2.02022980381683, 0.488399681651699), ('longley', 'x[4]', -1.03322686717359,
	0.214274163161675), ('longley', 'x[5]', -0.0511041056535807, 0.22607320006937), ('longley', 'x[6]', 1829.15146461355, 455.478499142212), ('norris',
	'(intercept)', -0.262323073774029, 0.232818234301152), ('norris', 'x[1]', 1.00211681802045, 0.000429796848199937), ('pontius', '(intercept)',
	0.000673565789473684, 0.000107938612033077), ('pontius', 'x[1]', 7.32059160401003e-07, 1.57817399981659e-10), ('pontius', 'x[2]',
	-3.16081871345029e-15, 4.86652849992036e-17), ('noint1', 'x[1]', 2.07438016528926, 0.0165289256198347), ('noint2', 'x[1]', 0.727272727272727,
	0.0420827318078432), ('filip', '(intercept)', -1467.4896142298, 298.084530995537), ('filip', 'x[1]', -2772.17959193342, 559.77986547495), ('filip',
	'x[2]', -2316.37108160893, 466.477572127796), ('filip', 'x[3]', -1127.97394098372, 227.204274477751), ('filip', 'x[4]', -354.478233703349,
	71.6478660875927), ('filip', 'x[5]', -75.1242017393757, 15.28971787474), ('filip', 'x[6]', -10.8753180355343, 2.23691159816033), ('filip', 'x[7]',
	-1.06221498588947, 0.221624321934227), ('filip', 'x[8]', -0.0670191154593408, 0.0142363763154724), ('filip', 'x[9]', -0.00246781078275479,
	0.000535617408889821), ('filip', 'x[10]', -4.02962525080404e-05, 8.96632837373868e-06), ('wampler1', '(intercept)', 1.0, 0.0), ('wampler1', 'x[1]',
	1.0, 0.0), ('wampler1', 'x[2]', 1.0, 0.0), ('wampler1', 'x[3]', 1.0, 0.0), ('wampler1', 'x[4]', 1.0, 0.0), ('wampler1', 'x[5]', 1.0, 0.0),
	('wampler2', '(intercept)', 1.0, 0.0), ('wampler2', 'x[1]', 0.1, 0.0), ('wampler2', 'x[2]', 0.01, 0.0), ('wampler2', 'x[3]', 0.001, 0.0),
	('wampler2', 'x[4]', 0.0001, 0.0), ('wampler2', 'x[5]', 1e-05, 0.0), ('wampler3', '(intercept)', 1.0, 2152.3262467817), ('wampler3', 'x[1]', 1.0,
	2363.55173469681), ('wampler3', 'x[2]', 1.0, 779.343524331583), ('wampler3', 'x[3]', 1.0, 101.47550755035), ('wampler3', 'x[4]', 1.0,
	5.64566512170752), ('wampler3', 'x[5]', 1.0, 0.112324854679312), ('wampler4', '(intercept)', 1.0, 215232.62467817), ('wampler4', 'x[1]', 1.0,
	236355.173469681), ('wampler4', 'x[2]', 1.0, 77934.3524331583), ('wampler4', 'x[3]', 1.0, 10147.550755035), ('wampler4', 'x[4]', 1.0,
	564.566512170752), ('wampler4', 'x[5]', 1.0, 11.2324854679312), ('wampler5', '(intercept)', 1.0, 21523262.467817), ('wampler5', 'x[1]', 1.0,
	23635517.3469681), ('wampler5', 'x[2]', 1.0, 7793435.24331583), ('wampler5', 'x[3]', 1.0, 1014755.0755035), ('wampler5', 'x[4]', 1.0,
	56456.6512170752), ('wampler5', 'x[5]', 1.0, 1123.24854679312);
-- Powers are exact in numeric and rounded to float8 once.
CREATE FUNCTION powers(x numeric, degree int) RETURNS float8[] LANGUAGE sql AS
	$$WITH RECURSIVE p (k, v) AS (SELECT 1, x UNION ALL SELECT k + 1, v * x FROM p WHERE k < degree) SELECT array_agg(v::float8 ORDER BY k) FROM p$$;
CREATE TABLE sets AS
SELECT name, has_intercept, i, cardinality(y) AS n, y[i]::float8 AS y,
	CASE WHEN degree > 0 THEN powers(x[i], degree) ELSE x[(i - 1) * cardinality(x) / cardinality(y) + 1 : i * cardinality(x) / cardinality(y)]::float8[] END AS x
FROM columns, generate_series(1, cardinality(y)) AS i;
CREATE TYPE row_of AS (x float8[], y float8);
CREATE TABLE models (name text, repeats int, m orchard.model);

-- ** As they are

DO $$
DECLARE s record;
BEGIN
	FOR s IN SELECT name, has_intercept FROM columns LOOP
		EXECUTE format('INSERT INTO models SELECT %1$L, 1, orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "fit_intercept": %2$s}'') FROM (SELECT x, y FROM sets WHERE name = %1$L) AS t', s.name, to_json(s.has_intercept));
	END LOOP;
END $$;
-- Correct digits, at least; errors of an exact fit are 0 and are counted from 1.  Filip's powers, rounded, are another problem in the eighth digit.
CREATE VIEW digits AS
SELECT g.name, m.repeats, min(CASE WHEN c.estimate = g.estimate THEN 15 ELSE least(15, -log(abs(c.estimate / g.estimate - 1))) END) AS estimates,
	min(CASE WHEN g.std_error = 0 THEN least(15, -log(greatest(c.std_error, 1e-15))) ELSE least(15, -log(greatest(abs(c.std_error / (g.std_error * factor) - 1), 1e-15))) END) AS errors
FROM certified AS g JOIN models AS m USING (name), LATERAL orchard.coefficients(m) AS c,
	LATERAL (SELECT sqrt((n - p)::float8 / (repeats::float8 * n - p)) AS factor FROM (SELECT max(s.n) AS n, (SELECT count(*) FROM certified AS t WHERE t.name = g.name) AS p FROM sets AS s WHERE s.name = g.name) AS f) AS d
WHERE c.term = g.term GROUP BY g.name, m.repeats;
SELECT name, estimates >= CASE name WHEN 'filip' THEN 7.5 ELSE 13 END AS estimates, errors >= CASE name WHEN 'filip' THEN 7.5 ELSE 13 END AS errors FROM digits ORDER BY name;

-- ** A million rows, shuffled, from four states in a table

DO $$
DECLARE s record;
BEGIN
	FOR s IN SELECT DISTINCT name, n, 1000000 / n + 1 AS repeats FROM sets WHERE name IN ('longley', 'filip') LOOP
		EXECUTE format('INSERT INTO models SELECT %1$L, %2$s, orchard.finish(orchard.merge(state)) FROM (SELECT part, orchard.fit_state(t, ''y'', ''{"algorithm": "linear_regression"}'') AS state FROM (SELECT r %% 4 AS part, ROW(x, y)::row_of AS t FROM generate_series(1, %2$s) AS r, sets WHERE name = %1$L ORDER BY hashint4(r * 1000 + i)) AS u GROUP BY part) AS v', s.name, s.repeats);
	END LOOP;
END $$;
SELECT name, repeats, estimates >= CASE name WHEN 'filip' THEN 7.5 ELSE 13 END AS estimates, errors >= CASE name WHEN 'filip' THEN 7.5 ELSE 13 END AS errors FROM digits WHERE repeats > 1 ORDER BY name;
-- The digits are the same ones: each estimate is that of the set itself but for the last digits of the exact solution of the rounded rows.
SELECT a.name, bool_and(abs(x.estimate / y.estimate - 1) <= CASE a.name WHEN 'filip' THEN 1e-11 ELSE 1e-14 END) AS same
FROM models AS a JOIN models AS b USING (name), LATERAL orchard.coefficients(a.m) AS x JOIN LATERAL orchard.coefficients(b.m) AS y USING (term)
WHERE a.repeats = 1 AND b.repeats > 1 GROUP BY a.name ORDER BY a.name;

-- ** numeric columns keep the digits that a double has no room for: as they are, and 30,000 rows from four states

CREATE FUNCTION exact_powers(x numeric, degree int) RETURNS numeric[] LANGUAGE sql AS
	$$WITH RECURSIVE p (k, v) AS (SELECT 1, x UNION ALL SELECT k + 1, v * x FROM p WHERE k < degree) SELECT array_agg(v ORDER BY k) FROM p$$;
CREATE TABLE exact AS
SELECT name, i, y[i] AS y,
	CASE WHEN degree > 0 THEN exact_powers(x[i], degree) ELSE x[(i - 1) * cardinality(x) / cardinality(y) + 1 : i * cardinality(x) / cardinality(y)] END AS x
FROM columns, generate_series(1, cardinality(y)) AS i;
CREATE TABLE exact_models (name text, repeats int, m orchard.model);
DO $$
DECLARE s record;
	list text;
BEGIN
	FOR s IN SELECT name, has_intercept, max(cardinality(exact.x)) AS k, 30000 / count(*) + 1 AS repeats FROM columns JOIN exact USING (name) GROUP BY name, has_intercept LOOP
		SELECT string_agg(format('x[%1$s] AS "x[%1$s]"', j), ', ') INTO list FROM generate_series(1, s.k) AS j;
		EXECUTE format('INSERT INTO exact_models SELECT %1$L, 1, orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "fit_intercept": %2$s}'') FROM (SELECT %3$s, y FROM exact WHERE name = %1$L) AS t',
			s.name, to_json(s.has_intercept), list);
		EXECUTE format('CREATE TYPE exact_%s AS (%s, y numeric)', s.name, regexp_replace(list, 'x\[\d+\] AS ("x\[\d+\]")', '\1 numeric', 'g'));
		IF s.name IN ('longley', 'filip') THEN
			EXECUTE format('INSERT INTO exact_models SELECT %1$L, %2$s, orchard.finish(orchard.merge(state)) FROM (SELECT r %% 4, orchard.fit_state(ROW(%4$s, y)::exact_%1$s, ''y'', ''{"algorithm": "linear_regression"}'') AS state
				FROM (SELECT r, x, y FROM exact, generate_series(1, %2$s) AS r WHERE name = %1$L ORDER BY (r * 7919 + i * 104729) %% 1000003) AS t GROUP BY r %% 4) AS states',
				s.name, s.repeats, list, regexp_replace(list, ' AS "x\[\d+\]"', '', 'g'));
		END IF;
	END LOOP;
END $$;
CREATE VIEW exact_digits AS
SELECT g.name, m.repeats, min(CASE WHEN c.estimate = g.estimate THEN 15 ELSE least(15, -log(abs(c.estimate / g.estimate - 1))) END) AS estimates,
	min(CASE WHEN g.std_error = 0 THEN least(15, -log(greatest(c.std_error, 1e-15))) ELSE least(15, -log(greatest(abs(c.std_error / (g.std_error * factor) - 1), 1e-15))) END) AS errors
FROM certified AS g JOIN exact_models AS m USING (name), LATERAL orchard.coefficients(m) AS c,
	LATERAL (SELECT sqrt((n - p)::float8 / (repeats::float8 * n - p)) AS factor FROM (SELECT max(s.n) AS n, (SELECT count(*) FROM certified AS t WHERE t.name = g.name) AS p FROM sets AS s WHERE s.name = g.name) AS f) AS d
WHERE c.term = g.term GROUP BY g.name, m.repeats;
SELECT name, repeats > 1 AS large, estimates >= CASE name WHEN 'filip' THEN 10 ELSE 13 END AS estimates, errors >= CASE name WHEN 'filip' THEN 10 ELSE 13 END AS errors
FROM exact_digits ORDER BY name, large;

-- ** The same above 64 numbers: each set 128 times beside 70 columns of 1 and -1 that are orthogonal to it

CREATE TABLE wide_models (name text, how text, m orchard.model);
CREATE TABLE signs AS
SELECT r, array_agg((1 - 2 * (length(replace((r & j)::bit(7)::text, '0', '')) % 2))::float8 ORDER BY j) AS pad FROM generate_series(0, 127) AS r, generate_series(1, 70) AS j GROUP BY r;
DO $$
DECLARE s record;
	list text;
BEGIN
	FOR s IN SELECT name, max(cardinality(exact.x)) AS k FROM columns JOIN exact USING (name) WHERE name IN ('longley', 'norris', 'pontius', 'filip', 'wampler1', 'wampler5') GROUP BY name LOOP
		SELECT string_agg(format('x[%1$s] AS "x[%1$s]"', j), ', ') INTO list FROM generate_series(1, s.k) AS j;
		PERFORM rows FROM orchard.train('nist_wide', format('SELECT %2$s, y, pad FROM exact, signs WHERE name = %1$L', s.name, list), 'y', 'linear_regression');
		INSERT INTO wide_models VALUES (s.name, 'wide', orchard.load_model('nist_wide'));
		PERFORM rows FROM orchard.train('nist_wide', format('SELECT %2$s, y FROM exact WHERE name = %1$L', s.name, list), 'y', 'linear_regression');
		INSERT INTO wide_models VALUES (s.name, 'trained', orchard.load_model('nist_wide'));
		EXECUTE format('INSERT INTO wide_models SELECT %1$L, ''robust'', orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "cov_type": "HC1"}'') FROM (SELECT %2$s, y FROM exact WHERE name = %1$L) AS t', s.name, list);
	END LOOP;
	PERFORM orchard.drop_model('nist_wide');
END $$;
-- Where the condition number or a perfect fit asks for it, train has all digits of the estimates, Filip's too, of the errors those that double-double sums leave;
-- elsewhere those of sums in double, against the larger of the estimate and its error. cov_type keeps the digits of numeric as well.
CREATE VIEW wide_digits AS
SELECT g.name, m.how, min(CASE WHEN c.estimate = g.estimate THEN 15 ELSE least(15, -log(abs(c.estimate - g.estimate) / CASE how WHEN 'wide' THEN greatest(abs(g.estimate), g.std_error * factor) ELSE abs(g.estimate) END)) END) AS estimates,
	min(CASE WHEN g.std_error = 0 THEN 15 ELSE least(15, -log(greatest(abs(c.std_error / (g.std_error * factor) - 1), 1e-15))) END) AS errors
FROM certified AS g JOIN wide_models AS m USING (name), LATERAL orchard.coefficients(m) AS c,
	LATERAL (SELECT CASE how WHEN 'wide' THEN sqrt((n - p)::float8 / (128 * n - p - 70)) ELSE 1 END AS factor FROM (SELECT max(s.n) AS n, (SELECT count(*) FROM certified AS t WHERE t.name = g.name) AS p FROM sets AS s WHERE s.name = g.name) AS f) AS d
WHERE c.term = g.term GROUP BY g.name, m.how;
SELECT name, how, estimates >= CASE WHEN how = 'wide' AND name <> 'filip' THEN 11 ELSE 13 END AS estimates, how = 'robust' OR errors >= CASE WHEN name = 'filip' OR how = 'wide' THEN 9 ELSE 13 END AS errors FROM wide_digits ORDER BY name, how;
-- Without a WARNING of the rank or the condition.
SELECT name, how, w FROM wide_models, jsonb_array_elements_text(orchard.summary(m) -> 'warnings') AS w WHERE w ~ 'condition|rank' ORDER BY name, how;

DROP SCHEMA fit_nist CASCADE;

-- Reported faults of moving variances and correlations elsewhere: pandas and polars by their issues.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

-- The reference is numeric, which is exact but for the last division; a frame is the last `width` rows.
CREATE TEMP TABLE reports (report text, width int, x float8[]);
INSERT INTO reports VALUES
	('pandas 28244: an outlier of 9.54e8 leaves zeros behind it', 5, '{9.54e+08, 6.225e-01, NULL, 0, 1.14, 0}'),
	('pandas 42064: a thousand, then zeros', 10, ARRAY[1000] || array_fill(0::float8, ARRAY[99])),
	('pandas 44640: a single -1 among zeros', 3, array_fill(0::float8, ARRAY[5]) || ARRAY[-1] || array_fill(0::float8, ARRAY[9])),
	('pandas 47721: 1e10 spoils what follows', 6, '{1,-1,0,1,3,2,-2,10000000000,1,2,0,-2,1,3,0,1}'),
	('pandas 48950: 1e5 changes a deviation of 0.1', 3, '{100000.0, 0.1, 0.2, 0.3, 0.4}'),
	('pandas 52407: negative variances', 3, '{0, 0, 3.16188252e-18, 2.95781651e-16, 2.23153542e-51, 0, 0, 5.39943432e-48, 1.38206260e-73, 0}'),
	('pandas 53289: values that decay from 1 to 1e-12', 50, (SELECT array_agg(sin(9 * pi() * g / 699) * exp(-9 * pi() * g / 699) ORDER BY g) FROM generate_series(0, 699) AS g)),
	('pandas 54518: 1e17 turns deviations into zero', 2, '{1.2e+03, 1.3e+17, 1.5e+17, 1.995e+03, 1.990e+03}'),
	('polars 4301, 9383: a level behind a spread', 20, (SELECT array_agg(CASE WHEN g < 30 THEN 1e6 * sin(g) ELSE 1.1 END ORDER BY g) FROM generate_series(1, 90) AS g)),
	('polars 5197: a constant after another', 5, '{1.2, 1.2, 1.2, 1.2, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3}'),
	('polars 12905: a constant that is no binary fraction', 12, array_fill(36743.6::float8, ARRAY[30])),
	('polars 21677: 1 and 1e-7, then zeros', 5, '{1.0, 1e-7, 0, 0, 0, 0, 0, 0, 0, 0}'),
	('polars 21758: runs of NULL', 7, '{1, NULL, NULL, NULL, NULL, NULL, NULL, 2, 3, 4, NULL, NULL, 5, 6, 7}');
CREATE TEMP TABLE rolled (report text, ours float8, exact numeric, deviation float8);
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM reports LOOP
		EXECUTE format('INSERT INTO rolled SELECT %L, orchard.var_samp(x) OVER w, var_samp(x::numeric) OVER w, orchard.stddev(x) OVER w'
			' FROM unnest(%L::float8[]) WITH ORDINALITY AS u(x, i) WINDOW w AS (ORDER BY i ROWS %s PRECEDING)', r.report, r.x, r.width - 1);
	END LOOP;
END $$;
SELECT report, count(*) AS rows, count(*) FILTER (WHERE ours < 0 OR ours = 'NaN') AS impossible,
	bool_and((ours IS NULL) = (exact IS NULL) AND coalesce(abs(ours - exact::float8) <= 1e-12 * exact::float8, true)) AS exact,
	bool_and(coalesce(deviation = sqrt(ours), true)) AS deviation
FROM rolled GROUP BY report ORDER BY report COLLATE "C";
-- the last deviation of 54518 is 3.54, that of 47721 is 1.64
SELECT report, round(max(deviation)::numeric, 6) AS last
FROM (SELECT report, deviation, row_number() OVER (PARTITION BY report) = count(*) OVER (PARTITION BY report) AS is_last FROM rolled) AS q
WHERE is_last AND report ~ '54518|47721' GROUP BY report ORDER BY report;

-- Correlations beyond 1, or of a constant: undefined is NULL, the rest as exact sums have it.
CREATE TEMP TABLE pair_reports (report text, width int, y float8[], x float8[]);
INSERT INTO pair_reports VALUES
	('pandas 26542: windows without spread', 3, '{1,3,4,2,452,2,4,1,4,3,1,4,31,57,8,9,1,1,2,2,12,1,5,4,123,5,6,7,87}', '{1,2,3,4,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5}'),
	('polars 18217: NULL on one side', 10, '{1, 1.06, 1.07, 0.93, 0.78, 0.85}', '{NULL, 1, 1.06, 1.07, 0.93, 0.78}'),
	('polars 19437: a lagged column', 3, '{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}', '{NULL, 1, 2, 3, 4, 5, 6, 7, 8, 9}'),
	('polars 21491: correlations of 5.93 behind outliers', 30,
		(SELECT array_agg(CASE WHEN g % 97 = 5 THEN 1e9 ELSE (g * 37 % 11)::float8 / 1000 END ORDER BY g) FROM generate_series(1, 400) AS g),
		(SELECT array_agg(CASE WHEN g % 97 = 5 THEN -1e9 WHEN g > 300 THEN 0 ELSE (g * 53 % 13)::float8 / 1000 END ORDER BY g) FROM generate_series(1, 400) AS g)),
	('polars 22099: five equal values', 5, '{5.0, 2.5, 3.5, 5.0, 3.5, 5.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 4.0}', '{3.0, 1.0, 2.0, 1.0, 3.0, 5.0, 4.0, 3.0, 2.0, 5.0, 5.0, 4.0, 4.0, 2.0}');
CREATE TEMP TABLE correlated (report text, i bigint, ours float8, n numeric, sx numeric, sy numeric, sxx numeric, syy numeric, sxy numeric);
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM pair_reports LOOP
		EXECUTE format('INSERT INTO correlated SELECT %L, i, orchard.corr(y::float8, x::float8) OVER w, count(x * y) OVER w, sum(x) FILTER (WHERE y IS NOT NULL) OVER w,'
			' sum(y) FILTER (WHERE x IS NOT NULL) OVER w, sum(x * x) FILTER (WHERE y IS NOT NULL) OVER w, sum(y * y) FILTER (WHERE x IS NOT NULL) OVER w, sum(x * y) OVER w'
			' FROM unnest(%L::numeric[], %L::numeric[]) WITH ORDINALITY AS u(y, x, i) WINDOW w AS (ORDER BY i ROWS %s PRECEDING)',
			r.report, r.y, r.x, r.width - 1);
	END LOOP;
END $$;
SELECT report, count(*) AS rows, count(*) FILTER (WHERE abs(ours) > 1 OR ours = 'NaN') AS impossible, count(*) FILTER (WHERE ours IS NULL) AS undefined,
	bool_and(CASE WHEN n IS NULL OR n = 0 OR n * sxx = sx * sx OR n * syy = sy * sy THEN ours IS NULL
		ELSE abs(ours - ((n * sxy - sx * sy) / sqrt((n * sxx - sx * sx) * (n * syy - sy * sy)))::float8) <= 1e-12 END) AS exact
FROM correlated GROUP BY report ORDER BY report COLLATE "C";

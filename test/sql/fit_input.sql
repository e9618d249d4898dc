-- fit_input.sql: what fit() makes of bad and unusual input: each case trains, warns or raises, never silently.
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS orchard;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on

CREATE SCHEMA fit_input;
SET search_path = fit_input, public;

-- What a query gives: its value, or SQLSTATE, message, detail and hint.
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text;
	message text;
	detail text;
	hint text;
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', state || ' ' || message, 'detail: ' || nullif(detail, ''), 'hint: ' || nullif(hint, ''));
END $$;

-- The model of a linear regression of y in one word: its terms, or the outcome that there is none.
CREATE FUNCTION terms_of(rows text, options text DEFAULT '{"algorithm": "linear_regression"}') RETURNS text
LANGUAGE sql AS $$
	SELECT outcome(format('SELECT (SELECT string_agg(term, $a$, $a$) FROM orchard.coefficients(m)) FROM '
						  '(SELECT orchard.fit(t, $a$y$a$, %L) AS m FROM (%s) AS t) AS f', options, rows));
$$;

-- Integers and quarters: every sum of them is exact.
CREATE TABLE ground AS
SELECT i AS id, i % 3 AS k, i % 4 AS j, ((i * 37) % 101) / 4.0::float8 AS x, ((i * 53) % 31 + (i * 37) % 101)::float8 AS y
FROM generate_series(1, 600) AS i;

-- ** Rows there are too few of

SELECT 'no rows', terms_of('SELECT x, y FROM ground WHERE false');
SELECT 'no rows in one group of three', k, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') FILTER (WHERE k > 0) IS NULL
FROM ground AS t GROUP BY k ORDER BY k;
SELECT 'one row', terms_of('SELECT 1.0::float8 AS x, 2.0::float8 AS y');
SELECT 'one row predicts itself', orchard.predict(m, 7.0) = 2
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT 1.0 AS x, 2.0 AS y) AS t) AS f;
SELECT 'one row, logistic', orchard.predict(m, 7.0) = 1, orchard.classes(m)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m FROM (SELECT 1.0 AS x, true AS y) AS t) AS f;
SELECT 'rows that are NULL are no rows', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') IS NULL
FROM (SELECT 1) AS one LEFT JOIN ground AS t ON false;
SELECT 'and are left out', orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) -> 'rows'
FROM generate_series(1, 700) AS i LEFT JOIN ground AS t ON t.id = i;

-- ** Columns that tell nothing

-- A column of NULLs and a constant one have the coefficient 0, the others what PostgreSQL computes.
SELECT c.label, bool_and(abs(k.estimate - CASE k.term WHEN 'x' THEN r.slope WHEN 'v' THEN 0 ELSE r.intercept END)
						 <= 1e-12 * greatest(1, abs(r.intercept))) AS exact, count(*) AS terms
FROM (SELECT 'NULLs' AS label, orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m
	  FROM (SELECT x, NULL::float8 AS v, y FROM ground) AS t
	  UNION ALL SELECT 'constant', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, 12345.678 AS v, y FROM ground) AS t
	  UNION ALL SELECT 'text of NULLs', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, NULL::text AS v, y FROM ground) AS t
	  UNION ALL SELECT 'constant text', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, 'a' AS v, y FROM ground) AS t) AS c,
	 orchard.coefficients(c.m) AS k,
	 (SELECT regr_slope(y, x) AS slope, regr_intercept(y, x) AS intercept FROM ground) AS r
GROUP BY c.label ORDER BY c.label;
-- With an indicator for its NULLs a column of one category does tell something.
SELECT 'one category or NULL', terms_of('SELECT CASE WHEN id % 5 > 0 THEN ''a'' END AS v, x, y FROM ground', '{"algorithm": "linear_regression", "missing_indicator": true}');
SELECT 'one category or NULL, no indicator', terms_of('SELECT CASE WHEN id % 5 > 0 THEN ''a'' END AS v, x, y FROM ground');
SELECT 'no columns but the target', abs(estimate - avg) <= 1e-12
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m, avg(y) FROM (SELECT y FROM ground) AS t) AS f, orchard.coefficients(m);

-- Of equal columns each has half the slope (minimum norm on the standardised columns), and no error.
SELECT 'collinear', bool_and(abs(estimate - slope / 2) <= 1e-12), bool_and(std_error IS NULL)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m, regr_slope(y, x) AS slope
	  FROM (SELECT x, x AS again, y FROM ground) AS t) AS f, orchard.coefficients(m) WHERE term <> '(intercept)';
-- Twice a column has half its standardised share.
SELECT 'collinear, scaled', bool_and(abs(estimate - slope / CASE term WHEN 'x' THEN 2 ELSE 4 END) <= 1e-12)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m, regr_slope(y, x) AS slope
	  FROM (SELECT x, 3 + 2 * x AS twice, y FROM ground) AS t) AS f, orchard.coefficients(m) WHERE term <> '(intercept)';
SELECT 'collinear, on_failure', terms_of('SELECT x, x AS again, y FROM ground', '{"algorithm": "linear_regression", "on_failure": "error"}');
SELECT 'collinear, logistic', count(*), bool_and(std_error IS NULL)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}') AS m
	  FROM (SELECT x, x AS again, (id * 7919) % 11 > 4 AS y FROM ground) AS t) AS f, orchard.coefficients(m) WHERE term <> '(intercept)';

-- 100 columns that look like identifiers: the first 64 warnings are kept, the others counted.
SET client_min_messages = error;
SELECT 'many warnings', outcome('SELECT jsonb_array_length(w) || $a$, $a$ || (w ->> 63) || $a$, $a$ || (w ->> 64) FROM '
	'(SELECT orchard.summary(orchard.fit(t, $a$y$a$, $a${"algorithm": "linear_regression", "l2": 1}$a$)) -> $a$warnings$a$ AS w FROM (SELECT y, '
	|| string_agg(format('id * %s AS id%s', i, i), ', ') || ' FROM ground) AS t) AS f') FROM generate_series(1, 100) AS i;
SET client_min_messages = warning;

-- ** Targets

SELECT e, terms_of('SELECT i % 7 AS x, ' || e || ' AS y FROM generate_series(1, 30) AS i') FROM unnest(ARRAY[
	'NULL::float8', 'CASE WHEN i <> 9 THEN i END', '''a''::text', 'i > 3', 'ARRAY[1.0::float8]', 'point(i, 1)', '''{}''::jsonb',
	'''NaN''::float8', '''Infinity''::float4', '''-Infinity''::float8', '''NaN''::numeric', '1e400', 'date ''infinity''',
	'1e308::float8 * (i % 2 * 2 - 1)', '1.7e308::float8', '1', 'date ''2024-01-01'' + i', 'interval ''1 s'' * i']) AS e;
SELECT e, terms_of('SELECT i % 7 AS x, ' || e || ' AS y FROM generate_series(1, 30) AS i', '{"algorithm": "logistic_regression", "l2": 0.1}')
FROM unnest(ARRAY['NULL::boolean', 'i % 3', '''NaN''::float8', '''Infinity''::float8', 'ARRAY[1.0::float8]', 'point(i, 1)',
	'date ''2024-01-01'' + i % 2', 'true', '''only''::text', '1e308::float8 * (i % 2)']) AS e;
SELECT 'NULL targets left out', s -> 'rows', s -> 'rows_skipped'
FROM (SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "skip_null_target": true}')) AS s
	  FROM (SELECT i % 7 AS x, CASE WHEN i % 3 > 0 THEN i END AS y FROM generate_series(1, 30) AS i) AS t) AS f;
SELECT 'nothing but NULL targets', terms_of('SELECT 1 AS x, NULL::float8 AS y', '{"algorithm": "linear_regression", "skip_null_target": true}');
SELECT 'one class', terms_of('SELECT x, true AS y FROM ground', '{"algorithm": "logistic_regression", "on_failure": "error"}');
SELECT 'one class in one group', k, orchard.predict(m, 5.0::float8) BETWEEN 0.0001 AND 0.9999 AS uncertain
FROM (SELECT k, orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "features": ["x"]}') AS m
	  FROM (SELECT k, x, k = 1 OR (id * 7919) % 11 > 4 AS y FROM ground) AS t GROUP BY k) AS f ORDER BY k;
SELECT 'class names do not depend on how the session shows floats', terms_of('SELECT i AS x, CASE WHEN i % 2 = 0 THEN 0.3 ELSE 0.1::float8 + 0.2 END AS y FROM generate_series(1, 30) AS i',
	'{"algorithm": "logistic_regression", "l2": 1}') FROM set_config('extra_float_digits', '0', false);
SELECT 'nor does the digest', count(DISTINCT d) FROM (
	SELECT orchard.model_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.1234567890123456}')) AS d
	FROM ground AS t, set_config('extra_float_digits', '0', false)
	UNION ALL
	SELECT orchard.model_digest(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.1234567890123456}'))
	FROM ground AS t, set_config('extra_float_digits', '1', false)) AS s;
RESET extra_float_digits;

-- ** Names

SELECT 'target missing', outcome($$SELECT orchard.fit(t, 'nope', '{"algorithm": "linear_regression"}') FROM ground AS t$$);
SELECT 'target in other letters', outcome($$SELECT orchard.fit(t, 'Y', '{"algorithm": "linear_regression"}') FROM ground AS t$$);
SELECT 'target empty', outcome($$SELECT orchard.fit(t, '', '{"algorithm": "linear_regression"}') FROM ground AS t$$);
SELECT 'target missing among many', length(outcome('SELECT orchard.fit(t, ''nope'', ''{"algorithm": "linear_regression"}'') FROM (SELECT '
	|| string_agg('1 AS a' || i, ', ') || ') AS t')) < 500 FROM generate_series(1, 1600) AS i;
SELECT 'target NULL', outcome($$SELECT orchard.fit(t, NULL, '{"algorithm": "linear_regression"}') FROM ground AS t$$);
SELECT 'options NULL', outcome($$SELECT orchard.fit(t, 'y', NULL) FROM ground AS t$$);
SELECT 'row of a number', outcome($$SELECT orchard.fit(1, 'y', '{}') FROM ground AS t$$);
SELECT 'a feature twice', terms_of('SELECT x, x AS x, y FROM ground');
SELECT 'the target twice', terms_of('SELECT x, y, y FROM ground');
SELECT 'an excluded column twice', terms_of('SELECT x, k AS d, j AS d, y FROM ground', '{"algorithm": "linear_regression", "exclude": ["d"]}');
SELECT 'a column twice that no option names', terms_of('SELECT x, k AS d, j AS d, y FROM ground', '{"algorithm": "linear_regression", "features": ["x"]}');
SELECT 'columns without names', outcome($$SELECT string_agg(feature, ', ') FROM (SELECT orchard.fit(ROW(t.x, t.y), 'f2', '{"algorithm": "linear_regression"}') AS m FROM ground AS t) AS f, orchard.features(m)$$);
SELECT 'a column called f1', terms_of('SELECT x AS f1, j AS f2, y FROM ground');
SELECT 'a column called f1 behind others', terms_of('SELECT j AS f2, x AS f1, y FROM ground');
SELECT 'names as a term would be written', terms_of('SELECT x AS "(intercept)", j AS "a = b", y FROM ground');

-- Dropped and added columns of the row's table.
CREATE TABLE altered (gone text, x float8, too point, y float8);
INSERT INTO altered SELECT 'g', x, point(1, 2), y FROM ground WHERE id <= 300;
ALTER TABLE altered DROP gone;
ALTER TABLE altered DROP too;
ALTER TABLE altered ADD late float8 DEFAULT 7;
ALTER TABLE altered ADD empty text;
INSERT INTO altered SELECT x, y, k, 'e' || j FROM ground WHERE id > 300;
SELECT 'dropped and added', terms_of('SELECT a.* FROM altered AS a');
SELECT 'as the table''s own row', (SELECT string_agg(term, ', ') FROM orchard.coefficients(m)),
	(SELECT estimate FROM orchard.coefficients(m) WHERE term = 'x') = (SELECT estimate FROM orchard.coefficients(n) WHERE term = 'x')
FROM (SELECT orchard.fit(a, 'y', '{"algorithm": "linear_regression"}') AS m FROM altered AS a) AS f,
	 (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS n FROM (SELECT x, y, late, empty FROM altered) AS t) AS g;
SELECT 'a dropped target', outcome($$SELECT orchard.fit(a, 'gone', '{"algorithm": "linear_regression"}') FROM altered AS a$$);
SELECT 'PostgreSQL''s name for it', outcome($$SELECT orchard.fit(a, '........pg.dropped.1........', '{"algorithm": "linear_regression"}') FROM altered AS a$$);

-- One call site, two row types: the same names bind in any order, other families do not.
CREATE FUNCTION mixed(second text, options text DEFAULT '{"algorithm": "linear_regression"}') RETURNS text LANGUAGE sql AS $$
	SELECT outcome(format('SELECT round((SELECT estimate FROM orchard.coefficients(m) WHERE term = ''x'')::numeric, 9) FROM (SELECT orchard.fit(r, ''y'', %L) AS m '
		'FROM (SELECT t AS r FROM (SELECT i::float8 AS x, ''c'' || i %% 3 AS c, 2.0::float8 * i AS y FROM generate_series(1, 50) AS i) AS t '
		'UNION ALL SELECT t FROM (SELECT %s FROM generate_series(1, 50) AS i) AS t) AS u) AS f', options, second));
$$;
SELECT 'same columns in another order and width', mixed('2 * i AS y, i::smallint AS x, (''c'' || i % 3)::varchar AS c');
SELECT 'one more column', mixed('point(1, 1) AS p, 2 * i AS y, i AS x, ''c'' AS c');
SELECT 'one column missing', mixed('2 * i AS y, i AS x');
SELECT 'one column of another family', mixed('2 * i AS y, i AS x, i AS c');
SELECT 'target of another family', mixed('''a'' || i AS y, i AS x, ''c'' AS c');
SELECT 'target of no family', mixed('point(1, 1) AS y, i AS x, ''c'' AS c');
SELECT 'target an array', mixed('ARRAY[1.0::float8] AS y, i AS x, ''c'' AS c');
SELECT 'feature an array', mixed('i AS y, ARRAY[1.0::float8] AS x, ''c'' AS c');
SELECT 'one column twice', mixed('2 * i AS y, i AS x, i AS x, ''c'' AS c');

-- Enums of other labels, or none, are read by their labels.
CREATE TYPE mood AS ENUM ('sad', 'calm', 'glad');
CREATE TYPE humour AS ENUM ('glad', 'angry', 'tired', 'bored', 'sad', 'calm');
CREATE TABLE moods AS SELECT id, (enum_range(NULL::mood))[1 + k] AS m, j, y, id % 2 AS half FROM ground;
CREATE FUNCTION mean_by_mood(first text, second text) RETURNS text LANGUAGE sql AS $$
	SELECT outcome(format($q$
		SELECT (max(abs(k.estimate - g.mean)) <= 1e-10) || ', ' || count(*) || ', ' || string_agg(k.level, ' ' ORDER BY k.level)
		FROM (SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression"}') AS model
			  FROM (SELECT t AS r FROM (SELECT %s AS m, y FROM moods WHERE half = 0) AS t
					UNION ALL SELECT t FROM (SELECT %s AS m, y FROM moods WHERE half = 1) AS t) AS u) AS f, orchard.coefficients(model) AS k
			 JOIN (SELECT m, avg(y) - (SELECT avg(y) FROM moods WHERE m = 'sad') AS mean FROM moods GROUP BY m) AS g ON g.m::text = k.level
		$q$, first, second));
$$;
SELECT a, b, mean_by_mood(a, b) FROM (VALUES ('m', 'm'), ('m', 'm::text::humour'), ('m', 'm::text'), ('m::text::mood', 'm::text::name')) AS v (a, b);
SELECT 'text first', outcome($q$
	SELECT count(*) || ', ' || bool_and(abs(orchard.predict(model, v.m) - orchard.predict(model, 'sad') - v.mean) <= 1e-10)
	FROM (SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression"}') AS model
		  FROM (SELECT t AS r FROM (SELECT m::text AS m, y FROM moods WHERE half = 0) AS t
				UNION ALL SELECT t FROM (SELECT m::text::humour AS m, y FROM moods WHERE half = 1) AS t) AS u) AS f,
		 (SELECT m::text, avg(y) - (SELECT avg(y) FROM moods WHERE m = 'sad') AS mean FROM moods GROUP BY m) AS v$q$);
SELECT 'classes by enums', a, outcome(format($q$
	SELECT (SELECT string_agg(c, ' ') FROM unnest(orchard.classes(m)) AS c) || ', ' || (abs(orchard.predict(m, v) - p) <= 1e-9)
	FROM (SELECT orchard.fit(r, 'm', '{"algorithm": "logistic_regression", "features": []}') AS m
		  FROM (SELECT t AS r FROM (SELECT m::text::mood AS m FROM moods WHERE half = 0 AND m <> 'calm') AS t
				UNION ALL SELECT t FROM (SELECT %s AS m FROM moods WHERE half = 1 AND m <> 'calm') AS t) AS u) AS f,
		 (SELECT avg((m = 'glad')::int) AS p FROM moods WHERE m <> 'calm') AS v$q$, a)) FROM (VALUES ('m'), ('m::text::humour'), ('m::text'), ('1'), ('ARRAY[1.0::float8]')) AS v (a);

-- Stored rows, long ones and those older than their type.
CREATE TYPE pair AS (x float8, label text, y float8);
CREATE DOMAIN pair_domain AS pair;
CREATE TABLE pairs AS SELECT ROW(x, repeat('ab', 3000 + id % 3), y)::pair AS r FROM ground;
CREATE VIEW pairs_fit AS
SELECT string_agg(k.feature, ' ' ORDER BY k.term) AS features, bool_and(abs(estimate - slope) <= 1e-12) FILTER (WHERE term = 'x') AS exact
FROM (SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m FROM pairs
	  UNION ALL SELECT orchard.fit(r::pair_domain, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') FROM pairs) AS f,
	 (SELECT regr_slope(y, x) AS slope FROM ground) AS g, orchard.coefficients(m) AS k;
SELECT 'stored rows', features, exact FROM pairs_fit;
DROP VIEW pairs_fit;
DROP DOMAIN pair_domain;
ALTER TYPE pair ADD ATTRIBUTE z int;
ALTER TYPE pair DROP ATTRIBUTE label;
SELECT 'rows older than their type', (SELECT string_agg(term, ', ') FROM orchard.coefficients(m)), (SELECT abs(estimate - slope) <= 1e-12 FROM orchard.coefficients(m) WHERE term = 'x')
FROM (SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression"}') AS m FROM pairs) AS f, (SELECT regr_slope(y, x) AS slope FROM ground) AS g;

-- ** Types

CREATE DOMAIN weight_kg AS numeric(6, 2) CHECK (VALUE > 0);
CREATE DOMAIN heavy AS weight_kg;
CREATE DOMAIN mood_today AS mood;
SELECT e, terms_of('SELECT ' || e || ' AS v, (i * 7) % 13 AS y FROM generate_series(1, 30) AS i') FROM unnest(ARRAY[
	'i::int2', 'i % 9', 'i::int8 << 40', 'i::float4 / 7', 'i::float8 / 7', 'i / 7.0', 'i::weight_kg', 'i::heavy', 'i % 2 = 0',
	'''t'' || i % 3', '(''t'' || i % 3)::varchar(9)', '(''t'' || i % 3)::char(9)', '(''t'' || i % 3)::name', '(65 + i % 3)::"char"',
	'(enum_range(NULL::mood))[1 + i % 3]', '(enum_range(NULL::mood))[1 + i % 3]::mood_today',
	'date ''2024-01-01'' + i', 'timestamp ''2024-01-01 00:00'' + i * interval ''1 h''', 'timestamptz ''2024-01-01 00:00+00'' + i * interval ''1 h''',
	'i * interval ''1 mon 1 s''', 'time ''00:00'' + i * interval ''1 min''', 'ARRAY[i, i % 4]::float8[]', 'ARRAY[i, NULL]::float4[]']) AS e;
SELECT e, terms_of('SELECT ' || e || ' AS v, i AS y FROM generate_series(1, 30) AS i') FROM unnest(ARRAY[
	'point(i, 1)', '''\x00''::bytea', '''{}''::json', '''{}''::jsonb', 'md5(i::text)::uuid', '''10.0.0.1''::inet', 'money(i)',
	'int4range(1, 1 + i)', 'B''1''', 'i::oid', 'ROW(i, 1)', '''12:00+02''::timetz', 'ARRAY[i]', 'ARRAY[''a'']', 'ARRAY[i > 1]']) AS e;
SELECT 'unsupported but excluded', terms_of('SELECT x, point(1, 1) AS p, y FROM ground', '{"algorithm": "linear_regression", "exclude": ["p"]}');
SELECT 'unsupported but not asked for', terms_of('SELECT x, point(1, 1) AS p, y FROM ground', '{"algorithm": "linear_regression", "features": ["x"]}');
SELECT 'unsupported as group and time', terms_of('SELECT x, point(1, 1) AS p, ''{}''::jsonb AS q, y FROM ground', '{"algorithm": "linear_regression", "group": "p", "time": "q"}');

-- Times are seconds, enums in their own order, booleans from false.
SELECT 'times count seconds', bool_and(abs(a.estimate - s.slope) <= 1e-9 * abs(s.slope))
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m, regr_slope(y, extract(epoch FROM v)::float8) AS slope
	  FROM (SELECT timestamptz '2024-01-01 00:00+00' + id * interval '1 h' AS v, y FROM ground) AS t
	  UNION ALL SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}'), regr_slope(y, extract(epoch FROM v)::float8)
	  FROM (SELECT date '1969-06-01' + id AS v, y FROM ground) AS t
	  UNION ALL SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}'), regr_slope(y, extract(epoch FROM v)::float8)
	  FROM (SELECT id * interval '1 mon 2 days 3 s' AS v, y FROM ground) AS t) AS s, orchard.coefficients(m) AS a WHERE a.term = 'v';
SELECT 'reference levels', string_agg(DISTINCT term, ', ')
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m
	  FROM (SELECT (enum_range(NULL::mood))[1 + j % 3] AS mood, j > 1 AS bool, 'abc' || k AS text, y FROM ground) AS t) AS f, orchard.coefficients(m);

-- Values that are no finite numbers.
SELECT e, a, terms_of('SELECT ' || e || ' AS v, i % 2 AS y FROM generate_series(1, 30) AS i', format('{"algorithm": "%s"}', a)) FROM unnest(ARRAY[
	'''NaN''::float8', '''NaN''::float4', '''NaN''::numeric', 'CASE WHEN i = 30 THEN ''Infinity'' ELSE i::float8 END', '''-Infinity''::numeric',
	'1e400', 'date ''infinity''', 'timestamp ''-infinity''', 'timestamptz ''infinity''', 'ARRAY[1, ''NaN'']::float8[]', 'ARRAY[''Infinity'']::float4[]',
	'1e308::float8 * (i % 2 * 2 - 1)', '1.7e308::float8', '1e200::float8 * (i % 5)']) AS e,
	unnest(ARRAY['linear_regression', 'logistic_regression']) AS a;
SELECT a, outcome(format('SELECT orchard.fit(t, ''y'', ''{"algorithm": "%s"}'') FROM (SELECT i::float8 AS small, ARRAY[1, 1e200 * (i %% 3)]::float8[] AS pair, i %% 2 AS y FROM generate_series(1, 300) AS i) AS t', a))
FROM unnest(ARRAY['linear_regression', 'logistic_regression']) AS a;
-- What fits into a double in its square is no overflow.
SELECT 'large numbers', abs(estimate * 1e150 / slope - 1) <= 1e-12
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m, regr_slope(y, v / 1e150) AS slope
	  FROM (SELECT x * 1e150 AS v, y FROM ground) AS t) AS f, orchard.coefficients(m) WHERE term = 'v';

-- Arrays have the length of the first row.
SELECT e, terms_of('SELECT ' || e || ' AS v, i AS y FROM generate_series(1, 30) AS i') FROM unnest(ARRAY[
	'array_fill(i::float8, ARRAY[1 + i % 2])', '''{}''::float8[]', 'NULL::float8[]', 'CASE WHEN i > 1 THEN ARRAY[i::float8] END',
	'ARRAY[ARRAY[i::float8]]', 'CASE WHEN i > 1 THEN ARRAY[ARRAY[i::float8]] ELSE ARRAY[1.0::float8] END']) AS e;
SELECT 'a later array that is NULL takes the means', terms_of('SELECT CASE WHEN i < 20 THEN ARRAY[i, i * i % 7]::float8[] END AS v, i AS y FROM generate_series(1, 30) AS i');
SELECT 'bounds other than 1', terms_of('SELECT ''[5:6]={1,2}''::float8[] AS v, 1 AS y', '{"algorithm": "linear_regression", "l2": 1}');

-- ** Options

SELECT o, terms_of('SELECT x, k, j, y FROM ground', o) FROM unnest(ARRAY[
	'[]', '1', 'null', '"linear_regression"', '[{"algorithm": "linear_regression"}]', '{"algorithm": "linear_regression"',
	'{"algorithm": "linear"}', '{"algorithm": null}', '{"algorithm": ["linear_regression"]}', '{"algorithm": {"name": "linear_regression"}}',
	'{"options": {"algorithm": "linear_regression"}}', '{"Algorithm": "linear_regression"}', '{"algorithm": "linear_regression", "lambda": 1}', '{"algorithm": "linear_regression", "": 1}']) AS o;
SELECT o, terms_of('SELECT x, k, j, y FROM ground', '{"algorithm": "linear_regression", ' || o || '}') FROM unnest(ARRAY[
	'"l2": "1"', '"l2": null', '"l2": true', '"l2": [1]', '"l2": -1', '"l2": 1e400', '"l2": 1e308', '"standardize": "yes"', '"fit_intercept": 1', '"missing_indicator": null',
	'"max_categories": 0', '"max_categories": 1.5', '"max_categories": 1e300', '"seed": -1', '"seed": "42"', '"unknown": "ignore"', '"on_failure": false',
	'"features": "x"', '"features": {"x": 1}', '"features": [["x"]]', '"features": [1]', '"features": [null]', '"features": []', '"features": ["x", "x"]',
	'"features": ["y"]', '"features": ["nope"]', '"exclude": ["nope"]', '"exclude": "x"', '"features": ["x"], "exclude": ["k"]', '"exclude": ["x", "k", "j"]',
	'"group": "nope"', '"group": "y"', '"group": 1', '"time": "nope"', '"time": "y"', '"time": "x", "features": ["x"]',
	'"objective": "log_loss"', '"tol": 1e-6', '"max_iter": 5', '"positive_class": "1"', '"class_weight": "balanced"']) AS o;
SELECT o, terms_of('SELECT x, (id * 7919) % 11 > 4 AS y FROM ground', '{"algorithm": "logistic_regression", ' || o || '}') FROM unnest(ARRAY[
	'"tol": 2', '"tol": "small"', '"max_iter": 0', '"positive_class": true', '"positive_class": "maybe"', '"positive_class": "false"',
	'"class_weight": "Balanced"', '"class_weight": [1, 2]', '"class_weight": {"true": "2"}', '"class_weight": {"true": {"a": 1}}', '"class_weight": {"true": -1}',
	'"class_weight": {"true": 1e400}', '"class_weight": {"true": 1e308}', '"class_weight": {"maybe": 1}', '"class_weight": {}', '"l2": 1e308', '"objective": "squared_error"']) AS o;
SELECT 'not converged', bool_and(a.warnings ->> 0 LIKE 'logistic regression did not converge in 1 iterations%'), bool_and(a.fit -> 'converged' = 'false')
FROM (SELECT s -> 'warnings' AS warnings, s -> 'fit' AS fit FROM set_config('client_min_messages', 'error', false),
	  LATERAL (SELECT orchard.summary(orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "max_iter": 1}')) AS s
			   FROM (SELECT x, (id * 7919) % 11 > 4 AS y FROM ground WHERE set_config IS NOT NULL) AS t) AS f) AS a;
SET client_min_messages = warning;
SELECT 'options that change', outcome($$SELECT orchard.fit(t, 'y', jsonb_build_object('algorithm', 'linear_regression', 'l2', k)) FROM ground AS t$$);
SELECT 'a target that changes', outcome($$SELECT orchard.fit(t, CASE WHEN id < 9 THEN 'x' ELSE 'y' END, '{"algorithm": "linear_regression"}') FROM ground AS t$$);
SELECT 'options that are computed but stay', outcome($$SELECT orchard.fit(t, lower('Y'), jsonb_build_object('algorithm', 'linear_regression', 'l2', k * 0)) IS NOT NULL FROM ground AS t$$);

-- ** Weights

SELECT e, terms_of('SELECT x, y, ' || e || ' AS w FROM ground', '{"algorithm": "linear_regression", "weight": "w"}') FROM unnest(ARRAY[
	'-1', '-1e-300::float8', '''NaN''::float8', '''Infinity''::float8', 'NULL::int', '''1''::text', 'true', 'point(1, 1)', 'ARRAY[1.0::float8]', 'date ''2024-01-01''',
	'0', 'NULLIF(k, 0)', '1e308::float8', '1e-300::float8', 'k']) AS e;
SELECT 'weight missing', terms_of('SELECT x, y FROM ground', '{"algorithm": "linear_regression", "weight": "w"}');
SELECT 'weight twice', terms_of('SELECT x, y, k AS w, j AS w FROM ground', '{"algorithm": "linear_regression", "weight": "w"}');
SELECT 'the target as weight', terms_of('SELECT x, y FROM ground', '{"algorithm": "linear_regression", "weight": "y"}');
SELECT 'a feature as weight', terms_of('SELECT x, y, k FROM ground', '{"algorithm": "linear_regression", "weight": "k", "features": ["x", "k"]}');
SELECT 'all zero, on_failure', terms_of('SELECT x, y, 0 AS w FROM ground', '{"algorithm": "linear_regression", "weight": "w", "on_failure": "error"}');
SELECT 'all zero in one group', j, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "weight": "w", "features": ["x"]}') IS NULL
FROM (SELECT j, x, y, j AS w FROM ground) AS t GROUP BY j ORDER BY j;
-- A whole weight is so many equal rows; a row of weight 0 need not even be finite.
SELECT 'weights are repetitions', max(abs(a.estimate - b.estimate)) <= 1e-11, max(abs(c.estimate - b.estimate)) <= 1e-11
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "weight": "k", "features": ["x"]}') AS m FROM ground AS t) AS f, orchard.coefficients(f.m) AS a,
	 (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m FROM ground AS t, generate_series(1, k)) AS g, orchard.coefficients(g.m) AS b,
	 (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "weight": "k", "features": ["x"]}') AS m
	  FROM (SELECT k, CASE WHEN k > 0 THEN x ELSE 'NaN' END AS x, y FROM ground) AS t) AS h, orchard.coefficients(h.m) AS c
WHERE a.term = b.term AND c.term = b.term;

-- ** Weights, NULLs, collinear columns and classes against statsmodels and numpy (test/golden/fit_sql.py)

CREATE TABLE golden (model text, term text, estimate float8, std_error float8);
INSERT INTO golden VALUES
	('weighted', '(intercept)', 16.176390147748574, 1.1884540390904799),
	('weighted', 'x', 3.970100080941456, 0.0616001388463272),
	('weighted', 'c = j1', -0.6976189883984176, 1.2736954185551477),
	('weighted', 'c = j2', -1.2245348210572253, 1.2736990804675012),
	('weighted', 'c = j3', -0.9607474979764419, 1.273665746332418),
	('missing', '(intercept)', 13.93146053554409, 1.6177860532052197),
	('missing', 'x', 4.041108143517523, 0.0839382860123233),
	('missing', 'c = j1', 1.1948019027587975, 1.7899278062470134),
	('missing', 'c = j2', 0.7495196648433331, 1.7900196928571503),
	('missing', 'c = j3', 0.8356717290703841, 1.7897564063637872),
	('collinear', '(intercept)', 15.005117534815518, 0.8805872356098338),
	('collinear', 'x', 2.0191994884365547, NULL),
	('collinear', 'j', 0.8966307125828019, NULL),
	('collinear', 'z', 0.9972910454577746, NULL),
	('logistic', '(intercept)', 0.11433952355439057, 0.19159942813668043),
	('logistic', 'x', 0.006896346727483404, 0.011275186999013373),
	('logistic', 'k', 0.00011785942979230485, 0.1005344208918046);
CREATE TABLE ours AS
SELECT 'weighted' AS model, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "weight": "k"}') AS m FROM (SELECT x, 'j' || j AS c, k, y FROM ground) AS t
UNION ALL SELECT 'missing', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT CASE WHEN id % 7 > 0 THEN x END AS x, CASE WHEN id % 5 > 0 THEN 'j' || j END AS c, y FROM ground) AS t
UNION ALL SELECT 'collinear', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, j, 2 * x - j AS z, y FROM ground) AS t
UNION ALL SELECT 'logistic', orchard.fit(t, 'yes', '{"algorithm": "logistic_regression"}') FROM (SELECT x, k, (id * 7919) % 11 > 4 AS yes FROM ground) AS t;
SELECT model, count(*) AS terms, bool_and(coalesce(abs(c.estimate - g.estimate) <= 1e-8 * greatest(abs(g.estimate), coalesce(g.std_error, 1)), false)) AS estimates,
	bool_and(CASE WHEN g.std_error IS NULL THEN c.std_error IS NULL ELSE coalesce(abs(c.std_error - g.std_error) <= 1e-7 * g.std_error, false) END) AS errors
FROM (SELECT model, k.* FROM ours, orchard.coefficients(m) AS k) AS c FULL JOIN golden AS g USING (model, term) GROUP BY model ORDER BY model;

-- ** Everywhere an aggregate may stand

-- FILTER, DISTINCT, ORDER BY, against PostgreSQL's own regression.
SELECT 'FILTER', abs(estimate - slope) <= 1e-12 FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') FILTER (WHERE k = 1) AS m,
	regr_slope(y, x) FILTER (WHERE k = 1) AS slope FROM ground AS t) AS f, orchard.coefficients(m) WHERE term = 'x';
SELECT 'DISTINCT', abs(estimate - slope) <= 1e-12, orchard.summary(m) -> 'rows' = to_jsonb(n) FROM (SELECT orchard.fit(DISTINCT t, 'y', '{"algorithm": "linear_regression"}') AS m
	FROM (SELECT x, y FROM ground, generate_series(1, 2)) AS t) AS f, (SELECT regr_slope(y, x) AS slope, count(*) AS n FROM (SELECT DISTINCT x, y FROM ground) AS d) AS r,
	orchard.coefficients(m) WHERE term = 'x';
SELECT 'ORDER BY', abs(estimate - slope) <= 1e-12 FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}' ORDER BY md5(t.id::text)) AS m,
	regr_slope(y, x) AS slope FROM ground AS t) AS f, orchard.coefficients(m) WHERE term = 'x';
SELECT 'logistic does not depend on the order of rows', max(abs(a.estimate - b.estimate)) <= 1e-9
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}' ORDER BY t.x) AS m, orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}' ORDER BY t.y, t.x DESC) AS n
	  FROM (SELECT x, k, (id * 7919) % 11 > 4 AS y FROM ground) AS t) AS f, orchard.coefficients(m) AS a, orchard.coefficients(n) AS b WHERE a.term = b.term;

-- Groupings, hashed and sorted.
CREATE VIEW grouped AS
SELECT bool_and(abs(estimate - slope) <= 1e-12) AS slopes, bool_and(orchard.summary(m) -> 'rows' = to_jsonb(n)) AS rows, count(*)
FROM (SELECT k, j, count(*) AS n, regr_slope(y, x) AS slope, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m
	  FROM ground AS t GROUP BY CUBE (k, j)) AS f, orchard.coefficients(m) WHERE term = 'x';
CREATE VIEW rolled AS
SELECT bool_and(abs(estimate - slope) <= 1e-12) AS slopes, bool_and(orchard.summary(m) -> 'rows' = to_jsonb(n)) AS rows, count(*)
FROM (SELECT k, j, count(*) AS n, regr_slope(y, x) AS slope, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m
	  FROM ground AS t GROUP BY GROUPING SETS (ROLLUP (k, j), (j), ())) AS f, orchard.coefficients(m) WHERE term = 'x';
SELECT 'CUBE', * FROM grouped;
SELECT 'GROUPING SETS', * FROM rolled;
SET enable_hashagg = off;
SELECT 'CUBE, sorted', * FROM grouped;
SELECT 'GROUPING SETS, sorted', * FROM rolled;
RESET enable_hashagg;
SELECT 'HAVING', k FROM ground AS t GROUP BY k
HAVING (orchard.summary(orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') FILTER (WHERE id <= 10)) ->> 'rows')::int > 3 ORDER BY k;

-- A window aggregate: the model of each prefix, and of a frame that moves.
SELECT 'OVER, growing', count(*), bool_and(abs(estimate - slope) <= 1e-10)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') OVER w AS m, regr_slope(y, x) OVER w AS slope, row_number() OVER w AS n
	  FROM ground AS t WINDOW w AS (PARTITION BY k ORDER BY id)) AS f, orchard.coefficients(m) WHERE term = 'x' AND n >= 3;
SELECT 'OVER, moving', count(*), bool_and(abs(estimate - slope) <= 1e-10)
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') OVER w AS m, regr_slope(y, x) OVER w AS slope, row_number() OVER w AS n
	  FROM ground AS t WINDOW w AS (ORDER BY id ROWS 20 PRECEDING)) AS f, orchard.coefficients(m) WHERE term = 'x' AND n >= 3;
SELECT 'OVER, logistic', count(*), bool_and(orchard.summary(m) -> 'rows' = to_jsonb(n))
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 0.1, "features": ["x"]}') OVER (ORDER BY id) AS m, row_number() OVER (ORDER BY id) AS n
	  FROM (SELECT id, x, (id * 7919) % 11 > 4 AS y FROM ground) AS t WHERE id <= 100) AS f WHERE n > 4;
SELECT 'a variadic call needs a list', outcome($$SELECT orchard.fit(VARIADIC NULL::text[]) FROM ground$$);

-- ** Width

-- 1,600 columns of a table (real), and of a subquery (float8): a penalty leaves one solution.
\set ECHO none
SELECT format('CREATE TABLE wide (y real, %s)', string_agg('c' || i || ' real', ', ')) FROM generate_series(1, 1599) AS i \gexec
SELECT format('INSERT INTO wide SELECT i %% 7, %s FROM generate_series(1, 60) AS i', string_agg(format('(i * %s %% 97) / 8.0', 2 * i + 1), ', ')) FROM generate_series(1, 1599) AS i \gexec
CREATE TABLE wide_models (name text, m orchard.model);
INSERT INTO wide_models SELECT 'real', orchard.fit(t, 'y', '{"algorithm": "linear_regression", "l2": 0.5}') FROM wide AS t;
SELECT format('INSERT INTO wide_models SELECT ''float8'', orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "l2": 0.5}'') FROM (SELECT y::float8, %s FROM wide OFFSET 0) AS t',
	string_agg(format('c%s::float8', i), ', ')) FROM generate_series(1, 1599) AS i \gexec
\set ECHO all
-- Both are the same model, it fits, and its mean is the target's, as with a free intercept it must be.
SELECT 'wide', name, (SELECT count(*) FROM orchard.coefficients(m)), (orchard.summary(m) -> 'metrics' ->> 'train.r2')::float8 > 0.9,
	abs(avg(orchard.predict(m, t)) - avg(t.y)) <= 1e-9, sum((orchard.predict(m, t) - t.y) ^ 2) / sum((t.y - 3) ^ 2) < 0.1
FROM wide_models, wide AS t GROUP BY name, m ORDER BY name;
SELECT 'same model', count(*), max(abs(a.estimate - b.estimate)) <= 1e-9
FROM wide_models AS v, wide_models AS w, orchard.coefficients(v.m) AS a JOIN orchard.coefficients(w.m) AS b USING (term) WHERE v.name = 'real' AND w.name = 'float8';
-- The optimum: mean of z (y - prediction) = l2 b for each standardised column z, and no other model has that.
WITH residuals AS (SELECT row_number() OVER () AS i, t.y - orchard.predict(m, t) AS e, to_jsonb(t) AS r FROM wide_models, wide AS t WHERE name = 'real'),
	 columns AS (SELECT key, covar_pop(value::float8, e) AS xe, stddev_pop(value::float8) AS s FROM residuals, jsonb_each_text(r) WHERE key <> 'y' GROUP BY key)
SELECT 'optimal', count(*), max(abs(xe / nullif(s, 0) - 0.5 * estimate * s)) <= 1e-9, max(abs(estimate * s)) > 0.01, bool_and(s > 0 OR estimate = 0)
FROM columns, wide_models, orchard.coefficients(m) WHERE name = 'real' AND term = key;
SELECT 'wider than a row', outcome('SELECT orchard.fit(t, ''a1'', ''{"algorithm": "linear_regression"}'') FROM (SELECT '
	|| string_agg('1 AS a' || i, ', ') || ') AS t') FROM generate_series(1, 1665) AS i;
DROP TABLE wide, wide_models;

-- A regression on two values is said once for all groups, not for few rows, and not where a third value is.
SET client_min_messages = notice;
SELECT 'two values, in three groups', count(m) FROM (SELECT orchard.fit(t, 'two', '{"algorithm": "linear_regression"}') AS m
	FROM (SELECT id % 2 AS two, x, k FROM ground) AS t GROUP BY k) AS f;
SELECT 'two values in few rows', orchard.fit(t, 'two', '{"algorithm": "linear_regression"}') IS NULL
FROM (SELECT id % 2 AS two, x FROM ground WHERE id < 20) AS t;
SELECT 'a third value', orchard.fit(t, 'two', '{"algorithm": "linear_regression"}') IS NULL
FROM (SELECT CASE WHEN id = 600 THEN 2 ELSE id % 2 END AS two, x FROM ground) AS t;
SELECT 'two values are classes', orchard.fit(t, 'two', '{"algorithm": "logistic_regression", "exclude": ["id"]}') IS NULL
FROM (SELECT id, x::int % 2 AS two, (id * 37 % 100)::float8 AS z FROM ground) AS t;
SET client_min_messages = warning;

-- 100,000 categories: the commonest 1,000 stay, the rest are one, and the WARNING counts them.
CREATE TABLE categories AS
SELECT i % 13 AS y, i % 7 > 2 AS b, 'category ' || CASE WHEN i % 2 = 0 THEN i / 2 % 500 ELSE 500 + i / 2 % 99500 END AS c FROM generate_series(1, 200000) AS i;
SET max_parallel_workers_per_gather = 0; -- the order of the warnings
SELECT 'categories', a, (SELECT count(*) FROM orchard.coefficients(m)) AS terms, orchard.summary(m) -> 'warnings' ->> 0
FROM (SELECT 'linear' AS a, orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT c, y FROM categories) AS t
	  UNION ALL SELECT 'logistic', orchard.fit(t, 'b', '{"algorithm": "logistic_regression", "l2": 0.01}') FROM (SELECT c, b FROM categories) AS t) AS f ORDER BY a;
RESET max_parallel_workers_per_gather;
-- A level's estimate is its mean less that of the reference level.
SELECT 'categories, exact', count(*), max(abs(estimate - (mean - reference))) <= 1e-9
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m FROM (SELECT c, y FROM categories) AS t) AS f, orchard.coefficients(m) AS k
	 JOIN (SELECT c, avg(y)::float8 AS mean FROM categories GROUP BY c) AS g ON g.c = k.level,
	 (SELECT avg(y)::float8 AS reference FROM categories WHERE c = 'category 0') AS r WHERE k.level <> 'category 0';
SELECT 'all categories need more memory than there may be', outcome($$SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "max_categories": 1000000}') FROM (SELECT c, y FROM categories) AS t$$);
DROP TABLE categories;

-- ** Rows of every layout: what PostgreSQL computes with coalesce(), read by row

-- n features that are NULL in one row of three, in places that shift; y is their sum with factors 1 .. n and
-- the mean for NULL, which the fit must find again.  before: a column before them; kinds: their types in turn.
CREATE FUNCTION rows_of(n int, before text, kinds text[], share int) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT %s AS before, %s, y FROM (SELECT i, %s, %s AS y FROM (SELECT i, %s FROM generate_series(1, %s) AS i OFFSET 0) AS a OFFSET 0) AS b',
		before, string_agg(format('c%1$s::%2$s', j, kinds[1 + j % cardinality(kinds)]), ', ' ORDER BY j), string_agg('c' || j, ', '),
		string_agg(format('%1$s * coalesce(c%1$s, avg(c%1$s) OVER ())', j), ' + '),
		string_agg(format('CASE WHEN (i * %1$s + i / %1$s + i / 7) %% %2$s > 0 THEN hashint4(i * 1000 + %1$s) %% 97 END::float8 AS c%1$s', j, share), ', '), 60 + 4 * n)
	FROM generate_series(1, n) AS j $$;
-- Coefficients, scores by row and scores of the same row with its columns the other way round.
CREATE FUNCTION check_rows(source text, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m orchard.model;
	coefficients bool;
	missed bigint;
	missed_turned bigint;
BEGIN
	EXECUTE format('SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "exclude": ["before"]}'') FROM (%s) AS t', source) INTO m;
	SELECT bool_and(abs(estimate - CASE term WHEN '(intercept)' THEN 0 ELSE ltrim(term, 'c')::float8 END) <= 1e-6) AND count(*) = n + 1
		FROM orchard.coefficients(m) INTO coefficients;
	EXECUTE format('SELECT count(*) FILTER (WHERE abs(orchard.predict($1, t) - y) <= 1e-6 IS NOT TRUE) FROM (%s) AS t', source) INTO missed USING m;
	EXECUTE format('SELECT count(*) FILTER (WHERE abs(orchard.predict($1, t) - t.y) <= 1e-6 IS NOT TRUE) FROM (SELECT %s, y FROM (%s) AS s OFFSET 0) AS t',
		(SELECT string_agg('c' || j, ', ' ORDER BY j DESC) FROM generate_series(1, n) AS j), source) INTO missed_turned USING m;
	RETURN format('coefficients %s, %s scores missed, %s turned round', coefficients, missed, missed_turned);
END $$;
SELECT n, before, check_rows(rows_of(n, before, '{float8}', 3), n)
FROM unnest(ARRAY[1, 7, 8, 9, 40, 70]) AS n, unnest(ARRAY['i::float8', 'i', 'NULLIF(i % 3, 0)', 'NULLIF(i % 3, 0)::int2', 'repeat(''x'', i % 9)', 'NULL::text']) AS before;
SELECT n, kinds, check_rows(rows_of(n, 'NULLIF(i % 2, 0)', kinds::text[], 3), n)
FROM unnest(ARRAY[5, 21]) AS n, unnest(ARRAY['{float8,int}', '{float8,float8,float8,int2}', '{float8,bigint,float4}', '{numeric,float8,float8}']) AS kinds;
SELECT 'without NULLs', check_rows(rows_of(n, 'i', '{float8}', 10007), n) FROM unnest(ARRAY[1, 7, 8, 9, 70]) AS n;
-- The value that no fit can use is named wherever it stands.
SELECT j, v, outcome(format($$SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT %s, 1.0 AS y) AS t$$,
	(SELECT string_agg(format('%s AS c%s', CASE WHEN i = j THEN quote_literal(v) WHEN i % 3 = 0 THEN 'NULL' ELSE '1' END || '::float8', i), ', ') FROM generate_series(1, 11) AS i)))
FROM unnest(ARRAY[1, 4, 9, 11]) AS j, unnest(ARRAY['NaN', 'Infinity', '-Infinity']) AS v;

-- Without options the defaults hold, and the target is as constant as with them.
SELECT orchard.model_digest(orchard.fit(t, 'y')) = orchard.model_digest(orchard.fit(t, 'y', '{}')) AS same,
	orchard.summary(orchard.fit(t, 'y')) ->> 'algorithm' AS algorithm
FROM (SELECT i % 7 AS a, i % 11 + i % 7 AS y FROM generate_series(1, 300) AS i) AS t;
SELECT outcome(format('SELECT orchard.fit(t, %s) FROM (SELECT 1 AS a, 2 AS y UNION ALL SELECT 2, 3) AS t', target))
FROM unnest(ARRAY['NULL', quote_literal('z'), $$CASE a WHEN 1 THEN 'a' ELSE 'y' END$$]) AS target;
-- Ten thousand groups do not flood the client: each model has its own warnings.
SELECT count(*) AS models, count(*) FILTER (WHERE orchard.summary(m) ->> 'warnings' LIKE '%constant in the training rows%') AS warned
FROM (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["g"]}') AS m
	FROM (SELECT i % 30 AS g, i AS a, 1 AS one, i * i AS y FROM generate_series(1, 300) AS i) AS t GROUP BY g) AS q;

DROP SCHEMA fit_input CASCADE;

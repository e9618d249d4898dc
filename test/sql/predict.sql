-- Scoring by value: what each way of passing features gives, and what is refused.
--
-- The linear model is trained on rows that follow a formula exactly, so the formula is what it must
-- predict; the logistic one is test/golden/models/v1_logistic.txt, written without Orchard, whose
-- coefficients are known.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET extra_float_digits = 0;

CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce(a = b OR abs(a - b) <= 1e-9, a IS NULL AND b IS NULL) $$;
CREATE FUNCTION truth(x1 float8, x2 float8, colour text, flag boolean) RETURNS float8
LANGUAGE sql IMMUTABLE
AS $$ SELECT 3 + 2 * x1 - 0.5 * x2 + CASE colour WHEN 'red' THEN 4 WHEN 'green' THEN -2 ELSE 0 END
	+ CASE WHEN flag THEN 1.5 ELSE 0 END $$;
CREATE FUNCTION churn(x float8, active boolean, z float8) RETURNS float8 LANGUAGE sql IMMUTABLE
AS $$ SELECT 1 / (1 + exp(1.25 - 0.75 * x - CASE WHEN active THEN 1.5 ELSE 0 END + 2 * z)) $$;

CREATE TABLE fruit AS
SELECT i AS id, ((i * 37) % 101) / 4.0::float8 AS x1, ((i * 53) % 31)::int AS x2,
	(ARRAY['red', 'green', 'blue'])[1 + (i * 7) % 3] AS colour, (i * 11) % 5 < 2 AS flag
FROM generate_series(1, 200) AS i;
CREATE TABLE models (name text PRIMARY KEY, m orchard.model);
INSERT INTO models SELECT 'linear', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT x1, x2, colour, flag, truth(x1, x2, colour, flag) AS y FROM fruit) AS t;
\set logistic `awk '$1 == "bytes" { print "\\x" $2 }' "$PG_ABS_SRCDIR/golden/models/v1_logistic.txt"`
INSERT INTO models VALUES ('logistic', :'logistic');
SELECT m AS linear FROM models WHERE name = 'linear' \gset
CREATE FUNCTION model(text) RETURNS orchard.model LANGUAGE sql STABLE
AS $$ SELECT m FROM models WHERE name = $1 $$;

-- A row is bound by name: the order of its columns does not matter, and others are ignored.
SELECT bool_and(near(orchard.predict(m, f), truth(x1, x2, colour, flag))) AS by_row
FROM models, fruit AS f WHERE name = 'linear';
SELECT bool_and(near(orchard.predict(m, r), truth(x1, x2, colour, flag))) AS reordered
FROM models, (SELECT 'more' AS extra, flag, x2, colour, NULL::point AS spot, x1 FROM fruit) AS r
WHERE name = 'linear';

-- Arguments are bound by position, and give the same bits.
SELECT bool_and(orchard.predict(m, x1, x2, colour, flag) = orchard.predict(m, f)) AS by_position
FROM models, fruit AS f WHERE name = 'linear';

-- Any type of a feature's family serves: numbers of every width, the kinds of text, a domain, an enum.
CREATE DOMAIN tint AS varchar(10) CHECK (value <> '');
CREATE TYPE hue AS ENUM ('green', 'violet', 'red', 'blue');
SELECT bool_and(near(orchard.predict(m, x1::numeric, x2::smallint, colour::tint, flag), p)
	AND near(orchard.predict(m, x1::numeric, x2::bigint, colour::hue, flag::text), p)
	AND near(orchard.predict(m, x1::float4, x2::numeric, colour::name, flag), p)
	AND near(orchard.predict(m, x1::float4, x2::float8, colour::char(8), flag::text::varchar), p)) AS interchangeable
FROM models, fruit AS f, LATERAL (SELECT orchard.predict(m, f)) AS s(p) WHERE name = 'linear';

-- Untyped literals are read as the feature's type.
SELECT near(orchard.predict(model('linear'), '7.5', '10', 'red', 'true'), truth(7.5, 10, 'red', true)) AS literals;

-- VARIADIC takes an array, one element a feature.
CREATE TABLE dial AS SELECT i AS id, i % 7 / 2.0::float8 AS a, i % 11 / 4.0::float8 AS b, i % 5 / 8.0::float8 AS c
FROM generate_series(1, 100) AS i;
INSERT INTO models SELECT 'dial', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT a, b, c, 1 - a + 2 * b - 3 * c AS y FROM dial) AS t;
SELECT bool_and(near(orchard.predict(m, VARIADIC ARRAY[a, b, c]), 1 - a + 2 * b - 3 * c)) AS variadic_float8,
	bool_and(near(orchard.predict(m, VARIADIC ARRAY[a, b, c]::numeric[]), 1 - a + 2 * b - 3 * c)) AS variadic_numeric
FROM models, dial WHERE name = 'dial';

-- A float array is the vector of numbers.
SELECT bool_and(near(orchard.predict(m, ARRAY[a, b, c]), 1 - a + 2 * b - 3 * c)) AS float8_array,
	bool_and(near(orchard.predict(m, ARRAY[a, b, c]::float4[]), 1 - a + 2 * b - 3 * c)) AS float4_array
FROM models, dial WHERE name = 'dial';

-- An array column is a feature of as many numbers; it alone is the argument of a model without others.
INSERT INTO models SELECT 'array', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT ARRAY[a, b, c] AS v, 1 - a + 2 * b - 3 * c AS y FROM dial) AS t;
SELECT bool_and(near(orchard.predict(m, ARRAY[a, b, c]), 1 - a + 2 * b - 3 * c)) AS alone,
	bool_and(near(orchard.predict(m, r), 1 - a + 2 * b - 3 * c)) AS by_row
FROM models, (SELECT ARRAY[a, b, c] AS v, a, b, c FROM dial) AS r WHERE name = 'array';
SELECT near(orchard.predict(m, NULL::float8[]), avg(1 - a + 2 * b - 3 * c)) AS null_array_is_missing,
	near(orchard.predict(m, ARRAY[NULL, 0, 0]::float8[]), 1 - avg(a)) AS null_element_is_missing
FROM models, dial WHERE name = 'array' GROUP BY m;
SELECT near(orchard.predict(m, ARRAY[NULL, 0, 0]::float8[]), 1 - avg(a)) AS null_element_is_missing,
	orchard.predict(m, NULL::float8[]) IS NULL AS null_vector_is_null
FROM models, dial WHERE name = 'dial' GROUP BY m;

-- A NULL model, and a NULL row, give NULL.
SELECT orchard.predict(NULL::orchard.model, f) IS NULL AND orchard.predict(NULL::orchard.model, 1, 'a') IS NULL
	AND orchard.predict_class(NULL, f) IS NULL AND orchard.predict_proba(NULL, f) IS NULL
	AND orchard.probability(NULL, 'yes', f) IS NULL AS null_model,
	orchard.predict(model('linear'), NULL::fruit) IS NULL AS null_row
FROM fruit AS f WHERE id = 1;
SELECT count(*) AS rows, count(orchard.predict(model('linear'), f)) AS scored
FROM generate_series(199, 202) AS i LEFT JOIN fruit AS f ON id = i;

-- A missing number takes the training mean; a missing and an unseen category the mean of its indicators.
SELECT near(orchard.predict(m, NULL::float8, 10, 'red', true), truth(avg(x1), 10, 'red', true)) AS number,
	near(orchard.predict(m, NULL, 10, 'red', true), truth(avg(x1), 10, 'red', true)) AS literal,
	near(orchard.predict(m, 1.0, 10, NULL::text, true), avg(truth(1.0, 10, colour, true))) AS category,
	near(orchard.predict(m, 1.0, 10, 'mauve', true), avg(truth(1.0, 10, colour, true))) AS unseen,
	near(orchard.predict(m, 1.0, 10, 'violet'::hue, true), avg(truth(1.0, 10, colour, true))) AS unseen_label,
	near(orchard.predict(m, 1.0, 10, 'red', NULL::boolean), avg(truth(1.0, 10, 'red', flag))) AS boolean,
	near(orchard.predict(m, (SELECT s FROM (SELECT NULL::text AS colour, true AS flag, NULL::int AS x1, 10 AS x2) AS s)),
		avg(truth(x1, 10, colour, true))) AS row
FROM models, fruit WHERE name = 'linear' GROUP BY m;

-- NaN and infinities are numbers: they follow the arithmetic of the coefficients.
SELECT orchard.predict(m, 'NaN'::float8, 10, 'red', true) AS nan,
	orchard.predict(m, 'Infinity'::float8, 10, 'red', true) AS infinity,
	orchard.predict(m, 1.0, '-Infinity'::numeric, 'red', true) AS minus_infinity_by_minus_half,
	orchard.predict(m, 'Infinity'::float8, 'Infinity'::float8, 'red', true) AS undefined
FROM models WHERE name = 'linear';
SELECT orchard.predict(m, 'NaN'::float8, true, 0) AS p, orchard.predict_class(m, 'NaN'::float8, true, 0) IS NULL AS no_class,
	orchard.predict_proba(m, 'NaN'::float8, true, 0) AS proba, orchard.probability(m, 'no', 'NaN'::float8, true, 0) AS no,
	orchard.predict(m, 'Infinity'::float8, true, 0) AS one, orchard.predict(m, '-Infinity'::float8, true, 0) AS zero
FROM models WHERE name = 'logistic';

-- Times of every type are interchangeable; an untyped literal and an infinite time are refused.
SET timezone = 'UTC';
INSERT INTO models SELECT 'time', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT date '2024-01-01' + id AS day, id * id % 50 * interval '1 hour' AS age, id + 2 * (id * id % 50) AS y FROM fruit) AS t;
SELECT near(orchard.predict(m, date '2024-01-08', interval '1 day'), 55) AS date,
	near(orchard.predict(m, timestamp '2024-01-08 12:00', time '06:00'), 19.5) AS timestamp,
	near(orchard.predict(m, timestamptz '2024-01-08 12:00+12', interval '24:00'), 55) AS timestamptz
FROM models WHERE name = 'time';
\set VERBOSITY sqlstate
SELECT orchard.predict(model('time'), '2024-01-08', interval '1 day');
SELECT orchard.predict(model('time'), date 'infinity', interval '1 day');
SELECT orchard.predict(model('time'), timestamptz '-infinity', interval '1 day');
\set VERBOSITY default
RESET timezone;

-- Classification: the probability of the positive class, the likelier class, all of them, one by name.
CREATE TABLE client AS SELECT i AS id, i % 9 / 4.0::float8 AS x, i % 3 = 0 AS active, i % 8 / 8.0::float4 AS z
FROM generate_series(1, 72) AS i;
SELECT bool_and(near(orchard.predict(m, c), churn(x, active, z))) AS predict,
	bool_and(orchard.predict_class(m, c) = CASE WHEN churn(x, active, z) > 0.5 THEN 'yes' ELSE 'no' END) AS class,
	count(DISTINCT orchard.predict_class(m, c)) AS classes,
	bool_and(orchard.predict_proba(m, c) = ARRAY[1 - orchard.predict(m, c), orchard.predict(m, c)]) AS proba,
	bool_and(orchard.probability(m, 'yes', c) = orchard.predict(m, c)) AS yes,
	bool_and(near(orchard.probability(m, 'no', c), 1 - churn(x, active, z))) AS no
FROM models, client AS c WHERE name = 'logistic';
SELECT bool_and(orchard.predict_class(m, x, active, z) = orchard.predict_class(m, c)
	AND orchard.predict_proba(m, x, active, z) = orchard.predict_proba(m, c)
	AND orchard.probability(m, 'no', x, active, z) = orchard.probability(m, 'no', c)) AS by_position
FROM models, client AS c WHERE name = 'logistic';
SELECT near(orchard.predict(m, NULL::float8, false, NULL), churn(0.5, false, -0.5)) AS fills,
	near(orchard.predict(m, 1, NULL::boolean, 0), 1 / (1 + exp(1.25 - 0.75 - 0.4 * 1.5))) AS mean_of_indicator,
	orchard.classes(m), orchard.probability(m, NULL, 1, true, 0) IS NULL AS null_class
FROM models WHERE name = 'logistic';

-- Every score of the golden models, by position and by name; times that no timestamp holds are left out.
CREATE FUNCTION golden_row(model orchard.model, field text[], OUT by_position text, OUT by_name text)
LANGUAGE sql STABLE AS $$
	SELECT string_agg(value, ', ' ORDER BY i), string_agg(value || format(' AS %I', feature), ', ' ORDER BY i DESC)
	FROM (SELECT i, feature, format(CASE WHEN length IS NOT NULL THEN '%L::float8[]' WHEN family = 'numeric' THEN '%L::float8'
				WHEN family = 'time' THEN 'to_timestamp(%L::float8)' WHEN family = 'interval' THEN 'make_interval(secs => %L)'
				ELSE 'substr(%L, 2)' END, translate(nullif(field[i + 1], 'null'), '[]', '{}')) AS value
		FROM orchard.features(model) WITH ORDINALITY AS f(feature, family, length, levels, pooled_levels, fill, i)) AS f
$$;
CREATE FUNCTION golden(content text, OUT models int, OUT scored int, OUT out_of_range int, OUT wrong int)
LANGUAGE plpgsql AS $$
DECLARE
	m orchard.model;
	field text[];
	r record;
	got float8[];
BEGIN
	models := 0; scored := 0; out_of_range := 0; wrong := 0;
	FOR field IN SELECT string_to_array(line, E'\t') FROM string_to_table(content, E'\n') AS line LOOP
		IF field[1] = 'bytes' THEN
			m := '\x' || field[2];
			models := models + 1;
		ELSIF field[1] = 'digest' THEN
			wrong := wrong + (orchard.model_digest(m) <> field[2])::int;
		ELSE
			r := golden_row(m, field[2:]);
			BEGIN
				EXECUTE 'SELECT ARRAY[orchard.predict($1, r)' || coalesce(', orchard.predict($1, ' || r.by_position || ')', '')
					|| '] FROM (SELECT ' || coalesce(r.by_name, '1 AS one') || ') AS r' INTO got USING m;
				scored := scored + 1;
				IF EXISTS (SELECT FROM unnest(got) AS g
					WHERE NOT (g = field[2]::float8 OR abs(g - field[2]::float8) <= 1e-14 * abs(field[2]::float8))) THEN
					wrong := wrong + 1;
					RAISE WARNING '%: %', field, got;
				END IF;
			EXCEPTION WHEN datetime_field_overflow OR numeric_value_out_of_range THEN
				out_of_range := out_of_range + 1;
			END;
		END IF;
	END LOOP;
END $$;
\set content `cat "$PG_ABS_SRCDIR"/golden/models/v1_[!ts]*.txt "$PG_ABS_SRCDIR"/golden/models/v1_trees_[!c]*.txt`
SELECT * FROM golden(:'content');

-- What is refused: a column that is not there, of another family, twice there; a wrong count.
CREATE FUNCTION refused(query text, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT x1, colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT x1, x2 AS "X2", colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), ROW(x1, x2, colour, flag)) FROM fruit$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT x1, x2::text, colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT x1, x2, 1 AS colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT now() AS x1, x2, colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT point(1, 2) AS x1, x2, colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT ARRAY[x1] AS x1, x2, colour, flag FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), r) FROM (SELECT x1, x2, colour, flag, id AS x1 FROM fruit) AS r$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), 1, 2, 'red')$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), 1, 2, 'red', true, 5)$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), 1, 2, 3, true)$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), 'many', 2, 'red', true)$$);
SELECT * FROM refused($$SELECT orchard.predict(model('linear'), ARRAY[1, 2]::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), ARRAY[1, 2]::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), ARRAY[[1, 2, 3]]::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('array'), ARRAY[1, 2]::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), ARRAY['1', '2', '3'])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), VARIADIC ARRAY[1, 2]::float8[])$$);
SELECT * FROM refused($$SELECT min(orchard.predict(model('dial'), VARIADIC array_fill(1.0, ARRAY[n]))) FROM generate_series(3, 4) AS n$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), VARIADIC ARRAY['a', 'b', 'c'])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), VARIADIC '{}'::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), VARIADIC NULL::float8[])$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'), VARIADIC NULL)$$);
SELECT * FROM refused($$SELECT orchard.predict(model('dial'))$$);
SELECT * FROM refused($$SELECT orchard.predict_class(model('dial'), 1, 2, 3)$$);
SELECT * FROM refused($$SELECT orchard.predict_proba(model('dial'), 1, 2, 3)$$);
SELECT * FROM refused($$SELECT orchard.probability(model('dial'), 'yes', 1, 2, 3)$$);
SELECT * FROM refused($$SELECT orchard.probability(model('logistic'), 'maybe', 1, true, 3)$$);
SELECT * FROM refused($$SELECT orchard.predict(model('logistic'), 1, 'often', 3)$$);

-- A column twice in the row does no harm when it is no feature.
SELECT near(orchard.predict(model('linear'), r), truth(7, 10, 'red', true)) AS other_duplicates
FROM (SELECT 7 AS x1, 1 AS other, 10 AS x2, 'red'::text AS colour, 2 AS other, true AS flag) AS r;

-- PostgreSQL passes 100 arguments, so 99 features; wider models are scored by row or array.
CREATE FUNCTION wide(n int) RETURNS orchard.model LANGUAGE plpgsql AS $$
DECLARE
	m orchard.model;
BEGIN
	EXECUTE (SELECT 'SELECT orchard.fit(t, ''y'', ''{"algorithm": "linear_regression"}'') FROM (SELECT '
		|| string_agg(format('(i = %s)::int AS c%s', k, k), ', ') || ', CASE WHEN i > $1 THEN 0 ELSE i END AS y'
		' FROM generate_series(1, $1 + 50) AS i) AS t' FROM generate_series(1, n) AS k) INTO m USING n;
	RETURN m;
END $$;
INSERT INTO models VALUES ('wide99', wide(99)), ('wide100', wide(100));
SELECT 'SELECT near(orchard.predict(model(''wide99''), ' || string_agg(i::text, ', ' ORDER BY i) || '), '
	|| sum(i * i) || ') AS all_99' FROM generate_series(1, 99) AS i \gexec
SELECT refused.code, refused.message
FROM (SELECT string_agg(i::text, ', ') AS list FROM generate_series(1, 100) AS i) AS i,
	refused('SELECT orchard.predict(model(''wide100''), ' || list || ')');
SELECT near(orchard.predict(model('wide100'), array_agg(i::float8 ORDER BY i)), sum(i * i)) AS array_of_100,
	near(orchard.predict(model('wide100'), VARIADIC array_agg(i::int ORDER BY i)), sum(i * i)) AS variadic_100
FROM generate_series(1, 100) AS i;
SELECT 'SELECT near(orchard.predict(model(''wide100''), r), ' || sum(i * i) || ') AS row_of_100 FROM (SELECT '
	|| string_agg(format('%s AS c%s', i, i), ', ' ORDER BY i DESC) || ') AS r' FROM generate_series(1, 100) AS i \gexec

-- A column called f1 is a name like others; it is also what PostgreSQL calls the first column of ROW().
INSERT INTO models SELECT 'f1', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
FROM (SELECT a AS f2, b AS f1, 5 * a - b AS y FROM dial) AS t;
SELECT bool_and(near(orchard.predict(model('f1'), r), 5 * f2 - f1)) AS by_name FROM (SELECT a AS f1, b AS f2 FROM dial) AS r;
SELECT near(orchard.predict(model('f1'), ROW(1.0, 2.0)), 5 * 2 - 1) AS row_constructor;

-- Rows of a table with dropped and added columns, and the table changed under a session that scored it.
CREATE TABLE moving (junk text, flag boolean, x2 int, y float8, gone date, x1 float8, colour text);
ALTER TABLE moving DROP COLUMN junk, DROP COLUMN gone;
INSERT INTO moving SELECT flag, x2, truth(x1, x2, colour, flag), x1, colour FROM fruit;
PREPARE score AS SELECT bool_and(near(orchard.predict(model('linear'), t), y)) AS right FROM moving AS t;
CREATE FUNCTION score_moving() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	r record;
	t moving;
	ok boolean := true;
BEGIN
	FOR r IN SELECT * FROM moving LOOP
		ok := ok AND near(orchard.predict(model('linear'), r), r.y);
	END LOOP;
	FOR t IN SELECT * FROM moving LOOP
		ok := ok AND near(orchard.predict(model('linear'), t), t.y);
	END LOOP;
	RETURN ok;
END $$;
EXECUTE score; SELECT score_moving();
ALTER TABLE moving ADD COLUMN later numeric DEFAULT 7;
EXECUTE score; SELECT score_moving();
ALTER TABLE moving DROP COLUMN x1, ADD COLUMN x1 numeric(8, 2);
UPDATE moving SET x1 = x2 / 4.0, y = truth(x2 / 4.0, x2, colour, flag);
EXECUTE score; SELECT score_moving();
ALTER TABLE moving ALTER COLUMN x2 TYPE numeric, DROP COLUMN later, ADD COLUMN first int DEFAULT 1;
EXECUTE score; SELECT score_moving();
ALTER TABLE moving RENAME COLUMN x1 TO x9;
\set VERBOSITY sqlstate
EXECUTE score;
\set VERBOSITY default
ALTER TABLE moving RENAME COLUMN x9 TO x1;
EXECUTE score;
-- The same with float8 columns alone, which are read by offset: with NULLs, before and after a text column.
CREATE TABLE sliding (gone float8, b float8, a float8, old text, c float8);
INSERT INTO sliding SELECT id, CASE WHEN id % 5 > 0 THEN b END, a, repeat('x', id % 9), CASE WHEN id % 7 > 0 THEN c END FROM dial;
CREATE VIEW slid AS SELECT count(*) AS rows, bool_and(near(orchard.predict(model('dial'), t),
	1 - a + 2 * coalesce(b, (SELECT avg(b) FROM dial)) - 3 * coalesce(c, (SELECT avg(c) FROM dial)))) AS right FROM sliding AS t;
SELECT * FROM slid;
ALTER TABLE sliding DROP COLUMN gone, ADD COLUMN late float8 DEFAULT 3;
INSERT INTO sliding SELECT b, a, NULL, c, NULL FROM dial;
SELECT * FROM slid;
ALTER TABLE sliding DROP COLUMN old, ADD COLUMN flag boolean DEFAULT true;
INSERT INTO sliding SELECT b, a, c, 1, NULL FROM dial;
SELECT * FROM slid;
VACUUM FULL sliding;
SELECT * FROM slid;
DROP VIEW slid;
DROP TABLE sliding;

-- Within one statement's function call, too: the call site sees the type before and after.
DO $$
DECLARE
	r record;
	wrong int := 0;
BEGIN
	FOR step IN 1..4 LOOP
		FOR r IN EXECUTE 'SELECT * FROM moving' LOOP
			wrong := wrong + (NOT near(orchard.predict(model('linear'), r), r.y))::int;
		END LOOP;
		CASE step
			WHEN 1 THEN ALTER TABLE moving ADD COLUMN c1 int DEFAULT 5;
			WHEN 2 THEN ALTER TABLE moving DROP COLUMN first;
			ELSE ALTER TABLE moving DROP COLUMN IF EXISTS c1, ALTER COLUMN x2 TYPE float8;
		END CASE;
	END LOOP;
	RAISE WARNING 'wrong: %', wrong;
END $$;

-- One call site sees two row types: rows of two tables, and rows without a name, in turn.
CREATE TABLE other (colour hue, x2 numeric, note text, x1 int, flag boolean);
INSERT INTO other SELECT (CASE colour WHEN 'red' THEN 'red' ELSE 'blue' END)::hue, x2, 'n', id, flag FROM fruit;
CREATE FUNCTION either(i int) RETURNS record LANGUAGE plpgsql AS $$
DECLARE
	f fruit;
	o other;
	r record;
BEGIN
	IF i % 3 = 0 THEN SELECT * INTO f FROM fruit WHERE id = i; RETURN f;
	ELSIF i % 3 = 1 THEN SELECT * INTO o FROM other WHERE x1 = i; RETURN o;
	ELSE SELECT x2, flag, colour, x1::numeric INTO r FROM fruit WHERE id = i; RETURN r;
	END IF;
END $$;
SELECT count(*) AS rows, count(*) FILTER (WHERE near(orchard.predict(model('linear'), either(id)),
	CASE WHEN id % 3 = 1 THEN truth(id, x2, CASE colour WHEN 'red' THEN 'red' ELSE 'blue' END, flag)
		ELSE truth(x1, x2, colour, flag) END)) AS right
FROM fruit;
SELECT bool_and(near(orchard.predict(model('linear'), r), (to_jsonb(r) ->> 'y')::float8)) AS union_all
FROM (SELECT ROW(x1, x2)::record AS r FROM fruit WHERE false
	UNION ALL SELECT f FROM (SELECT x1, x2, colour, flag, truth(x1, x2, colour, flag) AS y FROM fruit) AS f
	UNION ALL SELECT o FROM (SELECT truth(x1, x2, colour::text, flag) AS y, colour, x2, flag, x1 FROM other) AS o) AS u;
-- An array column keeps whole rows of the same type; inheritance gives the parent's.
CREATE TABLE basket (fruits fruit[], one fruit);
INSERT INTO basket SELECT array_agg(f ORDER BY id), (array_agg(f ORDER BY id))[5] FROM fruit AS f;
SELECT bool_and(near(orchard.predict(model('linear'), f), truth(f.x1, f.x2, f.colour, f.flag))) AS nested,
	bool_and(near(orchard.predict(model('linear'), one), truth((one).x1, (one).x2, (one).colour, (one).flag))) AS column
FROM basket, unnest(fruits) AS f;
CREATE DOMAIN ripe AS fruit CHECK ((value).x1 >= 0);
SELECT bool_and(near(orchard.predict(model('linear'), f::ripe), truth(x1, x2, colour, flag))) AS domain_of_row FROM fruit AS f;
CREATE TABLE apple (sort text) INHERITS (fruit);
INSERT INTO apple SELECT 1000 + id, x1 + 1, x2, colour, flag, 'a' FROM fruit;
SELECT count(*), bool_and(near(orchard.predict(model('linear'), f), truth(x1, x2, colour, flag))) AS inherited FROM fruit AS f;
DELETE FROM apple;

-- The model may be of a domain, and of several values at one call site.
CREATE DOMAIN approved AS orchard.model NOT NULL;
SELECT near(orchard.predict(m::approved, 1, 2, 3), 1 - 1 + 4 - 9) AS domain FROM models WHERE name = 'dial';
INSERT INTO models SELECT 'dial' || k, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["k"]}')
FROM (SELECT k, a, b, c, k * a - b + c AS y FROM dial, generate_series(1, 20) AS k) AS t GROUP BY k;
SELECT count(*), bool_and(near(orchard.predict(m, d), k * a - b + c)) AS joined
FROM dial AS d, generate_series(1, 20) AS k JOIN models ON name = 'dial' || k;

-- Models above 2 kB are stored out of line and known by their TOAST pointers.
INSERT INTO models SELECT 'big' || k, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["k"]}')
FROM (SELECT k, i % 40 || ' is the level' AS level, i % 7 AS a, k * (i % 40) + i % 7 AS y
	FROM generate_series(1, 400) AS i, generate_series(0, 4) AS k) AS t GROUP BY k;
SELECT bool_and(pg_column_size(m) > 2040) AS out_of_line FROM models WHERE name ~ '^big';
SELECT count(*), bool_and(near(orchard.predict((SELECT m FROM models WHERE name = 'big' || i * 3 % 5), i % 40 || ' is the level', 2),
	i * 3 % 5 * (i % 40) + 2)) AS right FROM generate_series(1, 400) AS i;
SELECT count(*), bool_and(near(orchard.predict(m, r), substr(name, 4)::int * i + 2)) AS right
FROM models, (SELECT i, i || ' is the level' AS level, 2 AS a FROM generate_series(0, 39) AS i) AS r WHERE name ~ '^big';
DO $$
DECLARE
	wrong int := 0;
BEGIN
	FOR i IN 1..20 LOOP
		UPDATE models SET m = (SELECT m FROM models WHERE name = 'big' || i % 5) WHERE name = 'array';
		wrong := wrong + (NOT near((SELECT orchard.predict(m, '30 is the level', 1) FROM models WHERE name = 'array'), i % 5 * 30 + 1))::int;
	END LOOP;
	RAISE WARNING 'wrong: %', wrong;
END $$;

-- A view, and a score in WHERE.
CREATE VIEW scored AS SELECT f.*, orchard.predict(m, f) AS score FROM fruit AS f, models WHERE name = 'linear';
SELECT bool_and(near(score, truth(x1, x2, colour, flag))) AS view FROM scored;
SELECT (SELECT count(*) FROM scored WHERE score > 20) = (SELECT count(*) FROM fruit WHERE truth(x1, x2, colour, flag) > 20)
	AS view_filtered,
	(SELECT count(*) FROM fruit AS f WHERE orchard.predict(model('linear'), f) > 20)
		= (SELECT count(*) FROM fruit WHERE truth(x1, x2, colour, flag) > 20) AS filtered;

-- A generated column, and an expression index that plans use.
CREATE TABLE kept (x1 float8, x2 int, colour text, flag boolean,
	score float8 GENERATED ALWAYS AS (orchard.predict(:'linear'::orchard.model, x1, x2, colour, flag)) STORED);
INSERT INTO kept SELECT x1, x2, colour, flag FROM fruit;
UPDATE kept SET x1 = x1 + 1 WHERE flag;
SELECT bool_and(near(score, truth(x1, x2, colour, flag))) AS generated FROM kept;
CREATE INDEX by_score ON fruit (orchard.predict(:'linear'::orchard.model, x1, x2, colour, flag));
ANALYZE fruit;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
SET enable_seqscan = off;
SELECT count(*) > 0 AS index_used
FROM plan(format('SELECT id FROM fruit WHERE orchard.predict(%L::orchard.model, x1, x2, colour, flag) > 50', :'linear')) AS line
WHERE line LIKE '%by_score%';
SELECT array_agg(id ORDER BY id) = (SELECT array_agg(id ORDER BY id) FROM fruit WHERE truth(x1, x2, colour, flag) > 50) AS same_rows
FROM fruit WHERE orchard.predict(:'linear'::orchard.model, x1, x2, colour, flag) > 50;
RESET enable_seqscan;

-- A trigger that scores each new row, with the model of the moment.
CREATE TABLE harvest (id int, x1 float8, x2 int, colour text, flag boolean, score float8);
CREATE FUNCTION score_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.score := orchard.predict((SELECT m FROM models WHERE name = 'current'), NEW);
	RETURN NEW;
END $$;
CREATE TRIGGER score BEFORE INSERT OR UPDATE ON harvest FOR EACH ROW EXECUTE FUNCTION score_new();
INSERT INTO models SELECT 'current', m FROM models WHERE name = 'linear';
INSERT INTO harvest SELECT id, x1, x2, colour, flag FROM fruit;
SELECT count(*), bool_and(near(score, truth(x1, x2, colour, flag))) AS trigger FROM harvest;
UPDATE models SET m = (SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')
	FROM (SELECT x1, x2, colour, flag, -truth(x1, x2, colour, flag) AS y FROM fruit) AS t) WHERE name = 'current';
INSERT INTO harvest SELECT 1000 + id, x1, x2, colour, flag FROM fruit;
SELECT id > 1000 AS new_model, bool_and(near(score, CASE WHEN id > 1000 THEN -1 ELSE 1 END * truth(x1, x2, colour, flag))) AS right
FROM harvest GROUP BY 1 ORDER BY 1;
ALTER TABLE harvest ADD COLUMN extra int DEFAULT 3;
UPDATE harvest SET x1 = x1 + 1;
SELECT bool_and(near(score, -truth(x1, x2, colour, flag))) AS after_add_column FROM harvest;
BEGIN;
UPDATE models SET m = (SELECT m FROM models WHERE name = 'linear') WHERE name = 'current';
UPDATE harvest SET x1 = x1 + 1;
SELECT bool_and(near(score, truth(x1, x2, colour, flag))) AS in_transaction FROM harvest;
ROLLBACK;
UPDATE harvest SET x1 = x1 + 1;
SELECT bool_and(near(score, -truth(x1, x2, colour, flag))) AS after_rollback FROM harvest;

-- Prepared statements: the model as a parameter that changes, under custom and generic plans.
PREPARE with_model(orchard.model) AS SELECT round(orchard.predict($1, 1, 2, 3)) AS prediction;
SELECT max(m::text) FILTER (WHERE name = 'dial1') AS dial1, max(m::text) FILTER (WHERE name = 'dial2') AS dial2 FROM models \gset
EXECUTE with_model(:'dial1');
EXECUTE with_model(:'dial2');
SET plan_cache_mode = force_generic_plan;
EXECUTE with_model(:'dial1');
EXECUTE with_model(NULL);
EXECUTE with_model(:'dial2');
EXECUTE with_model(:'dial1');
PREPARE by_name(text, float8, int, text) AS SELECT near(orchard.predict((SELECT m FROM models WHERE name = $1), $2, $3, $4, true),
	truth($2, $3, $4, true)) AS right;
EXECUTE by_name('linear', 1, 2, 'red');
EXECUTE by_name('linear', 3, 4, 'blue');
RESET plan_cache_mode;

-- In plpgsql one call site serves all iterations: models and their number of features change under it.
CREATE FUNCTION many_models() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	wrong int := 0;
	loaded orchard.model;
BEGIN
	FOR i IN 1..60 LOOP
		SELECT m INTO loaded FROM models WHERE name = 'dial' || (i * 7 % 20 + 1);
		wrong := wrong + (NOT near(orchard.predict(loaded, 1, 2, 3), i * 7 % 20 + 2))::int;
	END LOOP;
	RETURN wrong;
END $$;
SELECT many_models() AS wrong;
SET orchard.model_cache = '1MB';
SELECT many_models() AS wrong;
RESET orchard.model_cache;

-- An error leaves the session fit to go on.
DO $$
DECLARE
	failed int := 0;
	n orchard.model := model('dial');
	l orchard.model := model('linear');
	m orchard.model;
BEGIN
	FOR i IN 1..10 LOOP
		m := CASE WHEN i % 2 = 0 THEN n ELSE l END;
		BEGIN
			IF NOT near(orchard.predict(m, 1, 2, 3), 1 - 1 + 4 - 9) THEN
				RAISE WARNING 'wrong at %', i;
			END IF;
		EXCEPTION WHEN invalid_parameter_value THEN
			failed := failed + 1;
		END;
	END LOOP;
	RAISE WARNING 'failed: %', failed;
END $$;

-- An array of any numbers serves as the vector; what is no vector of numbers is refused.
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMP TABLE vectors AS SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "missing_indicator": true}') AS m
FROM (SELECT nullif(i % 4, 3) AS a, i % 9 AS b, i % 5 + i % 9 AS y FROM generate_series(1, 200) AS i) AS t;
SELECT type, vector, pg_temp.outcome(format('SELECT orchard.predict(m, %L::%s) = orchard.predict(m, %L::float8[]) FROM vectors', vector, type, vector)) AS same
FROM unnest(ARRAY['int2[]', 'int4[]', 'int8[]', 'numeric[]', 'float4[]', 'text[]', 'date[]']) AS type, unnest(ARRAY['{1,2}', '{NULL,2}', '{1,NULL}', '{1,2,3}', '{}', '{{1,2}}']) AS vector
WHERE type NOT IN ('text[]', 'date[]') OR vector = '{}';
SELECT orchard.predict(m, NULL::numeric[]) IS NULL AS none, orchard.predict(m, '{NaN,1}'::numeric[]) = 'NaN' AS nan FROM vectors;

DROP VIEW scored;
DROP DOMAIN ripe, approved, tint;
DROP TABLE basket, apple, fruit, models, dial, client, moving, other, kept, harvest;
DROP TYPE hue;
DROP FUNCTION near, truth, churn, model, golden_row, golden, refused, wide, score_moving, either, plan, score_new, many_models;

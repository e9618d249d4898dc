-- The type orchard.model: text and binary forms, what one can ask of a model, and bytes that are none.
--
-- The models are those of test/golden/models, which test/golden/model_bytes.py writes from
-- docs/model-format.md without Orchard; what is expected of them stands in that script.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET extra_float_digits = 0;

\set content `cat "$PG_ABS_SRCDIR"/golden/models/v1_*.txt`
CREATE TABLE golden AS
SELECT row_number() OVER (ORDER BY b.i) AS id, decode(substr(b.line, 7), 'hex') AS bytes, substr(d.line, 8) AS digest
FROM string_to_table(:'content', E'\n') WITH ORDINALITY AS b(line, i)
JOIN string_to_table(:'content', E'\n') WITH ORDINALITY AS d(line, i) ON d.i = b.i + 1 WHERE b.line LIKE 'bytes%';
CREATE TABLE models AS SELECT id, ('\x' || encode(bytes, 'hex'))::orchard.model AS m, digest FROM golden;
ALTER TABLE models ADD PRIMARY KEY (id);
-- 1 arrays, 2 categories, 3 constant, 4 empty, 5 logistic, 6 numbers, 7 one_class

-- The text form is the bytes in hexadecimal, the binary form the bytes; both exact.
SELECT count(*) AS models, bool_and(m::text = '\x' || encode(bytes, 'hex')) AS text, bool_and(orchard.model_send(m) = bytes) AS binary,
	bool_and(m::text::orchard.model::text = m::text) AS text_round_trip,
	bool_and(('\x' || upper(encode(bytes, 'hex')))::orchard.model OPERATOR(orchard.=) m) AS upper_case
FROM models JOIN golden USING (id);
SELECT current_setting('data_directory') || '/orchard_model.copy' AS copy \gset
COPY (SELECT id, m, digest FROM models) TO :'copy' WITH (FORMAT binary);
CREATE TABLE copied (LIKE models);
COPY copied FROM :'copy' WITH (FORMAT binary);
SELECT count(*) AS models, bool_and(c.m OPERATOR(orchard.=) m.m AND c.m::text = m.m::text) AS binary_round_trip
FROM copied AS c JOIN models AS m USING (id);
COPY models TO :'copy';
TRUNCATE copied;
COPY copied FROM :'copy';
SELECT count(*) AS models, bool_and(c.m::text = m.m::text) AS text_round_trip FROM copied AS c JOIN models AS m USING (id);

-- The digest is the identity: SHA-256 of the digest part, equal after each way in.
SELECT bool_and(orchard.model_digest(m) = models.digest) AS golden,
	bool_and(orchard.model_digest(m) = encode(sha256(substr(bytes, 53, get_byte(bytes, 48) + 256 * get_byte(bytes, 49))), 'hex')) AS sha256
FROM models JOIN golden USING (id);
SELECT count(*) AS pairs, bool_and(a.m OPERATOR(orchard.=) b.m = (a.id = b.id) AND a.m OPERATOR(orchard.<>) b.m = (a.id <> b.id)) AS equality
FROM models AS a, copied AS b;
SELECT count(*), count(DISTINCT orchard.model_hash(m)) AS hashes FROM (SELECT m FROM models UNION SELECT m FROM copied) AS u;
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM models AS a JOIN copied AS b ON a.m OPERATOR(orchard.=) b.m;
SELECT count(*) FROM models AS a JOIN copied AS b ON a.m OPERATOR(orchard.=) b.m;
RESET enable_nestloop;
RESET enable_mergejoin;
SELECT (NULL::orchard.model OPERATOR(orchard.=) m) IS NULL AND orchard.model_digest(NULL) IS NULL AND orchard.summary(NULL) IS NULL
	AND orchard.classes(NULL) IS NULL AS null FROM models LIMIT 1;
SELECT count(*) AS none FROM orchard.coefficients(NULL), orchard.features(NULL);

-- It is stored as it is: out of line when large, never compressed.
SELECT typstorage, typalign, typlen FROM pg_type WHERE oid = 'orchard.model'::regtype;
CREATE TABLE large AS SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') AS m
FROM (SELECT i % 100 || repeat(' long', 20) AS level, i AS y FROM generate_series(1, 300) AS i) AS t;
SELECT octet_length(orchard.model_send(m)) > 10000 AS is_large, pg_column_compression(m) AS compression,
	pg_column_size(m) >= octet_length(orchard.model_send(m)) AS whole FROM large;
SELECT pg_relation_size(reltoastrelid) > 0 AS out_of_line FROM pg_class WHERE relname = 'large';

-- summary is immutable: no setting shows in its numbers.
SELECT orchard.summary(m)::text AS shown FROM large \gset
SET extra_float_digits = 3;
SELECT orchard.summary(m)::text = :'shown' AS same, :'shown' ~ '\.\d{15}' AS has_digits FROM large;
SET extra_float_digits = 0;

-- Facts are no part of the identity; they belong to the value all the same.
CREATE TABLE crc_table AS
WITH RECURSIVE step(i, c, k) AS (SELECT i::bigint, i::bigint, 0 FROM generate_series(0, 255) AS i
	UNION ALL SELECT i, CASE WHEN c & 1 = 1 THEN c >> 1 # 2197175160 ELSE c >> 1 END, k + 1 FROM step WHERE k < 8)
SELECT array_agg(c ORDER BY i) AS entries FROM step WHERE k = 8;
CREATE FUNCTION crc32c(bytes bytea) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
	lookup bigint[] := (SELECT entries FROM crc_table);
	crc bigint := 4294967295;
BEGIN
	FOR i IN 0 .. length(bytes) - 1 LOOP
		crc := lookup[((crc # get_byte(bytes, i)) & 255) + 1] # (crc >> 8);
	END LOOP;
	RETURN crc # 4294967295;
END $$;
CREATE FUNCTION u32(x bigint) RETURNS bytea LANGUAGE sql IMMUTABLE
AS $$ SELECT set_byte(set_byte(set_byte(set_byte('\x00000000', 0, (x & 255)::int), 1, (x >> 8 & 255)::int), 2, (x >> 16 & 255)::int), 3, (x >> 24)::int) $$;
-- Length, checksum and, if wanted, digest made to fit the rest.
CREATE FUNCTION sign(bytes bytea, digest boolean) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
	part int := (get_byte(bytes, 48) + 256 * get_byte(bytes, 49) + 65536 * get_byte(bytes, 50));
BEGIN
	bytes := overlay(overlay(bytes PLACING u32(length(bytes)) FROM 9) PLACING '\x00000000' FROM 13);
	IF digest THEN
		bytes := overlay(bytes PLACING sha256(substr(bytes, 53, part)) FROM 17);
	END IF;
	RETURN overlay(bytes PLACING u32(crc32c(bytes)) FROM 13);
END $$;
SELECT bool_and(sign(bytes, true) = bytes) AS signs_as_orchard FROM golden;
CREATE FUNCTION model(bytes bytea) RETURNS orchard.model LANGUAGE sql IMMUTABLE
AS $$ SELECT ('\x' || encode(bytes, 'hex'))::orchard.model $$;
-- Rows 1,000 becomes 1,001 in "numbers": the first field after the digest part.
CREATE TABLE retold AS
SELECT model(sign(set_byte(bytes, 52 + get_byte(bytes, 48) + 256 * get_byte(bytes, 49), 233), false)) AS m FROM golden WHERE id = 6;
SELECT orchard.summary(a.m) -> 'rows' AS rows, orchard.summary(b.m) -> 'rows' AS retold, a.m OPERATOR(orchard.=) b.m AS equal,
	orchard.summary(a.m) -> 'rows' AS again
FROM models AS a, retold AS b WHERE id = 6;

-- What one can ask: the numbers of test/golden/model_bytes.py.
SELECT orchard.summary(m) = '{"algorithm": "logistic_regression", "objective": "log_loss", "target": "churned",
		"rows": 5000000000, "rows_skipped": 0, "features": 3, "seed": 42, "options": {"l2": 0.01, "unknown": "error"},
		"classes": ["no", "yes"], "positive_class": "yes", "fit": {"converged": true, "iterations": 7, "rank": 4, "terms": 4,
			"gradient_norm": 1e-10, "condition_number": 12, "log_likelihood": -1700000000, "residual_variance": null,
			"degrees_of_freedom": null, "deviance": 3400000000, "aic": null, "bic": null},
		"metrics": {"train.log_loss": 0.34, "train.accuracy": 0.875}, "warnings": []}' AS logistic FROM models WHERE id = 5;
SELECT orchard.summary(m) @> '{"algorithm": "linear_regression", "objective": "squared_error", "target": "price",
		"rows": 1000, "rows_skipped": 3, "options": {"algorithm": "linear_regression", "l2": 0},
		"warnings": ["constant in the training rows, coefficient 0: \"spent\"", ""],
		"metrics": {"train.r2": 0.75, "train.rmse": 0.5}, "fit": {"residual_variance": 0.25, "rank": 4, "converged": true}}' AS numbers,
	NOT orchard.summary(m) ? 'classes' AS no_classes, orchard.classes(m) IS NULL AS no_array
FROM models WHERE id = 6;
SELECT id, orchard.classes(m) FROM models WHERE orchard.classes(m) IS NOT NULL ORDER BY id;
SELECT feature, family, length, levels, pooled_levels, fill = ARRAY[10]::float8[] AS fill_is_10
FROM models, orchard.features(m) WHERE id = 2;
SELECT feature, family, length, fill = '{1,2,4}' AS fill_124, fill = '{7}' AS fill_7 FROM models, orchard.features(m) WHERE id = 1;
SELECT array_agg(family) AS families FROM models, orchard.features(m) WHERE id = 6;
SELECT c.term, c.feature, c.level,
	(c.estimate, c.std_error, c.statistic, c.p_value) IS NOT DISTINCT FROM (g.estimate, g.std_error, g.statistic, g.p_value) AS golden
FROM models, orchard.coefficients(m) WITH ORDINALITY AS c(term, feature, level, estimate, std_error, statistic, p_value, class, i)
JOIN (VALUES (1, 12.75::float8, 0.5::float8, 25.5::float8, 1e-9::float8), (2, -0.1, 0.01, -10, 2.5e-7), (3, 3e-9, NULL, NULL, NULL),
	(4, 0, NULL, NULL, NULL), (5, 1e10, 0, 'Infinity', 0)) AS g(i, estimate, std_error, statistic, p_value) USING (i) WHERE id = 6;
SELECT term, feature, level, estimate = g.wanted AS golden
FROM models, orchard.coefficients(m) WITH ORDINALITY AS c(term, feature, level, estimate, std_error, statistic, p_value, class, i)
JOIN unnest('{1,2,-4,8,16,32,0.1,64,0}'::float8[]) WITH ORDINALITY AS g(wanted, i) USING (i) WHERE id = 2;
SELECT array_agg(term) AS terms FROM models, orchard.coefficients(m) WHERE id = 1;
SELECT id, class, term, estimate, std_error FROM models, orchard.coefficients(m) WHERE id IN (8, 9) ORDER BY id, class, term;

-- Bytes that are no model: each function that takes them from outside says so.
CREATE FUNCTION code(query text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query USING bytes;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION code_of_text(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t::orchard.model;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT t, code_of_text(t) FROM unnest(ARRAY['', '\', '\x', 'x', '\y00', '\x0', '\x4f5', '\x4g', '\x00', '\x4f52434d01', '{}']) AS t;
SELECT code_of_text(m::text || '0') AS odd, code_of_text(m::text || '00') AS longer, code_of_text(substr(m::text, 3)) AS bare,
	code_of_text(overlay(m::text PLACING 'zz' FROM 11)) AS not_hex FROM models WHERE id = 5;
SELECT 'ORCM'::orchard.model;
SELECT '\x4f5z'::orchard.model;
SELECT '\x4f52434d'::orchard.model;

-- Cut off anywhere, or with any byte changed, a model is refused; another version is a matter of its own.
SELECT code_of_text('\x' || encode(substr(bytes, 1, n), 'hex')) AS truncated, count(*) = sum(length(bytes)) FILTER (WHERE n = 0) AS all_lengths
FROM golden, generate_series(0, length(bytes) - 1) AS n GROUP BY 1;
SELECT n IN (4, 5) AS version, code_of_text('\x' || encode(set_byte(bytes, n, get_byte(bytes, n) # (1 << (n + bit) % 8)), 'hex')) AS flipped,
	count(*) > 0 AS some
FROM golden, generate_series(0, length(bytes) - 1) AS n, generate_series(0, 1) AS bit GROUP BY 1, 2 ORDER BY 1, 2;
SELECT DISTINCT code_of_text('\x' || encode(sign(set_byte(bytes, 4, 2), true), 'hex')) AS newer,
	code_of_text('\x' || encode(set_byte(substr(bytes, 1, 60), 4, 9), 'hex')) AS newer_and_cut FROM golden;

-- A checksum that fits does not help when the digest does not, and a digest that fits does not help when an
-- index or a size is out of bounds; what is accepted scores without harm and keeps its bytes.
SELECT DISTINCT code_of_text('\x' || encode(sign(set_byte(bytes, n, get_byte(bytes, n) # 1), false), 'hex')) AS wrong_digest
FROM golden, LATERAL generate_series(16, 51 + get_byte(bytes, 48) + 256 * get_byte(bytes, 49), 3) AS n WHERE n NOT IN (48, 49, 50, 51);
CREATE TABLE forged AS
SELECT id, n, sign(set_byte(bytes, n, get_byte(bytes, n) # (1 << (n * 5 + id::int) % 8)), true) AS bytes
FROM golden, LATERAL generate_series(52, length(bytes) - 1, 2) AS n
UNION ALL
SELECT id, 10000 + n, sign(overlay(bytes PLACING '\xffffffff' FROM n), true)
FROM golden, LATERAL generate_series(53, length(bytes) - 4, 3) AS n;
ALTER TABLE forged ADD code text;
UPDATE forged SET code = code_of_text('\x' || encode(bytes, 'hex'));
SELECT code, count(*) > 0 AS some FROM forged GROUP BY code ORDER BY code;
SELECT bool_and(orchard.model_send(model(bytes)) = bytes) AS accepted_keep_their_bytes FROM forged WHERE code = 'accepted';
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE (orchard.summary(model(bytes)) ->> 'features')::int
	<> (SELECT count(*) FROM orchard.features(model(bytes)))) AS wrong FROM forged WHERE code = 'accepted';

-- Texts must be valid in the encoding of the database, and the options JSON.
SELECT code_of_text('\x' || encode(sign(overlay(bytes PLACING 'f\303('::bytea FROM position('f\303\251'::bytea IN bytes)), true), 'hex')) AS level,
	code_of_text('\x' || encode(sign(overlay(bytes PLACING 'pl\377n'::bytea FROM position('plan'::bytea IN bytes)), true), 'hex')) AS name,
	code_of_text('\x' || encode(sign(overlay(bytes PLACING '"max_'::bytea FROM position('{"max'::bytea IN bytes)), true), 'hex')) AS options
FROM golden WHERE id = 2;
SELECT orchard.summary(m) -> 'options' AS none FROM models WHERE id = 4;

-- The binary input refuses the same with its own code: a file of bytea is one of models to COPY.
CREATE TABLE received (m orchard.model);
CREATE FUNCTION receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	path text := current_setting('data_directory') || '/orchard_model.copy';
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L WITH (FORMAT binary)', bytes, path);
	EXECUTE format('COPY received FROM %L WITH (FORMAT binary)', path);
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT receive(bytes) AS whole, receive(substr(bytes, 1, 100)) AS truncated, receive('') AS empty, receive(set_byte(bytes, 70, get_byte(bytes, 70) # 1)) AS changed,
	receive(sign(set_byte(bytes, 4, 2), true)) AS newer, receive(bytes || '\x00') AS longer FROM golden WHERE id = 5;
SELECT count(*) FILTER (WHERE r <> CASE f.code WHEN '22P02' THEN '22P03' ELSE f.code END) AS different, count(*) > 50 AS many
FROM forged AS f, receive(bytes) AS r WHERE n % 41 < 2;
SELECT count(*) > 0 AS received, bool_and(length(orchard.model_digest(m)) = 64) AS readable FROM received;

-- Stored bytes that were never checked: a superuser's cast puts them there, and every use refuses them.
CREATE CAST (bytea AS orchard.model) WITHOUT FUNCTION;
CREATE TABLE uses AS SELECT u FROM unnest(ARRAY[
	'orchard.predict($1::orchard.model, 1.0)', 'orchard.predict($1::orchard.model, VARIADIC ARRAY[1.0, 2.0])',
	'orchard.predict($1::orchard.model, ARRAY[1, 2]::float8[])', 'orchard.predict($1::orchard.model, r)',
	'orchard.predict_class($1::orchard.model, r)', 'orchard.predict_proba($1::orchard.model, r)',
	'orchard.probability($1::orchard.model, ''yes'', r)', 'orchard.summary($1::orchard.model)', 'orchard.features($1::orchard.model)',
	'orchard.classes($1::orchard.model)', 'orchard.coefficients($1::orchard.model)', 'orchard.model_digest($1::orchard.model)',
	'orchard.model_hash($1::orchard.model)', '$1::orchard.model OPERATOR(orchard.=) $1::orchard.model',
	'$1::orchard.model OPERATOR(orchard.<>) $1::orchard.model']) AS u;
CREATE TABLE garbage AS
SELECT 'garbage' AS kind, b AS bytes FROM (VALUES (''::bytea), ('\x00'), ('\x4f52434d'), (convert_to(repeat('x', 51), 'UTF8')), (convert_to(repeat('x', 52), 'UTF8')),
	(convert_to(repeat('orchard ', 20), 'UTF8')), (convert_to(repeat('orchard ', 20000), 'UTF8'))) AS v(b)
UNION ALL SELECT 'cut', substr(bytes, 1, n) FROM golden, generate_series(52, 500, 64) AS n WHERE length(bytes) > n
UNION ALL SELECT 'forged', f.bytes FROM forged AS f JOIN golden AS g USING (id)
	WHERE code = '22P02' AND n % 31 < 2 AND substr(f.bytes, 17, 32) <> substr(g.bytes, 17, 32)
UNION ALL SELECT 'newer', sign(set_byte(bytes, 4, 2), true) FROM golden;
SELECT kind, code('SELECT ' || u || ' FROM (SELECT 1 AS x) AS r', bytes) AS code, count(*) > 0 AS some
FROM garbage, uses GROUP BY 1, 2 ORDER BY 1, 2;
DROP CAST (bytea AS orchard.model);
SELECT code('SELECT $1::orchard.model', bytes) AS no_cast FROM golden LIMIT 1;

-- Objects of the same names earlier in search_path change nothing.
CREATE TABLE honest AS
SELECT id, orchard.summary(m) AS summary, (SELECT array_agg(f.feature) FROM orchard.features(m) AS f) AS features, orchard.classes(m) AS classes, orchard.model_digest(m) AS digest
FROM models WHERE id = 5;
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(jsonb, text) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(float8, float8) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(orchard.model, orchard.model) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.= (LEFTARG = orchard.model, RIGHTARG = orchard.model, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.-> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.+ (LEFTARG = float8, RIGHTARG = float8, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.* (LEFTARG = float8, RIGHTARG = float8, FUNCTION = hostile.trap);
CREATE TYPE hostile.model AS ENUM ('trap');
CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN hostile.jsonb AS pg_catalog.jsonb CHECK (false);
CREATE DOMAIN hostile.float8 AS pg_catalog.float8 CHECK (false);
DO $do$
DECLARE
	name pg_catalog.text;
BEGIN
	FOR name IN SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'orchard'::regnamespace
		UNION SELECT unnest('{jsonb_in,jsonb_each,jsonb_object_keys,jsonb_typeof,sha256,encode,exp,abs,textin,float8in,array_agg,unnest,format}'::text[]) LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I(VARIADIC anyarray) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE ''trapped''; END $$', name);
	END LOOP;
END $do$;
CREATE TABLE hostile.rows AS SELECT i % 5 AS x, 'k' || i % 3 AS k, i % 5 + i % 3 AS y FROM generate_series(1, 30) AS i;
SET search_path = hostile, pg_catalog, public;
SELECT h.summary OPERATOR(pg_catalog.=) orchard.summary(m) AND h.features OPERATOR(pg_catalog.=) (SELECT pg_catalog.array_agg(f.feature) FROM orchard.features(m) AS f)
	AND h.classes OPERATOR(pg_catalog.=) orchard.classes(m) AND h.digest OPERATOR(pg_catalog.=) orchard.model_digest(m) AS same
FROM public.honest AS h, public.models WHERE models.id OPERATOR(pg_catalog.=) 5;
SELECT pg_catalog.count(*) AS rows, pg_catalog.bool_and(pg_catalog.abs(orchard.predict(f.m, r) OPERATOR(pg_catalog.-) y) OPERATOR(pg_catalog.<) 1e-9) AS right,
	pg_catalog.bool_and(orchard.predict(f.m, r) OPERATOR(pg_catalog.=) orchard.predict(f.m::pg_catalog.text::orchard.model, x, k)) AS by_position
FROM hostile.rows AS r, (SELECT orchard.fit(r, 'y', '{"algorithm": "linear_regression", "l2": 0}') AS m FROM hostile.rows AS r) AS f;
SELECT pg_catalog.count(*) AS distinct_models FROM (SELECT m FROM public.models UNION SELECT m FROM public.copied) AS u;
RESET search_path;
DROP SCHEMA hostile CASCADE;

SELECT format('rm -f "%s"', :'copy') AS remove \gset
COPY (SELECT) TO PROGRAM :'remove';
DROP TABLE golden, crc_table, models, copied, large, retold, forged, received, uses, garbage, honest;
DROP FUNCTION crc32c, u32, sign(bytea, boolean), model, code, code_of_text, receive;

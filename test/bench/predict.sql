-- predict.sql: scores of a linear model, as ratios of medians measured in one run.
-- Variable: rounds.
\ir shapes.sql

-- One query each: sums, scores by position (PostgreSQL takes 100 arguments), by row and by array.
CREATE FUNCTION scores(shape shapes, kind text) RETURNS text LANGUAGE sql AS $$
	SELECT 'SELECT sum(' || CASE kind
		WHEN 'sums' THEN replace(names, ', ', ' + ')
		ELSE format('orchard.predict((SELECT m FROM models WHERE name = %L), %s)', shape.name,
			CASE kind WHEN 'position' THEN CASE WHEN shape.n > 99 THEN 'VARIADIC ARRAY[' || names || ']' ELSE names END WHEN 'array' THEN 'ARRAY[' || names || ']' ELSE 't' END) END
		|| ') FROM ' || quote_ident(shape.name) || ' AS t'
	FROM (SELECT string_agg('c' || c, ', ') AS names FROM generate_series(1, shape.n) AS c) AS q $$;

CREATE TABLE models (name text PRIMARY KEY, m orchard.model);
SELECT format('INSERT INTO models SELECT %1$L, orchard.fit(t, ''y'', ''{"algorithm": "linear_regression", "exclude": ["g"]}'') FROM %1$I AS t', name)
FROM shapes \gexec

SELECT measure(:rounds, array_agg(ARRAY[name || ' ' || kind, scores(shapes, kind)] ORDER BY name, kind))
FROM shapes, unnest(ARRAY['sums', 'position', 'row', 'array']) AS kind \g /dev/null
\echo 'Linear model: ratio to sum(c1 + ... + cn) of the same table'
SELECT name, round(median(name || ' sums')::numeric, 1) AS sums_ms,
	round((median(name || ' position') / median(name || ' sums'))::numeric, 2) AS "position", round((1.05 * slack)::numeric, 2) AS target,
	round((median(name || ' row') / median(name || ' sums'))::numeric, 2) AS "row", round((1.8 * slack)::numeric, 2) AS row_target,
	round((median(name || ' array') / median(name || ' sums'))::numeric, 2) AS "array"
FROM shapes;

-- A thousand models, one a group, which the rows meet in random order; and one model, joined the same way.
CREATE TABLE many AS
SELECT k, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["g", "k"]}') AS m
FROM (SELECT g % 1000 AS k, * FROM "1M x 20") AS t GROUP BY k;
CREATE TABLE same AS SELECT k, (SELECT m FROM many WHERE k = 0) AS m FROM many;
CREATE UNLOGGED TABLE visits AS SELECT (1000 * random())::int % 1000 AS k, * FROM "1M x 20" ORDER BY random();
VACUUM ANALYZE;
CREATE FUNCTION joined(models text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT sum(orchard.predict(m, %s)) FROM visits JOIN %I USING (k)', string_agg('c' || c, ', '), models)
	FROM generate_series(1, 20) AS c $$;
SELECT measure(:rounds, ARRAY[ARRAY['many', joined('many')], ARRAY['same', joined('same')]]) \g /dev/null
\echo '1M rows joined to 1,000 models in random order, to the same join with one model (target 1.5)'
SELECT round(median('same')::numeric, 1) AS one_ms, round(median('many')::numeric, 1) AS many_ms,
	round((median('many') / median('same'))::numeric, 2) AS ratio;

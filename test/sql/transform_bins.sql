-- Bins: one for missing values, beside what KBinsDiscretizer has (transform.sql).
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE SCHEMA transform_bins;
SET search_path = transform_bins, orchard, public;
SET client_min_messages = error;

-- A bin of their own for missing values, behind the others: alone, in a recipe, in chains, in the model.
CREATE TABLE gaps AS SELECT i, CASE WHEN i % 7 > 0 THEN (i * 37 % 41) * 0.75 END::float8 AS x, (i % 5)::float8 AS y FROM generate_series(1, 60) AS i;
SELECT apply(b, NULL::float8) AS "null", apply(b, 'NaN'::float8) AS nan, apply(b, 0) AS least, apply(b, 1e9) AS most, apply_array(o, NULL::float8) AS array, apply_array(o, 30) AS of_value, names(o), apply(s, NULL::float8) AS stays,
	apply(e, NULL::float8) AS edges, apply(none, NULL::float8) AS unknown, apply(none, 1) AS value, b::text::transform::text = b::text AS text
FROM (SELECT fit_bins(x, '{"bins": 4, "nulls": "bin"}') AS b, fit_bins(x, '{"bins": 3, "strategy": "uniform", "onehot": true, "nulls": "bin"}') AS o, fit_bins(x) AS s,
	fit_bins(x, '{"edges": [0, 10, 20], "nulls": "bin"}') AS e, fit_bins(NULL::float8, '{"nulls": "bin"}') AS none FROM gaps) AS t;
WITH r AS MATERIALIZED (SELECT fit_recipe(g, '[{"column": "x", "steps": [{"transform": "bins", "bins": 4, "nulls": "bin"}, {"transform": "standard"}]},
	{"column": "x", "steps": [{"transform": "bins", "edges": [0, 10, 20], "onehot": true, "nulls": "bin"}, {"transform": "standard"}]},
	{"column": "x", "steps": [{"transform": "impute", "strategy": "median"}, {"transform": "bins", "edges": [0, 10, 20], "nulls": "bin"}, {"transform": "standard"}]},
	{"column": "x", "steps": [{"transform": "signed_log"}, {"transform": "bins", "edges": [0, 1, 2], "nulls": "bin"}, {"transform": "standard"}]}]') AS r FROM gaps AS g),
by_hand AS (SELECT i, x, CASE WHEN x IS NULL THEN 4 ELSE least(greatest(width_bucket(x, (SELECT array_agg(DISTINCT q ORDER BY q) FROM unnest((SELECT percentile_cont('{0,0.25,0.5,0.75,1}'::float8[]) WITHIN GROUP (ORDER BY x) FROM gaps)) AS q)) - 1, 0), 3) END AS bin,
	coalesce(CASE WHEN x < 10 THEN 0 ELSE 1 END, 2) AS two, (coalesce(x, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM gaps)) >= 10)::int AS filled, coalesce((ln(1 + x) >= 1)::int, 2) AS logged FROM gaps)
SELECT names(max(r.r::text)::transform) AS names, max(abs(v[1] - (bin - (SELECT avg(bin) FROM by_hand)) / (SELECT stddev_pop(bin) FROM by_hand))) < 1e-12 AS bins,
	max(abs(v[4] - ((x IS NULL)::int - (SELECT avg((x IS NULL)::int) FROM by_hand)) / (SELECT stddev_pop((x IS NULL)::int) FROM by_hand))) < 1e-12 AS indicator,
	max(abs(v[5] - (filled - (SELECT avg(filled) FROM by_hand)) / (SELECT stddev_pop(filled) FROM by_hand))) < 1e-12 AS filled,
	max(abs(v[6] - (logged - (SELECT avg(logged) FROM by_hand)) / (SELECT stddev_pop(logged) FROM by_hand))) < 1e-12 AS logged
FROM by_hand AS h, r, LATERAL (SELECT apply(r.r, h) AS v) AS a;
SELECT bool_and(abs(orchard.predict(m, g) - (SELECT avg(y) FROM gaps AS h WHERE (h.x IS NULL) = (g.x IS NULL) AND coalesce((h.x >= 10) = (g.x >= 10), true))) < 1e-9) AS means
FROM (SELECT orchard.fit(g, 'y', '{"algorithm": "linear_regression", "features": [], "preprocess": [{"column": "x", "transform": "bins", "edges": [0, 10, 20], "onehot": true, "nulls": "bin"}]}') AS m FROM gaps AS g) AS f, gaps AS g;
SELECT fit_bins(x, '{"nulls": "level"}') FROM gaps;
DROP TABLE gaps;
DROP SCHEMA transform_bins CASCADE;

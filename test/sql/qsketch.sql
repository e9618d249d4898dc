SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
RESET client_min_messages;

CREATE TABLE sketch_rows AS SELECT g AS i, g % 7 AS k, CASE WHEN g % 11 <> 0 THEN exp(10 * sin(g)) * CASE WHEN g % 3 = 0 THEN -1 ELSE 1 END END AS x FROM generate_series(1, 20000) AS g;
ANALYZE sketch_rows;

-- every quantile of every group is within the stated error of the built-in's
SELECT e, count(*) AS quantiles, bool_and(abs(orchard.quantile(s, p) - exact) <= e * 1.0000001 * abs(exact)) AS within, bool_and(orchard.relative_error(s) = e AND orchard.n(s) = n) AS facts,
	bool_and(octet_length(orchard.qsketch_send(s)) < 60 + 24 * (2 + 20 / ln((1 + e) / (1 - e)))) AS small
FROM (SELECT k, e, orchard.qsketch(x, e) AS s, count(x) AS n, array_agg(x) AS v FROM sketch_rows, unnest(ARRAY[0.001, 0.01, 0.1, 0.5]::float8[]) AS e GROUP BY k, e) AS q,
	unnest(ARRAY[0, 0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1]::float8[]) AS p, LATERAL (SELECT percentile_cont(p) WITHIN GROUP (ORDER BY u) AS exact FROM unnest(v) AS u) AS r
GROUP BY e ORDER BY e;
SELECT orchard.relative_error(orchard.qsketch(x)) AS default_error, orchard.median(orchard.qsketch(i)) BETWEEN 9900 AND 10101 AS whole_numbers, orchard.median(orchard.qsketch(i::numeric, 0.001)) BETWEEN 9990 AND 10011 AS numerics FROM sketch_rows;

-- a frame that moves has the very sketch of its rows
SELECT count(*) AS rows, bool_and(s::text IS NOT DISTINCT FROM fresh::text) AS same
FROM (SELECT i, orchard.qsketch(x, 0.05) OVER (ORDER BY i ROWS BETWEEN 500 PRECEDING AND 1 PRECEDING) AS s FROM sketch_rows) AS q,
	LATERAL (SELECT orchard.qsketch(x, 0.05) AS fresh FROM sketch_rows AS o WHERE o.i BETWEEN q.i - 500 AND q.i - 1) AS r
WHERE q.i % 97 < 2;

-- NaN propagates, infinities have a place, zero is exact
SELECT i, orchard.quantile(orchard.qsketch(x) OVER w, 1) AS largest, orchard.quantile(orchard.qsketch(x) OVER w, 0) AS smallest, orchard.n(orchard.qsketch(x) OVER w) AS n
FROM (VALUES (1, 0::float8), (2, 'NaN'), (3, '-0'), (4, 0), (5, 'Infinity'), (6, NULL), (7, '-Infinity'), (8, NULL), (9, NULL), (10, NULL)) AS v(i, x) WINDOW w AS (ORDER BY i ROWS 2 PRECEDING);
SELECT orchard.qsketch(x) IS NULL AS none FROM (VALUES (NULL::float8)) AS v(x);

-- parallel plans and tiles: bit by bit the same
CREATE FUNCTION pg_temp.nodes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Aggregate' THEN
			RETURN NEXT substring(line FROM '[A-Z].*');
		END IF;
	END LOOP;
END $$;
CREATE TABLE sketch_serial AS SELECT orchard.qsketch(x) AS s FROM sketch_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.nodes('SELECT orchard.qsketch(x) FROM sketch_rows');
SELECT orchard.qsketch(x)::text = (SELECT s::text FROM sketch_serial) AS same FROM sketch_rows;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
CREATE TABLE sketch_tiles AS SELECT k, orchard.qsketch(x) AS s FROM sketch_rows GROUP BY k;
SELECT orchard.merge(s)::text = (SELECT s::text FROM sketch_serial) AS same, orchard.quantile(orchard.merge(s), 0.9) = (SELECT orchard.quantile(s, 0.9) FROM sketch_serial) AS quantile FROM sketch_tiles;
SELECT bool_and(s::text::orchard.qsketch::text = s::text) AS exact_text FROM sketch_tiles;

-- errors
\set VERBOSITY terse
SELECT orchard.qsketch(x, 0.0001) FROM sketch_rows;
SELECT orchard.qsketch(x, 'NaN') FROM sketch_rows;
SELECT orchard.qsketch(x, NULL) FROM sketch_rows;
SELECT orchard.qsketch(x, 0.1 + k / 100.0) FROM sketch_rows;
SELECT orchard.qsketch(x, 0.1 + k / 100.0) OVER (ORDER BY i ROWS 2 PRECEDING) FROM sketch_rows;
SELECT orchard.merge(s) FROM (SELECT s FROM sketch_tiles UNION ALL SELECT orchard.qsketch(x, 0.1) FROM sketch_rows) AS q;
SELECT orchard.quantile(s, 2) FROM sketch_tiles;
SELECT '\x00'::orchard.qsketch;
SELECT ('\x02' || substr(s::text, 5))::orchard.qsketch FROM sketch_serial;
SELECT orchard.qsketch_accum(NULL, 1);
\set VERBOSITY sqlstate
SELECT orchard.qsketch(x, 0.6) FROM sketch_rows;
SELECT orchard.qsketch(x, NULL) FROM sketch_rows;
SELECT orchard.merge(s) FROM (SELECT s FROM sketch_tiles UNION ALL SELECT orchard.qsketch(x, 0.1) FROM sketch_rows) AS q;
SELECT '\x00'::orchard.qsketch;
\set VERBOSITY default
DROP TABLE sketch_rows, sketch_serial, sketch_tiles;

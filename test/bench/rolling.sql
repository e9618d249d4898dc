-- rolling.sql: many windows in one pass against a frame each, as ratios of medians measured in one run.
-- Variable: rounds.
\ir measure.sql
SET enable_sort = off;

-- 1M readings: one series in order, and 10,000 series of 100 behind a sort.
CREATE TEMP TABLE readings AS
SELECT g % 10000 AS k, timestamptz '2024-01-01 00:00Z' + g * interval '1 second' AS ts, 100 * sin(g * 12.9898::float8) + g % 7 AS x
FROM generate_series(1, 1000000) AS g;
CREATE INDEX ON readings (ts);
CREATE INDEX ON readings (k, ts) INCLUDE (x);
VACUUM ANALYZE readings;

-- Windows for each shape: of 10 to 10,000 rows, and of 1 to 100 rows.
CREATE FUNCTION pg_temp.frames(keys text, widths text[], schema text) RETURNS text LANGUAGE sql AS $$
	SELECT 'SELECT ' || string_agg(format('max(%s%s) ', a, w), ' + ') || ' FROM (SELECT ' || string_agg(format('%s OVER w%s AS %s%s', call, w, a, w), ', ')
		|| ' FROM readings WINDOW ' || (SELECT string_agg(format('w%s AS (%s ORDER BY ts RANGE BETWEEN %L PRECEDING AND ''1 microsecond'' PRECEDING)', i, keys, v), ', ')
			FROM unnest(widths) WITH ORDINALITY AS u(v, i)) || ' OFFSET 0) AS q'
	FROM generate_series(1, array_length(widths, 1)) AS w,
		(VALUES ('avg', schema || 'avg(x)'), ('dev', schema || 'stddev(x)'), ('low', schema || 'min(x)'), ('top', schema || 'max(x)'), ('num', 'count(x)')) AS s(a, call)
$$;
CREATE FUNCTION pg_temp.rolled(keys text, widths text[], clause text) RETURNS text LANGUAGE sql AS $$
	SELECT 'SELECT ' || string_agg(format('max(%s%s)', a, w), ' + ') || ' FROM (SELECT ' || string_agg(format('orchard.%s(r, %s) AS %s%s', call, w, a, w), ', ')
		|| format(' FROM (SELECT orchard.rolling(x, ts, %L) OVER (%s ORDER BY ts %s) AS r FROM readings OFFSET 0) AS s OFFSET 0) AS q', widths, keys, clause)
	FROM generate_series(1, array_length(widths, 1)) AS w,
		(VALUES ('avg', 'avg'), ('dev', 'stddev'), ('low', 'min'), ('top', 'max'), ('num', 'n')) AS s(a, call)
$$;
CREATE TEMP TABLE shapes AS
SELECT * FROM (VALUES ('one series', '', ARRAY['10 s', '60 s', '600 s', '3600 s', '10000 s']),
	('10,000 series', 'PARTITION BY k', ARRAY['10000 s', '60000 s', '120000 s', '600000 s', '1000000 s'])) AS v(shape, keys, widths);

SELECT measure(:rounds, array_agg(ARRAY[shape || label, query]))
FROM shapes, LATERAL (VALUES (' frames', pg_temp.frames(keys, widths, 'orchard.')), (' rolling', pg_temp.rolled(keys, widths, '')),
	(' rolling rows', pg_temp.rolled(keys, widths, 'ROWS UNBOUNDED PRECEDING')),
	(' count', format('SELECT max(n) FROM (SELECT count(*) OVER (%s ORDER BY ts) AS n FROM readings OFFSET 0) AS q', keys))) AS v(label, query) \g /dev/null
\echo '5 windows x 5 statistics over 1M rows: ratio of rolling() to five frames of Orchard''s aggregates (target: 0.4)'
SELECT shape, round(median(shape || ' frames')) AS frames_ms, round(median(shape || ' rolling')) AS rolling_ms,
	round((median(shape || ' rolling') / median(shape || ' frames'))::numeric, 3) AS ratio,
	round((median(shape || ' rolling rows') / median(shape || ' frames'))::numeric, 3) AS ratio_rows_frame,
	round((median(shape || ' rolling') / median(shape || ' count'))::numeric, 2) AS to_count
FROM shapes;

-- One window at several widths: O(1) a row.
SELECT measure(:rounds, array_agg(ARRAY['width ' || w, pg_temp.rolled('', ARRAY[w || ' s'], '')]))
FROM unnest(ARRAY[100, 1000, 10000, 100000]) AS w \g /dev/null
\echo 'One window over 1M rows: cost by width, to that of 100 rows (target: 1.5 at 10,000)'
SELECT w AS rows, round(median('width ' || w)) AS ms, round((median('width ' || w) / median('width 100'))::numeric, 2) AS ratio
FROM unnest(ARRAY[100, 1000, 10000, 100000]) AS w;

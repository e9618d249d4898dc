-- training_set.sql: point-in-time joins as training_set_sql writes them, against what is written by hand.
-- Variable: rounds.
\ir measure.sql

-- 200,000 spine rows and 2M feature rows of 10,000 keys: 200 rows a key over two years, about 8 in 30 days and 100 in 365.
CREATE TABLE features AS
SELECT g % 10000 AS id, timestamptz '2022-01-01 00:00Z' + (g / 10000) * interval '87 hours' + (g * 7919::bigint % 10000) * interval '1 second' AS ts, 100 * sin(g * 12.9898::float8) AS v
FROM generate_series(1, 2000000) AS g;
CREATE TABLE spine AS
SELECT g::bigint AS row_id, g * 31 % 10000 AS id, timestamptz '2022-02-01 00:00Z' + (g * 104729::bigint % 60000000) * interval '1 second' AS ts
FROM generate_series(1, 200000) AS g;
CREATE UNIQUE INDEX ON features (id, ts) INCLUDE (v);
VACUUM ANALYZE features;
VACUUM ANALYZE spine;

CREATE FUNCTION written(options jsonb, strategy text DEFAULT 'auto') RETURNS text LANGUAGE sql AS
	'SELECT orchard.training_set_sql(''spine'', ''{id}'', ''ts'', jsonb_build_array(''{"relation": "features", "name": "f", "ts": "ts"}''::jsonb || options), strategy)';
CREATE TABLE shapes (shape text, way text, query text);
INSERT INTO shapes
SELECT shape, way, format('SELECT sum(%s) FROM (%s) AS q', value, written(options, way))
FROM unnest('{auto,lateral,merge}'::text[]) AS way, (VALUES ('latest', '{"columns": ["v"]}'::jsonb, 'f_v'),
	('30 days', '{"aggregates": {"v": ["avg"]}, "windows": ["30 days"]}', 'f_v_avg_30d'),
	('365 days', '{"aggregates": {"v": ["avg"]}, "windows": ["365 days"]}', 'f_v_avg_365d'),
	('five', '{"aggregates": {"v": ["avg"]}, "windows": ["30 days", "60 days", "90 days", "180 days", "365 days"]}', 'f_v_avg_30d + f_v_avg_60d + f_v_avg_90d + f_v_avg_180d + f_v_avg_365d')) AS s(shape, options, value);
INSERT INTO shapes VALUES
('latest', 'row_number', 'SELECT sum(v) FROM (SELECT s.row_id, f.v, row_number() OVER (PARTITION BY s.row_id ORDER BY f.ts DESC) AS n FROM spine AS s JOIN features AS f ON f.id = s.id AND f.ts < s.ts) AS q WHERE n = 1'),
('latest', 'hand lateral', 'SELECT sum(v) FROM (SELECT s.*, f.v FROM spine AS s LEFT JOIN LATERAL (SELECT v FROM features AS f WHERE f.id = s.id AND f.ts < s.ts ORDER BY f.ts DESC LIMIT 1) AS f ON true) AS q'),
('latest', 'hand merge', 'SELECT sum(v) FROM (SELECT row_id, orchard.locf(v) OVER (PARTITION BY id ORDER BY ts GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS v FROM (SELECT id, ts, v, NULL::bigint AS row_id FROM features UNION ALL SELECT id, ts, NULL, row_id FROM spine) AS u) AS q WHERE row_id IS NOT NULL');
INSERT INTO shapes
SELECT w || ' days', way, query
FROM unnest('{30,365}'::int[]) AS w, LATERAL (VALUES
	('hand lateral', format('SELECT sum(v) FROM (SELECT s.*, f.v FROM spine AS s LEFT JOIN LATERAL (SELECT avg(v) AS v FROM features AS f WHERE f.id = s.id AND f.ts < s.ts AND f.ts >= s.ts - interval ''%s hours'') AS f ON true) AS q', w * 24)),
	('hand merge', format('SELECT sum(v) FROM (SELECT row_id, orchard.avg(v) OVER (PARTITION BY id ORDER BY ts RANGE BETWEEN ''%s hours'' PRECEDING AND ''1 microsecond'' PRECEDING) AS v FROM (SELECT id, ts, v, NULL::bigint AS row_id FROM features UNION ALL SELECT id, ts, NULL, row_id FROM spine) AS u) AS q WHERE row_id IS NOT NULL', w * 24))) AS h(way, query);
INSERT INTO shapes
SELECT 'five', 'hand lateral', 'SELECT sum(a + b + c + d + e) FROM spine AS s LEFT JOIN LATERAL (SELECT avg(v) FILTER (WHERE f.ts >= s.ts - interval ''720 hours'') AS a, avg(v) FILTER (WHERE f.ts >= s.ts - interval ''1440 hours'') AS b, avg(v) FILTER (WHERE f.ts >= s.ts - interval ''2160 hours'') AS c, avg(v) FILTER (WHERE f.ts >= s.ts - interval ''4320 hours'') AS d, avg(v) AS e FROM features AS f WHERE f.id = s.id AND f.ts < s.ts AND f.ts >= s.ts - interval ''8760 hours'') AS f ON true';

SELECT measure(:rounds, array_agg(ARRAY[shape || ' ' || way, query] ORDER BY shape, way)) FROM shapes \g /dev/null
SELECT shape, way, round(median(shape || ' ' || way)) AS ms FROM shapes ORDER BY 1, 2;
\echo 'Latest value: ratio to the join and row_number (target: 0.12)'
SELECT round((median('latest auto') / median('latest row_number'))::numeric, 3) AS ratio;
\echo 'Five windows to one of 365 days (target: 2)'
SELECT round((median('five auto') / median('365 days auto'))::numeric, 2) AS ratio;
\echo 'Each to the better of LATERAL and merge by hand (target: 1.2)'
SELECT shape, round((median(shape || ' auto') / (SELECT min(median(shape || ' ' || way)) FROM shapes AS h WHERE h.shape = s.shape AND way LIKE 'hand %'))::numeric, 2) AS ratio
FROM shapes AS s WHERE way = 'auto' ORDER BY 1;

-- 2_features.sql: everything that was known about a flight when it was due to leave.

-- A flight's delay is known an hour after it has landed.  Not when it was due to land, and not when
-- it left: at this flight's departure those that are still in the air have not been late yet.
CREATE VIEW event AS
SELECT scheduled_at AS at, id, carrier, route, tailnum, NULL::float8 AS delay
FROM flight
UNION ALL
SELECT landed_at + interval '1 hour', NULL, carrier, route, tailnum, arr_delay
FROM flight
WHERE landed_at IS NOT NULL;

\set events event
\set features history
\echo 'The recent past of every flight'
\ir rolling.sql

-- Is it so?  For a sample of flights, the same figures the slow and obvious way: look through all
-- the others and take those that had landed an hour before.
\echo 'The recent past of 42 flights, the slow way'
\timing on
CREATE TABLE slow_history AS
SELECT
	f.id,
	avg(delay) FILTER (WHERE same_carrier AND age <= '3 hours') AS carrier_avg_3h,
	avg(delay) FILTER (WHERE same_carrier AND age <= '24 hours') AS carrier_avg_24h,
	stddev_samp(delay) FILTER (WHERE same_carrier AND age <= '24 hours') AS carrier_dev_24h,
	count(*) FILTER (WHERE same_carrier AND age <= '24 hours') AS carrier_n_24h,
	avg(delay) FILTER (WHERE same_route AND age <= '24 hours') AS route_avg_24h,
	avg(delay) FILTER (WHERE same_route AND age <= '168 hours') AS route_avg_7d,
	stddev_samp(delay) FILTER (WHERE same_route AND age <= '168 hours') AS route_dev_7d,
	count(*) FILTER (WHERE same_route AND age <= '168 hours') AS route_n_7d,
	avg(delay) FILTER (WHERE same_tail AND age <= '24 hours') AS tail_avg_24h,
	avg(delay) FILTER (WHERE same_tail AND age <= '168 hours') AS tail_avg_7d,
	max(delay) FILTER (WHERE same_tail AND age <= '168 hours') AS tail_max_7d,
	count(*) FILTER (WHERE same_tail AND age <= '168 hours') AS tail_n_7d,
	extract(epoch FROM min(age) FILTER (WHERE same_carrier AND delay > 60)) / 3600 AS carrier_hours_since_long,
	extract(epoch FROM min(age) FILTER (WHERE same_route AND delay > 60)) / 3600 AS route_hours_since_long,
	extract(epoch FROM min(age) FILTER (WHERE same_tail AND delay > 60)) / 3600 AS tail_hours_since_long
FROM flight AS f
LEFT JOIN LATERAL
(
	SELECT
		p.arr_delay AS delay,
		f.scheduled_at - (p.landed_at + interval '1 hour') AS age,
		p.carrier = f.carrier AS same_carrier,
		p.route = f.route AS same_route,
		p.tailnum = f.tailnum AS same_tail
	FROM flight AS p
	WHERE p.landed_at <= f.scheduled_at - interval '1 hour'
		AND (p.carrier = f.carrier OR p.route = f.route OR p.tailnum = f.tailnum)
) AS past ON true
WHERE f.id % 8000 = 0
GROUP BY f.id;
\timing off

ANALYZE history, slow_history;

CREATE TABLE compared AS
SELECT s.key AS feature, s.value::float8 AS slow, h.value::float8 AS fast
FROM slow_history
JOIN history USING (id)
CROSS JOIN LATERAL jsonb_each_text(to_jsonb(slow_history)) AS s
JOIN LATERAL jsonb_each_text(to_jsonb(history)) AS h USING (key);

SELECT count(*) AS figures_compared, count(slow) AS not_null, max(abs(slow - fast)) AS largest_difference
FROM compared;

DO $$
BEGIN
	ASSERT (SELECT count(*) FROM compared) = 16 * 42, 'each figure must be compared';
	ASSERT (SELECT bool_and((slow IS NULL) = (fast IS NULL)) FROM compared), 'NULL where NULL';
	ASSERT (SELECT max(abs(slow - fast)) FROM compared) < 1e-6, 'the frames must not see the future';
END
$$;

-- The weather: for each flight the last observation at its airport before the hour of departure, and
-- none that is older than three hours.  Such a join as of a moment is easily written so that it sees
-- the future; training_set_sql writes it so that it does not, and says how it went about it.
SELECT orchard.training_set_sql(
	'SELECT id, origin, time_hour AS hour_of_departure FROM flight', '{origin}', 'hour_of_departure',
	'[{"relation": "weather", "ts": "time_hour", "prefix": "", "max_age": "3 hours",
	   "columns": ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]}]') AS weather_query \gset
\echo 'The weather before each departure'
\timing on
CREATE TABLE weather_before AS :weather_query;
\timing off

DO $$
BEGIN
	ASSERT (SELECT count(*) FROM weather_before) = 336776, 'every flight must have its row';
	ASSERT (SELECT max(age) FROM weather_before) <= '3 hours', 'no observation may be older than three hours';
	ASSERT (SELECT min(age) FROM weather_before) > '0 hours', 'no observation may be of the hour itself or later';
	-- Where there is an observation of the hour before, it is that one.
	ASSERT (SELECT bool_and(b.temp IS NOT DISTINCT FROM w.temp AND b.visib IS NOT DISTINCT FROM w.visib)
			FROM weather_before AS b JOIN weather AS w
			ON w.origin = b.origin AND w.time_hour = b.hour_of_departure - interval '1 hour'), 'the last one counts';
END
$$;

-- The rest is known the day before.
CREATE TABLE departure AS
SELECT
	f.id, f.scheduled_at, f.month,
	f.arr_delay > 30 AS late,
	f.carrier, f.origin, f.hour, f.distance,
	to_char(f.scheduled_at AT TIME ZONE 'America/New_York', 'Dy') AS weekday,
	2013 - p.year AS plane_age, p.seats,
	w.temp, w.dewp, w.humid, w.wind_speed, w.precip, w.pressure, w.visib
FROM flight AS f
LEFT JOIN planes AS p USING (tailnum)
LEFT JOIN weather_before AS w USING (id);

-- A cancelled flight was neither late nor on time, so it is no example.
CREATE TABLE example AS
SELECT *
FROM departure
JOIN history USING (id)
WHERE late IS NOT NULL;

ANALYZE example;

DO $$
BEGIN
	ASSERT (SELECT count(*) FROM example) = 327346, 'there must be one example for each landing';
END
$$;

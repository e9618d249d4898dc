-- 1_load.sql: five tables, as the package ships them, and one table of flights with real times.
--
-- Run from the folder that holds the CSV files.

CREATE EXTENSION orchard;

CREATE TABLE airlines (carrier text PRIMARY KEY, name text);

CREATE TABLE airports
(
	faa text PRIMARY KEY, name text, lat float8, lon float8, alt integer,
	tz integer, dst text, tzone text
);

CREATE TABLE planes
(
	tailnum text PRIMARY KEY, year integer, type text, manufacturer text, model text,
	engines integer, seats integer, speed integer, engine text
);

CREATE TABLE weather
(
	origin text, year integer, month integer, day integer, hour integer,
	temp float8, dewp float8, humid float8, wind_dir integer, wind_speed float8,
	wind_gust float8, precip float8, pressure float8, visib float8, time_hour timestamptz
);

CREATE TABLE flights
(
	year integer, month integer, day integer,
	dep_time integer, sched_dep_time integer, dep_delay integer,
	arr_time integer, sched_arr_time integer, arr_delay integer,
	carrier text, flight integer, tailnum text, origin text, dest text,
	air_time integer, distance integer, hour integer, minute integer, time_hour timestamptz
);

\copy airlines FROM 'airlines.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy airports FROM 'airports.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy planes FROM 'planes.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy weather FROM 'weather.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy flights FROM 'flights.csv' WITH (FORMAT csv, HEADER, NULL 'NA')

DO $$
BEGIN
	ASSERT (SELECT count(*) FROM flights) = 336776, 'there must be 336,776 flights';
END
$$;

-- When did a flight land?  The file gives the hour of the scheduled departure as an instant
-- (time_hour), the delay on departure, and the arrival as the wall clock read at the destination:
-- 2301 is 23:01 there.  So the flight left at scheduled + delay, and came to its gate at the first
-- moment after that when the destination's clock showed arr_time.  Four destinations, all in the
-- Caribbean, are missing from airports.  A cancelled or diverted flight has no delay on arrival:
-- it never lands here, and nothing is learnt from it.
CREATE TABLE flight AS
WITH departed AS
(
	SELECT
		f.*,
		f.time_hour + f.minute * interval '1 minute' AS scheduled_at,
		f.time_hour + (f.minute + f.dep_delay) * interval '1 minute' AS departed_at,
		coalesce(a.tzone, 'America/Puerto_Rico') AS zone
	FROM flights f
	LEFT JOIN airports a ON a.faa = f.dest
),
arrived AS
(
	SELECT
		d.*,
		departed_at AT TIME ZONE zone AS local_departure,
		date_trunc('day', departed_at AT TIME ZONE zone)
			+ make_interval(hours => arr_time / 100, mins => arr_time % 100) AS local_arrival
	FROM departed d
)
SELECT
	row_number() OVER (ORDER BY scheduled_at, carrier, flight, origin) AS id,
	carrier, flight, tailnum, origin, dest, origin || '-' || dest AS route,
	month, day, hour, minute, distance, time_hour, scheduled_at, arr_delay, air_time, departed_at,
	CASE
		WHEN arr_delay IS NULL THEN NULL
		WHEN local_arrival > local_departure THEN local_arrival AT TIME ZONE zone
		ELSE (local_arrival + interval '1 day') AT TIME ZONE zone
	END AS landed_at
FROM arrived;
ALTER TABLE flight ADD PRIMARY KEY (id);

-- Between leaving one gate and reaching the other lie the time in the air and some taxiing: were
-- the clocks or the time zones read wrongly, this would show it.
DO $$
BEGIN
	ASSERT (SELECT count(*) FROM flight) = 336776, 'every flight must have come through';
	ASSERT (SELECT bool_and(landed_at - departed_at - air_time * interval '1 minute'
			BETWEEN interval '0' AND interval '4 hours')
			FROM flight WHERE arr_delay IS NOT NULL), 'a flight must taxi between 0 and 4 hours';
END
$$;

ANALYZE flight, weather, planes;

SELECT min(scheduled_at)::date AS first_day, max(scheduled_at)::date AS last_day, count(*) AS flights,
	count(landed_at) AS landed, count(*) FILTER (WHERE arr_delay > 30) AS over_30_minutes_late
FROM flight;

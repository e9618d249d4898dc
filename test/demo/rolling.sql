-- rolling.sql: the recent past of each flight's carrier, route and aircraft.
--
-- The variable events names the view to read and features the table to make, so that step 5 can
-- run the very same query over a view that is wrong.

-- Three sorts of 664,122 rows, in memory rather than on disk.
SET work_mem = '256MB';

-- The rows of the view are of two kinds, in one stream by time.  One with an id asks: flight 17 is
-- to leave now, what is known?  One with a delay answers: from now on it is known that a flight
-- came in so many minutes late.  So a frame that ends at the row that asks holds what was known at
-- that moment and nothing else, and avg and its kin pass over the NULLs of those that ask.
\timing on
CREATE TABLE :features AS
SELECT *
FROM
(
	SELECT
		id,
		-- mean, deviation and number of the delays that became known lately, in minutes
		orchard.avg(delay) OVER carrier_3h AS carrier_avg_3h,
		orchard.avg(delay) OVER carrier_24h AS carrier_avg_24h,
		orchard.stddev_samp(delay) OVER carrier_24h AS carrier_dev_24h,
		count(delay) OVER carrier_24h AS carrier_n_24h,
		orchard.avg(delay) OVER route_24h AS route_avg_24h,
		orchard.avg(delay) OVER route_7d AS route_avg_7d,
		orchard.stddev_samp(delay) OVER route_7d AS route_dev_7d,
		count(delay) OVER route_7d AS route_n_7d,
		orchard.avg(delay) OVER tail_24h AS tail_avg_24h,
		orchard.avg(delay) OVER tail_7d AS tail_avg_7d,
		orchard.max(delay) OVER tail_7d AS tail_max_7d,
		count(delay) OVER tail_7d AS tail_n_7d,
		-- hours since a delay of more than an hour became known
		extract(epoch FROM at - max(at) FILTER (WHERE delay > 60) OVER carrier) / 3600
			AS carrier_hours_since_long,
		extract(epoch FROM at - max(at) FILTER (WHERE delay > 60) OVER route) / 3600
			AS route_hours_since_long,
		extract(epoch FROM at - max(at) FILTER (WHERE delay > 60) OVER tail) / 3600
			AS tail_hours_since_long
	FROM :events
	WINDOW
		carrier AS (PARTITION BY carrier ORDER BY at),
		carrier_3h AS (carrier RANGE BETWEEN '3 hours' PRECEDING AND CURRENT ROW),
		carrier_24h AS (carrier RANGE BETWEEN '24 hours' PRECEDING AND CURRENT ROW),
		route AS (PARTITION BY route ORDER BY at),
		route_24h AS (route RANGE BETWEEN '24 hours' PRECEDING AND CURRENT ROW),
		route_7d AS (route RANGE BETWEEN '168 hours' PRECEDING AND CURRENT ROW),
		tail AS (PARTITION BY tailnum ORDER BY at),
		tail_24h AS (tail RANGE BETWEEN '24 hours' PRECEDING AND CURRENT ROW),
		tail_7d AS (tail RANGE BETWEEN '168 hours' PRECEDING AND CURRENT ROW)
) AS stream
WHERE id IS NOT NULL;
\timing off

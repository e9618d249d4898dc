-- Public states as text and in binary: the bits that come back are those that went, so what is merged after a dump and a
-- restore is what would have been merged before.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE observed AS
SELECT i, i % 20 AS k, (sin(i) - 0.3) * exp(i * 37 % 101 / 10.0) AS x, 1e9 + cos(i) + i AS y, i * 53 % 7 > 4 AS b, i * 31 % 1009 / 1010.0 AS p,
	1 + i * 17 % 13 / 3.0 AS w, timestamp '2020-01-01' + i * interval '17 s' AS ts, 'c' || i % 5 AS c
FROM generate_series(1, 3000) AS i;
-- What is not finite, alone and among others; values whose squares no double holds; one value.
CREATE TABLE odd AS SELECT k, x::float8 FROM (VALUES (1, 'NaN'), (2, 'Infinity'), (2, '-Infinity'), (2, '1'), (3, '-Infinity'), (3, '2'), (3, '3'),
	(4, '1e-310'), (4, '3e-300'), (4, '2e-305'), (5, '1e300'), (5, '-1.5e300'), (5, '3e299'), (6, '0.1'), (7, '-0'), (7, '-0')) AS v (k, x);
CREATE TABLE tiles AS
SELECT k, orchard.sum_state(x ORDER BY i) AS s1, orchard.variance_state(x ORDER BY i) AS s2, orchard.stats(x ORDER BY i) AS s3, orchard.stats(y, x ORDER BY i) AS s4,
	orchard.prediction_errors(x, y ORDER BY i) AS s5, orchard.prediction_errors(x, y, w ORDER BY i) AS s6, orchard.log_losses(b, p ORDER BY i) AS s7,
	orchard.log_losses(b, p, w ORDER BY i) AS s8, orchard.roc_scores(b, p ORDER BY i) AS s9, orchard.roc_scores(b, p, w ORDER BY i) AS s10,
	orchard.confusion(b, p ORDER BY i) AS s11, orchard.confusion(b, p, w ORDER BY i) AS s12, orchard.mapes(x, y ORDER BY i) AS s13,
	orchard.pinballs(x, y, 0.3, w ORDER BY i) AS s14, orchard.decayed_state(x, ts, interval '1 hour' ORDER BY i) AS s15, orchard.order_state(x ORDER BY i) AS s16,
	orchard.qsketch(x ORDER BY i) AS s17, orchard.qsketch(x, 0.001 ORDER BY i) AS s18,
	orchard.fit_state(o, 'y', '{"algorithm": "linear_regression", "exclude": ["i", "ts", "b"], "weight": "w"}' ORDER BY i) AS s19
FROM observed AS o GROUP BY k
UNION ALL
SELECT -k, orchard.sum_state(x), orchard.variance_state(x), orchard.stats(x), CASE WHEN k <> 5 THEN orchard.stats(x, x) END, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	orchard.decayed_state(x, timestamp '2020-01-01' + k * interval '1 s', interval '1 min'), orchard.order_state(x), CASE WHEN k NOT IN (2, 3) THEN orchard.qsketch(x) END, NULL, NULL
FROM odd WHERE k <> 5 OR abs(x) < 1e300 GROUP BY k;
-- Frames make states too.
CREATE TABLE framed AS
SELECT i, orchard.stats(x) OVER w AS s1, orchard.stats(y, x) OVER w AS s2, orchard.sum_state(x) OVER w AS s3, orchard.variance_state(x) OVER w AS s4,
	orchard.rolling(x, ts::timestamptz, ARRAY[interval '1 hour', interval '1 min']) OVER (ORDER BY ts) AS s5
FROM observed WHERE i <= 200 WINDOW w AS (ORDER BY i ROWS BETWEEN 20 PRECEDING AND CURRENT ROW);

-- One row a column: how many states come back as they went, through text and through binary, and is their union the same?
CREATE FUNCTION round_trips(tiles regclass, key text) RETURNS TABLE (type text, states bigint, by_text bigint, by_binary bigint, merged text) LANGUAGE plpgsql AS
$$
DECLARE
	made record;
	file text := current_setting('data_directory') || '/orchard_state_text';
BEGIN
	EXECUTE format('CREATE TEMP TABLE back (LIKE %s)', tiles);
	EXECUTE format('COPY %s TO %L WITH (FORMAT binary)', tiles, file);
	EXECUTE format('COPY back FROM %L WITH (FORMAT binary)', file);
	EXECUTE format('COPY back FROM PROGRAM %L', format('rm %L', file));
	FOR made IN SELECT attname AS c, format_type(atttypid, NULL) AS t, to_regprocedure('orchard.merge(' || format_type(atttypid, NULL) || ')') IS NOT NULL AS merges
		FROM pg_attribute WHERE attrelid = tiles AND attnum > 1 ORDER BY attnum LOOP
		type := made.t;
		EXECUTE format('SELECT count(a.%1$I), count(*) FILTER (WHERE a.%1$I IS NOT NULL AND record_image_eq(row(a.%1$I), row(a.%1$I::text::%2$s))),
			count(*) FILTER (WHERE a.%1$I IS NOT NULL AND record_image_eq(row(a.%1$I), row(b.%1$I))) FROM %3$s AS a JOIN back AS b USING (%4$I)',
			made.c, made.t, tiles, key) INTO states, by_text, by_binary;
		merged := 'no aggregate';
		IF made.merges THEN
			EXECUTE format('SELECT CASE WHEN record_image_eq(row(orchard.merge(%1$I ORDER BY %4$I)), row(orchard.merge(%1$I::text::%2$s ORDER BY %4$I))) THEN ''equal'' ELSE ''other'' END
				FROM %3$s WHERE %4$I >= 0', made.c, made.t, tiles, key) INTO merged;
		END IF;
		RETURN NEXT;
	END LOOP;
	DROP TABLE back;
END $$;
SELECT * FROM round_trips('tiles', 'k');
SELECT * FROM round_trips('framed', 'i');
-- Every state that has a merge aggregate is among them; that of transforms is no value that a query can make.
SELECT proargtypes[0]::regtype AS not_tried FROM pg_proc
WHERE pronamespace = 'orchard'::regnamespace AND proname = 'merge' AND proargtypes[0] NOT IN (SELECT atttypid FROM pg_attribute WHERE attrelid = 'tiles'::regclass);
-- A union of unions comes back as well.
SELECT count(*) FILTER (WHERE record_image_eq(row(s), row(s::text::orchard.stats1d))) AS by_text, count(*) AS states
FROM (SELECT k % 4 AS g, orchard.merge(s3 ORDER BY k) AS s FROM tiles WHERE k >= 0 GROUP BY 1) AS q;

DROP FUNCTION round_trips(regclass, text);
DROP TABLE observed, odd, tiles, framed;

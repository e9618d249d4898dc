-- leak.sql: does a training set see the future?  Proved by computing it again without the future.

CREATE FUNCTION orchard.rows_as_known(query text, sources jsonb, moment text, rest text DEFAULT '') RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'orchard_rows_as_known' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION orchard.rows_as_known(text, jsonb, text, text)
IS 'the rows of a query as it would have given them at a moment, NULL for now; rest is what follows FROM (query) AS q';

CREATE FUNCTION orchard.leak_require_columns(query text, keys text[], moment text) RETURNS void
AS 'MODULE_PATHNAME', 'orchard_leak_require_columns' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION orchard.leak_require_columns(text, text[], text)
IS 'raises an error for keys that a query does not have, and for a moment that is none of its times';

CREATE FUNCTION orchard.leak_same(a jsonb, b jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN pg_catalog.jsonb_typeof(a) OPERATOR(pg_catalog.=) 'number' AND pg_catalog.jsonb_typeof(b) OPERATOR(pg_catalog.=) 'number'
		THEN pg_catalog.abs(a::numeric OPERATOR(pg_catalog.-) b::numeric)
			OPERATOR(pg_catalog.<=) (0.000000001 OPERATOR(pg_catalog.*) GREATEST(pg_catalog.abs(a::numeric), pg_catalog.abs(b::numeric), 0.001))
	WHEN pg_catalog.jsonb_typeof(a) OPERATOR(pg_catalog.=) 'array' AND pg_catalog.jsonb_typeof(b) OPERATOR(pg_catalog.=) 'array'
		AND pg_catalog.jsonb_array_length(a) OPERATOR(pg_catalog.=) pg_catalog.jsonb_array_length(b)
		THEN NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.jsonb_array_elements(a), pg_catalog.jsonb_array_elements(b)) AS e(x, y)
			WHERE CASE WHEN pg_catalog.jsonb_typeof(x) OPERATOR(pg_catalog.=) 'number' AND pg_catalog.jsonb_typeof(y) OPERATOR(pg_catalog.=) 'number'
				THEN pg_catalog.abs(x::numeric OPERATOR(pg_catalog.-) y::numeric)
					OPERATOR(pg_catalog.>) (0.000000001 OPERATOR(pg_catalog.*) GREATEST(pg_catalog.abs(x::numeric), pg_catalog.abs(y::numeric), 0.001))
				ELSE x OPERATOR(pg_catalog.<>) y END)
	ELSE a OPERATOR(pg_catalog.=) b
END;
COMMENT ON FUNCTION orchard.leak_same(jsonb, jsonb)
IS 'are two values the same, numbers to 9 digits, since the order of a sum may differ';

CREATE FUNCTION orchard.assert_no_leak(query text, sources jsonb, keys text[], sample integer DEFAULT 100, seed integer DEFAULT 42,
	moment text DEFAULT NULL, ignore text[] DEFAULT '{}', OUT key jsonb, OUT "column" text, OUT with_future text, OUT without text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10
AS $$
#variable_conflict use_variable
DECLARE
	row_now jsonb;
	rows_then jsonb[];
	at_column text := COALESCE(moment, keys[pg_catalog.array_upper(keys, 1)]);
	listed text;
	condition text;
	field record;
BEGIN
	IF query IS NULL OR sources IS NULL OR keys IS NULL OR sample IS NULL OR seed IS NULL OR ignore IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'arguments of assert_no_leak must not be null, except for "moment"';
	END IF;
	IF pg_catalog.cardinality(keys) = 0 OR pg_catalog.array_position(keys, NULL) IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'argument "keys" must name the columns that tell the rows of the query apart';
	END IF;
	IF sample < 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = pg_catalog.format('argument "sample" must be at least 1, not %s', sample);
	END IF;
	PERFORM orchard.leak_require_columns(query, keys, at_column);
	SELECT pg_catalog.string_agg(pg_catalog.format('q.%I', k), ', ' ORDER BY i) INTO listed
	FROM pg_catalog.unnest(keys) WITH ORDINALITY AS u(k, i);
	FOR row_now IN
		SELECT r FROM orchard.rows_as_known(query, sources, NULL, pg_catalog.format('WHERE q.%I IS NOT NULL ORDER BY pg_catalog.hashtextextended(ROW(%s)::text, %s), %s LIMIT %s',
			at_column, listed, seed, listed, sample)) AS r
	LOOP
		SELECT pg_catalog.string_agg(CASE WHEN row_now ->> k IS NULL THEN pg_catalog.format('q.%I IS NULL', k)
			ELSE pg_catalog.format('q.%I = %L', k, row_now ->> k) END, ' AND ' ORDER BY i) INTO condition
		FROM pg_catalog.unnest(keys) WITH ORDINALITY AS u(k, i);
		SELECT pg_catalog.jsonb_object_agg(k, row_now -> k) INTO key FROM pg_catalog.unnest(keys) AS k;
		rows_then := ARRAY(SELECT r FROM orchard.rows_as_known(query, sources, row_now ->> at_column, 'WHERE ' || condition) AS r);
		IF pg_catalog.cardinality(rows_then) > 1 THEN
			RAISE cardinality_violation USING MESSAGE = pg_catalog.format('the query has more than one row of the key %s', key),
				HINT = 'Argument "keys" must name columns that tell the rows apart.';
		END IF;
		IF pg_catalog.cardinality(rows_then) = 0 THEN
			"column" := '(row)';
			with_future := 'present';
			without := 'absent';
			RETURN NEXT;
			CONTINUE;
		END IF;
		FOR field IN SELECT f.key AS name, f.value AS now, rows_then[1] -> f.key AS before FROM pg_catalog.jsonb_each(row_now) AS f LOOP
			CONTINUE WHEN field.name = ANY (ignore) OR orchard.leak_same(field.now, field.before);
			"column" := field.name;
			with_future := row_now ->> field.name;
			without := rows_then[1] ->> field.name;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION orchard.assert_no_leak(text, jsonb, text[], integer, integer, text, text[])
IS 'computes sampled rows of a query again from what the sources held at the moment of each row, and gives the columns that differ: none when nothing sees the future';

-- window_extreme.sql: min and max of numbers and times.
--
-- The plain form is the built-in's own, so only the moving form is new; SORTOP keeps index plans.

CREATE FUNCTION orchard.moving_float8_min_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float8_min_add(internal, float8) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_float8_min_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float8_min_remove(internal, float8) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_float8_min_result(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_float8_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(float8) (
	SFUNC = pg_catalog.float8smaller,
	STYPE = float8,
	COMBINEFUNC = pg_catalog.float8smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_float8_min_add,
	MINVFUNC = orchard.moving_float8_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_float8_min_result
);
COMMENT ON AGGREGATE orchard.min(float8) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_float8_max_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float8_max_add(internal, float8) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_float8_max_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float8_max_remove(internal, float8) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_float8_max_result(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_float8_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_float8_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(float8) (
	SFUNC = pg_catalog.float8larger,
	STYPE = float8,
	COMBINEFUNC = pg_catalog.float8larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_float8_max_add,
	MINVFUNC = orchard.moving_float8_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_float8_max_result
);
COMMENT ON AGGREGATE orchard.max(float8) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_float4_min_add(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float4_min_add(internal, float4) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_float4_min_remove(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float4_min_remove(internal, float4) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_float4_min_result(internal) RETURNS float4
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_float4_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(float4) (
	SFUNC = pg_catalog.float4smaller,
	STYPE = float4,
	COMBINEFUNC = pg_catalog.float4smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_float4_min_add,
	MINVFUNC = orchard.moving_float4_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_float4_min_result
);
COMMENT ON AGGREGATE orchard.min(float4) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_float4_max_add(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float4_max_add(internal, float4) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_float4_max_remove(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_float4_max_remove(internal, float4) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_float4_max_result(internal) RETURNS float4
	AS 'MODULE_PATHNAME', 'orchard_moving_float4_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_float4_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(float4) (
	SFUNC = pg_catalog.float4larger,
	STYPE = float4,
	COMBINEFUNC = pg_catalog.float4larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_float4_max_add,
	MINVFUNC = orchard.moving_float4_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_float4_max_result
);
COMMENT ON AGGREGATE orchard.max(float4) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int2_min_add(internal, smallint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int2_min_add(internal, smallint) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_int2_min_remove(internal, smallint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int2_min_remove(internal, smallint) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_int2_min_result(internal) RETURNS smallint
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int2_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(smallint) (
	SFUNC = pg_catalog.int2smaller,
	STYPE = smallint,
	COMBINEFUNC = pg_catalog.int2smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int2_min_add,
	MINVFUNC = orchard.moving_int2_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int2_min_result
);
COMMENT ON AGGREGATE orchard.min(smallint) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int2_max_add(internal, smallint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int2_max_add(internal, smallint) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_int2_max_remove(internal, smallint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int2_max_remove(internal, smallint) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_int2_max_result(internal) RETURNS smallint
	AS 'MODULE_PATHNAME', 'orchard_moving_int2_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int2_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(smallint) (
	SFUNC = pg_catalog.int2larger,
	STYPE = smallint,
	COMBINEFUNC = pg_catalog.int2larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int2_max_add,
	MINVFUNC = orchard.moving_int2_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int2_max_result
);
COMMENT ON AGGREGATE orchard.max(smallint) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int4_min_add(internal, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int4_min_add(internal, integer) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_int4_min_remove(internal, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int4_min_remove(internal, integer) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_int4_min_result(internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int4_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(integer) (
	SFUNC = pg_catalog.int4smaller,
	STYPE = integer,
	COMBINEFUNC = pg_catalog.int4smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int4_min_add,
	MINVFUNC = orchard.moving_int4_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int4_min_result
);
COMMENT ON AGGREGATE orchard.min(integer) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int4_max_add(internal, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int4_max_add(internal, integer) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_int4_max_remove(internal, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int4_max_remove(internal, integer) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_int4_max_result(internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'orchard_moving_int4_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int4_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(integer) (
	SFUNC = pg_catalog.int4larger,
	STYPE = integer,
	COMBINEFUNC = pg_catalog.int4larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int4_max_add,
	MINVFUNC = orchard.moving_int4_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int4_max_result
);
COMMENT ON AGGREGATE orchard.max(integer) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int8_min_add(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int8_min_add(internal, bigint) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_int8_min_remove(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int8_min_remove(internal, bigint) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_int8_min_result(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int8_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(bigint) (
	SFUNC = pg_catalog.int8smaller,
	STYPE = bigint,
	COMBINEFUNC = pg_catalog.int8smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int8_min_add,
	MINVFUNC = orchard.moving_int8_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int8_min_result
);
COMMENT ON AGGREGATE orchard.min(bigint) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_int8_max_add(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int8_max_add(internal, bigint) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_int8_max_remove(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_int8_max_remove(internal, bigint) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_int8_max_result(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_moving_int8_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_int8_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(bigint) (
	SFUNC = pg_catalog.int8larger,
	STYPE = bigint,
	COMBINEFUNC = pg_catalog.int8larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_int8_max_add,
	MINVFUNC = orchard.moving_int8_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_int8_max_result
);
COMMENT ON AGGREGATE orchard.max(bigint) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_date_min_add(internal, date) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_date_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_date_min_add(internal, date) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_date_min_remove(internal, date) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_date_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_date_min_remove(internal, date) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_date_min_result(internal) RETURNS date
	AS 'MODULE_PATHNAME', 'orchard_moving_date_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_date_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(date) (
	SFUNC = pg_catalog.date_smaller,
	STYPE = date,
	COMBINEFUNC = pg_catalog.date_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_date_min_add,
	MINVFUNC = orchard.moving_date_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_date_min_result
);
COMMENT ON AGGREGATE orchard.min(date) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_date_max_add(internal, date) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_date_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_date_max_add(internal, date) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_date_max_remove(internal, date) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_date_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_date_max_remove(internal, date) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_date_max_result(internal) RETURNS date
	AS 'MODULE_PATHNAME', 'orchard_moving_date_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_date_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(date) (
	SFUNC = pg_catalog.date_larger,
	STYPE = date,
	COMBINEFUNC = pg_catalog.date_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_date_max_add,
	MINVFUNC = orchard.moving_date_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_date_max_result
);
COMMENT ON AGGREGATE orchard.max(date) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timestamp_min_add(internal, timestamp) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamp_min_add(internal, timestamp) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_timestamp_min_remove(internal, timestamp) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamp_min_remove(internal, timestamp) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_timestamp_min_result(internal) RETURNS timestamp
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timestamp_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(timestamp) (
	SFUNC = pg_catalog.timestamp_smaller,
	STYPE = timestamp,
	COMBINEFUNC = pg_catalog.timestamp_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timestamp_min_add,
	MINVFUNC = orchard.moving_timestamp_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timestamp_min_result
);
COMMENT ON AGGREGATE orchard.min(timestamp) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timestamp_max_add(internal, timestamp) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamp_max_add(internal, timestamp) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_timestamp_max_remove(internal, timestamp) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamp_max_remove(internal, timestamp) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_timestamp_max_result(internal) RETURNS timestamp
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timestamp_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(timestamp) (
	SFUNC = pg_catalog.timestamp_larger,
	STYPE = timestamp,
	COMBINEFUNC = pg_catalog.timestamp_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timestamp_max_add,
	MINVFUNC = orchard.moving_timestamp_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timestamp_max_result
);
COMMENT ON AGGREGATE orchard.max(timestamp) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timestamptz_min_add(internal, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamptz_min_add(internal, timestamptz) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_timestamptz_min_remove(internal, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamptz_min_remove(internal, timestamptz) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_timestamptz_min_result(internal) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timestamptz_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(timestamptz) (
	SFUNC = pg_catalog.timestamptz_smaller,
	STYPE = timestamptz,
	COMBINEFUNC = pg_catalog.timestamptz_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timestamptz_min_add,
	MINVFUNC = orchard.moving_timestamptz_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timestamptz_min_result
);
COMMENT ON AGGREGATE orchard.min(timestamptz) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timestamptz_max_add(internal, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamptz_max_add(internal, timestamptz) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_timestamptz_max_remove(internal, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timestamptz_max_remove(internal, timestamptz) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_timestamptz_max_result(internal) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'orchard_moving_timestamp_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timestamptz_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(timestamptz) (
	SFUNC = pg_catalog.timestamptz_larger,
	STYPE = timestamptz,
	COMBINEFUNC = pg_catalog.timestamptz_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timestamptz_max_add,
	MINVFUNC = orchard.moving_timestamptz_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timestamptz_max_result
);
COMMENT ON AGGREGATE orchard.max(timestamptz) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_numeric_min_add(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_min_add(internal, numeric) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_numeric_min_remove(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_min_remove(internal, numeric) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_numeric_min_result(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_numeric_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(numeric) (
	SFUNC = pg_catalog.numeric_smaller,
	STYPE = numeric,
	COMBINEFUNC = pg_catalog.numeric_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_min_add,
	MINVFUNC = orchard.moving_numeric_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_numeric_min_result
);
COMMENT ON AGGREGATE orchard.min(numeric) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_numeric_max_add(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_max_add(internal, numeric) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_numeric_max_remove(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_max_remove(internal, numeric) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_numeric_max_result(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_numeric_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(numeric) (
	SFUNC = pg_catalog.numeric_larger,
	STYPE = numeric,
	COMBINEFUNC = pg_catalog.numeric_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_max_add,
	MINVFUNC = orchard.moving_numeric_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_numeric_max_result
);
COMMENT ON AGGREGATE orchard.max(numeric) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_money_min_add(internal, money) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_money_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_money_min_add(internal, money) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_money_min_remove(internal, money) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_money_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_money_min_remove(internal, money) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_money_min_result(internal) RETURNS money
	AS 'MODULE_PATHNAME', 'orchard_moving_money_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_money_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(money) (
	SFUNC = pg_catalog.cashsmaller,
	STYPE = money,
	COMBINEFUNC = pg_catalog.cashsmaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_money_min_add,
	MINVFUNC = orchard.moving_money_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_money_min_result
);
COMMENT ON AGGREGATE orchard.min(money) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_money_max_add(internal, money) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_money_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_money_max_add(internal, money) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_money_max_remove(internal, money) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_money_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_money_max_remove(internal, money) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_money_max_result(internal) RETURNS money
	AS 'MODULE_PATHNAME', 'orchard_moving_money_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_money_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(money) (
	SFUNC = pg_catalog.cashlarger,
	STYPE = money,
	COMBINEFUNC = pg_catalog.cashlarger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_money_max_add,
	MINVFUNC = orchard.moving_money_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_money_max_result
);
COMMENT ON AGGREGATE orchard.max(money) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_oid_min_add(internal, oid) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_oid_min_add(internal, oid) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_oid_min_remove(internal, oid) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_oid_min_remove(internal, oid) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_oid_min_result(internal) RETURNS oid
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_oid_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(oid) (
	SFUNC = pg_catalog.oidsmaller,
	STYPE = oid,
	COMBINEFUNC = pg_catalog.oidsmaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_oid_min_add,
	MINVFUNC = orchard.moving_oid_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_oid_min_result
);
COMMENT ON AGGREGATE orchard.min(oid) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_oid_max_add(internal, oid) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_oid_max_add(internal, oid) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_oid_max_remove(internal, oid) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_oid_max_remove(internal, oid) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_oid_max_result(internal) RETURNS oid
	AS 'MODULE_PATHNAME', 'orchard_moving_oid_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_oid_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(oid) (
	SFUNC = pg_catalog.oidlarger,
	STYPE = oid,
	COMBINEFUNC = pg_catalog.oidlarger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_oid_max_add,
	MINVFUNC = orchard.moving_oid_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_oid_max_result
);
COMMENT ON AGGREGATE orchard.max(oid) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_time_min_add(internal, time) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_time_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_time_min_add(internal, time) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_time_min_remove(internal, time) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_time_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_time_min_remove(internal, time) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_time_min_result(internal) RETURNS time
	AS 'MODULE_PATHNAME', 'orchard_moving_time_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_time_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(time) (
	SFUNC = pg_catalog.time_smaller,
	STYPE = time,
	COMBINEFUNC = pg_catalog.time_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_time_min_add,
	MINVFUNC = orchard.moving_time_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_time_min_result
);
COMMENT ON AGGREGATE orchard.min(time) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_time_max_add(internal, time) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_time_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_time_max_add(internal, time) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_time_max_remove(internal, time) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_time_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_time_max_remove(internal, time) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_time_max_result(internal) RETURNS time
	AS 'MODULE_PATHNAME', 'orchard_moving_time_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_time_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(time) (
	SFUNC = pg_catalog.time_larger,
	STYPE = time,
	COMBINEFUNC = pg_catalog.time_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_time_max_add,
	MINVFUNC = orchard.moving_time_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_time_max_result
);
COMMENT ON AGGREGATE orchard.max(time) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timetz_min_add(internal, timetz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timetz_min_add(internal, timetz) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_timetz_min_remove(internal, timetz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timetz_min_remove(internal, timetz) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_timetz_min_result(internal) RETURNS timetz
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timetz_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(timetz) (
	SFUNC = pg_catalog.timetz_smaller,
	STYPE = timetz,
	COMBINEFUNC = pg_catalog.timetz_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timetz_min_add,
	MINVFUNC = orchard.moving_timetz_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timetz_min_result
);
COMMENT ON AGGREGATE orchard.min(timetz) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_timetz_max_add(internal, timetz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timetz_max_add(internal, timetz) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_timetz_max_remove(internal, timetz) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_timetz_max_remove(internal, timetz) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_timetz_max_result(internal) RETURNS timetz
	AS 'MODULE_PATHNAME', 'orchard_moving_timetz_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_timetz_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(timetz) (
	SFUNC = pg_catalog.timetz_larger,
	STYPE = timetz,
	COMBINEFUNC = pg_catalog.timetz_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_timetz_max_add,
	MINVFUNC = orchard.moving_timetz_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_timetz_max_result
);
COMMENT ON AGGREGATE orchard.max(timetz) IS 'largest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_interval_min_add(internal, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_min_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_interval_min_add(internal, interval) IS 'a value enters the window frame of min';

CREATE FUNCTION orchard.moving_interval_min_remove(internal, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_min_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_interval_min_remove(internal, interval) IS 'the oldest value leaves the window frame of min';

CREATE FUNCTION orchard.moving_interval_min_result(internal) RETURNS interval
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_min_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_interval_min_result(internal) IS 'result of the window frame of min';

CREATE AGGREGATE orchard.min(interval) (
	SFUNC = pg_catalog.interval_smaller,
	STYPE = interval,
	COMBINEFUNC = pg_catalog.interval_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_interval_min_add,
	MINVFUNC = orchard.moving_interval_min_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_interval_min_result
);
COMMENT ON AGGREGATE orchard.min(interval) IS 'smallest value (drop-in for the built-in)';

CREATE FUNCTION orchard.moving_interval_max_add(internal, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_max_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_interval_max_add(internal, interval) IS 'a value enters the window frame of max';

CREATE FUNCTION orchard.moving_interval_max_remove(internal, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_max_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_interval_max_remove(internal, interval) IS 'the oldest value leaves the window frame of max';

CREATE FUNCTION orchard.moving_interval_max_result(internal) RETURNS interval
	AS 'MODULE_PATHNAME', 'orchard_moving_interval_max_result' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_interval_max_result(internal) IS 'result of the window frame of max';

CREATE AGGREGATE orchard.max(interval) (
	SFUNC = pg_catalog.interval_larger,
	STYPE = interval,
	COMBINEFUNC = pg_catalog.interval_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_interval_max_add,
	MINVFUNC = orchard.moving_interval_max_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_interval_max_result
);
COMMENT ON AGGREGATE orchard.max(interval) IS 'largest value (drop-in for the built-in)';

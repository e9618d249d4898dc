-- window_integer.sql: what reads or compares numbers over time, of bigint and numeric as they are: double
-- precision would round them beyond 2^53.  Argument types that are neither find the overloads on float8.

CREATE FUNCTION orchard.window_lags_add(internal, bigint, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_add(internal, bigint, integer) IS 'a row enters lags';

CREATE FUNCTION orchard.window_lags_remove(internal, bigint, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_remove(internal, bigint, integer) IS 'the oldest row leaves lags';

CREATE FUNCTION orchard.window_int8_lags_values(internal) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'orchard_window_lags_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_lags_values(internal) IS 'result of lags of bigint';

CREATE AGGREGATE orchard.lags(bigint, integer) (
	SFUNC = orchard.window_lags_add,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = orchard.window_int8_lags_values,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_lags_add,
	MINVFUNC = orchard.window_lags_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_lags_values
);
COMMENT ON AGGREGATE orchard.lags(bigint, integer) IS 'the values of the k rows before the last, latest first';

CREATE FUNCTION orchard.window_lags_add(internal, numeric, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_add(internal, numeric, integer) IS 'a row enters lags';

CREATE FUNCTION orchard.window_lags_remove(internal, numeric, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_remove(internal, numeric, integer) IS 'the oldest row leaves lags';

CREATE FUNCTION orchard.window_numeric_lags_values(internal) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'orchard_window_lags_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_lags_values(internal) IS 'result of lags of numeric';

CREATE AGGREGATE orchard.lags(numeric, integer) (
	SFUNC = orchard.window_lags_add,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = orchard.window_numeric_lags_values,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_lags_add,
	MINVFUNC = orchard.window_lags_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_lags_values
);
COMMENT ON AGGREGATE orchard.lags(numeric, integer) IS 'the values of the k rows before the last, latest first';

CREATE FUNCTION orchard.window_int8_crossings_accum(internal, bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_crossings_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_crossings_accum(internal, bigint, bigint) IS 'a row enters crossings';

CREATE FUNCTION orchard.window_int8_crossings_add(internal, bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_crossings_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_crossings_add(internal, bigint, bigint) IS 'a row enters the window frame of crossings';

CREATE FUNCTION orchard.window_int8_crossings_remove(internal, bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_crossings_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_crossings_remove(internal, bigint, bigint) IS 'the oldest row leaves the window frame of crossings';

CREATE AGGREGATE orchard.crossings(bigint, bigint) (
	SFUNC = orchard.window_int8_crossings_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_crossings_count,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_crossings_add,
	MINVFUNC = orchard.window_int8_crossings_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_crossings_count
);
COMMENT ON AGGREGATE orchard.crossings(bigint, bigint) IS 'how often x changes from above the level to not above it, or back';

CREATE FUNCTION orchard.window_numeric_crossings_accum(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_accum(internal, numeric) IS 'a row enters crossings';

CREATE FUNCTION orchard.window_numeric_crossings_add(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_add(internal, numeric) IS 'a row enters the window frame of crossings';

CREATE FUNCTION orchard.window_numeric_crossings_remove(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_remove(internal, numeric) IS 'the oldest row leaves the window frame of crossings';

CREATE AGGREGATE orchard.crossings(numeric) (
	SFUNC = orchard.window_numeric_crossings_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_crossings_count,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_crossings_add,
	MINVFUNC = orchard.window_numeric_crossings_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_crossings_count
);
COMMENT ON AGGREGATE orchard.crossings(numeric) IS 'how often x changes from above 0 to not above it, or back';

CREATE FUNCTION orchard.window_numeric_crossings_accum(internal, numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_accum(internal, numeric, numeric) IS 'a row enters crossings';

CREATE FUNCTION orchard.window_numeric_crossings_add(internal, numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_add(internal, numeric, numeric) IS 'a row enters the window frame of crossings';

CREATE FUNCTION orchard.window_numeric_crossings_remove(internal, numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_crossings_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_crossings_remove(internal, numeric, numeric) IS 'the oldest row leaves the window frame of crossings';

CREATE AGGREGATE orchard.crossings(numeric, numeric) (
	SFUNC = orchard.window_numeric_crossings_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_crossings_count,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_crossings_add,
	MINVFUNC = orchard.window_numeric_crossings_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_crossings_count
);
COMMENT ON AGGREGATE orchard.crossings(numeric, numeric) IS 'how often x changes from above the level to not above it, or back';

CREATE FUNCTION orchard.window_int8_above_accum(internal, "any", bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_above_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_above_accum(internal, "any", bigint, bigint) IS 'a row enters time_above';

CREATE FUNCTION orchard.window_int8_above_add(internal, "any", bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_above_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_above_add(internal, "any", bigint, bigint) IS 'a row enters the window frame of time_above';

CREATE FUNCTION orchard.window_int8_above_remove(internal, "any", bigint, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_above_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_above_remove(internal, "any", bigint, bigint) IS 'the oldest row leaves the window frame of time_above';

CREATE AGGREGATE orchard.time_above(timestamptz, bigint, bigint) (
	SFUNC = orchard.window_int8_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_above_add,
	MINVFUNC = orchard.window_int8_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamptz, bigint, bigint) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE AGGREGATE orchard.time_above(timestamp, bigint, bigint) (
	SFUNC = orchard.window_int8_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_above_add,
	MINVFUNC = orchard.window_int8_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamp, bigint, bigint) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE FUNCTION orchard.window_numeric_above_accum(internal, "any", numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_above_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_above_accum(internal, "any", numeric, numeric) IS 'a row enters time_above';

CREATE FUNCTION orchard.window_numeric_above_add(internal, "any", numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_above_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_above_add(internal, "any", numeric, numeric) IS 'a row enters the window frame of time_above';

CREATE FUNCTION orchard.window_numeric_above_remove(internal, "any", numeric, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_above_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_above_remove(internal, "any", numeric, numeric) IS 'the oldest row leaves the window frame of time_above';

CREATE AGGREGATE orchard.time_above(timestamptz, numeric, numeric) (
	SFUNC = orchard.window_numeric_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_above_add,
	MINVFUNC = orchard.window_numeric_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamptz, numeric, numeric) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE AGGREGATE orchard.time_above(timestamp, numeric, numeric) (
	SFUNC = orchard.window_numeric_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_above_add,
	MINVFUNC = orchard.window_numeric_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamp, numeric, numeric) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE FUNCTION orchard.window_int8_counter_accum(internal, "any", bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_accum(internal, "any", bigint) IS 'a row enters counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_int8_counter_add(internal, "any", bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_add(internal, "any", bigint) IS 'a row enters the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_int8_counter_remove(internal, "any", bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_remove(internal, "any", bigint) IS 'the oldest row leaves the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_int8_counter_delta(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_delta' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_delta(internal) IS 'result of counter_delta';

CREATE FUNCTION orchard.window_int8_counter_rate(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_rate(internal) IS 'result of counter_rate';

CREATE FUNCTION orchard.window_int8_counter_slope(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_slope(internal) IS 'result of rate';

CREATE FUNCTION orchard.window_int8_counter_resets(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_int8_counter_resets' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_counter_resets(internal) IS 'result of counter_resets';

CREATE AGGREGATE orchard.counter_delta(timestamptz, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamptz, bigint) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamptz, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamptz, bigint) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamptz, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamptz, bigint) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamptz, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamptz, bigint) IS 'last minus first value, a second';

CREATE AGGREGATE orchard.counter_delta(timestamp, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamp, bigint) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamp, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamp, bigint) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamp, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamp, bigint) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamp, bigint) (
	SFUNC = orchard.window_int8_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_int8_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_counter_add,
	MINVFUNC = orchard.window_int8_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamp, bigint) IS 'last minus first value, a second';

CREATE FUNCTION orchard.window_numeric_counter_accum(internal, "any", numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_accum(internal, "any", numeric) IS 'a row enters counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_numeric_counter_add(internal, "any", numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_add(internal, "any", numeric) IS 'a row enters the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_numeric_counter_remove(internal, "any", numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_remove(internal, "any", numeric) IS 'the oldest row leaves the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_numeric_counter_delta(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_delta' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_delta(internal) IS 'result of counter_delta';

CREATE FUNCTION orchard.window_numeric_counter_rate(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_rate(internal) IS 'result of counter_rate';

CREATE FUNCTION orchard.window_numeric_counter_slope(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_slope(internal) IS 'result of rate';

CREATE FUNCTION orchard.window_numeric_counter_resets(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_counter_resets' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_counter_resets(internal) IS 'result of counter_resets';

CREATE AGGREGATE orchard.counter_delta(timestamptz, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamptz, numeric) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamptz, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamptz, numeric) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamptz, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamptz, numeric) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamptz, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamptz, numeric) IS 'last minus first value, a second';

CREATE AGGREGATE orchard.counter_delta(timestamp, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamp, numeric) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamp, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamp, numeric) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamp, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamp, numeric) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamp, numeric) (
	SFUNC = orchard.window_numeric_counter_accum,
	STYPE = internal,
	SSPACE = 320,
	FINALFUNC = orchard.window_numeric_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_counter_add,
	MINVFUNC = orchard.window_numeric_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_numeric_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamp, numeric) IS 'last minus first value, a second';

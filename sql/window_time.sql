-- window_time.sql: aggregates over the order of rows and over time.
--
-- The states are internal: what they tell depends on the order of the rows, so parts cannot be
-- merged.  Under GROUP BY the order is the aggregate's own: f(x, ts ORDER BY ts).

CREATE FUNCTION orchard.window_last_add(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_last_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_add(internal, anyelement) IS 'a row enters last_value_of and locf';

CREATE FUNCTION orchard.window_last_remove(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_last_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_remove(internal, anyelement) IS 'the oldest row leaves last_value_of and locf';

CREATE FUNCTION orchard.window_last_value(internal, anyelement) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_last_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_value(internal, anyelement) IS 'result of last_value_of and locf';

CREATE AGGREGATE orchard.last_value_of(anyelement) (
	SFUNC = orchard.window_last_add,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_last_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_last_add,
	MINVFUNC = orchard.window_last_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_last_value
);
COMMENT ON AGGREGATE orchard.last_value_of(anyelement) IS 'the last value that is not NULL';

CREATE AGGREGATE orchard.locf(anyelement) (
	SFUNC = orchard.window_last_add,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_last_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_last_add,
	MINVFUNC = orchard.window_last_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_last_value
);
COMMENT ON AGGREGATE orchard.locf(anyelement) IS 'the last value that is not NULL, carried forward';

CREATE FUNCTION orchard.window_locf_add(internal, anyelement, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_locf_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_locf_add(internal, anyelement, "any", interval) IS 'a row enters locf';

CREATE FUNCTION orchard.window_locf_remove(internal, anyelement, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_locf_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_locf_remove(internal, anyelement, "any", interval) IS 'the oldest row leaves locf';

CREATE FUNCTION orchard.window_locf_value(internal, anyelement, "any", interval) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_locf_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_locf_value(internal, anyelement, "any", interval) IS 'result of locf';

CREATE AGGREGATE orchard.locf(anyelement, timestamptz, interval) (
	SFUNC = orchard.window_locf_add,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_locf_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_locf_add,
	MINVFUNC = orchard.window_locf_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_locf_value
);
COMMENT ON AGGREGATE orchard.locf(anyelement, timestamptz, interval) IS 'the last value that is not NULL, carried forward for at most max_age';

CREATE AGGREGATE orchard.locf(anyelement, timestamp, interval) (
	SFUNC = orchard.window_locf_add,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_locf_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_locf_add,
	MINVFUNC = orchard.window_locf_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_locf_value
);
COMMENT ON AGGREGATE orchard.locf(anyelement, timestamp, interval) IS 'the last value that is not NULL, carried forward for at most max_age';

CREATE FUNCTION orchard.window_first_accum(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_first_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_first_accum(internal, anyelement) IS 'a row enters first_value_of';

CREATE FUNCTION orchard.window_first_value(internal, anyelement) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_first_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_first_value(internal, anyelement) IS 'result of first_value_of';

CREATE FUNCTION orchard.window_first_add(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_first_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_first_add(internal, anyelement) IS 'a row enters the window frame of first_value_of';

CREATE FUNCTION orchard.window_first_remove(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_first_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_first_remove(internal, anyelement) IS 'the oldest row leaves the window frame of first_value_of';

CREATE FUNCTION orchard.window_first_result(internal, anyelement) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_first_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_first_result(internal, anyelement) IS 'result of the window frame of first_value_of';

CREATE AGGREGATE orchard.first_value_of(anyelement) (
	SFUNC = orchard.window_first_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_first_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_first_add,
	MINVFUNC = orchard.window_first_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_first_result
);
COMMENT ON AGGREGATE orchard.first_value_of(anyelement) IS 'the first value that is not NULL';

CREATE FUNCTION orchard.window_last_k_add(internal, anyelement, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_last_k_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_k_add(internal, anyelement, integer) IS 'a row enters last_k';

CREATE FUNCTION orchard.window_last_k_remove(internal, anyelement, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_last_k_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_k_remove(internal, anyelement, integer) IS 'the oldest row leaves last_k';

CREATE FUNCTION orchard.window_last_k_values(internal, anyelement, integer) RETURNS anyarray
	AS 'MODULE_PATHNAME', 'orchard_window_last_k_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_last_k_values(internal, anyelement, integer) IS 'result of last_k';

CREATE AGGREGATE orchard.last_k(anyelement, integer) (
	SFUNC = orchard.window_last_k_add,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = orchard.window_last_k_values,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_last_k_add,
	MINVFUNC = orchard.window_last_k_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_last_k_values
);
COMMENT ON AGGREGATE orchard.last_k(anyelement, integer) IS 'the last k values that are not NULL, oldest first';

CREATE FUNCTION orchard.window_lags_add(internal, float8, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_add(internal, float8, integer) IS 'a row enters lags';

CREATE FUNCTION orchard.window_lags_remove(internal, float8, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_lags_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_remove(internal, float8, integer) IS 'the oldest row leaves lags';

CREATE FUNCTION orchard.window_lags_values(internal) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_window_lags_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_lags_values(internal) IS 'result of lags';

CREATE AGGREGATE orchard.lags(float8, integer) (
	SFUNC = orchard.window_lags_add,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = orchard.window_lags_values,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_lags_add,
	MINVFUNC = orchard.window_lags_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_lags_values
);
COMMENT ON AGGREGATE orchard.lags(float8, integer) IS 'the values of the k rows before the last, latest first';

CREATE FUNCTION orchard.window_float8_argmax_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmax_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmax_accum(internal, anyelement, "any") IS 'a row enters argmax';

CREATE FUNCTION orchard.window_float8_argmax_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmax_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmax_value(internal, anyelement, "any") IS 'result of argmax';

CREATE FUNCTION orchard.window_float8_argmax_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmax_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmax_add(internal, anyelement, "any") IS 'a row enters the window frame of argmax';

CREATE FUNCTION orchard.window_float8_argmax_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmax_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmax_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmax';

CREATE FUNCTION orchard.window_float8_argmax_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmax_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmax_result(internal, anyelement, "any") IS 'result of the window frame of argmax';

CREATE AGGREGATE orchard.argmax(anyelement, float8) (
	SFUNC = orchard.window_float8_argmax_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_float8_argmax_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_float8_argmax_add,
	MINVFUNC = orchard.window_float8_argmax_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_float8_argmax_result
);
COMMENT ON AGGREGATE orchard.argmax(anyelement, float8) IS 'the value of the row with the largest key, the latest of equals';

CREATE FUNCTION orchard.window_int8_argmax_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmax_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmax_accum(internal, anyelement, "any") IS 'a row enters argmax';

CREATE FUNCTION orchard.window_int8_argmax_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmax_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmax_value(internal, anyelement, "any") IS 'result of argmax';

CREATE FUNCTION orchard.window_int8_argmax_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmax_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmax_add(internal, anyelement, "any") IS 'a row enters the window frame of argmax';

CREATE FUNCTION orchard.window_int8_argmax_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmax_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmax_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmax';

CREATE FUNCTION orchard.window_int8_argmax_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmax_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmax_result(internal, anyelement, "any") IS 'result of the window frame of argmax';

CREATE AGGREGATE orchard.argmax(anyelement, bigint) (
	SFUNC = orchard.window_int8_argmax_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmax_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmax_add,
	MINVFUNC = orchard.window_int8_argmax_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmax_result
);
COMMENT ON AGGREGATE orchard.argmax(anyelement, bigint) IS 'the value of the row with the largest key, the latest of equals';

CREATE AGGREGATE orchard.argmax(anyelement, timestamptz) (
	SFUNC = orchard.window_int8_argmax_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmax_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmax_add,
	MINVFUNC = orchard.window_int8_argmax_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmax_result
);
COMMENT ON AGGREGATE orchard.argmax(anyelement, timestamptz) IS 'the value of the row with the largest key, the latest of equals';

CREATE AGGREGATE orchard.argmax(anyelement, timestamp) (
	SFUNC = orchard.window_int8_argmax_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmax_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmax_add,
	MINVFUNC = orchard.window_int8_argmax_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmax_result
);
COMMENT ON AGGREGATE orchard.argmax(anyelement, timestamp) IS 'the value of the row with the largest key, the latest of equals';

CREATE FUNCTION orchard.window_numeric_argmax_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmax_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmax_accum(internal, anyelement, "any") IS 'a row enters argmax';

CREATE FUNCTION orchard.window_numeric_argmax_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmax_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmax_value(internal, anyelement, "any") IS 'result of argmax';

CREATE FUNCTION orchard.window_numeric_argmax_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmax_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmax_add(internal, anyelement, "any") IS 'a row enters the window frame of argmax';

CREATE FUNCTION orchard.window_numeric_argmax_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmax_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmax_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmax';

CREATE FUNCTION orchard.window_numeric_argmax_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmax_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmax_result(internal, anyelement, "any") IS 'result of the window frame of argmax';

CREATE AGGREGATE orchard.argmax(anyelement, numeric) (
	SFUNC = orchard.window_numeric_argmax_accum,
	STYPE = internal,
	SSPACE = 192,
	FINALFUNC = orchard.window_numeric_argmax_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_argmax_add,
	MINVFUNC = orchard.window_numeric_argmax_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_numeric_argmax_result
);
COMMENT ON AGGREGATE orchard.argmax(anyelement, numeric) IS 'the value of the row with the largest key, the latest of equals';

CREATE FUNCTION orchard.window_float8_argmin_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmin_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmin_accum(internal, anyelement, "any") IS 'a row enters argmin';

CREATE FUNCTION orchard.window_float8_argmin_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmin_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmin_value(internal, anyelement, "any") IS 'result of argmin';

CREATE FUNCTION orchard.window_float8_argmin_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmin_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmin_add(internal, anyelement, "any") IS 'a row enters the window frame of argmin';

CREATE FUNCTION orchard.window_float8_argmin_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmin_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmin_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmin';

CREATE FUNCTION orchard.window_float8_argmin_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_float8_argmin_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_float8_argmin_result(internal, anyelement, "any") IS 'result of the window frame of argmin';

CREATE AGGREGATE orchard.argmin(anyelement, float8) (
	SFUNC = orchard.window_float8_argmin_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_float8_argmin_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_float8_argmin_add,
	MINVFUNC = orchard.window_float8_argmin_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_float8_argmin_result
);
COMMENT ON AGGREGATE orchard.argmin(anyelement, float8) IS 'the value of the row with the smallest key, the latest of equals';

CREATE FUNCTION orchard.window_int8_argmin_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmin_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmin_accum(internal, anyelement, "any") IS 'a row enters argmin';

CREATE FUNCTION orchard.window_int8_argmin_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmin_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmin_value(internal, anyelement, "any") IS 'result of argmin';

CREATE FUNCTION orchard.window_int8_argmin_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmin_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmin_add(internal, anyelement, "any") IS 'a row enters the window frame of argmin';

CREATE FUNCTION orchard.window_int8_argmin_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmin_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmin_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmin';

CREATE FUNCTION orchard.window_int8_argmin_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_int8_argmin_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_argmin_result(internal, anyelement, "any") IS 'result of the window frame of argmin';

CREATE AGGREGATE orchard.argmin(anyelement, bigint) (
	SFUNC = orchard.window_int8_argmin_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmin_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmin_add,
	MINVFUNC = orchard.window_int8_argmin_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmin_result
);
COMMENT ON AGGREGATE orchard.argmin(anyelement, bigint) IS 'the value of the row with the smallest key, the latest of equals';

CREATE AGGREGATE orchard.argmin(anyelement, timestamptz) (
	SFUNC = orchard.window_int8_argmin_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmin_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmin_add,
	MINVFUNC = orchard.window_int8_argmin_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmin_result
);
COMMENT ON AGGREGATE orchard.argmin(anyelement, timestamptz) IS 'the value of the row with the smallest key, the latest of equals';

CREATE AGGREGATE orchard.argmin(anyelement, timestamp) (
	SFUNC = orchard.window_int8_argmin_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_int8_argmin_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_argmin_add,
	MINVFUNC = orchard.window_int8_argmin_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_int8_argmin_result
);
COMMENT ON AGGREGATE orchard.argmin(anyelement, timestamp) IS 'the value of the row with the smallest key, the latest of equals';

CREATE FUNCTION orchard.window_numeric_argmin_accum(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmin_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmin_accum(internal, anyelement, "any") IS 'a row enters argmin';

CREATE FUNCTION orchard.window_numeric_argmin_value(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmin_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmin_value(internal, anyelement, "any") IS 'result of argmin';

CREATE FUNCTION orchard.window_numeric_argmin_add(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmin_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmin_add(internal, anyelement, "any") IS 'a row enters the window frame of argmin';

CREATE FUNCTION orchard.window_numeric_argmin_remove(internal, anyelement, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmin_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmin_remove(internal, anyelement, "any") IS 'the oldest row leaves the window frame of argmin';

CREATE FUNCTION orchard.window_numeric_argmin_result(internal, anyelement, "any") RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_window_numeric_argmin_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_numeric_argmin_result(internal, anyelement, "any") IS 'result of the window frame of argmin';

CREATE AGGREGATE orchard.argmin(anyelement, numeric) (
	SFUNC = orchard.window_numeric_argmin_accum,
	STYPE = internal,
	SSPACE = 192,
	FINALFUNC = orchard.window_numeric_argmin_value,
	FINALFUNC_EXTRA,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_numeric_argmin_add,
	MINVFUNC = orchard.window_numeric_argmin_remove,
	MSTYPE = internal,
	MFINALFUNC_EXTRA,
	MFINALFUNC = orchard.window_numeric_argmin_result
);
COMMENT ON AGGREGATE orchard.argmin(anyelement, numeric) IS 'the value of the row with the smallest key, the latest of equals';

CREATE FUNCTION orchard.window_since_add(internal, "any", boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_since_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_since_add(internal, "any", boolean) IS 'a row enters since';

CREATE FUNCTION orchard.window_since_remove(internal, "any", boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_since_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_since_remove(internal, "any", boolean) IS 'the oldest row leaves since';

CREATE FUNCTION orchard.window_since_seconds(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_since_seconds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_since_seconds(internal) IS 'result of since';

CREATE AGGREGATE orchard.since(timestamptz, boolean) (
	SFUNC = orchard.window_since_add,
	STYPE = internal,
	SSPACE = 48,
	FINALFUNC = orchard.window_since_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_since_add,
	MINVFUNC = orchard.window_since_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_since_seconds
);
COMMENT ON AGGREGATE orchard.since(timestamptz, boolean) IS 'seconds from the last row where the condition holds to the last row';

CREATE AGGREGATE orchard.since(timestamp, boolean) (
	SFUNC = orchard.window_since_add,
	STYPE = internal,
	SSPACE = 48,
	FINALFUNC = orchard.window_since_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_since_add,
	MINVFUNC = orchard.window_since_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_since_seconds
);
COMMENT ON AGGREGATE orchard.since(timestamp, boolean) IS 'seconds from the last row where the condition holds to the last row';

CREATE FUNCTION orchard.window_streak_add(internal, boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_streak_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_streak_add(internal, boolean) IS 'a row enters streak';

CREATE FUNCTION orchard.window_streak_remove(internal, boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_streak_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_streak_remove(internal, boolean) IS 'the oldest row leaves streak';

CREATE FUNCTION orchard.window_streak_length(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_streak_length' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_streak_length(internal) IS 'result of streak';

CREATE AGGREGATE orchard.streak(boolean) (
	SFUNC = orchard.window_streak_add,
	STYPE = internal,
	SSPACE = 32,
	FINALFUNC = orchard.window_streak_length,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_streak_add,
	MINVFUNC = orchard.window_streak_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_streak_length
);
COMMENT ON AGGREGATE orchard.streak(boolean) IS 'rows at the end in which the condition holds without a break';

CREATE FUNCTION orchard.window_session_accum(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_session_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_session_accum(internal, "any", interval) IS 'a row enters session_id';

CREATE FUNCTION orchard.window_session_add(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_session_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_session_add(internal, "any", interval) IS 'a row enters the window frame of session_id';

CREATE FUNCTION orchard.window_session_remove(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_session_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_session_remove(internal, "any", interval) IS 'the oldest row leaves the window frame of session_id';

CREATE FUNCTION orchard.window_session_id(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_session_id' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_session_id(internal) IS 'result of session_id';

CREATE AGGREGATE orchard.session_id(timestamptz, interval) (
	SFUNC = orchard.window_session_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_session_id,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_session_add,
	MINVFUNC = orchard.window_session_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_session_id
);
COMMENT ON AGGREGATE orchard.session_id(timestamptz, interval) IS 'number of the session: a new one begins after more than the gap';

CREATE AGGREGATE orchard.session_id(timestamp, interval) (
	SFUNC = orchard.window_session_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_session_id,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_session_add,
	MINVFUNC = orchard.window_session_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_session_id
);
COMMENT ON AGGREGATE orchard.session_id(timestamp, interval) IS 'number of the session: a new one begins after more than the gap';

CREATE FUNCTION orchard.window_uptime_accum(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_uptime_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_uptime_accum(internal, "any", interval) IS 'a row enters uptime';

CREATE FUNCTION orchard.window_uptime_add(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_uptime_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_uptime_add(internal, "any", interval) IS 'a row enters the window frame of uptime';

CREATE FUNCTION orchard.window_uptime_remove(internal, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_uptime_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_uptime_remove(internal, "any", interval) IS 'the oldest row leaves the window frame of uptime';

CREATE FUNCTION orchard.window_uptime_seconds(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_uptime_seconds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_uptime_seconds(internal) IS 'result of uptime';

CREATE AGGREGATE orchard.uptime(timestamptz, interval) (
	SFUNC = orchard.window_uptime_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_uptime_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_uptime_add,
	MINVFUNC = orchard.window_uptime_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_uptime_seconds
);
COMMENT ON AGGREGATE orchard.uptime(timestamptz, interval) IS 'seconds covered by rows of which each covers max_gap at most';

CREATE AGGREGATE orchard.uptime(timestamp, interval) (
	SFUNC = orchard.window_uptime_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_uptime_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_uptime_add,
	MINVFUNC = orchard.window_uptime_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_uptime_seconds
);
COMMENT ON AGGREGATE orchard.uptime(timestamp, interval) IS 'seconds covered by rows of which each covers max_gap at most';

CREATE FUNCTION orchard.window_above_accum(internal, "any", float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_above_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_above_accum(internal, "any", float8, float8) IS 'a row enters time_above';

CREATE FUNCTION orchard.window_above_add(internal, "any", float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_above_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_above_add(internal, "any", float8, float8) IS 'a row enters the window frame of time_above';

CREATE FUNCTION orchard.window_above_remove(internal, "any", float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_above_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_above_remove(internal, "any", float8, float8) IS 'the oldest row leaves the window frame of time_above';

CREATE FUNCTION orchard.window_above_seconds(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_above_seconds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_above_seconds(internal) IS 'result of time_above';

CREATE AGGREGATE orchard.time_above(timestamptz, float8, float8) (
	SFUNC = orchard.window_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_above_add,
	MINVFUNC = orchard.window_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamptz, float8, float8) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE AGGREGATE orchard.time_above(timestamp, float8, float8) (
	SFUNC = orchard.window_above_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_above_seconds,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_above_add,
	MINVFUNC = orchard.window_above_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_above_seconds
);
COMMENT ON AGGREGATE orchard.time_above(timestamp, float8, float8) IS 'seconds for which x is above the level, each x holding until the next row';

CREATE FUNCTION orchard.window_crossings_accum(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_accum(internal, float8) IS 'a row enters crossings';

CREATE FUNCTION orchard.window_crossings_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_add(internal, float8) IS 'a row enters the window frame of crossings';

CREATE FUNCTION orchard.window_crossings_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_remove(internal, float8) IS 'the oldest row leaves the window frame of crossings';

CREATE FUNCTION orchard.window_crossings_accum(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_accum(internal, float8, float8) IS 'a row enters crossings';

CREATE FUNCTION orchard.window_crossings_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_add(internal, float8, float8) IS 'a row enters the window frame of crossings';

CREATE FUNCTION orchard.window_crossings_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_remove(internal, float8, float8) IS 'the oldest row leaves the window frame of crossings';

CREATE FUNCTION orchard.window_crossings_count(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_crossings_count' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_crossings_count(internal) IS 'result of crossings';

CREATE AGGREGATE orchard.crossings(float8) (
	SFUNC = orchard.window_crossings_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_crossings_count,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_crossings_add,
	MINVFUNC = orchard.window_crossings_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_crossings_count
);
COMMENT ON AGGREGATE orchard.crossings(float8) IS 'how often x changes from above 0 to not above it, or back';

CREATE AGGREGATE orchard.crossings(float8, float8) (
	SFUNC = orchard.window_crossings_accum,
	STYPE = internal,
	SSPACE = 128,
	FINALFUNC = orchard.window_crossings_count,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_crossings_add,
	MINVFUNC = orchard.window_crossings_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_crossings_count
);
COMMENT ON AGGREGATE orchard.crossings(float8, float8) IS 'how often x changes from above the level to not above it, or back';

CREATE FUNCTION orchard.window_counter_accum(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_counter_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_accum(internal, "any", float8) IS 'a row enters counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_counter_add(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_counter_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_add(internal, "any", float8) IS 'a row enters the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_counter_remove(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_counter_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_remove(internal, "any", float8) IS 'the oldest row leaves the window frame of counter_delta, counter_rate, counter_resets and rate';

CREATE FUNCTION orchard.window_counter_delta(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_counter_delta' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_delta(internal) IS 'result of counter_delta';

CREATE FUNCTION orchard.window_counter_rate(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_counter_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_rate(internal) IS 'result of counter_rate';

CREATE FUNCTION orchard.window_counter_slope(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_counter_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_slope(internal) IS 'result of rate';

CREATE FUNCTION orchard.window_counter_resets(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_counter_resets' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_counter_resets(internal) IS 'result of counter_resets';

CREATE AGGREGATE orchard.counter_delta(timestamptz, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamptz, float8) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamptz, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamptz, float8) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamptz, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamptz, float8) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamptz, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamptz, float8) IS 'last minus first value, a second';

CREATE AGGREGATE orchard.counter_delta(timestamp, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_delta,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_delta
);
COMMENT ON AGGREGATE orchard.counter_delta(timestamp, float8) IS 'increase of a counter, resets made good';

CREATE AGGREGATE orchard.counter_rate(timestamp, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_rate,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_rate
);
COMMENT ON AGGREGATE orchard.counter_rate(timestamp, float8) IS 'increase of a counter a second, resets made good';

CREATE AGGREGATE orchard.counter_resets(timestamp, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_resets,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_resets
);
COMMENT ON AGGREGATE orchard.counter_resets(timestamp, float8) IS 'how often a counter started again';

CREATE AGGREGATE orchard.rate(timestamp, float8) (
	SFUNC = orchard.window_counter_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_counter_slope,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_counter_add,
	MINVFUNC = orchard.window_counter_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_counter_slope
);
COMMENT ON AGGREGATE orchard.rate(timestamp, float8) IS 'last minus first value, a second';

CREATE FUNCTION orchard.window_time_weight_accum(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_accum(internal, "any", float8) IS 'a row enters time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_add(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_add(internal, "any", float8) IS 'a row enters the window frame of time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_remove(internal, "any", float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_remove(internal, "any", float8) IS 'the oldest row leaves the window frame of time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_accum(internal, "any", float8, text) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_accum(internal, "any", float8, text) IS 'a row enters time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_add(internal, "any", float8, text) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_add(internal, "any", float8, text) IS 'a row enters the window frame of time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_remove(internal, "any", float8, text) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_remove(internal, "any", float8, text) IS 'the oldest row leaves the window frame of time_weighted_avg';

CREATE FUNCTION orchard.window_time_weight_avg(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_time_weight_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_time_weight_avg(internal) IS 'result of time_weighted_avg';

CREATE AGGREGATE orchard.time_weighted_avg(timestamptz, float8) (
	SFUNC = orchard.window_time_weight_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_time_weight_avg,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_time_weight_add,
	MINVFUNC = orchard.window_time_weight_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_time_weight_avg
);
COMMENT ON AGGREGATE orchard.time_weighted_avg(timestamptz, float8) IS 'mean over time, each x holding until the next row';

CREATE AGGREGATE orchard.time_weighted_avg(timestamptz, float8, text) (
	SFUNC = orchard.window_time_weight_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_time_weight_avg,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_time_weight_add,
	MINVFUNC = orchard.window_time_weight_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_time_weight_avg
);
COMMENT ON AGGREGATE orchard.time_weighted_avg(timestamptz, float8, text) IS 'mean over time by method: locf, each x holding until the next row, or linear, straight to it';

CREATE AGGREGATE orchard.time_weighted_avg(timestamp, float8) (
	SFUNC = orchard.window_time_weight_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_time_weight_avg,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_time_weight_add,
	MINVFUNC = orchard.window_time_weight_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_time_weight_avg
);
COMMENT ON AGGREGATE orchard.time_weighted_avg(timestamp, float8) IS 'mean over time, each x holding until the next row';

CREATE AGGREGATE orchard.time_weighted_avg(timestamp, float8, text) (
	SFUNC = orchard.window_time_weight_accum,
	STYPE = internal,
	SSPACE = 160,
	FINALFUNC = orchard.window_time_weight_avg,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_time_weight_add,
	MINVFUNC = orchard.window_time_weight_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_time_weight_avg
);
COMMENT ON AGGREGATE orchard.time_weighted_avg(timestamp, float8, text) IS 'mean over time by method: locf, each x holding until the next row, or linear, straight to it';

CREATE FUNCTION orchard.window_cusum_accum(internal, float8, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_cusum_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_cusum_accum(internal, float8, float8, float8) IS 'a row enters cusum';

CREATE FUNCTION orchard.window_cusum_add(internal, float8, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_cusum_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_cusum_add(internal, float8, float8, float8) IS 'a row enters the window frame of cusum';

CREATE FUNCTION orchard.window_cusum_remove(internal, float8, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_cusum_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_cusum_remove(internal, float8, float8, float8) IS 'the oldest row leaves the window frame of cusum';

CREATE FUNCTION orchard.window_cusum_sum(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_cusum_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_cusum_sum(internal) IS 'result of cusum';

CREATE AGGREGATE orchard.cusum(float8, float8, float8) (
	SFUNC = orchard.window_cusum_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = orchard.window_cusum_sum,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_cusum_add,
	MINVFUNC = orchard.window_cusum_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_cusum_sum
);
COMMENT ON AGGREGATE orchard.cusum(float8, float8, float8) IS 'one-sided cumulative sum of x - target - slack, never below 0';

CREATE FUNCTION orchard.window_ewm_accum(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_ewm_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_ewm_accum(internal, float8, float8) IS 'a row enters ewm_avg and ewm_stddev';

CREATE FUNCTION orchard.window_ewm_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_ewm_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_ewm_add(internal, float8, float8) IS 'a row enters the window frame of ewm_avg and ewm_stddev';

CREATE FUNCTION orchard.window_ewm_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_ewm_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_ewm_remove(internal, float8, float8) IS 'the oldest row leaves the window frame of ewm_avg and ewm_stddev';

CREATE FUNCTION orchard.window_ewm_avg(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_ewm_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_ewm_avg(internal) IS 'result of ewm_avg';

CREATE AGGREGATE orchard.ewm_avg(float8, float8) (
	SFUNC = orchard.window_ewm_accum,
	STYPE = internal,
	SSPACE = 224,
	FINALFUNC = orchard.window_ewm_avg,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_ewm_add,
	MINVFUNC = orchard.window_ewm_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_ewm_avg
);
COMMENT ON AGGREGATE orchard.ewm_avg(float8, float8) IS 'exponentially weighted mean by rows';

CREATE FUNCTION orchard.window_ewm_stddev(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_ewm_stddev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_ewm_stddev(internal) IS 'result of ewm_stddev';

CREATE AGGREGATE orchard.ewm_stddev(float8, float8) (
	SFUNC = orchard.window_ewm_accum,
	STYPE = internal,
	SSPACE = 224,
	FINALFUNC = orchard.window_ewm_stddev,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_ewm_add,
	MINVFUNC = orchard.window_ewm_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_ewm_stddev
);
COMMENT ON AGGREGATE orchard.ewm_stddev(float8, float8) IS 'exponentially weighted sample deviation by rows';

CREATE TYPE orchard.decayed_state;
COMMENT ON TYPE orchard.decayed_state IS 'sums of values that lose half their weight each half-life';

CREATE FUNCTION orchard.decayed_state_in(cstring) RETURNS orchard.decayed_state
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_in' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_in(cstring) IS 'reads the text form';

CREATE FUNCTION orchard.decayed_state_out(orchard.decayed_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_out' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_out(orchard.decayed_state) IS 'writes the text form';

CREATE FUNCTION orchard.decayed_state_recv(internal) RETURNS orchard.decayed_state
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_recv' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_recv(internal) IS 'reads the binary form';

CREATE FUNCTION orchard.decayed_state_send(orchard.decayed_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_send' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_send(orchard.decayed_state) IS 'writes the binary form';

CREATE TYPE orchard.decayed_state (
	INPUT = orchard.decayed_state_in,
	OUTPUT = orchard.decayed_state_out,
	RECEIVE = orchard.decayed_state_recv,
	SEND = orchard.decayed_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);

CREATE FUNCTION orchard.decayed_state_accum(orchard.decayed_state, float8, "any", interval) RETURNS orchard.decayed_state
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.decayed_state_accum(orchard.decayed_state, float8, "any", interval) IS 'a row enters the state';

CREATE FUNCTION orchard.decayed_state_merge(orchard.decayed_state, orchard.decayed_state) RETURNS orchard.decayed_state
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_merge(orchard.decayed_state, orchard.decayed_state) IS 'two states together';

CREATE FUNCTION orchard.decayed_state_final(orchard.decayed_state) RETURNS orchard.decayed_state
	AS 'MODULE_PATHNAME', 'orchard_decayed_state_final' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_state_final(orchard.decayed_state) IS 'the state, NULL over no rows';

CREATE FUNCTION orchard.decayed_count(orchard.decayed_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_decayed_count' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_count(orchard.decayed_state) IS 'sum of the weights, as of the newest row';

CREATE FUNCTION orchard.decayed_sum(orchard.decayed_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_decayed_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_sum(orchard.decayed_state) IS 'weighted sum, as of the newest row';

CREATE FUNCTION orchard.decayed_avg(orchard.decayed_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_decayed_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.decayed_avg(orchard.decayed_state) IS 'weighted mean, as of the newest row';

CREATE FUNCTION orchard.window_decayed_add(internal, float8, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_decayed_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_decayed_add(internal, float8, "any", interval) IS 'a row enters the window frame of decayed_count, decayed_sum and decayed_avg';

CREATE FUNCTION orchard.window_decayed_remove(internal, float8, "any", interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_decayed_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_decayed_remove(internal, float8, "any", interval) IS 'the oldest row leaves the window frame of decayed_count, decayed_sum and decayed_avg';

CREATE FUNCTION orchard.window_decayed_count(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_decayed_count' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_decayed_count(internal) IS 'result of the window frame of decayed_count';

CREATE FUNCTION orchard.window_decayed_sum(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_decayed_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_decayed_sum(internal) IS 'result of the window frame of decayed_sum';

CREATE FUNCTION orchard.window_decayed_avg(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_decayed_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_decayed_avg(internal) IS 'result of the window frame of decayed_avg';

CREATE AGGREGATE orchard.decayed_count(float8, timestamptz, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_count,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_count
);
COMMENT ON AGGREGATE orchard.decayed_count(float8, timestamptz, interval) IS 'sum of weights that halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_sum(float8, timestamptz, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_sum,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_sum
);
COMMENT ON AGGREGATE orchard.decayed_sum(float8, timestamptz, interval) IS 'sum of values whose weights halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_avg(float8, timestamptz, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_avg,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_avg
);
COMMENT ON AGGREGATE orchard.decayed_avg(float8, timestamptz, interval) IS 'mean of values whose weights halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_state(float8, timestamptz, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_state_final,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.decayed_state(float8, timestamptz, interval) IS 'state of decayed_count, decayed_sum and decayed_avg, to be merged';

CREATE AGGREGATE orchard.decayed_count(float8, timestamp, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_count,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_count
);
COMMENT ON AGGREGATE orchard.decayed_count(float8, timestamp, interval) IS 'sum of weights that halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_sum(float8, timestamp, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_sum,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_sum
);
COMMENT ON AGGREGATE orchard.decayed_sum(float8, timestamp, interval) IS 'sum of values whose weights halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_avg(float8, timestamp, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_avg,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_decayed_add,
	MINVFUNC = orchard.window_decayed_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_decayed_avg
);
COMMENT ON AGGREGATE orchard.decayed_avg(float8, timestamp, interval) IS 'mean of values whose weights halve each half_life before the newest row';

CREATE AGGREGATE orchard.decayed_state(float8, timestamp, interval) (
	SFUNC = orchard.decayed_state_accum,
	STYPE = orchard.decayed_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.decayed_state_final,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.decayed_state(float8, timestamp, interval) IS 'state of decayed_count, decayed_sum and decayed_avg, to be merged';

CREATE AGGREGATE orchard.merge(orchard.decayed_state) (
	SFUNC = orchard.decayed_state_merge,
	STYPE = orchard.decayed_state,
	COMBINEFUNC = orchard.decayed_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.decayed_state) IS 'states together';

CREATE FUNCTION orchard.window_slope_add(internal, float8, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_slope_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_slope_add(internal, float8, "any") IS 'a row enters the window frame of slope';

CREATE FUNCTION orchard.window_slope_remove(internal, float8, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_slope_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_slope_remove(internal, float8, "any") IS 'the oldest row leaves the window frame of slope';

CREATE FUNCTION orchard.window_slope_result(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_slope_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_slope_result(internal) IS 'result of the window frame of slope';

CREATE FUNCTION orchard.window_slope_accum(orchard.stats2d, float8, "any") RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_window_slope_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_slope_accum(orchard.stats2d, float8, "any") IS 'a row enters slope';

CREATE FUNCTION orchard.window_slope(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.window_slope(orchard.stats2d) IS 'result of slope';

CREATE AGGREGATE orchard.slope(float8, timestamptz) (
	SFUNC = orchard.window_slope_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.window_slope,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_slope_add,
	MINVFUNC = orchard.window_slope_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_slope_result
);
COMMENT ON AGGREGATE orchard.slope(float8, timestamptz) IS 'slope of the regression of x on time, a second';

CREATE AGGREGATE orchard.slope(float8, timestamp) (
	SFUNC = orchard.window_slope_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.window_slope,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_slope_add,
	MINVFUNC = orchard.window_slope_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_slope_result
);
COMMENT ON AGGREGATE orchard.slope(float8, timestamp) IS 'slope of the regression of x on time, a second';

-- Beside slope(x, ts) two literals without a type are the points that they are to the built-in slope(point, point):
-- a type of category S is PostgreSQL's first choice for such literals, and none is converted to this one.

CREATE TYPE orchard.untyped_point;

CREATE FUNCTION orchard.untyped_point_in(cstring) RETURNS orchard.untyped_point
	AS 'point_in' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.untyped_point_in(cstring) IS 'text input of untyped_point';

CREATE FUNCTION orchard.untyped_point_out(orchard.untyped_point) RETURNS cstring
	AS 'point_out' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.untyped_point_out(orchard.untyped_point) IS 'text output of untyped_point';

CREATE TYPE orchard.untyped_point (
	INPUT = orchard.untyped_point_in,
	OUTPUT = orchard.untyped_point_out,
	LIKE = point,
	CATEGORY = 'S'
);
COMMENT ON TYPE orchard.untyped_point IS 'a point that is written as a literal without a type; only for slope of two of them';

CREATE FUNCTION orchard.slope(orchard.untyped_point, orchard.untyped_point) RETURNS float8
	AS 'point_slope' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.slope(orchard.untyped_point, orchard.untyped_point) IS 'slope between two points (as the built-in)';

CREATE FUNCTION orchard.window_autocorr_accum(internal, float8, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_autocorr_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_autocorr_accum(internal, float8, integer) IS 'a row enters autocorr';

CREATE FUNCTION orchard.window_autocorr_add(internal, float8, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_autocorr_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_autocorr_add(internal, float8, integer) IS 'a row enters the window frame of autocorr';

CREATE FUNCTION orchard.window_autocorr_remove(internal, float8, integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_autocorr_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_autocorr_remove(internal, float8, integer) IS 'the oldest row leaves the window frame of autocorr';

CREATE FUNCTION orchard.window_autocorr(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_autocorr' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_autocorr(internal) IS 'result of autocorr';

CREATE FUNCTION orchard.window_autocorr_result(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_autocorr_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_autocorr_result(internal) IS 'result of the window frame of autocorr';

CREATE AGGREGATE orchard.autocorr(float8, integer) (
	SFUNC = orchard.window_autocorr_accum,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = orchard.window_autocorr,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_autocorr_add,
	MINVFUNC = orchard.window_autocorr_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_autocorr_result
);
COMMENT ON AGGREGATE orchard.autocorr(float8, integer) IS 'correlation of x with x that many rows before';

CREATE FUNCTION orchard.window_zscore_accum(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_zscore_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_zscore_accum(internal, float8) IS 'a row enters zscore';

CREATE FUNCTION orchard.window_zscore_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_zscore_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_zscore_add(internal, float8) IS 'a row enters the window frame of zscore';

CREATE FUNCTION orchard.window_zscore_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_zscore_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_zscore_remove(internal, float8) IS 'the oldest row leaves the window frame of zscore';

CREATE FUNCTION orchard.window_zscore(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_zscore' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_zscore(internal) IS 'result of zscore';

CREATE AGGREGATE orchard.zscore(float8) (
	SFUNC = orchard.window_zscore_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = orchard.window_zscore,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_zscore_add,
	MINVFUNC = orchard.window_zscore_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_zscore
);
COMMENT ON AGGREGATE orchard.zscore(float8) IS 'how many sample deviations the last value lies above the mean of all';

CREATE FUNCTION orchard.window_circular_accum(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_circular_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_accum(internal, float8, float8) IS 'a row enters circular_mean';

CREATE FUNCTION orchard.window_circular_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_circular_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_add(internal, float8, float8) IS 'a row enters the window frame of circular_mean';

CREATE FUNCTION orchard.window_circular_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_circular_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_remove(internal, float8, float8) IS 'the oldest row leaves the window frame of circular_mean';

CREATE FUNCTION orchard.window_circular_mean(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_window_circular_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_mean(internal) IS 'result of circular_mean';

CREATE FUNCTION orchard.window_circular_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_circular_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_combine(internal, internal) IS 'rows of both states together';

CREATE FUNCTION orchard.window_circular_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_window_circular_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_serialize(internal) IS 'state of circular_mean for another process of a parallel plan';

CREATE FUNCTION orchard.window_circular_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_circular_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_circular_deserialize(bytea, internal) IS 'state of circular_mean from another process of a parallel plan';

CREATE AGGREGATE orchard.circular_mean(float8, float8) (
	SFUNC = orchard.window_circular_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = orchard.window_circular_mean,
	COMBINEFUNC = orchard.window_circular_combine,
	SERIALFUNC = orchard.window_circular_serialize,
	DESERIALFUNC = orchard.window_circular_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_circular_add,
	MINVFUNC = orchard.window_circular_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_circular_mean
);
COMMENT ON AGGREGATE orchard.circular_mean(float8, float8) IS 'mean direction of values that repeat after a period, in [0, period)';

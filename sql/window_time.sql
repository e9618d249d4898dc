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

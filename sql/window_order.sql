-- window_order.sql: exact order statistics, counts of values and quantile sketches, plain and moving.

CREATE TYPE orchard.order_state;

CREATE FUNCTION orchard.order_state_in(cstring) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_in(cstring) IS 'text input of order_state';

CREATE FUNCTION orchard.order_state_out(orchard.order_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_order_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_out(orchard.order_state) IS 'text output of order_state';

CREATE FUNCTION orchard.order_state_recv(internal) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_recv(internal) IS 'binary input of order_state';

CREATE FUNCTION orchard.order_state_send(orchard.order_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_order_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_send(orchard.order_state) IS 'binary output of order_state';

CREATE TYPE orchard.order_state (
	INPUT = orchard.order_state_in,
	OUTPUT = orchard.order_state_out,
	RECEIVE = orchard.order_state_recv,
	SEND = orchard.order_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.order_state IS 'all values of a set of float8 in order, mergeable: its size grows with the distinct values';

CREATE FUNCTION orchard.order_state_accum(orchard.order_state, float8) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_accum(orchard.order_state, float8) IS 'transition function of aggregates over order_state';

CREATE FUNCTION orchard.order_state_accum(orchard.order_state, float8, float8) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_accum(orchard.order_state, float8, float8) IS 'transition function of quantile';

CREATE FUNCTION orchard.order_state_merge(orchard.order_state, orchard.order_state) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_merge(orchard.order_state, orchard.order_state) IS 'both sets of values together';

CREATE FUNCTION orchard.order_state_final(orchard.order_state) RETURNS orchard.order_state
	AS 'MODULE_PATHNAME', 'orchard_order_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.order_state_final(orchard.order_state) IS 'the state itself, NULL over no values';

CREATE FUNCTION orchard.n(orchard.order_state) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_order_state_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.order_state) IS 'number of values, NaN and infinities among them';

CREATE FUNCTION orchard.median(orchard.order_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_order_state_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.median(orchard.order_state) IS 'median of the values';

CREATE FUNCTION orchard.quantile(state orchard.order_state, p float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_order_state_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.quantile(state orchard.order_state, p float8) IS 'the p-quantile of the values, interpolated linearly';

CREATE FUNCTION orchard.quantile_final(orchard.order_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_order_state_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.quantile_final(orchard.order_state) IS 'final function of quantile';

CREATE FUNCTION orchard.mad(orchard.order_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_order_state_mad' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mad(orchard.order_state) IS 'median absolute deviation from the median, unscaled';

CREATE FUNCTION orchard.iqr(orchard.order_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_order_state_iqr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.iqr(orchard.order_state) IS 'difference of the upper and the lower quartile';

CREATE FUNCTION orchard.moving_order_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_add(internal, float8) IS 'a value enters the window frame of order statistics';

CREATE FUNCTION orchard.moving_order_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_remove(internal, float8) IS 'the oldest value leaves the window frame of order statistics';

CREATE FUNCTION orchard.moving_order_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_add(internal, float8, float8) IS 'a value enters the window frame of quantile';

CREATE FUNCTION orchard.moving_order_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_remove(internal, float8, float8) IS 'the oldest value leaves the window frame of quantile';

CREATE FUNCTION orchard.moving_order_median(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_order_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_median(internal) IS 'result of the window frame of median';

CREATE FUNCTION orchard.moving_order_quantile(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_order_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_quantile(internal) IS 'result of the window frame of quantile';

CREATE FUNCTION orchard.moving_order_mad(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_order_mad' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_mad(internal) IS 'result of the window frame of mad';

CREATE FUNCTION orchard.moving_order_iqr(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_order_iqr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_iqr(internal) IS 'result of the window frame of iqr';

CREATE FUNCTION orchard.moving_order_rank(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_order_rank' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_order_rank(internal) IS 'result of the window frame of rank_of_last';

CREATE AGGREGATE orchard.median(float8) (
	SFUNC = orchard.order_state_accum,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	FINALFUNC = orchard.median,
	COMBINEFUNC = orchard.order_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_order_add,
	MINVFUNC = orchard.moving_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_order_median
);
COMMENT ON AGGREGATE orchard.median(float8) IS 'median of the values';

CREATE AGGREGATE orchard.quantile(x float8, p float8) (
	SFUNC = orchard.order_state_accum,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	FINALFUNC = orchard.quantile_final,
	COMBINEFUNC = orchard.order_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_order_add,
	MINVFUNC = orchard.moving_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_order_quantile
);
COMMENT ON AGGREGATE orchard.quantile(x float8, p float8) IS 'the p-quantile of the values, interpolated linearly as by percentile_cont';

CREATE AGGREGATE orchard.mad(float8) (
	SFUNC = orchard.order_state_accum,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	FINALFUNC = orchard.mad,
	COMBINEFUNC = orchard.order_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_order_add,
	MINVFUNC = orchard.moving_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_order_mad
);
COMMENT ON AGGREGATE orchard.mad(float8) IS 'median absolute deviation from the median, unscaled';

CREATE AGGREGATE orchard.iqr(float8) (
	SFUNC = orchard.order_state_accum,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	FINALFUNC = orchard.iqr,
	COMBINEFUNC = orchard.order_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_order_add,
	MINVFUNC = orchard.moving_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_order_iqr
);
COMMENT ON AGGREGATE orchard.iqr(float8) IS 'difference of the upper and the lower quartile';

CREATE AGGREGATE orchard.order_state(float8) (
	SFUNC = orchard.order_state_accum,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	FINALFUNC = orchard.order_state_final,
	COMBINEFUNC = orchard.order_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.order_state(float8) IS 'all values in order, to store, merge and ask for any quantile';

CREATE AGGREGATE orchard.merge(orchard.order_state) (
	SFUNC = orchard.order_state_merge,
	STYPE = orchard.order_state,
	SSPACE = 4096,
	COMBINEFUNC = orchard.order_state_merge,
	FINALFUNC = orchard.order_state_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.order_state) IS 'all sets of values together';

CREATE AGGREGATE orchard.rank_of_last(float8) (
	SFUNC = orchard.moving_order_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.moving_order_rank,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_order_add,
	MINVFUNC = orchard.moving_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_order_rank
);
COMMENT ON AGGREGATE orchard.rank_of_last(float8) IS 'rank of the newest value among all, from above 0 to 1, ties at their mean rank';

CREATE FUNCTION orchard.integer_order_accum(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_integer_order_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_accum(internal, bigint) IS 'transition function of median, mad and iqr of bigint';

CREATE FUNCTION orchard.integer_order_accum(internal, bigint, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_integer_order_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_accum(internal, bigint, float8) IS 'transition function of quantile of bigint';

CREATE FUNCTION orchard.integer_order_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_integer_order_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_combine(internal, internal) IS 'both sets of values together';

CREATE FUNCTION orchard.integer_order_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_integer_order_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_serialize(internal) IS 'values for another process of a parallel plan';

CREATE FUNCTION orchard.integer_order_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_integer_order_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_deserialize(bytea, internal) IS 'values from another process of a parallel plan';

CREATE FUNCTION orchard.moving_integer_order_add(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_integer_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_integer_order_add(internal, bigint) IS 'a value enters the window frame of order statistics of bigint, or rank_of_last';

CREATE FUNCTION orchard.moving_integer_order_remove(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_integer_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_integer_order_remove(internal, bigint) IS 'the oldest value leaves the window frame of order statistics of bigint';

CREATE FUNCTION orchard.moving_integer_order_add(internal, bigint, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_integer_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_integer_order_add(internal, bigint, float8) IS 'a value enters the window frame of quantile of bigint';

CREATE FUNCTION orchard.moving_integer_order_remove(internal, bigint, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_integer_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_integer_order_remove(internal, bigint, float8) IS 'the oldest value leaves the window frame of quantile of bigint';

CREATE FUNCTION orchard.integer_order_median(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_integer_order_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_median(internal) IS 'result of median of bigint';

CREATE FUNCTION orchard.integer_order_quantile(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_integer_order_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_quantile(internal) IS 'result of quantile of bigint';

CREATE FUNCTION orchard.integer_order_mad(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_integer_order_mad' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_mad(internal) IS 'result of mad of bigint';

CREATE FUNCTION orchard.integer_order_iqr(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_integer_order_iqr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_iqr(internal) IS 'result of iqr of bigint';

CREATE FUNCTION orchard.integer_order_rank(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_integer_order_rank' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.integer_order_rank(internal) IS 'result of rank_of_last of bigint';

CREATE AGGREGATE orchard.median(bigint) (
	SFUNC = orchard.integer_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.integer_order_median,
	COMBINEFUNC = orchard.integer_order_combine,
	SERIALFUNC = orchard.integer_order_serialize,
	DESERIALFUNC = orchard.integer_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_integer_order_add,
	MINVFUNC = orchard.moving_integer_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.integer_order_median
);
COMMENT ON AGGREGATE orchard.median(bigint) IS 'median of the values, exactly';

CREATE AGGREGATE orchard.quantile(x bigint, p float8) (
	SFUNC = orchard.integer_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.integer_order_quantile,
	COMBINEFUNC = orchard.integer_order_combine,
	SERIALFUNC = orchard.integer_order_serialize,
	DESERIALFUNC = orchard.integer_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_integer_order_add,
	MINVFUNC = orchard.moving_integer_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.integer_order_quantile
);
COMMENT ON AGGREGATE orchard.quantile(x bigint, p float8) IS 'the p-quantile of the values, interpolated linearly as by percentile_cont, exactly: p counts as the decimal that is printed for it';

CREATE AGGREGATE orchard.mad(bigint) (
	SFUNC = orchard.integer_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.integer_order_mad,
	COMBINEFUNC = orchard.integer_order_combine,
	SERIALFUNC = orchard.integer_order_serialize,
	DESERIALFUNC = orchard.integer_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_integer_order_add,
	MINVFUNC = orchard.moving_integer_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.integer_order_mad
);
COMMENT ON AGGREGATE orchard.mad(bigint) IS 'median absolute deviation from the median, unscaled, exactly';

CREATE AGGREGATE orchard.iqr(bigint) (
	SFUNC = orchard.integer_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.integer_order_iqr,
	COMBINEFUNC = orchard.integer_order_combine,
	SERIALFUNC = orchard.integer_order_serialize,
	DESERIALFUNC = orchard.integer_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_integer_order_add,
	MINVFUNC = orchard.moving_integer_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.integer_order_iqr
);
COMMENT ON AGGREGATE orchard.iqr(bigint) IS 'difference of the upper and the lower quartile, exactly';

CREATE AGGREGATE orchard.rank_of_last(bigint) (
	SFUNC = orchard.moving_integer_order_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.integer_order_rank,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_integer_order_add,
	MINVFUNC = orchard.moving_integer_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.integer_order_rank
);
COMMENT ON AGGREGATE orchard.rank_of_last(bigint) IS 'rank of the newest value among all, from above 0 to 1, ties at their mean rank; compared as integers';

CREATE FUNCTION orchard.numeric_order_accum(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_accum(internal, numeric) IS 'transition function of median, mad and iqr of numeric';

CREATE FUNCTION orchard.numeric_order_accum(internal, numeric, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_accum(internal, numeric, float8) IS 'transition function of quantile of numeric';

CREATE FUNCTION orchard.numeric_order_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_combine(internal, internal) IS 'both sets of values together';

CREATE FUNCTION orchard.numeric_order_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_serialize(internal) IS 'values for another process of a parallel plan';

CREATE FUNCTION orchard.numeric_order_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_deserialize(bytea, internal) IS 'values from another process of a parallel plan';

CREATE FUNCTION orchard.moving_numeric_order_add(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_order_add(internal, numeric) IS 'a value enters the window frame of order statistics of numeric, or rank_of_last';

CREATE FUNCTION orchard.moving_numeric_order_remove(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_order_remove(internal, numeric) IS 'the oldest value leaves the window frame of order statistics of numeric';

CREATE FUNCTION orchard.moving_numeric_order_add(internal, numeric, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_order_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_order_add(internal, numeric, float8) IS 'a value enters the window frame of quantile of numeric';

CREATE FUNCTION orchard.moving_numeric_order_remove(internal, numeric, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_order_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_order_remove(internal, numeric, float8) IS 'the oldest value leaves the window frame of quantile of numeric';

CREATE FUNCTION orchard.numeric_order_median(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_median(internal) IS 'result of median of numeric';

CREATE FUNCTION orchard.numeric_order_quantile(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_quantile(internal) IS 'result of quantile of numeric';

CREATE FUNCTION orchard.numeric_order_mad(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_mad' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_mad(internal) IS 'result of mad of numeric';

CREATE FUNCTION orchard.numeric_order_iqr(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_iqr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_iqr(internal) IS 'result of iqr of numeric';

CREATE FUNCTION orchard.numeric_order_rank(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_numeric_order_rank' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_order_rank(internal) IS 'result of rank_of_last of numeric';

CREATE AGGREGATE orchard.median(numeric) (
	SFUNC = orchard.numeric_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.numeric_order_median,
	COMBINEFUNC = orchard.numeric_order_combine,
	SERIALFUNC = orchard.numeric_order_serialize,
	DESERIALFUNC = orchard.numeric_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_order_add,
	MINVFUNC = orchard.moving_numeric_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.numeric_order_median
);
COMMENT ON AGGREGATE orchard.median(numeric) IS 'median of the values, exactly';

CREATE AGGREGATE orchard.quantile(x numeric, p float8) (
	SFUNC = orchard.numeric_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.numeric_order_quantile,
	COMBINEFUNC = orchard.numeric_order_combine,
	SERIALFUNC = orchard.numeric_order_serialize,
	DESERIALFUNC = orchard.numeric_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_order_add,
	MINVFUNC = orchard.moving_numeric_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.numeric_order_quantile
);
COMMENT ON AGGREGATE orchard.quantile(x numeric, p float8) IS 'the p-quantile of the values, interpolated linearly as by percentile_cont, exactly: p counts as the decimal that is printed for it';

CREATE AGGREGATE orchard.mad(numeric) (
	SFUNC = orchard.numeric_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.numeric_order_mad,
	COMBINEFUNC = orchard.numeric_order_combine,
	SERIALFUNC = orchard.numeric_order_serialize,
	DESERIALFUNC = orchard.numeric_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_order_add,
	MINVFUNC = orchard.moving_numeric_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.numeric_order_mad
);
COMMENT ON AGGREGATE orchard.mad(numeric) IS 'median absolute deviation from the median, unscaled, exactly';

CREATE AGGREGATE orchard.iqr(numeric) (
	SFUNC = orchard.numeric_order_accum,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.numeric_order_iqr,
	COMBINEFUNC = orchard.numeric_order_combine,
	SERIALFUNC = orchard.numeric_order_serialize,
	DESERIALFUNC = orchard.numeric_order_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_order_add,
	MINVFUNC = orchard.moving_numeric_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.numeric_order_iqr
);
COMMENT ON AGGREGATE orchard.iqr(numeric) IS 'difference of the upper and the lower quartile, exactly';

CREATE AGGREGATE orchard.rank_of_last(numeric) (
	SFUNC = orchard.moving_numeric_order_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.numeric_order_rank,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_order_add,
	MINVFUNC = orchard.moving_numeric_order_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.numeric_order_rank
);
COMMENT ON AGGREGATE orchard.rank_of_last(numeric) IS 'rank of the newest value among all, from above 0 to 1, ties at their mean rank; compared as numerics';

CREATE FUNCTION orchard.value_counts_add(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_value_counts_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_add(internal, anyelement) IS 'a value is counted: transition of count_distinct, mode_value and entropy, plain and moving';

CREATE FUNCTION orchard.value_counts_remove(internal, anyelement) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_value_counts_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_remove(internal, anyelement) IS 'the oldest value leaves the window frame of count_distinct, mode_value and entropy';

CREATE FUNCTION orchard.value_counts_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_value_counts_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_combine(internal, internal) IS 'both sets of values together';

CREATE FUNCTION orchard.value_counts_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_value_counts_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_serialize(internal) IS 'counts for another process of a parallel plan';

CREATE FUNCTION orchard.value_counts_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_value_counts_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_deserialize(bytea, internal) IS 'counts from another process of a parallel plan';

CREATE FUNCTION orchard.value_counts_distinct(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_value_counts_distinct' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_distinct(internal) IS 'result of count_distinct';

CREATE FUNCTION orchard.value_counts_mode(internal, anyelement) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'orchard_value_counts_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_mode(internal, anyelement) IS 'result of mode_value';

CREATE FUNCTION orchard.value_counts_entropy(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_value_counts_entropy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.value_counts_entropy(internal) IS 'result of entropy';

CREATE AGGREGATE orchard.count_distinct(anyelement) (
	SFUNC = orchard.value_counts_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.value_counts_distinct,
	COMBINEFUNC = orchard.value_counts_combine,
	SERIALFUNC = orchard.value_counts_serialize,
	DESERIALFUNC = orchard.value_counts_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.value_counts_add,
	MINVFUNC = orchard.value_counts_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.value_counts_distinct
);
COMMENT ON AGGREGATE orchard.count_distinct(anyelement) IS 'number of distinct values, as count(DISTINCT x)';

CREATE AGGREGATE orchard.mode_value(anyelement) (
	SFUNC = orchard.value_counts_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.value_counts_mode,
	FINALFUNC_EXTRA,
	COMBINEFUNC = orchard.value_counts_combine,
	SERIALFUNC = orchard.value_counts_serialize,
	DESERIALFUNC = orchard.value_counts_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.value_counts_add,
	MINVFUNC = orchard.value_counts_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.value_counts_mode,
	MFINALFUNC_EXTRA
);
COMMENT ON AGGREGATE orchard.mode_value(anyelement) IS 'the most frequent value, the smallest of those';

CREATE AGGREGATE orchard.entropy(anyelement) (
	SFUNC = orchard.value_counts_add,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = orchard.value_counts_entropy,
	COMBINEFUNC = orchard.value_counts_combine,
	SERIALFUNC = orchard.value_counts_serialize,
	DESERIALFUNC = orchard.value_counts_deserialize,
	PARALLEL = SAFE,
	MSFUNC = orchard.value_counts_add,
	MINVFUNC = orchard.value_counts_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.value_counts_entropy
);
COMMENT ON AGGREGATE orchard.entropy(anyelement) IS 'entropy of the values in nats: ln n - (1/n) sum of c ln c over the counts c';

CREATE TYPE orchard.qsketch;

CREATE FUNCTION orchard.qsketch_in(cstring) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_in(cstring) IS 'text input of qsketch';

CREATE FUNCTION orchard.qsketch_out(orchard.qsketch) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_qsketch_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_out(orchard.qsketch) IS 'text output of qsketch';

CREATE FUNCTION orchard.qsketch_recv(internal) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_recv(internal) IS 'binary input of qsketch';

CREATE FUNCTION orchard.qsketch_send(orchard.qsketch) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_qsketch_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_send(orchard.qsketch) IS 'binary output of qsketch';

CREATE TYPE orchard.qsketch (
	INPUT = orchard.qsketch_in,
	OUTPUT = orchard.qsketch_out,
	RECEIVE = orchard.qsketch_recv,
	SEND = orchard.qsketch_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.qsketch IS 'counts of a set of float8 in buckets of a relative width, for quantiles to a stated relative error, mergeable';

CREATE FUNCTION orchard.qsketch_accum(orchard.qsketch, float8) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_accum(orchard.qsketch, float8) IS 'transition function of qsketch';

CREATE FUNCTION orchard.qsketch_accum(orchard.qsketch, float8, float8) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_accum(orchard.qsketch, float8, float8) IS 'transition function of qsketch with a relative error';

CREATE FUNCTION orchard.qsketch_merge(orchard.qsketch, orchard.qsketch) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_merge(orchard.qsketch, orchard.qsketch) IS 'both sets of values together';

CREATE FUNCTION orchard.qsketch_final(orchard.qsketch) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_qsketch_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.qsketch_final(orchard.qsketch) IS 'the sketch itself, NULL over no values';

CREATE FUNCTION orchard.n(orchard.qsketch) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_qsketch_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.qsketch) IS 'number of values, NaN and infinities among them';

CREATE FUNCTION orchard.relative_error(orchard.qsketch) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_qsketch_relative_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.relative_error(orchard.qsketch) IS 'the relative error of the quantiles of this sketch';

CREATE FUNCTION orchard.median(orchard.qsketch) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_qsketch_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.median(orchard.qsketch) IS 'median of the values, to the relative error of the sketch';

CREATE FUNCTION orchard.quantile(state orchard.qsketch, p float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_qsketch_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.quantile(orchard.qsketch, float8) IS 'the p-quantile of the values, to the relative error of the sketch';

CREATE FUNCTION orchard.moving_qsketch_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_qsketch_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_qsketch_add(internal, float8) IS 'a value enters the window frame of qsketch';

CREATE FUNCTION orchard.moving_qsketch_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_qsketch_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_qsketch_remove(internal, float8) IS 'the oldest value leaves the window frame of qsketch';

CREATE FUNCTION orchard.moving_qsketch_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_qsketch_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_qsketch_add(internal, float8, float8) IS 'a value enters the window frame of qsketch with a relative error';

CREATE FUNCTION orchard.moving_qsketch_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_qsketch_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_qsketch_remove(internal, float8, float8) IS 'the oldest value leaves the window frame of qsketch with a relative error';

CREATE FUNCTION orchard.moving_qsketch_result(internal) RETURNS orchard.qsketch
	AS 'MODULE_PATHNAME', 'orchard_moving_qsketch_result' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_qsketch_result(internal) IS 'result of the window frame of qsketch';

CREATE AGGREGATE orchard.qsketch(float8) (
	SFUNC = orchard.qsketch_accum,
	STYPE = orchard.qsketch,
	SSPACE = 4096,
	FINALFUNC = orchard.qsketch_final,
	COMBINEFUNC = orchard.qsketch_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_qsketch_add,
	MINVFUNC = orchard.moving_qsketch_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_qsketch_result
);
COMMENT ON AGGREGATE orchard.qsketch(float8) IS 'sketch of the values, for quantiles to a relative error of 0.01';

CREATE AGGREGATE orchard.qsketch(x float8, relative_error float8) (
	SFUNC = orchard.qsketch_accum,
	STYPE = orchard.qsketch,
	SSPACE = 4096,
	FINALFUNC = orchard.qsketch_final,
	COMBINEFUNC = orchard.qsketch_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_qsketch_add,
	MINVFUNC = orchard.moving_qsketch_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_qsketch_result
);
COMMENT ON AGGREGATE orchard.qsketch(x float8, relative_error float8) IS 'sketch of the values, for quantiles to a relative error from 0.001 to 0.5';

CREATE AGGREGATE orchard.merge(orchard.qsketch) (
	SFUNC = orchard.qsketch_merge,
	STYPE = orchard.qsketch,
	SSPACE = 4096,
	FINALFUNC = orchard.qsketch_final,
	COMBINEFUNC = orchard.qsketch_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.qsketch) IS 'all sets of values together; the sketches have one relative error';

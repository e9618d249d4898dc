-- window.sql: the drop-ins and stats, plain and moving.
--
-- Each aggregate has two states: the plain one (public, mergeable, parallel) for GROUP BY and for
-- frames that start at UNBOUNDED PRECEDING, the moving one (internal) for all other frames.

CREATE FUNCTION orchard.moving_sum_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_sum_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_sum_add(internal, float8) IS 'a value enters the window frame of sum and avg';

CREATE FUNCTION orchard.moving_sum_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_sum_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_sum_remove(internal, float8) IS 'the oldest value leaves the window frame of sum and avg';

CREATE FUNCTION orchard.moving_sum_sum(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_sum_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_sum_sum(internal) IS 'result of the window frame of sum and avg';

CREATE FUNCTION orchard.moving_sum_avg(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_sum_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_sum_avg(internal) IS 'result of the window frame of sum and avg';

CREATE FUNCTION orchard.moving_variance_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_variance_add(internal, float8) IS 'a value enters the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_variance_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_variance_remove(internal, float8) IS 'the oldest value leaves the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_variance_var_pop(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_var_pop' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_variance_var_pop(internal) IS 'result of the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_variance_var_samp(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_var_samp' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_variance_var_samp(internal) IS 'result of the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_variance_stddev_pop(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_stddev_pop' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_variance_stddev_pop(internal) IS 'result of the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_variance_stddev_samp(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_variance_stddev_samp' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_variance_stddev_samp(internal) IS 'result of the window frame of variances and deviations';

CREATE FUNCTION orchard.moving_stats_add(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_stats_add(internal, float8) IS 'a value enters the window frame of stats';

CREATE FUNCTION orchard.moving_stats_remove(internal, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_stats_remove(internal, float8) IS 'the oldest value leaves the window frame of stats';

CREATE FUNCTION orchard.moving_stats_stats(internal) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_stats' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_stats(internal) IS 'result of the window frame of stats';

CREATE AGGREGATE orchard.sum(float8) (
	SFUNC = orchard.sum_state_accum,
	STYPE = orchard.sum_state,
	INITCOND = '(0,-0,0)',
	FINALFUNC = orchard.sum,
	COMBINEFUNC = orchard.sum_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_sum_add,
	MINVFUNC = orchard.moving_sum_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_sum_sum
);
COMMENT ON AGGREGATE orchard.sum(float8) IS 'sum of the values (drop-in for the built-in)';

CREATE AGGREGATE orchard.avg(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.avg,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_sum_add,
	MINVFUNC = orchard.moving_sum_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_sum_avg
);
COMMENT ON AGGREGATE orchard.avg(float8) IS 'arithmetic mean of the values (drop-in for the built-in)';

CREATE AGGREGATE orchard.var_pop(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.var_pop,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_pop
);
COMMENT ON AGGREGATE orchard.var_pop(float8) IS 'population variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.var_samp(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.var_samp,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_samp
);
COMMENT ON AGGREGATE orchard.var_samp(float8) IS 'sample variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.variance(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.variance,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_samp
);
COMMENT ON AGGREGATE orchard.variance(float8) IS 'sample variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev_pop(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev_pop,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_pop
);
COMMENT ON AGGREGATE orchard.stddev_pop(float8) IS 'population standard deviation (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev_samp(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev_samp,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_samp
);
COMMENT ON AGGREGATE orchard.stddev_samp(float8) IS 'sample standard deviation (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_variance_add,
	MINVFUNC = orchard.moving_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_samp
);
COMMENT ON AGGREGATE orchard.stddev(float8) IS 'sample standard deviation (drop-in for the built-in)';

CREATE AGGREGATE orchard.stats(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.stats1d_final,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_stats
);
COMMENT ON AGGREGATE orchard.stats(float8) IS 'count, moments to the fourth order and extremes of the values in one state';

CREATE AGGREGATE orchard.sum_state(float8) (
	SFUNC = orchard.sum_state_accum,
	STYPE = orchard.sum_state,
	INITCOND = '(0,-0,0)',
	FINALFUNC = orchard.sum_state_final,
	COMBINEFUNC = orchard.sum_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.sum_state(float8) IS 'the state of sum as a value: small, mergeable later';

CREATE AGGREGATE orchard.variance_state(float8) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.variance_state_final,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.variance_state(float8) IS 'the state of avg, var_* and stddev_* as a value: small, mergeable later';

-- Results of the moments that have no built-in.

CREATE FUNCTION orchard.crest_factor(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_crest_factor' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.crest_factor(orchard.stats1d) IS 'largest size over root mean square; NULL when all values are 0';

CREATE FUNCTION orchard.moving_stats_skewness(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_skewness' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_skewness(internal) IS 'result of the window frame of skewness';

CREATE AGGREGATE orchard.skewness(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.skewness,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_skewness
);
COMMENT ON AGGREGATE orchard.skewness(float8) IS 'population skewness g1; NULL without spread';

CREATE FUNCTION orchard.moving_stats_kurtosis(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_kurtosis' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_kurtosis(internal) IS 'result of the window frame of kurtosis';

CREATE AGGREGATE orchard.kurtosis(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.kurtosis,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_kurtosis
);
COMMENT ON AGGREGATE orchard.kurtosis(float8) IS 'population excess kurtosis g2; NULL without spread';

CREATE FUNCTION orchard.moving_stats_rms(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_rms' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_rms(internal) IS 'result of the window frame of rms';

CREATE AGGREGATE orchard.rms(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.rms,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_rms
);
COMMENT ON AGGREGATE orchard.rms(float8) IS 'root mean square';

CREATE FUNCTION orchard.moving_stats_cv(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_cv' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_cv(internal) IS 'result of the window frame of cv';

CREATE AGGREGATE orchard.cv(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.cv,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_cv
);
COMMENT ON AGGREGATE orchard.cv(float8) IS 'sample standard deviation over absolute mean; NULL of one value and at mean 0';

CREATE FUNCTION orchard.moving_stats_range_of(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_range_of' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_range_of(internal) IS 'result of the window frame of range_of';

CREATE AGGREGATE orchard.range_of(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.range_of,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_range_of
);
COMMENT ON AGGREGATE orchard.range_of(float8) IS 'largest minus smallest value';

CREATE FUNCTION orchard.int8_range_accum(bigint[], bigint) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'orchard_int8_range_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.int8_range_accum(bigint[], bigint) IS 'transition function of range_of of bigint';

CREATE FUNCTION orchard.int8_range_merge(bigint[], bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'orchard_int8_range_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.int8_range_merge(bigint[], bigint[]) IS 'both sets of values together';

CREATE FUNCTION orchard.int8_range_final(bigint[]) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_int8_range_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.int8_range_final(bigint[]) IS 'result of range_of of bigint';

CREATE FUNCTION orchard.window_int8_range_add(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_range_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_range_add(internal, bigint) IS 'a value enters the window frame of range_of';

CREATE FUNCTION orchard.window_int8_range_remove(internal, bigint) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_window_int8_range_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_range_remove(internal, bigint) IS 'the oldest value leaves the window frame of range_of';

CREATE FUNCTION orchard.window_int8_range_result(internal) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_window_int8_range_result' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.window_int8_range_result(internal) IS 'result of the window frame of range_of';

CREATE AGGREGATE orchard.range_of(bigint) (
	SFUNC = orchard.int8_range_accum,
	STYPE = bigint[],
	FINALFUNC = orchard.int8_range_final,
	COMBINEFUNC = orchard.int8_range_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.window_int8_range_add,
	MINVFUNC = orchard.window_int8_range_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.window_int8_range_result
);
COMMENT ON AGGREGATE orchard.range_of(bigint) IS 'largest minus smallest value, exact';

CREATE FUNCTION orchard.numeric_range_accum(numeric[], numeric) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'orchard_numeric_range_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_range_accum(numeric[], numeric) IS 'transition function of range_of of numeric';

CREATE FUNCTION orchard.numeric_range_merge(numeric[], numeric[]) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'orchard_numeric_range_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_range_merge(numeric[], numeric[]) IS 'both sets of values together';

CREATE FUNCTION orchard.numeric_range_final(numeric[]) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_numeric_range_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.numeric_range_final(numeric[]) IS 'result of range_of of numeric';

CREATE FUNCTION orchard.moving_numeric_range_add(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_range_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_range_add(internal, numeric) IS 'a value enters the window frame of range_of of numeric';

CREATE FUNCTION orchard.moving_numeric_range_remove(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_range_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_range_remove(internal, numeric) IS 'the oldest value leaves the window frame of range_of of numeric';

CREATE FUNCTION orchard.moving_numeric_range_result(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'orchard_moving_numeric_range_result' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_numeric_range_result(internal) IS 'result of the window frame of range_of of numeric';

CREATE AGGREGATE orchard.range_of(numeric) (
	SFUNC = orchard.numeric_range_accum,
	STYPE = numeric[],
	FINALFUNC = orchard.numeric_range_final,
	COMBINEFUNC = orchard.numeric_range_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_numeric_range_add,
	MINVFUNC = orchard.moving_numeric_range_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_numeric_range_result
);
COMMENT ON AGGREGATE orchard.range_of(numeric) IS 'largest minus smallest value, exactly';

CREATE FUNCTION orchard.moving_stats_crest_factor(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_stats_crest_factor' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_stats_crest_factor(internal) IS 'result of the window frame of crest_factor';

CREATE AGGREGATE orchard.crest_factor(float8) (
	SFUNC = orchard.stats1d_accum,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.crest_factor,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_stats_add,
	MINVFUNC = orchard.moving_stats_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_stats_crest_factor
);
COMMENT ON AGGREGATE orchard.crest_factor(float8) IS 'largest size over root mean square; NULL when all values are 0';

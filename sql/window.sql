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

-- min and max: the plain form is the built-in's own, so only the moving form is new; SORTOP keeps index plans.

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

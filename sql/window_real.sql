-- window_real.sql: the drop-ins on real, with the built-ins' types of result.
--
-- States are those of float8; sum alone is real, and overflows as such.

CREATE FUNCTION orchard.sum_state_accum(orchard.sum_state, float4) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_accum_real' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_accum(orchard.sum_state, float4) IS 'transition function of sum(real)';

CREATE FUNCTION orchard.sum_real(orchard.sum_state) RETURNS float4
	AS 'MODULE_PATHNAME', 'orchard_sum_state_sum_real' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_real(orchard.sum_state) IS 'sum of the values in single precision';

CREATE FUNCTION orchard.variance_state_accum(orchard.variance_state, float4) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_accum_real' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_accum(orchard.variance_state, float4) IS 'transition function of aggregates of real over variance_state';

CREATE FUNCTION orchard.moving_real_sum_add(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_real_sum_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_real_sum_add(internal, float4) IS 'a value enters the window frame of sum and avg of real';

CREATE FUNCTION orchard.moving_real_sum_remove(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_real_sum_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_real_sum_remove(internal, float4) IS 'the oldest value leaves the window frame of sum and avg of real';

CREATE FUNCTION orchard.moving_real_sum_sum(internal) RETURNS float4
	AS 'MODULE_PATHNAME', 'orchard_moving_real_sum_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_real_sum_sum(internal) IS 'result of the window frame of sum and avg of real';

CREATE FUNCTION orchard.moving_real_sum_avg(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_real_sum_avg' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_real_sum_avg(internal) IS 'result of the window frame of sum and avg of real';

CREATE FUNCTION orchard.moving_real_variance_add(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_real_variance_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_real_variance_add(internal, float4) IS 'a value enters the window frame of variances and deviations of real';

CREATE FUNCTION orchard.moving_real_variance_remove(internal, float4) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_real_variance_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_real_variance_remove(internal, float4) IS 'the oldest value leaves the window frame of variances and deviations of real';

CREATE AGGREGATE orchard.sum(float4) (
	SFUNC = orchard.sum_state_accum,
	STYPE = orchard.sum_state,
	INITCOND = '(0,-0,0)',
	FINALFUNC = orchard.sum_real,
	COMBINEFUNC = orchard.sum_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_sum_add,
	MINVFUNC = orchard.moving_real_sum_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_real_sum_sum
);
COMMENT ON AGGREGATE orchard.sum(float4) IS 'sum of the values (drop-in for the built-in)';

CREATE AGGREGATE orchard.avg(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.avg,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_sum_add,
	MINVFUNC = orchard.moving_real_sum_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_real_sum_avg
);
COMMENT ON AGGREGATE orchard.avg(float4) IS 'arithmetic mean of the values (drop-in for the built-in)';

CREATE AGGREGATE orchard.var_pop(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.var_pop,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_pop
);
COMMENT ON AGGREGATE orchard.var_pop(float4) IS 'population variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.var_samp(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.var_samp,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_samp
);
COMMENT ON AGGREGATE orchard.var_samp(float4) IS 'sample variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.variance(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.variance,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_var_samp
);
COMMENT ON AGGREGATE orchard.variance(float4) IS 'sample variance (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev_pop(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev_pop,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_pop
);
COMMENT ON AGGREGATE orchard.stddev_pop(float4) IS 'population standard deviation (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev_samp(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev_samp,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_samp
);
COMMENT ON AGGREGATE orchard.stddev_samp(float4) IS 'sample standard deviation (drop-in for the built-in)';

CREATE AGGREGATE orchard.stddev(float4) (
	SFUNC = orchard.variance_state_accum,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.stddev,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_real_variance_add,
	MINVFUNC = orchard.moving_real_variance_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_variance_stddev_samp
);
COMMENT ON AGGREGATE orchard.stddev(float4) IS 'sample standard deviation (drop-in for the built-in)';

-- stat.sql: public states of fixed size, their accessors and merges.
--
-- The types are of category N beside the numbers, so that a call with an unknown literal, such as
-- stddev(NULL), still finds the aggregate on float8 although an accessor has its name.

CREATE TYPE orchard.sum_state;

CREATE FUNCTION orchard.sum_state_in(cstring) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_in(cstring) IS 'text input of sum_state';

CREATE FUNCTION orchard.sum_state_out(orchard.sum_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_sum_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_out(orchard.sum_state) IS 'text output of sum_state';

CREATE FUNCTION orchard.sum_state_recv(internal) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_recv(internal) IS 'binary input of sum_state';

CREATE FUNCTION orchard.sum_state_send(orchard.sum_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_sum_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_send(orchard.sum_state) IS 'binary output of sum_state';

CREATE TYPE orchard.sum_state (
	INPUT = orchard.sum_state_in,
	OUTPUT = orchard.sum_state_out,
	RECEIVE = orchard.sum_state_recv,
	SEND = orchard.sum_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.sum_state IS 'count and sum of a set of float8, mergeable';

CREATE FUNCTION orchard.sum_state_accum(orchard.sum_state, float8) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_accum(orchard.sum_state, float8) IS 'transition function of aggregates over sum_state';

CREATE FUNCTION orchard.sum_state_merge(orchard.sum_state, orchard.sum_state) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_merge(orchard.sum_state, orchard.sum_state) IS 'both sets of values together';

CREATE FUNCTION orchard.sum_state_final(orchard.sum_state) RETURNS orchard.sum_state
	AS 'MODULE_PATHNAME', 'orchard_sum_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_state_final(orchard.sum_state) IS 'the state itself, NULL over no values';

CREATE FUNCTION orchard.n(orchard.sum_state) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_sum_state_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.sum_state) IS 'number of values, NaN and infinities among them';

CREATE FUNCTION orchard.sum(orchard.sum_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_sum_state_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum(orchard.sum_state) IS 'sum of the values';

CREATE FUNCTION orchard.avg(orchard.sum_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_sum_state_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg(orchard.sum_state) IS 'arithmetic mean of the values';

CREATE AGGREGATE orchard.merge(orchard.sum_state) (
	SFUNC = orchard.sum_state_merge,
	STYPE = orchard.sum_state,
	INITCOND = '(0,-0,0)',
	FINALFUNC = orchard.sum_state_final,
	COMBINEFUNC = orchard.sum_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.sum_state) IS 'all sets of values together';

CREATE TYPE orchard.variance_state;

CREATE FUNCTION orchard.variance_state_in(cstring) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_in(cstring) IS 'text input of variance_state';

CREATE FUNCTION orchard.variance_state_out(orchard.variance_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_variance_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_out(orchard.variance_state) IS 'text output of variance_state';

CREATE FUNCTION orchard.variance_state_recv(internal) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_recv(internal) IS 'binary input of variance_state';

CREATE FUNCTION orchard.variance_state_send(orchard.variance_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_variance_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_send(orchard.variance_state) IS 'binary output of variance_state';

CREATE TYPE orchard.variance_state (
	INPUT = orchard.variance_state_in,
	OUTPUT = orchard.variance_state_out,
	RECEIVE = orchard.variance_state_recv,
	SEND = orchard.variance_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.variance_state IS 'count, sum and sum of squared deviations of a set of float8, mergeable';

CREATE FUNCTION orchard.variance_state_accum(orchard.variance_state, float8) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_accum(orchard.variance_state, float8) IS 'transition function of aggregates over variance_state';

CREATE FUNCTION orchard.variance_state_merge(orchard.variance_state, orchard.variance_state) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_merge(orchard.variance_state, orchard.variance_state) IS 'both sets of values together';

CREATE FUNCTION orchard.variance_state_final(orchard.variance_state) RETURNS orchard.variance_state
	AS 'MODULE_PATHNAME', 'orchard_variance_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_state_final(orchard.variance_state) IS 'the state itself, NULL over no values';

CREATE FUNCTION orchard.n(orchard.variance_state) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_variance_state_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.variance_state) IS 'number of values, NaN and infinities among them';

CREATE FUNCTION orchard.sum(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum(orchard.variance_state) IS 'sum of the values';

CREATE FUNCTION orchard.avg(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg(orchard.variance_state) IS 'arithmetic mean of the values';

CREATE FUNCTION orchard.var_pop(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_var_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_pop(orchard.variance_state) IS 'population variance';

CREATE FUNCTION orchard.var_samp(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_samp(orchard.variance_state) IS 'sample variance';

CREATE FUNCTION orchard.variance(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance(orchard.variance_state) IS 'sample variance';

CREATE FUNCTION orchard.stddev_pop(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_stddev_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_pop(orchard.variance_state) IS 'population standard deviation';

CREATE FUNCTION orchard.stddev_samp(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_samp(orchard.variance_state) IS 'sample standard deviation';

CREATE FUNCTION orchard.stddev(orchard.variance_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_variance_state_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev(orchard.variance_state) IS 'sample standard deviation';

CREATE AGGREGATE orchard.merge(orchard.variance_state) (
	SFUNC = orchard.variance_state_merge,
	STYPE = orchard.variance_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.variance_state_final,
	COMBINEFUNC = orchard.variance_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.variance_state) IS 'all sets of values together';

CREATE TYPE orchard.stats1d;

CREATE FUNCTION orchard.stats1d_in(cstring) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_stats1d_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_in(cstring) IS 'text input of stats1d';

CREATE FUNCTION orchard.stats1d_out(orchard.stats1d) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_stats1d_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_out(orchard.stats1d) IS 'text output of stats1d';

CREATE FUNCTION orchard.stats1d_recv(internal) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_stats1d_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_recv(internal) IS 'binary input of stats1d';

CREATE FUNCTION orchard.stats1d_send(orchard.stats1d) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_stats1d_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_send(orchard.stats1d) IS 'binary output of stats1d';

CREATE TYPE orchard.stats1d (
	INPUT = orchard.stats1d_in,
	OUTPUT = orchard.stats1d_out,
	RECEIVE = orchard.stats1d_recv,
	SEND = orchard.stats1d_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.stats1d IS 'count, moments to the fourth order and extremes of a set of float8, mergeable';

CREATE FUNCTION orchard.stats1d_accum(orchard.stats1d, float8) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_stats1d_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_accum(orchard.stats1d, float8) IS 'transition function of aggregates over stats1d';

CREATE FUNCTION orchard.stats1d_merge(orchard.stats1d, orchard.stats1d) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_stats1d_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_merge(orchard.stats1d, orchard.stats1d) IS 'both sets of values together';

CREATE FUNCTION orchard.stats1d_final(orchard.stats1d) RETURNS orchard.stats1d
	AS 'MODULE_PATHNAME', 'orchard_stats1d_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats1d_final(orchard.stats1d) IS 'the state itself, NULL over no values';

CREATE FUNCTION orchard.n(orchard.stats1d) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_stats1d_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.stats1d) IS 'number of values, NaN and infinities among them';

CREATE FUNCTION orchard.sum(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum(orchard.stats1d) IS 'sum of the values';

CREATE FUNCTION orchard.avg(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg(orchard.stats1d) IS 'arithmetic mean of the values';

CREATE FUNCTION orchard.var_pop(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_var_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_pop(orchard.stats1d) IS 'population variance';

CREATE FUNCTION orchard.var_samp(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_samp(orchard.stats1d) IS 'sample variance';

CREATE FUNCTION orchard.variance(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance(orchard.stats1d) IS 'sample variance';

CREATE FUNCTION orchard.stddev_pop(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_stddev_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_pop(orchard.stats1d) IS 'population standard deviation';

CREATE FUNCTION orchard.stddev_samp(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_samp(orchard.stats1d) IS 'sample standard deviation';

CREATE FUNCTION orchard.stddev(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev(orchard.stats1d) IS 'sample standard deviation';

CREATE FUNCTION orchard.skewness(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_skewness' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.skewness(orchard.stats1d) IS 'population skewness g1; NULL without spread';

CREATE FUNCTION orchard.kurtosis(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_kurtosis' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.kurtosis(orchard.stats1d) IS 'population excess kurtosis g2 (0 for a normal distribution); NULL without spread';

CREATE FUNCTION orchard.min(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_min' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.min(orchard.stats1d) IS 'smallest value';

CREATE FUNCTION orchard.max(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.max(orchard.stats1d) IS 'largest value (NaN is above everything)';

CREATE FUNCTION orchard.range_of(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_range_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.range_of(orchard.stats1d) IS 'largest minus smallest value';

CREATE FUNCTION orchard.rms(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_rms' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rms(orchard.stats1d) IS 'root mean square';

CREATE FUNCTION orchard.cv(orchard.stats1d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats1d_cv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.cv(orchard.stats1d) IS 'coefficient of variation: sample standard deviation over absolute mean; NULL at mean 0';

CREATE AGGREGATE orchard.merge(orchard.stats1d) (
	SFUNC = orchard.stats1d_merge,
	STYPE = orchard.stats1d,
	INITCOND = '(0,0,0,0,0,0,0,Infinity,-Infinity,0,0,0)',
	FINALFUNC = orchard.stats1d_final,
	COMBINEFUNC = orchard.stats1d_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.stats1d) IS 'all sets of values together';

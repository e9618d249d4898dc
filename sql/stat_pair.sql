-- stat_pair.sql: the public state of pairs (y, x), its accessors and merge.
--
-- y comes first, as in regr_slope(y, x): x explains y.  Category N as in stat.sql.

CREATE TYPE orchard.stats2d;

CREATE FUNCTION orchard.stats2d_in(cstring) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_stats2d_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_in(cstring) IS 'text input of stats2d';

CREATE FUNCTION orchard.stats2d_out(orchard.stats2d) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_stats2d_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_out(orchard.stats2d) IS 'text output of stats2d';

CREATE FUNCTION orchard.stats2d_recv(internal) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_stats2d_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_recv(internal) IS 'binary input of stats2d';

CREATE FUNCTION orchard.stats2d_send(orchard.stats2d) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_stats2d_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_send(orchard.stats2d) IS 'binary output of stats2d';

CREATE TYPE orchard.stats2d (
	INPUT = orchard.stats2d_in,
	OUTPUT = orchard.stats2d_out,
	RECEIVE = orchard.stats2d_recv,
	SEND = orchard.stats2d_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain,
	CATEGORY = 'N'
);
COMMENT ON TYPE orchard.stats2d IS 'count, sums, sums of squares and of products of a set of pairs (y, x) of float8, mergeable';

CREATE FUNCTION orchard.stats2d_accum(orchard.stats2d, float8, float8) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_stats2d_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_accum(orchard.stats2d, float8, float8) IS 'transition function of aggregates over stats2d';

CREATE FUNCTION orchard.stats2d_merge(orchard.stats2d, orchard.stats2d) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_stats2d_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_merge(orchard.stats2d, orchard.stats2d) IS 'both sets of pairs together';

CREATE FUNCTION orchard.stats2d_final(orchard.stats2d) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_stats2d_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stats2d_final(orchard.stats2d) IS 'the state itself, NULL over no pairs';

CREATE FUNCTION orchard.n(orchard.stats2d) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_stats2d_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.stats2d) IS 'number of pairs, those with NaN and infinities among them';

CREATE FUNCTION orchard.sum_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_sum_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_x(orchard.stats2d) IS 'sum of x, the explaining side';

CREATE FUNCTION orchard.avg_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_avg_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg_x(orchard.stats2d) IS 'arithmetic mean of x, the explaining side';

CREATE FUNCTION orchard.var_pop_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_pop_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_pop_x(orchard.stats2d) IS 'population variance of x, the explaining side';

CREATE FUNCTION orchard.var_samp_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_samp_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_samp_x(orchard.stats2d) IS 'sample variance of x, the explaining side';

CREATE FUNCTION orchard.stddev_pop_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_pop_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_pop_x(orchard.stats2d) IS 'population standard deviation of x, the explaining side';

CREATE FUNCTION orchard.stddev_samp_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_samp_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_samp_x(orchard.stats2d) IS 'sample standard deviation of x, the explaining side';

CREATE FUNCTION orchard.variance_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_samp_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_x(orchard.stats2d) IS 'sample variance of x, the explaining side';

CREATE FUNCTION orchard.stddev_x(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_samp_x' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_x(orchard.stats2d) IS 'sample standard deviation of x, the explaining side';

CREATE FUNCTION orchard.sum_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_sum_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum_y(orchard.stats2d) IS 'sum of y, the explained side';

CREATE FUNCTION orchard.avg_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_avg_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg_y(orchard.stats2d) IS 'arithmetic mean of y, the explained side';

CREATE FUNCTION orchard.var_pop_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_pop_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_pop_y(orchard.stats2d) IS 'population variance of y, the explained side';

CREATE FUNCTION orchard.var_samp_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_samp_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_samp_y(orchard.stats2d) IS 'sample variance of y, the explained side';

CREATE FUNCTION orchard.stddev_pop_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_pop_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_pop_y(orchard.stats2d) IS 'population standard deviation of y, the explained side';

CREATE FUNCTION orchard.stddev_samp_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_samp_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_samp_y(orchard.stats2d) IS 'sample standard deviation of y, the explained side';

CREATE FUNCTION orchard.variance_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_var_samp_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance_y(orchard.stats2d) IS 'sample variance of y, the explained side';

CREATE FUNCTION orchard.stddev_y(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_stddev_samp_y' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_y(orchard.stats2d) IS 'sample standard deviation of y, the explained side';

CREATE FUNCTION orchard.sxx(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_sxx' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sxx(orchard.stats2d) IS 'sum of squared deviations of x';

CREATE FUNCTION orchard.syy(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_syy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.syy(orchard.stats2d) IS 'sum of squared deviations of y';

CREATE FUNCTION orchard.sxy(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_sxy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sxy(orchard.stats2d) IS 'sum of products of deviations of x and y';

CREATE FUNCTION orchard.covar_pop(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_covar_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.covar_pop(orchard.stats2d) IS 'population covariance';

CREATE FUNCTION orchard.covar_samp(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_covar_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.covar_samp(orchard.stats2d) IS 'sample covariance; NULL of one pair';

CREATE FUNCTION orchard.corr(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_corr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.corr(orchard.stats2d) IS 'correlation; NULL when x or y has no spread';

CREATE FUNCTION orchard.r2(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_r2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.r2(orchard.stats2d) IS 'square of the correlation; 1 when only y has no spread, NULL when x has none';

CREATE FUNCTION orchard.slope(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_slope' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.slope(orchard.stats2d) IS 'slope of the least-squares line, in units of y per unit of x; NULL when x has no spread';

CREATE FUNCTION orchard.intercept(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_intercept' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.intercept(orchard.stats2d) IS 'value of the least-squares line at x = 0; NULL when x has no spread';

CREATE FUNCTION orchard.x_intercept(orchard.stats2d) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_stats2d_x_intercept' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.x_intercept(orchard.stats2d) IS 'x at which the least-squares line is 0; NULL when x has no spread or the slope is 0';

CREATE AGGREGATE orchard.merge(orchard.stats2d) (
	SFUNC = orchard.stats2d_merge,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.stats2d_final,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.stats2d) IS 'all sets of pairs together';

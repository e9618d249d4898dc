-- window_pair.sql: corr, covar_*, regr_* and stats of pairs, plain and moving.
--
-- All share the plain state stats2d and one moving state; forms as in window.sql.

CREATE FUNCTION orchard.moving_pair_add(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_pair_add(internal, float8, float8) IS 'a pair (y, x) enters the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_remove(internal, float8, float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.moving_pair_remove(internal, float8, float8) IS 'the oldest pair leaves the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_avgx(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_avgx' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_avgx(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_avgy(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_avgy' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_avgy(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_sxx(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_sxx' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_sxx(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_syy(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_syy' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_syy(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_sxy(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_sxy' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_sxy(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_covar_pop(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_covar_pop' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_covar_pop(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_covar_samp(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_covar_samp' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_covar_samp(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_corr(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_corr' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_corr(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_r2(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_r2' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_r2(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_slope(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_slope(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_intercept(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_intercept' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_intercept(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_pair_stats(internal) RETURNS orchard.stats2d
	AS 'MODULE_PATHNAME', 'orchard_moving_pair_stats' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_pair_stats(internal) IS 'result of the window frame of corr, covar_*, regr_* and stats';

CREATE FUNCTION orchard.moving_regr_count_remove(bigint, float8, float8) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_moving_regr_count_remove' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION orchard.moving_regr_count_remove(bigint, float8, float8) IS 'the oldest pair leaves the window frame of regr_count';

CREATE AGGREGATE orchard.corr(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.corr,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_corr
);
COMMENT ON AGGREGATE orchard.corr(float8, float8) IS 'correlation of y and x (drop-in for the built-in)';

CREATE AGGREGATE orchard.covar_pop(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.covar_pop,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_covar_pop
);
COMMENT ON AGGREGATE orchard.covar_pop(float8, float8) IS 'population covariance of y and x (drop-in for the built-in)';

CREATE AGGREGATE orchard.covar_samp(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.covar_samp,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_covar_samp
);
COMMENT ON AGGREGATE orchard.covar_samp(float8, float8) IS 'sample covariance of y and x (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_avgx(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.avg_x,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_avgx
);
COMMENT ON AGGREGATE orchard.regr_avgx(float8, float8) IS 'mean of x over the pairs (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_avgy(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.avg_y,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_avgy
);
COMMENT ON AGGREGATE orchard.regr_avgy(float8, float8) IS 'mean of y over the pairs (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_count(float8, float8) (
	SFUNC = pg_catalog.int8inc_float8_float8,
	STYPE = bigint,
	INITCOND = '0',
	COMBINEFUNC = pg_catalog.int8pl,
	PARALLEL = SAFE,
	MSFUNC = pg_catalog.int8inc_float8_float8,
	MINVFUNC = orchard.moving_regr_count_remove,
	MSTYPE = bigint,
	MINITCOND = '0'
);
COMMENT ON AGGREGATE orchard.regr_count(float8, float8) IS 'number of pairs (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_intercept(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.intercept,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_intercept
);
COMMENT ON AGGREGATE orchard.regr_intercept(float8, float8) IS 'intercept of the least-squares line of y on x (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_r2(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.r2,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_r2
);
COMMENT ON AGGREGATE orchard.regr_r2(float8, float8) IS 'square of the correlation of y and x (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_slope(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.slope,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_slope
);
COMMENT ON AGGREGATE orchard.regr_slope(float8, float8) IS 'slope of the least-squares line of y on x (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_sxx(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.sxx,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_sxx
);
COMMENT ON AGGREGATE orchard.regr_sxx(float8, float8) IS 'sum of squared deviations of x (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_sxy(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.sxy,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_sxy
);
COMMENT ON AGGREGATE orchard.regr_sxy(float8, float8) IS 'sum of products of deviations of x and y (drop-in for the built-in)';

CREATE AGGREGATE orchard.regr_syy(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.syy,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_syy
);
COMMENT ON AGGREGATE orchard.regr_syy(float8, float8) IS 'sum of squared deviations of y (drop-in for the built-in)';

CREATE AGGREGATE orchard.stats(float8, float8) (
	SFUNC = orchard.stats2d_accum,
	STYPE = orchard.stats2d,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.stats2d_final,
	COMBINEFUNC = orchard.stats2d_merge,
	PARALLEL = SAFE,
	MSFUNC = orchard.moving_pair_add,
	MINVFUNC = orchard.moving_pair_remove,
	MSTYPE = internal,
	MFINALFUNC = orchard.moving_pair_stats
);
COMMENT ON AGGREGATE orchard.stats(float8, float8) IS 'count, sums and sums of products of the pairs (y, x) in one state';

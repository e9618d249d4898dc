-- window_rolling.sql: statistics of several time windows in one pass.

CREATE TYPE orchard.rollset;

CREATE FUNCTION orchard.rollset_in(cstring) RETURNS orchard.rollset
	AS 'MODULE_PATHNAME', 'orchard_rollset_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rollset_in(cstring) IS 'text input of rollset';

CREATE FUNCTION orchard.rollset_out(orchard.rollset) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_rollset_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rollset_out(orchard.rollset) IS 'text output of rollset';

CREATE FUNCTION orchard.rollset_recv(internal) RETURNS orchard.rollset
	AS 'MODULE_PATHNAME', 'orchard_rollset_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rollset_recv(internal) IS 'binary input of rollset';

CREATE FUNCTION orchard.rollset_send(orchard.rollset) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_rollset_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rollset_send(orchard.rollset) IS 'binary output of rollset';

CREATE TYPE orchard.rollset (
	INPUT = orchard.rollset_in,
	OUTPUT = orchard.rollset_out,
	RECEIVE = orchard.rollset_recv,
	SEND = orchard.rollset_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE orchard.rollset IS 'count, sum, spread and extremes of several time windows at one row';

CREATE FUNCTION orchard.n(r orchard.rollset, i integer) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_rollset_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n(orchard.rollset, integer) IS 'number of observations in window i, NaN and infinities among them';

CREATE FUNCTION orchard.count(r orchard.rollset, i integer) RETURNS bigint
	AS 'MODULE_PATHNAME', 'orchard_rollset_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.count(orchard.rollset, integer) IS 'number of observations in window i, NaN and infinities among them';

CREATE FUNCTION orchard.sum(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.sum(orchard.rollset, integer) IS 'sum of window i';

CREATE FUNCTION orchard.avg(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.avg(orchard.rollset, integer) IS 'arithmetic mean of window i';

CREATE FUNCTION orchard.var_pop(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_var_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_pop(orchard.rollset, integer) IS 'population variance of window i';

CREATE FUNCTION orchard.var_samp(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.var_samp(orchard.rollset, integer) IS 'sample variance of window i';

CREATE FUNCTION orchard.variance(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_var_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.variance(orchard.rollset, integer) IS 'sample variance of window i';

CREATE FUNCTION orchard.stddev_pop(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_stddev_pop' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_pop(orchard.rollset, integer) IS 'population standard deviation of window i';

CREATE FUNCTION orchard.stddev_samp(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev_samp(orchard.rollset, integer) IS 'sample standard deviation of window i';

CREATE FUNCTION orchard.stddev(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_stddev_samp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.stddev(orchard.rollset, integer) IS 'sample standard deviation of window i';

CREATE FUNCTION orchard.min(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_min' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.min(orchard.rollset, integer) IS 'smallest value of window i';

CREATE FUNCTION orchard.max(r orchard.rollset, i integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rollset_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.max(orchard.rollset, integer) IS 'largest value of window i, NaN above all';

CREATE FUNCTION orchard.n_windows(orchard.rollset) RETURNS integer
	AS 'MODULE_PATHNAME', 'orchard_rollset_n_windows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.n_windows(orchard.rollset) IS 'number of windows';

CREATE FUNCTION orchard.to_array(orchard.rollset) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_rollset_to_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.to_array(orchard.rollset) IS 'n, sum, avg, stddev, min and max of each window in turn';

CREATE FUNCTION orchard.rolling(x float8, ts timestamptz, windows interval[], delay interval DEFAULT '0',
	closed text DEFAULT 'left', prevailing boolean DEFAULT false, min_n integer DEFAULT 1) RETURNS orchard.rollset
	AS 'MODULE_PATHNAME', 'orchard_rolling' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rolling(float8, timestamptz, interval[], interval, text, boolean, integer) IS 'window function: statistics of x over the time windows from ts - delay - w to ts - delay';

CREATE FUNCTION orchard.rolling(x float8, ts timestamp, windows interval[], delay interval DEFAULT '0',
	closed text DEFAULT 'left', prevailing boolean DEFAULT false, min_n integer DEFAULT 1) RETURNS orchard.rollset
	AS 'MODULE_PATHNAME', 'orchard_rolling' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rolling(float8, timestamp, interval[], interval, text, boolean, integer) IS 'window function: statistics of x over the time windows from ts - delay - w to ts - delay';

CREATE FUNCTION orchard.rolling(x float8, ts date, windows interval[], delay interval DEFAULT '0',
	closed text DEFAULT 'left', prevailing boolean DEFAULT false, min_n integer DEFAULT 1) RETURNS orchard.rollset
	AS 'MODULE_PATHNAME', 'orchard_rolling_date' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rolling(float8, date, interval[], interval, text, boolean, integer) IS 'window function: statistics of x over the time windows from ts - delay - w to ts - delay';

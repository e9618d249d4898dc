-- describe.sql: what a table's columns hold.

CREATE TYPE orchard.column_description AS (
	column_name text,
	data_type regtype,
	n bigint,
	n_missing bigint,
	n_distinct bigint,
	mean float8,
	stddev float8,
	minimum text,
	q25 text,
	median text,
	q75 text,
	maximum text,
	top_values text[],
	top_counts bigint[],
	remark text
);
COMMENT ON TYPE orchard.column_description IS 'what one column holds, an element of what orchard.describe gives';
COMMENT ON COLUMN orchard.column_description.column_name IS 'the column';
COMMENT ON COLUMN orchard.column_description.data_type IS 'its type';
COMMENT ON COLUMN orchard.column_description.n IS 'rows with a value';
COMMENT ON COLUMN orchard.column_description.n_missing IS 'rows with NULL';
COMMENT ON COLUMN orchard.column_description.n_distinct IS 'distinct values: exact up to 32, beyond an estimate with a standard error of 1.6 %';
COMMENT ON COLUMN orchard.column_description.mean IS 'mean of numbers';
COMMENT ON COLUMN orchard.column_description.stddev IS 'sample standard deviation of numbers';
COMMENT ON COLUMN orchard.column_description.minimum IS 'smallest number or time, exact';
COMMENT ON COLUMN orchard.column_description.q25 IS 'first quartile of numbers: exact up to 32 distinct values, beyond to 1 % of the value';
COMMENT ON COLUMN orchard.column_description.median IS 'median of numbers, as exact as q25';
COMMENT ON COLUMN orchard.column_description.q75 IS 'third quartile of numbers, as exact as q25';
COMMENT ON COLUMN orchard.column_description.maximum IS 'largest number or time, exact';
COMMENT ON COLUMN orchard.column_description.top_values IS 'at most five of the most frequent values, the first 100 bytes of each';
COMMENT ON COLUMN orchard.column_description.top_counts IS 'how often, at least: with more than 32 distinct values short by at most n / 33';
COMMENT ON COLUMN orchard.column_description.remark IS 'a column without values, a constant, a copy of another column, one that looks like an identifier';

CREATE FUNCTION orchard.describe_accum(internal, record) RETURNS internal
AS 'MODULE_PATHNAME', 'orchard_describe_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.describe_accum(internal, record) IS 'transition function of orchard.describe';

CREATE FUNCTION orchard.describe_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'orchard_describe_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.describe_combine(internal, internal) IS 'both sets of rows together';

CREATE FUNCTION orchard.describe_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'orchard_describe_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.describe_serialize(internal) IS 'a description for another process of a parallel plan';

CREATE FUNCTION orchard.describe_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'orchard_describe_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.describe_deserialize(bytea, internal) IS 'a description from another process of a parallel plan';

CREATE FUNCTION orchard.describe_final(internal) RETURNS orchard.column_description[]
AS 'MODULE_PATHNAME', 'orchard_describe_final' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.describe_final(internal) IS 'result of orchard.describe';

CREATE AGGREGATE orchard.describe("row" record) (
	SFUNC = orchard.describe_accum,
	STYPE = internal,
	SSPACE = 65536,
	FINALFUNC = orchard.describe_final,
	COMBINEFUNC = orchard.describe_combine,
	SERIALFUNC = orchard.describe_serialize,
	DESERIALFUNC = orchard.describe_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.describe(record)
IS 'what each column holds: SELECT (unnest(orchard.describe(t))).* FROM t; counts, distinct values, mean, quantiles, frequent values, remarks';

CREATE FUNCTION orchard.train_test_split(key anyelement, fraction float8 DEFAULT 0.2, seed bigint DEFAULT 42) RETURNS boolean
AS 'MODULE_PATHNAME', 'orchard_train_test_split' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.train_test_split(anyelement, float8, bigint)
IS 'is the row in the test set?  By a hash of its key, so all rows of one key are on one side, on every machine, whatever the order; fraction is the share of keys';

-- model_fit.sql: training by aggregate.

CREATE TYPE orchard.fit_state;
COMMENT ON TYPE orchard.fit_state IS 'training state of linear regression: sums over its rows, with columns and options; mergeable';

CREATE FUNCTION orchard.fit_state_in(cstring) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_state_in(cstring) IS 'I/O';

CREATE FUNCTION orchard.fit_state_out(orchard.fit_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'orchard_fit_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_state_out(orchard.fit_state) IS 'I/O';

CREATE FUNCTION orchard.fit_state_recv(internal) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_state_recv(internal) IS 'I/O';

CREATE FUNCTION orchard.fit_state_send(orchard.fit_state) RETURNS bytea
AS 'MODULE_PATHNAME', 'orchard_fit_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_state_send(orchard.fit_state) IS 'I/O';

CREATE TYPE orchard.fit_state (
	INPUT = orchard.fit_state_in,
	OUTPUT = orchard.fit_state_out,
	RECEIVE = orchard.fit_state_recv,
	SEND = orchard.fit_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

CREATE FUNCTION orchard.fit_accum(orchard.fit_state, record, text, jsonb) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_accum(orchard.fit_state, record, text, jsonb) IS 'transition function of orchard.fit';

CREATE FUNCTION orchard.fit_accum(orchard.fit_state, record, text) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_accum(orchard.fit_state, record, text) IS 'transition function of orchard.fit';

CREATE FUNCTION orchard.fit_combine(orchard.fit_state, orchard.fit_state) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_combine(orchard.fit_state, orchard.fit_state) IS 'combine function of orchard.fit';

CREATE FUNCTION orchard.fit_final(orchard.fit_state) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_fit_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_final(orchard.fit_state) IS 'final function of orchard.fit';

CREATE AGGREGATE orchard.fit("row" record, target text, options jsonb) (
	SFUNC = orchard.fit_accum,
	STYPE = orchard.fit_state,
	SSPACE = 8192,
	FINALFUNC = orchard.fit_final,
	COMBINEFUNC = orchard.fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit(record, text, jsonb)
IS 'trains a model on the rows: columns are features by name, target names the column to predict, options choose the algorithm';

CREATE AGGREGATE orchard.fit("row" record, target text) (
	SFUNC = orchard.fit_accum,
	STYPE = orchard.fit_state,
	SSPACE = 8192,
	FINALFUNC = orchard.fit_final,
	COMBINEFUNC = orchard.fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit(record, text)
IS 'trains a model on the rows with the default options: gradient boosting';

CREATE FUNCTION orchard.fit_state_accum(orchard.fit_state, record, text, jsonb) RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_state_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_state_accum(orchard.fit_state, record, text, jsonb) IS 'transition function of orchard.fit_state';

CREATE AGGREGATE orchard.fit_state("row" record, target text, options jsonb) (
	SFUNC = orchard.fit_state_accum,
	STYPE = orchard.fit_state,
	SSPACE = 8192,
	COMBINEFUNC = orchard.fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_state(record, text, jsonb)
IS 'what orchard.fit knows of its rows, to be stored, merged and finished: for linear regression';

CREATE AGGREGATE orchard.merge(orchard.fit_state) (
	SFUNC = orchard.fit_combine,
	STYPE = orchard.fit_state,
	SSPACE = 8192,
	COMBINEFUNC = orchard.fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.fit_state) IS 'all rows together; the states must have the same columns, target and options';

CREATE FUNCTION orchard.finish(state orchard.fit_state) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION orchard.finish(orchard.fit_state) IS 'the model of the rows in the state, as orchard.fit of them';

CREATE FUNCTION orchard.regularization_path(state orchard.fit_state, options jsonb DEFAULT '{}',
	OUT step int, OUT alpha float8, OUT l1 float8, OUT l2 float8, OUT term text, OUT estimate float8,
	OUT r_squared float8, OUT n_nonzero int, OUT residual float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_regularization_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000;
COMMENT ON FUNCTION orchard.regularization_path(orchard.fit_state, jsonb)
IS 'the coefficients of the rows in the state for one penalty after another, the largest first; options: alphas (their number or an array), eps, l1_ratio';

CREATE FUNCTION orchard.fit_columns_accum(orchard.fit_state, text[], text, jsonb, VARIADIC "any") RETURNS orchard.fit_state
AS 'MODULE_PATHNAME', 'orchard_fit_columns_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_columns_accum(orchard.fit_state, text[], text, jsonb, "any") IS 'transition function of orchard.fit_columns';

CREATE FUNCTION orchard.fit_columns_final(orchard.fit_state) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_fit_columns_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_columns_final(orchard.fit_state) IS 'final function of orchard.fit_columns';

CREATE AGGREGATE orchard.fit_columns(names text[], target text, options jsonb, VARIADIC columns "any") (
	SFUNC = orchard.fit_columns_accum,
	STYPE = orchard.fit_state,
	SSPACE = 8192,
	FINALFUNC = orchard.fit_columns_final,
	COMBINEFUNC = orchard.fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_columns(text[], text, jsonb, "any")
IS 'what orchard.train runs for sums: orchard.fit of columns under these names, at most 96 of them, without forming a row';

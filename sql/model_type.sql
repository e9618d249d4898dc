-- model_type.sql: orchard.model, a trained model as a value.

CREATE TYPE orchard.model;
COMMENT ON TYPE orchard.model IS 'a trained model: schema, preprocessing, training facts and coefficients';

CREATE FUNCTION orchard.model_in(cstring) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_in(cstring) IS 'input function of orchard.model: hexadecimal, validated';

CREATE FUNCTION orchard.model_out(orchard.model) RETURNS cstring
AS 'MODULE_PATHNAME', 'orchard_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_out(orchard.model) IS 'output function of orchard.model: hexadecimal';

CREATE FUNCTION orchard.model_recv(internal) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_recv(internal) IS 'binary input function of orchard.model, validated';

CREATE FUNCTION orchard.model_send(orchard.model) RETURNS bytea
AS 'MODULE_PATHNAME', 'orchard_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_send(orchard.model) IS 'binary output function of orchard.model';

CREATE TYPE orchard.model (
	INPUT = orchard.model_in,
	OUTPUT = orchard.model_out,
	RECEIVE = orchard.model_recv,
	SEND = orchard.model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

CREATE FUNCTION orchard.model_digest(model orchard.model) RETURNS text
AS 'MODULE_PATHNAME', 'orchard_model_digest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_digest(orchard.model)
IS 'SHA-256 of schema, preprocessing, options and payload, in hexadecimal: equal models, equal digests';

CREATE FUNCTION orchard.summary(model orchard.model) RETURNS jsonb
AS 'MODULE_PATHNAME', 'orchard_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.summary(orchard.model)
IS 'algorithm, options, training rows, fit, metrics and warnings of a model';

CREATE FUNCTION orchard.features(model orchard.model,
	OUT feature text, OUT family text, OUT length int, OUT levels text[], OUT pooled_levels text[],
	OUT fill float8[]) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_features' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION orchard.features(orchard.model)
IS 'the columns that a model reads in positional order, with levels (first is the reference) and the means that stand for NULL; those are NULL of columns that a recipe reads';

CREATE FUNCTION orchard.recipe(model orchard.model) RETURNS orchard.transform
AS 'MODULE_PATHNAME', 'orchard_recipe' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.recipe(orchard.model)
IS 'the fitted recipe of the option "preprocess" that turns a row into features; NULL without one';

CREATE FUNCTION orchard.classes(model orchard.model) RETURNS text[]
AS 'MODULE_PATHNAME', 'orchard_classes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.classes(orchard.model)
IS 'the classes in the order of predict_proba; NULL for a regression model';

CREATE FUNCTION orchard.cross_validation(model orchard.model,
	OUT step int, OUT alpha float8, OUT l1 float8, OUT l2 float8, OUT mean_squared_error float8,
	OUT standard_error float8, OUT chosen boolean) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_cross_validation' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION orchard.cross_validation(orchard.model)
IS 'the penalties that "l1": "cv" chose from: the mean squared error of rows held out, the mean over the folds, and its standard error';

CREATE FUNCTION orchard.coefficients(model orchard.model,
	OUT term text, OUT feature text, OUT level text, OUT estimate float8, OUT std_error float8,
	OUT statistic float8, OUT p_value float8, OUT class text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_coefficients' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION orchard.coefficients(orchard.model)
IS 'coefficients of a linear model in the units of its columns, with standard errors, t or z statistics and two-sided p-values; of more than two classes by class, else class is NULL';

CREATE FUNCTION orchard.coefficients(model orchard.model, confidence float8,
	OUT term text, OUT feature text, OUT level text, OUT estimate float8, OUT std_error float8,
	OUT statistic float8, OUT p_value float8, OUT conf_low float8, OUT conf_high float8, OUT class text)
	RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_coefficients' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION orchard.coefficients(orchard.model, float8)
IS 'coefficients with confidence intervals of a level such as 0.95, by Student''s t (linear regression) or the normal distribution';

CREATE FUNCTION orchard.covariance(model orchard.model,
	OUT term text, OUT other_term text, OUT covariance float8, OUT class text, OUT other_class text)
	RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_covariance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 400;
COMMENT ON FUNCTION orchard.covariance(orchard.model)
IS 'the covariance matrix of a linear model''s coefficients, as the standard errors are (classical or by "cov_type"), a row for each pair of terms; of more than two classes for each pair of classes too';

CREATE FUNCTION orchard.model_eq(orchard.model, orchard.model) RETURNS boolean
AS 'MODULE_PATHNAME', 'orchard_model_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_eq(orchard.model, orchard.model) IS 'implementation of = operator: equal digests';

CREATE FUNCTION orchard.model_ne(orchard.model, orchard.model) RETURNS boolean
AS 'MODULE_PATHNAME', 'orchard_model_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_ne(orchard.model, orchard.model) IS 'implementation of <> operator: different digests';

CREATE FUNCTION orchard.model_hash(orchard.model) RETURNS int
AS 'MODULE_PATHNAME', 'orchard_model_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.model_hash(orchard.model) IS 'hash of a model by its digest';

CREATE OPERATOR orchard.= (
	LEFTARG = orchard.model, RIGHTARG = orchard.model, FUNCTION = orchard.model_eq,
	COMMUTATOR = OPERATOR(orchard.=), NEGATOR = OPERATOR(orchard.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);
COMMENT ON OPERATOR orchard.= (orchard.model, orchard.model) IS 'equal by digest';

CREATE OPERATOR orchard.<> (
	LEFTARG = orchard.model, RIGHTARG = orchard.model, FUNCTION = orchard.model_ne,
	COMMUTATOR = OPERATOR(orchard.<>), NEGATOR = OPERATOR(orchard.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR orchard.<> (orchard.model, orchard.model) IS 'different by digest';

CREATE OPERATOR CLASS orchard.model_ops DEFAULT FOR TYPE orchard.model USING hash AS
	OPERATOR 1 orchard.= (orchard.model, orchard.model),
	FUNCTION 1 orchard.model_hash(orchard.model);
COMMENT ON OPERATOR CLASS orchard.model_ops USING hash IS 'hashing of models by digest, for DISTINCT and GROUP BY';

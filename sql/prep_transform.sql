-- prep_transform.sql: the type transform, its state, and apply.

CREATE TYPE orchard.transform;

CREATE FUNCTION orchard.transform_in(cstring) RETURNS orchard.transform
	AS 'MODULE_PATHNAME', 'orchard_transform_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_in(cstring) IS 'text input of transform';

CREATE FUNCTION orchard.transform_out(orchard.transform) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_transform_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_out(orchard.transform) IS 'text output of transform';

CREATE FUNCTION orchard.transform_recv(internal) RETURNS orchard.transform
	AS 'MODULE_PATHNAME', 'orchard_transform_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_recv(internal) IS 'binary input of transform';

CREATE FUNCTION orchard.transform_send(orchard.transform) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_transform_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_send(orchard.transform) IS 'binary output of transform';

CREATE TYPE orchard.transform (
	INPUT = orchard.transform_in,
	OUTPUT = orchard.transform_out,
	RECEIVE = orchard.transform_recv,
	SEND = orchard.transform_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE orchard.transform IS 'a fitted transform of one column, or a recipe of many: JSON as text';

CREATE TYPE orchard.transform_state;

CREATE FUNCTION orchard.transform_state_in(cstring) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_transform_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_in(cstring) IS 'text input of transform_state';

CREATE FUNCTION orchard.transform_state_out(orchard.transform_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_transform_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_out(orchard.transform_state) IS 'text output of transform_state';

CREATE FUNCTION orchard.transform_state_recv(internal) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_transform_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_recv(internal) IS 'binary input of transform_state';

CREATE FUNCTION orchard.transform_state_send(orchard.transform_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_transform_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_send(orchard.transform_state) IS 'binary output of transform_state';

CREATE TYPE orchard.transform_state (
	INPUT = orchard.transform_state_in,
	OUTPUT = orchard.transform_state_out,
	RECEIVE = orchard.transform_state_recv,
	SEND = orchard.transform_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE orchard.transform_state IS 'what a transform is fitted from, mergeable';

CREATE FUNCTION orchard.transform_eq(orchard.transform, orchard.transform) RETURNS boolean
	AS 'MODULE_PATHNAME', 'orchard_transform_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_eq(orchard.transform, orchard.transform) IS 'implementation of = operator: the same kind, options and learnt numbers';

CREATE FUNCTION orchard.transform_ne(orchard.transform, orchard.transform) RETURNS boolean
	AS 'MODULE_PATHNAME', 'orchard_transform_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_ne(orchard.transform, orchard.transform) IS 'implementation of <> operator';

CREATE FUNCTION orchard.transform_hash(orchard.transform) RETURNS integer
	AS 'MODULE_PATHNAME', 'orchard_transform_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_hash(orchard.transform) IS 'hash of a transform';

CREATE OPERATOR orchard.= (
	LEFTARG = orchard.transform, RIGHTARG = orchard.transform, FUNCTION = orchard.transform_eq,
	COMMUTATOR = OPERATOR(orchard.=), NEGATOR = OPERATOR(orchard.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);
COMMENT ON OPERATOR orchard.= (orchard.transform, orchard.transform) IS 'the same transform';

CREATE OPERATOR orchard.<> (
	LEFTARG = orchard.transform, RIGHTARG = orchard.transform, FUNCTION = orchard.transform_ne,
	COMMUTATOR = OPERATOR(orchard.<>), NEGATOR = OPERATOR(orchard.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR orchard.<> (orchard.transform, orchard.transform) IS 'not the same transform';

CREATE OPERATOR CLASS orchard.transform_ops DEFAULT FOR TYPE orchard.transform USING hash AS
	OPERATOR 1 orchard.= (orchard.transform, orchard.transform),
	FUNCTION 1 orchard.transform_hash(orchard.transform);
COMMENT ON OPERATOR CLASS orchard.transform_ops USING hash IS 'hashing of transforms, so that they can be grouped';

CREATE FUNCTION orchard.apply(transform orchard.transform, value float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, float8) IS 'the number that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value float8) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, float8) IS 'all numbers that a transform makes of a value';

CREATE FUNCTION orchard.apply(transform orchard.transform, value text) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, text) IS 'the number that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value text) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, text) IS 'all numbers that a transform makes of a value';

CREATE FUNCTION orchard.apply(transform orchard.transform, value boolean) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, boolean) IS 'the number that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value boolean) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, boolean) IS 'all numbers that a transform makes of a value';

CREATE FUNCTION orchard.apply(transform orchard.transform, value timestamptz) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, timestamptz) IS 'the number that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value timestamptz) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, timestamptz) IS 'all numbers that a transform makes of a value';

CREATE FUNCTION orchard.apply(transform orchard.transform, value anyenum) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, anyenum) IS 'the number that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value anyenum) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, anyenum) IS 'all numbers that a transform makes of a value';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, x float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, float8[]) IS 'the products of powers that a polynomial makes of its values';

CREATE FUNCTION orchard.apply(transform orchard.transform, value text, fold integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, text, integer) IS 'the encoding of a value without the rows of a fold';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value text, fold integer) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, text, integer) IS 'all encodings of a value without the rows of a fold';

CREATE FUNCTION orchard.apply(transform orchard.transform, value boolean, fold integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, boolean, integer) IS 'the encoding of a value without the rows of a fold';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value boolean, fold integer) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, boolean, integer) IS 'all encodings of a value without the rows of a fold';

CREATE FUNCTION orchard.apply(transform orchard.transform, value anyenum, fold integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_apply' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply(orchard.transform, anyenum, integer) IS 'the encoding of a value without the rows of a fold';

CREATE FUNCTION orchard.apply_array(transform orchard.transform, value anyenum, fold integer) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_array(orchard.transform, anyenum, integer) IS 'all encodings of a value without the rows of a fold';

CREATE FUNCTION orchard.apply(transform orchard.transform, "row" record) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_row' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION orchard.apply(orchard.transform, record) IS 'the numbers that a recipe makes of a row, whose columns are found by name';

CREATE FUNCTION orchard.apply(transform orchard.transform, "row" record, fold integer) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_row' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION orchard.apply(orchard.transform, record, integer) IS 'the same, with encodings of targets without the rows of a fold';

CREATE FUNCTION orchard.apply_row(transform orchard.transform, "row" record) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_row' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION orchard.apply_row(orchard.transform, record) IS 'the numbers that a recipe makes of a row, whose columns are found by name';

CREATE FUNCTION orchard.apply_row(transform orchard.transform, "row" record, fold integer) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'orchard_apply_row' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION orchard.apply_row(orchard.transform, record, integer) IS 'the same, with encodings of targets without the rows of a fold';

CREATE FUNCTION orchard.inverse(transform orchard.transform, y float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_inverse' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.inverse(orchard.transform, float8) IS 'the value that a transform makes this number of';

CREATE FUNCTION orchard.inverse_category(transform orchard.transform, place float8) RETURNS text
	AS 'MODULE_PATHNAME', 'orchard_inverse_category' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.inverse_category(orchard.transform, float8) IS 'the category at a place of an ordinal transform, NULL where there is none';

CREATE FUNCTION orchard.apply_category(transform orchard.transform, value text) RETURNS text
	AS 'MODULE_PATHNAME', 'orchard_apply_category' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.apply_category(orchard.transform, text) IS 'the category, or what fit_impute has put in place of NULL';

CREATE FUNCTION orchard.names(orchard.transform) RETURNS text[]
	AS 'MODULE_PATHNAME', 'orchard_transform_names' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.names(orchard.transform) IS 'names of the numbers that a transform gives, in their order';

CREATE FUNCTION orchard.warnings(orchard.transform) RETURNS text[]
	AS 'MODULE_PATHNAME', 'orchard_transform_warnings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.warnings(orchard.transform) IS 'what is worth knowing of a fit: approximate quantiles, empty or constant columns, pooled values';

CREATE FUNCTION orchard.transform_state_merge(orchard.transform_state, orchard.transform_state) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_transform_state_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_merge(orchard.transform_state, orchard.transform_state) IS 'both states together';

CREATE FUNCTION orchard.transform_state_final(orchard.transform_state) RETURNS orchard.transform
	AS 'MODULE_PATHNAME', 'orchard_transform_state_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.transform_state_final(orchard.transform_state) IS 'what a state has learnt';

CREATE AGGREGATE orchard.merge(orchard.transform_state) (
	SFUNC = orchard.transform_state_merge,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.transform_state) IS 'the transform that states together have learnt';

CREATE FUNCTION orchard.fit_standard_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_standard_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_standard_accum(orchard.transform_state, float8) IS 'transition function of fit_standard';

CREATE AGGREGATE orchard.fit_standard(x float8) (
	SFUNC = orchard.fit_standard_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_standard(float8) IS 'fits a transform: (x - mean) / standard deviation';

CREATE FUNCTION orchard.fit_standard_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_standard_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_standard_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_standard';

CREATE AGGREGATE orchard.fit_standard(x float8, options jsonb) (
	SFUNC = orchard.fit_standard_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_standard(float8, jsonb) IS 'fits a transform: (x - mean) / standard deviation';

CREATE FUNCTION orchard.fit_minmax_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_minmax_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_minmax_accum(orchard.transform_state, float8) IS 'transition function of fit_minmax';

CREATE AGGREGATE orchard.fit_minmax(x float8) (
	SFUNC = orchard.fit_minmax_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_minmax(float8) IS 'fits a transform: from the range of the values to [low, high]';

CREATE FUNCTION orchard.fit_minmax_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_minmax_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_minmax_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_minmax';

CREATE AGGREGATE orchard.fit_minmax(x float8, options jsonb) (
	SFUNC = orchard.fit_minmax_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_minmax(float8, jsonb) IS 'fits a transform: from the range of the values to [low, high]';

CREATE FUNCTION orchard.fit_maxabs_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_maxabs_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_maxabs_accum(orchard.transform_state, float8) IS 'transition function of fit_maxabs';

CREATE AGGREGATE orchard.fit_maxabs(x float8) (
	SFUNC = orchard.fit_maxabs_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_maxabs(float8) IS 'fits a transform: x / largest size';

CREATE FUNCTION orchard.fit_maxabs_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_maxabs_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_maxabs_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_maxabs';

CREATE AGGREGATE orchard.fit_maxabs(x float8, options jsonb) (
	SFUNC = orchard.fit_maxabs_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_maxabs(float8, jsonb) IS 'fits a transform: x / largest size';

CREATE FUNCTION orchard.fit_robust_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_robust_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_robust_accum(orchard.transform_state, float8) IS 'transition function of fit_robust';

CREATE AGGREGATE orchard.fit_robust(x float8) (
	SFUNC = orchard.fit_robust_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_robust(float8) IS 'fits a transform: (x - median) / distance of two quantiles';

CREATE FUNCTION orchard.fit_robust_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_robust_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_robust_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_robust';

CREATE AGGREGATE orchard.fit_robust(x float8, options jsonb) (
	SFUNC = orchard.fit_robust_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_robust(float8, jsonb) IS 'fits a transform: (x - median) / distance of two quantiles';

CREATE FUNCTION orchard.fit_winsor_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_winsor_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_winsor_accum(orchard.transform_state, float8) IS 'transition function of fit_winsor';

CREATE AGGREGATE orchard.fit_winsor(x float8) (
	SFUNC = orchard.fit_winsor_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_winsor(float8) IS 'fits a transform: clamped between two quantiles';

CREATE FUNCTION orchard.fit_winsor_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_winsor_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_winsor_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_winsor';

CREATE AGGREGATE orchard.fit_winsor(x float8, options jsonb) (
	SFUNC = orchard.fit_winsor_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_winsor(float8, jsonb) IS 'fits a transform: clamped between two quantiles';

CREATE FUNCTION orchard.fit_quantile_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_quantile_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_quantile_accum(orchard.transform_state, float8) IS 'transition function of fit_quantile';

CREATE AGGREGATE orchard.fit_quantile(x float8) (
	SFUNC = orchard.fit_quantile_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_quantile(float8) IS 'fits a transform: the place among the values, uniform or normal';

CREATE FUNCTION orchard.fit_quantile_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_quantile_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_quantile_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_quantile';

CREATE AGGREGATE orchard.fit_quantile(x float8, options jsonb) (
	SFUNC = orchard.fit_quantile_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_quantile(float8, jsonb) IS 'fits a transform: the place among the values, uniform or normal';

CREATE FUNCTION orchard.fit_power_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_power_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_power_accum(orchard.transform_state, float8) IS 'transition function of fit_power';

CREATE AGGREGATE orchard.fit_power(x float8) (
	SFUNC = orchard.fit_power_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_power(float8) IS 'fits a transform: the power transform of Yeo and Johnson, standardised';

CREATE FUNCTION orchard.fit_power_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_power_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_power_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_power';

CREATE AGGREGATE orchard.fit_power(x float8, options jsonb) (
	SFUNC = orchard.fit_power_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_power(float8, jsonb) IS 'fits a transform: the power transform of Yeo and Johnson, standardised';

CREATE FUNCTION orchard.fit_log1p_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_log1p_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_log1p_accum(orchard.transform_state, float8) IS 'transition function of fit_log1p';

CREATE AGGREGATE orchard.fit_log1p(x float8) (
	SFUNC = orchard.fit_log1p_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_log1p(float8) IS 'fits a transform: ln(1 + x)';

CREATE FUNCTION orchard.fit_log1p_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_log1p_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_log1p_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_log1p';

CREATE AGGREGATE orchard.fit_log1p(x float8, options jsonb) (
	SFUNC = orchard.fit_log1p_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_log1p(float8, jsonb) IS 'fits a transform: ln(1 + x)';

CREATE FUNCTION orchard.fit_signed_log_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_signed_log_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_signed_log_accum(orchard.transform_state, float8) IS 'transition function of fit_signed_log';

CREATE AGGREGATE orchard.fit_signed_log(x float8) (
	SFUNC = orchard.fit_signed_log_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_signed_log(float8) IS 'fits a transform: sign(x) ln(1 + |x|)';

CREATE FUNCTION orchard.fit_signed_log_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_signed_log_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_signed_log_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_signed_log';

CREATE AGGREGATE orchard.fit_signed_log(x float8, options jsonb) (
	SFUNC = orchard.fit_signed_log_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_signed_log(float8, jsonb) IS 'fits a transform: sign(x) ln(1 + |x|)';

CREATE FUNCTION orchard.fit_bins_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_bins_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_bins_accum(orchard.transform_state, float8) IS 'transition function of fit_bins';

CREATE AGGREGATE orchard.fit_bins(x float8) (
	SFUNC = orchard.fit_bins_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_bins(float8) IS 'fits a transform: number of the bin';

CREATE FUNCTION orchard.fit_bins_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_bins_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_bins_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_bins';

CREATE AGGREGATE orchard.fit_bins(x float8, options jsonb) (
	SFUNC = orchard.fit_bins_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_bins(float8, jsonb) IS 'fits a transform: number of the bin';

CREATE FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_cyclic_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, float8) IS 'transition function of fit_cyclic';

CREATE AGGREGATE orchard.fit_cyclic(x float8) (
	SFUNC = orchard.fit_cyclic_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_cyclic(float8) IS 'fits a transform: sine and cosine of the phase';

CREATE FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_cyclic_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_cyclic';

CREATE AGGREGATE orchard.fit_cyclic(x float8, options jsonb) (
	SFUNC = orchard.fit_cyclic_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_cyclic(float8, jsonb) IS 'fits a transform: sine and cosine of the phase';

CREATE FUNCTION orchard.fit_impute_accum(orchard.transform_state, float8) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_impute_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_impute_accum(orchard.transform_state, float8) IS 'transition function of fit_impute';

CREATE AGGREGATE orchard.fit_impute(x float8) (
	SFUNC = orchard.fit_impute_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_impute(float8) IS 'fits a transform: a value in place of NULL and NaN';

CREATE FUNCTION orchard.fit_impute_accum(orchard.transform_state, float8, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_impute_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_impute_accum(orchard.transform_state, float8, jsonb) IS 'transition function of fit_impute';

CREATE AGGREGATE orchard.fit_impute(x float8, options jsonb) (
	SFUNC = orchard.fit_impute_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_impute(float8, jsonb) IS 'fits a transform: a value in place of NULL and NaN';

CREATE FUNCTION orchard.fit_impute_accum(orchard.transform_state, text) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_impute_text_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_impute_accum(orchard.transform_state, text) IS 'transition function of fit_impute';

CREATE AGGREGATE orchard.fit_impute(category text) (
	SFUNC = orchard.fit_impute_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_impute(text) IS 'fits a transform: a category in place of NULL';

CREATE FUNCTION orchard.fit_impute_accum(orchard.transform_state, text, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_impute_text_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_impute_accum(orchard.transform_state, text, jsonb) IS 'transition function of fit_impute';

CREATE AGGREGATE orchard.fit_impute(category text, options jsonb) (
	SFUNC = orchard.fit_impute_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_impute(text, jsonb) IS 'fits a transform: a category in place of NULL';

CREATE FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, timestamptz, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_cyclic_time_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_cyclic_accum(orchard.transform_state, timestamptz, jsonb) IS 'transition function of fit_cyclic over times';

CREATE AGGREGATE orchard.fit_cyclic(x timestamptz, options jsonb) (
	SFUNC = orchard.fit_cyclic_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_cyclic(timestamptz, jsonb) IS 'fits a transform: sine and cosine of the time of day, week or year';

CREATE FUNCTION orchard.fit_polynomial_accum(orchard.transform_state, float8[]) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_polynomial_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_polynomial_accum(orchard.transform_state, float8[]) IS 'transition function of fit_polynomial';

CREATE AGGREGATE orchard.fit_polynomial(x float8[]) (
	SFUNC = orchard.fit_polynomial_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_polynomial(float8[]) IS 'fits a transform: products of powers of several values';

CREATE FUNCTION orchard.fit_polynomial_accum(orchard.transform_state, float8[], jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_polynomial_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_polynomial_accum(orchard.transform_state, float8[], jsonb) IS 'transition function of fit_polynomial';

CREATE AGGREGATE orchard.fit_polynomial(x float8[], options jsonb) (
	SFUNC = orchard.fit_polynomial_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_polynomial(float8[], jsonb) IS 'fits a transform: products of powers of several values';

CREATE FUNCTION orchard.fit_onehot_accum(orchard.transform_state, "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_onehot_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_onehot_accum(orchard.transform_state, "any") IS 'transition function of fit_onehot';

CREATE AGGREGATE orchard.fit_onehot(category "any") (
	SFUNC = orchard.fit_onehot_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_onehot("any") IS 'fits a transform: an indicator for each category';

CREATE FUNCTION orchard.fit_onehot_accum(orchard.transform_state, "any", jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_onehot_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_onehot_accum(orchard.transform_state, "any", jsonb) IS 'transition function of fit_onehot';

CREATE AGGREGATE orchard.fit_onehot(category "any", options jsonb) (
	SFUNC = orchard.fit_onehot_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_onehot("any", jsonb) IS 'fits a transform: an indicator for each category';

CREATE FUNCTION orchard.fit_ordinal_accum(orchard.transform_state, "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_ordinal_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_ordinal_accum(orchard.transform_state, "any") IS 'transition function of fit_ordinal';

CREATE AGGREGATE orchard.fit_ordinal(category "any") (
	SFUNC = orchard.fit_ordinal_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_ordinal("any") IS 'fits a transform: place of the category';

CREATE FUNCTION orchard.fit_ordinal_accum(orchard.transform_state, "any", jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_ordinal_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_ordinal_accum(orchard.transform_state, "any", jsonb) IS 'transition function of fit_ordinal';

CREATE AGGREGATE orchard.fit_ordinal(category "any", options jsonb) (
	SFUNC = orchard.fit_ordinal_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_ordinal("any", jsonb) IS 'fits a transform: place of the category';

CREATE FUNCTION orchard.fit_frequency_accum(orchard.transform_state, "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_frequency_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_frequency_accum(orchard.transform_state, "any") IS 'transition function of fit_frequency';

CREATE AGGREGATE orchard.fit_frequency(category "any") (
	SFUNC = orchard.fit_frequency_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_frequency("any") IS 'fits a transform: share of the category';

CREATE FUNCTION orchard.fit_frequency_accum(orchard.transform_state, "any", jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_frequency_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_frequency_accum(orchard.transform_state, "any", jsonb) IS 'transition function of fit_frequency';

CREATE AGGREGATE orchard.fit_frequency(category "any", options jsonb) (
	SFUNC = orchard.fit_frequency_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_frequency("any", jsonb) IS 'fits a transform: share of the category';

CREATE FUNCTION orchard.fit_hash_accum(orchard.transform_state, "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_hash_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_hash_accum(orchard.transform_state, "any") IS 'transition function of fit_hash';

CREATE AGGREGATE orchard.fit_hash(category "any") (
	SFUNC = orchard.fit_hash_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_hash("any") IS 'fits a transform: indicator of the bucket of the hash';

CREATE FUNCTION orchard.fit_hash_accum(orchard.transform_state, "any", jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_hash_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_hash_accum(orchard.transform_state, "any", jsonb) IS 'transition function of fit_hash';

CREATE AGGREGATE orchard.fit_hash(category "any", options jsonb) (
	SFUNC = orchard.fit_hash_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_hash("any", jsonb) IS 'fits a transform: indicator of the bucket of the hash';

CREATE FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_target_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any") IS 'transition function of fit_target';

CREATE AGGREGATE orchard.fit_target(category "any", target "any") (
	SFUNC = orchard.fit_target_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_target("any", "any") IS 'fits a transform: mean target of the category, drawn to that of all';

CREATE FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any", integer) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_target_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any", integer) IS 'transition function of fit_target';

CREATE AGGREGATE orchard.fit_target(category "any", target "any", fold integer) (
	SFUNC = orchard.fit_target_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_target("any", "any", integer) IS 'fits a transform: mean target of the category, drawn to that of all';

CREATE FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any", integer, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_target_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_target_accum(orchard.transform_state, "any", "any", integer, jsonb) IS 'transition function of fit_target';

CREATE AGGREGATE orchard.fit_target(category "any", target "any", fold integer, options jsonb) (
	SFUNC = orchard.fit_target_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_target("any", "any", integer, jsonb) IS 'fits a transform: mean target of the category, drawn to that of all';

CREATE FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any") RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_woe_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any") IS 'transition function of fit_woe';

CREATE AGGREGATE orchard.fit_woe(category "any", target "any") (
	SFUNC = orchard.fit_woe_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_woe("any", "any") IS 'fits a transform: weight of evidence of the category';

CREATE FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any", integer) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_woe_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any", integer) IS 'transition function of fit_woe';

CREATE AGGREGATE orchard.fit_woe(category "any", target "any", fold integer) (
	SFUNC = orchard.fit_woe_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_woe("any", "any", integer) IS 'fits a transform: weight of evidence of the category';

CREATE FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any", integer, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_woe_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_woe_accum(orchard.transform_state, "any", "any", integer, jsonb) IS 'transition function of fit_woe';

CREATE AGGREGATE orchard.fit_woe(category "any", target "any", fold integer, options jsonb) (
	SFUNC = orchard.fit_woe_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_woe("any", "any", integer, jsonb) IS 'fits a transform: weight of evidence of the category';

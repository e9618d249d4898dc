-- prep_recipe.sql: many transforms fitted in one scan.

CREATE FUNCTION orchard.fit_recipe_accum(orchard.transform_state, record, jsonb) RETURNS orchard.transform_state
	AS 'MODULE_PATHNAME', 'orchard_fit_recipe_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.fit_recipe_accum(orchard.transform_state, record, jsonb) IS 'transition function of fit_recipe';

CREATE AGGREGATE orchard.fit_recipe("row" record, spec jsonb) (
	SFUNC = orchard.fit_recipe_accum,
	STYPE = orchard.transform_state,
	SSPACE = 4096,
	FINALFUNC = orchard.transform_state_final,
	COMBINEFUNC = orchard.transform_state_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.fit_recipe(record, jsonb) IS 'fits transforms to the columns of a row in one scan; spec: [{"columns": [...], "transform": "standard", ...}, ...]';

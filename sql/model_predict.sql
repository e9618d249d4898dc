-- model_predict.sql: scoring by value.

CREATE FUNCTION orchard.predict(model orchard.model, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict(orchard.model, "any")
IS 'the predicted value, or the probability of the positive class, for a row (by name), a float array, or one argument a feature';

CREATE FUNCTION orchard.predict_class(model orchard.model, VARIADIC features "any") RETURNS text
AS 'MODULE_PATHNAME', 'orchard_predict_class' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_class(orchard.model, "any")
IS 'the likelier class; NULL where a feature is NaN';

CREATE FUNCTION orchard.predict_proba(model orchard.model, VARIADIC features "any") RETURNS float8[]
AS 'MODULE_PATHNAME', 'orchard_predict_proba' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_proba(orchard.model, "any")
IS 'the probability of each class, in the order of orchard.classes(model)';

CREATE FUNCTION orchard.probability(model orchard.model, class text, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_probability' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.probability(orchard.model, text, "any")
IS 'the probability of one class by its name';

-- Of one argument with a known type, for drivers whose parameters have none.

CREATE FUNCTION orchard.predict_values(model orchard.model, "values" jsonb) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict_values' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_values(orchard.model, jsonb)
IS 'predict for a JSON object, by the names of the features, or a JSON array, in their order';

CREATE FUNCTION orchard.predict_array(model orchard.model, features float8[]) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_array(orchard.model, float8[])
IS 'predict for one array of the numbers, in the order of orchard.features(model)';

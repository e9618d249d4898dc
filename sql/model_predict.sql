-- model_predict.sql: scoring by value.

CREATE FUNCTION orchard.predict_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'orchard_predict_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.predict_support(internal)
IS 'support function of what scores rows: the planner replaces a row of a table by the columns that the model reads';

CREATE FUNCTION orchard.predict(model orchard.model, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict(orchard.model, "any")
IS 'the predicted value, or the probability of the positive class, for a row (by name), a float array, or one argument a feature';

CREATE FUNCTION orchard.predict_class(model orchard.model, VARIADIC features "any") RETURNS text
AS 'MODULE_PATHNAME', 'orchard_predict_class' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict_class(orchard.model, "any")
IS 'the likelier class; NULL where a feature is NaN';

CREATE FUNCTION orchard.predict_proba(model orchard.model, VARIADIC features "any") RETURNS float8[]
AS 'MODULE_PATHNAME', 'orchard_predict_proba' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict_proba(orchard.model, "any")
IS 'the probability of each class, in the order of orchard.classes(model)';

CREATE FUNCTION orchard.probability(model orchard.model, class text, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_probability' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.probability(orchard.model, text, "any")
IS 'the probability of one class by its name';

-- Of columns with their names: what predict_support makes of the scores of a row.

CREATE FUNCTION orchard.predict_columns(model orchard.model, names text[], VARIADIC columns "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict_columns' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_columns(orchard.model, text[], "any")
IS 'predict for columns under these names: what the planner makes of predict(model, t) where it need not form the row';

CREATE FUNCTION orchard.predict_class_columns(model orchard.model, names text[], VARIADIC columns "any") RETURNS text
AS 'MODULE_PATHNAME', 'orchard_predict_class_columns' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_class_columns(orchard.model, text[], "any")
IS 'predict_class for columns under these names: what the planner makes of predict_class(model, t) where it need not form the row';

CREATE FUNCTION orchard.predict_proba_columns(model orchard.model, names text[], VARIADIC columns "any") RETURNS float8[]
AS 'MODULE_PATHNAME', 'orchard_predict_proba_columns' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_proba_columns(orchard.model, text[], "any")
IS 'predict_proba for columns under these names: what the planner makes of predict_proba(model, t) where it need not form the row';

CREATE FUNCTION orchard.probability_columns(model orchard.model, class text, names text[], VARIADIC columns "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_probability_columns' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.probability_columns(orchard.model, text, text[], "any")
IS 'probability for columns under these names: what the planner makes of probability(model, class, t) where it need not form the row';

-- Of one argument with a known type, for drivers whose parameters have none.

CREATE FUNCTION orchard.predict_values(model orchard.model, "values" jsonb) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict_values' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_values(orchard.model, jsonb)
IS 'predict for a JSON object, by the names of the features, or a JSON array, in their order';

CREATE FUNCTION orchard.predict_array(model orchard.model, features float8[]) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_array(orchard.model, float8[])
IS 'predict for one array of the numbers, in the order of orchard.features(model)';

-- How far a prediction may be off.

CREATE TYPE orchard.prediction_interval AS (
	prediction float8,
	std_error float8,
	mean_low float8,
	mean_high float8,
	observation_low float8,
	observation_high float8
);
COMMENT ON TYPE orchard.prediction_interval IS 'a prediction of a linear model with its confidence and prediction intervals, what orchard.predict_interval gives';
COMMENT ON COLUMN orchard.prediction_interval.prediction IS 'what orchard.predict gives: the value, or the probability of the positive class';
COMMENT ON COLUMN orchard.prediction_interval.std_error IS 'its standard error: of the mean, or of the probability (delta method)';
COMMENT ON COLUMN orchard.prediction_interval.mean_low IS 'lower end of the confidence interval of the mean over all rows with these features, or of the probability';
COMMENT ON COLUMN orchard.prediction_interval.mean_high IS 'its upper end';
COMMENT ON COLUMN orchard.prediction_interval.observation_low IS 'lower end of the prediction interval, which one new row with these features and weight 1 falls into; NULL but for linear regression';
COMMENT ON COLUMN orchard.prediction_interval.observation_high IS 'its upper end';

CREATE FUNCTION orchard.predict_interval(model orchard.model, confidence float8, VARIADIC features "any")
	RETURNS orchard.prediction_interval
AS 'MODULE_PATHNAME', 'orchard_predict_interval' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_interval(orchard.model, float8, "any")
IS 'the prediction of a linear model with the confidence interval of the mean and the prediction interval of one observation; confidence 0.95 for 95 %';

CREATE FUNCTION orchard.predict_class_intervals(model orchard.model, confidence float8, VARIADIC features "any",
	OUT class text, OUT probability float8, OUT std_error float8, OUT conf_low float8, OUT conf_high float8)
	RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_predict_class_intervals' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
COMMENT ON FUNCTION orchard.predict_class_intervals(orchard.model, float8, "any")
IS 'the probability of each class by a logistic regression, with its standard error and confidence interval; confidence 0.95 for 95 %';

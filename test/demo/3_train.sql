-- 3_train.sql: will this flight be more than half an hour late?  Learn it from January to October.

-- The aggregate reads the rows themselves: each column that is not excluded is a feature, numbers
-- as they are, text as categories; a NULL takes the mean of its column.  What comes out is a value
-- like any other, so it is kept in a table like any other.
\echo 'A logistic model of ten months'
\timing on
CREATE TABLE delay_model AS
SELECT orchard.fit(e, 'late', '{"algorithm": "logistic_regression", "exclude": ["id", "scheduled_at", "month"]}') AS model
FROM example AS e
WHERE month <= 10;
\timing off

-- What matters most, by the z statistic.  An estimate is the change of the log odds for one unit of
-- the feature: one minute, one mile, one degree Fahrenheit.
SELECT
	term,
	round(estimate::numeric, 5) AS estimate,
	round(std_error::numeric, 5) AS std_error,
	round(statistic::numeric, 1) AS z
FROM delay_model, orchard.coefficients(model)
ORDER BY abs(statistic) DESC
LIMIT 15;

-- The same months with a recipe, which is fitted with the model and kept inside it.  The route, one
-- of 224, becomes the share of late flights on it: in training that of the other folds, so that no
-- flight sees its own outcome, and that of all ten months when a flight is scored.  Hour and recent
-- delays matter together, and hours since the last long delay by their logarithm.  What the recipe
-- does not name is a feature as before.
CREATE VIEW routed_example AS
SELECT e.*, f.route, hashint8(e.id) & 7 AS fold FROM example AS e JOIN flight AS f USING (id);
\echo 'A model with a recipe inside'
\timing on
CREATE TABLE recipe_model AS
SELECT orchard.fit(e, 'late', '{"algorithm": "logistic_regression", "exclude": ["id", "scheduled_at", "month"], "preprocess": [
	{"columns": ["route", "carrier"], "transform": "target", "fold": "fold"},
	{"columns": ["hour", "carrier_avg_3h"], "transform": "polynomial"},
	{"columns": ["carrier_hours_since_long", "route_hours_since_long", "tail_hours_since_long", "precip"], "transform": "log1p"}]}') AS model
FROM routed_example AS e
WHERE month <= 10;
\timing off

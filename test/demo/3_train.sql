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

-- 4_score.sql: how good is it on the two months that it has not seen?

-- The AUC is the chance that a late flight gets a higher score than a punctual one.  The scheduled
-- hour alone is not bad: delays pile up over the day.
\echo 'Every flight of November and December'
\timing on
CREATE TABLE auc AS
SELECT
	orchard.roc_auc(late, hour) AS scheduled_hour,
	orchard.roc_auc(late, orchard.predict((SELECT model FROM delay_model), e)) AS model
FROM example AS e
WHERE month >= 11;
\timing off

-- The model with the recipe gets the columns as they are, and neither the target nor the fold.
ALTER TABLE auc ADD COLUMN recipe float8;
UPDATE auc SET recipe =
(
	SELECT orchard.roc_auc(late, orchard.predict((SELECT model FROM recipe_model), e))
	FROM routed_example AS e
	WHERE month >= 11
);

SELECT
	round(scheduled_hour::numeric, 4) AS scheduled_hour,
	round(model::numeric, 4) AS model,
	round(recipe::numeric, 4) AS recipe
FROM auc;

DO $$
BEGIN
	ASSERT (SELECT model > scheduled_hour + 0.05 FROM auc), 'the model must beat the scheduled hour';
	ASSERT (SELECT recipe > model + 0.005 FROM auc), 'the recipe must be worth having';
END
$$;

-- The riskiest departures of one day, each scored as its row is read.
\echo 'The riskiest flights of 5 December'
\timing on
SELECT
	to_char(f.scheduled_at AT TIME ZONE 'America/New_York', 'HH24:MI') AS leaves,
	f.carrier || ' ' || f.flight AS flight,
	f.route,
	round(orchard.predict((SELECT model FROM delay_model), e)::numeric, 3) AS risk,
	f.arr_delay AS minutes_late
FROM example AS e
JOIN flight AS f USING (id)
WHERE f.month = 12 AND f.day = 5
ORDER BY risk DESC
LIMIT 10;
\timing off

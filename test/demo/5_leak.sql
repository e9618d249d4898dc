-- 5_leak.sql: the same again with a mistake in it, because the mistake looks like success.

-- Here a flight's delay counts from the moment it was due to leave, as it does for whoever sorts a
-- table of flights by departure and looks at "the flights before".  Many of those are still in the
-- air.  Nothing but this one line differs from the view of step 2.
CREATE VIEW leaky_event AS
SELECT scheduled_at AS at, id, carrier, route, tailnum, NULL::float8 AS delay
FROM flight
UNION ALL
SELECT scheduled_at + interval '1 second', NULL, carrier, route, tailnum, arr_delay
FROM flight
WHERE landed_at IS NOT NULL;

\set events leaky_event
\set features leaky_history
\echo 'The same features without the landing rule'
\ir rolling.sql

CREATE TABLE leaky_example AS
SELECT *
FROM departure
JOIN leaky_history USING (id)
WHERE late IS NOT NULL;

\echo 'The same model of them'
\timing on
CREATE TABLE leaky_model AS
SELECT orchard.fit(e, 'late', '{"algorithm": "logistic_regression", "exclude": ["id", "scheduled_at", "month"]}') AS model
FROM leaky_example AS e
WHERE month <= 10;
\timing off

ALTER TABLE auc ADD COLUMN leak float8;
UPDATE auc SET leak =
(
	SELECT orchard.roc_auc(late, orchard.predict((SELECT model FROM leaky_model), e))
	FROM leaky_example AS e
	WHERE month >= 11
);

-- It is better by far, and no use at all: at the gate nobody has these figures.
SELECT
	round(scheduled_hour::numeric, 4) AS scheduled_hour,
	round(model::numeric, 4) AS model,
	round(leak::numeric, 4) AS leak
FROM auc;

DO $$
BEGIN
	ASSERT (SELECT leak > model + 0.02 FROM auc), 'the leak must show';
END
$$;

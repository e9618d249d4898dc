-- Registered models: names, versions, aliases, grants, and scoring by name.
--
-- Version k of a model predicts k * (1 + 2 * x), trained on rows that follow it exactly, so every
-- score tells which version gave it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE ROLE regress_ann;
CREATE ROLE regress_bob;
CREATE ROLE regress_eve;
CREATE ROLE regress_team;
GRANT regress_team TO regress_ann;
CREATE TABLE ground AS SELECT i::float8 AS x FROM generate_series(1, 9) AS i;
CREATE FUNCTION line(k int) RETURNS orchard.model LANGUAGE sql AS
$$ SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, k * (1 + 2 * x) AS y FROM ground) AS t $$;
GRANT SELECT ON ground TO PUBLIC;

-- Versions count from 1, each name of each owner for itself.
SET ROLE regress_ann;
SELECT orchard.register('churn', line(1)), orchard.register('churn', line(2)), orchard.register('fraud', line(1));
SELECT orchard.register('regress_team.churn', line(7));
SELECT owner, name, versions, latest_version, champion_version, granted_to FROM orchard.models ORDER BY 1, 2;
SELECT owner, name, version, algorithm, target, rows, warnings, aliases, registered_by,
	digest = orchard.model_digest(line(CASE owner WHEN 'regress_team' THEN 7 ELSE version END)) AS right_digest
FROM orchard.versions ORDER BY 1, 2, 3;
SET ROLE regress_bob;
SELECT orchard.register('churn', line(1));
SELECT owner, name, versions FROM orchard.models;
RESET ROLE;
SELECT owner, name, versions FROM orchard.models ORDER BY 1, 2;

-- What is refused.
SET ROLE regress_bob;
\set VERBOSITY sqlstate
SELECT orchard.register('regress_ann.churn', line(1));
SELECT orchard.register('regress_ann.nothing', line(1));
SELECT orchard.register('regress_nobody.churn', line(1));
SELECT orchard.register('churn@3', line(1));
SELECT orchard.register('', line(1));
SELECT orchard.register('3', line(1));
SELECT orchard.register('a b', line(1));
SELECT orchard.register(repeat('a', 64), line(1));
SELECT orchard.register(NULL, line(1));
SELECT orchard.register('churn', NULL);
SELECT * FROM orchard.registry_model;
SELECT * FROM orchard.registry_version;
SELECT * FROM orchard.registry_deployment;
SELECT * FROM orchard.registry_grant;
INSERT INTO orchard.registry_grant VALUES ('churn', 'regress_ann', 'regress_bob', now(), 'regress_ann');
\set VERBOSITY default
SELECT orchard.register('chu rn', line(1));
RESET ROLE;

DROP OWNED BY regress_ann, regress_bob, regress_eve, regress_team;
DELETE FROM orchard.registry_model WHERE owner LIKE 'regress\_%';
DROP FUNCTION line(int);
DROP TABLE ground;
DROP ROLE regress_ann, regress_bob, regress_eve, regress_team;

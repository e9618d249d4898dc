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
GRANT CREATE ON SCHEMA public TO regress_ann, regress_eve;

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

-- A name alone means the latest version, and the champion once there is one.
SET ROLE regress_ann;
CREATE FUNCTION factor(name text) RETURNS numeric LANGUAGE sql STABLE
AS $$ SELECT round((orchard.predict(name, g) / (1 + 2 * g.x))::numeric, 9) FROM ground AS g WHERE x = 3 $$;
SELECT orchard.register('churn', line(3));
SELECT factor('churn') AS latest, factor('churn@1') AS version_1, factor('regress_ann.churn@2') AS version_2;
SELECT orchard.deploy('churn', 1);
SELECT orchard.register('churn', line(4));
SELECT factor('churn') AS champion, factor('churn@champion') AS alias, factor('churn@4') AS latest;
SELECT orchard.deploy('churn', 4, 'challenger');
SELECT factor('churn'), factor('churn@challenger');
SELECT bool_and(abs(orchard.predict('churn@3', x) - 3 * (1 + 2 * x)) < 1e-9) AS positional,
	bool_and(abs(orchard.predict('churn@3', ARRAY[x]) - 3 * (1 + 2 * x)) < 1e-9) AS array,
	bool_and(abs(orchard.predict('churn@3', VARIADIC ARRAY[x]) - 3 * (1 + 2 * x)) < 1e-9) AS variadic,
	bool_and(abs(orchard.predict('churn@' || v, g) - v * (1 + 2 * x)) < 1e-9) AS a_name_a_row,
	bool_and(abs(orchard.predict(CASE v WHEN 2 THEN NULL ELSE 'churn@' || v END, g) - v * (1 + 2 * x)) < 1e-9) AS a_null_name,
	count(orchard.predict(NULL, g)) AS null_name, count(orchard.predict('churn', NULL::ground)) AS null_row,
	bool_and(abs(orchard.predict('churn'::varchar, g) - (1 + 2 * x)) < 1e-9
		AND abs(orchard.predict('churn'::name, g) - (1 + 2 * x)) < 1e-9) AS kinds_of_text
FROM ground AS g, generate_series(1, 4) AS v;
SELECT orchard.load_model('churn@2') OPERATOR(orchard.=) line(2) AS right_model, orchard.load_model('churn') OPERATOR(orchard.=) line(1) AS champion,
	orchard.load_model(NULL) IS NULL AS null_name;

-- Deploying goes on, rolling back goes the same way back; the history keeps all of it.
SELECT orchard.deploy('churn', 2), orchard.deploy('churn', 2), orchard.deploy('churn', 3);
SELECT factor('churn') AS three;
SELECT orchard.rollback('churn'), factor('churn') AS before_the_statement;
SELECT factor('churn') AS two;
SELECT orchard.rollback('churn');
SELECT factor('churn') AS one;
\set VERBOSITY sqlstate
SELECT orchard.rollback('churn');
\set VERBOSITY default
SELECT orchard.deploy('churn', 3), orchard.deploy('churn', 2);
SELECT alias, number, version, deployed_by FROM orchard.deployments WHERE name = 'churn' ORDER BY number;
SELECT owner, name, alias, version, deployed_by FROM orchard.aliases ORDER BY 1, 2, 3;
SELECT version, aliases FROM orchard.versions WHERE owner = 'regress_ann' AND name = 'churn' ORDER BY 1;

-- An alias can be taken away, and come back; rolling back passes dropped versions over.
SELECT orchard.undeploy('churn', 'challenger'), orchard.undeploy('churn');
SELECT factor('churn') AS latest;
SELECT orchard.rollback('churn');
SELECT factor('churn') AS two;
SELECT orchard.drop_model('churn', 3);
SELECT orchard.rollback('churn');
SELECT factor('churn') AS one;

-- Dropping: a deployed version stays, a number does not return, and the latest is what is left.
SELECT orchard.drop_model('churn', 1);
SELECT orchard.drop_model('churn', 4);
SELECT orchard.register('churn', line(5));
SELECT factor('churn@5') AS five, factor('churn') AS one;
SELECT orchard.drop_model('churn', 5), orchard.undeploy('churn');
SELECT factor('churn') AS two;
SELECT orchard.drop_model('churn', 2), orchard.drop_model('churn', 1);
\set VERBOSITY sqlstate
SELECT factor('churn');
\set VERBOSITY default
SELECT name, versions, latest_version FROM orchard.models WHERE name = 'churn' AND owner = 'regress_ann';
SELECT orchard.drop_model('churn');
SELECT orchard.register('churn', line(1)), orchard.register('churn', line(2)), orchard.deploy('churn', 2);

-- Errors.
SELECT orchard.predict('churn@7', 1);
SELECT orchard.predict('churn@nobody', 1);
SELECT orchard.predict('nothing', 1);
SELECT orchard.predict('\x4f524348', 1);
\set VERBOSITY sqlstate
SELECT orchard.predict('', 1);
SELECT orchard.predict('churn@', 1);
SELECT orchard.predict('churn@0', 1);
SELECT orchard.predict('churn@01', 1);
SELECT orchard.predict('churn@99999999999999', 1);
SELECT orchard.predict('.churn', 1);
SELECT orchard.predict('churn.', 1);
SELECT orchard.predict(repeat('a', 64) || '.churn', 1);
SELECT orchard.predict(repeat('churn', 100000), 1);
SELECT orchard.predict('churn', 1, 2);
SELECT orchard.deploy('churn', 7);
SELECT orchard.deploy('churn', 0);
SELECT orchard.deploy('churn', 1, 'no name');
SELECT orchard.deploy('churn', NULL);
SELECT orchard.deploy('churn@2', 2);
SELECT orchard.deploy('churn', 1, '2');
SELECT orchard.deploy('churn', 1, NULL);
SELECT orchard.undeploy('churn', 'nobody');
SELECT orchard.rollback('churn', 'nobody');
SELECT orchard.drop_model('churn', 7);
SELECT orchard.drop_model(NULL);
SELECT orchard.predict_class('churn', 1);
SELECT orchard.probability('churn', 'yes', 1);
\set VERBOSITY default

-- A grant lets a role see and use a model, and nothing more.
SELECT orchard.grant_model('churn', 'regress_bob'), orchard.grant_model('churn', 'regress_bob');
SELECT granted_to FROM orchard.models WHERE owner = 'regress_ann' AND name = 'churn';
GRANT EXECUTE ON FUNCTION factor(text) TO PUBLIC;
SET ROLE regress_bob;
SELECT factor('churn') AS own, factor('regress_ann.churn') AS granted;
SELECT owner, name, versions, granted_to FROM orchard.models ORDER BY 1, 2;
SELECT owner, name, version, aliases FROM orchard.versions ORDER BY 1, 2, 3;
SELECT orchard.drop_model('churn');
SELECT factor('churn') AS granted;
SELECT orchard.load_model('churn') OPERATOR(orchard.=) line(2) AS loads;
\set VERBOSITY sqlstate
SELECT orchard.deploy('churn', 1);
SELECT orchard.rollback('churn');
SELECT orchard.undeploy('churn');
SELECT orchard.drop_model('churn');
SELECT orchard.drop_model('regress_ann.churn', 1);
SELECT orchard.grant_model('churn', 'regress_eve');
SELECT orchard.revoke_model('churn', 'regress_bob');

-- Without a grant a model is as if it did not exist.
\set VERBOSITY default
SET ROLE regress_eve;
SELECT factor('churn');
SELECT factor('regress_ann.churn');
SELECT factor('regress_ann.nothing');
SELECT orchard.load_model('regress_ann.churn@1');
SELECT orchard.deploy('regress_ann.churn', 1);
SELECT orchard.grant_model('regress_ann.churn', 'regress_eve');
SELECT count(*) FROM orchard.models;
SELECT count(*) FROM orchard.versions;
SELECT count(*) FROM orchard.aliases;
SELECT count(*) FROM orchard.deployments;
-- Not even EXPLAIN ANALYZE counts what a condition finds among the models of others.
CREATE FUNCTION removed(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		IF line LIKE '%Rows Removed%' THEN RETURN NEXT trim(line); END IF;
	END LOOP;
END $$;
SELECT (SELECT array_agg(r) FROM removed($$SELECT FROM orchard.versions WHERE name = 'churn'$$) AS r)
	IS NOT DISTINCT FROM (SELECT array_agg(r) FROM removed($$SELECT FROM orchard.versions WHERE name = 'nothing'$$) AS r) AS same;
DROP FUNCTION removed;

-- Ambiguity is an error that names only what the role may use; the owner resolves it.
SET ROLE regress_ann;
SELECT orchard.grant_model('churn', 'public');
RESET ROLE;
GRANT regress_team TO regress_eve;
SET ROLE regress_eve;
SELECT factor('churn');
SELECT factor('regress_team.churn') AS team, factor('regress_ann.churn') AS public;
SELECT orchard.register('churn', line(9));
SELECT factor('churn') AS own;
SET ROLE regress_ann;
SELECT orchard.revoke_model('churn', 'public'), orchard.revoke_model('churn', 'regress_nobody');
SELECT orchard.grant_model('churn', 'regress_nobody');
SELECT orchard.grant_model('churn', 'regress_team');
SET ROLE regress_eve;
SELECT factor('regress_ann.churn') AS granted_to_team;
RESET ROLE;
-- A membership without its rights is none, and a role without its own name neither.
REVOKE regress_team FROM regress_eve;
ALTER ROLE regress_eve NOINHERIT;
GRANT regress_team TO regress_eve;
SET ROLE regress_eve;
SELECT factor('regress_ann.churn');
SET ROLE regress_team;
SELECT factor('churn') AS team;
RESET ROLE;
SELECT orchard.has_role_rights('regress_nobody') AS superuser, orchard.has_role_rights('public'), orchard.has_role_rights(NULL);
SET ROLE regress_bob;
SELECT orchard.has_role_rights('regress_nobody'), orchard.has_role_rights('regress_ann'), orchard.has_role_rights('regress_bob');
RESET ROLE;

-- One call site over changes: plpgsql keeps it for the whole transaction, by whatever role it runs.
SET ROLE regress_ann;
CREATE FUNCTION in_a_loop() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen text := '';
	a_row ground;
BEGIN
	SELECT * INTO a_row FROM ground WHERE x = 1;
	FOR i IN 1 .. 8 LOOP
		seen := seen || ' ' || round(orchard.predict('churn', a_row)::numeric / 3);
		CASE i
			WHEN 1 THEN PERFORM orchard.deploy('churn', 1);
			WHEN 2 THEN
				BEGIN
					PERFORM orchard.deploy('churn', 2);
					seen := seen || ' (' || round(orchard.predict('churn', a_row)::numeric / 3) || ')';
					RAISE division_by_zero;
				EXCEPTION WHEN division_by_zero THEN NULL;
				END;
			WHEN 3 THEN PERFORM orchard.register('churn', line(6)), orchard.undeploy('churn');
			WHEN 4 THEN
				BEGIN
					PERFORM orchard.drop_model('churn');
					PERFORM orchard.predict('regress_ann.churn', a_row);
				EXCEPTION WHEN undefined_object THEN seen := seen || ' (gone)';
				END;
			WHEN 5 THEN PERFORM orchard.rollback('churn');
			WHEN 6 THEN PERFORM orchard.deploy('churn', 3);
			ELSE NULL;
		END CASE;
	END LOOP;
	RETURN seen;
END $$;
SELECT in_a_loop();
CREATE FUNCTION as_owner(x float8) RETURNS float8 LANGUAGE sql SECURITY DEFINER AS $$ SELECT orchard.predict('churn', x) / 3 $$;
CREATE FUNCTION as_owner_plpgsql(x float8) RETURNS float8 LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN orchard.predict('churn', x) / 3; END $$;
SET ROLE regress_bob;
SELECT orchard.register('churn', line(8));
SELECT round(as_owner(1)) AS ann, round(as_owner_plpgsql(1)) AS ann, round(orchard.predict('churn', 1) / 3) AS bob;
RESET ROLE;
CREATE FUNCTION by_role() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen text := '';
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['ann', 'bob', 'ann', 'team', 'bob'] LOOP
		EXECUTE 'SET LOCAL ROLE regress_' || role;
		seen := seen || ' ' || round(orchard.predict('churn', 1) / 3);
	END LOOP;
	RETURN seen;
END $$;
SELECT by_role();

-- Prepared statements with generic plans, and rollback of a transaction.
SET ROLE regress_ann;
SET plan_cache_mode = force_generic_plan;
PREPARE score(float8) AS SELECT round(orchard.predict('churn', $1) / 3) AS factor;
EXECUTE score(1);
SELECT orchard.deploy('churn', 1);
EXECUTE score(1);
BEGIN;
SELECT orchard.deploy('churn', 2);
EXECUTE score(1);
ROLLBACK;
EXECUTE score(1);
BEGIN ISOLATION LEVEL REPEATABLE READ;
EXECUTE score(1);
SELECT orchard.deploy('churn', 2);
EXECUTE score(1);
SAVEPOINT a;
SELECT orchard.deploy('churn', 3);
EXECUTE score(1);
ROLLBACK TO a;
EXECUTE score(1);
DECLARE c CURSOR FOR SELECT round(orchard.predict('churn', x) / (1 + 2 * x)) AS cursor FROM ground;
FETCH 1 FROM c;
SELECT orchard.deploy('churn', 1);
FETCH 1 FROM c;
EXECUTE score(1);
FETCH 1 FROM c;
COMMIT;
RESET plan_cache_mode;
DEALLOCATE score;

-- A model that is dropped and made anew under its name, and writes by hand, are seen as well.
BEGIN;
SELECT orchard.drop_model('churn');
SELECT orchard.register('churn', line(7));
SELECT factor('churn');
ROLLBACK;
SELECT factor('churn');
RESET ROLE;
BEGIN;
UPDATE orchard.registry_model SET aliases = '{"champion": 3}' WHERE owner = 'regress_ann' AND name = 'churn';
SET LOCAL ROLE regress_ann;
SELECT factor('churn') AS six;
RESET ROLE;
UPDATE orchard.registry_version SET model = line(9) WHERE owner = 'regress_ann' AND name = 'churn' AND version = 3;
SET LOCAL ROLE regress_ann;
SELECT factor('churn') AS nine, orchard.model_digest(line(9)) = digest AS right_digest FROM orchard.versions
WHERE owner = 'regress_ann' AND name = 'churn' AND version = 3;
ROLLBACK;
\set VERBOSITY sqlstate
UPDATE orchard.registry_version SET digest = repeat('0', 64);
\set VERBOSITY default

-- A trigger scores each new row, with the model of its statement.
CREATE TABLE events (id int, x float8, risk float8);
CREATE FUNCTION score_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.risk := orchard.predict('regress_ann.churn', NEW);
	RETURN NEW;
END $$;
CREATE TRIGGER score BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION score_event();
INSERT INTO events SELECT i, i FROM generate_series(1, 3) AS i;
SELECT orchard.deploy('regress_ann.churn', 2);
INSERT INTO events VALUES (4, 4);
SELECT id, round(risk / (1 + 2 * x)) AS factor FROM events ORDER BY id;

-- A classifier by name.
SET client_min_messages = error;
INSERT INTO orchard.registry_model (name, owner) VALUES ('yes', 'regress_ann');
SELECT orchard.register('regress_ann.yes', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 0.1}'))
FROM (SELECT x, CASE WHEN x > 4 THEN 'yes' ELSE 'no' END AS y FROM ground) AS t;
SET client_min_messages = warning;
SET ROLE regress_ann;
SELECT bool_and(orchard.predict('yes', g) = orchard.predict(m, g)) AS predict,
	bool_and(orchard.predict_class('yes', g) = orchard.predict_class(m, g)) AS predict_class,
	bool_and(orchard.predict_proba('yes', g) = orchard.predict_proba(m, g)) AS predict_proba,
	bool_and(orchard.probability('yes', 'no', g) = orchard.probability(m, 'no', g)) AS probability
FROM ground AS g, orchard.load_model('yes') AS m;
RESET ROLE;

-- A search_path that holds operators of another makes no difference.
CREATE SCHEMA regress_evil;
CREATE FUNCTION regress_evil.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1 / 0 > 0';
CREATE OPERATOR regress_evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_evil.never);
CREATE FUNCTION regress_evil.jsonb_each_text(jsonb, OUT key text, OUT value text) RETURNS SETOF record LANGUAGE sql AS 'SELECT (1 / 0)::text, NULL';
GRANT ALL ON SCHEMA regress_evil TO PUBLIC;
SET ROLE regress_ann;
SET search_path = regress_evil, pg_catalog;
SELECT orchard.register('path', orchard.load_model('churn')), orchard.deploy('path', 1), orchard.undeploy('path'), orchard.rollback('path');
SELECT orchard.grant_model('path', 'regress_bob'), orchard.revoke_model('path', 'regress_bob');
SELECT count(*) OPERATOR(pg_catalog.>) 0 AS listed FROM orchard.aliases;
SELECT orchard.undeploy('path'), orchard.drop_model('path', 1), orchard.drop_model('path');
SHOW search_path;
SELECT current_user;
RESET search_path;
RESET ROLE;
DROP SCHEMA regress_evil CASCADE;

-- A role that is renamed takes its models and grants along, by a superuser; nobody else can, and to no role that is not there.
SELECT orchard.grant_model('regress_ann.churn', 'regress_bob');
ALTER ROLE regress_bob RENAME TO regress_bill;
SELECT orchard.reassign_models('regress_bob', 'regress_bill') AS bobs_models;
SET ROLE regress_bill;
SELECT count(*) AS granted FROM orchard.models WHERE owner = 'regress_ann' AND name = 'churn';
SELECT orchard.reassign_models('regress_ann', 'regress_bill');
RESET ROLE;
ALTER ROLE regress_bill RENAME TO regress_bob;
SELECT orchard.reassign_models('regress_bill', 'regress_bob') AS bills_models;
SELECT orchard.reassign_models('regress_ann', 'regress_nobody');
SELECT count(*) AS before FROM orchard.versions WHERE owner = 'regress_ann';
ALTER ROLE regress_ann RENAME TO regress_anna;
SELECT orchard.reassign_models('regress_ann', 'regress_anna') = (SELECT count(*) FROM orchard.models WHERE owner = 'regress_ann') AS moved;
SELECT count(*) AS after FROM orchard.versions WHERE owner = 'regress_anna';
ALTER ROLE regress_anna RENAME TO regress_ann;
SELECT orchard.reassign_models('regress_anna', 'regress_ann') > 0 AS moved_back;

DROP TABLE events;
DROP FUNCTION score_event, by_role, in_a_loop, as_owner, as_owner_plpgsql, factor;
DROP OWNED BY regress_ann, regress_bob, regress_eve, regress_team;
SELECT count(orchard.drop_model(owner || '.' || name)) AS models_left FROM orchard.models WHERE owner LIKE 'regress\_%';
SELECT (SELECT count(*) FROM orchard.registry_version) + (SELECT count(*) FROM orchard.registry_deployment)
	+ (SELECT count(*) FROM orchard.registry_grant) AS rows_left;
DROP FUNCTION line(int);
DROP TABLE ground;
DROP ROLE regress_ann, regress_bob, regress_eve, regress_team;

-- model_registry.sql: models under names, with versions, aliases and grants.
--
-- The tables have no row security, since the dump of a database's owner fails on it, and no rights
-- for PUBLIC: the C functions check the calling role and then write as the owner of the tables.
-- Owners and grantees are texts, so that a dump can be restored before its roles exist; there are no
-- foreign keys, since a parallel restore loads the tables in any order.

CREATE TABLE orchard.registry_model (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	last_version int NOT NULL DEFAULT 0,
	last_deployment int NOT NULL DEFAULT 0,
	aliases jsonb NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT registry_model_pkey PRIMARY KEY (name, owner)
);
COMMENT ON TABLE orchard.registry_model
IS 'registered models: one row a name and owner; aliases maps each alias to its version, last_version and last_deployment count what was ever given out, so that no number returns, and every change updates the row first';
COMMENT ON COLUMN orchard.registry_model.name IS 'as orchard.register took it';
COMMENT ON COLUMN orchard.registry_model.owner IS 'name of the role that the model belongs to';
COMMENT ON COLUMN orchard.registry_model.last_version IS 'highest version ever given out, 0 before the first';
COMMENT ON COLUMN orchard.registry_model.last_deployment IS 'highest deployment number ever given out over all aliases, 0 before the first';
COMMENT ON COLUMN orchard.registry_model.aliases IS 'alias: version, for what is deployed now';
COMMENT ON COLUMN orchard.registry_model.created_at IS 'when the first version was registered';

CREATE TABLE orchard.registry_version (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	version int NOT NULL,
	model orchard.model NOT NULL,
	digest text COLLATE pg_catalog."C" NOT NULL GENERATED ALWAYS AS (orchard.model_digest(model)) STORED,
	summary jsonb NOT NULL GENERATED ALWAYS AS (orchard.summary(model)) STORED,
	registered_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	registered_by text NOT NULL,
	CONSTRAINT registry_version_pkey PRIMARY KEY (name, owner, version)
);
COMMENT ON TABLE orchard.registry_version
IS 'versions of registered models; digest and summary are computed from the model, so neither can tell of another';
COMMENT ON COLUMN orchard.registry_version.name IS 'of the model';
COMMENT ON COLUMN orchard.registry_version.owner IS 'of the model';
COMMENT ON COLUMN orchard.registry_version.version IS '1, 2, ... for each model; a number never returns';
COMMENT ON COLUMN orchard.registry_version.model IS 'the model itself';
COMMENT ON COLUMN orchard.registry_version.digest IS 'orchard.model_digest(model)';
COMMENT ON COLUMN orchard.registry_version.summary IS 'orchard.summary(model)';
COMMENT ON COLUMN orchard.registry_version.registered_at IS 'start of the transaction that registered it';
COMMENT ON COLUMN orchard.registry_version.registered_by IS 'role that registered it';

CREATE TABLE orchard.registry_deployment (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	alias text COLLATE pg_catalog."C" NOT NULL,
	number int NOT NULL,
	version int,
	previous int,
	deployed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deployed_by text NOT NULL,
	CONSTRAINT registry_deployment_pkey PRIMARY KEY (name, owner, alias, number)
);
COMMENT ON TABLE orchard.registry_deployment
IS 'the history of each alias: a version of NULL took it away, and previous is the number that rollback goes back to';
COMMENT ON COLUMN orchard.registry_deployment.name IS 'of the model';
COMMENT ON COLUMN orchard.registry_deployment.owner IS 'of the model';
COMMENT ON COLUMN orchard.registry_deployment.alias IS 'whose history this is';
COMMENT ON COLUMN orchard.registry_deployment.number IS 'order of the deployments';
COMMENT ON COLUMN orchard.registry_deployment.version IS 'that the alias stood for from then on; NULL: it was taken away';
COMMENT ON COLUMN orchard.registry_deployment.previous IS 'number of the deployment that rollback goes back to; NULL: none';
COMMENT ON COLUMN orchard.registry_deployment.deployed_at IS 'start of the transaction that deployed it';
COMMENT ON COLUMN orchard.registry_deployment.deployed_by IS 'role that deployed it';

CREATE TABLE orchard.registry_grant (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	grantee text COLLATE pg_catalog."C" NOT NULL,
	granted_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	granted_by text NOT NULL,
	CONSTRAINT registry_grant_pkey PRIMARY KEY (name, owner, grantee)
);
COMMENT ON TABLE orchard.registry_grant
IS 'who may see and use a registered model besides its owner; the grantee public stands for every role';
COMMENT ON COLUMN orchard.registry_grant.name IS 'of the model';
COMMENT ON COLUMN orchard.registry_grant.owner IS 'of the model';
COMMENT ON COLUMN orchard.registry_grant.grantee IS 'role that may see and use the model; public: every role';
COMMENT ON COLUMN orchard.registry_grant.granted_at IS 'start of the transaction that granted it';
COMMENT ON COLUMN orchard.registry_grant.granted_by IS 'role that granted it';

CREATE FUNCTION orchard.registry_changed() RETURNS trigger
AS 'MODULE_PATHNAME', 'orchard_registry_changed' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.registry_changed()
IS 'tells other sessions, before this transaction commits, that what they know of the registry may be out of date';

-- PostgreSQL asks for this right when a trigger is made, not when it fires.
REVOKE ALL ON FUNCTION orchard.registry_changed() FROM PUBLIC;

-- For each row, since the apply worker of logical replication fires no others; ALWAYS, for the same
-- worker and for sessions with session_replication_role = replica.
CREATE TRIGGER registry_changed AFTER INSERT OR UPDATE OR DELETE ON orchard.registry_model
	FOR EACH ROW EXECUTE FUNCTION orchard.registry_changed();
CREATE TRIGGER registry_emptied AFTER TRUNCATE ON orchard.registry_model
	FOR EACH STATEMENT EXECUTE FUNCTION orchard.registry_changed();
ALTER TABLE orchard.registry_model ENABLE ALWAYS TRIGGER registry_changed;
ALTER TABLE orchard.registry_model ENABLE ALWAYS TRIGGER registry_emptied;
CREATE TRIGGER registry_changed AFTER INSERT OR UPDATE OR DELETE ON orchard.registry_version
	FOR EACH ROW EXECUTE FUNCTION orchard.registry_changed();
CREATE TRIGGER registry_emptied AFTER TRUNCATE ON orchard.registry_version
	FOR EACH STATEMENT EXECUTE FUNCTION orchard.registry_changed();
ALTER TABLE orchard.registry_version ENABLE ALWAYS TRIGGER registry_changed;
ALTER TABLE orchard.registry_version ENABLE ALWAYS TRIGGER registry_emptied;
CREATE TRIGGER registry_changed AFTER INSERT OR UPDATE OR DELETE ON orchard.registry_deployment
	FOR EACH ROW EXECUTE FUNCTION orchard.registry_changed();
CREATE TRIGGER registry_emptied AFTER TRUNCATE ON orchard.registry_deployment
	FOR EACH STATEMENT EXECUTE FUNCTION orchard.registry_changed();
ALTER TABLE orchard.registry_deployment ENABLE ALWAYS TRIGGER registry_changed;
ALTER TABLE orchard.registry_deployment ENABLE ALWAYS TRIGGER registry_emptied;
CREATE TRIGGER registry_changed AFTER INSERT OR UPDATE OR DELETE ON orchard.registry_grant
	FOR EACH ROW EXECUTE FUNCTION orchard.registry_changed();
CREATE TRIGGER registry_emptied AFTER TRUNCATE ON orchard.registry_grant
	FOR EACH STATEMENT EXECUTE FUNCTION orchard.registry_changed();
ALTER TABLE orchard.registry_grant ENABLE ALWAYS TRIGGER registry_changed;
ALTER TABLE orchard.registry_grant ENABLE ALWAYS TRIGGER registry_emptied;

SELECT pg_catalog.pg_extension_config_dump('orchard.registry_model', '');
SELECT pg_catalog.pg_extension_config_dump('orchard.registry_version', '');
SELECT pg_catalog.pg_extension_config_dump('orchard.registry_deployment', '');
SELECT pg_catalog.pg_extension_config_dump('orchard.registry_grant', '');

-- What a dump and a restore by the owner of the database need.
GRANT SELECT, INSERT ON orchard.registry_model, orchard.registry_version, orchard.registry_deployment,
	orchard.registry_grant TO pg_database_owner;

CREATE FUNCTION orchard.has_role_rights(role text) RETURNS boolean
AS 'MODULE_PATHNAME', 'orchard_has_role_rights' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.has_role_rights(text)
IS 'has the current role the rights of this one, as itself, by inheritance or as superuser? true for public, false for a role that does not exist';

-- OFFSET 0 keeps the conditions of a query outside: pushed to the tables, EXPLAIN ANALYZE would count
-- what they find among the models of others.
CREATE VIEW orchard.models WITH (security_barrier) AS
SELECT m.owner, m.name,
	(SELECT pg_catalog.count(*) FROM orchard.registry_version AS v WHERE v.name = m.name AND v.owner = m.owner) AS versions,
	(SELECT pg_catalog.max(v.version) FROM orchard.registry_version AS v WHERE v.name = m.name AND v.owner = m.owner) AS latest_version,
	(m.aliases ->> 'champion')::int AS champion_version,
	m.created_at,
	CASE WHEN orchard.has_role_rights(m.owner) THEN
		ARRAY(SELECT g.grantee FROM orchard.registry_grant AS g WHERE g.name = m.name AND g.owner = m.owner ORDER BY 1)
	END AS granted_to
FROM orchard.registry_model AS m
WHERE orchard.has_role_rights(m.owner)
	OR EXISTS (SELECT FROM orchard.registry_grant AS g
		WHERE g.name = m.name AND g.owner = m.owner AND orchard.has_role_rights(g.grantee))
OFFSET 0;
COMMENT ON VIEW orchard.models
IS 'registered models that the current role owns or was granted; granted_to is for who has the owner''s rights';

CREATE VIEW orchard.aliases WITH (security_barrier) AS
SELECT m.owner, m.name, a.key AS alias, a.value::int AS version, d.deployed_at, d.deployed_by
FROM orchard.models AS v
JOIN orchard.registry_model AS m ON m.name = v.name AND m.owner = v.owner
CROSS JOIN pg_catalog.jsonb_each_text(m.aliases) AS a
LEFT JOIN LATERAL (SELECT * FROM orchard.registry_deployment AS d
	WHERE d.name = m.name AND d.owner = m.owner AND d.alias = a.key ORDER BY d.number DESC LIMIT 1) AS d ON true
OFFSET 0;
COMMENT ON VIEW orchard.aliases
IS 'which version each alias of a registered model stands for, of the models that the current role may use';

CREATE VIEW orchard.versions WITH (security_barrier) AS
SELECT v.owner, v.name, v.version, v.summary ->> 'algorithm' AS algorithm, v.summary ->> 'target' AS target,
	(v.summary ->> 'rows')::bigint AS "rows", v.summary -> 'metrics' AS metrics, v.summary -> 'warnings' AS warnings,
	v.digest, pg_catalog.pg_column_size(v.model) AS bytes,
	ARRAY(SELECT a.alias FROM orchard.aliases AS a
		WHERE a.name = v.name AND a.owner = v.owner AND a.version = v.version ORDER BY 1) AS aliases,
	v.registered_at, v.registered_by
FROM orchard.models AS m
JOIN orchard.registry_version AS v ON v.name = m.name AND v.owner = m.owner
OFFSET 0;
COMMENT ON VIEW orchard.versions
IS 'versions of the registered models that the current role may use, with what their training says; never the model itself';

CREATE VIEW orchard.deployments WITH (security_barrier) AS
SELECT d.owner, d.name, d.alias, d.number, d.version, d.deployed_at, d.deployed_by
FROM orchard.models AS m
JOIN orchard.registry_deployment AS d ON d.name = m.name AND d.owner = m.owner
OFFSET 0;
COMMENT ON VIEW orchard.deployments
IS 'every deployment and rollback of the models that the current role may use; a version of NULL is an alias that was taken away';

GRANT SELECT ON orchard.models, orchard.versions, orchard.aliases, orchard.deployments TO PUBLIC;

CREATE FUNCTION orchard.register(name text, model orchard.model) RETURNS int
AS 'MODULE_PATHNAME', 'orchard_register' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.register(text, orchard.model)
IS 'keeps the model as the next version of the name, and returns its number';

CREATE FUNCTION orchard.deploy(name text, version int, alias text DEFAULT 'champion') RETURNS int
AS 'MODULE_PATHNAME', 'orchard_deploy' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.deploy(text, int, text)
IS 'lets the alias stand for this version from the next statement on, and returns the version';

CREATE FUNCTION orchard.undeploy(name text, alias text DEFAULT 'champion') RETURNS void
AS 'MODULE_PATHNAME', 'orchard_undeploy' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.undeploy(text, text)
IS 'takes the alias away; orchard.rollback brings it back';

CREATE FUNCTION orchard.rollback(name text, alias text DEFAULT 'champion') RETURNS int
AS 'MODULE_PATHNAME', 'orchard_rollback' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.rollback(text, text)
IS 'lets the alias stand for the version that was deployed before, and returns it; again, for the one before that';

CREATE FUNCTION orchard.drop_model(name text) RETURNS void
AS 'MODULE_PATHNAME', 'orchard_drop_model' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.drop_model(text)
IS 'drops a registered model with all its versions, aliases and grants';

CREATE FUNCTION orchard.drop_model(name text, version int) RETURNS void
AS 'MODULE_PATHNAME', 'orchard_drop_model' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.drop_model(text, int)
IS 'drops one version of a registered model, which no alias may stand for';

CREATE FUNCTION orchard.grant_model(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'orchard_grant_model' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.grant_model(text, text)
IS 'lets a role, or public, see a registered model, score with it and load it';

CREATE FUNCTION orchard.revoke_model(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'orchard_revoke_model' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION orchard.revoke_model(text, text)
IS 'takes a grant of orchard.grant_model back';

-- For a superuser alone, since nobody else may update these tables: owners are kept by name.
CREATE FUNCTION orchard.reassign_models(old_role text, new_role text) RETURNS bigint
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
	WITH known AS (SELECT pg_catalog.quote_ident(new_role)::regrole AS role),
	versions AS (UPDATE orchard.registry_version SET owner = new_role FROM known WHERE owner = old_role),
	deployments AS (UPDATE orchard.registry_deployment SET owner = new_role FROM known WHERE owner = old_role),
	grants AS (UPDATE orchard.registry_grant SET owner = CASE owner WHEN old_role THEN new_role ELSE owner END,
			grantee = CASE grantee WHEN old_role THEN new_role ELSE grantee END
		FROM known WHERE owner = old_role OR grantee = old_role),
	moved AS (UPDATE orchard.registry_model SET owner = new_role FROM known WHERE owner = old_role RETURNING 1)
	SELECT pg_catalog.count(*) FROM moved;
END;
COMMENT ON FUNCTION orchard.reassign_models(text, text)
IS 'moves the models of one role, and what was granted to it, to another after ALTER ROLE RENAME or before DROP ROLE; for a superuser; returns the number of models';

CREATE FUNCTION orchard.load_model(name text) RETURNS orchard.model
AS 'MODULE_PATHNAME', 'orchard_load_model' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.load_model(text)
IS 'the registered model as a value: by name, name@version or name@alias';

-- Scoring by name: C functions shared with scoring by value tell a reference from a model.

CREATE FUNCTION orchard.predict(name text, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C STABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict(text, "any")
IS 'predict with a registered model: the champion, or the latest version while none is deployed; name@version and name@alias say which';

CREATE FUNCTION orchard.predict_class(name text, VARIADIC features "any") RETURNS text
AS 'MODULE_PATHNAME', 'orchard_predict_class' LANGUAGE C STABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict_class(text, "any")
IS 'predict_class with a registered model, referred to as in predict';

CREATE FUNCTION orchard.predict_proba(name text, VARIADIC features "any") RETURNS float8[]
AS 'MODULE_PATHNAME', 'orchard_predict_proba' LANGUAGE C STABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.predict_proba(text, "any")
IS 'predict_proba with a registered model, referred to as in predict';

CREATE FUNCTION orchard.probability(name text, class text, VARIADIC features "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_probability' LANGUAGE C STABLE PARALLEL SAFE COST 100
	SUPPORT orchard.predict_support;
COMMENT ON FUNCTION orchard.probability(text, text, "any")
IS 'probability with a registered model, referred to as in predict';

CREATE FUNCTION orchard.predict_columns(name text, names text[], VARIADIC columns "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict_columns' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_columns(text, text[], "any")
IS 'predict of a registered model for columns under these names: what the planner makes of predict(name, t) where it need not form the row';

CREATE FUNCTION orchard.predict_class_columns(name text, names text[], VARIADIC columns "any") RETURNS text
AS 'MODULE_PATHNAME', 'orchard_predict_class_columns' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_class_columns(text, text[], "any")
IS 'predict_class of a registered model for columns under these names: what the planner makes of predict_class(name, t) where it need not form the row';

CREATE FUNCTION orchard.predict_proba_columns(name text, names text[], VARIADIC columns "any") RETURNS float8[]
AS 'MODULE_PATHNAME', 'orchard_predict_proba_columns' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_proba_columns(text, text[], "any")
IS 'predict_proba of a registered model for columns under these names: what the planner makes of predict_proba(name, t) where it need not form the row';

CREATE FUNCTION orchard.probability_columns(name text, class text, names text[], VARIADIC columns "any") RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_probability_columns' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.probability_columns(text, text, text[], "any")
IS 'probability of a registered model for columns under these names: what the planner makes of probability(name, class, t) where it need not form the row';

CREATE FUNCTION orchard.predict_values(name text, "values" jsonb) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict_values' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_values(text, jsonb)
IS 'predict for a JSON object, by the names of the features, or a JSON array, in their order, with a registered model';

CREATE FUNCTION orchard.predict_array(name text, features float8[]) RETURNS float8
AS 'MODULE_PATHNAME', 'orchard_predict' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_array(text, float8[])
IS 'predict for one array of the numbers, in the order of orchard.features(model), with a registered model';

CREATE FUNCTION orchard.predict_interval(name text, confidence float8, VARIADIC features "any")
	RETURNS orchard.prediction_interval
AS 'MODULE_PATHNAME', 'orchard_predict_interval' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION orchard.predict_interval(text, float8, "any")
IS 'predict_interval with a registered model, referred to as in predict';

CREATE FUNCTION orchard.predict_class_intervals(name text, confidence float8, VARIADIC features "any",
	OUT class text, OUT probability float8, OUT std_error float8, OUT conf_low float8, OUT conf_high float8)
	RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_predict_class_intervals' LANGUAGE C STABLE PARALLEL SAFE COST 100 ROWS 5;
COMMENT ON FUNCTION orchard.predict_class_intervals(text, float8, "any")
IS 'predict_class_intervals with a registered model, referred to as in predict';

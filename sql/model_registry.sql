-- model_registry.sql: models under names, with versions, aliases and grants.
--
-- The tables have no row security, since the dump of a database's owner fails on it, and no rights
-- for PUBLIC: the C functions check the calling role and then write as the owner of the tables.
-- Owners and grantees are texts, so that a dump can be restored before its roles exist.

CREATE TABLE orchard.registry_model (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	last_version int NOT NULL DEFAULT 0,
	last_deployment int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT registry_model_pkey PRIMARY KEY (name, owner)
);
COMMENT ON TABLE orchard.registry_model
IS 'registered models: one row a name and owner; last_version and last_deployment count what was ever given out, so that no number returns, and every change locks its row first';

CREATE TABLE orchard.registry_version (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	version int NOT NULL,
	model orchard.model NOT NULL,
	digest text COLLATE pg_catalog."C" NOT NULL GENERATED ALWAYS AS (orchard.model_digest(model)) STORED,
	summary jsonb NOT NULL GENERATED ALWAYS AS (orchard.summary(model)) STORED,
	registered_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	registered_by text NOT NULL,
	CONSTRAINT registry_version_pkey PRIMARY KEY (name, owner, version),
	CONSTRAINT registry_version_model_fkey FOREIGN KEY (name, owner)
		REFERENCES orchard.registry_model (name, owner) ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE orchard.registry_version
IS 'versions of registered models; digest and summary are computed from the model, so neither can tell of another';

CREATE TABLE orchard.registry_deployment (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	alias text COLLATE pg_catalog."C" NOT NULL,
	number int NOT NULL,
	version int,
	previous int,
	deployed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deployed_by text NOT NULL,
	CONSTRAINT registry_deployment_pkey PRIMARY KEY (name, owner, alias, number),
	CONSTRAINT registry_deployment_model_fkey FOREIGN KEY (name, owner)
		REFERENCES orchard.registry_model (name, owner) ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE orchard.registry_deployment
IS 'what was deployed under each alias: the row of the highest number is in force, a version of NULL means none, and previous is the number that rollback goes back to';

CREATE TABLE orchard.registry_grant (
	name text COLLATE pg_catalog."C" NOT NULL,
	owner text COLLATE pg_catalog."C" NOT NULL,
	grantee text COLLATE pg_catalog."C" NOT NULL,
	granted_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	granted_by text NOT NULL,
	CONSTRAINT registry_grant_pkey PRIMARY KEY (name, owner, grantee),
	CONSTRAINT registry_grant_model_fkey FOREIGN KEY (name, owner)
		REFERENCES orchard.registry_model (name, owner) ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE orchard.registry_grant
IS 'who may see and use a registered model besides its owner; the grantee public stands for every role';

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
	(SELECT d.version FROM orchard.registry_deployment AS d
	 WHERE d.name = m.name AND d.owner = m.owner AND d.alias = 'champion' ORDER BY d.number DESC LIMIT 1) AS champion_version,
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
SELECT d.owner, d.name, d.alias, d.version, d.deployed_at, d.deployed_by
FROM orchard.models AS m
JOIN orchard.registry_deployment AS d ON d.name = m.name AND d.owner = m.owner
WHERE d.version IS NOT NULL
	AND NOT EXISTS (SELECT FROM orchard.registry_deployment AS later
		WHERE later.name = d.name AND later.owner = d.owner AND later.alias = d.alias AND later.number > d.number)
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

-- schema.sql: the schema, made by the script itself so that nobody else can own or pre-seed it.

CREATE SCHEMA orchard;
COMMENT ON SCHEMA orchard IS 'Orchard: feature engineering, model training and scoring on rows';
GRANT USAGE ON SCHEMA orchard TO PUBLIC;

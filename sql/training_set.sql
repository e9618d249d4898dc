-- training_set.sql: training sets in which no feature sees the future.

CREATE FUNCTION orchard.training_set_sql(spine text, keys text[], spine_ts text, sources jsonb,
	strategy text DEFAULT 'auto', closed text DEFAULT 'left') RETURNS text
AS 'MODULE_PATHNAME', 'orchard_training_set_sql' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION orchard.training_set_sql(text, text[], text, jsonb, text, text)
IS 'writes the SQL of a training set: each row of the spine with what the sources held of its keys before its time';

CREATE FUNCTION orchard.create_training_view(name text, spine text, keys text[], spine_ts text, sources jsonb,
	strategy text DEFAULT 'auto', closed text DEFAULT 'left') RETURNS void
AS 'MODULE_PATHNAME', 'orchard_create_training_view' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION orchard.create_training_view(text, text, text[], text, jsonb, text, text)
IS 'creates a view of what training_set_sql writes; an error where a source would be looked up without an index';

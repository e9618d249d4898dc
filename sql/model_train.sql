-- model_train.sql: training by a function that runs the query and registers the model.

CREATE TYPE orchard.training_report AS (
	name text,
	version int,
	algorithm text,
	objective text,
	"rows" bigint,
	features int,
	metrics jsonb,
	warnings text[],
	elapsed interval
);
COMMENT ON TYPE orchard.training_report IS 'what orchard.train tells of the model that it trained and registered';

CREATE FUNCTION orchard.train(name text, source text, target text DEFAULT NULL, algorithm text DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS orchard.training_report
AS 'MODULE_PATHNAME', 'orchard_train' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION orchard.train(text, text, text, text, jsonb)
IS 'trains on a relation or the rows of one SELECT, registers the model as the next version of the name, and reports; call it in FROM';

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

CREATE FUNCTION orchard.evaluate(model orchard.model, source text, weight text DEFAULT NULL,
	OUT metric text, OUT value float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_evaluate' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.evaluate(orchard.model, text, text)
IS 'every metric that fits the model, over a relation or the rows of one SELECT';

CREATE FUNCTION orchard.evaluate(name text, source text, weight text DEFAULT NULL,
	OUT metric text, OUT value float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_evaluate' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.evaluate(text, text, text)
IS 'every metric that fits the model, over a relation or the rows of one SELECT, of a registered model';

CREATE FUNCTION orchard.confusion_matrix(model orchard.model, source text, weight text DEFAULT NULL,
	OUT actual text, OUT predicted text, OUT "rows" float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_confusion_matrix' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.confusion_matrix(orchard.model, text, text)
IS 'how many rows of each class, or what weight of them, predict_class gives each class';

CREATE FUNCTION orchard.confusion_matrix(name text, source text, weight text DEFAULT NULL,
	OUT actual text, OUT predicted text, OUT "rows" float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_confusion_matrix' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.confusion_matrix(text, text, text)
IS 'how many rows of each class, or what weight of them, predict_class gives each class, of a registered model';

CREATE FUNCTION orchard.threshold_table(model orchard.model, source text, steps int DEFAULT 20, weight text DEFAULT NULL,
	OUT threshold float8, OUT true_positives float8, OUT false_positives float8,
	OUT true_negatives float8, OUT false_negatives float8, OUT "precision" float8, OUT recall float8, OUT f1 float8,
	OUT false_positive_rate float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_threshold_table' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.threshold_table(orchard.model, text, int, text)
IS 'what calling every row positive whose probability is above a threshold gives, for thresholds from 0 to 1';

CREATE FUNCTION orchard.threshold_table(name text, source text, steps int DEFAULT 20, weight text DEFAULT NULL,
	OUT threshold float8, OUT true_positives float8, OUT false_positives float8,
	OUT true_negatives float8, OUT false_negatives float8, OUT "precision" float8, OUT recall float8, OUT f1 float8,
	OUT false_positive_rate float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_threshold_table' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION orchard.threshold_table(text, text, int, text)
IS 'what calling every row positive whose probability is above a threshold gives, for thresholds from 0 to 1, of a registered model';

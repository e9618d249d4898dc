-- model_explain.sql: why a row scores as it does, and what a model of trees is made of.

CREATE FUNCTION orchard.explain(model orchard.model, VARIADIC features "any",
	OUT feature text, OUT value text, OUT contribution float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_explain' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION orchard.explain(orchard.model, "any")
IS 'what each feature adds to the raw score of a row: the base, then exact Shapley values of trees or coefficient x (value - mean); the sum is the raw score';

CREATE FUNCTION orchard.explain(name text, VARIADIC features "any",
	OUT feature text, OUT value text, OUT contribution float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_explain' LANGUAGE C STABLE PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION orchard.explain(text, "any")
IS 'explain with a registered model, referred to as in predict';

CREATE FUNCTION orchard.explain_class(model orchard.model, class text, VARIADIC features "any",
	OUT feature text, OUT value text, OUT contribution float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_explain_class' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION orchard.explain_class(orchard.model, text, "any")
IS 'explain the raw score of one class, of models with more than two';

CREATE FUNCTION orchard.explain_class(name text, class text, VARIADIC features "any",
	OUT feature text, OUT value text, OUT contribution float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_explain_class' LANGUAGE C STABLE PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION orchard.explain_class(text, text, "any")
IS 'explain_class with a registered model, referred to as in predict';

CREATE FUNCTION orchard.importance(model orchard.model,
	OUT feature text, OUT gain float8, OUT share float8, OUT splits bigint) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_importance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION orchard.importance(orchard.model)
IS 'the features of a model of trees by the loss that their splits took away, its share of all, and the number of splits';

CREATE FUNCTION orchard.trees(model orchard.model,
	OUT tree int, OUT class text, OUT node int, OUT depth int, OUT feature text, OUT element int,
	OUT condition text, OUT threshold float8, OUT levels text[], OUT missing_left boolean,
	OUT left_node int, OUT right_node int, OUT value float8, OUT cover float8, OUT gain float8)
	RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_trees' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION orchard.trees(orchard.model)
IS 'the nodes of a model of trees: what each asks, where yes (left), no (right) and missing values go, what leaves add, and the training rows that came by';

CREATE FUNCTION orchard.learning_curve(model orchard.model,
	OUT iteration int, OUT train float8, OUT validation float8) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_learning_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION orchard.learning_curve(orchard.model)
IS 'the mean loss before the first iteration of boosting and after each, by training rows and by rows held out';

CREATE FUNCTION orchard.check_columns(model orchard.model, rel regclass,
	OUT "column" text, OUT problem text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_check_columns' LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION orchard.check_columns(orchard.model, regclass)
IS 'the features of a model that a relation lacks or has in a type that cannot stand for them; no rows when it can be scored';

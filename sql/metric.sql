-- metric.sql: how good predictions are, as mergeable aggregates.

CREATE TYPE orchard.prediction_error;

CREATE FUNCTION orchard.prediction_error_in(cstring) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_in(cstring) IS 'text input of prediction_error';

CREATE FUNCTION orchard.prediction_error_out(orchard.prediction_error) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_out(orchard.prediction_error) IS 'text output of prediction_error';

CREATE FUNCTION orchard.prediction_error_recv(internal) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_recv(internal) IS 'binary input of prediction_error';

CREATE FUNCTION orchard.prediction_error_send(orchard.prediction_error) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_send(orchard.prediction_error) IS 'binary output of prediction_error';

CREATE TYPE orchard.prediction_error (
	INPUT = orchard.prediction_error_in,
	OUTPUT = orchard.prediction_error_out,
	RECEIVE = orchard.prediction_error_recv,
	SEND = orchard.prediction_error_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE orchard.prediction_error IS 'weighted sums of squared and absolute errors and of the labels, mergeable';

CREATE FUNCTION orchard.prediction_error_accum(orchard.prediction_error, float8, float8) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_accum(orchard.prediction_error, float8, float8) IS 'transition function: label, prediction';

CREATE FUNCTION orchard.prediction_error_accum(orchard.prediction_error, float8, float8, float8) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_accum(orchard.prediction_error, float8, float8, float8) IS 'transition function: label, prediction, weight';

CREATE FUNCTION orchard.prediction_error_merge(orchard.prediction_error, orchard.prediction_error) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_merge(orchard.prediction_error, orchard.prediction_error) IS 'both sets of rows together';

CREATE FUNCTION orchard.prediction_error_final(orchard.prediction_error) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_prediction_error_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.prediction_error_final(orchard.prediction_error) IS 'the state itself; NULL over no rows';

CREATE FUNCTION orchard.rmse(orchard.prediction_error) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_rmse' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.rmse(orchard.prediction_error) IS 'root mean squared error, in units of the label';

CREATE FUNCTION orchard.mae(orchard.prediction_error) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_mae' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mae(orchard.prediction_error) IS 'mean absolute error, in units of the label';

CREATE FUNCTION orchard.r2(orchard.prediction_error) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_r2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.r2(orchard.prediction_error) IS 'coefficient of determination; NULL for a constant label';

CREATE AGGREGATE orchard.rmse(label float8, prediction float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.rmse,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.rmse(label float8, prediction float8) IS 'root mean squared error, in units of the label';

CREATE AGGREGATE orchard.rmse(label float8, prediction float8, weight float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.rmse,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.rmse(label float8, prediction float8, weight float8) IS 'root mean squared error, in units of the label, weighted';

CREATE AGGREGATE orchard.mae(label float8, prediction float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mae,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mae(label float8, prediction float8) IS 'mean absolute error, in units of the label';

CREATE AGGREGATE orchard.mae(label float8, prediction float8, weight float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mae,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mae(label float8, prediction float8, weight float8) IS 'mean absolute error, in units of the label, weighted';

CREATE AGGREGATE orchard.r2(label float8, prediction float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.r2,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.r2(label float8, prediction float8) IS 'coefficient of determination; NULL for a constant label';

CREATE AGGREGATE orchard.r2(label float8, prediction float8, weight float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.r2,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.r2(label float8, prediction float8, weight float8) IS 'coefficient of determination; NULL for a constant label, weighted';

CREATE AGGREGATE orchard.prediction_errors(label float8, prediction float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.prediction_error_final,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.prediction_errors(label float8, prediction float8) IS 'the state behind rmse, mae and r2, to store and merge';

CREATE AGGREGATE orchard.prediction_errors(label float8, prediction float8, weight float8) (
	SFUNC = orchard.prediction_error_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.prediction_error_final,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.prediction_errors(label float8, prediction float8, weight float8) IS 'the state behind rmse, mae and r2, weighted';

CREATE AGGREGATE orchard.merge(orchard.prediction_error) (
	SFUNC = orchard.prediction_error_merge,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.prediction_error_final,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.prediction_error) IS 'all sets of rows together';

CREATE TYPE orchard.log_loss_state;

CREATE FUNCTION orchard.log_loss_state_in(cstring) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_state_in(cstring) IS 'text input of log_loss_state';

CREATE FUNCTION orchard.log_loss_state_out(orchard.log_loss_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_log_loss_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_state_out(orchard.log_loss_state) IS 'text output of log_loss_state';

CREATE FUNCTION orchard.log_loss_state_recv(internal) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_state_recv(internal) IS 'binary input of log_loss_state';

CREATE FUNCTION orchard.log_loss_state_send(orchard.log_loss_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_log_loss_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_state_send(orchard.log_loss_state) IS 'binary output of log_loss_state';

CREATE TYPE orchard.log_loss_state (
	INPUT = orchard.log_loss_state_in,
	OUTPUT = orchard.log_loss_state_out,
	RECEIVE = orchard.log_loss_state_recv,
	SEND = orchard.log_loss_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE orchard.log_loss_state IS 'weighted sum of log losses, mergeable';

CREATE FUNCTION orchard.log_loss_accum(orchard.log_loss_state, boolean, float8) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_accum(orchard.log_loss_state, boolean, float8) IS 'transition function: label, probability of true';

CREATE FUNCTION orchard.log_loss_accum(orchard.log_loss_state, boolean, float8, float8) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_accum(orchard.log_loss_state, boolean, float8, float8) IS 'transition function: label, probability of true, weight';

CREATE FUNCTION orchard.log_loss_merge(orchard.log_loss_state, orchard.log_loss_state) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_merge(orchard.log_loss_state, orchard.log_loss_state) IS 'both sets of rows together';

CREATE FUNCTION orchard.log_loss_state_final(orchard.log_loss_state) RETURNS orchard.log_loss_state
	AS 'MODULE_PATHNAME', 'orchard_log_loss_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss_state_final(orchard.log_loss_state) IS 'the state itself; NULL over no rows';

CREATE FUNCTION orchard.log_loss(orchard.log_loss_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_log_loss' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.log_loss(orchard.log_loss_state) IS 'mean log loss, in nats';

CREATE AGGREGATE orchard.log_loss(label boolean, prediction float8) (
	SFUNC = orchard.log_loss_accum,
	STYPE = orchard.log_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.log_loss,
	COMBINEFUNC = orchard.log_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.log_loss(label boolean, prediction float8) IS 'mean log loss of the probabilities of true, in nats';

CREATE AGGREGATE orchard.log_loss(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.log_loss_accum,
	STYPE = orchard.log_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.log_loss,
	COMBINEFUNC = orchard.log_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.log_loss(label boolean, prediction float8, weight float8) IS 'weighted mean log loss of the probabilities of true, in nats';

CREATE AGGREGATE orchard.log_losses(label boolean, prediction float8) (
	SFUNC = orchard.log_loss_accum,
	STYPE = orchard.log_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.log_loss_state_final,
	COMBINEFUNC = orchard.log_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.log_losses(label boolean, prediction float8) IS 'the state behind log_loss, to store and merge';

CREATE AGGREGATE orchard.log_losses(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.log_loss_accum,
	STYPE = orchard.log_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.log_loss_state_final,
	COMBINEFUNC = orchard.log_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.log_losses(label boolean, prediction float8, weight float8) IS 'the state behind log_loss, weighted';

CREATE AGGREGATE orchard.merge(orchard.log_loss_state) (
	SFUNC = orchard.log_loss_merge,
	STYPE = orchard.log_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.log_loss_state_final,
	COMBINEFUNC = orchard.log_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.log_loss_state) IS 'all sets of rows together';

CREATE TYPE orchard.roc_state;

CREATE FUNCTION orchard.roc_state_in(cstring) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_state_in(cstring) IS 'text input of roc_state';

CREATE FUNCTION orchard.roc_state_out(orchard.roc_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_roc_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_state_out(orchard.roc_state) IS 'text output of roc_state';

CREATE FUNCTION orchard.roc_state_recv(internal) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_state_recv(internal) IS 'binary input of roc_state';

CREATE FUNCTION orchard.roc_state_send(orchard.roc_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_roc_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_state_send(orchard.roc_state) IS 'binary output of roc_state';

CREATE TYPE orchard.roc_state (
	INPUT = orchard.roc_state_in,
	OUTPUT = orchard.roc_state_out,
	RECEIVE = orchard.roc_state_recv,
	SEND = orchard.roc_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE orchard.roc_state IS 'distinct scores with the weights of positive and negative rows, mergeable';

CREATE FUNCTION orchard.roc_accum(orchard.roc_state, boolean, float8) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_accum(orchard.roc_state, boolean, float8) IS 'transition function: label, score';

CREATE FUNCTION orchard.roc_accum(orchard.roc_state, boolean, float8, float8) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_accum(orchard.roc_state, boolean, float8, float8) IS 'transition function: label, score, weight';

CREATE FUNCTION orchard.roc_combine(orchard.roc_state, orchard.roc_state) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_combine(orchard.roc_state, orchard.roc_state) IS 'both sets of rows together';

CREATE FUNCTION orchard.roc_state_final(orchard.roc_state) RETURNS orchard.roc_state
	AS 'MODULE_PATHNAME', 'orchard_roc_state_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_state_final(orchard.roc_state) IS 'the state itself; NULL over no rows';

CREATE FUNCTION orchard.roc_auc(orchard.roc_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_roc_state_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.roc_auc(orchard.roc_state) IS 'area under the ROC curve, ties counted half; NULL when a class is absent';

CREATE AGGREGATE orchard.roc_auc(label boolean, prediction float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.roc_auc,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.roc_auc(label boolean, prediction float8) IS 'area under the ROC curve, ties counted half; NULL when a class is absent';

CREATE AGGREGATE orchard.roc_auc(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.roc_auc,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.roc_auc(label boolean, prediction float8, weight float8) IS 'weighted area under the ROC curve';

CREATE AGGREGATE orchard.roc_scores(label boolean, prediction float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.roc_state_final,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.roc_scores(label boolean, prediction float8) IS 'the state behind roc_auc, to store and merge';

CREATE AGGREGATE orchard.roc_scores(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.roc_state_final,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.roc_scores(label boolean, prediction float8, weight float8) IS 'the state behind roc_auc, weighted';

CREATE AGGREGATE orchard.merge(orchard.roc_state) (
	SFUNC = orchard.roc_combine,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.roc_state_final,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.roc_state) IS 'all sets of rows together';

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

CREATE FUNCTION orchard.pr_auc(orchard.roc_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_pr_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.pr_auc(orchard.roc_state) IS 'average precision, the area under the precision-recall curve; NULL without a true label';

CREATE AGGREGATE orchard.pr_auc(label boolean, prediction float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.pr_auc,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pr_auc(label boolean, prediction float8) IS 'average precision, the area under the precision-recall curve; NULL without a true label';

CREATE AGGREGATE orchard.pr_auc(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.pr_auc,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pr_auc(label boolean, prediction float8, weight float8) IS 'average precision, the area under the precision-recall curve; NULL without a true label, weighted';

CREATE FUNCTION orchard.ks(orchard.roc_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_ks' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.ks(orchard.roc_state) IS 'Kolmogorov-Smirnov distance between the scores of true and false; NULL when a class is absent';

CREATE AGGREGATE orchard.ks(label boolean, prediction float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.ks,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.ks(label boolean, prediction float8) IS 'Kolmogorov-Smirnov distance between the scores of true and false; NULL when a class is absent';

CREATE AGGREGATE orchard.ks(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.roc_accum,
	STYPE = orchard.roc_state,
	SSPACE = 4096,
	FINALFUNC = orchard.ks,
	COMBINEFUNC = orchard.roc_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.ks(label boolean, prediction float8, weight float8) IS 'Kolmogorov-Smirnov distance between the scores of true and false; NULL when a class is absent, weighted';

CREATE FUNCTION orchard.brier_accum(orchard.prediction_error, boolean, float8) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_brier_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.brier_accum(orchard.prediction_error, boolean, float8) IS 'transition function: label, probability of true';

CREATE FUNCTION orchard.brier_accum(orchard.prediction_error, boolean, float8, float8) RETURNS orchard.prediction_error
	AS 'MODULE_PATHNAME', 'orchard_brier_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.brier_accum(orchard.prediction_error, boolean, float8, float8) IS 'transition function: label, probability of true, weight';

CREATE FUNCTION orchard.brier(orchard.prediction_error) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_brier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.brier(orchard.prediction_error) IS 'mean squared error, of a probability against 0 and 1';

CREATE AGGREGATE orchard.brier(label boolean, prediction float8) (
	SFUNC = orchard.brier_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.brier,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.brier(label boolean, prediction float8) IS 'mean squared error of the probability of true';

CREATE AGGREGATE orchard.brier(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.brier_accum,
	STYPE = orchard.prediction_error,
	INITCOND = '(0,0,0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.brier,
	COMBINEFUNC = orchard.prediction_error_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.brier(label boolean, prediction float8, weight float8) IS 'mean squared error of the probability of true, weighted';

CREATE TYPE orchard.confusion_state;

CREATE FUNCTION orchard.confusion_state_in(cstring) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_state_in(cstring) IS 'text input of confusion_state';

CREATE FUNCTION orchard.confusion_state_out(orchard.confusion_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_confusion_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_state_out(orchard.confusion_state) IS 'text output of confusion_state';

CREATE FUNCTION orchard.confusion_state_recv(internal) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_state_recv(internal) IS 'binary input of confusion_state';

CREATE FUNCTION orchard.confusion_state_send(orchard.confusion_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_confusion_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_state_send(orchard.confusion_state) IS 'binary output of confusion_state';

CREATE TYPE orchard.confusion_state (
	INPUT = orchard.confusion_state_in,
	OUTPUT = orchard.confusion_state_out,
	RECEIVE = orchard.confusion_state_recv,
	SEND = orchard.confusion_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE orchard.confusion_state IS 'weights of rows by boolean label and prediction, mergeable';

CREATE FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, boolean) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, boolean) IS 'transition function: label, prediction';

CREATE FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, boolean, float8) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, boolean, float8) IS 'transition function: label, prediction, weight';

CREATE FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, float8) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_accum_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, float8) IS 'transition function: label, probability of true';

CREATE FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, float8, float8) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_accum_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_accum(orchard.confusion_state, boolean, float8, float8) IS 'transition function: label, probability of true, weight';

CREATE FUNCTION orchard.confusion_merge(orchard.confusion_state, orchard.confusion_state) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_merge(orchard.confusion_state, orchard.confusion_state) IS 'both sets of rows together';

CREATE FUNCTION orchard.confusion_state_final(orchard.confusion_state) RETURNS orchard.confusion_state
	AS 'MODULE_PATHNAME', 'orchard_confusion_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.confusion_state_final(orchard.confusion_state) IS 'the state itself; NULL over no rows';

CREATE FUNCTION orchard.true_positives(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_true_positives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.true_positives(orchard.confusion_state) IS 'rows, or what weight of them, that are true and predicted so';

CREATE FUNCTION orchard.false_positives(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_false_positives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.false_positives(orchard.confusion_state) IS 'rows, or what weight of them, that are false and predicted true';

CREATE FUNCTION orchard.true_negatives(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_true_negatives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.true_negatives(orchard.confusion_state) IS 'rows, or what weight of them, that are false and predicted so';

CREATE FUNCTION orchard.false_negatives(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_false_negatives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.false_negatives(orchard.confusion_state) IS 'rows, or what weight of them, that are true and predicted false';

CREATE FUNCTION orchard.accuracy(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_accuracy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.accuracy(orchard.confusion_state) IS 'share of rows predicted right; NULL over no rows';

CREATE FUNCTION orchard.f1(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_f1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.f1(orchard.confusion_state) IS 'harmonic mean of precision and recall of true; NULL when nothing is true or predicted so';

CREATE FUNCTION orchard.mcc(orchard.confusion_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_mcc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mcc(orchard.confusion_state) IS 'Matthews correlation of label and prediction; NULL when either is constant';

CREATE AGGREGATE orchard.accuracy(label boolean, prediction boolean) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.accuracy,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.accuracy(label boolean, prediction boolean) IS 'share of rows predicted right; NULL over no rows';

CREATE AGGREGATE orchard.accuracy(label boolean, prediction boolean, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.accuracy,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.accuracy(label boolean, prediction boolean, weight float8) IS 'share of rows predicted right; NULL over no rows, weighted';

CREATE AGGREGATE orchard.accuracy(label boolean, prediction float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.accuracy,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.accuracy(label boolean, prediction float8) IS 'share of rows predicted right; NULL over no rows; of probabilities, true above 0.5';

CREATE AGGREGATE orchard.accuracy(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.accuracy,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.accuracy(label boolean, prediction float8, weight float8) IS 'share of rows predicted right; NULL over no rows; of probabilities, true above 0.5, weighted';

CREATE AGGREGATE orchard.f1(label boolean, prediction boolean) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.f1,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.f1(label boolean, prediction boolean) IS 'harmonic mean of precision and recall of true; NULL when nothing is true or predicted so';

CREATE AGGREGATE orchard.f1(label boolean, prediction boolean, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.f1,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.f1(label boolean, prediction boolean, weight float8) IS 'harmonic mean of precision and recall of true; NULL when nothing is true or predicted so, weighted';

CREATE AGGREGATE orchard.f1(label boolean, prediction float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.f1,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.f1(label boolean, prediction float8) IS 'harmonic mean of precision and recall of true; NULL when nothing is true or predicted so; of probabilities, true above 0.5';

CREATE AGGREGATE orchard.f1(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.f1,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.f1(label boolean, prediction float8, weight float8) IS 'harmonic mean of precision and recall of true; NULL when nothing is true or predicted so; of probabilities, true above 0.5, weighted';

CREATE AGGREGATE orchard.mcc(label boolean, prediction boolean) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mcc,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mcc(label boolean, prediction boolean) IS 'Matthews correlation of label and prediction; NULL when either is constant';

CREATE AGGREGATE orchard.mcc(label boolean, prediction boolean, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mcc,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mcc(label boolean, prediction boolean, weight float8) IS 'Matthews correlation of label and prediction; NULL when either is constant, weighted';

CREATE AGGREGATE orchard.mcc(label boolean, prediction float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mcc,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mcc(label boolean, prediction float8) IS 'Matthews correlation of label and prediction; NULL when either is constant; of probabilities, true above 0.5';

CREATE AGGREGATE orchard.mcc(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.mcc,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mcc(label boolean, prediction float8, weight float8) IS 'Matthews correlation of label and prediction; NULL when either is constant; of probabilities, true above 0.5, weighted';

CREATE AGGREGATE orchard.confusion(label boolean, prediction boolean) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.confusion_state_final,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.confusion(label boolean, prediction boolean) IS 'the weights of rows by label and prediction, to store and merge';

CREATE AGGREGATE orchard.confusion(label boolean, prediction boolean, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.confusion_state_final,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.confusion(label boolean, prediction boolean, weight float8) IS 'the weights of rows by label and prediction, to store and merge, weighted';

CREATE AGGREGATE orchard.confusion(label boolean, prediction float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.confusion_state_final,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.confusion(label boolean, prediction float8) IS 'the weights of rows by label and prediction, to store and merge; of probabilities, true above 0.5';

CREATE AGGREGATE orchard.confusion(label boolean, prediction float8, weight float8) (
	SFUNC = orchard.confusion_accum,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.confusion_state_final,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.confusion(label boolean, prediction float8, weight float8) IS 'the weights of rows by label and prediction, to store and merge; of probabilities, true above 0.5, weighted';

CREATE AGGREGATE orchard.merge(orchard.confusion_state) (
	SFUNC = orchard.confusion_merge,
	STYPE = orchard.confusion_state,
	INITCOND = '(0,0,0,0,0,0,0,0,0)',
	FINALFUNC = orchard.confusion_state_final,
	COMBINEFUNC = orchard.confusion_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.confusion_state) IS 'all sets of rows together';

CREATE TYPE orchard.mean_loss_state;

CREATE FUNCTION orchard.mean_loss_state_in(cstring) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_state_in(cstring) IS 'text input of mean_loss_state';

CREATE FUNCTION orchard.mean_loss_state_out(orchard.mean_loss_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_state_out(orchard.mean_loss_state) IS 'text output of mean_loss_state';

CREATE FUNCTION orchard.mean_loss_state_recv(internal) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_state_recv(internal) IS 'binary input of mean_loss_state';

CREATE FUNCTION orchard.mean_loss_state_send(orchard.mean_loss_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_state_send(orchard.mean_loss_state) IS 'binary output of mean_loss_state';

CREATE TYPE orchard.mean_loss_state (
	INPUT = orchard.mean_loss_state_in,
	OUTPUT = orchard.mean_loss_state_out,
	RECEIVE = orchard.mean_loss_state_recv,
	SEND = orchard.mean_loss_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE orchard.mean_loss_state IS 'weighted sum of losses, mergeable';

CREATE FUNCTION orchard.mape_accum(orchard.mean_loss_state, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mape_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mape_accum(orchard.mean_loss_state, float8, float8) IS 'transition function: label, prediction';

CREATE FUNCTION orchard.mape_accum(orchard.mean_loss_state, float8, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mape_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mape_accum(orchard.mean_loss_state, float8, float8, float8) IS 'transition function: label, prediction, weight';

CREATE FUNCTION orchard.pinball_accum(orchard.mean_loss_state, float8, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_pinball_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.pinball_accum(orchard.mean_loss_state, float8, float8, float8) IS 'transition function: label, prediction, quantile';

CREATE FUNCTION orchard.pinball_accum(orchard.mean_loss_state, float8, float8, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_pinball_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.pinball_accum(orchard.mean_loss_state, float8, float8, float8, float8) IS 'transition function: label, prediction, quantile, weight';

CREATE FUNCTION orchard.mean_tweedie_deviance_accum(orchard.mean_loss_state, float8, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_tweedie_deviance_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_tweedie_deviance_accum(orchard.mean_loss_state, float8, float8, float8) IS 'transition function: label, prediction, power';

CREATE FUNCTION orchard.mean_tweedie_deviance_accum(orchard.mean_loss_state, float8, float8, float8, float8) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_tweedie_deviance_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_tweedie_deviance_accum(orchard.mean_loss_state, float8, float8, float8, float8) IS 'transition function: label, prediction, power, weight';

CREATE FUNCTION orchard.mean_loss_merge(orchard.mean_loss_state, orchard.mean_loss_state) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_merge(orchard.mean_loss_state, orchard.mean_loss_state) IS 'both sets of rows together';

CREATE FUNCTION orchard.mean_loss_state_final(orchard.mean_loss_state) RETURNS orchard.mean_loss_state
	AS 'MODULE_PATHNAME', 'orchard_mean_loss_state_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss_state_final(orchard.mean_loss_state) IS 'the state itself; NULL over no rows';

CREATE FUNCTION orchard.mean_loss(orchard.mean_loss_state) RETURNS float8
	AS 'MODULE_PATHNAME', 'orchard_mean_loss' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION orchard.mean_loss(orchard.mean_loss_state) IS 'the mean of the losses; NULL over no rows';

CREATE AGGREGATE orchard.mape(label float8, prediction float8) (
	SFUNC = orchard.mape_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mape(label float8, prediction float8) IS 'mean absolute error as a share of the label, 0.1 for 10 %';

CREATE AGGREGATE orchard.mape(label float8, prediction float8, weight float8) (
	SFUNC = orchard.mape_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mape(label float8, prediction float8, weight float8) IS 'mean absolute error as a share of the label, 0.1 for 10 %, weighted';

CREATE AGGREGATE orchard.pinball(label float8, prediction float8, quantile float8) (
	SFUNC = orchard.pinball_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pinball(label float8, prediction float8, quantile float8) IS 'mean pinball loss, least for predictions of that quantile';

CREATE AGGREGATE orchard.pinball(label float8, prediction float8, quantile float8, weight float8) (
	SFUNC = orchard.pinball_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pinball(label float8, prediction float8, quantile float8, weight float8) IS 'mean pinball loss, least for predictions of that quantile, weighted';

CREATE AGGREGATE orchard.mean_tweedie_deviance(label float8, prediction float8, power float8) (
	SFUNC = orchard.mean_tweedie_deviance_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mean_tweedie_deviance(label float8, prediction float8, power float8) IS 'mean unit deviance of targets whose variance is the mean to this power: 1 Poisson, 2 gamma, between them Tweedie';

CREATE AGGREGATE orchard.mean_tweedie_deviance(label float8, prediction float8, power float8, weight float8) (
	SFUNC = orchard.mean_tweedie_deviance_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mean_tweedie_deviance(label float8, prediction float8, power float8, weight float8) IS 'mean unit deviance of targets whose variance is the mean to this power: 1 Poisson, 2 gamma, between them Tweedie, weighted';

CREATE AGGREGATE orchard.mapes(label float8, prediction float8) (
	SFUNC = orchard.mape_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mapes(label float8, prediction float8) IS 'the state behind mape, to store and merge';

CREATE AGGREGATE orchard.mapes(label float8, prediction float8, weight float8) (
	SFUNC = orchard.mape_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mapes(label float8, prediction float8, weight float8) IS 'the state behind mape, to store and merge, weighted';

CREATE AGGREGATE orchard.pinballs(label float8, prediction float8, quantile float8) (
	SFUNC = orchard.pinball_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pinballs(label float8, prediction float8, quantile float8) IS 'the state behind pinball, to store and merge';

CREATE AGGREGATE orchard.pinballs(label float8, prediction float8, quantile float8, weight float8) (
	SFUNC = orchard.pinball_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.pinballs(label float8, prediction float8, quantile float8, weight float8) IS 'the state behind pinball, to store and merge, weighted';

CREATE AGGREGATE orchard.mean_tweedie_deviances(label float8, prediction float8, power float8) (
	SFUNC = orchard.mean_tweedie_deviance_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mean_tweedie_deviances(label float8, prediction float8, power float8) IS 'the state behind mean_tweedie_deviance, to store and merge';

CREATE AGGREGATE orchard.mean_tweedie_deviances(label float8, prediction float8, power float8, weight float8) (
	SFUNC = orchard.mean_tweedie_deviance_accum,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.mean_tweedie_deviances(label float8, prediction float8, power float8, weight float8) IS 'the state behind mean_tweedie_deviance, to store and merge, weighted';

CREATE AGGREGATE orchard.merge(orchard.mean_loss_state) (
	SFUNC = orchard.mean_loss_merge,
	STYPE = orchard.mean_loss_state,
	INITCOND = '(0,0,0,0,0)',
	FINALFUNC = orchard.mean_loss_state_final,
	COMBINEFUNC = orchard.mean_loss_merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.merge(orchard.mean_loss_state) IS 'all sets of rows together';

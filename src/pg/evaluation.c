/*
 * evaluation.c: predictions against labels.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "kernel/metric/class_scores.h"
#include "kernel/metric/confusion.h"
#include "kernel/stat/deviance.h"

#include "pg/column_type.h"
#include "pg/compat.h"
#include "pg/evaluation.h"
#include "pg/memory.h"
#include "pg/model_cache.h"
#include "pg/score_binding.h"

#define CLASSES_NAMED 10 /* in a message, at most */

static const char *const what = "the evaluation";

/* A column that is read beside the features; index -1 = none. */
typedef struct ReadColumn
{
	int index;
	ColumnType type;
	const char *name;
} ReadColumn;

struct Evaluation
{
	MemoryAccount *account;
	const struct varlena *stored;
	Model *model;
	RowLayout *layout;
	MemoryContext binding_context; /* of the binding alone */
	ScoreBinding *binding;		   /* good while its serial is that of the cached model */
	ReadColumn target;
	ReadColumn weight;
	double *class_numbers; /* the classes as numbers, for a target that is one */
	int64 rows;
	int64 rows_skipped;
	PredictionError error; /* regression; for classes, of probability against 0 and 1 */
	LogLoss share;		   /* of errors in their labels; while they all have one */
	bool has_share;
	LogLoss loss;	 /* of classes; of the objective, for regression by deviances and quantiles */
	double power;	 /* deviances: of the mean in the variance; else 0 */
	double quantile; /* that is predicted; else NaN */
	bool
		has_deviance; /* every prediction so far was above 0 and every label one of the objective */
	DoubleDouble part; /* of the deviance about the mean label */
	Roc roc;
	int steps;
	DoubleDouble
		*above[2];		/* by is_positive: weight of rows above exactly k thresholds, steps + 2 */
	ClassScores scores; /* of more than two classes, in place of the four before */
};

static void
require(Evaluation *evaluation, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(evaluation->account, status, what);
}

static ReadColumn
find_column(const RowLayout *layout, const char *name, const char *role)
{
	ReadColumn column = {.index = row_layout_require(layout, name, role), .name = name};

	if (!column_type_of(TupleDescAttr(layout->descriptor, column.index)->atttypid, &column.type) ||
		column.type.reader == READ_FLOAT8_ARRAY || column.type.reader == READ_FLOAT4_ARRAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s column \"%s\" cannot be of type %s", role, name,
						format_type_be(TupleDescAttr(layout->descriptor, column.index)->atttypid)),
				 errhint("Give a number, a time, text, an enum or a boolean.")));
	return column;
}

static void
bind(Evaluation *evaluation)
{
	MemoryContext caller = MemoryContextSwitchTo(evaluation->binding_context);

	MemoryContextReset(evaluation->binding_context);
	evaluation->binding = score_binding_of_row(model_cache_get(PointerGetDatum(evaluation->stored)),
											   evaluation->layout);
	MemoryContextSwitchTo(caller);
}

/* Classes as numbers; what is none is NaN and equals no label. */
static void
read_class_numbers(Evaluation *evaluation)
{
	uint32 i;

	evaluation->class_numbers = palloc(sizeof(double) * Max(evaluation->model->n_classes, 1));
	for (i = 0; i < evaluation->model->n_classes; i++)
	{
		char *end;

		evaluation->class_numbers[i] = strtod(evaluation->model->classes[i], &end);
		if (*end != '\0')
			evaluation->class_numbers[i] = NAN;
	}
}

/* A number among the options of a model, or the default when it is not there. */
static double
number_option(const Model *model, const char *name, double standard)
{
	Jsonb *options;
	JsonbValue place;
	const JsonbValue *value;

	if (model->options[0] == '\0')
		return standard;
	options = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(model->options)));
	if (!JB_ROOT_IS_OBJECT(options))
		return standard;
	value = getKeyJsonValueFromContainer(&options->root, name, strlen(name), &place);
	if (value == NULL || value->type != jbvNumeric)
		return standard;
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

/* What the objective of a regression is about, beside squared and absolute errors. */
static void
set_objective(Evaluation *evaluation)
{
	const Model *model = evaluation->model;

	evaluation->quantile = NAN;
	evaluation->has_deviance = true;
	evaluation->has_share = true;
	switch (model->objective)
	{
		case OBJECTIVE_POISSON:
			evaluation->power = 1.0;
			break;
		case OBJECTIVE_GAMMA:
			evaluation->power = 2.0;
			break;
		case OBJECTIVE_TWEEDIE:
			evaluation->power = number_option(model, "tweedie_power", 1.5);
			break;
		case OBJECTIVE_QUANTILE:
			evaluation->quantile =
				number_option(model, "quantile", number_option(model, "alpha", 0.5));
			break;
		default:
			break;
	}
	/* Options of a forged model may say anything. */
	if (evaluation->power != 0.0 && !(evaluation->power >= 1.0 && evaluation->power <= 2.0))
		evaluation->power = 1.5;
	if (!(evaluation->quantile >= 0.0 && evaluation->quantile <= 1.0))
		evaluation->quantile = NAN;
}

/* What has no target cannot be right or wrong. */
static void
require_target(const Model *model)
{
	if (model->target[0] == '\0')
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model has no target to be evaluated against"),
			 errdetail("An isolation forest is trained without one."),
			 errhint(
				 "Where rows have labels, use the metrics themselves, such as orchard.roc_auc(label, orchard.predict(model, ...)).")));
}

Evaluation *
evaluation_create(const struct varlena *stored, TupleDesc columns, const char *weight, int steps)
{
	Evaluation *evaluation = palloc0(sizeof(Evaluation));

	evaluation->account = memory_account_create(
		AllocSetContextCreate(CurrentMemoryContext, "orchard evaluation", ALLOCSET_DEFAULT_SIZES));
	evaluation->binding_context = AllocSetContextCreate(
		CurrentMemoryContext, "orchard evaluation binding", ALLOCSET_SMALL_SIZES);
	evaluation->stored = stored;
	evaluation->model = model_decode_stored(stored);
	require_target(evaluation->model);
	set_objective(evaluation);
	evaluation->layout = row_layout_of_columns(columns);
	evaluation->target = find_column(evaluation->layout, evaluation->model->target, "target");
	evaluation->weight.index = -1;
	if (weight != NULL)
		evaluation->weight = find_column(evaluation->layout, weight, "weight");
	if (evaluation->weight.index >= 0 && evaluation->weight.type.family != FAMILY_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("weight column \"%s\" must be a number", weight),
				 errhint("Cast it, for example to float8.")));
	if (evaluation->model->n_classes == 0 && evaluation->target.type.family == FAMILY_CATEGORY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("target column \"%s\" is categorical, but the model predicts a number",
						evaluation->model->target),
				 errhint("Give the target as the number that the model was trained on.")));
	read_class_numbers(evaluation);
	if (evaluation_is_of_many(evaluation))
		require(evaluation,
				class_scores_create(&evaluation->scores, (int32) evaluation->model->n_classes,
									&evaluation->account->allocator));
	evaluation->steps = Max(steps, 2); /* the second of three thresholds is 0.5 */
	evaluation->above[0] = palloc0(sizeof(DoubleDouble) * (evaluation->steps + 2));
	evaluation->above[1] = palloc0(sizeof(DoubleDouble) * (evaluation->steps + 2));
	bind(evaluation);
	return evaluation;
}

bool
evaluation_reads_column(const Model *model, const char *weight, const char *name)
{
	uint32 i;

	if (strcmp(name, model->target) == 0 || (weight != NULL && strcmp(name, weight) == 0))
		return true;
	for (i = model_prepared(model); i < model->n_features; i++)
	{
		if (strcmp(name, model->features[i].name) == 0)
			return true;
	}
	return model_preprocess_reads(model, name);
}

const Model *
evaluation_model(const Evaluation *evaluation)
{
	return evaluation->model;
}

bool
evaluation_is_of_many(const Evaluation *evaluation)
{
	return evaluation->model->n_classes > 2;
}

/* Which class the label is: its index, or -1 for one that the model does not know. */
static int
find_class(const Evaluation *evaluation, Datum label)
{
	const Model *model = evaluation->model;
	const ReadColumn *target = &evaluation->target;
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	double number = 0.0;
	uint32 i;

	if (target->type.family == FAMILY_CATEGORY)
		text = column_read_text(target->type.reader, label, scratch, &length);
	else
		number = column_read_number(target->type.reader, label, target->type.family, target->name);
	for (i = 0; i < model->n_classes; i++)
	{
		if (text == NULL ?
				number == evaluation->class_numbers[i] :
				strlen(model->classes[i]) == length && memcmp(model->classes[i], text, length) == 0)
			return (int) i;
	}
	return -1;
}

/* The classes of the model as a list, or the first of many. */
static char *
list_classes(const Model *model)
{
	StringInfoData list;
	uint32 i;

	initStringInfo(&list);
	for (i = 0; i < model->n_classes && i < CLASSES_NAMED; i++)
		appendStringInfo(&list, "%s%s",
						 i == 0						   ? "" :
							 i + 1 == model->n_classes ? " and " :
														 ", ",
						 model->classes[i]);
	if (model->n_classes > CLASSES_NAMED)
		appendStringInfo(&list, " and %u more", model->n_classes - CLASSES_NAMED);
	return list.data;
}

/* The label's class.  A model of one class takes any other label as -1. */
static int
require_class(const Evaluation *evaluation, Datum label)
{
	const Model *model = evaluation->model;
	int found = find_class(evaluation, label);

	if (found < 0 && model->n_classes > 1)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target column \"%s\" has a class that the model does not know", model->target),
			 errdetail("The model has the classes %s.", list_classes(model)),
			 errhint("Leave such rows out.")));
	return found;
}

/* The row's weight; 0 leaves it out. */
static double
read_weight(const Evaluation *evaluation, const Datum *values, const bool *nulls)
{
	const ReadColumn *column = &evaluation->weight;

	if (column->index < 0)
		return 1.0;
	if (nulls[column->index])
		return 0.0;
	return column_read_weight(column->type.reader, values[column->index], column->name);
}

/* Of the thresholds 0, 1 / steps, ..., 1: how many are below the probability. */
static int
count_below(int steps, double probability)
{
	int n = Min(Max((int) ceil(probability * steps), 0), steps + 1);

	while (n <= steps && (double) n / steps < probability)
		n++;
	while (n > 0 && (double) (n - 1) / steps >= probability)
		n--;
	return n;
}

static void
add_class(Evaluation *evaluation, bool is_positive, double probability, double weight)
{
	const Allocator *allocator = &evaluation->account->allocator;
	DoubleDouble *above =
		&evaluation->above[is_positive][count_below(evaluation->steps, probability)];

	*above = dd_add_double(*above, weight);
	require(evaluation, prediction_error_add(&evaluation->error, is_positive, probability, weight));
	require(evaluation, log_loss_add(&evaluation->loss, is_positive, probability, weight));
	require(evaluation,
			roc_add(&evaluation->roc, allocator, &evaluation->account->stop, is_positive,
					probability, weight));
}

/* A row of more than two classes, whose probabilities the scorer has. */
static void
add_one_of_many(Evaluation *evaluation, int actual, double weight)
{
	const CachedModel *cached = evaluation->binding->model;

	require(evaluation,
			class_scores_add(&evaluation->scores, &evaluation->account->allocator,
							 &evaluation->account->stop, actual,
							 (int32) score_likeliest_class(cached, cached->outputs[0]),
							 cached->outputs, weight));
}

/* A label or a prediction without a deviance leaves the whole without one. */
static void
add_deviance(Evaluation *evaluation, double label, double prediction, double weight)
{
	double power = evaluation->power;

	if (!(prediction > 0.0) || label < 0.0 || (label == 0.0 && power == 2.0))
	{
		evaluation->has_deviance = false;
		return;
	}
	require(evaluation, deviance_loss_add(&evaluation->loss, label, prediction, power, weight));
	evaluation->part = dd_add_double(evaluation->part, weight * deviance_part(power, label));
}

static void
add_number(Evaluation *evaluation, Datum label, double prediction, double weight)
{
	const ReadColumn *target = &evaluation->target;
	double number =
		column_read_number(target->type.reader, label, target->type.family, target->name);

	if (!isfinite(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target column \"%s\" must be finite, not %g", target->name, number),
				 errhint("Leave such rows out, or store NULL for a value that is not known.")));
	require(evaluation, prediction_error_add(&evaluation->error, number, prediction, weight));
	/* A label of 0 or next to it leaves errors without a share. */
	evaluation->has_share = evaluation->has_share && number != 0.0 &&
		percentage_loss_add(&evaluation->share, number, prediction, weight) == KERNEL_OK;
	if (!isnan(evaluation->quantile))
		require(
			evaluation,
			pinball_loss_add(&evaluation->loss, number, prediction, evaluation->quantile, weight));
	if (evaluation->power > 0.0 && evaluation->has_deviance)
		add_deviance(evaluation, number, prediction, weight);
}

void
evaluation_add(Evaluation *evaluation, const Datum *values, const bool *nulls)
{
	int target = evaluation->target.index;
	double weight = nulls[target] ? 0.0 : read_weight(evaluation, values, nulls);
	double prediction;

	if (weight == 0.0)
	{
		evaluation->rows_skipped++;
		return;
	}
	/* The source may score with other models, which the cache may put in this one's place. */
	if (unlikely(evaluation->binding->serial != evaluation->binding->model->serial))
		bind(evaluation);
	prediction = score_binding_predict(evaluation->binding, values, nulls);
	if (!isfinite(prediction))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the prediction of a row is not finite"),
			 errhint(
				 "Leave rows with NaN or infinite features out, or store NULL for a value that is not known.")));
	if (evaluation->model->n_classes == 0)
		add_number(evaluation, values[target], prediction, weight);
	else if (evaluation_is_of_many(evaluation))
		add_one_of_many(evaluation, require_class(evaluation, values[target]), weight);
	else
		add_class(evaluation,
				  require_class(evaluation, values[target]) ==
					  (int) evaluation->model->positive_class,
				  prediction, weight);
	evaluation->rows++;
}

void
evaluation_confusion(const Evaluation *evaluation, int step, double confusion[2][2])
{
	int actual;
	int k;

	for (actual = 0; actual < 2; actual++)
	{
		DoubleDouble sums[2] = {{0.0, 0.0}, {0.0, 0.0}};

		for (k = 0; k < evaluation->steps + 2; k++)
			sums[k > step] = dd_add(sums[k > step], evaluation->above[actual][k]);
		confusion[actual][0] = sums[0].hi;
		confusion[actual][1] = sums[1].hi;
	}
}

void
evaluation_classes(const Evaluation *evaluation, double *cells)
{
	class_scores_cells(&evaluation->scores, cells);
}

/* Appends a metric, undefined where the status or a NaN says so. */
static void
add_metric(Evaluation *evaluation, EvaluationMetric *metrics, int *n, const char *name,
		   Status status, double value)
{
	if (status != KERNEL_INVALID)
		require(evaluation, status);
	metrics[(*n)++] = (EvaluationMetric){name, value, status == KERNEL_OK && isfinite(value)};
}

static void
add_class_metrics(Evaluation *evaluation, EvaluationMetric *metrics, int *n)
{
	const Allocator *allocator = &evaluation->account->allocator;
	double confusion[2][2];
	const double *cells;
	double value = NAN;
	Status status;

	require(evaluation, roc_compact(&evaluation->roc, allocator, &evaluation->account->stop));
	status = roc_auc(&evaluation->roc, &value);
	add_metric(evaluation, metrics, n, "roc_auc", status, value);
	value = NAN;
	status = roc_average_precision(&evaluation->roc, &value);
	add_metric(evaluation, metrics, n, "pr_auc", status, value);
	value = NAN;
	status = roc_kolmogorov_smirnov(&evaluation->roc, &value);
	add_metric(evaluation, metrics, n, "ks", status, value);
	status = log_loss_mean(&evaluation->loss, &value);
	add_metric(evaluation, metrics, n, "log_loss", status, value);
	status = prediction_error_rmse(&evaluation->error, &value);
	add_metric(evaluation, metrics, n, "brier", status, value * value);
	if (evaluation->steps % 2 != 0)
		return; /* 0.5 is no threshold */
	evaluation_confusion(evaluation, evaluation->steps / 2, confusion);
	cells = &confusion[0][0];
	add_metric(evaluation, metrics, n, "accuracy", KERNEL_OK, confusion_accuracy(cells, 2));
	add_metric(evaluation, metrics, n, "precision", KERNEL_OK, confusion_precision(cells, 2, 1));
	add_metric(evaluation, metrics, n, "recall", KERNEL_OK, confusion_recall(cells, 2, 1));
	add_metric(evaluation, metrics, n, "f1", KERNEL_OK, confusion_f1(cells, 2, 1));
	add_metric(evaluation, metrics, n, "mcc", KERNEL_OK, confusion_mcc(cells, 2));
}

/* Metrics of more than two classes, under scikit-learn's names of their means over classes. */
static void
add_metrics_of_many(Evaluation *evaluation, EvaluationMetric *metrics, int *n)
{
	ClassScores *scores = &evaluation->scores;
	int32 k = scores->n_classes;
	double *cells = palloc_extended(sizeof(double) * k * k, MCXT_ALLOC_HUGE);
	double value = NAN;
	Status status;

	status = class_scores_auc(scores, &evaluation->account->allocator, &evaluation->account->stop,
							  &value);
	if (scores->curves == NULL)
		ereport(
			WARNING,
			(errmsg("roc_auc_ovr is left out, since the scores behind it exceed the memory limit"),
			 errhint("Raise orchard.max_memory, or evaluate fewer rows.")));
	add_metric(evaluation, metrics, n, "roc_auc_ovr", status, value);
	value = NAN;
	status = log_loss_mean(&scores->loss, &value);
	add_metric(evaluation, metrics, n, "log_loss", status, value);
	class_scores_cells(scores, cells);
	add_metric(evaluation, metrics, n, "accuracy", KERNEL_OK, confusion_accuracy(cells, k));
	add_metric(evaluation, metrics, n, "f1_macro", KERNEL_OK, confusion_f1_macro(cells, k));
	add_metric(evaluation, metrics, n, "f1_weighted", KERNEL_OK, confusion_f1_weighted(cells, k));
	add_metric(evaluation, metrics, n, "mcc", KERNEL_OK, confusion_mcc(cells, k));
	pfree(cells);
}

/* The loss that the objective is about, where that is a deviance or a quantile's. */
static void
add_objective_metrics(Evaluation *evaluation, EvaluationMetric *metrics, int *n)
{
	double value = NAN;
	Status status = log_loss_mean(&evaluation->loss, &value);

	if (!isnan(evaluation->quantile))
		add_metric(evaluation, metrics, n, "pinball", status, value);
	if (evaluation->power > 0.0)
	{
		double weight = evaluation->error.weight.hi;
		double mean = evaluation->error.label.hi / weight;
		double about_mean = mean > 0.0 ?
			deviance_about_mean(evaluation->power, weight, mean, evaluation->part.hi) / weight :
			0.0;

		if (!evaluation->has_deviance)
			status = KERNEL_INVALID;
		add_metric(evaluation, metrics, n, "mean_deviance", status, value);
		/* Of the sums' own rounding: less is a constant label. */
		if (!(about_mean > 1e-14 * fabs(evaluation->part.hi / weight)))
			status = KERNEL_INVALID;
		add_metric(evaluation, metrics, n, "d2", status, 1.0 - value / about_mean);
	}
}

int
evaluation_metrics(Evaluation *evaluation, EvaluationMetric *metrics)
{
	double value = NAN;
	Status status;
	int n = 0;

	add_metric(evaluation, metrics, &n, "rows", KERNEL_OK, evaluation->rows);
	add_metric(evaluation, metrics, &n, "rows_skipped", KERNEL_OK, evaluation->rows_skipped);
	if (evaluation_is_of_many(evaluation))
	{
		add_metrics_of_many(evaluation, metrics, &n);
		return n;
	}
	if (evaluation->model->n_classes > 0)
	{
		add_class_metrics(evaluation, metrics, &n);
		return n;
	}
	status = prediction_error_rmse(&evaluation->error, &value);
	add_metric(evaluation, metrics, &n, "rmse", status, value);
	status = prediction_error_mae(&evaluation->error, &value);
	add_metric(evaluation, metrics, &n, "mae", status, value);
	status = prediction_error_r2(&evaluation->error, &value);
	add_metric(evaluation, metrics, &n, "r2", status, value);
	value = NAN;
	status = evaluation->has_share ? log_loss_mean(&evaluation->share, &value) : KERNEL_INVALID;
	add_metric(evaluation, metrics, &n, "mape", status, value);
	add_objective_metrics(evaluation, metrics, &n);
	return n;
}

/* One more warning, for the model and the client. */
static void
warn(Model *model, char *text)
{
	char **warnings = palloc(sizeof(char *) * (model->n_warnings + 1));

	if (model->n_warnings > 0)
		memcpy(warnings, model->warnings, sizeof(char *) * model->n_warnings);
	warnings[model->n_warnings++] = text;
	model->warnings = warnings;
	ereport(WARNING, (errmsg("%s", text)));
}

struct varlena *
evaluation_record(Evaluation *evaluation)
{
	EvaluationMetric metrics[EVALUATION_METRICS];
	Model *model = evaluation->model;
	ModelMetric *kept;
	struct varlena *stored;
	uint8_t *bytes;
	size_t length;
	int n = evaluation_metrics(evaluation, metrics);
	int i;

	kept = palloc(sizeof(ModelMetric) * (model->n_metrics + n));
	if (model->n_metrics > 0)
		memcpy(kept, model->metrics, sizeof(ModelMetric) * model->n_metrics);
	model->metrics = kept;
	for (i = 0; i < n; i++)
	{
		if (!metrics[i].is_defined)
			continue;
		kept[model->n_metrics].name = psprintf("validation.%s", metrics[i].name);
		kept[model->n_metrics++].value = metrics[i].value;
	}
	if (evaluation->rows == 0)
		warn(model, pstrdup("no row was held out, so there are no metrics of validation"));
	require(evaluation, model_encode(model, memory_transient(), &bytes, &length));
	stored = palloc_extended(VARHDRSZ + length, MCXT_ALLOC_HUGE);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	pfree(bytes);
	return stored;
}

/*
 * model_evaluate.c: evaluate, confusion_matrix and threshold_table: a model against the rows of a query.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "kernel/metric/confusion.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/evaluation.h"
#include "pg/model_cache.h"
#include "pg/registry_lookup.h"
#include "pg/row_source.h"

PG_FUNCTION_INFO_V1(orchard_evaluate);
PG_FUNCTION_INFO_V1(orchard_confusion_matrix);
PG_FUNCTION_INFO_V1(orchard_threshold_table);

#define MAX_STEPS 10000

/* Takes the executor's slots. */
typedef struct EvaluationReceiver
{
	DestReceiver receiver; /* first: the executor knows this */
	MemoryContext row_context;
	Evaluation *evaluation;
} EvaluationReceiver;

static void
receive_startup(DestReceiver *self, int operation, TupleDesc descriptor)
{
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	EvaluationReceiver *receiver = (EvaluationReceiver *) self;
	MemoryContext caller = MemoryContextSwitchTo(receiver->row_context);

	slot_getallattrs(slot);
	evaluation_add(receiver->evaluation, slot->tts_values, slot->tts_isnull);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(receiver->row_context);
	return true;
}

static void
receive_end(DestReceiver *self)
{
}

/* The columns that are read, in the order in which the query gives them. */
static TupleDesc
read_columns(RowSource *source, const Model *model, const char *weight)
{
	TupleDesc all = source->layout->descriptor;
	TupleDesc columns;
	AttrNumber n = 0;
	int i;

	for (i = 0; i < all->natts; i++)
	{
		source->is_read[i] =
			evaluation_reads_column(model, weight, NameStr(TupleDescAttr(all, i)->attname));
		n += source->is_read[i];
	}
	columns = CreateTemplateTupleDesc(n);
	for (n = 0, i = 0; i < all->natts; i++)
	{
		if (source->is_read[i])
			TupleDescCopyEntry(columns, ++n, all, i + 1);
	}
	return columns;
}

/* The stored model of argument 0, by value or by name. */
static struct varlena *
model_argument(FunctionCallInfo fcinfo)
{
	text *name;

	require_argument(fcinfo, 0, "model");
	if (get_fn_expr_argtype(fcinfo->flinfo, 0) != TEXTOID)
		return (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	name = PG_GETARG_TEXT_PP(0);
	return registry_load(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/* (model, source, ..., weight as argument i), evaluated, in a child of the current memory context. */
static Evaluation *
evaluate(FunctionCallInfo fcinfo, int i, int steps)
{
	struct varlena *stored = model_argument(fcinfo);
	char *weight = PG_ARGISNULL(i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(i));
	MemoryContext context = CurrentMemoryContext;
	EvaluationReceiver receiver = {.receiver = {.receiveSlot = receive_row,
												.rStartup = receive_startup,
												.rShutdown = receive_end,
												.rDestroy = receive_end,
												.mydest = DestTuplestore}};
	RowSource *source;
	char *query;

	query = text_argument(fcinfo, 1, "source");
	receiver.row_context =
		AllocSetContextCreate(context, "orchard evaluation row", ALLOCSET_SMALL_SIZES);
	SPI_connect();
	MemoryContextSwitchTo(context);
	source = row_source_open(query);
	receiver.evaluation = evaluation_create(
		stored, read_columns(source, model_decode_stored(stored), weight), weight, steps);
	row_source_read(source, &receiver.receiver);
	SPI_finish();
	MemoryContextSwitchTo(context);
	return receiver.evaluation;
}

static void
require_classes(const Evaluation *evaluation, const char *function)
{
	if (evaluation_model(evaluation)->n_classes == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a classification model, but the model predicts the number \"%s\"",
						function, evaluation_model(evaluation)->target),
				 errhint("Use orchard.evaluate(model, source).")));
}

/* evaluate(model, source, weight): metric, value. */
Datum
orchard_evaluate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	EvaluationMetric metrics[EVALUATION_METRICS];
	int n = evaluation_metrics(evaluate(fcinfo, 2, 2), metrics);
	int i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < n; i++)
	{
		Datum values[2] = {CStringGetTextDatum(metrics[i].name), Float8GetDatum(metrics[i].value)};
		bool nulls[2] = {false, !metrics[i].is_defined};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The weights of two classes at 0.5, by the places of the classes. */
static void
two_classes(const Evaluation *evaluation, double *cells)
{
	uint32 positive = evaluation_model(evaluation)->positive_class;
	uint32 n = evaluation_model(evaluation)->n_classes;
	double confusion[2][2];
	uint32 actual;
	uint32 predicted;

	evaluation_confusion(evaluation, 1, confusion);
	for (actual = 0; actual < n; actual++)
	{
		for (predicted = 0; predicted < n; predicted++)
			cells[actual * n + predicted] = confusion[actual == positive][predicted == positive];
	}
}

/* confusion_matrix(model, source, weight): actual, predicted, rows. */
Datum
orchard_confusion_matrix(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Evaluation *evaluation = evaluate(fcinfo, 2, 2);
	const Model *model = evaluation_model(evaluation);
	double *cells;
	Size i;

	require_classes(evaluation, "confusion_matrix");
	cells = palloc_extended(sizeof(double) * model->n_classes * model->n_classes, MCXT_ALLOC_HUGE);
	if (evaluation_is_of_many(evaluation))
		evaluation_classes(evaluation, cells);
	else
		two_classes(evaluation, cells);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < (Size) model->n_classes * model->n_classes; i++)
	{
		Datum values[3] = {CStringGetTextDatum(model->classes[i / model->n_classes]),
						   CStringGetTextDatum(model->classes[i % model->n_classes]),
						   Float8GetDatum(cells[i])};
		bool nulls[3] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static void
set_ratio(Datum *values, bool *nulls, int i, double ratio)
{
	values[i] = Float8GetDatum(ratio);
	nulls[i] = !isfinite(ratio);
}

/* threshold_table(model, source, steps, weight): threshold, counts, ratios. */
Datum
orchard_threshold_table(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Evaluation *evaluation;
	int steps;
	int i;

	require_argument(fcinfo, 2, "steps");
	steps = PG_GETARG_INT32(2);
	if (steps < 2 || steps > MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"steps\" must be between 2 and %d, not %d", MAX_STEPS, steps),
				 errhint("With 20 the thresholds are 0, 0.05, ..., 1.")));
	evaluation = evaluate(fcinfo, 3, steps);
	require_classes(evaluation, "threshold_table");
	if (evaluation_is_of_many(evaluation))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("threshold_table needs a model of two classes, but this one has %u",
					evaluation_model(evaluation)->n_classes),
			 errhint(
				 "Use orchard.confusion_matrix(model, source), or count the rows where orchard.probability(model, class, row) exceeds a threshold.")));
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i <= steps; i++)
	{
		double confusion[2][2];
		Datum values[9];
		bool nulls[9] = {false};

		evaluation_confusion(evaluation, i, confusion);
		values[0] = Float8GetDatum((double) i / steps);
		values[1] = Float8GetDatum(confusion[1][1]);
		values[2] = Float8GetDatum(confusion[0][1]);
		values[3] = Float8GetDatum(confusion[0][0]);
		values[4] = Float8GetDatum(confusion[1][0]);
		set_ratio(values, nulls, 5, confusion_precision(&confusion[0][0], 2, 1));
		set_ratio(values, nulls, 6, confusion_recall(&confusion[0][0], 2, 1));
		set_ratio(values, nulls, 7, confusion_f1(&confusion[0][0], 2, 1));
		set_ratio(values, nulls, 8, confusion[0][1] / (confusion[0][0] + confusion[0][1]));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

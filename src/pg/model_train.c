/*
 * model_train.c: train(name, source, target, algorithm, options): runs a query, trains on its rows
 * and registers the model.
 *
 * Three ways to read the rows, of which none forms one.  A DestReceiver of ours takes the executor's
 * slots, and in them, where they stand for rows as a table or a sort keeps them, these rows.  Where
 * sums are all that a family needs, and the planner would have workers share the work of an aggregate,
 * each process sums its own rows: those of a whole table by a scan that we share out ourselves
 * (shared_rows.c), those of other sources by the query fit_columns over the columns.  Rows that are
 * held out to validate the model wait in a tuplestore, which goes to a temporary file beyond work_mem;
 * they come out again when the model is there, so the query runs once.  Where the rows themselves are
 * kept, those beyond orchard.max_memory go to a temporary file too (spill.c).
 *
 * Both feed the FitState that fit() feeds, so from one process the model is that of fit() to the
 * last bit.
 *
 * Everything lives in one memory context below the caller's, which an error deletes with it.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "kernel/base/hash.h"
#include "kernel/linear/least_squares.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/evaluation.h"
#include "pg/fit_feed.h"
#include "pg/fit_final.h"
#include "pg/model_cache.h"
#include "pg/model_reference.h"
#include "pg/model_registry.h"
#include "pg/row_source.h"
#include "pg/shared_rows.h"

#define COLUMNS_BY_ARGUMENT 95 /* at most, since a function has 100 arguments */

PG_FUNCTION_INFO_V1(orchard_train);

extern Datum orchard_summary(PG_FUNCTION_ARGS);

/* One training in progress. */
typedef struct Training
{
	DestReceiver receiver; /* first: the executor knows this */
	MemoryContext context; /* of all that follows */
	RowSource *source;
	char *target;
	Jsonb *options_json; /* with the algorithm */
	FitOptions *options;
	FitFeed feed;			   /* its columns: those read, then the others; or as in the table */
	TupleDesc row_columns;	   /* those of a slot */
	Tuplestorestate *held_out; /* rows to validate on; NULL when the options ask for none */
	int validation;			   /* the column that marks them, or -1 */
	uint64 *column_seeds;	   /* feed.n_read: what a value's hash begins with */
} Training;

/* (train(...)).* in a select list would train once for each column. */
static void
require_from_clause(FunctionCallInfo fcinfo)
{
	if (fcinfo->resultinfo == NULL || !IsA(fcinfo->resultinfo, ReturnSetInfo))
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("orchard.train must be called in FROM"),
			 errhint(
				 "For example SELECT * FROM orchard.train('churn', 'customers', 'churned', 'logistic_regression').")));
}

/* The options with the algorithm among them. */
static Jsonb *
merge_algorithm(Jsonb *options, const char *algorithm)
{
	JsonbValue *given = NULL;
	StringInfoData json;

	if (algorithm == NULL || !JB_ROOT_IS_OBJECT(options))
		return options;
	given = getKeyJsonValueFromContainer(&options->root, "algorithm", strlen("algorithm"), NULL);
	if (given != NULL &&
		(given->type != jbvString || given->val.string.len != (int) strlen(algorithm) ||
		 memcmp(given->val.string.val, algorithm, given->val.string.len) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"algorithm\" is \"%s\", but the option \"algorithm\" is another",
						algorithm),
				 errhint("Give the algorithm once.")));
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"algorithm\": ");
	escape_json(&json, algorithm);
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(
		DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(options),
							DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data))));
}

/* Decides which columns of the source are read; the others stay known by name. */
static void
begin_feed(Training *training)
{
	RowSource *source = training->source;
	FitFeed *feed = &training->feed;
	TupleDesc all = source->layout->descriptor;
	AttrNumber n = 0;
	int wanted;
	int i;

	*feed = (FitFeed){.context = training->context,
					  .target = training->target,
					  .options = training->options_json};
	feed->row_context =
		AllocSetContextCreate(training->context, "orchard training row", ALLOCSET_SMALL_SIZES);
	fit_require_columns(training->options, training->target, source->layout);
	for (i = 0; i < all->natts; i++)
	{
		source->is_read[i] = fit_reads_column(training->options, training->target,
											  NameStr(TupleDescAttr(all, i)->attname));
		feed->n_read += source->is_read[i];
	}
	feed->n_taken = feed->n_read;
	feed->columns = CreateTemplateTupleDesc(all->natts);
	for (wanted = 1; wanted >= 0; wanted--)
	{
		for (i = 0; i < all->natts; i++)
		{
			if (source->is_read[i] == (wanted == 1))
				TupleDescCopyEntry(feed->columns, ++n, all, i + 1);
		}
	}
}

/*
 * Reads the other columns too where rows then come as they are stored: to leave columns out, PostgreSQL
 * takes each row apart.
 */
static void
read_stored_rows(Training *training)
{
	RowSource *source = training->source;
	int last = 0;
	int i;

	if (training->options->validation != NULL || training->options->validation_fraction > 0.0)
		return; /* each value is looked at, and the row copied */
	for (i = 0; i < source->layout->n_columns; i++)
		last = source->is_read[i] ? i + 1 : last;
	if (!row_source_is_stored(source))
		return;
	for (i = 0; i < source->layout->n_columns; i++)
		source->is_read[i] = true;
	training->feed.columns = source->layout->descriptor;
	training->feed.n_read = source->layout->n_columns;
	training->feed.n_taken = last;
}

/* What the value of a column contributes: equal values of equal columns the same, in any order. */
static uint64
hash_value(const Training *training, int i, Datum value)
{
	Form_pg_attribute attribute = TupleDescAttr(training->row_columns, i);
	uint64 seed = training->column_seeds[i];
	struct varlena *packed;

	if (attribute->attbyval) /* the bits above its length may be anything */
		return hash_mix(seed ^ ((uint64) value << (64 - 8 * attribute->attlen)));
	if (attribute->attlen > 0)
		return hash_bytes(DatumGetPointer(value), attribute->attlen, seed);
	if (attribute->attlen == -2)
		return hash_bytes(DatumGetCString(value), strlen(DatumGetCString(value)), seed);
	packed = PG_DETOAST_DATUM_PACKED(value);
	return hash_bytes(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), seed);
}

/* Is this row held out?  By its column, or by a hash of its values and the seed. */
static bool
is_held_out(const Training *training, const TupleTableSlot *slot)
{
	uint64 hash = 0;
	int i;

	if (training->held_out == NULL)
		return false;
	if (training->validation >= 0)
	{
		if (slot->tts_isnull[training->validation])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("validation column \"%s\" is null", training->options->validation),
					 errhint("Say true or false of every row, for example by coalesce.")));
		return DatumGetBool(slot->tts_values[training->validation]);
	}
	for (i = 0; i < training->feed.n_read; i++)
	{
		if (!slot->tts_isnull[i])
			hash += hash_value(training, i, slot->tts_values[i]);
	}
	return (double) (hash_mix(hash) >> 11) * 0x1p-53 < training->options->validation_fraction;
}

/* Prepares for rows to be held out, when the options ask for it. */
static void
begin_hold_out(Training *training, TupleDesc row_columns)
{
	const FitOptions *options = training->options;
	MemoryContext caller;
	int i;

	if (options->validation == NULL && options->validation_fraction == 0.0)
		return;
	caller = MemoryContextSwitchTo(training->context);
	training->row_columns = CreateTupleDescCopy(row_columns);
	training->column_seeds = palloc(sizeof(uint64) * Max(training->feed.n_read, 1));
	training->validation = -1;
	for (i = 0; i < training->feed.n_read; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row_columns, i);
		const char *name = NameStr(attribute->attname);

		training->column_seeds[i] = hash_bytes(name, strlen(name), options->seed);
		if (options->validation == NULL || strcmp(name, options->validation) != 0)
			continue;
		if (getBaseType(attribute->atttypid) != BOOLOID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("validation column \"%s\" must be boolean", name),
					 errhint("Give a condition, such as day >= '2026-01-01' AS held_out.")));
		training->validation = i;
	}
	training->held_out = tuplestore_begin_heap(false, false, Min(work_mem, memory_limit() / 1024));
	MemoryContextSwitchTo(caller);
}

static void
receive_startup(DestReceiver *self, int operation, TupleDesc descriptor)
{
	begin_hold_out((Training *) self, descriptor);
}

/* A row of those held out, which boosting watches its loss on. */
static void
hold_out_row(Training *training, TupleTableSlot *slot)
{
	FitFeed *feed = &training->feed;

	tuplestore_puttupleslot(training->held_out, slot);
	if (training->options->algorithm != ALGORITHM_GRADIENT_BOOSTING)
		return;
	if (feed->state == NULL)
		fit_feed_begin(feed, slot);
	fit_state_hold_out_values(feed->state, feed->binding, slot->tts_values, slot->tts_isnull);
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Training *training = (Training *) self;
	MemoryContext caller = MemoryContextSwitchTo(training->feed.row_context);

	if (training->held_out != NULL)
		slot_getallattrs(slot);
	if (is_held_out(training, slot))
		hold_out_row(training, slot);
	else
		fit_feed_add(&training->feed, slot);
	MemoryContextSwitchTo(caller);
	fit_feed_end_row(&training->feed);
	return true;
}

static void
receive_end(DestReceiver *self)
{
}

/* The model with the metrics of the rows held out. */
static struct varlena *
validate(Training *training, struct varlena *model)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(training->row_columns, &TTSOpsMinimalTuple);
	Evaluation *evaluation =
		evaluation_create(model, training->row_columns, training->options->weight, 0);
	int target = 0;

	while (strcmp(NameStr(TupleDescAttr(training->row_columns, target)->attname),
				  training->target) != 0)
		target++;
	/* The slot frees its rows itself, so they are not read into the context of a row. */
	while (tuplestore_gettupleslot(training->held_out, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		if (slot->tts_isnull[target]) /* is what it would be among the other rows */
			fit_allow_null_target(training->options, training->target);
		MemoryContextSwitchTo(training->feed.row_context);
		evaluation_add(evaluation, slot->tts_values, slot->tts_isnull);
		MemoryContextSwitchTo(training->context);
		MemoryContextReset(training->feed.row_context);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(training->held_out);
	return evaluation_record(evaluation);
}

/* Makes ready for the source to be read again, its rows to be kept. */
static void
forget_rows(Training *training)
{
	fit_feed_forget(&training->feed);
	if (training->held_out != NULL)
		tuplestore_end(training->held_out);
	training->held_out = NULL;
	training->feed.keeps_rows = true;
}

/* The rows by slots into the feed. */
static void
read_slots(Training *training)
{
	training->receiver = (DestReceiver){.receiveSlot = receive_row,
										.rStartup = receive_startup,
										.rShutdown = receive_end,
										.rDestroy = receive_end,
										.mydest = DestTuplestore};
	read_stored_rows(training);
	row_source_read(training->source, &training->receiver);
}

/* Is there an array among the columns read?  Its length is that in the first row, which workers would choose. */
static bool
reads_array(const RowSource *source)
{
	int i;

	for (i = 0; i < source->layout->n_columns; i++)
	{
		ColumnType type;

		if (source->is_read[i] &&
			column_type_of(TupleDescAttr(source->layout->descriptor, i)->atttypid, &type) &&
			is_array_reader(type.reader))
			return true;
	}
	return false;
}

/* Are sums of the rows as they come, all of them, in any process, what the model needs? */
static bool
is_summed(const Training *training)
{
	const FitOptions *options = training->options;

	return !fit_options_keep_rows(options) && !training->source->in_order &&
		(options->preprocess == NULL || options->preprocess_is_fitted) &&
		options->validation == NULL && options->validation_fraction == 0.0;
}

/* The same where workers share the table; whether they do. */
static bool
read_shared(Training *training)
{
	int workers = is_summed(training) ? row_source_shared(training->source) : 0;

	if (workers == 0)
		return false;
	training->feed.state = shared_rows_read(training->source->table, training->target,
											training->options_json, workers);
	return true;
}

/* The model from the rows, which may have been read already. */
static struct varlena *
train_by_rows(Training *training, bool is_read)
{
	FitFeed *feed = &training->feed;
	struct varlena *model;

	if (!is_read)
		read_slots(training);
	if (!feed->keeps_rows && feed->state != NULL && fit_is_rough(feed->state))
	{
		forget_rows(training);
		read_slots(training);
	}
	if ((feed->state == NULL || feed->state->rows == 0) && training->held_out != NULL &&
		tuplestore_tuple_count(training->held_out) > 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("the model cannot be fitted: every row is held out for validation"),
			 errhint(
				 "Hold fewer rows out: see the options \"validation\" and \"validation_fraction\".")));
	fit_require_rows(feed->state);
	fit_notice_two_values(feed->state);
	model = fit_model_of_spent(feed->state, &feed->progress);
	fit_feed_end_file(feed);
	if (training->held_out == NULL)
		return model;
	return validate(training, model);
}

/* The names of all columns as a literal. */
static char *
quoted_names(TupleDesc columns)
{
	Datum *names = palloc(sizeof(Datum) * Max(columns->natts, 1));
	ArrayType *array;
	int i;

	for (i = 0; i < columns->natts; i++)
		names[i] = CStringGetTextDatum(NameStr(TupleDescAttr(columns, i)->attname));
	array = construct_array(names, columns->natts, TEXTOID, -1, false, TYPALIGN_INT);
	return quote_literal_cstr(OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array)));
}

/* The query that sums the columns, when its plan would have workers share that; else NULL. */
static SPIPlanPtr
prepare_sums(Training *training)
{
	char *options =
		JsonbToCString(NULL, &training->options_json->root, VARSIZE(training->options_json));
	Oid table = training->source->table;
	SPIPlanPtr plan;

	if (!is_summed(training) || training->feed.n_read > COLUMNS_BY_ARGUMENT)
		return NULL;
	/* One process that reads stored rows takes two fifths of the time by arguments. */
	if (row_source_is_stored(training->source) && !has_subclass(table))
		return NULL;
	plan = row_source_prepare(psprintf(
		"SELECT orchard.fit_columns(%s::pg_catalog.text[], %s::pg_catalog.text, "
		"%s::pg_catalog.jsonb, %s) FROM %s",
		quoted_names(training->feed.columns), quote_literal_cstr(training->target),
		quote_literal_cstr(options), row_source_columns(training->source), training->source->from));
	if (row_source_workers(plan) > 0)
		return plan;
	SPI_freeplan(plan);
	return NULL;
}

/* The model from that query. */
static struct varlena *
train_by_sums(SPIPlanPtr plan)
{
	struct varlena *model;
	Datum result;
	bool is_null;

	row_source_run(plan, NULL);
	if (SPI_processed != 1)
		elog(ERROR, "an aggregate gave " UINT64_FORMAT " rows", SPI_processed);
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	if (is_null)
		fit_require_rows(NULL);
	model = (struct varlena *) PG_DETOAST_DATUM_COPY(result);
	SPI_freetuptable(SPI_tuptable);
	SPI_freeplan(plan);
	return model;
}

/* Has a model from sums lost digits that the rows have? */
static bool
is_rough(const Training *training, struct varlena *stored)
{
	const Model *model = model_decode_stored(stored);
	const FitOptions *options = training->options;

	if (options->tree.l1 > 0.0 || options->nonnegative || options->cv.is_on)
		return false;
	return least_squares_is_rough(&model->facts, (int64) model->rows,
								  model_numbers(model) > LEAST_SQUARES_EXACT, options->l2 == 0.0);
}

/* The model, in the training's context. */
static struct varlena *
train(Training *training, const char *source)
{
	SPIPlanPtr sums = NULL;
	struct varlena *model;
	bool is_read;

	SPI_connect();
	MemoryContextSwitchTo(training->context);
	training->options = fit_options_parse(training->options_json);
	training->source = row_source_open(source);
	begin_feed(training);
	training->source->in_order = reads_array(training->source);
	is_read = read_shared(training);
	if (!is_read)
		sums = prepare_sums(training);
	model = sums != NULL ? train_by_sums(sums) : train_by_rows(training, is_read);
	if (sums != NULL && is_rough(training, model))
	{
		training->feed.keeps_rows = true;
		model = train_by_rows(training, false);
	}
	SPI_finish();
	return model;
}

static Datum
warnings_array(const Model *model)
{
	Datum *texts = palloc(sizeof(Datum) * Max(model->n_warnings, 1));
	uint32 i;

	for (i = 0; i < model->n_warnings; i++)
		texts[i] = CStringGetTextDatum(model->warnings[i]);
	return PointerGetDatum(
		construct_array(texts, model->n_warnings, TEXTOID, -1, false, TYPALIGN_INT));
}

/* A training_report. */
static Datum
make_report(FunctionCallInfo fcinfo, const char *name, int32 version, struct varlena *stored,
			TimestampTz started)
{
	const Model *model = model_decode_stored(stored);
	Interval elapsed = {.time = GetCurrentTimestamp() - started};
	TupleDesc descriptor;
	Datum values[9];
	bool nulls[9] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE ||
		descriptor->natts != lengthof(values))
		elog(ERROR, "orchard.train has an unexpected result type");
	values[0] = CStringGetTextDatum(name);
	values[1] = Int32GetDatum(version);
	values[2] = CStringGetTextDatum(algorithm_name(model->algorithm));
	values[3] = CStringGetTextDatum(objective_name(model->objective));
	values[4] = Int64GetDatum(model->rows);
	values[5] = Int32GetDatum(model_column_count(model));
	values[6] = DirectFunctionCall2(jsonb_object_field,
									DirectFunctionCall1(orchard_summary, PointerGetDatum(stored)),
									CStringGetTextDatum("metrics"));
	values[7] = warnings_array(model);
	values[8] = IntervalPGetDatum(&elapsed);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

/* train(name, source, target, algorithm, options) */
Datum
orchard_train(PG_FUNCTION_ARGS)
{
	TimestampTz started = GetCurrentTimestamp();
	char *name = text_argument(fcinfo, 0, "name");
	char *source = text_argument(fcinfo, 1, "source");
	char *target = PG_ARGISNULL(2) ? "" : text_argument(fcinfo, 2, "target");
	char *algorithm = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	struct varlena *model;
	Training *training;
	MemoryContext context;
	Datum report;

	require_argument(fcinfo, 4, "options");
	require_from_clause(fcinfo);
	PreventCommandIfReadOnly("orchard.train()");
	registry_require_name(name);
	context =
		AllocSetContextCreate(CurrentMemoryContext, "orchard training", ALLOCSET_DEFAULT_SIZES);
	training = MemoryContextAllocZero(context, sizeof(Training));
	training->context = context;
	training->target = target;
	training->options_json = merge_algorithm(PG_GETARG_JSONB_P(4), algorithm);
	model = train(training, source);
	report =
		make_report(fcinfo, name, registry_register(name, PointerGetDatum(model)), model, started);
	MemoryContextDelete(context);
	return report;
}

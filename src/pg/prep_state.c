/*
 * prep_state.c: transform_state: made, merged, coded and finished.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/prep_fit.h"
#include "pg/prep_value.h"

PG_FUNCTION_INFO_V1(orchard_transform_state_in);
PG_FUNCTION_INFO_V1(orchard_transform_state_out);
PG_FUNCTION_INFO_V1(orchard_transform_state_recv);
PG_FUNCTION_INFO_V1(orchard_transform_state_send);
PG_FUNCTION_INFO_V1(orchard_transform_state_merge);
PG_FUNCTION_INFO_V1(orchard_transform_state_final);

/* The rows that wait, each column to its step.  Their numbers are finite or NaN. */
static Status
flush_waiting(PrepState *state)
{
	const MemoryAccount *account = state->base.account;

	return waiting_rows_flush(&state->waiting, state->fits, state->n, &account->allocator,
							  &account->stop);
}

void
prep_state_begin_rows(PrepState *state, const bool *takes)
{
	if (unlikely(!state->waiting.is_begun))
		grown_state_require(&state->base,
							waiting_rows_begin(&state->waiting, state->fits, state->n, takes,
											   &state->base.account->allocator));
}

double *
prep_state_row(PrepState *state, const bool *takes)
{
	prep_state_begin_rows(state, takes);
	if (unlikely(state->waiting.n == WAITING_ROWS))
		grown_state_require(&state->base, flush_waiting(state));
	return waiting_rows_next(&state->waiting);
}

static Status
state_settle(GrownState *base, const Allocator *allocator, const StopCheck *stop)
{
	PrepState *state = (PrepState *) base;
	Status status = flush_waiting(state);
	uint32_t i;

	for (i = 0; i < state->n && status == KERNEL_OK; i++)
		status = fit_settle(&state->fits[i], allocator, stop);
	return status;
}

static size_t
state_encoded_size(const GrownState *base)
{
	const PrepState *state = (const PrepState *) base;
	size_t size = 1 + 1 + 4;
	uint32_t i;

	for (i = 0; i < state->n; i++)
		size += fit_encoded_size(&state->fits[i]);
	return size;
}

static void
state_encode(const GrownState *base, ByteWriter *writer)
{
	const PrepState *state = (const PrepState *) base;
	uint32_t i;

	write_u8(writer, 1); /* version */
	write_u8(writer, state->is_recipe);
	write_u32(writer, state->n);
	for (i = 0; i < state->n; i++)
		fit_encode(&state->fits[i], writer);
}

static void
state_release(GrownState *base, const Allocator *allocator)
{
	PrepState *state = (PrepState *) base;

	fit_release_list(state->fits, state->n, allocator);
	waiting_rows_end(&state->waiting, allocator);
	state->fits = NULL;
	state->n = 0;
}

static bool
is_text(const char *text)
{
	return text == NULL || pg_verifymbstr(text, (int) strlen(text), true);
}

static bool
are_texts(const Dictionary *dictionary)
{
	int32_t i;

	for (i = 0; i < dictionary->n; i++)
	{
		size_t length;

		if (!is_text(dictionary_text(dictionary, i, &length)))
			return false;
	}
	return true;
}

/* Are the texts of a step's options, and of the steps behind it, in the database's encoding? */
static bool
step_has_texts(const Step *step)
{
	uint32_t i;

	for (i = 0; i < step->columns.n; i++)
	{
		if (!is_text(step->columns.texts[i]))
			return false;
	}
	for (i = 0; i < step->before.n; i++)
	{
		if (!step_has_texts(&step->before.steps[i]))
			return false;
	}
	return is_text(step->column) && is_text(step->target) && is_text(step->fold) &&
		is_text(step->time_zone) && is_text(step->constant_text) &&
		(step->after.n == 0 || step_has_texts(&step->after.steps[0]));
}

/* Are all texts of foreign bytes in the database's encoding? */
static bool
fit_has_texts(const StepFit *fit)
{
	uint32_t i;

	for (i = 0; i < fit->n_after; i++)
	{
		if (!fit_has_texts(&fit->after[i]))
			return false;
	}
	return step_has_texts(&fit->step) && are_texts(&fit->levels) && are_texts(&fit->classes);
}

static Status
state_decode(GrownState *base, const Allocator *allocator, ByteReader *reader)
{
	PrepState *state = (PrepState *) base;
	uint8_t version = read_u8(reader);
	uint8_t is_recipe = read_u8(reader);
	uint32_t n = read_count(reader, 64);
	Status status = reader->status;
	uint32_t i;

	if (status == KERNEL_OK && version > 1)
		return KERNEL_UNSUPPORTED_VERSION;
	if (status != KERNEL_OK || version != 1 || is_recipe > 1 || n == 0 || (is_recipe == 0 && n > 1))
		return KERNEL_CORRUPT;
	state->is_recipe = is_recipe == 1;
	state->fits = memory_allocate_zero(allocator, n, sizeof(StepFit));
	if (state->fits == NULL)
		return KERNEL_OUT_OF_MEMORY;
	state->n = n;
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		status = fit_decode(&state->fits[i], allocator, reader);
		if (status == KERNEL_OK && !fit_has_texts(&state->fits[i]))
			status = KERNEL_CORRUPT;
	}
	if (status != KERNEL_OK)
		state_release(base, allocator);
	return status;
}

const GrownType prep_state_type = {
	.name = "orchard.transform_state",
	.label = "the transform's state",
	.context = "orchard transform states",
	.hint =
		"Raise orchard.max_memory, use fewer columns, levels or folds, or fit fewer groups at a time; in a parallel plan each process has this limit.",
	.size = sizeof(PrepState),
	.settle = state_settle,
	.encoded_size = state_encoded_size,
	.encode = state_encode,
	.decode = state_decode,
	.release = state_release};

void
prep_require(PrepState *state, const Step *step, Status status)
{
	if (likely(status == KERNEL_OK))
		return;
	if (status == KERNEL_INVALID)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 step->column != NULL ?
				 errmsg("column \"%s\" has an infinite value, which no transform can be fitted to",
						step->column) :
				 errmsg("a transform cannot be fitted to an infinite value"),
			 errhint("Leave such rows out with FILTER, or store NULL.")));
	grown_state_require(&state->base, status);
}

int32
prep_require_fold(int64 fold)
{
	if (fold < 0 || fold >= FIT_FOLDS)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a fold must be between 0 and %d, not %lld", FIT_FOLDS - 1, (long long) fold),
			 errhint("Take it from a hash of the row's key, as in hashint8(id) & 7.")));
	return (int32) fold;
}

void
prep_require_target(StepKind kind, double y, bool is_class)
{
	if (kind == STEP_WOE && (is_class || (y != 0.0 && y != 1.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the target of a weight of evidence must be a boolean, or 0 and 1"),
				 errhint("Write it as a comparison, as in (status = 'lost').")));
	if (!isfinite(y))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a target must be finite, not %g", y),
				 errhint("Leave such rows out, or store NULL.")));
}

void
prep_require_terms(const Step *step)
{
	if (step->kind == STEP_POLYNOMIAL && step_own_outputs(step) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a polynomial of degree %d of %d columns has too many terms", step->n,
						step->width),
				 errhint("Use a lower degree or fewer columns.")));
}

void
prep_set_input(Step *step, int32 input)
{
	const char *fault;

	step_set_input(step, input);
	step->width = step->kind == STEP_POLYNOMIAL && step->columns.n > 0 ? (int32) step->columns.n :
																		 step->width;
	prep_require_terms(step);
	fault = step_chain_fault(step);
	if (fault == NULL && step->column != NULL && step_encoder(step)->kind == STEP_IMPUTE &&
		step_gives_text(step_encoder(step)))
		fault = "a text is no number: it must go through a transform of categories";
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 step->column != NULL ?
					 errmsg("the steps of column \"%s\" cannot be fitted", step->column) :
					 errmsg("the transform \"%s\" cannot be fitted", step_kind_names[step->kind]),
				 errdetail("%c%s.", pg_toupper((unsigned char) fault[0]), fault + 1)));
}

PrepState *
prep_state_create(FunctionCallInfo fcinfo, const Transform *specification)
{
	PrepState *state = (PrepState *) grown_state_create(
		&prep_state_type, grown_state_account(&prep_state_type, fcinfo));
	const Allocator *allocator = &state->base.account->allocator;
	uint32_t i;

	state->is_recipe = specification->is_recipe;
	state->fits = memory_allocate_zero(allocator, specification->n, sizeof(StepFit));
	if (state->fits == NULL)
		grown_state_require(&state->base, KERNEL_OUT_OF_MEMORY);
	state->n = specification->n;
	for (i = 0; i < state->n; i++)
	{
		Step step;

		grown_state_require(&state->base, step_copy(&step, &specification->steps[i], allocator));
		grown_state_require(&state->base, fit_begin(&state->fits[i], &step, allocator));
	}
	return state;
}

Datum
orchard_transform_state_in(PG_FUNCTION_ARGS)
{
	return grown_state_in(&prep_state_type, fcinfo);
}

Datum
orchard_transform_state_out(PG_FUNCTION_ARGS)
{
	return grown_state_out(&prep_state_type, fcinfo);
}

Datum
orchard_transform_state_recv(PG_FUNCTION_ARGS)
{
	return grown_state_recv(&prep_state_type, fcinfo);
}

Datum
orchard_transform_state_send(PG_FUNCTION_ARGS)
{
	return grown_state_send(&prep_state_type, fcinfo);
}

static PrepState *
state_argument(FunctionCallInfo fcinfo, int i, bool *is_own)
{
	return (PrepState *) grown_state_argument(&prep_state_type, fcinfo, i, is_own);
}

static void
merge_states(PrepState *into, PrepState *from)
{
	bool is_same = into->is_recipe == from->is_recipe && into->n == from->n;
	uint32_t i;

	grown_state_require(&into->base, flush_waiting(into));
	grown_state_require(&from->base, flush_waiting(from));
	for (i = 0; i < into->n && is_same; i++)
	{
		Status status = fit_merge(&into->fits[i], &into->base.account->allocator,
								  &into->base.account->stop, &from->fits[i]);

		is_same = status != KERNEL_INVALID;
		if (is_same)
			grown_state_require(&into->base, status);
	}
	if (!is_same)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("states of different transforms cannot be merged"),
			 errhint("The options and the types of the columns must be the same in all of them.")));
}

/* combine(state, state) and the transition of merge(transform_state) */
Datum
orchard_transform_state_merge(PG_FUNCTION_ARGS)
{
	PrepState *into;
	PrepState *from;
	bool is_own;
	bool from_is_own;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "transform_state_merge called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	/* Never taken as it is: the transition value must be in the aggregate's own memory. */
	into = state_argument(fcinfo, PG_ARGISNULL(0) ? 1 : 0, &is_own);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_DATUM(EOHPGetRWDatum(&into->base.header));
	from = state_argument(fcinfo, 1, &from_is_own);
	merge_states(into, from);
	if (from_is_own)
		grown_state_release(&from->base);
	PG_RETURN_DATUM(EOHPGetRWDatum(&into->base.header));
}

/* What a sketch stood in for, so that nobody takes its quantiles for exact. */
static void
warn_of_sketch(const Step *step, const char *column)
{
	uint32_t i;

	for (i = 0; i < step->after.n; i++)
		warn_of_sketch(&step->after.steps[i], column);
	if (step->relative_error == 0.0)
		return;
	ereport(
		WARNING,
		(column != NULL ? errmsg("quantiles of column \"%s\" are approximate", column) :
						  errmsg("quantiles of the transform are approximate"),
		 errdetail(
			 "There are more than %zu distinct values: their quantiles have a relative error of at most %g.",
			 SAMPLE_LIMIT, step->relative_error)));
}

Datum
prep_state_finish(PrepState *state)
{
	const Allocator *allocator = &state->base.account->allocator;
	Transform transform = {.is_recipe = state->is_recipe};
	Datum result;
	uint32_t i;

	grown_state_require(&state->base, flush_waiting(state));
	transform.steps = memory_allocate_zero(allocator, state->n, sizeof(Step));
	if (transform.steps == NULL)
		grown_state_require(&state->base, KERNEL_OUT_OF_MEMORY);
	transform.n = state->n;
	for (i = 0; i < state->n; i++)
	{
		grown_state_require(&state->base,
							fit_finish(&state->fits[i], allocator, &state->base.account->stop,
									   &transform.steps[i]));
		warn_of_sketch(&transform.steps[i], transform.steps[i].column);
	}
	result = prep_value_make(&transform);
	transform_release(&transform, allocator);
	return result;
}

Datum
orchard_transform_state_final(PG_FUNCTION_ARGS)
{
	PrepState *state;
	bool is_own;
	Datum result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_argument(fcinfo, 0, &is_own);
	result = prep_state_finish(state);
	if (is_own)
		grown_state_release(&state->base);
	PG_RETURN_DATUM(result);
}

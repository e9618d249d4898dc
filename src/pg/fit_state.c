/*
 * fit_state.c: a training state made, merged and given back.
 */
#include "postgres.h"

#include "pg/compat.h"
#include "pg/fit_state_work.h"

static const ExpandedObjectMethods fit_state_methods = {fit_state_get_flat_size,
														fit_state_flatten_into};

void *
fit_state_allocate(FitState *state, size_t count, size_t size)
{
	void *block = memory_allocate_zero(&state->account->allocator, Max(count, 1), size);

	if (block == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, FIT_STATE_LABEL);
	return block;
}

/* Enum dictionaries hold all labels from the start, so that code order is enum order. */
static void
seed_dictionary(FitState *state, Dictionary *dictionary, const EnumLabels *labels)
{
	int32_t code;
	int i;

	for (i = 0; labels != NULL && i < labels->n; i++)
		fit_state_require(state,
						  dictionary_add(dictionary, &state->account->allocator, labels->labels[i],
										 strlen(labels->labels[i]), &code));
}

static void
fit_state_free(FitState *state, void *block, size_t count, size_t size)
{
	memory_release(&state->account->allocator, block, Max(count, 1), size);
}

/*
 * Room for a row, which all states of the account share: of many groups it stays in the caches.  One
 * that is too small stays for the states that have it.
 */
static void
share_row(FitState *state)
{
	MemoryAccount *account = state->account;
	Size numbers = sizeof(double) * (2 * (Size) state->spec->n_numbers + 1); /* and their rests */
	Size size = numbers + sizeof(int32) * state->spec->n_categories;

	if (account->scratch == NULL || account->scratch_size < size)
	{
		account->scratch = fit_state_allocate(state, size, 1);
		account->scratch_size = size;
	}
	state->numbers = account->scratch;
	state->codes = (int32 *) ((char *) account->scratch + numbers);
}

FitState *
fit_state_create_bare(MemoryAccount *account, const FitSpec *spec)
{
	FitState *state = memory_allocate_zero(&account->allocator, 1, sizeof(FitState));
	int i;

	if (state == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, FIT_STATE_LABEL);
	EOH_init_header(&state->header, &fit_state_methods, account->context);
	state->account = account;
	state->spec = spec;
	state->dictionaries = fit_state_allocate(state, spec->n_categories, sizeof(Dictionary));
	state->identifiers = fit_state_allocate(state, spec->n_features, sizeof(IdentifierSketch *));
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			state->identifiers[i] = fit_state_allocate(state, 1, sizeof(IdentifierSketch));
	}
	if (spec->options->cv.is_on && !spec->keeps_rows)
		state->folds = fit_state_allocate(state, spec->options->cv.n_folds, sizeof(LeastSquares *));
	share_row(state);
	return state;
}

static LeastSquares *
create_sums(FitState *state)
{
	LeastSquares *sums = least_squares_create(&state->account->allocator, state->spec->n_numbers,
											  state->spec->n_categories);

	if (sums == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, FIT_STATE_LABEL);
	return sums;
}

LeastSquares *
fit_state_fold(FitState *state, int fold)
{
	if (state->folds[fold] == NULL)
		state->folds[fold] = create_sums(state);
	return state->folds[fold];
}

/* Does training begin with the means and spreads of the numbers, all of rows of weight 1? */
static bool
wants_column_sums(const FitOptions *options)
{
	return (options->algorithm == ALGORITHM_LOGISTIC_REGRESSION ||
			options->algorithm == ALGORITHM_GLM || options->algorithm == ALGORITHM_HUBER ||
			options->algorithm == ALGORITHM_QUANTILE_REGRESSION) &&
		options->weight == NULL && !options->balanced && options->n_class_weights == 0;
}

FitState *
fit_state_create(MemoryAccount *account, const FitSpec *spec)
{
	FitState *state = fit_state_create_bare(account, spec);
	int category = 0;
	int i;

	if (spec->keeps_rows)
	{
		bool has_weight = spec->options->weight != NULL;
		int n_numbers = spec->has_rests ? 2 * spec->n_numbers + 1 : spec->n_numbers;

		dataset_begin(&state->dataset, n_numbers, spec->n_categories, has_weight);
		dataset_begin(&state->held_out, n_numbers, spec->n_categories, has_weight);
		if (wants_column_sums(spec->options))
			dataset_keep_sums(&state->dataset);
	}
	else if (state->folds == NULL)
		state->least_squares = create_sums(state);
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->features[i].family == FAMILY_CATEGORY)
			seed_dictionary(state, &state->dictionaries[category++], spec->labels[i]);
	}
	seed_dictionary(state, &state->classes, spec->target_labels);
	return state;
}

void
fit_state_spill_to(FitState *state, const BlockStore *store)
{
	/* The other half is for dictionaries and the solver. */
	if (!state->spec->keeps_rows)
		return;
	dataset_spill_to(&state->dataset, store, memory_limit() / 2);
	dataset_spill_to(&state->held_out, store, memory_limit() / 16);
}

void
fit_state_drop_flat(FitState *state)
{
	memory_release(&state->account->allocator, state->flat, state->flat_capacity, 1);
	state->flat = NULL;
}

void
fit_state_require_alike(bool are_alike)
{
	if (!are_alike)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("cannot merge training states of different columns, array lengths or options"),
			 errhint(
				 "Give all rows one type and one target and all states the same options; within one statement, setting max_parallel_workers_per_gather to 0 keeps all rows in one state.")));
}

/* into's codes for every code of from, adding what is new. */
static int32_t *
map_codes(FitState *into, Dictionary *dictionary, const Dictionary *from)
{
	int32_t *map = palloc(sizeof(int32_t) * Max(from->n, 1));
	int32_t code;

	for (code = 0; code < from->n; code++)
	{
		size_t length;
		const char *text = dictionary_text(from, code, &length);

		fit_state_require(
			into, dictionary_add(dictionary, &into->account->allocator, text, length, &map[code]));
	}
	return map;
}

/* A column that was no integer in one of the states is no identifier. */
static void
merge_identifiers(FitState *into, const FitState *from)
{
	int i;

	for (i = 0; i < into->spec->n_features; i++)
	{
		if (!into->spec->is_integer[i])
			continue;
		if (from->spec->is_integer[i])
			identifier_merge(into->identifiers[i], from->identifiers[i]);
		else
			identifier_refute(into->identifiers[i]);
	}
}

/* Adds sums to sums, fold by fold where they are kept apart. */
static void
merge_sums(FitState *into, const FitState *from, const int32_t *const *maps)
{
	const Allocator *allocator = &into->account->allocator;
	int i;

	if (into->folds == NULL)
		fit_state_require(
			into, least_squares_merge(into->least_squares, allocator, from->least_squares, maps));
	for (i = 0; into->folds != NULL && i < into->spec->options->cv.n_folds; i++)
	{
		if (from->folds[i] != NULL)
			fit_state_require(
				into,
				least_squares_merge(fit_state_fold(into, i), allocator, from->folds[i], maps));
	}
}

void
fit_state_merge(FitState *into, const FitState *from)
{
	const FitSpec *spec = into->spec;
	const int32_t *target_map = NULL;
	const int32_t **maps = palloc(sizeof(int32_t *) * Max(spec->n_categories, 1));
	int i;

	fit_state_require_alike(fit_specs_are_alike(spec, from->spec) &&
							into->dataset.n_numbers == from->dataset.n_numbers);
	if (into->flat != NULL)
		fit_state_drop_flat(into);
	for (i = 0; i < spec->n_categories; i++)
		maps[i] = map_codes(into, &into->dictionaries[i], &from->dictionaries[i]);
	if (spec->classification)
		target_map = map_codes(into, &into->classes, &from->classes);
	if (spec->keeps_rows)
		fit_state_require(into,
						  dataset_merge(&into->dataset, &into->account->allocator, &from->dataset,
										maps, target_map));
	else
		merge_sums(into, from, maps);
	merge_identifiers(into, from);
	for (i = 0; i < from->n_target_values && i < 2 && into->n_target_values <= 2; i++)
		fit_state_note_target(into, from->target_values[i]);
	if (from->n_target_values > 2)
		into->n_target_values = 3;
	into->rows += from->rows;
	into->rows_skipped += from->rows_skipped;
}

void
fit_state_release(FitState *state)
{
	const Allocator *allocator = &state->account->allocator;
	const FitSpec *spec = state->spec;
	int i;

	for (i = 0; i < spec->n_categories; i++)
		dictionary_release(&state->dictionaries[i], allocator);
	dictionary_release(&state->classes, allocator);
	if (spec->keeps_rows)
	{
		dataset_release(&state->dataset, allocator);
		dataset_release(&state->held_out, allocator);
	}
	least_squares_release(state->least_squares, allocator);
	for (i = 0; state->folds != NULL && i < spec->options->cv.n_folds; i++)
		least_squares_release(state->folds[i], allocator);
	if (state->folds != NULL)
		fit_state_free(state, state->folds, spec->options->cv.n_folds, sizeof(LeastSquares *));
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			fit_state_free(state, state->identifiers[i], 1, sizeof(IdentifierSketch));
	}
	fit_state_free(state, state->identifiers, spec->n_features, sizeof(IdentifierSketch *));
	fit_state_free(state, state->dictionaries, spec->n_categories, sizeof(Dictionary));
	if (state->flat != NULL)
		fit_state_drop_flat(state);
	memory_release(allocator, state, 1, sizeof(FitState));
}

FitState *
fit_state_expanded(Datum datum)
{
	ExpandedObjectHeader *header;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	header = DatumGetEOHP(datum);
	if (header->eoh_methods != &fit_state_methods)
		elog(ERROR, "not a training state");
	return (FitState *) header;
}

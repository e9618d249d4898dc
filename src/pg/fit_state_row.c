/*
 * fit_state_row.c: rows into the kernel's states.
 */
#include "postgres.h"

#include <float.h>
#include <limits.h>
#include <math.h>

#include "access/tupmacs.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "kernel/base/hash_simd.h"
#include "pg/fit_recipe.h"
#include "pg/fit_state_work.h"
#include "pg/value_hash.h"

/* NaN in a feature of trees is a missing value; all else that is not finite is refused. */
static inline bool
is_usable(const FitSpec *spec, double value)
{
	return isfinite(value) || (isnan(value) && algorithm_is_tree(spec->options->algorithm));
}

static void
pg_attribute_noreturn() not_finite(const FitSpec *spec, const char *name, double value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("column \"%s\" has the value %s, which %s cannot use", name,
					isnan(value)  ? "NaN" :
						value > 0 ? "Infinity" :
									"-Infinity",
					algorithm_is_tree(spec->options->algorithm) ? "a tree" : "a linear model"),
			 errhint("Leave such rows out, or store NULL for a value that is not known.")));
}

/* The code of a category value, added to its dictionary when new. */
static int32
category_code(FitState *state, Dictionary *dictionary, const BoundColumn *column, Datum datum)
{
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;
	int32_t code;

	if (column->labels != NULL)
	{
		code = enum_labels_position(column->labels, DatumGetObjectId(datum));
		if (code >= 0)
			return code;
	}
	text = column_read_text(column->type.reader, datum, scratch, &length);
	code = dictionary_find(dictionary, text, length);
	if (code < 0)
		fit_state_require(
			state, dictionary_add(dictionary, &state->account->allocator, text, length, &code));
	return code;
}

/* The elements of an array feature into their slots. */
static void
add_array(const FitSpec *spec, const Feature *feature, const BoundColumn *column, Datum datum,
		  double *slots)
{
	double *numbers;
	bool *nulls;
	int n = column_read_array(column->type.reader, datum, feature->name, &numbers, &nulls);
	int i;

	if (n != (int) feature->length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array column \"%s\" has %d elements, but %u in the first row",
						feature->name, n, feature->length),
				 errhint("Leave rows with arrays of another length out.")));
	for (i = 0; i < n; i++)
	{
		if (!nulls[i] && !is_usable(spec, numbers[i]))
			not_finite(spec, feature->name, numbers[i]);
		slots[i] = nulls[i] ? NAN : numbers[i];
	}
}

/* One number into its slot. */
static inline void
add_number(FitState *state, int i, const BoundColumn *column, Datum datum, double *slot)
{
	const Feature *feature = &state->spec->features[i];

	*slot = column->type.reader == READ_FLOAT8 ?
		DatumGetFloat8(datum) :
		column_read_number(column->type.reader, datum, feature->family, feature->name);
	if (unlikely(!is_usable(state->spec, *slot)))
		not_finite(state->spec, feature->name, *slot);
	if (state->spec->is_integer[i])
	{
		uint64 bits;

		memcpy(&bits, slot, sizeof(bits));
		identifier_add(state->identifiers[i], bits);
	}
}

/* The row as it is read: where it is, else from values and nulls, else from arguments. */
typedef struct RowReader
{
	const FitBinding *binding;
	bool is_located;
	const Datum *values; /* by column */
	const bool *nulls;
	const NullableDatum *arguments; /* by column */
} RowReader;

static inline bool
column_is_null(const RowReader *reader, const BoundColumn *column)
{
	if (reader->is_located)
		return row_layout_is_null(reader->binding->layout, column->index);
	return reader->values != NULL ? reader->nulls[column->index] :
									reader->arguments[column->index].isnull;
}

/* The column's value, which is not NULL. */
static inline Datum
column_datum(const RowReader *reader, const BoundColumn *column)
{
	if (reader->is_located)
		return fetch_att(row_layout_place(reader->binding->layout, column->index), column->by_value,
						 column->width);
	return reader->values != NULL ? reader->values[column->index] :
									reader->arguments[column->index].value;
}

/* The features that are float8, from arguments. */
static inline bool
read_double_arguments(FitState *state, const RowReader *reader)
{
	const DoubleColumn *column = reader->binding->double_columns;
	const DoubleColumn *end = column + reader->binding->n_double_columns;
	bool is_finite = true;

	for (; column < end; column++)
	{
		const NullableDatum *argument = reader->arguments + column->column;
		double value = DatumGetFloat8(argument->value);

		state->numbers[column->slot] = argument->isnull ? NAN : value;
		is_finite &= argument->isnull | (fabs(value) <= DBL_MAX);
	}
	return is_finite;
}

/* The features that the binding reads as doubles; false when one is not finite, or none can be read so. */
static bool
read_doubles(FitState *state, const RowReader *reader)
{
	const FitBinding *binding = reader->binding;

	if (reader->is_located)
		return double_columns_read(&binding->doubles, binding->layout, state->numbers);
	if (binding->double_columns == NULL)
		return false;
	return reader->values != NULL ?
		double_columns_take(&binding->doubles, reader->values, reader->nulls, state->numbers) :
		read_double_arguments(state, reader);
}

/* Feature i of the row. */
static void
read_feature(FitState *state, const RowReader *reader, int i)
{
	const BoundColumn *column = &reader->binding->features[i];
	const Feature *feature = &state->spec->features[i];
	bool is_null = column_is_null(reader, column);
	double *slots = state->numbers + column->slot;
	uint32 j;

	if (feature->family == FAMILY_CATEGORY)
		state->codes[column->slot] = is_null ?
			CODE_MISSING :
			category_code(state, &state->dictionaries[column->slot], column,
						  column_datum(reader, column));
	else if (is_null)
	{
		for (j = 0; j < feature_numbers(feature); j++)
			slots[j] = NAN;
		if (unlikely(reader->binding->rests != NULL))
			reader->binding->rests[column->slot] = 0.0;
	}
	else if (feature->length > 0)
		add_array(state->spec, feature, column, column_datum(reader, column), slots);
	else
	{
		Datum datum = column_datum(reader, column);

		add_number(state, i, column, datum, slots);
		if (unlikely(reader->binding->rests != NULL))
			reader->binding->rests[column->slot] =
				column_read_rest(column->type.reader, datum, *slots);
	}
}

/* Completes the row's rests by the target's; whether there are any. */
static bool
read_rests(const FitState *state, const RowReader *reader, double target)
{
	const FitBinding *binding = reader->binding;
	const BoundColumn *column = &binding->target;
	int n = state->spec->n_numbers;
	bool has_any = false;
	int i;

	binding->rests[n] = column_read_rest(column->type.reader, column_datum(reader, column), target);
	for (i = 0; i <= n; i++)
		has_any |= binding->rests[i] != 0.0;
	return has_any;
}

/* The row's rests behind its numbers, where the rows kept have them. */
static void
place_rests(FitState *state, const RowReader *reader, double target)
{
	int n = state->spec->n_numbers;
	Size size = sizeof(double) * (n + 1);

	if (state->dataset.n_numbers == n)
		return;
	if (reader->binding->rests != NULL && read_rests(state, reader, target))
		memcpy(state->numbers + n, reader->binding->rests, size);
	else
		memset(state->numbers + n, 0, size);
}

/* The row into the binding's layout, from where the steps of a recipe read it. */
static void
fill_layout(const RowReader *reader)
{
	RowLayout *layout = reader->binding->layout;
	int i;

	if (reader->values == layout->values)
		return;
	for (i = 0; i < reader->binding->n_step_columns; i++)
	{
		int column = reader->binding->step_columns[i];

		layout->values[column] =
			reader->values != NULL ? reader->values[column] : reader->arguments[column].value;
		layout->nulls[column] =
			reader->values != NULL ? reader->nulls[column] : reader->arguments[column].isnull;
	}
}

/* The row's features, into numbers and codes. */
static void
read_features(FitState *state, const RowReader *reader)
{
	const FitBinding *binding = reader->binding;
	int i;

	if (state->spec->recipe != NULL)
	{
		fill_layout(reader);
		fit_recipe_read(state, binding);
	}
	if (unlikely(!read_doubles(state, reader)))
	{
		/* One by one, which names the column that is not finite. */
		for (i = state->spec->n_prepared; i < state->spec->n_features; i++)
			read_feature(state, reader, i);
		return;
	}
	for (i = 0; i < binding->n_others; i++)
		read_feature(state, reader, binding->others[i]);
}

/* Objectives of a logarithm have no loss for every target. */
static void
check_target(const FitSpec *spec, double value)
{
	bool is_gamma = spec->options->objective == OBJECTIVE_GAMMA;

	if (value > 0.0 || (value == 0.0 && !is_gamma))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target column \"%s\" has the value %g, which objective \"%s\" cannot predict",
					spec->target, value, objective_name(spec->options->objective)),
			 errdetail("It needs targets %s.", is_gamma ? "above 0" : "of at least 0"),
			 errhint("Leave such rows out, or choose another objective.")));
}

/* The code of a class by its number, of a boolean 0 or 1: of two classes without a look into the dictionary. */
static int32
class_of_number(FitState *state, const FitBinding *binding, Datum datum, double number)
{
	KnownClass *known = state->known_classes;
	int32_t code;

	if (known[0].is_known && known[0].number == number)
		return known[0].code;
	if (known[1].is_known && known[1].number == number)
		return known[1].code;
	if (state->spec->target_family == FAMILY_CATEGORY)
		code = category_code(state, &state->classes, &binding->target, datum);
	else
	{
		code = dictionary_find(&state->classes, (char *) &number, sizeof(number));
		if (code < 0)
			fit_state_require(state,
							  dictionary_add(&state->classes, &state->account->allocator,
											 (char *) &number, sizeof(number), &code));
	}
	known[known[0].is_known] = (KnownClass){true, code, number};
	return code;
}

/* The target as the kernel wants it: the number, or the class's code. */
static double
read_target(FitState *state, const FitBinding *binding, Datum datum)
{
	const FitSpec *spec = state->spec;
	double number;

	if (binding->target.type.reader == READ_BOOL)
		return class_of_number(state, binding, datum, DatumGetBool(datum));
	if (spec->target_family == FAMILY_CATEGORY)
		return category_code(state, &state->classes, &binding->target, datum);
	number =
		column_read_number(binding->target.type.reader, datum, spec->target_family, spec->target);
	if (!isfinite(number))
		not_finite(spec, spec->target, number);
	if (spec->options->objective >= OBJECTIVE_POISSON &&
		spec->options->objective <= OBJECTIVE_TWEEDIE)
		check_target(spec, number);
	if (!spec->classification)
	{
		if (state->n_target_values <= 2)
			fit_state_note_target(state, number);
		return number;
	}
	return class_of_number(state, binding, datum, number + 0.0 /* -0 is 0 */);
}

/* The row's weight, 1 when there is none; 0 leaves the row out. */
static double
read_weight(const FitSpec *spec, const RowReader *reader)
{
	const BoundColumn *column = &reader->binding->weight;

	if (column->index < 0)
		return 1.0;
	if (column_is_null(reader, column))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("weight column \"%s\" is null", spec->options->weight),
				 errhint("Leave such rows out, or give them a weight of 0.")));
	return column_read_weight(column->type.reader, column_datum(reader, column),
							  spec->options->weight);
}

static int
fold_of_hash(const FitSpec *spec, uint64 hash)
{
	uint64 draw = hash_mix(hash + spec->options->seed) >> 32;

	return (int) ((draw * (uint64) spec->options->cv.n_folds) >> 32);
}

/* The fold by a column: its number, or drawn by the group's value. */
static int
read_fold(FitState *state, const RowReader *reader)
{
	const BoundColumn *column = &reader->binding->fold;
	const CvOptions *cv = &state->spec->options->cv;
	const char *name = fit_fold_column(state->spec->options);
	const char *role = cv->column != NULL ? "cv" : "group";
	char scratch[NAMEDATALEN];
	double number;
	Datum datum;

	if (column_is_null(reader, column))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s column \"%s\" is null", role, name), errhint("Leave such rows out.")));
	datum = column_datum(reader, column);
	if (column->type.family == FAMILY_CATEGORY)
	{
		size_t length;
		const char *text = column_read_text(column->type.reader, datum, scratch, &length);

		return fold_of_hash(state->spec, hash_of_text(text, length));
	}
	number = column_read_number(column->type.reader, datum, column->type.family, name);
	if (cv->column == NULL)
		return fold_of_hash(state->spec, hash_of_number(column->type.reader, datum, number));
	if (!(number >= 0.0 && number < FOLDS_MOST && number == floor(number)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cv column \"%s\" has the value %s, which is no fold", name,
						number_text(number)),
				 errdetail("Folds are whole numbers from 0 to %d.", FOLDS_MOST - 1),
				 errhint("Number the folds in the query, for example by mod(id, 5).")));
	return (int) number;
}

/* The fold by what training sees of the row: equal rows have the same, in any order and process. */
static int
draw_fold(const FitState *state, double target)
{
	const FitSpec *spec = state->spec;
	const uint64 *seed = spec->fold_seeds;
	int before = spec->fold_slot >= 0 ? spec->fold_slot : spec->n_numbers;
	uint64 hash = hash_numbers(seed, state->numbers, before);
	int i;

	if (before < spec->n_numbers)
		hash += hash_numbers(seed + before + 1, state->numbers + before + 1,
							 spec->n_numbers - before - 1);
	seed += spec->n_numbers;
	for (i = 0; i < spec->n_categories; i++, seed++)
	{
		size_t length;
		const char *text;

		if (state->codes[i] == CODE_MISSING)
			continue;
		text = dictionary_text(&state->dictionaries[i], state->codes[i], &length);
		hash += hash_bytes(text, length, *seed);
	}
	hash += hash_numbers(seed, &target, 1);
	return fold_of_hash(spec, hash);
}

static int
row_fold(FitState *state, const RowReader *reader, double target)
{
	return state->spec->fold_seeds != NULL ? draw_fold(state, target) : read_fold(state, reader);
}

/* Where the row's sums belong. */
static inline LeastSquares *
row_sums(FitState *state, const RowReader *reader, double target)
{
	if (likely(state->folds == NULL))
		return state->least_squares;
	return fit_state_fold(state, row_fold(state, reader, target));
}

/* into: the state's dataset, or that of the rows held out. */
static void
add_row(FitState *state, const RowReader *reader, Dataset *into)
{
	const FitBinding *binding = reader->binding;
	const FitSpec *spec = state->spec;
	double weight;
	double target;

	if (unlikely(state->flat != NULL))
		fit_state_drop_flat(state);
	if (binding->target.index >= 0 && column_is_null(reader, &binding->target))
	{
		fit_allow_null_target(spec->options, spec->target);
		state->rows_skipped += into == &state->dataset;
		return;
	}
	weight = read_weight(spec, reader);
	if (weight == 0.0)
	{
		state->rows_skipped += into == &state->dataset;
		return;
	}
	target = binding->target.index < 0 ?
		0.0 :
		read_target(state, binding, column_datum(reader, &binding->target));
	read_features(state, reader);
	if (spec->offset_slot >= 0 && isnan(state->numbers[spec->offset_slot]))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("offset column \"%s\" is null", spec->options->offset),
				 errhint("Leave such rows out, or give them an offset of 0.")));
	if (unlikely(spec->fold_slot >= 0))
		state->numbers[spec->fold_slot] = row_fold(state, reader, target);
	if (spec->keeps_rows)
	{
		place_rests(state, reader, target);
		fit_state_require(state,
						  dataset_add(into, &state->account->allocator, state->numbers,
									  state->codes, target, weight));
	}
	else
	{
		LeastSquares *sums = row_sums(state, reader, target);

		fit_state_require(state,
						  least_squares_add(sums, &state->account->allocator, state->numbers,
											state->codes, target, weight));
		if (unlikely(binding->rests != NULL) && read_rests(state, reader, target))
			fit_state_require(state,
							  least_squares_add_rests(sums, &state->account->allocator,
													  state->numbers, state->codes, binding->rests,
													  weight));
	}
	state->rows += into == &state->dataset;
}

void
fit_state_add(FitState *state, FitBinding *binding, HeapTupleHeader row)
{
	RowLayout *layout = binding->layout;
	RowReader reader = {.binding = binding, .values = layout->values, .nulls = layout->nulls};

	/* Of many groups the state is out of the caches: it comes while the row is read. */
	if (state->least_squares != NULL)
		least_squares_prefetch(state->least_squares);
	if (binding->is_located)
		reader.is_located = row_layout_locate(layout, row, HeapTupleHeaderGetDatumLength(row));
	if (!reader.is_located)
		row_layout_read(layout, row);
	add_row(state, &reader, &state->dataset);
}

bool
fit_state_add_stored(FitState *state, FitBinding *binding, HeapTuple row)
{
	RowReader reader = {.binding = binding, .is_located = true};

	if (!binding->is_located || !row_layout_locate(binding->layout, row->t_data, row->t_len))
		return false;
	add_row(state, &reader, &state->dataset);
	return true;
}

void
fit_state_add_values(FitState *state, const FitBinding *binding, const Datum *values,
					 const bool *nulls)
{
	RowReader reader = {.binding = binding, .values = values, .nulls = nulls};

	add_row(state, &reader, &state->dataset);
}

void
fit_state_hold_out_values(FitState *state, const FitBinding *binding, const Datum *values,
						  const bool *nulls)
{
	RowReader reader = {.binding = binding, .values = values, .nulls = nulls};

	add_row(state, &reader, &state->held_out);
}

void
fit_state_add_arguments(FitState *state, const FitBinding *binding, const NullableDatum *arguments)
{
	RowReader reader = {.binding = binding, .arguments = arguments};

	if (state->least_squares != NULL)
		least_squares_prefetch(state->least_squares);
	add_row(state, &reader, &state->dataset);
}

/*
 * fit_state.c: rows into the kernel's states, and the states' flat form.
 */
#include "postgres.h"

#include <float.h>
#include <limits.h>
#include <math.h>

#include "access/tupmacs.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "kernel/codec/checksum.h"

#include "pg/error.h"
#include "pg/fit_state.h"

/* "OFST" in the bytes. */
#define MAGIC 0x5453464F
#define FORMAT_VERSION 1
#define CHECKSUM_PLACE 8

static const char *const what = "the training state";

static Size fit_state_get_flat_size(ExpandedObjectHeader *header);
static void fit_state_flatten_into(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods fit_state_methods = {fit_state_get_flat_size,
														fit_state_flatten_into};

static void
require(FitState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, what);
}

/* A zeroed block of the state's account. */
static void *
state_allocate(FitState *state, size_t count, size_t size)
{
	void *block = memory_allocate_zero(&state->account->allocator, Max(count, 1), size);

	if (block == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, what);
	return block;
}

/* Enum dictionaries hold all labels from the start, so that code order is enum order. */
static void
seed_dictionary(FitState *state, Dictionary *dictionary, const EnumLabels *labels)
{
	int32_t code;
	int i;

	for (i = 0; labels != NULL && i < labels->n; i++)
		require(state,
				dictionary_add(dictionary, &state->account->allocator, labels->labels[i],
							   strlen(labels->labels[i]), &code));
}

static void
state_free(FitState *state, void *block, size_t count, size_t size)
{
	memory_release(&state->account->allocator, block, Max(count, 1), size);
}

/* Everything but the kernel's sums: shared by create and decode. */
static FitState *
allocate_state(MemoryAccount *account, const FitSpec *spec)
{
	FitState *state = memory_allocate_zero(&account->allocator, 1, sizeof(FitState));
	int i;

	if (state == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, what);
	EOH_init_header(&state->header, &fit_state_methods, account->context);
	state->account = account;
	state->spec = spec;
	state->dictionaries = state_allocate(state, spec->n_categories, sizeof(Dictionary));
	state->identifiers = state_allocate(state, spec->n_features, sizeof(IdentifierSketch *));
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			state->identifiers[i] = state_allocate(state, 1, sizeof(IdentifierSketch));
	}
	state->numbers = state_allocate(state, spec->n_numbers, sizeof(double));
	state->codes = state_allocate(state, spec->n_categories, sizeof(int32));
	return state;
}

FitState *
fit_state_create(MemoryAccount *account, const FitSpec *spec)
{
	FitState *state = allocate_state(account, spec);
	int category = 0;
	int i;

	if (spec->keeps_rows)
	{
		bool has_weight = spec->options->weight != NULL;

		dataset_begin(&state->dataset, spec->n_numbers, spec->n_categories, has_weight);
		dataset_begin(&state->held_out, spec->n_numbers, spec->n_categories, has_weight);
	}
	else
	{
		state->least_squares =
			least_squares_create(&account->allocator, spec->n_numbers, spec->n_categories);
		if (state->least_squares == NULL)
			require_ok(KERNEL_OUT_OF_MEMORY, what);
	}
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
	if (state->spec->keeps_rows)
		dataset_spill_to(&state->dataset, store, memory_limit() / 2);
}

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
		require(state, dictionary_add(dictionary, &state->account->allocator, text, length, &code));
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
						feature->name, n, feature->length)));
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

/* The features that are float8, from values or from arguments. */
static inline bool
read_double_values(FitState *state, const RowReader *reader, bool has_values)
{
	const DoubleColumn *column = reader->binding->double_columns;
	const DoubleColumn *end = column + reader->binding->n_double_columns;
	bool is_finite = true;

	for (; column < end; column++)
	{
		const NullableDatum *argument = reader->arguments + column->column;
		bool is_null = has_values ? reader->nulls[column->column] : argument->isnull;
		double value =
			DatumGetFloat8(has_values ? reader->values[column->column] : argument->value);

		state->numbers[column->slot] = is_null ? NAN : value;
		is_finite &= is_null | (fabs(value) <= DBL_MAX);
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
	return reader->values != NULL ? read_double_values(state, reader, true) :
									read_double_values(state, reader, false);
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
	}
	else if (feature->length > 0)
		add_array(state->spec, feature, column, column_datum(reader, column), slots);
	else
		add_number(state, i, column, column_datum(reader, column), slots);
}

/* The row's features, into numbers and codes. */
static void
read_features(FitState *state, const RowReader *reader)
{
	const FitBinding *binding = reader->binding;
	int i;

	if (unlikely(!read_doubles(state, reader)))
	{
		/* One by one, which names the column that is not finite. */
		for (i = 0; i < state->spec->n_features; i++)
			read_feature(state, reader, i);
		return;
	}
	for (i = 0; i < binding->n_others; i++)
		read_feature(state, reader, binding->others[i]);
}

/* Keeps a regression's target value while there may be no more than two. */
static inline void
note_target(FitState *state, double value)
{
	int i;

	for (i = 0; i < state->n_target_values && i < 2; i++)
	{
		if (state->target_values[i] == value)
			return;
	}
	if (i < 2)
		state->target_values[i] = value;
	state->n_target_values = i + 1;
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
			 errdetail("It needs targets %s.", is_gamma ? "above 0" : "of at least 0")));
}

/* The target as the kernel wants it: the number, or the class's code. */
static double
read_target(FitState *state, const FitBinding *binding, Datum datum)
{
	const FitSpec *spec = state->spec;
	double number;
	int32_t code;

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
			note_target(state, number);
		return number;
	}
	number += 0.0; /* -0 is 0 */
	code = dictionary_find(&state->classes, (char *) &number, sizeof(number));
	if (code < 0)
		require(state,
				dictionary_add(&state->classes, &state->account->allocator, (char *) &number,
							   sizeof(number), &code));
	return code;
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
				 errmsg("weight column \"%s\" is null", spec->options->weight)));
	return column_read_weight(column->type.reader, column_datum(reader, column),
							  spec->options->weight);
}

/* The flat form of a state that changes. */
static void
drop_flat(FitState *state)
{
	memory_release(&state->account->allocator, state->flat, state->flat_capacity, 1);
	state->flat = NULL;
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
		drop_flat(state);
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
	if (spec->keeps_rows)
		require(state,
				dataset_add(into, &state->account->allocator, state->numbers, state->codes, target,
							weight));
	else
		require(state,
				least_squares_add(state->least_squares, &state->account->allocator, state->numbers,
								  state->codes, target, weight));
	state->rows += into == &state->dataset;
}

void
fit_state_add(FitState *state, FitBinding *binding, HeapTupleHeader row)
{
	RowLayout *layout = binding->layout;
	RowReader reader = {.binding = binding, .values = layout->values, .nulls = layout->nulls};

	if (binding->is_located)
		reader.is_located = row_layout_locate(layout, row);
	if (!reader.is_located)
		row_layout_read(layout, row);
	add_row(state, &reader, &state->dataset);
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

	add_row(state, &reader, &state->dataset);
}

/* States of different specs have nothing to do with each other. */
static void
require_alike(bool are_alike)
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

		require(into,
				dictionary_add(dictionary, &into->account->allocator, text, length, &map[code]));
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

void
fit_state_merge(FitState *into, const FitState *from)
{
	const FitSpec *spec = into->spec;
	const int32_t *target_map = NULL;
	const int32_t **maps = palloc(sizeof(int32_t *) * Max(spec->n_categories, 1));
	int i;

	require_alike(fit_specs_are_alike(spec, from->spec));
	if (into->flat != NULL)
		drop_flat(into);
	for (i = 0; i < spec->n_categories; i++)
		maps[i] = map_codes(into, &into->dictionaries[i], &from->dictionaries[i]);
	if (spec->classification)
		target_map = map_codes(into, &into->classes, &from->classes);
	if (spec->keeps_rows)
		require(into,
				dataset_merge(&into->dataset, &into->account->allocator, &from->dataset, maps,
							  target_map));
	else
		require(into,
				least_squares_merge(into->least_squares, &into->account->allocator,
									from->least_squares, maps));
	merge_identifiers(into, from);
	for (i = 0; i < from->n_target_values && i < 2 && into->n_target_values <= 2; i++)
		note_target(into, from->target_values[i]);
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
	else
		least_squares_release(state->least_squares, allocator);
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			state_free(state, state->identifiers[i], 1, sizeof(IdentifierSketch));
	}
	state_free(state, state->identifiers, spec->n_features, sizeof(IdentifierSketch *));
	state_free(state, state->dictionaries, spec->n_categories, sizeof(Dictionary));
	state_free(state, state->numbers, spec->n_numbers, sizeof(double));
	state_free(state, state->codes, spec->n_categories, sizeof(int32));
	if (state->flat != NULL)
		drop_flat(state);
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

static void
encode_dictionary(ByteWriter *writer, const Dictionary *dictionary)
{
	int32_t code;

	write_u32(writer, dictionary->n);
	for (code = 0; code < dictionary->n; code++)
	{
		size_t length;
		const char *text = dictionary_text(dictionary, code, &length);

		write_string(writer, text, length);
	}
}

/* Distinct texts of the database's encoding; of the values of a numeric target, `width` bytes each. */
static void
decode_dictionary(FitState *state, Dictionary *dictionary, size_t width, ByteReader *reader)
{
	uint32 n = read_count(reader, 4);
	uint32 i;
	int32_t code;

	for (i = 0; i < n && reader->status == KERNEL_OK; i++)
	{
		size_t length;
		const char *text = read_string(reader, &length);

		if (text == NULL)
			return;
		if (width > 0 ? length != width :
						length > INT_MAX || memchr(text, '\0', length) != NULL ||
					!pg_verifymbstr(text, length, true))
		{
			reader->status = KERNEL_CORRUPT;
			return;
		}
		require(state, dictionary_add(dictionary, &state->account->allocator, text, length, &code));
		if (code != (int32_t) i)
			reader->status = KERNEL_CORRUPT;
	}
}

static void
encode_identifier(ByteWriter *writer, const IdentifierSketch *sketch)
{
	int32 i;

	write_u64(writer, sketch->bound);
	write_u8(writer, sketch->repeated);
	write_u32(writer, sketch->n);
	for (i = 0; i < sketch->n; i++)
		write_u64(writer, sketch->kept[i]);
}

static void
decode_identifier(IdentifierSketch *sketch, ByteReader *reader)
{
	uint32 n;
	uint32 i;

	sketch->bound = read_u64(reader);
	sketch->repeated = read_u8(reader) != 0;
	n = read_count(reader, sizeof(uint64));
	if (n >= IDENTIFIER_KEPT)
	{
		reader->status = KERNEL_CORRUPT;
		return;
	}
	for (i = 0; i < n; i++)
		sketch->kept[i] = read_u64(reader);
	sketch->n = n;
}

/* With 0 for the checksum, which is known when the rest is written. */
static void
encode_header(ByteWriter *writer, const FitSpec *spec)
{
	write_u32(writer, MAGIC);
	write_u16(writer, FORMAT_VERSION);
	write_u16(writer, spec->keeps_rows);
	write_u32(writer, 0); /* checksum */
	write_string(writer, (char *) spec->encoded, spec->encoded_length);
}

static void
set_checksum(uint8 *bytes, size_t length)
{
	uint32 checksum = checksum_crc32c(bytes, length);
	int i;

	for (i = 0; i < 4; i++)
		bytes[CHECKSUM_PLACE + i] = checksum >> (8 * i);
}

static void
encode_counts(ByteWriter *writer, const FitState *state)
{
	write_u64(writer, state->rows);
	write_u64(writer, state->rows_skipped);
	write_u32(writer, state->n_target_values);
	write_double(writer, state->target_values[0]);
	write_double(writer, state->target_values[1]);
}

static Size
fit_state_get_flat_size(ExpandedObjectHeader *header)
{
	FitState *state = (FitState *) header;
	const FitSpec *spec = state->spec;
	ByteWriter writer;
	int i;

	if (state->flat != NULL)
		return VARHDRSZ + state->flat_length;
	writer_begin(&writer, &state->account->allocator, FIT_STATE_LIMIT);
	encode_header(&writer, spec);
	encode_counts(&writer, state);
	encode_dictionary(&writer, &state->classes);
	for (i = 0; i < spec->n_categories; i++)
		encode_dictionary(&writer, &state->dictionaries[i]);
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			encode_identifier(&writer, state->identifiers[i]);
	}
	if (spec->keeps_rows)
		dataset_encode(&state->dataset, &writer);
	else
		least_squares_encode(state->least_squares, &writer);
	if (writer.status == KERNEL_TOO_LARGE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the training state is too large to pass between processes"),
				 errdetail("A flattened state may have %zu MB.", FIT_STATE_LIMIT / (1024 * 1024)),
				 errhint("Set max_parallel_workers_per_gather to 0 for this statement.")));
	require(state, writer.status);
	/* Rows go from process to process of one statement only, and are many. */
	if (!spec->keeps_rows)
		set_checksum(writer.bytes, writer.length);
	state->flat = writer.bytes;
	state->flat_length = writer.length;
	state->flat_capacity = writer.capacity;
	return VARHDRSZ + state->flat_length;
}

static void
fit_state_flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	FitState *state = (FitState *) header;

	Assert(size == VARHDRSZ + state->flat_length);
	SET_VARSIZE(result, size);
	memcpy(VARDATA(result), state->flat, state->flat_length);
}

typedef struct FlatHeader
{
	uint32 magic;
	uint16 version;
	uint16 has_rows;
	uint32 checksum;
} FlatHeader;

/* The reader then stands at the spec. */
static FlatHeader
read_header(ByteReader *reader, const struct varlena *flat)
{
	FlatHeader header;

	reader_begin(reader, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	header.magic = read_u32(reader);
	header.version = read_u16(reader);
	header.has_rows = read_u16(reader);
	header.checksum = read_u32(reader);
	return header;
}

/* The same of a state that can be read on. */
static FlatHeader
require_header(ByteReader *reader, const struct varlena *flat)
{
	FlatHeader header = read_header(reader, flat);

	if (reader->status != KERNEL_OK || header.magic != MAGIC)
		require_ok(KERNEL_CORRUPT, what);
	if (header.version > FORMAT_VERSION)
		require_ok(KERNEL_UNSUPPORTED_VERSION, what);
	if (header.version == 0 || header.has_rows > 1)
		require_ok(KERNEL_CORRUPT, what);
	return header;
}

/* Of all bytes, with 0 in its own place. */
static uint32
flat_checksum(const struct varlena *flat)
{
	static const uint8 zero[sizeof(uint32)] = {0};
	const char *bytes = VARDATA_ANY(flat);
	size_t after = CHECKSUM_PLACE + sizeof(zero);
	uint32 checksum = checksum_crc32c(bytes, CHECKSUM_PLACE);

	checksum = checksum_crc32c_extend(checksum, zero, sizeof(zero));
	return checksum_crc32c_extend(checksum, bytes + after, VARSIZE_ANY_EXHDR(flat) - after);
}

bool
fit_state_flat_is_whole(const struct varlena *flat)
{
	ByteReader reader;
	FlatHeader header = read_header(&reader, flat);

	return reader.status == KERNEL_OK && header.magic == MAGIC && header.has_rows == 0 &&
		header.checksum == flat_checksum(flat);
}

bool
fit_state_flat_has_sums(const struct varlena *flat)
{
	ByteReader reader;

	return require_header(&reader, flat).has_rows == 0;
}

const uint8 *
fit_state_flat_spec(const struct varlena *flat, size_t *length)
{
	ByteReader reader;
	const char *spec;

	require_header(&reader, flat);
	spec = read_string(&reader, length);
	require_ok(reader.status, what);
	return (const uint8 *) spec;
}

static void
decode_counts(FitState *state, ByteReader *reader)
{
	uint64 rows = read_u64(reader);
	uint64 rows_skipped = read_u64(reader);
	uint32 n_target_values = read_u32(reader);

	state->target_values[0] = read_double(reader);
	state->target_values[1] = read_double(reader);
	if (rows > PG_INT64_MAX / 2 || rows_skipped > PG_INT64_MAX / 2 || n_target_values > 3)
		reader->status = KERNEL_CORRUPT;
	state->rows = rows;
	state->rows_skipped = rows_skipped;
	state->n_target_values = n_target_values;
}

/* Do the sums have the spec's slots, and codes that the dictionaries know? */
static bool
sums_fit_spec(const FitState *state)
{
	const FitSpec *spec = state->spec;
	int i;

	if (least_squares_numbers(state->least_squares) != spec->n_numbers ||
		least_squares_categories(state->least_squares) != spec->n_categories ||
		least_squares_rows(state->least_squares) != state->rows)
		return false;
	for (i = 0; i < spec->n_categories; i++)
	{
		if (least_squares_codes(state->least_squares, i) > state->dictionaries[i].n)
			return false;
	}
	return true;
}

FitState *
fit_state_decode(MemoryAccount *account, const FitSpec *spec, const struct varlena *flat)
{
	FitState *state;
	ByteReader reader;
	const char *encoded;
	size_t length;
	FlatHeader header = require_header(&reader, flat);
	int i;

	if (header.has_rows != spec->keeps_rows ||
		(header.has_rows == 0 && header.checksum != flat_checksum(flat)))
		require_ok(KERNEL_CORRUPT, what);
	encoded = read_string(&reader, &length);
	require_ok(reader.status, what);
	/* To the last bit: the spec tells which parts follow. */
	require_alike(spec->encoded_length == length && memcmp(spec->encoded, encoded, length) == 0);
	state = allocate_state(account, spec);
	decode_counts(state, &reader);
	decode_dictionary(state, &state->classes,
					  spec->target_family == FAMILY_CATEGORY ? 0 : sizeof(double), &reader);
	for (i = 0; i < spec->n_categories; i++)
		decode_dictionary(state, &state->dictionaries[i], 0, &reader);
	for (i = 0; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			decode_identifier(state->identifiers[i], &reader);
	}
	require_ok(reader.status, what);
	if (spec->keeps_rows)
		require(state, dataset_decode(&state->dataset, &account->allocator, &reader));
	else
	{
		require(state, least_squares_decode(&state->least_squares, &account->allocator, &reader));
		if (!sums_fit_spec(state))
			require_ok(KERNEL_CORRUPT, what);
	}
	if (reader_left(&reader) > 0)
		require_ok(KERNEL_CORRUPT, what);
	return state;
}

/*
 * fit_state_codec.c: the flat form of a training state.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "kernel/codec/checksum.h"

#include "pg/compat.h"
#include "pg/fit_state_work.h"

/* "OFST" in the bytes. */
#define MAGIC 0x5453464F
#define FORMAT_VERSION 1
#define CHECKSUM_PLACE 8

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
		fit_state_require(
			state, dictionary_add(dictionary, &state->account->allocator, text, length, &code));
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

/* The sums, or those of each fold that has some. */
static void
encode_sums(const FitState *state, ByteWriter *writer)
{
	int i;

	if (state->folds == NULL)
		least_squares_encode(state->least_squares, writer);
	for (i = 0; state->folds != NULL && i < state->spec->options->cv.n_folds; i++)
	{
		write_u8(writer, state->folds[i] != NULL);
		if (state->folds[i] != NULL)
			least_squares_encode(state->folds[i], writer);
	}
}

Size
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
		encode_sums(state, &writer);
	if (writer.status == KERNEL_TOO_LARGE)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("the training state is too large to be a value"),
			 errdetail("It may have %zu MB.", FIT_STATE_LIMIT / (1024 * 1024)),
			 errhint(
				 "Train on fewer features, or on the rows themselves: in one process (max_parallel_workers_per_gather = 0), or with orchard.train.")));
	fit_state_require(state, writer.status);
	/* Rows go from process to process of one statement only, and are many. */
	if (!spec->keeps_rows)
		set_checksum(writer.bytes, writer.length);
	state->flat = writer.bytes;
	state->flat_length = writer.length;
	state->flat_capacity = writer.capacity;
	return VARHDRSZ + state->flat_length;
}

void
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
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
	if (header.version > FORMAT_VERSION)
		require_ok(KERNEL_UNSUPPORTED_VERSION, FIT_STATE_LABEL);
	if (header.version == 0 || header.has_rows > 1)
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
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
	require_ok(reader.status, FIT_STATE_LABEL);
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

/* Sums with the spec's slots, and codes that the dictionaries know; their rows are counted. */
static LeastSquares *
decode_sums(FitState *state, ByteReader *reader, int64 *rows)
{
	const FitSpec *spec = state->spec;
	LeastSquares *sums;
	bool is_valid;
	int i;

	fit_state_require(state, least_squares_decode(&sums, &state->account->allocator, reader));
	is_valid = least_squares_numbers(sums) == spec->n_numbers &&
		least_squares_categories(sums) == spec->n_categories &&
		!__builtin_add_overflow(*rows, least_squares_rows(sums), rows);
	for (i = 0; is_valid && i < spec->n_categories; i++)
		is_valid = least_squares_codes(sums, i) <= state->dictionaries[i].n;
	if (!is_valid)
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
	return sums;
}

/* The sums, or those of the folds; together they have the rows of the state. */
static void
decode_all_sums(FitState *state, ByteReader *reader)
{
	int64 rows = 0;
	int i;

	if (state->folds == NULL)
		state->least_squares = decode_sums(state, reader, &rows);
	for (i = 0; state->folds != NULL && i < state->spec->options->cv.n_folds; i++)
	{
		uint8 has_sums = read_u8(reader);

		if (reader->status == KERNEL_OK && has_sums > 1)
			reader->status = KERNEL_CORRUPT;
		require_ok(reader->status, FIT_STATE_LABEL);
		if (has_sums == 1)
			state->folds[i] = decode_sums(state, reader, &rows);
	}
	if (rows != state->rows)
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
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
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
	encoded = read_string(&reader, &length);
	require_ok(reader.status, FIT_STATE_LABEL);
	/* To the last bit: the spec tells which parts follow. */
	fit_state_require_alike(spec->encoded_length == length &&
							memcmp(spec->encoded, encoded, length) == 0);
	state = fit_state_create_bare(account, spec);
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
	require_ok(reader.status, FIT_STATE_LABEL);
	if (spec->keeps_rows)
		fit_state_require(state, dataset_decode(&state->dataset, &account->allocator, &reader));
	else
		decode_all_sums(state, &reader);
	if (reader_left(&reader) > 0)
		require_ok(KERNEL_CORRUPT, FIT_STATE_LABEL);
	return state;
}

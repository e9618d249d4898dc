/*
 * fuzz_states.c [COUNT [SEED [ONLY]]]: foreign bytes through the decoders of states and transforms.
 *
 * Training and metric states carry no checksum: they travel between the processes of one query; those
 * of transforms' fits are values too.  Real ones are mutated; whatever is accepted is used as the next
 * process would: rows are added, states merged, fitted, measured and encoded, transforms applied.
 * What must hold: no crash, nothing read outside the bytes, no memory left, and
 * what was accepted is encoded to bytes that are accepted again.
 *
 * One TAP line a kind of state and class of mutation; SEED and ONLY as in fuzz_model.c.
 */
#include <inttypes.h>
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "exercise_transforms.h"
#include "kernel/base/hash.h"
#include "kernel/dataset/dataset.h"
#include "kernel/linear/least_squares.h"
#include "kernel/metric/roc.h"
#include "kernel/stat/quantile_sketch.h"
#include "kernel/window/order_statistics.h"

#define ROOM 131072	 /* bytes of the longest mutant */
#define MAX_CODES 16 /* codes of a category, and numbers, up to which accepted states are fitted */

/* The name of the broken promise, NULL when all were kept. */
typedef const char *Broken;

typedef struct Mutant
{
	uint8_t bytes[ROOM];
	size_t length;
	uint64_t chance; /* state of the generator */
} Mutant;

typedef struct Kind
{
	const char *name;
	void (*make)(ByteWriter *writer, const Allocator *allocator);
	Broken (*use)(ByteReader *reader, const Allocator *allocator, bool *is_accepted);
	int share;			 /* of COUNT: costly kinds get less */
	uint8_t bytes[ROOM]; /* a real state */
	size_t length;
} Kind;

static Arena arena;
static uint64_t seed = 20260101;
static uint64_t mutant_number;

/* A refusal that a decoder may give. */
static Broken
judge_refusal(Status status)
{
	return status == KERNEL_CORRUPT || status == KERNEL_UNSUPPORTED_VERSION ||
			status == KERNEL_OUT_OF_MEMORY || status == KERNEL_TOO_LARGE ?
		NULL :
		"a fault is corrupt, a newer version or too large";
}

/* -- Least squares -- */

/* Row i of a state: some numbers missing, levels of two categories. */
static Status
add_row(LeastSquares *state, const Allocator *allocator, int32_t n_numbers, int i)
{
	double numbers[80];
	int32_t codes[2] = {i % 3, i % 5 == 0 ? CODE_MISSING : i % 2};
	int32_t j;

	for (j = 0; j < n_numbers; j++)
		numbers[j] = j < 4 && (i + j) % 7 == 0 ? NAN : (double) ((i * 37 + j * 11) % 101) / 4.0;
	return least_squares_add(state, allocator, numbers, codes, i * 3 % 13, 1.0 + i % 2);
}

static void
make_least_squares(ByteWriter *writer, const Allocator *allocator, int32_t n_numbers, int n_rows)
{
	LeastSquares *state = least_squares_create(allocator, n_numbers, 2);
	int i;

	for (i = 0; i < n_rows; i++)
	{
		if (add_row(state, allocator, n_numbers, i) != KERNEL_OK)
			abort();
	}
	least_squares_encode(state, writer);
}

static void
make_waiting(ByteWriter *writer, const Allocator *allocator)
{
	make_least_squares(writer, allocator, 3, 5);
}

static void
make_sums(ByteWriter *writer, const Allocator *allocator)
{
	make_least_squares(writer, allocator, 3, 40);
}

static void
make_wide(ByteWriter *writer, const Allocator *allocator)
{
	make_least_squares(writer, allocator, 70, 140);
}

/* Codes 0 .. n - 1 as they are; NULL when the arena is full. */
static int32_t *
identity_map(const Allocator *allocator, int32_t n)
{
	int32_t *map = memory_allocate(allocator, (size_t) n, sizeof(int32_t));
	int32_t i;

	for (i = 0; map != NULL && i < n; i++)
		map[i] = i;
	return map;
}

/* Merges a copy of the state, read from its own bytes, into it. */
static Broken
merge_copy(LeastSquares *state, const Allocator *allocator, const ByteWriter *writer)
{
	int32_t n_categories = 2;
	int32_t *maps[2] = {NULL, NULL};
	LeastSquares *copy;
	ByteReader reader;
	Status status;
	int32_t c;

	reader_begin(&reader, writer->bytes, writer->length);
	status = least_squares_decode(&copy, allocator, &reader);
	if (status == KERNEL_OUT_OF_MEMORY)
		return NULL;
	if (status != KERNEL_OK || reader_left(&reader) > 0)
		return "an accepted state is encoded to bytes that are accepted";
	for (c = 0; c < n_categories; c++)
		maps[c] = identity_map(allocator, least_squares_codes(copy, c));
	if (maps[0] != NULL && maps[1] != NULL)
		(void) least_squares_merge(state, allocator, copy, (const int32_t *const *) maps);
	for (c = 0; c < n_categories; c++)
		memory_release(allocator, maps[c], (size_t) least_squares_codes(copy, c), sizeof(int32_t));
	least_squares_release(copy, allocator);
	return NULL;
}

/* Dictionaries with the names "0", "1", ... for codes 0 .. n - 1. */
static bool
name_codes(Dictionary *dictionary, const Allocator *allocator, int32_t n)
{
	int32_t code;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		char name[16];
		int length = snprintf(name, sizeof(name), "%d", i);

		if (dictionary_add(dictionary, allocator, name, (size_t) length, &code) != KERNEL_OK)
			return false;
	}
	return true;
}

/* Fits a state of 3 numbers and 2 categories of at most MAX_CODES codes. */
static void
fit_least_squares(LeastSquares *state, const Allocator *allocator)
{
	static const Feature features[] = {{"a", FAMILY_NUMBER, 0, false},
									   {"b", FAMILY_NUMBER, 2, false},
									   {"c", FAMILY_CATEGORY, 0, false},
									   {"d", FAMILY_CATEGORY, 0, true}};
	static const DesignOptions design_options = {true, true, 4, NULL};
	static const LeastSquaresOptions options = {.standardize = true};
	Dictionary dictionaries[2] = {{0}, {0}};
	double weights[2][MAX_CODES];
	const double *level_weight[2] = {weights[0], weights[1]};
	double missing_weight[2];
	NumberFacts numbers[3];
	LinearCoefficient coefficients[64];
	LinearFit fit = {.coefficients = coefficients};
	Design design;
	bool has_names = true;
	int32_t c;

	least_squares_number_facts(state, numbers);
	for (c = 0; c < 2; c++)
	{
		least_squares_level_weights(state, c, weights[c], least_squares_codes(state, c),
									&missing_weight[c]);
		has_names =
			has_names && name_codes(&dictionaries[c], allocator, least_squares_codes(state, c));
	}
	if (has_names &&
		design_build(&design, allocator, features, 4, dictionaries, level_weight, missing_weight,
					 numbers, &design_options) == KERNEL_OK)
	{
		if (design.n_terms <= 64)
			(void) least_squares_fit(state, &design, &options, allocator, NULL, &fit);
		design_release(&design, allocator, dictionaries);
	}
	dictionary_release(&dictionaries[0], allocator);
	dictionary_release(&dictionaries[1], allocator);
}

static Broken
use_least_squares(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	ByteReader shape = *reader;
	uint32_t n_numbers = read_u32(&shape);
	uint32_t n_categories = read_u32(&shape);
	LeastSquares *state = NULL;
	ByteWriter writer;
	Status status = least_squares_decode(&state, allocator, reader);
	Broken broken = NULL;

	*is_accepted = status == KERNEL_OK && reader_left(reader) == 0;
	if (status != KERNEL_OK)
		return judge_refusal(status);
	writer_begin(&writer, allocator, (size_t) 1 << 24);
	least_squares_encode(state, &writer);
	/* The glue knows the shape from elsewhere and refuses another one. */
	if (writer.status == KERNEL_OK && (n_numbers == 3 || n_numbers == 70) && n_categories == 2)
	{
		broken = merge_copy(state, allocator, &writer);
		if (broken == NULL && n_numbers == 3 && least_squares_codes(state, 0) <= MAX_CODES &&
			least_squares_codes(state, 1) <= MAX_CODES &&
			add_row(state, allocator, 3, 4) == KERNEL_OK)
			fit_least_squares(state, allocator);
	}
	writer_release(&writer);
	least_squares_release(state, allocator);
	return broken;
}

/* -- Dataset -- */

static void
make_dataset(ByteWriter *writer, const Allocator *allocator)
{
	Dataset dataset;
	int i;

	dataset_begin(&dataset, 2, 1, true);
	for (i = 0; i < 20; i++)
	{
		double numbers[2] = {i % 4 == 0 ? NAN : i, -0.5 * i};
		int32_t code = i % 6 == 0 ? CODE_MISSING : i % 3;

		if (dataset_add(&dataset, allocator, numbers, &code, i % 2, 1.0 + i % 3) != KERNEL_OK)
			abort();
	}
	dataset_encode(&dataset, writer);
}

/* Every value of every block is what a fit may meet. */
static Broken
inspect_dataset(const Dataset *dataset)
{
	int64_t n = 0;
	int32_t b;
	int32_t i;
	int32_t j;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		n += block->n;
		for (i = 0; i < block->n; i++)
		{
			for (j = 0; j < dataset->n_numbers; j++)
			{
				if (isinf(block->numbers[j * block->capacity + i]))
					return "a number is finite or missing";
			}
			for (j = 0; j < dataset->n_categories; j++)
			{
				if (block->codes[j * block->capacity + i] < CODE_MISSING)
					return "a code is one or missing";
			}
			if (!isfinite(block->target[i]) ||
				(block->weight != NULL && !(block->weight[i] > 0.0 && isfinite(block->weight[i]))))
				return "target and weight are finite";
		}
	}
	return n == dataset->n ? NULL : "rows are counted";
}

static Broken
use_dataset(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	const uint8_t *bytes = reader->next;
	Dataset dataset;
	ByteWriter writer;
	Status status = dataset_decode(&dataset, allocator, reader);
	size_t length = (size_t) (reader->next - bytes);
	Broken broken;

	*is_accepted = status == KERNEL_OK && reader_left(reader) == 0;
	if (status != KERNEL_OK)
		return judge_refusal(status);
	broken = inspect_dataset(&dataset);
	writer_begin(&writer, allocator, (size_t) 1 << 24);
	dataset_encode(&dataset, &writer);
	if (broken == NULL && writer.status == KERNEL_OK &&
		(writer.length != length || memcmp(writer.bytes, bytes, length) != 0))
		broken = "encode(decode(bytes)) is bytes";
	writer_release(&writer);
	dataset_release(&dataset, allocator);
	return broken;
}

/* -- The ROC curve -- */

static void
make_roc(ByteWriter *writer, const Allocator *allocator)
{
	Roc roc = {0};
	uint8_t *bytes;
	size_t length;
	int i;

	for (i = 0; i < 30; i++)
	{
		if (roc_add(&roc, allocator, NULL, i % 3 == 0, i * 7 % 11, 1.0 + i % 2) != KERNEL_OK)
			abort();
	}
	if (roc_compact(&roc, allocator, NULL) != KERNEL_OK)
		abort();
	length = roc_encoded_size(&roc);
	bytes = memory_allocate(allocator, length, 1);
	roc_encode(&roc, bytes);
	write_bytes(writer, bytes, length);
}

/* Its bytes are those that were read; merged with itself the area stays. */
static Broken
use_accepted_roc(Roc *roc, const Allocator *allocator, const uint8_t *bytes, size_t length)
{
	size_t again_length = roc_encoded_size(roc);
	uint8_t *again = memory_allocate(allocator, again_length, 1);
	Roc both = {0};
	double auc = 0.5;
	double auc_of_both = 0.5;
	Broken broken = NULL;
	Status status;

	if (again == NULL)
		return NULL;
	roc_encode(roc, again);
	if (again_length != length || memcmp(again, bytes, length) != 0)
		broken = "encode(decode(bytes)) is bytes";
	memory_release(allocator, again, again_length, 1);
	status = roc_auc(roc, &auc);
	if (status == KERNEL_OK && !(auc >= 0.0 && auc <= 1.0))
		broken = "an area is in [0, 1]";
	if (roc_merge(&both, allocator, NULL, roc) == KERNEL_OK &&
		roc_merge(&both, allocator, NULL, roc) == KERNEL_OK &&
		roc_compact(&both, allocator, NULL) == KERNEL_OK &&
		roc_auc(&both, &auc_of_both) == KERNEL_OK && status == KERNEL_OK &&
		!(fabs(auc - auc_of_both) <= 1e-12))
		broken = "twice the rows have the same area";
	(void) roc_add(&both, allocator, NULL, true, 3.0, 1.0);
	roc_release(&both, allocator);
	return broken;
}

static Broken
use_roc(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	const uint8_t *bytes = reader->next;
	size_t length = reader_left(reader);
	Roc roc = {0};
	Status status = roc_decode(&roc, allocator, reader);
	Broken broken;

	*is_accepted = status == KERNEL_OK;
	if (status != KERNEL_OK)
		return judge_refusal(status);
	broken = use_accepted_roc(&roc, allocator, bytes, length);
	roc_release(&roc, allocator);
	return broken;
}

/* -- Order statistics -- */

static double
some_value(int i)
{
	return i % 23 == 0 ? INFINITY : i % 29 == 0 ? NAN : (double) (i * 37 % 41 - 20) / 8.0;
}

static void
make_order(ByteWriter *writer, const Allocator *allocator)
{
	OrderStatistics order = {0};
	int i;

	for (i = 0; i < 100; i++)
	{
		if (order_statistics_add(&order, allocator, NULL, some_value(i)) != KERNEL_OK)
			abort();
	}
	if (order_statistics_gather(&order, allocator, NULL) != KERNEL_OK)
		abort();
	order_statistics_encode(&order, writer);
	order_statistics_release(&order, allocator);
}

/* Counts in foreign bytes may be huge, so no values are planted in a tree. */
static Broken
use_accepted_order(OrderStatistics *order, const Allocator *allocator)
{
	double low = 0.0;
	double high = 0.0;
	double spread;

	if (order_statistics_count(order) == 0)
		return NULL;
	if (order_statistics_quantile(order, 0.1, &low) != KERNEL_OK ||
		order_statistics_quantile(order, 0.9, &high) != KERNEL_OK)
		return "an accepted state has quantiles";
	if (low > high)
		return "quantiles ascend";
	(void) order_statistics_iqr(order, &spread);
	(void) order_statistics_mad(order, &spread);
	(void) order_statistics_add(order, allocator, NULL, 3.0);
	return NULL;
}

static Broken
use_order(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	const uint8_t *bytes = reader->next;
	OrderStatistics order = {0};
	Status status = order_statistics_decode(&order, allocator, reader);
	size_t length = (size_t) (reader->next - bytes);
	ByteWriter writer;
	Broken broken = NULL;

	*is_accepted = status == KERNEL_OK && reader_left(reader) == 0;
	if (status != KERNEL_OK)
		return judge_refusal(status);
	writer_begin(&writer, allocator, ROOM);
	order_statistics_encode(&order, &writer);
	if (writer.status == KERNEL_OK &&
		(writer.length != length || memcmp(writer.bytes, bytes, length) != 0 ||
		 order_statistics_encoded_size(&order) != length))
		broken = "encode(decode(bytes)) is bytes";
	writer_release(&writer);
	if (broken == NULL)
		broken = use_accepted_order(&order, allocator);
	order_statistics_release(&order, allocator);
	return broken;
}

/* -- Quantile sketches -- */

static void
make_sketch(ByteWriter *writer, const Allocator *allocator)
{
	QuantileSketch sketch;
	int i;

	sketch_begin(&sketch, 0.01);
	for (i = 0; i < 100; i++)
	{
		if (sketch_add(&sketch, allocator, some_value(i)) != KERNEL_OK)
			abort();
	}
	for (i = 29; i < 100; i += 29)
	{
		if (sketch_remove(&sketch, NAN) != KERNEL_OK)
			abort();
	}
	sketch_encode(&sketch, writer);
	sketch_release(&sketch, allocator);
}

static Broken
use_sketch(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	const uint8_t *bytes = reader->next;
	QuantileSketch sketch = {0};
	QuantileSketch copy = {0};
	ByteReader again;
	Status status = sketch_decode(&sketch, allocator, reader);
	size_t length = (size_t) (reader->next - bytes);
	ByteWriter writer;
	double low = 0.0;
	double high = 0.0;
	Broken broken = NULL;

	*is_accepted = status == KERNEL_OK && reader_left(reader) == 0;
	if (status != KERNEL_OK)
		return judge_refusal(status);
	writer_begin(&writer, allocator, ROOM);
	sketch_encode(&sketch, &writer);
	if (writer.status == KERNEL_OK &&
		(writer.length != length || memcmp(writer.bytes, bytes, length) != 0 ||
		 sketch_encoded_size(&sketch) != length))
		broken = "encode(decode(bytes)) is bytes";
	writer_release(&writer);
	if (sketch.n > 0 &&
		(sketch_quantile(&sketch, 0.1, &low) != KERNEL_OK ||
		 sketch_quantile(&sketch, 0.9, &high) != KERNEL_OK || low > high))
		broken = "quantiles ascend";
	if (sketch_add(&sketch, allocator, 3.0) == KERNEL_OK &&
		sketch_remove(&sketch, 3.0) != KERNEL_OK)
		broken = "what came can go";
	reader_begin(&again, bytes, length);
	if (sketch_decode(&copy, allocator, &again) == KERNEL_OK)
	{
		(void) sketch_merge(&sketch, allocator, &copy);
		sketch_release(&copy, allocator);
	}
	sketch_release(&sketch, allocator);
	return broken;
}

static Kind kinds[] = {
	{.name = "least squares, rows waiting",
	 .make = make_waiting,
	 .use = use_least_squares,
	 .share = 4},
	{.name = "least squares, sums", .make = make_sums, .use = use_least_squares, .share = 4},
	{.name = "least squares, wide", .make = make_wide, .use = use_least_squares, .share = 1},
	{.name = "dataset", .make = make_dataset, .use = use_dataset, .share = 8},
	{.name = "roc", .make = make_roc, .use = use_roc, .share = 8},
	{.name = "order statistics", .make = make_order, .use = use_order, .share = 8},
	{.name = "quantile sketch", .make = make_sketch, .use = use_sketch, .share = 8},
	{.name = "transform", .make = make_transform, .use = use_transform, .share = 8},
	{.name = "fit of a sample", .make = make_sample_fit, .use = use_fit, .share = 4},
	{.name = "fit of cells", .make = make_cells_fit, .use = use_fit, .share = 4}};

#define KIND_COUNT ((int) (sizeof(kinds) / sizeof(kinds[0])))
#define SHARES 57 /* their sum */

/* -- Mutations -- */

/* A number below n. */
static size_t
below(Mutant *mutant, size_t n)
{
	mutant->chance += UINT64_C(0x9e3779b97f4a7c15);
	return n > 0 ? (size_t) (hash_mix(mutant->chance) % n) : 0;
}

/* Half of the offsets are near the start, where the counts stand. */
static size_t
some_offset(Mutant *mutant)
{
	size_t length = mutant->length;

	return below(mutant, below(mutant, 2) && length > 64 ? 64 : length);
}

static void
put(Mutant *mutant, size_t at, size_t size, uint64_t value)
{
	size_t i;

	for (i = 0; i < size && at + i < mutant->length; i++)
		mutant->bytes[at + i] = (uint8_t) (value >> (8 * i));
}

static void
flip_bits(Mutant *mutant)
{
	size_t n = 1 + below(mutant, 4);

	while (n-- > 0 && mutant->length > 0)
		mutant->bytes[some_offset(mutant)] ^= (uint8_t) (1u << below(mutant, 8));
}

static void
set_integer(Mutant *mutant)
{
	static const uint32_t values[] = {
		0,	 1,	  2,		  3,		  4,		  5,		  8,		  40,	 64,	65,
		128, 129, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x40000000, 65536, 65537, 100000};
	size_t at = below(mutant, 2) ? some_offset(mutant) / 4 * 4 : some_offset(mutant);

	put(mutant, at, 4,
		below(mutant, 4) ? values[below(mutant, sizeof(values) / sizeof(values[0]))] :
						   below(mutant, 1000));
}

static void
set_double(Mutant *mutant)
{
	static const uint64_t values[] = {UINT64_C(0x7ff8000000000000),
									  UINT64_C(0xfff0000000000001),
									  UINT64_C(0x7ff0000000000000),
									  UINT64_C(0xfff0000000000000),
									  UINT64_C(0x7fefffffffffffff),
									  UINT64_C(0xffefffffffffffff),
									  UINT64_C(0x8000000000000000),
									  0,
									  1,
									  UINT64_C(0x3ff0000000000000),
									  UINT64_C(0xbff0000000000000),
									  UINT64_C(0x7fe0000000000000)};
	/* Offsets of doubles differ by kind: any residue modulo 8. */
	size_t at = below(mutant, mutant->length + 1);

	put(mutant, at, 8,
		below(mutant, 8) ? values[below(mutant, sizeof(values) / sizeof(values[0]))] :
						   below(mutant, SIZE_MAX));
}

static void
cut_or_extend(Mutant *mutant)
{
	size_t at = below(mutant, mutant->length + 1);
	size_t n = below(mutant, 2) ? 1 + below(mutant, 8) : 4 * (1 + below(mutant, 8));
	size_t i;

	switch (below(mutant, 3))
	{
		case 0:
			mutant->length = at;
			break;
		case 1:
			if (n > mutant->length - at)
				n = mutant->length - at;
			memmove(mutant->bytes + at, mutant->bytes + at + n, mutant->length - at - n);
			mutant->length -= n;
			break;
		default:
			if (mutant->length + n > ROOM)
				return;
			memmove(mutant->bytes + at + n, mutant->bytes + at, mutant->length - at);
			for (i = 0; i < n; i++)
				mutant->bytes[at + i] = below(mutant, 2) ? 0 : (uint8_t) below(mutant, 256);
			mutant->length += n;
	}
}

/* A stretch of one place over another. */
static void
copy_within(Mutant *mutant)
{
	size_t n = 1 + below(mutant, 32);
	size_t from = below(mutant, mutant->length + 1);
	size_t to = below(mutant, mutant->length + 1);

	if (n > mutant->length - (from > to ? from : to))
		n = mutant->length - (from > to ? from : to);
	memmove(mutant->bytes + to, mutant->bytes + from, n);
}

typedef struct Mutation
{
	const char *name;
	void (*run)(Mutant *mutant);
} Mutation;

static void pile_up(Mutant *mutant);

static const Mutation mutations[] = {
	{"flipped bits", flip_bits},	{"set integers", set_integer},
	{"set doubles", set_double},	{"cuts and extensions", cut_or_extend},
	{"copies within", copy_within}, {"several at once", pile_up}};

#define MUTATION_COUNT ((int) (sizeof(mutations) / sizeof(mutations[0])))

static void
pile_up(Mutant *mutant)
{
	size_t n = 2 + below(mutant, 3);

	while (n-- > 0)
		mutations[below(mutant, MUTATION_COUNT - 1)].run(mutant);
}

/* -- Verdicts -- */

static Broken
judge(const Kind *kind, const uint8_t *bytes, size_t length, bool *is_accepted)
{
	Allocator allocator = arena_allocator(&arena);
	ByteReader reader;
	uint8_t *block;
	Broken broken;

	arena_reset(&arena);
	block = arena_allocate(&arena, length);
	memcpy(block, bytes, length);
	reader_begin(&reader, block, length);
	broken = kind->use(&reader, &allocator, is_accepted);
	if (broken == NULL && arena.live_blocks != 1)
		broken = "nothing is left behind";
	return broken;
}

static void
make_kinds(void)
{
	int k;

	for (k = 0; k < KIND_COUNT; k++)
	{
		Allocator allocator = arena_allocator(&arena);
		ByteWriter writer;
		bool is_accepted;

		arena_reset(&arena);
		writer_begin(&writer, &allocator, ROOM);
		kinds[k].make(&writer, &allocator);
		if (writer.status != KERNEL_OK)
			abort();
		memcpy(kinds[k].bytes, writer.bytes, writer.length);
		kinds[k].length = writer.length;
		if (judge(&kinds[k], kinds[k].bytes, kinds[k].length, &is_accepted) != NULL || !is_accepted)
		{
			printf("Bail out! %s: the state itself is refused\n", kinds[k].name);
			exit(1);
		}
	}
}

/* Makes and judges one mutant; false when it broke a promise. */
static bool
try_mutant(const Kind *kind, const Mutation *mutation, uint64_t *n_accepted)
{
	static Mutant mutant;
	bool is_accepted;
	Broken broken;

	mutant.chance = hash_mix(seed ^ hash_mix(mutant_number));
	memcpy(mutant.bytes, kind->bytes, kind->length);
	mutant.length = kind->length;
	mutation->run(&mutant);
	broken = judge(kind, mutant.bytes, mutant.length, &is_accepted);
	*n_accepted += is_accepted;
	if (broken != NULL)
		printf("# seed %" PRIu64 ", mutant %" PRIu64 " (%s, %s): not so: %s\n", seed, mutant_number,
			   kind->name, mutation->name, broken);
	return broken == NULL;
}

/* The sanitizers' last word comes with how to get back here. */
static void
report_death(void)
{
	printf("# died at seed %" PRIu64 ", mutant %" PRIu64 "\n", seed, mutant_number);
	fflush(stdout);
}

/* The undefined-behaviour sanitizer knows no death callback, but calls this. */
extern __attribute__((visibility("default"))) void __ubsan_on_report(void);

void
__ubsan_on_report(void)
{
	report_death();
}

int
main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	uint64_t n_bad = 0;
	int line;

	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;
	setvbuf(stdout, NULL, _IOLBF, 0);
	__sanitizer_set_death_callback(report_death);
	make_kinds();
	printf("# seed %" PRIu64 "\n1..%d\n", seed, KIND_COUNT * MUTATION_COUNT);
	for (line = 0; line < KIND_COUNT * MUTATION_COUNT; line++)
	{
		const Kind *kind = &kinds[line / MUTATION_COUNT];
		const Mutation *mutation = &mutations[line % MUTATION_COUNT];
		uint64_t each = count * (uint64_t) kind->share / (SHARES * MUTATION_COUNT) + 1;
		uint64_t n_accepted = 0;
		uint64_t n_broken = 0;
		uint64_t i;

		for (i = 0; i < each; i++)
		{
			mutant_number = (uint64_t) line << 32 | i;
			if (argc <= 3 || mutant_number == strtoull(argv[3], NULL, 10))
				n_broken += !try_mutant(kind, mutation, &n_accepted);
		}
		printf("%s %d - %s: %s, %" PRIu64 " mutants, %" PRIu64 " accepted\n",
			   n_broken == 0 ? "ok" : "not ok", line + 1, kind->name, mutation->name, each,
			   n_accepted);
		n_bad += n_broken;
	}
	return n_bad == 0 ? 0 : 1;
}

/*
 * test_dataset_dataset.c: blocks, merging, bytes and refusal.
 */
#include "kernel/dataset/dataset.h"

#include "unit.h"

static Status
add_rows(Dataset *dataset, int first, int last)
{
	int i;

	for (i = first; i < last; i++)
	{
		double numbers[2] = {i, i % 3 == 0 ? NAN : 2.0 * i};
		int32_t codes[1] = {i % 5 - 1};
		Status status = dataset_add(dataset, &unit_allocator, numbers, codes, i % 2, 1.0 + i);

		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

/* Is row i of the dataset the i-th of add_rows, codes shifted by `shift`? */
static void
check_row(const Dataset *dataset, int i, int32_t shift, double target)
{
	int place = i;
	int b = 0;
	const DatasetBlock *block;
	double second;
	int32_t code = i % 5 - 1;

	while (place >= dataset->blocks[b].n)
		place -= dataset->blocks[b++].n;
	CHECK(dataset_block(dataset, b, &block) == KERNEL_OK);
	second = block->numbers[block->capacity + place];
	CHECK(block->numbers[place] == i);
	CHECK(i % 3 == 0 ? isnan(second) : second == 2.0 * i);
	CHECK(block->codes[place] == (code < 0 ? CODE_MISSING : code + shift));
	CHECK(block->target[place] == target);
	CHECK(block->weight[place] == 1.0 + i);
}

static void
keeps_rows(void)
{
	Dataset dataset;
	int i;

	dataset_begin(&dataset, 2, 1, true);
	CHECK(add_rows(&dataset, 0, 5000) == KERNEL_OK);
	CHECK(dataset.n == 5000 && dataset.blocks[0].capacity == DATASET_BLOCK_ROWS);
	for (i = 0; i < 5000; i++)
		check_row(&dataset, i, 0, i % 2);
	dataset_release(&dataset, &unit_allocator);
}

static void
merges_with_maps(void)
{
	static const int32_t map[] = {10, 11, 12, 13};
	static const int32_t *const maps[] = {map};
	static const int32_t targets[] = {7, 8};
	Dataset into;
	Dataset from;
	int i;

	dataset_begin(&into, 2, 1, true);
	dataset_begin(&from, 2, 1, true);
	CHECK(add_rows(&into, 0, 700) == KERNEL_OK);
	CHECK(add_rows(&from, 700, 3000) == KERNEL_OK);
	CHECK(dataset_merge(&into, &unit_allocator, &from, maps, targets) == KERNEL_OK);
	CHECK(into.n == 3000);
	for (i = 0; i < 700; i++)
		check_row(&into, i, 0, i % 2);
	for (i = 700; i < 3000; i++)
		check_row(&into, i, 10, 7 + i % 2);
	dataset_release(&into, &unit_allocator);
	dataset_release(&from, &unit_allocator);
}

/* Every truncation is refused; the whole comes back. */
static void
bytes_round_trip(void)
{
	Dataset dataset;
	Dataset decoded;
	ByteWriter writer;
	ByteReader reader;
	size_t length;
	int i;

	dataset_begin(&dataset, 2, 1, true);
	CHECK(add_rows(&dataset, 0, 40) == KERNEL_OK);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	dataset_encode(&dataset, &writer);
	for (length = 0; length < writer.length; length++)
	{
		reader_begin(&reader, writer.bytes, length);
		CHECK(dataset_decode(&decoded, &unit_allocator, &reader) == KERNEL_CORRUPT);
	}
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(dataset_decode(&decoded, &unit_allocator, &reader) == KERNEL_OK);
	CHECK(decoded.n == 40 && reader_left(&reader) == 0);
	for (i = 0; i < 40; i++)
		check_row(&decoded, i, 0, i % 2);
	dataset_release(&decoded, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	writer_release(&writer);
}

static void
refusal_changes_nothing(void)
{
	Dataset dataset;
	int i;

	dataset_begin(&dataset, 2, 1, true);
	for (i = 0; i < 3000; i++)
	{
		int n;

		for (n = 0; n < 8; n++)
		{
			unit_allocator_fail_after(n);
			if (add_rows(&dataset, i, i + 1) == KERNEL_OK)
				break;
			CHECK(dataset.n == i);
		}
		unit_allocator_fail_after(-1);
		CHECK(dataset.n == i + 1);
	}
	check_row(&dataset, 2999, 0, 1);
	dataset_release(&dataset, &unit_allocator);
}

/* The largest absolute value, in a block that is not the last, whatever its sign and whatever is missing. */
static void
names_the_largest_number(void)
{
	Dataset dataset;
	double numbers[2] = {2.0, -1e200};
	int32_t codes[1] = {0};
	double value;
	int32_t slot;

	dataset_begin(&dataset, 2, 1, true);
	CHECK(dataset_largest(&dataset, &slot, &value) == KERNEL_OK && slot == -1);
	CHECK(add_rows(&dataset, 0, 600) == KERNEL_OK);
	CHECK(dataset_largest(&dataset, &slot, &value) == KERNEL_OK && slot == 1);
	CHECK(value == 2.0 * 599); /* row 599 has both */
	CHECK(dataset_add(&dataset, &unit_allocator, numbers, codes, 1.0, 1.0) == KERNEL_OK);
	CHECK(add_rows(&dataset, 0, 2000) == KERNEL_OK);
	CHECK(dataset_largest(&dataset, &slot, &value) == KERNEL_OK && slot == 1);
	CHECK(value == 1e200);
	dataset_release(&dataset, &unit_allocator);
}

/* -- With a store -- */

#define STORE_BYTES (4 << 20)
#define BLOCK_BYTES (DATASET_BLOCK_ROWS * (4 * sizeof(double) + sizeof(int32_t)))

/* A store in memory, which can be told to fail. */
typedef struct TestStore
{
	BlockStore store;
	uint8_t *bytes;
	int64_t length;
	int appended; /* calls that went well */
	int read;
	bool fails;
} TestStore;

static Status
test_append(void *context, const void *bytes, size_t size, int64_t *place)
{
	TestStore *test = context;

	if (test->fails || test->length + (int64_t) size > STORE_BYTES)
		return KERNEL_STOPPED;
	*place = test->length;
	memcpy(test->bytes + test->length, bytes, size);
	test->length += (int64_t) size;
	test->appended++;
	return KERNEL_OK;
}

static Status
test_read(void *context, int64_t place, void *bytes, size_t size)
{
	TestStore *test = context;

	memcpy(bytes, test->bytes + place, test->fails ? size / 2 : size);
	if (test->fails)
		return KERNEL_STOPPED;
	test->read++;
	return KERNEL_OK;
}

/* A dataset that spills beyond so many blocks in memory. */
static void
begin_with_store(Dataset *dataset, TestStore *test, size_t blocks)
{
	*test = (TestStore){.store = {.append = test_append, .read = test_read, .context = test},
						.bytes = malloc(STORE_BYTES)};
	dataset_begin(dataset, 2, 1, true);
	dataset_spill_to(dataset, &test->store, blocks * BLOCK_BYTES);
}

/* Rows, bytes and the largest number are those of a dataset in memory, whatever the bound. */
static void
spills_beyond_the_bound(void)
{
	size_t blocks;

	for (blocks = 0; blocks < 12; blocks++)
	{
		TestStore test;
		Dataset dataset;
		Dataset whole;
		ByteWriter ours;
		ByteWriter golden;
		double value;
		int32_t slot;
		int i;

		begin_with_store(&dataset, &test, blocks);
		dataset_begin(&whole, 2, 1, true);
		CHECK(add_rows(&dataset, 0, 5000) == KERNEL_OK);
		CHECK(unit_peak_bytes <= (long) ((blocks < 3 ? 3 : blocks) * BLOCK_BYTES + 4096));
		CHECK(add_rows(&whole, 0, 5000) == KERNEL_OK);
		CHECK(test.appended == (blocks < 3 ? 9 : blocks < 11 ? 11 - (int) blocks : 0));
		CHECK(dataset.n == 5000 && dataset.n_blocks == 10);
		for (i = 0; i < 5000; i++)
			check_row(&dataset, i, 0, i % 2);
		/* In order, each block is read once. */
		CHECK(test.read == test.appended);
		for (i = 4999; i >= 0; i -= 37)
			check_row(&dataset, i, 0, i % 2);
		writer_begin(&ours, &unit_allocator, 1 << 20);
		writer_begin(&golden, &unit_allocator, 1 << 20);
		dataset_encode(&dataset, &ours);
		dataset_encode(&whole, &golden);
		CHECK(ours.status == KERNEL_OK && ours.length == golden.length);
		CHECK(memcmp(ours.bytes, golden.bytes, golden.length) == 0);
		CHECK(dataset_largest(&dataset, &slot, &value) == KERNEL_OK);
		CHECK(slot == 1 && value == 2.0 * 4999);
		writer_release(&ours);
		writer_release(&golden);
		dataset_release(&dataset, &unit_allocator);
		dataset_release(&whole, &unit_allocator);
		unit_peak_bytes = 0;
		free(test.bytes);
	}
}

/* The allocator refuses a block within the bound: an older one makes room, and merging reads it. */
static void
spills_when_memory_is_refused(void)
{
	static const int32_t map[] = {10, 11, 12, 13};
	static const int32_t *const maps[] = {map};
	TestStore test;
	Dataset dataset;
	Dataset into;
	int i;

	begin_with_store(&dataset, &test, 100);
	CHECK(add_rows(&dataset, 0, 3 * DATASET_BLOCK_ROWS) == KERNEL_OK);
	CHECK(test.appended == 0);
	unit_allocator_fail_after(1); /* the first is for the list of blocks or the block itself */
	for (i = 3 * DATASET_BLOCK_ROWS; i < 4 * DATASET_BLOCK_ROWS + 1; i++)
	{
		if (add_rows(&dataset, i, i + 1) != KERNEL_OK)
		{
			CHECK(dataset.n == i);
			unit_allocator_fail_after(-1);
			CHECK(add_rows(&dataset, i, i + 1) == KERNEL_OK);
		}
		if (i == 4 * DATASET_BLOCK_ROWS - 1)
			unit_allocator_fail_after(1);
	}
	unit_allocator_fail_after(-1);
	CHECK(test.appended > 0);
	dataset_begin(&into, 2, 1, true);
	CHECK(dataset_merge(&into, &unit_allocator, &dataset, maps, NULL) == KERNEL_OK);
	CHECK(into.n == dataset.n && into.n == 4 * DATASET_BLOCK_ROWS + 1);
	for (i = 0; i < into.n; i++)
		check_row(&into, i, 10, i % 2);
	dataset_release(&into, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	free(test.bytes);
}

/* A store that fails is reported, adds nothing and can be asked again. */
static void
reports_a_store_that_fails(void)
{
	TestStore test;
	Dataset dataset;
	Dataset into;
	ByteWriter writer;
	const DatasetBlock *block;
	double value;
	int32_t slot;
	int i;

	begin_with_store(&dataset, &test, 0);
	CHECK(add_rows(&dataset, 0, 2 * DATASET_BLOCK_ROWS) == KERNEL_OK);
	test.fails = true;
	CHECK(add_rows(&dataset, 2 * DATASET_BLOCK_ROWS, 3 * DATASET_BLOCK_ROWS) == KERNEL_STOPPED);
	CHECK(dataset.n == 2 * DATASET_BLOCK_ROWS);
	CHECK(dataset_block(&dataset, 0, &block) == KERNEL_STOPPED);
	CHECK(dataset_block(&dataset, 1, &block) == KERNEL_OK);
	CHECK(dataset_largest(&dataset, &slot, &value) == KERNEL_STOPPED);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	dataset_encode(&dataset, &writer);
	CHECK(writer.status == KERNEL_STOPPED);
	writer_release(&writer);
	dataset_begin(&into, 2, 1, true);
	CHECK(dataset_merge(&into, &unit_allocator, &dataset, NULL, NULL) == KERNEL_STOPPED);
	dataset_release(&into, &unit_allocator);
	test.fails = false;
	CHECK(add_rows(&dataset, 2 * DATASET_BLOCK_ROWS, 4 * DATASET_BLOCK_ROWS) == KERNEL_OK);
	check_row(&dataset, 0, 0, 0);
	/* What a failed read leaves is not taken for a block. */
	test.fails = true;
	CHECK(dataset_block(&dataset, 1, &block) == KERNEL_STOPPED);
	test.fails = false;
	for (i = 0; i < 4 * DATASET_BLOCK_ROWS; i++)
		check_row(&dataset, i, 0, i % 2);
	dataset_release(&dataset, &unit_allocator);
	free(test.bytes);
}

#define WIDE 30
#define WIDE_BLOCK (DATASET_BLOCK_ROWS * (WIDE + 1) * sizeof(double))

/* Number j of row i. */
static double
wide_number(int i, int j)
{
	return i * 32.0 + j;
}

/* Many blocks share pieces of memory, none of which goes beyond the bound; refused ones are done without. */
static void
many_blocks_share_memory(void)
{
	static const size_t bound = 250 * WIDE_BLOCK;
	int32_t pieces = 0;
	bool refuses;
	int i;
	int j;

	for (refuses = false;; refuses = true)
	{
		double numbers[WIDE];
		TestStore test = {.store = {.append = test_append, .read = test_read, .context = &test},
						  .bytes = malloc(STORE_BYTES)};
		Dataset dataset;
		int32_t b;

		dataset_begin(&dataset, WIDE, 0, false);
		dataset_spill_to(&dataset, &test.store, bound);
		for (i = 0; i < 245 * DATASET_BLOCK_ROWS; i++)
		{
			for (j = 0; j < WIDE; j++)
				numbers[j] = wide_number(i, j);
			/* The first of a new block is the piece for several. */
			unit_allocator_fail_after(refuses && dataset.n_blocks > 150 ? 0 : -1);
			if (dataset_add(&dataset, &unit_allocator, numbers, NULL, -i, 1.0) != KERNEL_OK)
			{
				unit_allocator_fail_after(-1);
				CHECK(dataset_add(&dataset, &unit_allocator, numbers, NULL, -i, 1.0) == KERNEL_OK);
			}
			CHECK(dataset.memory <= bound);
		}
		unit_allocator_fail_after(-1);
		CHECK(refuses ? dataset.n_extents < pieces : dataset.n_extents > 1);
		pieces = dataset.n_extents;
		for (b = 0, i = 0; b < dataset.n_blocks; b++)
		{
			const DatasetBlock *block;
			int32_t k;

			CHECK(dataset_block(&dataset, b, &block) == KERNEL_OK);
			for (k = 0; k < block->n; k++, i++)
			{
				for (j = 0; j < WIDE; j++)
					CHECK(block->numbers[j * block->capacity + k] == wide_number(i, j));
				CHECK(block->target[k] == -i);
			}
		}
		CHECK(i == 245 * DATASET_BLOCK_ROWS);
		dataset_release(&dataset, &unit_allocator);
		CHECK(dataset.memory == 0 && dataset.n_extents == 0);
		free(test.bytes);
		if (refuses)
			break;
	}
}

#define SUMMED 20 /* full blocks; a part of one follows */
#define SUMMED_ROWS (SUMMED * DATASET_BLOCK_ROWS + 100)
#define SUMMED_NUMBERS 4

/* Whole numbers: large ones, with a third missing, one far off before the others climb, a constant. */
static double
summed_number(int i, int j)
{
	switch (j)
	{
		case 0:
			return 1000000 + i * 7919 % 1000;
		case 1:
			return i % 3 == 0 ? NAN : i * 31 % 77;
		case 2:
			return i == 5 ? -1000 : i < 17 * DATASET_BLOCK_ROWS ? 3 : 4 + i % 8;
		default:
			return -7;
	}
}

/* Column j's sums and spread against those of whole numbers, which are exact. */
static void
check_sums(const Dataset *dataset, int j)
{
	double centre = summed_number(7, j); /* from which nothing large cancels */
	double sum = 0.0;
	double square = 0.0;
	double mean = 0.0; /* of all rows, those that are not summed among them */
	double most = 0.0;
	int n = 0;
	int all = 0;
	int i;
	ColumnSpread spread;

	for (i = 0; i < SUMMED_ROWS; i++)
	{
		double x = summed_number(i, j);

		if (isnan(x))
			continue;
		mean += x;
		all++;
		if (i >= SUMMED * DATASET_BLOCK_ROWS)
			continue;
		sum += x - centre;
		square += (x - centre) * (x - centre);
		n++;
	}
	mean /= all;
	for (i = 0; i < SUMMED * DATASET_BLOCK_ROWS; i++)
		most = fmax(most, fabs(summed_number(i, j) - mean)); /* NaN is left out */
	CHECK(column_total(dataset->sums[j].sum, dataset->sums[j].sum_rest).hi == sum + centre * n);
	CHECK(column_total(dataset->sums[j].present, dataset->sums[j].present_rest).hi == n);
	CHECK(dataset_spread(dataset, j, mean, &spread));
	CHECK_CLOSE(spread.square, square + (mean - centre) * ((mean - centre) * n - 2.0 * sum), 1e-11);
	CHECK(spread.centre == mean && spread.most >= most && spread.most <= 2.0 * most);
}

/* With rows in memory, and with most of them in a store. */
static void
sums_full_blocks(void)
{
	int t;

	for (t = 0; t < 2; t++)
	{
		TestStore test;
		Dataset dataset;
		double numbers[SUMMED_NUMBERS];
		int i;
		int j;

		begin_with_store(&dataset, &test, 0);
		dataset_begin(&dataset, SUMMED_NUMBERS, 0, false);
		dataset_keep_sums(&dataset);
		if (t == 1)
			dataset_spill_to(&dataset, &test.store, 0);
		for (i = 0; i < SUMMED_ROWS; i++)
		{
			CHECK(dataset.n_summed ==
				  (i > 16 * DATASET_BLOCK_ROWS ? (i - 1) / DATASET_BLOCK_ROWS : 0));
			for (j = 0; j < SUMMED_NUMBERS; j++)
				numbers[j] = summed_number(i, j);
			CHECK(dataset_add(&dataset, &unit_allocator, numbers, NULL, 0.0, 1.0) == KERNEL_OK);
		}
		CHECK(dataset.n_summed == SUMMED && test.appended == (t == 0 ? 0 : SUMMED));
		for (j = 0; j < SUMMED_NUMBERS; j++)
			check_sums(&dataset, j);
		dataset_release(&dataset, &unit_allocator);
		CHECK(dataset.sums == NULL && dataset.n_summed == 0);
		free(test.bytes);
	}
}

/* Squares that no double holds are no spread. */
static void
sums_that_overflow(void)
{
	Dataset dataset;
	ColumnSpread spread;
	int i;

	dataset_begin(&dataset, 1, 0, false);
	dataset_keep_sums(&dataset);
	for (i = 0; i < SUMMED_ROWS; i++)
	{
		double number = i % 2 == 0 ? 1e200 : -1e200;

		CHECK(dataset_add(&dataset, &unit_allocator, &number, NULL, 0.0, 1.0) == KERNEL_OK);
	}
	CHECK(dataset.n_summed == SUMMED && !dataset_spread(&dataset, 0, 0.0, &spread));
	dataset_release(&dataset, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(sums_full_blocks), UNIT_CASE(sums_that_overflow),
		  UNIT_CASE(many_blocks_share_memory), UNIT_CASE(spills_beyond_the_bound),
		  UNIT_CASE(spills_when_memory_is_refused), UNIT_CASE(reports_a_store_that_fails),
		  UNIT_CASE(names_the_largest_number), UNIT_CASE(keeps_rows), UNIT_CASE(merges_with_maps),
		  UNIT_CASE(bytes_round_trip), UNIT_CASE(refusal_changes_nothing))

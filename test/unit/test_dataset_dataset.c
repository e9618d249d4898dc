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
	block = &dataset->blocks[b];
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

	dataset_begin(&dataset, 2, 1, true);
	CHECK(dataset_largest(&dataset, &value) == -1);
	CHECK(add_rows(&dataset, 0, 600) == KERNEL_OK);
	CHECK(dataset_largest(&dataset, &value) == 1);
	CHECK(value == 2.0 * 599); /* row 599 has both */
	CHECK(dataset_add(&dataset, &unit_allocator, numbers, codes, 1.0, 1.0) == KERNEL_OK);
	CHECK(add_rows(&dataset, 0, 2000) == KERNEL_OK);
	CHECK(dataset_largest(&dataset, &value) == 1);
	CHECK(value == 1e200);
	dataset_release(&dataset, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(names_the_largest_number), UNIT_CASE(keeps_rows), UNIT_CASE(merges_with_maps),
		  UNIT_CASE(bytes_round_trip), UNIT_CASE(refusal_changes_nothing))

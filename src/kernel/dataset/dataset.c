/*
 * dataset.c: rows in column blocks.
 */
#include "kernel/dataset/dataset.h"

#include <math.h>
#include <string.h>

#define FIRST_ROWS 16

void
dataset_begin(Dataset *dataset, int32_t n_numbers, int32_t n_categories, bool has_weight)
{
	*dataset =
		(Dataset){.n_numbers = n_numbers, .n_categories = n_categories, .has_weight = has_weight};
}

static void
block_release(DatasetBlock *block, const Dataset *dataset, const Allocator *allocator)
{
	size_t rows = (size_t) block->capacity;

	memory_release(allocator, block->numbers, rows * (size_t) dataset->n_numbers, sizeof(double));
	memory_release(allocator, block->codes, rows * (size_t) dataset->n_categories, sizeof(int32_t));
	memory_release(allocator, block->target, rows, sizeof(double));
	memory_release(allocator, block->weight, rows, sizeof(double));
	memset(block, 0, sizeof(*block));
}

void
dataset_release(Dataset *dataset, const Allocator *allocator)
{
	int32_t b;

	for (b = 0; b < dataset->n_blocks; b++)
		block_release(&dataset->blocks[b], dataset, allocator);
	memory_release(allocator, dataset->blocks, (size_t) dataset->blocks_capacity,
				   sizeof(DatasetBlock));
	dataset_begin(dataset, dataset->n_numbers, dataset->n_categories, dataset->has_weight);
}

/* An empty block with room for so many rows. */
static Status
block_create(DatasetBlock *block, const Dataset *dataset, const Allocator *allocator, int32_t rows)
{
	size_t n = (size_t) rows;
	size_t numbers;
	size_t codes;

	*block = (DatasetBlock){.capacity = rows};
	if (!size_multiply(n, (size_t) dataset->n_numbers, &numbers) ||
		!size_multiply(n, (size_t) dataset->n_categories, &codes))
		return KERNEL_TOO_LARGE;
	block->numbers = memory_allocate(allocator, numbers, sizeof(double));
	block->codes = memory_allocate(allocator, codes, sizeof(int32_t));
	block->target = memory_allocate(allocator, n, sizeof(double));
	if (dataset->has_weight)
		block->weight = memory_allocate(allocator, n, sizeof(double));
	if (block->numbers != NULL && block->codes != NULL && block->target != NULL &&
		(block->weight != NULL || !dataset->has_weight))
		return KERNEL_OK;
	block_release(block, dataset, allocator);
	return KERNEL_OUT_OF_MEMORY;
}

/* Copies the rows of one block over into another with more room. */
static void
block_copy(DatasetBlock *into, const DatasetBlock *from, const Dataset *dataset)
{
	size_t n = (size_t) from->n;
	int32_t j;

	for (j = 0; j < dataset->n_numbers; j++)
		memcpy(into->numbers + (size_t) j * (size_t) into->capacity,
			   from->numbers + (size_t) j * (size_t) from->capacity, n * sizeof(double));
	for (j = 0; j < dataset->n_categories; j++)
		memcpy(into->codes + (size_t) j * (size_t) into->capacity,
			   from->codes + (size_t) j * (size_t) from->capacity, n * sizeof(int32_t));
	memcpy(into->target, from->target, n * sizeof(double));
	if (dataset->has_weight)
		memcpy(into->weight, from->weight, n * sizeof(double));
	into->n = from->n;
}

/* Makes sure that the last block has room for a row. */
static Status
reserve_row(Dataset *dataset, const Allocator *allocator)
{
	DatasetBlock *last = dataset->blocks != NULL && dataset->n_blocks > 0 ?
		&dataset->blocks[dataset->n_blocks - 1] :
		NULL;
	DatasetBlock block;
	Status status;

	if (last != NULL && last->n < last->capacity)
		return KERNEL_OK;
	if (last != NULL && last->capacity < DATASET_BLOCK_ROWS)
	{
		int32_t capacity =
			last->capacity * 2 < DATASET_BLOCK_ROWS ? last->capacity * 2 : DATASET_BLOCK_ROWS;

		status = block_create(&block, dataset, allocator, capacity);
		if (status != KERNEL_OK)
			return status;
		block_copy(&block, last, dataset);
		block_release(last, dataset, allocator);
		*last = block;
		return KERNEL_OK;
	}
	if (dataset->blocks == NULL || dataset->n_blocks == dataset->blocks_capacity)
	{
		int32_t capacity = dataset->blocks_capacity > 0 ? dataset->blocks_capacity * 2 : 1;
		DatasetBlock *blocks;

		if (dataset->blocks_capacity > INT32_MAX / 2)
			return KERNEL_TOO_LARGE;
		blocks = memory_reallocate(allocator, dataset->blocks, (size_t) dataset->blocks_capacity,
								   (size_t) capacity, sizeof(DatasetBlock));
		if (blocks == NULL)
			return KERNEL_OUT_OF_MEMORY;
		dataset->blocks = blocks;
		dataset->blocks_capacity = capacity;
	}
	status = block_create(&block, dataset, allocator,
						  dataset->n_blocks == 0 ? FIRST_ROWS : DATASET_BLOCK_ROWS);
	if (status == KERNEL_OK)
		dataset->blocks[dataset->n_blocks++] = block;
	return status;
}

Status
dataset_add(Dataset *dataset, const Allocator *allocator, const double *numbers,
			const int32_t *codes, double target, double weight)
{
	Status status = reserve_row(dataset, allocator);
	DatasetBlock *block;
	size_t capacity;
	int32_t j;

	if (status != KERNEL_OK)
		return status;
	block = &dataset->blocks[dataset->n_blocks - 1];
	capacity = (size_t) block->capacity;
	for (j = 0; j < dataset->n_numbers; j++)
		block->numbers[(size_t) j * capacity + (size_t) block->n] = numbers[j];
	for (j = 0; j < dataset->n_categories; j++)
		block->codes[(size_t) j * capacity + (size_t) block->n] = codes[j];
	block->target[block->n] = target;
	if (block->weight != NULL)
		block->weight[block->n] = weight;
	block->n++;
	dataset->n++;
	return KERNEL_OK;
}

/* Row i of a block into the scratch row. */
static void
block_row(const DatasetBlock *block, const Dataset *dataset, int32_t i, double *numbers,
		  int32_t *codes, const int32_t *const *code_maps)
{
	size_t capacity = (size_t) block->capacity;
	int32_t j;

	for (j = 0; j < dataset->n_numbers; j++)
		numbers[j] = block->numbers[(size_t) j * capacity + (size_t) i];
	for (j = 0; j < dataset->n_categories; j++)
	{
		int32_t code = block->codes[(size_t) j * capacity + (size_t) i];

		codes[j] = code == CODE_MISSING || code_maps == NULL ? code : code_maps[j][code];
	}
}

Status
dataset_merge(Dataset *into, const Allocator *allocator, const Dataset *from,
			  const int32_t *const *code_maps, const int32_t *target_map)
{
	double *numbers = memory_allocate(allocator, (size_t) from->n_numbers, sizeof(double));
	int32_t *codes = memory_allocate(allocator, (size_t) from->n_categories, sizeof(int32_t));
	Status status = numbers != NULL && codes != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t b;
	int32_t i;

	for (b = 0; b < from->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block = &from->blocks[b];

		for (i = 0; i < block->n && status == KERNEL_OK; i++)
		{
			double target = block->target[i];

			block_row(block, from, i, numbers, codes, code_maps);
			if (target_map != NULL)
				target = target_map[(int32_t) target];
			status = dataset_add(into, allocator, numbers, codes, target,
								 block->weight != NULL ? block->weight[i] : 1.0);
		}
	}
	memory_release(allocator, numbers, (size_t) from->n_numbers, sizeof(double));
	memory_release(allocator, codes, (size_t) from->n_categories, sizeof(int32_t));
	return status;
}

int32_t
dataset_largest(const Dataset *dataset, double *value)
{
	int32_t largest = -1;
	int32_t b;
	int32_t i;
	int32_t j;

	*value = -1.0;
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		for (j = 0; j < dataset->n_numbers; j++)
		{
			const double *column = block->numbers + (size_t) j * (size_t) block->capacity;

			for (i = 0; i < block->n; i++)
			{
				if (fabs(column[i]) > *value)
				{
					*value = fabs(column[i]);
					largest = j;
				}
			}
		}
	}
	return largest;
}

void
dataset_encode(const Dataset *dataset, ByteWriter *writer)
{
	int32_t b;
	int32_t i;
	int32_t j;

	write_u32(writer, (uint32_t) dataset->n_numbers);
	write_u32(writer, (uint32_t) dataset->n_categories);
	write_u8(writer, dataset->has_weight);
	write_u64(writer, (uint64_t) dataset->n);
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];
		size_t capacity = (size_t) block->capacity;

		for (i = 0; i < block->n; i++)
		{
			for (j = 0; j < dataset->n_numbers; j++)
				write_double(writer, block->numbers[(size_t) j * capacity + (size_t) i]);
			for (j = 0; j < dataset->n_categories; j++)
				write_u32(writer, (uint32_t) block->codes[(size_t) j * capacity + (size_t) i]);
			write_double(writer, block->target[i]);
			if (dataset->has_weight)
				write_double(writer, block->weight[i]);
		}
	}
}

/* One encoded row; finite or missing numbers, codes from CODE_MISSING up, finite target, weight > 0. */
static Status
decode_row(Dataset *dataset, const Allocator *allocator, ByteReader *reader, double *numbers,
		   int32_t *codes)
{
	double target;
	double weight = 1.0;
	int32_t j;

	for (j = 0; j < dataset->n_numbers; j++)
	{
		numbers[j] = read_double(reader);
		if (isinf(numbers[j]))
			return KERNEL_CORRUPT;
	}
	for (j = 0; j < dataset->n_categories; j++)
	{
		codes[j] = (int32_t) read_u32(reader);
		if (codes[j] < CODE_MISSING)
			return KERNEL_CORRUPT;
	}
	target = read_double(reader);
	if (dataset->has_weight)
		weight = read_double(reader);
	if (reader->status != KERNEL_OK)
		return reader->status;
	if (!isfinite(target) || !(weight > 0.0 && isfinite(weight)))
		return KERNEL_CORRUPT;
	return dataset_add(dataset, allocator, numbers, codes, target, weight);
}

Status
dataset_decode(Dataset *dataset, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n_numbers = read_count(reader, 0);
	uint32_t n_categories = read_count(reader, 0);
	uint8_t has_weight = read_u8(reader);
	uint64_t n = read_u64(reader);
	double *numbers;
	int32_t *codes;
	Status status = reader->status;

	dataset_begin(dataset, (int32_t) n_numbers, (int32_t) n_categories, has_weight != 0);
	if (status != KERNEL_OK)
		return status;
	if (n_numbers > 65536 || n_categories > 65536 || has_weight > 1 ||
		n > reader_left(reader) / (8 * (size_t) n_numbers + 4 * (size_t) n_categories + 8))
		return KERNEL_CORRUPT;
	numbers = memory_allocate(allocator, n_numbers, sizeof(double));
	codes = memory_allocate(allocator, n_categories, sizeof(int32_t));
	if (numbers == NULL || codes == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (; n > 0 && status == KERNEL_OK; n--)
		status = decode_row(dataset, allocator, reader, numbers, codes);
	memory_release(allocator, numbers, n_numbers, sizeof(double));
	memory_release(allocator, codes, n_categories, sizeof(int32_t));
	if (status != KERNEL_OK)
		dataset_release(dataset, allocator);
	return status;
}

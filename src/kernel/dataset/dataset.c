/*
 * dataset.c: rows in column blocks.
 */
#include "kernel/dataset/dataset.h"

#include <math.h>
#include <string.h>

#define FIRST_ROWS 16
#define EXTENT_LEAST ((size_t) 4 << 20) /* bytes */
#define EXTENT_MOST ((size_t) 64 << 20)
#define EXTENT_SHARE 4 /* an extent is about this part of the memory before it */
#define SUMMED_FROM 16 /* blocks: what the sums take is nothing beside them */

void
dataset_begin(Dataset *dataset, int32_t n_numbers, int32_t n_categories, bool has_weight)
{
	*dataset =
		(Dataset){.n_numbers = n_numbers, .n_categories = n_categories, .has_weight = has_weight};
}

/* Bytes of a block with room for so many rows. */
static bool
block_size(const Dataset *dataset, int32_t rows, size_t *size)
{
	size_t doubles = (size_t) dataset->n_numbers + 1 + dataset->has_weight;
	size_t codes = (size_t) dataset->n_categories;

	return size_multiply((size_t) rows, doubles * sizeof(double) + codes * sizeof(int32_t), size);
}

/* Lays the arrays of a block out in its memory. */
static void
block_place(DatasetBlock *block, const Dataset *dataset, void *memory)
{
	size_t rows = (size_t) block->capacity;
	size_t doubles = (size_t) dataset->n_numbers + 1 + dataset->has_weight;
	void *codes = (char *) memory + rows * doubles * sizeof(double);

	block->place = IN_MEMORY;
	block->numbers = memory;
	block->target = block->numbers + rows * (size_t) dataset->n_numbers;
	block->weight = dataset->has_weight ? block->target + rows : NULL;
	block->codes = codes;
}

/* Is the block's memory part of an extent? */
static bool
is_part(const DatasetBlock *block, const Dataset *dataset)
{
	uintptr_t place = (uintptr_t) block->numbers;
	bool is_found = false;
	int32_t i;

	for (i = 0; i < dataset->n_extents && !is_found; i++)
	{
		uintptr_t first = (uintptr_t) dataset->extents[i].memory;

		is_found = place >= first && place - first < dataset->extents[i].size;
	}
	return is_found;
}

static void
block_release(DatasetBlock *block, Dataset *dataset, const Allocator *allocator)
{
	size_t size = 0;

	if (block->numbers == NULL || is_part(block, dataset))
		return;
	block_size(dataset, block->capacity, &size);
	memory_release(allocator, block->numbers, size, 1);
	dataset->memory -= size;
	block->numbers = NULL;
}

void
dataset_drop_rows(Dataset *dataset, const Allocator *allocator)
{
	int32_t b;

	for (b = 0; b < dataset->n_blocks; b++)
		block_release(&dataset->blocks[b], dataset, allocator);
	for (b = 0; b < dataset->n_extents; b++)
	{
		memory_release(allocator, dataset->extents[b].memory, dataset->extents[b].size, 1);
		dataset->memory -= dataset->extents[b].size;
	}
	memory_release(allocator, dataset->extents, (size_t) dataset->n_extents, sizeof(DatasetExtent));
	dataset->extents = NULL;
	dataset->n_extents = dataset->n_spare = 0;
	memory_release(allocator, dataset->blocks, (size_t) dataset->blocks_capacity,
				   sizeof(DatasetBlock));
	if (dataset->loaded != NULL)
		block_release(dataset->loaded, dataset, allocator);
	memory_release(allocator, dataset->loaded, 1, sizeof(DatasetBlock));
	memory_release(allocator, dataset->sums, (size_t) dataset->n_numbers, sizeof(ColumnSums));
	memory_release(allocator, dataset->spreads, (size_t) dataset->n_numbers, sizeof(ColumnSpread));
	dataset->sums = NULL;
	dataset->spreads = NULL;
	dataset->n_summed = 0;
	dataset->blocks = NULL;
	dataset->loaded = NULL;
	dataset->n_blocks = dataset->blocks_capacity = 0;
}

void
dataset_release(Dataset *dataset, const Allocator *allocator)
{
	dataset_drop_rows(dataset, allocator);
	dataset_begin(dataset, dataset->n_numbers, dataset->n_categories, dataset->has_weight);
}

void
dataset_spill_to(Dataset *dataset, const BlockStore *store, size_t memory_bound)
{
	dataset->store = store;
	dataset->memory_bound = memory_bound;
}

/* An empty block with room for so many rows. */
static Status
block_create(DatasetBlock *block, Dataset *dataset, const Allocator *allocator, int32_t rows)
{
	size_t size;
	void *memory;

	if (!block_size(dataset, rows, &size))
		return KERNEL_TOO_LARGE;
	memory = memory_allocate(allocator, size, 1);
	if (memory == NULL)
		return KERNEL_OUT_OF_MEMORY;
	*block = (DatasetBlock){.capacity = rows};
	block_place(block, dataset, memory);
	dataset->memory += size;
	return KERNEL_OK;
}

/* Makes the block that those of the store are read to. */
static Status
create_loaded(Dataset *dataset, const Allocator *allocator)
{
	DatasetBlock *loaded = memory_allocate(allocator, 1, sizeof(DatasetBlock));
	Status status;

	if (loaded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = block_create(loaded, dataset, allocator, DATASET_BLOCK_ROWS);
	if (status != KERNEL_OK)
	{
		memory_release(allocator, loaded, 1, sizeof(DatasetBlock));
		return status;
	}
	dataset->loaded = loaded;
	return KERNEL_OK;
}

/* Sends the last block, a full one, to the store; the new block takes its memory. */
static Status
block_recycle(DatasetBlock *block, Dataset *dataset, const Allocator *allocator)
{
	DatasetBlock *last = &dataset->blocks[dataset->n_blocks - 1];
	Status status = dataset->loaded != NULL ? KERNEL_OK : create_loaded(dataset, allocator);
	int64_t place = 0;
	size_t size = 0;

	if (status != KERNEL_OK)
		return status;
	block_size(dataset, last->capacity, &size);
	status = dataset->store->append(dataset->store->context, last->numbers, size, &place);
	if (status != KERNEL_OK)
		return status;
	*block = (DatasetBlock){.capacity = last->capacity};
	block_place(block, dataset, last->numbers);
	*last = (DatasetBlock){.n = last->n, .capacity = last->capacity, .place = place};
	return KERNEL_OK;
}

Status
dataset_block(const Dataset *dataset, int32_t b, const DatasetBlock **block)
{
	const DatasetBlock *wanted = &dataset->blocks[b];
	DatasetBlock *loaded = dataset->loaded;
	size_t size = 0;
	Status status;

	*block = wanted;
	if (wanted->place == IN_MEMORY)
		return KERNEL_OK;
	*block = loaded;
	if (loaded->place == wanted->place)
		return KERNEL_OK;
	loaded->place = IN_MEMORY; /* holds none, should the store fail */
	block_size(dataset, wanted->capacity, &size);
	status = dataset->store->read(dataset->store->context, wanted->place, loaded->numbers, size);
	if (status != KERNEL_OK)
		return status;
	loaded->place = wanted->place;
	loaded->n = wanted->n;
	return KERNEL_OK;
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

/* Does so much more memory, and a block to read others to, stay within the bound? */
static bool
is_within_bound(const Dataset *dataset, size_t size, size_t block)
{
	return dataset->store == NULL ||
		(dataset->memory <= dataset->memory_bound &&
		 size <= dataset->memory_bound - dataset->memory &&
		 block <= dataset->memory_bound - dataset->memory - size);
}

/* Room for several blocks of so many bytes, where there are many already; nothing where it is refused. */
static void
extend(Dataset *dataset, const Allocator *allocator, size_t block)
{
	size_t wanted = dataset->memory / EXTENT_SHARE;
	size_t count = (wanted < EXTENT_MOST ? wanted : EXTENT_MOST) / block;
	size_t size = count * block;
	DatasetExtent *extents;
	void *memory;

	if (count < 2 || size < EXTENT_LEAST || !is_within_bound(dataset, size, block))
		return;
	memory = memory_allocate(allocator, size, 1);
	if (memory == NULL)
		return;
	extents = memory_reallocate(allocator, dataset->extents, (size_t) dataset->n_extents,
								(size_t) dataset->n_extents + 1, sizeof(DatasetExtent));
	if (extents == NULL)
	{
		memory_release(allocator, memory, size, 1);
		return;
	}
	extents[dataset->n_extents++] = (DatasetExtent){memory, size};
	dataset->extents = extents;
	dataset->memory += size;
	dataset->spare = memory;
	dataset->n_spare = (int32_t) count;
}

/* A block in the room that an extent has left. */
static void
take_spare(DatasetBlock *block, Dataset *dataset, size_t size)
{
	*block = (DatasetBlock){.capacity = DATASET_BLOCK_ROWS};
	block_place(block, dataset, dataset->spare);
	dataset->spare += size;
	dataset->n_spare--;
}

/* A full block's successor: with memory of its own, or with that of the full one, which goes to the store. */
static Status
block_append(DatasetBlock *block, Dataset *dataset, const Allocator *allocator)
{
	size_t size;
	Status status = KERNEL_OUT_OF_MEMORY;

	if (!block_size(dataset, DATASET_BLOCK_ROWS, &size))
		return KERNEL_TOO_LARGE;
	if (dataset->n_spare == 0)
		extend(dataset, allocator, size);
	if (dataset->n_spare > 0)
	{
		take_spare(block, dataset, size);
		return KERNEL_OK;
	}
	if (is_within_bound(dataset, size, size))
		status = block_create(block, dataset, allocator, DATASET_BLOCK_ROWS);
	if (status == KERNEL_OUT_OF_MEMORY && dataset->store != NULL)
		status = block_recycle(block, dataset, allocator);
	return status;
}

void
dataset_keep_sums(Dataset *dataset)
{
	dataset->keeps_sums = true;
}

static Status
allocate_sums(Dataset *dataset, const Allocator *allocator)
{
	size_t n = (size_t) dataset->n_numbers;

	if (dataset->sums == NULL)
		dataset->sums = memory_allocate(allocator, n, sizeof(ColumnSums));
	if (dataset->spreads == NULL)
		dataset->spreads = memory_allocate(allocator, n, sizeof(ColumnSpread));
	return dataset->sums != NULL && dataset->spreads != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

/* Adds block b to the sums, or to the spreads. */
static Status
sum_block(Dataset *dataset, int32_t b, bool is_spread)
{
	const DatasetBlock *block;
	Status status = dataset_block(dataset, b, &block);
	int32_t j;

	for (j = 0; j < dataset->n_numbers && status == KERNEL_OK; j++)
	{
		const double *column = block->numbers + (size_t) j * (size_t) block->capacity;
		ColumnSpread *spread = &dataset->spreads[j];

		if (is_spread)
			column_spread(column, NULL, block->n, spread->centre, &spread->square, &spread->most);
		else
			column_sums(&dataset->sums[j], column, NULL, block->n);
	}
	return status;
}

/* The first blocks, whose means are the centres. */
static Status
sum_first_blocks(Dataset *dataset, const Allocator *allocator)
{
	size_t n = (size_t) dataset->n_numbers;
	Status status = allocate_sums(dataset, allocator);
	int32_t b;
	int32_t j;

	if (status == KERNEL_OK)
	{
		memset(dataset->sums, 0, n * sizeof(ColumnSums));
		memset(dataset->spreads, 0, n * sizeof(ColumnSpread));
	}
	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
		status = sum_block(dataset, b, false);
	for (j = 0; j < dataset->n_numbers && status == KERNEL_OK; j++)
		dataset->spreads[j].centre = column_mean(&dataset->sums[j]);
	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
		status = sum_block(dataset, b, true);
	return status;
}

/* All blocks are full and another follows: adds the last one to the sums. */
static Status
sum_last_block(Dataset *dataset, const Allocator *allocator)
{
	Status status;

	if (!dataset->keeps_sums || dataset->n_numbers == 0 || dataset->n_blocks < SUMMED_FROM)
		return KERNEL_OK;
	if (dataset->n_summed == 0)
		status = sum_first_blocks(dataset, allocator);
	else
	{
		status = sum_block(dataset, dataset->n_blocks - 1, false);
		if (status == KERNEL_OK)
			status = sum_block(dataset, dataset->n_blocks - 1, true);
	}
	if (status == KERNEL_OK)
		dataset->n_summed = dataset->n_blocks;
	return status;
}

bool
dataset_spread(const Dataset *dataset, int32_t slot, double mean, ColumnSpread *spread)
{
	const ColumnSums *sums = &dataset->sums[slot];
	const ColumnSpread *kept = &dataset->spreads[slot];
	double n = column_total(sums->present, sums->present_rest).hi;
	DoubleDouble from_centre = dd_subtract(column_total(sums->sum, sums->sum_rest),
										   dd_multiply_double(dd_from(n), kept->centre));
	double shift = mean - kept->centre;

	*spread = (ColumnSpread){.centre = mean,
							 .square = kept->square + shift * (n * shift - 2.0 * from_centre.hi),
							 .most = kept->most + fabs(shift)};
	return isfinite(spread->square) && isfinite(spread->most);
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
	status = sum_last_block(dataset, allocator);
	if (status != KERNEL_OK)
		return status;
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
	status = dataset->n_blocks == 0 ? block_create(&block, dataset, allocator, FIRST_ROWS) :
									  block_append(&block, dataset, allocator);
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
		const DatasetBlock *block;

		status = dataset_block(from, b, &block);
		for (i = 0; status == KERNEL_OK && i < block->n; i++)
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

/* The same of one block, where it is larger than what was found before. */
static void
block_largest(const DatasetBlock *block, int32_t n_numbers, int32_t *slot, double *value)
{
	int32_t i;
	int32_t j;

	for (j = 0; j < n_numbers; j++)
	{
		const double *column = block->numbers + (size_t) j * (size_t) block->capacity;

		for (i = 0; i < block->n; i++)
		{
			if (fabs(column[i]) > *value)
			{
				*value = fabs(column[i]);
				*slot = j;
			}
		}
	}
}

Status
dataset_largest(const Dataset *dataset, int32_t *slot, double *value)
{
	int32_t b;

	*slot = -1;
	*value = -1.0;
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		block_largest(block, dataset->n_numbers, slot, value);
	}
	return KERNEL_OK;
}

static void
encode_block(const Dataset *dataset, const DatasetBlock *block, ByteWriter *writer)
{
	size_t capacity = (size_t) block->capacity;
	int32_t i;
	int32_t j;

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

void
dataset_encode(const Dataset *dataset, ByteWriter *writer)
{
	int32_t b;

	write_u32(writer, (uint32_t) dataset->n_numbers);
	write_u32(writer, (uint32_t) dataset->n_categories);
	write_u8(writer, dataset->has_weight);
	write_u64(writer, (uint64_t) dataset->n);
	for (b = 0; b < dataset->n_blocks && writer->status == KERNEL_OK; b++)
	{
		const DatasetBlock *block;
		Status status = dataset_block(dataset, b, &block);

		if (status == KERNEL_OK)
			encode_block(dataset, block, writer);
		else
			writer->status = status;
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

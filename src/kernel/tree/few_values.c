/*
 * few_values.c: the different values of columns by a table of hashes for each.
 */
#include "kernel/tree/few_values.h"

#include <math.h>

#include "kernel/base/hash.h"
#include "kernel/base/number_key.h"

#define FEW_VALUES 1024				 /* at most, halved while all columns take more than this, */
#define FEW_BYTES ((size_t) 2 << 20) /* but not below max_bins */
#define FEW_PLACES 4				 /* of the table by hash, for each value: a power of two */

/* Places of a column by hash. */
static inline size_t
few_places(const FewColumns *few)
{
	return FEW_PLACES * (size_t) few->most;
}

void
few_columns_release(FewColumns *few, const Allocator *allocator)
{
	size_t n = (size_t) few->n_columns;

	memory_release(allocator, few->columns, n, sizeof(FewValues));
	memory_release(allocator, few->keys, n * (size_t) few->most, sizeof(uint64_t));
	memory_release(allocator, few->counts, n * (size_t) few->most, sizeof(uint32_t));
	memory_release(allocator, few->at, n * few_places(few), sizeof(uint16_t));
	*few = (FewColumns){0};
}

Status
few_columns_begin(FewColumns *few, int32_t n_columns, int32_t max_bins, const Allocator *allocator)
{
	size_t value_size = sizeof(uint64_t) + sizeof(uint32_t) + FEW_PLACES * sizeof(uint16_t);
	size_t n = (size_t) n_columns;
	int32_t j;

	*few = (FewColumns){.n_columns = n_columns, .most = FEW_VALUES};
	while (few->most / 2 >= max_bins && n * (size_t) few->most * value_size > FEW_BYTES)
		few->most /= 2;
	few->columns = memory_allocate_zero(allocator, n, sizeof(FewValues));
	few->keys = memory_allocate(allocator, n * (size_t) few->most, sizeof(uint64_t));
	few->counts = memory_allocate(allocator, n * (size_t) few->most, sizeof(uint32_t));
	few->at = memory_allocate_zero(allocator, n * few_places(few), sizeof(uint16_t));
	if (few->columns == NULL || few->keys == NULL || few->counts == NULL || few->at == NULL)
	{
		few_columns_release(few, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	for (j = 0; j < n_columns; j++)
		few->columns[j] = (FewValues){.at = few->at + (size_t) j * few_places(few),
									  .keys = few->keys + (size_t) j * (size_t) few->most,
									  .counts = few->counts + (size_t) j * (size_t) few->most};
	return KERNEL_OK;
}

/* Where a key of a column is noted, or would be. */
static inline uint16_t *
few_place(const FewColumns *few, const FewValues *values, uint64_t key)
{
	uint32_t place = (uint32_t) hash_mix(key);

	for (;; place++)
	{
		uint16_t *at = &values->at[place & (few_places(few) - 1)];

		if (*at == 0 || values->keys[*at - 1] == key)
			return at;
	}
}

/* Counts a value, unless it is one more than there may be. */
static inline void
few_add(const FewColumns *few, FewValues *values, uint64_t key)
{
	uint16_t *at = few_place(few, values, key);

	if (*at > 0)
	{
		values->counts[*at - 1]++;
		return;
	}
	if (values->n < few->most)
	{
		values->keys[values->n] = key;
		values->counts[values->n] = 1;
		*at = (uint16_t) (values->n + 1);
	}
	values->n++;
}

Status
few_columns_find(FewColumns *few, const TreeSource *source, int32_t *n_few, const StopCheck *stop)
{
	const Dataset *dataset = source->dataset;
	int32_t left = dataset->n_numbers;
	int32_t b;
	int32_t i;
	int32_t j;

	for (b = 0; b < dataset->n_blocks && left > 0; b++)
	{
		const DatasetBlock *block;
		Status status = tree_source_block(source, b, stop, &block);

		if (status != KERNEL_OK)
			return status;
		left = 0;
		for (j = 0; j < dataset->n_numbers; j++)
		{
			const double *column = block->numbers + (size_t) j * (size_t) block->capacity;
			FewValues *values = &few->columns[j];

			for (i = 0; i < block->n && values->n <= few->most; i++)
			{
				if (!isnan(column[i]))
					few_add(few, values, number_to_key(column[i]));
			}
			left += few_columns_has_all(few, j);
		}
	}
	*n_few = left;
	return KERNEL_OK;
}

uint32_t
few_columns_count(const FewColumns *few, int32_t j, uint64_t key)
{
	const FewValues *values = &few->columns[j];

	return values->counts[*few_place(few, values, key) - 1];
}

/*
 * bin.c: cuts by quantiles, codes by binary search.
 */
#include "kernel/tree/bin.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/base/number_key.h"
#include "kernel/tree/few_values.h"
#include "kernel/tree/row_hash_simd.h"

#define SAMPLE_ROWS 200000 /* more rows than that are sampled, for columns of many values */
#define SAMPLE_BYTES ((size_t) 64 << 20) /* of columns gathered in one pass */
#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)
#define PASSES 6		  /* of DIGIT_BITS cover 64 bits */
#define SEARCH_STEPS 1024 /* of the table of a search */
#define SAMPLE_SEED UINT64_C(0x73616d706c652121)

static void
hash_levels(uint64_t *hash, const int32_t *codes, const int32_t *level_of_code, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
	{
		uint64_t level =
			codes[i] == CODE_MISSING ? MISSING_HASH : (uint64_t) level_of_code[codes[i]];

		hash[i] = row_hash_add(hash[i], level);
	}
}

static void
hash_classes(uint64_t *hash, const double *target, const int32_t *class_of_code, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		hash[i] = row_hash_add(hash[i], (uint64_t) class_of_code[(int32_t) target[i]]);
}

void
bins_hash_block(const TreeSource *source, const DatasetBlock *block, uint64_t *hash)
{
	const Dataset *dataset = source->dataset;
	size_t capacity = (size_t) block->capacity;
	int32_t i;
	int32_t j;

	for (i = 0; i < block->n; i++)
		hash[i] = UINT64_C(0x243f6a8885a308d3);
	for (j = 0; j < dataset->n_numbers; j++)
		row_hash_numbers(hash, block->numbers + (size_t) j * capacity, block->n);
	for (j = 0; j < dataset->n_categories; j++)
		hash_levels(hash, block->codes + (size_t) j * capacity, source->level_of_code[j], block->n);
	if (source->class_of_code != NULL)
		hash_classes(hash, block->target, source->class_of_code, block->n);
	else
		row_hash_numbers(hash, block->target, block->n);
	if (block->weight != NULL)
		row_hash_numbers(hash, block->weight, block->n);
	row_hash_mix(hash, block->n);
}

Status
tree_source_block(const TreeSource *source, int32_t b, const StopCheck *stop,
				  const DatasetBlock **block)
{
	return stop_requested(stop) ? KERNEL_STOPPED : dataset_block(source->dataset, b, block);
}

Status
bins_hash_rows(const TreeSource *source, uint64_t *hash, const StopCheck *stop)
{
	int32_t b;

	for (b = 0; b < source->dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = tree_source_block(source, b, stop, &block);

		if (status != KERNEL_OK)
			return status;
		bins_hash_block(source, block, hash);
		hash += block->n;
	}
	return KERNEL_OK;
}

/* Sorts n keys, with room for as many in scratch; digits: room for PASSES * DIGITS.  Returns where they are. */
static uint64_t *
sort_keys(uint64_t *keys, uint64_t *scratch, uint32_t *digits, int32_t n)
{
	int32_t i;
	int pass;

	memset(digits, 0, sizeof(uint32_t) * PASSES * DIGITS);
	for (i = 0; i < n; i++)
	{
		for (pass = 0; pass < PASSES; pass++)
			digits[pass * DIGITS + (int) (keys[i] >> (pass * DIGIT_BITS) & (DIGITS - 1))]++;
	}
	for (pass = 0; pass < PASSES; pass++)
	{
		uint32_t *count = digits + pass * DIGITS;
		int shift = pass * DIGIT_BITS;
		uint32_t sum = 0;
		uint64_t *swap;
		int d;

		if (count[keys[0] >> shift & (DIGITS - 1)] == (uint32_t) n)
			continue; /* all the same */
		for (d = 0; d < DIGITS; d++)
		{
			uint32_t here = count[d];

			count[d] = sum;
			sum += here;
		}
		for (i = 0; i < n; i++)
			scratch[count[keys[i] >> shift & (DIGITS - 1)]++] = keys[i];
		swap = keys;
		keys = scratch;
		scratch = swap;
	}
	return keys;
}

/* A value at or above a and below b, as near to their middle as can be. */
static double
midpoint(double a, double b)
{
	double middle = a / 2.0 + b / 2.0;

	return middle >= a && middle < b ? middle : a;
}

/* Distinct values in keys[0 .. return - 1] with their counts, of n sorted keys. */
static int32_t
count_distinct(uint64_t *keys, uint32_t *counts, int32_t n)
{
	int32_t distinct = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		if (i > 0 && keys[i] == keys[distinct - 1])
		{
			counts[distinct - 1]++;
			continue;
		}
		counts[distinct] = 1;
		keys[distinct++] = keys[i];
	}
	return distinct;
}

/*
 * Cuts between the distinct values, at most max_bins - 1.  Values as frequent as a whole bin get one
 * alone; the others share bins of equal frequency, what is left being spread anew after each.
 */
static int32_t
choose_cuts(double *cuts, const uint64_t *keys, const uint32_t *counts, int32_t distinct, int32_t n,
			int32_t max_bins)
{
	double mean = (double) n / max_bins;
	double rest = n;
	double held = 0.0;
	int32_t rest_bins = max_bins;
	int32_t n_cuts = 0;
	int32_t i;

	for (i = 0; distinct > max_bins && i < distinct; i++)
	{
		if (counts[i] >= mean)
		{
			rest_bins--;
			rest -= counts[i];
		}
	}
	if (distinct > max_bins)
	{
		double each = rest / (rest_bins > 1 ? rest_bins : 1);

		for (i = 0; i < distinct - 1 && n_cuts < max_bins - 1; i++)
		{
			bool is_big = counts[i] >= mean;
			bool next_is_big = counts[i + 1] >= mean;

			held += counts[i];
			if (!is_big)
				rest -= counts[i];
			if (!is_big && held < each && !(next_is_big && held >= each / 2.0))
				continue;
			cuts[n_cuts++] = midpoint(number_from_key(keys[i]), number_from_key(keys[i + 1]));
			held = 0.0;
			if (!is_big && --rest_bins > 0)
				each = rest / rest_bins;
		}
		return n_cuts;
	}
	for (i = 0; i < distinct - 1; i++)
		cuts[n_cuts++] = midpoint(number_from_key(keys[i]), number_from_key(keys[i + 1]));
	return n_cuts;
}

/* Room to sort a column in. */
typedef struct Sorter
{
	uint64_t *scratch; /* capacity */
	uint32_t *counts;  /* capacity */
	uint32_t *digits;
	int32_t capacity;
} Sorter;

/* The cuts between so many ascending keys of n present values, which sorter->counts has the counts of. */
static Status
set_cuts(BinSlot *slot, const uint64_t *keys, int32_t distinct, int32_t n, int32_t max_bins,
		 const Sorter *sorter, const Allocator *allocator)
{
	double cuts[MAX_BINS];
	int32_t n_cuts = choose_cuts(cuts, keys, sorter->counts, distinct, n, max_bins);

	slot->cuts = memory_allocate(allocator, (size_t) n_cuts, sizeof(double));
	if (slot->cuts == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memcpy(slot->cuts, cuts, (size_t) n_cuts * sizeof(double));
	slot->n_bins = n_cuts + 1;
	return KERNEL_OK;
}

/* The cuts of n present values, given as keys, which are overwritten. */
static Status
set_sampled_cuts(BinSlot *slot, uint64_t *keys, int32_t n, int32_t max_bins, const Sorter *sorter,
				 const Allocator *allocator)
{
	int32_t distinct = 0;

	if (n > 0)
	{
		keys = sort_keys(keys, sorter->scratch, sorter->digits, n);
		distinct = count_distinct(keys, sorter->counts, n);
	}
	return set_cuts(slot, keys, distinct, n, max_bins, sorter, allocator);
}

/* Is a row with this hash in the sample? */
static inline bool
is_sampled(uint64_t hash, uint64_t bound)
{
	return hash_mix(hash ^ SAMPLE_SEED) <= bound;
}

/* The values of number slots first .. first + count - 1 of the sampled rows, as keys; present[j], 0 before: how many. */
static Status
gather_keys(const TreeSource *source, const uint64_t *hash, uint64_t bound, int32_t first,
			int32_t count, uint64_t *keys, int32_t capacity, int32_t *present,
			const StopCheck *stop)
{
	const Dataset *dataset = source->dataset;
	int32_t chosen[DATASET_BLOCK_ROWS];
	uint64_t made[DATASET_BLOCK_ROWS];
	int32_t b;
	int32_t i;
	int32_t j;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		const uint64_t *own = hash != NULL ? hash : made;
		Status status = tree_source_block(source, b, stop, &block);
		int32_t n = 0;

		if (status != KERNEL_OK)
			return status;
		if (hash == NULL)
			bins_hash_block(source, block, made);
		for (i = 0; i < block->n; i++)
		{
			chosen[n] = i;
			n += is_sampled(own[i], bound);
		}
		hash = hash != NULL ? hash + block->n : NULL;
		for (j = 0; j < count; j++)
		{
			const double *column = block->numbers + (size_t) (first + j) * (size_t) block->capacity;
			uint64_t *to = keys + (size_t) j * (size_t) capacity;
			int32_t held = present[j];

			for (i = 0; i < n; i++)
			{
				to[held] = number_to_key(column[chosen[i]]);
				held += !isnan(column[chosen[i]]);
			}
			present[j] = held;
		}
	}
	return KERNEL_OK;
}

/* The cuts of column j, all of whose values are noted; keys: room to sort them in. */
static Status
set_noted_cuts(BinSlot *slot, const FewColumns *few, int32_t j, uint64_t *keys, int32_t max_bins,
			   const Sorter *sorter, const Allocator *allocator)
{
	const FewValues *values = &few->columns[j];
	int32_t n = 0;
	int32_t i;

	memcpy(keys, values->keys, (size_t) values->n * sizeof(uint64_t));
	if (values->n > 0)
		keys = sort_keys(keys, sorter->scratch, sorter->digits, values->n);
	for (i = 0; i < values->n; i++)
	{
		sorter->counts[i] = few_columns_count(few, j, keys[i]);
		n += (int32_t) sorter->counts[i];
	}
	return set_cuts(slot, keys, values->n, n, max_bins, sorter, allocator);
}

/*
 * The cuts of all number slots, a group of columns a pass: of the sample's values, sampled rows, or of
 * all where they are noted.
 */
static Status
cut_numbers(Bins *bins, const TreeSource *source, const uint64_t *hash, uint64_t bound,
			int32_t sampled, const FewColumns *few, int32_t max_bins, const Allocator *allocator,
			const StopCheck *stop)
{
	/* A place to write to when all are in. */
	int32_t capacity = (sampled < few->most ? few->most : sampled) + 1;
	size_t column_bytes = (size_t) capacity * sizeof(uint64_t);
	int32_t group = column_bytes < SAMPLE_BYTES ? (int32_t) (SAMPLE_BYTES / column_bytes) : 1;
	int32_t all = bins->n_numbers;
	Sorter sorter = {.capacity = capacity};
	uint64_t *keys;
	int32_t *present;
	Status status = KERNEL_OK;
	int32_t first;
	int32_t j;

	group = group < bins->n_numbers ? group : bins->n_numbers;
	present = memory_allocate(allocator, (size_t) all, sizeof(int32_t));
	sorter.scratch = memory_allocate(allocator, (size_t) capacity, sizeof(uint64_t));
	sorter.counts = memory_allocate(allocator, (size_t) capacity, sizeof(uint32_t));
	sorter.digits = memory_allocate(allocator, PASSES * DIGITS, sizeof(uint32_t));
	/* Cuts are small and come while the keys are there; what else there is may be theirs. */
	do
		keys = memory_allocate(allocator, (size_t) group * (size_t) capacity, sizeof(uint64_t));
	while (keys == NULL && (group /= 2) > 0);
	if (keys == NULL || present == NULL || sorter.scratch == NULL || sorter.counts == NULL ||
		sorter.digits == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (first = 0; first < bins->n_numbers && status == KERNEL_OK; first += group)
	{
		int32_t count = bins->n_numbers - first < group ? bins->n_numbers - first : group;

		memset(present, 0, (size_t) count * sizeof(int32_t));
		if (sampled > 0)
			status = gather_keys(source, hash, bound, first, count, keys, capacity, present, stop);
		for (j = 0; j < count && status == KERNEL_OK; j++)
		{
			uint64_t *own = keys + (size_t) j * (size_t) capacity;

			if (stop_requested(stop))
				status = KERNEL_STOPPED;
			else if (few_columns_has_all(few, first + j))
				status = set_noted_cuts(&bins->slots[first + j], few, first + j, own, max_bins,
										&sorter, allocator);
			else
				status = set_sampled_cuts(&bins->slots[first + j], own, present[j], max_bins,
										  &sorter, allocator);
		}
	}
	memory_release(allocator, keys, (size_t) group * (size_t) capacity, sizeof(uint64_t));
	memory_release(allocator, present, (size_t) all, sizeof(int32_t));
	memory_release(allocator, sorter.scratch, (size_t) capacity, sizeof(uint64_t));
	memory_release(allocator, sorter.counts, (size_t) capacity, sizeof(uint32_t));
	memory_release(allocator, sorter.digits, PASSES * DIGITS, sizeof(uint32_t));
	return status;
}

/* Numbers the columns of narrow and of wide slots. */
static void
place_columns(Bins *bins)
{
	int32_t s;

	for (s = 0; s < bins->n_slots; s++)
	{
		BinSlot *slot = &bins->slots[s];

		slot->is_wide = slot->n_bins >= NARROW_BINS;
		slot->column = slot->is_wide ? bins->n_wide++ : bins->n_narrow++;
	}
}

/* How many rows are in the sample; hash: NULL to make them on the way. */
static Status
count_sampled(const TreeSource *source, const uint64_t *hash, uint64_t bound, const StopCheck *stop,
			  int32_t *sampled)
{
	uint64_t made[DATASET_BLOCK_ROWS];
	int64_t n = source->dataset->n;
	int32_t b;
	int64_t i;

	*sampled = 0;
	for (i = 0; hash != NULL && i < n; i++)
		*sampled += is_sampled(hash[i], bound);
	for (b = 0; hash == NULL && b < source->dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = tree_source_block(source, b, stop, &block);

		if (status != KERNEL_OK)
			return status;
		bins_hash_block(source, block, made);
		for (i = 0; i < block->n; i++)
			*sampled += is_sampled(made[i], bound);
	}
	return KERNEL_OK;
}

Status
bins_create(Bins *bins, const TreeSource *source, const uint64_t *hash, int32_t max_bins,
			const Allocator *allocator, const StopCheck *stop)
{
	const Dataset *dataset = source->dataset;
	uint64_t bound = UINT64_MAX;
	FewColumns few = {0};
	int32_t n_few = 0;
	int32_t sampled = 0;
	Status status = KERNEL_OK;
	int32_t c;

	if (dataset->n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	*bins = (Bins){.n_numbers = dataset->n_numbers,
				   .n_slots = dataset->n_numbers + dataset->n_categories};
	bins->slots = memory_allocate_zero(allocator, (size_t) bins->n_slots, sizeof(BinSlot));
	if (bins->slots == NULL)
		return KERNEL_OUT_OF_MEMORY;
	if (dataset->n > SAMPLE_ROWS)
	{
		bound = (uint64_t) ((double) SAMPLE_ROWS / (double) dataset->n * 0x1p64);
		status = few_columns_begin(&few, bins->n_numbers, max_bins, allocator);
		if (status == KERNEL_OK)
			status = few_columns_find(&few, source, &n_few, stop);
	}
	if (n_few == 0)
		few_columns_release(&few, allocator);
	if (status == KERNEL_OK && n_few < bins->n_numbers) /* else no column needs a sample */
		status = count_sampled(source, hash, bound, stop, &sampled);
	if (status == KERNEL_OK)
		status = cut_numbers(bins, source, hash, bound, sampled, &few, max_bins, allocator, stop);
	few_columns_release(&few, allocator);
	for (c = 0; c < dataset->n_categories && status == KERNEL_OK; c++)
	{
		BinSlot *slot = &bins->slots[dataset->n_numbers + c];

		slot->is_category = true;
		slot->n_bins = (int32_t) source->n_levels[c];
		if (source->n_levels[c] > BIN_LEVEL_LIMIT)
			status = KERNEL_TOO_LARGE;
	}
	if (status == KERNEL_OK)
		place_columns(bins);
	else
		bins_release(bins, allocator);
	return status;
}

void
bins_release(Bins *bins, const Allocator *allocator)
{
	int32_t s;

	for (s = 0; bins->slots != NULL && s < bins->n_slots; s++)
		memory_release(allocator, bins->slots[s].cuts, (size_t) bins->slots[s].n_bins - 1,
					   sizeof(double));
	memory_release(allocator, bins->slots, (size_t) bins->n_slots, sizeof(BinSlot));
	*bins = (Bins){0};
}

int32_t
bin_of_number(const BinSlot *slot, double x)
{
	int32_t low = 0;
	int32_t high = slot->n_bins - 1;

	while (low < high)
	{
		int32_t middle = (low + high) / 2;

		if (slot->cuts[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Where a number is among a slot's cuts.  A table of equal steps from the first cut to the last says how
 * many cuts stand before a step; those within it are searched, with as many halvings for every
 * number as the fullest step takes.
 */
struct BinSearch
{
	double cuts[2 * NARROW_BINS]; /* the slot's, then INFINITY */
	double first;				  /* cut */
	double steps_a_unit;		  /* 0: one step has them all */
	uint8_t before[SEARCH_STEPS]; /* cuts before each step */
	int32_t half;				  /* the first halving, 0: none */
};

typedef struct BinSearch Search;

/* The step of a number; never falls where numbers rise.  What is missing has the first one. */
static inline int32_t
step_of(const Search *search, double x)
{
	double at = (x - search->first) * search->steps_a_unit;

	at = at > 0.0 ? at : 0.0;
	return (int32_t) (at < SEARCH_STEPS - 1 ? at : SEARCH_STEPS - 1);
}

static void
begin_search(Search *search, const BinSlot *slot)
{
	int32_t n = slot->n_bins - 1;
	int32_t most = 0;
	int32_t step = 0;
	int32_t i;
	int32_t k;

	*search = (Search){.first = n > 0 ? slot->cuts[0] : 0.0};
	for (i = 0; i < 2 * NARROW_BINS; i++)
		search->cuts[i] = i < n ? slot->cuts[i] : INFINITY;
	if (n > 1)
		search->steps_a_unit = SEARCH_STEPS / (slot->cuts[n - 1] - slot->cuts[0]);
	if (!(search->steps_a_unit < INFINITY))
		search->steps_a_unit = 0.0;
	for (i = 0; i < n; i = k)
	{
		int32_t here = step_of(search, slot->cuts[i]);

		for (k = i; k < n && step_of(search, slot->cuts[k]) == here; k++)
			;
		for (; step <= here; step++)
			search->before[step] = (uint8_t) i;
		most = k - i > most ? k - i : most;
	}
	for (; step < SEARCH_STEPS; step++)
		search->before[step] = (uint8_t) n;
	while (2 * search->half - 1 < most)
		search->half = search->half > 0 ? 2 * search->half : 1;
}

/* Codes of n numbers. */
static void
code_numbers(uint8_t *codes, const double *column, int32_t n, const Search *search, uint8_t missing)
{
	enum
	{
		TOGETHER = 8 /* searches side by side, none waiting for another */
	};
	int32_t i;
	int32_t k;

	for (i = 0; i + TOGETHER <= n; i += TOGETHER)
	{
		uint32_t low[TOGETHER];
		uint32_t half;

#pragma GCC unroll 8
		for (k = 0; k < TOGETHER; k++)
			low[k] = search->before[step_of(search, column[i + k])];
		for (half = (uint32_t) search->half; half > 0; half /= 2)
		{
#pragma GCC unroll 8
			for (k = 0; k < TOGETHER; k++)
				low[k] += half & -(uint32_t) (search->cuts[low[k] + half - 1] < column[i + k]);
		}
#pragma GCC unroll 8
		for (k = 0; k < TOGETHER; k++)
			codes[i + k] = isnan(column[i + k]) ? missing : (uint8_t) low[k];
	}
	for (; i < n; i++)
	{
		uint32_t low = search->before[step_of(search, column[i])];
		uint32_t half;

		for (half = (uint32_t) search->half; half > 0; half /= 2)
			low += half & -(uint32_t) (search->cuts[low + half - 1] < column[i]);
		codes[i] = isnan(column[i]) ? missing : (uint8_t) low;
	}
}

/* Codes of n category codes, into the column of either width. */
static void
code_levels(BinnedRows *rows, const BinSlot *slot, size_t first, const int32_t *codes,
			const int32_t *level_of_code, int32_t n)
{
	size_t at = (size_t) slot->column * (size_t) rows->n + first;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		int32_t bin = codes[i] == CODE_MISSING ? slot->n_bins : level_of_code[codes[i]];

		if (slot->is_wide)
			rows->wide[at + (size_t) i] = (uint16_t) bin;
		else
			rows->narrow[at + (size_t) i] = (uint8_t) bin;
	}
}

void
tree_source_targets(const TreeSource *source, const DatasetBlock *block, double *target,
					double *weight)
{
	int32_t i;

	for (i = 0; i < block->n; i++)
		target[i] = source->class_of_code != NULL ?
			source->class_of_code[(int32_t) block->target[i]] :
			block->target[i];
	for (i = 0; weight != NULL && i < block->n; i++)
	{
		weight[i] = block->weight != NULL ? block->weight[i] : 1.0;
		if (source->class_weight != NULL)
			weight[i] *= source->class_weight[(int32_t) target[i]];
	}
}

Status
bin_coder_create(BinCoder *coder, const Bins *bins, const Allocator *allocator)
{
	int32_t s;

	*coder = (BinCoder){.bins = bins};
	coder->searches = memory_allocate(allocator, (size_t) bins->n_numbers, sizeof(Search));
	if (coder->searches == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (s = 0; s < bins->n_numbers; s++)
		begin_search(&coder->searches[s], &bins->slots[s]);
	return KERNEL_OK;
}

void
bin_coder_release(BinCoder *coder, const Allocator *allocator)
{
	if (coder->bins != NULL)
		memory_release(allocator, coder->searches, (size_t) coder->bins->n_numbers, sizeof(Search));
	*coder = (BinCoder){0};
}

void
bin_coder_code(const BinCoder *coder, const TreeSource *source, const DatasetBlock *block,
			   BinnedRows *rows, int32_t first)
{
	const Bins *bins = coder->bins;
	size_t capacity = (size_t) block->capacity;
	int32_t s;

	for (s = 0; s < bins->n_numbers; s++)
		code_numbers(rows->narrow + (size_t) bins->slots[s].column * (size_t) rows->n + first,
					 block->numbers + (size_t) s * capacity, block->n, &coder->searches[s],
					 (uint8_t) bins->slots[s].n_bins);
	for (; s < bins->n_slots; s++)
		code_levels(rows, &bins->slots[s], (size_t) first,
					block->codes + (size_t) (s - bins->n_numbers) * capacity,
					source->level_of_code[s - bins->n_numbers], block->n);
	tree_source_targets(source, block, rows->target + first,
						rows->weight != NULL ? rows->weight + first : NULL);
}

static Status
code_rows(BinnedRows *rows, const TreeSource *source, const BinCoder *coder, const StopCheck *stop)
{
	int32_t first = 0;
	int32_t b;

	for (b = 0; b < source->dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = tree_source_block(source, b, stop, &block);

		if (status != KERNEL_OK)
			return status;
		bin_coder_code(coder, source, block, rows, first);
		first += block->n;
	}
	return KERNEL_OK;
}

Status
binned_rows_create(BinnedRows *rows, const Bins *bins, const TreeSource *source, uint64_t *hash,
				   const Allocator *allocator, const StopCheck *stop)
{
	size_t n = (size_t) source->dataset->n;
	bool has_weight = tree_source_has_weight(source);
	BinCoder coder;
	Status status = bin_coder_create(&coder, bins, allocator);

	*rows = (BinnedRows){.n = (int32_t) n, .bins = bins, .hash = hash};
	rows->narrow = memory_allocate(allocator, n * (size_t) bins->n_narrow, sizeof(uint8_t));
	rows->wide = memory_allocate(allocator, n * (size_t) bins->n_wide, sizeof(uint16_t));
	rows->target = memory_allocate(allocator, n, sizeof(double));
	if (has_weight)
		rows->weight = memory_allocate(allocator, n, sizeof(double));
	if (rows->narrow == NULL || rows->wide == NULL || rows->target == NULL ||
		(has_weight && rows->weight == NULL))
		status = KERNEL_OUT_OF_MEMORY;
	if (status == KERNEL_OK)
		status = code_rows(rows, source, &coder, stop);
	bin_coder_release(&coder, allocator);
	if (status != KERNEL_OK)
	{
		rows->hash = NULL;
		binned_rows_release(rows, allocator);
	}
	return status;
}

size_t
binned_row_bytes(const TreeSource *source, int32_t *narrow)
{
	const Dataset *dataset = source->dataset;
	size_t bytes = sizeof(uint64_t) + sizeof(double);
	int32_t c;

	*narrow = dataset->n_numbers;
	for (c = 0; c < dataset->n_categories; c++)
	{
		bool is_wide = source->n_levels[c] >= NARROW_BINS;

		*narrow += !is_wide;
		bytes += is_wide ? sizeof(uint16_t) : 0;
	}
	if (tree_source_has_weight(source))
		bytes += sizeof(double);
	return bytes + (size_t) *narrow;
}

void
binned_rows_release(BinnedRows *rows, const Allocator *allocator)
{
	size_t n = (size_t) rows->n;

	if (rows->bins != NULL)
	{
		memory_release(allocator, rows->narrow, n * (size_t) rows->bins->n_narrow, sizeof(uint8_t));
		memory_release(allocator, rows->wide, n * (size_t) rows->bins->n_wide, sizeof(uint16_t));
	}
	memory_release(allocator, rows->hash, n, sizeof(uint64_t));
	memory_release(allocator, rows->target, n, sizeof(double));
	memory_release(allocator, rows->weight, n, sizeof(double));
	*rows = (BinnedRows){0};
}

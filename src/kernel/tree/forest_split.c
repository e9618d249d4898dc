/*
 * forest_split.c: runs of equal bins, in order, and cuts between them.
 */
#include "kernel/tree/forest_split.h"

#include <string.h>

#define FEW 24		/* rows that are sorted */
#define SMOOTH 1.0	/* rows' worth of the middle, for the order of categories */
#define NOISE 1e-13 /* of what a node is worth: rounding, no gain */

Status
forest_search_create(ForestSearch *search, const BinnedRows *rows, int32_t n_classes,
					 int32_t min_rows, const Allocator *allocator)
{
	const Bins *bins = rows->bins;
	size_t k = (size_t) n_classes;
	size_t n;
	int32_t s;

	*search =
		(ForestSearch){.rows = rows, .n_classes = n_classes, .min_rows = min_rows, .capacity = 1};
	for (s = 0; s < bins->n_slots; s++)
	{
		if (bins->slots[s].n_bins + 1 > search->capacity)
			search->capacity = bins->slots[s].n_bins + 1;
	}
	n = (size_t) search->capacity;
	search->runs = memory_allocate_zero(allocator, n, sizeof(ForestRun));
	search->cells = memory_allocate_zero(allocator, n, sizeof(ForestSums));
	search->class_cells = memory_allocate_zero(allocator, n, k * sizeof(int64_t));
	search->whole = memory_allocate_zero(allocator, k, sizeof(int64_t));
	search->left = memory_allocate_zero(allocator, k, sizeof(int64_t));
	if (search->runs != NULL && search->cells != NULL && search->class_cells != NULL &&
		search->whole != NULL && search->left != NULL)
		return KERNEL_OK;
	forest_search_release(search, allocator);
	return KERNEL_OUT_OF_MEMORY;
}

void
forest_search_release(ForestSearch *search, const Allocator *allocator)
{
	size_t n = (size_t) search->capacity;
	size_t k = (size_t) search->n_classes;

	memory_release(allocator, search->runs, n, sizeof(ForestRun));
	memory_release(allocator, search->cells, n, sizeof(ForestSums));
	memory_release(allocator, search->class_cells, n, k * sizeof(int64_t));
	memory_release(allocator, search->whole, k, sizeof(int64_t));
	memory_release(allocator, search->left, k, sizeof(int64_t));
	*search = (ForestSearch){0};
}

static inline double
square_share(int64_t part, int64_t weight)
{
	return (double) part * (double) part / (double) weight;
}

/* What the classes of a part are worth together. */
static double
classes_worth(const int64_t *classes, int32_t n, int64_t weight)
{
	double sum = 0.0;
	int32_t k;

	for (k = 0; k < n; k++)
		sum += (double) classes[k] * (double) classes[k];
	return weight > 0 ? sum / (double) weight : 0.0;
}

/* What the node is worth whole. */
static void
set_base(ForestSearch *search, const ForestSums *sums)
{
	if (search->n_classes > 0)
		search->base = classes_worth(search->whole, search->n_classes, sums->weight);
	else
		search->base = sums->weight > 0 ? square_share(sums->gradient, sums->weight) : 0.0;
}

void
forest_search_node(ForestSearch *search, const ForestItem *items, int32_t n, ForestSums *sums)
{
	int32_t i;

	*sums = (ForestSums){0};
	for (i = 0; i < n; i++)
		*sums = forest_sums_add(*sums, &items[i]);
	memset(search->whole, 0, (size_t) search->n_classes * sizeof(int64_t));
	for (i = 0; search->n_classes > 0 && i < n; i++)
		search->whole[items[i].gradient] += items[i].weight;
	set_base(search, sums);
}

void
forest_search_summed(ForestSearch *search, const int64_t *classes, const ForestSums *sums)
{
	if (search->n_classes > 0)
		memcpy(search->whole, classes, (size_t) search->n_classes * sizeof(int64_t));
	set_base(search, sums);
}

/* The runs of few items: sorted by insertion. */
static int32_t
sort_items(ForestSearch *search, const ForestItem *items, int32_t n, const BinSlot *slot)
{
	int32_t codes[FEW];
	int32_t order[FEW];
	int32_t n_runs = 0;
	int32_t i;
	int32_t j;

	for (i = 0; i < n; i++)
	{
		int32_t code = binned_code(search->rows, slot, items[i].row);

		for (j = i; j > 0 && codes[j - 1] > code; j--)
		{
			codes[j] = codes[j - 1];
			order[j] = order[j - 1];
		}
		codes[j] = code;
		order[j] = i;
	}
	for (i = 0; i < n; i++)
	{
		if (i == 0 || codes[i] != codes[i - 1])
			search->runs[n_runs++] = (ForestRun){.bin = codes[i]};
		search->runs[n_runs - 1].sums =
			forest_sums_add(search->runs[n_runs - 1].sums, &items[order[i]]);
	}
	return n_runs;
}

/* The runs of the bins that have rows; takes the sums out of the cells, but not those of classes. */
static int32_t
collect_runs(ForestSearch *search, const BinSlot *slot, ForestSums *cells, int64_t *class_cells)
{
	size_t k = (size_t) search->n_classes;
	int32_t n_runs = 0;
	int32_t bin;

	for (bin = 0; bin <= slot->n_bins; bin++)
	{
		if (cells[bin].rows == 0)
			continue;
		search->runs[n_runs++] =
			(ForestRun){.bin = bin,
						.sums = cells[bin],
						.classes = k > 0 ? class_cells + (size_t) bin * k : NULL};
		cells[bin] = (ForestSums){0};
	}
	return n_runs;
}

/* The runs of many items: summed by bin. */
static int32_t
sum_items(ForestSearch *search, const ForestItem *items, int32_t n, const BinSlot *slot)
{
	int32_t k = search->n_classes;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		int32_t bin = binned_code(search->rows, slot, items[i].row);

		search->cells[bin] = forest_sums_add(search->cells[bin], &items[i]);
		if (k > 0)
			search->class_cells[(size_t) bin * (size_t) k + (size_t) items[i].gradient] +=
				items[i].weight;
	}
	return collect_runs(search, slot, search->cells, search->class_cells);
}

/* Zeroes the class sums of the runs. */
static void
clear_classes(ForestSearch *search, int32_t n_runs)
{
	int32_t i;

	for (i = 0; search->n_classes > 0 && i < n_runs; i++)
		memset(search->runs[i].classes, 0, (size_t) search->n_classes * sizeof(int64_t));
}

/* Does run a come before run b in the order of a category? */
static inline bool
run_before(const ForestRun *a, const ForestRun *b)
{
	return a->key < b->key || (a->key == b->key && a->bin < b->bin);
}

static void
sift_run(ForestRun *runs, int32_t i, int32_t n)
{
	ForestRun moved = runs[i];
	int32_t child;

	for (; (child = 2 * i + 1) < n; i = child)
	{
		if (child + 1 < n && run_before(&runs[child], &runs[child + 1]))
			child++;
		if (!run_before(&moved, &runs[child]))
			break;
		runs[i] = runs[child];
	}
	runs[i] = moved;
}

/* Puts n levels in the order of their means, or of their share of the node's most frequent class. */
static void
order_runs(ForestSearch *search, int32_t n, const ForestSums *sums)
{
	ForestRun *runs = search->runs;
	double unit = (double) sums->weight / (double) sums->rows;
	int32_t most = 0;
	int32_t i;

	for (i = 1; i < search->n_classes; i++)
		most = search->whole[i] > search->whole[most] ? i : most;
	for (i = 0; i < n; i++)
	{
		int64_t part = search->n_classes > 0 ? runs[i].classes[most] : runs[i].sums.gradient;
		int64_t whole = search->n_classes > 0 ? search->whole[most] : sums->gradient;

		runs[i].key = ((double) part + SMOOTH * (double) whole / (double) sums->rows) /
			((double) runs[i].sums.weight + SMOOTH * unit);
	}
	for (i = n / 2; i-- > 0;)
		sift_run(runs, i, n);
	for (i = n - 1; i > 0; i--)
	{
		ForestRun last = runs[0];

		runs[0] = runs[i];
		runs[i] = last;
		sift_run(runs, 0, i);
	}
}

/* What both parts are worth when `left` and search->left go left; below 0 where too few rows are on a side. */
static double
parts_worth(const ForestSearch *search, const ForestSums *whole, ForestSums left)
{
	int64_t right_weight = whole->weight - left.weight;
	double worth;
	double right = 0.0;
	int32_t k;

	if (left.rows < search->min_rows || whole->rows - left.rows < search->min_rows ||
		left.weight <= 0 || right_weight <= 0)
		return -1.0;
	if (search->n_classes == 0)
		return square_share(left.gradient, left.weight) +
			square_share(whole->gradient - left.gradient, right_weight);
	worth = classes_worth(search->left, search->n_classes, left.weight);
	for (k = 0; k < search->n_classes; k++)
		right += (double) (search->whole[k] - search->left[k]) *
			(double) (search->whole[k] - search->left[k]);
	return worth + right / (double) right_weight;
}

/* Moves a run to the left part, or back with a sign of -1. */
static void
move_run(ForestSearch *search, ForestSums *left, const ForestRun *run, int64_t sign)
{
	int32_t k;

	left->rows += sign * run->sums.rows;
	left->weight += sign * run->sums.weight;
	left->gradient += sign * run->sums.gradient;
	for (k = 0; k < search->n_classes; k++)
		search->left[k] += sign * run->classes[k];
}

/* Tries a cut after the i-th run. */
static bool
try_cut(const ForestSearch *search, const ForestSums *sums, ForestSums left, bool missing_left,
		int32_t slot, int32_t i, Split *best)
{
	double gain = parts_worth(search, sums, left) - search->base;

	if (!(gain > best->gain) || gain <= NOISE * search->base)
		return false;
	best->gain = gain;
	best->slot = slot;
	best->bin = search->runs[i].bin;
	best->missing_left = missing_left;
	best->left = (Sums){.rows = left.rows, .hessian = left.weight};
	return true;
}

/* The bits of the first `prefix` of n runs; bins without rows go with the heavier part. */
static void
set_levels(const ForestSearch *search, const BinSlot *slot, int32_t prefix, int32_t n,
		   bool others_left, Split *best)
{
	int32_t i;

	memset(best->words, others_left ? 0xff : 0,
		   ((size_t) slot->n_bins / 32 + 1) * sizeof(uint32_t));
	for (i = 0; i < n; i++)
	{
		uint32_t bit = UINT32_C(1) << (search->runs[i].bin % 32);
		uint32_t *word = &best->words[search->runs[i].bin / 32];

		*word = i < prefix ? *word | bit : *word & ~bit;
	}
	if (best->missing_left)
		best->words[slot->n_bins / 32] |= UINT32_C(1) << (slot->n_bins % 32);
	else
		best->words[slot->n_bins / 32] &= ~(UINT32_C(1) << (slot->n_bins % 32));
}

/* Cuts between n runs of present values, with those of missing ones (NULL: none) on either side. */
static void
cut_runs(ForestSearch *search, const ForestSums *sums, int32_t slot, int32_t n,
		 const ForestRun *missing, Split *best)
{
	const BinSlot *bins = &search->rows->bins->slots[slot];
	ForestSums left = {0};
	int32_t chosen = -1;
	int32_t i;

	if (search->n_classes > 0)
		memset(search->left, 0, (size_t) search->n_classes * sizeof(int64_t));
	for (i = 0; i < n - (missing == NULL); i++)
	{
		move_run(search, &left, &search->runs[i], 1);
		if (try_cut(search, sums, left, false, slot, i, best))
			chosen = i;
		if (missing == NULL || i == n - 1)
			continue;
		move_run(search, &left, missing, 1);
		if (try_cut(search, sums, left, true, slot, i, best))
			chosen = i;
		move_run(search, &left, missing, -1);
	}
	if (chosen < 0)
		return;
	if (missing == NULL)
		best->missing_left = 2 * best->left.hessian >= sums->weight;
	if (bins->is_category)
		set_levels(search, bins, chosen + 1, n, 2 * best->left.hessian >= sums->weight, best);
	else if (chosen == n - 1)
		best->bin = bins->n_bins - 1; /* all that is present */
}

/* Looks for a split between n runs, of which the last may be of what is missing. */
static bool
split_runs(ForestSearch *search, const ForestSums *sums, int32_t slot, int32_t n_runs, Split *best)
{
	const BinSlot *bins = &search->rows->bins->slots[slot];
	bool has_missing = search->runs[n_runs - 1].bin == bins->n_bins;
	int32_t n_present = n_runs - has_missing;

	if (n_runs > 1)
	{
		if (bins->is_category)
			order_runs(search, n_present, sums);
		cut_runs(search, sums, slot, n_present, has_missing ? &search->runs[n_present] : NULL,
				 best);
	}
	clear_classes(search, n_runs);
	return n_runs > 1;
}

bool
forest_split_slot(ForestSearch *search, const ForestItem *items, int32_t n, const ForestSums *sums,
				  int32_t slot, Split *best)
{
	const BinSlot *bins = &search->rows->bins->slots[slot];
	bool is_few = n <= FEW && search->n_classes == 0;

	return split_runs(
		search, sums, slot,
		is_few ? sort_items(search, items, n, bins) : sum_items(search, items, n, bins), best);
}

bool
forest_split_cells(ForestSearch *search, ForestSums *cells, int64_t *class_cells,
				   const ForestSums *sums, int32_t slot, Split *best)
{
	const BinSlot *bins = &search->rows->bins->slots[slot];

	return split_runs(search, sums, slot, collect_runs(search, bins, cells, class_cells), best);
}

/*
 * split.c: scanning histograms for splits.
 */
#include "kernel/tree/split.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/split_simd.h"

/* A part of the node, as integers. */
typedef struct Part
{
	int64_t gradient;
	int64_t hessian;
	int64_t rows;
} Part;

Status
split_search_create(SplitSearch *search, const Records *records, const SplitOptions *options,
					const Allocator *allocator)
{
	const Bins *bins = records->rows->bins;
	size_t n;
	int32_t s;

	*search = (SplitSearch){.records = records, .options = options, .capacity = 1};
	for (s = 0; s < bins->n_slots; s++)
	{
		if (bins->slots[s].n_bins + 1 > search->capacity)
			search->capacity = bins->slots[s].n_bins + 1;
	}
	n = (size_t) search->capacity;
	search->gradient = memory_allocate(allocator, n, sizeof(int64_t));
	search->hessian = memory_allocate(allocator, n, sizeof(int64_t));
	search->rows = memory_allocate(allocator, n, sizeof(int64_t));
	search->keys = memory_allocate(allocator, n, sizeof(double));
	search->order = memory_allocate(allocator, n, sizeof(int32_t));
	if (search->gradient != NULL && search->hessian != NULL && search->rows != NULL &&
		search->keys != NULL && search->order != NULL)
		return KERNEL_OK;
	split_search_release(search, allocator);
	return KERNEL_OUT_OF_MEMORY;
}

void
split_search_release(SplitSearch *search, const Allocator *allocator)
{
	size_t n = (size_t) search->capacity;

	memory_release(allocator, search->gradient, n, sizeof(int64_t));
	memory_release(allocator, search->hessian, n, sizeof(int64_t));
	memory_release(allocator, search->rows, n, sizeof(int64_t));
	memory_release(allocator, search->keys, n, sizeof(double));
	memory_release(allocator, search->order, n, sizeof(int32_t));
	*search = (SplitSearch){0};
}

int32_t
split_words(const Bins *bins)
{
	int32_t most = 0;
	int32_t s;

	for (s = bins->n_numbers; s < bins->n_slots; s++)
	{
		int32_t words = bins->slots[s].n_bins / 32 + 1;

		most = words > most ? words : most;
	}
	return most;
}

/* The gradient less the l1 penalty, which stops at 0. */
static inline double
shrink(double gradient, double l1)
{
	double size = fabs(gradient) - l1;

	return size > 0.0 ? copysign(size, gradient) : 0.0;
}

double
split_value(const SplitOptions *options, double gradient, double hessian, double lower,
			double upper)
{
	double curve = hessian + options->l2;
	double value = curve > 0.0 ? -shrink(gradient, options->l1) / curve : 0.0;

	return value < lower ? lower : value > upper ? upper : value;
}

/* What a part is worth when its value is the best within the node's bounds. */
static inline double
worth(const SplitNode *node, const SplitOptions *options, double gradient, double hessian,
	  double l2, double *value)
{
	double g = shrink(gradient, options->l1);
	double best = -g / (hessian + l2);

	*value = best < node->lower ? node->lower : best > node->upper ? node->upper : best;
	if (*value == best)
		return g * g / (hessian + l2);
	return -(2.0 * gradient * *value + (hessian + l2) * *value * *value +
			 2.0 * options->l1 * fabs(*value));
}

/* The rows of a part: counted, or in proportion to the hessian. */
static inline double
part_rows(const SplitSearch *search, const SplitNode *node, int64_t hessian, int64_t rows)
{
	if (search->records->form == CELL_COUNTED)
		return (double) hessian;
	if (search->records->form == CELL_PRECISE)
		return (double) rows;
	return (double) hessian * ((double) node->sums.rows / (double) node->sums.hessian);
}

/* The gain over nothing of a cut with these sums on the left; -INFINITY where a limit forbids it. */
static double
cut_worth(const SplitSearch *search, const SplitNode *node, Part left, double l2, int8_t monotone)
{
	const SplitOptions *options = search->options;
	double gradient = (double) left.gradient * options->gradient_unit;
	double hessian = (double) left.hessian * options->hessian_unit;
	int64_t right_sum = node->sums.hessian - left.hessian;
	double right_gradient = (double) (node->sums.gradient - left.gradient) * options->gradient_unit;
	double right_hessian = (double) right_sum * options->hessian_unit;
	double left_value;
	double right_value;
	double sum;

	if (left.hessian <= 0 || right_sum <= 0 || hessian < options->min_hessian ||
		right_hessian < options->min_hessian ||
		part_rows(search, node, left.hessian, left.rows) < options->min_rows ||
		part_rows(search, node, right_sum, node->sums.rows - left.rows) < options->min_rows)
		return -INFINITY;
	sum = worth(node, options, gradient, hessian, l2, &left_value) +
		worth(node, options, right_gradient, right_hessian, l2, &right_value);
	if ((monotone > 0 && left_value > right_value) || (monotone < 0 && left_value < right_value))
		return -INFINITY;
	return sum;
}

/* What the node is worth whole. */
static double
node_worth(const SplitSearch *search, const SplitNode *node)
{
	const SplitOptions *options = search->options;
	double value;

	return worth(node, options, (double) node->sums.gradient * options->gradient_unit,
				 (double) node->sums.hessian * options->hessian_unit, options->l2, &value);
}

/* Makes a cut the best one. */
static void
take(const SplitSearch *search, const SplitNode *node, int32_t slot, int32_t bin, bool missing_left,
	 Part left, double gain, Split *best)
{
	best->gain = gain;
	best->slot = slot;
	best->bin = bin;
	best->missing_left = missing_left;
	best->left = (Sums){left.gradient, left.hessian,
						(int64_t) nearbyint(part_rows(search, node, left.hessian, left.rows))};
}

static inline Part
part_add(Part a, const SplitSearch *search, int32_t bin)
{
	a.gradient += search->gradient[bin];
	a.hessian += search->hessian[bin];
	a.rows += search->rows[bin];
	return a;
}

/* Is there a row in this bin? */
static inline bool
has_rows(const SplitSearch *search, int32_t bin)
{
	return search->hessian[bin] != 0 || search->rows[bin] != 0 || search->gradient[bin] != 0;
}

/* Numbers whose values have bounds: cut by cut. */
static void
split_bounded(const SplitSearch *search, const SplitNode *node, int32_t slot, double base,
			  Split *best)
{
	const BinSlot *bins = &search->records->rows->bins->slots[slot];
	int8_t monotone = search->options->monotone != NULL ? search->options->monotone[slot] : 0;
	bool has_missing = has_rows(search, bins->n_bins);
	Part left = {0};
	int32_t bin;

	/* The last cut is between all that is present and what is missing. */
	for (bin = 0; bin < bins->n_bins - !has_missing; bin++)
	{
		double gain;

		if (!has_rows(search, bin) && bin > 0)
			continue;
		left = part_add(left, search, bin);
		gain = cut_worth(search, node, left, search->options->l2, monotone) - base;
		if (gain > best->gain)
			take(search, node, slot, bin, !has_missing && 2 * left.hessian >= node->sums.hessian,
				 left, gain, best);
		if (has_missing && bin < bins->n_bins - 1)
		{
			Part more = part_add(left, search, bins->n_bins);

			gain = cut_worth(search, node, more, search->options->l2, monotone) - base;
			if (gain > best->gain)
				take(search, node, slot, bin, true, more, gain, best);
		}
	}
}

static CutRules
cut_rules(const SplitSearch *search, const SplitNode *node, double base)
{
	const SplitOptions *options = search->options;

	return (CutRules){.gradient = node->sums.gradient,
					  .hessian = node->sums.hessian,
					  .rows = node->sums.rows,
					  .gradient_unit = options->gradient_unit,
					  .hessian_unit = options->hessian_unit,
					  .l1 = options->l1,
					  .l2 = options->l2,
					  .min_hessian = options->min_hessian,
					  .min_rows = options->min_rows,
					  .rows_a_hessian = search->records->form == CELL_COUNTED ?
						  1.0 :
						  (double) node->sums.rows / (double) node->sums.hessian,
					  .base = base};
}

/*
 * All cuts of a number at once: with the missing rows on the right, then with them on the left.  The
 * search has sums up to each bin.
 */
static void
split_number(SplitSearch *search, const SplitNode *node, int32_t slot, double base, Split *best)
{
	int32_t n_bins = search->records->rows->bins->slots[slot].n_bins;
	bool has_missing = has_rows(search, n_bins);
	Part missing = part_add((Part){0}, search, n_bins);
	CutRules rules = cut_rules(search, node, base);
	CutSums sums = {.n = n_bins - !has_missing,
					.gradient = search->gradient,
					.hessian = search->hessian,
					.rows = search->records->form == CELL_PRECISE ? search->rows : NULL};
	double gain[2][CUTS_AT_ONCE];
	double most;
	Part left;
	int32_t bin;

	if (sums.n == 0)
		return;
	most = split_gains(gain[0], &sums, &rules);
	if (has_missing && n_bins > 1)
	{
		double other;

		sums.n = n_bins - 1;
		sums.more_gradient = missing.gradient;
		sums.more_hessian = missing.hessian;
		sums.more_rows = missing.rows;
		other = split_gains(gain[1], &sums, &rules);
		most = other > most ? other : most;
	}
	if (!(most > best->gain))
		return;
	for (bin = 0; gain[0][bin] != most; bin++)
	{
		if (has_missing && bin < n_bins - 1 && gain[1][bin] == most)
			break;
	}
	left = (Part){search->gradient[bin], search->hessian[bin], search->rows[bin]};
	if (gain[0][bin] == most)
		take(search, node, slot, bin, !has_missing && 2 * left.hessian >= node->sums.hessian, left,
			 most, best);
	else
		take(search, node, slot, bin, true,
			 (Part){left.gradient + missing.gradient, left.hessian + missing.hessian,
					left.rows + missing.rows},
			 most, best);
}

/* Does level a come before level b? */
static inline bool
level_before(const SplitSearch *search, int32_t a, int32_t b)
{
	double key = search->keys[a];
	double other = search->keys[b];

	return key < other || (key == other && a < b);
}

#define HEAPSORT sort_levels
#define HEAPSORT_SIFT sift_levels
#define HEAPSORT_ELEMENT int32_t
#define HEAPSORT_CONTEXT SplitSearch
#define HEAPSORT_BEFORE(context, a, b) level_before(context, *(a), *(b))
#include "kernel/base/heapsort_template.h"

/* The levels that have rows, by G / (H + smooth); returns how many. */
static int32_t
order_levels(SplitSearch *search, int32_t n_bins)
{
	const SplitOptions *options = search->options;
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < n_bins; i++)
	{
		if (search->hessian[i] <= 0)
			continue;
		search->keys[i] = (double) search->gradient[i] * options->gradient_unit /
			((double) search->hessian[i] * options->hessian_unit + options->category_smooth);
		search->order[n++] = i;
	}
	sort_levels(search->order, (size_t) n, search);
	return n;
}

/* Sets the bits of what goes left: a prefix of the order; bins without rows go with the larger part. */
static void
set_words(const SplitSearch *search, const SplitNode *node, int32_t n_bins, int32_t prefix,
		  int32_t n, Split *best)
{
	bool others_left = 2 * best->left.hessian >= node->sums.hessian;
	int32_t i;

	memset(best->words, others_left ? 0xff : 0, ((size_t) n_bins / 32 + 1) * sizeof(uint32_t));
	for (i = 0; i < n; i++)
	{
		uint32_t bit = UINT32_C(1) << (search->order[i] % 32);
		uint32_t *word = &best->words[search->order[i] / 32];

		*word = i < prefix ? *word | bit : *word & ~bit;
	}
	if (!has_rows(search, n_bins))
		best->missing_left = others_left;
	if (best->missing_left)
		best->words[n_bins / 32] |= UINT32_C(1) << (n_bins % 32);
	else
		best->words[n_bins / 32] &= ~(UINT32_C(1) << (n_bins % 32));
}

static void
split_category(SplitSearch *search, const SplitNode *node, int32_t slot, double base, Split *best)
{
	int32_t n_bins = search->records->rows->bins->slots[slot].n_bins;
	double l2 = search->options->l2 + search->options->category_l2;
	bool has_missing = has_rows(search, n_bins);
	int32_t n = order_levels(search, n_bins);
	int32_t chosen = -1;
	Part left = {0};
	int32_t i;

	if (n > 2)
		base += search->options->category_noise * (n - 2);
	for (i = 0; i < n - !has_missing; i++)
	{
		double gain;

		left = part_add(left, search, search->order[i]);
		gain = cut_worth(search, node, left, l2, 0) - base;
		if (gain > best->gain)
		{
			take(search, node, slot, 0, false, left, gain, best);
			chosen = i + 1;
		}
		if (has_missing && i < n - 1)
		{
			Part more = part_add(left, search, n_bins);

			gain = cut_worth(search, node, more, l2, 0) - base;
			if (gain > best->gain)
			{
				take(search, node, slot, 0, true, more, gain, best);
				chosen = i + 1;
			}
		}
	}
	if (chosen >= 0)
		set_words(search, node, n_bins, chosen, n, best);
}

void
split_slot(SplitSearch *search, const Histogram *histogram, const SplitNode *node, int32_t slot,
		   Split *best)
{
	double base = node_worth(search, node);

	bool is_category = search->records->rows->bins->slots[slot].is_category;

	if (!is_category && search->options->monotone == NULL)
	{
		histogram_sum_up(search->records, histogram, slot, search->gradient, search->hessian,
						 search->rows);
		split_number(search, node, slot, base, best);
		return;
	}
	histogram_read(search->records, histogram, slot, search->gradient, search->hessian,
				   search->rows);
	if (is_category)
		split_category(search, node, slot, base, best);
	else
		split_bounded(search, node, slot, base, best);
}

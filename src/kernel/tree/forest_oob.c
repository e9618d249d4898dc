/*
 * forest_oob.c: routing by codes, and exact means.
 */
#include "kernel/tree/forest_oob.h"

#include <math.h>

#include "kernel/tree/exact_sum.h"

Status
oob_create(OobSums *sums, const BinnedRows *rows, int32_t n_classes, double mean,
		   const Allocator *allocator)
{
	size_t n = (size_t) rows->n;

	*sums = (OobSums){.rows = rows,
					  .n_classes = n_classes,
					  .n_outputs = n_classes > 2 ? n_classes : 1,
					  .mean = mean};
	sums->sum = memory_allocate_zero(allocator, n * (size_t) sums->n_outputs, sizeof(double));
	sums->trees = memory_allocate_zero(allocator, n, sizeof(int32_t));
	return sums->sum != NULL && sums->trees != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

void
oob_release(OobSums *sums, const Allocator *allocator)
{
	if (sums->rows == NULL)
		return;
	memory_release(allocator, sums->sum, (size_t) sums->rows->n * (size_t) sums->n_outputs,
				   sizeof(double));
	memory_release(allocator, sums->trees, (size_t) sums->rows->n, sizeof(int32_t));
	*sums = (OobSums){0};
}

/* Does a row with this code go left?  A threshold is a cut of its slot, or infinity. */
static bool
goes_left(const TreeNode *node, const BinSlot *slot, const uint32_t *words, int32_t code)
{
	if (code == slot->n_bins)
		return node->missing_left;
	if (slot->is_category)
		return words[node->subset + (uint32_t) code / 32] >> (code % 32) & 1;
	return code == slot->n_bins - 1 ? node->threshold == INFINITY :
									  slot->cuts[code] <= node->threshold;
}

void
oob_add(OobSums *sums, const OobTree *tree, int32_t row)
{
	const BinnedRows *rows = sums->rows;
	size_t n = (size_t) rows->n;
	int32_t at = 0;
	int32_t k;

	while (tree->nodes[at].slot != TREE_LEAF)
	{
		const TreeNode *node = &tree->nodes[at];
		const BinSlot *slot = &rows->bins->slots[node->slot];

		at = goes_left(node, slot, tree->words, binned_code(rows, slot, row)) ? node->left :
																				node->right;
	}
	for (k = 0; k < sums->n_outputs; k++)
		sums->sum[(size_t) k * n + (size_t) row] += tree->shares != NULL ?
			tree->shares[(size_t) at * (size_t) sums->n_outputs + (size_t) k] :
			tree->nodes[at].value;
	sums->trees[row]++;
}

static double
weight_of(const BinnedRows *rows, int32_t row)
{
	return rows->weight != NULL ? rows->weight[row] : 1.0;
}

/* The class that most of a row's trees say, the first of equals. */
static int32_t
predicted_class(const OobSums *sums, int32_t row)
{
	size_t n = (size_t) sums->rows->n;
	int32_t best = 0;
	int32_t k;

	if (sums->n_classes == 2)
		return 2.0 * sums->sum[row] > sums->trees[row];
	for (k = 1; k < sums->n_classes; k++)
	{
		if (sums->sum[(size_t) k * n + (size_t) row] > sums->sum[(size_t) best * n + (size_t) row])
			best = k;
	}
	return best;
}

/* What is summed over the rows. */
typedef enum OobPart
{
	OOB_WEIGHT,
	OOB_RIGHT,	/* weight of rows whose class was predicted */
	OOB_TARGET, /* weight times target */
	OOB_ERROR,	/* weight times squared error */
	OOB_SPREAD	/* weight times squared distance from `centre` */
} OobPart;

static double
part_of(const OobSums *sums, int32_t row, OobPart part, double centre)
{
	double weight = weight_of(sums->rows, row);
	double target = sums->rows->target[row];
	double off = target - centre;

	if (part == OOB_ERROR)
		off = target - (sums->mean + sums->sum[row] / sums->trees[row]);
	switch (part)
	{
		case OOB_WEIGHT:
			return weight;
		case OOB_RIGHT:
			return predicted_class(sums, row) == (int32_t) target ? weight : 0.0;
		case OOB_TARGET:
			return weight * target;
		default:
			return weight * off * off;
	}
}

/* An exact sum over the rows that have a prediction. */
static double
sum_parts(const OobSums *sums, OobPart part, double centre)
{
	double largest = 0.0;
	ExactSum sum;
	int32_t i;

	for (i = 0; i < sums->rows->n; i++)
	{
		double size = sums->trees[i] > 0 ? fabs(part_of(sums, i, part, centre)) : 0.0;

		largest = size > largest ? size : largest;
	}
	if (!isfinite(largest))
		return NAN;
	sum = exact_sum_begin(largest);
	for (i = 0; i < sums->rows->n; i++)
	{
		if (sums->trees[i] > 0)
			exact_sum_add(&sum, part_of(sums, i, part, centre));
	}
	return exact_sum_value(&sum);
}

void
oob_measure(const OobSums *sums, ForestOob *oob)
{
	double weight = sum_parts(sums, OOB_WEIGHT, 0.0);
	double error;
	double spread;
	int32_t i;

	*oob = (ForestOob){.accuracy = NAN, .rmse = NAN, .r2 = NAN};
	for (i = 0; i < sums->rows->n; i++)
		oob->rows += sums->trees[i] > 0;
	if (!(weight > 0.0))
		return;
	if (sums->n_classes > 0)
	{
		oob->accuracy = sum_parts(sums, OOB_RIGHT, 0.0) / weight;
		return;
	}
	error = sum_parts(sums, OOB_ERROR, 0.0);
	spread = sum_parts(sums, OOB_SPREAD, sum_parts(sums, OOB_TARGET, 0.0) / weight);
	oob->rmse = sqrt(error / weight);
	if (spread > 0.0)
		oob->r2 = 1.0 - error / spread;
}

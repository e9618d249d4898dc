/*
 * forest_measure.c: routing by codes, and exact means.
 */
#include "kernel/tree/forest_measure.h"

#include <float.h>
#include <math.h>

#include "kernel/tree/exact_sum.h"

#define WALK_ROWS 128

Status
row_sums_create(RowSums *sums, const BinnedRows *rows, const ForestOptions *options, double mean,
				bool by_all, const Allocator *allocator)
{
	size_t n = (size_t) rows->n;

	*sums = (RowSums){.rows = rows,
					  .n_classes = options->n_classes,
					  .n_outputs = options->n_classes > 2 ? options->n_classes : 1,
					  .mean = mean,
					  .scale = 1.0 / options->n_estimators};
	sums->sum = memory_allocate_zero(allocator, n, (size_t) sums->n_outputs * sizeof(double));
	if (!by_all)
		sums->trees = memory_allocate_zero(allocator, n, sizeof(int32_t));
	return sums->sum != NULL && (by_all || sums->trees != NULL) ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

void
row_sums_release(RowSums *sums, const Allocator *allocator)
{
	if (sums->rows == NULL)
		return;
	memory_release(allocator, sums->sum, (size_t) sums->rows->n,
				   (size_t) sums->n_outputs * sizeof(double));
	memory_release(allocator, sums->trees, (size_t) sums->rows->n, sizeof(int32_t));
	*sums = (RowSums){0};
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

/*
 * The leaves of some rows, which go down together, a step each in turn: then the processor waits for
 * the memory of many nodes at once.  walking: the n rows' places in leaf, used up.
 */
static void
find_leaves(const MeasuredTree *tree, const BinnedRows *rows, int32_t first, int32_t *walking,
			int32_t n, int32_t *leaf)
{
	int32_t i;

	for (i = 0; i < n; i++)
		leaf[walking[i]] = 0;
	while (n > 0)
	{
		int32_t kept = 0;

		for (i = 0; i < n; i++)
		{
			int32_t place = walking[i];
			const TreeNode *node = &tree->nodes[leaf[place]];
			const BinSlot *slot;

			if (node->slot == TREE_LEAF)
				continue;
			slot = &rows->bins->slots[node->slot];
			leaf[place] =
				goes_left(node, slot, tree->words, binned_code(rows, slot, first + place)) ?
				node->left :
				node->right;
			walking[kept++] = place;
		}
		n = kept;
	}
}

/* Adds what a leaf says to the sums of a row. */
static void
add_leaf(RowSums *sums, const MeasuredTree *tree, int32_t leaf, int32_t row)
{
	size_t k = (size_t) sums->n_outputs;
	double *sum = sums->sum + (size_t) row * k;
	size_t j;

	if (sums->trees != NULL)
		sums->trees[row]++;
	if (tree->shares == NULL)
	{
		*sum += tree->nodes[leaf].value;
		return;
	}
	for (j = 0; j < k; j++)
		sum[j] += tree->shares[(size_t) leaf * k + j];
}

/* Adds up to WALK_ROWS rows. */
static void
add_rows(RowSums *by_all, RowSums *undrawn, const MeasuredTree *tree, int32_t first, int32_t n)
{
	const BinnedRows *rows = by_all->rows != NULL ? by_all->rows : undrawn->rows;
	int32_t leaf[WALK_ROWS];
	int32_t walking[WALK_ROWS];
	int32_t n_walking = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		leaf[i] = tree->leaf_of[first + i];
		walking[n_walking] = i;
		n_walking += leaf[i] < 0;
	}
	find_leaves(tree, rows, first, walking, n_walking, leaf);
	for (i = 0; i < n; i++)
	{
		if (by_all->rows != NULL)
			add_leaf(by_all, tree, leaf[i], first + i);
		if (undrawn->rows != NULL && tree->leaf_of[first + i] == ROW_UNDRAWN)
			add_leaf(undrawn, tree, leaf[i], first + i);
	}
}

void
row_sums_add(RowSums *by_all, RowSums *undrawn, const MeasuredTree *tree, int32_t first,
			 int32_t end)
{
	int32_t i;

	for (i = first; i < end; i += WALK_ROWS)
		add_rows(by_all, undrawn, tree, i, end - i < WALK_ROWS ? end - i : WALK_ROWS);
}

static double
weight_of(const BinnedRows *rows, int32_t row)
{
	return rows->weight != NULL ? rows->weight[row] : 1.0;
}

static bool
has_prediction(const RowSums *sums, int32_t row)
{
	return sums->trees == NULL || sums->trees[row] > 0;
}

/* What the trees say of a row, for one output. */
static double
predicted(const RowSums *sums, int32_t row, int32_t output)
{
	double sum = sums->sum[(size_t) row * (size_t) sums->n_outputs + (size_t) output];

	return sums->mean + (sums->trees != NULL ? sum / sums->trees[row] : sum * sums->scale);
}

/* The class that most of a row's trees say, the first of equals. */
static int32_t
predicted_class(const RowSums *sums, int32_t row)
{
	int32_t best = 0;
	int32_t k;

	if (sums->n_classes == 2)
		return predicted(sums, row, 0) > 0.5;
	for (k = 1; k < sums->n_classes; k++)
	{
		if (predicted(sums, row, k) > predicted(sums, row, best))
			best = k;
	}
	return best;
}

/* -log of the probability of the row's class, which counts as DBL_EPSILON at least. */
static double
log_loss(const RowSums *sums, int32_t row)
{
	int32_t class = (int32_t) sums->rows->target[row];
	double probability = predicted(sums, row, sums->n_classes == 2 ? 0 : class);
	double clipped = fmin(fmax(probability, DBL_EPSILON), 1.0 - DBL_EPSILON);

	return sums->n_classes == 2 && class == 0 ? -log1p(-clipped) : -log(clipped);
}

/* What is summed over the rows. */
typedef enum RowPart
{
	PART_WEIGHT,
	PART_RIGHT,	 /* weight of rows whose class was predicted */
	PART_LOSS,	 /* weight times log loss */
	PART_TARGET, /* weight times target */
	PART_ERROR,	 /* weight times squared error */
	PART_SPREAD	 /* weight times squared distance from `centre` */
} RowPart;

static double
part_of(const RowSums *sums, int32_t row, RowPart part, double centre)
{
	double weight = weight_of(sums->rows, row);
	double target = sums->rows->target[row];
	double off;

	switch (part)
	{
		case PART_WEIGHT:
			return weight;
		case PART_RIGHT:
			return predicted_class(sums, row) == (int32_t) target ? weight : 0.0;
		case PART_LOSS:
			return weight * log_loss(sums, row);
		case PART_TARGET:
			return weight * target;
		default:
			off = target - (part == PART_ERROR ? predicted(sums, row, 0) : centre);
			return weight * off * off;
	}
}

/* An exact sum over the rows that have a prediction. */
static double
sum_parts(const RowSums *sums, RowPart part, double centre)
{
	double largest = 0.0;
	ExactSum sum;
	int32_t i;

	for (i = 0; i < sums->rows->n; i++)
	{
		double size = has_prediction(sums, i) ? fabs(part_of(sums, i, part, centre)) : 0.0;

		largest = size > largest ? size : largest;
	}
	if (!isfinite(largest))
		return NAN;
	sum = exact_sum_begin(largest);
	for (i = 0; i < sums->rows->n; i++)
	{
		if (has_prediction(sums, i))
			exact_sum_add(&sum, part_of(sums, i, part, centre));
	}
	return exact_sum_value(&sum);
}

void
row_sums_measure(const RowSums *sums, ForestMeasure *measure)
{
	double weight = sum_parts(sums, PART_WEIGHT, 0.0);
	double error;
	double spread;
	int32_t i;

	*measure = (ForestMeasure){.accuracy = NAN, .log_loss = NAN, .rmse = NAN, .r2 = NAN};
	for (i = 0; i < sums->rows->n; i++)
		measure->rows += has_prediction(sums, i);
	if (!(weight > 0.0))
		return;
	if (sums->n_classes > 0)
	{
		measure->accuracy = sum_parts(sums, PART_RIGHT, 0.0) / weight;
		measure->log_loss = sum_parts(sums, PART_LOSS, 0.0) / weight;
		return;
	}
	error = sum_parts(sums, PART_ERROR, 0.0);
	spread = sum_parts(sums, PART_SPREAD, sum_parts(sums, PART_TARGET, 0.0) / weight);
	measure->rmse = sqrt(error / weight);
	if (spread > 0.0)
		measure->r2 = 1.0 - error / spread;
}

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

void
forest_find_leaves(const TreeNode *nodes, const uint32_t *words, const BinnedRows *rows,
				   int32_t first, int32_t *walking, int32_t n, int32_t *leaf)
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
			const TreeNode *node = &nodes[leaf[place]];
			const BinSlot *slot;

			if (node->slot == TREE_LEAF)
				continue;
			slot = &rows->bins->slots[node->slot];
			leaf[place] = goes_left(node, slot, words, binned_code(rows, slot, first + place)) ?
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
	for (j = 0; tree->kept != NULL && j < k; j++)
		sum[j] += tree->kept[j].nodes[leaf].value;
	if (tree->kept != NULL)
		return;
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
	forest_find_leaves(tree->nodes, tree->words, rows, first, walking, n_walking, leaf);
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

/* A part summed over the rows that have a prediction. */
typedef struct PartSum
{
	RowPart part;
	double centre;
	double largest; /* magnitude */
	ExactSum sum;
	int64_t rows;
} PartSum;

static void
find_largest_part(void *context, const RowSums *sums)
{
	PartSum *part = context;
	int32_t i;

	for (i = 0; i < sums->rows->n; i++)
	{
		double size =
			has_prediction(sums, i) ? fabs(part_of(sums, i, part->part, part->centre)) : 0.0;

		part->largest = size > part->largest ? size : part->largest;
		part->rows += has_prediction(sums, i);
	}
}

static void
add_parts(void *context, const RowSums *sums)
{
	PartSum *part = context;
	int32_t i;

	for (i = 0; i < sums->rows->n; i++)
	{
		if (has_prediction(sums, i))
			exact_sum_add(&part->sum, part_of(sums, i, part->part, part->centre));
	}
}

/* *value = an exact sum over the rows that have a prediction, NaN when it is not finite. */
static Status
sum_parts(const HeldSums *held, PartSum *part, double *value)
{
	Status status = held->visit(held->context, find_largest_part, part);

	*value = NAN;
	if (status != KERNEL_OK || !isfinite(part->largest))
		return status;
	part->sum = exact_sum_begin(part->largest);
	status = held->visit(held->context, add_parts, part);
	*value = exact_sum_value(&part->sum);
	return status;
}

static Status
sum_part(const HeldSums *held, RowPart which, double centre, double *value)
{
	PartSum part = {.part = which, .centre = centre};

	return sum_parts(held, &part, value);
}

/* The measures of classes. */
static Status
measure_classes(const HeldSums *held, double weight, ForestMeasure *measure)
{
	double right;
	double loss;
	Status status = sum_part(held, PART_RIGHT, 0.0, &right);

	if (status == KERNEL_OK)
		status = sum_part(held, PART_LOSS, 0.0, &loss);
	if (status != KERNEL_OK)
		return status;
	measure->accuracy = right / weight;
	measure->log_loss = loss / weight;
	return KERNEL_OK;
}

/* The measures of numbers. */
static Status
measure_numbers(const HeldSums *held, double weight, ForestMeasure *measure)
{
	double error;
	double target;
	double spread;
	Status status = sum_part(held, PART_ERROR, 0.0, &error);

	if (status == KERNEL_OK)
		status = sum_part(held, PART_TARGET, 0.0, &target);
	if (status == KERNEL_OK)
		status = sum_part(held, PART_SPREAD, target / weight, &spread);
	if (status != KERNEL_OK)
		return status;
	measure->rmse = sqrt(error / weight);
	if (spread > 0.0)
		measure->r2 = 1.0 - error / spread;
	return KERNEL_OK;
}

Status
row_sums_measure(const HeldSums *held, int32_t n_classes, ForestMeasure *measure)
{
	PartSum part = {.part = PART_WEIGHT};
	double weight;
	Status status = sum_parts(held, &part, &weight);

	*measure = (ForestMeasure){
		.rows = part.rows, .accuracy = NAN, .log_loss = NAN, .rmse = NAN, .r2 = NAN};
	if (status != KERNEL_OK || !(weight > 0.0))
		return status;
	return n_classes > 0 ? measure_classes(held, weight, measure) :
						   measure_numbers(held, weight, measure);
}

/*
 * boost_tree.c: one tree of a round: derivatives as integers, growth, values of leaves, scores.
 */
#include "kernel/tree/boost_file.h"

#include <math.h>
#include <string.h>

#define PACKED_GRADIENT 32766.0
#define PACKED_HESSIAN 65534.0
#define PRECISE_BITS 30
#define NEAREST_BITS 50
#define SQUARE_SHIFT 15					/* bits less of gradients whose squares are summed up */
#define CHANCE_GAIN 0.63661977236758134 /* 2 / pi */

/* 2^k so that the largest magnitude becomes an integer of so many bits. */
static double
power_scale(double largest, int bits)
{
	int exponent = 0;

	if (largest > 0.0)
		frexp(largest, &exponent);
	exponent = bits - exponent;
	return ldexp(1.0, exponent < 1000 ? exponent : 1000);
}

/* To the nearest integer, for magnitudes up to 2^NEAREST_BITS: the sum has it in its lowest bits. */
static inline int64_t
nearest(double x)
{
	double shifted = x + 0x1.8p52;
	double zero = 0x1.8p52;
	int64_t bits;
	int64_t zero_bits;

	memcpy(&bits, &shifted, sizeof(bits));
	memcpy(&zero_bits, &zero, sizeof(zero_bits));
	return bits - zero_bits;
}

/* Factors from derivatives to the histogram's integers, and back for the splits. */
static void
set_units(Boost *boost, double scale[2])
{
	if (boost->packs_scores)
	{
		boost->most[0] = 1.0; /* of any logistic loss */
		boost->most[1] = 0.25;
	}
	if (boost->records.form == CELL_PACKED)
	{
		scale[0] = PACKED_GRADIENT / (boost->most[0] > 1e-300 ? boost->most[0] : 1.0);
		scale[1] = PACKED_HESSIAN / (boost->most[1] > 1e-300 ? boost->most[1] : 1.0);
	}
	else
	{
		scale[0] = power_scale(boost->most[0], PRECISE_BITS);
		scale[1] = boost->hessian != NULL ? power_scale(boost->most[1], PRECISE_BITS + 1) : 1.0;
	}
	boost->grow.split.gradient_unit = 1.0 / scale[0];
	boost->grow.split.hessian_unit = 1.0 / scale[1];
}

/* The square of a gradient of the histogram, in units of 2^(2 * SQUARE_SHIFT) unless PACKED. */
static inline int64_t
gradient_square(int64_t g, int shift)
{
	int64_t rounded = shift > 0 ? (g + (1 << (shift - 1))) >> shift : g;

	return rounded * rounded;
}

/* A row's derivatives into its records and the sums; all forms but PACKED. */
static inline void
quantise_row(Boost *boost, int32_t row, const double scale[2], ObjectiveSums *sums)
{
	int64_t g = nearest(boost->gradient[row] * scale[0]);
	int64_t h = boost->hessian != NULL ? nearest(boost->hessian[row] * scale[1]) : 1;

	records_set(&boost->records, row, (int32_t) g, (uint32_t) h);
	sums->gradient += g;
	sums->hessian += h;
	sums->squares += gradient_square(g, SQUARE_SHIFT);
}

/* The same for n rows of the form PACKED that were drawn. */
static void
pack_rows(Boost *boost, const int32_t *order, int32_t n, const ObjectivePacking *packing,
		  ObjectiveSums *sums)
{
	double gradient[OBJECTIVE_ROWS];
	double hessian[OBJECTIVE_ROWS];
	uint64_t hash[OBJECTIVE_ROWS];
	uint32_t words[OBJECTIVE_ROWS];
	int64_t both[2] = {0, 0};
	int32_t i;

	for (i = 0; i < n; i++)
	{
		gradient[i] = boost->gradient[order[i]];
		hessian[i] = boost->hessian[order[i]];
		hash[i] = boost->train.rows.hash[order[i]];
	}
	objective_pack(words, gradient, hessian, hash, n, packing, both);
	records_set_words(&boost->records, order, words, n);
	sums->gradient += both[0];
	sums->hessian += both[1];
	for (i = 0; i < n; i++)
		sums->squares += gradient_square((int16_t) (words[i] >> 16), 0);
}

/* The scores of all rows from first on into their records. */
static void
pack_scores(Boost *boost, int32_t first, int32_t n, const ObjectivePacking *packing,
			ObjectiveSums *sums, WideInteger *loss)
{
	const BinnedRows *rows = &boost->train.rows;
	uint32_t words[OBJECTIVE_ROWS];

	sums->loss = 0;
	objective_logistic_words(words, boost->train.score + first, rows->target + first,
							 rows->hash + first, n, packing, ldexp(1.0, boost->loss_exponent),
							 sums);
	*loss += sums->loss;
	records_set_words(&boost->records, boost->grower.order + first, words, n);
}

/* The rows that the tree is grown on into the grower's order, *n of them. */
static Status
draw_rows(Boost *boost, int32_t *n)
{
	uint64_t bound = draw_bound(boost);
	uint64_t seed = tree_seed(boost, 0);
	const uint64_t *hash = boost->train.rows.hash;
	int32_t *order = boost->grower.order;
	int32_t drawn = 0;
	int32_t i;

	for (i = 0; i < boost->train.rows.n; i++)
	{
		if (i % CHUNK_ROWS == 0 && stop_requested(boost->stop))
			return KERNEL_STOPPED;
		order[drawn] = i;
		drawn += hash_mix(hash[i] + seed) <= bound;
	}
	*n = drawn;
	return KERNEL_OK;
}

void
boost_quantise_chunk(void *context, int32_t chunk, int32_t worker)
{
	QuantiseJob *job = context;
	Boost *boost = job->boost;
	ObjectivePacking packing = {job->scale[0], job->scale[1], job->seed};
	ObjectiveSums sums = job->sums[worker];
	int32_t first;
	int32_t end;

	boost_chunk(job->n, chunk, &first, &end);
	for (; first < end; first += OBJECTIVE_ROWS)
	{
		int32_t n = end - first < OBJECTIVE_ROWS ? end - first : OBJECTIVE_ROWS;
		int32_t *order = boost->grower.order + first;
		int32_t i;

		for (i = 0; job->is_all && i < n; i++)
			order[i] = first + i;
		if (boost->packs_scores)
			pack_scores(boost, first, n, &packing, &sums, &job->loss[worker]);
		else if (boost->records.form == CELL_PACKED)
			pack_rows(boost, order, n, &packing, &sums);
		for (i = 0; boost->records.form != CELL_PACKED && i < n; i++)
			quantise_row(boost, order[i], job->scale, &sums);
		grower_add_root(&boost->grower, first, n, job->is_all, worker);
	}
	job->sums[worker] = sums;
}

/* What a level of a category has to gain, by the dispersion of the derivatives. */
static void
set_category_noise(Boost *boost, const ObjectiveSums *sums)
{
	SplitOptions *split = &boost->grow.split;
	bool is_packed = boost->records.form == CELL_PACKED;
	double unit = split->gradient_unit * (is_packed ? 1.0 : 1 << SQUARE_SHIFT);

	split->category_noise = sums->hessian > 0 ? split->category_penalty * CHANCE_GAIN *
			(double) sums->squares * unit * unit / ((double) sums->hessian * split->hessian_unit) :
												0.0;
}

/* The tree's rows into the grower, their derivatives into the records, some rows at a time. */
static Status
quantise(Boost *boost, int32_t output, Sums *sums)
{
	QuantiseJob job = {.boost = boost,
					   .output = output,
					   .n = boost->train.rows.n,
					   .is_all = is_all_rows(boost),
					   .seed = tree_seed(boost, 1)};
	Status status = grower_begin(&boost->grower, tree_seed(boost, 2));
	ObjectiveSums whole = {0};
	int32_t t;

	set_units(boost, job.scale);
	if (status == KERNEL_OK && !job.is_all && boost->file == NULL)
		status = draw_rows(boost, &job.n);
	if (status == KERNEL_OK)
		status = boost->file != NULL ? boost_file_quantise(boost, &job) :
									   boost_pass(boost, job.n, boost_quantise_chunk, &job);
	boost->packed_loss = 0;
	for (t = 0; t < parallel_threads(boost->pool); t++)
	{
		whole.gradient += job.sums[t].gradient;
		whole.hessian += job.sums[t].hessian;
		whole.squares += job.sums[t].squares;
		boost->packed_loss += job.loss[t];
	}
	*sums = (Sums){.gradient = whole.gradient, .hessian = whole.hessian, .rows = job.n};
	set_category_noise(boost, &whole);
	return status;
}

/* The Newton step of a leaf, from sums of its rows' derivatives that no order changes. */
static double
newton_step(const Boost *boost, const GrownNode *leaf, const LeafSums *sums, const double scale[2])
{
	return split_value(&boost->grow.split, (double) sums->gradient / scale[0],
					   boost->hessian != NULL ? (double) sums->hessian / scale[1] : leaf->count,
					   leaf->node.lower, leaf->node.upper);
}

/*
 * The same from the sums of the words.  Their rounding at random adds less than 2^-15 of the spread
 * that the derivatives themselves have.
 */
static double
packed_step(const Boost *boost, const GrownNode *leaf)
{
	const SplitOptions *options = &boost->grow.split;

	return split_value(options, (double) leaf->node.sums.gradient * options->gradient_unit,
					   (double) leaf->node.sums.hessian * options->hessian_unit, leaf->node.lower,
					   leaf->node.upper);
}

/* The value that the residuals of a leaf's rows give it. */
static Status
renewed_value(Boost *boost, const GrownNode *leaf, double *value)
{
	const BinnedRows *rows = &boost->train.rows;
	const int32_t *order = boost->grower.order + leaf->begin;
	Status status;
	int32_t i;

	for (i = 0; boost->file == NULL && i < leaf->count; i++)
	{
		boost->residual[i] = rows->target[order[i]] - boost->train.score[order[i]];
		if (boost->weight != NULL)
			boost->weight[i] = rows->weight[order[i]];
	}
	if (boost->file != NULL)
		status = boost_file_renewed(boost, leaf, value);
	else
		status = objective_renewed(&boost->objective, boost->residual, boost->weight, leaf->count,
								   boost->allocator, value);
	*value = *value < leaf->node.lower ? leaf->node.lower :
		*value > leaf->node.upper	   ? leaf->node.upper :
										 *value;
	return status;
}

/* Bits that an integer may have so that n of them have a sum. */
static int
summand_bits(int32_t n)
{
	int bits = 62;

	while (n > 0)
	{
		n /= 2;
		bits--;
	}
	return bits < NEAREST_BITS ? bits : NEAREST_BITS;
}

double
boost_heaviest(const BinnedRows *rows)
{
	double most = 0.0;
	int32_t i;

	for (i = 0; rows->weight != NULL && i < rows->n; i++)
		most = rows->weight[i] > most ? rows->weight[i] : most;
	return most;
}

static void
number_leaf(void *context, int32_t chunk, int32_t worker)
{
	Boost *boost = context;
	const GrownNode *leaf = &boost->grower.nodes[chunk];
	const int32_t *order = boost->grower.order + leaf->begin;
	uint16_t *leaf_of_row = boost->leaf_of_row;
	uint16_t number = (uint16_t) leaf->number;
	int32_t i;

	(void) worker;
	for (i = 0; leaf->left == TREE_LEAF && i < leaf->count; i++)
		leaf_of_row[order[i]] = number;
}

/* Numbers the leaves, and tells each row that the tree was grown on the number of its own. */
static Status
number_leaves(Boost *boost)
{
	int32_t n = 0;
	int32_t i;

	if (!is_all_rows(boost) && boost->file == NULL)
		memset(boost->leaf_of_row, 0xff, (size_t) boost->train.rows.n * sizeof(uint16_t));
	for (i = 0; i < boost->grower.n_nodes; i++)
	{
		if (boost->grower.nodes[i].left == TREE_LEAF)
			boost->grower.nodes[i].number = n++;
	}
	if (boost->file != NULL)
		return KERNEL_OK;
	return parallel_for(boost->pool, boost->grower.n_nodes, number_leaf, boost, boost->stop);
}

/* Sums by leaf: in two places by turns, so that none waits for the last. */
void
boost_sum_chunk(void *context, int32_t chunk, int32_t worker)
{
	const LeafJob *job = context;
	const Boost *boost = job->boost;
	const double *weight = boost->train.rows.weight;
	const uint16_t *leaf_of_row = boost->leaf_of_row;
	LeafSums *sums = boost->leaf_sums + 2 * (size_t) worker * (size_t) boost->grower.n_leaves;
	int32_t end;
	int32_t i;

	for (boost_chunk(boost->train.rows.n, chunk, &i, &end); i < end; i++)
	{
		LeafSums *leaf;

		if (leaf_of_row[i] == NOT_DRAWN)
			continue;
		leaf = &sums[2 * leaf_of_row[i] + i % 2];
		leaf->gradient += nearest(boost->gradient[i] * job->scale[0]);
		if (boost->hessian != NULL)
			leaf->hessian += nearest(boost->hessian[i] * job->scale[1]);
		if (weight != NULL)
			leaf->weight += nearest(weight[i] * job->weight_scale);
	}
}

/* Sums by leaf, in one pass over all rows. */
static Status
sum_leaves(Boost *boost, int32_t output, const double scale[2], double weight_scale)
{
	LeafJob job = {.boost = boost,
				   .scale = {scale[0], scale[1]},
				   .weight_scale = weight_scale,
				   .output = output};
	int32_t n = boost->grower.n_leaves;
	int32_t places = 2 * parallel_threads(boost->pool);
	LeafSums *sums = boost->leaf_sums;
	Status status;
	int32_t i;
	int32_t t;

	memset(sums, 0, (size_t) places * (size_t) n * sizeof(LeafSums));
	status = boost->file != NULL ? boost_file_sum_leaves(boost, &job) :
								   boost_pass(boost, boost->train.rows.n, boost_sum_chunk, &job);
	for (i = 0; i < n; i++)
	{
		LeafSums sum = {0};

		for (t = 0; t < places; t++)
		{
			const LeafSums *part = &sums[t / 2 * 2 * n + 2 * i + t % 2];

			sum.gradient += part->gradient;
			sum.hessian += part->hessian;
			sum.weight += part->weight;
		}
		sums[i] = sum;
	}
	return status;
}

/* Values and covers of the leaves. */
static Status
settle_leaves(Boost *boost, int32_t output)
{
	int bits = summand_bits(boost->train.rows.n);
	double scale[2] = {power_scale(boost->most[0], bits), power_scale(boost->most[1], bits)};
	double weight_scale = power_scale(boost->heaviest, bits);
	Status status = number_leaves(boost);
	int32_t n = 0;
	int32_t i;

	if (status == KERNEL_OK && !boost->packs_scores)
		status = sum_leaves(boost, output, scale, weight_scale);
	for (i = 0; i < boost->grower.n_nodes && status == KERNEL_OK; i++)
	{
		GrownNode *leaf = &boost->grower.nodes[i];
		const LeafSums *sums = &boost->leaf_sums[n];
		double value;

		if (leaf->left != TREE_LEAF)
			continue;
		if (objective_renews(&boost->objective))
			status = renewed_value(boost, leaf, &value);
		else if (boost->packs_scores)
			value = packed_step(boost, leaf);
		else
			value = newton_step(boost, leaf, sums, scale);
		if (status != KERNEL_OK)
			break;
		leaf->value = value_to_single(value * boost->options->learning_rate);
		leaf->cover =
			boost->has_weight ? (double) sums->weight / weight_scale : (double) leaf->count;
		boost->leaf_value[n++] = leaf->value;
	}
	return status;
}

static void
add_chunk(void *context, int32_t chunk, int32_t worker)
{
	const LeafJob *job = context;
	const Boost *boost = job->boost;
	const Scored *train = &boost->train;
	const uint16_t *leaf_of_row = boost->leaf_of_row;
	const double *value = boost->leaf_value;
	double *score = train->score + (size_t) job->output * (size_t) train->rows.n;
	int32_t end;
	int32_t i;

	(void) worker;
	for (boost_chunk(train->rows.n, chunk, &i, &end); i < end; i++)
	{
		if (leaf_of_row[i] != NOT_DRAWN)
			score[i] += value[leaf_of_row[i]];
		else
			score[i] += boost->grower.nodes[grower_leaf(&boost->grower, &train->rows, i)].value;
	}
}

static void
route_chunk(void *context, int32_t chunk, int32_t worker)
{
	const LeafJob *job = context;
	const Grower *grower = &job->boost->grower;
	const BinnedRows *rows = &job->scored->rows;
	double *score = job->scored->score + (size_t) job->output * (size_t) rows->n;
	int32_t end;
	int32_t i;

	(void) worker;
	for (boost_chunk(rows->n, chunk, &i, &end); i < end; i++)
		score[i] += grower->nodes[grower_leaf(grower, rows, i)].value;
}

/* Adds the tree to the scores of the rows that it was grown on, or drawn from, and of those held out. */
static Status
add_to_scores(Boost *boost, int32_t output)
{
	LeafJob job = {.boost = boost, .scored = &boost->held_out, .output = output};
	Status status = boost->file != NULL ? boost_file_add_tree(boost, output) :
										  boost_pass(boost, boost->train.rows.n, add_chunk, &job);

	if (status != KERNEL_OK || !boost->has_held_out)
		return status;
	if (boost->file != NULL)
		return boost_file_pass(boost, &boost->held_out, route_chunk, &job, true);
	return boost_pass(boost, boost->held_out.rows.n, route_chunk, &job);
}

/* Room for what is known of each leaf. */
static Status
reserve_leaves(Boost *boost)
{
	size_t old = (size_t) boost->leaves_capacity;
	size_t now = (size_t) boost->grower.n_leaves;
	size_t places = 2 * (size_t) parallel_threads(boost->pool);
	LeafSums *sums;
	double *values;

	if (now <= old)
		return KERNEL_OK;
	sums = memory_allocate(boost->allocator, places * now, sizeof(LeafSums));
	values = memory_allocate(boost->allocator, now, sizeof(double));
	if (sums == NULL || values == NULL)
	{
		memory_release(boost->allocator, sums, places * now, sizeof(LeafSums));
		memory_release(boost->allocator, values, now, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	memory_release(boost->allocator, boost->leaf_sums, places * old, sizeof(LeafSums));
	memory_release(boost->allocator, boost->leaf_value, old, sizeof(double));
	boost->leaf_sums = sums;
	boost->leaf_value = values;
	boost->leaves_capacity = (int32_t) now;
	return KERNEL_OK;
}

Status
boost_add_tree(Boost *boost, int32_t output, bool *is_stump)
{
	Ensemble *ensemble = boost->result.ensemble;
	Sums sums;
	Status status = quantise(boost, output, &sums);

	if (status == KERNEL_OK)
		status = grower_grow(&boost->grower, sums);
	if (status == KERNEL_OK)
		status = reserve_leaves(boost);
	if (status == KERNEL_OK)
		status = settle_leaves(boost, output);
	if (status == KERNEL_OK)
		status = add_to_scores(boost, output);
	if (status == KERNEL_OK)
		status = grower_tree(&boost->grower, output, boost->allocator,
							 &ensemble->trees[ensemble->n_trees]);
	if (status != KERNEL_OK)
		return status;
	*is_stump = boost->grower.n_nodes == 1;
	ensemble->n_trees++;
	return KERNEL_OK;
}

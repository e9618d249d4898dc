/*
 * boost.c: rounds of boosting.
 */
#include "kernel/tree/boost.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/boost_file.h"

#define PACKED_SHARE 0.02 /* of the rarer class, for 16 bits to do */
#define LARGEST 1e150	  /* derivatives whose squares have a sum */
#define LEAVES_LIMIT 65535
#define LOSS_BITS 24		 /* of the mean loss at the start */
#define PARALLEL_LEAST 32768 /* rows that threads are started for */

/* Rows first .. first + n - 1 as the objective takes them. */
static ObjectiveRows
rows_at(const Scored *scored, int32_t output, int32_t first, int32_t n)
{
	return (ObjectiveRows){
		.n = n,
		.score = scored->score + (size_t) output * (size_t) scored->rows.n + first,
		.target = scored->rows.target + first,
		.weight = scored->rows.weight != NULL ? scored->rows.weight + first : NULL,
		.level = scored->level != NULL ? scored->level + first : NULL,
		.output = output};
}

/* log of the sum over the outputs of exp(score), for n rows, at most OBJECTIVE_ROWS. */
static void
set_some_levels(const Scored *scored, int32_t n_outputs, size_t first, size_t n)
{
	double shifted[OBJECTIVE_ROWS];
	double power[OBJECTIVE_ROWS];
	double most[OBJECTIVE_ROWS];
	size_t total = (size_t) scored->rows.n;
	double *level = scored->level + first;
	int32_t k;
	size_t i;

	for (i = 0; i < n; i++)
	{
		most[i] = scored->score[first + i];
		level[i] = 0.0;
	}
	for (k = 1; k < n_outputs; k++)
	{
		const double *score = scored->score + (size_t) k * total + first;

		for (i = 0; i < n; i++)
			most[i] = score[i] > most[i] ? score[i] : most[i];
	}
	for (k = 0; k < n_outputs; k++)
	{
		const double *score = scored->score + (size_t) k * total + first;

		for (i = 0; i < n; i++)
			shifted[i] = score[i] - most[i];
		objective_exp(power, shifted, (int32_t) n);
		for (i = 0; i < n; i++)
			level[i] += power[i];
	}
	for (i = 0; i < n; i++)
		level[i] = most[i] + log(level[i]);
}

void
boost_level_chunk(void *context, int32_t chunk, int32_t worker)
{
	const ScoredJob *job = context;
	int32_t first;
	int32_t end;

	(void) worker;
	boost_chunk(job->scored->rows.n, chunk, &first, &end);
	for (; first < end; first += OBJECTIVE_ROWS)
		set_some_levels(job->scored, job->boost->n_outputs, (size_t) first,
						(size_t) (end - first < OBJECTIVE_ROWS ? end - first : OBJECTIVE_ROWS));
}

/* All rows of `scored`; changes: the work changes what a file of rows keeps. */
static Status
scored_pass(const Boost *boost, Scored *scored, ParallelWork work, void *context, bool changes)
{
	if (boost->file != NULL)
		return boost_file_pass(boost, scored, work, context, changes);
	return boost_pass(boost, scored->rows.n, work, context);
}

/* The same for every row, where the objective asks for it. */
static Status
set_levels(const Boost *boost, Scored *scored)
{
	ScoredJob job = {boost, scored};

	if (boost->objective.kind != BOOST_SOFTMAX)
		return KERNEL_OK;
	return scored_pass(boost, scored, boost_level_chunk, &job, true);
}

/* A sum of losses as integers, whatever the order. */
typedef struct LossSum
{
	double scale;
	WideInteger sum;
} LossSum;

void
boost_differentiate_chunk(void *context, int32_t chunk, int32_t worker)
{
	LossJob *job = context;
	double loss[OBJECTIVE_ROWS];
	double gradient[OBJECTIVE_ROWS] = {0.0};
	double hessian[OBJECTIVE_ROWS] = {0.0};
	Found found = job->found[worker];
	int32_t first;
	int32_t end;

	boost_chunk(job->scored->rows.n, chunk, &first, &end);
	for (; first < end; first += OBJECTIVE_ROWS)
	{
		int32_t n = end - first < OBJECTIVE_ROWS ? end - first : OBJECTIVE_ROWS;
		ObjectiveRows rows = rows_at(job->scored, job->output, first, n);
		double *g = job->gradient != NULL ? job->gradient + first : gradient;
		double *h = job->hessian != NULL ? job->hessian + first : hessian;
		ObjectiveTotals totals;

		objective_gradients(&job->boost->objective, &rows, g, h, loss);
		totals = objective_totals(g, h, loss, n, job->scale);
		found.most[0] = totals.gradient > found.most[0] ? totals.gradient : found.most[0];
		found.most[1] = totals.hessian > found.most[1] ? totals.hessian : found.most[1];
		found.loss += totals.loss;
	}
	job->found[worker] = found;
}

/* Runs the job; what all threads found, with the losses added to *losses. */
static Status
run_loss_job(LossJob *job, LossSum *losses, double most[2])
{
	Boost *boost = job->boost;
	Status status = scored_pass(boost, job->scored, boost_differentiate_chunk, job, false);
	int32_t t;
	int32_t i;

	for (t = 0; t < parallel_threads(boost->pool); t++)
	{
		losses->sum += job->found[t].loss;
		for (i = 0; i < 2; i++)
			most[i] = job->found[t].most[i] > most[i] ? job->found[t].most[i] : most[i];
	}
	return status;
}

/* Derivatives of the training rows for an output, their largest, and the losses. */
static Status
differentiate(Boost *boost, int32_t output, LossSum *losses)
{
	LossJob job = {.boost = boost,
				   .scored = &boost->train,
				   .gradient = boost->file == NULL ? boost->gradient : NULL,
				   .hessian = boost->file == NULL ? boost->hessian : NULL,
				   .output = output,
				   .scale = losses->scale};
	Status status;

	boost->most[0] = boost->most[1] = 0.0;
	status = run_loss_job(&job, losses, boost->most);
	if (status != KERNEL_OK)
		return status;
	return boost->most[0] < LARGEST && boost->most[1] < LARGEST ? KERNEL_OK : KERNEL_OVERFLOW;
}

/* The mean of losses. */
static double
mean_loss(const LossSum *sum, const Scored *scored)
{
	return scored->weight > 0.0 ? (double) sum->sum / sum->scale / scored->weight : 0.0;
}

static LossSum
loss_begin(const Boost *boost)
{
	return (LossSum){.scale = ldexp(1.0, boost->loss_exponent)};
}

/* The mean loss of the rows held out. */
static Status
held_out_loss(Boost *boost, double *mean)
{
	LossSum losses = loss_begin(boost);
	double most[2] = {0.0, 0.0};
	Status status = set_levels(boost, &boost->held_out);
	int32_t k;

	for (k = 0; k < boost->n_outputs && status == KERNEL_OK; k++)
	{
		LossJob job = {
			.boost = boost, .scored = &boost->held_out, .output = k, .scale = losses.scale};

		status = run_loss_job(&job, &losses, most);
	}
	if (status == KERNEL_OK)
		*mean = mean_loss(&losses, &boost->held_out);
	return status;
}

/* Huber's bend: a quantile of the distances so far. */
static Status
set_delta(Boost *boost)
{
	const Scored *train = &boost->train;
	int32_t i;

	if (boost->objective.kind != BOOST_HUBER)
		return KERNEL_OK;
	if (boost->file != NULL)
		return boost_file_distance(boost, &boost->objective.delta);
	for (i = 0; i < train->rows.n; i++)
		boost->residual[i] = fabs(train->rows.target[i] - train->score[i]);
	return objective_quantile(boost->residual, train->rows.weight, train->rows.n,
							  boost->objective.alpha, boost->allocator, &boost->objective.delta);
}

/* The loss at the start, with the scale at hand. */
static Status
starting_loss(Boost *boost, double *loss)
{
	LossSum losses = loss_begin(boost);
	Status status = KERNEL_OK;
	int32_t k;

	for (k = 0; k < boost->n_outputs && status == KERNEL_OK; k++)
		status = differentiate(boost, k, &losses);
	*loss = fabs((double) losses.sum / boost->train.rows.n);
	return status;
}

/* The scale of loss sums: the mean loss at the start gets LOSS_BITS bits. */
static Status
scale_losses(Boost *boost)
{
	double loss = 0.0;
	int exponent = 0;
	Status status;

	boost->loss_exponent = LOSS_BITS;
	status = set_levels(boost, &boost->train);
	if (status == KERNEL_OK)
		status = starting_loss(boost, &loss);
	while (status == KERNEL_OK && loss < 1.0 && boost->loss_exponent < 900)
	{
		boost->loss_exponent += 40;
		status = starting_loss(boost, &loss);
	}
	while (status == KERNEL_OK && loss > 0x1p46 && boost->loss_exponent > -900)
	{
		boost->loss_exponent -= 40;
		status = starting_loss(boost, &loss);
	}
	frexp(loss, &exponent);
	boost->loss_exponent += LOSS_BITS - exponent;
	return status;
}

/* The place of the least validation loss. */
static int32_t
best_round(const BoostResult *result, int32_t rounds)
{
	int32_t best = 0;
	int32_t i;

	for (i = 1; i <= rounds; i++)
	{
		if (result->validation_curve[i] < result->validation_curve[best])
			best = i;
	}
	return best;
}

/* Drops the trees of rounds after the first `rounds`. */
static void
take_back(Boost *boost, int32_t rounds)
{
	Ensemble *ensemble = boost->result.ensemble;

	while (ensemble->n_trees > rounds * boost->n_outputs)
		tree_release(&ensemble->trees[--ensemble->n_trees], boost->allocator);
	boost->result.rounds = rounds;
}

/* Room in the ensemble for a round's trees. */
static Status
reserve_trees(Boost *boost)
{
	Ensemble *ensemble = boost->result.ensemble;
	int32_t capacity = boost->trees_capacity > 0 ? 2 * boost->trees_capacity : 16;
	Tree *trees;

	if (ensemble->n_trees + boost->n_outputs <= boost->trees_capacity)
		return KERNEL_OK;
	capacity = capacity < ensemble->n_trees + boost->n_outputs ?
		ensemble->n_trees + boost->n_outputs :
		capacity;
	trees = memory_reallocate(boost->allocator, ensemble->trees, (size_t) boost->trees_capacity,
							  (size_t) capacity, sizeof(Tree));
	if (trees == NULL)
		return KERNEL_OUT_OF_MEMORY;
	ensemble->trees = trees;
	boost->trees_capacity = capacity;
	return KERNEL_OK;
}

/* One tree an output; *goes_on: another round could change anything. */
static Status
run_round(Boost *boost, bool *goes_on)
{
	LossSum losses = loss_begin(boost);
	int32_t round = boost->result.rounds;
	bool all_stumps = true;
	Status status = reserve_trees(boost);
	int32_t k;

	if (status == KERNEL_OK)
		status = set_delta(boost);
	if (status == KERNEL_OK)
		status = set_levels(boost, &boost->train);
	for (k = 0; k < boost->n_outputs && status == KERNEL_OK; k++)
	{
		bool is_stump = true;

		if (!boost->packs_scores)
			status = differentiate(boost, k, &losses);
		if (status == KERNEL_OK)
			status = boost_add_tree(boost, k, &is_stump);
		losses.sum += boost->packed_loss;
		all_stumps &= is_stump;
	}
	if (status != KERNEL_OK)
		return status;
	boost->result.train_curve[round] = mean_loss(&losses, &boost->train);
	boost->result.rounds = round + 1;
	if (boost->has_held_out)
		status = held_out_loss(boost, &boost->result.validation_curve[round + 1]);
	if (status != KERNEL_OK)
		return status;
	*goes_on = !all_stumps || !is_all_rows(boost) || boost->grow.max_features > 0;
	if (boost->options->report != NULL)
		boost->options->report->round(boost->options->report->context, round + 1,
									  boost->options->n_estimators,
									  boost->result.train_curve[round]);
	return KERNEL_OK;
}

/* The loss after the last round. */
static Status
last_loss(Boost *boost)
{
	LossSum losses = loss_begin(boost);
	Status status = set_levels(boost, &boost->train);
	int32_t k;

	for (k = 0; k < boost->n_outputs && status == KERNEL_OK; k++)
		status = differentiate(boost, k, &losses);
	boost->result.train_curve[boost->result.rounds] = mean_loss(&losses, &boost->train);
	boost->result.n_curve = boost->result.rounds + 1;
	return status;
}

static Status
run_rounds(Boost *boost)
{
	int32_t patience = boost->options->early_stopping_rounds;
	bool goes_on = true;
	Status status = set_delta(boost);

	if (status == KERNEL_OK)
		status = scale_losses(boost);
	if (status == KERNEL_OK && boost->has_held_out)
		status = held_out_loss(boost, &boost->result.validation_curve[0]);
	while (status == KERNEL_OK && goes_on && boost->result.rounds < boost->options->n_estimators)
	{
		status = run_round(boost, &goes_on);
		if (status == KERNEL_OK && boost->has_held_out && patience > 0 &&
			boost->result.rounds - best_round(&boost->result, boost->result.rounds) >= patience)
			break;
	}
	if (status == KERNEL_OK)
		status = last_loss(boost);
	if (status == KERNEL_OK && boost->has_held_out && patience > 0)
		take_back(boost, best_round(&boost->result, boost->result.rounds));
	return status;
}

static void
release_scored(Scored *scored, int32_t n_outputs, const Allocator *allocator)
{
	size_t n = (size_t) scored->rows.n;

	memory_release(allocator, scored->score, n * (size_t) n_outputs, sizeof(double));
	memory_release(allocator, scored->level, n, sizeof(double));
	binned_rows_release(&scored->rows, allocator);
}

/* The rows of a source; hash is taken over. */
static Status
create_scored(Boost *boost, Scored *scored, const TreeSource *source, uint64_t *hash)
{
	const Allocator *allocator = boost->allocator;
	size_t n = (size_t) source->dataset->n;
	Status status =
		binned_rows_create(&scored->rows, &boost->bins, source, hash, allocator, boost->stop);

	if (status != KERNEL_OK)
	{
		memory_release(allocator, hash, n, sizeof(uint64_t));
		return status;
	}
	return KERNEL_OK;
}

/* What the rows weigh together. */
static double
total_weight(const BinnedRows *rows)
{
	ExactSum total = exact_sum_begin(boost_heaviest(rows));
	int32_t i;

	for (i = 0; rows->weight != NULL && i < rows->n; i++)
		exact_sum_add(&total, rows->weight[i]);
	return rows->weight != NULL ? exact_sum_value(&total) : rows->n;
}

/* Room for scores, all at their start. */
static Status
create_scores(const Boost *boost, Scored *scored)
{
	const double *start = boost->result.ensemble->base;
	size_t n = (size_t) scored->rows.n;
	int32_t k;
	size_t i;

	scored->weight = total_weight(&scored->rows);
	scored->score =
		memory_allocate(boost->allocator, n * (size_t) boost->n_outputs, sizeof(double));
	if (boost->objective.kind == BOOST_SOFTMAX)
		scored->level = memory_allocate(boost->allocator, n, sizeof(double));
	if (scored->score == NULL || (scored->level == NULL && boost->objective.kind == BOOST_SOFTMAX))
		return KERNEL_OUT_OF_MEMORY;
	for (k = 0; k < boost->n_outputs; k++)
	{
		for (i = 0; i < n; i++)
			scored->score[(size_t) k * n + i] = start[k];
	}
	return KERNEL_OK;
}

/* The hashes of a source's rows. */
static Status
create_hashes(const Boost *boost, const TreeSource *source, uint64_t **hash)
{
	size_t n = (size_t) source->dataset->n;
	Status status;

	if (source->dataset->n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	*hash = memory_allocate(boost->allocator, n, sizeof(uint64_t));
	if (*hash == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = bins_hash_rows(source, *hash, boost->stop);
	if (status != KERNEL_OK)
		memory_release(boost->allocator, *hash, n, sizeof(uint64_t));
	return status;
}

static Status
create_rows(Boost *boost, const TreeSource *source, const TreeSource *validation)
{
	uint64_t *hash = NULL;
	Status status = create_hashes(boost, source, &hash);

	if (status != KERNEL_OK)
		return status;
	status = bins_create(&boost->bins, source, hash, boost->options->max_bins, boost->allocator,
						 boost->stop);
	if (status != KERNEL_OK)
	{
		memory_release(boost->allocator, hash, (size_t) source->dataset->n, sizeof(uint64_t));
		return status;
	}
	status = create_scored(boost, &boost->train, source, hash);
	if (status == KERNEL_OK && validation != NULL && boost->has_held_out)
		status = create_hashes(boost, validation, &hash);
	if (status == KERNEL_OK && validation != NULL && boost->has_held_out)
		status = create_scored(boost, &boost->held_out, validation, hash);
	if (status == KERNEL_OK)
		tree_source_spent(source);
	return status;
}

CellForm
boost_form(const Boost *boost, const TreeSource *source, const double *start)
{
	double rarer = 1.0 / (1.0 + exp(fabs(*start)));
	bool has_weight = tree_source_has_weight(source);

	if (objective_is_flat(&boost->objective) && !has_weight)
		return CELL_COUNTED;
	if (boost->objective.kind == BOOST_LOGISTIC && !has_weight &&
		source->dataset->n > NARROW_ROWS && rarer >= PACKED_SHARE)
		return CELL_PACKED;
	return CELL_PRECISE;
}

static TreeLink
link_of(BoostObjective objective)
{
	if (objective == BOOST_LOGISTIC)
		return TREE_LINK_LOGIT;
	if (objective == BOOST_SOFTMAX)
		return TREE_LINK_SOFTMAX;
	return objective >= BOOST_POISSON ? TREE_LINK_LOG : TREE_LINK_IDENTITY;
}

/* An ensemble without trees. */
static Status
create_ensemble(Boost *boost, const TreeSource *source)
{
	const Allocator *allocator = boost->allocator;
	int32_t n_categories = source->dataset->n_categories;
	size_t n_curve = (size_t) boost->options->n_estimators + 1;
	Ensemble *ensemble = memory_allocate(allocator, 1, sizeof(Ensemble));
	int32_t c;

	if (ensemble == NULL)
		return KERNEL_OUT_OF_MEMORY;
	*ensemble = (Ensemble){.link = link_of(boost->objective.kind),
						   .n_numbers = source->dataset->n_numbers,
						   .n_categories = n_categories,
						   .n_outputs = boost->n_outputs,
						   .scale = 1.0,
						   .path_scale = 1.0};
	boost->result.ensemble = ensemble;
	boost->result.curve_capacity = n_curve;
	ensemble->n_levels = memory_allocate(allocator, (size_t) n_categories, sizeof(uint32_t));
	ensemble->base = memory_allocate(allocator, (size_t) boost->n_outputs, sizeof(double));
	boost->result.train_curve = memory_allocate(allocator, n_curve, sizeof(double));
	if (boost->has_held_out)
		boost->result.validation_curve = memory_allocate(allocator, n_curve, sizeof(double));
	if (ensemble->n_levels == NULL || ensemble->base == NULL || boost->result.train_curve == NULL ||
		(boost->has_held_out && boost->result.validation_curve == NULL))
		return KERNEL_OUT_OF_MEMORY;
	for (c = 0; c < n_categories; c++)
		ensemble->n_levels[c] = source->n_levels[c];
	return KERNEL_OK;
}

/* Room for derivatives, records and the grower; the scores at their start. */
static Status
begin_rounds(Boost *boost, const TreeSource *source)
{
	const Allocator *allocator = boost->allocator;
	const BinnedRows *rows = &boost->train.rows;
	size_t n = (size_t) rows->n;
	double *base = boost->result.ensemble->base;
	bool renews = objective_renews(&boost->objective);
	CellForm form;
	Status status;

	boost->heaviest = boost_heaviest(rows);
	boost->gradient = memory_allocate(allocator, n, sizeof(double));
	boost->leaf_of_row = memory_allocate(allocator, n, sizeof(uint16_t));
	if (boost->gradient == NULL || boost->leaf_of_row == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = objective_start(&boost->objective, rows->target, rows->weight, rows->n,
							 boost->gradient, allocator, base);
	if (status != KERNEL_OK)
		return status;
	status = create_scores(boost, &boost->train);
	if (status == KERNEL_OK && boost->has_held_out)
		status = create_scores(boost, &boost->held_out);
	if (status != KERNEL_OK)
		return status;
	form = boost_form(boost, source, base);
	if (form == CELL_PACKED && is_all_rows(boost))
	{
		boost->packs_scores = true;
		memory_release(allocator, boost->gradient, n, sizeof(double));
		boost->gradient = NULL;
	}
	status = records_create(&boost->records, rows, form, allocator);
	if (status != KERNEL_OK)
		return status;
	if (form != CELL_COUNTED && !boost->packs_scores)
		boost->hessian = memory_allocate(allocator, n, sizeof(double));
	if (renews)
		boost->residual = memory_allocate(allocator, n, sizeof(double));
	if (renews && rows->weight != NULL)
		boost->weight = memory_allocate(allocator, n, sizeof(double));
	if ((boost->hessian == NULL && form != CELL_COUNTED && !boost->packs_scores) ||
		(boost->residual == NULL && renews) ||
		(boost->weight == NULL && renews && rows->weight != NULL))
		return KERNEL_OUT_OF_MEMORY;
	return grower_create(&boost->grower, &boost->records, &boost->grow, allocator, boost->stop,
						 boost->pool, NULL);
}

void
boost_row_bytes(const TreeSource *source, const BoostOptions *options, size_t *train,
				size_t *held_out)
{
	const Objective *objective = &options->objective;
	bool has_weight = source->dataset->has_weight || source->class_weight != NULL;
	bool is_counted = objective_is_flat(objective) && !has_weight;
	bool is_packed = objective->kind == BOOST_LOGISTIC && !has_weight;
	bool is_softmax = objective->kind == BOOST_SOFTMAX;
	size_t scores = is_softmax ? (size_t) objective->n_classes + 1 : 1;
	int32_t narrow;
	size_t binned = binned_row_bytes(source, &narrow) + scores * sizeof(double);

	*held_out = binned;
	*train = binned +
		records_row_bytes(is_counted || is_packed ? CELL_PACKED : CELL_PRECISE, narrow) +
		sizeof(double) + sizeof(uint16_t) + 2 * sizeof(int32_t);
	*train += is_counted ? 0 : sizeof(double);
	if (objective_renews(objective))
		*train += has_weight ? 2 * sizeof(double) : sizeof(double);
}

void
boost_result_release(BoostResult *result, const Allocator *allocator)
{
	ensemble_release(result->ensemble, allocator);
	memory_release(allocator, result->train_curve, result->curve_capacity, sizeof(double));
	memory_release(allocator, result->validation_curve, result->curve_capacity, sizeof(double));
	*result = (BoostResult){0};
}

/* Gives everything back but the result, whose trees get a block of their number. */
static Status
end_rounds(Boost *boost, Status status)
{
	const Allocator *allocator = boost->allocator;
	size_t n = (size_t) boost->train.rows.n;
	Ensemble *ensemble = boost->result.ensemble;

	if (boost->grower.records != NULL)
		grower_release(&boost->grower);
	if (boost->file != NULL)
		boost_file_end(boost);
	records_release(&boost->records, allocator);
	memory_release(allocator, boost->gradient, n, sizeof(double));
	memory_release(allocator, boost->hessian, n, sizeof(double));
	memory_release(allocator, boost->residual, n, sizeof(double));
	memory_release(allocator, boost->weight, n, sizeof(double));
	memory_release(allocator, boost->leaf_of_row, n, sizeof(uint16_t));
	memory_release(allocator, boost->leaf_sums,
				   2 * (size_t) parallel_threads(boost->pool) * (size_t) boost->leaves_capacity,
				   sizeof(LeafSums));
	memory_release(allocator, boost->leaf_value, (size_t) boost->leaves_capacity, sizeof(double));
	release_scored(&boost->train, boost->n_outputs, allocator);
	release_scored(&boost->held_out, boost->n_outputs, allocator);
	bins_release(&boost->bins, allocator);
	if (ensemble != NULL && ensemble->trees != NULL)
	{
		Tree *trees = memory_allocate(allocator, (size_t) ensemble->n_trees, sizeof(Tree));

		if (trees != NULL)
			memcpy(trees, ensemble->trees, (size_t) ensemble->n_trees * sizeof(Tree));
		else
			take_back(boost, 0);
		status = trees == NULL && status == KERNEL_OK ? KERNEL_OUT_OF_MEMORY : status;
		memory_release(allocator, ensemble->trees, (size_t) boost->trees_capacity, sizeof(Tree));
		ensemble->trees = trees;
	}
	return status;
}

Status
boost_fit(const TreeSource *source, const TreeSource *validation, const BoostOptions *options,
		  const Allocator *allocator, const StopCheck *stop, BoostResult *result)
{
	Boost boost = {.options = options,
				   .allocator = allocator,
				   .stop = stop,
				   .n_outputs =
					   options->objective.kind == BOOST_SOFTMAX ? options->objective.n_classes : 1,
				   .has_weight = tree_source_has_weight(source),
				   .objective = options->objective,
				   .grow = options->grow,
				   .has_held_out = validation != NULL && validation->dataset->n > 0};
	BoostFile file = {.memory = options->memory};
	ParallelPool pool;
	Status status;

	if (boost.grow.max_leaves == 0 || boost.grow.max_leaves > LEAVES_LIMIT)
		boost.grow.max_leaves = LEAVES_LIMIT;
	if (options->store != NULL)
		boost.file = &file;
	else if (options->threads > 1 && source->dataset->n >= PARALLEL_LEAST)
	{
		parallel_begin(&pool, options->threads);
		boost.pool = &pool;
	}
	status = boost.file != NULL ? boost_file_bins(&boost, source) :
								  create_rows(&boost, source, validation);
	if (status == KERNEL_OK)
		status = create_ensemble(&boost, source);
	if (status == KERNEL_OK)
		status = boost.file != NULL ? boost_file_begin(&boost, source, validation) :
									  begin_rounds(&boost, source);
	if (status == KERNEL_OK)
		status = run_rounds(&boost);
	status = end_rounds(&boost, status);
	if (boost.pool != NULL)
		parallel_end(&pool);
	if (status == KERNEL_OK)
		*result = boost.result;
	else
		boost_result_release(&boost.result, allocator);
	return status;
}

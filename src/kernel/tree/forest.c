/*
 * forest.c: trees side by side, each by a thread of its own.
 */
#include "kernel/tree/forest.h"

#include <math.h>

#include "kernel/thread/parallel.h"
#include "kernel/tree/forest_file.h"
#include "kernel/tree/forest_measure.h"

#define PARALLEL_LEAST 8192 /* rows that threads are started for */
#define ITEM_BITS 30		/* of a row's weight and gradient */
#define TARGET_BITS 50		/* of a target, for leaves */

/* The threads that grow trees, one each, and what makes them leave off. */
typedef struct Team
{
	ParallelPool *pool; /* NULL: one thread */
	const StopCheck *stop;
	atomic_bool rests; /* all but the caller's are to leave their trees */
} Team;

/* 2^k so that the largest magnitude becomes an integer of so many bits. */
static double
power_scale(double largest, int bits)
{
	int exponent = 0;

	if (largest > 0.0)
		frexp(largest, &exponent);
	return ldexp(1.0, bits - exponent < 1000 ? bits - exponent : 1000);
}

/* The rows of a tree as items; returns how many, -1 when stopped. */
static int32_t
draw_items(Forest *forest, int32_t tree, bool draws_all)
{
	const BinnedRows *rows = &forest->rows;
	uint64_t seed = forest_row_seed(forest, tree);
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		int32_t count = draws_all ? 1 : forest_draw_row(rows->hash[i], seed);

		if (i % LOOK_ROWS == 0 && stop_requested(forest->stop))
			return -1;
		if (forest->leaf_of != NULL)
			forest->leaf_of[i] = count > 0 ? ROW_WITHOUT_LEAF : ROW_UNDRAWN;
		forest->items[n] = forest_item(forest, rows, i, count);
		n += forest->items[n].weight > 0;
	}
	return n;
}

/* Grows the tree of that number from its draw of the rows. */
static Status
grow_numbered(Forest *forest, int32_t tree)
{
	int32_t n = draw_items(forest, tree, !forest->options->bootstrap);

	if (n == 0) /* few rows, none drawn: the tree says what they say together */
		n = draw_items(forest, tree, true);
	if (n < 0)
		return KERNEL_STOPPED;
	return forest_grow(forest, 0, n, 0, forest_node_seed(forest, tree));
}

/* Asked by the caller's thread while it grows a tree: all others leave theirs before it is answered. */
static bool
team_should_stop(void *context)
{
	Team *team = context;
	const StopCheck *stop = team->stop;
	bool stops;

	if (stop == NULL || (stop->is_pending != NULL && !stop->is_pending(stop->context)))
		return false;
	atomic_store(&team->rests, true);
	parallel_rest(team->pool);
	stops = stop_requested(stop);
	atomic_store(&team->rests, false);
	return stops;
}

static bool
team_rests(void *context)
{
	Team *team = context;

	return atomic_load(&team->rests);
}

static void *
refuse(void *context, size_t size)
{
	(void) context;
	(void) size;
	return NULL;
}

static void *
refuse_more(void *context, void *block, size_t old_size, size_t new_size)
{
	(void) block;
	(void) old_size;
	return refuse(context, new_size);
}

/* Trees that are grown at the same time, one in each room. */
typedef struct Batch
{
	Forest *rooms;
	const Allocator *allocator;
	StopCheck callers;
	StopCheck others;
	int32_t first; /* tree of the first room */
} Batch;

/* A tree in its room.  What has no room in a thread that may not allocate, the caller grows again. */
static void
grow_in_room(void *context, int32_t chunk, int32_t worker)
{
	static const Allocator none = {refuse, refuse_more, NULL, NULL, NULL};
	Batch *batch = context;
	Forest *room = &batch->rooms[chunk];

	room->allocator = worker == 0 ? batch->allocator : &none;
	room->stop = worker == 0 ? &batch->callers : &batch->others;
	room->looked = 0;
	room->grown = grow_numbered(room, batch->first + chunk);
	room->tree = batch->first + chunk;
	room->is_final = worker == 0;
}

/* Grows the trees of a batch of n that are not there yet. */
static Status
finish_batch(Batch *batch, int32_t n)
{
	int32_t c;

	for (c = 0; c < n; c++)
	{
		Forest *room = &batch->rooms[c];

		if (room->tree != batch->first + c || (room->grown != KERNEL_OK && !room->is_final))
			grow_in_room(batch, c, 0);
		if (room->grown != KERNEL_OK)
			return room->grown;
	}
	return KERNEL_OK;
}

/* What is measured on the training rows as trees come. */
typedef struct Measuring
{
	RowSums by_all;
	RowSums undrawn;
	MeasuredTree tree; /* the one that is added */
} Measuring;

static void
measure_chunk(void *context, int32_t chunk, int32_t worker)
{
	Measuring *measuring = context;
	int32_t n =
		measuring->by_all.rows != NULL ? measuring->by_all.rows->n : measuring->undrawn.rows->n;
	int32_t first = chunk * LOOK_ROWS;

	(void) worker;
	row_sums_add(&measuring->by_all, &measuring->undrawn, &measuring->tree, first,
				 n - first < LOOK_ROWS ? n : first + LOOK_ROWS);
}

/* What the tree in a room says of the training rows. */
static Status
measure_tree(const Forest *room, Measuring *measuring, const Team *team)
{
	int32_t n = room->rows.n;

	if (room->leaf_of == NULL)
		return KERNEL_OK;
	measuring->tree =
		(MeasuredTree){.nodes = room->draft.nodes,
					   .words = room->draft.words,
					   .shares = room->options->n_classes > 2 ? room->draft.shares : NULL,
					   .leaf_of = room->leaf_of};
	return parallel_for(team->pool, n / LOOK_ROWS + (n % LOOK_ROWS > 0), measure_chunk, measuring,
						team->stop);
}

static Status
begin_measuring(Measuring *measuring, const Forest *forest)
{
	const ForestOptions *options = forest->options;
	Status status = KERNEL_OK;

	*measuring = (Measuring){0};
	if (options->train != NULL)
		status = row_sums_create(&measuring->by_all, &forest->rows, options, forest->mean, true,
								 forest->allocator);
	if (status == KERNEL_OK && options->oob != NULL)
		status = row_sums_create(&measuring->undrawn, &forest->rows, options, forest->mean, false,
								 forest->allocator);
	return status;
}

/* The sums of all rows are in memory. */
static Status
visit_held_sums(void *context, RowSumsWork work, void *work_context)
{
	work(work_context, context);
	return KERNEL_OK;
}

static void
end_measuring(Measuring *measuring, const Forest *forest, Status status)
{
	HeldSums by_all = {visit_held_sums, &measuring->by_all};
	HeldSums undrawn = {visit_held_sums, &measuring->undrawn};

	if (status == KERNEL_OK && forest->options->train != NULL)
		row_sums_measure(&by_all, forest->options->n_classes, forest->options->train);
	if (status == KERNEL_OK && forest->options->oob != NULL)
		row_sums_measure(&undrawn, forest->options->n_classes, forest->options->oob);
	row_sums_release(&measuring->by_all, forest->allocator);
	row_sums_release(&measuring->undrawn, forest->allocator);
}

/* Adds the trees of a batch to the ensemble. */
static Status
keep_batch(Forest *forest, Batch *batch, int32_t n, Measuring *measuring, const Team *team)
{
	const ForestOptions *options = forest->options;
	Status status = KERNEL_OK;
	int32_t c;

	for (c = 0; c < n && status == KERNEL_OK; c++)
	{
		batch->rooms[c].allocator = batch->allocator;
		status = measure_tree(&batch->rooms[c], measuring, team);
		if (status == KERNEL_OK)
			status = forest_keep(&batch->rooms[c]);
		if (status == KERNEL_OK && options->report != NULL)
			options->report->round(options->report->context, batch->first + c + 1,
								   options->n_estimators, NAN);
	}
	return status;
}

/* All trees, as many at a time as there are rooms. */
static Status
grow_trees(Forest *forest, Forest *rooms, Team *team)
{
	int32_t n_rooms = parallel_threads(team->pool);
	int32_t n_trees = forest->options->n_estimators;
	Batch batch = {.rooms = rooms,
				   .allocator = forest->allocator,
				   .callers = {team_should_stop, team, NULL},
				   .others = {team_rests, team, NULL}};
	Measuring measuring;
	Status status = begin_measuring(&measuring, forest);

	while (batch.first < n_trees && status == KERNEL_OK)
	{
		int32_t left = n_trees - batch.first;
		int32_t n = left < n_rooms ? left : n_rooms;

		if (stop_requested(forest->stop))
			status = KERNEL_STOPPED;
		else
		{
			parallel_for(team->pool, n, grow_in_room, &batch, NULL);
			status = finish_batch(&batch, n);
		}
		if (status == KERNEL_OK)
			status = keep_batch(forest, &batch, n, &measuring, team);
		batch.first += n;
	}
	end_measuring(&measuring, forest, status);
	return status;
}

/* What the scales depend on. */
typedef struct ScaleSums
{
	double heaviest; /* weight */
	double largest;	 /* |target|, then |target less the mean| */
	double most;	 /* the latter times the weight */
	double mean;
	ExactSum sum;
} ScaleSums;

static void
find_largest(void *context, const double *target, const double *weight, int32_t n)
{
	ScaleSums *sums = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double here = weight != NULL ? weight[i] : 1.0;

		sums->heaviest = here > sums->heaviest ? here : sums->heaviest;
		sums->largest = fabs(target[i]) > sums->largest ? fabs(target[i]) : sums->largest;
	}
}

static void
add_targets(void *context, const double *target, const double *weight, int32_t n)
{
	ScaleSums *sums = context;
	int32_t i;

	(void) weight;
	for (i = 0; i < n; i++)
		exact_sum_add(&sums->sum, target[i]);
}

static void
find_farthest(void *context, const double *target, const double *weight, int32_t n)
{
	ScaleSums *sums = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double off = fabs(target[i] - sums->mean);

		sums->largest = off > sums->largest ? off : sums->largest;
		off *= weight != NULL ? weight[i] : 1.0;
		sums->most = off > sums->most ? off : sums->most;
	}
}

Status
forest_set_scales(Forest *forest, const ValueStream *targets)
{
	ScaleSums sums = {0};
	Status status = targets->visit(targets->context, find_largest, &sums);

	if (status != KERNEL_OK)
		return status;
	/* A row may be drawn 20 times: five bits. */
	forest->weight_scale = targets->has_weight ? power_scale(sums.heaviest, ITEM_BITS - 5) : 1.0;
	if (forest->options->n_classes > 0)
		return KERNEL_OK;
	if (!(sums.largest < 1e150) || !(sums.heaviest < 1e150))
		return KERNEL_OVERFLOW;
	sums.sum = exact_sum_begin(sums.largest);
	status = targets->visit(targets->context, add_targets, &sums);
	if (status != KERNEL_OK)
		return status;
	forest->mean = sums.mean = exact_sum_value(&sums.sum) / (double) targets->n;
	sums.largest = 0.0;
	status = targets->visit(targets->context, find_farthest, &sums);
	forest->target_scale = power_scale(sums.largest, TARGET_BITS);
	forest->item_scale = power_scale(sums.most, ITEM_BITS - 5);
	return status;
}

/* All targets are in memory. */
static Status
visit_binned_targets(void *context, StreamWork work, void *work_context)
{
	const BinnedRows *rows = context;

	work(work_context, rows->target, rows->weight, rows->n);
	return KERNEL_OK;
}

/* Bins, rows and all that growing takes. */
static Status
begin(Forest *forest, const TreeSource *source)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) source->dataset->n;
	ValueStream targets = {visit_binned_targets, &forest->rows, source->dataset->n,
						   tree_source_has_weight(source)};
	uint64_t *hash;
	Status status;

	if (source->dataset->n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	hash = memory_allocate(allocator, n, sizeof(uint64_t));
	if (hash == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = bins_hash_rows(source, hash, forest->stop);
	if (status == KERNEL_OK)
		status = bins_create(&forest->bins, source, hash, forest->options->max_bins, allocator,
							 forest->stop);
	if (status == KERNEL_OK)
		status =
			binned_rows_create(&forest->rows, &forest->bins, source, hash, allocator, forest->stop);
	if (status != KERNEL_OK)
	{
		memory_release(allocator, hash, n, sizeof(uint64_t));
		return status;
	}
	tree_source_spent(source);
	forest->n_words = split_words(&forest->bins);
	return forest_set_scales(forest, &targets);
}

/* An ensemble with room for all trees. */
static Status
create_ensemble(Forest *forest, const TreeSource *source)
{
	const Allocator *allocator = forest->allocator;
	int32_t n_categories = source->dataset->n_categories;
	size_t n_trees = (size_t) forest->options->n_estimators * (size_t) forest->n_outputs;
	Ensemble *ensemble = memory_allocate(allocator, 1, sizeof(Ensemble));
	int32_t i;

	if (ensemble == NULL)
		return KERNEL_OUT_OF_MEMORY;
	*ensemble = (Ensemble){.link = TREE_LINK_IDENTITY,
						   .n_numbers = source->dataset->n_numbers,
						   .n_categories = n_categories,
						   .n_outputs = forest->n_outputs,
						   .scale = 1.0 / forest->options->n_estimators,
						   .path_scale = 1.0};
	forest->ensemble = ensemble;
	ensemble->n_levels = memory_allocate(allocator, (size_t) n_categories, sizeof(uint32_t));
	ensemble->base = memory_allocate(allocator, (size_t) forest->n_outputs, sizeof(double));
	ensemble->trees = memory_allocate(allocator, n_trees, sizeof(Tree));
	if (ensemble->n_levels == NULL || ensemble->base == NULL || ensemble->trees == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n_categories; i++)
		ensemble->n_levels[i] = source->n_levels[i];
	for (i = 0; i < forest->n_outputs; i++)
		ensemble->base[i] = forest->mean;
	return KERNEL_OK;
}

/* Gives an ensemble back that has not all of its trees. */
static void
drop_ensemble(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	Ensemble *ensemble = forest->ensemble;

	if (ensemble == NULL)
		return;
	while (ensemble->n_trees > 0)
		tree_release(&ensemble->trees[--ensemble->n_trees], allocator);
	memory_release(allocator, ensemble->trees,
				   (size_t) forest->options->n_estimators * (size_t) forest->n_outputs,
				   sizeof(Tree));
	ensemble->trees = NULL;
	ensemble_release(ensemble, allocator);
}

/* Rooms and threads for them come and go. */
static Status
grow_by_team(Forest *forest)
{
	ParallelPool pool;
	Team team = {.stop = forest->stop};
	Forest *rooms;
	bool is_measured = forest->options->train != NULL || forest->options->oob != NULL;
	size_t n = (size_t) forest->rows.n;
	size_t n_rooms;
	size_t i;
	Status status = KERNEL_OK;

	if (forest->options->threads > 1 && forest->rows.n >= PARALLEL_LEAST &&
		forest->options->n_estimators > 1)
	{
		parallel_begin(&pool, forest->options->threads);
		team.pool = &pool;
	}
	n_rooms = (size_t) parallel_threads(team.pool);
	rooms = memory_allocate_zero(forest->allocator, n_rooms, sizeof(Forest));
	if (rooms == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n_rooms && status == KERNEL_OK; i++)
	{
		rooms[i] = *forest;
		status = forest_begin_room(&rooms[i], n, is_measured);
	}
	if (status == KERNEL_OK)
		status = grow_trees(forest, rooms, &team);
	for (i = 0; rooms != NULL && i < n_rooms; i++)
	{
		rooms[i].allocator = forest->allocator;
		forest_end_room(&rooms[i], n);
	}
	memory_release(forest->allocator, rooms, n_rooms, sizeof(Forest));
	if (team.pool != NULL)
		parallel_end(team.pool);
	return status;
}

Status
forest_fit(const TreeSource *source, const ForestOptions *options, const Allocator *allocator,
		   const StopCheck *stop, Ensemble **ensemble)
{
	Forest forest = {.options = options,
					 .allocator = allocator,
					 .stop = stop,
					 .n_outputs = options->n_classes > 2 ? options->n_classes : 1};
	Status status =
		options->store != NULL ? forest_file_begin(&forest, source) : begin(&forest, source);

	if (status == KERNEL_OK)
		status = create_ensemble(&forest, source);
	if (status == KERNEL_OK)
		status = options->store != NULL ? forest_file_grow(&forest) : grow_by_team(&forest);
	if (options->store != NULL)
		forest_file_end(&forest);
	binned_rows_release(&forest.rows, allocator);
	bins_release(&forest.bins, allocator);
	if (status == KERNEL_OK)
		*ensemble = forest.ensemble;
	else
		drop_ensemble(&forest);
	return status;
}

size_t
forest_row_bytes(const TreeSource *source, const ForestOptions *options, size_t *thread)
{
	size_t outputs = options->n_classes > 2 ? (size_t) options->n_classes : 1;
	size_t measured = (options->train != NULL) + (options->oob != NULL);
	int32_t narrow;

	*thread = 2 * sizeof(ForestItem) + (measured > 0 ? sizeof(int32_t) : 0);
	return binned_row_bytes(source, &narrow) + *thread + measured * outputs * sizeof(double) +
		(options->oob != NULL ? sizeof(int32_t) : 0);
}

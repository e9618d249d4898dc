/*
 * boost_file.c: the passes of boosting, a page of rows at a time.
 */
#include "kernel/tree/boost_file.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/quantile_stream.h"

/* -- Before the rows are in files: their targets -- */

#define NO_TARGETS (-1)

/* Sums of targets, or of weights by class. */
typedef struct TargetSums
{
	double largest; /* |weight * target| */
	double heaviest;
	int32_t n_classes; /* 0: targets are numbers; NO_TARGETS: only weights are wanted */
	ExactSum *sums;	   /* n_classes, or 1 */
	ExactSum total;
} TargetSums;

static void
find_largest(void *context, const double *values, const double *weights, int32_t n)
{
	TargetSums *sums = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double weight = weights != NULL ? weights[i] : 1.0;
		double size = sums->n_classes == 0 ? fabs(values[i]) * weight : weight;

		sums->largest = size > sums->largest ? size : sums->largest;
		sums->heaviest = weight > sums->heaviest ? weight : sums->heaviest;
	}
}

static void
add_targets(void *context, const double *values, const double *weights, int32_t n)
{
	TargetSums *sums = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double weight = weights != NULL ? weights[i] : 1.0;

		if (sums->n_classes == 0)
			exact_sum_add(sums->sums, weight * values[i]);
		else if (sums->n_classes > 0)
			exact_sum_add(&sums->sums[(int32_t) values[i]], weight);
		exact_sum_add(&sums->total, weight);
	}
}

/* Sums up what a source's targets are; sums has room for them. */
static Status
sum_targets(const Boost *boost, const TreeSource *source, TargetSums *sums)
{
	SourceTargets targets = {source, boost->stop};
	Status status = source_targets_visit(&targets, find_largest, sums);
	double n = (double) source->dataset->n;
	int32_t k;

	if (status != KERNEL_OK)
		return status;
	if (!isfinite(sums->largest * n) || !isfinite(sums->heaviest * n))
		return KERNEL_OVERFLOW;
	for (k = 0; k < (sums->n_classes > 0 ? sums->n_classes : 1); k++)
		sums->sums[k] = exact_sum_begin(sums->largest);
	sums->total = exact_sum_begin(sums->heaviest);
	return source_targets_visit(&targets, add_targets, sums);
}

/* Where the scores start, the heaviest weight, and what all weigh. */
static Status
set_start(Boost *boost, const TreeSource *source)
{
	const Objective *objective = &boost->objective;
	bool has_weight = tree_source_has_weight(source);
	double *base = boost->result.ensemble->base;
	TargetSums sums = {.n_classes = objective->kind == BOOST_SOFTMAX ? objective->n_classes :
						   objective_renews(objective)				 ? NO_TARGETS :
																	   0};
	SourceTargets targets = {source, boost->stop};
	ValueStream stream = {source_targets_visit, &targets, source->dataset->n, has_weight};
	Status status = KERNEL_OUT_OF_MEMORY;
	double total;
	int32_t k;

	sums.sums = memory_allocate(boost->allocator, (size_t) boost->n_outputs, sizeof(ExactSum));
	if (sums.sums != NULL)
		status = sum_targets(boost, source, &sums);
	total = exact_sum_value(&sums.total);
	boost->heaviest = has_weight ? sums.heaviest : 0.0;
	boost->train.weight = has_weight ? total : (double) source->dataset->n;
	for (k = 0; k < boost->n_outputs && status == KERNEL_OK; k++)
		base[k] = objective_start_of_mean(
			objective, total > 0.0 ? exact_sum_value(&sums.sums[k]) / total : 0.0);
	if (status == KERNEL_OK && objective_renews(objective))
		status = stream_quantile(&stream, objective_level(objective), boost->allocator, base);
	memory_release(boost->allocator, sums.sums, (size_t) boost->n_outputs, sizeof(ExactSum));
	return status;
}

/* What the rows held out weigh. */
static Status
weigh_held_out(Boost *boost, const TreeSource *validation)
{
	ExactSum sum;
	TargetSums sums = {.sums = &sum, .n_classes = NO_TARGETS};
	Status status = KERNEL_OK;

	boost->held_out.weight = (double) validation->dataset->n;
	if (!tree_source_has_weight(validation))
		return KERNEL_OK;
	status = sum_targets(boost, validation, &sums);
	boost->held_out.weight = exact_sum_value(&sums.total);
	return status;
}

/* -- Passes over pages -- */

/* The page becomes the rows of `scored`. */
static void
open_page(Boost *boost, Scored *scored, RowPage *page)
{
	scored->rows = page->rows;
	scored->score = page->score;
	scored->level = page->level;
	if (scored == &boost->train)
		boost->records = page->records;
}

/* Only the number of rows is left, and the form of their records. */
static void
close_pages(Scored *scored, const RowFile *file)
{
	scored->rows = file->all;
	scored->score = scored->level = NULL;
}

typedef struct PassJob
{
	Boost *boost;
	Scored *scored;
	ParallelWork work;
	void *context;
} PassJob;

static Status
work_on_page(void *context, RowPage *page)
{
	const PassJob *job = context;

	open_page(job->boost, job->scored, page);
	job->work(job->context, 0, 0);
	return KERNEL_OK;
}

Status
boost_file_pass(const Boost *boost, Scored *scored, ParallelWork work, void *context, bool changes)
{
	BoostFile *file = boost->file;
	RowFile *rows = scored == &boost->train ? &file->train : &file->held_out;
	PassJob job = {(Boost *) boost, scored, work, context};
	Status status = row_file_pass(rows, work_on_page, &job, changes);

	close_pages(scored, rows);
	return status;
}

/* -- Begin and end -- */

Status
boost_file_bins(Boost *boost, const TreeSource *source)
{
	return bins_create(&boost->bins, source, NULL, boost->options->max_bins, boost->allocator,
					   boost->stop);
}

static RowShape
shape_of(const Boost *boost, const TreeSource *source, CellForm form, bool is_grown_on)
{
	return (RowShape){.bins = &boost->bins,
					  .form = form,
					  .is_grown_on = is_grown_on,
					  .has_weight = tree_source_has_weight(source),
					  .has_level = boost->objective.kind == BOOST_SOFTMAX,
					  .n_outputs = boost->n_outputs};
}

/* The rows of a source in a file, their scores at the start. */
static Status
create_file(Boost *boost, RowFile *file, Scored *scored, const TreeSource *source,
			const RowShape *shape)
{
	Status status = KERNEL_TOO_LARGE;

	if (source->dataset->n <= BIN_ROW_LIMIT)
		status = row_file_create(file, shape, boost->options->store, (int32_t) source->dataset->n,
								 boost->allocator, boost->stop);
	if (status == KERNEL_OK)
		status = row_file_fill(file, source, boost->result.ensemble->base);
	close_pages(scored, file);
	return status;
}

static RowSegment *
reserve_segments(Boost *boost)
{
	BoostFile *file = boost->file;
	int32_t capacity = boost->grower.n_nodes + 2;
	RowSegment *grown;

	if (capacity <= file->capacity)
		return file->of_node;
	capacity = capacity > 2 * file->capacity ? capacity : 2 * file->capacity;
	grown = memory_reallocate(boost->allocator, file->of_node, (size_t) file->capacity,
							  (size_t) capacity, sizeof(RowSegment));
	if (grown == NULL)
		return NULL;
	file->of_node = grown;
	file->capacity = capacity;
	return grown;
}

typedef struct GatherJob
{
	BoostFile *file;
	Gathering *gathering;
} GatherJob;

static Status
gather_page(void *context, RowPage *page)
{
	const GatherJob *job = context;
	const RowDraw *draw = &job->file->draw;
	int32_t *drawn = job->file->drawn;
	int32_t n = page->rows.n;

	if (!draw->is_all)
		n = row_draw(draw, page->rows.hash, n, drawn);
	gather_rows(&page->records, job->gathering, draw->is_all ? NULL : drawn, 0, n);
	return KERNEL_OK;
}

static Status
sum_up_node(void *context, int32_t node, Gathering *gathering)
{
	Boost *boost = context;
	GatherJob job = {boost->file, gathering};

	return row_file_visit(&boost->file->train, &boost->file->of_node[node], gather_page, &job);
}

static Status
part_node(void *context, int32_t node, Gathering *gathering, bool gathers_left, int32_t *n_left)
{
	Boost *boost = context;
	BoostFile *file = boost->file;
	int32_t slot = boost->grower.nodes[node].split.slot;
	RowSegment *of_node = reserve_segments(boost);
	RowParting parting = {.slot = &boost->bins.slots[slot],
						  .goes_left = boost->grower.goes_left,
						  .draw = file->draw,
						  .gathering = gathering,
						  .gathers_left = gathers_left};
	Status status;

	if (of_node == NULL)
		return KERNEL_OUT_OF_MEMORY;
	parting.from = of_node[node];
	status = row_file_part(&file->train, &parting);
	of_node[boost->grower.n_nodes] = parting.parts[0];
	of_node[boost->grower.n_nodes + 1] = parting.parts[1];
	*n_left = parting.n_drawn[0];
	return status;
}

/* Room for a page's derivatives, and the grower. */
static Status
create_grower(Boost *boost, CellForm form)
{
	const Allocator *allocator = boost->allocator;
	BoostFile *file = boost->file;
	size_t n = (size_t) file->train.page_rows;
	bool renews = objective_renews(&boost->objective);

	boost->packs_scores = form == CELL_PACKED && is_all_rows(boost);
	boost->gradient = memory_allocate(allocator, n, sizeof(double));
	boost->leaf_of_row = memory_allocate(allocator, n, sizeof(uint16_t));
	file->drawn = memory_allocate(allocator, n, sizeof(int32_t));
	if (form != CELL_COUNTED && !boost->packs_scores)
		boost->hessian = memory_allocate(allocator, n, sizeof(double));
	if (renews)
		boost->residual = memory_allocate(allocator, n, sizeof(double));
	if (renews && file->train.shape.has_weight)
		boost->weight = memory_allocate(allocator, n, sizeof(double));
	if (boost->gradient == NULL || boost->leaf_of_row == NULL || file->drawn == NULL ||
		(boost->hessian == NULL && form != CELL_COUNTED && !boost->packs_scores) ||
		(boost->residual == NULL && renews) ||
		(boost->weight == NULL && renews && file->train.shape.has_weight))
		return KERNEL_OUT_OF_MEMORY;
	boost->records = file->train.records;
	file->rows = (GrowerRows){.sum_up = sum_up_node,
							  .part = part_node,
							  .context = boost,
							  .near = &boost->records,
							  .most = file->train.page_rows,
							  .histogram_bytes = file->memory / 2};
	return grower_create(&boost->grower, &file->train.records, &boost->grow, allocator, boost->stop,
						 NULL, &file->rows);
}

Status
boost_file_begin(Boost *boost, const TreeSource *source, const TreeSource *validation)
{
	BoostFile *file = boost->file;
	Status status = set_start(boost, source);
	CellForm form;
	RowShape shape;

	if (status != KERNEL_OK)
		return status;
	form = boost_form(boost, source, boost->result.ensemble->base);
	shape = shape_of(boost, source, form, true);
	status = create_file(boost, &file->train, &boost->train, source, &shape);
	if (status == KERNEL_OK && boost->has_held_out)
		status = weigh_held_out(boost, validation);
	if (status == KERNEL_OK && boost->has_held_out)
	{
		shape = shape_of(boost, validation, form, false);
		status = create_file(boost, &file->held_out, &boost->held_out, validation, &shape);
	}
	if (status != KERNEL_OK)
		return status;
	tree_source_spent(source);
	return create_grower(boost, form);
}

void
boost_file_end(Boost *boost)
{
	BoostFile *file = boost->file;
	size_t n = (size_t) file->train.page_rows;

	memory_release(boost->allocator, boost->gradient, n, sizeof(double));
	memory_release(boost->allocator, boost->hessian, n, sizeof(double));
	memory_release(boost->allocator, boost->residual, n, sizeof(double));
	memory_release(boost->allocator, boost->weight, n, sizeof(double));
	memory_release(boost->allocator, boost->leaf_of_row, n, sizeof(uint16_t));
	memory_release(boost->allocator, file->drawn, n, sizeof(int32_t));
	memory_release(boost->allocator, file->of_node, (size_t) file->capacity, sizeof(RowSegment));
	boost->gradient = boost->hessian = boost->residual = boost->weight = NULL;
	boost->leaf_of_row = NULL;
	boost->records = (Records){0};
	boost->train.rows = boost->held_out.rows = (BinnedRows){0};
	row_file_release(&file->train);
	row_file_release(&file->held_out);
}

size_t
boost_file_bytes(const TreeSource *source, const BoostOptions *options)
{
	const Dataset *dataset = source->dataset;
	size_t slots = (size_t) dataset->n_numbers + (size_t) dataset->n_categories;
	size_t outputs =
		options->objective.kind == BOOST_SOFTMAX ? (size_t) options->objective.n_classes + 1 : 1;
	size_t row = slots * 4 / 3 + 64 + sizeof(double) * (3 + outputs);
	size_t rows = ROW_PAGE_BYTES / row;
	size_t cells = (slots + 3) * NARROW_BINS;
	int32_t c;

	rows = rows > ROW_PAGE_MOST ? ROW_PAGE_MOST : rows < ROW_PAGE_LEAST ? ROW_PAGE_LEAST : rows;
	for (c = 0; c < dataset->n_categories; c++)
		cells += source->n_levels[c] >= NARROW_BINS ? source->n_levels[c] : 0;
	return 5 * rows * (row + sizeof(double)) + 5 * cells * 3 * sizeof(int64_t) + ((size_t) 2 << 20);
}

/* -- A round -- */

typedef struct ResidualJob
{
	Boost *boost;
	const RowSegment *segment; /* NULL: all rows, and the distances are wanted */
	StreamWork work;
	void *context;
} ResidualJob;

/* Residuals of the drawn rows of a page, or how far all of its targets are. */
static Status
visit_page(void *context, RowPage *page)
{
	const ResidualJob *job = context;
	Boost *boost = job->boost;
	const BinnedRows *rows = &page->rows;
	int32_t *drawn = boost->file->drawn;
	RowDraw all = {.is_all = true};
	bool is_leaf = job->segment != NULL;
	int32_t n = row_draw(is_leaf ? &boost->file->draw : &all, rows->hash, rows->n, drawn);
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double off = rows->target[drawn[i]] - page->score[drawn[i]];

		boost->residual[i] = is_leaf ? off : fabs(off);
		if (boost->weight != NULL)
			boost->weight[i] = rows->weight[drawn[i]];
	}
	job->work(job->context, boost->residual, boost->weight, n);
	return KERNEL_OK;
}

static Status
visit_residuals(void *context, StreamWork work, void *work_context)
{
	ResidualJob job = *(const ResidualJob *) context;
	RowFile *rows = &job.boost->file->train;

	job.work = work;
	job.context = work_context;
	return job.segment != NULL ? row_file_visit(rows, job.segment, visit_page, &job) :
								 row_file_pass(rows, visit_page, &job, false);
}

Status
boost_file_distance(Boost *boost, double *distance)
{
	ResidualJob job = {.boost = boost};
	ValueStream stream = {visit_residuals, &job, boost->train.rows.n, boost->weight != NULL};

	return stream_quantile(&stream, boost->objective.alpha, boost->allocator, distance);
}

/* The only part of a leaf's residuals stays where it is. */
static void
keep_residuals(void *context, const double *values, const double *weights, int32_t n)
{
	int32_t *held = context;

	(void) values;
	(void) weights;
	*held = n;
}

Status
boost_file_renewed(Boost *boost, const GrownNode *leaf, double *value)
{
	BoostFile *file = boost->file;
	ResidualJob job = {.boost = boost, .segment = &file->of_node[leaf - boost->grower.nodes]};
	ValueStream stream = {visit_residuals, &job, leaf->count, boost->weight != NULL};
	int32_t held = 0;
	Status status;

	if (job.segment->n > file->train.page_rows)
		return stream_renewed(&boost->objective, &stream, boost->allocator, value);
	status = visit_residuals(&job, keep_residuals, &held);
	if (status != KERNEL_OK)
		return status;
	return objective_renewed(&boost->objective, boost->residual, boost->weight, held,
							 boost->allocator, value);
}

/* The derivatives of the page at hand, where they are not packed at once. */
static void
differentiate_page(Boost *boost, int32_t output)
{
	LossJob job = {.boost = boost,
				   .scored = &boost->train,
				   .gradient = boost->gradient,
				   .hessian = boost->hessian,
				   .output = output,
				   .scale = 1.0};

	if (!boost->packs_scores)
		boost_differentiate_chunk(&job, 0, 0);
}

typedef struct QuantisePages
{
	QuantiseJob *job;
	int32_t n; /* drawn so far */
} QuantisePages;

static Status
quantise_page(void *context, RowPage *page)
{
	QuantisePages *pages = context;
	Boost *boost = pages->job->boost;

	open_page(boost, &boost->train, page);
	differentiate_page(boost, pages->job->output);
	pages->job->n =
		row_draw(&boost->file->draw, page->rows.hash, page->rows.n, boost->grower.order);
	boost_quantise_chunk(pages->job, 0, 0);
	pages->n += pages->job->n;
	return KERNEL_OK;
}

Status
boost_file_quantise(Boost *boost, QuantiseJob *job)
{
	BoostFile *file = boost->file;
	QuantisePages pages = {.job = job};
	Status status;

	file->draw =
		(RowDraw){.is_all = job->is_all, .seed = tree_seed(boost, 0), .bound = draw_bound(boost)};
	status = row_file_pass(&file->train, quantise_page, &pages, true);
	close_pages(&boost->train, &file->train);
	job->n = pages.n;
	if (status == KERNEL_OK && reserve_segments(boost) == NULL)
		return KERNEL_OUT_OF_MEMORY;
	if (status == KERNEL_OK)
		file->of_node[0] = (RowSegment){.n = file->train.all.n};
	return status;
}

typedef struct SumPages
{
	LeafJob *job;
	uint16_t number;
} SumPages;

static Status
sum_page(void *context, RowPage *page)
{
	const SumPages *pages = context;
	Boost *boost = pages->job->boost;
	int32_t *drawn = boost->file->drawn;
	int32_t n = row_draw(&boost->file->draw, page->rows.hash, page->rows.n, drawn);
	int32_t i;

	open_page(boost, &boost->train, page);
	differentiate_page(boost, pages->job->output);
	memset(boost->leaf_of_row, 0xff, (size_t) page->rows.n * sizeof(uint16_t));
	for (i = 0; i < n; i++)
		boost->leaf_of_row[drawn[i]] = pages->number;
	boost_sum_chunk(pages->job, 0, 0);
	return KERNEL_OK;
}

Status
boost_file_sum_leaves(Boost *boost, LeafJob *job)
{
	BoostFile *file = boost->file;
	const Grower *grower = &boost->grower;
	Status status = KERNEL_OK;
	int32_t i;

	for (i = 0; i < grower->n_nodes && status == KERNEL_OK; i++)
	{
		SumPages pages = {job, (uint16_t) grower->nodes[i].number};

		if (grower->nodes[i].left == TREE_LEAF)
			status = row_file_visit(&file->train, &file->of_node[i], sum_page, &pages);
	}
	close_pages(&boost->train, &file->train);
	return status;
}

static bool
segment_before(const RowSegment *a, const RowSegment *b)
{
	return a->begin < b->begin;
}

#define HEAPSORT sort_segments
#define HEAPSORT_SIFT sift_segments
#define HEAPSORT_ELEMENT RowSegment
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) segment_before(a, b)
#include "kernel/base/heapsort_template.h"

Status
boost_file_add_tree(Boost *boost, int32_t output)
{
	BoostFile *file = boost->file;
	const Grower *grower = &boost->grower;
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < grower->n_nodes; i++)
	{
		RowSegment leaf = file->of_node[i];

		leaf.value = grower->nodes[i].value;
		if (grower->nodes[i].left == TREE_LEAF)
			file->of_node[n++] = leaf;
	}
	sort_segments(file->of_node, (size_t) n, NULL);
	return row_file_set_segments(&file->train, file->of_node, n, output);
}

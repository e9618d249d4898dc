/*
 * forest_file_measure.c: page by page down the trees, and back from the store.
 */
#include "kernel/tree/forest_file_measure.h"

#include <string.h>

#include "kernel/tree/forest_measure.h"

/* What trees say of the rows of a page. */
typedef struct FileSums
{
	Forest *forest;
	RowFile *rows;
	const uint8_t *draws_all;
	BinnedRows page; /* its n is what there is room for */
	RowSums by_all;
	RowSums undrawn;
	int32_t *leaf_of;
	int64_t begin; /* of the sums in the store */
	int64_t at;	   /* of those of the next page */
	bool is_begun;
	const RowSums *wanted; /* one of the above */
	RowSumsWork work;
	void *context;
} FileSums;

/* Which rows of a page a tree has drawn: those that it has not are its out-of-bag rows. */
static void
mark_drawn(const FileSums *sums, const BinnedRows *rows, int32_t tree)
{
	const Forest *forest = sums->forest;
	bool draws_all = !forest->options->bootstrap || sums->draws_all[tree];
	uint64_t seed = forest_row_seed(forest, tree);
	int32_t i;

	for (i = 0; i < rows->n; i++)
		sums->leaf_of[i] =
			draws_all || forest_draw_row(rows->hash[i], seed) > 0 ? ROW_WITHOUT_LEAF : ROW_UNDRAWN;
}

/* Puts a part of a page's sums behind what was put last, or reads it from there. */
static Status
move_part(FileSums *sums, void *bytes, size_t size, bool reads)
{
	const BlockStore *store = sums->rows->store;
	int64_t place = sums->at;
	Status status = reads ? store->read(store->context, place, bytes, size) :
							store->append(store->context, bytes, size, &place);

	if (!sums->is_begun)
		sums->begin = sums->at = place;
	sums->is_begun = true;
	sums->at += (int64_t) size;
	return status;
}

static Status
move_sums(FileSums *sums, RowSums *part, int32_t n, bool reads)
{
	size_t bytes = (size_t) n * (size_t) part->n_outputs * sizeof(double);
	Status status = KERNEL_OK;

	if (part->rows != NULL)
		status = move_part(sums, part->sum, bytes, reads);
	if (status == KERNEL_OK && part->rows != NULL && part->trees != NULL)
		status = move_part(sums, part->trees, (size_t) n * sizeof(int32_t), reads);
	return status;
}

/* Both sums are of the rows of a page now. */
static void
open_sums(FileSums *sums, const BinnedRows *rows)
{
	if (sums->by_all.rows != NULL)
		sums->by_all.rows = rows;
	if (sums->undrawn.rows != NULL)
		sums->undrawn.rows = rows;
}

static Status
move_page(FileSums *sums, int32_t n, bool reads)
{
	Status status = move_sums(sums, &sums->by_all, n, reads);

	return status == KERNEL_OK ? move_sums(sums, &sums->undrawn, n, reads) : status;
}

static void
clear_sums(RowSums *sums, int32_t n)
{
	if (sums->rows == NULL)
		return;
	memset(sums->sum, 0, (size_t) n * (size_t) sums->n_outputs * sizeof(double));
	if (sums->trees != NULL)
		memset(sums->trees, 0, (size_t) n * sizeof(int32_t));
}

/* A page down all trees. */
static Status
sum_page(void *context, RowPage *page)
{
	FileSums *sums = context;
	const Forest *forest = sums->forest;
	const Tree *trees = forest->ensemble->trees;
	int32_t t;

	open_sums(sums, &page->rows);
	clear_sums(&sums->by_all, page->rows.n);
	clear_sums(&sums->undrawn, page->rows.n);
	for (t = 0; t < forest->options->n_estimators; t++)
	{
		const Tree *kept = trees + (size_t) t * (size_t) forest->n_outputs;
		MeasuredTree tree = {
			.nodes = kept->nodes, .words = kept->words, .kept = kept, .leaf_of = sums->leaf_of};

		if (stop_requested(forest->stop))
			return KERNEL_STOPPED;
		mark_drawn(sums, &page->rows, t);
		row_sums_add(&sums->by_all, &sums->undrawn, &tree, 0, page->rows.n);
	}
	return move_page(sums, page->rows.n, false);
}

static Status
read_page(void *context, RowPage *page)
{
	FileSums *sums = context;
	Status status = move_page(sums, page->rows.n, true);

	open_sums(sums, &page->rows);
	if (status == KERNEL_OK)
		sums->work(sums->context, sums->wanted);
	return status;
}

static Status
visit_sums(void *context, RowSumsWork work, void *work_context)
{
	FileSums *sums = context;

	sums->work = work;
	sums->context = work_context;
	sums->at = sums->begin;
	return row_file_pass(sums->rows, read_page, sums, false);
}

static Status
measure(FileSums *sums, const RowSums *wanted, ForestMeasure *measure)
{
	HeldSums held = {visit_sums, sums};

	sums->wanted = wanted;
	return row_sums_measure(&held, sums->forest->options->n_classes, measure);
}

static Status
create_sums(FileSums *sums)
{
	const Forest *forest = sums->forest;
	const ForestOptions *options = forest->options;
	Status status = KERNEL_OK;

	sums->page.n = sums->rows->page_rows;
	sums->leaf_of =
		memory_allocate(forest->allocator, (size_t) sums->rows->page_rows, sizeof(int32_t));
	if (sums->leaf_of == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	if (status == KERNEL_OK && options->train != NULL)
		status = row_sums_create(&sums->by_all, &sums->page, options, forest->mean, true,
								 forest->allocator);
	if (status == KERNEL_OK && options->oob != NULL)
		status = row_sums_create(&sums->undrawn, &sums->page, options, forest->mean, false,
								 forest->allocator);
	return status;
}

Status
forest_file_measure(Forest *forest, RowFile *rows, const uint8_t *draws_all)
{
	const ForestOptions *options = forest->options;
	FileSums sums = {.forest = forest, .rows = rows, .draws_all = draws_all};
	Status status;

	if (options->train == NULL && options->oob == NULL)
		return KERNEL_OK;
	status = create_sums(&sums);
	if (status == KERNEL_OK)
		status = row_file_pass(rows, sum_page, &sums, false);
	if (status == KERNEL_OK && options->train != NULL)
		status = measure(&sums, &sums.by_all, options->train);
	if (status == KERNEL_OK && options->oob != NULL)
		status = measure(&sums, &sums.undrawn, options->oob);
	open_sums(&sums, &sums.page);
	row_sums_release(&sums.by_all, forest->allocator);
	row_sums_release(&sums.undrawn, forest->allocator);
	memory_release(forest->allocator, sums.leaf_of, (size_t) rows->page_rows, sizeof(int32_t));
	return status;
}

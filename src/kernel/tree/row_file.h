/*
 * row_file.h: binned training rows in a BlockStore, for growing trees in little memory.
 *
 * A row has its records (histogram.h), or its codes when it is not grown on, its
 * hash, target, weight and scores.  Rows come into memory a page at a time, as
 * columns of the page's own length, so that what works on rows in memory works on
 * a page.
 *
 * There are two sides, each with room for every row.  A segment is rows that
 * stand together on one side.  Parting it writes two segments to the same places
 * of the other side, what goes left from the beginning, what goes right from the
 * end: so each level of a tree is read and written once, and needs no room of its
 * own.  Nothing that rows are summed up for depends on their order, which is then
 * another one.
 *
 * Scores take what trees add to them when their rows are read next.
 */
#ifndef ORCHARD_KERNEL_TREE_ROW_FILE_H
#define ORCHARD_KERNEL_TREE_ROW_FILE_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/tree/gather.h"

#define ROW_PAGE_MOST 4096			/* rows of a page */
#define ROW_PAGE_BYTES (256 * 1024) /* of one, if it has not the least rows */
#define ROW_PAGE_LEAST DATASET_BLOCK_ROWS

/* Rows that stand together. */
typedef struct RowSegment
{
	int32_t begin;
	int32_t n;
	int32_t side;
	bool is_turned; /* written from its end: the page that is not full is the first */
	double value;	/* that its rows' scores of an output are still to take */
} RowSegment;

/* Rows in memory, column by column, each of rows.n or of what there is room for. */
typedef struct RowPage
{
	uint8_t *memory;
	BinnedRows rows;
	Records records;
	double *score; /* n_outputs columns */
	double *level; /* NULL: none */
} RowPage;

/* What the rows have. */
typedef struct RowShape
{
	const Bins *bins;
	CellForm form;
	bool is_grown_on; /* records instead of codes, and two sides */
	bool has_weight;
	bool has_level;
	int32_t n_outputs;
} RowShape;

typedef struct RowFile
{
	RowShape shape;
	const BlockStore *store;
	const Allocator *allocator;
	const StopCheck *stop;
	BinnedRows all;	 /* n and bins only */
	Records records; /* of all rows, without bytes */
	int32_t n_columns;
	size_t *offsets; /* n_columns + 1: of a page's columns, bytes for each of its rows */
	int32_t page_rows;
	int64_t place[2]; /* where the sides begin in the store */
	RowPage in;
	RowPage out[2];
	int32_t *chosen; /* 3 * page_rows: rows of a page that go left, that go right, that are drawn */
	RowSegment *segments; /* all rows, in the order of their places */
	int32_t n_segments;
	int32_t segments_capacity;
	bool is_pending; /* scores of output `pending` take the segments' values */
	int32_t pending;
} RowFile;

/*
 * row_file_create
 *		A file of n rows that are still to be put in.
 *
 * Makes room for them in the store.  Status of the store, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED.
 */
extern Status row_file_create(RowFile *file, const RowShape *shape, const BlockStore *store,
							  int32_t n, const Allocator *allocator, const StopCheck *stop);
extern void row_file_release(RowFile *file);

/* Bytes of a page of rows of so many bytes each. */
extern size_t row_file_page_bytes(size_t bytes);

/* Puts the source's rows in; scores start at start[output]. */
extern Status row_file_fill(RowFile *file, const TreeSource *source, const double *start);

/* Work on the rows of file->in. */
typedef Status (*RowWork)(void *context, RowPage *page);

/*
 * row_file_pass
 *		All rows through `work`, page by page.
 *
 * rewrites: they are written back as the work left them, to the first side, as one segment.
 */
extern Status row_file_pass(RowFile *file, RowWork work, void *context, bool rewrites);

/* The rows of one segment through `work`. */
extern Status row_file_visit(RowFile *file, const RowSegment *segment, RowWork work, void *context);

/* The rows are now these segments, n of them, whose values the scores of an output are to take. */
extern Status row_file_set_segments(RowFile *file, const RowSegment *segments, int32_t n,
									int32_t output);

/* Which rows a tree is grown on: by hash, so the others travel along. */
typedef struct RowDraw
{
	bool is_all;
	uint64_t seed;
	uint64_t bound;
} RowDraw;

/* Numbers of the drawn rows of a page; returns how many. */
extern int32_t row_draw(const RowDraw *draw, const uint64_t *hash, int32_t n, int32_t *drawn);

/* How a segment is parted. */
typedef struct RowParting
{
	RowSegment from;
	const BinSlot *slot;
	const uint8_t *goes_left; /* by code */
	RowDraw draw;
	Gathering *gathering; /* of the drawn rows of a side; NULL: none */
	bool gathers_left;
	RowSegment parts[2];
	int32_t n_drawn[2];
} RowParting;

extern Status row_file_part(RowFile *file, RowParting *parting);

#endif /* ORCHARD_KERNEL_TREE_ROW_FILE_H */

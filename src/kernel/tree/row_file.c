/*
 * row_file.c: pages of rows, read and written by column.
 */
#include "kernel/tree/row_file.h"

#include <string.h>

#include "kernel/base/hash.h"

/* The columns of a row: the widest come first, so that all are aligned in a page of any length. */
typedef struct ColumnCounts
{
	int32_t records;
	int32_t record_bytes;
	int32_t words; /* of 8 bytes: hash, target, weight, scores, level */
	int32_t wide;
	int32_t codes; /* of one byte */
} ColumnCounts;

static ColumnCounts
count_columns(const RowShape *shape, const Records *records)
{
	return (ColumnCounts){.records = shape->is_grown_on ? records->n_blocks : 0,
						  .record_bytes = records->record_bytes,
						  .words = 2 + shape->has_weight + shape->n_outputs + shape->has_level,
						  .wide = shape->bins->n_wide,
						  .codes = shape->is_grown_on ? 0 : shape->bins->n_narrow};
}

static int32_t
rows_of_page(size_t bytes)
{
	size_t rows = bytes > 0 ? ROW_PAGE_BYTES / bytes : ROW_PAGE_MOST;

	rows = rows < ROW_PAGE_MOST ? rows : ROW_PAGE_MOST;
	return rows > ROW_PAGE_LEAST ? (int32_t) rows : ROW_PAGE_LEAST;
}

size_t
row_file_page_bytes(size_t bytes)
{
	return (size_t) rows_of_page(bytes) * bytes;
}

/* Bytes of so many rows. */
static size_t
bytes_of(const RowFile *file, int32_t n)
{
	return (size_t) n * file->offsets[file->n_columns];
}

/* Bytes of column c of a row. */
static size_t
column_bytes(const ColumnCounts *counts, int32_t c)
{
	if (c < counts->records)
		return (size_t) counts->record_bytes;
	if (c < counts->records + counts->words)
		return sizeof(double);
	return c < counts->records + counts->words + counts->wide ? sizeof(uint16_t) : 1;
}

static Status
set_offsets(RowFile *file)
{
	ColumnCounts counts = count_columns(&file->shape, &file->records);
	size_t at = 0;
	int32_t c;

	file->n_columns = counts.records + counts.words + counts.wide + counts.codes;
	file->offsets = memory_allocate(file->allocator, (size_t) file->n_columns + 1, sizeof(size_t));
	if (file->offsets == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (c = 0; c < file->n_columns; c++)
	{
		file->offsets[c] = at;
		at += column_bytes(&counts, c);
	}
	file->offsets[c] = at;
	file->page_rows = rows_of_page(at);
	return KERNEL_OK;
}

/* Column c of a page whose columns have n rows each. */
static inline uint8_t *
column_at(const RowFile *file, const RowPage *page, int32_t c, int32_t n)
{
	return page->memory + (size_t) n * file->offsets[c];
}

/* The page's memory holds columns of n rows. */
static void
arrange(const RowFile *file, RowPage *page, int32_t n)
{
	ColumnCounts counts = count_columns(&file->shape, &file->records);
	int32_t c = counts.records;

	page->rows = (BinnedRows){.n = n, .bins = file->shape.bins};
	page->records = file->records;
	page->records.memory = NULL;
	page->records.rows = &page->rows;
	page->records.bytes = page->memory;
	page->rows.hash = (uint64_t *) (void *) column_at(file, page, c++, n);
	page->rows.target = (double *) (void *) column_at(file, page, c++, n);
	if (file->shape.has_weight)
		page->rows.weight = (double *) (void *) column_at(file, page, c++, n);
	page->score = (double *) (void *) column_at(file, page, c, n);
	c += file->shape.n_outputs;
	page->level = file->shape.has_level ? (double *) (void *) column_at(file, page, c++, n) : NULL;
	page->rows.wide = (uint16_t *) (void *) column_at(file, page, c, n);
	if (!file->shape.is_grown_on)
		page->rows.narrow = column_at(file, page, c + counts.wide, n);
}

/* Lets a page with columns of `capacity` rows have columns of the n that it holds. */
static void
tighten(const RowFile *file, RowPage *page, int32_t capacity, int32_t n)
{
	int32_t c;

	for (c = 0; n < capacity && c < file->n_columns; c++)
		memmove(column_at(file, page, c, n), column_at(file, page, c, capacity),
				(size_t) n * (file->offsets[c + 1] - file->offsets[c]));
	arrange(file, page, n);
}

static Status
create_page(RowFile *file, RowPage *page)
{
	page->memory = memory_allocate(file->allocator, bytes_of(file, file->page_rows), 1);
	return page->memory != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

/* Room for all rows in the store. */
static Status
create_side(RowFile *file, int32_t side)
{
	int32_t n = file->all.n;
	Status status = KERNEL_OK;
	int32_t first;

	memset(file->in.memory, 0, bytes_of(file, file->page_rows));
	for (first = 0; first < n && status == KERNEL_OK; first += file->page_rows)
	{
		int32_t here = n - first < file->page_rows ? n - first : file->page_rows;
		int64_t place = 0;

		if (stop_requested(file->stop))
			return KERNEL_STOPPED;
		status = file->store->append(file->store->context, file->in.memory, bytes_of(file, here),
									 &place);
		if (first == 0)
			file->place[side] = place;
	}
	return status;
}

Status
row_file_create(RowFile *file, const RowShape *shape, const BlockStore *store, int32_t n,
				const Allocator *allocator, const StopCheck *stop)
{
	RowSegment whole = {.n = n};
	Status status;

	*file = (RowFile){.shape = *shape,
					  .store = store,
					  .allocator = allocator,
					  .stop = stop,
					  .all = {.n = n, .bins = shape->bins}};
	status = records_begin(&file->records, &file->all, shape->form, allocator);
	if (status == KERNEL_OK)
		status = set_offsets(file);
	if (status == KERNEL_OK)
		status = create_page(file, &file->in);
	if (status == KERNEL_OK)
		status = create_page(file, &file->out[0]);
	if (status == KERNEL_OK && shape->is_grown_on)
		status = create_page(file, &file->out[1]);
	if (status == KERNEL_OK)
	{
		file->chosen = memory_allocate(allocator, 3 * (size_t) file->page_rows, sizeof(int32_t));
		status = file->chosen != NULL ? create_side(file, 0) : KERNEL_OUT_OF_MEMORY;
	}
	if (status == KERNEL_OK && shape->is_grown_on)
		status = create_side(file, 1);
	return status == KERNEL_OK ? row_file_set_segments(file, &whole, 1, -1) : status;
}

void
row_file_release(RowFile *file)
{
	const Allocator *allocator = file->allocator;

	if (allocator == NULL)
		return;
	if (file->offsets != NULL)
	{
		memory_release(allocator, file->in.memory, bytes_of(file, file->page_rows), 1);
		memory_release(allocator, file->out[0].memory, bytes_of(file, file->page_rows), 1);
		memory_release(allocator, file->out[1].memory, bytes_of(file, file->page_rows), 1);
	}
	memory_release(allocator, file->chosen, 3 * (size_t) file->page_rows, sizeof(int32_t));
	memory_release(allocator, file->offsets, (size_t) file->n_columns + 1, sizeof(size_t));
	memory_release(allocator, file->segments, (size_t) file->segments_capacity, sizeof(RowSegment));
	records_release(&file->records, allocator);
	*file = (RowFile){0};
}

Status
row_file_set_segments(RowFile *file, const RowSegment *segments, int32_t n, int32_t output)
{
	if (n > file->segments_capacity)
	{
		RowSegment *grown =
			memory_reallocate(file->allocator, file->segments, (size_t) file->segments_capacity,
							  (size_t) n, sizeof(RowSegment));

		if (grown == NULL)
			return KERNEL_OUT_OF_MEMORY;
		file->segments = grown;
		file->segments_capacity = n;
	}
	memcpy(file->segments, segments, (size_t) n * sizeof(RowSegment));
	file->n_segments = n;
	file->is_pending = output >= 0;
	file->pending = output;
	return KERNEL_OK;
}

static int64_t
place_of(const RowFile *file, int32_t side, int32_t row)
{
	return file->place[side] + (int64_t) bytes_of(file, row);
}

/* Rows first .. first + n - 1 of a side, which were written as one page. */
static Status
read_page(RowFile *file, int32_t side, int32_t first, int32_t n)
{
	if (stop_requested(file->stop))
		return KERNEL_STOPPED;
	arrange(file, &file->in, n);
	return file->store->read(file->store->context, place_of(file, side, first), file->in.memory,
							 bytes_of(file, n));
}

static Status
write_page(RowFile *file, int32_t side, int32_t first, const RowPage *page)
{
	return file->store->write(file->store->context, place_of(file, side, first), page->memory,
							  bytes_of(file, page->rows.n));
}

/* What waits for the rows in memory goes to their scores. */
static void
settle_scores(RowFile *file, double value)
{
	double *score = file->in.score + (size_t) file->pending * (size_t) file->in.rows.n;
	int32_t i;

	for (i = 0; i < file->in.rows.n; i++)
		score[i] += value;
}

/* The page of a segment that begins at row `first`, of which `left` are left. */
static int32_t
page_length(const RowFile *file, const RowSegment *segment, int32_t left)
{
	int32_t rest = left % file->page_rows;

	if (segment->is_turned && rest > 0)
		return rest;
	return left < file->page_rows ? left : file->page_rows;
}

Status
row_file_visit(RowFile *file, const RowSegment *segment, RowWork work, void *context)
{
	Status status = KERNEL_OK;
	int32_t done;
	int32_t n;

	for (done = 0; done < segment->n && status == KERNEL_OK; done += n)
	{
		n = page_length(file, segment, segment->n - done);
		status = read_page(file, segment->side, segment->begin + done, n);
		if (status == KERNEL_OK)
			status = work(context, &file->in);
	}
	return status;
}

/* Copies the rows of one column at these places. */
static void
copy_column(uint8_t *to, const uint8_t *from, size_t width, const int32_t *rows, int32_t n)
{
	int32_t i;

	switch (width)
	{
		case 32:
			for (i = 0; i < n; i++)
				memcpy(to + (size_t) i * 32, from + (size_t) rows[i] * 32, 32);
			break;
		case 16:
			for (i = 0; i < n; i++)
				memcpy(to + (size_t) i * 16, from + (size_t) rows[i] * 16, 16);
			break;
		case 8:
			for (i = 0; i < n; i++)
				memcpy(to + (size_t) i * 8, from + (size_t) rows[i] * 8, 8);
			break;
		default:
			for (i = 0; i < n; i++)
				memcpy(to + (size_t) i * width, from + (size_t) rows[i] * width, width);
			break;
	}
}

/* Adds rows of the page in memory to one that is being filled and holds `held`. */
static void
add_rows(RowFile *file, RowPage *out, int32_t held, const int32_t *rows, int32_t n)
{
	int32_t c;

	for (c = 0; c < file->n_columns; c++)
	{
		size_t width = file->offsets[c + 1] - file->offsets[c];

		copy_column(column_at(file, out, c, file->page_rows) + (size_t) held * width,
					column_at(file, &file->in, c, file->in.rows.n), width, rows, n);
	}
}

/* The page in memory, as a pass leaves it, goes to the first side: *held rows wait, *written are there. */
static Status
put_back(RowFile *file, int32_t *held, int32_t *written)
{
	int32_t n = file->in.rows.n;
	Status status = KERNEL_OK;
	int32_t done;
	int32_t here;
	int32_t i;

	if (*held == 0 && n == file->page_rows)
	{
		*written += n;
		return write_page(file, 0, *written - n, &file->in);
	}
	for (i = 0; i < n; i++)
		file->chosen[i] = i;
	for (done = 0; done < n && status == KERNEL_OK; done += here)
	{
		here = file->page_rows - *held < n - done ? file->page_rows - *held : n - done;
		add_rows(file, &file->out[0], *held, file->chosen + done, here);
		*held += here;
		if (*held < file->page_rows)
			continue;
		arrange(file, &file->out[0], file->page_rows);
		status = write_page(file, 0, *written, &file->out[0]);
		*written += *held;
		*held = 0;
	}
	return status;
}

/* The rows are one segment of the first side; those that wait are written. */
static Status
end_rewriting(RowFile *file, int32_t held, int32_t written)
{
	RowSegment whole = {.n = file->all.n};
	Status status = KERNEL_OK;

	if (held > 0)
	{
		tighten(file, &file->out[0], file->page_rows, held);
		status = write_page(file, 0, written, &file->out[0]);
	}
	return status == KERNEL_OK ? row_file_set_segments(file, &whole, 1, -1) : status;
}

/* A block of the source as the page in memory; codes: room for the narrow ones of a block. */
static void
take_block(RowFile *file, const TreeSource *source, const BinCoder *coder,
		   const DatasetBlock *block, const double *start, uint8_t *codes)
{
	RowPage *page = &file->in;
	int32_t n = block->n;
	int32_t i;
	int32_t k;

	arrange(file, page, n);
	if (file->shape.is_grown_on)
		page->rows.narrow = codes;
	bin_coder_code(coder, source, block, &page->rows, 0);
	bins_hash_block(source, block, page->rows.hash);
	if (file->shape.is_grown_on)
		records_fill(&page->records);
	for (k = 0; k < file->shape.n_outputs; k++)
	{
		for (i = 0; i < n; i++)
			page->score[(size_t) k * (size_t) n + (size_t) i] = start[k];
	}
	for (i = 0; page->level != NULL && i < n; i++)
		page->level[i] = 0.0;
}

Status
row_file_fill(RowFile *file, const TreeSource *source, const double *start)
{
	size_t n_codes = (size_t) file->shape.bins->n_narrow;
	uint8_t *codes = memory_allocate(file->allocator, DATASET_BLOCK_ROWS, n_codes);
	int32_t written = 0;
	int32_t held = 0;
	BinCoder coder;
	Status status = bin_coder_create(&coder, file->shape.bins, file->allocator);
	int32_t b;

	if (codes == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (b = 0; b < source->dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block;

		status = tree_source_block(source, b, file->stop, &block);
		if (status != KERNEL_OK)
			break;
		take_block(file, source, &coder, block, start, codes);
		status = put_back(file, &held, &written);
	}
	bin_coder_release(&coder, file->allocator);
	memory_release(file->allocator, codes, DATASET_BLOCK_ROWS, n_codes);
	return status == KERNEL_OK ? end_rewriting(file, held, written) : status;
}

/* A pass on its way through the segments. */
typedef struct Pass
{
	RowFile *file;
	RowWork work;
	void *context;
	bool rewrites;
	double value; /* that the segment's rows are still to take */
	int32_t done; /* rows, where they are written back to their places */
	int32_t written;
	int32_t held;
} Pass;

static Status
pass_page(void *context, RowPage *page)
{
	Pass *pass = context;
	RowFile *file = pass->file;
	Status status;

	if (file->is_pending)
		settle_scores(file, pass->value);
	status = pass->work(pass->context, page);
	if (status != KERNEL_OK || !pass->rewrites)
		return status;
	if (file->shape.is_grown_on)
		return put_back(file, &pass->held, &pass->written);
	pass->done += page->rows.n;
	return write_page(file, 0, pass->done - page->rows.n, page);
}

Status
row_file_pass(RowFile *file, RowWork work, void *context, bool rewrites)
{
	Pass pass = {.file = file, .work = work, .context = context, .rewrites = rewrites};
	Status status = KERNEL_OK;
	int32_t s;

	for (s = 0; s < file->n_segments && status == KERNEL_OK; s++)
	{
		pass.value = file->segments[s].value;
		status = row_file_visit(file, &file->segments[s], pass_page, &pass);
	}
	return status == KERNEL_OK && rewrites && file->shape.is_grown_on ?
		end_rewriting(file, pass.held, pass.written) :
		status;
}

int32_t
row_draw(const RowDraw *draw, const uint64_t *hash, int32_t n, int32_t *drawn)
{
	int32_t count = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		drawn[count] = i;
		count += draw->is_all || hash_mix(hash[i] + draw->seed) <= draw->bound;
	}
	return count;
}

/* Where the page's rows go: the places of those that go left first, of the others from page_rows on. */
static void
choose_sides(RowFile *file, const RowParting *parting, int32_t n[2])
{
	const BinSlot *slot = parting->slot;
	const Records *records = &file->in.records;
	size_t rows = (size_t) file->in.rows.n;
	size_t bytes = (size_t) records->record_bytes;
	size_t block = (size_t) (slot->column / records->block_slots);
	size_t place = (size_t) (slot->column % records->block_slots);
	const uint16_t *wide = file->in.rows.wide;
	const uint8_t *narrow = records->bytes;
	int32_t *left = file->chosen;
	int32_t *right = file->chosen + file->page_rows;
	int32_t i;

	n[0] = n[1] = 0;
	if (slot->is_wide)
		wide += (size_t) slot->column * rows;
	else
		narrow += block * rows * bytes + place;
	for (i = 0; i < file->in.rows.n; i++)
	{
		uint8_t goes_left =
			parting->goes_left[slot->is_wide ? wide[i] : narrow[(size_t) i * bytes]];

		left[n[0]] = i;
		right[n[1]] = i;
		n[0] += goes_left;
		n[1] += !goes_left;
	}
}

/* A part on its way out. */
typedef struct PartOut
{
	int32_t held;
	int32_t written;
} PartOut;

/* A part's page is full, or the last: it is summed up and written. */
static Status
write_part(RowFile *file, RowParting *parting, int32_t part, PartOut *out)
{
	RowPage *page = &file->out[part];
	const RowSegment *from = &parting->from;
	bool gathers = parting->gathering != NULL && parting->gathers_left == (part == 0);
	int32_t *drawn = file->chosen + 2 * file->page_rows;
	int32_t n = out->held;
	int32_t n_drawn = n;
	int32_t first;

	tighten(file, page, file->page_rows, n);
	if (!parting->draw.is_all)
		n_drawn = row_draw(&parting->draw, page->rows.hash, n, drawn);
	parting->n_drawn[part] += n_drawn;
	if (gathers)
		gather_rows(&page->records, parting->gathering, parting->draw.is_all ? NULL : drawn, 0,
					n_drawn);
	out->held = 0;
	out->written += n;
	first = part == 0 ? from->begin + out->written - n : from->begin + from->n - out->written;
	return write_page(file, 1 - from->side, first, page);
}

/* Rows of the page in memory to a part. */
static Status
move_rows(RowFile *file, RowParting *parting, int32_t part, const int32_t *rows, int32_t n,
		  PartOut *out)
{
	Status status = KERNEL_OK;
	int32_t done;
	int32_t here;

	for (done = 0; done < n && status == KERNEL_OK; done += here)
	{
		here = file->page_rows - out->held < n - done ? file->page_rows - out->held : n - done;
		add_rows(file, &file->out[part], out->held, rows + done, here);
		out->held += here;
		if (out->held == file->page_rows)
			status = write_part(file, parting, part, out);
	}
	return status;
}

/* A segment on its way to two. */
typedef struct PartJob
{
	RowFile *file;
	RowParting *parting;
	PartOut out[2];
} PartJob;

static Status
part_page(void *context, RowPage *page)
{
	PartJob *job = context;
	RowFile *file = job->file;
	int32_t n[2];
	Status status;

	(void) page;
	choose_sides(file, job->parting, n);
	status = move_rows(file, job->parting, 1, file->chosen + file->page_rows, n[1], &job->out[1]);
	return status == KERNEL_OK ?
		move_rows(file, job->parting, 0, file->chosen, n[0], &job->out[0]) :
		status;
}

Status
row_file_part(RowFile *file, RowParting *parting)
{
	const RowSegment *from = &parting->from;
	PartJob job = {.file = file, .parting = parting};
	Status status;
	int32_t part;

	parting->n_drawn[0] = parting->n_drawn[1] = 0;
	status = row_file_visit(file, from, part_page, &job);
	for (part = 0; part < 2 && status == KERNEL_OK; part++)
	{
		if (job.out[part].held > 0)
			status = write_part(file, parting, part, &job.out[part]);
	}
	parting->parts[0] =
		(RowSegment){.begin = from->begin, .n = job.out[0].written, .side = 1 - from->side};
	parting->parts[1] = (RowSegment){.begin = from->begin + job.out[0].written,
									 .n = job.out[1].written,
									 .side = 1 - from->side,
									 .is_turned = true};
	return status;
}

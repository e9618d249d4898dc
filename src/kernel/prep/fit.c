/*
 * fit.c: growing, merging and coding the state of a fit.
 */
#include "kernel/prep/fit.h"

#include <string.h>

#include "kernel/prep/block_moments_simd.h"
#include "kernel/prep/fit_finish.h"

#define BLOCK_COLUMNS 32 /* that are summed together */
#define FIRST_LEVELS 16
#define LEAST_SQUARE 1e-250
#define CELL_SIZE 40
#define LEAST_BODY (8 + 8 + CELL_SIZE + 8 + 8 + 12 + 4)

Status
fit_begin_copy(StepFit *fit, const Step *template, const Allocator *allocator)
{
	Step step;
	Status status = step_copy(&step, template, allocator);

	return status == KERNEL_OK ? fit_begin(fit, &step, allocator) : status;
}

static Status
begin_before(StepFit *fit, const Allocator *allocator)
{
	const StepList *before = &fit->step.before;
	bool has_after = fit->step.after.n > 0;
	Status status = KERNEL_OK;
	uint32_t i;

	if (before->n == 0)
		return KERNEL_OK;
	fit->before = memory_allocate_zero(allocator, before->n, sizeof(StepFit));
	if (has_after)
		fit->appliers = memory_allocate_zero(allocator, before->n, sizeof(Applier));
	if (fit->before == NULL || (has_after && fit->appliers == NULL))
		status = KERNEL_OUT_OF_MEMORY;
	fit->n_before = before->n;
	for (i = 0; i < before->n && status == KERNEL_OK; i++)
	{
		status = fit_begin_copy(&fit->before[i], &before->steps[i], allocator);
		/* Nothing is learnt before a polynomial that hands on rows: it can be applied as it is. */
		if (status == KERNEL_OK && has_after)
			status = applier_begin(&fit->appliers[i], &fit->before[i].step, allocator);
	}
	return status;
}

static Status
begin_after(StepFit *fit, const Allocator *allocator)
{
	const Step *step = &fit->step;
	uint32_t n = step_gives_text(step) ? 1 : step_own_outputs(step);
	Status status = KERNEL_OK;
	uint32_t i;

	if (step->after.n == 0)
		return KERNEL_OK;
	if (!step_passes_rows(step))
	{
		fit->sample.is_whole =
			!step_takes_category(step) && step_chain_learns(&step->after.steps[0]);
		return KERNEL_OK;
	}
	fit->after = memory_allocate_zero(allocator, n, sizeof(StepFit));
	fit->outputs = memory_allocate(allocator, n, sizeof(double));
	fit->n_after = n;
	if (fit->after == NULL || fit->outputs == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = fit_begin_copy(&fit->after[i], &step->after.steps[0], allocator);
	return status;
}

Status
fit_begin(StepFit *fit, const Step *step, const Allocator *allocator)
{
	Status status;

	*fit = (StepFit){.step = *step, .minimum = INFINITY, .maximum = -INFINITY};
	variance_clear(&fit->variance);
	status = begin_before(fit, allocator);
	if (status == KERNEL_OK)
		status = begin_after(fit, allocator);
	if (status != KERNEL_OK)
		fit_release(fit, allocator);
	return status;
}

/*
 * Have the sums of a block all that they should?  Squares may be too large for a double, or too small:
 * beside this sum of squares they are no digit of it, and of equal values there are none.
 */
static bool
block_is_whole(const Variance *moments, const double *numbers, size_t stride, uint32_t n)
{
	uint32_t i = 1;

	if (!isfinite(moments->total.hi) || !isfinite(moments->m2.hi))
		return false;
	if (__builtin_expect(moments->m2.hi >= LEAST_SQUARE, 1))
		return true;
	while (i < n && numbers[i * stride] == numbers[0])
		i++;
	return i == n;
}

Status
fit_moments(const StepFit *fit, Variance *moments)
{
	Variance block;
	Status status = KERNEL_OK;
	uint32_t i;

	*moments = fit->variance;
	if (fit->n_block == 0)
		return KERNEL_OK;
	block_moments(fit->block, 1, fit->n_block, 1, &block);
	if (block_is_whole(&block, fit->block, 1, fit->n_block))
		return variance_merge(moments, &block);
	/* One by one, for small values, and the overflow that the built-in would find, or not. */
	for (i = 0; i < fit->n_block && status == KERNEL_OK; i++)
		status = variance_add(moments, fit->block[i]);
	return status;
}

Status
fit_flush(StepFit *fit)
{
	Variance moments;
	Status status = fit_moments(fit, &moments);

	fit->variance = moments;
	fit->n_block = 0;
	return status;
}

/* Do the numbers of the fit wait for nothing but to be added to its moments a block at a time? */
static bool
takes_blocks(const StepFit *fit)
{
	return step_keeps_moments(&fit->step) && fit_width(fit) == 1 && fit_is_single(fit);
}

/* Numbers that nothing is learnt from: only how many there are. */
static void
count_numbers(StepFit *fit, const double *numbers, size_t stride, uint32_t n_rows)
{
	uint32_t missing = 0;
	uint32_t row;

	for (row = 0; row < n_rows; row++)
		missing += isnan(numbers[row * stride]) != 0;
	fit->rows += n_rows;
	fit->missing += missing;
}

/* One after the other. */
static Status
add_numbers(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const double *numbers,
			size_t stride, uint32_t n_rows)
{
	bool is_single = fit_is_single(fit);
	Status status = KERNEL_OK;
	uint32_t row;

	if (is_single && !step_learns(&fit->step))
	{
		count_numbers(fit, numbers, stride, n_rows);
		return KERNEL_OK;
	}
	for (row = 0; row < n_rows && status == KERNEL_OK; row++, numbers += stride)
		status = is_single ? fit_number(fit, allocator, stop, *numbers) :
							 fit_numbers(fit, allocator, stop, numbers, 1.0);
	return status;
}

/* A whole block of the fits that take blocks; some may have numbers that wait, and some missing ones. */
static Status
add_block(StepFit *fits, uint32_t n, const Allocator *allocator, const StopCheck *stop,
		  const double *numbers, size_t stride)
{
	Variance moments[BLOCK_COLUMNS];
	Status status = KERNEL_OK;
	uint32_t i;

	block_moments(numbers, stride, FIT_BLOCK, n, moments);
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		if (fits[i].n_block > 0 || !block_is_whole(&moments[i], numbers + i, stride, FIT_BLOCK))
			status = add_numbers(&fits[i], allocator, stop, numbers + i, stride, FIT_BLOCK);
		else
		{
			fits[i].rows += FIT_BLOCK;
			status = variance_merge(&fits[i].variance, &moments[i]);
		}
	}
	return status;
}

Status
fit_number_rows(StepFit *fits, uint32_t n_fits, const Allocator *allocator, const StopCheck *stop,
				const double *numbers, size_t stride, uint32_t n_rows)
{
	Status status = KERNEL_OK;
	uint32_t i = 0;

	while (i < n_fits && status == KERNEL_OK)
	{
		uint32_t width = fit_width(&fits[i]);
		uint32_t row = 0;
		uint32_t n = 0;
		uint32_t k;

		while (n < BLOCK_COLUMNS && i + n < n_fits && takes_blocks(&fits[i + n]))
			n++;
		for (; n > 0 && row + FIT_BLOCK <= n_rows && status == KERNEL_OK; row += FIT_BLOCK)
			status = add_block(fits + i, n, allocator, stop, numbers + row * stride, stride);
		n = n > 0 ? n : 1;
		for (k = 0; k < n && width > 0 && status == KERNEL_OK; k++)
			status = add_numbers(&fits[i + k], allocator, stop, numbers + row * stride + k, stride,
								 n_rows - row);
		numbers += n > 1 ? n : width;
		i += n;
	}
	return status;
}

bool
step_keeps_sample(const Step *step)
{
	switch (step->kind)
	{
		case STEP_ROBUST:
		case STEP_WINSOR:
		case STEP_QUANTILE:
		case STEP_POWER:
			return true;
		case STEP_BINS:
			return step->strategy == BINS_QUANTILE;
		case STEP_IMPUTE:
			return step->strategy == IMPUTE_MEDIAN || step->strategy == IMPUTE_MODE;
		default:
			return false;
	}
}

Status
fit_range_and_sample(StepFit *fit, const Allocator *allocator, const StopCheck *stop, double x)
{
	if (x < fit->minimum)
		fit->minimum = x;
	if (x > fit->maximum)
		fit->maximum = x;
	return step_keeps_sample(&fit->step) ? sample_add(&fit->sample, allocator, stop, x) : KERNEL_OK;
}

static size_t
cell_count(const StepFit *fit)
{
	return (size_t) fit->level_slots * fit->fold_slots * fit->class_slots;
}

static void
add_tally(Variance *cell, Tally tally)
{
	cell->n += (uint32_t) tally;
	cell->total.hi += (double) (tally >> 32);
}

void
fit_take_tallies(StepFit *fit)
{
	size_t n = cell_count(fit);
	size_t i;

	for (i = 0; i < n && fit->n_tallied > 0; i++)
	{
		add_tally(&fit->cells[i], fit->tallies[i]);
		fit->tallies[i] = 0;
	}
	fit->n_tallied = 0;
}

/* The cell with what waits for it. */
static Variance
whole_cell(const StepFit *fit, uint32_t level, uint32_t fold, uint32_t class)
{
	size_t place = fit_cell_place(fit, level, fold, class);
	Variance cell = fit->cells[place];

	add_tally(&cell, fit->tallies[place]);
	return cell;
}

/* The least power of two times `first` that is not below n. */
static uint32_t
rounded(uint32_t n, uint32_t first)
{
	uint32_t size = first;

	while (size < n && size < UINT32_MAX / 2)
		size *= 2;
	return size < n ? n : size;
}

Status
fit_reserve(StepFit *fit, const Allocator *allocator, uint32_t levels, uint32_t folds,
			uint32_t classes)
{
	StepFit grown;
	size_t n;
	size_t i;
	uint32_t level;
	uint32_t fold;

	fit_take_tallies(fit);
	grown = *fit;
	if (levels > fit->level_slots)
		grown.level_slots = rounded(levels, FIRST_LEVELS);
	if (folds > fit->fold_slots)
		grown.fold_slots = folds;
	if (classes > fit->class_slots)
		grown.class_slots = rounded(classes, 1);
	if (!size_multiply(grown.level_slots, grown.fold_slots, &n) ||
		!size_multiply(n, grown.class_slots, &n))
		return KERNEL_TOO_LARGE;
	grown.cells = memory_allocate(allocator, n, sizeof(Variance));
	grown.tallies = memory_allocate_zero(allocator, n, sizeof(Tally));
	if (grown.cells == NULL || grown.tallies == NULL)
	{
		memory_release(allocator, grown.cells, n, sizeof(Variance));
		memory_release(allocator, grown.tallies, n, sizeof(Tally));
		return KERNEL_OUT_OF_MEMORY;
	}
	for (i = 0; i < n; i++)
		variance_clear(&grown.cells[i]);
	for (level = 0; level < fit->level_slots; level++)
	{
		for (fold = 0; fold < fit->fold_slots; fold++)
			memcpy(fit_cell(&grown, level, fold, 0), fit_cell(fit, level, fold, 0),
				   fit->class_slots * sizeof(Variance));
	}
	memory_release(allocator, fit->cells, cell_count(fit), sizeof(Variance));
	memory_release(allocator, fit->tallies, cell_count(fit), sizeof(Tally));
	*fit = grown;
	return KERNEL_OK;
}

/* codes[i]: the place of text i of `from` in `into`. */
static Status
merge_dictionary(Dictionary *into, const Allocator *allocator, const Dictionary *from,
				 int32_t *codes)
{
	Status status = KERNEL_OK;
	int32_t i;

	for (i = 0; i < from->n && status == KERNEL_OK; i++)
	{
		size_t length;
		const char *text = dictionary_text(from, i, &length);

		status = fit_code(into, allocator, text, length, &codes[i]);
	}
	return status;
}

/* Of `ones` ones among n numbers that are 0 or 1. */
static void
square_cell(Variance *cell)
{
	double n = (double) cell->n;
	double ones = cell->total.hi;

	cell->m2 = dd_from(n > 0.0 ? ones * (n - ones) / n : 0.0);
}

void
fit_square(StepFit *fit)
{
	size_t i;

	fit_take_tallies(fit);
	for (i = 0; i < cell_count(fit); i++)
		square_cell(&fit->cells[i]);
}

/* Does the fit hold targets that are numbers, of which none was other than 0 and 1? */
static bool
has_binary_cells(const StepFit *fit)
{
	return step_has_target(fit->step.kind) && fit->classes.n == 0 && !fit->is_not_binary;
}

/* Of counts and of numbers that are 0 or 1 the parts are added; n and total of the second say all. */
static Status
merge_cell(Variance *into, const Variance *from, bool is_count)
{
	if (!is_count)
		return variance_merge(into, from);
	into->n += from->n;
	into->total.hi += from->total.hi;
	return KERNEL_OK;
}

/* The cells of a level; classes: where those of `from` are. */
static Status
merge_level(StepFit *into, uint32_t to_level, const StepFit *from, uint32_t level,
			const int32_t *classes)
{
	bool is_count = !step_has_target(from->step.kind) || from->classes.n > 0 ||
		(has_binary_cells(into) && has_binary_cells(from));
	Status status = KERNEL_OK;
	uint32_t fold;
	uint32_t class;

	for (fold = 0; fold < from->fold_slots && status == KERNEL_OK; fold++)
	{
		for (class = 0; class < from->class_slots && status == KERNEL_OK; class ++)
		{
			Variance cell = whole_cell(from, level, fold, class);
			uint32_t to = from->classes.n > 0 && class < (uint32_t) from->classes.n ?
				(uint32_t) classes[class] :
				class;

			if (has_binary_cells(from))
				square_cell(&cell);
			if (cell.n > 0)
				status = merge_cell(fit_cell(into, to_level, fold, to), &cell, is_count);
		}
	}
	return status;
}

static Status
merge_cells(StepFit *into, const Allocator *allocator, const StopCheck *stop, const StepFit *from,
			int32_t *levels, int32_t *classes)
{
	bool stays_binary = has_binary_cells(into) && has_binary_cells(from);
	Status status;
	uint32_t level;

	fit_take_tallies(into);
	if (has_binary_cells(into) && !stays_binary)
	{
		fit_square(into);
		into->is_not_binary = true;
	}
	status = merge_dictionary(&into->levels, allocator, &from->levels, levels);

	if (status == KERNEL_OK)
		status = merge_dictionary(&into->classes, allocator, &from->classes, classes);
	if (status == KERNEL_OK)
		status = fit_reserve(into, allocator, (uint32_t) into->levels.n + 1, from->fold_slots,
							 into->classes.n > 0 ? (uint32_t) into->classes.n : 1);
	for (level = 0; level <= (uint32_t) from->levels.n && status == KERNEL_OK; level++)
	{
		if (level % 4096 == 4095 && stop_requested(stop))
			return KERNEL_STOPPED;
		status = merge_level(into, level == 0 ? 0 : (uint32_t) levels[level - 1] + 1, from, level,
							 classes);
	}
	return status;
}

static Status
merge_levels(StepFit *into, const Allocator *allocator, const StopCheck *stop, const StepFit *from)
{
	size_t n = (size_t) from->levels.n + 1;
	size_t n_classes = (size_t) from->classes.n + 1;
	int32_t *levels = memory_allocate(allocator, n, sizeof(int32_t));
	int32_t *classes = memory_allocate(allocator, n_classes, sizeof(int32_t));
	Status status = KERNEL_OUT_OF_MEMORY;

	if (levels != NULL && classes != NULL)
		status = merge_cells(into, allocator, stop, from, levels, classes);
	memory_release(allocator, levels, n, sizeof(int32_t));
	memory_release(allocator, classes, n_classes, sizeof(int32_t));
	return status;
}

Status
fit_move_missing(StepFit *fit, const Allocator *allocator, uint32_t level)
{
	bool is_count = !step_has_target(fit->step.kind) || fit->classes.n > 0 || has_binary_cells(fit);
	Status status = level < fit->level_slots ?
		KERNEL_OK :
		fit_reserve(fit, allocator, level + 1, fit->fold_slots, fit->class_slots);
	uint32_t fold;
	uint32_t class;

	fit_take_tallies(fit);
	for (fold = 0; fold < fit->fold_slots && status == KERNEL_OK; fold++)
	{
		for (class = 0; class < fit->class_slots && status == KERNEL_OK; class ++)
		{
			Variance *cell = fit_cell(fit, 0, fold, class);

			if (cell->n > 0)
				status = merge_cell(fit_cell(fit, level, fold, class), cell, is_count);
			variance_clear(cell);
		}
	}
	fit->missing = 0;
	return status;
}

static Status
merge_chain(StepFit *into, const Allocator *allocator, const StopCheck *stop, const StepFit *from)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < into->n_before && status == KERNEL_OK; i++)
		status = fit_merge(&into->before[i], allocator, stop, &from->before[i]);
	for (i = 0; i < into->n_after && status == KERNEL_OK; i++)
		status = fit_merge(&into->after[i], allocator, stop, &from->after[i]);
	return status;
}

Status
fit_merge(StepFit *into, const Allocator *allocator, const StopCheck *stop, const StepFit *from)
{
	Variance moments;
	Status status;

	if (!step_same_options(&into->step, &from->step) || into->step.input != from->step.input ||
		into->step.width != from->step.width)
		return KERNEL_INVALID;
	if (into->rows > 0 && from->rows > 0 && (into->classes.n > 0) != (from->classes.n > 0))
		return KERNEL_INVALID;
	status = fit_flush(into);
	if (status == KERNEL_OK)
		status = fit_moments(from, &moments);
	if (status == KERNEL_OK)
		status = variance_merge(&into->variance, &moments);
	if (status == KERNEL_OK)
		status = sample_merge(&into->sample, allocator, stop, &from->sample);
	if (status == KERNEL_OK && from->level_slots > 0)
		status = merge_levels(into, allocator, stop, from);
	if (status == KERNEL_OK)
		status = merge_chain(into, allocator, stop, from);
	into->rows += from->rows;
	into->missing += from->missing;
	into->minimum = fmin(into->minimum, from->minimum);
	into->maximum = fmax(into->maximum, from->maximum);
	into->folds = from->folds > into->folds ? from->folds : into->folds;
	return status;
}

Status
fit_settle(StepFit *fit, const Allocator *allocator, const StopCheck *stop)
{
	Status status = fit_flush(fit);
	size_t i;

	if (status != KERNEL_OK)
		return status;
	variance_normalise(&fit->variance);
	fit_take_tallies(fit);
	if (has_binary_cells(fit))
		fit_square(fit);
	for (i = 0; i < cell_count(fit); i++)
		variance_normalise(&fit->cells[i]);
	status = sample_settle(&fit->sample, allocator, stop);
	for (i = 0; i < fit->n_before && status == KERNEL_OK; i++)
		status = fit_settle(&fit->before[i], allocator, stop);
	for (i = 0; i < fit->n_after && status == KERNEL_OK; i++)
		status = fit_settle(&fit->after[i], allocator, stop);
	return status;
}

static size_t
dictionary_size(const Dictionary *dictionary)
{
	size_t size = 4;
	int32_t i;

	for (i = 0; i < dictionary->n; i++)
	{
		size_t length;

		dictionary_text(dictionary, i, &length);
		size += 4 + length;
	}
	return size;
}

/* Rows of cells that are in use. */
static size_t
used_cells(const StepFit *fit)
{
	return fit->cells == NULL ? 0 :
								((size_t) fit->levels.n + 1) * fit->fold_slots * fit->class_slots;
}

/* Without the step. */
static size_t
body_size(const StepFit *fit)
{
	size_t size = LEAST_BODY + sample_encoded_size(&fit->sample) + dictionary_size(&fit->levels) +
		dictionary_size(&fit->classes) + CELL_SIZE * used_cells(fit);
	uint32_t i;

	for (i = 0; i < fit->n_before; i++)
		size += body_size(&fit->before[i]);
	for (i = 0; i < fit->n_after; i++)
		size += body_size(&fit->after[i]);
	return size;
}

size_t
fit_encoded_size(const StepFit *fit)
{
	return step_encoded_size(&fit->step, false) + 1 + 4 + body_size(fit);
}

static void
encode_variance(ByteWriter *writer, const Variance *variance)
{
	write_u64(writer, (uint64_t) variance->n);
	write_double_double(writer, variance->total);
	write_double_double(writer, variance->m2);
}

static void
encode_dictionary(ByteWriter *writer, const Dictionary *dictionary)
{
	int32_t i;

	write_u32(writer, (uint32_t) dictionary->n);
	for (i = 0; i < dictionary->n; i++)
	{
		size_t length;
		const char *text = dictionary_text(dictionary, i, &length);

		write_string(writer, text, length);
	}
}

static void
encode_body(const StepFit *fit, ByteWriter *writer)
{
	size_t i;

	write_u64(writer, fit->rows);
	write_u64(writer, fit->missing);
	encode_variance(writer, &fit->variance);
	write_double(writer, fit->minimum);
	write_double(writer, fit->maximum);
	sample_encode(&fit->sample, writer);
	encode_dictionary(writer, &fit->levels);
	encode_dictionary(writer, &fit->classes);
	write_u32(writer, fit->folds);
	write_u32(writer, fit->fold_slots);
	write_u32(writer, fit->class_slots);
	write_u32(writer, (uint32_t) used_cells(fit));
	for (i = 0; i < used_cells(fit); i++)
		encode_variance(writer, &fit->cells[i]);
	for (i = 0; i < fit->n_before; i++)
		encode_body(&fit->before[i], writer);
	for (i = 0; i < fit->n_after; i++)
		encode_body(&fit->after[i], writer);
}

void
fit_encode(const StepFit *fit, ByteWriter *writer)
{
	step_encode(&fit->step, false, writer);
	write_u8(writer, (uint8_t) fit->step.input);
	write_u32(writer, (uint32_t) fit->step.width);
	encode_body(fit, writer);
}

/* A count keeps its n only, and is no valid sum of that many values. */
static bool
decode_variance(ByteReader *reader, Variance *variance, bool is_count)
{
	variance->n = (int64_t) read_u64(reader);
	variance->total = read_double_double(reader);
	variance->m2 = read_double_double(reader);
	if (is_count)
		return variance->n >= 0 && variance->n < INT64_C(1) << 53 && variance->total.hi == 0.0 &&
			variance->total.lo == 0.0 && variance->m2.hi == 0.0 && variance->m2.lo == 0.0;
	return variance_is_valid(variance) && isfinite(variance->total.hi);
}

static Status
decode_dictionary(Dictionary *dictionary, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n = read_count(reader, 4);
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		size_t length;
		int32_t code;
		const char *text = read_string(reader, &length);

		if (text == NULL || memchr(text, '\0', length) != NULL)
			return KERNEL_CORRUPT;
		status = dictionary_add(dictionary, allocator, text, length, &code);
		if (status == KERNEL_OK && code != (int32_t) i)
			status = KERNEL_CORRUPT;
	}
	return status;
}

/* Is the cell one of zeros and ones? */
static bool
is_binary_cell(const Variance *cell)
{
	Variance squared = *cell;

	square_cell(&squared);
	return cell->total.lo == 0.0 && cell->m2.lo == 0.0 && cell->total.hi == floor(cell->total.hi) &&
		cell->total.hi >= 0.0 && cell->total.hi <= (double) cell->n && cell->m2.hi == squared.m2.hi;
}

static Status
decode_cells(StepFit *fit, const Allocator *allocator, ByteReader *reader)
{
	bool is_count = !step_has_target(fit->step.kind) || fit->classes.n > 0;
	uint32_t fold_slots;
	uint32_t class_slots;
	uint32_t n;
	uint32_t i;
	Status status;

	fit->folds = read_u32(reader);
	fold_slots = read_u32(reader);
	class_slots = read_u32(reader);
	n = read_count(reader, CELL_SIZE);
	if (reader->status != KERNEL_OK)
		return reader->status;
	if (n == 0)
		return fold_slots == 0 && class_slots == 0 && fit->folds == 0 ? KERNEL_OK : KERNEL_CORRUPT;
	if (fold_slots == 0 || fold_slots > FIT_FOLDS + 1 || class_slots == 0 ||
		class_slots < (uint32_t) fit->classes.n || fit->folds + 1 > fold_slots ||
		(uint64_t) class_slots * fold_slots > n ||
		((uint64_t) fit->levels.n + 1) * fold_slots * class_slots != n)
		return KERNEL_CORRUPT;
	status = fit_reserve(fit, allocator, (uint32_t) fit->levels.n + 1, fold_slots, class_slots);
	if (status == KERNEL_OK && fit->class_slots != class_slots)
		status = KERNEL_CORRUPT;
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		if (!decode_variance(reader, &fit->cells[i], is_count))
			status = KERNEL_CORRUPT;
		else if (!is_count && !is_binary_cell(&fit->cells[i]))
			fit->is_not_binary = true;
	}
	return status;
}

/* Everything behind the step. */
static Status
decode_body(StepFit *fit, const Allocator *allocator, ByteReader *reader)
{
	bool is_whole = fit->sample.is_whole;
	Status status;
	uint32_t i;

	fit->rows = read_u64(reader);
	fit->missing = read_u64(reader);
	if (!decode_variance(reader, &fit->variance, false) || fit->missing > fit->rows ||
		fit->rows >= UINT64_C(1) << 53)
		return KERNEL_CORRUPT;
	fit->minimum = read_double(reader);
	fit->maximum = read_double(reader);
	if (isnan(fit->minimum) || isnan(fit->maximum))
		return KERNEL_CORRUPT;
	status = sample_decode(&fit->sample, allocator, reader);
	if (status == KERNEL_OK && is_whole && fit->sample.is_sketch)
		status = KERNEL_CORRUPT;
	fit->sample.is_whole = is_whole;
	if (status == KERNEL_OK)
		status = decode_dictionary(&fit->levels, allocator, reader);
	if (status == KERNEL_OK)
		status = decode_dictionary(&fit->classes, allocator, reader);
	if (status == KERNEL_OK)
		status = decode_cells(fit, allocator, reader);
	for (i = 0; i < fit->n_before && status == KERNEL_OK; i++)
		status = decode_body(&fit->before[i], allocator, reader);
	for (i = 0; i < fit->n_after && status == KERNEL_OK; i++)
		status = decode_body(&fit->after[i], allocator, reader);
	return status == KERNEL_OK ? reader->status : status;
}

/* Options with what the columns are: are they a chain that can be fitted? */
static bool
read_columns(Step *step, ByteReader *reader)
{
	int32_t input = read_u8(reader);
	int32_t width = (int32_t) read_u32(reader);

	if (reader->status != KERNEL_OK || input > INPUT_CATEGORY ||
		(input == INPUT_CATEGORY) !=
			(step->kind >= STEP_ONEHOT || (step->kind == STEP_IMPUTE && input == INPUT_CATEGORY)))
		return false;
	step->width = width;
	step_set_input(step, input);
	if (step->kind == STEP_POLYNOMIAL &&
		(width <= 0 || width > STEP_WIDEST || step_own_outputs(step) == 0))
		return false;
	if (step->before.n > 0 && step->before.n != (uint32_t) width)
		return false;
	return step->after.n <= 1 && step_chain_fault(step) == NULL;
}

Status
fit_decode(StepFit *fit, const Allocator *allocator, ByteReader *reader)
{
	Step step;
	Status status = step_decode(&step, false, allocator, reader);

	if (status != KERNEL_OK)
		return status;
	if (!read_columns(&step, reader))
	{
		step_release(&step, allocator);
		return KERNEL_CORRUPT;
	}
	status = fit_begin(fit, &step, allocator);
	if (status != KERNEL_OK)
		return status;
	status = decode_body(fit, allocator, reader);
	if (status != KERNEL_OK)
		fit_release(fit, allocator);
	return status;
}

void
fit_release_list(StepFit *fits, uint32_t n, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; fits != NULL && i < n; i++)
		fit_release(&fits[i], allocator);
	memory_release(allocator, fits, n, sizeof(StepFit));
}

void
fit_release(StepFit *fit, const Allocator *allocator)
{
	uint32_t i;

	step_release(&fit->step, allocator);
	sample_release(&fit->sample, allocator);
	dictionary_release(&fit->levels, allocator);
	dictionary_release(&fit->classes, allocator);
	memory_release(allocator, fit->cells, cell_count(fit), sizeof(Variance));
	memory_release(allocator, fit->tallies, cell_count(fit), sizeof(Tally));
	for (i = 0; fit->appliers != NULL && i < fit->n_before; i++)
		applier_release(&fit->appliers[i], allocator);
	memory_release(allocator, fit->appliers, fit->n_before, sizeof(Applier));
	fit_release_list(fit->before, fit->n_before, allocator);
	fit_release_list(fit->after, fit->n_after, allocator);
	memory_release(allocator, fit->outputs, fit->n_after, sizeof(double));
	*fit = (StepFit){0};
}

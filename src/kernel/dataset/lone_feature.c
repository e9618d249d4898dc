/*
 * lone_feature.c: the strength of single columns, on a sample.
 *
 * Columns are taken by the batch.  A first look at every eighth row of the sample sends most numbers
 * away, so that a small fit of many columns does not pay for it; of categories it would break up the
 * groups.
 */
#include "kernel/dataset/lone_feature.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"

#define BLOCKS_MOST 512	   /* that rows are taken from */
#define BATCH 64		   /* columns held at once */
#define FIRST_STEP 8	   /* every so many rows of the sample at first */
#define FIRST_LEAST 64	   /* rows of the first look */
#define FIRST_STRENGTH 0.9 /* that sends no column away */
#define RANGES 256		   /* of a number */
#define RANGE_ROWS 8	   /* at least, in each of them */
#define CONSTANT 1e-20	   /* share of its square that a target varies by through rounding */

/* A row as one column shows it. */
typedef struct Shown
{
	double x; /* number, or code of the category; INFINITY: missing */
	double y; /* target, or its class */
} Shown;

/* Rows of one score. */
typedef struct Scored
{
	double score;
	double in;	/* rows of the class */
	double out; /* other rows */
} Scored;

typedef struct Sample
{
	const Dataset *dataset;
	const Allocator *allocator;
	int32_t n_classes;
	int32_t first;	  /* column of the batch */
	int32_t end;	  /* behind its last */
	int32_t capacity; /* rows there is room for */
	int32_t n;		  /* rows */
	double *columns;  /* BATCH x capacity */
	double *targets;  /* capacity */
	Shown *shown;	  /* scratch, capacity */
	Scored *scored;	  /* scratch, 2 capacity */
	int32_t *sizes;	  /* scratch, n_classes: rows of each class among those looked at */
} Sample;

#define HEAPSORT sort_shown
#define HEAPSORT_SIFT sift_shown
#define HEAPSORT_ELEMENT Shown
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) ((a)->x < (b)->x)
#include "kernel/base/heapsort_template.h"

#define HEAPSORT sort_scored
#define HEAPSORT_SIFT sift_scored
#define HEAPSORT_ELEMENT Scored
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) ((a)->score < (b)->score)
#include "kernel/base/heapsort_template.h"

static size_t
batch_columns(const Dataset *dataset)
{
	size_t n = (size_t) dataset->n_numbers + (size_t) dataset->n_categories;

	return n < BATCH ? n : BATCH;
}

static Status
sample_begin(Sample *sample)
{
	const Allocator *allocator = sample->allocator;
	size_t rows = (size_t) sample->capacity;
	size_t classes = (size_t) sample->n_classes + 1;

	sample->columns =
		memory_allocate(allocator, batch_columns(sample->dataset) * rows, sizeof(double));
	sample->targets = memory_allocate(allocator, rows, sizeof(double));
	sample->shown = memory_allocate(allocator, rows, sizeof(Shown));
	sample->scored = memory_allocate(allocator, 2 * rows, sizeof(Scored));
	sample->sizes = memory_allocate(allocator, classes, sizeof(int32_t));
	return sample->columns != NULL && sample->targets != NULL && sample->shown != NULL &&
			sample->scored != NULL && sample->sizes != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

static void
sample_release(Sample *sample)
{
	const Allocator *allocator = sample->allocator;
	size_t rows = (size_t) sample->capacity;
	size_t classes = (size_t) sample->n_classes + 1;

	memory_release(allocator, sample->columns, batch_columns(sample->dataset) * rows,
				   sizeof(double));
	memory_release(allocator, sample->targets, rows, sizeof(double));
	memory_release(allocator, sample->shown, rows, sizeof(Shown));
	memory_release(allocator, sample->scored, 2 * rows, sizeof(Scored));
	memory_release(allocator, sample->sizes, classes, sizeof(int32_t));
}

/* Row i of the block into the sample. */
static void
take_row(Sample *sample, const DatasetBlock *block, int32_t i, const int32_t *class_of_code)
{
	const Dataset *dataset = sample->dataset;
	double *to = sample->columns + sample->n;
	int32_t j;

	for (j = sample->first; j < sample->end; j++, to += sample->capacity)
	{
		bool is_category = j >= dataset->n_numbers;
		size_t column = (size_t) (is_category ? j - dataset->n_numbers : j);
		size_t place = column * (size_t) block->capacity + (size_t) i;

		if (is_category)
			*to = block->codes[place] == CODE_MISSING ? INFINITY : block->codes[place];
		else
			*to = isnan(block->numbers[place]) ? INFINITY : block->numbers[place];
	}
	sample->targets[sample->n++] =
		class_of_code != NULL ? class_of_code[(int32_t) block->target[i]] : block->target[i];
}

/* All rows when there are few; else of evenly spread blocks those that a hash of their place draws. */
static Status
take_rows(Sample *sample, const int32_t *class_of_code, const StopCheck *stop)
{
	const Dataset *dataset = sample->dataset;
	int32_t n_blocks = dataset->n_blocks < BLOCKS_MOST ? dataset->n_blocks : BLOCKS_MOST;
	double rows = (double) dataset->n * n_blocks / dataset->n_blocks;
	double share = 0.95 * LONE_ROWS / rows;
	int32_t k;

	sample->n = 0;
	for (k = 0; k < n_blocks; k++)
	{
		int32_t b = (int32_t) ((int64_t) k * dataset->n_blocks / n_blocks);
		const DatasetBlock *block;
		Status status = dataset_block(dataset, b, &block);
		int32_t i;

		if (status != KERNEL_OK)
			return status;
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		for (i = 0; i < block->n && sample->n < sample->capacity; i++)
		{
			uint64_t drawn = hash_mix((uint64_t) b << 32 | (uint64_t) i);

			if (dataset->n <= LONE_ROWS || (double) (drawn >> 11) * 0x1p-53 < share)
				take_row(sample, block, i, class_of_code);
		}
	}
	return KERNEL_OK;
}

/* The area under the ROC curve of n scores; they are sorted. */
static double
area(Scored *scored, size_t n)
{
	double in = 0.0;
	double out = 0.0;
	double pairs = 0.0; /* rows of the class above others, ties a half */
	size_t i = 0;

	sort_scored(scored, n, NULL);
	while (i < n)
	{
		double score = scored[i].score;
		double tied_in = 0.0;
		double tied_out = 0.0;

		for (; i < n && scored[i].score == score; i++)
		{
			tied_in += scored[i].in;
			tied_out += scored[i].out;
		}
		pairs += tied_in * (out + 0.5 * tied_out);
		in += tied_in;
		out += tied_out;
	}
	return in > 0.0 && out > 0.0 ? pairs / (in * out) : 0.5;
}

/* Of a number and two classes: in either direction, what is missing on either side. */
static double
ordered_strength(Sample *sample, int32_t n)
{
	double strength = 0.5;
	int side;
	int32_t i;

	for (side = 0; side < 2; side++)
	{
		double found;

		for (i = 0; i < n; i++)
		{
			double x = sample->shown[i].x;
			double in = sample->shown[i].y;

			sample->scored[i] = (Scored){isinf(x) && side == 1 ? -INFINITY : x, in, 1.0 - in};
		}
		found = area(sample->scored, (size_t) n);
		strength = fmax(strength, fmax(found, 1.0 - found));
	}
	return strength;
}

/* Where the group that starts at `first` ends; shown is sorted. */
static int32_t
group_end(const Shown *shown, int32_t first, int32_t n, int32_t least)
{
	int32_t end = first + least < n ? first + least : n;

	while (isinf(shown[end - 1].x) && !isinf(shown[first].x))
		end--;
	while (end < n && shown[end].x == shown[end - 1].x)
		end++;
	return end;
}

/* One class against the rest, each row by the others of its group. */
static double
class_strength(Sample *sample, int32_t class, int32_t n, int32_t least)
{
	const Shown *shown = sample->shown;
	double prior = (double) sample->sizes[class] / n;
	size_t n_scored = 0;
	int32_t first;
	int32_t end;
	int32_t i;

	for (first = 0; first < n; first = end)
	{
		double size;
		double in = 0.0;

		end = group_end(shown, first, n, least);
		size = end - first;
		for (i = first; i < end; i++)
			in += (int32_t) shown[i].y == class;
		sample->scored[n_scored++] =
			(Scored){size > 1.0 ? (in - 1.0) / (size - 1.0) : prior, in, 0.0};
		sample->scored[n_scored++] =
			(Scored){size > 1.0 ? in / (size - 1.0) : prior, 0.0, size - in};
	}
	return area(sample->scored, n_scored);
}

/* The least of all classes. */
static double
classes_strength(Sample *sample, int32_t n, int32_t least)
{
	double strength = 1.0;
	int32_t class;

	for (class = 0; class < sample->n_classes; class ++)
	{
		if (sample->sizes[class] > 0)
			strength = fmin(strength, class_strength(sample, class, n, least));
	}
	return strength;
}

/* The squares that the means of groups leave, each row by the others. */
static double
group_residual(const Sample *sample, int32_t n, int32_t least, double mean)
{
	const Shown *shown = sample->shown;
	double residual = 0.0;
	int32_t first;
	int32_t end;
	int32_t i;

	for (first = 0; first < n; first = end)
	{
		double sum = 0.0;

		end = group_end(shown, first, n, least);
		for (i = first; i < end; i++)
			sum += shown[i].y - mean;
		for (i = first; i < end; i++)
		{
			double y = shown[i].y - mean;
			double said = end - first > 1 ? (sum - y) / (end - first - 1) : 0.0;

			residual += (y - said) * (y - said);
		}
	}
	return residual;
}

/* The squares that a straight line leaves, with a mean of its own for missing values. */
static double
line_residual(const Sample *sample, int32_t n)
{
	const Shown *shown = sample->shown;
	double x = 0.0; /* means of what is there */
	double y = 0.0;
	double missing = 0.0;
	double xx = 0.0;
	double xy = 0.0;
	double slope;
	double residual = 0.0;
	int32_t present = 0;
	int32_t i;

	while (present < n && !isinf(shown[present].x))
		present++;
	for (i = 0; i < present; i++)
	{
		x += shown[i].x / present;
		y += shown[i].y / present;
	}
	for (i = present; i < n; i++)
		missing += shown[i].y / (n - present);
	for (i = 0; i < present; i++)
	{
		xx += (shown[i].x - x) * (shown[i].x - x);
		xy += (shown[i].x - x) * (shown[i].y - y);
	}
	slope = xx > 0.0 ? xy / xx : 0.0;
	for (i = 0; i < n; i++)
	{
		double left =
			i < present ? shown[i].y - y - slope * (shown[i].x - x) : shown[i].y - missing;

		residual += left * left;
	}
	return residual;
}

static double
number_strength(const Sample *sample, int32_t n, int32_t least, bool is_category)
{
	double mean = 0.0;
	double square = 0.0;
	double total = 0.0;
	double residual;
	int32_t i;

	for (i = 0; i < n; i++)
		mean += sample->shown[i].y / n;
	for (i = 0; i < n; i++)
	{
		double y = sample->shown[i].y;

		square += y * y;
		total += (y - mean) * (y - mean);
	}
	if (!(total > CONSTANT * square))
		return 0.0;
	residual = group_residual(sample, n, least, mean);
	if (!is_category)
		residual = fmin(residual, line_residual(sample, n));
	/* Squares beyond the range of double compare false. */
	return residual < total ? 1.0 - residual / total : 0.0;
}

/* Every step-th row of a column into shown; returns how many. */
static int32_t
show(Sample *sample, int32_t column, int32_t step)
{
	const double *from =
		sample->columns + (size_t) (column - sample->first) * (size_t) sample->capacity;
	int32_t n = 0;
	int32_t i;

	memset(sample->sizes, 0, sizeof(int32_t) * ((size_t) sample->n_classes + 1));
	for (i = 0; i < sample->n; i += step, n++)
	{
		sample->shown[n] = (Shown){from[i], sample->targets[i]};
		if (sample->n_classes > 0)
			sample->sizes[(int32_t) sample->targets[i]]++;
	}
	return n;
}

/* Has every class its rows among those shown? */
static bool
classes_are_shown(const Sample *sample)
{
	int32_t class;

	for (class = 0; class < sample->n_classes; class ++)
	{
		if (sample->sizes[class] < LONE_CLASS_LEAST)
			return false;
	}
	return true;
}

/* The strength on every step-th row; unknown: what to answer when these do not tell. */
static double
column_strength(Sample *sample, int32_t column, int32_t step, double unknown)
{
	bool is_category = column >= sample->dataset->n_numbers;
	int32_t n = show(sample, column, step);
	int32_t least = n / RANGES > RANGE_ROWS ? n / RANGES : RANGE_ROWS;

	if (!classes_are_shown(sample))
		return unknown;
	if (sample->n_classes == 2 && !is_category)
		return ordered_strength(sample, n);
	sort_shown(sample->shown, (size_t) n, NULL);
	if (is_category)
		least = 1;
	if (sample->n_classes > 0)
		return classes_strength(sample, n, least);
	return number_strength(sample, n, least, is_category);
}

/* The columns of the batch. */
static Status
batch_strengths(Sample *sample, const StopCheck *stop, double *strength)
{
	int32_t j;

	for (j = sample->first; j < sample->end; j++)
	{
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (sample->n < FIRST_STEP * FIRST_LEAST || j >= sample->dataset->n_numbers ||
			column_strength(sample, j, FIRST_STEP, 1.0) >= FIRST_STRENGTH)
			strength[j] = column_strength(sample, j, 1, 0.0);
	}
	return KERNEL_OK;
}

Status
lone_feature_strengths(const Dataset *dataset, int32_t n_classes, const int32_t *class_of_code,
					   const Allocator *allocator, const StopCheck *stop, double *strength)
{
	int32_t n_columns = dataset->n_numbers + dataset->n_categories;
	Sample sample = {.dataset = dataset,
					 .allocator = allocator,
					 .n_classes = n_classes,
					 .capacity = dataset->n < LONE_ROWS ? (int32_t) dataset->n : LONE_ROWS};
	Status status;

	memset(strength, 0, sizeof(double) * (size_t) n_columns);
	if (dataset->n < LONE_ROWS_LEAST || n_classes > LONE_CLASSES_MOST || n_classes == 1 ||
		n_columns == 0)
		return KERNEL_OK;
	status = sample_begin(&sample);
	for (; sample.first < n_columns && status == KERNEL_OK; sample.first = sample.end)
	{
		sample.end = sample.first + BATCH < n_columns ? sample.first + BATCH : n_columns;
		status = take_rows(&sample, class_of_code, stop);
		if (status == KERNEL_OK)
			status = batch_strengths(&sample, stop, strength);
	}
	sample_release(&sample);
	return status;
}

/*
 * sample.c: from values to a sketch and back.
 */
#include "kernel/prep/sample.h"

#include <math.h>

#include "kernel/stat/quantile_place.h"

/* The largest count that a decoded run may have. */
#define MOST_TIMES 9007199254740992.0

/* `times` of a value into the sketch, whose counts are whole. */
static Status
sketch_times(QuantileSketch *sketch, const Allocator *allocator, double x, double times)
{
	QuantileSketch single;
	Status status;

	if (times == 1.0)
		return sketch_add(sketch, allocator, x);
	sketch_begin(&single, SAMPLE_ERROR);
	status = sketch_add(&single, allocator, x);
	if (status == KERNEL_OK && single.positive.n > 0)
		single.positive.buckets[0].count = (uint64_t) times;
	else if (status == KERNEL_OK && single.negative.n > 0)
		single.negative.buckets[0].count = (uint64_t) times;
	else
		single.n_zero = (uint64_t) times;
	single.n = (uint64_t) times;
	if (status == KERNEL_OK)
		status = sketch_merge(sketch, allocator, &single);
	sketch_release(&single, allocator);
	return status;
}

static Status
runs_into_sketch(QuantileSketch *sketch, const Allocator *allocator, const ScoreRuns *runs)
{
	Status status = KERNEL_OK;
	size_t i;

	for (i = 0; i < runs->n && status == KERNEL_OK; i++)
		status = sketch_times(sketch, allocator, number_from_key(runs->keys[i]),
							  score_runs_weight(runs, i));
	return status;
}

static Status
become_sketch(Sample *sample, const Allocator *allocator)
{
	Status status;

	sketch_begin(&sample->sketch, SAMPLE_ERROR);
	sample->is_sketch = true;
	status = runs_into_sketch(&sample->sketch, allocator, &sample->runs);
	score_runs_release(&sample->runs, allocator);
	return status;
}

Status
sample_settle(Sample *sample, const Allocator *allocator, const StopCheck *stop)
{
	Status status;

	if (sample->is_sketch)
		return KERNEL_OK;
	status = score_runs_compact(&sample->runs, allocator, stop);
	if (status == KERNEL_OK && sample->runs.n > SAMPLE_LIMIT && !sample->is_whole)
		status = become_sketch(sample, allocator);
	return status;
}

Status
sample_add_slowly(Sample *sample, const Allocator *allocator, const StopCheck *stop, double x)
{
	Status status = sample_settle(sample, allocator, stop);

	if (status != KERNEL_OK)
		return status;
	if (sample->is_sketch)
		return sketch_add(&sample->sketch, allocator, x);
	return score_runs_add(&sample->runs, allocator, stop, x, 1.0);
}

Status
sample_add_times(Sample *sample, const Allocator *allocator, const StopCheck *stop, double x,
				 double times)
{
	Status status = KERNEL_OK;

	if (!sample->is_whole && sample->runs.n >= 2 * SAMPLE_LIMIT)
		status = sample_settle(sample, allocator, stop);
	if (status != KERNEL_OK)
		return status;
	return sample->is_sketch ? sketch_times(&sample->sketch, allocator, x, times) :
							   score_runs_add(&sample->runs, allocator, stop, x, times);
}

Status
sample_merge(Sample *into, const Allocator *allocator, const StopCheck *stop, const Sample *from)
{
	Status status = KERNEL_OK;

	if (!from->is_sketch && !into->is_sketch)
	{
		status = score_runs_merge(&into->runs, allocator, stop, &from->runs);
		if (status == KERNEL_OK && into->runs.n > SAMPLE_LIMIT && !into->is_whole)
			status = sample_settle(into, allocator, stop);
		return status;
	}
	if (!into->is_sketch)
		status = become_sketch(into, allocator);
	if (status == KERNEL_OK)
		status = from->is_sketch ? sketch_merge(&into->sketch, allocator, &from->sketch) :
								   runs_into_sketch(&into->sketch, allocator, &from->runs);
	return status;
}

/* Stand-ins of one side, as quantile_sketch.h has them. */
static Status
side_runs(const QuantileSketch *sketch, const SketchSide *side, double sign,
		  const Allocator *allocator, const StopCheck *stop, ScoreRuns *runs)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < side->n && status == KERNEL_OK; i++)
	{
		double size = (1.0 - sketch->relative_error) * exp(side->buckets[i].index * sketch->log_g);

		if (side->buckets[i].count > 0)
			status =
				score_runs_add(runs, allocator, stop, sign * size, (double) side->buckets[i].count);
	}
	return status;
}

Status
sample_runs(Sample *sample, const Allocator *allocator, const StopCheck *stop, ScoreRuns *runs)
{
	Status status = sample_settle(sample, allocator, stop);

	*runs = (ScoreRuns){0};
	if (status != KERNEL_OK)
		return status;
	if (!sample->is_sketch)
		return score_runs_merge(runs, allocator, stop, &sample->runs);
	if (sample->sketch.n_zero > 0)
		status = score_runs_add(runs, allocator, stop, 0.0, (double) sample->sketch.n_zero);
	if (status == KERNEL_OK)
		status = side_runs(&sample->sketch, &sample->sketch.negative, -1.0, allocator, stop, runs);
	if (status == KERNEL_OK)
		status = side_runs(&sample->sketch, &sample->sketch.positive, 1.0, allocator, stop, runs);
	if (status == KERNEL_OK)
		status = score_runs_compact(runs, allocator, stop);
	return status;
}

/* Does every run hold one value? */
static bool
is_single(const ScoreRuns *runs)
{
	return runs->weights == NULL;
}

size_t
sample_encoded_size(const Sample *sample)
{
	if (sample->is_sketch)
		return 1 + sketch_encoded_size(&sample->sketch);
	return 1 + 4 + (is_single(&sample->runs) ? 8 : 16) * sample->runs.n;
}

void
sample_encode(const Sample *sample, ByteWriter *writer)
{
	size_t i;

	if (sample->is_sketch)
	{
		write_u8(writer, 2);
		sketch_encode(&sample->sketch, writer);
		return;
	}
	write_u8(writer, !is_single(&sample->runs));
	write_u32(writer, (uint32_t) sample->runs.n);
	for (i = 0; i < sample->runs.n; i++)
	{
		write_double(writer, number_from_key(sample->runs.keys[i]));
		if (!is_single(&sample->runs))
			write_double(writer, sample->runs.weights[i]);
	}
}

static Status
decode_runs(ScoreRuns *runs, bool with_times, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n = read_count(reader, with_times ? 16 : 8);
	double before = -INFINITY;
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		double x = read_double(reader);
		double times = with_times ? read_double(reader) : 1.0;

		if (!isfinite(x) || x <= before || !(times >= 1.0 && times <= MOST_TIMES) ||
			times != floor(times))
			return KERNEL_CORRUPT;
		before = x;
		status = score_runs_add(runs, allocator, NULL, x, times);
	}
	return status;
}

Status
sample_decode(Sample *sample, const Allocator *allocator, ByteReader *reader)
{
	uint8_t form = read_u8(reader);
	Status status;

	*sample = (Sample){0};
	if (form > 2)
		return KERNEL_CORRUPT;
	if (form == 2)
	{
		status = sketch_decode(&sample->sketch, allocator, reader);
		sample->is_sketch = status == KERNEL_OK;
		if (status == KERNEL_OK && sample->sketch.relative_error != SAMPLE_ERROR)
			status = KERNEL_CORRUPT;
	}
	else
		status = decode_runs(&sample->runs, form == 1, allocator, reader);
	if (status == KERNEL_OK)
		status = reader->status;
	if (status != KERNEL_OK)
		sample_release(sample, allocator);
	return status;
}

void
sample_release(Sample *sample, const Allocator *allocator)
{
	score_runs_release(&sample->runs, allocator);
	if (sample->is_sketch)
		sketch_release(&sample->sketch, allocator);
	*sample = (Sample){0};
}

void
runs_quantiles(const ScoreRuns *runs, const double *fractions, size_t n, double *quantiles)
{
	double total = 0.0;
	double before = 0.0; /* values in the runs before run r */
	size_t r = 0;
	size_t i;

	for (i = 0; i < runs->n; i++)
		total += score_runs_weight(runs, i);
	for (i = 0; i < n; i++)
	{
		QuantilePlace place = quantile_place(fractions[i], (uint64_t) total);
		double low;

		while (before + score_runs_weight(runs, r) <= (double) place.k)
			before += score_runs_weight(runs, r++);
		low = number_from_key(runs->keys[r]);
		quantiles[i] = low;
		if (place.fraction > 0.0 && (double) place.k + 1.0 >= before + score_runs_weight(runs, r) &&
			r + 1 < runs->n)
			quantiles[i] =
				quantile_between(low, number_from_key(runs->keys[r + 1]), place.fraction);
	}
}

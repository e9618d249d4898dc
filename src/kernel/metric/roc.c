/*
 * roc.c: the sweep over both classes' runs, and the bytes of the state.
 */
#include "kernel/metric/roc.h"

#include "kernel/base/double_double.h"

#define ROC_FORMAT_VERSION 1
#define HEADER_SIZE 12
#define SCALE_LIMIT 1000 /* 2^1000 is finite */

Status
roc_compact(Roc *roc, const Allocator *allocator, const StopCheck *stop)
{
	Status status = score_runs_compact(&roc->classes[0], allocator, stop);

	return status == KERNEL_OK ? score_runs_compact(&roc->classes[1], allocator, stop) : status;
}

Status
roc_merge(Roc *into, const Allocator *allocator, const StopCheck *stop, const Roc *from)
{
	Status status = score_runs_merge(&into->classes[0], allocator, stop, &from->classes[0]);

	return status == KERNEL_OK ?
		score_runs_merge(&into->classes[1], allocator, stop, &from->classes[1]) :
		status;
}

bool
roc_is_empty(const Roc *roc)
{
	return roc->classes[0].n == 0 && roc->classes[1].n == 0;
}

/* A power of two that brings the total weight near 1, so that products of weights stay in range. */
static double
scale_for(const ScoreRuns *runs)
{
	double total = runs->weights == NULL ? (double) runs->n : 0.0;
	int exponent;
	size_t i;

	for (i = 0; runs->weights != NULL && i < runs->n; i++)
		total += runs->weights[i];
	if (!isfinite(total))
		return NAN;
	exponent = -ilogb(total);
	return ldexp(1.0, exponent < SCALE_LIMIT ? exponent : SCALE_LIMIT);
}

Status
roc_auc(const Roc *roc, double *auc)
{
	const ScoreRuns *negatives = &roc->classes[0];
	const ScoreRuns *positives = &roc->classes[1];
	double negative_scale;
	double positive_scale;
	DoubleDouble below = {0.0, 0.0}; /* weight of the negatives under the score at hand */
	DoubleDouble above = {0.0, 0.0}; /* weight of the positives up to it */
	DoubleDouble area = {0.0, 0.0};
	size_t j = 0;
	size_t i;

	if (negatives->n == 0 || positives->n == 0)
		return KERNEL_INVALID;
	negative_scale = scale_for(negatives);
	positive_scale = scale_for(positives);
	if (isnan(negative_scale) || isnan(positive_scale))
		return KERNEL_OVERFLOW;
	for (i = 0; i < positives->n; i++)
	{
		double weight = score_runs_weight(positives, i) * positive_scale;
		DoubleDouble height;

		while (j < negatives->n && negatives->keys[j] < positives->keys[i])
			below = dd_add_double(below, score_runs_weight(negatives, j++) * negative_scale);
		height = below;
		if (j < negatives->n && negatives->keys[j] == positives->keys[i])
			height = dd_add_double(height, score_runs_weight(negatives, j) * negative_scale * 0.5);
		area = dd_add(area, dd_multiply_double(height, weight));
		above = dd_add_double(above, weight);
	}
	while (j < negatives->n)
		below = dd_add_double(below, score_runs_weight(negatives, j++) * negative_scale);
	*auc = dd_divide(area, dd_multiply(below, above)).hi;
	return KERNEL_OK;
}

Status
roc_average_precision(const Roc *roc, double *result)
{
	const ScoreRuns *negatives = &roc->classes[0];
	const ScoreRuns *positives = &roc->classes[1];
	DoubleDouble true_weight = {0.0, 0.0}; /* of the positives from the greatest score down */
	DoubleDouble all_weight = {0.0, 0.0};  /* and of all rows */
	DoubleDouble area = {0.0, 0.0};
	size_t j = negatives->n;
	size_t i;
	double scale;

	if (positives->n == 0)
		return KERNEL_INVALID;
	/* One scale for both classes, since their weights are added. */
	scale = fmin(scale_for(positives), negatives->n > 0 ? scale_for(negatives) : INFINITY);
	if (isnan(scale_for(positives)) || (negatives->n > 0 && isnan(scale_for(negatives))))
		return KERNEL_OVERFLOW;
	for (i = positives->n; i-- > 0;)
	{
		double weight = score_runs_weight(positives, i) * scale;

		while (j > 0 && negatives->keys[j - 1] >= positives->keys[i])
			all_weight = dd_add_double(all_weight, score_runs_weight(negatives, --j) * scale);
		true_weight = dd_add_double(true_weight, weight);
		all_weight = dd_add_double(all_weight, weight);
		area = dd_add(area, dd_multiply_double(dd_divide(true_weight, all_weight), weight));
	}
	*result = dd_divide(area, true_weight).hi;
	return KERNEL_OK;
}

/* The weight of all runs, scaled. */
static DoubleDouble
scaled_total(const ScoreRuns *runs, double scale)
{
	DoubleDouble total = {0.0, 0.0};
	size_t i;

	for (i = 0; i < runs->n; i++)
		total = dd_add_double(total, score_runs_weight(runs, i) * scale);
	return total;
}

Status
roc_kolmogorov_smirnov(const Roc *roc, double *result)
{
	const ScoreRuns *classes = roc->classes;
	DoubleDouble sums[2] = {{0.0, 0.0}, {0.0, 0.0}};
	DoubleDouble totals[2];
	double scales[2];
	size_t at[2] = {0, 0};
	double greatest = 0.0;
	int c;

	if (classes[0].n == 0 || classes[1].n == 0)
		return KERNEL_INVALID;
	for (c = 0; c < 2; c++)
	{
		scales[c] = scale_for(&classes[c]);
		if (isnan(scales[c]))
			return KERNEL_OVERFLOW;
		totals[c] = scaled_total(&classes[c], scales[c]);
	}
	while (at[0] < classes[0].n && at[1] < classes[1].n)
	{
		uint64_t keys[2] = {classes[0].keys[at[0]], classes[1].keys[at[1]]};

		for (c = 0; c < 2; c++)
		{
			if (keys[c] <= keys[1 - c])
				sums[c] =
					dd_add_double(sums[c], score_runs_weight(&classes[c], at[c]++) * scales[c]);
		}
		greatest = fmax(
			greatest,
			fabs(dd_subtract(dd_divide(sums[0], totals[0]), dd_divide(sums[1], totals[1])).hi));
	}
	*result = greatest;
	return KERNEL_OK;
}

/* Is there a weight other than 1?  What tells the two encodings of a class apart. */
static bool
has_weights(const ScoreRuns *runs)
{
	size_t i;

	for (i = 0; i < runs->n; i++)
	{
		if (score_runs_weight(runs, i) != 1.0)
			return true;
	}
	return false;
}

size_t
roc_encoded_size(const Roc *roc)
{
	size_t size = HEADER_SIZE;
	int label;

	for (label = 0; label < 2; label++)
		size +=
			roc->classes[label].n * sizeof(double) * (has_weights(&roc->classes[label]) ? 2 : 1);
	return size;
}

static uint8_t *
put(uint8_t *bytes, uint64_t value, int n_bytes)
{
	int i;

	for (i = 0; i < n_bytes; i++)
		bytes[i] = (uint8_t) (value >> (8 * i));
	return bytes + n_bytes;
}

static uint8_t *
put_double(uint8_t *bytes, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return put(bytes, bits, 8);
}

void
roc_encode(const Roc *roc, uint8_t *bytes)
{
	bool weighted[2] = {has_weights(&roc->classes[0]), has_weights(&roc->classes[1])};
	int label;
	size_t i;

	bytes = put(bytes, ROC_FORMAT_VERSION, 1);
	bytes = put(bytes, (uint64_t) weighted[0] | (uint64_t) weighted[1] << 1, 1);
	bytes = put(bytes, 0, 2);
	bytes = put(bytes, roc->classes[0].n, 4);
	bytes = put(bytes, roc->classes[1].n, 4);
	for (label = 0; label < 2; label++)
	{
		const ScoreRuns *runs = &roc->classes[label];

		for (i = 0; i < runs->n; i++)
			bytes = put_double(bytes, number_from_key(runs->keys[i]));
		for (i = 0; weighted[label] && i < runs->n; i++)
			bytes = put_double(bytes, runs->weights[i]);
	}
}

/* n slots of a class, checked; has_weights must be what the flag says. */
static Status
decode_class(ScoreRuns *runs, const Allocator *allocator, ByteReader *reader, size_t n,
			 bool weighted)
{
	size_t i;

	if (n > reader_left(reader) / sizeof(double) / (weighted ? 2 : 1))
		return KERNEL_CORRUPT;
	if (n == 0)
		return weighted ? KERNEL_CORRUPT : KERNEL_OK;
	runs->keys = memory_allocate(allocator, n, sizeof(uint64_t));
	if (runs->keys == NULL)
		return KERNEL_OUT_OF_MEMORY;
	runs->capacity = n;
	for (i = 0; i < n; i++)
	{
		double score = read_double(reader);

		if (isnan(score) || (score == 0.0 && signbit(score)))
			return KERNEL_CORRUPT;
		runs->keys[i] = number_to_key(score);
		if (i > 0 && runs->keys[i - 1] >= runs->keys[i])
			return KERNEL_CORRUPT;
	}
	runs->n = n;
	runs->n_sorted = n;
	if (!weighted)
		return KERNEL_OK;
	runs->weights = memory_allocate(allocator, n, sizeof(double));
	if (runs->weights == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
	{
		runs->weights[i] = read_double(reader);
		if (!(runs->weights[i] > 0.0 && isfinite(runs->weights[i])))
			return KERNEL_CORRUPT;
	}
	return has_weights(runs) ? KERNEL_OK : KERNEL_CORRUPT;
}

Status
roc_decode(Roc *roc, const Allocator *allocator, ByteReader *reader)
{
	uint8_t version = read_u8(reader);
	uint8_t flags = read_u8(reader);
	uint16_t reserved = read_u16(reader);
	size_t n_negatives = read_u32(reader);
	size_t n_positives = read_u32(reader);
	Status status = reader->status;

	if (status == KERNEL_OK && version != ROC_FORMAT_VERSION)
		return version > ROC_FORMAT_VERSION ? KERNEL_UNSUPPORTED_VERSION : KERNEL_CORRUPT;
	if (status == KERNEL_OK && (flags > 3 || reserved != 0))
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK)
		status = decode_class(&roc->classes[0], allocator, reader, n_negatives, flags & 1);
	if (status == KERNEL_OK)
		status = decode_class(&roc->classes[1], allocator, reader, n_positives, flags >> 1);
	if (status == KERNEL_OK && (reader->status != KERNEL_OK || reader_left(reader) > 0))
		status = KERNEL_CORRUPT;
	if (status != KERNEL_OK)
		roc_release(roc, allocator);
	return status;
}

void
roc_release(Roc *roc, const Allocator *allocator)
{
	score_runs_release(&roc->classes[0], allocator);
	score_runs_release(&roc->classes[1], allocator);
}

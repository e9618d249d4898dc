/*
 * quantile_stream.c: selection by the digits of sortable bits.
 */
#include "kernel/tree/quantile_stream.h"

#include <math.h>
#include <string.h>

#include "kernel/base/number_key.h"
#include "kernel/tree/exact_sum.h"

#define DIGIT_BITS 16
#define DIGITS (1 << DIGIT_BITS)
#define HIGHEST (64 - DIGIT_BITS)

/* Looking for the key of a rank. */
typedef struct Selection
{
	uint64_t prefix;   /* bits found so far; the others 0 */
	int shift;		   /* of the digit looked for */
	WideInteger *held; /* a digit: count or weight of the values that have it behind the prefix */
	ExactSum unit;	   /* of weights */
	double heaviest;
	WideInteger total;
	uint64_t above; /* the least key above prefix */
} Selection;

static void
find_heaviest(void *context, const double *values, const double *weights, int32_t n)
{
	Selection *selection = context;
	int32_t i;

	(void) values;
	for (i = 0; i < n; i++)
		selection->heaviest = weights[i] > selection->heaviest ? weights[i] : selection->heaviest;
}

static void
count_digits(void *context, const double *values, const double *weights, int32_t n)
{
	Selection *selection = context;
	int shift = selection->shift;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		uint64_t key = number_to_key(values[i]);
		ExactSum part = {.exponent = selection->unit.exponent};

		if (shift < HIGHEST &&
			key >> (shift + DIGIT_BITS) != selection->prefix >> (shift + DIGIT_BITS))
			continue;
		if (weights != NULL)
			exact_sum_add(&part, weights[i]);
		else
			part.sum = 1;
		selection->held[key >> shift & (DIGITS - 1)] += part.sum;
	}
}

static void
find_above(void *context, const double *values, const double *weights, int32_t n)
{
	Selection *selection = context;
	int32_t i;

	(void) weights;
	for (i = 0; i < n; i++)
	{
		uint64_t key = number_to_key(values[i]);

		if (key > selection->prefix && key < selection->above)
			selection->above = key;
	}
}

/* Is the rank looked for among those that hold so much together? */
static inline bool
is_within(const Selection *selection, WideInteger held, bool has_weight, double wanted)
{
	ExactSum sum = {.exponent = selection->unit.exponent, .sum = held};

	return has_weight ? exact_sum_value(&sum) >= wanted : (double) held > wanted;
}

/*
 * The key at a rank: the first whose values and those below number more than `wanted`, or hold that
 * much weight.  *through: what they hold.
 */
static Status
select_key(Selection *selection, const ValueStream *stream, double wanted, WideInteger *through)
{
	WideInteger before = 0;
	Status status = KERNEL_OK;

	for (selection->shift = HIGHEST; selection->shift >= 0 && status == KERNEL_OK;
		 selection->shift -= DIGIT_BITS)
	{
		uint64_t last = 0;
		uint64_t d;

		memset(selection->held, 0, DIGITS * sizeof(WideInteger));
		status = stream->visit(stream->context, count_digits, selection);
		for (d = 0; d < DIGITS; d++)
		{
			if (selection->held[d] == 0)
				continue;
			last = d;
			if (is_within(selection, before + selection->held[d], stream->has_weight, wanted))
				break;
			before += selection->held[d];
		}
		if (d == DIGITS) /* rounding: the last there is */
			before -= selection->held[last];
		selection->prefix |= last << selection->shift;
		*through = before + selection->held[last];
	}
	return status;
}

/* The smallest value with at least alpha of the weight at or below it. */
static Status
weighted_quantile(Selection *selection, const ValueStream *stream, double alpha, double *quantile)
{
	WideInteger through;
	Status status = stream->visit(stream->context, find_heaviest, selection);
	ExactSum total = exact_sum_begin(selection->heaviest);
	uint64_t d;

	selection->unit = total;
	selection->shift = HIGHEST;
	memset(selection->held, 0, DIGITS * sizeof(WideInteger));
	if (status == KERNEL_OK)
		status = stream->visit(stream->context, count_digits, selection);
	for (d = 0; d < DIGITS; d++)
		total.sum += selection->held[d];
	if (status == KERNEL_OK)
		status = select_key(selection, stream, alpha * exact_sum_value(&total), &through);
	*quantile = number_from_key(selection->prefix);
	return status;
}

/* Between the two values next to (n - 1) alpha. */
static Status
plain_quantile(Selection *selection, const ValueStream *stream, double alpha, double *quantile)
{
	double place = alpha * ((double) stream->n - 1.0);
	double k = floor(place);
	WideInteger through = 0;
	Status status = select_key(selection, stream, k, &through);
	double low = number_from_key(selection->prefix);
	double high = low;

	if (status == KERNEL_OK && through == (WideInteger) k + 1 && through < stream->n)
	{
		selection->above = UINT64_MAX;
		status = stream->visit(stream->context, find_above, selection);
		high = number_from_key(selection->above);
	}
	*quantile = low + (place - k) * (high - low);
	return status;
}

Status
stream_quantile(const ValueStream *stream, double alpha, const Allocator *allocator,
				double *quantile)
{
	Selection selection = {.held = memory_allocate(allocator, DIGITS, sizeof(WideInteger))};
	Status status = KERNEL_OUT_OF_MEMORY;

	if (selection.held != NULL)
		status = stream->has_weight ? weighted_quantile(&selection, stream, alpha, quantile) :
									  plain_quantile(&selection, stream, alpha, quantile);
	memory_release(allocator, selection.held, DIGITS, sizeof(WideInteger));
	return status;
}

/* The sum of residuals about their median, cut at Huber's bend. */
typedef struct Bent
{
	double median;
	double delta;
	ExactSum sum;
	ExactSum total;
} Bent;

static void
add_bent(void *context, const double *values, const double *weights, int32_t n)
{
	Bent *bent = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double weight = weights != NULL ? weights[i] : 1.0;
		double off = objective_bent(values[i] - bent->median, bent->delta);

		exact_sum_add(&bent->sum, weight * off);
		exact_sum_add(&bent->total, weight);
	}
}

Status
stream_renewed(const Objective *objective, const ValueStream *stream, const Allocator *allocator,
			   double *value)
{
	Bent bent = {.delta = objective->delta};
	Selection heaviest = {.heaviest = stream->has_weight ? 0.0 : 1.0};
	Status status;

	if (objective->kind != BOOST_HUBER)
		return stream_quantile(stream, objective_level(objective), allocator, value);
	status = stream_quantile(stream, 0.5, allocator, &bent.median);
	if (status == KERNEL_OK && stream->has_weight)
		status = stream->visit(stream->context, find_heaviest, &heaviest);
	/* Rounding is that of the lightest unit, which in memory is at least that of a weight of 1. */
	heaviest.heaviest = heaviest.heaviest > 1.0 ? heaviest.heaviest : 1.0;
	bent.sum = exact_sum_begin(heaviest.heaviest * objective->delta);
	bent.total = exact_sum_begin(heaviest.heaviest);
	if (status == KERNEL_OK)
		status = stream->visit(stream->context, add_bent, &bent);
	*value = bent.median + exact_sum_value(&bent.sum) / exact_sum_value(&bent.total);
	return status;
}

Status
source_targets_visit(void *context, StreamWork work, void *work_context)
{
	const SourceTargets *targets = context;
	const TreeSource *source = targets->source;
	double target[DATASET_BLOCK_ROWS];
	double weight[DATASET_BLOCK_ROWS];
	double *weights = tree_source_has_weight(source) ? weight : NULL;
	int32_t b;

	for (b = 0; b < source->dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = tree_source_block(source, b, targets->stop, &block);

		if (status != KERNEL_OK)
			return status;
		tree_source_targets(source, block, target, weights);
		work(work_context, target, weights, block->n);
	}
	return KERNEL_OK;
}

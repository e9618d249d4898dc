/*
 * decay.c: folds of values that decay by time.
 */
#include "kernel/window/decay.h"

#include <string.h>

/* 2^k for k <= 0, and 0 where that is not a normal double. */
static double
power_of_two(int64_t k)
{
	uint64_t bits;
	double power;

	if (k < -1022)
		return 0.0;
	bits = (uint64_t) (k + 1023) << 52;
	memcpy(&power, &bits, sizeof(power));
	return power;
}

static int64_t
periods_of(int64_t time, int64_t half_life)
{
	return time / half_life - (time % half_life < 0);
}

/* 2^(r/h) of the time. */
static double
weight_of(int64_t time, int64_t periods, int64_t half_life)
{
	return exp2((double) (time - periods * half_life) / (double) half_life);
}

DecayRow
decay_row(int64_t time, double x, bool is_missing, int64_t half_life)
{
	DecayRow row = {.time = time, .x = is_missing ? 0.0 : x, .is_missing = is_missing};

	row.periods = periods_of(time, half_life);
	row.weight = is_missing ? 0.0 : weight_of(time, row.periods, half_life);
	return row;
}

/* Makes the scale of the sums at least `scale`; exact but for sums that vanish. */
static void
raise_scale(Decay *decay, int64_t scale)
{
	double power;

	if (decay->n > 0 && scale <= decay->scale)
		return;
	if (decay->n > 0)
	{
		power = power_of_two(decay->scale - scale);
		decay->weight = (DoubleDouble){decay->weight.hi * power, decay->weight.lo * power};
		decay->weighted = (DoubleDouble){decay->weighted.hi * power, decay->weighted.lo * power};
	}
	decay->scale = scale;
}

static void
note_row(Decay *decay, int64_t n_rows, int64_t newest)
{
	if (decay->n_rows == 0 || newest > decay->newest)
		decay->newest = newest;
	decay->n_rows += n_rows;
}

void
decay_add(Decay *decay, DecayRow row)
{
	double weight;

	note_row(decay, 1, row.time);
	if (row.is_missing)
		return;
	raise_scale(decay, row.periods + 1);
	decay->n++;
	weight = row.weight * power_of_two(row.periods - decay->scale);
	decay->weight = dd_add_double(decay->weight, weight);
	if (isfinite(row.x))
		decay->weighted = dd_add(decay->weighted, dd_two_product(weight, row.x));
	else if (isnan(row.x))
		decay->n_nan++;
	else if (row.x > 0.0)
		decay->n_positive_infinity++;
	else
		decay->n_negative_infinity++;
}

void
decay_merge(Decay *left, const Decay *right)
{
	Decay other = *right;

	if (right->n_rows == 0)
		return;
	left->half_life = right->half_life;
	note_row(left, right->n_rows, right->newest);
	if (right->n == 0)
		return;
	raise_scale(left, right->scale);
	raise_scale(&other, left->scale);
	left->n += other.n;
	left->weight = dd_add(left->weight, other.weight);
	left->weighted = dd_add(left->weighted, other.weighted);
	left->n_nan += other.n_nan;
	left->n_positive_infinity += other.n_positive_infinity;
	left->n_negative_infinity += other.n_negative_infinity;
}

void
decay_normalise(Decay *decay)
{
	total_normalise(&decay->weight);
	total_normalise(&decay->weighted);
}

static bool
counts_are_valid(const Decay *decay)
{
	return decay->n >= 0 && decay->n <= decay->n_rows && decay->n_nan >= 0 &&
		decay->n_positive_infinity >= 0 && decay->n_negative_infinity >= 0 &&
		decay->n_nan <= decay->n && decay->n_positive_infinity <= decay->n - decay->n_nan &&
		decay->n_negative_infinity <= decay->n - decay->n_nan - decay->n_positive_infinity;
}

bool
decay_is_valid(const Decay *decay)
{
	static const Decay empty;

	if (decay->n_rows == 0)
		return memcmp(decay, &empty, sizeof(empty)) == 0;
	if (decay->half_life < 1 || decay->newest < DECAY_EARLIEST || decay->newest > DECAY_LATEST ||
		!counts_are_valid(decay))
		return false;
	if (decay->n == 0)
		return decay->scale == 0 && decay->weight.hi == 0.0 && decay->weight.lo == 0.0 &&
			decay->weighted.hi == 0.0 && decay->weighted.lo == 0.0;
	return decay->scale <= periods_of(decay->newest, decay->half_life) + 1 &&
		decay->scale >= periods_of(DECAY_EARLIEST, decay->half_life) && decay->weight.hi >= 0.5 &&
		decay->weight.hi <= (double) decay->n && total_is_normalised(decay->weight) &&
		total_is_normalised(decay->weighted);
}

/*
 * A sum at its scale as one at T.  By a division of double-doubles, so that what came at T itself,
 * whose weight is the divisor, counts as it is.
 */
static double
at_newest(const Decay *decay, DoubleDouble sum)
{
	int64_t periods = periods_of(decay->newest, decay->half_life);
	double weight = weight_of(decay->newest, periods, decay->half_life);

	return dd_divide_double(sum, weight).hi * power_of_two(decay->scale - 1 - periods) * 2.0;
}

static Status
finite_result(double value, double *result)
{
	if (!isfinite(value))
		return KERNEL_OVERFLOW;
	*result = value;
	return KERNEL_OK;
}

Status
decay_count(const Decay *decay, double *result)
{
	*result = decay->n == 0 ? 0.0 : at_newest(decay, decay->weight);
	return KERNEL_OK;
}

/* What values that are not finite make of any sum of theirs; false when there is none. */
static bool
is_special(const Decay *decay, double *result)
{
	MovingCounts counts = {.n_nan = decay->n_nan,
						   .n_positive_infinity = decay->n_positive_infinity,
						   .n_negative_infinity = decay->n_negative_infinity};

	if (!moving_counts_any(&counts))
		return false;
	*result = moving_counts_total(&counts);
	return true;
}

Status
decay_sum(const Decay *decay, double *result)
{
	if (decay->n == 0)
		return KERNEL_INVALID;
	if (is_special(decay, result))
		return KERNEL_OK;
	return finite_result(at_newest(decay, decay->weighted), result);
}

Status
decay_mean(const Decay *decay, double *result)
{
	if (decay->n == 0)
		return KERNEL_INVALID;
	if (is_special(decay, result))
		return KERNEL_OK;
	return finite_result(dd_divide(decay->weighted, decay->weight).hi, result);
}

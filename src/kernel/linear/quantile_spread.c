/*
 * quantile_spread.c: the density of the residuals of a quantile at 0.
 *
 * The quartiles that the bandwidth needs are order statistics, found digit by digit: DIGITS passes over
 * the rows, and memory that does not grow with them.
 */
#include <math.h>
#include <string.h>

#include "kernel/base/number_key.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/linear/quantile_state.h"
#include "kernel/stat/distribution.h"

#define DIGIT_BITS 11
#define DIGITS 6
#define DIGIT_BINS (1 << DIGIT_BITS)
#define NO_WIDTH 1e-12 /* of the targets' standard deviation */
#define N_PLACES 4	   /* both neighbours of both quartiles */

/* An order statistic: the least residual with more weight than `weight` at or below it. */
typedef struct OrderPlace
{
	uint64_t prefix; /* digits found */
	double weight;	 /* left, of the rows with that prefix */
	double bins[DIGIT_BINS];
} OrderPlace;

typedef struct Search
{
	OrderPlace *places; /* N_PLACES */
	int32_t shift;
} Search;

/* The digits above the one at shift, which may begin beyond the number. */
static uint64_t
prefix_of(uint64_t bits, int32_t shift)
{
	return shift + DIGIT_BITS >= 64 ? 0 : bits >> (shift + DIGIT_BITS);
}

static Status
count_digits(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	Search *search = context;
	int32_t i;
	int p;

	(void) quantile;
	for (i = 0; i < panel->place->n; i++)
	{
		uint64_t bits = number_to_key(panel->current[i]);
		uint64_t prefix = prefix_of(bits, search->shift);
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;

		for (p = 0; p < N_PLACES; p++)
		{
			OrderPlace *place = &search->places[p];

			if (prefix == place->prefix)
				place->bins[bits >> search->shift & (DIGIT_BINS - 1)] += w;
		}
	}
	return KERNEL_OK;
}

/* The next digit of a place: the bin in which its weight is passed, or else the last with rows. */
static void
take_digit(OrderPlace *place)
{
	uint64_t digit = 0;
	double below = 0.0;
	int d;

	for (d = 0; d < DIGIT_BINS; d++)
	{
		if (place->bins[d] == 0.0)
			continue;
		digit = (uint64_t) d;
		if (below + place->bins[d] > place->weight)
			break;
		below += place->bins[d];
	}
	/* Beyond the last by rounding: the largest from here on. */
	place->weight = d < DIGIT_BINS ? place->weight - below : INFINITY;
	place->prefix = place->prefix << DIGIT_BITS | digit;
}

/* The difference of the quartiles, interpolated between order statistics as numpy does. */
static Status
quartile_range(Quantile *quantile, double *range)
{
	static const double shares[2] = {0.25, 0.75};
	const Logistic *fit = &quantile->fit;
	double unit = fit->total / (double) fit->dataset->n;
	double quartile[2];
	Search search;
	Status status = KERNEL_OK;
	int p;
	int d;

	search.places = memory_allocate_zero(fit->allocator, N_PLACES, sizeof(OrderPlace));
	if (search.places == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (p = 0; p < N_PLACES; p++)
		search.places[p].weight =
			(floor(shares[p / 2] * (double) (fit->dataset->n - 1)) + p % 2) * unit;
	for (d = DIGITS - 1; d >= 0 && status == KERNEL_OK; d--)
	{
		search.shift = d * DIGIT_BITS;
		for (p = 0; p < N_PLACES; p++)
			memset(search.places[p].bins, 0, sizeof(search.places[p].bins));
		status = quantile_visit(quantile, count_digits, &search);
		for (p = 0; p < N_PLACES; p++)
			take_digit(&search.places[p]);
	}
	for (p = 0; p < 2; p++)
	{
		double place = shares[p] * (double) (fit->dataset->n - 1);
		double low = number_from_key(search.places[2 * p].prefix);
		double high = number_from_key(search.places[2 * p + 1].prefix);

		quartile[p] = low + (place - floor(place)) * (high - low);
	}
	*range = quartile[1] - quartile[0];
	memory_release(fit->allocator, search.places, N_PLACES, sizeof(OrderPlace));
	return status;
}

typedef struct Density
{
	double width;
	double sum;		/* of w K(r / width) */
	double squares; /* of w (y - mean)^2 */
} Density;

static Status
add_squares(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	Density *density = context;
	const PanelPlace *place = panel->place;
	int32_t i;

	for (i = 0; i < place->n; i++)
	{
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;
		double y = place->block->target[place->start + i] - quantile->options->target_mean;

		density->squares += w * y * y;
	}
	return KERNEL_OK;
}

/* Epanechnikov's kernel. */
static Status
add_kernels(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	Density *density = context;
	int32_t i;

	(void) quantile;
	for (i = 0; i < panel->place->n; i++)
	{
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;
		double u = panel->current[i] / density->width;

		density->sum += fabs(u) <= 1.0 ? w * 0.75 * (1.0 - u * u) : 0.0;
	}
	return KERNEL_OK;
}

/*
 * The half width, in probability: Hall and Sheather, "On the distribution of a Studentized quantile",
 * Journal of the Royal Statistical Society B 50, 1988, for confidence 0.95; halved until it fits.
 */
static double
probability_width(double n, double tau)
{
	double z = distribution_normal_quantile(tau);
	double density = exp(-0.5 * z * z) / sqrt(2.0 * 3.14159265358979323846);
	double width = pow(n, -1.0 / 3.0) * pow(distribution_normal_quantile(0.975), 2.0 / 3.0) *
		pow(1.5 * density * density / (2.0 * z * z + 1.0), 1.0 / 3.0);

	while (tau - width <= 0.0 || tau + width >= 1.0)
		width *= 0.5;
	return width;
}

typedef struct ResidualSums
{
	double sum;
	double squares;
} ResidualSums;

static Status
add_residuals(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	ResidualSums *sums = context;
	int32_t i;

	(void) quantile;
	for (i = 0; i < panel->place->n; i++)
	{
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;

		sums->sum += w * panel->current[i];
		sums->squares += w * panel->current[i] * panel->current[i];
	}
	return KERNEL_OK;
}

Status
quantile_kernel_width(Quantile *quantile, double *width)
{
	const Logistic *fit = &quantile->fit;
	double n = (double) fit->dataset->n;
	double tau = quantile->options->quantile;
	double share = probability_width(n, tau);
	ResidualSums sums = {0.0, 0.0};
	double range;
	double variance;
	Status status = quantile_visit(quantile, add_residuals, &sums);

	*width = 0.0;
	if (status == KERNEL_OK)
		status = quartile_range(quantile, &range);
	if (status != KERNEL_OK)
		return status;
	/* Residuals sum up to little, so that this difference keeps its digits. */
	variance =
		fmax(sums.squares - sums.sum * sums.sum / fit->total, 0.0) / fit->total * n / (n - 1.0);
	*width = fmin(sqrt(variance), range / 1.34) *
		(distribution_normal_quantile(tau + share) - distribution_normal_quantile(tau - share));
	if (!(*width > NO_WIDTH * quantile->spread))
		*width = 0.0;
	return KERNEL_OK;
}

Status
quantile_sparsity(Quantile *quantile, double *sparsity)
{
	const Logistic *fit = &quantile->fit;
	double tau = quantile->options->quantile;
	double width = probability_width((double) fit->dataset->n, tau);
	Density density = {0.0, 0.0, 0.0};
	double range;
	Status status = quantile_visit(quantile, add_squares, &density);

	*sparsity = NAN;
	if (status == KERNEL_OK)
		status = quartile_range(quantile, &range);
	if (status != KERNEL_OK)
		return status;
	density.width = fmin(sqrt(density.squares / fit->total), range / 1.34) *
		(distribution_normal_quantile(tau + width) - distribution_normal_quantile(tau - width));
	/* Quartiles that only rounding tells apart say nothing. */
	if (!(density.width > NO_WIDTH * sqrt(density.squares / fit->total)))
		return KERNEL_OK;
	status = quantile_visit(quantile, add_kernels, &density);
	if (density.sum > 0.0)
		*sparsity = fit->total * density.width / density.sum;
	return status;
}

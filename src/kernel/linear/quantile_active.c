/*
 * quantile_active.c: the rows near the hyperplane of a quantile, gathered from all.
 */
#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/linear/quantile_state.h"

#define BINS 32768 /* of |r|, by sign, exponent and 4 bits of the fraction */
#define BIN_SHIFT 48

Status
quantile_visit(Quantile *quantile,
			   Status (*visit)(Quantile *quantile, const QuantilePanel *panel, void *context),
			   void *context)
{
	Logistic *fit = &quantile->fit;
	PanelPlace place = logistic_panel_first(fit->dataset);
	QuantilePanel panel = {.place = &place};
	Status status = KERNEL_OK;
	int32_t i;

	logistic_panel_spread(fit, fit->estimate, fit->weights);
	logistic_panel_spread(fit, quantile->reference, quantile->reference_weights);
	while (place.next_n > 0 && status == KERNEL_OK)
	{
		const double *target;

		status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(fit->dataset, place.next_b, place.next_start, &place);
		if (status != KERNEL_OK)
			break;
		logistic_panel_load(fit, &place, NULL);
		logistic_panel_eta(fit, fit->weights, place.n, panel.current);
		logistic_panel_eta(fit, quantile->reference_weights, place.n, panel.reference);
		target = place.block->target + place.start;
		panel.weight = place.block->weight != NULL ? place.block->weight + place.start : NULL;
		for (i = 0; i < place.n; i++)
		{
			double y = target[i] - quantile->loss.centre;

			panel.current[i] = y - panel.current[i];
			panel.reference[i] = y - panel.reference[i];
		}
		status = visit(quantile, &panel, context);
	}
	return status;
}

static Status
count_sizes(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	int64_t *counts = context;
	int32_t i;

	(void) quantile;
	for (i = 0; i < panel->place->n; i++)
	{
		double size = fabs(panel->reference[i]);
		uint64_t bits;

		memcpy(&bits, &size, sizeof(bits));
		counts[bits >> BIN_SHIFT]++;
	}
	return KERNEL_OK;
}

Status
quantile_find_band(Quantile *quantile, int64_t wanted, int64_t *found)
{
	const Allocator *allocator = quantile->fit.allocator;
	int64_t n = quantile->fit.dataset->n;
	int64_t *counts;
	uint64_t bin = 0;
	Status status;

	quantile->band = INFINITY;
	*found = n;
	if (wanted >= n)
		return KERNEL_OK;
	counts = memory_allocate_zero(allocator, BINS, sizeof(int64_t));
	if (counts == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = quantile_visit(quantile, count_sizes, counts);
	for (*found = 0; bin < BINS && *found < wanted; bin++)
		*found += counts[bin];
	if (bin < BINS && *found < n)
	{
		bin <<= BIN_SHIFT;
		memcpy(&quantile->band, &bin, sizeof(bin));
	}
	memory_release(allocator, counts, BINS, sizeof(int64_t));
	return status;
}

static bool
is_active(const Quantile *quantile, double residual)
{
	return !(fabs(residual) >= quantile->band);
}

/* The columns in use of a row of the loaded panel. */
static void
take_columns(const Quantile *quantile, int32_t i, double *x)
{
	const Logistic *fit = &quantile->fit;
	double *basis = quantile->basis_row;
	int32_t j;
	int32_t s;

	for (j = 0; j < fit->n_dense; j++)
		basis[j] = fit->panel[(size_t) j * PANEL_ROWS + (size_t) i];
	for (s = 0; s < fit->n_slots; s++)
	{
		int32_t found = fit->found[(size_t) s * PANEL_ROWS + (size_t) i];

		if (found >= 0)
			basis[found] = 1.0;
	}
	for (j = 0; j < quantile->k; j++)
	{
		const Column *column = &fit->columns[quantile->used[j]];

		x[j] = column->own * basis[column->index] + column->constant;
		if (column->missing_index != NONE)
			x[j] += column->missing * basis[column->missing_index];
	}
	for (s = 0; s < fit->n_slots; s++)
	{
		int32_t found = fit->found[(size_t) s * PANEL_ROWS + (size_t) i];

		if (found >= 0)
			basis[found] = 0.0;
	}
}

/* A number in [-1, 1) that the row's content tells, so that the order of the rows does not show. */
static double
content_number(const double *x, int32_t k, double y)
{
	uint64_t seed;

	memcpy(&seed, &y, sizeof(seed));
	return (double) (hash_bytes(x, (size_t) k * sizeof(double), seed) >> 11) * 0x1p-52 - 1.0;
}

typedef struct Gathering
{
	double magnitude;
	int64_t limit;
} Gathering;

static void
add_active(Quantile *quantile, double y, double low, double high, double magnitude)
{
	ActiveRows *active = &quantile->active;
	const double *x = active->x + (size_t) active->n * (size_t) quantile->k;

	active->y[active->n] = y;
	active->low[active->n] = low;
	active->high[active->n] = high;
	active->shift[active->n] = magnitude * content_number(x, quantile->k, y);
	active->n++;
}

static Status
gather_panel(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	const Gathering *gathering = context;
	const PanelPlace *place = panel->place;
	double tau = quantile->options->quantile;
	double fixed[PANEL_ROWS] = {0.0};
	int32_t i;

	for (i = 0; i < place->n; i++)
	{
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;
		double residual = panel->reference[i];

		if (!is_active(quantile, residual))
		{
			fixed[i] = residual > 0.0 ? w * tau : w * (tau - 1.0);
			continue;
		}
		if (quantile->active.n >= gathering->limit)
			return KERNEL_CORRUPT;
		take_columns(quantile, i,
					 quantile->active.x + (size_t) quantile->active.n * (size_t) quantile->k);
		add_active(quantile, place->block->target[place->start + i] - quantile->loss.centre,
				   w * (tau - 1.0), w * tau, gathering->magnitude);
	}
	logistic_add_gradient(&quantile->fit, fixed, place->n, quantile->products);
	return KERNEL_OK;
}

void
quantile_release_active(Quantile *quantile)
{
	ActiveRows *active = &quantile->active;
	const Allocator *allocator = quantile->fit.allocator;

	memory_release(allocator, active->x, (size_t) active->room,
				   (size_t) quantile->k * sizeof(double));
	memory_release(allocator, active->numbers, 5 * (size_t) active->room, sizeof(double));
	*active = (ActiveRows){0};
}

static Status
make_room(Quantile *quantile, int64_t room)
{
	ActiveRows *active = &quantile->active;
	const Allocator *allocator = quantile->fit.allocator;

	quantile_release_active(quantile);
	active->room = room;
	active->x = memory_allocate(allocator, (size_t) room, (size_t) quantile->k * sizeof(double));
	active->numbers = memory_allocate(allocator, 5 * (size_t) room, sizeof(double));
	if (active->x == NULL || active->numbers == NULL)
		return KERNEL_OUT_OF_MEMORY;
	active->y = active->numbers;
	active->shift = active->y + room;
	active->low = active->shift + room;
	active->high = active->low + room;
	active->dual = active->high + room;
	return KERNEL_OK;
}

/*
 * |coefficient| times the penalty is the loss of a row with that column alone and the target 0; one that may
 * not be below 0 loses what is steeper than all rows where it is.
 */
static void
add_penalties(Quantile *quantile, double magnitude)
{
	size_t k = (size_t) quantile->k;
	int32_t j;

	for (j = 0; j < quantile->k; j++)
	{
		double penalty = quantile->penalty[quantile->used[j]] * quantile->fit.total;
		double steep = quantile->steep[quantile->used[j]] * quantile->fit.total;
		double *x = quantile->active.x + (size_t) quantile->active.n * k;

		if (penalty == 0.0 && steep == 0.0)
			continue;
		memset(x, 0, k * sizeof(double));
		x[j] = 1.0;
		if (steep > 0.0)
		{
			/* Without a shift: the bound is exact while pivots are chosen. */
			add_active(quantile, 0.0, -penalty, penalty + steep, 0.0);
			continue;
		}
		/* The target is a coefficient here, which rows multiply; and the shift of a heavy row costs more. */
		add_active(quantile, 0.0, -penalty, penalty,
				   magnitude *
					   fmin(1.0 / fmax(1.0, quantile->fit.columns[quantile->used[j]].range),
							quantile->fit.total / (penalty * (double) k)));
	}
}

Status
quantile_gather(Quantile *quantile, int64_t n, double magnitude)
{
	Gathering gathering = {magnitude, n};
	Status status = make_room(quantile, n + quantile->k);
	int32_t j;

	memset(quantile->products, 0, (size_t) quantile->fit.n_basis * sizeof(double));
	if (status == KERNEL_OK)
		status = quantile_visit(quantile, gather_panel, &gathering);
	if (status != KERNEL_OK)
		return status;
	add_penalties(quantile, magnitude);
	robust_project(&quantile->fit, quantile->products, 1.0, quantile->fixed);
	for (j = 0; j < quantile->k; j++)
		quantile->fixed[j] = quantile->fixed[quantile->used[j]];
	return KERNEL_OK;
}

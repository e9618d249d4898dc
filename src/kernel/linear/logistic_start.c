/*
 * logistic_start.c: where Newton's method starts, and how far its first step goes.
 *
 * At the log-odds every row has the same curvature, which overstates that of the
 * optimum: the first step has nearly the right direction and is too short.  Its
 * length, and a shift of the intercept with it, are fitted on a sample of the
 * rows; only these two numbers come from the sample, and a step that does not
 * lower the loss of all rows is halved like any other.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>

#include "kernel/linear/panel_simd.h"

#define SAMPLE_PANELS 512
#define ROUNDS 10
#define LONGEST 8.0 /* times Newton's step */
#define ENOUGH 1e-3 /* a change of length that is not worth a round */

void
logistic_start_at_share(Logistic *fit)
{
	double positive = 0.0;
	double share;
	int32_t b;
	int32_t i;

	if (!fit->design->has_intercept)
		return;
	for (b = 0; b < fit->dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &fit->dataset->blocks[b];

		for (i = 0; i < block->n; i++)
			positive += block->target[i] == fit->options->positive_target ?
				row_weight(block, i, fit->options) :
				0.0;
	}
	share = positive / fit->total;
	if (share > 0.0 && share < 1.0)
		fit->estimate[0] = log(share / (1.0 - share));
}

/* A sample of panels: how far the step moves each row's eta, its class and its weight. */
typedef struct Sample
{
	double *move; /* PANEL_ROWS a panel, and so on */
	double *sign;
	double *weight;
	int32_t n; /* panels */
} Sample;

/* Loss and its derivatives by length and shift, summed over the sample. */
typedef struct LineSums
{
	double loss;
	double slope[2];
	double curvature[3]; /* length length, length shift, shift shift */
} LineSums;

static void
add_line_panel(LineSums *sums, const Sample *sample, int32_t p, double start, double length,
			   double shift)
{
	const double *move = sample->move + (size_t) p * PANEL_ROWS;
	double eta[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	int32_t i;

	for (i = 0; i < PANEL_ROWS; i++)
		eta[i] = start + shift + length * move[i];
	sums->loss += panel_loss(residual, curvature, eta, sample->sign + (size_t) p * PANEL_ROWS,
							 sample->weight + (size_t) p * PANEL_ROWS)
					  .loss;
	for (i = 0; i < PANEL_ROWS; i++)
	{
		sums->slope[0] += residual[i] * move[i];
		sums->slope[1] += residual[i];
		sums->curvature[0] += curvature[i] * move[i] * move[i];
		sums->curvature[1] += curvature[i] * move[i];
		sums->curvature[2] += curvature[i];
	}
}

/* Mean penalised loss and derivatives at this length and shift; bend: the penalty's curvature by length. */
static LineSums
line_sums(const Sample *sample, double start, double length, double shift, double bend)
{
	LineSums sums = {.loss = 0.0};
	double total = 0.0;
	int32_t i;
	int32_t p;

	for (p = 0; p < sample->n; p++)
		add_line_panel(&sums, sample, p, start, length, shift);
	for (i = 0; i < sample->n * PANEL_ROWS; i++)
		total += sample->weight[i];
	sums.loss = sums.loss / total + 0.5 * bend * length * length;
	sums.slope[0] = sums.slope[0] / total + bend * length;
	sums.slope[1] /= total;
	sums.curvature[0] = sums.curvature[0] / total + bend;
	sums.curvature[1] /= total;
	sums.curvature[2] /= total;
	return sums;
}

/*
 * Newton's method for length and shift, from 1 and 0; without an intercept the
 * shift stays 0.  Where it leaves the range or the loss rises, what it had stays.
 */
static void
fit_line(const Sample *sample, double start, bool has_intercept, double bend, double *length,
		 double *shift)
{
	LineSums at = line_sums(sample, start, *length, *shift, bend);
	int round;

	for (round = 0; round < ROUNDS; round++)
	{
		double across = has_intercept ? at.curvature[1] : 0.0;
		double own = has_intercept ? at.curvature[2] : 1.0;
		double tilt = has_intercept ? at.slope[1] : 0.0;
		double determinant = at.curvature[0] * own - across * across;
		double by_length = (own * at.slope[0] - across * tilt) / determinant;
		double by_shift = (at.curvature[0] * tilt - across * at.slope[0]) / determinant;
		LineSums next;

		if (!(determinant > 0.0) || !(*length - by_length > 0.0 && *length - by_length < LONGEST))
			return;
		next = line_sums(sample, start, *length - by_length, *shift - by_shift, bend);
		if (!(next.loss < at.loss))
			return;
		*length -= by_length;
		*shift -= by_shift;
		at = next;
		if (fabs(by_length) < ENOUGH)
			return;
	}
}

/* The penalty of a step of length 1 along fit->trial, twice. */
static double
penalty_of_move(const Logistic *fit)
{
	double sum = 0.0;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		sum += fit->columns[k].penalty * fit->trial[k] * fit->trial[k];
	return sum;
}

/*
 * logistic_stretch_step
 *		Gives the step found at the log-odds the length, and the shift of the intercept, that suit a sample.
 */
Status
logistic_stretch_step(Logistic *fit)
{
	size_t room = (size_t) SAMPLE_PANELS * PANEL_ROWS;
	double *block = memory_allocate(fit->allocator, room, 3 * sizeof(double));
	bool has_intercept = fit->design->has_intercept;
	double length = 1.0;
	double shift = 0.0;
	Sample sample;
	Status status;
	int32_t k;

	if (block == NULL)
		return KERNEL_OUT_OF_MEMORY;
	sample = (Sample){.move = block, .sign = block + room, .weight = block + 2 * room};
	for (k = 0; k < fit->n_columns; k++)
		fit->trial[k] = -fit->step[k];
	status = logistic_sample(fit, fit->trial, SAMPLE_PANELS, sample.move, sample.sign,
							 sample.weight, &sample.n);
	if (status == KERNEL_OK)
		fit_line(&sample, has_intercept ? fit->estimate[0] : 0.0, has_intercept,
				 penalty_of_move(fit), &length, &shift);
	memory_release(fit->allocator, block, room, 3 * sizeof(double));
	for (k = 0; k < fit->n_columns; k++)
		fit->step[k] *= length;
	if (has_intercept)
		fit->step[0] -= shift;
	return status;
}

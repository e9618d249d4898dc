/*
 * softmax_pass.c: loss, gradients and Hessian of a multinomial fit, one pass over the rows.
 */
#include "kernel/linear/softmax_state.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/panel_simd.h"
#include "kernel/linear/softmax_simd.h"

/* Of the loaded panel: eta of every class into fit->p. */
static void
predict(Softmax *fit, int32_t n)
{
	const Logistic *frame = &fit->frame;
	int32_t m;

	memset(fit->p + (size_t) fit->reference * PANEL_ROWS, 0, PANEL_ROWS * sizeof(double));
	for (m = 0; m < fit->n_free; m++)
		logistic_panel_eta(frame, fit->weights + (size_t) m * (size_t) frame->n_basis, n,
						   fit->p + (size_t) softmax_class(fit, m) * PANEL_ROWS);
}

/* Classes and weights of the panel's rows. */
static void
read_rows(const Softmax *fit, const PanelPlace *place, SoftmaxRows *rows)
{
	const LogisticOptions *options = fit->frame.options;
	const DatasetBlock *block = place->block;
	int32_t i;

	for (i = 0; i < place->n; i++)
	{
		rows->class_of[i] = options->class_of_code[(int32_t) block->target[place->start + i]];
		rows->weight[i] = row_weight(block, place->start + i, options);
	}
	for (; i < PANEL_ROWS; i++)
	{
		rows->class_of[i] = 0;
		rows->weight[i] = 0.0;
	}
}

static void
add_losses(Softmax *fit, const SoftmaxRows *rows, int32_t n)
{
	double loss = 0.0;
	double total = 0.0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		int32_t k = rows->class_of[i];
		double weighted = rows->weight[i] * rows->loss[i];

		if (rows->weight[i] == 0.0)
			continue;
		loss += weighted;
		total += rows->weight[i];
		fit->class_loss[k] += weighted;
		fit->class_right[k] += rows->likeliest[i] == k ? rows->weight[i] : 0.0;
		fit->largest_loss = rows->loss[i] > fit->largest_loss ? rows->loss[i] : fit->largest_loss;
	}
	fit->frame.sums.loss = dd_add_double(fit->frame.sums.loss, loss);
	fit->frame.sums.total = dd_add_double(fit->frame.sums.total, total);
}

/* Adds the panel's residuals to the gradient of each free class. */
static void
add_gradients(Softmax *fit, int32_t n)
{
	const Logistic *frame = &fit->frame;
	int32_t m;

	for (m = 0; m < fit->n_free; m++)
	{
		const double *residual = fit->residual + (size_t) softmax_class(fit, m) * PANEL_ROWS;
		double *gradient = fit->gradients + (size_t) m * (size_t) frame->n_basis;

		logistic_add_gradient(frame, residual, n, gradient);
	}
}

/* Adds the products of the panel's columns with these weights to a matrix on the basis and its dense part. */
static Status
add_products(Softmax *fit, double *matrix, double *dense, const double *weight, int32_t n)
{
	const Logistic *frame = &fit->frame;
	int32_t first;

	for (first = 0; first < frame->n_dense; first += PANEL_GROUP)
	{
		if (first > 0 && stop_requested(frame->stop))
			return KERNEL_STOPPED;
		if (fit->is_rough)
			panel_gram_single(dense, frame->rough_panel, weight, frame->n_dense, first, NULL);
		else
			panel_gram(dense, frame->panel, weight, frame->n_dense, first, NULL);
	}
	if (frame->n_slots > 0)
		panel_scatter(matrix, frame->n_basis, fit->blank + PANEL_ROWS, frame->found, frame->n_slots,
					  frame->rows, frame->n_dense, weight, fit->blank, n);
	return KERNEL_OK;
}

/*
 * Adds the panel to the matrix of each pair of free classes: that of two classes is summed as what is
 * to be subtracted, that of one as the sum of its curvatures with all others.
 */
static Status
add_pairs(Softmax *fit, const SoftmaxRows *rows, int32_t n)
{
	size_t square = (size_t) fit->frame.n_basis * (size_t) fit->frame.n_basis;
	size_t padded = (size_t) panel_padded(fit->frame.n_dense);
	double cross[PANEL_ROWS];
	double unused[PANEL_ROWS];
	const double *reference = fit->p + (size_t) fit->reference * PANEL_ROWS;
	Status status = KERNEL_OK;
	size_t pair = 0;
	int32_t a;
	int32_t b;

	memset(unused, 0, sizeof(unused));
	memset(fit->curvature, 0, (size_t) fit->n_free * PANEL_ROWS * sizeof(double));
	for (a = 0; a < fit->n_free && status == KERNEL_OK; a++, pair++)
	{
		const double *p = fit->p + (size_t) softmax_class(fit, a) * PANEL_ROWS;
		double *own = fit->curvature + (size_t) a * PANEL_ROWS;

		if (a > 0 && stop_requested(fit->frame.stop))
			return KERNEL_STOPPED;
		for (b = 0; b < a && status == KERNEL_OK; b++, pair++)
		{
			softmax_cross(cross, own, fit->curvature + (size_t) b * PANEL_ROWS, p,
						  fit->p + (size_t) softmax_class(fit, b) * PANEL_ROWS, rows->weight);
			status = add_products(fit, fit->pairs + pair * square,
								  fit->dense + pair * padded * padded, cross, n);
		}
		softmax_cross(cross, own, unused, p, reference, rows->weight);
	}
	for (a = 0; a < fit->n_free && status == KERNEL_OK; a++)
	{
		pair = (size_t) a * ((size_t) a + 3) / 2;
		status = add_products(fit, fit->pairs + pair * square, fit->dense + pair * padded * padded,
							  fit->curvature + (size_t) a * PANEL_ROWS, n);
	}
	return status;
}

static Status
add_panel(Softmax *fit, const PanelPlace *place, PassMatrix matrix)
{
	Logistic *frame = &fit->frame;
	SoftmaxRows rows;

	logistic_panel_load(frame, place, NULL);
	predict(fit, place->n);
	read_rows(fit, place, &rows);
	softmax_panel(fit->p, fit->residual, &rows, fit->n_classes);
	add_losses(fit, &rows, place->n);
	add_gradients(fit, place->n);
	if (matrix == PASS_NOTHING)
		return KERNEL_OK;
	if (frame->n_slots > 0)
		logistic_panel_transpose(frame, place->n);
	if (fit->is_rough)
		panel_round(frame->rough_panel, frame->panel, (int32_t) panel_padded(frame->n_dense));
	return matrix == PASS_SHARED ?
		add_products(fit, frame->matrix, frame->dense, rows.weight, place->n) :
		add_pairs(fit, &rows, place->n);
}

/* Zeroes n doubles by rows of some length, so that a stop is seen. */
static Status
clear(const Softmax *fit, double *values, size_t n)
{
	const size_t chunk = 1 << 18;
	size_t i;

	for (i = 0; i < n; i += chunk)
	{
		if (i > 0 && stop_requested(fit->frame.stop))
			return KERNEL_STOPPED;
		memset(values + i, 0, (n - i < chunk ? n - i : chunk) * sizeof(double));
	}
	return KERNEL_OK;
}

/* Zeroes what a pass sums. */
static Status
clear_sums(Softmax *fit, PassMatrix matrix)
{
	Logistic *frame = &fit->frame;
	size_t square = (size_t) frame->n_basis * (size_t) frame->n_basis;
	size_t padded = (size_t) panel_padded(frame->n_dense);
	size_t classes = (size_t) fit->n_classes;
	Status status = KERNEL_OK;

	memset(&frame->sums, 0, sizeof(frame->sums));
	memset(fit->class_loss, 0, classes * sizeof(double));
	memset(fit->class_right, 0, classes * sizeof(double));
	fit->largest_loss = 0.0;
	memset(fit->gradients, 0, (size_t) fit->n_free * (size_t) frame->n_basis * sizeof(double));
	if (matrix == PASS_SHARED)
	{
		memset(frame->dense, 0, padded * padded * sizeof(double));
		status = clear(fit, frame->matrix, square);
	}
	else if (matrix == PASS_HESSIAN)
	{
		status = clear(fit, fit->dense, fit->n_pairs * padded * padded);
		if (status == KERNEL_OK)
			status = clear(fit, fit->pairs, fit->n_pairs * square);
	}
	return status;
}

/* Puts the dense part of a matrix on the basis into its place. */
static void
place_dense(const Softmax *fit, double *matrix, const double *dense)
{
	size_t size = (size_t) fit->frame.n_basis;
	size_t stride = (size_t) panel_padded(fit->frame.n_dense);
	size_t j;

	for (j = 0; j < (size_t) fit->frame.n_dense; j++)
		memcpy(matrix + j * size, dense + j * stride, (j + 1) * sizeof(double));
}

/* Basis coefficients of the free classes. */
static void
spread(Softmax *fit, const double *estimate)
{
	int32_t m;

	for (m = 0; m < fit->n_free; m++)
		logistic_panel_spread(&fit->frame, estimate + (size_t) m * (size_t) fit->frame.n_columns,
							  fit->weights + (size_t) m * (size_t) fit->frame.n_basis);
}

Status
softmax_pass(Softmax *fit, const double *estimate, PassMatrix matrix)
{
	const Dataset *dataset = fit->frame.dataset;
	size_t square = (size_t) fit->frame.n_basis * (size_t) fit->frame.n_basis;
	size_t padded = (size_t) panel_padded(fit->frame.n_dense);
	PanelPlace place = logistic_panel_first(dataset);
	Status status = clear_sums(fit, matrix);
	size_t pair;

	spread(fit, estimate);
	while (place.next_n > 0 && status == KERNEL_OK)
	{
		status = stop_requested(fit->frame.stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(dataset, place.next_b, place.next_start, &place);
		if (status == KERNEL_OK)
			status = add_panel(fit, &place, matrix);
	}
	if (matrix == PASS_SHARED)
		place_dense(fit, fit->frame.matrix, fit->frame.dense);
	for (pair = 0; matrix == PASS_HESSIAN && pair < fit->n_pairs; pair++)
		place_dense(fit, fit->pairs + pair * square, fit->dense + pair * padded * padded);
	return status;
}

/* What a penalty is about: the mean over all classes of a column's coefficients, that of the reference being 0; with bounds 0. */
static double
class_mean(const Softmax *fit, const double *estimate, int32_t column)
{
	double sum = 0.0;
	int32_t m;

	for (m = 0; m < fit->n_free; m++)
		sum += estimate[(size_t) m * (size_t) fit->frame.n_columns + (size_t) column];
	return fit->system.is_bounded == NULL ? sum / fit->n_classes : 0.0;
}

double
softmax_objective(const Softmax *fit, const double *estimate)
{
	double value = fit->frame.sums.loss.hi / fit->frame.sums.total.hi;
	int32_t k;
	int32_t m;

	for (k = 0; k < fit->frame.n_columns; k++)
	{
		double penalty = fit->frame.columns[k].penalty;
		double mean = penalty > 0.0 ? class_mean(fit, estimate, k) : 0.0;
		double squares = mean * mean;

		for (m = 0; m < fit->n_free && penalty > 0.0; m++)
		{
			double rest = estimate[(size_t) m * (size_t) fit->frame.n_columns + (size_t) k] - mean;

			squares += rest * rest;
		}
		value += 0.5 * penalty * squares;
	}
	return value;
}

void
softmax_slope(Softmax *fit, const double *estimate)
{
	Logistic *frame = &fit->frame;
	size_t q = (size_t) frame->n_columns;
	double total = frame->sums.total.hi;
	int32_t k;
	int32_t m;

	for (k = 0; k < frame->n_columns; k++)
	{
		const Column *column = &frame->columns[k];
		double mean = column->penalty > 0.0 ? class_mean(fit, estimate, k) : 0.0;

		for (m = 0; m < fit->n_free; m++)
		{
			const double *gradient = fit->gradients + (size_t) m * (size_t) frame->n_basis;
			size_t at = (size_t) m * q + (size_t) k;

			fit->system.slope[at] =
				(column->own * gradient[column->index] + column->constant * gradient[0] +
				 column->missing * gradient[frame->special_index[column->special]]) /
					total +
				column->penalty * (estimate[at] - mean);
		}
	}
}

double
softmax_norm(const Softmax *fit)
{
	double norm = 0.0;
	int32_t k;
	int32_t m;

	for (k = 0; k < fit->system.n_columns && fit->system.is_bounded != NULL; k++)
		norm = fmax(norm, logistic_violation(&fit->system, k));
	for (k = 0; k < fit->frame.n_columns && fit->system.is_bounded == NULL; k++)
	{
		double sum = 0.0; /* the slopes of all classes add up to 0 */

		for (m = 0; m < fit->n_free; m++)
		{
			double slope =
				fit->system.slope[(size_t) m * (size_t) fit->frame.n_columns + (size_t) k];

			if (isnan(slope))
				return NAN;
			sum += slope;
			norm = fmax(norm, fabs(slope));
		}
		norm = fmax(norm, fabs(sum));
	}
	return norm;
}

/* Writes the block of a pair of classes, projected to the columns, into the system's lower triangle. */
static void
place_pair(Softmax *fit, const double *pair, size_t a, size_t b)
{
	size_t q = (size_t) fit->frame.n_columns;
	size_t size = (size_t) fit->system.n_columns;
	double sign = a == b ? 1.0 : -1.0;
	double shared = fit->system.is_bounded == NULL ? 1.0 / fit->n_classes : 0.0;
	size_t i;
	size_t j;

	for (i = 0; i < q; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double value = sign * pair[i * q + j];

			if (i == j)
			{
				double penalty = fit->frame.columns[i].penalty;

				/* logistic_project() added the penalty of a fit of one class. */
				value += penalty * ((a == b ? 0.0 : 1.0) - shared);
			}
			fit->system.matrix[(a * q + i) * size + b * q + j] = value;
			if (a != b)
				fit->system.matrix[(a * q + j) * size + b * q + i] = value;
		}
	}
}

Status
softmax_project(Softmax *fit)
{
	size_t square = (size_t) fit->frame.n_basis * (size_t) fit->frame.n_basis;
	double *shared = fit->frame.matrix;
	Status status = KERNEL_OK;
	size_t pair = 0;
	size_t a;
	size_t b;

	for (a = 0; a < (size_t) fit->n_free; a++)
	{
		for (b = 0; b <= a && status == KERNEL_OK; b++, pair++)
		{
			fit->frame.matrix = fit->pairs + pair * square;
			status = logistic_project(&fit->frame);
			if (status == KERNEL_OK)
				place_pair(fit, fit->frame.matrix, a, b);
		}
	}
	fit->frame.matrix = shared;
	return status;
}

Status
softmax_largest_eta(Softmax *fit, const double *estimate, double *largest)
{
	const Dataset *dataset = fit->frame.dataset;
	PanelPlace place = logistic_panel_first(dataset);
	int32_t i;
	int32_t k;

	*largest = 0.0;
	spread(fit, estimate);
	while (place.next_n > 0)
	{
		Status status = stop_requested(fit->frame.stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(dataset, place.next_b, place.next_start, &place);

		if (status != KERNEL_OK)
			return status;
		logistic_panel_load(&fit->frame, &place, NULL);
		predict(fit, place.n);
		for (i = 0; i < place.n; i++)
		{
			double most = 0.0; /* the reference's */
			double least = 0.0;

			for (k = 0; k < fit->n_classes; k++)
			{
				double eta = fit->p[(size_t) k * PANEL_ROWS + (size_t) i];

				most = eta > most ? eta : most;
				least = eta < least ? eta : least;
			}
			*largest = most - least > *largest ? most - least : *largest;
		}
	}
	return KERNEL_OK;
}

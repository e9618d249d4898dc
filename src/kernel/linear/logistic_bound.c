/*
 * logistic_bound.c: Newton steps that leave no coefficient but the intercept below 0.
 *
 * Columns are scaled by positive factors and only the intercept takes up their centres, so a coefficient
 * of a column has the sign of the term's own.  A step goes to the minimum of the quadratic model within the
 * bounds, so that any share of it keeps them, and where the model is the loss the optimality conditions
 * (of Karush, Kuhn and Tucker) hold behind it.  By these, what the step wins to first order, slope . step,
 * is at least step . H step, as it is of a step without bounds: lines of descent and bounds of
 * the gradient after the step hold as they are.
 */
#include "kernel/linear/logistic_state.h"

Status
logistic_bound_begin(Logistic *fit, const Logistic *frame)
{
	Status status;
	int32_t k;

	if (!fit->options->nonnegative)
		return KERNEL_OK;
	fit->is_bounded = memory_allocate(fit->allocator, (size_t) fit->n_columns, sizeof(bool));
	status = bounded_quadratic_begin(&fit->bounds, fit->n_columns, fit->allocator);
	if (fit->is_bounded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (k = 0; k < fit->n_columns; k++)
		fit->is_bounded[k] = frame->columns[k % frame->n_columns].index != 0;
	return status;
}

void
logistic_bound_end(Logistic *fit)
{
	memory_release(fit->allocator, fit->is_bounded, (size_t) fit->n_columns, sizeof(bool));
	bounded_quadratic_end(&fit->bounds, fit->allocator);
}

Status
logistic_bound_step(Logistic *fit, const double *slope)
{
	Status status;
	int32_t k;

	for (k = 0; k < fit->n_columns && fit->damping > 0.0; k++)
		fit->matrix[(size_t) k * (size_t) fit->n_columns + (size_t) k] *= 1.0 + fit->damping;
	fit->bounds.matrix = fit->matrix;
	fit->bounds.slope = slope;
	fit->bounds.start = fit->estimate;
	fit->bounds.is_bounded = fit->is_bounded;
	status = bounded_quadratic_solve(&fit->bounds, fit->stop);
	for (k = 0; k < fit->n_columns; k++)
		fit->step[k] = fit->estimate[k] - fit->bounds.x[k];
	return status;
}

int32_t
logistic_bound_rank(const Logistic *fit)
{
	int32_t rank = 0;
	int32_t k;

	if (fit->is_bounded == NULL)
		return fit->rank;
	for (k = 0; k < fit->n_columns; k++)
		rank += !fit->is_bounded[k] || fit->estimate[k] != 0.0;
	return rank;
}

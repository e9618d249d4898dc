/*
 * objective.c: losses, gradients, starts and quantiles.
 */
#include "kernel/tree/objective.h"

#include <math.h>

#include "kernel/base/hash.h"
#include "kernel/tree/exact_sum.h"

#define LEAST_SHARE 1e-12 /* of a class, for its logarithm */

/* Losses of residuals: squared, absolute, huber and quantile. */
static void
residual_gradients(const Objective *objective, const ObjectiveRows *rows, double *gradient,
				   double *loss)
{
	double alpha = objective->alpha;
	double delta = objective->delta;
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		double over = rows->score[i] - rows->target[i];
		double size = fabs(over);

		switch (objective->kind)
		{
			case BOOST_ABSOLUTE:
				gradient[i] = over > 0.0 ? 1.0 : over < 0.0 ? -1.0 : 0.0;
				loss[i] = size;
				break;
			case BOOST_HUBER:
				gradient[i] = size <= delta ? over : copysign(delta, over);
				loss[i] = size <= delta ? 0.5 * over * over : delta * (size - 0.5 * delta);
				break;
			case BOOST_QUANTILE:
				gradient[i] = over < 0.0 ? -alpha : over > 0.0 ? 1.0 - alpha : 0.0;
				loss[i] = over < 0.0 ? alpha * size : (1.0 - alpha) * size;
				break;
			default:
				gradient[i] = over;
				loss[i] = 0.5 * over * over;
				break;
		}
	}
}

/* Losses of exp(score); each leaves its hessian. */
static void
log_link_gradients(const Objective *objective, const ObjectiveRows *rows, double *gradient,
				   double *hessian, double *loss)
{
	double scaled[OBJECTIVE_ROWS];
	double mean[OBJECTIVE_ROWS];
	double other[OBJECTIVE_ROWS];
	double sign = objective->kind == BOOST_GAMMA ? -1.0 : 1.0;
	double p = objective->power;
	int32_t i;

	if (objective->kind == BOOST_TWEEDIE)
	{
		for (i = 0; i < rows->n; i++)
			scaled[i] = (1.0 - p) * rows->score[i];
		objective_exp(other, scaled, rows->n);
		for (i = 0; i < rows->n; i++)
			scaled[i] = (2.0 - p) * rows->score[i];
		objective_exp(mean, scaled, rows->n);
		for (i = 0; i < rows->n; i++)
		{
			double y = rows->target[i];

			gradient[i] = mean[i] - y * other[i];
			hessian[i] = (2.0 - p) * mean[i] - (1.0 - p) * y * other[i];
			loss[i] = mean[i] / (2.0 - p) - y * other[i] / (1.0 - p);
		}
		return;
	}
	for (i = 0; i < rows->n; i++)
		scaled[i] = sign * rows->score[i];
	objective_exp(mean, scaled, rows->n);
	for (i = 0; i < rows->n; i++)
	{
		double y = rows->target[i];
		bool is_gamma = objective->kind == BOOST_GAMMA;

		gradient[i] = is_gamma ? 1.0 - y * mean[i] : mean[i] - y;
		hessian[i] = is_gamma ? y * mean[i] : mean[i];
		loss[i] = is_gamma ? y * mean[i] + rows->score[i] : mean[i] - y * rows->score[i];
	}
}

/* One class of several: p is exp(score - level). */
static void
softmax_gradients(const ObjectiveRows *rows, double *gradient, double *hessian, double *loss)
{
	double below[OBJECTIVE_ROWS];
	double p[OBJECTIVE_ROWS];
	int32_t i;

	for (i = 0; i < rows->n; i++)
		below[i] = rows->score[i] - rows->level[i];
	objective_exp(p, below, rows->n);
	for (i = 0; i < rows->n; i++)
	{
		bool is_own = rows->target[i] == (double) rows->output;

		gradient[i] = p[i] - (is_own ? 1.0 : 0.0);
		hessian[i] = p[i] * (1.0 - p[i]);
		loss[i] = is_own ? -below[i] : 0.0;
	}
}

void
objective_gradients(const Objective *objective, const ObjectiveRows *rows, double *gradient,
					double *hessian, double *loss)
{
	double unwanted[OBJECTIVE_ROWS];
	int32_t i;

	loss = loss != NULL ? loss : unwanted;
	if (objective_is_flat(objective))
	{
		residual_gradients(objective, rows, gradient, loss);
		for (i = 0; i < rows->n; i++)
			hessian[i] = 1.0;
	}
	else if (objective->kind == BOOST_LOGISTIC)
		objective_logistic(gradient, hessian, loss, rows->score, rows->target, rows->n);
	else if (objective->kind == BOOST_SOFTMAX)
		softmax_gradients(rows, gradient, hessian, loss);
	else
		log_link_gradients(objective, rows, gradient, hessian, loss);
	for (i = 0; rows->weight != NULL && i < rows->n; i++)
	{
		gradient[i] *= rows->weight[i];
		hessian[i] *= rows->weight[i];
		loss[i] *= rows->weight[i];
	}
}

/* The weighted mean of the targets, or of the rows of a class (0 or more) as 1 and the others as 0. */
static Status
mean_target(const double *target, const double *weight, int32_t n, int32_t class, double *mean)
{
	double largest = 0.0;
	double heaviest = 0.0;
	ExactSum sum;
	ExactSum total;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;
		double size = class < 0 ? fabs(target[i]) * w : w;

		largest = size > largest ? size : largest;
		heaviest = w > heaviest ? w : heaviest;
	}
	if (!isfinite(largest * n) || !isfinite(heaviest * n))
		return KERNEL_OVERFLOW;
	sum = exact_sum_begin(largest);
	total = exact_sum_begin(heaviest);
	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;

		if (class < 0)
			exact_sum_add(&sum, w * target[i]);
		else if (target[i] == (double) class)
			exact_sum_add(&sum, w);
		exact_sum_add(&total, w);
	}
	*mean = exact_sum_value(&total) > 0.0 ? exact_sum_value(&sum) / exact_sum_value(&total) : 0.0;
	return KERNEL_OK;
}

static double
log_share(double share)
{
	return log(share > LEAST_SHARE ? share : LEAST_SHARE);
}

double
objective_start_of_mean(const Objective *objective, double mean)
{
	if (objective->kind == BOOST_SQUARED)
		return mean;
	if (objective->kind == BOOST_LOGISTIC)
		return log_share(mean) - log_share(1.0 - mean);
	return log_share(mean);
}

Status
objective_start(const Objective *objective, const double *target, const double *weight, int32_t n,
				double *scratch, const Allocator *allocator, double *start)
{
	double mean = 0.0;
	Status status;
	int32_t k;

	if (objective_renews(objective))
	{
		double alpha = objective_level(objective);

		for (k = 0; k < n; k++)
			scratch[k] = target[k];
		return objective_quantile(scratch, weight, n, alpha, allocator, start);
	}
	for (k = 0; objective->kind == BOOST_SOFTMAX && k < objective->n_classes; k++)
	{
		status = mean_target(target, weight, n, k, &mean);
		if (status != KERNEL_OK)
			return status;
		start[k] = objective_start_of_mean(objective, mean);
	}
	if (objective->kind == BOOST_SOFTMAX)
		return KERNEL_OK;
	status = mean_target(target, weight, n, -1, &mean);
	if (status == KERNEL_OK)
		*start = objective_start_of_mean(objective, mean);
	return status;
}

/* Parts values[begin .. end - 1] into those below, at and above a pivot among them. */
static void
part_values(double *values, double *weights, int32_t begin, int32_t end, uint64_t draw,
			int32_t *below, int32_t *above)
{
	uint64_t n = end > begin ? (uint64_t) (end - begin) : 1;
	double pivot = values[begin + (int32_t) (draw % n)];
	int32_t i = begin;

	*below = begin;
	*above = end;
	while (i < *above)
	{
		double value = values[i];
		int32_t swap;

		if (value == pivot)
		{
			i++;
			continue;
		}
		swap = value < pivot ? (*below)++ : --*above;
		values[i] = values[swap];
		values[swap] = value;
		if (weights != NULL)
		{
			double weight = weights[i];

			weights[i] = weights[swap];
			weights[swap] = weight;
		}
		i += value < pivot;
	}
}

/* The value at place k in order; all after it are then at least as large. */
static double
select_value(double *values, int32_t n, int32_t k)
{
	int32_t begin = 0;
	int32_t end = n;
	uint64_t draw = 0;

	for (;;)
	{
		int32_t below;
		int32_t above;

		draw = hash_mix(draw + 1);
		part_values(values, NULL, begin, end, draw, &below, &above);
		if (k < below)
			end = below;
		else if (k >= above)
			begin = above;
		else
			return values[k];
	}
}

/* The smallest value with at least alpha of the weight at or below it; weights are reordered too. */
static double
select_weighted(double *values, double *weights, int32_t n, double alpha)
{
	double heaviest = 0.0;
	ExactSum before;
	double wanted;
	uint64_t draw = 0;
	int32_t begin = 0;
	int32_t end = n;
	int32_t i;

	for (i = 0; i < n; i++)
		heaviest = weights[i] > heaviest ? weights[i] : heaviest;
	before = exact_sum_begin(heaviest);
	for (i = 0; i < n; i++)
		exact_sum_add(&before, weights[i]);
	wanted = alpha * exact_sum_value(&before);
	before.sum = 0; /* of the values below begin */
	for (;;)
	{
		ExactSum sum = before;
		ExactSum through;
		int32_t below;
		int32_t above;

		draw = hash_mix(draw + 1);
		part_values(values, weights, begin, end, draw, &below, &above);
		for (i = begin; i < below; i++)
			exact_sum_add(&sum, weights[i]);
		through = sum;
		for (i = below; i < above; i++)
			exact_sum_add(&through, weights[i]);
		if (below > begin && exact_sum_value(&sum) >= wanted)
			end = below;
		else if (above < end && exact_sum_value(&through) < wanted)
		{
			begin = above;
			before = through;
		}
		else
			return values[below] + 0.0; /* -0 is 0 */
	}
}

Status
objective_quantile(double *values, const double *weights, int32_t n, double alpha,
				   const Allocator *allocator, double *quantile)
{
	double *copy;
	double place = alpha * (n - 1.0);
	int32_t k = (int32_t) place;
	double low;
	double high;
	int32_t i;

	if (weights != NULL)
	{
		copy = memory_allocate(allocator, (size_t) n, sizeof(double));
		if (copy == NULL)
			return KERNEL_OUT_OF_MEMORY;
		for (i = 0; i < n; i++)
			copy[i] = weights[i];
		*quantile = select_weighted(values, copy, n, alpha);
		memory_release(allocator, copy, (size_t) n, sizeof(double));
		return KERNEL_OK;
	}
	low = high = select_value(values, n, k);
	for (i = k + 1; i < n; i++)
		high = i == k + 1 || values[i] < high ? values[i] : high;
	*quantile = low + (place - k) * (high - low);
	return KERNEL_OK;
}

Status
objective_renewed(const Objective *objective, double *residuals, const double *weights, int32_t n,
				  const Allocator *allocator, double *value)
{
	double alpha = objective_level(objective);
	Status status;
	double median;
	ExactSum sum;
	ExactSum total;
	double heaviest = 1.0;
	int32_t i;

	if (objective->kind != BOOST_HUBER)
		return objective_quantile(residuals, weights, n, alpha, allocator, value);
	for (i = 0; weights != NULL && i < n; i++)
		heaviest = weights[i] > heaviest ? weights[i] : heaviest;
	/* Both orders of a residual and its weight are needed, so the quantile works on a copy. */
	{
		double *copy = memory_allocate(allocator, (size_t) n, sizeof(double));

		if (copy == NULL)
			return KERNEL_OUT_OF_MEMORY;
		for (i = 0; i < n; i++)
			copy[i] = residuals[i];
		status = objective_quantile(copy, weights, n, 0.5, allocator, &median);
		memory_release(allocator, copy, (size_t) n, sizeof(double));
	}
	if (status != KERNEL_OK)
		return status;
	sum = exact_sum_begin(heaviest * objective->delta);
	total = exact_sum_begin(heaviest);
	for (i = 0; i < n; i++)
	{
		double weight = weights != NULL ? weights[i] : 1.0;
		double off = objective_bent(residuals[i] - median, objective->delta);

		exact_sum_add(&sum, weight * off);
		exact_sum_add(&total, weight);
	}
	*value = median + exact_sum_value(&sum) / exact_sum_value(&total);
	return KERNEL_OK;
}

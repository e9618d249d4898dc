/*
 * sandwich_row.c: what a row adds to the slope of each loss along eta.
 */
#include <math.h>

#include "kernel/linear/sandwich.h"

static double
weight_of(const DatasetBlock *block, int32_t i)
{
	return block->weight != NULL ? block->weight[i] : 1.0;
}

void
sandwich_squares(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
				 double *scores, double *information)
{
	(void) context;
	*information = weight_of(block, i);
	*scores = *information * (block->target[i] - *eta);
}

void
sandwich_logistic(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
				  double *scores, double *information)
{
	const LogisticOptions *options = context;
	bool is_positive = block->target[i] == options->positive_target;
	double weight = weight_of(block, i) * options->class_weight[is_positive];
	double p = 1.0 / (1.0 + exp(-*eta));

	*information = weight * p * (1.0 - p);
	/* 1 - p by the tail, which has digits where p has none left. */
	*scores = is_positive ? weight / (1.0 + exp(*eta)) : -weight * p;
}

void
sandwich_glm(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
			 double *scores, double *information)
{
	double weight = weight_of(block, i);

	glm_rows(context, eta, &block->target[i], &weight, 1, scores, information);
}

void
sandwich_huber(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
			   double *scores, double *information)
{
	RobustLoss loss = *(const RobustLoss *) context;
	double weight = weight_of(block, i);
	double mixed;

	robust_rows(&loss, eta, &block->target[i], &weight, 1, scores, information, &mixed);
}

void
sandwich_weights(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
				 double *scores, double *information)
{
	(void) eta;
	*information = weight_of(block, i);
	*scores = sqrt(*information * *(const double *) context);
}

void
sandwich_even(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
			  double *scores, double *information)
{
	(void) eta;
	*information = weight_of(block, i);
	*scores = *information * *(const double *) context;
}

/*
 * L of W = weight (diag(p) - pp') of the free classes, p of all: sqrt(weight p_m) ([m = c] - sqrt(p_m p_c)),
 * the reference last.  p[m] in scores; reference: of its own.
 */
static void
class_root(const double *p, double reference, int32_t n_free, double weight, double *root)
{
	int32_t m;
	int32_t c;

	for (m = 0; m < n_free; m++)
	{
		double others = reference;

		for (c = 0; c < n_free; c++)
		{
			if (c != m)
				others += p[c];
			root[c] = -p[m] * sqrt(weight * p[c]);
		}
		root[m] = others * sqrt(weight * p[m]);
		root[n_free] = -p[m] * sqrt(weight * reference);
		root += n_free + 1;
	}
}

void
sandwich_classes(const void *context, const DatasetBlock *block, int32_t i, const double *eta,
				 double *scores, double *information)
{
	const SandwichClasses *classes = context;
	const LogisticOptions *options = classes->options;
	int32_t own = options->class_of_code[(int32_t) block->target[i]];
	int32_t n_free = options->n_classes - 1;
	double weight =
		weight_of(block, i) * (options->class_factor != NULL ? options->class_factor[own] : 1.0);
	double most = 0.0; /* the reference has the eta 0 */
	double sum;
	int32_t m;

	for (m = 0; m < n_free; m++)
		most = fmax(most, eta[m]);
	sum = exp(-most);
	for (m = 0; m < n_free; m++)
	{
		scores[m] = exp(eta[m] - most);
		sum += scores[m];
	}
	for (m = 0; m < n_free; m++)
		scores[m] /= sum;
	if (information != NULL)
		class_root(scores, exp(-most) / sum, n_free, weight, information);
	for (m = 0; m < n_free; m++)
	{
		int32_t class = m < classes->reference ? m : m + 1;

		scores[m] = weight * ((class == own ? 1.0 : 0.0) - scores[m]);
	}
}

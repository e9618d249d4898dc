/*
 * class_scores.c: the states behind metrics of several classes.
 */
#include "kernel/metric/class_scores.h"

#include <math.h>

static size_t
n_cells(const ClassScores *scores)
{
	return (size_t) scores->n_classes * (size_t) scores->n_classes;
}

static void
give_up_curves(ClassScores *scores, const Allocator *allocator)
{
	int32_t i;

	if (scores->curves == NULL)
		return;
	for (i = 0; i < scores->n_classes; i++)
		roc_release(&scores->curves[i], allocator);
	memory_release(allocator, scores->curves, (size_t) scores->n_classes, sizeof(Roc));
	scores->curves = NULL;
}

Status
class_scores_create(ClassScores *scores, int32_t k, const Allocator *allocator)
{
	*scores = (ClassScores){.n_classes = k};
	scores->cells = memory_allocate_zero(allocator, n_cells(scores), sizeof(DoubleDouble));
	if (scores->cells == NULL)
		return KERNEL_OUT_OF_MEMORY;
	scores->curves = memory_allocate_zero(allocator, (size_t) k, sizeof(Roc));
	return KERNEL_OK;
}

void
class_scores_release(ClassScores *scores, const Allocator *allocator)
{
	give_up_curves(scores, allocator);
	memory_release(allocator, scores->cells, n_cells(scores), sizeof(DoubleDouble));
	*scores = (ClassScores){0};
}

Status
class_scores_add(ClassScores *scores, const Allocator *allocator, const StopCheck *stop,
				 int32_t actual, int32_t predicted, const double *probabilities, double weight)
{
	DoubleDouble *cell =
		&scores->cells[(size_t) actual * (size_t) scores->n_classes + (size_t) predicted];
	Status status = KERNEL_OK;
	int32_t i;

	*cell = dd_add_double(*cell, weight);
	for (i = 0; i < scores->n_classes && scores->curves != NULL; i++)
	{
		status =
			roc_add(&scores->curves[i], allocator, stop, i == actual, probabilities[i], weight);
		if (status == KERNEL_OUT_OF_MEMORY)
			give_up_curves(scores, allocator);
		else if (status != KERNEL_OK)
			return status;
	}
	return log_loss_add(&scores->loss, true, probabilities[actual], weight);
}

void
class_scores_cells(const ClassScores *scores, double *cells)
{
	size_t i;

	for (i = 0; i < n_cells(scores); i++)
		cells[i] = scores->cells[i].hi;
}

Status
class_scores_auc(ClassScores *scores, const Allocator *allocator, const StopCheck *stop,
				 double *auc)
{
	DoubleDouble sum = {0.0, 0.0};
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < scores->n_classes && scores->curves != NULL; i++)
	{
		Status status = roc_compact(&scores->curves[i], allocator, stop);
		double area;

		if (status == KERNEL_OUT_OF_MEMORY)
		{
			give_up_curves(scores, allocator);
			break;
		}
		if (status == KERNEL_OK)
			status = roc_auc(&scores->curves[i], &area);
		if (status == KERNEL_INVALID) /* a class without rows, or the only one */
			continue;
		if (status != KERNEL_OK)
			return status;
		sum = dd_add_double(sum, area);
		n++;
	}
	if (n == 0 || scores->curves == NULL)
		return KERNEL_INVALID;
	*auc = dd_divide(sum, dd_from(n)).hi;
	return KERNEL_OK;
}

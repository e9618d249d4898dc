/*
 * robust_loss.c: Huber's loss and the smoothed check function, row by row.
 */
#include "kernel/linear/robust_loss.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* What the rows outside the parabola of the check function curve, of what would bound it. */
#define CHECK_SHARE 0.02

/* A row's loss and derivatives by r = y - eta, for weight 1. */
typedef struct RowTerms
{
	double loss;
	double psi; /* d(loss)/dr */
	double curvature;
	double mixed; /* d2(loss)/(d(eta) d(scale)) */
	double scale_slope;
	double scale_curvature;
	bool is_inside;
} RowTerms;

static RowTerms
huber_terms(const RobustLoss *loss, double r)
{
	double z = r / loss->scale;
	double size = fabs(z);
	RowTerms terms = {.is_inside = size <= loss->epsilon};

	if (terms.is_inside)
	{
		terms.loss = 0.5 * loss->scale * (1.0 + z * z);
		terms.psi = z;
		terms.curvature = 1.0 / loss->scale;
		terms.mixed = z / loss->scale;
		terms.scale_curvature = z * z / loss->scale;
	}
	else
	{
		terms.loss = 0.5 * loss->scale * (1.0 + loss->epsilon * (2.0 * size - loss->epsilon));
		terms.psi = copysign(loss->epsilon, z);
		if (loss->kind == ROBUST_HUBER_BOUND)
			terms.curvature = loss->epsilon / (size * loss->scale);
	}
	terms.scale_slope = 0.5 * (1.0 - terms.psi * terms.psi);
	return terms;
}

static RowTerms
check_terms(const RobustLoss *loss, double r)
{
	double tilt = loss->quantile - 0.5;
	double size = fabs(r);
	RowTerms terms = {.is_inside = size <= loss->width};

	if (terms.is_inside)
	{
		terms.loss = tilt * r + 0.25 * (r * r / loss->width + loss->width);
		terms.psi = tilt + 0.5 * r / loss->width;
		terms.curvature = 0.5 / loss->width;
	}
	else
	{
		terms.loss = tilt * r + 0.5 * size;
		terms.psi = tilt + copysign(0.5, r);
		terms.curvature = CHECK_SHARE * 0.5 / size;
	}
	return terms;
}

static RowTerms
row_terms(const RobustLoss *loss, double r)
{
	switch (loss->kind)
	{
		case ROBUST_HUBER:
		case ROBUST_HUBER_BOUND:
			return huber_terms(loss, r);
		case ROBUST_CHECK:
			return check_terms(loss, r);
		case ROBUST_DENSITY:
			return (RowTerms){.curvature = exp(-0.5 * (r / loss->width) * (r / loss->width)) /
								  (loss->width * sqrt(2.0 * 3.14159265358979323846))};
		default:
			return (RowTerms){.loss = 0.5 * r * r, .psi = r, .curvature = 1.0, .is_inside = true};
	}
}

void
robust_rows(RobustLoss *loss, const double *eta, const double *target, const double *weight,
			int32_t n, double *residual, double *curvature, double *mixed)
{
	RobustSums *sums = &loss->sums;
	double total = 0.0;
	double weights = 0.0;
	double squares = 0.0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;
		double r = (target[i] - loss->centre) - eta[i];
		RowTerms terms = row_terms(loss, r);

		residual[i] = -w * terms.psi;
		curvature[i] = w * terms.curvature;
		if (loss->kind == ROBUST_HUBER)
			mixed[i] = w * terms.mixed;
		total += w * terms.loss;
		weights += w;
		squares += w * r * r;
		sums->scale_slope += w * terms.scale_slope;
		sums->scale_curvature += w * terms.scale_curvature;
		sums->influence += w * terms.psi * terms.psi;
		sums->inside += terms.is_inside ? w : 0.0;
		sums->inside_rows += terms.is_inside;
	}
	sums->loss = dd_add_double(sums->loss, total);
	sums->weight = dd_add_double(sums->weight, weights);
	sums->squares = dd_add_double(sums->squares, squares);
}

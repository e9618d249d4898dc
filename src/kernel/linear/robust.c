/*
 * robust.c: what Huber and quantile regression share: passes over the rows, the coefficient table.
 */
#include <math.h>
#include <string.h>

#include "kernel/linear/covariance.h"
#include "kernel/linear/logistic_state.h"
#include "kernel/stat/distribution.h"

/* logistic_pass() with the sums of the loss begun anew. */
Status
robust_pass(Logistic *fit, const double *estimate)
{
	RobustLoss *loss = fit->robust;

	memset(&loss->sums, 0, sizeof(loss->sums));
	if (loss->mixed != NULL)
		memset(loss->mixed, 0, (size_t) fit->n_basis * sizeof(double));
	return logistic_pass(fit, estimate);
}

/* Sums over rows of the columns from those of the basis, times the factor. */
void
robust_project(const Logistic *fit, const double *basis, double factor, double *columns)
{
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
	{
		const Column *column = &fit->columns[k];

		columns[k] = factor *
			(column->own * basis[column->index] + column->constant * basis[0] +
			 column->missing * basis[fit->special_index[column->special]]);
	}
}

/*
 * The coefficient table: standard errors are the square roots of the diagonal of (X'WX)^-1, which the
 * matrix holds, times that of the factor.  Gives the target its centre back.
 */
Status
robust_report(Logistic *fit, double factor, double freedom, LinearFit *result)
{
	Status status;
	int32_t k;

	if (fit->design->has_intercept)
		fit->estimate[0] += fit->robust->centre;
	status = logistic_report(fit, INFINITY, result);
	for (k = 0; k < fit->n_columns && status == KERNEL_OK; k++)
	{
		LinearCoefficient *coefficient = &result->coefficients[k];

		coefficient->std_error *= sqrt(factor);
		coefficient->statistic = coefficient->estimate / coefficient->std_error;
		coefficient->p_value = NAN;
		if (!(coefficient->std_error > 0.0))
			coefficient->std_error = coefficient->statistic = NAN;
		else
			coefficient->p_value = distribution_t_two_sided(coefficient->statistic, freedom);
	}
	if (status == KERNEL_OK && result->covariance != NULL && result->covariance->is_known)
		covariance_scale(result->covariance, (size_t) fit->n_columns, sqrt(factor));
	return status;
}

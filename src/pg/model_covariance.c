/*
 * model_covariance.c: covariance: the covariance matrix of a linear model's coefficients as rows.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "kernel/linear/covariance.h"

#include "pg/compat.h"
#include "pg/model_cache.h"
#include "pg/model_term.h"

PG_FUNCTION_INFO_V1(orchard_covariance);

/* Of each coefficient the image of its own direction: their dot products are the covariances. */
static double *
coefficient_images(const Model *model)
{
	size_t n = model->n_terms;
	size_t n_list = n / model_term_lists(model);
	double *images = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * n * n);
	double *direction = palloc(sizeof(double) * n);
	size_t i;
	size_t j;

	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memset(direction, 0, sizeof(double) * n);
		/* The intercept is that of columns that are not centred. */
		for (j = i; model->coefficients[i].term.feature == TERM_INTERCEPT && j < i + n_list; j++)
			direction[j] = -model->covariance_centre[j];
		direction[i] = 1.0;
		covariance_image(model->covariance_factor, (int32) n, direction, images + i * n);
	}
	pfree(direction);
	return images;
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0.0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Columns: term, other_term, covariance, class, other_class. */
Datum
orchard_covariance(PG_FUNCTION_ARGS)
{
	const Model *model = model_cache_get(PG_GETARG_DATUM(0))->model;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	size_t n = model->n_terms;
	double *images;
	uint32 i;
	uint32 j;

	model_require_covariance(model);
	InitMaterializedSRF(fcinfo, 0);
	images = coefficient_images(model);
	for (i = 0; i < n; i++)
	{
		char *term = model_term_name(model, &model->coefficients[i].term);
		const char *class = model_term_class(model, i);

		for (j = 0; j < n; j++)
		{
			const char *other = model_term_class(model, j);
			Datum values[5] = {0};
			bool nulls[5] = {0};

			CHECK_FOR_INTERRUPTS();
			values[0] = CStringGetTextDatum(term);
			values[1] = CStringGetTextDatum(model_term_name(model, &model->coefficients[j].term));
			/* A constant column has no coefficient, and so no covariance. */
			nulls[2] =
				isnan(model->coefficients[i].std_error) || isnan(model->coefficients[j].std_error);
			values[2] = Float8GetDatum(dot(images + i * n, images + j * n, n));
			nulls[3] = nulls[4] = class == NULL;
			if (class != NULL)
			{
				values[3] = CStringGetTextDatum(class);
				values[4] = CStringGetTextDatum(other);
			}
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/*
 * metric_argument.h: arguments that all metrics share.
 */
#ifndef ORCHARD_PG_METRIC_ARGUMENT_H
#define ORCHARD_PG_METRIC_ARGUMENT_H

#include "postgres.h"

#include <math.h>

#include "fmgr.h"

/* The row's weight: argument i when the call has one, else 1; 22023 when negative or not finite. */
static inline double
metric_weight(FunctionCallInfo fcinfo, int i)
{
	double weight;

	if (PG_NARGS() <= i)
		return 1.0;
	weight = PG_GETARG_FLOAT8(i);
	if (unlikely(!(weight >= 0.0 && isfinite(weight))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"weight\" must be finite and at least 0, not %g", weight)));
	return weight;
}

/* Argument i, "prediction": a probability; 22023 when it is none. */
static inline double
metric_probability(FunctionCallInfo fcinfo, int i)
{
	double probability = PG_GETARG_FLOAT8(i);

	if (unlikely(!(probability >= 0.0 && probability <= 1.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"prediction\" must be a probability between 0 and 1, not %g",
						probability)));
	return probability;
}

#endif /* ORCHARD_PG_METRIC_ARGUMENT_H */

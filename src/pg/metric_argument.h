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

#endif /* ORCHARD_PG_METRIC_ARGUMENT_H */

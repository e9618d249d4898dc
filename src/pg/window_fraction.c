/*
 * window_fraction.c: checks of the argument p of quantiles.
 */
#include "postgres.h"

#include "pg/argument.h"
#include "pg/window_fraction.h"

double
fraction_argument(FunctionCallInfo fcinfo, int i)
{
	double p;

	require_argument(fcinfo, i, "p");
	p = PG_GETARG_FLOAT8(i);
	if (!(p >= 0.0 && p <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"p\" must be between 0 and 1, not %g", p)));
	return p + 0.0; /* not -0 */
}

void
fraction_set(Fraction *fraction, double p)
{
	if (fraction->is_set && fraction->p != p)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"p\" must be the same in all rows"),
				 errdetail("It was %g and is %g.", fraction->p, p),
				 errhint("Call the aggregate once for each p.")));
	fraction->p = p;
	fraction->is_set = true;
}

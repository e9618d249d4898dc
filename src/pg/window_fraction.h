/*
 * window_fraction.h: the argument p of quantiles, one for all rows of an aggregate; and decimals.
 */
#ifndef ORCHARD_PG_WINDOW_FRACTION_H
#define ORCHARD_PG_WINDOW_FRACTION_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/numeric.h"

#include "kernel/window/order_integers.h"

/* p of a state, from its first row. */
typedef struct Fraction
{
	double p;
	bool is_set;
} Fraction;

/* Argument i as a fraction: 22004 when NULL, 22023 when not within [0, 1]. */
extern double fraction_argument(FunctionCallInfo fcinfo, int i);

/* Notes p; 22023 when it was another one. */
extern void fraction_set(Fraction *fraction, double p);

/*
 * p in [0, 1] as the decimal that PostgreSQL prints for it, so that 0.9 is nine tenths; rounded to
 * DECIMAL_FRACTION_PLACES places.
 */
extern DecimalFraction fraction_decimal(double p);

/* The same number as a numeric in CurrentMemoryContext. */
extern Numeric decimal_numeric(DecimalNumber number);

#endif /* ORCHARD_PG_WINDOW_FRACTION_H */

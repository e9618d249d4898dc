/*
 * window_fraction.c: checks of the argument p of quantiles, and decimals.
 */
#include "postgres.h"

#include "common/shortest_dec.h"

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

DecimalFraction
fraction_decimal(double p)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];
	DecimalFraction decimal = {0, 0};
	bool after_point = false;
	int excess;
	char *c;

	double_to_shortest_decimal_buf(p, text);
	/* At most 17 digits, those of the fraction, and an exponent, which is negative. */
	for (c = text; *c != '\0' && *c != 'e'; c++)
	{
		if (*c == '.')
		{
			after_point = true;
			continue;
		}
		decimal.digits = decimal.digits * 10 + (*c - '0');
		decimal.places += after_point;
	}
	if (*c == 'e')
		decimal.places += -atoi(c + 1);
	excess = decimal.places - DECIMAL_FRACTION_PLACES;
	for (; excess > 1; excess--)
		decimal.digits /= 10;
	if (excess == 1)
		decimal.digits = (decimal.digits + 5) / 10;
	decimal.places = Min(decimal.places, DECIMAL_FRACTION_PLACES);
	return decimal;
}

Numeric
decimal_numeric(DecimalNumber number)
{
	/* Ten to the power of 19 is beyond 64 bits, and its square beyond 128. */
	const int64 half = INT64CONST(1000000000000000000);
	Numeric high;
	Numeric low;

	if (number.digits >= PG_INT64_MIN && number.digits <= PG_INT64_MAX)
		return number.places == 0 ? int64_to_numeric((int64) number.digits) :
									int64_div_fast_to_numeric((int64) number.digits, number.places);
	/* In units of 10^18: at most 2^121 / 10^18, which has 62 bits. */
	high = numeric_mul_opt_error(int64_to_numeric((int64) (number.digits / half)),
								 int64_to_numeric(half), NULL);
	low = int64_to_numeric((int64) (number.digits % half));
	high = numeric_add_opt_error(high, low, NULL);
	if (number.places == 0)
		return high;
	return numeric_mul_opt_error(high, int64_div_fast_to_numeric(1, number.places), NULL);
}

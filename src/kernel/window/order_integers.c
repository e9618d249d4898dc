/*
 * order_integers.c: selection by keys, interpolation in 128 bits.
 */
#include "kernel/window/order_integers.h"

#include "kernel/window/nearest.h"

__extension__ typedef unsigned __int128 WideProduct;

DecimalPlace
decimal_place(DecimalFraction p, uint64_t n)
{
	uint64_t power = power_of_ten(p.places);
	WideProduct position = (WideProduct) p.digits * (n - 1);

	if (position <= UINT64_MAX)
		return (DecimalPlace){(uint64_t) position / power, (uint64_t) position % power};
	return (DecimalPlace){(uint64_t) (position / power), (uint64_t) (position % power)};
}

static WideDecimal
select_integer(const OrderStatistics *order, uint64_t k)
{
	return integer_from_key(order_statistics_key(order, k));
}

/* The number without zeros at its end. */
static DecimalNumber
shorten(WideDecimal digits, int places)
{
	int64_t few;

	for (; (int64_t) digits != digits && places > 0 && digits % 10 == 0; places--)
		digits /= 10;
	if ((int64_t) digits != digits)
		return (DecimalNumber){digits, places};
	for (few = (int64_t) digits; places > 0 && few % 10 == 0; places--)
		few /= 10;
	return (DecimalNumber){few, places};
}

/* The quantile of a multiset that is not empty, times 10^p.places. */
static WideDecimal
scaled_quantile(const OrderStatistics *order, DecimalFraction p)
{
	DecimalPlace place = decimal_place(p, order_statistics_count(order));
	WideDecimal low = select_integer(order, place.k);
	WideDecimal scaled = low * power_of_ten(p.places);

	return place.rest == 0 ? scaled :
							 scaled + (select_integer(order, place.k + 1) - low) * place.rest;
}

Status
order_integers_quantile(const OrderStatistics *order, DecimalFraction p, DecimalNumber *result)
{
	if (order_statistics_count(order) == 0)
		return KERNEL_INVALID;
	*result = shorten(scaled_quantile(order, p), p.places);
	return KERNEL_OK;
}

Status
order_integers_iqr(const OrderStatistics *order, DecimalNumber *result)
{
	DecimalFraction lower = {25, 2};
	DecimalFraction upper = {75, 2};

	if (order_statistics_count(order) == 0)
		return KERNEL_INVALID;
	*result = shorten(scaled_quantile(order, upper) - scaled_quantile(order, lower), 2);
	return KERNEL_OK;
}

/* The values around twice the median, which is an integer. */
typedef struct Around
{
	const OrderStatistics *order;
	WideDecimal center;
} Around;

/* Twice the distance from the median. */
static WideDecimal
distance(const Around *around, uint64_t place)
{
	WideDecimal x = 2 * select_integer(around->order, place);

	return x < around->center ? around->center - x : x - around->center;
}

static inline bool
is_no_nearer(const void *context, uint64_t left, uint64_t right)
{
	return distance(context, left) >= distance(context, right);
}

Status
order_integers_mad(OrderStatistics *order, DecimalNumber *result)
{
	uint64_t n = order_statistics_count(order);
	Around around = {.order = order};
	NearestEnds ends;

	if (n == 0)
		return KERNEL_INVALID;
	around.center = select_integer(order, (n - 1) / 2) + select_integer(order, n / 2);
	ends = nearest_ends(n, &order->mad_split, is_no_nearer, &around);
	/* Each is twice a distance: a quarter of their sum. */
	*result = shorten(
		(distance(&around, ends.last) + distance(&around, n % 2 == 0 ? ends.next : ends.last)) * 25,
		2);
	return KERNEL_OK;
}

/*
 * window_order_numeric.c: median, quantile, mad, iqr and rank_of_last of numeric, and what they are made
 * of, exactly.
 *
 * As window_order_integer.c; copies of the values live in the state's account.  They are ordered by value,
 * those of one value (1.0 and 1.00) by their bytes, so that results do not depend on what came and went
 * before.  Values of a group wait in an array, which is sorted when a result is asked for; those of a
 * group that is asked again and again while it grows, and those of moving frames, are in a tree whose
 * keys point to them.  A NaN propagates, infinities have their place, as in order_statistics.h.
 *
 * A frame whose values all have the same number of decimal places, as those of a column of type
 * numeric(p, s) have, and 64 bits without the point, keeps no copies: its tree is one of integers.  The
 * first value that has other places makes it one of pointers.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "kernel/window/kept_value.h"
#include "kernel/window/nearest.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/numeric_integer.h"
#include "pg/stat_state.h"
#include "pg/window_fraction.h"
#include "pg/window_frame.h"
#include "pg/window_order_state.h"

typedef struct NumericOrder
{
	MemoryAccount *account; /* first, as window_state_begin wants it */
	OrderTree tree;			/* keys are pointers to values that are owned */
	Numeric *waiting;		/* values that are not in the tree yet; they and the array are owned */
	size_t n_waiting;
	size_t capacity; /* of waiting */
	bool is_sorted;	 /* is what waits in order? */
	bool was_asked;	 /* for a result, since when there may be more values */
	uint64 n_nan;
	bool is_scaled;			/* are the keys integers, each a value times 10^places? */
	int places;				/* of all values, if is_scaled */
	uint64 last_key;		/* of the newest row, if is_scaled and it has a value that is no NaN */
	uint64 mad_split;		/* of nearest_ends */
	OrderFraction fraction; /* of quantile(x, p) */
	KeptValue last;			/* value of the newest row; missing when that was NULL */
} NumericOrder;

PG_FUNCTION_INFO_V1(orchard_numeric_order_accum);
PG_FUNCTION_INFO_V1(orchard_moving_numeric_order_add);
PG_FUNCTION_INFO_V1(orchard_moving_numeric_order_remove);
PG_FUNCTION_INFO_V1(orchard_numeric_order_combine);
PG_FUNCTION_INFO_V1(orchard_numeric_order_serialize);
PG_FUNCTION_INFO_V1(orchard_numeric_order_deserialize);
PG_FUNCTION_INFO_V1(orchard_numeric_order_median);
PG_FUNCTION_INFO_V1(orchard_numeric_order_quantile);
PG_FUNCTION_INFO_V1(orchard_numeric_order_mad);
PG_FUNCTION_INFO_V1(orchard_numeric_order_iqr);
PG_FUNCTION_INFO_V1(orchard_numeric_order_rank);

#define FEW_VALUES 64 /* so many go into the tree one by one */

static const DecimalFraction half = {5, 1};

static inline void
require(const NumericOrder *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, ORDER_STATE_LABEL);
}

static inline uint64
key_of(Numeric x)
{
	return (uint64) (uintptr_t) x;
}

static inline Numeric
value_of_key(uint64 key)
{
	return (Numeric) (uintptr_t) key;
}

static inline int
compare(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/* The order of ranks. */
static int
compare_values(uint64_t a, uint64_t b)
{
	return compare(value_of_key(a), value_of_key(b));
}

/* The order of the tree. */
static int
compare_keys(uint64_t a, uint64_t b)
{
	int order = compare_values(a, b);
	Size size_a;
	Size size_b;

	if (order != 0)
		return order;
	size_a = VARSIZE(value_of_key(a));
	size_b = VARSIZE(value_of_key(b));
	return size_a != size_b ? (size_a > size_b) - (size_a < size_b) :
							  memcmp(value_of_key(a), value_of_key(b), size_a);
}

/* The state argument 0, or a new one. */
static NumericOrder *
order_argument(FunctionCallInfo fcinfo)
{
	NumericOrder *state;

	if (!PG_ARGISNULL(0))
		return (NumericOrder *) PG_GETARG_POINTER(0);
	state = window_state_begin(fcinfo, sizeof(NumericOrder), ORDER_STATE_CONTEXT, ORDER_STATE_HINT);
	state->tree.compare = compare_keys;
	return state;
}

/* Sorts pointers to values, as the tree has them. */
#define ST_SORT sort_values
#define ST_ELEMENT_TYPE Numeric
#define ST_COMPARE(a, b) compare_keys(key_of(*(a)), key_of(*(b)))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* A copy of a value in the account; NULL for NaN, which is counted. */
static Numeric
keep(NumericOrder *state, Numeric x)
{
	Size size = VARSIZE(x);
	Numeric copy;

	if (numeric_is_nan(x))
	{
		state->n_nan++;
		return NULL;
	}
	copy = memory_allocate(&state->account->allocator, 1, size);
	if (unlikely(copy == NULL))
		require(state, KERNEL_OUT_OF_MEMORY);
	memcpy(copy, x, size);
	return copy;
}

/* A value of a growing state. */
static void
await(NumericOrder *state, Numeric x)
{
	Numeric copy = keep(state, x);

	if (copy == NULL)
		return;
	if (state->n_waiting == state->capacity)
	{
		size_t capacity = Max(16, state->capacity * 2);
		Numeric *waiting = memory_reallocate(&state->account->allocator, state->waiting,
											 state->capacity, capacity, sizeof(Numeric));

		if (waiting == NULL)
			require(state, KERNEL_OUT_OF_MEMORY);
		state->waiting = waiting;
		state->capacity = capacity;
	}
	state->waiting[state->n_waiting++] = copy;
	state->is_sorted = false;
}

/* What waits goes into the tree. */
static void
plant(NumericOrder *state)
{
	size_t i;

	for (i = 0; i < state->n_waiting; i++)
	{
		CHECK_FOR_INTERRUPTS();
		require(
			state,
			order_tree_insert(&state->tree, &state->account->allocator, key_of(state->waiting[i])));
	}
	state->n_waiting = 0;
}

/* To be called before results: as order_statistics_prepare. */
static void
prepare(NumericOrder *state)
{
	if (state->n_waiting == 0 || (state->tree.n == 0 && state->was_asked && state->is_sorted))
		return;
	if (state->tree.n > 0 || state->was_asked || state->n_waiting <= FEW_VALUES)
		plant(state);
	else
	{
		sort_values(state->waiting, state->n_waiting);
		state->is_sorted = true;
	}
	state->was_asked = true;
}

/* transition(state, x [, p]) */
Datum
orchard_numeric_order_accum(PG_FUNCTION_ARGS)
{
	NumericOrder *state = order_argument(fcinfo);

	if (PG_NARGS() > 2)
		order_fraction_set(&state->fraction, fraction_argument(fcinfo, 2));
	if (!PG_ARGISNULL(1))
		await(state, PG_GETARG_NUMERIC(1));
	PG_RETURN_POINTER(state);
}

/* The tree of integers becomes one of pointers to numerics. */
static void
point_to_values(NumericOrder *state)
{
	const Allocator *allocator = &state->account->allocator;
	OrderTree integers = state->tree;
	uint64 k = 0;

	state->tree = (OrderTree){.compare = compare_keys};
	state->is_scaled = false;
	while (k < integers.n)
	{
		uint32 length;
		const uint64_t *keys = order_tree_from(&integers, k, &length);
		uint32 i;

		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < length; i++)
		{
			Numeric x = int64_div_fast_to_numeric(integer_from_key(keys[i]), state->places);

			require(state, order_tree_insert(&state->tree, allocator, key_of(keep(state, x))));
			pfree(x);
		}
		k += length;
	}
	order_tree_release(&integers, allocator);
}

/* Argument 1 as a key of a tree of integers; false where it has none. */
static inline bool
scaled_argument(FunctionCallInfo fcinfo, uint64 *key, int *places)
{
	int64 value;

	if (!numeric_as_integer((const struct varlena *) PG_GETARG_POINTER(1), &value, places))
		return false;
	*key = integer_to_key(value);
	return true;
}

/* A value enters a frame, by its key if all that is there have one. */
static void
enter(NumericOrder *state, FunctionCallInfo fcinfo)
{
	const Allocator *allocator = &state->account->allocator;
	Numeric copy;
	Numeric x;
	uint64 key;
	int places;
	bool has_key = scaled_argument(fcinfo, &key, &places);

	if (has_key && state->tree.n == 0)
	{
		if (!state->is_scaled)
			order_tree_release(&state->tree, allocator);
		state->tree.compare = NULL;
		state->is_scaled = true;
		state->places = places;
	}
	if (has_key && state->is_scaled && places == state->places)
	{
		require(state, order_tree_insert(&state->tree, allocator, key));
		state->last_key = key;
		kept_value_set_word(&state->last, allocator, 0);
		return;
	}
	x = PG_GETARG_NUMERIC(1);
	if (state->is_scaled && !numeric_is_nan(x))
		point_to_values(state);
	copy = keep(state, x);
	if (copy != NULL)
		require(state, order_tree_insert(&state->tree, allocator, key_of(copy)));
	require(state, kept_value_set_bytes(&state->last, allocator, x, VARSIZE(x)));
}

/* moving transition(state, x [, p]) */
Datum
orchard_moving_numeric_order_add(PG_FUNCTION_ARGS)
{
	NumericOrder *state = order_argument(fcinfo);

	if (PG_NARGS() > 2)
		order_fraction_set(&state->fraction, fraction_argument(fcinfo, 2));
	if (PG_ARGISNULL(1))
		kept_value_set_missing(&state->last);
	else
		enter(state, fcinfo);
	PG_RETURN_POINTER(state);
}

/* A value leaves a frame. */
static void
leave(NumericOrder *state, FunctionCallInfo fcinfo)
{
	const Allocator *allocator = &state->account->allocator;
	Numeric x;
	uint64 taken;
	int places;

	if (state->is_scaled && scaled_argument(fcinfo, &taken, &places))
	{
		require(state, order_tree_remove(&state->tree, allocator, taken));
		return;
	}
	x = PG_GETARG_NUMERIC(1);
	if (numeric_is_nan(x))
	{
		require(state, state->n_nan > 0 ? KERNEL_OK : KERNEL_INVALID);
		state->n_nan--;
		return;
	}
	require(state, state->is_scaled ? KERNEL_INVALID : KERNEL_OK);
	require(state, order_tree_take(&state->tree, allocator, key_of(x), &taken));
	memory_release(allocator, value_of_key(taken), 1, VARSIZE(value_of_key(taken)));
}

Datum
orchard_moving_numeric_order_remove(PG_FUNCTION_ARGS)
{
	NumericOrder *state = (NumericOrder *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		leave(state, fcinfo);
	PG_RETURN_POINTER(state);
}

static inline uint64
count_ordered(const NumericOrder *state)
{
	return state->tree.n + state->n_waiting;
}

/* The k-th value, after prepare. */
static inline Numeric
element(const NumericOrder *state, uint64 k)
{
	uint32 length;
	uint64 key;

	if (state->tree.n == 0)
		return state->waiting[k];
	key = *order_tree_from(&state->tree, k, &length);
	return state->is_scaled ? int64_div_fast_to_numeric(integer_from_key(key), state->places) :
							  value_of_key(key);
}

/* combine(state, state) */
Datum
orchard_numeric_order_combine(PG_FUNCTION_ARGS)
{
	const NumericOrder *from;
	NumericOrder *into;
	size_t i;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	from = (const NumericOrder *) PG_GETARG_POINTER(1);
	into = order_argument(fcinfo);
	order_fraction_merge(&into->fraction, &from->fraction);
	into->n_nan += from->n_nan;
	Assert(from->tree.n == 0); /* nobody asks for results before */
	for (i = 0; i < from->n_waiting; i++)
	{
		CHECK_FOR_INTERRUPTS();
		await(into, from->waiting[i]);
	}
	PG_RETURN_POINTER(into);
}

/* The fraction, the NaNs, and the values; for other processes of the same plan only. */
Datum
orchard_numeric_order_serialize(PG_FUNCTION_ARGS)
{
	const NumericOrder *state = (const NumericOrder *) PG_GETARG_POINTER(0);
	StringInfoData bytes;
	size_t i;

	Assert(state->tree.n == 0); /* nobody asks for results before */
	pq_begintypsend(&bytes);
	order_fraction_send(&bytes, &state->fraction);
	pq_sendint64(&bytes, (int64) state->n_nan);
	for (i = 0; i < state->n_waiting; i++)
	{
		Size size = VARSIZE(state->waiting[i]);

		CHECK_FOR_INTERRUPTS();
		if (bytes.len + sizeof(int32) + size > ORDER_STATE_LIMIT)
			order_state_too_large(state->n_waiting);
		pq_sendint32(&bytes, (uint32) size);
		appendBinaryStringInfo(&bytes, (const char *) state->waiting[i], (int) size);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

Datum
orchard_numeric_order_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	StringInfoData value; /* a value of the message, aligned */
	NumericOrder *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "numeric_order_deserialize called outside an aggregate");
	order_state_message(fcinfo, &message);
	initStringInfo(&value);
	/* It lives until it is combined: in the context of this call. */
	state = palloc0(sizeof(NumericOrder));
	state->account = memory_account_create(CurrentMemoryContext);
	state->account->hint = ORDER_STATE_HINT;
	order_fraction_receive(&message, &state->fraction);
	state->n_nan = (uint64) pq_getmsgint64(&message);
	while (message.cursor < message.len)
	{
		int size = (int) pq_getmsgint(&message, 4);

		CHECK_FOR_INTERRUPTS();
		resetStringInfo(&value);
		appendBinaryStringInfo(&value, pq_getmsgbytes(&message, size), size);
		await(state, (Numeric) value.data);
	}
	PG_RETURN_POINTER(state);
}

/* Prepares for results: NULL over no values, NaN while there is one, says *result.  Otherwise true. */
static bool
has_order(NumericOrder *state, FunctionCallInfo fcinfo, Datum *result)
{
	*result = (Datum) 0;
	if (state->n_nan > 0)
		*result = DirectFunctionCall3(numeric_in, CStringGetDatum("NaN"),
									  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	else if (count_ordered(state) == 0)
		fcinfo->isnull = true;
	else
	{
		prepare(state);
		return true;
	}
	return false;
}

/*
 * low <= high and a fraction in (0, 1).  Between a finite and an infinite value the infinite one,
 * between both infinities NaN.
 */
static Numeric
between(Numeric low, Numeric high, Numeric fraction)
{
	Numeric step;

	if (compare(low, high) == 0 || (numeric_is_inf(low) && !numeric_is_inf(high)))
		return low;
	step = numeric_sub_opt_error(high, low, NULL);
	return numeric_add_opt_error(low, numeric_mul_opt_error(step, fraction, NULL), NULL);
}

static inline int64
integer_at(const NumericOrder *state, uint64 k)
{
	uint32 length;

	return integer_from_key(*order_tree_from(&state->tree, k, &length));
}

/* digits / 10^places, printed with so many places; NULL beyond 64 bits. */
static inline Numeric
scaled_numeric(WideDecimal digits, int places)
{
	if (digits < PG_INT64_MIN || digits > PG_INT64_MAX)
		return NULL;
	return int64_div_fast_to_numeric((int64) digits, places);
}

/*
 * The quantile of a tree of integers, times 10^(places + *more): where it lies between two values that
 * differ it has the places of p besides.
 */
static WideDecimal
scaled_quantile(const NumericOrder *state, DecimalFraction p, int *more)
{
	DecimalPlace place = decimal_place(p, state->tree.n);
	WideDecimal low = integer_at(state, place.k);
	WideDecimal high = place.rest > 0 ? integer_at(state, place.k + 1) : low;

	*more = low == high ? 0 : p.places;
	if (low == high)
		return low;
	return low * (int64) power_of_ten(p.places) + (high - low) * (int64) place.rest;
}

/* Is the order that of integers, which stand for numerics? */
static inline bool
has_integers(const NumericOrder *state)
{
	return state->is_scaled && state->tree.n > 0;
}

/* The quantile of values that have an order; it may be one of the state's own. */
static Numeric
quantile_of(const NumericOrder *state, DecimalFraction p)
{
	DecimalPlace place;
	Numeric low;

	if (has_integers(state))
	{
		int more;
		WideDecimal digits = scaled_quantile(state, p, &more);
		Numeric quantile = scaled_numeric(digits, state->places + more);

		if (quantile != NULL)
			return quantile;
	}
	place = decimal_place(p, count_ordered(state));
	low = element(state, place.k);
	if (place.rest == 0)
		return low;
	return between(low, element(state, place.k + 1),
				   int64_div_fast_to_numeric((int64) place.rest, p.places));
}

/* A copy, since the state's own may go before the result is used. */
static Datum
copy_of(Numeric x)
{
	Numeric copy = palloc(VARSIZE(x));

	memcpy(copy, x, VARSIZE(x));
	return NumericGetDatum(copy);
}

static Datum
quantile_result(FunctionCallInfo fcinfo, DecimalFraction p)
{
	NumericOrder *state = (NumericOrder *) PG_GETARG_POINTER(0);
	Datum result;

	return has_order(state, fcinfo, &result) ? copy_of(quantile_of(state, p)) : result;
}

Datum
orchard_numeric_order_median(PG_FUNCTION_ARGS)
{
	return quantile_result(fcinfo, half);
}

Datum
orchard_numeric_order_quantile(PG_FUNCTION_ARGS)
{
	const NumericOrder *state = (const NumericOrder *) PG_GETARG_POINTER(0);

	return quantile_result(fcinfo, state->fraction.decimal);
}

/* |a - b|, and 0 between equal infinities. */
static Numeric
distance_between(Numeric a, Numeric b)
{
	int order = compare(a, b);

	if (order == 0)
		return int64_to_numeric(0);
	return order > 0 ? numeric_sub_opt_error(a, b, NULL) : numeric_sub_opt_error(b, a, NULL);
}

/* iqr of a tree of integers, printed as the difference of the quartiles is; NULL beyond 64 bits. */
static Numeric
scaled_iqr(const NumericOrder *state)
{
	int upper_more;
	int lower_more;
	WideDecimal upper = scaled_quantile(state, (DecimalFraction){75, 2}, &upper_more);
	WideDecimal lower = scaled_quantile(state, (DecimalFraction){25, 2}, &lower_more);
	int more = Max(upper_more, lower_more);

	upper = upper * (int64) power_of_ten(more - upper_more) -
		lower * (int64) power_of_ten(more - lower_more);
	return upper == 0 ? int64_to_numeric(0) : scaled_numeric(upper, state->places + more);
}

Datum
orchard_numeric_order_iqr(PG_FUNCTION_ARGS)
{
	NumericOrder *state = (NumericOrder *) PG_GETARG_POINTER(0);
	Numeric range;
	Datum result;

	if (!has_order(state, fcinfo, &result))
		return result;
	range = has_integers(state) ? scaled_iqr(state) : NULL;
	if (range != NULL)
		PG_RETURN_NUMERIC(range);
	PG_RETURN_NUMERIC(distance_between(quantile_of(state, (DecimalFraction){75, 2}),
									   quantile_of(state, (DecimalFraction){25, 2})));
}

/* The values around their median. */
typedef struct Around
{
	const NumericOrder *state;
	Numeric median;
	Numeric twice; /* the median; NULL when a value is infinite */
} Around;

static Numeric
distance(const Around *around, uint64 place)
{
	return distance_between(element(around->state, place), around->median);
}

/* median - left >= right - median, by one sum where all are finite. */
static bool
is_no_nearer(const void *context, uint64_t left, uint64_t right)
{
	const Around *around = context;

	if (around->twice == NULL)
		return compare(distance(around, left), distance(around, right)) >= 0;
	return compare(numeric_add_opt_error(element(around->state, left),
										 element(around->state, right), NULL),
				   around->twice) <= 0;
}

/* The integers of a tree around twice their median. */
typedef struct ScaledAround
{
	const NumericOrder *state;
	WideDecimal center;
} ScaledAround;

/* Twice the distance from the median. */
static inline WideDecimal
scaled_distance(const ScaledAround *around, uint64 place)
{
	WideDecimal x = 2 * (WideDecimal) integer_at(around->state, place);

	return x < around->center ? around->center - x : x - around->center;
}

static inline bool
is_no_nearer_scaled(const void *context, uint64_t left, uint64_t right)
{
	return scaled_distance(context, left) >= scaled_distance(context, right);
}

/*
 * mad of a tree of integers, with the places that arithmetic of numerics gives it: a place more where
 * two values that differ are halved, none for 0.  NULL where the result has more than 64 bits.
 */
static Numeric
scaled_mad(NumericOrder *state)
{
	uint64 n = state->tree.n;
	int64 below = integer_at(state, (n - 1) / 2);
	int64 above = integer_at(state, n / 2);
	ScaledAround around = {.state = state, .center = (WideDecimal) below + above};
	NearestEnds ends = nearest_ends(n, &state->mad_split, is_no_nearer_scaled, &around);
	WideDecimal last = scaled_distance(&around, ends.last);
	WideDecimal next = n % 2 == 0 ? scaled_distance(&around, ends.next) : last;
	int more = (below != above) + (last != next);

	if (last + next == 0)
		return int64_to_numeric(0);
	/* A quarter of the sum, in units of 10^-(places + 2), less the places that are 0. */
	return scaled_numeric((last + next) * 25 / (int64) power_of_ten(2 - more),
						  state->places + more);
}

Datum
orchard_numeric_order_mad(PG_FUNCTION_ARGS)
{
	NumericOrder *state = (NumericOrder *) PG_GETARG_POINTER(0);
	uint64 n = count_ordered(state);
	Around around = {.state = state};
	NearestEnds ends;
	Numeric deviation;
	Datum result;

	if (!has_order(state, fcinfo, &result))
		return result;
	deviation = has_integers(state) ? scaled_mad(state) : NULL;
	if (deviation != NULL)
		PG_RETURN_NUMERIC(deviation);
	around.median = quantile_of(state, half);
	if (numeric_is_nan(around.median))
		return copy_of(around.median);
	if (!numeric_is_inf(element(state, 0)) && !numeric_is_inf(element(state, n - 1)))
		around.twice = numeric_add_opt_error(around.median, around.median, NULL);
	ends = nearest_ends(n, &state->mad_split, is_no_nearer, &around);
	deviation = distance(&around, ends.last);
	if (n % 2 == 0)
		deviation = between(deviation, distance(&around, ends.next),
							int64_div_fast_to_numeric((int64) half.digits, half.places));
	PG_RETURN_NUMERIC(deviation);
}

Datum
orchard_numeric_order_rank(PG_FUNCTION_ARGS)
{
	const NumericOrder *state = (const NumericOrder *) PG_GETARG_POINTER(0);
	OrderTree by_value = state->tree;

	if (state->last.is_missing || state->tree.n + state->n_nan == 0)
		PG_RETURN_NULL();
	if (state->n_nan > 0)
		PG_RETURN_FLOAT8(get_float8_nan());
	if (state->is_scaled)
		PG_RETURN_FLOAT8(order_tree_rank(&state->tree, state->last_key));
	by_value.compare = compare_values;
	PG_RETURN_FLOAT8(order_tree_rank(&by_value, key_of(state->last.of.bytes)));
}

/*
 * counter_template.h: the fold of a counter's readings, for any kind of number, and its ring.
 *
 * Define, then include:
 *		COUNTER_PREFIX			of the functions
 *		COUNTER_TYPE			name of the fold
 *		COUNTER_ROW				name of a reading
 *		COUNTER_RING			name of the ring
 *		COUNTER_NUMBER			type of a reading's number
 *		COUNTER_SUM				type of a sum of them
 *		COUNTER_IS_FINITE(x)
 *		COUNTER_ADD(sum, x)		the sum with a number more
 *		COUNTER_JOIN(sum, other)	the sum of both
 * All are undefined again at the end.  What is generated beside the types:
 *		TYPE PREFIX_of(ROW)
 *		void PREFIX_merge(TYPE *left, const TYPE *right)
 *			*left = *left, then *right; times do not fall from one to the other
 *		void PREFIX_append(TYPE *, ROW)
 *		void PREFIX_prepend(TYPE *, ROW)
 */
#include "kernel/window/ring.h"

#define COUNTER_PASTE_(a, b) a##_##b
#define COUNTER_PASTE(a, b) COUNTER_PASTE_(a, b)
#define COUNTER_FUNCTION(name) COUNTER_PASTE(COUNTER_PREFIX, name)

typedef struct COUNTER_ROW
{
	int64_t time; /* microseconds */
	COUNTER_NUMBER x;
} COUNTER_ROW;

typedef struct COUNTER_TYPE
{
	int64_t n;		   /* finite readings; all but n_special are theirs */
	int64_t n_special; /* readings that are NaN or infinite */
	int64_t first_time;
	int64_t last_time;
	COUNTER_NUMBER first;
	COUNTER_NUMBER last;
	int64_t n_resets;
	COUNTER_SUM lost; /* sum of the readings just before each reset */
} COUNTER_TYPE;

static inline COUNTER_TYPE
COUNTER_FUNCTION(of)(COUNTER_ROW row)
{
	if (!COUNTER_IS_FINITE(row.x))
		return (COUNTER_TYPE){.n_special = 1};
	return (COUNTER_TYPE){
		.n = 1, .first_time = row.time, .last_time = row.time, .first = row.x, .last = row.x};
}

static inline void
COUNTER_FUNCTION(merge)(COUNTER_TYPE *left, const COUNTER_TYPE *right)
{
	left->n_special += right->n_special;
	if (right->n == 0)
		return;
	if (left->n == 0)
	{
		left->first = right->first;
		left->first_time = right->first_time;
	}
	else if (right->first < left->last)
	{
		left->n_resets++;
		left->lost = COUNTER_ADD(left->lost, left->last);
	}
	left->n += right->n;
	left->n_resets += right->n_resets;
	left->lost = COUNTER_JOIN(left->lost, right->lost);
	left->last = right->last;
	left->last_time = right->last_time;
}

static inline void
COUNTER_FUNCTION(append)(COUNTER_TYPE *counter, COUNTER_ROW row)
{
	COUNTER_TYPE right = COUNTER_FUNCTION(of)(row);

	COUNTER_FUNCTION(merge)(counter, &right);
}

static inline void
COUNTER_FUNCTION(prepend)(COUNTER_TYPE *counter, COUNTER_ROW row)
{
	COUNTER_TYPE left = COUNTER_FUNCTION(of)(row);

	COUNTER_FUNCTION(merge)(&left, counter);
	*counter = left;
}

#define RING_NAME COUNTER_RING
#define RING_VALUE COUNTER_ROW
#define RING_STATE COUNTER_TYPE
#define RING_CLEAR(state) (*(state) = (COUNTER_TYPE){0})
#define RING_APPEND(state, x) COUNTER_FUNCTION(append)(state, x)
#define RING_PREPEND(state, x) COUNTER_FUNCTION(prepend)(state, x)
#define RING_MERGE(state, right) COUNTER_FUNCTION(merge)(state, right)
#include "kernel/window/ring.h"

#undef COUNTER_PREFIX
#undef COUNTER_TYPE
#undef COUNTER_ROW
#undef COUNTER_RING
#undef COUNTER_NUMBER
#undef COUNTER_SUM
#undef COUNTER_IS_FINITE
#undef COUNTER_ADD
#undef COUNTER_JOIN
#undef COUNTER_FUNCTION
#undef COUNTER_PASTE
#undef COUNTER_PASTE_

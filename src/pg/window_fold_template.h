/*
 * window_fold_template.h: aggregates whose result is an associative fold of their rows.
 *
 * The plain state keeps the fold, the moving one a ring over it.  Both begin alike, so one SQL
 * function gives the result of either.
 *
 * Define, then include after the header of the ring:
 *		FOLD_NAME				the SQL functions are orchard_window_NAME_accum, _add and _remove
 *		FOLD_TYPE				name of their state, a struct that begins with the account, NULL if plain
 *		FOLD_TYPE_IS_THERE		defined where an inclusion before this one made it, with the same ring
 *		FOLD_RING				RING_NAME of the ring
 *		FOLD_STATE				its RING_STATE
 *		FOLD_ROW				its RING_VALUE
 *		FOLD_READ				bool (fcinfo, FOLD_ROW *): a row; false when it takes no part
 *		FOLD_COUNTS(fcinfo)		what FOLD_READ would return; not needed where reading costs little
 *		FOLD_CLEAR(state)		makes a zeroed FOLD_STATE the fold of nothing; not needed where it is
 *		FOLD_MOVING_ONLY		no _accum; not defined where the plain state is the fold
 *		FOLD_OPTIONS			type of what is the same for all rows, or not defined, with
 *		FOLD_CHECK					void (fcinfo, bool is_first, FOLD_OPTIONS *): reads it from the first row,
 *									compares it in the others
 *		FOLD_CONTEXT(options)		the ring's context; not needed for a ring without
 *		FOLD_APPEND(state, row, options)
 *		FOLD_NEWEST(row)		its time, which may not fall; not needed without one
 * All are undefined again at the end.  What is generated beside the functions and the struct:
 *		const STATE *NAME_fold(const FOLD_TYPE *, STATE *room)
 */
#include "postgres.h"

#include "fmgr.h"

#include "pg/error.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

#ifndef FOLD_COUNTS
#define FOLD_COUNTS(fcinfo) FOLD_READ(fcinfo, &row)
#endif
#define FOLD_PASTE_(a, b, c) a##b##c
#define FOLD_PASTE(a, b, c) FOLD_PASTE_(a, b, c)
#define FOLD_FUNCTION(name) FOLD_PASTE(FOLD_NAME, _, name)
#define FOLD_SQL(name) FOLD_PASTE(orchard_window_, FOLD_NAME, _##name)
#define FOLD_DECLARE_(function) PG_FUNCTION_INFO_V1(function)
#define FOLD_DECLARE(name) FOLD_DECLARE_(name)
#define FOLD_RING_FUNCTION(name) FOLD_PASTE(FOLD_RING, _, name)

#ifndef FOLD_TYPE_IS_THERE
typedef struct FOLD_TYPE
{
	MemoryAccount *account; /* first, as window_frame_begin wants it; NULL in a plain state */
	bool is_begun;
#ifdef FOLD_OPTIONS
	FOLD_OPTIONS options;
#endif
#ifdef FOLD_NEWEST
	int64 newest; /* time of the last row */
#endif
	union
	{
		FOLD_STATE fold; /* of a plain state */
		FOLD_RING ring;	 /* of a moving one */
	} of;
} FOLD_TYPE;
#endif

#ifndef FOLD_MOVING_ONLY
FOLD_DECLARE(FOLD_SQL(accum));
#endif
FOLD_DECLARE(FOLD_SQL(add));
FOLD_DECLARE(FOLD_SQL(remove));

/* The fold of the group or frame; *room is there for one that has to be made. */
static inline const FOLD_STATE *
FOLD_FUNCTION(fold)(const FOLD_TYPE *state, FOLD_STATE *room)
{
	if (state->account == NULL)
		return &state->of.fold;
	FOLD_RING_FUNCTION(fold)(&state->of.ring, room);
	return room;
}

/* Reads the row and checks what must hold from row to row; false when it takes no part. */
static inline bool
FOLD_FUNCTION(row)(FunctionCallInfo fcinfo, FOLD_TYPE *state, FOLD_ROW *row)
{
	bool takes_part;

#ifdef FOLD_OPTIONS
	FOLD_CHECK(fcinfo, !state->is_begun, &state->options);
#endif
	takes_part = FOLD_READ(fcinfo, row);
#ifdef FOLD_NEWEST
	if (!state->is_begun)
		state->newest = NO_TIME;
	if (takes_part)
		advance_time(&state->newest, FOLD_NEWEST(*row));
#endif
	state->is_begun = true;
	return takes_part;
}

#ifndef FOLD_MOVING_ONLY
Datum
FOLD_SQL(accum)(PG_FUNCTION_ARGS)
{
	FOLD_TYPE *state = window_plain_state(fcinfo, offsetof(FOLD_TYPE, of) + sizeof(state->of.fold));
	FOLD_ROW row;

#ifdef FOLD_CLEAR
	if (PG_ARGISNULL(0))
		FOLD_CLEAR(&state->of.fold);
#endif
	if (FOLD_FUNCTION(row)(fcinfo, state, &row))
		FOLD_APPEND(&state->of.fold, row, &state->options);
	PG_RETURN_POINTER(state);
}
#endif

Datum
FOLD_SQL(add)(PG_FUNCTION_ARGS)
{
	FOLD_TYPE *state = (FOLD_TYPE *) PG_GETARG_POINTER(0);
	FOLD_ROW row;
	bool takes_part;

	if (PG_ARGISNULL(0))
	{
		state = window_frame_begin(fcinfo, sizeof(FOLD_TYPE));
		FOLD_RING_FUNCTION(begin)(&state->of.ring);
	}
	takes_part = FOLD_FUNCTION(row)(fcinfo, state, &row);
#ifdef FOLD_CONTEXT
	state->of.ring.context = FOLD_CONTEXT(&state->options);
#endif
	if (takes_part)
	{
		Status status = FOLD_RING_FUNCTION(push)(&state->of.ring, &state->account->allocator, row);

		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(state->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(state);
}

Datum
FOLD_SQL(remove)(PG_FUNCTION_ARGS)
{
	FOLD_TYPE *state = (FOLD_TYPE *) PG_GETARG_POINTER(0);
	FOLD_ROW row;

	(void) row;
	if (FOLD_COUNTS(fcinfo))
	{
		Status status = KERNEL_INVALID;

		if (likely(FOLD_RING_FUNCTION(count)(&state->of.ring) > 0))
			status = FOLD_RING_FUNCTION(pop)(&state->of.ring, &state->account->allocator,
											 &state->account->stop);
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(state->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(state);
}

#undef FOLD_NAME
#undef FOLD_RING
#undef FOLD_STATE
#undef FOLD_ROW
#undef FOLD_READ
#undef FOLD_COUNTS
#undef FOLD_CLEAR
#undef FOLD_MOVING_ONLY
#undef FOLD_OPTIONS
#undef FOLD_CHECK
#undef FOLD_CONTEXT
#undef FOLD_APPEND
#undef FOLD_NEWEST
#undef FOLD_PASTE_
#undef FOLD_PASTE
#undef FOLD_TYPE
#undef FOLD_TYPE_IS_THERE
#undef FOLD_FUNCTION
#undef FOLD_SQL
#undef FOLD_DECLARE_
#undef FOLD_DECLARE
#undef FOLD_RING_FUNCTION

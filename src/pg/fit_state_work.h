/*
 * fit_state_work.h: what the files of a training state share: its blocks, its errors, its flat form.
 */
#ifndef ORCHARD_PG_FIT_STATE_WORK_H
#define ORCHARD_PG_FIT_STATE_WORK_H

#include "postgres.h"

#include "pg/error.h"
#include "pg/fit_state.h"

/* What messages call a state. */
#define FIT_STATE_LABEL "the training state"

/* A state without the kernel's sums: shared by create and decode. */
extern FitState *fit_state_create_bare(MemoryAccount *account, const FitSpec *spec);

/* The sums of a fold, made with its first row. */
extern LeastSquares *fit_state_fold(FitState *state, int fold);

/* A zeroed block of the state's account. */
extern void *fit_state_allocate(FitState *state, size_t count, size_t size);

/* Gives up the flat form of a state that changes. */
extern void fit_state_drop_flat(FitState *state);

/* States of different specs have nothing to do with each other: 42804. */
extern void fit_state_require_alike(bool are_alike);

/* The methods of the expanded object. */
extern Size fit_state_get_flat_size(ExpandedObjectHeader *header);
extern void fit_state_flatten_into(ExpandedObjectHeader *header, void *result, Size size);

/* Raises the error of a status; KERNEL_OK returns. */
static inline void
fit_state_require(FitState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, FIT_STATE_LABEL);
}

/* Keeps a regression's target value while there may be no more than two. */
static inline void
fit_state_note_target(FitState *state, double value)
{
	int i;

	for (i = 0; i < state->n_target_values && i < 2; i++)
	{
		if (state->target_values[i] == value)
			return;
	}
	if (i < 2)
		state->target_values[i] = value;
	state->n_target_values = i + 1;
}

#endif /* ORCHARD_PG_FIT_STATE_WORK_H */

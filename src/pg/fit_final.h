/*
 * fit_final.h: from a training state to a stored model.
 */
#ifndef ORCHARD_PG_FIT_FINAL_H
#define ORCHARD_PG_FIT_FINAL_H

#include "postgres.h"

#include "pg/fit_state.h"
#include "pg/progress.h"

#define WARNINGS_TOLD 20

/*
 * The model of the state's rows, in the current memory context; NULL, with a
 * WARNING, when no row was usable.  The state is not changed.  progress: told
 * of the solver's steps; may be NULL.  n_told: counts the warnings given to the
 * client, which end at WARNINGS_TOLD, so that ten thousand groups do not flood
 * it; NULL: all are given.  The model has its own in any case.
 */
extern struct varlena *fit_model(const FitState *state, Progress *progress, int *n_told);

/* The same, for a state that nobody asks after: its rows may be given back as soon as they were read. */
extern struct varlena *fit_model_of_spent(FitState *state, Progress *progress);

/* Raises 22000 when no row was usable; a NULL state has seen none. */
extern void fit_require_rows(const FitState *state);

/* A NOTICE when a regression's target has two values, as classes have; whether it was said. */
extern bool fit_notice_two_values(const FitState *state);

/* Has the condition number of a linear regression cost digits that its rows would give back? */
extern bool fit_is_rough(const FitState *state);

#endif /* ORCHARD_PG_FIT_FINAL_H */

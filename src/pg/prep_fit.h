/*
 * prep_fit.h: transform_state, the public state of all fits.
 */
#ifndef ORCHARD_PG_PREP_FIT_H
#define ORCHARD_PG_PREP_FIT_H

#include "postgres.h"

#include "kernel/prep/fit.h"
#include "kernel/prep/transform.h"
#include "kernel/prep/waiting_rows.h"
#include "pg/grown_state.h"

typedef struct PrepState
{
	GrownState base;
	bool is_recipe;
	uint32_t n;
	StepFit *fits; /* n, owned */

	WaitingRows waiting; /* of a recipe; not begun before the first row */
} PrepState;

extern const GrownType prep_state_type;

/* Raises the error of the status of a value of the step's column. */
extern void prep_require(PrepState *state, const Step *step, Status status);

/* A state of the steps, whose options are copied. */
extern PrepState *prep_state_create(FunctionCallInfo fcinfo, const Transform *specification);

/* Makes room for rows that wait, unless there is some.  takes: as of waiting_rows_begin. */
extern void prep_state_begin_rows(PrepState *state, const bool *takes);

/* The same, with one row more; returns its numbers, in the order of the steps that take some. */
extern double *prep_state_row(PrepState *state, const bool *takes);

/* The transform that all states of this aggregate's group teach, with a WARNING for each sketch. */
extern Datum prep_state_finish(PrepState *state);

/* The fold in a datum of an integer column or argument; 22023 unless it is between 0 and FIT_FOLDS - 1. */
extern int32 prep_require_fold(int64 fold);

/* 22023 for a target that is not finite, and of a weight of evidence for one that is not 0 or 1. */
extern void prep_require_target(StepKind kind, double y, bool is_class);

/* What the output of a step is called (prep_type.c). */
extern char *prep_output_name(const Step *step, uint32 output);

/* What is worth knowing of a step, or NULL (prep_type.c). */
extern char *prep_step_warning(const Step *step);

/* 54000 when a polynomial of so many columns has too many terms. */
extern void prep_require_terms(const Step *step);

/* What the columns are, once it is known: 0A000 or 42804 for steps that cannot stand one behind another. */
extern void prep_set_input(Step *step, int32 input);

#endif /* ORCHARD_PG_PREP_FIT_H */

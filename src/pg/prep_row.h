/*
 * prep_row.h: the steps of a recipe over the columns of a row.
 */
#ifndef ORCHARD_PG_PREP_ROW_H
#define ORCHARD_PG_PREP_ROW_H

#include "postgres.h"

#include "pg/prep_value.h"

/* The columns that one step reads. */
typedef struct PrepStepColumns
{
	PrepColumn *columns; /* one, or width of a polynomial */
	pg_tz *zone;		 /* of a calendar's cycle */
} PrepStepColumns;

/* The columns of a step by name; 42703 for a missing one, 42804 for one of a type that it does not take. */
extern void prep_step_bind(PrepStepColumns *bound, const RowLayout *layout, const Step *step);

/* 42804 unless the column is of the family that the step was fitted to. */
extern void prep_step_require_family(const Step *step, const PrepColumn *column);

/* The number that a step makes its output of, in the row read last: of a calendar's cycle the share. */
extern double prep_step_number(const Step *step, const PrepStepColumns *bound,
							   const RowLayout *layout);

/* 22023 with the level for an unknown one where the step has it as an error; OK returns. */
extern void prep_require_known(const Step *step, Status status, const char *text, size_t length);

/* Does a step of numbers read NULL or NaN in the row read last? */
extern bool prep_step_reads_missing(const Step *step, const PrepStepColumns *bound,
									const RowLayout *layout);

/*
 * prep_step_apply
 *		The outputs of one step for the row read last.
 *
 * inputs: scratch, step->width of a polynomial.  missing: of each output, NULL and not NaN.
 * 22023 for an unknown level that the step does not allow.
 */
extern void prep_step_apply(const Applier *applier, const PrepStepColumns *bound,
							const RowLayout *layout, int32 fold, double *inputs, double *outputs,
							bool *missing);

#endif /* ORCHARD_PG_PREP_ROW_H */

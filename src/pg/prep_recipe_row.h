/*
 * prep_recipe_row.h: how rows are read while a recipe is fitted to them.
 */
#ifndef ORCHARD_PG_PREP_RECIPE_ROW_H
#define ORCHARD_PG_PREP_RECIPE_ROW_H

#include "postgres.h"

#include "access/htup_details.h"

#include "pg/prep_fit.h"
#include "pg/prep_row.h"

/* What one step reads of a row while it is fitted. */
typedef struct RecipeColumns
{
	PrepStepColumns of;
	PrepColumn target; /* index -1: none */
	PrepColumn fold;
} RecipeColumns;

typedef struct RecipeReading RecipeReading;

/*
 * The reading of rows of the layout by the steps of the state, in the current memory context.  columns:
 * of each step, as long-lived.
 */
extern RecipeReading *recipe_reading_create(const RecipeColumns *columns, RowLayout *layout,
											PrepState *state);

/* Do rows of the state wait in the way in which the reading puts them there? */
extern bool recipe_reading_suits(const RecipeReading *reading, const PrepState *state);

/*
 * recipe_reading_take
 *		One row of so many bytes, a value or a stored one, into the state.
 *
 * False, with nothing changed, for a row that was formed under another definition of its type.
 * 22023 for a number, target or fold that cannot be.
 */
extern bool recipe_reading_take(RecipeReading *reading, PrepState *state, HeapTupleHeader row,
								uint32 bytes);

/* The same from the row's first recipe_reading_width() columns. */
extern void recipe_reading_take_values(RecipeReading *reading, PrepState *state,
									   const Datum *values, const bool *nulls);
extern int recipe_reading_width(const RecipeReading *reading);

#endif /* ORCHARD_PG_PREP_RECIPE_ROW_H */

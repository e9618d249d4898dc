/*
 * prep_recipe_row.c: rows into the state of a recipe.
 *
 * A row is walked once.  Numbers of float8 columns go to where the state's rows wait, and so do the
 * keys of short texts behind them; all other columns that a step reads become values first.
 */
#include "postgres.h"

#include <math.h>

#include "access/tupmacs.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/prep_recipe_row.h"

/* What becomes of a column behind the first of varying width. */
typedef enum TailUse
{
	TAIL_SKIP,
	TAIL_VALUE,
	TAIL_DOUBLE, /* the number of one step */
	TAIL_TEXT	 /* the text of one step */
} TailUse;

typedef struct TailColumn
{
	ColumnShape shape;
	TailUse use;
	int place; /* of the number in a row of the state's, or of the category there */
} TailColumn;

/* A target that steps have in common, and the column of their folds. */
typedef struct TargetColumns
{
	PrepColumn target;
	PrepColumn fold;
	StepKind kind; /* WOE when one of them wants zeros and ones */
} TargetColumns;

/* A step whose row is read for itself. */
typedef struct LoneStep
{
	uint32 step;
	int slot; /* of its first number */
} LoneStep;

/* What reads one column, while the reading is made. */
typedef struct ColumnUsers
{
	int n;
	int step; /* the last of them that reads it as its first column; -1: none */
} ColumnUsers;

struct RecipeReading
{
	RowLayout *layout;
	const RecipeColumns *columns;
	bool *takes; /* by step: it is a category that waits */

	DoubleColumns doubles; /* of the fixed part */
	LoneStep *numbers;	   /* n_numbers: steps that read those, and doubles of the tail */
	int n_numbers;
	int *fixed; /* n_fixed: columns of the fixed part that become values */
	int n_fixed;
	TailColumn *tail; /* n_tail: from layout->n_fixed on */
	int n_tail;
	int n_read; /* the first so many columns are all that is read */

	TargetColumns *targets;
	int n_targets;
	uint32 *category_steps; /* n_categories, in the order of the state's */
	int n_categories;
	int *valued; /* n_valued: categories that are read from values */
	int n_valued;
	int *lengthy; /* n_lengthy: categories of the tail that are read from values in this row */
	int n_lengthy;
	LoneStep *lone; /* n_lone */
	int n_lone;
};

/* Does the step take the number of the column as it stands? */
static bool
takes_double(const Step *step, const PrepColumn *column)
{
	return !step_takes_category(step) && step->kind != STEP_POLYNOMIAL &&
		(step->kind != STEP_CYCLIC || step->strategy == CYCLE_PERIOD) &&
		column->type.reader == READ_FLOAT8;
}

/* Is the column one of the texts that classes are? */
static bool
is_class(const PrepColumn *target)
{
	return target->index >= 0 && target->type.family == FAMILY_CATEGORY &&
		target->type.reader != READ_BOOL;
}

static void
add_user(ColumnUsers *users, const PrepColumn *column, int step)
{
	if (column->index < 0)
		return;
	users[column->index].n++;
	users[column->index].step = step;
}

/* Who reads each column of the row. */
static ColumnUsers *
count_users(const RecipeReading *reading, const PrepState *state)
{
	ColumnUsers *users = palloc0(sizeof(ColumnUsers) * Max(reading->layout->n_columns, 1));
	uint32 i;
	int32 k;

	for (i = 0; i < state->n; i++)
	{
		const RecipeColumns *columns = &reading->columns[i];
		const Step *step = &state->fits[i].step;

		add_user(users, &columns->target, -1);
		add_user(users, &columns->fold, -1);
		if (step->kind != STEP_POLYNOMIAL)
			add_user(users, &columns->of.columns[0], (int) i);
		for (k = 0; step->kind == STEP_POLYNOMIAL && k < (int32) step->columns.n; k++)
			add_user(users, &columns->of.columns[k], -1);
	}
	return users;
}

static bool
is_double(const RecipeReading *reading, const PrepState *state, const ColumnUsers *users, int step)
{
	const PrepColumn *column = &reading->columns[step].of.columns[0];

	return takes_double(&state->fits[step].step, column) &&
		(column->index < reading->layout->n_fixed || users[column->index].n == 1);
}

/* Does a column of the tail go straight to where the rows wait? */
static TailUse
tail_use(const RecipeReading *reading, const PrepState *state, const ColumnUsers *users, int column)
{
	int step = users[column].step;

	if (users[column].n == 0)
		return TAIL_SKIP;
	if (users[column].n > 1 || step < 0)
		return TAIL_VALUE;
	if (is_double(reading, state, users, step))
		return TAIL_DOUBLE;
	if (reading->takes[step] && reading->columns[step].of.columns[0].type.reader == READ_TEXT)
		return TAIL_TEXT;
	return TAIL_VALUE;
}

/* Doubles of the fixed part, where numbers stand, and the steps that are read for themselves. */
static void
plan_steps(RecipeReading *reading, const PrepState *state, const ColumnUsers *users)
{
	DoubleColumn *doubles = palloc(sizeof(DoubleColumn) * state->n);
	double *fill = palloc(sizeof(double) * Max(state->waiting.n_numbers, 1));
	int n_doubles = 0;
	int slot = 0;
	uint32 i;

	for (i = 0; i < state->n; i++)
	{
		int column = reading->columns[i].of.columns[0].index;
		LoneStep lone = {i, slot};

		if (is_double(reading, state, users, (int) i))
		{
			reading->numbers[reading->n_numbers++] = lone;
			if (column < reading->layout->n_fixed)
				doubles[n_doubles++] = (DoubleColumn){column, slot};
		}
		else if (reading->takes[i])
			reading->category_steps[reading->n_categories++] = i;
		else
			reading->lone[reading->n_lone++] = lone;
		slot += (int) fit_width(&state->fits[i]);
	}
	for (i = 0; i < state->waiting.n_numbers; i++)
		fill[i] = NAN;
	double_columns_create(&reading->doubles, doubles, n_doubles, fill);
}

/* Columns of the fixed part that somebody reads as a value. */
static void
plan_fixed(RecipeReading *reading, const PrepState *state, const ColumnUsers *users)
{
	int column;
	uint32 i;
	int n;

	for (column = 0; column < reading->layout->n_fixed; column++)
	{
		n = users[column].n;
		for (i = 0; i < state->n; i++)
			n -= reading->columns[i].of.columns[0].index == column &&
				takes_double(&state->fits[i].step, &reading->columns[i].of.columns[0]);
		if (n > 0)
			reading->fixed[reading->n_fixed++] = column;
	}
}

/* The place among the state's numbers, or categories, of what a step reads. */
static int
place_of(const RecipeReading *reading, int step, TailUse use)
{
	int i = 0;

	if (use == TAIL_DOUBLE)
	{
		while (reading->numbers[i].step != (uint32) step)
			i++;
		return reading->numbers[i].slot;
	}
	while (reading->category_steps[i] != (uint32) step)
		i++;
	return i;
}

static void
plan_tail(RecipeReading *reading, const PrepState *state, const ColumnUsers *users)
{
	RowLayout *layout = reading->layout;
	int i;

	for (i = layout->n_fixed; i < layout->n_columns; i++)
	{
		TailColumn *column = &reading->tail[i - layout->n_fixed];

		column->shape = layout->shapes[i];
		column->use = tail_use(reading, state, users, i);
		if (column->use == TAIL_DOUBLE || column->use == TAIL_TEXT)
			column->place = place_of(reading, users[i].step, column->use);
		if (column->use != TAIL_SKIP)
			reading->n_tail = i - layout->n_fixed + 1;
	}
	for (i = 0; i < reading->n_categories; i++)
	{
		int column = reading->columns[reading->category_steps[i]].of.columns[0].index;

		if (column < layout->n_fixed || reading->tail[column - layout->n_fixed].use != TAIL_TEXT)
			reading->valued[reading->n_valued++] = i;
	}
}

static void
plan_targets(RecipeReading *reading, const PrepState *state)
{
	int i;

	for (i = 0; i < reading->n_categories; i++)
	{
		int place = state->waiting.categories[i].target;
		uint32 step = reading->category_steps[i];
		TargetColumns *target;

		if (place < 0)
			continue;
		target = &reading->targets[place];
		if (place == reading->n_targets)
			*target = (TargetColumns){reading->columns[step].target, reading->columns[step].fold,
									  STEP_TARGET};
		if (state->fits[step].step.kind == STEP_WOE)
			target->kind = STEP_WOE;
		reading->n_targets = Max(reading->n_targets, place + 1);
	}
}

RecipeReading *
recipe_reading_create(const RecipeColumns *columns, RowLayout *layout, PrepState *state)
{
	RecipeReading *reading = palloc0(sizeof(RecipeReading));
	ColumnUsers *users;
	uint32 i;

	reading->layout = layout;
	reading->columns = columns;
	reading->takes = palloc(sizeof(bool) * state->n);
	for (i = 0; i < state->n; i++)
		reading->takes[i] = waiting_rows_take(&state->fits[i]) && !is_class(&columns[i].target);
	prep_state_begin_rows(state, reading->takes);
	reading->numbers = palloc(sizeof(LoneStep) * state->n);
	reading->lone = palloc(sizeof(LoneStep) * state->n);
	reading->category_steps = palloc(sizeof(uint32) * state->n);
	reading->valued = palloc(sizeof(int) * state->n);
	reading->lengthy = palloc(sizeof(int) * state->n);
	reading->targets = palloc(sizeof(TargetColumns) * state->n);
	reading->fixed = palloc(sizeof(int) * Max(layout->n_columns, 1));
	reading->tail = palloc0(sizeof(TailColumn) * Max(layout->n_columns, 1));
	users = count_users(reading, state);
	plan_steps(reading, state, users);
	plan_fixed(reading, state, users);
	plan_tail(reading, state, users);
	for (i = 0; i < (uint32) layout->n_columns; i++)
		reading->n_read = users[i].n > 0 ? (int) i + 1 : reading->n_read;
	if (recipe_reading_suits(reading, state))
		plan_targets(reading, state);
	pfree(users);
	return reading;
}

bool
recipe_reading_suits(const RecipeReading *reading, const PrepState *state)
{
	const WaitingRows *waiting = &state->waiting;
	int i;

	if (!waiting->is_begun)
		return true;
	if (waiting->n_categories != (uint32) reading->n_categories)
		return false;
	for (i = 0; i < reading->n_categories; i++)
	{
		if (waiting->categories[i].fit != reading->category_steps[i])
			return false;
	}
	return true;
}

/* Numbers that wait are finite or NaN. */
static void
require_not_infinite(PrepState *state, uint32 step, double x)
{
	if (unlikely(isinf(x)))
		prep_require(state, &state->fits[step].step, KERNEL_INVALID);
}

/* The text of a category from its column's value. */
static void
take_category(const RecipeReading *reading, PrepState *state, int place, uint32 row)
{
	const RowLayout *layout = reading->layout;
	WaitingCategory *category = &state->waiting.categories[place];
	uint32 step = reading->category_steps[place];
	const PrepColumn *column = &reading->columns[step].of.columns[0];
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;

	category->keys[row] = 0;
	if (layout->nulls[column->index] ||
		(category->target >= 0 && isnan(state->waiting.targets[category->target].y[row])))
		return;
	text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
						  scratch, &length);
	prep_require(state, &state->fits[step].step,
				 waiting_rows_text(category, &state->fits[step], &state->base.account->allocator,
								   row, text, length));
}

/* The value of a column of the tail to where its use is; returns whether it is no infinite number. */
static bool
take_tail_value(RecipeReading *reading, WaitingRows *waiting, const TailColumn *column, int index,
				const char *value, uint32 row, double *numbers)
{
	RowLayout *layout = reading->layout;

	if (column->use == TAIL_SKIP)
		return true;
	if (column->use == TAIL_DOUBLE)
	{
		numbers[column->place] = NAN;
		if (value != NULL)
			memcpy(&numbers[column->place], value, sizeof(double));
		return !isinf(numbers[column->place]);
	}
	layout->nulls[index] = value == NULL;
	if (value != NULL)
		layout->values[index] = fetch_att(value, column->shape.by_value, column->shape.length);
	if (column->use != TAIL_TEXT)
		return true;
	waiting->categories[column->place].keys[row] = 0;
	if (value != NULL)
		reading->lengthy[reading->n_lengthy++] = column->place;
	return true;
}

/* The columns from the first of varying width on, of the row located last.  Returns as above. */
static bool
read_tail(RecipeReading *reading, WaitingRows *waiting, uint32 row, double *numbers)
{
	const RowLayout *layout = reading->layout;
	const char *data = layout->data;
	uint32 offset = layout->fixed_end;
	bool is_finite = true;
	int i;

	for (i = 0; i < reading->n_tail; i++)
	{
		const TailColumn *column = &reading->tail[i];
		const char *value = data + offset;

		if (row_layout_is_null(layout, layout->n_fixed + i))
		{
			take_tail_value(reading, waiting, column, layout->n_fixed + i, NULL, row, numbers);
			continue;
		}
		/* A byte as header: the text is as long as it says less one, and lies inside the row. */
		if (likely(column->use == TAIL_TEXT && VARATT_IS_1B(value) && !VARATT_IS_1B_E(value)) &&
			VARSIZE_1B(value) <= VARHDRSZ_SHORT + DICTIONARY_SHORT)
		{
			waiting->categories[column->place].keys[row] =
				dictionary_inner_key(VARDATA_1B(value), VARSIZE_1B(value) - VARHDRSZ_SHORT);
			offset += VARSIZE_1B(value);
			continue;
		}
		offset = att_align_pointer(offset, column->shape.alignment, column->shape.length, value);
		value = data + offset;
		offset = att_addlength_pointer(offset, column->shape.length, value);
		is_finite &=
			take_tail_value(reading, waiting, column, layout->n_fixed + i, value, row, numbers);
	}
	return is_finite;
}

/* The same of a row whose columns are values. */
static void
take_tail(RecipeReading *reading, double *numbers)
{
	const RowLayout *layout = reading->layout;
	int i;

	for (i = 0; i < reading->n_tail; i++)
	{
		const TailColumn *column = &reading->tail[i];
		int index = layout->n_fixed + i;

		if (column->use == TAIL_DOUBLE)
			numbers[column->place] =
				layout->nulls[index] ? NAN : DatumGetFloat8(layout->values[index]);
		else if (column->use == TAIL_TEXT)
			reading->lengthy[reading->n_lengthy++] = column->place;
	}
}

static double
target_number(const PrepColumn *target, const RowLayout *layout)
{
	return target->type.reader == READ_BOOL ? (double) DatumGetBool(layout->values[target->index]) :
											  prep_column_number(target, layout);
}

/* The fold + 1, 0 for none. */
static uint32
fold_slot(const PrepColumn *fold, const RowLayout *layout)
{
	if (fold->index < 0 || layout->nulls[fold->index])
		return 0;
	return (uint32) prep_require_fold((int64) prep_column_number(fold, layout)) + 1;
}

static void
take_targets(const RecipeReading *reading, WaitingRows *waiting, uint32 row)
{
	const RowLayout *layout = reading->layout;
	int i;

	for (i = 0; i < reading->n_targets; i++)
	{
		const TargetColumns *columns = &reading->targets[i];
		WaitingTarget *target = &waiting->targets[i];

		target->y[row] = NAN;
		target->slots[row] = 0;
		if (layout->nulls[columns->target.index])
			continue;
		target->y[row] = target_number(&columns->target, layout);
		prep_require_target(columns->kind, target->y[row], false);
		target->slots[row] = fold_slot(&columns->fold, layout);
	}
}

/* The columns of a polynomial, where other steps are fitted to them. */
static void
take_polynomial(PrepState *state, uint32 step, const PrepStepColumns *bound,
				const RowLayout *layout, double *numbers)
{
	StepFit *fit = &state->fits[step];
	uint32 n = fit_width(fit);
	uint32 i;

	if (n == 0)
		fit->rows++;
	for (i = 0; i < n; i++)
	{
		numbers[i] = prep_column_number(&bound->columns[i], layout);
		require_not_infinite(state, step, numbers[i]);
	}
}

/* A category that does not wait: of a target of text, or of a chain. */
static void
take_lone_category(PrepState *state, uint32 step, const RecipeColumns *columns,
				   const RowLayout *layout)
{
	StepFit *fit = &state->fits[step];
	StepFit *encoder = fit_encoder(fit);
	const MemoryAccount *account = state->base.account;
	const PrepColumn *column = &columns->of.columns[0];
	const PrepColumn *target = &columns->target;
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	int32 class = 0;
	double y = 0.0;

	if (target->index >= 0 && layout->nulls[target->index])
		return;
	if (is_class(target))
	{
		text = prep_read_text(target->type.reader, target->labels, layout->values[target->index],
							  scratch, &length);
		grown_state_require(&state->base,
							fit_code(&encoder->classes, &account->allocator, text, length, &class));
		text = NULL;
	}
	else if (target->index >= 0)
		y = target_number(target, layout);
	if (target->index >= 0)
		prep_require_target(encoder->step.kind, y, is_class(target));
	if (!layout->nulls[column->index])
		text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
							  scratch, &length);
	prep_require(state, &fit->step,
				 fit_text(fit, &account->allocator, &account->stop, text, length,
						  (int32) fold_slot(&columns->fold, layout) - 1, (uint32) class, y));
}

static void
take_lone(const RecipeReading *reading, PrepState *state, const LoneStep *lone, double *numbers)
{
	const RecipeColumns *columns = &reading->columns[lone->step];
	StepFit *fit = &state->fits[lone->step];

	if (step_takes_category(&fit->step))
		take_lone_category(state, lone->step, columns, reading->layout);
	else if (fit->step.kind == STEP_POLYNOMIAL)
		take_polynomial(state, lone->step, &columns->of, reading->layout, numbers + lone->slot);
	else
	{
		numbers[lone->slot] = prep_step_number(&fit->step, &columns->of, reading->layout);
		require_not_infinite(state, lone->step, numbers[lone->slot]);
	}
}

/* What stands in values, and in the state's last row, once its columns have been read. */
static void
take_rest(RecipeReading *reading, PrepState *state, double *numbers, bool is_finite)
{
	WaitingRows *waiting = &state->waiting;
	uint32 row = waiting->n - 1;
	int i;

	for (i = 0; i < reading->n_numbers && unlikely(!is_finite); i++)
		require_not_infinite(state, reading->numbers[i].step, numbers[reading->numbers[i].slot]);
	take_targets(reading, waiting, row);
	for (i = 0; i < reading->n_valued; i++)
		take_category(reading, state, reading->valued[i], row);
	for (i = 0; i < reading->n_lengthy; i++)
		take_category(reading, state, reading->lengthy[i], row);
	for (i = 0; i < reading->n_lone; i++)
		take_lone(reading, state, &reading->lone[i], numbers);
}

bool
recipe_reading_take(RecipeReading *reading, PrepState *state, HeapTupleHeader row, uint32 bytes)
{
	RowLayout *layout = reading->layout;
	bool is_finite;
	double *numbers;

	if (unlikely(!row_layout_locate(layout, row, bytes)))
		return false;
	numbers = prep_state_row(state, reading->takes);
	reading->n_lengthy = 0;
	is_finite = double_columns_read(&reading->doubles, layout, numbers);
	row_layout_read_some(layout, reading->fixed, reading->n_fixed, -1);
	is_finite &= read_tail(reading, &state->waiting, state->waiting.n - 1, numbers);
	take_rest(reading, state, numbers, is_finite);
	return true;
}

void
recipe_reading_take_values(RecipeReading *reading, PrepState *state, const Datum *values,
						   const bool *nulls)
{
	RowLayout *layout = reading->layout;
	double *numbers = prep_state_row(state, reading->takes);

	if (values != layout->values)
	{
		memcpy(layout->values, values, sizeof(Datum) * reading->n_read);
		memcpy(layout->nulls, nulls, sizeof(bool) * reading->n_read);
	}
	reading->n_lengthy = 0;
	double_columns_take(&reading->doubles, layout->values, layout->nulls, numbers);
	take_tail(reading, numbers);
	take_rest(reading, state, numbers, false);
}

int
recipe_reading_width(const RecipeReading *reading)
{
	return reading->n_read;
}

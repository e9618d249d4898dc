/*
 * metric_class.c: confusion, accuracy, f1 and mcc of two classes, and brier, over flat mergeable states.
 *
 * A prediction is a boolean, or the probability of true, which predicts true above 1/2 as
 * predict_class does.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "kernel/base/double_double.h"
#include "kernel/metric/confusion.h"

#include "pg/compat.h"
#include "pg/metric_argument.h"
#include "pg/stat_state.h"

typedef struct ConfusionState
{
	StateHeader header;
	int64 n;			   /* rows */
	DoubleDouble cells[4]; /* weight by 2 * label + prediction */
} ConfusionState;

StaticAssertDecl(sizeof(ConfusionState) == sizeof(StateHeader) + 9 * sizeof(int64),
				 "confusion_state must have the fields its type lists");

#define SUMS_SIZE (sizeof(ConfusionState) - sizeof(StateHeader))

static void
clear(void *sums)
{
	memset(sums, 0, SUMS_SIZE);
}

/* Nothing in the state has more than one form. */
static void
keep(void *sums)
{
}

/* Could the state have come from accum and merge?  Weights are above 0, so there are some with rows alone. */
static bool
is_valid(const void *sums)
{
	const ConfusionState *state =
		(const ConfusionState *) ((const char *) sums - sizeof(StateHeader));
	bool has_weight = false;
	int i;

	for (i = 0; i < 4; i++)
	{
		DoubleDouble cell = state->cells[i];
		DoubleDouble sum = dd_two_sum(cell.hi, cell.lo);

		if (!(isfinite(cell.hi) && isfinite(cell.lo) && cell.hi >= 0.0 && sum.hi == cell.hi &&
			  sum.lo == cell.lo))
			return false;
		has_weight |= cell.hi > 0.0;
	}
	return state->n >= 0 && state->n <= INT64CONST(1) << 53 && has_weight == (state->n > 0);
}

static const StateType confusion_type = {
	"confusion_state", sizeof(ConfusionState), "nxxxxxxxx", clear, keep, is_valid};

PG_FUNCTION_INFO_V1(orchard_confusion_state_in);
PG_FUNCTION_INFO_V1(orchard_confusion_state_out);
PG_FUNCTION_INFO_V1(orchard_confusion_state_recv);
PG_FUNCTION_INFO_V1(orchard_confusion_state_send);
PG_FUNCTION_INFO_V1(orchard_confusion_state_final);
PG_FUNCTION_INFO_V1(orchard_confusion_accum);
PG_FUNCTION_INFO_V1(orchard_confusion_accum_probability);
PG_FUNCTION_INFO_V1(orchard_confusion_merge);
PG_FUNCTION_INFO_V1(orchard_true_negatives);
PG_FUNCTION_INFO_V1(orchard_false_positives);
PG_FUNCTION_INFO_V1(orchard_false_negatives);
PG_FUNCTION_INFO_V1(orchard_true_positives);
PG_FUNCTION_INFO_V1(orchard_accuracy);
PG_FUNCTION_INFO_V1(orchard_f1);
PG_FUNCTION_INFO_V1(orchard_mcc);

Datum
orchard_confusion_state_in(PG_FUNCTION_ARGS)
{
	return state_in(&confusion_type, fcinfo);
}

Datum
orchard_confusion_state_out(PG_FUNCTION_ARGS)
{
	return state_out(&confusion_type, fcinfo);
}

Datum
orchard_confusion_state_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&confusion_type, fcinfo);
}

Datum
orchard_confusion_state_send(PG_FUNCTION_ARGS)
{
	return state_send(&confusion_type, fcinfo);
}

static const ConfusionState *
confusion_argument(FunctionCallInfo fcinfo, int i)
{
	return (const ConfusionState *) state_argument(&confusion_type, fcinfo, i);
}

Datum
orchard_confusion_state_final(PG_FUNCTION_ARGS)
{
	if (confusion_argument(fcinfo, 0)->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static Datum
add(FunctionCallInfo fcinfo, bool predicted)
{
	ConfusionState *state = (ConfusionState *) state_to_change(&confusion_type, fcinfo);
	double weight = metric_weight(fcinfo, 3);
	DoubleDouble *cell = &state->cells[2 * PG_GETARG_BOOL(1) + predicted];

	if (weight > 0.0)
	{
		state->n++;
		*cell = dd_add_double(*cell, weight);
		if (unlikely(!isfinite(cell->hi)))
			float_overflow_error();
	}
	PG_RETURN_POINTER(state);
}

/* transition(state, label, prediction [, weight]) */
Datum
orchard_confusion_accum(PG_FUNCTION_ARGS)
{
	return add(fcinfo, PG_GETARG_BOOL(2));
}

/* transition(state, label, probability [, weight]) */
Datum
orchard_confusion_accum_probability(PG_FUNCTION_ARGS)
{
	return add(fcinfo, metric_probability(fcinfo, 2) > 0.5);
}

Datum
orchard_confusion_merge(PG_FUNCTION_ARGS)
{
	ConfusionState *state = (ConfusionState *) state_to_change(&confusion_type, fcinfo);
	const ConfusionState *other = confusion_argument(fcinfo, 1);
	int i;

	state->n += other->n;
	for (i = 0; i < 4; i++)
	{
		state->cells[i] = dd_add(state->cells[i], other->cells[i]);
		if (unlikely(!isfinite(state->cells[i].hi)))
			float_overflow_error();
	}
	PG_RETURN_POINTER(state);
}

/* What of the table is asked for; i: class or cell. */
typedef double (*Reading)(const double *cells, int32_t i);

static Datum
read_table(FunctionCallInfo fcinfo, Reading reading, int32_t place)
{
	const ConfusionState *state = confusion_argument(fcinfo, 0);
	double cells[4];
	double result;
	int i;

	for (i = 0; i < 4; i++)
		cells[i] = state->cells[i].hi;
	result = reading(cells, place);
	if (isnan(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

static double
read_cell(const double *cells, int32_t i)
{
	return cells[i];
}

static double
read_accuracy(const double *cells, int32_t i)
{
	return confusion_accuracy(cells, 2);
}

static double
read_f1(const double *cells, int32_t i)
{
	return confusion_f1(cells, 2, i);
}

static double
read_mcc(const double *cells, int32_t i)
{
	return confusion_mcc(cells, 2);
}

/* Accessors, which are final functions of their aggregates too. */
#define ACCESSOR(name, reading, place) \
	Datum orchard_##name(PG_FUNCTION_ARGS) \
	{ \
		return read_table(fcinfo, reading, place); \
	}

ACCESSOR(true_negatives, read_cell, 0)
ACCESSOR(false_positives, read_cell, 1)
ACCESSOR(false_negatives, read_cell, 2)
ACCESSOR(true_positives, read_cell, 3)
ACCESSOR(accuracy, read_accuracy, 0)
ACCESSOR(f1, read_f1, 1)
ACCESSOR(mcc, read_mcc, 0)

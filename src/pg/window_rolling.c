/*
 * window_rolling.c: the window function rolling(x, ts, windows, delay, closed, prevailing, min_n).
 *
 * A window function, not an aggregate, so that it takes defaults and named
 * arguments; PostgreSQL calls it once a row in the window's order, whatever the
 * frame.  It reads each row once.  Where t itself belongs to a window (closed
 * to the right, no delay) the rows with the time of this one are read ahead,
 * so that peers have one result.
 *
 * The state of a partition lives in the memory that PostgreSQL resets between
 * partitions.  Options are read once a call site when the planner sees that
 * they cannot change, else once a partition, and each row is compared.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/timestamp.h"
#include "windowapi.h"

#include "pg/argument.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/window_rollset.h"

/* Rows between two permissions for PostgreSQL to forget those behind. */
#define MARK_INTERVAL 32

enum
{
	ARGUMENT_X,
	ARGUMENT_TS,
	ARGUMENT_WINDOWS,
	ARGUMENT_DELAY,
	ARGUMENT_CLOSED,
	ARGUMENT_PREVAILING,
	ARGUMENT_MIN_N,
	N_ARGUMENTS
};

#define FIRST_OPTION ARGUMENT_WINDOWS
#define N_OPTIONS (N_ARGUMENTS - FIRST_OPTION)

static const char *const argument_names[N_ARGUMENTS] = {"x",	  "ts",			"windows", "delay",
														"closed", "prevailing", "min_n"};

/* Lives in fn_mcxt when all options are stable, else as long as the partition. */
typedef struct RollingOptions
{
	RollingSpec spec;
	int64 widths[ROLLSET_MAX_WINDOWS]; /* microseconds */
	int min_n;
	bool looks_ahead; /* do rows behind the current one count, when their time is its own? */
} RollingOptions;

/* State of a partition. */
typedef struct RollingPartition
{
	MemoryAccount *account;		   /* NULL before the first row */
	const RollingOptions *options; /* as above */
	Datum *copies; /* of options that are not stable, as of the first row, or NULL */
	Rolling rolling;
	int64 n_read; /* rows read, from the first of the partition on */
	int64 last;	  /* time of the last row read */
} RollingPartition;

/* Microseconds of the time argument, which is finite. */
typedef int64 (*TimeReader)(Datum value);

PG_FUNCTION_INFO_V1(orchard_rolling);
PG_FUNCTION_INFO_V1(orchard_rolling_date);

static void
pg_attribute_noreturn() argument_is_null(int i)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("argument \"%s\" must not be null", argument_names[i])));
}

/* The option as of the current row. */
static Datum
option_value(WindowObject window, int i)
{
	bool is_null;
	Datum value = WinGetFuncArgCurrent(window, i, &is_null);

	if (is_null)
		argument_is_null(i);
	return value;
}

static void
read_windows(Datum value, RollingOptions *options)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *elements;
	bool *nulls;
	int n;
	int i;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"windows\" must have one dimension, not %d", ARR_NDIM(array))));
	deconstruct_array(array, INTERVALOID, sizeof(Interval), false, TYPALIGN_DOUBLE, &elements,
					  &nulls, &n);
	if (n < 1 || n > ROLLSET_MAX_WINDOWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"windows\" must have 1 to %d elements, not %d",
						ROLLSET_MAX_WINDOWS, n)));
	for (i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"windows\" must not contain nulls")));
		options->widths[i] = fixed_length(DatumGetIntervalP(elements[i]), "windows", 1);
	}
	options->spec.n_windows = n;
}

static void
read_closed(Datum value, RollingOptions *options)
{
	static const char *const names[] = {"neither", "left", "right", "both"};
	char *closed = TextDatumGetCString(value);
	int i;

	for (i = 0; i < lengthof(names); i++)
	{
		if (strcmp(closed, names[i]) == 0)
		{
			options->spec.is_left_closed = (i & 1) != 0;
			options->spec.is_right_closed = (i & 2) != 0;
			return;
		}
	}
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("argument \"closed\" must be left, right, both or neither, not \"%.64s\"", closed),
		 errdetail(
			 "It says which ends of the window from ts - delay - w to ts - delay belong to it.")));
}

static RollingOptions *
read_options(WindowObject window, MemoryContext context)
{
	RollingOptions *options = MemoryContextAllocZero(context, sizeof(RollingOptions));

	read_windows(option_value(window, ARGUMENT_WINDOWS), options);
	options->spec.widths = options->widths;
	options->spec.delay =
		fixed_length(DatumGetIntervalP(option_value(window, ARGUMENT_DELAY)), "delay", 0);
	read_closed(option_value(window, ARGUMENT_CLOSED), options);
	options->spec.is_prevailing = DatumGetBool(option_value(window, ARGUMENT_PREVAILING));
	options->min_n = DatumGetInt32(option_value(window, ARGUMENT_MIN_N));
	if (options->min_n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"min_n\" must be at least 1, not %d", options->min_n)));
	options->looks_ahead = options->spec.is_right_closed && options->spec.delay == 0;
	return options;
}

/* Can no option change while the query runs? */
static bool
options_are_stable(FunctionCallInfo fcinfo)
{
	int i;

	for (i = FIRST_OPTION; i < N_ARGUMENTS; i++)
	{
		if (!get_fn_expr_arg_stable(fcinfo->flinfo, i))
			return false;
	}
	return true;
}

/* Length and passing of option i's type. */
static void
option_storage(int i, bool *by_value, int16 *length)
{
	*by_value = i == ARGUMENT_PREVAILING || i == ARGUMENT_MIN_N;
	switch (i)
	{
		case ARGUMENT_DELAY:
			*length = sizeof(Interval);
			break;
		case ARGUMENT_PREVAILING:
			*length = sizeof(bool);
			break;
		case ARGUMENT_MIN_N:
			*length = sizeof(int32);
			break;
		default:
			*length = -1;
	}
}

/* The options as of the first row, to compare other rows with. */
static Datum *
copy_options(WindowObject window, MemoryContext context)
{
	Datum *copies = MemoryContextAlloc(context, sizeof(Datum) * N_OPTIONS);
	MemoryContext caller;
	int i;

	for (i = FIRST_OPTION; i < N_ARGUMENTS; i++)
	{
		Datum value = option_value(window, i);
		bool by_value;
		int16 length;

		option_storage(i, &by_value, &length);
		caller = MemoryContextSwitchTo(context);
		copies[i - FIRST_OPTION] = datumCopy(value, by_value, length);
		MemoryContextSwitchTo(caller);
	}
	return copies;
}

static void
require_same_options(WindowObject window, const Datum *copies)
{
	int i;

	for (i = FIRST_OPTION; i < N_ARGUMENTS; i++)
	{
		bool by_value;
		int16 length;

		option_storage(i, &by_value, &length);
		if (!datum_image_eq(option_value(window, i), copies[i - FIRST_OPTION], by_value, length))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" must be the same in all rows of a partition",
							argument_names[i])));
	}
}

/* The state of this partition; begins it at its first row. */
static RollingPartition *
get_partition(FunctionCallInfo fcinfo, WindowObject window)
{
	RollingPartition *partition = WinGetPartitionLocalMemory(window, sizeof(RollingPartition));
	MemoryContext context;

	if (likely(partition->account != NULL))
	{
		if (partition->copies != NULL)
			require_same_options(window, partition->copies);
		return partition;
	}
	context = GetMemoryChunkContext(partition);
	if (options_are_stable(fcinfo))
	{
		if (fcinfo->flinfo->fn_extra == NULL)
			fcinfo->flinfo->fn_extra = read_options(window, fcinfo->flinfo->fn_mcxt);
		partition->options = fcinfo->flinfo->fn_extra;
	}
	else
	{
		partition->options = read_options(window, context);
		partition->copies = copy_options(window, context);
	}
	partition->account = memory_account_create(context);
	partition->account->hint = "Raise orchard.max_memory, or use shorter windows.";
	memory_account_require_ok(partition->account,
							  rolling_begin(&partition->rolling, &partition->account->allocator,
											&partition->options->spec),
							  "rolling");
	partition->last = PG_INT64_MIN;
	return partition;
}

/* Argument i of the next row to be read, which is the current one or comes after it. */
static inline Datum
next_argument(WindowObject window, int i, int64 distance, bool *is_null, bool *is_out)
{
	if (likely(distance == 0))
		return WinGetFuncArgCurrent(window, i, is_null);
	return WinGetFuncArgInPartition(window, i, (int) distance, WINDOW_SEEK_CURRENT, false, is_null,
									is_out);
}

/* Reads the next row; false behind the last. */
static bool
read_row(RollingPartition *partition, WindowObject window, TimeReader read_time)
{
	int64 distance = partition->n_read - WinGetCurrentPosition(window);
	bool is_out = false;
	bool is_null;
	Datum value = next_argument(window, ARGUMENT_TS, distance, &is_null, &is_out);
	Status status;
	int64 time;

	if (is_out)
		return false;
	if (is_null)
		argument_is_null(ARGUMENT_TS);
	time = read_time(value);
	if (time < partition->last)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rows of the window must be in the order of argument \"ts\""),
			 errhint(
				 "Write rolling(x, ts, ...) OVER (PARTITION BY ... ORDER BY ts), with the same ts.")));
	value = next_argument(window, ARGUMENT_X, distance, &is_null, &is_out);
	partition->last = time;
	partition->n_read++;
	if (is_null)
		return true;
	status = rolling_observe(&partition->rolling, &partition->account->allocator, time,
							 DatumGetFloat8(value));
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(partition->account, status, "rolling");
	return true;
}

static Datum
rolling_row(FunctionCallInfo fcinfo, TimeReader read_time)
{
	WindowObject window = PG_WINDOW_OBJECT();
	RollingPartition *partition = get_partition(fcinfo, window);
	int64 position = WinGetCurrentPosition(window);
	Rollset *rollset;
	bool is_null;
	Status status;
	int64 time;
	int i;

	while (partition->n_read <= position)
		(void) read_row(partition, window, read_time);
	time = partition->last;
	if (partition->options->looks_ahead)
	{
		time = read_time(WinGetFuncArgCurrent(window, ARGUMENT_TS, &is_null));
		while (partition->last == time && read_row(partition, window, read_time))
			;
	}
	if (position % MARK_INTERVAL == 0)
		WinSetMarkPosition(window, position);
	status = rolling_advance(&partition->rolling, &partition->account->allocator,
							 &partition->account->stop, time);
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(partition->account, status, "rolling");
	rollset = rollset_create(partition->options->spec.n_windows, partition->options->min_n);
	for (i = 0; i < rollset->n_windows; i++)
	{
		status = rolling_result(&partition->rolling, i, &rollset->windows[i]);
		if (unlikely(status != KERNEL_OK))
			float_overflow_error();
	}
	PG_RETURN_POINTER(rollset);
}

static int64
read_timestamp(Datum value)
{
	return finite_time(DatumGetTimestamp(value), "ts");
}

static int64
read_date(Datum value)
{
	DateADT date = DatumGetDateADT(value);
	int64 time;

	if (unlikely(DATE_NOT_FINITE(date)))
		infinite_time("ts");
	if (pg_mul_s64_overflow(date, USECS_PER_DAY, &time))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range for timestamp")));
	return time;
}

/* For timestamp and timestamptz. */
Datum
orchard_rolling(PG_FUNCTION_ARGS)
{
	return rolling_row(fcinfo, read_timestamp);
}

/* A date is its midnight. */
Datum
orchard_rolling_date(PG_FUNCTION_ARGS)
{
	return rolling_row(fcinfo, read_date);
}

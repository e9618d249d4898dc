/*
 * unit.h: the harness of the kernel's unit tests.
 *
 * A test program defines static functions void case_name(void), lists them in
 * UNIT_MAIN and includes nothing of PostgreSQL.  Each case prints one TAP line.
 * The allocator counts live blocks: a case that leaves one behind fails, and
 * unit_allocator_fail_after(n) makes the n-th allocation from now fail, to
 * prove that a refusal is a status and leaks nothing.
 */
#ifndef ORCHARD_TEST_UNIT_H
#define ORCHARD_TEST_UNIT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/base/memory.h"

typedef struct UnitCase
{
	const char *name;
	void (*run)(void);
} UnitCase;

static int unit_failures;	  /* failed checks of the running case */
static long unit_live_blocks; /* blocks handed out and not returned */
static long unit_live_bytes;
static long unit_peak_bytes;		  /* most live bytes since a case last set it */
static long unit_fail_countdown = -1; /* allocations until one fails; -1 = never */

static inline bool
unit_refuse(void)
{
	return unit_fail_countdown >= 0 && unit_fail_countdown-- == 0;
}

static inline void *
unit_allocate(void *context, size_t size)
{
	(void) context;
	if (unit_refuse())
		return NULL;
	unit_live_blocks++;
	unit_live_bytes += (long) size;
	unit_peak_bytes = unit_live_bytes > unit_peak_bytes ? unit_live_bytes : unit_peak_bytes;
	return malloc(size);
}

static inline void *
unit_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
	(void) context;
	if (unit_refuse())
		return NULL;
	unit_live_bytes += (long) new_size - (long) old_size;
	unit_peak_bytes = unit_live_bytes > unit_peak_bytes ? unit_live_bytes : unit_peak_bytes;
	return realloc(block, new_size);
}

static inline void
unit_release(void *context, void *block, size_t size)
{
	(void) context;
	unit_live_blocks--;
	unit_live_bytes -= (long) size;
	free(block);
}

/* Long work on the allocator is stopped at the poll after so many; -1: never. */
static long unit_stop_countdown = -1;

static inline bool
unit_should_stop(void *context)
{
	(void) context;
	return unit_stop_countdown >= 0 && unit_stop_countdown-- == 0;
}

static const StopCheck unit_stop = {unit_should_stop, NULL, NULL};

static const Allocator unit_allocator = {unit_allocate, unit_reallocate, unit_release, NULL,
										 &unit_stop};

static inline void
unit_allocator_fail_after(long n)
{
	unit_fail_countdown = n;
}

#define CHECK(condition) \
	do \
	{ \
		if (!(condition)) \
		{ \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition); \
			unit_failures++; \
		} \
	} while (0)

/* |actual - expected| <= tolerance; two NaNs and two equal infinities are equal. */
#define CHECK_NEAR(actual, expected, tolerance) \
	do \
	{ \
		double check_actual = (actual); \
		double check_expected = (expected); \
		if (!(check_actual == check_expected || (isnan(check_actual) && isnan(check_expected)) || \
			  fabs(check_actual - check_expected) <= (tolerance))) \
		{ \
			printf("# %s:%d: %s = %.17g, expected %.17g\n", __FILE__, __LINE__, #actual, \
				   check_actual, check_expected); \
			unit_failures++; \
		} \
	} while (0)

/* Relative form: |actual - expected| <= tolerance * |expected|. */
#define CHECK_CLOSE(actual, expected, tolerance) \
	CHECK_NEAR(actual, expected, (tolerance) *fabs(expected))

static inline int
unit_run(const UnitCase *cases, int n_cases)
{
	int failed = 0;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", n_cases);
	for (i = 0; i < n_cases; i++)
	{
		unit_failures = 0;
		unit_live_blocks = 0;
		unit_live_bytes = 0;
		unit_peak_bytes = 0;
		unit_fail_countdown = -1;
		cases[i].run();
		if (unit_live_blocks != 0 || unit_live_bytes != 0)
		{
			printf("# %ld blocks, %ld bytes left behind\n", unit_live_blocks, unit_live_bytes);
			unit_failures++;
		}
		printf("%s %d - %s\n", unit_failures == 0 ? "ok" : "not ok", i + 1, cases[i].name);
		failed += unit_failures > 0;
	}
	return failed > 0 ? 1 : 0;
}

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		static const UnitCase cases[] = {__VA_ARGS__}; \
		return unit_run(cases, (int) (sizeof(cases) / sizeof(cases[0]))); \
	}

#define UNIT_CASE(function) \
	{ \
#function, function \
	}

#endif /* ORCHARD_TEST_UNIT_H */

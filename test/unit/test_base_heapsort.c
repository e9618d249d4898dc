/*
 * test_base_heapsort.c: every order of few elements, some of many.
 */
#include <stddef.h>

#include "unit.h"

typedef struct Pair
{
	int key;
	int tag;
} Pair;

/* The sign says whether the order is turned. */
#define HEAPSORT sort_pairs
#define HEAPSORT_SIFT sift_pairs
#define HEAPSORT_ELEMENT Pair
#define HEAPSORT_CONTEXT int
#define HEAPSORT_BEFORE(context, a, b) (*(context) * (a)->key < *(context) * (b)->key)
#include "kernel/base/heapsort_template.h"

/* In order, and each tag as often as before: once. */
static void
check_sorted(const Pair *pairs, int n, int sign)
{
	bool seen[100] = {false};
	int i;

	for (i = 0; i < n; i++)
	{
		CHECK(i == 0 || sign * pairs[i - 1].key <= sign * pairs[i].key);
		CHECK(!seen[pairs[i].tag]);
		seen[pairs[i].tag] = true;
	}
}

static void
sorts_every_order_of_six(void)
{
	int code;

	for (code = 0; code < 6 * 6 * 6 * 6 * 6 * 6; code++)
	{
		Pair pairs[6];
		int sign = code % 2 == 0 ? 1 : -1;
		int rest = code;
		int i;

		for (i = 0; i < 6; i++, rest /= 6)
			pairs[i] = (Pair){rest % 6, i};
		sort_pairs(pairs, 6, &sign);
		check_sorted(pairs, 6, sign);
	}
}

static void
sorts_any_number(void)
{
	int n;

	for (n = 0; n <= 100; n++)
	{
		Pair pairs[100];
		int sign = 1;
		int i;

		for (i = 0; i < n; i++)
			pairs[i] = (Pair){i * 37 % (n / 2 + 1), i};
		sort_pairs(pairs, (size_t) n, &sign);
		check_sorted(pairs, n, sign);
	}
}

UNIT_MAIN(UNIT_CASE(sorts_every_order_of_six), UNIT_CASE(sorts_any_number))

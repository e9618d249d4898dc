/*
 * distinct.c: heapsort, which needs no memory, and what it leaves once.
 */
#include "kernel/tree/distinct.h"

/* Moves the value at i down a heap of n, the largest on top. */
static void
sift(double *values, size_t i, size_t n)
{
	double value = values[i];
	size_t child;

	for (child = 2 * i + 1; child < n; i = child, child = 2 * i + 1)
	{
		if (child + 1 < n && values[child + 1] > values[child])
			child++;
		if (values[child] <= value)
			break;
		values[i] = values[child];
	}
	values[i] = value;
}

size_t
distinct_values(double *values, size_t n)
{
	size_t kept = 0;
	size_t i;

	for (i = n / 2; i > 0; i--)
		sift(values, i - 1, n);
	for (i = n; i > 1; i--)
	{
		double largest = values[0];

		values[0] = values[i - 1];
		values[i - 1] = largest;
		sift(values, 0, i - 1);
	}
	for (i = 0; i < n; i++)
	{
		if (kept == 0 || values[i] != values[kept - 1])
			values[kept++] = values[i];
	}
	return kept;
}

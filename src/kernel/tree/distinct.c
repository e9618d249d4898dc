/*
 * distinct.c: numbers in order, each once.
 */
#include "kernel/tree/distinct.h"

#define HEAPSORT sort_values
#define HEAPSORT_SIFT sift_values
#define HEAPSORT_ELEMENT double
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) (*(a) < *(b))
#include "kernel/base/heapsort_template.h"

size_t
distinct_values(double *values, size_t n)
{
	size_t kept = 0;
	size_t i;

	sort_values(values, n, NULL);
	for (i = 0; i < n; i++)
	{
		if (kept == 0 || values[i] != values[kept - 1])
			values[kept++] = values[i];
	}
	return kept;
}

/*
 * nearest.h: which of n sorted values are nearest to their median, and what the median of the distances is.
 *
 * Values by their distance from the median are two sorted sequences: those at places
 * above - 1, above - 2, ... down, and those at `above` and up, where above = ceil(n / 2) is the
 * place after the median, or after the lower one of two.  The half that is nearest ends with
 * the median of the distances, or the lower one of two.
 */
#ifndef ORCHARD_KERNEL_WINDOW_NEAREST_H
#define ORCHARD_KERNEL_WINDOW_NEAREST_H

#include <stdbool.h>
#include <stdint.h>

/* Is the value at place `left` no nearer to the median than that at place `right`? */
typedef bool (*NearestOrder)(const void *context, uint64_t left, uint64_t right);

/* With i of the t nearest on the left: is the next on the left no nearer than the last on the right? */
static inline bool
nearest_has_enough(uint64_t above, uint64_t t, uint64_t i, NearestOrder is_no_nearer,
				   const void *context)
{
	return i == t || i == above || is_no_nearer(context, above - 1 - i, above + t - i - 1);
}

/*
 * How many of the t nearest values lie on the left.  The search goes in growing steps from `guess`,
 * since from row to row the answer hardly moves.
 */
static inline uint64_t
nearest_from_left(uint64_t n, uint64_t above, uint64_t t, uint64_t guess, NearestOrder is_no_nearer,
				  const void *context)
{
	uint64_t first = t > n - above ? t - (n - above) : 0;
	uint64_t last = t < above ? t : above;
	uint64_t i = guess < first ? first : guess > last ? last : guess;
	uint64_t step = 1;

	if (nearest_has_enough(above, t, i, is_no_nearer, context))
	{
		last = i;
		while (last > first)
		{
			i = last - first > step ? last - step : first;
			if (!nearest_has_enough(above, t, i, is_no_nearer, context))
			{
				first = i + 1;
				break;
			}
			last = i;
			step *= 2;
		}
	}
	else
	{
		first = i + 1;
		while (last > first)
		{
			i = last - first > step ? first + step - 1 : last;
			if (nearest_has_enough(above, t, i, is_no_nearer, context))
			{
				last = i;
				break;
			}
			first = i + 1;
			step *= 2;
		}
	}
	while (first < last)
	{
		i = first + (last - first) / 2;
		if (nearest_has_enough(above, t, i, is_no_nearer, context))
			last = i;
		else
			first = i + 1;
	}
	return first;
}

/* The places of the last of the nearest half and, when n is even, of the next one after it. */
typedef struct NearestEnds
{
	uint64_t last;
	uint64_t next;
} NearestEnds;

/*
 * nearest_ends
 *		Where the median of the distances lies among n >= 1 sorted values: the last of the nearest half,
 *		or between that and the next.
 *
 * *guess: any number at first; kept for the next time.  O(log n) questions.
 */
static inline NearestEnds
nearest_ends(uint64_t n, uint64_t *guess, NearestOrder is_no_nearer, const void *context)
{
	uint64_t above = n / 2 + n % 2;
	uint64_t t = (n - 1) / 2 + 1;
	uint64_t i = *guess = nearest_from_left(n, above, t, *guess, is_no_nearer, context);
	uint64_t left = above - i;		/* the last on the left, if i > 0; before it the next */
	uint64_t right = above + t - i; /* the next on the right; before it the last, if i < t */
	NearestEnds ends;

	ends.last = i == t || (i > 0 && is_no_nearer(context, left, right - 1)) ? left : right - 1;
	ends.next =
		left > 0 && (right == n || !is_no_nearer(context, left - 1, right)) ? left - 1 : right;
	return ends;
}

#endif /* ORCHARD_KERNEL_WINDOW_NEAREST_H */

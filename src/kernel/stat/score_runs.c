/*
 * score_runs.c: growth, the radix sort of the tail and the merge into the front.
 */
#include "kernel/stat/score_runs.h"

#include <math.h>

#define FIRST_CAPACITY 8
#define SHORT_TAIL 32			/* sorted by insertion, without an allocation */
#define POLL_INTERVAL (1 << 20) /* elements moved between two polls: about 5 ms */
#define DIGITS 8				/* bytes of a key */

/* A span of slots: a tail, or the buffer it is sorted into.  weights may be NULL: all are 1. */
typedef struct Span
{
	uint64_t *keys;
	double *weights;
} Span;

static void
fill_ones(double *weights, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		weights[i] = 1.0;
}

/* Gives the runs weights of 1 where they have none. */
static Status
require_weights(ScoreRuns *runs, const Allocator *allocator)
{
	if (runs->weights != NULL)
		return KERNEL_OK;
	runs->weights = memory_allocate(allocator, runs->capacity, sizeof(double));
	if (runs->weights == NULL)
		return KERNEL_OUT_OF_MEMORY;
	fill_ones(runs->weights, runs->capacity);
	return KERNEL_OK;
}

/* Capacity of at least `needed` slots; both arrays grow or neither. */
static Status
reserve(ScoreRuns *runs, const Allocator *allocator, size_t needed)
{
	size_t capacity = runs->capacity > 0 ? runs->capacity : FIRST_CAPACITY;
	uint64_t *keys;
	double *weights = NULL;

	if (needed <= runs->capacity)
		return KERNEL_OK;
	while (capacity < needed)
	{
		if (!size_multiply(capacity, 2, &capacity))
			return KERNEL_OUT_OF_MEMORY;
	}
	if (runs->weights != NULL)
	{
		weights = memory_allocate(allocator, capacity, sizeof(double));
		if (weights == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	keys = memory_reallocate(allocator, runs->keys, runs->capacity, capacity, sizeof(uint64_t));
	if (keys == NULL)
	{
		memory_release(allocator, weights, capacity, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	if (weights != NULL)
	{
		memcpy(weights, runs->weights, runs->n * sizeof(double));
		fill_ones(weights + runs->n, capacity - runs->n);
		memory_release(allocator, runs->weights, runs->capacity, sizeof(double));
		runs->weights = weights;
	}
	runs->keys = keys;
	runs->capacity = capacity;
	return KERNEL_OK;
}

Status
score_runs_add_slowly(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop,
					  uint64_t key, double weight)
{
	Status status = KERNEL_OK;

	if (runs->n == runs->capacity)
	{
		status = score_runs_compact(runs, allocator, stop);
		if (status == KERNEL_OK && runs->n >= runs->capacity / 2)
			status = reserve(runs, allocator, runs->capacity + 1);
	}
	if (status == KERNEL_OK && weight != 1.0)
		status = require_weights(runs, allocator);
	if (status != KERNEL_OK)
		return status;
	runs->keys[runs->n] = key;
	if (runs->weights != NULL)
		runs->weights[runs->n] = weight;
	runs->n++;
	return KERNEL_OK;
}

static bool
is_sorted(const uint64_t *keys, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
	{
		if (keys[i - 1] > keys[i])
			return false;
	}
	return true;
}

static void
sort_short(Span span, size_t n)
{
	size_t i;
	size_t j;

	for (i = 1; i < n; i++)
	{
		uint64_t key = span.keys[i];
		double weight = span.weights != NULL ? span.weights[i] : 1.0;

		for (j = i; j > 0 && span.keys[j - 1] > key; j--)
		{
			span.keys[j] = span.keys[j - 1];
			if (span.weights != NULL)
				span.weights[j] = span.weights[j - 1];
		}
		span.keys[j] = key;
		if (span.weights != NULL)
			span.weights[j] = weight;
	}
}

/* One pass of the radix sort by the byte at `shift`; next[d] is where digit d goes. */
static Status
scatter(Span from, Span to, size_t n, int shift, size_t next[256], const StopCheck *stop)
{
	size_t start;
	size_t end;
	size_t i;

	for (start = 0; start < n; start = end)
	{
		end = n - start > POLL_INTERVAL ? start + POLL_INTERVAL : n;
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (from.weights == NULL)
		{
			for (i = start; i < end; i++)
				to.keys[next[from.keys[i] >> shift & 255]++] = from.keys[i];
			continue;
		}
		for (i = start; i < end; i++)
		{
			size_t place = next[from.keys[i] >> shift & 255]++;

			to.keys[place] = from.keys[i];
			to.weights[place] = from.weights[i];
		}
	}
	return KERNEL_OK;
}

/*
 * Least significant digit first, stable; a byte that is the same in all keys is
 * skipped.  The sorted span is *tail or *buffer: they are swapped so that it is *tail.
 */
static Status
sort_long(Span *tail, Span *buffer, size_t n, const StopCheck *stop)
{
	size_t counts[DIGITS][256] = {{0}};
	int digit;
	size_t i;

	for (i = 0; i < n; i++)
	{
		for (digit = 0; digit < DIGITS; digit++)
			counts[digit][tail->keys[i] >> (8 * digit) & 255]++;
	}
	for (digit = 0; digit < DIGITS; digit++)
	{
		Span from = *tail;
		size_t place = 0;
		int d;
		Status status;

		if (counts[digit][from.keys[0] >> (8 * digit) & 255] == n)
			continue;
		for (d = 0; d < 256; d++)
		{
			size_t count = counts[digit][d];

			counts[digit][d] = place;
			place += count;
		}
		status = scatter(from, *buffer, n, 8 * digit, counts[digit], stop);
		if (status != KERNEL_OK)
			return status;
		*tail = *buffer;
		*buffer = from;
	}
	return KERNEL_OK;
}

/* Equal neighbours of a sorted span with weights into one.  *n: in, out. */
static Status
join_equal(Span span, size_t *n)
{
	size_t last = 0;
	size_t i;

	for (i = 1; i < *n; i++)
	{
		if (span.keys[i] == span.keys[last])
		{
			span.weights[last] += span.weights[i];
			if (!isfinite(span.weights[last]))
				return KERNEL_OVERFLOW;
			continue;
		}
		last++;
		span.keys[last] = span.keys[i];
		span.weights[last] = span.weights[i];
	}
	*n = *n > 0 ? last + 1 : 0;
	return KERNEL_OK;
}

static bool
has_equal(const uint64_t *keys, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
	{
		if (keys[i - 1] == keys[i])
			return true;
	}
	return false;
}

/*
 * Merges a strictly ascending span into the sorted front, from the back, so that
 * no slot is overwritten before it is read; what lies beyond the front is lost.
 * Room for both is the caller's.  A pair of equal scores leaves a gap, closed at the end.
 */
static Status
merge_into_front(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, Span span,
				 size_t n)
{
	size_t end = runs->n_sorted + n;
	size_t i = runs->n_sorted;
	size_t k = end;

	while (n > 0)
	{
		uint64_t key = span.keys[n - 1];
		double weight = span.weights != NULL ? span.weights[n - 1] : 1.0;

		if (k % POLL_INTERVAL == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		k--;
		if (i > 0 && runs->keys[i - 1] > key)
		{
			i--;
			key = runs->keys[i];
			weight = score_runs_weight(runs, i);
		}
		else
		{
			n--;
			if (i > 0 && runs->keys[i - 1] == key)
			{
				i--;
				weight += score_runs_weight(runs, i);
			}
		}
		if (weight != 1.0 && runs->weights == NULL && require_weights(runs, allocator) != KERNEL_OK)
			return KERNEL_OUT_OF_MEMORY;
		if (!isfinite(weight))
			return KERNEL_OVERFLOW;
		runs->keys[k] = key;
		if (runs->weights != NULL)
			runs->weights[k] = weight;
	}
	if (k > i)
	{
		memmove(runs->keys + i, runs->keys + k, (end - k) * sizeof(uint64_t));
		if (runs->weights != NULL)
			memmove(runs->weights + i, runs->weights + k, (end - k) * sizeof(double));
	}
	runs->n = i + (end - k);
	runs->n_sorted = runs->n;
	return KERNEL_OK;
}

/*
 * Sorts and joins the tail in place with the help of a buffer of its length.
 * The buffer has weights where the runs have; joining may be what gives them to both.
 */
static Status
sort_tail(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, Span buffer)
{
	size_t n = runs->n - runs->n_sorted;
	Span home = {runs->keys + runs->n_sorted,
				 runs->weights != NULL ? runs->weights + runs->n_sorted : NULL};
	Span tail = home;
	Status status = KERNEL_OK;

	if (n <= SHORT_TAIL)
		sort_short(tail, n);
	else if (!is_sorted(tail.keys, n))
		status = sort_long(&tail, &buffer, n, stop);
	if (status != KERNEL_OK)
		return status;
	if (tail.keys != home.keys)
	{
		memcpy(home.keys, tail.keys, n * sizeof(uint64_t));
		if (home.weights != NULL)
			memcpy(home.weights, tail.weights, n * sizeof(double));
	}
	if (home.weights == NULL && has_equal(home.keys, n))
	{
		status = require_weights(runs, allocator);
		if (status != KERNEL_OK)
			return status;
		home.weights = runs->weights + runs->n_sorted;
	}
	if (home.weights != NULL)
		status = join_equal(home, &n);
	runs->n = runs->n_sorted + n;
	return status;
}

/* Copies the sorted tail into the buffer and merges it into the front. */
static Status
merge_tail(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, Span buffer)
{
	size_t n = runs->n - runs->n_sorted;

	memcpy(buffer.keys, runs->keys + runs->n_sorted, n * sizeof(uint64_t));
	if (runs->weights != NULL)
		memcpy(buffer.weights, runs->weights + runs->n_sorted, n * sizeof(double));
	else
		buffer.weights = NULL;
	return merge_into_front(runs, allocator, stop, buffer, n);
}

/* score_runs_compact with a buffer for the keys of the tail. */
static Status
compact_with(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, uint64_t *keys)
{
	size_t length = runs->n - runs->n_sorted;
	Span buffer = {keys, NULL};
	Status status;

	if (runs->weights != NULL)
	{
		buffer.weights = memory_allocate(allocator, length, sizeof(double));
		if (buffer.weights == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	status = sort_tail(runs, allocator, stop, buffer);
	if (status == KERNEL_OK && runs->weights != NULL && buffer.weights == NULL)
	{
		buffer.weights = memory_allocate(allocator, length, sizeof(double));
		if (buffer.weights == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	if (status == KERNEL_OK)
	{
		if (runs->n_sorted == 0 || runs->keys[runs->n_sorted - 1] < runs->keys[runs->n_sorted])
			runs->n_sorted = runs->n;
		else
			status = merge_tail(runs, allocator, stop, buffer);
	}
	memory_release(allocator, buffer.weights, length, sizeof(double));
	return status;
}

Status
score_runs_compact(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop)
{
	size_t length = runs->n - runs->n_sorted;
	uint64_t short_buffer[SHORT_TAIL];
	uint64_t *keys;
	Status status;

	if (length == 0)
		return KERNEL_OK;
	if (length <= SHORT_TAIL)
		return compact_with(runs, allocator, stop, short_buffer);
	keys = memory_allocate(allocator, length, sizeof(uint64_t));
	if (keys == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = compact_with(runs, allocator, stop, keys);
	memory_release(allocator, keys, length, sizeof(uint64_t));
	return status;
}

Status
score_runs_merge(ScoreRuns *into, const Allocator *allocator, const StopCheck *stop,
				 const ScoreRuns *from)
{
	Span span = {from->keys, from->weights};
	size_t needed;
	size_t i;
	Status status;

	if (from->n == 0)
		return KERNEL_OK;
	if (from->n_sorted == from->n)
	{
		status = score_runs_compact(into, allocator, stop);
		if (status == KERNEL_OK && !size_add(into->n, from->n, &needed))
			status = KERNEL_OUT_OF_MEMORY;
		if (status == KERNEL_OK)
			status = reserve(into, allocator, needed);
		if (status == KERNEL_OK)
			status = merge_into_front(into, allocator, stop, span, from->n);
		return status;
	}
	for (i = 0; i < from->n; i++)
	{
		status = score_runs_add(into, allocator, stop, number_from_key(from->keys[i]),
								score_runs_weight(from, i));
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

void
score_runs_release(ScoreRuns *runs, const Allocator *allocator)
{
	memory_release(allocator, runs->keys, runs->capacity, sizeof(uint64_t));
	memory_release(allocator, runs->weights, runs->capacity, sizeof(double));
	*runs = (ScoreRuns){0};
}

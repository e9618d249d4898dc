/*
 * order_statistics.c: selection over the tree or over sorted runs, and what follows from it.
 */
#include "kernel/window/order_statistics.h"

#include "kernel/stat/quantile_place.h"
#include "kernel/window/nearest.h"

#define FORMAT_VERSION 1
#define FEW_VALUES 64					 /* so many go into the tree one by one */
#define MOST_VALUES ((uint64_t) 1 << 53) /* counts of runs are doubles */
#define STOP_INTERVAL 65536				 /* values moved between two polls */

Status
order_statistics_add(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop,
					 double x)
{
	Status status;

	if (__builtin_expect(isnan(x), 0))
	{
		order->n_nan++;
		return KERNEL_OK;
	}
	status = score_runs_add(&order->runs, allocator, stop, x, 1.0);
	order->n_waiting += status == KERNEL_OK;
	return status;
}

Status
order_statistics_add_key(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop,
						 uint64_t key, uint64_t times)
{
	Status status = times > MOST_VALUES - order->n_waiting ?
		KERNEL_TOO_LARGE :
		score_runs_add_key(&order->runs, allocator, stop, key, (double) times);

	if (status == KERNEL_OK)
		order->n_waiting += times;
	return status;
}

Status
order_statistics_enter(OrderStatistics *order, const Allocator *allocator, double x)
{
	if (__builtin_expect(isnan(x), 0))
	{
		order->n_nan++;
		return KERNEL_OK;
	}
	return order_tree_insert(&order->tree, allocator, number_to_key(x));
}

Status
order_statistics_remove(OrderStatistics *order, const Allocator *allocator, double x)
{
	if (__builtin_expect(isnan(x), 0))
	{
		if (order->n_nan == 0)
			return KERNEL_INVALID;
		order->n_nan--;
		return KERNEL_OK;
	}
	return order_tree_remove(&order->tree, allocator, number_to_key(x));
}

uint64_t
order_statistics_count(const OrderStatistics *order)
{
	return order->tree.n + order->n_waiting + order->n_nan;
}

static void
forget_cumulative(OrderStatistics *order, const Allocator *allocator)
{
	memory_release(allocator, order->cumulative, order->n_cumulative, sizeof(uint64_t));
	order->cumulative = NULL;
	order->n_cumulative = 0;
}

static void
forget_runs(OrderStatistics *order, const Allocator *allocator)
{
	forget_cumulative(order, allocator);
	score_runs_release(&order->runs, allocator);
	order->runs = (ScoreRuns){0};
	order->n_waiting = 0;
}

/* The runs one value after another into the tree. */
static Status
plant(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop)
{
	uint64_t moved = 0;
	size_t i;

	for (i = 0; i < order->runs.n; i++)
	{
		uint64_t repeats = (uint64_t) score_runs_weight(&order->runs, i);

		for (; repeats > 0; repeats--)
		{
			Status status = order_tree_insert(&order->tree, allocator, order->runs.keys[i]);

			if (status != KERNEL_OK)
				return status;
			if (++moved % STOP_INTERVAL == 0 && stop_requested(stop))
				return KERNEL_STOPPED;
		}
	}
	if (moved > FEW_VALUES)
	{
		forget_runs(order, allocator);
		return KERNEL_OK;
	}
	/* The arrays stay for the next few. */
	forget_cumulative(order, allocator);
	order->runs.n = order->runs.n_sorted = 0;
	order->n_waiting = 0;
	return KERNEL_OK;
}

/* How many values there are up to each of the sorted runs. */
static Status
accumulate(OrderStatistics *order, const Allocator *allocator)
{
	uint64_t total = 0;
	size_t i;

	forget_cumulative(order, allocator);
	if (order->runs.weights == NULL)
		return KERNEL_OK;
	order->cumulative = memory_allocate(allocator, order->runs.n, sizeof(uint64_t));
	if (order->cumulative == NULL)
		return KERNEL_OUT_OF_MEMORY;
	order->n_cumulative = order->runs.n;
	for (i = 0; i < order->runs.n; i++)
	{
		total += (uint64_t) order->runs.weights[i];
		order->cumulative[i] = total;
	}
	return KERNEL_OK;
}

/* Are the runs as they were when they were last sorted and accumulated? */
static bool
is_prepared(const OrderStatistics *order)
{
	return order->runs.n == order->runs.n_sorted &&
		(order->runs.weights == NULL || order->n_cumulative == order->runs.n);
}

Status
order_statistics_prepare(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop)
{
	Status status;

	if (order->runs.n == 0 || (order->tree.n == 0 && order->was_asked && is_prepared(order)))
		return KERNEL_OK;
	if (order->tree.n > 0 || order->was_asked || order->n_waiting <= FEW_VALUES)
	{
		order->was_asked = true;
		return plant(order, allocator, stop);
	}
	status = score_runs_compact(&order->runs, allocator, stop);
	if (status == KERNEL_OK)
		status = accumulate(order, allocator);
	order->was_asked = true;
	return status;
}

/* The run that holds the k-th value. */
static size_t
run_of(const OrderStatistics *order, uint64_t k)
{
	size_t first = 0;
	size_t last = order->n_cumulative - 1;

	while (first < last)
	{
		size_t middle = first + (last - first) / 2;

		if (order->cumulative[middle] > k)
			last = middle;
		else
			first = middle + 1;
	}
	return first;
}

uint64_t
order_statistics_key(const OrderStatistics *order, uint64_t k)
{
	uint32_t length;

	if (order->tree.n > 0)
		return *order_tree_from(&order->tree, k, &length);
	return order->runs.keys[order->cumulative == NULL ? (size_t) k : run_of(order, k)];
}

/* The k-th value of those that are not NaN. */
static double
select_value(const OrderStatistics *order, uint64_t k)
{
	return number_from_key(order_statistics_key(order, k));
}

/* Values that have an order. */
static inline uint64_t
count_ordered(const OrderStatistics *order)
{
	return order->tree.n + order->n_waiting;
}

/* INVALID over nothing; NaN decided: KERNEL_OK and *is_nan. */
static Status
judge(const OrderStatistics *order, bool *is_nan, double *result)
{
	*is_nan = order->n_nan > 0;
	if (*is_nan)
		*result = NAN;
	return order_statistics_count(order) == 0 ? KERNEL_INVALID : KERNEL_OK;
}

/* The quantile of a multiset without NaN that is not empty. */
static double
quantile_of(const OrderStatistics *order, double p)
{
	QuantilePlace place = quantile_place(p, count_ordered(order));
	const uint64_t *keys;
	uint32_t length = 1;
	double low;

	if (order->tree.n > 0)
	{
		keys = order_tree_from(&order->tree, place.k, &length);
		low = number_from_key(keys[0]);
		if (length > 1 && place.fraction > 0.0)
			return quantile_between(low, number_from_key(keys[1]), place.fraction);
	}
	else
		low = select_value(order, place.k);
	return place.fraction > 0.0 ?
		quantile_between(low, select_value(order, place.k + 1), place.fraction) :
		low;
}

Status
order_statistics_quantile(const OrderStatistics *order, double p, double *result)
{
	bool is_nan;
	Status status = judge(order, &is_nan, result);

	if (status == KERNEL_OK && !is_nan)
		*result = quantile_of(order, p);
	return status;
}

/* Are all values finite? */
static bool
all_finite(const OrderStatistics *order)
{
	return isfinite(select_value(order, 0)) &&
		isfinite(select_value(order, count_ordered(order) - 1));
}

Status
order_statistics_iqr(const OrderStatistics *order, double *result)
{
	bool is_nan;
	Status status = judge(order, &is_nan, result);
	double low;
	double high;

	if (status != KERNEL_OK || is_nan)
		return status;
	low = quantile_of(order, 0.25);
	high = quantile_of(order, 0.75);
	if (isinf(high - low) && all_finite(order))
		return KERNEL_OVERFLOW;
	*result = low == high ? 0.0 : high - low;
	return KERNEL_OK;
}

/* Values by their distance from the median. */
typedef struct Distances
{
	const OrderStatistics *order;
	double median;
} Distances;

static double
distance(const Distances *distances, uint64_t place)
{
	double x = select_value(distances->order, place);

	return x == distances->median ? 0.0 : fabs(x - distances->median);
}

/* Is the value at place `left` no nearer to the median than that at place `right`? */
static inline bool
is_no_nearer(const void *context, uint64_t left, uint64_t right)
{
	return distance(context, left) >= distance(context, right);
}

Status
order_statistics_mad(OrderStatistics *order, double *result)
{
	uint64_t n = count_ordered(order);
	Distances distances = {.order = order};
	NearestEnds ends;
	bool is_nan;
	Status status = judge(order, &is_nan, result);

	if (status != KERNEL_OK || is_nan)
		return status;
	distances.median = quantile_of(order, 0.5);
	if (isnan(distances.median))
	{
		*result = NAN;
		return KERNEL_OK;
	}
	ends = nearest_ends(n, &order->mad_split, is_no_nearer, &distances);
	*result = distance(&distances, ends.last);
	if (n % 2 == 0)
		*result = quantile_between(*result, distance(&distances, ends.next), 0.5);
	return isinf(*result) && all_finite(order) ? KERNEL_OVERFLOW : KERNEL_OK;
}

Status
order_statistics_percent_rank(const OrderStatistics *order, double x, double *result)
{
	bool is_nan;
	Status status = judge(order, &is_nan, result);

	if (status == KERNEL_OK && !is_nan)
		*result = order_tree_rank(&order->tree, number_to_key(x));
	return status;
}

Status
order_statistics_gather(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop)
{
	uint64_t k = 0;
	Status status = KERNEL_OK;

	while (k < order->tree.n && status == KERNEL_OK)
	{
		uint32_t length;
		const uint64_t *keys = order_tree_from(&order->tree, k, &length);
		uint32_t i;

		for (i = 0; i < length && status == KERNEL_OK; i++)
			status = score_runs_add_key(&order->runs, allocator, stop, keys[i], 1.0);
		k += length;
	}
	if (status == KERNEL_OK && !(order->tree.n == 0 && is_prepared(order)))
	{
		forget_cumulative(order, allocator);
		status = score_runs_compact(&order->runs, allocator, stop);
	}
	if (status != KERNEL_OK)
		return status;
	order->n_waiting += order->tree.n;
	order_tree_release(&order->tree, allocator);
	return accumulate(order, allocator);
}

Status
order_statistics_merge(OrderStatistics *into, OrderStatistics *from, const Allocator *allocator,
					   const StopCheck *stop)
{
	Status status = order_statistics_gather(from, allocator, stop);

	if (status == KERNEL_OK && into->n_waiting > MOST_VALUES - from->n_waiting)
		status = KERNEL_TOO_LARGE;
	if (status == KERNEL_OK)
		status = score_runs_merge(&into->runs, allocator, stop, &from->runs);
	if (status != KERNEL_OK)
		return status;
	forget_cumulative(into, allocator);
	into->n_waiting += from->n_waiting;
	into->n_nan += from->n_nan;
	return KERNEL_OK;
}

size_t
order_statistics_encoded_size(const OrderStatistics *order)
{
	return 4 + 1 + 8 + 8 + order->runs.n * (order->runs.weights != NULL ? 16 : 8);
}

void
order_statistics_encode(const OrderStatistics *order, ByteWriter *writer)
{
	size_t i;

	write_u32(writer, FORMAT_VERSION);
	write_u8(writer, order->runs.weights != NULL);
	write_u64(writer, order->n_nan);
	write_u64(writer, order->runs.n);
	for (i = 0; i < order->runs.n; i++)
	{
		write_double(writer, number_from_key(order->runs.keys[i]));
		if (order->runs.weights != NULL)
			write_u64(writer, (uint64_t) order->runs.weights[i]);
	}
}

/* One run of foreign bytes. */
static Status
decode_run(OrderStatistics *order, const Allocator *allocator, ByteReader *reader, bool has_counts)
{
	double x = read_double(reader);
	uint64_t count = has_counts ? read_u64(reader) : 1;
	size_t n = order->runs.n;
	Status status;

	if (reader->status != KERNEL_OK || isnan(x) || (x == 0.0 && signbit(x)) || count == 0 ||
		count > MOST_VALUES - order->n_waiting ||
		(n > 0 && number_to_key(x) <= order->runs.keys[n - 1]))
		return KERNEL_CORRUPT;
	status = score_runs_add(&order->runs, allocator, NULL, x, (double) count);
	order->n_waiting += count;
	return status;
}

Status
order_statistics_decode(OrderStatistics *order, const Allocator *allocator, ByteReader *reader)
{
	uint32_t version = read_u32(reader);
	uint8_t has_counts = read_u8(reader);
	uint64_t n_nan = read_u64(reader);
	uint64_t n = read_u64(reader);
	Status status = KERNEL_OK;
	uint64_t i;

	if (reader->status == KERNEL_OK && version > FORMAT_VERSION)
		return KERNEL_UNSUPPORTED_VERSION;
	if (reader->status != KERNEL_OK || version != FORMAT_VERSION || has_counts > 1 ||
		n_nan > MOST_VALUES)
		return KERNEL_CORRUPT;
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = decode_run(order, allocator, reader, has_counts == 1);
	if (status == KERNEL_OK)
		status = score_runs_compact(&order->runs, allocator, NULL);
	/* Counts of 1 alone are written as none. */
	if (status == KERNEL_OK && (order->runs.weights != NULL) != (has_counts == 1))
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK)
		status = accumulate(order, allocator);
	if (status != KERNEL_OK)
	{
		order_statistics_release(order, allocator);
		return status;
	}
	order->n_nan = n_nan;
	order->was_asked = order->runs.n > 0;
	return KERNEL_OK;
}

void
order_statistics_release(OrderStatistics *order, const Allocator *allocator)
{
	order_tree_release(&order->tree, allocator);
	forget_runs(order, allocator);
	*order = (OrderStatistics){0};
}

/*
 * rolling.c: one ring, one pair of deques, and two stacks a window.
 */
#include "kernel/window/rolling.h"

Status
rolling_begin(Rolling *rolling, const Allocator *allocator, const RollingSpec *spec)
{
	int i;

	*rolling = (Rolling){.spec = *spec, .last_observed = INT64_MIN, .last_time = INT64_MIN};
	DoubleMaxDeque_begin(&rolling->maxima);
	DoubleMinDeque_begin(&rolling->minima);
	rolling->windows =
		memory_allocate_zero(allocator, (size_t) spec->n_windows, sizeof(RollingWindow));
	if (rolling->windows == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < spec->n_windows; i++)
		variance_clear(&rolling->windows[i].back);
	return KERNEL_OK;
}

void
rolling_release(Rolling *rolling, const Allocator *allocator)
{
	int i;

	for (i = 0; i < rolling->spec.n_windows && rolling->windows != NULL; i++)
		memory_release(allocator, rolling->windows[i].suffixes, rolling->windows[i].capacity,
					   sizeof(Variance));
	memory_release(allocator, rolling->windows, (size_t) rolling->spec.n_windows,
				   sizeof(RollingWindow));
	memory_release(allocator, rolling->ring, rolling->capacity, sizeof(RollingObservation));
	DoubleMaxDeque_release(&rolling->maxima, allocator);
	DoubleMinDeque_release(&rolling->minima, allocator);
	*rolling = (Rolling){0};
}

static inline RollingObservation *
observation(const Rolling *rolling, uint64_t number)
{
	return &rolling->ring[number & (rolling->capacity - 1)];
}

static Status
grow_ring(Rolling *rolling, const Allocator *allocator)
{
	size_t capacity = rolling->capacity > 0 ? rolling->capacity * 2 : RING_FIRST_CAPACITY;
	RollingObservation *ring;

	if (capacity < rolling->capacity)
		return KERNEL_TOO_LARGE;
	ring = ring_copy(allocator, rolling->ring, rolling->capacity, capacity,
					 sizeof(RollingObservation), rolling->oldest, rolling->tail);
	if (ring == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memory_release(allocator, rolling->ring, rolling->capacity, sizeof(RollingObservation));
	rolling->ring = ring;
	rolling->capacity = capacity;
	return KERNEL_OK;
}

Status
rolling_observe(Rolling *rolling, const Allocator *allocator, int64_t time, double x)
{
	if (time < rolling->last_observed)
		return KERNEL_INVALID;
	if (__builtin_expect(rolling->tail - rolling->oldest == rolling->capacity, 0))
	{
		Status status = grow_ring(rolling, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	*observation(rolling, rolling->tail++) = (RollingObservation){time, x};
	rolling->last_observed = time;
	return KERNEL_OK;
}

/* time - width, or the earliest time where that does not fit. */
static inline int64_t
time_before(int64_t time, int64_t width)
{
	int64_t before;

	return __builtin_sub_overflow(time, width, &before) ? INT64_MIN : before;
}

/* The observation at `upper` enters all windows. */
static Status
enter(Rolling *rolling, const Allocator *allocator)
{
	double x = observation(rolling, rolling->upper)->x;
	Status status = DoubleMaxDeque_push(&rolling->maxima, allocator, x);
	int i;

	if (status == KERNEL_OK)
		status = DoubleMinDeque_push(&rolling->minima, allocator, x);
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < rolling->spec.n_windows; i++)
	{
		RollingWindow *window = &rolling->windows[i];

		(void) variance_add(&window->back, x);
		DoubleMaxDeque_keep(&rolling->maxima, &window->max_place);
		DoubleMinDeque_keep(&rolling->minima, &window->min_place);
		moving_counts_note(&window->counts, x, 1);
	}
	rolling->upper++;
	return KERNEL_OK;
}

/* Has the observation left a window that begins at `start`? */
static inline bool
is_before(const Rolling *rolling, uint64_t number, int64_t start)
{
	int64_t time = observation(rolling, number)->time;

	return time < start || (time == start && !rolling->spec.is_left_closed);
}

/* May the window's oldest observation go?  A prevailing one stays until the next replaces it. */
static inline bool
has_expired(const Rolling *rolling, uint64_t number, int64_t start)
{
	if (!is_before(rolling, number, start))
		return false;
	return !rolling->spec.is_prevailing ||
		(number + 1 < rolling->upper && observation(rolling, number + 1)->time <= start);
}

/* Makes all of the window, which begins behind its boundary, the front. */
static Status
flip(const Rolling *rolling, RollingWindow *window, const Allocator *allocator,
	 const StopCheck *stop)
{
	uint64_t count = rolling->upper - window->head;
	uint64_t i = rolling->upper;
	Variance fold;

	if (count > window->capacity)
	{
		size_t capacity = window->capacity > 0 ? window->capacity : RING_FIRST_CAPACITY;
		Variance *suffixes;

		while (capacity < count)
			capacity *= 2; /* to the ring's capacity at most */
		suffixes = memory_allocate(allocator, capacity, sizeof(Variance));
		if (suffixes == NULL)
			return KERNEL_OUT_OF_MEMORY;
		memory_release(allocator, window->suffixes, window->capacity, sizeof(Variance));
		window->suffixes = suffixes;
		window->capacity = capacity;
	}
	variance_clear(&fold);
	while (i > window->head)
	{
		i--;
		(void) variance_add(&fold, observation(rolling, i)->x);
		window->suffixes[i & (window->capacity - 1)] = fold;
		if (i % RING_STOP_INTERVAL == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
	}
	window->boundary = rolling->upper;
	variance_clear(&window->back);
	return KERNEL_OK;
}

/* Drops what has left the window. */
static Status
evict(const Rolling *rolling, RollingWindow *window, const Allocator *allocator,
	  const StopCheck *stop, int64_t start)
{
	uint64_t head = window->head;

	while (head < rolling->upper && has_expired(rolling, head, start))
	{
		double x = observation(rolling, head)->x;

		moving_counts_note(&window->counts, x, -1);
		head++;
		if (head % RING_STOP_INTERVAL == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
	}
	window->head = head;
	if (head <= window->boundary)
		return KERNEL_OK;
	return flip(rolling, window, allocator, stop);
}

/* Forgets observations that no window needs. */
static void
trim(Rolling *rolling)
{
	uint64_t oldest = rolling->windows[0].head;
	int i;

	for (i = 1; i < rolling->spec.n_windows; i++)
	{
		if (rolling->windows[i].head < oldest)
			oldest = rolling->windows[i].head;
	}
	for (; rolling->oldest < oldest; rolling->oldest++)
	{
		DoubleMaxDeque_pop(&rolling->maxima);
		DoubleMinDeque_pop(&rolling->minima);
	}
}

Status
rolling_advance(Rolling *rolling, const Allocator *allocator, const StopCheck *stop, int64_t t)
{
	int64_t end = time_before(t, rolling->spec.delay);
	Status status = t < rolling->last_time ? KERNEL_INVALID : KERNEL_OK;
	int i;

	while (status == KERNEL_OK && rolling->upper < rolling->tail)
	{
		int64_t time = observation(rolling, rolling->upper)->time;

		if (time > end || (time == end && !rolling->spec.is_right_closed))
			break;
		status = enter(rolling, allocator);
		if (rolling->upper % RING_STOP_INTERVAL == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
	}
	if (status != KERNEL_OK)
		return status;
	rolling->last_time = t;
	for (i = 0; i < rolling->spec.n_windows && status == KERNEL_OK; i++)
		status = evict(rolling, &rolling->windows[i], allocator, stop,
					   time_before(end, rolling->spec.widths[i]));
	if (status == KERNEL_OK)
		trim(rolling);
	return status;
}

void
rolling_result_clear(RollingResult *result)
{
	*result = (RollingResult){.min = INFINITY, .max = -INFINITY};
}

/* Folds the window in its order; the total overflows as that of sum_add does, M2 to infinity. */
static Status
replay(const Rolling *rolling, const RollingWindow *window, Variance *variance)
{
	bool has_overflowed = false;
	uint64_t i;

	variance_clear(variance);
	for (i = window->head; i < rolling->upper; i++)
	{
		if (variance_add(variance, observation(rolling, i)->x) == KERNEL_OK)
			continue;
		if (!isfinite(variance->total.hi))
			return KERNEL_OVERFLOW;
		has_overflowed = true;
	}
	if (has_overflowed && isfinite(variance->total.hi))
		variance->m2 = dd_from(INFINITY);
	return KERNEL_OK;
}

/* The fold of a window that is not empty. */
static Status
fold_window(const Rolling *rolling, const RollingWindow *window, Variance *variance)
{
	if (__builtin_expect(window->counts.n_large > 0, 0))
		return replay(rolling, window, variance);
	if (__builtin_expect(moving_counts_any(&window->counts), 0))
		*variance = (Variance){(int64_t) (rolling->upper - window->head),
							   dd_from(moving_counts_total(&window->counts)), dd_from(NAN)};
	else if (window->head == window->boundary)
		*variance = window->back;
	else
	{
		*variance = window->suffixes[window->head & (window->capacity - 1)];
		(void) variance_merge(variance, &window->back);
	}
	return KERNEL_OK;
}

Status
rolling_result(Rolling *rolling, int i, RollingResult *result)
{
	RollingWindow *window = &rolling->windows[i];
	Variance variance;
	Status status;

	if (window->head == rolling->upper)
	{
		rolling_result_clear(result);
		return KERNEL_OK;
	}
	status = fold_window(rolling, window, &variance);
	if (status != KERNEL_OK)
		return status;
	total_normalise(&variance.total);
	result->n = variance.n;
	result->total = variance.total;
	result->m2 = total_value(variance.m2);
	result->max = DoubleMaxDeque_best_since(&rolling->maxima, window->head, &window->max_place);
	result->min = DoubleMinDeque_best_since(&rolling->minima, window->head, &window->min_place);
	return KERNEL_OK;
}

/* Squares, or with a sign those of different small values. */
static bool
m2_is_valid(const RollingResult *result)
{
	if (!(result->m2 < 0.0))
		return result->m2 >= 0.0;
	return isfinite(result->m2) && result->n > 1 && result->min > -SMALL_SIZE &&
		result->max < SMALL_SIZE;
}

bool
rolling_result_is_valid(const RollingResult *result)
{
	Sum sum = {result->n, result->total};
	bool is_finite = isfinite(result->total.hi) != 0;

	if (!sum_is_valid(&sum))
		return false;
	if (result->n == 0)
		return result->m2 == 0.0 && result->min == INFINITY && result->max == -INFINITY;
	if (is_finite ? !m2_is_valid(result) : !isnan(result->m2))
		return false;
	if (is_finite && !(isfinite(result->min) && isfinite(result->max)))
		return false;
	if (!isnan(result->max) && !(result->min <= result->max))
		return false;
	return result->n > 1 ||
		((result->min == result->max || isnan(result->min)) &&
		 (result->total.hi == result->min || isnan(result->min)) && !(result->m2 > 0.0));
}

Status
rolling_result_variance(const RollingResult *result, int lost, double *variance)
{
	Variance state = {result->n, result->total, dd_from(result->m2)};

	return result->n > lost && isinf(result->m2) ? KERNEL_OVERFLOW :
												   variance_variance(&state, lost, variance);
}

Status
rolling_result_deviation(const RollingResult *result, int lost, double *deviation)
{
	Variance state = {result->n, result->total, dd_from(result->m2)};

	return result->n > lost && isinf(result->m2) ? KERNEL_OVERFLOW :
												   variance_deviation(&state, lost, deviation);
}

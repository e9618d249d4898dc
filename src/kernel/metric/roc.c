/*
 * roc.c: points of a ROC curve.
 */
#include "kernel/metric/roc.h"

#include <math.h>
#include <string.h>

#define FIRST_POINTS 16
#define POINT_SIZE 24			/* bytes of one encoded point */
#define DIGIT_BITS 11
#define DIGITS 6				/* 6 x 11 bits cover 64 */
#define BUCKETS (1 << DIGIT_BITS)

void
roc_release(Roc *roc, const Allocator *allocator)
{
	memory_release(allocator, roc->points, roc->capacity, sizeof(RocPoint));
	memset(roc, 0, sizeof(*roc));
}

/* Unsigned integers in the order of the doubles. */
static uint64_t
sort_key(double score)
{
	uint64_t	bits;

	memcpy(&bits, &score, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* One pass of a radix sort by the digit at `shift`; *moved says whether anything had to move. */
static void
radix_pass(const RocPoint *from, RocPoint *to, size_t n, int shift, bool *moved)
{
	size_t		start[BUCKETS] = {0};
	size_t		sum = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		start[sort_key(from[i].score) >> shift & (BUCKETS - 1)]++;
	*moved = start[sort_key(from[0].score) >> shift & (BUCKETS - 1)] < n;
	if (!*moved)
		return;
	for (i = 0; i < BUCKETS; i++)
	{
		size_t		count = start[i];

		start[i] = sum;
		sum += count;
	}
	for (i = 0; i < n; i++)
		to[start[sort_key(from[i].score) >> shift & (BUCKETS - 1)]++] = from[i];
}

/* Joins neighbours of equal score; returns how many points are left. */
static size_t
join_equal(RocPoint *points, size_t n)
{
	size_t		kept = 0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (kept > 0 && points[kept - 1].score == points[i].score)
		{
			points[kept - 1].positive += points[i].positive;
			points[kept - 1].negative += points[i].negative;
		}
		else
			points[kept++] = points[i];
	}
	return kept;
}

Status
roc_compact(Roc *roc, const Allocator *allocator, const StopCheck *stop)
{
	RocPoint   *spare;
	RocPoint   *from = roc->points;
	RocPoint   *to;
	Status		status = KERNEL_OK;
	int			digit;

	if (roc->n_sorted == roc->n)
		return KERNEL_OK;
	spare = memory_allocate(allocator, roc->n, sizeof(RocPoint));
	if (spare == NULL)
		return KERNEL_OUT_OF_MEMORY;
	to = spare;
	for (digit = 0; digit < DIGITS && status == KERNEL_OK; digit++)
	{
		RocPoint   *swap = from;
		bool		moved;

		if (stop_requested(stop))
			status = KERNEL_STOPPED;
		else
		{
			radix_pass(from, to, roc->n, digit * DIGIT_BITS, &moved);
			from = moved ? to : from;
			to = moved ? swap : to;
		}
	}
	if (from != roc->points)
		memcpy(roc->points, from, roc->n * sizeof(RocPoint));
	memory_release(allocator, spare, roc->n, sizeof(RocPoint));
	if (status != KERNEL_OK)
	{
		/* A permutation of the same points, in no order. */
		roc->n_sorted = 0;
		return status;
	}
	roc->n = join_equal(roc->points, roc->n);
	roc->n_sorted = roc->n;
	return KERNEL_OK;
}

/* Room for one more point: by compacting when that frees half, else by doubling. */
static Status
reserve(Roc *roc, const Allocator *allocator, const StopCheck *stop)
{
	size_t		capacity = roc->capacity > 0 ? roc->capacity * 2 : FIRST_POINTS;
	RocPoint   *points;
	Status		status;

	if (roc->n < roc->capacity)
		return KERNEL_OK;
	status = roc_compact(roc, allocator, stop);
	if (status != KERNEL_OK || roc->n < roc->capacity / 2)
		return status;
	points = memory_reallocate(allocator, roc->points, roc->capacity, capacity, sizeof(RocPoint));
	if (points == NULL)
		return KERNEL_OUT_OF_MEMORY;
	roc->points = points;
	roc->capacity = capacity;
	return KERNEL_OK;
}

/* Appends a point. */
static Status
append(Roc *roc, const Allocator *allocator, RocPoint point, const StopCheck *stop)
{
	Status		status = reserve(roc, allocator, stop);

	if (status == KERNEL_OK)
		roc->points[roc->n++] = point;
	return status;
}

Status
roc_add(Roc *roc, const Allocator *allocator, double score, bool is_positive, double weight,
		const StopCheck *stop)
{
	RocPoint	point = {score + 0.0, is_positive ? weight : 0.0, is_positive ? 0.0 : weight};

	return append(roc, allocator, point, stop);
}

Status
roc_merge(Roc *into, const Allocator *allocator, const Roc *from, const StopCheck *stop)
{
	Status		status = KERNEL_OK;
	size_t		i;

	for (i = 0; i < from->n && status == KERNEL_OK; i++)
		status = append(into, allocator, from->points[i], stop);
	return status;
}

bool
roc_area(const Roc *roc, double *area)
{
	DoubleDouble positive = dd_from(0.0);
	DoubleDouble negative = dd_from(0.0);
	DoubleDouble won = dd_from(0.0);
	size_t		i;

	for (i = 0; i < roc->n; i++)
	{
		const RocPoint *point = &roc->points[i];
		DoubleDouble below = dd_add_double(negative, 0.5 * point->negative);

		won = dd_add(won, dd_multiply_double(below, point->positive));
		positive = dd_add_double(positive, point->positive);
		negative = dd_add_double(negative, point->negative);
	}
	if (!(positive.hi > 0.0 && negative.hi > 0.0))
		return false;
	*area = dd_divide(dd_divide(won, positive), negative).hi;
	return true;
}

void
roc_encode(const Roc *roc, ByteWriter *writer)
{
	size_t		i;

	if (roc->n > UINT32_MAX)
	{
		writer->status = KERNEL_TOO_LARGE;
		return;
	}
	write_u32(writer, (uint32_t) roc->n);
	for (i = 0; i < roc->n; i++)
	{
		write_double(writer, roc->points[i].score);
		write_double(writer, roc->points[i].positive);
		write_double(writer, roc->points[i].negative);
	}
}

static bool
is_weight(double weight)
{
	return weight >= 0.0 && isfinite(weight);
}

Status
roc_decode(Roc *roc, const Allocator *allocator, ByteReader *reader)
{
	size_t		n = read_count(reader, POINT_SIZE);
	Status		status = reader->status;
	size_t		i;

	memset(roc, 0, sizeof(*roc));
	if (status != KERNEL_OK || n == 0)
		return status;
	roc->points = memory_allocate(allocator, n, sizeof(RocPoint));
	if (roc->points == NULL)
		return KERNEL_OUT_OF_MEMORY;
	roc->n = roc->capacity = roc->n_sorted = n;
	for (i = 0; i < n; i++)
	{
		RocPoint   *point = &roc->points[i];

		point->score = read_double(reader);
		point->positive = read_double(reader);
		point->negative = read_double(reader);
		if (isnan(point->score) || !is_weight(point->positive) || !is_weight(point->negative) ||
			(point->score == 0.0 && signbit(point->score)) || (i > 0 && !(point[-1].score < point->score)))
			reader->status = KERNEL_CORRUPT;
	}
	status = reader->status;
	if (status != KERNEL_OK)
		roc_release(roc, allocator);
	return status;
}

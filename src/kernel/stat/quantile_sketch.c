/*
 * quantile_sketch.c: sorted sparse buckets, walked for a quantile.
 */
#include "kernel/stat/quantile_sketch.h"

#include <float.h>
#include <string.h>

#include "kernel/stat/quantile_place.h"

#define FORMAT_VERSION 1
#define FIRST_CAPACITY 8
#define BUCKET_SIZE 12 /* bytes of an encoded bucket */
#define BUCKETS_AT_ONCE 64
#define FEW_EMPTY 16 /* so many empty buckets are not worth a pass */
#define MOST_VALUES ((uint64_t) 1 << 62)
#define LEAST_VALUE 4.9406564584124654e-324

bool
sketch_error_is_valid(double relative_error)
{
	return relative_error >= SKETCH_LEAST_ERROR && relative_error <= SKETCH_LARGEST_ERROR;
}

void
sketch_begin(QuantileSketch *sketch, double relative_error)
{
	*sketch =
		(QuantileSketch){.relative_error = relative_error, .log_g = 2.0 * atanh(relative_error)};
}

/* The bucket of a positive, finite size. */
static int32_t
bucket_index(const QuantileSketch *sketch, double size)
{
	return (int32_t) ceil(log(size) / sketch->log_g);
}

/* What stands for the sizes of a bucket. */
static double
bucket_value(const QuantileSketch *sketch, int32_t index)
{
	return fmin(exp((double) index * sketch->log_g + log1p(-sketch->relative_error)), DBL_MAX);
}

/* The first bucket whose index is not below `index`. */
static uint32_t
find_bucket(const SketchSide *side, int32_t index)
{
	const SketchBucket *base = side->buckets;
	uint32_t n = side->n;
	int64_t guess;

	if (n == 0)
		return 0;
	/* Where no bucket between it and the last is without values, as mostly, its place is its distance. */
	guess = (int64_t) n - 1 - ((int64_t) base[n - 1].index - index);
	if (guess >= 0 && guess < n && base[guess].index == index)
		return (uint32_t) guess;
	while (n > 1)
	{
		uint32_t half = n / 2;

		base += base[half - 1].index < index ? half : 0;
		n -= half;
	}
	return (uint32_t) (base - side->buckets) + (base->index < index);
}

static Status
grow_side(SketchSide *side, const Allocator *allocator)
{
	uint32_t capacity = side->capacity > 0 ? side->capacity * 2 : FIRST_CAPACITY;
	SketchBucket *buckets =
		memory_reallocate(allocator, side->buckets, side->capacity, capacity, sizeof(SketchBucket));

	if (buckets == NULL)
		return KERNEL_OUT_OF_MEMORY;
	side->buckets = buckets;
	side->capacity = capacity;
	return KERNEL_OK;
}

static Status
add_to_side(SketchSide *side, const Allocator *allocator, int32_t index, uint64_t times)
{
	uint32_t place = find_bucket(side, index);

	if (place < side->n && side->buckets[place].index == index)
	{
		side->n_empty -= side->buckets[place].count == 0;
		side->buckets[place].count += times;
		return KERNEL_OK;
	}
	if (side->n == side->capacity)
	{
		Status status = grow_side(side, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	memmove(side->buckets + place + 1, side->buckets + place,
			(side->n - place) * sizeof(SketchBucket));
	side->buckets[place] = (SketchBucket){.index = index, .count = times};
	side->n++;
	return KERNEL_OK;
}

/* Clears empty buckets away when they are most of them. */
static void
clear_empty(SketchSide *side)
{
	uint32_t kept = 0;
	uint32_t i;

	if (side->n_empty < FEW_EMPTY || side->n_empty <= side->n / 2)
		return;
	for (i = 0; i < side->n; i++)
	{
		if (side->buckets[i].count > 0)
			side->buckets[kept++] = side->buckets[i];
	}
	side->n = kept;
	side->n_empty = 0;
}

static Status
remove_from_side(SketchSide *side, int32_t index)
{
	uint32_t place = find_bucket(side, index);

	if (place == side->n || side->buckets[place].index != index || side->buckets[place].count == 0)
		return KERNEL_INVALID;
	if (--side->buckets[place].count == 0)
	{
		side->n_empty++;
		clear_empty(side);
	}
	return KERNEL_OK;
}

/* Is a value counted by itself, not in a bucket? */
static inline bool
is_special(double x)
{
	return x == 0.0 || !isfinite(x);
}

/* The count of such a value. */
static uint64_t *
special_count(QuantileSketch *sketch, double x)
{
	if (isnan(x))
		return &sketch->n_nan;
	if (x == 0.0)
		return &sketch->n_zero;
	return x > 0.0 ? &sketch->n_positive_infinity : &sketch->n_negative_infinity;
}

Status
sketch_add(QuantileSketch *sketch, const Allocator *allocator, double x)
{
	Status status = KERNEL_OK;

	if (sketch->n == MOST_VALUES)
		return KERNEL_TOO_LARGE;
	if (is_special(x))
		++*special_count(sketch, x);
	else
		status = add_to_side(x > 0.0 ? &sketch->positive : &sketch->negative, allocator,
							 bucket_index(sketch, fabs(x)), 1);
	sketch->n += status == KERNEL_OK;
	return status;
}

Status
sketch_remove(QuantileSketch *sketch, double x)
{
	Status status = KERNEL_OK;

	if (is_special(x))
	{
		uint64_t *count = special_count(sketch, x);

		status = *count == 0 ? KERNEL_INVALID : KERNEL_OK;
		*count -= status == KERNEL_OK;
	}
	else
		status = remove_from_side(x > 0.0 ? &sketch->positive : &sketch->negative,
								  bucket_index(sketch, fabs(x)));
	sketch->n -= status == KERNEL_OK;
	return status;
}

static Status
merge_side(SketchSide *into, const Allocator *allocator, const SketchSide *from)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < from->n && status == KERNEL_OK; i++)
	{
		if (from->buckets[i].count > 0)
			status = add_to_side(into, allocator, from->buckets[i].index, from->buckets[i].count);
	}
	return status;
}

Status
sketch_merge(QuantileSketch *into, const Allocator *allocator, const QuantileSketch *from)
{
	Status status;

	if (into->relative_error != from->relative_error)
		return KERNEL_INVALID;
	if (into->n > MOST_VALUES - from->n)
		return KERNEL_TOO_LARGE;
	status = merge_side(&into->negative, allocator, &from->negative);
	if (status == KERNEL_OK)
		status = merge_side(&into->positive, allocator, &from->positive);
	if (status != KERNEL_OK)
		return status;
	into->n += from->n;
	into->n_nan += from->n_nan;
	into->n_negative_infinity += from->n_negative_infinity;
	into->n_zero += from->n_zero;
	into->n_positive_infinity += from->n_positive_infinity;
	return KERNEL_OK;
}

/* Walks up the values: what stands for the k-th, and for the one after it. */
typedef struct Walk
{
	uint64_t k;		  /* values still to pass before the first that is wanted */
	int n_found;	  /* of the two */
	double values[2]; /* the second is not set when there is none */
} Walk;

/* Passes `count` values for which `value` stands; true when both are found. */
static bool
walk_past(Walk *walk, uint64_t count, double value)
{
	while (walk->n_found < 2 && walk->k < count)
	{
		walk->values[walk->n_found++] = value;
		walk->k++; /* the next one is the second */
	}
	walk->k -= walk->n_found < 2 ? count : 0;
	return walk->n_found == 2;
}

static void
walk_sketch(const QuantileSketch *sketch, Walk *walk)
{
	uint32_t i;

	if (walk_past(walk, sketch->n_negative_infinity, -INFINITY))
		return;
	for (i = sketch->negative.n; i > 0; i--)
	{
		const SketchBucket *bucket = &sketch->negative.buckets[i - 1];

		if (walk->k >= bucket->count)
			walk->k -= bucket->count;
		else if (walk_past(walk, bucket->count, -bucket_value(sketch, bucket->index)))
			return;
	}
	if (walk_past(walk, sketch->n_zero, 0.0))
		return;
	for (i = 0; i < sketch->positive.n; i++)
	{
		const SketchBucket *bucket = &sketch->positive.buckets[i];

		if (walk->k >= bucket->count)
			walk->k -= bucket->count;
		else if (walk_past(walk, bucket->count, bucket_value(sketch, bucket->index)))
			return;
	}
	(void) walk_past(walk, sketch->n_positive_infinity, INFINITY);
}

Status
sketch_quantile(const QuantileSketch *sketch, double p, double *result)
{
	QuantilePlace place;
	Walk walk = {0};

	if (sketch->n == 0)
		return KERNEL_INVALID;
	*result = NAN;
	if (sketch->n_nan > 0)
		return KERNEL_OK;
	place = quantile_place(p, sketch->n);
	walk.k = place.k;
	walk_sketch(sketch, &walk);
	*result = place.fraction > 0.0 ?
		quantile_between(walk.values[0], walk.values[1], place.fraction) :
		walk.values[0];
	return KERNEL_OK;
}

size_t
sketch_encoded_size(const QuantileSketch *sketch)
{
	size_t n = sketch->negative.n - sketch->negative.n_empty;

	n += sketch->positive.n - sketch->positive.n_empty;
	return 4 + 8 + 4 * 8 + 2 * 4 + n * BUCKET_SIZE;
}

/* `size` low bytes of a number, the lowest first. */
static inline void
put_bytes(uint8_t *bytes, uint64_t number, int size)
{
	int i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t) (number >> (8 * i));
}

static inline uint64_t
take_bytes(const uint8_t *bytes, int size)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < size; i++)
		number |= (uint64_t) bytes[i] << (8 * i);
	return number;
}

/* By many buckets at once: each row of a moving frame has all of them written. */
static void
encode_side(const SketchSide *side, ByteWriter *writer)
{
	uint8_t bytes[BUCKETS_AT_ONCE * BUCKET_SIZE];
	size_t n = 0;
	uint32_t i;

	write_u32(writer, side->n - side->n_empty);
	for (i = 0; i < side->n; i++)
	{
		if (side->buckets[i].count == 0)
			continue;
		put_bytes(bytes + n * BUCKET_SIZE, (uint32_t) side->buckets[i].index, 4);
		put_bytes(bytes + n * BUCKET_SIZE + 4, side->buckets[i].count, 8);
		if (++n < BUCKETS_AT_ONCE)
			continue;
		write_bytes(writer, bytes, n * BUCKET_SIZE);
		n = 0;
	}
	write_bytes(writer, bytes, n * BUCKET_SIZE);
}

void
sketch_encode(const QuantileSketch *sketch, ByteWriter *writer)
{
	write_u32(writer, FORMAT_VERSION);
	write_double(writer, sketch->relative_error);
	write_u64(writer, sketch->n_nan);
	write_u64(writer, sketch->n_negative_infinity);
	write_u64(writer, sketch->n_zero);
	write_u64(writer, sketch->n_positive_infinity);
	encode_side(&sketch->negative, writer);
	encode_side(&sketch->positive, writer);
}

/* Adds a count of foreign bytes to n, which has a limit. */
static bool
take_count(QuantileSketch *sketch, uint64_t count)
{
	if (count > MOST_VALUES - sketch->n)
		return false;
	sketch->n += count;
	return true;
}

static Status
decode_side(QuantileSketch *sketch, SketchSide *side, const Allocator *allocator,
			ByteReader *reader)
{
	int32_t least = bucket_index(sketch, LEAST_VALUE);
	int32_t largest = bucket_index(sketch, DBL_MAX);
	uint32_t n = read_count(reader, BUCKET_SIZE);
	const uint8_t *bytes = read_bytes(reader, (size_t) n * BUCKET_SIZE);

	if (n == 0 || bytes == NULL)
		return reader->status;
	side->buckets = memory_allocate(allocator, n, sizeof(SketchBucket));
	if (side->buckets == NULL)
		return KERNEL_OUT_OF_MEMORY;
	side->capacity = n;
	while (side->n < n)
	{
		SketchBucket bucket = {.index = (int32_t) take_bytes(bytes, 4),
							   .count = take_bytes(bytes + 4, 8)};

		bytes += BUCKET_SIZE;
		if (bucket.index < least || bucket.index > largest || bucket.count == 0 ||
			(side->n > 0 && bucket.index <= side->buckets[side->n - 1].index) ||
			!take_count(sketch, bucket.count))
			return KERNEL_CORRUPT;
		side->buckets[side->n++] = bucket;
	}
	return reader->status;
}

Status
sketch_decode(QuantileSketch *sketch, const Allocator *allocator, ByteReader *reader)
{
	uint32_t version = read_u32(reader);
	double relative_error = read_double(reader);
	Status status = reader->status;

	if (status == KERNEL_OK && version > FORMAT_VERSION)
		return KERNEL_UNSUPPORTED_VERSION;
	if (status != KERNEL_OK || version != FORMAT_VERSION || !sketch_error_is_valid(relative_error))
		return KERNEL_CORRUPT;
	sketch_begin(sketch, relative_error);
	sketch->n_nan = read_u64(reader);
	sketch->n_negative_infinity = read_u64(reader);
	sketch->n_zero = read_u64(reader);
	sketch->n_positive_infinity = read_u64(reader);
	if (!take_count(sketch, sketch->n_nan) || !take_count(sketch, sketch->n_negative_infinity) ||
		!take_count(sketch, sketch->n_zero) || !take_count(sketch, sketch->n_positive_infinity))
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK)
		status = decode_side(sketch, &sketch->negative, allocator, reader);
	if (status == KERNEL_OK)
		status = decode_side(sketch, &sketch->positive, allocator, reader);
	if (status != KERNEL_OK)
		sketch_release(sketch, allocator);
	return status;
}

void
sketch_release(QuantileSketch *sketch, const Allocator *allocator)
{
	memory_release(allocator, sketch->negative.buckets, sketch->negative.capacity,
				   sizeof(SketchBucket));
	memory_release(allocator, sketch->positive.buckets, sketch->positive.capacity,
				   sizeof(SketchBucket));
	sketch_begin(sketch, sketch->relative_error);
}

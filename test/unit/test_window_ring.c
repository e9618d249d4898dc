/*
 * test_window_ring.c: the two-stacks ring over a state that is associative but not commutative.
 */
#include "unit.h"

#include "kernel/base/hash.h"

#define PRIME UINT64_C(2147483647)

/* The map x -> a x + b modulo PRIME; composition is associative and never commutes by accident. */
typedef struct Affine
{
	uint64_t a;
	uint64_t b;
} Affine;

/* First `left`, then `right`. */
static Affine
compose(Affine left, Affine right)
{
	return (Affine){left.a * right.a % PRIME, (left.b * right.a + right.b) % PRIME};
}

static Affine
map_of(uint64_t value)
{
	return (Affine){hash_mix(value) % PRIME, hash_mix(value + 77) % PRIME};
}

#define RING_NAME AffineRing
#define RING_VALUE uint64_t
#define RING_STATE Affine
#define RING_CLEAR(state) (*(state) = (Affine){1, 0})
#define RING_APPEND(state, x) (*(state) = compose(*(state), map_of(x)))
#define RING_PREPEND(state, x) (*(state) = compose(map_of(x), *(state)))
#define RING_MERGE(state, right) (*(state) = compose(*(state), *(right)))
#include "kernel/window/ring.h"

/* Is the fold of the frame first .. last - 1 what composing one by one gives? */
static void
check_fold(const AffineRing *ring, uint64_t first, uint64_t last)
{
	Affine expected = {1, 0};
	Affine fold;
	uint64_t i;

	for (i = first; i < last; i++)
		expected = compose(expected, map_of(i));
	AffineRing_fold(ring, &fold);
	CHECK(fold.a == expected.a && fold.b == expected.b);
	CHECK(AffineRing_count(ring) == last - first);
	for (i = first; i < last; i += 7)
		CHECK(AffineRing_value(ring, i - first) == i);
}

/* Random walks of both ends: every fold in order equals the direct one. */
static void
fold_equals_direct_composition(void)
{
	uint64_t seed;

	for (seed = 0; seed < 40; seed++)
	{
		uint64_t bias = 3 + seed % 5; /* of 8: how often the frame grows */
		uint64_t first = 0;
		uint64_t last = 0;
		AffineRing ring;
		int step;

		AffineRing_begin(&ring);
		for (step = 0; step < 600; step++)
		{
			if (hash_mix(seed * 1000 + (uint64_t) step) % 8 < bias || first == last)
				CHECK(AffineRing_push(&ring, &unit_allocator, last++) == KERNEL_OK);
			else
			{
				CHECK(AffineRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_fold(&ring, first, last);
		}
		AffineRing_release(&ring, &unit_allocator);
	}
}

static void
frame_of_fixed_length_stays_in_its_first_block(void)
{
	AffineRing ring;
	uint64_t i;

	AffineRing_begin(&ring);
	for (i = 0; i < 5000; i++)
	{
		if (i >= RING_FIRST_CAPACITY)
			CHECK(AffineRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(AffineRing_push(&ring, &unit_allocator, i) == KERNEL_OK);
	}
	CHECK(ring.capacity == RING_FIRST_CAPACITY);
	check_fold(&ring, 5000 - RING_FIRST_CAPACITY, 5000);
	AffineRing_release(&ring, &unit_allocator);
}

/* A refused block leaves the frame as it was, and later calls work. */
static void
refused_memory_changes_nothing(void)
{
	AffineRing ring;
	uint64_t i;

	AffineRing_begin(&ring);
	unit_allocator_fail_after(0);
	CHECK(AffineRing_push(&ring, &unit_allocator, 0) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	for (i = 0; i < RING_FIRST_CAPACITY; i++)
		CHECK(AffineRing_push(&ring, &unit_allocator, i) == KERNEL_OK);
	unit_allocator_fail_after(0);
	CHECK(AffineRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	check_fold(&ring, 0, RING_FIRST_CAPACITY);
	CHECK(AffineRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(AffineRing_push(&ring, &unit_allocator, i++) == KERNEL_OK);
	unit_allocator_fail_after(0);
	CHECK(AffineRing_push(&ring, &unit_allocator, i) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	check_fold(&ring, 1, i);
	/* The front stays where it was made while the values move to a larger block. */
	for (; i < 3 * RING_FIRST_CAPACITY; i++)
		CHECK(AffineRing_push(&ring, &unit_allocator, i) == KERNEL_OK);
	check_fold(&ring, 1, i);
	AffineRing_release(&ring, &unit_allocator);
}

static bool
stop_if_set(void *context)
{
	return *(bool *) context;
}

/* A stopped flip may be asked again. */
static void
stopped_pop_changes_nothing(void)
{
	bool is_set = true;
	StopCheck stop = {stop_if_set, &is_set, NULL};
	AffineRing ring;
	uint64_t i;

	AffineRing_begin(&ring);
	for (i = 0; i < 3 * RING_STOP_INTERVAL; i++)
		CHECK(AffineRing_push(&ring, &unit_allocator, i) == KERNEL_OK);
	CHECK(AffineRing_pop(&ring, &unit_allocator, &stop) == KERNEL_STOPPED);
	CHECK(AffineRing_count(&ring) == i);
	is_set = false;
	CHECK(AffineRing_pop(&ring, &unit_allocator, &stop) == KERNEL_OK);
	check_fold(&ring, 1, i);
	AffineRing_release(&ring, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(fold_equals_direct_composition),
		  UNIT_CASE(frame_of_fixed_length_stays_in_its_first_block),
		  UNIT_CASE(refused_memory_changes_nothing), UNIT_CASE(stopped_pop_changes_nothing))

/*
 * test_window_order_tree.c: the counted tree against a sorted array.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/order_tree.h"

#define MOST_KEYS 60000

static uint64_t sorted[MOST_KEYS];
static size_t n_sorted;

static size_t
place_of(uint64_t key)
{
	size_t first = 0;
	size_t last = n_sorted;

	while (first < last)
	{
		size_t middle = (first + last) / 2;

		if (sorted[middle] < key)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

static void
insert_both(OrderTree *tree, uint64_t key)
{
	size_t place = place_of(key);

	memmove(sorted + place + 1, sorted + place, (n_sorted - place) * sizeof(uint64_t));
	sorted[place] = key;
	n_sorted++;
	CHECK(order_tree_insert(tree, &unit_allocator, key) == KERNEL_OK);
}

static void
remove_both(OrderTree *tree, uint64_t key)
{
	size_t place = place_of(key);

	memmove(sorted + place, sorted + place + 1, (n_sorted - place - 1) * sizeof(uint64_t));
	n_sorted--;
	CHECK(order_tree_remove(tree, &unit_allocator, key) == KERNEL_OK);
}

/* Every key by its place, in runs as they come. */
static bool
same_keys(const OrderTree *tree)
{
	uint64_t k = 0;

	if (tree->n != n_sorted)
		return false;
	while (k < n_sorted)
	{
		uint32_t length;
		const uint64_t *keys = order_tree_from(tree, k, &length);

		if (length == 0 || k + length > n_sorted ||
			memcmp(keys, sorted + k, length * sizeof(uint64_t)) != 0)
			return false;
		k += length;
	}
	return true;
}

/* Key i of a stream: all different, few different, ascending, descending, or in waves. */
static uint64_t
key_at(int kind, uint64_t i)
{
	switch (kind)
	{
		case 0:
			return hash_mix(i);
		case 1:
			return hash_mix(i) % 7;
		case 2:
			return i;
		case 3:
			return UINT64_MAX - i;
		default:
			return i / 3000 % 2 == 0 ? i : hash_mix(i) % 100;
	}
}

static void
slides_as_a_sorted_array_does(void)
{
	static const uint64_t widths[] = {1, 5, 100, 254, 255, 256, 1000, 9000};
	size_t w;
	int kind;

	for (kind = 0; kind < 5; kind++)
	{
		for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
		{
			uint64_t width = widths[w];
			uint64_t steps = width * 2 + 300;
			OrderTree tree = {0};
			uint64_t i;

			n_sorted = 0;
			for (i = 0; i < steps; i++)
			{
				uint64_t probe = key_at(kind, i / 2);

				insert_both(&tree, key_at(kind, i));
				if (i >= width)
					remove_both(&tree, key_at(kind, i - width));
				CHECK(order_tree_below(&tree, probe) == place_of(probe));
				if (i % (width / 5 + 1) == 0)
					CHECK(same_keys(&tree));
			}
			CHECK(order_tree_below(&tree, 0) == 0);
			/* The frame ends: what is left goes in its order. */
			for (i = steps > width ? steps - width : 0; i < steps; i++)
				remove_both(&tree, key_at(kind, i));
			CHECK(tree.n == 0 && tree.depth == 0);
			order_tree_release(&tree, &unit_allocator);
		}
	}
}

/* Most keys leave at random places: sparse nodes are joined, so memory follows the keys. */
static void
memory_follows_the_keys(void)
{
	OrderTree tree = {0};
	long full;
	uint64_t i;

	n_sorted = 0;
	for (i = 0; i < MOST_KEYS; i++)
		CHECK(order_tree_insert(&tree, &unit_allocator, hash_mix(i)) == KERNEL_OK);
	full = unit_live_bytes;
	CHECK(full < MOST_KEYS * 8 * 2);
	for (i = 0; i < MOST_KEYS; i++)
	{
		if (hash_mix(i) % 100 != 0)
			CHECK(order_tree_remove(&tree, &unit_allocator, hash_mix(i)) == KERNEL_OK);
	}
	CHECK((uint64_t) unit_live_bytes < tree.n * 8 * 8);
	order_tree_release(&tree, &unit_allocator);
}

static void
a_key_that_is_not_there_is_refused(void)
{
	OrderTree tree = {0};
	uint64_t i;

	CHECK(order_tree_remove(&tree, &unit_allocator, 1) == KERNEL_INVALID);
	for (i = 0; i < 1000; i++)
		CHECK(order_tree_insert(&tree, &unit_allocator, 10 + 2 * i) == KERNEL_OK);
	CHECK(order_tree_remove(&tree, &unit_allocator, 9) == KERNEL_INVALID);
	CHECK(order_tree_remove(&tree, &unit_allocator, 501) == KERNEL_INVALID);
	CHECK(order_tree_remove(&tree, &unit_allocator, 2010) == KERNEL_INVALID);
	CHECK(tree.n == 1000 && order_tree_below(&tree, UINT64_MAX) == 1000);
	order_tree_release(&tree, &unit_allocator);
}

/* Ties share their mean rank; the largest key of all has no key above it. */
static void
ranks_keys(void)
{
	static const uint64_t keys[] = {0, 7, 7, 7, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	OrderTree tree = {0};
	size_t i;

	for (i = 0; i < 8; i++)
		CHECK(order_tree_insert(&tree, &unit_allocator, keys[i]) == KERNEL_OK);
	CHECK(order_tree_rank(&tree, 0) == 1.0 / 8.0);
	CHECK(order_tree_rank(&tree, 7) == 3.0 / 8.0);
	CHECK(order_tree_rank(&tree, UINT64_MAX - 1) == 5.0 / 8.0);
	CHECK(order_tree_rank(&tree, UINT64_MAX) == 7.0 / 8.0);
	order_tree_release(&tree, &unit_allocator);
}

static void
refused_growth_changes_nothing(void)
{
	OrderTree tree = {0};
	uint64_t i = 0;
	long fail;

	n_sorted = 0;
	while (n_sorted < 14000)
	{
		for (fail = 0;; fail++)
		{
			Status status;

			unit_allocator_fail_after(fail);
			status = order_tree_insert(&tree, &unit_allocator, hash_mix(i));
			unit_allocator_fail_after(-1);
			if (status == KERNEL_OK)
				break;
			CHECK(status == KERNEL_OUT_OF_MEMORY && tree.n == n_sorted);
			if (i % 50 == 0)
				CHECK(same_keys(&tree));
		}
		/* It went in: only the array lacks it. */
		{
			size_t place = place_of(hash_mix(i));

			memmove(sorted + place + 1, sorted + place, (n_sorted - place) * sizeof(uint64_t));
			sorted[place] = hash_mix(i);
			n_sorted++;
		}
		i++;
	}
	CHECK(same_keys(&tree));
	order_tree_release(&tree, &unit_allocator);
}

typedef struct Labelled
{
	int value;
	int label;
} Labelled;

/* Keys stand for these: descending by value, and of one value ascending by label. */
static int
compare_labelled(uint64_t a, uint64_t b)
{
	const Labelled *x = (const Labelled *) (uintptr_t) a;
	const Labelled *y = (const Labelled *) (uintptr_t) b;

	return x->value != y->value ? (x->value < y->value) - (x->value > y->value) :
								  (x->label > y->label) - (x->label < y->label);
}

static int
compare_labelled_values(uint64_t a, uint64_t b)
{
	const Labelled *x = (const Labelled *) (uintptr_t) a;
	const Labelled *y = (const Labelled *) (uintptr_t) b;

	return (x->value < y->value) - (x->value > y->value);
}

static uint64_t
key_of(const Labelled *labelled)
{
	return (uint64_t) (uintptr_t) labelled;
}

/* Each key stands for a block that is overwritten once it left: none that left is looked at again. */
static void
keys_may_stand_for_values(void)
{
	static Labelled all[20000];
	OrderTree tree = {.compare = compare_labelled};
	OrderTree by_value;
	uint32_t length;
	uint64_t taken;
	uint64_t k;
	int i;

	for (i = 0; i < 20000; i++)
	{
		all[i] = (Labelled){(int) (hash_mix((uint64_t) i) % 1000), i % 3};
		CHECK(order_tree_insert(&tree, &unit_allocator, key_of(&all[i])) == KERNEL_OK);
		if (i >= 5000)
		{
			Labelled leaving = {(int) (hash_mix((uint64_t) i - 5000) % 1000), (i - 5000) % 3};

			CHECK(order_tree_take(&tree, &unit_allocator, key_of(&leaving), &taken) == KERNEL_OK);
			CHECK(compare_labelled(taken, key_of(&leaving)) == 0);
			((Labelled *) (uintptr_t) taken)->value = -1;
		}
	}
	order_tree_release(&tree, &unit_allocator);
	CHECK(tree.compare == compare_labelled && tree.n == 0);
	for (i = 0; i < 4000; i++)
	{
		all[i].value = (int) (hash_mix((uint64_t) i) % 1000);
		CHECK(order_tree_insert(&tree, &unit_allocator, key_of(&all[i])) == KERNEL_OK);
	}
	for (k = 1; k < tree.n; k++)
		CHECK(compare_labelled(*order_tree_from(&tree, k - 1, &length),
							   *order_tree_from(&tree, k, &length)) <= 0);
	by_value = tree;
	by_value.compare = compare_labelled_values;
	for (i = 0; i < 100; i++)
	{
		size_t before = 0;
		size_t level = 0;
		int j;

		for (j = 0; j < 4000; j++)
		{
			before += all[j].value > all[i].value;
			level += all[j].value == all[i].value;
		}
		CHECK(order_tree_below(&by_value, key_of(&all[i])) == before);
		CHECK(order_tree_rank(&by_value, key_of(&all[i])) ==
			  ((double) before + ((double) level + 1.0) / 2.0) / 4000.0);
	}
	CHECK(order_tree_take(&tree, &unit_allocator, key_of(&(Labelled){-1, 0}), &taken) ==
		  KERNEL_INVALID);
	order_tree_release(&tree, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(slides_as_a_sorted_array_does), UNIT_CASE(memory_follows_the_keys),
		  UNIT_CASE(a_key_that_is_not_there_is_refused), UNIT_CASE(ranks_keys),
		  UNIT_CASE(keys_may_stand_for_values), UNIT_CASE(refused_growth_changes_nothing))

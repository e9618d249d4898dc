/*
 * test_tree_split_simd.c: against the formula, cut by cut; the vector forms against the portable one.
 */
#include "kernel/tree/split_simd.h"

#include "kernel/base/hash.h"
#include "unit.h"

typedef struct Node
{
	int64_t gradient[CUTS_AT_ONCE];
	int64_t hessian[CUTS_AT_ONCE];
	int64_t rows[CUTS_AT_ONCE];
	CutSums sums;
	CutRules rules;
} Node;

/* Sums up to n cuts of bins drawn by seed, of which every fifth is empty, and a bin that is missing. */
static void
make_node(Node *node, int32_t n, uint64_t seed, bool are_counted, bool has_missing)
{
	int64_t sum[3] = {0, 0, 0};
	int32_t i;

	for (i = 0; i <= n + 1; i++)
	{
		uint64_t draw = hash_mix(seed * 1000 + (uint64_t) i);
		bool is_empty = i % 5 == 3;

		sum[0] += is_empty ? 0 : (int64_t) (draw % 2000001) - 1000000;
		sum[1] += is_empty ? 0 : (int64_t) (draw >> 32) % 500000;
		sum[2] += is_empty ? 0 : (int64_t) (draw >> 20) % 50;
		if (i < n)
		{
			node->gradient[i] = sum[0];
			node->hessian[i] = sum[1];
			node->rows[i] = sum[2];
		}
	}
	node->sums = (CutSums){.n = n,
						   .gradient = node->gradient,
						   .hessian = node->hessian,
						   .rows = are_counted ? node->rows : NULL};
	if (has_missing)
	{
		node->sums.more_gradient = -12345;
		node->sums.more_hessian = 777;
		node->sums.more_rows = 3;
	}
	node->rules = (CutRules){.gradient = sum[0] - 4321,
							 .hessian = sum[1] + 1000,
							 .rows = sum[2] + 4,
							 .gradient_unit = 0x1p-20,
							 .hessian_unit = 0x1p-21,
							 .l1 = seed % 3 == 0 ? 0.25 : 0.0,
							 .l2 = seed % 2 == 0 ? 1.5 : 0.0,
							 .min_hessian = 0.01 * (double) (seed % 4),
							 .min_rows = (double) (seed % 5) * 10.0,
							 .rows_a_hessian = 1e-4,
							 .base = 0.125 * (double) (seed % 7)};
}

static long double
worth(int64_t gradient, int64_t hessian, const CutRules *rules)
{
	long double size = fabsl((long double) gradient * rules->gradient_unit) - rules->l1;

	return size <= 0.0L ? 0.0L :
						  size * size / ((long double) hessian * rules->hessian_unit + rules->l2);
}

/* The gain of one cut in extended precision, -INFINITY where it is forbidden. */
static long double
expected_gain(const Node *node, int32_t i)
{
	const CutRules *rules = &node->rules;
	int64_t gradient = node->gradient[i] + node->sums.more_gradient;
	int64_t hessian = node->hessian[i] + node->sums.more_hessian;
	int64_t other = rules->hessian - hessian;
	double rows = (double) hessian * rules->rows_a_hessian;
	double other_rows = (double) other * rules->rows_a_hessian;

	if (node->sums.rows != NULL)
	{
		rows = (double) (node->rows[i] + node->sums.more_rows);
		other_rows = (double) rules->rows - rows;
	}
	if (hessian <= 0 || other <= 0 || rows < rules->min_rows || other_rows < rules->min_rows ||
		(double) hessian * rules->hessian_unit < rules->min_hessian ||
		(double) other * rules->hessian_unit < rules->min_hessian)
		return -INFINITY;
	return worth(gradient, hessian, rules) + worth(rules->gradient - gradient, other, rules) -
		rules->base;
}

static void
check_node(const Node *node)
{
	double gain[CUTS_AT_ONCE];
	double portable[CUTS_AT_ONCE];
	double most = split_gains(gain, &node->sums, &node->rules);
	double found = -INFINITY;
	int32_t i;

	CHECK(split_gains_portable(portable, &node->sums, &node->rules) == most);
	for (i = 0; i < node->sums.n; i++)
	{
		long double expected = expected_gain(node, i);

		found = gain[i] > found ? gain[i] : found;
		CHECK(gain[i] == portable[i]);
		/* A handful of roundings, and the base may cancel most of the sum. */
		CHECK(expected == -INFINITY ?
				  gain[i] == -INFINITY :
				  fabsl(gain[i] - expected) <= 1e-14L * (fabsl(expected) + node->rules.base));
	}
	CHECK(found == most);
}

static void
gains_are_those_of_the_formula(void)
{
	uint64_t seed;
	int32_t n;

	for (seed = 1; seed <= 40; seed++)
	{
		for (n = 1; n <= CUTS_AT_ONCE; n += n < 20 ? 1 : 47)
		{
			Node node;

			make_node(&node, n, seed, seed % 2 == 0, seed % 4 < 2);
			check_node(&node);
		}
	}
}

static void
nothing_is_gained_where_nothing_is_allowed(void)
{
	Node node;
	double gain[CUTS_AT_ONCE];

	make_node(&node, 100, 1, true, false);
	node.rules.min_rows = 1e9;
	CHECK(split_gains(gain, &node.sums, &node.rules) == -INFINITY);
	make_node(&node, 100, 1, false, false);
	node.rules.min_hessian = 1e9;
	CHECK(split_gains(gain, &node.sums, &node.rules) == -INFINITY);
}

UNIT_MAIN(UNIT_CASE(gains_are_those_of_the_formula),
		  UNIT_CASE(nothing_is_gained_where_nothing_is_allowed))

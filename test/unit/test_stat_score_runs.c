/*
 * test_stat_score_runs.c: multisets of scores against counting.
 */
#include "kernel/stat/score_runs.h"

#include "unit.h"

#define SCORES 37

/* Score s of a row: whole numbers on both sides of 0, every other 0 with a minus sign. */
static double
score_of(int s, int i)
{
	double score = (double) (s - SCORES / 2);

	return score == 0.0 && i % 2 == 0 ? -0.0 : score;
}

/* Compacts the runs and compares them with the weight of each score. */
static void
check_runs(ScoreRuns *runs, const double *expected)
{
	size_t at = 0;
	int s;

	CHECK(score_runs_compact(runs, &unit_allocator, NULL) == KERNEL_OK);
	for (s = 0; s < SCORES; s++)
	{
		if (expected[s] == 0.0)
			continue;
		CHECK(at < runs->n);
		CHECK(number_from_key(runs->keys[at]) == s - SCORES / 2);
		CHECK(score_runs_weight(runs, at) == expected[s]);
		at++;
	}
	CHECK(at == runs->n);
}

static void
fill(ScoreRuns *runs, double *expected, int rows, bool is_weighted)
{
	int i;

	for (i = 0; i < rows; i++)
	{
		int s = i * 17 % SCORES * (i % 3) % SCORES;
		double weight = is_weighted ? 1.0 + i % 4 : 1.0;

		CHECK(score_runs_add(runs, &unit_allocator, NULL, score_of(s, i), weight) == KERNEL_OK);
		expected[s] += weight;
	}
}

static void
equal_scores_are_one_run(void)
{
	static const int rows[] = {0, 1, 2, 15, 16, 17, 100, 5000};
	size_t r;

	for (r = 0; r < 2 * sizeof(rows) / sizeof(rows[0]); r++)
	{
		ScoreRuns runs = {0};
		double expected[SCORES] = {0.0};

		fill(&runs, expected, rows[r / 2], r % 2 == 1);
		check_runs(&runs, expected);
		score_runs_release(&runs, &unit_allocator);
	}
}

/* However often scores repeat, the room is that of the different ones. */
static void
room_is_that_of_different_scores(void)
{
	ScoreRuns runs = {0};
	double expected[SCORES] = {0.0};

	fill(&runs, expected, 100000, false);
	CHECK(runs.capacity <= 8 * SCORES);
	check_runs(&runs, expected);
	score_runs_release(&runs, &unit_allocator);
}

static void
merges_as_one(void)
{
	ScoreRuns into = {0};
	ScoreRuns from = {0};
	double expected[SCORES] = {0.0};

	fill(&into, expected, 700, false);
	fill(&from, expected, 300, true);
	CHECK(score_runs_merge(&into, &unit_allocator, NULL, &from) == KERNEL_OK);
	check_runs(&into, expected);
	score_runs_release(&into, &unit_allocator);
	score_runs_release(&from, &unit_allocator);
}

static void
weights_without_a_finite_sum_overflow(void)
{
	ScoreRuns runs = {0};
	int i;

	for (i = 0; i < 2; i++)
		CHECK(score_runs_add(&runs, &unit_allocator, NULL, 1.0, 1e308) == KERNEL_OK);
	CHECK(score_runs_compact(&runs, &unit_allocator, NULL) == KERNEL_OVERFLOW);
	score_runs_release(&runs, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(equal_scores_are_one_run), UNIT_CASE(room_is_that_of_different_scores),
		  UNIT_CASE(merges_as_one), UNIT_CASE(weights_without_a_finite_sum_overflow))

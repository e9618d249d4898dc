/*
 * test_tree_objective.c: gradients against differences of the loss, exp and log against libm,
 * quantiles against sorting.
 */
#include "kernel/base/hash.h"
#include "kernel/tree/objective.h"
#include "unit.h"

#define N 200

static uint64_t seed = 7;

static double
uniform(void)
{
	seed = hash_mix(seed + UINT64_C(0x9e3779b97f4a7c15));
	return (double) (seed >> 11) * 0x1p-53;
}

/* The loss of one row by its formula. */
static double
plain_loss(const Objective *objective, double s, double y)
{
	double p = objective->power;
	double off = fabs(s - y);

	switch (objective->kind)
	{
		case BOOST_SQUARED:
			return off * off / 2.0;
		case BOOST_ABSOLUTE:
			return off;
		case BOOST_HUBER:
			return off <= objective->delta ? off * off / 2.0 :
											 objective->delta * (off - objective->delta / 2.0);
		case BOOST_QUANTILE:
			return y > s ? objective->alpha * (y - s) : (1.0 - objective->alpha) * (s - y);
		case BOOST_POISSON:
			return exp(s) - y * s;
		case BOOST_GAMMA:
			return y * exp(-s) + s;
		case BOOST_TWEEDIE:
			return -y * exp((1.0 - p) * s) / (1.0 - p) + exp((2.0 - p) * s) / (2.0 - p);
		default:
			return log1p(exp(s)) - y * s;
	}
}

static void
gradients_are_differences_of_losses(void)
{
	int kind;
	int i;

	for (kind = BOOST_SQUARED; kind <= BOOST_LOGISTIC; kind++)
	{
		Objective objective = {
			.kind = (BoostObjective) kind, .alpha = 0.3, .power = 1.4, .delta = 1.5};
		double score[N];
		double target[N];
		double weight[N];
		double gradient[N];
		double hessian[N];
		double loss[N];
		ObjectiveRows rows = {.n = N, .score = score, .target = target, .weight = weight};

		for (i = 0; i < N; i++)
		{
			score[i] = 6.0 * uniform() - 3.0;
			target[i] = kind == BOOST_LOGISTIC ? i % 2 : 0.5 + 4.0 * uniform();
			weight[i] = 0.5 + uniform();
		}
		objective_gradients(&objective, &rows, gradient, hessian, loss);
		for (i = 0; i < N; i++)
		{
			double s = score[i];
			double y = target[i];
			double h = 1e-5;
			double slope =
				(plain_loss(&objective, s + h, y) - plain_loss(&objective, s - h, y)) / (2.0 * h);
			double curve =
				(plain_loss(&objective, s + 1e-3, y) + plain_loss(&objective, s - 1e-3, y) -
				 2.0 * plain_loss(&objective, s, y)) /
				1e-6;

			CHECK_NEAR(loss[i], weight[i] * plain_loss(&objective, s, y),
					   1e-12 * (1.0 + fabs(loss[i])));
			CHECK_NEAR(gradient[i], weight[i] * slope, 1e-7 * (1.0 + fabs(gradient[i])));
			CHECK_NEAR(hessian[i], kind <= BOOST_QUANTILE ? weight[i] : weight[i] * curve,
					   1e-4 * (1.0 + hessian[i]));
		}
	}
}

/* Three classes: gradients of the log loss, whose parts add up. */
static void
softmax_is_a_probability_less_the_class(void)
{
	Objective objective = {.kind = BOOST_SOFTMAX, .n_classes = 3};
	double scores[3][2] = {{0.3, -1.0}, {2.0, 0.0}, {-0.5, 5.0}};
	double target[2] = {1.0, 0.0};
	double level[2];
	double total[2] = {0.0, 0.0};
	int k;
	int i;

	for (i = 0; i < 2; i++)
		level[i] = log(exp(scores[0][i]) + exp(scores[1][i]) + exp(scores[2][i]));
	for (k = 0; k < 3; k++)
	{
		double gradient[2];
		double hessian[2];
		double loss[2];
		ObjectiveRows rows = {
			.n = 2, .score = scores[k], .target = target, .level = level, .output = k};

		objective_gradients(&objective, &rows, gradient, hessian, loss);
		for (i = 0; i < 2; i++)
		{
			double p =
				exp(scores[k][i]) / (exp(scores[0][i]) + exp(scores[1][i]) + exp(scores[2][i]));

			CHECK_NEAR(gradient[i], p - (target[i] == k), 1e-14);
			CHECK_NEAR(hessian[i], p * (1.0 - p), 1e-14);
			total[i] += loss[i];
		}
	}
	for (i = 0; i < 2; i++)
		CHECK_NEAR(total[i], level[i] - scores[(int) target[i]][i], 1e-14);
}

static void
starts_make_the_loss_least(void)
{
	int kind;
	int i;

	for (kind = BOOST_SQUARED; kind <= BOOST_LOGISTIC; kind++)
	{
		Objective objective = {
			.kind = (BoostObjective) kind, .alpha = 0.3, .power = 1.4, .delta = 1e9};
		double target[N + 1];
		double scratch[N + 1];
		double start;
		double least = 0.0;
		double below = 0.0;
		double above = 0.0;

		if (kind == BOOST_HUBER) /* starts from the median whatever its bend */
			continue;
		for (i = 0; i <= N; i++)
			target[i] = kind == BOOST_LOGISTIC ? i % 3 == 0 : 0.5 + 4.0 * uniform();
		CHECK(objective_start(&objective, target, NULL, N + 1, scratch, &unit_allocator, &start) ==
			  KERNEL_OK);
		for (i = 0; i <= N; i++)
		{
			least += plain_loss(&objective, start, target[i]);
			below += plain_loss(&objective, start - 0.05, target[i]);
			above += plain_loss(&objective, start + 0.05, target[i]);
		}
		CHECK(least < below && least < above);
	}
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
quantiles_are_those_of_sorted_values(void)
{
	int trial;
	int i;

	for (trial = 0; trial < 200; trial++)
	{
		double values[N];
		double sorted[N];
		double weights[N];
		int32_t n = 1 + (int32_t) (uniform() * (N - 1));
		double alpha = uniform();
		double place = alpha * (n - 1);
		double total = 0.0;
		double sum = 0.0;
		double quantile;

		for (i = 0; i < n; i++)
		{
			values[i] = sorted[i] = floor(uniform() * 50.0);
			weights[i] = 1.0;
		}
		qsort(sorted, (size_t) n, sizeof(double), ascending);
		CHECK(objective_quantile(values, NULL, n, alpha, &unit_allocator, &quantile) == KERNEL_OK);
		CHECK_NEAR(quantile,
				   sorted[(int) place] +
					   (place - floor(place)) *
						   (sorted[(int) place + ((int) place < n - 1)] - sorted[(int) place]),
				   1e-12);
		for (i = 0; i < n; i++)
		{
			weights[i] = floor(8.0 * uniform()) / 8.0;
			total += weights[i];
		}
		memcpy(sorted, values, sizeof(sorted));
		CHECK(objective_quantile(sorted, weights, n, alpha, &unit_allocator, &quantile) ==
			  KERNEL_OK);
		for (i = 0; i < n; i++)
			sum += values[i] < quantile ? weights[i] : 0.0;
		CHECK(sum < alpha * total || sum == 0.0);
		for (i = 0; i < n; i++)
			sum += values[i] == quantile ? weights[i] : 0.0;
		CHECK(sum >= alpha * total);
	}
}

/* Largest, sums and packed words of both compilations, and what they must be. */
static void
check_totals(const double *gradient, const double *hessian, const double *loss)
{
	ObjectivePacking packing = {32766.0, 65534.0 * 4.0, 99};
	ObjectiveTotals wide = objective_totals(gradient, hessian, loss, 1001, 0x1p20);
	ObjectiveTotals plain = objective_totals_portable(gradient, hessian, loss, 1001, 0x1p20);
	uint64_t hash[OBJECTIVE_ROWS];
	uint32_t words[2][OBJECTIVE_ROWS];
	int64_t sums[2][2] = {{0, 0}, {0, 0}};
	double total = 0.0;
	double most = 0.0;
	double off = 0.0;
	int i;

	for (i = 0; i < OBJECTIVE_ROWS; i++)
		hash[i] = hash_mix((uint64_t) i);
	for (i = 0; i < 1001; i++)
	{
		total += loss[i];
		most = fmax(most, fabs(gradient[i]));
	}
	CHECK(wide.gradient == plain.gradient && wide.hessian == plain.hessian &&
		  wide.loss == plain.loss);
	CHECK_NEAR(wide.gradient, most, 0.0);
	CHECK_NEAR((double) wide.loss / 0x1p20, total, 1e-3);
	objective_pack(words[0], gradient, hessian, hash, OBJECTIVE_ROWS, &packing, sums[0]);
	objective_pack_portable(words[1], gradient, hessian, hash, OBJECTIVE_ROWS, &packing, sums[1]);
	CHECK(memcmp(words[0], words[1], sizeof(words[0])) == 0);
	CHECK(memcmp(sums[0], sums[1], sizeof(sums[0])) == 0);
	for (i = 0; i < OBJECTIVE_ROWS; i++)
	{
		double g = (int32_t) words[0][i] >> 16;
		double h = words[0][i] & 0xffff;

		CHECK(fabs(g - gradient[i] * packing.gradient_scale) <= 1.0);
		CHECK(fabs(h - hessian[i] * packing.hessian_scale) <= 1.0);
		off += g - gradient[i] * packing.gradient_scale;
	}
	CHECK(fabs(off) < 4.0 * 0.5 * sqrt(OBJECTIVE_ROWS)); /* rounding has no side */
}

/* Words of scores by both compilations, and by the derivatives that libm gives. */
static void
scores_become_the_words_of_their_derivatives(void)
{
	ObjectivePacking packing = {32766.0, 65534.0 * 4.0, 99};
	double score[OBJECTIVE_ROWS];
	double target[OBJECTIVE_ROWS];
	double gradient[OBJECTIVE_ROWS];
	double hessian[OBJECTIVE_ROWS];
	uint64_t hash[OBJECTIVE_ROWS];
	uint32_t words[3][OBJECTIVE_ROWS];
	ObjectiveSums sums[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
	int64_t packed[2] = {0, 0};
	int64_t squares = 0;
	double loss = 0.0;
	int32_t differ = 0;
	int i;

	for (i = 0; i < OBJECTIVE_ROWS; i++)
	{
		double sign = i % 2 == 1 ? 1.0 : -1.0;

		/* both tails, 0, and magnitudes that exp does not have */
		score[i] = i % 50 == 0 ? (i / 50 - 10) * 200.0 : (i - 512) / 32.0;
		target[i] = i % 2;
		hash[i] = hash_mix((uint64_t) i);
		gradient[i] = 1.0 / (1.0 + exp(-score[i])) - target[i];
		if (sign * score[i] > 0.0)
			gradient[i] = -sign / (1.0 + exp(sign * score[i]));
		hessian[i] = fabs(gradient[i]) / (1.0 + exp(-sign * score[i]));
		loss += log1p(exp(-fabs(score[i]))) + fmax(0.0, -sign * score[i]);
	}
	objective_logistic_words(words[0], score, target, hash, OBJECTIVE_ROWS - 3, &packing, 0x1p30,
							 &sums[0]);
	objective_logistic_words(words[0] + OBJECTIVE_ROWS - 3, score + OBJECTIVE_ROWS - 3,
							 target + OBJECTIVE_ROWS - 3, hash + OBJECTIVE_ROWS - 3, 3, &packing,
							 0x1p30, &sums[0]);
	objective_logistic_words_portable(words[1], score, target, hash, OBJECTIVE_ROWS, &packing,
									  0x1p30, &sums[1]);
	objective_pack(words[2], gradient, hessian, hash, OBJECTIVE_ROWS, &packing, packed);
	CHECK(memcmp(words[0], words[1], sizeof(words[0])) == 0);
	CHECK(memcmp(&sums[0], &sums[1], sizeof(sums[0])) == 0);
	packed[0] = packed[1] = 0;
	for (i = 0; i < OBJECTIVE_ROWS; i++)
	{
		int32_t g = (int32_t) words[0][i] >> 16;

		/* A rounding may fall to the other side of what it is drawn by. */
		differ += words[0][i] != words[2][i];
		CHECK(abs(g - ((int32_t) words[2][i] >> 16)) <= 1);
		CHECK(abs((int32_t) (words[0][i] & 0xffff) - (int32_t) (words[2][i] & 0xffff)) <= 1);
		packed[0] += g;
		packed[1] += words[0][i] & 0xffff;
		squares += (int64_t) g * g;
	}
	CHECK(differ <= 2);
	CHECK(sums[0].gradient == packed[0] && sums[0].hessian == packed[1]);
	CHECK(sums[0].squares == squares);
	/* each loss is rounded by up to half a unit; 2^-36 of them all is lost in the series */
	CHECK_NEAR((double) sums[0].loss / 0x1p30, loss, OBJECTIVE_ROWS * 0x1p-31 + loss * 0x1p-36);
}

/* Both compilations, and libm. */
static void
vectors_agree_with_plain_code(void)
{
	double x[OBJECTIVE_ROWS];
	double target[OBJECTIVE_ROWS];
	double out[4][OBJECTIVE_ROWS];
	double plain[4][OBJECTIVE_ROWS];
	int i;
	int k;

	for (i = 0; i < OBJECTIVE_ROWS; i++)
	{
		x[i] = (uniform() - 0.5) * (i % 3 == 0 ? 1400.0 : 20.0);
		target[i] = i % 2;
	}
	x[5] = 0.0;
	x[6] = 2000.0;
	x[7] = -2000.0;
	objective_exp(out[0], x, OBJECTIVE_ROWS);
	objective_exp_portable(plain[0], x, OBJECTIVE_ROWS);
	objective_logistic(out[1], out[2], out[3], x, target, OBJECTIVE_ROWS);
	objective_logistic_portable(plain[1], plain[2], plain[3], x, target, OBJECTIVE_ROWS);
	for (k = 0; k < 4; k++)
		CHECK(memcmp(out[k], plain[k], sizeof(out[k])) == 0);
	check_totals(out[1], out[2], out[3]);
	for (i = 0; i < OBJECTIVE_ROWS; i++)
		CHECK_CLOSE(out[0][i], exp(fmax(-708.0, fmin(708.0, x[i]))), 1e-14);
}

UNIT_MAIN(UNIT_CASE(gradients_are_differences_of_losses),
		  UNIT_CASE(softmax_is_a_probability_less_the_class), UNIT_CASE(starts_make_the_loss_least),
		  UNIT_CASE(quantiles_are_those_of_sorted_values), UNIT_CASE(vectors_agree_with_plain_code),
		  UNIT_CASE(scores_become_the_words_of_their_derivatives))

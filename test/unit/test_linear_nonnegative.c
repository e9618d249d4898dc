/*
 * test_linear_nonnegative.c: fits without negative coefficients against their optimality conditions, and the best vertex.
 *
 * Golden values of whole fits are in test/sql/fit_nonnegative.sql.
 */
#include "kernel/linear/glm.h"
#include "kernel/linear/huber.h"
#include "kernel/linear/quantile.h"
#include "kernel/linear/softmax.h"

#include "unit.h"

#define ROWS 150
#define NUMBERS 4
#define MAX_TERMS (NUMBERS + 1)

typedef enum Family
{
	BINARY,
	MULTINOMIAL,
	POISSON,
	GAMMA,
	IDENTITY, /* counts, whose mean is eta */
	AMOUNT,	  /* gamma, whose mean is eta: not convex */
	HUBER,
	QUANTILE
} Family;

typedef struct Case
{
	Family family;
	int n;
	Dataset dataset;
	Design design;
	LinearCoefficient coefficients[3 * MAX_TERMS];
	LinearFit fit;
	SoftmaxFit classes;
	double mean;
	double loss; /* of a quantile */
	double l2;
	double l1;
	bool free; /* without bounds */
	bool raw;  /* not standardised */
	int32_t max_iterations;
} Case;

/* The third number pulls downwards, the fourth is the first turned where the case has copies. */
static double
number_of(int i, int j, bool copies)
{
	static const int steps[NUMBERS] = {37, 53, 29, 71};

	if (copies && j == 3)
		return 9.0 - number_of(i, 0, false);
	return (1 + i * steps[j] % 101) / 10.0;
}

static double
target_of(Family family, int i)
{
	double up = number_of(i, 0, false) + 0.5 * number_of(i, 1, false);
	double eta = up - number_of(i, 2, false);
	double noise = i * 7919 % 101 / 10.0;

	switch (family)
	{
		case BINARY:
			return eta + noise > 7.5;
		case MULTINOMIAL:
			return eta + noise > 9.0 ? 2.0 : eta - noise > -4.0 ? 1.0 : 0.0;
		case POISSON:
		case IDENTITY:
			return floor((6.0 + eta + noise) / 3.0 > 0.0 ? (6.0 + eta + noise) / 3.0 : 0.0) + 1.0;
		case GAMMA:
		case AMOUNT:
			return exp(0.2 * eta) + noise / 10.0 + 0.1;
		default:
			return eta + noise + (i % 11 == 0 ? 60.0 : 0.0);
	}
}

static double
weight_of(int i)
{
	return 1.0 + i % 3;
}

static void
begin(Case *c, Family family, int n, bool copies, bool with_intercept)
{
	static const Feature features[NUMBERS] = {{"a", FAMILY_NUMBER, 0, false},
											  {"b", FAMILY_NUMBER, 0, false},
											  {"c", FAMILY_NUMBER, 0, false},
											  {"d", FAMILY_NUMBER, 0, false}};
	DesignOptions design_options = {with_intercept, false, 1000, NULL};
	NumberFacts facts[NUMBERS];
	int i;
	int j;

	memset(c, 0, sizeof(*c));
	c->family = family;
	c->n = n;
	c->max_iterations = 100;
	c->fit.coefficients = c->classes.coefficients = c->coefficients;
	dataset_begin(&c->dataset, NUMBERS, 0, true);
	for (i = 1; i <= n; i++)
	{
		double numbers[NUMBERS];

		for (j = 0; j < NUMBERS; j++)
			numbers[j] = number_of(i, j, copies);
		CHECK(dataset_add(&c->dataset, &unit_allocator, numbers, NULL, target_of(family, i),
						  weight_of(i)) == KERNEL_OK);
	}
	CHECK(glm_level_facts(&c->dataset, &unit_allocator, NULL, facts, NULL, NULL, &c->mean) ==
		  KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, features, NUMBERS, NULL, NULL, NULL, facts,
					   &design_options) == KERNEL_OK);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, NULL);
	dataset_release(&c->dataset, &unit_allocator);
}

static Status
run(Case *c)
{
	static const int32_t class_of_code[3] = {0, 1, 2};
	LogisticOptions logistic = {.l2 = c->l2,
								.standardize = !c->raw,
								.nonnegative = !c->free,
								.tolerance = 1e-8,
								.max_iterations = c->max_iterations,
								.positive_target = 1.0,
								.class_weight = {1.0, 1.0}};
	GlmOptions glm = {.power = c->family == GAMMA || c->family == AMOUNT ? 2.0 : 1.0,
					  .link =
						  c->family == IDENTITY || c->family == AMOUNT ? LINK_IDENTITY : LINK_LOG,
					  .l2 = c->l2,
					  .standardize = !c->raw,
					  .nonnegative = !c->free,
					  .target_mean = c->mean,
					  .tolerance = 1e-8,
					  .max_iterations = c->max_iterations,
					  .offset_slot = NO_OFFSET};
	HuberOptions huber = {.epsilon = 1.35,
						  .l2 = c->l2,
						  .standardize = !c->raw,
						  .nonnegative = !c->free,
						  .tolerance = 1e-8,
						  .max_iterations = c->max_iterations,
						  .target_mean = c->mean};
	QuantileOptions quantile = {.quantile = 0.37,
								.l1 = c->l1,
								.standardize = !c->raw,
								.nonnegative = !c->free,
								.tolerance = 1e-9,
								.max_iterations = 1000,
								.target_mean = c->mean};

	switch (c->family)
	{
		case BINARY:
			return logistic_fit(&c->dataset, &c->design, &logistic, &unit_allocator, &unit_stop,
								&c->fit);
		case MULTINOMIAL:
			logistic.n_classes = 3;
			logistic.class_of_code = class_of_code;
			logistic.positive_target = -1.0;
			return softmax_fit(&c->dataset, &c->design, &logistic, &unit_allocator, &unit_stop,
							   &c->classes);
		case HUBER:
			return huber_fit(&c->dataset, &c->design, &huber, &unit_allocator, &unit_stop, &c->fit);
		case QUANTILE:
			return quantile_fit(&c->dataset, &c->design, &quantile, &unit_allocator, &unit_stop,
								&c->fit, &c->loss);
		default:
			return glm_fit(&c->dataset, &c->design, &glm, &unit_allocator, &unit_stop, &c->fit);
	}
}

static const LinearFacts *
facts_of(const Case *c)
{
	return c->family == MULTINOMIAL ? &c->classes.facts : &c->fit.facts;
}

static long double
value_of(const Case *c, int t, int i)
{
	const Term *term = &c->design.terms[t];

	return term->feature == TERM_INTERCEPT ?
		1.0L :
		c->dataset.blocks[0]
			.numbers[(size_t) term->slot * (size_t) c->dataset.blocks[0].capacity + (size_t) i];
}

static long double
eta_of(const Case *c, int list, int i)
{
	long double eta = 0.0L;
	int t;

	for (t = 0; t < c->design.n_terms; t++)
		eta += c->coefficients[list * c->design.n_terms + t].estimate * value_of(c, t, i);
	return eta;
}

/* The derivative of row i's loss by its eta (of class `list`). */
static long double
derivative(const Case *c, int list, int i)
{
	long double y = c->dataset.blocks[0].target[i];
	long double eta = eta_of(c, list, i);
	long double scale = sqrtl(c->fit.facts.sigma2);

	switch (c->family)
	{
		case BINARY:
			return 1.0L / (1.0L + expl(-eta)) - y;
		case MULTINOMIAL:
			return expl(eta) /
				(expl(eta_of(c, 0, i)) + expl(eta_of(c, 1, i)) + expl(eta_of(c, 2, i))) -
				(y == list);
		case POISSON:
			return expl(eta) - y;
		case IDENTITY:
			return 1.0L - y / eta;
		case GAMMA:
			return 1.0L - y / expl(eta);
		case AMOUNT:
			return (1.0L - y / eta) / eta;
		default:
			return -fmaxl(fminl((y - eta) / scale, 1.35L), -1.35L);
	}
}

/* Coefficients that are not 0, and the intercepts; what pulls each is checked. */
static int
check_conditions(const Case *c)
{
	int lists = c->family == MULTINOMIAL ? 3 : 1;
	int rank = 0;
	int list;
	int t;
	int i;

	for (list = lists > 1; list < lists; list++)
	{
		for (t = 0; t < c->design.n_terms; t++)
		{
			double estimate = c->coefficients[list * c->design.n_terms + t].estimate;
			bool is_free = c->design.terms[t].feature == TERM_INTERCEPT;
			long double gradient = 0.0L;
			long double size = 0.0L;

			for (i = 0; i < c->n; i++)
			{
				gradient += weight_of(i + 1) * derivative(c, list, i) * value_of(c, t, i);
				size += weight_of(i + 1) * fabsl(value_of(c, t, i));
			}
			CHECK(is_free || estimate >= 0.0);
			CHECK(gradient >= -1e-8L * size);
			CHECK(gradient <= 1e-8L * size || (!is_free && estimate == 0.0));
			CHECK(isnan(c->coefficients[list * c->design.n_terms + t].std_error));
			rank += is_free || estimate != 0.0;
		}
	}
	return rank;
}

static void
meets_the_conditions(void)
{
	int family;
	int kind;

	for (family = BINARY; family <= HUBER; family++)
	{
		for (kind = 0; kind < 4; kind++)
		{
			Case c;
			int rank;

			begin(&c, family, ROWS, kind % 2 == 1, kind < 2);
			CHECK(run(&c) == KERNEL_OK);
			CHECK(facts_of(&c)->converged && !facts_of(&c)->separated);
			CHECK(facts_of(&c)->gradient_norm <= 1e-8);
			CHECK(facts_of(&c)->iterations <= 8);
			rank = check_conditions(&c);
			CHECK(facts_of(&c)->rank == rank);
			/* Some are at their bound: without bounds the optimum is another. */
			CHECK(rank < (family == MULTINOMIAL ? 2 : 1) * c.design.n_terms);
			end(&c);
		}
	}
}

/* Where no bound is met, the fit is that without bounds. */
static void
equals_the_free_fit(void)
{
	int family;

	for (family = BINARY; family <= QUANTILE; family++)
	{
		Case c;
		LinearCoefficient bounded[3 * MAX_TERMS];
		int t;

		begin(&c, family, ROWS, false, true);
		/* A multinomial penalty is another with bounds. */
		c.l2 = family == MULTINOMIAL || family == QUANTILE ? 0.0 : 0.01;
		/* Numbers that pull downwards pull upwards turned over; few rows decide on the fourth. */
		for (t = 0; t < ROWS; t++)
		{
			DatasetBlock *block = &c.dataset.blocks[0];

			block->numbers[2 * (size_t) block->capacity + (size_t) t] *= -1.0;
			block->numbers[3 * (size_t) block->capacity + (size_t) t] = 0.0;
		}
		design_release(&c.design, &unit_allocator, NULL);
		{
			static const Feature features[NUMBERS] = {{"a", FAMILY_NUMBER, 0, false},
													  {"b", FAMILY_NUMBER, 0, false},
													  {"c", FAMILY_NUMBER, 0, false},
													  {"d", FAMILY_NUMBER, 0, false}};
			DesignOptions design_options = {true, false, 1000, NULL};
			NumberFacts facts[NUMBERS];

			CHECK(glm_level_facts(&c.dataset, &unit_allocator, NULL, facts, NULL, NULL, &c.mean) ==
				  KERNEL_OK);
			CHECK(design_build(&c.design, &unit_allocator, features, NUMBERS, NULL, NULL, NULL,
							   facts, &design_options) == KERNEL_OK);
		}
		CHECK(run(&c) == KERNEL_OK);
		memcpy(bounded, c.coefficients, sizeof(bounded));
		c.free = true;
		CHECK(run(&c) == KERNEL_OK);
		for (t = 0; t < (family == MULTINOMIAL ? 3 : 1) * c.design.n_terms; t++)
			CHECK_NEAR(bounded[t].estimate, c.coefficients[t].estimate,
					   1e-9 * (1.0 + fabs(c.coefficients[t].estimate)));
		end(&c);
	}
}

/* The mean loss of a quantile with the penalty, the columns as they are. */
static long double
check_loss(const Case *c, const long double *b)
{
	long double sum = 0.0L;
	long double total = 0.0L;
	long double penalty = 0.0L;
	int i;
	int t;

	for (i = 0; i < c->n; i++)
	{
		long double e = c->dataset.blocks[0].target[i];

		for (t = 0; t < c->design.n_terms; t++)
			e -= b[t] * value_of(c, t, i);
		sum += weight_of(i + 1) * e * (0.37L - (e < 0.0L));
		total += weight_of(i + 1);
	}
	for (t = 0; t < c->design.n_terms; t++)
		penalty += c->design.terms[t].feature != TERM_INTERCEPT ? c->l1 * fabsl(b[t]) : 0.0L;
	return sum / total + penalty;
}

/* b through the rows and bounds of the set; false when they do not determine one. */
static bool
vertex_of(const Case *c, unsigned set, long double *b)
{
	long double a[MAX_TERMS][MAX_TERMS + 1];
	int p = c->design.n_terms;
	int n = 0;
	int r;
	int k;
	int t;

	for (r = 0; r < c->n + p; r++)
	{
		if ((set >> r & 1) == 0)
			continue;
		if (r >= c->n && c->design.terms[r - c->n].feature == TERM_INTERCEPT)
			return false;
		for (t = 0; t < p; t++)
			a[n][t] = r < c->n ? value_of(c, t, r) : t == r - c->n;
		a[n++][p] = r < c->n ? c->dataset.blocks[0].target[r] : 0.0L;
	}
	for (k = 0; k < p; k++)
	{
		int best = k;

		for (r = k + 1; r < p; r++)
			best = fabsl(a[r][k]) > fabsl(a[best][k]) ? r : best;
		if (fabsl(a[best][k]) < 1e-9L)
			return false;
		for (t = 0; t <= p; t++)
		{
			long double kept = a[k][t];

			a[k][t] = a[best][t];
			a[best][t] = kept;
		}
		for (r = 0; r < p; r++)
		{
			long double ratio = a[r][k] / a[k][k];

			for (t = 0; t <= p && r != k; t++)
				a[r][t] -= ratio * a[k][t];
		}
	}
	for (k = 0; k < p; k++)
		b[k] = a[k][p] / a[k][k];
	return true;
}

/* The best of all vertices within the bounds: each has as many rows and bounds as there are terms. */
static void
finds_the_best_vertex(void)
{
	int kind;

	for (kind = 0; kind < 8; kind++)
	{
		Case c;
		long double best = INFINITY;
		long double b[MAX_TERMS];
		unsigned set;
		int t;

		begin(&c, QUANTILE, 10 + kind % 4, kind % 2 == 1, kind < 4);
		c.l1 = kind % 4 >= 2 ? 0.3 : 0.0;
		c.raw = true;
		CHECK(run(&c) == KERNEL_OK);
		CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm <= 1e-9);
		for (set = 0; set < 1u << (c.n + c.design.n_terms); set++)
		{
			bool is_within = true;

			if (__builtin_popcount(set) != c.design.n_terms || !vertex_of(&c, set, b))
				continue;
			for (t = 0; t < c.design.n_terms; t++)
				is_within =
					is_within && (b[t] >= -1e-12L || c.design.terms[t].feature == TERM_INTERCEPT);
			if (is_within)
				best = fminl(best, check_loss(&c, b));
		}
		for (t = 0; t < c.design.n_terms; t++)
		{
			b[t] = c.coefficients[t].estimate;
			CHECK(b[t] >= 0.0L || c.design.terms[t].feature == TERM_INTERCEPT);
		}
		CHECK_CLOSE((double) check_loss(&c, b), (double) best, 1e-9);
		end(&c);
	}
}

/* A number in [0, 1) of no pattern. */
static double
scatter(int turn, int i, int j)
{
	uint64_t mixed = ((uint64_t) turn * 1000003u + (uint64_t) i) * 1000033u + (uint64_t) j;

	mixed = (mixed ^ mixed >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	mixed = (mixed ^ mixed >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return (double) (mixed >> 11) * 0x1p-53;
}

/* Few rows with values of any size, and columns that depend on each other: every fit ends at a minimum, or without one. */
static void
ends_on_hard_rows(void)
{
	int turn;

	for (turn = 0; turn < 120; turn++)
	{
		Case c;
		int i;
		int n = 8 + turn % 9;

		begin(&c, turn % 2 == 0 ? MULTINOMIAL : AMOUNT, n, false, true);
		for (i = 0; i < n; i++)
		{
			DatasetBlock *block = &c.dataset.blocks[0];
			double *number = block->numbers + i;
			size_t next = (size_t) block->capacity;

			number[0] = 10.0 * scatter(turn, i, 0) - 3.0;
			number[next] = exp(6.0 * scatter(turn, i, 1));
			number[2 * next] = number[0] + number[next] * (turn % 3 - 1);
			number[3 * next] = turn % 4 < 2 ? 2.0 * number[0] : scatter(turn, i, 2);
			block->weight[i] = exp(6.0 * scatter(turn, i, 3) - 3.0);
			block->target[i] = c.family == MULTINOMIAL ?
				i < 3 ? i : floor(3.0 * scatter(turn, i, 4)) :
				exp(0.2 * number[0] - 0.01 * number[next]) * (scatter(turn, i, 4) + 0.01);
		}
		CHECK(glm_level_facts(&c.dataset, &unit_allocator, NULL, c.design.numbers, NULL, NULL,
							  &c.mean) == KERNEL_OK);
		CHECK(run(&c) == KERNEL_OK);
		CHECK(facts_of(&c)->converged || facts_of(&c)->separated);
		CHECK(c.family == MULTINOMIAL || facts_of(&c)->converged);
		end(&c);
	}
}

/* More rows than are looked at one by one: the bounds hold in every round. */
static void
bounds_many_rows(void)
{
	Case bounded;
	Case other;
	int t;

	begin(&bounded, QUANTILE, 8000, false, true);
	CHECK(run(&bounded) == KERNEL_OK);
	CHECK(bounded.fit.facts.converged);
	CHECK(bounded.coefficients[3].estimate == 0.0);
	/* Without the column at its bound, the same. */
	begin(&other, QUANTILE, 8000, false, true);
	for (t = 0; t < 8000; t++)
	{
		const DatasetBlock *block;
		double *numbers;

		CHECK(dataset_block(&other.dataset, t / DATASET_BLOCK_ROWS, &block) == KERNEL_OK);
		numbers = block->numbers;
		numbers[2 * (size_t) block->capacity + (size_t) (t % DATASET_BLOCK_ROWS)] = 0.0;
	}
	other.design.numbers[2].mean = 0.0;
	CHECK(run(&other) == KERNEL_OK);
	CHECK_CLOSE(bounded.loss, other.loss, 1e-9);
	end(&bounded);
	end(&other);
}

/* Where the target goes down in every column, all coefficients are at their bound. */
static void
leaves_the_intercept(void)
{
	int family;

	for (family = BINARY; family <= QUANTILE; family++)
	{
		Case c;
		int i;
		int j;
		int t;

		if (family == MULTINOMIAL)
			continue;
		begin(&c, family, ROWS, false, true);
		for (i = 0; i < ROWS; i++)
		{
			DatasetBlock *block = &c.dataset.blocks[0];

			block->target[i] = family == BINARY ? (i % 5 < 3) : 20.0 + i % 7;
			for (j = 0; j < NUMBERS; j++)
				block->numbers[(size_t) j * (size_t) block->capacity + (size_t) i] = (j + 1.0) *
					(family == BINARY ? i % 5 + i * 7 % 3 : 30.0 - i % 7 * 2.0 + i * 7 % 3);
		}
		c.mean = 0.0;
		for (i = 0, j = 0; i < ROWS; j += (int) weight_of(++i))
			c.mean += weight_of(i + 1) * c.dataset.blocks[0].target[i];
		c.mean /= j;
		CHECK(run(&c) == KERNEL_OK);
		CHECK(facts_of(&c)->converged);
		CHECK(facts_of(&c)->rank == 1);
		for (t = 1; t < c.design.n_terms; t++)
			CHECK(c.coefficients[t].estimate == 0.0);
		end(&c);
	}
}

/* Coefficients that bounds keep finite are no separation; those that they let go are. */
static void
tells_separation_within_bounds(void)
{
	int turn;

	for (turn = 0; turn < 2; turn++)
	{
		Case c;
		int i;
		int j;

		begin(&c, BINARY, ROWS, false, true);
		for (i = 0; i < ROWS; i++)
		{
			DatasetBlock *block = &c.dataset.blocks[0];

			for (j = 1; j < NUMBERS; j++)
				block->numbers[(size_t) j * (size_t) block->capacity + (size_t) i] = 0.0;
			block->target[i] = (block->numbers[i] > 5.0) != (turn == 1);
		}
		CHECK(run(&c) == KERNEL_OK);
		CHECK(c.fit.facts.separated == (turn == 0));
		CHECK(c.fit.facts.converged == (turn == 1));
		CHECK((c.coefficients[1].estimate == 0.0) == (turn == 1));
		end(&c);
	}
}

/* Without an intercept and with a mean of eta itself, a start within the bounds is found. */
static void
starts_where_means_are_positive(void)
{
	Case c;
	int i;

	begin(&c, IDENTITY, ROWS, false, false);
	c.max_iterations = 1;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(!c.fit.facts.converged);
	c.max_iterations = 100;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged);
	end(&c);
	/* The second column turns downwards by least squares, but the third row has no other: a little of each. */
	begin(&c, IDENTITY, ROWS, false, false);
	for (i = 0; i < ROWS; i++)
	{
		DatasetBlock *block = &c.dataset.blocks[0];
		size_t next = (size_t) block->capacity;

		block->numbers[i] = i % 3 < 2;
		block->numbers[next + (size_t) i] = i % 3 == 0 ? 1.0 : i % 3 == 1 ? 0.0 : 0.01;
		block->numbers[2 * next + (size_t) i] = block->numbers[3 * next + (size_t) i] = 0.0;
		block->target[i] = i % 3 == 0 ? 5.0 : i % 3 == 1 ? 10.0 : 1.0;
	}
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged && check_conditions(&c) == 2);
	end(&c);
}

static void
survives_refusal(void)
{
	int family;

	for (family = BINARY; family <= QUANTILE; family++)
	{
		Status status = KERNEL_OUT_OF_MEMORY;
		Case c;
		int n;

		begin(&c, family, 40, false, true);
		for (n = 0; n < 200 && status == KERNEL_OUT_OF_MEMORY; n++)
		{
			unit_allocator_fail_after(n);
			status = run(&c);
		}
		unit_allocator_fail_after(-1);
		CHECK(n > 5 && status == KERNEL_OK);
		status = KERNEL_STOPPED;
		for (n = 0; n < 5000 && status == KERNEL_STOPPED; n += 3)
		{
			unit_stop_countdown = n;
			status = run(&c);
		}
		unit_stop_countdown = -1;
		CHECK(n > 5 && status == KERNEL_OK);
		end(&c);
	}
}

/* Bounds need the Hessian of all classes. */
static void
refuses_without_hessian(void)
{
	static const int32_t class_of_code[3] = {0, 1, 2};
	LogisticOptions options = {.standardize = true,
							   .nonnegative = true,
							   .tolerance = 1e-8,
							   .max_iterations = 100,
							   .positive_target = -1.0,
							   .class_weight = {1.0, 1.0},
							   .n_classes = 3,
							   .class_of_code = class_of_code,
							   .hessian_limit = -1};
	Case c;

	begin(&c, MULTINOMIAL, ROWS, false, true);
	CHECK(softmax_fit(&c.dataset, &c.design, &options, &unit_allocator, NULL, &c.classes) ==
		  KERNEL_TOO_LARGE);
	end(&c);
}

/* Few rows of two numbers. */
typedef struct FewRow
{
	double numbers[2];
	double target;
	double weight;
} FewRow;

/* The slopes of intercept and scale are checked. */
static void
fit_few(const FewRow *rows, int n, double l2, bool is_free, LinearCoefficient *coefficients)
{
	static const Feature features[2] = {{"a", FAMILY_NUMBER, 0, false},
										{"b", FAMILY_NUMBER, 0, false}};
	HuberOptions options = {.epsilon = 1.35,
							.l2 = l2,
							.standardize = true,
							.nonnegative = !is_free,
							.tolerance = 1e-8,
							.max_iterations = 100};
	DesignOptions design_options = {true, false, 1000, NULL};
	NumberFacts numbers[2];
	LinearFit fit = {.coefficients = coefficients};
	Dataset dataset;
	Design design;
	long double slope = 0.0L;
	long double scale_slope = 0.0L;
	int i;

	dataset_begin(&dataset, 2, 0, true);
	for (i = 0; i < n; i++)
		CHECK(dataset_add(&dataset, &unit_allocator, rows[i].numbers, NULL, rows[i].target,
						  rows[i].weight) == KERNEL_OK);
	CHECK(glm_level_facts(&dataset, &unit_allocator, NULL, numbers, NULL, NULL,
						  &options.target_mean) == KERNEL_OK);
	CHECK(design_build(&design, &unit_allocator, features, 2, NULL, NULL, NULL, numbers,
					   &design_options) == KERNEL_OK);
	CHECK(huber_fit(&dataset, &design, &options, &unit_allocator, &unit_stop, &fit) == KERNEL_OK);
	CHECK(fit.facts.converged && fit.facts.gradient_norm <= 1e-8 && fit.facts.sigma2 > 0.0);
	for (i = 0; i < n; i++)
	{
		long double r = rows[i].target - coefficients[0].estimate;
		long double psi;

		r -= coefficients[1].estimate * rows[i].numbers[0];
		r -= coefficients[2].estimate * rows[i].numbers[1];
		psi = fmaxl(fminl(r / sqrtl(fit.facts.sigma2), 1.35L), -1.35L);
		slope += rows[i].weight * psi;
		scale_slope += rows[i].weight * (1.0L - psi * psi);
	}
	CHECK(fabsl(slope) <= 1e-7L && fabsl(scale_slope) <= 1e-7L);
	design_release(&design, &unit_allocator, NULL);
	dataset_release(&dataset, &unit_allocator);
}

/*
 * The scale finds its way where the first step leaves one row in the parabola, where it falls to its floor
 * before the coefficients are where they belong, and where no row in the parabola has a residual.
 */
static void
finds_the_scale(void)
{
	static const FewRow lone[] = {
		{{1, 0}, 0.261403, 0.5},  {{2, 0}, 0.613872, 0.5},	{{0, 0}, -8.496308, 0.5},
		{{0, 0}, -5.280195, 0.5}, {{0, 0}, -0.246322, 1.0}, {{1, 0}, 1.072521, 0.5},
		{{0, 0}, -1.788879, 1.5}, {{2, 0}, 1.837801, 1.5},	{{0, 0}, 0.236735, 0.5},
		{{0, 0}, -1.888751, 0.5}, {{2, 0}, 5.102846, 1.0},	{{2, 0}, 0.109591, 1.5},
		{{2, 0}, 1.083664, 0.5},  {{0, 0}, -2.386387, 1.5}, {{2, 0}, 0.323747, 0.5},
		{{0, 0}, -0.166915, 0.5}, {{2, 0}, 1.883866, 1.0},	{{2, 0}, 1.83298, 0.5},
		{{1, 0}, 0.62684, 1.5}};
	static const FewRow low[] = {{{0, 1}, -0.614751, 1.0},
								 {{1, 0}, -0.22752, 1.0},
								 {{0, 0}, -0.768391, 1.0},
								 {{0, 1}, -0.817909, 0.5},
								 {{0, 0}, -2.067086, 1.0}};
	static const FewRow exact[] = {{{-1.46351538, 0}, -1.095183, 0.5},
								   {{0.732649869, 0}, 0.549859, 0.5},
								   {{-10.8669132, 0}, 3.823904, 1.0},
								   {{-2.43728048, 0}, 0.184039, 1.5}};
	LinearCoefficient bounded[3];
	LinearCoefficient unbounded[3];
	int t;

	fit_few(lone, 19, 0.1, false, bounded);
	fit_few(lone, 19, 0.1, true, unbounded);
	CHECK(unbounded[1].estimate > 0.0);
	for (t = 0; t < 3; t++)
		CHECK_NEAR(bounded[t].estimate, unbounded[t].estimate, 1e-7);
	fit_few(low, 5, 0.1, false, bounded);
	fit_few(low, 5, 0.1, true, unbounded);
	CHECK(unbounded[1].estimate > 0.0 && unbounded[2].estimate > 0.0);
	for (t = 0; t < 3; t++)
		CHECK_NEAR(bounded[t].estimate, unbounded[t].estimate, 1e-7);
	fit_few(exact, 4, 0.001, false, bounded);
	CHECK(bounded[1].estimate == 0.0);
}

/* A target of one value has no spread that a gap could be compared with. */
static void
proves_a_constant_target(void)
{
	int kind;

	for (kind = 0; kind < 2; kind++)
	{
		double value = kind == 0 ? 5.0 : 0.0;
		Case c;
		int t;

		begin(&c, QUANTILE, ROWS, false, kind == 0);
		for (t = 0; t < ROWS; t++)
			c.dataset.blocks[0].target[t] = value;
		c.mean = value;
		CHECK(run(&c) == KERNEL_OK);
		CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm == 0.0);
		for (t = 0; t < c.design.n_terms; t++)
			CHECK(c.coefficients[t].estimate ==
				  (c.design.terms[t].feature == TERM_INTERCEPT ? value : 0.0));
		end(&c);
	}
}

UNIT_MAIN(UNIT_CASE(meets_the_conditions), UNIT_CASE(equals_the_free_fit),
		  UNIT_CASE(finds_the_best_vertex), UNIT_CASE(ends_on_hard_rows),
		  UNIT_CASE(bounds_many_rows), UNIT_CASE(leaves_the_intercept),
		  UNIT_CASE(tells_separation_within_bounds), UNIT_CASE(starts_where_means_are_positive),
		  UNIT_CASE(survives_refusal), UNIT_CASE(refuses_without_hessian),
		  UNIT_CASE(finds_the_scale), UNIT_CASE(proves_a_constant_target))

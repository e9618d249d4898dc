/*
 * test_linear_panel_simd.c: panel kernels against plain loops, and the twins against each other.
 *
 * The file itself is included, so that the baseline twin runs on every processor.
 */
#include "kernel/linear/panel_simd.c"

#include "unit.h"

#define COLUMNS 103
#define PADDED 105 /* the largest panel_padded() of up to COLUMNS */
#define ULP 0x1p-53L

/* A number in (-1, 1), the same on every run. */
static double
number(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double) (int64_t) *state * 0x1p-63;
}

static void
fill(double *x, int n, uint64_t seed)
{
	int i;

	for (i = 0; i < n; i++)
		x[i] = number(&seed);
}

static double columns[PADDED * PANEL_ROWS];
static double result[PADDED * PADDED];
static double twin[PADDED * PADDED];

static void
loads_missing_at_the_fill(void)
{
	double column[PANEL_ROWS];
	double out[PANEL_ROWS];
	int n;
	int i;

	fill(column, PANEL_ROWS, 1);
	column[0] = column[5] = NAN;
	for (n = 1; n <= PANEL_ROWS; n += 51)
	{
		panel_load(out, column, n, (PanelScale){0.25, 3.0, 7.0});
		for (i = 0; i < PANEL_ROWS; i++)
			CHECK_NEAR(out[i],
					   i >= n				? 0.0 :
						   isnan(column[i]) ? 7.0 :
											  (column[i] - 0.25) * 3.0,
					   1e-15);
		load(twin, column, n, (PanelScale){0.25, 3.0, 7.0});
		for (i = 0; i < PANEL_ROWS; i++)
			CHECK_NEAR(out[i], twin[i], 1e-15);
	}
}

static void
classifies_rows(void)
{
	static const PanelClasses classes = {3.0, {2.0, 5.0}};
	double target[PANEL_ROWS];
	double given[PANEL_ROWS];
	double sign[PANEL_ROWS];
	double weight[PANEL_ROWS];
	int n;
	int i;
	int t;

	for (i = 0; i < PANEL_ROWS; i++)
	{
		target[i] = i % 4;
		given[i] = 1.0 + i % 3;
	}
	for (n = 1; n <= PANEL_ROWS; n += 51)
	{
		for (t = 0; t < 4; t++)
		{
			const double *weights = t < 2 ? given : NULL;

			if (t % 2 == 0)
				panel_classify(sign, weight, target, weights, n, &classes);
			else
				classify(sign, weight, target, weights, n, &classes);
			for (i = 0; i < PANEL_ROWS; i++)
			{
				double one = i % 4 == 3 ? 5.0 : 2.0;

				CHECK(sign[i] == (i >= n ? 0.0 : i % 4 == 3 ? 1.0 : -1.0));
				CHECK(weight[i] == (i >= n ? 0.0 : t < 2 ? one * given[i] : one));
			}
		}
	}
}

static void
predicts_and_projects(void)
{
	double weights[COLUMNS];
	double eta[PANEL_ROWS];
	double sums[COLUMNS];
	int n;
	int i;
	int j;

	fill(columns, COLUMNS * PANEL_ROWS, 2);
	fill(weights, COLUMNS, 3);
	for (n = 0; n <= COLUMNS; n += n < 10 ? 1 : 31)
	{
		panel_eta(eta, columns, weights, n);
		linear_predictor(twin, columns, weights, n);
		for (i = 0; i < PANEL_ROWS; i++)
		{
			long double sum = 0.0;

			for (j = 0; j < n; j++)
				sum += (long double) columns[j * PANEL_ROWS + i] * weights[j];
			CHECK_NEAR(eta[i], (double) sum, 1e-14);
			CHECK_NEAR(twin[i], (double) sum, 1e-14);
		}
		for (j = 0; j < n; j++)
			sums[j] = twin[j] = 1.0;
		panel_gradient(sums, columns, eta, n);
		gradient(twin, columns, eta, n);
		for (j = 0; j < n; j++)
		{
			long double sum = 1.0;

			for (i = 0; i < PANEL_ROWS; i++)
				sum += (long double) columns[j * PANEL_ROWS + i] * eta[i];
			CHECK_NEAR(sums[j], (double) sum, 1e-12);
			CHECK_NEAR(twin[j], (double) sum, 1e-12);
		}
	}
}

/* Every shape of the tiles: all widths up to two groups and a rest. */
static void
gram_is_the_weighted_product(void)
{
	double curvature[PANEL_ROWS];
	int n;
	int first;
	int i;
	int j;
	int k;

	fill(curvature, PANEL_ROWS, 5);
	for (n = 1; n <= COLUMNS; n += n < 30 ? 1 : 17)
	{
		int padded = (int) panel_padded(n);
		PanelAhead ahead = {columns, (size_t) n};

		CHECK(padded <= PADDED);
		fill(columns, n * PANEL_ROWS, 4);
		memset(columns + n * PANEL_ROWS, 0, (size_t) (padded - n) * PANEL_ROWS * sizeof(double));
		for (i = 0; i < padded * padded; i++)
			result[i] = twin[i] = 2.0;
		for (first = 0; first < n; first += PANEL_GROUP)
		{
			panel_gram(result, columns, curvature, n, first, &ahead);
			gram(twin, columns, curvature, n, first, NULL);
		}
		for (j = 0; j < n; j++)
		{
			for (k = 0; k <= j; k++)
			{
				long double sum = 2.0;

				for (i = 0; i < PANEL_ROWS; i++)
					sum += (long double) curvature[i] * columns[j * PANEL_ROWS + i] *
						columns[k * PANEL_ROWS + i];
				CHECK_NEAR(result[j * padded + k], (double) sum, 1e-13);
				CHECK_NEAR(twin[j * padded + k], (double) sum, 1e-13);
			}
		}
	}
}

/* Single precision: within 1e-5 of the sum of absolute values. */
static void
rough_gram_is_near(void)
{
	static float rough[PADDED * PANEL_ROWS];
	double curvature[PANEL_ROWS];
	int n;
	int first;
	int i;
	int j;
	int k;

	fill(curvature, PANEL_ROWS, 5);
	for (n = 1; n <= COLUMNS; n += n < 30 ? 1 : 17)
	{
		int padded = (int) panel_padded(n);
		PanelAhead ahead = {columns, (size_t) n};

		fill(columns, n * PANEL_ROWS, 4);
		memset(columns + n * PANEL_ROWS, 0, (size_t) (padded - n) * PANEL_ROWS * sizeof(double));
		panel_round(rough, columns, padded);
		round_columns((float *) twin, columns, padded);
		CHECK(memcmp(rough, twin, (size_t) padded * PANEL_ROWS * sizeof(float)) == 0);
		for (i = 0; i < padded * padded; i++)
			result[i] = twin[i] = 2.0;
		for (first = 0; first < n; first += PANEL_GROUP)
		{
			panel_gram_single(result, rough, curvature, n, first, NULL);
			gram_single(twin, rough, curvature, n, first, &ahead);
		}
		for (j = 0; j < n; j++)
		{
			for (k = 0; k <= j; k++)
			{
				double sum = 2.0;
				double absolute = 0.0;

				for (i = 0; i < PANEL_ROWS; i++)
				{
					double product =
						curvature[i] * columns[j * PANEL_ROWS + i] * columns[k * PANEL_ROWS + i];

					sum += product;
					absolute += fabs(product);
				}
				CHECK_NEAR(result[j * padded + k], sum, 1e-5 * absolute);
				CHECK_NEAR(twin[j * padded + k], sum, 1e-5 * absolute);
			}
		}
	}
}

/* Residual and curvature of one row against long double, relative to the small one of p and 1 - p. */
static void
check_row(double eta, double sign, double weight, double residual, double curvature)
{
	long double e = expl(-fabsl((long double) eta));
	bool is_right = eta * sign > 0.0;
	long double wrong = weight * (is_right ? e / (1.0L + e) : 1.0L / (1.0L + e));
	long double square = weight * e / ((1.0L + e) * (1.0L + e));

	CHECK(fabsl(residual + sign * wrong) <= 5.0L * ULP * wrong);
	CHECK(fabsl(curvature - square) <= 7.0L * ULP * square);
}

static void
loss_keeps_relative_accuracy(void)
{
	double eta[PANEL_ROWS];
	double sign[PANEL_ROWS];
	double weight[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	uint64_t state = 6;
	int round;
	int i;

	for (round = 0; round < 300; round++)
	{
		int only = round % PANEL_ROWS;
		long double expected;

		for (i = 0; i < PANEL_ROWS; i++)
		{
			/* Magnitudes from 1e-3 to 700. */
			eta[i] = number(&state) * pow(10.0, 3.0 * number(&state)) * 0.7;
			sign[i] = number(&state) > 0.0 ? 1.0 : -1.0;
			weight[i] = 2.0 + number(&state);
		}
		panel_loss(residual, curvature, eta, sign, weight);
		for (i = 0; i < PANEL_ROWS; i++)
			check_row(eta[i], sign[i], weight[i], residual[i], curvature[i]);
		loss(residual, curvature, eta, sign, weight);
		for (i = 0; i < PANEL_ROWS; i++)
			check_row(eta[i], sign[i], weight[i], residual[i], curvature[i]);
		/* One row's loss alone. */
		for (i = 0; i < PANEL_ROWS; i++)
			weight[i] = i == only ? 3.0 : 0.0;
		expected = 3.0L * log1pl(expl((long double) -eta[only] * sign[only]));
		CHECK(fabsl(panel_loss(residual, curvature, eta, sign, weight).loss - expected) <=
			  6.0L * ULP * expected);
		CHECK(fabsl(loss(residual, curvature, eta, sign, weight).loss - expected) <=
			  6.0L * ULP * expected);
	}
}

static void
loss_at_extremes(void)
{
	double eta[PANEL_ROWS] = {0.0, 1000.0, -1000.0, 1e300, 750.0};
	double sign[PANEL_ROWS] = {1.0, -1.0, -1.0, 1.0, 1.0};
	double weight[PANEL_ROWS] = {2.0, 1.0};
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];

	CHECK_CLOSE(panel_loss(residual, curvature, eta, sign, weight).loss, 2.0 * log(2.0) + 1000.0,
				1e-15);
	CHECK_CLOSE(residual[0], -1.0, 1e-15);
	CHECK_CLOSE(residual[1], 1.0, 1e-15);
	CHECK_CLOSE(curvature[0], 0.5, 1e-15);
	CHECK(curvature[1] >= 0.0 && curvature[1] < 1e-300);
	weight[3] = 1.0;
	CHECK_CLOSE(panel_loss(residual, curvature, eta, sign, weight).loss, 2.0 * log(2.0) + 1000.0,
				1e-15);
	weight[4] = 1.0;
	eta[4] = NAN;
	CHECK(isnan(panel_loss(residual, curvature, eta, sign, weight).loss));
}

/* Rows told right, by class; an eta of 0 says negative. */
static void
counts_what_is_right(void)
{
	double eta[PANEL_ROWS] = {2.0, -2.0, 0.0, 0.0, -1e-9, 3.0, 5.0};
	double sign[PANEL_ROWS] = {1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 0.0};
	double weight[PANEL_ROWS] = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 0.0};
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	PanelLoss both[2];
	double positive = log1p(exp(-2.0)) + 2.0 * log1p(exp(2.0)) + 4.0 * log(2.0);
	double negative = 8.0 * log(2.0) + 16.0 * log1p(exp(-1e-9)) + 32.0 * log1p(exp(3.0));
	int t;

	both[0] = panel_loss(residual, curvature, eta, sign, weight);
	both[1] = loss(residual, curvature, eta, sign, weight);
	for (t = 0; t < 2; t++)
	{
		CHECK_CLOSE(both[t].loss, positive + negative, 1e-15);
		CHECK_CLOSE(both[t].signed_loss, positive - negative, 1e-15);
		CHECK(both[t].weight == 63.0 && both[t].signed_weight == 7.0 - 56.0);
		CHECK(both[t].right == 1.0 + 8.0 + 16.0);
		CHECK(both[t].signed_right == 1.0 - 8.0 - 16.0);
	}
}

/* Three slots over three dense columns; slot 2 meets only every other row. */
static void
scatter_fills_indicators(void)
{
	enum
	{
		DENSE = 3,
		SIZE = DENSE + 9
	};
	int32_t found[3 * PANEL_ROWS];
	double rows[PANEL_ROWS * DENSE];
	double curvature[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double x[SIZE];
	double expected[SIZE * SIZE] = {0.0};
	double sums[SIZE] = {0.0};
	double matrix[2][SIZE * SIZE] = {{0.0}};
	double gradients[2][SIZE] = {{0.0}};
	int used = 100;
	int i;
	int j;
	int k;

	fill(rows, PANEL_ROWS * DENSE, 7);
	fill(curvature, PANEL_ROWS, 8);
	fill(residual, PANEL_ROWS, 9);
	for (i = 0; i < PANEL_ROWS; i++)
	{
		found[i] = DENSE + i % 4;
		found[PANEL_ROWS + i] = DENSE + 4 + i % 3;
		found[2 * PANEL_ROWS + i] = i % 2 == 0 ? DENSE + 7 + i % 4 / 2 : -1;
	}
	for (i = 0; i < used; i++)
	{
		memset(x, 0, sizeof(x));
		memcpy(x, rows + i * DENSE, DENSE * sizeof(double));
		for (j = 0; j < 3; j++)
		{
			if (found[j * PANEL_ROWS + i] >= 0)
				x[found[j * PANEL_ROWS + i]] = 1.0;
		}
		for (j = DENSE; j < SIZE; j++)
		{
			sums[j] += residual[i] * x[j];
			for (k = 0; k <= j; k++)
				expected[j * SIZE + k] += curvature[i] * x[j] * x[k];
		}
	}
	panel_scatter(matrix[0], SIZE, gradients[0], found, 3, rows, DENSE, curvature, residual, used);
	scatter(matrix[1], SIZE, gradients[1], found, 3, rows, DENSE, curvature, residual, used);
	for (i = 0; i < 2; i++)
	{
		for (j = 0; j < SIZE * SIZE; j++)
			CHECK_NEAR(matrix[i][j], expected[j], 1e-13);
		for (j = 0; j < SIZE; j++)
			CHECK_NEAR(gradients[i][j], sums[j], 1e-13);
	}
}

UNIT_MAIN(UNIT_CASE(loads_missing_at_the_fill), UNIT_CASE(classifies_rows),
		  UNIT_CASE(predicts_and_projects), UNIT_CASE(gram_is_the_weighted_product),
		  UNIT_CASE(rough_gram_is_near), UNIT_CASE(loss_keeps_relative_accuracy),
		  UNIT_CASE(loss_at_extremes), UNIT_CASE(counts_what_is_right),
		  UNIT_CASE(scatter_fills_indicators))

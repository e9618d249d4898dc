/*
 * test_prep_apply.c: values of transforms by their definitions, and back.
 */
#include "unit.h"

#include "kernel/prep/apply.h"
#include "kernel/prep/transform.h"
#include "kernel/prep/yeo_johnson.h"
#include "kernel/stat/distribution.h"

static double
apply_one(const Step *step, double x)
{
	Applier applier;
	double output = 0.0;

	CHECK(applier_begin(&applier, step, &unit_allocator) == KERNEL_OK);
	CHECK(applier.outputs == 1);
	apply_number(&applier, x, &output);
	applier_release(&applier, &unit_allocator);
	return output;
}

static void
case_scalers(void)
{
	Step step;
	double x;

	step_begin(&step, STEP_STANDARD);
	step.center = 3.0;
	step.scale = 2.0;
	CHECK(apply_one(&step, 7.0) == 2.0);
	CHECK(apply_inverse(&step, 2.0, &x) == KERNEL_OK && x == 7.0);
	CHECK(isnan(apply_one(&step, NAN)));
	step_begin(&step, STEP_MINMAX);
	step.minimum = 10.0;
	step.maximum = 20.0;
	step.low = -1.0;
	CHECK(apply_one(&step, 15.0) == 0.0 && apply_one(&step, 25.0) == 2.0);
	step.flag = true;
	CHECK(apply_one(&step, 25.0) == 1.0 && apply_one(&step, 0.0) == -1.0);
	CHECK(apply_inverse(&step, 0.5, &x) == KERNEL_OK && x == 17.5);
	step_begin(&step, STEP_WINSOR);
	step.minimum = -1.0;
	step.maximum = 1.0;
	CHECK(apply_one(&step, 5.0) == 1.0 && apply_one(&step, -5.0) == -1.0 &&
		  apply_one(&step, 0.5) == 0.5 && isnan(apply_one(&step, NAN)));
	CHECK(apply_inverse(&step, 0.5, &x) == KERNEL_INVALID);
	step_begin(&step, STEP_SIGNED_LOG);
	CHECK(apply_one(&step, -1.0) == -log1p(1.0));
	step_begin(&step, STEP_LOG1P);
	CHECK(isnan(apply_one(&step, -2.0)) && apply_one(&step, -1.0) == -INFINITY);
}

/* A knot that is repeated stands for the middle of its places. */
static void
case_quantile(void)
{
	double knots[] = {0.0, 1.0, 1.0, 1.0, 3.0};
	Step step;
	double x;

	step_begin(&step, STEP_QUANTILE);
	step.knots = (NumberList){5, knots};
	CHECK(apply_one(&step, 0.5) == 0.125);
	CHECK(apply_one(&step, 1.0) == 0.5);
	CHECK(apply_one(&step, 2.0) == 0.875);
	CHECK(apply_one(&step, -9.0) == 0.0 && apply_one(&step, 9.0) == 1.0);
	CHECK(apply_inverse(&step, 0.875, &x) == KERNEL_OK && x == 2.0);
	step.strategy = DISTRIBUTION_NORMAL;
	CHECK(apply_one(&step, 1.0) == 0.0);
	/* scipy.stats.norm.ppf(0.875), and of the cut at 1e-7 */
	CHECK(fabs(apply_one(&step, 2.0) - 1.1503493803760079) < 1e-14);
	CHECK(fabs(apply_one(&step, -9.0) + 5.199337582192817) < 1e-12);
}

static void
case_normal_quantile(void)
{
	double p;

	/* scipy.special.ndtri */
	CHECK(fabs(distribution_normal_quantile(0.975) - 1.959963984540054) < 1e-14);
	CHECK(fabs(distribution_normal_quantile(1e-300) + 37.0470962993612) < 1e-12);
	CHECK(distribution_normal_quantile(0.5) == 0.0);
	for (p = 1e-12; p < 0.5; p *= 1.7)
	{
		double z = distribution_normal_quantile(p);

		CHECK(fabs(0.5 * distribution_normal_two_sided(z) - p) <= 1e-13 * p * (1.0 + z * z));
	}
}

static void
case_bins(void)
{
	double edges[] = {0.0, 1.0, 2.0, 4.0};
	double outputs[4];
	Applier applier;
	Step step;

	step_begin(&step, STEP_BINS);
	step.knots = (NumberList){4, edges};
	CHECK(apply_one(&step, -1.0) == 0.0 && apply_one(&step, 0.5) == 0.0);
	CHECK(apply_one(&step, 1.0) == 1.0 && apply_one(&step, 4.0) == 2.0 &&
		  apply_one(&step, 99.0) == 2.0);
	step.flag = true;
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK && applier.outputs == 3);
	apply_number(&applier, 1.5, outputs);
	CHECK(outputs[0] == 0.0 && outputs[1] == 1.0 && outputs[2] == 0.0);
	apply_number(&applier, NAN, outputs);
	CHECK(isnan(outputs[0]) && isnan(outputs[2]));
	applier_release(&applier, &unit_allocator);
	/* Missing values have the last bin. */
	step.nulls = NULLS_ARE_A_LEVEL;
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK && applier.outputs == 4);
	apply_number(&applier, NAN, outputs);
	CHECK(outputs[0] == 0.0 && outputs[2] == 0.0 && outputs[3] == 1.0);
	apply_number(&applier, 99.0, outputs);
	CHECK(outputs[2] == 1.0 && outputs[3] == 0.0);
	applier_release(&applier, &unit_allocator);
	step.flag = false;
	CHECK(apply_one(&step, NAN) == 3.0 && apply_one(&step, 99.0) == 2.0);
}

/* The order of degree and columns, and the name of each product. */
static void
case_polynomial(void)
{
	double x[] = {2.0, 3.0, 5.0};
	double outputs[9];
	static const double expected[] = {2, 3, 5, 4, 6, 10, 9, 15, 25};
	int32_t powers[3];
	Step step;
	int i;

	step_begin(&step, STEP_POLYNOMIAL);
	step.width = 3;
	CHECK(step_outputs(&step) == 9);
	apply_polynomial_own(&step, x, outputs);
	for (i = 0; i < 9; i++)
		CHECK(outputs[i] == expected[i]);
	polynomial_powers(&step, 7, powers);
	CHECK(powers[0] == 0 && powers[1] == 1 && powers[2] == 1);
	step.flag = true;
	step.n = 3;
	CHECK(step_outputs(&step) == 7);
	apply_polynomial_own(&step, x, outputs);
	CHECK(outputs[3] == 6 && outputs[5] == 15 && outputs[6] == 30);
}

static void
case_onehot(void)
{
	char *levels[] = {"a", "b"};
	char *pooled[] = {"q"};
	double outputs[4] = {9, 9, 9, 9};
	Applier applier;
	Step step;

	step_begin(&step, STEP_ONEHOT);
	step.input = INPUT_CATEGORY;
	step.levels = (TextList){2, levels};
	step.pooled = (TextList){1, pooled};
	step.nulls = NULLS_ARE_A_LEVEL;
	CHECK(step_is_valid(&step));
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK && applier.outputs == 4);
	CHECK(apply_text(&applier, "q", 1, NO_FOLD, outputs) == KERNEL_OK && outputs[2] == 1.0);
	CHECK(apply_text(&applier, NULL, 0, NO_FOLD, outputs) == KERNEL_OK && outputs[3] == 1.0 &&
		  outputs[2] == 0.0);
	CHECK(apply_text(&applier, "z", 1, NO_FOLD, outputs) == KERNEL_OK && outputs[3] == 0.0);
	step.unknown = UNKNOWN_LEVEL_IS_ERROR;
	CHECK(apply_text(&applier, "z", 1, NO_FOLD, outputs) == KERNEL_INVALID);
	CHECK(apply_text(&applier, "q", 1, NO_FOLD, outputs) == KERNEL_OK);
	applier_release(&applier, &unit_allocator);
	pooled[0] = "b";
	CHECK(!step_is_valid(&step));
}

static void
case_yeo_johnson(void)
{
	static const double lambdas[] = {-1.5, 0.0, 0.7, 2.0, 3.0};
	double x;
	size_t i;

	for (i = 0; i < 5; i++)
	{
		for (x = -5.0; x < 5.0; x += 0.37)
		{
			double y = yeo_johnson(x, lambdas[i]);

			CHECK(fabs(yeo_johnson_inverse(y, lambdas[i]) - x) < 1e-9);
		}
	}
	/* ((x + 1)^l - 1) / l and -((1 - x)^(2 - l) - 1) / (2 - l) */
	CHECK(fabs(yeo_johnson(3.0, 0.5) - 2.0) < 1e-15);
	CHECK(fabs(yeo_johnson(-3.0, 1.5) + 2.0) < 1e-15);
}

/* Bytes and back; changed bytes are refused by the digest. */
static void
case_transform_bytes(void)
{
	char *levels[] = {"", "a\xc3\xa4"};
	double values[] = {0.25, 0.5, 0.75};
	Step step;
	Transform transform = {false, 1, &step};
	Transform other;
	uint8_t *bytes;
	size_t length;
	size_t i;

	step_begin(&step, STEP_FREQUENCY);
	step.input = INPUT_CATEGORY;
	step.rows = 4.0;
	step.levels = (TextList){2, levels};
	step.has_null_level = true;
	step.values = (NumberList){3, values};
	CHECK(transform_encode(&transform, &unit_allocator, &bytes, &length) == KERNEL_OK);
	CHECK(transform_decode(&other, &unit_allocator, bytes, length) == KERNEL_OK);
	CHECK(other.n == 1 && strcmp(other.steps[0].levels.texts[1], levels[1]) == 0 &&
		  other.steps[0].values.values[2] == 0.75);
	transform_release(&other, &unit_allocator);
	for (i = 0; i < length; i++)
	{
		CHECK(transform_decode(&other, &unit_allocator, bytes, i) != KERNEL_OK);
		bytes[i] ^= 1;
		CHECK(transform_decode(&other, &unit_allocator, bytes, length) != KERNEL_OK);
		bytes[i] ^= 1;
	}
	memory_release(&unit_allocator, bytes, length, 1);
	/* A table of another size than its levels is no transform. */
	step.values.n = 2;
	CHECK(!step_is_valid(&step));
}

UNIT_MAIN({"scalers", case_scalers}, {"quantiles", case_quantile},
		  {"normal quantiles", case_normal_quantile}, {"bins", case_bins},
		  {"polynomials", case_polynomial}, {"one-hot", case_onehot},
		  {"Yeo-Johnson", case_yeo_johnson}, {"bytes of a transform", case_transform_bytes})

/*
 * test_model_encode.c: one model, one sequence of bytes; one digest for what scores alike.
 */
#include "kernel/model/model_format.h"
#include "model_samples.h"
#include "unit.h"

/* Encodes a sample; *length bytes from the allocator. */
static uint8_t *
encode(Model *model, size_t *length)
{
	uint8_t *bytes = NULL;

	CHECK(model_encode(model, &unit_allocator, &bytes, length) == KERNEL_OK);
	return bytes;
}

static void
digest_of(Model model, uint8_t *digest)
{
	size_t length = 0;
	uint8_t *bytes = encode(&model, &length);

	memory_release(&unit_allocator, bytes, length, 1);
	memcpy(digest, model.digest, SHA256_SIZE);
}

static bool
digests_equal(const Model *a, const Model *b)
{
	uint8_t digest_a[SHA256_SIZE];
	uint8_t digest_b[SHA256_SIZE];

	digest_of(*a, digest_a);
	digest_of(*b, digest_b);
	return memcmp(digest_a, digest_b, SHA256_SIZE) == 0;
}

static void
the_block_is_as_long_as_the_bytes(void)
{
	int i;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		Model model = *samples[i].model;
		size_t length = 0;
		uint8_t *bytes = encode(&model, &length);

		CHECK(unit_live_bytes == (long) length);
		CHECK(memcmp(bytes, "ORCM", 4) == 0);
		memory_release(&unit_allocator, bytes, length, 1);
	}
}

/* Every NaN is written alike, so that a model has one digest. */
static void
nan_has_one_form(void)
{
	uint64_t bits = UINT64_C(0xfff8000000000123);
	LinearCoefficient terms[5];
	Model model = sample_numbers;

	memcpy(terms, numbers_terms, sizeof(terms));
	memcpy(&terms[2].p_value, &bits, sizeof(bits));
	model.coefficients = terms;
	CHECK(digests_equal(&model, &sample_numbers));
}

static void
reports_do_not_change_the_digest(void)
{
	Model model = sample_numbers;

	model.rows = 7;
	model.rows_skipped = 8;
	model.n_warnings = 0;
	model.n_metrics = 1;
	model.facts.rss = 9.0;
	model.facts.converged = false;
	CHECK(digests_equal(&model, &sample_numbers));
}

static void
everything_else_changes_the_digest(void)
{
	Model model = sample_numbers;
	LinearCoefficient terms[5];
	ModelFeature features[4];
	double fill = 35.25;

	model.seed++;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	model.options = "{}";
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	model.target = "cost";
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	model.unknown = UNKNOWN_IS_ERROR;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	model.covariance_type = COVARIANCE_HC1;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	model.covariance_centre = arrays_centre;
	model.covariance_factor = arrays_factor;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	memcpy(terms, numbers_terms, sizeof(terms));
	terms[4].estimate += 1e-5;
	model.coefficients = terms;
	CHECK(!digests_equal(&model, &sample_numbers));
	memcpy(terms, numbers_terms, sizeof(terms));
	terms[0].std_error = 0.25;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_numbers;
	memcpy(features, numbers_features, sizeof(features));
	features[0].fill = &fill;
	model.features = features;
	CHECK(!digests_equal(&model, &sample_numbers));
	model = sample_constant;
	model.positive_class = 1;
	CHECK(!digests_equal(&model, &sample_constant));
}

static void
a_refusal_leaves_nothing(void)
{
	int i;
	long n;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		Status status = KERNEL_OUT_OF_MEMORY;

		for (n = 0; status == KERNEL_OUT_OF_MEMORY && n < 1000; n++)
		{
			Model model = *samples[i].model;
			uint8_t *bytes;
			size_t length;

			unit_allocator_fail_after(n);
			status = model_encode(&model, &unit_allocator, &bytes, &length);
			unit_allocator_fail_after(-1);
			if (status == KERNEL_OK)
				memory_release(&unit_allocator, bytes, length, 1);
			CHECK(unit_live_blocks == 0);
		}
		CHECK(status == KERNEL_OK && n >= 2);
	}
}

/* Stopped at any look, writing a model of trees ends and leaves nothing, and so does reading it. */
static void
a_stop_leaves_nothing(void)
{
	Model *model = NULL;
	uint8_t *bytes = NULL;
	size_t length = 0;
	int i;
	long n;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		Status status = KERNEL_STOPPED;
		Model copy = *samples[i].model;

		for (n = 0; status == KERNEL_STOPPED && n < 100; n++)
		{
			unit_stop_countdown = n;
			status = model_encode(&copy, &unit_allocator, &bytes, &length);
			CHECK(status == KERNEL_OK || unit_live_blocks == 0);
		}
		CHECK(status == KERNEL_OK &&
			  (n > 1) == (copy.ensemble != NULL && copy.ensemble->n_trees > 0));
		status = KERNEL_STOPPED;
		for (n = 0; status == KERNEL_STOPPED && n < 100; n++)
		{
			unit_stop_countdown = n;
			status = model_decode(&model, &unit_allocator, bytes, length);
			CHECK(status == KERNEL_OK || unit_live_blocks == 1);
		}
		unit_stop_countdown = -1;
		CHECK(status == KERNEL_OK &&
			  (n > 1) == (copy.ensemble != NULL && copy.ensemble->n_trees > 0));
		model_release(model, &unit_allocator);
		memory_release(&unit_allocator, bytes, length, 1);
	}
}

UNIT_MAIN(UNIT_CASE(the_block_is_as_long_as_the_bytes), UNIT_CASE(nan_has_one_form),
		  UNIT_CASE(reports_do_not_change_the_digest),
		  UNIT_CASE(everything_else_changes_the_digest), UNIT_CASE(a_refusal_leaves_nothing),
		  UNIT_CASE(a_stop_leaves_nothing))

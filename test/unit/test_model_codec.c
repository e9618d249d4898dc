/*
 * test_model_codec.c: bytes, refusal of what is damaged or forged, scoring.
 */
#include "kernel/model/model.h"

#include "models.h"

static Model
model_of_kind(int kind)
{
	return kind == 0 ? linear_model() : kind == 1 ? logistic_model() : constant_model();
}

static void
round_trip(void)
{
	int			kind;

	for (kind = 0; kind < 3; kind++)
	{
		Model		model = model_of_kind(kind);
		Model	   *decoded;
		uint8_t    *bytes;
		uint8_t    *again;
		size_t		length;
		size_t		again_length;

		CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
		CHECK(model_decode(&decoded, &unit_allocator, bytes, length) == KERNEL_OK);
		CHECK(memcmp(decoded->digest, model.digest, SHA256_SIZE) == 0);
		CHECK(decoded->n_terms == model.n_terms && decoded->rows == 100);
		CHECK(strcmp(decoded->features[2].levels[1], "green") == 0);
		CHECK(strcmp(decoded->warnings[0], "something was odd") == 0);
		CHECK(model_encode(decoded, &unit_allocator, &again, &again_length) == KERNEL_OK);
		CHECK(again_length == length && memcmp(again, bytes, length) == 0);
		memory_release(&unit_allocator, again, again_length, 1);
		memory_release(&unit_allocator, bytes, length, 1);
		model_release(decoded, &unit_allocator);
	}
}

/* Facts do not name a model; options, schema and payload do. */
static void
digest_covers_what_scores(void)
{
	Model		model = linear_model();
	Model		other = linear_model();
	uint8_t    *bytes;
	size_t		length;

	CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
	memory_release(&unit_allocator, bytes, length, 1);
	other.rows = 7;
	other.n_warnings = 0;
	CHECK(model_encode(&other, &unit_allocator, &bytes, &length) == KERNEL_OK);
	memory_release(&unit_allocator, bytes, length, 1);
	CHECK(memcmp(model.digest, other.digest, SHA256_SIZE) == 0);
	other.seed = 43;
	CHECK(model_encode(&other, &unit_allocator, &bytes, &length) == KERNEL_OK);
	memory_release(&unit_allocator, bytes, length, 1);
	CHECK(memcmp(model.digest, other.digest, SHA256_SIZE) != 0);
}

/* Every single flipped bit and every truncation is noticed. */
static void
damage_is_noticed(void)
{
	Model		model = logistic_model();
	Model	   *decoded;
	uint8_t    *bytes;
	size_t		length;
	size_t		i;

	CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
	for (i = 0; i < 8 * length; i++)
	{
		bytes[i / 8] ^= (uint8_t) (1 << i % 8);
		CHECK(model_decode(&decoded, &unit_allocator, bytes, length) != KERNEL_OK);
		bytes[i / 8] ^= (uint8_t) (1 << i % 8);
	}
	for (i = 0; i < length; i++)
		CHECK(model_decode(&decoded, &unit_allocator, bytes, i) == KERNEL_CORRUPT);
	bytes[4] = MODEL_FORMAT_VERSION + 1;
	CHECK(model_decode(&decoded, &unit_allocator, bytes, length) == KERNEL_UNSUPPORTED_VERSION);
	memory_release(&unit_allocator, bytes, length, 1);
}

/* What a scorer could not survive is not encoded, so not decoded either. */
static void
invalid_is_refused(void)
{
	LinearCoefficient changed[9];
	Model		model = linear_model();
	uint8_t    *bytes;
	size_t		length;
	int			i;

	for (i = 0; i < 7; i++)
	{
		memcpy(changed, models_coefficients, sizeof(changed));
		model = linear_model();
		model.coefficients = changed;
		if (i == 0)
			changed[1].term.feature = 3;
		else if (i == 1)
			changed[6].term.level = 3;
		else if (i == 2)
			changed[4].term.element = 2;
		else if (i == 3)
			changed[6].term.level = 1;
		else if (i == 4)
			changed[1].estimate = NAN;
		else if (i == 5)
			model.n_classes = 3;
		else
			model.link = LINK_LAST + 1;
		CHECK(model_validate(&model) == KERNEL_CORRUPT);
		CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_INVALID);
	}
	model = constant_model();
	model.constant = 1.5;
	CHECK(model_validate(&model) == KERNEL_CORRUPT);
	model = logistic_model();
	model.positive_class = 2;
	CHECK(model_validate(&model) == KERNEL_CORRUPT);
}

/* By hand: 1 + 2 x + 3 v1 + 4 v2 + colour. */
static void
scores_by_slot(void)
{
	Model		model = linear_model();
	LinearScorer scorer;
	double		vector[4] = {1.0, 10.0, 100.0, 0.0};
	double		base = 1.0 + 2.0 + 30.0 + 400.0;

	CHECK(model_numbers(&model) == 3 && model_categories(&model) == 1);
	CHECK(model_scorer(&model, &unit_allocator, &scorer) == KERNEL_OK);
	vector[3] = 1.0;			/* blue, the reference */
	CHECK_NEAR(linear_eta(&scorer, vector), base, 1e-12);
	vector[3] = 3.0;			/* red */
	CHECK_NEAR(linear_eta(&scorer, vector), base + 16.0, 1e-12);
	vector[3] = 4.0;			/* pooled */
	CHECK_NEAR(linear_eta(&scorer, vector), base + 32.0, 1e-12);
	vector[3] = 0.0;			/* unknown: the training means of the indicators */
	CHECK_NEAR(linear_eta(&scorer, vector), base + 0.25 * 8.0 + 0.125 * 16.0 + 0.125 * 32.0, 1e-12);
	CHECK(scorer.missing_weight[0] == 0.5 && scorer.missing_weight[3] == 64.0);
	CHECK(scorer.number_fill[2] == -1.0);
	model_scorer_release(&model, &unit_allocator, &scorer);
	CHECK_NEAR(linear_inverse_link(LINK_LOGIT, 0.0), 0.5, 0.0);
	CHECK_NEAR(linear_inverse_link(LINK_LOGIT, -800.0), 0.0, 1e-300);
}

static void
looks_levels_up(void)
{
	LevelLookup *lookup = level_lookup_create(&models_features[2], &unit_allocator);

	CHECK(level_lookup_find(lookup, "blue", 4) == 1);
	CHECK(level_lookup_find(lookup, "red", 3) == 3);
	CHECK(level_lookup_find(lookup, "puce", 4) == 4);
	CHECK(level_lookup_find(lookup, "beige", 5) == 0);
	level_lookup_release(lookup, &unit_allocator);
}

static void
refusal_is_a_status(void)
{
	Model		model = logistic_model();
	Model	   *decoded = NULL;
	uint8_t    *bytes;
	size_t		length;
	Status		status = KERNEL_OUT_OF_MEMORY;
	int			n;

	CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
	for (n = 0; n < 100 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = model_decode(&decoded, &unit_allocator, bytes, length);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 20);
	model_release(decoded, &unit_allocator);
	memory_release(&unit_allocator, bytes, length, 1);
}

UNIT_MAIN(UNIT_CASE(round_trip), UNIT_CASE(digest_covers_what_scores), UNIT_CASE(damage_is_noticed),
		  UNIT_CASE(invalid_is_refused), UNIT_CASE(scores_by_slot), UNIT_CASE(looks_levels_up),
		  UNIT_CASE(refusal_is_a_status))

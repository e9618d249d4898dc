/*
 * test_model_decode.c: what was written is read; anything else is refused.
 */
#include "kernel/model/model_format.h"
#include "model_exercise.h"
#include "model_samples.h"
#include "unit.h"

#define ROOM 8192

/* Equal, or both NaN. */
static bool
same_value(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* The bytes of sample i in `bytes`, which has ROOM; returns their length. */
static size_t
stored_sample(int i, uint8_t *bytes)
{
	Model model = *samples[i].model;
	uint8_t *encoded;
	size_t length = 0;

	CHECK(model_encode(&model, &unit_allocator, &encoded, &length) == KERNEL_OK);
	CHECK(length <= ROOM);
	memcpy(bytes, encoded, length);
	memory_release(&unit_allocator, encoded, length, 1);
	return length;
}

static size_t
part_length_of(const uint8_t *bytes)
{
	const uint8_t *field = bytes + MODEL_FORMAT_PART_LENGTH_AT;

	return field[0] | (size_t) field[1] << 8 | (size_t) field[2] << 16 | (size_t) field[3] << 24;
}

/* Decodes and releases; a refusal leaves no block. */
static Status
decode_status(const uint8_t *bytes, size_t length)
{
	long blocks = unit_live_blocks;
	Model *model = NULL;
	Status status = model_decode(&model, &unit_allocator, bytes, length);

	if (status == KERNEL_OK)
		model_release(model, &unit_allocator);
	CHECK((status == KERNEL_OK) == (model != NULL) && unit_live_blocks == blocks);
	return status;
}

static void
check_features(const Model *a, const Model *b)
{
	uint32_t f;
	uint32_t i;

	CHECK(a->n_features == b->n_features);
	for (f = 0; f < a->n_features && f < b->n_features; f++)
	{
		const ModelFeature *p = &a->features[f];
		const ModelFeature *q = &b->features[f];

		CHECK(strcmp(p->name, q->name) == 0 && p->family == q->family && p->length == q->length);
		CHECK(p->n_levels == q->n_levels && p->n_pooled == q->n_pooled);
		CHECK((p->fill != NULL) == (q->fill != NULL));
		for (i = 0; p->fill != NULL && i < (p->length > 0 ? p->length : 1); i++)
			CHECK(p->fill[i] == q->fill[i]);
		for (i = 0; i < p->n_levels; i++)
			CHECK(strcmp(p->levels[i], q->levels[i]) == 0);
		for (i = 0; p->family == FAMILY_CATEGORY && i <= p->n_levels; i++)
			CHECK(p->frequency[i] == q->frequency[i]);
		for (i = 0; i < p->n_pooled; i++)
			CHECK(strcmp(p->pooled[i], q->pooled[i]) == 0);
	}
}

static void
check_terms(const Model *a, const Model *b)
{
	uint32_t t;

	CHECK(a->n_terms == b->n_terms);
	for (t = 0; t < a->n_terms && t < b->n_terms; t++)
	{
		const LinearCoefficient *p = &a->coefficients[t];
		const LinearCoefficient *q = &b->coefficients[t];

		CHECK(p->term.feature == q->term.feature && p->term.level == q->term.level);
		CHECK(p->term.element == q->term.element && p->term.slot == q->term.slot);
		CHECK(p->estimate == q->estimate && same_value(p->std_error, q->std_error));
		CHECK(same_value(p->statistic, q->statistic) && same_value(p->p_value, q->p_value));
	}
	CHECK(a->covariance_type == b->covariance_type);
	CHECK((a->covariance_factor != NULL) == (b->covariance_factor != NULL));
	if (a->covariance_factor == NULL || b->covariance_factor == NULL)
		return;
	for (t = 0; t < a->n_terms; t++)
		CHECK(a->covariance_centre[t] == b->covariance_centre[t]);
	for (t = 0; t < covariance_entries(a->n_terms); t++)
		CHECK(a->covariance_factor[t] == b->covariance_factor[t]);
}

static void
check_facts(const Model *a, const Model *b)
{
	const LinearFacts *p = &a->facts;
	const LinearFacts *q = &b->facts;
	uint32_t i;

	CHECK(a->rows == b->rows && a->rows_skipped == b->rows_skipped);
	CHECK(a->n_warnings == b->n_warnings && a->n_metrics == b->n_metrics);
	for (i = 0; i < a->n_warnings; i++)
		CHECK(strcmp(a->warnings[i], b->warnings[i]) == 0);
	for (i = 0; i < a->n_metrics; i++)
		CHECK(strcmp(a->metrics[i].name, b->metrics[i].name) == 0 &&
			  a->metrics[i].value == b->metrics[i].value);
	CHECK(same_value(p->log_likelihood, q->log_likelihood) && same_value(p->sigma2, q->sigma2));
	CHECK(same_value(p->rss, q->rss) && same_value(p->tss, q->tss));
	CHECK(same_value(p->gradient_norm, q->gradient_norm));
	CHECK(same_value(p->condition_number, q->condition_number));
	CHECK(p->rank == q->rank && p->iterations == q->iterations);
	CHECK(p->converged == q->converged && p->separated == q->separated);
	CHECK(a->cv_folds == b->cv_folds && a->cv_chosen == b->cv_chosen);
	CHECK(a->cv_l1_ratio == b->cv_l1_ratio && a->n_scores == b->n_scores);
	for (i = 0; i < a->n_scores && i < b->n_scores; i++)
		CHECK(a->scores[i].alpha == b->scores[i].alpha &&
			  a->scores[i].error == b->scores[i].error &&
			  a->scores[i].standard_error == b->scores[i].standard_error);
}

static void
every_field_survives(void)
{
	static uint8_t bytes[ROOM];
	int i;
	uint32_t c;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		const Model *sample = samples[i].model;
		size_t length = stored_sample(i, bytes);
		Model *model = NULL;

		CHECK(model_decode(&model, &unit_allocator, bytes, length) == KERNEL_OK);
		if (model == NULL)
			continue;
		CHECK(model->algorithm == sample->algorithm && model->objective == sample->objective);
		CHECK(model->unknown == sample->unknown && model->link == sample->link);
		CHECK(strcmp(model->target, sample->target) == 0);
		CHECK(strcmp(model->options, sample->options) == 0 && model->seed == sample->seed);
		CHECK(model->n_classes == sample->n_classes);
		CHECK(model->positive_class == sample->positive_class);
		CHECK(same_value(model->constant, sample->constant));
		for (c = 0; c < sample->n_classes; c++)
			CHECK(strcmp(model->classes[c], sample->classes[c]) == 0);
		check_features(model, sample);
		check_terms(model, sample);
		check_facts(model, sample);
		model_release(model, &unit_allocator);
	}
}

static void
every_sample_is_read_encoded_and_scored(void)
{
	static uint8_t bytes[ROOM];
	int i;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		bool is_accepted = false;
		Broken broken = exercise_model(&unit_allocator, bytes, length, &is_accepted);

		CHECK(is_accepted && broken == NULL);
	}
}

/* Neither checksum nor digest lets a flipped bit through. */
static void
every_flipped_bit_is_refused(void)
{
	static uint8_t bytes[ROOM];
	int i;
	size_t bit;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);

		for (bit = 0; bit < 8 * length; bit++)
		{
			Status status;

			bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
			status = decode_status(bytes, length);
			/* A flipped bit of the version is a newer version. */
			CHECK(status ==
				  (bit / 16 == 2 && bit != 32 ? KERNEL_UNSUPPORTED_VERSION : KERNEL_CORRUPT));
			bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
		}
	}
}

static void
every_other_length_is_refused(void)
{
	static uint8_t bytes[ROOM];
	uint8_t digest[SHA256_SIZE];
	int i;
	size_t cut;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);

		for (cut = 0; cut < length; cut++)
		{
			/* A block of its own, so that a byte read past it is seen. */
			uint8_t *block = memory_allocate(&unit_allocator, cut, 1);

			memcpy(block, bytes, cut);
			CHECK(decode_status(block, cut) == KERNEL_CORRUPT);
			CHECK(model_claimed_digest(block, cut, digest) == KERNEL_CORRUPT);
			memory_release(&unit_allocator, block, cut, 1);
		}
		bytes[length] = 0;
		CHECK(decode_status(bytes, length + 1) == KERNEL_CORRUPT);
		CHECK(model_claimed_digest(bytes, length + 1, digest) == KERNEL_CORRUPT);
	}
}

/* As above with the length field and both sums made to fit: the parts end too early or too late. */
static void
signed_cuts_are_refused(void)
{
	static uint8_t bytes[ROOM];
	static uint8_t block[ROOM];
	int i;
	size_t cut;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		size_t part_length = part_length_of(bytes);

		for (cut = MODEL_FORMAT_PART_AT; cut < length + 9; cut++)
		{
			size_t part =
				part_length < cut - MODEL_FORMAT_PART_AT ? part_length : cut - MODEL_FORMAT_PART_AT;

			if (cut == length)
				continue;
			memset(bytes + length, 0, 9);
			memcpy(block, bytes, cut);
			block[MODEL_FORMAT_LENGTH_AT] = (uint8_t) cut;
			block[MODEL_FORMAT_LENGTH_AT + 1] = (uint8_t) (cut >> 8);
			block[MODEL_FORMAT_PART_LENGTH_AT] = (uint8_t) part;
			block[MODEL_FORMAT_PART_LENGTH_AT + 1] = (uint8_t) (part >> 8);
			(void) model_format_sign(block, cut, part, NULL);
			CHECK(decode_status(block, cut) == KERNEL_CORRUPT);
		}
	}
}

/* The digest part's end is fixed by what it holds, also when the sums fit. */
static void
another_split_into_parts_is_refused(void)
{
	static uint8_t bytes[ROOM];
	int i;
	size_t part;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		size_t part_length = part_length_of(bytes);

		for (part = 0; part <= length - MODEL_FORMAT_PART_AT + 9; part++)
		{
			/* A block of its own, so that a byte read past it is seen. */
			uint8_t *block = memory_allocate(&unit_allocator, length, 1);

			bytes[MODEL_FORMAT_PART_LENGTH_AT] = (uint8_t) part;
			bytes[MODEL_FORMAT_PART_LENGTH_AT + 1] = (uint8_t) (part >> 8);
			(void) model_format_sign(bytes, length, part, NULL);
			memcpy(block, bytes, length);
			CHECK((decode_status(block, length) == KERNEL_OK) == (part == part_length));
			memory_release(&unit_allocator, block, length, 1);
		}
	}
}

/* Each byte set to each of some values and signed again: refused, or a model with just these bytes. */
static void
signed_bytes_are_a_model_or_refused(void)
{
	static const uint8_t values[] = {0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xf0, 0xfe, 0xff};
	static uint8_t bytes[ROOM];
	int i;
	size_t at;
	size_t v;
	int n_accepted = 0;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		size_t part_length = part_length_of(bytes);

		for (at = MODEL_FORMAT_PART_AT; at < length; at++)
		{
			uint8_t held = bytes[at];

			for (v = 0; v < sizeof(values); v++)
			{
				bool is_accepted;
				Broken broken;

				bytes[at] = values[v];
				(void) model_format_sign(bytes, length, part_length, NULL);
				broken = exercise_model(&unit_allocator, bytes, length, &is_accepted);
				if (broken != NULL)
					printf("# %s, byte %zu set to %d: not so: %s\n", samples[i].name, at, values[v],
						   broken);
				CHECK(broken == NULL);
				n_accepted += is_accepted;
			}
			bytes[at] = held;
		}
	}
	CHECK(n_accepted > 1000);
}

static void
a_newer_version_is_told_apart(void)
{
	static uint8_t bytes[ROOM];
	size_t length = stored_sample(0, bytes);
	size_t part_length = part_length_of(bytes);
	uint8_t digest[SHA256_SIZE];

	bytes[MODEL_FORMAT_VERSION_AT] = MODEL_FORMAT_VERSION + 1;
	(void) model_format_sign(bytes, length, part_length, NULL);
	CHECK(decode_status(bytes, length) == KERNEL_UNSUPPORTED_VERSION);
	CHECK(model_claimed_digest(bytes, length, digest) == KERNEL_UNSUPPORTED_VERSION);
	bytes[MODEL_FORMAT_VERSION_AT] = 0;
	(void) model_format_sign(bytes, length, part_length, NULL);
	CHECK(decode_status(bytes, length) == KERNEL_CORRUPT);
	bytes[MODEL_FORMAT_VERSION_AT] = MODEL_FORMAT_VERSION;
	bytes[MODEL_FORMAT_VERSION_AT + 3] = 0x80;
	(void) model_format_sign(bytes, length, part_length, NULL);
	CHECK(decode_status(bytes, length) == KERNEL_CORRUPT);
}

/* Memory stays within a small multiple of the bytes, whatever the counts say. */
static void
counts_do_not_buy_memory(void)
{
	static uint8_t bytes[ROOM];
	int i;
	size_t at;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		size_t part_length = part_length_of(bytes);

		for (at = MODEL_FORMAT_PART_AT; at + 4 <= length; at++)
		{
			uint8_t held[4];
			Model *model = NULL;
			Status status;

			memcpy(held, bytes + at, 4);
			bytes[at + 3] = 0x7f;
			(void) model_format_sign(bytes, length, part_length, NULL);
			unit_peak_bytes = unit_live_bytes;
			status = model_decode(&model, &unit_allocator, bytes, length);
			CHECK(unit_peak_bytes < 16 * (long) length + (long) sizeof(Model));
			if (status == KERNEL_OK)
				model_release(model, &unit_allocator);
			memcpy(bytes + at, held, 4);
		}
	}
}

static void
a_refusal_leaves_nothing(void)
{
	static uint8_t bytes[ROOM];
	int i;
	long n;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		size_t length = stored_sample(i, bytes);
		Status status = KERNEL_OUT_OF_MEMORY;

		for (n = 0; status == KERNEL_OUT_OF_MEMORY && n < 1000; n++)
		{
			unit_allocator_fail_after(n);
			status = decode_status(bytes, length);
			unit_allocator_fail_after(-1);
		}
		CHECK(status == KERNEL_OK && n > 4);
	}
}

/* The digest of a recipe whose bytes have changed (transform.h), and that of its model. */
static void
sign_recipe(uint8_t *bytes, size_t length, size_t part_length, size_t at, size_t recipe_length)
{
	uint8_t digest[SHA256_SIZE];
	Sha256 sha;

	sha256_begin(&sha);
	sha256_add(&sha, bytes + at, 8);
	sha256_add(&sha, bytes + at + TRANSFORM_HEADER, recipe_length - TRANSFORM_HEADER);
	sha256_end(&sha, digest);
	memcpy(bytes + at + 8, digest, TRANSFORM_DIGEST);
	(void) model_format_sign(bytes, length, part_length, NULL);
}

/* A recipe written in another way than by the encoder, as with a flag of 2, is no recipe of a model. */
static void
recipes_have_one_form(void)
{
	Model model = sample_prepared;
	uint8_t *bytes;
	size_t length;
	size_t at = MODEL_FORMAT_PART_AT;
	uint32_t recipe_length;
	uint32_t part_length;
	int n_refused = 0;
	size_t i;

	CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
	while (memcmp(bytes + at, "ORST", 4) != 0)
		at++;
	memcpy(&recipe_length, bytes + at - 4, 4);
	memcpy(&part_length, bytes + MODEL_FORMAT_PART_LENGTH_AT, 4);
	for (i = at + TRANSFORM_HEADER; i < at + recipe_length; i++)
	{
		uint8_t kept = bytes[i];
		uint8_t *again;
		size_t again_length;
		Model *read;

		if (kept != 1)
			continue;
		bytes[i] = 2;
		sign_recipe(bytes, length, part_length, at, recipe_length);
		if (model_decode(&read, &unit_allocator, bytes, length) == KERNEL_OK)
		{
			CHECK(model_encode(read, &unit_allocator, &again, &again_length) == KERNEL_OK);
			CHECK(again_length == length && memcmp(again, bytes, length) == 0);
			memory_release(&unit_allocator, again, again_length, 1);
			model_release(read, &unit_allocator);
		}
		else
			n_refused++;
		bytes[i] = kept;
	}
	CHECK(n_refused > 3);
	memory_release(&unit_allocator, bytes, length, 1);
}

UNIT_MAIN(UNIT_CASE(every_field_survives), UNIT_CASE(recipes_have_one_form),
		  UNIT_CASE(every_sample_is_read_encoded_and_scored),
		  UNIT_CASE(every_flipped_bit_is_refused), UNIT_CASE(every_other_length_is_refused),
		  UNIT_CASE(signed_cuts_are_refused), UNIT_CASE(another_split_into_parts_is_refused),
		  UNIT_CASE(signed_bytes_are_a_model_or_refused), UNIT_CASE(a_newer_version_is_told_apart),
		  UNIT_CASE(counts_do_not_buy_memory), UNIT_CASE(a_refusal_leaves_nothing))

/*
 * exercise_transforms.h: transforms and the states of their fits, made and used for the fuzzer.
 *
 * A transform's bytes carry a digest, which is set right before they are read: what is tried is
 * what stands behind it.
 */
#ifndef ORCHARD_TEST_FUZZ_EXERCISE_TRANSFORMS_H
#define ORCHARD_TEST_FUZZ_EXERCISE_TRANSFORMS_H

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/prep/apply.h"
#include "kernel/prep/fit.h"
#include "kernel/prep/transform.h"

#define TRANSFORM_ROWS 24
#define OUTPUTS_MOST 2000 /* of a step that is applied */

/* Rows of every kind into the fit: numbers with gaps, or levels in folds. */
static inline Status
fill_fit(StepFit *fit, const Allocator *allocator)
{
	static const char *const texts[] = {"", "basic", "caf\xc3\xa9", "pro"};
	Status status = KERNEL_OK;
	int i;

	for (i = 0; i < TRANSFORM_ROWS && status == KERNEL_OK; i++)
	{
		const char *text = i % 6 == 0 ? NULL : texts[i * 7 % 4];
		double x = i % 5 == 4 ? NAN : i * 0.5 - 3.0;

		if (fit->step.kind == STEP_POLYNOMIAL)
			fit->rows++;
		else if (!step_takes_category(&fit->step))
			status = fit_numbers(fit, allocator, NULL, &x, 1.0);
		else
			status = fit_text(fit, allocator, NULL, text, text != NULL ? strlen(text) : 0,
							  i % 4 - 1, 0, i % 3 == 0);
	}
	return status;
}

/* A fit of the kind, with a column of a recipe where it has one. */
static inline Status
make_fit(StepFit *fit, StepKind kind, const Allocator *allocator)
{
	Step step;
	Status status = KERNEL_OK;

	step_begin(&step, kind);
	step.input = step_takes_category(&step) ? INPUT_CATEGORY : INPUT_NUMBER;
	if (kind == STEP_QUANTILE)
		step.n = 5;
	if (kind == STEP_POLYNOMIAL)
	{
		step.width = 2;
		status = text_list_make(&step.columns, allocator, 2);
		if (status == KERNEL_OK)
			status = text_make(&step.columns.texts[0], allocator, "a", 1);
		if (status == KERNEL_OK)
			status = text_make(&step.columns.texts[1], allocator, "b", 1);
	}
	else
		status = text_make(&step.column, allocator, "column", 6);
	if (status != KERNEL_OK)
		return status;
	/* Every other kind hands what it gives to a scaler. */
	if (kind % 2 == 0 && kind != STEP_POLYNOMIAL)
	{
		status = step_list_make(&step.after, allocator, 1);
		if (status != KERNEL_OK)
			return status;
		step_begin(&step.after.steps[0], STEP_STANDARD);
	}
	status = fit_begin(fit, &step, allocator);
	if (status != KERNEL_OK)
		return status;
	return fill_fit(fit, allocator);
}

/* A recipe of one step of every kind. */
static inline void
make_transform(ByteWriter *writer, const Allocator *allocator)
{
	Transform recipe = {true, STEP_KINDS, NULL};
	uint8_t *bytes;
	size_t length;
	int kind;

	recipe.steps = memory_allocate_zero(allocator, STEP_KINDS, sizeof(Step));
	for (kind = 0; kind < STEP_KINDS; kind++)
	{
		StepFit fit;

		if (make_fit(&fit, (StepKind) kind, allocator) != KERNEL_OK ||
			fit_finish(&fit, allocator, NULL, &recipe.steps[kind]) != KERNEL_OK)
			abort();
		fit_release(&fit, allocator);
	}
	if (transform_encode(&recipe, allocator, &bytes, &length) != KERNEL_OK)
		abort();
	write_bytes(writer, bytes, length);
	memory_release(allocator, bytes, length, 1);
	transform_release(&recipe, allocator);
}

/* The digest that belongs to the bytes. */
static inline void
sign_transform(uint8_t *bytes, size_t length)
{
	uint8_t full[SHA256_SIZE];
	Sha256 sha;

	if (length < TRANSFORM_HEADER)
		return;
	sha256_begin(&sha);
	sha256_add(&sha, bytes, 8);
	sha256_add(&sha, bytes + TRANSFORM_HEADER, length - TRANSFORM_HEADER);
	sha256_end(&sha, full);
	memcpy(bytes + 8, full, TRANSFORM_DIGEST);
}

/* The step on missing, extreme and unknown values, in and out of folds, and back. */
static inline const char *
exercise_step(const Step *step, const Allocator *allocator)
{
	static const double numbers[] = {NAN, 0.0, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 1.5};
	static const int32_t folds[] = {NO_FOLD, 0, 2, 999};
	Applier applier;
	double inputs[8] = {NAN, 1e308, -1e308, 0.0, INFINITY, 1.0, 2.0, 3.0};
	double *outputs;
	double back;
	size_t i;
	Status status = applier_begin(&applier, step, allocator);

	if (status != KERNEL_OK)
		return status == KERNEL_OUT_OF_MEMORY ? NULL : "a valid step is made ready";
	outputs = applier.outputs <= OUTPUTS_MOST ?
		memory_allocate(allocator, applier.outputs, sizeof(double)) :
		NULL;
	for (i = 0; outputs != NULL && i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		if (step->kind == STEP_POLYNOMIAL && step->width <= 8)
			apply_polynomial(&applier, inputs, outputs);
		else if (step->kind != STEP_POLYNOMIAL && !step_takes_category(step))
			apply_number(&applier, numbers[i], outputs);
		(void) apply_inverse(step, numbers[i], &back);
	}
	for (i = 0; outputs != NULL && step_takes_category(step) && i < 4; i++)
	{
		(void) apply_text(&applier, NULL, 0, folds[i], outputs);
		(void) apply_text(&applier, "pro", 3, folds[i], outputs);
		(void) apply_text(&applier, "never", 5, folds[i], outputs);
	}
	if (outputs != NULL)
		memory_release(allocator, outputs, applier.outputs, sizeof(double));
	applier_release(&applier, allocator);
	return NULL;
}

/* What is accepted is valid, applied, and encoded to bytes that are accepted as themselves. */
static inline const char *
use_transform(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	uint8_t *bytes = (uint8_t *) (uintptr_t) reader->next;
	size_t length = reader_left(reader);
	Transform transform;
	Transform again;
	uint8_t *own;
	size_t own_length;
	const char *broken = NULL;
	uint32_t i;
	Status status;

	sign_transform(bytes, length);
	status = transform_decode(&transform, allocator, bytes, length);
	*is_accepted = status == KERNEL_OK;
	if (status != KERNEL_OK)
		return status == KERNEL_CORRUPT || status == KERNEL_UNSUPPORTED_VERSION ||
				status == KERNEL_OUT_OF_MEMORY ?
			NULL :
			"a fault is corrupt, a newer version or too large";
	for (i = 0; i < transform.n && broken == NULL; i++)
		broken = step_is_valid(&transform.steps[i]) ?
			exercise_step(&transform.steps[i], allocator) :
			"an accepted step is valid";
	status = transform_encode(&transform, allocator, &own, &own_length);
	if (status == KERNEL_OK)
	{
		if (broken == NULL && own_length != length)
			broken = "an encoding is as long as what was decoded";
		status = transform_decode(&again, allocator, own, own_length);
		if (status == KERNEL_OK)
			transform_release(&again, allocator);
		else if (broken == NULL && status != KERNEL_OUT_OF_MEMORY)
			broken = "what was accepted is accepted again";
		memory_release(allocator, own, own_length, 1);
	}
	transform_release(&transform, allocator);
	return broken;
}

/* The state of a fit of a kind that holds samples, and of one that holds cells. */
static inline void
make_fit_state(ByteWriter *writer, const Allocator *allocator, StepKind kind)
{
	StepFit fit;

	if (make_fit(&fit, kind, allocator) != KERNEL_OK ||
		fit_settle(&fit, allocator, NULL) != KERNEL_OK)
		abort();
	fit_encode(&fit, writer);
	fit_release(&fit, allocator);
}

static inline void
make_sample_fit(ByteWriter *writer, const Allocator *allocator)
{
	make_fit_state(writer, allocator, STEP_ROBUST);
}

static inline void
make_cells_fit(ByteWriter *writer, const Allocator *allocator)
{
	make_fit_state(writer, allocator, STEP_TARGET);
}

/* What is accepted takes rows, is merged with itself, and teaches a valid step. */
static inline const char *
use_fit(ByteReader *reader, const Allocator *allocator, bool *is_accepted)
{
	ByteReader twice = *reader;
	StepFit fit;
	StepFit other;
	Step step;
	const char *broken = NULL;
	Status status = fit_decode(&fit, allocator, reader);

	*is_accepted = status == KERNEL_OK;
	if (status != KERNEL_OK)
		return status == KERNEL_CORRUPT || status == KERNEL_OUT_OF_MEMORY ||
				status == KERNEL_TOO_LARGE || status == KERNEL_OVERFLOW ||
				status == KERNEL_UNSUPPORTED_VERSION ?
			NULL :
			"a fault is corrupt, of a newer version, too large or without a finite sum";
	status = fit_decode(&other, allocator, &twice);
	if (status == KERNEL_OK)
	{
		status = fit.step.kind == STEP_POLYNOMIAL ? KERNEL_OK : fill_fit(&fit, allocator);
		if (status == KERNEL_OK)
			status = fit_merge(&fit, allocator, NULL, &other);
		fit_release(&other, allocator);
	}
	if (status == KERNEL_OK && fit_finish(&fit, allocator, NULL, &step) == KERNEL_OK)
	{
		if (!step_is_valid(&step))
			broken = "what is learnt is valid";
		step_release(&step, allocator);
	}
	fit_release(&fit, allocator);
	return broken;
}

#endif /* ORCHARD_TEST_FUZZ_EXERCISE_TRANSFORMS_H */

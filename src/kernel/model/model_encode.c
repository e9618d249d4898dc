/*
 * model_encode.c: a model to its bytes.
 *
 * One value has one encoding: fields stand in one order, and NaN has one bit
 * pattern.
 */
#include <math.h>
#include <string.h>

#include "kernel/codec/bytes.h"
#include "kernel/model/model.h"
#include "kernel/model/model_format.h"
#include "kernel/tree/ensemble_codec.h"

static void
write_text(ByteWriter *writer, const char *text)
{
	write_string(writer, text, strlen(text));
}

static void
write_texts(ByteWriter *writer, char *const *texts, uint32_t n)
{
	uint32_t i;

	write_u32(writer, n);
	for (i = 0; i < n; i++)
		write_text(writer, texts[i]);
}

/* A double whose NaN has one form. */
static void
write_value(ByteWriter *writer, double value)
{
	if (isnan(value))
		write_u64(writer, MODEL_FORMAT_NAN);
	else
		write_double(writer, value);
}

static void
write_feature(ByteWriter *writer, const ModelFeature *feature)
{
	uint32_t i;

	write_text(writer, feature->name);
	write_u8(writer, (uint8_t) feature->family);
	if (feature->family != FAMILY_CATEGORY)
	{
		write_u32(writer, feature->length);
		for (i = 0; i < (feature->length > 0 ? feature->length : 1); i++)
			write_value(writer, feature->fill[i]);
		return;
	}
	write_texts(writer, feature->levels, feature->n_levels);
	for (i = 0; i <= feature->n_levels; i++)
		write_value(writer, feature->frequency[i]);
	write_texts(writer, feature->pooled, feature->n_pooled);
}

static void
write_covariance(ByteWriter *writer, const Model *model)
{
	size_t i;

	write_u8(writer, (uint8_t) model->covariance_type);
	write_u8(writer, model->covariance_factor != NULL);
	if (model->covariance_factor == NULL)
		return;
	for (i = 0; i < model->n_terms; i++)
		write_value(writer, model->covariance_centre[i]);
	for (i = 0; i < covariance_entries(model->n_terms); i++)
		write_value(writer, model->covariance_factor[i]);
}

/* The stored form of the recipe behind its length, 0 without one. */
static Status
write_preprocess(ByteWriter *writer, const Model *model, const Allocator *allocator)
{
	uint8_t *bytes;
	size_t length;
	Status status;

	if (model->preprocess == NULL)
	{
		write_u32(writer, 0);
		return KERNEL_OK;
	}
	status = transform_encode(model->preprocess, allocator, &bytes, &length);
	if (status != KERNEL_OK)
		return status;
	write_u32(writer, (uint32_t) length);
	write_bytes(writer, bytes, length);
	memory_release(allocator, bytes, length, 1);
	return KERNEL_OK;
}

/* Of an ensemble the status is KERNEL_OUT_OF_MEMORY when it needs more than there is. */
static Status
write_digest_part(ByteWriter *writer, const Model *model, const Allocator *allocator)
{
	Status status;
	uint32_t i;

	write_u8(writer, (uint8_t) model->algorithm);
	write_u8(writer, (uint8_t) model->objective);
	write_u8(writer, (uint8_t) model->unknown);
	write_u8(writer, (uint8_t) model->link);
	write_text(writer, model->target);
	write_u64(writer, model->seed);
	write_text(writer, model->options);
	write_texts(writer, model->classes, model->n_classes);
	write_u32(writer, model->positive_class);
	write_value(writer, model->constant);
	if (model->link == LINK_SOFTMAX)
		write_u32(writer, (uint32_t) model->reference);
	write_u32(writer, model->n_features);
	for (i = 0; i < model->n_features; i++)
		write_feature(writer, &model->features[i]);
	status = write_preprocess(writer, model, allocator);
	if (status != KERNEL_OK)
		return status;
	write_u32(writer, model->n_terms);
	for (i = 0; i < model->n_terms; i++)
	{
		const LinearCoefficient *coefficient = &model->coefficients[i];

		write_u32(writer, (uint32_t) coefficient->term.feature);
		write_u32(writer, (uint32_t) coefficient->term.level);
		write_u32(writer, (uint32_t) coefficient->term.element);
		write_value(writer, coefficient->estimate);
		write_value(writer, coefficient->std_error);
		write_value(writer, coefficient->statistic);
		write_value(writer, coefficient->p_value);
	}
	if (!algorithm_is_trees(model->algorithm))
		write_covariance(writer, model);
	return model->ensemble != NULL ? ensemble_encode(model->ensemble, allocator, writer) :
									 KERNEL_OK;
}

/* Losses before the first iteration and after each. */
static void
write_curves(ByteWriter *writer, const Model *model)
{
	uint32_t i;

	write_u32(writer, model->n_curve);
	for (i = 0; i < model->n_curve; i++)
		write_value(writer, model->train_curve[i]);
	write_u8(writer, model->validation_curve != NULL);
	for (i = 0; model->validation_curve != NULL && i < model->n_curve; i++)
		write_value(writer, model->validation_curve[i]);
}

/* How the penalty was chosen. */
static void
write_scores(ByteWriter *writer, const Model *model)
{
	uint32_t i;

	write_u32(writer, model->cv_folds);
	if (model->cv_folds == 0)
		return;
	write_value(writer, model->cv_l1_ratio);
	write_u32(writer, model->cv_chosen);
	write_u32(writer, model->n_scores);
	for (i = 0; i < model->n_scores; i++)
	{
		write_value(writer, model->scores[i].alpha);
		write_value(writer, model->scores[i].error);
		write_value(writer, model->scores[i].standard_error);
	}
}

static Status
write_facts_part(ByteWriter *writer, const Model *model, const StopCheck *stop)
{
	const LinearFacts *facts = &model->facts;
	uint32_t i;

	write_u64(writer, model->rows);
	write_u64(writer, model->rows_skipped);
	write_texts(writer, model->warnings, model->n_warnings);
	write_u32(writer, model->n_metrics);
	for (i = 0; i < model->n_metrics; i++)
	{
		write_text(writer, model->metrics[i].name);
		write_value(writer, model->metrics[i].value);
	}
	write_value(writer, facts->log_likelihood);
	write_value(writer, facts->sigma2);
	write_value(writer, facts->rss);
	write_value(writer, facts->tss);
	write_value(writer, facts->gradient_norm);
	write_value(writer, facts->condition_number);
	write_u32(writer, (uint32_t) facts->rank);
	write_u32(writer, (uint32_t) facts->iterations);
	write_u8(writer, facts->converged);
	write_u8(writer, facts->separated);
	if (model->ensemble != NULL)
		write_curves(writer, model);
	if (model->algorithm == ALGORITHM_LINEAR_REGRESSION)
		write_scores(writer, model);
	return model->ensemble != NULL ? ensemble_encode_gains(model->ensemble, stop, writer) :
									 KERNEL_OK;
}

/* The fields of the header but checksum and digest, which stay zero. */
static void
write_header(ByteWriter *writer)
{
	static const uint8_t blank[MODEL_FORMAT_PART_AT - MODEL_FORMAT_LENGTH_AT];

	write_u32(writer, MODEL_MAGIC);
	write_u16(writer, MODEL_FORMAT_VERSION);
	write_u16(writer, 0);
	write_bytes(writer, blank, sizeof(blank));
}

/* value at bytes[offset], little-endian. */
static void
patch_u32(uint8_t *bytes, size_t offset, size_t value)
{
	size_t i;

	for (i = 0; i < 4; i++)
		bytes[offset + i] = (uint8_t) (value >> (8 * i));
}

Status
model_encode(Model *model, const Allocator *allocator, uint8_t **bytes, size_t *length)
{
	ByteWriter writer;
	size_t part_length;
	uint8_t *fitted = NULL;
	Status status = model_validate(model, allocator);

	if (status != KERNEL_OK)
		return status == KERNEL_CORRUPT ? KERNEL_INVALID : status;
	writer_begin(&writer, allocator, MODEL_SIZE_LIMIT);
	write_header(&writer);
	status = write_digest_part(&writer, model, allocator);
	part_length = writer.length - MODEL_FORMAT_PART_AT;
	if (status == KERNEL_OK)
		status = write_facts_part(&writer, model, allocator->stop);
	if (status == KERNEL_OK)
		status = writer.status;
	if (status == KERNEL_OK)
	{
		fitted = memory_reallocate(allocator, writer.bytes, writer.capacity, writer.length, 1);
		status = fitted != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	}
	if (status != KERNEL_OK)
	{
		writer_release(&writer);
		return status;
	}
	patch_u32(fitted, MODEL_FORMAT_LENGTH_AT, writer.length);
	patch_u32(fitted, MODEL_FORMAT_PART_LENGTH_AT, part_length);
	status = model_format_sign(fitted, writer.length, part_length, allocator->stop);
	if (status != KERNEL_OK)
	{
		memory_release(allocator, fitted, writer.length, 1);
		return status;
	}
	memcpy(model->digest, fitted + MODEL_FORMAT_DIGEST_AT, SHA256_SIZE);
	*bytes = fitted;
	*length = writer.length;
	return KERNEL_OK;
}

/*
 * model_decode.c: a validated model from foreign bytes.
 *
 * Header, checksum and digest first: bytes that merely rotted end there.  What
 * comes through was signed, perhaps by somebody hostile: every count is
 * measured against the bytes that are left before anything is allocated by it,
 * and what the encoder would not have written is refused, so that
 * encode(decode(b)) == b.
 */
#include <math.h>
#include <string.h>

#include "kernel/codec/bytes.h"
#include "kernel/model/model.h"
#include "kernel/model/model_format.h"
#include "kernel/tree/ensemble_codec.h"

/* What decoding needs everywhere; `status` latches allocation failures and faults. */
typedef struct Decoder
{
	ByteReader reader;
	const Allocator *allocator;
	Status status;
	bool opens; /* trees are left as bytes */
} Decoder;

static void
decoder_fail(Decoder *decoder, Status status)
{
	if (decoder->status == KERNEL_OK)
		decoder->status = status;
}

static bool
decoder_is_good(Decoder *decoder)
{
	if (decoder->reader.status != KERNEL_OK)
		decoder_fail(decoder, decoder->reader.status);
	return decoder->status == KERNEL_OK;
}

/* A block, NULL after a fault. */
static void *
decoder_allocate(Decoder *decoder, size_t count, size_t size)
{
	void *block;

	if (!decoder_is_good(decoder))
		return NULL;
	block = memory_allocate_zero(decoder->allocator, count, size);
	if (block == NULL)
		decoder_fail(decoder, KERNEL_OUT_OF_MEMORY);
	return block;
}

/* A text without zero bytes, terminated; NULL after a fault. */
static char *
read_text(Decoder *decoder)
{
	size_t length;
	const char *text = read_string(&decoder->reader, &length);
	char *copy;

	if (!decoder_is_good(decoder))
		return NULL;
	if (length > 0 && memchr(text, '\0', length) != NULL)
	{
		decoder_fail(decoder, KERNEL_CORRUPT);
		return NULL;
	}
	copy = decoder_allocate(decoder, length + 1, 1);
	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

/* A double; of the NaNs only the one that is written. */
static double
read_value(Decoder *decoder)
{
	uint64_t bits = read_u64(&decoder->reader);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (isnan(value) && bits != MODEL_FORMAT_NAN)
		decoder_fail(decoder, KERNEL_CORRUPT);
	return value;
}

static char **
read_texts(Decoder *decoder, uint32_t *n)
{
	uint32_t count = read_count(&decoder->reader, MODEL_FORMAT_TEXT_SIZE);
	char **texts = decoder_allocate(decoder, count, sizeof(char *));
	uint32_t i;

	*n = texts != NULL ? count : 0;
	for (i = 0; i < *n && decoder_is_good(decoder); i++)
		texts[i] = read_text(decoder);
	return texts;
}

static double *
read_values(Decoder *decoder, size_t n)
{
	double *values;
	size_t i;

	if (n > reader_left(&decoder->reader) / 8)
	{
		decoder_fail(decoder, KERNEL_CORRUPT);
		return NULL;
	}
	values = decoder_allocate(decoder, n, sizeof(double));
	for (i = 0; values != NULL && i < n; i++)
		values[i] = read_value(decoder);
	return values;
}

static void
read_feature(Decoder *decoder, ModelFeature *feature)
{
	feature->name = read_text(decoder);
	feature->family = (FeatureFamily) read_u8(&decoder->reader);
	if (!decoder_is_good(decoder))
		return;
	if (feature->family != FAMILY_CATEGORY)
	{
		uint32_t length = read_u32(&decoder->reader);

		feature->fill = read_values(decoder, length > 0 ? length : 1);
		if (feature->fill != NULL)
			feature->length = length;
		return;
	}
	feature->levels = read_texts(decoder, &feature->n_levels);
	feature->frequency = read_values(decoder, (size_t) feature->n_levels + 1);
	feature->pooled = read_texts(decoder, &feature->n_pooled);
}

static void
read_features(Decoder *decoder, Model *model)
{
	uint32_t n = read_count(&decoder->reader, MODEL_FORMAT_FEATURE_SIZE);
	uint32_t f;

	model->features = decoder_allocate(decoder, n, sizeof(ModelFeature));
	model->n_features = model->features != NULL ? n : 0;
	for (f = 0; f < model->n_features && decoder_is_good(decoder); f++)
		read_feature(decoder, &model->features[f]);
}

/* Would the recipe be written as these bytes?  Numbers have forms that the encoder does not write. */
static Status
require_canonical(const Transform *recipe, const Allocator *allocator, const uint8_t *bytes,
				  size_t length)
{
	uint8_t *own;
	size_t own_length;
	Status status = transform_encode(recipe, allocator, &own, &own_length);

	if (status != KERNEL_OK)
		return status;
	if (own_length != length || memcmp(own, bytes, length) != 0)
		status = KERNEL_CORRUPT;
	memory_release(allocator, own, own_length, 1);
	return status;
}

static void
read_preprocess(Decoder *decoder, Model *model)
{
	uint32_t length = read_u32(&decoder->reader);
	const uint8_t *bytes;
	Status status;

	if (!decoder_is_good(decoder) || length == 0)
		return;
	bytes = read_bytes(&decoder->reader, length);
	model->preprocess = decoder_allocate(decoder, 1, sizeof(Transform));
	if (model->preprocess == NULL)
		return;
	status = transform_decode(model->preprocess, decoder->allocator, bytes, length);
	if (status == KERNEL_OK)
		status = require_canonical(model->preprocess, decoder->allocator, bytes, length);
	if (status != KERNEL_OK)
		decoder_fail(decoder, status);
}

/* The slot that each term of one list reads; the terms stand in the order of the features. */
static void
derive_slots_of(const Model *model, LinearCoefficient *coefficients, uint32_t n_terms)
{
	uint32_t t = 0;
	int32_t number = 0;
	int32_t category = 0;
	int32_t f;

	for (; t < n_terms && coefficients[t].term.feature < 0; t++)
		coefficients[t].term.slot = -1;
	for (f = 0; f < (int32_t) model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];
		bool is_category = feature->family == FAMILY_CATEGORY;

		for (; t < n_terms && coefficients[t].term.feature == f; t++)
			coefficients[t].term.slot =
				is_category ? category : number + coefficients[t].term.element;
		if (is_category)
			category++;
		else
			number += (int32_t) (feature->length > 0 ? feature->length : 1);
	}
}

/* The slots of all lists of terms. */
static void
derive_slots(Model *model)
{
	uint32_t lists = model_term_lists(model);
	uint32_t n_terms = model->n_terms / lists;
	uint32_t i;

	for (i = 0; i < lists; i++)
		derive_slots_of(model, model->coefficients + (size_t) i * n_terms, n_terms);
}

static void
read_terms(Decoder *decoder, Model *model)
{
	uint32_t n = read_count(&decoder->reader, MODEL_FORMAT_TERM_SIZE);
	uint32_t t;

	model->coefficients = decoder_allocate(decoder, n, sizeof(LinearCoefficient));
	model->n_terms = model->coefficients != NULL ? n : 0;
	for (t = 0; t < model->n_terms; t++)
	{
		LinearCoefficient *coefficient = &model->coefficients[t];

		coefficient->term.feature = (int32_t) read_u32(&decoder->reader);
		coefficient->term.level = (int32_t) read_u32(&decoder->reader);
		coefficient->term.element = (int32_t) read_u32(&decoder->reader);
		coefficient->estimate = read_value(decoder);
		coefficient->std_error = read_value(decoder);
		coefficient->statistic = read_value(decoder);
		coefficient->p_value = read_value(decoder);
	}
}

/* 0 or 1. */
static bool
read_flag(Decoder *decoder)
{
	uint8_t flag = read_u8(&decoder->reader);

	if (flag > 1)
		decoder_fail(decoder, KERNEL_CORRUPT);
	return flag == 1;
}

static void
read_covariance(Decoder *decoder, Model *model)
{
	model->covariance_type = (CovarianceType) read_u8(&decoder->reader);
	if (!read_flag(decoder))
		return;
	if (model->n_terms == 0)
		decoder_fail(decoder, KERNEL_CORRUPT);
	model->covariance_centre = read_values(decoder, model->n_terms);
	if (decoder_is_good(decoder))
		model->covariance_factor = read_values(decoder, covariance_entries(model->n_terms));
}

static void
read_ensemble(Decoder *decoder, Model *model)
{
	uint32_t n_categories = model_categories(model);
	uint32_t *n_levels = decoder_allocate(decoder, n_categories, sizeof(uint32_t));
	uint64_t slots = 0;
	uint32_t c = 0;
	uint32_t f;

	if (n_levels == NULL)
		return;
	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		slots += feature->length > 0 ? feature->length : 1;
		if (feature->family == FAMILY_CATEGORY)
			n_levels[c++] = feature_tree_levels(feature);
	}
	if (slots > INT32_MAX / 4)
		decoder_fail(decoder, KERNEL_CORRUPT);
	else
		decoder_fail(decoder,
					 (decoder->opens ? ensemble_open : ensemble_decode)(
						 &decoder->reader, decoder->allocator, (int32_t) model_numbers(model),
						 (int32_t) n_categories, n_levels, &model->ensemble));
	memory_release(decoder->allocator, n_levels, n_categories, sizeof(uint32_t));
}

static void
read_digest_part(Decoder *decoder, Model *model)
{
	model->algorithm = (ModelAlgorithm) read_u8(&decoder->reader);
	model->objective = (ModelObjective) read_u8(&decoder->reader);
	model->unknown = (UnknownPolicy) read_u8(&decoder->reader);
	model->link = (LinearLink) read_u8(&decoder->reader);
	model->target = read_text(decoder);
	model->seed = read_u64(&decoder->reader);
	model->options = read_text(decoder);
	model->classes = read_texts(decoder, &model->n_classes);
	model->positive_class = read_u32(&decoder->reader);
	model->constant = read_value(decoder);
	if (model->link == LINK_SOFTMAX)
		model->reference = (int32_t) read_u32(&decoder->reader);
	read_features(decoder, model);
	read_preprocess(decoder, model);
	read_terms(decoder, model);
	if (!algorithm_is_trees(model->algorithm) && decoder_is_good(decoder))
		read_covariance(decoder, model);
	if (algorithm_is_trees(model->algorithm) && decoder_is_good(decoder))
		read_ensemble(decoder, model);
}

static void
read_curves(Decoder *decoder, Model *model)
{
	uint32_t n = read_count(&decoder->reader, 8);

	model->train_curve = read_values(decoder, n);
	if (model->train_curve == NULL)
		return;
	model->n_curve = n;
	if (read_flag(decoder))
		model->validation_curve = read_values(decoder, n);
}

/* How the penalty was chosen. */
static void
read_scores(Decoder *decoder, Model *model)
{
	uint32_t n;
	uint32_t i;

	model->cv_folds = read_u32(&decoder->reader);
	if (!decoder_is_good(decoder) || model->cv_folds == 0)
		return;
	model->cv_l1_ratio = read_value(decoder);
	model->cv_chosen = read_u32(&decoder->reader);
	n = read_count(&decoder->reader, sizeof(PenaltyScore));
	model->scores = decoder_allocate(decoder, n, sizeof(PenaltyScore));
	model->n_scores = model->scores != NULL ? n : 0;
	for (i = 0; i < model->n_scores; i++)
	{
		model->scores[i].alpha = read_value(decoder);
		model->scores[i].error = read_value(decoder);
		model->scores[i].standard_error = read_value(decoder);
	}
}

static void
read_facts_part(Decoder *decoder, Model *model)
{
	LinearFacts *facts = &model->facts;
	uint32_t n;
	uint32_t i;

	model->rows = read_u64(&decoder->reader);
	model->rows_skipped = read_u64(&decoder->reader);
	model->warnings = read_texts(decoder, &model->n_warnings);
	n = read_count(&decoder->reader, MODEL_FORMAT_METRIC_SIZE);
	model->metrics = decoder_allocate(decoder, n, sizeof(ModelMetric));
	model->n_metrics = model->metrics != NULL ? n : 0;
	for (i = 0; i < model->n_metrics && decoder_is_good(decoder); i++)
	{
		model->metrics[i].name = read_text(decoder);
		model->metrics[i].value = read_value(decoder);
	}
	facts->log_likelihood = read_value(decoder);
	facts->sigma2 = read_value(decoder);
	facts->rss = read_value(decoder);
	facts->tss = read_value(decoder);
	facts->gradient_norm = read_value(decoder);
	facts->condition_number = read_value(decoder);
	facts->rank = (int32_t) read_u32(&decoder->reader);
	facts->iterations = (int32_t) read_u32(&decoder->reader);
	facts->converged = read_flag(decoder);
	facts->separated = read_flag(decoder);
	if (algorithm_is_trees(model->algorithm))
		read_curves(decoder, model);
	if (model->algorithm == ALGORITHM_LINEAR_REGRESSION)
		read_scores(decoder, model);
	if (model->ensemble != NULL && decoder_is_good(decoder))
		decoder_fail(
			decoder,
			ensemble_decode_gains(&decoder->reader, decoder->allocator->stop, model->ensemble));
}

/* What the header says; KERNEL_OK when it can be that of `length` bytes of our format. */
static Status
read_header(ByteReader *reader, const void *bytes, size_t length, uint32_t *checksum)
{
	uint16_t version;

	reader_begin(reader, bytes, length);
	if (length < MODEL_FORMAT_PART_AT || length > MODEL_SIZE_LIMIT ||
		read_u32(reader) != MODEL_MAGIC)
		return KERNEL_CORRUPT;
	version = read_u16(reader);
	if (version > MODEL_FORMAT_VERSION)
		return KERNEL_UNSUPPORTED_VERSION;
	if (version == 0 || read_u16(reader) != 0 || read_u32(reader) != length)
		return KERNEL_CORRUPT;
	*checksum = read_u32(reader);
	return KERNEL_OK;
}

Status
model_claimed_digest(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE])
{
	ByteReader reader;
	uint32_t checksum;
	Status status = read_header(&reader, bytes, length, &checksum);

	if (status == KERNEL_OK)
		memcpy(digest, (const uint8_t *) bytes + MODEL_FORMAT_DIGEST_AT, SHA256_SIZE);
	return status;
}

/* A model's first bytes, of `whole` in all. */
typedef struct StoredStart
{
	const uint8_t *bytes;
	size_t length;
	size_t whole;
	bool is_scored_alone; /* facts are not read, though they may be there */
} StoredStart;

/* Header, checksum and digest; leaves the reader at the digest part and gives its length. */
static Status
check_header(ByteReader *reader, const StoredStart *start, size_t *part_length,
			 const StopCheck *stop)
{
	const uint8_t *bytes = start->bytes;
	uint8_t digest[SHA256_SIZE];
	uint32_t checksum;
	Status status = read_header(reader, bytes, start->whole, &checksum);

	if (status != KERNEL_OK)
		return status;
	if (!start->is_scored_alone && checksum != model_format_checksum(bytes, start->length))
		return KERNEL_CORRUPT;
	reader->end = bytes + start->length;
	read_bytes(reader, SHA256_SIZE);
	*part_length = read_u32(reader);
	if (*part_length > reader_left(reader))
		return KERNEL_CORRUPT;
	status = model_format_digest(bytes, *part_length, stop, digest);
	if (status != KERNEL_OK)
		return status;
	return memcmp(digest, bytes + MODEL_FORMAT_DIGEST_AT, SHA256_SIZE) == 0 ? KERNEL_OK :
																			  KERNEL_CORRUPT;
}

/* Both parts, or the first one alone, each to its last byte. */
static void
read_parts(Decoder *decoder, Model *model, size_t part_length, bool is_scored_alone)
{
	const uint8_t *end = decoder->reader.end;

	decoder->reader.end = decoder->reader.next + part_length;
	read_digest_part(decoder, model);
	if (decoder_is_good(decoder) && reader_left(&decoder->reader) > 0)
		decoder_fail(decoder, KERNEL_CORRUPT);
	decoder->reader.end = end;
	if (is_scored_alone)
		return;
	if (decoder_is_good(decoder))
		read_facts_part(decoder, model);
	if (decoder_is_good(decoder) && reader_left(&decoder->reader) > 0)
		decoder_fail(decoder, KERNEL_CORRUPT);
}

/* `opens`: the trees are left as bytes. */
static Status
decode(Model **model, const Allocator *allocator, const StoredStart *start, bool opens)
{
	Decoder decoder = {.allocator = allocator, .status = KERNEL_OK, .opens = opens};
	Model *decoded;
	size_t part_length;
	Status status = check_header(&decoder.reader, start, &part_length, allocator->stop);

	if (status != KERNEL_OK)
		return status;
	decoded = memory_allocate_zero(allocator, 1, sizeof(Model));
	if (decoded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memcpy(decoded->digest, start->bytes + MODEL_FORMAT_DIGEST_AT, SHA256_SIZE);
	read_parts(&decoder, decoded, part_length, start->is_scored_alone);
	if (decoder_is_good(&decoder))
		decoder_fail(&decoder, model_validate_parts(decoded, allocator));
	if (decoder.status != KERNEL_OK)
	{
		model_release(decoded, allocator);
		return decoder.status;
	}
	derive_slots(decoded);
	*model = decoded;
	return KERNEL_OK;
}

Status
model_decode(Model **model, const Allocator *allocator, const void *bytes, size_t length)
{
	StoredStart start = {.bytes = bytes, .length = length, .whole = length};

	return decode(model, allocator, &start, false);
}

/* Are these the first bytes of a model of trees? */
static bool
starts_trees(const uint8_t *bytes, size_t whole)
{
	return whole >= MODEL_START_SIZE &&
		algorithm_is_trees((ModelAlgorithm) bytes[MODEL_FORMAT_PART_AT]);
}

size_t
model_scored_size(const void *bytes, size_t whole)
{
	size_t part_length;

	if (!starts_trees(bytes, whole))
		return whole;
	part_length = load_u32((const uint8_t *) bytes + MODEL_FORMAT_PART_LENGTH_AT);
	if (part_length == 0) /* it has no algorithm: to be refused, but not to be read beyond */
		return MODEL_START_SIZE;
	return part_length < whole - MODEL_FORMAT_PART_AT ? MODEL_FORMAT_PART_AT + part_length : whole;
}

Status
model_open(Model **model, const Allocator *allocator, const void *bytes, size_t length,
		   size_t whole)
{
	StoredStart start = {.bytes = bytes,
						 .length = length,
						 .whole = whole,
						 .is_scored_alone = length >= MODEL_START_SIZE && length < whole &&
							 starts_trees(bytes, whole)};

	return start.is_scored_alone || length == whole ? decode(model, allocator, &start, true) :
													  KERNEL_CORRUPT;
}

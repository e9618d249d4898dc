/*
 * model_codec.c: models to bytes and back.
 *
 * Layout: the header of model.h; u32 length of the digest part; the digest part
 * (algorithm, schema, preprocessing, options, payload); the facts part (rows,
 * warnings, metrics, how the fit went).  One value has one encoding: NaN is
 * written with one bit pattern and no other is accepted, and the reader refuses
 * what the writer would not write.
 */
#include <math.h>
#include <string.h>

#include "kernel/codec/bytes.h"
#include "kernel/codec/checksum.h"
#include "kernel/dataset/dictionary.h"
#include "kernel/model/model.h"

#define LENGTH_OFFSET 8
#define CHECKSUM_OFFSET 12
#define DIGEST_OFFSET 16
#define TERM_SIZE 44			/* bytes of one encoded term */

static void
write_text(ByteWriter *writer, const char *text)
{
	write_string(writer, text, strlen(text));
}

static void
write_texts(ByteWriter *writer, char *const *texts, uint32_t n)
{
	uint32_t	i;

	write_u32(writer, n);
	for (i = 0; i < n; i++)
		write_text(writer, texts[i]);
}

/* A double whose NaN has one form. */
static void
write_value(ByteWriter *writer, double value)
{
	if (isnan(value))
		write_u64(writer, UINT64_C(0x7ff8000000000000));
	else
		write_double(writer, value);
}

static void
write_feature(ByteWriter *writer, const ModelFeature *feature)
{
	uint32_t	i;

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
write_digest_part(ByteWriter *writer, const Model *model)
{
	uint32_t	i;

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
	write_u32(writer, model->n_features);
	for (i = 0; i < model->n_features; i++)
		write_feature(writer, &model->features[i]);
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
}

static void
write_facts_part(ByteWriter *writer, const Model *model)
{
	const LinearFacts *facts = &model->facts;
	uint32_t	i;

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
}

/* value at bytes[offset], little-endian. */
static void
patch_u32(uint8_t *bytes, size_t offset, uint32_t value)
{
	int			i;

	for (i = 0; i < 4; i++)
		bytes[offset + (size_t) i] = (uint8_t) (value >> (8 * i));
}

/* The CRC of the model with its own field as zeros. */
static uint32_t
model_checksum(const uint8_t *bytes, size_t length)
{
	uint8_t		head[MODEL_HEADER_SIZE];
	uint32_t	of_body = checksum_crc32c(bytes + MODEL_HEADER_SIZE, length - MODEL_HEADER_SIZE);
	uint8_t		both[MODEL_HEADER_SIZE + 4];

	memcpy(head, bytes, MODEL_HEADER_SIZE);
	memset(head + CHECKSUM_OFFSET, 0, 4);
	memcpy(both, head, MODEL_HEADER_SIZE);
	patch_u32(both, MODEL_HEADER_SIZE, of_body);
	return checksum_crc32c(both, sizeof(both));
}

static void
digest_of(const uint8_t *part, size_t length, uint8_t digest[SHA256_SIZE])
{
	Sha256		sha;

	sha256_begin(&sha);
	sha256_add(&sha, part, length);
	sha256_end(&sha, digest);
}

Status
model_encode(Model *model, const Allocator *allocator, uint8_t **bytes, size_t *length)
{
	static const uint8_t blank[MODEL_HEADER_SIZE + 4];
	ByteWriter	writer;
	size_t		part_length;
	uint8_t    *fitted;

	if (model_validate(model) != KERNEL_OK)
		return KERNEL_INVALID;
	writer_begin(&writer, allocator, MODEL_SIZE_LIMIT);
	write_bytes(&writer, blank, sizeof(blank));
	write_digest_part(&writer, model);
	part_length = writer.length - sizeof(blank);
	write_facts_part(&writer, model);
	if (writer.status != KERNEL_OK)
	{
		Status		status = writer.status;

		writer_release(&writer);
		return status;
	}
	fitted = memory_reallocate(allocator, writer.bytes, writer.capacity, writer.length, 1);
	if (fitted == NULL)
	{
		writer_release(&writer);
		return KERNEL_OUT_OF_MEMORY;
	}
	patch_u32(fitted, MODEL_HEADER_SIZE, (uint32_t) part_length);
	digest_of(fitted + sizeof(blank), part_length, model->digest);
	patch_u32(fitted, 0, MODEL_MAGIC);
	fitted[4] = MODEL_FORMAT_VERSION;
	patch_u32(fitted, LENGTH_OFFSET, (uint32_t) writer.length);
	memcpy(fitted + DIGEST_OFFSET, model->digest, SHA256_SIZE);
	patch_u32(fitted, CHECKSUM_OFFSET, model_checksum(fitted, writer.length));
	*bytes = fitted;
	*length = writer.length;
	return KERNEL_OK;
}

/* What decoding needs everywhere; `status` latches allocation failures and faults. */
typedef struct Decoder
{
	ByteReader	reader;
	const Allocator *allocator;
	Status		status;
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
	void	   *block;

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
	size_t		length;
	const char *text = read_string(&decoder->reader, &length);
	char	   *copy;

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
	uint64_t	bits = read_u64(&decoder->reader);
	double		value;

	memcpy(&value, &bits, sizeof(value));
	if (isnan(value) && bits != UINT64_C(0x7ff8000000000000))
		decoder_fail(decoder, KERNEL_CORRUPT);
	return value;
}

/* n texts; those in `seen`, when given, must all be new. */
static char **
read_texts(Decoder *decoder, uint32_t *n, Dictionary *seen)
{
	uint32_t	count = read_count(&decoder->reader, 4);
	char	  **texts = decoder_allocate(decoder, count, sizeof(char *));
	uint32_t	i;

	*n = texts != NULL ? count : 0;
	for (i = 0; i < *n; i++)
	{
		int32_t		code;
		int32_t		held = seen != NULL ? seen->n : 0;

		texts[i] = read_text(decoder);
		if (texts[i] == NULL || seen == NULL)
			continue;
		if (dictionary_add(seen, decoder->allocator, texts[i], strlen(texts[i]), &code) != KERNEL_OK)
			decoder_fail(decoder, KERNEL_OUT_OF_MEMORY);
		else if (code != held)
			decoder_fail(decoder, KERNEL_CORRUPT);
	}
	return texts;
}

static double *
read_values(Decoder *decoder, size_t n)
{
	double	   *values;
	size_t		i;

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
read_feature(Decoder *decoder, ModelFeature *feature, Dictionary *names)
{
	Dictionary	levels = {0};
	int32_t		held = names->n;
	int32_t		code;

	feature->name = read_text(decoder);
	feature->family = (FeatureFamily) read_u8(&decoder->reader);
	if (!decoder_is_good(decoder) || feature->name == NULL)
		return;
	if (dictionary_add(names, decoder->allocator, feature->name, strlen(feature->name), &code) != KERNEL_OK)
		decoder_fail(decoder, KERNEL_OUT_OF_MEMORY);
	else if (code != held)
		decoder_fail(decoder, KERNEL_CORRUPT);
	if (feature->family != FAMILY_CATEGORY)
	{
		uint32_t	length = read_u32(&decoder->reader);
		size_t		n = length > 0 ? length : 1;

		feature->fill = read_values(decoder, n);
		if (feature->fill != NULL)
			feature->length = length;
		return;
	}
	feature->levels = read_texts(decoder, &feature->n_levels, &levels);
	feature->frequency = read_values(decoder, (size_t) feature->n_levels + 1);
	feature->pooled = read_texts(decoder, &feature->n_pooled, &levels);
	dictionary_release(&levels, decoder->allocator);
}

static void
read_features(Decoder *decoder, Model *model)
{
	uint32_t	n = read_count(&decoder->reader, 9);
	Dictionary	names = {0};
	uint32_t	f;

	model->features = decoder_allocate(decoder, n, sizeof(ModelFeature));
	model->n_features = model->features != NULL ? n : 0;
	for (f = 0; f < model->n_features && decoder_is_good(decoder); f++)
		read_feature(decoder, &model->features[f], &names);
	dictionary_release(&names, decoder->allocator);
}

/* The slot of each term; terms are not validated yet. */
static void
derive_slots(Model *model)
{
	uint32_t	t = 0;
	int32_t		number = 0;
	int32_t		category = 0;
	int32_t		f;

	for (; t < model->n_terms && model->coefficients[t].term.feature < 0; t++)
		model->coefficients[t].term.slot = -1;
	for (f = 0; f < (int32_t) model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];
		bool		is_category = feature->family == FAMILY_CATEGORY;

		for (; t < model->n_terms && model->coefficients[t].term.feature == f; t++)
			model->coefficients[t].term.slot = is_category ? category :
				number + model->coefficients[t].term.element;
		if (is_category)
			category++;
		else
			number += (int32_t) (feature->length > 0 ? feature->length : 1);
	}
}

static void
read_terms(Decoder *decoder, Model *model)
{
	uint32_t	n = read_count(&decoder->reader, TERM_SIZE);
	uint32_t	t;

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

static void
read_digest_part(Decoder *decoder, Model *model)
{
	Dictionary	classes = {0};

	model->algorithm = (ModelAlgorithm) read_u8(&decoder->reader);
	model->objective = (ModelObjective) read_u8(&decoder->reader);
	model->unknown = (UnknownPolicy) read_u8(&decoder->reader);
	model->link = (LinearLink) read_u8(&decoder->reader);
	model->target = read_text(decoder);
	model->seed = read_u64(&decoder->reader);
	model->options = read_text(decoder);
	model->classes = read_texts(decoder, &model->n_classes, &classes);
	dictionary_release(&classes, decoder->allocator);
	model->positive_class = read_u32(&decoder->reader);
	model->constant = read_value(decoder);
	read_features(decoder, model);
	read_terms(decoder, model);
}

/* 0 or 1. */
static bool
read_flag(Decoder *decoder)
{
	uint8_t		flag = read_u8(&decoder->reader);

	if (flag > 1)
		decoder_fail(decoder, KERNEL_CORRUPT);
	return flag == 1;
}

static void
read_facts_part(Decoder *decoder, Model *model)
{
	LinearFacts *facts = &model->facts;
	uint32_t	n;
	uint32_t	i;

	model->rows = read_u64(&decoder->reader);
	model->rows_skipped = read_u64(&decoder->reader);
	model->warnings = read_texts(decoder, &model->n_warnings, NULL);
	n = read_count(&decoder->reader, 12);
	model->metrics = decoder_allocate(decoder, n, sizeof(ModelMetric));
	model->n_metrics = model->metrics != NULL ? n : 0;
	for (i = 0; i < model->n_metrics; i++)
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
}

bool
model_claimed_digest(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE])
{
	ByteReader	reader;

	reader_begin(&reader, bytes, length);
	if (length <= MODEL_HEADER_SIZE || read_u32(&reader) != MODEL_MAGIC)
		return false;
	memcpy(digest, (const uint8_t *) bytes + DIGEST_OFFSET, SHA256_SIZE);
	return true;
}

/* Header, checksum and digest; leaves the reader at the digest part and gives its length. */
static Status
check_header(ByteReader *reader, const uint8_t *bytes, size_t length, size_t *part_length)
{
	uint8_t		digest[SHA256_SIZE];
	uint16_t	version;
	uint32_t	checksum;

	reader_begin(reader, bytes, length);
	if (length < MODEL_HEADER_SIZE + 4 || length > MODEL_SIZE_LIMIT || read_u32(reader) != MODEL_MAGIC)
		return KERNEL_CORRUPT;
	version = read_u16(reader);
	if (version > MODEL_FORMAT_VERSION)
		return KERNEL_UNSUPPORTED_VERSION;
	if (version == 0 || read_u16(reader) != 0 || read_u32(reader) != length)
		return KERNEL_CORRUPT;
	checksum = read_u32(reader);
	if (checksum != model_checksum(bytes, length))
		return KERNEL_CORRUPT;
	read_bytes(reader, SHA256_SIZE);
	*part_length = read_u32(reader);
	if (*part_length > reader_left(reader))
		return KERNEL_CORRUPT;
	digest_of(bytes + MODEL_HEADER_SIZE + 4, *part_length, digest);
	return memcmp(digest, bytes + DIGEST_OFFSET, SHA256_SIZE) == 0 ? KERNEL_OK : KERNEL_CORRUPT;
}

Status
model_decode(Model **model, const Allocator *allocator, const void *bytes, size_t length)
{
	Decoder		decoder = {.allocator = allocator, .status = KERNEL_OK};
	const uint8_t *end;
	Model	   *decoded;
	size_t		part_length;
	Status		status = check_header(&decoder.reader, bytes, length, &part_length);

	if (status != KERNEL_OK)
		return status;
	decoded = memory_allocate_zero(allocator, 1, sizeof(Model));
	if (decoded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memcpy(decoded->digest, (const uint8_t *) bytes + DIGEST_OFFSET, SHA256_SIZE);
	end = decoder.reader.end;
	decoder.reader.end = decoder.reader.next + part_length;
	read_digest_part(&decoder, decoded);
	if (decoder_is_good(&decoder) && decoder.reader.next != decoder.reader.end)
		decoder_fail(&decoder, KERNEL_CORRUPT);
	decoder.reader.end = end;
	if (decoder_is_good(&decoder))
		read_facts_part(&decoder, decoded);
	if (decoder_is_good(&decoder) && reader_left(&decoder.reader) > 0)
		decoder_fail(&decoder, KERNEL_CORRUPT);
	if (decoder_is_good(&decoder))
		decoder_fail(&decoder, model_validate(decoded));
	if (decoder.status != KERNEL_OK)
	{
		model_release(decoded, allocator);
		return decoder.status;
	}
	derive_slots(decoded);
	*model = decoded;
	return KERNEL_OK;
}

/*
 * test_model_golden.c: model files of every format version are read and scored for ever.
 *
 * The files come from test/golden/model_bytes.py, an encoder written from the
 * format's description, with predictions in exact arithmetic.
 */
#include <glob.h>

#include "kernel/tree/scorer.h"
#include "model_samples.h"
#include "unit.h"

#define LINE_SIZE 16384
#define MODEL_BYTES 4096

/* A scorer with its lookups and one feature vector. */
typedef struct Reader
{
	Model *model;
	LinearScorer scorer;
	double vector[16];
	double missing;		   /* what missing indicators add to eta */
	LinearScorer *classes; /* of models with an eta a class, else NULL */
	double class_missing[4];
} Reader;

static size_t
parse_hex(const char *text, uint8_t *bytes)
{
	size_t n = 0;
	unsigned byte;

	for (; sscanf(text, "%2x", &byte) == 1; text += 2)
		bytes[n++] = (uint8_t) byte;
	return n;
}

/* Notes a missing slot for each class; returns what its indicator adds where there is one eta. */
static double
note_missing(Reader *reader, int32_t slot)
{
	uint32_t k;

	for (k = 0; reader->classes != NULL && k < reader->model->n_classes; k++)
		reader->class_missing[k] += reader->classes[k].missing_weight[slot];
	return reader->scorer.missing_weight[slot];
}

/* A number or NULL into one slot; true when NULL. */
static bool
read_number(Reader *reader, int32_t slot, const char *text)
{
	bool is_null = strncmp(text, "null", 4) == 0;

	reader->vector[slot] = is_null ?
		(reader->model->ensemble != NULL ? NAN : reader->scorer.number_fill[slot]) :
		strtod(text, NULL);
	return is_null;
}

/* A feature of numbers; returns what its missing indicator adds. */
static double
read_numbers(Reader *reader, const ModelFeature *feature, int32_t slot, const char *text)
{
	bool is_null = false;
	uint32_t i;

	if (*text == '[')
		text++;
	for (i = 0; i < (feature->length > 0 ? feature->length : 1); i++)
	{
		is_null |= read_number(reader, slot + (int32_t) i, text);
		if (strchr(text, ',') != NULL)
			text = strchr(text, ',') + 1;
	}
	return is_null ? note_missing(reader, slot) : 0.0;
}

static double
read_category(Reader *reader, const ModelFeature *feature, int32_t slot, const char *text)
{
	int32_t n = reader->scorer.n_numbers;
	LevelLookup *lookup;

	reader->vector[n + slot] = 0;
	if (strcmp(text, "null") == 0)
		return note_missing(reader, n + slot);
	lookup = level_lookup_create(feature, &unit_allocator);
	reader->vector[n + slot] = level_lookup_find(lookup, text + 1, strlen(text + 1));
	level_lookup_release(lookup, &unit_allocator);
	return 0.0;
}

/* The predictions of trees against the values of the line, one an output. */
static void
check_ensemble(const Reader *reader, const char *expected)
{
	double lanes[TREE_LANES * 4];
	double raw[4];
	int32_t k;

	CHECK(reader->model->ensemble->n_outputs <= 4);
	ensemble_raw(reader->model->ensemble, reader->vector, lanes, raw);
	ensemble_predict(reader->model->ensemble, raw);
	for (k = 0; k < reader->model->ensemble->n_outputs; k++)
	{
		char *end;

		CHECK_CLOSE(raw[k], strtod(expected, &end), 4e-16);
		expected = end + 1;
	}
}

/* The probabilities of classes with an eta each, likewise. */
static void
check_classes(const Reader *reader, const char *expected)
{
	double eta[4];
	uint32_t k;

	for (k = 0; k < reader->model->n_classes; k++)
		eta[k] = linear_eta(&reader->classes[k], reader->vector) + reader->class_missing[k];
	linear_softmax(eta, (int32_t) reader->model->n_classes);
	for (k = 0; k < reader->model->n_classes; k++)
	{
		char *end;

		/* An eta of some units, rounded, is what exp() multiplies. */
		CHECK_CLOSE(eta[k], strtod(expected, &end), 4e-15);
		expected = end + 1;
	}
}

/* One "score" line: expected value, then a field a feature. */
static void
check_score(Reader *reader, char *line)
{
	char *field = strchr(line, '\t') + 1;
	const char *values = field;
	double missing = 0.0;
	double actual;
	int32_t number = 0;
	int32_t category = 0;
	uint32_t f;

	memset(reader->class_missing, 0, sizeof(reader->class_missing));
	for (f = 0; f < reader->model->n_features; f++)
	{
		const ModelFeature *feature = &reader->model->features[f];
		char *end;

		field = strchr(field, '\t') + 1;
		end = strchr(field, '\t');
		if (end != NULL)
			*end = '\0';
		if (feature->family == FAMILY_CATEGORY)
			missing += read_category(reader, feature, category++, field);
		else
		{
			missing += read_numbers(reader, feature, number, field);
			number += (int32_t) (feature->length > 0 ? feature->length : 1);
		}
		if (end != NULL)
			*end = '\t';
	}
	if (reader->model->ensemble != NULL)
		check_ensemble(reader, values);
	else if (reader->classes != NULL)
		check_classes(reader, values);
	else
	{
		actual = linear_inverse_link(reader->scorer.link,
									 linear_eta(&reader->scorer, reader->vector) + missing);
		CHECK_CLOSE(actual, strtod(values, NULL), 4e-16);
	}
	if (unit_failures > 0)
		printf("# %s\n", line);
}

static void
check_digest(const uint8_t *bytes, size_t length, const Model *model, const uint8_t *expected)
{
	uint8_t claimed[SHA256_SIZE] = {0};

	CHECK(memcmp(model->digest, expected, SHA256_SIZE) == 0);
	CHECK(model_claimed_digest(bytes, length, claimed) == KERNEL_OK);
	CHECK(memcmp(claimed, expected, SHA256_SIZE) == 0);
}

/* Everything one file says; returns the predictions compared. */
static int
check_file(const char *path)
{
	static char line[LINE_SIZE];
	static uint8_t bytes[MODEL_BYTES];
	uint8_t digest[SHA256_SIZE + 1];
	size_t length = 0;
	Reader reader = {0};
	int n = 0;
	FILE *file = fopen(path, "r");

	CHECK(file != NULL);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
	{
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "bytes\t", 6) == 0)
		{
			length = parse_hex(line + 6, bytes);
			CHECK(model_decode(&reader.model, &unit_allocator, bytes, length) == KERNEL_OK);
			if (reader.model == NULL)
				break;
			CHECK(model_scorer(reader.model, &unit_allocator, &reader.scorer) == KERNEL_OK);
			CHECK(reader.model->n_classes <= 4);
			if (reader.model->link == LINK_SOFTMAX)
				CHECK(model_class_scorers(reader.model, &unit_allocator, &reader.classes) ==
					  KERNEL_OK);
		}
		else if (strncmp(line, "digest\t", 7) == 0 && parse_hex(line + 7, digest) == SHA256_SIZE)
			check_digest(bytes, length, reader.model, digest);
		else if (strncmp(line, "score\t", 6) == 0 && reader.model->preprocess != NULL)
			n++; /* of columns that the glue reads: test/sql/predict.sql */
		else if (strncmp(line, "score\t", 6) == 0)
		{
			check_score(&reader, line);
			n++;
		}
		else
			CHECK(!"a line of another kind");
	}
	if (file != NULL)
		fclose(file);
	if (reader.model == NULL)
		return 0;
	model_scorer_release(reader.model, &unit_allocator, &reader.scorer);
	if (reader.classes != NULL)
		model_class_scorers_release(reader.model, &unit_allocator, reader.classes);
	model_release(reader.model, &unit_allocator);
	return n;
}

static void
every_model_file_is_read_and_scored(void)
{
	glob_t paths;
	size_t i;

	CHECK(glob("test/golden/models/v*.txt", 0, NULL, &paths) == 0);
	CHECK(paths.gl_pathc >= 12);
	for (i = 0; i < paths.gl_pathc; i++)
	{
		int failures = unit_failures;

		CHECK(check_file(paths.gl_pathv[i]) > 0);
		if (unit_failures > failures)
			printf("# in %s\n", paths.gl_pathv[i]);
	}
	globfree(&paths);
}

/* The encoder writes, byte for byte, what the description of the format says. */
static void
encoder_writes_the_described_bytes(void)
{
	static char line[LINE_SIZE];
	static uint8_t expected[MODEL_BYTES];
	int i;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		Model model = *samples[i].model;
		char path[128];
		uint8_t *bytes;
		size_t length;
		FILE *file;

		snprintf(path, sizeof(path), "test/golden/models/v%d_%s.txt", MODEL_FORMAT_VERSION,
				 samples[i].name);
		file = fopen(path, "r");
		CHECK(file != NULL && fgets(line, sizeof(line), file) != NULL);
		if (file == NULL)
			return;
		fclose(file);
		CHECK(model_encode(&model, &unit_allocator, &bytes, &length) == KERNEL_OK);
		CHECK(length == parse_hex(line + 6, expected) && memcmp(bytes, expected, length) == 0);
		memory_release(&unit_allocator, bytes, length, 1);
	}
}

UNIT_MAIN(UNIT_CASE(every_model_file_is_read_and_scored),
		  UNIT_CASE(encoder_writes_the_described_bytes))

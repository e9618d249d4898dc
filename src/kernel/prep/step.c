/*
 * step.c: the table of fields and what follows it.
 */
#include "kernel/prep/step.h"

#include <math.h>
#include <string.h>

#define BIT(kind) (UINT32_C(1) << (kind))
#define EVERY ((UINT32_C(1) << STEP_KINDS) - 1)
#define FITTED (EVERY & ~(BIT(STEP_PASS) | BIT(STEP_POLYNOMIAL)))
#define SCALED (BIT(STEP_STANDARD) | BIT(STEP_ROBUST) | BIT(STEP_POWER))
#define SKETCHED \
	(BIT(STEP_ROBUST) | BIT(STEP_WINSOR) | BIT(STEP_QUANTILE) | BIT(STEP_POWER) | BIT(STEP_BINS) | \
	 BIT(STEP_IMPUTE))
#define BY_LEVEL (BIT(STEP_ONEHOT) | BIT(STEP_ORDINAL) | BIT(STEP_FREQUENCY))
#define BY_TARGET (BIT(STEP_TARGET) | BIT(STEP_WOE))
#define OPTIONS_LEAST_BYTES 6 /* of a step without what it learnt */
#define AT(field) offsetof(Step, field)

#define NUMBER_OPTION(name, kinds, field, least, largest, preset) \
	{ \
		name, kinds, FIELD_NUMBER, true, AT(field), least, largest, preset, \
		{ \
			NULL \
		} \
	}
#define WHOLE_OPTION(name, kinds, field, least, largest, preset) \
	{ \
		name, kinds, FIELD_WHOLE, true, AT(field), least, largest, preset, \
		{ \
			NULL \
		} \
	}
#define FLAG_OPTION(name, kinds) \
	{ \
		name, kinds, FIELD_FLAG, true, AT(flag), 0, 1, 0, \
		{ \
			NULL \
		} \
	}
#define WORD_OPTION(name, kinds, field, ...) \
	{ \
		name, kinds, FIELD_WORD, true, AT(field), 0, 0, 0, \
		{ \
			__VA_ARGS__ \
		} \
	}
#define TEXT_OPTION(name, kinds, field) \
	{ \
		name, kinds, FIELD_TEXT, true, AT(field), 0, 0, 0, \
		{ \
			NULL \
		} \
	}
#define LEARNT(name, kinds, type, field) \
	{ \
		name, kinds, type, false, AT(field), -INFINITY, INFINITY, NAN, \
		{ \
			NULL \
		} \
	}

const char *const step_kind_names[STEP_KINDS + 1] = {
	"pass",	  "standard", "minmax",		"maxabs", "robust",		"winsor", "quantile",
	"power",  "log1p",	  "signed_log", "bins",	  "polynomial", "cyclic", "impute",
	"onehot", "ordinal",  "frequency",	"hash",	  "target",		"woe",	  NULL};

const StepField step_fields[] = {
	TEXT_OPTION("column", EVERY & ~BIT(STEP_POLYNOMIAL), column),
	{"columns", BIT(STEP_POLYNOMIAL), FIELD_TEXTS, true, AT(columns), 0, 0, 0, {NULL}},
	TEXT_OPTION("target", BY_TARGET, target),
	TEXT_OPTION("fold", BY_TARGET, fold),
	NUMBER_OPTION("low", BIT(STEP_MINMAX), low, -1e300, 1e300, 0.0),
	NUMBER_OPTION("high", BIT(STEP_MINMAX), high, -1e300, 1e300, 1.0),
	FLAG_OPTION("clip", BIT(STEP_MINMAX)),
	NUMBER_OPTION("low", BIT(STEP_ROBUST), low, 0.0, 1.0, 0.25),
	NUMBER_OPTION("high", BIT(STEP_ROBUST), high, 0.0, 1.0, 0.75),
	NUMBER_OPTION("low", BIT(STEP_WINSOR), low, 0.0, 1.0, 0.01),
	NUMBER_OPTION("high", BIT(STEP_WINSOR), high, 0.0, 1.0, 0.99),
	WHOLE_OPTION("quantiles", BIT(STEP_QUANTILE), n, 2, 100000, 1000),
	WORD_OPTION("distribution", BIT(STEP_QUANTILE), strategy, "uniform", "normal"),
	WHOLE_OPTION("bins", BIT(STEP_BINS), n, 2, 10000, 5),
	WORD_OPTION("strategy", BIT(STEP_BINS), strategy, "quantile", "uniform", "custom"),
	FLAG_OPTION("onehot", BIT(STEP_BINS)),
	{"edges", BIT(STEP_BINS), FIELD_NUMBERS, true, AT(knots), 0, 0, 0, {NULL}},
	WORD_OPTION("nulls", BIT(STEP_BINS), nulls, "stay", "bin"),
	WHOLE_OPTION("degree", BIT(STEP_POLYNOMIAL), n, 1, 5, 2),
	FLAG_OPTION("interaction_only", BIT(STEP_POLYNOMIAL)),
	WORD_OPTION("cycle", BIT(STEP_CYCLIC), strategy, "period", "day", "week", "year"),
	NUMBER_OPTION("period", BIT(STEP_CYCLIC), period, 1e-300, 1e300, 1.0),
	TEXT_OPTION("time_zone", BIT(STEP_CYCLIC), time_zone),
	WORD_OPTION("strategy", BIT(STEP_IMPUTE), strategy, "mean", "median", "mode", "constant"),
	NUMBER_OPTION("constant", BIT(STEP_IMPUTE), constant, -1.7e308, 1.7e308, 0.0),
	TEXT_OPTION("constant", BIT(STEP_IMPUTE), constant_text),
	FLAG_OPTION("indicator", BIT(STEP_IMPUTE)),
	WORD_OPTION("drop", BIT(STEP_ONEHOT), drop, "none", "first"),
	WHOLE_OPTION("min_count", BIT(STEP_ONEHOT), min_count, 1, 2147483647, 1),
	WHOLE_OPTION("max_categories", BIT(STEP_ONEHOT), max_categories, 0, 1000000, 0),
	WORD_OPTION("nulls", BIT(STEP_ONEHOT), nulls, "zeros", "level"),
	WORD_OPTION("unknown", BIT(STEP_ONEHOT) | BIT(STEP_ORDINAL), unknown, "ignore", "other",
				"error"),
	FLAG_OPTION("counts", BIT(STEP_FREQUENCY)),
	WHOLE_OPTION("buckets", BIT(STEP_HASH), n, 1, 1000000, 16),
	FLAG_OPTION("signed", BIT(STEP_HASH)),
	WHOLE_OPTION("seed", BIT(STEP_HASH), seed, 0, 2147483647, 0),
	NUMBER_OPTION("smooth", BIT(STEP_TARGET), smooth, 0.0, 1e15, NAN),
	NUMBER_OPTION("smooth", BIT(STEP_WOE), smooth, 1e-9, 1e15, 0.5),
	{"before", BIT(STEP_POLYNOMIAL), FIELD_STEPS, true, AT(before), 0, 0, 0, {NULL}},
	{"after", EVERY, FIELD_STEPS, true, AT(after), 0, 0, 0, {NULL}},
	{"input",
	 EVERY,
	 FIELD_WORD,
	 false,
	 AT(input),
	 0,
	 0,
	 0,
	 {"number", "time", "interval", "category"}},
	LEARNT("rows", EVERY, FIELD_NUMBER, rows),
	LEARNT("missing", EVERY, FIELD_NUMBER, missing),
	LEARNT("center", SCALED, FIELD_NUMBER, center),
	LEARNT("scale", SCALED, FIELD_NUMBER, scale),
	LEARNT("minimum", BIT(STEP_MINMAX) | BIT(STEP_WINSOR), FIELD_NUMBER, minimum),
	LEARNT("maximum", BIT(STEP_MINMAX) | BIT(STEP_WINSOR) | BIT(STEP_MAXABS), FIELD_NUMBER,
		   maximum),
	LEARNT("fill", BIT(STEP_IMPUTE), FIELD_NUMBER, center),
	LEARNT("fill", BIT(STEP_IMPUTE), FIELD_TEXT, fill_text),
	LEARNT("lambda", BIT(STEP_POWER), FIELD_NUMBER, lambda),
	{"width", BIT(STEP_POLYNOMIAL), FIELD_WHOLE, false, AT(width), 0, 1000, 0, {NULL}},
	LEARNT("relative_error", SKETCHED, FIELD_NUMBER, relative_error),
	LEARNT("knots", BIT(STEP_QUANTILE), FIELD_NUMBERS, knots),
	LEARNT("levels", BY_LEVEL | BY_TARGET, FIELD_TEXTS, levels),
	LEARNT("pooled", BIT(STEP_ONEHOT), FIELD_TEXTS, pooled),
	{"null_level",
	 BIT(STEP_ONEHOT) | BIT(STEP_FREQUENCY) | BY_TARGET,
	 FIELD_FLAG,
	 false,
	 AT(has_null_level),
	 0,
	 1,
	 0,
	 {NULL}},
	LEARNT("classes", BIT(STEP_TARGET), FIELD_TEXTS, classes),
	{"folds", BY_TARGET, FIELD_WHOLE, false, AT(folds), 0, 1000, 0, {NULL}},
	LEARNT("priors", BY_TARGET, FIELD_NUMBERS, priors),
	LEARNT("values", BIT(STEP_FREQUENCY) | BY_TARGET, FIELD_NUMBERS, values),
	LEARNT("information", BIT(STEP_WOE), FIELD_NUMBER, information),
};

const int step_n_fields = sizeof(step_fields) / sizeof(step_fields[0]);

int
step_kind_find(const char *name, size_t length)
{
	int kind;

	for (kind = 0; kind < STEP_KINDS; kind++)
	{
		if (strlen(step_kind_names[kind]) == length &&
			memcmp(step_kind_names[kind], name, length) == 0)
			return kind;
	}
	return -1;
}

void
step_begin(Step *step, StepKind kind)
{
	int i;

	*step = (Step){.kind = kind};
	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];
		void *place = step_place(step, field);

		if (!step_has_field(kind, field))
			continue;
		if (field->type == FIELD_NUMBER)
			*(double *) place = field->preset;
		else if (field->type == FIELD_WHOLE)
			*(int32_t *) place = (int32_t) field->preset;
	}
	step->rows = step->missing = 0.0;
	step->relative_error = 0.0;
}

Status
number_list_make(NumberList *list, const Allocator *allocator, size_t n)
{
	if (n > UINT32_MAX)
		return KERNEL_TOO_LARGE;
	list->values = NULL;
	if (n > 0 && (list->values = memory_allocate_zero(allocator, n, sizeof(double))) == NULL)
		return KERNEL_OUT_OF_MEMORY;
	list->n = (uint32_t) n;
	return KERNEL_OK;
}

Status
text_list_make(TextList *list, const Allocator *allocator, size_t n)
{
	if (n > UINT32_MAX)
		return KERNEL_TOO_LARGE;
	list->texts = NULL;
	if (n > 0 && (list->texts = memory_allocate_zero(allocator, n, sizeof(char *))) == NULL)
		return KERNEL_OUT_OF_MEMORY;
	list->n = (uint32_t) n;
	return KERNEL_OK;
}

Status
text_make(char **to, const Allocator *allocator, const char *text, size_t length)
{
	*to = memory_allocate(allocator, length + 1, 1);
	if (*to == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memcpy(*to, text, length);
	(*to)[length] = '\0';
	return KERNEL_OK;
}

static void
text_release(char *text, const Allocator *allocator)
{
	if (text != NULL)
		memory_release(allocator, text, strlen(text) + 1, 1);
}

static void
text_list_release(TextList *list, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		text_release(list->texts[i], allocator);
	memory_release(allocator, list->texts, list->n, sizeof(char *));
	*list = (TextList){0};
}

Status
step_list_make(StepList *list, const Allocator *allocator, size_t n)
{
	if (n > UINT32_MAX)
		return KERNEL_TOO_LARGE;
	list->steps = NULL;
	if (n > 0 && (list->steps = memory_allocate_zero(allocator, n, sizeof(Step))) == NULL)
		return KERNEL_OUT_OF_MEMORY;
	list->n = (uint32_t) n;
	return KERNEL_OK;
}

void
step_list_release(StepList *list, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		step_release(&list->steps[i], allocator);
	memory_release(allocator, list->steps, list->n, sizeof(Step));
	*list = (StepList){0};
}

void
step_release(Step *step, const Allocator *allocator)
{
	int i;

	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];
		void *place = step_place(step, field);

		if (!step_has_field(step->kind, field))
			continue;
		if (field->type == FIELD_TEXT)
		{
			text_release(*(char **) place, allocator);
			*(char **) place = NULL;
		}
		else if (field->type == FIELD_TEXTS)
			text_list_release(place, allocator);
		else if (field->type == FIELD_NUMBERS)
		{
			NumberList *list = place;

			memory_release(allocator, list->values, list->n, sizeof(double));
			*list = (NumberList){0};
		}
		else if (field->type == FIELD_STEPS)
			step_list_release(place, allocator);
	}
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_texts(const TextList *a, const TextList *b)
{
	uint32_t i;

	for (i = 0; i < a->n && i < b->n; i++)
	{
		if (!same_text(a->texts[i], b->texts[i]))
			return false;
	}
	return a->n == b->n;
}

static bool
same_numbers(const NumberList *a, const NumberList *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->values, b->values, a->n * sizeof(double)) == 0);
}

static bool
same_steps(const StepList *a, const StepList *b)
{
	uint32_t i;

	for (i = 0; i < a->n && i < b->n; i++)
	{
		if (!step_same_options(&a->steps[i], &b->steps[i]))
			return false;
	}
	return a->n == b->n;
}

static bool
same_field(const StepField *field, const void *a, const void *b)
{
	switch (field->type)
	{
		case FIELD_NUMBER:
			return memcmp(a, b, sizeof(double)) == 0 || *(const double *) a == *(const double *) b;
		case FIELD_WHOLE:
		case FIELD_WORD:
			return *(const int32_t *) a == *(const int32_t *) b;
		case FIELD_FLAG:
			return *(const bool *) a == *(const bool *) b;
		case FIELD_TEXT:
			return same_text(*(char *const *) a, *(char *const *) b);
		case FIELD_TEXTS:
			return same_texts(a, b);
		case FIELD_NUMBERS:
			return same_numbers(a, b);
		case FIELD_STEPS:
			return same_steps(a, b);
	}
	return false;
}

bool
step_same_options(const Step *a, const Step *b)
{
	int i;

	if (a->kind != b->kind)
		return false;
	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];

		if (field->is_option && step_has_field(a->kind, field) &&
			!same_field(field, step_place(a, field), step_place(b, field)))
			return false;
	}
	return true;
}

/* Is the field written for this step? */
static bool
is_written(const Step *step, bool with_learnt, const StepField *field)
{
	return step_has_field(step->kind, field) && (with_learnt || field->is_option);
}

static size_t
text_size(const char *text)
{
	return text != NULL ? 4 + strlen(text) : 0;
}

static size_t
field_size(const StepField *field, const void *place, bool with_learnt)
{
	size_t size = 4;
	uint32_t i;

	switch (field->type)
	{
		case FIELD_NUMBER:
			return 8;
		case FIELD_FLAG:
			return 1;
		case FIELD_TEXT:
			return 1 + text_size(*(char *const *) place);
		case FIELD_TEXTS:
			for (i = 0; i < ((const TextList *) place)->n; i++)
				size += text_size(((const TextList *) place)->texts[i]);
			return size;
		case FIELD_NUMBERS:
			return size + 8 * (size_t) ((const NumberList *) place)->n;
		case FIELD_STEPS:
			for (i = 0; i < ((const StepList *) place)->n; i++)
				size += step_encoded_size(&((const StepList *) place)->steps[i], with_learnt);
			return size;
		case FIELD_WHOLE:
		case FIELD_WORD:
			break;
	}
	return size;
}

size_t
step_encoded_size(const Step *step, bool with_learnt)
{
	size_t size = 1;
	int i;

	for (i = 0; i < step_n_fields; i++)
	{
		if (is_written(step, with_learnt, &step_fields[i]))
			size += field_size(&step_fields[i], step_place(step, &step_fields[i]), with_learnt);
	}
	return size;
}

/* One bit pattern for all NaNs. */
static void
write_number(ByteWriter *writer, double number)
{
	write_double(writer, isnan(number) ? NAN : number);
}

static void
encode_field(const StepField *field, const void *place, bool with_learnt, ByteWriter *writer)
{
	const TextList *texts = place;
	const NumberList *numbers = place;
	const StepList *list = place;
	const char *text;
	uint32_t i;

	switch (field->type)
	{
		case FIELD_NUMBER:
			write_number(writer, *(const double *) place);
			break;
		case FIELD_WHOLE:
		case FIELD_WORD:
			write_u32(writer, (uint32_t) * (const int32_t *) place);
			break;
		case FIELD_FLAG:
			write_u8(writer, *(const bool *) place);
			break;
		case FIELD_TEXT:
			text = *(char *const *) place;
			write_u8(writer, text != NULL);
			if (text != NULL)
				write_string(writer, text, strlen(text));
			break;
		case FIELD_TEXTS:
			write_u32(writer, texts->n);
			for (i = 0; i < texts->n; i++)
				write_string(writer, texts->texts[i], strlen(texts->texts[i]));
			break;
		case FIELD_NUMBERS:
			write_u32(writer, numbers->n);
			for (i = 0; i < numbers->n; i++)
				write_number(writer, numbers->values[i]);
			break;
		case FIELD_STEPS:
			write_u32(writer, list->n);
			for (i = 0; i < list->n; i++)
				step_encode(&list->steps[i], with_learnt, writer);
			break;
	}
}

void
step_encode(const Step *step, bool with_learnt, ByteWriter *writer)
{
	int i;

	write_u8(writer, (uint8_t) step->kind);
	for (i = 0; i < step_n_fields; i++)
	{
		if (is_written(step, with_learnt, &step_fields[i]))
			encode_field(&step_fields[i], step_place(step, &step_fields[i]), with_learnt, writer);
	}
}

static Status
decode_text(char **to, const Allocator *allocator, ByteReader *reader)
{
	size_t length;
	const char *text = read_string(reader, &length);

	if (text == NULL || memchr(text, '\0', length) != NULL)
	{
		reader->status = KERNEL_CORRUPT;
		return KERNEL_CORRUPT;
	}
	return text_make(to, allocator, text, length);
}

/* On failure the list holds what was read, and NULL for the rest: it is released with the step. */
static Status
decode_texts(TextList *list, const Allocator *allocator, ByteReader *reader)
{
	Status status = text_list_make(list, allocator, read_count(reader, 4));
	uint32_t i;

	for (i = 0; i < list->n && status == KERNEL_OK; i++)
		status = decode_text(&list->texts[i], allocator, reader);
	return status;
}

static Status
decode_numbers(NumberList *list, const Allocator *allocator, ByteReader *reader)
{
	Status status = number_list_make(list, allocator, read_count(reader, 8));
	uint32_t i;

	for (i = 0; i < list->n && status == KERNEL_OK; i++)
		list->values[i] = read_double(reader);
	return status;
}

static Status decode_step(Step *step, bool with_learnt, int depth, const Allocator *allocator,
						  ByteReader *reader);

static Status
decode_steps(StepList *list, bool with_learnt, int depth, const Allocator *allocator,
			 ByteReader *reader)
{
	uint32_t n = read_count(reader, with_learnt ? STEP_LEAST_BYTES : OPTIONS_LEAST_BYTES);
	Status status = reader->status;
	uint32_t i;

	if (status == KERNEL_OK && n > 0 && depth >= STEP_DEPTH)
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK)
		status = step_list_make(list, allocator, n);
	for (i = 0; i < list->n && status == KERNEL_OK; i++)
		status = decode_step(&list->steps[i], with_learnt, depth + 1, allocator, reader);
	return status;
}

static bool
is_word(const StepField *field, int32_t place)
{
	return place >= 0 && place < FIELD_WORDS && field->words[place] != NULL;
}

static Status
decode_field(const StepField *field, void *place, bool with_learnt, int depth,
			 const Allocator *allocator, ByteReader *reader)
{
	switch (field->type)
	{
		case FIELD_NUMBER:
			*(double *) place = read_double(reader);
			return KERNEL_OK;
		case FIELD_WHOLE:
			*(int32_t *) place = (int32_t) read_u32(reader);
			return KERNEL_OK;
		case FIELD_WORD:
			*(int32_t *) place = (int32_t) read_u32(reader);
			return is_word(field, *(int32_t *) place) ? KERNEL_OK : KERNEL_CORRUPT;
		case FIELD_FLAG:
		{
			uint8_t flag = read_u8(reader);

			*(bool *) place = flag == 1;
			return flag <= 1 ? KERNEL_OK : KERNEL_CORRUPT;
		}
		case FIELD_TEXT:
			return read_u8(reader) != 0 ? decode_text(place, allocator, reader) : KERNEL_OK;
		case FIELD_TEXTS:
			return decode_texts(place, allocator, reader);
		case FIELD_NUMBERS:
			return decode_numbers(place, allocator, reader);
		case FIELD_STEPS:
			return decode_steps(place, with_learnt, depth, allocator, reader);
	}
	return KERNEL_CORRUPT;
}

static Status
decode_step(Step *step, bool with_learnt, int depth, const Allocator *allocator, ByteReader *reader)
{
	uint8_t kind = read_u8(reader);
	Status status = kind < STEP_KINDS ? KERNEL_OK : KERNEL_CORRUPT;
	int i;

	*step = (Step){0};
	if (status != KERNEL_OK)
		return status;
	step_begin(step, (StepKind) kind);
	for (i = 0; i < step_n_fields && status == KERNEL_OK; i++)
	{
		if (is_written(step, with_learnt, &step_fields[i]))
			status = decode_field(&step_fields[i], step_place(step, &step_fields[i]), with_learnt,
								  depth, allocator, reader);
		if (status == KERNEL_OK)
			status = reader->status;
	}
	if (status == KERNEL_OK && !(with_learnt ? step_is_valid(step) : step_options_are_valid(step)))
		status = KERNEL_CORRUPT;
	if (status != KERNEL_OK)
		step_release(step, allocator);
	return status;
}

Status
step_decode(Step *step, bool with_learnt, const Allocator *allocator, ByteReader *reader)
{
	return decode_step(step, with_learnt, 1, allocator, reader);
}

Status
step_copy(Step *to, const Step *from, const Allocator *allocator)
{
	size_t size = step_encoded_size(from, false);
	ByteWriter writer;
	ByteReader reader;
	Status status;

	*to = (Step){0};
	writer_begin(&writer, allocator, size);
	step_encode(from, false, &writer);
	status = writer.status;
	if (status == KERNEL_OK)
	{
		reader_begin(&reader, writer.bytes, writer.length);
		status = step_decode(to, false, allocator, &reader);
		to->width = from->width;
		step_set_input(to, from->input);
	}
	writer_release(&writer);
	return status;
}

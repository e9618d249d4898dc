/*
 * model_fields.h: where the fields of an encoded model are, and the elements of its lists.
 */
#ifndef ORCHARD_TEST_FUZZ_MODEL_FIELDS_H
#define ORCHARD_TEST_FUZZ_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "kernel/codec/bytes.h"
#include "kernel/model/model.h"
#include "kernel/model/model_format.h"
#include "kernel/tree/ensemble_format.h"

#define ROOM 4096 /* bytes of the longest mutant */
#define MAX_FIELDS 512
#define MAX_ELEMENTS 96

typedef struct Field
{
	size_t at;	 /* offset of its first byte */
	size_t size; /* 1, 4, 8; or of a text's bytes */
	bool is_double;
	bool is_text;
} Field;

/* One element of a list. */
typedef struct Element
{
	size_t start;
	size_t end;
	size_t count_at; /* offset of the list's count */
} Element;

typedef struct Base
{
	const char *name;
	uint8_t bytes[ROOM];
	size_t length;
	size_t part_length;
	size_t recipe_at; /* of the stored form of preprocessing; 0 without */
	Field fields[MAX_FIELDS];
	size_t n_fields;
	Element elements[MAX_ELEMENTS];
	size_t n_elements;
} Base;

static inline void
add_field(Base *base, ByteReader *reader, size_t size, bool is_double)
{
	base->fields[base->n_fields++] =
		(Field){.at = (size_t) (reader->next - base->bytes), .size = size, .is_double = is_double};
	read_bytes(reader, size);
}

static inline void
walk_doubles(Base *base, ByteReader *reader, size_t n)
{
	while (n-- > 0)
		add_field(base, reader, 8, true);
}

/* A count of 4 bytes, returned. */
static inline uint32_t
walk_count(Base *base, ByteReader *reader)
{
	ByteReader ahead = *reader;

	add_field(base, reader, 4, false);
	return read_u32(&ahead);
}

static inline void
walk_text(Base *base, ByteReader *reader)
{
	uint32_t length = walk_count(base, reader);

	add_field(base, reader, length, false);
	base->fields[base->n_fields - 1].is_text = true;
}

static inline void
begin_element(Base *base, const ByteReader *reader, size_t count_at)
{
	base->elements[base->n_elements++] =
		(Element){.start = (size_t) (reader->next - base->bytes), .count_at = count_at};
}

static inline void
end_element(Base *base, const ByteReader *reader, size_t which)
{
	base->elements[which].end = (size_t) (reader->next - base->bytes);
}

static inline void
walk_texts(Base *base, ByteReader *reader)
{
	size_t count_at = (size_t) (reader->next - base->bytes);
	uint32_t n = walk_count(base, reader);

	while (n-- > 0)
	{
		begin_element(base, reader, count_at);
		walk_text(base, reader);
		end_element(base, reader, base->n_elements - 1);
	}
}

static inline void
walk_feature(Base *base, ByteReader *reader)
{
	ByteReader ahead;
	uint32_t n;

	walk_text(base, reader);
	add_field(base, reader, 1, false);
	ahead = *reader;
	n = read_u32(&ahead);
	if (reader->next[-1] != FAMILY_CATEGORY)
	{
		walk_count(base, reader);
		walk_doubles(base, reader, n > 0 ? n : 1);
		return;
	}
	walk_texts(base, reader);
	walk_doubles(base, reader, (size_t) n + 1);
	walk_texts(base, reader);
}

static inline void
walk_features(Base *base, ByteReader *reader)
{
	size_t count_at = (size_t) (reader->next - base->bytes);
	uint32_t n = walk_count(base, reader);

	while (n-- > 0)
	{
		size_t which = base->n_elements;

		begin_element(base, reader, count_at);
		walk_feature(base, reader);
		end_element(base, reader, which);
	}
}

/* Terms: 3 integers and 4 doubles; metrics: a text and a double. */
static inline void
walk_rows(Base *base, ByteReader *reader, bool are_terms)
{
	size_t count_at = (size_t) (reader->next - base->bytes);
	uint32_t n = walk_count(base, reader);
	int i;

	while (n-- > 0)
	{
		begin_element(base, reader, count_at);
		for (i = 0; are_terms && i < 3; i++)
			add_field(base, reader, 4, false);
		if (!are_terms)
			walk_text(base, reader);
		walk_doubles(base, reader, are_terms ? 4 : 1);
		end_element(base, reader, base->n_elements - 1);
	}
}

/* A varint, returned. */
static inline uint64_t
walk_varint(Base *base, ByteReader *reader)
{
	ByteReader ahead = *reader;
	uint64_t value = read_varint(&ahead);

	add_field(base, reader, (size_t) (ahead.next - reader->next), false);
	return value;
}

/* A tree, of which the sample says what its parts are. */
static inline void
walk_tree(Base *base, ByteReader *reader, const Ensemble *ensemble, const Tree *tree)
{
	bool counts_rows;
	size_t value_size;
	int32_t i;

	walk_varint(base, reader);
	walk_varint(base, reader);
	add_field(base, reader, 1, false);
	counts_rows = (reader->next[-1] & TREE_FORMAT_WEIGHTS) == 0;
	value_size = tree_value_size(reader->next[-1]);
	add_field(base, reader, ((size_t) tree->n_nodes + 7) / 8, false);
	for (i = 0; i < tree->n_nodes / 2; i++)
		add_field(base, reader, 2, false);
	for (i = 0; i < tree->n_nodes; i++)
	{
		if (tree->nodes[i].slot >= ensemble->n_numbers)
			add_field(base, reader,
					  (ensemble->n_levels[tree->nodes[i].slot - ensemble->n_numbers] + 7) / 8,
					  false);
	}
	for (i = 0; i <= tree->n_nodes / 2; i++)
		add_field(base, reader, value_size, false);
	for (i = 0; counts_rows && i <= tree->n_nodes / 2; i++)
		walk_varint(base, reader);
	walk_doubles(base, reader, counts_rows ? 0 : (size_t) tree->n_nodes);
}

static inline void
walk_trees(Base *base, ByteReader *reader, const Ensemble *ensemble)
{
	size_t count_at;
	uint32_t n;
	uint32_t t;
	int32_t s;

	add_field(base, reader, 1, false);
	walk_doubles(base, reader, 2);
	walk_doubles(base, reader, walk_count(base, reader));
	for (s = 0; s < ensemble->n_numbers; s++)
		walk_doubles(base, reader, walk_varint(base, reader));
	count_at = (size_t) (reader->next - base->bytes);
	n = walk_count(base, reader);
	for (t = 0; t < n; t++)
	{
		size_t which = base->n_elements;

		begin_element(base, reader, count_at);
		walk_tree(base, reader, ensemble, &ensemble->trees[t]);
		end_element(base, reader, which);
	}
}

static inline void
walk_covariance(Base *base, ByteReader *reader, size_t n_terms)
{
	add_field(base, reader, 1, false);
	add_field(base, reader, 1, false);
	walk_doubles(base, reader, reader->next[-1] == 1 ? n_terms + covariance_entries(n_terms) : 0);
}

/* How the penalty was chosen. */
static inline void
walk_scores(Base *base, ByteReader *reader)
{
	size_t count_at;
	uint32_t n;

	if (walk_count(base, reader) == 0)
		return;
	walk_doubles(base, reader, 1);
	add_field(base, reader, 4, false);
	count_at = (size_t) (reader->next - base->bytes);
	n = walk_count(base, reader);
	while (n-- > 0)
	{
		begin_element(base, reader, count_at);
		walk_doubles(base, reader, 3);
		end_element(base, reader, base->n_elements - 1);
	}
}

/* A step of preprocessing, by its table of fields. */
static inline void
walk_step(Base *base, ByteReader *reader)
{
	StepKind kind;
	int i;

	add_field(base, reader, 1, false);
	kind = (StepKind) reader->next[-1];
	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];

		if (!step_has_field(kind, field))
			continue;
		if (field->type == FIELD_NUMBER)
			walk_doubles(base, reader, 1);
		else if (field->type == FIELD_TEXTS)
			walk_texts(base, reader);
		else if (field->type == FIELD_NUMBERS)
			walk_doubles(base, reader, walk_count(base, reader));
		else if (field->type == FIELD_TEXT)
		{
			add_field(base, reader, 1, false);
			if (reader->next[-1] == 1)
				walk_text(base, reader);
		}
		else
			add_field(base, reader, field->type == FIELD_FLAG ? 1 : 4, false);
	}
}

static inline void
walk_preprocess(Base *base, ByteReader *reader)
{
	size_t count_at;
	uint32_t n;

	if (walk_count(base, reader) == 0)
		return;
	base->recipe_at = (size_t) (reader->next - base->bytes);
	add_field(base, reader, 4, false);
	add_field(base, reader, 1, false);
	add_field(base, reader, 1, false);
	read_bytes(reader, 2 + TRANSFORM_DIGEST);
	count_at = (size_t) (reader->next - base->bytes);
	n = walk_count(base, reader);
	while (n-- > 0)
	{
		size_t which = base->n_elements;

		begin_element(base, reader, count_at);
		walk_step(base, reader);
		end_element(base, reader, which);
	}
}

/* docs/model-format.md, field by field. */
static inline void
walk(Base *base, const Model *model)
{
	const Ensemble *ensemble = model->ensemble;
	ByteReader reader;
	int i;

	reader_begin(&reader, base->bytes, base->length);
	read_bytes(&reader, MODEL_FORMAT_PART_LENGTH_AT);
	add_field(base, &reader, 4, false);
	for (i = 0; i < 4; i++)
		add_field(base, &reader, 1, false);
	walk_text(base, &reader);
	add_field(base, &reader, 8, false);
	walk_text(base, &reader);
	walk_texts(base, &reader);
	add_field(base, &reader, 4, false);
	walk_doubles(base, &reader, 1);
	if (model->link == LINK_SOFTMAX)
		add_field(base, &reader, 4, false);
	walk_features(base, &reader);
	walk_preprocess(base, &reader);
	walk_rows(base, &reader, true);
	if (ensemble == NULL)
		walk_covariance(base, &reader, (size_t) model->n_terms);
	else
		walk_trees(base, &reader, ensemble);
	base->part_length = (size_t) (reader.next - base->bytes) - MODEL_FORMAT_PART_AT;
	add_field(base, &reader, 8, false);
	add_field(base, &reader, 8, false);
	walk_texts(base, &reader);
	walk_rows(base, &reader, false);
	walk_doubles(base, &reader, 6);
	for (i = 0; i < 4; i++)
		add_field(base, &reader, i < 2 ? 4 : 1, false);
	if (ensemble != NULL)
	{
		uint32_t n = walk_count(base, &reader);

		walk_doubles(base, &reader, n);
		add_field(base, &reader, 1, false);
		walk_doubles(base, &reader, reader.next[-1] == 1 ? n : 0);
		for (i = 0; i < ensemble->n_trees; i++)
			add_field(base, &reader, 4 * (size_t) (ensemble->trees[i].n_nodes / 2), false);
	}
	if (model->algorithm == ALGORITHM_LINEAR_REGRESSION)
		walk_scores(base, &reader);
	if (reader.status != KERNEL_OK || reader_left(&reader) > 0)
		abort();
}

#endif

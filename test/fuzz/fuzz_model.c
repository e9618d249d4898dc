/*
 * fuzz_model.c [COUNT [SEED [ONLY]]]: foreign bytes through decode, validate, scorer and lookups.
 *
 * Real models are mutated with their structure in sight.  Half of the mutants
 * are signed again, checksum and digest, so that they reach what stands behind;
 * a quarter gets the checksum alone and a quarter nothing.  What must hold:
 *   - no crash, nothing read outside the bytes, no memory left or out of proportion;
 *   - nothing forged is scored: what is not signed is a model only where the
 *     digest part is untouched;
 *   - what is accepted is scored with NaN, NULL, infinities and extremes, by every engine to the
 *     same bits, and its model encodes to the very same bytes.
 *
 * One TAP line a kind of model and class of mutation.  A failure prints SEED and
 * the mutant's number; with the number as ONLY that mutant runs alone.
 *
 * For a long run guided by coverage:
 *   clang -g -O1 -std=c11 -D_XOPEN_SOURCE=700 -Isrc -DORCHARD_LIBFUZZER \
 *     -fsanitize=fuzzer,address,undefined test/fuzz/fuzz_model.c $(find src/kernel -name '*.c') \
 *     -lm -ldl -lpthread -o build/fuzz_model && build/fuzz_model -max_len=2048
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/model_exercise.h"
#include "../unit/model_samples.h"
#include "arena.h"
#include "exercise_engines.h"
#include "kernel/model/model_format.h"
#include "model_fields.h"

/* Live bytes allowed while a model of `length` bytes is decoded and scored. */
#define MEMORY_ALLOWED(length) (4096 + 24 * (length))

typedef struct Mutant
{
	uint8_t bytes[ROOM];
	size_t length;
	size_t part_length; /* where the digest part ends now */
	const Base *base;
	const Base *other; /* to splice from */
	uint64_t chance;   /* state of the generator */
} Mutant;

static Arena arena;
static Base bases[SAMPLE_COUNT];
static uint64_t seed = 20260101;
static uint64_t mutant_number;

/* A number below n. */
static size_t
below(Mutant *mutant, size_t n)
{
	mutant->chance += UINT64_C(0x9e3779b97f4a7c15);
	return n > 0 ? (size_t) (hash_mix(mutant->chance) % n) : 0;
}

static void
make_bases(void)
{
	int i;

	for (i = 0; i < SAMPLE_COUNT; i++)
	{
		Allocator allocator = arena_allocator(&arena);
		Model model = *samples[i].model;
		uint8_t *bytes;

		arena_reset(&arena);
		if (model_encode(&model, &allocator, &bytes, &bases[i].length) != KERNEL_OK)
			abort();
		bases[i].name = samples[i].name;
		memcpy(bases[i].bytes, bytes, bases[i].length);
		walk(&bases[i], &model);
	}
}

/* -- Mutations -- */

/* Replaces bytes [at, at + removed) by `inserted` bytes, if there is room. */
static bool
replace(Mutant *mutant, size_t at, size_t removed, const uint8_t *bytes, size_t inserted)
{
	size_t part_end = MODEL_FORMAT_PART_AT + mutant->part_length;

	if (at > mutant->length)
		return false;
	if (removed > mutant->length - at)
		removed = mutant->length - at;
	if (mutant->length - removed + inserted > ROOM)
		return false;
	memmove(mutant->bytes + at + inserted, mutant->bytes + at + removed,
			mutant->length - at - removed);
	if (inserted > 0)
		memcpy(mutant->bytes + at, bytes, inserted);
	mutant->length += inserted - removed;
	if (at < part_end)
		part_end = part_end > at + removed ? part_end - removed + inserted : at + inserted;
	if (part_end > mutant->length)
		part_end = mutant->length;
	mutant->part_length = part_end > MODEL_FORMAT_PART_AT ? part_end - MODEL_FORMAT_PART_AT : 0;
	return true;
}

static uint64_t
get(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | bytes[size];
	return value;
}

static void
put(Mutant *mutant, size_t at, size_t size, uint64_t value)
{
	size_t i;

	for (i = 0; i < size && at + i < mutant->length; i++)
		mutant->bytes[at + i] = (uint8_t) (value >> (8 * i));
}

/* A field of the base, where it stood before other mutations. */
static const Field *
some_field(Mutant *mutant, const Base *base)
{
	return &base->fields[below(mutant, base->n_fields)];
}

static void
flip_bits(Mutant *mutant)
{
	size_t n = 1 + below(mutant, 4);

	while (n-- > 0)
	{
		size_t bit = below(mutant, 8 * mutant->length);

		mutant->bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
	}
}

static void
set_bytes(Mutant *mutant)
{
	static const uint8_t values[] = {0, 1, 2, 3, 4, 0x20, 0x7f, 0x80, 0xf0, 0xfe, 0xff};
	size_t n = 1 + below(mutant, 3);

	while (n-- > 0)
	{
		size_t at = below(mutant, mutant->length);

		mutant->bytes[at] =
			below(mutant, 2) ? (uint8_t) below(mutant, 256) : values[below(mutant, sizeof(values))];
	}
}

static void
set_integer(Mutant *mutant)
{
	static const uint64_t values[] = {0,		  1,		  2,		  3,		  4,
									  0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffffffd,
									  0x40000000, 0x20000000, 0x01000000, 0x10000};
	const Field *field = some_field(mutant, mutant->base);
	int tries;
	uint64_t value;

	for (tries = 0; tries < 8 && (field->is_double || field->is_text); tries++)
		field = some_field(mutant, mutant->base);
	value = get(mutant->base->bytes + field->at, field->size > 8 ? 8 : field->size);
	switch (below(mutant, 5))
	{
		case 0:
			value = values[below(mutant, sizeof(values) / sizeof(values[0]))];
			break;
		case 1:
			value += 1 + below(mutant, 3);
			break;
		case 2:
			value -= 1 + below(mutant, 3);
			break;
		case 3:
			value = below(mutant, 2 * mutant->length);
			break;
		default:
			value = get(mutant->base->bytes + some_field(mutant, mutant->base)->at, 4);
	}
	put(mutant, field->at, field->size > 8 ? 8 : field->size, value);
}

static void
set_double(Mutant *mutant)
{
	static const uint64_t values[] = {UINT64_C(0x7ff8000000000000), /* the NaN that is written */
									  UINT64_C(0xfff8000000000000),
									  UINT64_C(0x7ff0000000000001), /* and others */
									  UINT64_C(0x7ff0000000000000),
									  UINT64_C(0xfff0000000000000), /* infinities */
									  UINT64_C(0x8000000000000000),
									  0, /* zeros */
									  UINT64_C(0x7fefffffffffffff),
									  UINT64_C(0xffefffffffffffff), /* extremes */
									  1,
									  UINT64_C(0x3ff0000000000000),
									  UINT64_C(0xbff0000000000000), /* the least, 1, -1 */
									  UINT64_C(0x3ff0000000000001),
									  UINT64_C(0x4000000000000000)}; /* above 1, 2 */
	const Field *field = some_field(mutant, mutant->base);
	int tries;
	uint64_t value = values[below(mutant, sizeof(values) / sizeof(values[0]))];

	for (tries = 0; tries < 16 && !field->is_double; tries++)
		field = some_field(mutant, mutant->base);
	if (below(mutant, 4) == 0)
		value = below(mutant, UINT64_MAX);
	put(mutant, field->at, 8, value);
}

/* Shorter or longer by a few bytes, at a field's edge or anywhere. */
static void
cut_or_extend(Mutant *mutant)
{
	uint8_t noise[16];
	size_t n = 1 + below(mutant, sizeof(noise));
	size_t at =
		below(mutant, 2) ? some_field(mutant, mutant->base)->at : below(mutant, mutant->length + 1);
	size_t i;

	for (i = 0; i < sizeof(noise); i++)
		noise[i] = below(mutant, 2) ? 0 : (uint8_t) below(mutant, 256);
	switch (below(mutant, 4))
	{
		case 0:
			replace(mutant, at, mutant->length, NULL, 0);
			break;
		case 1:
			replace(mutant, mutant->length, 0, noise, n);
			break;
		case 2:
			replace(mutant, at, n, NULL, 0);
			break;
		default:
			replace(mutant, at, 0, noise, n);
	}
}

/* A stretch from field to field gives way to one of another model. */
static void
splice(Mutant *mutant)
{
	const Base *other = mutant->other;
	const Field *first = some_field(mutant, mutant->base);
	const Field *last = first + below(mutant, 6);
	const Field *from = some_field(mutant, other);
	const Field *to = from + below(mutant, 6);

	if (last >= mutant->base->fields + mutant->base->n_fields)
		last = first;
	if (to >= other->fields + other->n_fields)
		to = from;
	if (below(mutant, 2)) /* like for like: the same size */
		to = from, last = first;
	replace(mutant, first->at, last->at + last->size - first->at, other->bytes + from->at,
			to->at + to->size - from->at);
}

/* Drops, doubles, exchanges or borrows an element of a list; its count mostly follows. */
static void
move_element(Mutant *mutant)
{
	const Base *base = mutant->base;
	const Element *element = &base->elements[below(mutant, base->n_elements)];
	const Element *other = &base->elements[below(mutant, base->n_elements)];
	const Element *foreign = &mutant->other->elements[below(mutant, mutant->other->n_elements)];
	uint64_t count = get(mutant->bytes + element->count_at, 4);
	bool counted = below(mutant, 8) > 0;

	if (base->n_elements == 0)
		return;
	switch (below(mutant, 4))
	{
		case 0:
			replace(mutant, element->start, element->end - element->start, NULL, 0);
			count--;
			break;
		case 1:
			replace(mutant, element->end, 0, base->bytes + element->start,
					element->end - element->start);
			count++;
			break;
		case 2:
			if (other->start < element->end && element->start < other->end)
				return;
			if (other->start < element->start)
			{
				const Element *swap = element;

				element = other;
				other = swap;
			}
			replace(mutant, other->start, other->end - other->start, base->bytes + element->start,
					element->end - element->start);
			replace(mutant, element->start, element->end - element->start,
					base->bytes + other->start, other->end - other->start);
			return;
		default:
			if (mutant->other->n_elements == 0)
				return;
			replace(mutant, element->start, 0, mutant->other->bytes + foreign->start,
					foreign->end - foreign->start);
			count++;
	}
	if (counted)
		put(mutant, element->count_at, 4, count);
}

typedef struct Mutation
{
	const char *name;
	void (*run)(Mutant *mutant);
} Mutation;

static void pile_up(Mutant *mutant);

static const Mutation mutations[] = {{"flipped bits", flip_bits},
									 {"set bytes", set_bytes},
									 {"set integers", set_integer},
									 {"set doubles", set_double},
									 {"cuts and extensions", cut_or_extend},
									 {"splices", splice},
									 {"moved elements", move_element},
									 {"several at once", pile_up}};

#define MUTATION_COUNT ((int) (sizeof(mutations) / sizeof(mutations[0])))

static void
pile_up(Mutant *mutant)
{
	size_t n = 2 + below(mutant, 3);

	while (n-- > 0 && mutant->length > 0)
		mutations[below(mutant, MUTATION_COUNT - 1)].run(mutant);
}

/* -- Verdicts -- */

typedef enum Signature
{
	SIGNED_FULLY,
	SIGNED_CHECKSUM, /* the digest is left as it is */
	SIGNED_NOT
} Signature;

/* The digest of preprocessing, where its length still points into the digest part. */
static void
sign_recipe(Mutant *mutant)
{
	size_t at = mutant->base->recipe_at;
	uint8_t full[SHA256_SIZE];
	Sha256 sha;
	size_t length;

	if (at == 0 || at + TRANSFORM_HEADER > mutant->length)
		return;
	length = (size_t) get(mutant->bytes + at - 4, 4);
	if (length < TRANSFORM_HEADER || length > mutant->length - at)
		return;
	sha256_begin(&sha);
	sha256_add(&sha, mutant->bytes + at, 8);
	sha256_add(&sha, mutant->bytes + at + TRANSFORM_HEADER, length - TRANSFORM_HEADER);
	sha256_end(&sha, full);
	memcpy(mutant->bytes + at + 8, full, TRANSFORM_DIGEST);
}

/* A mutation in the recipe mostly keeps its length right too. */
static void
settle_recipe(Mutant *mutant)
{
	size_t at = mutant->base->recipe_at;
	int64_t grown = (int64_t) mutant->part_length - (int64_t) mutant->base->part_length;

	if (at == 0 || at > mutant->length)
		return;
	if (grown != 0 && below(mutant, 2) == 0)
		put(mutant, at - 4, 4, get(mutant->bytes + at - 4, 4) + (uint64_t) grown);
	if (below(mutant, 16) > 0)
		sign_recipe(mutant);
}

static void
sign(Mutant *mutant, Signature signature)
{
	if (signature == SIGNED_NOT || mutant->length < MODEL_FORMAT_PART_AT)
		return;
	if (below(mutant, 16) > 0)
		put(mutant, MODEL_FORMAT_LENGTH_AT, 4, mutant->length);
	if (below(mutant, 16) > 0)
		put(mutant, MODEL_FORMAT_PART_LENGTH_AT, 4, mutant->part_length);
	settle_recipe(mutant);
	if (signature == SIGNED_FULLY)
	{
		memcpy(mutant->bytes, mutant->base->bytes, MODEL_FORMAT_LENGTH_AT);
		(void) model_format_sign(mutant->bytes, mutant->length, mutant->part_length, NULL);
		return;
	}
	put(mutant, MODEL_FORMAT_CHECKSUM_AT, 4, model_format_checksum(mutant->bytes, mutant->length));
}

/* What is built to score and explain an accepted model of trees, in memory of its own. */
static Broken
judge_engines(const uint8_t *bytes, size_t length)
{
	Allocator allocator = arena_allocator(&arena);
	Model *model;
	Broken broken = NULL;

	arena_reset(&arena);
	if (model_decode(&model, &allocator, bytes, length) != KERNEL_OK)
		return "what was accepted is decoded again";
	if (model->ensemble != NULL)
		broken = exercise_engines(model->ensemble, &allocator);
	model_release(model, &allocator);
	if (broken == NULL && arena.live_blocks != 0)
		broken = "engines leave nothing behind";
	return broken;
}

/* Every promise about these bytes; they are read from a block that ends where they end. */
static Broken
judge(const uint8_t *bytes, size_t length, bool *is_accepted)
{
	Allocator allocator = arena_allocator(&arena);
	uint8_t digest[SHA256_SIZE];
	uint8_t *block;
	Broken broken;

	arena_reset(&arena);
	block = arena_allocate(&arena, length);
	memcpy(block, bytes, length);
	model_claimed_digest(block, length, digest);
	broken = exercise_model(&allocator, block, length, is_accepted);
	if (broken == NULL && arena.live_blocks != 1)
		broken = "nothing is left behind";
	if (broken == NULL && arena.peak_bytes > MEMORY_ALLOWED(length))
		broken = "memory is in proportion";
	if (broken == NULL && *is_accepted)
		broken = judge_engines(bytes, length);
	return broken;
}

/* A forged mutant is one that is not signed, or whose digest is not that of its digest part. */
static Broken
judge_forgery(const Mutant *mutant, Signature signature, bool is_accepted)
{
	const Base *base = mutant->base;
	bool is_same =
		mutant->length == base->length && memcmp(mutant->bytes, base->bytes, base->length) == 0;

	if (signature == SIGNED_NOT && is_accepted != is_same)
		return is_same ? "the model itself is accepted" : "nothing forged is accepted";
	if (signature == SIGNED_CHECKSUM && is_accepted &&
		memcmp(mutant->bytes + MODEL_FORMAT_DIGEST_AT, base->bytes + MODEL_FORMAT_DIGEST_AT,
			   SHA256_SIZE + 4 + base->part_length) != 0)
		return "nothing with a forged digest is accepted";
	return NULL;
}

static void
report(const Mutant *mutant, const char *class, Broken broken)
{
	size_t i;

	printf("# seed %" PRIu64 ", mutant %" PRIu64 " (%s, %s): not so: %s\n# ", seed, mutant_number,
		   mutant->base->name, class, broken);
	for (i = 0; i < mutant->length; i++)
		printf("%02x", mutant->bytes[i]);
	printf("\n");
}

/* A mutant of this number's own, unsigned. */
static void
make_mutant(Mutant *mutant, uint64_t number, int kind, int class)
{
	mutant->base = &bases[kind];
	mutant->chance = hash_mix(seed ^ hash_mix(number));
	mutant->other = &bases[below(mutant, SAMPLE_COUNT)];
	memcpy(mutant->bytes, mutant->base->bytes, mutant->base->length);
	mutant->length = mutant->base->length;
	mutant->part_length = mutant->base->part_length;
	mutations[class].run(mutant);
}

#ifdef ORCHARD_LIBFUZZER

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
									  unsigned int number);
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* data: two bytes of length of the digest part, then both parts.  The header is made to fit. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Mutant mutant;
	bool is_accepted;
	Broken broken;

	if (size < 2 || size - 2 > ROOM - MODEL_FORMAT_PART_AT)
		return 0;
	if (bases[0].name == NULL)
		make_bases();
	mutant.base = &bases[0];
	mutant.length = MODEL_FORMAT_PART_AT + size - 2;
	mutant.part_length = (data[0] | (size_t) data[1] << 8) % (size - 1);
	memcpy(mutant.bytes, bases[0].bytes, MODEL_FORMAT_PART_AT);
	memcpy(mutant.bytes + MODEL_FORMAT_PART_AT, data + 2, size - 2);
	put(&mutant, MODEL_FORMAT_LENGTH_AT, 4, mutant.length);
	put(&mutant, MODEL_FORMAT_PART_LENGTH_AT, 4, mutant.part_length);
	(void) model_format_sign(mutant.bytes, mutant.length, mutant.part_length, NULL);
	broken = judge(mutant.bytes, mutant.length, &is_accepted);
	if (broken != NULL)
	{
		report(&mutant, "guided", broken);
		abort();
	}
	return 0;
}

/* Now and then a mutant of ours instead of libFuzzer's, so that no corpus is needed to begin with. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int number)
{
	static Mutant mutant;

	if (bases[0].name == NULL)
		make_bases();
	if (number % 8 != 0)
		return LLVMFuzzerMutate(data, size, max_size);
	make_mutant(&mutant, number, (int) (number / 8 % SAMPLE_COUNT),
				(int) (number / 8 / SAMPLE_COUNT % MUTATION_COUNT));
	if (mutant.length < MODEL_FORMAT_PART_AT || mutant.length + 2 - MODEL_FORMAT_PART_AT > max_size)
		return LLVMFuzzerMutate(data, size, max_size);
	data[0] = (uint8_t) mutant.part_length;
	data[1] = (uint8_t) (mutant.part_length >> 8);
	memcpy(data + 2, mutant.bytes + MODEL_FORMAT_PART_AT, mutant.length - MODEL_FORMAT_PART_AT);
	return mutant.length + 2 - MODEL_FORMAT_PART_AT;
}

#else

/* Makes and judges one mutant; false when it broke a promise. */
static bool
try_mutant(int kind, int class, uint64_t *n_accepted)
{
	static Mutant mutant;
	static const Signature signatures[] = {SIGNED_FULLY, SIGNED_FULLY, SIGNED_CHECKSUM, SIGNED_NOT};
	Signature signature;
	bool is_accepted;
	Broken broken;

	make_mutant(&mutant, mutant_number, kind, class);
	signature = signatures[below(&mutant, 4)];
	sign(&mutant, signature);
	broken = judge(mutant.bytes, mutant.length, &is_accepted);
	if (broken == NULL)
		broken = judge_forgery(&mutant, signature, is_accepted);
	*n_accepted += is_accepted;
	if (broken != NULL)
		report(&mutant, mutations[class].name, broken);
	return broken == NULL;
}

/* The sanitizers' last word comes with how to get back here. */
static void
report_death(void)
{
	printf("# died at seed %" PRIu64 ", mutant %" PRIu64 "\n", seed, mutant_number);
	fflush(stdout);
}

/* The undefined-behaviour sanitizer knows no death callback, but calls this. */
extern __attribute__((visibility("default"))) void __ubsan_on_report(void);

void
__ubsan_on_report(void)
{
	report_death();
}

int
main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	uint64_t each = count / (uint64_t) (SAMPLE_COUNT * MUTATION_COUNT) + 1;
	uint64_t n_bad = 0;
	int line;

	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;
	setvbuf(stdout, NULL, _IOLBF, 0);
	__sanitizer_set_death_callback(report_death);
	make_bases();
	printf("# seed %" PRIu64 "\n1..%d\n", seed, SAMPLE_COUNT * MUTATION_COUNT);
	for (line = 0; line < SAMPLE_COUNT * MUTATION_COUNT; line++)
	{
		int kind = line / MUTATION_COUNT;
		int class = line % MUTATION_COUNT;
		uint64_t n_accepted = 0;
		uint64_t n_broken = 0;
		uint64_t i;

		for (i = 0; i < each; i++)
		{
			mutant_number = (uint64_t) line * each + i;
			if (argc <= 3 || mutant_number == strtoull(argv[3], NULL, 10))
				n_broken += !try_mutant(kind, class, &n_accepted);
		}
		printf("%s %d - %s: %s, %" PRIu64 " mutants, %" PRIu64 " accepted\n",
			   n_broken == 0 ? "ok" : "not ok", line + 1, bases[kind].name, mutations[class].name,
			   each, n_accepted);
		n_bad += n_broken;
	}
	return n_bad == 0 ? 0 : 1;
}

#endif

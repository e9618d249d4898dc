/*
 * column_summary.c: sketches of a column side by side.
 */
#include "kernel/stat/column_summary.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"

#define REGISTER_BITS 12
#define RANK_LIMIT (64 - REGISTER_BITS) /* leading zeros that the rest of a hash can have */
#define LN_2 0.693147180559945309417

static inline bool
is_more_frequent(const SummaryValue *a, const SummaryValue *b)
{
	return a->count != b->count ? a->count > b->count : a->hash < b->hash;
}

#define HEAPSORT sort_values
#define HEAPSORT_SIFT sift_values
#define HEAPSORT_ELEMENT SummaryValue
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) is_more_frequent(a, b)
#include "kernel/base/heapsort_template.h"

Status
column_summary_begin(ColumnSummary *summary, const Allocator *allocator)
{
	memset(summary, 0, sizeof(*summary));
	moments_clear(&summary->moments);
	sketch_begin(&summary->sketch, SUMMARY_ERROR);
	summary->registers = memory_allocate_zero(allocator, SUMMARY_REGISTERS, 1);
	return summary->registers == NULL ? KERNEL_OUT_OF_MEMORY : KERNEL_OK;
}

static void
release_value(SummaryValue *value, const Allocator *allocator)
{
	memory_release(allocator, value->text, value->length, 1);
	value->text = NULL;
}

void
column_summary_release(ColumnSummary *summary, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; i < summary->n_top; i++)
		release_value(&summary->top[i], allocator);
	memory_release(allocator, summary->registers, SUMMARY_REGISTERS, 1);
	sketch_release(&summary->sketch, allocator);
}

/* The register takes the longest run of leading zeros, plus one, of the hashes that chose it. */
static inline void
note_hash(ColumnSummary *summary, uint64_t hash)
{
	uint64_t x = hash_mix(hash);
	uint64_t rest = x << REGISTER_BITS;
	uint8_t rank = rest == 0 ? RANK_LIMIT + 1 : (uint8_t) (__builtin_clzll(rest) + 1);
	uint8_t *place = &summary->registers[x >> (64 - REGISTER_BITS)];

	if (rank > *place)
		*place = rank;
}

/* Takes `by` from every count; what comes to nothing goes, its text stays with the caller's allocator. */
static void
take_from_all(SummaryValue *values, uint32_t *n, uint64_t by, const Allocator *allocator)
{
	uint32_t kept = 0;
	uint32_t i;

	for (i = 0; i < *n; i++)
	{
		if (values[i].count > by)
		{
			values[kept] = values[i];
			values[kept++].count -= by;
		}
		else
			release_value(&values[i], allocator);
	}
	*n = kept;
}

/* After the frequent values have changed their places. */
static void
copy_hashes(ColumnSummary *summary)
{
	uint32_t i;

	for (i = 0; i < summary->n_top; i++)
		summary->hashes[i] = summary->top[i].hash;
}

/* The place of the hash among the frequent values, or n_top. */
static inline uint32_t
find_hash(const ColumnSummary *summary, uint64_t hash)
{
	uint32_t i = 0;

	while (i < summary->n_top && summary->hashes[i] != hash)
		i++;
	return i;
}

SummaryValue *
column_summary_add(ColumnSummary *summary, const Allocator *allocator, uint64_t hash)
{
	SummaryValue *value;
	uint32_t i;

	summary->n++;
	i = find_hash(summary, hash);
	if (i < summary->n_top)
	{
		summary->top[i].count++;
		return NULL;
	}
	/* One that is among the frequent ones was noted when it came there. */
	note_hash(summary, hash);
	if (summary->n_top == SUMMARY_TOP)
	{
		summary->lost++;
		take_from_all(summary->top, &summary->n_top, 1, allocator);
		copy_hashes(summary);
		return NULL;
	}
	summary->hashes[summary->n_top] = hash;
	value = &summary->top[summary->n_top++];
	*value = (SummaryValue){.hash = hash, .count = 1};
	return value;
}

Status
column_summary_describe(SummaryValue *value, const Allocator *allocator, uint64_t bits,
						const char *text, uint32_t length)
{
	value->bits = bits;
	if (text == NULL)
		return KERNEL_OK;
	value->text = memory_allocate(allocator, length, 1);
	if (value->text == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memcpy(value->text, text, length);
	value->length = length;
	return KERNEL_OK;
}

Status
column_summary_add_number(ColumnSummary *summary, const Allocator *allocator, double x)
{
	Status status = moments_add(&summary->moments, x);

	/* An overflow of high moments is kept in them, and says nothing of the rest. */
	if (status != KERNEL_OK && status != KERNEL_OVERFLOW)
		return status;
	return sketch_add(&summary->sketch, allocator, x);
}

/* The frequent values of both in `all`, those of `from` as copies; *n is right even when memory is refused. */
static Status
join_values(SummaryValue *all, uint32_t *n, const Allocator *allocator, const ColumnSummary *from)
{
	uint32_t n_own = *n;
	uint32_t i;
	uint32_t j;

	for (i = 0; i < from->n_top; i++)
	{
		const SummaryValue *other = &from->top[i];
		Status status;

		for (j = 0; j < n_own && all[j].hash != other->hash; j++)
			;
		if (j < n_own)
		{
			all[j].count += other->count;
			continue;
		}
		all[*n] = (SummaryValue){.hash = other->hash, .count = other->count};
		status = column_summary_describe(&all[(*n)++], allocator, other->bits, other->text,
										 other->length);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

static Status
merge_values(ColumnSummary *into, const Allocator *allocator, const ColumnSummary *from)
{
	SummaryValue all[2 * SUMMARY_TOP];
	uint32_t n = into->n_top;
	Status status;

	memcpy(all, into->top, sizeof(SummaryValue) * n);
	status = join_values(all, &n, allocator, from);
	sort_values(all, n, NULL);
	into->lost += from->lost;
	if (n > SUMMARY_TOP)
	{
		uint64_t by = all[SUMMARY_TOP].count;

		into->lost += by;
		take_from_all(all, &n, by, allocator);
	}
	memcpy(into->top, all, sizeof(SummaryValue) * n);
	into->n_top = n;
	copy_hashes(into);
	return status;
}

Status
column_summary_merge(ColumnSummary *into, const Allocator *allocator, const ColumnSummary *from)
{
	Status status;
	int i;

	into->n += from->n;
	into->n_missing += from->n_missing;
	into->alignment += from->alignment;
	for (i = 0; i < SUMMARY_REGISTERS; i++)
	{
		if (from->registers[i] > into->registers[i])
			into->registers[i] = from->registers[i];
	}
	status = merge_values(into, allocator, from);
	if (status != KERNEL_OK)
		return status;
	status = moments_merge(&into->moments, &from->moments);
	if (status != KERNEL_OK && status != KERNEL_OVERFLOW)
		return status;
	return sketch_merge(&into->sketch, allocator, &from->sketch);
}

/* Ertl's sigma(x): sum of x^(2^k) 2^(k-1), with x; infinite at 1. */
static double
sigma(double x)
{
	double sum = x;
	double before;
	double y = 1.0;

	if (x == 1.0)
		return INFINITY;
	do
	{
		x *= x;
		before = sum;
		sum += x * y;
		y += y;
	} while (sum != before);
	return sum;
}

/* Ertl's tau(x). */
static double
tau(double x)
{
	double sum = 1.0 - x;
	double before;
	double y = 1.0;

	if (x == 0.0 || x == 1.0)
		return 0.0;
	do
	{
		x = sqrt(x);
		before = sum;
		y *= 0.5;
		sum -= (1.0 - x) * (1.0 - x) * y;
	} while (sum != before);
	return sum / 3.0;
}

double
column_summary_distinct(const ColumnSummary *summary)
{
	uint32_t counts[RANK_LIMIT + 2] = {0};
	double m = SUMMARY_REGISTERS;
	double z;
	int i;

	if (summary->lost == 0)
		return summary->n_top;
	for (i = 0; i < SUMMARY_REGISTERS; i++)
		counts[summary->registers[i]]++;
	z = m * tau(1.0 - counts[RANK_LIMIT + 1] / m);
	for (i = RANK_LIMIT; i > 0; i--)
		z = 0.5 * (z + counts[i]);
	z += m * sigma(counts[0] / m);
	return fmin(round(m * m / (2.0 * LN_2 * z)), (double) summary->n);
}

void
column_summary_sort(ColumnSummary *summary)
{
	sort_values(summary->top, summary->n_top, NULL);
	copy_hashes(summary);
}

void
column_summary_encode(const ColumnSummary *summary, ByteWriter *writer)
{
	uint32_t i;

	write_u64(writer, summary->n);
	write_u64(writer, summary->n_missing);
	write_u64(writer, summary->alignment);
	write_u64(writer, summary->lost);
	write_bytes(writer, summary->registers, SUMMARY_REGISTERS);
	write_u32(writer, summary->n_top);
	for (i = 0; i < summary->n_top; i++)
	{
		write_u64(writer, summary->top[i].hash);
		write_u64(writer, summary->top[i].count);
		write_u64(writer, summary->top[i].bits);
		write_u8(writer, summary->top[i].text != NULL);
		write_string(writer, summary->top[i].text, summary->top[i].length);
	}
	write_bytes(writer, &summary->moments, sizeof(Moments));
	sketch_encode(&summary->sketch, writer);
}

static Status
decode_values(ColumnSummary *summary, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n = read_u32(reader);

	if (n > SUMMARY_TOP)
		return KERNEL_CORRUPT;
	while (summary->n_top < n)
	{
		SummaryValue *value = &summary->top[summary->n_top];
		const char *text;
		size_t length;
		uint64_t bits;
		bool has_text;
		Status status;

		value->hash = read_u64(reader);
		summary->hashes[summary->n_top] = value->hash;
		value->count = read_u64(reader);
		bits = read_u64(reader);
		has_text = read_u8(reader) != 0;
		text = read_string(reader, &length);
		if (reader->status != KERNEL_OK)
			return reader->status;
		status = column_summary_describe(value, allocator, bits, has_text ? text : NULL,
										 (uint32_t) length);
		if (status != KERNEL_OK)
			return status;
		summary->n_top++;
	}
	return KERNEL_OK;
}

Status
column_summary_decode(ColumnSummary *summary, const Allocator *allocator, ByteReader *reader)
{
	Status status = column_summary_begin(summary, allocator);
	const uint8_t *bytes;

	if (status != KERNEL_OK)
		return status;
	summary->n = read_u64(reader);
	summary->n_missing = read_u64(reader);
	summary->alignment = read_u64(reader);
	summary->lost = read_u64(reader);
	bytes = read_bytes(reader, SUMMARY_REGISTERS);
	if (reader->status == KERNEL_OK)
		memcpy(summary->registers, bytes, SUMMARY_REGISTERS);
	status = decode_values(summary, allocator, reader);
	bytes = read_bytes(reader, sizeof(Moments));
	if (status == KERNEL_OK && reader->status == KERNEL_OK)
	{
		memcpy(&summary->moments, bytes, sizeof(Moments));
		status = sketch_decode(&summary->sketch, allocator, reader);
	}
	else if (status == KERNEL_OK)
		status = reader->status;
	if (status != KERNEL_OK)
		column_summary_release(summary, allocator);
	return status;
}

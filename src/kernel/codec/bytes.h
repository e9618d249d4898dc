/*
 * bytes.h: a growing writer and a bounded reader of little-endian bytes.
 *
 * Integers and doubles are written byte by byte, so the bytes do not depend on
 * the machine.  Both sides latch the first fault in `status`: a run of calls is
 * made without looking and `status` is read once at the end.  After a fault the
 * writer writes nothing and the reader returns zeros; the reader never touches
 * a byte at or past `end`.
 */
#ifndef ORCHARD_KERNEL_CODEC_BYTES_H
#define ORCHARD_KERNEL_CODEC_BYTES_H

#include <string.h>

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

typedef struct ByteWriter
{
	const Allocator *allocator;
	uint8_t *bytes;	 /* owned; NULL until the first write */
	size_t length;	 /* written */
	size_t capacity; /* allocated */
	size_t limit;	 /* longest output allowed; past it KERNEL_TOO_LARGE */
	Status status;
} ByteWriter;

typedef struct ByteReader
{
	const uint8_t *next;
	const uint8_t *end;
	Status status; /* KERNEL_OK or KERNEL_CORRUPT */
} ByteReader;

extern void writer_begin(ByteWriter *writer, const Allocator *allocator, size_t limit);
extern void writer_release(ByteWriter *writer);
extern void write_bytes(ByteWriter *writer, const void *bytes, size_t length);
extern void write_u8(ByteWriter *writer, uint8_t value);
extern void write_u16(ByteWriter *writer, uint16_t value);
extern void write_u32(ByteWriter *writer, uint32_t value);
extern void write_u64(ByteWriter *writer, uint64_t value);
/* Seven bits a byte, least significant first, the eighth bit set on all but the last: 1 to 10 bytes. */
extern void write_varint(ByteWriter *writer, uint64_t value);
extern void write_double(ByteWriter *writer, double value); /* the IEEE 754 bits */
extern void write_double_double(ByteWriter *writer, DoubleDouble value);
extern void write_string(ByteWriter *writer, const char *text,
						 size_t length); /* u32 length, bytes */

extern void reader_begin(ByteReader *reader, const void *bytes, size_t length);
static inline size_t
reader_left(const ByteReader *reader)
{
	return reader->status == KERNEL_OK ? (size_t) (reader->end - reader->next) : 0;
}

/* The next `length` bytes in place, or NULL; nothing is copied. */
static inline const uint8_t *
read_bytes(ByteReader *reader, size_t length)
{
	const uint8_t *bytes = reader->next;

	if (length > reader_left(reader))
		reader->status = KERNEL_CORRUPT;
	if (reader->status != KERNEL_OK)
		return NULL;
	reader->next += length;
	return bytes;
}

extern uint8_t read_u8(ByteReader *reader);
extern uint16_t read_u16(ByteReader *reader);

/* Written out, these are one load where the machine has this order of bytes. */
static inline uint32_t
load_u32(const uint8_t *bytes)
{
	return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
		(uint32_t) bytes[3] << 24;
}

static inline uint64_t
load_u64(const uint8_t *bytes)
{
	return load_u32(bytes) | (uint64_t) load_u32(bytes + 4) << 32;
}

static inline uint32_t
read_u32(ByteReader *reader)
{
	const uint8_t *bytes = read_bytes(reader, 4);

	return bytes == NULL ? 0 : load_u32(bytes);
}

static inline uint64_t
read_u64(ByteReader *reader)
{
	const uint8_t *bytes = read_bytes(reader, 8);

	return bytes == NULL ? 0 : load_u64(bytes);
}

static inline double
load_double(const uint8_t *bytes)
{
	uint64_t bits = load_u64(bytes);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline double
read_double(ByteReader *reader)
{
	const uint8_t *bytes = read_bytes(reader, 8);

	return bytes == NULL ? 0.0 : load_double(bytes);
}

static inline float
read_single(ByteReader *reader)
{
	uint32_t bits = read_u32(reader);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

extern uint64_t read_long_varint(ByteReader *reader);

/*
 * What write_varint wrote; corrupt when longer than needed or beyond 64 bits.  One or two bytes are
 * read without a branch on which it is, that nobody could foretell.
 */
static inline uint64_t
read_varint(ByteReader *reader)
{
	uint32_t first;
	uint32_t second;

	if (reader_left(reader) < 2)
		return read_long_varint(reader);
	first = reader->next[0];
	second = reader->next[1];
	if ((first & second & 0x80) != 0 || (((first ^ 0x80) & 0x80) | second) == 0)
		return read_long_varint(reader);
	reader->next += 1 + (first >> 7);
	return (first & 0x7f) | (second & (0 - (first >> 7))) << 7;
}

extern DoubleDouble read_double_double(ByteReader *reader);

/* What write_string wrote, in place and without a terminating zero. */
extern const char *read_string(ByteReader *reader, size_t *length);

/*
 * A count that precedes elements of at least `element_size` bytes each: corrupt
 * when so many cannot follow, so an allocation by it is bounded by the input.
 */
extern uint32_t read_count(ByteReader *reader, size_t element_size);

#endif /* ORCHARD_KERNEL_CODEC_BYTES_H */

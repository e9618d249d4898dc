/*
 * bytes.c: little-endian writer and bounded reader.
 */
#include "kernel/codec/bytes.h"

#include <string.h>

#define FIRST_CAPACITY 256

void
writer_begin(ByteWriter *writer, const Allocator *allocator, size_t limit)
{
	*writer = (ByteWriter){.allocator = allocator, .limit = limit, .status = KERNEL_OK};
}

void
writer_release(ByteWriter *writer)
{
	memory_release(writer->allocator, writer->bytes, writer->capacity, 1);
	writer->bytes = NULL;
	writer->length = writer->capacity = 0;
}

/* Room for `length` more bytes; false, with the status set, when there is none. */
static bool
writer_reserve(ByteWriter *writer, size_t length)
{
	size_t needed;
	size_t capacity = writer->capacity > 0 ? writer->capacity : FIRST_CAPACITY;
	uint8_t *bytes;

	if (writer->status != KERNEL_OK)
		return false;
	if (!size_add(writer->length, length, &needed) || needed > writer->limit)
	{
		writer->status = KERNEL_TOO_LARGE;
		return false;
	}
	if (needed <= writer->capacity)
		return true;
	while (capacity < needed)
		capacity = capacity > writer->limit / 2 ? writer->limit : capacity * 2;
	bytes = memory_reallocate(writer->allocator, writer->bytes, writer->capacity, capacity, 1);
	if (bytes == NULL)
	{
		writer->status = KERNEL_OUT_OF_MEMORY;
		return false;
	}
	writer->bytes = bytes;
	writer->capacity = capacity;
	return true;
}

void
write_bytes(ByteWriter *writer, const void *bytes, size_t length)
{
	if (length == 0 || !writer_reserve(writer, length))
		return;
	memcpy(writer->bytes + writer->length, bytes, length);
	writer->length += length;
}

/* The low `size` bytes of value, least significant first. */
static void
write_integer(ByteWriter *writer, uint64_t value, size_t size)
{
	uint8_t bytes[8];
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t) (value >> (8 * i));
	write_bytes(writer, bytes, size);
}

void
write_u8(ByteWriter *writer, uint8_t value)
{
	write_integer(writer, value, 1);
}

void
write_u16(ByteWriter *writer, uint16_t value)
{
	write_integer(writer, value, 2);
}

void
write_u32(ByteWriter *writer, uint32_t value)
{
	write_integer(writer, value, 4);
}

void
write_u64(ByteWriter *writer, uint64_t value)
{
	write_integer(writer, value, 8);
}

void
write_varint(ByteWriter *writer, uint64_t value)
{
	uint8_t bytes[10];
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[n++] = (uint8_t) (value | 0x80);
	bytes[n++] = (uint8_t) value;
	write_bytes(writer, bytes, n);
}

void
write_double(ByteWriter *writer, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	write_integer(writer, bits, 8);
}

void
write_double_double(ByteWriter *writer, DoubleDouble value)
{
	write_double(writer, value.hi);
	write_double(writer, value.lo);
}

void
write_string(ByteWriter *writer, const char *text, size_t length)
{
	if (length > UINT32_MAX)
	{
		if (writer->status == KERNEL_OK)
			writer->status = KERNEL_TOO_LARGE;
		return;
	}
	write_u32(writer, (uint32_t) length);
	write_bytes(writer, text, length);
}

void
reader_begin(ByteReader *reader, const void *bytes, size_t length)
{
	reader->next = bytes;
	reader->end = reader->next + length;
	reader->status = KERNEL_OK;
}

/* `size` bytes, least significant first; 0 after a fault. */
static uint64_t
read_integer(ByteReader *reader, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	uint64_t value = 0;
	size_t i;

	if (bytes == NULL)
		return 0;
	for (i = 0; i < size; i++)
		value |= (uint64_t) bytes[i] << (8 * i);
	return value;
}

uint8_t
read_u8(ByteReader *reader)
{
	return (uint8_t) read_integer(reader, 1);
}

uint16_t
read_u16(ByteReader *reader)
{
	return (uint16_t) read_integer(reader, 2);
}

uint64_t
read_long_varint(ByteReader *reader)
{
	uint64_t value = 0;
	unsigned shift;
	uint8_t byte = 0x80;

	for (shift = 0; byte >= 0x80 && shift < 64; shift += 7)
	{
		byte = read_u8(reader);
		value |= (uint64_t) (byte & 0x7f) << shift;
	}
	/* The tenth byte holds one bit, and a number has one form, without zeros at its end. */
	if ((shift == 70 && byte > 1) || (shift > 7 && byte == 0))
		reader->status = KERNEL_CORRUPT;
	return reader->status == KERNEL_OK ? value : 0;
}

DoubleDouble
read_double_double(ByteReader *reader)
{
	DoubleDouble value;

	value.hi = read_double(reader);
	value.lo = read_double(reader);
	return value;
}

const char *
read_string(ByteReader *reader, size_t *length)
{
	*length = read_count(reader, 1);
	return (const char *) read_bytes(reader, *length);
}

uint32_t
read_count(ByteReader *reader, size_t element_size)
{
	uint32_t count = read_u32(reader);

	if (element_size > 0 && count > reader_left(reader) / element_size)
		reader->status = KERNEL_CORRUPT;
	return reader->status == KERNEL_OK ? count : 0;
}

/*
 * test_codec_bytes.c: what is written is read back; no cut, count or refusal is trusted.
 */
#include "kernel/codec/bytes.h"

#include "unit.h"

#define NO_LIMIT ((size_t) 1 << 20)

/* One of each kind; 46 bytes. */
static void
write_one_of_each(ByteWriter *writer)
{
	write_u8(writer, 0x01);
	write_u16(writer, 0x0302);
	write_u32(writer, 0x07060504);
	write_u64(writer, UINT64_C(0x0f0e0d0c0b0a0908));
	write_double(writer, -0.0);
	write_double_double(writer, (DoubleDouble){1.0, 0x1p-80});
	write_string(writer, "pip", 3);
}

static void
bytes_are_little_endian(void)
{
	ByteWriter writer;
	uint8_t i;

	writer_begin(&writer, &unit_allocator, NO_LIMIT);
	write_one_of_each(&writer);
	CHECK(writer.status == KERNEL_OK && writer.length == 46);
	for (i = 0; i < 15; i++)
		CHECK(writer.bytes[i] == i + 1);
	CHECK(writer.bytes[15] == 0 && writer.bytes[22] == 0x80);
	CHECK(memcmp(writer.bytes + 39, "\3\0\0\0pip", 7) == 0);
	writer_release(&writer);
}

static void
what_is_written_is_read(void)
{
	ByteWriter writer;
	ByteReader reader;
	DoubleDouble pair;
	const char *text;
	double zero;
	size_t length;

	writer_begin(&writer, &unit_allocator, NO_LIMIT);
	write_one_of_each(&writer);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(reader_left(&reader) == 46);
	CHECK(read_u8(&reader) == 0x01);
	CHECK(read_u16(&reader) == 0x0302);
	CHECK(read_u32(&reader) == 0x07060504);
	CHECK(read_u64(&reader) == UINT64_C(0x0f0e0d0c0b0a0908));
	zero = read_double(&reader);
	CHECK(zero == 0.0 && signbit(zero));
	pair = read_double_double(&reader);
	CHECK(pair.hi == 1.0 && pair.lo == 0x1p-80);
	text = read_string(&reader, &length);
	CHECK(length == 3 && memcmp(text, "pip", 3) == 0);
	CHECK(reader.status == KERNEL_OK && reader_left(&reader) == 0);
	writer_release(&writer);
}

/* NaN payloads and subnormals travel bit by bit. */
static void
doubles_keep_their_bits(void)
{
	static const uint64_t patterns[5] = {UINT64_C(0x7ff8dead0000beef), UINT64_C(0xfff0000000000000),
										 1, UINT64_C(0x7fefffffffffffff),
										 UINT64_C(0x8000000000000001)};
	int i;

	for (i = 0; i < 5; i++)
	{
		ByteWriter writer;
		ByteReader reader;
		double value;
		uint64_t bits;

		memcpy(&value, &patterns[i], sizeof(value));
		writer_begin(&writer, &unit_allocator, NO_LIMIT);
		write_double(&writer, value);
		reader_begin(&reader, writer.bytes, writer.length);
		value = read_double(&reader);
		memcpy(&bits, &value, sizeof(bits));
		CHECK(bits == patterns[i]);
		writer_release(&writer);
	}
}

/* Any cut is found, the bytes past it are not touched (ASan watches), and zeros come after. */
static void
every_cut_is_corrupt(void)
{
	ByteWriter writer;
	size_t cut;

	writer_begin(&writer, &unit_allocator, NO_LIMIT);
	write_one_of_each(&writer);
	for (cut = 0; cut < writer.length; cut++)
	{
		uint8_t *copy = memory_allocate(&unit_allocator, cut, 1);
		ByteReader reader;
		size_t length = 99;

		memcpy(copy, writer.bytes, cut);
		reader_begin(&reader, copy, cut);
		read_u8(&reader);
		read_u16(&reader);
		read_u32(&reader);
		read_u64(&reader);
		read_double(&reader);
		read_double_double(&reader);
		read_string(&reader, &length);
		CHECK(reader.status == KERNEL_CORRUPT);
		CHECK(length == 0);
		CHECK(read_u8(&reader) == 0 && read_u64(&reader) == 0 && read_double(&reader) == 0.0);
		CHECK(read_bytes(&reader, 0) == NULL && reader_left(&reader) == 0);
		memory_release(&unit_allocator, copy, cut, 1);
	}
	writer_release(&writer);
}

/* A count can promise no more elements than bytes follow. */
static void
counts_are_bounded_by_what_follows(void)
{
	static const uint8_t two_of_four[12] = {2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t huge[8] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
	ByteReader reader;

	reader_begin(&reader, two_of_four, 12);
	CHECK(read_count(&reader, 4) == 2 && reader.status == KERNEL_OK);
	reader_begin(&reader, two_of_four, 11);
	CHECK(read_count(&reader, 4) == 0 && reader.status == KERNEL_CORRUPT);
	reader_begin(&reader, two_of_four, 12);
	CHECK(read_count(&reader, 5) == 0 && reader.status == KERNEL_CORRUPT);
	reader_begin(&reader, huge, 8);
	CHECK(read_count(&reader, (size_t) 1 << 40) == 0 && reader.status == KERNEL_CORRUPT);
	reader_begin(&reader, huge, 8);
	CHECK(read_bytes(&reader, SIZE_MAX) == NULL && reader.status == KERNEL_CORRUPT);
}

static void
the_limit_is_kept(void)
{
	ByteWriter writer;
	int i;

	writer_begin(&writer, &unit_allocator, 300);
	for (i = 0; i < 300; i++)
		write_u8(&writer, (uint8_t) i);
	CHECK(writer.status == KERNEL_OK && writer.length == 300 && writer.capacity <= 300);
	write_u8(&writer, 1);
	CHECK(writer.status == KERNEL_TOO_LARGE && writer.length == 300);
	writer_release(&writer);

	writer_begin(&writer, &unit_allocator, 3);
	write_u32(&writer, 1);
	CHECK(writer.status == KERNEL_TOO_LARGE && writer.length == 0);
	write_u8(&writer, 1);
	CHECK(writer.length == 0);
	writer_release(&writer);
}

/* Each refusal is latched, loses nothing written before, and leaks nothing. */
static void
refusals_are_latched(void)
{
	int refused;

	for (refused = 0; refused < 4; refused++)
	{
		ByteWriter writer;
		size_t kept;
		int i;

		writer_begin(&writer, &unit_allocator, NO_LIMIT);
		unit_allocator_fail_after(refused);
		for (i = 0; i < 1000; i++)
			write_u64(&writer, (uint64_t) i);
		CHECK(writer.status == KERNEL_OUT_OF_MEMORY);
		kept = writer.length;
		CHECK(kept % 8 == 0 && kept <= 256u << refused);
		write_u8(&writer, 1);
		CHECK(writer.length == kept && writer.status == KERNEL_OUT_OF_MEMORY);
		writer_release(&writer);
		unit_allocator_fail_after(-1);
	}
}

/* Varints are read back, and only in their shortest form. */
static void
varints_have_one_form(void)
{
	static const uint64_t values[] = {
		0,		   1, 127, 128, 300, 16383, 16384, UINT32_MAX, UINT64_C(1) << 62, UINT64_C(1) << 63,
		UINT64_MAX};
	static const uint8_t described[] = {0xac, 0x02}; /* 300 */
	static const uint8_t bad[][11] = {
		{0x80, 0x00},
		{0xff, 0x80, 0x00},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x01},
		{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}};
	ByteWriter writer;
	ByteReader reader;
	size_t i;

	writer_begin(&writer, &unit_allocator, 1000);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		write_varint(&writer, values[i]);
	reader_begin(&reader, writer.bytes, writer.length);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		CHECK(read_varint(&reader) == values[i]);
	CHECK(reader.status == KERNEL_OK && reader_left(&reader) == 0);
	reader_begin(&reader, described, sizeof(described));
	CHECK(read_varint(&reader) == 300);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		reader_begin(&reader, bad[i], sizeof(bad[i]));
		CHECK(read_varint(&reader) == 0 && reader.status == KERNEL_CORRUPT);
	}
	reader_begin(&reader, bad[1], 1);
	CHECK(read_varint(&reader) == 0 && reader.status == KERNEL_CORRUPT);
	writer_release(&writer);
}

UNIT_MAIN(UNIT_CASE(varints_have_one_form), UNIT_CASE(bytes_are_little_endian),
		  UNIT_CASE(what_is_written_is_read), UNIT_CASE(doubles_keep_their_bits),
		  UNIT_CASE(every_cut_is_corrupt), UNIT_CASE(counts_are_bounded_by_what_follows),
		  UNIT_CASE(the_limit_is_kept), UNIT_CASE(refusals_are_latched))

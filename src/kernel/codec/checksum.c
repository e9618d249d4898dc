/*
 * checksum.c: CRC-32C, half a byte at a time where no instruction does it.
 */
#include "kernel/codec/checksum.h"

#include "kernel/codec/checksum_simd.h"

/* Entry i is the remainder of the four bits i: the polynomial 0x82f63b78 (reflected) four times over. */
static const uint32_t remainders[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

uint32_t
checksum_crc32c(const void *bytes, size_t length)
{
	return checksum_crc32c_extend(0, bytes, length);
}

uint32_t
checksum_crc32c_portable(uint32_t before, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	uint32_t crc = ~before;
	size_t i;

	for (i = 0; i < length; i++)
	{
		crc ^= next[i];
		crc = crc >> 4 ^ remainders[crc & 15];
		crc = crc >> 4 ^ remainders[crc & 15];
	}
	return ~crc;
}

uint32_t
checksum_crc32c_extend(uint32_t before, const void *bytes, size_t length)
{
	uint32_t crc = ~before;

	if (checksum_by_instruction(&crc, bytes, length))
		return ~crc;
	return checksum_crc32c_portable(before, bytes, length);
}

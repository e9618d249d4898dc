/*
 * checksum.c: CRC-32C, bit by bit for short inputs, over a table built on the
 * stack for long ones: no table is stored and none is built for a small model.
 */
#include "kernel/codec/checksum.h"

#define POLYNOMIAL UINT32_C(0x82f63b78)

/* The CRC of one byte, bit by bit: cheap enough to need no stored table. */
static uint32_t
crc_byte(uint32_t crc, uint8_t byte)
{
	int			bit;

	crc ^= byte;
	for (bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (POLYNOMIAL & (0u - (crc & 1u)));
	return crc;
}

uint32_t
checksum_crc32c(const void *bytes, size_t length)
{
	return checksum_crc32c_extend(0, bytes, length);
}

uint32_t
checksum_crc32c_extend(uint32_t before, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	uint32_t	table[256];
	uint32_t	crc = ~before;
	size_t		i;

	if (length < 1024)
	{
		for (i = 0; i < length; i++)
			crc = crc_byte(crc, next[i]);
		return ~crc;
	}
	for (i = 0; i < 256; i++)
		table[i] = crc_byte(0, (uint8_t) i);
	for (i = 0; i < length; i++)
		crc = crc >> 8 ^ table[(crc ^ next[i]) & 0xff];
	return ~crc;
}

/*
 * test_codec_checksum.c: CRC-32C against the vectors of RFC 3720, appendix B.4.
 */
#include "kernel/codec/checksum.h"

#include "unit.h"

/* 32 bytes of zeros, of ones, counting up, counting down; and an iSCSI read command. */
static void
rfc_3720_vectors(void)
{
	static const uint8_t command[48] = {0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
										0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00,
										0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
										0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
										0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
	uint8_t bytes[32];
	uint8_t i;

	memset(bytes, 0x00, sizeof(bytes));
	CHECK(checksum_crc32c(bytes, 32) == UINT32_C(0x8a9136aa));
	memset(bytes, 0xff, sizeof(bytes));
	CHECK(checksum_crc32c(bytes, 32) == UINT32_C(0x62a8ab43));
	for (i = 0; i < 32; i++)
		bytes[i] = i;
	CHECK(checksum_crc32c(bytes, 32) == UINT32_C(0x46dd794e));
	for (i = 0; i < 32; i++)
		bytes[i] = (uint8_t) (31 - i);
	CHECK(checksum_crc32c(bytes, 32) == UINT32_C(0x113fdb5c));
	CHECK(checksum_crc32c(command, sizeof(command)) == UINT32_C(0xd9963a56));
}

/* The catalogued check value of CRC-32C, and no bytes at all. */
static void
check_string_and_nothing(void)
{
	CHECK(checksum_crc32c("123456789", 9) == UINT32_C(0xe3069283));
	CHECK(checksum_crc32c("", 0) == 0);
}

/*
 * Short and long inputs take different loops: both against the definition, bit by bit.
 */
static void
long_inputs_agree_with_the_definition(void)
{
	uint8_t bytes[1025];
	uint32_t crc;
	size_t length;
	size_t i;
	int bit;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) (i * 131 + 17);
	for (length = 1022; length <= 1025; length++)
	{
		crc = 0xffffffff;
		for (i = 0; i < length; i++)
		{
			for (bit = 0; bit < 8; bit++)
			{
				uint32_t feedback = (crc ^ (uint32_t) bytes[i] >> bit) & 1;

				crc = crc >> 1 ^ (feedback ? UINT32_C(0x82f63b78) : 0);
			}
		}
		CHECK(checksum_crc32c(bytes, length) == ~crc);
	}
}

/* Every single-bit change of a 64-byte block is seen. */
static void
each_flipped_bit_changes_the_sum(void)
{
	uint8_t bytes[64] = {0};
	uint32_t crc = checksum_crc32c(bytes, sizeof(bytes));
	size_t bit;

	for (bit = 0; bit < 8 * sizeof(bytes); bit++)
	{
		bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
		CHECK(checksum_crc32c(bytes, sizeof(bytes)) != crc);
		bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
	}
}

/* A text in two pieces has the checksum of the whole, wherever it is cut. */
static void
pieces_add_up_to_the_whole(void)
{
	uint8_t bytes[2100];
	size_t cut;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) (i * 89 + 5);
	for (cut = 0; cut <= sizeof(bytes); cut += 25)
	{
		uint32_t before = checksum_crc32c(bytes, cut);

		CHECK(checksum_crc32c_extend(before, bytes + cut, sizeof(bytes) - cut) ==
			  checksum_crc32c(bytes, sizeof(bytes)));
	}
}

/* The instruction and the portable code agree at every length and alignment. */
static void
every_way_gives_the_same_checksum(void)
{
	uint8_t bytes[80];
	size_t start;
	size_t length;
	uint32_t state = 1;

	for (start = 0; start < sizeof(bytes); start++)
	{
		state = state * 1664525u + 1013904223u;
		bytes[start] = (uint8_t) (state >> 24);
	}
	for (start = 0; start < 9; start++)
	{
		for (length = 0; length + start <= sizeof(bytes); length++)
			CHECK(checksum_crc32c_extend(state, bytes + start, length) ==
				  checksum_crc32c_portable(state, bytes + start, length));
	}
}

UNIT_MAIN(UNIT_CASE(every_way_gives_the_same_checksum), UNIT_CASE(rfc_3720_vectors),
		  UNIT_CASE(check_string_and_nothing), UNIT_CASE(pieces_add_up_to_the_whole),
		  UNIT_CASE(long_inputs_agree_with_the_definition),
		  UNIT_CASE(each_flipped_bit_changes_the_sum))

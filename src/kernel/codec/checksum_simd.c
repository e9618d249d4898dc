/*
 * checksum_simd.c: eight bytes an instruction, with SSE 4.2.
 */
#include "kernel/codec/checksum_simd.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.2"))) static uint32_t
crc_sse42(uint32_t crc, const uint8_t *bytes, size_t length)
{
	uint64_t wide = crc;

	for (; length >= 8; bytes += 8, length -= 8)
	{
		uint64_t word;

		memcpy(&word, bytes, sizeof(word));
		wide = _mm_crc32_u64(wide, word);
	}
	crc = (uint32_t) wide;
	for (; length > 0; bytes++, length--)
		crc = _mm_crc32_u8(crc, *bytes);
	return crc;
}

bool
checksum_by_instruction(uint32_t *crc, const uint8_t *bytes, size_t length)
{
	if (!__builtin_cpu_supports("sse4.2"))
		return false;
	*crc = crc_sse42(*crc, bytes, length);
	return true;
}

#else

bool
checksum_by_instruction(uint32_t *crc, const uint8_t *bytes, size_t length)
{
	(void) crc;
	(void) bytes;
	(void) length;
	return false;
}

#endif

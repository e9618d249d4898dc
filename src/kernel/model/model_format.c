/*
 * model_format.c: checksum and digest of a stored model.
 */
#include "kernel/model/model_format.h"

#include "kernel/codec/checksum.h"

uint32_t
model_format_checksum(const uint8_t *bytes, size_t length)
{
	static const uint8_t zeros[4];
	uint32_t crc = checksum_crc32c(bytes, MODEL_FORMAT_CHECKSUM_AT);

	crc = checksum_crc32c_extend(crc, zeros, sizeof(zeros));
	return checksum_crc32c_extend(crc, bytes + MODEL_FORMAT_DIGEST_AT,
								  length - MODEL_FORMAT_DIGEST_AT);
}

void
model_format_digest(const uint8_t *bytes, size_t part_length, uint8_t digest[SHA256_SIZE])
{
	Sha256 sha;

	sha256_begin(&sha);
	sha256_add(&sha, bytes + MODEL_FORMAT_PART_AT, part_length);
	sha256_end(&sha, digest);
}

void
model_format_sign(uint8_t *bytes, size_t length, size_t part_length)
{
	uint32_t checksum;
	int i;

	model_format_digest(bytes, part_length, bytes + MODEL_FORMAT_DIGEST_AT);
	checksum = model_format_checksum(bytes, length);
	for (i = 0; i < 4; i++)
		bytes[MODEL_FORMAT_CHECKSUM_AT + i] = (uint8_t) (checksum >> (8 * i));
}

/*
 * model_format.c: checksum and digest of a stored model.
 */
#include "kernel/model/model_format.h"

#include "kernel/codec/checksum.h"

#define DIGEST_AT_ONCE ((size_t) 1 << 20) /* bytes between two looks whether to stop */

uint32_t
model_format_checksum(const uint8_t *bytes, size_t length)
{
	static const uint8_t zeros[4];
	uint32_t crc = checksum_crc32c(bytes, MODEL_FORMAT_CHECKSUM_AT);

	crc = checksum_crc32c_extend(crc, zeros, sizeof(zeros));
	return checksum_crc32c_extend(crc, bytes + MODEL_FORMAT_DIGEST_AT,
								  length - MODEL_FORMAT_DIGEST_AT);
}

Status
model_format_digest(const uint8_t *bytes, size_t part_length, const StopCheck *stop,
					uint8_t digest[SHA256_SIZE])
{
	const uint8_t *part = bytes + MODEL_FORMAT_PART_AT;
	Sha256 sha;

	sha256_begin(&sha);
	while (part_length > DIGEST_AT_ONCE)
	{
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		sha256_add(&sha, part, DIGEST_AT_ONCE);
		part += DIGEST_AT_ONCE;
		part_length -= DIGEST_AT_ONCE;
	}
	sha256_add(&sha, part, part_length);
	sha256_end(&sha, digest);
	return KERNEL_OK;
}

Status
model_format_sign(uint8_t *bytes, size_t length, size_t part_length, const StopCheck *stop)
{
	uint32_t checksum;
	Status status = model_format_digest(bytes, part_length, stop, bytes + MODEL_FORMAT_DIGEST_AT);
	int i;

	if (status != KERNEL_OK)
		return status;
	checksum = model_format_checksum(bytes, length);
	for (i = 0; i < 4; i++)
		bytes[MODEL_FORMAT_CHECKSUM_AT + i] = (uint8_t) (checksum >> (8 * i));
	return KERNEL_OK;
}

/*
 * checksum_simd.h: CRC-32C by the processor's own instruction.
 */
#ifndef ORCHARD_KERNEL_CODEC_CHECKSUM_SIMD_H
#define ORCHARD_KERNEL_CODEC_CHECKSUM_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * *crc, inverted as between the bytes, moved past `length` bytes.
 *
 * False, and nothing done, where the processor has no such instruction.
 */
extern bool checksum_by_instruction(uint32_t *crc, const uint8_t *bytes, size_t length);

#endif /* ORCHARD_KERNEL_CODEC_CHECKSUM_SIMD_H */

/*
 * checksum.h: CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as in RFC 3720 B.4.
 */
#ifndef ORCHARD_KERNEL_CODEC_CHECKSUM_H
#define ORCHARD_KERNEL_CODEC_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

extern uint32_t checksum_crc32c(const void *bytes, size_t length);

/* The checksum of what `before` is the checksum of, followed by these bytes; 0 is that of nothing. */
extern uint32_t checksum_crc32c_extend(uint32_t before, const void *bytes, size_t length);

/* The same by the portable code, for tests. */
extern uint32_t checksum_crc32c_portable(uint32_t before, const void *bytes, size_t length);

#endif /* ORCHARD_KERNEL_CODEC_CHECKSUM_H */

/*
 * hash_simd.h: SHA-256 of whole blocks and hashes of rows of numbers, by the processor's own
 * instructions where it has them.
 */
#ifndef ORCHARD_KERNEL_BASE_HASH_SIMD_H
#define ORCHARD_KERNEL_BASE_HASH_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The 64 constants of FIPS 180-4, section 4.2.2. */
extern const uint32_t sha256_constants[64];

/* n blocks of 64 bytes into the state, by plain code. */
extern void sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t n);

/*
 * The same by instructions, about seven times faster; false, with the state as it was, without them.
 * It asks the processor, which in a virtual machine costs microseconds: it is for many blocks.
 */
extern bool sha256_blocks_by_instruction(uint32_t state[8], const uint8_t *blocks, size_t n);

/*
 * hash_numbers
 *		Sum of the hashes of n numbers, each with its seed; to be mixed, with others perhaps.
 *
 * A number's hash is the product of its halves, each plus one of the seed's, so that rows that differ
 * have the same sum with a probability of 2^-32 (NH of Black et al., "UMAC: fast and secure message
 * authentication", 1999), at a third of the cost of mixing each number well.  -0 is 0, and NaN hashes as
 * 0 does.
 */
extern uint64_t hash_numbers(const uint64_t *seeds, const double *numbers, int32_t n);

#endif /* ORCHARD_KERNEL_BASE_HASH_SIMD_H */

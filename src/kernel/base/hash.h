/*
 * hash.h: a fast 64-bit hash for tables and SHA-256 for identities.
 *
 * hash_bytes is stable across machines and releases: sampling by hash may be
 * built on it.  It resists accidents, not adversaries.  sha256 (FIPS 180-4)
 * names models; a digest cannot be forged.
 */
#ifndef ORCHARD_KERNEL_BASE_HASH_H
#define ORCHARD_KERNEL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

typedef struct Sha256
{
	uint32_t state[8];
	uint64_t length;   /* bytes taken so far */
	uint8_t block[64]; /* the unfinished block, length % 64 bytes */
} Sha256;

/* A bijection of 64 bits with full avalanche (the finaliser of SplitMix64). */
static inline uint64_t
hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

extern uint64_t hash_bytes(const void *bytes, size_t length, uint64_t seed);

extern void sha256_begin(Sha256 *sha);
extern void sha256_add(Sha256 *sha, const void *bytes, size_t length);
extern void sha256_end(Sha256 *sha, uint8_t digest[SHA256_SIZE]);

#endif /* ORCHARD_KERNEL_BASE_HASH_H */

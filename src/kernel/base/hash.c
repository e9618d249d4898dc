/*
 * hash.c: table hash and SHA-256.
 */
#include "kernel/base/hash.h"

#include <string.h>

#include "kernel/base/hash_simd.h"

const uint32_t sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Eight bytes, little-endian, whatever the machine. */
static uint64_t
load_u64(const uint8_t *bytes)
{
	uint64_t value = 0;
	int i;

	for (i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

uint64_t
hash_bytes(const void *bytes, size_t length, uint64_t seed)
{
	const uint8_t *next = bytes;
	size_t left = length;
	uint64_t hash = hash_mix(seed ^ UINT64_C(0x9e3779b97f4a7c15)) ^ length;
	uint64_t tail = 0;
	size_t i;

	while (left >= 8)
	{
		hash = hash_mix(hash ^ load_u64(next)) + UINT64_C(0x9e3779b97f4a7c15);
		next += 8;
		left -= 8;
	}
	for (i = 0; i < left; i++)
		tail |= (uint64_t) next[i] << (8 * i);
	return hash_mix(hash ^ tail);
}

static inline uint32_t
rotate_right(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/*
 * One round (FIPS 180-4, section 6.2.2, step 3).  Instead of moving eight
 * variables on, the next round is given them one place further.
 */
#define SHA256_ROUND(a, b, c, d, e, f, g, h, t) \
	do \
	{ \
		uint32_t first = h + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + \
			((e & f) ^ (~e & g)) + sha256_constants[t] + schedule[t]; \
		d += first; \
		h = first + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + \
			((a & b) ^ (a & c) ^ (b & c)); \
	} while (0)

/* The message schedule of one 64-byte block (section 6.2.2, step 1). */
static void
sha256_schedule(uint32_t schedule[64], const uint8_t *block)
{
	int t;

	for (t = 0; t < 16; t++)
		schedule[t] = (uint32_t) block[4 * t] << 24 | (uint32_t) block[4 * t + 1] << 16 |
			(uint32_t) block[4 * t + 2] << 8 | block[4 * t + 3];
	for (t = 16; t < 64; t++)
	{
		uint32_t a = schedule[t - 15];
		uint32_t b = schedule[t - 2];

		schedule[t] = schedule[t - 16] + schedule[t - 7] +
			(rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3) +
			(rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10);
	}
}

/* One 64-byte block into the state. */
static void
sha256_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t schedule[64];
	uint32_t a = state[0];
	uint32_t b = state[1];
	uint32_t c = state[2];
	uint32_t d = state[3];
	uint32_t e = state[4];
	uint32_t f = state[5];
	uint32_t g = state[6];
	uint32_t h = state[7];
	int t;

	sha256_schedule(schedule, block);
	for (t = 0; t < 64; t += 8)
	{
		SHA256_ROUND(a, b, c, d, e, f, g, h, t);
		SHA256_ROUND(h, a, b, c, d, e, f, g, t + 1);
		SHA256_ROUND(g, h, a, b, c, d, e, f, t + 2);
		SHA256_ROUND(f, g, h, a, b, c, d, e, t + 3);
		SHA256_ROUND(e, f, g, h, a, b, c, d, t + 4);
		SHA256_ROUND(d, e, f, g, h, a, b, c, t + 5);
		SHA256_ROUND(c, d, e, f, g, h, a, b, t + 6);
		SHA256_ROUND(b, c, d, e, f, g, h, a, t + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	for (; n > 0; n--, blocks += 64)
		sha256_block(state, blocks);
}

static void
add_blocks(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	if (!sha256_blocks_by_instruction(state, blocks, n))
		sha256_blocks_portable(state, blocks, n);
}

void
sha256_begin(Sha256 *sha)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
									  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(sha->state, start, sizeof(start));
	sha->length = 0;
}

void
sha256_add(Sha256 *sha, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	size_t held = sha->length % 64;

	sha->length += length;
	if (held > 0)
	{
		size_t taken = length < 64 - held ? length : 64 - held;

		memcpy(sha->block + held, next, taken);
		next += taken;
		length -= taken;
		if (held + taken < 64)
			return;
		add_blocks(sha->state, sha->block, 1);
	}
	add_blocks(sha->state, next, length / 64);
	if (length % 64 > 0)
		memcpy(sha->block, next + (length - length % 64), length % 64);
}

void
sha256_end(Sha256 *sha, uint8_t digest[SHA256_SIZE])
{
	uint64_t bits = sha->length * 8;
	uint8_t padding[72] = {0x80};
	size_t length = 64 - (sha->length + 8) % 64;
	int i;

	for (i = 0; i < 8; i++)
		padding[length + (size_t) i] = (uint8_t) (bits >> (56 - 8 * i));
	sha256_add(sha, padding, length + 8);
	for (i = 0; i < SHA256_SIZE; i++)
		digest[i] = (uint8_t) (sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

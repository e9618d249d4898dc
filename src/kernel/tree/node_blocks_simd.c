/*
 * node_blocks_simd.c: walking blocks of nodes for AVX-512 with byte permutations, and any processor.
 */
#include "kernel/tree/node_blocks_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

/* The exit that a block's answers lead to. */
static int32_t
find_exit(const uint8_t *places, const uint8_t *limits, const uint8_t *care, const uint8_t *want,
		  const uint8_t *codes)
{
	uint32_t answers = 0;
	int32_t i;

	for (i = 0; i < BLOCK_EXITS; i++)
		answers |= (uint32_t) (codes[places[i]] > limits[i]) << i;
	for (i = 0; i < BLOCK_EXITS - 1 && (answers & care[i]) != want[i]; i++)
		;
	return i;
}

void
node_blocks_walk_portable(const BlockTables *tables, const uint8_t *codes,
						  double lanes[BLOCK_GROUP])
{
	int32_t t;

	memset(lanes, 0, BLOCK_GROUP * sizeof(double));
	for (t = 0; t < tables->n_groups * BLOCK_GROUP; t++)
	{
		const RootGroup *group = &tables->roots[t / BLOCK_GROUP];
		int32_t i = t % BLOCK_GROUP;
		uint64_t found = tables->root_exits[BLOCK_EXITS * t +
											find_exit(group->places[i], group->codes[i],
													  group->care[i], group->want[i], codes)];

		while (found >= BLOCK_CHILD && found >> 63 == 0)
		{
			size_t at = (size_t) (found - BLOCK_CHILD);
			const NodeBlock *block = &tables->blocks[at];

			found = tables->exits[BLOCK_EXITS * at +
								  (size_t) find_exit(block->places, block->codes, block->care,
													 block->want, codes)];
		}
		memcpy(&tables->values[t], &found, sizeof(found));
		lanes[i] += tables->values[t];
	}
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 "avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"

/* Eight blocks, their parts side by side. */
typedef struct Eight
{
	__m512i places;
	__m512i codes;
	__m512i care;
	__m512i want;
} Eight;

/* The exit that each of eight blocks takes: one bit of eight. */
__attribute__((target(AVX512))) static inline __mmask64
exits_of(Eight block, __m512i low, __m512i high)
{
	const __m512i byte = _mm512_set_epi64(
		0x0707070707070707, 0x0606060606060606, 0x0505050505050505, 0x0404040404040404,
		0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0x0000000000000000);
	__m512i code = _mm512_permutex2var_epi8(low, block.places, high);
	uint64_t right = _cvtmask64_u64(_mm512_cmpgt_epu8_mask(code, block.codes));
	__m512i answers =
		_mm512_permutexvar_epi8(byte, _mm512_castsi128_si512(_mm_cvtsi64_si128((int64_t) right)));

	return _mm512_cmpeq_epi8_mask(_mm512_and_si512(answers, block.care), block.want);
}

/* The places of those exits, a byte each. */
__attribute__((target(AVX512))) static inline __m128i
places_of(__mmask64 taken)
{
	const __m512i place = _mm512_set1_epi64(0x0706050403020100);

	return _mm512_castsi512_si128(_mm512_maskz_compress_epi8(taken, place));
}

/* The eight blocks of these numbers. */
__attribute__((target(AVX512))) static inline Eight
load_blocks(const NodeBlock *blocks, const uint64_t *numbers)
{
	const __m512i first = _mm512_set_epi64(13, 9, 5, 1, 12, 8, 4, 0);
	const __m512i last = _mm512_set_epi64(15, 11, 7, 3, 14, 10, 6, 2);
	__m512i pair[4];
	__m512i ask[2];
	__m512i exits[2];
	int i;

#pragma GCC unroll 4
	for (i = 0; i < 4; i++)
		pair[i] = _mm512_inserti64x4(
			_mm512_castsi256_si512(
				_mm256_loadu_si256((const __m256i *) (const void *) &blocks[numbers[2 * i]])),
			_mm256_loadu_si256((const __m256i *) (const void *) &blocks[numbers[2 * i + 1]]), 1);
#pragma GCC unroll 2
	for (i = 0; i < 2; i++)
	{
		ask[i] = _mm512_permutex2var_epi64(pair[2 * i], first, pair[2 * i + 1]);
		exits[i] = _mm512_permutex2var_epi64(pair[2 * i], last, pair[2 * i + 1]);
	}
	return (Eight){_mm512_shuffle_i64x2(ask[0], ask[1], 0x44),
				   _mm512_shuffle_i64x2(ask[0], ask[1], 0xee),
				   _mm512_shuffle_i64x2(exits[0], exits[1], 0x44),
				   _mm512_shuffle_i64x2(exits[0], exits[1], 0xee)};
}

/* Notes the exits of eight blocks that go on; n: how many are noted already.  Returns how many are then. */
__attribute__((target(AVX512))) static inline size_t
note_exits(const BlockTables *tables, size_t n, __m512i found, __m512i trees)
{
	const __m512i child = _mm512_set1_epi64((int64_t) BLOCK_CHILD);
	__mmask8 goes_on = _mm512_cmpeq_epi64_mask(_mm512_and_si512(found, child), child);

	_mm512_storeu_si512(tables->next + n,
						_mm512_maskz_compress_epi64(goes_on, _mm512_xor_si512(found, child)));
	_mm512_storeu_si512(tables->trees + n, _mm512_maskz_compress_epi64(goes_on, trees));
	return n + (size_t) _mm_popcnt_u32(goes_on);
}

/* Walks on from the n blocks noted until none is left. */
__attribute__((target(AVX512))) static void
walk_on(const BlockTables *tables, size_t n, __m512i low, __m512i high)
{
	const __m512i nowhere = _mm512_set1_epi64((int64_t) tables->n_groups * BLOCK_GROUP);

	while (n > 0)
	{
		size_t left = 0;
		size_t i;
		int j;

		_mm512_storeu_si512(tables->next + n, _mm512_setzero_si512());
		_mm512_storeu_si512(tables->trees + n, nowhere);
		for (i = 0; i < n; i += BLOCK_GROUP)
		{
			__m512i numbers = _mm512_loadu_si512(tables->next + i);
			__m512i trees = _mm512_loadu_si512(tables->trees + i);
			__m512i places = _mm512_cvtepu8_epi64(
				places_of(exits_of(load_blocks(tables->blocks, tables->next + i), low, high)));
			__m512i found = _mm512_i64gather_epi64(
				_mm512_add_epi64(_mm512_slli_epi64(numbers, 3), places), tables->exits, 8);
			uint64_t bits[BLOCK_GROUP];
			uint64_t tree[BLOCK_GROUP];

			_mm512_storeu_si512(bits, found);
			_mm512_storeu_si512(tree, trees);
#pragma GCC unroll 8
			for (j = 0; j < BLOCK_GROUP; j++)
				memcpy(&tables->values[tree[j]], &bits[j], sizeof(double));
			left = note_exits(tables, left, found, trees);
		}
		n = left;
	}
}

/* The first block of every tree; returns how many trees go on, and notes where. */
__attribute__((target(AVX512))) static size_t
walk_roots(const BlockTables *tables, __m512i low, __m512i high)
{
	const __m512i bit = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928,
										 0x2726252423222120, 0x1f1e1d1c1b1a1918, 0x1716151413121110,
										 0x0f0e0d0c0b0a0908, 0x0706050403020100);
	const uint64_t *exits = tables->root_exits;
	const RootGroup *end = tables->roots + tables->n_groups;
	const RootGroup *group;
	double *values = tables->values;
	__m256i first = _mm256_setzero_si256(); /* exit of the group */
	size_t n = 0;
	size_t i;
	int j;

	for (group = tables->roots; group < end; group++)
	{
		Eight block = {_mm512_loadu_si512(group->places), _mm512_loadu_si512(group->codes),
					   _mm512_loadu_si512(group->care), _mm512_loadu_si512(group->want)};
		__mmask64 taken = exits_of(block, low, high);
		uint64_t places = (uint64_t) _mm_cvtsi128_si64(places_of(taken));
		uint64_t on = _cvtmask64_u64(taken) & group->children;
		__m128i bits = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(on, bit));

#pragma GCC unroll 4
		for (j = 0; j < BLOCK_GROUP; j += 2, places >>= 16)
		{
			memcpy(values + j, exits + BLOCK_EXITS * j + (uint8_t) places, sizeof(double));
			memcpy(values + j + 1, exits + BLOCK_EXITS * (j + 1) + (uint8_t) (places >> 8),
				   sizeof(double));
		}
		_mm256_storeu_si256((__m256i *) (void *) (tables->noted + n),
							_mm256_add_epi32(first, _mm256_cvtepu8_epi32(bits)));
		n += (size_t) _mm_popcnt_u64(on);
		first = _mm256_add_epi32(first, _mm256_set1_epi32(BLOCK_GROUP * BLOCK_EXITS));
		exits += BLOCK_GROUP * BLOCK_EXITS;
		values += BLOCK_GROUP;
	}
	for (i = 0; i < n; i++)
	{
		tables->next[i] = tables->root_exits[tables->noted[i]] ^ BLOCK_CHILD;
		tables->trees[i] = tables->noted[i] / BLOCK_EXITS;
	}
	return n;
}

__attribute__((target(AVX512))) static void
walk_avx512(const BlockTables *tables, const uint8_t *codes, double lanes[BLOCK_GROUP])
{
	__m512i low = _mm512_loadu_si512(codes);
	__m512i high = _mm512_loadu_si512(codes + BLOCK_GROUP * BLOCK_EXITS);
	__m512d sum = _mm512_setzero_pd();
	int32_t g;

	walk_on(tables, walk_roots(tables, low, high), low, high);
	for (g = 0; g < tables->n_groups; g++)
		sum = _mm512_add_pd(sum, _mm512_loadu_pd(tables->values + BLOCK_GROUP * g));
	_mm512_storeu_pd(lanes, sum);
}

bool
node_blocks_suit(void)
{
	return cpu_has_avx2() && cpu_has_avx512() && __builtin_cpu_supports("avx512vbmi") &&
		__builtin_cpu_supports("avx512vbmi2");
}

void
node_blocks_walk(const BlockTables *tables, const uint8_t *codes, double lanes[BLOCK_GROUP])
{
	if (node_blocks_suit())
		walk_avx512(tables, codes, lanes);
	else
		node_blocks_walk_portable(tables, codes, lanes);
}

#else

bool
node_blocks_suit(void)
{
	return false;
}

void
node_blocks_walk(const BlockTables *tables, const uint8_t *codes, double lanes[BLOCK_GROUP])
{
	node_blocks_walk_portable(tables, codes, lanes);
}

#endif

/*
 * test_tree_row_hash_simd.c: the hashes of every processor are those of plain C.
 */
#include "kernel/base/hash.h"
#include "kernel/tree/row_hash_simd.h"
#include "unit.h"

#define N 1000

/* (h ^ bits(x)) * 0x9e3779b97f4a7c15 mod 2^64 ^ h >> 29 by Python's integers. */
static void
hashes_are_those_of_another_implementation(void)
{
	const double column[] = {1.5, -0.0, 0.0, NAN, -INFINITY, 1e308, 5e-324, -7.25};
	const uint64_t golden[] = {UINT64_C(0xacb27b793f783a74), UINT64_C(0x9274f6f27ef074e9),
							   UINT64_C(0x5baf726cb867865e), UINT64_C(0x7cf6effe1b609566),
							   UINT64_C(0x3ed46962b26932a8), UINT64_C(0xf451a62731df39d),
							   UINT64_C(0x1ed0da0ebc36d584), UINT64_C(0x1834dbc9fbc1d3a6)};
	uint64_t hash[8];
	int i;

	for (i = 0; i < 8; i++)
		hash[i] = UINT64_C(0x123456789abcdef0) * (uint64_t) (i + 1);
	row_hash_numbers(hash, column, 8);
	for (i = 0; i < 8; i++)
		CHECK(hash[i] == golden[i]);
	CHECK(number_bits(-0.0) == number_bits(0.0));
	CHECK(number_bits(NAN) == number_bits(-NAN));
}

/* Any length, any values. */
static void
every_form_gives_the_same(void)
{
	static double column[N];
	static uint64_t ours[N];
	static uint64_t plain[N];
	int32_t n;
	int32_t i;

	for (n = 0; n <= N; n += n < 70 ? 1 : 31)
	{
		for (i = 0; i < n; i++)
		{
			column[i] = i % 7 == 0 ? NAN : i % 5 == 0 ? -0.0 : sin(i + n) * 1e3;
			ours[i] = plain[i] = hash_mix((uint64_t) i);
		}
		row_hash_numbers(ours, column, n);
		row_hash_numbers_portable(plain, column, n);
		CHECK(memcmp(ours, plain, sizeof(uint64_t) * (size_t) n) == 0);
		row_hash_mix(ours, n);
		for (i = 0; i < n; i++)
			CHECK(ours[i] == hash_mix(plain[i]));
		row_hash_mix_portable(plain, n);
		CHECK(memcmp(ours, plain, sizeof(uint64_t) * (size_t) n) == 0);
	}
}

UNIT_MAIN(UNIT_CASE(hashes_are_those_of_another_implementation),
		  UNIT_CASE(every_form_gives_the_same))

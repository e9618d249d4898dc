/*
 * test_base_hash.c: SHA-256 against NIST's vectors and hashlib, the table hash against its
 * definition in test/golden/base.py.
 */
#include "kernel/base/hash.h"

#include "../golden/base.h"
#include "kernel/base/hash_simd.c"
#include "unit.h"

static bool
digest_is(Sha256 *sha, const char *expected)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	int i;

	sha256_end(sha, digest);
	for (i = 0; i < SHA256_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	return strcmp(hex, expected) == 0;
}

static bool
sha256_is(const char *text, const char *expected)
{
	Sha256 sha;

	sha256_begin(&sha);
	sha256_add(&sha, text, strlen(text));
	return digest_is(&sha, expected);
}

/* FIPS 180-4 examples (NIST CSRC): empty, one block, two blocks, a million letters. */
static void
sha256_of_nist_vectors(void)
{
	Sha256 sha;
	char letters[1000];
	int i;

	CHECK(sha256_is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	CHECK(sha256_is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	CHECK(sha256_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
					"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
	CHECK(sha256_is("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
					"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
					"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"));
	memset(letters, 'a', sizeof(letters));
	sha256_begin(&sha);
	for (i = 0; i < 1000; i++)
		sha256_add(&sha, letters, sizeof(letters));
	CHECK(digest_is(&sha, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

/* Every length around the padding's turns, through one digest of all digests. */
static void
sha256_of_every_length(void)
{
	uint8_t bytes[256];
	Sha256 all;
	size_t n;

	for (n = 0; n < sizeof(bytes); n++)
		bytes[n] = (uint8_t) n;
	sha256_begin(&all);
	for (n = 0; n < 256; n++)
	{
		uint8_t digest[SHA256_SIZE];
		Sha256 sha;

		sha256_begin(&sha);
		sha256_add(&sha, bytes, n);
		sha256_end(&sha, digest);
		sha256_add(&all, digest, sizeof(digest));
	}
	CHECK(digest_is(&all, sha256_of_digests));
}

/* However the bytes arrive, the digest is that of the whole. */
static void
sha256_does_not_see_the_cuts(void)
{
	uint8_t bytes[200];
	uint8_t whole[SHA256_SIZE];
	uint8_t parts[SHA256_SIZE];
	Sha256 sha;
	size_t cut;
	size_t at;

	for (at = 0; at < sizeof(bytes); at++)
		bytes[at] = (uint8_t) (at * 7);
	sha256_begin(&sha);
	sha256_add(&sha, bytes, sizeof(bytes));
	sha256_end(&sha, whole);
	for (cut = 0; cut <= sizeof(bytes); cut++)
	{
		sha256_begin(&sha);
		sha256_add(&sha, bytes, cut);
		sha256_add(&sha, bytes + cut, sizeof(bytes) - cut);
		sha256_end(&sha, parts);
		CHECK(memcmp(whole, parts, SHA256_SIZE) == 0);
	}
	for (cut = 1; cut <= 70; cut++)
	{
		sha256_begin(&sha);
		for (at = 0; at < sizeof(bytes); at += cut)
			sha256_add(&sha, bytes + at, at + cut <= sizeof(bytes) ? cut : sizeof(bytes) - at);
		sha256_end(&sha, parts);
		CHECK(memcmp(whole, parts, SHA256_SIZE) == 0);
	}
}

/* The outputs that the author of SplitMix64 published for seed 1234567. */
static void
mix_is_that_of_splitmix64(void)
{
	static const uint64_t outputs[5] = {
		UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
	uint64_t state = 1234567;
	int i;

	for (i = 0; i < 5; i++)
		CHECK(hash_mix(state += UINT64_C(0x9e3779b97f4a7c15)) == outputs[i]);
}

static void
table_hash_is_stable(void)
{
	uint8_t bytes[32];
	size_t n;

	for (n = 0; n < sizeof(bytes); n++)
		bytes[n] = (uint8_t) n;
	for (n = 0; n < sizeof(hash_of_counting) / sizeof(hash_of_counting[0]); n++)
		CHECK(hash_bytes(bytes, n, 1000 + n) == hash_of_counting[n]);
}

/* Strings that differ by trailing zeros, which pad the last word too. */
static void
table_hash_tells_lengths_apart(void)
{
	static const uint8_t zeros[16] = {0};
	size_t i;
	size_t j;

	for (i = 0; i <= sizeof(zeros); i++)
	{
		for (j = 0; j < i; j++)
			CHECK(hash_bytes(zeros, i, 42) != hash_bytes(zeros, j, 42));
	}
	CHECK(hash_bytes(zeros, 8, 1) != hash_bytes(zeros, 8, 2));
}

/* Plain code and instructions, where there are any, block by block and all at once. */
static void
sha256_by_instruction_equals_plain(void)
{
	uint8_t blocks[9 * 64];
	size_t i;
	size_t n;

	for (i = 0; i < sizeof(blocks); i++)
		blocks[i] = (uint8_t) (hash_mix(i) >> 11);
	for (n = 0; n <= 9; n++)
	{
		uint32_t plain[8] = {1, 2, 3, 0xffffffff, 5, 0x80000000, 7, 8};
		uint32_t quick[8] = {1, 2, 3, 0xffffffff, 5, 0x80000000, 7, 8};
		uint32_t single[8] = {1, 2, 3, 0xffffffff, 5, 0x80000000, 7, 8};

		if (!sha256_blocks_by_instruction(quick, blocks, n))
			return;
		sha256_blocks_portable(plain, blocks, n);
		for (i = 0; i < n; i++)
			sha256_blocks_by_instruction(single, blocks + 64 * i, 1);
		CHECK(memcmp(plain, quick, sizeof(plain)) == 0);
		CHECK(memcmp(plain, single, sizeof(plain)) == 0);
	}
}

/* A number's part, by whole-number arithmetic on its halves. */
static uint64_t
number_hash(uint64_t seed, double number)
{
	const uint64_t half = UINT64_C(1) << 32;
	uint64_t bits;

	if (number != number || number == 0.0)
		number = 0.0;
	memcpy(&bits, &number, sizeof(bits));
	return (bits % half + seed % half) % half * ((bits / half + seed / half) % half);
}

/* Rows of every length, with zeros of both signs, missing numbers and halves that would carry. */
static void
rows_of_numbers(void)
{
	uint64_t seeds[14];
	double numbers[14];
	int n;
	int i;

	for (i = 0; i < 14; i++)
	{
		seeds[i] = i % 2 == 0 ? UINT64_MAX - (uint64_t) i : hash_mix((uint64_t) i);
		numbers[i] = i % 5 == 3 ? NAN : i % 5 == 2 ? -0.0 : -1.0 / (i + 3);
	}
	for (n = 0; n <= 14; n++)
	{
		uint64_t sum = 0;

		for (i = 0; i < n; i++)
			sum += number_hash(seeds[i], i % 5 == 2 ? 0.0 : numbers[i]);
		CHECK(hash_numbers(seeds, numbers, n) == sum);
		CHECK(hash_numbers_portable(seeds, numbers, n) == sum);
	}
}

UNIT_MAIN(UNIT_CASE(rows_of_numbers), UNIT_CASE(sha256_by_instruction_equals_plain),
		  UNIT_CASE(sha256_of_nist_vectors), UNIT_CASE(sha256_of_every_length),
		  UNIT_CASE(sha256_does_not_see_the_cuts), UNIT_CASE(mix_is_that_of_splitmix64),
		  UNIT_CASE(table_hash_is_stable), UNIT_CASE(table_hash_tells_lengths_apart))

/*
 * test_dataset_packed_simd.c: packed doubles against a loop with a branch, in every place of the bitmap.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "kernel/dataset/packed_simd.h"

#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

#define MOST 150 /* values, more than four times PACKED_BITS */

typedef bool (*Read)(double *to, const double *fill, const void *from, const uint8_t *present,
					 int32_t first, int32_t n);

/* The end of a page after which nothing can be read. */
static char *
page_end(void)
{
	size_t page = (size_t) sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(pages != MAP_FAILED);
	CHECK(mprotect(pages + page, page, PROT_NONE) == 0);
	return pages + page;
}

/* Reads n values, of which `bits` says what is present; value i is i + 0.5. */
static void
check_read(Read read, char *end, const uint8_t *bits, int32_t first, int32_t n)
{
	double to[MOST + 1];
	double fill[MOST];
	int32_t count = 0;
	uint8_t *present;
	char *from;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		fill[i] = -1.0 - i;
		count += bits[(first + i) / 8] >> ((first + i) % 8) & 1;
	}
	/* The bitmap just before the values, both as near to the end as they go. */
	from = end - sizeof(double) * (size_t) count;
	present = (uint8_t *) from - (first + n + 7) / 8;
	memcpy(present, bits, (size_t) (first + n + 7) / 8);
	count = 0;
	for (i = 0; i < n; i++)
	{
		double value = i + 0.5;

		if (bits[(first + i) / 8] >> ((first + i) % 8) & 1)
			memcpy(from + sizeof(double) * (size_t) count++, &value, sizeof(value));
	}
	to[n] = 7.0;
	CHECK(packed_count(present, first, n) == count);
	CHECK(read(to, fill, from, present, first, n));
	for (i = 0; i < n; i++)
		CHECK(to[i] == (bits[(first + i) / 8] >> ((first + i) % 8) & 1 ? i + 0.5 : -1.0 - i));
	CHECK(to[n] == 7.0);
}

static void
reads_every_place(void)
{
	static const Read reads[] = {packed_read, packed_read_portable};
	char *end = page_end();
	uint8_t bits[(MOST + 8) / 8 + 1];
	uint64_t random = 1;
	int32_t first;
	int32_t n;
	size_t i;

	for (n = 0; n <= MOST; n++)
	{
		for (first = 0; first < 9; first++)
		{
			for (i = 0; i < sizeof(bits); i++)
			{
				random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
				bits[i] = n % 7 == 0 ? 0 : n % 11 == 0 ? 255 : (uint8_t) (random >> 56);
			}
			check_read(reads[0], end, bits, first, n);
			check_read(reads[1], end, bits, first, n);
		}
	}
	/* All 256 bytes, so that each four bits meet each other. */
	for (n = 0; n < 256; n++)
	{
		bits[0] = (uint8_t) n;
		bits[1] = (uint8_t) (255 - n);
		for (first = 0; first < 8; first++)
			check_read(packed_read, end, bits, first, 8);
	}
}

static void
reads_what_has_no_bitmap(void)
{
	char *end = page_end();
	double to[MOST + 1];
	double value;
	int32_t n;
	int32_t i;

	for (n = 0; n <= MOST; n++)
	{
		char *from = end - sizeof(double) * (size_t) n;

		for (i = 0; i < n; i++)
		{
			value = i;
			memcpy(from + sizeof(double) * (size_t) i, &value, sizeof(value));
		}
		to[n] = 7.0;
		CHECK(packed_read(to, NULL, from, NULL, 0, n));
		for (i = 0; i < n; i++)
			CHECK(to[i] == i);
		CHECK(to[n] == 7.0);
		CHECK(packed_read_portable(to, NULL, from, NULL, 0, n));
		CHECK(n == 0 || to[n - 1] == n - 1);
	}
}

static void
tells_what_is_not_finite(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY};
	const uint8_t present[] = {0xb7, 0x7d, 0xee, 0xdb, 0xf6};
	double fill[37];
	double to[37];
	double from[37];
	int32_t count = packed_count(present, 1, 37);
	int32_t k;
	int32_t i;

	for (i = 0; i < 37; i++)
	{
		fill[i] = NAN; /* what stands for NULL need not be finite */
		from[i] = i % 2 == 0 ? 1.7e308 : -1.7e308;
	}
	CHECK(packed_read(to, fill, from, present, 1, 37));
	CHECK(packed_read_portable(to, fill, from, present, 1, 37));
	CHECK(packed_read(to, fill, from, NULL, 1, 37));
	for (i = 0; i < 37; i++)
	{
		for (k = 0; k < 3; k++)
		{
			double good = from[i];

			from[i] = bad[k];
			CHECK(!packed_read(to, fill, from, NULL, 1, 37));
			CHECK(!packed_read_portable(to, fill, from, NULL, 1, 37));
			CHECK(packed_read(to, fill, from, present, 1, 37) == (i >= count));
			CHECK(packed_read_portable(to, fill, from, present, 1, 37) == (i >= count));
			from[i] = good;
		}
	}
}

UNIT_MAIN(UNIT_CASE(reads_every_place), UNIT_CASE(reads_what_has_no_bitmap),
		  UNIT_CASE(tells_what_is_not_finite))

/*
 * test_tree_part_simd.c: parted rows against the plain rule, in place and apart.
 */
#include "kernel/tree/part_simd.h"

#include <string.h>

#include "kernel/base/hash.h"
#include "unit.h"

#define ROWS 5000

typedef struct Case
{
	uint8_t codes[ROWS];
	uint16_t wide[ROWS];
	uint8_t goes_left[PART_CODES];
	int32_t from[ROWS];
	int32_t n;
} Case;

/* About every `every`th row, by codes below `codes`, of which every `left`th goes left. */
static void
make_case(Case *rows, int32_t every, int32_t codes, int32_t left, uint64_t seed)
{
	int32_t i;

	rows->n = 0;
	for (i = 0; i < ROWS; i++)
	{
		uint64_t draw = hash_mix(seed + (uint64_t) i);

		rows->codes[i] = (uint8_t) (draw % (uint64_t) codes);
		rows->wide[i] = rows->codes[i];
		if (draw >> 32 < UINT64_C(0x100000000) / (uint64_t) every)
			rows->from[rows->n++] = i;
	}
	for (i = 0; i < PART_CODES; i++)
		rows->goes_left[i] = left > 0 && (i * 7 + 3) % left == 0;
}

/* What went left and right against the rule. */
static void
check_parts(const Case *rows, const int32_t *left, int32_t went, const int32_t *right)
{
	int32_t n_left = 0;
	int32_t n_right = 0;
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		int32_t row = rows->from[i];

		if (rows->goes_left[rows->codes[row]])
			CHECK(n_left < went && left[n_left++] == row);
		else
			CHECK(right[n_right++] == row);
	}
	CHECK(n_left == went);
}

static void
check_case(const Case *rows)
{
	size_t bytes = (size_t) rows->n * sizeof(int32_t);
	size_t room = bytes + sizeof(int32_t);
	int32_t *left = malloc(room);
	int32_t *right = malloc(room);
	int32_t *place = malloc(room + 5 * sizeof(int32_t));
	int32_t went;

	/* Blocks of just the size that is asked for: the sanitizer sees a store beyond. */
	went = part_narrow(rows->codes, rows->goes_left, rows->from, rows->n, left, right);
	check_parts(rows, left, went, right);
	went = part_narrow_portable(rows->codes, rows->goes_left, rows->from, rows->n, left, right);
	check_parts(rows, left, went, right);
	went = part_wide(rows->wide, rows->goes_left, rows->from, rows->n, left, right);
	check_parts(rows, left, went, right);

	memcpy(place, rows->from, bytes);
	went = part_narrow(rows->codes, rows->goes_left, place, rows->n, place, right);
	check_parts(rows, place, went, right);
	memcpy(place + 5, rows->from, bytes); /* five went left before */
	went = part_narrow(rows->codes, rows->goes_left, place + 5, rows->n, place, right);
	check_parts(rows, place, went, right);
	free(left);
	free(right);
	free(place);
}

static void
rows_go_where_their_codes_say(void)
{
	static const int32_t every[] = {1, 2, 3, 17, 40, 300, 5001};
	static const int32_t codes[] = {1, 2, 31, 33, 200, 256};
	static Case rows;
	size_t e;
	size_t c;
	int32_t left;

	for (e = 0; e < sizeof(every) / sizeof(every[0]); e++)
	{
		for (c = 0; c < sizeof(codes) / sizeof(codes[0]); c++)
		{
			for (left = 0; left < 5; left++)
			{
				make_case(&rows, every[e], codes[c], left, e * 100 + c * 10 + (uint64_t) left);
				check_case(&rows);
			}
		}
	}
}

UNIT_MAIN(UNIT_CASE(rows_go_where_their_codes_say))

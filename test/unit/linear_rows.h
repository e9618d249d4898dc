/*
 * linear_rows.h: the rows of test/golden/linear.py for the tests of the linear room.
 */
#ifndef ORCHARD_TEST_LINEAR_ROWS_H
#define ORCHARD_TEST_LINEAR_ROWS_H

#include "kernel/dataset/design.h"
#include "unit.h"

#define GOLDEN_ROWS 200

typedef struct GoldenRow
{
	double numbers[2];
	int32_t codes[1];
	double weight;
	double target;
	double label; /* 1 = positive, else 0 */
} GoldenRow;

/* Row i, counted from 1. */
static inline GoldenRow
golden_row(int i, bool missing, bool weighted)
{
	GoldenRow row;
	int hit = i * 7 % 3;

	row.numbers[0] = (i * 37 % 101) / 4.0;
	row.numbers[1] = missing && i % 7 == 0 ? NAN : i * 53 % 97;
	row.codes[0] = missing && i % 11 == 0 ? CODE_MISSING : hit;
	row.weight = weighted ? 1.0 + i % 4 : 1.0;
	row.target =
		3 + 2 * row.numbers[0] - 0.5 * (i * 53 % 97) + (i * 29 % 17) / 8.0 + (hit == 1 ? 4.0 : 0.0);
	row.label = (i * 37 % 101) + (i * 41 % 61) - 80 > 0;
	return row;
}

static const Feature golden_features[] = {{"x1", FAMILY_NUMBER, 0, false},
										  {"x2", FAMILY_NUMBER, 0, false},
										  {"c", FAMILY_CATEGORY, 0, false}};

/* "0", "1", "2" with codes 0, 1, 2. */
static inline void
golden_dictionary(Dictionary *dictionary)
{
	int32_t code;

	memset(dictionary, 0, sizeof(*dictionary));
	CHECK(dictionary_add(dictionary, &unit_allocator, "0", 1, &code) == KERNEL_OK && code == 0);
	CHECK(dictionary_add(dictionary, &unit_allocator, "1", 1, &code) == KERNEL_OK && code == 1);
	CHECK(dictionary_add(dictionary, &unit_allocator, "2", 1, &code) == KERNEL_OK && code == 2);
}

#endif /* ORCHARD_TEST_LINEAR_ROWS_H */

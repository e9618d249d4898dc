/*
 * numeric_integer.c: headers and digits of numerics as they are stored.
 */
#include "postgres.h"

#include "common/int.h"

#include "pg/compat.h"
#include "pg/numeric_integer.h"

#define BASE_DIGITS 4	 /* decimal digits in one of the base */
#define MOST_DIGITS 4	 /* so many of the base have room whatever they are */
#define MOST_EXPONENT 18 /* 10^18 has room in 64 bits */
#define KIND_MASK 0xC000 /* of a header */
#define KIND_SHORT \
	0x8000 /* others: 0 positive and 0x4000 negative with a long header, 0xC000 special */
#define KIND_SPECIAL 0xC000
#define KIND_NEGATIVE 0x4000

/* What a header says, and where the digits begin. */
typedef struct Shape
{
	bool is_negative;
	int places;
	int weight;
	Size header_size; /* bytes */
} Shape;

static const int64 powers_of_ten[MOST_EXPONENT + 1] = {
	INT64CONST(1),
	INT64CONST(10),
	INT64CONST(100),
	INT64CONST(1000),
	INT64CONST(10000),
	INT64CONST(100000),
	INT64CONST(1000000),
	INT64CONST(10000000),
	INT64CONST(100000000),
	INT64CONST(1000000000),
	INT64CONST(10000000000),
	INT64CONST(100000000000),
	INT64CONST(1000000000000),
	INT64CONST(10000000000000),
	INT64CONST(100000000000000),
	INT64CONST(1000000000000000),
	INT64CONST(10000000000000000),
	INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000),
};

static inline Shape
shape_of(const char *bytes, uint16 header)
{
	int16 weight;

	if ((header & KIND_MASK) == KIND_SHORT)
		return (Shape){.is_negative = (header & 0x2000) != 0,
					   .places = (header & 0x1F80) >> 7,
					   .weight = (header & 0x003F) - (header & 0x0040),
					   .header_size = sizeof(header)};
	memcpy(&weight, bytes + sizeof(header), sizeof(weight));
	return (Shape){.is_negative = (header & KIND_MASK) == KIND_NEGATIVE,
				   .places = header & 0x3FFF,
				   .weight = weight,
				   .header_size = sizeof(header) + sizeof(weight)};
}

/* *value times 10^exponent, where that is an integer of 64 bits. */
static inline bool
scale_by(int64 *value, int exponent)
{
	int64 power;

	if (exponent < -MOST_EXPONENT || exponent > MOST_EXPONENT)
		return *value == 0;
	power = powers_of_ten[abs(exponent)];
	if (exponent >= 0)
		return !pg_mul_s64_overflow(*value, power, value);
	if (*value % power != 0)
		return false;
	*value /= power;
	return true;
}

bool
numeric_as_integer(const struct varlena *stored, int64 *value, int *places)
{
	const char *bytes = VARDATA_ANY(stored);
	uint16 header;
	Shape shape;
	Size n;
	Size i;

	if (VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored))
		return false;
	memcpy(&header, bytes, sizeof(header));
	if ((header & KIND_MASK) == KIND_SPECIAL)
		return false;
	shape = shape_of(bytes, header);
	n = (VARSIZE_ANY_EXHDR(stored) - shape.header_size) / sizeof(int16);
	if (n > MOST_DIGITS || shape.places > MOST_EXPONENT)
		return false;
	*value = 0;
	for (i = 0; i < n; i++)
	{
		int16 digit;

		memcpy(&digit, bytes + shape.header_size + i * sizeof(digit), sizeof(digit));
		*value = *value * 10000 + digit;
	}
	if (shape.is_negative)
		*value = -*value;
	*places = shape.places;
	return scale_by(value, shape.places + BASE_DIGITS * (shape.weight + 1 - (int) n));
}

/*
 * value_hash.h: 64 bits of a value, the same on every machine, for sampling and for counting.
 */
#ifndef ORCHARD_PG_VALUE_HASH_H
#define ORCHARD_PG_VALUE_HASH_H

#include "postgres.h"

#include <math.h>

#include "kernel/base/hash.h"
#include "pg/column_type.h"

/* The hash of text, of any length. */
static inline uint64
hash_of_text(const char *text, size_t length)
{
	return hash_bytes(text, length, UINT64_C(0x74657874));
}

/* The hash of a date in days or a time in microseconds. */
static inline uint64
hash_of_time(int64 time)
{
	return hash_mix((uint64) time ^ UINT64_C(0x74696d65));
}

/*
 * The hash of a datum that column_read_number reads as `number`: the same for equal numbers of
 * different types; integers that no double holds have one by themselves.
 */
static inline uint64
hash_of_number(ColumnReader reader, Datum datum, double number)
{
	uint64 bits;

	if (reader == READ_INT8 && fabs(number) >= 9007199254740992.0)
		return hash_mix((uint64) DatumGetInt64(datum) ^ UINT64_C(0x62696769));
	if (isnan(number))
		return hash_mix(UINT64_C(0x7ff8000000000000));
	number += 0.0; /* -0 is 0 */
	memcpy(&bits, &number, sizeof(bits));
	return hash_mix(bits);
}

#endif /* ORCHARD_PG_VALUE_HASH_H */

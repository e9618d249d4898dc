/*
 * number_key.h: numbers as integers whose unsigned order is that of the numbers.
 */
#ifndef ORCHARD_KERNEL_BASE_NUMBER_KEY_H
#define ORCHARD_KERNEL_BASE_NUMBER_KEY_H

#include <stdint.h>
#include <string.h>

/* The key of a number that is not NaN; -0 has that of 0. */
static inline uint64_t
number_to_key(double x)
{
	uint64_t bits;

	x += 0.0; /* -0 is 0 */
	memcpy(&bits, &x, sizeof(bits));
	return bits ^ ((UINT64_C(0) - (bits >> 63)) | UINT64_C(1) << 63);
}

static inline double
number_from_key(uint64_t key)
{
	uint64_t bits = key ^ (((key >> 63) - 1) | UINT64_C(1) << 63);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

#endif /* ORCHARD_KERNEL_BASE_NUMBER_KEY_H */

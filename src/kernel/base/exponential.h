/*
 * exponential.h: exp and log as polynomials that a compiler can turn into vectors.
 *
 * Plain arithmetic without branches or tables: where contraction to fused
 * multiply-add is off, every processor gives the same bits.  Relative errors
 * are below 2^-51.
 */
#ifndef ORCHARD_KERNEL_BASE_EXPONENTIAL_H
#define ORCHARD_KERNEL_BASE_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

/* exp(-x) for 0 <= x <= 708: Taylor series about the nearest multiple of log 2. */
static inline __attribute__((always_inline)) double
exp_minus(double x)
{
	static const double log_2_high = 0x1.62e42fefap-1; /* 33 bits: k times it is exact */
	static const double log_2_low = 0x1.cf79abc9e3b3ap-40;
	static const double round_bits =
		0x1.8p52; /* its sum holds the rounded integer in the low bits */
	double shifted = round_bits - x * 0x1.71547652b82fep0;
	double k = shifted - round_bits;
	double r = (-x - k * log_2_high) - k * log_2_low;
	double sum;
	int64_t bits;
	double power;

	sum = 1.0 / 6227020800.0;
	sum = sum * r + 1.0 / 479001600.0;
	sum = sum * r + 1.0 / 39916800.0;
	sum = sum * r + 1.0 / 3628800.0;
	sum = sum * r + 1.0 / 362880.0;
	sum = sum * r + 1.0 / 40320.0;
	sum = sum * r + 1.0 / 5040.0;
	sum = sum * r + 1.0 / 720.0;
	sum = sum * r + 1.0 / 120.0;
	sum = sum * r + 1.0 / 24.0;
	sum = sum * r + 1.0 / 6.0;
	sum = sum * r + 0.5;
	sum = (sum * r) * r + r;
	memcpy(&bits, &shifted, sizeof(bits));
	bits = (int64_t) (((uint64_t) bits + 1023) << 52);
	memcpy(&power, &bits, sizeof(power));
	return power + power * sum;
}

/* log(1 + e) for 0 <= e <= 1: 2 artanh(e / (2 + e)) by its series, z <= 1/3. */
static inline __attribute__((always_inline)) double
log_one_plus(double e)
{
	double z = e / (2.0 + e);
	double u = z * z;
	double sum;

	sum = 1.0 / 33.0;
	sum = sum * u + 1.0 / 31.0;
	sum = sum * u + 1.0 / 29.0;
	sum = sum * u + 1.0 / 27.0;
	sum = sum * u + 1.0 / 25.0;
	sum = sum * u + 1.0 / 23.0;
	sum = sum * u + 1.0 / 21.0;
	sum = sum * u + 1.0 / 19.0;
	sum = sum * u + 1.0 / 17.0;
	sum = sum * u + 1.0 / 15.0;
	sum = sum * u + 1.0 / 13.0;
	sum = sum * u + 1.0 / 11.0;
	sum = sum * u + 1.0 / 9.0;
	sum = sum * u + 1.0 / 7.0;
	sum = sum * u + 1.0 / 5.0;
	sum = sum * u + 1.0 / 3.0;
	return 2.0 * (z + z * (u * sum));
}

#endif /* ORCHARD_KERNEL_BASE_EXPONENTIAL_H */

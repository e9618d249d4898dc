/*
 * cpu.h: the instructions that vector kernels may use, asked at run time.
 */
#ifndef ORCHARD_KERNEL_BASE_CPU_H
#define ORCHARD_KERNEL_BASE_CPU_H

#include <stdbool.h>

/* AVX2, fused multiply-add and popcnt: what the wide form of every vector kernel is compiled for. */
static inline bool
cpu_has_avx2(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
		__builtin_cpu_supports("popcnt");
#else
	return false;
#endif
}

/* The parts of AVX-512 that all processors with its byte and word instructions have. */
static inline bool
cpu_has_avx512(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
	return false;
#endif
}

#endif /* ORCHARD_KERNEL_BASE_CPU_H */

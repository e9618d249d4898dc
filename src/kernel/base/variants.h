/*
 * variants.h: functions that are compiled for each width of vectors, and a call of the widest that runs here.
 *
 * A *_simd.c file defines VARIANT(suffix, attributes), which makes name_<suffix> with these attributes of
 * every such function, writes VARIANTS once, and calls them by VARIANT_CALL(name, arguments...).
 */
#ifndef ORCHARD_KERNEL_BASE_VARIANTS_H
#define ORCHARD_KERNEL_BASE_VARIANTS_H

#include "kernel/base/cpu.h"

#if defined(__x86_64__)
#if defined(__clang__)
#define VARIANT_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define VARIANT_AVX512 \
	__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))
#endif
#define VARIANTS \
	VARIANT(avx512, VARIANT_AVX512) \
	VARIANT(avx2, __attribute__((target("avx2")))) \
	VARIANT(portable, )
#define VARIANT_CALL(function, ...) \
	(cpu_has_avx512()	? function##_avx512(__VA_ARGS__) : \
		 cpu_has_avx2() ? function##_avx2(__VA_ARGS__) : \
						  function##_portable(__VA_ARGS__))
#else
#define VARIANTS VARIANT(portable, )
#define VARIANT_CALL(function, ...) function##_portable(__VA_ARGS__)
#endif

#endif /* ORCHARD_KERNEL_BASE_VARIANTS_H */

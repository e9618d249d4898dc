/*
 * symmetric.c: symmetric_template.h for one or two processors.
 *
 * Double-double arithmetic lives on fused multiply-add, so its functions are
 * compiled twice, once with that instruction; both give the same bits.
 */
#include "kernel/linear/symmetric.h"

#include "kernel/base/cpu.h"

#define NAME(f) portable_##f
#define REAL DoubleDouble
#define FROM(d) dd_from(d)
#define VALUE(x) ((x).hi)
#define MINUS_PRODUCT(s, x, y) dd_subtract(s, dd_multiply(x, y))
#define QUOTIENT(x, y) dd_divide(x, y)
#define ROOT(x) dd_sqrt(x)
#define LINKAGE static
#include "kernel/linear/symmetric_template.h"

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define NAME(f) fused_##f
#define REAL DoubleDouble
#define FROM(d) dd_from(d)
#define VALUE(x) ((x).hi)
#define MINUS_PRODUCT(s, x, y) dd_subtract(s, dd_multiply(x, y))
#define QUOTIENT(x, y) dd_divide(x, y)
#define ROOT(x) dd_sqrt(x)
#define LINKAGE static
#include "kernel/linear/symmetric_template.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#define CHOOSE(f, arguments) (cpu_has_avx2() ? fused_##f arguments : portable_##f arguments)

#else

#define CHOOSE(f, arguments) (portable_##f arguments)

#endif

Status
exact_factor(DoubleDouble *a, int32_t p, const double *tolerance, int32_t *pivot, int32_t *rank,
			 const StopCheck *stop)
{
	return CHOOSE(factor, (a, p, tolerance, pivot, rank, stop));
}

Status
exact_solve(const DoubleDouble *l, int32_t p, int32_t rank, const int32_t *pivot,
			const Allocator *allocator, const DoubleDouble *b, DoubleDouble *x)
{
	return CHOOSE(solve, (l, p, rank, pivot, allocator, b, x));
}

Status
exact_inverse_diagonal(const DoubleDouble *l, int32_t p, int32_t rank, const int32_t *pivot,
					   const Allocator *allocator, const StopCheck *stop, double *diagonal,
					   double *identified)
{
	return CHOOSE(inverse_diagonal, (l, p, rank, pivot, allocator, stop, diagonal, identified));
}

/*
 * objective_simd.c: exp and the logistic loss on arrays, compiled twice.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/tree/objective_simd.h"

#include "kernel/base/cpu.h"
#include "kernel/base/exponential.h"

#define INLINE static inline __attribute__((always_inline))
#define LIMIT 708.0

INLINE void
exp_of(double *restrict out, const double *restrict x, int32_t n)
{
	double limited[OBJECTIVE_ROWS];
	int32_t i;

	for (i = 0; i < n; i++)
		limited[i] = __builtin_fabs(x[i]) < LIMIT ? __builtin_fabs(x[i]) : LIMIT;
	for (i = 0; i < n; i++)
	{
		double e = exp_minus(limited[i]);

		out[i] = x[i] > 0.0 ? 1.0 / e : e;
	}
}

INLINE void
logistic(double *restrict gradient, double *restrict hessian, double *restrict loss,
		 const double *restrict score, const double *restrict target, int32_t n)
{
	double limited[OBJECTIVE_ROWS];
	int32_t i;

	for (i = 0; i < n; i++)
		limited[i] = __builtin_fabs(score[i]) < LIMIT ? __builtin_fabs(score[i]) : LIMIT;
	for (i = 0; i < n; i++)
	{
		double margin = target[i] > 0.5 ? score[i] : -score[i];
		double e = exp_minus(limited[i]);
		double large = 1.0 / (1.0 + e);
		double wrong = (margin > 0.0 ? e : 1.0) * large;

		gradient[i] = target[i] > 0.5 ? -wrong : wrong;
		hessian[i] = e * large * large;
		loss[i] = 0.5 * (__builtin_fabs(margin) - margin) + log_one_plus(e);
	}
}

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2")))

WIDE static void
exp_wide(double *out, const double *x, int32_t n)
{
	exp_of(out, x, n);
}

WIDE static void
logistic_wide(double *gradient, double *hessian, double *loss, const double *score,
			  const double *target, int32_t n)
{
	logistic(gradient, hessian, loss, score, target, n);
}
#else
#define exp_wide exp_of
#define logistic_wide logistic
#endif

void
objective_exp_portable(double *out, const double *x, int32_t n)
{
	exp_of(out, x, n);
}

void
objective_logistic_portable(double *gradient, double *hessian, double *loss, const double *score,
							const double *target, int32_t n)
{
	logistic(gradient, hessian, loss, score, target, n);
}

void
objective_exp(double *out, const double *x, int32_t n)
{
	if (cpu_has_avx2())
		exp_wide(out, x, n);
	else
		exp_of(out, x, n);
}

void
objective_logistic(double *gradient, double *hessian, double *loss, const double *score,
				   const double *target, int32_t n)
{
	if (cpu_has_avx2())
		logistic_wide(gradient, hessian, loss, score, target, n);
	else
		logistic(gradient, hessian, loss, score, target, n);
}

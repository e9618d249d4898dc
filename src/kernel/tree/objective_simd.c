/*
 * objective_simd.c: exp and the logistic loss on arrays, compiled twice.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/tree/objective_simd.h"

#include "kernel/base/exponential.h"
#include "kernel/base/variants.h"

#define INLINE static inline __attribute__((always_inline))
#define LIMIT 708.0
#define LANES 8

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

/* The loss as an integer in the low bits of a double. */
INLINE int64_t
rounded_loss(double loss, double scale)
{
	double scaled = loss * scale;
	double low = scaled < -0x1p50 ? -0x1p50 : scaled;
	double shifted = (low > 0x1p50 ? 0x1p50 : low) + 0x1.8p52;
	int64_t bits;

	memcpy(&bits, &shifted, sizeof(bits));
	return bits - INT64_C(0x4338000000000000);
}

INLINE ObjectiveTotals
totals(const double *restrict gradient, const double *restrict hessian, const double *restrict loss,
	   int32_t n, double scale)
{
	double most[LANES] = {0.0};
	double steepest[LANES] = {0.0};
	int64_t sum[LANES] = {0};
	ObjectiveTotals result = {0.0, 0.0, 0};
	int32_t i;
	int32_t k;

	for (i = 0; i + LANES <= n; i += LANES)
	{
		for (k = 0; k < LANES; k++)
		{
			double size = __builtin_fabs(gradient[i + k]);

			most[k] = size > most[k] ? size : most[k];
			steepest[k] = hessian[i + k] > steepest[k] ? hessian[i + k] : steepest[k];
			sum[k] += rounded_loss(loss[i + k], scale);
		}
	}
	for (; i < n; i++)
	{
		double size = __builtin_fabs(gradient[i]);

		most[0] = size > most[0] ? size : most[0];
		steepest[0] = hessian[i] > steepest[0] ? hessian[i] : steepest[0];
		sum[0] += rounded_loss(loss[i], scale);
	}
	for (k = 0; k < LANES; k++)
	{
		result.gradient = most[k] > result.gradient ? most[k] : result.gradient;
		result.hessian = steepest[k] > result.hessian ? steepest[k] : result.hessian;
		result.loss += sum[k];
	}
	return result;
}

INLINE void
pack(uint32_t *restrict words, const double *restrict gradient, const double *restrict hessian,
	 const uint64_t *restrict hash, int32_t n, const ObjectivePacking *packing, int64_t sums[2])
{
	double gradient_scale = packing->gradient_scale;
	double hessian_scale = packing->hessian_scale;
	uint64_t seed = packing->seed;
	int32_t gradient_sum = 0; /* of up to 1024 of 16 bits */
	int32_t hessian_sum = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		uint64_t draw = (hash[i] ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
		double up = (double) (int32_t) (draw >> 48) * 0x1p-16;
		double other_up = (double) (int32_t) (draw >> 32 & 0xffff) * 0x1p-16;
		int32_t g = (int32_t) (gradient[i] * gradient_scale + 32768.0 + up) - 32768;
		int32_t h = (int32_t) (hessian[i] * hessian_scale + other_up);

		words[i] = (uint32_t) g << 16 | (uint32_t) h;
		gradient_sum += g;
		hessian_sum += h;
	}
	sums[0] += gradient_sum;
	sums[1] += hessian_sum;
}

/* exp(-x) for 0 <= x <= 708 to 2^-37: as exp_minus, by the polynomial nearest to it. */
INLINE double
exp_minus_short(double x)
{
	double shifted = 0x1.8p52 - x * 0x1.71547652b82fep0;
	double k = shifted - 0x1.8p52;
	double r = (-x - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b3ap-40;
	double sum = 0x1.a1132015ba37ep-16;
	int64_t bits;
	double power;

	sum = sum * r + 0x1.a15179d80ae96p-13;
	sum = sum * r + 0x1.6c16858b7acb9p-10;
	sum = sum * r + 0x1.1110c632a3088p-7;
	sum = sum * r + 0x1.5555555c87148p-5;
	sum = sum * r + 0x1.55555567532adp-3;
	sum = sum * r + 0.5;
	sum = (sum * r) * r + r;
	memcpy(&bits, &shifted, sizeof(bits));
	bits = (int64_t) (((uint64_t) bits + 1023) << 52);
	memcpy(&power, &bits, sizeof(power));
	return power + power * sum;
}

/* log(1 + e) of z = e / (2 + e), 0 <= e <= 1, to 2^-41: as log_one_plus. */
INLINE double
log_one_plus_short(double z)
{
	double u = z * z;
	double sum = 0x1.8677a4bf9332ap-4;

	sum = sum * u + 0x1.27db2445d4862p-4;
	sum = sum * u + 0x1.75de5d874a272p-4;
	sum = sum * u + 0x1.c70d2f5e45807p-4;
	sum = sum * u + 0x1.24926db12eb2ap-3;
	sum = sum * u + 0x1.99999958485b0p-3;
	sum = sum * u + 0x1.555555555ed28p-2;
	return 2.0 * (z + z * (u * sum));
}

INLINE void
logistic_words(uint32_t *restrict words, const double *restrict score,
			   const double *restrict target, const uint64_t *restrict hash, int32_t n,
			   const ObjectivePacking *packing, double loss_scale, ObjectiveSums *sums)
{
	double gradient_scale = packing->gradient_scale;
	double hessian_scale = packing->hessian_scale;
	uint64_t seed = packing->seed;
	int64_t gradient_sum = 0;
	int64_t hessian_sum = 0;
	int64_t squares = 0;
	int64_t loss_sum = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double size = __builtin_fabs(score[i]);
		double e = exp_minus_short(size < LIMIT ? size : LIMIT);
		double margin = target[i] > 0.5 ? score[i] : -score[i];
		double share = 1.0 / ((1.0 + e) * (2.0 + e)); /* one division for two */
		double large = (2.0 + e) * share;
		double wrong = large * (margin > 0.0 ? e : 1.0);
		double gradient = target[i] > 0.5 ? -wrong : wrong;
		double loss = 0.5 * (size - margin) + log_one_plus_short(e * (1.0 + e) * share);
		uint64_t draw = (hash[i] ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
		double up = (double) (int32_t) (draw >> 48) * 0x1p-16;
		double other_up = (double) (int32_t) (draw >> 32 & 0xffff) * 0x1p-16;
		int32_t g = (int32_t) (gradient * gradient_scale + 32768.0 + up) - 32768;
		int32_t h = (int32_t) (e * large * large * hessian_scale + other_up);

		words[i] = (uint32_t) g << 16 | (uint32_t) h;
		gradient_sum += g;
		hessian_sum += h;
		squares += (int64_t) g * g;
		loss_sum += rounded_loss(loss, loss_scale);
	}
	sums->gradient += gradient_sum;
	sums->hessian += hessian_sum;
	sums->squares += squares;
	sums->loss += loss_sum;
}

/* Each function for an instruction set, by attribute. */
#define VARIANT(suffix, attribute) \
	attribute static void exp_##suffix(double *out, const double *x, int32_t n) \
	{ \
		exp_of(out, x, n); \
	} \
	attribute static void logistic_##suffix(double *gradient, double *hessian, double *loss, \
											const double *score, const double *target, int32_t n) \
	{ \
		logistic(gradient, hessian, loss, score, target, n); \
	} \
	attribute static ObjectiveTotals totals_##suffix(const double *gradient, \
													 const double *hessian, const double *loss, \
													 int32_t n, double scale) \
	{ \
		return totals(gradient, hessian, loss, n, scale); \
	} \
	attribute static void pack_##suffix(uint32_t *words, const double *gradient, \
										const double *hessian, const uint64_t *hash, int32_t n, \
										const ObjectivePacking *packing, int64_t sums[2]) \
	{ \
		pack(words, gradient, hessian, hash, n, packing, sums); \
	} \
	attribute static void words_##suffix( \
		uint32_t *words, const double *score, const double *target, const uint64_t *hash, \
		int32_t n, const ObjectivePacking *packing, double loss_scale, ObjectiveSums *sums) \
	{ \
		logistic_words(words, score, target, hash, n, packing, loss_scale, sums); \
	}

VARIANTS

void
objective_exp_portable(double *out, const double *x, int32_t n)
{
	exp_portable(out, x, n);
}

void
objective_logistic_portable(double *gradient, double *hessian, double *loss, const double *score,
							const double *target, int32_t n)
{
	logistic_portable(gradient, hessian, loss, score, target, n);
}

ObjectiveTotals
objective_totals_portable(const double *gradient, const double *hessian, const double *loss,
						  int32_t n, double scale)
{
	return totals_portable(gradient, hessian, loss, n, scale);
}

void
objective_pack_portable(uint32_t *words, const double *gradient, const double *hessian,
						const uint64_t *hash, int32_t n, const ObjectivePacking *packing,
						int64_t sums[2])
{
	pack_portable(words, gradient, hessian, hash, n, packing, sums);
}

void
objective_logistic_words_portable(uint32_t *words, const double *score, const double *target,
								  const uint64_t *hash, int32_t n, const ObjectivePacking *packing,
								  double loss_scale, ObjectiveSums *sums)
{
	words_portable(words, score, target, hash, n, packing, loss_scale, sums);
}

void
objective_exp(double *out, const double *x, int32_t n)
{
	VARIANT_CALL(exp, out, x, n);
}

void
objective_logistic(double *gradient, double *hessian, double *loss, const double *score,
				   const double *target, int32_t n)
{
	VARIANT_CALL(logistic, gradient, hessian, loss, score, target, n);
}

ObjectiveTotals
objective_totals(const double *gradient, const double *hessian, const double *loss, int32_t n,
				 double scale)
{
	return VARIANT_CALL(totals, gradient, hessian, loss, n, scale);
}

void
objective_pack(uint32_t *words, const double *gradient, const double *hessian, const uint64_t *hash,
			   int32_t n, const ObjectivePacking *packing, int64_t sums[2])
{
	VARIANT_CALL(pack, words, gradient, hessian, hash, n, packing, sums);
}

void
objective_logistic_words(uint32_t *words, const double *score, const double *target,
						 const uint64_t *hash, int32_t n, const ObjectivePacking *packing,
						 double loss_scale, ObjectiveSums *sums)
{
	VARIANT_CALL(words, words, score, target, hash, n, packing, loss_scale, sums);
}

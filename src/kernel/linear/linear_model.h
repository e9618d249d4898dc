/*
 * linear_model.h: the payload of every linear model and its scorer.
 *
 * eta = intercept + sum over terms of estimate * column, in the units of the
 * user's columns.  The link turns eta into the prediction.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LINEAR_MODEL_H
#define ORCHARD_KERNEL_LINEAR_LINEAR_MODEL_H

#include <math.h>
#include <string.h>

#include "kernel/base/memory.h"
#include "kernel/dataset/design.h"

typedef enum LinearLink
{
	LINK_IDENTITY = 0, /* prediction = eta */
	LINK_LOGIT = 1,	   /* prediction = 1 / (1 + exp(-eta)) */
	LINK_LOG = 2,	   /* prediction = exp(eta) */
	LINK_INVERSE = 3,  /* prediction = 1 / eta */
	LINK_SOFTMAX = 4,  /* an eta a class; predictions = exp(eta) over the sum of all exp(eta) */
	LINK_SQRT = 5	   /* prediction = eta^2 */
} LinearLink;

/* One row of the coefficient table; std_error, statistic and p_value are NaN where undefined. */
typedef struct LinearCoefficient
{
	Term term;
	double estimate; /* original units */
	double std_error;
	double statistic; /* t for least squares, z for logistic regression */
	double p_value;	  /* two-sided */
} LinearCoefficient;

/* What cross-validation says of one penalty. */
typedef struct PenaltyScore
{
	double alpha;
	double error;		   /* mean over the folds of the mean squared error of rows held out */
	double standard_error; /* of that mean; NaN with one fold alone */
} PenaltyScore;

/* How a fit went; all NaN or 0 where not applicable. */
typedef struct LinearFacts
{
	double log_likelihood;
	double
		sigma2; /* residual variance, RSS / (n - rank); glm: dispersion where estimated; NaN for logistic */
	double rss; /* weighted residual sum of squares; glm: deviance; NaN for logistic */
	double
		tss; /* weighted total sum of squares about the mean (about 0 without intercept); glm: null deviance */
	double
		gradient_norm; /* infinity norm of the gradient of the mean penalised loss, standardised columns; with l1 see least_squares.h */
	double
		condition_number; /* 1-norm estimate or 2-norm of the scaled Gram matrix, square-rooted; NaN when singular */
	int32_t rank;		/* of the design, intercept included */
	int32_t iterations; /* Newton steps; 0 for least squares */
	bool converged;
	bool separated; /* logistic: classes (nearly) perfectly separated, estimates diverge */
} LinearFacts;

/* What the errors of the rows are taken for; names as of statsmodels and R's sandwich. */
typedef enum CovarianceType
{
	COVARIANCE_CLASSICAL = 0, /* of one variance; of logistic regression: as the model says */
	COVARIANCE_HC0 = 1,		  /* heteroscedastic: sandwich.h */
	COVARIANCE_HC1 = 2,
	COVARIANCE_HC2 = 3,
	COVARIANCE_HC3 = 4,
	COVARIANCE_H2 = 5,	  /* Huber's second and third formula, of statsmodels' RLM; */
	COVARIANCE_H3 = 6,	  /* the first is the classical one of Huber regression */
	COVARIANCE_KERNEL = 7 /* of a quantile: Powell's, "ker" of R's quantreg */
} CovarianceType;

#define COVARIANCE_LAST COVARIANCE_KERNEL

/* Is it by the leverages of the rows? */
static inline bool
covariance_has_leverages(CovarianceType type)
{
	return type == COVARIANCE_HC2 || type == COVARIANCE_HC3;
}

/* The covariance of the coefficients (covariance.h); the arrays are the caller's. */
typedef struct LinearCovariance
{
	double *centre; /* n_terms: what the columns of the terms are centred at; 0 of the intercept */
	double *factor; /* covariance_entries(n_terms) */
	double level;	/* out: eta at the centres */
	bool is_unit;	/* in: the inverse information as it is, not times the dispersion of the fit */
	bool
		is_known; /* set by the fit: false with a penalty and where a coefficient is not determined */
} LinearCovariance;

/* What the fitting kernels return: coefficients[n_terms] follow design->terms. */
typedef struct LinearFit
{
	LinearCoefficient *coefficients; /* n_terms, the caller's array */
	LinearCovariance *covariance;	 /* NULL when not asked for */
	LinearFacts facts;
	bool
		is_rough; /* least squares: the rows would give back digits that the condition number has cost */
	int digits; /* least squares: about as many of the estimates are right; 0: the rank is not sure */
	double log_loss; /* logistic: mean over the training rows, without class weights and penalty */
	double weight;	 /* glm: sum of the weights of the rows */
	double accuracy; /* logistic: share of the training rows whose class eta > 0 tells */
} LinearFit;

/*
 * The compiled scorer.  A feature vector has one double a slot: number slots
 * first (a missing one already replaced by fill), then category slots holding
 * the level index + 1 (0 = missing or unknown, n_levels + 1 = pooled).
 */
typedef struct LinearScorer
{
	LinearLink link;
	int32_t n_numbers;
	int32_t n_categories;
	double intercept;
	double *number_weight;	/* n_numbers */
	double *number_fill;	/* n_numbers: value that stands for NULL */
	double *missing_weight; /* n_numbers + n_categories: added to eta when the slot is missing */
	double **level_weight;	/* n_categories arrays of n_levels + 2: by level index + 1 as above */
} LinearScorer;

/* Four sums side by side, which the compiler keeps in whatever vectors the target has. */
typedef double FourDoubles __attribute__((vector_size(4 * sizeof(double))));

/* eta of one feature vector without missing-indicator terms. */
static inline double
linear_eta(const LinearScorer *scorer, const double *vector)
{
	FourDoubles sum = {scorer->intercept, 0.0, 0.0, 0.0};
	int32_t n = scorer->n_numbers;
	int32_t i;

	for (i = 0; i + 4 <= n; i += 4)
	{
		FourDoubles weight;
		FourDoubles value;

		memcpy(&weight, scorer->number_weight + i, sizeof(weight));
		memcpy(&value, vector + i, sizeof(value));
		sum += weight * value;
	}
	for (; i < n; i++)
		sum[0] += scorer->number_weight[i] * vector[i];
	for (i = 0; i < scorer->n_categories; i++)
		sum[1] += scorer->level_weight[i][(int32_t) vector[n + i]];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The prediction for eta. */
static inline double
linear_inverse_link(LinearLink link, double eta)
{
	switch (link)
	{
		case LINK_LOGIT:
			return 1.0 / (1.0 + exp(-eta));
		case LINK_LOG:
			return exp(eta);
		case LINK_INVERSE:
			return 1.0 / eta;
		case LINK_SQRT:
			return eta * eta;
		default:
			return eta;
	}
}

/* The predictions for the eta of n classes, in their place; NaN for all when one is NaN or infinity. */
static inline void
linear_softmax(double *eta, int32_t n)
{
	double most = eta[0];
	double sum = 0.0;
	int32_t k;

	for (k = 1; k < n; k++)
		most = eta[k] > most || eta[k] != eta[k] ? eta[k] : most;
	for (k = 0; k < n; k++)
	{
		eta[k] = exp(eta[k] - most);
		sum += eta[k];
	}
	for (k = 0; k < n; k++)
		eta[k] /= sum;
}

#endif /* ORCHARD_KERNEL_LINEAR_LINEAR_MODEL_H */

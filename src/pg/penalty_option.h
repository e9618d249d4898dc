/*
 * penalty_option.h: the options that say which penalties a path has.
 */
#ifndef ORCHARD_PG_PENALTY_OPTION_H
#define ORCHARD_PG_PENALTY_OPTION_H

#include "postgres.h"

#include "utils/jsonb.h"

#define ALPHAS_MOST 10000

typedef struct PenaltyOptions
{
	int n_alphas;
	double *alphas; /* given ones, descending; NULL: a grid of so many */
	double eps;		/* the least penalty of the grid over the largest */
	double l1_ratio;
	bool has_eps; /* given */
} PenaltyOptions;

/* The defaults. */
extern PenaltyOptions penalty_options_begin(void);

/* Reads "alphas", "eps" or "l1_ratio"; false for another name. */
extern bool penalty_options_read(PenaltyOptions *options, const char *name,
								 const JsonbValue *value);

/* Raises 22023 for options that contradict each other. */
extern void penalty_options_check(const PenaltyOptions *options);

#endif /* ORCHARD_PG_PENALTY_OPTION_H */

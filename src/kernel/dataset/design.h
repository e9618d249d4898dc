/*
 * design.h: from features to the terms (columns) of a linear model's design matrix.
 *
 * Terms, in order: the intercept (when fitted); then feature by feature, a term
 * for each number slot; or, for a category, one indicator for each level but
 * the reference (the first level in level order), then the pooled level, if
 * any; then, by option, the indicator that the feature was missing.
 * A missing number stands at its training mean over the present values; a
 * missing category gives each of its indicators that indicator's training mean
 * (design.md, "Missing and unknown").
 */
#ifndef ORCHARD_KERNEL_DATASET_DESIGN_H
#define ORCHARD_KERNEL_DATASET_DESIGN_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/dictionary.h"
#include "kernel/dataset/schema.h"

#define TERM_INTERCEPT (-1) /* Term.feature of the intercept */
#define LEVEL_NUMBER (-1)	/* Term.level of a number */
#define LEVEL_POOLED (-2)	/* Term.level of the pooled rare levels */
#define LEVEL_MISSING (-3)	/* Term.level of a missing-value indicator */

typedef struct Term
{
	int32_t feature; /* index of the feature, or TERM_INTERCEPT */
	int32_t level;	 /* index into the feature's levels, or one of LEVEL_ */
	int32_t element; /* numbers: index within the feature's array, else 0 */
	int32_t slot;	 /* number slot or category slot that it reads; -1 for the intercept */
} Term;

/* Training facts of one number slot. */
typedef struct NumberFacts
{
	double mean;	/* weighted, over present values; 0 when there are none */
	double present; /* weight of the rows where it is present */
	double missing; /* weight of the rows where it is missing */
} NumberFacts;

/* Training facts of one category slot. */
typedef struct CategoryFacts
{
	int32_t n_levels; /* levels kept */
	int32_t *levels;  /* n_levels dictionary codes in level order; [0] is the reference */
	double *
		frequency; /* n_levels + 1: mean of each level's indicator over present rows; last: pooled */
	int32_t n_pooled;		/* levels pooled: beyond max_categories, the rarest */
	double pooled_rows;		/* weight of the rows in them */
	int32_t *level_of_code; /* dictionary size: index into levels, or LEVEL_POOLED */
	double missing;			/* weight of the rows where it is missing */
} CategoryFacts;

typedef struct Design
{
	const Feature *features;
	int32_t n_features;
	int32_t n_numbers;		   /* number slots */
	int32_t n_categories;	   /* category slots */
	NumberFacts *numbers;	   /* n_numbers */
	CategoryFacts *categories; /* n_categories */
	Term *terms;			   /* n_terms */
	int32_t n_terms;
	int32_t *number_term; /* n_numbers: first term of each number slot */
	int32_t *
		category_term; /* n_categories: its first indicator term (level 1); levels and pooled follow in order */
	int32_t *missing_term; /* n_features: its first missing indicator, or -1 */
	bool has_intercept;
} Design;

typedef struct DesignOptions
{
	bool fit_intercept;
	bool missing_indicator; /* add an indicator for each number and category with missing values */
	int32_t max_categories; /* levels kept a feature; the rarest beyond are pooled */
	const StopCheck *stop;	/* NULL: never stop */
} DesignOptions;

/*
 * design_build
 *		Chooses levels and lays out the terms.
 *
 * dictionaries: n_categories.  level_weight[c][code]: weight of the rows with
 * that code, 0 for a level that no row had (it is left out).  missing_weight[c]:
 * weight of the rows where category slot c is NULL.  numbers: n_numbers facts,
 * copied.  Kept are the max_categories levels of largest weight (ties: first in
 * level order); the rest are pooled, order and splitting of the rows do not matter.
 * KERNEL_OVERFLOW when the weights of the levels have no finite sum, KERNEL_STOPPED.
 * All parts of *design come from the allocator; design_release returns them.
 */
extern Status design_build(Design *design, const Allocator *allocator, const Feature *features,
						   int32_t n_features, const Dictionary *dictionaries,
						   const double *const *level_weight, const double *missing_weight,
						   const NumberFacts *numbers, const DesignOptions *options);
/* The values of the terms' columns in row i of a block: n_terms, means where something is missing. */
extern void design_row(const Design *design, const DatasetBlock *block, int32_t i, double *values);

/* dictionary_sizes: n_categories, as at build time. */
extern void design_release(Design *design, const Allocator *allocator,
						   const Dictionary *dictionaries);

#endif /* ORCHARD_KERNEL_DATASET_DESIGN_H */

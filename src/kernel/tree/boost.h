/*
 * boost.h: gradient boosting of trees.
 *
 * Minimises the loss of objective.h by adding trees, each grown on the
 * derivatives of the loss at the scores so far, each leaf a Newton step times the
 * learning rate (or the quantile of its residuals where objective_renews).
 *
 * The same rows, options and seed give the same ensemble whatever their order:
 * see bin.h and histogram.h; rows are drawn by the hash of their content.
 */
#ifndef ORCHARD_KERNEL_TREE_BOOST_H
#define ORCHARD_KERNEL_TREE_BOOST_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"
#include "kernel/tree/ensemble.h"
#include "kernel/tree/grow.h"
#include "kernel/tree/objective.h"

/* Told after each round: how many trees an output, the mean loss over the training rows so far. */
typedef struct BoostReport
{
	void (*round)(void *context, int32_t rounds, int32_t of, double loss);
	void *context;
} BoostReport;

typedef struct BoostOptions
{
	Objective objective;
	GrowOptions grow; /* its units are set by boost_fit; no limit of leaves means 65,535 */
	int32_t n_estimators;
	double learning_rate;
	double subsample; /* of the rows, for each tree; above 0, at most 1 */
	int32_t max_bins;
	int32_t early_stopping_rounds; /* without a better validation loss; 0 = all rounds */
	uint64_t seed;
	int32_t threads;		   /* at most; few rows are done by one */
	const BoostReport *report; /* may be NULL */
	const BlockStore *store;   /* where rows go as trees grow, by one thread; NULL: in memory */
	size_t memory;			   /* with a store: bytes that there are for all of it */
} BoostOptions;

typedef struct BoostResult
{
	Ensemble *ensemble;
	int32_t rounds;			  /* trees an output */
	int32_t n_curve;		  /* rounds made + 1, those taken back too */
	double *train_curve;	  /* mean loss before the first round and after each */
	double *validation_curve; /* the same of the rows held out; NULL without */
	size_t curve_capacity;	  /* of either, as allocated */
} BoostResult;

/*
 * boost_fit
 *		Bins the rows and grows the trees.
 *
 * source: at least one row; finite targets that the objective has a loss for.
 * validation: rows of the same slots, or NULL; needed for early stopping.
 * Memory: about two bytes a cell and 50 bytes a row beside the source, and the pool of grow.c;
 * with a store what is in memory does not depend on the rows, and the ensemble is the same.
 * KERNEL_OVERFLOW when derivatives are not finite; KERNEL_OUT_OF_MEMORY,
 * KERNEL_STOPPED, KERNEL_TOO_LARGE, what the store reports: *result is untouched.
 */
extern Status boost_fit(const TreeSource *source, const TreeSource *validation,
						const BoostOptions *options, const Allocator *allocator,
						const StopCheck *stop, BoostResult *result);
/*
 * Bytes that a training row and one held out take while trees grow, of the raw rows apart; the
 * former at most.
 */
extern void boost_row_bytes(const TreeSource *source, const BoostOptions *options, size_t *train,
							size_t *held_out);

/* With a store: the least memory that does. */
extern size_t boost_file_bytes(const TreeSource *source, const BoostOptions *options);

extern void boost_result_release(BoostResult *result, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_TREE_BOOST_H */

/*
 * quantile_state.h: what the files of quantile regression share.
 *
 *	 quantile.c			the fit: start, rounds of exact optima, the coefficient table
 *	 quantile_active.c	the rows near the hyperplane, gathered from all
 *	 quantile_spread.c	the density of the residuals at 0
 */
#ifndef ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H
#define ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H

#include "kernel/linear/logistic_state.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/linear/quantile.h"
#include "kernel/linear/vertex.h"

/* The rows that are looked at one by one, and the penalty's: memory of one piece each. */
typedef struct ActiveRows
{
	int64_t n;
	int64_t room;
	double *x;		 /* room x k: the columns in use */
	double *numbers; /* 5 x room, of which: */
	double *y;
	double *shift;
	double *low;
	double *high;
	double *dual;
} ActiveRows;

/* Lives through one quantile_fit. */
typedef struct Quantile
{
	Logistic fit;
	RobustLoss loss;
	const QuantileOptions *options;
	double *penalty; /* p: of the mean loss, on |coefficient of the column| */
	double *steep; /* p: of a bounded column, more than the slope of all rows' loss by it can be */
	int32_t *used; /* k: columns that depend on no column before them */
	int32_t k;
	double spread;			   /* standard deviation of the targets about the centre */
	double *reference;		   /* p: coefficients that tell the sides of rows */
	double *reference_weights; /* n_basis */
	double *products;		   /* n_basis */
	double *basis_row;		   /* n_basis */
	double *fixed;			   /* p, then its entries in use: k */
	double *b;				   /* k */
	int64_t *basis;			   /* k */
	double band; /* rows with a smaller |residual| at the reference are active; INFINITY: all */
	ActiveRows active;
	int64_t pivots;
	double *mean_loss; /* the caller's: of the rows, without the penalty */
} Quantile;

/* A panel of rows: residuals at two estimates, weights (NULL: 1). */
typedef struct QuantilePanel
{
	const PanelPlace *place;
	const double *weight;
	double reference[PANEL_ROWS]; /* residuals at the reference */
	double current[PANEL_ROWS];	  /* and at the estimate */
} QuantilePanel;

/* Calls `visit` for each panel of rows. */
extern Status quantile_visit(Quantile *quantile,
							 Status (*visit)(Quantile *quantile, const QuantilePanel *panel,
											 void *context),
							 void *context);

/* quantile_active.c */

/* Sets the band so that at least `wanted` rows are active, or all. */
extern Status quantile_find_band(Quantile *quantile, int64_t wanted, int64_t *found);

/* Gathers the active rows; those of the penalty follow.  magnitude: of the shifts. */
extern Status quantile_gather(Quantile *quantile, int64_t n, double magnitude);
extern void quantile_release_active(Quantile *quantile);

/* quantile_spread.c */

/* The reciprocal of the residuals' density at 0; NaN where they do not tell. */
extern Status quantile_sparsity(Quantile *quantile, double *sparsity);

/* The width of the kernel about residuals of 0; 0 where they do not tell. */
extern Status quantile_kernel_width(Quantile *quantile, double *width);

#endif /* ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H */

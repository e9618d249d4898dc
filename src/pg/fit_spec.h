/*
 * fit_spec.h: what one fit() call site trains on: options, target and features.
 *
 * A FitSpec is made from the first row's type and shared by the states of all
 * groups; it lives as long as the call site (fn_mcxt).  Its encoded form travels
 * with a state between parallel workers, and two states combine only when their
 * specs are alike.
 */
#ifndef ORCHARD_PG_FIT_SPEC_H
#define ORCHARD_PG_FIT_SPEC_H

#include "postgres.h"

#include "kernel/codec/bytes.h"
#include "kernel/dataset/schema.h"

#include "pg/column_type.h"
#include "pg/fit_option.h"
#include "pg/prep_row.h"
#include "pg/row_binding.h"

typedef struct FitSpec
{
	FitOptions *options;
	Jsonb *options_json; /* as given, for the encoded form */
	char *target;		 /* empty: none */
	FeatureFamily target_family;
	bool target_is_boolean;
	bool classification;
	bool keeps_rows; /* training passes over the rows, not over sums of them */
	bool
		has_rests; /* values may have more digits than doubles, and linear regression uses them; not encoded */
	EnumLabels *target_labels; /* of an enum target, else NULL */
	Transform *recipe;		   /* of the option "preprocess", else NULL (fit_recipe.h) */
	bool learns_recipe;		   /* it is not fitted yet */
	Applier *appliers;		   /* of a fitted one, one a step */
	int n_prepared;			   /* features that belong to it: the first ones */
	int n_features;
	Feature *features;
	bool *is_integer;	 /* features checked for looking like identifiers */
	EnumLabels **labels; /* of enum features, else NULL */
	int n_numbers;
	int n_categories;
	int offset_slot; /* number slot of the offset, which is a feature; -1: none */
	int fold_slot; /* the last number slot, of the row's fold where a recipe is learnt fold by fold; -1: none */
	uint64 *
		fold_seeds; /* of what the slots and the target say about a row's fold; NULL: it is not drawn so */
	uint8 *encoded;
	size_t encoded_length;
} FitSpec;

/* Where a bound row keeps one column. */
typedef struct BoundColumn
{
	int index; /* 0-based in the row, -1 = none */
	ColumnType type;
	EnumLabels *labels;
	int slot;	 /* features: the first number slot or the category slot */
	int16 width; /* bytes, where it is fixed */
	bool by_value;
} BoundColumn;

/* A FitSpec bound to a row layout. */
typedef struct FitBinding
{
	MemoryContext context; /* its own, of which it is all */
	RowLayout *layout;
	BoundColumn target;
	BoundColumn weight;
	BoundColumn fold;		/* of the fold's number, or of the group that stays in one fold */
	BoundColumn *features;	/* n_features; those of a recipe have no column */
	PrepStepColumns *steps; /* of a recipe, one a step */
	PrepColumn *folds;		/* one a step, index -1: none */
	int *step_columns;		/* n_step_columns: those that steps and folds read */
	int n_step_columns;
	double *inputs; /* scratch for a polynomial */
	double
		*rests; /* scratch: what doubles leave out of the row's numbers and target; NULL: nothing */
	bool *missing;	 /* scratch for the outputs of a step */
	bool is_located; /* row_layout_locate finds every bound column */
	DoubleColumns
		doubles; /* when it does, or rows come as values: the features that are float8 numbers */
	DoubleColumn *double_columns; /* the same of rows that come as values, else NULL */
	int n_double_columns;
	int *others; /* n_others: the rest */
	int n_others;
} FitBinding;

/*
 * In the current memory context; the layout gives names and types, and the row read last into it the
 * lengths of arrays.
 */
extern FitSpec *fit_spec_create(Jsonb *options, const char *target, const RowLayout *layout);

/* The same training once the recipe is learnt, in the current memory context; it has no encoded form. */
extern FitSpec *fit_spec_of_learnt(const FitSpec *from, Transform *recipe);

/* The row's role: does training read the column of this name? */
extern bool fit_reads_column(const FitOptions *options, const char *target, const char *name);

/* The column that decides on folds, NULL when there is none. */
extern const char *fit_fold_column(const FitOptions *options);

/* Raises the error of a target, empty for none, that an algorithm without one has, or one with one has not. */
extern void fit_check_target(const FitOptions *options, const char *target);

/* Raises the error of a column that target or options name and the row does not have. */
extern void fit_require_columns(const FitOptions *options, const char *target,
								const RowLayout *layout);

/* Raises 22004 for a NULL in the target, unless the options skip such rows. */
extern void fit_allow_null_target(const FitOptions *options, const char *target);

/* In a child of the current memory context. */
extern FitBinding *fit_binding_create(const FitSpec *spec, HeapTupleHeader row);

/* The same for rows that come as values. */
extern FitBinding *fit_binding_of_columns(const FitSpec *spec, TupleDesc descriptor);

/*
 * From its encoded form, in the current memory context.  The bytes may be
 * foreign: XX001 when they are not what fit_spec_create makes, the errors of the
 * options where these are not known.
 */
extern FitSpec *fit_spec_decode(const uint8 *encoded, size_t length);

/* Equal but for the widths of numbers: an integer column in one may be a float8 in the other. */
extern bool fit_specs_are_alike(const FitSpec *a, const FitSpec *b);

#endif /* ORCHARD_PG_FIT_SPEC_H */

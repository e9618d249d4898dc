/*
 * score_binding.h: from a row, an array or arguments to a model's feature vector.
 */
#ifndef ORCHARD_PG_SCORE_BINDING_H
#define ORCHARD_PG_SCORE_BINDING_H

#include "postgres.h"

#include "utils/array.h"

#include "pg/column_type.h"
#include "pg/model_cache.h"
#include "pg/prep_row.h"
#include "pg/row_binding.h"

/*
 * Where one feature of the model comes from, and what a row needs to know of it: with many models in
 * turn, each further structure is a cache miss.
 */
typedef struct ScoreColumn
{
	int index;			/* column of the row or position among the arguments */
	uint8 reader;		/* ColumnReader */
	uint8 family;		/* FeatureFamily of the feature */
	int slot;			/* number slot or category slot */
	uint32 length;		/* of an array feature; 0 for a scalar */
	int32 *enum_levels; /* enum columns: level by the label's place */
	EnumLabels *labels;
} ScoreColumn;

/* A model's features bound to a source of datums; lives in the call site's context. */
typedef struct ScoreBinding
{
	CachedModel *model;
	uint64 serial;			/* model->serial at binding time */
	RowLayout *layout;		/* of a row source, else NULL; the call site's */
	bool is_plain;			/* every feature is a scalar float8 in slot order */
	bool is_straight;		/* and they come one behind another, the first at columns[0].index */
	bool is_located;		/* and row_layout_locate finds it in the row */
	DoubleColumns doubles;	/* then: the features */
	ScoreColumn *columns;	/* n_features */
	bool is_array;			/* the source is one array: the numbers in slot order */
	double *vector;			/* numbers, then categories */
	PrepStepColumns *steps; /* the columns of preprocessing, one a step; else NULL */
	double *inputs;			/* scratch for a polynomial */
	bool *
		prepared_missing; /* model->n_prepared: outputs of the row scored last that stand for NULL */
	NullableDatum *elements; /* model->n_inputs, of a VARIADIC array */
	double confidence;		 /* predict_interval's, asked for last; 0 before */
	double critical;		 /* linear_critical() of it, which takes longer than the rest */
	int32 *missing;			 /* slots of the row that are missing, where indicators of several
							  * classes want to know; else NULL */
	int32 n_missing;
} ScoreBinding;

/* Raises 22023 unless there are as many values as the model has features. */
extern void score_require_values(const CachedModel *model, int n);

/* The type of an array's elements. */
typedef struct ElementType
{
	Oid type;
	int16 length;
	bool by_value;
	char alignment;
	ColumnReader reader; /* of arrays of numbers */
} ElementType;

extern ScoreBinding *score_binding_of_row(CachedModel *model, RowLayout *layout);
extern ScoreBinding *score_binding_of_types(CachedModel *model, int n, const Oid *types);
/* Numbers and categories as literals; timestamptz, interval and float8[] for what those cannot be. */
extern ScoreBinding *score_binding_of_literals(
	CachedModel *model); /* float8[] for an array feature */
extern ScoreBinding *score_binding_of_array(CachedModel *model);

/*
 * The prediction for the datums, indexed by ScoreColumn.index.  A model of trees, and one of more
 * than two classes, has all its outputs in model->outputs afterwards, of which this is the first.
 */
extern double score_binding_predict(ScoreBinding *binding, const Datum *values, const bool *nulls);

/* The same for a row of the binding's layout. */
extern double score_binding_predict_row(ScoreBinding *binding, HeapTupleHeader row);

/* The same with PostgreSQL's argument array, from the first argument that is a column. */
extern double score_binding_predict_arguments(ScoreBinding *binding,
											  const NullableDatum *arguments);

/* The same for an array of numbers with one element a number slot. */
extern double score_binding_predict_array(ScoreBinding *binding, ArrayType *array,
										  const ElementType *type);

/* The same for an array with one element a feature. */
extern double score_binding_predict_elements(ScoreBinding *binding, ArrayType *array,
											 const ElementType *type);

/* The eta of each class of the row scored last, for a linear model of more than two. */
extern void score_binding_etas(const ScoreBinding *binding, double *etas);

/*
 * The likeliest class of the row scored last, whose prediction is given: the first of equals, of two
 * the positive one only above 1/2.  -1 for NaN.
 */
extern int64 score_likeliest_class(const CachedModel *cached, double predicted);

#endif /* ORCHARD_PG_SCORE_BINDING_H */

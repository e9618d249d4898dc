/*
 * model_trees.c: what a model of trees is made of, as rows: trees, importance, learning_curve; and
 * check_columns.
 */
#include "postgres.h"

#include <math.h>

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "pg/column_type.h"
#include "pg/compat.h"
#include "pg/model_cache.h"

PG_FUNCTION_INFO_V1(orchard_importance);
PG_FUNCTION_INFO_V1(orchard_trees);
PG_FUNCTION_INFO_V1(orchard_learning_curve);
PG_FUNCTION_INFO_V1(orchard_check_columns);

#define LEVELS_SHOWN 20 /* in a condition; the levels column has all */

/* Which feature and element a slot is. */
typedef struct SlotName
{
	uint32 feature;
	int32 element; /* -1 of a scalar */
} SlotName;

static struct varlena *
model_argument(FunctionCallInfo fcinfo)
{
	return (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
}

/* The argument as a model of trees, with the gains, which the cache's has not; 22023 for others. */
static const Model *
trees_argument(FunctionCallInfo fcinfo)
{
	const Model *model = model_decode_stored(model_argument(fcinfo));

	if (model->ensemble == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the model has no trees"),
				 errhint("orchard.coefficients(model) shows a linear model.")));
	return model;
}

static SlotName *
name_slots(const Model *model)
{
	int32 number = 0;
	int32 category = model->ensemble->n_numbers;
	SlotName *names = palloc(sizeof(SlotName) * Max(category + model->ensemble->n_categories, 1));
	uint32 f;
	uint32 i;

	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		if (feature->family == FAMILY_CATEGORY)
			names[category++] = (SlotName){f, -1};
		else
		{
			for (i = 0; i < Max(feature->length, 1); i++)
				names[number++] = (SlotName){f, feature->length > 0 ? (int32) i : -1};
		}
	}
	return names;
}

/* Gain and splits of one feature. */
typedef struct Importance
{
	uint32 feature;
	double gain;
	int64 splits;
} Importance;

static int
compare_importance(const void *a, const void *b)
{
	const Importance *x = a;
	const Importance *y = b;

	if (x->gain != y->gain)
		return x->gain < y->gain ? 1 : -1;
	if (x->splits != y->splits)
		return x->splits < y->splits ? 1 : -1;
	return x->feature < y->feature ? -1 : x->feature > y->feature;
}

/* Columns: feature, gain, share, splits; all features, the greatest gain first. */
Datum
orchard_importance(PG_FUNCTION_ARGS)
{
	const Model *model = trees_argument(fcinfo);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Importance *importance = palloc0(sizeof(Importance) * Max(model->n_features, 1));
	SlotName *names = name_slots(model);
	double total = 0.0;
	int32 t;
	int32 i;
	uint32 f;

	InitMaterializedSRF(fcinfo, 0);
	for (t = 0; t < model->ensemble->n_trees; t++)
	{
		const Tree *tree = &model->ensemble->trees[t];

		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];

			if (node->slot == TREE_LEAF)
				continue;
			importance[names[node->slot].feature].gain += node->gain;
			importance[names[node->slot].feature].splits++;
			total += node->gain;
		}
	}
	for (f = 0; f < model->n_features; f++)
		importance[f].feature = f;
	qsort(importance, model->n_features, sizeof(Importance), compare_importance);
	for (f = 0; f < model->n_features; f++)
	{
		Datum values[4] = {0};
		bool nulls[4] = {false, false, total == 0.0, false};

		values[0] = CStringGetTextDatum(model->features[importance[f].feature].name);
		values[1] = Float8GetDatum(importance[f].gain);
		values[2] = Float8GetDatum(total > 0.0 ? importance[f].gain / total : 0.0);
		values[3] = Int64GetDatum(importance[f].splits);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static bool
has_level(const Tree *tree, const TreeNode *node, uint32 level)
{
	return (tree->words[node->subset + level / 32] >> level % 32 & 1) != 0;
}

/* The texts of the levels that go left, pooled ones by their names. */
static Datum
left_levels(const ModelFeature *feature, const Tree *tree, const TreeNode *node, int *n)
{
	Datum *texts = palloc(sizeof(Datum) * (feature->n_levels + feature->n_pooled + 1));
	uint32 i;

	*n = 0;
	for (i = 0; i < feature->n_levels; i++)
	{
		if (has_level(tree, node, i))
			texts[(*n)++] = CStringGetTextDatum(feature->levels[i]);
	}
	for (i = 0; i < feature->n_pooled && has_level(tree, node, feature->n_levels); i++)
		texts[(*n)++] = CStringGetTextDatum(feature->pooled[i]);
	return PointerGetDatum(construct_array(texts, *n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* x <= 0.5; plan in ('basic', 'pro'); v[2] <= 1. */
static char *
condition_text(const char *name, const TreeNode *node, Datum levels, int n)
{
	StringInfoData condition;
	Datum *texts;
	int i;

	if (DatumGetPointer(levels) == NULL)
		return psprintf("%s <= %s", name,
						isinf(node->threshold) ? "Infinity" : number_text(node->threshold));
	initStringInfo(&condition);
	appendStringInfo(&condition, "%s in (", name);
	deconstruct_array(DatumGetArrayTypeP(levels), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL,
					  &n);
	for (i = 0; i < Min(n, LEVELS_SHOWN); i++)
		appendStringInfo(&condition, "%s%s", i > 0 ? ", " : "",
						 quote_literal_cstr(TextDatumGetCString(texts[i])));
	if (n > LEVELS_SHOWN)
		appendStringInfo(&condition, ", ... %d more", n - LEVELS_SHOWN);
	appendStringInfoChar(&condition, ')');
	return condition.data;
}

#define TREE_COLUMNS 15

/* What an inner node asks, into columns 4 to 11 and 14. */
static void
set_question(Datum *values, bool *nulls, const Model *model, const SlotName *names,
			 const Tree *tree, const TreeNode *node)
{
	const ModelFeature *feature = &model->features[names[node->slot].feature];
	int32 element = names[node->slot].element;
	bool is_category = feature->family == FAMILY_CATEGORY;
	int n = 0;

	values[4] = CStringGetTextDatum(feature->name);
	values[5] = Int32GetDatum(element + 1);
	nulls[5] = element < 0;
	if (is_category)
		values[8] = left_levels(feature, tree, node, &n);
	values[6] = CStringGetTextDatum(
		condition_text(element < 0 ? feature->name : psprintf("%s[%d]", feature->name, element + 1),
					   node, values[8], n));
	values[7] = Float8GetDatum(node->threshold);
	nulls[7] = is_category;
	nulls[8] = !is_category;
	values[9] = BoolGetDatum(node->missing_left);
	values[10] = Int32GetDatum(node->left + 1);
	values[11] = Int32GetDatum(node->right + 1);
	values[14] = Float8GetDatum(node->gain);
	nulls[4] = nulls[6] = nulls[9] = nulls[10] = nulls[11] = nulls[14] = false;
}

/* All nodes of tree t, numbered from 1. */
static void
put_tree(ReturnSetInfo *result, const Model *model, const SlotName *names, int32 t)
{
	const Tree *tree = &model->ensemble->trees[t];
	int32 *depths = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(int32) * tree->n_nodes,
											   MCXT_ALLOC_HUGE);
	MemoryContext rows =
		AllocSetContextCreate(CurrentMemoryContext, "orchard trees", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(rows);
	int32 i;
	int c;

	depths[0] = 0;
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		Datum values[TREE_COLUMNS] = {0};
		bool nulls[TREE_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		for (c = 0; c < TREE_COLUMNS; c++)
			nulls[c] = c >= 4;
		values[0] = Int32GetDatum(t + 1);
		nulls[1] = model->n_classes <= 2;
		if (!nulls[1])
			values[1] = CStringGetTextDatum(model->classes[tree->output]);
		values[2] = Int32GetDatum(i + 1);
		values[3] = Int32GetDatum(depths[i]);
		values[13] = Float8GetDatum(node->cover);
		nulls[13] = false;
		if (node->slot == TREE_LEAF)
		{
			values[12] = Float8GetDatum(node->value);
			nulls[12] = false;
		}
		else
		{
			depths[node->left] = depths[node->right] = depths[i] + 1;
			set_question(values, nulls, model, names, tree, node);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(rows);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(rows);
	pfree(depths);
}

Datum
orchard_trees(PG_FUNCTION_ARGS)
{
	const Model *model = trees_argument(fcinfo);
	SlotName *names = name_slots(model);
	int32 t;

	InitMaterializedSRF(fcinfo, 0);
	for (t = 0; t < model->ensemble->n_trees; t++)
		put_tree((ReturnSetInfo *) fcinfo->resultinfo, model, names, t);
	return (Datum) 0;
}

/* Columns: iteration, train, validation; iteration 0 is before the first tree. */
Datum
orchard_learning_curve(PG_FUNCTION_ARGS)
{
	const Model *model = model_decode_stored(model_argument(fcinfo));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < model->n_curve; i++)
	{
		Datum values[3] = {0};
		bool nulls[3] = {false, isnan(model->train_curve[i]),
						 model->validation_curve == NULL || isnan(model->validation_curve[i])};

		values[0] = Int32GetDatum((int32) i);
		values[1] = Float8GetDatum(model->train_curve[i]);
		if (!nulls[2])
			values[2] = Float8GetDatum(model->validation_curve[i]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What is wrong with the column for the feature; NULL when nothing is. */
static char *
column_problem(const ModelInput *feature, TupleDesc descriptor)
{
	ColumnType found;
	bool is_array;
	Oid type = InvalidOid;
	int i;

	for (i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (!column->attisdropped && strcmp(NameStr(column->attname), feature->name) == 0)
			type = column->atttypid;
	}
	if (!OidIsValid(type))
		return pstrdup("is missing");
	if (!column_type_of(type, &found))
		return psprintf("has type %s, which cannot stand for a %s feature", format_type_be(type),
						feature_family_name(feature->family));
	is_array = found.reader == READ_FLOAT8_ARRAY || found.reader == READ_FLOAT4_ARRAY;
	if (found.family == feature->family && is_array == (feature->length > 0))
		return NULL;
	return psprintf("has type %s, but was trained as %s%s", format_type_be(type),
					feature_family_name(feature->family), feature->length > 0 ? " array" : "");
}

Datum
orchard_check_columns(PG_FUNCTION_ARGS)
{
	const CachedModel *model = model_cache_get(PG_GETARG_DATUM(0));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Relation relation = relation_open(PG_GETARG_OID(1), AccessShareLock);
	uint32 f;

	InitMaterializedSRF(fcinfo, 0);
	for (f = 0; f < model->n_inputs; f++)
	{
		char *problem = column_problem(&model->inputs[f], RelationGetDescr(relation));
		Datum values[2] = {0};
		bool nulls[2] = {false, false};

		if (problem == NULL)
			continue;
		values[0] = CStringGetTextDatum(model->inputs[f].name);
		values[1] = CStringGetTextDatum(problem);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	relation_close(relation, AccessShareLock);
	return (Datum) 0;
}

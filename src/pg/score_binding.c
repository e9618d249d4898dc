/*
 * score_binding.c: datums to feature vectors to predictions.
 *
 * Nothing here allocates per row, but for what detoasting a long value needs.
 */
#include "postgres.h"

#include <math.h>

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/score_binding.h"

static ScoreBinding *
binding_create(CachedModel *model)
{
	ScoreBinding *binding = palloc0(sizeof(ScoreBinding));
	int slots = model->scorer.n_numbers + model->scorer.n_categories;

	binding->model = model;
	binding->serial = model->serial;
	binding->columns = palloc0(sizeof(ScoreColumn) * Max(model->model->n_features, 1));
	binding->elements = palloc0(sizeof(NullableDatum) * Max(model->n_inputs, 1));
	binding->vector = palloc0(sizeof(double) * Max(slots, 1));
	if (model->class_scorers != NULL && model->has_missing_weights)
		binding->missing = palloc(sizeof(int32) * Max(slots, 1));
	return binding;
}

/* Levels of the model by the place of each label of an enum type. */
static void
bind_enum(ScoreColumn *column, Oid type, const LevelLookup *lookup)
{
	int i;

	column->labels = enum_labels_load(type);
	column->enum_levels = palloc(sizeof(int32) * Max(column->labels->n, 1));
	for (i = 0; i < column->labels->n; i++)
		column->enum_levels[i] =
			level_lookup_find(lookup, column->labels->labels[i], strlen(column->labels->labels[i]));
}

/* Binds feature f to a datum of the type at `index`; `what` names it in errors. */
static void
bind_feature(ScoreBinding *binding, uint32 f, int index, Oid type, int *number, int *category)
{
	const ModelFeature *feature = &binding->model->model->features[f];
	ScoreColumn *column = &binding->columns[f];
	ColumnType found = {type, feature->family, READ_UNKNOWN};
	bool is_array;

	if (type != UNKNOWNOID && !column_type_of(type, &found))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s cannot stand for the %s feature \"%s\"", format_type_be(type),
						feature_family_name(feature->family), feature->name),
				 errhint("Cast the argument to a type of the feature's kind.")));
	is_array = found.reader == READ_FLOAT8_ARRAY || found.reader == READ_FLOAT4_ARRAY;
	if (found.family != feature->family || is_array != (feature->length > 0))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("feature \"%s\" was trained as %s%s but is given as %s", feature->name,
						feature_family_name(feature->family), feature->length > 0 ? " array" : "",
						format_type_be(type)),
				 errhint("Cast the value to the family it was trained as.")));
	column->index = index;
	column->reader = found.reader;
	column->family = feature->family;
	column->length = feature->length;
	if (feature->family == FAMILY_CATEGORY)
	{
		column->slot = (*category)++;
		if (found.reader == READ_ENUM)
			bind_enum(column, found.type, binding->model->lookups[column->slot]);
		return;
	}
	column->slot = *number;
	*number += feature->length > 0 ? feature->length : 1;
}

/* Whether the fast loop serves: only scalar float8 features, and no missing indicators. */
static bool
is_plain(const ScoreBinding *binding)
{
	const Model *model = binding->model->model;
	uint32 f;

	if (binding->model->has_missing_weights || model->preprocess != NULL)
		return false;
	for (f = 0; f < model->n_features; f++)
	{
		if (binding->columns[f].reader != READ_FLOAT8)
			return false;
	}
	return true;
}

/* Sets what lets the loops over plain features be fast. */
static void
look_for_plain(ScoreBinding *binding)
{
	uint32 f;

	binding->is_plain = is_plain(binding);
	binding->is_straight = binding->is_plain;
	for (f = 0; f < binding->model->model->n_features; f++)
		binding->is_straight &= binding->columns[f].index == binding->columns[0].index + (int) f;
}

/* The columns of a row in which every feature is a scalar float8. */
static void
locate_features(ScoreBinding *binding)
{
	int n = (int) binding->model->model->n_features;
	DoubleColumn *columns = palloc(sizeof(DoubleColumn) * Max(n, 1));
	int f;

	for (f = 0; f < n; f++)
		columns[f] = (DoubleColumn){binding->columns[f].index, f};
	double_columns_create(&binding->doubles, columns, n, binding->model->scorer.number_fill);
	pfree(columns);
}

/* The columns of the steps of preprocessing, which give the first features. */
static void
bind_steps(ScoreBinding *binding)
{
	const Transform *recipe = binding->model->model->preprocess;
	int32 width = 1;
	uint32 i;

	binding->steps = palloc0(sizeof(PrepStepColumns) * recipe->n);
	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];

		prep_step_bind(&binding->steps[i], binding->layout, step);
		prep_step_require_family(step, &binding->steps[i].columns[0]);
		width = Max(width, step->width);
	}
	binding->inputs = palloc(sizeof(double) * width);
	binding->prepared_missing = palloc0(sizeof(bool) * Max(binding->model->n_prepared, 1));
	for (i = 0; i < binding->model->n_prepared; i++)
		binding->columns[i] = (ScoreColumn){.index = -1, .slot = (int) i};
}

ScoreBinding *
score_binding_of_row(CachedModel *model, RowLayout *layout)
{
	ScoreBinding *binding = binding_create(model);
	int number = (int) model->n_prepared;
	int category = 0;
	int index = -1;
	uint32 f;

	binding->layout = layout;
	if (model->model->preprocess != NULL)
		bind_steps(binding);
	for (f = model->n_prepared; f < model->model->n_features; f++)
	{
		const char *name = model->model->features[f].name;

		index = row_layout_find(binding->layout, name, index + 1);
		if (index < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the row has no column \"%s\", a feature of the model", name),
					 errhint("The row has the columns: %s.", row_layout_names(binding->layout))));
		bind_feature(binding, f, index, TupleDescAttr(binding->layout->descriptor, index)->atttypid,
					 &number, &category);
	}
	look_for_plain(binding);
	binding->is_located = binding->is_plain;
	for (f = 0; f < model->model->n_features; f++)
		binding->is_located &= binding->columns[f].index < binding->layout->n_fixed;
	if (binding->is_located)
		locate_features(binding);
	return binding;
}

ScoreBinding *
score_binding_of_array(CachedModel *model)
{
	ScoreBinding *binding;

	if (model->model->preprocess != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a model with preprocessing cannot score a bare array"),
				 errhint("Pass a row, or the columns one by one.")));
	if (model->scorer.n_categories > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a model with categorical features cannot score a bare array"),
				 errhint("Pass a row, or the features one by one.")));
	binding = binding_create(model);
	binding->is_array = true;
	return binding;
}

void
score_require_values(const CachedModel *model, int n)
{
	uint32 n_inputs = model->n_inputs;

	if (n != (int) n_inputs)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("number of values must be that of the model's features, %u, not %d", n_inputs,
					n),
			 errhint(
				 "orchard.features(model) lists them in order; a row argument binds them by name.")));
}

/* Values without names as a row whose columns are named by the model. */
static RowLayout *
layout_of_types(const CachedModel *model, const Oid *types)
{
	TupleDesc descriptor = CreateTemplateTupleDesc((int) model->n_inputs);
	uint32 i;

	for (i = 0; i < model->n_inputs; i++)
		TupleDescInitEntry(descriptor, (AttrNumber) (i + 1), model->inputs[i].name, types[i], -1,
						   0);
	return row_layout_of_columns(descriptor);
}

ScoreBinding *
score_binding_of_types(CachedModel *model, int n, const Oid *types)
{
	ScoreBinding *binding;
	int number = 0;
	int category = 0;
	uint32 f;

	score_require_values(model, n);
	if (model->model->preprocess != NULL)
		return score_binding_of_row(model, layout_of_types(model, types));
	binding = binding_create(model);
	for (f = 0; f < model->model->n_features; f++)
		bind_feature(binding, f, (int) f, types[f], &number, &category);
	look_for_plain(binding);
	return binding;
}

ScoreBinding *
score_binding_of_literals(CachedModel *model)
{
	Oid *types = palloc(sizeof(Oid) * Max(model->n_inputs, 1));
	uint32 i;

	for (i = 0; i < model->n_inputs; i++)
	{
		const ModelInput *input = &model->inputs[i];

		types[i] = input->length > 0		 ? FLOAT8ARRAYOID :
			input->family == FAMILY_TIME	 ? TIMESTAMPTZOID :
			input->family == FAMILY_INTERVAL ? INTERVALOID :
											   UNKNOWNOID;
	}
	return score_binding_of_types(model, (int) model->n_inputs, types);
}

void
score_binding_etas(const ScoreBinding *binding, double *etas)
{
	const CachedModel *model = binding->model;
	int32 i;
	int32 k;

	for (k = 0; k < (int32) model->model->n_classes; k++)
	{
		const LinearScorer *scorer = &model->class_scorers[k];
		double eta = linear_eta(scorer, binding->vector);

		for (i = 0; i < binding->n_missing; i++)
			eta += scorer->missing_weight[binding->missing[i]];
		etas[k] = eta;
	}
}

/* The probabilities of more than two classes for the vector; the first one. */
static double
predict_classes(const ScoreBinding *binding)
{
	const CachedModel *model = binding->model;

	score_binding_etas(binding, model->outputs);
	linear_softmax(model->outputs, (int32) model->model->n_classes);
	return model->outputs[0];
}

/* What the missing indicator of a slot adds to eta; that of several classes is added by predict_classes. */
static inline double
note_missing(ScoreBinding *binding, int slot)
{
	if (unlikely(binding->missing != NULL))
		binding->missing[binding->n_missing++] = slot;
	return binding->model->scorer.missing_weight[slot];
}

/* The prediction for the vector; added: what missing indicators add to eta. */
static inline double
predict_vector(const ScoreBinding *binding, double added)
{
	const LinearScorer *scorer = &binding->model->scorer;
	TreeScorer *trees = binding->model->trees;

	if (trees == NULL && unlikely(binding->model->class_scorers != NULL))
		return predict_classes(binding);
	if (trees == NULL)
		return linear_inverse_link(scorer->link, linear_eta(scorer, binding->vector) + added);
	if (unlikely(trees->rows >= trees->due))
		model_cache_prepare_trees(binding->model);
	tree_scorer_raw(trees, binding->vector);
	ensemble_predict(trees->ensemble, trees->outputs);
	return trees->outputs[0];
}

static void
pg_attribute_noreturn() unknown_category(const ModelFeature *feature)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("feature \"%s\" has a category that training never saw", feature->name),
			 errhint("The model was trained with \"unknown\": \"error\".")));
}

/* The level + 1 of a category, 0 when training never saw it. */
static int32
category_level(const ScoreBinding *binding, uint32 f, Datum datum)
{
	const ScoreColumn *column = &binding->columns[f];
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;
	int32 level;
	int place =
		column->labels == NULL ? -1 : enum_labels_position(column->labels, DatumGetObjectId(datum));

	if (place >= 0)
		level = column->enum_levels[place];
	else /* text, or a label that is younger than the binding */
	{
		text = column_read_text(column->reader, datum, scratch, &length);
		level = level_lookup_find(binding->model->lookups[column->slot], text, length);
	}
	if (level == 0 && binding->model->model->unknown == UNKNOWN_IS_ERROR)
		unknown_category(&binding->model->model->features[f]);
	return level;
}

/*
 * score_elements
 *		Elements of a float array into the vector from `slot` on, fills for NULLs.
 *
 * n: how many the array has.  Returns what missing indicators add to eta.
 */
static double
score_elements(ScoreBinding *binding, int slot, int n, ArrayType *array, bool is_double)
{
	const LinearScorer *scorer = &binding->model->scorer;
	double *numbers = binding->vector + slot;
	const bits8 *present = ARR_NULLBITMAP(array);
	const char *data = ARR_DATA_PTR(array);
	double added = 0.0;
	int i;

	if (is_double)
	{
		packed_read(numbers, scorer->number_fill + slot, data, present, 0, n);
		if (present == NULL || !binding->model->has_missing_weights)
			return 0.0;
	}
	for (i = 0; i < n; i++)
	{
		if (present != NULL && (present[i >> 3] >> (i & 7) & 1) == 0)
		{
			numbers[i] = scorer->number_fill[slot + i];
			added += note_missing(binding, slot + i);
		}
		else if (!is_double)
		{
			float4 value;

			memcpy(&value, data, sizeof(value));
			numbers[i] = value;
			data += sizeof(value);
		}
	}
	return added;
}

/* How many elements the array has; 2202E when it is not a vector. */
static int
vector_length(const ArrayType *array, const char *name)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array \"%s\" must have one dimension, not %d", name, ARR_NDIM(array)),
				 errhint("Give a vector, such as ARRAY[1.5, 2.0].")));
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* An array feature's elements into their slots; returns what missing indicators add. */
static double
set_array(ScoreBinding *binding, uint32 f, Datum datum)
{
	const ModelFeature *feature = &binding->model->model->features[f];
	const ScoreColumn *column = &binding->columns[f];
	ArrayType *array = DatumGetArrayTypeP(datum);
	int n = vector_length(array, feature->name);

	if (n != (int) feature->length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array \"%s\" has %d elements, but the model was trained with %u",
						feature->name, n, feature->length),
				 errhint("Give as many elements as the rows of the training had.")));
	return score_elements(binding, column->slot, n, array, column->reader == READ_FLOAT8_ARRAY);
}

/* One feature into the vector; returns what its missing indicator adds to eta. */
static double
set_feature(ScoreBinding *binding, uint32 f, Datum datum, bool is_null)
{
	const LinearScorer *scorer = &binding->model->scorer;
	const ScoreColumn *column = &binding->columns[f];
	const char *name = NULL;
	uint32 i;

	if (column->family == FAMILY_CATEGORY)
	{
		binding->vector[scorer->n_numbers + column->slot] =
			is_null ? 0 : category_level(binding, f, datum);
		return is_null ? note_missing(binding, scorer->n_numbers + column->slot) : 0.0;
	}
	if (is_null)
	{
		double added = 0.0;

		for (i = 0; i < Max(column->length, 1); i++)
		{
			binding->vector[column->slot + i] = scorer->number_fill[column->slot + i];
			added += note_missing(binding, (int) (column->slot + i));
		}
		return added;
	}
	if (column->length > 0)
		return set_array(binding, f, datum);
	if (column->family != FAMILY_NUMBER) /* errors of times and intervals name the feature */
		name = binding->model->model->features[f].name;
	binding->vector[column->slot] = column->reader == READ_FLOAT8 ?
		DatumGetFloat8(datum) :
		column_read_number(column->reader, datum, column->family, name);
	return 0.0;
}

/* The values of the columns that a step reads, into the binding's layout. */
static void
take_values(ScoreBinding *binding, uint32 i, const Datum *values, const bool *nulls)
{
	const Step *step = &binding->model->model->preprocess->steps[i];
	RowLayout *layout = binding->layout;
	int32 n = step->kind == STEP_POLYNOMIAL ? step->width : 1;
	int32 k;

	for (k = 0; k < n; k++)
	{
		int index = binding->steps[i].columns[k].index;

		layout->values[index] = values[index];
		layout->nulls[index] = nulls[index];
	}
}

/*
 * The outputs of preprocessing into the vector.  Where a step makes NaN of NULL or NaN the value is
 * missing.  Returns what missing indicators add to eta.
 */
static double
prepare(ScoreBinding *binding, const Datum *values, const bool *nulls)
{
	const LinearScorer *scorer = &binding->model->scorer;
	const Transform *recipe = binding->model->model->preprocess;
	double added = 0.0;
	uint32 at = 0;
	uint32 i;
	uint32 k;

	for (i = 0; i < recipe->n; i++)
	{
		const Applier *applier = &binding->model->appliers[i];

		if (values != binding->layout->values)
			take_values(binding, i, values, nulls);
		prep_step_apply(applier, &binding->steps[i], binding->layout, NO_FOLD, binding->inputs,
						binding->vector + at, binding->prepared_missing + at);
		for (k = 0; k < applier->outputs; k++, at++)
		{
			binding->prepared_missing[at] = unlikely(isnan(binding->vector[at])) &&
				(step_takes_category(applier->step) ||
				 prep_step_reads_missing(applier->step, &binding->steps[i], binding->layout));
			if (!binding->prepared_missing[at])
				continue;
			binding->vector[at] = scorer->number_fill[at];
			added += note_missing(binding, (int) at);
		}
	}
	return added;
}

double
score_binding_predict(ScoreBinding *binding, const Datum *values, const bool *nulls)
{
	const LinearScorer *scorer = &binding->model->scorer;
	uint32 n = binding->model->model->n_features;
	double added = 0.0;
	uint32 f;

	binding->n_missing = 0;
	if (binding->steps != NULL)
		added = prepare(binding, values, nulls);
	if (binding->is_plain)
	{
		for (f = 0; f < n; f++)
		{
			int index = binding->columns[f].index;

			binding->vector[f] =
				nulls[index] ? scorer->number_fill[f] : DatumGetFloat8(values[index]);
		}
	}
	else
	{
		for (f = binding->model->n_prepared; f < n; f++)
		{
			int index = binding->columns[f].index;

			added += set_feature(binding, f, values[index], nulls[index]);
		}
	}
	return predict_vector(binding, added);
}

double
score_binding_predict_row(ScoreBinding *binding, HeapTupleHeader row)
{
	if (binding->is_located &&
		row_layout_locate(binding->layout, row, HeapTupleHeaderGetDatumLength(row)))
	{
		double_columns_read(&binding->doubles, binding->layout, binding->vector);
		return predict_vector(binding, 0.0);
	}
	row_layout_read(binding->layout, row);
	return score_binding_predict(binding, binding->layout->values, binding->layout->nulls);
}

/* The float8, or what stands for NULL. */
static inline double
number_or(const NullableDatum *argument, double fill)
{
	uint64 is_null = -(uint64) argument->isnull;
	uint64 bits;

	if (!FLOAT8PASSBYVAL)
		return argument->isnull ? fill : DatumGetFloat8(argument->value);
	/* Without a branch: whether a value is NULL is hard to predict. */
	memcpy(&bits, &fill, sizeof(bits));
	bits = (bits & is_null) | ((uint64) argument->value & ~is_null);
	memcpy(&fill, &bits, sizeof(fill));
	return fill;
}

double
score_binding_predict_arguments(ScoreBinding *binding, const NullableDatum *arguments)
{
	const LinearScorer *scorer = &binding->model->scorer;
	uint32 n = binding->model->model->n_features;
	double added = 0.0;
	uint32 f;
	int i;

	binding->n_missing = 0;
	if (binding->steps != NULL)
	{
		for (i = 0; i < binding->layout->n_columns; i++)
		{
			binding->layout->values[i] = arguments[i].value;
			binding->layout->nulls[i] = arguments[i].isnull;
		}
		return score_binding_predict(binding, binding->layout->values, binding->layout->nulls);
	}
	if (binding->is_straight)
	{
		arguments += binding->columns[0].index;
		for (f = 0; f < n; f++)
			binding->vector[f] = number_or(&arguments[f], scorer->number_fill[f]);
	}
	else
	{
		for (f = 0; f < n; f++)
		{
			const NullableDatum *argument = &arguments[binding->columns[f].index];

			added += set_feature(binding, f, argument->value, argument->isnull);
		}
	}
	return predict_vector(binding, added);
}

/* The same for numbers of any type, read one by one. */
static double
score_numbers(ScoreBinding *binding, int n, ArrayType *array, const ElementType *type)
{
	const LinearScorer *scorer = &binding->model->scorer;
	const bits8 *present = ARR_NULLBITMAP(array);
	const char *data = ARR_DATA_PTR(array);
	double added = 0.0;
	int i;

	for (i = 0; i < n; i++)
	{
		if (present != NULL && (present[i >> 3] >> (i & 7) & 1) == 0)
		{
			binding->vector[i] = scorer->number_fill[i];
			added += note_missing(binding, i);
			continue;
		}
		binding->vector[i] = column_read_number(
			type->reader, fetch_att(data, type->by_value, type->length), FAMILY_NUMBER, "features");
		data = att_addlength_pointer(data, type->length, data);
		data = (const char *) att_align_nominal(data, type->alignment);
	}
	return added;
}

double
score_binding_predict_array(ScoreBinding *binding, ArrayType *array, const ElementType *type)
{
	const LinearScorer *scorer = &binding->model->scorer;
	int n = vector_length(array, "features");
	double added;

	binding->n_missing = 0;
	if (n != scorer->n_numbers)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the model has %d numbers, but the array has %d", scorer->n_numbers, n),
				 errhint("Give the numbers of orchard.features(model), in their order.")));
	if (type->type == FLOAT8OID || type->type == FLOAT4OID)
		added = score_elements(binding, 0, n, array, type->type == FLOAT8OID);
	else
		added = score_numbers(binding, n, array, type);
	return predict_vector(binding, added);
}

double
score_binding_predict_elements(ScoreBinding *binding, ArrayType *array, const ElementType *type)
{
	const bits8 *present = ARR_NULLBITMAP(array);
	const char *data = ARR_DATA_PTR(array);
	int n = (int) binding->model->n_inputs;
	int i;

	if (binding->is_plain && type->type == FLOAT8OID)
	{
		score_elements(binding, 0, n, array, true);
		return predict_vector(binding, 0.0);
	}
	for (i = 0; i < n; i++)
	{
		NullableDatum *element = &binding->elements[i];

		element->isnull = present != NULL && (present[i >> 3] >> (i & 7) & 1) == 0;
		if (element->isnull)
			continue;
		element->value = fetch_att(data, type->by_value, type->length);
		data = att_addlength_pointer(data, type->length, data);
		data = (const char *) att_align_nominal(data, type->alignment);
	}
	return score_binding_predict_arguments(binding, binding->elements);
}

int64
score_likeliest_class(const CachedModel *cached, double predicted)
{
	const Model *model = cached->model;
	uint32 best = 0;
	uint32 i;

	if (predicted != predicted)
		return -1;
	if (model->n_classes <= 2)
		return predicted > 0.5 || model->n_classes == 1 ? model->positive_class :
														  1 - model->positive_class;
	for (i = 1; i < model->n_classes; i++)
	{
		if (cached->outputs[i] > cached->outputs[best])
			best = i;
	}
	return best;
}

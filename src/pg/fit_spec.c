/*
 * fit_spec.c: features and target from a row type and options.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "kernel/base/hash.h"
#include "kernel/linear/least_squares.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/fit_recipe.h"
#include "pg/fit_spec.h"
#include "pg/memory.h"

/* Number slots of a decoded spec: far more than any fit has memory for. */
#define SLOT_LIMIT (1 << 26)

static const char *const what = "the training specification";

static bool
is_listed(const char *name, char **names, int n)
{
	int i;

	for (i = 0; i < n; i++)
	{
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* The type of a column, or 42804 with what to do; the role is for the message. */
static ColumnType
require_column_type(const RowLayout *layout, int index, const char *role)
{
	Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, index);
	ColumnType type;

	if (!column_type_of(attribute->atttypid, &type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of type %s cannot be a %s", NameStr(attribute->attname),
						format_type_be(attribute->atttypid), role),
				 strcmp(role, "feature") == 0 ?
					 errhint("Cast it, or leave it out with the option \"exclude\".") :
					 errhint("Cast it to a number or another type that Orchard reads.")));
	return type;
}

/* The bound form of a column, with the labels of an enum. */
static BoundColumn
bind_column(const RowLayout *layout, int index, const char *role)
{
	Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, index);
	BoundColumn column = {.index = index, .type = require_column_type(layout, index, role)};

	column.width = attribute->attlen;
	column.by_value = attribute->attbyval;
	if (column.type.reader == READ_ENUM)
		column.labels = enum_labels_load(column.type.type);
	return column;
}

/* The number of elements that an array feature has in the first row. */
static uint32
array_feature_length(const RowLayout *layout, int index)
{
	const char *name = NameStr(TupleDescAttr(layout->descriptor, index)->attname);
	ArrayType *array;
	int n;

	if (layout->nulls[index])
		ereport(
			ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("array column \"%s\" is null in the first row", name),
			 errdetail("Its length in the first row is the number of features it stands for."),
			 errhint(
				 "Leave out rows without the array, or leave out the column with the option \"exclude\".")));
	array = DatumGetArrayTypeP(layout->values[index]);
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) != 1 || n == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("array column \"%s\" must have one dimension and at least one element", name),
			 errhint("Give vectors of the same length in all rows, such as ARRAY[1.5, 2.0].")));
	return n;
}

/* Is it the column that a generalised linear model adds as it is?  Models keep it as a feature. */
static bool
is_offset(const FitOptions *options, const char *name)
{
	return options->offset != NULL && strcmp(name, options->offset) == 0;
}

/* Is this column a feature by the options?  Everything is, but the columns with another role. */
static bool
is_feature(const FitOptions *options, const char *target, const char *name)
{
	if (strcmp(name, target) == 0)
		return false;
	if (options->weight != NULL && strcmp(name, options->weight) == 0)
		return false;
	if (options->group != NULL && strcmp(name, options->group) == 0)
		return false;
	if (options->time != NULL && strcmp(name, options->time) == 0)
		return false;
	if (options->validation != NULL && strcmp(name, options->validation) == 0)
		return false;
	if (options->cv.column != NULL && strcmp(name, options->cv.column) == 0)
		return false;
	if (is_offset(options, name))
		return true;
	if (fit_recipe_reads(options, name))
		return false;
	if (options->features != NULL)
		return is_listed(name, options->features, options->n_features);
	return !is_listed(name, options->exclude, options->n_exclude);
}

const char *
fit_fold_column(const FitOptions *options)
{
	if (!options->cv.is_on)
		return NULL;
	return options->cv.column != NULL ? options->cv.column : options->group;
}

bool
fit_reads_column(const FitOptions *options, const char *target, const char *name)
{
	const char *fold = fit_fold_column(options);

	return strcmp(name, target) == 0 || (fold != NULL && strcmp(name, fold) == 0) ||
		(options->weight != NULL && strcmp(name, options->weight) == 0) ||
		(options->validation != NULL && strcmp(name, options->validation) == 0) ||
		is_feature(options, target, name) || fit_recipe_reads(options, name);
}

static void
add_feature(FitSpec *spec, const RowLayout *layout, int index)
{
	BoundColumn column = bind_column(layout, index, "feature");
	Feature *feature = &spec->features[spec->n_features];

	feature->name = pstrdup(NameStr(TupleDescAttr(layout->descriptor, index)->attname));
	feature->family = column.type.family;
	feature->length = is_array_reader(column.type.reader) ? array_feature_length(layout, index) : 0;
	feature->ordered_levels = column.labels != NULL;
	spec->labels[spec->n_features] = column.labels;
	if (is_offset(spec->options, feature->name) &&
		(feature->family != FAMILY_NUMBER || feature->length > 0))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("offset column \"%s\" must be a number", feature->name),
				 errhint("Cast it, for example to float8.")));
	spec->has_rests |= column.type.family == FAMILY_NUMBER && column_has_rests(column.type.reader);
	spec->is_integer[spec->n_features] =
		(column.type.reader == READ_INT2 || column.type.reader == READ_INT4 ||
		 column.type.reader == READ_INT8) &&
		!is_offset(spec->options, feature->name);
	spec->n_features++;
}

/* Slots follow from the features. */
static void
count_slots(FitSpec *spec)
{
	int i;

	spec->offset_slot = spec->fold_slot = -1;
	for (i = 0; i < spec->n_features; i++)
	{
		if (is_offset(spec->options, spec->features[i].name))
			spec->offset_slot = spec->n_numbers;
		spec->n_numbers += feature_numbers(&spec->features[i]);
		spec->n_categories += spec->features[i].family == FAMILY_CATEGORY;
	}
	if (spec->learns_recipe && spec->options->cv.is_on)
		spec->fold_slot = spec->n_numbers++;
}

/*
 * Where folds are drawn by the content of rows: a seed for each slot and for the target, by the
 * column's name, so that the order of the columns plays no part.
 */
static void
set_fold_seeds(FitSpec *spec)
{
	const FitOptions *options = spec->options;
	uint64 *numbers;
	uint64 *categories;
	int i;
	uint32 j;

	if (!options->cv.is_on || fit_fold_column(options) != NULL)
		return;
	numbers = palloc(sizeof(uint64) * (spec->n_numbers + spec->n_categories + 1));
	categories = numbers + spec->n_numbers;
	spec->fold_seeds = numbers;
	for (i = 0; i < spec->n_features; i++)
	{
		const Feature *feature = &spec->features[i];
		uint64 seed = hash_bytes(feature->name, strlen(feature->name), options->seed);

		if (feature->family == FAMILY_CATEGORY)
			*categories++ = seed;
		for (j = 0; feature->family != FAMILY_CATEGORY && j < feature_numbers(feature); j++)
			*numbers++ = hash_mix(seed + j);
	}
	*categories = hash_bytes(spec->target, strlen(spec->target), options->seed);
}

/* What the algorithm and the objective make of the rows. */
static void
set_kind(FitSpec *spec)
{
	spec->classification = objective_is_classification(spec->options->objective);
	spec->keeps_rows = fit_options_keep_rows(spec->options) || spec->learns_recipe;
}

void
fit_check_target(const FitOptions *options, const char *target)
{
	bool wants_one = options->algorithm != ALGORITHM_ISOLATION_FOREST;

	if (wants_one && target[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"target\" must not be null"),
				 errhint("Name the column to predict; only \"isolation_forest\" has none.")));
	if (!wants_one && target[0] != '\0')
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg(
				 "algorithm \"isolation_forest\" has no target, but argument \"target\" is \"%s\"",
				 target),
			 errhint("Give NULL, and leave the column out with the option \"exclude\".")));
}

/* Decides regression or classification and refuses a target that the algorithm cannot have. */
static void
set_target(FitSpec *spec, const RowLayout *layout)
{
	BoundColumn column;

	fit_check_target(spec->options, spec->target);
	if (spec->target[0] == '\0')
	{
		set_kind(spec);
		return;
	}
	column = bind_column(layout, row_layout_require(layout, spec->target, "target"), "target");
	fit_options_set_objective(spec->options, column.type.family == FAMILY_CATEGORY);
	set_kind(spec);
	spec->target_family = column.type.family;
	spec->has_rests = column_has_rests(column.type.reader);
	spec->target_is_boolean = column.type.reader == READ_BOOL;
	spec->target_labels = column.labels;
	if (is_array_reader(column.type.reader))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("target column \"%s\" must not be an array", spec->target),
				 errhint("Choose one of its elements in the query, such as column[1].")));
	if (!spec->classification && column.type.family == FAMILY_CATEGORY &&
		algorithm_is_tree(spec->options->algorithm))
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("target column \"%s\" is categorical, which objective \"%s\" cannot predict",
					spec->target, objective_name(spec->options->objective)),
			 errhint("Leave the objective out, or cast the target to a number.")));
	if (!spec->classification && column.type.family == FAMILY_CATEGORY)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("target column \"%s\" is categorical, which algorithm \"%s\" cannot predict",
					spec->target, algorithm_name(spec->options->algorithm)),
			 errhint("Use \"logistic_regression\", or cast the target to a number.")));
	if (spec->classification && column.type.family != FAMILY_CATEGORY &&
		column.type.family != FAMILY_NUMBER)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("target column \"%s\" of family \"%s\" has no classes", spec->target,
					feature_family_name(column.type.family)),
			 errhint(
				 "Cast it to text or to a number, or give \"objective\": \"squared_error\" or a regression algorithm.")));
}

static void
encode_labels(ByteWriter *writer, const EnumLabels *labels)
{
	int i;

	write_u32(writer, labels != NULL ? labels->n : 0);
	for (i = 0; labels != NULL && i < labels->n; i++)
		write_string(writer, labels->labels[i], strlen(labels->labels[i]));
}

static void
encode_spec(FitSpec *spec)
{
	const char *options =
		JsonbToCString(NULL, &spec->options_json->root, VARSIZE(spec->options_json));
	ByteWriter writer;
	int i;

	writer_begin(&writer, memory_transient(), MaxAllocSize);
	write_string(&writer, options, strlen(options));
	write_string(&writer, spec->target, strlen(spec->target));
	write_u8(&writer, spec->target_family);
	write_u8(&writer, spec->target_is_boolean);
	write_u8(&writer, spec->classification);
	encode_labels(&writer, spec->target_labels);
	write_u32(&writer, spec->n_features);
	for (i = 0; i < spec->n_features; i++)
	{
		const Feature *feature = &spec->features[i];

		write_string(&writer, feature->name, strlen(feature->name));
		write_u8(&writer, feature->family);
		write_u32(&writer, feature->length);
		write_u8(&writer, feature->ordered_levels);
		write_u8(&writer, spec->is_integer[i]);
		encode_labels(&writer, spec->labels[i]);
	}
	require_ok(writer.status, what);
	spec->encoded = writer.bytes;
	spec->encoded_length = writer.length;
}

/* A column with a role cannot also be the target, nor a feature that the options ask for. */
static void
check_role(const FitOptions *options, const char *target, const RowLayout *layout, const char *name,
		   const char *role)
{
	if (name == NULL)
		return;
	row_layout_require(layout, name, role);
	if (strcmp(name, target) == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target column \"%s\" cannot be the %s column", name, role),
			 errhint("Name another column, or select the target once more under another name.")));
	if (is_listed(name, options->features, options->n_features))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s column \"%s\" cannot be a feature", role, name),
			 errhint(
				 "Take it out of the option \"features\", or select it once more under another name.")));
}

/* The columns that the options name exist, and no two options contradict each other. */
static void
check_roles(const FitOptions *options, const char *target, const RowLayout *layout)
{
	int i;

	for (i = 0; i < options->n_features; i++)
	{
		row_layout_require(layout, options->features[i], "feature");
		if (strcmp(options->features[i], target) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("target column \"%s\" cannot be a feature", target),
					 errhint("Take it out of the option \"features\".")));
	}
	for (i = 0; i < options->n_exclude; i++)
		row_layout_require(layout, options->exclude[i], "excluded");
	check_role(options, target, layout, options->weight, "weight");
	check_role(options, target, layout, options->offset, "offset");
	check_role(options, target, layout, options->group, "group");
	check_role(options, target, layout, options->time, "time");
	check_role(options, target, layout, options->validation, "validation");
	check_role(options, target, layout, options->cv.column, "cv");
	fit_recipe_check(options, target, layout);
}

void
fit_require_columns(const FitOptions *options, const char *target, const RowLayout *layout)
{
	fit_check_target(options, target);
	if (target[0] != '\0')
		row_layout_require(layout, target, "target");
	check_roles(options, target, layout);
}

void
fit_allow_null_target(const FitOptions *options, const char *target)
{
	if (!options->skip_null_target)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target column \"%s\" is null", target),
				 errhint("Filter such rows out, or set the option \"skip_null_target\".")));
}

/* Monotone constraints are on features that are numbers. */
static void
check_constraints(const FitSpec *spec)
{
	const TreeOptions *tree = &spec->options->tree;
	int i;
	int j;

	for (i = 0; i < tree->n_constraints; i++)
	{
		const char *column = tree->constraints[i].column;

		for (j = 0; j < spec->n_features && strcmp(spec->features[j].name, column) != 0; j++)
			;
		if (j == spec->n_features)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"monotone_constraints\" names no feature: \"%s\"", column),
					 errhint("Its keys are names of feature columns, its values -1, 0 or 1.")));
		if (spec->features[j].family == FAMILY_CATEGORY || spec->features[j].length > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" cannot have a monotone constraint, since it is %s",
							column, spec->features[j].length > 0 ? "an array" : "categorical"),
					 errhint("Take it out of the option \"monotone_constraints\".")));
	}
}

/* What follows from the features. */
static void
complete(FitSpec *spec)
{
	if (!spec->learns_recipe)
	{
		fit_recipe_name_outputs(spec);
		check_constraints(spec);
	}
	count_slots(spec);
	set_fold_seeds(spec);
}

static void
allocate_features(FitSpec *spec, int n)
{
	spec->features = palloc0(sizeof(Feature) * Max(n, 1));
	spec->is_integer = palloc0(sizeof(bool) * Max(n, 1));
	spec->labels = palloc0(sizeof(EnumLabels *) * Max(n, 1));
}

FitSpec *
fit_spec_create(Jsonb *options, const char *target, const RowLayout *layout)
{
	FitSpec *spec = palloc0(sizeof(FitSpec));
	int i;

	spec->options_json = palloc(VARSIZE(options));
	memcpy(spec->options_json, options, VARSIZE(options));
	spec->options = fit_options_parse(options);
	spec->target = pstrdup(target);
	fit_recipe_begin(spec);
	set_target(spec, layout);
	check_roles(spec->options, target, layout);
	allocate_features(spec, layout->n_columns + fit_recipe_features(spec));
	fit_recipe_add_features(spec, layout);
	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		if (attribute->attisdropped ||
			!is_feature(spec->options, target, NameStr(attribute->attname)))
			continue;
		row_layout_find(layout, NameStr(attribute->attname), 0); /* raises when it stands twice */
		add_feature(spec, layout, i);
	}
	spec->has_rests &=
		spec->options->algorithm == ALGORITHM_LINEAR_REGRESSION && !spec->learns_recipe;
	complete(spec);
	encode_spec(spec);
	return spec;
}

FitSpec *
fit_spec_of_learnt(const FitSpec *from, Transform *recipe)
{
	FitSpec *spec = palloc0(sizeof(FitSpec));
	int i;

	*spec = *from;
	spec->has_rests = false; /* its rows are doubles by now */
	spec->options = palloc(sizeof(FitOptions));
	*spec->options = *from->options;
	spec->options->preprocess = recipe;
	spec->options->preprocess_is_fitted = true;
	fit_recipe_begin(spec);
	set_kind(spec);
	spec->n_features = spec->n_numbers = spec->n_categories = 0;
	allocate_features(spec, fit_recipe_features(spec) + from->n_features - from->n_prepared);
	fit_recipe_add_features(spec, NULL);
	for (i = from->n_prepared; i < from->n_features; i++)
	{
		spec->features[spec->n_features] = from->features[i];
		spec->is_integer[spec->n_features] = from->is_integer[i];
		spec->labels[spec->n_features++] = from->labels[i];
	}
	complete(spec);
	return spec;
}

/* Do both have the same labels in the same order?  Then positions in one are positions in the other. */
static bool
same_labels(const EnumLabels *a, const EnumLabels *b)
{
	int i;

	if (a == NULL || b == NULL || a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
	{
		if (strcmp(a->labels[i], b->labels[i]) != 0)
			return false;
	}
	return true;
}

/*
 * A column in another row type than the spec's: same name, same family.  An enum
 * of other labels is read by its texts, since its positions are no codes here.
 */
static BoundColumn
rebind_column(const RowLayout *layout, const char *name, const char *role, FeatureFamily family,
			  bool is_array, const EnumLabels *labels)
{
	BoundColumn column = bind_column(layout, row_layout_require(layout, name, role), role);
	bool now_array = is_array_reader(column.type.reader);

	if (column.type.family != family || now_array != is_array)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" is %s in one row and %s in another", name,
					is_array ? "an array" : feature_family_name(family),
					now_array ? "an array" : feature_family_name(column.type.family)),
			 errhint(
				 "Give rows of one type: cast the column where the parts of the query differ.")));
	if (!same_labels(column.labels, labels))
		column.labels = NULL;
	return column;
}

/* The features into those that are read as doubles and the others. */
static void
sort_features(const FitSpec *spec, FitBinding *binding, bool is_formed)
{
	DoubleColumn *columns = palloc(sizeof(DoubleColumn) * Max(spec->n_features, 1));
	double *fill = palloc(sizeof(double) * Max(spec->n_numbers, 1));
	int n = 0;
	int i;

	binding->others = palloc(sizeof(int) * Max(spec->n_features, 1));
	for (i = spec->n_prepared; i < spec->n_features; i++)
	{
		const BoundColumn *column = &binding->features[i];

		if (column->type.reader == READ_FLOAT8 && !spec->is_integer[i] &&
			(binding->is_located || !is_formed))
			columns[n++] = (DoubleColumn){column->index, column->slot};
		else
			binding->others[binding->n_others++] = i;
	}
	for (i = 0; i < spec->n_numbers; i++)
		fill[i] = NAN;
	double_columns_create(&binding->doubles, columns, n, fill);
	if (is_formed)
		return;
	binding->double_columns = columns;
	binding->n_double_columns = n;
}

/* The column that says a row's fold, or whose values stay together in one. */
static BoundColumn
bind_fold(const FitSpec *spec, const RowLayout *layout)
{
	const char *name = fit_fold_column(spec->options);
	bool is_number = spec->options->cv.column != NULL;
	const char *role = is_number ? "cv" : "group";
	BoundColumn column = {.index = -1};

	if (name == NULL)
		return column;
	column = bind_column(layout, row_layout_require(layout, name, role), role);
	if (is_number && (column.type.family != FAMILY_NUMBER || is_array_reader(column.type.reader)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cv column \"%s\" must be a number", name),
				 errhint("Number the folds from 0.")));
	if (is_array_reader(column.type.reader))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("group column \"%s\" must not be an array", name),
				 errhint("Choose one of its elements in the query, such as column[1].")));
	return column;
}

/* Where sums or rows have room for the digits beyond a double and a column may have them. */
static void
bind_rests(const FitSpec *spec, FitBinding *binding)
{
	bool has_rests = column_has_rests(binding->target.type.reader);
	int i;

	if (spec->keeps_rows ? !spec->has_rests :
						   spec->n_numbers > LEAST_SQUARES_EXACT || binding->target.index < 0)
		return;
	for (i = spec->n_prepared; i < spec->n_features; i++)
		has_rests |= spec->features[i].family == FAMILY_NUMBER &&
			column_has_rests(binding->features[i].type.reader);
	if (has_rests)
		binding->rests = palloc0(sizeof(double) * (spec->n_numbers + 1));
}

static FitBinding *
make_binding(const FitSpec *spec, RowLayout *layout, bool is_formed)
{
	FitBinding *binding = palloc0(sizeof(FitBinding));
	int n_fixed;
	int number = 0;
	int category = 0;
	int i;

	binding->layout = layout;
	binding->features = palloc0(sizeof(BoundColumn) * Max(spec->n_features, 1));
	binding->target.index = -1;
	if (spec->target[0] != '\0')
		binding->target = rebind_column(binding->layout, spec->target, "target",
										spec->target_family, false, spec->target_labels);
	binding->weight.index = -1;
	if (spec->options->weight != NULL)
	{
		binding->weight = bind_column(
			binding->layout, row_layout_require(binding->layout, spec->options->weight, "weight"),
			"weight");
		if (binding->weight.type.family != FAMILY_NUMBER ||
			is_array_reader(binding->weight.type.reader))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("weight column \"%s\" must be a number", spec->options->weight),
					 errhint("Cast it, for example to float8.")));
	}
	binding->fold = bind_fold(spec, binding->layout);
	n_fixed = binding->layout->n_fixed;
	binding->is_located = spec->recipe == NULL && binding->target.index < n_fixed &&
		binding->weight.index < n_fixed && binding->fold.index < n_fixed;
	if (spec->recipe != NULL)
		fit_recipe_bind(spec, binding);
	for (i = 0; i < spec->n_features; i++)
	{
		BoundColumn *column = &binding->features[i];

		if (i < spec->n_prepared)
		{
			column->index = -1;
			column->slot = spec->features[i].family == FAMILY_CATEGORY ? category++ : number++;
			continue;
		}
		*column =
			rebind_column(binding->layout, spec->features[i].name, "feature",
						  spec->features[i].family, spec->features[i].length > 0, spec->labels[i]);
		column->slot = column->type.family == FAMILY_CATEGORY ? category++ : number;
		number += feature_numbers(&spec->features[i]);
		binding->is_located &= column->index < n_fixed;
	}
	sort_features(spec, binding, is_formed);
	bind_rests(spec, binding);
	return binding;
}

/* From a row's own type, or from the descriptor when there is no row. */
static FitBinding *
create_binding(const FitSpec *spec, HeapTupleHeader row, TupleDesc descriptor)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "orchard row binding", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	FitBinding *binding =
		make_binding(spec, row != NULL ? row_layout_create(row) : row_layout_of_columns(descriptor),
					 row != NULL);

	binding->context = context;
	MemoryContextSwitchTo(caller);
	return binding;
}

FitBinding *
fit_binding_create(const FitSpec *spec, HeapTupleHeader row)
{
	return create_binding(spec, row, NULL);
}

FitBinding *
fit_binding_of_columns(const FitSpec *spec, TupleDesc descriptor)
{
	return create_binding(spec, NULL, descriptor);
}

/* A text of the database's encoding. */
static char *
decode_text(ByteReader *reader)
{
	size_t length;
	const char *text = read_string(reader, &length);

	if (text == NULL)
		return NULL;
	if (length > MaxAllocSize / 4 || memchr(text, '\0', length) != NULL ||
		!pg_verifymbstr(text, length, true))
	{
		reader->status = KERNEL_CORRUPT;
		return NULL;
	}
	return pnstrdup(text, length);
}

static bool
decode_bool(ByteReader *reader)
{
	uint8 value = read_u8(reader);

	if (value > 1)
		reader->status = KERNEL_CORRUPT;
	return value == 1;
}

static FeatureFamily
decode_family(ByteReader *reader)
{
	uint8 family = read_u8(reader);

	if (family > FAMILY_LAST)
		reader->status = KERNEL_CORRUPT;
	return family;
}

/* Labels by place only: values are not needed where no row is read. */
static EnumLabels *
decode_labels(ByteReader *reader)
{
	uint32 n = read_count(reader, 4);
	EnumLabels *labels;
	uint32 i;

	if (n == 0)
		return NULL;
	labels = palloc0(sizeof(EnumLabels));
	labels->labels = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * n);
	for (i = 0; i < n; i++)
		labels->labels[i] = decode_text(reader);
	labels->n = n;
	return labels;
}

/* Feature i; slots: those of the features before it.  Returns the slots with it. */
static int64
decode_feature(FitSpec *spec, int i, int64 slots, ByteReader *reader)
{
	Feature *feature = &spec->features[i];

	feature->name = decode_text(reader);
	feature->family = decode_family(reader);
	feature->length = read_u32(reader);
	feature->ordered_levels = decode_bool(reader);
	spec->is_integer[i] = decode_bool(reader);
	spec->labels[i] = decode_labels(reader);
	if (feature->family == FAMILY_CATEGORY ?
			feature->length > 0 || spec->is_integer[i] :
			feature->length > SLOT_LIMIT || feature->ordered_levels || spec->labels[i] != NULL ||
				(spec->is_integer[i] && feature->length > 0))
		reader->status = KERNEL_CORRUPT;
	slots += feature_numbers(feature);
	if (slots > SLOT_LIMIT)
		reader->status = KERNEL_CORRUPT;
	return slots;
}

static void
decode_target(FitSpec *spec, ByteReader *reader)
{
	spec->target = decode_text(reader);
	spec->target_family = decode_family(reader);
	spec->target_is_boolean = decode_bool(reader);
	spec->classification = decode_bool(reader);
	spec->target_labels = decode_labels(reader);
	if (!spec->classification &&
		(spec->target_family == FAMILY_CATEGORY || spec->target_labels != NULL))
		reader->status = KERNEL_CORRUPT;
}

FitSpec *
fit_spec_decode(const uint8 *encoded, size_t length)
{
	FitSpec *spec = palloc0(sizeof(FitSpec));
	ByteReader reader;
	bool classification;
	char *options;
	int64 slots = 0;
	uint32 n;
	uint32 i;

	spec->encoded = memcpy(palloc(length), encoded, length);
	spec->encoded_length = length;
	reader_begin(&reader, spec->encoded, length);
	options = decode_text(&reader);
	decode_target(spec, &reader);
	n = read_count(&reader, 15);
	spec->features = palloc0(sizeof(Feature) * Max(n, 1));
	spec->is_integer = palloc0(sizeof(bool) * Max(n, 1));
	spec->labels = palloc0(sizeof(EnumLabels *) * Max(n, 1));
	for (i = 0; i < n && reader.status == KERNEL_OK; i++)
		slots = decode_feature(spec, i, slots, &reader);
	if (reader.status == KERNEL_OK && reader_left(&reader) > 0)
		reader.status = KERNEL_CORRUPT;
	require_ok(reader.status, what);
	spec->n_features = n;
	spec->options_json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(options)));
	spec->options = fit_options_parse(spec->options_json);
	fit_recipe_begin(spec);
	if (!fit_recipe_matches(spec))
		require_ok(KERNEL_CORRUPT, what);
	fit_options_set_objective(spec->options, spec->target_family == FAMILY_CATEGORY);
	classification = spec->classification;
	set_kind(spec);
	count_slots(spec);
	set_fold_seeds(spec);
	if (spec->options->offset != NULL && spec->offset_slot < 0)
		require_ok(KERNEL_CORRUPT, what);
	if (spec->classification != classification)
		require_ok(KERNEL_CORRUPT, what);
	return spec;
}

/* Have both no labels, or the same ones in the same order? */
static bool
agree_on_labels(const EnumLabels *a, const EnumLabels *b)
{
	return (a == NULL && b == NULL) || same_labels(a, b);
}

static bool
features_are_alike(const Feature *a, const Feature *b)
{
	return strcmp(a->name, b->name) == 0 && a->family == b->family && a->length == b->length &&
		a->ordered_levels == b->ordered_levels;
}

bool
fit_specs_are_alike(const FitSpec *a, const FitSpec *b)
{
	int i;

	if (a->encoded_length != b->encoded_length)
		return false;
	if (memcmp(a->encoded, b->encoded, a->encoded_length) == 0)
		return true;
	if (compareJsonbContainers(&a->options_json->root, &b->options_json->root) != 0 ||
		strcmp(a->target, b->target) != 0 || a->target_family != b->target_family ||
		a->target_is_boolean != b->target_is_boolean || a->n_features != b->n_features ||
		!agree_on_labels(a->target_labels, b->target_labels))
		return false;
	for (i = 0; i < a->n_features; i++)
	{
		if (!features_are_alike(&a->features[i], &b->features[i]) ||
			!agree_on_labels(a->labels[i], b->labels[i]))
			return false;
	}
	return true;
}

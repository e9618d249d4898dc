/*
 * prep_json.c: JSON by the table of fields.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "pg/column_type.h"
#include "pg/error.h"
#include "pg/option_value.h"
#include "pg/prep_json.h"

/* Whose JSON it is decides which fields may stand there and what the errors are. */
typedef enum JsonSource
{
	FROM_OPTIONS, /* of one transform: neither column nor target */
	FROM_RECIPE,  /* options and columns */
	FROM_CHAIN,	  /* of a step among "steps": what the columns are is said beside them */
	FROM_TEXT	  /* all fields of a value */
} JsonSource;

static void
pg_attribute_noreturn() not_a_transform(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type %s", "orchard.transform"), errdetail("%s", detail)));
}

static void
pg_attribute_noreturn() wrong_type(JsonSource source, const char *name, const char *wanted)
{
	if (source == FROM_TEXT)
		not_a_transform(psprintf("Field \"%s\" must be %s.", name, wanted));
	option_wrong_type(name, wanted);
}

static char *
key_text(const JsonbValue *key)
{
	return pnstrdup(key->val.string.val, key->val.string.len);
}

static bool
same_key(const JsonbValue *key, const char *name)
{
	return strlen(name) == (size_t) key->val.string.len &&
		memcmp(name, key->val.string.val, key->val.string.len) == 0;
}

/* A number, or NaN for null and for "auto". */
static bool
number_of(const JsonbValue *value, double *number)
{
	*number = NAN;
	if (value->type == jbvNull || (value->type == jbvString && same_key(value, "auto")))
		return true;
	if (value->type != jbvNumeric)
		return false;
	*number = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	return true;
}

static void
require_bounds(JsonSource source, const StepField *field, double number)
{
	if (isnan(number) ? isnan(field->preset) : number >= field->least && number <= field->largest)
		return;
	if (source == FROM_TEXT)
		not_a_transform(psprintf("Field \"%s\" is out of bounds.", field->name));
	if (isnan(number))
		option_wrong_type(field->name, "a number");
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be between %g and %g, not %g", field->name, field->least,
					field->largest, number)));
}

static void
read_word(JsonSource source, const StepField *field, int32 *place, const JsonbValue *value)
{
	StringInfoData known;
	int i;

	if (value->type != jbvString)
		wrong_type(source, field->name, "a string");
	initStringInfo(&known);
	for (i = 0; i < FIELD_WORDS && field->words[i] != NULL; i++)
	{
		if (same_key(value, field->words[i]))
		{
			*place = i;
			return;
		}
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", field->words[i]);
	}
	if (source == FROM_TEXT)
		not_a_transform(psprintf("Field \"%s\" must be one of: %s.", field->name, known.data));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" does not know the value \"%s\"", field->name, key_text(value)),
			 errhint("The known values are: %s.", known.data)));
}

static char *
make_text(const JsonbValue *value, const Allocator *allocator)
{
	char *text;

	require_ok(text_make(&text, allocator, value->val.string.val, value->val.string.len),
			   "the transform");
	return text;
}

/* The elements of an array, each handed to numbers or texts, whichever is given. */
static void
read_list(JsonSource source, const char *name, const JsonbValue *value, NumberList *numbers,
		  TextList *texts, const Allocator *allocator)
{
	const char *wanted = numbers != NULL ? "an array of numbers" : "an array of strings";
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;
	uint32 i = 0;
	int n;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_type(source, name, wanted);
	n = JsonContainerSize(value->val.binary.data);
	require_ok(numbers != NULL ? number_list_make(numbers, allocator, n) :
								 text_list_make(texts, allocator, n),
			   "the transform");
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (numbers != NULL ? !number_of(&element, &numbers->values[i]) : element.type != jbvString)
			wrong_type(source, name, wanted);
		if (texts != NULL)
			texts->texts[i] = make_text(&element, allocator);
		i++;
	}
}

static void read_steps(StepList *list, const JsonbValue *value, const Allocator *allocator);

static void
read_field(JsonSource source, const StepField *field, void *place, const JsonbValue *value,
		   const Allocator *allocator)
{
	double number;

	switch (field->type)
	{
		case FIELD_NUMBER:
		case FIELD_WHOLE:
			if (!number_of(value, &number))
				wrong_type(source, field->name, "a number");
			require_bounds(source, field, number);
			if (field->type == FIELD_NUMBER)
				*(double *) place = number;
			else if (number != floor(number))
				wrong_type(source, field->name, "a whole number");
			else
				*(int32 *) place = (int32) number;
			break;
		case FIELD_FLAG:
			if (value->type != jbvBool)
				wrong_type(source, field->name, "true or false");
			*(bool *) place = value->val.boolean;
			break;
		case FIELD_WORD:
			read_word(source, field, place, value);
			break;
		case FIELD_TEXT:
			if (value->type != jbvString)
				wrong_type(source, field->name, "a string");
			*(char **) place = make_text(value, allocator);
			break;
		case FIELD_TEXTS:
			read_list(source, field->name, value, NULL, place, allocator);
			break;
		case FIELD_NUMBERS:
			read_list(source, field->name, value, place, NULL, allocator);
			break;
		case FIELD_STEPS: /* of a text alone */
			read_steps(place, value, allocator);
			break;
	}
}

/* May the field stand in this JSON? */
static bool
is_allowed(JsonSource source, StepKind kind, const StepField *field)
{
	if (!step_has_field(kind, field))
		return false;
	if (source == FROM_TEXT)
		return true;
	if (!field->is_option || field->type == FIELD_STEPS)
		return false;
	if (strcmp(field->name, "column") == 0 || strcmp(field->name, "columns") == 0)
		return false; /* the recipe's reader takes them */
	return source != FROM_OPTIONS ||
		(strcmp(field->name, "target") != 0 && strcmp(field->name, "fold") != 0);
}

/* Two fields of one name are told apart by what is given: one of them is a text. */
static const StepField *
find_field(JsonSource source, StepKind kind, const JsonbValue *key, const JsonbValue *value)
{
	const StepField *found = NULL;
	int i;

	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];

		if (!is_allowed(source, kind, field) || !same_key(key, field->name))
			continue;
		if ((field->type == FIELD_TEXT) == (value->type == jbvString))
			return field;
		if (found == NULL)
			found = field;
	}
	return found;
}

static void
pg_attribute_noreturn() unknown_field(JsonSource source, StepKind kind, const JsonbValue *key)
{
	StringInfoData known;
	int i;

	if (source == FROM_TEXT)
		not_a_transform(psprintf("Field \"%s\" is not one of a transform of kind \"%s\".",
								 key_text(key), step_kind_names[kind]));
	initStringInfo(&known);
	for (i = 0; i < step_n_fields; i++)
	{
		if (is_allowed(source, kind, &step_fields[i]) &&
			step_fields[i].offset != offsetof(Step, constant_text))
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "", step_fields[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" is unknown to the transform \"%s\"", key_text(key),
					step_kind_names[kind]),
			 known.len > 0 ? errhint("The known options are: %s.", known.data) :
							 errhint("It has no options.")));
}

/* Keys of a recipe's element that say where and what, not how. */
static bool
is_place_key(JsonSource source, const JsonbValue *key)
{
	if (same_key(key, "transform"))
		return source != FROM_OPTIONS;
	return source == FROM_RECIPE && (same_key(key, "column") || same_key(key, "columns"));
}

static void
require_options(JsonSource source, const Step *step)
{
	if (source == FROM_TEXT || step_options_are_valid(step))
		return;
	if (step->kind == STEP_BINS)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"edges\" must be at least two finite numbers in ascending order")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"low\" must be below option \"high\", %g is not below %g", step->low,
					step->high)));
}

static void
read_object(JsonSource source, Step *step, JsonbContainer *object, const Allocator *allocator)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue key;
	JsonbValue value;
	bool has_edges = false;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		const StepField *field;

		if (token != WJB_KEY)
			continue;
		JsonbIteratorNext(&iterator, &value, true);
		if (is_place_key(source, &key))
			continue;
		field = find_field(source, step->kind, &key, &value);
		if (field == NULL)
			unknown_field(source, step->kind, &key);
		if (source == FROM_TEXT && field->type == FIELD_TEXT && value.type == jbvNull)
			continue;
		read_field(source, field, step_place(step, field), &value, allocator);
		has_edges |= strcmp(field->name, "edges") == 0;
	}
	if (has_edges && source != FROM_TEXT)
		step->strategy = BINS_CUSTOM;
	require_options(source, step);
}

void
prep_options_read(Step *step, StepKind kind, Jsonb *options, const Allocator *allocator)
{
	step_begin(step, kind);
	if (options == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"options\" must be a JSON object")));
	read_object(FROM_OPTIONS, step, &options->root, allocator);
}

static JsonbValue *
find_key(JsonbContainer *object, const char *name)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
}

/* The kind that an element of a recipe names. */
static StepKind
require_kind(JsonSource source, JsonbContainer *object)
{
	JsonbValue *name = find_key(object, "transform");
	StringInfoData known;
	int kind;

	if (name == NULL || name->type != jbvString)
		wrong_type(source, "transform", "the name of a transform, as a string");
	kind = step_kind_find(name->val.string.val, name->val.string.len);
	if (kind >= 0)
		return kind;
	if (source == FROM_TEXT)
		not_a_transform(psprintf("There is no kind \"%s\".", key_text(name)));
	initStringInfo(&known);
	for (kind = 0; kind < STEP_KINDS; kind++)
		appendStringInfo(&known, "%s%s", kind > 0 ? ", " : "", step_kind_names[kind]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no transform \"%s\"", key_text(name)),
			 errhint("The transforms are: %s.", known.data)));
}

/* The columns of an element: "column" or "columns". */
static char **
element_columns(JsonbContainer *object, int *n)
{
	JsonbValue *one = find_key(object, "column");
	JsonbValue *several = find_key(object, "columns");
	char **columns;

	if ((one == NULL) == (several == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("each step of a recipe must have either \"column\" or \"columns\"")));
	if (several != NULL)
	{
		columns = option_names("columns", several, n);
		if (*n == 0)
			option_wrong_type("columns", "an array of at least one column name");
		return columns;
	}
	columns = palloc(sizeof(char *));
	columns[0] = option_text("column", one);
	*n = 1;
	return columns;
}

static void
require_target(const Step *step)
{
	uint32 i;

	for (i = 0; i < step->after.n; i++)
		require_target(&step->after.steps[i]);
	if (step_has_target(step->kind) && step->target == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("transform \"%s\" must have the option \"target\"",
						step_kind_names[step->kind]),
				 errhint("Name the column of the target, as in {\"target\": \"churned\"}.")));
}

static char *
copy_name(const char *name, const Allocator *allocator)
{
	char *copy;

	require_ok(text_make(&copy, allocator, name, strlen(name)), "the recipe");
	return copy;
}

/* The objects of an array. */
static JsonbContainer **
array_objects(Jsonb *json, int *n)
{
	JsonbContainer **objects;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;

	*n = 0;
	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		return NULL;
	objects = palloc(sizeof(JsonbContainer *) * Max(JB_ROOT_COUNT(json), 1));
	iterator = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvBinary || !JsonContainerIsObject(element.val.binary.data))
			return NULL;
		objects[(*n)++] = element.val.binary.data;
	}
	return objects;
}

/* What one element of a recipe says: the steps that its columns go through, one behind another. */
typedef struct Element
{
	JsonSource source;		  /* of the steps */
	JsonbContainer **objects; /* of them */
	int n;
	int polynomial; /* which of them reads all columns, or -1 */
	char **columns;
	int n_columns;
} Element;

static void
pg_attribute_noreturn() wrong_steps(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("option \"steps\" must be an array of 1 to %d objects", STEP_DEPTH - 1),
		 errhint(
			 "Write it as {\"column\": \"age\", \"steps\": [{\"transform\": \"impute\"}, {\"transform\": \"standard\"}]}.")));
}

/* Beside "steps" an element names its columns, and nothing else. */
static void
require_no_options(JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue key;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		if (token == WJB_KEY && !same_key(&key, "steps") && !same_key(&key, "column") &&
			!same_key(&key, "columns"))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" cannot stand beside \"steps\"", key_text(&key)),
					 errhint("Give it to one of the steps.")));
	}
}

static Element
read_shape(JsonbContainer *object)
{
	JsonbValue *steps = find_key(object, "steps");
	Element element = {.source = FROM_RECIPE, .n = 1, .polynomial = -1};
	int i;

	element.columns = element_columns(object, &element.n_columns);
	element.objects = palloc(sizeof(JsonbContainer *));
	element.objects[0] = object;
	if (steps != NULL)
	{
		element.source = FROM_CHAIN;
		require_no_options(object);
		if (steps->type != jbvBinary)
			wrong_steps();
		element.objects = array_objects(JsonbValueToJsonb(steps), &element.n);
		if (element.objects == NULL || element.n == 0 || element.n >= STEP_DEPTH)
			wrong_steps();
	}
	for (i = 0; i < element.n && element.polynomial < 0; i++)
	{
		if (require_kind(element.source, element.objects[i]) == STEP_POLYNOMIAL)
			element.polynomial = i;
	}
	return element;
}

/* Steps first .. end - 1, each behind the one before it. */
static void
read_chain(Step *step, const Element *element, int first, int end, const Allocator *allocator)
{
	step_begin(step, require_kind(element->source, element->objects[first]));
	read_object(element->source, step, element->objects[first], allocator);
	if (first + 1 == end)
		return;
	require_ok(step_list_make(&step->after, allocator, 1), "the recipe");
	read_chain(&step->after.steps[0], element, first + 1, end, allocator);
}

/* A polynomial of all columns, each of which goes through the steps before it. */
static void
read_polynomial(Step *step, const Element *element, const Allocator *allocator)
{
	int i;

	read_chain(step, element, element->polynomial, element->n, allocator);
	require_ok(text_list_make(&step->columns, allocator, element->n_columns), "the recipe");
	if (element->polynomial > 0)
		require_ok(step_list_make(&step->before, allocator, element->n_columns), "the recipe");
	for (i = 0; i < element->n_columns; i++)
	{
		step->columns.texts[i] = copy_name(element->columns[i], allocator);
		if (element->polynomial > 0)
			read_chain(&step->before.steps[i], element, 0, element->polynomial, allocator);
	}
}

/* One element into steps[*n ...], one a column, or one for all columns of a polynomial. */
static void
read_element(Step *steps, uint32 *n, const Element *element, bool names_target,
			 const Allocator *allocator)
{
	int n_steps = element->polynomial >= 0 ? 1 : element->n_columns;
	int i;

	for (i = 0; i < n_steps; i++)
	{
		Step *step = &steps[(*n)++];

		if (element->polynomial >= 0)
			read_polynomial(step, element, allocator);
		else
		{
			read_chain(step, element, 0, element->n, allocator);
			step->column = copy_name(element->columns[i], allocator);
		}
		if (names_target)
			require_target(step);
	}
}

static void
pg_attribute_noreturn() not_a_recipe(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("argument \"spec\" must be a JSON array of steps"),
		 errhint(
			 "Write it as [{\"columns\": [\"age\", \"amount\"], \"transform\": \"standard\"}, {\"column\": \"plan\", \"transform\": \"onehot\"}].")));
}

void
prep_recipe_read(Transform *recipe, Jsonb *spec, bool names_target, const Allocator *allocator)
{
	int n;
	JsonbContainer **objects = array_objects(spec, &n);
	Element *elements;
	uint32 n_steps = 0;
	int i;

	if (objects == NULL || n == 0)
		not_a_recipe();
	elements = palloc(sizeof(Element) * n);
	for (i = 0; i < n; i++)
	{
		elements[i] = read_shape(objects[i]);
		n_steps += elements[i].polynomial >= 0 ? 1 : elements[i].n_columns;
	}
	recipe->is_recipe = true;
	recipe->n = n_steps;
	recipe->steps = memory_allocate_zero(allocator, n_steps, sizeof(Step));
	if (recipe->steps == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, "the recipe");
	n_steps = 0;
	for (i = 0; i < n; i++)
		read_element(recipe->steps, &n_steps, &elements[i], names_target, allocator);
}

/* The steps before or behind one, from the text of a value. */
static void
read_steps(StepList *list, const JsonbValue *value, const Allocator *allocator)
{
	JsonbContainer **objects = NULL;
	int n = 0;
	int i;

	check_stack_depth();
	if (value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data))
		objects = array_objects(JsonbValueToJsonb((JsonbValue *) (uintptr_t) value), &n);
	if (objects == NULL)
		not_a_transform("The steps before and after one must be an array of objects.");
	require_ok(step_list_make(list, allocator, n), "the transform");
	for (i = 0; i < n; i++)
	{
		step_begin(&list->steps[i], require_kind(FROM_TEXT, objects[i]));
		read_object(FROM_TEXT, &list->steps[i], objects[i], allocator);
	}
}

static int step_depth(const Step *step);

/* Of the deepest of a list. */
static int
list_depth(const StepList *list)
{
	int deepest = 0;
	uint32 i;

	for (i = 0; i < list->n; i++)
	{
		int depth = step_depth(&list->steps[i]);

		deepest = Max(deepest, depth);
	}
	return deepest;
}

/* How many steps stand one behind another. */
static int
step_depth(const Step *step)
{
	int before;
	int after;

	check_stack_depth();
	before = list_depth(&step->before);
	after = list_depth(&step->after);
	return Max(before, after) + 1;
}

void
prep_transform_read(Transform *transform, Jsonb *json, const Allocator *allocator)
{
	JsonbContainer *root = &json->root;
	JsonbContainer **objects = &root;
	JsonbValue *name;
	int n = 1;
	int i;

	if (!JB_ROOT_IS_OBJECT(json))
		not_a_transform("It must be a JSON object.");
	name = find_key(root, "transform");
	transform->is_recipe = name != NULL && name->type == jbvString && same_key(name, "recipe");
	if (transform->is_recipe)
	{
		JsonbValue *steps = find_key(root, "steps");

		if (steps == NULL || steps->type != jbvBinary)
			not_a_transform("A recipe must have the array \"steps\".");
		objects = array_objects(JsonbValueToJsonb(steps), &n);
		if (objects == NULL || n == 0 || JsonContainerSize(root) != 2)
			not_a_transform("A recipe must have the array \"steps\" of objects, and nothing else.");
	}
	transform->steps = memory_allocate_zero(allocator, n, sizeof(Step));
	if (transform->steps == NULL)
		require_ok(KERNEL_OUT_OF_MEMORY, "the transform");
	transform->n = n;
	for (i = 0; i < n; i++)
	{
		step_begin(&transform->steps[i], require_kind(FROM_TEXT, objects[i]));
		read_object(FROM_TEXT, &transform->steps[i], objects[i], allocator);
		if (step_depth(&transform->steps[i]) > STEP_DEPTH)
			not_a_transform("Too many steps stand one behind another.");
		if (!step_is_valid(&transform->steps[i]) ||
			(transform->is_recipe && step_gives_text(step_encoder(&transform->steps[i]))))
			not_a_transform("Its fields do not fit each other.");
	}
}

static void
write_number(StringInfo text, double number)
{
	appendStringInfoString(text, isnan(number) ? "null" : number_text(number));
}

static void
write_list(StringInfo text, const NumberList *numbers, const TextList *texts)
{
	uint32 n = numbers != NULL ? numbers->n : texts->n;
	uint32 i;

	appendStringInfoChar(text, '[');
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		if (numbers != NULL)
			write_number(text, numbers->values[i]);
		else
			escape_json(text, texts->texts[i]);
	}
	appendStringInfoChar(text, ']');
}

static void write_step(StringInfo text, const Step *step, bool options_only, bool is_link);

static void
write_steps(StringInfo text, const StepList *list)
{
	uint32 i;

	for (i = 0; i < list->n; i++)
	{
		appendStringInfoString(text, i > 0 ? ", " : "[");
		write_step(text, &list->steps[i], false, false);
	}
	appendStringInfoChar(text, ']');
}

static void
write_field(StringInfo text, const StepField *field, const void *place)
{
	switch (field->type)
	{
		case FIELD_NUMBER:
			write_number(text, *(const double *) place);
			break;
		case FIELD_WHOLE:
			appendStringInfo(text, "%d", *(const int32 *) place);
			break;
		case FIELD_FLAG:
			appendStringInfoString(text, *(const bool *) place ? "true" : "false");
			break;
		case FIELD_WORD:
			escape_json(text, field->words[*(const int32 *) place]);
			break;
		case FIELD_TEXT:
			escape_json(text, *(char *const *) place);
			break;
		case FIELD_TEXTS:
			write_list(text, NULL, place);
			break;
		case FIELD_NUMBERS:
			write_list(text, place, NULL);
			break;
		case FIELD_STEPS:
			write_steps(text, place);
			break;
	}
}

/* Is the field left out: of texts and steps where there is none, and a number that a text stands for? */
static bool
is_left_out(const Step *step, const StepField *field, const void *place)
{
	switch (field->type)
	{
		case FIELD_TEXT:
			return *(char *const *) place == NULL;
		case FIELD_STEPS:
			return ((const StepList *) place)->n == 0;
		default:
			return (place == &step->constant && step->constant_text != NULL) ||
				(step->kind == STEP_IMPUTE && place == &step->center && step->fill_text != NULL);
	}
}

/* is_link: one of "steps", beside which the columns are named. */
static void
write_step(StringInfo text, const Step *step, bool options_only, bool is_link)
{
	int i;

	appendStringInfoString(text, "{\"transform\": ");
	escape_json(text, step_kind_names[step->kind]);
	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];
		const void *place = step_place(step, field);

		if (!step_has_field(step->kind, field) || (options_only && !field->is_option) ||
			is_left_out(step, field, place) ||
			(options_only && (place == &step->target || field->type == FIELD_STEPS)) ||
			(is_link && (place == &step->column || place == &step->columns)))
			continue;
		appendStringInfo(text, ", \"%s\": ", field->name);
		write_field(text, field, place);
	}
	appendStringInfoChar(text, '}');
}

void
prep_transform_write(const Transform *transform, StringInfo text)
{
	uint32 i;

	if (!transform->is_recipe)
	{
		write_step(text, &transform->steps[0], false, false);
		return;
	}
	appendStringInfoString(text, "{\"transform\": \"recipe\", \"steps\": [");
	for (i = 0; i < transform->n; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		write_step(text, &transform->steps[i], false, false);
	}
	appendStringInfoString(text, "]}");
}

/* The step and those behind it, as "steps" has them. */
static void
write_links(StringInfo text, const Step *step, bool *is_first)
{
	appendStringInfoString(text, *is_first ? "" : ", ");
	*is_first = false;
	write_step(text, step, true, true);
	if (step->after.n > 0)
		write_links(text, &step->after.steps[0], is_first);
}

/* An element of a recipe whose columns go through several steps. */
static void
write_chain(StringInfo text, const Step *step)
{
	bool is_first = true;

	if (step->kind == STEP_POLYNOMIAL)
	{
		appendStringInfoString(text, "{\"columns\": ");
		write_list(text, NULL, &step->columns);
	}
	else
	{
		appendStringInfoString(text, "{\"column\": ");
		escape_json(text, step->column);
	}
	appendStringInfoString(text, ", \"steps\": [");
	if (step->before.n > 0)
		write_links(text, &step->before.steps[0], &is_first);
	write_links(text, step, &is_first);
	appendStringInfoString(text, "]}");
}

void
prep_recipe_write(const Transform *recipe, StringInfo text)
{
	uint32 i;

	for (i = 0; i < recipe->n; i++)
	{
		appendStringInfoString(text, i > 0 ? ", " : "[");
		if (recipe->steps[i].after.n + recipe->steps[i].before.n > 0)
			write_chain(text, &recipe->steps[i]);
		else
			write_step(text, &recipe->steps[i], true, false);
	}
	appendStringInfoChar(text, ']');
}

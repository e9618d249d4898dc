/*
 * option_value.c: typed values of options.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/option_value.h"

void
option_wrong_type(const char *name, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be %s", name, wanted)));
}

char *
option_text(const char *name, const JsonbValue *value)
{
	if (value->type != jbvString)
		option_wrong_type(name, "a string");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

bool
option_boolean(const char *name, const JsonbValue *value)
{
	if (value->type != jbvBool)
		option_wrong_type(name, "true or false");
	return value->val.boolean;
}

double
option_number(const char *name, const JsonbValue *value, double low, double high)
{
	double number;

	if (value->type != jbvNumeric)
		option_wrong_type(name, "a number");
	number = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (isinf(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" must be finite, not %g", name, number)));
	if (!(number >= low && number <= high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 isinf(high) ?
					 errmsg("option \"%s\" must be at least %g, not %g", name, low, number) :
					 errmsg("option \"%s\" must be between %g and %g, not %g", name, low, high,
							number)));
	return number;
}

double
option_whole_number(const char *name, const JsonbValue *value, double low, double high)
{
	double number = option_number(name, value, low, high);

	if (number != floor(number))
		option_wrong_type(name, "a whole number");
	return number;
}

double
option_fraction(const char *name, const JsonbValue *value)
{
	double number = option_number(name, value, 0.0, 1.0);

	if (number == 0.0 || number == 1.0)
		option_wrong_type(name, "above 0 and below 1");
	return number;
}

char **
option_names(const char *name, const JsonbValue *value, int *n)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;
	char **names;
	int count = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		option_wrong_type(name, "an array of column names");
	names = palloc(sizeof(char *) * Max(JsonContainerSize(value->val.binary.data), 1));
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvString)
			option_wrong_type(name, "an array of column names");
		names[count++] = pnstrdup(element.val.string.val, element.val.string.len);
	}
	*n = count;
	return names;
}

double *
option_numbers(const char *name, const JsonbValue *value, double low, double high, int *n)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;
	double *numbers;
	int count = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		option_wrong_type(name, "an array of numbers");
	numbers = palloc(sizeof(double) * Max(JsonContainerSize(value->val.binary.data), 1));
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM)
			numbers[count++] = option_number(name, &element, low, high);
	}
	*n = count;
	return numbers;
}

JsonbIterator *
option_object(const char *name, const JsonbValue *value, const char *wanted)
{
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		option_wrong_type(name, wanted);
	return JsonbIteratorInit(value->val.binary.data);
}

bool
option_next_field(JsonbIterator **fields, char **key, JsonbValue *value)
{
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(fields, value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			*key = pnstrdup(value->val.string.val, value->val.string.len);
		else if (token == WJB_VALUE)
			return true;
	}
	return false;
}

int
option_choice(const char *name, const JsonbValue *value, const char *const *choices, int n)
{
	char *word = option_text(name, value);
	StringInfoData known;
	int i;

	initStringInfo(&known);
	for (i = 0; i < n; i++)
	{
		if (strcmp(word, choices[i]) == 0)
			return i;
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", choices[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" does not know the value \"%s\"", name, word),
			 errhint("The known values are: %s.", known.data)));
}

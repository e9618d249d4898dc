/*
 * argument.c: the error of a NULL.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/argument.h"

void
require_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

char *
text_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	require_argument(fcinfo, i, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

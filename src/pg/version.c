/*
 * version.c: what is loaded, for bug reports.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "kernel/base/cpu.h"

#include "pg/compat.h"
#include "pg/threads.h"

PG_FUNCTION_INFO_V1(orchard_library);

static void
add_string(JsonbParseState **state, char *key, char *value)
{
	JsonbValue name = {.type = jbvString, .val.string = {.val = key, .len = strlen(key)}};
	JsonbValue text = {.type = jbvString, .val.string = {.val = value, .len = strlen(value)}};

	pushJsonbValue(state, WJB_KEY, &name);
	pushJsonbValue(state, WJB_VALUE, &text);
}

/* The widest instructions that kernels with several forms take here. */
static char *
instruction_set(void)
{
	if (cpu_has_avx512())
		return "avx512, avx2, fma";
	return cpu_has_avx2() ? "avx2, fma" : "baseline";
}

/*
 * The library's version, the PostgreSQL it was compiled for, and how it computes.
 * Linear algebra is Orchard's own, so "blas" is "none"; "threads" are those that
 * growing trees may have now.
 */
Datum
orchard_library(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	JsonbValue threads = {.type = jbvNumeric};
	JsonbValue key = {.type = jbvString, .val.string = {.val = "threads", .len = 7}};
	JsonbValue *object;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	add_string(&state, "library", ORCHARD_VERSION);
	add_string(&state, "compiled_for", "PostgreSQL " PG_VERSION);
	add_string(&state, "instruction_set", instruction_set());
	add_string(&state, "blas", "none");
	pushJsonbValue(&state, WJB_KEY, &key);
	threads.val.numeric = int64_to_numeric(threads_allowed());
	pushJsonbValue(&state, WJB_VALUE, &threads);
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(object));
}

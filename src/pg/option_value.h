/*
 * option_value.h: the value of an option, of the type that it must have; else 22023 with the option's name.
 */
#ifndef ORCHARD_PG_OPTION_VALUE_H
#define ORCHARD_PG_OPTION_VALUE_H

#include "postgres.h"

#include "utils/jsonb.h"

extern void option_wrong_type(const char *name, const char *wanted) pg_attribute_noreturn();

/* Results are in the current memory context. */
extern char *option_text(const char *name, const JsonbValue *value);
extern bool option_boolean(const char *name, const JsonbValue *value);

/* Finite, from low to high; high may be INFINITY. */
extern double option_number(const char *name, const JsonbValue *value, double low, double high);
extern double option_whole_number(const char *name, const JsonbValue *value, double low,
								  double high);

/* A number between 0 and 1, and neither. */
extern double option_fraction(const char *name, const JsonbValue *value);

/* An array of column names. */
extern char **option_names(const char *name, const JsonbValue *value, int *n);

/* An array of numbers, each as of option_number. */
extern double *option_numbers(const char *name, const JsonbValue *value, double low, double high,
							  int *n);

/* The fields of an object; `wanted` says in the error what else it may be. */
extern JsonbIterator *option_object(const char *name, const JsonbValue *value, const char *wanted);

/* The next field, its key in the current memory context; false when there is none. */
extern bool option_next_field(JsonbIterator **fields, char **key, JsonbValue *value);

/* The place of a word in a short list. */
extern int option_choice(const char *name, const JsonbValue *value, const char *const *choices,
						 int n);

#endif /* ORCHARD_PG_OPTION_VALUE_H */

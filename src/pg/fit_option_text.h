/*
 * fit_option_text.h: the options in force as JSON, and the names that stand in it.
 */
#ifndef ORCHARD_PG_FIT_OPTION_TEXT_H
#define ORCHARD_PG_FIT_OPTION_TEXT_H

#include "postgres.h"

#include "pg/fit_option.h"

/* Every option in force, keys sorted, in the current memory context: part of the model's identity. */
extern char *fit_options_text(const FitOptions *options);

/* fit_option.c: bits of the algorithms that an option is for, and the name of a link. */
extern int fit_option_algorithms(const char *name);
extern const char *fit_link_name(LinearLink link);

#endif /* ORCHARD_PG_FIT_OPTION_TEXT_H */

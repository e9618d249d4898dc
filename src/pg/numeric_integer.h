/*
 * numeric_integer.h: a stored numeric as an integer and a number of decimal places.
 *
 * PostgreSQL offers no such reading but by arithmetic on copies, which costs more than what is then
 * done with the integer.  So this reads the form that numeric has on disk, which every version since
 * 9.1 shares, as pg_upgrade needs it to: a header, which is short or long, and digits to the base
 * 10,000, the first of which counts 10,000^weight.
 */
#ifndef ORCHARD_PG_NUMERIC_INTEGER_H
#define ORCHARD_PG_NUMERIC_INTEGER_H

#include "postgres.h"

#include "pg/compat.h"

/*
 * numeric_as_integer
 *		x = *value / 10^(*places), where *places are those that x is printed with.
 *
 * stored: as a tuple holds it, aligned or not.
 * Returns false, with both outputs undefined, for NaN, infinities, what is compressed or stored out of
 * line, and values whose integer has more than 18 digits or so.
 */
extern bool numeric_as_integer(const struct varlena *stored, int64 *value, int *places);

#endif /* ORCHARD_PG_NUMERIC_INTEGER_H */

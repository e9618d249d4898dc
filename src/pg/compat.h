/*
 * compat.h: differences between PostgreSQL versions, the only place that asks for one.
 */
#ifndef ORCHARD_PG_COMPAT_H
#define ORCHARD_PG_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "Orchard needs PostgreSQL 15 or later"
#endif

/* The varatt macros moved out of postgres.h in 16 (d952373a987). */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif							/* ORCHARD_PG_COMPAT_H */

/*
 * stat_stats2d.h: the varlena behind the type stats2d.
 */
#ifndef ORCHARD_PG_STAT_STATS2D_H
#define ORCHARD_PG_STAT_STATS2D_H

#include "postgres.h"

#include "kernel/stat/comoments.h"
#include "pg/stat_state.h"

/* 96 bytes: in the same chunk of 128 as the built-in's array. */
typedef struct Stats2d
{
	StateHeader header;
	Comoments comoments;
} Stats2d;

extern const StateType stats2d_type;

#endif /* ORCHARD_PG_STAT_STATS2D_H */

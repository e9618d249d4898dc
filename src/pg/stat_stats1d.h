/*
 * stat_stats1d.h: the varlena behind the type stats1d.
 */
#ifndef ORCHARD_PG_STAT_STATS1D_H
#define ORCHARD_PG_STAT_STATS1D_H

#include "postgres.h"

#include "kernel/stat/moments.h"
#include "pg/stat_state.h"

typedef struct Stats1d
{
	StateHeader header;
	Moments moments;
} Stats1d;

extern const StateType stats1d_type;

#endif /* ORCHARD_PG_STAT_STATS1D_H */

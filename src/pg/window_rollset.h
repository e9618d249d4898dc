/*
 * window_rollset.h: the type rollset, what several time windows hold at one row.
 *
 * A flat varlena of 8-byte fields behind a header, STORAGE plain: it is never
 * compressed or moved out of line.
 */
#ifndef ORCHARD_PG_WINDOW_ROLLSET_H
#define ORCHARD_PG_WINDOW_ROLLSET_H

#include "postgres.h"

#include "kernel/window/rolling.h"

#define ROLLSET_FORMAT_VERSION 1

/* So that a rollset fits in a page beside other columns. */
#define ROLLSET_MAX_WINDOWS 64

typedef struct Rollset
{
	int32 vl_len_;
	uint8 version;	   /* ROLLSET_FORMAT_VERSION */
	uint8 reserved[3]; /* zero */
	int32 n_windows;   /* 1 .. ROLLSET_MAX_WINDOWS */
	int32 min_n;	   /* at least 1: results over fewer observations are NULL */
	RollingResult windows[FLEXIBLE_ARRAY_MEMBER];
} Rollset;

/* A new one in CurrentMemoryContext, whose windows are the caller's to fill. */
static inline Rollset *
rollset_create(int n_windows, int min_n)
{
	Size size = offsetof(Rollset, windows) + n_windows * sizeof(RollingResult);
	Rollset *rollset = palloc(size);

	SET_VARSIZE(rollset, size);
	rollset->version = ROLLSET_FORMAT_VERSION;
	memset(rollset->reserved, 0, sizeof(rollset->reserved));
	rollset->n_windows = n_windows;
	rollset->min_n = min_n;
	return rollset;
}

#endif /* ORCHARD_PG_WINDOW_ROLLSET_H */

/*
 * gather.c: narrow sums as long as they can hold the rows.
 */
#include "kernel/tree/gather.h"

/* From now on rows go to the narrow histogram beside the wide one. */
static void
widen(const Records *records, Gathering *gathering)
{
	Histogram *into = gathering->histogram;
	Histogram *narrow = gathering->narrow;
	int64_t *cells = into->cells; /* the narrow sums so far */

	if (into->is_wide)
		return;
	into->cells = narrow->cells;
	narrow->cells = cells;
	into->is_wide = true;
	histogram_clear(records, into);
}

/* Makes sure that so many rows more can be held. */
static void
make_room(const Records *records, Gathering *gathering, int32_t n)
{
	if (gathering->held + n <= NARROW_ROWS)
		return;
	widen(records, gathering);
	histogram_flush(records, gathering->histogram, gathering->narrow);
	gathering->held = 0;
}

/* Where rows go at the moment. */
static inline Histogram *
open_histogram(const Gathering *gathering)
{
	return gathering->histogram->is_wide ? gathering->narrow : gathering->histogram;
}

void
gather_rows(const Records *records, Gathering *gathering, const int32_t *order, int32_t first,
			int32_t n)
{
	while (n > 0)
	{
		int32_t taken = n < NARROW_ROWS ? n : NARROW_ROWS;

		make_room(records, gathering, taken);
		histogram_add(records, open_histogram(gathering), order, first, taken);
		gathering->held += taken;
		order = order != NULL ? order + taken : NULL;
		first += taken;
		n -= taken;
	}
}

void
gather_end(const Records *records, Gathering *gathering)
{
	if (gathering->histogram->is_wide)
		histogram_flush(records, gathering->histogram, gathering->narrow);
	gathering->held = 0;
}

void
gather_merge(const Records *records, Gathering *into, Gathering *from)
{
	if (from->histogram->is_wide)
	{
		gather_end(records, from);
		if (!into->histogram->is_wide)
			make_room(records, into, NARROW_ROWS + 1 - into->held);
		histogram_merge(records, into->histogram, from->histogram);
	}
	else if (from->held > 0)
	{
		make_room(records, into, from->held);
		into->held += from->held;
		histogram_merge(records, open_histogram(into), from->histogram);
	}
	from->held = 0;
}

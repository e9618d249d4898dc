/*
 * fit_feed.c: a slot's row into the state of a training.
 */
#include "postgres.h"

#include "executor/tuptable.h"

#include "pg/fit_feed.h"
#include "pg/scan_row.h"

/* For what memory must hold. */
static const char train_hint[] =
	"Raise orchard.max_memory, or use fewer columns or columns of fewer different values.";

void
fit_feed_begin(FitFeed *feed, TupleTableSlot *slot)
{
	MemoryContext caller = MemoryContextSwitchTo(feed->context);
	RowLayout *layout = row_layout_of_columns(feed->columns);

	slot_getallattrs(slot);
	memcpy(layout->values, slot->tts_values, sizeof(Datum) * feed->n_read);
	memcpy(layout->nulls, slot->tts_isnull, sizeof(bool) * feed->n_read);
	feed->spec = fit_spec_create(feed->options, feed->target, layout);
	feed->spec->keeps_rows |= feed->keeps_rows;
	feed->binding = fit_binding_of_columns(feed->spec, feed->columns);
	feed->state =
		fit_state_create(memory_account_create(AllocSetContextCreate(
							 feed->context, "orchard training rows", ALLOCSET_DEFAULT_SIZES)),
						 feed->spec);
	feed->state->account->hint = train_hint;
	feed->spill = spill_create(feed->state->account);
	fit_state_spill_to(feed->state, spill_store(feed->spill));
	MemoryContextSwitchTo(caller);
}

void
fit_feed_add(FitFeed *feed, TupleTableSlot *slot)
{
	HeapTuple row = slot_stored_row(slot);

	if (unlikely(feed->state == NULL))
		fit_feed_begin(feed, slot);
	if (row != NULL)
	{
		fetch_following_row(row);
		if (fit_state_add_stored(feed->state, feed->binding, row))
			return;
	}
	slot_getsomeattrs(slot, feed->n_taken);
	fit_state_add_values(feed->state, feed->binding, slot->tts_values, slot->tts_isnull);
}

void
fit_feed_end_file(FitFeed *feed)
{
	if (feed->spill != NULL)
		spill_end(feed->spill);
	feed->spill = NULL;
}

void
fit_feed_forget(FitFeed *feed)
{
	fit_state_release(feed->state);
	fit_feed_end_file(feed);
	feed->state = NULL;
}

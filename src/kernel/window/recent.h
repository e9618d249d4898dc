/*
 * recent.h: which of the last rows of a frame are at hand, for a result of at most k of them.
 *
 * Rows are numbered as they come and leave from the other end, so the last k that came and did not
 * leave are the k last of the frame: k slots do, whatever the length of the frame.
 */
#ifndef ORCHARD_KERNEL_WINDOW_RECENT_H
#define ORCHARD_KERNEL_WINDOW_RECENT_H

#include <stdint.h>

typedef struct Recent
{
	uint64_t n_slots; /* k, at least 1 */
	uint64_t n;		  /* rows in the frame */
	uint64_t next;	  /* slot of the next row to come, below n_slots */
} Recent;

/* A row comes: the slot where it goes. */
static inline uint64_t
recent_add(Recent *recent)
{
	uint64_t slot = recent->next;

	recent->next = slot + 1 < recent->n_slots ? slot + 1 : 0;
	recent->n++;
	return slot;
}

/* The oldest row of the frame leaves; at least one is there. */
static inline void
recent_remove(Recent *recent)
{
	recent->n--;
}

/* How many rows are at hand. */
static inline uint64_t
recent_kept(const Recent *recent)
{
	return recent->n < recent->n_slots ? recent->n : recent->n_slots;
}

/* The slot of the row that came `back` rows before the last; back < recent_kept. */
static inline uint64_t
recent_slot(const Recent *recent, uint64_t back)
{
	uint64_t before = back + 1;

	return recent->next >= before ? recent->next - before : recent->next + recent->n_slots - before;
}

#endif /* ORCHARD_KERNEL_WINDOW_RECENT_H */

/*
 * value_counts.h: how often each value of a multiset occurs, and what follows: distinct values, the
 * most frequent one, entropy.
 *
 * Values are known by codes, small numbers that this table gives out and takes
 * back; the caller keeps the value behind each code, hashes it and decides which
 * are equal.  Counts are integers, so a value leaves without a trace.
 *
 * The mode is the top of a heap by count, ties by the caller's order; the heap is
 * made when a mode is first asked for.  Entropy is kept as the sum of c ln c over
 * the counts c, in fixed point: what a count contributes is a function of the
 * count alone, and integers neither round nor drift.  That sum too is made when
 * it is first asked for.
 */
#ifndef ORCHARD_KERNEL_STAT_VALUE_COUNTS_H
#define ORCHARD_KERNEL_STAT_VALUE_COUNTS_H

#include "kernel/base/memory.h"

#define VALUE_COUNTS_NONE UINT32_MAX /* no code */

/* Orders codes by their values: below 0 when a's value comes before b's. */
typedef struct ValueOrder
{
	int (*compare)(void *context, uint32_t a, uint32_t b);
	void *context;
} ValueOrder;

/* A number of 64 bits before the point and 64 behind, modulo 2^64. */
typedef struct FixedPoint
{
	uint64_t whole;
	uint64_t fraction;
} FixedPoint;

typedef struct ValueEntry
{
	uint64_t count; /* 0: the code is free, or was just made */
	uint32_t hash;
	uint32_t place; /* in the heap; of a free code the next free one */
} ValueEntry;

/* A zeroed one is empty. */
typedef struct ValueCounts
{
	ValueEntry *entries; /* by code; owned */
	uint32_t n_entries;	 /* codes given out so far, free ones among them */
	uint32_t capacity;	 /* of entries, and of the heap */
	uint32_t n_codes;	 /* in use */
	uint32_t first_free; /* code + 1, 0 when none is */
	uint32_t *slots;	 /* open addressing: code + 1, or 0; owned */
	uint32_t n_slots;	 /* a power of two, at least twice n_codes */
	uint32_t *heap;		 /* codes, the mode first; NULL until asked for; owned */
	uint64_t n;			 /* values */
	FixedPoint c_ln_c;	 /* sum over the counts */
	bool has_c_ln_c;
} ValueCounts;

/*
 * Codes whose values have this hash, one after another: the first from *slot = hash, VALUE_COUNTS_NONE
 * after the last.  The caller tells which, if any, is the value's.
 */
extern uint32_t value_counts_next(const ValueCounts *counts, uint32_t hash, uint32_t *slot);

/* A new code with the count 0; values are added to it next.  OUT_OF_MEMORY, TOO_LARGE: unchanged. */
extern Status value_counts_insert(ValueCounts *counts, const Allocator *allocator, uint32_t hash,
								  uint32_t *code);

/* `times` more values of a code.  O(1), O(log d) once a mode has been asked for. */
extern void value_counts_add(ValueCounts *counts, uint32_t code, uint64_t times,
							 const ValueOrder *order);

/* One value of a code less; a code without values is given back, and *is_gone says so.  As add. */
extern void value_counts_remove(ValueCounts *counts, uint32_t code, const ValueOrder *order,
								bool *is_gone);

/* Readies the mode: O(d) the first time.  OUT_OF_MEMORY: unchanged. */
extern Status value_counts_prepare_mode(ValueCounts *counts, const Allocator *allocator,
										const ValueOrder *order);

/* The most frequent value, of those the first in order; VALUE_COUNTS_NONE over no values. */
extern uint32_t value_counts_mode(const ValueCounts *counts);

/*
 * Entropy in nats: ln n - (1/n) sum of c ln c; 0 for a single value.  O(d) the first time, then O(1).
 * INVALID over no values.  Its error is at most 4 ulp of ln n.
 */
extern Status value_counts_entropy(ValueCounts *counts, double *result);

extern void value_counts_release(ValueCounts *counts, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_STAT_VALUE_COUNTS_H */

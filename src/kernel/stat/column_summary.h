/*
 * column_summary.h: what one pass tells of a column: counts, distinct values, the most frequent ones,
 * moments and quantiles.
 *
 * Values come as 64-bit hashes; two with one hash are taken for equal.  The distinct values are counted
 * exactly up to SUMMARY_TOP, beyond by a HyperLogLog sketch of 4,096 registers (standard error 1.6 %:
 * Flajolet et al., 2007; estimated as in Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv 1702.01284, 2017, algorithm 6).  The frequent ones are those of Misra and Gries
 * ("Finding repeated elements", 1982), merged as in Agarwal et al. ("Mergeable summaries", 2012): a
 * count is at most `lost` too small, and lost <= n / (SUMMARY_TOP + 1).
 */
#ifndef ORCHARD_KERNEL_STAT_COLUMN_SUMMARY_H
#define ORCHARD_KERNEL_STAT_COLUMN_SUMMARY_H

#include "kernel/stat/moments.h"
#include "kernel/stat/quantile_sketch.h"

#define SUMMARY_TOP 32
#define SUMMARY_REGISTERS 4096
#define SUMMARY_ERROR 0.01 /* relative, of a quantile */

typedef struct SummaryValue
{
	uint64_t hash;
	uint64_t count; /* not 0 */
	uint64_t bits;	/* the caller's, to show a value of fixed size by */
	char *text;		/* length bytes, else NULL */
	uint32_t length;
} SummaryValue;

typedef struct ColumnSummary
{
	uint64_t n; /* values that are not missing */
	uint64_t n_missing;
	uint64_t alignment; /* equal sums: two columns that have equal values in every row */
	uint64_t lost;
	uint8_t *registers; /* SUMMARY_REGISTERS */
	uint32_t n_top;
	uint64_t hashes[SUMMARY_TOP];  /* of the first n_top: 256 bytes to search, not 1,280 */
	SummaryValue top[SUMMARY_TOP]; /* in no order */
	Moments moments;			   /* of what column_summary_add_number took */
	QuantileSketch sketch;
} ColumnSummary;

/* OUT_OF_MEMORY: nothing is held. */
extern Status column_summary_begin(ColumnSummary *summary, const Allocator *allocator);

/*
 * column_summary_add
 *		Counts a value.
 *
 * Returns the entry of a frequent value that is new, for the caller to say what it is with
 * column_summary_describe; NULL otherwise.
 */
extern SummaryValue *column_summary_add(ColumnSummary *summary, const Allocator *allocator,
										uint64_t hash);

/* What a new entry is: bits, and a copy of the text unless that is NULL.  OUT_OF_MEMORY: without text. */
extern Status column_summary_describe(SummaryValue *value, const Allocator *allocator,
									  uint64_t bits, const char *text, uint32_t length);

/* The value of the same row as a number, besides; any double. */
extern Status column_summary_add_number(ColumnSummary *summary, const Allocator *allocator,
										double x);

/* One row more of the table, whose value here has this hash (any constant for a missing one). */
static inline void
column_summary_align(ColumnSummary *summary, uint64_t hash, uint64_t row_hash)
{
	uint64_t x = hash + row_hash;

	x = (x ^ (x >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
	summary->alignment += (x ^ (x >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
}

/* into = both together.  OUT_OF_MEMORY, OVERFLOW: only to be released. */
extern Status column_summary_merge(ColumnSummary *into, const Allocator *allocator,
								   const ColumnSummary *from);

/* Distinct values: exact while nothing is lost. */
extern double column_summary_distinct(const ColumnSummary *summary);

/* The frequent values by falling count, ties by rising hash, to be called once at the end. */
extern void column_summary_sort(ColumnSummary *summary);

/* For other processes of the same build only: bytes are trusted. */
extern void column_summary_encode(const ColumnSummary *summary, ByteWriter *writer);
extern Status column_summary_decode(ColumnSummary *summary, const Allocator *allocator,
									ByteReader *reader);

extern void column_summary_release(ColumnSummary *summary, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_STAT_COLUMN_SUMMARY_H */

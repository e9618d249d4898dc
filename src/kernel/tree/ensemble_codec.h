/*
 * ensemble_codec.h: an ensemble's bytes, and the proof that an ensemble can be scored.
 *
 * docs/model-format.md has the bytes.  Nodes stand in preorder and their children
 * are not stored but follow from it, thresholds stand once a slot and nodes name
 * them by their place: about 12 bytes a leaf, or 16 where values are doubles, and
 * no cycle can be written.  One ensemble has one encoding, and what the encoder
 * would not have written is refused, so that encode(decode(b)) == b.
 *
 * Two things are rounded: a threshold of -0 is written as 0, to which it
 * compares equal, and gains are written as floats.  Gains, which nothing is scored or
 * explained by, have bytes of their own, so that scoring need not fetch them.
 */
#ifndef ORCHARD_KERNEL_TREE_ENSEMBLE_CODEC_H
#define ORCHARD_KERNEL_TREE_ENSEMBLE_CODEC_H

#include "kernel/codec/bytes.h"
#include "kernel/tree/ensemble.h"

/*
 * ensemble_validate
 *		KERNEL_OK when every index is proven and every number usable, KERNEL_CORRUPT otherwise.
 *
 * Children stand in preorder, so that each node is reached exactly once; slots,
 * outputs and subsets are in range; thresholds are neither NaN nor -infinity;
 * values, bases and scales are finite; covers and gains are finite and at least 0.
 * Takes 4 bytes a node of the largest tree; KERNEL_OUT_OF_MEMORY without.
 */
extern Status ensemble_validate(const Ensemble *ensemble, const Allocator *allocator);

/* What ensemble_validate asks of all but the trees. */
extern bool ensemble_head_valid(const Ensemble *ensemble);

/*
 * ensemble_encode
 *		Writes a valid ensemble.
 *
 * Takes 16 bytes a node that asks for a number while it runs.  KERNEL_OUT_OF_MEMORY;
 * the writer latches its own faults.
 */
extern Status ensemble_encode(const Ensemble *ensemble, const Allocator *allocator,
							  ByteWriter *writer);

/* Writes the gains of all inner nodes, in the order of the nodes.  KERNEL_STOPPED; the writer latches its own faults. */
extern Status ensemble_encode_gains(const Ensemble *ensemble, const StopCheck *stop,
									ByteWriter *writer);

/* Reads what ensemble_encode_gains wrote for these trees.  KERNEL_CORRUPT, KERNEL_STOPPED. */
extern Status ensemble_decode_gains(ByteReader *reader, const StopCheck *stop, Ensemble *ensemble);

/*
 * ensemble_decode
 *		What ensemble_encode wrote, for these slots; n_levels as in Ensemble, copied.  Gains are 0.
 *
 * It is one that ensemble_validate would find valid.  Memory is at most 16 times the bytes read, 20 times
 * those that are refused, and n_levels.
 * KERNEL_CORRUPT and KERNEL_OUT_OF_MEMORY leave nothing.
 */
extern Status ensemble_decode(ByteReader *reader, const Allocator *allocator, int32_t n_numbers,
							  int32_t n_categories, const uint32_t *n_levels, Ensemble **ensemble);

/*
 * ensemble_open
 *		The same ensemble, its trees left as the bytes that they are (ensemble_stored.h).
 *
 * The bytes read must outlive it.  What ensemble_decode refuses is refused too, so expanding it fails
 * for memory alone.
 */
extern Status ensemble_open(ByteReader *reader, const Allocator *allocator, int32_t n_numbers,
							int32_t n_categories, const uint32_t *n_levels, Ensemble **ensemble);

/* Gives an opened ensemble its trees; the bytes are needed no more.  KERNEL_OUT_OF_MEMORY and KERNEL_STOPPED leave it. */
extern Status ensemble_expand(Ensemble *ensemble, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_TREE_ENSEMBLE_CODEC_H */

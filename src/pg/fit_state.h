/*
 * fit_state.h: the transition state of fit(), an expanded object.
 *
 * The object, its dictionaries and its sums or blocks are allocated from the
 * memory account of the aggregate context, one account for all groups: they die
 * with the context and count against orchard.max_memory.  The spec belongs to
 * the call site and outlives the state.
 *
 * Flattened, the state is a header, its spec's encoded form, its dictionaries
 * and the kernel's encoding:
 *   magic u32, format version u16, u16 1 when the state holds rows, checksum u32;
 *   the spec as a string; rows u64, rows skipped u64, target values u32 and two
 *   doubles; dictionaries of the classes and of each category, each count u32
 *   and strings; for each integer feature its sketch; then the sums or rows;
 *   of "l1": "cv" for each fold u8 1 and its sums, or 0.
 * So it passes between parallel workers.  A state of sums is a public value too
 * (orchard.fit_state), with a checksum: CRC-32C of all bytes, 0 in its own place.
 */
#ifndef ORCHARD_PG_FIT_STATE_H
#define ORCHARD_PG_FIT_STATE_H

#include "postgres.h"

#include "utils/expandeddatum.h"

#include "kernel/dataset/dataset.h"
#include "kernel/dataset/dictionary.h"
#include "kernel/dataset/identifier.h"
#include "kernel/linear/least_squares.h"

#include "pg/fit_spec.h"
#include "pg/memory.h"

/* A class that a row had, so that the next such row need not look it up. */
typedef struct KnownClass
{
	bool is_known;
	int32 code;
	double number; /* the target; of a boolean 0 or 1 */
} KnownClass;

/* What each row needs comes first: of many groups, each row finds another state out of the caches. */
typedef struct FitState
{
	ExpandedObjectHeader header;
	MemoryAccount *account;
	const FitSpec *spec;
	LeastSquares *least_squares; /* linear regression, else NULL */
	LeastSquares *
		*folds;	 /* with "l1": "cv" in its place: n_folds of the options, NULL = no row yet */
	uint8 *flat; /* made by get_flat_size for flatten_into, gone with the next row */
	int64 rows;	 /* used */
	int64 rows_skipped;				/* NULL target or zero weight */
	double target_values[2];		/* of a regression's target, the first two that differ */
	int n_target_values;			/* 3 = more */
	double *numbers;				/* scratch row, n_numbers and room for rests; the account's */
	int32 *codes;					/* scratch row, n_categories; the account's */
	Dictionary *dictionaries;		/* n_categories */
	IdentifierSketch **identifiers; /* n_features; NULL where not spec->is_integer */
	KnownClass known_classes[2];	/* the first class met and the one met last */
	Dictionary classes; /* labels of a categorical target; 8 bytes of a double for a numeric one */
	Dataset
		dataset; /* all that keeps rows; where the spec has rests, with them behind the numbers */
	Dataset held_out; /* rows of train() for trees to stop early by */
	size_t flat_length;
	size_t flat_capacity; /* as allocated */
} FitState;

/* Largest flattened state. */
#define FIT_STATE_LIMIT ((size_t) 512 * 1024 * 1024)

extern FitState *fit_state_create(MemoryAccount *account, const FitSpec *spec);

/* Full blocks of rows go to the store beyond half of orchard.max_memory; nothing for a state of sums. */
extern void fit_state_spill_to(FitState *state, const BlockStore *store);

/* Adds a row that has the binding's layout. */
extern void fit_state_add(FitState *state, FitBinding *binding, HeapTupleHeader row);

/* The same for a row that is not formed: its columns by the index that the binding knows. */
extern void fit_state_add_values(FitState *state, const FitBinding *binding, const Datum *values,
								 const bool *nulls);

/* The same for a row as a table or a sort keeps it; false, and no row added, where it cannot be read so. */
extern bool fit_state_add_stored(FitState *state, FitBinding *binding, HeapTuple row);

/* The same for a row that trees only watch their loss on. */
extern void fit_state_hold_out_values(FitState *state, const FitBinding *binding,
									  const Datum *values, const bool *nulls);
extern void fit_state_add_arguments(FitState *state, const FitBinding *binding,
									const NullableDatum *arguments);

/* Adds all rows of another state of the same spec. */
extern void fit_state_merge(FitState *into, const FitState *from);

/* Gives a state back that has been merged into another. */
extern void fit_state_release(FitState *state);

/* The state in a datum, when it is an expanded one. */
extern FitState *fit_state_expanded(Datum datum);

/* Does a flat state start as one of sums, with the checksum of its bytes?  A quick look at foreign ones. */
extern bool fit_state_flat_is_whole(const struct varlena *flat);

/* Is a flat state one of sums, which is a public value, not one of rows? */
extern bool fit_state_flat_has_sums(const struct varlena *flat);

/* The encoded spec inside a flat state. */
extern const uint8 *fit_state_flat_spec(const struct varlena *flat, size_t *length);

/*
 * The state of a flat one that has this spec, else 42804.  The bytes may be
 * foreign: XX001 when they are not a state's, 0A000 when of a newer format.
 */
extern FitState *fit_state_decode(MemoryAccount *account, const FitSpec *spec,
								  const struct varlena *flat);

/* The same with its own spec and account, in the current memory context, whose end is theirs. */
extern FitState *fit_state_decode_here(const struct varlena *flat);

#endif /* ORCHARD_PG_FIT_STATE_H */

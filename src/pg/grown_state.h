/*
 * grown_state.h: public aggregate states that grow, as expanded objects.
 *
 * While it grows, a state is an expanded object in the account of the aggregate
 * context, one account for all groups (HashAggregate walks every child context
 * at each new group).  Stored or between processes it is a flat value: what the
 * kernel encodes.  Flat bytes may be foreign; decoding proves them.
 */
#ifndef ORCHARD_PG_GROWN_STATE_H
#define ORCHARD_PG_GROWN_STATE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/expandeddatum.h"

#include "kernel/codec/bytes.h"
#include "pg/memory.h"

/* Largest flat state. */
#define GROWN_STATE_LIMIT ((size_t) 512 * 1024 * 1024)

typedef struct GrownType GrownType;

/* The first field of every such state. */
typedef struct GrownState
{
	ExpandedObjectHeader header;
	const GrownType *type;
	MemoryAccount *account; /* NULL while foreign bytes are only checked */
} GrownState;

/* One a type, a constant. */
struct GrownType
{
	const char *name;	 /* of the SQL type, with its schema */
	const char *label;	 /* what error messages call a state */
	const char *context; /* name of the memory context */
	const char *hint;	 /* when orchard.max_memory is reached */
	Size size;			 /* of the struct that starts with GrownState */
	Status (*settle)(GrownState *state, const Allocator *allocator,
					 const StopCheck *stop); /* into the form that is encoded; its meaning stays */
	size_t (*encoded_size)(const GrownState *state);
	void (*encode)(const GrownState *state, ByteWriter *writer);
	Status (*decode)(GrownState *state, const Allocator *allocator,
					 ByteReader *reader); /* into an empty one; not OK: it stays empty */
	void (*release)(GrownState *state, const Allocator *allocator);
};

/* The account for states made in this call: the aggregate's, or one in CurrentMemoryContext for a plain call. */
extern MemoryAccount *grown_state_account(const GrownType *type, FunctionCallInfo fcinfo);

/* An empty state. */
extern GrownState *grown_state_create(const GrownType *type, MemoryAccount *account);

/* Argument i as a state; *is_own when it was made here, and is the caller's to release. */
extern GrownState *grown_state_argument(const GrownType *type, FunctionCallInfo fcinfo, int i,
										bool *is_own);

extern void grown_state_release(GrownState *state);

/* Raises the error of the status; KERNEL_OK returns. */
static inline void
grown_state_require(GrownState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, state->type->label);
}

/* A writer of `size` bytes whose bytes are the place itself: it has room and never grows. */
extern ByteWriter grown_state_writer(void *place, size_t size);

/* Text \x and hexadecimal digits, binary the bytes themselves; both exact, both proved. */
extern Datum grown_state_in(const GrownType *type, FunctionCallInfo fcinfo);
extern Datum grown_state_out(const GrownType *type, FunctionCallInfo fcinfo);
extern Datum grown_state_recv(const GrownType *type, FunctionCallInfo fcinfo);
extern Datum grown_state_send(const GrownType *type, FunctionCallInfo fcinfo);

#endif /* ORCHARD_PG_GROWN_STATE_H */

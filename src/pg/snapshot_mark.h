/*
 * snapshot_mark.h: is it still the moment that something was remembered at?
 *
 * A TOAST pointer or a name means the same as long as nobody's changes have become visible since.
 */
#ifndef ORCHARD_PG_SNAPSHOT_MARK_H
#define ORCHARD_PG_SNAPSHOT_MARK_H

#include "postgres.h"

#include "storage/lock.h"

/*
 * Two moments with the same of these see the same rows.  The subtransaction is one of them, since
 * its abort takes back what its commands did, but not the number of the command.
 */
typedef struct SnapshotMark
{
	LocalTransactionId transaction;
	SubTransactionId subtransaction;
	TransactionId xmin;
	TransactionId xmax;
	uint32 xcnt;
	CommandId command;
} SnapshotMark;

/* Is the mark that of this moment?  Makes it so. */
extern bool snapshot_mark_renew(SnapshotMark *mark);

#endif /* ORCHARD_PG_SNAPSHOT_MARK_H */

/*
 * snapshot_mark.c: the moment, from transaction, subtransaction, command and active snapshot.
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/proc.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/snapshot_mark.h"

bool
snapshot_mark_renew(SnapshotMark *mark)
{
	Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : NULL;
	SnapshotMark now = {0};

	now.transaction = my_local_transaction();
	now.subtransaction = GetCurrentSubTransactionId();
	if (snapshot != NULL)
	{
		now.xmin = snapshot->xmin;
		now.xmax = snapshot->xmax;
		now.xcnt = snapshot->xcnt;
		now.command = snapshot->curcid;
	}
	if (snapshot != NULL && memcmp(&now, mark, sizeof(now)) == 0)
		return true;
	*mark = now;
	return false;
}

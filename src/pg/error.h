/*
 * error.h: from the kernel's status to PostgreSQL's SQLSTATE and words.
 */
#ifndef ORCHARD_PG_ERROR_H
#define ORCHARD_PG_ERROR_H

#include "postgres.h"

#include "kernel/base/status.h"
#include "pg/compat.h"

/*
 * Raises the error of `status`; `what` names the object in the message ("model",
 * "stats1d", "training state").  KERNEL_OK returns.
 */
extern void require_ok(Status status, const char *what);

/* The same; `hint` says what to do when orchard.max_memory is too small, NULL as for training. */
extern void require_ok_or_hint(Status status, const char *what, const char *hint);

#endif /* ORCHARD_PG_ERROR_H */

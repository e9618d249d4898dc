/*
 * status.h: what a kernel function reports.
 *
 * The kernel carries no error text: src/pg/error.c maps each status to an
 * SQLSTATE and a message, with the argument's name that only the glue knows.
 */
#ifndef ORCHARD_KERNEL_BASE_STATUS_H
#define ORCHARD_KERNEL_BASE_STATUS_H

typedef enum Status
{
	STATUS_OK = 0,
	STATUS_DONE,					/* an iteration has converged */
	STATUS_OUT_OF_MEMORY,			/* the allocator refused; it knows why */
	STATUS_TOO_LARGE,				/* a size overflows or passes a documented limit */
	STATUS_STOPPED,					/* the StopCheck asked to stop */
	STATUS_CORRUPT,					/* bytes that no encoder of ours wrote */
	STATUS_UNSUPPORTED_VERSION,		/* bytes of a newer format */
	STATUS_OVERFLOW,				/* finite inputs gave a result that is not finite */
	STATUS_SINGULAR,				/* a matrix has no inverse at working precision */
	STATUS_NOT_CONVERGED,			/* the iteration limit came first */
	STATUS_NO_LIBRARY,				/* BLAS could not be opened */
	STATUS_INVALID					/* an argument breaks the function's contract */
} Status;

#endif							/* ORCHARD_KERNEL_BASE_STATUS_H */

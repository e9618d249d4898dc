/*
 * status.h: what a kernel function reports.
 *
 * The kernel carries no error text: src/pg/error.c maps each status to an
 * SQLSTATE and a message, with the argument's name that only the glue knows.
 * (The prefix STATUS_ would collide with macros of PostgreSQL's c.h.)
 */
#ifndef ORCHARD_KERNEL_BASE_STATUS_H
#define ORCHARD_KERNEL_BASE_STATUS_H

typedef enum Status
{
	KERNEL_OK = 0,
	KERNEL_OUT_OF_MEMORY,		/* the allocator refused; it knows why */
	KERNEL_TOO_LARGE,			/* a size overflows or passes a documented limit */
	KERNEL_STOPPED,				/* the StopCheck asked to stop */
	KERNEL_CORRUPT,				/* bytes that no encoder of ours wrote */
	KERNEL_UNSUPPORTED_VERSION, /* bytes of a newer format */
	KERNEL_OVERFLOW,			/* finite inputs gave a result that is not finite */
	KERNEL_UNDERFLOW,			/* inputs are so small that the result has lost digits */
	KERNEL_NOT_CONVERGED,		/* the iteration limit came first */
	KERNEL_INVALID				/* an argument breaks the function's contract */
} Status;

#endif /* ORCHARD_KERNEL_BASE_STATUS_H */

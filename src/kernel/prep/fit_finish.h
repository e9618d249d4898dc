/*
 * fit_finish.h: what fit_finish leaves to its other files.
 */
#ifndef ORCHARD_KERNEL_PREP_FIT_FINISH_H
#define ORCHARD_KERNEL_PREP_FIT_FINISH_H

#include "kernel/prep/fit.h"

/* What counts by level teach; on failure the step is the caller's to release. */
extern Status fit_finish_levels(const StepFit *fit, const Allocator *allocator,
								const StopCheck *stop, Step *step);

/* What stands before and behind the step, in place of the options of both (fit_chain.c). */
extern Status fit_finish_chain(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
							   Step *step);

#endif /* ORCHARD_KERNEL_PREP_FIT_FINISH_H */

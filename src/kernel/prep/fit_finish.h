/*
 * fit_finish.h: what the files of fitting have of each other.
 */
#ifndef ORCHARD_KERNEL_PREP_FIT_FINISH_H
#define ORCHARD_KERNEL_PREP_FIT_FINISH_H

#include "kernel/prep/fit.h"

/* A fit of its own for a step of the template, which reads the input that it says.  As fit_begin. */
extern Status fit_begin_copy(StepFit *fit, const Step *template, const Allocator *allocator);

/* What counts by level teach; on failure the step is the caller's to release. */
extern Status fit_finish_levels(const StepFit *fit, const Allocator *allocator,
								const StopCheck *stop, Step *step);

/* What stands before and behind the step, in place of the options of both (fit_chain.c). */
extern Status fit_finish_chain(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
							   Step *step);

#endif /* ORCHARD_KERNEL_PREP_FIT_FINISH_H */

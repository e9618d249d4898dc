/*
 * lone_feature.h: how well each column of a dataset tells the target alone.
 *
 * A column that tells it almost perfectly is either the find of the year or was written when the
 * target was known.  What is measured, on a sample of at most LONE_ROWS rows spread evenly over the
 * dataset:
 *   - of a number and two classes the area under the ROC curve, missing values before or behind all
 *     others, whichever is more;
 *   - else rows are grouped, by category or by some 256 ranges of the number, and each is predicted by
 *     the other rows of its group: of classes the least area under the curve of one class against
 *     the rest, of a number the share of its variance that is explained (R squared, or that of the
 *     straight line when this is more).
 * A row never counts for itself, so a category of many levels does not look strong by its size.
 */
#ifndef ORCHARD_KERNEL_DATASET_LONE_FEATURE_H
#define ORCHARD_KERNEL_DATASET_LONE_FEATURE_H

#include "kernel/dataset/dataset.h"

#define LONE_ROWS 4096
#define LONE_ROWS_LEAST 100	 /* fewer say nothing */
#define LONE_CLASS_LEAST 5	 /* sampled rows of each class */
#define LONE_CLASSES_MOST 32 /* with more classes nothing is measured */

/*
 * lone_feature_strengths
 *		0 .. 1 for each number slot, then for each category slot.
 *
 * n_classes: 0 when the target is a number; class_of_code: of targets that are codes, below n_classes.
 * strength: n_numbers + n_categories; 0 where there are too few rows, and where the first sampled
 * rows show that it is not nearly 1.  Cost O(columns), whatever the rows.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, or what the store reports.
 */
extern Status lone_feature_strengths(const Dataset *dataset, int32_t n_classes,
									 const int32_t *class_of_code, const Allocator *allocator,
									 const StopCheck *stop, double *strength);

#endif /* ORCHARD_KERNEL_DATASET_LONE_FEATURE_H */

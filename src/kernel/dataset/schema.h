/*
 * schema.h: what a training row and a scored row are made of.
 *
 * A feature is one column of the user's row.  Numbers, times and intervals are
 * numeric features, each with one number slot (float arrays: `length` slots);
 * text, enum and boolean columns are categorical features, each with one
 * category slot.  Number slots are numbered 0 .. n_numbers-1 and category slots
 * 0 .. n_categories-1, both in the order of the features.
 */
#ifndef ORCHARD_KERNEL_DATASET_SCHEMA_H
#define ORCHARD_KERNEL_DATASET_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

typedef enum FeatureFamily
{
	FAMILY_NUMBER = 0,	 /* integers, floats, numeric */
	FAMILY_TIME = 1,	 /* date, timestamp(tz): seconds since 1970-01-01 00:00 UTC */
	FAMILY_INTERVAL = 2, /* interval, time of day: seconds */
	FAMILY_CATEGORY = 3	 /* text, varchar, char, name, enum, boolean */
} FeatureFamily;

#define FAMILY_LAST FAMILY_CATEGORY

typedef struct Feature
{
	const char *name; /* column name, zero-terminated */
	FeatureFamily family;
	uint32_t length;	 /* 0: scalar; else an array of so many numbers */
	bool ordered_levels; /* categories: dictionary order is level order (enum); else byte order */
} Feature;

/* Number slots of one feature. */
static inline uint32_t
feature_numbers(const Feature *feature)
{
	if (feature->family == FAMILY_CATEGORY)
		return 0;
	return feature->length > 0 ? feature->length : 1;
}

/* A category code that stands for NULL. */
#define CODE_MISSING (-1)

#endif /* ORCHARD_KERNEL_DATASET_SCHEMA_H */

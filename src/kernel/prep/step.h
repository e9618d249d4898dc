/*
 * step.h: one transform of one column: its kind, its options and what a fit learnt.
 *
 * A step with its options only is a specification; a fit fills in the rest and
 * makes it a value.  One table of fields (step_fields) says which kind has which
 * field, under which name, and between which bounds: encoding, decoding and the JSON
 * form of the glue follow it, so a field is written down once.
 *
 * Steps can be chained: each output of a step goes through one of `after`, and the columns of a
 * polynomial each through one of `before`.  A specification has one step after another, a template
 * that the fit copies for each output; in a value there is one for every output.
 *
 * A number that was not learnt, since there was no value, is NaN.  All parts of a step
 * come from one allocator; step_release returns them.
 */
#ifndef ORCHARD_KERNEL_PREP_STEP_H
#define ORCHARD_KERNEL_PREP_STEP_H

#include "kernel/codec/bytes.h"

typedef enum StepKind
{
	STEP_PASS,		 /* the number itself */
	STEP_STANDARD,	 /* (x - mean) / sd */
	STEP_MINMAX,	 /* from [minimum, maximum] to [low, high] */
	STEP_MAXABS,	 /* x / max |x| */
	STEP_ROBUST,	 /* (x - median) / (q_high - q_low) */
	STEP_WINSOR,	 /* clamped to [q_low, q_high] */
	STEP_QUANTILE,	 /* the place among the values, as uniform or normal number */
	STEP_POWER,		 /* Yeo-Johnson, then standardised */
	STEP_LOG1P,		 /* ln(1 + x) */
	STEP_SIGNED_LOG, /* sign(x) ln(1 + |x|) */
	STEP_BINS,		 /* number of the bin, or one indicator a bin */
	STEP_POLYNOMIAL, /* products of powers of several columns */
	STEP_CYCLIC,	 /* sine and cosine of the phase */
	STEP_IMPUTE,	 /* a value in place of NULL and NaN */
	STEP_ONEHOT,	 /* an indicator a level */
	STEP_ORDINAL,	 /* place of the level */
	STEP_FREQUENCY,	 /* share of the level */
	STEP_HASH,		 /* bucket of the hash */
	STEP_TARGET,	 /* mean target of the level, drawn to the mean of all */
	STEP_WOE		 /* weight of evidence of the level */
} StepKind;

#define STEP_KINDS (STEP_WOE + 1)

/* Words of the fields that hold one, in the order of their lists. */
enum
{
	INPUT_NUMBER,
	INPUT_TIME,
	INPUT_INTERVAL,
	INPUT_CATEGORY
};
enum
{
	DISTRIBUTION_UNIFORM,
	DISTRIBUTION_NORMAL
};
enum
{
	BINS_QUANTILE,
	BINS_UNIFORM,
	BINS_CUSTOM
};
enum
{
	IMPUTE_MEAN,
	IMPUTE_MEDIAN,
	IMPUTE_MODE,
	IMPUTE_CONSTANT
};
enum
{
	UNKNOWN_LEVEL_IGNORED,
	UNKNOWN_LEVEL_IS_OTHER,
	UNKNOWN_LEVEL_IS_ERROR
};
enum
{
	DROP_NONE,
	DROP_FIRST
};
enum
{
	NULLS_ARE_ZEROS, /* of bins: missing */
	NULLS_ARE_A_LEVEL
};
enum
{
	CYCLE_PERIOD, /* x / period */
	CYCLE_DAY,	  /* of a time: local time of day */
	CYCLE_WEEK,	  /* from Monday 00:00 */
	CYCLE_YEAR
};

typedef struct NumberList
{
	uint32_t n;
	double *values; /* owned */
} NumberList;

typedef struct TextList
{
	uint32_t n;
	char **texts; /* owned, each zero-terminated */
} TextList;

typedef struct Step Step;

typedef struct StepList
{
	uint32_t n;
	Step *steps; /* owned */
} StepList;

#define STEP_DEPTH 16	 /* steps that may be chained */
#define STEP_WIDEST 1000 /* columns of a polynomial */

struct Step
{
	StepKind kind;

	/* Options. */
	char *column;	  /* that a recipe gives it to; NULL for a single transform */
	TextList columns; /* POLYNOMIAL in a recipe */
	char *target;	  /* TARGET and WOE in a recipe: column of the target */
	char *fold;		  /* and of the fold, or NULL */
	char *time_zone;  /* CYCLIC over a calendar; NULL: UTC */
	double low;		  /* MINMAX: of the result; ROBUST, WINSOR: a fraction */
	double high;
	double
		smooth; /* TARGET: values that the mean of all counts as, NaN: by empirical Bayes; WOE: added to each count */
	double period;		 /* CYCLIC */
	double constant;	 /* IMPUTE of numbers */
	char *constant_text; /* IMPUTE of texts, NULL otherwise */
	int32_t n;			 /* quantiles, bins, buckets, or the degree of a polynomial */
	int32_t seed;
	int32_t strategy; /* distribution, strategy of bins or of imputing, or cycle */
	int32_t unknown;
	int32_t drop;
	int32_t nulls;
	int32_t min_count;
	int32_t max_categories; /* 0: no limit */
	bool flag;		 /* clip, onehot, interaction_only, indicator, counts or signed, by the kind */
	StepList before; /* POLYNOMIAL: none, or one a column, each of one output */
	StepList after;	 /* none, one that every output goes through, or once learnt one an output */

	/* What the fit learnt. */
	int32_t input;		   /* family of the column */
	double rows;		   /* values seen, missing ones among them */
	double missing;		   /* NULL or NaN */
	double center;		   /* subtracted; IMPUTE of numbers: the fill */
	char *fill_text;	   /* IMPUTE of texts; NULL: there was none */
	double scale;		   /* divided by, never 0 */
	double minimum;		   /* MINMAX, WINSOR: clamped to; */
	double maximum;		   /* MAXABS: largest size */
	double lambda;		   /* POWER */
	double relative_error; /* of the sketch that quantiles came from; 0: exact */
	double information;	   /* WOE: information value */
	int32_t width;		   /* POLYNOMIAL: numbers taken */
	bool has_null_level;   /* the last row of `values` is that of NULL */
	NumberList knots;	   /* QUANTILE: quantiles; BINS: edges */
	TextList levels;	   /* in byte order */
	TextList pooled;	   /* ONEHOT: levels too rare to have an indicator, in byte order */
	TextList classes;	   /* TARGET: classes of a target of text; none for a number */
	int32_t folds;		   /* TARGET, WOE: folds 0 .. folds - 1 have values of their own */
	NumberList values;	   /* FREQUENCY: by level; TARGET, WOE: by (level, fold + 1 or 0, class) */
	NumberList priors;	   /* TARGET, WOE: for unseen levels, by (fold + 1 or 0, class) */
};

typedef enum FieldType
{
	FIELD_NUMBER, /* double; NaN is JSON null */
	FIELD_WHOLE,  /* int32_t */
	FIELD_FLAG,	  /* bool */
	FIELD_WORD,	  /* int32_t, place in a list of words */
	FIELD_TEXT,	  /* char *, or NULL */
	FIELD_TEXTS,
	FIELD_NUMBERS,
	FIELD_STEPS
} FieldType;

#define FIELD_WORDS 4

typedef struct StepField
{
	const char *name;
	uint32_t kinds; /* bit 1 << kind */
	FieldType type;
	bool is_option; /* else learnt */
	size_t offset;	/* in Step */
	double least;	/* FIELD_NUMBER, FIELD_WHOLE */
	double largest;
	double preset;					/* of the option; NaN too */
	const char *words[FIELD_WORDS]; /* FIELD_WORD */
} StepField;

extern const StepField step_fields[];
extern const int step_n_fields;

static inline bool
step_has_field(StepKind kind, const StepField *field)
{
	return (field->kinds >> kind & 1) != 0;
}

static inline void *
step_place(const Step *step, const StepField *field)
{
	return (void *) ((const char *) step + field->offset);
}

/* "standard", ...; NULL-terminated list of all in step_kind_names. */
extern const char *const step_kind_names[STEP_KINDS + 1];

/* The kind of a name, or -1. */
extern int step_kind_find(const char *name, size_t length);

/* All presets of the kind's options, nothing learnt.  No allocation. */
extern void step_begin(Step *step, StepKind kind);

/* A copy of the options and of what the columns are.  OUT_OF_MEMORY: to is empty. */
extern Status step_copy(Step *to, const Step *from, const Allocator *allocator);

extern void step_release(Step *step, const Allocator *allocator);

/* Are options of both the same, NaN equal to itself? */
extern bool step_same_options(const Step *a, const Step *b);

/* u8 kind and the kind's fields in the order of the table; with_learnt: all, else the options. */
extern size_t step_encoded_size(const Step *step, bool with_learnt);

/* No step is shorter, so that the memory of a list of steps is in proportion to its bytes. */
#define STEP_LEAST_BYTES 26
extern void step_encode(const Step *step, bool with_learnt, ByteWriter *writer);

/* From bytes that may be foreign; reader->status tells of corruption.  OUT_OF_MEMORY: nothing held. */
extern Status step_decode(Step *step, bool with_learnt, const Allocator *allocator,
						  ByteReader *reader);

/* Do the options fit each other? */
extern bool step_options_are_valid(const Step *step);

/* Do learnt parts fit each other and the options, so that apply may trust every index? */
extern bool step_is_valid(const Step *step);

/* Does the step take texts, else numbers?  One that imputes takes what its column has. */
static inline bool
step_takes_category(const Step *step)
{
	return step->kind >= STEP_ONEHOT ||
		(step->kind == STEP_IMPUTE && step->input == INPUT_CATEGORY);
}

/* Does the step itself give a text, else numbers? */
static inline bool
step_gives_text(const Step *step)
{
	return step->kind == STEP_IMPUTE && step->input == INPUT_CATEGORY;
}

/* The step that makes numbers of the texts of a column: behind those that fill its gaps. */
static inline const Step *
step_encoder(const Step *step)
{
	while (step->kind == STEP_IMPUTE && step->after.n > 0)
		step = &step->after.steps[0];
	return step;
}

/* Of BINS, without that of missing values; what was not learnt counts as one. */
static inline uint32_t
step_bins(const Step *step)
{
	return step->knots.n > 1 ? step->knots.n - 1 : 1;
}

static inline bool
step_has_target(StepKind kind)
{
	return kind == STEP_TARGET || kind == STEP_WOE;
}

/* Numbers that the kind keeps of each value of (level, fold, class). */
static inline uint32_t
step_classes(const Step *step)
{
	return step->classes.n > 0 ? step->classes.n : 1;
}

/*
 * Numbers that the step gives, with those after it, 1 or more (one-hot steps may give none, and one
 * that gives a text does); and what it hands to the steps after it.
 */
extern uint32_t step_outputs(const Step *step);
extern uint32_t step_own_outputs(const Step *step);

/* Says what kind of column the step reads, and so what the steps behind it read. */
extern void step_set_input(Step *step, int32_t input);

/* Does the step itself learn anything that applying it needs?  And it or any behind or before it? */
extern bool step_learns(const Step *step);
extern bool step_chain_learns(const Step *step);

/*
 * Can the steps after this one be fed with the rows that it is fitted to?  They can when it learns
 * nothing, or only what stands for missing values, which is added at the end.
 */
extern bool step_passes_rows(const Step *step);

/* What a chain of steps cannot be, NULL when it can be fitted.  The inputs must be set. */
extern const char *step_chain_fault(const Step *step);

/* Allocates n steps of a list, each empty. */
extern Status step_list_make(StepList *list, const Allocator *allocator, size_t n);
extern void step_list_release(StepList *list, const Allocator *allocator);

/* Allocates n numbers of a list. */
extern Status number_list_make(NumberList *list, const Allocator *allocator, size_t n);

/* Allocates n texts of a list, all NULL until text_list_set. */
extern Status text_list_make(TextList *list, const Allocator *allocator, size_t n);
extern Status text_make(char **to, const Allocator *allocator, const char *text, size_t length);

#endif /* ORCHARD_KERNEL_PREP_STEP_H */

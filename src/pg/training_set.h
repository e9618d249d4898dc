/*
 * training_set.h: what a training set is made of: a spine, and sources whose past each spine row sees.
 *
 * The spine has one row for each prediction: keys and the moment of the prediction.  A source has
 * keys, the time of each row and, when rows come in late, the time since which a row is known.
 */
#ifndef ORCHARD_PG_TRAINING_SET_H
#define ORCHARD_PG_TRAINING_SET_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "pg/row_source.h"

typedef enum TrainingStrategy
{
	STRATEGY_AUTO,
	STRATEGY_LATERAL, /* look the past up for each spine row */
	STRATEGY_MERGE	  /* sort spine and source together and pass once */
} TrainingStrategy;

/* One output: the latest value of a column, or a statistic of it over a window. */
typedef struct TrainingFeature
{
	const char *output;
	int column;			  /* 0-based in the source; -1: rows are counted */
	const char *function; /* NULL for the latest value */
	int window;			  /* 0-based */
} TrainingFeature;

typedef struct TrainingSource
{
	char *relation; /* options as they were given; NULL, NIL or 0 when not */
	char *name;
	char *prefix;
	char **keys;
	int n_keys;
	char *ts;
	char *known_at;
	char *tie_break;
	char **columns;
	int n_columns;
	JsonbContainer *aggregates; /* object of column and functions */
	char **windows;
	int n_windows;
	int64 delay;   /* microseconds */
	int64 max_age; /* -1 when not given */
	TrainingStrategy wanted;

	RowSource *rows; /* what follows is found out */
	int ts_column;
	int *key_columns;
	int64 *widths;		/* n_windows, microseconds */
	int64 widest;		/* 0 without windows */
	List *latest;		/* of TrainingFeature */
	List *aggregated;	/* the same */
	Oid relid;			/* of a table, else InvalidOid */
	bool has_index;		/* on the keys and then the time */
	bool is_unique;		/* by keys and time */
	double n_rows;		/* estimated */
	double window_rows; /* of the widest window, estimated */
	bool latest_merges; /* decisions */
	bool aggregated_merges;
	const char *latest_reason;
	const char *aggregated_reason;
} TrainingSource;

typedef struct TrainingSet
{
	RowSource *spine;
	char **keys;
	int n_keys;
	int *key_columns; /* 0-based in the spine */
	char *ts;
	int ts_column;
	bool is_left_closed; /* ends of windows; the right one is that of the past too */
	bool is_right_closed;
	const char *closed;
	TrainingStrategy wanted;
	double n_rows; /* of the spine, estimated */
	TrainingSource *sources;
	int n_sources;
} TrainingSet;

/* Reads and checks `sources` into set->sources; SPI is connected. */
extern void training_set_parse(TrainingSet *set, Jsonb *sources);

/* Finds rows, indexes and widths, and decides for each source how it is read. */
extern void training_set_choose(TrainingSet *set);

/* Type of a column; its name, quoted. */
extern Oid training_column_type(const RowSource *rows, int column);
extern const char *training_column_name(const RowSource *rows, int column);

/* The SQL of the training set. */
extern char *training_set_write(const TrainingSet *set);

#endif /* ORCHARD_PG_TRAINING_SET_H */

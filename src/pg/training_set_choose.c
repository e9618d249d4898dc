/*
 * training_set_choose.c: LATERAL or merge, for each source of a training set.
 *
 * LATERAL costs an index descent for each spine row and a visit to each row of the window.  The
 * merge sorts spine and source together once, whatever the windows.  The costs below are ratios
 * measured by test/bench/training_set.sh; the rows come from the planner and pg_statistic.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "pg/compat.h"
#include "pg/training_set.h"

/* What a row costs: a spine row that is looked up, a row of its window, a row that is sorted. */
#define LOOKUP_COST 4.0
#define VISIT_COST 0.09
#define MERGE_COST 0.6

/* Rows that the planner expects. */
static double
expected_rows(const RowSource *rows)
{
	SPIPlanPtr plan = row_source_prepare(psprintf("SELECT * FROM %s", rows->from));
	MemoryContext context = CurrentMemoryContext;
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);
	double expected = 0;

	if (cached != NULL)
	{
		expected = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;
		ReleaseCachedPlan(cached, NULL);
	}
	MemoryContextSwitchTo(context);
	SPI_freeplan(plan);
	return expected;
}

/* The table that the source names, InvalidOid for a query or a view. */
static Oid
table_of(const TrainingSource *source)
{
	List *parts;
	Oid relid;

	if (!SplitIdentifierString(pstrdup(source->relation), '.', &parts))
		return InvalidOid;
	relid = RangeVarGetRelid(
		makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(source->relation))),
		NoLock, true);
	if (!OidIsValid(relid))
		return InvalidOid;
	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_MATVIEW:
			return relid;
		default:
			return InvalidOid;
	}
}

static AttrNumber
attribute_of(const TrainingSource *source, int column)
{
	return get_attnum(source->relid,
					  NameStr(TupleDescAttr(source->rows->layout->descriptor, column)->attname));
}

/* Is the attribute one of the keys? */
static bool
is_key(const TrainingSource *source, AttrNumber attribute)
{
	int i;

	for (i = 0; i < source->n_keys; i++)
	{
		if (attribute_of(source, source->key_columns[i]) == attribute)
			return true;
	}
	return false;
}

/* Does the index begin with the keys, in any order, and the time? */
static bool
index_serves(const TrainingSource *source, const FormData_pg_index *index)
{
	int i;

	if (!index->indisvalid || !index->indisready || index->indnkeyatts <= source->n_keys)
		return false;
	for (i = 0; i < source->n_keys; i++)
	{
		if (!is_key(source, index->indkey.values[i]))
			return false;
	}
	return index->indkey.values[source->n_keys] == attribute_of(source, source->ts_column);
}

static void
look_at_index(TrainingSource *source, Oid index)
{
	Relation relation = index_open(index, AccessShareLock);

	if (relation->rd_rel->relam == BTREE_AM_OID && index_serves(source, relation->rd_index) &&
		heap_attisnull(relation->rd_indextuple, Anum_pg_index_indpred, NULL))
	{
		source->has_index = true;
		if (relation->rd_index->indisunique &&
			relation->rd_index->indnkeyatts == source->n_keys + 1)
			source->is_unique = true;
	}
	index_close(relation, AccessShareLock);
}

static void
find_index(TrainingSource *source)
{
	Relation relation;
	ListCell *cell;

	if (!OidIsValid(source->relid))
		return;
	relation = relation_open(source->relid, AccessShareLock);
	foreach (cell, RelationGetIndexList(relation))
		look_at_index(source, lfirst_oid(cell));
	relation_close(relation, AccessShareLock);
}

/* The statistics of a column, NULL when there are none. */
static HeapTuple
statistics_of(const TrainingSource *source, int column)
{
	AttrNumber attribute = attribute_of(source, column);
	HeapTuple tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(source->relid),
									  Int16GetDatum(attribute), BoolGetDatum(false));

	return HeapTupleIsValid(tuple) ? tuple :
									 SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(source->relid),
													 Int16GetDatum(attribute), BoolGetDatum(true));
}

/* How many keys there are at least; 1 when nothing is known. */
static double
count_keys(const TrainingSource *source)
{
	double most = 1;
	int i;

	for (i = 0; i < source->n_keys; i++)
	{
		HeapTuple tuple = statistics_of(source, source->key_columns[i]);
		double distinct;

		if (!HeapTupleIsValid(tuple))
			continue;
		distinct = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct;
		most = Max(most, distinct < 0 ? -distinct * source->n_rows : distinct);
		ReleaseSysCache(tuple);
	}
	return most;
}

/* Microseconds from the first time to the last of the histogram, 0 when nothing is known. */
static double
time_span(const TrainingSource *source)
{
	HeapTuple tuple = statistics_of(source, source->ts_column);
	AttStatsSlot slot;
	double span = 0;

	if (!HeapTupleIsValid(tuple))
		return 0;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES))
	{
		Datum first = slot.values[0];
		Datum last = slot.values[slot.nvalues - 1];

		span = training_column_type(source->rows, source->ts_column) == DATEOID ?
			((double) DatumGetInt32(last) - DatumGetInt32(first)) * USECS_PER_DAY :
			(double) DatumGetInt64(last) - (double) DatumGetInt64(first);
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(tuple);
	return span;
}

static void
estimate(TrainingSource *source)
{
	double span = OidIsValid(source->relid) ? time_span(source) : 0;
	double keys = 1;

	source->n_rows = expected_rows(source->rows);
	if (OidIsValid(source->relid))
		keys = count_keys(source);
	source->window_rows = source->n_rows / keys;
	if (span > 0)
		source->window_rows *= Min(1.0, source->widest / span);
}

/* A latest value of this type cannot be carried forward, since an array cannot hold it as one element. */
static bool
has_array(const TrainingSource *source)
{
	ListCell *cell;

	foreach (cell, source->latest)
	{
		TrainingFeature *feature = lfirst(cell);

		if (!OidIsValid(get_array_type(training_column_type(source->rows, feature->column))))
			return true;
	}
	return false;
}

/* Why the merge cannot be written, or NULL. */
static const char *
merge_obstacle(const TrainingSource *source, bool is_latest)
{
	if (source->known_at != NULL)
		return "rows come in late (known_at), so no single order of time fits";
	if (is_latest && has_array(source))
		return "a latest value is an array";
	return NULL;
}

/* Decides by what each way costs; *reason says why. */
static bool
choose_by_cost(const TrainingSet *set, const TrainingSource *source, double visits,
			   const char **reason)
{
	double lateral = set->n_rows * (LOOKUP_COST + VISIT_COST * visits);
	double merge = (set->n_rows + source->n_rows) * MERGE_COST;

	if (!source->has_index)
	{
		*reason = OidIsValid(source->relid) ?
			"there is no index on the keys and the time" :
			"the source is no table, so no index on the keys and the time is known";
		return true;
	}
	*reason = psprintf(
		"an index on the keys and the time finds about %.0f for each of about %.0f spine rows, and the merge would sort about %.0f",
		Max(visits, 1), set->n_rows, set->n_rows + source->n_rows);
	return merge < lateral;
}

static bool
choose_strategy(const TrainingSet *set, const TrainingSource *source, bool is_latest,
				const char **reason)
{
	const char *obstacle = merge_obstacle(source, is_latest);

	if (obstacle != NULL && source->wanted == STRATEGY_MERGE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("source \"%s\" cannot be merged", source->name),
				 errdetail("The reason: %s.", obstacle),
				 errhint("Use the strategy \"lateral\" or \"auto\".")));
	*reason = obstacle != NULL ? obstacle : "it was asked for";
	if (obstacle != NULL || source->wanted == STRATEGY_LATERAL)
		return false;
	if (source->wanted == STRATEGY_MERGE)
		return true;
	return choose_by_cost(set, source, is_latest ? 1 : source->window_rows, reason);
}

void
training_set_choose(TrainingSet *set)
{
	int i;

	set->n_rows = expected_rows(set->spine);
	for (i = 0; i < set->n_sources; i++)
	{
		TrainingSource *source = &set->sources[i];

		source->relid = table_of(source);
		find_index(source);
		estimate(source);
		if (source->latest != NIL)
			source->latest_merges = choose_strategy(set, source, true, &source->latest_reason);
		if (source->aggregated != NIL)
			source->aggregated_merges =
				choose_strategy(set, source, false, &source->aggregated_reason);
	}
}

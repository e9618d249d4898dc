/*
 * level_lookup.c: category text to level.
 */
#include "kernel/model/model.h"
#include "kernel/model/text_index.h"

struct LevelLookup
{
	TextIndex index; /* levels, then pooled ones */
	int32_t n_levels;
};

LevelLookup *
level_lookup_create(const ModelFeature *feature, const Allocator *allocator)
{
	LevelLookup *lookup = memory_allocate_zero(allocator, 1, sizeof(LevelLookup));
	TextColumn levels = {feature->levels, sizeof(char *), feature->n_levels};
	TextColumn pooled = {feature->pooled, sizeof(char *), feature->n_pooled};
	bool is_distinct;

	if (lookup == NULL)
		return NULL;
	lookup->n_levels = (int32_t) feature->n_levels;
	if (text_index_build(&lookup->index, allocator, levels, pooled, &is_distinct) != KERNEL_OK)
	{
		memory_release(allocator, lookup, 1, sizeof(LevelLookup));
		return NULL;
	}
	return lookup;
}

int32_t
level_lookup_find(const LevelLookup *lookup, const char *text, size_t length)
{
	int64_t number = text_index_find(&lookup->index, text, length);

	return number < lookup->n_levels ? (int32_t) number + 1 : lookup->n_levels + 1;
}

void
level_lookup_release(LevelLookup *lookup, const Allocator *allocator)
{
	text_index_release(&lookup->index, allocator);
	memory_release(allocator, lookup, 1, sizeof(LevelLookup));
}

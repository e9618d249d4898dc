/*
 * level_lookup.c: category text to level.
 */
#include <string.h>

#include "kernel/dataset/dictionary.h"
#include "kernel/model/model.h"

struct LevelLookup
{
	Dictionary	texts;			/* levels first, then pooled ones */
	int32_t		n_levels;
};

/* Adds n texts. */
static Status
add_texts(LevelLookup *lookup, char *const *texts, uint32_t n, const Allocator *allocator)
{
	Status		status = KERNEL_OK;
	int32_t		code;
	uint32_t	i;

	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = dictionary_add(&lookup->texts, allocator, texts[i], strlen(texts[i]), &code);
	return status;
}

LevelLookup *
level_lookup_create(const ModelFeature *feature, const Allocator *allocator)
{
	LevelLookup *lookup = memory_allocate_zero(allocator, 1, sizeof(LevelLookup));

	if (lookup == NULL)
		return NULL;
	lookup->n_levels = (int32_t) feature->n_levels;
	if (add_texts(lookup, feature->levels, feature->n_levels, allocator) != KERNEL_OK ||
		add_texts(lookup, feature->pooled, feature->n_pooled, allocator) != KERNEL_OK)
	{
		level_lookup_release(lookup, allocator);
		return NULL;
	}
	return lookup;
}

int32_t
level_lookup_find(const LevelLookup *lookup, const char *text, size_t length)
{
	int32_t		code = dictionary_find(&lookup->texts, text, length);

	return code < lookup->n_levels ? code + 1 : lookup->n_levels + 1;
}

void
level_lookup_release(LevelLookup *lookup, const Allocator *allocator)
{
	dictionary_release(&lookup->texts, allocator);
	memory_release(allocator, lookup, 1, sizeof(LevelLookup));
}

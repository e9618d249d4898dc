/*
 * slot_thresholds.c: the thresholds of all nodes, slot by slot.
 */
#include "kernel/tree/slot_thresholds.h"

#include "kernel/tree/distinct.h"

void
slot_thresholds_release(SlotThresholds *collected, const Allocator *allocator)
{
	memory_release(allocator, collected->slots, (size_t) collected->n_slots, sizeof(AskedSlot));
	memory_release(allocator, collected->values, collected->n_values, sizeof(double));
}

/* Counts the questions of each slot, or notes the thresholds. */
static void
collect(const Ensemble *ensemble, SlotThresholds *collected)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];
			AskedSlot *slot;

			if (node->slot == TREE_LEAF)
				continue;
			slot = &collected->slots[node->slot];
			if (collected->values != NULL && node->slot < ensemble->n_numbers)
				collected->values[slot->at + slot->n] = node->threshold;
			slot->n++;
			slot->n_trees += slot->last != t + 1;
			slot->last = t + 1;
		}
	}
}

Status
slot_thresholds_create(SlotThresholds *collected, const Ensemble *ensemble,
					   const Allocator *allocator)
{
	int32_t n = ensemble->n_numbers + ensemble->n_categories;
	int32_t total = 0;
	int32_t s;

	*collected = (SlotThresholds){.n_slots = n};
	collected->slots = memory_allocate_zero(allocator, (size_t) n, sizeof(AskedSlot));
	if (collected->slots == NULL)
		return KERNEL_OUT_OF_MEMORY;
	collect(ensemble, collected);
	for (s = 0; s < ensemble->n_numbers; s++)
	{
		collected->slots[s].at = total;
		total += collected->slots[s].n;
	}
	collected->values = memory_allocate(allocator, (size_t) total, sizeof(double));
	if (collected->values == NULL)
	{
		slot_thresholds_release(collected, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	collected->n_values = (size_t) total;
	for (s = 0; s < n; s++)
	{
		collected->slots[s].n = 0;
		collected->slots[s].n_trees = 0;
		collected->slots[s].last = 0;
	}
	collect(ensemble, collected);
	for (s = 0; s < ensemble->n_numbers; s++)
	{
		AskedSlot *slot = &collected->slots[s];

		slot->n = (int32_t) distinct_values(collected->values + slot->at, (size_t) slot->n);
	}
	return KERNEL_OK;
}

uint32_t
slot_thresholds_place(const SlotThresholds *collected, int32_t slot, double threshold)
{
	const double *thresholds = collected->values + collected->slots[slot].at;
	int32_t n = collected->slots[slot].n;
	int32_t low = 0;

	while (n > 1)
	{
		int32_t half = n / 2;

		low += thresholds[low + half] <= threshold ? half : 0;
		n -= half;
	}
	return (uint32_t) low;
}

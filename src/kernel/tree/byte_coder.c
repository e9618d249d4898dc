/*
 * byte_coder.c: places of slots, and the bytes of vectors.
 */
#include "kernel/tree/byte_coder.h"

#define MAX_RANK 254  /* thresholds of a slot */
#define COST_CODE 4.0 /* nanoseconds, as in leaf_mask.c: a number's rank and two bytes */

bool
byte_coder_fits(const Ensemble *ensemble, const SlotThresholds *collected, double *row_cost)
{
	bool fits = true;
	int64_t places = 0;
	int32_t s;

	for (s = 0; s < collected->n_slots; s++)
	{
		bool is_category = s >= ensemble->n_numbers;
		int32_t n = collected->slots[s].n;

		if (n == 0)
			continue;
		fits &= is_category || n <= MAX_RANK;
		*row_cost += COST_CODE;
		places += is_category ? n : 1;
	}
	return fits && places <= BYTE_PLACES;
}

/* Counts what the arrays hold. */
static void
count(ByteCoder *coder, const Ensemble *ensemble, const SlotThresholds *collected)
{
	int32_t s;

	for (s = 0; s < collected->n_slots; s++)
	{
		if (collected->slots[s].n == 0)
			continue;
		if (s >= ensemble->n_numbers)
			coder->n_categories++;
		else
		{
			coder->n_numbers++;
			coder->n_thresholds += rank_room((size_t) collected->slots[s].n);
		}
	}
}

static bool
allocate(ByteCoder *coder, const Allocator *allocator)
{
	coder->searches =
		memory_allocate_zero(allocator, (size_t) coder->n_numbers, sizeof(RankSearch));
	coder->thresholds = memory_allocate(allocator, coder->n_thresholds, sizeof(double));
	coder->categories =
		memory_allocate_zero(allocator, (size_t) coder->n_categories, sizeof(RankCategory));
	coder->index_of = memory_allocate_zero(allocator, (size_t) coder->n_slots, sizeof(int32_t));
	coder->ranks = memory_allocate(allocator, (size_t) coder->n_numbers, sizeof(size_t));
	coder->bytes = memory_allocate_zero(allocator, 2, BYTE_PLACES);
	return coder->searches != NULL && coder->thresholds != NULL && coder->categories != NULL &&
		coder->index_of != NULL && coder->ranks != NULL && coder->bytes != NULL;
}

bool
byte_coder_begin(ByteCoder *coder, const Ensemble *ensemble, const SlotThresholds *collected,
				 const Allocator *allocator)
{
	double *thresholds;
	int32_t place;
	int32_t n[2] = {0, 0};
	int32_t s;

	*coder = (ByteCoder){.n_slots = collected->n_slots};
	count(coder, ensemble, collected);
	if (!allocate(coder, allocator))
		return false;
	thresholds = coder->thresholds;
	place = coder->n_numbers;
	for (s = 0; s < collected->n_slots; s++)
	{
		const AskedSlot *asked = &collected->slots[s];
		bool is_category = s >= ensemble->n_numbers;

		if (asked->n == 0)
			continue;
		coder->index_of[s] = n[is_category]++;
		if (!is_category)
		{
			rank_begin(&coder->searches[coder->index_of[s]], s, collected->values + asked->at,
					   (size_t) asked->n, thresholds);
			thresholds += rank_room((size_t) asked->n);
			continue;
		}
		if (!rank_category_begin(&coder->categories[coder->index_of[s]], ensemble, s, asked->n,
								 place, allocator))
			return false;
		place += asked->n;
	}
	return true;
}

void
byte_coder_release(ByteCoder *coder, const Allocator *allocator)
{
	int32_t i;

	for (i = 0; coder->categories != NULL && i < coder->n_categories; i++)
		rank_category_release(&coder->categories[i], allocator);
	memory_release(allocator, coder->searches, (size_t) coder->n_numbers, sizeof(RankSearch));
	memory_release(allocator, coder->thresholds, coder->n_thresholds, sizeof(double));
	memory_release(allocator, coder->categories, (size_t) coder->n_categories,
				   sizeof(RankCategory));
	memory_release(allocator, coder->index_of, (size_t) coder->n_slots, sizeof(int32_t));
	memory_release(allocator, coder->ranks, (size_t) coder->n_numbers, sizeof(size_t));
	memory_release(allocator, coder->bytes, 2, BYTE_PLACES);
}

void
byte_coder_add(ByteCoder *coder, const Ensemble *ensemble, const SlotThresholds *collected,
			   const Tree *tree, const TreeNode *node, uint8_t *place, uint8_t *code)
{
	int32_t index = coder->index_of[node->slot];

	if (node->slot < ensemble->n_numbers)
	{
		*place = (uint8_t) (index + (node->missing_left ? 0 : BYTE_PLACES));
		*code = (uint8_t) slot_thresholds_place(collected, node->slot, node->threshold);
		return;
	}
	*place = (uint8_t) rank_category_add(&coder->categories[index], tree, node);
	*code = 0;
}

void
byte_coder_find(const ByteCoder *coder, const double *vector)
{
	uint8_t *bytes = coder->bytes;
	int32_t i;
	int32_t k;

	rank_find(coder->searches, coder->n_numbers, vector, coder->ranks);
	for (i = 0; i < coder->n_numbers; i++)
	{
		double x = vector[coder->searches[i].slot];
		uint8_t missing = (uint8_t) - (x != x); /* BYTE_MISSING or 0, without a branch */

		bytes[i] = (uint8_t) coder->ranks[i]; /* of a NaN 0 */
		bytes[BYTE_PLACES + i] = bytes[i] | missing;
	}
	for (i = 0; i < coder->n_categories; i++)
	{
		const RankCategory *category = &coder->categories[i];
		const uint16_t *flags = rank_category_codes(category, vector);

		for (k = 0; k < category->n_nodes; k++)
			bytes[category->place + k] = (uint8_t) flags[k];
	}
}

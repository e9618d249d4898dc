/*
 * design.c: levels kept, levels pooled, terms laid out.
 */
#include "kernel/dataset/design.h"

#include <math.h>
#include <string.h>

/* Codes in level order: dictionary order for enums, byte order otherwise. */
static Status
level_order(const Feature *feature, const Dictionary *dictionary, const Allocator *allocator,
			const StopCheck *stop, int32_t *order)
{
	int32_t code;

	if (!feature->ordered_levels)
		return dictionary_sort(dictionary, allocator, stop, order);
	for (code = 0; code < dictionary->n; code++)
		order[code] = code;
	return KERNEL_OK;
}

/* Sift down in a heap whose root is the level first to be pooled: least weight, then last place. */
static void
sift(int32_t *heap, int32_t n, int32_t root, const int32_t *order, const double *weight)
{
	for (;;)
	{
		int32_t child = 2 * root + 1;
		int32_t least = root;
		int32_t side;

		for (side = child; side < child + 2 && side < n; side++)
		{
			double a = weight[order[heap[side]]];
			double b = weight[order[heap[least]]];

			if (a < b || (a == b && heap[side] > heap[least]))
				least = side;
		}
		if (least == root)
			return;
		side = heap[root];
		heap[root] = heap[least];
		heap[least] = side;
		root = least;
	}
}

/*
 * Marks in level_of_code what is pooled: of the places 0 .. n-1 of order with
 * weight, all but the `kept` largest.  A heap of `kept` places: O(n log kept).
 */
static Status
pool_rare(CategoryFacts *facts, const int32_t *order, int32_t n, int32_t present, int32_t kept,
		  const double *weight, const Allocator *allocator, const StopCheck *stop)
{
	Status status = KERNEL_OK;
	int32_t *heap;
	int32_t held = 0;
	int32_t i;

	if (present <= kept)
		return KERNEL_OK;
	heap = memory_allocate(allocator, (size_t) kept, sizeof(int32_t));
	if (heap == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		if ((i & 4095) == 0 && stop_requested(stop))
			status = KERNEL_STOPPED;
		if (weight[order[i]] <= 0.0)
			continue;
		if (held < kept)
		{
			heap[held++] = i;
			if (held == kept)
			{
				int32_t root;

				for (root = kept / 2 - 1; root >= 0; root--)
					sift(heap, kept, root, order, weight);
			}
		}
		else if (weight[order[i]] > weight[order[heap[0]]])
		{
			facts->level_of_code[order[heap[0]]] = LEVEL_POOLED;
			heap[0] = i;
			sift(heap, kept, 0, order, weight);
		}
		else
			facts->level_of_code[order[i]] = LEVEL_POOLED;
	}
	memory_release(allocator, heap, (size_t) kept, sizeof(int32_t));
	return status;
}

/* Numbers the kept levels and sets the frequencies; level_of_code holds the pooled marks. */
static Status
number_levels(CategoryFacts *facts, const int32_t *order, int32_t n, int32_t kept,
			  const double *weight, const Allocator *allocator)
{
	double total = 0.0;
	int32_t i;

	facts->levels = memory_allocate(allocator, (size_t) kept, sizeof(int32_t));
	facts->frequency = memory_allocate_zero(allocator, (size_t) kept + 1, sizeof(double));
	if (facts->levels == NULL || facts->frequency == NULL)
	{
		memory_release(allocator, facts->levels, (size_t) kept, sizeof(int32_t));
		memory_release(allocator, facts->frequency, (size_t) kept + 1, sizeof(double));
		facts->levels = NULL;
		facts->frequency = NULL;
		return KERNEL_OUT_OF_MEMORY;
	}
	for (i = 0; i < n; i++)
	{
		double level_weight = weight[order[i]];

		total += level_weight;
		if (level_weight <= 0.0)
			continue;
		if (facts->level_of_code[order[i]] == LEVEL_POOLED)
		{
			facts->n_pooled++;
			facts->pooled_rows += level_weight;
			continue;
		}
		facts->level_of_code[order[i]] = facts->n_levels;
		facts->frequency[facts->n_levels] = level_weight;
		facts->levels[facts->n_levels++] = order[i];
	}
	facts->frequency[kept] = facts->pooled_rows;
	for (i = 0; i <= kept && total > 0.0; i++)
		facts->frequency[i] /= total;
	return isfinite(total) ? KERNEL_OK : KERNEL_OVERFLOW;
}

/* One category slot's facts. */
static Status
build_category(CategoryFacts *facts, const Feature *feature, const Dictionary *dictionary,
			   const double *weight, double missing, const DesignOptions *options,
			   const Allocator *allocator)
{
	int32_t n = dictionary->n;
	int32_t present = 0;
	int32_t kept;
	int32_t *order;
	Status status;
	int32_t i;

	facts->missing = missing;
	for (i = 0; i < n; i++)
	{
		/* A sum that overflowed may be NaN, which no comparison below would count alike. */
		if (!isfinite(weight[i]))
			return KERNEL_OVERFLOW;
		present += weight[i] > 0.0;
	}
	kept = present < options->max_categories ? present : options->max_categories;
	facts->level_of_code = memory_allocate_zero(allocator, (size_t) n, sizeof(int32_t));
	order = memory_allocate(allocator, (size_t) n, sizeof(int32_t));
	status = facts->level_of_code != NULL && order != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	if (status == KERNEL_OK)
		status = level_order(feature, dictionary, allocator, options->stop, order);
	if (status == KERNEL_OK)
		status = pool_rare(facts, order, n, present, kept, weight, allocator, options->stop);
	if (status == KERNEL_OK)
		status = number_levels(facts, order, n, kept, weight, allocator);
	memory_release(allocator, order, (size_t) n, sizeof(int32_t));
	return status;
}

/* Appends a term, or only counts it while there is no array yet. */
static void
add_term(Design *design, int32_t feature, int32_t level, int32_t element, int32_t slot)
{
	if (design->terms != NULL)
		design->terms[design->n_terms] = (Term){feature, level, element, slot};
	design->n_terms++;
}

static void
add_missing_term(Design *design, const DesignOptions *options, int32_t feature, int32_t element,
				 int32_t slot)
{
	if (!options->missing_indicator)
		return;
	if (design->missing_term[feature] < 0)
		design->missing_term[feature] = design->n_terms;
	add_term(design, feature, LEVEL_MISSING, element, slot);
}

/* Lays out the terms; run twice, first to count. */
static void
lay_out(Design *design, const DesignOptions *options)
{
	int32_t number = 0;
	int32_t category = 0;
	int32_t f;
	int32_t i;

	design->n_terms = 0;
	if (options->fit_intercept)
		add_term(design, TERM_INTERCEPT, LEVEL_NUMBER, 0, -1);
	for (f = 0; f < design->n_features; f++)
	{
		const Feature *feature = &design->features[f];
		int32_t n_numbers = (int32_t) feature_numbers(feature);
		int32_t first = number;

		design->missing_term[f] = -1;
		for (i = 0; i < n_numbers; i++)
		{
			design->number_term[number] = design->n_terms;
			add_term(design, f, LEVEL_NUMBER, i, number++);
		}
		for (i = 0; i < n_numbers; i++)
		{
			if (design->numbers[first + i].missing > 0.0)
				add_missing_term(design, options, f, i, first + i);
		}
		if (feature->family == FAMILY_CATEGORY)
		{
			const CategoryFacts *facts = &design->categories[category];

			design->category_term[category] = design->n_terms;
			for (i = 1; i < facts->n_levels; i++)
				add_term(design, f, i, 0, category);
			if (facts->n_pooled > 0)
				add_term(design, f, LEVEL_POOLED, 0, category);
			if (facts->missing > 0.0)
				add_missing_term(design, options, f, 0, category);
			category++;
		}
	}
}

/* The arrays whose size the features give. */
static Status
allocate_design(Design *design, const Allocator *allocator)
{
	int32_t f;

	for (f = 0; f < design->n_features; f++)
	{
		design->n_numbers += (int32_t) feature_numbers(&design->features[f]);
		design->n_categories += design->features[f].family == FAMILY_CATEGORY;
	}
	design->numbers = memory_allocate(allocator, (size_t) design->n_numbers, sizeof(NumberFacts));
	design->categories =
		memory_allocate_zero(allocator, (size_t) design->n_categories, sizeof(CategoryFacts));
	design->number_term = memory_allocate(allocator, (size_t) design->n_numbers, sizeof(int32_t));
	design->category_term =
		memory_allocate(allocator, (size_t) design->n_categories, sizeof(int32_t));
	design->missing_term = memory_allocate(allocator, (size_t) design->n_features, sizeof(int32_t));
	return design->numbers != NULL && design->categories != NULL && design->number_term != NULL &&
			design->category_term != NULL && design->missing_term != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

Status
design_build(Design *design, const Allocator *allocator, const Feature *features,
			 int32_t n_features, const Dictionary *dictionaries, const double *const *level_weight,
			 const double *missing_weight, const NumberFacts *numbers, const DesignOptions *options)
{
	Status status;
	int32_t c = 0;
	int32_t f;

	memset(design, 0, sizeof(*design));
	design->features = features;
	design->n_features = n_features;
	design->has_intercept = options->fit_intercept;
	status = allocate_design(design, allocator);
	if (status == KERNEL_OK && design->n_numbers > 0)
		memcpy(design->numbers, numbers, (size_t) design->n_numbers * sizeof(NumberFacts));
	for (f = 0; f < n_features && status == KERNEL_OK; f++)
	{
		if (features[f].family != FAMILY_CATEGORY)
			continue;
		status = build_category(&design->categories[c], &features[f], &dictionaries[c],
								level_weight[c], missing_weight[c], options, allocator);
		c++;
	}
	if (status == KERNEL_OK)
	{
		lay_out(design, options);
		design->terms = memory_allocate(allocator, (size_t) design->n_terms, sizeof(Term));
		if (design->terms == NULL)
			status = KERNEL_OUT_OF_MEMORY;
		else
			lay_out(design, options);
	}
	if (status != KERNEL_OK)
		design_release(design, allocator, dictionaries);
	return status;
}

/* The indicator of a level, of the pooled ones or of "missing" for a code. */
static double
indicator_of_code(const CategoryFacts *facts, int32_t level, int32_t code)
{
	if (level == LEVEL_MISSING)
		return code == CODE_MISSING ? 1.0 : 0.0;
	if (code == CODE_MISSING)
		return facts->frequency[level == LEVEL_POOLED ? facts->n_levels : level];
	return facts->level_of_code[code] == level ? 1.0 : 0.0;
}

void
design_row(const Design *design, const DatasetBlock *block, int32_t i, double *values)
{
	int32_t t;

	for (t = 0; t < design->n_terms; t++)
	{
		const Term *term = &design->terms[t];
		size_t place =
			(size_t) (term->slot < 0 ? 0 : term->slot) * (size_t) block->capacity + (size_t) i;
		double value;

		if (term->feature == TERM_INTERCEPT)
			values[t] = 1.0;
		else if (design->features[term->feature].family == FAMILY_CATEGORY)
			values[t] = indicator_of_code(&design->categories[term->slot], term->level,
										  block->codes[place]);
		else
		{
			value = block->numbers[place];
			if (term->level == LEVEL_MISSING)
				values[t] = isnan(value) ? 1.0 : 0.0;
			else
				values[t] = isnan(value) ? design->numbers[term->slot].mean : value;
		}
	}
}

void
design_release(Design *design, const Allocator *allocator, const Dictionary *dictionaries)
{
	int32_t c;

	for (c = 0; design->categories != NULL && c < design->n_categories; c++)
	{
		CategoryFacts *facts = &design->categories[c];
		size_t kept = (size_t) facts->n_levels;

		memory_release(allocator, facts->levels, kept, sizeof(int32_t));
		memory_release(allocator, facts->frequency, kept + 1, sizeof(double));
		memory_release(allocator, facts->level_of_code, (size_t) dictionaries[c].n,
					   sizeof(int32_t));
	}
	memory_release(allocator, design->terms, (size_t) design->n_terms, sizeof(Term));
	memory_release(allocator, design->numbers, (size_t) design->n_numbers, sizeof(NumberFacts));
	memory_release(allocator, design->categories, (size_t) design->n_categories,
				   sizeof(CategoryFacts));
	memory_release(allocator, design->number_term, (size_t) design->n_numbers, sizeof(int32_t));
	memory_release(allocator, design->category_term, (size_t) design->n_categories,
				   sizeof(int32_t));
	memory_release(allocator, design->missing_term, (size_t) design->n_features, sizeof(int32_t));
	memset(design, 0, sizeof(*design));
}

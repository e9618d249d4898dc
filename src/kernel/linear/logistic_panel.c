/*
 * logistic_panel.c: the rows of a logistic fit by panels: the basis of each row and what it adds to eta.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/panel_simd.h"

void
logistic_panel_spread(const Logistic *fit, const double *estimate, double *weights)
{
	int32_t k;

	memset(weights, 0, (size_t) fit->n_basis * sizeof(double));
	for (k = 0; k < fit->n_columns; k++)
	{
		const Column *column = &fit->columns[k];

		weights[column->index] += estimate[k] * column->own;
		weights[0] += estimate[k] * column->constant;
		if (column->missing_index != NONE)
			weights[column->missing_index] += estimate[k] * column->missing;
	}
}

/* The indicators that rows [start, start + n) of a block meet. */
static void
find_indicators(Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n)
{
	const Design *design = fit->design;
	size_t capacity = (size_t) block->capacity;
	int32_t *found = fit->found;
	int32_t c;
	int32_t i;
	int32_t j;

	for (c = 0; c < design->n_categories; c++, found += PANEL_ROWS)
	{
		const int32_t *codes = block->codes + (size_t) c * capacity + start;
		const CategoryFacts *facts = &design->categories[c];
		int32_t base = fit->category_base[c];

		for (i = 0; i < n; i++)
		{
			int32_t level =
				codes[i] == CODE_MISSING ? LEVEL_MISSING : facts->level_of_code[codes[i]];

			found[i] = level >= 0	  ? base + level :
				level == LEVEL_POOLED ? base + facts->n_levels :
										fit->category_missing[c];
		}
	}
	for (j = 0; j < design->n_numbers; j++)
	{
		const double *column = block->numbers + (size_t) j * capacity + start;

		if (fit->number_missing[j] == NONE)
			continue;
		for (i = 0; i < n; i++)
			found[i] = isnan(column[i]) ? fit->number_missing[j] : NONE;
		found += PANEL_ROWS;
	}
}

static int32_t
panel_rows(const DatasetBlock *block, int32_t start)
{
	return block->n - start < PANEL_ROWS ? block->n - start : PANEL_ROWS;
}

Status
logistic_panel_open(const Dataset *dataset, int32_t b, int32_t start, PanelPlace *place)
{
	Status status = dataset_block(dataset, b, &place->block);

	if (status != KERNEL_OK)
		return status;
	place->b = b;
	place->start = start;
	place->n = panel_rows(place->block, start);
	place->next_b = b;
	place->next_start = start + place->n;
	place->next_n = 0;
	if (place->next_start >= place->block->n)
	{
		place->next_b = b + 1 + place->skipped;
		place->next_start = 0;
	}
	if (place->next_b < dataset->n_blocks)
		place->next_n = panel_rows(&dataset->blocks[place->next_b], place->next_start);
	return KERNEL_OK;
}

PanelPlace
logistic_panel_first(const Dataset *dataset)
{
	PanelPlace place = {.next_n = dataset->n > 0};

	return place;
}

/*
 * The part of the next block that is asked for with this panel: as much of it as the panel is of its
 * own, from one end to the other, which memory gives in less than half the time of pieces of columns.
 */
static PanelAhead
find_ahead(const Dataset *dataset, const PanelPlace *place)
{
	const DatasetBlock *block = place->block;
	int32_t b = place->b + 1 + place->skipped;
	size_t size;
	size_t first;
	size_t end;

	if (b >= dataset->n_blocks || dataset->blocks[b].place != IN_MEMORY)
		return (PanelAhead){.n = 0};
	size = (size_t) dataset->n_numbers * (size_t) dataset->blocks[b].capacity;
	first = size / (size_t) block->n * (size_t) place->start;
	end = place->start + place->n == block->n ?
		size :
		size / (size_t) block->n * (size_t) (place->start + place->n);
	return (PanelAhead){.first = dataset->blocks[b].numbers + first, .n = end - first};
}

void
logistic_panel_load(Logistic *fit, const PanelPlace *place, PanelAhead *ahead)
{
	const DatasetBlock *block = place->block;
	PanelAhead next = find_ahead(fit->dataset, place);
	int32_t i;
	int32_t j;

	if (ahead != NULL)
		*ahead = next;
	else
		panel_fetch(&next);
	for (i = 0; i < PANEL_ROWS; i++)
		fit->panel[i] = i < place->n ? 1.0 : 0.0;
	for (j = 0; j < fit->design->n_numbers; j++)
	{
		PanelScale scaling = {.centre = fit->number_centre[j], .scale = fit->number_scale[j]};

		scaling.fill = (fit->design->numbers[j].mean - scaling.centre) * scaling.scale;
		panel_load(fit->panel + (size_t) (j + 1) * PANEL_ROWS,
				   block->numbers + (size_t) j * (size_t) block->capacity + place->start, place->n,
				   scaling);
	}
	if (fit->n_slots > 0)
		find_indicators(fit, block, place->start, place->n);
}

void
logistic_panel_eta(const Logistic *fit, const double *weights, int32_t n, double *eta)
{
	int32_t i;
	int32_t s;

	panel_eta(eta, fit->panel, weights, fit->n_dense);
	for (s = 0; s < fit->n_slots; s++)
	{
		const int32_t *found = fit->found + (size_t) s * PANEL_ROWS;

		for (i = 0; i < n; i++)
			eta[i] += found[i] >= 0 ? weights[found[i]] : 0.0;
	}
}

void
logistic_panel_transpose(Logistic *fit, int32_t n)
{
	size_t dense = (size_t) fit->n_dense;
	size_t j;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < dense; j++)
			fit->rows[(size_t) i * dense + j] = fit->panel[j * PANEL_ROWS + (size_t) i];
	}
}

/*
 * model_input.c: the columns that a model reads of a row.
 */
#include "kernel/model/model.h"

#include <string.h>

uint32_t
model_prepared(const Model *model)
{
	return model->preprocess == NULL ? 0 : (uint32_t) transform_outputs(model->preprocess);
}

/* The columns of a step. */
static uint32_t
step_columns(const Step *step)
{
	return step->kind == STEP_POLYNOMIAL ? step->columns.n : 1;
}

static const char *
step_column(const Step *step, uint32_t i)
{
	return step->kind == STEP_POLYNOMIAL ? step->columns.texts[i] : step->column;
}

uint32_t
model_inputs_limit(const Model *model)
{
	uint32_t n = model->n_features - model_prepared(model);
	uint32_t i;

	for (i = 0; model->preprocess != NULL && i < model->preprocess->n; i++)
		n += step_columns(&model->preprocess->steps[i]);
	return n;
}

bool
model_preprocess_reads(const Model *model, const char *name)
{
	uint32_t i;
	uint32_t k;

	for (i = 0; model->preprocess != NULL && i < model->preprocess->n; i++)
	{
		const Step *step = &model->preprocess->steps[i];

		for (k = 0; k < step_columns(step); k++)
		{
			if (strcmp(step_column(step, k), name) == 0)
				return true;
		}
	}
	return false;
}

static bool
is_among(const ModelInput *inputs, uint32_t n, const char *name)
{
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		if (strcmp(inputs[i].name, name) == 0)
			return true;
	}
	return false;
}

uint32_t
model_inputs(const Model *model, ModelInput *inputs)
{
	uint32_t n = 0;
	uint32_t i;
	uint32_t k;

	for (i = 0; model->preprocess != NULL && i < model->preprocess->n; i++)
	{
		const Step *step = &model->preprocess->steps[i];
		FeatureFamily family =
			step_takes_category(step) ? FAMILY_CATEGORY : (FeatureFamily) step->input;

		for (k = 0; k < step_columns(step); k++)
		{
			if (!is_among(inputs, n, step_column(step, k)))
				inputs[n++] = (ModelInput){step_column(step, k), family, 0, INPUT_OF_RECIPE};
		}
	}
	for (i = model_prepared(model); i < model->n_features; i++)
	{
		const ModelFeature *feature = &model->features[i];

		inputs[n++] = (ModelInput){feature->name, feature->family, feature->length, (int32_t) i};
	}
	return n;
}

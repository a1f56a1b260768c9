/* denoiser.c: from settings and pixels to a field and its noise levels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "denoiser.h"

/* The structure field's smallest cells, in the result's pixels. */
#define STRUCTURE_CELL 4

/* Of a picture, at most: a stage's cost is asked before it is read. */
#define CHANNELS 3

/* Evaluations a step of the exact encoder, and decoding: the most. */
#define EXACT_EVALUATIONS 4.0

/* No window has a shorter side, in a latent model's own pixels, too. */
#define LEAST_WINDOW 8

/* The depth at which a picture of 1 / k of the size loses what it loses at
 * `depth` in full size.  A pixel of the small picture is the mean of k x k
 * pixels; so is its noise, of which 1 / k is left.  What the full size loses at
 * its depth, the small one therefore loses where the signal stands k times higher
 * over the noise (Hoogeboom, Heek and Salimans, "simple diffusion", ICML 2023,
 * section 3.1).                                                             */
static gdouble
reduce_depth (gdouble             depth,
              const DdimSchedule *schedule,
              gint                k)
{
  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  gint           T              = ddim_schedule_get_length (schedule);
  gint           t              = CLAMP ((gint) (depth * T + 0.5) - 1, 0, T - 1);
  gdouble        alpha          = alphas_cumprod[t];
  gdouble        snr            = k * (gdouble) k * alpha / MAX (1.0 - alpha, 1e-12);
  gdouble        least          = snr / (1.0 + snr);

  while (t > 0 && alphas_cumprod[t] < least)
    t--;

  return (t + 1) / (gdouble) T;
}

/* A depth of 0 is asked of levels as the least one they have.  The clean end is the
 * picture itself: the first timestep's noise, 1.3 of 255, shows on smooth grounds.
 * What patches make is settled where there is more noise than what a network makes:
 * there they need the few steps of a preview.                                */
static DdimLevels *
make_levels (const DdimDenoiser       *denoiser,
             const DdimModelSettings  *settings,
             const DdimStage          *stage,
             GError                  **error)
{
  static const DdimLevelsOptions clean = { .final_alpha_one = TRUE };

  const DdimSchedule *schedule = ddim_model_get_schedule (denoiser->model);
  DdimSpacing         spacing  = denoiser->patches && ! ddim_stage_is_result (stage)
                                 ? DDIM_SPACING_LINEAR : DDIM_SPACING_QUADRATIC;
  gdouble             least    = 2.0 / ddim_schedule_get_length (schedule);
  gdouble             depth    = settings->depth;

  if (stage->reduction > 1)
    depth = reduce_depth (depth, schedule, stage->reduction);

  return ddim_levels_new (schedule, spacing,
                          ddim_stage_get_steps (stage, settings->steps),
                          MAX (depth, least), &clean, error);
}

/* Structure from the one, texture from the other, or all from the one there is. */
static DdimField *
combine (const DdimDenoiser  *denoiser,
         DdimField           *patches,
         GError             **error)
{
  if (! denoiser->structure)
    return ddim_field_ref (patches);
  if (! patches)
    return ddim_field_ref (denoiser->structure);

  return ddim_structure_texture_new (denoiser->structure,
                                     ddim_model_get_schedule (denoiser->model),
                                     patches, &denoiser->options, error);
}

/* The model's field, in windows; those of a latent model are counted in its own
 * pixels.  led: by the settings' prompts.                                   */
static DdimField *
make_network (DdimModel                *model,
              const DdimModelSettings  *settings,
              const DdimPlacement      *placement,
              DdimPrecision             precision,
              gboolean                  led,
              GError                  **error)
{
  const DdimModelInfo  *info      = ddim_model_get_info (model);
  DdimTiling            tiling    = placement->tiling;
  DdimCondition         condition = { .precision = precision };
  g_autoptr (DdimField) field     = NULL;

  if (info->labels > 0 && settings->label >= 0)
    condition.label = &settings->label;
  if (led && info->reads_prompt)
    {
      condition.prompt          = settings->prompt;
      condition.negative_prompt = settings->negative_prompt;
      condition.guidance        = settings->guidance;
    }
  field = ddim_model_new_field (model, &condition, error);
  if (! field)
    return NULL;

  tiling.size    = MAX (tiling.size / info->factor, LEAST_WINDOW);
  tiling.overlap = MIN (tiling.overlap / info->factor, tiling.size / 2);
  return ddim_tiling_new (field, &tiling, error);
}

static gboolean
init_structure (DdimDenoiser             *denoiser,
                const DdimModelSettings  *settings,
                const DdimPlacement      *placement,
                DdimModelCache           *cache,
                GError                  **error)
{
  DdimModel *model = ddim_model_cache_load (cache, settings, error);

  if (! model)
    return FALSE;

  denoiser->model     = ddim_model_ref (model);
  denoiser->structure = make_network (model, settings, placement, denoiser->precision, FALSE,
                                      error);
  return denoiser->structure != NULL;
}

/* A model of patches takes canvases of any size, and wraps them itself.  A picture
 * too small or too full of holes for a whole patch leaves everything to the
 * network, unless it was another that the user chose.                       */
static gboolean
init_patches (DdimDenoiser           *denoiser,
              const DdimStage        *stage,
              const DdimCanvas       *canvas,
              const DdimPatchSource  *source,
              DdimModelCache         *cache,
              GError                **error)
{
  g_autoptr (GError)    cause = NULL;
  g_autoptr (DdimModel) model = ddim_patch_source_make_model (source, canvas, stage->reduction,
                                                              cache->pool, &cause);

  if (! model && denoiser->structure && source->own > 0 &&
      ! g_error_matches (cause, DDIM_ERROR, DDIM_ERROR_MEMORY))
    return TRUE;
  if (! model)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }

  denoiser->patches = ddim_model_new_field (model, NULL, error);
  if (! denoiser->model)
    denoiser->model = g_steal_pointer (&model);
  return denoiser->patches != NULL;
}

gboolean
ddim_denoiser_init (DdimDenoiser             *denoiser,
                    const DdimModelSettings  *settings,
                    const DdimPlacement      *placement,
                    const DdimStage          *stage,
                    const DdimCanvas         *canvas,
                    const DdimPatchSource    *source,
                    DdimModelCache           *cache,
                    GError                  **error)
{
  *denoiser = (DdimDenoiser) { 0 };

  denoiser->precision = stage->precision;

  /* A small stage's pixels are as many of the result's. */
  denoiser->options.cell     = MAX (STRUCTURE_CELL / stage->reduction, 1);
  denoiser->options.tileable = placement->tiling.tileable;

  if ((ddim_model_settings_is_image (settings) ||
       init_structure (denoiser, settings, placement, cache, error)) &&
      (! source || init_patches (denoiser, stage, canvas, source, cache, error)))
    denoiser->levels = make_levels (denoiser, settings, stage, error);
  if (denoiser->levels)
    denoiser->field = combine (denoiser, denoiser->patches, error);
  denoiser->hash = denoiser->structure || ! source
                   ? g_strdup (denoiser->model ? ddim_model_get_hash (denoiser->model) : "")
                   : ddim_patch_source_get_hash (source);
  if (! denoiser->field)
    ddim_denoiser_clear (denoiser);

  return denoiser->field != NULL;
}

void
ddim_denoiser_clear (DdimDenoiser *denoiser)
{
  g_clear_pointer (&denoiser->field, ddim_field_unref);
  g_clear_pointer (&denoiser->structure, ddim_field_unref);
  g_clear_pointer (&denoiser->patches, ddim_field_unref);
  g_clear_pointer (&denoiser->model, ddim_model_unref);
  g_clear_pointer (&denoiser->levels, ddim_levels_free);
  g_clear_pointer (&denoiser->hash, g_free);
}

void
ddim_denoiser_name_error (const DdimModelSettings  *settings,
                          GError                  **error)
{
  g_autoptr (GError) cause = NULL;

  if (! error || ! *error || (*error)->domain != DDIM_ERROR)
    return;

  cause = g_steal_pointer (error);
  g_set_error (error, DDIM_ERROR, cause->code,
               /* Translators: the first %s is a model's name, the second says what
                * went wrong, in English. */
               _("The model “%s” could not finish: %s"), settings->model, cause->message);
}

DdimField *
ddim_denoiser_lead (const DdimDenoiser       *denoiser,
                    const DdimModelSettings  *settings,
                    const DdimPlacement      *placement,
                    GError                  **error)
{
  if (! denoiser->structure || ! ddim_model_get_info (denoiser->model)->reads_prompt)
    return ddim_field_ref (denoiser->field);

  return make_network (denoiser->model, settings, placement, denoiser->precision, TRUE, error);
}

DdimField *
ddim_denoiser_hold_back (const DdimDenoiser         *denoiser,
                         const DdimPatchesHandicap  *handicap,
                         GError                    **error)
{
  g_autoptr (DdimField) patches = NULL;

  if (! denoiser->patches || handicap->apart <= 0)
    return ddim_field_ref (denoiser->field);

  patches = ddim_patches_new_handicapped (denoiser->patches, handicap, error);
  if (! patches)
    return NULL;
  return combine (denoiser, patches, error);
}

DdimEncoder
ddim_denoiser_choose_encoder (const DdimModelSettings *settings,
                              const DdimStage         *stage,
                              gint                     n)
{
  gint    steps = ddim_stage_get_steps (stage, settings->steps);
  gdouble kept  = 2.0 * (steps + 4) * n * stage->h * stage->w * CHANNELS * sizeof (gfloat);

  return kept <= ddim_memory_get_budget () / 2 ? DDIM_ENCODER_DIRECT : DDIM_ENCODER_EXACT;
}

gdouble
ddim_denoiser_get_encoder_cost (DdimEncoder encoder)
{
  return encoder == DDIM_ENCODER_DIRECT ? 1.0 : EXACT_EVALUATIONS;
}

/* denoiser.c: from settings and pixels to a field and its noise levels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "denoiser.h"

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

/* A depth of 0 is asked of levels as the least one they have. */
static DdimLevels *
make_levels (const DdimModelSettings  *settings,
             const DdimModel          *model,
             const DdimStage          *stage,
             GError                  **error)
{
  const DdimSchedule *schedule = ddim_model_get_schedule (model);
  gdouble             least    = 2.0 / ddim_schedule_get_length (schedule);
  gdouble             depth    = settings->depth;

  if (stage->reduction > 1)
    depth = reduce_depth (depth, schedule, stage->reduction);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC,
                          ddim_stage_get_steps (stage, settings->steps),
                          MAX (depth, least), NULL, error);
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
  g_autoptr (DdimModel) of_patches = NULL;
  g_autoptr (DdimField) field      = NULL;
  DdimCondition         condition  = { 0 };
  DdimModel            *model;

  *denoiser = (DdimDenoiser) { 0 };

  if (source)
    model = of_patches = ddim_patch_source_make_model (source, canvas, stage->reduction,
                                                       cache->pool, error);
  else
    model = ddim_model_cache_load (cache, settings, error);
  if (! model)
    return FALSE;

  denoiser->levels = make_levels (settings, model, stage, error);
  if (! denoiser->levels)
    return FALSE;

  if (ddim_model_get_info (model)->labels > 0 && settings->label >= 0)
    condition.label = &settings->label;
  field = ddim_model_new_field (model, &condition, error);

  /* A model of patches takes canvases of any size, and wraps them itself. */
  if (field)
    denoiser->field = source ? ddim_field_ref (field)
                             : ddim_tiling_new (field, &placement->tiling, error);
  denoiser->hash = source ? ddim_patch_source_get_hash (source)
                          : g_strdup (ddim_model_get_hash (model));
  if (! denoiser->field)
    ddim_denoiser_clear (denoiser);

  return denoiser->field != NULL;
}

void
ddim_denoiser_clear (DdimDenoiser *denoiser)
{
  g_clear_pointer (&denoiser->field, ddim_field_unref);
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

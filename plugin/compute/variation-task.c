/* variation-task.c: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture is encoded once for each model, depth and number of steps; another
 * strength or seed only decodes.
 */

#include <string.h>

#include "denoiser.h"
#include "variation-handicap.h"
#include "variation-task.h"

/* Pixels from the border of what may change inwards in which it changes less, so
 * that no border shows.                                                     */
#define TAPER 16

/* Pixels of a picture that is read at once. */
#define CELLS_MOST (1 << 22)

typedef struct
{
  DdimTask               base;
  DdimVariationInput    *input;
  DdimVariationSettings  settings;
} VariationTask;

typedef struct
{
  DdimDenoiser       denoiser;
  DdimLatentPicture *latent;    /* of a latent model, else NULL              */
  DdimInversion     *inversion; /* NULL where nothing is to change           */
  gfloat            *weights;   /* tapered, or NULL: all may change; those of
                                   the latent where there is one             */
  gint               cut;       /* tokens of the prompts that were not read  */
} Opened;

/* The input -------------------------------------------------------------- */

DdimVariationInput *
ddim_variation_input_new (const DdimPlacement *placement,
                          DdimStagesKind       kind,
                          gint                 h,
                          gint                 w)
{
  DdimVariationInput *input = g_atomic_rc_box_new0 (DdimVariationInput);

  input->placement = *placement;
  ddim_stages_init (&input->stages, kind, h, w);

  return input;
}

DdimVariationInput *
ddim_variation_input_ref (DdimVariationInput *input)
{
  return g_atomic_rc_box_acquire (input);
}

static void
clear_input (gpointer data)
{
  DdimVariationInput *input = data;

  for (gint i = 0; i < input->stages.n; i++)
    {
      ddim_canvas_free (input->pictures[i]);
      g_free (input->weights[i]);
    }
  ddim_patch_source_free (input->source);
}

void
ddim_variation_input_unref (DdimVariationInput *input)
{
  if (input)
    g_atomic_rc_box_release_full (input, clear_input);
}

gboolean
ddim_variation_input_has_cells (const DdimVariationInput *input)
{
  const DdimStage *last = &input->stages.stages[input->stages.n - 1];

  return ! input->placement.tiling.tileable && last->h <= CELLS_MOST / last->w;
}

/* The task --------------------------------------------------------------- */

static gboolean
is_varied (const DdimVariationSettings *settings)
{
  return settings->strength > 0.0;
}

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const VariationTask         *one   = (const VariationTask *) a;
  const VariationTask         *other = (const VariationTask *) b;
  const DdimVariationSettings *x     = &one->settings;
  const DdimVariationSettings *y     = &other->settings;

  return one->input == other->input &&
         ddim_model_settings_same_model (&x->model, &y->model) &&
         x->model.label == y->model.label &&
         x->model.steps == y->model.steps && x->model.depth == y->model.depth &&
         x->model.tileable == y->model.tileable && is_varied (x) == is_varied (y);
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  const DdimVariationSettings *x = &((const VariationTask *) a)->settings;
  const DdimVariationSettings *y = &((const VariationTask *) b)->settings;

  return x->strength == y->strength && x->eta == y->eta && x->leeway == y->leeway &&
         ddim_model_settings_same_prompts (&x->model, &y->model);
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const VariationTask *self = (const VariationTask *) task;

  if (! is_varied (&self->settings))
    return 0.0;

  return ddim_stage_get_cost (&task->stages->stages[stage], self->settings.model.steps);
}

static DdimEncoder
choose_encoder (const VariationTask *self,
                gint                 stage)
{
  return ddim_denoiser_choose_encoder (&self->settings.model, &self->base.stages->stages[stage],
                                       1);
}

static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  return making_cost (task, stage)
         * ddim_denoiser_get_encoder_cost (choose_encoder ((const VariationTask *) task, stage));
}

static void
close_inversion (gpointer data)
{
  Opened *opened = data;

  ddim_inversion_free (opened->inversion);
  ddim_latent_picture_free (opened->latent);
  ddim_denoiser_clear (&opened->denoiser);
  g_free (opened->weights);
  g_free (opened);
}

/* weights: a tapered copy of the input's, or NULL where there are none. */
static gboolean
taper_weights (const DdimVariationInput  *input,
               gint                       stage,
               gfloat                   **weights,
               GError                   **error)
{
  const DdimStage *s = &input->stages.stages[stage];

  if (! input->weights[stage])
    return TRUE;

  *weights = ddim_try_memdup (input->weights[stage], (gsize) s->h * s->w, sizeof (gfloat), error);
  return *weights && ddim_taper (*weights, s->h, s->w, TAPER / (gdouble) s->reduction, error);
}

/* How many tokens of the longer of the two prompts the model does not read. */
static gint
count_cut (const VariationTask *self,
           const Opened        *opened)
{
  const DdimModelSettings *settings = &self->settings.model;
  gint                     cut = 0;

  if (settings->prompt)
    cut = ddim_model_count_cut (opened->denoiser.model, settings->prompt);
  if (settings->negative_prompt)
    cut = MAX (cut, ddim_model_count_cut (opened->denoiser.model, settings->negative_prompt));
  return cut;
}

/* The part of encoding, and of decoding, that an autoencoder takes. */
#define AUTOENCODER_SHARE 0.1

/* Puts the picture, and what of it may change, in the place where the model works:
 * of a latent model it becomes its latent.  Takes over the picture.          */
static DdimCanvas *
enter_latent (Opened             *opened,
              DdimCanvas         *picture,
              const DdimMonitor  *monitor,
              GError            **error)
{
  g_autoptr (DdimCanvas) pixels  = picture;
  g_autofree gfloat     *weights = NULL;

  if (! opened->denoiser.structure || ! ddim_model_get_info (opened->denoiser.model)->latent)
    return g_steal_pointer (&pixels);

  opened->latent = ddim_latent_picture_new (opened->denoiser.model, pixels, monitor, error);
  if (! opened->latent)
    return NULL;
  if (opened->weights)
    {
      weights = ddim_latent_picture_get_weights (opened->latent, opened->weights, error);
      if (! weights)
        return NULL;
      g_free (opened->weights);
      opened->weights = g_steal_pointer (&weights);
    }
  return ddim_canvas_try_copy (ddim_latent_picture_get_latent (opened->latent), error);
}

static gpointer
open_inversion (const DdimTask     *task,
                gint                stage,
                DdimModelCache     *cache,
                const DdimMonitor  *monitor,
                gdouble            *evaluated,
                GError            **error)
{
  const VariationTask *self   = (const VariationTask *) task;
  DdimVariationInput  *input  = self->input;
  const DdimStage     *s      = &input->stages.stages[stage];
  Opened              *opened = g_new0 (Opened, 1);
  gdouble              share  = self->settings.model.latent ? AUTOENCODER_SHARE : 0.0;
  DdimMonitor          first  = ddim_monitor_part (monitor, 0.0, share);
  DdimMonitor          second = ddim_monitor_part (monitor, share, 1.0);
  DdimCanvas          *picture;

  picture = ddim_canvas_try_copy (input->pictures[stage], error);
  if (! picture ||
      (self->settings.model.tileable && ! ddim_canvas_make_seamless (picture, error)) ||
      ! taper_weights (input, stage, &opened->weights, error) ||
      ! ddim_denoiser_init (&opened->denoiser, &self->settings.model, &input->placement, s,
                            picture, input->source, cache, error))
    {
      ddim_canvas_free (picture);
      close_inversion (opened);
      return NULL;
    }

  *evaluated = 0.0;
  if (! is_varied (&self->settings))
    {
      ddim_canvas_free (picture);
      return opened;
    }

  picture = enter_latent (opened, picture, &first, error);
  if (picture)
    opened->inversion = ddim_inversion_new (opened->denoiser.field, opened->denoiser.levels,
                                            choose_encoder (self, stage), picture, &second,
                                            error);
  opened->cut = count_cut (self, opened);
  if (opened->inversion)
    *evaluated = s->w * (gdouble) s->h * opened->inversion->evaluations;
  else
    {
      ddim_denoiser_name_error (&self->settings.model, error);
      g_clear_pointer (&opened, close_inversion);
    }

  return opened;
}

/* Of patches a picture comes back as long as most of its noise is left: of half a
 * turn of the latent a fifth of what all of it changes.  This makes even steps of
 * the strength about even in what is seen.  A network by itself is even.     */
static gdouble
turn_of_strength (const VariationTask *self)
{
  gdouble strength = self->settings.strength;

  return self->input->source ? strength * (2.0 - strength) : strength;
}

/* Another layer's patches are no place's own, and have a contrast of their own. */
static gboolean
is_of_own_patches (const VariationTask *self)
{
  return self->input->source && self->input->source->own > 0;
}

/* The field that decodes; picture: at this stage. */
static DdimField *
make_field (const VariationTask  *self,
            const Opened         *opened,
            const DdimCanvas     *picture,
            gint                  reduction,
            const guint64        *seeds,
            gint                  n,
            GError              **error)
{
  const DdimPatchSource *source = self->input->source;
  DdimPatchesHandicap    handicap;
  g_autofree gfloat     *places = NULL;

  if (! source)
    return ddim_denoiser_lead (&opened->denoiser, &self->settings.model,
                               &self->input->placement, error);

  if (! is_of_own_patches (self) || self->settings.leeway <= 0.0)
    return ddim_field_ref (opened->denoiser.field);

  places = ddim_variation_handicap_init (&handicap, &self->settings, source->own, picture,
                                         reduction, opened->weights, seeds, n, error);
  if (! places)
    return NULL;

  return ddim_denoiser_hold_back (&opened->denoiser, &handicap, error);
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            data,
      const guint64      *seeds,
      gint                n,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const VariationTask    *self      = (const VariationTask *) task;
  Opened                 *opened    = data;
  const DdimCanvas       *picture   = self->input->pictures[stage];
  gint                    reduction = task->stages->stages[stage].reduction;
  gdouble                 turn      = turn_of_strength (self);
  gsize                   size      = ddim_canvas_item_size (picture);
  g_autoptr (DdimField)   field     = NULL;
  g_autoptr (DdimCanvas)  made      = ddim_canvas_try_like (opened->latent
                                                            ? opened->inversion->image : picture,
                                                            n, error);
  DdimVariation           options   = { .strength  = turn,
                                        .eta       = self->settings.eta,
                                        .seeds     = seeds,
                                        .weights   = opened->weights,
                                        .tileable  = self->settings.model.tileable,
                                        .reduction = reduction };
  gdouble                 share     = opened->latent ? 1.0 - AUTOENCODER_SHARE : 1.0;
  DdimMonitor             first     = ddim_monitor_part (monitor, 0.0, share);
  DdimMonitor             second    = ddim_monitor_part (monitor, share, 1.0);

  if (! made)
    return NULL;
  if (! opened->inversion)
    {
      for (gint i = 0; i < n; i++)
        memcpy (made->data + i * size, picture->data, size * sizeof (gfloat));
      return g_steal_pointer (&made);
    }

  field = make_field (self, opened, picture, reduction, seeds, n, error);
  if (! field)
    return NULL;

  options.field = field;
  opened->cut   = count_cut (self, opened);
  if (! ddim_vary (opened->inversion, &options, made, NULL, &first, error))
    {
      ddim_denoiser_name_error (&self->settings.model, error);
      return NULL;
    }
  if (opened->latent)
    return ddim_latent_picture_render (opened->latent, made, &second, error);
  if (is_of_own_patches (self) &&
      ! ddim_match_local_contrast (made, picture, opened->weights, options.tileable, &second,
                                   error))
    return NULL;

  return g_steal_pointer (&made);
}

static void
report (gpointer        data,
        DdimTaskReport *report)
{
  const Opened *opened = data;
  gdouble       error  = opened->inversion ? opened->inversion->inversion_error : 0.0;

  report->hash        = g_strdup (opened->denoiser.hash);
  report->cut         = opened->cut;
  report->evaluations = opened->inversion ? opened->inversion->evaluations : 0;
  g_array_append_val (report->errors, error);
}

static void
finalize (DdimTask *task)
{
  VariationTask *self = (VariationTask *) task;

  ddim_variation_input_unref (self->input);
  ddim_variation_settings_clear (&self->settings);
  g_free (self);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open_inversion,
  .close        = close_inversion,
  .make         = make,
  .report       = report,
  .finalize     = finalize,
};

DdimTask *
ddim_variation_task_new (DdimVariationInput          *input,
                         const DdimVariationSettings *settings)
{
  VariationTask *self = g_new0 (VariationTask, 1);

  self->base  = (DdimTask) { &klass, 1, &input->stages };
  self->input = ddim_variation_input_ref (input);
  ddim_variation_settings_copy (settings, &self->settings);

  return &self->base;
}

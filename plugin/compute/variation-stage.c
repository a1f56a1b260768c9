/* variation-stage.c: a picture at one size, opened for variations
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "denoiser.h"
#include "variation-handicap.h"
#include "variation-stage.h"

/* Pixels from the border of what may change inwards in which it changes less, so
 * that no border shows.                                                     */
#define TAPER 16

struct _DdimVariationStage
{
  DdimStage          stage;
  const DdimCanvas  *picture;   /* not owned                                 */
  DdimDenoiser       denoiser;
  DdimLatentPicture *latent;    /* of a latent model, else NULL              */
  DdimInversion     *inversion; /* NULL where nothing is to change           */
  gfloat            *weights;   /* tapered, or NULL: all may change; those of
                                   the latent where there is one             */
  gint               cut;       /* tokens of the prompts that were not read  */
};

gdouble
ddim_variation_stage_get_opening_cost (const DdimStage         *stage,
                                       const DdimModelSettings *settings)
{
  return ddim_stage_get_cost (stage, settings->steps)
         * ddim_denoiser_get_encoder_cost (ddim_denoiser_choose_encoder (settings, stage, 1));
}

void
ddim_variation_stage_free (DdimVariationStage *self)
{
  if (! self)
    return;

  ddim_inversion_free (self->inversion);
  ddim_latent_picture_free (self->latent);
  ddim_denoiser_clear (&self->denoiser);
  g_free (self->weights);
  g_free (self);
}

/* tapered: a tapered copy of the weights, or NULL where there are none. */
static gboolean
taper_weights (const DdimStage  *s,
               const gfloat     *weights,
               gfloat          **tapered,
               GError          **error)
{
  if (! weights)
    return TRUE;

  *tapered = ddim_try_memdup (weights, (gsize) s->h * s->w, sizeof (gfloat), error);
  return *tapered && ddim_taper (*tapered, s->h, s->w, TAPER / (gdouble) s->reduction, error);
}

/* How many tokens of the longer of the two prompts the model does not read. */
static gint
count_cut (const DdimVariationStage *self,
           const DdimModelSettings  *settings)
{
  gint cut = 0;

  if (settings->prompt)
    cut = ddim_model_count_cut (self->denoiser.model, settings->prompt);
  if (settings->negative_prompt)
    cut = MAX (cut, ddim_model_count_cut (self->denoiser.model, settings->negative_prompt));
  return cut;
}

/* The part of encoding, and of decoding, that an autoencoder takes. */
#define AUTOENCODER_SHARE 0.1

/* Puts the picture, and what of it may change, in the place where the model works:
 * of a latent model it becomes its latent.  Takes over the picture.          */
static DdimCanvas *
enter_latent (DdimVariationStage *self,
              DdimCanvas         *picture,
              const DdimMonitor  *monitor,
              GError            **error)
{
  g_autoptr (DdimCanvas) pixels  = picture;
  g_autofree gfloat     *weights = NULL;

  if (! self->denoiser.structure || ! ddim_model_get_info (self->denoiser.model)->latent)
    return g_steal_pointer (&pixels);

  self->latent = ddim_latent_picture_new (self->denoiser.model, pixels, monitor, error);
  if (! self->latent)
    return NULL;
  if (self->weights)
    {
      weights = ddim_latent_picture_get_weights (self->latent, self->weights, error);
      if (! weights)
        return NULL;
      g_free (self->weights);
      self->weights = g_steal_pointer (&weights);
    }
  return ddim_canvas_try_copy (ddim_latent_picture_get_latent (self->latent), error);
}

DdimVariationStage *
ddim_variation_stage_new (const DdimVariationInput     *input,
                          const DdimVariationSettings  *settings,
                          const DdimStage              *stage,
                          const DdimCanvas             *picture,
                          const gfloat                 *weights,
                          DdimModelCache               *cache,
                          const DdimMonitor            *monitor,
                          gdouble                      *evaluated,
                          GError                      **error)
{
  const DdimModelSettings *model  = &settings->model;
  DdimVariationStage      *self   = g_new0 (DdimVariationStage, 1);
  gdouble                  share  = model->latent ? AUTOENCODER_SHARE : 0.0;
  DdimMonitor              first  = ddim_monitor_part (monitor, 0.0, share);
  DdimMonitor              second = ddim_monitor_part (monitor, share, 1.0);
  DdimCanvas              *varied = ddim_canvas_try_copy (picture, error);

  *evaluated    = 0.0;
  self->stage   = *stage;
  self->picture = picture;
  if (! varied ||
      (model->tileable && ! ddim_canvas_make_seamless (varied, error)) ||
      ! taper_weights (stage, weights, &self->weights, error) ||
      ! ddim_denoiser_init (&self->denoiser, model, &input->placement, stage, varied,
                            input->source, cache, error))
    {
      ddim_canvas_free (varied);
      ddim_variation_stage_free (self);
      return NULL;
    }

  if (settings->strength <= 0.0)
    {
      ddim_canvas_free (varied);
      return self;
    }

  varied = enter_latent (self, varied, &first, error);
  if (varied)
    self->inversion = ddim_inversion_new (self->denoiser.field, self->denoiser.levels,
                                          ddim_denoiser_choose_encoder (model, stage, 1), varied,
                                          &second, error);
  self->cut = count_cut (self, model);
  if (self->inversion)
    *evaluated = stage->w * (gdouble) stage->h * self->inversion->evaluations;
  else
    {
      ddim_denoiser_name_error (model, error);
      g_clear_pointer (&self, ddim_variation_stage_free);
    }

  return self;
}

const DdimStage *
ddim_variation_stage_get_stage (const DdimVariationStage *self)
{
  return &self->stage;
}

/* Of patches a picture comes back as long as most of its noise is left: of half a
 * turn of the latent a fifth of what all of it changes.  This makes even steps of
 * the strength about even in what is seen.  A network by itself is even.  In a few
 * steps less comes back: at half the strength five changed a smooth place by twice
 * what twenty did.                                                           */
static gdouble
turn_of_strength (const DdimVariationInput    *input,
                  const DdimVariationSettings *settings,
                  const DdimStage             *stage)
{
  gdouble strength = settings->strength;

  if (! input->source)
    return strength;
  if (ddim_stage_get_steps (stage, settings->model.steps) < settings->model.steps)
    strength *= strength;
  return strength * (2.0 - strength);
}

/* Another layer's patches are no place's own, and have a contrast of their own. */
static gboolean
is_of_own_patches (const DdimVariationInput *input)
{
  return input->source && input->source->own > 0;
}

/* The field that decodes. */
static DdimField *
make_field (const DdimVariationStage     *self,
            const DdimVariationInput     *input,
            const DdimVariationSettings  *settings,
            const guint64                *seeds,
            gint                          n,
            GError                      **error)
{
  const DdimPatchSource *source = input->source;
  DdimPatchesHandicap    handicap;
  g_autofree gfloat     *places = NULL;

  if (! source)
    return ddim_denoiser_lead (&self->denoiser, &settings->model, &input->placement, error);

  if (! is_of_own_patches (input) || settings->leeway <= 0.0)
    return ddim_field_ref (self->denoiser.field);

  places = ddim_variation_handicap_init (&handicap, settings, source->own, self->picture,
                                         self->stage.reduction, self->weights, seeds, n, error);
  if (! places)
    return NULL;

  return ddim_denoiser_hold_back (&self->denoiser, &handicap, error);
}

DdimCanvas *
ddim_variation_stage_make (DdimVariationStage           *self,
                           const DdimVariationInput     *input,
                           const DdimVariationSettings  *settings,
                           const guint64                *seeds,
                           gint                          n,
                           const DdimCanvas             *coarse,
                           gint                          cell,
                           const DdimMonitor            *monitor,
                           GError                      **error)
{
  const DdimCanvas       *picture = self->picture;
  gsize                   size    = ddim_canvas_item_size (picture);
  g_autoptr (DdimField)   field   = NULL;
  g_autoptr (DdimCanvas)  made    = ddim_canvas_try_like (self->latent ? self->inversion->image
                                                                       : picture, n, error);
  DdimVariation           options = { .strength    = turn_of_strength (input, settings, &self->stage),
                                      .eta         = settings->eta,
                                      .seeds       = seeds,
                                      .weights     = self->weights,
                                      .tileable    = settings->model.tileable,
                                      .coarse      = coarse,
                                      .cell        = cell,
                                      .reduction   = self->stage.reduction };
  gdouble                 share   = self->latent ? 1.0 - AUTOENCODER_SHARE : 1.0;
  DdimMonitor             first   = ddim_monitor_part (monitor, 0.0, share);
  DdimMonitor             second  = ddim_monitor_part (monitor, share, 1.0);

  if (! made)
    return NULL;
  if (! self->inversion)
    {
      for (gint i = 0; i < n; i++)
        memcpy (made->data + i * size, picture->data, size * sizeof (gfloat));
      return g_steal_pointer (&made);
    }

  field = make_field (self, input, settings, seeds, n, error);
  if (! field)
    return NULL;

  options.field = field;
  self->cut     = count_cut (self, &settings->model);
  if (! ddim_vary (self->inversion, &options, made, NULL, &first, error))
    {
      ddim_denoiser_name_error (&settings->model, error);
      return NULL;
    }
  if (self->latent)
    return ddim_latent_picture_render (self->latent, made, &second, error);
  if (is_of_own_patches (input) &&
      ! ddim_match_local_contrast (made, picture, self->weights, options.tileable, &second,
                                   error))
    return NULL;

  return g_steal_pointer (&made);
}

const DdimCanvas *
ddim_variation_stage_get_varied (const DdimVariationStage *self)
{
  return self->inversion->image;
}

void
ddim_variation_stage_report (const DdimVariationStage *self,
                             DdimTaskReport           *report)
{
  gdouble error = self->inversion ? self->inversion->inversion_error : 0.0;

  report->hash = g_strdup (self->denoiser.hash);
  report->cut  = self->cut;
  report->evaluations = self->inversion ? self->inversion->evaluations : 0;
  g_array_append_val (report->errors, error);
}

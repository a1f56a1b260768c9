/* settings.h: what a user has chosen, as plain values
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The procedures fill these from their arguments; nothing here knows GIMP.
 */

#pragma once

#include "ddim.h"

/* The model's name that stands for no folder, but for the image's own patches. */
#define DDIM_MODEL_IMAGE "this image"

/* Where fine detail comes from: the picture's own patches, or the model alone. */
#define DDIM_TEXTURE_IMAGE "image"
#define DDIM_TEXTURE_MODEL "model"

/* What patches may be used as, beside what they are. */
#define DDIM_SYMMETRY_NONE     "none"
#define DDIM_SYMMETRY_MIRRORED "mirrored"
#define DDIM_SYMMETRY_TURNED   "turned"
#define DDIM_SYMMETRY_BOTH     "both"

/* What variation and interpolation have in common. */
typedef struct
{
  gchar               *model;     /* as it was asked for: an installed model's
                                     name, a folder, or DDIM_MODEL_IMAGE     */
  gchar               *folder;    /* where that model lies; NULL of
                                     DDIM_MODEL_IMAGE                        */
  gint                 label;     /* the class to make, from 0 on; -1: none is
                                     given.  A model without classes takes no
                                     notice of it                            */
  gboolean             latent;    /* it works on the latents of an autoencoder */
  gchar               *prompt;    /* what to make, and what to keep away from,
                                     for a model that reads a text; NULL: none */
  gchar               *negative_prompt;
  gdouble              guidance;  /* from 1, which is none, on; 0: 1         */
  gint                 steps;
  gdouble              depth;     /* 0 to 1                                  */
  DdimPlacementMethod  method;
  gboolean             tileable;
} DdimModelSettings;

typedef struct
{
  DdimModelSettings  model;
  gdouble            strength;  /* 0 to 1                                    */
  gdouble            eta;       /* 0 to 1                                    */
  gchar             *texture;   /* a DDIM_TEXTURE_                           */
  gdouble            leeway;   /* 0 to 1: how far a place may go from its own
                                   patches                                   */
  gchar             *source;    /* of patches: a drawable's name, or NULL    */
  gchar             *symmetry;  /* of patches: a DDIM_SYMMETRY_              */
} DdimVariationSettings;

typedef struct
{
  DdimModelSettings  model;
  gdouble            mix;       /* 0 to 1: see DdimInterpolation             */
  guint64            seed;
  gboolean           loop;
  DdimEasing         easing;
} DdimInterpolationSettings;

typedef struct
{
  gint      steps;
  gint      width, height;
  gboolean  tileable;
  gchar    *source;    /* a drawable's name, or NULL                         */
  gchar    *symmetry;  /* a DDIM_SYMMETRY_                                   */
} DdimTextureSettings;

void     ddim_model_settings_copy          (const DdimModelSettings         *settings,
                                            DdimModelSettings               *copy);
void     ddim_model_settings_clear         (DdimModelSettings               *settings);
void     ddim_variation_settings_copy      (const DdimVariationSettings     *settings,
                                            DdimVariationSettings           *copy);
void     ddim_variation_settings_clear     (DdimVariationSettings           *settings);
void     ddim_interpolation_settings_copy  (const DdimInterpolationSettings *settings,
                                            DdimInterpolationSettings       *copy);
void     ddim_interpolation_settings_clear (DdimInterpolationSettings       *settings);

void     ddim_texture_settings_copy        (const DdimTextureSettings       *settings,
                                            DdimTextureSettings             *copy);
void     ddim_texture_settings_clear       (DdimTextureSettings             *settings);

/* Whether the model is made of the image's own patches. */
gboolean ddim_model_settings_is_image      (const DdimModelSettings         *settings);

/* Whether a variation is made of patches, all of it or its texture: never with a
 * latent model, which has no pixels between its noise and its picture.       */
gboolean ddim_variation_settings_has_patches
                                           (const DdimVariationSettings     *settings);

/* How a target of h x w pixels is put before a model like `info`.  A network that
 * gives structure alone sees the whole of it reduced, whatever it was trained on. */
void     ddim_variation_settings_place     (const DdimVariationSettings     *settings,
                                            const DdimModelInfo             *info,
                                            gint                             h,
                                            gint                             w,
                                            DdimPlacement                   *placement);

/* Whether both are led by the same words in the same way. */
gboolean ddim_model_settings_same_prompts  (const DdimModelSettings         *a,
                                            const DdimModelSettings         *b);

/* Whether both mean the same model. */
gboolean ddim_model_settings_same_model    (const DdimModelSettings         *a,
                                            const DdimModelSettings         *b);

/* What a DDIM_SYMMETRY_ allows, in the options of a model of patches. */
void     ddim_symmetry_set_options         (const gchar                     *symmetry,
                                            DdimPatchesOptions              *options);

/* The seed of the i-th of several results: from `first` on, and on from 0 after
 * the largest that a procedure accepts, G_MAXINT.                           */
guint64  ddim_seed_at                      (guint64                          first,
                                            gint                             i);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimVariationSettings, ddim_variation_settings_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimInterpolationSettings,
                                  ddim_interpolation_settings_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimTextureSettings, ddim_texture_settings_clear)

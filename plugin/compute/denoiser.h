/* denoiser.h: from settings and pixels to a field and its noise levels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place where what a user has chosen becomes what the library computes
 * with: variation and interpolation, at every stage, come through here.
 */

#pragma once

#include "ddim.h"
#include "model-cache.h"
#include "patch-model.h"
#include "settings.h"
#include "stages.h"

/* What a picture is encoded and decoded with. */
typedef struct
{
  DdimField            *field;
  DdimLevels           *levels;
  gchar                *hash;       /* tells models from each other: hexadecimal digits */

  /* What the field is made of, one of which may be NULL. */
  DdimField            *structure;  /* a network, seen in tiles              */
  DdimField            *patches;
  DdimModel            *model;      /* of the structure, or of the patches   */
  DdimStructureTexture  options;    /* of both together                      */
  DdimPrecision         precision;  /* of the network                        */
} DdimDenoiser;

/* Makes both for one stage.
 *   placement: how the picture is put before a model
 *   canvas: the picture at this stage's size
 *   source: whose patches make the texture, or of DDIM_MODEL_IMAGE everything;
 *     NULL: the model makes everything
 *   cache: where a model on disk is loaded to
 * Errors are sentences for the user.  Clear with ddim_denoiser_clear ().    */
gboolean    ddim_denoiser_init       (DdimDenoiser              *denoiser,
                                      const DdimModelSettings   *settings,
                                      const DdimPlacement       *placement,
                                      const DdimStage           *stage,
                                      const DdimCanvas          *canvas,
                                      const DdimPatchSource     *source,
                                      DdimModelCache            *cache,
                                      GError                   **error);
void        ddim_denoiser_clear      (DdimDenoiser              *denoiser);

/* A field like the denoiser's, but that own patches are held back; the same where
 * there are no patches.  A new reference.                                    */
DdimField * ddim_denoiser_hold_back  (const DdimDenoiser        *denoiser,
                                      const DdimPatchesHandicap *handicap,
                                      GError                   **error);

/* The field that decodes: of a model that reads a text it is led by the settings'
 * prompts, while that which encodes is led by none; of others it is the same.
 * placement: as before.  A new reference.                                    */
DdimField * ddim_denoiser_lead       (const DdimDenoiser        *denoiser,
                                      const DdimModelSettings   *settings,
                                      const DdimPlacement       *placement,
                                      GError                   **error);

/* Puts the model's name before what the library says when it cannot go on with
 * it: a field that is no longer finite, or too little memory.               */
void     ddim_denoiser_name_error
                             (const DdimModelSettings  *settings,
                              GError                  **error);

/* The encoder for n pictures at a stage.  The direct one takes one evaluation a step,
 * and keeps each picture at every level; where there is no room for that, the exact
 * one takes its time instead.                                               */
DdimEncoder ddim_denoiser_choose_encoder
                             (const DdimModelSettings  *settings,
                              const DdimStage          *stage,
                              gint                      n);

/* Evaluations a step of encoding a picture, and decoding it again where need be: the
 * most.                                                                     */
gdouble  ddim_denoiser_get_encoder_cost
                             (DdimEncoder               encoder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimDenoiser, ddim_denoiser_clear)

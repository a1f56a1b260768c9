/* variation-stage.h: a picture at one size, opened for variations
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model-cache.h"
#include "settings.h"
#include "stages.h"
#include "task.h"
#include "variation-task.h"

G_BEGIN_DECLS

typedef struct _DdimVariationStage DdimVariationStage;

/* What opening and making cost, in pixels of evaluations. */
gdouble              ddim_variation_stage_get_opening_cost
                                               (const DdimStage             *stage,
                                                const DdimModelSettings     *settings);

/* Encodes the picture, of the stage's size; nothing where the settings vary nothing.
 * It is not copied, and has to live as long as what is returned.
 * weights: h x w, or NULL.  The input's pictures are not looked at.  evaluated:
 * what it did cost.  Free with ddim_variation_stage_free ().                */
DdimVariationStage * ddim_variation_stage_new  (const DdimVariationInput    *input,
                                                const DdimVariationSettings *settings,
                                                const DdimStage             *stage,
                                                const DdimCanvas            *picture,
                                                const gfloat                *weights,
                                                DdimModelCache              *cache,
                                                const DdimMonitor           *monitor,
                                                gdouble                     *evaluated,
                                                GError                     **error);
void                 ddim_variation_stage_free (DdimVariationStage          *self);

const DdimStage    * ddim_variation_stage_get_stage
                                               (const DdimVariationStage    *self);

/* A variation for each of the n seeds.  settings: those it was opened with, or
 * others that the same opening serves.  coarse, cell: as ddim_vary () takes them, or
 * NULL.  Free with ddim_canvas_free ().                                     */
DdimCanvas         * ddim_variation_stage_make (DdimVariationStage          *self,
                                                const DdimVariationInput    *input,
                                                const DdimVariationSettings *settings,
                                                const guint64               *seeds,
                                                gint                         n,
                                                const DdimCanvas            *coarse,
                                                gint                         cell,
                                                const DdimMonitor           *monitor,
                                                GError                     **error);

/* The picture that is varied, which of a torus was made seamless.  Not for latent
 * models, nor where the settings vary nothing.                              */
const DdimCanvas   * ddim_variation_stage_get_varied
                                               (const DdimVariationStage    *self);

/* What is known once it is open; report is empty. */
void                 ddim_variation_stage_report
                                               (const DdimVariationStage    *self,
                                                DdimTaskReport              *report);

G_END_DECLS

/* variation-task.h: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "patch-model.h"
#include "settings.h"
#include "stages.h"
#include "task.h"

/* Patches of the varied picture that lie nearer than this to a place, in pixels,
 * are its own: it is held back to use them, as little as its leeway says.  */
#define DDIM_VARIATION_OWN 32

/* The picture at each stage's size.  The main thread fills a stage before any
 * other looks at it; then it is read only.  Reference counted: a job may hold it
 * longer than a dialog.                                                     */
typedef struct
{
  DdimPlacement    placement;
  DdimStages       stages;
  DdimCanvas      *pictures[DDIM_STAGES_MAX]; /* one item each, as ddim_inversion_new ()
                                                 takes them; all have the last one's
                                                 origin                          */
  gfloat          *weights[DDIM_STAGES_MAX];  /* or NULL, as ddim_vary () takes them */
  DdimPatchSource *source;                    /* of patches, or NULL             */
} DdimVariationInput;

/* h x w: of the last stage's canvas.  No pictures yet. */
DdimVariationInput * ddim_variation_input_new   (const DdimPlacement          *placement,
                                                 DdimStagesKind                kind,
                                                 gint                          h,
                                                 gint                          w);
DdimVariationInput * ddim_variation_input_ref   (DdimVariationInput           *input);
void                 ddim_variation_input_unref (DdimVariationInput           *input);

/* Whether a coarse stage's pixels are exactly the means of `reduction` pixels a side of
 * the last stage's (ddim_canvas_reduce ()), which has to be read for them.  Of a tile
 * they are as many equal parts, and of a picture too large to be read at once, too. */
gboolean             ddim_variation_input_has_cells (const DdimVariationInput  *input);

/* Keeps a reference to the input and a copy of the settings.  What it makes for
 * a seed is the whole picture, varied; at strength 0 it is the picture, without
 * any arithmetic.  Free with ddim_task_unref ().                            */
DdimTask           * ddim_variation_task_new    (DdimVariationInput           *input,
                                                 const DdimVariationSettings  *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimVariationInput, ddim_variation_input_unref)

/* patch-source.h: a drawable as the picture whose patches make a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"

/* The name that stands for no model on disk, but the image itself. */
#define DDIM_MODEL_IMAGE "this image"

/* More of a picture is not looked at, either way. */
#define DDIM_PATCH_SOURCE_SIDE 2048

/* What its patches may be used as. */
#define DDIM_SYMMETRY_NONE     "none"
#define DDIM_SYMMETRY_MIRRORED "mirrored"
#define DDIM_SYMMETRY_TURNED   "turned"
#define DDIM_SYMMETRY_BOTH     "both"

/* Adds the arguments "source" and "symmetry". */
void        ddim_patch_source_add_arguments (GimpProcedure *procedure,
                                             const gchar   *source_help);

/* A drawable's pixels, h x w of `channels`, and where they may be used. */
typedef struct
{
  DdimCanvas         *picture;
  gfloat             *mask;
  DdimPatchesOptions  options;
  gchar              *name;     /* of the drawable */
} DdimPatchSource;

/* Reads what a model is made of; see ddim_patch_source_model ().  `pause`, which may
 * be NULL, is called now and then meanwhile.  Main thread only.             */
DdimPatchSource * ddim_patch_source_read         (GimpProcedureConfig *config,
                                                  GimpDrawable        *drawable,
                                                  gboolean             selected,
                                                  const GeglRectangle *around,
                                                  gint                 channels,
                                                  gint                 apart,
                                                  gboolean             wrap,
                                                  void               (*pause) (gpointer pause_data),
                                                  gpointer             pause_data,
                                                  GError             **error);
void        ddim_patch_source_free          (DdimPatchSource *source);

/* A model of the source for a canvas of 1 / k of the size, whose origin is that
 * of the full one, as a stage's is; or at the next larger size at which the
 * source still has a whole patch.  canvas may be NULL where `apart` was 0.  Any
 * thread.                                                                    */
DdimModel * ddim_patch_source_make_model    (const DdimPatchSource  *source,
                                             const DdimCanvas       *canvas,
                                             gint                    k,
                                             DdimThreadPool         *pool,
                                             GError                **error);

/* The model of `channels` (1 or 3) made of a drawable's patches.
 *   source: another drawable to take them from; or a channel, which marks
 *     where in `drawable` they are; or NULL for all of `drawable`
 *   selected: only what of that is selected, where something is
 *   around: where `drawable` is larger than DDIM_PATCH_SOURCE_SIDE, the part to stay
 *     near to, in its own pixels; or NULL for its middle
 *   apart: see DdimPatchesOptions; 0 where the patches are another drawable's
 * Errors are sentences for the user.                                       */
DdimModel * ddim_patch_source_model         (GimpProcedureConfig  *config,
                                             GimpDrawable         *drawable,
                                             gboolean              selected,
                                             const GeglRectangle  *around,
                                             gint                  channels,
                                             gint                  apart,
                                             gboolean              wrap,
                                             DdimThreadPool       *pool,
                                             GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimPatchSource, ddim_patch_source_free)

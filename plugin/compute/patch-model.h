/* patch-model.h: a model made of a picture's own patches, at any size
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"
#include "range.h"

/* A picture, and where it may be used. */
typedef struct
{
  DdimCanvas         *picture;  /* one item                                  */
  gfloat             *mask;     /* its h x w: 1 where it may be used, else 0 */
  DdimPatchesOptions  options;  /* at full size                              */
  gint                own;      /* pixels: patches nearer than this, both ways, to
                                   a place are its own; 0: the picture is not the
                                   one that is varied                        */
  gchar              *name;     /* of the picture, for messages              */
  DdimRange           range;    /* of its values, before they were compressed */
} DdimPatchSource;

void        ddim_patch_source_free       (DdimPatchSource        *source);

/* Tells sources from each other: 16 hexadecimal digits.  Free with g_free (). */
gchar     * ddim_patch_source_get_hash   (const DdimPatchSource  *source);

/* A model of the source for a canvas of 1 / k of the size, whose origin is that
 * of the full one, as a stage's is; or at the next larger size at which the
 * source still has a whole patch.  Of a tile, with patches of its own, the canvas
 * takes its place in the source.  canvas may be NULL where `apart` is 0.  The
 * error is a sentence for the user.  Any thread.                            */
DdimModel * ddim_patch_source_make_model (const DdimPatchSource  *source,
                                          const DdimCanvas       *canvas,
                                          gint                    k,
                                          DdimThreadPool         *pool,
                                          GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimPatchSource, ddim_patch_source_free)

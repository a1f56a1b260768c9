/* structure-texture.h: a field for structure and a field for texture as one
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../canvas/field.h"
#include "../method/schedule.h"

G_BEGIN_DECLS

typedef struct
{
  gint     cell;     /* pixels along a side of the smallest squares whose means the
                        structure field decides; 0: 2                          */
  gdouble  ratio;    /* the structure field sees a picture reduced so far that its
                        noise, s / a, is this or less; 0: 0.3                  */
  gboolean tileable; /* canvases are tori                                      */
} DdimStructureTexture;

/* A field that predicts x_0: of `texture`, at full size, with its coarse part from
 * `structure`, which sees the canvas reduced.  schedule: the structure field's,
 * copied.  options may be NULL: all as 0.  Keeps references to both fields, which
 * must have the same C.  Fails with DDIM_ERROR_ARGUMENT.  Memory, while it works:
 * two canvases of 1 / cell of the size each way, and what the two fields take. */
DdimField * ddim_structure_texture_new (DdimField                   *structure,
                                        const DdimSchedule          *schedule,
                                        DdimField                   *texture,
                                        const DdimStructureTexture  *options,
                                        GError                     **error);

G_END_DECLS

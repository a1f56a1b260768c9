/* latent.h: latents: their slerp and their statistics
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../canvas/canvas.h"

G_BEGIN_DECLS

/* out = slerp from x (position 0) to y (position 1) along the sphere, item by
 * item, equation (67), the norm interpolated too, by equal factors.  weights:
 * H x W positions' factors (0 to 1) or NULL for 1 everywhere; angle and norms
 * are measured with them.  At position 0 out is x, at 1 it is y.  out may be x
 * or y.                                                                     */
void ddim_latent_slerp (const DdimCanvas *x,
                        const DdimCanvas *y,
                        gdouble           position,
                        const gfloat     *weights,
                        DdimCanvas       *out);

typedef struct
{
  gdouble rms;         /* sqrt (mean square)                                */
  gdouble correlation; /* between neighbouring pixels, 0 for white noise    */
  gdouble cosine;      /* with the other latent; 1 where there is none      */
} DdimLatentReport;

void ddim_latent_measure (const DdimCanvas *latent,
                          gint              item,
                          const DdimCanvas *other, /* or NULL; its item 0   */
                          DdimLatentReport *report);

G_END_DECLS

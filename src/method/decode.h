/* decode.h: from a latent to a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "levels.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble        eta;             /* equation (16): 0 DDIM, 1 DDPM          */
  gboolean       larger_variance; /* the paper's sigma-hat, with eta 1      */
  const guint64 *seeds;           /* one per item; needed where eta > 0     */
  const gfloat  *weights;         /* H x W, 0 to 1: eta's factor; NULL: 1   */
  gdouble        clip;            /* clip x_0 to +-clip; 0: not (editing)   */
  gboolean       second_order;    /* DPM-Solver++ (2M) steps; eta must be 0 */
} DdimSampling;

/* Takes x from levels[S] down to levels[0], in place, by equation (12).
 * sampling may be NULL: deterministic.  On failure x is undefined.         */
gboolean ddim_decode (DdimField          *field,
                      const DdimLevels   *levels,
                      const DdimSampling *sampling,
                      DdimCanvas         *x,
                      const DdimMonitor  *monitor,
                      GError            **error);

G_END_DECLS

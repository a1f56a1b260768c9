/* encode.h: from a picture to its latent
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "levels.h"

G_BEGIN_DECLS

typedef enum
{
  DDIM_ENCODER_EXACT, /* each decoder step inverted by fixed-point iteration */
  DDIM_ENCODER_PAPER, /* the Euler step of equation (13), one evaluation     */
  DDIM_ENCODER_DIRECT /* one evaluation a step, whose error is kept, to be
                         corrected for; only in ddim_inversion_new ()         */
} DdimEncoder;

typedef struct
{
  gint    evaluations; /* of the field, by the encoder                      */
  gdouble residual;    /* of the exact encoder: the RMS error that the worst
                          step was left with, on the picture's scale        */
} DdimEncoding;

/* Takes x from levels[0] up to levels[S], in place.  encoding may be NULL.
 * On failure x is undefined.                                               */
gboolean ddim_encode (DdimField         *field,
                      const DdimLevels  *levels,
                      DdimEncoder        encoder,
                      DdimCanvas        *x,
                      DdimEncoding      *encoding,
                      const DdimMonitor *monitor,
                      GError           **error);

G_END_DECLS

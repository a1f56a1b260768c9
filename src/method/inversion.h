/* inversion.h: a picture as its latent, and what that lost
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "encode.h"
#include "latent.h"

G_BEGIN_DECLS

typedef struct _DdimTrajectory DdimTrajectory; /* private */

/* A picture's inversion, once for all that is made of it.  Read only. */
typedef struct
{
  DdimField        *field;
  DdimLevels       *levels;
  DdimCanvas       *image;           /* one item                               */
  DdimCanvas       *latent;          /* of the image, at levels[S]             */
  DdimCanvas       *reconstruction;  /* the latent, decoded unchanged; NULL of
                                        the direct encoder                     */
  DdimTrajectory   *trajectory;      /* of the direct encoder, else NULL: the
                                        picture at every level                 */
  gint              evaluations;     /* of the field, to encode and to decode  */
  gdouble           inversion_error; /* RMS of reconstruction - image, as a
                                        share of the range from black to white;
                                        of the direct encoder of what the worst
                                        step misses, and is given back         */
  DdimLatentReport  report;          /* of the latent                          */
} DdimInversion;

/* Encodes `image` (one item; taken over, on failure too) and, but for the direct
 * encoder, decodes it again.  Keeps a reference to the field and a copy of the
 * levels.  Memory: three canvases of the image's size, six while it works; of the
 * direct encoder 2 S + 2, and four more while it works.                      */
DdimInversion * ddim_inversion_new  (DdimField         *field,
                                     const DdimLevels  *levels,
                                     DdimEncoder        encoder,
                                     DdimCanvas        *image,
                                     const DdimMonitor *monitor,
                                     GError           **error);
void            ddim_inversion_free (DdimInversion     *inversion);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimInversion, ddim_inversion_free)

G_END_DECLS

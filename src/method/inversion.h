/* inversion.h: a picture's latent, and what encoding it lost
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "encode.h"
#include "latent.h"

G_BEGIN_DECLS

typedef struct _DdimTrajectory DdimTrajectory; /* private */

/* A picture's inversion: made once, and read by everything that is made from it. */
typedef struct
{
  DdimField        *field;
  DdimLevels       *levels;
  DdimCanvas       *image;           /* one item                               */
  DdimCanvas       *latent;          /* of the image, at levels[S]             */
  DdimCanvas       *reconstruction;  /* the latent, decoded unchanged; NULL with
                                        the direct encoder                     */
  DdimTrajectory   *trajectory;      /* the picture at every level; NULL without
                                        the direct encoder                     */
  gint              evaluations;     /* of the field, to encode and to decode  */
  gdouble           inversion_error; /* RMS of reconstruction - image, as a
                                        fraction of the range from black to white;
                                        with the direct encoder, of the error of
                                        the worst step, which is corrected for  */
  DdimLatentReport  report;          /* of the latent                          */
} DdimInversion;

/* Encodes `image` (one item, which is taken over even on failure) and, unless the
 * encoder is the direct one, decodes it again.  Keeps a reference to the field and a
 * copy of the levels.  Memory: three canvases of the image's size, and six while it
 * works; with the direct encoder 2 S + 2, and four more while it works.      */
DdimInversion * ddim_inversion_new  (DdimField         *field,
                                     const DdimLevels  *levels,
                                     DdimEncoder        encoder,
                                     DdimCanvas        *image,
                                     const DdimMonitor *monitor,
                                     GError           **error);
void            ddim_inversion_free (DdimInversion     *inversion);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimInversion, ddim_inversion_free)

G_END_DECLS

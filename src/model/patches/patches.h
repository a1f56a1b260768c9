/* patches.h: a picture's own patches as a field
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../../base/thread-pool.h"
#include "../../canvas/field.h"
#include "../../method/schedule.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean mirrored; /* a patch may also be used with left and right changed */
  gboolean turned;   /* ... and turned by a quarter, a half, three quarters  */
  gint     apart;    /* pixels: for a place of a canvas no patch is used that
                        begins nearer than this, both ways, to the same place
                        of the whole image; 0: all are                       */
  gboolean wrap;     /* canvases are tori: what is made is tileable          */
  gdouble  pairs;    /* so many patches times keys at a scale are compared at
                        most; where there are more, near keys are searched,
                        from coarse to fine, and compared together with what
                        surrounds them.  0: 1e5                              */
} DdimPatchesOptions;

/* The best denoiser, in closed form, of pictures that are made of the patches
 * of this one, at several scales: a field without weights, of any picture's
 * own C, that predicts x_0.  mask: h x w of the picture, or NULL; only pixels
 * where it is 1 are used.  options may be NULL: all as 0.  The field keeps a
 * reference to the pool, not to the picture.  Fails where no whole patch, 7 x
 * 7 pixels, may be used.  Memory: 41 bytes for each pixel of the picture, 60
 * while it works for each of the canvas (both at 3 channels), and at most 64
 * MiB more, and 80 for each scale that is small enough to be compared whole. */
DdimField    * ddim_patches_new      (const DdimCanvas          *picture,
                                      const gfloat              *mask,
                                      const DdimPatchesOptions  *options,
                                      DdimThreadPool            *pool,
                                      GError                   **error);

/* How far a place's own patches are held back. */
typedef struct
{
  gint          apart;       /* pixels: own patches are those that begin nearer
                                than this, both ways                         */
  gdouble       handicap;    /* RMS, from 0: another patch is taken if it is nearer
                                than own ones would be with this added        */
  const gfloat *weights;     /* n x h x w from the whole image's pixel (x, y) on, 0
                                to 1: the square of the handicap's factor, its
                                mean over a patch; 0 beyond them.  NULL: 1    */
  gint          y, x, h, w;
  gint          n;           /* as many as the canvases have items, or 1: the same
                                for all                                       */
} DdimPatchesHandicap;

/* The field of ddim_patches_new (), made without `apart`, with a handicap.  Shares
 * that field's memory, and keeps a reference to it.                         */
DdimField    * ddim_patches_new_handicapped (DdimField                  *patches,
                                             const DdimPatchesHandicap  *handicap,
                                             GError                    **error);

/* A schedule for it: linear betas, T = 1000. */
DdimSchedule * ddim_patches_schedule (GError **error);

G_END_DECLS

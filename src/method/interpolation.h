/* interpolation.h: frames between pictures
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "inversion.h"

G_BEGIN_DECLS

/* Positions on the way through several pictures: picture i lies at i, and
 * i + 0.5 is halfway from it to the next.                                   */
typedef struct
{
  const gdouble *positions;  /* one for each frame, from 0 to n_keys - 1     */
  gboolean       loop;       /* on from the last picture to the first, which
                                lies at n_keys, too                          */
  gdouble        mix;        /* fresh noise mixed in, from 0, none, to 1: most
                                halfway, none at the pictures                */
  guint64        seed;       /* of that noise, which all frames share        */
  gint           batch;      /* frames decoded at a time; 0: a megapixel, or as
                                many as the memory budget lets               */
} DdimInterpolation;

/* Decodes the frames (H, W, C of the pictures) that lie at the positions: S
 * evaluations of each batch.  The pictures, 2 or more, share their size, the
 * field and the levels.  At a picture's own position the frame is that
 * picture, bit for bit, whatever the field and the encoder; frames do not depend on the batch
 * they are decoded in.  Memory: five canvases of a picture's size, besides the
 * frames.  frames takes over the first picture's origin.  On failure `frames`
 * is undefined.                                                             */
gboolean ddim_interpolate    (const DdimInversion *const  *keys,
                              gint                         n_keys,
                              const DdimInterpolation     *options,
                              DdimCanvas                  *frames,
                              const DdimMonitor           *monitor,
                              GError                     **error);

typedef enum
{
  DDIM_EASING_LINEAR,
  DDIM_EASING_IN,      /* starts slowly                                      */
  DDIM_EASING_OUT,     /* ends slowly                                        */
  DDIM_EASING_IN_OUT   /* both                                               */
} DdimEasing;

/* From 0 to 1 as x goes from 0 to 1. */
gdouble  ddim_ease           (DdimEasing  easing,
                              gdouble     x);

/* The position at a fraction (0 to 1) of the whole way, which goes as the
 * easing says between neighbouring pictures.                                */
gdouble  ddim_path_position  (gint        n_keys,
                              gboolean    loop,
                              DdimEasing  easing,
                              gdouble     fraction);

/* Fills positions of n_frames that share the way evenly, but for the easing,
 * which is that between neighbouring pictures.  On an open way they run from
 * the first picture to the last; on a loop the last frame lies one step
 * before the first.  One frame on an open way is the middle of it.          */
void     ddim_path_positions (gint        n_keys,
                              gboolean    loop,
                              DdimEasing  easing,
                              gint        n_frames,
                              gdouble    *positions);

G_END_DECLS

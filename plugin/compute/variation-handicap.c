/* variation-handicap.c: how far a variation may go from each place's own patches
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The leeway says how near patches are a place's own, and how firmly it is held
 * back from them.  A small one lets a place be another only where nothing tells
 * them apart, a middle one moves and bends what is there by some pixels, and a large
 * one takes it from elsewhere.
 *
 * The strength says how many places are held back.  A handicap that grows with it
 * would work like a threshold, which lies elsewhere in every picture.
 */

#include <math.h>

#include "variation-handicap.h"

/* Of DdimPatchesHandicap, from a leeway of FREE on. */
#define HANDICAP 0.8
#define FREE     0.5

/* At a strength of WHOLE all places are held back; below it a share of them, which
 * grows with the square of the strength: what can be seen of a change grows with
 * the root of its area.  Which ones is chance, in cells of CELL pixels, with soft
 * borders: the share SOFT of all is on its way.                             */
#define WHOLE 0.8
#define CELL  24
#define SOFT  0.15

/* Stretches the values of pixels that may change to all of 0 to 1, so that a small
 * region gets its share, too.                                               */
static void
stretch (gfloat       *values,
         const gfloat *weights,
         gsize         size)
{
  gfloat least = 1, greatest = 0;

  for (gsize k = 0; k < size; k++)
    if (! weights || weights[k] > 0)
      {
        least    = MIN (least, values[k]);
        greatest = MAX (greatest, values[k]);
      }
  for (gsize k = 0; k < size; k++)
    values[k] = (values[k] - least) / MAX (greatest - least, 1e-6f);
}

gfloat *
ddim_variation_handicap_init (DdimPatchesHandicap          *handicap,
                              const DdimVariationSettings  *settings,
                              gint                          own,
                              const DdimCanvas             *picture,
                              gint                          reduction,
                              const gfloat                 *weights,
                              const guint64                *seeds,
                              gint                          n,
                              GError                      **error)
{
  gdouble leeway   = settings->leeway;
  gdouble held     = MIN (leeway / FREE, 1.0);
  gdouble strength = MIN (settings->strength / WHOLE, 1.0);
  gdouble share    = strength * strength * (1.0 + SOFT);
  gsize   size     = (gsize) picture->h * picture->w;
  gfloat *places   = ddim_try_new (gfloat, n * size, error);

  if (! places)
    return NULL;

  for (gint i = 0; i < n; i++)
    {
      gfloat *item = places + i * size;

      ddim_value_noise (item, picture->h, picture->w, picture->y, picture->x, reduction,
                        CELL, seeds[i]);
      stretch (item, weights, size);
      for (gsize k = 0; k < size; k++)
        item[k] = CLAMP ((share - item[k]) / SOFT, 0.0, 1.0) * (weights ? weights[k] : 1.0f);
    }

  *handicap = (DdimPatchesHandicap) {
    .apart    = ceil (own * leeway * leeway * leeway / reduction),
    .handicap = HANDICAP * held * held,
    .weights  = places,
    .y = picture->y, .x = picture->x, .h = picture->h, .w = picture->w, .n = n };
  return places;
}

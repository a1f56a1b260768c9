/* patch-handicap.c: how far a place's own patches are held back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture's own patch explains its place better than any other, so that what a
 * picture's patches make of it is the picture.  To forbid own patches makes a mess
 * of whatever the picture holds only once, a face say, and a seam where they are
 * allowed again.  Between the two lies a handicap: a number is added to the squared
 * distance of own patches, so that another one is taken where it is no farther away
 * than that.
 */

#include "try-alloc.h"
#include "patch.h"

DdimPatchHandicaps *
ddim_patch_handicaps_new (const DdimPatchesHandicap  *options,
                          GError                    **error)
{
  DdimPatchHandicaps *self = g_new0 (DdimPatchHandicaps, 1);
  gint                w    = options->w + 1;

  self->apart  = options->apart;
  self->square = options->handicap * options->handicap;
  if (! options->weights)
    return self;

  self->y = options->y;
  self->x = options->x;
  self->h = options->h;
  self->w = options->w;
  self->n = MAX (options->n, 1);
  self->sums = ddim_try_new0 (gdouble, self->n * (gsize) (options->h + 1) * w, error);
  if (! self->sums)
    {
      g_free (self);
      return NULL;
    }
  for (gint item = 0; item < self->n; item++)
    {
      const gfloat *weights = options->weights + (gsize) item * options->h * options->w;
      gdouble      *sums    = self->sums + (gsize) item * (options->h + 1) * w;

      for (gint y = 0; y < options->h; y++)
        for (gint x = 0; x < options->w; x++)
          sums[(gsize) (y + 1) * w + x + 1] =
            weights[(gsize) y * options->w + x] + sums[(gsize) y * w + x + 1]
            + sums[(gsize) (y + 1) * w + x] - sums[(gsize) y * w + x];
    }
  return self;
}

void
ddim_patch_handicaps_free (DdimPatchHandicaps *self)
{
  if (! self)
    return;

  g_free (self->sums);
  g_free (self);
}

/* The mean of the weights over a square of the whole image's pixels. */
static gdouble
mean_of_square (const DdimPatchHandicaps *self,
                gint                      item,
                gint                      y,
                gint                      x,
                gint                      side)
{
  gint w      = self->w + 1;
  const gdouble *sums = self->sums + (gsize) MIN (item, self->n - 1) * (self->h + 1) * w;
  gint top    = CLAMP (y - self->y, 0, self->h);
  gint bottom = CLAMP (y - self->y + side, 0, self->h);
  gint left   = CLAMP (x - self->x, 0, self->w);
  gint right  = CLAMP (x - self->x + side, 0, self->w);

  return (sums[(gsize) bottom * w + right] - sums[(gsize) top * w + right]
          - sums[(gsize) bottom * w + left] + sums[(gsize) top * w + left])
         / ((gdouble) side * side);
}

gboolean
ddim_patch_handicaps_apply (const DdimPatchHandicaps  *self,
                            gint                       item,
                            DdimPlane                 *plane,
                            GError                   **error)
{
  gdouble whole = DDIM_PATCH_CELLS * plane->c * self->square;
  gint    side  = DDIM_PATCH * plane->factor;

  plane->apart    = (self->apart + plane->factor - 1) / plane->factor;
  plane->handicap = ddim_try_new (gfloat, (gsize) plane->rows * plane->columns, error);
  if (! plane->handicap)
    return FALSE;
  for (gint y = 0; y < plane->rows; y++)
    for (gint x = 0; x < plane->columns; x++)
      plane->handicap[(gsize) y * plane->columns + x] =
        whole * (self->sums ? mean_of_square (self, item, (plane->y + y) * plane->factor,
                                              (plane->x + x) * plane->factor, side)
                            : 1);
  return TRUE;
}

/* patch-scale.c: a picture's patches at one scale
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Patches are not copied out of the picture: a key is the place of one.  Only
 * cells that lie whole in the picture, and in what the mask allows, are used.
 */

#include <string.h>

#include "aligned-memory.h"
#include "try-alloc.h"
#include "patch.h"

/* Whether all of a cell's pixels lie in the picture. */
static gboolean
is_inside (const DdimPlane  *plane,
           const DdimCanvas *picture,
           gint              i,
           gint              j)
{
  gint y = (plane->y + i) * plane->factor - picture->y;
  gint x = (plane->x + j) * plane->factor - picture->x;

  return y >= 0 && x >= 0 && y + plane->factor <= picture->h && x + plane->factor <= picture->w;
}

/* Whether the mask leaves all of a cell's pixels that lie in the picture. */
static gboolean
is_left (const DdimPlane  *plane,
         const DdimCanvas *picture,
         const gfloat     *mask,
         gint              i,
         gint              j)
{
  gint y = (plane->y + i) * plane->factor - picture->y;
  gint x = (plane->x + j) * plane->factor - picture->x;

  for (gint row = MAX (y, 0); row < MIN (y + plane->factor, picture->h); row++)
    for (gint column = MAX (x, 0); column < MIN (x + plane->factor, picture->w); column++)
      if (! (mask[(gsize) row * picture->w + column] >= 1))
        return FALSE;
  return TRUE;
}

/* Marks the places where a patch may begin, and lists them. */
static gboolean
find_keys (DdimPatchScale  *scale,
           const guint8    *whole,
           GError         **error)
{
  const DdimPlane *plane = &scale->plane;
  gint32           n     = plane->h * plane->w;
  gint             found = 0;

  for (gint y = 0; y + DDIM_PATCH <= plane->h; y++)
    for (gint x = 0; x + DDIM_PATCH <= plane->w; x++)
      {
        gint32   place = y * plane->w + x;
        gboolean all   = TRUE;

        for (gint dy = 0; all && dy < DDIM_PATCH; dy++)
          all = ! memchr (whole + place + dy * plane->w, 0, DDIM_PATCH);
        scale->allowed[place] = all;
        scale->n_keys        += all;
      }

  scale->keys = ddim_try_new (gint32, scale->n_keys, error);
  if (! scale->keys)
    return FALSE;
  for (gint32 place = 0; place < n; place++)
    if (scale->allowed[place])
      scale->keys[found++] = place;
  return TRUE;
}

/* Wherever a patch lies, some key must stay: at most as many cells apart as
 * leave an outermost key.                                                   */
static gint
limit_apart (const DdimPatchScale *scale,
             gint                  apart)
{
  gint low_y = G_MAXINT, high_y = 0, low_x = G_MAXINT, high_x = 0;

  for (gint i = 0; i < scale->n_keys; i++)
    {
      gint y = scale->keys[i] / scale->plane.w;
      gint x = scale->keys[i] % scale->plane.w;

      low_y  = MIN (low_y, y);
      high_y = MAX (high_y, y);
      low_x  = MIN (low_x, x);
      high_x = MAX (high_x, x);
    }
  return MIN (apart, (MAX (high_y - low_y, high_x - low_x) + 1) / 2);
}

DdimPatchScale *
ddim_patch_scale_new (const DdimCanvas  *picture,
                      const gfloat      *mask,
                      const gfloat      *mean,
                      gint               factor,
                      gint               apart,
                      GError           **error)
{
  g_autoptr (DdimPatchScale) scale = g_new0 (DdimPatchScale, 1);
  DdimPlane         *plane = &scale->plane;
  g_autofree guint8 *whole = NULL;

  if (! ddim_plane_cut (plane, picture, 0, factor, FALSE, 1, mean, error) ||
      ! (whole = ddim_try_new0 (guint8, (gsize) plane->h * plane->w, error)) ||
      ! (scale->allowed = ddim_try_new0 (guint8, (gsize) plane->h * plane->w, error)))
    return NULL;

  for (gint i = 0; i < plane->h; i++)
    for (gint j = 0; j < plane->w; j++)
      {
        gboolean left = ! mask || is_left (plane, picture, mask, i, j);

        whole[(gsize) i * plane->w + j] = left && is_inside (plane, picture, i, j);
        /* What surrounds a patch knows nothing of it either: the mean. */
        if (! left)
          memset (plane->cells + ((gsize) i * plane->columns + j) * plane->c, 0,
                  plane->c * sizeof (gfloat));
      }

  if (! find_keys (scale, whole, error) || scale->n_keys == 0)
    return NULL;
  scale->apart = limit_apart (scale, (apart + factor - 1) / factor);
  return g_steal_pointer (&scale);
}

void
ddim_patch_scale_free (DdimPatchScale *scale)
{
  if (! scale)
    return;

  ddim_plane_clear (&scale->plane);
  ddim_patch_context_clear (&scale->context);
  ddim_memory_free (scale->packed);
  g_free (scale->allowed);
  g_free (scale->keys);
  g_free (scale);
}

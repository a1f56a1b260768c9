/* patch-matches.c: the keys that were found for a grid's patches, and their mean
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "thread-pool-private.h"
#include "try-alloc.h"
#include "patch.h"

gboolean
ddim_patch_matches_init (DdimPatchMatches  *matches,
                         gint               keep,
                         GError           **error)
{
  gsize n = (gsize) matches->grid.h * matches->grid.w * keep;

  g_assert (keep <= DDIM_PATCH_MAX_KEEP);
  matches->keep = keep;
  return (matches->places = ddim_try_new (gint32, n, error)) &&
         (matches->turns = ddim_try_new (guint8, n, error)) &&
         (matches->distances = ddim_try_new (gfloat, n, error));
}

void
ddim_patch_matches_clear (DdimPatchMatches *matches)
{
  g_clear_pointer (&matches->places, g_free);
  g_clear_pointer (&matches->turns, g_free);
  g_clear_pointer (&matches->distances, g_free);
  ddim_plane_clear (&matches->plane);
  ddim_patch_context_clear (&matches->context);
}

/* The mean ------------------------------------------------------------------- */

typedef struct
{
  const DdimPatchScale   *scale;
  const DdimPatchMatches *matches;
  const DdimPatchWork    *work;
  gint                    first;   /* row of the grid                         */
  gdouble                 variance;
  gfloat                 *patches;
  gfloat                 *nearest;
} Job;

/* Adds a key, as it lies in a turn, to a patch. */
static inline void
add_key (gfloat       *patch,
         const gfloat *key,
         gsize         line,
         gint          c,
         const guint8 *cells,
         gfloat        weight)
{
  if (ddim_patch_is_upright (cells))
    {
      for (gint y = 0; y < DDIM_PATCH; y++, patch += DDIM_PATCH * c, key += line)
        for (gint k = 0; k < DDIM_PATCH * c; k++)
          patch[k] += weight * key[k];
      return;
    }

  for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
    {
      const gfloat *from = key + cells[cell] / DDIM_PATCH * line + cells[cell] % DDIM_PATCH * c;

      for (gint channel = 0; channel < c; channel++)
        patch[cell * c + channel] += weight * from[channel];
    }
}

static void
mean_row (gint     row,
          gint     worker,
          gpointer data)
{
  const Job              *job     = data;
  const DdimPatchMatches *matches = job->matches;
  const DdimPlane        *source  = &job->scale->plane;
  gint                    c       = source->c;

  for (gint column = 0; column < matches->grid.w; column++)
    {
      gsize   query = (gsize) row * matches->grid.w + column;
      gsize   at    = (query + (gsize) job->first * matches->grid.w) * matches->keep;
      gfloat *patch = job->patches + query * DDIM_PATCH_CELLS * c;
      gfloat  total = 0;

      job->nearest[query] = matches->distances[at];

      memset (patch, 0, DDIM_PATCH_CELLS * c * sizeof (gfloat));
      for (gint k = 0; k < matches->keep && matches->places[at + k] >= 0; k++)
        {
          gdouble       above  = matches->distances[at + k] - matches->distances[at];
          gfloat        weight = exp (- above / (2 * job->variance));
          const guint8 *cells  = job->work->cells[matches->turns[at + k]];

          if (weight < 1e-6f)
            break;
          total += weight;
          add_key (patch, source->cells + (gsize) matches->places[at + k] * c,
                   (gsize) source->columns * c, c, cells, weight);
        }
      for (gint k = 0; k < DDIM_PATCH_CELLS * c; k++)
        patch[k] /= total;
    }
}

gboolean
ddim_patch_matches_mean (const DdimPatchScale   *scale,
                         const DdimPatchMatches *matches,
                         gint                    first,
                         gint                    n_rows,
                         gdouble                 variance,
                         const DdimPatchWork    *work,
                         gfloat                 *patches,
                         gfloat                 *nearest)
{
  Job job = { scale, matches, work, first, variance, patches, nearest };

  return ddim_thread_pool_run (work->pool, n_rows, mean_row, &job, work->cancellable);
}

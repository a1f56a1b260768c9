/* local-contrast.c: a picture with the contrast that another has at the same places
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A band is what a canvas loses by being reduced to half its size: an octave of
 * detail.  A Laplacian pyramid (Burt and Adelson, IEEE Trans. Commun. 31, 1983) has
 * OCTAVES of them.  Each is scaled, at each place, to the energy that the other
 * picture's band has about there.
 */

#include <math.h>

#include "local-contrast.h"
#include "local-mean.h"
#include "reduce.h"
#include "try-alloc.h"

#define OCTAVES 4

/* "About there": a square of 2 x 4 + 1 cells of 8 pixels of the full size. */
#define CELL   8
#define RADIUS 4

/* The greatest factor: 3.5 dB.  What differs by more differs in what it shows. */
#define MOST 1.5

/* One level of the pyramid. */
typedef struct
{
  const DdimCanvas  *canvas, *like;
  const DdimCanvas  *weights;      /* 1 x H x W x 1 */
  gint               octave;       /* its number, from the finest */
  gboolean           tileable;
  const DdimMonitor *monitor;
} Level;

/* What a canvas (of one item) loses by being reduced. */
static DdimCanvas *
make_band (const DdimCanvas  *canvas,
           const DdimCanvas  *reduced,
           gboolean           tileable,
           GError           **error)
{
  g_autoptr (DdimCanvas) band = ddim_canvas_try_like (canvas, 1, error);

  if (! band || ! ddim_canvas_add_enlarged (band, reduced, 2, tileable, error))
    return NULL;
  for (gsize i = 0; i < ddim_canvas_size (band); i++)
    band->data[i] = canvas->data[i] - band->data[i];
  return g_steal_pointer (&band);
}

/* A level's cells, in its own pixels. */
static gint
get_cell (const Level *level)
{
  return MAX (CELL >> level->octave, 1);
}

/* The energy of a band in cells, each the mean of those about it. */
static DdimCanvas *
measure_energy (const Level       *level,
                const DdimCanvas  *band,
                GError           **error)
{
  gint                   c      = band->c;
  g_autoptr (DdimCanvas) energy = ddim_canvas_try_new (1, band->h, band->w, 1, error);
  g_autoptr (DdimCanvas) cells  = NULL;

  if (! energy)
    return NULL;
  for (gsize pixel = 0; pixel < ddim_canvas_size (energy); pixel++)
    for (gint k = 0; k < c; k++)
      energy->data[pixel] += level->weights->data[pixel] * band->data[pixel * c + k]
                             * band->data[pixel * c + k];

  cells = ddim_canvas_reduce (energy, get_cell (level), level->tileable, error);
  if (! cells || ! ddim_local_mean (cells->data, cells->h, cells->w, RADIUS, level->tileable,
                                    error))
    return NULL;
  return g_steal_pointer (&cells);
}

/* What a band is to be scaled by, less 1, for each pixel; wanted: the other picture's
 * energies.  No factor where one is 0 or beyond floats.                     */
static DdimCanvas *
find_gains (const Level       *level,
            const DdimCanvas  *band,
            const DdimCanvas  *wanted,
            GError           **error)
{
  g_autoptr (DdimCanvas) gains = ddim_canvas_try_new (1, band->h, band->w, 1, error);
  g_autoptr (DdimCanvas) cells = gains ? measure_energy (level, band, error) : NULL;

  if (! cells)
    return NULL;
  for (gsize i = 0; i < ddim_canvas_size (cells); i++)
    {
      gfloat gain = sqrtf (wanted->data[i] / cells->data[i]);

      cells->data[i] = gain > 0 && isfinite (gain) ? CLAMP (gain, 1 / MOST, MOST) - 1 : 0;
    }
  if (! ddim_canvas_add_enlarged (gains, cells, get_cell (level), level->tileable, error))
    return NULL;
  return g_steal_pointer (&gains);
}

/* The other picture's energies; reduced: the picture. */
static DdimCanvas *
find_wanted (const Level       *level,
             const DdimCanvas  *reduced,
             GError           **error)
{
  g_autoptr (DdimCanvas) band = make_band (level->like, reduced, level->tileable, error);

  return band ? measure_energy (level, band, error) : NULL;
}

/* The level's band, times its gains less 1. */
static DdimCanvas *
find_own_change (const Level       *level,
                 const DdimCanvas  *canvas, /* the level's, reduced */
                 const DdimCanvas  *like,
                 GError           **error)
{
  g_autoptr (DdimCanvas) wanted = find_wanted (level, like, error);
  g_autoptr (DdimCanvas) band   = wanted ? make_band (level->canvas, canvas, level->tileable,
                                                      error) : NULL;
  g_autoptr (DdimCanvas) gains  = band ? find_gains (level, band, wanted, error) : NULL;

  if (! gains || ! ddim_monitor_update (level->monitor, 1.0, error))
    return NULL;
  for (gsize pixel = 0; pixel < ddim_canvas_size (gains); pixel++)
    for (gint k = 0; k < band->c; k++)
      band->data[pixel * band->c + k] *= gains->data[pixel] * level->weights->data[pixel];
  return g_steal_pointer (&band);
}

/* What is to be added to the level's canvas: of its own band and all coarser ones. */
static DdimCanvas *
find_change (const Level  *level,
             GError      **error)
{
  gboolean               tileable = level->tileable;
  g_autoptr (DdimCanvas) canvas   = ddim_canvas_reduce (level->canvas, 2, tileable, error);
  g_autoptr (DdimCanvas) like     = canvas ? ddim_canvas_reduce (level->like, 2, tileable, error)
                                           : NULL;
  g_autoptr (DdimCanvas) weights  = like ? ddim_canvas_reduce (level->weights, 2, tileable, error)
                                         : NULL;
  g_autoptr (DdimCanvas) change   = weights ? find_own_change (level, canvas, like, error) : NULL;
  g_autoptr (DdimCanvas) coarser  = NULL;
  const Level            next     = { canvas, like, weights, level->octave + 1, tileable,
                                      level->monitor };

  if (! change || next.octave == OCTAVES || canvas->h < 2 || canvas->w < 2)
    return g_steal_pointer (&change);

  coarser = find_change (&next, error);
  if (! coarser || ! ddim_canvas_add_enlarged (change, coarser, 2, tileable, error))
    return NULL;
  return g_steal_pointer (&change);
}

gboolean
ddim_match_local_contrast (DdimCanvas         *canvas,
                           const DdimCanvas   *like,
                           const gfloat       *weights,
                           gboolean            tileable,
                           const DdimMonitor  *monitor,
                           GError            **error)
{
  g_autoptr (DdimCanvas) all = ddim_canvas_try_new (1, like->h, like->w, 1, error);

  if (! all)
    return FALSE;
  for (gsize pixel = 0; pixel < ddim_canvas_size (all); pixel++)
    all->data[pixel] = weights ? weights[pixel] : 1;

  for (gint n = 0; n < canvas->n; n++)
    {
      DdimCanvas             item   = ddim_canvas_items (canvas, n, 1);
      const Level            finest = { &item, like, all, 0, tileable, monitor };
      g_autoptr (DdimCanvas) change = find_change (&finest, error);

      if (! change)
        return FALSE;
      for (gsize i = 0; i < ddim_canvas_size (change); i++)
        item.data[i] += change->data[i];
    }

  return TRUE;
}

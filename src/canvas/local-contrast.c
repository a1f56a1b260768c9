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

/* The greatest and the least factor: 3.5 dB more, or 9.5 dB less.  What differs by more
 * differs in what it shows; and roughness on a smooth ground can be taken away, while
 * what is not there cannot be raised.                                       */
#define MOST  1.5
#define LEAST (1 / 3.0)

/* The other picture's pyramid: all that its items have in common. */
typedef struct
{
  gint        n;                /* octaves that the size allows               */
  DdimCanvas *weights[OCTAVES]; /* 1 x H x W x 1, at each octave's size       */
  DdimCanvas *wanted[OCTAVES];  /* the energies of its bands, in cells        */
  gboolean    tileable;
} Target;

static void
target_clear (Target *target)
{
  for (gint i = 0; i < OCTAVES; i++)
    {
      ddim_canvas_free (target->weights[i]);
      ddim_canvas_free (target->wanted[i]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

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

/* An octave's cells, in its own pixels. */
static gint
get_cell (gint octave)
{
  return MAX (CELL >> octave, 1);
}

/* The energy of a band in cells, each the mean of those about it. */
static DdimCanvas *
measure_energy (const Target      *target,
                gint               octave,
                const DdimCanvas  *band,
                GError           **error)
{
  const gfloat          *weights = target->weights[octave]->data;
  gint                   c       = band->c;
  g_autoptr (DdimCanvas) energy  = ddim_canvas_try_new (1, band->h, band->w, 1, error);
  g_autoptr (DdimCanvas) cells   = NULL;

  if (! energy)
    return NULL;
  for (gsize pixel = 0; pixel < ddim_canvas_size (energy); pixel++)
    for (gint k = 0; k < c; k++)
      energy->data[pixel] += weights[pixel] * band->data[pixel * c + k]
                             * band->data[pixel * c + k];

  cells = ddim_canvas_reduce (energy, get_cell (octave), target->tileable, error);
  if (! cells || ! ddim_local_mean (cells->data, cells->h, cells->w, RADIUS, target->tileable,
                                    error))
    return NULL;
  return g_steal_pointer (&cells);
}

/* Zeros to be filled; weights: H x W, or NULL for 1. */
static gboolean
target_init (Target            *target,
             const DdimCanvas  *like,
             const gfloat      *weights,
             gboolean           tileable,
             GError           **error)
{
  g_autoptr (DdimCanvas) held = NULL; /* the picture at this octave's size */

  target->tileable   = tileable;
  target->weights[0] = ddim_canvas_try_new (1, like->h, like->w, 1, error);
  if (! target->weights[0])
    return FALSE;
  for (gsize pixel = 0; pixel < ddim_canvas_size (target->weights[0]); pixel++)
    target->weights[0]->data[pixel] = weights ? weights[pixel] : 1;

  do
    {
      gint                   octave  = target->n++;
      const DdimCanvas      *picture = held ? held : like;
      g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (picture, 2, tileable, error);
      g_autoptr (DdimCanvas) band    = reduced ? make_band (picture, reduced, tileable, error)
                                               : NULL;

      if (! band || ! (target->wanted[octave] = measure_energy (target, octave, band, error)))
        return FALSE;
      ddim_canvas_free (held);
      held = g_steal_pointer (&reduced);
      if (target->n < OCTAVES &&
          ! (target->weights[target->n] = ddim_canvas_reduce (target->weights[octave], 2,
                                                              tileable, error)))
        return FALSE;
    }
  while (target->n < OCTAVES && held->h >= 2 && held->w >= 2);

  return TRUE;
}

/* What a band is to be scaled by, less 1, for each pixel.  No factor where an energy is
 * 0 or beyond floats.                                                       */
static DdimCanvas *
find_gains (const Target      *target,
            gint               octave,
            const DdimCanvas  *band,
            GError           **error)
{
  g_autoptr (DdimCanvas) gains = ddim_canvas_try_new (1, band->h, band->w, 1, error);
  g_autoptr (DdimCanvas) cells = gains ? measure_energy (target, octave, band, error) : NULL;

  if (! cells)
    return NULL;
  for (gsize i = 0; i < ddim_canvas_size (cells); i++)
    {
      gfloat gain = sqrtf (target->wanted[octave]->data[i] / cells->data[i]);

      cells->data[i] = gain > 0 && isfinite (gain) ? CLAMP (gain, LEAST, MOST) - 1 : 0;
    }
  if (! ddim_canvas_add_enlarged (gains, cells, get_cell (octave), target->tileable, error))
    return NULL;
  return g_steal_pointer (&gains);
}

/* What is to be added to a canvas of an octave's size: of its own band and of all
 * coarser ones.                                                             */
static DdimCanvas *
find_change (const Target       *target,
             gint                octave,
             const DdimCanvas   *canvas,
             const DdimMonitor  *monitor,
             GError            **error)
{
  const gfloat          *weights = target->weights[octave]->data;
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (canvas, 2, target->tileable, error);
  g_autoptr (DdimCanvas) change  = reduced ? make_band (canvas, reduced, target->tileable, error)
                                           : NULL;
  g_autoptr (DdimCanvas) gains   = change ? find_gains (target, octave, change, error) : NULL;
  g_autoptr (DdimCanvas) coarser = NULL;

  if (! gains || ! ddim_monitor_update (monitor, 1.0, error))
    return NULL;
  for (gsize pixel = 0; pixel < ddim_canvas_size (gains); pixel++)
    for (gint k = 0; k < change->c; k++)
      change->data[pixel * change->c + k] *= gains->data[pixel] * weights[pixel];
  g_clear_pointer (&gains, ddim_canvas_free);

  if (octave + 1 == target->n)
    return g_steal_pointer (&change);

  coarser = find_change (target, octave + 1, reduced, monitor, error);
  if (! coarser || ! ddim_canvas_add_enlarged (change, coarser, 2, target->tileable, error))
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
  g_auto (Target) target = { 0 };

  if (! target_init (&target, like, weights, tileable, error))
    return FALSE;

  for (gint n = 0; n < canvas->n; n++)
    {
      DdimCanvas             item   = ddim_canvas_items (canvas, n, 1);
      g_autoptr (DdimCanvas) change = find_change (&target, 0, &item, monitor, error);

      if (! change)
        return FALSE;
      for (gsize i = 0; i < ddim_canvas_size (change); i++)
        item.data[i] += change->data[i];
    }

  return TRUE;
}

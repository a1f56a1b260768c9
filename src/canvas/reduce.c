/* reduce.c: a canvas in cells of k x k pixels, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both ways go along one axis after the other.  The mean of k x k pixels keeps a
 * picture's coarse part and 1 / k of white noise.
 */

#include <math.h>
#include <string.h>

#include "reduce.h"

/* A position of one axis as a weighted sum of positions of another. */
typedef struct
{
  gint     n_taps;
  gint    *at;      /* each position's n_taps positions                      */
  gfloat  *weights; /* and their weights                                     */
} Axis;

static void
axis_init (Axis *axis,
           gint  size,
           gint  n_taps)
{
  axis->n_taps  = n_taps;
  axis->at      = g_new0 (gint, (gsize) size * n_taps);
  axis->weights = g_new0 (gfloat, (gsize) size * n_taps);
}

static void
axis_clear (Axis *axis)
{
  g_free (axis->at);
  g_free (axis->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axis, axis_clear)

static gint
count_cells (gint     size,
             gint     k,
             gboolean tileable)
{
  return tileable ? MAX ((size + k / 2) / k, 1) : (size + k - 1) / k;
}

/* From `size` pixels to cells. */
static void
axis_init_reducing (Axis     *axis,
                    gint      size,
                    gint      k,
                    gboolean  tileable)
{
  gint n = count_cells (size, k, tileable);

  axis_init (axis, n, tileable ? size / n + 2 : k);
  for (gint cell = 0; cell < n; cell++)
    {
      gdouble from  = tileable ? (gdouble) size * cell / n : (gdouble) k * cell;
      gdouble to    = tileable ? (gdouble) size * (cell + 1) / n : MIN (from + k, size);
      gint    first = floor (from);

      for (gint i = 0; i < axis->n_taps; i++)
        {
          gdouble covered = MIN (to, first + i + 1) - MAX (from, first + i);

          axis->at[cell * axis->n_taps + i]      = MIN (first + i, size - 1);
          axis->weights[cell * axis->n_taps + i] = MAX (covered, 0) / (to - from);
        }
    }
}

/* From cells to `size` pixels. */
static void
axis_init_enlarging (Axis     *axis,
                     gint      size,
                     gint      k,
                     gboolean  tileable)
{
  gint    n    = count_cells (size, k, tileable);
  gdouble step = tileable ? (gdouble) n / size : 1.0 / k;

  axis_init (axis, size, 2);
  for (gint i = 0; i < size; i++)
    {
      gdouble position = (i + 0.5) * step - 0.5;
      gint    cell     = floor (position);

      for (gint tap = 0; tap < 2; tap++)
        axis->at[2 * i + tap] = tileable ? (cell + tap + n) % n : CLAMP (cell + tap, 0, n - 1);
      axis->weights[2 * i]     = 1 - (position - cell);
      axis->weights[2 * i + 1] = position - cell;
    }
}

/* Adds to out (H' x W' x C) one item of in (H x W x C). */
static void
resample (const gfloat *in,
          gint          w,
          gint          c,
          const Axis   *down,
          const Axis   *across,
          gfloat       *out,
          gint          out_h,
          gint          out_w)
{
  g_autofree gfloat *line = g_new (gfloat, (gsize) w * c);

  for (gint y = 0; y < out_h; y++)
    {
      memset (line, 0, (gsize) w * c * sizeof (gfloat));
      for (gint i = 0; i < down->n_taps; i++)
        {
          gfloat        weight = down->weights[y * down->n_taps + i];
          const gfloat *row    = in + (gsize) down->at[y * down->n_taps + i] * w * c;

          if (weight != 0)
            for (gint k = 0; k < w * c; k++)
              line[k] += weight * row[k];
        }
      for (gint x = 0; x < out_w; x++)
        for (gint i = 0; i < across->n_taps; i++)
          {
            gfloat        weight = across->weights[x * across->n_taps + i];
            const gfloat *pixel  = line + (gsize) across->at[x * across->n_taps + i] * c;
            gfloat       *sum    = out + ((gsize) y * out_w + x) * c;

            for (gint k = 0; k < c; k++)
              sum[k] += weight * pixel[k];
          }
    }
}

DdimCanvas *
ddim_canvas_reduce (const DdimCanvas *canvas,
                    gint              k,
                    gboolean          tileable)
{
  g_auto (Axis) down    = { 0 };
  g_auto (Axis) across  = { 0 };
  DdimCanvas   *reduced = ddim_canvas_new (canvas->n, count_cells (canvas->h, k, tileable),
                                           count_cells (canvas->w, k, tileable), canvas->c);

  reduced->x = floor ((gdouble) canvas->x / k);
  reduced->y = floor ((gdouble) canvas->y / k);
  axis_init_reducing (&down, canvas->h, k, tileable);
  axis_init_reducing (&across, canvas->w, k, tileable);
  for (gint n = 0; n < canvas->n; n++)
    resample (canvas->data + n * ddim_canvas_item_size (canvas), canvas->w, canvas->c,
              &down, &across,
              reduced->data + n * ddim_canvas_item_size (reduced), reduced->h, reduced->w);
  return reduced;
}

void
ddim_canvas_add_enlarged (DdimCanvas       *canvas,
                          const DdimCanvas *reduced,
                          gint              k,
                          gboolean          tileable)
{
  g_auto (Axis) down   = { 0 };
  g_auto (Axis) across = { 0 };

  axis_init_enlarging (&down, canvas->h, k, tileable);
  axis_init_enlarging (&across, canvas->w, k, tileable);
  for (gint n = 0; n < canvas->n; n++)
    resample (reduced->data + n * ddim_canvas_item_size (reduced), reduced->w, reduced->c,
              &down, &across,
              canvas->data + n * ddim_canvas_item_size (canvas), canvas->h, canvas->w);
}

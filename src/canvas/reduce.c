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
#include "try-alloc.h"

/* A position of one axis as a weighted sum of positions of another. */
typedef struct
{
  gint     n_taps;
  gint    *at;      /* each position's n_taps positions                      */
  gfloat  *weights; /* and their weights                                     */
} Axis;

static gboolean
axis_init (Axis    *axis,
           gint     size,
           gint     n_taps,
           GError **error)
{
  axis->n_taps  = n_taps;
  axis->at      = ddim_try_new0 (gint, (gsize) size * n_taps, error);
  axis->weights = axis->at ? ddim_try_new0 (gfloat, (gsize) size * n_taps, error) : NULL;
  return axis->weights != NULL;
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
static gboolean
axis_init_reducing (Axis      *axis,
                    gint       size,
                    gint       k,
                    gboolean   tileable,
                    GError   **error)
{
  gint n = count_cells (size, k, tileable);

  if (! axis_init (axis, n, tileable ? size / n + 2 : k, error))
    return FALSE;
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
  return TRUE;
}

/* From cells to `size` pixels. */
static gboolean
axis_init_enlarging (Axis      *axis,
                     gint       size,
                     gint       k,
                     gboolean   tileable,
                     GError   **error)
{
  gint    n    = count_cells (size, k, tileable);
  gdouble step = tileable ? (gdouble) n / size : 1.0 / k;

  if (! axis_init (axis, size, 2, error))
    return FALSE;
  for (gint i = 0; i < size; i++)
    {
      gdouble position = (i + 0.5) * step - 0.5;
      gint    cell     = floor (position);

      for (gint tap = 0; tap < 2; tap++)
        axis->at[2 * i + tap] = tileable ? (cell + tap + n) % n : CLAMP (cell + tap, 0, n - 1);
      axis->weights[2 * i]     = 1 - (position - cell);
      axis->weights[2 * i + 1] = position - cell;
    }
  return TRUE;
}

/* Adds to out (H' x W' x C) one item of in (H x W x C).  line: W x C of scratch. */
static void
resample (const gfloat *in,
          gint          w,
          gint          c,
          const Axis   *down,
          const Axis   *across,
          gfloat       *line,
          gfloat       *out,
          gint          out_h,
          gint          out_w)
{
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

/* Adds to every item of out that of in. */
static gboolean
resample_items (const DdimCanvas  *in,
                const Axis        *down,
                const Axis        *across,
                DdimCanvas        *out,
                GError           **error)
{
  g_autofree gfloat *line = ddim_try_new (gfloat, (gsize) in->w * in->c, error);

  if (! line)
    return FALSE;
  for (gint n = 0; n < in->n; n++)
    resample (in->data + n * ddim_canvas_item_size (in), in->w, in->c, down, across, line,
              out->data + n * ddim_canvas_item_size (out), out->h, out->w);
  return TRUE;
}

DdimCanvas *
ddim_canvas_reduce (const DdimCanvas  *canvas,
                    gint               k,
                    gboolean           tileable,
                    GError           **error)
{
  g_auto (Axis) down   = { 0 };
  g_auto (Axis) across = { 0 };
  g_autoptr (DdimCanvas) reduced =
    ddim_canvas_try_new (canvas->n, count_cells (canvas->h, k, tileable),
                         count_cells (canvas->w, k, tileable), canvas->c, error);

  if (! reduced || ! axis_init_reducing (&down, canvas->h, k, tileable, error) ||
      ! axis_init_reducing (&across, canvas->w, k, tileable, error) ||
      ! resample_items (canvas, &down, &across, reduced, error))
    return NULL;

  reduced->x = floor ((gdouble) canvas->x / k);
  reduced->y = floor ((gdouble) canvas->y / k);
  return g_steal_pointer (&reduced);
}

gboolean
ddim_canvas_add_enlarged (DdimCanvas        *canvas,
                          const DdimCanvas  *reduced,
                          gint               k,
                          gboolean           tileable,
                          GError           **error)
{
  g_auto (Axis) down   = { 0 };
  g_auto (Axis) across = { 0 };

  return axis_init_enlarging (&down, canvas->h, k, tileable, error) &&
         axis_init_enlarging (&across, canvas->w, k, tileable, error) &&
         resample_items (reduced, &down, &across, canvas, error);
}

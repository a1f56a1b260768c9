/* patch-plane.c: a canvas as cells, and cells as a canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean of factor^2 pixels keeps the picture's coarse part and 1 / factor
 * of white noise.  A torus is cut into a whole number of cells as near to the
 * factor as can be; its cells then share pixels in proportion.
 */

#include <math.h>
#include <string.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "try-alloc.h"
#include "patch.h"

static gint
floor_div (gint a,
           gint b)
{
  return a >= 0 ? a / b : - ((b - 1 - a) / b);
}

/* The pixels from..to - 1 (within 0..size) that make cell i, with the share of
 * the first and the last one.                                               */
static void
cell_span (const DdimPlane *plane,
           gint             i,
           gint             cells,
           gint             size,
           gint             first, /* the canvas's position - the first cell's */
           gint            *from,
           gint            *to,
           gdouble         *head,
           gdouble         *tail)
{
  *head = *tail = 1;
  if (plane->wrap)
    {
      gdouble start = (gdouble) size * i / cells;
      gdouble end   = (gdouble) size * (i + 1) / cells;

      *from = floor (start + 1e-9);
      *to   = MIN ((gint) ceil (end - 1e-9), size);
      *head = *from + 1 - start;
      *tail = end - (*to - 1);
      if (*to - *from == 1)
        *head = *tail = 1;
    }
  else
    {
      *from = MAX (i * plane->factor - first, 0);
      *to   = MIN ((i + 1) * plane->factor - first, size);
    }
}

/* The cells of a row behind its last one. */
static void
fill_margin (const DdimPlane *plane,
             gfloat          *row)
{
  gint c = plane->c;

  for (gint j = plane->w; j < plane->columns; j++)
    memcpy (row + j * c, row + ddim_plane_index (j, plane->w, plane->wrap) * c,
            c * sizeof (gfloat));
}

gboolean
ddim_plane_cut (DdimPlane         *plane,
                const DdimCanvas  *canvas,
                gint               item,
                gint               factor,
                gboolean           wrap,
                gdouble            scale,
                const gfloat      *mean,
                GError           **error)
{
  gint          h = canvas->h, w = canvas->w, c = canvas->c;
  const gfloat *in = canvas->data + item * ddim_canvas_item_size (canvas);
  gsize         size;
  g_autofree gdouble *line = NULL;

  plane->factor = factor;
  plane->wrap   = wrap;
  plane->c      = c;
  plane->y      = floor_div (canvas->y, factor);
  plane->x      = floor_div (canvas->x, factor);
  if (wrap)
    {
      plane->h = MAX (1, (h + factor / 2) / factor);
      plane->w = MAX (1, (w + factor / 2) / factor);
      plane->rows    = plane->h + DDIM_PATCH - 1;
      plane->columns = plane->w + DDIM_PATCH - 1;
    }
  else
    {
      plane->h = floor_div (canvas->y + h - 1, factor) + 1 - plane->y;
      plane->w = floor_div (canvas->x + w - 1, factor) + 1 - plane->x;
      plane->rows    = MAX (plane->h, DDIM_PATCH);
      plane->columns = MAX (plane->w, DDIM_PATCH);
    }
  size = (gsize) plane->rows * plane->columns * c;
  if (! (line = ddim_try_new (gdouble, (gsize) w * c, error)) ||
      ! (plane->cells = ddim_try_floats (size + DDIM_PLANE_BEYOND, error)))
    return FALSE;
  memset (plane->cells + size, 0, DDIM_PLANE_BEYOND * sizeof (gfloat));

  for (gint i = 0; i < plane->h; i++)
    {
      gfloat *row = plane->cells + (gsize) i * plane->columns * c;
      gint    from, to;
      gdouble head, tail, rows;

      cell_span (plane, i, plane->h, h, canvas->y - plane->y * factor,
                 &from, &to, &head, &tail);
      if (factor == 1)
        {
          const gfloat *pixel = in + (gsize) from * w * c;

          for (gint j = 0; j < plane->w; j++)
            for (gint k = 0; k < c; k++)
              row[j * c + k] = scale * pixel[j * c + k] - mean[k];
          fill_margin (plane, row);
          continue;
        }
      memset (line, 0, (gsize) w * c * sizeof (gdouble));
      rows = 0;
      for (gint y = from; y < to; y++)
        {
          gdouble       share = y == from ? head : y == to - 1 ? tail : 1;
          const gfloat *pixel = in + (gsize) y * w * c;

          rows += share;
          for (gsize k = 0; k < (gsize) w * c; k++)
            line[k] += share * pixel[k];
        }

      for (gint j = 0; j < plane->w; j++)
        {
          gdouble sums[4] = { 0 }, columns = 0;

          cell_span (plane, j, plane->w, w, canvas->x - plane->x * factor,
                     &from, &to, &head, &tail);
          for (gint x = from; x < to; x++)
            {
              gdouble share = x == from ? head : x == to - 1 ? tail : 1;

              columns += share;
              for (gint k = 0; k < c; k++)
                sums[k] += share * line[(gsize) x * c + k];
            }
          for (gint k = 0; k < c; k++)
            row[j * c + k] = scale * sums[k] / (rows * columns) - mean[k];
        }
      fill_margin (plane, row);
    }
  for (gint i = plane->h; i < plane->rows; i++)
    memcpy (plane->cells + (gsize) i * plane->columns * c,
            plane->cells + (gsize) ddim_plane_index (i, plane->h, wrap) * plane->columns * c,
            (gsize) plane->columns * c * sizeof (gfloat));
  return TRUE;
}

void
ddim_plane_clear (DdimPlane *plane)
{
  g_clear_pointer (&plane->cells, ddim_memory_free);
  g_clear_pointer (&plane->handicap, g_free);
}

void
ddim_patch_read (gfloat       *out,
                 gsize         out_line,
                 const gfloat *at,
                 gsize         line,
                 gint          c,
                 const guint8 *cells)
{
  if (ddim_patch_is_upright (cells))
    {
      for (gint y = 0; y < DDIM_PATCH; y++)
        memcpy (out + y * out_line, at + y * line, DDIM_PATCH * c * sizeof (gfloat));
      return;
    }

  for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
    for (gint k = 0; k < c; k++)
      out[cells[cell] / DDIM_PATCH * out_line + cells[cell] % DDIM_PATCH * c + k] =
        at[cell / DDIM_PATCH * line + cell % DDIM_PATCH * c + k];
}

DdimPatchGrid
ddim_patch_grid (const DdimPlane *plane,
                 gint             stride)
{
  DdimPatchGrid grid = { .stride = stride };

  grid.last_y = plane->rows - DDIM_PATCH;
  grid.last_x = plane->columns - DDIM_PATCH;
  grid.h = (grid.last_y + stride - 1) / stride + 1;
  grid.w = (grid.last_x + stride - 1) / stride + 1;
  if (plane->wrap)
    {
      /* The last place is the one before the first comes again. */
      grid.h = (plane->h + stride - 1) / stride;
      grid.w = (plane->w + stride - 1) / stride;
    }
  return grid;
}

/* Painting ------------------------------------------------------------------- */

typedef struct
{
  const DdimPlane *plane;
  const gfloat    *mean;
  DdimCanvas      *out;
  gint             item;
  gfloat          *lines;  /* one for each worker                             */
} Paint;

/* The four cells around pixel i, and their weights: Catmull and Rom's cubic. */
static void
taps (const DdimPlane *plane,
      gint             i,
      gint             cells,
      gint             size,
      gint             first,
      gint             at[4],
      gfloat           weights[4])
{
  gdouble position = plane->wrap ? (i + 0.5) * cells / size - 0.5
                                 : (first + i + 0.5) / plane->factor - 0.5;
  gint    base = floor (position);
  gdouble t    = position - base;

  weights[0] = t * (-0.5 + t * (1 - 0.5 * t));
  weights[1] = 1 + t * t * (1.5 * t - 2.5);
  weights[2] = t * (0.5 + t * (2 - 1.5 * t));
  weights[3] = t * t * (0.5 * t - 0.5);
  for (gint k = 0; k < 4; k++)
    at[k] = ddim_plane_nearest (base - 1 + k, cells, plane->wrap);
}

static void
paint_row (gint     y,
           gint     worker,
           gpointer data)
{
  const Paint     *paint = data;
  const DdimPlane *plane = paint->plane;
  DdimCanvas      *out   = paint->out;
  gint             c     = plane->c;
  gfloat          *pixel = out->data + paint->item * ddim_canvas_item_size (out)
                           + (gsize) y * out->w * c;
  gint             at[4];
  gfloat           weights[4];
  gfloat          *line  = paint->lines + (gsize) worker * plane->w * c;

  if (plane->factor == 1)
    {
      const gfloat *cell = plane->cells + (gsize) y * plane->columns * c;

      for (gint x = 0; x < out->w; x++)
        for (gint k = 0; k < c; k++)
          *pixel++ = *cell++ + paint->mean[k];
      return;
    }

  memset (line, 0, (gsize) plane->w * c * sizeof (gfloat));
  taps (plane, y, plane->h, out->h, out->y - plane->y * plane->factor, at, weights);
  for (gint k = 0; k < 4; k++)
    {
      const gfloat *cell = plane->cells + (gsize) at[k] * plane->columns * c;

      for (gint x = 0; x < plane->w * c; x++)
        line[x] += weights[k] * cell[x];
    }
  for (gint x = 0; x < out->w; x++)
    {
      taps (plane, x, plane->w, out->w, out->x - plane->x * plane->factor, at, weights);
      for (gint k = 0; k < c; k++)
        *pixel++ = weights[0] * line[at[0] * c + k] + weights[1] * line[at[1] * c + k]
                   + weights[2] * line[at[2] * c + k] + weights[3] * line[at[3] * c + k]
                   + paint->mean[k];
    }
}

gboolean
ddim_plane_paint (const DdimPlane      *plane,
                  const gfloat         *mean,
                  DdimCanvas           *out,
                  gint                  item,
                  const DdimPatchWork  *work,
                  GError              **error)
{
  gsize              size  = (gsize) ddim_thread_pool_get_n_threads (work->pool)
                             * plane->w * plane->c;
  g_autofree gfloat *lines = ddim_try_new (gfloat, size, error);
  Paint              paint = { plane, mean, out, item, lines };

  return lines &&
         ddim_thread_pool_run (work->pool, out->h, paint_row, &paint, work->cancellable);
}

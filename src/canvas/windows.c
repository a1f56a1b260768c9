/* windows.c: overlapping windows along an axis of a canvas, and their weights
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The axis is cut into cells of one length.  A window lies over each, and its
 * weight rises and falls by half a cosine over the cell's borders.  The weights
 * add up to 1 along an axis, so their products do on the plane.
 */

#include "windows.h"

#include <math.h>
#include <string.h>

#include "try-alloc.h"

/* What the length of windows is rounded up to where there is a choice: most
 * networks halve them three times, and one that does so more often extends
 * them itself.                                                              */
#define MULTIPLE 8

void
ddim_windows_clear (DdimWindows *windows)
{
  g_clear_pointer (&windows->starts, g_free);
  g_clear_pointer (&windows->borders, g_free);
  g_clear_pointer (&windows->weights, g_free);
}

static gint
divide_up (gint a,
           gint b)
{
  return (a + b - 1) / b;
}

gint
ddim_windows_wrap (gint i,
                   gint size)
{
  i %= size;
  return i < 0 ? i + size : i;
}

/* From 0 below a border to 1 above it, over `overlap` pixels. */
static gdouble
rise (gdouble above,
      gint    overlap)
{
  gdouble u = overlap > 0 ? above / overlap + 0.5 : above > 0;

  return 0.5 - 0.5 * cos (G_PI * CLAMP (u, 0, 1));
}

/* Places window i, and fills its weights, which it adds to sums. */
static void
place (DdimWindows       *windows,
       gint               i,
       const DdimTiling  *options,
       gdouble           *sums)
{
  gboolean circle = options->tileable;
  gboolean first  = ! circle && i == 0;
  gboolean last   = ! circle && i == windows->n - 1;
  gint     from   = windows->borders[i];
  gint     to     = windows->borders[i + 1];
  gint     start  = (from + to - windows->length) / 2;
  gint     scale  = windows->scale;
  gfloat  *weights = windows->weights + (gsize) i * windows->length * scale;

  if (! circle)
    start = CLAMP (start, 0, windows->size - windows->length);
  windows->starts[i] = start;

  for (gint k = 0; k < windows->length * scale; k++)
    {
      gdouble at     = start + (k + 0.5) / scale;
      gdouble weight = (first ? 1 : rise (at - from, options->overlap)) *
                       (last ? 1 : rise (to - at, options->overlap));

      weights[k] = weight;
      sums[ddim_windows_wrap (start * scale + k, windows->size * scale)] += weight;
    }
}

gboolean
ddim_windows_lay (DdimWindows       *windows,
                  gint               size,
                  gint               scale,
                  const DdimTiling  *options,
                  gdouble            random,
                  GError           **error)
{
  gint     overlap = options->overlap;
  gboolean circle  = options->tileable;
  gint     n       = divide_up (size, options->size - overlap);
  gint     cell    = divide_up (size, n);
  gint     length  = options->size;
  gint     reach;   /* how far borders may move to either side */
  gint     shift;
  g_autofree gdouble *sums = NULL;

  if (! options->fixed)
    length = MIN (divide_up (cell + overlap, MULTIPLE) * MULTIPLE, length);
  if (! circle && (length >= size || n == 1))
    {
      length = size;
      n      = 1;
    }

  reach = circle ? size / 2 : MIN (length - cell - overlap / 2, cell / 2);
  shift = options->still ? 0 : lrint ((2 * random - 1) * MAX (reach, 0));

  *windows = (DdimWindows) { n, length, size, scale };
  if (! (sums = ddim_try_new0 (gdouble, (gsize) size * scale, error)) ||
      ! (windows->starts = ddim_try_new (gint, n, error)) ||
      ! (windows->borders = ddim_try_new (gint, n + 1, error)) ||
      ! (windows->weights = ddim_try_new (gfloat, (gsize) n * length * scale, error)))
    return FALSE;

  for (gint i = 0; i <= n; i++)
    windows->borders[i] = (gint64) i * size / n + shift;
  if (! circle)
    {
      windows->borders[0] = 0;
      windows->borders[n] = size;
    }

  for (gint i = 0; i < n; i++)
    place (windows, i, options, sums);
  for (gint i = 0; i < n; i++)
    for (gint k = 0; k < length * scale; k++)
      windows->weights[(gsize) i * length * scale + k] /=
        sums[ddim_windows_wrap (windows->starts[i] * scale + k, size * scale)];
  return TRUE;
}

void
ddim_windows_gather (const DdimCanvas  *x,
                     gint               item,
                     const DdimWindows *rows,
                     gint               row,
                     const DdimWindows *columns,
                     gint               column,
                     gint               scale,
                     gfloat            *window)
{
  const gfloat *data = x->data + item * ddim_canvas_item_size (x);
  gint          h    = rows->length * scale, w = columns->length * scale;
  gint          top  = rows->starts[row] * scale, left = columns->starts[column] * scale;
  gboolean      inside = left >= 0 && left + w <= x->w;

  for (gint r = 0; r < h; r++, window += w * x->c)
    {
      const gfloat *line = data + (gsize) ddim_windows_wrap (top + r, x->h) * x->w * x->c;

      if (inside)
        memcpy (window, line + left * x->c, w * x->c * sizeof (gfloat));
      else
        for (gint k = 0; k < w; k++)
          memcpy (window + k * x->c, line + ddim_windows_wrap (left + k, x->w) * x->c,
                  x->c * sizeof (gfloat));
    }
}

void
ddim_windows_scatter (const gfloat      *window,
                      const DdimWindows *rows,
                      gint               row,
                      const DdimWindows *columns,
                      gint               column,
                      DdimCanvas        *out,
                      gint               item)
{
  gfloat       *data = out->data + item * ddim_canvas_item_size (out);
  gint          h    = rows->length * rows->scale, w = columns->length * columns->scale;
  gint          top  = rows->starts[row] * rows->scale;
  gint          left = columns->starts[column] * columns->scale;
  const gfloat *row_weights    = rows->weights + (gsize) row * h;
  const gfloat *column_weights = columns->weights + (gsize) column * w;
  gboolean      inside = left >= 0 && left + w <= out->w;

  for (gint r = 0; r < h; r++, window += w * out->c)
    {
      gfloat *line = data + (gsize) ddim_windows_wrap (top + r, out->h) * out->w * out->c;

      if (row_weights[r] == 0)
        continue;

      for (gint k = 0; k < w; k++)
        {
          gfloat  weight = row_weights[r] * column_weights[k];
          gfloat *pixel  = line + (inside ? left + k : ddim_windows_wrap (left + k, out->w)) * out->c;

          for (gint c = 0; c < out->c; c++)
            pixel[c] += weight * window[k * out->c + c];
        }
    }
}

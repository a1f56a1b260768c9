/* tiling.c: a field over a canvas of any size, made of one over windows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * At eta = 0 a step is affine in what the field predicts, so blending the
 * predictions of overlapping windows is blending their steps: MultiDiffusion
 * (Bar-Tal et al., arXiv 2302.08113), as one deterministic field that encoder
 * and decoder share.
 *
 * Each axis is cut into cells of one length.  A window lies over each cell,
 * and its weight rises and falls by half a cosine over the cell's borders.
 * The weights add up to 1 along an axis, so their products do on the plane:
 * memory is one batch of windows, whatever the canvas.  The borders move with
 * the timestep, and only with it: what is left of a seam after one step lies
 * in the middle of another step's window, and encoder and decoder still see
 * the same windows.
 *
 * On a torus opposite borders meet, and windows go round it.
 */

#include <math.h>
#include <string.h>

#include "tiling.h"
#include "philox.h"
#include "tiling-private.h"
#include "try-alloc.h"

/* Pixels that are evaluated at a time: enough that a network's small maps fill
 * the processors, few enough for its activations.                           */
#define BATCH_PIXELS (256 * 256)

/* What the length of windows is rounded up to where there is a choice: most
 * networks halve them three times, and one that does so more often extends
 * them itself.                                                              */
#define MULTIPLE 8

typedef struct
{
  DdimField   field;
  DdimField  *inner;
  DdimTiling  options;
} TilingField;

/* The windows along one axis ------------------------------------------- */

typedef struct
{
  gint    n;        /* how many                                             */
  gint    length;   /* of each                                              */
  gint    size;     /* of the canvas                                        */
  gint   *starts;   /* may lie before 0 or reach over `size` on a torus     */
  gint   *borders;  /* n + 1: window i stands for borders[i] .. [i + 1] - 1  */
  gfloat *weights;  /* n x length                                           */
} Axis;

static void
axis_clear (Axis *axis)
{
  g_clear_pointer (&axis->starts, g_free);
  g_clear_pointer (&axis->borders, g_free);
  g_clear_pointer (&axis->weights, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axis, axis_clear)

static gint
divide_up (gint a,
           gint b)
{
  return (a + b - 1) / b;
}

/* The index in 0 .. size - 1 of position i on a circle. */
static gint
wrap (gint i,
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

/* random: from 0 to 1, where the borders lie. */
static gboolean
axis_lay (Axis              *axis,
          const DdimTiling  *options,
          gdouble            random,
          GError           **error)
{
  gint     size    = axis->size;
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

  axis->n       = n;
  axis->length  = length;
  if (! (sums = ddim_try_new0 (gdouble, size, error)) ||
      ! (axis->starts = ddim_try_new (gint, n, error)) ||
      ! (axis->borders = ddim_try_new (gint, n + 1, error)) ||
      ! (axis->weights = ddim_try_new (gfloat, (gsize) n * length, error)))
    return FALSE;

  for (gint i = 0; i <= n; i++)
    axis->borders[i] = (gint64) i * size / n + shift;
  if (! circle)
    {
      axis->borders[0] = 0;
      axis->borders[n] = size;
    }

  for (gint i = 0; i < n; i++)
    {
      gboolean first = ! circle && i == 0;
      gboolean last  = ! circle && i == n - 1;
      gint     from  = axis->borders[i];
      gint     to    = axis->borders[i + 1];
      gint     start = (from + to - length) / 2;

      if (! circle)
        start = CLAMP (start, 0, size - length);
      axis->starts[i] = start;

      for (gint k = 0; k < length; k++)
        {
          gdouble place  = start + k + 0.5;
          gdouble weight = (first ? 1 : rise (place - from, overlap)) *
                           (last ? 1 : rise (to - place, overlap));

          axis->weights[(gsize) i * length + k] = weight;
          sums[wrap (start + k, size)] += weight;
        }
    }

  for (gint i = 0; i < n; i++)
    for (gint k = 0; k < length; k++)
      axis->weights[(gsize) i * length + k] /= sums[wrap (axis->starts[i] + k, size)];
  return TRUE;
}

/* The field -------------------------------------------------------------- */

/* The part of an item of x that a window shows. */
static void
gather (const DdimCanvas *x,
        gint              item,
        const Axis       *rows,
        gint              row,
        const Axis       *columns,
        gint              column,
        gfloat           *window)
{
  const gfloat *data = x->data + item * ddim_canvas_item_size (x);
  gint          left = columns->starts[column];
  gboolean      inside = left >= 0 && left + columns->length <= x->w;

  for (gint r = 0; r < rows->length; r++, window += columns->length * x->c)
    {
      const gfloat *line = data + (gsize) wrap (rows->starts[row] + r, x->h) * x->w * x->c;

      if (inside)
        memcpy (window, line + left * x->c, columns->length * x->c * sizeof (gfloat));
      else
        for (gint k = 0; k < columns->length; k++)
          memcpy (window + k * x->c, line + wrap (left + k, x->w) * x->c,
                  x->c * sizeof (gfloat));
    }
}

/* Adds a window, weighted, to an item of out. */
static void
scatter (const gfloat *window,
         const Axis   *rows,
         gint          row,
         const Axis   *columns,
         gint          column,
         DdimCanvas   *out,
         gint          item)
{
  gfloat       *data  = out->data + item * ddim_canvas_item_size (out);
  const gfloat *row_weights    = rows->weights + (gsize) row * rows->length;
  const gfloat *column_weights = columns->weights + (gsize) column * columns->length;
  gint          left   = columns->starts[column];
  gboolean      inside = left >= 0 && left + columns->length <= out->w;

  for (gint r = 0; r < rows->length; r++, window += columns->length * out->c)
    {
      gfloat *line = data + (gsize) wrap (rows->starts[row] + r, out->h) * out->w * out->c;

      if (row_weights[r] == 0)
        continue;

      for (gint k = 0; k < columns->length; k++)
        {
          gfloat  weight = row_weights[r] * column_weights[k];
          gfloat *pixel  = line + (inside ? left + k : wrap (left + k, out->w)) * out->c;

          for (gint c = 0; c < out->c; c++)
            pixel[c] += weight * window[k * out->c + c];
        }
    }
}

/* Evaluates windows first .. first + n - 1, counted over items, rows and
 * columns.                                                                  */
static gboolean
evaluate_batch (TilingField       *self,
                const DdimCanvas   *x,
                const DdimLevel    *level,
                const Axis         *rows,
                const Axis         *columns,
                gint                first,
                gint                n,
                DdimCanvas         *seen,
                DdimCanvas         *predicted,
                DdimCanvas         *out,
                const DdimMonitor  *monitor,
                GError            **error)
{
  gint  each = rows->n * columns->n;
  gsize size = ddim_canvas_item_size (seen);

  seen->n = predicted->n = n;

  for (gint i = 0; i < n; i++)
    {
      gint at = (first + i) % each;

      gather (x, (first + i) / each, rows, at / columns->n, columns, at % columns->n,
              seen->data + i * size);
    }

  if (! ddim_field_evaluate (self->inner, seen, level, predicted, monitor, error))
    return FALSE;

  for (gint i = 0; i < n; i++)
    {
      gint at = (first + i) % each;

      scatter (predicted->data + i * size, rows, at / columns->n, columns, at % columns->n,
               out, (first + i) / each);
    }

  return TRUE;
}

/* Two numbers from 0 to 1 that depend on the timestep only. */
static void
borders_of (const DdimLevel *level,
            gdouble          random[2])
{
  guint32 counter[4] = { (guint32) (gint) level->timestep, 0, 0, 0 };
  guint32 bits[4];

  ddim_philox (counter, 0, bits);
  random[0] = bits[0] * 0x1p-32;
  random[1] = bits[1] * 0x1p-32;
}

/* Lays the windows over the axes' sizes for a level. */
static gboolean
lay (const TilingField  *self,
     const DdimLevel    *level,
     Axis               *rows,
     Axis               *columns,
     GError            **error)
{
  gdouble random[2];

  borders_of (level, random);
  return axis_lay (rows, &self->options, random[0], error) &&
         axis_lay (columns, &self->options, random[1], error);
}

static gboolean
windows_evaluate (DdimField          *field,
                  const DdimCanvas   *x,
                  const DdimLevel    *level,
                  DdimCanvas         *out,
                  const DdimMonitor  *monitor,
                  GError            **error)
{
  TilingField  *self    = (TilingField *) field;
  g_auto (Axis)  rows    = { .size = x->h };
  g_auto (Axis)  columns = { .size = x->w };
  gint           n_windows, batch;
  g_autoptr (DdimCanvas) seen      = NULL;
  g_autoptr (DdimCanvas) predicted = NULL;

  if (! lay (self, level, &rows, &columns, error))
    return FALSE;
  if (! self->options.tileable && rows.n == 1 && columns.n == 1)
    return ddim_field_evaluate (self->inner, x, level, out, monitor, error);

  n_windows = x->n * rows.n * columns.n;
  batch     = CLAMP (BATCH_PIXELS / (rows.length * columns.length), 1, n_windows);
  batch     = divide_up (n_windows, divide_up (n_windows, batch)); /* evenly */
  if (! (seen = ddim_canvas_try_new (batch, rows.length, columns.length, x->c, error)) ||
      ! (predicted = ddim_canvas_try_new (batch, rows.length, columns.length, x->c, error)))
    return FALSE;

  memset (out->data, 0, ddim_canvas_size (out) * sizeof (gfloat));
  for (gint first = 0; first < n_windows; first += batch)
    {
      gint        n    = MIN (batch, n_windows - first);
      DdimMonitor part = ddim_monitor_part (monitor, first / (gdouble) n_windows,
                                            (first + n) / (gdouble) n_windows);

      if (! evaluate_batch (self, x, level, &rows, &columns, first, n, seen, predicted, out,
                            &part, error) ||
          ! ddim_monitor_update (&part, 1, error))
        return FALSE;
    }

  return TRUE;
}

static void
windows_finalize (DdimField *field)
{
  ddim_field_unref (((TilingField *) field)->inner);
  g_free (field);
}

static const DdimFieldClass windows_class = { windows_evaluate, windows_finalize };

DdimField *
ddim_tiling_new (DdimField         *inner,
                 const DdimTiling  *options,
                 GError           **error)
{
  TilingField *self;

  if (options->size < 8 || options->overlap < 0 || options->overlap > options->size / 2)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Windows of %d pixels cannot overlap by %d: 8 pixels or more, and an "
                   "overlap of at most half of them, are needed",
                   options->size, options->overlap);
      return NULL;
    }

  self = g_new0 (TilingField, 1);
  ddim_field_init (&self->field, &windows_class, inner->channels, inner->prediction);
  self->inner   = ddim_field_ref (inner);
  self->options = *options;

  return &self->field;
}

GArray *
ddim_tiling_borders (DdimField       *field,
                     const DdimLevel *level,
                     gint             size,
                     gboolean         across)
{
  TilingField  *self    = (TilingField *) field;
  g_auto (Axis)  rows    = { .size = size };
  g_auto (Axis)  columns = { .size = size };
  const Axis    *axis    = across ? &columns : &rows;
  GArray        *borders = g_array_new (FALSE, FALSE, sizeof (gint));

  if (! lay (self, level, &rows, &columns, NULL))
    return borders;
  for (gint i = 1; i < axis->n; i++)
    {
      gint border = wrap (axis->borders[i], size);

      g_array_append_val (borders, border);
    }

  return borders;
}

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
 * Memory is one batch of windows, whatever the canvas.  Their borders move with
 * the timestep, and only with it: what is left of a seam after one step lies
 * in the middle of another step's window, and encoder and decoder still see
 * the same windows.
 *
 * On a torus opposite borders meet, and windows go round it.
 */

#include <string.h>

#include "tiling.h"
#include "philox.h"
#include "tiling-private.h"
#include "windows.h"

/* Pixels that are evaluated at a time: enough that a network's small maps fill
 * the processors, few enough for its activations.                           */
#define BATCH_PIXELS (256 * 256)

typedef struct
{
  DdimField   field;
  DdimField  *inner;
  DdimTiling  options;
} TilingField;

/* Evaluates windows first .. first + n - 1, counted over items, rows and
 * columns.                                                                  */
static gboolean
evaluate_batch (TilingField       *self,
                const DdimCanvas   *x,
                const DdimLevel    *level,
                const DdimWindows  *rows,
                const DdimWindows  *columns,
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

      ddim_windows_gather (x, (first + i) / each, rows, at / columns->n, columns,
                           at % columns->n, 1, seen->data + i * size);
    }

  if (! ddim_field_evaluate (self->inner, seen, level, predicted, monitor, error))
    return FALSE;

  for (gint i = 0; i < n; i++)
    {
      gint at = (first + i) % each;

      ddim_windows_scatter (predicted->data + i * size, rows, at / columns->n, columns,
                            at % columns->n, out, (first + i) / each);
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
     gint                h,
     gint                w,
     DdimWindows        *rows,
     DdimWindows        *columns,
     GError            **error)
{
  gdouble random[2];

  borders_of (level, random);
  return ddim_windows_lay (rows, h, 1, &self->options, random[0], error) &&
         ddim_windows_lay (columns, w, 1, &self->options, random[1], error);
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
  g_auto (DdimWindows) rows    = { 0 };
  g_auto (DdimWindows) columns = { 0 };
  gint          n_windows, batch, batches;
  g_autoptr (DdimCanvas) seen      = NULL;
  g_autoptr (DdimCanvas) predicted = NULL;

  if (! lay (self, level, x->h, x->w, &rows, &columns, error))
    return FALSE;
  if (! self->options.tileable && rows.n == 1 && columns.n == 1)
    return ddim_field_evaluate (self->inner, x, level, out, monitor, error);

  n_windows = x->n * rows.n * columns.n;
  batch     = CLAMP (BATCH_PIXELS / (rows.length * columns.length), 1, n_windows);
  batches   = (n_windows + batch - 1) / batch;
  batch     = (n_windows + batches - 1) / batches; /* evenly */
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
  g_auto (DdimWindows) rows    = { 0 };
  g_auto (DdimWindows) columns = { 0 };
  const DdimWindows   *axis    = across ? &columns : &rows;
  GArray              *borders = g_array_new (FALSE, FALSE, sizeof (gint));

  if (! lay (self, level, size, size, &rows, &columns, NULL))
    return borders;
  for (gint i = 1; i < axis->n; i++)
    {
      gint border = ddim_windows_wrap (axis->borders[i], size);

      g_array_append_val (borders, border);
    }

  return borders;
}

/* canvas.c: batches of pictures and latents
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "canvas.h"
#include "errors.h"
#include "memory-budget.h"
#include "try-alloc.h"

DdimCanvas *
ddim_canvas_new (gint n,
                 gint h,
                 gint w,
                 gint c)
{
  DdimCanvas *canvas = g_new0 (DdimCanvas, 1);

  canvas->n = n;
  canvas->h = h;
  canvas->w = w;
  canvas->c = c;
  canvas->data = g_new0 (gfloat, ddim_canvas_size (canvas));

  return canvas;
}

DdimCanvas *
ddim_canvas_try_new (gint     n,
                     gint     h,
                     gint     w,
                     gint     c,
                     GError **error)
{
  gdouble     size = (gdouble) n * h * w * c;
  DdimCanvas *canvas;
  gfloat     *data;

  if (! ddim_memory_check (size * sizeof (gfloat), error,
                           "A batch of %d pictures of %d × %d pixels", n, w, h))
    return NULL;

  data = ddim_try_new0 (gfloat, (gsize) size, error);
  if (! data)
    return NULL;

  canvas  = g_new (DdimCanvas, 1);
  *canvas = (DdimCanvas) { .n = n, .h = h, .w = w, .c = c, .data = data };
  return canvas;
}

DdimCanvas *
ddim_canvas_copy (const DdimCanvas *canvas)
{
  DdimCanvas *copy = g_memdup2 (canvas, sizeof *canvas);

  copy->data = g_memdup2 (canvas->data, ddim_canvas_size (canvas) * sizeof (gfloat));

  return copy;
}

DdimCanvas *
ddim_canvas_try_copy (const DdimCanvas  *canvas,
                      GError           **error)
{
  DdimCanvas *copy = ddim_canvas_try_like (canvas, canvas->n, error);

  if (copy)
    memcpy (copy->data, canvas->data, ddim_canvas_size (canvas) * sizeof (gfloat));
  return copy;
}

DdimCanvas *
ddim_canvas_try_like (const DdimCanvas  *canvas,
                      gint               n,
                      GError           **error)
{
  DdimCanvas *other = ddim_canvas_try_new (n, canvas->h, canvas->w, canvas->c, error);

  if (other)
    {
      other->x = canvas->x;
      other->y = canvas->y;
    }
  return other;
}

void
ddim_canvas_free (DdimCanvas *canvas)
{
  if (! canvas)
    return;

  g_free (canvas->data);
  g_free (canvas);
}

DdimCanvas
ddim_canvas_items (const DdimCanvas *canvas,
                   gint              first,
                   gint              n)
{
  DdimCanvas items = *canvas;

  items.n     = n;
  items.data += first * ddim_canvas_item_size (canvas);
  return items;
}

gsize
ddim_canvas_item_size (const DdimCanvas *canvas)
{
  return (gsize) canvas->h * canvas->w * canvas->c;
}

gsize
ddim_canvas_size (const DdimCanvas *canvas)
{
  return canvas->n * ddim_canvas_item_size (canvas);
}

gboolean
ddim_canvas_is_finite (const DdimCanvas *canvas)
{
  gsize size = ddim_canvas_size (canvas);
  gint  bad  = 0;

  /* By their bits, a full exponent, which is vector code. */
  for (gsize i = 0; i < size; i++)
    {
      guint32 bits;

      memcpy (&bits, &canvas->data[i], sizeof bits);
      bad |= (bits & 0x7f800000) == 0x7f800000;
    }
  return ! bad;
}

gdouble
ddim_canvas_rms_difference (const DdimCanvas *x,
                            const DdimCanvas *y)
{
  gsize   size = ddim_canvas_size (x);
  gdouble sum  = 0;

  for (gsize i = 0; i < size; i++)
    {
      gdouble difference = (gdouble) x->data[i] - y->data[i];

      sum += difference * difference;
    }

  return sqrt (sum / MAX (size, 1));
}

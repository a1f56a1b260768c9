/* strips.c: pixels of GIMP's, some rows at a time
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "strips.h"

gboolean
ddim_strip_next (GeglRectangle       *strip,
                 const GeglRectangle *area)
{
  gint y      = strip->height ? strip->y + strip->height : area->y;
  gint row    = ((y % DDIM_STRIP) + DDIM_STRIP) % DDIM_STRIP; /* y may be negative */
  gint bottom = area->y + area->height;

  *strip = (GeglRectangle) { area->x, y, area->width,
                             MIN (DDIM_STRIP - row, bottom - y) };

  return y < bottom;
}

/* Columns of a block, whose memory does not depend on the picture. */
#define BLOCK 1024

/* Goes to the next block of a strip; begin with a block of zeros. */
static gboolean
next_block (GeglRectangle       *block,
            const GeglRectangle *strip)
{
  gint x     = block->width ? block->x + block->width : strip->x;
  gint right = strip->x + strip->width;

  *block = (GeglRectangle) { x, strip->y, MIN (BLOCK, right - x), strip->height };

  return x < right;
}

/* Memory for the largest block; free with g_free (). */
static guint8 *
new_block (const Babl *format)
{
  return g_malloc ((gsize) BLOCK * DDIM_STRIP * babl_format_get_bytes_per_pixel (format));
}

static gsize
block_size (const GeglRectangle *block,
            const Babl          *format)
{
  return (gsize) block->width * block->height * babl_format_get_bytes_per_pixel (format);
}

static void
get (GeglBuffer          *buffer,
     const GeglRectangle *strip,
     const Babl          *format,
     guint8              *bytes)
{
  gegl_buffer_get (buffer, strip, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

void
ddim_get_floats (GeglBuffer          *buffer,
                 const GeglRectangle *rectangle,
                 gdouble              scale,
                 const Babl          *doubles,
                 GeglAbyssPolicy      beyond,
                 gfloat              *floats)
{
  gint                components = babl_format_get_n_components (doubles);
  g_autofree gdouble *read       = (gdouble *) new_block (doubles);
  GeglRectangle       strip      = { 0 };

  while (ddim_strip_next (&strip, rectangle))
    {
      GeglRectangle block = { 0 };

      while (next_block (&block, &strip))
        {
          gsize          row  = (gsize) block.width * components;
          const gdouble *from = read;

          gegl_buffer_get (buffer, &block, scale, doubles, read, GEGL_AUTO_ROWSTRIDE, beyond);
          for (gint y = 0; y < block.height; y++, from += row)
            {
              gfloat *to = floats + ((gsize) (block.y + y - rectangle->y) * rectangle->width +
                                     block.x - rectangle->x) * components;

              for (gsize i = 0; i < row; i++)
                to[i] = from[i];
            }
        }
    }
}

void
ddim_strips_read (GimpDrawable         *drawable,
                  GeglBuffer           *to,
                  const GeglRectangle  *area,
                  void                (*pause) (gpointer pause_data),
                  gpointer              pause_data)
{
  const Babl        *format = gegl_buffer_get_format (to);
  g_autofree guint8 *bytes  = new_block (format);
  GeglRectangle      strip  = { 0 };

  while (ddim_strip_next (&strip, area))
    {
      GeglBuffer    *from  = gimp_drawable_get_buffer (drawable);
      GeglRectangle  block = { 0 };

      while (next_block (&block, &strip))
        {
          get (from, &block, format, bytes);
          gegl_buffer_set (to, &block, 0, format, bytes, GEGL_AUTO_ROWSTRIDE);
        }
      g_object_unref (from);
      if (pause)
        pause (pause_data);
    }
}

void
ddim_strips_write (GeglBuffer          *from,
                   const GeglRectangle *area,
                   GimpDrawable        *drawable,
                   DdimOpenBuffer       open_buffer,
                   gint                 x,
                   gint                 y)
{
  const Babl        *format = gegl_buffer_get_format (from);
  GeglRectangle      there  = { x, y, area->width, area->height };
  GeglRectangle      strip  = { 0 };
  g_autofree guint8 *wanted = new_block (format);
  g_autofree guint8 *found  = new_block (format);

  while (ddim_strip_next (&strip, &there))
    {
      GeglBuffer    *to    = open_buffer (drawable);
      GeglRectangle  block = { 0 };

      while (next_block (&block, &strip))
        {
          GeglRectangle here = block;

          here.x += area->x - x;
          here.y += area->y - y;
          get (from, &here, format, wanted);
          get (to, &block, format, found);
          if (memcmp (wanted, found, block_size (&block, format)))
            gegl_buffer_set (to, &block, 0, format, wanted, GEGL_AUTO_ROWSTRIDE);
        }
      g_object_unref (to);   /* sends the pixels to GIMP */
    }
}

gboolean
ddim_strips_are_equal (GimpDrawable        *drawable,
                       GeglBuffer          *buffer,
                       const GeglRectangle *area)
{
  const Babl        *format = gegl_buffer_get_format (buffer);
  g_autofree guint8 *one    = new_block (format);
  g_autofree guint8 *other  = new_block (format);
  GeglRectangle      strip  = { 0 };
  gboolean           equal  = TRUE;

  while (equal && ddim_strip_next (&strip, area))
    {
      GeglBuffer    *now   = gimp_drawable_get_buffer (drawable);
      GeglRectangle  block = { 0 };

      while (equal && next_block (&block, &strip))
        {
          get (now, &block, format, one);
          get (buffer, &block, format, other);
          equal = ! memcmp (one, other, block_size (&block, format));
        }
      g_object_unref (now);
    }

  return equal;
}

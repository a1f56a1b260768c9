/* picture.c: PNG files as canvases, for tests and measurements
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "picture.h"

/* Takes over the pixbuf, which may be NULL. */
static DdimCanvas *
picture_take (GdkPixbuf *taken)
{
  g_autoptr (GdkPixbuf) pixbuf = taken;
  DdimCanvas *picture;
  gfloat     *value;

  if (! pixbuf)
    return NULL;

  picture = ddim_canvas_new (1, gdk_pixbuf_get_height (pixbuf),
                             gdk_pixbuf_get_width (pixbuf), 3);
  value = picture->data;
  for (gint row = 0; row < picture->h; row++)
    for (gint column = 0; column < picture->w; column++)
      for (gint c = 0; c < 3; c++)
        *value++ = gdk_pixbuf_read_pixels (pixbuf)[row * gdk_pixbuf_get_rowstride (pixbuf)
                                                   + column * gdk_pixbuf_get_n_channels (pixbuf)
                                                   + c] / 127.5f - 1;

  return picture;
}

DdimCanvas *
picture_load (const gchar  *path,
              GError      **error)
{
  return picture_take (gdk_pixbuf_new_from_file (path, error));
}

DdimCanvas *
picture_load_scaled (const gchar  *path,
                     gint          h,
                     gint          w,
                     GError      **error)
{
  return picture_take (gdk_pixbuf_new_from_file_at_scale (path, w, h, FALSE, error));
}

gboolean
picture_save (const DdimCanvas  *items,
              const gchar       *path,
              GError           **error)
{
  gsize              size  = ddim_canvas_size (items);
  g_autofree guint8 *bytes = g_malloc (size);
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  for (gsize i = 0; i < size; i++)
    bytes[i] = picture_quantise (items->data[i]);
  pixbuf = gdk_pixbuf_new_from_data (bytes, GDK_COLORSPACE_RGB, FALSE, 8, items->w,
                                     items->n * items->h, items->w * 3, NULL, NULL);

  return gdk_pixbuf_save (pixbuf, path, "png", error, NULL);
}

DdimCanvas *
picture_crop (const DdimCanvas *picture,
              gint              x,
              gint              y,
              gint              h,
              gint              w)
{
  DdimCanvas *crop = ddim_canvas_new (1, h, w, picture->c);
  gsize       row_size = (gsize) w * picture->c;

  for (gint row = 0; row < h; row++)
    memcpy (crop->data + row * row_size,
            picture->data + ((gsize) (y + row) * picture->w + x) * picture->c,
            row_size * sizeof (gfloat));

  return crop;
}

DdimCanvas *
picture_crop_middle (const DdimCanvas *picture,
                     gint              h,
                     gint              w)
{
  return picture_crop (picture, (picture->w - w) / 2, (picture->h - h) / 2, h, w);
}

/* new-layer.c: a layer to be
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "finite.h"
#include "new-layer.h"
#include "strips.h"
#include "swap.h"

DdimNewLayer *
ddim_new_layer_new (const gchar   *name,
                    GimpImageType  type,
                    GeglBuffer    *pixels)
{
  DdimNewLayer *self = g_new0 (DdimNewLayer, 1);

  self->name    = g_strdup (name);
  self->type    = type;
  self->pixels  = pixels;
  self->mode    = GIMP_LAYER_MODE_NORMAL;
  self->opacity = 100.0;

  return self;
}

void
ddim_new_layer_free (DdimNewLayer *self)
{
  if (! self)
    return;

  g_clear_object (&self->pixels);
  g_free (self->name);
  g_free (self->recipe);
  g_free (self);
}

/* GIMP names the format itself, for a layer that nobody sees. */
const Babl *
ddim_new_layer_get_format (GimpImage     *image,
                           GimpImageType  type)
{
  GimpLayer  *probe  = gimp_layer_new (image, "", 1, 1, type, 100.0, GIMP_LAYER_MODE_NORMAL);
  const Babl *format = gimp_drawable_get_format (GIMP_DRAWABLE (probe));

  gimp_item_delete (GIMP_ITEM (probe));

  return format;
}

DdimNewLayer *
ddim_new_layer_new_of_canvas (const gchar       *name,
                              GimpImage         *image,
                              const DdimCanvas  *canvas,
                              GError           **error)
{
  GimpImageType        type   = canvas->c == 1 ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  const Babl          *own    = ddim_new_layer_get_format (image, type);
  const Babl          *format = babl_format_with_space (canvas->c == 1 ? "Y' double"
                                                                       : "R'G'B' double", own);
  gint                 bpp    = babl_format_get_bytes_per_pixel (own);
  gsize                width  = (gsize) canvas->w * canvas->c;
  g_autofree gdouble  *row    = ddim_try_new (gdouble, width, error);
  g_autofree guint8   *bytes  = row ? ddim_try_malloc (canvas->w, bpp, error) : NULL;
  GeglBuffer          *pixels;

  if (! bytes)
    return NULL;

  pixels = gegl_buffer_new (GEGL_RECTANGLE (0, 0, canvas->w, canvas->h), own);
  for (gint y = 0; y < canvas->h; y++)
    {
      for (gsize i = 0; i < width; i++)
        row[i] = (canvas->data[y * width + i] + 1.0) / 2.0;
      babl_process (babl_fish (format, own), row, bytes, canvas->w);
      ddim_keep_finite (own, bytes, row, canvas->c, canvas->w);
      gegl_buffer_set (pixels, GEGL_RECTANGLE (0, y, canvas->w, 1), 0, own, bytes,
                       GEGL_AUTO_ROWSTRIDE);
    }

  return ddim_new_layer_new (name, type, pixels);
}

static gboolean
write_layer (const DdimNewLayer  *self,
             GimpLayer           *layer,
             GError             **error)
{
  const GeglRectangle *extent   = gegl_buffer_get_extent (self->pixels);
  GimpDrawable        *drawable = GIMP_DRAWABLE (layer);
  gboolean             success  = gimp_layer_set_offsets (layer, self->x, self->y);

  if (success)
    {
      ddim_strips_write (self->pixels, extent, drawable, gimp_drawable_get_buffer, 0, 0);
      success = gimp_drawable_update (drawable, 0, 0, extent->width, extent->height);
    }
  if (success && self->recipe)
    {
      GimpParasite *parasite = gimp_parasite_new (self->procedure,
                                                  GIMP_PARASITE_PERSISTENT |
                                                  GIMP_PARASITE_UNDOABLE,
                                                  strlen (self->recipe), self->recipe);

      success = gimp_item_attach_parasite (GIMP_ITEM (layer), parasite);
      gimp_parasite_free (parasite);
    }

  if (! success)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("GIMP would not write to the new layer “%s”. Start again."), self->name);
  else if (! ddim_strips_are_equal (drawable, self->pixels, extent))
    ddim_swap_set_not_kept (self->name, error);
  else
    return TRUE;

  return FALSE;
}

GimpLayer *
ddim_new_layer_make (const DdimNewLayer  *self,
                     GimpImage           *image,
                     GError             **error)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (self->pixels);
  GimpLayer           *layer  = gimp_layer_new (image, self->name, extent->width,
                                                extent->height, self->type, self->opacity,
                                                self->mode);

  if (! layer)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not make a layer of %d × %d pixels. Choose a smaller area."),
                   extent->width, extent->height);
      return NULL;
    }
  if (! write_layer (self, layer, error))
    {
      gimp_item_delete (GIMP_ITEM (layer));
      return NULL;
    }

  return layer;
}

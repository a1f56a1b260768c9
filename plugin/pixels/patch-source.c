/* patch-source.c: a drawable as the picture whose patches make a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is transparent is no part of the picture; nor is what a channel does
 * not mark or, where only the selection counts, what is not selected: a pixel
 * is used where it is more in than out.
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region.h"
#include "patch-source.h"
#include "strips.h"

/* The part of a drawable to look at, at most DDIM_PATCH_SOURCE_SIDE either way, with
 * its middle as near to that of `around` as can be.                         */
static GeglRectangle
choose_window (const GeglRectangle *bounds,
               const GeglRectangle *around)
{
  GeglRectangle window;

  window.width  = MIN (bounds->width, DDIM_PATCH_SOURCE_SIDE);
  window.height = MIN (bounds->height, DDIM_PATCH_SOURCE_SIDE);
  window.x = CLAMP (around->x + around->width / 2 - window.width / 2,
                    bounds->x, bounds->x + bounds->width - window.width);
  window.y = CLAMP (around->y + around->height / 2 - window.height / 2,
                    bounds->y, bounds->y + bounds->height - window.height);
  return window;
}

/* Takes out of the mask where what `format`, of doubles, reads of the drawable is below a half.
 * area: the mask's, in the drawable's own pixels; region: whose pause is called. */
static gboolean
mask_by (DdimPatchSource      *source,
         const GeglRectangle  *area,
         GimpDrawable         *drawable,
         const Babl           *format,
         const DdimRegion     *region,
         GError              **error)
{
  g_autofree gfloat *read  = ddim_try_new (gfloat, (gsize) area->width * DDIM_STRIP, error);
  gfloat            *mask  = source->mask;
  GeglRectangle      strip = { 0 };

  if (! read)
    return FALSE;

  while (ddim_strip_next (&strip, area))
    {
      GeglBuffer *buffer = gimp_drawable_get_buffer (drawable);
      gsize       n      = (gsize) strip.width * strip.height;

      ddim_get_floats (buffer, &strip, 1.0, format, GEGL_ABYSS_NONE, read);
      g_object_unref (buffer);
      for (gsize i = 0; i < n; i++, mask++)
        if (! (read[i] >= 0.5f))
          *mask = 0.0f;

      if (region->pause)
        region->pause (region->pause_data);
    }

  return TRUE;
}

DdimPatchSource *
ddim_patch_source_read (GimpDrawable              *drawable,
                        GimpDrawable              *other,
                        const DdimPatchesOptions  *options,
                        gboolean                   selected,
                        const GeglRectangle       *around,
                        gint                       channels,
                        void                     (*pause) (gpointer pause_data),
                        gpointer                   pause_data,
                        GError                   **error)
{
  g_autoptr (DdimPatchSource)  source = NULL;
  g_autofree gchar            *name   = NULL;
  GimpDrawable                *marks  = NULL;
  gint                         apart  = options->apart;
  GimpImage                   *image;
  g_autoptr (DdimRegion)       region = NULL;
  GeglRectangle                bounds, area;
  gint                         off_x, off_y;

  if (other && GIMP_IS_CHANNEL (other) && ! GIMP_IS_CHANNEL (drawable))
    {
      marks = other;
    }
  else if (other && other != drawable)
    {
      drawable = other;
      apart    = 0;
      around   = NULL;
    }

  image = gimp_item_get_image (GIMP_ITEM (drawable));
  name  = gimp_item_get_name (GIMP_ITEM (drawable));
  if (gimp_drawable_is_indexed (drawable))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("“%s” has indexed colours, which cannot be a source. Convert "
                     "its image with Image ▸ Mode ▸ RGB first."), name);
      return NULL;
    }

  bounds = *GEGL_RECTANGLE (0, 0, gimp_drawable_get_width (drawable),
                            gimp_drawable_get_height (drawable));
  if (selected && ! gimp_drawable_mask_intersect (drawable, &bounds.x, &bounds.y,
                                                  &bounds.width, &bounds.height))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The selection lies outside of “%s”. Select the part of it to "
                     "make a texture like, or nothing to take all of it."), name);
      return NULL;
    }

  region             = ddim_region_new_whole (drawable);
  region->frame      = choose_window (&bounds, around ? around : &bounds);
  region->target     = region->frame;
  region->unclamped  = selected;
  region->pause      = pause;
  region->pause_data = pause_data;

  source          = g_new0 (DdimPatchSource, 1);
  source->name    = g_steal_pointer (&name);
  source->options = *options;
  source->options.apart = apart;
  source->picture = ddim_region_read_canvas (region, channels, region->frame.height,
                                             region->frame.width, error);
  if (! source->picture ||
      ! (source->mask = ddim_try_new (gfloat, ddim_canvas_item_size (source->picture) / channels,
                                      error)))
    return NULL;
  for (gsize i = 0; i < (gsize) source->picture->h * source->picture->w; i++)
    source->mask[i] = 1.0f;

  gimp_drawable_get_offsets (drawable, &off_x, &off_y);
  if (gimp_drawable_has_alpha (drawable) &&
      ! mask_by (source, &region->frame, drawable, babl_format ("A double"), region, error))
    return NULL;

  area    = region->frame;
  area.x += off_x;
  area.y += off_y;
  if (selected && ! gimp_selection_is_empty (image) &&
      ! mask_by (source, &area, GIMP_DRAWABLE (gimp_image_get_selection (image)),
                 babl_format ("Y double"), region, error))
    return NULL;
  if (marks)
    {
      gimp_drawable_get_offsets (marks, &off_x, &off_y);
      area.x -= off_x;
      area.y -= off_y;
      if (! mask_by (source, &area, marks, babl_format ("Y double"), region, error))
        return NULL;
    }

  ddim_range_init (&source->range, source->picture, source->mask);
  ddim_range_compress (&source->range, source->picture);

  return g_steal_pointer (&source);
}

/* layer-set.c: several layers together, and the frames between them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is the mean of two layers' own, unclamped pixels, by how far it is
 * from one to the other, and what the network changed of the mean of what it saw
 * of them.
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "finite.h"
#include "layer-set.h"
#include "scale.h"
#include "strips.h"

static gboolean
check_layer (GimpDrawable  *layer,
             GError       **error)
{
  g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (layer));

  if (! GIMP_IS_LAYER (layer))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” is not a layer. Select layers to interpolate between."),
                 name);
  else if (gimp_drawable_is_indexed (layer))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” has indexed colours, which cannot be interpolated. Convert the "
                   "image with Image ▸ Mode ▸ RGB first."), name);
  else
    return TRUE;

  return FALSE;
}

gboolean
ddim_layer_set_check_layers (GimpDrawable **drawables,
                             GError       **error)
{
  for (gint i = 0; drawables && drawables[i]; i++)
    if (! check_layer (drawables[i], error))
      return FALSE;

  return TRUE;
}

/* Of the target, what the selection leaves. */
static gboolean
clip_to_selection (DdimLayerSet  *layer_set,
                   GError       **error)
{
  GeglRectangle selected;

  if (! layer_set->selection->mask)
    return TRUE;

  selected = layer_set->selection->area;
  if (gegl_rectangle_intersect (&layer_set->target, &layer_set->bounds, &selected))
    return TRUE;

  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                       _("The selection lies outside of all these layers. Select a "
                         "part of them, or nothing to use all of them."));
  return FALSE;
}

static DdimRegion *
get_region (const DdimLayerSet *layer_set,
            gint                i)
{
  return layer_set->regions->pdata[i];
}

/* Frames need alpha where a layer has it or ends, or something is not wholly
 * selected.                                                                 */
static void
choose_format (DdimLayerSet *layer_set)
{
  gboolean alpha = layer_set->selection->mask != NULL;

  for (guint i = 0; i < layer_set->regions->len; i++)
    {
      const DdimRegion *region = get_region (layer_set, i);

      alpha |= babl_format_has_alpha (region->format) ||
               ! gegl_rectangle_contains (&region->bounds, &layer_set->target);
    }

  layer_set->colors = gimp_image_get_base_type (layer_set->image) == GIMP_GRAY ? 1 : 3;
  if (layer_set->colors == 1)
    layer_set->type = alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
  else
    layer_set->type = alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;

  layer_set->format = ddim_new_layer_get_format (layer_set->image, layer_set->type);
}

static void
free_region (gpointer region)
{
  ddim_region_free (region);
}

/* The regions' frames may reach beyond their layers: what is read there is
 * transparent.                                                              */
static void
place_frame (DdimLayerSet        *layer_set,
             const GeglRectangle *frame)
{
  if (gegl_rectangle_equal (&layer_set->frame, frame))
    return;

  layer_set->frame = *frame;
  for (guint i = 0; i < layer_set->regions->len; i++)
    {
      DdimRegion *region = get_region (layer_set, i);

      g_clear_object (&region->pixels);
      region->frame    = *frame;
      region->frame.x -= region->bounds.x;
      region->frame.y -= region->bounds.y;
      region->target   = region->frame;
    }
}

DdimLayerSet *
ddim_layer_set_new (GimpImage            *image,
                    const DdimSelection  *selection,
                    GimpLayer           **layers,
                    GError              **error)
{
  g_autoptr (DdimLayerSet) layer_set = g_new0 (DdimLayerSet, 1);

  layer_set->image     = image;
  layer_set->selection = selection;
  layer_set->regions   = g_ptr_array_new_with_free_func (free_region);

  for (gint i = 0; layers && layers[i]; i++)
    {
      DdimRegion *region;

      if (! check_layer (GIMP_DRAWABLE (layers[i]), error))
        return NULL;

      region = ddim_region_new_whole (GIMP_DRAWABLE (layers[i]));
      g_ptr_array_add (layer_set->regions, region);
      if (i == 0)
        layer_set->bounds = region->bounds;
      else
        gegl_rectangle_bounding_box (&layer_set->bounds, &layer_set->bounds,
                                     &region->bounds);
    }

  if (layer_set->regions->len < 2)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("Interpolation needs two layers: select two or more, or "
                             "choose the second one in the dialog."));
      return NULL;
    }

  layer_set->target = layer_set->bounds;
  if (! clip_to_selection (layer_set, error))
    return NULL;
  place_frame (layer_set, &layer_set->target);
  choose_format (layer_set);

  return g_steal_pointer (&layer_set);
}

void
ddim_layer_set_free (DdimLayerSet *layer_set)
{
  if (! layer_set)
    return;

  g_clear_pointer (&layer_set->regions, g_ptr_array_unref);
  g_free (layer_set);
}

void
ddim_layer_set_set_pause (DdimLayerSet *layer_set,
                          void        (*pause) (gpointer pause_data),
                          gpointer      pause_data)
{
  layer_set->pause      = pause;
  layer_set->pause_data = pause_data;
  for (guint i = 0; i < layer_set->regions->len; i++)
    {
      get_region (layer_set, i)->pause      = pause;
      get_region (layer_set, i)->pause_data = pause_data;
    }
}

static void
pause_making (const DdimLayerSet *layer_set)
{
  if (layer_set->pause)
    layer_set->pause (layer_set->pause_data);
}

void
ddim_layer_set_set_frame (DdimLayerSet *layer_set,
                          gint          context,
                          gint          least)
{
  const GeglRectangle *target   = &layer_set->target;
  gint                 around_x = MAX (context, (least - target->width + 1) / 2);
  gint                 around_y = MAX (context, (least - target->height + 1) / 2);
  GeglRectangle        wide     = { target->x - around_x, target->y - around_y,
                                    target->width + 2 * around_x,
                                    target->height + 2 * around_y };

  gegl_rectangle_intersect (&wide, &layer_set->bounds, &wide);
  place_frame (layer_set, &wide);
}

/* Whether any pixel of a layer in the frame can be seen; an error where not. */
static gboolean
check_visible (const DdimRegion  *region,
               GError           **error)
{
  const Babl         *format = ddim_region_get_format (region);
  gint                stride = region->colors + 1;
  gsize               most   = (gsize) region->frame.width * DDIM_STRIP * stride;
  g_autofree gdouble *pixels = ddim_try_new (gdouble, most, error);
  GeglRectangle       strip  = { 0 };

  if (! pixels)
    return FALSE;

  while (ddim_strip_next (&strip, &region->frame))
    {
      gsize n = (gsize) strip.width * strip.height;

      ddim_region_get_pixels (region, &strip, format, pixels);
      for (gsize i = 0; i < n; i++)
        if (pixels[i * stride + region->colors] > 0.0)
          return TRUE;
    }

  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("“%s” is completely transparent there, or not selected. Choose a layer "
                 "or a selection with something visible in it."),
               region->name);
  return FALSE;
}

DdimCanvas *
ddim_layer_set_read_canvas (const DdimLayerSet  *layer_set,
                            gint                 i,
                            gint                 channels,
                            gint                 h,
                            gint                 w,
                            GError             **error)
{
  DdimRegion *region = get_region (layer_set, i);

  ddim_region_capture (region);

  return check_visible (region, error)
         ? ddim_region_read_canvas (region, channels, h, w, error) : NULL;
}

/* A canvas's item, scaled to the frame. */
static gboolean
rows_init (DdimScaledRows      *rows,
           const DdimLayerSet  *layer_set,
           const DdimCanvas    *canvas,
           gint                 item,
           GError             **error)
{
  return ddim_scaled_rows_init (rows, canvas->data + item * ddim_canvas_item_size (canvas), NULL,
                                canvas->h, canvas->w, canvas->c,
                                layer_set->frame.height, layer_set->frame.width, error);
}

/* A model's values at a pixel of the made row, as the image has colours. */
static inline gdouble
rows_get (const DdimScaledRows *rows,
          gint                  x,
          gint                  colors,
          gint                  c)
{
  const gfloat *value = rows->row + (gsize) x * rows->channels;

  if (rows->channels == colors)
    return value[c];
  else if (rows->channels == 1)
    return value[0];
  else
    return (value[0] + value[1] + value[2]) / 3.0;
}

/* Reads the strip of the target of a layer, in the image's colours. */
static void
read_pixels (const DdimLayerSet  *layer_set,
             gint                 i,
             const GeglRectangle *strip,
             const Babl          *format,
             gdouble             *pixels)
{
  const DdimRegion *region = get_region (layer_set, i);
  GeglRectangle     there  = *strip;

  there.x -= region->bounds.x;
  there.y -= region->bounds.y;
  ddim_region_get_pixels (region, &there, format, pixels);
}

/* A layer's colour where it has one, else what the network saw there. */
static inline gdouble
see_color (const gdouble        *pixel,
           gint                  c,
           gint                  colors,
           const DdimScaledRows *seen,
           gint                  x)
{
  if (pixel[colors] > 0.0 && isfinite (pixel[c]))
    return pixel[c];
  else
    return 0.5 * rows_get (seen, x, colors, c) + 0.5;
}

/* Blends one row into `from`. */
static void
blend_row (gint                  colors,
           gdouble               share,
           gdouble              *from,
           const gdouble        *to,
           const gfloat         *selected,
           gint                  first,
           gint                  width,
           const DdimScaledRows *x,
           const DdimScaledRows *y,
           const DdimScaledRows *z)
{
  for (gint i = 0; i < width; i++, from += colors + 1, to += colors + 1)
    {
      gdouble alpha = (1.0 - share) * from[colors] + share * to[colors];

      for (gint c = 0; c < colors; c++)
        {
          gdouble mean   = (1.0 - share) * see_color (from, c, colors, x, first + i) +
                           share * see_color (to, c, colors, y, first + i);
          gdouble change = rows_get (z, first + i, colors, c) -
                           (1.0 - share) * rows_get (x, first + i, colors, c) -
                           share * rows_get (y, first + i, colors, c);

          from[c] = mean + 0.5 * change;
        }
      from[colors] = alpha * selected[i];
    }
}

/* Puts a strip of the target, in the working `format`, into a frame.  bytes: a strip
 * of scratch.                                                               */
static void
put_strip (const DdimLayerSet  *layer_set,
           GeglBuffer          *frame,
           const GeglRectangle *strip,
           const Babl          *format,
           const gdouble       *pixels,
           guint8              *bytes)
{
  gsize         n     = (gsize) strip->width * strip->height;
  GeglRectangle there = *strip;

  babl_process (babl_fish (format, layer_set->format), pixels, bytes, n);
  ddim_keep_finite (layer_set->format, bytes, pixels, layer_set->colors + 1, n);

  there.x -= layer_set->target.x;
  there.y -= layer_set->target.y;
  gegl_buffer_set (frame, &there, 0, layer_set->format, bytes, GEGL_AUTO_ROWSTRIDE);
}

/* A layer's own pixels, unconverted where the formats are the same. */
static void
copy_layer (const DdimLayerSet *layer_set,
            gint                i,
            const Babl         *format,
            gdouble            *pixels,
            guint8             *bytes,
            GeglBuffer         *frame)
{
  const DdimRegion *region = get_region (layer_set, i);
  GeglRectangle     strip  = { 0 };
  GeglRectangle     common, there;

  if (region->format != layer_set->format)
    {
      while (ddim_strip_next (&strip, &layer_set->target))
        {
          read_pixels (layer_set, i, &strip, format, pixels);
          put_strip (layer_set, frame, &strip, format, pixels, bytes);
          pause_making (layer_set);
        }
    }
  else if (gegl_rectangle_intersect (&common, &region->bounds, &layer_set->target))
    {
      there     = common;
      there.x  -= layer_set->target.x;
      there.y  -= layer_set->target.y;
      common.x -= region->bounds.x;
      common.y -= region->bounds.y;
      gegl_buffer_copy (region->pixels, &common, GEGL_ABYSS_NONE, frame, &there);
    }
}

GeglBuffer *
ddim_layer_set_make_frame (const DdimLayerSet *layer_set,
                           gint                i,
                           gint                j,
                           gdouble             share,
                           const DdimCanvas   *x,
                           const DdimCanvas   *y,
                           const DdimCanvas   *frames,
                           gint                item,
                           GError            **error)
{
  const GeglRectangle    *target = &layer_set->target;
  GeglRectangle           strip  = { 0 };
  gint                    stride = layer_set->colors + 1;
  gsize                   n      = (gsize) target->width * DDIM_STRIP;
  const Babl             *format = babl_format_with_space (stride == 2 ? "Y'A double"
                                                                       : "R'G'B'A double",
                                                           layer_set->format);
  g_autofree gdouble     *from     = ddim_try_new (gdouble, n * stride, error);
  g_autofree gdouble     *to       = NULL;
  g_autofree guint8      *bytes    = NULL;
  g_autofree gfloat      *selected = NULL;
  g_auto (DdimScaledRows) of_x     = { 0 };
  g_auto (DdimScaledRows) of_y     = { 0 };
  g_auto (DdimScaledRows) of_z     = { 0 };
  GeglBuffer             *frame;
  gsize                   bpp      = babl_format_get_bytes_per_pixel (layer_set->format);

  if (! from || ! (to = ddim_try_new (gdouble, n * stride, error)) ||
      ! (bytes = ddim_try_malloc (n, bpp, error)) ||
      ! (selected = ddim_try_new (gfloat, n, error)) ||
      ! rows_init (&of_x, layer_set, x, 0, error) ||
      ! rows_init (&of_y, layer_set, y, 0, error) ||
      ! rows_init (&of_z, layer_set, frames, item, error))
    return NULL;

  ddim_region_capture (get_region (layer_set, i));
  ddim_region_capture (get_region (layer_set, j));
  frame = gegl_buffer_new (GEGL_RECTANGLE (0, 0, target->width, target->height),
                           layer_set->format);

  if ((share == 0.0 || share == 1.0) && ! layer_set->selection->mask)
    {
      copy_layer (layer_set, share == 0.0 ? i : j, format, from, bytes, frame);
      return frame;
    }

  while (ddim_strip_next (&strip, target))
    {
      read_pixels (layer_set, i, &strip, format, from);
      read_pixels (layer_set, j, &strip, format, to);
      ddim_selection_read (layer_set->selection, &strip, selected);

      for (gint row = 0; row < strip.height; row++)
        {
          gsize at       = (gsize) row * strip.width;
          gint  of_frame = strip.y + row - layer_set->frame.y;

          ddim_scaled_rows_make (&of_x, of_frame);
          ddim_scaled_rows_make (&of_y, of_frame);
          ddim_scaled_rows_make (&of_z, of_frame);
          blend_row (layer_set->colors, share, from + at * stride, to + at * stride,
                     selected + at, target->x - layer_set->frame.x, strip.width,
                     &of_x, &of_y, &of_z);
        }
      put_strip (layer_set, frame, &strip, format, from, bytes);
      pause_making (layer_set);
    }

  return frame;
}

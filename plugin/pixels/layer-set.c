/* layer-set.c: several layers together, and the frames between them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is the mean of two layers' own, unclamped pixels, by its share of
 * the keyframes, and what the network changed of the mean of what it saw of them.
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "layer-set.h"
#include "region-strip.h"
#include "scale.h"

static gboolean
check_layer (GimpDrawable  *layer,
             GError       **error)
{
  g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (layer));

  if (! GIMP_IS_LAYER (layer))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” is no layer. Select layers to go from one to another."),
                 name);
  else if (gimp_drawable_is_indexed (layer))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” has indexed colours, between which there are none. Convert "
                   "the image with Image ▸ Mode ▸ RGB first."), name);
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

static GeglRectangle
get_layer_bounds (GimpLayer *layer)
{
  GeglRectangle bounds;

  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &bounds.x, &bounds.y);
  bounds.width  = gimp_drawable_get_width (GIMP_DRAWABLE (layer));
  bounds.height = gimp_drawable_get_height (GIMP_DRAWABLE (layer));

  return bounds;
}

/* Of the target, what the selection leaves. */
static gboolean
clip_to_selection (DdimLayerSet  *layer_set,
                   GError       **error)
{
  GeglRectangle selected;
  gboolean      any;
  gint          x2, y2;

  gimp_selection_bounds (layer_set->image, &any, &selected.x, &selected.y, &x2, &y2);
  if (! any)
    return TRUE;

  selected.width  = x2 - selected.x;
  selected.height = y2 - selected.y;
  if (gegl_rectangle_intersect (&layer_set->target, &layer_set->bounds, &selected))
    return TRUE;

  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                       _("The selection lies outside of all these layers. Select a "
                         "part of them, or nothing to use all of them."));
  return FALSE;
}

/* Frames need alpha where a layer has it or ends, or something is not wholly
 * selected.  GIMP names the format itself, for a layer that nobody sees.     */
static void
choose_format (DdimLayerSet *layer_set)
{
  gboolean   alpha = ! gimp_selection_is_empty (layer_set->image);
  GimpLayer *probe;

  for (guint i = 0; i < layer_set->layers->len; i++)
    {
      GimpLayer     *layer  = layer_set->layers->pdata[i];
      GeglRectangle  bounds = get_layer_bounds (layer);

      alpha |= gimp_drawable_has_alpha (GIMP_DRAWABLE (layer)) ||
               ! gegl_rectangle_contains (&bounds, &layer_set->target);
    }

  layer_set->colors = gimp_image_get_base_type (layer_set->image) == GIMP_GRAY ? 1 : 3;
  if (layer_set->colors == 1)
    layer_set->type = alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
  else
    layer_set->type = alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;

  probe = gimp_layer_new (layer_set->image, "", 1, 1, layer_set->type, 100.0,
                          GIMP_LAYER_MODE_NORMAL);
  layer_set->format = gimp_drawable_get_format (GIMP_DRAWABLE (probe));
  gimp_item_delete (GIMP_ITEM (probe));
}

DdimLayerSet *
ddim_layer_set_new (GimpImage  *image,
                    GimpLayer **layers,
                    GError    **error)
{
  g_autoptr (DdimLayerSet) layer_set = g_new0 (DdimLayerSet, 1);

  layer_set->image  = image;
  layer_set->layers = g_ptr_array_new ();

  for (gint i = 0; layers && layers[i]; i++)
    {
      GeglRectangle bounds;

      if (! check_layer (GIMP_DRAWABLE (layers[i]), error))
        return NULL;

      bounds = get_layer_bounds (layers[i]);
      if (i == 0)
        layer_set->bounds = bounds;
      else
        gegl_rectangle_bounding_box (&layer_set->bounds, &layer_set->bounds, &bounds);
      g_ptr_array_add (layer_set->layers, layers[i]);
    }

  if (layer_set->layers->len < 2)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("A way from one layer to another needs two: select two "
                             "layers or more, or choose another one in the dialog."));
      return NULL;
    }

  layer_set->target = layer_set->bounds;
  if (! clip_to_selection (layer_set, error))
    return NULL;
  layer_set->frame = layer_set->target;
  choose_format (layer_set);

  return g_steal_pointer (&layer_set);
}

void
ddim_layer_set_free (DdimLayerSet *layer_set)
{
  if (! layer_set)
    return;

  g_clear_pointer (&layer_set->layers, g_ptr_array_unref);
  g_free (layer_set);
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

  gegl_rectangle_intersect (&layer_set->frame, &layer_set->bounds, &wide);
}

/* What of layer i lies in the frame, as a region that reaches beyond it: what
 * is read there is transparent.                                             */
static DdimRegion
get_region (const DdimLayerSet *layer_set,
            gint                i)
{
  DdimRegion region = { .drawable = layer_set->layers->pdata[i], .frame = layer_set->frame,
                        .pause = layer_set->pause, .pause_data = layer_set->pause_data };
  gint       off_x, off_y;

  gimp_drawable_get_offsets (region.drawable, &off_x, &off_y);
  region.frame.x -= off_x;
  region.frame.y -= off_y;
  region.target   = region.frame;
  region.colors   = gimp_drawable_is_gray (region.drawable) ? 1 : 3;

  return region;
}

/* Whether any pixel of a layer in the frame can be seen. */
static gboolean
is_visible (const DdimRegion *region)
{
  g_autofree gdouble *pixels = NULL;
  const Babl         *format = ddim_region_get_format (region);
  gint                stride = region->colors + 1;
  GeglRectangle       strip  = { 0 };

  pixels = g_new (gdouble, (gsize) region->frame.width * DDIM_STRIP * stride);
  while (ddim_strip_next (&strip, &region->frame))
    {
      gsize n = (gsize) strip.width * strip.height;

      ddim_region_get_pixels (region, &strip, format, pixels);
      for (gsize i = 0; i < n; i++)
        if (pixels[i * stride + region->colors] > 0.0)
          return TRUE;
    }

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
  DdimRegion        region = get_region (layer_set, i);
  g_autofree gchar *name   = NULL;

  if (is_visible (&region))
    return ddim_region_read_canvas (&region, channels, h, w);

  name = gimp_item_get_name (GIMP_ITEM (region.drawable));
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("Nothing of “%s” can be seen there: it is transparent, or not "
                 "selected. Choose a layer or a selection with something in it."),
               name);
  return NULL;
}

/* Rows of a canvas's item, scaled to those of the frame. */
typedef struct
{
  const gfloat *data;
  gint          channels;
  DdimScale    *rows;
  DdimScale    *columns;
  gfloat       *narrow;
  gfloat       *row;
} Rows;

static void
rows_init (Rows               *rows,
           const DdimLayerSet *layer_set,
           const DdimCanvas   *canvas,
           gint                item)
{
  rows->data     = canvas->data + item * ddim_canvas_item_size (canvas);
  rows->channels = canvas->c;
  rows->rows     = ddim_scale_new (canvas->h, layer_set->frame.height);
  rows->columns  = ddim_scale_new (canvas->w, layer_set->frame.width);
  rows->narrow   = g_new (gfloat, (gsize) canvas->w * canvas->c);
  rows->row      = g_new (gfloat, (gsize) layer_set->frame.width * canvas->c);
}

static void
rows_clear (Rows *rows)
{
  g_clear_pointer (&rows->rows, ddim_scale_free);
  g_clear_pointer (&rows->columns, ddim_scale_free);
  g_clear_pointer (&rows->narrow, g_free);
  g_clear_pointer (&rows->row, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, rows_clear)

static void
rows_make (Rows *rows,
           gint  y)
{
  const DdimScale *scale = rows->rows;
  gsize            size  = (gsize) rows->columns->from * rows->channels;

  for (gsize i = 0; i < size; i++)
    {
      gfloat sum = 0.0f;

      for (gint tap = 0; tap < scale->n_taps; tap++)
        sum += scale->weights[(gsize) y * scale->n_taps + tap] *
               rows->data[(scale->first[y] + tap) * size + i];
      rows->narrow[i] = sum;
    }

  ddim_scale_row (rows->columns, rows->narrow, rows->channels, rows->row);
}

/* A model's values at a pixel of the made row, as the image has colours. */
static inline gdouble
rows_get (const Rows *rows,
          gint        x,
          gint        colors,
          gint        c)
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
  DdimRegion    region = get_region (layer_set, i);
  GeglRectangle there  = *strip;

  there.x += region.frame.x - layer_set->frame.x;
  there.y += region.frame.y - layer_set->frame.y;
  ddim_region_get_pixels (&region, &there, format, pixels);
}

static void
read_selection (const DdimLayerSet  *layer_set,
                const GeglRectangle *strip,
                gfloat              *selected)
{
  gsize n = (gsize) strip->width * strip->height;

  for (gsize i = 0; i < n; i++)
    selected[i] = 1.0f;

  if (! gimp_selection_is_empty (layer_set->image))
    {
      GimpSelection *selection = gimp_image_get_selection (layer_set->image);
      GeglBuffer    *buffer    = gimp_drawable_get_buffer (GIMP_DRAWABLE (selection));

      gegl_buffer_get (buffer, strip, 1.0, babl_format ("Y float"), selected,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_object_unref (buffer);
    }
}

/* A layer's colour where it has one, else what the network saw there. */
static inline gdouble
see_color (const gdouble *pixel,
           gint           c,
           gint           colors,
           const Rows    *seen,
           gint           x)
{
  if (pixel[colors] > 0.0 && isfinite (pixel[c]))
    return pixel[c];
  else
    return 0.5 * rows_get (seen, x, colors, c) + 0.5;
}

/* Blends one row into `from`. */
static void
blend_row (gint          colors,
           gdouble       share,
           gdouble      *from,
           const gdouble *to,
           const gfloat *selected,
           gint          first,
           gint          width,
           const Rows   *x,
           const Rows   *y,
           const Rows   *z)
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

/* A layer's own pixels, unconverted where the formats are the same. */
static void
copy_layer (const DdimLayerSet *layer_set,
            gint                i,
            GeglBuffer         *frame)
{
  GimpDrawable  *drawable = layer_set->layers->pdata[i];
  GeglBuffer    *buffer   = gimp_drawable_get_buffer (drawable);
  GeglRectangle  bounds   = get_layer_bounds (GIMP_LAYER (drawable));
  GeglRectangle  common, there;

  if (gegl_rectangle_intersect (&common, &bounds, &layer_set->target))
    {
      there    = common;
      there.x -= layer_set->target.x;
      there.y -= layer_set->target.y;
      common.x -= bounds.x;
      common.y -= bounds.y;
      gegl_buffer_copy (buffer, &common, GEGL_ABYSS_NONE, frame, &there);
    }
  g_object_unref (buffer);
}

GeglBuffer *
ddim_layer_set_make_frame (const DdimLayerSet *layer_set,
                           gint                i,
                           gint                j,
                           gdouble             share,
                           const DdimCanvas   *x,
                           const DdimCanvas   *y,
                           const DdimCanvas   *frames,
                           gint                item)
{
  const GeglRectangle *target   = &layer_set->target;
  GeglRectangle        extent   = { 0, 0, target->width, target->height };
  GeglRectangle        strip    = { 0 };
  gint                 stride   = layer_set->colors + 1;
  const Babl          *format   = babl_format_with_space (layer_set->colors == 1 ? "Y'A double"
                                                                               : "R'G'B'A double",
                                                          layer_set->format);
  g_autofree gdouble  *from     = NULL;
  g_autofree gdouble  *to       = NULL;
  g_autofree gfloat   *selected = NULL;
  g_auto (Rows)        of_x     = { 0 };
  g_auto (Rows)        of_y     = { 0 };
  g_auto (Rows)        of_z     = { 0 };
  GeglBuffer          *frame    = gegl_buffer_new (&extent, layer_set->format);

  if ((share == 0.0 || share == 1.0) && gimp_selection_is_empty (layer_set->image))
    {
      copy_layer (layer_set, share == 0.0 ? i : j, frame);
      return frame;
    }

  from     = g_new (gdouble, (gsize) target->width * DDIM_STRIP * stride);
  to       = g_new (gdouble, (gsize) target->width * DDIM_STRIP * stride);
  selected = g_new (gfloat, (gsize) target->width * DDIM_STRIP);
  rows_init (&of_x, layer_set, x, 0);
  rows_init (&of_y, layer_set, y, 0);
  rows_init (&of_z, layer_set, frames, item);

  while (ddim_strip_next (&strip, target))
    {
      GeglRectangle there = strip;

      read_pixels (layer_set, i, &strip, format, from);
      read_pixels (layer_set, j, &strip, format, to);
      read_selection (layer_set, &strip, selected);

      for (gint row = 0; row < strip.height; row++)
        {
          gsize at       = (gsize) row * strip.width;
          gint  of_frame = strip.y + row - layer_set->frame.y;

          rows_make (&of_x, of_frame);
          rows_make (&of_y, of_frame);
          rows_make (&of_z, of_frame);
          blend_row (layer_set->colors, share, from + at * stride, to + at * stride,
                     selected + at, target->x - layer_set->frame.x, strip.width,
                     &of_x, &of_y, &of_z);
        }

      there.x -= target->x;
      there.y -= target->y;
      gegl_buffer_set (frame, &there, 0, format, from, GEGL_AUTO_ROWSTRIDE);
    }

  return frame;
}

GimpLayer *
ddim_layer_set_make_layer (const DdimLayerSet *layer_set,
                           GimpImage          *image,
                           GeglBuffer         *frame,
                           const gchar        *name)
{
  GimpLayer  *layer = gimp_layer_new (image, name, layer_set->target.width,
                                      layer_set->target.height, layer_set->type, 100.0,
                                      GIMP_LAYER_MODE_NORMAL);
  GeglBuffer *buffer;

  gimp_layer_set_offsets (layer, layer_set->target.x, layer_set->target.y);
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  gegl_buffer_copy (frame, NULL, GEGL_ABYSS_NONE, buffer, NULL);
  g_object_unref (buffer);   /* sends the pixels to GIMP */
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, layer_set->target.width,
                        layer_set->target.height);

  return layer;
}

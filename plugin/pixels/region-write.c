/* region-write.c: canvas -> drawable
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only the CHANGE that was made to what a network saw comes back, added to
 * the unclamped pixels in double precision, so gamut, high dynamic range and
 * fine detail stay.  What did not change keeps its bytes, unconverted.
 *
 * In place, the result goes into the shadow buffer, and GIMP's merge makes
 * the undo step.  But it blends and composes in its own way, which at some
 * precisions moves the last bit of a pixel put over itself.  So the shadow
 * buffer's bytes are then copied over what the merge has made of them.  The
 * undo step keeps what was there before, and a redo what is there at the undo:
 * both are exact.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region-strip.h"
#include "scale.h"

/* Changes ----------------------------------------------------------- */

/* The change of a region's pixels, row by row. */
typedef struct
{
  const gfloat *before;    /* or NULL                                       */
  const gfloat *after;
  gint          channels;
  DdimScale    *rows;      /* to the frame's size                           */
  DdimScale    *columns;
  gfloat       *narrow;    /* a row of the canvas'                          */
  gfloat       *row;       /* a row of the frame's                          */
} Change;

static void
change_init (Change           *change,
             const DdimRegion *region,
             const DdimCanvas *before,
             const DdimCanvas *after,
             gint              item)
{
  change->before   = before ? before->data : NULL;
  change->after    = after->data + item * ddim_canvas_item_size (after);
  change->channels = after->c;
  change->rows     = ddim_scale_new (after->h, region->frame.height);
  change->columns  = ddim_scale_new (after->w, region->frame.width);
  change->narrow   = g_new (gfloat, (gsize) after->w * after->c);
  change->row      = g_new (gfloat, (gsize) region->frame.width * after->c);
}

static void
change_clear (Change *change)
{
  g_clear_pointer (&change->rows, ddim_scale_free);
  g_clear_pointer (&change->columns, ddim_scale_free);
  g_clear_pointer (&change->narrow, g_free);
  g_clear_pointer (&change->row, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* Makes row y of the frame. */
static void
change_make_row (Change *change,
                 gint    y)
{
  const DdimScale *rows = change->rows;
  gsize            size = (gsize) change->columns->from * change->channels;

  memset (change->narrow, 0, size * sizeof (gfloat));
  for (gint tap = 0; tap < rows->n_taps; tap++)
    {
      gfloat        weight = rows->weights[(gsize) y * rows->n_taps + tap];
      gsize         first  = (rows->first[y] + tap) * size;
      const gfloat *after  = change->after + first;
      const gfloat *before = change->before ? change->before + first : NULL;

      for (gsize i = 0; i < size; i++)
        change->narrow[i] += weight * (before ? after[i] - before[i] : after[i]);
    }

  ddim_scale_row (change->columns, change->narrow, change->channels, change->row);
}

/* Adds `factor` of a model's change to a drawable's pixel of `colors` colours
 * and an alpha.  Returns whether that is another pixel.                    */
static inline gboolean
add_change (gdouble      *pixel,
            gint          colors,
            const gfloat *change,
            gint          channels,
            gdouble       factor)
{
  gdouble  sum = 0.0;
  gboolean any = FALSE;

  for (gint c = 0; c <= colors; c++)
    if (! isfinite (pixel[c]))
      return FALSE;
  if (! (pixel[colors] > 0.0))
    return FALSE;

  for (gint c = 0; c < channels; c++)
    {
      sum += change[c];
      any |= change[c] != 0.0f;
    }

  /* half of it: a model's white is 1, its black -1 */
  for (gint c = 0; c < colors; c++)
    pixel[c] += 0.5 * factor * (colors == channels ? change[c] : sum / channels);

  return any && factor != 0.0;
}


/* Strips ------------------------------------------------------------ */

/* A strip of the target on its way.  Buffers are as large as the largest. */
typedef struct
{
  const Babl *own;         /* the drawable's format                         */
  const Babl *work;        /* R'G'B'A or Y'A double                         */
  const Babl *out;         /* of what is written                            */
  guint8     *bytes;       /* own                                           */
  gdouble    *pixels;      /* work                                          */
  gfloat     *selected;    /* one a pixel                                   */
  guint8     *changed;     /* one a pixel: whether it is another one        */
  guint8     *result;      /* out                                           */
} Strip;

static void
strip_init (Strip               *strip,
            const DdimRegion    *region,
            const GeglRectangle *area,
            const Babl          *out)
{
  gsize n = (gsize) area->width * DDIM_STRIP;

  strip->own      = gimp_drawable_get_format (region->drawable);
  strip->work     = ddim_region_get_format (region);
  strip->out      = out;
  strip->bytes    = g_malloc (n * babl_format_get_bytes_per_pixel (strip->own));
  strip->pixels   = g_new (gdouble, n * (region->colors + 1));
  strip->selected = g_new (gfloat, n);
  strip->changed  = g_malloc (n);
  strip->result   = g_malloc (n * babl_format_get_bytes_per_pixel (out));
}

static void
strip_clear (Strip *strip)
{
  g_clear_pointer (&strip->bytes, g_free);
  g_clear_pointer (&strip->pixels, g_free);
  g_clear_pointer (&strip->selected, g_free);
  g_clear_pointer (&strip->changed, g_free);
  g_clear_pointer (&strip->result, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Strip, strip_clear)

/* Reads `area` and adds the change: in_place as far as each pixel is selected,
 * otherwise all of it.  What lies outside of the region's frame stays.     */
static void
strip_compose (Strip               *strip,
               const DdimRegion    *region,
               Change              *change,
               const GeglRectangle *area,
               gboolean             in_place)
{
  const GeglRectangle *frame  = &region->frame;
  gint                 stride = region->colors + 1;
  gsize                n      = (gsize) area->width * area->height;

  ddim_region_get_pixels (region, area, strip->own, strip->bytes);
  ddim_region_get_selection (region, area, strip->selected);
  babl_process (babl_fish (strip->own, strip->work), strip->bytes, strip->pixels, n);
  memset (strip->changed, 0, n);

  for (gint y = 0; y < area->height; y++)
    {
      gint in_frame = area->y + y - frame->y;

      if (in_frame < 0 || in_frame >= frame->height)
        continue;

      change_make_row (change, in_frame);
      for (gint x = MAX (0, frame->x - area->x);
           x < MIN (area->width, frame->x + frame->width - area->x); x++)
        {
          gsize at = (gsize) y * area->width + x;

          strip->changed[at] =
            add_change (strip->pixels + at * stride, region->colors,
                        change->row + (gsize) (area->x + x - frame->x) * change->channels,
                        change->channels, in_place ? strip->selected[at] : 1.0);
        }
    }
}

/* In the drawable's own format, and in its own bytes what did not change. */
static void
strip_convert_in_place (Strip *strip,
                        gsize  n)
{
  gint bpp = babl_format_get_bytes_per_pixel (strip->own);

  babl_process (babl_fish (strip->work, strip->own), strip->pixels, strip->result, n);
  for (gsize i = 0; i < n; i++)
    if (! strip->changed[i])
      memcpy (strip->result + i * bpp, strip->bytes + i * bpp, bpp);
}

/* As opaque as it is selected. */
static void
strip_convert_to_layer (Strip *strip,
                        gint   colors,
                        gsize  n)
{
  for (gsize i = 0; i < n; i++)
    strip->pixels[i * (colors + 1) + colors] *= strip->selected[i];

  babl_process (babl_fish (strip->work, strip->out), strip->pixels, strip->result, n);
}


/* In place ---------------------------------------------------------- */

static void
write_shadow (const DdimRegion    *region,
              Change              *change,
              const GeglRectangle *area)
{
  GimpDrawable  *drawable = region->drawable;
  GeglRectangle  at       = { 0 };
  g_auto (Strip) strip    = { 0 };

  strip_init (&strip, region, area, gimp_drawable_get_format (drawable));

  while (ddim_strip_next (&at, area))
    {
      GeglBuffer *shadow = gimp_drawable_get_shadow_buffer (drawable);

      strip_compose (&strip, region, change, &at, TRUE);
      strip_convert_in_place (&strip, (gsize) at.width * at.height);
      gegl_buffer_set (shadow, &at, 0, strip.own, strip.result, GEGL_AUTO_ROWSTRIDE);
      g_object_unref (shadow);   /* sends the pixels to GIMP */
    }
}

/* GIMP keeps the shadow buffer after it has merged it. */
static void
copy_shadow (GimpDrawable        *drawable,
             const GeglRectangle *area)
{
  GeglRectangle  at     = { 0 };
  const Babl    *format = gimp_drawable_get_format (drawable);
  gsize          size   = (gsize) area->width * babl_format_get_bytes_per_pixel (format);

  g_autofree guint8 *wanted = g_malloc (size * DDIM_STRIP);
  g_autofree guint8 *merged = g_malloc (size * DDIM_STRIP);

  while (ddim_strip_next (&at, area))
    {
      GeglBuffer *shadow = gimp_drawable_get_shadow_buffer (drawable);
      GeglBuffer *buffer = gimp_drawable_get_buffer (drawable);

      gegl_buffer_get (shadow, &at, 1.0, format, wanted,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (buffer, &at, 1.0, format, merged,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      if (memcmp (wanted, merged, size * at.height))
        gegl_buffer_set (buffer, &at, 0, format, wanted, GEGL_AUTO_ROWSTRIDE);
      g_object_unref (shadow);
      g_object_unref (buffer);
    }
}

gboolean
ddim_region_commit (const DdimRegion  *region,
                    const DdimCanvas  *before,
                    const DdimCanvas  *after,
                    gint               item,
                    GError           **error)
{
  GimpDrawable          *drawable = region->drawable;
  GimpImage             *image    = gimp_item_get_image (GIMP_ITEM (drawable));
  g_autoptr (DdimRegion) now      = NULL;
  g_auto (Change)        change   = { 0 };
  gboolean               merged;

  /* A user may have gone on working while this was computed, and the merge
   * takes what is selected now.                                            */
  now = ddim_region_new (image, drawable, TRUE, error);
  if (! now)
    return FALSE;

  change_init (&change, region, before, after, item);
  write_shadow (region, &change, &now->target);

  gimp_image_undo_group_start (image);
  merged = gimp_drawable_merge_shadow (drawable, TRUE);
  gimp_image_undo_group_end (image);

  if (merged)
    copy_shadow (drawable, &now->target);
  gimp_drawable_free_shadow (drawable);

  if (! merged)
    {
      g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (drawable));

      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not write to “%s”: it may be locked, or not "
                     "made of pixels. Nothing was changed. Unlock or rasterize "
                     "it, or work on a copy."), name);
      return FALSE;
    }

  gimp_drawable_update (drawable, now->target.x, now->target.y,
                        now->target.width, now->target.height);

  return TRUE;
}


/* As a layer -------------------------------------------------------- */

/* A layer for the target, which belongs to no image yet. */
static GimpLayer *
make_layer (const DdimRegion *region,
            GimpLayer        *model,
            const gchar      *name)
{
  GimpImage     *image = gimp_item_get_image (GIMP_ITEM (region->drawable));
  gboolean       gray  = gimp_image_get_base_type (image) == GIMP_GRAY;
  GimpLayerMode  mode  = model ? gimp_layer_get_mode (model)
                               : gimp_image_get_default_new_layer_mode (image);
  GimpLayer     *layer;
  gint           off_x, off_y;

  layer = gimp_layer_new (image, name, region->target.width, region->target.height,
                          gray ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE,
                          model ? gimp_layer_get_opacity (model) : 100.0, mode);

  gimp_drawable_get_offsets (region->drawable, &off_x, &off_y);
  gimp_layer_set_offsets (layer, off_x + region->target.x, off_y + region->target.y);

  return layer;
}

static void
write_layer (const DdimRegion *region,
             Change           *change,
             GimpLayer        *layer)
{
  const GeglRectangle *target = &region->target;
  GimpDrawable        *to     = GIMP_DRAWABLE (layer);
  GeglRectangle        at     = { 0 };
  g_auto (Strip)       strip  = { 0 };

  strip_init (&strip, region, target, gimp_drawable_get_format (to));

  while (ddim_strip_next (&at, target))
    {
      GeglBuffer    *buffer   = gimp_drawable_get_buffer (to);
      GeglRectangle  in_layer = at;

      in_layer.x -= target->x;
      in_layer.y -= target->y;

      strip_compose (&strip, region, change, &at, FALSE);
      strip_convert_to_layer (&strip, region->colors, (gsize) at.width * at.height);
      gegl_buffer_set (buffer, &in_layer, 0, strip.out, strip.result,
                       GEGL_AUTO_ROWSTRIDE);
      g_object_unref (buffer);
    }
}

GimpLayer *
ddim_region_to_layer (const DdimRegion  *region,
                      const DdimCanvas  *before,
                      const DdimCanvas  *after,
                      gint               item,
                      const gchar       *name,
                      GError           **error)
{
  GimpDrawable   *drawable = region->drawable;
  GimpImage      *image    = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpLayer      *model    = NULL;   /* the layer it belongs to, if any */
  GimpLayer      *parent   = NULL;
  GimpLayer      *layer;
  gint            position = 0;
  g_auto (Change) change   = { 0 };

  if (GIMP_IS_LAYER_MASK (drawable))
    model = gimp_layer_from_mask (GIMP_LAYER_MASK (drawable));
  else if (GIMP_IS_LAYER (drawable))
    model = GIMP_LAYER (drawable);

  layer = make_layer (region, GIMP_IS_LAYER (drawable) ? model : NULL, name);
  change_init (&change, region, before, after, item);
  write_layer (region, &change, layer);

  if (model)
    {
      parent   = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (model)));
      position = gimp_image_get_item_position (image, GIMP_ITEM (model));
    }

  if (! gimp_image_insert_layer (image, layer, parent, position))
    {
      gimp_item_delete (GIMP_ITEM (layer));
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not take the new layer “%s”. Anchor a floating "
                     "selection, and unlock the layer group, first."), name);
      return NULL;
    }

  return layer;
}

/* region.c: what of a drawable may change, and what to look at around it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that a procedure cannot work on is found here, before any work
 * is done, and said in a sentence that tells what to do about it.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region-strip.h"

/* Nobody can write to an item whose group is locked, either. */
static gboolean
is_locked (GimpItem *item)
{
  for (; item; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;

  return FALSE;
}

static gboolean
check_drawable (GimpImage     *image,
                GimpDrawable  *drawable,
                gboolean       in_place,
                GError       **error)
{
  GimpItem         *item = GIMP_ITEM (drawable);
  g_autofree gchar *name = gimp_item_get_name (item);

  if (gimp_item_get_image (item) != image)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” belongs to another image. Choose a layer of this "
                   "image."), name);
  else if (GIMP_IS_SELECTION (item))
    g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                         _("The selection says where to work, and is not "
                           "changed itself. Save it as a channel with Select ▸ "
                           "Save to Channel, and choose that."));
  else if (gimp_drawable_is_indexed (drawable))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” has indexed colours, which cannot be varied. Convert "
                   "the image with Image ▸ Mode ▸ RGB first."), name);
  else if (in_place && gimp_item_is_group (item))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” is a layer group and has no pixels of its own. Choose "
                   "one of its layers, or merge the group first."), name);
  else if (in_place && is_locked (item))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("The pixels of “%s” are locked. Unlock them in the Layers "
                   "dialog first."), name);
  else
    return TRUE;

  return FALSE;
}

/* Whether any pixel of the target may change at all. */
static gboolean
check_visible (const DdimRegion  *region,
               GError           **error)
{
  g_autofree gfloat *weights = NULL;
  g_autofree gchar  *name    = NULL;
  GeglRectangle      strip   = { 0 };

  if (! ddim_region_may_have_holes (region))
    return TRUE;

  weights = g_new (gfloat, (gsize) region->target.width * DDIM_STRIP);
  while (ddim_strip_next (&strip, &region->target))
    {
      gsize n = (gsize) strip.width * strip.height;

      ddim_region_get_weights (region, &strip, weights);
      for (gsize i = 0; i < n; i++)
        if (weights[i] > 0.0f)
          return TRUE;
    }

  name = gimp_item_get_name (GIMP_ITEM (region->drawable));
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("All that is selected of “%s” is transparent. Select a "
                 "part that can be seen."), name);

  return FALSE;
}

DdimRegion *
ddim_region_new (GimpImage     *image,
                 GimpDrawable  *drawable,
                 gboolean       in_place,
                 GError       **error)
{
  g_autoptr (DdimRegion)  region = NULL;
  GeglRectangle           target;

  if (! check_drawable (image, drawable, in_place, error))
    return NULL;

  if (! gimp_drawable_mask_intersect (drawable, &target.x, &target.y,
                                      &target.width, &target.height))
    {
      g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (drawable));

      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The selection lies outside of “%s”. Select a part of it, "
                     "or nothing to change all of it."), name);
      return NULL;
    }

  region = g_new0 (DdimRegion, 1);
  region->drawable = drawable;
  region->target   = target;
  region->frame    = target;
  region->colors   = gimp_drawable_is_gray (drawable) ? 1 : 3;

  if (! check_visible (region, error))
    return NULL;

  return g_steal_pointer (&region);
}

void
ddim_region_free (DdimRegion *region)
{
  g_free (region);
}

/* Widens [start, start + length) by `context` on both sides and to `least`,
 * within [0, limit).                                                       */
static void
widen (gint *start,
       gint *length,
       gint  context,
       gint  least,
       gint  limit)
{
  gint from, to;

  context = MAX (context, (least - *length + 1) / 2);
  from    = MAX (*start - context, 0);
  to      = MIN (*start + *length + context, limit);

  /* what one border took away, the other side may give */
  from = MAX (MIN (from, to - least), 0);
  to   = MIN (MAX (to, from + least), limit);

  *start  = from;
  *length = to - from;
}

void
ddim_region_set_frame (DdimRegion *region,
                       gint        context,
                       gint        least)
{
  GeglRectangle *frame = &region->frame;

  *frame = region->target;
  widen (&frame->x, &frame->width, context, least,
         gimp_drawable_get_width (region->drawable));
  widen (&frame->y, &frame->height, context, least,
         gimp_drawable_get_height (region->drawable));
}

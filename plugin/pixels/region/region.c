/* region.c: what of a drawable may change, and what to look at around it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that a procedure cannot work on is found here, before any work
 * is done, and said in a sentence that tells what to do about it.
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region.h"
#include "strips.h"

/* Nobody can write to an item whose group is locked, either, nor to the mask of
 * a locked layer.                                                           */
static gboolean
is_locked (GimpItem *item)
{
  if (GIMP_IS_LAYER_MASK (item))
    item = GIMP_ITEM (gimp_layer_from_mask (GIMP_LAYER_MASK (item)));

  for (; item; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;

  return FALSE;
}

static gboolean
check_readable (GimpImage     *image,
                GimpDrawable  *drawable,
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
                         _("The selection itself cannot be varied. Save it with Select ▸ "
                           "Save to Channel, and choose that channel."));
  else if (gimp_drawable_is_indexed (drawable))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” has indexed colours, which cannot be varied. Convert "
                   "the image with Image ▸ Mode ▸ RGB first."), name);
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
  GeglRectangle      strip   = { 0 };

  if (! ddim_region_may_have_holes (region))
    return TRUE;

  weights = ddim_try_new (gfloat, (gsize) region->target.width * DDIM_STRIP, error);
  if (! weights)
    return FALSE;
  while (ddim_strip_next (&strip, &region->target))
    {
      gsize n = (gsize) strip.width * strip.height;

      if (! ddim_region_get_weights (region, &strip, weights, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        if (weights[i] > 0.0f)
          return TRUE;
    }

  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("The selected part of “%s” is completely transparent. Select a visible "
                 "part."), region->name);

  return FALSE;
}

/* Making ----------------------------------------------------------------- */

static GeglRectangle
get_bounds (GimpDrawable *drawable)
{
  GeglRectangle bounds;

  gimp_drawable_get_offsets (drawable, &bounds.x, &bounds.y);
  bounds.width  = gimp_drawable_get_width (drawable);
  bounds.height = gimp_drawable_get_height (drawable);

  return bounds;
}

DdimRegion *
ddim_region_new_whole (GimpDrawable *drawable)
{
  DdimRegion *region = g_new0 (DdimRegion, 1);

  region->image    = gimp_item_get_image (GIMP_ITEM (drawable));
  region->drawable = drawable;
  region->name     = gimp_item_get_name (GIMP_ITEM (drawable));
  region->bounds   = get_bounds (drawable);
  region->format   = gimp_drawable_get_format (drawable);
  region->colors   = gimp_drawable_is_gray (drawable) ? 1 : 3;
  region->target   = *GEGL_RECTANGLE (0, 0, region->bounds.width, region->bounds.height);
  region->frame    = region->target;

  return region;
}

DdimRegion *
ddim_region_new (GimpImage     *image,
                 GimpDrawable  *drawable,
                 GError       **error)
{
  g_autoptr (DdimRegion) region = NULL;
  GeglRectangle          selected;

  if (! check_readable (image, drawable, error))
    return NULL;

  region = ddim_region_new_whole (drawable);
  if (! gimp_drawable_mask_intersect (drawable, &region->target.x, &region->target.y,
                                      &region->target.width, &region->target.height))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The selection lies outside of “%s”. Select a part of it, "
                     "or nothing to change all of it."), region->name);
      return NULL;
    }

  region->frame     = region->target;
  selected          = region->target;
  selected.x       += region->bounds.x;
  selected.y       += region->bounds.y;
  region->selection = ddim_selection_new (image, &selected);

  if (! check_visible (region, error))
    return NULL;

  return g_steal_pointer (&region);
}

void
ddim_region_free (DdimRegion *region)
{
  if (! region)
    return;

  ddim_selection_free (region->selection);
  g_clear_object (&region->pixels);
  g_free (region->name);
  g_free (region);
}

static void
free_region (gpointer region)
{
  ddim_region_free (region);
}

GPtrArray *
ddim_regions_new (GimpImage     *image,
                  GimpDrawable **drawables,
                  GError       **error)
{
  g_autoptr (GPtrArray) regions = g_ptr_array_new_with_free_func (free_region);

  for (gint i = 0; drawables && drawables[i]; i++)
    {
      DdimRegion *region;
      gboolean    twice = FALSE;

      for (gint k = 0; k < i; k++)
        twice |= drawables[k] == drawables[i];
      if (twice)
        continue;

      region = ddim_region_new (image, drawables[i], error);
      if (! region)
        return NULL;
      g_ptr_array_add (regions, region);
    }

  return g_steal_pointer (&regions);
}

/* Checking --------------------------------------------------------------- */

gboolean
ddim_region_check_layer (const DdimRegion  *region,
                         GError           **error)
{
  if (gimp_image_is_valid (region->image) &&
      gimp_image_get_base_type (region->image) == GIMP_INDEXED)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("New layers cannot hold the result, because the image has "
                             "indexed colours. Convert it with Image ▸ Mode ▸ RGB first."));
      return FALSE;
    }

  return TRUE;
}

gboolean
ddim_region_check_in_place (const DdimRegion  *region,
                            GError           **error)
{
  GimpItem      *item = GIMP_ITEM (region->drawable);
  GeglRectangle  bounds;

  if (! gimp_item_is_valid (item))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("“%s” was deleted meanwhile. Nothing was changed. Undo the "
                     "deletion, or start with another layer."), region->name);
      return FALSE;
    }
  if (gimp_item_is_group (item))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("“%s” is a layer group and has no pixels of its own. Choose "
                     "one of its layers, or merge the group first."), region->name);
      return FALSE;
    }
  if (is_locked (item))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The pixels of “%s” are locked. Unlock them in the Layers "
                     "dialog first."), region->name);
      return FALSE;
    }

  bounds = get_bounds (region->drawable);
  if (! gegl_rectangle_equal (&bounds, &region->bounds) ||
      gimp_drawable_get_format (region->drawable) != region->format)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("“%s” was moved, resized or converted meanwhile, so that the result "
                     "no longer fits it. Nothing was changed. Start again from how it is "
                     "now."), region->name);
      return FALSE;
    }

  return TRUE;
}

/* The frame -------------------------------------------------------------- */

void
ddim_region_set_frame (DdimRegion *region,
                       gint        context,
                       gint        least)
{
  GeglRectangle frame = region->target;

  ddim_placement_widen (context, least, region->bounds.width, &frame.x, &frame.width);
  ddim_placement_widen (context, least, region->bounds.height, &frame.y, &frame.height);

  if (! gegl_rectangle_equal (&frame, &region->frame))
    g_clear_object (&region->pixels);
  region->frame = frame;
}

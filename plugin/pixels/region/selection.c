/* selection.c: an image's selection as it was when it was captured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "selection.h"
#include "strips.h"

static GimpDrawable *
get_mask (GimpImage *image)
{
  return GIMP_DRAWABLE (gimp_image_get_selection (image));
}

/* Returns whether anything is selected. */
static gboolean
get_bounds (GimpImage     *image,
            GeglRectangle *bounds)
{
  gboolean any;
  gint     x2, y2;

  gimp_selection_bounds (image, &any, &bounds->x, &bounds->y, &x2, &y2);
  bounds->width  = x2 - bounds->x;
  bounds->height = y2 - bounds->y;

  return any;
}

DdimSelection *
ddim_selection_new (GimpImage           *image,
                    const GeglRectangle *area)
{
  DdimSelection *selection = g_new0 (DdimSelection, 1);
  GimpDrawable  *mask      = get_mask (image);

  selection->image = image;
  if (! get_bounds (image, &selection->bounds))
    return selection;

  selection->area = area ? *area : selection->bounds;
  selection->mask = gegl_buffer_new (&selection->area, gimp_drawable_get_format (mask));
  ddim_strips_read (mask, selection->mask, &selection->area, NULL, NULL);

  return selection;
}

void
ddim_selection_free (DdimSelection *selection)
{
  if (! selection)
    return;

  g_clear_object (&selection->mask);
  g_free (selection);
}

gboolean
ddim_selection_is_current (const DdimSelection *selection)
{
  GeglRectangle bounds;
  gboolean      any = get_bounds (selection->image, &bounds);

  if (! any || ! selection->mask)
    return ! any && ! selection->mask;

  return gegl_rectangle_equal (&bounds, &selection->bounds) &&
         ddim_strips_are_equal (get_mask (selection->image), selection->mask,
                                &selection->area);
}

void
ddim_selection_read (const DdimSelection *selection,
                     const GeglRectangle *rectangle,
                     gfloat              *selected)
{
  gsize n = (gsize) rectangle->width * rectangle->height;

  if (selection->mask)
    ddim_get_floats (selection->mask, rectangle, 1.0, babl_format ("Y double"), GEGL_ABYSS_NONE,
                     selected);
  else
    for (gsize i = 0; i < n; i++)
      selected[i] = 1.0f;
}

/* source.c: a drawable as the picture whose patches make a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is transparent is no part of the picture; nor is what a channel does
 * not mark or, where only the selection counts, what is not selected: a pixel
 * is used where it is more in than out.
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region.h"
#include "source.h"

void
ddim_source_add_arguments (GimpProcedure *procedure,
                           const gchar   *source_help)
{
  gimp_procedure_add_drawable_argument (
    procedure, "source", _("S_ource"), source_help, TRUE, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "symmetry", _("S_ymmetry"),
    _("How pieces of the source may be turned before they are used"),
    gimp_choice_new_with_values (DDIM_SYMMETRY_NONE, 0, _("As they are"), NULL,
                                 DDIM_SYMMETRY_MIRRORED, 1, _("Mirrored left to right"), NULL,
                                 DDIM_SYMMETRY_TURNED, 2, _("Turned by quarters"), NULL,
                                 DDIM_SYMMETRY_BOTH, 3, _("Mirrored and turned"), NULL,
                                 NULL),
    DDIM_SYMMETRY_NONE, G_PARAM_READWRITE);
}

/* The part of a drawable to look at, at most DDIM_SOURCE_SIDE either way, with
 * its middle as near to that of `around` as can be.                         */
static GeglRectangle
choose_window (const GeglRectangle *bounds,
               const GeglRectangle *around)
{
  GeglRectangle window;

  window.width  = MIN (bounds->width, DDIM_SOURCE_SIDE);
  window.height = MIN (bounds->height, DDIM_SOURCE_SIDE);
  window.x = CLAMP (around->x + around->width / 2 - window.width / 2,
                    bounds->x, bounds->x + bounds->width - window.width);
  window.y = CLAMP (around->y + around->height / 2 - window.height / 2,
                    bounds->y, bounds->y + bounds->height - window.height);
  return window;
}

/* Takes out of the mask where `channel` is below a half; (x, y): where the
 * mask lies in the channel's own pixels.                                    */
static void
mask_by_channel (gfloat       *mask,
                 gint          x,
                 gint          y,
                 gint          h,
                 gint          w,
                 GimpDrawable *channel)
{
  GeglBuffer        *buffer = gimp_drawable_get_buffer (channel);
  g_autofree gfloat *row    = g_new (gfloat, w);

  for (gint i = 0; i < h; i++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y + i, w, 1), 1.0,
                       babl_format ("Y float"), row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gint j = 0; j < w; j++)
        if (! (row[j] >= 0.5f))
          mask[(gsize) i * w + j] = 0.0f;
    }
  g_object_unref (buffer);
}

static void
mask_by_alpha (gfloat              *mask,
               const GeglRectangle *window,
               GimpDrawable        *drawable)
{
  GeglBuffer        *buffer = gimp_drawable_get_buffer (drawable);
  g_autofree gfloat *row    = g_new (gfloat, window->width);

  for (gint i = 0; i < window->height; i++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (window->x, window->y + i, window->width, 1), 1.0,
                       babl_format ("A float"), row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gint j = 0; j < window->width; j++)
        if (! (row[j] >= 0.5f))
          mask[(gsize) i * window->width + j] = 0.0f;
    }
  g_object_unref (buffer);
}

static DdimPatchesOptions
read_options (GimpProcedureConfig *config,
              gint                 apart,
              gboolean             wrap)
{
  gint symmetry = gimp_procedure_config_get_choice_id (config, "symmetry");

  return (DdimPatchesOptions) { .mirrored = symmetry & 1, .turned = symmetry & 2,
                                .apart = apart, .wrap = wrap };
}

DdimModel *
ddim_source_model (GimpProcedureConfig  *config,
                   GimpDrawable         *drawable,
                   gboolean              selected,
                   const GeglRectangle  *around,
                   gint                  channels,
                   gint                  apart,
                   gboolean              wrap,
                   DdimTeam             *team,
                   GError              **error)
{
  g_autoptr (GimpDrawable) source  = NULL;
  g_autoptr (DdimCanvas)   picture = NULL;
  g_autofree gfloat       *mask    = NULL;
  g_autofree gchar        *name    = NULL;
  g_autoptr (GError)       cause   = NULL;
  GimpDrawable            *marks   = NULL;
  GimpImage               *image;
  DdimRegion               region  = { 0 };
  GeglRectangle            bounds;
  DdimPatchesOptions       options;
  DdimModel               *model;
  gint                     off_x, off_y;

  g_object_get (config, "source", &source, NULL);
  if (source && GIMP_IS_CHANNEL (source) && ! GIMP_IS_CHANNEL (drawable))
    {
      marks = source;
    }
  else if (source && source != drawable)
    {
      drawable = source;
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

  region.drawable = drawable;
  region.colors   = gimp_drawable_is_gray (drawable) ? 1 : 3;
  region.frame    = choose_window (&bounds, around ? around : &bounds);
  region.target   = region.frame;
  picture = ddim_region_read_canvas (&region, channels, region.frame.height, region.frame.width);

  mask = g_new (gfloat, (gsize) picture->h * picture->w);
  for (gsize i = 0; i < (gsize) picture->h * picture->w; i++)
    mask[i] = 1.0f;
  gimp_drawable_get_offsets (drawable, &off_x, &off_y);
  if (gimp_drawable_has_alpha (drawable))
    mask_by_alpha (mask, &region.frame, drawable);
  if (selected && ! gimp_selection_is_empty (image))
    mask_by_channel (mask, region.frame.x + off_x, region.frame.y + off_y, picture->h, picture->w,
                     GIMP_DRAWABLE (gimp_image_get_selection (image)));
  if (marks)
    {
      gint marks_x, marks_y;

      gimp_drawable_get_offsets (marks, &marks_x, &marks_y);
      mask_by_channel (mask, region.frame.x + off_x - marks_x, region.frame.y + off_y - marks_y,
                       picture->h, picture->w, marks);
    }

  options = read_options (config, apart, wrap);
  model   = ddim_model_new_of_picture (picture, mask, &options, team, &cause);
  if (! model)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 /* Translators: %s is the name of a layer or channel. */
                 _("“%s” has nothing to learn from: nowhere can a square of 7 × 7 "
                   "pixels be taken from it. Give a larger source, or select or mark "
                   "more of it."), name);
  return model;
}

/* frames.c: frames put into GIMP
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "frames.h"

/* Appends layers and those below them, from the top. */
static GList *
list_layers (GList      *list,
             GimpLayer **layers)
{
  for (gint i = 0; layers[i]; i++)
    {
      list = g_list_append (list, layers[i]);
      if (gimp_item_is_group (GIMP_ITEM (layers[i])))
        {
          GimpLayer **children = (GimpLayer **) gimp_item_get_children (GIMP_ITEM (layers[i]));

          list = list_layers (list, children);
          g_free (children);
        }
    }

  return list;
}

GList *
ddim_frames_list_layers (GimpImage *image)
{
  GimpLayer **top  = gimp_image_get_layers (image);
  GList      *list = list_layers (NULL, top);

  g_free (top);

  return list;
}

static gchar *
name_frame (const DdimFramesOptions *options,
            const DdimLayerSet      *layer_set,
            gint                     i)
{
  g_autofree gchar *first = NULL;
  g_autofree gchar *last  = NULL;

  /* In the words that GIMP's animations are read from: not translated. */
  if (options->kind != DDIM_FRAMES_LAYER)
    return g_strdup_printf ("Frame %d (%dms) (replace)", i + 1, options->duration);

  first = gimp_item_get_name (g_ptr_array_index (layer_set->layers, 0));
  last  = gimp_item_get_name (g_ptr_array_index (layer_set->layers, layer_set->layers->len - 1));

  /* Translators: a new layer's name, between two layers' names; %.2f goes from
   * 0, the first of them, to 1, the other. */
  return g_strdup_printf (_("%s to %s, %.2f"), first, last, options->position);
}

/* A new image of the same kind, without layers. */
static GimpImage *
make_image (const DdimLayerSet *layer_set)
{
  GimpImage           *image   = layer_set->image;
  GimpImage           *made;
  GimpColorProfile    *profile = gimp_image_get_color_profile (image);
  const GeglRectangle *target  = &layer_set->target;

  made = gimp_image_new_with_precision (target->width, target->height,
                                        gimp_image_get_base_type (image),
                                        gimp_image_get_precision (image));
  if (profile)
    {
      gimp_image_set_color_profile (made, profile);
      g_object_unref (profile);
    }

  return made;
}

/* Above the uppermost of the layers that are this image's own. */
static void
find_place (const DdimLayerSet  *layer_set,
            GimpLayer          **parent,
            gint                *position)
{
  GimpImage *image = layer_set->image;
  GList     *order = ddim_frames_list_layers (image);

  *parent   = NULL;
  *position = 0;
  for (GList *iter = order; iter; iter = iter->next)
    if (g_ptr_array_find (layer_set->layers, iter->data, NULL))
      {
        *parent   = GIMP_LAYER (gimp_item_get_parent (iter->data));
        *position = gimp_image_get_item_position (image, iter->data);
        break;
      }

  g_list_free (order);
}

/* Inserts the layers, frame 1 lowest, or none of them. */
static gboolean
insert_frames (const DdimFramesOptions *options,
               const DdimLayerSet      *layer_set,
               GPtrArray               *frames,
               GimpImage               *image,
               GPtrArray               *layers)
{
  GimpLayer *parent   = NULL;
  GimpLayer *group    = NULL;
  gint       position = 0;
  gboolean   success  = TRUE;

  if (options->kind != DDIM_FRAMES_IMAGE)
    find_place (layer_set, &parent, &position);
  if (options->kind == DDIM_FRAMES_GROUP)
    {
      group   = GIMP_LAYER (gimp_group_layer_new (image, _("DDIM frames")));
      success = gimp_image_insert_layer (image, group, parent, position);
      if (! success)
        gimp_item_delete (GIMP_ITEM (group));
      parent   = group;
      position = 0;
    }

  for (guint i = 0; i < frames->len && success; i++)
    {
      g_autofree gchar *name  = name_frame (options, layer_set, i);
      GimpLayer        *layer = ddim_layer_set_make_layer (layer_set, image,
                                                           frames->pdata[i], name);

      if (options->kind == DDIM_FRAMES_IMAGE)
        gimp_layer_set_offsets (layer, 0, 0);
      success = gimp_image_insert_layer (image, layer, parent, position);
      if (success)
        g_ptr_array_add (layers, layer);
      else
        {
          gimp_item_delete (GIMP_ITEM (layer));
          if (group)
            gimp_image_remove_layer (image, group);
        }
    }

  return success;
}

gboolean
ddim_frames_insert (const DdimFramesOptions  *options,
                    const DdimLayerSet       *layer_set,
                    GPtrArray                *frames,
                    GPtrArray                *layers,
                    GError                  **error)
{
  GimpImage *image = layer_set->image;
  gboolean   success;

  if (options->kind == DDIM_FRAMES_IMAGE)
    {
      image = make_image (layer_set);
      gimp_image_undo_disable (image);
      success = insert_frames (options, layer_set, frames, image, layers);
      gimp_image_undo_enable (image);
      if (! success)
        gimp_image_delete (image);
    }
  else
    {
      gimp_image_undo_group_start (image);
      success = insert_frames (options, layer_set, frames, image, layers);
      gimp_image_undo_group_end (image);
    }

  if (! success)
    g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                         _("GIMP would not take the new layers. Anchor a floating "
                           "selection, and unlock the layer group, first."));

  return success;
}

/* frames.c: frames put into GIMP
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "frames.h"
#include "recipe.h"

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
  const DdimRegion *first = layer_set->regions->pdata[0];
  const DdimRegion *last  = layer_set->regions->pdata[layer_set->regions->len - 1];

  /* In the words that GIMP's animations are read from: not translated. */
  if (options->kind != DDIM_FRAMES_LAYER)
    return g_strdup_printf ("Frame %d (%dms) (replace)", i + 1, options->duration);

  /* Translators: a new layer's name, between two layers' names; %.2f goes from
   * 0, the first of them, to 1, the other. */
  return g_strdup_printf (_("%s to %s, %.2f"), first->name, last->name, options->position);
}

/* The uppermost layer of the set that is in the image, or NULL. */
static GimpLayer *
find_uppermost (const DdimLayerSet *layer_set)
{
  GList     *order = NULL;
  GimpLayer *found = NULL;

  if (gimp_image_is_valid (layer_set->image))
    order = ddim_frames_list_layers (layer_set->image);

  for (GList *iter = order; iter && ! found; iter = iter->next)
    for (guint i = 0; i < layer_set->regions->len; i++)
      if (((DdimRegion *) layer_set->regions->pdata[i])->drawable == iter->data)
        found = iter->data;
  g_list_free (order);

  return found;
}

DdimTransaction *
ddim_frames_begin (const DdimFramesOptions *options,
                   const DdimLayerSet      *layer_set)
{
  DdimTransaction *transaction;

  if (options->kind == DDIM_FRAMES_IMAGE)
    return ddim_transaction_new_image (layer_set->image, layer_set->target.width,
                                       layer_set->target.height);

  transaction = ddim_transaction_new (layer_set->image);
  if (options->kind == DDIM_FRAMES_GROUP)
    ddim_transaction_begin_group (transaction, _("DDIM frames"), find_uppermost (layer_set));

  return transaction;
}

void
ddim_frames_add (const DdimFramesOptions *options,
                 const DdimLayerSet      *layer_set,
                 DdimTransaction         *transaction,
                 gint                     i,
                 GeglBuffer              *frame,
                 gchar                   *recipe)
{
  g_autofree gchar *name  = name_frame (options, layer_set, i);
  DdimNewLayer     *layer = ddim_new_layer_new (name, layer_set->type, frame);

  layer->recipe    = recipe;
  layer->procedure = DDIM_PARASITE_INTERPOLATION;
  if (options->kind != DDIM_FRAMES_IMAGE)
    {
      layer->x = layer_set->target.x;
      layer->y = layer_set->target.y;
    }
  if (options->kind == DDIM_FRAMES_LAYER)
    layer->above = find_uppermost (layer_set);
  ddim_transaction_add_layer (transaction, layer);
}

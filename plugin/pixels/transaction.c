/* transaction.c: results put into an image: all of them, or none
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In place, results go into the shadow buffers, all of them before the first
 * is merged, and GIMP's merge makes the undo step.  But it blends and composes
 * in its own way, which at some precisions moves the last bit of a pixel put
 * over itself.  So the results' bytes are then copied over what the merge has
 * made of them.  The undo step keeps what was there before, and a redo what is
 * there at the undo: both are exact.
 *
 * GIMP merges what is selected.  Where that is no longer what was captured, the
 * target is selected for the moment, and what a user selected after it again.
 *
 * No procedure of GIMP's undoes a step.  If it refuses one merge after another
 * has been made, the captured pixels are put back, and the step that stays in
 * the image's history changes nothing.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "strips.h"
#include "swap.h"
#include "transaction.h"

typedef struct
{
  DdimRegion *region;   /* the caller's                                      */
  GeglBuffer *result;   /* of its target                                     */
  gboolean    merged;
} Change;

struct _DdimTransaction
{
  GimpImage *image;
  gboolean   is_new;        /* one is made like `image`                      */
  gint       width, height; /* of that                                       */
  gchar     *group;         /* its name, or NULL                             */
  GimpLayer *group_above;
  GPtrArray *changes;       /* of Change                                     */
  GPtrArray *layers;        /* of DdimNewLayer                               */
};

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->result);
  g_free (change);
}

static void
layer_free (gpointer data)
{
  ddim_new_layer_free (data);
}

DdimTransaction *
ddim_transaction_new (GimpImage *image)
{
  DdimTransaction *self = g_new0 (DdimTransaction, 1);

  self->image   = image;
  self->changes = g_ptr_array_new_with_free_func (change_free);
  self->layers  = g_ptr_array_new_with_free_func (layer_free);

  return self;
}

DdimTransaction *
ddim_transaction_new_image (GimpImage *like,
                            gint       width,
                            gint       height)
{
  DdimTransaction *self = ddim_transaction_new (like);

  self->is_new = TRUE;
  self->width  = width;
  self->height = height;

  return self;
}

void
ddim_transaction_free (DdimTransaction *self)
{
  if (! self)
    return;

  g_ptr_array_unref (self->changes);
  g_ptr_array_unref (self->layers);
  g_free (self->group);
  g_free (self);
}

void
ddim_transaction_begin_group (DdimTransaction *self,
                              const gchar     *name,
                              GimpLayer       *above)
{
  self->group       = g_strdup (name);
  self->group_above = above;
}

gboolean
ddim_transaction_add_change (DdimTransaction   *self,
                             DdimRegion        *region,
                             const DdimCanvas  *before,
                             const DdimCanvas  *after,
                             gint               item,
                             GError           **error)
{
  GeglBuffer *result = ddim_region_compose (region, before, after, item, error);
  Change     *change;

  if (! result)
    return FALSE;

  change = g_new0 (Change, 1);
  change->region = region;
  change->result = result;
  g_ptr_array_add (self->changes, change);

  return TRUE;
}

void
ddim_transaction_add_layer (DdimTransaction *self,
                            DdimNewLayer    *layer)
{
  g_ptr_array_add (self->layers, layer);
}

/* Checking ----------------------------------------------------------------- */

gboolean
ddim_transaction_check_memory (gint         n,
                               gint         width,
                               gint         height,
                               const Babl  *format,
                               GError     **error)
{
  gdouble bytes = (gdouble) n * width * height * babl_format_get_bytes_per_pixel (format);

  /* here, and once more in GIMP */
  return ddim_memory_check (2.0 * bytes, error, "Keeping %d × %d × %d pixels",
                            n, width, height);
}

static gboolean
check (const DdimTransaction  *self,
       GError                **error)
{
  if (! ddim_swap_check (error))
    return FALSE;
  if (! gimp_image_is_valid (self->image))
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("The image was closed meanwhile: there is nowhere to put the "
                             "result. Open it again, and start anew."));
      return FALSE;
    }

  for (guint i = 0; i < self->changes->len; i++)
    {
      const Change     *change = self->changes->pdata[i];
      const DdimRegion *region = change->region;

      if (! ddim_region_check_in_place (region, error))
        return FALSE;

      if (! ddim_strips_are_equal (region->drawable, region->pixels, &region->target))
        {
          g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                       _("The pixels of “%s” were changed meanwhile, so that the result no "
                         "longer fits them. Nothing was written. Start again from how it "
                         "looks now."), region->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* In place ----------------------------------------------------------------- */

static void
write_shadow (const Change *change)
{
  const GeglRectangle *target = &change->region->target;

  ddim_strips_write (change->result, target, change->region->drawable,
                     gimp_drawable_get_shadow_buffer, target->x, target->y);
}

/* Copies pixels of the target over those that are there. */
static void
write_pixels (const Change *change,
              GeglBuffer   *pixels)
{
  const GeglRectangle *target   = &change->region->target;
  GimpDrawable        *drawable = change->region->drawable;

  ddim_strips_write (pixels, target, drawable, gimp_drawable_get_buffer, target->x, target->y);
  gimp_drawable_update (drawable, target->x, target->y, target->width, target->height);
}

/* Selects the target; returns a channel that keeps what was selected, or NULL
 * where nothing was.                                                        */
static GimpChannel *
select_target (const DdimRegion *region)
{
  GimpImage   *image = region->image;
  GimpChannel *kept  = NULL;

  if (! gimp_selection_is_empty (image))
    kept = gimp_selection_save (image);

  if (region->selection->mask)
    gimp_image_select_rectangle (image, GIMP_CHANNEL_OP_REPLACE,
                                 region->bounds.x + region->target.x,
                                 region->bounds.y + region->target.y,
                                 region->target.width, region->target.height);
  else
    gimp_selection_none (image);

  return kept;
}

static void
select_again (GimpImage   *image,
              GimpChannel *kept)
{
  if (kept)
    {
      gimp_image_select_item (image, GIMP_CHANNEL_OP_REPLACE, GIMP_ITEM (kept));
      gimp_image_remove_channel (image, kept);
    }
  else
    {
      gimp_selection_none (image);
    }
}

/* Its shadow buffer is written. */
static gboolean
merge (Change  *change,
       GError **error)
{
  const DdimRegion *region  = change->region;
  gboolean          current = ddim_selection_is_current (region->selection);
  GimpChannel      *kept    = current ? NULL : select_target (region);

  change->merged = gimp_drawable_merge_shadow (region->drawable, TRUE);
  if (change->merged)
    write_pixels (change, change->result);
  if (! current)
    select_again (region->image, kept);

  if (! change->merged)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not write to “%s”: it may be locked, or not "
                     "made of pixels. Nothing was changed. Unlock or rasterize "
                     "it, or work on a copy."), region->name);
      return FALSE;
    }
  if (! ddim_strips_are_equal (region->drawable, change->result, &region->target))
    {
      ddim_swap_set_not_kept (region->name, error);
      return FALSE;
    }

  return TRUE;
}

static gboolean
merge_all (const DdimTransaction  *self,
           GError                **error)
{
  for (guint i = 0; i < self->changes->len; i++)
    if (! merge (self->changes->pdata[i], error))
      return FALSE;

  return TRUE;
}

static void
unmerge_all (const DdimTransaction *self)
{
  for (guint i = 0; i < self->changes->len; i++)
    {
      const Change *change = self->changes->pdata[i];

      if (change->merged)
        write_pixels (change, change->region->pixels);
    }
}

/* New layers --------------------------------------------------------------- */

/* Where a layer above this one goes: to the top, if that is not in the image.  FALSE
 * where GIMP does not say.                                                  */
static gboolean
find_place (GimpImage  *image,
            GimpLayer  *above,
            GimpLayer **parent,
            gint       *position)
{
  GimpImage *its_image;

  *parent   = NULL;
  *position = 0;

  if (! above || ! gimp_item_is_valid (GIMP_ITEM (above)))
    return TRUE;

  its_image = gimp_item_get_image (GIMP_ITEM (above));
  if (its_image == image)
    {
      *parent   = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (above)));
      *position = gimp_image_get_item_position (image, GIMP_ITEM (above));
    }

  /* 0 is a position, too */
  return its_image && gimp_pdb_get_last_status (gimp_get_pdb ()) == GIMP_PDB_SUCCESS;
}

/* Made, and not in the image yet; `made` receives them. */
static gboolean
make_layers (const DdimTransaction  *self,
             GimpImage              *image,
             GPtrArray              *made,
             GError                **error)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      GimpLayer *layer = ddim_new_layer_make (self->layers->pdata[i], image, error);

      if (! layer)
        return FALSE;
      g_ptr_array_add (made, layer);
    }

  return TRUE;
}

static gboolean
insert (GimpImage *image,
        GimpLayer *layer,
        GimpLayer *above,
        GPtrArray *inserted)
{
  GimpLayer *parent;
  gint       position;

  if (! find_place (image, above, &parent, &position) ||
      ! gimp_image_insert_layer (image, layer, parent, position))
    return FALSE;
  g_ptr_array_add (inserted, layer);

  return TRUE;
}

/* inserted: receives all that are in the image then, the group first. */
static gboolean
insert_all (const DdimTransaction  *self,
            GimpImage              *image,
            GPtrArray              *made,
            GPtrArray              *inserted,
            GError                **error)
{
  GimpLayer *group   = NULL;
  gboolean   success = TRUE;

  if (self->group)
    {
      group   = GIMP_LAYER (gimp_group_layer_new (image, self->group));
      success = insert (image, group, self->group_above, inserted);
      if (! success)
        gimp_item_delete (GIMP_ITEM (group));
    }

  for (guint i = 0; i < made->len && success; i++)
    {
      const DdimNewLayer *layer = self->layers->pdata[i];

      if (group)
        {
          success = gimp_image_insert_layer (image, made->pdata[i], group, 0);
          if (success)
            g_ptr_array_add (inserted, made->pdata[i]);
        }
      else
        {
          success = insert (image, made->pdata[i], layer->above, inserted);
        }
      if (success)
        made->pdata[i] = NULL;
    }

  if (! success)
    g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                         _("GIMP would not take the new layers. Anchor a floating "
                           "selection, and unlock the layer group, first."));

  return success;
}

static void
remove_all (GimpImage *image,
            GPtrArray *made,
            GPtrArray *inserted)
{
  for (guint i = inserted->len; i > 0; i--)
    gimp_image_remove_layer (image, inserted->pdata[i - 1]);
  for (guint i = 0; i < made->len; i++)
    if (made->pdata[i])
      gimp_item_delete (made->pdata[i]);
}

/* All ---------------------------------------------------------------------- */

static GimpImage *
make_image (const DdimTransaction  *self,
            GError                **error)
{
  GimpImage        *image;
  GimpColorProfile *profile = gimp_image_get_color_profile (self->image);
  gdouble           x, y;

  image = gimp_image_new_with_precision (self->width, self->height,
                                         gimp_image_get_base_type (self->image),
                                         gimp_image_get_precision (self->image));
  if (! image)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not make an image of %d × %d pixels. Choose a smaller area."),
                   self->width, self->height);
      g_clear_object (&profile);
      return NULL;
    }
  if (profile)
    {
      gimp_image_set_color_profile (image, profile);
      g_object_unref (profile);
    }
  gimp_image_get_resolution (self->image, &x, &y);
  gimp_image_set_resolution (image, x, y);

  return image;
}

static gboolean
write_all (const DdimTransaction  *self,
           GimpImage              *image,
           GPtrArray              *made,
           GPtrArray              *inserted,
           GError                **error)
{
  gboolean               clean    = ! gimp_image_is_dirty (image);
  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (image);
  gboolean               success;

  gimp_context_push ();
  gimp_context_set_feather (FALSE);
  gimp_image_undo_group_start (image);

  success = merge_all (self, error) && insert_all (self, image, made, inserted, error);
  if (! success)
    {
      unmerge_all (self);
      remove_all (image, made, inserted);
      if (selected && selected[0]) /* a new layer was, for a moment */
        gimp_image_set_selected_layers (image, (const GimpLayer **) selected);
    }

  gimp_image_undo_group_end (image);
  gimp_context_pop ();

  if (! success && clean)
    gimp_image_clean_all (image);

  return success;
}

gboolean
ddim_transaction_commit (DdimTransaction  *self,
                         GPtrArray        *layers,
                         GError          **error)
{
  g_autoptr (GPtrArray)  made     = g_ptr_array_new ();
  g_autoptr (GPtrArray)  inserted = g_ptr_array_new ();
  GimpImage             *image    = self->image;
  gboolean               success;

  if (! check (self, error))
    return FALSE;

  if (self->is_new)
    {
      image = make_image (self, error);
      if (! image)
        return FALSE;
      gimp_image_undo_disable (image);
    }
  success = make_layers (self, image, made, error);
  for (guint i = 0; i < self->changes->len && success; i++)
    write_shadow (self->changes->pdata[i]);

  /* What was read of the results on the way may have been lost. */
  success = success && ddim_swap_check (error);
  if (success)
    success = write_all (self, image, made, inserted, error);
  else
    remove_all (image, made, inserted);

  for (guint i = 0; i < self->changes->len; i++)
    gimp_drawable_free_shadow (((Change *) self->changes->pdata[i])->region->drawable);
  if (self->is_new && success)
    gimp_image_undo_enable (image);
  else if (self->is_new)
    gimp_image_delete (image);

  if (success && layers)
    for (guint i = self->group ? 1 : 0; i < inserted->len; i++)
      g_ptr_array_add (layers, inserted->pdata[i]);

  return success;
}

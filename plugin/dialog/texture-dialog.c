/* texture-dialog.c: the dialog of a texture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First how large it is, whether it tiles, which of several, and where it goes;
 * what it is made of, where that is not what is selected, behind an expander.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "model-combo.h"
#include "controls.h"
#include "preview-dialog.h"
#include "texture-dialog.h"
#include "texture-task.h"

typedef struct
{
  DdimPreviewDialog   *preview_dialog;
  GimpProcedureConfig *config;
  GimpDrawable        *drawable;
  DdimSample          *sample;    /* or NULL */
} Dialog;

static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog    *self  = data;
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (self->drawable));
  gboolean   gray  = gimp_image_get_base_type (image) == GIMP_GRAY;
  gint       width, height;

  g_object_get (self->config, "width", &width, "height", &height, NULL);
  g_clear_pointer (&self->sample, ddim_sample_unref);
  self->sample = ddim_sample_new (height, width, gray ? 1 : 3,
                                  gimp_drawable_get_format (self->drawable));

  return self->sample->n_stages;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog   *self = data;
  gboolean  tileable;

  if (stage > 0) /* made of what is there */
    return TRUE;

  g_object_get (self->config, "tileable", &tileable, NULL);
  self->sample->source = ddim_patch_source_read (self->config, self->drawable, TRUE, NULL,
                                                 self->sample->channels, 0, tileable,
                                                 ddim_preview_dialog_serve,
                                                 self->preview_dialog, error);

  return self->sample->source != NULL;
}

static DdimTask *
make_task (gpointer data)
{
  Dialog *self = data;
  gint    steps;

  g_object_get (self->config, "steps", &steps, NULL);

  return ddim_texture_task_new (self->sample, steps);
}

static gchar *
describe (gpointer data)
{
  Dialog                *self   = data;
  const DdimPatchSource *source = self->sample->source;

  if (! source)
    return g_strdup ("");

  return g_strdup_printf (
    /* Translators: the first %s is a layer's name, then width and height of what
     * is looked at of it. */
    _("It is made of pieces of “%s”, of which %d × %d pixels are looked at."),
    source->name, source->picture->w, source->picture->h);
}

static gdouble
scale_of_all (gpointer data)
{
  return 1.0;
}

static DdimChange
affects (gpointer     data,
         const gchar *argument)
{
  static const gchar * const input[] = { "source", "symmetry", "width", "height", "tileable",
                                         NULL };

  if (! g_strcmp0 (argument, "seed"))
    return DDIM_CHANGE_SEEDS;
  else if (! g_strcmp0 (argument, "steps"))
    return DDIM_CHANGE_MAKING;
  else if (g_strv_contains (input, argument))
    return DDIM_CHANGE_INPUT;
  else
    return DDIM_CHANGE_NOTHING;
}

static guint64
get_seeds (gpointer  data,
           gint     *n_picked,
           gboolean *several)
{
  Dialog *self = data;
  gint    seed;

  g_object_get (self->config, "seed", &seed, NULL);
  *n_picked = 1;
  *several  = FALSE;

  return seed;
}

static GtkWidget *
make_controls (Dialog *self)
{
  GimpProcedureDialog *dialog = ddim_preview_dialog_get_dialog (self->preview_dialog);
  GtkWidget           *box    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkBox              *inner;

  ddim_controls_add_number (dialog, GTK_BOX (box), "width");
  ddim_controls_add_number (dialog, GTK_BOX (box), "height");
  ddim_controls_add (dialog, GTK_BOX (box), "tileable");
  gtk_box_pack_start (GTK_BOX (box), ddim_seed_entry_new (self->config, "seed"),
                      FALSE, FALSE, 0);
  ddim_controls_add (dialog, GTK_BOX (box), "output");

  inner = ddim_controls_add_expander (GTK_BOX (box));
  ddim_controls_add (dialog, inner, "source");
  ddim_controls_add (dialog, inner, "symmetry");
  ddim_controls_add_number (dialog, inner, "steps");
  gtk_widget_show (box);

  return box;
}

DdimCanvas *
ddim_texture_dialog_run (GimpProcedure       *procedure,
                         GimpProcedureConfig *config,
                         GimpDrawable        *drawable)
{
  const DdimPreviewDialogClass  klass   = {
    .activity     = _("DDIM texture"),
    .finished     = _("This is the finished texture."),
    .preview_help = _("The texture you picked"),
    .cells        = _("Te_xtures"),
    /* Translators: of a texture in the gallery. */
    .cell_name    = _("Texture of seed %u"),
    .pick_help    = _("Pick one with a click or the arrow keys"),
    .plan         = plan,
    .read         = read_stage,
    .make_task    = make_task,
    .describe     = describe,
    .scale_of_all = scale_of_all,
    .affects      = affects,
    .get_seeds    = get_seeds,
  };
  Dialog                        self    = { .config = config, .drawable = drawable };
  DdimCanvas                   *texture = NULL;
  guint64                       seeds[DDIM_PREVIEW_CELLS];

  self.preview_dialog = ddim_preview_dialog_new (procedure, config, _("DDIM Texture"),
                                                 drawable, &klass, &self);

  if (ddim_preview_dialog_run (self.preview_dialog, make_controls (&self)))
    {
      ddim_preview_dialog_get_picked (self.preview_dialog, seeds);
      texture = ddim_canvas_copy (ddim_preview_dialog_get_finished (self.preview_dialog, seeds[0]));
      g_object_set (config, "seed", (gint) seeds[0], NULL);
    }

  ddim_preview_dialog_free (self.preview_dialog);
  ddim_sample_unref (self.sample);

  return texture;
}

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

#include "controls.h"
#include "preview-dialog.h"
#include "region-view.h"
#include "task-input.h"
#include "texture-dialog.h"
#include "texture-task.h"

/* The longer side of what is shown, in pixels. */
#define SHOWN_SIDE 1280

typedef struct
{
  DdimPreviewDialog   *preview_dialog;
  GimpProcedureConfig *config;
  DdimTextureReader    read_settings;
  GimpDrawable        *drawable;
  DdimTextureInput    *input;     /* or NULL */
} Dialog;

static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog                       *self     = data;
  g_auto (DdimTextureSettings)  settings = { 0 };

  self->read_settings (self->config, &settings);
  g_clear_pointer (&self->input, ddim_texture_input_unref);
  self->input = ddim_texture_input_new (DDIM_STAGES_ALL, settings.height, settings.width);

  return self->input->stages.n;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog                       *self     = data;
  g_auto (DdimTextureSettings)  settings = { 0 };
  g_autoptr (GimpDrawable)      other    = NULL;

  if (stage > 0) /* made of what is there */
    return TRUE;

  self->read_settings (self->config, &settings);
  g_object_get (self->config, "source", &other, NULL);

  return ddim_texture_read_source (self->input, self->drawable, other, &settings,
                                   ddim_preview_dialog_serve, self->preview_dialog, error);
}

static DdimTask *
make_task (gpointer data)
{
  Dialog                       *self     = data;
  g_auto (DdimTextureSettings)  settings = { 0 };

  self->read_settings (self->config, &settings);

  return ddim_texture_task_new (self->input, &settings);
}

static gpointer
get_view (gpointer data)
{
  return (gpointer) gimp_drawable_get_format (((Dialog *) data)->drawable);
}

static gpointer
render (gpointer          format,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_canvas_render (made, format, SHOWN_SIDE);
}

static gchar *
describe (gpointer data)
{
  Dialog                *self   = data;
  const DdimPatchSource *source = self->input->source;

  if (! source)
    return g_strdup ("");

  return g_strdup_printf (
    /* Translators: the first %s is a layer's name, then width and height of what
     * is looked at of it. */
    _("Made of pieces of “%s”, of which %d × %d pixels are used."),
    source->name, source->picture->w, source->picture->h);
}

static gdouble
scale_of_rest (gpointer data)
{
  return 0.0;
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

static const DdimControl rows[] =
{
  { "width",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_INPUT },
  { "height",   DDIM_CONTROL_NUMBER, DDIM_CHANGE_INPUT },
  { "tileable", DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT },
  { "seed",     DDIM_CONTROL_SEED,   DDIM_CHANGE_SEEDS },
  { "output",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_NOTHING },
  { "source",   DDIM_CONTROL_DRAWABLE, DDIM_CHANGE_INPUT, TRUE },
  { "symmetry", DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT,  TRUE },
  { "steps",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_MAKING, TRUE },
  { NULL }
};

void
ddim_texture_pick_clear (DdimTexturePick *pick)
{
  g_clear_pointer (&pick->texture, ddim_canvas_free);
  g_clear_pointer (&pick->input, ddim_texture_input_unref);
}

gboolean
ddim_texture_dialog_run (GimpProcedure       *procedure,
                         GimpProcedureConfig *config,
                         GimpDrawable        *drawable,
                         DdimTextureReader    read_settings,
                         DdimTexturePick     *pick)
{
  const DdimPreviewDialogClass klass = {
    .activity      = _("DDIM texture"),
    .finished      = _("This is the finished texture."),
    .finishing     = _("Finishing what you picked…"),
    .cells         = _("Te_xtures"),
    /* Translators: of a texture in the gallery. */
    .cell_name     = _("Texture of seed %u"),
    .pick_help     = _("Click a texture or use the arrow keys to pick it"),
    .plan          = plan,
    .read          = read_stage,
    .make_task     = make_task,
    .get_view      = get_view,
    .render        = render,
    .describe      = describe,
    .scale_of_rest = scale_of_rest,
    .controls      = rows,
    .get_seeds     = get_seeds,
  };
  Dialog   self = { .config = config, .drawable = drawable, .read_settings = read_settings };
  guint64  seeds[DDIM_PREVIEW_CELLS];
  gboolean accepted;

  self.preview_dialog = ddim_preview_dialog_new (procedure, config, _("DDIM Texture"),
                                                 drawable, &klass, &self);
  accepted = ddim_preview_dialog_run (self.preview_dialog);

  if (accepted)
    {
      ddim_preview_dialog_get_picked (self.preview_dialog, seeds);
      pick->texture = ddim_preview_dialog_take_finished (self.preview_dialog, seeds[0]);
      pick->input   = ddim_texture_input_ref (self.input);
      g_object_set (config, "seed", (gint) seeds[0], NULL);
    }

  ddim_preview_dialog_free (self.preview_dialog);
  ddim_texture_input_unref (self.input);

  return accepted;
}

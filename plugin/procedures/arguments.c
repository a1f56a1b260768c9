/* arguments.c: arguments that several procedures have
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "arguments.h"
#include "models.h"

void
ddim_arguments_add_model (GimpProcedure *procedure,
                          gdouble        depth)
{
  gimp_procedure_add_string_argument (
    procedure, "model", _("_Model"),
    _("The model that makes the result: the name of an installed model, or a model's "
      "folder"),
    "photo", G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "label", _("Class label"),
    _("For a model of several classes: the number of the class to make, from 0 on"),
    -1, G_MAXINT, -1, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "steps", _("S_teps"),
    _("Number of steps: more give a finer result and take longer"),
    2, 1000, 20, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "depth", _("_Depth"),
    _("What may change: low values change only fine texture, higher ones shapes as well, "
      "the highest everything, including colours"),
    0.0, 1.0, depth, G_PARAM_READWRITE);
}

void
ddim_arguments_add_prompts (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (
    procedure, "prompt", _("Prompt"),
    _("What to make, in words: for a model that reads a prompt"),
    "", G_PARAM_READWRITE);

  gimp_procedure_add_string_argument (
    procedure, "negative-prompt", _("Negative prompt"),
    _("What to keep away from, in words, where the guidance is above 1"),
    "", G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "guidance", _("Guidance"),
    _("How strongly the prompts lead: at 1 the prompt leads by itself; higher values "
      "exaggerate what sets it apart from the negative prompt, and take twice as long"),
    1.0, 20.0, 5.0, G_PARAM_READWRITE);
}

void
ddim_arguments_add_method (GimpProcedure *procedure)
{
  gimp_procedure_add_choice_argument (
    procedure, "method", _("Method"),
    _("How to process a region whose size differs from the model's training pictures"),
    gimp_choice_new_with_values (
      "auto", DDIM_PLACEMENT_AUTO, _("Automatic"),
      _("Chooses what suits the model and the region"),
      "windows", DDIM_PLACEMENT_WINDOWS, _("Windows"),
      _("In overlapping windows of the model's training size"),
      "whole", DDIM_PLACEMENT_WHOLE, _("Whole"),
      _("All at once, or in windows as large as possible: for models of textures"),
      "fit", DDIM_PLACEMENT_FIT, _("Fit"),
      _("Scales the region to the model's size, and the change back: for models of whole "
        "objects"),
      NULL),
    "auto", G_PARAM_READWRITE);
}

void
ddim_arguments_add_source (GimpProcedure *procedure,
                           const gchar   *help)
{
  gimp_procedure_add_drawable_argument (
    procedure, "source", _("Source"), help, TRUE, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "symmetry", _("S_ymmetry"),
    _("Whether pieces of the source may be mirrored and turned"),
    gimp_choice_new_with_values (DDIM_SYMMETRY_NONE, 0, _("As they are"), NULL,
                                 DDIM_SYMMETRY_MIRRORED, 1, _("Mirrored left to right"), NULL,
                                 DDIM_SYMMETRY_TURNED, 2, _("Turned by quarters"), NULL,
                                 DDIM_SYMMETRY_BOTH, 3, _("Mirrored and turned"), NULL,
                                 NULL),
    DDIM_SYMMETRY_NONE, G_PARAM_READWRITE);
}

/* Whether a procedure has the argument. */
static gboolean
has_argument (GimpProcedureConfig *config,
              const gchar         *argument)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument) != NULL;
}

static gboolean
refuse_outside_variations (const DdimModelSettings  *settings,
                           GError                  **error)
{
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("“%s” works only for variations. Give the name of an installed model, "
                 "such as “photo”, or a model's folder."),
               settings->model);
  return FALSE;
}

/* What the folder's files say of the model; what is wrong with them is said where
 * it is loaded.                                                             */
static gboolean
read_kind (GimpProcedureConfig  *config,
           DdimModelSettings    *settings,
           GError              **error)
{
  DdimModelInfo info;

  if (! ddim_model_inspect (settings->folder, &info, NULL))
    return TRUE;

  settings->latent = info.latent;
  if (info.latent && ! has_argument (config, "prompt"))
    return refuse_outside_variations (settings, error);

  if (info.reads_prompt)
    g_object_get (config,
                  "prompt",          &settings->prompt,
                  "negative-prompt", &settings->negative_prompt,
                  "guidance",        &settings->guidance,
                  NULL);
  return TRUE;
}

gboolean
ddim_arguments_read_model (GimpProcedureConfig  *config,
                           DdimModelSettings    *settings,
                           GError              **error)
{
  ddim_model_settings_clear (settings);
  g_object_get (config,
                "model", &settings->model,
                "label", &settings->label,
                "steps", &settings->steps,
                "depth", &settings->depth,
                NULL);
  settings->latent = FALSE;
  settings->method = gimp_procedure_config_get_choice_id (config, "method");

  if (! ddim_model_settings_is_image (settings))
    {
      settings->folder = ddim_models_find (settings->model, error);
      return settings->folder && read_kind (config, settings, error);
    }

  return has_argument (config, "source") || refuse_outside_variations (settings, error);
}

void
ddim_arguments_read_source (GimpProcedureConfig  *config,
                            gchar               **source,
                            gchar               **symmetry)
{
  g_autoptr (GimpDrawable) drawable = NULL;

  g_object_get (config, "source", &drawable, "symmetry", symmetry, NULL);
  *source = drawable ? gimp_item_get_name (GIMP_ITEM (drawable)) : NULL;
}

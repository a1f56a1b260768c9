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
    _("What the plug-in knows of pictures: the name of an installed model, or "
      "the folder of one"),
    "photo", G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "steps", _("S_teps"),
    _("In how many steps the picture is taken apart and put together again: "
      "more are finer, and take longer"),
    2, 1000, 20, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "depth", _("_Depth"),
    _("What may change: fine texture at low values, then shapes, and at high "
      "values everything, colours too"),
    0.0, 1.0, depth, G_PARAM_READWRITE);
}

void
ddim_arguments_add_method (GimpProcedure *procedure)
{
  gimp_procedure_add_choice_argument (
    procedure, "method", _("Met_hod"),
    _("How a region of another size than the model's is put before it"),
    gimp_choice_new_with_values (
      "auto", DDIM_PLACEMENT_AUTO, _("Automatic"),
      _("What suits the model and the region best"),
      "windows", DDIM_PLACEMENT_WINDOWS, _("Windows"),
      _("Overlapping windows of the size that the model was trained on"),
      "whole", DDIM_PLACEMENT_WHOLE, _("Whole"),
      _("All at once, or in windows as large as fit: for models of texture"),
      "fit", DDIM_PLACEMENT_FIT, _("Fit"),
      _("Scaled to the model's size, and the change scaled back: for models "
        "of whole objects"),
      NULL),
    "auto", G_PARAM_READWRITE);
}

void
ddim_arguments_add_source (GimpProcedure *procedure,
                           const gchar   *help)
{
  gimp_procedure_add_drawable_argument (
    procedure, "source", _("Sour_ce"), help, TRUE, G_PARAM_READWRITE);

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

gboolean
ddim_arguments_read_model (GimpProcedureConfig  *config,
                           DdimModelSettings    *settings,
                           GError              **error)
{
  ddim_model_settings_clear (settings);
  g_object_get (config,
                "model", &settings->model,
                "steps", &settings->steps,
                "depth", &settings->depth,
                NULL);
  settings->method = gimp_procedure_config_get_choice_id (config, "method");

  if (! ddim_model_settings_is_image (settings))
    {
      settings->folder = ddim_models_find (settings->model, error);
      return settings->folder != NULL;
    }

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (config), "source"))
    return TRUE;

  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("Only a variation can learn from “%s”. Give the name of an "
                 "installed model, such as “photo”, or a model's folder."),
               settings->model);
  return FALSE;
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

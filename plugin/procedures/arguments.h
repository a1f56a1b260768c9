/* arguments.h: arguments that several procedures have
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "settings.h"

/* Add "model", "label", "steps" and "depth"; "method"; "source" and "symmetry". */
void     ddim_arguments_add_model      (GimpProcedure        *procedure,
                                        gdouble               depth);
/* Add "prompt", "negative-prompt" and "guidance". */
void     ddim_arguments_add_prompts    (GimpProcedure        *procedure);
void     ddim_arguments_add_method     (GimpProcedure        *procedure);
void     ddim_arguments_add_source     (GimpProcedure        *procedure,
                                        const gchar          *help);

/* Reads all but tileable, and finds the model's folder; fails, with a sentence
 * for the user, where there is none.  The settings are cleared first.       */
gboolean ddim_arguments_read_model     (GimpProcedureConfig  *config,
                                        DdimModelSettings    *settings,
                                        GError              **error);

/* The name of what is chosen as the source, or NULL; and the symmetry.  Free
 * both with g_free ().                                                      */
void     ddim_arguments_read_source    (GimpProcedureConfig  *config,
                                        gchar               **source,
                                        gchar               **symmetry);

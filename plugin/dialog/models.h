/* models.h: where the models lie
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

/* The folder of a model: `model` is the name of an installed one, or a folder
 * itself.  Free with g_free ().  NULL and GIMP_PLUG_IN_ERROR where there is
 * none; the message lists the names there are.                             */
gchar  * ddim_models_find (const gchar  *model,
                           GError      **error);

/* The names of the installed models, sorted.  Free with g_strfreev (). */
gchar ** ddim_models_list (void);

/* How many classes a model has, one of which has to be named: 0 where it has none,
 * or where there is no such model.                                          */
gint     ddim_models_get_labels (const gchar *model);
/* What the model of this name or folder is like; FALSE where there is none. */
gboolean ddim_models_inspect    (const gchar   *model,
                                 DdimModelInfo *info);

/* A line for people about a model's folder.  Free with g_free (). */
gchar      * ddim_models_describe (const DdimModelInfo *info);

/* Where a user puts models.  Free with g_free (). */
gchar      * ddim_models_user_folder (void);

/* model.c: models, which make fields
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "model.h"

#include "loader.h"

DdimModel *
ddim_model_alloc (const DdimModelClass *klass,
                  gsize                 size)
{
  DdimModel *model = g_malloc0 (size);

  model->klass     = klass;
  model->ref_count = 1;
  return model;
}

DdimModel *
ddim_model_ref (DdimModel *model)
{
  g_atomic_int_inc (&model->ref_count);
  return model;
}

void
ddim_model_unref (DdimModel *model)
{
  if (! model || ! g_atomic_int_dec_and_test (&model->ref_count))
    return;

  model->klass->finalize (model);
  ddim_schedule_free (model->schedule);
  g_free (model);
}

static DdimModel *
open_folder (const gchar  *path,
             GError      **error)
{
  g_autoptr (DdimFolder) folder = ddim_folder_open (path, error);
  const DdimLoader  *loader;
  g_autofree gchar  *list = NULL;

  if (! folder)
    return NULL;

  loader = ddim_loader_find (folder);
  if (loader)
    return loader->open (folder, error);

  list = ddim_loader_list ();
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               "%s: “_class_name” is “%s”, a kind of model that is not supported; "
               "supported are: %s", folder->config, folder->class_name, list);
  return NULL;
}

DdimModel *
ddim_model_load (const gchar     *folder,
                 DdimThreadPool  *pool,
                 GError         **error)
{
  g_autoptr (DdimModel) model = open_folder (folder, error);

  if (! model || ! model->klass->build (model, pool, error))
    return NULL;
  return g_steal_pointer (&model);
}

gboolean
ddim_model_inspect (const gchar    *folder,
                    DdimModelInfo  *info,
                    GError        **error)
{
  g_autoptr (DdimModel) model = open_folder (folder, error);

  if (! model)
    return FALSE;

  *info = model->info;
  return TRUE;
}

static gboolean
is_unguided (const DdimCondition *condition)
{
  return condition->guidance == 0 || condition->guidance == 1;
}

/* Whether the caller has told the model what it must be told, and no more. */
static gboolean
check_condition (const DdimModel     *model,
                 const DdimCondition *condition,
                 GError             **error)
{
  const DdimModelInfo *info = &model->info;

  if (condition->label && ! info->labels)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "A label is given, %d, but this model has no classes: give none",
                 *condition->label);
  else if (! condition->label && info->labels == G_MAXINT)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "This model makes pictures of a class: give its label, a number from 0 on");
  else if (! condition->label && info->labels)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "This model makes pictures of one of %d classes: give its label, a number "
                 "from 0 to %d", info->labels, info->labels - 1);
  else if (condition->label && (*condition->label < 0 || *condition->label >= info->labels))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "The label is %d, but this model's are from 0 to %d", *condition->label,
                 info->labels - 1);
  else if (! condition->embedding != ! info->embedding)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 info->embedding
                 ? "This model must be told a class as an embedding, made by another network; "
                   "a label does not do"
                 : "This model takes no class embedding");
  else if (condition->text && ! info->text_width)
    g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                         "A text is given, but this model reads none: give none");
  else if ((condition->prompt || condition->negative_prompt || ! is_unguided (condition)) &&
           ! info->reads_prompt)
    g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                         "A prompt or a guidance is given, but this model reads no prompt: give "
                         "none");
  else if (info->text_width && (! condition->text || condition->tokens < 1))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "This model must be given a text, as the %d numbers a token that a text encoder "
                 "makes of it", info->text_width);
  else
    return TRUE;
  return FALSE;
}

DdimField *
ddim_model_new_field (DdimModel            *model,
                      const DdimCondition  *condition,
                      GError              **error)
{
  static const DdimCondition nothing = { 0 };

  if (! condition)
    condition = &nothing;
  return check_condition (model, condition, error)
         ? model->klass->new_field (model, condition, error) : NULL;
}

gint
ddim_model_count_cut (const DdimModel *model,
                      const gchar     *prompt)
{
  return model->klass->count_cut ? model->klass->count_cut (model, prompt) : 0;
}

const DdimModelInfo *
ddim_model_get_info (const DdimModel *model)
{
  return &model->info;
}

const gchar *
ddim_model_get_hash (const DdimModel *model)
{
  return model->hash;
}

const DdimSchedule *
ddim_model_get_schedule (const DdimModel *model)
{
  return model->schedule;
}

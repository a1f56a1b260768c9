/* model-cache.c: threads and the model that was used last
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "model-cache.h"

void
ddim_model_cache_init (DdimModelCache *cache,
                       gint            n_threads)
{
  *cache = (DdimModelCache) { .pool = ddim_thread_pool_new (n_threads) };
}

void
ddim_model_cache_clear (DdimModelCache *cache)
{
  g_clear_pointer (&cache->model, ddim_model_unref);
  g_clear_pointer (&cache->folder, g_free);
  g_clear_pointer (&cache->pool, ddim_thread_pool_unref);
}

/* What the library says of a folder, in a sentence for the user. */
static void
set_error (GError                  **error,
           const DdimModelSettings  *settings,
           const GError             *cause)
{
  g_set_error (error, DDIM_ERROR,
               cause->domain == DDIM_ERROR ? cause->code : DDIM_ERROR_INVALID,
               /* Translators: the first %s is a folder, the second says what is
                * wrong with it, in English. */
               _("The model in “%s” cannot be used: %s"),
               settings->folder, cause->message);
}

static gboolean
check_channels (const DdimModelSettings  *settings,
                const DdimModelInfo      *info,
                GError                  **error)
{
  gint channels = info->channels;

  if (info->text_width > 0)
    {
      g_autoptr (GError) cause =
        g_error_new_literal (DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                             "it reads a text, but has no text encoder beside it: choose the "
                             "folder of the whole model, with its model_index.json");

      set_error (error, settings, cause);
      return FALSE;
    }
  if (channels == 1 || channels == 3)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               _("The model “%s” works on %d channels; a picture needs one "
                 "with 1 (grey) or 3 (colour)."),
               settings->model, channels);
  return FALSE;
}

/* Whether the label is one that the model has, where it has classes. */
static gboolean
check_label (const DdimModelSettings  *settings,
             const DdimModelInfo      *info,
             GError                  **error)
{
  if (info->embedding > 0)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                 _("The model “%s” is told its class by an embedding of %d numbers, "
                   "which cannot be given here. Choose another model."),
                 settings->model, info->embedding);
  else if (info->labels > 0 && settings->label < 0)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 _("The model “%s” makes pictures of %d classes and has to be told "
                   "which. Set “Class label” to a number from 0 to %d."),
                 settings->model, info->labels, info->labels - 1);
  else if (info->labels > 0 && settings->label >= info->labels)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 _("The model “%s” has no class %d. Set “Class label” to a number "
                   "from 0 to %d."),
                 settings->model, settings->label, info->labels - 1);
  else
    return TRUE;

  return FALSE;
}

gboolean
ddim_model_settings_inspect (const DdimModelSettings  *settings,
                             gint                      colors,
                             DdimModelInfo            *info,
                             GError                  **error)
{
  g_autoptr (GError) cause = NULL;

  if (ddim_model_settings_is_image (settings))
    {
      ddim_model_inspect_picture (colors, info);
      return TRUE;
    }

  if (! ddim_model_inspect (settings->folder, info, &cause))
    {
      set_error (error, settings, cause);
      return FALSE;
    }

  return check_channels (settings, info, error) &&
         check_label (settings, info, error);
}

static DdimModel *
load (DdimThreadPool           *pool,
      const DdimModelSettings  *settings,
      GError                  **error)
{
  g_autoptr (GError)    cause = NULL;
  g_autoptr (DdimModel) model = ddim_model_load (settings->folder, pool, &cause);

  if (! model)
    {
      set_error (error, settings, cause);
      return NULL;
    }

  if (! check_channels (settings, ddim_model_get_info (model), error))
    return NULL;

  return g_steal_pointer (&model);
}

DdimModel *
ddim_model_cache_load (DdimModelCache           *cache,
                       const DdimModelSettings  *settings,
                       GError                  **error)
{
  if (g_strcmp0 (cache->folder, settings->folder))
    {
      g_clear_pointer (&cache->model, ddim_model_unref);
      g_free (cache->folder);
      cache->folder = g_strdup (settings->folder);
    }

  if (! cache->model)
    cache->model = load (cache->pool, settings, error);

  return cache->model;
}

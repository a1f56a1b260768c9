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
                gint                      channels,
                GError                  **error)
{
  if (channels == 1 || channels == 3)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               _("The model “%s” works on %d channels; a picture needs one "
                 "with 1 (grey) or 3 (colour)."),
               settings->model, channels);
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

  return check_channels (settings, info->channels, error);
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

  if (! check_channels (settings, ddim_model_get_info (model)->channels, error))
    return NULL;

  return g_steal_pointer (&model);
}

DdimModel *
ddim_model_cache_load (DdimModelCache           *cache,
                       const DdimModelSettings  *settings,
                       GError                  **error)
{
  if (g_strcmp0 (cache->folder, settings->folder))
    g_clear_pointer (&cache->model, ddim_model_unref);

  if (! cache->model)
    cache->model = load (cache->pool, settings, error);
  g_set_str (&cache->folder, settings->folder);

  return cache->model;
}

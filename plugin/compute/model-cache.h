/* model-cache.h: threads and the model that was used last
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"
#include "settings.h"

/* What outlives a task: used by one thread at a time. */
typedef struct
{
  DdimThreadPool *pool;
  DdimModel      *model;   /* or NULL                                        */
  gchar          *folder;  /* of the model                                   */
} DdimModelCache;

/* n_threads: how many threads compute. */
void        ddim_model_cache_init  (DdimModelCache          *cache,
                                    gint                     n_threads);
void        ddim_model_cache_clear (DdimModelCache          *cache);

/* The model of these settings, loaded where it is not the one before; owned by
 * the cache.  Fails, with a sentence for the user, where the folder holds no
 * model that works on pictures.                                             */
DdimModel * ddim_model_cache_load  (DdimModelCache           *cache,
                                    const DdimModelSettings  *settings,
                                    GError                  **error);

/* What the model is like, without loading it: channels is 1 or 3.  colors: those
 * of the picture, 1 or 3, which DDIM_MODEL_IMAGE works on.  Fails, too, where the
 * model needs a label that the settings do not give.                        */
gboolean    ddim_model_settings_inspect
                                   (const DdimModelSettings  *settings,
                                    gint                      colors,
                                    DdimModelInfo            *info,
                                    GError                  **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimModelCache, ddim_model_cache_clear)

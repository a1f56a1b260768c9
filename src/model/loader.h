/* loader.h: how a kind of model is added
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A kind of model is a file that embeds DdimModel as the first member of its
 * struct, fills a class, and is named by a line of the table in loaders.c.  See
 * unet/unet-model.c; the blocks and the reading of files are there for all.
 */

#pragma once

#include "folder.h"
#include "model.h"

G_BEGIN_DECLS

typedef struct
{
  /* Makes the network, once, after `open` has read what describes it. */
  gboolean    (*build)     (DdimModel            *model,
                            DdimThreadPool       *pool,
                            GError              **error);
  /* A new field that keeps a reference to the model.  condition is never NULL. */
  DdimField * (*new_field) (DdimModel            *model,
                            const DdimCondition  *condition,
                            GError              **error);
  /* Of a latent model: the latents of pictures whose sides are multiples of
   * info.factor, and pictures of latents, as autoencoder.h has them.  NULL of
   * others.                                                                */
  DdimCanvas * (*encode)   (DdimModel            *model,
                            const DdimCanvas     *picture,
                            const DdimMonitor    *monitor,
                            GError              **error);
  DdimCanvas * (*decode)   (DdimModel            *model,
                            const DdimCanvas     *latent,
                            const DdimMonitor    *monitor,
                            GError              **error);
  /* Of a model that reads prompts, see ddim_model_count_cut (); NULL of others. */
  gint        (*count_cut) (const DdimModel      *model,
                            const gchar          *prompt);
  /* Gives back the memory of its activations, which the next evaluation takes
   * anew.  NULL where there is none to speak of.                           */
  void        (*rest)      (DdimModel            *model);
  /* Frees what the embedding struct owns, not itself. */
  void        (*finalize)  (DdimModel            *model);
} DdimModelClass;

struct _DdimModel
{
  const DdimModelClass *klass;
  gint                  ref_count;
  DdimModelInfo         info;
  gchar                 hash[17];
  DdimSchedule         *schedule; /* owned */
  DdimPrediction        prediction;
  DdimSpacing           spacing;
  DdimLevelsOptions     options;
};

/* A new model of so many bytes, zeroed but for its class and one reference. */
DdimModel * ddim_model_alloc (const DdimModelClass *klass,
                              gsize                 size);

typedef struct
{
  const gchar *class_name; /* as the network's config.json has it; of a latent
                              model "latent"                                 */
  /* Reads what the folder's files say, without the weights' numbers: fills all
   * of DdimModel but for the hash.                                           */
  DdimModel *(*open) (const DdimFolder *folder,
                      GError          **error);
} DdimLoader;

/* The loader for the folder: that of latent models where it has an autoencoder,
 * else that of its network's class; or NULL.                                */
const DdimLoader * ddim_loader_find (const DdimFolder *folder);

/* The loader for the class of the folder's network, whatever else is there, or NULL. */
const DdimLoader * ddim_loader_find_network (const DdimFolder *folder);

/* The classes there are loaders for, as a list in words.  Free with g_free (). */
gchar            * ddim_loader_list (void);

G_END_DECLS

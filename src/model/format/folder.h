/* folder.h: what lies in a folder that a model was saved to
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diffusers writes unet/ and scheduler/ beside model_index.json; a network saved
 * by itself has all at the root, and a training may leave unet_ema/.  Weights are
 * one file or an index of shards, and may be of a variant (fp16).  A pipeline of
 * several networks has each in a folder of its own, a part (vae, text_encoder).  Where something
 * is missing, errors say what is there instead and the command that mends it.
 */

#pragma once

#include "safetensors.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *root;       /* as the user named it                                 */
  gchar *pipeline;   /* what model_index.json says it is, or NULL            */
  gchar *network;    /* the folder with the network's config and weights     */
  gchar *config;     /* the network's config.json                            */
  gchar *class_name; /* what that says it is                                 */
  gchar *scheduler;  /* the scheduler's config, or NULL                      */
} DdimFolder;

DdimFolder      * ddim_folder_open           (const gchar      *path,
                                              GError          **error);
void              ddim_folder_free           (DdimFolder       *folder);

/* Whether there is such a folder in the root. */
gboolean          ddim_folder_has            (const DdimFolder *folder,
                                              const gchar      *name);

/* Whether there is a scheduler's config. */
gboolean          ddim_folder_need_scheduler (const DdimFolder *folder,
                                              GError          **error);

/* Opens the network's weights. */
DdimSafetensors * ddim_folder_open_weights   (const DdimFolder *folder,
                                              GError          **error);

/* Opens the weights of a part, whose files begin with `stem`:
 * "diffusion_pytorch_model" where diffusers wrote it, "model" transformers. */
DdimSafetensors * ddim_folder_open_part      (const DdimFolder *folder,
                                              const gchar      *part,
                                              const gchar      *stem,
                                              GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimFolder, ddim_folder_free)

G_END_DECLS

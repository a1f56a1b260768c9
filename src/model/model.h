/* model.h: models, from a folder or from a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../base/thread-pool.h"
#include "../canvas/field.h"
#include "../method/levels.h"
#include "patches/patches.h"

G_BEGIN_DECLS

/* A folder written by diffusers: UNet2DModel and a scheduler, nested or flat. */
typedef struct _DdimModel DdimModel;

/* Maps the weights; the folder may not change while the model lives.
 * The model keeps a reference to the pool.  Errors name the file, the config
 * field or the tensor.                                                     */
DdimModel          * ddim_model_load          (const gchar     *folder,
                                               DdimThreadPool  *pool,
                                               GError         **error);
DdimModel          * ddim_model_ref           (DdimModel       *model);
void                 ddim_model_unref         (DdimModel       *model); /* or NULL */

/* The network as a field over canvases of any size (smaller or odd sizes are
 * padded by reflection).  Owned by the model.                              */
DdimField          * ddim_model_get_field     (DdimModel       *model);
const DdimSchedule * ddim_model_get_schedule  (const DdimModel *model);
/* The spacing that the scheduler's config names, and its options. */
DdimSpacing          ddim_model_get_spacing   (const DdimModel   *model,
                                               DdimLevelsOptions *options);
/* The side of the squares it was trained on, in pixels. */
gint                 ddim_model_get_sample_size (const DdimModel *model);
/* Whether some layer sees the whole canvas at once through attention. */
gboolean             ddim_model_has_attention (const DdimModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimModel, ddim_model_unref)

/* What the folder's files say of a model. */
typedef struct
{
  gint     channels;
  gint     sample_size; /* as ddim_model_get_sample_size ()                 */
  guint64  parameters;  /* how many numbers it has learned                  */
  gboolean attention;   /* as ddim_model_has_attention ()                   */
} DdimModelInfo;

/* Reads it without making the network, in milliseconds.  Fails where loading
 * would fail for the configs or the file of the weights.                   */
gboolean             ddim_model_inspect       (const gchar     *folder,
                                               DdimModelInfo   *info,
                                               GError         **error);


/* The same with its schedule, for all that takes a model; and what such a model
 * of so many channels is like, which needs no picture.                       */
void           ddim_model_inspect_picture (gint                      channels,
                                           DdimModelInfo            *info);
DdimModel    * ddim_model_new_for_picture (const DdimCanvas          *picture,
                                           const gfloat              *mask,
                                           const DdimPatchesOptions  *options,
                                           DdimThreadPool            *pool,
                                           GError                   **error);

G_END_DECLS

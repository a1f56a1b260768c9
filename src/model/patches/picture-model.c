/* picture-model.c: the model of a picture's own patches
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "loader.h"

/* The context that a patch of a middling scale sees. */
#define SAMPLE_SIZE 64

typedef struct
{
  DdimModel  model;
  DdimField *field;
} PictureModel;

/* The field owns all there is: it need not keep the model. */
static DdimField *
picture_model_new_field (DdimModel            *model,
                         const DdimCondition  *condition,
                         GError              **error)
{
  return ddim_field_ref (((PictureModel *) model)->field);
}

static void
picture_model_finalize (DdimModel *model)
{
  ddim_field_unref (((PictureModel *) model)->field);
}

static const DdimModelClass picture_model_class =
  { .new_field = picture_model_new_field, .finalize = picture_model_finalize };

void
ddim_model_inspect_picture (gint           channels,
                            DdimModelInfo *info)
{
  *info = (DdimModelInfo) { .channels = channels, .factor = 1, .sample_size = SAMPLE_SIZE };
}

DdimModel *
ddim_model_new_for_picture (const DdimCanvas          *picture,
                            const gfloat              *mask,
                            const DdimPatchesOptions  *options,
                            DdimThreadPool            *pool,
                            GError                   **error)
{
  g_autoptr (DdimField)    field    = ddim_patches_new (picture, mask, options, pool, error);
  g_autoptr (DdimSchedule) schedule = field ? ddim_patches_schedule (error) : NULL;
  PictureModel            *self;

  if (! schedule)
    return NULL;

  self = (PictureModel *) ddim_model_alloc (&picture_model_class, sizeof *self);
  ddim_model_inspect_picture (picture->c, &self->model.info);
  self->model.spacing    = DDIM_SPACING_QUADRATIC;
  self->model.prediction = field->prediction;
  self->model.schedule   = g_steal_pointer (&schedule);
  self->field            = g_steal_pointer (&field);
  return &self->model;
}

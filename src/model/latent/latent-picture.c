/* latent-picture.c: a picture as a latent model sees it, and changes of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "latent-picture.h"

#include <math.h>

#include "loader.h"
#include "reduce.h"
#include "reflect.h"

struct _DdimLatentPicture
{
  DdimModel  *model;
  DdimCanvas *picture;
  DdimCanvas *latent;
  DdimCanvas *decoded; /* of the latent, as large as its cells */
};

/* The picture, with sides that are multiples of the factor. */
static DdimCanvas *
extend (const DdimCanvas  *picture,
        gint               factor,
        GError           **error)
{
  DdimCanvas *larger = ddim_canvas_try_new (1, ddim_round_up (picture->h, factor),
                                            ddim_round_up (picture->w, factor), picture->c,
                                            error);

  if (larger)
    ddim_canvas_reflect (picture, larger);
  return larger;
}

DdimLatentPicture *
ddim_latent_picture_new (DdimModel          *model,
                         const DdimCanvas   *picture,
                         const DdimMonitor  *monitor,
                         GError            **error)
{
  g_autoptr (DdimLatentPicture) self   = NULL;
  g_autoptr (DdimCanvas)        larger = NULL;
  DdimMonitor                   first  = ddim_monitor_part (monitor, 0, 0.4);
  DdimMonitor                   second = ddim_monitor_part (monitor, 0.4, 1);
  const DdimModelInfo          *info   = ddim_model_get_info (model);

  g_return_val_if_fail (picture->n == 1, NULL);

  if (! model->klass->encode || picture->c != info->channels)
    {
      g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT, model->klass->encode
                   ? "The picture does not have the channels that the model's autoencoder encodes"
                   : "The model is not a latent one: it works on pictures as they are");
      return NULL;
    }

  larger = extend (picture, info->factor, error);
  if (! larger)
    return NULL;

  self = g_new0 (DdimLatentPicture, 1);
  self->model = ddim_model_ref (model);
  if (! (self->picture = ddim_canvas_try_copy (picture, error)) ||
      ! (self->latent = model->klass->encode (model, larger, &first, error)) ||
      ! (self->decoded = model->klass->decode (model, self->latent, &second, error)))
    return NULL;

  self->latent->x = floor ((gdouble) picture->x / info->factor);
  self->latent->y = floor ((gdouble) picture->y / info->factor);
  return g_steal_pointer (&self);
}

void
ddim_latent_picture_free (DdimLatentPicture *picture)
{
  if (! picture)
    return;

  ddim_canvas_free (picture->picture);
  ddim_canvas_free (picture->latent);
  ddim_canvas_free (picture->decoded);
  ddim_model_unref (picture->model);
  g_free (picture);
}

const DdimCanvas *
ddim_latent_picture_get_latent (const DdimLatentPicture *picture)
{
  return picture->latent;
}

gfloat *
ddim_latent_picture_get_weights (const DdimLatentPicture  *picture,
                                 const gfloat             *weights,
                                 GError                  **error)
{
  const DdimCanvas *p     = picture->picture;
  DdimCanvas        whole = { 1, p->h, p->w, 1, 0, 0, (gfloat *) weights };
  DdimCanvas       *cells = ddim_canvas_reduce (&whole, picture->model->info.factor, FALSE, error);
  gfloat           *means = NULL;

  if (cells)
    means = g_steal_pointer (&cells->data);
  ddim_canvas_free (cells);
  return means;
}

DdimCanvas *
ddim_latent_picture_render (const DdimLatentPicture  *picture,
                            const DdimCanvas         *changed,
                            const DdimMonitor        *monitor,
                            GError                  **error)
{
  const DdimCanvas      *p = picture->picture, *d = picture->decoded;
  g_autoptr (DdimCanvas) decoded = NULL;
  DdimCanvas            *out;
  gsize                  row = (gsize) p->w * p->c;

  g_return_val_if_fail (ddim_canvas_item_size (changed) ==
                        ddim_canvas_item_size (picture->latent), NULL);

  decoded = picture->model->klass->decode (picture->model, changed, monitor, error);
  out     = decoded ? ddim_canvas_try_like (p, changed->n, error) : NULL;
  if (! out)
    return NULL;

  for (gint i = 0; i < out->n; i++)
    for (gint y = 0; y < p->h; y++)
      {
        const gfloat *before = d->data + (gsize) y * d->w * d->c;
        const gfloat *after  = decoded->data + ((gsize) i * d->h + y) * d->w * d->c;
        const gfloat *own    = p->data + y * row;
        gfloat       *to     = out->data + ((gsize) i * p->h + y) * row;

        for (gsize j = 0; j < row; j++)
          to[j] = after[j] == before[j] ? own[j] : own[j] + (after[j] - before[j]);
      }
  return out;
}

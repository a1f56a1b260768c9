/* unet-model.c: UNet2DModel and UNet2DConditionModel, from a folder to a field
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The field takes canvases of any size: those that the network cannot halve often
 * enough are extended by reflection, and what comes back is cut to size.  Of a
 * batch so many items go through the network at a time as fill the processors:
 * more would only take memory.
 */

#include "unet-model.h"

#include <string.h>

#include "memory-budget.h"
#include "reflect.h"
#include "scheduler.h"
#include "unet.h"
#include "weights.h"
#include "try-alloc.h"

/* Pixels that are evaluated at a time. */
#define BATCH_PIXELS (256 * 256)

typedef struct
{
  DdimModel        model;
  DdimSafetensors *file;
  DdimUnetConfig   config;
  DdimUnet        *unet;   /* NULL until it is built */
} UnetModel;

typedef struct
{
  DdimField  field;
  UnetModel *model;
  gint       n_labels; /* numbers of an item's class: none, 1 or an embedding's */
  gfloat    *label;    /* those, or NULL                                        */
  gint       tokens;   /* of a text, which is the same for all items            */
  gfloat    *text;     /* tokens x text_width, or NULL                          */
  DdimPrecision precision;
} UnetField;

/* The field ---------------------------------------------------------------- */

/* Plans for as many of n items as fit; returns how many, 0 where not even one. */
static gint
plan_batch (UnetField *self,
            gint       n,
            gint       h,
            gint       w,
            GError   **error)
{
  gint most    = CLAMP (BATCH_PIXELS / ((gint64) h * w), 1, n);
  gint batches = (n + most - 1) / most;

  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      gint               batch = (n + batches - 1) / batches;

      if (ddim_unet_plan (self->model->unet, batch, h, w, self->tokens, self->precision, &cause))
        return batch;
      if (batch == 1 || ! g_error_matches (cause, DDIM_ERROR, DDIM_ERROR_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return 0;
        }
      batches = (n + batch / 2 - 1) / (batch / 2);
    }
}

/* in: all but x. */
static gboolean
run_batch (UnetField          *self,
           const DdimCanvas   *x,
           DdimCanvas         *padded,
           DdimUnetIn          in,
           DdimCanvas         *out,
           const DdimMonitor  *monitor,
           GError            **error)
{
  DdimUnet *unet = self->model->unet;

  in.x = padded ? padded->data : x->data;
  if (! padded)
    return ddim_unet_run (unet, &in, out->data, monitor, error);

  ddim_canvas_reflect (x, padded);
  if (! ddim_unet_run (unet, &in, padded->data, monitor, error))
    return FALSE;
  ddim_canvas_crop (padded, out);
  return TRUE;
}

/* Sets *all to n times the numbers of one item, or to NULL where there are none. */
static gboolean
repeat (const gfloat  *numbers,
        gsize          size,
        gint           n,
        gfloat       **all,
        GError       **error)
{
  if (! numbers)
    return TRUE;

  *all = ddim_try_new (gfloat, n * size, error);
  for (gint i = 0; *all && i < n; i++)
    memcpy (*all + i * size, numbers, size * sizeof (gfloat));
  return *all != NULL;
}

static gboolean
unet_field_evaluate (DdimField          *field,
                     const DdimCanvas   *x,
                     const DdimLevel    *level,
                     DdimCanvas         *out,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  UnetField *self     = (UnetField *) field;
  gint       multiple = ddim_unet_config_get_multiple (&self->model->config);
  gint       h        = ddim_round_up (x->h, multiple);
  gint       w        = ddim_round_up (x->w, multiple);
  gint       batch    = plan_batch (self, x->n, h, w, error);
  g_autoptr (DdimCanvas) padded = NULL;
  g_autofree gfloat     *labels = NULL;
  g_autofree gfloat     *text   = NULL;
  DdimUnetIn in = { .timestep = MAX (level->timestep, 0) };

  if (! batch)
    return FALSE;
  if (h != x->h || w != x->w)
    {
      padded = ddim_canvas_try_new (batch, h, w, x->c, error);
      if (! padded)
        return FALSE;
    }
  if (! repeat (self->label, self->n_labels, batch, &labels, error) ||
      ! repeat (self->text, (gsize) self->tokens * self->model->config.text_width, batch, &text,
                error))
    return FALSE;
  in.labels = labels;
  in.text   = text;

  for (gint first = 0; first < x->n; first += batch)
    {
      gint        n       = MIN (batch, x->n - first);
      DdimCanvas  from    = ddim_canvas_items (x, first, n);
      DdimCanvas  to      = ddim_canvas_items (out, first, n);
      DdimMonitor part    = ddim_monitor_part (monitor, (gdouble) first / x->n,
                                               (gdouble) (first + n) / x->n);

      if (padded)
        padded->n = n;
      if (! ddim_unet_plan (self->model->unet, n, h, w, self->tokens, self->precision, error) ||
          ! run_batch (self, &from, padded, in, &to, &part, error))
        return FALSE;
    }
  return TRUE;
}

static void
unet_field_finalize (DdimField *field)
{
  UnetField *self = (UnetField *) field;

  ddim_model_unref (&self->model->model);
  g_free (self->label);
  g_free (self->text);
  g_free (self);
}

static const DdimFieldClass unet_field_class = { unet_field_evaluate, unet_field_finalize };

/* The model ---------------------------------------------------------------- */

static DdimField *
unet_model_new_field (DdimModel            *model,
                      const DdimCondition  *condition,
                      GError              **error)
{
  gfloat           class  = condition->label ? *condition->label : 0;
  gint             labels = condition->embedding ? model->info.embedding : condition->label ? 1 : 0;
  gsize            states = (gsize) condition->tokens * model->info.text_width;
  g_autofree gfloat *label = NULL;
  g_autofree gfloat *text  = NULL;
  UnetField         *field;

  if (labels)
    label = ddim_try_memdup (condition->embedding ? condition->embedding : &class, labels,
                             sizeof (gfloat), error);
  if (condition->text)
    text = ddim_try_memdup (condition->text, states, sizeof (gfloat), error);
  if ((labels && ! label) || (condition->text && ! text))
    return NULL;

  field = g_new0 (UnetField, 1);
  ddim_field_init (&field->field, &unet_field_class, model->info.channels, model->prediction);
  ddim_model_ref (model);
  field->model    = (UnetModel *) model;
  field->n_labels = labels;
  field->label    = g_steal_pointer (&label);
  field->tokens   = condition->tokens;
  field->text     = g_steal_pointer (&text);
  field->precision = condition->precision;
  return &field->field;
}

/* Goes on with a hash of weights over what else makes a model what it is. */
static guint64
hash_schedule (const DdimModel *model,
               guint64          hash)
{
  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (model->schedule);

  hash = (hash ^ model->prediction) * G_GUINT64_CONSTANT (0x100000001b3);
  for (gint t = 0; t < ddim_schedule_get_length (model->schedule); t++)
    {
      guint64 bits;

      memcpy (&bits, &alphas_cumprod[t], sizeof bits);
      hash = (hash ^ bits) * G_GUINT64_CONSTANT (0x100000001b3);
    }
  return hash;
}

static gboolean
unet_model_build (DdimModel       *model,
                  DdimThreadPool  *pool,
                  GError         **error)
{
  UnetModel *self = (UnetModel *) model;
  guint64    hash;

  if (! ddim_memory_check (ddim_weights_get_packed (self->file), error, "The model %s",
                           ddim_safetensors_get_name (self->file)))
    return FALSE;

  self->unet = ddim_unet_new (&self->config, self->file, pool, error);
  if (! self->unet)
    return FALSE;

  hash = hash_schedule (model, ddim_unet_get_hash (self->unet));
  g_snprintf (model->hash, sizeof model->hash, "%016" G_GINT64_MODIFIER "x", hash);
  return TRUE;
}

static void
unet_model_rest (DdimModel *model)
{
  ddim_unet_rest (((UnetModel *) model)->unet);
}

static void
unet_model_finalize (DdimModel *model)
{
  UnetModel *self = (UnetModel *) model;

  ddim_unet_free (self->unet);
  ddim_safetensors_free (self->file);
}

static const DdimModelClass unet_model_class =
  { .build = unet_model_build, .new_field = unet_model_new_field,
    .rest = unet_model_rest, .finalize = unet_model_finalize };

static void
describe (UnetModel *self)
{
  const DdimUnetConfig *config = &self->config;
  DdimModelInfo        *info   = &self->model.info;

  info->channels    = config->in_channels;
  info->factor      = 1;
  info->sample_size = config->sample_size;
  info->parameters  = ddim_safetensors_count (self->file);
  info->bytes       = ddim_safetensors_get_size (self->file);
  info->text_width  = config->text_width;
  info->fixed_size  = config->mid.attention != DDIM_ATTENTION_NONE;
  for (gint i = 0; i < config->levels; i++)
    info->fixed_size |= config->down[i].attention || config->up[i].attention;
  info->fixed_size &= ! config->many_sizes;
  switch (config->class_embed_type)
    {
    case DDIM_CLASS_NONE:
      break;
    case DDIM_CLASS_TABLE:
      info->labels = config->num_class_embeds;
      break;
    case DDIM_CLASS_TIMESTEP:
      info->labels = G_MAXINT;
      break;
    case DDIM_CLASS_IDENTITY:
      info->embedding = ddim_unet_config_get_embedding (config);
      break;
    }
}

static DdimModel *
open_as (const DdimFolder *folder,
         gboolean        (*load_config) (const gchar *, DdimUnetConfig *, GError **),
         GError          **error)
{
  g_autoptr (DdimModel) model = ddim_model_alloc (&unet_model_class, sizeof (UnetModel));
  UnetModel    *self = (UnetModel *) model;
  DdimScheduler scheduler;

  if (! load_config (folder->config, &self->config, error) ||
      ! ddim_folder_need_scheduler (folder, error) ||
      ! ddim_scheduler_load (folder->scheduler, &scheduler, error))
    return NULL;

  model->schedule   = scheduler.schedule;
  model->prediction = scheduler.prediction;
  model->spacing    = scheduler.spacing;
  model->options    = scheduler.options;

  self->file = ddim_folder_open_weights (folder, error);
  if (! self->file)
    return NULL;

  describe (self);
  return g_steal_pointer (&model);
}

static DdimModel *
unet_open (const DdimFolder *folder,
           GError          **error)
{
  return open_as (folder, ddim_unet_config_load, error);
}

static DdimModel *
conditional_open (const DdimFolder *folder,
                  GError          **error)
{
  return open_as (folder, ddim_unet_config_load_conditional, error);
}

const DdimLoader ddim_unet_loader        = { "UNet2DModel", unet_open };
const DdimLoader ddim_conditional_loader = { "UNet2DConditionModel", conditional_open };

/* latent-model.c: a U-Net over the latents of an autoencoder, from a folder to a field
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rombach et al., "High-resolution image synthesis with latent diffusion models",
 * CVPR 2022, arXiv 2112.10752.  The network is a model of its own, loaded as such;
 * here is what stands beside it in the folder: the autoencoder, and what makes
 * states of a prompt.
 */

#include "latent-model.h"

#include <string.h>

#include "autoencoder.h"
#include "guided-field.h"
#include "memory-budget.h"
#include "prompt.h"
#include "weights.h"

typedef struct
{
  DdimModel             model;     /* the schedule is the network's */
  DdimModel            *network;
  DdimAutoencoderConfig config;
  DdimSafetensors      *file;      /* of the autoencoder */
  DdimAutoencoder      *autoencoder; /* NULL until it is built */
  DdimPrompter         *prompter;  /* NULL where the network reads no text */
} LatentModel;

/* The pipelines that are computed; and of those that are not what they need. */
static const gchar * const pipelines[] =
{
  "LDMPipeline", "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline",
  "StableDiffusionInpaintPipeline" /* that of 4 channels: the network's config decides */
};
static const struct { const gchar *part, *why; } refused[] =
{
  { "XL",      "it needs two text encoders, and is told sizes" },
  { "Inpaint", "it wants a mask and a masked picture besides" },
  { "Upscale", "it wants a small picture besides" },
  { "Depth",   "it wants a depth map besides" },
  { "LatentConsistency", "it is told the guidance, and follows no DDIM process" },
  { "unCLIP",  "it is told a picture's embedding" }
};

static gboolean
is_supported (const gchar *pipeline)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pipelines); i++)
    if (! strcmp (pipeline, pipelines[i]))
      return TRUE;
  return FALSE;
}

/* A pipeline that should have one is missing it. */
const gchar *
ddim_latent_find_autoencoder (const DdimFolder *folder)
{
  if (ddim_folder_has (folder, "vae"))
    return "vae";
  if (ddim_folder_has (folder, "vqvae"))
    return "vqvae";
  return folder->pipeline && is_supported (folder->pipeline) ? "vae" : NULL;
}

/* Without a model_index.json the parts decide alone. */
static gboolean
check_pipeline (const DdimFolder  *folder,
                GError           **error)
{
  const gchar *why = "only these are: LDMPipeline, StableDiffusionPipeline, "
                     "StableDiffusionImg2ImgPipeline";

  if (! folder->pipeline || is_supported (folder->pipeline))
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (strstr (folder->pipeline, refused[i].part))
      {
        why = refused[i].why;
        break;
      }
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               "%s: “_class_name” of model_index.json is “%s”, which is not supported: %s",
               folder->root, folder->pipeline, why);
  return FALSE;
}

/* The field ---------------------------------------------------------------- */

/* The network's field, led by a prompt where it reads one. */
static DdimField *
new_field (LatentModel         *self,
           const DdimCondition *condition,
           const gchar         *prompt,
           GError             **error)
{
  DdimCondition      inner = { .label = condition->label, .embedding = condition->embedding,
                               .precision = condition->precision };
  g_autofree gfloat *states = NULL;

  if (self->prompter)
    {
      states = ddim_prompter_read (self->prompter, prompt, &inner.tokens, error);
      if (! states)
        return NULL;
      inner.text = states;
    }
  return ddim_model_new_field (self->network, &inner, error);
}

static DdimField *
latent_model_new_field (DdimModel            *model,
                        const DdimCondition  *condition,
                        GError              **error)
{
  LatentModel           *self   = (LatentModel *) model;
  g_autoptr (DdimField)  toward = new_field (self, condition, condition->prompt, error);
  DdimField             *away;

  /* Without a difference between the two there is nothing to exaggerate. */
  if (! toward || condition->guidance == 0 || condition->guidance == 1 ||
      ! strcmp (condition->prompt ? condition->prompt : "",
                condition->negative_prompt ? condition->negative_prompt : ""))
    return g_steal_pointer (&toward);

  away = new_field (self, condition, condition->negative_prompt, error);
  return away ? ddim_guided_field_new (g_steal_pointer (&toward), away, condition->guidance)
              : NULL;
}

static gint
latent_model_count_cut (const DdimModel *model,
                        const gchar     *prompt)
{
  const LatentModel *self = (const LatentModel *) model;

  return self->prompter ? ddim_prompter_count_cut (self->prompter, prompt) : 0;
}

/* Network and autoencoder take turns, each with what memory the other does not
 * need meanwhile: of Stable Diffusion 1.5 at 512 pixels 0.6 and 1.3 GB.      */
static DdimAutoencoder *
begin_turn (LatentModel *self)
{
  if (self->network->klass->rest)
    self->network->klass->rest (self->network);
  return self->autoencoder;
}

static DdimCanvas *
latent_model_encode (DdimModel          *model,
                     const DdimCanvas   *picture,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  return ddim_autoencoder_encode (begin_turn ((LatentModel *) model), picture, monitor, error);
}

static DdimCanvas *
latent_model_decode (DdimModel          *model,
                     const DdimCanvas   *latent,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  return ddim_autoencoder_decode (begin_turn ((LatentModel *) model), latent, monitor, error);
}

/* The model ---------------------------------------------------------------- */

/* One hash of several networks'. */
static void
set_hash (LatentModel *self)
{
  guint64 hash = g_ascii_strtoull (self->network->hash, NULL, 16);

  hash = (hash ^ ddim_autoencoder_get_hash (self->autoencoder))
         * G_GUINT64_CONSTANT (0x100000001b3);
  if (self->prompter)
    hash = (hash ^ ddim_prompter_get_hash (self->prompter)) * G_GUINT64_CONSTANT (0x100000001b3);
  g_snprintf (self->model.hash, sizeof self->model.hash, "%016" G_GINT64_MODIFIER "x", hash);
}

static gboolean
latent_model_build (DdimModel       *model,
                    DdimThreadPool  *pool,
                    GError         **error)
{
  LatentModel *self = (LatentModel *) model;

  if (! self->network->klass->build (self->network, pool, error) ||
      ! ddim_memory_check (ddim_weights_get_packed (self->file), error, "The model %s",
                           ddim_safetensors_get_name (self->file)))
    return FALSE;

  self->autoencoder = ddim_autoencoder_new (&self->config, self->file, pool, error);
  if (! self->autoencoder ||
      (self->prompter && ! ddim_prompter_build (self->prompter, pool, error)))
    return FALSE;

  set_hash (self);
  return TRUE;
}

static void
latent_model_finalize (DdimModel *model)
{
  LatentModel *self = (LatentModel *) model;

  model->schedule = NULL;
  ddim_model_unref (self->network);
  ddim_autoencoder_free (self->autoencoder);
  ddim_safetensors_free (self->file);
  ddim_prompter_free (self->prompter);
}

static const DdimModelClass latent_model_class =
{
  latent_model_build, latent_model_new_field, latent_model_encode, latent_model_decode,
  latent_model_count_cut, NULL, latent_model_finalize
};

static gboolean
open_network (LatentModel       *self,
              const DdimFolder  *folder,
              GError           **error)
{
  const DdimLoader *loader = ddim_loader_find_network (folder);
  DdimModel        *model  = &self->model;
  g_autofree gchar *list   = NULL;

  if (! loader)
    {
      list = ddim_loader_list ();
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                   "%s: “_class_name” is “%s”, a kind of network that is not supported; "
                   "supported are: %s", folder->config, folder->class_name, list);
      return FALSE;
    }
  self->network = loader->open (folder, error);
  if (! self->network)
    return FALSE;

  model->schedule   = self->network->schedule;
  model->prediction = self->network->prediction;
  model->spacing    = self->network->spacing;
  model->options    = self->network->options;
  return TRUE;
}

static gboolean
open_autoencoder (LatentModel       *self,
                  const DdimFolder  *folder,
                  GError           **error)
{
  const gchar      *part   = ddim_latent_find_autoencoder (folder);
  g_autofree gchar *config = g_build_filename (folder->root, part, "config.json", NULL);
  gint              channels = self->network->info.channels;

  if (! ddim_autoencoder_config_load (config, &self->config, error))
    return FALSE;
  if (self->config.latent_channels != channels)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s: “latent_channels” is %d, but %s works on %d channels: they do not belong "
                   "together", config, self->config.latent_channels, folder->config, channels);
      return FALSE;
    }
  self->file = ddim_folder_open_part (folder, part, "diffusion_pytorch_model", error);
  return self->file != NULL;
}

static gboolean
open_prompter (LatentModel       *self,
               const DdimFolder  *folder,
               GError           **error)
{
  gint width = self->network->info.text_width;

  if (! width)
    return TRUE;

  self->prompter = ddim_prompter_open (folder, error);
  if (! self->prompter)
    return FALSE;
  if (ddim_prompter_get_width (self->prompter) == width)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
               "%s: “cross_attention_dim” is %d, but the folder's text encoder gives %d numbers a "
               "word: they do not belong together", folder->config, width,
               ddim_prompter_get_width (self->prompter));
  return FALSE;
}

/* What Stable Diffusion's pipelines have in common is the space of the latents;
 * what tells its versions from each other is the text encoder.              */
static DdimModelFamily
find_family (const LatentModel *self)
{
  if (! self->prompter || self->config.factor != 8 || self->config.latent_channels != 4)
    return DDIM_FAMILY_LATENT;

  switch (ddim_prompter_get_width (self->prompter))
    {
    case 768:
      return DDIM_FAMILY_STABLE_DIFFUSION_1;
    case 1024:
      return DDIM_FAMILY_STABLE_DIFFUSION_2;
    default:
      return DDIM_FAMILY_LATENT;
    }
}

static void
describe (LatentModel *self)
{
  DdimModelInfo *info = &self->model.info;

  *info = self->network->info;
  info->family       = find_family (self);
  info->channels     = self->config.channels;
  info->latent       = TRUE;
  info->factor       = self->config.factor;
  info->sample_size *= self->config.factor;
  info->parameters  += ddim_safetensors_count (self->file);
  info->bytes       += ddim_safetensors_get_size (self->file);
  info->text_width   = 0;
  if (self->prompter)
    {
      info->reads_prompt = TRUE;
      info->parameters  += ddim_prompter_get_parameters (self->prompter);
      info->bytes       += ddim_prompter_get_bytes (self->prompter);
    }
}

static DdimModel *
latent_open (const DdimFolder *folder,
             GError          **error)
{
  g_autoptr (DdimModel) model = ddim_model_alloc (&latent_model_class, sizeof (LatentModel));
  LatentModel *self = (LatentModel *) model;

  if (! check_pipeline (folder, error) ||
      ! open_network (self, folder, error) ||
      ! open_autoencoder (self, folder, error) ||
      ! open_prompter (self, folder, error))
    return NULL;

  describe (self);
  return g_steal_pointer (&model);
}

const DdimLoader ddim_latent_loader = { "latent", latent_open };

/* bench-model.c: a network, or a part of a latent model, that is measured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bench-model.h"

#include <math.h>
#include <string.h>

#include "autoencoder.h"
#include "clip-text.h"
#include "folder.h"
#include "unet.h"

/* As many as Stable Diffusion's text encoders give. */
#define TOKENS 77

struct _BenchModel
{
  gint                   batch, h, w; /* of what goes in                     */
  gint                   in_channels, out_channels, factor;
  DdimSafetensors       *file;
  DdimUnetConfig         unet_config;
  DdimUnet              *unet;        /* one of these three                  */
  DdimAutoencoderConfig  decoder_config;
  DdimAutoencoder       *decoder;
  DdimClipTextConfig     text_config;
  DdimClipText          *text;
  gfloat                *states;      /* of a text, for each item, or NULL   */
  gint                  *ids;         /* room for a text encoder's           */
};

static gboolean
open_unet (BenchModel        *self,
           const DdimFolder  *folder,
           DdimPrecision      precision,
           DdimThreadPool    *pool,
           GError           **error)
{
  DdimUnetConfig *config      = &self->unet_config;
  gboolean        conditional = ! strcmp (folder->class_name, "UNet2DConditionModel");
  gint            tokens;

  if (! (conditional ? ddim_unet_config_load_conditional (folder->config, config, error)
                     : ddim_unet_config_load (folder->config, config, error)) ||
      ! (self->file = ddim_folder_open_weights (folder, error)) ||
      ! (self->unet = ddim_unet_new (config, self->file, pool, error)))
    return FALSE;

  tokens = config->text_width ? TOKENS : 0;
  self->in_channels  = config->in_channels;
  self->out_channels = config->out_channels;
  self->states       = g_new (gfloat, (gsize) self->batch * tokens * config->text_width + 1);
  for (gint i = 0; i < self->batch * tokens; i++)
    for (gint j = 0; j < config->text_width; j++)
      self->states[(gsize) i * config->text_width + j] = sin (0.37 * (i % TOKENS) + 1.9 * j);
  return ddim_unet_plan (self->unet, self->batch, self->h, self->w, tokens, precision, error);
}

static gboolean
open_decoder (BenchModel        *self,
              const DdimFolder  *folder,
              DdimThreadPool    *pool,
              GError           **error)
{
  DdimAutoencoderConfig *config = &self->decoder_config;

  if (! ddim_autoencoder_config_load (folder->config, config, error) ||
      ! (self->file = ddim_folder_open_weights (folder, error)) ||
      ! (self->decoder = ddim_autoencoder_new (config, self->file, pool, error)))
    return FALSE;

  self->in_channels  = config->latent_channels;
  self->out_channels = config->channels;
  self->factor       = config->factor;
  return TRUE;
}

static gboolean
open_text (BenchModel        *self,
           const DdimFolder  *folder,
           DdimThreadPool    *pool,
           GError           **error)
{
  DdimClipTextConfig *config = &self->text_config;

  if (! ddim_clip_text_config_load (folder->config, config, error) ||
      ! (self->file = ddim_folder_open_part (folder, ".", "model", error)) ||
      ! (self->text = ddim_clip_text_new (config, self->file, pool, error)))
    return FALSE;

  self->ids          = g_new (gint, (gsize) self->batch * self->h * self->w);
  self->in_channels  = 1;
  self->out_channels = config->hidden_size;
  return TRUE;
}

BenchModel *
bench_model_new (const gchar     *path,
                 gint             batch,
                 gint             h,
                 gint             w,
                 DdimPrecision    precision,
                 DdimThreadPool  *pool,
                 GError         **error)
{
  g_autoptr (DdimFolder) folder = ddim_folder_open (path, error);
  g_autoptr (BenchModel) self   = g_new0 (BenchModel, 1);
  g_autofree gchar      *text   = g_build_filename (path, "model.safetensors", NULL);
  gboolean               is_text, is_unet, opened;

  if (! folder)
    return NULL;

  self->batch  = batch;
  self->h      = h;
  self->w      = w;
  self->factor = 1;
  is_text = g_file_test (text, G_FILE_TEST_EXISTS); /* transformers names no class there */
  is_unet = ! is_text && g_str_has_prefix (folder->class_name, "UNet2D");

  if (precision != DDIM_PRECISION_FLOAT32 && ! is_unet)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "%s: a U-Net alone computes in less than float32", path);
      opened = FALSE;
    }
  else if (is_text)
    {
      opened = open_text (self, folder, pool, error);
    }
  else if (is_unet)
    {
      opened = open_unet (self, folder, precision, pool, error);
    }
  else
    {
      opened = open_decoder (self, folder, pool, error);
    }

  return opened ? g_steal_pointer (&self) : NULL;
}

void
bench_model_free (BenchModel *self)
{
  ddim_unet_free (self->unet);
  ddim_autoencoder_free (self->decoder);
  ddim_clip_text_free (self->text);
  ddim_safetensors_free (self->file);
  g_free (self->states);
  g_free (self->ids);
  g_free (self);
}

void
bench_model_get_shapes (const BenchModel *self,
                        gint              in[3],
                        gint              out[3])
{
  in[0]  = self->h;
  in[1]  = self->w;
  in[2]  = self->in_channels;
  out[0] = self->h * self->factor;
  out[1] = self->w * self->factor;
  out[2] = self->out_channels;
}

static gboolean
decode (BenchModel         *self,
        const gfloat       *in,
        gfloat             *out,
        const DdimMonitor  *monitor,
        GError            **error)
{
  g_autoptr (DdimCanvas) latent = ddim_canvas_new (self->batch, self->h, self->w,
                                                   self->in_channels);
  g_autoptr (DdimCanvas) picture = NULL;

  memcpy (latent->data, in, ddim_canvas_size (latent) * sizeof (gfloat));
  picture = ddim_autoencoder_decode (self->decoder, latent, monitor, error);
  if (! picture)
    return FALSE;

  memcpy (out, picture->data, ddim_canvas_size (picture) * sizeof (gfloat));
  return TRUE;
}

gboolean
bench_model_run (BenchModel         *self,
                 const gfloat       *in,
                 gfloat             *out,
                 const DdimMonitor  *monitor,
                 GError            **error)
{
  if (self->unet)
    return ddim_unet_run (self->unet,
                          &(DdimUnetIn) { .x = in, .timestep = BENCH_TIMESTEP,
                                          .text = self->unet_config.text_width ? self->states
                                                                               : NULL },
                          out, monitor, error);
  if (self->decoder)
    return decode (self, in, out, monitor, error);

  for (gint i = 0; i < self->batch * self->h * self->w; i++)
    self->ids[i] = in[i];
  return ddim_clip_text_run (self->text, self->batch, self->h * self->w, self->ids, out, monitor,
                             error);
}

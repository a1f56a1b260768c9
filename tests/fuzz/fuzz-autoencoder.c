/* fuzz-autoencoder.c: any bytes as an autoencoder: its config, and then its numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As fuzz-network.c has them.  The autoencoder is refused with an error of ours, or a
 * picture is encoded and decoded, or it is said why not.
 */

#include "autoencoder.h"
#include "tensors.h"

#define MAX_FACTOR 8

static void
use (DdimAutoencoder             *autoencoder,
     const DdimAutoencoderConfig *config)
{
  g_autoptr (GError)     error   = NULL;
  g_autoptr (DdimCanvas) picture = ddim_canvas_new (1, 2 * config->factor, config->factor,
                                                    config->channels);
  g_autoptr (DdimCanvas) latent  = NULL, back = NULL;

  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    picture->data[i] = (i % 13 - 6.0f) / 6.0f;
  latent = ddim_autoencoder_encode (autoencoder, picture, NULL, &error);
  if (latent)
    back = ddim_autoencoder_decode (autoencoder, latent, NULL, &error);
  g_assert_true ((back == NULL) == (error != NULL));
  g_assert_true (! error || error->domain == DDIM_ERROR);
  if (back)
    {
      g_assert_cmpint (back->h, ==, picture->h);
      g_assert_true (ddim_canvas_is_finite (back));
    }
}

/* Builds it from the tensors so far; whether it asks for one more. */
static gboolean
build (const DdimAutoencoderConfig *config,
       FuzzTensors                 *tensors,
       DdimThreadPool              *pool)
{
  g_autoptr (DdimSafetensors) file = fuzz_tensors_parse (tensors);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimAutoencoder) autoencoder = ddim_autoencoder_new (config, file, pool, &error);

  fuzz_check_error (autoencoder != NULL, error, "the-file");
  if (! autoencoder)
    return fuzz_tensors_go_on (tensors, error);
  if (config->factor <= MAX_FACTOR)
    use (autoencoder, config);
  return FALSE;
}

static void
check (const DdimAutoencoderConfig *c)
{
  g_assert_true (c->channels >= 1 && c->channels <= 64);
  g_assert_true (c->latent_channels >= 1 && c->latent_channels <= 1024);
  g_assert_true (c->factor >= 1 && c->factor <= 1 << (DDIM_AUTOENCODER_MAX_LEVELS - 1));
  g_assert_true (isfinite (c->scaling_factor) && c->scaling_factor > 0);
  g_assert_true (isfinite (c->shift_factor));
  g_assert_cmpint (c->encoder.levels, ==, c->decoder.levels);
  for (gint i = 0; i < c->encoder.levels; i++)
    {
      g_assert_true (c->encoder.channels[i] >= 1 && c->encoder.channels[i] <= 65536);
      g_assert_true (c->decoder.channels[i] >= 1 && c->decoder.channels[i] <= 65536);
      g_assert_true (c->encoder.blocks[i] >= 1 && c->decoder.blocks[i] >= 1);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static DdimThreadPool *pool;
  g_autoptr (GError) error = NULL;
  const guint8      *end = size ? memchr (data, 0, size) : NULL;
  gsize              length = end ? (gsize) (end - data) : size;
  gint               file;
  g_autofree gchar  *path = fuzz_file_new (data, length, &file);
  DdimAutoencoderConfig config;
  gboolean           success = ddim_autoencoder_config_load (path, &config, &error);

  if (! pool)
    pool = ddim_thread_pool_new (1);
  fuzz_check_error (success, error, path);
  if (success)
    {
      FuzzTensors tensors;

      check (&config);
      fuzz_tensors_init (&tensors, data + length, size - length);
      while (build (&config, &tensors, pool));
      fuzz_tensors_clear (&tensors);
    }
  close (file);
  return 0;
}

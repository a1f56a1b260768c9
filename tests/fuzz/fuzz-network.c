/* fuzz-network.c: any bytes as a network: its config, and then its numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands before the first zero byte is a config.json; the bytes behind it,
 * over and over, are the numbers of whatever tensors that asks for, which this
 * target makes as the errors name them.  The network is refused with an error of
 * ours, or it is built, planned and evaluated to the end.  Numbers may be extreme
 * but are finite, and what comes out may be anything but a crash.
 */

#include "tensors.h"
#include "unet.h"

#define MAX_SIDE 16

static void
evaluate (DdimUnet *unet,
          gint      side,
          gint      channels)
{
  g_autoptr (GError)  error = NULL;
  gint                n = 2, size = n * side * side * channels;
  g_autofree gfloat  *x = g_new (gfloat, size), *out = g_new (gfloat, size);
  g_autofree gfloat  *labels = g_new0 (gfloat, n * ddim_unet_get_labels (unet) + 1);

  for (gint i = 0; i < size; i++)
    x[i] = (i % 13 - 6) / 6.0f;
  if (! ddim_unet_plan (unet, n, side, side, 0, DDIM_PRECISION_FLOAT32, &error))
    {
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
      return;
    }
  g_assert_true (ddim_unet_run (unet, &(DdimUnetIn) { x, 500, labels, NULL }, out, NULL,
                                &error));
  g_assert_no_error (error);
}

/* Builds it from the tensors so far; whether it asks for one more. */
static gboolean
build (const DdimUnetConfig *config,
       FuzzTensors          *tensors,
       DdimThreadPool       *pool)
{
  g_autoptr (DdimSafetensors) file = fuzz_tensors_parse (tensors);
  g_autoptr (GError)   error = NULL;
  g_autoptr (DdimUnet) unet  = ddim_unet_new (config, file, pool, &error);
  gint                 side  = ddim_unet_config_get_multiple (config);

  fuzz_check_error (unet != NULL, error, "the-file");
  if (! unet)
    return fuzz_tensors_go_on (tensors, error);
  if (side <= MAX_SIDE)
    evaluate (unet, side, config->in_channels);
  return FALSE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static DdimThreadPool *pool;
  const guint8      *end = size ? memchr (data, 0, size) : NULL;
  gsize              length = end ? (gsize) (end - data) : size;
  gint               file;
  g_autofree gchar  *path = fuzz_file_new (data, length, &file);
  DdimUnetConfig     config;

  if (! pool)
    pool = ddim_thread_pool_new (1);
  if (ddim_unet_config_load (path, &config, NULL))
    {
      FuzzTensors tensors;

      fuzz_tensors_init (&tensors, data + length, size - length);
      while (build (&config, &tensors, pool));
      fuzz_tensors_clear (&tensors);
    }
  close (file);
  return 0;
}

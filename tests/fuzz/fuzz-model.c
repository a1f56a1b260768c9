/* fuzz-model.c: any bytes as a whole model: config, scheduler and numbers together
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A config.json, a zero byte, a scheduler_config.json, a zero byte; the bytes behind
 * them, over and over, are the numbers of whatever tensors that asks for (tensors.h).
 * They lie in a folder as diffusers writes it.  The model is refused with an error of
 * ours; or it is loaded, a little picture is encoded, and what comes of it decoded,
 * in its own noise schedule.  That ends with numbers that are finite, or an error.
 */

#include <glib/gstdio.h>

#include "tensors.h"
#include "unet.h"

#define MAX_SIDE 16

static gchar *
put (const gchar  *folder,
     const gchar  *name,
     gconstpointer bytes,
     gsize         size)
{
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, bytes, size, G_FILE_SET_CONTENTS_NONE, 0600,
                                           NULL));
  return path;
}

/* config: its file, by which a network that halves its map very often is told: a map
 * that it can halve so often takes too long.                                */
static void
evaluate (DdimModel   *model,
          const gchar *config)
{
  const DdimModelInfo    *info = ddim_model_get_info (model);
  DdimUnetConfig          network;
  gint                    side = ddim_unet_config_load (config, &network, NULL)
                                 ? MAX (ddim_unet_config_get_multiple (&network), 8) : 8;
  gint                    label = info->labels - 1;
  g_autofree gfloat      *embedding = g_new0 (gfloat, info->embedding + 1);
  g_autofree gfloat      *text = g_new0 (gfloat, 2 * info->text_width + 1);
  DdimCondition           condition = { info->labels ? &label : NULL,
                                        info->embedding ? embedding : NULL,
                                        info->text_width ? text : NULL, 2 };
  DdimLevelsOptions       options = { 0, TRUE };
  DdimSampling            sampling = { 0 };
  g_autoptr (GError)      error = NULL;
  g_autoptr (DdimField)   field = ddim_model_new_field (model, &condition, &error);
  g_autoptr (DdimLevels)  levels = NULL;
  g_autoptr (DdimCanvas)  x = NULL;
  gboolean                success;

  if (! field)
    {
      fuzz_check_error (FALSE, error, "");
      return;
    }
  if (side > MAX_SIDE)
    return;
  levels = ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_LINSPACE, 2, 0.7,
                            &options, &error);
  if (! levels)
    {
      fuzz_check_error (FALSE, error, "");
      return;
    }
  x = ddim_canvas_new (1, side, side, info->channels);
  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] = (i % 13 - 6.0f) / 6;

  success = ddim_decode (field, levels, &sampling, x, NULL, &error);
  fuzz_check_error (success, error, "");
  if (success)
    for (gsize i = 0; i < ddim_canvas_size (x); i++)
      g_assert_true (isfinite (x->data[i]));
}

/* Adds the tensors that the network asks for. */
static void
find_tensors (const gchar    *config,
              FuzzTensors    *tensors,
              DdimThreadPool *pool)
{
  DdimUnetConfig network;
  gboolean       more = ddim_unet_config_load (config, &network, NULL);

  while (more)
    {
      g_autoptr (DdimSafetensors) file  = fuzz_tensors_parse (tensors);
      g_autoptr (GError)          error = NULL;
      g_autoptr (DdimUnet)        unet  = ddim_unet_new (&network, file, pool, &error);

      more = ! unet && fuzz_tensors_go_on (tensors, error);
    }
}

static void
load (const gchar    *folder,
      const gchar    *config,
      FuzzTensors    *tensors,
      DdimThreadPool *pool)
{
  g_autoptr (GByteArray) bytes = fuzz_tensors_write (tensors);
  g_autofree gchar      *path = put (folder, "unet/diffusion_pytorch_model.safetensors",
                                     bytes->data, bytes->len);
  g_autoptr (GError)     error = NULL;
  g_autoptr (DdimModel)  model = ddim_model_load (folder, pool, &error);

  fuzz_check_error (model != NULL, error, folder);
  if (model)
    evaluate (model, config);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static DdimThreadPool *pool;
  const guint8      *end = size ? memchr (data, 0, size) : NULL;
  gsize              length = end ? (gsize) (end - data) : size, rest = size - length;
  const guint8      *second = end ? end + 1 : data + size;
  const guint8      *close = rest > 1 ? memchr (second, 0, rest - 1) : NULL;
  gsize              second_length = close ? (gsize) (close - second) : rest > 1 ? rest - 1 : 0;
  const gchar       *place = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();
  g_autofree gchar  *folder = g_build_filename (place, "ddim-fuzz-XXXXXX", NULL);
  const gchar       *subs[] = { "unet", "scheduler" };
  g_autofree gchar  *config = NULL, *scheduler = NULL, *weights = NULL;
  FuzzTensors        tensors;

  if (! pool)
    pool = ddim_thread_pool_new (1);
  g_assert_nonnull (g_mkdtemp (folder));
  for (gsize i = 0; i < G_N_ELEMENTS (subs); i++)
    {
      g_autofree gchar *sub = g_build_filename (folder, subs[i], NULL);

      g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
    }
  config    = put (folder, "unet/config.json", data, length);
  scheduler = put (folder, "scheduler/scheduler_config.json", second, second_length);
  weights   = g_build_filename (folder, "unet", "diffusion_pytorch_model.safetensors", NULL);

  fuzz_tensors_init (&tensors, second + second_length, data + size - (second + second_length));
  find_tensors (config, &tensors, pool);
  load (folder, config, &tensors, pool);
  fuzz_tensors_clear (&tensors);

  g_unlink (config);
  g_unlink (scheduler);
  g_unlink (weights);
  for (gsize i = 0; i < G_N_ELEMENTS (subs); i++)
    {
      g_autofree gchar *sub = g_build_filename (folder, subs[i], NULL);

      g_rmdir (sub);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return 0;
}

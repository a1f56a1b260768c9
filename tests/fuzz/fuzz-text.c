/* fuzz-text.c: any bytes as a text encoder: its config, and then its numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As fuzz-network.c has them.  The encoder is refused with an error of ours, or it is
 * run to the end.
 */

#include "clip-text.h"
#include "tensors.h"

#define MAX_WIDTH 1024

static void
use (DdimClipText             *text,
     const DdimClipTextConfig *config)
{
  g_autoptr (GError) error  = NULL;
  gint               length = MIN (config->max_position_embeddings, 5);
  g_autofree gfloat *states = g_new (gfloat, length * config->hidden_size);
  const gint         ids[]  = { 0, config->vocab_size - 1, 0, 0, config->vocab_size / 2 };

  g_assert_true (ddim_clip_text_run (text, 1, length, ids, states, NULL, &error));
  g_assert_no_error (error);
}

/* Builds it from the tensors so far; whether it asks for one more. */
static gboolean
build (const DdimClipTextConfig *config,
       FuzzTensors              *tensors,
       DdimThreadPool           *pool)
{
  g_autoptr (DdimSafetensors) file = fuzz_tensors_parse (tensors);
  g_autoptr (GError)       error = NULL;
  g_autoptr (DdimClipText) text  = ddim_clip_text_new (config, file, pool, &error);

  fuzz_check_error (text != NULL, error, "the-file");
  if (! text)
    return fuzz_tensors_go_on (tensors, error);
  if (config->hidden_size <= MAX_WIDTH)
    use (text, config);
  return FALSE;
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
  DdimClipTextConfig config;
  gboolean           success = ddim_clip_text_config_load (path, &config, &error);

  if (! pool)
    pool = ddim_thread_pool_new (1);
  fuzz_check_error (success, error, path);
  if (success)
    {
      FuzzTensors tensors;

      g_assert_cmpint (config.hidden_size % config.num_attention_heads, ==, 0);
      fuzz_tensors_init (&tensors, data + length, size - length);
      while (build (&config, &tensors, pool));
      fuzz_tensors_clear (&tensors);
    }
  close (file);
  return 0;
}

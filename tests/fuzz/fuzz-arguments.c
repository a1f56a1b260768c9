/* fuzz-arguments.c: any arguments, of all three procedures, to the end
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the procedures compute from what they are given, without GIMP: settings,
 * the size of a little picture, its numbers and what of it may change.  It ends with
 * finite pictures or a sentence that says why not.
 */

#include <math.h>

#include "chosen.h"
#include "interpolation-task.h"
#include "texture-task.h"
#include "variation-task.h"

#define MAX_SIDE 24

/* Numbers as a network sees them, within -1 and 1, or beyond where nothing clamps them. */
static DdimCanvas *
make_picture (FuzzBytes *bytes,
              gint       h,
              gint       w,
              gint       c)
{
  DdimCanvas *picture = ddim_canvas_new (1, h, w, c);
  gdouble     size = fuzz_byte (bytes) % 16 ? 1 : pow (10, fuzz_int (bytes, -30, 30));
  guint8      step = fuzz_byte (bytes);

  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    picture->data[i] = size * ((gint) (i * step % 251) - 125) / 125;
  return picture;
}

static DdimPatchSource *
make_source (FuzzBytes *bytes)
{
  gint             h = fuzz_int (bytes, 1, MAX_SIDE), w = fuzz_int (bytes, 1, MAX_SIDE);
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);

  source->picture      = make_picture (bytes, h, w, 3);
  source->mask         = g_new (gfloat, h * w);
  source->options.wrap = fuzz_byte (bytes) % 2;
  source->own          = fuzz_byte (bytes) % 9;
  source->name         = g_strdup ("a picture");
  for (gint i = 0; i < h * w; i++)
    source->mask[i] = fuzz_byte (bytes) < 250;
  return source;
}

static gboolean
see (gint               i,
     const DdimCanvas  *made,
     gpointer           data,
     GError           **error)
{
  for (gsize k = 0; k < ddim_canvas_size (made); k++)
    g_assert_true (isfinite (made->data[k]));
  return TRUE;
}

static void
run (DdimTask       *task,
     DdimThreadPool *pool,
     guint64         seed)
{
  const guint64      seeds[] = { seed, ddim_seed_at (seed, 1) };
  DdimModelCache     cache = { .pool = pool };
  g_autoptr (GError) error = NULL;
  gboolean           success = ddim_task_run (task, &cache, seeds, 2, see, NULL, NULL, NULL, &error);

  fuzz_check_error (success, error, "");
  ddim_task_unref (task);
  g_clear_pointer (&cache.model, ddim_model_unref);
  g_free (cache.folder);
}

static void
vary (FuzzBytes      *bytes,
      const gchar    *folder,
      DdimThreadPool *pool)
{
  gint  h = fuzz_int (bytes, 1, MAX_SIDE), w = fuzz_int (bytes, 1, MAX_SIDE);
  guint64                         seed = fuzz_int (bytes, 0, G_MAXINT - 1);
  g_auto (DdimVariationSettings)  settings = { 0 };
  DdimPlacement                   placement = { 0 };
  DdimModelInfo                   info = { 0 };
  g_autoptr (DdimVariationInput)  input = NULL;

  fuzz_variation_settings (bytes, &settings);
  if (fuzz_byte (bytes) % 2)
    {
      settings.model.model  = g_strdup (folder);
      settings.model.folder = g_strdup (folder);
      g_assert_true (ddim_model_inspect (folder, &info, NULL));
    }
  else
    {
      settings.model.model = g_strdup (DDIM_MODEL_IMAGE);
      ddim_model_inspect_picture (3, &info);
    }
  ddim_variation_settings_place (&settings, &info, h, w, &placement);
  input = ddim_variation_input_new (&placement, DDIM_STAGES_RESULT, h, w);
  input->pictures[0] = make_picture (bytes, h, w, 3);
  if (fuzz_byte (bytes) % 2)
    {
      input->weights[0] = g_new (gfloat, h * w);
      for (gint i = 0; i < h * w; i++)
        input->weights[0][i] = fuzz_double (bytes, 0, 1);
    }
  if (ddim_variation_settings_has_patches (&settings))
    {
      input->source = make_source (bytes);
      ddim_symmetry_set_options (settings.symmetry, &input->source->options);
    }
  run (ddim_variation_task_new (input, &settings), pool, seed);
}

static void
interpolate (FuzzBytes      *bytes,
             const gchar    *folder,
             DdimThreadPool *pool)
{
  gint    h = fuzz_int (bytes, 1, MAX_SIDE), w = fuzz_int (bytes, 1, MAX_SIDE);
  gdouble positions[] = { fuzz_double (bytes, 0, 1), fuzz_double (bytes, 0, 1) };
  g_auto (DdimInterpolationSettings)  settings = { 0 };
  DdimPlacement                       placement = { 0 };
  g_autoptr (DdimInterpolationInput)  input = NULL;

  fuzz_model_settings (bytes, &settings.model);
  settings.model.model  = g_strdup (folder);
  settings.model.folder = g_strdup (folder);
  settings.mix  = fuzz_double (bytes, 0, 1);
  settings.seed = fuzz_int (bytes, 0, G_MAXINT - 1);
  settings.loop = fuzz_byte (bytes) % 2;
  ddim_placement_init (&placement, settings.model.method, settings.model.tileable, 16, FALSE, h, w);
  input = ddim_interpolation_input_new (&placement, DDIM_STAGES_RESULT, 2, h, w);
  input->keys[0][0] = make_picture (bytes, h, w, 3);
  input->keys[0][1] = make_picture (bytes, h, w, 3);
  run (ddim_interpolation_task_new (input, &settings, positions, 2), pool, 1); /* frames, from 1 on */
}

static void
make_texture (FuzzBytes      *bytes,
              DdimThreadPool *pool)
{
  gint  h = fuzz_int (bytes, 1, 2 * MAX_SIDE), w = fuzz_int (bytes, 1, 2 * MAX_SIDE);
  DdimTextureSettings           settings = { .steps = fuzz_int (bytes, 2, 3), .width = w,
                                             .height = h, .tileable = fuzz_byte (bytes) % 2 };
  g_autoptr (DdimTextureInput)  input = ddim_texture_input_new (DDIM_STAGES_RESULT, h, w);

  input->source = make_source (bytes);
  run (ddim_texture_task_new (input, &settings), pool, fuzz_int (bytes, 0, G_MAXINT - 1));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static DdimThreadPool *pool;
  g_autofree gchar      *folder = g_build_filename (FUZZ_MODEL, NULL);
  FuzzBytes              bytes = { data, data + size };

  if (! pool)
    pool = ddim_thread_pool_new (1);
  switch (fuzz_byte (&bytes) % 3)
    {
    case 0:  vary (&bytes, folder, pool); break;
    case 1:  interpolate (&bytes, folder, pool); break;
    default: make_texture (&bytes, pool);
    }
  return 0;
}

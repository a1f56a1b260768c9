/* test-patch-model.c: a model of a picture's own patches, at any size
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "patch-model.h"

#define H 61
#define W 57

static DdimPatchSource *
make_source (void)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);
  guint64          seed   = 3;

  source->picture = ddim_canvas_new (1, H, W, 3);
  source->mask    = g_new (gfloat, H * W);
  source->own     = 8;
  source->name    = g_strdup ("noise");
  ddim_noise_fill (source->picture, &seed, 0);
  for (gint i = 0; i < H * W; i++)
    source->mask[i] = 1;
  return source;
}

/* h x w pixels of a canvas from (y, x) on. */
static DdimCanvas *
cut (const DdimCanvas *from,
     gint              y,
     gint              x,
     gint              h,
     gint              w)
{
  DdimCanvas *part = ddim_canvas_new (1, h, w, from->c);

  for (gint row = 0; row < h; row++)
    memcpy (part->data + (gsize) row * w * from->c,
            from->data + ((gsize) (y + row) * from->w + x) * from->c,
            (gsize) w * from->c * sizeof (gfloat));
  part->y = y;
  part->x = x;
  return part;
}

/* Wherever in the picture a canvas begins, and however much it is reduced, it finds its
 * own patches: under next to no noise it stays what it is.  Where the model's cells were
 * not the canvas's, half a unit was missing, the deviation of what lies between.    */
static void
test_own_cells (void)
{
  for (gint k = 2; k <= 3; k++)
    for (gint at = 0; at < 2 * k; at++)
      {
        g_autoptr (DdimPatchSource) source  = make_source ();
        g_autoptr (GError)          error   = NULL;
        g_autoptr (DdimThreadPool)  pool    = ddim_thread_pool_new (1);
        g_autoptr (DdimCanvas)      part    = cut (source->picture, at, 2 * k - 1 - at, 42, 36);
        g_autoptr (DdimCanvas)      canvas  = ddim_canvas_reduce (part, k, FALSE, NULL);
        g_autoptr (DdimCanvas)      says    = ddim_canvas_new (1, canvas->h, canvas->w, 3);
        g_autoptr (DdimModel)       model   = NULL;
        g_autoptr (DdimField)       field   = NULL;
        DdimLevel                   level   = { .timestep = 1, .a = 0.9998, .s = 0.02 };

        canvas->y = part->y;
        canvas->x = part->x;
        model = ddim_patch_source_make_model (source, canvas, k, pool, &error);
        g_assert_no_error (error);
        field = ddim_model_new_field (model, NULL, &error);
        g_assert_no_error (error);
        g_assert_true (ddim_field_evaluate (field, canvas, &level, says, NULL, &error));
        for (gint i = 0; i < canvas->h * canvas->w * 3; i++)
          g_assert_cmpfloat_with_epsilon (says->data[i], canvas->data[i], 0.02);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch-model/own-cells", test_own_cells);
  return g_test_run ();
}

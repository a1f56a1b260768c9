/* golden.h: reading diffusers' stored values in a test
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "safetensors.h"
#include "constant.h"

/* A tensor's values; free with ddim_memory_free (). */
static inline gfloat *
golden_values (const DdimSafetensors *file,
               const gchar           *tensor,
               const DdimTensorView **view)
{
  *view = ddim_safetensors_lookup (file, tensor);
  return *view ? ddim_constant_copy (&(*view)->constant) : NULL;
}

/* N x C x H x W to N x H x W x C. */
static inline gfloat *
golden_to_nhwc (const gfloat         *nchw,
                const DdimTensorView *view)
{
  gint64  n = view->shape[0], c = view->shape[1], hw = view->shape[2] * view->shape[3];
  gfloat *nhwc = g_new (gfloat, n * c * hw);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < c; j++)
      for (gint64 k = 0; k < hw; k++)
        nhwc[(i * hw + k) * c + j] = nchw[(i * c + j) * hw + k];
  return nhwc;
}

/* The RMS of the difference, as a share of the wanted values' RMS. */
static inline gdouble
golden_difference (const gfloat *found,
                   const gfloat *wanted,
                   gsize         size)
{
  gdouble difference = 0, square = 0;

  for (gsize i = 0; i < size; i++)
    {
      difference += ((gdouble) found[i] - wanted[i]) * ((gdouble) found[i] - wanted[i]);
      square     += (gdouble) wanted[i] * wanted[i];
    }
  return sqrt (difference / square);
}

/* A test for each model's folder in a folder, which it is given as its data. */
static inline void
golden_add_tests (const gchar   *models,
                  const gchar   *prefix,
                  GTestDataFunc  test)
{
  g_autoptr (GDir) dir = g_dir_open (models, 0, NULL);
  const gchar     *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *path   = g_strconcat (prefix, name, NULL);
      g_autofree gchar *folder = g_build_filename (models, name, NULL);
      g_autofree gchar *recipe = g_build_filename (folder, "train.py", NULL);

      /* weights/ holds a note and the recipe besides. */
      if (g_file_test (folder, G_FILE_TEST_IS_DIR) &&
          ! g_file_test (recipe, G_FILE_TEST_EXISTS))
        g_test_add_data_func_full (path, g_steal_pointer (&folder), test, g_free);
    }
}

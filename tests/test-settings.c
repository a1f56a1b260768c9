/* test-settings.c: what a user has chosen, as plain values
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "settings.h"

/* However many there are, every seed is one that a procedure accepts, and no two
 * of a run are the same.                                                    */
static void
test_seeds (void)
{
  static const guint64 firsts[] = { 0, 1, G_MAXINT - 5, G_MAXINT - 1, G_MAXINT };

  for (gsize k = 0; k < G_N_ELEMENTS (firsts); k++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                                           NULL);

      g_assert_cmpuint (ddim_seed_at (firsts[k], 0), ==, firsts[k]);
      for (gint i = 0; i < 100; i++)
        {
          guint64 seed = ddim_seed_at (firsts[k], i);

          g_assert_cmpuint (seed, <=, G_MAXINT);
          g_assert_true (g_hash_table_add (seen, g_memdup2 (&seed, sizeof seed)));
        }
    }
  g_assert_cmpuint (ddim_seed_at (G_MAXINT, 1), ==, 0);
}

static void
test_copies (void)
{
  g_auto (DdimVariationSettings) copy     = { 0 };
  DdimVariationSettings          settings = { .strength = 0.25 };

  settings.model.model  = g_strdup (DDIM_MODEL_IMAGE);
  settings.model.folder = g_strdup ("/a/folder");
  settings.source       = g_strdup ("a layer");
  settings.symmetry     = g_strdup (DDIM_SYMMETRY_BOTH);
  ddim_variation_settings_copy (&settings, &copy);

  g_assert_true (ddim_model_settings_same_model (&settings.model, &copy.model));
  g_assert_true (ddim_model_settings_is_image (&copy.model));
  ddim_variation_settings_clear (&settings);
  g_assert_null (settings.source);

  g_assert_cmpstr (copy.source, ==, "a layer");
  g_assert_cmpstr (copy.symmetry, ==, DDIM_SYMMETRY_BOTH);
  g_assert_cmpstr (copy.model.folder, ==, "/a/folder");
  g_assert_cmpfloat (copy.strength, ==, 0.25);
  g_assert_false (ddim_model_settings_same_model (&settings.model, &copy.model));
}

static void
test_symmetry (void)
{
  static const struct
  {
    const gchar *symmetry;
    gboolean     mirrored, turned;
  } cases[] = {
    { DDIM_SYMMETRY_NONE, FALSE, FALSE },
    { DDIM_SYMMETRY_MIRRORED, TRUE, FALSE },
    { DDIM_SYMMETRY_TURNED, FALSE, TRUE },
    { DDIM_SYMMETRY_BOTH, TRUE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DdimPatchesOptions options = { .apart = 7 };

      ddim_symmetry_set_options (cases[i].symmetry, &options);
      g_assert_cmpint (options.mirrored, ==, cases[i].mirrored);
      g_assert_cmpint (options.turned, ==, cases[i].turned);
      g_assert_cmpint (options.apart, ==, 7);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/settings/seeds", test_seeds);
  g_test_add_func ("/settings/copies", test_copies);
  g_test_add_func ("/settings/symmetry", test_symmetry);

  return g_test_run ();
}

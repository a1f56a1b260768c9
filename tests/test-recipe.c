/* test-recipe.c: how a result was made, as text
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "recipe.h"

/* Numbers come back to the bit, and a name that no line could hold as it is. */
static void
test_variation (void)
{
  gchar                 source[]   = "a=b\nc \"d\"\té";
  gchar                 model[]    = DDIM_MODEL_IMAGE;
  gchar                 symmetry[] = DDIM_SYMMETRY_TURNED;
  DdimVariationSettings settings   = {
    .model    = { .model = model, .steps = 37, .depth = 0.1 + 0.2, .tileable = TRUE,
                  .method = DDIM_PLACEMENT_WHOLE },
    .strength = 1.0 / 3.0,
    .eta      = 1e-17,
    .source   = source,
    .symmetry = symmetry,
  };
  g_autofree gchar     *text = ddim_recipe_of_variation (&settings, G_MAXINT);
  g_autoptr (GKeyFile)  file = g_key_file_new ();
  g_autofree gchar     *name = NULL;

  g_assert_true (g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL));
  name = g_key_file_get_string (file, "recipe", "source", NULL);
  g_assert_cmpstr (name, ==, source);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "depth", NULL), ==, 0.1 + 0.2);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "strength", NULL), ==, 1.0 / 3.0);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "eta", NULL), ==, 1e-17);
  g_assert_cmpuint (g_key_file_get_uint64 (file, "recipe", "seed", NULL), ==, G_MAXINT);
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "steps", NULL), ==, 37);
  g_assert_true (g_key_file_get_boolean (file, "recipe", "tileable", NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/recipe/variation", test_variation);

  return g_test_run ();
}

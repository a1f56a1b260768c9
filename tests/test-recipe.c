/* test-recipe.c: how a result was made, as text
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "recipe.h"

static void
check_origin (GKeyFile               *file,
              const DdimRecipeOrigin *origin)
{
  gsize             n      = 0;
  g_autofree gint  *region = g_key_file_get_integer_list (file, "recipe", "region", &n, NULL);
  g_autofree gchar *hash   = g_key_file_get_string (file, "recipe", "model-hash", NULL);
  g_auto (GStrv)    layers = g_key_file_get_string_list (file, "recipe", "layers", NULL, NULL);

  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (region[0], ==, origin->x);
  g_assert_cmpint (region[3], ==, origin->h);
  g_assert_cmpstr (hash, ==, origin->hash);
  g_assert_cmpint (layers != NULL, ==, origin->layers != NULL);
  if (layers)
    g_assert_true (g_strv_equal ((const gchar * const *) layers, origin->layers));
}

/* Numbers come back to the bit, and a name that no line could hold as it is. */
static void
test_variation (void)
{
  gchar                 source[]   = "a=b\nc \"d\"\té";
  gchar                 model[]    = DDIM_MODEL_IMAGE;
  gchar                 symmetry[] = DDIM_SYMMETRY_TURNED;
  gchar                 texture[]  = DDIM_TEXTURE_IMAGE;
  DdimVariationSettings settings   = {
    .model    = { .model = model, .steps = 37, .depth = 0.1 + 0.2, .tileable = TRUE,
                  .method = DDIM_PLACEMENT_WHOLE },
    .strength = 1.0 / 3.0,
    .eta      = 1e-17,
    .texture  = texture,
    .leeway   = 0.7,
    .source   = source,
    .symmetry = symmetry,
  };
  const gchar          *layers[] = { "one; two", "\\", NULL };
  DdimRecipeOrigin      origin = { -3, 4, 50, 60, "0123456789abcdef", layers };
  g_autofree gchar     *text = ddim_recipe_of_variation (&settings, &origin, G_MAXINT);
  g_autoptr (GKeyFile)  file = g_key_file_new ();
  g_autofree gchar     *name = NULL;

  g_assert_true (g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL));
  g_assert_false (g_key_file_has_key (file, "recipe", "prompt", NULL));
  name = g_key_file_get_string (file, "recipe", "source", NULL);
  g_assert_cmpstr (name, ==, source);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "depth", NULL), ==, 0.1 + 0.2);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "strength", NULL), ==, 1.0 / 3.0);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "eta", NULL), ==, 1e-17);
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "leeway", NULL), ==, 0.7);
  g_free (name);
  name = g_key_file_get_string (file, "recipe", "texture", NULL);
  g_assert_cmpstr (name, ==, DDIM_TEXTURE_IMAGE);
  g_assert_cmpuint (g_key_file_get_uint64 (file, "recipe", "seed", NULL), ==, G_MAXINT);
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "steps", NULL), ==, 37);
  g_assert_true (g_key_file_get_boolean (file, "recipe", "tileable", NULL));
  check_origin (file, &origin);
}

/* A frame of a film is one of many, a layer between is at its position. */
static void
test_interpolation (void)
{
  gchar                     model[]  = "photo";
  DdimInterpolationSettings settings = {
    .model  = { .model = model, .label = -1, .steps = 20, .depth = 0.5 },
    .mix    = 0.7, .seed = 9, .loop = TRUE, .easing = DDIM_EASING_IN_OUT,
  };
  const gchar              *layers[] = { "a", "b", "c", NULL };
  DdimRecipeOrigin          origin   = { 0, 0, 8, 9, "abc", layers };
  g_autofree gchar         *frame    = ddim_recipe_of_frame (&settings, &origin, 3, 12);
  g_autofree gchar         *between  = ddim_recipe_of_position (&settings, &origin, 1.0 / 3.0);
  g_autofree gchar         *easing   = NULL;
  g_autoptr (GKeyFile)      file     = g_key_file_new ();

  g_assert_true (g_key_file_load_from_data (file, frame, -1, G_KEY_FILE_NONE, NULL));
  check_origin (file, &origin);
  easing = g_key_file_get_string (file, "recipe", "easing", NULL);
  g_assert_cmpstr (easing, ==, "in-out");
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "frame", NULL), ==, 3);
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "frames", NULL), ==, 12);
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "label", NULL), ==, -1);
  g_assert_true (g_key_file_get_boolean (file, "recipe", "loop", NULL));

  g_assert_true (g_key_file_load_from_data (file, between, -1, G_KEY_FILE_NONE, NULL));
  g_assert_cmpfloat (g_key_file_get_double (file, "recipe", "position", NULL), ==, 1.0 / 3.0);
  g_assert_false (g_key_file_has_key (file, "recipe", "frame", NULL));
}

static void
test_texture (void)
{
  DdimTextureSettings  settings = { .steps = 50, .width = 8192, .height = 1, .tileable = TRUE };
  DdimRecipeOrigin     origin   = { 1, 2, 8192, 1, "def" };
  g_autofree gchar    *text     = ddim_recipe_of_texture (&settings, &origin, 0);
  g_autoptr (GKeyFile) file     = g_key_file_new ();

  g_assert_true (g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL));
  check_origin (file, &origin);
  g_assert_cmpint (g_key_file_get_integer (file, "recipe", "width", NULL), ==, 8192);
  g_assert_cmpuint (g_key_file_get_uint64 (file, "recipe", "seed", NULL), ==, 0);
  g_assert_false (g_key_file_has_key (file, "recipe", "source", NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/recipe/variation", test_variation);
  g_test_add_func ("/recipe/interpolation", test_interpolation);
  g_test_add_func ("/recipe/texture", test_texture);

  return g_test_run ();
}

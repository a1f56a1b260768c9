/* fuzz-recipe.c: any settings as a recipe, and read again
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A layer's parasite is a key file: whatever the names and the words are, it can be
 * read, and says what was chosen.
 */

#include <string.h>

#include "chosen.h"
#include "recipe.h"

#define GROUP "recipe"

/* GLib's key files have no way to keep a form feed at a value's beginning: with it go
 * the blanks that follow.                                                   */
static const gchar *
skip_form_feed (const gchar *text)
{
  return text && *text == '\f' ? text + strspn (text, "\f \t") : text;
}

static void
check_text (GKeyFile    *file,
            const gchar *key,
            const gchar *wanted)
{
  g_autofree gchar *found = g_key_file_get_string (file, GROUP, key, NULL);

  wanted = skip_form_feed (wanted);
  if (found)
    g_assert_cmpstr (found, ==, wanted ? wanted : "");
  else /* it is left out where it says nothing */
    g_assert_true (! wanted || ! *wanted);
}

static void
check_double (GKeyFile    *file,
              const gchar *key,
              gdouble      wanted)
{
  g_autoptr (GError) error = NULL;
  gdouble            found = g_key_file_get_double (file, GROUP, key, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (found, ==, wanted);
}

static GKeyFile *
read_recipe (gchar *recipe)
{
  GKeyFile          *file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (g_utf8_validate (recipe, -1, NULL));
  g_key_file_load_from_data (file, recipe, -1, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_free (recipe);
  return file;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  FuzzBytes                    bytes = { data, data + size };
  g_auto (DdimVariationSettings) settings = { 0 };
  DdimInterpolationSettings    between = { 0 };
  DdimTextureSettings          texture = { 0 };
  g_autofree gchar            *first = fuzz_text (&bytes), *second = fuzz_text (&bytes);
  const gchar *const           layers[] = { first ? first : "", second ? second : "", NULL };
  DdimRecipeOrigin             origin = { fuzz_int (&bytes, -9, 9), fuzz_int (&bytes, -9, 9),
                                          fuzz_int (&bytes, 1, 9), fuzz_int (&bytes, 1, 9),
                                          "0123456789abcdef", layers };
  guint64                      seed = fuzz_int (&bytes, 0, G_MAXINT - 1);
  g_autoptr (GKeyFile)         file = NULL, frame = NULL, of_texture = NULL;
  g_auto (GStrv)               names = NULL;

  settings.model.model = fuzz_text (&bytes);
  if (! settings.model.model)
    settings.model.model = g_strdup ("photo");
  fuzz_variation_settings (&bytes, &settings);
  file  = read_recipe (ddim_recipe_of_variation (&settings, &origin, seed));
  names = g_key_file_get_string_list (file, GROUP, "layers", NULL, NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[0], ==, skip_form_feed (layers[0]));
  g_assert_cmpstr (names[1], ==, layers[1]);
  check_text (file, "model", settings.model.model);
  check_text (file, "texture", settings.texture);
  check_double (file, "strength", settings.strength);
  check_double (file, "depth", settings.model.depth);
  check_double (file, "eta", settings.eta);
  g_assert_cmpuint (g_key_file_get_uint64 (file, GROUP, "seed", NULL), ==, seed);

  between.model = settings.model;
  between.mix   = fuzz_double (&bytes, 0, 1);
  between.seed  = seed;
  between.loop  = fuzz_byte (&bytes) % 2;
  frame = read_recipe (ddim_recipe_of_frame (&between, &origin, fuzz_int (&bytes, 1, 9), 9));
  check_double (frame, "mix", between.mix);
  check_text (frame, "model", settings.model.model);

  texture = (DdimTextureSettings) { fuzz_int (&bytes, 2, 1000), fuzz_int (&bytes, 1, 8192),
                                    fuzz_int (&bytes, 1, 8192), FALSE, settings.source,
                                    settings.symmetry };
  of_texture = read_recipe (ddim_recipe_of_texture (&texture, &origin, seed));
  check_text (of_texture, "source", settings.source);
  g_assert_cmpint (g_key_file_get_integer (of_texture, GROUP, "steps", NULL), ==, texture.steps);
  return 0;
}

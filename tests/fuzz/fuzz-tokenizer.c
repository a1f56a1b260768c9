/* fuzz-tokenizer.c: any bytes as the files of CLIP's tokenizer, and a prompt
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes between zeros are the files below, in their order, empty ones absent, and
 * then a prompt.  They are refused, with an error that names the folder, or every
 * number that comes out is one that there is.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "clip-tokenizer.h"
#include "fuzz.h"

static const gchar * const names[] =
  { "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json" };

#define FILES G_N_ELEMENTS (names)

/* The next part: *n of the bytes. */
static const guint8 *
next_part (const guint8 **data,
           gsize         *size,
           gsize         *n)
{
  const guint8 *part = *data, *end = *size ? memchr (part, 0, *size) : NULL;

  *n     = end ? (gsize) (end - part) : *size;
  *data += *n + (end != NULL);
  *size -= *n + (end != NULL);
  return part;
}

static void
write_files (const gchar   *folder,
             const guint8 **data,
             gsize         *size)
{
  for (gsize i = 0; i < FILES; i++)
    {
      g_autofree gchar *path = g_build_filename (folder, names[i], NULL);
      gsize             n;
      const guint8     *part = next_part (data, size, &n);

      if (n)
        g_assert_true (g_file_set_contents_full (path, (const gchar *) part, n,
                                                 G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
}

static void
remove_folder (const gchar *folder)
{
  for (gsize i = 0; i < FILES; i++)
    {
      g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree gchar  *folder = g_dir_make_tmp ("ddim-fuzz-XXXXXX", NULL);
  g_autoptr (GError) error  = NULL;
  g_autoptr (DdimClipTokenizer) tokenizer = NULL;
  g_autofree gchar  *prompt = NULL;
  gint               ids[77];

  g_assert_nonnull (folder);
  write_files (folder, &data, &size);
  prompt    = g_strndup ((const gchar *) data, size);
  tokenizer = ddim_clip_tokenizer_load (folder, &error);
  fuzz_check_error (tokenizer != NULL, error, folder);
  if (tokenizer)
    {
      g_assert_cmpint (ddim_clip_tokenizer_encode (tokenizer, prompt, 77, ids), >=, 0);
      for (gint i = 0; i < 77; i++)
        g_assert_true (ids[i] >= 0 && ids[i] < ddim_clip_tokenizer_get_size (tokenizer));
    }
  remove_folder (folder);
  return 0;
}

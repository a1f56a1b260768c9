/* test-clip-tokenizer.c: the numbers that transformers' CLIPTokenizer gives
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten thousand random texts, of many scripts, emoji, control characters and far too
 * long ones, are made here and by tests/golden/make_tokenizers.py alike; of what
 * CLIPTokenizer makes of each a hash is stored.
 */

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "clip-tokenizer.h"

#define LENGTH 77

static const gchar * const words[] =
{
  "a", "photo", "of", "the", "The", "CAT", "don't", "I'll", "we've", "she's'd", "''s", "'S",
  "re're", "<|startoftext|>", "<|endoftext|>", "<|ENDOFTEXT|>", "<|endoftext", "|>",
  "!<|endoftext|>!", "!", "!!!", ":-)", "3.14", "2nd", "  ", "\x09\x0a\x0d",
  "\xc2\xa0\xe2\x80\x83", "\xc3\xa9", "e\xcc\x81", "\xc4\xb0", "\xc3\x9f", "\xce\xa3\xcf\x82",
  "\xe2\x85\xa7", "\xe2\x92\xb6", "\xef\xac\x81", "\xe1\xba\x9b\xcc\xa3", "\xe2\x84\xab",
  "\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8",
  "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
  "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "\xe2\x9d\xa4\xef\xb8\x8f", "8k,", "--",
  "(masterpiece:1.2)", "<cat-toy>", "<Cat-Toy>", "\xf0\x90\x97\x92\xcc\x87",
  "\xe0\xbd\xb1\xe0\xbd\xb2\xe0\xbd\xb4", "\x01\x7f\xc2\x85"
};

static const gunichar ranges[][2] =
{
  { 0x21, 0x7e }, { 0x41, 0x5a }, { 0x61, 0x7a }, { 0x30, 0x39 }, { 0xa0, 0xff },
  { 0x100, 0x24f }, { 0x250, 0x2ff }, { 0x300, 0x36f }, { 0x370, 0x3ff }, { 0x400, 0x52f },
  { 0x531, 0x58f }, { 0x591, 0x5f4 }, { 0x600, 0x6ff }, { 0x700, 0x74f }, { 0x780, 0x7ff },
  { 0x800, 0x8ff }, { 0x900, 0x97f }, { 0x980, 0x9ff }, { 0xa00, 0xaff }, { 0xb00, 0xbff },
  { 0xc00, 0xcff }, { 0xd00, 0xdff }, { 0xe00, 0xeff }, { 0xf00, 0xfff }, { 0x1000, 0x109f },
  { 0x10a0, 0x10ff }, { 0x1100, 0x11ff }, { 0x1200, 0x139f }, { 0x13a0, 0x13ff },
  { 0x1400, 0x167f }, { 0x1680, 0x171f }, { 0x1780, 0x17ff }, { 0x1800, 0x18af },
  { 0x1900, 0x1aff }, { 0x1b00, 0x1cff }, { 0x1d00, 0x1dff }, { 0x1e00, 0x1fff },
  { 0x2000, 0x206f }, { 0x2070, 0x20ff }, { 0x2100, 0x218f }, { 0x2190, 0x23ff },
  { 0x2400, 0x24ff }, { 0x2500, 0x27bf }, { 0x2c00, 0x2dff }, { 0x2e80, 0x2fff },
  { 0x3000, 0x303f }, { 0x3040, 0x30ff }, { 0x3100, 0x33ff }, { 0x4e00, 0x9fff },
  { 0xa000, 0xa4cf }, { 0xa500, 0xa8ff }, { 0xa900, 0xabff }, { 0xac00, 0xd7a3 },
  { 0xd7b0, 0xd7fb }, { 0xe000, 0xe0ff }, { 0xf900, 0xfaff }, { 0xfb00, 0xfb4f },
  { 0xfb50, 0xfdff }, { 0xfe00, 0xfe2f }, { 0xfe30, 0xfe6f }, { 0xff00, 0xffef },
  { 0x10000, 0x107ff }, { 0x10800, 0x10fff }, { 0x11000, 0x11fff }, { 0x12000, 0x123ff },
  { 0x13000, 0x133ff }, { 0x16100, 0x16fff }, { 0x1b000, 0x1b2ff }, { 0x1d100, 0x1d24f },
  { 0x1d400, 0x1d7ff }, { 0x1e000, 0x1e9ff }, { 0x1ee00, 0x1f0ff }, { 0x1f100, 0x1f2ff },
  { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f7ff }, { 0x1f900, 0x1faff }, { 0x20000, 0x2a6df },
  { 0x2f800, 0x2fa1f }, { 0xe0020, 0xe01ef }, { 0x1, 0x1f }, { 0x7f, 0x9f }, { 0x1, 0xffff },
  { 0x10000, 0x10ffff }
};

/* xorshift32 (Marsaglia, Journal of Statistical Software 8, 2003) */
static guint32
below (guint32 *state,
       guint32  n)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state % n;
}

/* Text number i; free with g_free (). */
static gchar *
make_text (guint32 i)
{
  guint32  state = i * 2654435761u + 88675123u;
  GString *text  = g_string_new (NULL);
  guint32  parts;

  if (! state)
    state = 1;
  parts = below (&state, 100) == 0 ? 200 : 0;
  if (! parts)
    parts = 1 + below (&state, 16);
  for (guint32 part = 0; part < parts; part++)
    {
      if (below (&state, 3) == 0)
        g_string_append (text, words[below (&state, G_N_ELEMENTS (words))]);
      else
        {
          const gunichar *range = ranges[below (&state, G_N_ELEMENTS (ranges))];
          guint32         n     = 1 + below (&state, 6);

          for (guint32 k = 0; k < n; k++)
            {
              gunichar c = range[0] + below (&state, range[1] - range[0] + 1);

              g_string_append_unichar (text, c >= 0xd800 && c < 0xe000 ? ' ' : c);
            }
        }
      if (below (&state, 2))
        g_string_append_c (text, ' ');
    }
  return g_string_free (text, FALSE);
}

/* FNV-1a, by numbers. */
static guint32
hash (const gint *ids,
      gint        left_out)
{
  guint32 h = 0x811c9dc5;

  for (gint i = 0; i < LENGTH; i++)
    h = (h ^ ids[i]) * 0x01000193;
  return (h ^ left_out) * 0x01000193;
}

static gchar *
folder_of (const gchar *name)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "tokenizers", name, NULL);
}

static DdimClipTokenizer *
load (const gchar *folder)
{
  g_autoptr (GError) error = NULL;
  DdimClipTokenizer *tokenizer = ddim_clip_tokenizer_load (folder, &error);

  g_assert_no_error (error);
  return tokenizer;
}

static void
test_random (gconstpointer folder)
{
  g_autoptr (DdimClipTokenizer) tokenizer = load (folder);
  g_autofree gchar *path = g_build_filename (folder, "hashes", NULL);
  g_autofree gchar *hashes = NULL;
  gsize size;
  gint  wrong = 0;

  g_assert_true (g_file_get_contents (path, &hashes, &size, NULL));
  g_assert_cmpuint (size, >=, 4 * 2000);
  for (guint32 i = 0; i < size / 4; i++)
    {
      g_autofree gchar *text = make_text (i);
      gint    ids[LENGTH], left_out = ddim_clip_tokenizer_encode (tokenizer, text, LENGTH, ids);
      guint32 wanted;

      memcpy (&wanted, hashes + 4 * i, 4);
      if (hash (ids, left_out) == GUINT32_FROM_LE (wanted))
        continue;
      if (wrong++ < 20)
        g_test_message ("text %u is wrong: %s", i, text);
    }
  g_assert_cmpint (wrong, ==, 0);
}

static void
test_cases (gconstpointer folder)
{
  g_autoptr (DdimClipTokenizer) tokenizer = load (folder);
  g_autofree gchar *path = g_build_filename (folder, "cases.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  g_assert_cmpuint (json_array_get_length (cases), >, 20);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonArray   *one    = json_array_get_array_element (cases, i);
      const gchar *text   = json_array_get_string_element (one, 0);
      JsonArray   *wanted = json_array_get_array_element (one, 1);
      gint         ids[LENGTH];

      g_test_message ("“%s”", text);
      g_assert_cmpint (ddim_clip_tokenizer_encode (tokenizer, text, LENGTH, ids), ==,
                       json_array_get_int_element (one, 2));
      for (gint k = 0; k < LENGTH; k++)
        {
          g_assert_cmpint (ids[k], ==, json_array_get_int_element (wanted, k));
          g_assert_cmpint (ids[k], <, ddim_clip_tokenizer_get_size (tokenizer));
        }
    }
}

/* The true vocabulary is not ours to give away: where DDIM_CLIP_TOKENIZER names a
 * folder that has it, what is known of it is tested.                        */
static void
test_true (void)
{
  const gchar *folder = g_getenv ("DDIM_CLIP_TOKENIZER");
  const gint   wanted[] = { 49406, 320, 1125, 539, 320, 2368, 49407 };
  g_autoptr (DdimClipTokenizer) tokenizer = NULL;
  gint         ids[7];

  if (! folder)
    {
      g_test_skip ("set DDIM_CLIP_TOKENIZER to a folder “tokenizer” of Stable Diffusion");
      return;
    }
  tokenizer = load (folder);
  g_assert_cmpint (ddim_clip_tokenizer_encode (tokenizer, "a photo of a cat", 7, ids), ==, 0);
  for (gint i = 0; i < 7; i++)
    g_assert_cmpint (ids[i], ==, wanted[i]);
}

/* Bytes that are no text, and texts that are all one word, end quickly. */
static void
test_hostile_text (void)
{
  g_autofree gchar *folder = folder_of ("sd1");
  g_autoptr (DdimClipTokenizer) tokenizer = load (folder);
  g_autofree gchar *word = g_strnfill (1 << 20, 'e');
  gint ids[LENGTH];

  ddim_clip_tokenizer_encode (tokenizer, "\xff\xfe \xc3", LENGTH, ids);
  g_assert_cmpint (ddim_clip_tokenizer_encode (tokenizer, word, LENGTH, ids), >, 10000);
}

/* Folders that are refused: a file that is written over one of a sound folder's, and
 * a word of the reason.                                                     */
typedef struct
{
  const gchar *folder, *file, *text;
  DdimError    code;
  const gchar *word;
} Refusal;

#define MODEL "{\"model\":{\"vocab\":{\"a\":1},\"merges\":"

static const Refusal refusals[] =
{
  { "sd1", "vocab.json", NULL, DDIM_ERROR_MISSING, "vocab.json" },
  { "sd1", "merges.txt", NULL, DDIM_ERROR_MISSING, "merges.txt" },
  { "sd1", "vocab.json", "[]", DDIM_ERROR_INVALID, "vocab.json" },
  { "plain", "vocab.json", "{\"a\":-1}", DDIM_ERROR_INVALID, "“a”" },
  { "plain", "vocab.json", "{\"a\":1.5}", DDIM_ERROR_INVALID, "“a”" },
  { "plain", "vocab.json", "{\"a\":99999999999}", DDIM_ERROR_INVALID, "“a”" },
  { "plain", "vocab.json", "{\"a\":\"b\"}", DDIM_ERROR_INVALID, "“a”" },
  { "plain", "vocab.json", "{\"a\":1}", DDIM_ERROR_INVALID, "lacks" },
  { "sd1", "merges.txt", "a b c\n", DDIM_ERROR_INVALID, "a b c" },
  { "sd1", "merges.txt", "ab\n", DDIM_ERROR_INVALID, "ab" },
  { "sd1", "merges.txt", "x nothing</w>\n", DDIM_ERROR_INVALID, "nothing</w>" },
  { "sd1", "merges.txt", "\xff x\n", DDIM_ERROR_INVALID, "UTF-8" },
  { "sd1", "tokenizer_config.json", "{\"tokenizer_class\":\"T5Tokenizer\"}",
    DDIM_ERROR_UNSUPPORTED, "T5Tokenizer" },
  { "sd1", "tokenizer_config.json", "{\"bos_token\":5}", DDIM_ERROR_INVALID, "content" },
  { "sd1", "tokenizer_config.json",
    "{\"added_tokens_decoder\":{\"5\":{\"content\":\"x\",\"rstrip\":true}}}",
    DDIM_ERROR_UNSUPPORTED, "rstrip" },
  { "sd1", "special_tokens_map.json", "{\"eos_token\":\"\"}", DDIM_ERROR_INVALID, "eos_token" },
  { "sd1", "special_tokens_map.json", "{\"eos_token\":{\"content\":[]}}", DDIM_ERROR_INVALID,
    "content" },
  { "new", "tokenizer.json", "{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}",
    DDIM_ERROR_INVALID, "model" },
  { "new", "tokenizer.json", MODEL "[]}}", DDIM_ERROR_INVALID, "lacks" },
  { "new", "tokenizer.json", MODEL "5}}", DDIM_ERROR_INVALID, "merges" }
};

static const gchar * const files[] = { "vocab.json", "merges.txt", "tokenizer.json",
                                       "tokenizer_config.json", "special_tokens_map.json" };

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar  *golden = folder_of (refusal->folder);
  g_autofree gchar  *folder = g_dir_make_tmp ("ddim-tokenizer-XXXXXX", NULL);
  DdimClipTokenizer *tokenizer;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *from = g_build_filename (golden, files[i], NULL);
      g_autofree gchar *to   = g_build_filename (folder, files[i], NULL);
      g_autofree gchar *text = NULL;

      if (! strcmp (files[i], refusal->file))
        text = g_strdup (refusal->text);
      else
        g_file_get_contents (from, &text, NULL, NULL);
      if (text)
        g_assert_true (g_file_set_contents (to, text, -1, NULL));
    }

  tokenizer = ddim_clip_tokenizer_load (folder, &error);
  g_assert_null (tokenizer);
  g_assert_error (error, DDIM_ERROR, (gint) refusal->code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, refusal->word));
  g_assert_nonnull (strstr (error->message, folder));

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_build_filename (folder, files[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *tokenizers = NULL;
  g_autoptr (GDir)  dir = NULL;
  const gchar      *name;

  g_test_init (&argc, &argv, NULL);
  tokenizers = folder_of (NULL);
  dir        = g_dir_open (tokenizers, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *random = g_strconcat ("/clip-tokenizer/random/", name, NULL);
      g_autofree gchar *cases  = g_strconcat ("/clip-tokenizer/cases/", name, NULL);

      g_test_add_data_func_full (random, g_build_filename (tokenizers, name, NULL), test_random,
                                 g_free);
      g_test_add_data_func_full (cases, g_build_filename (tokenizers, name, NULL), test_cases,
                                 g_free);
    }
  g_test_add_func ("/clip-tokenizer/true", test_true);
  g_test_add_func ("/clip-tokenizer/hostile-text", test_hostile_text);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/clip-tokenizer/refusal/%s-%zu", refusals[i].file,
                                                i);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  return g_test_run ();
}

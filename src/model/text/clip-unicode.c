/* clip-unicode.c: text as CLIP's tokenizer sees it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib's tables of Unicode are newer than those that the tokenizers library composes
 * characters by (Unicode 9), and older or of another kind than those it lowers them
 * by.  The tables here are the difference, found by asking both about every character
 * (tests/golden/make_tokenizers.py --unicode).
 */

#include "clip-unicode.h"

#include <string.h>

typedef struct
{
  gunichar first, last;
} Range;

/* Characters that a newer Unicode gave a combining class or a composition: they are
 * left where they are, and nothing is moved across them.                    */
static const Range inert[] =
{
  { 0x07fd, 0x07fd }, { 0x0897, 0x089f }, { 0x08ca, 0x08d3 }, { 0x09fe, 0x09fe },
  { 0x0c3c, 0x0c3c }, { 0x0d3b, 0x0d3c }, { 0x0eba, 0x0eba }, { 0x1715, 0x1715 },
  { 0x1abf, 0x1ace }, { 0x1df6, 0x1dfa }, { 0xa82c, 0xa82c }, { 0x105c9, 0x105c9 },
  { 0x105d2, 0x105d2 }, { 0x105da, 0x105da }, { 0x105e4, 0x105e4 }, { 0x10d24, 0x10d27 },
  { 0x10d69, 0x10d6d }, { 0x10eab, 0x10eac }, { 0x10efd, 0x10eff }, { 0x10f46, 0x10f50 },
  { 0x10f82, 0x10f85 }, { 0x11070, 0x11070 }, { 0x1133b, 0x1133b }, { 0x11382, 0x11385 },
  { 0x1138b, 0x1138b }, { 0x1138e, 0x1138e }, { 0x11390, 0x11391 }, { 0x113c2, 0x113c2 },
  { 0x113c5, 0x113c5 }, { 0x113c7, 0x113c8 }, { 0x113ce, 0x113d0 }, { 0x1145e, 0x1145e },
  { 0x11839, 0x1183a }, { 0x11935, 0x11935 }, { 0x11938, 0x11938 }, { 0x1193d, 0x1193e },
  { 0x11943, 0x11943 }, { 0x119e0, 0x119e0 }, { 0x11a34, 0x11a34 }, { 0x11a47, 0x11a47 },
  { 0x11a99, 0x11a99 }, { 0x11d42, 0x11d42 }, { 0x11d44, 0x11d45 }, { 0x11d97, 0x11d97 },
  { 0x11f41, 0x11f42 }, { 0x1611e, 0x1611e }, { 0x16121, 0x16129 }, { 0x1612f, 0x1612f },
  { 0x16d63, 0x16d63 }, { 0x16d67, 0x16d6a }, { 0x16ff0, 0x16ff1 }, { 0x1e08f, 0x1e08f },
  { 0x1e130, 0x1e136 }, { 0x1e2ae, 0x1e2ae }, { 0x1e2ec, 0x1e2ef }, { 0x1e4ec, 0x1e4ef },
  { 0x1e5ee, 0x1e5ef }
};

typedef struct
{
  gunichar first, last;
  gint     step;
} Lowering;

/* Characters that are lowered though they are no letters, or newer than GLib's. */
static const Lowering lowerings[] =
{
  { 0x2160, 0x216f, 16 }, { 0x24b6, 0x24cf, 26 }, { 0xa7ce, 0xa7ce, 1 }, { 0xa7d2, 0xa7d2, 1 },
  { 0xa7d4, 0xa7d4, 1 }, { 0x16ea0, 0x16eb8, 27 }
};

#define DOTTED_CAPITAL_I 0x0130

static gboolean
is_inert (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (inert);

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (inert[middle].last < c)
        low = middle + 1;
      else
        high = middle;
    }
  return low < G_N_ELEMENTS (inert) && inert[low].first <= c;
}

/* Canonical composition (NFC) by Unicode 9. */
static gchar *
compose (const gchar *text,
         gsize        n)
{
  GString     *out  = g_string_new (NULL);
  const gchar *from = text, *end = text + n;

  while (from < end)
    {
      const gchar      *to = from;
      g_autofree gchar *composed = NULL;

      while (to < end && ! is_inert (g_utf8_get_char (to)))
        to = g_utf8_next_char (to);
      composed = g_utf8_normalize (from, to - from, G_NORMALIZE_NFC);
      g_string_append (out, composed);
      for (from = to; to < end && is_inert (g_utf8_get_char (to)); to = g_utf8_next_char (to));
      g_string_append_len (out, from, to - from);
      from = to;
    }
  return g_string_free (out, FALSE);
}

/* White_Space of the Unicode standard. */
static gboolean
is_space (gunichar c)
{
  return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

static void
append_lower (GString  *out,
              gunichar  c)
{
  if (c == DOTTED_CAPITAL_I)
    {
      g_string_append (out, "i\xcc\x87"); /* i and a combining dot */
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lowerings); i++)
    if (c >= lowerings[i].first && c <= lowerings[i].last)
      {
        g_string_append_unichar (out, c + lowerings[i].step);
        return;
      }
  g_string_append_unichar (out, g_unichar_tolower (c));
}

gchar *
ddim_clip_normalise (const gchar *text,
                     gsize        n)
{
  g_autofree gchar *composed = compose (text, n);
  GString          *out = g_string_sized_new (n);
  gboolean          after_space = FALSE;

  for (const gchar *at = composed; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean space = is_space (c);

      if (space && ! after_space)
        g_string_append_c (out, ' ');
      else if (! space)
        append_lower (out, c);
      after_space = space;
    }
  return g_string_free (out, FALSE);
}

/* What a character is to the pattern that cuts text into words. */
typedef enum
{
  SPACE,
  LETTER,
  NUMBER,
  OTHER
} Kind;

static Kind
kind_of (const gchar *at)
{
  gunichar c = g_utf8_get_char (at);

  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
      return LETTER;
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return NUMBER;
    default:
      return is_space (c) ? SPACE : OTHER;
    }
}

static gsize
starts_with (const gchar *text,
             const gchar *end,
             const gchar *word)
{
  gsize n = strlen (word);

  return n <= (gsize) (end - text) && ! memcmp (text, word, n) ? n : 0;
}

gsize
ddim_clip_next_word (const gchar **text,
                     const gchar  *end)
{
  static const gchar * const names[] = { "<|startoftext|>", "<|endoftext|>" };
  static const gchar * const contractions[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };
  const gchar *at = *text, *to;
  gsize        n;
  Kind         kind;

  while (at < end && kind_of (at) == SPACE)
    at = g_utf8_next_char (at);
  *text = at;
  if (at >= end)
    return 0;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((n = starts_with (at, end, names[i])))
      return n;
  for (gsize i = 0; i < G_N_ELEMENTS (contractions); i++)
    if ((n = starts_with (at, end, contractions[i])))
      return n;

  kind = kind_of (at);
  to   = g_utf8_next_char (at);
  while (to < end && kind != NUMBER && kind_of (to) == kind)
    to = g_utf8_next_char (to);
  return to - at;
}

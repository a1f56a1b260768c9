/* chosen.h: what a user may have chosen, made of any bytes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Within the ranges that the procedures' arguments have (plugin/procedures), or NULL
 * and no number where GIMP lets them through.
 */

#pragma once

#include <string.h>

#include "fuzz.h"
#include "settings.h"

typedef struct
{
  const guint8 *at, *end;
} FuzzBytes;

/* Zeros behind the last. */
static inline guint8
fuzz_byte (FuzzBytes *bytes)
{
  return bytes->at < bytes->end ? *bytes->at++ : 0;
}

static inline gint
fuzz_int (FuzzBytes *bytes,
          gint       first,
          gint       last)
{
  guint32 number = 0;

  for (gint i = 0; i < 4; i++)
    number = number << 8 | fuzz_byte (bytes);
  return first + number % ((guint32) (last - first) + 1);
}

/* Often one of the ends. */
static inline gdouble
fuzz_double (FuzzBytes *bytes,
             gdouble    low,
             gdouble    high)
{
  guint8 byte = fuzz_byte (bytes);

  return byte < 32 ? low : byte > 223 ? high : low + (byte - 32) / 191.0 * (high - low);
}

/* UTF-8 of up to 60 bytes, or NULL; free with g_free (). */
static inline gchar *
fuzz_text (FuzzBytes *bytes)
{
  guint8           length = fuzz_byte (bytes);
  g_autofree gchar *text = NULL;

  if (length > 60)
    return NULL;

  text = g_malloc0 (length + 1);
  for (gint i = 0; i < length; i++)
    text[i] = fuzz_byte (bytes);
  return g_utf8_make_valid (text, strlen (text));
}

static inline const gchar *
fuzz_word (FuzzBytes          *bytes,
           const gchar *const *words,
           gint                n)
{
  return words[fuzz_byte (bytes) % n];
}

static const gchar *const fuzz_symmetries[] = { DDIM_SYMMETRY_NONE, DDIM_SYMMETRY_MIRRORED,
                                                DDIM_SYMMETRY_TURNED, DDIM_SYMMETRY_BOTH };
static const gchar *const fuzz_textures[]   = { DDIM_TEXTURE_IMAGE, DDIM_TEXTURE_MODEL };

static inline void
fuzz_model_settings (FuzzBytes         *bytes,
                     DdimModelSettings *settings)
{
  settings->label           = fuzz_int (bytes, -1, 3);
  settings->prompt          = fuzz_text (bytes);
  settings->negative_prompt = fuzz_text (bytes);
  settings->guidance        = fuzz_double (bytes, 1, 20);
  settings->steps           = fuzz_int (bytes, 2, 3);
  settings->depth           = fuzz_double (bytes, 0, 1);
  settings->method          = fuzz_byte (bytes) % 4;
  settings->tileable        = fuzz_byte (bytes) % 2;
}

static inline void
fuzz_variation_settings (FuzzBytes             *bytes,
                         DdimVariationSettings *settings)
{
  fuzz_model_settings (bytes, &settings->model);
  settings->strength = fuzz_double (bytes, 0, 1);
  settings->eta      = fuzz_double (bytes, 0, 1);
  settings->texture  = g_strdup (fuzz_word (bytes, fuzz_textures, G_N_ELEMENTS (fuzz_textures)));
  settings->leeway   = fuzz_double (bytes, 0, 1);
  settings->source   = fuzz_text (bytes);
  settings->symmetry = g_strdup (fuzz_word (bytes, fuzz_symmetries,
                                            G_N_ELEMENTS (fuzz_symmetries)));
}

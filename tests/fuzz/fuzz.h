/* fuzz.h: what a fuzz target is, and what all of them ask
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A target is a function of bytes that aborts where something is wrong.
 * libFuzzer drives it with bytes of its own making (./dev fuzz); test-corpus.c
 * drives it with every file in corpus/ as an ordinary test.
 */

#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include "ddim.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Success without an error, or an error of ours that names `word`, in UTF-8. */
static inline void
fuzz_check_error (gboolean      success,
                  const GError *error,
                  const gchar  *word)
{
  g_assert_true (success == (error == NULL));
  if (success)
    return;

  g_assert_true (error->domain == DDIM_ERROR);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* The bytes as a file without a place on a disk.  Returns its path (g_free);
 * close *file to take it away again.                                        */
static inline gchar *
fuzz_file_new (const guint8 *data,
               gsize         size,
               gint         *file)
{
  *file = memfd_create ("fuzz", MFD_CLOEXEC);
  g_assert_cmpint (*file, >=, 0);
  g_assert_cmpint (write (*file, data, size), ==, size);
  return g_strdup_printf ("/proc/self/fd/%d", *file);
}

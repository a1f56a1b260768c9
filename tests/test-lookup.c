/* test-lookup.c: pixels of 8 bits to doubles, as babl converts them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <glib.h>

#include "plugin/pixels/lookup.h"

#define N 4096

static void
test_as_babl (gconstpointer data)
{
  const gchar       *encoding = data;
  const Babl        *from     = babl_format (encoding);
  gint               stride   = babl_format_get_n_components (from) < 3 ? 2 : 4;
  const Babl        *to       = babl_format (stride == 2 ? "Y'A double" : "R'G'B'A double");
  g_autofree guint8 *bytes    = g_malloc (N * 4);
  gdouble           *wanted   = g_new (gdouble, N * stride);
  gdouble           *made     = g_new (gdouble, N * stride);
  DdimLookup         lookup;

  for (gint i = 0; i < N * 4; i++)
    bytes[i] = g_test_rand_int_range (0, 256);

  g_assert_true (ddim_lookup_init (&lookup, from, to));
  for (gint i = 0; i < N; i++)
    {
      for (gint c = 0; c < lookup.components; c++)
        made[i * stride + c] = lookup.values[c][bytes[i * lookup.components + c]];
      if (lookup.components < stride)
        made[i * stride + lookup.colors] = 1.0;
    }
  babl_process (babl_fish (from, to), bytes, wanted, N);
  g_assert_cmpmem (made, N * stride * sizeof (gdouble), wanted, N * stride * sizeof (gdouble));

  g_free (wanted);
  g_free (made);
}

/* Where a component is not converted by itself, or has more numbers. */
static void
test_none (void)
{
  const gchar *others[] = { "R'G'B'A u16", "R'G'B'A float", "R'aG'aB'aA u8", "Y u32" };
  DdimLookup   lookup;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (ddim_lookup_init (&lookup, babl_format (others[i]),
                                      babl_format (i < 3 ? "R'G'B'A double" : "Y'A double")));
}

int
main (int argc, char **argv)
{
  const gchar *encodings[] = { "R'G'B' u8", "R'G'B'A u8", "RGB u8", "RGBA u8", "Y' u8", "Y'A u8",
                               "Y u8", "YA u8" };

  g_setenv ("BABL_TOLERANCE", "0.0", TRUE); /* as the plug-in does */
  babl_init ();
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autofree gchar *path = g_strdelimit (g_strdup_printf ("/lookup/%s", encodings[i]), " '", '-');

      g_test_add_data_func (path, encodings[i], test_as_babl);
    }
  g_test_add_func ("/lookup/none", test_none);

  return g_test_run ();
}

/* swap.c: pixels that GEGL could not keep
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No function of GEGL's tells.  Its lines in the log do, which are not translated:
 * "unable to write tile data to self", "unable to read tile data from swap",
 * "failed to resize swap file", "could not open swap file" and "no swap storage
 * allocated for tile" (gegl-tile-backend-swap.c).  tests/gimp/faults.py sees whether
 * they still do.
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "swap.h"

/* The log is the process's, and so is this. */
static gint     lost; /* atomic */
static GLogFunc next;

static void
listen (const gchar    *domain,
        GLogLevelFlags  level,
        const gchar    *message,
        gpointer        data)
{
  static const gchar *const words[] = { "tile data", "swap file", "swap storage" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (message && strstr (message, words[i]))
      g_atomic_int_set (&lost, TRUE);

  next (domain, level, message, data);
}

void
ddim_swap_watch (void)
{
  next = g_log_set_default_handler (listen, NULL);
}

gboolean
ddim_swap_check (GError **error)
{
  if (! g_atomic_int_get (&lost))
    return TRUE;

  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                       _("Pixels were lost: there is no room left in GIMP's swap folder. "
                         "Make room on that disk, or choose another folder or a larger tile "
                         "cache in GIMP's preferences, and start again."));
  return FALSE;
}

void
ddim_swap_set_not_kept (const gchar  *name,
                        GError      **error)
{
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("GIMP did not keep the pixels that were written to “%s”: there may be no room "
                 "left in its swap folder. Make room on that disk, and start again."), name);
}

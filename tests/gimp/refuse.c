/* refuse.c: GIMP's refusals, when a test wants them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can fail between a check and a write fails by a user's hand, at a moment
 * that no test can hit.  run.py preloads this into the plug-in of promise.py:
 * where the file DDIM_REFUSE says "merge N" or "insert N", the N-th call of
 * that kind in a process does nothing, and reports failure as GIMP does.  With
 * "memory N" the plug-in's own N-th allocation of those that may fail does.
 */

#include <errno.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <libgimp/gimp.h>

static gboolean
is_refused (const gchar *what,
            gint         call)
{
  const gchar *path = g_getenv ("DDIM_REFUSE");
  FILE        *file = path ? fopen (path, "r") : NULL;
  gchar        kind[16];
  gint         number;
  gboolean     refused;

  if (! file)
    return FALSE;

  refused = fscanf (file, "%15s %d", kind, &number) == 2 && number == call &&
            ! strcmp (kind, what);
  fclose (file);
  if (refused)
    remove (path); /* so that the test knows */

  return refused;
}

/* GIMP's and GEGL's own libraries end the program where memory is out, and are left
 * alone.  address: of the code that asks.                                   */
static gboolean
is_out_of_memory (gconstpointer address)
{
  static gint calls = 0;
  Dl_info     info;

  return dladdr (address, &info) && g_str_has_suffix (info.dli_fname, "/gimp-ddim/gimp-ddim") &&
         is_refused ("memory", g_atomic_int_add (&calls, 1) + 1);
}

gpointer
g_try_malloc_n (gsize n,
                gsize size)
{
  gpointer (*allocate) (gsize, gsize) = dlsym (RTLD_NEXT, G_STRFUNC);

  return is_out_of_memory (__builtin_return_address (0)) ? NULL : allocate (n, size);
}

gpointer
g_try_malloc0_n (gsize n,
                 gsize size)
{
  gpointer (*allocate) (gsize, gsize) = dlsym (RTLD_NEXT, G_STRFUNC);

  return is_out_of_memory (__builtin_return_address (0)) ? NULL : allocate (n, size);
}

int
posix_memalign (void   **block,
                size_t   alignment,
                size_t   size)
{
  int (*allocate) (void **, size_t, size_t) = dlsym (RTLD_NEXT, G_STRFUNC);

  return is_out_of_memory (__builtin_return_address (0)) ? ENOMEM
                                                         : allocate (block, alignment, size);
}

gboolean
gimp_drawable_merge_shadow (GimpDrawable *drawable,
                            gboolean      undo)
{
  static gint calls = 0;
  gboolean (*merge) (GimpDrawable *, gboolean) = dlsym (RTLD_NEXT, G_STRFUNC);

  return ! is_refused ("merge", ++calls) && merge (drawable, undo);
}

gboolean
gimp_image_insert_layer (GimpImage *image,
                         GimpLayer *layer,
                         GimpLayer *parent,
                         gint       position)
{
  static gint calls = 0;
  gboolean (*insert) (GimpImage *, GimpLayer *, GimpLayer *, gint) = dlsym (RTLD_NEXT, G_STRFUNC);

  return ! is_refused ("insert", ++calls) && insert (image, layer, parent, position);
}

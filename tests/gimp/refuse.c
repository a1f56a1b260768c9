/* refuse.c: GIMP's refusals, when a test wants them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can fail between a check and a write fails by a user's hand, at a moment
 * that no test can hit.  run.py preloads this into GIMP and its plug-in, and a test
 * writes into the file DDIM_REFUSE what shall fail (injection.py), as a kind and a
 * number N:
 *
 *   merge N, insert N   the N-th such call in a process does nothing, and reports
 *                       failure as GIMP does
 *   call N              likewise the N-th call of any procedure of GIMP's by which the
 *                       plug-in commits, from gimp-context-push on; its name is then
 *                       in DDIM_REFUSE.told
 *   memory N            the plug-in's own N-th allocation of those that may fail
 *   read N              its N-th read from a file of a model's
 *   swap N, gimp-swap N all that the plug-in or GIMP writes to its swap file, from the
 *                       N-th time on, finds the disk full
 *   kill N              the plug-in is killed before the N-th message to GIMP of those
 *                       by which it commits, calls and tiles alike
 */

#include <errno.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static gboolean
is_plug_in (void)
{
  gchar  program[4096];
  gssize size = readlink ("/proc/self/exe", program, sizeof program - 1);

  program[MAX (size, 0)] = '\0';
  return g_str_has_suffix (program, "/gimp-ddim/gimp-ddim");
}

/* As GIMP's protocol has it, which no header of GIMP's says: a procedure's name, and
 * what it is given.                                                         */
typedef struct
{
  gchar   *name;
  guint    n_params;
  gpointer params;
} GPProcRun;

gboolean gp_proc_run_write (GIOChannel *channel,
                            GPProcRun  *run,
                            gpointer    data);
gboolean gp_tile_data_write (GIOChannel *channel,
                             gpointer    tile,
                             gpointer    data);

static gboolean commits = FALSE; /* from its first call of those that commit on */

/* Before a message to GIMP. */
static void
die_if_wanted (void)
{
  static gint messages = 0;

  if (commits && is_plug_in () && is_refused ("kill", ++messages))
    kill (getpid (), SIGKILL);
}

gboolean
gp_tile_data_write (GIOChannel *channel,
                    gpointer    tile,
                    gpointer    data)
{
  gboolean (*next) (GIOChannel *, gpointer, gpointer) = dlsym (RTLD_NEXT, G_STRFUNC);

  die_if_wanted ();
  return next (channel, tile, data);
}

/* GIMP knows no procedure of this name, does nothing, and says so. */
gboolean
gp_proc_run_write (GIOChannel *channel,
                   GPProcRun  *run,
                   gpointer    data)
{
  static gint calls = 0;
  gboolean (*next) (GIOChannel *, GPProcRun *, gpointer) = dlsym (RTLD_NEXT, G_STRFUNC);
  GPProcRun   refused = *run;

  if (! strcmp (run->name, "gimp-context-push"))
    commits = TRUE;
  die_if_wanted ();

  /* What a drawable is, libgimp itself asks before it opens a buffer, and ends the
   * program where it is not told.                                           */
  if (! commits || g_str_has_prefix (run->name, "gimp-drawable-get-"))
    return next (channel, run, data);
  calls++;
  if (is_plug_in () && is_refused ("call", calls))
    {
      g_autofree gchar *told = g_strconcat (g_getenv ("DDIM_REFUSE"), ".told", NULL);

      g_file_set_contents (told, run->name, -1, NULL);
      refused.name = (gchar *) "plug-in-ddim-refused";
    }
  return next (channel, &refused, data);
}

/* Whether a file that is open is one of these. */
static gboolean
is_file (gint         fd,
         const gchar *part)
{
  gchar  path[4096], link[64];
  gssize size;

  g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  size = readlink (link, path, sizeof path - 1);
  path[MAX (size, 0)] = '\0';
  return strstr (path, part) != NULL;
}

ssize_t
pread (int    fd,
       void  *buffer,
       size_t size,
       off_t  offset)
{
  static gint calls = 0;
  ssize_t (*next) (int, void *, size_t, off_t) = dlsym (RTLD_NEXT, G_STRFUNC);

  if (is_plug_in () && is_file (fd, "/weights/") &&
      is_refused ("read", g_atomic_int_add (&calls, 1) + 1))
    {
      errno = EIO;
      return -1;
    }
  return next (fd, buffer, size, offset);
}

ssize_t
write (int         fd,
       const void *buffer,
       size_t      size)
{
  static gint calls = 0, full = FALSE;
  ssize_t (*next) (int, const void *, size_t) = dlsym (RTLD_NEXT, G_STRFUNC);

  /* GEGL's name for it: gegl-swap-PROCESS-... */
  if (size >= 4096 && is_file (fd, "gegl-swap-"))
    {
      if (! full)
        full = is_refused (is_plug_in () ? "swap" : "gimp-swap", ++calls);
      if (full)
        {
          errno = ENOSPC;
          return -1;
        }
    }
  return next (fd, buffer, size);
}

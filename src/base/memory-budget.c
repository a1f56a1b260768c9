/* memory-budget.c: how much memory there is to work with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A control group's limit holds for all groups below it, so every group from
 * the process's own up to the root is asked (Linux, admin-guide/cgroup-v2.rst
 * and cgroup-v1/memory.rst).  What is used of it may be cache that the kernel
 * gives back before it kills: the inactive file pages.  A process in a container
 * is told its path outside of it, which it may not see: groups that are not
 * there are passed over.
 */

#include "memory-budget.h"

#include <string.h>

#include "errors.h"
#include "memory-budget-private.h"
#include "os.h"

/* The rest is left to what cannot be counted beforehand. */
#define SHARE 0.8

/* Less than this is not worth asking for. */
#define SMALL (1 << 20)

/* The number behind `field` in a file of lines, or the file's first number where
 * field is NULL; -1 where there is none (“max” stands for no limit).        */
static gdouble
read_number (const gchar *folder,
             const gchar *file,
             const gchar *field)
{
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autofree gchar *text = NULL;
  const gchar *at;
  gchar       *end;
  gdouble      number;

  if (! g_file_get_contents (path, &text, NULL, NULL))
    return -1;

  for (at = text; field && at && ! g_str_has_prefix (at, field); )
    {
      at = strchr (at, '\n');
      at = at ? at + 1 : NULL;
    }
  if (! at)
    return -1;

  at    += field ? strlen (field) : 0;
  number = g_ascii_strtod (at, &end);
  return end > at ? number : -1;
}

/* What is left of a group's limit. */
static gdouble
group_free (const gchar *folder,
            gboolean     unified)
{
  gdouble limit = read_number (folder, unified ? "memory.max" : "memory.limit_in_bytes", NULL);
  gdouble used  = read_number (folder, unified ? "memory.current" : "memory.usage_in_bytes",
                               NULL);
  gdouble cache = read_number (folder, "memory.stat",
                               unified ? "inactive_file " : "total_inactive_file ");

  if (limit < 0)
    return G_MAXDOUBLE;
  return MAX (limit - MAX (used, 0) + MAX (cache, 0), 0);
}

/* The least of what a group and those above it leave.  mount: where the root
 * group is; path: the group's, from there.                                  */
static gdouble
groups_free (const gchar *mount,
             const gchar *path,
             gboolean     unified)
{
  g_autofree gchar *at = g_strdup (path);
  gdouble           least = G_MAXDOUBLE;

  for (;;)
    {
      g_autofree gchar *folder = g_build_filename (mount, at, NULL);
      gchar            *slash;

      least = MIN (least, group_free (folder, unified));
      slash = strrchr (at, '/');
      if (! slash || ! at[1])
        return least;
      slash[slash == at] = '\0'; /* "/" is the last */
    }
}

/* Lines "ID:CONTROLLERS:PATH"; version 2's has the ID 0 and no controllers. */
static gdouble
cgroup_free (const gchar *root)
{
  g_autofree gchar *list = g_build_filename (root, "proc/self/cgroup", NULL);
  g_autofree gchar *mount = g_build_filename (root, "sys/fs/cgroup", NULL);
  g_autofree gchar *memory = g_build_filename (mount, "memory", NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv)    lines = NULL;
  gdouble           least = G_MAXDOUBLE;

  if (! g_file_get_contents (list, &text, NULL, NULL))
    return least;

  lines = g_strsplit (text, "\n", -1);
  for (gint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ":", 3);
      g_auto (GStrv) controllers = NULL;

      if (g_strv_length (parts) < 3)
        continue;
      controllers = g_strsplit (parts[1], ",", -1);
      if (! *parts[1])
        least = MIN (least, groups_free (mount, parts[2], TRUE));
      else if (g_strv_contains ((const gchar * const *) controllers, "memory"))
        least = MIN (least, groups_free (memory, parts[2], FALSE));
    }
  return least;
}

gdouble
ddim_memory_read_free (const gchar *root)
{
  g_autofree gchar *proc = g_build_filename (root, "proc", NULL);
  gdouble           kilobytes = read_number (proc, "meminfo", "MemAvailable:");

  return MIN (kilobytes >= 0 ? kilobytes * 1024 : G_MAXDOUBLE, cgroup_free (root));
}

/* What is left of a limit of this process, of which /proc/self/status says how
 * much is used.                                                             */
static gdouble
limit_free (gdouble      limit,
            const gchar *field)
{
  gdouble kilobytes = limit < G_MAXDOUBLE ? read_number ("/proc/self", "status", field) : 0;

  return MAX (limit - MAX (kilobytes, 0) * 1024, 0);
}

gdouble
ddim_memory_get_budget (void)
{
  gdouble bytes = ddim_memory_read_free ("/");
  gdouble addresses, data;

  if (bytes == G_MAXDOUBLE)
    bytes = ddim_os_get_memory ();
  ddim_os_get_limits (&addresses, &data);
  bytes = MIN (bytes, limit_free (addresses, "VmSize:"));
  bytes = MIN (bytes, limit_free (data, "VmData:"));
  return SHARE * bytes;
}

gboolean
ddim_memory_check (gdouble       bytes,
                   GError      **error,
                   const gchar  *what,
                   ...)
{
  gdouble           budget;
  g_autofree gchar *subject = NULL;
  va_list           args;

  if (bytes <= SMALL)
    return TRUE;
  budget = ddim_memory_get_budget ();
  if (bytes <= budget)
    return TRUE;

  va_start (args, what);
  subject = g_strdup_vprintf (what, args);
  va_end (args);
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY,
               "%s needs %.2f GB of memory, and %.2f GB are free: choose less, or close "
               "other programs", subject, bytes / 1e9, budget / 1e9);
  return FALSE;
}

gint
ddim_memory_fit (gdouble bytes,
                 gint    n)
{
  gdouble fits = bytes > 0 ? ddim_memory_get_budget () / bytes : n;

  return CLAMP (fits, 1, MAX (n, 1));
}

/* test-memory-budget.c: the limits of a process's memory, as its system tells them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <glib/gstdio.h>

#include "ddim.h"
#include "limited.h"
#include "memory-budget-private.h"
#include "remove-tree.h"

static gchar *root;

static void
put (const gchar *name,
     const gchar *text)
{
  g_autofree gchar *path = g_build_filename (root, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
begin (void)
{
  root = g_dir_make_tmp ("ddim-budget-XXXXXX", NULL);
  put ("proc/meminfo", "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable:    5000 kB\n");
}

static void
end (void)
{
  remove_tree (root);
  g_clear_pointer (&root, g_free);
}

/* Without groups the machine's own memory counts; without anything, nothing. */
static void
test_machine (void)
{
  begin ();
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, 5000 * 1024.0);
  put ("proc/meminfo", "MemTotal: 8000 kB\n");
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, G_MAXDOUBLE);
  end ();
}

/* The tightest group on the way up counts, less what it uses, but for its cache. */
static void
test_cgroup_2 (void)
{
  begin ();
  put ("proc/self/cgroup", "0::/user/app\n");
  put ("sys/fs/cgroup/user/app/memory.max", "max\n");
  put ("sys/fs/cgroup/user/app/memory.current", "1000\n");
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, 5000 * 1024.0);

  put ("sys/fs/cgroup/user/memory.max", "900000\n");
  put ("sys/fs/cgroup/user/memory.current", "400000\n");
  put ("sys/fs/cgroup/user/memory.stat", "anon 1\nfile 9\ninactive_file 20000\n");
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, 520000.0);

  put ("sys/fs/cgroup/memory.max", "300000\n");
  put ("sys/fs/cgroup/memory.current", "310000\n");
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, 0.0);
  end ();
}

static void
test_cgroup_1 (void)
{
  begin ();
  put ("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/b\n0::/\n");
  /* In a container the path's own folder may not be seen, but the root's is. */
  put ("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n");
  put ("sys/fs/cgroup/memory/memory.usage_in_bytes", "600000\n");
  put ("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file 100000\n");
  g_assert_cmpfloat (ddim_memory_read_free (root), ==, 1500000.0);
  end ();
}

static gboolean
fits (gdouble bytes)
{
  return ddim_memory_check (bytes, NULL, "This");
}

/* A process that may take up 3 GB of addresses is told so, not killed. */
static void
ask_limited (gconstpointer data)
{
#if defined (__linux__)
  g_autoptr (GError) error = NULL;

  limit_memory (RLIMIT_AS, (gsize) 3 << 30);
  g_assert_false (fits (3e9));
  g_assert_true (fits (1e6));
  g_assert_null (ddim_canvas_try_new (1, 60000, 60000, 3, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
#endif
}

static void
test_rlimit (void)
{
  run_limited (ask_limited, NULL);
}

static void
test_check (void)
{
  g_autoptr (GError) error = NULL;
  gdouble budget = ddim_memory_get_budget ();

  g_assert_cmpfloat (budget, >, 0);
  g_assert_true (fits (budget / 2));
  g_assert_false (ddim_memory_check (1e15, &error, "A region of %d × %d pixels", 5, 6));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
  g_assert_true (g_str_has_prefix (error->message, "A region of 5 × 6 pixels needs 1000000.00 GB"));

  g_assert_cmpint (ddim_memory_fit (1e15, 7), ==, 1);
  g_assert_cmpint (ddim_memory_fit (1, 7), ==, 7);
  g_assert_cmpint (ddim_memory_fit (0, 0), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-budget/machine", test_machine);
  g_test_add_func ("/memory-budget/cgroup-2", test_cgroup_2);
  g_test_add_func ("/memory-budget/cgroup-1", test_cgroup_1);
  g_test_add_func ("/memory-budget/rlimit", test_rlimit);
  g_test_add_func ("/memory-budget/check", test_check);
  return g_test_run ();
}

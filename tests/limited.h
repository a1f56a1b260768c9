/* limited.h: work in a process of its own, whose memory the system limits
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#if defined (__linux__)

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sets the limit of what this process may have of a resource (RLIMIT_AS or
 * RLIMIT_DATA), as far as that can be taken back.                           */
static inline void
limit_memory (gint  resource,
              gsize bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (resource, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (resource, &limit), ==, 0);
}

#endif

/* Does the work in a child, where a system and no emulator keeps such limits. */
static inline void
run_limited (void          (*work) (gconstpointer data),
             gconstpointer   data)
{
#if defined (__linux__)
  pid_t child;
  gint  status;

  if (g_getenv ("DDIM_TEST_EMULATED"))
    {
      g_test_skip ("an emulator keeps no limit of memory: tested where there is none");
      return;
    }
  child = fork ();
  if (child == 0)
    {
      work (data);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
#else
  g_test_skip ("no limit of a process's memory is known on this system");
#endif
}

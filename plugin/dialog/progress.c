/* progress.c: work that GIMP's progress bar shows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bar moves with each report of the library, which comes at least once a
 * step.  The time left is told once a second, as soon as it is known.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "progress.h"

#define TELL_EVERY 1.0 /* second */

gchar *
ddim_progress_format_seconds (gdouble seconds)
{
  gint n = MAX (1, (gint) (seconds + 0.5));

  if (n < 90)
    /* Translators: how long something takes; it stands alone or in
     * “about %s”. */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d second", "%d seconds", n), n);

  n = (n + 30) / 60;

  /* Translators: as “%d second”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute", "%d minutes", n), n);
}

static void
show_time_left (DdimProgress *progress,
                gdouble       left)
{
  gint seconds = MAX (1, (gint) (left + 0.5));

  if (seconds < 90)
    gimp_progress_set_text_printf (
      g_dngettext (GETTEXT_PACKAGE,
                   /* Translators: %s is what is being done. */
                   "%s: about %d second left",
                   "%s: about %d seconds left", seconds),
      progress->activity, seconds);
  else
    gimp_progress_set_text_printf (
      g_dngettext (GETTEXT_PACKAGE,
                   /* Translators: %s is what is being done. */
                   "%s: about %d minute left",
                   "%s: about %d minutes left", (seconds + 30) / 60),
      progress->activity, (seconds + 30) / 60);
}

static void
show (gdouble  fraction,
      gpointer user_data)
{
  DdimProgress *progress = user_data;
  gdouble       now      = ddim_estimate_get_now ();
  gdouble       left;

  gimp_progress_update (ddim_estimate_tell (&progress->estimate, fraction, now, &left));
  if (left < 0.0 || now - progress->told < TELL_EVERY)
    return;
  progress->told = now;
  show_time_left (progress, left);
}

static gboolean
run (DdimRunner      *runner,
     DdimTask        *task,
     const guint64   *seeds,
     gint             n,
     DdimTaskSink     sink,
     gpointer         sink_data,
     DdimTaskReport  *report,
     gdouble          from,
     gdouble          to,
     GError         **error)
{
  DdimProgress *progress = (DdimProgress *) runner;
  DdimMonitor   part     = ddim_monitor_part (&progress->monitor, from, to);

  return ddim_task_run (task, &progress->cache, seeds, n, sink, sink_data, report, &part,
                        error);
}

void
ddim_progress_start (DdimProgress *progress,
                     const gchar  *activity)
{
  const gdouble todo[DDIM_STAGES_MAX] = { 1.0 };

  *progress = (DdimProgress) {
    .runner   = { .run = run },
    .monitor  = { .progress = show, .user_data = progress },
    .told     = ddim_estimate_get_now (),
    .activity = g_strdup (activity),
  };
  ddim_estimate_start (&progress->estimate, todo);
  ddim_estimate_begin (&progress->estimate, 0, 1.0, progress->told);

  ddim_model_cache_init (&progress->cache, gimp_get_num_processors ());
  gimp_progress_init (activity);
}

void
ddim_progress_end (DdimProgress *progress)
{
  gimp_progress_end ();
  ddim_model_cache_clear (&progress->cache);
  g_clear_pointer (&progress->activity, g_free);
}

/* fuzz-scheduler.c: any bytes as a scheduler_config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They are refused, with an error that names the file, or the share of the
 * picture that is left starts above 0 and never grows with the timestep.
 */

#include "fuzz.h"
#include "scheduler.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  gint          file;
  g_autofree gchar *path = fuzz_file_new (data, size, &file);
  DdimScheduler scheduler;
  gboolean      success = ddim_scheduler_load (path, &scheduler, &error);

  fuzz_check_error (success, error, path);
  if (success)
    {
      const gdouble *alphas = ddim_schedule_get_alphas_cumprod (scheduler.schedule);
      gint           T      = ddim_schedule_get_length (scheduler.schedule);

      g_assert_cmpint (T, >=, 1);
      g_assert_true (alphas[0] > 0 && alphas[0] <= 1);
      for (gint t = 1; t < T; t++)
        g_assert_true (alphas[t] >= 0 && alphas[t] <= alphas[t - 1]);
      ddim_schedule_free (scheduler.schedule);
    }
  close (file);
  return 0;
}

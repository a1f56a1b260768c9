/* decode.c: the sampler, from the noisiest level down to the cleanest
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "decode.h"
#include "sampling-step.h"

static gboolean
check_sampling (const DdimSampling  *sampling,
                GError             **error)
{
  if (! (sampling->eta >= 0 && sampling->eta <= 1))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "eta is %g, not between 0 and 1", sampling->eta);
  else if (sampling->eta > 0 && ! sampling->seeds)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "Noise is asked for (eta above 0), but no seeds are given");
  else if (sampling->eta > 0 && sampling->second_order)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 "The second-order step is deterministic: eta must be 0");
  else
    return TRUE;

  return FALSE;
}

gboolean
ddim_decode (DdimField           *field,
             const DdimLevels    *levels,
             const DdimSampling  *sampling,
             DdimCanvas          *x,
             const DdimMonitor   *monitor,
             GError             **error)
{
  return ddim_decode_corrected (field, levels, sampling, NULL, NULL, x, monitor, error);
}

gboolean
ddim_decode_corrected (DdimField           *field,
                       const DdimLevels    *levels,
                       const DdimSampling  *sampling,
                       DdimCorrection       correction,
                       gpointer             correction_data,
                       DdimCanvas          *x,
                       const DdimMonitor   *monitor,
                       GError             **error)
{
  static const DdimSampling deterministic = { 0, };

  g_autoptr (DdimCanvas) out     = NULL;
  g_autoptr (DdimCanvas) last_x0 = NULL;

  if (! sampling)
    sampling = &deterministic;
  if (! check_sampling (sampling, error))
    return FALSE;

  if (! (out = ddim_canvas_try_like (x, x->n, error)) ||
      (sampling->second_order && ! (last_x0 = ddim_canvas_try_like (x, x->n, error))))
    return FALSE;

  for (gint i = levels->S; i > 0; i--)
    {
      gint        done = levels->S - i;
      DdimMonitor part = ddim_monitor_part (monitor,
                                            done / (gdouble) levels->S,
                                            (done + 1) / (gdouble) levels->S);
      DdimStep    step;

      if (! ddim_step_init (&step, field->prediction, levels, i, sampling, error) ||
          ! ddim_field_evaluate (field, x, &levels->levels[i], out, &part, error))
        return FALSE;

      ddim_step_canvas (&step, sampling, i, out, last_x0, x);
      if (correction)
        correction (i - 1, x, correction_data);

      if (! ddim_monitor_update (&part, 1, error))
        return FALSE;
    }

  return TRUE;
}

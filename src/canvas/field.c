/* field.c: the field, a deterministic function of canvas and noise level
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever a field predicts, epsilon follows from x = a x_0 + s epsilon:
 *   v = a epsilon - s x_0   gives   epsilon = a v + s x
 *   x_0                     gives   epsilon = (x - a x_0) / s
 */

#include "field.h"

void
ddim_field_init (DdimField            *field,
                 const DdimFieldClass *klass,
                 gint                  channels,
                 DdimPrediction        prediction)
{
  field->klass      = klass;
  field->ref_count  = 1;
  field->channels   = channels;
  field->prediction = prediction;
}

DdimField *
ddim_field_ref (DdimField *field)
{
  g_atomic_int_inc (&field->ref_count);
  return field;
}

void
ddim_field_unref (DdimField *field)
{
  if (field && g_atomic_int_dec_and_test (&field->ref_count))
    field->klass->finalize (field);
}

void
ddim_field_set_not_finite (const DdimLevel  *level,
                           GError          **error)
{
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
               "The model's answer is not finite (NaN, infinity, or close to it) at noise level %g, "
               "timestep %g: its weights are broken, or too large for this picture",
               level->s, level->timestep);
}

static gboolean
check_finite (const DdimCanvas  *x,
              const DdimLevel   *level,
              const DdimCanvas  *out,
              GError           **error)
{
  if (ddim_canvas_is_finite (out))
    return TRUE;

  if (ddim_canvas_is_finite (x))
    ddim_field_set_not_finite (level, error);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
                 "The picture is not finite (NaN or infinity) any more at noise level %g, "
                 "timestep %g", level->s, level->timestep);
  return FALSE;
}

gboolean
ddim_field_evaluate (DdimField          *field,
                     const DdimCanvas   *x,
                     const DdimLevel    *level,
                     DdimCanvas         *out,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  g_return_val_if_fail (x->c == field->channels && x->data != out->data, FALSE);
  g_return_val_if_fail (ddim_canvas_size (x) == ddim_canvas_size (out), FALSE);

  return field->klass->evaluate (field, x, level, out, monitor, error) &&
         check_finite (x, level, out, error);
}

gboolean
ddim_field_epsilon (DdimField          *field,
                    const DdimCanvas   *x,
                    const DdimLevel    *level,
                    DdimCanvas         *epsilon,
                    const DdimMonitor  *monitor,
                    GError            **error)
{
  gsize size = ddim_canvas_size (x);
  gfloat of_x, of_out;

  if (! ddim_field_evaluate (field, x, level, epsilon, monitor, error))
    return FALSE;

  switch (field->prediction)
    {
    case DDIM_PREDICTION_V:
      of_x   = level->s;
      of_out = level->a;
      break;

    case DDIM_PREDICTION_SAMPLE:
      of_x   = 1 / level->s;
      of_out = - level->a / level->s;
      break;

    default:
      return TRUE;
    }

  for (gsize i = 0; i < size; i++)
    epsilon->data[i] = of_x * x->data[i] + of_out * epsilon->data[i];

  return check_finite (x, level, epsilon, error);
}

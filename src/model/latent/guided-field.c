/* guided-field.c: a field led toward one text and away from another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "guided-field.h"

typedef struct
{
  DdimField  field;
  DdimField *toward, *away;
  gfloat     guidance;
} GuidedField;

static gboolean
guided_field_evaluate (DdimField          *field,
                       const DdimCanvas   *x,
                       const DdimLevel    *level,
                       DdimCanvas         *out,
                       const DdimMonitor  *monitor,
                       GError            **error)
{
  GuidedField *self   = (GuidedField *) field;
  DdimMonitor  first  = ddim_monitor_part (monitor, 0, 0.5);
  DdimMonitor  second = ddim_monitor_part (monitor, 0.5, 1);
  gsize        size   = ddim_canvas_size (x);
  g_autoptr (DdimCanvas) toward = ddim_canvas_try_like (x, x->n, error);

  if (! toward ||
      ! ddim_field_evaluate (self->toward, x, level, toward, &first, error) ||
      ! ddim_field_evaluate (self->away, x, level, out, &second, error))
    return FALSE;

  for (gsize i = 0; i < size; i++)
    out->data[i] += self->guidance * (toward->data[i] - out->data[i]);
  return TRUE;
}

static void
guided_field_finalize (DdimField *field)
{
  GuidedField *self = (GuidedField *) field;

  ddim_field_unref (self->toward);
  ddim_field_unref (self->away);
  g_free (self);
}

static const DdimFieldClass guided_field_class = { guided_field_evaluate, guided_field_finalize };

DdimField *
ddim_guided_field_new (DdimField *toward,
                       DdimField *away,
                       gdouble    guidance)
{
  GuidedField *self = g_new0 (GuidedField, 1);

  ddim_field_init (&self->field, &guided_field_class, toward->channels, toward->prediction);
  self->toward   = toward;
  self->away     = away;
  self->guidance = guidance;
  return &self->field;
}

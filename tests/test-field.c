/* test-field.c: what is promised of every field's answers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "ddim.h"

/* A field whose answer is one number everywhere. */
typedef struct
{
  DdimField field;
  gfloat    answer;
} FlatField;

static gboolean
flat_evaluate (DdimField          *field,
               const DdimCanvas   *x,
               const DdimLevel    *level,
               DdimCanvas         *out,
               const DdimMonitor  *monitor,
               GError            **error)
{
  for (gsize i = 0; i < ddim_canvas_size (out); i++)
    out->data[i] = i == 5 ? ((FlatField *) field)->answer : 0;
  return TRUE;
}

static void
flat_finalize (DdimField *field)
{
}

static const DdimFieldClass flat_class = { flat_evaluate, flat_finalize };

/* A NaN or an infinity anywhere is an error that names the noise level. */
static void
test_not_finite (void)
{
  static const gfloat answers[] = { NAN, INFINITY, - INFINITY, G_MAXFLOAT };
  static const DdimPrediction predictions[] =
    { DDIM_PREDICTION_EPSILON, DDIM_PREDICTION_V, DDIM_PREDICTION_SAMPLE };
  const DdimLevel level = { 321, 0.8, 0.6 };
  g_autoptr (DdimCanvas) x   = ddim_canvas_new (1, 2, 2, 3);
  g_autoptr (DdimCanvas) out = ddim_canvas_new (1, 2, 2, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (predictions); j++)
      {
        FlatField flat = { .answer = answers[i] };
        /* x_0 of 3.4e38 is no epsilon. */
        gboolean  sound = i == 3 && j != 2;
        g_autoptr (GError) error = NULL;

        ddim_field_init (&flat.field, &flat_class, 3, predictions[j]);
        g_assert_cmpint (ddim_field_epsilon (&flat.field, x, &level, out, NULL, &error), ==, sound);
        if (sound)
          continue;
        g_assert_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE);
        g_assert_nonnull (strstr (error->message, "321"));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field/not-finite", test_not_finite);
  return g_test_run ();
}

/* test-interpolation.c: frames on the way from picture to picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"

#define H 20
#define W 27

static const AnalyticGaussian mixture[] = { { 0.3, -0.6, 0.02 }, { 0.5, 0.1, 0.05 },
                                            { 0.2, 0.7, 0.01 } };

/* Each kind another drawing: noise around a level, and a flat band that all
 * of them share.                                                            */
static DdimCanvas *
test_picture (gint kind)
{
  DdimCanvas *picture = ddim_canvas_new (1, H, W, 3);
  guint64     seed    = kind;

  picture->x = 7;
  picture->y = -3;
  ddim_noise_fill (picture, &seed, 5);
  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    picture->data[i] = i < 4 * W * 3 ? 0.95f : 0.3f * picture->data[i] + 0.2f * kind - 0.3f;
  picture->data[40 + kind] = 2.5f;

  return picture;
}

static DdimLevels *
test_levels (gint    S,
             gdouble depth)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, S, depth, NULL, NULL);
}

/* Three pictures, inverted. */
typedef struct
{
  DdimInversion *keys[3];
} Keys;

static void
keys_clear (Keys *keys)
{
  for (gint i = 0; i < 3; i++)
    g_clear_pointer (&keys->keys[i], ddim_inversion_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keys, keys_clear)

static void
keys_init (Keys        *keys,
           DdimField   *field,
           gint         S,
           gdouble      depth,
           DdimEncoder  encoder)
{
  g_autoptr (DdimLevels) levels = test_levels (S, depth);

  for (gint i = 0; i < 3; i++)
    keys->keys[i] = ddim_inversion_new (field, levels, encoder, test_picture (i), NULL, NULL);
}

static DdimCanvas *
interpolate (const Keys    *keys,
             const gdouble *positions,
             gint           n,
             gboolean       loop,
             gint           batch)
{
  DdimInterpolation options = { .positions = positions, .loop = loop, .batch = batch };
  DdimCanvas *frames = ddim_canvas_new (n, H, W, 3);
  g_autoptr (GError) error = NULL;

  ddim_interpolate ((const DdimInversion *const *) keys->keys, 3, &options, frames, NULL, &error);
  g_assert_no_error (error);

  return frames;
}

static gdouble
distance (const gfloat *x,
          const gfloat *y)
{
  gdouble sum = 0;

  for (gsize i = 0; i < H * W * 3; i++)
    sum += pow (x[i] - y[i], 2);

  return sqrt (sum / (H * W * 3));
}

/* Each picture's own position gives it, to the bit, for every field (one that
 * knows the pictures' kind, one that predicts v, one that is nonsense), number
 * of steps and encoder; a loop ends where it began.                          */
static void
test_keys_exact (void)
{
  const gdouble positions[] = { 0, 0.5, 1, 1.25, 2, 2.75, 3 };
  const gint    key_at[]    = { 0, -1, 1, -1, 2, -1, 0 };

  for (gint kind = 0; kind < 3; kind++)
    for (gint S = 3; S <= 17; S += 7)
      for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_DIRECT; encoder++)
        {
          g_autoptr (DdimField) field =
            kind == 2 ? analytic_field_new_rough (3)
                      : analytic_field_new (mixture, 3, 3, kind == 0 ? DDIM_PREDICTION_EPSILON
                                                                     : DDIM_PREDICTION_V);
          g_auto (Keys) keys = { 0 };
          g_autoptr (DdimCanvas) frames = NULL;

          keys_init (&keys, field, S, 0.5, encoder);
          frames = interpolate (&keys, positions, 7, TRUE, 0);
          g_assert_cmpint (frames->x, ==, 7);
          g_assert_cmpint (frames->y, ==, -3);
          for (gint i = 0; i < 7; i++)
            if (key_at[i] >= 0)
              g_assert_cmpmem (frames->data + i * H * W * 3, H * W * 3 * sizeof (gfloat),
                               keys.keys[key_at[i]]->image->data,
                               H * W * 3 * sizeof (gfloat));
        }
}

/* Nothing jumps at the pictures: a thousandth of the way from one changes it
 * by some thousandths of the way, times the field's steepest place.  (The
 * noise's share leaves at a slope of pi / 2; decoding between two modes of the
 * mixture multiplies it, by less than 10 here.)                              */
static void
test_continuous (void)
{
  const gdouble positions[] = { 0.001, 0.999, 1.001, 1.999 };
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_auto (Keys) keys = { 0 };
  g_autoptr (DdimCanvas) frames = NULL;
  gdouble way;

  keys_init (&keys, field, 12, 0.5, DDIM_ENCODER_PAPER);
  frames = interpolate (&keys, positions, 4, FALSE, 0);
  way = distance (keys.keys[0]->image->data, keys.keys[1]->image->data);
  for (gint i = 0; i < 4; i++)
    g_assert_cmpfloat (distance (frames->data + i * H * W * 3,
                                 keys.keys[(i + 1) / 2]->image->data), <, 0.02 * way);
}

/* What the direct encoder's steps miss is given back on the way: beside a picture a
 * frame is that picture, however bad the encoder's guesses are.  (A hundred
 * thousandth of the way, through the field's steepest place: see above.)     */
static void
test_direct (void)
{
  const gdouble positions[] = { 1e-5, 1 - 1e-5, 1 + 1e-5, 2 - 1e-5 };

  for (gint S = 3; S <= 17; S += 7)
    {
      g_autoptr (DdimField)  field  = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
      g_auto (Keys)          keys   = { 0 };
      g_autoptr (DdimCanvas) frames = NULL;
      gint                   before = analytic_field_get_count (field);
      gdouble                missed = 0, way;

      keys_init (&keys, field, S, 0.5, DDIM_ENCODER_DIRECT);
      g_assert_cmpint (analytic_field_get_count (field) - before, ==, 3 * (S + 1));
      frames = interpolate (&keys, positions, 4, FALSE, 0);
      g_assert_cmpint (analytic_field_get_count (field) - before, ==, 3 * (S + 1) + 4 * S);

      way = distance (keys.keys[0]->image->data, keys.keys[1]->image->data);
      for (gint i = 0; i < 4; i++)
        g_assert_cmpfloat (distance (frames->data + i * H * W * 3,
                                     keys.keys[(i + 1) / 2]->image->data), <, 2e-4 * way);
      for (gint i = 0; i < 3; i++)
        missed = MAX (missed, keys.keys[i]->inversion_error);
      g_test_message ("%d steps: an inversion error of %g", S, missed);
      /* Else nothing would have been given back. */
      g_assert_cmpfloat (missed, >, 1e-3);
    }
}

/* 33 frames: the largest step between neighbours is at most 3 times the mean,
 * as the issue of a smooth film demands.                                     */
static void
test_smooth (void)
{
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_auto (Keys) keys = { 0 };
  g_autoptr (DdimCanvas) frames = NULL;
  gdouble positions[33], largest = 0, sum = 0;

  keys_init (&keys, field, 12, 0.6, DDIM_ENCODER_EXACT);
  ddim_path_positions (3, FALSE, DDIM_EASING_LINEAR, 33, positions);
  frames = interpolate (&keys, positions, 33, FALSE, 0);
  for (gint i = 1; i < 33; i++)
    {
      gdouble step = distance (frames->data + i * H * W * 3, frames->data + (i - 1) * H * W * 3);

      largest = MAX (largest, step);
      sum += step / 32;
    }
  g_test_message ("largest step %g, mean %g", largest, sum);
  g_assert_cmpfloat (largest, <, 3 * sum);
}

/* A field that finds no noise anywhere: latents are the pictures' own share
 * alone, and decode to it.                                                   */
static gboolean
no_noise (DdimField          *field,
          const DdimCanvas   *x,
          const DdimLevel    *level,
          DdimCanvas         *out,
          const DdimMonitor  *monitor,
          GError            **error)
{
  memset (out->data, 0, ddim_canvas_size (out) * sizeof (gfloat));

  return TRUE;
}

static const DdimFieldClass no_noise_class = { no_noise, (void (*) (DdimField *)) g_free };

/* What two pictures share stays as it is, and what they do not share does not
 * fade: halfway it has the contrast it has at the ends, where a plain
 * cross-fade has 1 / sqrt (2) of it.                                         */
static void
test_contrast (void)
{
  const gdouble middle = 0.5;
  g_autoptr (DdimField) field = g_new0 (DdimField, 1);
  g_autoptr (DdimLevels) levels = test_levels (20, 0.5);
  g_autoptr (DdimInversion) x = NULL;
  g_autoptr (DdimInversion) y = NULL;
  g_autoptr (DdimCanvas) frame = ddim_canvas_new (1, 64, 64, 3);
  const DdimInversion *keys[2];
  DdimInterpolation options = { .positions = &middle };
  gdouble squares = 0, expected = 0, worst = 0;

  ddim_field_init (field, &no_noise_class, 3, DDIM_PREDICTION_EPSILON);
  for (gint i = 0; i < 2; i++)
    {
      DdimCanvas *picture = ddim_canvas_new (1, 64, 64, 3);
      guint64     seed    = i;

      /* light and dark ground above, noise of this picture's own below */
      ddim_noise_fill (picture, &seed, 5);
      for (gsize j = 0; j < 64 * 64 * 3; j++)
        picture->data[j] = j >= 32 * 64 * 3 ? 0.3f * picture->data[j]
                                            : j / 3 % 64 < 32 ? 0.9f : -0.9f;
      *(i == 0 ? &x : &y) = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, picture,
                                                NULL, NULL);
    }
  keys[0] = x;
  keys[1] = y;
  g_assert_true (ddim_interpolate (keys, 2, &options, frame, NULL, NULL));

  /* Contrast is measured within 8 pixels: look further away from the edge. */
  for (gsize i = 0; i < 23 * 64 * 3; i++)
    worst = MAX (worst, fabs (frame->data[i] - x->image->data[i]));
  for (gsize i = 41 * 64 * 3; i < 64 * 64 * 3; i++)
    {
      squares  += pow (frame->data[i], 2);
      expected += (pow (x->image->data[i], 2) + pow (y->image->data[i], 2)) / 2;
    }
  g_test_message ("the ground errs by %g, contrast %g", worst, sqrt (squares / expected));
  /* rounding of floats about a middle that is 0 but for the noise's mean */
  g_assert_cmpfloat (worst, <, 1e-4);
  /* 4416 values each: what chance correlates of them, and a measure that only
   * ever finds it positive, is 1 or 2 %.                                     */
  g_assert_cmpfloat (fabs (sqrt (squares / expected) - 1), <, 0.05);
}

/* Frames do not depend on how many are decoded together, nor on their order. */
static void
test_batches (void)
{
  const gdouble forth[] = { 0, 0.3, 0.9, 1.4, 1.7 };
  const gdouble back[]  = { 1.7, 1.4, 0.9, 0.3, 0 };
  g_autoptr (DdimField) field = analytic_field_new_rough (3);
  g_auto (Keys) keys = { 0 };
  g_autoptr (DdimCanvas) whole = NULL;
  g_autoptr (DdimCanvas) pairs = NULL;
  g_autoptr (DdimCanvas) reversed = NULL;

  keys_init (&keys, field, 6, 0.5, DDIM_ENCODER_EXACT);
  whole    = interpolate (&keys, forth, 5, FALSE, 0);
  pairs    = interpolate (&keys, forth, 5, FALSE, 2);
  reversed = interpolate (&keys, back, 5, FALSE, 3);
  g_assert_cmpmem (whole->data, 5 * H * W * 3 * sizeof (gfloat),
                   pairs->data, 5 * H * W * 3 * sizeof (gfloat));
  for (gint i = 0; i < 5; i++)
    g_assert_cmpmem (whole->data + i * H * W * 3, H * W * 3 * sizeof (gfloat),
                     reversed->data + (4 - i) * H * W * 3, H * W * 3 * sizeof (gfloat));
}

/* Noise mixed in changes the frames between, each seed in its own way, and
 * leaves the pictures alone.                                                 */
static void
test_mix (void)
{
  const gdouble positions[] = { 0, 0.5, 1 };
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_auto (Keys) keys = { 0 };
  g_autoptr (DdimCanvas) frames = ddim_canvas_new (9, H, W, 3);
  gsize bytes = H * W * 3 * sizeof (gfloat);

  keys_init (&keys, field, 8, 0.5, DDIM_ENCODER_EXACT);
  for (gint i = 0; i < 3; i++)
    {
      DdimInterpolation options = { .positions = positions, .mix = i == 0 ? 0 : 0.3, .seed = i };
      DdimCanvas part = *frames;

      part.n     = 3;
      part.data += i * 3 * H * W * 3;
      g_assert_true (ddim_interpolate ((const DdimInversion *const *) keys.keys, 3, &options,
                                       &part, NULL, NULL));
    }

  for (gint item = 0; item < 3; item++)
    {
      const gfloat *plain = frames->data + item * H * W * 3;
      const gfloat *first = plain + 3 * H * W * 3;
      const gfloat *other = first + 3 * H * W * 3;

      g_assert_cmpint (memcmp (plain, first, bytes) != 0, ==, item == 1);
      g_assert_cmpint (memcmp (first, other, bytes) != 0, ==, item == 1);
    }
}

/* Both ends fixed, never backwards, and slow where the name says so. */
static void
test_easing (void)
{
  for (gint easing = DDIM_EASING_LINEAR; easing <= DDIM_EASING_IN_OUT; easing++)
    {
      gdouble last = 0;

      g_assert_cmpfloat (ddim_ease (easing, 0), ==, 0);
      g_assert_cmpfloat (ddim_ease (easing, 1), ==, 1);
      for (gint i = 1; i <= 64; i++)
        {
          g_assert_cmpfloat (ddim_ease (easing, i / 64.), >, last);
          last = ddim_ease (easing, i / 64.);
        }
    }

  g_assert_cmpfloat (ddim_ease (DDIM_EASING_IN, 0.1), <, 0.05);
  g_assert_cmpfloat (ddim_ease (DDIM_EASING_OUT, 0.9), >, 0.95);
  g_assert_cmpfloat (ddim_ease (DDIM_EASING_IN_OUT, 0.1), <, 0.05);
  g_assert_cmpfloat (ddim_ease (DDIM_EASING_IN_OUT, 0.9), >, 0.95);
  g_assert_cmpfloat (ddim_ease (DDIM_EASING_IN_OUT, 0.5), ==, 0.5);
}

/* An open way visits first and last; a loop stops a step before the first. */
static void
test_positions (void)
{
  gdouble positions[6];
  const gdouble open[]   = { 0, 0.5, 1, 1.5, 2 };
  const gdouble closed[] = { 0, 0.5, 1, 1.5, 2, 2.5 };

  ddim_path_positions (3, FALSE, DDIM_EASING_LINEAR, 5, positions);
  for (gint i = 0; i < 5; i++)
    g_assert_cmpfloat (positions[i], ==, open[i]);

  ddim_path_positions (3, TRUE, DDIM_EASING_LINEAR, 6, positions);
  for (gint i = 0; i < 6; i++)
    g_assert_cmpfloat (positions[i], ==, closed[i]);

  ddim_path_positions (2, FALSE, DDIM_EASING_LINEAR, 1, positions);
  g_assert_cmpfloat (positions[0], ==, 0.5);

  g_assert_cmpfloat (ddim_path_position (3, FALSE, DDIM_EASING_LINEAR, 0), ==, 0);
  g_assert_cmpfloat (ddim_path_position (3, FALSE, DDIM_EASING_LINEAR, 1), ==, 2);
  g_assert_cmpfloat (ddim_path_position (3, TRUE, DDIM_EASING_IN, 0.5), ==, 1.25);

  /* the easing is each stretch's own: the middle picture stays one */
  ddim_path_positions (3, FALSE, DDIM_EASING_IN, 5, positions);
  g_assert_cmpfloat (positions[1], ==, 0.25);
  g_assert_cmpfloat (positions[2], ==, 1);
  g_assert_cmpfloat (positions[3], ==, 1.25);
}

static void
assert_refused (const Keys              *keys,
                gint                     n_keys,
                const DdimInterpolation *options,
                DdimCanvas              *frames)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ddim_interpolate ((const DdimInversion *const *) keys->keys, n_keys, options,
                                    frames, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
}

static void
test_bad_arguments (void)
{
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimField) other = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimCanvas) frames = ddim_canvas_new (1, H, W, 3);
  g_autoptr (DdimCanvas) small = ddim_canvas_new (1, H, W - 1, 3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DdimMonitor monitor = { .cancellable = cancellable };
  g_auto (Keys) keys = { 0 };
  g_auto (Keys) of_other = { 0 };
  g_auto (Keys) of_depth = { 0 };
  Keys mixed;
  gdouble position = 0.5;
  DdimInterpolation options = { .positions = &position };
  g_autoptr (GError) error = NULL;
  gint count;

  keys_init (&keys, field, 6, 0.5, DDIM_ENCODER_EXACT);
  keys_init (&of_other, other, 6, 0.5, DDIM_ENCODER_EXACT);
  keys_init (&of_depth, field, 6, 0.6, DDIM_ENCODER_EXACT);

  assert_refused (&keys, 1, &options, frames);
  assert_refused (&keys, 2, &options, small);
  mixed = (Keys) { { keys.keys[0], of_other.keys[1], keys.keys[2] } };
  assert_refused (&mixed, 3, &options, frames);
  mixed.keys[1] = of_depth.keys[1];
  assert_refused (&mixed, 3, &options, frames);
  position = 1.5;
  assert_refused (&keys, 2, &options, frames);
  position = -0.1;
  assert_refused (&keys, 3, &options, frames);
  position = NAN;
  assert_refused (&keys, 3, &options, frames);

  position = 0.5;
  options.mix = 1.5;
  assert_refused (&keys, 3, &options, frames);
  options.mix = 0;

  count = analytic_field_get_count (field);
  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_interpolate ((const DdimInversion *const *) keys.keys, 3, &options,
                                    frames, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (analytic_field_get_count (field), <=, count + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interpolation/keys-exact", test_keys_exact);
  g_test_add_func ("/interpolation/continuous", test_continuous);
  g_test_add_func ("/interpolation/direct", test_direct);
  g_test_add_func ("/interpolation/smooth", test_smooth);
  g_test_add_func ("/interpolation/contrast", test_contrast);
  g_test_add_func ("/interpolation/batches", test_batches);
  g_test_add_func ("/interpolation/mix", test_mix);
  g_test_add_func ("/interpolation/easing", test_easing);
  g_test_add_func ("/interpolation/positions", test_positions);
  g_test_add_func ("/interpolation/bad-arguments", test_bad_arguments);
  return g_test_run ();
}

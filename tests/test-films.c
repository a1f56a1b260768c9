/* test-films.c: what an interpolation promises, with the model that ships
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weights/photo on photographs scaled to 64 x 64, as in doc/interpolation.md:
 * tests/data/photo.png, and those of ../shared/photos where that folder is
 * there (none was trained on).
 */

#include <math.h>

#include "photographs.h"
#include "picture.h"

#define SIDE   64
#define FRAMES 9
#define STEPS  8
#define DEPTH  0.5

static DdimThreadPool  *pool;
static DdimModel *model;
static DdimField *field;
static GPtrArray *photographs; /* of DdimCanvas, SIDE x SIDE */

/* Photographs ------------------------------------------------------------ */

/* The largest square in the middle whose side is a multiple of SIDE, a pixel
 * being the mean of a square of its.                                        */
static DdimCanvas *
scale (const DdimCanvas *picture)
{
  gint        ratio  = MIN (picture->h, picture->w) / SIDE;
  DdimCanvas *result = ddim_canvas_new (1, SIDE, SIDE, 3);
  g_autoptr (DdimCanvas) square = picture_crop_middle (picture, ratio * SIDE, ratio * SIDE);

  for (gint i = 0; i < ratio * SIDE * ratio * SIDE; i++)
    for (gint c = 0; c < 3; c++)
      {
        gint row = i / (ratio * SIDE) / ratio, column = i % (ratio * SIDE) / ratio;

        result->data[(row * SIDE + column) * 3 + c] += square->data[i * 3 + c] / (ratio * ratio);
      }

  return result;
}

static void
add_photograph (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimCanvas) whole = picture_load (path, &error);

  g_assert_no_error (error);
  g_ptr_array_add (photographs, scale (whole));
}

/* By half a turn. */
static DdimCanvas *
turn (const DdimCanvas *picture)
{
  DdimCanvas *result = ddim_canvas_copy (picture);
  const gint  n      = SIDE * SIDE;

  for (gint i = 0; i < n; i++)
    for (gint c = 0; c < 3; c++)
      result->data[i * 3 + c] = picture->data[(n - 1 - i) * 3 + c];

  return result;
}

/* Measures --------------------------------------------------------------- */

/* RMS difference of two pictures. */
static gdouble
distance (const gfloat *x,
          const gfloat *y)
{
  gdouble sum = 0;

  for (gint i = 0; i < SIDE * SIDE * 3; i++)
    sum += pow ((gdouble) x[i] - y[i], 2);

  return sqrt (sum / (SIDE * SIDE * 3));
}

/* RMS difference of neighbouring pixels. */
static gdouble
detail (const gfloat *data)
{
  gdouble sum = 0;

  for (gint row = 0; row + 1 < SIDE; row++)
    for (gint i = 0; i < (SIDE - 1) * 3; i++)
      {
        const gfloat *here = data + row * SIDE * 3 + i;

        sum += pow (here[3] - *here, 2) + pow (here[SIDE * 3] - *here, 2);
      }

  return sqrt (sum / (2 * (SIDE - 1) * (SIDE - 1) * 3));
}

static DdimInversion *
invert (const DdimCanvas *picture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimLevels) levels = ddim_levels_new (ddim_model_get_schedule (model),
                                                   DDIM_SPACING_QUADRATIC, STEPS, DEPTH, NULL,
                                                   NULL);
  DdimInversion *inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                                 ddim_canvas_copy (picture), NULL, &error);

  g_assert_no_error (error);
  return inversion;
}

/* The films -------------------------------------------------------------- */

/* Its ends are the pictures to the bit; the largest step between neighbouring
 * frames is at most 3 times the mean; its middle lies away from the cross-fade's
 * by a tenth of half the way at the least (0.26 and more in
 * doc/interpolation.md).  Returns the middle's detail as a share of the
 * cross-fade's.                                                             */
static gdouble
check_film (const DdimInversion *x,
            const DdimInversion *y)
{
  const DdimInversion *keys[] = { x, y };
  const gfloat        *one    = x->image->data, *other = y->image->data, *middle;
  gdouble              positions[FRAMES];
  DdimInterpolation    options = { .positions = positions };
  const gint           size = SIDE * SIDE * 3;
  g_autoptr (DdimCanvas) frames = ddim_canvas_new (FRAMES, SIDE, SIDE, 3);
  g_autoptr (DdimCanvas) fade = ddim_canvas_new (1, SIDE, SIDE, 3);
  gdouble largest = 0, mean = 0, away, share;

  ddim_path_positions (2, FALSE, DDIM_EASING_LINEAR, FRAMES, positions);
  g_assert_true (ddim_interpolate (keys, 2, &options, frames, NULL, NULL));
  g_assert_cmpmem (frames->data, size * sizeof (gfloat), one, size * sizeof (gfloat));
  g_assert_cmpmem (frames->data + (FRAMES - 1) * size, size * sizeof (gfloat),
                   other, size * sizeof (gfloat));

  for (gint i = 1; i < FRAMES; i++)
    {
      gdouble step = distance (frames->data + i * size, frames->data + (i - 1) * size);

      largest = MAX (largest, step);
      mean   += step / (FRAMES - 1);
    }
  for (gint i = 0; i < size; i++)
    fade->data[i] = (one[i] + other[i]) / 2;
  middle = frames->data + FRAMES / 2 * size;
  away   = distance (middle, fade->data) / (distance (one, other) / 2);
  share  = detail (middle) / detail (fade->data);

  g_test_message ("largest step %.2f of the mean, %.2f away, detail %.2f of a cross-fade's",
                  largest / mean, away, share);
  g_assert_cmpfloat (largest, <=, 3 * mean);
  g_assert_cmpfloat (away, >, 0.1);

  return share;
}

/* From each photograph to the next.  A cross-fade of unrelated pictures has
 * lost detail in its middle, all but 1 / sqrt (2).  A film keeps more of it, in
 * the mean over all pairs: of single ones whose shapes just miss each other
 * before a smooth ground the network makes a smooth ground.  A lone photograph
 * is paired with itself upside down, and that says nothing of the mean.      */
static void
test_films (void)
{
  g_autoptr (GPtrArray) inversions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ddim_inversion_free);
  gdouble mean = 0;
  guint   n;

  for (guint i = 0; i < photographs->len; i++)
    g_ptr_array_add (inversions, invert (photographs->pdata[i]));
  n = inversions->len;

  for (guint i = 0; i < n; i++)
    mean += check_film (inversions->pdata[i], inversions->pdata[(i + 1) % n]) / n;

  g_test_message ("detail %.2f of a cross-fade's, mean of %u films", mean, n);
  if (n > 2)
    g_assert_cmpfloat (mean, >, 1);
}

int
main (int argc, char **argv)
{
  g_autofree gchar  *folder = NULL;
  g_autoptr (GError) error = NULL;
  gint               status;

  g_test_init (&argc, &argv, NULL);

  folder = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  pool   = ddim_thread_pool_new (1);
  model  = ddim_model_load (folder, pool, &error);
  g_assert_no_error (error);
  field  = ddim_model_new_field (model, NULL, &error);
  g_assert_no_error (error);
  photographs = g_ptr_array_new_with_free_func ((GDestroyNotify) ddim_canvas_free);
  photographs_list (add_photograph);
  if (photographs->len == 1)
    g_ptr_array_add (photographs, turn (photographs->pdata[0]));

  g_test_add_func ("/films/photographs", test_films);
  status = g_test_run ();

  g_ptr_array_unref (photographs);
  ddim_field_unref (field);
  ddim_model_unref (model);
  ddim_thread_pool_unref (pool);
  return status;
}

/* frames-bench.c: how an interpolation looks, in figures and as a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: frames-bench MODEL DEPTH STEPS FRAMES SHEET.png PICTURE.png PICTURE.png [exact]
 *
 * Goes from the one picture to the other (of equal size, 8 bits), writes the
 * frames below one another, and prints the measures of doc/interpolation.md
 * for the frames and, to compare, for the plain cross-fade.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ddim.h"

#include "../picture.h"

#define PATCH      5
#define DIRECTIONS 64

static gdouble
rms_difference (const gfloat *x,
                const gfloat *y,
                gsize         n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += ((gdouble) x[i] - y[i]) * ((gdouble) x[i] - y[i]);

  return sqrt (sum / n);
}

/* RMS difference of neighbouring pixels. */
static gdouble
measure_detail (const gfloat     *data,
                const DdimCanvas *shape)
{
  gint    c   = shape->c;
  gsize   row = (gsize) shape->w * c;
  gdouble sum = 0;

  for (gint y = 0; y + 1 < shape->h; y++)
    for (gsize i = 0; i + c < row; i++)
      {
        const gfloat *here = data + y * row + i;

        sum += pow (here[c] - *here, 2) + pow (here[row] - *here, 2);
      }

  return sqrt (sum / (2 * (shape->h - 1) * (row - c)));
}

static int
compare (const void *a,
         const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

/* Every patch's product with a direction, sorted. */
static void
project (const gfloat     *data,
         const DdimCanvas *shape,
         const gdouble    *direction,
         gdouble          *products)
{
  gsize at = 0;

  for (gint y = 0; y + PATCH <= shape->h; y++)
    for (gint x = 0; x + PATCH <= shape->w; x++, at++)
      {
        products[at] = 0;
        for (gint dy = 0; dy < PATCH; dy++)
          for (gint i = 0; i < PATCH * shape->c; i++)
            products[at] += direction[dy * PATCH * shape->c + i] *
                            data[((gsize) (y + dy) * shape->w + x) * shape->c + i];
      }
}

/* A random direction without what a patch's mean colour adds to it. */
static void
draw_direction (GRand   *random,
                gint     c,
                gdouble *direction)
{
  gint    n      = PATCH * PATCH * c;
  gdouble length = 0;

  for (gint i = 0; i < n; i++)
    direction[i] = g_rand_double (random) + g_rand_double (random) +
                   g_rand_double (random) - 1.5;
  for (gint channel = 0; channel < c; channel++)
    {
      gdouble mean = 0;

      for (gint i = channel; i < n; i += c)
        mean += direction[i] / (PATCH * PATCH);
      for (gint i = channel; i < n; i += c)
        direction[i] -= mean;
    }
  for (gint i = 0; i < n; i++)
    length += direction[i] * direction[i];
  for (gint i = 0; i < n; i++)
    direction[i] /= sqrt (length);
}

/* Sliced Wasserstein distance of a frame's patches from those of both pictures
 * together, as a share of these patches' RMS.                               */
static gdouble
measure_texture (const gfloat     *frame,
                 const DdimCanvas *x,
                 const DdimCanvas *y)
{
  gsize               n         = (gsize) (x->h - PATCH + 1) * (x->w - PATCH + 1);
  g_autofree gdouble *direction = g_new (gdouble, PATCH * PATCH * x->c);
  g_autofree gdouble *of_frame  = g_new (gdouble, n);
  g_autofree gdouble *of_both   = g_new (gdouble, 2 * n);
  g_autoptr (GRand)   random    = g_rand_new_with_seed (7);
  gdouble             distance  = 0;

  for (gint i = 0; i < DIRECTIONS; i++)
    {
      gdouble squares = 0, apart = 0;

      draw_direction (random, x->c, direction);
      project (frame, x, direction, of_frame);
      project (x->data, x, direction, of_both);
      project (y->data, x, direction, of_both + n);
      qsort (of_frame, n, sizeof (gdouble), compare);
      qsort (of_both, 2 * n, sizeof (gdouble), compare);

      for (gsize j = 0; j < n; j++)
        {
          apart   += pow (of_frame[j] - (of_both[2 * j] + of_both[2 * j + 1]) / 2, 2) / n;
          squares += (pow (of_both[2 * j], 2) + pow (of_both[2 * j + 1], 2)) / (2 * n);
        }
      distance += sqrt (apart / squares) / DIRECTIONS;
    }

  return distance;
}

static void
print_measures (const gchar      *name,
                const DdimCanvas *frames,
                const DdimCanvas *x,
                const DdimCanvas *y)
{
  gsize   size    = ddim_canvas_item_size (frames);
  gdouble own     = (measure_detail (x->data, x) + measure_detail (y->data, y)) / 2;
  gdouble largest = 0, mean = 0, detail = 0, texture = 0, away;
  gint    first   = frames->n / 4;
  gint    last    = frames->n - 1 - first;
  g_autofree gfloat *fade = g_new (gfloat, size);

  for (gint i = 1; i < frames->n; i++)
    {
      gdouble step = rms_difference (frames->data + i * size, frames->data + (i - 1) * size, size);

      largest = MAX (largest, step);
      mean   += step / (frames->n - 1);
    }
  for (gint i = first; i <= last; i++)
    {
      detail  += measure_detail (frames->data + i * size, x) / own / (last - first + 1);
      texture += measure_texture (frames->data + i * size, x, y) / (last - first + 1);
    }
  for (gsize i = 0; i < size; i++)
    fade[i] = (x->data[i] + y->data[i]) / 2;
  away = rms_difference (frames->data + frames->n / 2 * size, fade, size) /
         (rms_difference (x->data, y->data, size) / 2);

  g_print ("%-13s step %.2f  away %.2f  detail %.2f  texture %.2f\n", name,
           largest / mean, away, detail, texture);
}

static DdimInversion *
take_apart (const gchar      *path,
            DdimField        *field,
            const DdimLevels *levels,
            DdimEncoder       encoder,
            GError          **error)
{
  DdimCanvas    *picture = picture_load (path, error);
  DdimInversion *inversion;

  if (! picture)
    return NULL;

  inversion = ddim_inversion_new (field, levels, encoder, picture, NULL, error);
  if (inversion)
    g_print ("%s: %d evaluations, inversion error %.4f, latent RMS %.3f, correlation %.3f\n",
             path, inversion->evaluations, inversion->inversion_error, inversion->report.rms,
             inversion->report.correlation);

  return inversion;
}

static gboolean
run (gchar  **arguments,
     GError **error)
{
  gdouble  depth = g_ascii_strtod (arguments[1], NULL);
  gint     steps = atoi (arguments[2]);
  gint     n     = MAX (atoi (arguments[3]), 3);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (0);
  g_autoptr (DdimModel) model = ddim_model_load (arguments[0], pool, error);
  g_autoptr (DdimField) field = model ? ddim_model_new_field (model, NULL, error) : NULL;
  g_autoptr (DdimLevels) levels = NULL;
  g_autoptr (DdimInversion) x = NULL;
  g_autoptr (DdimInversion) y = NULL;
  g_autoptr (DdimCanvas) frames = NULL;
  g_autofree gdouble *positions = g_new (gdouble, n);
  const DdimInversion *keys[2];
  DdimInterpolation options = { .positions = positions };
  DdimEncoder encoder = arguments[7] ? DDIM_ENCODER_EXACT : DDIM_ENCODER_DIRECT;
  gsize size;

  if (! field)
    return FALSE;
  levels = ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, steps,
                            depth, NULL, error);
  if (! levels ||
      ! (x = take_apart (arguments[5], field, levels, encoder, error)) ||
      ! (y = take_apart (arguments[6], field, levels, encoder, error)))
    return FALSE;

  keys[0] = x;
  keys[1] = y;
  frames  = ddim_canvas_new (n, x->image->h, x->image->w, x->image->c);
  size    = ddim_canvas_item_size (frames);
  ddim_path_positions (2, FALSE, DDIM_EASING_LINEAR, n, positions);
  if (! ddim_interpolate (keys, 2, &options, frames, NULL, error) ||
      ! picture_save (frames, arguments[4], error))
    return FALSE;
  print_measures ("interpolation", frames, x->image, y->image);

  for (gint i = 0; i < n; i++)
    for (gsize j = 0; j < size; j++)
      frames->data[i * size + j] = (1 - positions[i]) * x->image->data[j] +
                                   positions[i] * y->image->data[j];
  print_measures ("cross-fade", frames, x->image, y->image);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 8 && ! (argc == 9 && ! strcmp (argv[8], "exact")))
    {
      g_printerr ("usage: %s MODEL DEPTH STEPS FRAMES SHEET.png PICTURE.png PICTURE.png [exact]\n",
                  argv[0]);
      return 2;
    }
  if (! run (argv + 1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  return 0;
}

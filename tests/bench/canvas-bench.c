/* canvas-bench.c: ways to lay windows over a canvas, compared on photographs
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   canvas-bench MODEL_FOLDER PICTURE.png... [--steps S] [--depth D]
 *                [--strength R] [--side N] [--save FOLDER]
 *   canvas-bench MODEL_FOLDER --scale
 *
 * --scale times one evaluation of the field that `auto` makes, over squares of
 * 128 to 2048 pixels, and tells the peak of the memory up to each.
 *
 * Each picture is varied as a whole by each layout.  A row of a layout holds,
 * as means over the pictures:
 *   time     seconds
 *   cost     pixels that the network evaluated, per pixel of the canvas and
 *            evaluation of the field
 *   seam     the mean gradient across the borders between windows, at the
 *            last step's place, against that elsewhere, both as shares of the
 *            original picture's: 1 where borders do not show
 *   wrap     the mean gradient across the canvas's own opposite borders, as a
 *            share of that elsewhere in the result: 1 for a tile
 *   detail   mean gradient of the result as a share of the original's
 *   colour   by how much each picture's mean colour moved, in steps of 8 bits
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tiling-private.h"
#include "../picture.h"

typedef struct
{
  const gchar *name;
  DdimTiling   windows;
} Layout;

static const Layout layouts[] = {
  { "64 fixed, overlap 16",  { .size = 64,  .overlap = 16, .fixed = TRUE } },
  { "64 fixed, 16, still",   { .size = 64,  .overlap = 16, .fixed = TRUE, .still = TRUE } },
  { "64 fixed, overlap 0",   { .size = 64,  .overlap = 0,  .fixed = TRUE } },
  { "128 even, overlap 16",  { .size = 128, .overlap = 16 } },
  { "256 even, overlap 16",  { .size = 256, .overlap = 16 } },
  { "256 even, 16, still",   { .size = 256, .overlap = 16, .still = TRUE } },
  { "256 even, overlap 32",  { .size = 256, .overlap = 32 } },
  { "512 even, overlap 16",  { .size = 512, .overlap = 16 } },
  { "512 even, overlap 32",  { .size = 512, .overlap = 32 } },
  { "one window",            { .size = 8192, .overlap = 16 } },
  { "512 torus, overlap 16", { .size = 512, .overlap = 16, .tileable = TRUE } },
};

typedef struct
{
  gdouble seconds, cost, seam, wrap, detail, colour;
} Measure;

static gint     option_steps    = 20;
static gdouble  option_depth    = 0.4;
static gdouble  option_strength = 0.3;
static gint     option_side;
static gchar   *option_save;
static gchar   *option_only;
static gboolean option_scale;
static gchar  **option_files;

static const GOptionEntry entries[] =
{
  { "steps",    0, 0, G_OPTION_ARG_INT,      &option_steps,    "Steps", "S" },
  { "depth",    0, 0, G_OPTION_ARG_DOUBLE,   &option_depth,    "Depth", "D" },
  { "strength", 0, 0, G_OPTION_ARG_DOUBLE,   &option_strength, "Strength", "R" },
  { "side",     0, 0, G_OPTION_ARG_INT,      &option_side,
    "Of each picture, only the middle, no larger than this", "N" },
  { "save",     0, 0, G_OPTION_ARG_FILENAME, &option_save,
    "Keep the results there", "FOLDER" },
  { "only",     0, 0, G_OPTION_ARG_STRING,   &option_only,
    "Only layouts whose name begins so", "NAME" },
  { "scale",    0, 0, G_OPTION_ARG_NONE,     &option_scale,
    "Time squares of growing size instead", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_files,
    NULL, "MODEL_FOLDER PICTURE..." },
  { NULL }
};

/* A field that counts the pixels that go through it. */
typedef struct
{
  DdimField  field;
  DdimField *inner;
  gdouble    pixels;
} CountingField;

static gboolean
counting_evaluate (DdimField          *field,
                   const DdimCanvas   *x,
                   const DdimLevel    *level,
                   DdimCanvas         *out,
                   const DdimMonitor  *monitor,
                   GError            **error)
{
  CountingField *self = (CountingField *) field;

  self->pixels += (gdouble) x->n * x->h * x->w;
  return ddim_field_evaluate (self->inner, x, level, out, monitor, error);
}

static void
counting_finalize (DdimField *field)
{
}

static const DdimFieldClass counting_class = { counting_evaluate, counting_finalize };

/* The mean absolute difference across the line before row or column `at`;
 * across the canvas's own borders where that is 0.                          */
static gdouble
gradient_at (const DdimCanvas *x,
             gint              at,
             gboolean          across)
{
  gint    length = across ? x->h : x->w;
  gsize   step   = across ? (gsize) x->c : (gsize) x->w * x->c;
  gsize   along  = across ? (gsize) x->w * x->c : (gsize) x->c;
  gsize   last   = at > 0 ? at - 1 : (across ? x->w : x->h) - 1;
  gdouble sum    = 0;

  for (gint i = 0; i < length; i++)
    for (gint c = 0; c < x->c; c++)
      sum += fabs (x->data[i * along + at * step + c] - x->data[i * along + last * step + c]);

  return sum / length / x->c;
}

/* The mean over these lines, or over all inner lines. */
static gdouble
gradient (const DdimCanvas *x,
          const GArray     *lines,
          gboolean          across)
{
  gint    n   = lines ? (gint) lines->len : (across ? x->w : x->h) - 1;
  gdouble sum = 0;

  for (gint i = 0; i < n; i++)
    sum += gradient_at (x, lines ? g_array_index (lines, gint, i) : i + 1, across);

  return sum / n;
}

/* How much steeper the result is at these lines than elsewhere, as a share of
 * the same in the original; the mean of both directions.                    */
static gdouble
steepness (const DdimCanvas *was,
           const DdimCanvas *is,
           GArray           *lines[2])
{
  gdouble sum = 0;
  gint    n   = 0;

  for (gint across = 0; across <= 1; across++)
    if (lines[across]->len > 0)
      {
        sum += gradient (is, lines[across], across) / gradient (was, lines[across], across) /
               (gradient (is, NULL, across) / gradient (was, NULL, across));
        n++;
      }

  return n > 0 ? sum / n : 1;
}

/* A torus's own border has nothing to be compared with in the original. */
static gdouble
wrap_steepness (const DdimCanvas *is)
{
  return (gradient_at (is, 0, TRUE) / gradient (is, NULL, TRUE) +
          gradient_at (is, 0, FALSE) / gradient (is, NULL, FALSE)) / 2;
}

static gdouble
colour_shift (const DdimCanvas *was,
              const DdimCanvas *is)
{
  gdouble shifts[4] = { 0, };
  gdouble sum = 0;
  gsize   n   = ddim_canvas_size (was) / was->c;

  for (gsize i = 0; i < n * was->c; i++)
    shifts[i % was->c] += is->data[i] - was->data[i];
  for (gint c = 0; c < was->c; c++)
    sum += fabs (shifts[c]) / n * 127.5 / was->c;

  return sum;
}

static void
measure (DdimModel        *model,
         const Layout     *layout,
         const DdimCanvas *picture,
         const gchar      *name,
         Measure          *sum)
{
  g_autoptr (GError) error = NULL;
  CountingField counting = { .inner = ddim_model_new_field (model, NULL, &error) };
  g_autoptr (DdimField) field = NULL;
  g_autoptr (DdimLevels) levels =
    ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, option_steps,
                     option_depth, NULL, &error);
  g_autoptr (DdimCanvas) result = ddim_canvas_copy (picture);
  DdimCanvas   *encoded = ddim_canvas_copy (picture);
  g_autoptr (DdimInversion) inversion = NULL;
  guint64       seed    = 1;
  DdimVariation options = { .strength = option_strength, .seeds = &seed };
  gint64        start   = g_get_monotonic_time ();
  GArray       *lines[2];

  ddim_field_init (&counting.field, &counting_class, counting.inner->channels,
                   counting.inner->prediction);
  field = ddim_tiling_new (&counting.field, &layout->windows, &error);
  if (layout->windows.tileable)
    ddim_canvas_make_seamless (encoded, NULL); /* as the plug-in does */
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, encoded, NULL, &error);
  if (! inversion || ! ddim_vary (inversion, &options, result, NULL, NULL, &error))
    g_error ("%s: %s", name, error->message);

  sum->seconds += (g_get_monotonic_time () - start) / (gdouble) G_USEC_PER_SEC;
  sum->cost    += counting.pixels / ((gdouble) picture->h * picture->w *
                                     (inversion->evaluations + levels->S));
  lines[0] = ddim_tiling_borders (field, &levels->levels[1], picture->h, FALSE);
  lines[1] = ddim_tiling_borders (field, &levels->levels[1], picture->w, TRUE);
  sum->seam += steepness (picture, result, lines);
  sum->wrap += wrap_steepness (result);
  g_array_unref (lines[0]);
  g_array_unref (lines[1]);
  sum->detail += (gradient (result, NULL, TRUE) / gradient (picture, NULL, TRUE) +
                  gradient (result, NULL, FALSE) / gradient (picture, NULL, FALSE)) / 2;
  sum->colour += colour_shift (picture, result);

  if (option_save)
    {
      g_autofree gchar *base = g_path_get_basename (name);
      g_autofree gchar *file = g_strdup_printf ("%s/%s-%s", option_save, layout->name, base);

      picture_save (result, file, NULL);
    }
}

/* VmHWM in MiB. */
static gdouble
peak_memory (void)
{
  g_autofree gchar *status = NULL;
  const gchar      *line;

  if (! g_file_get_contents ("/proc/self/status", &status, NULL, NULL) ||
      ! (line = strstr (status, "VmHWM:")))
    return 0;

  return g_ascii_strtod (line + strlen ("VmHWM:"), NULL) / 1024;
}

/* The faster of two evaluations for each size; the canvases are two. */
static void
measure_scale (DdimModel *model)
{
  printf ("| side | seconds | seconds a megapixel | peak memory, MiB | of it the canvases |\n"
          "|---|---|---|---|---|\n");

  for (gint side = 128; side <= 2048; side *= 2)
    {
      DdimPlacement placement;
      DdimLevel level = { 300, 0.8, 0.6 };
      gdouble   fastest = G_MAXDOUBLE;
      guint64   seed = 1;
      g_autoptr (GError)     error = NULL;
      g_autoptr (DdimField)  inner = NULL;
      g_autoptr (DdimField)  field = NULL;
      g_autoptr (DdimCanvas) x     = NULL;
      g_autoptr (DdimCanvas) out   = NULL;

      ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, FALSE,
                           ddim_model_get_info (model)->sample_size,
                           ddim_model_get_info (model)->fixed_size, side, side);
      inner = ddim_model_new_field (model, NULL, &error);
      field = ddim_tiling_new (inner, &placement.tiling, &error);
      x     = ddim_canvas_new (1, side, side, field->channels);
      out   = ddim_canvas_new (1, side, side, field->channels);
      ddim_noise_fill (x, &seed, 0);

      for (gint round = 0; round < 2; round++)
        {
          gint64 start = g_get_monotonic_time ();

          if (! ddim_field_evaluate (field, x, &level, out, NULL, &error))
            g_error ("%s", error->message);
          fastest = MIN (fastest, (g_get_monotonic_time () - start) / (gdouble) G_USEC_PER_SEC);
        }

      printf ("| %d | %.3f | %.2f | %.0f | %.0f |\n", side, fastest,
              fastest / ((gdouble) side * side / 1e6), peak_memory (),
              2. * ddim_canvas_size (x) * sizeof (gfloat) / 1024 / 1024);
      fflush (stdout);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) ddim_canvas_free);
  g_autoptr (DdimThreadPool)  pool     = NULL;
  g_autoptr (DdimModel) model    = NULL;
  g_autoptr (GError)    error    = NULL;
  gint                  n;

  g_option_context_add_main_entries (context, entries, NULL);
  if (! g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (! option_files || ! option_files[0] || (! option_scale && ! option_files[1]))
    g_error ("Name a model's folder and pictures");

  pool  = ddim_thread_pool_new (0);
  model = ddim_model_load (option_files[0], pool, &error);
  if (! model)
    g_error ("%s", error->message);

  if (option_scale)
    {
      measure_scale (model);
      return 0;
    }

  for (gint i = 1; option_files[i]; i++)
    {
      DdimCanvas *picture = picture_load (option_files[i], &error);

      if (! picture)
        g_error ("%s", error->message);
      if (option_side > 0)
        {
          DdimCanvas *middle = picture_crop_middle (picture, MIN (option_side, picture->h),
                                                    MIN (option_side, picture->w));

          ddim_canvas_free (picture);
          picture = middle;
        }
      g_ptr_array_add (pictures, picture);
    }

  n = pictures->len;
  printf ("| layout | time | cost | seam | wrap | detail | colour |\n"
          "|---|---|---|---|---|---|---|\n");
  for (guint k = 0; k < G_N_ELEMENTS (layouts); k++)
    {
      Measure sum = { 0, };

      if (option_only && ! g_str_has_prefix (layouts[k].name, option_only))
        continue;
      for (gint i = 0; i < n; i++)
        measure (model, &layouts[k], pictures->pdata[i], option_files[i + 1], &sum);
      printf ("| %s | %.1f s | %.2f | %.4f | %.3f | %.3f | %.2f |\n", layouts[k].name,
              sum.seconds / n, sum.cost / n, sum.seam / n, sum.wrap / n, sum.detail / n,
              sum.colour / n);
      fflush (stdout);
    }

  return 0;
}

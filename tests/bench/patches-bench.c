/* patches-bench.c: the image as its own model, measured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * patches-bench --time WEIGHTS PHOTO
 *   the time of a variation of 512 x 512 pixels of a picture of 768 x 768, and
 *   the memory it takes, beside the same with a network
 * patches-bench --make WEIGHTS FOLDER NAME PICTURE X Y SIDE
 *   the window of the picture, NAME.png, and beside it what becomes of it
 * patches-bench --measure FOLDER NAME...
 *   a line of Markdown for each window and what was made of it, here or elsewhere:
 *   where there are several seeds, the mean of their measures
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../variations/measures.h"
#include "../picture.h"

#define STEPS 20
#define DEPTH 0.6
#define STRENGTH 0.8
#define APART 32
#define SEEDS 3    /* of what is made of the picture alone                   */

static const gchar * const made[] = { "image", "texture", "photo", "gmic" };

/* A pointer to the error, which the call may not have set yet when it is passed. */
static void
check (gboolean       success,
       GError *const *error)
{
  if (! success)
    {
      g_printerr ("patches-bench: %s\n", (*error)->message);
      exit (1);
    }
}

/* Making --------------------------------------------------------------------- */

/* A variation of the window; returns the seconds it took. */
static gdouble
vary (DdimField          *field,
      const DdimSchedule *schedule,
      const DdimCanvas   *window,
      DdimCanvas         *out,
      gdouble             depth,
      guint64             seed)
{
  g_autoptr (DdimLevels)    levels    = NULL;
  g_autoptr (DdimInversion) inversion = NULL;
  DdimVariation options = { .strength = STRENGTH, .seeds = &seed };
  gint64        start   = g_get_monotonic_time ();
  GError       *error   = NULL;

  levels = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, STEPS, depth, NULL, &error);
  check (levels != NULL, &error);
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, ddim_canvas_copy (window),
                                  NULL, &error);
  check (inversion != NULL, &error);
  check (ddim_vary (inversion, &options, out, NULL, NULL, &error), &error);
  g_printerr ("  %d evaluations to take apart, inversion error %.5f, latent's RMS %.2f\n",
              inversion->evaluations, inversion->inversion_error, inversion->report.rms);
  return (g_get_monotonic_time () - start) / 1e6;
}

/* Where a picture lies: NAME.png the window, NAME-WHAT.png what the first seed
 * made of it, NAME-WHAT-2.png the second.                                   */
static gchar *
picture_of (const gchar *folder,
            const gchar *name,
            const gchar *what,
            guint64      seed)
{
  if (! what)
    return g_strdup_printf ("%s/%s.png", folder, name);
  if (seed == 1)
    return g_strdup_printf ("%s/%s-%s.png", folder, name, what);
  return g_strdup_printf ("%s/%s-%s-%d.png", folder, name, what, (gint) seed);
}

static void
save (const DdimCanvas *canvas,
      const gchar      *folder,
      const gchar      *name,
      const gchar      *what,
      guint64           seed)
{
  g_autofree gchar *file  = picture_of (folder, name, what, seed);
  GError           *error = NULL;

  check (picture_save (canvas, file, &error), &error);
}

static void
make (gchar **argv)
{
  const gchar *folder = argv[1], *name = argv[2];
  gint         x = atoi (argv[4]), y = atoi (argv[5]), side = atoi (argv[6]);
  GError      *error = NULL;
  DdimPatchesOptions       options  = { .apart = APART };
  DdimSampling             sampling = { .second_order = TRUE };
  g_autoptr (DdimThreadPool)     pool     = ddim_thread_pool_new (0);
  g_autoptr (DdimSchedule) schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimLevels)   levels   = NULL;
  g_autoptr (DdimCanvas)   picture  = picture_load (argv[3], &error);
  g_autoptr (DdimCanvas)   window   = NULL;
  g_autoptr (DdimCanvas)   out      = NULL;
  g_autoptr (DdimField)    field    = NULL;
  g_autoptr (DdimField)    sample   = NULL;
  g_autoptr (DdimModel)    model    = NULL;
  g_autoptr (DdimField)          network  = NULL;

  check (picture != NULL, &error);
  window = picture_crop (picture, x, y, MIN (side, picture->h - y), MIN (side, picture->w - x));
  window->x = x;
  window->y = y;
  save (window, folder, name, NULL, 1);
  out = ddim_canvas_copy (window);

  field = ddim_patches_new (picture, NULL, &options, pool, &error);
  check (field != NULL, &error);
  sample = ddim_patches_new (window, NULL, NULL, pool, &error);
  check (sample != NULL, &error);
  levels = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 50, 1, NULL, &error);
  for (guint64 seed = 1; seed <= SEEDS; seed++)
    {
      g_printerr ("%s, image\n", name);
      vary (field, schedule, window, out, DEPTH, seed);
      save (out, folder, name, "image", seed);

      g_printerr ("%s, texture\n", name);
      ddim_noise_fill (out, &seed, 0);
      check (ddim_decode (sample, levels, &sampling, out, NULL, &error), &error);
      save (out, folder, name, "texture", seed);
    }

  g_printerr ("%s, photo\n", name);
  model = ddim_model_load (argv[0], pool, &error);
  check (model != NULL, &error);
  network = ddim_model_new_field (model, NULL, &error);
  check (network != NULL, &error);
  vary (network, ddim_model_get_schedule (model), window, out, DEPTH, 1);
  save (out, folder, name, "photo", 1);
}

/* Measuring ------------------------------------------------------------------ */

static void
measure (const gchar    *folder,
         const gchar    *name,
         DdimThreadPool *pool)
{
  g_autofree gchar      *path   = g_strdup_printf ("%s/%s.png", folder, name);
  GError                *error  = NULL;
  g_autoptr (DdimCanvas) source = picture_load (path, &error);
  MeasuresHalves         halves;
  gdouble                whole[MEASURES_RINGS];

  check (source != NULL, &error);
  measures_halves (source, pool, &halves);
  measures_spectrum (source, whole);

  printf ("| %s | %.1f–%.1f, %.1f dB |", name, halves.least, halves.greatest, halves.spectrum);
  for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
    {
      gdouble to = 0, from = 0, spectral = 0, copies = 0;
      gint    n  = 0;

      for (; n < SEEDS; n++)
        {
          g_autofree gchar      *file = picture_of (folder, name, made[i], n + 1);
          g_autoptr (DdimCanvas) x    = picture_load (file, NULL);
          MeasuresPatches        there, back;
          gdouble                rings[MEASURES_RINGS];

          if (! x)
            break;
          measures_patches (x, source, pool, &there);
          measures_patches (source, x, pool, &back);
          measures_spectrum (x, rings);
          to       += there.distance;
          from     += back.distance;
          copies   += 100 * there.copies;
          spectral += measures_spectral_difference (whole, rings);
        }
      if (n == 0)
        printf (" – |");
      else
        printf (" %.1f, %.1f, %.1f dB, %.0f %% |", to / n, from / n, spectral / n, copies / n);
    }
  printf ("\n");
}

/* Timing --------------------------------------------------------------------- */

static gdouble
peak_mib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

static void
timing (gchar **argv)
{
  GError *error = NULL;
  DdimPatchesOptions       options  = { .apart = APART };
  g_autoptr (DdimThreadPool)     pool     = ddim_thread_pool_new (0);
  g_autoptr (DdimSchedule) schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimCanvas)   photo    = picture_load (argv[1], &error);
  g_autoptr (DdimCanvas)   picture  = ddim_canvas_new (1, 768, 768, 3);
  g_autoptr (DdimCanvas)   window   = NULL;
  g_autoptr (DdimCanvas)   out      = ddim_canvas_new (1, 512, 512, 3);
  g_autoptr (DdimField)    field    = NULL;
  g_autoptr (DdimModel)    model    = NULL;
  g_autoptr (DdimField)          network  = NULL;
  gdouble before, ours, theirs;

  check (photo != NULL, &error);
  /* The photograph, and its mirror image below where it is not so high. */
  for (gint y = 0; y < 768; y++)
    for (gint x = 0; x < 768; x++)
      {
        gint v = y % (2 * photo->h) < photo->h ? y % photo->h : photo->h - 1 - y % photo->h;
        gint u = x % (2 * photo->w) < photo->w ? x % photo->w : photo->w - 1 - x % photo->w;

        memcpy (picture->data + ((gsize) y * 768 + x) * 3,
                photo->data + ((gsize) v * photo->w + u) * 3, 3 * sizeof (gfloat));
      }
  window = picture_crop (picture, 128, 128, 512, 512);
  window->x = window->y = 128;

  before = peak_mib ();
  field = ddim_patches_new (picture, NULL, &options, pool, &error);
  check (field != NULL, &error);
  for (gdouble depth = 0.4; depth < 0.9; depth += 0.4)
    {
      ours = vary (field, schedule, window, out, depth, 1);
      printf ("this image, depth %.1f: %.1f s, %.0f MiB more than before\n", depth, ours,
               peak_mib () - before);
    }

  model = ddim_model_load (argv[0], pool, &error);
  check (model != NULL, &error);
  network = ddim_model_new_field (model, NULL, &error);
  check (network != NULL, &error);
  theirs = vary (network, ddim_model_get_schedule (model), window, out, 0.4, 1);
  printf ("%s, depth 0.4: %.1f s\n", argv[0], theirs);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 4 && ! strcmp (argv[1], "--time"))
    {
      timing (argv + 2);
    }
  else if (argc == 9 && ! strcmp (argv[1], "--make"))
    {
      make (argv + 2);
    }
  else if (argc > 3 && ! strcmp (argv[1], "--measure"))
    {
      g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (0);

      printf ("| | its halves | this image | texture | photo | G'MIC |\n"
              "|---|---|---|---|---|---|\n");
      for (gint i = 3; i < argc; i++)
        measure (argv[2], argv[i], pool);
    }
  else
    {
      g_printerr ("Usage: patches-bench --time WEIGHTS PHOTO\n"
                  "       patches-bench --make WEIGHTS FOLDER NAME PICTURE X Y SIDE\n"
                  "       patches-bench --measure FOLDER NAME...\n");
      return 2;
    }
  return 0;
}

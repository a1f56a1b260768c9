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

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/kernels.h"
#include "base/team.h"
#include "ddim.h"

#include "../picture.h"

#define PATCH 7
#define STEP  6    /* between the patches that are looked for                */
#define TILE  64   /* of the spectrum                                        */
#define STEPS 20
#define DEPTH 0.6
#define STRENGTH 0.8
#define APART 32
#define SEEDS 3    /* of what is made of the picture alone                   */

static const gchar * const made[] = { "image", "texture", "photo", "gmic" };

static void
check (gboolean      success,
       const GError *error)
{
  if (! success)
    {
      g_printerr ("patches-bench: %s\n", error->message);
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
  check (levels != NULL, error);
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, ddim_canvas_copy (window),
                                  NULL, &error);
  check (inversion != NULL, error);
  check (ddim_vary (inversion, &options, out, NULL, NULL, &error), error);
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

  check (picture_save (canvas, file, &error), error);
}

static void
make (gchar **argv)
{
  const gchar *folder = argv[1], *name = argv[2];
  gint         x = atoi (argv[4]), y = atoi (argv[5]), side = atoi (argv[6]);
  GError      *error = NULL;
  DdimPatchesOptions       options  = { .apart = APART };
  DdimSampling             sampling = { .second_order = TRUE };
  g_autoptr (DdimTeam)     team     = ddim_team_new (0);
  g_autoptr (DdimSchedule) schedule = ddim_patches_schedule ();
  g_autoptr (DdimLevels)   levels   = NULL;
  g_autoptr (DdimCanvas)   picture  = picture_load (argv[3], &error);
  g_autoptr (DdimCanvas)   window   = NULL;
  g_autoptr (DdimCanvas)   out      = NULL;
  g_autoptr (DdimField)    field    = NULL;
  g_autoptr (DdimField)    sample   = NULL;
  g_autoptr (DdimModel)    model    = NULL;

  check (picture != NULL, error);
  window = picture_crop (picture, x, y, MIN (side, picture->h - y), MIN (side, picture->w - x));
  window->x = x;
  window->y = y;
  save (window, folder, name, NULL, 1);
  out = ddim_canvas_copy (window);

  field = ddim_patches_new (picture, NULL, &options, team, &error);
  check (field != NULL, error);
  sample = ddim_patches_new (window, NULL, NULL, team, &error);
  check (sample != NULL, error);
  levels = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 50, 1, NULL, &error);
  for (guint64 seed = 1; seed <= SEEDS; seed++)
    {
      g_printerr ("%s, image\n", name);
      vary (field, schedule, window, out, DEPTH, seed);
      save (out, folder, name, "image", seed);

      g_printerr ("%s, texture\n", name);
      ddim_noise_fill (out, &seed, 0);
      check (ddim_decode (sample, levels, &sampling, out, NULL, &error), error);
      save (out, folder, name, "texture", seed);
    }

  g_printerr ("%s, photo\n", name);
  model = ddim_model_load (argv[0], team, &error);
  check (model != NULL, error);
  vary (ddim_model_get_field (model), ddim_model_get_schedule (model), window, out, DEPTH, 1);
  save (out, folder, name, "photo", 1);
}

/* Measuring ------------------------------------------------------------------ */

typedef struct
{
  gdouble distance; /* mean of the patches' RMS distances, in steps of 255   */
  gdouble copies;   /* share whose nearest is at their own place, and close  */
} Nearest;

typedef struct
{
  const DdimCanvas  *x, *in;
  gint               x0, y0, w, h; /* of x */
  gint               u0, v0, u, v; /* of in */
  const DdimKernels *kernels;
  gdouble           *distances;
  gboolean          *copies;
  gint               columns;
} Job;

static void
nearest_row (gint     row,
             gint     worker,
             gpointer data)
{
  Job *job = data;
  gint c   = job->x->c;

  for (gint column = 0; column < job->columns; column++)
    {
      gint    y = job->y0 + row * STEP, x = job->x0 + column * STEP;
      gfloat  best = G_MAXFLOAT;
      gint    best_y = 0, best_x = 0;

      for (gint v = job->v0; v + PATCH <= job->v0 + job->v; v++)
        for (gint u = job->u0; u + PATCH <= job->u0 + job->u; u++)
          {
            gfloat distance = job->kernels->distance (
              job->x->data + ((gsize) y * job->x->w + x) * c, job->x->w * c,
              job->in->data + ((gsize) v * job->in->w + u) * c, job->in->w * c,
              PATCH, PATCH * c);

            if (distance < best)
              {
                best   = distance;
                best_y = v;
                best_x = u;
              }
          }
      best = 127.5 * sqrt (best / (PATCH * PATCH * c));
      job->distances[row * job->columns + column] = best;
      job->copies[row * job->columns + column] =
        ABS (best_y - y) <= 1 && ABS (best_x - x) <= 1 && best < 8;
    }
}

/* Patches of a window of x looked for in a window of `in`. */
static Nearest
nearest (const DdimCanvas *x,  gint x0, gint y0, gint w, gint h,
         const DdimCanvas *in, gint u0, gint v0, gint u, gint v,
         DdimTeam         *team)
{
  gint    rows    = (h - PATCH) / STEP + 1;
  gint    columns = (w - PATCH) / STEP + 1;
  Nearest result  = { 0 };
  g_autofree gdouble  *distances = g_new (gdouble, rows * columns);
  g_autofree gboolean *copies    = g_new (gboolean, rows * columns);
  Job job = { x, in, x0, y0, w, h, u0, v0, u, v, ddim_kernels_choose (), distances, copies, columns };

  ddim_team_run (team, rows, nearest_row, &job, NULL);
  for (gint i = 0; i < rows * columns; i++)
    {
      result.distance += distances[i] / (rows * columns);
      result.copies   += copies[i] / (gdouble) (rows * columns);
    }
  return result;
}

/* The four halves of a picture. */
static void
half (const DdimCanvas *x,
      gint              which,
      gint             *x0,
      gint             *y0,
      gint             *w,
      gint             *h)
{
  *w  = which < 2 ? x->w / 2 : x->w;
  *h  = which < 2 ? x->h : x->h / 2;
  *x0 = which == 1 ? x->w / 2 : 0;
  *y0 = which == 3 ? x->h / 2 : 0;
}

/* x in the halves of `in`, so that what is looked for and where are as large as
 * between halves.                                                           */
static gdouble
distance_to (const DdimCanvas *x,
             const DdimCanvas *in,
             DdimTeam         *team)
{
  gdouble sum = 0;

  for (gint i = 0; i < 4; i++)
    {
      gint x0, y0, w, h;

      half (in, i, &x0, &y0, &w, &h);
      sum += nearest (x, 0, 0, x->w, x->h, in, x0, y0, w, h, team).distance / 4;
    }
  return sum;
}

/* Power of the lightness in rings, in dB, over tiles of a window. */
static void
spectrum (const DdimCanvas *x,
          gint              x0,
          gint              y0,
          gint              w,
          gint              h,
          gdouble           rings[TILE / 2])
{
  static gdouble cosine[TILE], sine[TILE];
  gdouble power[TILE / 2] = { 0 };
  gint    counts[TILE / 2] = { 0 };

  for (gint i = 0; i < TILE; i++)
    {
      cosine[i] = cos (2 * G_PI * i / TILE);
      sine[i]   = sin (2 * G_PI * i / TILE);
    }

  for (gint ty = y0; ty + TILE <= y0 + h; ty += TILE / 2)
    for (gint tx = x0; tx + TILE <= x0 + w; tx += TILE / 2)
      {
        static gdouble tile[TILE][TILE], re[TILE][TILE], im[TILE][TILE];
        gdouble        mean = 0;

        for (gint y = 0; y < TILE; y++)
          for (gint column = 0; column < TILE; column++)
            {
              const gfloat *p = x->data + ((gsize) (ty + y) * x->w + tx + column) * x->c;

              tile[y][column] = 0.3 * p[0] + 0.6 * p[1] + 0.1 * p[2];
              mean += tile[y][column] / (TILE * TILE);
            }
        for (gint y = 0; y < TILE; y++)
          for (gint column = 0; column < TILE; column++)
            tile[y][column] = (tile[y][column] - mean) * (0.5 - 0.5 * cosine[y])
                              * (0.5 - 0.5 * cosine[column]);
        for (gint y = 0; y < TILE; y++)
          for (gint k = 0; k < TILE; k++)
            {
              re[y][k] = im[y][k] = 0;
              for (gint column = 0; column < TILE; column++)
                {
                  re[y][k] += tile[y][column] * cosine[k * column % TILE];
                  im[y][k] -= tile[y][column] * sine[k * column % TILE];
                }
            }
        for (gint j = 0; j < TILE; j++)
          for (gint k = 0; k < TILE / 2; k++)
            {
              gdouble a = 0, b = 0;
              gint    ring = lround (hypot (j < TILE / 2 ? j : TILE - j, k));

              if (ring < 1 || ring >= TILE / 2)
                continue;
              for (gint y = 0; y < TILE; y++)
                {
                  gdouble c = cosine[j * y % TILE], s = sine[j * y % TILE];

                  a += re[y][k] * c + im[y][k] * s;
                  b += im[y][k] * c - re[y][k] * s;
                }
              power[ring] += a * a + b * b;
              counts[ring]++;
            }
      }
  for (gint i = 1; i < TILE / 2; i++)
    rings[i] = 10 * log10 (power[i] / counts[i] + 1e-12);
}

static gdouble
spectra_apart (const gdouble *one,
               const gdouble *other)
{
  gdouble squares = 0;

  for (gint i = 1; i < TILE / 2; i++)
    squares += (one[i] - other[i]) * (one[i] - other[i]);
  return sqrt (squares / (TILE / 2 - 1));
}

static void
measure (const gchar *folder,
         const gchar *name,
         DdimTeam    *team)
{
  g_autofree gchar      *path   = g_strdup_printf ("%s/%s.png", folder, name);
  GError                *error  = NULL;
  g_autoptr (DdimCanvas) source = picture_load (path, &error);
  gdouble rings[4][TILE / 2], whole[TILE / 2];
  gdouble low = G_MAXDOUBLE, high = 0, spectral = 0;

  check (source != NULL, error);
  /* What the kernel reads beyond the last line. */
  source->data = g_realloc (source->data, (ddim_canvas_size (source) + 64) * sizeof (gfloat));
  spectrum (source, 0, 0, source->w, source->h, whole);
  for (gint i = 0; i < 4; i++)
    {
      gint    x0, y0, w, h, u0, v0, u, v;
      gdouble apart;

      half (source, i, &x0, &y0, &w, &h);
      half (source, i ^ 1, &u0, &v0, &u, &v);
      apart = nearest (source, x0, y0, w, h, source, u0, v0, u, v, team).distance;
      low   = MIN (low, apart);
      high  = MAX (high, apart);
      spectrum (source, x0, y0, w, h, rings[i]);
    }
  spectral = MAX (spectra_apart (rings[0], rings[1]), spectra_apart (rings[2], rings[3]));

  printf ("| %s | %.1f–%.1f, %.1f dB |", name, low, high, spectral);
  for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
    {
      gdouble to = 0, from = 0, spectral_of_x = 0, copies = 0;
      gint    n  = 0;

      for (; n < SEEDS; n++)
        {
          g_autofree gchar      *file = picture_of (folder, name, made[i], n + 1);
          g_autoptr (DdimCanvas) x    = picture_load (file, NULL);
          gdouble                of_x[TILE / 2];

          if (! x)
            break;
          x->data = g_realloc (x->data, (ddim_canvas_size (x) + 64) * sizeof (gfloat));
          spectrum (x, 0, 0, x->w, x->h, of_x);
          to            += distance_to (x, source, team);
          from          += distance_to (source, x, team);
          spectral_of_x += spectra_apart (whole, of_x);
          copies        += 100 * nearest (x, 0, 0, x->w, x->h, source, 0, 0, source->w,
                                          source->h, team).copies;
        }
      if (n == 0)
        printf (" – |");
      else
        printf (" %.1f, %.1f, %.1f dB, %.0f %% |", to / n, from / n, spectral_of_x / n, copies / n);
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
  g_autoptr (DdimTeam)     team     = ddim_team_new (0);
  g_autoptr (DdimSchedule) schedule = ddim_patches_schedule ();
  g_autoptr (DdimCanvas)   photo    = picture_load (argv[1], &error);
  g_autoptr (DdimCanvas)   picture  = ddim_canvas_new (1, 768, 768, 3);
  g_autoptr (DdimCanvas)   window   = NULL;
  g_autoptr (DdimCanvas)   out      = ddim_canvas_new (1, 512, 512, 3);
  g_autoptr (DdimField)    field    = NULL;
  g_autoptr (DdimModel)    model    = NULL;
  gdouble before, ours, theirs;

  check (photo != NULL, error);
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
  field = ddim_patches_new (picture, NULL, &options, team, &error);
  check (field != NULL, error);
  for (gdouble depth = 0.4; depth < 0.9; depth += 0.4)
    {
      ours = vary (field, schedule, window, out, depth, 1);
      printf ("this image, depth %.1f: %.1f s, %.0f MiB more than before\n", depth, ours,
               peak_mib () - before);
    }

  model = ddim_model_load (argv[0], team, &error);
  check (model != NULL, error);
  theirs = vary (ddim_model_get_field (model), ddim_model_get_schedule (model), window, out, 0.4,
                 1);
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
      g_autoptr (DdimTeam) team = ddim_team_new (0);

      printf ("| | its halves | this image | texture | photo | G'MIC |\n"
              "|---|---|---|---|---|---|\n");
      for (gint i = 3; i < argc; i++)
        measure (argv[2], argv[i], team);
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

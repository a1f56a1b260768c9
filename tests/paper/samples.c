/* samples.c: the paper's Table 1, pictures from pure noise
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row is a sampler: steps, eta, sigma-hat, second order.  Sample i starts
 * from the same noise in every row, so rows differ by their sampler alone.
 */

#include <math.h>
#include <string.h>

#include "../picture.h"
#include "paper.h"
#include "sliced.h"

#define CLIP     1.0 /* of x_0, in every row              */
#define LEFT_OUT 4   /* samples at a time, by the jackknife */

typedef struct
{
  const gchar *name;
  gint         S;
  gdouble      eta;
  gboolean     larger, second;
} Row;

static const Row rows[] =
{
  { "eta 0", 10, 0 },     { "eta 0", 20, 0 },     { "eta 0", 50, 0 },
  { "eta 0", 100, 0 },    { "eta 0", 200, 0 },    { "eta 0", 1000, 0 },
  { "eta 0.2", 10, 0.2 }, { "eta 0.2", 20, 0.2 }, { "eta 0.2", 50, 0.2 },
  { "eta 0.2", 100, 0.2 },
  { "eta 0.5", 10, 0.5 }, { "eta 0.5", 20, 0.5 }, { "eta 0.5", 50, 0.5 },
  { "eta 0.5", 100, 0.5 },
  { "eta 1", 10, 1 },     { "eta 1", 20, 1 },     { "eta 1", 50, 1 },
  { "eta 1", 100, 1 },    { "eta 1", 1000, 1 },
  { "sigma-hat", 10, 1, TRUE },  { "sigma-hat", 20, 1, TRUE },
  { "sigma-hat", 50, 1, TRUE },  { "sigma-hat", 100, 1, TRUE },
  { "sigma-hat", 1000, 1, TRUE },
  { "second order", 10, 0, FALSE, TRUE }, { "second order", 20, 0, FALSE, TRUE },
  { "second order", 50, 0, FALSE, TRUE }, { "second order", 100, 0, FALSE, TRUE },
};

/* Making them ------------------------------------------------------------- */

static gchar *
sample_path (Paper     *paper,
             const Row *row,
             gint       batch)
{
  g_autofree gchar *name = g_strdup_printf ("%s-%d-%d.png", row->name, row->S, batch);

  return g_build_filename (paper->folder, g_strdelimit (name, " ", '-'), NULL);
}

static DdimCanvas *
sample (Paper       *paper,
        DdimField   *field,
        const Cell  *cell,
        GError     **error)
{
  const Row   *row = &rows[cell->row];
  guint64      seeds[PAPER_BATCH];
  DdimSampling sampling = { .eta = row->eta, .larger_variance = row->larger, .seeds = seeds,
                            .clip = CLIP, .second_order = row->second };

  g_autoptr (DdimLevels) levels = paper_levels (paper, row->S, 1, TRUE);
  g_autoptr (DdimCanvas) x = ddim_canvas_new (PAPER_BATCH, PAPER_SIDE, PAPER_SIDE, 3);

  for (gint i = 0; i < PAPER_BATCH; i++)
    seeds[i] = 1 + cell->batch * PAPER_BATCH + i;
  ddim_noise_fill (x, seeds, 0);
  if (! ddim_decode (field, levels, &sampling, x, NULL, error))
    return NULL;

  return g_steal_pointer (&x);
}

static gboolean
sample_keep (Paper       *paper,
             DdimField   *field,
             const Cell  *cell,
             GError     **error)
{
  g_autofree gchar *path = sample_path (paper, &rows[cell->row], cell->batch);
  g_autoptr (DdimCanvas) x = sample (paper, field, cell, error);

  return x && picture_save (x, path, error);
}

static gboolean
sample_time (Paper       *paper,
             DdimField   *field,
             const Cell  *cell,
             GError     **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (DdimCanvas) x = sample (paper, field, cell, error);

  paper_set (paper, cell->name, "seconds", (g_get_monotonic_time () - start) / 1e6 / PAPER_BATCH);

  return x != NULL;
}

void
paper_queue_samples (Paper *paper,
                     gint   batch)
{
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      Cell cell = { .run = sample_keep, .row = r, .S = rows[r].S, .batch = batch,
                    .cost = rows[r].S * PAPER_BATCH };

      cell.name = g_strdup_printf ("samples %s, %d steps, batch %d", rows[r].name, rows[r].S, batch);
      paper_queue (paper, &cell);
    }
}

/* The rows of DDIM, of both orders, and of DDPM. */
void
paper_queue_times (Paper *paper)
{
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      Cell cell = { .run = sample_time, .row = r, .S = rows[r].S };

      if (rows[r].larger || (rows[r].eta > 0 && rows[r].eta < 1))
        continue;
      cell.name = g_strdup_printf ("time %s, %d steps", rows[r].name, rows[r].S);
      paper_queue (paper, &cell);
    }
}

/* Judging them ------------------------------------------------------------- */

static DdimCanvas *
load_samples (Paper      *paper,
              const Row  *row,
              gint        n_batches,
              GError    **error)
{
  DdimCanvas *all = ddim_canvas_new (n_batches * PAPER_BATCH, PAPER_SIDE, PAPER_SIDE, 3);
  gsize       size = PAPER_BATCH * ddim_canvas_item_size (all);

  for (gint batch = 0; batch < n_batches; batch++)
    {
      g_autofree gchar *path = sample_path (paper, row, batch);
      g_autoptr (DdimCanvas) strip = picture_load (path, error);

      if (! strip)
        {
          ddim_canvas_free (all);
          return NULL;
        }
      memcpy (all->data + batch * size, strip->data, size * sizeof (gfloat));
    }

  return all;
}

/* The distance, and its standard error by leaving out some of the samples at a
 * time (the jackknife).                                                     */
static void
set_distance (Paper        *paper,
              const gchar  *cell,
              const Sliced *sliced,
              gint          n,
              const Sliced *reference)
{
  gint    n_groups = n / LEFT_OUT;
  gdouble mean = 0, squares = 0;

  for (gint g = 0; n_groups > 1 && g < n_groups; g++)
    {
      gdouble without = sliced_distance (sliced, g * LEFT_OUT, (g + 1) * LEFT_OUT,
                                         reference);

      mean    += without / n_groups;
      squares += without * without / n_groups;
    }
  paper_set (paper, cell, "distance", sliced_distance (sliced, 0, 0, reference));
  paper_set (paper, cell, "deviation",
             sqrt ((n_groups - 1) * MAX (squares - mean * mean, 0)));
}

/* Deviations of the finest level, as a share of the reference's. */
static gdouble
detail (const DdimCanvas  *pictures,
        const SlicedScale *reference)
{
  SlicedScale scale;
  gdouble     squares = 0, wanted = 0;

  sliced_measure (pictures, &scale);
  for (gint c = 0; c < 3; c++)
    {
      squares += pow (scale.deviation[0][c], 2);
      wanted  += pow (reference->deviation[0][c], 2);
    }

  return sqrt (squares / wanted);
}

/* Real against real: as many crops as there are samples, drawn evenly from all
 * of them, against the rest.                                                */
static void
judge_floor (Paper *paper,
             gint   n)
{
  gint    n_draws = MIN (8, paper->crops->n / n);
  gsize   size    = ddim_canvas_item_size (paper->crops);
  gdouble sum = 0, squares = 0;

  for (gint draw = 0; draw < n_draws; draw++)
    {
      g_autoptr (DdimCanvas) some = ddim_canvas_new (n, PAPER_SIDE, PAPER_SIDE, 3);
      g_autoptr (DdimCanvas) rest = ddim_canvas_new (paper->crops->n - n, PAPER_SIDE,
                                                     PAPER_SIDE, 3);
      gint        stride = paper->crops->n / n, taken = 0, left = 0;
      SlicedScale scale;
      g_autoptr (Sliced) a = NULL;
      g_autoptr (Sliced) b = NULL;
      gdouble     distance;

      for (gint i = 0; i < paper->crops->n; i++)
        {
          gboolean  take = i % stride == draw * stride / n_draws && taken < n;
          gfloat   *to   = take ? some->data + taken++ * size : rest->data + left++ * size;

          memcpy (to, paper->crops->data + i * size, size * sizeof (gfloat));
        }
      sliced_measure (rest, &scale);
      a = sliced_new (some, &scale);
      b = sliced_new (rest, &scale);
      distance = sliced_distance (a, 0, 0, b);
      sum     += distance / n_draws;
      squares += distance * distance / n_draws;
    }
  paper_set (paper, "floor", "distance", sum);
  paper_set (paper, "floor", "deviation", sqrt (MAX (squares - sum * sum, 0)));
}

gboolean
paper_judge (Paper   *paper,
             gint     n_batches,
             GError **error)
{
  g_autoptr (Sliced) reference = NULL;
  g_autoptr (DdimCanvas) limit = NULL;
  SlicedScale scale;
  gint        n = n_batches * PAPER_BATCH;

  judge_floor (paper, n);
  sliced_measure (paper->crops, &scale);
  reference = sliced_new (paper->crops, &scale);

  for (guint r = 0; ! limit && r < G_N_ELEMENTS (rows); r++)
    if (rows[r].S == 1000 && rows[r].eta == 0 &&
        ! (limit = load_samples (paper, &rows[r], n_batches, error)))
      return FALSE;

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      const Row *row = &rows[r];
      g_autofree gchar *cell = g_strdup_printf ("distance %s, %d steps", row->name, row->S);
      g_autoptr (DdimCanvas) x = load_samples (paper, row, n_batches, error);
      g_autoptr (Sliced) sliced = NULL;

      if (! x)
        return FALSE;
      sliced = sliced_new (x, &scale);
      set_distance (paper, cell, sliced, n, reference);
      paper_set (paper, cell, "samples", n);
      paper_set (paper, cell, "detail", detail (x, &scale));
      if (row->eta == 0)
        paper_set (paper, cell, "from limit", paper_rms (x->data, limit->data, ddim_canvas_size (x)));
    }

  return TRUE;
}

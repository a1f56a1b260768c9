/* cells.c: what is computed, each processor at a cell of its own, and kept
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <stdio.h>

#include "paper.h"

void
paper_queue (Paper      *paper,
             const Cell *cell)
{
  g_ptr_array_add (paper->queue, g_memdup2 (cell, sizeof *cell));
}

void
paper_set (Paper       *paper,
           const gchar *cell,
           const gchar *key,
           gdouble      value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  /* No locale's comma, and digits enough. */
  g_ascii_formatd (text, sizeof text, "%.9g", value);
  g_mutex_lock (&paper->lock);
  g_key_file_set_string (paper->cells, cell, key, text);
  g_mutex_unlock (&paper->lock);
}

/* The next cell that is not done, or NULL. */
static const Cell *
take (Paper  *paper,
      gint64  deadline)
{
  const Cell *cell = NULL;

  g_mutex_lock (&paper->lock);
  while (! cell && ! paper->error && g_get_monotonic_time () < deadline &&
         paper->next < paper->queue->len)
    {
      cell = paper->queue->pdata[paper->next++];
      if (g_key_file_has_key (paper->cells, cell->name, "done", NULL))
        cell = NULL;
    }
  g_mutex_unlock (&paper->lock);

  return cell;
}

/* Marks the cell as done, writes the key file, and says so. */
static void
keep (Paper       *paper,
      const Cell  *cell,
      gdouble      seconds,
      GError     **error)
{
  g_autofree gchar *path = g_build_filename (paper->folder, "cells.ini", NULL);

  g_mutex_lock (&paper->lock);
  g_key_file_set_string (paper->cells, cell->name, "done", "yes");
  g_key_file_save_to_file (paper->cells, path, error);
  fprintf (stderr, "paper: %u of %u  %s: %.1f s\n", paper->next, paper->queue->len, cell->name,
           seconds);
  g_mutex_unlock (&paper->lock);
}

typedef struct
{
  Paper       *paper;
  const gchar *model_folder;
  gint         n_threads;
  gint64       deadline;
} Worker;

static gpointer
work (gpointer data)
{
  const Worker *worker = data;
  Paper        *paper  = worker->paper;
  const Cell   *cell;

  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (worker->n_threads);
  g_autoptr (DdimModel) model = ddim_model_load (worker->model_folder, pool, &error);
  g_autoptr (DdimField) field = model ? ddim_model_new_field (model, NULL, &error) : NULL;

  while (! error && (cell = take (paper, worker->deadline)))
    {
      gint64 start = g_get_monotonic_time ();

      if (cell->run (paper, field, cell, &error))
        keep (paper, cell, (g_get_monotonic_time () - start) / 1e6, &error);
    }

  g_mutex_lock (&paper->lock);
  if (error && ! paper->error)
    paper->error = g_steal_pointer (&error);
  g_mutex_unlock (&paper->lock);

  return NULL;
}

static gint
compare_cells (gconstpointer one,
               gconstpointer other)
{
  const Cell *a = *(const Cell *const *) one;
  const Cell *b = *(const Cell *const *) other;

  return a->batch != b->batch ? a->batch - b->batch : b->cost - a->cost;
}

gboolean
paper_run (Paper        *paper,
           const gchar  *model_folder,
           gint          n_threads,
           GError      **error)
{
  guint    n_workers = MAX (g_get_num_processors () / n_threads, 1);
  Worker   worker    = { paper, model_folder, n_threads,
                         g_get_monotonic_time () + (gint64) (paper->deadline * 1e6) };
  gboolean complete;

  g_autofree GThread **threads = g_new (GThread *, n_workers);

  g_ptr_array_sort (paper->queue, compare_cells);
  paper->next = 0;
  for (guint i = 0; i < n_workers; i++)
    threads[i] = g_thread_new ("cells", work, &worker);
  for (guint i = 0; i < n_workers; i++)
    g_thread_join (threads[i]);

  complete = ! paper->error && paper->next == paper->queue->len;
  g_ptr_array_set_size (paper->queue, 0);
  if (paper->error)
    g_propagate_error (error, g_steal_pointer (&paper->error));

  return complete;
}

DdimLevels *
paper_levels (Paper    *paper,
              gint      S,
              gdouble   depth,
              gboolean  clean)
{
  DdimLevelsOptions options = { 0, clean };

  return ddim_levels_new (paper->schedule,
                          S <= 100 ? DDIM_SPACING_QUADRATIC : DDIM_SPACING_LINEAR, S, depth,
                          &options, NULL);
}

gdouble
paper_rms (const gfloat *x,
           const gfloat *y,
           gsize         n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += pow (((gdouble) x[i] - y[i]) / 2, 2);

  return sqrt (sum / n);
}

/* paper.c: the paper's tables, computed anew with a model of ours
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   ddim-paper MODEL_FOLDER --photographs FOLDER --cache FOLDER [--batches N]
 *              [--seconds N] [--only PART]
 *
 * Computes what is not in the cache yet; page.py makes the page of it.  It
 * goes batch by batch over all tables: a run that ends early (--seconds, exit
 * status 3) leaves whole tables of fewer samples, and the next one goes on.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "../picture.h"
#include "paper.h"

static gchar   *option_photographs, *option_cache, *option_only;
static gint     option_batches = 3;
static gdouble  option_seconds = 1e6;
static gchar  **option_folders;

static const GOptionEntry entries[] =
{
  { "photographs", 0, 0, G_OPTION_ARG_FILENAME, &option_photographs,
    "A folder of PNG files, or one file, that the model was not trained on", "FOLDER" },
  { "cache",   0, 0, G_OPTION_ARG_FILENAME, &option_cache,
    "Where what is computed is kept", "FOLDER" },
  { "batches", 0, 0, G_OPTION_ARG_INT,      &option_batches,
    "Batches of 8 samples, and of 4 photographs where there are so many; 3", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE,   &option_seconds,
    "Begin nothing new after this time", "N" },
  { "only",    0, 0, G_OPTION_ARG_STRING,   &option_only,
    "One of: reconstruction, samples, edits, time", "PART" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_folders,
    NULL, "MODEL_FOLDER" },
  { NULL }
};

/* The photographs ---------------------------------------------------------- */

static gint
compare_names (gconstpointer one,
               gconstpointer other)
{
  return strcmp (*(gchar *const *) one, *(gchar *const *) other);
}

static GPtrArray *
list_pictures (const gchar  *path,
               GError      **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const gchar *name;

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_ptr_array_add (paths, g_strdup (path));
      return g_steal_pointer (&paths);
    }

  if (! (dir = g_dir_open (path, 0, error)))
    return NULL;
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".png"))
      g_ptr_array_add (paths, g_build_filename (path, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  if (paths->len == 0)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING, "No PNG file in %s", path);
      return NULL;
    }

  return g_steal_pointer (&paths);
}

static void
append (GArray           *values,
        const DdimCanvas *picture,
        gint              x,
        gint              y)
{
  g_autoptr (DdimCanvas) crop = picture_crop (picture, x, y, PAPER_SIDE, PAPER_SIDE);

  g_array_append_vals (values, crop->data, ddim_canvas_size (crop));
}

/* First the middle of each photograph, then all squares of it: about a thousand
 * of eleven photographs.  Of a lone one eight squares stand for the middles, and
 * squares that overlap for the rest.                                        */
static gboolean
load_crops (Paper        *paper,
            const gchar  *folder,
            GError      **error)
{
  g_autoptr (GPtrArray) paths = list_pictures (folder, error);
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) ddim_canvas_free);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gfloat));
  gboolean alone;
  gint     step;

  if (! paths)
    return FALSE;
  alone = paths->len == 1;
  step  = alone ? PAPER_SIDE / 2 : PAPER_SIDE;

  for (guint i = 0; i < paths->len; i++)
    {
      DdimCanvas *picture = picture_load (paths->pdata[i], error);

      if (! picture)
        return FALSE;
      g_ptr_array_add (pictures, picture);
      if (picture->w < 4 * PAPER_SIDE || picture->h < 2 * PAPER_SIDE)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "%s is smaller than %d x %d pixels", (gchar *) paths->pdata[i],
                       4 * PAPER_SIDE, 2 * PAPER_SIDE);
          return FALSE;
        }

      for (gint k = 0; alone && k < 8; k++)
        append (values, picture, k % 4 * (picture->w - PAPER_SIDE) / 3,
                k / 4 * (picture->h - PAPER_SIDE));
      if (! alone)
        append (values, picture, (picture->w - PAPER_SIDE) / 2, (picture->h - PAPER_SIDE) / 2);
    }
  paper->n_middle = alone ? 8 : pictures->len;

  for (guint i = 0; i < pictures->len; i++)
    {
      DdimCanvas *picture = pictures->pdata[i];

      for (gint y = 0; y + PAPER_SIDE <= picture->h; y += step)
        for (gint x = 0; x + PAPER_SIDE <= picture->w; x += step)
          append (values, picture, x, y);
    }

  paper->crops = ddim_canvas_new (values->len / (PAPER_SIDE * PAPER_SIDE * 3), PAPER_SIDE,
                                  PAPER_SIDE, 3);
  memcpy (paper->crops->data, values->data, values->len * sizeof (gfloat));

  return TRUE;
}

/* The run ------------------------------------------------------------------- */

static void
free_cell (gpointer data)
{
  g_free (((Cell *) data)->name);
  g_free (data);
}

static gboolean
is_asked (const gchar *part)
{
  return ! option_only || g_str_equal (option_only, part);
}

/* 0, 1 (and an error), or 3 where the time was up. */
static gint
run (Paper   *paper,
     GError **error)
{
  const gchar *model = option_folders[0];
  gboolean     success;

  for (gint batch = 0; batch < option_batches; batch++)
    {
      if (is_asked ("reconstruction"))
        paper_queue_reconstruction (paper, batch);
      if (is_asked ("samples"))
        paper_queue_samples (paper, batch);
      if (is_asked ("edits"))
        paper_queue_edits (paper, batch);
    }
  success = paper_run (paper, model, 1, error);
  if (success && is_asked ("samples"))
    success = paper_judge (paper, option_batches, error);

  if (success && is_asked ("time"))
    {
      paper_queue_times (paper);
      success = paper_run (paper, model, g_get_num_processors (), error);
    }

  return success ? 0 : *error ? 1 : 3;
}

static gint
paper_main (GError **error)
{
  g_autofree gchar *cells = g_build_filename (option_cache, "cells.ini", NULL);
  g_autoptr (GKeyFile) key_file = g_key_file_new ();
  g_autoptr (GPtrArray) queue = g_ptr_array_new_with_free_func (free_cell);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_autoptr (DdimModel) model = ddim_model_load (option_folders[0], pool, error);
  Paper paper  = { .cells = key_file, .folder = option_cache, .queue = queue,
                   .deadline = option_seconds };
  gint  status = 1;

  if (! model)
    return 1;

  paper.schedule = ddim_model_get_schedule (model);
  g_mutex_init (&paper.lock);
  g_key_file_load_from_file (key_file, cells, G_KEY_FILE_NONE, NULL); /* may not be there yet */

  if (load_crops (&paper, option_photographs, error))
    status = run (&paper, error);
  if (status == 0 && ! g_key_file_save_to_file (key_file, cells, error))
    status = 1;

  g_clear_pointer (&paper.crops, ddim_canvas_free);
  g_mutex_clear (&paper.lock);

  return status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- the paper's tables");
  g_autoptr (GError) error = NULL;
  gint status;

  g_option_context_add_main_entries (context, entries, NULL);
  if (! g_option_context_parse (context, &argc, &argv, &error) ||
      ! option_folders || ! option_photographs || ! option_cache || option_batches < 1)
    {
      fprintf (stderr, "paper: %s\n", error ? error->message
               : "a model's folder, --photographs, --cache, and 1 batch or more "
               "are needed");
      return 2;
    }

  openblas_set_num_threads (1); /* the pool has the threads */
  status = paper_main (&error);
  if (error)
    fprintf (stderr, "paper: %s\n", error->message);
  else if (status == 3)
    fprintf (stderr, "paper: the time is up; run this again to go on\n");

  return status;
}

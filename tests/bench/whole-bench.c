/* whole-bench.c: how long a painter waits for a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   whole-bench MODEL_FOLDER PICTURE.png [--threads N] [--save PNG] [--output FILE]
 *               [--only single|six|dialog] [--prompt TEXT] [--guidance G] [--steps N]
 *
 * A square of SIDE pixels in the middle of a picture of WIDTH x HEIGHT, to which the
 * file is scaled, is varied at the procedure's defaults: by itself, as a run without a
 * dialog does, and in stages, as the dialog does, whose main loop is here.  GIMP's
 * own part, reading and writing pixels, is left out.  Prints a line of JSON for each
 * thing that is waited for, with the most memory that was held until then.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>

#include "clock.h"
#include "job.h"
#include "variation-task.h"

#include "../picture.h"

#define WIDTH   768
#define HEIGHT  640
#define SIDE    512
#define GALLERY 6

static gint    n_threads = 0;
static gchar  *save, *output, *only, *prompt;
static gdouble guidance = 1;
static gint    n_steps = 20;
static gchar **files;

static const GOptionEntry entries[] = {
  { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads (all processors)", "N" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &save, "Where the scaled picture goes", "PNG" },
  { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, "Where the variation goes, as floats if it ends in .raw",
    "FILE" },
  { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Measure `single', `six' or `dialog' alone", "WHAT" },
  { "prompt", 0, 0, G_OPTION_ARG_STRING, &prompt, "For a model that reads one", "TEXT" },
  { "guidance", 0, 0, G_OPTION_ARG_DOUBLE, &guidance, "The same (1)", "G" },
  { "steps", 0, 0, G_OPTION_ARG_INT, &n_steps, "Steps (20)", "N" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
    "MODEL_FOLDER PICTURE.png" },
  { NULL }
};

/* main () completes them. */
static DdimVariationSettings defaults = {
  .model    = { .model = "photo", .label = -1, .steps = 20, .depth = 0.6 },
  .strength = 0.9, .leeway = 0.5, .texture = DDIM_TEXTURE_IMAGE,
  .symmetry = DDIM_SYMMETRY_NONE,
};

/* A pointer to the error, which the call may not have set yet when it is passed. */
static void
check (gboolean       success,
       GError *const *error)
{
  if (! success)
    {
      g_printerr ("whole-bench: %s\n", (*error)->message);
      exit (1);
    }
}

static void
print (const gchar *what,
       gdouble      seconds,
       gdouble      processor)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  printf ("{\"what\": \"%s\", \"seconds\": %.3f, \"processor_seconds\": %.3f, "
          "\"peak_rss_bytes\": %lld}\n", what, seconds, processor, usage.ru_maxrss * 1024LL);
  fflush (stdout);
}

/* What the plug-in reads ------------------------------------------------------ */

static DdimPatchSource *
make_source (const DdimCanvas *picture)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);
  gsize            size   = (gsize) picture->h * picture->w;

  source->picture = ddim_canvas_copy (picture);
  source->mask    = g_new (gfloat, size);
  source->own     = DDIM_VARIATION_OWN;
  source->name    = g_strdup ("picture");
  for (gsize i = 0; i < size; i++)
    source->mask[i] = 1;

  return source;
}

/* The frame about the square, and 1 in it, 0 beside it. */
static void
read_frame (const DdimCanvas     *picture,
            const DdimPlacement  *placement,
            DdimCanvas          **frame,
            gfloat              **weights)
{
  gint x = (WIDTH - SIDE) / 2, y = (HEIGHT - SIDE) / 2, w = SIDE, h = SIDE;
  gint left = x, top = y;

  ddim_placement_widen (placement->context, placement->least, WIDTH, &x, &w);
  ddim_placement_widen (placement->context, placement->least, HEIGHT, &y, &h);
  *frame      = picture_crop (picture, x, y, h, w);
  (*frame)->x = x;
  (*frame)->y = y;
  *weights    = g_new0 (gfloat, (gsize) h * w);
  for (gint row = top - y; row < top - y + SIDE; row++)
    for (gint column = left - x; column < left - x + SIDE; column++)
      (*weights)[(gsize) row * w + column] = 1;
}

static DdimVariationInput *
make_input (const DdimVariationSettings *settings,
            const DdimCanvas            *picture,
            DdimStagesKind               kind)
{
  DdimModelInfo          info;
  DdimPlacement          placement;
  DdimVariationInput    *input;
  GError                *error   = NULL;
  g_autoptr (DdimCanvas) frame   = NULL;
  g_autofree gfloat     *weights = NULL;

  check (ddim_model_settings_inspect (&settings->model, picture->c, &info, &error), &error);
  ddim_variation_settings_place (settings, &info, SIDE, SIDE, &placement);
  read_frame (picture, &placement, &frame, &weights);

  input = ddim_variation_input_new (&placement, kind, frame->h, frame->w);
  for (gint i = 0; i < input->stages.n; i++)
    {
      gint                   k    = input->stages.stages[i].reduction;
      DdimCanvas             mask = { .n = 1, .h = frame->h, .w = frame->w, .c = 1,
                                      .data = weights };
      g_autoptr (DdimCanvas) small = NULL;

      input->pictures[i] = ddim_canvas_reduce (frame, k, FALSE, &error);
      check (input->pictures[i] != NULL, &error);
      input->pictures[i]->x = frame->x;
      input->pictures[i]->y = frame->y;
      small = ddim_canvas_reduce (&mask, k, FALSE, &error);
      check (small != NULL, &error);
      input->weights[i] = g_memdup2 (small->data, ddim_canvas_size (small) * sizeof (gfloat));
    }
  if (ddim_variation_settings_has_patches (settings))
    input->source = make_source (picture);

  return input;
}

/* Without a dialog -------------------------------------------------------------- */

static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  if (output && g_str_has_suffix (output, ".raw"))
    return g_file_set_contents (output, (const gchar *) made->data,
                                ddim_canvas_size (made) * sizeof (gfloat), error);

  return ! output || picture_save (made, output, error);
}

static void
measure_run (const gchar        *what,
             DdimVariationInput *input,
             gint                n)
{
  static const guint64   seeds[GALLERY] = { 1, 2, 3, 4, 5, 6 };
  gdouble                start = now (), used = processor_now ();
  g_autoptr (DdimTask)   task  = NULL;
  DdimVariationSettings  settings = defaults;
  DdimModelCache         cache;
  GError                *error = NULL;

  task = ddim_variation_task_new (input, &settings);
  ddim_model_cache_init (&cache, n_threads);
  check (ddim_task_run (task, &cache, seeds, n, keep, NULL, NULL, NULL, &error), &error);
  print (what, now () - start, processor_now () - used);
  ddim_model_cache_clear (&cache);
}

/* In the dialog ----------------------------------------------------------------- */

typedef struct
{
  DdimJob   *job;
  GMainLoop *loop;
  gint       wanted;   /* pictures to wait for; 0: all                         */
} Dialog;

static void
show (guint64   seed,
      gpointer  picture,
      gboolean  finished,
      gpointer  data)
{
  Dialog *dialog = data;

  if (dialog->wanted > 0 && --dialog->wanted == 0)
    g_main_loop_quit (dialog->loop);
}

static void
progress (gdouble  fraction,
          gdouble  seconds,
          gpointer data)
{
}

static void
done (const GError *error,
      gpointer      data)
{
  Dialog *dialog = data;

  if (error)
    {
      g_printerr ("whole-bench: %s\n", error->message);
      exit (1);
    }
  g_main_loop_quit (dialog->loop);
}

/* Requests, and waits for so many pictures, or 0: for all. */
static void
measure_request (Dialog                      *dialog,
                 const gchar                 *what,
                 DdimVariationInput          *input,
                 const DdimVariationSettings *settings,
                 guint64                      first_seed,
                 gint                         n_seeds,
                 gint                         wanted)
{
  gdouble start = now (), used = processor_now ();
  guint64 seeds[GALLERY];

  for (gint i = 0; i < n_seeds; i++)
    seeds[i] = first_seed + i;
  dialog->wanted = wanted;
  ddim_job_request (dialog->job, ddim_variation_task_new (input, settings), NULL, NULL, seeds,
                    n_seeds, 1);
  g_main_loop_run (dialog->loop);
  if (what)
    print (what, now () - start, processor_now () - used);
}

static gpointer
render (gpointer          view,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_canvas_copy (made);
}

static void
measure_dialog (const DdimCanvas *picture)
{
  static const DdimJobListener listener = { render, (GDestroyNotify) ddim_canvas_free, show,
                                            progress, done };

  Dialog                         dialog   = { .loop = g_main_loop_new (NULL, FALSE) };
  DdimVariationSettings          settings = defaults;
  g_autoptr (DdimVariationInput) input    = NULL;

  input      = make_input (&settings, picture, DDIM_STAGES_ALL);
  dialog.job = ddim_job_new (n_threads, &listener, &dialog);
  for (gint i = 0; i < input->stages.n; i++)
    ddim_job_stage_read (dialog.job);

  measure_request (&dialog, "first preview, the model not yet loaded", input, &settings, 1,
                   GALLERY, 1);
  measure_request (&dialog, NULL, input, &settings, 1, GALLERY, 0);
  measure_request (&dialog, "another seed: coarse preview", input, &settings, 11, GALLERY, 1);
  settings.strength = 0.6;
  measure_request (&dialog, "another strength: coarse preview", input, &settings, 11, GALLERY,
                   1);
  settings.model.depth = 0.5;
  measure_request (&dialog, "another depth: coarse preview", input, &settings, 11, GALLERY, 1);
  settings.model.depth = 0.6;
  measure_request (&dialog, "six previews, and one finished", input, &settings, 1, GALLERY, 0);
  settings.model.depth = 0.7;
  measure_request (&dialog, "another depth: six coarse previews", input, &settings, 1, GALLERY,
                   GALLERY);

  ddim_job_free (dialog.job);
  g_main_loop_unref (dialog.loop);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext)     context = g_option_context_new ("- what a painter waits for");
  GError                        *error   = NULL;
  g_autoptr (DdimCanvas)         picture = NULL;
  g_autoptr (DdimVariationInput) input   = NULL;
  DdimModelInfo                  info;

  g_option_context_add_main_entries (context, entries, NULL);
  check (g_option_context_parse (context, &argc, &argv, &error), &error);
  if (! files || g_strv_length (files) != 2)
    {
      g_printerr ("whole-bench: a model's folder and a picture are needed\n");
      return 2;
    }
  picture = picture_load_scaled (files[1], HEIGHT, WIDTH, &error);
  check (picture != NULL, &error);
  if (save)
    check (picture_save (picture, save, &error), &error);
  if (n_threads <= 0)
    n_threads = g_get_num_processors ();

  defaults.model.folder   = files[0];
  defaults.model.steps    = n_steps;
  defaults.model.prompt   = prompt;
  defaults.model.guidance = guidance;
  check (ddim_model_settings_inspect (&defaults.model, picture->c, &info, &error), &error);
  defaults.model.latent = info.latent;

  input = make_input (&defaults, picture, DDIM_STAGES_RESULT);
  if (! only || ! strcmp (only, "single"))
    measure_run ("a variation", input, 1);
  if (! only || ! strcmp (only, "six"))
    measure_run ("six variations", input, GALLERY);
  if (! only || ! strcmp (only, "dialog"))
    measure_dialog (picture);

  return 0;
}

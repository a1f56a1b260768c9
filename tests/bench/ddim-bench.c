/* ddim-bench.c: how long one evaluation of a model takes, ours
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   ddim-bench MODEL_FOLDER --height H --width W --threads N
 *              [--batch N] [--input FILE] [--output FILE] [--serve] [--cancel]
 *   ddim-bench --sgemm --threads N
 *
 * The same as peers.py does for the peers, and the same row of JSON: the
 * median of several evaluations after a warm-up, at timestep 500 and batch 1
 * unless another is given (the seconds are then an item's), and VmHWM.  FILE holds
 * raw float32, C x H x W, of one item.  With --serve it answers each line on standard
 * input with the seconds of one evaluation, so that bench.py can let several engines
 * take turns.
 *
 * --cancel cancels evaluations at moments spread over their whole length, and
 * adds the longest time from there to the return, as a share of a step.
 *
 * --sgemm measures OpenBLAS alone: the rate that direct convolution over a
 * matrix product cannot pass.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "bench-model.h"
#include "clock.h"

#define SGEMM_N      1536
#define MAX_SECONDS  4096 /* measurements that are kept */

static gint      option_height, option_width;
static gint      option_threads = 1;
static gint      option_batch = 1;
static gchar    *option_input, *option_output;
static gboolean  option_serve, option_sgemm, option_cancel, option_bfloat16;
static gchar   **option_folders;

static const GOptionEntry entries[] =
{
  { "height",  0, 0, G_OPTION_ARG_INT,      &option_height,  "Rows",    "H" },
  { "width",   0, 0, G_OPTION_ARG_INT,      &option_width,   "Columns", "W" },
  { "threads", 0, 0, G_OPTION_ARG_INT,      &option_threads, "Threads", "N" },
  { "batch",   0, 0, G_OPTION_ARG_INT,      &option_batch,   "Items",   "N" },
  { "bfloat16", 0, 0, G_OPTION_ARG_NONE,    &option_bfloat16,
    "Multiply bfloat16s", NULL },
  { "cancel",  0, 0, G_OPTION_ARG_NONE,     &option_cancel,
    "Measure cancelling too", NULL },
  { "input",   0, 0, G_OPTION_ARG_FILENAME, &option_input,
    "What is evaluated", "FILE" },
  { "output",  0, 0, G_OPTION_ARG_FILENAME, &option_output,
    "Where the output goes", "FILE" },
  { "serve",   0, 0, G_OPTION_ARG_NONE,     &option_serve,
    "Evaluate once for each line of standard input", NULL },
  { "sgemm",   0, 0, G_OPTION_ARG_NONE,     &option_sgemm,
    "Measure OpenBLAS instead", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_folders,
    NULL, "MODEL_FOLDER" },
  { NULL }
};

/* What is measured: `once` does it one time. */
typedef struct
{
  gboolean (*once) (gpointer data, GError **error);
  gpointer   data;
  gdouble    seconds[MAX_SECONDS];
  gdouble    processor[MAX_SECONDS]; /* seconds of all threads */
  gint       n;
} Measurement;

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a;
  gdouble y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

/* Sorts them. */
static gdouble
median (gdouble *numbers, gint n)
{
  if (n == 0)
    return 0;
  qsort (numbers, n, sizeof numbers[0], compare);
  return 0.5 * (numbers[(n - 1) / 2] + numbers[n / 2]);
}

static gboolean
measure_once (Measurement *m, GError **error)
{
  gdouble start = now (), used = processor_now ();

  if (! m->once (m->data, error))
    return FALSE;
  m->seconds[m->n % MAX_SECONDS]   = now () - start;
  m->processor[m->n % MAX_SECONDS] = processor_now () - used;
  m->n = MIN (m->n + 1, MAX_SECONDS);
  return TRUE;
}

/* Takes turns where asked to, else at least three times and two seconds. */
static gboolean
measure (Measurement *m, GError **error)
{
  gchar   line[64];
  gdouble start = now ();

  if (option_serve)
    {
      printf ("{\"ready\": true}\n");
      fflush (stdout);
      while (fgets (line, sizeof line, stdin))
        {
          if (! measure_once (m, error))
            return FALSE;
          printf ("{\"seconds\": %.9f}\n", m->seconds[(m->n - 1) % MAX_SECONDS]);
          fflush (stdout);
        }
      return TRUE;
    }

  while (m->n < 3 || (m->n < 50 && now () - start < 2))
    if (! measure_once (m, error))
      return FALSE;
  return TRUE;
}

/* A line of /proc/self/status, in bytes. */
static guint64
read_memory (const gchar *field)
{
  g_autofree gchar *text = NULL;
  const gchar      *line;

  if (! g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, field);
  return line ? g_ascii_strtoull (line + strlen (field) + 1, NULL, 10) * 1024 : 0;
}

static void
print_row (const gchar *model, const gchar *engine, const gchar *version,
           const gchar *variant, Measurement *m, gdouble ready, const gchar *more)
{
  gdouble middle = median (m->seconds, m->n) / option_batch;
  gdouble used   = median (m->processor, m->n) / option_batch;

  printf ("{\"model\": \"%s\", \"threads\": %d, \"engine\": \"%s\", "
          "\"version\": \"%s\", \"variant\": \"%s\", \"height\": %d, "
          "\"width\": %d, \"seconds\": %.9f, \"fastest_seconds\": %.9f, "
          "\"processor_seconds\": %.9f, "
          "\"first_result_seconds\": %.6f, "
          "\"peak_rss_bytes\": %" G_GUINT64_FORMAT ", \"batch\": %d%s}\n",
          model, option_threads, engine, version, variant, option_height,
          option_width, middle, m->n ? m->seconds[0] / option_batch : 0, used, ready,
          read_memory ("VmHWM"), option_batch, more);
}

/* The model ----------------------------------------------------------- */

typedef struct
{
  BenchModel *model;
  gfloat     *x;   /* N x H x W x C */
  gfloat     *out;
} Evaluation;

static gboolean
evaluate (gpointer data, GError **error)
{
  Evaluation *e = data;

  return bench_model_run (e->model, e->x, e->out, NULL, error);
}

/* Cancelling ----------------------------------------------------------- */

#define CANCELS 20

typedef struct
{
  GCancellable *cancellable;
  gdouble       after, at; /* seconds from its start; when it was */
} Cancel;

static gpointer
cancel_later (gpointer data)
{
  Cancel *cancel = data;

  g_usleep (cancel->after * 1e6);
  cancel->at = now ();
  g_cancellable_cancel (cancel->cancellable);
  return NULL;
}

/* The longest time from a cancel to the return, in steps of `seconds`. */
static gdouble
measure_cancel (Evaluation *e, gdouble seconds)
{
  gdouble worst = 0;

  for (gint i = 0; i < CANCELS; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error   = NULL;
      DdimMonitor        monitor = { .cancellable = cancellable };
      Cancel             cancel  = { cancellable, seconds * (i + 0.5) / CANCELS, 0 };
      GThread           *thread  = g_thread_new ("cancel", cancel_later, &cancel);
      gboolean           done    = bench_model_run (e->model, e->x, e->out, &monitor, &error);
      gdouble            end     = now ();

      g_thread_join (thread);
      if (! done)
        worst = MAX (worst, (end - cancel.at) / seconds);
    }
  return worst;
}

/* Raw C x H x W from a file, or a fixed pattern where there is none. */
static gboolean
fill_input (gfloat *x, gint channels, GError **error)
{
  g_autofree gchar *bytes  = NULL;
  gsize             length = 0;
  gsize             pixels = (gsize) option_height * option_width;
  const gfloat     *planes;

  if (option_input)
    {
      if (! g_file_get_contents (option_input, &bytes, &length, error))
        return FALSE;
      if (length != pixels * channels * sizeof (gfloat))
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "%s does not hold %d x %d x %d floats", option_input,
                       channels, option_height, option_width);
          return FALSE;
        }
    }
  planes = (const gfloat *) bytes;
  for (gsize i = 0; i < pixels; i++)
    for (gint c = 0; c < channels; c++)
      x[i * channels + c] = planes ? planes[c * pixels + i]
                                   : sinf (0.37f * i + 1.9f * c);
  return TRUE;
}

static gboolean
write_output (const gfloat *out, gsize pixels, gint channels, GError **error)
{
  g_autofree gfloat *planes = g_new (gfloat, pixels * channels);

  for (gsize i = 0; i < pixels; i++)
    for (gint c = 0; c < channels; c++)
      planes[c * pixels + i] = out[i * channels + c];
  return g_file_set_contents (option_output, (const gchar *) planes,
                              pixels * channels * sizeof (gfloat), error);
}

static gboolean
bench_folder (const gchar *folder, GError **error)
{
  g_autoptr (DdimThreadPool)  pool  = ddim_thread_pool_new (option_threads);
  g_autoptr (BenchModel)      model = NULL;
  g_autofree Measurement     *m     = g_new0 (Measurement, 1);
  g_autofree gchar           *full  = g_canonicalize_filename (folder, NULL);
  g_autofree gchar           *name  = g_path_get_basename (full);
  g_autofree gchar           *more  = NULL;
  g_autofree gfloat          *x     = NULL;
  g_autofree gfloat          *out   = NULL;
  gint                        in_shape[3], out_shape[3];
  gsize                       in_size, out_pixels;
  Evaluation                  e;
  gdouble                     ready = now (), used = processor_now ();

  model = bench_model_new (folder, option_batch, option_height, option_width,
                           option_bfloat16 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32,
                           pool, error);
  if (! model)
    return FALSE;

  bench_model_get_shapes (model, in_shape, out_shape);
  in_size    = (gsize) in_shape[0] * in_shape[1] * in_shape[2];
  out_pixels = (gsize) out_shape[0] * out_shape[1];
  x   = g_new (gfloat, option_batch * in_size);
  out = g_new (gfloat, option_batch * out_pixels * out_shape[2]);
  e   = (Evaluation) { model, x, out };
  if (! fill_input (x, in_shape[2], error))
    return FALSE;
  for (gint i = 1; i < option_batch; i++)
    memcpy (x + i * in_size, x, in_size * sizeof (gfloat));
  if (! evaluate (&e, error))
    return FALSE;
  ready = now () - ready;
  used  = processor_now () - used;
  if (option_output && ! write_output (out, out_pixels, out_shape[2], error))
    return FALSE;

  m->once = evaluate;
  m->data = &e;
  if (! evaluate (&e, error) || ! measure (m, error))
    return FALSE;
  more = g_strdup_printf (", \"first_result_processor_seconds\": %.6f", used);
  if (option_cancel)
    {
      g_autofree gchar *before = more;

      more = g_strdup_printf ("%s, \"cancel_steps\": %.4f", before,
                              measure_cancel (&e, median (m->seconds, m->n)));
    }
  print_row (name, "gimp-ddim", DDIM_VERSION, "", m, ready, more);
  return TRUE;
}

/* OpenBLAS ------------------------------------------------------------ */

static gboolean
multiply (gpointer data, GError **error)
{
  gfloat *a = data;
  gsize   n = SGEMM_N;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n,
               1.0f, a, n, a + n * n, n, 0.0f, a + 2 * n * n, n);
  return TRUE;
}

static gboolean
bench_sgemm (GError **error)
{
  g_autofree Measurement *m     = g_new0 (Measurement, 1);
  g_autofree gfloat      *a     = g_new0 (gfloat, 3 * SGEMM_N * SGEMM_N);
  gdouble                 ready = now ();

  for (gint i = 0; i < 2 * SGEMM_N * SGEMM_N; i++)
    a[i] = i % 1009 * 1e-3f - 0.5f;
  openblas_set_num_threads (option_threads);
  m->once = multiply;
  m->data = a;
  if (! multiply (a, error))
    return FALSE;
  ready = now () - ready;
  if (! measure (m, error))
    return FALSE;
  option_height = option_width = SGEMM_N;
  print_row ("sgemm", "openblas", openblas_get_config (),
             openblas_get_corename (), m, ready, "");
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError)         error   = NULL;
  gboolean                   done;

  g_option_context_add_main_entries (context, entries, NULL);
  done = g_option_context_parse (context, &argc, &argv, &error);
  if (done && ! option_sgemm &&
      (! option_folders || ! option_folders[0] ||
       option_height < 1 || option_width < 1 || option_batch < 1))
    {
      g_printerr ("ddim-bench: a model folder, --height and --width are needed\n");
      return 2;
    }
  openblas_set_num_threads (1); /* the pool has the threads */
  if (done)
    done = option_sgemm ? bench_sgemm (&error)
                        : bench_folder (option_folders[0], &error);
  if (! done)
    {
      g_printerr ("ddim-bench: %s\n", error->message);
      return 1;
    }
  return 0;
}

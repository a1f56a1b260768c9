/* ops-bench.c: how fast each operation is, beside sgemm
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   ops-bench [--threads N] [--bfloat16] [--json FILE] [--rounds R]
 *
 * For each operation at shapes that real models have: the algorithm, the time,
 * and the effective rate, that is the definition's floating-point operations
 * over the time, also as a share of OpenBLAS's sgemm in the same run (the rate
 * that direct convolution over a matrix product cannot pass).  Each time is
 * the least of R rounds that take the operations in turn.  DDIM_ISA picks the
 * instruction set.
 */

#include <math.h>
#include <stdio.h>
#include <time.h>

#include <cblas.h>
#include <glib/gstdio.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "attention.h"
#include "conv.h"

#define SGEMM_N      1536
#define TURN_SECONDS 0.05

static gint   option_threads = 1;
static gint   option_rounds  = 10;
static gchar *option_json;
static gboolean option_bfloat16;

static const GOptionEntry entries[] =
{
  { "threads", 0, 0, G_OPTION_ARG_INT,      &option_threads, "Threads", "N" },
  { "rounds",  0, 0, G_OPTION_ARG_INT,      &option_rounds,  "Rounds",  "R" },
  { "bfloat16", 0, 0, G_OPTION_ARG_NONE,    &option_bfloat16, "Multiply bfloat16s", NULL },
  { "json",    0, 0, G_OPTION_ARG_FILENAME, &option_json,    "Where the rows go", "FILE" },
  { NULL }
};

typedef struct
{
  const gchar *name;
  gint         side;
  DdimConvSpec spec;
  gint         heads; /* 0: a convolution; else attention over c_in channels */
} Shape;

#define CONV3(c_in, c_out) { c_in, c_out, 3, 1, 1, 1, FALSE }

static const Shape shapes[] =
{
  { "3x3",         256, CONV3 (3, 128) },
  { "3x3",         256, CONV3 (32, 32) },
  { "3x3",         256, CONV3 (128, 128) },
  { "3x3",         256, CONV3 (256, 128) },
  { "3x3",         256, CONV3 (128, 3) },
  { "3x3",         64,  CONV3 (128, 128) },
  { "3x3",         64,  CONV3 (256, 256) },
  { "3x3",         32,  CONV3 (128, 128) },
  { "3x3",         32,  CONV3 (256, 256) },
  { "3x3",         16,  CONV3 (256, 256) },
  { "3x3",         16,  CONV3 (512, 512) },
  { "3x3",         16,  CONV3 (1024, 512) },
  { "3x3",         8,   CONV3 (256, 256) },
  { "3x3",         8,   CONV3 (512, 512) },
  { "3x3",         4,   CONV3 (256, 256) },
  { "3x3",         4,   CONV3 (512, 512) },
  { "3x3",         2,   CONV3 (512, 512) },
  { "doubled 3x3", 16,  { 256, 256, 3, 1, 1, 1, TRUE } },
  { "doubled 3x3", 128, { 128, 128, 3, 1, 1, 1, TRUE } },
  { "halving 3x3", 32,  { 128, 128, 3, 2, 0, 1, FALSE } },
  { "1x1",         16,  { 256, 256, 1, 1, 0, 0, FALSE } },
  { "1x1",         64,  { 384, 256, 1, 1, 0, 0, FALSE } },
  { "1x1",         256, { 256, 128, 1, 1, 0, 0, FALSE } },
  { "attention",   16,  { 256 }, 1 },
  { "attention",   16,  { 512 }, 64 },
  { "attention",   64,  { 64 },  1 }
};

/* One operation, ready to run, and the best time so far. */
typedef struct
{
  const Shape      *shape;
  DdimConv         *conv;
  DdimConvArgs      args;
  DdimAttentionArgs attention;
  DdimRun           run;
  gdouble           flops;
  gdouble           seconds;
} Operation;

/* With one thread, its processor time, which other programs do not add to. */
static gdouble
now (void)
{
  struct timespec t;

  clock_gettime (option_threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static gfloat *
numbers (gsize n)
{
  gfloat *x = ddim_memory_try_alloc (n);
  guint32 state = 1;

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525 + 1013904223;
      x[i] = (gint32) state / 2147483648.0f;
    }
  return x;
}

static void
operation_init (Operation      *operation,
                const Shape    *shape,
                DdimThreadPool *pool)
{
  const DdimConvSpec *spec = &shape->spec;
  gint  side   = shape->side;
  gsize pixels = (gsize) side * side;
  DdimPrecision precision = option_bfloat16 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32;
  gsize scratch;

  *operation = (Operation) { shape, .seconds = INFINITY };
  if (shape->heads)
    {
      gint c = spec->c_in;

      operation->attention = (DdimAttentionArgs)
        { 1, side * side, side * side, shape->heads, c / shape->heads,
          numbers (pixels * c), numbers (pixels * c), numbers (pixels * c), c, c, c,
          numbers (pixels * c), c, FALSE, precision };
      operation->flops = 4.0 * pixels * pixels * c;
      scratch = ddim_attention_plan (1, side * side, side * side, shape->heads,
                                     c / shape->heads, precision, pool);
    }
  else
    {
      gint         out  = ddim_conv_output_size (spec, side);
      gsize        taps = (gsize) spec->c_out * spec->c_in * spec->kernel * spec->kernel;
      DdimConstant weight = { DDIM_DTYPE_F32, taps, numbers (taps) };
      DdimConstant bias   = { DDIM_DTYPE_F32, spec->c_out, numbers (spec->c_out) };
      DdimAffine  *affine = g_new (DdimAffine, 1);
      DdimTensor  *result = g_new (DdimTensor, 1);
      DdimMoments *moments = g_new (DdimMoments, 1);

      *affine  = (DdimAffine) { 1, spec->c_in, numbers (spec->c_in), numbers (spec->c_in),
                                DDIM_ACTIVATION_SILU };
      *result  = (DdimTensor) { 1, out, out, spec->c_out,
                                numbers ((gsize) out * out * spec->c_out) };
      *moments = (DdimMoments) { 1, spec->c_out, g_new (gdouble, 2 * spec->c_out) };
      operation->args = (DdimConvArgs)
        { .source = { 1, side, side, { spec->c_in, 0 }, { numbers (pixels * spec->c_in), NULL } },
          /* As in a U-Net: a norm and SiLU before most 3 x 3 convolutions. */
          .affine = spec->kernel == 3 && spec->stride == 1 && ! spec->upsample && spec->c_in > 3
                    ? affine : NULL,
          .out = result, .moments = moments };
      operation->conv  = ddim_conv_new (spec, &weight, &bias);
      operation->flops = 2.0 * out * out * taps;
      g_assert_true (ddim_conv_plan (operation->conv, 1, side, side, precision, pool, &scratch));
    }
  operation->run = (DdimRun) { pool, NULL, ddim_memory_try_alloc (MAX (scratch, 16)) };
}

static void
operation_turn (Operation *operation)
{
  gdouble start = now (), end = start;

  while (end - start < TURN_SECONDS)
    {
      gdouble before = end;

      if (operation->conv)
        ddim_conv_run (operation->conv, &operation->args, &operation->run);
      else
        ddim_attention_run (&operation->attention, &operation->run);
      end = now ();
      operation->seconds = MIN (operation->seconds, end - before);
    }
}

static void
sgemm_turn (gdouble *seconds)
{
  static gfloat *a, *b, *c;
  gdouble start;

  if (! a)
    {
      a = numbers (SGEMM_N * SGEMM_N);
      b = numbers (SGEMM_N * SGEMM_N);
      c = numbers (SGEMM_N * SGEMM_N);
    }
  start = now ();
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, SGEMM_N, SGEMM_N, SGEMM_N,
               1, a, SGEMM_N, b, SGEMM_N, 0, c, SGEMM_N);
  *seconds = MIN (*seconds, now () - start);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = NULL;
  Operation operations[G_N_ELEMENTS (shapes)];
  gdouble   sgemm = INFINITY, peak;
  FILE     *json = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (! g_option_context_parse (context, &argc, &argv, &error) ||
      (option_json && ! (json = g_fopen (option_json, "w"))))
    {
      g_printerr ("ops-bench: %s\n", error ? error->message : "could not write the file of --json");
      return 1;
    }

  openblas_set_num_threads (option_threads);
  pool = ddim_thread_pool_new (option_threads);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    operation_init (&operations[i], &shapes[i], pool);
  for (gint round = 0; round < option_rounds; round++)
    {
      sgemm_turn (&sgemm);
      for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
        operation_turn (&operations[i]);
    }

  peak = 2.0 * SGEMM_N * SGEMM_N * SGEMM_N / sgemm * 1e-9;
  g_print ("%s, %s, %d thread%s; sgemm, %d cubed: %.0f GFLOP/s\n\n"
           "| operation | channels | side | algorithm | ms | GFLOP/s | of sgemm |\n"
           "|---|---|---|---|---|---|---|\n",
           ddim_thread_pool_get_kernels (pool)->name,
           option_bfloat16 ? "bfloat16" : "float32", option_threads,
           option_threads == 1 ? "" : "s",
           SGEMM_N, peak);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const Shape *shape = &shapes[i];
      const gchar *way   = operations[i].conv ? ddim_conv_get_algorithm (operations[i].conv)
                                              : "products";
      gdouble      rate  = operations[i].flops / operations[i].seconds * 1e-9;
      gint         c_out = shape->heads ? shape->heads : shape->spec.c_out;

      g_print ("| %s | %d %s %d%s | %d² | %s | %.3f | %.0f | %.2f |\n",
               shape->name, shape->spec.c_in, shape->heads ? "in" : "→", c_out,
               shape->heads == 1 ? " head" : shape->heads ? " heads" : "", shape->side, way,
               operations[i].seconds * 1e3, rate, rate / peak);
      if (json)
        g_fprintf (json, "%s{\"operation\": \"%s\", \"c_in\": %d, \"%s\": %d, \"side\": %d, "
                   "\"algorithm\": \"%s\", \"isa\": \"%s\", \"threads\": %d, "
                   "\"seconds\": %.9f, \"gflops\": %.3f, \"of_sgemm\": %.4f}",
                   i ? ",\n " : "[", shape->name, shape->spec.c_in,
                   shape->heads ? "heads" : "c_out", c_out, shape->side, way,
                   ddim_thread_pool_get_kernels (pool)->name, option_threads,
                   operations[i].seconds, rate, rate / peak);
    }
  if (json)
    {
      g_fprintf (json, "]\n");
      fclose (json);
    }
  return 0;
}

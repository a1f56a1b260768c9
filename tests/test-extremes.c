/* test-extremes.c: every operation on extreme but finite numbers, against its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each round draws shapes, magnitudes from 1e-30 to 1e30 and a pattern of numbers
 * (see fill ()), and compares an operation with its naive twin in double, by each
 * instruction set.  An error is bounded by what rounding may do, u = 2^-24 for each
 * of the terms of a sum, as a share of the sum of the terms' absolute values.  What
 * float itself cannot hold, a partial sum or a square, is drawn anew.
 *
 * DDIM_EXTREMES=ROUNDS draws more of them, and others each time.
 */

#include <float.h>
#include <math.h>

#include "activation.h"
#include "add.h"
#include "aligned-memory.h"
#include "attention.h"
#include "codebook.h"
#include "constant.h"
#include "conv.h"
#include "each-kernels.h"
#include "geglu.h"
#include "layer-norm.h"
#include "linear.h"
#include "resample.h"

#define ROUNDS 150
#define U      (1.0 / (1 << 24))
#define LEAST  1e-36 /* below it float has fewer digits                       */
#define MOST   1e36  /* a partial sum may be so large, transforms of it larger */

static gint   rounds = ROUNDS;
static GRand *source_of_chance;

/* Blocks of memory of a round. */
static GPtrArray *blocks;

static gfloat *
take (gsize n)
{
  gfloat *block = ddim_memory_try_alloc (n + 64);

  g_assert_nonnull (block);
  memset (block, 0, (n + 64) * sizeof (gfloat));
  g_ptr_array_add (blocks, block);
  return block;
}

static gint
between (gint first,
         gint last)
{
  return g_rand_int_range (source_of_chance, first, last + 1);
}

static gdouble
chance (gdouble low,
        gdouble high)
{
  return g_rand_double_range (source_of_chance, low, high);
}

/* n numbers of about 10^exponent, in rows of c: of like magnitude; over nine orders of
 * it; far from zero and close together; mostly zero; or nearly all the same, with
 * a few, the first among them, that are not.                                */
static gfloat *
fill (gsize   n,
      gint    c,
      gdouble exponent)
{
  gfloat *x = take (n);
  gdouble size = pow (10, exponent), spread = pow (10, -chance (0, 4));
  gint    pattern = between (0, 4);

  for (gsize i = 0; i < n; i++)
    {
      gdouble of_row = i % c % 2 ? 1 : -0.7, noise = chance (-1, 1);

      switch (pattern)
        {
        case 0:  x[i] = size * noise; break;
        case 1:  x[i] = size * (noise < 0 ? -1 : 1) * pow (10, chance (-9, 0)); break;
        case 2:  x[i] = size * (of_row + spread * noise); break;
        case 3:  x[i] = fabs (noise) < 0.9 ? 0 : size * noise; break;
        default: x[i] = i < (gsize) c || fabs (noise) > 0.998 ? 0 : size * (of_row + 1e-3 * noise);
        }
    }
  return x;
}

static gfloat *
absolute (const gfloat *x,
          gsize         n)
{
  gfloat *out = take (n);

  for (gsize i = 0; i < n; i++)
    out[i] = fabsf (x[i]);
  return out;
}

static gdouble
largest (const gfloat *x,
         gsize         n)
{
  gdouble most = 0;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs (x[i]));
  return most;
}

static void
compare (const gchar  *what,
         gint          kernels,
         gsize         i,
         gdouble       found,
         gdouble       wanted,
         gdouble       bound)
{
  if (! (fabs (found - wanted) <= bound + LEAST))
    g_error ("%s by %s: number %" G_GSIZE_FORMAT " is %.9g instead of %.9g, which may be off "
             "by %.2g", what, ddim_kernels_list ()[kernels]->name, i, found, wanted, bound);
}

/* Moments ------------------------------------------------------------------ */

/* That of the numbers that were written: right to 1e-5 up to a mean of 1,000 deviations,
 * and to as much less beyond as there are digits fewer.  Squares must fit into floats,
 * and be no less than their least.                                          */
static void
check_moments (const gchar       *what,
               gint               kernels,
               const DdimTensor  *tensor,
               const DdimMoments *moments)
{
  gsize pixels = (gsize) tensor->h * tensor->w;

  for (gint n = 0; n < tensor->n; n++)
    for (gint c = 0; c < tensor->c; c++)
      {
        const gfloat  *at = tensor->data + n * pixels * tensor->c + c;
        const gdouble *m  = moments->data + 2 * ((gsize) n * tensor->c + c);
        gdouble mean = 0, variance = 0, most = 0, found_mean = m[0] / pixels, bound;
        gdouble found = MAX (m[1] / pixels - found_mean * found_mean, 0);

        for (gsize i = 0; i < pixels; i++)
          {
            mean += at[i * tensor->c];
            most  = MAX (most, fabs (at[i * tensor->c]));
          }
        mean /= pixels;
        for (gsize i = 0; i < pixels; i++)
          variance += (at[i * tensor->c] - mean) * (at[i * tensor->c] - mean);
        variance /= pixels;
        if (4 * most * most * pixels > FLT_MAX || variance < 1e-30)
          continue;
        bound = 1e-5 * variance * MAX (1, 1e-6 * mean * mean / variance);
        compare (what, kernels, n * tensor->c + c, found, variance, bound);
        compare (what, kernels, n * tensor->c + c, found_mean, mean, 1e-5 * sqrt (variance) + U * fabs (mean));
      }
}

/* Operations --------------------------------------------------------------- */

/* The largest number of each channel within five pixels: what a tile of Winograd's
 * has, and rounds to.                                                       */
static gfloat *
around (const gfloat *x,
        gint          n,
        gint          h,
        gint          w,
        gint          c)
{
  gfloat *out = take ((gsize) n * h * w * c);

  for (gint item = 0; item < n; item++)
    for (gint y = 0; y < h; y++)
      for (gint x0 = 0; x0 < w; x0++)
        for (gint v = MAX (y - 5, 0); v <= MIN (y + 5, h - 1); v++)
          for (gint u = MAX (x0 - 5, 0); u <= MIN (x0 + 5, w - 1); u++)
            for (gint k = 0; k < c; k++)
              {
                gfloat *most = out + (((gsize) item * h + y) * w + x0) * c + k;

                *most = MAX (*most, fabsf (x[(((gsize) item * h + v) * w + u) * c + k]));
              }
  return out;
}

static gboolean
conv (void)
{
  gint kernel = between (0, 3) ? 3 : 1, stride = kernel == 3 && ! between (0, 3) ? 2 : 1;
  DdimConvSpec spec = { between (1, 40), between (1, 40), kernel, stride, kernel / 2, kernel / 2,
                        kernel == 3 && stride == 1 && ! between (0, 3) };
  gint    n = between (1, 2), h = between (1, 30), w = between (1, 30), out_h, out_w;
  gdouble exponent = chance (-28, 28), of_weights = chance (MAX (-28, -33 - exponent), MIN (28, 33 - exponent));
  gsize   taps = (gsize) kernel * kernel, weights_size = taps * spec.c_in * spec.c_out;
  gsize   in = (gsize) n * h * w * spec.c_in, size;
  gfloat *x = fill (in, spec.c_in, exponent), *weights = fill (weights_size, taps, of_weights);
  gfloat *bias = fill (spec.c_out, spec.c_out, exponent + of_weights), *widest = take (weights_size);
  gfloat *residual, *wanted, *bounds, *found, *of_bias = absolute (bias, spec.c_out);
  gdouble *sums;

  out_h = ddim_conv_output_size (&spec, h);
  out_w = ddim_conv_output_size (&spec, w);
  size  = (gsize) n * out_h * out_w * spec.c_out;
  residual = fill (size, spec.c_out, exponent + of_weights);
  wanted = take (size), bounds = take (size), found = take (size);
  for (gsize i = 0; i < weights_size; i++)
    widest[i] = largest (weights + i / taps * taps, taps);

  DdimConstant weight = { DDIM_DTYPE_F32, weights_size, weights };
  DdimConstant biases = { DDIM_DTYPE_F32, spec.c_out, bias };
  DdimConstant widest_weight = { DDIM_DTYPE_F32, weights_size, widest };
  DdimConstant bias_size = { DDIM_DTYPE_F32, spec.c_out, of_bias };
  DdimTensor   source = { n, h, w, spec.c_in, x }, out = { n, out_h, out_w, spec.c_out, wanted };
  DdimTensor   added = { n, out_h, out_w, spec.c_out, residual };
  DdimSource   residual_source = ddim_source (&added, NULL);
  DdimConvArgs args = { .source = ddim_source (&source, NULL), .out = &out,
                        .residual = &residual_source };

  ddim_conv_naive (&spec, &weight, &biases, &args);
  source.data = around (x, n, h, w, spec.c_in);
  added.data  = absolute (residual, size);
  args.source = ddim_source (&source, NULL);
  residual_source = ddim_source (&added, NULL);
  out.data    = bounds;
  ddim_conv_naive (&spec, &widest_weight, &bias_size, &args);
  if (! (largest (bounds, size) < MOST))
    return FALSE;

  sums = g_new (gdouble, 2 * n * spec.c_out);
  DdimMoments moments = { n, spec.c_out, sums };

  source.data = x;
  args.source = ddim_source (&source, NULL);
  added.data  = residual;
  residual_source = ddim_source (&added, NULL);
  out.data    = found;
  args.moments = &moments;
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
      g_autoptr (DdimConv) made = ddim_conv_new (&spec, &weight, &biases);
      gsize    scratch;
      /* u for each term, where all round to one side; of split numbers what is left
       * out besides (kernel-bf16x2.c).                                      */
      gdouble  bound = (taps * spec.c_in + 64) * U
                       + (ddim_thread_pool_get_kernels (pool)->bf16x2_split ? 3.0 / (1 << 18) : 0);

      g_assert_nonnull (made);
      g_assert_true (ddim_conv_plan (made, n, h, w, DDIM_PRECISION_FLOAT32, pool, &scratch));
      g_assert_true (ddim_conv_run (made, &args, &(DdimRun) { pool, NULL, take (scratch) }));
      for (gsize j = 0; j < size; j++)
        compare (ddim_conv_get_algorithm (made), i, j, found[j], wanted[j], bound * bounds[j]);
      check_moments (ddim_conv_get_algorithm (made), i, &out, &moments);
    }
  g_free (sums);
  return TRUE;
}

static gboolean
add (void)
{
  gint    n = between (1, 2), h = between (1, 70), w = between (1, 70), c = between (1, 40);
  gsize   size = (gsize) n * h * w * c;
  gdouble exponent = chance (-30, 30), scale = chance (0.1, 2);
  gfloat *a = fill (size, c, exponent), *b = fill (size, c, exponent + chance (-3, 3));
  g_autofree gdouble *sums = g_new (gdouble, 2 * n * c);
  DdimMoments moments = { n, c, sums };
  DdimTensor  first = { n, h, w, c, a }, second = { n, h, w, c, b }, out = { n, h, w, c, take (size) };

  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
      DdimRun run = { pool, NULL, take (ddim_add_plan (n, h, w, c, pool)) };

      g_assert_true (ddim_add_run (&first, &second, scale, &out, &moments, &run));
      for (gsize j = 0; j < size; j++)
        compare ("add", i, j, out.data[j], ((gdouble) a[j] + b[j]) * scale,
                 4 * U * scale * (fabs (a[j]) + fabs (b[j])));
      check_moments ("add", i, &out, &moments);
    }
  return TRUE;
}

static gboolean
linear (void)
{
  gint    c_in = between (1, 200), c_out = between (1, 90), n = between (1, 9);
  gdouble exponent = chance (-28, 28), of_weights = chance (MAX (-28, -33 - exponent), MIN (28, 33 - exponent));
  gfloat *x = fill (n * c_in, c_in, exponent), *weights = fill (c_in * c_out, c_in, of_weights);
  gfloat *bias = fill (c_out, c_out, exponent + of_weights), *found = take (n * c_out);
  gfloat *wanted = take (n * c_out), *bounds = take (n * c_out);
  DdimConstant weight = { DDIM_DTYPE_F32, c_in * c_out, weights }, biases = { DDIM_DTYPE_F32, c_out, bias };
  DdimConstant weight_size = { DDIM_DTYPE_F32, c_in * c_out, absolute (weights, c_in * c_out) };
  DdimConstant bias_size = { DDIM_DTYPE_F32, c_out, absolute (bias, c_out) };

  ddim_linear_naive (c_in, c_out, &weight, &biases, n, x, c_in, wanted, c_out);
  ddim_linear_naive (c_in, c_out, &weight_size, &bias_size, n, absolute (x, n * c_in), c_in,
                     bounds, c_out);
  if (! (largest (bounds, n * c_out) < MOST))
    return FALSE;

  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
      g_autoptr (DdimLinear) made = ddim_linear_new (c_in, c_out, &weight, &biases);

      g_assert_true (ddim_linear_plan (made, pool));
      g_assert_true (ddim_linear_run (made, n, x, c_in, found, c_out, &(DdimRun) { pool, NULL, NULL }));
      for (gint j = 0; j < n * c_out; j++)
        compare ("linear", i, j, found[j], wanted[j], (c_in + 2) * U * bounds[j]);
    }
  return TRUE;
}

/* A score is off by some u of its terms, and each weight by e to that. */
static gboolean
attention (void)
{
  gint    heads = between (1, 3), d = between (1, 40), queries = between (1, 40);
  gint    keys = between (1, 80), c = heads * d;
  gdouble exponent = chance (-17, 17), of_values = chance (-28, 28);
  gfloat *q = fill (queries * c, c, exponent), *k = fill (keys * c, c, chance (-17, 17));
  gfloat *v = fill (keys * c, c, of_values), *wanted = take (queries * c), *found = take (queries * c);
  gdouble most = largest (v, keys * c), terms = largest (q, queries * c) * largest (k, keys * c) * d;
  DdimAttentionArgs args = { 1, queries, keys, heads, d, q, k, v, c, c, c, wanted, c, FALSE };

  if (! (terms < MOST))
    return FALSE;

  ddim_attention_naive (&args);
  args.out = found;
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
      gboolean split = ddim_thread_pool_get_kernels (pool)->bf16x2_split != NULL;
      gdouble  u = split ? 3e-6 : U, off = 2 * (d + 4) * u * terms / sqrt (d);
      DdimRun  run = { pool, NULL, take (ddim_attention_plan (1, queries, keys, heads, d,
                                                               DDIM_PRECISION_FLOAT32, pool)) };

      g_assert_true (ddim_attention_run (&args, &run));
      /* Where the scores have no digit that is sure, it is still a mean of values. */
      for (gint j = 0; j < queries * c; j++)
        if (off < 0.5)
          compare ("attention", i, j, found[j], wanted[j],
                   most * (expm1 (2 * off) + 2 * (keys + 4) * u));
        else
          compare ("attention", i, j, found[j], 0, most * (1 + 2 * (keys + 4) * u));
    }
  return TRUE;
}

static gboolean
layer_norm (void)
{
  gint    c = between (1, 200), n = between (1, 9);
  gdouble exponent = chance (-14, 17), eps = between (0, 1) ? 1e-5 : 1e-12;
  gfloat *x = fill (n * c, c, exponent), *gammas = fill (c, c, chance (-10, 10));
  gfloat *betas = fill (c, c, chance (-10, 10)), *wanted = take (n * c), *found = take (n * c);
  DdimConstant gamma = { DDIM_DTYPE_F32, c, gammas }, beta = { DDIM_DTYPE_F32, c, betas };
  g_autoptr (DdimLayerNorm) norm = ddim_layer_norm_new (c, eps, &gamma, &beta);

  ddim_layer_norm_naive (c, eps, &gamma, &beta, n, x, c, wanted, c);
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);

      g_assert_true (ddim_layer_norm_run (norm, n, x, c, found, c, &(DdimRun) { pool, NULL, NULL }));
      for (gint j = 0; j < n * c; j++)
        {
          const gfloat *row = x + j / c * c;
          gdouble mean = 0, variance = 0, scale;

          for (gint k = 0; k < c; k++)
            mean += (gdouble) row[k] / c;
          for (gint k = 0; k < c; k++)
            variance += (row[k] - mean) * (row[k] - mean) / c;
          scale = fabs (gammas[j % c]) / sqrt (variance + eps);
          compare ("layer-norm", i, j, found[j], wanted[j],
                   (c + 8) * U * (3 * largest (row, c) * scale + fabs (betas[j % c])));
        }
    }
  return TRUE;
}

/* GELU's polynomial is right to 1.5e-7 of its argument (kernel-gelu.c). */
static gboolean
geglu (void)
{
  gint    c = between (1, 90), n = between (1, 40);
  gdouble exponent = chance (-30, 30);
  gfloat *x = fill (2 * n * c, 2 * c, exponent), *wanted = take (n * c), *found = take (n * c);

  if (exponent > 15)
    for (gint i = 0; i < 2 * n * c; i++)
      if (i / c % 2 == 0)
        x[i] *= powf (10, -exponent);
  ddim_geglu_naive (n, c, x, wanted);
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);

      g_assert_true (ddim_geglu_run (n, c, x, found, &(DdimRun) { pool, NULL, NULL }));
      for (gint j = 0; j < n * c; j++)
        compare ("geglu", i, j, found[j], wanted[j],
                 4e-7 * fabs ((gdouble) x[j / c * 2 * c + j % c] * x[(j / c * 2 + 1) * c + j % c]));
    }
  return TRUE;
}

/* The vector that is found is as near as the nearest, to the digits of a distance. */
static gboolean
codebook (void)
{
  gint    n = between (1, 300), c = between (1, 9), rows = between (1, 40);
  gdouble exponent = chance (-14, 17);
  gfloat *vectors = fill (n * c, c, exponent), *x = fill (rows * c, c, exponent + chance (-2, 1));
  gfloat *wanted = take (rows * c), *found = take (rows * c);
  DdimConstant constant = { DDIM_DTYPE_F32, n * c, vectors };
  g_autoptr (DdimCodebook) made = ddim_codebook_new (n, c, &constant);

  ddim_codebook_naive (n, c, &constant, rows, x, wanted);
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);

      g_assert_true (ddim_codebook_run (made, rows, x, found, &(DdimRun) { pool, NULL, NULL }));
      for (gint row = 0; row < rows; row++)
        {
          gdouble near = 0, least = 0;

          for (gint k = row * c; k < (row + 1) * c; k++)
            {
              near  += ((gdouble) x[k] - found[k]) * ((gdouble) x[k] - found[k]);
              least += ((gdouble) x[k] - wanted[k]) * ((gdouble) x[k] - wanted[k]);
            }
          compare ("codebook", i, row, near, least, 2 * (c + 4) * U * least);
        }
    }
  return TRUE;
}

/* No activation is steeper than 1.13, and each is off by some u of its argument. */
static gboolean
affine (void)
{
  gint    n = between (1, 2), h = 2 * between (1, 9), w = 2 * between (1, 9), c = between (1, 40);
  gdouble exponent = chance (-20, 20);
  gsize   size = (gsize) n * h * w * c;
  gfloat *x = fill (size, c, exponent), *scale = fill (n * c, c, chance (-10, 10));
  gfloat *shift = fill (n * c, c, chance (-20, 20)), *found = take (size), *halved = take (size);
  DdimActivation activation = between (DDIM_ACTIVATION_NONE, DDIM_ACTIVATION_RELU);
  DdimAffine  affine = { n, c, scale, shift, activation };
  DdimTensor  source = { n, h, w, c, x }, out = { n, h, w, c, found };
  DdimTensor  half = { n, h / 2, w / 2, c, halved };
  DdimSource  from = ddim_source (&source, NULL);

  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
      DdimRun run = { pool, NULL, take (size) };

      g_assert_true (ddim_affine_apply (&from, &affine, &out, &run));
      g_assert_true (ddim_resample_halve (&from, &affine, &half, &run));
      for (gsize j = 0; j < size; j++)
        {
          gsize   at = j / ((gsize) h * w * c) * c + j % c;
          gdouble product = (gdouble) scale[at] * x[j];

          compare ("affine", i, j, found[j],
                   ddim_activation_naive (activation, product + shift[at]),
                   10 * U * (fabs (product) + fabs (shift[at])));
        }
      for (gsize j = 0; j < size / 4; j++)
        {
          gsize   pixel = j / c, y = pixel / (w / 2), column = pixel % (w / 2);
          gdouble mean = 0, terms = 0;

          for (gint k = 0; k < 4; k++)
            {
              gsize   from = ((2 * y + k / 2) * w + 2 * column + k % 2) * c + j % c;
              gsize   at = from / ((gsize) h * w * c) * c + j % c;
              gdouble product = (gdouble) scale[at] * x[from];

              mean  += ddim_activation_naive (activation, product + shift[at]) / 4;
              terms += fabs (product) + fabs (shift[at]);
            }
          compare ("halve", i, j, halved[j], mean, 10 * U * terms);
        }
    }
  return TRUE;
}

static void
test_operation (gconstpointer data)
{
  gboolean (*const *operation) (void) = data;
  guint32 seed = rounds == ROUNDS ? 5 : g_random_int ();

  g_test_message ("seed %u", seed);
  source_of_chance = g_rand_new_with_seed (seed);
  for (gint i = 0; i < rounds;)
    {
      blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) ddim_memory_free);
      i += (*operation) ();
      g_ptr_array_unref (blocks);
    }
  g_rand_free (source_of_chance);
}

static const struct
{
  const gchar *name;
  gboolean   (*operation) (void);
} operations[] =
{
  { "conv", conv },           { "add", add },     { "linear", linear },
  { "attention", attention }, { "geglu", geglu }, { "layer-norm", layer_norm },
  { "codebook", codebook },   { "affine", affine }
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("DDIM_EXTREMES"))
    rounds = atoi (g_getenv ("DDIM_EXTREMES"));
  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree gchar *path = g_strconcat ("/extremes/", operations[i].name, NULL);

      g_test_add_data_func (path, &operations[i].operation, test_operation);
    }
  return g_test_run ();
}

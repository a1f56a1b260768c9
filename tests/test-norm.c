/* test-norm.c: group normalisation's moments, where the mean is far from zero
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever writes a tensor sums its moments on the way.  The variance that comes
 * of them must be right to 1e-5 where a channel's mean is up to 1,000 times its
 * deviation, by every operation and each way of doing it.  Both are taken of the
 * floats that were written, so that their own rounding plays no part.
 */

#include <math.h>

#include "add.h"
#include "aligned-memory.h"
#include "conv.h"
#include "each-kernels.h"

#define CHANNELS 32

static const gdouble ratios[] = { 0, 1, 10, 100, 1000, -1000 };

/* Deviation 1 about the ratio. */
static gfloat *
numbers (gsize   n,
         gdouble mean)
{
  GRand  *rand = g_rand_new_with_seed (3);
  gfloat *out  = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    {
      gdouble radius = sqrt (-2 * log (1 - g_rand_double (rand)));

      out[i] = mean + radius * cos (2 * G_PI * g_rand_double (rand));
    }
  g_rand_free (rand);
  return out;
}

static void
check (const DdimTensor  *tensor,
       const DdimMoments *moments,
       const gchar       *how)
{
  gsize pixels = (gsize) tensor->h * tensor->w;

  for (gint n = 0; n < tensor->n; n++)
    for (gint c = 0; c < tensor->c; c++)
      {
        const gfloat  *at = tensor->data + n * pixels * tensor->c + c;
        const gdouble *m  = moments->data + 2 * ((gsize) n * tensor->c + c);
        gdouble mean = 0, variance = 0, found_mean = m[0] / pixels;
        gdouble found = m[1] / pixels - found_mean * found_mean;

        for (gsize i = 0; i < pixels; i++)
          mean += at[i * tensor->c];
        mean /= pixels;
        for (gsize i = 0; i < pixels; i++)
          variance += (at[i * tensor->c] - mean) * (at[i * tensor->c] - mean);
        variance /= pixels;

        if (! (fabs (found - variance) <= 1e-5 * variance))
          g_error ("%s: item %d, channel %d: variance %g instead of %g", how, n, c, found,
                   variance);
      }
}

static void
test_add (void)
{
  const gint h = 61, w = 67, n = 2;
  gdouble    data[2 * 2 * CHANNELS];
  DdimMoments moments = { n, CHANNELS, data };

  for (gint i = 0; i < count_kernels (); i++)
    for (gsize r = 0; r < G_N_ELEMENTS (ratios); r++)
      {
        g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
        gsize      size = (gsize) n * h * w * CHANNELS;
        gfloat    *a = numbers (size, ratios[r]), *b = numbers (size, 0);
        gfloat    *scratch = ddim_memory_try_alloc (ddim_add_plan (n, h, w, CHANNELS, pool));
        DdimTensor first = { n, h, w, CHANNELS, a }, second = { n, h, w, CHANNELS, b };
        DdimRun    run = { pool, NULL, scratch };

        g_assert_true (ddim_add_run (&first, &second, 0.7, &first, &moments, &run));
        check (&first, &moments, "add");
        ddim_memory_free (a);
        ddim_memory_free (b);
        ddim_memory_free (scratch);
      }
}

typedef struct
{
  const gchar *name;
  gint         n, h, w; /* of the source */
  DdimConvSpec spec;
  gboolean     residual;
} Case;

static const Case cases[] =
{
  { "wide",     1, 64, 80, { CHANNELS, CHANNELS, 1, 1, 0, 0, FALSE }, FALSE },
  { "residual", 2, 33, 20, { CHANNELS, CHANNELS, 1, 1, 0, 0, FALSE }, TRUE  },
  { "large",    1, 61, 45, { CHANNELS, CHANNELS, 3, 1, 1, 1, FALSE }, TRUE  },
  { "small",    3, 7,  8,  { CHANNELS, CHANNELS, 3, 1, 1, 1, FALSE }, FALSE },
  { "halving",  1, 50, 62, { CHANNELS, CHANNELS, 3, 2, 1, 1, FALSE }, FALSE },
  { "doubling", 1, 20, 25, { CHANNELS, CHANNELS, 3, 1, 1, 1, TRUE  }, FALSE },
  { "tiny",     5, 3,  3,  { CHANNELS, CHANNELS, 3, 1, 1, 1, FALSE }, FALSE }
};

/* The middle tap of a channel passes on, so that the mean stays where it is; or
 * the mean comes with the bias, or with the residual.                       */
static void
test_conv (gconstpointer data)
{
  const Case         *c    = data;
  const DdimConvSpec *spec = &c->spec;
  gint   h = ddim_conv_output_size (spec, c->h), w = ddim_conv_output_size (spec, c->w);
  gint   taps = spec->kernel * spec->kernel;
  gsize  in = (gsize) c->n * c->h * c->w * CHANNELS, out = (gsize) c->n * h * w * CHANNELS;
  g_autofree gfloat  *weights = g_new0 (gfloat, CHANNELS * CHANNELS * taps);
  g_autofree gfloat  *bias = g_new0 (gfloat, CHANNELS);
  g_autofree gdouble *sums = g_new (gdouble, 2 * c->n * CHANNELS);
  DdimMoments         moments = { c->n, CHANNELS, sums };
  DdimConstant weight = { DDIM_DTYPE_F32, (gsize) CHANNELS * CHANNELS * taps, weights };
  DdimConstant biases = { DDIM_DTYPE_F32, CHANNELS, bias };

  for (gint i = 0; i < CHANNELS; i++)
    weights[(i * CHANNELS + i) * taps + taps / 2] = 1;

  for (gint i = 0; i < count_kernels (); i++)
    for (gsize r = 0; r < G_N_ELEMENTS (ratios); r++)
      for (gint by_bias = 0; by_bias < 2; by_bias++)
        {
          g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
          g_autoptr (DdimConv)       conv = NULL;
          gfloat    *x = numbers (in, by_bias ? 0 : ratios[r]);
          gfloat    *more = numbers (out, by_bias ? ratios[r] : 0);
          gfloat    *y = ddim_memory_try_alloc (out), *scratch;
          DdimTensor source = { c->n, c->h, c->w, CHANNELS, x };
          DdimTensor result = { c->n, h, w, CHANNELS, y };
          DdimTensor added  = { c->n, h, w, CHANNELS, more };
          DdimSource residual = ddim_source (&added, NULL);
          DdimConvArgs args = { .source = ddim_source (&source, NULL), .out = &result,
                                .residual = c->residual ? &residual : NULL,
                                .moments = &moments };
          gsize      size;

          for (gint k = 0; k < CHANNELS; k++)
            bias[k] = by_bias ? ratios[r] : 0;
          conv = ddim_conv_new (spec, &weight, &biases);
          g_assert_true (ddim_conv_plan (conv, c->n, c->h, c->w, DDIM_PRECISION_FLOAT32, pool, &size));
          scratch = ddim_memory_try_alloc (size);
          g_assert_true (ddim_conv_run (conv, &args, &(DdimRun) { pool, NULL, scratch }));
          check (&result, &moments, ddim_conv_get_algorithm (conv));
          ddim_memory_free (x);
          ddim_memory_free (more);
          ddim_memory_free (y);
          ddim_memory_free (scratch);
        }
}

/* What a network makes of the moments: normalised values. */
static void
test_affine (void)
{
  gdouble data[2 * 4] = { 0 };
  gfloat  scale[4], shift[4];
  DdimMoments moments = { 1, 4, data };
  DdimAffine  affine = { 1, 4, scale, shift, DDIM_ACTIVATION_NONE };
  g_autoptr (DdimNorm) norm = ddim_norm_new (4, 2, 1e-5, NULL, NULL);
  const gfloat pivots[] = { 1000, 1000, -3, 5 }, sums[] = { 0, 0, 0, 0 };
  const gfloat squares[] = { 8, 8, 0, 0 };

  /* 8 pixels of deviation 1 about 1000; and two flat channels, -3 and 5. */
  ddim_moments_add (data, 4, 8, pivots, sums, squares);
  ddim_norm_affine (norm, &moments, NULL, 8, NULL, 0, DDIM_ACTIVATION_NONE, &affine);
  g_assert_cmpfloat_with_epsilon (scale[0], 1 / sqrt (1 + 1e-5), 1e-6);
  g_assert_cmpfloat_with_epsilon (shift[0], -1000 / sqrt (1 + 1e-5), 1e-3);
  g_assert_cmpfloat_with_epsilon (scale[2], 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (shift[2], -0.25, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/norm/add", test_add);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strconcat ("/norm/conv/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_conv);
    }
  g_test_add_func ("/norm/affine", test_affine);
  return g_test_run ();
}

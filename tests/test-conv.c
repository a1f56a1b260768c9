/* test-conv.c: every algorithm of a convolution against its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound is on the RMS of the difference as a share of the output's RMS.
 * float32 has 6e-8; sums over some hundred products and Winograd's transforms
 * lose a factor of ten to thirty of it (1.1e-6 is what the points used lose at
 * 128 channels).  Split numbers leave out the product of the two low halves:
 * each is within 2^-9 of its high half, a third of that in the mean, and is
 * itself rounded by as much of it: some 4e-6 (base/kernel-bf16x2.c).  An index
 * off by one moves the output by about 1.  Every case runs with each
 * instruction set that this processor has.
 *
 * A bfloat16 is within 2^-8 of its number, in the mean (RMS) 1.6e-3, and the product
 * of two 2.2e-3: so is a sum of products, whose errors and terms add up alike.  Of
 * Winograd's points the sums cancel out in part, and their errors do not: 1.7 times as
 * much comes through of F(2x2), and 5 times of F(4x4), as the same sums in double
 * precision with nothing but the points rounded have it.  The bounds are one and a half
 * of these.
 */

#include <math.h>

#include "aligned-memory.h"
#include "constant.h"
#include "conv.h"
#include "each-kernels.h"

#define BOUND       4e-6
#define SPLIT_BOUND 1e-5

#define ROUNDED_BOUND    3.3e-3
#define ROUNDED_BOUND_2  5.7e-3
#define ROUNDED_BOUND_4 16.5e-3

typedef struct
{
  DdimConvSpec spec;
  gint n, h, w;
  gint second;        /* channels of the source's second tensor */
  gint affine, time, residual;
  const gchar *algorithm;
} Case;

static const Case cases[] =
{
  { { 16, 16, 3, 1, 1, 1, FALSE }, 5, 8, 8, 0, 0, 0, 0, "winograd 2x2" },
  { { 32, 48, 3, 1, 1, 1, FALSE }, 2, 13, 7, 16, 1, 1, 1, "winograd 2x2" },
  { { 32, 48, 3, 1, 1, 1, FALSE }, 2, 13, 27, 16, 1, 1, 1, "winograd 4x4" },
  { { 380, 370, 3, 1, 1, 1, FALSE }, 3, 8, 7, 100, 1, 1, 1, "winograd 2x2" },
  { { 380, 370, 3, 1, 1, 1, TRUE }, 1, 4, 5, 0, 1, 0, 0, "winograd 2x2" },
  { { 300, 40, 3, 1, 1, 1, FALSE }, 5, 12, 9, 0, 1, 1, 1, "winograd 4x4" },
  { { 20, 24, 3, 1, 1, 1, TRUE },  2, 7, 9, 0, 1, 0, 0, "winograd 4x4" },
  { { 17, 19, 3, 1, 1, 1, FALSE }, 3, 10, 30, 0, 1, 1, 2, "winograd 4x4" },
  { { 24, 16, 3, 1, 1, 1, FALSE }, 1, 9, 700, 0, 1, 0, 0, "winograd 4x4" },
  { { 3, 32, 3, 1, 1, 1, FALSE },  2, 11, 9, 0, 0, 0, 0, "gemm" },
  { { 32, 3, 3, 1, 1, 1, FALSE },  1, 40, 70, 0, 1, 0, 0, "winograd 4x4" },
  { { 150, 40, 3, 1, 1, 1, FALSE }, 1, 16, 17, 77, 1, 1, 1, "winograd 4x4" },
  { { 150, 40, 3, 2, 1, 1, FALSE }, 2, 16, 17, 77, 1, 1, 1, "gemm" },
  { { 150, 40, 1, 1, 0, 0, FALSE }, 2, 16, 17, 77, 0, 1, 1, "gemm" },
  { { 16, 16, 3, 1, 1, 1, FALSE }, 1, 1, 1, 0, 1, 0, 1, "gemm" },
  { { 5, 7, 3, 1, 1, 1, TRUE },    2, 3, 4, 2, 1, 1, 0, "gemm" },
  { { 24, 24, 3, 2, 1, 1, FALSE }, 2, 10, 14, 0, 0, 0, 0, "gemm" },
  { { 24, 24, 3, 2, 0, 1, FALSE }, 1, 12, 8, 0, 1, 0, 0, "gemm" },
  { { 40, 24, 1, 1, 0, 0, FALSE }, 2, 9, 33, 10, 1, 0, 1, "gemm" }
};

static gfloat *
numbers (GRand *rand,
         gsize  n)
{
  gfloat *x = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    x[i] = g_rand_double_range (rand, -1, 1);
  return x;
}

static gdouble
difference (const gfloat *x,
            const gfloat *y,
            gsize         n)
{
  gdouble sum = 0, square = 0;

  for (gsize i = 0; i < n; i++)
    {
      sum    += pow ((gdouble) x[i] - y[i], 2);
      square += pow (y[i], 2);
    }
  return sqrt (sum / square);
}

/* Plans, and returns the scratch that it takes. */
static gfloat *
plan (DdimConv       *conv,
      gint            n,
      gint            h,
      gint            w,
      DdimPrecision   precision,
      DdimThreadPool *pool)
{
  gsize scratch;

  g_assert_true (ddim_conv_plan (conv, n, h, w, precision, pool, &scratch));
  return ddim_memory_try_alloc (scratch);
}

/* Whether these kernels compute the case otherwise where bfloat16s will do: those
 * that have products of pairs want an even number of channels, and some pixels. */
static gboolean
is_rounded (const DdimKernels *kernels,
            const Case        *c)
{
  return kernels->bf16x2_split ||
         (kernels->bf16_product && c->spec.c_in % 2 == 0 &&
          ddim_conv_output_size (&c->spec, c->h) * ddim_conv_output_size (&c->spec, c->w) >= 8);
}

static gdouble
bound_of (const DdimKernels *kernels,
          const Case        *c,
          DdimPrecision      precision)
{
  if (precision == DDIM_PRECISION_FLOAT32 || ! is_rounded (kernels, c))
    return kernels->bf16x2_split ? SPLIT_BOUND : BOUND;
  if (kernels->bf16x2_split)
    return ROUNDED_BOUND;
  return g_str_equal (c->algorithm, "winograd 4x4") ? ROUNDED_BOUND_4
         : g_str_equal (c->algorithm, "winograd 2x2") ? ROUNDED_BOUND_2 : ROUNDED_BOUND;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const DdimConvSpec *spec = &c->spec;
  GRand   *rand   = g_rand_new_with_seed (7);
  gint     first  = spec->c_in - c->second;
  gsize    pixels = (gsize) c->n * c->h * c->w;
  gsize    taps   = (gsize) spec->c_out * spec->c_in * spec->kernel * spec->kernel;
  gint     h = ddim_conv_output_size (spec, c->h), w = ddim_conv_output_size (spec, c->w);
  gsize    size   = (gsize) c->n * h * w * spec->c_out;
  gfloat  *weights = numbers (rand, taps), *bias = numbers (rand, spec->c_out);
  gfloat  *a = numbers (rand, pixels * first), *b = numbers (rand, pixels * c->second + 1);
  gfloat  *scale = numbers (rand, c->n * spec->c_in), *shift = numbers (rand, c->n * spec->c_in);
  gfloat  *time = numbers (rand, c->n * (spec->c_out + 3)), *residual = numbers (rand, size);
  gfloat  *wanted = numbers (rand, size);
  gdouble *wanted_moments = g_new (gdouble, 2 * c->n * spec->c_out);
  DdimConstant weight_constant = { DDIM_DTYPE_F32, taps, weights };
  DdimConstant bias_constant   = { DDIM_DTYPE_F32, spec->c_out, bias };
  DdimAffine   affine = { c->n, spec->c_in, scale, shift, DDIM_ACTIVATION_SILU };
  DdimTensor   out = { c->n, h, w, spec->c_out, wanted };
  DdimMoments  moments = { c->n, spec->c_out, wanted_moments };
  DdimSource   residual_source = { c->n, h, w, { spec->c_out, 0 }, { residual, NULL } };
  DdimConvArgs args =
    {
      .source = { c->n, c->h, c->w, { first, c->second }, { a, c->second ? b : NULL } },
      .affine = c->affine ? &affine : NULL,
      .time = c->time ? time : NULL, .time_stride = spec->c_out + 3,
      .residual = c->residual ? &residual_source : NULL,
      .output_scale = c->residual ? 0.7f : 0,
      .out = &out, .moments = &moments
    };

  ddim_conv_naive (spec, &weight_constant, &bias_constant, &args);

  gfloat *one_thread = NULL;
  gdouble rms = 0;

  for (gint j = 0; j < c->n * spec->c_out; j++)
    rms += wanted_moments[2 * j + 1];
  rms = sqrt (rms / size);

  for (gint i = 0; i < 6 * count_kernels (); i++)
    {
      gint n_threads = 1 + i % 3;
      DdimPrecision precision = i / 3 % 2 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32;
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 6, n_threads);
      g_autoptr (DdimConv) conv = ddim_conv_new (spec, &weight_constant, &bias_constant);
      gfloat  *found = numbers (rand, size);
      gdouble *found_moments = g_new (gdouble, 2 * c->n * spec->c_out);
      gfloat  *scratch = plan (conv, c->n, c->h, c->w, precision, pool);
      DdimRun  run = { pool, NULL, scratch };
      const DdimKernels *kernels = ddim_thread_pool_get_kernels (pool);
      gdouble  bound = bound_of (kernels, c, precision), found_difference;

      g_assert_cmpstr (ddim_conv_get_algorithm (conv), ==,
                       kernels->bf16x2_split ? "bf16x2" : c->algorithm);
      out.data     = found;
      moments.data = found_moments;
      residual_source.data[0] = residual;
      if (c->residual == 2) /* the output takes its residual's place */
        {
          memcpy (found, residual, size * sizeof (gfloat));
          residual_source.data[0] = found;
        }
      g_assert_true (ddim_conv_run (conv, &args, &run));

      found_difference = difference (found, wanted, size);
      g_test_message ("%s, %s: %.2e", kernels->name,
                      precision == DDIM_PRECISION_BFLOAT16 ? "bfloat16" : "float32",
                      found_difference);
      g_assert_cmpfloat (found_difference, <, bound);
      /* Where it was asked for it was done. */
      if (precision == DDIM_PRECISION_BFLOAT16 && is_rounded (kernels, c))
        g_assert_cmpfloat (found_difference, >, SPLIT_BOUND);
      /* Errors of `error` each, all of one sign, would move a channel's sum by
       * n of them, and that of squares by 2 sqrt (n sum x^2).  A channel's may be
       * some times the whole output's.                                      */
      for (gint j = 0; j < 2 * c->n * spec->c_out; j += 2)
        {
          gdouble error = 8 * bound * rms, squares = wanted_moments[j + 1];

          g_assert_cmpfloat (fabs (found_moments[j] - wanted_moments[j]), <, h * w * error);
          g_assert_cmpfloat (fabs (found_moments[j + 1] - squares), <,
                             2 * sqrt (h * w * squares) * error + 1e-6 * squares);
        }

      /* The same bits for every number of threads; and at both precisions, where the
       * processor has but one.                                              */
      if (n_threads == 1 && (precision == DDIM_PRECISION_FLOAT32 || is_rounded (kernels, c)))
        {
          ddim_memory_free (one_thread);
          one_thread = g_steal_pointer (&found);
        }
      else
        g_assert_cmpmem (found, size * sizeof (gfloat), one_thread, size * sizeof (gfloat));
      ddim_memory_free (found);
      ddim_memory_free (scratch);
      g_free (found_moments);
    }
  ddim_memory_free (one_thread);

  g_rand_free (rand);
  g_free (wanted_moments);
  for (gint i = 0; i < 9; i++)
    ddim_memory_free ((gfloat *[]) { weights, bias, a, b, scale, shift, time, residual,
                                     wanted }[i]);
}

/* A batch's items are each the bits that they are alone, also where the plan
 * was another one before; and the weights are packed only once.             */
static void
test_replan (void)
{
  const DdimConvSpec          spec = { 40, 48, 3, 1, 1, 1, FALSE };
  g_autoptr (GRand)           rand = g_rand_new_with_seed (7);
  g_autoptr (DdimThreadPool)  pool = ddim_thread_pool_new (2);
  const gsize                 taps = 9 * 40 * 48, in = 17 * 10 * 40, out = 17 * 10 * 48;
  gfloat                     *weights = numbers (rand, taps), *x = numbers (rand, 5 * in);
  gfloat                     *batch = numbers (rand, 5 * out), *alone = numbers (rand, out);
  DdimConstant                constant = { DDIM_DTYPE_F32, taps, weights };
  g_autoptr (DdimConv)        conv = ddim_conv_new (&spec, &constant, NULL);
  const gint                  plans[] = { 1, 5, 2, 5, 1 };
  gsize                       packed = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      gint          n = plans[i];
      gfloat       *scratch = plan (conv, n, 17, 10, DDIM_PRECISION_FLOAT32, pool);
      DdimTensor    to = { n, 17, 10, 48, batch };
      DdimConvArgs  args = { .source = { n, 17, 10, { 40, 0 }, { x, NULL } }, .out = &to };
      DdimRun       run = { pool, NULL, scratch };

      if (i == 0)
        {
          packed = ddim_conv_get_packed_size (conv);
          /* From here on the plan must do without them. */
          to.data = alone;
          g_assert_true (ddim_conv_run (conv, &args, &run));
          memset (weights, 0, taps * sizeof (gfloat));
        }
      else
        {
          memset (batch, 0, 5 * out * sizeof (gfloat));
          g_assert_true (ddim_conv_run (conv, &args, &run));
          g_assert_cmpmem (batch, out * sizeof (gfloat), alone, out * sizeof (gfloat));
        }
      g_assert_cmpuint (ddim_conv_get_packed_size (conv), ==, packed);
      ddim_memory_free (scratch);
    }
  for (gint i = 0; i < 4; i++)
    ddim_memory_free ((gfloat *[]) { weights, x, batch, alone }[i]);
}

/* Weights that stay in the 16 bits of their file come to the same bits as when they
 * were widened before, by every algorithm and instruction set, and take half the memory. */
static const Case halves[] =
{
  { { 70, 100, 1, 1, 0, 0, FALSE }, 2, 9, 33, 10, 0, 0, 0, NULL },
  { { 53, 51, 1, 1, 0, 0, FALSE }, 1, 1, 7, 0, 1, 0, 0, NULL },
  { { 80, 70, 3, 2, 1, 1, FALSE }, 2, 17, 12, 0, 1, 0, 0, NULL },
  { { 80, 70, 3, 1, 1, 1, FALSE }, 1, 8, 8, 30, 1, 0, 0, NULL },
  { { 80, 70, 3, 1, 1, 1, FALSE }, 1, 12, 21, 0, 1, 0, 0, NULL },
  { { 24, 20, 3, 1, 1, 1, TRUE },  2, 33, 40, 0, 0, 0, 0, NULL }
};

/* A convolution's output, and how many bytes it packed. */
static gfloat *
run_with (const Case         *c,
          const DdimConvArgs *args,
          const DdimConstant *weight,
          DdimPrecision       precision,
          DdimThreadPool     *pool,
          gsize               size,
          gsize              *packed)
{
  g_autoptr (DdimConv) conv = ddim_conv_new (&c->spec, weight, NULL);
  gfloat      *scratch;
  DdimRun      run     = { pool, NULL, NULL };
  DdimTensor   out     = *args->out;
  DdimConvArgs mine    = *args;

  ddim_conv_keep_halves (conv);
  run.scratch = scratch = plan (conv, c->n, c->h, c->w, precision, pool);
  mine.out = &out;
  out.data = ddim_memory_try_alloc (size);
  g_assert_true (ddim_conv_run (conv, &mine, &run));
  *packed = ddim_conv_get_packed_size (conv);
  ddim_memory_free (scratch);
  return out.data;
}

static void
test_halves (gconstpointer data)
{
  const Case *c = data;
  const DdimConvSpec *spec = &c->spec;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint     first = spec->c_in - c->second;
  gsize    pixels = (gsize) c->n * c->h * c->w;
  gsize    taps = (gsize) spec->c_out * spec->c_in * spec->kernel * spec->kernel;
  gint     h = ddim_conv_output_size (spec, c->h), w = ddim_conv_output_size (spec, c->w);
  gsize    size = (gsize) c->n * h * w * spec->c_out;
  g_autofree guint16 *bits = g_new (guint16, taps);
  gfloat  *a = numbers (rand, pixels * first), *b = numbers (rand, pixels * c->second + 1);
  gfloat  *scale = numbers (rand, c->n * spec->c_in), *shift = numbers (rand, c->n * spec->c_in);
  DdimAffine   affine = { c->n, spec->c_in, scale, shift, DDIM_ACTIVATION_SILU };
  DdimTensor   out = { c->n, h, w, spec->c_out, NULL };
  DdimConvArgs args =
    {
      .source = { c->n, c->h, c->w, { first, c->second }, { a, c->second ? b : NULL } },
      .affine = c->affine ? &affine : NULL, .out = &out
    };

  for (gint i = 0; i < 8 * count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 8, 1 + i % 2);
      DdimPrecision precision = i / 4 % 2 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32;
      DdimDtype    dtype = i / 2 % 2 ? DDIM_DTYPE_BF16 : DDIM_DTYPE_F16;
      DdimConstant narrow = { dtype, taps, bits }, wide = { DDIM_DTYPE_F32, taps };
      gsize        packed, unpacked;
      gfloat      *widened, *kept, *wanted;

      /* Of magnitudes from 2^-6 to 2. */
      for (gsize j = 0; j < taps; j++)
        bits[j] = dtype == DDIM_DTYPE_F16 ? g_rand_int_range (rand, 0x2400, 0x4000)
                                          : g_rand_int_range (rand, 0x3c80, 0x4000);
      for (gsize j = 0; j < taps; j += 1 + j % 2)
        bits[j] |= 0x8000;
      wide.data = widened = ddim_constant_copy (&narrow);
      kept      = run_with (c, &args, &narrow, precision, pool, size, &packed);
      wanted    = run_with (c, &args, &wide, precision, pool, size, &unpacked);
      g_assert_cmpmem (kept, size * sizeof (gfloat), wanted, size * sizeof (gfloat));
      g_assert_cmpuint (packed, ==, unpacked / 2);
      ddim_memory_free (widened);
      ddim_memory_free (kept);
      ddim_memory_free (wanted);
    }
  for (gint i = 0; i < 4; i++)
    ddim_memory_free ((gfloat *[]) { a, b, scale, shift }[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const DdimConvSpec *s = &cases[i].spec;
      g_autofree gchar *path =
        g_strdup_printf ("/conv/%s/%dx%d-%d-to-%d-stride-%d%s-at-%dx%dx%d", cases[i].algorithm,
                         s->kernel, s->kernel, s->c_in, s->c_out, s->stride,
                         s->upsample ? "-doubled" : "", cases[i].n, cases[i].h, cases[i].w);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/conv/replan", test_replan);
  for (gsize i = 0; i < G_N_ELEMENTS (halves); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/conv/halves/%dx%d-%d-to-%d-at-%dx%d",
                                                halves[i].spec.kernel, halves[i].spec.kernel,
                                                halves[i].spec.c_in, halves[i].spec.c_out,
                                                halves[i].h, halves[i].w);

      g_test_add_data_func (path, &halves[i], test_halves);
    }
  return g_test_run ();
}

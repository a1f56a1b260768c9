/* attention.c: exact attention of queries to keys and values
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys, transposed, and the values are first cut into panels.  A chunk is
 * then some rows of queries of one head against all keys: their scores, their
 * softmax, and its product with the values, in memory of its own.  Where there
 * are products of bf16x2 numbers (base/kernels.h) and heads are wide enough for
 * them, all four matrices are split; of bfloat16s they are rounded, where there are
 * such products.
 */

#include <math.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "attention.h"

/* Rows of a chunk: several times those that a product sums at once. */
#define ROWS       48
#define SPLIT_ROWS 64

typedef struct
{
  const DdimKernels *kernels;
  gint               queries, keys, d;
  gint               key_panels, value_panels;
  gboolean           split;       /* into bf16x2 numbers */
  gboolean           high;        /* of which the high halves are enough     */
  gboolean           pairs;       /* rounded to pairs of bfloat16s           */
  gint               rows;        /* of a chunk                              */
  gint               key_depth, value_depth; /* d and keys, where split in whole
                                                ones, of pairs these          */
  gint               scores;      /* from a row's scores to the next's       */
  gint               query;       /* from a query that is not a float's to the next */
  gsize              keys_size;   /* floats of a head's keys, in panels      */
  gsize              values_size;
  gsize              worker_size;
} Plan;

typedef struct
{
  const DdimAttentionArgs *args;
  Plan                     plan;
  gfloat                  *packed;  /* each head's keys, then its values     */
  gfloat                  *scratch; /* worker_size each                      */
} Job;

static inline gint
whole_splits (gint n)
{
  return (n + DDIM_BF16X2 - 1) / DDIM_BF16X2 * DDIM_BF16X2;
}

static Plan
make_plan (gint            queries,
           gint            keys,
           gint            d,
           DdimPrecision   precision,
           DdimThreadPool *pool)
{
  const DdimKernels *kernels = ddim_thread_pool_get_kernels (pool);
  gboolean           rounded = precision == DDIM_PRECISION_BFLOAT16;
  Plan plan = { kernels, queries, keys, d };

  plan.key_panels   = ddim_kernels_panels (kernels, keys);
  plan.value_panels = ddim_kernels_panels (kernels, d);
  plan.rows         = ROWS;
  plan.key_depth    = d;
  plan.value_depth  = keys;
  plan.scores       = ddim_kernels_padded (kernels, keys);
  plan.split        = kernels->bf16x2_split && d >= DDIM_BF16X2;
  plan.high         = rounded;
  plan.pairs        = rounded && kernels->bf16_product;
  if (plan.pairs)
    {
      plan.key_depth   = (d + 1) / 2;
      plan.value_depth = (keys + 1) / 2;
      plan.query       = plan.key_depth;
    }
  if (plan.split)
    {
      /* Never an even number of the cache's lines: rows would meet in it. */
      plan.rows        = SPLIT_ROWS;
      plan.key_depth   = whole_splits (d);
      plan.value_depth = whole_splits (keys);
      plan.scores      = plan.value_depth + 16;
      plan.query       = plan.key_depth + 16;
    }
  plan.keys_size    = ddim_memory_round ((gsize) ddim_kernels_padded (kernels, keys)
                                         * plan.key_depth);
  plan.values_size  = ddim_memory_round ((gsize) ddim_kernels_padded (kernels, d)
                                         * plan.value_depth);
  plan.worker_size  = ddim_memory_round ((gsize) plan.rows
                                         * (plan.scores + kernels->panel + plan.query));
  return plan;
}

gsize
ddim_attention_plan (gint            n,
                     gint            queries,
                     gint            keys,
                     gint            heads,
                     gint            d,
                     DdimPrecision   precision,
                     DdimThreadPool *pool)
{
  Plan plan = make_plan (queries, keys, d, precision, pool);

  return (gsize) n * heads * (plan.keys_size + plan.values_size)
         + ddim_thread_pool_get_n_threads (pool) * plan.worker_size;
}

static gfloat *
head_keys (const Job *job,
           gint       head)
{
  return job->packed + head * (job->plan.keys_size + job->plan.values_size);
}

/* Rows that are packed together; 0: they are left as they are. */
static inline gint
packed_rows (const Plan *plan)
{
  return plan->split ? DDIM_BF16X2 : plan->pairs ? 2 : 0;
}

/* As many rows of `width` numbers as that. */
static inline void
pack_rows (const Plan   *plan,
           gint          width,
           const gfloat *rows,
           gfloat       *out)
{
  if (plan->split)
    plan->kernels->bf16x2_pack (width, rows, width, out);
  else
    plan->kernels->bf16_pack (width, rows, 1, out);
}

/* Columns start .. start + width - 1 of these tokens' keys, transposed: d rows.
 * Of the width, `n` are there.                                              */
static void
pack_keys (const Plan   *plan,
           const gfloat *k,
           gsize         k_stride,
           gint          n,
           gint          width,
           gfloat       *out)
{
  gfloat split[DDIM_BF16X2 * DDIM_PANEL_MAX] __attribute__ ((aligned (DDIM_ALIGNMENT)));
  gint   packed = packed_rows (plan), rows = plan->pairs ? 2 * plan->key_depth : plan->key_depth;

  for (gint j = 0; j < rows; j++)
    {
      gfloat *to = packed ? split + j % packed * width : out + (gsize) j * width;

      for (gint i = 0; i < width; i++)
        to[i] = i < n && j < plan->d ? k[i * k_stride + j] : 0;
      if (packed && j % packed == packed - 1)
        {
          pack_rows (plan, width, split, out);
          out += (gsize) packed * width / (plan->pairs ? 2 : 1);
        }
    }
}

/* `used` columns of n tokens' values, in a panel of `width`; where they are
 * split, of a DDIM_BF16X2 of tokens, and of pairs, of an even number.        */
static void
pack_values (const Plan   *plan,
             const gfloat *v,
             gsize         v_stride,
             gint          n,
             gint          used,
             gint          width,
             gfloat       *out)
{
  gfloat  split[DDIM_BF16X2 * DDIM_PANEL_MAX] __attribute__ ((aligned (DDIM_ALIGNMENT)));
  gfloat *to   = packed_rows (plan) ? split : out;
  gint    rows = plan->split ? DDIM_BF16X2 : plan->pairs ? (n + 1) / 2 * 2 : n;

  for (gint i = 0; i < rows; i++, to += width)
    {
      gint c = i < n ? used : 0;

      memcpy (to, v + i * v_stride, c * sizeof (gfloat));
      memset (to + c, 0, (width - c) * sizeof (gfloat));
    }
  if (plan->split)
    pack_rows (plan, width, split, out);
  else if (plan->pairs)
    plan->kernels->bf16_pack (width, split, rows / 2, out);
}

/* One panel of a head's keys, and the same tokens' rows in its values. */
static void
pack (gint     chunk,
      gint     worker,
      gpointer data)
{
  const Job  *job  = data;
  const Plan *plan = &job->plan;
  const DdimAttentionArgs *args = job->args;
  gint    head  = chunk / plan->key_panels, panel = chunk % plan->key_panels;
  gint    first = panel * plan->kernels->panel;
  gint    n     = MIN (plan->kernels->panel, plan->keys - first);
  gsize   token = (gsize) (head / args->heads) * plan->keys + first;
  gint    column = head % args->heads * plan->d;
  gfloat *keys   = head_keys (job, head) + (gsize) first * plan->key_depth;
  gfloat *values = head_keys (job, head) + plan->keys_size;

  pack_keys (plan, args->k + token * args->k_stride + column, args->k_stride, n,
             ddim_kernels_width (plan->kernels, plan->keys, panel), keys);

  for (gint part = 0; part < plan->value_panels; part++)
    {
      gint start = part * plan->kernels->panel;
      gint width = ddim_kernels_width (plan->kernels, plan->d, part);

      pack_values (plan, args->v + token * args->v_stride + column + start, args->v_stride, n,
                   MIN (plan->kernels->panel, plan->d - start), width,
                   values + (gsize) start * plan->value_depth
                   + (gsize) first / (plan->pairs ? 2 : 1) * width);
    }
}

static gint
query_blocks (const Plan *plan)
{
  return (plan->queries + plan->rows - 1) / plan->rows;
}

/* A panel of the product of n rows, `stride` floats apart, with b. */
static void
multiply (const Plan   *plan,
          const gfloat *a,
          gsize         stride,
          gint          n,
          gint          depth,
          gint          width,
          const gfloat *b,
          gfloat       *c,
          gsize         c_stride)
{
  const gfloat    *rows[SPLIT_ROWS];
  gsize            parts[] = { 0 };
  DdimProductPart  part = { rows, depth };
  gint             each = plan->split ? DDIM_BF16X2_ROWS : 1;
  DdimProduct      product = { .count = 1, .m = n, .n_parts = 1, .parts = &part,
                               .b = b, .c = c, .c_stride = c_stride };

  for (gint i = 0; i * each < n; i++)
    rows[i] = a + i * each * stride;
  if (plan->split)
    plan->kernels->bf16x2_product (width, &(DdimBf16x2Product)
      {
        .n_tiles = (n + each - 1) / each, .tiles = rows, .row_step = stride,
        .n_parts = 1, .parts = parts, .depth = depth / DDIM_BF16X2, .depth_step = DDIM_BF16X2,
        .b = b, .c = c, .c_stride = c_stride, .high = plan->high
      });
  else if (plan->pairs)
    plan->kernels->bf16_product (width, &product);
  else
    plan->kernels->product (width, &product);
}

/* n rows of `depth` floats as the left side of such a product; `out` may be `in`.  */
static void
convert (const Plan   *plan,
         const gfloat *in,
         gsize         in_row,
         gint          n,
         gint          depth,
         gfloat       *out,
         gsize         out_row)
{
  if (plan->split)
    plan->kernels->bf16x2_split (in, in_row, n, depth, out, out_row, DDIM_BF16X2, plan->high);
  else if (plan->pairs)
    plan->kernels->bf16_round (in, in_row, n, depth, out, out_row);
}

static void
attend (gint     chunk,
        gint     worker,
        gpointer data)
{
  const Job  *job  = data;
  const Plan *plan = &job->plan;
  const DdimAttentionArgs *args = job->args;
  gint    head   = chunk / query_blocks (plan);
  gint    first  = chunk % query_blocks (plan) * plan->rows;
  gint    n      = MIN (plan->rows, plan->queries - first);
  gsize   token  = (gsize) (head / args->heads) * plan->queries + first;
  gint    column = head % args->heads * plan->d;
  gint    panel  = plan->kernels->panel;
  const gfloat *keys   = head_keys (job, head);
  const gfloat *values = keys + plan->keys_size;
  const gfloat *q      = args->q + token * args->q_stride + column;
  gsize   q_stride     = args->q_stride;
  gfloat *scores = job->scratch + worker * plan->worker_size;
  gfloat *sums   = scores + (gsize) plan->rows * plan->scores;
  gfloat *query  = sums + (gsize) plan->rows * panel;
  gfloat  factors[SPLIT_ROWS];

  if (plan->query)
    {
      convert (plan, q, q_stride, n, plan->d, query, plan->query);
      q        = query;
      q_stride = plan->query;
    }
  for (gint i = 0; i < plan->key_panels; i++)
    multiply (plan, q, q_stride, n, plan->key_depth,
              ddim_kernels_width (plan->kernels, plan->keys, i),
              keys + (gsize) i * panel * plan->key_depth, scores + i * panel, plan->scores);

  for (gint i = 0; i < n; i++)
    {
      gfloat *row  = scores + (gsize) i * plan->scores;
      gint    seen = args->causal ? first + i + 1 : plan->keys;

      factors[i] = plan->kernels->softmax (row, seen, 1 / sqrtf (plan->d));
      memset (row + seen, 0, (plan->keys - seen) * sizeof (gfloat));
    }
  convert (plan, scores, plan->scores, n, plan->keys, scores, plan->scores);

  for (gint i = 0; i < plan->value_panels; i++)
    {
      gint wide = ddim_kernels_width (plan->kernels, plan->d, i);
      gint used = MIN (panel, plan->d - i * panel);

      multiply (plan, scores, plan->scores, n, plan->value_depth, wide,
                values + (gsize) i * panel * plan->value_depth, sums, wide);
      for (gint k = 0; k < n; k++)
        {
          gfloat *out = args->out + (token + k) * args->out_stride + column + i * panel;

          for (gint j = 0; j < used; j++)
            out[j] = factors[k] * sums[k * wide + j];
        }
    }
}

gboolean
ddim_attention_run (const DdimAttentionArgs *args,
                    const DdimRun           *run)
{
  Job  job   = { args, make_plan (args->queries, args->keys, args->d, args->precision, run->pool),
                 run->scratch };
  gint heads = args->n * args->heads;

  job.scratch = job.packed + heads * (job.plan.keys_size + job.plan.values_size);
  return ddim_thread_pool_run (run->pool, heads * job.plan.key_panels, pack, &job,
                               run->cancellable) &&
         ddim_thread_pool_run (run->pool, heads * query_blocks (&job.plan), attend, &job,
                               run->cancellable);
}

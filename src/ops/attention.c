/* attention.c: exact self-attention over the pixels of a map
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys, transposed, and the values are first cut into panels.  A chunk is
 * then some rows of queries of one head against all keys: their scores, their
 * softmax, and its product with the values, in memory of its own.
 */

#include <math.h>

#include "base/memory.h"
#include "base/team-private.h"
#include "ops/attention.h"

#define QUERIES 48 /* rows of a chunk */

typedef struct
{
  const DdimKernels *kernels;
  gint               tokens, d;
  gint               key_panels, value_panels;
  gint               scores;      /* tokens in whole panels                  */
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

static Plan
make_plan (gint      tokens,
           gint      d,
           DdimTeam *team)
{
  const DdimKernels *kernels = ddim_team_get_kernels (team);
  Plan plan = { kernels, tokens, d };

  plan.key_panels   = ddim_kernels_panels (kernels, tokens);
  plan.value_panels = ddim_kernels_panels (kernels, d);
  plan.scores       = ddim_kernels_padded (kernels, tokens);
  plan.keys_size    = ddim_memory_round ((gsize) plan.scores * d);
  plan.values_size  = ddim_memory_round ((gsize) ddim_kernels_padded (kernels, d) * tokens);
  plan.worker_size  = ddim_memory_round ((gsize) QUERIES * (plan.scores + kernels->panel));
  return plan;
}

gsize
ddim_attention_plan (gint      n,
                     gint      tokens,
                     gint      heads,
                     gint      d,
                     DdimTeam *team)
{
  Plan plan = make_plan (tokens, d, team);

  return (gsize) n * heads * (plan.keys_size + plan.values_size)
         + ddim_team_get_n_threads (team) * plan.worker_size;
}

static gfloat *
head_keys (const Job *job,
           gint       head)
{
  return job->packed + head * (job->plan.keys_size + job->plan.values_size);
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
  gint    width = ddim_kernels_width (plan->kernels, plan->tokens, panel);
  gint    first = panel * plan->kernels->panel;
  gint    n     = MIN (plan->kernels->panel, plan->tokens - first);
  gsize   token = (gsize) (head / args->heads) * plan->tokens + first;
  gint    column = head % args->heads * plan->d;
  gfloat *keys   = head_keys (job, head) + (gsize) first * plan->d;
  gfloat *values = head_keys (job, head) + plan->keys_size;

  for (gint i = 0; i < width; i++)
    {
      const gfloat *k = args->k + (token + i) * args->k_stride + column;

      for (gint j = 0; j < plan->d; j++)
        keys[j * width + i] = i < n ? k[j] : 0;
    }

  for (gint part = 0; part < plan->value_panels; part++)
    {
      gint    start = part * plan->kernels->panel;
      gint    wide  = ddim_kernels_width (plan->kernels, plan->d, part);
      gint    used  = MIN (plan->kernels->panel, plan->d - start);
      gfloat *out   = values + (gsize) start * plan->tokens + (gsize) first * wide;

      for (gint i = 0; i < n; i++, out += wide)
        {
          memcpy (out, args->v + (token + i) * args->v_stride + column + start,
                  used * sizeof (gfloat));
          memset (out + used, 0, (wide - used) * sizeof (gfloat));
        }
    }
}

static gint
query_blocks (const Plan *plan)
{
  return (plan->tokens + QUERIES - 1) / QUERIES;
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
  gint    first  = chunk % query_blocks (plan) * QUERIES;
  gint    n      = MIN (QUERIES, plan->tokens - first);
  gsize   token  = (gsize) (head / args->heads) * plan->tokens + first;
  gint    column = head % args->heads * plan->d;
  gint    panel  = plan->kernels->panel;
  const gfloat *keys   = head_keys (job, head);
  const gfloat *values = keys + plan->keys_size;
  gfloat *scores = job->scratch + worker * plan->worker_size;
  gfloat *sums   = scores + (gsize) QUERIES * plan->scores;
  gfloat  factors[QUERIES];
  const gfloat   *rows[QUERIES];
  DdimProductPart part = { rows, plan->d };

  for (gint i = 0; i < n; i++)
    rows[i] = args->q + (token + i) * args->q_stride + column;
  for (gint i = 0; i < plan->key_panels; i++)
    plan->kernels->product (ddim_kernels_width (plan->kernels, plan->tokens, i),
                            &(DdimProduct) { .count = 1, .m = n, .n_parts = 1, .parts = &part,
                                             .b = keys + (gsize) i * panel * plan->d,
                                             .c = scores + i * panel,
                                             .c_stride = plan->scores });

  for (gint i = 0; i < n; i++)
    {
      gfloat *row = scores + (gsize) i * plan->scores;

      factors[i] = plan->kernels->softmax (row, plan->tokens, 1 / sqrtf (plan->d));
      rows[i] = row;
    }
  part.depth = plan->tokens;

  for (gint i = 0; i < plan->value_panels; i++)
    {
      gint wide = ddim_kernels_width (plan->kernels, plan->d, i);
      gint used = MIN (panel, plan->d - i * panel);

      plan->kernels->product (wide, &(DdimProduct) { .count = 1, .m = n, .n_parts = 1, .parts = &part,
                                                     .b = values + (gsize) i * panel * plan->tokens,
                                                     .c = sums, .c_stride = wide });
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
  Job  job   = { args, make_plan (args->tokens, args->d, run->team), run->scratch };
  gint heads = args->n * args->heads;

  job.scratch = job.packed + heads * (job.plan.keys_size + job.plan.values_size);
  return ddim_team_run (run->team, heads * job.plan.key_panels, pack, &job, run->cancellable) &&
         ddim_team_run (run->team, heads * query_blocks (&job.plan), attend, &job,
                        run->cancellable);
}

/* conv.c: convolutions: making one, choosing its way, running its blocks
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/memory.h"
#include "ops/constant.h"
#include "ops/conv-private.h"

/* Below these Winograd's transforms cost more than its products save. */
#define WINOGRAD_MIN_CHANNELS 16
#define WINOGRAD_MIN_SIDE     6

DdimConv *
ddim_conv_new (const DdimConvSpec *spec,
               const DdimConstant *weight,
               const DdimConstant *bias)
{
  DdimConv *conv;

  if (spec->c_in < 1 || spec->c_out < 1 ||
      (spec->kernel != 1 && spec->kernel != 3) ||
      (spec->stride != 1 && spec->stride != 2) ||
      spec->pad_before < 0 || spec->pad_before > 1 ||
      spec->pad_after < 0 || spec->pad_after > 1 ||
      (spec->kernel == 1 && (spec->pad_before || spec->pad_after)) ||
      (spec->upsample && (spec->kernel != 3 || spec->stride != 1 ||
                          ! spec->pad_before || ! spec->pad_after)) ||
      weight->size != (gsize) spec->c_out * spec->c_in * spec->kernel * spec->kernel ||
      (bias && bias->size != (gsize) spec->c_out))
    return NULL;

  conv = g_new0 (DdimConv, 1);
  conv->spec   = *spec;
  conv->weight = *weight;
  conv->bias   = ddim_constant_copy (bias);
  return conv;
}

void
ddim_conv_free (DdimConv *conv)
{
  if (! conv)
    return;

  ddim_memory_free (conv->bias);
  ddim_memory_free (conv->packed);
  g_free (conv);
}

gint
ddim_conv_output_size (const DdimConvSpec *spec,
                       gint                size)
{
  gint padded = size * (spec->upsample ? 2 : 1) + spec->pad_before + spec->pad_after;

  return (padded - spec->kernel) / spec->stride + 1;
}

static const DdimConvWay *
choose_way (const DdimConv *conv)
{
  const DdimConvSpec *spec = &conv->spec;

  return spec->kernel == 3 && spec->stride == 1 && spec->pad_before == 1 && spec->pad_after == 1
         && MIN (spec->c_in, spec->c_out) >= WINOGRAD_MIN_CHANNELS
         && MIN (conv->h, conv->w) >= WINOGRAD_MIN_SIDE
         ? &ddim_conv_winograd : &ddim_conv_gemm;
}

gsize
ddim_conv_plan (DdimConv *conv,
                gint      n,
                gint      h,
                gint      w,
                DdimTeam *team)
{
  const DdimConvWay *way;

  conv->h = ddim_conv_output_size (&conv->spec, h);
  conv->w = ddim_conv_output_size (&conv->spec, w);

  way = choose_way (conv);
  if (way != conv->way)
    {
      g_clear_pointer (&conv->packed, ddim_memory_free);
      conv->way = way;
      way->pack (conv);
    }
  way->plan (conv);

  /* Each worker's memory, then each block's moments. */
  return ddim_team_get_n_threads (team) * conv->worker_size
         + (gsize) n * conv->n_blocks * conv->spec.c_out * 4;
}

const gchar *
ddim_conv_get_algorithm (const DdimConv *conv)
{
  return conv->way ? conv->way->name : "none";
}

gsize
ddim_conv_get_packed_size (const DdimConv *conv)
{
  return conv->packed ? conv->packed_size * sizeof (gfloat) : 0;
}

typedef struct
{
  const DdimConv     *conv;
  const DdimConvArgs *args;
  const DdimRun      *run;
  gdouble            *moments;
} Job;

static void
run_block (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job      *job     = data;
  const DdimConv *conv    = job->conv;
  gdouble        *moments = job->moments + (gsize) chunk * 2 * conv->spec.c_out;

  memset (moments, 0, 2 * conv->spec.c_out * sizeof (gdouble));
  conv->way->block (conv, job->args, chunk / conv->n_blocks, chunk % conv->n_blocks,
                    job->run->scratch + worker * conv->worker_size, moments);
}

gboolean
ddim_conv_run (DdimConv           *conv,
               const DdimConvArgs *args,
               const DdimRun      *run)
{
  gint  chunks = args->source.n * conv->n_blocks;
  gsize c2     = 2 * conv->spec.c_out;
  Job   job    = { conv, args, run, NULL };

  job.moments = (gdouble *) (run->scratch
                             + ddim_team_get_n_threads (run->team) * conv->worker_size);
  if (! ddim_team_run (run->team, chunks, run_block, &job, run->cancellable))
    return FALSE;

  if (args->moments)
    {
      memset (args->moments->data, 0, args->source.n * c2 * sizeof (gdouble));
      for (gint chunk = 0; chunk < chunks; chunk++)
        for (gsize i = 0; i < c2; i++)
          args->moments->data[chunk / conv->n_blocks * c2 + i] += job.moments[chunk * c2 + i];
    }
  return TRUE;
}

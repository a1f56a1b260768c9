/* pass.c: one walk through a network, dry to plan it or real to run it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "pass.h"

static void
no_memory (DdimPass *pass)
{
  g_set_error_literal (&pass->error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                       "There is no memory for the model's weights: close other programs");
}

DdimMap *
ddim_map_new (DdimPass *pass,
              gint      h,
              gint      w,
              gint      c)
{
  DdimMap *map = g_new0 (DdimMap, 1);

  map->ref_count    = 1;
  map->tensor       = (DdimTensor) { pass->n, h, w, c, NULL };
  map->tensor.data  = ddim_arena_take (pass->arena, (gsize) pass->n * h * w * c);
  map->moments.n    = pass->n;
  map->moments.c    = c;
  map->moments.data = (gdouble *) ddim_arena_take (pass->arena, (gsize) pass->n * c * 4);
  return map;
}

DdimMap *
ddim_map_ref (DdimMap *map)
{
  map->ref_count++;
  return map;
}

void
ddim_map_unref (DdimPass *pass,
                DdimMap  *map)
{
  if (! map || --map->ref_count > 0)
    return;

  ddim_arena_give (pass->arena, map->tensor.data);
  ddim_arena_give (pass->arena, (gfloat *) map->moments.data);
  g_free (map);
}

DdimSource
ddim_map_source (const DdimMap *a,
                 const DdimMap *b)
{
  return ddim_source (&a->tensor, b ? &b->tensor : NULL);
}

DdimAffine
ddim_pass_affine (DdimPass       *pass,
                  const DdimNorm *norm,
                  const DdimMap  *a,
                  const DdimMap  *b,
                  const gfloat   *condition,
                  gint            condition_stride,
                  DdimActivation  activation)
{
  gint       c = a->tensor.c + (b ? b->tensor.c : 0);
  DdimAffine affine = { pass->n, c, NULL, NULL, activation };

  affine.scale = ddim_arena_take (pass->arena, (gsize) pass->n * c);
  affine.shift = ddim_arena_take (pass->arena, (gsize) pass->n * c);
  if (ddim_pass_is_real (pass))
    ddim_norm_affine (norm, &a->moments, b ? &b->moments : NULL,
                      a->tensor.h * a->tensor.w,
                      condition, condition_stride, activation, &affine);
  return affine;
}

void
ddim_pass_give_affine (DdimPass   *pass,
                       DdimAffine *affine)
{
  ddim_arena_give (pass->arena, affine->scale);
  ddim_arena_give (pass->arena, affine->shift);
}

void
ddim_pass_need_scratch (DdimPass *pass,
                        gsize     floats)
{
  pass->scratch_size = MAX (pass->scratch_size, floats);
}

void
ddim_pass_check (DdimPass *pass,
                 gboolean  finished)
{
  if (! finished && ! pass->error)
    g_set_error_literal (&pass->error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                         "The computation was cancelled");
}

void
ddim_pass_plan_linear (DdimPass   *pass,
                       DdimLinear *linear)
{
  if (! pass->error && ! ddim_linear_plan (linear, pass->run.pool))
    no_memory (pass);
}

DdimMap *
ddim_pass_conv (DdimPass           *pass,
                DdimConv           *conv,
                const DdimConvSpec *spec,
                const DdimSource   *source,
                const DdimWith     *with)
{
  DdimMap *out = ddim_map_new (pass,
                               ddim_conv_output_size (spec, source->h),
                               ddim_conv_output_size (spec, source->w),
                               spec->c_out);

  if (pass->dry)
    {
      gsize scratch = 0;

      if (! pass->error && ! ddim_conv_plan (conv, source->n, source->h, source->w,
                                             pass->precision, pass->run.pool, &scratch))
        no_memory (pass);
      ddim_pass_need_scratch (pass, scratch);
      pass->total++;
    }
  else if (! pass->error)
    {
      DdimConvArgs args = { .source = *source, .out = &out->tensor, .moments = &out->moments };

      if (with)
        {
          args.affine       = with->affine;
          args.time         = with->time;
          args.time_stride  = with->time_stride;
          args.residual     = with->residual;
          args.output_scale = with->output_scale;
        }
      ddim_pass_check (pass, ddim_conv_run (conv, &args, &pass->run));
      pass->done++;
      if (! pass->error)
        ddim_monitor_update (pass->monitor, (gdouble) pass->done / pass->total, &pass->error);
    }
  return out;
}

DdimMap *
ddim_pass_layer_norm (DdimPass            *pass,
                      const DdimLayerNorm *norm,
                      const DdimMap       *x)
{
  const DdimTensor *t   = &x->tensor;
  DdimMap          *out = ddim_map_new (pass, t->h, t->w, t->c);

  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_layer_norm_run (norm, t->n * t->h * t->w, t->data, t->c,
                                                out->tensor.data, t->c, &pass->run));
  return out;
}

DdimMap *
ddim_pass_attend (DdimPass      *pass,
                  gint           heads,
                  gint           d,
                  const DdimMap *q,
                  const DdimMap *k,
                  const DdimMap *v,
                  gboolean       causal)
{
  gint     h = q->tensor.h, w = q->tensor.w, c = q->tensor.c;
  DdimMap *out = ddim_map_new (pass, h, w, c);
  DdimAttentionArgs args = { .n = pass->n, .queries = h * w, .keys = k->tensor.h * k->tensor.w,
                             .heads = heads, .d = d,
                             .q = q->tensor.data, .k = k->tensor.data, .v = v->tensor.data,
                             .q_stride = c, .k_stride = k->tensor.c, .v_stride = v->tensor.c,
                             .out = out->tensor.data, .out_stride = c, .causal = causal,
                             .precision = pass->precision };

  ddim_pass_need_scratch (pass, ddim_attention_plan (args.n, args.queries, args.keys,
                                                     args.heads, args.d, args.precision,
                                                     pass->run.pool));
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_attention_run (&args, &pass->run));
  return out;
}

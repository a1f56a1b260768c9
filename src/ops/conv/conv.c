/* conv.c: convolutions: making one, choosing its algorithm, running its blocks
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "constant.h"
#include "conv-private.h"

/* With fewer input channels Winograd's transforms cost more than its products
 * save.                                                                     */
#define WINOGRAD_MIN_CHANNELS 16

/* From this side on large tiles pay, from that one small ones.  A smaller map
 * has so few tiles that to transform the weights costs more than it saves.  */
#define LARGE_TILES_SIDE 9
#define SMALL_TILES_SIDE 6

/* Packed weights, in floats, that stay in the last cache from one block to the
 * next.                                                                     */
#define CACHED_WEIGHTS 3000000

/* So many tiles have their weights prepared together rather than block by block. */
#define MANY_TILES 256

/* With fewer output pixels rounding the weights costs more than it saves. */
#define MIN_ROUNDED_PIXELS 8

/* The share of the threads' time that blocks dealt out whole must fill.      */
#define MIN_FILLING 0.9

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
  if (bias && ! conv->bias)
    g_clear_pointer (&conv, ddim_conv_free);
  return conv;
}

void
ddim_conv_free (DdimConv *conv)
{
  if (! conv)
    return;

  ddim_memory_free (conv->bias);
  ddim_memory_free (conv->packed);
  ddim_memory_free ((gfloat *) conv->halves);
  g_free (conv);
}

void
ddim_conv_keep_halves (DdimConv *conv)
{
  conv->keep_halves = TRUE;
}

gint
ddim_conv_output_size (const DdimConvSpec *spec,
                       gint                size)
{
  gint padded = size * (spec->upsample ? 2 : 1) + spec->pad_before + spec->pad_after;

  return (padded - spec->kernel) / spec->stride + 1;
}

static const DdimConvAlgorithm *
choose_algorithm (const DdimConv *conv)
{
  const DdimConvSpec *spec = &conv->spec;
  gint                side = MIN (conv->h, conv->w);

  /* Where there are such products, they beat Winograd's at every shape, and
   * those of floats at all but the first layer's few channels.             */
  if (conv->kernels->bf16x2_product)
    return &ddim_conv_bf16x2;
  if (spec->kernel != 3 || spec->stride != 1 || ! spec->pad_before || ! spec->pad_after ||
      spec->c_in < WINOGRAD_MIN_CHANNELS || side < SMALL_TILES_SIDE)
    return &ddim_conv_gemm;
  return side < LARGE_TILES_SIDE ? &ddim_conv_winograd_2 : &ddim_conv_winograd_4;
}

/* Planning ----------------------------------------------------------------- */

/* Blocks of about `units` units: parts of an item as square as may be, since
 * neighbours read some of the same pixels, with sides that are powers of two,
 * as most maps' are; or parts of a line, where none is read twice; or some
 * whole items.                                                              */
static void
cut_blocks (DdimConv *conv,
            gint      units)
{
  gint side = 1;

  while (4 * side * side <= units && conv->spec.kernel > 1)
    side *= 2;

  conv->across  = (conv->w + conv->algorithm->unit - 1) / conv->algorithm->unit;
  conv->down    = (conv->h + conv->algorithm->unit - 1) / conv->algorithm->unit;
  conv->rows    = MIN (conv->down, MAX (side, units / conv->across));
  conv->columns = MIN (conv->across, units / conv->rows);
  conv->rows    = MIN (conv->down, units / conv->columns);
  conv->items   = MAX (1, units / (conv->across * conv->down));
  conv->units   = conv->columns * conv->rows * conv->items;
  conv->blocks_across = (conv->across + conv->columns - 1) / conv->columns;
  conv->blocks_item   = (conv->down + conv->rows - 1) / conv->rows * conv->blocks_across;
}

/* Blocks of a batch of n. */
static gint
count_blocks (const DdimConv *conv,
              gint            n)
{
  return conv->blocks_item > 1 ? n * conv->blocks_item : (n + conv->items - 1) / conv->items;
}

/* Whether a block's panels are shared out rather than whole blocks: where the
 * blocks are too few to keep all threads busy, or where the weights had better
 * be read once for all blocks.  The numbers that come out are the same.     */
static gboolean
is_shared (const DdimConv *conv,
           gint            n,
           DdimThreadPool *pool)
{
  gint blocks  = count_blocks (conv, n);
  gint threads = ddim_thread_pool_get_n_threads (pool);
  gint rounds  = (blocks + threads - 1) / threads;

  return blocks < MIN_FILLING * rounds * threads ||
         (blocks > 1 && conv->depth * conv->padded > CACHED_WEIGHTS);
}

/* Floats of a worker's own memory: scratch, and a panel's weights where they have
 * to be unpacked.                                                           */
static gsize
worker_size (const DdimConv *conv)
{
  return ddim_memory_round (MAX (conv->input_scratch, conv->output_scratch))
         + ddim_conv_unpacked_size (conv);
}

/* Floats of the weights that are prepared for all blocks together. */
static gsize
prepared_size (const DdimConv *conv,
               gint            n)
{
  return conv->algorithm->prepared && (gsize) n * conv->across * conv->down >= MANY_TILES
         ? conv->algorithm->prepared (conv) : 0;
}

gboolean
ddim_conv_plan (DdimConv       *conv,
                gint            n,
                gint            h,
                gint            w,
                DdimPrecision   precision,
                DdimThreadPool *pool,
                gsize          *scratch)
{
  const DdimKernels *kernels = ddim_thread_pool_get_kernels (pool);

  if (conv->kernels != kernels && ! ddim_conv_pack (conv, kernels, pool))
    return FALSE;

  conv->threads = ddim_thread_pool_get_n_threads (pool);
  conv->h = ddim_conv_output_size (&conv->spec, h);
  conv->w = ddim_conv_output_size (&conv->spec, w);
  conv->algorithm = choose_algorithm (conv);
  conv->precision = precision;
  conv->pairs     = precision == DDIM_PRECISION_BFLOAT16 && kernels->bf16_product &&
                    conv->spec.c_in % 2 == 0 && conv->h * conv->w >= MIN_ROUNDED_PIXELS;
  cut_blocks (conv, conv->algorithm->units (conv));
  conv->algorithm->plan (conv);

  *scratch = ddim_conv_shared_size (conv, n)
             + conv->input_size * (is_shared (conv, n, pool) ? count_blocks (conv, n)
                                                             : conv->threads)
             + conv->threads * worker_size (conv)
             + prepared_size (conv, n);
  return TRUE;
}

DdimConvBlock
ddim_conv_block (const DdimConv     *conv,
                 const DdimConvArgs *args,
                 gint                block)
{
  DdimConvBlock b;
  gint          within = block % conv->blocks_item;

  b.item    = block / conv->blocks_item * conv->items;
  b.items   = MIN (conv->items, args->source.n - b.item);
  b.row     = within / conv->blocks_across * conv->rows;
  b.rows    = MIN (conv->rows, conv->down - b.row);
  b.column  = within % conv->blocks_across * conv->columns;
  b.columns = MIN (conv->columns, conv->across - b.column);
  b.units   = b.items * b.rows * b.columns;
  return b;
}

const gchar *
ddim_conv_get_algorithm (const DdimConv *conv)
{
  return conv->algorithm ? conv->algorithm->name : "none";
}

gsize
ddim_conv_get_packed_size (const DdimConv *conv)
{
  gsize numbers = conv->depth * conv->padded;

  return conv->halves ? numbers * sizeof (guint16) : conv->packed ? numbers * sizeof (gfloat) : 0;
}

/* Running ------------------------------------------------------------------ */

typedef struct
{
  const DdimConv     *conv;
  const DdimConvArgs *args;
  gfloat             *shared;  /* ddim_conv_shared_size ()                   */
  gfloat             *inputs;  /* a block's each, or a worker's each         */
  gfloat             *scratch; /* a worker's each                            */
  gint               *unpacked; /* of each worker: the panel that it has so, or -1 */
  gfloat             *prepared; /* weights, or NULL                          */
  gint                slices;  /* of the source's channels                   */
  gint                threads;
} Job;

static gfloat *
job_scratch (const Job *job,
             gint       worker)
{
  return job->scratch + worker * worker_size (job->conv);
}

/* The panel's weights, unpacked where they have to be and are not yet. */
static const gfloat *
panel_weights (const Job *job,
               gint       panel,
               gint       worker)
{
  const DdimConv *conv = job->conv;
  gfloat *to = job_scratch (job, worker)
               + ddim_memory_round (MAX (conv->input_scratch, conv->output_scratch));

  if (! ddim_conv_unpacked_size (conv))
    return ddim_conv_packed (conv, panel);
  if (job->unpacked[worker] != panel)
    ddim_conv_unpack (conv, panel, to);
  job->unpacked[worker] = panel;
  return to;
}

/* One panel of a block; `next` is the panel that this worker will probably read
 * after it.                                                                 */
static void
run_panel (const Job    *job,
           gint          block,
           gint          panel,
           gint          next,
           const gfloat *input,
           gint          worker)
{
  const DdimConv *conv = job->conv;
  DdimConvPanel   p    = { .index = panel };

  if (! job->prepared)
    {
      p.weights = panel_weights (job, panel, worker);
      if (next < conv->panels)
        {
          p.ahead_size = conv->depth * ddim_conv_width (conv, next);
          p.ahead      = ddim_conv_packed (conv, next);
          if (conv->halves)
            p.ahead_size /= 2;
        }
    }
  conv->algorithm->output (conv, job->args, block, &p, input, job->prepared,
                     job_scratch (job, worker), job->shared);
}

static void
read_slice (const Job *job,
            gint       block,
            gint       slice,
            gint       worker,
            gfloat    *input)
{
  gint first = slice * DDIM_CONV_SLICE;

  job->conv->algorithm->input (job->conv, job->args, block, first,
                         MIN (DDIM_CONV_SLICE, job->conv->spec.c_in - first),
                         input, job_scratch (job, worker));
}

static void
run_block (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job *job   = data;
  gfloat    *input = job->inputs + worker * job->conv->input_size;

  for (gint slice = 0; slice < job->slices; slice++)
    read_slice (job, chunk, slice, worker, input);
  for (gint panel = 0; panel < job->conv->panels; panel++)
    run_panel (job, chunk, panel, (panel + 1) % job->conv->panels, input, worker);
}

static void
run_input (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job *job   = data;
  gint       block = chunk / job->slices;

  read_slice (job, block, chunk % job->slices, worker,
              job->inputs + block * job->conv->input_size);
}

static void
run_prepare (gint     chunk,
             gint     worker,
             gpointer data)
{
  const Job *job = data;

  job->conv->algorithm->prepare (job->conv, chunk, panel_weights (job, chunk, worker),
                                 job->prepared);
}

/* Panel by panel, so that all blocks of one read its weights together. */
static void
run_output (gint     chunk,
            gint     worker,
            gpointer data)
{
  const Job *job    = data;
  gint       blocks = count_blocks (job->conv, job->args->source.n);
  gint       panel  = chunk / blocks;

  run_panel (job, chunk % blocks, panel,
             chunk % blocks < blocks - 1 ? panel : panel + job->threads,
             job->inputs + chunk % blocks * job->conv->input_size, worker);
}

gboolean
ddim_conv_run (DdimConv           *conv,
               const DdimConvArgs *args,
               const DdimRun      *run)
{
  DdimConvArgs simple = *args;
  DdimSource   whole;
  gint         n       = args->source.n;
  gint         threads = ddim_thread_pool_get_n_threads (run->pool);
  gint         blocks  = count_blocks (conv, n);
  gboolean     shared  = is_shared (conv, n, run->pool);
  Job          job     = { conv, &simple, run->scratch };

  /* A residual in two parts first becomes one, in the output. */
  if (args->residual && args->residual->c[1])
    {
      if (! ddim_affine_apply (args->residual, NULL, args->out, run))
        return FALSE;
      whole = ddim_source (args->out, NULL);
      simple.residual = &whole;
    }

  job.inputs  = job.shared + ddim_conv_shared_size (conv, n);
  job.scratch = job.inputs + conv->input_size * (shared ? blocks : threads);
  job.threads = threads;
  job.unpacked = g_newa (gint, threads);
  for (gint i = 0; i < threads; i++)
    job.unpacked[i] = -1;
  job.slices  = (conv->spec.c_in + DDIM_CONV_SLICE - 1) / DDIM_CONV_SLICE;
  ddim_conv_start (conv, &simple, job.shared);

  if (prepared_size (conv, n))
    {
      job.prepared = job.scratch + threads * worker_size (conv);
      if (! ddim_thread_pool_run (run->pool, conv->panels, run_prepare, &job, run->cancellable))
        return FALSE;
    }

  if (shared)
    {
      if (! ddim_thread_pool_run (run->pool, blocks * job.slices, run_input, &job,
                                  run->cancellable) ||
          ! ddim_thread_pool_run (run->pool, blocks * conv->panels, run_output, &job,
                                  run->cancellable))
        return FALSE;
    }
  else if (! ddim_thread_pool_run (run->pool, blocks, run_block, &job, run->cancellable))
    return FALSE;

  if (args->moments)
    ddim_conv_merge (conv, &simple, job.shared);
  return TRUE;
}

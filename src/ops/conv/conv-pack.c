/* conv-pack.c: a convolution's weights, as its products read them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A panel's rows are a tap's channels, one tap after the other; for bf16x2 numbers
 * the channels are filled up with zeros to whole DDIM_BF16X2s.
 *
 * Where a caller says so, what a file has in 16 bits stays so: a network of a
 * thousand million weights would not fit into memory otherwise.  A panel is then
 * unpacked as it is used, which takes some percent of the time of its products.  So
 * does rounding one to bfloat16s, for which there is no packing of its own: a network
 * is run at one precision and the other, and has its weights once.
 */

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "constant.h"
#include "conv-private.h"

typedef struct
{
  DdimConv *conv;
  gfloat   *scratch; /* for each worker a panel's filters, then a part of its rows */
  gsize     filters, rows;
} Packing;

static inline gint
taps_of (const DdimConv *conv)
{
  return conv->spec.kernel * conv->spec.kernel;
}

/* A panel's rows of floats, or of bf16x2 numbers. */
static void
pack_floats (gint     chunk,
             gint     worker,
             gpointer data)
{
  const Packing *job = data;
  DdimConv *conv  = job->conv;
  gint      c_in  = conv->spec.c_in, taps = taps_of (conv);
  gint      n     = ddim_conv_channels (conv, chunk), width = ddim_conv_width (conv, chunk);
  gint      depth = conv->depth / taps;
  gsize     row   = (gsize) c_in * taps;
  gfloat   *out   = conv->packed + chunk * conv->depth * conv->kernels->panel;
  gfloat   *filters = job->scratch + worker * (job->filters + job->rows);
  gfloat   *split   = filters + job->filters;

  ddim_constant_read (&conv->weight, (gsize) chunk * conv->kernels->panel * row, n * row,
                      filters);
  for (gint tap = 0; tap < taps; tap++)
    for (gint c = 0; c < depth; c++)
      {
        gfloat *to = conv->kernels->bf16x2_split ? split + c % DDIM_BF16X2 * width : out;

        for (gint i = 0; i < width; i++)
          to[i] = i < n && c < c_in ? filters[i * row + c * taps + tap] : 0;
        if (! conv->kernels->bf16x2_split)
          out += width;
        else if (c % DDIM_BF16X2 == DDIM_BF16X2 - 1)
          {
            conv->kernels->bf16x2_pack (width, split, width, out);
            out += DDIM_BF16X2 * width;
          }
      }
}

/* The same rows, in the file's 16 bits. */
static void
pack_halves (gint     chunk,
             gint     worker,
             gpointer data)
{
  const Packing *job = data;
  DdimConv *conv  = job->conv;
  gint      c_in  = conv->spec.c_in, taps = taps_of (conv);
  gint      n     = ddim_conv_channels (conv, chunk), width = ddim_conv_width (conv, chunk);
  gint      depth = conv->depth / taps;
  gsize     row   = (gsize) c_in * taps;
  guint16  *out   = conv->halves + chunk * conv->depth * conv->kernels->panel;
  guint16  *filters = (guint16 *) (job->scratch + worker * (job->filters + job->rows));

  ddim_constant_read_bytes (&conv->weight,
                            (gsize) chunk * conv->kernels->panel * row * sizeof (guint16),
                            n * row * sizeof (guint16), (guint8 *) filters);
  for (gint tap = 0; tap < taps; tap++)
    for (gint c = 0; c < depth; c++, out += width)
      for (gint i = 0; i < width; i++)
        out[i] = i < n && c < c_in ? filters[i * row + c * taps + tap] : 0;
}

gboolean
ddim_conv_pack (DdimConv          *conv,
                const DdimKernels *kernels,
                DdimThreadPool    *pool)
{
  gint     c_in    = conv->spec.c_in;
  gboolean halves  = conv->keep_halves && conv->weight.dtype != DDIM_DTYPE_F32;
  gsize    filters = (gsize) taps_of (conv) * c_in * kernels->panel, size;
  Packing  job     = { conv, NULL, ddim_memory_round (filters), DDIM_BF16X2 * kernels->panel };

  if (kernels->bf16x2_split)
    c_in = (c_in + DDIM_BF16X2 - 1) / DDIM_BF16X2 * DDIM_BF16X2;
  g_clear_pointer (&conv->packed, ddim_memory_free);
  ddim_memory_free ((gfloat *) g_steal_pointer (&conv->halves));
  conv->kernels = NULL;
  conv->depth   = (gsize) taps_of (conv) * c_in;
  conv->padded  = ddim_kernels_padded (kernels, conv->spec.c_out);
  conv->panels  = ddim_kernels_panels (kernels, conv->spec.c_out);
  size          = conv->depth * conv->padded;
  job.scratch   = ddim_memory_try_alloc (ddim_thread_pool_get_n_threads (pool)
                                         * (job.filters + job.rows));
  if (halves)
    conv->halves = (guint16 *) ddim_memory_try_alloc ((size + 1) / 2);
  else
    conv->packed = ddim_memory_try_alloc (size);
  if ((conv->packed || conv->halves) && job.scratch)
    {
      conv->kernels = kernels;
      ddim_thread_pool_run (pool, conv->panels, halves ? pack_halves : pack_floats, &job, NULL);
    }
  ddim_memory_free (job.scratch);
  return conv->kernels != NULL;
}

void
ddim_conv_unpack (const DdimConv *conv,
                  gint            panel,
                  gfloat         *out)
{
  const DdimKernels *kernels = conv->kernels;
  const guint16     *from = conv->halves + panel * conv->depth * kernels->panel;
  gboolean           bf16 = conv->weight.dtype == DDIM_DTYPE_BF16;
  gint               width = ddim_conv_width (conv, panel);
  gsize              part = (gsize) DDIM_BF16X2 * width, size = conv->depth * width;
  gfloat             rows[DDIM_BF16X2 * DDIM_PANEL_MAX] __attribute__ ((aligned (DDIM_ALIGNMENT)));

  if (ddim_conv_wants_pairs (conv))
    {
      const gfloat *packed = conv->packed + panel * conv->depth * kernels->panel;

      if (! conv->halves)
        kernels->bf16_pack (width, packed, conv->depth / 2, out);
      for (gsize i = 0; conv->halves && i < size; i += part)
        {
          gsize n = MIN (part, size - i);

          kernels->widen (from + i, bf16, n, rows);
          kernels->bf16_pack (width, rows, n / width / 2, out + i / 2);
        }
      return;
    }
  if (! kernels->bf16x2_split)
    {
      kernels->widen (from, bf16, size, out);
      return;
    }
  for (gsize i = 0; i < size; i += part)
    {
      kernels->widen (from + i, bf16, part, rows);
      kernels->bf16x2_pack (width, rows, width, out + i);
    }
}

/* conv-lines.c: reading and finishing the lines of a convolution
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/vector.h"
#include "ops/activation.h"
#include "ops/conv-private.h"

DDIM_CLONES static void
scale_and_shift (gfloat       *x,
                 const gfloat *scale,
                 const gfloat *shift,
                 gint          pixels,
                 gint          c)
{
  for (gint i = 0; i < pixels; i++, x += c)
    for (gint j = 0; j < c; j++)
      x[j] = scale[j] * x[j] + shift[j];
}

/* Pixels of the source, its two tensors side by side. */
static void
gather (const DdimSource *source,
        gsize             pixel,
        gint              n,
        gfloat           *out)
{
  gsize c0 = source->c[0], c1 = source->c[1];

  if (! c1)
    {
      memcpy (out, source->data[0] + pixel * c0, n * c0 * sizeof (gfloat));
      return;
    }
  for (gint i = 0; i < n; i++, out += c0 + c1)
    {
      memcpy (out, source->data[0] + (pixel + i) * c0, c0 * sizeof (gfloat));
      memcpy (out + c0, source->data[1] + (pixel + i) * c1, c1 * sizeof (gfloat));
    }
}

void
ddim_conv_read (const DdimConv     *conv,
                const DdimConvArgs *args,
                gint                item,
                gint                y,
                gint                x,
                gint                n,
                gfloat             *out)
{
  const DdimSource *source = &args->source;
  gint    up    = conv->spec.upsample ? 2 : 1;
  gsize   c     = conv->spec.c_in;
  gint    first = MAX (x, 0);                    /* inside the doubled source */
  gint    end   = MIN (x + n, source->w * up);
  gint    from  = first / up;                    /* in the source itself      */
  gint    count = (end - 1) / up + 1 - from;
  gsize   row   = (gsize) item * source->h + y / up;
  gfloat *inside = out + (first - x) * c;

  if (y < 0 || y >= source->h * up || end <= first)
    {
      memset (out, 0, n * c * sizeof (gfloat));
      return;
    }

  memset (out, 0, (first - x) * c * sizeof (gfloat));
  memset (out + (end - x) * c, 0, (x + n - end) * c * sizeof (gfloat));
  gather (source, row * source->w + from, count, inside);
  if (args->affine)
    {
      scale_and_shift (inside, args->affine->scale + item * c, args->affine->shift + item * c,
                       count, c);
      ddim_activation_apply (args->affine->activation, inside, count * c, NULL);
    }
  if (up == 2)
    for (gint i = end - first - 1; i > 0; i--)
      memcpy (inside + i * c, inside + ((first + i) / 2 - from) * c, c * sizeof (gfloat));
}

DDIM_CLONES static void
add_vector (gfloat       *x,
            const gfloat *y,
            gint          pixels,
            gint          c)
{
  for (gint i = 0; i < pixels; i++, x += c)
    for (gint j = 0; j < c; j++)
      x[j] += y[j];
}

/* The columns from .. from + c - 1 of x, whose rows are c_out wide. */
DDIM_CLONES static void
add_tensor (gfloat       *x,
            gint          c_out,
            const gfloat *y,
            gint          pixels,
            gint          c)
{
  for (gint i = 0; i < pixels; i++, x += c_out, y += c)
    for (gint j = 0; j < c; j++)
      x[j] += y[j];
}

DDIM_CLONES static void
scale_all (gfloat *x,
           gfloat  scale,
           gsize   n)
{
  for (gsize i = 0; i < n; i++)
    x[i] *= scale;
}

DDIM_CLONES static void
add_moments (const gfloat *x,
             gint          pixels,
             gint          c,
             gdouble      *moments)
{
  for (gint i = 0; i < pixels; i++, x += c)
    for (gint j = 0; j < c; j++)
      {
        moments[2 * j]     += x[j];
        moments[2 * j + 1] += (gdouble) x[j] * x[j];
      }
}

void
ddim_conv_finish (const DdimConv     *conv,
                  const DdimConvArgs *args,
                  gint                item,
                  gsize               pixel,
                  gint                n,
                  const gfloat       *sums,
                  gdouble            *moments)
{
  gint    c   = conv->spec.c_out;
  gfloat *out = args->out->data + pixel * c;
  const DdimSource *residual = args->residual;

  /* The output may be the residual itself: add it before it is overwritten. */
  if (residual)
    {
      gint c0 = residual->c[0], c1 = residual->c[1];

      if (residual->data[0] != args->out->data)
        {
          memcpy (out, sums, (gsize) n * c * sizeof (gfloat));
          add_tensor (out, c, residual->data[0] + pixel * c0, n, c0);
          if (c1)
            add_tensor (out + c0, c, residual->data[1] + pixel * c1, n, c1);
        }
      else
        add_tensor (out, c, sums, n, c);
    }
  else
    memcpy (out, sums, (gsize) n * c * sizeof (gfloat));

  if (conv->bias)
    add_vector (out, conv->bias, n, c);
  if (args->time)
    add_vector (out, args->time + item * args->time_stride, n, c);
  if (args->output_scale && args->output_scale != 1)
    scale_all (out, args->output_scale, (gsize) n * c);
  if (args->moments)
    add_moments (out, n, c, moments);
}

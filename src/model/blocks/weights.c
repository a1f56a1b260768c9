/* weights.c: layers made of a file's tensors
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "weights.h"

#include "constant.h"

/* Numbers that are looked at together. */
#define SLICE 16384

/* Of a larger network the weights stay in 16 bits where the file has them so: in
 * memory, as floats, they would take 400 MB or more.                         */
#define LARGE 100000000

/* Goes on with a hash of 64 bits (FNV-1a, by words): it tells models from each
 * other, and withstands nobody.                                             */
static guint64
hash_numbers (guint64       hash,
              const gfloat *numbers,
              gsize         n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &numbers[i], sizeof bits);
      hash = (hash ^ bits) * G_GUINT64_CONSTANT (0x100000001b3);
    }
  return hash;
}

/* Whether these are numbers, not NaN or infinite: their exponent is not full. */
static gboolean
are_finite (const gfloat *numbers,
            gsize         n)
{
  gint bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &numbers[i], sizeof bits);
      bad |= (bits & 0x7f800000) == 0x7f800000;
    }
  return ! bad;
}

/* Reads the tensor once from end to end. */
static gboolean
look_through (DdimWeights        *weights,
              const gchar        *tensor,
              const DdimConstant *constant)
{
  gfloat numbers[SLICE];

  for (gsize first = 0; first < constant->size; first += SLICE)
    {
      gsize n = MIN (SLICE, constant->size - first);

      ddim_constant_read (constant, first, n, numbers);
      if (! are_finite (numbers, n))
        {
          g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
                       "%s: the tensor “%s” holds numbers that are not finite (NaN or "
                       "infinity): this model was damaged, or its training failed",
                       ddim_safetensors_get_name (weights->file), tensor);
          return FALSE;
        }
      weights->hash = hash_numbers (weights->hash, numbers, n);
    }
  return TRUE;
}

gdouble
ddim_weights_get_packed (const DdimSafetensors *file)
{
  guint64 numbers = ddim_safetensors_count (file);

  return numbers > LARGE ? (gdouble) ddim_safetensors_get_size (file)
                         : numbers * (gdouble) sizeof (gfloat);
}

static gchar *
describe_shape (gint          rank,
                const gint64 *shape)
{
  GString *text = g_string_new ("");

  for (gint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? " × " : "", shape[i]);
  return g_string_free (text, FALSE);
}

gboolean
ddim_weights_has (const DdimWeights *weights,
                  const gchar       *tensor)
{
  return ddim_safetensors_lookup (weights->file, tensor) != NULL;
}

gboolean
ddim_weights_get (DdimWeights  *weights,
                  const gchar  *tensor,
                  gint          rank,
                  const gint64 *shape,
                  DdimConstant *constant)
{
  const DdimTensorView *view;
  gboolean same = TRUE;

  if (weights->error)
    return FALSE;

  view = ddim_safetensors_lookup (weights->file, tensor);
  if (! view)
    {
      g_autofree gchar *wanted = describe_shape (rank, shape);

      g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_MISSING,
                   "%s has no tensor “%s” (%s numbers of type F32, F16 or BF16), which its "
                   "config asks for",
                   ddim_safetensors_get_name (weights->file), tensor, wanted);
      return FALSE;
    }

  for (gint i = 0; i < MAX (rank, view->rank); i++)
    same = same && (i < rank ? shape[i] : 1) == (i < view->rank ? view->shape[i] : 1);
  if (! same)
    {
      g_autofree gchar *found = describe_shape (view->rank, view->shape);
      g_autofree gchar *wanted = describe_shape (rank, shape);

      g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s: the tensor “%s” is %s, but its config asks for %s",
                   ddim_safetensors_get_name (weights->file), tensor, found, wanted);
      return FALSE;
    }

  if (! look_through (weights, tensor, &view->constant))
    return FALSE;

  *constant = view->constant;
  return TRUE;
}

gboolean
ddim_weights_get_layer (DdimWeights  *weights,
                        const gchar  *layer,
                        gint          rank,
                        const gint64 *shape,
                        DdimConstant *weight,
                        DdimConstant *bias)
{
  g_autofree gchar *weight_name = g_strconcat (layer, ".weight", NULL);
  g_autofree gchar *bias_name   = g_strconcat (layer, ".bias", NULL);

  return ddim_weights_get (weights, weight_name, rank, shape, weight) &&
         ddim_weights_get (weights, bias_name, 1, shape, bias);
}

gfloat *
ddim_weights_copy (DdimWeights        *weights,
                   const DdimConstant *constant)
{
  gfloat *copy = weights->error ? NULL : ddim_constant_copy (constant);

  return ddim_weights_made (weights, copy);
}

gpointer
ddim_weights_made (DdimWeights *weights,
                   gpointer     made)
{
  if (! made && ! weights->error)
    g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                 "There is no memory for the layers of %s: close other programs",
                 ddim_safetensors_get_name (weights->file));
  return made;
}

/* The convolution, to be packed as suits so large a network, or the error. */
static DdimConv *
conv_made (DdimWeights *weights,
           DdimConv    *conv)
{
  if (conv && ddim_safetensors_count (weights->file) > LARGE)
    ddim_conv_keep_halves (conv);
  return ddim_weights_made (weights, conv);
}

DdimConv *
ddim_weights_conv (DdimWeights        *weights,
                   const gchar        *layer,
                   const DdimConvSpec *spec)
{
  gint64       shape[] = { spec->c_out, spec->c_in, spec->kernel, spec->kernel };
  DdimConstant weight, bias;

  if (! ddim_weights_get_layer (weights, layer, 4, shape, &weight, &bias))
    return NULL;
  return conv_made (weights, ddim_conv_new (spec, &weight, &bias));
}

DdimConv *
ddim_weights_conv_plain (DdimWeights        *weights,
                         const gchar        *layer,
                         const DdimConvSpec *spec)
{
  gint64       shape[] = { spec->c_out, spec->c_in, spec->kernel, spec->kernel };
  g_autofree gchar *name = g_strconcat (layer, ".weight", NULL);
  DdimConstant weight;

  return ddim_weights_get (weights, name, 4, shape, &weight)
         ? conv_made (weights, ddim_conv_new (spec, &weight, NULL)) : NULL;
}

DdimLinear *
ddim_weights_linear (DdimWeights *weights,
                     const gchar *layer,
                     gint         c_in,
                     gint         c_out)
{
  gint64       shape[] = { c_out, c_in };
  DdimConstant weight, bias;

  if (! ddim_weights_get_layer (weights, layer, 2, shape, &weight, &bias))
    return NULL;
  return ddim_weights_made (weights, ddim_linear_new (c_in, c_out, &weight, &bias));
}

DdimNorm *
ddim_weights_norm (DdimWeights *weights,
                   const gchar *layer,
                   gint         c,
                   gint         groups,
                   gdouble      eps)
{
  gint64       shape[] = { c };
  DdimConstant gamma, beta;

  if (! ddim_weights_get_layer (weights, layer, 1, shape, &gamma, &beta))
    return NULL;
  if (c % groups)
    {
      g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s: “%s” has %d channels, which %d groups do not divide",
                   ddim_safetensors_get_name (weights->file), layer, c, groups);
      return NULL;
    }
  return ddim_weights_made (weights, ddim_norm_new (c, groups, eps, &gamma, &beta));
}

DdimLayerNorm *
ddim_weights_layer_norm (DdimWeights *weights,
                         const gchar *layer,
                         gint         c,
                         gdouble      eps)
{
  gint64       shape[] = { c };
  DdimConstant gamma, beta;

  return ddim_weights_get_layer (weights, layer, 1, shape, &gamma, &beta)
         ? ddim_weights_made (weights, ddim_layer_norm_new (c, eps, &gamma, &beta)) : NULL;
}

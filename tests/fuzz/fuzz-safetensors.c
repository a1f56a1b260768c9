/* fuzz-safetensors.c: any bytes as a .safetensors file
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They are refused, with an error that names the file, or every tensor found
 * in them lies inside them.  The corpus and its dictionary name their tensors
 * as `names` does.
 */

#include "aligned-memory.h"
#include "fuzz.h"
#include "safetensors.h"
#include "constant.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const gchar * const names[] = { "a", "b", "weight", "", "__metadata__" };
  /* The bytes themselves: reading beyond them is seen. */
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimSafetensors) file = ddim_safetensors_parse (bytes, "the-file", &error);

  fuzz_check_error (file != NULL, error, "the-file");
  for (gsize i = 0; file && i < G_N_ELEMENTS (names); i++)
    {
      const DdimTensorView *view = ddim_safetensors_lookup (file, names[i]);
      const guint8 *start = view ? view->constant.data : NULL;
      guint64       product = 1;
      gfloat       *values;

      if (! view)
        continue;

      g_assert_true (view->rank >= 0 && view->rank <= DDIM_TENSOR_MAX_RANK);
      for (gint j = 0; j < view->rank; j++)
        product *= view->shape[j];
      g_assert_cmpuint (product, ==, view->constant.size);
      g_assert_true (start >= data && start <= data + size);
      g_assert_cmpuint (view->constant.size * (view->constant.dtype == DDIM_DTYPE_F32 ? 4 : 2),
                        <=, (gsize) (data + size - start));
      values = ddim_constant_copy (&view->constant);
      ddim_memory_free (values);
    }
  return 0;
}

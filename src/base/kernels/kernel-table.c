/* kernel-table.c: this instruction set's table of kernels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "simd.h"

const DdimKernels KERNEL (kernels) =
{
  .name    = G_STRINGIFY (DDIM_ISA),
  .panel   = PANEL_VECTORS * LANES,
  .narrow  = NARROW * LANES,
#if defined (DDIM_OPENBLAS)
  .prepare = KERNEL (prepare),
#endif
  .product = KERNEL (product),
#if PAIRS
  .bf16_product = KERNEL (bf16_product),
  .bf16_round   = KERNEL (bf16_round),
  .bf16_pack    = KERNEL (bf16_pack),
  .bf16_winograd_input   = { KERNEL (bf16_winograd_input_2), KERNEL (bf16_winograd_input_4) },
  .bf16_winograd_weights = { KERNEL (bf16_winograd_weights_2),
                             KERNEL (bf16_winograd_weights_4) },
#endif
#if defined (__AMX_BF16__)
  .bf16x2_product = KERNEL (bf16x2_product),
  .bf16x2_split   = KERNEL (bf16x2_split),
  .bf16x2_pack    = KERNEL (bf16x2_pack),
#endif
  .affine  = KERNEL (affine),
  .finish  = KERNEL (finish),
  .softmax = KERNEL (softmax),
  .layer_norm = KERNEL (layer_norm),
  .geglu    = KERNEL (geglu),
  .widen    = KERNEL (widen),
  .distance = KERNEL (distance),
  .winograd_input   = { KERNEL (winograd_input_2), KERNEL (winograd_input_4) },
  .winograd_output  = { KERNEL (winograd_output_2), KERNEL (winograd_output_4) },
  .winograd_weights = { KERNEL (winograd_weights_2), KERNEL (winograd_weights_4) }
};

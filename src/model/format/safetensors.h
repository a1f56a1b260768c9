/* safetensors.h: the tensors of .safetensors files
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format: eight bytes, little-endian, the length of a JSON header; the
 * header, {"name": {"dtype": "F32", "shape": [..], "data_offsets": [from, to]}};
 * then the bytes that the offsets count from.
 * (https://huggingface.co/docs/safetensors)
 */

#pragma once

#include "errors.h"
#include "tensor.h"

G_BEGIN_DECLS

#define DDIM_TENSOR_MAX_RANK 8

typedef struct _DdimSafetensors DdimSafetensors;

typedef struct
{
  DdimConstant constant; /* lives as long as the file's object */
  gint         rank;
  gint64       shape[DDIM_TENSOR_MAX_RANK];
} DdimTensorView;

/* Reads the file's header, and keeps the file open: numbers are read when they
 * are asked for.  Errors name the file, and the tensor where one is at fault. */
DdimSafetensors * ddim_safetensors_open       (const gchar     *path,
                                               GError         **error);

/* The same for the shards that a “….safetensors.index.json” names. */
DdimSafetensors * ddim_safetensors_open_index (const gchar     *path,
                                               GError         **error);

/* The same for bytes in memory; `name` stands for the file in errors. */
DdimSafetensors * ddim_safetensors_parse      (GBytes          *bytes,
                                               const gchar     *name,
                                               GError         **error);
void              ddim_safetensors_free       (DdimSafetensors *file); /* or NULL */

/* Whether all that has been read so far was there, and is still the same: to be
 * asked after reading, before what was read is used.                        */
gboolean          ddim_safetensors_check      (DdimSafetensors *file,
                                               GError         **error);

/* Owned by the file; NULL where there is no such tensor. */
const DdimTensorView * ddim_safetensors_lookup (const DdimSafetensors *file,
                                                const gchar           *tensor);

/* How many numbers all its tensors hold. */
guint64           ddim_safetensors_count    (const DdimSafetensors *file);

/* And how many bytes these take in it. */
guint64           ddim_safetensors_get_size (const DdimSafetensors *file);

/* The path, for errors. */
const gchar     * ddim_safetensors_get_name (const DdimSafetensors *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimSafetensors, ddim_safetensors_free)

G_END_DECLS

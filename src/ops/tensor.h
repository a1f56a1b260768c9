/* tensor.h: what the operations read and write
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Activations are float32, N x H x W x C, contiguous, 64-byte aligned at
 * their start.  A skip concatenation is never stored: operations that may
 * read one take a DdimSource, up to two tensors side by side along C.
 */

#pragma once

#include "thread-pool-private.h"

G_BEGIN_DECLS

typedef struct
{
  gint    n, h, w, c;
  gfloat *data;
} DdimTensor;

/* c[1] is 0 and data[1] NULL where there is one tensor only. */
typedef struct
{
  gint          n, h, w;
  gint          c[2];
  const gfloat *data[2];
} DdimSource;

static inline DdimSource
ddim_source (const DdimTensor *a,
             const DdimTensor *b) /* or NULL */
{
  DdimSource source = { a->n, a->h, a->w,
                        { a->c, b ? b->c : 0 },
                        { a->data, b ? b->data : NULL } };
  return source;
}

typedef enum
{
  DDIM_ACTIVATION_NONE,
  DDIM_ACTIVATION_SILU,
  DDIM_ACTIVATION_MISH,
  DDIM_ACTIVATION_GELU,
  DDIM_ACTIVATION_QUICK_GELU,
  DDIM_ACTIVATION_RELU
} DdimActivation;

/* A file that constants are read from when they are needed: never mapped, so that
 * one that is cut off meanwhile is an error and no signal.                  */
typedef struct
{
  gint fd;
  gint failed; /* atomic: TRUE where something could not be read; zeros stand for it */
} DdimConstantFile;

/* Constant numbers as they lie in memory or in a file, in any of these types. */
typedef enum
{
  DDIM_DTYPE_F32,
  DDIM_DTYPE_F16,
  DDIM_DTYPE_BF16
} DdimDtype;

typedef struct
{
  DdimDtype         dtype;
  gsize             size;   /* number of elements                            */
  gconstpointer     data;   /* possibly unaligned; NULL where they are in a file */
  DdimConstantFile *file;   /* not owned                                     */
  guint64           offset; /* bytes from the file's start                   */
  gboolean          little_endian; /* as files have them; else this machine's order */
} DdimConstant;

/* What an operation runs with. */
typedef struct
{
  DdimThreadPool *pool;
  GCancellable   *cancellable; /* or NULL */
  gfloat         *scratch;     /* as large as the operation's plan said */
} DdimRun;

G_END_DECLS

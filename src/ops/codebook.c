/* codebook.c: the nearest vectors of a codebook
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One chunk of work is some rows.  The codebook is stored number by number, so that
 * the distances of many vectors are summed side by side.
 */

#include <math.h>

#include "aligned-memory.h"
#include "codebook.h"
#include "constant.h"

#define ROWS    16  /* of a chunk */
#define VECTORS 256 /* whose distances are summed together */

struct _DdimCodebook
{
  gint    n, c;
  gfloat *vectors; /* c x n */
};

typedef struct
{
  const DdimCodebook *codebook;
  gint                rows;
  const gfloat       *x;
  gfloat             *out;
} Job;

DdimCodebook *
ddim_codebook_new (gint                n,
                   gint                c,
                   const DdimConstant *vectors)
{
  DdimCodebook *codebook;
  gfloat       *copy;

  if (n < 1 || c < 1 || vectors->size != (gsize) n * c)
    return NULL;

  copy     = ddim_constant_copy (vectors);
  codebook = g_new0 (DdimCodebook, 1);
  codebook->n = n;
  codebook->c = c;
  codebook->vectors = copy ? ddim_memory_try_alloc ((gsize) n * c) : NULL;
  for (gint j = 0; codebook->vectors && j < n; j++)
    for (gint k = 0; k < c; k++)
      codebook->vectors[(gsize) k * n + j] = copy[(gsize) j * c + k];
  ddim_memory_free (copy);
  if (! codebook->vectors)
    g_clear_pointer (&codebook, ddim_codebook_free);
  return codebook;
}

void
ddim_codebook_free (DdimCodebook *codebook)
{
  if (! codebook)
    return;

  ddim_memory_free (codebook->vectors);
  g_free (codebook);
}

/* The nearest of the vectors first .. first + n - 1, where one is nearer than that. */
static void
find_among (const DdimCodebook *codebook,
            const gfloat       *x,
            gint                first,
            gint                n,
            gfloat             *least,
            gint               *nearest)
{
  gfloat distances[VECTORS] = { 0 };

  for (gint k = 0; k < codebook->c; k++)
    {
      const gfloat *numbers = codebook->vectors + (gsize) k * codebook->n + first;

      for (gint j = 0; j < n; j++)
        distances[j] += (x[k] - numbers[j]) * (x[k] - numbers[j]);
    }
  for (gint j = 0; j < n; j++)
    if (distances[j] < *least)
      {
        *least   = distances[j];
        *nearest = first + j;
      }
}

static void
run_rows (gint     chunk,
          gint     worker,
          gpointer data)
{
  const Job          *job      = data;
  const DdimCodebook *codebook = job->codebook;

  for (gint i = chunk * ROWS; i < MIN ((chunk + 1) * ROWS, job->rows); i++)
    {
      const gfloat *x   = job->x + (gsize) i * codebook->c;
      gfloat       *out = job->out + (gsize) i * codebook->c;
      gfloat        least = INFINITY;
      gint          nearest = -1;

      for (gint first = 0; first < codebook->n; first += VECTORS)
        find_among (codebook, x, first, MIN (VECTORS, codebook->n - first), &least, &nearest);
      for (gint k = 0; k < codebook->c; k++)
        out[k] = nearest < 0 ? x[k] : codebook->vectors[(gsize) k * codebook->n + nearest];
    }
}

gboolean
ddim_codebook_run (const DdimCodebook *codebook,
                   gint                rows,
                   const gfloat       *x,
                   gfloat             *out,
                   const DdimRun      *run)
{
  Job job = { codebook, rows, x, out };

  return ddim_thread_pool_run (run->pool, (rows + ROWS - 1) / ROWS, run_rows, &job,
                               run->cancellable);
}

/* reconstruction.c: the paper's Table 2, decode (encode (x)) against x
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The paper's encoder on the paper's levels, whose clean end is alpha 1; the
 * same on the levels that editing uses, whose clean end is alphas_cumprod[0];
 * and the exact encoder on those; and the last two half as deep, as editing
 * has them.  The error is the mean square per dimension of values in [0, 1],
 * as in the paper.
 */

#include <math.h>

#include "paper.h"

#define CROPS 4 /* in a batch */

static const gint steps[] = { 10, 20, 50, 100, 200, 500, 1000 };

static const struct
{
  const gchar *name;
  DdimEncoder  encoder;
  gboolean     clean;
  gdouble      depth;
  gint         most; /* steps */
} ways[] =
{
  { "paper",      DDIM_ENCODER_PAPER, TRUE,  1,   1000 },
  { "ours",       DDIM_ENCODER_PAPER, FALSE, 1,   100 },
  { "exact",      DDIM_ENCODER_EXACT, FALSE, 1,   1000 },
  { "half-ours",  DDIM_ENCODER_PAPER, FALSE, 0.5, 100 },
  { "half-exact", DDIM_ENCODER_EXACT, FALSE, 0.5, 100 },
};

static gboolean
reconstruct (Paper       *paper,
             DdimField   *field,
             const Cell  *cell,
             GError     **error)
{
  g_autoptr (DdimLevels) levels = paper_levels (paper, cell->S, ways[cell->row].depth,
                                                ways[cell->row].clean);
  g_autoptr (DdimCanvas) x = NULL;
  DdimCanvas   crops = *paper->crops;
  gsize        size  = ddim_canvas_item_size (&crops);
  gint         first = cell->batch * CROPS;
  DdimEncoding encoding;

  crops.n     = MIN (CROPS, paper->n_middle - first);
  crops.data += first * size;
  x = ddim_canvas_copy (&crops);

  if (! ddim_encode (field, levels, ways[cell->row].encoder, x, &encoding, NULL, error))
    return FALSE;
  paper_set (paper, cell->name, "steps", levels->S);
  /* The exact encoder counts items, the paper's batches. */
  paper_set (paper, cell->name, "evaluations",
             encoding.evaluations
             / (ways[cell->row].encoder == DDIM_ENCODER_EXACT ? (gdouble) crops.n : 1));

  if (! ddim_decode (field, levels, NULL, x, NULL, error))
    return FALSE;
  for (gint n = 0; n < crops.n; n++)
    {
      g_autofree gchar *key = g_strdup_printf ("error %d", n);

      paper_set (paper, cell->name, key,
                 pow (paper_rms (x->data + n * size, crops.data + n * size, size), 2));
    }

  return TRUE;
}

void
paper_queue_reconstruction (Paper *paper,
                            gint   batch)
{
  if (batch * CROPS >= paper->n_middle)
    return;

  for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      if (steps[s] <= ways[way].most)
        {
          Cell cell = { .run = reconstruct, .row = way, .S = steps[s], .batch = batch,
                        .cost = steps[s] * CROPS * 3 };

          cell.name = g_strdup_printf ("reconstruction %s, %d steps, batch %d", ways[way].name,
                                       steps[s], batch);
          paper_queue (paper, &cell);
        }
}

/* edits.c: does a picture change evenly with strength, and on the way between?
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The editing settings (20 quadratic steps, the exact encoder) on the middle
 * of each photograph, at even steps of the strength, half of T deep; and from
 * each photograph to the next by slerp of their latents, all of T deep.
 * Measured is how far the picture is from where it began, and how far each
 * step goes.
 *
 * And whether second-order steps pay in editing: how far variations by few
 * steps of either order lie from the same ones by 200.  The encoder inverts
 * steps of first order, so with those of second order not even the unchanged
 * latent gives the picture; like the plug-in, all give back what it loses.
 */

#include <string.h>

#include "paper.h"

#define STEPS  20
#define LIMIT  200
#define POINTS 16 /* from 0 to 1 */

static DdimCanvas *
item (const DdimCanvas *crops,
      gint              i)
{
  DdimCanvas one = *crops;

  one.n     = 1;
  one.data += i * ddim_canvas_item_size (crops);

  return ddim_canvas_copy (&one);
}

/* Of a path of POINTS + 1 pictures, one after another. */
static void
keep_path (Paper        *paper,
           const gchar  *cell,
           const gfloat *path,
           gsize         size)
{
  for (gint i = 1; i <= POINTS; i++)
    {
      g_autofree gchar *change = g_strdup_printf ("change %d", i);
      g_autofree gchar *step   = g_strdup_printf ("step %d", i);

      paper_set (paper, cell, change, paper_rms (path, path + i * size, size));
      paper_set (paper, cell, step, paper_rms (path + (i - 1) * size, path + i * size, size));
    }
}

static gboolean
edit_strength (Paper       *paper,
               DdimField   *field,
               const Cell  *cell,
               GError     **error)
{
  g_autoptr (DdimLevels) levels = paper_levels (paper, STEPS, 0.5, FALSE);
  DdimCanvas *image = item (paper->crops, cell->row);
  gsize       size  = ddim_canvas_size (image);
  g_autoptr (DdimCanvas) result = ddim_canvas_new (1, image->h, image->w, 3);
  g_autofree gfloat *path = g_new (gfloat, (POINTS + 1) * size);
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, image, NULL, error);

  if (! inversion)
    return FALSE;

  for (gint i = 0; i <= POINTS; i++)
    {
      guint64       seed    = 9;
      DdimVariation options = { .strength = i / (gdouble) POINTS, .seeds = &seed };

      if (! ddim_vary (inversion, &options, result, NULL, NULL, error))
        return FALSE;
      memcpy (path + i * size, result->data, size * sizeof (gfloat));
    }
  keep_path (paper, cell->name, path, size);

  return TRUE;
}

static gboolean
edit_between (Paper       *paper,
              DdimField   *field,
              const Cell  *cell,
              GError     **error)
{
  g_autoptr (DdimLevels) levels = paper_levels (paper, STEPS, 1, FALSE);
  g_autoptr (DdimCanvas) from = item (paper->crops, cell->row);
  g_autoptr (DdimCanvas) to = item (paper->crops, (cell->row + 1) % paper->n_middle);
  gsize size = ddim_canvas_size (from);
  g_autoptr (DdimCanvas) path = ddim_canvas_new (POINTS + 1, from->h, from->w, 3);

  if (! ddim_encode (field, levels, DDIM_ENCODER_EXACT, from, NULL, NULL, error) ||
      ! ddim_encode (field, levels, DDIM_ENCODER_EXACT, to, NULL, NULL, error))
    return FALSE;

  for (gint i = 0; i <= POINTS; i++)
    {
      DdimCanvas here = *from;

      here.data = path->data + i * size;
      ddim_latent_slerp (from, to, i / (gdouble) POINTS, NULL, &here);
    }
  if (! ddim_decode (field, levels, NULL, path, NULL, error))
    return FALSE;
  keep_path (paper, cell->name, path->data, size);

  return TRUE;
}

/* A variation of half strength, image + (decode (z') - decode (z)); and what
 * decoding z loses.                                                         */
static DdimCanvas *
vary (Paper             *paper,
      DdimField         *field,
      const DdimCanvas  *image,
      gint               S,
      gboolean           second_order,
      gdouble           *lost,
      GError           **error)
{
  const guint64 seed     = 9;
  DdimSampling  sampling = { .second_order = second_order };

  g_autoptr (DdimLevels) levels = paper_levels (paper, S, 0.5, FALSE);
  g_autoptr (DdimCanvas) unchanged = ddim_canvas_copy (image);
  g_autoptr (DdimCanvas) changed = ddim_canvas_copy (image);

  if (! ddim_encode (field, levels, DDIM_ENCODER_EXACT, unchanged, NULL, NULL, error))
    return NULL;
  ddim_noise_fill (changed, &seed, 0);
  ddim_latent_slerp (unchanged, changed, 0.5, NULL, changed);

  if (! ddim_decode (field, levels, &sampling, unchanged, NULL, error) ||
      ! ddim_decode (field, levels, &sampling, changed, NULL, error))
    return NULL;
  *lost = paper_rms (unchanged->data, image->data, ddim_canvas_size (image));
  for (gsize i = 0; i < ddim_canvas_size (image); i++)
    changed->data[i] += image->data[i] - unchanged->data[i];

  return g_steal_pointer (&changed);
}

static gboolean
edit_order (Paper       *paper,
            DdimField   *field,
            const Cell  *cell,
            GError     **error)
{
  const gint steps[] = { 10, 20 };
  gdouble    lost;

  g_autoptr (DdimCanvas) image = item (paper->crops, cell->row);
  g_autoptr (DdimCanvas) limit = vary (paper, field, image, LIMIT, FALSE, &lost, error);

  if (! limit)
    return FALSE;

  for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
    for (gint order = 1; order <= 2; order++)
      {
        g_autofree gchar *key = g_strdup_printf ("order %d, %d steps", order, steps[s]);
        g_autofree gchar *key_lost = g_strconcat (key, ", lost", NULL);
        g_autoptr (DdimCanvas) x = vary (paper, field, image, steps[s], order == 2, &lost, error);

        if (! x)
          return FALSE;
        paper_set (paper, cell->name, key,
                   paper_rms (x->data, limit->data, ddim_canvas_size (x)));
        paper_set (paper, cell->name, key_lost, lost);
      }

  return TRUE;
}

void
paper_queue_edits (Paper *paper,
                   gint   batch)
{
  const struct
  {
    const gchar *name;
    CellRun      run;
    gint         cost;
  } kinds[] =
  {
    { "strength", edit_strength, STEPS * (POINTS + 4) },
    { "between",  edit_between,  STEPS * (POINTS + 7) },
    { "order",    edit_order,    LIMIT * 5 },
  };

  /* One of every photograph, whatever the number of batches. */
  if (batch > 0)
    return;

  for (gint i = 0; i < paper->n_middle; i++)
    for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
      {
        Cell cell = { .run = kinds[kind].run, .row = i, .S = STEPS, .cost = kinds[kind].cost };

        cell.name = g_strdup_printf ("edits %s %d", kinds[kind].name, i);
        paper_queue (paper, &cell);
      }
}

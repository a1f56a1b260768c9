/* patch-context.c: what surrounds a patch, in coarser cells
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two patches may be alike where what lies around them is not.  The context of
 * a patch is the square about its middle of as many cells as it has, each the
 * mean of 2 x 2 of its own.  Patches begin at every place, so such means are
 * kept from every place on: in four phases, in each of which the cells of one
 * context lie side by side.
 */

#include <string.h>

#include "aligned-memory.h"
#include "try-alloc.h"
#include "patch.h"

#define MARGIN DDIM_PATCH_CONTEXT_MARGIN

gboolean
ddim_patch_context_init (DdimPatchContext  *context,
                         const DdimPlane   *plane,
                         GError           **error)
{
  gboolean wrap    = plane->wrap;
  gint     c       = plane->c;
  gint     h       = wrap ? plane->h : plane->rows;
  gint     w       = wrap ? plane->w : plane->columns;
  gint     rows    = plane->rows + 2 * MARGIN;
  gint     columns = plane->columns + 2 * MARGIN;
  gsize    size;
  g_autofree gfloat *sums = NULL;

  context->c       = c;
  context->rows    = (rows + 1) / 2;
  context->columns = (columns + 1) / 2;
  size = 4 * (gsize) context->rows * context->columns * c + DDIM_PLANE_BEYOND;
  if (! (sums = ddim_try_new (gfloat, (gsize) (columns + 1) * c, error)) ||
      ! (context->cells = ddim_try_floats (size, error)))
    return FALSE;
  memset (context->cells, 0, size * sizeof (gfloat));

  for (gint y = - MARGIN; y < rows - MARGIN; y++)
    {
      gsize         line  = (gsize) plane->columns * c;
      const gfloat *upper = plane->cells + ddim_plane_index (y, h, wrap) * line;
      const gfloat *lower = plane->cells + ddim_plane_index (y + 1, h, wrap) * line;

      for (gint x = 0; x <= columns; x++)
        {
          gint from = ddim_plane_index (x - MARGIN, w, wrap) * c;

          for (gint k = 0; k < c; k++)
            sums[x * c + k] = upper[from + k] + lower[from + k];
        }
      for (gint x = 0; x < columns; x++)
        {
          gfloat *out = (gfloat *) ddim_patch_context_at (context, y, x - MARGIN);

          for (gint k = 0; k < c; k++)
            out[k] = 0.25f * (sums[x * c + k] + sums[(x + 1) * c + k]);
        }
    }
  return TRUE;
}

void
ddim_patch_context_clear (DdimPatchContext *context)
{
  g_clear_pointer (&context->cells, ddim_memory_free);
}

/* lookup.h: pixels of few bits to doubles, by a table
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gegl.h>

/* What a format's number of 8 bits is as a double: of each component its own.  Taken
 * from babl, so that a pixel becomes what babl_process () makes of it, to the bit.  */
typedef struct
{
  gint    components;        /* of a pixel of the format                     */
  gint    colors;            /* of these                                     */
  gdouble values[4][256];
} DdimLookup;

/* From a format to one of doubles with as many colours and an alpha, "Y'A double" or
 * "R'G'B'A double".  Returns FALSE where a table does not do: the numbers have more bits,
 * colours are multiplied with alpha, or numbers are indices.                */
gboolean ddim_lookup_init (DdimLookup *lookup,
                           const Babl *from,
                           const Babl *to);

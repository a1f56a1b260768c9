/* finite.c: the range of a format of pixels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "finite.h"

#include <float.h>
#include <math.h>

/* IEEE 754's halves: a sign, five bits of exponent, ten of mantissa. */
#define HALF_SIGN     0x8000
#define HALF_INFINITE 0x7c00
#define HALF_MAX      0x7bff

static gboolean
all_finite (const gdouble *pixel,
            gint           components)
{
  for (gint c = 0; c < components; c++)
    if (! isfinite (pixel[c]))
      return FALSE;

  return TRUE;
}

static void
keep_halves (guint16 *values,
             gint     n)
{
  for (gint i = 0; i < n; i++)
    if ((values[i] & HALF_INFINITE) == HALF_INFINITE)
      values[i] = (values[i] & HALF_SIGN) | HALF_MAX;
}

static void
keep_floats (gfloat *values,
             gint    n)
{
  for (gint i = 0; i < n; i++)
    if (! isfinite (values[i]))
      values[i] = copysignf (FLT_MAX, values[i]);
}

static void
keep_doubles (gdouble *values,
              gint     n)
{
  for (gint i = 0; i < n; i++)
    if (! isfinite (values[i]))
      values[i] = copysign (DBL_MAX, values[i]);
}

void
ddim_keep_finite (const Babl    *format,
                  guint8        *bytes,
                  const gdouble *pixels,
                  gint           components,
                  gsize          n)
{
  const Babl *type   = babl_format_get_type (format, 0);
  gint        values = babl_format_get_n_components (format);
  gint        bpp    = babl_format_get_bytes_per_pixel (format);
  gboolean    halves = type == babl_type ("half");
  gboolean    floats = type == babl_type ("float");

  if (! halves && ! floats && type != babl_type ("double"))
    return; /* babl clamps integers */

  for (gsize i = 0; i < n; i++, bytes += bpp, pixels += components)
    if (! all_finite (pixels, components))
      continue;
    else if (halves)
      keep_halves ((guint16 *) bytes, values);
    else if (floats)
      keep_floats ((gfloat *) bytes, values);
    else
      keep_doubles ((gdouble *) bytes, values);
}

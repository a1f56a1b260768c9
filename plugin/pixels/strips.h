/* strips.h: pixels of GIMP's, some rows at a time
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A buffer of GIMP's keeps what was read or written through it in this
 * process: so what walks over one opens it anew for each strip, and gives it
 * back.
 */

#pragma once

#include <libgimp/gimp.h>

/* Rows of GIMP's tiles: strips end where tiles do. */
#define DDIM_STRIP 128

/* Goes to the next strip of `area`; begin with a strip of zeros.  Returns FALSE
 * after the last.                                                           */
gboolean ddim_strip_next         (GeglRectangle        *strip,
                                  const GeglRectangle  *area);

/* Opens a buffer of a drawable: gimp_drawable_get_buffer () or
 * gimp_drawable_get_shadow_buffer ().                                       */
typedef GeglBuffer * (* DdimOpenBuffer) (GimpDrawable *drawable);

/* Reads a rectangle of a buffer, at a scale, in a format of doubles, and what is beyond
 * the buffer by GEGL's rule; gives floats.  To make floats of 8 bits babl would first make
 * itself a table of 256 MiB, which takes a third of a second.               */
void     ddim_get_floats         (GeglBuffer           *buffer,
                                  const GeglRectangle  *rectangle,
                                  gdouble               scale,
                                  const Babl           *doubles,
                                  GeglAbyssPolicy       beyond,
                                  gfloat               *floats);

/* Copies an area of a drawable's pixels into the same area of a buffer, in the
 * buffer's format.  pause, which may be NULL, is called after each strip.   */
void     ddim_strips_read        (GimpDrawable         *drawable,
                                  GeglBuffer           *to,
                                  const GeglRectangle  *area,
                                  void                (*pause) (gpointer pause_data),
                                  gpointer              pause_data);

/* Copies an area of a buffer to (x, y) on in a drawable, whose bytes that are
 * the same already are not touched.                                         */
void     ddim_strips_write       (GeglBuffer           *from,
                                  const GeglRectangle  *area,
                                  GimpDrawable         *drawable,
                                  DdimOpenBuffer        open_buffer,
                                  gint                  x,
                                  gint                  y);

/* Whether the bytes of an area of a drawable are those of a buffer in its format. */
gboolean ddim_strips_are_equal   (GimpDrawable         *drawable,
                                  GeglBuffer           *buffer,
                                  const GeglRectangle  *area);

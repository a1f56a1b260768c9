/* gimp-ddim.c: the plug-in, a list of its procedures
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each procedure lives in a file of its own and is made by its _create ().
 * Translations need nothing here: GIMP binds the domain named like the
 * plug-in's folder to the `locale` folder inside it.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "interpolate.h"
#include "swap.h"
#include "texture.h"
#include "variation.h"

#define DDIM_TYPE_PLUG_IN (ddim_plug_in_get_type ())
G_DECLARE_FINAL_TYPE (DdimPlugIn, ddim_plug_in, DDIM, PLUG_IN, GimpPlugIn)

struct _DdimPlugIn
{
  GimpPlugIn parent_instance;
};

G_DEFINE_TYPE (DdimPlugIn, ddim_plug_in, GIMP_TYPE_PLUG_IN)

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  names = g_list_append (names, g_strdup (DDIM_VARIATION_PROC));
  names = g_list_append (names, g_strdup (DDIM_INTERPOLATE_PROC));
  names = g_list_append (names, g_strdup (DDIM_TEXTURE_PROC));

  return names;
}

static GimpProcedure *
create_procedure (GimpPlugIn  *plug_in,
                  const gchar *name)
{
  if (! g_strcmp0 (name, DDIM_VARIATION_PROC))
    return ddim_variation_create (plug_in);
  if (! g_strcmp0 (name, DDIM_INTERPOLATE_PROC))
    return ddim_interpolate_create (plug_in);
  if (! g_strcmp0 (name, DDIM_TEXTURE_PROC))
    return ddim_texture_create (plug_in);

  return NULL;
}

static void
ddim_plug_in_class_init (DdimPlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = query_procedures;
  plug_in_class->create_procedure = create_procedure;
}

static void
ddim_plug_in_init (DdimPlugIn *plug_in)
{
}

/* babl times its ways from one pixel format to another at run time and takes
 * the fastest that err by less than a tolerance: beside a busy program the
 * same variation came out a step of 8 bits different in a pixel.  Without a
 * tolerance there is one way.  GEGL's operations, of which none is used here, take
 * 0.07 seconds to load: where it looks for them is nothing.                 */
int
main (int    argc,
      char **argv)
{
  g_setenv ("BABL_TOLERANCE", "0.0", FALSE);
  g_setenv ("GEGL_PATH", "", TRUE);
  ddim_swap_watch ();

  return gimp_main (DDIM_TYPE_PLUG_IN, argc, argv);
}

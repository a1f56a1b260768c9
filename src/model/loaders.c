/* loaders.c: the kinds of models that a folder may hold
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "loader.h"

#include "unet-model.h"

static const DdimLoader * const loaders[] = { &ddim_unet_loader, &ddim_conditional_loader };

const DdimLoader *
ddim_loader_find (const gchar *class_name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (! strcmp (loaders[i]->class_name, class_name))
      return loaders[i];
  return NULL;
}

gchar *
ddim_loader_list (void)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    g_string_append_printf (list, "%s%s", i ? ", " : "", loaders[i]->class_name);
  return g_string_free (list, FALSE);
}

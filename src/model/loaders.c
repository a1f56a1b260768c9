/* loaders.c: the kinds of models that a folder may hold
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "loader.h"

#include "latent-model.h"
#include "unet-model.h"

static const DdimLoader * const loaders[] = { &ddim_unet_loader, &ddim_conditional_loader };

const DdimLoader *
ddim_loader_find_network (const DdimFolder *folder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (! strcmp (loaders[i]->class_name, folder->class_name))
      return loaders[i];
  return NULL;
}

const DdimLoader *
ddim_loader_find (const DdimFolder *folder)
{
  return ddim_latent_find_autoencoder (folder) ? &ddim_latent_loader
                                               : ddim_loader_find_network (folder);
}

gchar *
ddim_loader_list (void)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    g_string_append_printf (list, "%s%s", i ? ", " : "", loaders[i]->class_name);
  return g_string_free (list, FALSE);
}

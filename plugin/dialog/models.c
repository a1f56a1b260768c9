/* models.c: where the models lie
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model is a folder as diffusers writes it.  Those that have a name are the
 * sub-folders of
 *   weights/ beside the plug-in's executable (the shipped ones), and
 *   $XDG_DATA_HOME/gimp-ddim/models/ (the user's own),
 * the first shadowing the second.  Whatever holds a separator is no name but
 * a folder.
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "models.h"

gchar *
ddim_models_user_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "gimp-ddim", "models", NULL);
}

/* The folders whose sub-folders are models, in the order of the search. */
static gchar **
search_path (void)
{
  GStrvBuilder     *builder = g_strv_builder_new ();
  g_autofree gchar *plug_in = g_path_get_dirname (gimp_get_progname ());
  g_autofree gchar *shipped = g_build_filename (plug_in, "weights", NULL);
  g_autofree gchar *user    = ddim_models_user_folder ();
  gchar           **path;

  g_strv_builder_add (builder, shipped);
  g_strv_builder_add (builder, user);
  path = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  return path;
}

static gint
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_utf8_collate (*(const gchar * const *) a, *(const gchar * const *) b);
}

gchar **
ddim_models_list (void)
{
  g_auto (GStrv)         path  = search_path ();
  g_autoptr (GHashTable) seen  = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray             *names = g_ptr_array_new ();

  for (gint i = 0; path[i]; i++)
    {
      g_autoptr (GDir) dir = g_dir_open (path[i], 0, NULL);
      const gchar     *name;

      while (dir && (name = g_dir_read_name (dir)))
        {
          g_autofree gchar *folder = g_build_filename (path[i], name, NULL);

          if (name[0] != '.' && ! g_hash_table_contains (seen, name) &&
              g_file_test (folder, G_FILE_TEST_IS_DIR))
            {
              gchar *copy = g_strdup (name);

              g_hash_table_add (seen, copy);
              g_ptr_array_add (names, copy);
            }
        }
    }

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return (gchar **) g_ptr_array_free (names, FALSE);
}

static gchar *
find_folder (const gchar  *model,
             GError      **error)
{
  g_autofree gchar *folder = NULL;

  if (g_str_has_prefix (model, "~" G_DIR_SEPARATOR_S))
    folder = g_build_filename (g_get_home_dir (), model + 2, NULL);
  else
    folder = g_strdup (model);

  if (! g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("There is no folder “%s”. Give the folder that holds the "
                     "model's “unet” and “scheduler”, or the name of an "
                     "installed model."), folder);
      return NULL;
    }

  return g_steal_pointer (&folder);
}

gchar *
ddim_models_find (const gchar  *model,
                  GError      **error)
{
  g_auto (GStrv)    path  = NULL;
  g_auto (GStrv)    names = NULL;
  g_autofree gchar *list  = NULL;

  if (! model || ! model[0])
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("No model is named. Give the name of an installed "
                             "model, such as “photo”, or a model's folder."));
      return NULL;
    }

  if (strchr (model, G_DIR_SEPARATOR))
    return find_folder (model, error);

  path = search_path ();
  for (gint i = 0; path[i]; i++)
    {
      g_autofree gchar *folder = g_build_filename (path[i], model, NULL);

      if (model[0] != '.' && g_file_test (folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&folder);
    }

  names = ddim_models_list ();
  list  = g_strjoinv (", ", names);

  if (names[0])
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 /* Translators: the first %s is the name that was asked for,
                  * the second the list of the names there are. */
                 _("No installed model is called “%s”. Installed are: %s. Give "
                   "one of these names, or a model's folder."), model, list);
  else
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 /* Translators: %s are the asked name and a folder. */
                 _("There is no model called “%s”, and none is installed: “%s” is empty. "
                   "Install the plug-in again, or give a model's folder."), model, path[0]);

  return NULL;
}

gboolean
ddim_models_inspect (const gchar   *model,
                     DdimModelInfo *info)
{
  g_autofree gchar *folder = ddim_models_find (model, NULL);

  return folder && ddim_model_inspect (folder, info, NULL);
}

gint
ddim_models_get_labels (const gchar *model)
{
  DdimModelInfo info;

  return ddim_models_inspect (model, &info) ? info.labels : 0;
}

/* Bytes from which on a model is said to be large. */
#define LARGE G_GUINT64_CONSTANT (1000000000)

static const gchar *
name_family (DdimModelFamily family)
{
  switch (family)
    {
    case DDIM_FAMILY_STABLE_DIFFUSION_1:
      return "Stable Diffusion 1";
    case DDIM_FAMILY_STABLE_DIFFUSION_2:
      return "Stable Diffusion 2";
    case DDIM_FAMILY_LATENT:
      return _("Latent diffusion model");
    default:
      return _("Diffusion model");
    }
}

/* What is to be known before a region is chosen. */
static const gchar *
give_advice (const DdimModelInfo *info)
{
  if (info->bytes >= LARGE)
    return _("A variation takes minutes, and some gigabytes of memory.");
  if (info->fixed_size)
    return _("It uses attention, so large regions take longer.");

  return _("Suits regions of any size.");
}

gchar *
ddim_models_describe (const DdimModelInfo *info)
{
  g_autofree gchar *size = g_format_size (info->bytes);
  g_autofree gchar *what = NULL;

  if (info->reads_prompt)
    what = g_strdup_printf (
      /* Translators: about a model: what kind it is, such as “Stable Diffusion 1”,
       * width and height of its training pictures in pixels, and how much room it
       * takes on the disk, such as “2.1 GB”. */
      _("%s for pictures of %d × %d pixels, reads text, %s."),
      name_family (info->family), info->sample_size, info->sample_size, size);
  else
    what = g_strdup_printf (
      /* Translators: as the line that says “reads text”, of a model that does not. */
      _("%s for pictures of %d × %d pixels, %s."),
      name_family (info->family), info->sample_size, info->sample_size, size);

  return g_strdup_printf ("%s %s", what, give_advice (info));
}

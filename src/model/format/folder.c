/* folder.c: what lies in a folder that a model was saved to
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "folder.h"

#include <string.h>

#include "file.h"
#include "json.h"
#include "os.h"

#define WEIGHTS   "diffusion_pytorch_model"
#define SCHEDULER "scheduler_config.json"
#define INDEX     "model_index.json"

static gboolean
is_folder (const gchar *root,
           const gchar *name)
{
  g_autofree gchar *path = g_build_filename (root, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

static gboolean
exists (const gchar *root,
        const gchar *name)
{
  g_autofree gchar *path = g_build_filename (root, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Finding things ------------------------------------------------------------- */

#define MAX_REVISION 1024 /* bytes of the file that names one */

/* The newest download in a folder of the Hugging Face hub's cache. */
static gchar *
find_snapshot (const gchar *root)
{
  g_autofree gchar *ref = g_build_filename (root, "refs", "main", NULL);
  g_autofree gchar *snapshots = g_build_filename (root, "snapshots", NULL);
  g_autofree gchar *revision = NULL;
  g_autoptr (GDir)  dir = NULL;
  const gchar      *name;
  gsize             size;

  revision = ddim_file_read_text (ref, MAX_REVISION, &size, NULL);
  if (revision && is_folder (snapshots, g_strstrip (revision)))
    return g_build_filename (snapshots, revision, NULL);

  dir  = g_dir_open (snapshots, 0, NULL);
  name = dir ? g_dir_read_name (dir) : NULL;
  return name ? g_build_filename (snapshots, name, NULL) : NULL;
}

/* Whether a name is that of a checkpoint in one file, of whatever format. */
static gboolean
is_checkpoint (const gchar *name)
{
  return g_str_has_suffix (name, ".ckpt") || g_str_has_suffix (name, ".pt") ||
         g_str_has_suffix (name, ".safetensors");
}

static void
explain_checkpoint (const gchar  *path,
                    GError      **error)
{
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               "%s is a checkpoint in one file, which is not opened: convert it once to a folder, "
               "and choose that: python3 -c \"from diffusers import StableDiffusionPipeline as P; "
               "P.from_single_file('%s').save_pretrained('%s.diffusers')\"", path, path, path);
}

/* A checkpoint that lies in the folder; free with g_free ().  NULL for none. */
static gchar *
find_checkpoint (const gchar *root)
{
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const gchar     *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (is_checkpoint (name) && ! g_str_has_prefix (name, WEIGHTS))
      return g_build_filename (root, name, NULL);
  return NULL;
}

/* pipeline: what its model_index.json says, or NULL. */
static void
explain_missing_config (const gchar  *root,
                        const gchar  *pipeline,
                        GError      **error)
{
  g_autofree gchar *snapshot   = find_snapshot (root);
  g_autofree gchar *checkpoint = find_checkpoint (root);

  if (! g_file_test (root, G_FILE_TEST_EXISTS))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING, "There is no model folder %s", root);
  else if (! g_file_test (root, G_FILE_TEST_IS_DIR) && is_checkpoint (root))
    explain_checkpoint (root, error);
  else if (! g_file_test (root, G_FILE_TEST_IS_DIR))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s is a file: choose the folder that holds the model's files", root);
  else if (snapshot)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s is a folder of the Hugging Face hub's cache; the model itself lies in %s: "
                 "choose that", root, snapshot);
  else if (pipeline)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                 "%s is a %s, which has no U-Net (a folder unet with a config.json): models of "
                 "other kinds, as those that follow a flow by a transformer, are not supported",
                 root, pipeline);
  else if (checkpoint)
    explain_checkpoint (checkpoint, error);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s holds no model: it has neither unet/config.json nor config.json, as "
                 "diffusers' save_pretrained () writes them", root);
}

/* The folder with the network: of a pipeline's, of a training's, or itself. */
static gchar *
find_network (const gchar *root)
{
  static const gchar * const names[] = { "unet", "unet_ema", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *network = i + 1 < G_N_ELEMENTS (names)
                                  ? g_build_filename (root, names[i], NULL) : g_strdup (root);

      if (exists (network, "config.json"))
        return g_steal_pointer (&network);
    }
  return NULL;
}

/* Beside the network: in the root, or in the pipeline that the root is a part of. */
static gchar *
find_scheduler (const gchar *root,
                const gchar *network)
{
  g_autofree gchar *absolute = g_canonicalize_filename (root, NULL);
  g_autofree gchar *above = g_path_get_dirname (absolute);
  gchar *paths[] = { g_build_filename (root, "scheduler", SCHEDULER, NULL),
                     g_build_filename (root, SCHEDULER, NULL),
                     g_build_filename (network, SCHEDULER, NULL),
                     g_build_filename (above, "scheduler", SCHEDULER, NULL) };
  gchar *found = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      if (! found && g_file_test (paths[i], G_FILE_TEST_EXISTS))
        found = g_steal_pointer (&paths[i]);
      g_free (paths[i]);
    }
  return found;
}

/* Sets *pipeline to what the root's model_index.json says it is, where there is one. */
static gboolean
read_index (const gchar  *root,
            gchar       **pipeline,
            GError      **error)
{
  g_autofree gchar *path = g_build_filename (root, INDEX, NULL);
  DdimJson json;

  if (! g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (! ddim_json_open (&json, path, error))
    return FALSE;
  *pipeline = g_strdup (ddim_json_string (&json, "_class_name", NULL));
  return ddim_json_close (&json, error);
}

/* Whether the folder is one of several that make a latent model. */
static gboolean
refuse_part (const gchar  *path,
             GError      **error)
{
  g_autofree gchar *absolute = g_canonicalize_filename (path, NULL);
  g_autofree gchar *above    = g_path_get_dirname (absolute);

  if (exists (path, INDEX) || ! exists (above, INDEX) || ! (is_folder (above, "vae") || is_folder (above, "vqvae")))
    return FALSE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
               "%s is a part of the model in %s: choose that", path, above);
  return TRUE;
}

DdimFolder *
ddim_folder_open (const gchar  *path,
                  GError      **error)
{
  g_autoptr (DdimFolder) folder = g_new0 (DdimFolder, 1);
  DdimJson json;

  folder->root    = g_strdup (path);
  folder->network = find_network (path);
  if (! read_index (path, &folder->pipeline, error))
    return NULL;
  if (! folder->network)
    {
      explain_missing_config (path, folder->pipeline, error);
      return NULL;
    }
  if (refuse_part (path, error))
    return NULL;

  folder->config    = g_build_filename (folder->network, "config.json", NULL);
  folder->scheduler = find_scheduler (path, folder->network);
  if (! ddim_json_open (&json, folder->config, error))
    return NULL;
  folder->class_name = g_strdup (ddim_json_string (&json, "_class_name", "UNet2DModel"));
  if (! ddim_json_close (&json, error))
    return NULL;

  return g_steal_pointer (&folder);
}

void
ddim_folder_free (DdimFolder *folder)
{
  g_free (folder->root);
  g_free (folder->pipeline);
  g_free (folder->network);
  g_free (folder->config);
  g_free (folder->class_name);
  g_free (folder->scheduler);
  g_free (folder);
}

gboolean
ddim_folder_has (const DdimFolder *folder,
                 const gchar      *name)
{
  return is_folder (folder->root, name);
}

gboolean
ddim_folder_need_scheduler (const DdimFolder *folder,
                            GError          **error)
{
  if (folder->scheduler)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
               "%s has no scheduler/" SCHEDULER ", which says what noise the model was trained "
               "with: copy there the one of its training. If that used DDPMScheduler as it is, "
               "make one: mkdir -p '%s/scheduler' && echo '{\"_class_name\": "
               "\"DDPMScheduler\"}' > '%s/scheduler/" SCHEDULER "'",
               folder->root, folder->root, folder->root);
  return FALSE;
}

/* Weights -------------------------------------------------------------------- */

/* How good a file of weights is, the best first; -1 for none at all.  A shard's
 * name ends in -00001-of-00002 and is not taken by itself.                  */
static gint
rank_weights (const gchar *stem,
              const gchar *name,
              gboolean    *index)
{
  const gchar *rest;

  if (! g_str_has_prefix (name, stem) || name[strlen (stem)] != '.')
    return -1;

  rest   = name + strlen (stem) + 1;
  *index = g_str_has_prefix (rest, "safetensors.index.") && g_str_has_suffix (rest, "json");
  if (strstr (rest, "-of-") || ! (*index || g_str_has_suffix (rest, "safetensors")))
    return -1;

  if (! strcmp (rest, "safetensors"))
    return 0;
  if (! strcmp (rest, "safetensors.index.json"))
    return 1;
  return strstr (rest, "fp16") ? 2 : 3;
}

/* Of all names in the folder the best file of weights; NULL where there is none.
 * pickle: whether there are weights in Python's own format.                 */
static gchar *
find_weights (const gchar *network,
              const gchar *stem,
              gboolean    *index,
              gboolean    *pickle)
{
  g_autoptr (GDir)  dir = g_dir_open (network, 0, NULL);
  g_autofree gchar *best = NULL;
  gint              best_rank = G_MAXINT;
  const gchar      *name;

  *pickle = FALSE;
  while (dir && (name = g_dir_read_name (dir)))
    {
      gboolean is_index = FALSE;
      gint     rank     = rank_weights (stem, name, &is_index);

      *pickle = *pickle || (g_str_has_suffix (name, ".bin") &&
                           (g_str_has_prefix (name, stem) || g_str_has_prefix (name, "pytorch_model")));
      if (rank < 0 || rank > best_rank ||
          (rank == best_rank && strcmp (name, best) > 0))
        continue;
      g_free (best);
      best      = g_strdup (name);
      best_rank = rank;
      *index    = is_index;
    }
  return best ? g_build_filename (network, best, NULL) : NULL;
}

/* Git LFS leaves a few lines in place of a large file that it did not get. */
static gboolean
is_pointer (const gchar *path)
{
  static const gchar version[] = "version https://git-lfs";
  gchar    start[sizeof version - 1];
  guint64  size;
  gint     fd = ddim_file_open (path, &size, NULL);
  gboolean is = fd >= 0 && size < 1024 && ddim_os_read (fd, 0, sizeof start, start) == sizeof start &&
                ! memcmp (start, version, sizeof start);

  if (fd >= 0)
    ddim_os_close (fd);
  return is;
}

/* The weights are there, but in Python's own format. */
static void
explain_pickle (const DdimFolder  *folder,
                const gchar       *network,
                GError           **error)
{
  if (folder->pipeline && strcmp (network, folder->root))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                 "%s holds its weights as .bin, which can run code when it is read; convert the "
                 "model once: python3 -c \"from diffusers import DiffusionPipeline as P; "
                 "P.from_pretrained('%s', use_safetensors=False).save_pretrained('%s')\"",
                 network, folder->root, folder->root);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                 "%s holds its weights as " WEIGHTS ".bin, which can run code when it is read; "
                 "convert it once: python3 -c \"from diffusers import %s as M; "
                 "M.from_pretrained('%s', use_safetensors=False).save_pretrained('%s')\"",
                 network, folder->class_name, network, network);
}

static DdimSafetensors *
open_weights (const DdimFolder  *folder,
              const gchar       *network,
              const gchar       *stem,
              GError           **error)
{
  gboolean index = FALSE, pickle;
  g_autofree gchar *path = find_weights (network, stem, &index, &pickle);

  if (path && is_pointer (path))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                   "%s is a pointer that Git LFS left in place of the weights; get them: "
                   "git -C '%s' lfs pull", path, folder->root);
      return NULL;
    }
  if (path)
    return index ? ddim_safetensors_open_index (path, error) : ddim_safetensors_open (path, error);

  if (pickle)
    explain_pickle (folder, network, error);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s has no %s.safetensors, the model's weights, nor a variant or an "
                 "index of it: download the whole folder again", network, stem);
  return NULL;
}

DdimSafetensors *
ddim_folder_open_weights (const DdimFolder *folder,
                          GError          **error)
{
  return open_weights (folder, folder->network, WEIGHTS, error);
}

DdimSafetensors *
ddim_folder_open_part (const DdimFolder  *folder,
                       const gchar       *part,
                       const gchar       *stem,
                       GError           **error)
{
  g_autofree gchar *network = g_build_filename (folder->root, part, NULL);

  return open_weights (folder, network, stem, error);
}

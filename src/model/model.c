/* model.c: a folder on disk as a field
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diffusers writes unet/ and scheduler/ beside model_index.json; some older
 * repositories hold everything at the root.  The field takes canvases of any
 * size: those that the network cannot halve often enough are extended by
 * reflection, and what comes back is cut to size.
 */

#include "model.h"
#include "scheduler.h"
#include "unet.h"

#define WEIGHTS "diffusion_pytorch_model.safetensors"

typedef struct
{
  DdimField  field;
  DdimUnet  *unet;
  gint       multiple;
} UnetField;

struct _DdimModel
{
  gint             ref_count;
  DdimSafetensors *file;
  DdimUnetConfig   config;
  DdimScheduler    scheduler;
  DdimField       *field;
};

/* The field ---------------------------------------------------------------- */

/* The index in 0 .. size - 1 that position i reflects to, edges not repeated. */
static gint
reflect (gint i,
         gint size)
{
  gint period = MAX (2 * (size - 1), 1);

  i %= period;
  return MIN (i, period - i) % size;
}

static gint
round_up (gint size,
          gint multiple)
{
  return (size + multiple - 1) / multiple * multiple;
}

static DdimCanvas *
pad (const DdimCanvas *x,
     gint              h,
     gint              w)
{
  DdimCanvas *padded = ddim_canvas_new (x->n, h, w, x->c);
  gfloat     *out = padded->data;

  for (gint i = 0; i < x->n; i++)
    for (gint row = 0; row < h; row++)
      for (gint column = 0; column < w; column++, out += x->c)
        memcpy (out,
                x->data + (((gsize) i * x->h + reflect (row, x->h)) * x->w
                           + reflect (column, x->w)) * x->c,
                x->c * sizeof (gfloat));
  return padded;
}

static void
crop (const DdimCanvas *padded,
      DdimCanvas       *out)
{
  gsize row_size = (gsize) out->w * out->c;

  for (gint i = 0; i < out->n; i++)
    for (gint row = 0; row < out->h; row++)
      memcpy (out->data + ((gsize) i * out->h + row) * row_size,
              padded->data + ((gsize) i * padded->h + row) * padded->w * padded->c,
              row_size * sizeof (gfloat));
}

static gboolean
unet_field_evaluate (DdimField          *field,
                     const DdimCanvas   *x,
                     const DdimLevel    *level,
                     DdimCanvas         *out,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  UnetField *self = (UnetField *) field;
  gint       h = round_up (x->h, self->multiple);
  gint       w = round_up (x->w, self->multiple);
  gdouble    timestep = MAX (level->timestep, 0);
  g_autoptr (DdimCanvas) padded = NULL;

  if (! ddim_unet_plan (self->unet, x->n, h, w, error))
    return FALSE;

  if (h == x->h && w == x->w)
    return ddim_unet_run (self->unet, x->data, timestep, NULL, out->data, monitor, error);

  padded = pad (x, h, w);
  if (! ddim_unet_run (self->unet, padded->data, timestep, NULL, padded->data, monitor, error))
    return FALSE;
  crop (padded, out);
  return TRUE;
}

static void
unet_field_finalize (DdimField *field)
{
  ddim_unet_free (((UnetField *) field)->unet);
  g_free (field);
}

static const DdimFieldClass unet_field_class = { unet_field_evaluate, unet_field_finalize };

/* The folder --------------------------------------------------------------- */

/* folder/sub where that is a folder, else the folder itself. */
static gchar *
nested_or_flat (const gchar *folder,
                const gchar *sub)
{
  gchar *nested = g_build_filename (folder, sub, NULL);

  if (g_file_test (nested, G_FILE_TEST_IS_DIR))
    return nested;

  g_free (nested);
  return g_strdup (folder);
}

/* A model that works on the latents of an autoencoder has that beside it. */
static gboolean
refuse_latent (const gchar *folder,
               GError     **error)
{
  static const gchar * const names[] = { "vae", "vqvae" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                       "%s is a latent diffusion model (it has a folder %s); "
                       "only models over pixels are supported", folder, names[i]);
          return TRUE;
        }
    }
  return FALSE;
}

/* Says what is wrong with a folder that holds no weights we can read. */
static void
explain_missing_weights (const gchar *folder,
                         GError     **error)
{
  g_autofree gchar *bin = g_build_filename (folder, "diffusion_pytorch_model.bin", NULL);

  if (g_file_test (bin, G_FILE_TEST_EXISTS))
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                 "%s holds its weights as diffusion_pytorch_model.bin, which can run code "
                 "when it is read; convert it once, in Python: "
                 "UNet2DModel.from_pretrained (FOLDER, use_safetensors=False)"
                 ".save_pretrained (FOLDER)", folder);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s has no " WEIGHTS, folder);
}

static DdimModel *
model_new (void)
{
  DdimModel *model = g_new0 (DdimModel, 1);

  model->ref_count = 1;
  return model;
}

/* Reads the configs and maps the weights; builds no network yet. */
static DdimModel *
open_folder (const gchar *folder,
             GError     **error)
{
  g_autoptr (DdimModel) model = model_new ();
  g_autofree gchar *unet_folder = nested_or_flat (folder, "unet");
  g_autofree gchar *scheduler_folder = nested_or_flat (folder, "scheduler");
  g_autofree gchar *config  = g_build_filename (unet_folder, "config.json", NULL);
  g_autofree gchar *weights = g_build_filename (unet_folder, WEIGHTS, NULL);
  g_autofree gchar *scheduler = g_build_filename (scheduler_folder, "scheduler_config.json", NULL);

  if (! g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING,
                   "There is no model folder %s", folder);
      return NULL;
    }
  if (refuse_latent (folder, error) ||
      ! ddim_unet_config_load (config, &model->config, error) ||
      ! ddim_scheduler_load (scheduler, &model->scheduler, error))
    return NULL;
  if (! g_file_test (weights, G_FILE_TEST_EXISTS))
    {
      explain_missing_weights (unet_folder, error);
      return NULL;
    }
  model->file = ddim_safetensors_open (weights, error);
  if (! model->file)
    return NULL;

  return g_steal_pointer (&model);
}

DdimModel *
ddim_model_load (const gchar     *folder,
                 DdimThreadPool  *pool,
                 GError         **error)
{
  g_autoptr (DdimModel) model = open_folder (folder, error);
  UnetField *field;
  DdimUnet  *unet;

  if (! model)
    return NULL;

  unet = ddim_unet_new (&model->config, model->file, pool, error);
  if (! unet)
    return NULL;

  field = g_new0 (UnetField, 1);
  ddim_field_init (&field->field, &unet_field_class,
                   model->config.in_channels, model->scheduler.prediction);
  field->unet     = unet;
  field->multiple = ddim_unet_config_get_multiple (&model->config);
  model->field    = &field->field;
  return g_steal_pointer (&model);
}

gboolean
ddim_model_inspect (const gchar   *folder,
                    DdimModelInfo *info,
                    GError       **error)
{
  g_autoptr (DdimModel) model = open_folder (folder, error);
  const DdimUnetConfig *config;

  if (! model)
    return FALSE;

  config = &model->config;
  *info = (DdimModelInfo) {
    .channels    = config->in_channels,
    .sample_size = config->sample_size,
    .parameters  = ddim_safetensors_count (model->file),
    .attention   = config->mid_block && config->add_attention,
  };
  for (gint i = 0; i < config->levels; i++)
    info->attention |= config->down[i].attention || config->up[i].attention;

  return TRUE;
}

/* The context that a patch of a middling scale sees. */
#define PICTURE_SAMPLE_SIZE 64

void
ddim_model_inspect_picture (gint           channels,
                            DdimModelInfo *info)
{
  *info = (DdimModelInfo) { .channels = channels, .sample_size = PICTURE_SAMPLE_SIZE };
}

DdimModel *
ddim_model_new_for_picture (const DdimCanvas          *picture,
                            const gfloat              *mask,
                            const DdimPatchesOptions  *options,
                            DdimThreadPool            *pool,
                            GError                   **error)
{
  DdimField *field = ddim_patches_new (picture, mask, options, pool, error);
  DdimModel *model;

  if (! field)
    return NULL;

  model = model_new ();
  model->field                = field;
  model->config.sample_size   = PICTURE_SAMPLE_SIZE;
  model->scheduler.schedule   = ddim_patches_schedule ();
  model->scheduler.spacing    = DDIM_SPACING_QUADRATIC;
  model->scheduler.prediction = field->prediction;
  return model;
}

DdimModel *
ddim_model_ref (DdimModel *model)
{
  g_atomic_int_inc (&model->ref_count);
  return model;
}

void
ddim_model_unref (DdimModel *model)
{
  if (! model || ! g_atomic_int_dec_and_test (&model->ref_count))
    return;

  if (model->field)
    ddim_field_unref (model->field);
  ddim_safetensors_free (model->file);
  ddim_schedule_free (model->scheduler.schedule);
  g_free (model);
}

DdimField *
ddim_model_get_field (DdimModel *model)
{
  return model->field;
}

const DdimSchedule *
ddim_model_get_schedule (const DdimModel *model)
{
  return model->scheduler.schedule;
}

DdimSpacing
ddim_model_get_spacing (const DdimModel   *model,
                        DdimLevelsOptions *options)
{
  *options = model->scheduler.options;
  return model->scheduler.spacing;
}

gint
ddim_model_get_sample_size (const DdimModel *model)
{
  return model->config.sample_size;
}

gboolean
ddim_model_has_attention (const DdimModel *model)
{
  return model->file && ddim_unet_has_attention (((UnetField *) model->field)->unet);
}

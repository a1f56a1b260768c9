/* model.h: models, which make fields
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model is read from a folder that diffusers wrote, or made of a picture.
 * loader.h says how a kind of model is added.
 *
 * A latent model's field is one over another space than pictures': its autoencoder
 * leads there and back (latent-picture.h).
 */

#pragma once

#include "../base/precision.h"
#include "../base/thread-pool.h"
#include "../canvas/field.h"
#include "../method/levels.h"
#include "patches/patches.h"

G_BEGIN_DECLS

/* Counted by reference.  Its fields hold one, too: they, and what was made with
 * them, may be used after the caller has given back its own.                */
typedef struct _DdimModel DdimModel;

/* What kind of model it is, as far as its shape tells: the releases of one family
 * have the same.                                                            */
typedef enum
{
  DDIM_FAMILY_PIXELS,             /* works on pictures as they are           */
  DDIM_FAMILY_LATENT,             /* on latents, and none of those below     */
  DDIM_FAMILY_STABLE_DIFFUSION_1, /* Stable Diffusion 1.1 to 1.5, and what was
                                     made of them                            */
  DDIM_FAMILY_STABLE_DIFFUSION_2
} DdimModelFamily;

/* What a model is like. */
typedef struct
{
  DdimModelFamily family;
  gint     channels;    /* of the pictures it was trained on                */
  gboolean latent;      /* its field works on an autoencoder's latents      */
  gint     factor;      /* a picture's pixels along a side of one of these: 1
                           of others                                        */
  gint     sample_size; /* the side of the pictures it was trained on, pixels */
  guint64  parameters;  /* how many numbers it has learned; 0: none         */
  guint64  bytes;       /* that these take in its files                     */
  gboolean fixed_size;  /* some layer sees the whole canvas at once, and the
                           canvases it was trained on were all of one size  */
  gint     labels;      /* class labels are from 0 to labels - 1, and one must
                           be given; 0: it has no classes                   */
  gint     embedding;   /* numbers of a class embedding, which must be given
                           instead; 0: it takes none                        */
  gint     text_width;  /* numbers of a text's state, which must be given; 0:
                           it reads no text, or has an encoder for it        */
  gboolean reads_prompt; /* it has one: a prompt may be given                */
} DdimModelInfo;

/* Reads diffusers' folder: a pipeline's, or a UNet2DModel's own beside or within
 * which a scheduler lies; in one file or in shards, of any variant.  The files
 * must not change until the first evaluation.  The model keeps a reference to
 * the pool.  Errors name the file, the config's field or the tensor, and what
 * mends it; weights that are not finite are refused.                        */
DdimModel          * ddim_model_load         (const gchar           *folder,
                                              DdimThreadPool        *pool,
                                              GError               **error);

/* Reads what the folder's files say of it, without its weights: milliseconds. */
gboolean             ddim_model_inspect      (const gchar           *folder,
                                              DdimModelInfo         *info,
                                              GError               **error);

/* The patches of a picture (ddim_patches_new ()) with their schedule, for all
 * that takes a model; and what such a model of so many channels is like, which
 * needs no picture.                                                         */
DdimModel          * ddim_model_new_for_picture (const DdimCanvas          *picture,
                                                 const gfloat              *mask,
                                                 const DdimPatchesOptions  *options,
                                                 DdimThreadPool            *pool,
                                                 GError                   **error);
void                 ddim_model_inspect_picture (gint                       channels,
                                                 DdimModelInfo             *info);

DdimModel          * ddim_model_ref          (DdimModel             *model);
void                 ddim_model_unref        (DdimModel             *model); /* or NULL */

/* What a caller may tell a model besides the canvas; zeros stand for nothing, and
 * for float32.                                                              */
typedef struct
{
  const gint   *label;     /* the class to make, or NULL                    */
  const gfloat *embedding; /* info.embedding numbers of a class, or NULL    */
  const gfloat *text;      /* tokens x info.text_width: a text's states, as its
                              encoder gives them, or NULL                   */
  gint          tokens;    /* of the text                                   */
  const gchar  *prompt;    /* UTF-8, where info.reads_prompt; NULL is empty  */
  const gchar  *negative_prompt; /* the same                                */
  gdouble       guidance;  /* away from the negative prompt, toward the prompt;
                              1, and 0, which stands for it: none           */
  DdimPrecision precision; /* of the network's products; models without a network,
                              and a latent model's autoencoder and text encoder,
                              always compute in float32                      */
} DdimCondition;

/* The model as a field over canvases of any size and number: smaller or odd
 * sizes are padded by reflection, and as many items of a batch go through it
 * at a time as the memory budget lets.  condition may be NULL.  Fails with
 * DDIM_ERROR_ARGUMENT where the model needs a label or a text that is not given,
 * or is given what it does not read.  A new reference.                        */
DdimField          * ddim_model_new_field    (DdimModel             *model,
                                              const DdimCondition   *condition,
                                              GError               **error);

/* How many of a prompt's tokens do not fit into what the model reads, which then
 * reads those before them: 0 where all do, or it reads none.                */
gint                 ddim_model_count_cut    (const DdimModel       *model,
                                              const gchar           *prompt);

const DdimModelInfo * ddim_model_get_info    (const DdimModel       *model);

/* 16 hexadecimal digits that tell models from each other: of the weights, the
 * noise schedule and what is predicted.  "" of a model of a picture.        */
const gchar        * ddim_model_get_hash     (const DdimModel       *model);

/* Owned by the model. */
const DdimSchedule * ddim_model_get_schedule (const DdimModel       *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimModel, ddim_model_unref)

G_END_DECLS

/* prompt.c: what makes states of a prompt
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "prompt.h"

#include "clip-text.h"
#include "clip-tokenizer.h"
#include "memory-budget.h"
#include "try-alloc.h"
#include "weights.h"

struct _DdimPrompter
{
  gchar              *folder;    /* of the tokenizer */
  DdimClipTextConfig  config;
  DdimSafetensors    *file;
  DdimClipTokenizer  *tokenizer; /* both NULL until they are built */
  DdimClipText       *encoder;
};

DdimPrompter *
ddim_prompter_open (const DdimFolder  *folder,
                    GError           **error)
{
  g_autoptr (DdimPrompter) prompter = g_new0 (DdimPrompter, 1);
  g_autofree gchar *config = g_build_filename (folder->root, "text_encoder", "config.json", NULL);

  if (! ddim_clip_text_config_load (config, &prompter->config, error))
    return NULL;
  prompter->folder = g_build_filename (folder->root, "tokenizer", NULL);
  prompter->file = ddim_folder_open_part (folder, "text_encoder", "model", error);
  return prompter->file ? g_steal_pointer (&prompter) : NULL;
}

void
ddim_prompter_free (DdimPrompter *prompter)
{
  if (! prompter)
    return;

  ddim_clip_text_free (prompter->encoder);
  ddim_safetensors_free (prompter->file);
  ddim_clip_tokenizer_free (prompter->tokenizer);
  g_free (prompter->folder);
  g_free (prompter);
}

static gboolean
load_tokenizer (DdimPrompter  *prompter,
                GError       **error)
{
  gint size;

  prompter->tokenizer = ddim_clip_tokenizer_load (prompter->folder, error);
  if (! prompter->tokenizer)
    return FALSE;

  size = ddim_clip_tokenizer_get_size (prompter->tokenizer);
  if (size <= prompter->config.vocab_size)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
               "%s has %d words, but “vocab_size” of the text encoder beside it is %d: they do "
               "not belong together", prompter->folder, size, prompter->config.vocab_size);
  return FALSE;
}

gboolean
ddim_prompter_build (DdimPrompter    *prompter,
                     DdimThreadPool  *pool,
                     GError         **error)
{
  if (! load_tokenizer (prompter, error) ||
      ! ddim_memory_check (ddim_weights_get_packed (prompter->file), error, "The model %s",
                           ddim_safetensors_get_name (prompter->file)))
    return FALSE;

  prompter->encoder = ddim_clip_text_new (&prompter->config, prompter->file, pool, error);
  return prompter->encoder != NULL;
}

gint
ddim_prompter_get_width (const DdimPrompter *prompter)
{
  return prompter->config.hidden_size;
}

guint64
ddim_prompter_get_parameters (const DdimPrompter *prompter)
{
  return ddim_safetensors_count (prompter->file);
}

guint64
ddim_prompter_get_bytes (const DdimPrompter *prompter)
{
  return ddim_safetensors_get_size (prompter->file);
}

guint64
ddim_prompter_get_hash (const DdimPrompter *prompter)
{
  return ddim_clip_text_get_hash (prompter->encoder);
}

gint
ddim_prompter_count_cut (const DdimPrompter *prompter,
                         const gchar        *prompt)
{
  gint              length = prompter->config.max_position_embeddings;
  g_autofree gint  *ids    = g_new (gint, length);

  return ddim_clip_tokenizer_encode (prompter->tokenizer, prompt ? prompt : "", length, ids);
}

gfloat *
ddim_prompter_read (DdimPrompter  *prompter,
                    const gchar   *prompt,
                    gint          *tokens,
                    GError       **error)
{
  gint               length = prompter->config.max_position_embeddings;
  g_autofree gint   *ids    = g_new (gint, length);
  g_autofree gfloat *states = NULL;

  ddim_clip_tokenizer_encode (prompter->tokenizer, prompt ? prompt : "", length, ids);
  states = ddim_try_new (gfloat, (gsize) length * prompter->config.hidden_size, error);
  if (! states || ! ddim_clip_text_run (prompter->encoder, 1, length, ids, states, NULL, error))
    return NULL;

  *tokens = length;
  return g_steal_pointer (&states);
}

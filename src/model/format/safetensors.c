/* safetensors.c: the tensors of a .safetensors file, mapped
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every number of the header is checked against the file before it is used:
 * the file may be cut off, damaged or hostile.
 */

#include "safetensors.h"

#include <sys/mman.h>

#include <json-glib/json-glib.h>

/* The format's own bound on its header. */
#define MAX_HEADER 100000000

struct _DdimSafetensors
{
  gchar      *name;
  GBytes     *bytes;
  GHashTable *views;  /* name -> DdimTensorView */
  gboolean    mapped; /* the bytes are a mapped file's */
};

typedef struct
{
  const gchar *name;
  DdimDtype    dtype;
  gsize        size;
} Dtype;

static const Dtype dtypes[] =
{
  { "F32",  DDIM_DTYPE_F32,  4 },
  { "F16",  DDIM_DTYPE_F16,  2 },
  { "BF16", DDIM_DTYPE_BF16, 2 }
};

/* An array of `node` of non-negative integers; -1 where it is not one. */
static gint
read_integers (JsonNode *node,
               gint64   *integers,
               gint      max)
{
  JsonArray *array;

  if (! node || ! JSON_NODE_HOLDS_ARRAY (node))
    return -1;

  array = json_node_get_array (node);
  if (json_array_get_length (array) > (guint) max)
    return -1;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (! JSON_NODE_HOLDS_VALUE (element) ||
          json_node_get_value_type (element) != G_TYPE_INT64 ||
          json_node_get_int (element) < 0)
        return -1;
      integers[i] = json_node_get_int (element);
    }
  return json_array_get_length (array);
}

/* One entry of the header.  Tensors of other types (an integer counter, say)
 * are left out of the table: they are missed by name where they are needed. */
static gboolean
read_view (DdimSafetensors *file,
           const gchar     *tensor,
           JsonNode        *node,
           const guint8    *data,
           gsize            data_size,
           GError         **error)
{
  g_autofree DdimTensorView *view = g_new0 (DdimTensorView, 1);
  const Dtype *dtype = NULL;
  const gchar *name = NULL;
  JsonObject  *object;
  gint64       offsets[2];
  guint64      size = 1;

  if (! JSON_NODE_HOLDS_OBJECT (node))
    goto invalid;

  object = json_node_get_object (node);
  if (json_object_has_member (object, "dtype") &&
      JSON_NODE_HOLDS_VALUE (json_object_get_member (object, "dtype")))
    name = json_object_get_string_member (object, "dtype");
  if (! name)
    goto invalid;

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (! g_strcmp0 (name, dtypes[i].name))
      dtype = &dtypes[i];
  if (! dtype)
    return TRUE;

  view->rank = read_integers (json_object_get_member (object, "shape"),
                              view->shape, DDIM_TENSOR_MAX_RANK);
  if (view->rank < 0 ||
      read_integers (json_object_get_member (object, "data_offsets"), offsets, 2) != 2)
    goto invalid;

  for (gint i = 0; i < view->rank; i++)
    if (! g_uint64_checked_mul (&size, size, view->shape[i]))
      goto invalid;

  if (offsets[0] > offsets[1] || (guint64) offsets[1] > data_size)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is cut off or damaged: its tensor “%s” lies beyond the end of the file",
                   file->name, tensor);
      return FALSE;
    }
  if (size > data_size || size * dtype->size != (guint64) (offsets[1] - offsets[0]))
    goto invalid;

  view->constant.dtype = dtype->dtype;
  view->constant.size  = size;
  view->constant.data  = data + offsets[0];
  g_hash_table_insert (file->views, g_strdup (tensor), g_steal_pointer (&view));
  return TRUE;

 invalid:
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
               "%s is damaged: the description of its tensor “%s” makes no sense",
               file->name, tensor);
  return FALSE;
}

static gint
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      views)
{
  const DdimTensorView *x = g_hash_table_lookup (views, *(const gchar * const *) a);
  const DdimTensorView *y = g_hash_table_lookup (views, *(const gchar * const *) b);

  if (x->constant.data != y->constant.data)
    return x->constant.data < y->constant.data ? -1 : 1;
  return (x->constant.size > y->constant.size) - (x->constant.size < y->constant.size);
}

/* The format lets no two tensors share a byte. */
static gboolean
check_overlaps (DdimSafetensors  *file,
                GError          **error)
{
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (file->views);
  const guint8 *end = NULL;

  g_ptr_array_sort_with_data (names, compare_places, file->views);
  for (guint i = 0; i < names->len; i++)
    {
      const DdimTensorView *view = g_hash_table_lookup (file->views, names->pdata[i]);
      const guint8         *start = view->constant.data;

      if (start < end)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                       "%s is damaged: its tensor “%s” overlaps “%s”",
                       file->name, (gchar *) names->pdata[i], (gchar *) names->pdata[i - 1]);
          return FALSE;
        }
      end = start + view->constant.size * (view->constant.dtype == DDIM_DTYPE_F32 ? 4 : 2);
    }
  return TRUE;
}

DdimSafetensors *
ddim_safetensors_parse (GBytes      *bytes,
                        const gchar *name,
                        GError     **error)
{
  g_autoptr (DdimSafetensors) file = g_new0 (DdimSafetensors, 1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  const guint8  *data;
  gsize          size;
  guint64        header;
  JsonNode      *root;
  JsonObjectIter iter;
  const gchar   *tensor;
  JsonNode      *node;

  file->name  = g_strdup (name);
  file->bytes = g_bytes_ref (bytes);
  file->views = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  data = g_bytes_get_data (bytes, &size);

  if (size < 8)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is no safetensors file: it has only %" G_GSIZE_FORMAT " bytes",
                   name, size);
      return NULL;
    }

  memcpy (&header, data, 8);
  header = GUINT64_FROM_LE (header);
  if (header > MAX_HEADER || header > size - 8)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is cut off, or no safetensors file: its header does not fit in it",
                   name);
      return NULL;
    }

  if (! g_utf8_validate ((const gchar *) data + 8, header, NULL) ||
      ! json_parser_load_from_data (parser, (const gchar *) data + 8, header, NULL) ||
      ! (root = json_parser_get_root (parser)) || ! JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is damaged, or no safetensors file: its header is not a JSON object",
                   name);
      return NULL;
    }

  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &tensor, &node))
    if (strcmp (tensor, "__metadata__") != 0 &&
        ! read_view (file, tensor, node, data + 8 + header, size - 8 - header, error))
      return NULL;
  if (! check_overlaps (file, error))
    return NULL;

  return g_steal_pointer (&file);
}

DdimSafetensors *
ddim_safetensors_open (const gchar *path,
                       GError     **error)
{
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) cause = NULL;
  DdimSafetensors *file;

  mapped = g_mapped_file_new (path, FALSE, &cause);
  if (! mapped)
    {
      g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_MISSING, cause->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (mapped);
  file  = ddim_safetensors_parse (bytes, path, error);
  if (file)
    file->mapped = TRUE;
  return file;
}

/* The mapping is private and read-only: its pages hold nothing of ours. */
void
ddim_safetensors_forget (const DdimSafetensors *file)
{
  gsize    size;
  gpointer start = (gpointer) g_bytes_get_data (file->bytes, &size);

  if (file->mapped)
    madvise (start, size, MADV_DONTNEED);
}

void
ddim_safetensors_free (DdimSafetensors *file)
{
  if (! file)
    return;

  g_hash_table_unref (file->views);
  g_bytes_unref (file->bytes);
  g_free (file->name);
  g_free (file);
}

const DdimTensorView *
ddim_safetensors_lookup (const DdimSafetensors *file,
                         const gchar           *tensor)
{
  return g_hash_table_lookup (file->views, tensor);
}

guint64
ddim_safetensors_count (const DdimSafetensors *file)
{
  guint64        count = 0;
  GHashTableIter iter;
  gpointer       view;

  g_hash_table_iter_init (&iter, file->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    {
      const DdimTensorView *tensor = view;
      guint64               size   = 1;

      for (gint i = 0; i < tensor->rank; i++)
        size *= tensor->shape[i];
      count += size;
    }

  return count;
}

const gchar *
ddim_safetensors_get_name (const DdimSafetensors *file)
{
  return file->name;
}

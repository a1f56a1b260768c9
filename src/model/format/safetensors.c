/* safetensors.c: the tensors of .safetensors files
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every number of the header is checked against the file before it is used:
 * the file may be cut off, damaged or hostile.  Numbers are read from it when
 * they are asked for; a file that has changed meanwhile is found by what its
 * system says of it.
 */

#include "safetensors.h"

#include <string.h>

#include "constant.h"
#include "file.h"
#include "json.h"
#include "memory-budget.h"
#include "os.h"
#include "try-alloc.h"

/* The format's own bound on its header. */
#define MAX_HEADER 100000000

/* What a JSON tree takes of memory, at most, for each byte of its text. */
#define TREE_BYTES 64

/* A file on disk. */
typedef struct
{
  DdimConstantFile  constants;
  gchar            *path;
  DdimOsStatus      status;
} Source;

struct _DdimSafetensors
{
  gchar      *name;
  GBytes     *bytes;   /* of one in memory, or NULL */
  GHashTable *views;   /* name -> DdimTensorView    */
  GPtrArray  *sources; /* of Source                 */
};

/* What the entries of a header describe: bytes in memory, or a source's. */
typedef struct
{
  const gchar  *name;
  const guint8 *data;   /* or NULL */
  Source       *source; /* or NULL */
  guint64       start;  /* of the tensors, from the file's start */
  guint64       size;   /* of the tensors                        */
} Content;

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
           const Content   *content,
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

  if (offsets[0] > offsets[1] || (guint64) offsets[1] > content->size)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is cut off or damaged: its tensor “%s” lies beyond the end of the file",
                   content->name, tensor);
      return FALSE;
    }
  if (size > content->size || size * dtype->size != (guint64) (offsets[1] - offsets[0]))
    goto invalid;

  view->constant.dtype  = dtype->dtype;
  view->constant.size   = size;
  view->constant.offset = content->start + offsets[0];
  view->constant.data   = content->data ? content->data + view->constant.offset : NULL;
  view->constant.little_endian = TRUE;
  view->constant.file   = content->source ? &content->source->constants : NULL;
  g_hash_table_insert (file->views, g_strdup (tensor), g_steal_pointer (&view));
  return TRUE;

 invalid:
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
               "%s is damaged: the description of its tensor “%s” makes no sense",
               content->name, tensor);
  return FALSE;
}

static gint
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      views)
{
  const DdimTensorView *x = g_hash_table_lookup (views, *(const gchar * const *) a);
  const DdimTensorView *y = g_hash_table_lookup (views, *(const gchar * const *) b);

  if (x->constant.offset != y->constant.offset)
    return x->constant.offset < y->constant.offset ? -1 : 1;
  return (x->constant.size > y->constant.size) - (x->constant.size < y->constant.size);
}

/* The format lets no two tensors share a byte.  The table is of one file. */
static gboolean
check_overlaps (DdimSafetensors  *file,
                const Content    *content,
                GError          **error)
{
  guint                n;
  g_autofree gpointer *names = g_hash_table_get_keys_as_array (file->views, &n);
  guint64              end   = 0;

  g_qsort_with_data (names, n, sizeof (gpointer), compare_places, file->views);
  for (guint i = 0; i < n; i++)
    {
      const DdimTensorView *view = g_hash_table_lookup (file->views, names[i]);

      if (view->constant.offset < end)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                       "%s is damaged: its tensor “%s” overlaps “%s”",
                       content->name, (gchar *) names[i], (gchar *) names[i - 1]);
          return FALSE;
        }
      end = view->constant.offset
            + view->constant.size * (view->constant.dtype == DDIM_DTYPE_F32 ? 4 : 2);
    }
  return TRUE;
}

static DdimSafetensors *
file_new (const gchar *name)
{
  DdimSafetensors *file = g_new0 (DdimSafetensors, 1);

  file->name    = g_strdup (name);
  file->views   = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->sources = g_ptr_array_new ();
  return file;
}

/* The length of the header, from the file's first 8 bytes; 0 where that is no
 * length of a header in a file of so many bytes (an error is then set).     */
static guint64
header_size (const guint8 *bytes,
             guint64       size,
             const gchar  *name,
             GError      **error)
{
  guint64 header = 0;

  if (size < 8)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is no safetensors file: it has only %" G_GUINT64_FORMAT " bytes",
                   name, size);
      return 0;
    }

  memcpy (&header, bytes, 8);
  header = GUINT64_FROM_LE (header);
  if (header < 1 || header > MAX_HEADER || header > size - 8)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is cut off, or no safetensors file: its header does not fit in it",
                   name);
      return 0;
    }
  return header;
}

/* Fills the table from a header's text. */
static gboolean
read_header (DdimSafetensors *file,
             const gchar     *text,
             gsize            size,
             const Content   *content,
             GError         **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode      *root;
  JsonObjectIter iter;
  const gchar   *tensor;
  JsonNode      *node;

  if (! ddim_memory_check ((gdouble) size * TREE_BYTES, error, "The header of %s", content->name))
    return FALSE;
  if (! ddim_json_is_sound (text, size) ||
      ! json_parser_load_from_data (parser, text, size, NULL) ||
      ! (root = json_parser_get_root (parser)) || ! JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is damaged, or no safetensors file: its header is not a JSON object",
                   content->name);
      return FALSE;
    }

  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &tensor, &node))
    if (strcmp (tensor, "__metadata__") != 0 &&
        ! read_view (file, tensor, node, content, error))
      return FALSE;
  return check_overlaps (file, content, error);
}

DdimSafetensors *
ddim_safetensors_parse (GBytes      *bytes,
                        const gchar *name,
                        GError     **error)
{
  g_autoptr (DdimSafetensors) file = file_new (name);
  gsize         size;
  const guint8 *data   = g_bytes_get_data (bytes, &size);
  guint64       header = header_size (data, size, name, error);
  Content       content = { .name = name, .data = data, .start = 8 + header,
                            .size = size - 8 - header };

  file->bytes = g_bytes_ref (bytes);
  if (! header || ! read_header (file, (const gchar *) data + 8, header, &content, error))
    return NULL;
  return g_steal_pointer (&file);
}

static void
source_free (Source *source)
{
  ddim_os_close (source->constants.fd);
  g_free (source->path);
  g_free (source);
}

/* Reads the header of a file on disk, and keeps the file open. */
static gboolean
add_source (DdimSafetensors *file,
            const gchar     *path,
            GError         **error)
{
  g_autofree gchar *text = NULL;
  guint8   start[8] = { 0 };
  guint64  size, header;
  Source  *source;
  Content  content;
  gint     fd = ddim_file_open (path, &size, error);

  if (fd < 0)
    return FALSE;

  source = g_new0 (Source, 1);
  source->constants.fd = fd;
  source->path         = g_strdup (path);
  g_ptr_array_add (file->sources, source);
  if (! ddim_os_get_status (fd, &source->status) || (size >= 8 && ddim_os_read (fd, 0, 8, start) < 8))
    size = 0;

  header = header_size (start, size, path, error);
  if (! header)
    return FALSE;

  /* Packed, its numbers take about as much as they do in the file, or twice. */
  if (! ddim_memory_check ((gdouble) size, error, "%s", path))
    return FALSE;
  text = ddim_try_malloc (header, 1, error);
  if (! text)
    return FALSE;
  if (ddim_os_read (fd, 8, header, text) < header)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s cannot be read to its end", path);
      return FALSE;
    }
  content = (Content) { .name = path, .source = source, .start = 8 + header,
                        .size = size - 8 - header };
  return read_header (file, text, header, &content, error);
}

DdimSafetensors *
ddim_safetensors_open (const gchar *path,
                       GError     **error)
{
  g_autoptr (DdimSafetensors) file = file_new (path);

  return add_source (file, path, error) ? g_steal_pointer (&file) : NULL;
}

/* Moves the tensors of another file to this one's. */
static void
take_over (DdimSafetensors *file,
           DdimSafetensors *shard)
{
  GHashTableIter iter;
  gpointer       name, view;

  g_hash_table_iter_init (&iter, shard->views);
  while (g_hash_table_iter_next (&iter, &name, &view))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_replace (file->views, name, view);
    }
  g_ptr_array_extend_and_steal (file->sources, shard->sources);
  shard->sources = g_ptr_array_new ();
}

/* Reads the files that an index names, each once. */
static gboolean
add_shards (DdimSafetensors *file,
            DdimJson        *json,
            JsonObject      *map,
            const gchar     *folder,
            GError         **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter iter;
  const gchar   *tensor;
  JsonNode      *node;

  json_object_iter_init (&iter, map);
  while (json_object_iter_next (&iter, &tensor, &node))
    {
      const gchar *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      g_autofree gchar *path = NULL;
      g_autoptr (DdimSafetensors) shard = NULL;

      if (! name || ! *name || strpbrk (name, "/" G_DIR_SEPARATOR_S))
        {
          ddim_json_refuse (json, DDIM_ERROR_INVALID, "weight_map",
                            "names no file of this folder for “%s”", tensor);
          return FALSE;
        }
      if (! g_hash_table_add (seen, (gpointer) name))
        continue;

      path  = g_build_filename (folder, name, NULL);
      shard = ddim_safetensors_open (path, error);
      if (! shard)
        return FALSE;
      take_over (file, shard);
    }
  return TRUE;
}

DdimSafetensors *
ddim_safetensors_open_index (const gchar *path,
                             GError     **error)
{
  g_autoptr (DdimSafetensors) file = file_new (path);
  g_autofree gchar *folder = g_path_get_dirname (path);
  DdimJson  json;
  JsonNode *map;
  gboolean  success = FALSE;

  if (! ddim_json_open (&json, path, error))
    return NULL;

  map = ddim_json_node (&json, "weight_map");
  if (map && JSON_NODE_HOLDS_OBJECT (map))
    success = add_shards (file, &json, json_node_get_object (map), folder, error);
  else
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "weight_map", "is not an object");

  /* The first error: a shard's own, or what is wrong with the index. */
  if (! ddim_json_close (&json, success || ! error || ! *error ? error : NULL) || ! success)
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
ddim_safetensors_check (DdimSafetensors *file,
                        GError         **error)
{
  for (guint i = 0; i < file->sources->len; i++)
    {
      Source      *source = file->sources->pdata[i];
      DdimOsStatus now;

      if (g_atomic_int_get (&source->constants.failed) ||
          ! ddim_os_get_status (source->constants.fd, &now) ||
          now.size != source->status.size || now.changed != source->status.changed)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                       "%s was cut off or changed while it was read: load the model again",
                       source->path);
          return FALSE;
        }
    }
  return TRUE;
}

void
ddim_safetensors_free (DdimSafetensors *file)
{
  if (! file)
    return;

  g_hash_table_unref (file->views);
  g_clear_pointer (&file->bytes, g_bytes_unref);
  g_ptr_array_set_free_func (file->sources, (GDestroyNotify) source_free);
  g_ptr_array_unref (file->sources);
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
    count += ((const DdimTensorView *) view)->constant.size;

  return count;
}

guint64
ddim_safetensors_get_size (const DdimSafetensors *file)
{
  guint64        size = 0;
  GHashTableIter iter;
  gpointer       view;

  g_hash_table_iter_init (&iter, file->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    {
      const DdimConstant *constant = &((const DdimTensorView *) view)->constant;

      size += constant->size * (constant->dtype == DDIM_DTYPE_F32 ? 4 : 2);
    }
  return size;
}

const gchar *
ddim_safetensors_get_name (const DdimSafetensors *file)
{
  return file->name;
}

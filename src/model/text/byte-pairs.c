/* byte-pairs.c: a word as byte pairs
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pairs that can be merged wait in a heap, the lowest rank first and of equal
 * ones the leftmost.  A merge leaves pairs behind that are none any more: they are
 * passed over when they come up.
 */

#include "byte-pairs.h"

#define PART 4096 /* bytes of a word that are merged together */

typedef struct
{
  guint64 pair;   /* the two tokens */
  gint    rank;
  gint    merged;
} Merge;

struct _DdimBytePairs
{
  gint    symbols[256][2];
  GArray *merges; /* of Merge, by pair once finished */
};

/* What is left of a word, as a list of symbols; next is -1 at its end, and a symbol
 * that was merged into the one before it has token -1.                      */
typedef struct
{
  gint token, previous, next;
} Symbol;

typedef struct
{
  gint rank, at, merged;
} Candidate;

DdimBytePairs *
ddim_byte_pairs_new (const gint symbols[256][2])
{
  DdimBytePairs *pairs = g_new0 (DdimBytePairs, 1);

  for (gint i = 0; i < 256; i++)
    for (gint j = 0; j < 2; j++)
      pairs->symbols[i][j] = symbols[i][j];
  pairs->merges = g_array_new (FALSE, FALSE, sizeof (Merge));
  return pairs;
}

void
ddim_byte_pairs_free (DdimBytePairs *pairs)
{
  if (! pairs)
    return;

  g_array_unref (pairs->merges);
  g_free (pairs);
}

static guint64
pair_of (gint a,
         gint b)
{
  return (guint64) (guint32) a << 32 | (guint32) b;
}

void
ddim_byte_pairs_add (DdimBytePairs *pairs,
                     gint           a,
                     gint           b,
                     gint           merged)
{
  Merge merge = { pair_of (a, b), pairs->merges->len, merged };

  g_array_append_val (pairs->merges, merge);
}

static gint
compare_merges (gconstpointer a,
                gconstpointer b)
{
  const Merge *x = a, *y = b;

  return x->pair != y->pair ? (x->pair < y->pair ? -1 : 1) : y->rank - x->rank;
}

void
ddim_byte_pairs_finish (DdimBytePairs *pairs)
{
  Merge *merges = (Merge *) pairs->merges->data;
  guint  n = 0;

  g_array_sort (pairs->merges, compare_merges);
  for (guint i = 0; i < pairs->merges->len; i++)
    if (! n || merges[n - 1].pair != merges[i].pair)
      merges[n++] = merges[i];
  g_array_set_size (pairs->merges, n);
}

static const Merge *
find (const DdimBytePairs *pairs,
      gint                 a,
      gint                 b)
{
  const Merge *merges = (const Merge *) pairs->merges->data;
  guint64      pair = pair_of (a, b);
  guint        low = 0, high = pairs->merges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (merges[middle].pair < pair)
        low = middle + 1;
      else
        high = middle;
    }
  return low < pairs->merges->len && merges[low].pair == pair ? &merges[low] : NULL;
}

static gboolean
is_before (const Candidate *a,
           const Candidate *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void
heap_push (GArray    *heap,
           Candidate  candidate)
{
  guint at = heap->len;

  g_array_append_val (heap, candidate);
  for (; at > 0; at = (at - 1) / 2)
    {
      Candidate *above = &g_array_index (heap, Candidate, (at - 1) / 2);
      Candidate *here  = &g_array_index (heap, Candidate, at), swapped = *above;

      if (! is_before (here, above))
        return;
      *above = *here;
      *here  = swapped;
    }
}

static Candidate
heap_pop (GArray *heap)
{
  Candidate *items = (Candidate *) heap->data, first = items[0], last;
  guint      n = heap->len - 1, at = 0;

  last = items[n];
  g_array_set_size (heap, n);
  while (n > 0)
    {
      guint below = 2 * at + 1;

      if (below + 1 < n && is_before (&items[below + 1], &items[below]))
        below++;
      if (below >= n || ! is_before (&items[below], &last))
        {
          items[at] = last;
          break;
        }
      items[at] = items[below];
      at = below;
    }
  return first;
}

/* Pushes the pair that begins at symbol `at`, where it is one. */
static void
consider (const DdimBytePairs *pairs,
          const Symbol        *symbols,
          gint                 at,
          GArray              *heap)
{
  const Merge *merge;

  if (at < 0 || symbols[at].next < 0)
    return;

  merge = find (pairs, symbols[at].token, symbols[symbols[at].next].token);
  if (merge)
    heap_push (heap, (Candidate) { merge->rank, at, merge->merged });
}

/* Whether the candidate is still what lies there. */
static gboolean
still_is (const DdimBytePairs *pairs,
          const Symbol        *symbols,
          const Candidate     *candidate)
{
  const Symbol *symbol = &symbols[candidate->at];
  const Merge  *merge;

  if (symbol->token < 0 || symbol->next < 0)
    return FALSE;

  merge = find (pairs, symbol->token, symbols[symbol->next].token);
  return merge && merge->merged == candidate->merged;
}

/* A part of a word, `last` where it is the word's end. */
static void
encode_part (const DdimBytePairs *pairs,
             const gchar         *part,
             gint                 n,
             gboolean             last,
             GArray              *tokens)
{
  Symbol             symbols[PART];
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (Candidate));

  for (gint i = 0; i < n; i++)
    symbols[i] = (Symbol) { pairs->symbols[(guint8) part[i]][last && i == n - 1], i - 1,
                            i < n - 1 ? i + 1 : -1 };
  for (gint i = 0; i < n; i++)
    consider (pairs, symbols, i, heap);

  while (heap->len)
    {
      Candidate candidate = heap_pop (heap);
      Symbol   *symbol = &symbols[candidate.at], *next;

      if (! still_is (pairs, symbols, &candidate))
        continue;

      next = &symbols[symbol->next];
      symbol->token = candidate.merged;
      symbol->next  = next->next;
      next->token   = -1;
      if (symbol->next >= 0)
        symbols[symbol->next].previous = candidate.at;
      consider (pairs, symbols, symbol->previous, heap);
      consider (pairs, symbols, candidate.at, heap);
    }

  for (gint i = 0; i >= 0; i = symbols[i].next)
    g_array_append_val (tokens, symbols[i].token);
}

void
ddim_byte_pairs_encode (const DdimBytePairs *pairs,
                        const gchar         *word,
                        gsize                n,
                        GArray              *tokens)
{
  for (gsize first = 0; first < n; first += PART)
    encode_part (pairs, word + first, MIN (PART, n - first), n - first <= PART, tokens);
}

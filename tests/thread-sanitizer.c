/* thread-sanitizer.c: GLib's locks, as ThreadSanitizer knows locks
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linked into each test where all is built with ThreadSanitizer (./dev test-threads).
 * GLib makes its locks of the kernel's futexes, by code that was not instrumented, so
 * that every use of one would look like a race.  These are made of POSIX's, which the
 * sanitizer watches.  And what a thread hands to a main loop with a source's callback
 * is handed over, which GLib's own lock does out of its sight.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <pthread.h>

#include <glib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

/* Locks -------------------------------------------------------------------- */

#define OF(lock) ((lock)->p)

/* A lock that lies in memory of zeros is made by its first user. */
static void *
get (gpointer *place,
     gsize     size)
{
  void *made = g_atomic_pointer_get (place);

  if (! made)
    {
      made = g_malloc0 (size); /* zeros are POSIX's initial values, too */
      if (! g_atomic_pointer_compare_and_exchange (place, NULL, made))
        {
          g_free (made);
          made = g_atomic_pointer_get (place);
        }
    }
  return made;
}

static pthread_mutex_t *
get_mutex (GMutex *mutex)
{
  return get (&OF (mutex), sizeof (pthread_mutex_t));
}

static pthread_cond_t *
get_cond (GCond *cond)
{
  return get (&OF (cond), sizeof (pthread_cond_t));
}

void
g_mutex_init (GMutex *mutex)
{
  OF (mutex) = NULL;
  get_mutex (mutex);
}

void
g_mutex_clear (GMutex *mutex)
{
  pthread_mutex_destroy (get_mutex (mutex));
  g_free (OF (mutex));
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (get_mutex (mutex));
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (get_mutex (mutex));
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (get_mutex (mutex)) == 0;
}

void
g_cond_init (GCond *cond)
{
  OF (cond) = NULL;
  get_cond (cond);
}

void
g_cond_clear (GCond *cond)
{
  pthread_cond_destroy (get_cond (cond));
  g_free (OF (cond));
}

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  pthread_cond_wait (get_cond (cond), get_mutex (mutex));
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (get_cond (cond));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (get_cond (cond));
}

/* Callbacks ---------------------------------------------------------------- */

typedef struct
{
  GSourceFunc    function;
  gpointer       data;
  GDestroyNotify free_data;
} Callback;

static gboolean
call (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  return callback->function (callback->data);
}

static void
callback_free (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  if (callback->free_data)
    callback->free_data (callback->data);
  g_free (callback);
}

void
g_source_set_callback (GSource        *source,
                       GSourceFunc     function,
                       gpointer        data,
                       GDestroyNotify  free_data)
{
  void (*set) (GSource *, GSourceFunc, gpointer, GDestroyNotify) = dlsym (RTLD_NEXT, G_STRFUNC);
  Callback *callback = g_new (Callback, 1);

  *callback = (Callback) { function, data, free_data };
  __tsan_release (callback);
  set (source, call, callback, callback_free);
}

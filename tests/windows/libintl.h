/* libintl.h: gettext for a test build without translations
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib cannot be built for Windows without one.  A text is its own translation, which
 * the compiler is told, so that it takes what is made of a format for one.
 */

#pragma once

#define SAME_FORMAT(argument) __attribute__ ((format_arg (argument)))

static inline SAME_FORMAT (1) char *
gettext (const char *text)
{
  return (char *) text;
}

static inline SAME_FORMAT (2) char *
dgettext (const char *domain,
          const char *text)
{
  return (char *) text;
}

static inline SAME_FORMAT (2) char *
dcgettext (const char *domain,
           const char *text,
           int         category)
{
  return (char *) text;
}

static inline SAME_FORMAT (1) SAME_FORMAT (2) char *
ngettext (const char    *one,
          const char    *many,
          unsigned long  n)
{
  return (char *) (n == 1 ? one : many);
}

static inline SAME_FORMAT (2) SAME_FORMAT (3) char *
dngettext (const char    *domain,
           const char    *one,
           const char    *many,
           unsigned long  n)
{
  return ngettext (one, many, n);
}

/* No domain is bound to anything. */
static inline char *
textdomain (const char *domain)
{
  return (char *) domain;
}

static inline char *
bindtextdomain (const char *domain,
                const char *folder)
{
  return (char *) folder;
}

static inline char *
bind_textdomain_codeset (const char *domain,
                         const char *codeset)
{
  return (char *) codeset;
}

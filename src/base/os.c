/* os.c: what differs from one operating system to another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * POSIX first, with what Linux and macOS have besides; then Windows.
 */

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <glib/gstdio.h>

#if defined (G_OS_UNIX)

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined (__linux__)
#include <sys/syscall.h>
#elif defined (__APPLE__)
#include <mach/mach.h>
#endif

gpointer
ddim_os_try_alloc (gsize align,
                   gsize size)
{
  void *block = NULL;

  return posix_memalign (&block, align, size) == 0 ? block : NULL;
}

void
ddim_os_free (gpointer block)
{
  free (block);
}

void
ddim_os_advise_huge (gpointer block,
                     gsize    size)
{
#if defined (MADV_HUGEPAGE)
  madvise (block, size, MADV_HUGEPAGE);
#endif
}

gdouble
ddim_os_get_memory (void)
{
#if defined (__APPLE__)
  vm_statistics64_data_t pages;
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;

  if (host_statistics64 (mach_host_self (), HOST_VM_INFO64, (host_info64_t) &pages, &count)
      == KERN_SUCCESS)
    return ((gdouble) pages.free_count + pages.inactive_count + pages.purgeable_count)
           * sysconf (_SC_PAGESIZE);
#endif
  return (gdouble) sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE);
}

static gdouble
get_limit (gint resource)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXDOUBLE;
  return limit.rlim_cur;
}

void
ddim_os_get_limits (gdouble *addresses,
                    gdouble *data)
{
  *addresses = get_limit (RLIMIT_AS);
  *data      = get_limit (RLIMIT_DATA);
}

/* Linux wants to be asked for their 8 KB a thread (Documentation/arch/x86/xstate.rst),
 * and refuses where it did not switch them on in XCR0.                          */
gboolean
ddim_os_permit_tiles (void)
{
#if defined (__linux__) && defined (SYS_arch_prctl)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XTILEDATA = 18 };

  return syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XTILEDATA) == 0;
#else
  return FALSE;
#endif
}

gint
ddim_os_open (const gchar *path)
{
  return open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

void
ddim_os_close (gint fd)
{
  close (fd);
}

gboolean
ddim_os_get_status (gint          fd,
                    DdimOsStatus *status)
{
  struct stat     buffer;
  struct timespec changed;

  if (fstat (fd, &buffer) != 0 || ! S_ISREG (buffer.st_mode))
    return FALSE;

#if defined (__APPLE__)
  changed = buffer.st_mtimespec;
#else
  changed = buffer.st_mtim;
#endif
  status->size    = buffer.st_size;
  status->changed = (gint64) changed.tv_sec * 1000000000 + changed.tv_nsec;
  return TRUE;
}

gsize
ddim_os_read (gint     fd,
              guint64  offset,
              gsize    size,
              gpointer out)
{
  gsize done = 0;

  while (done < size)
    {
      gssize got = pread (fd, (guint8 *) out + done, size - done, offset + done);

      if (got > 0)
        done += got;
      else if (got == 0 || errno != EINTR)
        break;
    }
  return done;
}

#elif defined (G_OS_WIN32)

#include <io.h>
#include <malloc.h>
#include <windows.h>

gpointer
ddim_os_try_alloc (gsize align,
                   gsize size)
{
  return _aligned_malloc (size, align);
}

void
ddim_os_free (gpointer block)
{
  _aligned_free (block);
}

/* Large pages need a privilege that no ordinary user has. */
void
ddim_os_advise_huge (gpointer block,
                     gsize    size)
{
}

/* What is free of the machine's memory, and of what all processes may be promised. */
gdouble
ddim_os_get_memory (void)
{
  MEMORYSTATUSEX status = { .dwLength = sizeof status };

  if (! GlobalMemoryStatusEx (&status))
    return G_MAXDOUBLE;
  return MIN (status.ullAvailPhys, status.ullAvailPageFile);
}

void
ddim_os_get_limits (gdouble *addresses,
                    gdouble *data)
{
  *addresses = G_MAXDOUBLE;
  *data      = G_MAXDOUBLE;
}

/* Nothing to be asked for is documented, so they are not used. */
gboolean
ddim_os_permit_tiles (void)
{
  return FALSE;
}

gint
ddim_os_open (const gchar *path)
{
  gint fd = g_open (path, O_RDONLY | O_BINARY | O_NOINHERIT, 0);

  if (fd < 0 && g_file_test (path, G_FILE_TEST_IS_DIR))
    errno = EISDIR;
  return fd;
}

void
ddim_os_close (gint fd)
{
  g_close (fd, NULL);
}

gboolean
ddim_os_get_status (gint          fd,
                    DdimOsStatus *status)
{
  HANDLE                     handle = (HANDLE) _get_osfhandle (fd);
  BY_HANDLE_FILE_INFORMATION info;

  if (GetFileType (handle) != FILE_TYPE_DISK || ! GetFileInformationByHandle (handle, &info) ||
      info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
    return FALSE;

  status->size    = (guint64) info.nFileSizeHigh << 32 | info.nFileSizeLow;
  status->changed = ((gint64) info.ftLastWriteTime.dwHighDateTime << 32 |
                     info.ftLastWriteTime.dwLowDateTime) * 100;
  return TRUE;
}

gsize
ddim_os_read (gint     fd,
              guint64  offset,
              gsize    size,
              gpointer out)
{
  HANDLE handle = (HANDLE) _get_osfhandle (fd);
  gsize  done   = 0;

  while (done < size)
    {
      OVERLAPPED at = { .Offset = (offset + done) & G_MAXUINT32, .OffsetHigh = (offset + done) >> 32 };
      DWORD      got;

      if (! ReadFile (handle, (guint8 *) out + done, MIN (size - done, 1 << 30), &got, &at) ||
          got == 0)
        break;
      done += got;
    }
  return done;
}

#else
#error "What this operating system calls these things is to be added here."
#endif

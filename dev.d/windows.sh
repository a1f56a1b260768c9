# windows.sh: ./dev test-windows, the library's tests as programs for Windows, in Wine
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Cross-built by Debian's mingw-w64, in a root of its own.  Debian has GLib for no Windows:
# it is built from Debian's source package, once, into a folder of that root.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

windows_root=$cache/debian13-windows
packages_windows=(meson ninja-build pkg-config gcc-mingw-w64-x86-64-win32 libz-mingw-w64-dev
                  wine64 python3-packaging make cmake libglib2.0-dev-bin xz-utils
                  autoconf automake libtool libltdl-dev)

# Why there is no Wine here; nothing where there is.
windows_obstacle () {
  if [ "$(dpkg --print-architecture)" != amd64 ]; then
    echo "Wine runs programs for x86-64 on processors of that kind alone"
  else root_obstacle
  fi
}

make_windows_root () {
  local made=$windows_root/srv/made-by sum
  make_root "$windows_root" "${packages_windows[@]}"
  sum=$(cat "$here"/tests/windows/{libraries.sh,libintl.h,mingw.ini} | sha256sum)
  [ "$(cat "$made" 2>/dev/null)" != "$sum" ] || return 0
  say "building GLib for Windows (once, about six minutes of both processors)"
  in_root "$windows_root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    "$here/tests/windows/libraries.sh" "$here/tests/windows/mingw.ini" /srv/windows \
    >"$here/build/windows-libraries.log" 2>&1 ||
    { tail -n 40 "$here/build/windows-libraries.log" >&2; die "GLib could not be built for Windows"; }
  echo "$sum" >"$made"
}

# test_windows [TEST...]: all of them, or those named.
test_windows () {
  local root=$windows_root build=$here/build/windows obstacle programs
  obstacle=$(windows_obstacle)
  [ -z "$obstacle" ] || die "Windows cannot be tested here: $obstacle"
  mkdir -p "$here/build"
  make_windows_root
  # Wine's folder of this user's, made before the first program needs it.
  inside "$here/tests/windows/wine.sh" wineboot --init >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; die "Wine does not start"; }
  configure --cross-file "$here/tests/windows/mingw.ini" -Dplugin=disabled
  programs=("${@/#/tests/test-}")
  compile "${programs[@]/%/.exe}"
  meson_test --timeout-multiplier 4 "$@"
}

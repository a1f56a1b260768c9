#!/usr/bin/env bash
# libraries.sh: GLib, json-glib and what they need, for Windows
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: libraries.sh CROSS_FILE PREFIX
#
# Runs in a private Debian 13, which has a compiler for Windows but none of these
# libraries.  Takes the authors' archives from Debian's source packages, as apt names
# and checks them, and builds static libraries without translations, tests and tools.
set -euo pipefail

cross=$(realpath "$1") prefix=$2 target=x86_64-w64-mingw32
work=$prefix.work
here=$(dirname "$(realpath "$0")")
rm -rf "$prefix" "$work"
mkdir -p "$prefix"/{include,lib/pkgconfig} "$work"
cd "$work"

# fetch PACKAGE: unpacks its authors' archive into PACKAGE.  What a mirror has lost of
# this release is taken from the next.
fetch () {
  local release uri file size hash
  for release in trixie testing; do
    while read -r uri file _ hash; do
      if /usr/lib/apt/apt-helper -qq download-file "${uri//\'/}" "$file" "$hash" >/dev/null; then
        mkdir "$1"
        tar -xf "$file" -C "$1" --strip-components=1
        return
      fi
    done < <(apt-get source --print-uris "$1/$release" 2>/dev/null |
               grep -E '^.* [^ ]+\.orig\.tar\.[a-z0-9]+ [0-9]+ ')
  done
  echo "no source of $1 could be had" >&2
  return 1
}

meson_build () {
  local name=$1
  shift
  meson setup "$name/build" "$name" --cross-file "$cross" --prefix "$prefix" --libdir lib \
    --buildtype release --default-library static --wrap-mode nofallback \
    -Dtests=false -Dnls=disabled -Dintrospection=disabled "$@"
  ninja -C "$name/build" install
}

release_uri=$(sed -n 's/^deb \(\S*\) .*/\1/p' /etc/apt/sources.list | head -n 1)
printf 'deb-src %s %s main\n' "$release_uri" trixie "$release_uri" testing \
  >/etc/apt/sources.list.d/sources.list
apt-get update -qq -o Acquire::Check-Valid-Until=false
for name in libffi pcre2 glib2.0 json-glib; do fetch "$name"; done

cp "$here/libintl.h" "$prefix/include/"

(cd libffi && autoreconf -fi && ./configure --host=$target --prefix="$prefix" --disable-shared --disable-docs &&
  make -j"$(nproc)" install)
cmake -S pcre2 -B pcre2/build -G Ninja -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER=$target-gcc \
  -DCMAKE_RC_COMPILER=$target-windres -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=Release \
  -DBUILD_SHARED_LIBS=OFF -DPCRE2_BUILD_TESTS=OFF -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_SUPPORT_UNICODE=ON
ninja -C pcre2/build install
printf 'Name: zlib\nDescription: zlib\nVersion: 1.3\nLibs: -lz\nCflags:\n' >"$prefix/lib/pkgconfig/zlib.pc"
meson_build glib2.0 -Dglib_debug=disabled -Dsysprof=disabled
meson_build json-glib -Ddocumentation=disabled
# What its users must be told, and it does not say.
sed -i 's/^Cflags:.*/& -DJSON_STATIC_BUILD/' "$prefix/lib/pkgconfig/json-glib-1.0.pc"
rm -rf "$work"

# bundle.sh: ./dev bundle, one folder for the GIMP 3 profile of any Linux
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The plug-in needs nothing that GIMP does not bring itself; what is checked here is
# that it stays so.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

arm64_gimp_root=$cache/debian13-arm64-gimp
packages_arm64_gimp=(meson ninja-build pkg-config gettext gcc-aarch64-linux-gnu qemu-user
                     libgimp-3.0-dev:arm64 libgegl-dev:arm64 libglib2.0-dev:arm64
                     libjson-glib-dev:arm64)

# What a program says of itself that must hold of the plug-in on any Linux.  $2 is a
# list of libraries that GIMP brings.
check_binary () {
  local program=$1 brought=$2 symbols dynamic newest lines
  symbols=$(in_root "$package_root" readelf --wide --dyn-syms "$program")
  dynamic=$(in_root "$package_root" readelf --wide --dynamic "$program")
  newest=$(grep -oE 'GLIBC_[0-9.]+' <<<"$symbols" | sort -Vu | tail -n 1)
  [ "$(printf '%s\n' "$newest" GLIBC_2.36 | sort -V | tail -n 1)" = GLIBC_2.36 ] ||
    die "$program needs $newest: more than 2.36"
  lines=$(grep -E 'RPATH|RUNPATH' <<<"$dynamic" || true)
  [ -z "$lines" ] || die "$program looks for libraries in folders of its own: $lines"
  # Those of every program, made by the compiler.
  lines=$(awk '$1 ~ /^[0-9]+:$/ && $4 != "SECTION" && $7 != "UND" { print $8 }' <<<"$symbols" |
    grep -vxE '_IO_stdin_used|__bss_(start|end)__|_bss_end__|__bss_start|__data_start|data_start|_edata|__end__|_end|_start|main|_init|_fini' || true)
  [ -z "$lines" ] || die "$program exports symbols:"$'\n'"$lines"
  lines=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | grep -vxFf "$brought" || true)
  [ -z "$lines" ] || die "$program needs libraries that GIMP does not bring: $lines"
  echo "${program##*/build/}: needs $newest and what GIMP brings, exports nothing"
}

# The libraries that come with GIMP, by the names under which they are loaded: those that
# it and the widgets for plug-ins are linked with.
list_brought () {
  # shellcheck disable=SC2016
  in_root "$gimp_root" sh -c 'ldd "$(command -v gimp)" /usr/lib/*/libgimpui-3.0.so.0' |
    sed -nE 's/^\s*(\S+) (=>|\().*/\1/p; s,^/.*/(libgimpui[^:]*):$,\1,p' |
    sed 's,.*/,,' | sort -u
}

# make_bundle MACHINE ROOT [OPTION...]: built in $root with these options of meson's.
make_bundle () {
  local machine=$1 root=$2 version name build=$here/build/bundle/$1
  shift 2
  version=$(package_version) version=${version%-*}
  name=gimp-ddim-$version-linux-$machine
  mkdir -p "$build"
  configure --prefix=/usr --strip -Dplugin=enabled -Dtests=false -Dplugin-dir=/gimp-ddim "$@"
  compile
  rm -rf "$build/stage" "$build/$name"*
  inside meson install -C "$build" --no-rebuild --quiet --destdir "$build/stage" >/dev/null
  mkdir "$build/$name"
  mv "$build/stage/gimp-ddim" "$build/$name/"
  cp "$here/LICENSE" "$here/NEWS" "$build/$name/"
  for file in install.sh README.txt; do
    sed -e "s/@machine@/$machine/g" -e "s/@version@/$version/g" "$here/packages/bundle/$file" \
      >"$build/$name/$file"
  done
  chmod +x "$build/$name/install.sh"
  check_binary "$build/$name/gimp-ddim/gimp-ddim" "$here/build/bundle/brought"
  inside python3 "$here/packages/bundle/pack.py" "$build/$name" "$(package_time)"
  mv "$build/$name".{tar.gz,zip} "$here/build/bundle/"
}

# The bundle of another machine starts, in its emulator.
check_arm64_starts () {
  local root=$arm64_gimp_root program said
  program=$(echo "$here"/build/bundle/aarch64/gimp-ddim-*/gimp-ddim/gimp-ddim)
  said=$(root=$root inside qemu-aarch64 "$program" 2>&1 || true)
  grep -q 'must be run by GIMP' <<<"$said" || die "for arm64 it does not start: $said"
  echo "for arm64 it starts, in qemu"
}

# ./dev bundle [--quick]: --quick is this machine's own alone.
run_bundle () {
  local machine obstacle archive
  machine=$(uname -m)
  make_root "$gimp_root" "${packages_gimp[@]}"
  # shellcheck disable=SC2046
  make_root "$package_root" build-essential lintian $(build_depends)
  mkdir -p "$here/build/bundle"
  list_brought >"$here/build/bundle/brought"
  make_bundle "$machine" "$package_root"
  for archive in "$here/build/bundle/"*-"$machine".{tar.gz,zip}; do
    fresh=yes in_root "$gimp_root" bash "$here/tests/package/bundle.sh" "$archive" "$here"
  done
  [ "${1:-}" != --quick ] || return 0
  obstacle=$(arm64_obstacle)
  if [ -n "$obstacle" ]; then echo "no bundle for arm64: $obstacle"
  else
    make_root "$arm64_gimp_root" "${packages_arm64_gimp[@]}"
    make_bundle aarch64 "$arm64_gimp_root" --cross-file "$here/tests/aarch64.ini"
    check_arm64_starts
  fi
  ls -l "$here"/build/bundle/*.{tar.gz,zip}
}

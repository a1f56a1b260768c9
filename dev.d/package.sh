# package.sh: ./dev package, which builds the Debian packages and checks them
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# They are built in a root of what debian/control asks for, and nothing else of
# ours; they are installed in one of GIMP alone, in a copy that is thrown away.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

package_root=$cache/debian13-package
gimp_root=$cache/debian13-gimp # a user's, with GIMP and nothing of ours
packages_gimp=(gimp)

# The names of debian/control's Build-Depends, but for those of other machines alone.
build_depends () {
  sed -n '/^Build-Depends:/,/^[^ B]/p' "$here/debian/control" |
    sed -e 's/^Build-Depends://' -e '/^[^ ]/d' \
      -e "/\[.*!$(dpkg --print-architecture)\b.*\]/d" \
      -e 's/([^)]*)//g; s/<[^>]*>//g; s/\[[^]]*\]//g; s/,//; s/debhelper-compat/debhelper/' | xargs
}

# What is this version's source here, as names with a 0 behind.  Of a release's
# archive all is.
list_sources () {
  if [ -e "$here/.git" ]; then
    git -C "$here" ls-files -z --cached | while IFS= read -rd '' file; do
      [ ! -e "$here/$file" ] || printf '%s\0' "$file"
    done
  else (cd "$here" && find . -path ./build -prune -o -type f -printf '%P\0')
  fi
}

# pack_sources ARCHIVE: the same bytes for the same files.
pack_sources () {
  local folder=${1##*/}
  folder=${folder/_/-} folder=${folder%.tar.gz} folder=${folder%.orig}
  list_sources | grep -zv '^debian/' | LC_ALL=C sort -z |
    tar --create --directory="$here" --no-recursion --transform="flags=r;s,^,$folder/," \
      --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$(package_time)" \
      --null --files-from=- | gzip -1 -n >"$1"
}

package_version () { sed -n '1s/.*(\(.*\)).*/\1/p' "$here/debian/changelog"; }
package_time () { date -d "$(sed -n 's/^ -- .*>  //p' "$here/debian/changelog" | head -n 1)" +%s; }

# What lintian says of a package that is not uploaded yet: whoever uploads it is its
# maintainer, has an address, and closes the bug that asked for it.
not_yet=bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs

# build_packages FOLDER [NAME=VALUE...]: source and binary packages, in FOLDER,
# built in this environment.  Networks of numbers hardly compress: the little there
# is, quickly.
build_packages () {
  local out=$1 version upstream
  shift
  version=$(package_version) upstream=${version%-*}
  rm -rf "$out"; mkdir -p "$out/gimp-ddim-$upstream"
  pack_sources "$out/gimp-ddim_$upstream.orig.tar.gz"
  tar -xf "$out/gimp-ddim_$upstream.orig.tar.gz" -C "$out"
  cp -a "$here/debian" "$out/gimp-ddim-$upstream/"
  # shellcheck disable=SC2016
  in_root "$package_root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb HOME=/nonexistent \
    LC_ALL=C.UTF-8 DPKG_DEB_COMPRESSOR_LEVEL=1 "$@" bash -euc 'cd "$0"; umask "${UMASK:-022}"
      exec dpkg-buildpackage --no-sign >../log 2>&1' "$out/gimp-ddim-$upstream" ||
    { tail -n 40 "$out/log" >&2; die "the package could not be built: $out/log"; }
  rm -rf "$out/gimp-ddim-$upstream"
}

# The same sources, built elsewhere, later, in another time zone and language, by one job.
check_reproducible () {
  local first=$1 second=$1-elsewhere/again file status=0
  build_packages "$second" TZ=UTC-14 LC_ALL=C LANG=C UMASK=002 HOME=/tmp \
    DEB_BUILD_OPTIONS="nocheck parallel=1"
  for file in "$first"/*.{deb,dsc,tar.*}; do
    cmp "$file" "$second/${file##*/}" || status=1
  done
  [ $status = 0 ] || die "two builds differ: $first and $second"
  rm -rf "$1-elsewhere"
  echo "reproducible: two builds made the same $(cd "$first" && ls ./*.{deb,dsc,tar.*} | wc -l) files"
}

check_installed () {
  make_root "$gimp_root" "${packages_gimp[@]}"
  fresh=yes in_root "$gimp_root" "$here/tests/package/install.sh" "$1" "$here"
}

# Debian's own tests, by Debian's own runner.
check_autopkgtest () {
  local out=$1
  fresh=yes in_root "$gimp_root" bash -euc '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends autopkgtest >/dev/null
    cd "$0"
    autopkgtest --no-built-binaries ./*.deb ./*.dsc -- null
  ' "$out" >"$out/autopkgtest.log" 2>&1 || { tail -n 40 "$out/autopkgtest.log" >&2; die "autopkgtest failed"; }
  grep -E ' PASS$' "$out/autopkgtest.log"
}

# ./dev package [--quick | --check]
run_package () {
  local out=$here/build/package options=()
  case ${1:-} in
    --quick|'') options=(DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)") ;;
    --check)    options=(DEB_BUILD_OPTIONS="parallel=$(nproc)") ;;
    *) die "./dev package knows --check and --quick, not $1" ;;
  esac
  # shellcheck disable=SC2046
  make_root "$package_root" build-essential lintian $(build_depends)
  build_packages "$out" "${options[@]}"
  ls "$out"/*.{deb,dsc}
  [ -n "${1:-}" ] || return 0
  check_installed "$out"
  [ "$1" = --check ] || return 0
  in_root "$package_root" lintian --fail-on error,warning --suppress-tags "$not_yet" \
    --info --allow-root "$out"/*.changes
  check_reproducible "$out"
  check_autopkgtest "$out"
}

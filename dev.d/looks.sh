# looks.sh: ./dev looks, pictures of the dialogs
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The tests of how the dialogs look run in GIMP 3.0 and in 3.2, with all finished in them.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

looks=(dark light german korean)

run_looks () {
  local photo=$here/../shared/photos/kitten.png out=$here/build/looks look picture version
  [ -f "$photo" ] || photo=$here/tests/data/photo.png
  photo=$(realpath "$photo")
  rm -rf "$out"; mkdir -p "$out"
  DDIM_LOOKS=$photo meson_test -j1 "${looks[@]/#/gimp-dialog-}"
  DDIM_LOOKS=$photo test_32 -j1 "${looks[@]/#/gimp-dialog-}"
  for look in "${looks[@]}"; do
    for version in "$build" "$here/build/testing"; do
      for picture in "$version/tests/gimp/dialog-$look"/{variation,interpolate,texture}{,-all}.png; do
        cp "$picture" "$out/$look-$(basename "$version")-$(basename "$picture")"
      done
    done
  done
  inside convert "$out/dark-$(basename "$build")-variation.png" -quality 90 -strip "$here/doc/dialog.jpg"
  ls -l "$out"/*.png "$here/doc/dialog.jpg"
}

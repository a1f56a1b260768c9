# gimp32.sh: ./dev test-32, the tests in GIMP 3.2
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One binary for both: the plug-in that was built beside GIMP 3.0 is what is tested.
# The tests are those of GIMP 3.0, set up a second time in Debian's next release.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

testing_root=$cache/debian-testing

make_testing_root () { suite=testing make_root "$testing_root" "${packages[@]}"; }

# test_32 [TEST...]: all that start a GIMP, or those named.
test_32 () {
  local plugin=$build/profile/plug-ins/gimp-ddim
  local root=$testing_root build=$here/build/testing
  mkdir -p "$here/build"
  make_testing_root
  configure --prefix=/usr
  compile tests/gimp/dialog-watch.so tests/gimp/refuse.so
  [ $# -gt 0 ] || set -- --suite gimp
  DDIM_PLUG_IN=$plugin meson_test "$@"
}

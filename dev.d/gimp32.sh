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
# What every run of ./dev test runs there: all that meets what differs, which are the
# dialogs, undo, a user's doings meanwhile, messages, Script-Fu, the procedures'
# descriptions and the new kinds of layers.  The tables of what is computed, the same
# program's in both, are run in GIMP 3.0 and by test-32: these take 280 s of a processor,
# all together 1080 s.
quick_32=(gimp-pixels gimp-help gimp-drawn gimp-errors gimp-dialog gimp-dialog-interpolate
          gimp-dialog-texture gimp-undo gimp-meanwhile gimp-script-fu gimp-reference)

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
  # One more than there are processors: a user at a dialog mostly waits.
  DDIM_PLUG_IN=$plugin meson_test --num-processes $(($(nproc) + 1)) "$@"
}

# machines.sh: the tests on other machines, and on several
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# For another processor the library is cross-built, and its tests run in an emulator.  Each
# in a root of its own: no system takes up another architecture for this.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

packages_arm64=(meson ninja-build pkg-config gcc-aarch64-linux-gnu qemu-user
                libc6-dev:arm64 libglib2.0-dev:arm64 libjson-glib-dev:arm64
                libopenblas-dev:arm64)
packages_s390x=(meson ninja-build pkg-config gcc-s390x-linux-gnu qemu-user
                libc6-dev:s390x libglib2.0-dev:s390x libjson-glib-dev:s390x
                libopenblas-dev:s390x)
# What every run of ./dev test runs there.  For ARM all that has kernels, threads and
# barriers: what allocates, parses and counts is the same code and takes half of the time.
quick_arm64=(activation attention autoencoder clip-text codebook conv decode encode
             extremes field geglu interpolation inversion job kernels latent latent-model
             layer-norm linear local-contrast local-mean model noise norm patch-context
             patch-search patch-softmax reduce seamless structure-texture
             surroundings thread-pool tiling trajectory unet value-noise variation
             variation-task widen windows)
# For s390x all that takes numbers from bytes.
quick_s390x=(os safetensors widen noise recipe codebook model-broken)

# Why 64-bit ARM cannot be tested here; nothing where it can.
arm64_obstacle () {
  if [ "$(dpkg --print-architecture)" = arm64 ]; then echo "this machine is one itself"
  elif [ -z "$root" ]; then root_obstacle
  fi
}

# 64-bit ARM, in qemu's user mode.
test_arm64 () {
  local root=$cache/debian13-arm64 build=$here/build/arm64
  mkdir -p "$here/build"
  make_root "$root" "${packages_arm64[@]}"
  configure --cross-file "$here/tests/aarch64.ini" -Dplugin=disabled
  compile
  meson_test --timeout-multiplier 4 "$@"
}

# A machine that reads numbers from their other end, likewise.  In Debian 12, which has
# the oldest GLib that will do.
test_s390x () {
  local root=$cache/debian12-s390x build=$here/build/s390x obstacle
  obstacle=$(root_obstacle)
  [ -z "$obstacle" ] || die "s390x cannot be tested here: $obstacle"
  mkdir -p "$here/build"
  suite=bookworm make_root "$root" "${packages_s390x[@]}"
  configure --cross-file "$here/tests/s390x.ini" -Dplugin=disabled
  compile "${@/#/tests/test-}"
  meson_test --timeout-multiplier 4 "$@"
}

# The example with GNU parallel, on two hosts that last as long as the test: in a private
# root, since no system gets an sshd for this.
test_machines () {
  local root=$cache/debian13 build=$here/build/debian13 obstacle
  obstacle=$(root_obstacle)
  [ -z "$obstacle" ] || die "two machines cannot be had here: $obstacle"
  ready
  mkdir -p "$build/machines"
  fresh=yes inside "$here/tests/machines/run.sh" "$build/machines"
}

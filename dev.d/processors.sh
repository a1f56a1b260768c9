# processors.sh: ./dev processors, how far results differ from one processor to another
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The same variations by each of the library's sets of kernels, and by the library for
# 64-bit ARM in qemu; compared with the first one's, pixel by pixel.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

# vary_with ISA FOLDER SMALL [WORD...]: two columns of one region, or where SMALL is not
# empty of a small one in few steps, by the bench of $build, with these words before its
# command.
vary_with () {
  local isa=$1 out=$2 small=$3
  shift 3
  rm -rf "$out"; mkdir -p "$out"
  inside env DDIM_ISA="$isa" "$@" "$build/tests/variations/variations-bench" \
    --folder "$out" --weights "$here/weights/photo" --shared "$here/tests" --seeds 1 \
    --regions "$here/tests/machines/${small:+small-}region.txt" \
    --column "default$small" --column "network$small" >"$out/log" 2>&1 ||
    { cat "$out/log" >&2; die "the variations could not be made"; }
  # A name that is not known is no error, but another one's result.
  ! grep -q 'DDIM_ISA is' "$out/log" || { rm -rf "$out"; return 1; }
}

# Peak and mean of what two pictures differ by, in steps of 8 bits, and the share of the
# pixels that differ at all.
compare_pictures () {
  local metric said numbers=()
  [ -f "$1" ] || die "nothing was made to compare: $1"
  [ -f "$2" ] || die "nothing was made to compare: $2"
  for metric in PAE MAE; do
    said=$(inside compare -metric $metric "$1" "$2" null: 2>&1 || true)
    numbers+=("$(awk -F'[()]' '{ printf "%.4g", 255 * $2 }' <<<"$said")")
  done
  said=$(inside compare -metric AE "$1" "$2" null: 2>&1 || true)
  # shellcheck disable=SC2016
  numbers+=("$(awk -v pixels="$(inside identify -format '%[fx:w*h]' "$1")" \
    '{ printf "%.2g %%", 100 * $1 / pixels }' <<<"$said")")
  printf '%s | %s | %s' "${numbers[@]}"
}

run_processors () {
  local out=$build/processors page=$here/doc/processors.md main=$build
  local isa column first='' beside small name obstacle
  local in_emulator=,steps=4 # which takes many times as long
  local isas=() native=()
  case $(uname -m) in
    x86_64)  native=(amx avx512bf16 avx512 avx2 baseline) ;;
    aarch64) native=(neon) ;;
  esac
  for isa in "${native[@]}" openblas; do
    if vary_with "$isa" "$out/$isa" ''; then isas+=("$isa"); fi
  done
  # The C library's functions have kernels, too.
  if [ -d "$out/baseline" ] && vary_with baseline "$out/baseline without FMA" '' \
       env GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F; then
    isas+=("baseline without FMA")
  fi
  obstacle=$(arm64_obstacle)
  if [ -n "$obstacle" ]; then say "not for arm64: $obstacle"
  else
    make_root "$arm64_gimp_root" "${packages_arm64_gimp[@]}"
    build=$here/build/processors-arm64 root=$arm64_gimp_root configure \
      --cross-file "$here/tests/aarch64.ini" -Dplugin=enabled
    build=$here/build/processors-arm64 root=$arm64_gimp_root compile tests/variations/variations-bench
    if build=$here/build/processors-arm64 root=$arm64_gimp_root \
         vary_with neon "$out/neon" "$in_emulator" qemu-aarch64; then
      vary_with "${isas[0]}" "$out/small" "$in_emulator"
      isas+=(neon)
    fi
  fi
  build=$main
  sed -i '/^<!-- what follows/q' "$page"
  {
    printf '\n| kernels | by | largest | mean | pixels that differ |\n|---|---|---|---|---|\n'
    for isa in "${isas[@]}"; do
      if [ -z "$first" ]; then first=$isa beside=$out/$isa small=''; continue; fi
      if [ "$isa" = neon ]; then beside=$out/small small=$in_emulator; fi
      for column in default network; do
        name=photo-$column$small-1.png
        printf '| %s, beside %s%s | %s | %s |\n' "$isa" "$first" "${small:+, small}" \
          "$([ $column = default ] && echo 'the default settings' || echo 'the network alone')" \
          "$(compare_pictures "$beside/$name" "$out/$isa/$name")"
      done
    done
  } >>"$page"
  echo "wrote $page"
}

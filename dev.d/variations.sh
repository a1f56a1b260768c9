# variations.sh: ./dev variations, which makes doc/variations.md and its pictures
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

# What G'MIC makes of the regions in $1: of a selection in a photograph what it paints
# over an object to be taken away, of a whole material another piece of it.
make_gmic_column () {
  local out=$1 peer=$cache/debian13-gmic name picture x y w h fx fy fw fh make
  local TIMEFORMAT=$'[1]\nseconds=%U' # of processors; what results.c reads
  if [ -z "$root" ]; then install_packages gmic; peer=''; else make_root "$peer" gmic; fi
  while read -r name picture x y w h fx fy fw fh; do
    [ ! -f "$out/$name-gmic.ini" ] || continue
    if [ "$w,$h" = "$fw,$fh" ]; then
      make=(syntexturize_matchpatch "$w,$h")
    else
      make=("100%,100%" "rectangle[-1]" "$x,$y,$((x + w - 1)),$((y + h - 1)),1,255"
            "inpaint_matchpatch[0]" "[1]" "keep[0]"
            crop "$fx,$fy,$((fx + fw - 1)),$((fy + fh - 1))")
    fi
    if ! { time ${peer:+in_root "$peer"} gmic srand 1 "$picture" "${make[@]}" \
             output "$out/$name-gmic-1.png" </dev/null >"$out/gmic.log" 2>&1; } \
         2>"$out/gmic.ini"
    then cat "$out/gmic.log" >&2; die "gmic failed"
    fi
    mv "$out/gmic.ini" "$out/$name-gmic.ini"
  done <"$out/frames"
}

# montage_regions FOLDER PICTURE SIDE NAME...: a row for each region, the original and
# what each column made of it with the first seed.
montage_regions () {
  local out=$1 picture=$2 side=$3 name column row=()
  shift 3
  for name; do
    row+=("$out/$name.png")
    for column in "${variations_columns[@]}"; do row+=("$out/$name-$column-1.png"); done
  done
  inside montage "${row[@]}" -tile "$((${#variations_columns[@]} + 1))x" \
    -geometry "${side}x$side+3+3" -quality 82 -strip "$picture"
}

variations_columns=(default stronger network patches gmic)

# What is made is kept by the bytes of all that makes it: a run that was cut off goes
# on.  With options no page is written, and the pictures lie in the build.
run_variations () {
  local shared=$here/../shared model=$here/weights/photo page=$here/doc/variations.md
  local regions=$here/tests/variations/regions.txt out=$build/variations
  local program photos materials column
  [ -d "$shared" ] || die "the pictures are not there: $shared"
  program=("$build/tests/variations/variations-bench" --shared "$(realpath "$shared")"
         --regions "$regions" --weights "$model")
  if [ $# -gt 0 ]; then
    mkdir -p "$out"
    inside "${program[@]}" --folder "$out" "$@"
    return
  fi

  out+=/$(find "$build/src" "$build/plugin/libddim-compute.a.p" \
    "$build/tests/variations/variations-bench.p" "$model" -type f \
    \( -name '*.o' ! -path '*/page.c.o' ! -path '*/table.c.o' -o -path "$model/*" \) -print0 |
    sort -z | xargs -0 cat "$regions" | sha256sum | cut -c1-12)
  mkdir -p "$out"
  program+=(--folder "$out")
  inside "${program[@]}" --frames >"$out/frames"
  make_gmic_column "$out"
  inside "${program[@]}" "${variations_columns[@]/#/--column=}" --page >"$out/page"
  mapfile -t photos < <(grep /photos/ "$out/frames" | cut -d' ' -f1)
  mapfile -t materials < <(grep /materials/ "$out/frames" | cut -d' ' -f1)
  column=${variations_columns[0]}
  inside "${program[@]}" "${photos[@]/#/--region=}" --seeds 1 --strengths \
    "--column=$column,strength="{0.05,0.3,0.5,0.6,1} >"$out/strengths"

  montage_regions "$out" "$here/doc/variations-photographs.jpg" 192 "${photos[@]}"
  montage_regions "$out" "$here/doc/variations-materials.jpg" 128 "${materials[@]}"
  sed -i '/^<!-- what follows/q' "$page"
  { echo; cat "$out/page"; printf '## Strength\n\n'; cat "$out/strengths"; } >>"$page"
  say "the page: $page"
}

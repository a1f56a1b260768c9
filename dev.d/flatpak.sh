# flatpak.sh: ./dev flatpak, a folder from which flatpak-builder builds the extension
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# GIMP's Flatpak mounts each extension in a folder of /app/extensions, named like the end
# of its id, and merges what is in their folders plug-ins.  What is built is not tried here, where
# GIMP's runtime is out of reach: what is checked is all that is ours, the manifest by
# Flatpak's own reader, and the tree that its options install.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ./dev's own variables

flatpak_root=$cache/debian13-flatpak
packages_flatpak=(flatpak-builder appstream appstream-compose python3)
flatpak_id=org.gimp.GIMP.Plugin.gimp-ddim

# What the manifest's options install, into $1.
stage_flatpak () {
  local root=$package_root build=$here/build/flatpak/build options
  mapfile -t options < <(inside python3 - "$2" <<'PYTHON'
import json, sys
manifest = json.load(open(sys.argv[1]))
print('--prefix=' + manifest['build-options']['prefix'])
print(*manifest['modules'][0]['config-opts'], sep='\n')
PYTHON
)
  configure "${options[@]}"
  compile
  rm -rf "$1"
  inside meson install -C "$build" --no-rebuild --quiet --destdir "$1" >/dev/null
}

run_flatpak () {
  local out=$here/build/flatpak version archive manifest
  version=$(package_version) version=${version%-*}
  archive=gimp-ddim-$version.tar.gz manifest=$out/$flatpak_id.json
  # shellcheck disable=SC2046
  make_root "$package_root" build-essential lintian $(build_depends)
  make_root "$flatpak_root" "${packages_flatpak[@]}"
  mkdir -p "$out"
  pack_sources "$out/$archive"
  sed -e "s/@archive@/$archive/" \
    -e "s/@sha256@/$(sha256sum "$out/$archive" | cut -d' ' -f1)/" \
    "$here/packages/flatpak/$flatpak_id.json.in" >"$manifest"
  stage_flatpak "$out/stage" "$manifest"
  in_root "$flatpak_root" python3 "$here/tests/package/flatpak.py" "$manifest" "$out/stage"
  echo "build it with: flatpak-builder --user --install FOLDER $manifest"
}

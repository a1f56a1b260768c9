#!/usr/bin/env bash
# bundle.sh: the bundle as whoever downloads it uses it
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bundle.sh ARCHIVE SOURCES, as root of a Debian that may be thrown away and
# has GIMP, but nothing of ours.  Each step is a line; the first that fails ends it.
set -euo pipefail

archive=$1 sources=$2
home='/home/jürgen müller'
trap 'status=$?; [ $status = 0 ] || echo "not ok: the line above was the last"; exit $status' EXIT

as_user () { (cd "$home" && runuser -u painter -- env -i HOME="$home" PATH="$PATH" LC_ALL=C.UTF-8 "$@"); }

useradd -m -d "$home" painter
downloads="$home/Téléchargements/neue Filter"
as_user mkdir -p "$downloads"
case $archive in
  *.tar.gz) as_user tar -xzf "$archive" -C "$downloads" ;;
  *.zip) command -v unzip >/dev/null || {
           apt-get update -qq; apt-get install -qq -y --no-install-recommends unzip; } >/dev/null 2>&1
         as_user unzip -q "$archive" -d "$downloads" ;;
esac
folder=$(echo "$downloads"/gimp-ddim-*)
[ -x "$folder/install.sh" ] && [ -x "$folder/gimp-ddim/gimp-ddim" ]
missing=$(ldd "$folder/gimp-ddim/gimp-ddim" | grep 'not found' || true)
[ -z "$missing" ]
echo "ok: ${archive##*/} unpacks, and its libraries are all there"

if said=$(as_user "$folder/install.sh" 2>&1); then echo "installed where no GIMP was"; exit 1; fi
grep -q 'no GIMP 3 profile' <<<"$said" && grep -qF "$home/.config/GIMP" <<<"$said"
echo "ok: without a profile it says where it looked"

profiles=("$home/.config/GIMP/3.0" "$home/.var/app/org.gimp.GIMP/config/GIMP/3.2"
          "$home/snap/gimp/current/.config/GIMP/3.0")
as_user mkdir -p "${profiles[@]}" "$home/.config/GIMP/2.10"
as_user mkdir -p "${profiles[0]}/plug-ins/gimp-ddim/weights/old"
said=$(as_user "$folder/install.sh")
for profile in "${profiles[@]}"; do
  grep -qxF "installed $profile/plug-ins/gimp-ddim" <<<"$said"
  diff -r "$folder/gimp-ddim" "$profile/plug-ins/gimp-ddim"
  [ "$(stat -c %U "$profile/plug-ins/gimp-ddim/gimp-ddim")" = painter ]
  [ "$(ls "$profile")" = plug-ins ]
done
[ ! -e "$home/.config/GIMP/2.10/plug-ins" ]
echo "ok: installed into the system's, Flatpak's and Snap's profile, over an old one, and no other"

as_user mkdir "$home/work"
as_user "$sources/tests/package/variation.sh" "$sources/tests/data/photo.png" "$home/work"
echo "ok: a variation in GIMP, from ${profiles[0]}"

said=$(as_user "$folder/install.sh" --uninstall)
for profile in "${profiles[@]}"; do
  grep -qxF "removed $profile/plug-ins/gimp-ddim" <<<"$said"
  [ ! -e "$profile/plug-ins/gimp-ddim" ]
done
echo "ok: taken out again"

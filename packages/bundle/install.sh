#!/bin/sh
# install.sh: puts gimp-ddim into this user's GIMP 3 profiles, or takes it out
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd -P)
machine=@machine@

usage () {
  cat <<'TEXT'
Usage: ./install.sh [--uninstall] [PROFILE...]
  Puts the plug-in into each GIMP 3 profile of this user, or into those named,
  or takes it out again.  A profile is a folder such as ~/.config/GIMP/3.0.
TEXT
}

fail () { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

# The folders in which a GIMP keeps a profile for each of its versions: one that the
# system or an AppImage brought, Flatpak's, and Snap's.
places () {
  printf '%s\n' "${XDG_CONFIG_HOME:-$HOME/.config}/GIMP" \
    "$HOME/.var/app/org.gimp.GIMP/config/GIMP" \
    "$HOME/snap/gimp/current/.config/GIMP" "$HOME/snap/gimp/common/.config/GIMP"
}

profiles () {
  [ -z "${GIMP3_DIRECTORY:-}" ] || printf '%s\n' "$GIMP3_DIRECTORY"
  places | while IFS= read -r place; do
    for profile in "$place"/3.*; do
      [ ! -d "$profile" ] || printf '%s\n' "$profile"
    done
  done
}

# Beside the old one, and then in its place: a copy that is cut off is never used.
install_into () {
  [ -d "$1" ] || fail "there is no folder $1: start GIMP 3 once, or name its profile"
  mkdir -p "$1/plug-ins"
  rm -rf "$1/gimp-ddim.new"
  cp -R "$here/gimp-ddim" "$1/gimp-ddim.new"
  chmod +x "$1/gimp-ddim.new/gimp-ddim"
  rm -rf "$1/plug-ins/gimp-ddim"
  mv "$1/gimp-ddim.new" "$1/plug-ins/gimp-ddim"
  printf 'installed %s\n' "$1/plug-ins/gimp-ddim"
}

uninstall_from () {
  if [ -e "$1/plug-ins/gimp-ddim" ]; then
    rm -rf "$1/plug-ins/gimp-ddim"
    printf 'removed %s\n' "$1/plug-ins/gimp-ddim"
  else printf 'nothing to remove in %s\n' "$1"
  fi
}

what=install_into
case ${1:-} in
  -h|--help) usage; exit 0 ;;
  --uninstall) what=uninstall_from; shift ;;
  -*) usage >&2; exit 2 ;;
esac

if [ "$what" = install_into ] && [ "$(uname -m)" != "$machine" ]; then
  fail "this bundle is for $machine, and this machine is $(uname -m): get the other one"
fi

if [ $# = 0 ]; then
  found=$(profiles)
  [ -n "$found" ] || fail "no GIMP 3 profile is in any of these folders:
$(places | sed 's/^/  /')
Start GIMP 3 once and try again, or name a profile's folder."
  printf '%s\n' "$found" | while IFS= read -r profile; do "$what" "$profile"; done
else
  for profile in "$@"; do "$what" "$profile"; done
fi
[ "$what" != install_into ] || echo "Start GIMP again: Filters > Artistic > DDIM Variation..."

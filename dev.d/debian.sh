# debian.sh: where the work happens: this Debian, or private ones beside it
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A private root is a Debian 13 of some packages in a folder of the cache, made
# once.  A command in it runs in namespaces of its own: what is mounted there
# goes away with the command, and the command with ./dev, however that ends.
# shellcheck shell=bash

# Where chroot is; a user who is not root need not have it in their path.
PATH=$PATH:/usr/sbin:/sbin

say () { printf '%s\n' "dev: $*" >&2; }
die () { say "$*"; exit 1; }

# The system ------------------------------------------------------------------

# Whether the system itself is a Debian whose GIMP is 3.
is_native () {
  # shellcheck disable=SC1091
  (. /etc/os-release; [ "${ID:-}" = debian ] && [ "${VERSION_ID:-99}" -ge 13 ])
}

is_root () { [ "$(id -u)" = 0 ]; }

as_root () {
  if is_root; then "$@"; else sudo "$@"; fi
}

missing_packages () {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
      grep -qx installed || echo "$package"
  done
}

install_packages () {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} = 0 ] && return
  is_root || command -v sudo >/dev/null ||
    die "this needs root once, and there is no sudo: ask for  apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Private roots ---------------------------------------------------------------

# The mirror that the system's own apt uses for Debian, or nothing.
debian_mirror () {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    grep -oE '^(deb( \[[^]]*\])?|URIs:) +[^ ]*/debian/?( |$)' |
    grep -oE '[a-z+]+://[^ ]+' | head -n 1 || true
}

# What this user lacks for a private root, and what to ask for; nothing where
# there is all.  A user who is not root works as root of a user namespace,
# whose other users are the range that /etc/subuid and /etc/subgid give.
root_obstacle () {
  local user file first
  if is_root; then
    unshare --mount --pid --fork true 2>/dev/null ||
      echo "root may not mount here: in a container, give it the capability SYS_ADMIN"
    return
  fi
  user=$(id -un)
  for file in /etc/subuid /etc/subgid; do
    grep -q "^$user:" "$file" 2>/dev/null && continue
    first=$(cat /etc/subuid /etc/subgid 2>/dev/null |
      awk -F: '$2 + $3 > end { end = $2 + $3 } END { print end > 100000 ? end : 100000 }')
    echo "$file gives the user $user no range of ids: ask for " \
         "usermod --add-subuids $first-$((first + 65535)) --add-subgids $first-$((first + 65535)) $user"
    return
  done
  unshare --user --map-root-user true 2>/dev/null ||
    echo "this system lets no ordinary user make a namespace: ask for " \
         "sysctl kernel.unprivileged_userns_clone=1, or run this as root"
}

# make_root ROOT PACKAGE...: of Debian 13, or of $suite.  Made under another name
# and renamed, so that a cut-off set-up is no root.  Its list of packages lies in
# it: where the list has changed, it is made anew.
make_root () {
  local root=$1 half=$1.new obstacle architectures
  local release=${suite:-trixie} # of another one a mirror's copy may be old
  shift
  local list="$*"
  [ "$(cat "$root/etc/gimp-ddim-packages" 2>/dev/null)" = "$list" ] && return
  obstacle=$(root_obstacle)
  [ -z "$obstacle" ] || die "$obstacle"
  mkdir -p "$(dirname "$root")"
  exec 9>"$(dirname "$root")/lock"
  flock --nonblock 9 || { say "waiting for another set-up to end"; flock 9; }
  if [ "$(cat "$root/etc/gimp-ddim-packages" 2>/dev/null)" != "$list" ]; then
    install_packages mmdebstrap debian-archive-keyring
    is_root || install_packages uidmap
    say "making a private Debian $release in $root (once, about a minute)"
    remove_root "$half"
    architectures=$(dpkg --print-architecture; sed -E 's/ +/\n/g' <<<"$list" | sed -n 's/.*://p' | sort -u)
    # shellcheck disable=SC2016,SC2046
    mmdebstrap --quiet --variant=minbase --architectures="${architectures//$'\n'/,}" \
      ${suite:+--aptopt='Acquire::Check-Valid-Until "false"'} \
      --include="${list// /,}" \
      --customize-hook="echo '$list' > \"\$1/etc/gimp-ddim-packages\"" \
      --customize-hook='[ ! -e "$1/usr/sbin/locale-gen" ] || {
                          printf "%s UTF-8\\n" ko_KR.UTF-8 de_DE.UTF-8 > "$1/etc/locale.gen"
                          chroot "$1" locale-gen >/dev/null; }' \
      "$release" "$half" $(debian_mirror) >&2 || die "the private Debian could not be made"
    remove_root "$root"
    mv "$half" "$root"
  fi
  exec 9>&-
}

# Files of a root made without being root belong to other user ids.
remove_root () {
  [ -e "$1" ] || return 0
  if is_root; then rm -rf --one-file-system "$1"
  else unshare --user --map-root-user --map-auto rm -rf --one-file-system "$1"
  fi
}

# in_root ROOT COMMAND...: as its root user (who is this user outside), with the
# repository, its neighbour shared/, /tmp and the caller's folder at their own
# paths.  Where $fresh is set, what the command writes into the root is gone with it.
in_root () {
  local user=()
  is_root || user=(--user --map-root-user --map-auto)
  # shellcheck disable=SC2016,SC2154 # $here is ./dev's own folder
  setpriv --pdeathsig KILL \
    unshare "${user[@]}" --mount --pid --fork --kill-child --propagation private \
    bash -euc '
      root=$1 here=$2 pwd=$3 fresh=$4; shift 4
      if [ -n "$fresh" ]; then
        mkdir -p "$root.fresh"
        mount -t tmpfs tmpfs "$root.fresh"
        mkdir "$root.fresh"/{root,upper,work}
        layers=lowerdir=$root,upperdir=$root.fresh/upper,workdir=$root.fresh/work
        # Of a user who is not root the overlay may keep its notes in such attributes alone.
        mount -t overlay -o "$layers,userxattr" overlay "$root.fresh/root"
        root=$root.fresh/root
      fi
      mount --rbind /dev "$root/dev"
      mount --rbind /sys "$root/sys"
      mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
      for folder in /tmp "$here" "$(dirname "$here")/shared" \
                    "$(git -C "$here" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)" \
                    "$pwd"; do
        [ -d "$folder" ] || continue
        mkdir -p "$root$folder"
        mount --rbind "$folder" "$root$folder"
      done
      exec chroot "$root" bash -c '\''cd -- "$0" 2>/dev/null || cd /; exec "$@"'\'' "$pwd" "$@"
    ' in_root "$1" "$here" "$PWD" "${fresh:-}" "${@:2}"
}

#!/usr/bin/env bash
# install.sh: the Debian packages as their user's apt sees them
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: install.sh PACKAGES SOURCES, as root of a Debian that may be thrown
# away and has nothing of ours.  PACKAGES is a folder of .deb files, SOURCES the
# source tree.  Each step is a line; the first that fails ends it.
set -euo pipefail

packages=$1 sources=$2
work=$(mktemp -d)
chmod 755 "$work"
trap 'status=$?; rm -rf "$work"; [ $status = 0 ] || echo "not ok: the line above was the last"; exit $status' EXIT

apt_get () {
  DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends "$@" >"$work/apt" 2>&1 ||
    { cat "$work/apt"; return 1; }
}

# All files that packages may leave, with kind, mode, owner, size and time; of
# a folder not its size and time.
snapshot () {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /home \
                  -o -path "$sources" -o -path /var/lib/apt -o -path /var/cache \
                  -o -path /var/log -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/dpkg/status \
                  -o -path /var/lib/dpkg/lock\* -o -path /var/lib/dpkg/triggers/Lock \) -prune -o \
    -type d -printf '%p %M %U %G\n' -o -printf '%p %M %U %G %s %T@ %l\n' | LC_ALL=C sort
  dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n'
}

# The version before: the same files, one more that this version dropped, and
# one of its own that differs.
make_former () {
  local deb name
  for deb in "$packages"/gimp-ddim_*.deb "$packages"/gimp-ddim-models_*.deb; do
    name=$(basename "$deb"); name=${name%%_*}
    dpkg-deb -R "$deb" "$work/$name"
    sed -i -e 's/^Version: .*/Version: 0.0.1-1/' -e 's/(= [^)]*)/(= 0.0.1-1)/' \
      "$work/$name/DEBIAN/control"
    mkdir -p "$work/$name/usr/share/gimp-ddim"
    if [ "$name" = gimp-ddim ]; then echo old >"$work/$name/usr/share/gimp-ddim/help/dropped.html"
    else
      cp -a "$work/$name/usr/share/gimp-ddim/weights/fruits" "$work/$name/usr/share/gimp-ddim/weights/dropped"
      echo '{}' >"$work/$name/usr/share/gimp-ddim/weights/fruits/model_index.json"
    fi
    rm -f "$work/$name/DEBIAN/md5sums"
    dpkg-deb -Znone --root-owner-group -b "$work/$name" "$work/${name}_0.0.1-1.deb" >/dev/null
    rm -rf "${work:?}/$name"
  done
}

useradd -m painter
make_former
snapshot >"$work/before"

apt_get install "$work"/*_0.0.1-1.deb
[ -e /usr/share/gimp-ddim/weights/dropped ]
echo "ok: installed 0.0.1-1 with apt"

apt_get install "$packages"/gimp-ddim_*.deb "$packages"/gimp-ddim-models_*.deb
[ "$(dpkg-query -W -f '${Version} ' gimp-ddim)" != "0.0.1-1 " ]
[ ! -e /usr/share/gimp-ddim/weights/dropped ]
[ ! -e /usr/share/gimp-ddim/help/dropped.html ]
dpkg --verify gimp-ddim gimp-ddim-models
echo "ok: upgraded to $(dpkg-query -W -f '${Version}' gimp-ddim)"

(cd "$sources" && runuser -u painter -- debian/tests/variation)
echo "ok: a variation in GIMP $(dpkg-query -W -f '${Version}' gimp), as an ordinary user"

apt_get remove gimp-ddim
[ -z "$(dpkg -L gimp-ddim 2>/dev/null | grep /plug-ins/)" ]
echo "ok: removed"

apt_get purge gimp-ddim gimp-ddim-models
apt_get autoremove --purge
snapshot >"$work/after"
diff "$work/before" "$work/after"
echo "ok: purged without a trace"

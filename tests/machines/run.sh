#!/usr/bin/env bash
# run.sh: many.py, in this root with what two machines need besides
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: run.sh FOLDER
set -euo pipefail

here=$(dirname "$(realpath "$0")")
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  openssh-server openssh-client iproute2 rsync >"$1/apt.log" 2>&1 || { cat "$1/apt.log"; exit 1; }
for how in shared transfer; do
  rm -rf "$1/$how-net"
  unshare --net --mount "$here/hosts.sh" "$1/$how-net" python3 "$here/many.py" "$how" "$1/$how"
done

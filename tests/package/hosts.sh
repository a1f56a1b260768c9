#!/usr/bin/env bash
# hosts.sh: examples/vary-many.sh over ssh on two hosts, one of which dies in the middle
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: hosts.sh PACKAGES SOURCES, as root of a Debian that may be thrown away and has
# GIMP.  A host is an sshd on a loopback address, in a network of this script's own, with
# all that runs under it in one process namespace: whoever ends that ends the host.
set -euo pipefail

packages=$1 sources=$2
work=$(mktemp -d) hosts=(127.0.0.2 127.0.0.3)
declare -A host_process=()

finish () {
  local status=$?
  kill "${host_process[@]}" 2>/dev/null || true
  [ $status = 0 ] || { tail -n 20 "$work"/*.log; echo "not ok: the line above was the last"; }
  rm -rf "$work"
  exit $status
}
trap finish EXIT

if [ "${3:-}" != in-network ]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq
    apt-get install -y -qq --no-install-recommends openssh-server openssh-client parallel iproute2 \
      gir1.2-gimp-3.0 python3-gi "$packages"/gimp-ddim_*.deb "$packages"/gimp-ddim-models_*.deb
  } >"$work/apt.log" 2>&1
  unshare --net "$0" "$packages" "$sources" in-network
  exit
fi

ip link set lo up
mkdir -p /run/sshd /root/.ssh "$work/pictures"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
cp "$work/key.pub" /root/.ssh/authorized_keys
cat >/root/.ssh/config <<CONFIG
IdentityFile $work/key
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
CONFIG
chmod -R go= /root/.ssh

start_host () {
  unshare --pid --fork --kill-child --mount-proc /usr/sbin/sshd -D -e -o "ListenAddress=$1" \
    -o PermitRootLogin=yes -o UsePAM=no -o "PidFile=none" >>"$work/$1.log" 2>&1 &
  host_process[$1]=$!
  for _ in $(seq 100); do ssh "$1" true 2>/dev/null && return; sleep 0.1; done
  echo "no host on $1"; return 1
}


vary_many () {
  (cd "$work" && DDIM_ARGUMENTS="steps=6, strength=0.5" "$sources/examples/vary-many.sh" \
    pictures varied --sshlogin "1/${hosts[0]},1/${hosts[1]}" --workdir "$work" "$@") \
    >>"$work/parallel.log" 2>&1
}

names=(1 2 3 4 5 'six 6' "seven'7")
for name in "${names[@]}"; do cp "$sources/tests/data/photo.png" "$work/pictures/$name.png"; done
for host in "${hosts[@]}"; do start_host "$host"; done
echo "ok: two hosts, ${hosts[*]}"

# The second dies as soon as something is done, and with it what it does then.
vary_many & run=$!
until compgen -G "$work/varied/*.png" >/dev/null; do sleep 0.1; done
kill -KILL "${host_process[${hosts[1]}]}"
if wait "$run"; then echo "a host died, and nobody was told"; exit 1; fi
failed=$(awk 'NR > 1 && $7 != 0' "$work/varied/joblog" | wc -l)
[ "$failed" -gt 0 ]
done_first=$(find "$work/varied" -name '*.png' | wc -l)
[ "$done_first" -lt "${#names[@]}" ]
(cd "$work/varied" && stat -c '%n %i %Y' ./*.png | sort) >"$work/first"
echo "ok: a host died: $done_first of ${#names[@]} done, and the run said that $failed failed"

start_host "${hosts[1]}"
vary_many
for name in "${names[@]}"; do [ -s "$work/varied/$name.png" ]; done
[ "$(find "$work/varied" -name '*.png' | wc -l)" = "${#names[@]}" ]
(cd "$work/varied" && stat -c '%n %i %Y' ./*.png | sort) >"$work/second"
[ -z "$(comm -23 "$work/first" "$work/second")" ]
echo "ok: the same again made the others, and none twice"

for name in "${names[@]}"; do cmp "$work/varied/1.png" "$work/varied/$name.png"; done
echo "ok: both hosts made the same bytes of the same picture"

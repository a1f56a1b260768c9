#!/usr/bin/env bash
# hosts.sh: two machines on a wire, with sshd, for the time of one command
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: hosts.sh FOLDER COMMAND...
#
# Runs as root in a network namespace of its own.  The hosts alpha and beta are network
# namespaces with an address and an sshd each; the command reaches them by these names.
# They share this machine's files (as hosts with a shared file system), but for the
# folder $DDIM_APART, if it is set, and /root: those are their own, and empty.
# `hosts.sh --unplug HOST` takes a host from the wire, then ends all that runs on it:
# no goodbye of its connections gets out.
set -euo pipefail

if [ "$1" = --unplug ]; then
  ip link set "to-$2" down
  ip netns pids "$2" | xargs -r kill -KILL
  exit
fi

folder=$1
shift
mkdir -p "$folder" /run/sshd /root/.ssh
rm -f /run/netns/{alpha,beta} # of a run before
ip link set lo up
ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
: >/root/.ssh/config
number=0
for host in alpha beta; do
  number=$((number + 1))
  ip netns add "$host"
  ip link add "to-$host" type veth peer name eth0 netns "$host"
  ip address add "10.81.$number.1/24" dev "to-$host"
  ip link set "to-$host" up
  ip -n "$host" address add "10.81.$number.2/24" dev eth0
  ip -n "$host" link set lo up
  ip -n "$host" link set eth0 up
  cat >"$folder/$host.conf" <<CONFIG
ListenAddress 10.81.$number.2
HostKey $folder/host
AuthorizedKeysFile $folder/key.pub
PidFile $folder/$host.pid
StrictModes no
UsePAM no
SetEnv DDIM_HOST=$host HOME=/root LANG=C.UTF-8 NO_AT_BRIDGE=1 GIMP3_DIRECTORY=$GIMP3_DIRECTORY
CONFIG
  cat >>/root/.ssh/config <<CONFIG
Host $host
  HostName 10.81.$number.2
  IdentityFile $folder/key
  StrictHostKeyChecking accept-new
  UserKnownHostsFile $folder/known
CONFIG
  # shellcheck disable=SC2016
  ip netns exec "$host" unshare --mount bash -euc '
    mount -t tmpfs tmpfs /root
    [ -z "${DDIM_APART:-}" ] || mount -t tmpfs tmpfs "$DDIM_APART"
    exec /usr/sbin/sshd -f "$0" -E "$0.log"' "$folder/$host.conf"
done
for host in alpha beta; do ssh -o ConnectionAttempts=5 "$host" true; done
"$@"

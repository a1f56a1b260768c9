#!/bin/sh
# vary-many.sh: a variation of each PNG of a folder, on many processors or machines
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: vary-many.sh FOLDER RESULTS [--transfer] [OPTION OF GNU PARALLEL...]
#
# The same again goes on where it was interrupted: what is done is not done
# again, what failed or was killed is.  RESULTS/joblog tells of each file.
#
#   vary-many.sh photos varied --jobs 4
#   vary-many.sh photos varied --sshlogin 8/alpha,4/beta,: --workdir .
#   vary-many.sh photos varied --transfer --sshlogin 8/alpha,4/beta
#
# The second runs 8 jobs on alpha, 4 on beta and some here; both have GIMP, the
# plug-in, and these folders under the same paths (a shared file system).  The third
# is for machines that share no files: each picture is sent, and its result fetched,
# by rsync, and nothing stays there.  What fails on one machine is tried on the next,
# so a machine may be switched off meanwhile.
set -eu
folder=$1 results=$2 here=$(dirname "$0")
shift 2

# The list is made once: the job log counts its lines.
mkdir -p "$results"
[ -f "$results/list" ] || {
  find "$folder" -maxdepth 1 -name '*.png' | sort >"$results/list.part"
  mv "$results/list.part" "$results/list"
}

case " $* " in
  *" --sshlogin"*|*" -S"*|*" --slf"*) set -- --retries 3 "$@" ;;
esac
# A machine that no longer answers says no goodbye.
export PARALLEL_SSH="${PARALLEL_SSH:-ssh -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3}"

transfer=no
for option; do # all of them again, but for our own
  shift
  if [ "$option" = --transfer ]; then transfer=yes
  else set -- "$@" "$option"
  fi
done
[ $transfer = no ] || set -- "$@" --transferfile '{}' --return "$results/{/}" --cleanup \
  --basefile "$here/vary-one.sh" --basefile "$here/vary.py" --basefile "$here/ddim_pdb.py"

exec parallel --quote --joblog "$results/joblog" --resume-failed --arg-file "$results/list" \
  --env DDIM_ARGUMENTS --env GIMP_CONSOLE "$@" "$here/vary-one.sh" {} "$results/{/}"

#!/bin/sh
# vary-many.sh: a variation of each PNG of a folder, on many processors or machines
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: vary-many.sh FOLDER RESULTS [OPTION OF GNU PARALLEL...]
#
# The same again goes on where it was interrupted: what is done is not done
# again, what failed or was killed is.  RESULTS/joblog tells of each file.
#
#   vary-many.sh photos varied --jobs 4
#   vary-many.sh photos varied --sshlogin 8/alpha,4/beta,: --workdir .
#
# The second runs 8 jobs on alpha, 4 on beta and some here; both have GIMP, the
# plug-in, and these folders under the same paths (a shared file system).
# Without one, let parallel carry the files:
#
#   ls photos/*.png | parallel --joblog varied/joblog --resume-failed \
#     --sshlogin 8/alpha,4/beta --basefile examples/vary-one.sh \
#     --basefile examples/vary.py --basefile examples/ddim_pdb.py \
#     --transferfile {} --return varied/{/} --cleanup \
#     'mkdir -p varied && examples/vary-one.sh {} varied/{/}'
set -eu
folder=$1 results=$2
shift 2

# The list is made once: the job log counts its lines.
mkdir -p "$results"
[ -f "$results/list" ] || {
  find "$folder" -maxdepth 1 -name '*.png' | sort >"$results/list.part"
  mv "$results/list.part" "$results/list"
}

exec parallel --quote --joblog "$results/joblog" --resume-failed --arg-file "$results/list" \
  --env DDIM_ARGUMENTS --env GIMP_CONSOLE "$@" "$(dirname "$0")/vary-one.sh" {} "$results/{/}"

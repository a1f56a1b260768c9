#!/bin/sh
# vary-one.sh: a variation of one file, all of it or nothing
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: vary-one.sh SOURCE TARGET
#
# The arguments of plug-in-ddim-variation, as Python: DDIM_ARGUMENTS="strength=0.3, seed=7".
# TARGET appears under its name only when it is whole; where it is there already
# nothing is done.  GIMP ends with an error where the variation failed.
set -eu
[ ! -e "$2" ] || exit 0
mkdir -p "$(dirname "$2")"

DDIM_HERE=$(dirname "$0") DDIM_SOURCE=$1 DDIM_TARGET=$2
export DDIM_HERE DDIM_SOURCE DDIM_TARGET
"${GIMP_CONSOLE:-gimp-console}" -i --batch-interpreter=python-fu-eval -b "
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.environ['DDIM_HERE'])
import vary
vary.file(os.environ['DDIM_SOURCE'], os.environ['DDIM_TARGET'], ${DDIM_ARGUMENTS:-})" --quit
[ -e "$2" ]

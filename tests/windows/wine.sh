#!/bin/sh
# wine.sh: a program for Windows, in Wine, without its windows and without talk
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wine 10 dies of TMPDIR.  What it looks for and a root of Debian's 64 bits has not
# (programs of 32 bits, .NET, a browser) no test needs.
unset TMPDIR
export WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
exec /usr/lib/wine/wine64 "$@"

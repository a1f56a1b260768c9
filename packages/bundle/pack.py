#!/usr/bin/env python3
# pack.py: a folder as FOLDER.tar.gz and FOLDER.zip, the same bytes for the same files
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: pack.py FOLDER TIME

import gzip
import sys
import tarfile
import time
import zipfile
from pathlib import Path

folder, moment = Path(sys.argv[1]), int(sys.argv[2])
paths = [folder, *sorted(folder.rglob('*'))]


def plain(entry):
    """The same for whoever packs."""
    entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = moment, 0, 0, '', ''
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


# Networks of numbers hardly compress: the little there is, quickly.
with open(f'{folder}.tar.gz', 'wb') as raw, \
     gzip.GzipFile('', 'wb', compresslevel=1, fileobj=raw, mtime=moment) as packed, \
     tarfile.open(fileobj=packed, mode='w', format=tarfile.PAX_FORMAT) as archive:
    for path in paths:
        archive.add(path, path.relative_to(folder.parent), recursive=False, filter=plain)

with zipfile.ZipFile(f'{folder}.zip', 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
    for path in paths:
        name = str(path.relative_to(folder.parent)) + ('/' if path.is_dir() else '')
        entry = zipfile.ZipInfo(name, time.gmtime(moment)[:6])
        entry.create_system = 3  # the attributes are a mode
        entry.compress_type = zipfile.ZIP_DEFLATED
        if path.is_dir():
            entry.external_attr = 0o040755 << 16 | 0x10
            archive.writestr(entry, b'')
        else:
            entry.external_attr = (0o100755 if path.stat().st_mode & 0o100 else 0o100644) << 16
            archive.writestr(entry, path.read_bytes())

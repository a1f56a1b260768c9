#!/usr/bin/env python3
# flatpak.py: the Flatpak manifest, and what its options install
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: flatpak.py MANIFEST STAGE; prints TAP.  Needs flatpak-builder and
# appstreamcli compose, but no runtime and no network.

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

manifest_path, stage = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
manifest = json.loads(manifest_path.read_text())
module = manifest['modules'][0]
identity = manifest['id']
name = identity.rsplit('.', 1)[1]
# As org.gimp.GIMP's own manifest has it: "directory": "extensions", "subdirectories",
# "merge-dirs": "plug-ins;scripts".
prefix = stage / 'app/extensions' / name
folder = prefix / 'plug-ins' / name
_tests = []


def test(function):
    _tests.append(function)
    return function


@test
def reads():
    """Flatpak's own reader takes the manifest, and knows all that is in it"""
    done = subprocess.run(['flatpak-builder', '--show-manifest', manifest_path],
                          capture_output=True, text=True, cwd=manifest_path.parent)
    assert done.returncode == 0 and 'nknown' not in done.stderr, done.stderr
    shown = json.loads(done.stdout)

    def contains(whole, part, where):
        if isinstance(part, dict):
            for key in part:
                assert key in whole, f'{where}.{key} was dropped'
                contains(whole[key], part[key], f'{where}.{key}')
        elif isinstance(part, list):
            assert len(whole) == len(part), where
            for i, item in enumerate(part):
                contains(whole[i], item, f'{where}[{i}]')
        else:
            assert whole == part, f'{where}: {whole}, {part}'

    contains(shown, manifest, identity)


@test
def pinned():
    """Every source is pinned by the hash of what is there, and holds this version"""
    for source in module['sources']:
        archive = manifest_path.parent / source['path']
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == source['sha256']
        with tarfile.open(archive) as content:
            assert f"{archive.name.removesuffix('.tar.gz')}/meson.build" in content.getnames()


@test
def place():
    """The extension is a folder in GIMP's extension point, and its program one in that"""
    assert identity.startswith('org.gimp.GIMP.Plugin.') and manifest['runtime'] == 'org.gimp.GIMP'
    assert manifest['build-extension'] is True
    assert manifest['build-options']['prefix'] == f'/app/extensions/{name}'
    assert os.access(folder / name, os.X_OK)


@test
def staged():
    """What is installed is the plug-in with all it looks for, and nothing elsewhere"""
    for path in ['help/index.html', 'locale/ko/LC_MESSAGES/gimp-ddim.mo',
                 'weights/photo/unet/diffusion_pytorch_model.safetensors',
                 'weights/photo/CREDITS.md']:
        assert (folder / path).stat().st_size > 0, path
    described = prefix / 'share/metainfo' / f'{identity}.metainfo.xml'
    assert described.stat().st_size > 0
    outside = [path for path in stage.rglob('*')
               if not path.is_dir() and folder not in path.parents and path != described]
    assert not outside, outside
    strange = {path.name for path in folder.iterdir()} - {name, 'help', 'locale', 'weights'}
    assert not strange, strange


@test
def composes():
    """The commands after the installation work, and make the catalogue's entry"""
    source = manifest_path.parent / 'unpacked'
    source.mkdir(exist_ok=True)
    (source / 'LICENSE').write_text('a licence\n')
    for command in module['post-install']:
        done = subprocess.run(['sh', '-euc', command], cwd=source, capture_output=True, text=True,
                              env={**os.environ, 'FLATPAK_DEST': str(prefix)})
        assert done.returncode == 0, f'{command}: {done.stdout}{done.stderr}'
    assert (prefix / 'share/licenses' / name / 'LICENSE').exists()
    catalogue = list((prefix / 'share/app-info/xmls').glob('*.xml.gz'))
    assert len(catalogue) == 1, catalogue


failed = False
for number, function in enumerate(_tests, 1):
    try:
        function()
        print(f'ok {number} {function.__doc__}')
    except Exception as failure:
        failed = True
        print(f'not ok {number} {function.__doc__}\n# {failure!r}')
print(f'1..{len(_tests)}')
sys.exit(failed)

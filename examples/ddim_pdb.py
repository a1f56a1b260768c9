# ddim_pdb.py: what the Python examples share
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp, Gio  # noqa: E402

QUIET = Gimp.RunMode.NONINTERACTIVE


def call(name, **arguments):
    """Runs a procedure of GIMP's by its arguments' names; the others take their
    defaults.  Returns its values, from 1 on; raises what it complains of."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    if not procedure:
        raise RuntimeError(f'GIMP has no {name}: is the plug-in installed?')
    config = procedure.create_config()
    for key, value in arguments.items():
        key = key.replace('_', '-')
        if isinstance(value, list):
            config.set_core_object_array(key, value)
        else:
            config.set_property(key, value)
    values = procedure.run(config)
    if values.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(Gimp.get_pdb().get_last_error())
    return values


def load(path):
    return Gimp.file_load(QUIET, Gio.File.new_for_path(path))


def save(image, path, export=None, **options):
    """Writes beside `path` first: whoever sees it there sees all of it."""
    folder, name = os.path.split(path)
    part = os.path.join(folder, '.part.' + name)
    file = Gio.File.new_for_path(part)
    if export:
        call(export, run_mode=QUIET, image=image, file=file, **options)
    elif not Gimp.file_save(QUIET, image, file, None):
        raise RuntimeError(f'GIMP could not write {path}')
    os.replace(part, path)

# demo.py: a variation of a photograph, as ./dev demo shows it
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs inside gimp-console.  Opens $DEMO_PHOTO, selects a feathered ellipse in
# its middle, runs plug-in-ddim-variation at full strength, and writes
# before.png and after.png into $DEMO_OUT.

import os
import time

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp, Gio  # noqa: E402


def call(name, **arguments):
    procedure = Gimp.get_pdb().lookup_procedure(name)
    if procedure is None:
        raise SystemExit(f'GIMP has no procedure {name}')
    config = procedure.create_config()
    for key, value in arguments.items():
        if key == 'drawables':
            config.set_core_object_array(key, value)
        else:
            config.set_property(key.replace('_', '-'), value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise SystemExit(f'{name}: {result.index(1)}')


def write(image, name):
    path = os.path.join(os.environ['DEMO_OUT'], name)
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    return path


start = time.monotonic()
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE,
                       Gio.File.new_for_path(os.environ['DEMO_PHOTO']))
w, h = image.get_width(), image.get_height()
image.select_ellipse(Gimp.ChannelOps.REPLACE, w * 0.3, h * 0.2, w * 0.4, h * 0.6)
Gimp.Selection.feather(image, 20)
before = write(image, 'before.png')
opened = time.monotonic()

call('plug-in-ddim-variation', run_mode=Gimp.RunMode.NONINTERACTIVE, image=image,
     drawables=image.get_selected_layers(), strength=1.0, seed=1)
varied = time.monotonic()
after = write(image, 'after.png')

print(f'GIMP, open {opened - start:4.0f} s')
print(f'variation  {varied - opened:4.0f} s')
print(f'before     {before}')
print(f'after      {after}', flush=True)

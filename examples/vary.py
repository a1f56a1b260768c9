# vary.py: variations of files
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   gimp-console -i --batch-interpreter=python-fu-eval -b "
#   import sys; sys.path.insert(0, 'examples'); import vary
#   vary.folder('photos', 'varied', strength=0.3, seed=7)" --quit
#
# What `arguments` may be: doc/procedures.md, plug-in-ddim-variation.

import os

from ddim_pdb import call, load, save


def file(source, target, **arguments):
    """A variation of a file into another; its layers become one."""
    image = load(source)
    layer = image.flatten() if len(image.get_layers()) > 1 else image.get_layers()[0]
    call('plug-in-ddim-variation', image=image, drawables=[layer], **arguments)
    save(image, target)
    image.delete()


def folder(source, target, **arguments):
    """A variation of each PNG of a folder into another folder, those left out
    that are there already.  Returns how many it made."""
    os.makedirs(target, exist_ok=True)
    made = 0
    for name in sorted(os.listdir(source)):
        result = os.path.join(target, name)
        if name.lower().endswith('.png') and not os.path.exists(result):
            file(os.path.join(source, name), result, **arguments)
            made += 1
    return made


def several(source, target, count, **arguments):
    """`count` variations of a file, encoded only once: target is a pattern
    such as 'varied/cat-%02d.png'."""
    image = load(source)
    layer = image.get_layers()[0]
    values = call('plug-in-ddim-variation', image=image, drawables=[layer],
                  output='new-layers', count=count, **arguments)
    layers = values.get_core_object_array(1)
    for number, shown in enumerate(layers, 1):
        for each in layers:
            each.set_visible(each == shown)
        copy = image.duplicate()
        copy.merge_visible_layers(0)
        save(copy, target % number)
        copy.delete()
    image.delete()

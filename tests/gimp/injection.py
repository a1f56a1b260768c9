# injection.py: what fails or dies when a test wants it to, and what must be left
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# refuse.c, which run.py preloads, reads what refuse () writes.

import glob
import re

from harness import *
from rows import *
from user import process_ids

REFUSE = os.environ['DDIM_REFUSE']


def refuse(kind, number):
    with open(REFUSE, 'w') as file:
        file.write(f'{kind} {number}')


def was_refused():
    """Whether it came to that; from now on nothing is refused."""
    if os.path.exists(REFUSE):
        os.remove(REFUSE)
        return False
    return True


def told():
    """The name of GIMP's procedure that was refused, if it was one."""
    path = REFUSE + '.told'
    if not os.path.exists(path):
        return ''
    with open(path) as file:
        name = file.read()
    os.remove(path)
    return name


def is_of_another(path):
    """Whether it is the swap file of a process that lives and is not the plug-in's."""
    process = re.search(r'gegl-swap-(\d+)', path)
    return bool(process) and os.path.exists(f'/proc/{process[1]}') and \
        int(process[1]) not in process_ids()


def lying_about():
    """The swap files, and GIMP's shared memory."""
    return {path for place in (os.path.join(OUT, 'swap'), '/dev/shm')
            for path in glob.glob(os.path.join(place, '*'))
            if ('gegl-swap' in path or 'gimp' in path) and not is_of_another(path)}


_before = set()


def note_what_lies_about():
    """What is there already, of GIMP itself, is not left over."""
    if not _before:
        _before.update(lying_about())


def left_over():
    """What runs have left behind since then: processes, swap files, shared memory."""
    return process_ids() + sorted(lying_about() - _before)


def looks():
    """All that can be seen of all images, but for the numbers that GIMP gives."""
    return [[image.get_precision(), read_bytes(image.get_selection()), image.get_resolution(),
             [[item.get_name(), item.get_offsets(), item.get_visible(), item.get_parasite_list(),
               item.get_mode(), item.get_opacity(), item.is_group() or read_bytes(item)]
              for item in walk(image.get_layers())],
             [item.get_name() for item in image.get_channels()]]
            for image in Gimp.get_images()]


def fresh():
    for image in Gimp.get_images():
        image.delete()
    image, layers = two_of_an_image()
    image.clean_all()
    return image, layers

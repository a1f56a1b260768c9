# counts.py: memory does not grow with the number of results
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The peak (VmHWM) of the plug-in's process for 4 and for 64 results of 256 x 256,
# which go through the network some at a time and are written as they come.  What may
# be left of them is the layers themselves: 64 of 256 x 256 x 4 bytes are 17 MB.

import os
import threading
import time

from harness import *
from user import process_ids

SIDE = 256
LEEWAY = 60  # MB: the layers, and what GEGL keeps of them
MODEL = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden', 'models', 'one-level')


def peak_of(run):
    """The peak in MB of the plug-in's process while `run` runs."""
    peak, done = [0], threading.Event()

    def look():
        while not done.is_set():
            for pid in process_ids():
                try:
                    with open(f'/proc/{pid}/status') as status:
                        peak[0] = max([peak[0]] + [int(line.split()[1]) for line in status
                                                   if line.startswith('VmHWM')])
                except OSError:
                    pass  # it has ended
            time.sleep(0.02)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        status = run()
    finally:
        done.set()
        thread.join()
    assert status == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    assert peak[0] > 0, 'no process of the plug-in was seen'
    return peak[0] / 1e3


def variations(n, **arguments):
    image, layer = new_image(SIDE, SIDE)
    peak = peak_of(lambda: run_procedure(image, layer, count=n, output='new-layers', steps=2,
                                         **arguments).index(0))
    assert len(image.get_layers()) >= 2
    image.delete()
    return peak


def frames(n):
    image, layer = new_image(SIDE, SIDE)
    other = layer.copy()
    image.insert_layer(other, None, 0)
    procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-interpolate')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', [layer, other])
    for name, value in {'frames': n, 'steps': 2, 'depth': 0.5, 'model': MODEL}.items():
        config.set_property(name, value)
    peak = peak_of(lambda: procedure.run(config).index(0))
    image.delete()
    return peak


def compare(make):
    few, many = make(4), make(64)
    assert many < few + LEEWAY, f'{few:.0f} MB for 4, {many:.0f} MB for 64'
    return f'{few:.0f} MB for 4, {many:.0f} MB for 64'


test_case('variations', lambda: compare(lambda n: variations(n, model=MODEL, texture='model')))
test_case('frames', lambda: compare(frames))
run_tests()

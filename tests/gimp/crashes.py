# crashes.py: GIMP itself is killed while the plug-in works for it
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs outside of GIMP, and starts GIMPs that open a picture and call a procedure.  What
# was open is lost with GIMP.  The picture's file is as it was, the plug-in ends, and
# nothing of it is left.  $DDIM_KILLS is how many GIMPs are killed, $DDIM_SEED what the
# moments are drawn from.

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from display import wait_for
from small_png import write_picture
from user import process_ids

KILLS = int(os.environ.get('DDIM_KILLS', 6))
SEED = int(os.environ.get('DDIM_SEED', 1))
OUT = Path(os.environ['DDIM_OUT'])
PICTURE = OUT / 'picture.png'

PROCEDURES = {
    'variation': "steps=6, strength=0.5, output='replace'",
    'variation, new layers': "steps=6, strength=0.5, output='new-layers'",
    'texture': 'width=256, height=240, steps=10',
}
SCRIPT = '''
from gi.repository import Gimp, Gio
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({picture!r}))
procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-{procedure}')
config = procedure.create_config()
config.set_property('image', image)
config.set_core_object_array('drawables', image.get_layers())
for name, value in dict({arguments}).items():
    config.set_property(name, value)
assert procedure.run(config).index(0) == Gimp.PDBStatusType.SUCCESS
'''


def start(name):
    script = SCRIPT.format(picture=str(PICTURE), procedure=name.split(',')[0],
                           arguments=PROCEDURES[name])
    return subprocess.Popen([os.environ['GIMP_CONSOLE'], '-i', '--batch-interpreter=python-fu-eval',
                             '-b', script, '--quit'], stdin=subprocess.DEVNULL,
                            stdout=sys.stdout, stderr=subprocess.STDOUT)


def wait_for_start(gimp, name):
    """Waits for the plug-in, which may not be there for long."""
    while not process_ids():
        assert gimp.poll() is None, f'{name} does not start'


def duration(name):
    """Seconds from the plug-in's start to its end."""
    gimp = start(name)
    wait_for_start(gimp, name)
    began = time.monotonic()
    assert wait_for(lambda: not process_ids(), 60)
    took = time.monotonic() - began
    assert gimp.wait() == 0, name
    return took


def swap_files(processes):
    """Those of these processes, which have ended."""
    return [path for process in processes for path in (OUT / 'swap').glob(f'gegl-swap-{process}-*')]


def crash(name, moment, picture):
    """Kills a GIMP so long after its plug-in has started."""
    gimp = start(name)
    wait_for_start(gimp, name)
    plug_ins = process_ids()
    time.sleep(moment)
    gimp.kill()
    gimp.wait()
    where = f'{name}, after {moment:.3f} s'
    assert wait_for(lambda: not process_ids(), 10), f'{where}: the plug-in runs on'
    assert PICTURE.read_bytes() == picture, f'{where}: the file was changed'
    assert not swap_files(plug_ins), f'{where}: {swap_files(plug_ins)}'


def main():
    draw = random.Random(SEED)
    write_picture(PICTURE)
    picture = PICTURE.read_bytes()
    assert start('variation').wait() == 0  # GIMP asks the plug-in, once, what it does
    with open(os.environ['DDIM_TAP'], 'w') as tap:
        for number, name in enumerate(PROCEDURES, 1):
            try:
                longest = duration(name)
                for _ in range(max(1, KILLS // len(PROCEDURES))):
                    crash(name, draw.uniform(0, longest), picture)
                tap.write(f'ok {number} {name}\n')
            except AssertionError as problem:
                tap.write(f'not ok {number} {name}\n# {problem}\n')
            tap.flush()
        tap.write(f'1..{len(PROCEDURES)}\n')


main()

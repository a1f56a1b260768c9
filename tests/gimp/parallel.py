# parallel.py: many files in two slots, one of them killed in the middle
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs outside of GIMP, and starts GIMPs as a user of examples/vary-many.sh does.

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from small_png import write_picture

EXAMPLES = Path(os.environ['PYTHONPATH']).parent.parent / 'examples'
OUT = Path(os.environ['DDIM_OUT'])
NAMES = ['a.png', 'b b.png', "c'c.png"]
VICTIM = 'b b.png'

pictures, results = OUT / 'the pictures', OUT / 'results'
checks = []


def check(name, passed):
    checks.append(f'{"ok" if passed else "not ok"} {len(checks) + 1} {name}')


def vary_many():
    return subprocess.Popen(
        [str(EXAMPLES / 'vary-many.sh'), str(pictures), str(results), '--jobs', '2'],
        stdin=subprocess.DEVNULL, stdout=sys.stdout, stderr=subprocess.STDOUT,
        env=dict(os.environ, DDIM_ARGUMENTS='steps=4, strength=0.5'))


def find_working(name):
    """The number of the GIMP whose plug-in works on a picture: of its parent."""
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            command = (folder / 'cmdline').read_bytes().split(b'\0')
            surroundings = (folder / 'environ').read_bytes()
            parent = int((folder / 'stat').read_text().rsplit(')', 1)[1].split()[1])
        except OSError:
            continue
        if command[0].endswith(b'/gimp-ddim') and b'-run' in command and \
                f'DDIM_SOURCE={pictures / name}\0'.encode() in surroundings:
            return parent
    return None


def log():
    lines = (results / 'joblog').read_text().splitlines()[1:]
    return [line.split('\t') for line in lines]


def state():
    """What was done, and when."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in results.glob('*.png')}


for folder in (pictures, results):
    shutil.rmtree(folder, ignore_errors=True)
pictures.mkdir()
for name in NAMES:
    write_picture(pictures / name)

# The first run: one GIMP is killed while the plug-in works for it.
run = vary_many()
victim = None
while run.poll() is None and victim is None:
    victim = find_working(VICTIM)
    time.sleep(0.02)
if victim:
    os.kill(victim, signal.SIGKILL)
status = run.wait()
first = state()
check('a GIMP was killed in the middle, and the run says that a job failed',
      victim is not None and status != 0)
check('the others are done, each once, and the killed one is not there',
      sorted(first) == sorted(set(NAMES) - {VICTIM}) and len(log()) == len(NAMES))

# The same again.
status = vary_many().wait()
second = state()
check('the same again makes what is missing, and nothing else',
      status == 0 and [line[0] for line in log()[len(NAMES):]] == ['2'])
check('nothing is lost', sorted(second) == sorted(NAMES))
check('nothing is done twice', all(second[name] == first[name] for name in first))
check('nothing half is left', not list(results.glob('.part*')))

# And once more: nothing to do.
status = vary_many().wait()
check('a run after that does nothing', status == 0 and state() == second)

with open(os.environ['DDIM_TAP'], 'w') as tap:
    tap.write('\n'.join(checks + [f'1..{len(checks)}']) + '\n')

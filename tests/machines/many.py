#!/usr/bin/env python3
# many.py: many files on two machines, one of which dies in the middle
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: many.py shared|transfer FOLDER      (run by hosts.sh)
#
# Uses examples/vary-many.sh as its user does, from a folder that holds the examples
# and the pictures; FOLDER is made anew.

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tests/gimp'))
from small_png import write_picture  # noqa: E402

how, out = sys.argv[1], Path(sys.argv[2])
NAMES = ['a.png', 'b b.png', "c'c.png", 'd.png', 'ü.png', 'f.png']
OPTIONS = {'shared': ['--workdir', '.'], 'transfer': ['--transfer']}[how]
faults = []


def check(name, passed):
    print(f'{"ok" if passed else "not ok"}: {how}: {name}', flush=True)
    if not passed:
        faults.append(name)


def works_on(host):
    """Whether a plug-in runs there."""
    numbers = subprocess.run(['ip', 'netns', 'pids', host], capture_output=True, text=True).stdout
    for number in numbers.split():
        try:
            command = Path(f'/proc/{number}/cmdline').read_bytes().split(b'\0')
        except OSError:
            continue
        if command[0].endswith(b'/gimp-ddim') and b'-run' in command:
            return True
    return False


def log():
    """Of each job that ended, in order: its number, its host, its exit status."""
    lines = [line.split('\t') for line in Path('varied/joblog').read_text().splitlines()[1:]]
    return [(int(line[0]), line[1], int(line[6])) for line in lines]


def made():
    return {path.name: path.stat().st_mtime_ns for path in Path('varied').glob('*.png')}


shutil.rmtree(out, ignore_errors=True)
(out / 'photos').mkdir(parents=True)
shutil.copytree(ROOT / 'examples', out / 'examples')
os.chdir(out)
for name in NAMES:
    write_picture(Path('photos') / name)

command = ['examples/vary-many.sh', 'photos', 'varied', *OPTIONS, '--sshlogin', '1/alpha,1/beta']
surroundings = dict(os.environ, DDIM_ARGUMENTS='steps=4, strength=0.5')
with open('log', 'w') as output:
    run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                           env=surroundings)
    # Once both machines have done something, the second dies at its work.
    died = False
    before = {}
    while run.poll() is None and not died:
        if len(made()) >= 2 and works_on('beta'):
            before = made()
            subprocess.run([ROOT / 'tests/machines/hosts.sh', '--unplug', 'beta'], check=True)
            died = True
        time.sleep(0.02)
    status = run.wait()

check('a machine died at its work', died and len(before) < len(NAMES))
check('the run says that all is done', status == 0)
check('no file is lost', sorted(made()) == sorted(NAMES))
check('what was done before is not done again', all(made()[name] == when
                                                    for name, when in before.items()))
done = [number for number, host, exit_status in log() if exit_status == 0]
check('every file is done once', sorted(done) == list(range(1, len(NAMES) + 1)))
hosts = {host for _, host, _ in log()}
check('both machines worked, and the living one did the rest', hosts == {'alpha', 'beta'})
check('nothing half is left', not list(Path('varied').glob('.part*')))
if how == 'transfer':
    left = subprocess.run(['ssh', 'alpha', 'find . -name "*.png" -o -name vary-one.sh'],
                          capture_output=True, text=True)
    check('nothing stays on the other machine', left.returncode == 0 and not left.stdout)

after = made()
status = subprocess.run(command, stdin=subprocess.DEVNULL, env=surroundings,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
check('a run after that does nothing', status == 0 and made() == after)
if faults:
    print(Path('log').read_text(), Path('varied/joblog').read_text())
sys.exit(bool(faults))

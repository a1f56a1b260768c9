#!/usr/bin/env python3
# run.py: runs a test script inside a real GIMP
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: run.py console|display|outside SCRIPT
#
# Installs the built plug-in into a GIMP profile of the test's own, runs the
# script with GIMP's Python or Script-Fu console, and passes on the TAP that
# the script wrote to the file $DDIM_TAP.  A GIMP that dies, hangs or leaves
# the plan unfulfilled is a failure.  Whether it hangs is judged by time of its
# own (own_time.py): beside other work all takes many times as long.

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from own_time import OwnTime

# The scripts that run in another language than English.
LANGUAGES = {'korean': 'ko_KR', 'dialog-korean': 'ko_KR', 'dialog-german': 'de_DE'}

# The scripts that have something fail, by refuse.c.
INJECTED = {'faults', 'kills'}

# Keys of GIMP's own, which a test's user presses in the image's window.
SHORTCUTS = '''(file-version 1)
(action "layers-lock-content" "<Primary>F9")
(action "layers-delete" "<Primary>F8")
(action "channels-selection-replace" "<Primary>F7")
(action "plug-in-ddim-texture" "<Primary>F6")
'''

# Seconds of its own that a script may take; the longest takes a quarter of it.
TIMEOUT = int(os.environ.get('DDIM_TIMEOUT', 840))


def install(build, profile):
    """Puts what `meson install` installs, or the folder $DDIM_PLUG_IN, into the profile."""
    stage = profile / 'stage'
    target = profile / 'plug-ins' / 'gimp-ddim'
    shutil.rmtree(stage, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    if 'DDIM_PLUG_IN' in os.environ:
        shutil.copytree(os.environ['DDIM_PLUG_IN'], target)
        return
    subprocess.run(['meson', 'install', '-C', str(build), '--no-rebuild', '--quiet',
                    '--destdir', str(stage)], check=True, stdout=subprocess.DEVNULL)
    found = list(stage.glob('**/plug-ins/gimp-ddim'))
    if len(found) != 1:
        raise RuntimeError(f'{len(found)} plug-in folders were installed')
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(found[0], target)
    shutil.rmtree(stage)


def command(where, script, tap):
    if where == 'outside':  # the script starts GIMPs itself
        return [sys.executable, str(script)]
    if script.suffix == '.scm':
        interpreter = 'plug-in-script-fu-eval'
        batch = (f'(script-fu-use-v3) (define tap-path "{tap}") '
                 f'(define out "{tap.parent}") '
                 f'(define examples "{script.parent.parent.parent / "examples"}") '
                 f'(load "{script}")')
    else:
        interpreter = 'python-fu-eval'
        batch = f"exec(compile(open('{script}').read(), '{script}', 'exec'))"
    options = [f'--batch-interpreter={interpreter}', '-b', batch, '--quit']
    console = os.environ.get('GIMP_CONSOLE', 'gimp-console-3.0')
    if where == 'console':
        return [console, '-i', *options]
    return ['xvfb-run', '-a', '-s', '-screen 0 1280x900x24', 'sh', '-c',
            'openbox & exec "$@"', 'sh', console.replace('gimp-console', 'gimp'),
            '--no-splash', '--new-instance', *options]


def wait_for(gimp):
    """Waits for it to end; returns its status.  Where it hangs, all of its session is
    ended."""
    time = OwnTime(gimp.pid)
    while True:
        try:
            return gimp.wait(5)
        except subprocess.TimeoutExpired:
            pass
        if time.passed(TIMEOUT):
            for path in Path('/proc').glob('[0-9]*'):
                try:
                    if os.getsid(int(path.name)) == gimp.pid:
                        os.kill(int(path.name), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            gimp.wait()
            return 'a timeout'


def main():
    where, script = sys.argv[1], Path(sys.argv[2])
    build = Path(os.environ['MESON_BUILD_ROOT'])
    work = build / 'tests' / 'gimp' / script.stem
    profile, tap = work / 'profile', work / 'tap'
    work.mkdir(parents=True, exist_ok=True)
    for old in [tap, *work.glob('watch*'), *work.glob('refuse*')]:
        old.unlink(missing_ok=True)
    install(build, profile)

    environment = dict(os.environ,
                       GIMP3_DIRECTORY=str(profile), HOME=str(work),
                       XDG_DATA_HOME=str(work / 'data'),
                       DDIM_TAP=str(tap), DDIM_OUT=str(work), DDIM_WATCH=str(work / 'watch'),
                       GTK_MODULES=os.environ.get('DDIM_WATCH_MODULE', ''),
                       PYTHONPATH=str(script.parent), PYTHONDONTWRITEBYTECODE='1')
    if script.stem in INJECTED:
        environment.update(LD_PRELOAD=os.environ['DDIM_REFUSE_MODULE'],
                           DDIM_REFUSE=str(work / 'refuse'))
    language = LANGUAGES.get(script.stem)
    locale = f'{language}.UTF-8' if language else 'C.UTF-8'
    environment.update(LANG=locale, LC_ALL=locale, LANGUAGE=language or 'en')

    # nothing greets the user before the test does
    scheme = 'light' if script.stem.endswith('-light') else 'dark'
    (profile / 'gimprc').write_text('(show-welcome-dialog no)\n(check-updates no)\n'
                                    f'(theme-color-scheme {scheme})\n')

    if script.stem in INJECTED | {'crashes'}:  # so that little is kept in memory
        (work / 'swap').mkdir(exist_ok=True)
        with open(profile / 'gimprc', 'a') as gimprc:
            gimprc.write(f'(tile-cache-size 1M)\n(swap-path "{work / "swap"}")\n')

    (profile / 'shortcutsrc').write_text(SHORTCUTS)

    # GIMP asks each of its own plug-ins what it does when a profile is new, for
    # ten seconds: what it was told once, in English, serves the other profiles
    known, told = profile / 'pluginrc', build / 'tests' / 'gimp' / 'pluginrc'
    if environment['LANGUAGE'] == 'en' and told.exists() and not known.exists():
        shutil.copy(told, known)

    log = work / 'log'
    with open(log, 'w') as output:
        status = wait_for(subprocess.Popen(command(where, script, tap), env=environment,
                                           stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=subprocess.STDOUT, start_new_session=True))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)

    text = tap.read_text() if tap.exists() else ''
    print(text, end='')
    print(f'# {used.ru_utime + used.ru_stime:.0f} s of processors')
    if status != 0 or '1..' not in text:
        print(''.join(f'# {line}\n' for line in log.read_text().splitlines()[-40:]))
        print(f'Bail out! GIMP ended with {status}; its output is in {log}')
        return 1

    # GIMP's own word on the keys of a dialog: Alt and that key would reach the other.
    doubled = sorted({line for line in log.read_text(errors='replace').splitlines()
                      if 'duplicate mnemonic' in line})
    if doubled:
        print(''.join(f'# {line}\n' for line in doubled))
        print('Bail out! GIMP says that two controls have the same key')
        return 1

    if environment['LANGUAGE'] == 'en' and known.exists() and not told.exists():
        shutil.copy(known, told)
    return 0


sys.exit(main())

# user.py: a user at a display, played by xdotool
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A script calls a procedure interactively, which waits for its dialog; what
# the user does meanwhile runs in a thread beside it, and touches nothing of
# GIMP but its windows.  Failures of either side are the test's.

import glob
import os
import subprocess
import threading
import time

from display import screenshot, wait_for, window
from harness import PROCEDURE, Gimp

# The dialog's title in the languages that tests run in.
TITLE = {'ko': '^DDIM 변주$', 'de': '^DDIM-Variation$'}.get(os.environ['LANGUAGE'][:2],
                                                        '^DDIM Variation$')
WATCH = os.environ.get('DDIM_WATCH')
# What is called, and its title; see playing ().
_what = {'procedure': PROCEDURE, 'title': TITLE}
SETTINGS = os.path.join(os.environ['GIMP3_DIRECTORY'], 'plug-in-settings', '*.last')


def xdotool(*arguments):
    return subprocess.run(['xdotool', *map(str, arguments)], capture_output=True, text=True,
                          timeout=30)


def playing(procedure, title):
    """The dialogs from here on are this procedure's."""
    _what.update(procedure=procedure, title=title)


def wait_for_window(title=None):
    title = title or _what['title']
    assert wait_for(lambda: window(title)), f'no window “{title}”'
    return window(title)


def keys(*names, title=None):
    """Presses keys in the window, each after the other has been served."""
    xdotool('windowfocus', '--sync', wait_for_window(title))
    for key in names:
        xdotool('key', key)
        time.sleep(0.3)


def watched():
    """The lines that the dialog's watch has written so far."""
    if not os.path.exists(WATCH):
        return []
    with open(WATCH) as lines:
        return lines.read().splitlines()


def wait_for_picture(kind='', n=1):
    """Waits for the dialog to have shown n pictures since it opened."""
    assert wait_for(lambda: sum(line.startswith('picture') and kind in line
                                for line in watched()) >= n, 60), f'{n} {kind}: {watched()}'


def processes():
    """How many processes of this profile's plug-in there are: other tests run theirs beside it."""
    plug_in = os.path.realpath(os.path.join(os.environ['GIMP3_DIRECTORY'], 'plug-ins', 'gimp-ddim'))
    n = 0
    for link in glob.glob('/proc/[0-9]*/exe'):
        try:
            n += os.readlink(link).startswith(plug_in)
        except OSError:  # it has just ended, or nothing is left of it but its status
            pass
    return n


def forget():
    """A dialog starts with the last one's values: not those of another image."""
    for last in glob.glob(SETTINGS):
        os.remove(last)


def with_dialog(user, image, layer, **arguments):
    """Runs the procedure interactively while `user` does something; returns
    its status.  The dialog of a user who failed is closed."""
    failures = []

    def act():
        try:
            wait_for_window()
            user()
        except BaseException as failure:
            failures.append(failure)
            screenshot('failure.png')
            keys('Escape')
        if not wait_for(lambda: not window(_what['title']), 60):
            failures.append(AssertionError('the dialog did not close'))
            xdotool('windowclose', window(_what['title']) or 0)

    if os.path.exists(WATCH):  # of the dialog before: kept
        os.rename(WATCH, f'{WATCH}.{time.monotonic()}')
    forget()
    procedure = Gimp.get_pdb().lookup_procedure(_what['procedure'])
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_property('run-mode', Gimp.RunMode.INTERACTIVE)
    config.set_core_object_array('drawables',
                                 layer if isinstance(layer, list) else [layer])
    for name, value in arguments.items():
        config.set_property(name, value)

    thread = threading.Thread(target=act)
    thread.start()
    status = procedure.run(config).index(0)
    thread.join()
    if failures:
        raise failures[0]
    return status


def check_watched():
    """Asserts of all dialogs so far what watch.h tells; returns how long they were held."""
    lines = {path: open(path).read().splitlines() for path in glob.glob(f'{WATCH}*')}
    every = [line for path in lines for line in lines[path]]
    # Held is the time that the loop itself computed between two turns: other
    # programs, and the workers where there are more of them than processors,
    # lengthen only what is told.
    held = [float(line.split()[3]) for line in every if line.startswith('stall')]
    waited = sorted(float(line.split()[1]) for line in every if line.startswith('stall'))
    assert len(held) > 2 and max(held) < 100, held
    clipped = [line for line in every if line.startswith('clipped')]
    assert not clipped, clipped
    # Of one key there is one text, but where Escape and F1 are another way.
    pairs = {tuple(line.split(' ', 2)[1:]) for line in every if line.startswith('key ')}
    assert len(pairs) > 10, pairs
    keys_of = [key.lower() for key, text in pairs if text not in ('Cancel', 'Help')]
    assert len(keys_of) == len(set(keys_of)), sorted(pairs)
    return (f'held for at most {max(held):.0f} ms; with what else the machine did, '
            f'{waited[len(waited) // 2]:.0f} ms in the median dialog')

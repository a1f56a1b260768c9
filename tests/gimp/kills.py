# kills.py: the plug-in is killed, at any moment, and no image is lost
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A kill is what a user's system does when memory is out.  Half of the kills come at
# random moments of a run, where nothing may have changed or all.  The other half come
# between two messages to GIMP by which a result is written (refuse.c).  GIMP then
# closes the undo step that was begun: where the image is neither as before nor wholly
# done, this one step gives back what was there.  An image that was being made stays
# unseen in GIMP, and is not counted.  $DDIM_KILLS is their number, $DDIM_SEED what
# the moments are drawn from.

import random
import signal
import threading
import time

from display import *
from injection import *

KILLS = int(os.environ.get('DDIM_KILLS', 28))
SEED = int(os.environ.get('DDIM_SEED', 1))
UNDO = 'ctrl+z'
MESSAGES = 128  # no result of these takes as many


def run_procedure_on(image, layers, name, arguments):
    return call(name, image, wanted(name, layers), **arguments).index(0)


def look_at(image):
    """How it looks, without what was being made beside it."""
    everything = looks()
    return everything[Gimp.get_images().index(image)]


_views = []


def shown():
    """An image of two layers in a window, the only one."""
    while _views:
        _views.pop().delete()
    image, layers = fresh()
    _views.append(Gimp.Display.new(image))
    _views[0].present()
    assert wait_for(lambda: window('GIMP$'))
    image.clean_all()
    return image, layers


def check_after_kill(image, before, done, where):
    """Asserts what is promised; returns 'untouched', 'done' or 'undone'."""
    now = look_at(image)
    if now == before and not image.is_dirty():
        return 'untouched'
    if done and now == done:
        return 'done'
    press('GIMP$', UNDO)
    assert wait_for(lambda: look_at(image) == before), f'{where}: one step does not undo it'
    assert not image.is_dirty(), f'{where}: more than one step'
    return 'undone'


def run_killed_after(seconds, image, layers, name, arguments):
    """Runs the procedure, and kills the plug-in so long after it has started, if it
    still runs then."""
    ended = threading.Event()

    def kill():
        while not ended.wait(0.001) and not process_ids():
            pass
        ended.wait(seconds)
        for process in process_ids():
            os.kill(process, signal.SIGKILL)
    killer = threading.Thread(target=kill)
    killer.start()
    run_procedure_on(image, layers, name, arguments)
    ended.set()
    killer.join()


def kills(name, arguments, n):
    """A test: n kills at random moments, and n between messages."""
    def run():
        draw = random.Random(f'{SEED} {name} {arguments["output"]}')
        image, layers = shown()
        before = look_at(image)
        began = time.monotonic()
        assert run_procedure_on(image, layers, name, arguments) == SUCCESS
        duration = time.monotonic() - began
        done = None if len(Gimp.get_images()) > 1 else look_at(image)
        note_what_lies_about()

        ends = []
        for _ in range(n):
            image, layers = shown()
            moment = draw.uniform(0, 1.1 * duration)
            run_killed_after(moment, image, layers, name, arguments)
            ends.append(check_after_kill(image, before, done, f'after {moment:.3f} s'))

        most = MESSAGES
        while len(ends) < 2 * n:
            image, layers = shown()
            number = draw.randint(1, most)
            refuse('kill', number)
            status = run_procedure_on(image, layers, name, arguments)
            if was_refused():
                assert status != SUCCESS, number
                ends.append(check_after_kill(image, before, done, f'at message {number}'))
            else: # there are not so many
                most = number - 1

        # The next one that starts clears away the swap file of one that died.
        image, layers = shown()
        assert run_procedure_on(image, layers, name, arguments) == SUCCESS
        assert wait_for(lambda: not left_over(), 10), left_over()
        counts = ', '.join(f'{ends.count(end)} {end}' for end in ('untouched', 'done', 'undone'))
        return f'{len(ends)} kills, at up to {most} messages: {counts}'
    test_case(f'{name} {arguments["output"]}', run)


for name, arguments in EVERY:
    kills(name, arguments, max(1, KILLS // (2 * len(EVERY))))

run_tests()

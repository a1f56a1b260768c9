# meanwhile.py: what a user does to the image while something is computed
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# GIMP lets its user work on while a dialog is open or a procedure runs.  What
# was captured at the beginning is written where it was, or nothing is written
# and a sentence says why.  run.py gives the profile its shortcuts.

import signal
import threading

from display import *
from harness import *
from user import *

ARGUMENTS = {'model': 'photo', 'steps': 3, 'depth': 0.5, 'strength': 0.6, 'seed': 3,
             'method': 'windows'}
W, H = 96, 72
PART = (16, 12, 40, 40)
LOCK, DELETE, SELECT, TEXTURE, FILL, ALL, UNDO = (
    'ctrl+F9', 'ctrl+F8', 'ctrl+F7', 'ctrl+F6', 'ctrl+comma', 'ctrl+a', 'ctrl+z')
IMAGE = 'GIMP$'   # the title of its window
CLEAN, CHANGED = r'^\[.*GIMP$', r'^\*\[.*GIMP$'  # and what that tells


def inside(i):
    x, y, w, h = PART
    return x <= i % W < x + w and y <= i // W < y + h


def part_selected():
    image, layer = new_image(W, H)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, *PART)
    return image, layer


def show(image):
    """A window of its own: those of other images are closed."""
    for other in Gimp.get_images():
        if other != image:
            other.delete()
    image.clean_all()
    display = Gimp.Display.new(image)
    display.present()
    wait_for_window(CLEAN)
    return display


def change(*pressed):
    """Presses keys in the image's window, and waits for them to have changed the image."""
    keys(*pressed, title=IMAGE)
    wait_for_window(CHANGED)


def processor_time(process):
    """Seconds that the process has computed."""
    with open(f'/proc/{process}/stat') as stat:
        fields = stat.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def in_dialog(layer, image, *pressed):
    """Presses keys in the image's window while the dialog shows its result, then OK."""
    display = show(image)

    def user():
        wait_for_picture('finished')
        change(*pressed)
        keys('alt+o')
    status = with_dialog(user, image, layer, **ARGUMENTS)
    return display, status


def while_it_computes(image, layers, *pressed):
    """The same while the procedure runs without a dialog."""
    display = show(image)
    before, failures = process_ids(), []

    def user():
        """Acts when it computes: reading the layers and the model takes less than that.
        It waits meanwhile, however fast it is and however slow the display."""
        try:
            assert wait_for(lambda: process_ids() != before)
            process, = set(process_ids()) - set(before)
            assert wait_for(lambda: processor_time(process) > 1)
            os.kill(process, signal.SIGSTOP)
            change(*pressed)
        except BaseException as failure:
            failures.append(failure)
        for process in process_ids():
            os.kill(process, signal.SIGCONT)
    thread = threading.Thread(target=user)
    thread.start()
    status, message = vary(image, layers, **{**ARGUMENTS, 'steps': 200})
    thread.join()
    if failures:
        raise failures[0]
    return display, status, message


def refused(status, message, *words):
    assert status in (Gimp.PDBStatusType.CALLING_ERROR,
                      Gimp.PDBStatusType.EXECUTION_ERROR), status
    for word in words:
        assert word in message, message


@test
def other_selection():
    """another selection: what was selected at first is written, the new one stays"""
    image, layer = part_selected()
    vary_or_die(image, layer, **ARGUMENTS)
    wanted = read_bytes(layer)

    image, layer = part_selected()
    before = read_bytes(layer)
    image.clean_all()
    _, status = in_dialog(layer, image, ALL)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    assert not Gimp.Selection.is_empty(image)
    assert Gimp.Selection.bounds(image)[2:] == (0, 0, W, H), Gimp.Selection.bounds(image)
    assert not image.get_channels()
    changed = differing(before, read_bytes(layer))
    assert changed and all(map(inside, changed)), len(changed)
    assert read_bytes(layer) == wanted

    keys(UNDO, title=IMAGE)
    assert wait_for(lambda: read_bytes(layer) == before), 'one step does not undo it'
    keys(UNDO, title=IMAGE)   # of the selection
    assert wait_for(lambda: Gimp.Selection.bounds(image)[2:] == (16, 12, 56, 52))
    assert wait_for(lambda: not image.is_dirty()), 'more than one step'


@test
def a_selection():
    """nothing selected at first, a part later: all is written, the part stays selected"""
    image, layer = new_image(64, 48)
    vary_or_die(image, layer, **ARGUMENTS)
    wanted = read_bytes(layer)
    image, layer = new_image(64, 48)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 20, 20)
    channel = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    image.set_selected_channels([channel])
    _, status = in_dialog(layer, image, SELECT)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    assert Gimp.Selection.bounds(image)[2:] == (10, 10, 30, 30), 'the user selected nothing'
    assert image.get_channels() == [channel]
    assert read_bytes(layer) == wanted


@test
def painted():
    """a layer that was painted on keeps the paint, and nothing else"""
    image, layer = part_selected()
    before = read_bytes(layer)
    _, status = in_dialog(layer, image, FILL)
    refused(status, Gimp.get_pdb().get_last_error(), '“layer”', 'pixels')
    after = read_bytes(layer)
    changed = differing(before, after)
    assert changed and all(map(inside, changed))
    assert len({after[i] for i in changed}) == 1, 'more than the paint'


@test
def deleted():
    """the dialog names a layer that was deleted, stays, and nothing else happens"""
    image, layer = part_selected()
    _, other = new_image(W, H)
    other = Gimp.Layer.new_from_drawable(other, image)
    image.insert_layer(other, None, 1)
    before = read_bytes(other)
    image.set_selected_layers([layer])
    show(image)

    def user():
        wait_for_picture('finished')
        change(DELETE)
        keys('alt+o')
        wait_for_text('deleted')
        assert any('“layer”' in line for line in watched('text') if 'deleted' in line)
        keys('Escape')
    status = with_dialog(user, image, layer, **ARGUMENTS)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert image.get_layers() == [other] and read_bytes(other) == before


@test
def deleted_while_new_layers():
    """new layers do not need the one that they were made of"""
    image, layer = part_selected()
    _, other = new_image(W, H)
    image.insert_layer(Gimp.Layer.new_from_drawable(other, image), None, 1)
    image.set_selected_layers([layer])
    display = show(image)

    def user():
        wait_for_picture('finished')
        change(DELETE)
        keys('alt+o')
    status = with_dialog(user, image, layer, output='new-layers', **ARGUMENTS)
    assert status == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    made = image.get_layers()[0]
    assert made.get_name().startswith('layer, '), made.get_name()
    assert (*made.get_offsets()[1:], made.get_width(), made.get_height()) == PART


@test
def second_locked():
    """the second of two layers is locked while both are computed: neither changes"""
    image, first = new_image(W, H)
    _, second = new_image(40, 40)
    second = Gimp.Layer.new_from_drawable(second, image)
    second.set_name('second')
    image.insert_layer(second, None, 0)
    second.set_offsets(30, 30)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 20, 60, 50)
    before = [read_bytes(layer) for layer in (first, second)]
    image.set_selected_layers([second])
    image.clean_all()
    _, status, message = while_it_computes(image, [first, second], LOCK)
    assert second.get_lock_content(), 'the user locked nothing'
    refused(status, message, '“second”', 'locked')
    assert [read_bytes(layer) for layer in (first, second)] == before


@test
def two_dialogs():
    """a texture from a second dialog, while the first one is open: both are made"""
    image, layer = part_selected()
    vary_or_die(image, layer, **ARGUMENTS)
    wanted = read_bytes(layer)
    image, layer = part_selected()
    show(image)

    def user():
        wait_for_picture('finished')
        keys(TEXTURE, title=IMAGE)
        wait_for_window('^DDIM Texture$')
        assert processes() == 2, process_ids()
        wait_for_picture('finished', 2)
        keys('alt+o', title='^DDIM Texture$')
        assert wait_for(lambda: not window('^DDIM Texture$'))
        wait_for_window(CHANGED)
        keys('alt+o')
    status = with_dialog(user, image, layer, **ARGUMENTS)
    assert status == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    assert read_bytes(layer) == wanted
    made = [other for other in image.get_layers() if other != layer]
    assert len(made) == 1 and len(set(read_bytes(made[0]))) > 10, made


run_tests()

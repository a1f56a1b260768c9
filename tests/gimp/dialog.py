# dialog.py: the dialog on a display, and undo from the keyboard
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs in the graphical GIMP under Xvfb; xdotool plays the user.  Leaves
# pictures of the screen in $DDIM_OUT.

import glob

from display import *
from harness import *
from user import *

QUICK = {'steps': 3, 'depth': 0.5, 'strength': 0.6}
SIZE = (64, 48)

image, layer = new_image(*SIZE)
original = read_bytes(layer)


def result(**arguments):
    """The layer after the procedure, without a dialog."""
    other, target = new_image(*SIZE)
    vary_or_die(other, target, **{**QUICK, **arguments})
    pixels = read_bytes(target)
    other.delete()
    return pixels


def same(seed, **arguments):
    """Asserts that the layer is what the procedure gives by itself."""
    wanted, found = result(seed=seed, **arguments), read_bytes(layer)
    different = differing(wanted, found)
    assert not different, (f'{len(different)} pixels differ; from the original '
                           f'{len(differing(original, found))}')


def fresh():
    """A new image: GIMP keeps a dialog's last values for each."""
    global image, layer
    image, layer = new_image(*SIZE)
    assert read_bytes(layer) == original


@test
def cancel():
    """Escape in the middle of the work closes the dialog and changes nothing"""
    fresh()
    image.clean_all()
    def user():
        assert processes() == 1, processes()
        keys('Escape')

    status = with_dialog(user, image, layer, steps=1000)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == original
    assert not image.is_dirty()
    assert wait_for(lambda: processes() == 0, 10), 'the plug-in is still there'


@test
def accept():
    """OK gives what the picture showed: what the procedure gives by itself"""
    fresh()
    def user():
        wait_for_picture('finished')
        screenshot('dialog.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=3, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=3)


@test
def accept_at_once():
    """OK before anything is finished waits for it"""
    fresh()
    status = with_dialog(lambda: keys('alt+o'), image, layer, seed=4, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=4)


@test
def pick():
    """the variation picked in the gallery, from the keyboard, is committed"""
    fresh()
    def user():
        wait_for_picture('finished')
        keys('alt+v', 'Right', 'Right')
        wait_for_picture('finished', 3)
        screenshot('pick.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=10, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=12)


@test
def change():
    """a value typed into the dialog counts, and only decodes again"""
    fresh()
    def user():
        wait_for_picture('finished')
        keys('alt+g', 'ctrl+a')
        xdotool('type', '0.25')
        keys('Tab')
        wait_for_picture('finished', 2)
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=5, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=5, strength=0.25)


@test
def stop():
    """Stop keeps the dialog, and continuing comes to the same end"""
    fresh()
    def user():
        keys('alt+p')
        screenshot('stopped.png')
        before = len(watched())
        time.sleep(1)
        assert len(watched()) == before, 'it went on'
        keys('alt+k')
        wait_for_picture('finished')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=6, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=6)


@test
def problem():
    """a model that is not there is a sentence in the dialog, not its end"""
    fresh()
    def user():
        time.sleep(2)
        keys('alt+o')   # to no effect
        screenshot('problem.png')
        assert window(TITLE)
        keys('Escape')

    status = with_dialog(user, image, layer, model='/no/such/folder', **QUICK)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == original


@test
def several():
    """new layers take several variations, picked from the keyboard"""
    fresh()

    def user():
        wait_for_picture('finished')
        keys('alt+v', 'ctrl+Right', 'ctrl+Right', 'ctrl+space')
        wait_for_picture('finished', 2)
        screenshot('several.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=20, output='new-layers', **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    layers = image.get_layers()
    assert len(layers) == 3, len(layers)
    assert read_bytes(layer) == original
    made = [[pixel[:3] for pixel in read_bytes(each)] for each in layers[:2]]
    assert sorted(made) == sorted([result(seed=20), result(seed=22)])


@test
def menu():
    """the menu's entry opens the dialog"""
    fresh()
    forget()
    display = Gimp.Display.new(image)
    display.present()
    wait_for_window('GIMP$')
    keys('slash', title='GIMP$')
    time.sleep(1)
    xdotool('type', 'DDIM Variation')
    time.sleep(1)
    screenshot('menu.png')
    xdotool('key', 'Return')
    wait_for_window()
    wait_for_picture()
    keys('alt+o')
    assert wait_for(lambda: not window(TITLE) and differing(original, read_bytes(layer)), 60)


@test
def large():
    """a feathered region of 512 x 512: all variations are shown, coarse ones first"""
    # without alpha, whose conversion took babl a quarter of a second at first
    big, target = new_image(64, 64)
    target.scale(700, 700, False)
    big.resize(700, 700, 0, 0)
    big.select_ellipse(Gimp.ChannelOps.REPLACE, 94, 94, 512, 512)
    Gimp.Selection.feather(big, 20)

    def user():
        wait_for_picture('preview', 7)  # each once, and one of the stage between
        keys('Escape')

    status = with_dialog(user, big, target, seed=7)
    assert status == Gimp.PDBStatusType.CANCEL, status
    return 'the first after {1} s'.format(*watched()[0].split())


@test
def loop():
    """the main loop was never held for 100 ms, and no text was cut off"""
    # What was written by the dialogs above: see watch.h.  Held is the time that
    # the loop itself computed between two turns: other programs, and the workers
    # where there are more of them than processors, lengthen only what is told.
    lines = [line for path in glob.glob(f'{WATCH}*') for line in open(path).read().splitlines()]
    held = [float(line.split()[3]) for line in lines if line.startswith('stall')]
    clipped = [line for line in lines if line.startswith('clipped')]
    assert len(held) > 9 and max(held) < 100, held
    assert not clipped, clipped
    waited = [float(line.split()[1]) for line in lines if line.startswith('stall')]
    return (f'held for at most {max(held):.0f} ms; with what else the machine did, '
            f'{sorted(waited)[len(waited) // 2]:.0f} ms in the median dialog')


run_tests()

# dialog.py: the dialog on a display, and undo from the keyboard
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs in the graphical GIMP under Xvfb; xdotool plays the user.  Leaves
# pictures of the screen in $DDIM_OUT.

import signal
import subprocess

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
    vary_or_die(other, target, **{'model': 'photo', **QUICK, **arguments})
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
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


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
        keys('alt+v', 'Down')  # the row below is two seeds on
        # of the one passed by there may be none: OK waits for what is picked
        wait_for_picture('finished', 2)
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
        wait_for_look()  # by now the key has been served
        screenshot('stopped.png')
        before = len(watched('picture'))
        wait_for_look()
        assert len(watched('picture')) == before, 'it went on'
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
        wait_for_text('/no/such/folder')
        keys('alt+o')   # to no effect
        wait_for_look()
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
        keys('alt+v', 'ctrl+Down', 'ctrl+space')
        wait_for_picture('finished', 2)
        screenshot('several.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=20, output='new-layers', **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    layers = image.get_layers()
    assert len(layers) == 3, len(layers)
    assert read_bytes(layer) == original
    made = [[pixel[:3] for pixel in read_bytes(each)] for each in layers[:2]]
    assert sorted(made) == sorted([list(result(seed=20)), list(result(seed=22))])


@test
def several_at_once():
    """OK before several picks, with a gap between them, are finished waits for all"""
    fresh()
    status = with_dialog(lambda: keys('alt+v', 'ctrl+Down', 'ctrl+space', 'alt+o'),
                         image, layer, seed=30, output='new-layers', **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    layers = image.get_layers()
    recipes = [bytes(each.get_parasite('gimp-ddim-variation').get_data()).decode()
               for each in layers[:-1]]
    seeds = [line for recipe in recipes for line in recipe.splitlines()
             if line.startswith('seed=')]
    assert sorted(seeds) == ['seed=30', 'seed=32'], seeds
    for seed, each in zip(seeds, layers):  # each can be made again by what it says
        made = [pixel[:3] for pixel in read_bytes(each)]
        assert made == result(seed=int(seed[len('seed='):])), seed


OF_IMAGE = {**QUICK, 'model': 'this image'}


def large_enough():
    """An image that has stages of other sizes, and what is varied of it."""
    big, target = new_image(170, 150)
    big.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 20, 100, 110)
    return big, target


@test
def of_image():
    """“This image” in the dialog gives what the procedure gives by itself"""
    (one, first), (other, second) = large_enough(), large_enough()
    arguments = {**OF_IMAGE, 'seed': 8, 'symmetry': 'mirrored'}
    before = read_bytes(first)

    def user():
        wait_for_picture('finished')
        screenshot('of-image.png')
        keys('alt+o')

    status = with_dialog(user, one, first, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    vary_or_die(other, second, **arguments)
    assert len(differing(before, read_bytes(first))) > 1000
    assert not differing(read_bytes(second), read_bytes(first))


@test
def of_image_chosen():
    """chosen from the list, it asks for its source, and may be tileable"""
    fresh()
    def user():
        wait_for_picture('finished')
        keys('alt+m', 'Down')  # after the model “photo”
        wait_for_picture('finished', 2)
        wait_for_look()
        screenshot('chosen.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=9, tileable=True, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=9, tileable=True, model='this image')
    texts = watched('text')
    for word in ('Source', 'Learns from this image'):  # symmetry is among the advanced
        assert any(word in text for text in texts), (word, texts)


@test
def of_image_impossible():
    """a source with nothing to learn from is a sentence in the dialog"""
    fresh()
    empty = Gimp.Layer.new(image, 'empty', *SIZE, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(empty, None, 0)
    empty.fill(Gimp.FillType.TRANSPARENT)

    def user():
        wait_for_text('nothing to learn')
        screenshot('nothing.png')
        keys('alt+o')   # to no effect
        wait_for_look()
        assert window(TITLE)
        keys('Escape')

    status = with_dialog(user, image, layer, source=empty, **OF_IMAGE)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == original


@test
def classes():
    """a model of classes asks for a label, and goes on when there is one"""
    model = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden', 'models',
                         'class-index')
    fresh()

    def user():
        wait_for_text('Class label')
        wait_for_look()
        screenshot('label.png')
        keys('alt+o')  # to no effect
        wait_for_look()
        assert window(TITLE)
        keys('Escape')

    status = with_dialog(user, image, layer, model=model, **QUICK)
    assert status == Gimp.PDBStatusType.CANCEL, status
    texts = watched('text')
    assert sum('Class label' in text for text in texts) == 2, texts  # the row, and why

    def accept():
        wait_for_picture('finished')
        keys('alt+o')

    fresh()
    status = with_dialog(accept, image, layer, model=model, label=1, seed=3, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=3, model=model, label=1)


@test
def other_layers():
    """of several layers the first is looked at, and OK varies all of them"""
    fresh()
    second = layer.copy()
    image.insert_layer(second, None, 0)

    def user():
        wait_for_picture('finished')
        wait_for_text('other selected layer')
        screenshot('layers.png')
        keys('alt+o')

    status = with_dialog(user, image, [layer, second], seed=13, **QUICK)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    same(seed=13)
    assert read_bytes(second) == read_bytes(layer)


@test
def other_layers_stopped():
    """Stop while the other layers are varied, after OK: nothing is changed, the dialog stays"""
    image, layer = new_image(*SIZE)
    _, large = new_image(480, 480)
    second = Gimp.Layer.new_from_drawable(large, image)
    image.insert_layer(second, None, 1)
    image.clean_all()
    before = read_bytes(second)

    def user():
        wait_for_picture('finished')
        keys('alt+o')
        wait_for_text('Finishing')
        screenshot('rest.png')
        keys('alt+p')
        wait_for_look()
        screenshot('rest-stopped.png')
        keys('Escape')

    status = with_dialog(user, image, [layer, second], seed=13, **{**QUICK, 'steps': 40})
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == original and read_bytes(second) == before
    assert not image.is_dirty()


def noticed(kind):
    """The controls that the watch wrote of as this, each as (x, y, name)."""
    lines = [line.split(' ', 3) for line in watched(kind)]
    return [(int(x), int(y), name) for _, x, y, name in lines]


@test
def keyboard():
    """Tab comes to every control, each has a name, and they follow as they are read"""
    fresh()
    def user():
        wait_for_picture('finished')
        keys('alt+a')
        wait_for_look()
        screenshot('walk.png')
        keys(*['Tab'] * 37)
        keys('Escape')

    status = with_dialog(user, image, layer, model='this image', **QUICK)
    assert status == Gimp.PDBStatusType.CANCEL, status
    reached, there = noticed('focus'), noticed('control')
    assert len(there) > 15, there
    assert all(name for _, _, name in reached + there), reached + there
    # Stop is there only while something is computed: it may be gone meanwhile.
    missed = {name for _, _, name in there} - {name for _, _, name in reached} - {'Stop'}
    assert not missed, missed
    # Down each column and along each row: only behind the last it jumps back.  GIMP's own
    # buttons are below all, also below controls that are scrolled out of sight.
    buttons = ('Load Saved Settings', 'Save Settings')
    back = [(one, other) for one, other in zip(reached, reached[1:])
            if other[1] <= one[1] and other[0] <= one[0] and other[2] not in buttons]
    assert len(back) == 1, back


@test
def looking():
    """zoomed, moved and split from the keyboard, the picture is another each time"""
    big, target = new_image(300, 280)
    big.select_ellipse(Gimp.ChannelOps.REPLACE, 60, 50, 180, 170)
    seen = []

    def look(name):
        """The middle of the preview alone: no check mark and no focus ring is there."""
        def has_changed():
            picture = subprocess.run(['import', '-window', window(TITLE), '-crop',
                                      '240x200+350+90', 'rgb:-'], capture_output=True,
                                     check=True).stdout
            if picture in seen:
                return False
            seen.append(picture)
            return True

        wait_for_look()  # by now the keys have been served, and it was drawn
        assert wait_for(has_changed, 5), f'{name} is as one before'
        screenshot(name)

    def user():
        wait_for_picture('preview')
        keys('alt+p')                # nothing else changes from here on
        look('fits.png')
        keys('alt+b')
        look('before.png')
        keys('alt+b', 'Tab', 'space')
        look('split.png')
        keys('alt+v', 'Tab', 'Left')  # the picture comes behind the cells
        look('split-left.png')
        keys('alt+z')
        look('zoomed.png')
        keys('Escape')

    status = with_dialog(user, big, target, steps=200)
    assert status == Gimp.PDBStatusType.CANCEL, status


@test
def size():
    """the dialog is as large as it was when it was closed"""
    def geometry():
        lines = xdotool('getwindowgeometry', '--shell', window(TITLE)).stdout.splitlines()
        return [line for line in lines if line.startswith(('WIDTH', 'HEIGHT'))]

    found = []

    def larger():
        xdotool('windowsize', '--sync', window(TITLE), 1200, 760)
        assert wait_for(lambda: geometry() == ['WIDTH=1200', 'HEIGHT=760'], 10), geometry()
        keys('Escape')

    def again():
        found.extend(geometry())
        xdotool('windowsize', '--sync', window(TITLE), 1100, 700)
        keys('Escape')

    for user in larger, again:
        fresh()
        status = with_dialog(user, image, layer, **QUICK)
        assert status == Gimp.PDBStatusType.CANCEL, status
    assert found == ['WIDTH=1200', 'HEIGHT=760'], found


@test
def stop_goes():
    """Stop hands the focus on when there is nothing more to stop"""
    fresh()
    def user():
        wait_for_picture()
        keys('alt+d', 'shift+Tab', 'shift+Tab')  # from the number, the slider
        wait_for_picture('finished')
        wait_for_look()
        keys('Tab', 'Escape')

    status = with_dialog(user, image, layer, **{**QUICK, 'steps': 300})
    assert status == Gimp.PDBStatusType.CANCEL, status
    after = [name for _, _, name in noticed('focus')]
    after = after[after.index('Stop') + 1:]
    # a slider and a number
    assert after == ['Depth', 'Depth'], after


@test
def killed():
    """ended by GIMP while OK finishes, as its Cancel does, it leaves all as it was"""
    big, target = new_image(200, 180)
    before = read_bytes(target)
    big.clean_all()

    def user():
        wait_for_picture()
        keys('alt+o')
        time.sleep(1)
        assert window(TITLE), 'it was too fast'
        screenshot('finishing.png')
        for process in process_ids():
            os.kill(process, signal.SIGKILL)  # what GIMP does 10 ms after asking

    status = with_dialog(user, big, target, seed=1, steps=400)
    assert status != Gimp.PDBStatusType.SUCCESS, status
    assert read_bytes(target) == before and not big.is_dirty()
    assert big.get_layers() == [target]
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


@test
def menu():
    """the menu's entry opens the dialog"""
    fresh()
    forget()
    display = Gimp.Display.new(image)
    display.present()
    wait_for_window('GIMP$')
    keys('slash', title='GIMP$')
    # What is typed goes to the search, once it is there.
    assert wait_for(lambda: xdotool('getwindowfocus').stdout.strip() != window('GIMP$'))
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
    return 'the first after {1} s'.format(*watched('picture')[0].split())


@test
def loop():
    """the main loop was never held for 100 ms, no text was cut off, no key is there twice"""
    return check_watched()


run_tests()

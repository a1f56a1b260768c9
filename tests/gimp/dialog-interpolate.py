# dialog-interpolate.py: the dialog of an interpolation
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import subprocess

from display import *
from harness import *
from user import *

playing('plug-in-ddim-interpolate', '^DDIM Interpolate$')

FILM = {'steps': 3, 'depth': 0.5, 'frames': 4}
SIZE = (64, 48)
TITLE = '^DDIM Interpolate$'


def two(w=SIZE[0], h=SIZE[1]):
    """An image of two layers, the other one turned by half."""
    image, first = new_image(w, h)
    second = first.copy()
    image.insert_layer(second, None, 0)
    second.transform_rotate_simple(Gimp.RotationType.DEGREES180, True, 0, 0)
    return image, first, second


def frames(image, layers, **arguments):
    """The bytes of the frames that the procedure makes by itself."""
    procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-interpolate')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', layers)
    for name, value in {**FILM, **arguments}.items():
        config.set_property(name, value)
    values = procedure.run(config)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    return [read_bytes(frame) for frame in values.get_core_object_array(1)]


@test
def film():
    """six frames are shown, and OK makes what the procedure makes by itself"""
    image, first, second = two()

    def user():
        wait_for_picture('finished', 6)
        keys('alt+v', 'Right', 'alt+a')
        wait_for_look()
        screenshot('film.png')
        keys('alt+o')

    status = with_dialog(user, image, [first, second], **FILM)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    group = image.get_layers()[0]
    made = [read_bytes(frame) for frame in reversed(group.get_children())]
    image.remove_layer(group)
    assert len(made) == 4 and made == frames(image, [first, second])


@test
def one_layer():
    """of one layer, its place on the way is picked, and OK waits for no preview"""
    image, first, second = two(170, 150)
    arguments = {'output': 'layer', 'position': 0.75, 'steps': 2}

    def user():
        wait_for_look()
        screenshot('layer.png')
        keys('alt+o')

    status = with_dialog(user, image, [first, second], **{**FILM, **arguments})
    assert status == Gimp.PDBStatusType.SUCCESS, status
    made = image.get_layers()[0]
    pixels = read_bytes(made)
    assert made.get_name().endswith('0.75'), made.get_name()
    image.remove_layer(made)
    assert [pixels] == frames(image, [first, second], **arguments)


@test
def alone():
    """with no other layer the dialog says what is missing, and OK does nothing"""
    image, first, second = two()
    image.remove_layer(second)

    def user():
        wait_for_text('needs two')
        screenshot('alone.png')
        keys('alt+o')
        wait_for_look()
        assert window(TITLE)
        keys('Escape')

    status = with_dialog(user, image, [first], **FILM)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert image.get_layers() == [first]


@test
def nearest():
    """of one selected layer it goes to the nearest, the one above"""
    image, first, second = two()
    third = first.copy()
    image.insert_layer(third, None, 0)
    third.fill(Gimp.FillType.WHITE)

    def user():
        wait_for_picture('finished', 6)
        screenshot('nearest.png')
        keys('alt+o')

    status = with_dialog(user, image, [first], **FILM)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    group = image.get_layers()[1]  # right above the two
    made = [read_bytes(frame) for frame in reversed(group.get_children())]
    image.remove_layer(group)
    assert made == frames(image, [first, second])


def middle():
    """The middle of the preview: no check mark and no focus ring is there."""
    return subprocess.run(['import', '-window', window(TITLE), '-crop', '240x160+350+90',
                           'rgb:-'], capture_output=True, check=True).stdout


@test
def play():
    """Play, reached by the keyboard, shows one frame after the other until a cell is reached"""
    image, first, second = two()
    seen, still = [], []

    def user():
        wait_for_picture('finished', 6)
        keys('alt+z', 'alt+z', 'shift+Tab', 'space')  # Play is beside Zoom
        wait_for_look()
        for _ in range(8):
            seen.append(middle())
            time.sleep(0.2)
        screenshot('play.png')
        keys('alt+v')
        wait_for_look()  # by now the key has been served
        for _ in range(4):
            still.append(middle())
            time.sleep(0.2)
        keys('Escape')

    status = with_dialog(user, image, [first, second], **FILM)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert any(line.endswith(' Play') for line in watched() if line.startswith('focus'))
    assert len(set(seen)) >= 3, [seen.index(each) for each in seen]
    assert len(set(still)) == 1, [still.index(each) for each in still]


@test
def stop():
    """Stop while frames are made leads back to choosing, and OK then makes them"""
    image, first, second = two()

    def user():
        wait_for_picture('finished', 6)
        keys('alt+o')
        wait_for_text('Making the frames')
        screenshot('making.png')
        keys('alt+p')
        wait_for_look()
        screenshot('stopped.png')
        keys('alt+a', 'alt+t', 'ctrl+a')
        xdotool('type', '3')
        keys('Tab')
        wait_for_picture('finished', 12)
        keys('alt+o')

    status = with_dialog(user, image, [first, second], **{**FILM, 'steps': 1000})
    assert status == Gimp.PDBStatusType.SUCCESS, status
    assert len(image.get_layers()) == 3, image.get_layers()
    group = image.get_layers()[0]
    made = [read_bytes(frame) for frame in reversed(group.get_children())]
    image.remove_layer(group)
    assert made == frames(image, [first, second])


@test
def leave():
    """Escape while frames are made changes nothing"""
    image, first, second = two()
    image.clean_all()

    def user():
        wait_for_picture('finished', 6)
        keys('alt+o')
        wait_for_text('Making the frames')
        keys('Escape')

    status = with_dialog(user, image, [first, second], **{**FILM, 'steps': 1000})
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert image.get_layers() == [second, first] and not image.is_dirty()
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


@test
def cancel():
    """Escape in the middle of the work changes nothing"""
    image, first, second = two(256, 256)
    image.clean_all()

    def user():
        wait_for_picture()
        keys('Escape')

    status = with_dialog(user, image, [first, second], steps=500)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert image.get_layers() == [second, first] and not image.is_dirty()
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


@test
def loop():
    """the main loop was never held for 100 ms, no text was cut off, no key is there twice"""
    return check_watched()


run_tests()

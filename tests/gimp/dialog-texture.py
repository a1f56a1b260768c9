# dialog-texture.py: the dialog of a texture
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from display import *
from harness import *
from user import *

playing('plug-in-ddim-texture', '^DDIM Texture$')

SMALL = {'width': 40, 'height': 36, 'steps': 4}
SIZE = (64, 48)


def texture(image, layer, **arguments):
    """The bytes of the texture that the procedure makes by itself."""
    procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-texture')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', [layer])
    for name, value in {**SMALL, **arguments}.items():
        config.set_property(name, value)
    values = procedure.run(config)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    made = values.index(1)
    pixels = read_bytes(made)
    made.get_image().remove_layer(made)
    return pixels


@test
def accept():
    """OK gives the picked texture, which the procedure gives by itself"""
    image, layer = new_image(*SIZE)

    def user():
        wait_for_picture('finished')
        keys('alt+x', 'Down')  # the row below is two seeds on
        wait_for_picture('finished', 2)
        wait_for_look()
        screenshot('texture.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, seed=5, **SMALL)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    made = image.get_layers()[0]
    assert made != layer
    assert read_bytes(made) == texture(image, layer, seed=7)


@test
def large():
    """of 300 x 280, coarse ones come first, and OK before the end waits for it"""
    image, layer = new_image(*SIZE)
    arguments = {'width': 300, 'height': 280, 'steps': 3, 'tileable': True}

    def user():
        wait_for_picture('preview', 2)
        keys('alt+a', 'alt+o')
        screenshot('large.png')

    status = with_dialog(user, image, layer, seed=2, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    assert read_bytes(image.get_layers()[0]) == texture(image, layer, seed=2, **arguments)


@test
def cancel():
    """Escape in the middle of the work changes nothing"""
    image, layer = new_image(*SIZE)
    image.clean_all()

    def user():
        wait_for_picture()
        keys('Escape')

    status = with_dialog(user, image, layer, width=600, height=600, steps=200)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert image.get_layers() == [layer] and not image.is_dirty()
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


@test
def loop():
    """the main loop was never held for 100 ms, no text was cut off, no key is there twice"""
    return check_watched()


run_tests()

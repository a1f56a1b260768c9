# rows.py: every procedure with each of its outputs, and what it may have changed
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from harness import *

REPLACE = Gimp.ChannelOps.REPLACE
W, H = 40, 32
SUCCESS = Gimp.PDBStatusType.SUCCESS


def call(name, image, drawables, **arguments):
    """Returns the values of a procedure."""
    procedure = Gimp.get_pdb().lookup_procedure(f'plug-in-ddim-{name}')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', drawables)
    for key, value in arguments.items():
        config.set_property(key, value)
    return procedure.run(config)


# The procedures, each with each of its outputs: (name, arguments).
VARIATIONS = [('variation', {**QUICK, 'output': output}) for output in ('replace', 'new-layers')]
INTERPOLATIONS = [('interpolate', {'steps': 3, 'depth': 0.5, 'frames': 3, 'model': MODEL,
                                   'output': output})
                  for output in ('group', 'image', 'layer')]
TEXTURES = [('texture', {'width': 24, 'height': 20, 'steps': 4, 'output': output})
            for output in ('new-layer', 'new-image')]
EVERY = VARIATIONS + INTERPOLATIONS + TEXTURES


def wanted(name, layers):
    """As many drawables as the procedure takes."""
    return {'variation': layers, 'interpolate': layers[:2], 'texture': layers[:1]}[name]


def walk(items):
    for item in items:
        yield item
        if item.is_group():
            yield from walk(item.get_children())


def state(image):
    """All of an image that a procedure could change."""
    items = list(walk(image.get_layers())) + image.get_channels()
    masks = [item.get_mask() for item in items if isinstance(item, Gimp.Layer) and item.get_mask()]
    return [[image.is_dirty(), image.get_precision(), Gimp.get_images(),
             read_bytes(image.get_selection()), image.get_selected_drawables()],
            [[item.get_id(), item.get_name(), item.get_offsets(), item.get_visible(),
              item.get_lock_content(), item.get_parent(), item.get_parasite_list(),
              item.is_group() or read_bytes(item)] for item in items + masks]]


def untouched(name, arguments, image, drawables, *words):
    """Asserts that it fails in these words, and that all is as it was."""
    image.clean_all()
    before = state(image)
    values = call(name, image, drawables, **arguments)
    status, message = values.index(0), Gimp.get_pdb().get_last_error()
    assert status in (Gimp.PDBStatusType.CALLING_ERROR,
                      Gimp.PDBStatusType.EXECUTION_ERROR), status
    for word in words:
        assert word in message, f'“{word}” is not in “{message}”'
    assert '(null)' not in message, message
    after = state(image)
    assert after == before, [pair for pair in zip(before[1], after[1]) if pair[0] != pair[1]]


def two_of_an_image():
    image, layer = new_image(W, H)
    second = layer.copy()
    second.set_name('second')
    image.insert_layer(second, None, 0)
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    return image, [layer, second]

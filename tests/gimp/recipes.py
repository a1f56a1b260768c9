# recipes.py: what a new layer says of how it was made makes it again
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every argument is taken from the recipe alone, as a script would that finds the
# layer in a file; the image brings the layers and the selection.

import configparser

from harness import *

PROCEDURES = {'gimp-ddim-variation': PROCEDURE,
              'gimp-ddim-interpolation': 'plug-in-ddim-interpolate',
              'gimp-ddim-texture': 'plug-in-ddim-texture'}
NO_ARGUMENTS = {'procedure', 'version', 'region', 'model-hash', 'layers', 'source', 'frame'}
GOLDEN = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden', 'models')


def call(name, image, drawables, **arguments):
    """The layers that a procedure makes."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', drawables)
    for argument, value in arguments.items():
        config.set_property(argument, value)
    values = procedure.run(config)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    if name == 'plug-in-ddim-texture':
        return [values.index(1)]
    return values.get_core_object_array(1)


def recipe(layer):
    """The procedure's name, its arguments but for the source, and the rest."""
    found = [name for name in PROCEDURES if layer.get_parasite(name)]
    assert len(found) == 1, layer.get_parasite_list()
    parasite = layer.get_parasite(found[0])
    assert parasite.is_persistent()
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(bytes(parasite.get_data()).decode())
    made_of = dict(parser['recipe'])
    assert made_of['procedure'] == PROCEDURES[found[0]]
    config = Gimp.get_pdb().lookup_procedure(made_of['procedure']).create_config()
    arguments = {}
    for name, text in made_of.items():
        if name in NO_ARGUMENTS:
            continue
        kind = type(config.get_property(name))
        arguments[name] = text == 'true' if kind is bool else kind(text)
    return made_of['procedure'], arguments, made_of


def replay(layer, image, drawables, source=None):
    """The layer that the recipe of another makes."""
    name, arguments, made_of = recipe(layer)
    if name == PROCEDURE:
        arguments['output'] = 'new-layers'
    if 'source' in made_of:
        assert source.get_name() == made_of['source'], made_of
        arguments['source'] = source
    made = call(name, image, drawables, **arguments)
    return made[int(made_of.get('frame', 1)) - 1]


def same(layer, image, drawables, **arguments):
    """Asserts that the recipe makes the same pixels, in the same place, with the
    same recipe."""
    again = replay(layer, image, drawables, **arguments)
    assert recipe(again)[2] == recipe(layer)[2]
    assert again.get_offsets()[1:] == layer.get_offsets()[1:]
    different = differing(read_bytes(layer), read_bytes(again))
    assert not different, f'{len(different)} pixels'


def under_a_selection():
    image, layer = new_image(70, 60, has_alpha=True, offset=(3, -4))
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 12, 9, 40, 36)
    Gimp.Selection.feather(image, 6)
    return image, layer


@test
def variations():
    """variations, by every argument that has an influence"""
    image, layer = under_a_selection()
    made = call(PROCEDURE, image, [layer], output='new-layers', model=MODEL,
                count=3, seed=8, steps=3, depth=0.37, strength=1 / 3, eta=0.1,
                method='windows')
    for each in made:
        same(each, image, [layer])
    area = [int(number) for number in recipe(made[0])[2]['region'].rstrip(';').split(';')]
    assert area == [*made[0].get_offsets()[1:], made[0].get_width(), made[0].get_height()], area
    assert recipe(made[0])[2]['layers'] == 'layer;'


@test
def last_seed():
    """the largest seed is followed by one that the procedure accepts"""
    image, layer = new_image(48, 40)
    made = call(PROCEDURE, image, [layer], output='new-layers', count=2, seed=2147483647, **{
        name: value for name, value in QUICK.items() if name != 'seed'})
    assert [recipe(each)[1]['seed'] for each in made] == [2147483647, 0]
    assert differing(read_bytes(made[0]), read_bytes(made[1]))
    for each in made:
        same(each, image, [layer])


@test
def tile():
    """a tileable variation"""
    image, layer = new_image(40, 36)
    made, = call(PROCEDURE, image, [layer], output='new-layers', tileable=True, seed=2, steps=3,
                 model=MODEL)
    same(made, image, [layer])


@test
def of_the_image():
    """a variation by the image's own patches, and by another layer's"""
    image, layer = under_a_selection()
    source = layer.copy()
    source.set_name('bark; old = grey')
    image.insert_layer(source, None, 1)
    for other in (None, source):
        made, = call(PROCEDURE, image, [layer], output='new-layers', model='this image', steps=3,
                     seed=4, symmetry='both', **({'source': other} if other else {}))
        same(made, image, [layer], source=other)


@test
def classes():
    """a variation by a model of classes, whose label the recipe has"""
    image, layer = new_image(32, 32)
    model = os.path.join(GOLDEN, 'class-index')
    made = [call(PROCEDURE, image, [layer], output='new-layers',
                 **{**QUICK, 'model': model, 'label': label})[0] for label in (0, 1)]
    assert differing(read_bytes(made[0]), read_bytes(made[1]))
    for each in made:
        same(each, image, [layer])


@test
def hash_of_model():
    """two models have two hashes, and so have two samples"""
    image, layer = new_image(40, 40)
    hashes = [recipe(call(PROCEDURE, image, [layer], output='new-layers',
                          **{**QUICK, 'model': model})[0])[2]['model-hash']
              for model in ('photo', 'fruits', 'photo', 'this image')]
    layer.invert(False)
    hashes.append(recipe(call(PROCEDURE, image, [layer], output='new-layers',
                              **{**QUICK, 'model': 'this image'})[0])[2]['model-hash'])
    assert all(len(each) == 16 for each in hashes), hashes
    assert hashes[0] == hashes[2] and len(set(hashes)) == 4, hashes


@test
def frames():
    """each frame of a film, and the layers of a loop"""
    image, first = under_a_selection()
    second = first.copy()
    second.set_offsets(9, 2)
    second.invert(False)
    image.insert_layer(second, None, 0)
    for more in ({}, {'loop': True, 'easing': 'in-out', 'mix': 0.3}):
        made = call('plug-in-ddim-interpolate', image, [first, second], frames=4, steps=3,
                    seed=5, model=MODEL, **more)
        assert len(made) == 4
        for each in made:
            same(each, image, [first, second])


@test
def between():
    """a single layer at a position, which no number of digits would round"""
    image, first = new_image(40, 36)
    second = first.copy()
    second.invert(False)
    image.insert_layer(second, None, 0)
    made, = call('plug-in-ddim-interpolate', image, [first, second], output='layer', steps=3,
                 position=1 / 3, depth=0.4, model=MODEL)
    same(made, image, [first, second])


@test
def textures():
    """textures, of what is selected and of another layer"""
    image, layer = under_a_selection()
    source = layer.copy()
    source.set_name('moss')
    image.insert_layer(source, None, 1)
    for other in (None, source):
        made, = call('plug-in-ddim-texture', image, [layer], width=40, height=33, steps=5,
                     seed=2147483647, tileable=True, symmetry='mirrored',
                     **({'source': other} if other else {}))
        same(made, image, [layer], source=other)


run_tests()

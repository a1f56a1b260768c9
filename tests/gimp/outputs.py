# outputs.py: where variations go, by which method, and what comes back
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import configparser

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp  # noqa: E402

from harness import (QUICK, differing, new_image, read_bytes, read_floats,  # noqa: E402
                     run_procedure, run_tests, save_png, test, vary, vary_or_die, write)

SUCCESS, CALLING_ERROR = Gimp.PDBStatusType.SUCCESS, Gimp.PDBStatusType.CALLING_ERROR


def new_layers(image, layer, **arguments):
    values = run_procedure(image, layer, output='new-layers', **arguments)
    assert values.index(0) == SUCCESS, Gimp.get_pdb().get_last_error()
    return values.get_core_object_array(1), values.index(2)


def recipe(layer):
    """What the layer's parasite says of how it was made."""
    text = bytes(layer.get_parasite('gimp-ddim-variation').get_data()).decode()
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return parser['recipe']


@test
def three_layers():
    """count new layers: named, in order, on top, with their recipes; the source as it was"""
    image, layer = new_image()
    before = read_bytes(layer)
    layers, _ = new_layers(image, layer, count=3, seed=5, model='photo')
    assert len(layers) == 3
    assert image.get_layers() == layers + [layer], 'not above the layer, the first on top'
    assert not differing(before, read_bytes(layer))
    for seed, made in enumerate(layers, 5):
        assert f'seed {seed}' in made.get_name() and '0.60' in made.get_name(), made.get_name()
        assert made.get_parasite('gimp-ddim-variation').is_persistent()
        made_of = recipe(made)
        assert made_of['seed'] == str(seed)
        assert made_of['model'] == 'photo' and made_of['steps'] == '3'
        assert float(made_of['strength']) == QUICK['strength']
    assert differing(read_bytes(layers[0]), read_bytes(layers[1]))


@test
def the_same_alone():
    """Each of several variations is the one that its seed makes alone, in place too"""
    image, layer = new_image(has_alpha=True)
    layers, _ = new_layers(image, layer, count=3, seed=5)
    together = [read_bytes(made) for made in layers]
    (alone,), _ = new_layers(image, layer, seed=6)
    assert not differing(together[1], read_bytes(alone))
    vary_or_die(image, layer, seed=7)
    assert not differing(together[2], read_bytes(layer))


@test
def repeated():
    """A layer's recipe, run again on its source, makes the same layer"""
    image, layer = new_image()
    layers, _ = new_layers(image, layer, count=2, seed=11, depth=0.37, eta=0.25, method='windows')
    made_of = recipe(layers[1])
    (again,), _ = new_layers(image, layer, seed=int(made_of['seed']), model=made_of['model'],
                             steps=int(made_of['steps']), depth=float(made_of['depth']),
                             strength=float(made_of['strength']), eta=float(made_of['eta']),
                             method=made_of['method'], tileable=made_of['tileable'] == 'true')
    assert not differing(read_bytes(layers[1]), read_bytes(again))


@test
def repeated_of_image():
    """A recipe of the image itself names the source and the symmetry, and makes the same again"""
    image, layer = new_image()
    source = layer.copy()
    image.insert_layer(source, None, 1)
    source.set_name('bark, old = grey')
    (made,), _ = new_layers(image, layer, seed=3, model='this image', source=source,
                            symmetry='turned')
    made_of = recipe(made)
    assert made_of['symmetry'] == 'turned'
    named, = (each for each in image.get_layers() if each.get_name() == made_of['source'])
    (again,), _ = new_layers(image, layer, seed=3, model='this image', source=named,
                             symmetry=made_of['symmetry'], steps=int(made_of['steps']),
                             depth=float(made_of['depth']), strength=float(made_of['strength']))
    assert not differing(read_bytes(made), read_bytes(again))

    (own,), _ = new_layers(image, layer, seed=3, model='this image')
    assert 'source' not in recipe(own) and recipe(own)['symmetry'] == 'none'
    (other,), _ = new_layers(image, layer, seed=3, source=source, texture='model')
    assert 'symmetry' not in recipe(other), 'a network alone has no source'


@test
def selected_part():
    """A new layer has the selection's place and shape, and is transparent outside of it"""
    image, layer = new_image()
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 20, 10, 40, 30)
    (made,), _ = new_layers(image, layer)
    assert made.get_offsets()[1:] == (20, 10)
    assert (made.get_width(), made.get_height()) == (40, 30)
    alpha = read_floats(made)[3::4]
    assert alpha[0] == 0 and alpha[15 * 40 + 20] == 1


@test
def returned_values():
    """In place no layers come back; the inversion error is small; few evaluations"""
    image, layer = new_image()
    values = run_procedure(image, layer)
    assert values.index(0) == SUCCESS
    assert values.get_core_object_array(1) == []
    assert 0 <= values.index(2) < 0.1, values.index(2)
    assert values.index(3) == QUICK['steps'] + 1, values.index(3)


@test
def count_in_place():
    """Several variations in place are refused with a reason, and nothing changes"""
    image, layer = new_image()
    before = read_bytes(layer)
    status, message = vary(image, layer, count=2)
    assert status == CALLING_ERROR and 'new layers' in message, message
    assert not differing(before, read_bytes(layer))


@test
def methods_change():
    """Each method makes a variation of its own, and the same one again"""
    results = {}
    for method in ('windows', 'whole', 'fit'):
        for attempt in range(2):
            image, layer = new_image(150, 100)
            before = read_bytes(layer)
            vary_or_die(image, layer, method=method, texture='model')
            after = read_bytes(layer)
            assert differing(before, after), method
            assert attempt == 0 or not differing(results[method], after), method
            results[method] = after
            save_png(image, f'method-{method}.png')
    assert len({b''.join(result) for result in results.values()}) == 3


@test
def methods_exact():
    """Strength 0 gives every byte back, by every method, tileable or not"""
    for method in ('auto', 'windows', 'whole', 'fit'):
        for tileable in (False, True)[:1 if method == 'fit' else 2]:
            image, layer = new_image(130, 90)
            before = read_bytes(layer)
            vary_or_die(image, layer, method=method, tileable=tileable, strength=0)
            assert not differing(before, read_bytes(layer)), (method, tileable)


def steps_of(layer):
    """Mean absolute step between neighbouring columns: inside, and across the ends."""
    w, h = layer.get_width(), layer.get_height()
    values = read_floats(layer, "R'G'B' float")
    def step(row, a, b):
        return sum(abs(values[(row * w + a) * 3 + c] - values[(row * w + b) * 3 + c])
                   for c in range(3)) / 3
    inside = sum(step(row, x, x - 1) for row in range(h) for x in range(1, w)) / (h * (w - 1))
    return inside, sum(step(row, 0, w - 1) for row in range(h)) / h


@test
def tileable():
    """A tileable result goes on across its borders as it does inside"""
    for method in ('whole', 'windows'):
        w, h = 120, 100
        image, layer = new_image(w, h)
        write(layer, "R'G'B' float", [0.2 + 0.3 * (x / w + y / h) + (x * 7 + y * 13) % 11 / 300 * c
                                      for y in range(h) for x in range(w) for c in range(3)])
        inside, across = steps_of(layer)
        assert across > 3 * inside, 'the picture would tile by itself'
        # as few steps as a painter might take: with three nothing joins anything
        vary_or_die(image, layer, tileable=True, method=method, steps=12)
        inside, across = steps_of(layer)
        save_png(image, f'tile-{method}.png')
        # 100 rows, whose steps scatter by about their mean: three standard errors
        assert across < 1.3 * inside, (method, inside, across)


@test
def tileable_selection():
    """A tile that is no whole rectangle is refused with a reason"""
    image, layer = new_image()
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 20, 10, 40, 30)
    before = read_bytes(layer)
    status, message = vary(image, layer, tileable=True)
    assert status != SUCCESS and 'rectangle' in message, message
    assert not differing(before, read_bytes(layer))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 40, 30)
    status, message = vary(image, layer, tileable=True, method='fit')
    assert status == CALLING_ERROR and 'another method' in message, message
    assert not differing(before, read_bytes(layer))
    vary_or_die(image, layer, tileable=True)


run_tests()

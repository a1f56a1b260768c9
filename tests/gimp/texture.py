# texture.py: plug-in-ddim-texture, and the image as the model of a variation
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import math

from harness import *

SMALL = {'width': 40, 'height': 32, 'steps': 6, 'seed': 1}


def run(image, drawables, **arguments):
    """Returns the status, and the layer or the failure's message."""
    procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-texture')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', drawables)
    for name, value in {**SMALL, **arguments}.items():
        config.set_property(name, value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        return result.index(0), Gimp.get_pdb().get_last_error()
    return result.index(0), result.index(1)


def make(image, layer, **arguments):
    status, texture = run(image, [layer], **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, texture
    return texture


def refused(image, drawables, words, **arguments):
    count = len(image.get_layers())
    status, message = run(image, drawables, **arguments)
    assert status in (Gimp.PDBStatusType.CALLING_ERROR,
                      Gimp.PDBStatusType.EXECUTION_ERROR), status
    for word in words:
        assert word in message, f'“{word}” is not in “{message}”'
    assert len(image.get_layers()) == count


def colours(drawable):
    values = read_floats(drawable, "R'G'B' float")
    return [sum(values[i::3]) / (len(values) // 3) for i in range(3)]


def halves(image_size=48):
    """An image of one layer: red stripes on the left, blue ones on the right."""
    image, layer = new_image(image_size, image_size)
    values = []
    for y in range(image_size):
        for x in range(image_size):
            on = 0.9 if (x + y) // 3 % 2 else 0.6
            values += [on, 0.1, 0.1] if x < image_size // 2 else [0.1, 0.1, on]
    write(layer, "R'G'B' float", values)
    return image, layer


@test
def new_layer():
    """a new layer of the size asked for, above the sample, which stays as it is"""
    image, layer = new_image(48, 40)
    before = read_bytes(layer)
    texture = make(image, layer)
    assert (texture.get_width(), texture.get_height()) == (40, 32)
    assert [item.get_id() for item in image.get_layers()] == [texture.get_id(), layer.get_id()]
    assert read_bytes(layer) == before
    assert len(set(read_bytes(texture))) > 50
    for ours, sample in zip(colours(texture), colours(layer)):
        assert abs(ours - sample) < 0.15, (ours, sample)


@test
def seeds():
    """the same seed gives the same texture, another one another"""
    image, layer = new_image(48, 40)
    first, again, other = (read_bytes(make(image, layer, seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@test
def new_image_output():
    """a new image of the sample's kind; nothing is added to the old one"""
    for base, precision in ((RGB, Gimp.Precision.U16_NON_LINEAR), (GRAY, Gimp.Precision.FLOAT_LINEAR)):
        image, layer = new_image(40, 40, base, precision)
        texture = make(image, layer, output='new-image')
        made = texture.get_image()
        assert made.get_id() != image.get_id()
        assert (made.get_width(), made.get_height()) == (40, 32)
        assert made.get_base_type() == base and made.get_precision() == precision
        assert len(image.get_layers()) == 1
        made.delete()


def seam(values, w, h):
    """Mean step over the left and right edges, by that between neighbours."""
    def step(x, other):
        return sum(abs(values[3 * (y * w + x) + k] - values[3 * (y * w + other) + k])
                   for y in range(h) for k in range(3))
    inner = sum(step(x, x + 1) for x in range(w - 1)) / (w - 1)
    return step(w - 1, 0) / inner


@test
def tileable():
    """opposite edges fit together when tileable, and do not otherwise"""
    image, layer = new_image(64, 64)
    steps = []
    for wanted in (True, False):
        texture = make(image, layer, width=48, height=40, tileable=wanted, steps=12)
        steps.append(seam(read_floats(texture, "R'G'B' float"), 48, 40))
    # The seam is a step like any other; twice the mean one is room for chance.
    assert steps[0] < 2, steps
    assert steps[1] > steps[0], steps


@test
def selection():
    """only what is selected is the sample, or what a channel marks"""
    image, layer = halves()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 24, 48)
    red = colours(make(image, layer))
    assert red[0] > 0.5 > 0.2 > red[2], red

    channel = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    marked = colours(make(image, layer, source=channel))
    assert marked[0] > 0.5 > 0.2 > marked[2], marked
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 24, 0, 24, 48)
    blue = colours(make(image, layer))
    assert blue[2] > 0.5 > 0.2 > blue[0], blue


@test
def source_layer():
    """another layer as the source, also one with transparent parts"""
    image, layer = halves()
    second = Gimp.Layer.new(image, 'second', 48, 48, Gimp.ImageType.RGBA_IMAGE, 100,
                            Gimp.LayerMode.NORMAL)
    image.insert_layer(second, None, 0)
    write(second, "R'G'B'A float",
          [v for y in range(48) for x in range(48)
           for v in ([0.1, 0.8 if (x ^ y) & 2 else 0.6, 0.1, 1.0] if x < 30 else [1.0, 0.0, 1.0, 0.0])])
    green = colours(make(image, layer, source=second))
    assert green[1] > 0.5 and green[0] < 0.2 and green[2] < 0.2, green


@test
def symmetry():
    """each symmetry makes another texture of the same sample"""
    image, layer = new_image(40, 40)
    made = {tuple(read_bytes(make(image, layer, symmetry=symmetry)))
            for symmetry in ('none', 'mirrored', 'turned', 'both')}
    assert len(made) == 4


@test
def refusals():
    """samples of which nothing can be learned are refused in a sentence"""
    image, layer = new_image(6, 30)
    refused(image, [layer], ['layer', '7 × 7'])
    image, layer = new_image(40, 40, has_alpha=True, alpha=0.0)
    refused(image, [layer], ['layer', '7 × 7'])
    image, layer = new_image(40, 40)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 4, 4, 5, 20)
    refused(image, [layer], ['layer', '7 × 7'])
    Gimp.Selection.none(image)
    refused(image, [], ['single layer'])
    image, layer = new_image(80, 40, layer_size=(20, 20))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 10, 20, 20)
    refused(image, [layer], ['selection', 'layer'])


@test
def flat():
    """of one colour, the texture is that colour"""
    image, layer = new_image(20, 20)
    write(layer, "R'G'B' float", [0.25, 0.5, 0.75] * 400)
    for value, wanted in zip(colours(make(image, layer)), (0.25, 0.5, 0.75)):
        assert abs(value - wanted) < 0.02, (value, wanted)


@test
def vary_this_image():
    """a variation with the image itself as its model changes what is selected,
    and strength 0 nothing"""
    image, layer = new_image(72, 64)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 16, 24, 24)
    before = read_bytes(layer)
    vary_or_die(image, layer, model='this image', strength=0.0)
    assert read_bytes(layer) == before
    vary_or_die(image, layer, model='this image')
    changed = differing(before, read_bytes(layer))
    assert len(changed) > 24 * 24 // 2
    assert all(20 <= i % 72 < 44 and 16 <= i // 72 < 40 for i in changed)


@test
def vary_from_source():
    """a variation takes its colours from the source that is given"""
    image, layer = halves()
    _, second = halves()
    copy = Gimp.Layer.new_from_drawable(second, image)
    image.insert_layer(copy, None, 1)
    write(copy, "R'G'B' float", [v for y in range(48) for x in range(48)
                                 for v in (0.1, 0.8 if (x ^ y) & 2 else 0.6, 0.1)])
    vary_or_die(image, layer, model='this image', source=copy, depth=0.9, strength=1.0, steps=8)
    green = colours(layer)
    assert green[1] > green[0] and green[1] > green[2], green

    # A channel marks where in the layer: the red half.
    image, layer = halves()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 24, 48)
    channel = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    vary_or_die(image, layer, model='this image', source=channel, depth=0.9, strength=1.0, steps=8)
    red = colours(layer)
    assert red[0] > 0.45 > red[2], red


def beyond(precision, low, high):
    """Stripes whose values reach beyond black and white."""
    image, layer = new_image(48, 48, precision=precision)
    write(layer, "R'G'B' float",
          [v for y in range(48) for x in range(48)
           for v in ([high, 0.5, 0.2] if (x + y) // 4 % 2 else [0.4, low, 0.7])])
    texture = make(image, layer)
    return list(read_floats(layer, "R'G'B' float")), list(read_floats(texture, "R'G'B' float"))


@test
def range_of_values():
    """values above white and below black: the sample's range, and no more"""
    for precision in (Gimp.Precision.FLOAT_NON_LINEAR, Gimp.Precision.HALF_LINEAR):
        sample, made = beyond(precision, -0.5, 4.0)
        assert all(map(math.isfinite, made))
        # between the two colours of the sample's stripes there are mixtures, but
        # most of a texture is stripes again
        assert max(made[0::3]) > 3 and min(made[1::3]) < -0.3, (max(made), min(made))
        # a thousandth for half floats, as in the conversion of the sample itself
        assert max(made) <= 1.001 * max(sample) and min(made) >= 1.001 * min(sample)


@test
def highest():
    """the largest values of a half float stay finite"""
    sample, made = beyond(Gimp.Precision.HALF_NON_LINEAR, 0.0, 65504.0)
    assert max(sample) == 65504
    assert all(map(math.isfinite, made)) and max(made) > 10000, max(made)


@test
def no_more_than_white():
    """a sample without such values gives none"""
    _, made = beyond(Gimp.Precision.FLOAT_NON_LINEAR, 0.0, 1.0)
    assert 0 <= min(made) and max(made) <= 1


run_tests()

# interpolate.py: from one layer to another, and what is refused
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp  # noqa: E402

from harness import (GRAY, MODEL, RGB, differing, new_image, read_bytes, read_floats,  # noqa: E402
                     run_tests, save_png, test, test_case, write)

SUCCESS, CALLING_ERROR, EXECUTION_ERROR = (Gimp.PDBStatusType.SUCCESS,
                                           Gimp.PDBStatusType.CALLING_ERROR,
                                           Gimp.PDBStatusType.EXECUTION_ERROR)
QUICK = {'model': MODEL, 'steps': 3, 'depth': 0.5}


def run(image, layers, **arguments):
    procedure = Gimp.get_pdb().lookup_procedure('plug-in-ddim-interpolate')
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', layers)
    for name, value in {**QUICK, **arguments}.items():
        config.set_property(name, value)
    return procedure.run(config)


def frames_of(image, layers, **arguments):
    values = run(image, layers, **arguments)
    assert values.index(0) == SUCCESS, Gimp.get_pdb().get_last_error()
    return values.get_core_object_array(1)


def place(layer):
    return (*layer.get_offsets()[1:], layer.get_width(), layer.get_height())


def add_layer(image, w, h, offset, has_alpha=True, turn=1):
    """Another layer with another picture: the usual one, the other way round."""
    base = image.get_base_type()
    other, layer = new_image(w, h, base, image.get_precision(), has_alpha,
                             alpha=lambda x, y: 0.0 if x < 4 else 0.5 if x < 9 else 1.0)
    name = "Y'A float" if base == GRAY else "R'G'B'A float"
    n = 2 if base == GRAY else 4
    values = read_floats(layer, name)
    turned = [v for i in reversed(range(0, len(values), n)) for v in values[i:i + n]]
    write(layer, name, turned if turn else values)
    added = Gimp.Layer.new_from_drawable(layer, image)
    added.set_name('added')
    image.insert_layer(added, None, 0)
    added.set_offsets(*offset)
    other.delete()
    return added


def two(base=RGB, precision=Gimp.Precision.U8_NON_LINEAR, has_alpha=True):
    """Two layers of other sizes, places and, where has_alpha, transparencies."""
    image, first = new_image(60, 50, base, precision, has_alpha, (34, 30), (-5, 6))
    return image, first, add_layer(image, 30, 36, (13, -4), has_alpha)


def rows_of(layer, area):
    """Bytes of a part of a layer, given in the image's pixels."""
    x0, y0, w, h = area
    lx, ly, lw, _ = place(layer)
    pixels = read_bytes(layer)
    return [pixels[(y - ly) * lw + x - lx] for y in range(y0, y0 + h)
            for x in range(x0, x0 + w)]


def is_layer_again(frame, layer):
    """Whether a frame is the layer, to the byte, and transparent around it."""
    assert rows_of(frame, place(layer)) == read_bytes(layer), layer.get_name()
    lx, ly, lw, lh = place(layer)
    fx, fy, fw, _ = place(frame)
    for i, pixel in enumerate(read_floats(frame)[3::4]):
        x, y = fx + i % fw, fy + i // fw
        if not (lx <= x < lx + lw and ly <= y < ly + lh):
            assert pixel == 0, (x, y)


def ends(base, precision):
    image, first, last = two(base, precision)
    before = [read_bytes(first), read_bytes(last)]
    made = frames_of(image, [first, last], frames=3)
    for frame in made:
        assert place(frame) == (-5, -4, 48, 40), place(frame)
    is_layer_again(made[0], first)
    is_layer_again(made[2], last)
    middle = read_bytes(made[1])
    assert differing(middle, read_bytes(made[0])) and differing(middle, read_bytes(made[2]))
    assert [read_bytes(first), read_bytes(last)] == before
    image.delete()


for base_type in (RGB, GRAY):
    for name in ('U8_NON_LINEAR', 'U8_LINEAR', 'U16_NON_LINEAR', 'U32_LINEAR',
                 'HALF_LINEAR', 'FLOAT_NON_LINEAR'):
        test_case(f'position 0 and 1 are the layers: {base_type.value_nick} {name}',
                  lambda b=base_type, n=name: ends(b, getattr(Gimp.Precision, n)))


@test
def one_layer():
    """one layer at position 0, 1 and between, named by them"""
    image, first, last = two()
    made = [frames_of(image, [first, last], output='layer', position=p)[0]
            for p in (0.0, 1.0, 0.5)]
    is_layer_again(made[0], first)
    is_layer_again(made[1], last)
    assert made[2].get_name() == 'layer to added, 0.50', made[2].get_name()
    assert image.get_layers() == [*made, last, first]


@test
def same_place_opaque():
    """two opaque layers of one size and place need no alpha, and come back exactly"""
    image, first = new_image(40, 32)
    last = add_layer(image, 40, 32, (0, 0), False)
    frames = frames_of(image, [first, last], frames=4)
    assert all(not frame.has_alpha() for frame in frames)
    assert not differing(read_bytes(frames[0]), read_bytes(first))
    assert not differing(read_bytes(frames[3]), read_bytes(last))
    save_png(image, 'interpolate.png')


@test
def group_of_frames():
    """frames are named for GIMP's animations, frame 1 lowest, in one group on top"""
    image, first, last = two()
    frames = frames_of(image, [first, last], frames=5, duration=80)
    assert [frame.get_name() for frame in frames] == \
        [f'Frame {i} (80ms) (replace)' for i in range(1, 6)]
    group = frames[0].get_parent()
    assert group.is_group() and group.get_children() == frames[::-1]
    assert image.get_layers() == [group, last, first]
    is_layer_again(frames[0], first)
    is_layer_again(frames[4], last)


@test
def image_of_frames():
    """frames in an image of their own, as large as they are, of the same precision"""
    image, first, last = two(precision=Gimp.Precision.U16_LINEAR)
    layers = image.get_layers()
    frames = frames_of(image, [first, last], frames=3, output='image')
    made = frames[0].get_image()
    assert made != image and image.get_layers() == layers
    assert made.get_precision() == Gimp.Precision.U16_LINEAR
    assert made.get_layers() == frames[::-1]
    assert all(place(frame) == (0, 0, 48, 40) for frame in frames)
    made.delete()


@test
def three_layers():
    """the way visits every layer in order, and back to the first on a loop"""
    image, first, second = two()
    third = add_layer(image, 25, 25, (2, 3), turn=0)
    frames = frames_of(image, [first, second, third], frames=5)
    for i, layer in enumerate([first, second, third]):
        is_layer_again(frames[2 * i], layer)
    frames = frames_of(image, [third, first, second], frames=6, loop=True)
    for i, layer in enumerate([third, first, second]):
        is_layer_again(frames[2 * i], layer)
    assert differing(read_bytes(frames[5]), read_bytes(frames[0]))
    frame, = frames_of(image, [third, first, second], output='layer', position=1.0, loop=True)
    is_layer_again(frame, third)


@test
def no_cross_fade():
    """a frame between is something else than the mean of both layers"""
    image, first = new_image(64, 64)
    last = add_layer(image, 64, 64, (0, 0), False)
    middle, = frames_of(image, [first, last], output='layer', depth=0.6, steps=8)
    a, b, m = (read_floats(layer, "R'G'B' float") for layer in (first, last, middle))
    away = sum((z - (x + y) / 2) ** 2 for x, y, z in zip(a, b, m))
    apart = sum(((x - y) / 2) ** 2 for x, y in zip(a, b))
    # a cross-fade is away from the mean by rounding to 8 bits alone: 1e-4 of this
    assert away > 0.0025 * apart, (away, apart)


@test
def even_alpha():
    """transparency goes evenly from one layer's to the other's"""
    image, first = new_image(32, 32, has_alpha=True)
    last = add_layer(image, 32, 32, (0, 0))
    frame, = frames_of(image, [first, last], output='layer', position=0.25)
    for x, y, z in zip(*(read_floats(layer)[3::4] for layer in (first, last, frame))):
        assert abs(0.75 * x + 0.25 * y - z) < 1 / 255, (x, y, z)


@test
def other_image():
    """the last layer may come from another image, of another precision"""
    image, first = new_image(32, 32, has_alpha=True)
    _, last = new_image(32, 32, precision=Gimp.Precision.FLOAT_NON_LINEAR, has_alpha=True,
                        alpha=lambda x, y: x / 31)
    frames = frames_of(image, [first], other=last, frames=3)
    assert not differing(read_bytes(frames[0]), read_bytes(first))
    for x, y in zip(read_floats(frames[2]), read_floats(last)):
        assert abs(x - y) <= 0.5001 / 255
    gray, first = new_image(32, 32, GRAY)
    frame, = frames_of(gray, [first], other=last, output='layer', position=0.5)
    assert frame.is_gray()


@test
def selection():
    """with a selection, frames cover the rectangle around it, as opaque as it says"""
    image, first = new_image(64, 48)
    last = add_layer(image, 64, 48, (0, 0), False)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 10, 8, 30, 26)
    frames = frames_of(image, [first, last], frames=3)
    assert all(place(frame) == (10, 8, 30, 26) for frame in frames)
    corner, middle = 0, 13 * 30 + 15
    for frame in frames:
        alpha = read_floats(frame)[3::4]
        assert alpha[corner] == 0 and alpha[middle] == 1
    assert rows_of(frames[0], (25, 21, 1, 1))[0][:3] == rows_of(first, (25, 21, 1, 1))[0][:3]


@test
def easing():
    """easing moves the frames between, and not the ends"""
    image, first = new_image(32, 32)
    last = add_layer(image, 32, 32, (0, 0), False)
    even = frames_of(image, [first, last], frames=5)
    slow = frames_of(image, [first, last], frames=5, easing='in')
    assert not differing(read_bytes(even[0]), read_bytes(slow[0]))
    assert not differing(read_bytes(even[4]), read_bytes(slow[4]))
    # (1/2)^2 of the way is 1/4 of it
    assert not differing(read_bytes(even[1]), read_bytes(slow[2]))
    assert differing(read_bytes(even[2]), read_bytes(slow[2]))


@test
def methods_and_noise():
    """the same again is the same; another method, mix or seed is another; errors come back"""
    image, first = new_image(90, 70)
    last = add_layer(image, 90, 70, (0, 0), False)
    layers = [first, last]
    values = run(image, layers, output='layer', model='photo')
    plain = read_bytes(values.get_core_object_array(1)[0])
    assert 0 < values.index(2) < 0.1, values.index(2)
    assert values.index(4) == QUICK['steps'] + 1, values.index(4)

    def made(**arguments):
        return read_bytes(frames_of(image, layers, output='layer', model='photo', **arguments)[0])
    assert not differing(plain, made())
    assert not differing(plain, made(seed=3))
    assert differing(plain, made(method='fit'))
    noisy = made(mix=0.4, seed=3)
    assert differing(plain, noisy) and differing(noisy, made(mix=0.4, seed=4))


def refused(image, layers, *words, **arguments):
    before = image.get_layers()
    values = run(image, layers, **arguments)
    assert values.index(0) in (CALLING_ERROR, EXECUTION_ERROR), values.index(0)
    message = Gimp.get_pdb().get_last_error()
    for word in words:
        assert word in message, f'“{word}” is not in “{message}”'
    assert image.get_layers() == before, 'the image changed'


@test
def refusals():
    """what cannot work is refused in a sentence, and changes nothing"""
    image, first, last = two()
    refused(image, [first], 'two', 'select')
    refused(image, [], 'two', 'select')
    refused(image, [first, last], 'nowhere', model='nowhere')
    mask = first.create_mask(Gimp.AddMaskType.WHITE)
    first.add_mask(mask)
    refused(image, [mask, last], 'not a layer')
    indexed, flat = new_image()
    indexed.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                            16, False, False, '')
    refused(indexed, [flat], 'indexed', 'RGB', other=first)
    refused(image, [first], 'indexed', 'RGB', other=flat)


@test
def nothing_there():
    """a layer without anything to see in the selection, or a selection elsewhere"""
    image, first, last = two()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 50, 45, 8, 4)
    refused(image, [first, last], 'selection', 'outside')
    Gimp.Selection.none(image)
    empty = Gimp.Layer.new(image, 'empty', 40, 40, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(empty, None, 0)
    refused(image, [first, empty], 'empty', 'transparent')


run_tests()

# promise.py: an image is either untouched or wholly done
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The promise of the README as one table, over every procedure, precision and
# failure: strength 0 is bit-exact; a finite picture stays finite; what fails
# changes nothing.  What a user does meanwhile is in meanwhile.py, and what GIMP, the
# disk and the memory do in faults.py.

import json
import math
import shutil

from harness import *
from rows import *

P = Gimp.Precision
PRECISIONS = [value for value in vars(P).values() if isinstance(value, P)]
FLOATS = {'half': 65504.0, 'float': 3.4e38, 'double': 1e300}


# Strength 0 ------------------------------------------------------------------

def exact(base, precision, output):
    image, layers = two_layers(base, precision)
    before = [read_bytes(layer) for layer in layers]
    values = call('variation', image, layers, **{**QUICK, 'strength': 0.0, 'output': output})
    assert values.index(0) == SUCCESS, Gimp.get_pdb().get_last_error()
    assert [read_bytes(layer) for layer in layers] == before
    if output == 'replace':
        return
    # what is opaque in a new layer is what is below it, to the bit
    image, layer = new_image(W, H, base, precision, True)
    call('variation', image, [layer], **{**QUICK, 'strength': 0.0, 'output': output})
    made = image.get_layers()[0]
    assert made != layer and read_bytes(made) == read_bytes(layer)


for base in (RGB, GRAY):
    for precision in PRECISIONS:
        for output in ('replace', 'new-layers'):
            test_case(f'strength 0, {output}, {base.value_nick}, {precision.value_nick}',
                      lambda b=base, p=precision, o=output: exact(b, p, o))


# Finite ----------------------------------------------------------------------

def extremes(precision, base=RGB):
    """A layer of ordinary values with squares of the largest and the least
    that the precision has."""
    most = next(value for name, value in FLOATS.items() if precision.value_nick.startswith(name))
    image, layer = new_image(72, 64, base, precision, True)
    channels = 1 if base == GRAY else 3
    code, name = 'd', {1: 'YA double', 3: 'RGBA double'}[channels]
    if precision.value_nick.endswith('non-linear'):
        name = {1: "Y'A double", 3: "R'G'B'A double"}[channels]
    elif precision.value_nick.endswith('perceptual'):
        name = {1: "Y~A double", 3: "R~G~B~A double"}[channels]
    values = picture(72, 64, channels + 1)
    for y in range(64):
        for x in range(72):
            at = (y * 72 + x) * (channels + 1)
            if 20 <= x < 30 and 20 <= y < 30:
                values[at:at + channels] = [most] * channels
            if 40 <= x < 50 and 40 <= y < 50:
                values[at:at + channels] = [-most] * channels

    def fill(drawable):
        buffer = drawable.get_buffer()
        buffer.set(bounds(drawable), name, struct.pack(f'{len(values)}{code}', *values))
        buffer.flush()
        drawable.update(0, 0, 72, 64)
    fill(layer)
    assert finite(layer)
    return image, layer


def finite(drawable):
    """Whether its own numbers are: no conversion may make one infinite, or hide one."""
    code, size = {2: ('e', 2), 4: ('f', 4), 8: ('d', 8)}[
        drawable.get_bpp() // {Gimp.ImageType.RGB_IMAGE: 3, Gimp.ImageType.RGBA_IMAGE: 4,
                               Gimp.ImageType.GRAY_IMAGE: 1,
                               Gimp.ImageType.GRAYA_IMAGE: 2}[drawable.type()]]
    data = read_bytes(drawable).data
    return all(map(math.isfinite, struct.unpack(f'{len(data) // size}{code}', data)))


def stays_finite(name, arguments, base, precision):
    for other in Gimp.get_images():
        other.delete()
    image, layer = extremes(precision, base)
    layers = [layer]
    if name == 'interpolate':
        _, other = new_image(72, 64, base, precision, True)
        layers.append(Gimp.Layer.new_from_drawable(other, image))
        image.insert_layer(layers[1], None, 0)
    values = call(name, image, layers, **arguments)
    assert values.index(0) == SUCCESS, Gimp.get_pdb().get_last_error()
    for made in [layer for image in Gimp.get_images() for layer in walk(image.get_layers())]:
        assert made.is_group() or finite(made), f'{made.get_name()} is not finite'


for base in (RGB, GRAY):
    for precision in PRECISIONS:
        if precision.value_nick.split('-')[0] in FLOATS:
            for name, arguments in EVERY if base == RGB else VARIATIONS[:1] + TEXTURES[:1]:
                test_case(f'finite: {name} {arguments["output"]}, {base.value_nick}, '
                          f'{precision.value_nick}',
                          lambda n=name, a=arguments, b=base, p=precision: stays_finite(n, a, b, p))


# Failures --------------------------------------------------------------------

REPLACE_ONLY, NEW_LAYERS = VARIATIONS[:1], VARIATIONS[1:]


def failure(only=EVERY):
    """Decorator: a row of the table, named by its docstring, which makes an image and
    drawables, and tells words of the error.  By all procedures of `only`."""
    def add(function):
        for name, arguments in only:
            def run(name=name, arguments=arguments):
                image, drawables, *words = function()
                untouched(name, arguments, image, wanted(name, drawables), *words)
            test_case(f'{function.__doc__}: {name} {arguments["output"]}', run)
        return function
    return add


def make_indexed(image):
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                          16, False, False, '')


def add_group(image):
    group = Gimp.GroupLayer.new(image, 'family')
    image.insert_layer(group, None, 0)
    return group


@failure(REPLACE_ONLY)
def locked():
    """the second layer is locked"""
    image, layers = two_of_an_image()
    layers[1].set_lock_content(True)
    return image, layers, 'second', 'locked'


@failure(REPLACE_ONLY)
def locked_group():
    """the second layer is in a locked group"""
    image, layers = two_of_an_image()
    group = add_group(image)
    image.reorder_item(layers[1], group, 0)
    group.set_lock_content(True)
    return image, layers, 'second', 'locked'


@failure(REPLACE_ONLY)
def mask_of_locked():
    """the mask of a locked layer"""
    image, layers = two_of_an_image()
    layers[1].add_mask(layers[1].create_mask(Gimp.AddMaskType.COPY))
    layers[1].set_lock_content(True)
    return image, [layers[0], layers[1].get_mask()], 'second', 'locked'


@failure(REPLACE_ONLY)
def group():
    """a layer group"""
    image, layers = two_of_an_image()
    group = add_group(image)
    image.reorder_item(layers[1], group, 0)
    return image, [layers[0], group], 'family', 'group'


@failure()
def indexed():
    """indexed colours"""
    image, layers = two_of_an_image()
    make_indexed(image)
    return image, layers, 'indexed', 'RGB'


@failure(NEW_LAYERS)
def mask_of_indexed():
    """a mask, where the image has indexed colours"""
    image, layers = two_of_an_image()
    layers[0].add_mask(layers[0].create_mask(Gimp.AddMaskType.COPY))
    make_indexed(image)
    return image, [layers[0].get_mask()], 'indexed', 'RGB'


@failure(VARIATIONS)
def stranger():
    """a layer of another image"""
    image, layers = two_of_an_image()
    _, other = new_image(W, H)
    other.set_name('stranger')
    return image, [layers[0], other], 'stranger', 'another image'


@failure()
def outside():
    """a selection outside of the layers"""
    image, layers = two_of_an_image()
    for layer in layers:
        layer.set_offsets(300, 0)
    return image, layers, 'selection'


@failure()
def transparent():
    """nothing to be seen"""
    image, layer = new_image(W, H, has_alpha=True, alpha=0.0)
    other = layer.copy()
    image.insert_layer(other, None, 0)
    return image, [layer, other], 'layer'


@failure()
def nothing():
    """no drawable"""
    return two_of_an_image()[0], [], 'elect'


def too_many(name, arguments):
    image, layers = two_of_an_image()
    for layer in layers:
        layer.resize(6000, 6000, 0, 0)
    Gimp.Selection.none(image)
    untouched(name, {**arguments, 'frames': 10000}, image, layers, 'memory', 'GB')   # 2160


for name, arguments in INTERPOLATIONS[:2]:
    test_case(f'more than the memory holds: {name} {arguments["output"]}',
              lambda n=name, a=arguments: too_many(n, a))


# Models that cannot work -----------------------------------------------------

WEIGHTS = os.path.join('unet', 'diffusion_pytorch_model.safetensors')


def broken_model(name):
    """A copy of the small model; returns its folder and its weights' file."""
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(MODEL, folder)
    return folder, os.path.join(folder, WEIGHTS)


def by_model(name, spoil, *words):
    """Rows of the table: a model that `spoil` has spoiled, at strength 0, too."""
    rows = VARIATIONS + [('variation', {**QUICK, 'strength': 0.0, 'output': 'replace'})]
    for procedure, arguments in rows + INTERPOLATIONS:
        def run(procedure=procedure, arguments=arguments):
            folder, weights = broken_model(name)
            spoil(weights)
            image, layers = two_of_an_image()
            untouched(procedure, {**arguments, 'model': folder}, image, layers, *words)
        strength = ' at strength 0' if arguments.get('strength') == 0 else ''
        test_case(f'a model with {name}: {procedure} {arguments["output"]}{strength}', run)


def put(number):
    """Spoils the first tensor that lies in the file, of 16 or 32 bits."""
    def spoil(weights):
        with open(weights, 'r+b') as file:
            size, = struct.unpack('<Q', file.read(8))
            header = json.loads(file.read(size))
            first = min((t for t in header.values() if 'data_offsets' in t),
                        key=lambda t: t['data_offsets'][0])
            file.write({'F16': struct.pack('<e', number), 'F32': struct.pack('<f', number),
                        'BF16': struct.pack('<f', number)[2:]}[first['dtype']])
    return spoil


by_model('NaN', put(math.nan), 'NaN', 'finite')
by_model('infinity', put(math.inf), 'infinity', 'finite')
by_model('half of its weights', lambda weights: os.truncate(weights, 100000),
         'half of its weights')


# Twice -----------------------------------------------------------------------

@test
def twice():
    """the same layer named twice is changed once"""
    results = []
    for times in (1, 2):
        image, layer = new_image(W, H)
        assert call('variation', image, [layer] * times, **QUICK).index(0) == SUCCESS
        results.append(read_bytes(layer))
        assert call('variation', image, [layer] * times,
                    **{**QUICK, 'output': 'new-layers'}).index(0) == SUCCESS
        assert len(image.get_layers()) == 2
    assert results[0] == results[1]


@test
def sample_twice():
    """the same sample named twice is one"""
    image, layer = new_image(W, H)
    assert call('texture', image, [layer, layer], **TEXTURES[0][1]).index(0) == SUCCESS


run_tests()

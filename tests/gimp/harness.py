# harness.py: what the test scripts inside GIMP share
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pictures are small (one window of the shipped model is 64 x 64) and steps
# few: what is tested is the way of the pixels, not the quality of the model.

import os
import struct
import traceback

import gi
gi.require_version('Gimp', '3.0')
gi.require_version('Gegl', '0.4')
from gi.repository import Gegl, Gimp, Gio  # noqa: E402

Gegl.init(None)

OUT = os.environ['DDIM_OUT']
PROCEDURE = 'plug-in-ddim-variation'
QUICK = {'steps': 3, 'depth': 0.5, 'strength': 0.6, 'seed': 1}

RGB, GRAY, INDEXED = (Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY,
                      Gimp.ImageBaseType.INDEXED)

_tests = []


def test(function):
    """Decorator: a test, named by the first line of its docstring."""
    _tests.append(function)
    return function


def test_case(name, function):
    """Adds a test that is made, not written."""
    case = lambda: function()  # noqa: E731
    case.__doc__ = name
    test(case)


def run_tests():
    """Runs all the tests of the script and writes TAP to $DDIM_TAP."""
    with open(os.environ['DDIM_TAP'], 'w') as tap:
        for number, function in enumerate(_tests, 1):
            name = function.__doc__.splitlines()[0]
            try:
                function()
                tap.write(f'ok {number} {name}\n')
            except Exception:
                tap.write(f'not ok {number} {name}\n')
                for line in traceback.format_exc().splitlines():
                    tap.write(f'# {line}\n')
            tap.flush()
        tap.write(f'1..{len(_tests)}\n')


def picture(w, h, channels, alpha=1.0):
    """Floats of a smooth picture with a texture: w x h x channels, the last
    being alpha where there are 2 or 4."""
    values = []
    for y in range(h):
        for x in range(w):
            texture = ((x * 7 + y * 13) % 11) / 60.0
            pixel = [0.2 + 0.5 * x / w + texture, 0.3 + 0.4 * y / h + texture,
                     0.7 - 0.3 * (x + y) / (w + h) - texture]
            if channels <= 2:
                pixel = pixel[:1]
            if channels in (2, 4):
                pixel.append(alpha if not callable(alpha) else alpha(x, y))
            values.extend(pixel)
    return values


def new_image(w=80, h=72, base=RGB, precision=Gimp.Precision.U8_NON_LINEAR,
              has_alpha=False, layer_size=None, offset=(0, 0), alpha=1.0):
    """A new image with one layer that holds picture ()."""
    lw, lh = layer_size or (w, h)
    image = Gimp.Image.new_with_precision(w, h, base, precision)
    kind = {(RGB, False): Gimp.ImageType.RGB_IMAGE,
            (RGB, True): Gimp.ImageType.RGBA_IMAGE,
            (GRAY, False): Gimp.ImageType.GRAY_IMAGE,
            (GRAY, True): Gimp.ImageType.GRAYA_IMAGE}[base, has_alpha]
    layer = Gimp.Layer.new(image, 'layer', lw, lh, kind, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*offset)
    channels = (1 if base == GRAY else 3) + has_alpha
    name = {1: "Y' float", 2: "Y'A float", 3: "R'G'B' float", 4: "R'G'B'A float"}[channels]
    write(layer, name, picture(lw, lh, channels, alpha))
    return image, layer


def two_layers(base, precision, profile=None, w=40, h=32):
    """An image, and its opaque layer and one with alpha, both partly beyond the
    canvas, under a soft selection."""
    image, layer = new_image(w, h, base, precision, False, (30, 28), (-6, 9))
    _, second = new_image(w, h, base, precision, True, (34, 25), (11, -5),
                          lambda x, y: 0.0 if x < 6 else 0.4 if x < 12 else 1.0)
    second = Gimp.Layer.new_from_drawable(second, image)
    second.set_offsets(11, -5)
    image.insert_layer(second, None, 0)
    if profile:
        assert image.set_color_profile(profile)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 2, 3, 32, 28)
    Gimp.Selection.feather(image, 8)
    return image, [layer, second]


def bounds(drawable):
    return Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())


def write(drawable, format_name, values):
    buffer = drawable.get_buffer()
    buffer.set(bounds(drawable), format_name, struct.pack(f'{len(values)}f', *values))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def read_bytes(drawable):
    """The drawable's bytes in its own format: one `bytes` a pixel."""
    buffer = drawable.get_buffer()
    data = bytes(buffer.get(bounds(drawable), 1.0, None, Gegl.AbyssPolicy.NONE))
    bpp = drawable.get_bpp()
    assert len(data) == bpp * drawable.get_width() * drawable.get_height()
    return [data[i:i + bpp] for i in range(0, len(data), bpp)]


def read_floats(drawable, format_name="R'G'B'A float"):
    """Numbers of a format whose type is float or double."""
    buffer = drawable.get_buffer()
    data = bytes(buffer.get(bounds(drawable), 1.0, format_name, Gegl.AbyssPolicy.NONE))
    size, code = (8, 'd') if format_name.endswith('double') else (4, 'f')
    return struct.unpack(f'{len(data) // size}{code}', data)


def run_procedure(image, drawables, **arguments):
    """Runs the procedure; returns its values."""
    procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables',
                                 drawables if isinstance(drawables, list) else [drawables])
    for name, value in {**QUICK, **arguments}.items():
        config.set_property(name, value)
    return procedure.run(config)


def vary(image, drawables, **arguments):
    """Runs the procedure; returns its status and, of a failure, the message."""
    status = run_procedure(image, drawables, **arguments).index(0)
    message = '' if status == Gimp.PDBStatusType.SUCCESS else Gimp.get_pdb().get_last_error()
    return status, message


def vary_or_die(image, drawables, **arguments):
    status, message = vary(image, drawables, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, f'{status}: {message}'


def differing(before, after):
    """Indices of the pixels whose bytes differ."""
    assert len(before) == len(after)
    return [i for i, (a, b) in enumerate(zip(before, after)) if a != b]


def save_png(image, name):
    copy = image.duplicate()
    copy.flatten()
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, copy,
                   Gio.File.new_for_path(os.path.join(OUT, name)), None)
    copy.delete()
